/* Content as bytes: chunks that end where the content says, and what changes those of a base.
 *
 * Owns nothing. Invariant: what is planned of a base lies inside of it, and is the same as what
 * the content has there.
 */
#include "store/packer.h"

enum { SOON = 128 };

static int is_based(const mlops__packer *p) { return p->kind == MLOPS__PACK_BASED; }

static void put_piece(mlops__packer *p, const mlops__piece *piece) {
    mlops__recipe_put(&p->recipe, is_based(p), piece);
    p->n_shared += piece->kind != MLOPS__PIECE_CHUNK;
}

/* What is pending of the base goes into the recipe. */
static mlops_status settle(mlops__packer *p, mlops_error *err) {
    uint8_t key[MLOPS__CHUNK_KEY];
    if (p->copy)
        put_piece(
            p, &(mlops__piece){.kind = MLOPS__PIECE_COPY, .size = p->copy, .base_at = p->copy_at});
    p->copy = 0;
    if (!is_based(p) || p->like.delta.size == 0) return MLOPS_OK;
    mlops__piece piece = {.kind = MLOPS__PIECE_DELTA,
                          .size = p->like.delta.size,
                          .base_at = p->like.delta.begun_at,
                          .key = key};
    if (p->like.delta.n_ops == 0) { /* it is a copy */
        piece.kind = MLOPS__PIECE_COPY;
        piece.key = NULL;
        mlops__delta_move(&p->like.delta, p->like.delta.base_at);
        put_piece(p, &piece);
        return MLOPS_OK;
    }
    p->ops.size = 0;
    MLOPS_TRY(mlops__delta_end(&p->like.delta, &p->ops, err));
    mlops__chunk_key(key, p->ops.data, p->ops.size);
    put_piece(p, &piece);
    return mlops__packer_chunk(p, key, p->ops.data, p->ops.size, MLOPS__CHUNK_UNPLACED, err);
}

/* A chunk that the base has is a part of it. */
static mlops_status share(mlops__packer *p, uint64_t at, size_t n, mlops_error *err) {
    if (p->like.delta.size || at != p->copy_at + p->copy) MLOPS_TRY(settle(p, err));
    if (p->copy == 0) p->copy_at = at;
    p->copy += n;
    mlops__delta_move(&p->like.delta, at + n);
    return MLOPS_OK;
}

/* Will a chunk of the base show before long where the base stands? Or is there no more than a chunk
 * of it? Then it need not be searched, for which all of it is read. */
static int is_found_soon(mlops__packer *p) {
    uint8_t key[MLOPS__CHUNK_KEY];
    uint64_t base_at;
    size_t n_ahead, at = 0;
    const uint8_t *bytes = mlops__packer_ahead(p, &n_ahead);
    if (p->like.anchors || p->at < p->found_at) return !p->like.anchors;
    for (int i = 0; i < SOON && at < n_ahead; i++) {
        size_t n = mlops__gear_cut(p->store->kern->gear_scan, bytes + at, n_ahead - at);
        mlops__chunk_key(key, bytes + at, n);
        at += n;
        if (!mlops__like_find(&p->like, key, &base_at)) continue;
        p->found_at = p->at + at;
        return 1;
    }
    uint64_t size = p->like.reader.levels[0].recipe.size;
    return p->at + at == p->n && p->like.delta.base_at + MLOPS__CHUNK_MOST >= size;
}

/* Where the base stands, or else where it has some of the same. MLOPS_END if neither will do. */
static mlops_status change(mlops__packer *p, const uint8_t *bytes, size_t n, size_t ahead,
                           mlops_error *err) {
    mlops__delta *delta = &p->like.delta;
    uint64_t at;
    if (ahead > MLOPS__DELTA_AHEAD) ahead = MLOPS__DELTA_AHEAD;
    mlops_status status = mlops__delta_add(delta, bytes, n, ahead, err);
    if (status == MLOPS_END && !is_found_soon(p)) {
        status = mlops__like_locate(&p->like, bytes, n, &at, err);
        if (status || at == delta->base_at) return status ? status : MLOPS_END;
        MLOPS_TRY(settle(p, err));
        mlops__delta_move(delta, at);
        status = mlops__delta_add(delta, bytes, n, ahead, err);
    }
    if (status) return status;
    return mlops__delta_bytes(delta) < MLOPS__DELTA_OPS_MAX ? MLOPS_OK : settle(p, err);
}

