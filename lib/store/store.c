/* Opening and closing stores, and the one writer.
 *
 * Owns the process's list of open stores and the two locks. Invariants: one directory is open once
 * in a process, whoever opens it again gets the same; writers of all threads and processes come one
 * after another, first through the mutex, then through byte 0 of the lock file; a store with a
 * writer is told of nothing before it has applied what an earlier writer left undone.
 */
#include "store/core.h"

#include "base/opts.h"
#include "file/file.h"
#include "store/tabular.h"
#include "sys/process.h"

#include <string.h>

enum { AHEAD_MAX = 4096 /* frames that a relaxed writer leaves to be applied together */ };

const char *mlops__store_dir(const mlops_store *self, size_t *n) {
    *n = self->dir;
    return self->path;
}

int mlops__store_is_read_only(const mlops_store *self) { return self->read_only; }

const char *mlops__store_path(mlops_store *self, const char *name) {
    self->path[self->dir] = 0;
    if (!*name) return self->path;
    self->path[self->dir] = '/';
    memcpy(self->path + self->dir + 1, name, strlen(name) + 1);
    return self->path;
}

mlops_status mlops__store_check_fork(const mlops_store *self, mlops_error *err) {
    if (self->generation == mlops__fork_generation()) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_FORKED,
                       "the store was opened before this process was forked; open it here anew");
}

const mlops__host *mlops__store_host(const mlops_store *self) { return &self->host; }

mlops_store *mlops__store_ref(mlops_store *self) {
    mlops__process_stores_lock();
    self->refs++;
    mlops__process_stores_unlock();
    return self;
}

/* ---- the writer ---- */

mlops_status mlops__store_lock_writer(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    mlops__lock_take(&self->lock);
    int64_t code;
    do code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_WRITER, MLOPS_IO_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    mlops__lock_give(&self->lock);
    return mlops__fail_os(err, code, "cannot lock", mlops__store_path(self, "lock"));
}

void mlops__store_unlock_writer(mlops_store *self) {
    const mlops_io *io = &self->host.io;
    io->lock(io->ctx, self->lock_file, MLOPS__LOCK_WRITER, MLOPS_IO_UNLOCK);
    mlops__lock_give(&self->lock);
}

/* All that packs have is noted again, and whoever empties one is told. */
static mlops_status scan_again(mlops_store *self, mlops__index *index, mlops_error *err) {
    int64_t times = 0, n_unused = 0;
    MLOPS_TRY(mlops__mark_get(index, 'r', &times, err));
    MLOPS_TRY(mlops__mark_put(index, 'r', times + 1, err));
    MLOPS_TRY(mlops__packs_forget_scans(index, err));
    return mlops__store_scan_packs(self, index, &n_unused, err);
}

/* Content comes into the index ahead of its commit, but not where its writer has an index of its
 * own, in memory. That one may also have what a collection has deleted from this one, and count on
 * it. */
static mlops_status find_content(mlops_store *self, mlops__index *index, const mlops__frame *frame,
                                 int64_t epoch, int *again, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__bytes place;
    int64_t n_unused = 0;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind != MLOPS__OP_PACKED) continue;
        mlops_status status = mlops__index_get(index, MLOPS__TABLE_OBJECTS, op.key, &place, err);
        if (status == MLOPS_E_NOT_FOUND)
            status = mlops__store_scan_packs(self, index, &n_unused, err);
        MLOPS_TRY(status);
        if (epoch == 0 || *again) continue;
        status = mlops__content_check(self, index, op.key.data, NULL);
        if (status == MLOPS_OK) continue;
        *again = 1;
        MLOPS_TRY(scan_again(self, index, err));
    }
    return MLOPS_OK;
}

static mlops_status catch_up(mlops_store *self, mlops__index *index, mlops_error *err) {
    int64_t epoch = 0;
    int again = 0;
    MLOPS_TRY(mlops__mark_get(index, 'e', &epoch, err));
    for (;;) {
        mlops__frame frame;
        mlops__place place = index->place;
        mlops_status status = mlops__journal_next(&self->journal, &place, &frame, err);
        if (status == MLOPS_END) {
            index->place.segment = place.segment;
            index->place.offset = place.offset;
            return MLOPS_OK;
        }
        MLOPS_TRY(status);
        MLOPS_TRY(find_content(self, index, &frame, epoch, &again, err));
        MLOPS_TRY(mlops__index_apply(index, &frame, &place, err));
    }
}

