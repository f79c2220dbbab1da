/* Indexes of a remote: which parts lie in which of its objects.
 *
 * Owns what was read and what this call has put. Invariants: an index that was opened is sorted and
 * whole, and its parts lie in objects that it names; a part that is found has all that it leads to
 * in the same index, or in one that was taken before.
 */
#include "base/cursor.h"
#include "store/remote_seam.h"

#include <string.h>

enum { VERSION = 1, HEAD = 24, ID = 32, GUARD = 8, KEY_AT = 24 };

static const char MAGIC[] = "MLOPSRIX";

/* ---- bytes ---- */

static void put_part(mlops__buf *out, const mlops__part *part, uint32_t object) {
    mlops__buf_u8(out, (uint8_t)part->kind);
    mlops__buf_u8(out, (uint8_t)part->depth);
    mlops__buf_u16(out, (uint16_t)part->codec);
    mlops__buf_u32(out, object);
    mlops__buf_u64(out, part->offset);
    mlops__buf_u32(out, part->size);
    mlops__buf_u32(out, 0);
    mlops__buf_put(out, part->key, ID);
}

/* All but the object's name. */
static uint32_t get_part(const uint8_t *at, mlops__part *out) {
    out->kind = (mlops__part_kind)at[0];
    out->depth = at[1];
    out->codec = mlops__load_u16(at + 2);
    out->offset = mlops__load_u64(at + 8);
    out->size = mlops__load_u32(at + 16);
    memcpy(out->key, at + KEY_AT, ID);
    return mlops__load_u32(at + 4);
}

/* By kind, then by key. */
static int compare_parts(const uint8_t *a, const uint8_t *b) {
    return a[0] != b[0] ? (a[0] < b[0] ? -1 : 1) : memcmp(a + KEY_AT, b + KEY_AT, ID);
}

static int part_ok(const mlops__part_index *self, size_t i) {
    static const uint8_t zeroes[ID];
    const uint8_t *at = self->parts + i * MLOPS__PART_SIZE;
    mlops__part part;
    uint32_t object = get_part(at, &part);
    if (part.kind < MLOPS__PART_CHUNK || part.kind > MLOPS__PART_VERDICT) return 0;
    if (part.kind != MLOPS__PART_OBJECT && (part.depth || part.codec)) return 0;
    if (part.depth > MLOPS__ROWS_DEPTH_MAX || part.codec > MLOPS__PACK_ROWS_BASED) return 0;
    if (mlops__load_u32(at + 20) || object >= self->n_names) return 0;
    if (part.size < MLOPS__PACK_FRAME_HEAD ||
        part.size > MLOPS__PACK_FRAME_HEAD + MLOPS__PACK_PAYLOAD_MAX)
        return 0;
    if (part.offset > (uint64_t)INT64_MAX - part.size) return 0;
    if (part.kind == MLOPS__PART_CHUNK &&
        memcmp(part.key + MLOPS__CHUNK_KEY, zeroes, ID - MLOPS__CHUNK_KEY) != 0)
        return 0;
    return i == 0 || compare_parts(at - MLOPS__PART_SIZE, at) < 0;
}

static int open_index(mlops__part_index *self) {
    mlops__cursor c;
    size_t n = self->bytes.size;
    if (n < HEAD + GUARD || memcmp(self->bytes.data, MAGIC, 8) != 0) return 0;
    uint64_t guard = mlops__load_u64(self->bytes.data + n - GUARD);
    if (guard != mlops__hash_64(self->bytes.data, n - GUARD)) return 0;
    mlops__cursor_init(&c, self->bytes.data, n - GUARD);
    mlops__cursor_take(&c, 8);
    uint32_t version = mlops__cursor_u32(&c), n_names = mlops__cursor_u32(&c);
    uint64_t n_parts = mlops__cursor_u64(&c);
    self->names = mlops__cursor_array(&c, n_names, ID);
    self->parts = mlops__cursor_array(&c, n_parts, MLOPS__PART_SIZE);
    if (c.failed || mlops__cursor_left(&c) || version != VERSION) return 0;
    self->n_names = n_names;
    self->n = (size_t)n_parts;
    for (size_t i = 0; i < self->n; i++)
        if (!part_ok(self, i)) return 0;
    return 1;
}

