/* Where content goes: the pack that is appended to, and whether what is known is intact.
 *
 * Owns nothing. Invariants: the index names a chunk or object only after its frame was written;
 * what the pack in use has is noted as not yet durable in the transaction that appends to it.
 */
#include "store/content.h"
#include "store/erased.h"

#include <string.h>

enum { WINDOW = 1 << 20 };

/* ---- which pack to append to ---- */

static mlops__bytes pack_key(uint8_t key[9], char what, int64_t number) {
    key[0] = (uint8_t)what;
    mlops__key_u64(key + 1, (uint64_t)number);
    return (mlops__bytes){key, 9};
}

mlops_status mlops__pack_note(mlops__index *index, char what, int64_t number, int64_t value,
                              mlops_error *err) {
    uint8_t key[9], bytes[8];
    mlops__store_u64(bytes, (uint64_t)value);
    return mlops__index_put(index, MLOPS__TABLE_PACKS, pack_key(key, what, number),
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

mlops_status mlops__pack_forget(mlops__index *index, char what, int64_t number, mlops_error *err) {
    uint8_t key[9];
    return mlops__index_del(index, MLOPS__TABLE_PACKS, pack_key(key, what, number), err);
}

mlops_status mlops__pack_is_dying(mlops__index *index, int64_t number, int *out, mlops_error *err) {
    uint8_t key[9];
    mlops__bytes value;
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_PACKS, pack_key(key, 'd', number), &value, err);
    *out = status == MLOPS_OK;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__content_note_leased(mlops_store *self, mlops__index *index, mlops_error *err) {
    if (!self->packs.leased) return MLOPS_OK;
    MLOPS_TRY(mlops__pack_note(index, 's', self->packs.leased, self->packs.end, err));
    return mlops__pack_note(index, 'u', self->packs.leased, 0, err);
}

/* An open pack that nobody writes to; *number is above all that were seen if there is none. */
static mlops_status lease_open(mlops_store *self, mlops__index *index, int64_t *number,
                               mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    int dying = 0;
    MLOPS_TRY(mlops__mark_get(index, 'n', number, err)); /* none is used twice */
    ++*number;
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_PACKS,
                                     (mlops__bytes){(const uint8_t *)"s", 1}, err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__cursor c;
        mlops__cursor_init(&c, key.data + 1, key.size - 1);
        int64_t there = (int64_t)mlops__cursor_be(&c, 8);
        if (*number <= there) *number = there + 1;
        mlops__cursor_init(&c, value.data, value.size);
        if (mlops__cursor_i64(&c) >= MLOPS__PACK_FULL) continue;
        status = mlops__pack_is_dying(index, there, &dying, err);
        if (status) break;
        if (dying) continue;
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
static mlops_status is_intact(mlops_store *self, mlops__index *index, const uint8_t *key, int *out,
                              mlops_error *err) {
    mlops__location at;
    mlops__pack_frame frame;
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (!status) status = mlops__packs_read(&self->packs, at.place, &frame, &self->payload, err);
    *out = !status && memcmp(frame.key, key, MLOPS__CHUNK_KEY) == 0;
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* Unpacks the chunk, so that a frame that was forged under its key is none. */
static mlops_status compare_chunk(mlops_store *self, mlops__index *index, const uint8_t *key,
                                  const uint8_t *bytes, mlops__chunk_found *out, mlops_error *err) {
    mlops__codec codec;
    mlops__buf there;
    mlops__codec_init(&codec, &self->host);
    mlops__buf_init(&there, &self->host.allocator);
    mlops_status status = mlops__content_chunk(self, index, &codec, key, NULL, &there, err);
    *out = status ? MLOPS__CHUNK_NONE : MLOPS__CHUNK_THERE;
    if (!status && bytes && memcmp(there.data, bytes, there.size) != 0) *out = MLOPS__CHUNK_OTHER;
    mlops__buf_free(&there);
    mlops__codec_free(&codec);
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

mlops_status mlops__content_has_chunk(mlops_store *self, mlops__index *index, const uint8_t *key,
                                      const uint8_t *bytes, mlops__chunk_found *out,
                                      mlops_error *err) {
    int intact = 0;
    *out = MLOPS__CHUNK_NONE;
    MLOPS_TRY(is_intact(self, index, key, &intact, err));
    if (!intact) return MLOPS_OK;
    *out = MLOPS__CHUNK_THERE;
    return self->verifies ? compare_chunk(self, index, key, bytes, out, err) : MLOPS_OK;
}

mlops_status mlops__content_has_chunk_now(mlops_store *self, mlops__index *index,
                                          const uint8_t *key, const uint8_t *bytes,
                                          mlops__chunk_found *out, mlops_error *err) {
    mlops__location at;
    *out = MLOPS__CHUNK_NONE;
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK; /* and nobody is waited for */
    MLOPS_TRY(status);
    mlops__lock_take(&self->lock);
    status = mlops__content_has_chunk(self, index, key, bytes, out, err);
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
    mlops__chunk_found found = MLOPS__CHUNK_THERE;
    while (*out && found && mlops__recipe_next(&pieces, &piece))
        if (piece.key)
            MLOPS_TRY(mlops__content_has_chunk_now(self, index, piece.key, NULL, &found, err));
    if (!found) *out = 0;
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
    mlops_status status = mlops__erased_check(&index, id->bytes, err);
    *out = !status;
    for (int i = 0; *out && recipe.base && !status; i++) {
        if (i > MLOPS__CHAIN_MAX) *out = 0;
        else status = has_object(self, &index, recipe.base, &buf, &recipe, out, &known, err);
        if (i == 0) *is_known = known;
        if (!status) status = has_all_chunks(self, &index, recipe, out, err);
    }
    mlops__store_read_end(&index);
    mlops__buf_free(&buf);
    return status;
}

/* What was kept before anybody verified may be made of a chunk that is another's. */
static mlops_status compare_all(mlops_store *self, const mlops_id *id, const mlops__source *source,
                                int *out, mlops_error *err) {
    uint8_t *room = mlops__alloc(&self->host.allocator, 2 * WINDOW);
    if (!room) return mlops__fail_nomem(err, 2 * WINDOW);
    mlops_status status = MLOPS_OK;
    for (uint64_t at = 0; at < source->size && *out && !status; at += WINDOW) {
        size_t n = source->size - at < WINDOW ? (size_t)(source->size - at) : WINDOW;
        const uint8_t *want = source->bytes ? source->bytes + at : room + WINDOW;
        int64_t size = 0;
        if (!source->bytes) status = source->read(source->user, at, room + WINDOW, n, err);
        if (status) break;
        status = mlops__content_read(self, id, (int64_t)at, room, n, &size, err);
        *out = !status && (uint64_t)size == source->size && memcmp(room, want, n) == 0;
        if (status == MLOPS_E_CORRUPT || status == MLOPS_E_INVALID) status = MLOPS_OK;
    }
    mlops__free(&self->host.allocator, room, 2 * WINDOW);
    return status;
}

mlops_status mlops__content_has_same(mlops_store *self, const mlops_id *id,
                                     const mlops__source *source, int *out, int *is_known,
                                     mlops_error *err) {
    MLOPS_TRY(mlops__content_has(self, id, out, is_known, err));
    return *out && self->verifies ? compare_all(self, id, source, out, err) : MLOPS_OK;
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

/* ---- durability ---- */

mlops_status mlops__store_sync_packs(mlops_store *self, mlops__index *index, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    for (;;) {
        MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_PACKS,
                                         (mlops__bytes){(const uint8_t *)"u", 1}, err));
        mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
        mlops__cursor c;
        mlops__cursor_init(&c, status ? NULL : key.data + 1, status ? 0 : key.size - 1);
        int64_t number = status ? 0 : (int64_t)mlops__cursor_be(&c, 8);
        mlops__index_iter_free(&iter);
        if (status) return status == MLOPS_END ? MLOPS_OK : status;
        MLOPS_TRY(mlops__packs_sync(&self->packs, number, err));
        MLOPS_TRY(mlops__pack_forget(index, 'u', number, err));
    }
}

/* Of all packs that are there, so that the next scan begins ahead of their first frames. */
mlops_status mlops__packs_forget_scans(mlops__index *index, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    for (int64_t number = 0;;) {
        uint8_t from[9];
        MLOPS_TRY(mlops__index_iter_from(&iter, index, MLOPS__TABLE_PACKS,
                                         pack_key(from, 's', number + 1), err));
        mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
        int is_one = !status && key.size == 9 && key.data[0] == 's';
        mlops__cursor c;
        mlops__cursor_init(&c, key.data + 1, is_one ? 8 : 0);
        number = is_one ? (int64_t)mlops__cursor_be(&c, 8) : 0;
        mlops__index_iter_free(&iter);
        if (!is_one) return status < 0 ? status : MLOPS_OK;
        MLOPS_TRY(mlops__pack_note(index, 's', number, MLOPS__PACK_HEAD, err));
    }
}