mlops_status mlops__store_catch_up(mlops_store *self, mlops__index *index, mlops_error *err) {
    mlops__batch batch;
    mlops__batch_init(&batch, &self->host.allocator);
    index->batch = &batch;
    mlops_status status = catch_up(self, index, err);
    if (!status) status = mlops__index_settle(index, err);
    if (!status) status = mlops__content_choose(self, index, 1, err);
    index->batch = NULL;
    mlops__batch_free(&batch);
    return status;
}

int mlops__store_find_tail(mlops_store *self) {
    while (self->tail_known && atomic_load(&self->n_ahead) < AHEAD_MAX) {
        mlops__frame frame;
        mlops_status status = mlops__journal_next(&self->journal, &self->tail, &frame, NULL);
        if (status == MLOPS_END) return 1;
        if (status) break;
        atomic_fetch_add(&self->n_ahead, 1); /* another process wrote it */
    }
    return 0;
}

/* The index has it all, and the journal ends where it ends. */
static void note_tail(mlops_store *self, const mlops__index *index) {
    self->tail = index->place;
    self->tail_known = 1;
}

mlops_status mlops__store_write_begin(mlops_store *self, mlops__index *out, mlops_error *err) {
    memset(out, 0, sizeof *out);
    MLOPS_TRY(mlops__store_lock_writer(self, err));
    mlops_status status = mlops__index_in_use(self, err);
    if (!status) status = mlops__index_begin(out, self->kv, &self->host, 1, err);
    if (!status) status = mlops__store_catch_up(self, out, err);
    if (!status) note_tail(self, out);
    else mlops__store_write_end(self, out);
    return status;
}

void mlops__store_write_end(mlops_store *self, mlops__index *index) {
    mlops__index_end(index);
    mlops__store_unlock_writer(self);
}

mlops_status mlops__store_write_commit(mlops_store *self, mlops__index *index, mlops_error *err) {
    mlops_status status = mlops__leases_settle(self, index, err);
    if (status) return status;
    status = mlops__index_commit(index, err);
    if (status) return status;
    self->released.size = 0;
    atomic_store(&self->n_ahead, 0);
    return MLOPS_OK;
}

/* What this process committed it shall see. */
static mlops_status apply_ahead(mlops_store *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

mlops_status mlops__store_read_begin(mlops_store *self, mlops__index *out, mlops_error *err) {
    MLOPS_TRY(mlops__store_check_fork(self, err));
    if (atomic_load(&self->n_ahead) > 0) MLOPS_TRY(apply_ahead(self, err));
    return mlops__index_begin(out, self->kv, &self->host, 0, err);
}

void mlops__store_read_end(mlops__index *self) { mlops__index_end(self); }

/* ---- opening ---- */

mlops_status mlops__store_mkdir(mlops_store *self, const char *name, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, name);
    int64_t code;
    do code = io->mkdir(io->ctx, path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0 || mlops__os_kind_of(code) == MLOPS__OS_EXISTS) return MLOPS_OK;
    return mlops__fail_os(err, code, "cannot make the directory", path);
}

