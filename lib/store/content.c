/* Content by its SHA-256: cut into chunks, each kept once, found by XXH3-128 and size.
 *
 * Owns nothing. Invariants: the index names a chunk or object only after its frame was written;
 * what is read is held against the hash that it was found by, small content against its SHA-256;
 * between two chunks no lock is held, so that a large one does not keep others waiting.
 */
#include "store/codec.h"
#include "store/core.h"

#include <string.h>

enum { CHUNK_KEY = 20, OBJECT_VALUE = 32, BATCH = 64 /* chunks of one transaction */ };

static void chunk_key(uint8_t key[CHUNK_KEY], const uint8_t *bytes, size_t n) {
    mlops__hash128 h = mlops__hash_128(bytes, n);
    mlops__store_u64(key, h.low);
    mlops__store_u64(key + 8, h.high);
    for (int i = 0; i < 4; i++) key[16 + i] = (uint8_t)(n >> 8 * i);
}

/* ---- places in the index ---- */

mlops_status mlops__content_note(mlops__index *index, const mlops__pack_frame *frame,
                                 mlops__pack_place place, mlops_error *err) {
    uint8_t value[OBJECT_VALUE];
    mlops__store_u64(value, (uint64_t)place.pack);
    mlops__store_u64(value + 8, 0);
    mlops__store_u64(value + 16, (uint64_t)place.offset);
    mlops__store_u64(value + 24, 0);
    int is_chunk = frame->kind == MLOPS__PACK_CHUNK;
    return mlops__index_put(index, is_chunk ? MLOPS__TABLE_CHUNKS : MLOPS__TABLE_OBJECTS,
                            (mlops__bytes){frame->key, is_chunk ? CHUNK_KEY : 32},
                            (mlops__bytes){value, sizeof value}, err);
}

typedef struct location {
    mlops__pack_place place; /* pack 0: inline; -1: named by a commit, but lost */
    int64_t segment;
    int64_t size; /* of inline content */
} location;

static mlops_status find(mlops__index *index, uint8_t table, mlops__bytes key, location *out,
                         mlops_error *err) {
    mlops__bytes value;
    mlops__cursor c;
    MLOPS_TRY(mlops__index_get(index, table, key, &value, err));
    mlops__cursor_init(&c, value.data, value.size);
    out->place.pack = mlops__cursor_i64(&c);
    out->segment = mlops__cursor_i64(&c);
    out->place.offset = mlops__cursor_i64(&c);
    out->size = mlops__cursor_i64(&c);
    if (!c.failed) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the index's place of content is cut short");
}

mlops_status mlops__content_note_lost(mlops__index *index, const uint8_t *id, mlops_error *err) {
    location at;
    uint8_t value[OBJECT_VALUE] = {0};
    mlops__bytes key = {id, 32};
    mlops_status status = find(index, MLOPS__TABLE_OBJECTS, key, &at, err);
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

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its bytes do not have its hash");
}

/* The recipe is copied, since reading its chunks needs the buffer that it is in. */
static mlops_status read_recipe(mlops_store *self, const mlops_id *id, const location *at,
                                mlops__buf *recipe, mlops_error *err) {
    mlops__pack_frame frame;
    MLOPS_TRY(mlops__packs_read(&self->packs, at->place, &frame, &self->payload, err));
    if (frame.kind != MLOPS__PACK_OBJECT || frame.codec != MLOPS__PACK_RAW ||
        memcmp(frame.key, id->bytes, 32) != 0 || frame.size < 8 ||
        (frame.size - 8) % CHUNK_KEY != 0)
        return damaged(err);
    mlops__buf_put(recipe, self->payload.data, frame.size);
    return recipe->status ? mlops__fail_nomem(err, frame.size) : MLOPS_OK;
}

/* Reads the chunk's frame, whose guard covers its bytes as they are stored. *out is 0 where none is
 * known, or where it is damaged, so that good bytes that come again are written anew. */
