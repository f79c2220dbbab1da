/* An ordered map of bytes with transactions, in which the index is, and the rows that are served.
 * The only way to LMDB.
 *
 * One writing transaction at a time (callers hold a lock of the store's), any number of reading
 * ones; a reader sees the map as it was when it began, and never waits. Keys have 1 to
 * MLOPS__KV_KEY_MAX bytes and are ordered as by memcmp, shorter first. What get and cursors hand
 * out is valid until their transaction ends or, within a writing one, until the next put or del.
 * kv_conformance() of the tests says all of this in code; an engine that passes it will do.
 */
#ifndef MLOPS_STORE_KV_H
#define MLOPS_STORE_KV_H

#include "sys/host.h"

enum { MLOPS__KV_KEY_MAX = 500 };

typedef struct mlops__bytes {
    const uint8_t *data;
    size_t size;
} mlops__bytes;

typedef struct mlops__kv mlops__kv;
typedef struct mlops__kv_txn mlops__kv_txn;
typedef struct mlops__kv_cursor mlops__kv_cursor;

/* What a power cut leaves. */
typedef enum mlops__kv_syncs {
    MLOPS__KV_UNSYNCED = 0, /* anything: nothing is synced but by mlops__kv_sync() */
    MLOPS__KV_ORDERED = 1,  /* a whole map, perhaps without its newest commit: one sync a commit */
    MLOPS__KV_DURABLE = 2   /* all that was committed: two syncs a commit */
} mlops__kv_syncs;

typedef struct mlops__kv_opts {
    const char *path;    /* file of the map; the engine may put others beside it */
    const char *display; /* what messages call it */
    int64_t map_max;     /* bytes of address space; 0: as much as is sensible */
    int in_memory;       /* nothing on disk; path is not looked at */
    mlops__kv_syncs syncs;
} mlops__kv_opts;

/* Opens the map or makes an empty one, which is not durable yet. MLOPS_E_CORRUPT if what is there
 * is no map, MLOPS_E_UNSUPPORTED if this build has no engine for files. */
mlops_status mlops__kv_open(mlops__kv **out, const mlops__host *host, const mlops__kv_opts *opts,
                            mlops_error *err);
void mlops__kv_close(mlops__kv *self); /* no transaction is open; NULL is allowed */

mlops_status mlops__kv_begin(mlops__kv_txn **out, mlops__kv *kv, int writes, mlops_error *err);
void mlops__kv_end(mlops__kv_txn *self); /* drops what was written; NULL is allowed */

/* Ends the transaction whatever it returns; after an error nothing of it is there. */
mlops_status mlops__kv_commit(mlops__kv_txn *self, mlops_error *err);

/* MLOPS_E_NOT_FOUND without a message. */
mlops_status mlops__kv_get(mlops__kv_txn *self, mlops__bytes key, mlops__bytes *value,
                           mlops_error *err);
mlops_status mlops__kv_put(mlops__kv_txn *self, mlops__bytes key, mlops__bytes value,
                           mlops_error *err);
mlops_status mlops__kv_del(mlops__kv_txn *self, mlops__bytes key, mlops_error *err);

mlops_status mlops__kv_cursor_new(mlops__kv_cursor **out, mlops__kv_txn *txn, mlops_error *err);
void mlops__kv_cursor_free(mlops__kv_cursor *self); /* before its transaction ends; NULL allowed */

/* First key that is not below the given one, or the one after the last that was handed out.
 * MLOPS_END beyond the last. A writing transaction does not change the map between two calls. */
mlops_status mlops__kv_seek(mlops__kv_cursor *self, mlops__bytes from, mlops__bytes *key,
                            mlops__bytes *value, mlops_error *err);
mlops_status mlops__kv_next(mlops__kv_cursor *self, mlops__bytes *key, mlops__bytes *value,
                            mlops_error *err);

/* All that was committed is on the device. */
mlops_status mlops__kv_sync(mlops__kv *self, mlops_error *err);

/* A compact copy of the map as it is now, into a new file; not synced. MLOPS_E_UNSUPPORTED in
 * memory. */
mlops_status mlops__kv_copy(mlops__kv *self, const char *path, mlops_error *err);

/* Moments are numbered by the commits ahead of them: the one that a transaction reads, or will be
 * if it writes; and the oldest that some process reads now, UINT64_MAX if none does. */
uint64_t mlops__kv_moment(const mlops__kv_txn *self);
mlops_status mlops__kv_oldest(mlops__kv *self, uint64_t *out, mlops_error *err);

/* Bytes that the map takes, and what it may grow to. */
void mlops__kv_size(mlops__kv *self, int64_t *used, int64_t *max);

/* Engines: kv.c picks one. */
typedef struct mlops__kv_engine {
    void (*close)(mlops__kv *);
    mlops_status (*begin)(mlops__kv_txn **, mlops__kv *, int, mlops_error *);
    void (*end)(mlops__kv_txn *);
    mlops_status (*commit)(mlops__kv_txn *, mlops_error *);
    mlops_status (*get)(mlops__kv_txn *, mlops__bytes, mlops__bytes *, mlops_error *);
    mlops_status (*put)(mlops__kv_txn *, mlops__bytes, mlops__bytes, mlops_error *);
    mlops_status (*del)(mlops__kv_txn *, mlops__bytes, mlops_error *);
    mlops_status (*cursor_new)(mlops__kv_cursor **, mlops__kv_txn *, mlops_error *);
    void (*cursor_free)(mlops__kv_cursor *);
    mlops_status (*seek)(mlops__kv_cursor *, mlops__bytes, mlops__bytes *, mlops__bytes *,
                         mlops_error *);
    mlops_status (*next)(mlops__kv_cursor *, mlops__bytes *, mlops__bytes *, mlops_error *);
    mlops_status (*sync)(mlops__kv *, mlops_error *);
    mlops_status (*copy)(mlops__kv *, const char *, mlops_error *);
    void (*size)(mlops__kv *, int64_t *, int64_t *);
    uint64_t (*moment)(const mlops__kv_txn *);
    mlops_status (*oldest)(mlops__kv *, uint64_t *, mlops_error *);
} mlops__kv_engine;

/* The first member of each engine's struct of this name. */
struct mlops__kv {
    const mlops__kv_engine *engine;
};
struct mlops__kv_txn {
    const mlops__kv_engine *engine;
};
struct mlops__kv_cursor {
    const mlops__kv_engine *engine;
};

mlops_status mlops__kv_memory_open(mlops__kv **out, const mlops__host *host, mlops_error *err);
mlops_status mlops__kv_lmdb_open(mlops__kv **out, const mlops__host *host,
                                 const mlops__kv_opts *opts, mlops_error *err);

#endif
