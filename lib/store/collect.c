/* Collecting garbage, piece by piece.
 *
 * Owns what is known between two pieces, which is in memory alone: who dies leaves nothing behind
 * that another collection has to know of. Invariants: one process collects, under a lock; a piece
 * reads one moment of the index, or is one transaction of a writer; between two pieces no lock of
 * the store's is held, so that readers never wait, and writers as for any other writer.
 */
#include "store/collect.h"

#include "base/opts.h"

#include <string.h>

/* Each step leaves a good store if it is the last: marks are forgotten; content that was written
 * anew is read from there, and what it leaned on is garbage then; commits that are dropped
 * leave content that the next collection finds; content is dropped by a change of the journal,
 * which is durable, with all ahead of it, before its pack is deleted; a frame that was moved stands
 * in two places until then. */
enum {
    MARKS_LEAST = 64 << 10,
    ROWS = 64,          /* between two looks at the clock */
    BYTES_OF_ROW = 16,  /* of the map, for each byte of marks: some 40 bits a row */
    LATE_NS = 50000000, /* a moment is not read for longer, since it keeps old pages */
    HURRY_NS = 1000     /* a budget for one row at a time */
};

int mlops__gc_is_late(mlops__gc *self) {
    const mlops_clock *clock = &self->store->host.clock;
    return self->every == 1 || clock->monotonic_ns(clock->ctx) >= self->until;
}

mlops_status mlops__gc_nomem(mlops__gc *self, mlops_error *err) {
    return mlops__fail_nomem(err, self->piece.size + self->todo.size + self->batch.size);
}

mlops__gc_pack *mlops__gc_find_pack(const mlops__gc *self, int64_t number) {
    size_t low = 0, high = self->n_packs;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (self->packs[mid].number == number) return &self->packs[mid];
        if (self->packs[mid].number < number) low = mid + 1;
        else high = mid;
    }
    return NULL;
}

int mlops__gc_place(mlops__bytes key, size_t n, mlops__bytes value, mlops__pack_place *out) {
    if (key.size != n || value.size != 32) return 0;
    out->pack = (int64_t)mlops__load_u64(value.data);
    out->offset = (int64_t)mlops__load_u64(value.data + 16);
    return 1;
}

int64_t mlops__gc_bytes_of(mlops__bytes value) {
    int64_t stored = (int64_t)mlops__load_u64(value.data + 8);
    return MLOPS__PACK_FRAME_HEAD + (stored + 7) / 8 * 8;
}

static mlops_status keep_key(mlops__gc *self, mlops__bytes key, mlops_error *err) {
    self->key.size = 0;
    mlops__buf_put(&self->key, key.data, key.size);
    return self->key.status ? mlops__fail_nomem(err, key.size) : MLOPS_OK;
}

mlops_status mlops__gc_walk(mlops__gc *self, mlops__index *index, uint8_t table,
                            mlops__gc_visit *visit, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value, from = {self->key.data, self->key.size};
    MLOPS_TRY(mlops__index_iter_from(&iter, index, table, from, err));
    mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
    if (!status && from.size && key.size == from.size && !memcmp(key.data, from.data, from.size))
        status = mlops__index_iter_next(&iter, &key, &value, err);
    for (int n = 1; !status; n++) {
        status = keep_key(self, key, err);
        if (!status) status = visit(self, index, key, value, err);
        if (!status && !self->locked && n % self->every == 0 && mlops__gc_is_late(self)) break;
        if (!status) status = mlops__index_iter_next(&iter, &key, &value, err);
    }
    mlops__index_iter_free(&iter);
    if (status == MLOPS_END) self->key.size = 0;
    return status;
}

/* ---- begin and end ---- */

