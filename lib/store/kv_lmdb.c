/* A map in a file, by LMDB.
 *
 * Owns the environment. Invariants: LMDB syncs no more than was asked for and never writes through
 * its map; its own mutex is never waited for, since a lock of the store's lets one writer in;
 * readers that died are cleared at open, every CHECK_EVERY commits, and when the map is full.
 */
#include "base/alloc.h"
#include "file/file.h"
#include "store/kv.h"

#ifndef MLOPS_LMDB
#define MLOPS_LMDB 0
#endif

#if MLOPS_LMDB

#include <lmdb.h>

#include <string.h>

#define MAP_MAX   (SIZE_MAX > 0xffffffffu ? (uint64_t)1 << 40 : (uint64_t)1 << 29)
#define MAP_LEAST ((uint64_t)1 << 24)

enum { READERS_MAX = 1024, CHECK_EVERY = 64, LOCK_BYTES = 64 * (READERS_MAX + 2) };

typedef struct lmdb_kv {
    mlops__kv kv;
    mlops_allocator allocator;
    MDB_env *env;
    MDB_dbi dbi;
    uint64_t n_commits;
    char *display;
    size_t display_size;
} lmdb_kv;

typedef struct lmdb_txn {
    mlops__kv_txn txn;
    lmdb_kv *kv;
    MDB_txn *mdb;
    int writes;
    MDB_cursor *writer; /* of a writing one, where it read or wrote last; NULL: none yet */
} lmdb_txn;

typedef struct lmdb_cursor {
    mlops__kv_cursor cursor;
    lmdb_kv *kv;
    MDB_cursor *mdb;
} lmdb_cursor;

/* LMDB's own codes are negative and far below any errno. */
static mlops_status fail(const lmdb_kv *self, int code, const char *what, mlops_error *err) {
    if (code > 0) return mlops__fail_os(err, code, what, self->display);
    switch (code) {
    case MDB_MAP_FULL:
        return mlops__fail(err, MLOPS_E_NO_SPACE,
                           "%s '%s': the map is full; open with a larger map_max, or end the "
                           "readers that hold old pages",
                           what, self->display);
    case MDB_READERS_FULL:
        return mlops__fail(err, MLOPS_E_BUSY, "%s '%s': %d readers are at work, that is the most",
                           what, self->display, READERS_MAX);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_PANIC:
        return mlops__fail(err, MLOPS_E_CORRUPT, "%s '%s': %s; repair the store", what,
                           self->display, mdb_strerror(code));
    default:
        return mlops__fail(err, MLOPS_E_IO, "%s '%s': %s", what, self->display, mdb_strerror(code));
    }
}

/* A write that was short, as on a full disk, is to LMDB as if the device had failed. */
static mlops_status fail_write(const lmdb_kv *self, int code, mlops_error *err) {
    mlops_status status = fail(self, code, "cannot write the map", err);
    if (status != MLOPS_E_IO || code < 0) return status;
    return fail(self, code, "the disk may be full: cannot write the map", err);
}

static MDB_val val(mlops__bytes bytes) {
    MDB_val out = {bytes.size, (void *)(uintptr_t)bytes.data};
    return out;
}

static mlops__bytes bytes_of(const MDB_val *value) {
    mlops__bytes out = {value->mv_data, value->mv_size};
    return out;
}

/* One cursor for all: what is read is often written next, in the page where the cursor stands. */
static int stand(lmdb_txn *txn) {
    return txn->writer ? 0 : mdb_cursor_open(txn->mdb, txn->kv->dbi, &txn->writer);
}

static void leave(lmdb_txn *txn) {
    if (txn->writer) mdb_cursor_close(txn->writer);
    txn->writer = NULL;
}

