/* Content of a remote without a store: what it is made of, and its bytes.
 *
 * Owns nothing beyond a call. Invariant: bases lead no further than MLOPS__CHAIN_MAX objects,
 * whatever the bytes say.
 */
#include "store/delta.h"
#include "store/remote_seam.h"

#include <string.h>

enum { ID = 32 };

static mlops_status lacks(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "the remote lacks a part of its content");
}

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content of the remote is damaged");
}

static mlops_status find(mlops__depot *parts, mlops__part_kind kind, const uint8_t *key, size_t n,
                         mlops__part *out, mlops_error *err) {
    int found = 0;
    MLOPS_TRY(mlops__depot_find(parts, kind, key, n, out, &found, err));
    return found ? MLOPS_OK : MLOPS_E_NOT_FOUND;
}

mlops_status mlops__fetch_recipe(mlops__fetcher *self, const mlops__part *part, mlops__buf *bytes,
                                 mlops__recipe *out, mlops_error *err) {
    mlops__pack_frame frame;
    const uint8_t *payload;
    size_t before = bytes->size;
    MLOPS_TRY(mlops__fetch(self, part, &frame, &payload, err));
    mlops__buf_put(bytes, payload, frame.stored);
    if (bytes->status) return mlops__fail_nomem(err, frame.stored);
    if (mlops__recipe_open(out, frame.codec, bytes->data + before, frame.stored)) return MLOPS_OK;
    return damaged(err);
}

/* ---- parts ---- */