mlops_status mlops__part_index_open(mlops__part_index *out, mlops__buf *bytes, const char *whose,
                                    mlops_error *err) {
    memset(out, 0, sizeof *out);
    out->bytes = *bytes;
    memset(bytes, 0, sizeof *bytes);
    if (open_index(out)) return MLOPS_OK;
    mlops__part_index_free(out);
    return mlops__fail(err, MLOPS_E_CORRUPT, "the index of '%s' at the remote is damaged", whose);
}

void mlops__part_index_free(mlops__part_index *self) {
    mlops__buf_free(&self->bytes);
    memset(self, 0, sizeof *self);
}

void mlops__part_index_at(const mlops__part_index *self, size_t i, mlops__part *out) {
    uint32_t object = get_part(self->parts + i * MLOPS__PART_SIZE, out);
    memcpy(out->object, self->names + (size_t)object * ID, ID);
}

/* ---- all that is known ---- */

mlops_status mlops__depot_init(mlops__depot *self, const mlops__host *host, mlops_error *err) {
    static const mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    memset(self, 0, sizeof *self);
    self->host = host;
    mlops__buf_init(&self->names, &host->allocator);
    mlops_status status = mlops__kv_open(&self->own, host, &opts, err);
    if (!status) status = mlops__kv_begin(&self->txn, self->own, 1, err);
    if (status) mlops__depot_free(self);
    return status;
}

void mlops__depot_free(mlops__depot *self) {
    if (!self->host) return;
    for (size_t i = 0; i < self->n; i++) mlops__part_index_free(&self->indexes[i]);
    mlops__free(&self->host->allocator, self->indexes, self->cap * sizeof *self->indexes);
    mlops__kv_end(self->txn);
    mlops__kv_close(self->own);
    mlops__buf_free(&self->names);
    memset(self, 0, sizeof *self);
}

mlops_status mlops__depot_take(mlops__depot *self, mlops__part_index *index, mlops_error *err) {
    if (self->n == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 8;
        mlops__part_index *more = mlops__alloc_array(&self->host->allocator, cap, sizeof *more);
        if (!more) {
            mlops__part_index_free(index);
            return mlops__fail_nomem(err, cap * sizeof *more);
        }
        if (self->n) memcpy(more, self->indexes, self->n * sizeof *more);
        mlops__free(&self->host->allocator, self->indexes, self->cap * sizeof *more);
        self->indexes = more;
        self->cap = cap;
    }
    self->indexes[self->n++] = *index;
    memset(index, 0, sizeof *index);
    return MLOPS_OK;
}

static mlops_status find_own(mlops__depot *self, const uint8_t key[MLOPS__PART_KEY],
                             mlops__part *out, int *found, mlops_error *err) {
    mlops__bytes value;
    mlops_status status =
        mlops__kv_get(self->txn, (mlops__bytes){key, MLOPS__PART_KEY}, &value, err);
    *found = !status;
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    uint32_t object = get_part(value.data, out);
    memcpy(out->object, self->names.data + (size_t)object * ID, ID);
    return MLOPS_OK;
}

static int find_in(const mlops__part_index *self, const uint8_t key[MLOPS__PART_KEY], size_t *at) {
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const uint8_t *there = self->parts + middle * MLOPS__PART_SIZE;
        int order =
            there[0] != key[0] ? (there[0] < key[0] ? -1 : 1) : memcmp(there + KEY_AT, key + 1, ID);
        if (order == 0) {
            *at = middle;
            return 1;
        }
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return 0;
}

mlops_status mlops__depot_find(mlops__depot *self, mlops__part_kind kind, const uint8_t *key,
                               size_t n_key, mlops__part *out, int *found, mlops_error *err) {
    uint8_t full[MLOPS__PART_KEY] = {(uint8_t)kind};
    size_t at;
    memcpy(full + 1, key, n_key);
    MLOPS_TRY(find_own(self, full, out, found, err));
    for (size_t i = 0; i < self->n && !*found; i++) {
        *found = find_in(&self->indexes[i], full, &at);
        if (*found) mlops__part_index_at(&self->indexes[i], at, out);
    }
    return MLOPS_OK;
}

