/* Deleting what is not marked.
 *
 * Owns nothing. Invariants: a transaction deletes only what is still unmarked once it has followed
 * journal and leases to its own moment, which no other writer can pass; what it drops is in the
 * journal, whose frame says that all ahead of it is durable, so that nobody takes what is missing
 * then for torn.
 */
#include "store/collect.h"

#include "file/file.h"

/* Why a pack may be deleted: nobody appends to it since it was marked as dying, under its lock. No
 * row of the index leads to it, which was verified behind that and since then stays so: rows come
 * of frames that are appended, of frames that are moved, from packs that die to one that does not,
 * and of looking through all packs again, which is counted. Snapshots of the index, which may have
 * such rows, are deleted first. Who reads an older moment is in the table of readers: as long as
 * one is older than the last that was verified, the pack stays, and who begins later finds no way
 * to it. Indexes in memory are in no such table: as long as one is open, here or elsewhere,
 * the pack stays. All that was moved and dropped is durable ahead of it. */
enum { DEAD = 512 /* keys of one transaction */, MOVED = 1 << 20 /* bytes */ };

/* ---- counting ---- */

static void count(mlops__gc *self, mlops__bytes value, mlops__pack_place place) {
    mlops__gc_pack *pack = mlops__gc_find_pack(self, place.pack);
    if (pack && place.offset < pack->end) pack->live += mlops__gc_bytes_of(value);
}

static mlops_status count_object(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                 mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    (void)index, (void)err;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack == 0) return MLOPS_OK;
    int live = mlops__gc_is_live(self, key, place);
    *(live ? &self->stat.n_objects : &self->stat.n_dead_objects) += 1;
    if (live) count(self, value, place);
    return MLOPS_OK;
}

static mlops_status count_chunk(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    (void)index, (void)err;
    if (!mlops__gc_place(key, MLOPS__CHUNK_KEY, value, &place)) return MLOPS_OK;
    if (!mlops__gc_is_live(self, key, place)) return MLOPS_OK;
    uint32_t size = mlops__block_size(key.data);
    uint32_t needed = mlops__blocks_needed(&self->blocks, key.data);
    double dead = (double)(size - needed) / (double)(size ? size : 1);
    self->stat.n_chunks++;
    self->stat.chunk_bytes += needed;
    self->dead_bytes += (int64_t)(dead * (double)mlops__gc_bytes_of(value));
    count(self, value, place);
    return MLOPS_OK;
}

static int commit_of(mlops__bytes key, uint8_t id[32]) {
    size_t n = key.size;
    return n > 65 && key.data[n - 65] == '\t' &&
           mlops__hex_parse(id, (const char *)key.data + n - 64, 32);
}

static mlops_status count_commit(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                 mlops__bytes value, mlops_error *err) {
    uint8_t id[32];
    (void)index, (void)value, (void)err;
    self->stat.n_dead_commits += commit_of(key, id) && !mlops__gc_is_reached(self, id);
    return MLOPS_OK;
}

static int is_below(const mlops__gc_pack *p, double min_live) {
    int64_t garbage = p->end - MLOPS__PACK_HEAD - p->live;
    return garbage > 0 && (double)p->live < min_live * (double)p->end;
}

/* By default packs of which half is garbage, and more of them, those with the most first, as long
 * as all have too much. */
static double min_live_of(const mlops__gc *self) {
    double least = self->opts.min_live;
    if (least > 0) return least;
    for (least = 0.5; least < 1; least += 0.05) {
        double live = 0, left = 0;
        for (size_t i = 0; i < self->n_packs; i++) {
            const mlops__gc_pack *p = &self->packs[i];
            live += (double)p->live;
            left += (double)(is_below(p, least) ? p->live : p->end);
        }
        if (left <= MLOPS__GC_PACKS_MAX * live) break;
    }
    return least < 1 ? least : 1;
}