static mlops_status visit_chunks(mlops__depot *parts, mlops__recipe recipe,
                                 mlops__part_visit *visit, void *user, mlops_error *err) {
    mlops__piece piece;
    mlops__part part;
    while (mlops__recipe_next(&recipe, &piece)) {
        if (!piece.key) continue;
        mlops_status status =
            find(parts, MLOPS__PART_CHUNK, piece.key, MLOPS__CHUNK_KEY, &part, err);
        if (status == MLOPS_E_NOT_FOUND) return lacks(err);
        MLOPS_TRY(status);
        MLOPS_TRY(visit(user, &part, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__fetch_parts(mlops__fetcher *self, mlops__depot *parts, const mlops_id *id,
                                mlops__part_visit *visit, void *user, mlops_error *err) {
    uint8_t name[ID];
    mlops__part part;
    memcpy(name, id->bytes, ID);
    mlops_status status = find(parts, MLOPS__PART_SMALL, name, ID, &part, err);
    if (status != MLOPS_E_NOT_FOUND) return status ? status : visit(user, &part, err);
    for (int level = 0;; level++) {
        mlops__buf bytes;
        mlops__recipe recipe;
        status = find(parts, MLOPS__PART_OBJECT, name, ID, &part, err);
        if (status == MLOPS_E_NOT_FOUND) return lacks(err);
        MLOPS_TRY(status);
        MLOPS_TRY(visit(user, &part, err));
        mlops__buf_init(&bytes, &self->remote->host->allocator);
        status = mlops__fetch_recipe(self, &part, &bytes, &recipe, err);
        if (!status) status = visit_chunks(parts, recipe, visit, user, err);
        int more = !status && recipe.base;
        if (more) memcpy(name, recipe.base, ID);
        mlops__buf_free(&bytes);
        if (!more) return status;
        if (level == MLOPS__CHAIN_MAX) return damaged(err);
    }
}

/* ---- bytes ---- */

static mlops_status read_base(void *user, uint64_t offset, uint8_t *out, size_t n,
                              mlops_error *err) {
    const mlops__buf *base = user;
    if (offset > base->size || n > base->size - offset) return damaged(err);
    if (n) memcpy(out, base->data + offset, n);
    return MLOPS_OK;
}

/* The bytes of one piece, of which chunk has those that it names. */
static mlops_status make_piece(const mlops__piece *piece, mlops__buf *base, const mlops__buf *chunk,
                               uint8_t *out, mlops_error *err) {
    mlops__delta_reader delta;
    size_t n = (size_t)piece->size;
    uint64_t from = piece->kind == MLOPS__PIECE_PART ? piece->base_at : 0;
    if (piece->kind == MLOPS__PIECE_COPY) return read_base(base, piece->base_at, out, n, err);
    if (piece->kind == MLOPS__PIECE_DELTA) {
        MLOPS_TRY(mlops__delta_open(&delta, chunk->data, chunk->size, piece->base_at, err));
        return mlops__delta_apply(&delta, n, 0, n, out, read_base, base, err);
    }
    if (from > chunk->size || n > chunk->size - from) return damaged(err);
    memcpy(out, chunk->data + from, n);
    return MLOPS_OK;
}

/* Ahead of making room for it: is it no longer than what it is made of? */
static int may_be(const mlops__piece *piece, const mlops__buf *base, const mlops__buf *chunk) {
    if (piece->kind == MLOPS__PIECE_DELTA) return piece->size <= SIZE_MAX / 2;
    return piece->size <= (piece->kind == MLOPS__PIECE_COPY ? base : chunk)->size;
}

static mlops_status fetch_level(mlops__fetcher *self, mlops__depot *parts, const uint8_t *id,
                                uint64_t max, int level, mlops__buf *out, mlops_error *err);

static mlops_status make_all(mlops__fetcher *self, mlops__depot *parts, mlops__recipe recipe,
                             mlops__buf *base, mlops__buf *out, mlops_error *err) {
    mlops__buf chunk;
    mlops__piece piece;
    mlops__part part;
    mlops_status status = MLOPS_OK;
    mlops__buf_init(&chunk, &self->remote->host->allocator);
    while (!status && mlops__recipe_next(&recipe, &piece)) {
        status = mlops__remote_tick(self->remote, err);
        if (status) break;
        if (piece.key) {
            status = find(parts, MLOPS__PART_CHUNK, piece.key, MLOPS__CHUNK_KEY, &part, err);
            if (status == MLOPS_E_NOT_FOUND) status = lacks(err);
            if (!status) status = mlops__fetch_bytes(self, &part, &chunk, err);
            if (status) break;
        }
        if (!may_be(&piece, base, &chunk)) status = damaged(err);
        uint8_t *room = status ? NULL : mlops__buf_extend(out, (size_t)piece.size);
        if (!status && !room) status = mlops__fail_nomem(err, (size_t)piece.size);
        if (!status) status = make_piece(&piece, base, &chunk, room, err);
    }
    mlops__buf_free(&chunk);
    return status;
}

static mlops_status fetch_level(mlops__fetcher *self, mlops__depot *parts, const uint8_t *id,
                                uint64_t max, int level, mlops__buf *out, mlops_error *err) {
    mlops__part part;
    mlops__buf bytes, base;
    mlops__recipe recipe;
    mlops_status status = find(parts, MLOPS__PART_SMALL, id, ID, &part, err);
    if (!status) return mlops__fetch_bytes(self, &part, out, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    status = find(parts, MLOPS__PART_OBJECT, id, ID, &part, err);
    if (status == MLOPS_E_NOT_FOUND) return lacks(err);
    MLOPS_TRY(status);
    if (level > MLOPS__CHAIN_MAX) return damaged(err);
    mlops__buf_init(&base, &self->remote->host->allocator);
    mlops__buf_init(&bytes, &self->remote->host->allocator);
    status = mlops__fetch_recipe(self, &part, &bytes, &recipe, err);
    if (!status && mlops__recipe_has_rows(recipe.codec))
        status = mlops__fail(err, MLOPS_E_UNSUPPORTED, "content that is rows needs a store");
    if (!status && recipe.size > max)
        status =
            mlops__fail(err, MLOPS_E_LIMIT,
                        "the remote has content of %llu bytes where no more than %llu are read",
                        (unsigned long long)recipe.size, (unsigned long long)max);
    if (!status && recipe.base)
        status = fetch_level(self, parts, recipe.base, max, level + 1, &base, err);
    if (!status) status = make_all(self, parts, recipe, &base, out, err);
    mlops__buf_free(&base);
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__fetch_content(mlops__fetcher *self, mlops__depot *parts, const mlops_id *id,
                                  uint64_t max, mlops__buf *out, mlops_error *err) {
    mlops__sha256 sha;
    uint8_t digest[ID];
    MLOPS_TRY(fetch_level(self, parts, id->bytes, max, 0, out, err));
    mlops__sha256_init(&sha, self->remote->blocks);
    mlops__sha256_add(&sha, out->data, out->size);
    mlops__sha256_end(&sha, digest);
    return memcmp(digest, id->bytes, ID) == 0 ? MLOPS_OK : damaged(err);
}