static mlops_status lmdb_get(mlops__kv_txn *self, mlops__bytes key, mlops__bytes *value,
                             mlops_error *err) {
    lmdb_txn *txn = (lmdb_txn *)self;
    MDB_val k = val(key), v;
    int code = txn->writes ? stand(txn) : 0;
    if (!code && txn->writes) code = mdb_cursor_get(txn->writer, &k, &v, MDB_SET);
    else if (!code) code = mdb_get(txn->mdb, txn->kv->dbi, &k, &v);
    if (code == MDB_NOTFOUND) return MLOPS_E_NOT_FOUND;
    if (code) return fail(txn->kv, code, "cannot read the map", err);
    *value = bytes_of(&v);
    return MLOPS_OK;
}

static mlops_status lmdb_put(mlops__kv_txn *self, mlops__bytes key, mlops__bytes value,
                             mlops_error *err) {
    lmdb_txn *txn = (lmdb_txn *)self;
    MDB_val k = val(key), v = val(value);
    int code = stand(txn);
    if (!code) code = mdb_cursor_put(txn->writer, &k, &v, 0);
    return code ? fail_write(txn->kv, code, err) : MLOPS_OK;
}

static mlops_status lmdb_del(mlops__kv_txn *self, mlops__bytes key, mlops_error *err) {
    lmdb_txn *txn = (lmdb_txn *)self;
    MDB_val k = val(key);
    leave(txn); /* it may stand on what goes away */
    int code = mdb_del(txn->mdb, txn->kv->dbi, &k, NULL);
    if (code == MDB_NOTFOUND) return MLOPS_E_NOT_FOUND;
    return code ? fail_write(txn->kv, code, err) : MLOPS_OK;
}

