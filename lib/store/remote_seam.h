/* A remote as push, pull and gc use it: calls that are tried again, and the objects that packs of
 * frames travel in. docs/format.md has the bytes. */
#ifndef MLOPS_STORE_REMOTE_SEAM_H
#define MLOPS_STORE_REMOTE_SEAM_H

#include "store/codec.h"
#include "store/recipe.h"
#include "store/record.h"

#include <mlops/call.h>
#include <mlops/remote.h>

enum {
    MLOPS__REMOTE_NAME = 201,        /* bytes of a name, with its NUL */
    MLOPS__REMOTE_SMALL = 16 << 20,  /* what is swapped */
    MLOPS__REMOTE_TREE = 1 << 30,    /* as long as an index of parts may be */
    MLOPS__REMOTE_OBJECT = 64 << 20, /* of one object, about */
    MLOPS__REMOTE_OBJECT_MAX = 256 << 20
};

/* 0 if it is none of the seam's. */
int mlops__remote_name_ok(const char *name);
/* Not an object, which is put once. */
int mlops__remote_is_swapped(const char *name);

/* ---- calls ---- */

typedef struct mlops__remote {
    mlops_remote table;
    const mlops__host *host;
    mlops__sha256_blocks *blocks;
    mlops_call call;
    int64_t done, total; /* for progress */
    int64_t n_requests, bytes;
} mlops__remote;

mlops_status mlops__remote_init(mlops__remote *self, const mlops_remote *given,
                                const mlops__host *host, const mlops_call *call, mlops_error *err);

/* MLOPS_E_CANCELLED, MLOPS_E_DEADLINE */
mlops_status mlops__remote_tick(mlops__remote *self, mlops_error *err);

mlops_status mlops__remote_size(mlops__remote *self, const char *name, int64_t *out,
                                mlops_error *err);
/* As many of n bytes as there are; MLOPS_E_CORRUPT if that is fewer and n_read is NULL. */
mlops_status mlops__remote_read(mlops__remote *self, const char *name, int64_t offset, void *bytes,
                                size_t n, size_t *n_read, mlops_error *err);
/* All of a small object, or of what is swapped as it was at one moment, appended to what the buffer
 * has; MLOPS_E_CORRUPT beyond max. */
mlops_status mlops__remote_load(mlops__remote *self, const char *name, size_t max, mlops__buf *out,
                                mlops_error *err);
/* MLOPS_OK if it is there already. */
mlops_status mlops__remote_put(mlops__remote *self, const char *name, const mlops__bytes *parts,
                               size_t n_parts, mlops_error *err);
mlops_status mlops__remote_remove(mlops__remote *self, const char *name, mlops_error *err);
/* Bytes whose data is NULL: not there. MLOPS_OK also if it is as it should be, whoever did it. */
mlops_status mlops__remote_swap(mlops__remote *self, const char *name, mlops__bytes from,
                                mlops__bytes to, mlops_error *err);

/* Each name of a folder, in ascending order. */
typedef mlops_status mlops__remote_visit(void *user, const char *name, mlops_error *err);
mlops_status mlops__remote_list(mlops__remote *self, const char *folder, mlops__remote_visit *visit,
                                void *user, mlops_error *err);

/* "objects/" and 64 digits. */
void mlops__remote_object_name(char out[MLOPS__REMOTE_NAME], const uint8_t id[32]);

/* ---- what objects hold ---- */

typedef enum mlops__part_kind {
    MLOPS__PART_CHUNK = 1,  /* key: as of a chunk, and zeroes */
    MLOPS__PART_OBJECT = 2, /* a recipe; key: SHA-256 of the content */
    MLOPS__PART_COMMIT = 3, /* a commit's record, in the frame of a chunk; key: its id */
    MLOPS__PART_SMALL = 4,  /* content in the frame of a chunk; key: its SHA-256 */
    MLOPS__PART_VERDICT = 5 /* what a commit was held to, in such a frame; key: the commit's id */
} mlops__part_kind;

typedef struct mlops__part {
    mlops__part_kind kind;
    unsigned depth; /* of an object, as its recipe says; and its codec */
    unsigned codec;
    uint32_t size; /* of the frame, with its head */
    uint64_t offset;
    uint8_t key[32];
    uint8_t object[32]; /* that it lies in */
} mlops__part;

enum { MLOPS__PART_SIZE = 56, MLOPS__PART_KEY = 33 /* the kind, and the key */ };

/* An index: which parts lie in which objects. Sorted by kind and key, each there once. */
typedef struct mlops__part_index {
    uint8_t id[32];   /* of an object that is an index */
    mlops__buf bytes; /* owned */
    const uint8_t *names;
    size_t n_names;
    const uint8_t *parts;
    size_t n;
} mlops__part_index;

/* Takes the buffer, also after an error. MLOPS_E_CORRUPT; whose: for the message. */
mlops_status mlops__part_index_open(mlops__part_index *out, mlops__buf *bytes, const char *whose,
                                    mlops_error *err);
void mlops__part_index_free(mlops__part_index *self);
void mlops__part_index_at(const mlops__part_index *self, size_t i, mlops__part *out);

