/* Changes: operations that wait, and the one transaction that applies them.
 *
 * Owns the buffered frame and the preconditions. Invariants: the index is written before the
 * journal and committed after it, so that what may fail fails while nothing has happened yet; the
 * frame is durable before its commit is told of, under MLOPS_SYNC_FULL; if the index cannot be
 * committed then, the frame stays, and whoever writes next applies it.
 */
#include "base/hex.h"
#include "base/opts.h"
#include "store/core.h"
#include "store/erased.h"

#include <string.h>

struct mlops_change {
    mlops_store *store;
    mlops__buf frame;
    mlops__buf
        expected;  /* u8 table, u8 is there, u16 key size, key, u64 and u64 hash of the value */
    int64_t n_ops; /* without notes */
    int packed;    /* names content of packs */
    int has_inline;
    mlops__lease lease; /* on that */
    mlops__buf adopted; /* u64 owners of leases of others */
    size_t notes;       /* bytes of the frame up to the end of those that opened it */
};

static mlops__bytes bytes_of_text(const char *text) {
    return (mlops__bytes){(const uint8_t *)text, strlen(text)};
}

static void note(mlops_change *self, const char *key, const char *text) {
    if (text && *text)
        mlops__frame_op(&self->frame, MLOPS__OP_NOTE, 0, bytes_of_text(key), bytes_of_text(text));
}

static mlops_status begin(mlops_change *self, const mlops_change_opts *opts, mlops_error *err) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    mlops__buf_init(&self->frame, allocator);
    mlops__buf_init(&self->expected, allocator);
    mlops__buf_init(&self->adopted, allocator);
    mlops__frame_begin(&self->frame);
    note(self, "actor", opts->actor);
    note(self, "trace", opts->trace_id);
    note(self, "note", opts->note);
    self->notes = self->frame.size;
    if (self->frame.status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, self->frame.size);
    if (self->frame.status)
        return mlops__fail(err, MLOPS_E_LIMIT, "mlops_change_opts: a text is too long");
    return MLOPS_OK;
}