static mlops_status has_chunk(mlops_store *self, mlops__index *index, const uint8_t key[CHUNK_KEY],
                              int *out, mlops_error *err) {
    location at;
    mlops__pack_frame frame;
    mlops_status status =
        find(index, MLOPS__TABLE_CHUNKS, (mlops__bytes){key, CHUNK_KEY}, &at, err);
    if (!status) status = mlops__packs_read(&self->packs, at.place, &frame, &self->payload, err);
    *out = !status && memcmp(frame.key, key, CHUNK_KEY) == 0;
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* ---- writing ---- */

static mlops_status append(mlops_store *self, mlops__index *index, mlops__pack_frame *frame,
                           const uint8_t *payload, mlops_error *err) {
    mlops__pack_place place;
    MLOPS_TRY(lease_any(self, index, err));
    MLOPS_TRY(mlops__packs_append(&self->packs, frame, payload, &place, err));
    return mlops__content_note(index, frame, place, err);
}

static mlops_status append_chunk(mlops_store *self, mlops__index *index, const uint8_t *bytes,
                                 size_t n, const uint8_t key[CHUNK_KEY], mlops_error *err) {
    int there = 0;
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, (uint32_t)n, (uint32_t)n, {0}};
    memcpy(frame.key, key, CHUNK_KEY);
    MLOPS_TRY(has_chunk(self, index, key, &there, err));
    if (there) return MLOPS_OK;
    self->payload.size = 0;
    mlops_status status = mlops__codec_pack(&self->payload, &self->host, bytes, n);
    if (status == MLOPS_E_NOMEM) {
        self->payload.status = MLOPS_OK;
        return mlops__fail_nomem(err, n);
    }
    if (status == MLOPS_END) return append(self, index, &frame, bytes, err);
    frame.codec = MLOPS__PACK_ZSTD;
    frame.stored = (uint32_t)self->payload.size;
    return append(self, index, &frame, self->payload.data, err);
}

