/* Records of the index, guarded and summed, and the frames that make them.
 *
 * Owns the transaction. Invariants: the head and the records of one transaction are of the same
 * moment; a record is handed out only if its guard over key and value holds; the sums change with
 * each put and del of a noun's table, so that a map which lost or gained a record shows it.
 */
#include "store/index.h"

#include "sys/hash.h"

#include <string.h>

enum { GUARD = 8, HEAD_SIZE = 80 + 24 * MLOPS__TABLE_LAST, PLACE_SIZE = 24 };

void mlops__key_u64(uint8_t out[8], uint64_t value) {
    for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static mlops_status full_key(uint8_t out[MLOPS__KV_KEY_MAX], mlops__bytes *full, uint8_t table,
                             mlops__bytes key, mlops_error *err) {
    if (key.size >= MLOPS__KV_KEY_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "a key of %zu bytes; at most %d", key.size,
                           MLOPS__KV_KEY_MAX - 1);
    out[0] = table;
    if (key.size) memcpy(out + 1, key.data, key.size);
    *full = (mlops__bytes){out, key.size + 1};
    return MLOPS_OK;
}

static uint64_t guard_of(mlops__bytes full, mlops__bytes value) {
    uint64_t k = mlops__hash_64(full.data, full.size);
    return mlops__hash_64(value.data, value.size) ^ (k << 32 | k >> 32);
}

static mlops__hash128 hash_of(mlops__bytes full, mlops__bytes value) {
    mlops__hash128 parts[2] = {mlops__hash_128(full.data, full.size),
                               mlops__hash_128(value.data, value.size)};
    uint8_t bytes[32];
    mlops__store_u64(bytes, parts[0].low);
    mlops__store_u64(bytes + 8, parts[0].high);
    mlops__store_u64(bytes + 16, parts[1].low);
    mlops__store_u64(bytes + 24, parts[1].high);
    return mlops__hash_128(bytes, sizeof bytes);
}

static void sum_add(mlops__table_sum *self, mlops__hash128 h) {
    uint64_t low = self->low + h.low;
    self->high += h.high + (low < h.low);
    self->low = low;
    self->n++;
}

static void sum_take(mlops__table_sum *self, mlops__hash128 h) {
    self->high -= h.high + (self->low < h.low);
    self->low -= h.low;
    self->n--;
}

static mlops_status open_value(mlops__bytes full, mlops__bytes *value, mlops_error *err) {
    mlops__bytes inner = {value->data + GUARD, value->size - GUARD};
    if (value->size < GUARD || mlops__load_u64(value->data) != guard_of(full, inner))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a record (table %u) is damaged; repair the store",
                           (unsigned)full.data[0]);
    *value = inner;
    return MLOPS_OK;
}

int mlops__index_unguard(mlops__bytes full, mlops__bytes *value) {
    return open_value(full, value, NULL) == MLOPS_OK;
}

mlops_status mlops__index_get(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops__bytes *value, mlops_error *err) {
    uint8_t bytes[MLOPS__KV_KEY_MAX];
    mlops__bytes full = {NULL, 0};
    MLOPS_TRY(full_key(bytes, &full, table, key, err));
    MLOPS_TRY(mlops__kv_get(self->txn, full, value, err));
    return open_value(full, value, err);
}