mlops_status mlops_change_new(mlops_change **out, mlops_store *store, const mlops_change_opts *opts,
                              mlops_error *err) {
    mlops_change_opts local;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_change_opts", err));
    if (local.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_change_opts: unknown flags");
    MLOPS_TRY(mlops__store_check_fork(store, err));
    if (store->read_only)
        return mlops__fail(err, MLOPS_E_DENIED, "the store '%.*s' is open for reading alone",
                           (int)store->dir, store->path);
    mlops_change *self = mlops__alloc_zero(&store->host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = mlops__store_ref(store);
    mlops_status status = begin(self, &local, err);
    if (status) mlops_change_free(self);
    else *out = self;
    return status;
}

/* For who holds the store's lock. */
static void end_leases(mlops_change *self) {
    mlops__lease_end_locked(&self->lease, self->store);
    for (size_t at = 0; at < self->adopted.size; at += sizeof(uint64_t)) {
        mlops__lease lease = {0, 0};
        memcpy(&lease.owner, self->adopted.data + at, sizeof lease.owner);
        mlops__lease_end_locked(&lease, self->store);
    }
    self->adopted.size = 0;
}

static void give_leases(mlops_change *self) {
    if (self->lease.owner == 0 && self->adopted.size == 0) return;
    mlops__lock_take(&self->store->lock);
    end_leases(self);
    mlops__lock_give(&self->store->lock);
}

mlops_status mlops__change_adopt(mlops_change *self, mlops__lease *lease, mlops_error *err) {
    if (lease->owner) mlops__buf_put(&self->adopted, &lease->owner, sizeof lease->owner);
    if (self->adopted.status) return mlops__fail_nomem(err, self->adopted.size);
    lease->owner = 0;
    return MLOPS_OK;
}

void mlops_change_free(mlops_change *self) {
    if (!self) return;
    mlops_store *store = self->store;
    give_leases(self);
    mlops__buf_free(&self->adopted);
    mlops__buf_free(&self->frame);
    mlops__buf_free(&self->expected);
    mlops__free(&store->host.allocator, self, sizeof *self);
    mlops_store_close(store);
}

mlops_store *mlops__change_store(const mlops_change *self) { return self->store; }

static mlops_status told(const mlops__buf *buf, mlops_error *err) {
    if (!buf->status) return MLOPS_OK;
    if (buf->status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, buf->size);
    return mlops__fail(err, MLOPS_E_LIMIT, "a key or value of a change is too long");
}

mlops_status mlops__change_put(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops__bytes value, mlops_error *err) {
    if (key.size == 0 || key.size >= MLOPS__KV_KEY_MAX - 1)
        return mlops__fail(err, MLOPS_E_LIMIT, "a name of %zu bytes; 1 to %d are allowed", key.size,
                           MLOPS__KV_KEY_MAX - 2);
    mlops__frame_op(&self->frame, MLOPS__OP_PUT, (uint8_t)table, key, value);
    self->n_ops++;
    return told(&self->frame, err);
}

mlops_status mlops__change_del(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops_error *err) {
    mlops__frame_op(&self->frame, MLOPS__OP_DEL, (uint8_t)table, key, (mlops__bytes){NULL, 0});
    self->n_ops++;
    return told(&self->frame, err);
}

mlops_status mlops__change_pending(const mlops_change *self, mlops__table table, mlops__bytes key,
                                   mlops__bytes *value) {
    mlops__ops ops;
    mlops__op op;
    mlops_status found = MLOPS_END;
    if (self->frame.status) return MLOPS_END;
    mlops__cursor_init(&ops.cursor, self->frame.data + MLOPS__FRAME_HEAD,
                       self->frame.size - MLOPS__FRAME_HEAD);
    while (mlops__ops_next(&ops, &op)) {
        int is_record = op.kind == MLOPS__OP_PUT || op.kind == MLOPS__OP_DEL;
        if (!is_record || op.table != (uint8_t)table || op.key.size != key.size ||
            memcmp(op.key.data, key.data, key.size) != 0)
            continue;
        found = op.kind == MLOPS__OP_PUT ? MLOPS_OK : MLOPS_E_NOT_FOUND;
        *value = op.value;
    }
    return found;
}

mlops_status mlops__change_next_put(const mlops_change *self, mlops__table table,
                                    mlops__bytes prefix, size_t *at, mlops__bytes *value) {
    mlops__ops ops;
    mlops__op op;
    if (self->frame.status) return MLOPS_END;
    mlops__cursor_init(&ops.cursor, self->frame.data + MLOPS__FRAME_HEAD,
                       self->frame.size - MLOPS__FRAME_HEAD);
    ops.cursor.offset = *at;
    while (mlops__ops_next(&ops, &op)) {
        *at = ops.cursor.offset;
        if (op.kind != MLOPS__OP_PUT || op.table != (uint8_t)table || op.key.size < prefix.size ||
            memcmp(op.key.data, prefix.data, prefix.size) != 0)
            continue;
        *value = op.value;
        return MLOPS_OK;
    }
    return MLOPS_END;
}

int mlops__change_inline(const mlops_change *self, const mlops_id *id, mlops__bytes *out) {
    mlops__ops ops;
    mlops__op op;
    if (self->frame.status) return 0;
    mlops__cursor_init(&ops.cursor, self->frame.data + MLOPS__FRAME_HEAD,
                       self->frame.size - MLOPS__FRAME_HEAD);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind != MLOPS__OP_INLINE || op.key.size != sizeof id->bytes ||
            memcmp(op.key.data, id->bytes, sizeof id->bytes) != 0)
            continue;
        *out = op.value;
        return 1;
    }
    return 0;
}

mlops_status mlops__change_verb(mlops_change *self, const char *verb, mlops_error *err) {
    note(self, "verb", verb);
    return told(&self->frame, err);
}

mlops_status mlops__change_expect(mlops_change *self, mlops__table table, mlops__bytes key,
                                  mlops__bytes value, mlops_error *err) {
    mlops__buf *b = &self->expected;
    mlops__hash128 h = {0, 0};
    if (value.data) h = mlops__hash_128(value.data, value.size);
    mlops__buf_u8(b, (uint8_t)table);
    mlops__buf_u8(b, value.data != NULL);
    mlops__buf_u16(b, (uint16_t)key.size);
    mlops__buf_put(b, key.data, key.size);
    mlops__buf_u64(b, h.low);
    mlops__buf_u64(b, h.high);
    return told(b, err);
}

mlops_status mlops_change_content(mlops_change *self, mlops_id *out, const void *bytes, size_t n,
                                  mlops_error *err) {
    if (!self || !out || (n && !bytes))
        return mlops__fail(err, MLOPS_E_INVALID, "the change, out or the bytes are NULL");
    *out = mlops__content_id(self->store, bytes, n);
    return mlops__change_content(self, out, bytes, n, NULL, err);
}