mlops_status mlops__store_move(mlops_store *store, const char *from, const char *to,
                               mlops_error *err) {
    const mlops_io *io = &store->host.io;
    size_t size = store->dir + MLOPS__PATH_ROOM;
    char *source = mlops__alloc(&store->host.allocator, size);
    if (!source) return mlops__fail_nomem(err, size);
    const char *path = mlops__store_path(store, from);
    memcpy(source, path, strlen(path) + 1);
    path = mlops__store_path(store, to);
    int64_t code;
    do code = io->rename(io->ctx, source, path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    mlops__free(&store->host.allocator, source, size);
    return code < 0 ? mlops__fail_os(err, code, "cannot move to", path) : MLOPS_OK;
}

/* One that was deleted under a store; it stays when a power cut follows. */
static mlops_status make_again(mlops_store *self, const char *name, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    int64_t code;
    do code = io->mkdir(io->ctx, mlops__store_path(self, name));
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return mlops__file_sync_dir(io, mlops__store_path(self, ""), err);
    if (mlops__os_kind_of(code) == MLOPS__OS_EXISTS) return MLOPS_OK;
    return mlops__fail_os(err, code, "cannot make the directory", self->path);
}

static int is_ours(const char *name) {
    static const char *const NAMES[] = {"lock",   "journal", "packs",  "index",
                                        "online", "format",  "damaged"};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (strcmp(name, NAMES[i]) == 0) return 1;
    return strncmp(name, ".mlops-", 7) == 0; /* a format file on its way */
}

/* Does a folder, which may be missing, have a name that begins so, but for the one skipped? */
static mlops_status has_name(mlops_store *self, const char *folder, const char *name,
                             const char *skipped, int *out, mlops_error *err) {
    mlops__buf names;
    mlops__buf_init(&names, &self->host.allocator);
    mlops_status status =
        mlops__file_list(&self->host.io, mlops__store_path(self, folder), &names, err);
    for (size_t at = 0; !status && at < names.size; at++) {
        const char *there = (const char *)names.data + at;
        *out |= strncmp(there, name, strlen(name)) == 0 && strcmp(there, skipped) != 0;
        at += strlen(there);
    }
    mlops__buf_free(&names);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__store_refuse_none(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *what = "it has no format file";
    int imports = 0;
    int64_t journal = io->list(io->ctx, mlops__store_path(self, "journal"), NULL, 0);
    int64_t folder = io->list(io->ctx, mlops__store_path(self, ""), NULL, 0);
    int64_t file = folder < 0 ? mlops__file_number(io, self->path, MLOPS_IO_READ) : -1;
    if (file >= 0) mlops__file_end(io, file);
    if (folder >= 0 && has_name(self, "", MLOPS__IMPORTING, "", &imports, NULL)) imports = 0;
    if (imports) what = "an import of it was not finished; import it again";
    else if (journal >= 0)
        what = "it has a journal, but no format file; repair (mlops store repair) makes it anew";
    else if (file >= 0) what = "it is a file, where a store is a directory";
    else if (folder < 0 && mlops__fail_os(NULL, folder, "", "") == MLOPS_E_NOT_FOUND)
        what = "nothing is there; mlops init makes one, or opening it without "
               "MLOPS_STORE_MUST_EXIST and MLOPS_STORE_READ_ONLY";
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "'%s' is no store: %s", mlops__store_path(self, ""),
                       what);
}

static mlops_status has_frame(mlops_store *self, int *out, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, "journal/0000000000000001");
    uint8_t bytes[4] = {0};
    int64_t file = mlops__file_number(io, path, MLOPS_IO_READ);
    if (file < 0) return mlops__fail_os(err, file, "cannot open", path);
    int64_t size = mlops__file_size(io, file);
    mlops_status status = MLOPS_OK;
    if (size >= 68) status = mlops__file_read_at(io, file, bytes, sizeof bytes, 64, path, err);
    mlops__file_end(io, file);
    *out = bytes[0] || bytes[1] || bytes[2] || bytes[3];
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* Commits or content without a format file: what is left of a store, unless an import says that it
 * left them. An empty journal is what an attempt to make a store leaves. */
static mlops_status check_left(mlops_store *self, mlops_error *err) {
    static const char FIRST[] = "0000000000000001";
    int imports = 0, holds = 0, begun = 0;
    MLOPS_TRY(has_name(self, "", MLOPS__IMPORTING, "", &imports, err));
    if (imports) return MLOPS_OK;
    MLOPS_TRY(has_name(self, "packs", "0", "", &holds, err));
    MLOPS_TRY(has_name(self, "journal", "0", FIRST, &holds, err));
    MLOPS_TRY(has_name(self, "journal", FIRST, "", &begun, err));
    if (begun && !holds) MLOPS_TRY(has_frame(self, &holds, err));
    if (!holds) return MLOPS_OK;
    mlops_status status = mlops__format_read(self, err);
    if (status != MLOPS_E_NOT_FOUND) return status; /* somebody else was faster */
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "'%s' has commits or content of a store, but no format file; repair makes "
                       "it anew",
                       mlops__store_path(self, ""));
}

