/* A remote in memory, which fails as it is told: for tests of what uses remotes, and of those that
 * others write.
 *
 * Owns the objects, by name. Invariant: a call is carried out whole or not at all, under one lock,
 * whatever it is told to return.
 */
#include "base/opts.h"
#include "store/remote_seam.h"
#include "store/remote_share.h"
#include "sys/mutex.h"

#include <string.h>

typedef struct memory {
    mlops_share share;
    mlops_share_opts opts;
    mlops__lock lock; /* over all below */
    mlops__kv *kv;    /* the number of the call that made it, and its bytes, by name */
    int64_t n_calls;
} memory;

enum { BORN = 8 };

static mlops__bytes bytes_of(const char *name) {
    return (mlops__bytes){(const uint8_t *)name, strlen(name)};
}

static int is_busy(const memory *self) {
    int64_t n = self->n_calls - self->opts.busy_from;
    if (!self->opts.busy_from || n < 0) return 0;
    if (self->opts.busy_every) n %= self->opts.busy_every;
    return n < (self->opts.busy_calls ? self->opts.busy_calls : 1);
}

/* What a call does within its transaction. */
typedef struct request {
    memory *self;
    const char *name, *after;
    int64_t offset;
    void *bytes;
    size_t n;
    const void *const *parts;
    const size_t *sizes;
    mlops__bytes from, to;
    int64_t *size;
    size_t *n_done;
    int is_list;
} request;

typedef mlops_status action(const request *r, mlops__kv_txn *txn, mlops_error *err);

static mlops_status carry_out(const request *r, action *act, int writes, mlops_error *err) {
    mlops__kv_txn *txn;
    MLOPS_TRY(mlops__kv_begin(&txn, r->self->kv, writes, err));
    mlops_status status = act(r, txn, err);
    if (!status && writes) return mlops__kv_commit(txn, err);
    mlops__kv_end(txn);
    return status;
}

