/* Writing content by its SHA-256: cut into chunks, each kept once, found by XXH3-128 and size; or,
 * beside other content that it is like, as changes to it.
 *
 * Owns what is planned and not written yet. Invariants: the index names a chunk or object only
 * after its frame was written; what is kept as changes to a base leads over no more than
 * MLOPS__DEPTH_MAX objects, and never to itself, since content gets a base only when it first
 * comes, and its base was there before; between two batches no lock is held, so that large content
 * does not keep others waiting.
 */
#include "store/content.h"
#include "store/like.h"

#include <string.h>

enum { OBJECT_VALUE = 32, BATCH = 64 /* chunks of one transaction */, SOON = 128 };

/* ---- places in the index ---- */

/* An object that shares nothing with others came because what it shared was damaged: it stays. */
static mlops_status is_noted_plain(mlops__index *index, const mlops__pack_frame *frame, int *out,
                                   mlops_error *err) {
    mlops__location at;
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){frame->key, 32}, &at, err);
    *out = !status && at.place.pack > 0 && at.size == MLOPS__PACK_RAW;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__content_note(mlops__index *index, const mlops__pack_frame *frame,
                                 mlops__pack_place place, mlops_error *err) {
    uint8_t value[OBJECT_VALUE];
    int is_chunk = frame->kind == MLOPS__PACK_CHUNK, stays = 0;
    if (!is_chunk && frame->codec != MLOPS__PACK_RAW)
        MLOPS_TRY(is_noted_plain(index, frame, &stays, err));
    if (stays) return MLOPS_OK;
    mlops__store_u64(value, (uint64_t)place.pack);
    mlops__store_u64(value + 8, 0);
    mlops__store_u64(value + 16, (uint64_t)place.offset);
    mlops__store_u64(value + 24, is_chunk ? 0 : (uint64_t)frame->codec);
    return mlops__index_put(index, is_chunk ? MLOPS__TABLE_CHUNKS : MLOPS__TABLE_OBJECTS,
                            (mlops__bytes){frame->key, is_chunk ? MLOPS__CHUNK_KEY : 32},
                            (mlops__bytes){value, sizeof value}, err);
}

mlops_status mlops__content_note_lost(mlops__index *index, const uint8_t *id, mlops_error *err) {
    mlops__location at;
    uint8_t value[OBJECT_VALUE] = {0};
    mlops__bytes key = {id, 32};
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_OBJECTS, key, &at, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    mlops__store_u64(value, UINT64_MAX);
    return mlops__index_put(index, MLOPS__TABLE_OBJECTS, key, (mlops__bytes){value, sizeof value},
                            err);
}

/* ---- which pack to append to ---- */

static mlops_status note_pack(mlops__index *index, char what, int64_t number, int64_t value,
                              mlops_error *err) {
    uint8_t key[9], bytes[8];
    key[0] = (uint8_t)what;
    mlops__key_u64(key + 1, (uint64_t)number);
    mlops__store_u64(bytes, (uint64_t)value);
    return mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key},
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

static mlops_status forget_pack(mlops__index *index, char what, int64_t number, mlops_error *err) {
    uint8_t key[9];
    key[0] = (uint8_t)what;
    mlops__key_u64(key + 1, (uint64_t)number);
    return mlops__index_del(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key}, err);
}

mlops_status mlops__content_note_leased(mlops_store *self, mlops__index *index, mlops_error *err) {
    if (!self->packs.leased) return MLOPS_OK;
    MLOPS_TRY(note_pack(index, 's', self->packs.leased, self->packs.end, err));
    return note_pack(index, 'u', self->packs.leased, 0, err);
}

/* An open pack that nobody writes to; *number is above all that were seen if there is none. */
static mlops_status lease_open(mlops_store *self, mlops__index *index, int64_t *number,
                               mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    *number = 1;
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_PACKS,
                                     (mlops__bytes){(const uint8_t *)"s", 1}, err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__cursor c;
        mlops__cursor_init(&c, key.data + 1, key.size - 1);
        int64_t there = (int64_t)mlops__cursor_be(&c, 8);
        *number = there + 1;
        mlops__cursor_init(&c, value.data, value.size);
        if (mlops__cursor_i64(&c) >= MLOPS__PACK_FULL) continue;
        if (mlops__packs_lease(&self->packs, there, 0, NULL) == MLOPS_OK) break;
    }
    mlops__index_iter_free(&iter);
    return status;
}