/* As many chunks as one transaction takes; moves *at on. */
static mlops_status append_batch(mlops_store *self, const uint8_t *bytes, size_t n, size_t *at,
                                 mlops__buf *recipe, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = MLOPS_OK;
    for (int i = 0; i < BATCH && *at < n && !status; i++) {
        uint8_t key[CHUNK_KEY];
        size_t part = mlops__gear_cut(self->kern->gear_scan, bytes + *at, n - *at);
        chunk_key(key, bytes + *at, part);
        status = append_chunk(self, &index, bytes + *at, part, key, err);
        mlops__buf_put(recipe, key, sizeof key);
        *at += part;
    }
    if (!status && recipe->status) status = mlops__fail_nomem(err, recipe->size);
    if (!status && self->packs.leased) {
        status = note_pack(&index, 's', self->packs.leased, self->packs.end, err);
        if (!status) status = note_pack(&index, 'u', self->packs.leased, 0, err);
    }
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

static mlops_status append_object(mlops_store *self, const mlops_id *id, mlops__buf *recipe,
                                  mlops_error *err) {
    mlops__index index;
    uint32_t n = (uint32_t)recipe->size;
    mlops__pack_frame frame = {MLOPS__PACK_OBJECT, MLOPS__PACK_RAW, n, n, {0}};
    memcpy(frame.key, id->bytes, sizeof frame.key);
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = append(self, &index, &frame, recipe->data, err);
    if (!status) status = note_pack(&index, 's', self->packs.leased, self->packs.end, err);
    if (!status) status = note_pack(&index, 'u', self->packs.leased, 0, err);
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

/* What content is made of; empty if it is not known, or if that is damaged. *is_inline if a frame
 * of the journal holds it. */
static mlops_status find_recipe(mlops_store *self, mlops__index *index, const mlops_id *id,
                                mlops__buf *recipe, int *is_inline, mlops_error *err) {
    location at;
    mlops__lock_take(&self->lock);
    mlops_status status =
        find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err);
    *is_inline = !status && at.place.pack == 0;
    if (!status && !*is_inline) status = read_recipe(self, id, &at, recipe, err);
    mlops__lock_give(&self->lock);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* An object that a power cut left without its chunks, or that is damaged, is stored anew. */
static mlops_status is_there(mlops_store *self, const mlops_id *id, int *out, mlops_error *err) {
    mlops__index index;
    mlops__buf recipe;
    mlops__buf_init(&recipe, &self->host.allocator);
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    mlops_status status = find_recipe(self, &index, id, &recipe, out, err);
    *out |= recipe.size > 0;
    for (size_t i = 8; i < recipe.size && *out && !status; i += CHUNK_KEY) {
        mlops__lock_take(&self->lock);
        status = has_chunk(self, &index, recipe.data + i, out, err);
        mlops__lock_give(&self->lock);
    }
    mlops__store_read_end(&index);
    mlops__buf_free(&recipe);
    return status;
}

mlops_status mlops__content_pack(mlops_store *self, const mlops_id *id, const uint8_t *bytes,
                                 size_t n, mlops_error *err) {
    mlops_status status;
    int there = 0;
    MLOPS_TRY(is_there(self, id, &there, err));
    if (there) return MLOPS_OK;
    mlops__buf recipe;
    mlops__buf_init(&recipe, &self->host.allocator);
    mlops__buf_u64(&recipe, n);
    status = MLOPS_OK;
    for (size_t at = 0; at < n && !status;)
        status = append_batch(self, bytes, n, &at, &recipe, err);
    if (!status) status = append_object(self, id, &recipe, err);
    mlops__buf_free(&recipe);
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

/* ---- reading ---- */

static mlops_status read_chunk(mlops_store *self, mlops__index *index, const uint8_t *key,
                               uint8_t **out, size_t size, mlops_error *err) {
    location at;
    mlops__pack_frame frame;
    uint8_t found[CHUNK_KEY];
    mlops_status status =
        find(index, MLOPS__TABLE_CHUNKS, (mlops__bytes){key, CHUNK_KEY}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return damaged(err);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__packs_read(&self->packs, at.place, &frame, &self->payload, err));
    if (frame.size != size) return damaged(err);
    *out = self->payload.data;
    if (frame.codec == MLOPS__PACK_ZSTD) {
        self->scratch.size = 0;
        *out = mlops__buf_extend(&self->scratch, size);
        if (!*out) {
            self->scratch.status = MLOPS_OK;
            return mlops__fail_nomem(err, size);
        }
        MLOPS_TRY(
            mlops__codec_unpack(&self->host, *out, size, self->payload.data, frame.stored, err));
    }
    chunk_key(found, *out, size);
    return memcmp(found, key, CHUNK_KEY) == 0 ? MLOPS_OK : damaged(err);
}

typedef struct wanted {
    int64_t offset;
    uint8_t *out;
    size_t cap;
    int64_t size; /* of the whole; found */
} wanted;

/* Once the size is known: no more is wanted than there is. */
static mlops_status check_offset(wanted *w, mlops_error *err) {
    if (w->offset >= 0 && w->offset <= w->size) {
        uint64_t left = (uint64_t)(w->size - w->offset);
        if (w->cap > left) w->cap = (size_t)left;
        return MLOPS_OK;
    }
    return mlops__fail(err, MLOPS_E_INVALID, "offset %lld lies outside the %lld bytes",
                       (long long)w->offset, (long long)w->size);
}

static void copy_part(wanted *w, const uint8_t *bytes, int64_t at, size_t n) {
    int64_t begin = w->offset > at ? w->offset : at, end = at + (int64_t)n;
    if (end > w->offset + (int64_t)w->cap) end = w->offset + (int64_t)w->cap;
    if (begin < end)
        memcpy(w->out + (begin - w->offset), bytes + (begin - at), (size_t)(end - begin));
}

static mlops_status read_inline(mlops_store *self, const mlops_id *id, const location *at,
                                wanted *w, mlops_error *err) {
    uint8_t bytes[MLOPS__INLINE_MAX], digest[32];
    mlops__sha256 sha;
    w->size = at->size;
    MLOPS_TRY(check_offset(w, err));
    if (at->size < 0 || at->size > (int64_t)sizeof bytes) return damaged(err);
    MLOPS_TRY(mlops__journal_read(&self->journal, at->segment, at->place.offset, bytes,
                                  (size_t)at->size, err));
    mlops__sha256_init(&sha, self->kern->sha256_blocks);
    mlops__sha256_add(&sha, bytes, (size_t)at->size);
    mlops__sha256_end(&sha, digest);
    if (memcmp(digest, id->bytes, sizeof digest) != 0) return damaged(err);
    copy_part(w, bytes, 0, (size_t)at->size);
    return MLOPS_OK;
}

static mlops_status read_chunks(mlops_store *self, mlops__index *index, const mlops__buf *recipe,
                                wanted *w, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, recipe->data, recipe->size);
    w->size = mlops__cursor_i64(&c);
    MLOPS_TRY(check_offset(w, err));
    int64_t at = 0;
    while (mlops__cursor_left(&c) > 0 && at < w->offset + (int64_t)w->cap) {
        const uint8_t *key = mlops__cursor_take(&c, CHUNK_KEY);
        size_t n = mlops__load_u32(key + 16);
        uint8_t *bytes = NULL;
        if (at + (int64_t)n > w->offset) {
            MLOPS_TRY(read_chunk(self, index, key, &bytes, n, err));
            copy_part(w, bytes, at, n);
        }
        at += (int64_t)n;
    }
    int whole = w->cap == 0 || at >= w->offset + (int64_t)w->cap;
    return whole && at <= w->size ? MLOPS_OK : damaged(err);
}

static mlops_status read_object(mlops_store *self, mlops__index *index, const mlops_id *id,
                                wanted *w, mlops_error *err) {
    location at;
    MLOPS_TRY(find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err));
    if (at.place.pack == 0) return read_inline(self, id, &at, w, err);
    mlops__buf recipe;
    mlops__buf_init(&recipe, &self->host.allocator);
    mlops_status status = read_recipe(self, id, &at, &recipe, err);
    if (!status) status = read_chunks(self, index, &recipe, w, err);
    mlops__buf_free(&recipe);
    return status;
}

mlops_status mlops__content_read(mlops_store *self, const mlops_id *id, int64_t offset, void *out,
                                 size_t cap, int64_t *size, mlops_error *err) {
    mlops__index index;
    wanted w = {offset, out, out ? cap : 0, 0};
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    mlops__lock_take(&self->lock);
    mlops_status status = read_object(self, &index, id, &w, err);
    mlops__lock_give(&self->lock);
    mlops__store_read_end(&index);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the store has no content of this name");
    *size = w.size;
    return status;
}

mlops_status mlops_store_content(mlops_store *self, const mlops_id *id, void *bytes, size_t cap,
                                 size_t *needed, mlops_error *err) {
    int64_t size = 0;
    if (!self || !id) return mlops__fail(err, MLOPS_E_INVALID, "the store or the id is NULL");
    MLOPS_TRY(mlops__content_read(self, id, 0, bytes, cap, &size, err));
    if ((uint64_t)size > SIZE_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "the content has %lld bytes, more than memory",
                           (long long)size);
    if (needed) *needed = (size_t)size;
    if (!bytes || (size_t)size <= cap) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_ARENA, "the content has %lld bytes, there is room for %zu",
                       (long long)size, cap);
}