mlops_status mlops__change_content(mlops_change *self, const mlops_id *id, const void *bytes,
                                   size_t n, const mlops_id *like, mlops_error *err) {
    mlops__bytes key = {id->bytes, sizeof id->bytes};
    MLOPS_TRY(mlops__store_check_fork(self->store, err));
    if (n <= MLOPS__INLINE_MAX) {
        MLOPS_TRY(mlops__erased_check_now(self->store, id, err));
        mlops__frame_op(&self->frame, MLOPS__OP_INLINE, 0, key, (mlops__bytes){bytes, n});
        self->n_ops++;
        self->has_inline = 1;
        return told(&self->frame, err);
    }
    MLOPS_TRY(mlops__content_pack(self->store, &self->lease, id, bytes, n, like, err));
    return mlops__change_kept(self, id, (int64_t)n, err);
}

mlops_status mlops__change_kept(mlops_change *self, const mlops_id *id, int64_t size,
                                mlops_error *err) {
    uint8_t bytes[8];
    mlops__store_u64(bytes, (uint64_t)size);
    mlops__frame_op(&self->frame, MLOPS__OP_PACKED, 0, (mlops__bytes){id->bytes, sizeof id->bytes},
                    (mlops__bytes){bytes, sizeof bytes});
    self->n_ops++;
    self->packed = 1;
    return told(&self->frame, err);
}

size_t mlops__change_size(const mlops_change *self) { return self->frame.size; }

/* ---- committing ---- */

/* Names the record by the parts of its key, which a TAB stands between. */
static mlops_status conflict(const mlops__bytes *key, mlops_error *err) {
    char text[MLOPS__KV_KEY_MAX];
    size_t n = key->size < sizeof text ? key->size : sizeof text;
    for (size_t i = 0; i < n; i++) text[i] = key->data[i] == '\t' ? '/' : (char)key->data[i];
    return mlops__fail(err, MLOPS_E_CONFLICT,
                       "'%.*s' has changed since it was read; build the change again", (int)n,
                       text);
}

static mlops_status check_expected(const mlops_change *self, mlops__index *index,
                                   mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, self->expected.data, self->expected.size);
    while (mlops__cursor_left(&c) > 0) {
        uint8_t table = mlops__cursor_u8(&c);
        int is_there = mlops__cursor_u8(&c);
        mlops__bytes key = {NULL, mlops__cursor_u16(&c)}, value;
        key.data = mlops__cursor_take(&c, key.size);
        uint64_t low = mlops__cursor_u64(&c), high = mlops__cursor_u64(&c);
        mlops_status status = mlops__index_get(index, table, key, &value, err);
        if (status == MLOPS_E_NOT_FOUND && !is_there) continue;
        if (status == MLOPS_E_NOT_FOUND) return conflict(&key, err);
        MLOPS_TRY(status);
        mlops__hash128 h = mlops__hash_128(value.data, value.size);
        if (!is_there || h.low != low || h.high != high) return conflict(&key, err);
    }
    return MLOPS_OK;
}

/* Content that is gone would be named in vain. A lease keeps it; this is for who has none. Content
 * that was erased since it was added must not come into the journal, which it never left again. */
static mlops_status check_named(const mlops_change *self, mlops__index *index, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__bytes place;
    char digits[65];
    if (!self->packed && !self->has_inline) return MLOPS_OK;
    mlops__cursor_init(&ops.cursor, self->frame.data + MLOPS__FRAME_HEAD,
                       self->frame.size - MLOPS__FRAME_HEAD);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind != MLOPS__OP_PACKED && op.kind != MLOPS__OP_INLINE) continue;
        MLOPS_TRY(mlops__erased_check(index, op.key.data, err));
        if (op.kind == MLOPS__OP_INLINE) continue;
        mlops_status status = mlops__index_get(index, MLOPS__TABLE_OBJECTS, op.key, &place, err);
        if (status == MLOPS_OK) continue;
        if (status != MLOPS_E_NOT_FOUND) return status;
        mlops__hex_bytes(digits, op.key.data, op.key.size);
        return mlops__fail(err, MLOPS_E_CONFLICT,
                           "content %s was collected since it was added; add it again", digits);
    }
    return MLOPS_OK;
}

/* The frame for this place, on a copy: a commit that fails can be tried again. */
static mlops_status stage(mlops_change *self, const mlops__place *place, mlops__frame *frame,
                          mlops__place *after, mlops_error *err) {
    mlops__buf *copy = &self->store->scratch;
    copy->size = 0;
    mlops__buf_put(copy, self->frame.data, self->frame.size);
    if (copy->status) {
        copy->status = MLOPS_OK;
        return mlops__fail_nomem(err, self->frame.size);
    }
    return mlops__journal_stage(&self->store->journal, place, copy, frame, after, err);
}