/* All that is known of a remote: indexes that were read, and what this call has put. */
typedef struct mlops__depot {
    const mlops__host *host;
    mlops__part_index *indexes;
    size_t n, cap;
    mlops__kv *own;
    mlops__kv_txn *txn;
    size_t n_own;     /* parts */
    mlops__buf names; /* of own objects, 32 bytes each */
} mlops__depot;

mlops_status mlops__depot_init(mlops__depot *self, const mlops__host *host, mlops_error *err);
void mlops__depot_free(mlops__depot *self);
mlops_status mlops__depot_take(mlops__depot *self, mlops__part_index *index, mlops_error *err);
/* 1: found */
mlops_status mlops__depot_find(mlops__depot *self, mlops__part_kind kind, const uint8_t *key,
                               size_t n_key, mlops__part *out, int *found, mlops_error *err);
mlops_status mlops__depot_add(mlops__depot *self, const mlops__part *part, mlops_error *err);
/* Adds the parts of an index, in objects that are own from now on; leaves: those alone that lead to
 * no others. */
mlops_status mlops__depot_absorb(mlops__depot *self, const mlops__part_index *index, int leaves,
                                 mlops_error *err);
/* An index of what is own. */
mlops_status mlops__depot_write(mlops__depot *self, mlops__buf *out, mlops_error *err);
/* Reads the index at the end of an object. MLOPS_E_NOT_FOUND */
mlops_status mlops__remote_tail(mlops__remote *self, const uint8_t id[32], mlops__part_index *out,
                                mlops_error *err);

/* ---- an object that is being cut ---- */

/* Called ahead of the put with the object's name. */
typedef mlops_status mlops__cutter_name(void *user, const uint8_t id[32], mlops_error *err);

typedef struct mlops__cutter {
    mlops__remote *remote;
    mlops__depot *parts;   /* gets what was put */
    mlops__depot open;     /* those that wait */
    mlops__buf data, rest; /* chunks; then what leads to them */
    uint8_t salt[16];
    size_t full;
    mlops__cutter_name *name;
    void *user;
} mlops__cutter;

mlops_status mlops__cutter_init(mlops__cutter *self, mlops__remote *remote, mlops__depot *parts,
                                size_t full, mlops_error *err);
void mlops__cutter_free(mlops__cutter *self);
/* A frame; the key has 32 bytes. leads: of what leads to content, or of a tree. What a part leads
 * to comes ahead of it. */
mlops_status mlops__cutter_add(mlops__cutter *self, mlops__part_kind kind, const uint8_t *key,
                               const mlops__pack_frame *frame, const void *payload, unsigned depth,
                               int leads, mlops_error *err);
mlops_status mlops__cutter_has(mlops__cutter *self, mlops__part_kind kind, const uint8_t *key,
                               size_t n_key, mlops__part *out, int *found, mlops_error *err);
mlops_status mlops__cutter_flush(mlops__cutter *self, mlops_error *err);

/* May an object of this recipe stand on a base that is kept so? */
int mlops__base_will_do(const mlops__recipe *recipe, unsigned base_codec, unsigned base_depth);

/* ---- frames that are fetched ---- */

enum { MLOPS__WINDOWS = 8, MLOPS__WINDOW_LEAST = 64 << 10, MLOPS__WINDOW_MOST = 4 << 20 };

/* Ranges of objects that were read last. */
typedef struct mlops__fetcher {
    mlops__remote *remote;
    struct {
        uint8_t object[32];
        uint64_t offset;
        mlops__buf bytes;
        int64_t used;
    } windows[MLOPS__WINDOWS];
    int64_t clock;
    mlops__codec codec;
} mlops__fetcher;

void mlops__fetcher_init(mlops__fetcher *self, mlops__remote *remote);
void mlops__fetcher_free(mlops__fetcher *self);
/* The frame of a part, whose guard holds; borrowed until the next call. MLOPS_E_CORRUPT */
mlops_status mlops__fetch(mlops__fetcher *self, const mlops__part *part, mlops__pack_frame *frame,
                          const uint8_t **payload, mlops_error *err);
/* The same, unpacked into out, which it replaces, and held against its key. */
mlops_status mlops__fetch_bytes(mlops__fetcher *self, const mlops__part *part, mlops__buf *out,
                                mlops_error *err);

/* An object's recipe, appended to the buffer that it ends with. MLOPS_E_CORRUPT */
mlops_status mlops__fetch_recipe(mlops__fetcher *self, const mlops__part *part, mlops__buf *bytes,
                                 mlops__recipe *out, mlops_error *err);

/* Parts that content is made of: each chunk, each object, from its base on. */
typedef mlops_status mlops__part_visit(void *user, const mlops__part *part, mlops_error *err);
mlops_status mlops__fetch_parts(mlops__fetcher *self, mlops__depot *parts, const mlops_id *id,
                                mlops__part_visit *visit, void *user, mlops_error *err);
/* Content whole, without a store, appended to out, which is empty. MLOPS_E_CORRUPT; MLOPS_E_LIMIT
 * if it, or what it is kept as changes to, says that it has more than max bytes: a few parts can
 * describe more than there is memory. */
mlops_status mlops__fetch_content(mlops__fetcher *self, mlops__depot *parts, const mlops_id *id,
                                  uint64_t max, mlops__buf *out, mlops_error *err);

#endif