/* The next chunk. Where other bytes have its key it is cut in two: readers need not know where
 * chunks end, and no two single bytes have one key. */
static mlops_status cut(mlops__packer *p, mlops__index *index, size_t *n, uint8_t *key,
                        mlops__chunk_found *found, mlops_error *err) {
    size_t n_ahead;
    const uint8_t *bytes = mlops__packer_ahead(p, &n_ahead);
    *n = mlops__gear_cut(p->store->kern->gear_scan, bytes, n_ahead);
    for (;; *n = (*n + 1) / 2) {
        mlops__chunk_key(key, bytes, *n);
        MLOPS_TRY(mlops__content_has_chunk_now(p->store, index, key, bytes, found, err));
        if (*found != MLOPS__CHUNK_OTHER || *n == 1) return MLOPS_OK;
    }
}

/* The next part of the content, as what costs least. */
mlops_status mlops__packer_bytes_plan(mlops__packer *p, mlops__index *index, mlops_error *err) {
    p->like.reader.index = index;
    uint8_t key[MLOPS__CHUNK_KEY];
    size_t n_ahead, n;
    const uint8_t *bytes = mlops__packer_ahead(p, &n_ahead);
    mlops__chunk_found found;
    uint64_t base_at = 0;
    MLOPS_TRY(cut(p, index, &n, key, &found, err));
    int there = found == MLOPS__CHUNK_THERE;
    int known = is_based(p) && mlops__like_find(&p->like, key, &base_at);
    mlops_status status = MLOPS_END;
    if (known && there) status = share(p, base_at, n, err);
    else if (is_based(p) && !there) {
        if (p->copy) MLOPS_TRY(settle(p, err));
        status = change(p, bytes, n, n_ahead - n, err);
    }
    if (status == MLOPS_END) {
        base_at = p->like.delta.base_at + n;
        MLOPS_TRY(settle(p, err));
        if (is_based(p)) mlops__delta_move(&p->like.delta, base_at);
        put_piece(p, &(mlops__piece){.kind = MLOPS__PIECE_CHUNK, .size = n, .key = key});
        status = there ? MLOPS_OK : mlops__packer_chunk(p, key, bytes, n, (int64_t)p->at, err);
    }
    p->at += n;
    return !status && p->at == p->n ? settle(p, err) : status;
}

/* ---- begin and end ---- */

/* Content that came to share nothing with its base does without it. */
mlops_status mlops__packer_bytes_end(mlops__packer *p, mlops_error *err) {
    mlops__buf plain;
    mlops__recipe pieces;
    mlops__piece piece;
    if (!is_based(p) || p->n_shared) return MLOPS_OK;
    if (!mlops__recipe_open(&pieces, MLOPS__PACK_BASED, p->recipe.data, p->recipe.size))
        return mlops__content_damaged(err); /* it was just made */
    mlops__buf_init(&plain, &p->store->host.allocator);
    mlops__recipe_begin(&plain, p->n);
    while (mlops__recipe_next(&pieces, &piece)) mlops__recipe_put(&plain, 0, &piece);
    mlops__buf_free(&p->recipe);
    p->recipe = plain;
    p->kind = MLOPS__PACK_RAW;
    return plain.status ? mlops__fail_nomem(err, plain.size) : MLOPS_OK;
}

mlops_status mlops__packer_bytes_begin(mlops__packer *p, const mlops_id *like, mlops_error *err) {
    mlops__index index;
    mlops_status status = MLOPS_END;
    if (like && p->n >= MLOPS__CHUNK_NORMAL) {
        MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
        status = mlops__like_begin(&p->like, &index, like, err);
        mlops__store_read_end(&index);
        if (status < 0) return status;
    }
    p->kind = status == MLOPS_OK ? MLOPS__PACK_BASED : MLOPS__PACK_RAW;
    if (is_based(p))
        mlops__recipe_begin_based(&p->recipe, p->n, p->like.base, p->like.number,
                                  mlops__like_depth(&p->like) + 1);
    else mlops__recipe_begin(&p->recipe, p->n);
    return MLOPS_OK;
}
