/* Whether the index may be trusted, and what to do if not.
 *
 * Owns the index's files: the map, the stamp and the snapshots. Invariants: the map is opened only
 * if it was closed clean or was made in this boot of the machine, since it is written without
 * syncs; else it is deleted unseen and made anew from the newest snapshot and the journal behind
 * it. The stamp says "open" before the first byte is written, and "clean" only after all are synced
 * and nobody else has the store open.
 */
#include "base/hex.h"
#include "file/file.h"
#include "store/core.h"
#include "store/kv_pages.h"

#include <string.h>

enum { STAMP_MAX = 256, VERIFIED_MAX = 16 << 20 /* bytes of a map that is read whole at open */ };

static const char MAP[] = "index/data.mdb";

typedef struct stamp {
    int known; /* there is one */
    int clean;
    uint8_t boot[16];
} stamp;

static int this_boot(const mlops_store *self, uint8_t out[16]) {
    const mlops_io *io = &self->host.io;
    return io->boot(io->ctx, out) >= 0;
}

/* One that cannot be read is no reason to give the map up. */
static mlops_status read_stamp(mlops_store *self, stamp *out, mlops_error *err) {
    mlops__file_view view;
    memset(out, 0, sizeof *out);
    const char *path = mlops__store_path(self, "index/boot");
    mlops_status status = mlops__file_open(&view, &self->host, path, STAMP_MAX, 0, err);
    if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_LIMIT) return MLOPS_OK;
    MLOPS_TRY(status);
    static const char CLEAN[] = "clean ", OPEN[] = "open ";
    size_t at = 0;
    if (view.size > 6 && memcmp(view.data, CLEAN, 6) == 0) out->clean = 1, at = 6;
    if (view.size > 5 && memcmp(view.data, OPEN, 5) == 0) at = 5;
    out->known = at && view.size >= at + 32 &&
                 mlops__hex_parse(out->boot, (const char *)view.data + at, sizeof out->boot);
    mlops__file_close(&view, &self->host);
    return MLOPS_OK;
}

static mlops_status write_stamp(mlops_store *self, const char *state, mlops_error *err) {
    char text[STAMP_MAX], digits[33];
    uint8_t boot[16];
    mlops__buf b;
    if (!this_boot(self, boot)) memset(boot, 0, sizeof boot);
    mlops__buf_init_fixed(&b, text, sizeof text);
    mlops__hex_bytes(digits, boot, sizeof boot);
    mlops__buf_format(&b, "%s %s\n", state, digits);
    return mlops__file_write(&self->host, mlops__store_path(self, "index/boot"), text, b.size, err);
}

mlops_status mlops__index_in_use(mlops_store *self, mlops_error *err) {
    if (self->stamp_open) return MLOPS_OK;
    MLOPS_TRY(write_stamp(self, "open", err));
    self->stamp_open = 1;
    return MLOPS_OK;
}

static int is_trusted(const mlops_store *self, const stamp *s) {
    uint8_t boot[16];
    if (!s->known) return 0;
    if (s->clean) return 1;
    return this_boot(self, boot) && memcmp(boot, s->boot, sizeof boot) == 0;
}

static mlops_status take_seq(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    int64_t *seq = user;
    if (!mlops__index_unguard(key, &value) || value.size < 32)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the head is damaged");
    /* The place: segment, offset, durable, seq. */
    *seq = (int64_t)mlops__load_u64(value.data + 24);
    return MLOPS_OK;
}

/* MLOPS_END if there is no head. */
static mlops_status find_seq(mlops_store *self, const char *name, int64_t *seq, mlops_error *err) {
    static const uint8_t HEAD[] = {MLOPS__TABLE_HEAD, 'h'};
    return mlops__kv_find(&self->host, mlops__store_path(self, name),
                          (mlops__bytes){HEAD, sizeof HEAD}, take_seq, seq, err);
}