void mlops__gc_free(mlops_store *store) {
    mlops__gc *self = store->gc;
    if (!self) return;
    const mlops_allocator *allocator = &store->host.allocator;
    const mlops_io *io = &store->host.io;
    io->lock(io->ctx, store->lock_file, MLOPS__LOCK_GC, MLOPS_IO_UNLOCK);
    mlops__gc_bases_free(self);
    mlops__blocks_free(&self->blocks);
    mlops__packs_free(&self->reading);
    mlops__bloom_free(&self->marks);
    mlops__buf_free(&self->key);
    mlops__buf_free(&self->todo);
    mlops__buf_free(&self->dataset);
    mlops__buf_free(&self->piece);
    mlops__buf_free(&self->payload);
    mlops__buf_free(&self->batch);
    if (self->reached) mlops__free(allocator, self->reached, self->n_slots * 16);
    if (self->packs) mlops__free(allocator, self->packs, self->n_packs * sizeof *self->packs);
    mlops__free(allocator, self, sizeof *self);
    store->gc = NULL;
}

/* The lock is free when this is called, or held by this process's collection. */
static mlops_status lock_gc(mlops_store *store, mlops_error *err) {
    const mlops_io *io = &store->host.io;
    int64_t code;
    do code = io->lock(io->ctx, store->lock_file, MLOPS__LOCK_GC, MLOPS_IO_TRY_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    if (mlops__os_kind_of(code) == MLOPS__OS_AGAIN)
        return mlops__fail(err, MLOPS_E_BUSY, "another process collects the garbage of this store");
    return mlops__fail_os(err, code, "cannot lock", "the store");
}

/* Where the pack ends: all is appended under the writer's lock, so that who holds it sees in the
 * file what killed writers and failed transactions left, too, to which no note leads. */
static mlops_status find_end(mlops__gc *self, mlops__index *index, mlops__gc_pack *pack,
                             mlops_error *err) {
    uint8_t key[9] = {'s'};
    mlops__bytes value;
    mlops__pack_scan scan;
    mlops__key_u64(key + 1, (uint64_t)pack->number);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key}, &value, err);
    if (!status && value.size == 8) pack->end = (int64_t)mlops__load_u64(value.data);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    pack->is_sealed = pack->end >= MLOPS__PACK_FULL;
    status = mlops__pack_scan_init(&scan, &self->reading, pack->number, err);
    if (status == MLOPS_E_CORRUPT) return MLOPS_OK; /* its head is damaged: it stays */
    if (!status && pack->end < scan.size) pack->end = (scan.size + 7) / 8 * 8;
    return status;
}

static mlops_status list_packs(mlops__gc *self, mlops__index *index, mlops_error *err) {
    mlops__buf numbers;
    mlops_store *store = self->store;
    mlops__buf_init(&numbers, &store->host.allocator);
    mlops_status status = mlops__packs_list(&store->packs, &numbers, err);
    size_t n = numbers.size / sizeof(int64_t);
    if (!status && n) {
        self->packs = mlops__alloc_zero(&store->host.allocator, n * sizeof *self->packs);
        if (!self->packs) status = mlops__fail_nomem(err, n * sizeof *self->packs);
        else self->n_packs = n;
    }
    for (size_t i = 0; i < self->n_packs && !status; i++) {
        memcpy(&self->packs[i].number, numbers.data + i * sizeof(int64_t), sizeof(int64_t));
        status = find_end(self, index, &self->packs[i], err);
        self->stat.pack_bytes += self->packs[i].end;
    }
    self->stat.n_packs = (int64_t)self->n_packs;
    mlops__buf_free(&numbers);
    return status;
}

/* Commits whose clock was ahead tell no age, nor do those behind them: by this one, they are at
 * least as old as the note of a collection that saw them. */
static mlops_status find_seen_ahead(mlops__gc *self, mlops__index *index, int64_t now,
                                    mlops_error *err) {
    int64_t seq = 0, since = 0;
    int is_ahead = index->place.chain.time_ns > now;
    MLOPS_TRY(mlops__mark_get(index, 'a', &seq, err));
    MLOPS_TRY(mlops__mark_get(index, 't', &since, err));
    if (!is_ahead && !seq) return MLOPS_OK;
    if (is_ahead && seq && since <= now) {
        if (since >= self->before) return MLOPS_OK;
        if (self->seen < seq) self->seen = seq;
    }
    MLOPS_TRY(mlops__mark_put(index, 'a', is_ahead ? self->goal : 0, err));
    return mlops__mark_put(index, 't', now, err);
}