static mlops_status lease_any(mlops_store *self, mlops__index *index, mlops_error *err) {
    int64_t number;
    if (self->packs.leased && self->packs.end < MLOPS__PACK_FULL) return MLOPS_OK;
    MLOPS_TRY(mlops__content_note_leased(self, index, err)); /* its end, which is to be synced */
    mlops_status status = lease_open(self, index, &number, err);
    if (status != MLOPS_END) return status;
    /* A file of this number may be there from a transaction that was not committed. */
    for (int tries = 0; tries < 1000; tries++, number++) {
        status = mlops__packs_lease(&self->packs, number, 1, err);
        if (status != MLOPS_E_IO || (err && mlops__os_kind_of(err->os_code) != MLOPS__OS_EXISTS))
            break;
    }
    return status;
}

/* ---- is what is known intact ---- */

/* Reads the chunk's frame, whose guard covers its bytes as they are stored. *out is 0 where none is
 * known, or where it is damaged, so that good bytes that come again are written anew. */
mlops_status mlops__content_has_chunk(mlops_store *self, mlops__index *index, const uint8_t *key,
                                      int *out, mlops_error *err) {
    mlops__location at;
    mlops__pack_frame frame;
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (!status) status = mlops__packs_read(&self->packs, at.place, &frame, &self->payload, err);
    *out = !status && memcmp(frame.key, key, MLOPS__CHUNK_KEY) == 0;
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* The same, while no lock is held. */
static mlops_status has_chunk_now(mlops_store *self, mlops__index *index, const uint8_t *key,
                                  int *out, mlops_error *err) {
    mlops__lock_take(&self->lock);
    mlops_status status = mlops__content_has_chunk(self, index, key, out, err);
    mlops__lock_give(&self->lock);
    return status;
}

/* One object of a chain; its recipe is left open, and damage is no error. */
static mlops_status has_object(mlops_store *self, mlops__index *index, const uint8_t *id,
                               mlops__buf *buf, mlops__recipe *recipe, int *out, int *is_known,
                               mlops_error *err) {
    mlops__location at;
    uint8_t name[32];
    memcpy(name, id, sizeof name); /* it may stand in the buffer */
    memset(recipe, 0, sizeof *recipe);
    buf->size = 0;
    mlops__lock_take(&self->lock);
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){name, 32}, &at, err);
    if (!status && at.place.pack == 0) status = MLOPS_E_NOT_FOUND; /* it is in the journal */
    *is_known = !status;
    if (!status) status = mlops__content_recipe(self, name, &at, buf, recipe, err);
    mlops__lock_give(&self->lock);
    *out = !status;
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status has_all_chunks(mlops_store *self, mlops__index *index, mlops__recipe pieces,
                                   int *out, mlops_error *err) {
    mlops__piece piece;
    while (*out && mlops__recipe_next(&pieces, &piece))
        if (piece.key) MLOPS_TRY(has_chunk_now(self, index, piece.key, out, err));
    return MLOPS_OK;
}

/* An object that a power cut left without its chunks, or that is damaged, is stored anew; so is one
 * whose base is. */
mlops_status mlops__content_has(mlops_store *self, const mlops_id *id, int *out, int *is_known,
                                mlops_error *err) {
    mlops__index index;
    mlops__buf buf;
    mlops__recipe recipe = {.base = id->bytes};
    int known = 0;
    mlops__buf_init(&buf, &self->host.allocator);
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    mlops_status status = MLOPS_OK;
    *out = 1;
    for (int i = 0; *out && recipe.base && !status; i++) {
        if (i > MLOPS__DEPTH_MAX) *out = 0;
        else status = has_object(self, &index, recipe.base, &buf, &recipe, out, &known, err);
        if (i == 0) *is_known = known;
        if (!status) status = has_all_chunks(self, &index, recipe, out, err);
    }
    mlops__store_read_end(&index);
    mlops__buf_free(&buf);
    return status;
}

/* ---- writing ---- */

mlops_status mlops__content_append(mlops_store *self, mlops__index *index,
                                   const mlops__pack_frame *frame, const uint8_t *payload,
                                   mlops_error *err) {
    mlops__pack_place place;
    MLOPS_TRY(lease_any(self, index, err));
    MLOPS_TRY(mlops__packs_append(&self->packs, frame, payload, &place, err));
    return mlops__content_note(index, frame, place, err);
}

/* ---- planning ---- */

/* A chunk that is to be written. */
typedef struct planned {
    mlops__pack_frame frame;
    size_t at; /* of its payload among those of the batch */
} planned;