/* True to the index: each frame in it has passed its guard when it was noted. */
mlops_status mlops__content_check(mlops_store *self, mlops__index *index, const uint8_t *id,
                                  mlops_error *err) {
    location at;
    mlops_id name;
    mlops__buf recipe;
    memcpy(name.bytes, id, sizeof name.bytes);
    MLOPS_TRY(find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, err));
    if (at.place.pack == 0) return MLOPS_OK;
    mlops__buf_init(&recipe, &self->host.allocator);
    mlops_status status = read_recipe(self, &name, &at, &recipe, err);
    for (size_t i = 8; i < recipe.size && !status; i += CHUNK_KEY)
        status =
            find(index, MLOPS__TABLE_CHUNKS, (mlops__bytes){recipe.data + i, CHUNK_KEY}, &at, err);
    mlops__buf_free(&recipe);
    return status;
}

mlops_status mlops__content_walk(mlops_store *self, mlops__index *index, const uint8_t *id,
                                 mlops__content_visit *visit, void *user, mlops_error *err) {
    location at;
    mlops_id name;
    mlops__buf recipe;
    mlops__pack_frame frame;
    memcpy(name.bytes, id, sizeof name.bytes);
    MLOPS_TRY(find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, err));
    if (at.place.pack == 0) return MLOPS_OK;
    mlops__buf_init(&recipe, &self->host.allocator);
    mlops_status status = read_recipe(self, &name, &at, &recipe, err);
    for (size_t i = 8; i < recipe.size && !status; i += CHUNK_KEY) {
        status =
            find(index, MLOPS__TABLE_CHUNKS, (mlops__bytes){recipe.data + i, CHUNK_KEY}, &at, err);
        if (status == MLOPS_E_NOT_FOUND) status = damaged(err);
        if (!status)
            status = mlops__packs_read(&self->packs, at.place, &frame, &self->payload, err);
        if (!status) status = visit(user, &frame, self->payload.data, err);
    }
    if (!status) {
        uint32_t n = (uint32_t)recipe.size;
        mlops__pack_frame object = {MLOPS__PACK_OBJECT, MLOPS__PACK_RAW, n, n, {0}};
        memcpy(object.key, id, sizeof object.key);
        status = visit(user, &object, recipe.data, err);
    }
    mlops__buf_free(&recipe);
    return status;
}