mlops_status mlops__index_peek(mlops_store *self, char name[MLOPS__PATH_ROOM], int64_t *seq,
                               mlops_error *err) {
    stamp s;
    *seq = -1;
    MLOPS_TRY(read_stamp(self, &s, err));
    self->uncut = is_trusted(self, &s);
    if (self->uncut) memcpy(name, MAP, sizeof MAP);
    else if (!mlops__snapshot_find(self, name)) return MLOPS_OK;
    mlops_status status = find_seq(self, name, seq, err);
    if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_UNSUPPORTED) return MLOPS_OK;
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__index_known(mlops_store *self, int64_t *seq, mlops_error *err) {
    char name[MLOPS__PATH_ROOM];
    int64_t older = -1;
    mlops_status status = mlops__index_peek(self, name, seq, err);
    if (status && status != MLOPS_E_CORRUPT) return status;
    if (*seq >= 0 || !mlops__snapshot_find(self, name)) return MLOPS_OK;
    status = find_seq(self, name, &older, err);
    *seq = status == MLOPS_OK ? older : -1;
    int unknown = status == MLOPS_E_CORRUPT || status == MLOPS_E_NOT_FOUND ||
                  status == MLOPS_E_UNSUPPORTED || status == MLOPS_END;
    return unknown ? MLOPS_OK : status;
}

static mlops_status check_record(void *user, mlops__bytes key, mlops__bytes value,
                                 mlops_error *err) {
    (void)user;
    if (mlops__index_unguard(key, &value)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "a record is damaged");
}

mlops_status mlops__map_verify(mlops_store *self, const char *name, int *sound, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, name);
    int64_t seq;
    *sound = 0;
    int64_t file = mlops__file_number(io, path, MLOPS_IO_READ);
    mlops_status status = file < 0 ? mlops__fail_os(err, file, "cannot open", path) : MLOPS_OK;
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    int64_t size = mlops__file_size(io, file);
    mlops__file_end(io, file);
    status = size <= VERIFIED_MAX ? mlops__kv_walk(&self->host, path, check_record, NULL, err)
                                  : find_seq(self, name, &seq, err);
    if (status == MLOPS_END) return MLOPS_OK; /* what is so large has a head */
    *sound = status == MLOPS_OK || status == MLOPS_E_UNSUPPORTED;
    return *sound || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

mlops_status mlops__map_open(mlops_store *self, const char *folder, const char *name,
                             mlops__kv_syncs syncs, mlops__kv **out, mlops_error *err) {
    char display[512], path[MLOPS__PATH_ROOM];
    size_t n = self->dir < 400 ? self->dir : 400;
    memcpy(display, self->path, n);
    mlops__format(display + n, sizeof display - n, "/%s", folder);
    mlops__format(path, sizeof path, "%s/%s", folder, name);
    mlops__kv_opts opts = {mlops__store_path(self, path), display, self->opts.map_max, 0, syncs};
    return mlops__kv_open(out, &self->host, &opts, err);
}

static mlops_status open_map(mlops_store *self, mlops_error *err) {
    return mlops__map_open(self, "index", "data.mdb", MLOPS__KV_UNSYNCED, &self->kv, err);
}

/* What must not be there any more: one that stays would be believed. */
static mlops_status delete_file(mlops_store *self, const char *name, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, name);
    int64_t code;
    do code = io->unlink(io->ctx, path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    mlops_status status = mlops__fail_os(err, code, "cannot delete", path);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status delete_map(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(delete_file(self, MAP, err));
    return delete_file(self, "index/data.mdb-lock", err);
}

/* Deleting a large file takes long: one that is not trusted goes out of the way, and is deleted
 * with the next service, or at the end. */
static mlops_status set_map_aside(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    size_t size = self->dir + MLOPS__PATH_ROOM;
    char *map = mlops__alloc(&self->host.allocator, size);
    if (map) {
        const char *path = mlops__store_path(self, MAP);
        memcpy(map, path, strlen(path) + 1);
        io->rename(io->ctx, map, mlops__store_path(self, "index/old"));
        mlops__free(&self->host.allocator, map, size);
    }
    return delete_map(self, err); /* the lock's file, and the map if it could not be moved */
}

void mlops__index_sweep(mlops_store *self) {
    if (self->swept) return;
    self->swept = 1;
    mlops__file_unlink(&self->host.io, mlops__store_path(self, "index/old"));
}

mlops_status mlops__index_discard(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(delete_file(self, "index/snapshot", err));
    mlops__snapshot_sweep(self, 0);
    return delete_map(self, err);
}

/* A snapshot of a journal that a repair has replaced is not gone on with. */
static mlops_status check_snapshot(mlops_store *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 0, err));
    mlops_status status = mlops__journal_check_place(&self->journal, &index.place, err);
    mlops__index_end(&index);
    return status;
}