/* What is left of a pack that was emptied in part goes first. */
static mlops_status choose(mlops__gc *self, mlops__index *index, mlops_error *err) {
    double min_live = min_live_of(self);
    self->stat.live_bytes -= self->dead_bytes; /* no pack is emptied for these */
    self->stat.garbage_bytes += self->dead_bytes;
    for (size_t i = 0; i < self->n_packs; i++) {
        mlops__gc_pack *p = &self->packs[i];
        int dying = 0;
        MLOPS_TRY(mlops__pack_is_dying(index, p->number, &dying, err));
        int64_t garbage = p->end - MLOPS__PACK_HEAD - p->live;
        self->stat.live_bytes += p->live;
        self->stat.garbage_bytes += garbage > 0 ? garbage : 0;
        p->empties = dying || is_below(p, min_live);
        if (!p->empties) continue;
        self->stat.n_emptied++;
        self->stat.copied_bytes += p->live;
        self->stat.freed_bytes += p->end;
    }
    return MLOPS_OK;
}

mlops_status mlops__gc_count(mlops__gc *self, mlops_error *err) {
    static const struct {
        uint8_t table;
        mlops__gc_visit *visit;
    } PASSES[] = {{MLOPS__TABLE_OBJECTS, count_object},
                  {MLOPS__TABLE_CHUNKS, count_chunk},
                  {MLOPS__TABLE_COMMITS, count_commit}};
    mlops__index index;
    int pass = (int)self->phase - MLOPS__GC_COUNT_OBJECTS;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    if (pass == 0 && self->key.size == 0) status = mlops__gc_catch_up(self, &index, err);
    if (!status) status = mlops__gc_walk(self, &index, PASSES[pass].table, PASSES[pass].visit, err);
    if (status == MLOPS_END && self->phase == MLOPS__GC_COUNT_CHUNKS) {
        mlops_status chosen = choose(self, &index, err);
        if (chosen) status = chosen;
    }
    mlops__store_read_end(&index);
    return status;
}

/* ---- a writer's turn ---- */

/* Begins a transaction in which nothing is unknown any more. */
static mlops_status begin(mlops__gc *self, mlops__index *index, mlops_error *err) {
    MLOPS_TRY(mlops__store_write_begin(self->store, index, err));
    self->locked = 1;
    mlops_status status = mlops__gc_catch_up(self, index, err);
    if (!status) return MLOPS_OK;
    self->locked = 0;
    mlops__store_write_end(self->store, index);
    return status;
}

static void end(mlops__gc *self, mlops__index *index) {
    self->locked = 0;
    mlops__store_write_end(self->store, index);
}

/* Whoever has found something since then is to look again. */
static mlops_status note_deletion(mlops__index *index, mlops_error *err) {
    int64_t epoch = 0;
    MLOPS_TRY(mlops__mark_get(index, 'e', &epoch, err));
    return mlops__mark_put(index, 'e', epoch + 1, err);
}

/* ---- dropping ---- */

static mlops_status put_dead(mlops__gc *self, mlops__bytes key, mlops_error *err) {
    mlops__buf_u16(&self->batch, (uint16_t)key.size);
    mlops__buf_put(&self->batch, key.data, key.size);
    if (self->batch.status) return mlops__gc_nomem(self, err);
    return self->batch.size < DEAD * 34 ? MLOPS_OK : MLOPS_E_LIMIT; /* enough: the walk ends */
}

static mlops_status find_dead_commit(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                     mlops__bytes value, mlops_error *err) {
    uint8_t id[32];
    (void)index, (void)value;
    if (!commit_of(key, id) || mlops__gc_is_reached(self, id)) return MLOPS_OK;
    return put_dead(self, key, err);
}

static mlops_status find_dead_object(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                     mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    (void)index;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack == 0) return MLOPS_OK;
    return mlops__gc_is_live(self, key, place) ? MLOPS_OK : put_dead(self, key, err);
}

static mlops_status drop_commit(mlops__gc *self, mlops_change *change, mlops__bytes key,
                                mlops_error *err) {
    uint8_t id[32];
    if (!commit_of(key, id) || mlops__gc_is_reached(self, id)) return MLOPS_OK;
    self->stat.n_dropped_commits++;
    return mlops__change_del(change, MLOPS__TABLE_COMMITS, key, err);
}