typedef struct packer {
    mlops_store *store;
    const uint8_t *bytes;
    size_t n, at;
    mlops__buf recipe;
    planned batch[BATCH];
    size_t n_batch;
    mlops__buf payloads; /* of the batch */
    mlops__buf ops;      /* of a delta */
    mlops__codec codec;
    int known; /* to the index: it was damaged */
    int based;
    mlops__like like;       /* the base */
    uint64_t copy_at, copy; /* a part of it that is to be copied */
    size_t found_at;        /* where a chunk of it ends, up to which it is not searched */
    int64_t n_shared;       /* pieces that need it */
} packer;

static void put_piece(packer *p, const mlops__piece *piece) {
    mlops__recipe_put(&p->recipe, p->based, piece);
    p->n_shared += piece->kind != MLOPS__PIECE_CHUNK;
}

/* Packs it, which needs no lock. */
static mlops_status plan_chunk(packer *p, const uint8_t key[MLOPS__CHUNK_KEY], const uint8_t *bytes,
                               size_t n, mlops_error *err) {
    planned *c = &p->batch[p->n_batch];
    size_t at = p->payloads.size;
    *c = (planned){{MLOPS__PACK_CHUNK, MLOPS__PACK_ZSTD, (uint32_t)n, (uint32_t)n, {0}}, at};
    memcpy(c->frame.key, key, MLOPS__CHUNK_KEY);
    mlops_status status = mlops__codec_pack(&p->codec, &p->payloads, bytes, n, err);
    if (status == MLOPS_END) {
        c->frame.codec = MLOPS__PACK_RAW;
        mlops__buf_put(&p->payloads, bytes, n);
        status = p->payloads.status ? mlops__fail_nomem(err, n) : MLOPS_OK;
    }
    c->frame.stored = (uint32_t)(p->payloads.size - at);
    p->n_batch += status == MLOPS_OK;
    return status;
}

/* What is pending of the base goes into the recipe. */
static mlops_status settle(packer *p, mlops_error *err) {
    uint8_t key[MLOPS__CHUNK_KEY];
    if (p->copy) put_piece(p, &(mlops__piece){MLOPS__PIECE_COPY, p->copy, p->copy_at, NULL});
    p->copy = 0;
    if (!p->based || p->like.delta.size == 0) return MLOPS_OK;
    mlops__piece piece = {MLOPS__PIECE_DELTA, p->like.delta.size, p->like.delta.begun_at, key};
    if (p->like.delta.n_ops == 0) { /* it is a copy */
        piece = (mlops__piece){MLOPS__PIECE_COPY, p->like.delta.size, p->like.delta.begun_at, NULL};
        mlops__delta_move(&p->like.delta, p->like.delta.base_at);
        put_piece(p, &piece);
        return MLOPS_OK;
    }
    p->ops.size = 0;
    MLOPS_TRY(mlops__delta_end(&p->like.delta, &p->ops, err));
    mlops__chunk_key(key, p->ops.data, p->ops.size);
    put_piece(p, &piece);
    return plan_chunk(p, key, p->ops.data, p->ops.size, err);
}

/* A chunk that the base has is a part of it. */
static mlops_status share(packer *p, uint64_t at, size_t n, mlops_error *err) {
    if (p->like.delta.size || at != p->copy_at + p->copy) MLOPS_TRY(settle(p, err));
    if (p->copy == 0) p->copy_at = at;
    p->copy += n;
    mlops__delta_move(&p->like.delta, at + n);
    return MLOPS_OK;
}

/* Will a chunk of the base show before long where the base stands? Or is there no more than a chunk
 * of it? Then it need not be searched, for which all of it is read. */
static int is_found_soon(packer *p) {
    uint8_t key[MLOPS__CHUNK_KEY];
    uint64_t base_at;
    size_t at = p->at;
    if (p->like.anchors || at < p->found_at) return !p->like.anchors;
    for (int i = 0; i < SOON && at < p->n; i++) {
        size_t n = mlops__gear_cut(p->store->kern->gear_scan, p->bytes + at, p->n - at);
        mlops__chunk_key(key, p->bytes + at, n);
        at += n;
        if (!mlops__like_find(&p->like, key, &base_at)) continue;
        p->found_at = at;
        return 1;
    }
    uint64_t size = p->like.reader.levels[0].recipe.size;
    return at == p->n && p->like.delta.base_at + MLOPS__CHUNK_MOST >= size;
}