/* A commit that is older than a time, and not many ahead of the first that is not. */
static mlops_status find_seen(mlops__gc *self, mlops__index *index, int64_t before,
                              mlops_error *err) {
    int64_t low = 0, high = index->place.chain.seq / MLOPS__FRAMES_EVERY;
    self->before = before;
    self->goal = index->place.chain.seq;
    self->seen = 0;
    if (index->place.chain.time_ns < before) {
        self->seen = self->goal;
        return MLOPS_OK;
    }
    while (low < high) { /* frames 1, 65, ... are noted: the last of them that is older */
        int64_t mid = low + (high - low + 1) / 2, time_ns = INT64_MAX;
        uint8_t key[8];
        mlops__bytes value;
        mlops__key_u64(key, (uint64_t)(mid * MLOPS__FRAMES_EVERY + 1));
        mlops_status status = mlops__index_get(index, MLOPS__TABLE_FRAMES,
                                               (mlops__bytes){key, sizeof key}, &value, err);
        if (status && status != MLOPS_E_NOT_FOUND) return status;
        if (!status && value.size == 24) time_ns = (int64_t)mlops__load_u64(value.data + 16);
        if (time_ns < before) low = mid;
        else high = mid - 1;
    }
    self->seen = low * MLOPS__FRAMES_EVERY;
    return MLOPS_OK;
}

/* A moment at which all packs and all commits are known. */
static mlops_status look_around(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    mlops_store *store = self->store;
    int64_t now = mlops__host_now(&store->host);
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = mlops__leases_clear(store, &index, err);
    if (!status) status = list_packs(self, &index, err);
    if (!status) status = find_seen(self, &index, now - self->opts.keep_ns, err);
    if (!status) status = find_seen_ahead(self, &index, now, err);
    if (!status) status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    return status;
}

static mlops_status fill(mlops__gc *self, mlops_error *err) {
    mlops_store *store = self->store;
    const mlops_allocator *allocator = &store->host.allocator;
    int64_t used, max, most = self->memory_max;
    mlops__kv_size(store->kv, &used, &max);
    int64_t wanted = used / BYTES_OF_ROW;
    if (wanted < MARKS_LEAST) wanted = MARKS_LEAST;
    if (wanted > most) wanted = most;
    if (!mlops__bloom_init(&self->marks, allocator, (size_t)wanted))
        return mlops__fail_nomem(err, (size_t)wanted);
    mlops__lock_take(&store->lock); /* over its path */
    mlops_status status = mlops__packs_init(&self->reading, &store->host,
                                            mlops__store_path(store, "packs"), store->id, err);
    mlops__lock_give(&store->lock);
    return status ? status : look_around(self, err);
}

static mlops_status begin(mlops_store *store, const mlops_gc_opts *opts, int64_t memory_max,
                          mlops_error *err) {
    const mlops_allocator *allocator = &store->host.allocator;
    const mlops_entropy *entropy = &store->host.entropy;
    uint64_t seed;
    int64_t code = entropy->fill(entropy->ctx, &seed, sizeof seed);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw random bytes", NULL);
    MLOPS_TRY(lock_gc(store, err));
    mlops__gc *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) {
        const mlops_io *io = &store->host.io;
        io->lock(io->ctx, store->lock_file, MLOPS__LOCK_GC, MLOPS_IO_UNLOCK);
        return mlops__fail_nomem(err, sizeof *self);
    }
    mlops_gc_stat none = MLOPS_GC_STAT_INIT;
    store->gc = self;
    self->store = store;
    self->seed = seed;
    self->opts = *opts;
    self->memory_max = memory_max;
    self->stat = none;
    self->tree_at = -1;
    self->table = 1;
    mlops__buf *bufs[] = {&self->key,   &self->todo,    &self->dataset,
                          &self->piece, &self->payload, &self->batch};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_init(bufs[i], allocator);
    mlops__gc_bases_init(self);
    mlops__blocks_init(&self->blocks, allocator, seed);
    return fill(self, err);
}

/* ---- going on ---- */