/* The number of an own object; the one that was asked for last is found at once. */
static mlops_status number_of(mlops__depot *self, const uint8_t object[ID], uint32_t *out,
                              mlops_error *err) {
    size_t n = self->names.size / ID;
    for (size_t i = n; i > 0; i--) {
        *out = (uint32_t)(i - 1);
        if (memcmp(self->names.data + (i - 1) * ID, object, ID) == 0) return MLOPS_OK;
    }
    *out = (uint32_t)n;
    mlops__buf_put(&self->names, object, ID);
    return self->names.status ? mlops__fail_nomem(err, ID) : MLOPS_OK;
}

static mlops_status put_own(mlops__depot *self, const mlops__part *part, uint32_t object,
                            mlops_error *err) {
    uint8_t value[MLOPS__PART_SIZE], key[MLOPS__PART_KEY] = {(uint8_t)part->kind};
    mlops__buf b;
    mlops__buf_init_fixed(&b, value, sizeof value);
    put_part(&b, part, object);
    memcpy(key + 1, part->key, ID);
    self->n_own++; /* callers put what is not there */
    return mlops__kv_put(self->txn, (mlops__bytes){key, sizeof key},
                         (mlops__bytes){value, sizeof value}, err);
}

mlops_status mlops__depot_add(mlops__depot *self, const mlops__part *part, mlops_error *err) {
    uint32_t object;
    MLOPS_TRY(number_of(self, part->object, &object, err));
    return put_own(self, part, object, err);
}

mlops_status mlops__depot_absorb(mlops__depot *self, const mlops__part_index *index, int leaves,
                                 mlops_error *err) {
    size_t n = index->n_names, size = n * sizeof(uint32_t);
    uint32_t *numbers = mlops__alloc_array(&self->host->allocator, n, sizeof *numbers);
    if (n && !numbers) return mlops__fail_nomem(err, size);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && !status; i++)
        status = number_of(self, index->names + i * ID, &numbers[i], err);
    for (size_t i = 0; i < index->n && !status; i++) {
        mlops__part part, there;
        uint8_t key[MLOPS__PART_KEY];
        int found;
        uint32_t object = get_part(index->parts + i * MLOPS__PART_SIZE, &part);
        if (leaves && (part.kind == MLOPS__PART_OBJECT || part.kind == MLOPS__PART_COMMIT))
            continue;
        key[0] = (uint8_t)part.kind;
        memcpy(key + 1, part.key, ID);
        status = find_own(self, key, &there, &found, err);
        if (!status && !found) status = put_own(self, &part, numbers[object], err);
    }
    mlops__free(&self->host->allocator, numbers, size);
    return status;
}

/* The parts of a map in its order, each as it stands there. */
static mlops_status put_parts(mlops__kv_txn *txn, mlops__buf *out, uint64_t *n, mlops_error *err) {
    mlops__kv_cursor *cursor;
    mlops__bytes key, value;
    *n = 0;
    MLOPS_TRY(mlops__kv_cursor_new(&cursor, txn, err));
    mlops_status status =
        mlops__kv_seek(cursor, (mlops__bytes){(const uint8_t *)"", 1}, &key, &value, err);
    for (; !status; status = mlops__kv_next(cursor, &key, &value, err), ++*n)
        mlops__buf_put(out, value.data, value.size);
    mlops__kv_cursor_free(cursor);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__depot_write(mlops__depot *self, mlops__buf *out, mlops_error *err) {
    uint64_t n;
    size_t at = out->size;
    mlops__buf_put(out, MAGIC, 8);
    mlops__buf_u32(out, VERSION);
    mlops__buf_u32(out, (uint32_t)(self->names.size / ID));
    mlops__buf_u64(out, 0);
    mlops__buf_put(out, self->names.data, self->names.size);
    MLOPS_TRY(put_parts(self->txn, out, &n, err));
    if (!out->status) {
        mlops__store_u64(out->data + at + 16, n);
        mlops__buf_u64(out, mlops__hash_64(out->data + at, out->size - at));
    }
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}