/* The sum without the record that is there, if there is one. */
static mlops_status forget(mlops__index *self, mlops__bytes full, mlops_error *err) {
    mlops__bytes old;
    if (full.data[0] > MLOPS__TABLE_LAST) return MLOPS_OK;
    mlops_status status = mlops__kv_get(self->txn, full, &old, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    MLOPS_TRY(open_value(full, &old, err));
    sum_take(&self->sums[full.data[0]], hash_of(full, old));
    return MLOPS_OK;
}

static mlops_status put_guarded(mlops__index *self, mlops__bytes full, mlops__bytes value,
                                mlops_error *err) {
    uint8_t small[1024];
    size_t size = value.size + GUARD;
    uint8_t *bytes = size <= sizeof small ? small : mlops__alloc(self->allocator, size);
    if (!bytes) return mlops__fail_nomem(err, size);
    mlops__store_u64(bytes, guard_of(full, value));
    if (value.size) memcpy(bytes + GUARD, value.data, value.size);
    mlops_status status = mlops__kv_put(self->txn, full, (mlops__bytes){bytes, size}, err);
    if (bytes != small) mlops__free(self->allocator, bytes, size);
    return status;
}

mlops_status mlops__index_put(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops__bytes value, mlops_error *err) {
    uint8_t bytes[MLOPS__KV_KEY_MAX];
    mlops__bytes full = {NULL, 0};
    MLOPS_TRY(full_key(bytes, &full, table, key, err));
    MLOPS_TRY(forget(self, full, err));
    MLOPS_TRY(put_guarded(self, full, value, err));
    if (table <= MLOPS__TABLE_LAST) sum_add(&self->sums[table], hash_of(full, value));
    self->dirty = 1;
    return MLOPS_OK;
}

mlops_status mlops__index_del(mlops__index *self, uint8_t table, mlops__bytes key,
                              mlops_error *err) {
    uint8_t bytes[MLOPS__KV_KEY_MAX];
    mlops__bytes full = {NULL, 0};
    MLOPS_TRY(full_key(bytes, &full, table, key, err));
    MLOPS_TRY(forget(self, full, err));
    self->dirty = 1;
    mlops_status status = mlops__kv_del(self->txn, full, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops__bytes head_key(void) {
    static const uint8_t key[] = {MLOPS__TABLE_HEAD, 'h'};
    return (mlops__bytes){key, sizeof key};
}

static int parse_head(mlops__place *place, mlops__table_sum *sums, mlops__bytes value) {
    mlops__cursor c;
    mlops__cursor_init(&c, value.data, value.size);
    place->segment = mlops__cursor_i64(&c);
    place->offset = mlops__cursor_i64(&c);
    place->durable = mlops__cursor_i64(&c);
    place->chain.seq = mlops__cursor_i64(&c);
    place->chain.time_ns = mlops__cursor_i64(&c);
    const uint8_t *link = mlops__cursor_take(&c, 32);
    if (link) memcpy(place->chain.link, link, 32);
    for (int i = 1; i <= MLOPS__TABLE_LAST; i++) {
        sums[i].n = mlops__cursor_i64(&c);
        sums[i].low = mlops__cursor_u64(&c);
        sums[i].high = mlops__cursor_u64(&c);
    }
    return !c.failed;
}

static mlops_status read_head(mlops__index *self, mlops_error *err) {
    mlops__bytes value;
    mlops_status status = mlops__kv_get(self->txn, head_key(), &value, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    MLOPS_TRY(open_value(head_key(), &value, err));
    if (parse_head(&self->place, self->sums, value)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the index's head is cut short");
}

mlops_status mlops__index_count(mlops__index_tally *self, mlops__bytes full, mlops__bytes value) {
    mlops__place place;
    MLOPS_TRY(open_value(full, &value, NULL));
    if (full.data[0] <= MLOPS__TABLE_LAST) sum_add(&self->sums[full.data[0]], hash_of(full, value));
    if (full.data[0] == MLOPS__TABLE_HEAD) self->has_head = parse_head(&place, self->said, value);
    return MLOPS_OK;
}

static mlops_status write_head(mlops__index *self, mlops_error *err) {
    uint8_t bytes[HEAD_SIZE];
    mlops__buf b;
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    mlops__buf_i64(&b, self->place.segment);
    mlops__buf_i64(&b, self->place.offset);
    mlops__buf_i64(&b, self->place.durable);
    mlops__buf_i64(&b, self->place.chain.seq);
    mlops__buf_i64(&b, self->place.chain.time_ns);
    mlops__buf_put(&b, self->place.chain.link, 32);
    for (int i = 1; i <= MLOPS__TABLE_LAST; i++) {
        mlops__buf_i64(&b, self->sums[i].n);
        mlops__buf_u64(&b, self->sums[i].low);
        mlops__buf_u64(&b, self->sums[i].high);
    }
    return put_guarded(self, head_key(), (mlops__bytes){bytes, b.size}, err);
}

mlops_status mlops__index_begin(mlops__index *self, mlops__kv *kv, const mlops__host *host,
                                int writes, mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->allocator = &host->allocator;
    mlops__place_init(&self->place);
    MLOPS_TRY(mlops__kv_begin(&self->txn, kv, writes, err));
    mlops_status status = read_head(self, err);
    if (status) mlops__index_end(self);
    return status;
}

void mlops__index_end(mlops__index *self) {
    mlops__kv_end(self->txn);
    self->txn = NULL;
}

static mlops_status settle_one(void *user, const mlops__op *op, mlops_error *err) {
    mlops__index *self = user;
    return op->kind == MLOPS__OP_DEL ? mlops__index_del(self, op->table, op->key, err)
                                     : mlops__index_put(self, op->table, op->key, op->value, err);
}

mlops_status mlops__index_settle(mlops__index *self, mlops_error *err) {
    mlops__batch *batch = self->batch;
    self->batch = NULL;
    return batch ? mlops__batch_drain(batch, settle_one, self, err) : MLOPS_OK;
}

mlops_status mlops__index_commit(mlops__index *self, mlops_error *err) {
    mlops_status status = mlops__index_settle(self, err);
    if (!status && self->dirty) status = write_head(self, err);
    if (status || !self->dirty) {
        mlops__index_end(self);
        return status;
    }
    mlops__kv_txn *txn = self->txn;
    self->txn = NULL;
    return mlops__kv_commit(txn, err);
}

mlops_status mlops__index_iter_init(mlops__index_iter *self, mlops__index *index, uint8_t table,
                                    mlops__bytes prefix, mlops_error *err) {
    mlops__bytes full = {NULL, 0};
    self->cursor = NULL;
    self->begun = 0;
    MLOPS_TRY(full_key(self->prefix, &full, table, prefix, err));
    self->prefix_size = self->begin_size = full.size;
    return mlops__kv_cursor_new(&self->cursor, index->txn, err);
}

mlops_status mlops__index_iter_from(mlops__index_iter *self, mlops__index *index, uint8_t table,
                                    mlops__bytes key, mlops_error *err) {
    MLOPS_TRY(mlops__index_iter_init(self, index, table, key, err));
    self->prefix_size = 1;
    return MLOPS_OK;
}

mlops_status mlops__index_iter_next(mlops__index_iter *self, mlops__bytes *key, mlops__bytes *value,
                                    mlops_error *err) {
    mlops__bytes full = {NULL, 0}, from = {self->prefix, self->begin_size};
    mlops_status status = self->begun ? mlops__kv_next(self->cursor, &full, value, err)
                                      : mlops__kv_seek(self->cursor, from, &full, value, err);
    self->begun = 1;
    if (status) return status;
    if (full.size < self->prefix_size || memcmp(full.data, self->prefix, self->prefix_size) != 0)
        return MLOPS_END;
    *key = (mlops__bytes){full.data + 1, full.size - 1};
    return open_value(full, value, err);
}

void mlops__index_iter_free(mlops__index_iter *self) {
    mlops__kv_cursor_free(self->cursor);
    self->cursor = NULL;
}

/* The place of content begins with the number of its pack: 0 for the journal, -1 for none. */
static int64_t pack_of(mlops__bytes place) {
    return place.size >= 8 ? (int64_t)mlops__load_u64(place.data) : 0;
}

/* Where inline content lies: in the journal. Content that packs have as well stays there, since
 * commits ahead of this one count on it. */
static mlops_status note_inline(mlops__index *self, const mlops__op *op, const mlops__frame *frame,
                                const mlops__place *after, mlops_error *err) {
    uint8_t bytes[32];
    mlops__bytes value;
    int64_t begin = after->offset - (int64_t)frame->size;
    mlops_status status = mlops__index_get(self, MLOPS__TABLE_OBJECTS, op->key, &value, err);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (!status && pack_of(value) > 0) return MLOPS_OK;
    mlops__store_u64(bytes, 0); /* no pack */
    mlops__store_u64(bytes + 8, (uint64_t)after->segment);
    mlops__store_u64(bytes + 16, (uint64_t)(begin + (op->value.data - frame->data)));
    mlops__store_u64(bytes + 24, op->value.size);
    return mlops__index_put(self, MLOPS__TABLE_OBJECTS, op->key,
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

/* What was lost is no loss any more. What is there is deleted by who collects it: frames of it may
 * stay in packs, or come again, and are found ahead of the journal. */
static mlops_status forget_lost(mlops__index *self, mlops__bytes id, mlops_error *err) {
    mlops__bytes value;
    mlops_status status = mlops__index_get(self, MLOPS__TABLE_OBJECTS, id, &value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    return pack_of(value) < 0 ? mlops__index_del(self, MLOPS__TABLE_OBJECTS, id, err) : MLOPS_OK;
}

static mlops_status apply_op(mlops__index *self, const mlops__op *op, const mlops__frame *frame,
                             const mlops__place *after, mlops_error *err) {
    int record = op->kind == MLOPS__OP_PUT || op->kind == MLOPS__OP_DEL;
    if (record && self->batch) return mlops__batch_add(self->batch, op, err);
    switch (op->kind) {
    case MLOPS__OP_PUT: return mlops__index_put(self, op->table, op->key, op->value, err);
    case MLOPS__OP_DEL: return mlops__index_del(self, op->table, op->key, err);
    case MLOPS__OP_INLINE: return note_inline(self, op, frame, after, err);
    case MLOPS__OP_DROPPED: return forget_lost(self, op->key, err);
    case MLOPS__OP_NOTE:
    case MLOPS__OP_PACKED: break;
    }
    return MLOPS_OK;
}

static mlops_status note_frame(mlops__index *self, const mlops__frame *frame,
                               const mlops__place *after, mlops_error *err) {
    uint8_t key[8], bytes[PLACE_SIZE];
    if (frame->seq % MLOPS__FRAMES_EVERY != 1) return MLOPS_OK;
    mlops__key_u64(key, (uint64_t)frame->seq);
    mlops__store_u64(bytes, (uint64_t)after->segment);
    mlops__store_u64(bytes + 8, (uint64_t)after->offset - frame->size);
    mlops__store_u64(bytes + 16, (uint64_t)frame->time_ns);
    return mlops__index_put(self, MLOPS__TABLE_FRAMES, (mlops__bytes){key, sizeof key},
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

mlops_status mlops__index_apply(mlops__index *self, const mlops__frame *frame,
                                const mlops__place *after, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.table > MLOPS__TABLE_LAST)
            return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                               "frame %lld writes table %u, which this library does not know",
                               (long long)frame->seq, (unsigned)op.table);
        MLOPS_TRY(apply_op(self, &op, frame, after, err));
    }
    MLOPS_TRY(note_frame(self, frame, after, err));
    self->place = *after;
    self->dirty = 1;
    return MLOPS_OK;
}

uint64_t mlops__index_state(const mlops__index *self) {
    uint8_t bytes[24 * MLOPS__TABLE_LAST];
    for (int i = 1; i <= MLOPS__TABLE_LAST; i++) {
        mlops__store_u64(bytes + 24 * (i - 1), (uint64_t)self->sums[i].n);
        mlops__store_u64(bytes + 24 * (i - 1) + 8, self->sums[i].low);
        mlops__store_u64(bytes + 24 * (i - 1) + 16, self->sums[i].high);
    }
    return mlops__hash_64(bytes, sizeof bytes);
}