static mlops_status step(mlops__gc *self, const mlops_call *call, mlops_error *err) {
    switch (self->phase) {
    case MLOPS__GC_RECORDS: return mlops__gc_records(self, err);
    case MLOPS__GC_FRAMES: return mlops__gc_frames(self, err);
    case MLOPS__GC_COMMITS: return mlops__gc_commits(self, err);
    case MLOPS__GC_LEANING: return mlops__gc_leaning(self, err);
    case MLOPS__GC_OBJECTS: return mlops__gc_objects(self, err);
    case MLOPS__GC_BASES: return mlops__gc_bases(self, err);
    case MLOPS__GC_KEPT: return mlops__gc_kept(self, err);
    case MLOPS__GC_REMAKE: return mlops__gc_remake(self, err);
    case MLOPS__GC_WEIGH: return mlops__gc_weigh(self, err);
    case MLOPS__GC_PARTS: return mlops__gc_parts(self, err);
    case MLOPS__GC_COUNT_OBJECTS:
    case MLOPS__GC_COUNT_CHUNKS:
    case MLOPS__GC_COUNT_COMMITS: return mlops__gc_count(self, err);
    case MLOPS__GC_DROP_COMMITS:
    case MLOPS__GC_DROP_OBJECTS: return mlops__gc_drop(self, call, err);
    case MLOPS__GC_EMPTY: return mlops__gc_empty(self, err);
    case MLOPS__GC_VERIFY_OBJECTS:
    case MLOPS__GC_VERIFY_CHUNKS: return mlops__gc_verify(self, err);
    case MLOPS__GC_DELETE: return mlops__gc_delete(self, err);
    case MLOPS__GC_DONE: break;
    }
    return MLOPS_END;
}

/* One piece: of at most the time that a moment is read for. */
static mlops_status do_piece(mlops__gc *self, const mlops_call *call, int64_t end,
                             mlops_error *err) {
    const mlops_clock *clock = &self->store->host.clock;
    int64_t now = clock->monotonic_ns(clock->ctx);
    self->until = end - now > LATE_NS ? now + LATE_NS : end;
    mlops_status status = step(self, call, err);
    if (status != MLOPS_END) return status;
    self->phase = (mlops__gc_phase)(self->phase + 1);
    int dry = self->opts.flags & MLOPS_GC_DRY_RUN && self->phase == MLOPS__GC_DROP_COMMITS;
    if (!dry && self->phase != MLOPS__GC_DONE) return MLOPS_OK;
    status = mlops__gc_note_end(self, err);
    return status ? status : MLOPS_END;
}

static int64_t memory_of(const mlops__gc *self) {
    return mlops__gc_bases_memory(self) + mlops__blocks_memory(&self->blocks) +
           (int64_t)(sizeof *self + mlops__bloom_bytes(&self->marks) + self->n_slots * 24 +
                     self->n_packs * sizeof *self->packs + self->key.cap + self->todo.cap +
                     self->dataset.cap + self->piece.cap + self->payload.cap + self->batch.cap);
}