/* Where the base stands, or else where it has some of the same. MLOPS_END if neither will do. */
static mlops_status change(packer *p, const uint8_t *bytes, size_t n, mlops_error *err) {
    mlops__delta *delta = &p->like.delta;
    size_t ahead = p->n - p->at - n;
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

/* The next part of the content, as what costs least. */
static mlops_status plan_part(packer *p, mlops__index *index, mlops_error *err) {
    uint8_t key[MLOPS__CHUNK_KEY];
    const uint8_t *bytes = p->bytes + p->at;
    size_t n = mlops__gear_cut(p->store->kern->gear_scan, bytes, p->n - p->at);
    int there = 0;
    mlops__chunk_key(key, bytes, n);
    uint64_t base_at = 0;
    int known = p->based && mlops__like_find(&p->like, key, &base_at);
    MLOPS_TRY(has_chunk_now(p->store, index, key, &there, err));
    mlops_status status = MLOPS_END;
    if (known && there) status = share(p, base_at, n, err);
    else if (p->based && !there) {
        if (p->copy) MLOPS_TRY(settle(p, err));
        status = change(p, bytes, n, err);
    }
    if (status == MLOPS_END) {
        base_at = p->like.delta.base_at + n;
        MLOPS_TRY(settle(p, err));
        if (p->based) mlops__delta_move(&p->like.delta, base_at);
        put_piece(p, &(mlops__piece){MLOPS__PIECE_CHUNK, n, 0, key});
        status = there ? MLOPS_OK : plan_chunk(p, key, bytes, n, err);
    }
    p->at += n;
    return status;
}

static mlops_status plan_batch(packer *p, mlops_error *err) {
    mlops__index index;
    p->n_batch = p->payloads.size = 0;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    p->like.reader.index = &index;
    mlops_status status = MLOPS_OK;
    for (int i = 0; !status && p->at < p->n && i < 8 * BATCH && p->n_batch + 3 <= BATCH; i++)
        status = plan_part(p, &index, err);
    if (!status && p->at == p->n) status = settle(p, err);
    mlops__store_read_end(&index);
    if (!status && p->recipe.status) status = mlops__fail_nomem(err, p->recipe.size);
    return status;
}

static mlops_status write_batch(packer *p, mlops_error *err) {
    mlops_store *self = p->store;
    mlops__index index;
    if (p->n_batch == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < p->n_batch && !status; i++) {
        planned *c = &p->batch[i];
        int there = 0;
        status = mlops__content_has_chunk(self, &index, c->frame.key, &there, err);
        if (!status && !there)
            status = mlops__content_append(self, &index, &c->frame, p->payloads.data + c->at, err);
    }
    if (!status) status = mlops__content_note_leased(self, &index, err);
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

/* ---- all of it ---- */

/* What somebody has kept meanwhile stays: others may be kept as changes to it, and count on its
 * depth. */
static mlops_status has_meanwhile(const packer *p, mlops__index *index, const mlops_id *id,
                                  int *out, mlops_error *err) {
    mlops__location at;
    *out = 0;
    if (!p->based) return MLOPS_OK;
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err);
    *out = !status && at.place.pack > 0;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* The damaged chunks of content that comes again, which may be made of others now. */
static mlops_status forget_damaged(packer *p, mlops__index *index, const mlops_id *id,
                                   mlops_error *err) {
    mlops__location at;
    mlops__recipe pieces;
    mlops__piece piece;
    mlops__buf buf;
    int there;
    mlops__buf_init(&buf, &p->store->host.allocator);
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err);
    if (!status) status = mlops__content_recipe(p->store, id->bytes, &at, &buf, &pieces, err);
    while (!status && mlops__recipe_next(&pieces, &piece)) {
        if (!piece.key) continue;
        status = mlops__content_has_chunk(p->store, index, piece.key, &there, err);
        if (!status && !there)
            status = mlops__index_del(index, MLOPS__TABLE_CHUNKS,
                                      (mlops__bytes){piece.key, MLOPS__CHUNK_KEY}, err);
    }
    mlops__buf_free(&buf);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status write_object(packer *p, const mlops_id *id, mlops_error *err) {
    mlops_store *self = p->store;
    mlops__index index;
    int there;
    uint32_t n = (uint32_t)p->recipe.size;
    mlops__pack_frame frame = {
        MLOPS__PACK_OBJECT, p->based ? MLOPS__PACK_BASED : MLOPS__PACK_RAW, n, n, {0}};
    memcpy(frame.key, id->bytes, sizeof frame.key);
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = has_meanwhile(p, &index, id, &there, err);
    if (!status && p->known) status = forget_damaged(p, &index, id, err);
    if (!status && !there)
        status = mlops__content_append(self, &index, &frame, p->recipe.data, err);
    if (!status && !there) status = mlops__content_note_leased(self, &index, err);
    if (!status && !there) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

/* Content that came to share nothing with its base does without it. */
static mlops_status drop_base(packer *p, mlops_error *err) {
    mlops__buf plain;
    mlops__recipe pieces;
    mlops__piece piece;
    if (!p->based || p->n_shared) return MLOPS_OK;
    if (!mlops__recipe_open(&pieces, MLOPS__PACK_BASED, p->recipe.data, p->recipe.size))
        return mlops__content_damaged(err); /* it was just made */
    mlops__buf_init(&plain, &p->store->host.allocator);
    mlops__recipe_begin(&plain, p->n);
    while (mlops__recipe_next(&pieces, &piece)) mlops__recipe_put(&plain, 0, &piece);
    mlops__buf_free(&p->recipe);
    p->recipe = plain;
    p->based = 0;
    return plain.status ? mlops__fail_nomem(err, plain.size) : MLOPS_OK;
}

static mlops_status begin(packer *p, const mlops_id *like, mlops_error *err) {
    mlops__index index;
    mlops_status status = MLOPS_END;
    if (like && p->n >= MLOPS__CHUNK_NORMAL) {
        MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
        status = mlops__like_begin(&p->like, &index, like, err);
        mlops__store_read_end(&index);
        if (status < 0) return status;
    }
    p->based = status == MLOPS_OK;
    if (p->based)
        mlops__recipe_begin_based(&p->recipe, p->n, p->like.base, p->like.number,
                                  p->like.reader.levels[0].recipe.depth + 1);
    else mlops__recipe_begin(&p->recipe, p->n);
    return MLOPS_OK;
}

static mlops_status pack(packer *p, const mlops_id *id, const mlops_id *like, mlops_error *err) {
    MLOPS_TRY(begin(p, like, err));
    while (p->at < p->n) {
        MLOPS_TRY(plan_batch(p, err));
        MLOPS_TRY(write_batch(p, err));
    }
    MLOPS_TRY(drop_base(p, err));
    return write_object(p, id, err);
}

/* Without a base that turned out to be damaged where it was looked at. */
static mlops_status pack_plain(packer *p, const mlops_id *id, mlops_error *err) {
    p->recipe.size = p->at = 0;
    p->copy = 0;
    return pack(p, id, NULL, err);
}

mlops_status mlops__content_pack(mlops_store *self, const mlops_id *id, const uint8_t *bytes,
                                 size_t n, const mlops_id *like, mlops_error *err) {
    int there = 0, is_known = 0;
    MLOPS_TRY(mlops__content_has(self, id, &there, &is_known, err));
    if (there) return MLOPS_OK;
    const mlops_allocator *allocator = &self->host.allocator;
    packer *p = mlops__alloc_zero(allocator, sizeof *p);
    if (!p) return mlops__fail_nomem(err, sizeof *p);
    p->store = self;
    p->bytes = bytes;
    p->n = n;
    p->known = is_known;
    mlops__buf_init(&p->recipe, allocator);
    mlops__buf_init(&p->payloads, allocator);
    mlops__buf_init(&p->ops, allocator);
    mlops__codec_init(&p->codec, &self->host);
    mlops__like_init(&p->like, self);
    mlops_status status = pack(p, id, is_known ? NULL : like, err);
    if (status == MLOPS_E_CORRUPT && p->based) status = pack_plain(p, id, err);
    mlops__like_free(&p->like);
    mlops__codec_free(&p->codec);
    mlops__buf_free(&p->ops);
    mlops__buf_free(&p->payloads);
    mlops__buf_free(&p->recipe);
    mlops__free(allocator, p, sizeof *p);
    return status;
}

mlops_status mlops__store_sync_packs(mlops_store *self, mlops__index *index, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    for (;;) {
        MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_PACKS,
                                         (mlops__bytes){(const uint8_t *)"u", 1}, err));
        mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
        mlops__cursor c;
        mlops__cursor_init(&c, key.data + 1, status ? 0 : key.size - 1);
        int64_t number = status ? 0 : (int64_t)mlops__cursor_be(&c, 8);
        mlops__index_iter_free(&iter);
        if (status) return status == MLOPS_END ? MLOPS_OK : status;
        MLOPS_TRY(mlops__packs_sync(&self->packs, number, err));
        MLOPS_TRY(forget_pack(index, 'u', number, err));
    }
}