mlops_status mlops__store_claim(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(mlops__store_mkdir(self, "", err));
    MLOPS_TRY(check_left(self, err));
    mlops__buf names;
    const char *path = mlops__store_path(self, "");
    mlops__buf_init(&names, &self->host.allocator);
    mlops_status status = mlops__file_list(&self->host.io, path, &names, err);
    for (size_t at = 0; !status && at < names.size; at++) {
        const char *name = (const char *)names.data + at;
        if (!is_ours(name))
            status = mlops__fail(err, MLOPS_E_EXISTS,
                                 "'%s' is no store and is not empty: it holds '%s'; name another "
                                 "directory",
                                 path, name);
        at += strlen(name);
    }
    mlops__buf_free(&names);
    return status;
}

static mlops_status refuse_lock(mlops_store *self, mlops_error *err) {
    int64_t code = self->lock_file;
    mlops_status status = mlops__fail_os(err, code, "cannot open", mlops__store_path(self, "lock"));
    if (status != MLOPS_E_DENIED) return status;
    mlops__fail(err, status,
                "'%s' may not be written by this user (error %lld): get the rights to write in it, "
                "or open it with the flag MLOPS_STORE_READ_ONLY, which reads alone",
                mlops__store_path(self, ""), (long long)-code);
    if (err) err->os_code = (int32_t)-code;
    return status;
}

mlops_status mlops__store_open_lock(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, "lock");
    mlops_io_mode mode = self->read_only ? MLOPS_IO_READ : MLOPS_IO_READ_WRITE;
    for (int i = 0; i < 3; i++) {
        self->lock_file = mlops__file_number(io, path, mode);
        if (self->lock_file >= 0 || self->read_only) break;
        if (refuse_lock(self, err) != MLOPS_E_NOT_FOUND) break;
        self->lock_file = mlops__file_number(io, path, MLOPS_IO_CREATE);
        if (self->lock_file >= 0 || mlops__os_kind_of(self->lock_file) != MLOPS__OS_EXISTS) break;
    }
    if (self->lock_file < 0 && self->read_only) return MLOPS_OK; /* nor does it need one */
    if (self->lock_file < 0) return refuse_lock(self, err);
    int64_t code;
    do code = io->identity(io->ctx, self->lock_file, self->identity);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    return code < 0 ? mlops__fail_os(err, code, "cannot tell the identity of", path) : MLOPS_OK;
}

mlops_status mlops__store_make_dirs(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(mlops__store_mkdir(self, "journal", err));
    MLOPS_TRY(mlops__store_mkdir(self, "packs", err));
    MLOPS_TRY(mlops__store_mkdir(self, "index", err));
    MLOPS_TRY(mlops__file_sync_dir(&self->host.io, mlops__store_path(self, ""), err));
    size_t n = self->dir;
    while (n > 0 && self->path[n - 1] == '/') n--;
    while (n > 0 && self->path[n - 1] != '/') n--;
    char parent[4096];
    if (n >= sizeof parent) return MLOPS_OK;
    memcpy(parent, n ? self->path : ".", n ? n : 1);
    parent[n ? n : 1] = 0;
    return mlops__file_sync_dir(&self->host.io, parent, err);
}

/* Two processes may come first at once: the lock decides, and the other finds the format file. */
static mlops_status create_store(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(mlops__store_lock_writer(self, err));
    mlops_status status = mlops__format_read(self, err);
    if (status == MLOPS_E_NOT_FOUND) {
        mlops__wipe_all(self); /* of an attempt, or an import, that was cut off */
        mlops__file_unlink(&self->host.io, mlops__store_path(self, MLOPS__IMPORTING));
        status = mlops__store_make_dirs(self, err);
        if (!status) status = mlops__format_create(self, err);
    }
    mlops__store_unlock_writer(self);
    return status;
}