static mlops_status run(const request *r, action *act, int writes, int64_t deadline_ns,
                        mlops_error *err) {
    memory *self = r->self;
    const mlops_clock *clock = &self->share.host.clock;
    if (deadline_ns && clock->monotonic_ns(clock->ctx) > deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed before '%s'", r->name);
    if (!mlops__remote_name_ok(r->name) && !r->is_list)
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is no name of a remote's", r->name);
    mlops__lock_take(&self->lock);
    self->n_calls++;
    int busy = is_busy(self);
    mlops_status status = MLOPS_OK;
    if (!busy || self->opts.done_first) status = carry_out(r, act, writes, err);
    mlops__lock_give(&self->lock);
    if (busy && (!status || status == MLOPS_E_CONFLICT || status == MLOPS_E_EXISTS))
        return mlops__fail(err, MLOPS_E_BUSY, "the remote was told to be busy");
    return status;
}

static mlops_status find(const request *r, mlops__kv_txn *txn, mlops__bytes *out,
                         mlops_error *err) {
    mlops_status status = mlops__kv_get(txn, bytes_of(r->name), out, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the remote has no '%s'", r->name);
    if (status) return status;
    out->data += BORN;
    out->size -= BORN;
    return MLOPS_OK;
}

static mlops_status act_size(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__bytes found;
    MLOPS_TRY(find(r, txn, &found, err));
    *r->size = (int64_t)found.size;
    return MLOPS_OK;
}

static mlops_status memory_size(void *ctx, const char *name, int64_t deadline_ns, int64_t *out,
                                mlops_error *err) {
    request r = {.self = ctx, .name = name, .size = out};
    return run(&r, act_size, 0, deadline_ns, err);
}

static mlops_status act_read(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__bytes found;
    MLOPS_TRY(find(r, txn, &found, err));
    size_t n = r->n, most = (size_t)r->self->opts.read_max;
    if (r->offset < 0) return mlops__fail(err, MLOPS_E_INVALID, "the offset is negative");
    if ((uint64_t)r->offset >= found.size) n = 0;
    else if (n > found.size - (size_t)r->offset) n = found.size - (size_t)r->offset;
    if (most && n > most && !mlops__remote_is_swapped(r->name)) n = most;
    if (n) memcpy(r->bytes, found.data + r->offset, n);
    *r->n_done = n;
    return MLOPS_OK;
}

static mlops_status memory_read(void *ctx, const char *name, int64_t offset, void *bytes, size_t n,
                                int64_t deadline_ns, size_t *n_read, mlops_error *err) {
    request r = {.self = ctx, .name = name, .offset = offset, .bytes = bytes, .n = n};
    r.n_done = n_read;
    return run(&r, act_read, 0, deadline_ns, err);
}

static mlops_status store_parts(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__buf all;
    mlops__buf_init(&all, &r->self->share.host.allocator);
    mlops__buf_i64(&all, r->self->n_calls);
    for (size_t i = 0; i < r->n; i++) mlops__buf_put(&all, r->parts[i], r->sizes[i]);
    mlops_status status =
        all.status ? mlops__fail_nomem(err, all.size)
                   : mlops__kv_put(txn, bytes_of(r->name), (mlops__bytes){all.data, all.size}, err);
    mlops__buf_free(&all);
    return status;
}

static mlops_status act_put(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__bytes found;
    mlops_status status = find(r, txn, &found, err);
    if (!status) return mlops__fail(err, MLOPS_E_EXISTS, "the remote has '%s'", r->name);
    return status == MLOPS_E_NOT_FOUND ? store_parts(r, txn, err) : status;
}

static mlops_status memory_put(void *ctx, const char *name, const void *const *parts,
                               const size_t *sizes, size_t n_parts, int64_t deadline_ns,
                               mlops_error *err) {
    request r = {.self = ctx, .name = name, .parts = parts, .sizes = sizes, .n = n_parts};
    return run(&r, act_put, 1, deadline_ns, err);
}

/* Names that came within the lag are not seen yet. */
static mlops_status act_list(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__kv_cursor *cursor;
    mlops__bytes key, value;
    char from[2 * MLOPS__REMOTE_NAME];
    size_t folder = strlen(r->name), n = 0;
    mlops__format(from, sizeof from, "%s%s", r->name, r->after ? r->after : "");
    MLOPS_TRY(mlops__kv_cursor_new(&cursor, txn, err));
    mlops_status status = mlops__kv_seek(cursor, bytes_of(from), &key, &value, err);
    for (; !status && key.size > folder && memcmp(key.data, r->name, folder) == 0;
         status = mlops__kv_next(cursor, &key, &value, err)) {
        size_t size = key.size - folder;
        int64_t age = r->self->n_calls - (int64_t)mlops__load_u64(value.data);
        if (r->after && strlen(r->after) == size && !memcmp(key.data + folder, r->after, size))
            continue;
        if (age <= r->self->opts.list_lag && r->self->opts.list_lag) continue;
        if (n + size + 1 > r->n) break;
        memcpy((char *)r->bytes + n, key.data + folder, size);
        n += size + 1;
        ((char *)r->bytes)[n - 1] = 0;
    }
    mlops__kv_cursor_free(cursor);
    *r->n_done = n;
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status memory_list(void *ctx, const char *folder, const char *after, char *names,
                                size_t cap, int64_t deadline_ns, size_t *n_bytes,
                                mlops_error *err) {
    request r = {.self = ctx, .name = folder, .after = after, .bytes = names, .n = cap};
    r.n_done = n_bytes;
    r.is_list = 1;
    return run(&r, act_list, 0, deadline_ns, err);
}

static mlops_status act_remove(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops_status status = mlops__kv_del(txn, bytes_of(r->name), err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status memory_remove(void *ctx, const char *name, int64_t deadline_ns,
                                  mlops_error *err) {
    request r = {.self = ctx, .name = name};
    return run(&r, act_remove, 1, deadline_ns, err);
}

static mlops_status act_swap(const request *r, mlops__kv_txn *txn, mlops_error *err) {
    mlops__bytes found = {NULL, 0};
    mlops_status status = find(r, txn, &found, err);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (!r->from.data != (status != MLOPS_OK) ||
        (r->from.data &&
         (r->from.size != found.size || memcmp(r->from.data, found.data, found.size) != 0)))
        return mlops__fail(err, MLOPS_E_CONFLICT, "'%s' has changed", r->name);
    if (!r->to.data) return act_remove(r, txn, err);
    const void *part = r->to.data;
    request all = *r;
    all.parts = &part;
    all.sizes = &r->to.size;
    all.n = 1;
    return store_parts(&all, txn, err);
}

static mlops_status memory_swap(void *ctx, const char *name, const void *old_bytes, size_t n_old,
                                const void *new_bytes, size_t n_new, int64_t deadline_ns,
                                mlops_error *err) {
    request r = {.self = ctx, .name = name};
    r.from = (mlops__bytes){old_bytes, n_old};
    r.to = (mlops__bytes){new_bytes, n_new};
    return run(&r, act_swap, 1, deadline_ns, err);
}

/* Nothing gets better by time here. */
static void memory_wait(void *ctx, int64_t ns) { (void)ctx, (void)ns; }

static void memory_end(mlops_share *share) {
    memory *self = (memory *)(void *)share;
    mlops_allocator allocator = share->host.allocator;
    mlops__kv_close(self->kv);
    mlops__lock_free(&self->lock);
    mlops__free(&allocator, self, sizeof *self);
}

static int64_t memory_n_calls(const mlops_share *share) {
    memory *self = (memory *)(uintptr_t)share;
    mlops__lock_take(&self->lock);
    int64_t n = self->n_calls;
    mlops__lock_give(&self->lock);
    return n;
}

static mlops_status check(const mlops_share_opts *opts, mlops_error *err) {
    if (opts->flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_share_opts: unknown flags");
    if (opts->busy_from < 0 || opts->busy_calls < 0 || opts->busy_every < 0 || opts->read_max < 0 ||
        opts->list_lag < 0 || opts->done_first < 0 || opts->done_first > 1)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_share_opts: a number is out of its range");
    return MLOPS_OK;
}

mlops_status mlops_share_memory(mlops_share **out, const mlops_share_opts *opts, mlops_error *err) {
    static const mlops__kv_opts kv = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    mlops_share_opts local;
    mlops__host host;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_share_opts", err));
    MLOPS_TRY(check(&local, err));
    MLOPS_TRY(mlops__host_init(&host, local.host, err));
    memory *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->opts = local;
    self->share.host = host;
    mlops_status status = mlops__kv_open(&self->kv, &self->share.host, &kv, err);
    if (status) {
        mlops__free(&host.allocator, self, sizeof *self);
        return status;
    }
    mlops__lock_init(&self->lock);
    self->share.end = memory_end;
    self->share.n_calls = memory_n_calls;
    self->share.table =
        (mlops_remote){sizeof(mlops_remote), 0,           self,          memory_size, memory_read,
                       memory_put,           memory_list, memory_remove, memory_swap, memory_wait};
    *out = &self->share;
    return MLOPS_OK;
}

void mlops_share_close(mlops_share *self) {
    if (self) self->end(self);
}

const mlops_remote *mlops_share_remote(const mlops_share *self) { return &self->table; }

int64_t mlops_share_n_calls(const mlops_share *self) { return self->n_calls(self); }