/* Phases go by the keys that they have passed, whose first byte is even over them. */
static mlops_status poll(mlops__gc *self, const mlops_call *call, mlops_error *err) {
    const mlops_clock *clock = &self->store->host.clock;
    int64_t done = (int64_t)self->phase * 256 + (self->key.size ? self->key.data[0] : 0);
    int64_t total = (int64_t)MLOPS__GC_DONE * 256, memory = memory_of(self);
    if (memory > self->stat.memory_peak) self->stat.memory_peak = memory;
    if (call->progress && call->progress(call->progress_user, done, total))
        return mlops__fail(err, MLOPS_E_CANCELLED, "cancelled while garbage was collected");
    if (call->deadline_ns && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed: garbage is left");
    return MLOPS_OK;
}

mlops_status mlops__gc_go_on(mlops_store *store, const mlops_gc_opts *opts, const mlops_call *call,
                             mlops_gc_stat *out, mlops_error *err) {
    const mlops_clock *clock = &store->host.clock;
    int64_t now = clock->monotonic_ns(clock->ctx);
    int64_t end =
        opts->budget_ns && opts->budget_ns < INT64_MAX - now ? now + opts->budget_ns : INT64_MAX;
    mlops__gc *gc = store->gc;
    mlops_gc_opts asked = *opts;
    asked.budget_ns = 0;
    int64_t memory_max = call->memory_max ? call->memory_max : MLOPS__GC_MARKS;
    int same = gc && memcmp(&gc->opts, &asked, sizeof asked) == 0 && gc->memory_max == memory_max;
    if (!same) mlops__gc_free(store);
    mlops_status status = same ? MLOPS_OK : begin(store, &asked, memory_max, err);
    gc = store->gc;
    if (!gc) return status;
    gc->every = opts->budget_ns && opts->budget_ns <= HURRY_NS ? 1 : ROWS;
    if (!status) status = poll(gc, call, err);
    while (!status) {
        status = do_piece(gc, call, end, err);
        if (!status) status = poll(gc, call, err);
        if (status || gc->every == 1 || clock->monotonic_ns(clock->ctx) >= end) break;
    }
    gc->stat.done = status == MLOPS_END;
    *out = gc->stat;
    if (status == MLOPS_OK || status == MLOPS_E_CANCELLED || status == MLOPS_E_DEADLINE)
        return status;
    mlops__gc_free(store);
    return status;
}

static mlops_status check_opts(mlops_gc_opts *opts, const mlops_call *call, mlops_error *err) {
    const uint32_t flags = MLOPS_GC_DRY_RUN | MLOPS_GC_KEEP_BASES;
    if (opts->flags & ~flags || call->flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_gc_opts, mlops_call: unknown flags");
    if (!opts->keep_ns) opts->keep_ns = MLOPS__GC_KEEP_NS;
    if (opts->remake_max == 0) opts->remake_max = MLOPS__GC_REMAKE_MAX;
    if (opts->budget_ns < 0 || opts->keep_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_gc_opts: a time is negative");
    if (call->memory_max && call->memory_max < MARKS_LEAST)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call.memory_max is below 64 KiB");
    if (!(opts->min_live >= 0 && opts->min_live <= 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_gc_opts.min_live is a share, above 0 and up to 1");
    if (!(opts->remake_max > 0 && opts->remake_max <= 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_gc_opts.remake_max is a share, above 0 and up to 1");
    return MLOPS_OK;
}

mlops_status mlops_store_gc(mlops_store *self, const mlops_gc_opts *opts, const mlops_call *call,
                            mlops_gc_stat *out, mlops_error *err) {
    mlops_gc_opts o;
    mlops_call c;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, opts, "mlops_gc_opts", err));
    MLOPS_TRY(mlops__opts_copy(&c, sizeof c, call, "mlops_call", err));
    MLOPS_TRY(check_opts(&o, &c, err));
    o.struct_size = sizeof o;
    MLOPS_TRY(mlops__store_check_fork(self, err));
    if (self->read_only)
        return mlops__fail(err, MLOPS_E_DENIED, "the store is open for reading alone");
    if (atomic_exchange(&self->in_gc, 1))
        return mlops__fail(err, MLOPS_E_BUSY, "another thread collects the garbage of this store");
    mlops_status status = mlops__gc_go_on(self, &o, &c, &stat, err);
    atomic_store(&self->in_gc, 0);
    if (out) {
        mlops_status told = mlops__opts_result(out, &stat, sizeof stat, "mlops_gc_stat", err);
        if (told < 0) return told;
    }
    return status;
}

mlops_status mlops__gc_condemn(mlops_store *self, mlops__idset *condemned, const mlops_call *call,
                               mlops_gc_stat *out, mlops_error *err) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_call c = *call;
    c.memory_max = 0;
    opts.min_live = 1;
    MLOPS_TRY(check_opts(&opts, &c, err));
    if (atomic_exchange(&self->in_gc, 1))
        return mlops__fail(err, MLOPS_E_BUSY, "another thread collects the garbage of this store");
    mlops__gc_free(self); /* one that knows of nothing that is condemned */
    self->condemned = condemned;
    mlops_status status = mlops__gc_go_on(self, &opts, &c, out, err);
    mlops__gc_free(self);
    self->condemned = NULL;
    atomic_store(&self->in_gc, 0);
    return status;
}