/* The frame and the index, in an order that leaves nothing behind if one of them fails. */
static mlops_status write_frame(mlops_change *self, mlops__index *index, mlops_error *err) {
    mlops_store *store = self->store;
    int full = atomic_load(&store->is_full);
    mlops__place place = index->place, after;
    mlops__frame frame;
    full = full || mlops__journal_is_full(&store->journal, &place, self->frame.size);
    if (full) MLOPS_TRY(mlops__store_sync_packs(store, index, err));
    MLOPS_TRY(stage(self, &place, &frame, &after, err));
    MLOPS_TRY(mlops__index_apply(index, &frame, &after, err));
    MLOPS_TRY(mlops__journal_write(&store->journal, &frame, &after, full, err));
    index->place = after;
    return MLOPS_OK;
}

/* The frame alone: the index follows when somebody reads, or with a later commit. */
static mlops_status write_ahead(mlops_change *self, int64_t *seq, mlops_error *err) {
    mlops_store *store = self->store;
    mlops__frame frame;
    mlops__place after;
    MLOPS_TRY(stage(self, &store->tail, &frame, &after, err));
    MLOPS_TRY(mlops__journal_write(&store->journal, &frame, &after, 0, err));
    store->tail = after;
    atomic_fetch_add(&store->n_ahead, 1);
    *seq = after.chain.seq;
    return MLOPS_OK;
}

/* The same where no transaction writes: what collects garbage has an index that is committed. */
static mlops_status check_named_now(const mlops_change *self, mlops_error *err) {
    mlops__index index;
    mlops_store *store = self->store;
    if (!self->packed && !self->has_inline) return MLOPS_OK;
    MLOPS_TRY(mlops__index_begin(&index, store->kv, &store->host, 0, err));
    mlops_status status = check_named(self, &index, err);
    mlops__index_end(&index);
    return status;
}

/* A relaxed commit that depends on nothing, and fits into the segment, need not wait for the index.
 * MLOPS_END if this is none. */
static mlops_status commit_ahead(mlops_change *self, int64_t *seq, mlops_error *err) {
    mlops_store *store = self->store;
    if (atomic_load(&store->is_full) || self->expected.size) return MLOPS_END;
    MLOPS_TRY(mlops__store_lock_writer(store, err));
    mlops_status status = MLOPS_END;
    if (mlops__store_find_tail(store) &&
        !mlops__journal_is_full(&store->journal, &store->tail, self->frame.size)) {
        status = check_named_now(self, err);
        if (!status) status = write_ahead(self, seq, err);
    }
    if (!status) end_leases(self);
    mlops__store_unlock_writer(store);
    return status;
}

static mlops_status commit(mlops_change *self, int64_t *seq, mlops_error *err) {
    mlops__index index;
    mlops_store *store = self->store;
    mlops_status ahead = commit_ahead(self, seq, err);
    if (ahead != MLOPS_END) return ahead;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = check_expected(self, &index, err);
    if (!status) status = check_named(self, &index, err);
    if (!status) status = write_frame(self, &index, err);
    if (!status) {
        *seq = index.place.chain.seq;
        store->tail = index.place;
        end_leases(self);
        /* The frame is there whatever comes of this: who reads or writes next applies it. */
        if (mlops__store_write_commit(store, &index, NULL)) atomic_fetch_add(&store->n_ahead, 1);
    }
    mlops__store_write_end(store, &index);
    return status;
}

static void clear(mlops_change *self) {
    self->frame.size = self->notes;
    self->frame.status = self->expected.status = MLOPS_OK;
    self->expected.size = 0;
    self->n_ops = 0;
    self->packed = self->has_inline = 0;
    give_leases(self);
}

mlops_status mlops__change_drop(mlops_change *self, const uint8_t id[32], mlops_error *err) {
    mlops__frame_op(&self->frame, MLOPS__OP_DROPPED, 0, (mlops__bytes){id, 32},
                    (mlops__bytes){NULL, 0});
    self->n_ops++;
    return told(&self->frame, err);
}

mlops_status mlops__change_write(mlops_change *self, mlops__index *index, mlops_error *err) {
    MLOPS_TRY(write_frame(self, index, err));
    self->store->tail = index->place;
    if (mlops__store_write_commit(self->store, index, NULL))
        atomic_fetch_add(&self->store->n_ahead, 1); /* the frame is there, as above */
    return MLOPS_OK;
}

mlops_status mlops_change_commit(mlops_change *self, int64_t *seq, mlops_error *err) {
    int64_t number = 0;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__store_check_fork(self->store, err));
    MLOPS_TRY(told(&self->frame, err));
    MLOPS_TRY(told(&self->expected, err));
    if (self->n_ops == 0) return MLOPS_OK;
    mlops_status status = commit(self, &number, err);
    if (status == MLOPS_OK || status == MLOPS_E_CONFLICT) clear(self);
    if (status == MLOPS_OK && seq) *seq = number;
    return status;
}