static mlops_status lmdb_cursor_new(mlops__kv_cursor **out, mlops__kv_txn *txn, mlops_error *err) {
    lmdb_txn *mine = (lmdb_txn *)txn;
    lmdb_cursor *self = mlops__alloc_zero(&mine->kv->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->cursor.engine = txn->engine;
    self->kv = mine->kv;
    int code = mdb_cursor_open(mine->mdb, mine->kv->dbi, &self->mdb);
    if (code) {
        mlops__free(&self->kv->allocator, self, sizeof *self);
        return fail(mine->kv, code, "cannot read the map", err);
    }
    *out = &self->cursor;
    return MLOPS_OK;
}

static void lmdb_cursor_free(mlops__kv_cursor *self) {
    lmdb_cursor *cursor = (lmdb_cursor *)self;
    mdb_cursor_close(cursor->mdb);
    mlops__free(&cursor->kv->allocator, cursor, sizeof *cursor);
}

static mlops_status move(lmdb_cursor *self, MDB_val *k, MDB_cursor_op op, mlops__bytes *key,
                         mlops__bytes *value, mlops_error *err) {
    MDB_val v;
    int code = mdb_cursor_get(self->mdb, k, &v, op);
    if (code == MDB_NOTFOUND) return MLOPS_END;
    if (code) return fail(self->kv, code, "cannot read the map", err);
    *key = bytes_of(k);
    *value = bytes_of(&v);
    return MLOPS_OK;
}

static mlops_status lmdb_seek(mlops__kv_cursor *self, mlops__bytes from, mlops__bytes *key,
                              mlops__bytes *value, mlops_error *err) {
    MDB_val k = val(from);
    return move((lmdb_cursor *)self, &k, MDB_SET_RANGE, key, value, err);
}

static mlops_status lmdb_next(mlops__kv_cursor *self, mlops__bytes *key, mlops__bytes *value,
                              mlops_error *err) {
    MDB_val k;
    return move((lmdb_cursor *)self, &k, MDB_NEXT, key, value, err);
}

static int begin_again(lmdb_kv *kv, int writes, MDB_txn **out) {
    int code = mdb_txn_begin(kv->env, NULL, writes ? 0 : MDB_RDONLY, out);
    if (code != MDB_READERS_FULL) return code;
    int dead;
    mdb_reader_check(kv->env, &dead);
    return mdb_txn_begin(kv->env, NULL, writes ? 0 : MDB_RDONLY, out);
}

static mlops_status lmdb_begin(mlops__kv_txn **out, mlops__kv *kv, int writes, mlops_error *err) {
    lmdb_kv *mine = (lmdb_kv *)kv;
    lmdb_txn *self = mlops__alloc_zero(&mine->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->txn.engine = kv->engine;
    self->kv = mine;
    self->writes = writes;
    int code = begin_again(mine, writes, &self->mdb);
    if (code) {
        mlops__free(&mine->allocator, self, sizeof *self);
        return fail(mine, code, "cannot begin a transaction in", err);
    }
    *out = &self->txn;
    return MLOPS_OK;
}

static void lmdb_end(mlops__kv_txn *self) {
    lmdb_txn *txn = (lmdb_txn *)self;
    leave(txn);
    mdb_txn_abort(txn->mdb);
    mlops__free(&txn->kv->allocator, txn, sizeof *txn);
}

static mlops_status lmdb_commit(mlops__kv_txn *self, mlops_error *err) {
    lmdb_txn *txn = (lmdb_txn *)self;
    lmdb_kv *kv = txn->kv;
    int dead;
    leave(txn);
    int code = mdb_txn_commit(txn->mdb);
    mlops__free(&kv->allocator, txn, sizeof *txn);
    if (code) return fail_write(kv, code, err);
    if (++kv->n_commits % CHECK_EVERY == 0) mdb_reader_check(kv->env, &dead);
    return MLOPS_OK;
}

static void lmdb_close(mlops__kv *self) {
    lmdb_kv *kv = (lmdb_kv *)self;
    if (kv->env) mdb_env_close(kv->env);
    mlops_allocator allocator = kv->allocator;
    mlops__free(&allocator, kv->display, kv->display_size);
    mlops__free(&allocator, kv, sizeof *kv);
}

static mlops_status lmdb_sync(mlops__kv *self, mlops_error *err) {
    lmdb_kv *kv = (lmdb_kv *)self;
    int code = mdb_env_sync(kv->env, 1);
    return code ? fail(kv, code, "cannot sync the map", err) : MLOPS_OK;
}

static mlops_status lmdb_copy(mlops__kv *self, const char *path, mlops_error *err) {
    lmdb_kv *kv = (lmdb_kv *)self;
    int code = mdb_env_copy2(kv->env, path, MDB_CP_COMPACT);
    return code ? fail(kv, code, "cannot copy the map", err) : MLOPS_OK;
}

static void lmdb_size(mlops__kv *self, int64_t *used, int64_t *max) {
    lmdb_kv *kv = (lmdb_kv *)self;
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(kv->env, &info);
    mdb_env_stat(kv->env, &stat);
    *used = (int64_t)(info.me_last_pgno + 1) * stat.ms_psize;
    *max = (int64_t)info.me_mapsize;
}

static uint64_t lmdb_moment(const mlops__kv_txn *self) {
    return mdb_txn_id(((const lmdb_txn *)self)->mdb);
}

/* A line of LMDB's table of readers: process, thread, moment; one that reads nothing has a dash. */
static int note_reader(const char *line, void *user) {
    uint64_t *oldest = user, moment = 0;
    const char *p = strrchr(line, ' ');
    if (!p || p[1] < '0' || p[1] > '9') return 0;
    while (*++p >= '0' && *p <= '9') moment = moment * 10 + (uint64_t)(*p - '0');
    if (moment < *oldest) *oldest = moment;
    return 0;
}

static mlops_status lmdb_oldest(mlops__kv *self, uint64_t *out, mlops_error *err) {
    lmdb_kv *kv = (lmdb_kv *)self;
    int dead;
    *out = UINT64_MAX;
    int code = mdb_reader_check(kv->env, &dead);
    if (code) return fail(kv, code, "cannot tell the readers of", err);
    return mdb_reader_list(kv->env, note_reader, out) < 0
               ? fail(kv, MDB_CORRUPTED, "cannot tell the readers of", err)
               : MLOPS_OK;
}

static const mlops__kv_engine engine = {
    lmdb_close, lmdb_begin,      lmdb_end,         lmdb_commit, lmdb_get,  lmdb_put,
    lmdb_del,   lmdb_cursor_new, lmdb_cursor_free, lmdb_seek,   lmdb_next, lmdb_sync,
    lmdb_copy,  lmdb_size,       lmdb_moment,      lmdb_oldest,
};

/* LMDB maps the file of its lock and writes to it: where a full disk leaves a hole in it, the
 * system would end the process. So a new one is written first. One that is there, or that cannot be
 * made, is LMDB's affair. */
static mlops_status make_lock_file(const lmdb_kv *self, const mlops__host *host, const char *map,
                                   mlops_error *err) {
    size_t n = strlen(map), size = LOCK_BYTES + n + sizeof "-lock";
    char *zeroes = mlops__alloc_zero(&self->allocator, size);
    if (!zeroes) return mlops__fail_nomem(err, size);
    char *path = zeroes + LOCK_BYTES;
    memcpy(path, map, n);
    memcpy(path + n, "-lock", sizeof "-lock");
    mlops_status status = MLOPS_OK;
    int64_t file = mlops__file_number(&host->io, path, MLOPS_IO_CREATE);
    if (file >= 0) {
        status = mlops__file_write_at(&host->io, file, zeroes, LOCK_BYTES, 0, path, err);
        mlops__file_end(&host->io, file);
        if (status) mlops__file_unlink(&host->io, path);
    }
    mlops__free(&self->allocator, zeroes, size);
    return status;
}

/* Maps as much as the system gives: half as much after each refusal. */
static int open_env(lmdb_kv *self, const mlops__kv_opts *opts) {
    static const unsigned SYNCS[] = {MDB_NOSYNC, MDB_NOMETASYNC, 0}; /* mlops__kv_syncs */
    uint64_t size = opts->map_max > 0 ? (uint64_t)opts->map_max : MAP_MAX;
    for (;; size /= 2) {
        int code = mdb_env_create(&self->env);
        if (code) return code;
        code = mdb_env_set_mapsize(self->env, (size_t)size);
        if (!code) code = mdb_env_set_maxreaders(self->env, READERS_MAX);
        if (!code)
            code = mdb_env_open(self->env, opts->path,
                                MDB_NOSUBDIR | MDB_NOTLS | SYNCS[opts->syncs], 0666);
        if (!code) return 0;
        mdb_env_close(self->env);
        self->env = NULL;
        if (size / 2 < MAP_LEAST || code == MDB_INVALID || code == MDB_VERSION_MISMATCH)
            return code;
    }
}

static int open_dbi(lmdb_kv *self) {
    MDB_txn *txn;
    int dead, code = mdb_reader_check(self->env, &dead);
    if (!code) code = mdb_txn_begin(self->env, NULL, 0, &txn);
    if (code) return code;
    code = mdb_dbi_open(txn, NULL, 0, &self->dbi);
    if (!code) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

mlops_status mlops__kv_lmdb_open(mlops__kv **out, const mlops__host *host,
                                 const mlops__kv_opts *opts, mlops_error *err) {
    lmdb_kv *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->kv.engine = &engine;
    self->allocator = host->allocator;
    size_t size = self->display_size = strlen(opts->display) + 1;
    self->display = mlops__copy_text(&host->allocator, opts->display, size - 1);
    if (!self->display) {
        lmdb_close(&self->kv);
        return mlops__fail_nomem(err, size);
    }
    mlops_status status = make_lock_file(self, host, opts->path, err);
    int code = status ? 0 : open_env(self, opts);
    if (!status && !code) code = open_dbi(self);
    if (code) status = fail(self, code, "cannot open the map", err);
    if (status) {
        lmdb_close(&self->kv);
        return status;
    }
    *out = &self->kv;
    return MLOPS_OK;
}

#else

mlops_status mlops__kv_lmdb_open(mlops__kv **out, const mlops__host *host,
                                 const mlops__kv_opts *opts, mlops_error *err) {
    (void)host, *out = NULL;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "'%s': this build has no LMDB; open with an index in memory", opts->display);
}

#endif