static mlops_status drop_object(mlops__gc *self, mlops__index *index, mlops_change *change,
                                mlops__bytes key, mlops_error *err) {
    mlops__bytes value;
    mlops__pack_place place;
    mlops_status status = mlops__index_get(index, MLOPS__TABLE_OBJECTS, key, &value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack == 0) return MLOPS_OK;
    if (mlops__gc_is_live(self, key, place)) return MLOPS_OK;
    self->stat.n_dropped_objects++;
    MLOPS_TRY(mlops__gc_drop_chunks(self, index, key, place, err));
    MLOPS_TRY(mlops__index_del(index, MLOPS__TABLE_OBJECTS, key, err));
    return mlops__change_drop(change, key.data, err);
}

/* The frame is to say that what is ahead of it is durable. */
static mlops_status make_durable(mlops_store *store, mlops__index *index, mlops_error *err) {
    MLOPS_TRY(mlops__store_sync_packs(store, index, err));
    if (index->place.durable >= index->place.chain.seq) return MLOPS_OK;
    index->dirty = 1;
    return mlops__journal_sync(&store->journal, &index->place, err);
}

static mlops_status drop_batch(mlops__gc *self, mlops_change *change, mlops_error *err) {
    mlops__index index;
    mlops_gc_stat before = self->stat;
    MLOPS_TRY(begin(self, &index, err));
    mlops_status status = MLOPS_OK;
    mlops__cursor c;
    mlops__cursor_init(&c, self->batch.data, self->batch.size);
    while (!status && mlops__cursor_left(&c)) {
        mlops__bytes key = {NULL, mlops__cursor_u16(&c)};
        key.data = mlops__cursor_take(&c, key.size);
        status = self->phase == MLOPS__GC_DROP_COMMITS
                     ? drop_commit(self, change, key, err)
                     : drop_object(self, &index, change, key, err);
    }
    int none = self->stat.n_dropped_commits == before.n_dropped_commits &&
               self->stat.n_dropped_objects == before.n_dropped_objects;
    if (!status && !none) status = note_deletion(&index, err);
    if (!status && !none) status = make_durable(self->store, &index, err);
    if (!status && !none) status = mlops__change_verb(change, "gc", err);
    if (!status && !none) status = mlops__change_write(change, &index, err);
    if (status) self->stat = before;
    end(self, &index);
    return status;
}

static mlops_status find_dead(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    int commits = self->phase == MLOPS__GC_DROP_COMMITS;
    self->batch.size = 0;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status =
        mlops__gc_walk(self, &index, commits ? MLOPS__TABLE_COMMITS : MLOPS__TABLE_OBJECTS,
                       commits ? find_dead_commit : find_dead_object, err);
    mlops__store_read_end(&index);
    return status == MLOPS_E_LIMIT ? MLOPS_OK : status;
}

mlops_status mlops__gc_drop(mlops__gc *self, const mlops_call *call, mlops_error *err) {
    mlops_change *change;
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = call->actor;
    opts.trace_id = call->trace_id;
    mlops_status status = find_dead(self, err);
    if (status < 0 || self->batch.size == 0) return status;
    MLOPS_TRY(mlops_change_new(&change, self->store, &opts, err));
    mlops_status dropped = drop_batch(self, change, err);
    mlops_change_free(change);
    return dropped ? dropped : status;
}

/* ---- emptying packs ---- */

/* From here on nobody appends to it. MLOPS_E_BUSY if somebody may: it stays as it is. */
static mlops_status close_pack(mlops__gc *self, mlops__index *index, mlops__gc_pack *pack,
                               mlops_error *err) {
    mlops__packs *packs = &self->store->packs;
    if (packs->leased == pack->number) mlops__packs_release(packs);
    mlops_status status = mlops__packs_lease(&self->reading, pack->number, 0, err);
    mlops__packs_release(&self->reading);
    if (status == MLOPS_E_LIMIT || (status == MLOPS_E_BUSY && pack->is_sealed)) status = MLOPS_OK;
    return status ? status : mlops__pack_note(index, 'd', pack->number, 0, err);
}

static mlops_status begin_pack(mlops__gc *self, mlops__gc_pack *pack, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(begin(self, &index, err));
    mlops_status status = close_pack(self, &index, pack, err);
    if (!status) status = mlops__store_write_commit(self->store, &index, err);
    end(self, &index);
    if (!status) status = mlops__pack_scan_init(&self->scan, &self->reading, pack->number, err);
    self->scans = !status;
    if (status == MLOPS_E_BUSY || status == MLOPS_E_CORRUPT) {
        pack->empties = 0; /* in use, or its head is damaged: repair may find what it has */
        self->stat.n_emptied--;
        self->stat.copied_bytes -= pack->live;
        self->stat.freed_bytes -= pack->end;
        return MLOPS_OK;
    }
    return status;
}