/* The format file's absence is no store: a writer makes one, a reader says so. */
static mlops_status open_or_create(mlops_store *self, mlops_error *err) {
    int create = !self->read_only && !(self->opts.flags & MLOPS_STORE_MUST_EXIST);
    MLOPS_TRY(mlops__guard_place(self, err));
    mlops_status status = mlops__format_read(self, err);
    if (status && (status != MLOPS_E_NOT_FOUND || !create)) return status;
    int is_new = status != MLOPS_OK;
    if (is_new) MLOPS_TRY(mlops__store_claim(self, err));
    MLOPS_TRY(mlops__store_open_lock(self, err));
    return is_new ? create_store(self, err) : MLOPS_OK;
}

static mlops_status load(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(mlops__journal_init(&self->journal, &self->host, mlops__store_path(self, "journal"),
                                  self->id, !self->read_only, err));
    MLOPS_TRY(mlops__packs_init(&self->packs, &self->host, mlops__store_path(self, "packs"),
                                self->id, err));
    if (self->read_only) return mlops__index_open(self, err);
    MLOPS_TRY(mlops__store_lock_writer(self, err));
    mlops_status status = make_again(self, "index", err); /* a cache, which may be deleted */
    if (!status) status = make_again(self, "packs", err); /* what was in it is told as lost */
    if (!status) status = mlops__index_open(self, err);
    mlops__store_unlock_writer(self);
    return status;
}