/* What the map lacks of journal and packs; a map of this boot lacks a few frames at the most. */
static mlops_status complete_map(mlops_store *self, int trusted, int killed, mlops_error *err) {
    mlops__index index;
    if (!trusted) {
        MLOPS_TRY(check_snapshot(self, err));
        MLOPS_TRY(mlops__store_rebuild(self, err));
        return mlops__index_in_use(self, err);
    }
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 1, err));
    mlops_status status = mlops__journal_check_place(&self->journal, &index.place, err);
    if (!status) status = mlops__store_catch_up(self, &index, err);
    if (!status && killed) status = mlops__journal_check_end(&self->journal, &index.place, 1, err);
    if (!status && index.dirty) {
        status = mlops__index_in_use(self, err);
        if (!status) return mlops__index_commit(&index, err);
    }
    mlops__index_end(&index);
    return status;
}

/* No repair takes the journal away from who has it open, with whatever index. Read alone, there may
 * be no file to lock. */
static mlops_status keep_repairs_out(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    int64_t code;
    if (self->lock_file < 0) return MLOPS_OK;
    do code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_MEMORY, MLOPS_IO_SHARE);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0 || self->read_only) return MLOPS_OK;
    return mlops__fail_os(err, code, "cannot lock", mlops__store_path(self, "lock"));
}

static mlops_status open_in_memory(mlops_store *self, mlops_error *err) {
    stamp s;
    mlops__kv_opts opts = {NULL, self->path, 0, 1, MLOPS__KV_UNSYNCED};
    MLOPS_TRY(keep_repairs_out(self, err));
    MLOPS_TRY(read_stamp(self, &s, err));
    self->uncut = is_trusted(self, &s);
    self->stamp_open = !(s.known && s.clean); /* a map in a file shall not be taken for whole */
    MLOPS_TRY(mlops__kv_open(&self->kv, &self->host, &opts, err));
    return mlops__store_rebuild(self, err);
}

mlops_status mlops__index_open(mlops_store *self, mlops_error *err) {
    stamp s;
    const mlops_io *io = &self->host.io;
    if (self->read_only || self->opts.index == MLOPS_STORE_INDEX_MEMORY)
        return open_in_memory(self, err);
    MLOPS_TRY(mlops__guard_enter(self, err));
    int64_t code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_USERS, MLOPS_IO_TRY_LOCK);
    int alone = code >= 0;
    do code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_USERS, MLOPS_IO_SHARE);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code < 0) return mlops__fail_os(err, code, "cannot lock", mlops__store_path(self, "lock"));
    MLOPS_TRY(mlops__guard_namespace(self, alone, err));
    MLOPS_TRY(read_stamp(self, &s, err));
    int trusted = self->uncut = is_trusted(self, &s);
    if (trusted && alone) MLOPS_TRY(mlops__map_verify(self, MAP, &trusted, err));
    if (!trusted) {
        MLOPS_TRY(set_map_aside(self, err));
        mlops__snapshot_restore(self);
    }
    self->stamp_open = trusted && !s.clean;
    mlops_status status = open_map(self, err);
    if (status == MLOPS_E_CORRUPT && trusted) { /* it is a cache: damaged, it is made anew */
        MLOPS_TRY(delete_map(self, err));
        trusted = 0;
        status = open_map(self, err);
    }
    return status ? status : complete_map(self, trusted, alone && !s.clean, err);
}

/* The last one out leaves a map that the next boot can trust. Nothing depends on it. */
static void close_clean(mlops_store *self) {
    const mlops_io *io = &self->host.io;
    if (mlops_store_flush(self, NULL)) return; /* no index is ahead of its journal */
    /* The writer's lock first, as where stores are opened, or the two wait for each other. */
    if (mlops__store_lock_writer(self, NULL)) return;
    int64_t code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_USERS, MLOPS_IO_TRY_LOCK);
    if (code >= 0 && mlops__kv_sync(self->kv, NULL) == MLOPS_OK) write_stamp(self, "clean", NULL);
    mlops__store_unlock_writer(self);
}

void mlops__index_close(mlops_store *self) {
    int in_file = !self->read_only && self->opts.index == MLOPS_STORE_INDEX_FILE;
    if (self->kv && in_file && self->stamp_open) close_clean(self);
    if (self->kv && in_file) mlops__index_sweep(self);
    mlops__kv_close(self->kv);
    self->kv = NULL;
    const mlops_io *io = &self->host.io; /* a forked child may hold the file, and so the lock */
    if (self->lock_file < 0) return;
    io->lock(io->ctx, self->lock_file, MLOPS__LOCK_USERS, MLOPS_IO_UNLOCK);
    io->lock(io->ctx, self->lock_file, MLOPS__LOCK_MEMORY, MLOPS_IO_UNLOCK);
    if (in_file) mlops__guard_leave(self);
}