/* A frame that the index leads to goes to another pack, or its row goes. */
static mlops_status move_frame(mlops__gc *self, mlops__index *index, const mlops__pack_frame *frame,
                               mlops__pack_place place, int *deleted, mlops_error *err) {
    int chunk = frame->kind == MLOPS__PACK_CHUNK;
    uint8_t table = chunk ? MLOPS__TABLE_CHUNKS : MLOPS__TABLE_OBJECTS;
    mlops__bytes key = {frame->key, chunk ? MLOPS__CHUNK_KEY : 32};
    mlops__location at;
    mlops_status status = mlops__content_find(index, table, key, &at, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    if (at.place.pack != place.pack || at.place.offset != place.offset) return MLOPS_OK;
    if (!chunk || mlops__gc_is_live(self, key, place))
        return mlops__content_append(self->store, index, frame, self->payload.data, err);
    *deleted = 1;
    return mlops__index_del(index, table, key, err);
}

/* MLOPS_END behind the last frame. */
static mlops_status move_some(mlops__gc *self, mlops__index *index, mlops__pack_scan *scan,
                              mlops_error *err) {
    mlops__pack_frame frame;
    mlops__pack_place place;
    int deleted = 0;
    int64_t begun = scan->place.offset;
    mlops_status status = MLOPS_OK;
    while (!status && scan->place.offset - begun < MOVED) {
        status = mlops__pack_scan_next(scan, &self->reading, &frame, &place, &self->payload, err);
        if (!status) status = move_frame(self, index, &frame, place, &deleted, err);
        if (!status && self->every == 1) break;
    }
    mlops_status noted = status < 0 ? status : mlops__content_note_leased(self->store, index, err);
    if (!noted && deleted) noted = note_deletion(index, err);
    return noted ? noted : status;
}

static mlops_status move_batch(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    mlops__pack_scan scan = self->scan; /* which moves on with the commit alone */
    MLOPS_TRY(begin(self, &index, err));
    mlops_status status = move_some(self, &index, &scan, err), done = status;
    if (status >= 0) done = mlops__store_write_commit(self->store, &index, err);
    end(self, &index);
    if (done) return done;
    self->scan = scan;
    return status;
}

mlops_status mlops__gc_empty(mlops__gc *self, mlops_error *err) {
    while (self->at_pack < self->n_packs && !self->packs[self->at_pack].empties) self->at_pack++;
    if (self->at_pack == self->n_packs) return MLOPS_END;
    if (!self->scans) return begin_pack(self, &self->packs[self->at_pack], err);
    mlops_status status = move_batch(self, err);
    if (status != MLOPS_END) return status;
    self->scans = 0;
    self->at_pack++;
    return MLOPS_OK;
}

/* ---- deleting packs ---- */

static mlops_status find_row(mlops__gc *self, mlops__index *index, mlops__bytes key,
                             mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    (void)index, (void)err;
    if (!mlops__gc_place(key, key.size, value, &place)) return MLOPS_OK;
    mlops__gc_pack *pack = mlops__gc_find_pack(self, place.pack);
    if (pack) pack->n_rows++;
    return MLOPS_OK;
}

mlops_status mlops__gc_verify(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    int objects = self->phase == MLOPS__GC_VERIFY_OBJECTS;
    if (self->stat.n_emptied == 0) return MLOPS_END;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    if (objects && self->key.size == 0) status = mlops__mark_get(&index, 'r', &self->rescans, err);
    if (!status)
        status = mlops__gc_walk(self, &index, objects ? MLOPS__TABLE_OBJECTS : MLOPS__TABLE_CHUNKS,
                                find_row, err);
    self->verified = mlops__kv_moment(index.txn);
    mlops__store_read_end(&index);
    return status;
}

/* True if it had none that shares it, which is so until it is given back. */
static int lock_byte(mlops_store *store, int64_t byte) {
    const mlops_io *io = &store->host.io;
    int64_t code;
    do code = io->lock(io->ctx, store->lock_file, byte, MLOPS_IO_TRY_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    return code >= 0;
}

static void give_byte(mlops_store *store, int64_t byte, int shared) {
    const mlops_io *io = &store->host.io;
    io->lock(io->ctx, store->lock_file, byte, shared ? MLOPS_IO_SHARE : MLOPS_IO_UNLOCK);
}

/* Copies of the index that may lead to what is deleted. One that is being made would, too. */
static mlops_status delete_copies(mlops_store *store, mlops_error *err) {
    int in_file = store->opts.index == MLOPS_STORE_INDEX_FILE;
    const mlops_io *io = &store->host.io;
    if (!in_file) MLOPS_TRY(mlops__index_discard(store, err));
    else mlops__file_unlink(io, mlops__store_path(store, "index/snapshot"));
    if (in_file) mlops__snapshot_sweep(store, 0);
    store->snapshot = 0;
    return mlops__file_sync_dir(io, mlops__store_path(store, "index"), err);
}

/* Rows of the pack itself go; its number is not used again. */
static mlops_status forget(mlops__index *index, int64_t number, mlops_error *err) {
    int64_t highest = 0;
    MLOPS_TRY(mlops__mark_get(index, 'n', &highest, err));
    if (number > highest) MLOPS_TRY(mlops__mark_put(index, 'n', number, err));
    MLOPS_TRY(mlops__pack_forget(index, 's', number, err));
    MLOPS_TRY(mlops__pack_forget(index, 'u', number, err));
    return mlops__pack_forget(index, 'd', number, err);
}

static int is_empty(const mlops__gc_pack *pack) { return pack->empties && pack->n_rows == 0; }

static mlops_status delete_packs(mlops__gc *self, mlops__index *index, mlops_error *err) {
    mlops_store *store = self->store;
    mlops_status status = make_durable(store, index, err);
    if (!status) status = delete_copies(store, err);
    for (size_t i = 0; i < self->n_packs && !status; i++)
        if (is_empty(&self->packs[i])) status = forget(index, self->packs[i].number, err);
    if (!status) status = mlops__store_write_commit(store, index, err);
    for (size_t i = 0; i < self->n_packs && !status; i++) {
        if (!is_empty(&self->packs[i])) continue;
        mlops__packs_delete(&store->packs, self->packs[i].number);
        self->packs[i].is_gone = 1;
        self->stat.n_deleted++;
    }
    return status;
}

/* Does anybody read the store as it was? */
static mlops_status has_readers(mlops__gc *self, mlops__index *index, int *out, mlops_error *err) {
    uint64_t oldest = 0;
    int64_t rescans = 0;
    MLOPS_TRY(mlops__kv_oldest(self->store->kv, &oldest, err));
    MLOPS_TRY(mlops__mark_get(index, 'r', &rescans, err));
    *out = oldest < self->verified || rescans != self->rescans;
    return MLOPS_OK;
}

/* All locks, or none. */
static mlops_status delete_locked(mlops__gc *self, mlops__index *index, mlops_error *err) {
    static const int64_t BYTES[] = {MLOPS__LOCK_SNAPSHOT, MLOPS__LOCK_MEMORY, MLOPS__LOCK_USERS};
    mlops_store *store = self->store;
    int in_file = store->opts.index == MLOPS_STORE_INDEX_FILE, busy = store->in_service;
    size_t n = 0, wanted = in_file ? 2 : 3;
    while (!busy && n < wanted && lock_byte(store, BYTES[n])) n++;
    mlops_status status = MLOPS_OK;
    if (!busy && n == wanted) status = has_readers(self, index, &busy, err);
    if (!status && !busy && n == wanted) status = delete_packs(self, index, err);
    while (n-- > 0) give_byte(store, BYTES[n], BYTES[n] == MLOPS__LOCK_MEMORY && !in_file);
    return status;
}

mlops_status mlops__gc_delete(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    int64_t n = 0;
    for (size_t i = 0; i < self->n_packs; i++) n += is_empty(&self->packs[i]);
    if (n == 0) return MLOPS_END;
    MLOPS_TRY(begin(self, &index, err));
    mlops_status status = delete_locked(self, &index, err);
    end(self, &index);
    self->stat.n_waiting = n - self->stat.n_deleted;
    return status ? status : MLOPS_END;
}