static mlops_status check_opts(const mlops_store_opts *opts, mlops_error *err) {
    if (opts->flags & ~(uint32_t)(MLOPS_STORE_MUST_EXIST | MLOPS_STORE_READ_ONLY |
                                  MLOPS_STORE_NETWORK | MLOPS_STORE_VERIFY_DEDUP))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_store_opts: unknown flags");
    if ((int)opts->sync < MLOPS_SYNC_FULL || (int)opts->sync > MLOPS_SYNC_RELAXED)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_store_opts.sync is none of the two");
    if ((int)opts->index < MLOPS_STORE_INDEX_FILE || (int)opts->index > MLOPS_STORE_INDEX_MEMORY)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_store_opts.index is none of the two");
    if (opts->map_max < 0 ||
        (opts->journal_bytes && (opts->journal_bytes < 4096 || opts->journal_bytes > 1 << 30)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_store_opts: map_max is negative, or journal_bytes is not from "
                           "4 KiB to 1 GiB");
    if (opts->gc_every_ns < -1 || opts->gc_keep_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_store_opts: gc_every_ns is below -1, or gc_keep_ns negative");
    return MLOPS_OK;
}

void mlops__store_destroy(mlops_store *self) {
    const mlops_io *io = &self->host.io;
    mlops__online_close(self);
    mlops__gc_free(self);
    mlops__tabular_drop_idle(self);
    mlops__index_close(self);
    mlops__packs_free(&self->packs);
    mlops__journal_free(&self->journal);
    mlops__buf_free(&self->released);
    mlops__buf_free(&self->scratch);
    mlops__buf_free(&self->payload);
    if (self->lock_file >= 0) mlops__file_end(io, self->lock_file);
    mlops__lock_free(&self->online_lock);
    mlops__lock_free(&self->lock);
    mlops_allocator allocator = self->host.allocator;
    mlops__free(&allocator, self->idle, sizeof *self->idle);
    mlops__free(&allocator, self->path, self->path_size);
    mlops__free(&allocator, self, sizeof *self);
}

static int make_locks(mlops_store *self) {
    if (mlops__lock_init(&self->lock)) return 0;
    if (mlops__lock_init(&self->online_lock) == 0) return 1;
    mlops__lock_free(&self->lock);
    return 0;
}

mlops_status mlops__store_new(mlops_store **out, const char *path, const mlops_store_opts *opts,
                              mlops_error *err) {
    mlops__host host;
    MLOPS_TRY(mlops__host_init(&host, opts->host, err));
    MLOPS_TRY(mlops__host_needs_store(&host, err));
    mlops_store *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    self->opts = *opts;
    self->opts.host = NULL;
    self->refs = 1;
    self->lock_file = -1;
    self->generation = mlops__fork_generation();
    self->kern = mlops__kern_for(host.cpu);
    self->read_only = (opts->flags & MLOPS_STORE_READ_ONLY) != 0;
    atomic_init(&self->idle_state, MLOPS__IDLE_NONE);
    atomic_init(&self->is_full, opts->sync == MLOPS_SYNC_FULL);
    atomic_init(&self->verifies, (opts->flags & MLOPS_STORE_VERIFY_DEDUP) != 0);
    self->lease_base = (uint32_t)self->host.clock.monotonic_ns(self->host.clock.ctx);
    mlops__buf_init(&self->released, &self->host.allocator);
    mlops__buf_init(&self->scratch, &self->host.allocator);
    mlops__buf_init(&self->payload, &self->host.allocator);
    self->dir = strlen(path);
    while (self->dir > 1 && path[self->dir - 1] == '/') self->dir--;
    self->path_size = self->dir + MLOPS__PATH_ROOM;
    self->path = mlops__alloc_zero(&self->host.allocator, self->path_size);
    self->idle = mlops__alloc(&self->host.allocator, sizeof *self->idle);
    if (!self->path || !self->idle || !make_locks(self)) {
        mlops__free(&host.allocator, self->idle, sizeof *self->idle);
        mlops__free(&host.allocator, self->path, self->path_size);
        mlops__free(&host.allocator, self, sizeof *self);
        return mlops__fail_nomem(err, sizeof *self);
    }
    memcpy(self->path, path, self->dir);
    *out = self;
    return MLOPS_OK;
}

/* Those that read alone are nobody else's. */
static mlops_store *find_open(const mlops_store *like) {
    mlops_store *s = *mlops__process_stores();
    while (s && (s->read_only || memcmp(s->identity, like->identity, sizeof s->identity) != 0))
        s = s->next;
    return s;
}

/* Under the list's lock, so that no two open the same. */
static mlops_status open_listed(mlops_store **out, mlops_store *self, mlops_error *err) {
    MLOPS_TRY(open_or_create(self, err));
    mlops_store *there = self->read_only ? NULL : find_open(self);
    if (there) {
        there->refs++;
        if (atomic_load(&self->is_full)) atomic_store(&there->is_full, 1);
        if (atomic_load(&self->verifies)) atomic_store(&there->verifies, 1);
        *out = there;
        return MLOPS_END;
    }
    MLOPS_TRY(load(self, err));
    self->next = *mlops__process_stores();
    *mlops__process_stores() = self;
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_store_open(mlops_store **out, const char *path, const mlops_store_opts *opts,
                              mlops_error *err) {
    mlops_store_opts local;
    mlops_store *self = NULL;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_store_opts", err));
    MLOPS_TRY(check_opts(&local, err));
    if (!path || !*path) return mlops__fail(err, MLOPS_E_INVALID, "the path is NULL or empty");
    MLOPS_TRY(mlops__store_new(&self, path, &local, err));
    mlops__process_stores_lock();
    mlops_status status = open_listed(out, self, err);
    mlops__process_stores_unlock();
    if (status != MLOPS_OK) mlops__store_destroy(self);
    return status == MLOPS_END ? MLOPS_OK : status;
}

void mlops_store_close(mlops_store *self) {
    if (!self || self->generation != mlops__fork_generation()) return;
    mlops__process_stores_lock();
    int last = --self->refs == 0;
    mlops_store **link = (mlops_store **)mlops__process_stores();
    while (last && *link && *link != self) link = &(*link)->next;
    if (last && *link) *link = self->next;
    if (last) mlops__store_destroy(self);
    mlops__process_stores_unlock();
}

/* ---- what is there ---- */

mlops_status mlops_store_flush(mlops_store *self, mlops_error *err) {
    mlops__index index;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__store_check_fork(self, err));
    if (self->read_only) return MLOPS_OK;
    MLOPS_TRY(mlops__online_flush(self, err));
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    /* Packs in any case: a snapshot may hold content that no commit names yet. */
    mlops_status status = mlops__store_sync_packs(self, &index, err);
    if (!status && index.place.durable < index.place.chain.seq) {
        status = mlops__journal_sync(&self->journal, &index.place, err);
        index.dirty = 1;
    }
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}
