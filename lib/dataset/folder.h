/* Inside of folders: what is known of their files, and what they are. */
#ifndef MLOPS_DATASET_FOLDER_H
#define MLOPS_DATASET_FOLDER_H

#include "dataset/dataset.h"
#include "dataset/folder_walk.h"

#include <mlops/folder.h>

/* ---- what is remembered ---- */

/* A file that was read, or written by a checkout, and has not changed if its stat is the same. */
typedef struct mlops__known_file {
    const char *path; /* below the folder */
    mlops_io_stat stat;
    mlops_id id;
    int is_table; /* id is of the table whose rows it has, and not of its bytes */
} mlops__known_file;

/* Known files of one folder, in the order of their paths; has_tree: they were all of its files that
 * key (of prefix and globs) lets through, and just what the tree has. */
typedef struct mlops__folder_cache {
    mlops__buf bytes;
    uint64_t key;
    int has_tree;
    mlops_id tree;
    uint32_t n;
    mlops__cursor ahead; /* of the records that come next */
} mlops__folder_cache;

/* False for bytes that are none. They are to be in self->bytes. */
int mlops__folder_cache_open(mlops__folder_cache *self);
/* 0 behind the last. */
int mlops__folder_cache_next(mlops__folder_cache *self, mlops__known_file *out);

/* Of the folder with this stat; without a file, or after any failure, it knows nothing. To be
 * freed. */
void mlops__folder_cache_load(mlops__folder_cache *self, mlops_store *store,
                              const mlops_io_stat *folder);
void mlops__folder_cache_free(mlops__folder_cache *self);

/* Making one: records are added in order. What fails leaves what was there. */
void mlops__folder_cache_begin(mlops__folder_cache *self, const mlops_allocator *allocator);
void mlops__folder_cache_add(mlops__folder_cache *self, const mlops__known_file *file);
void mlops__folder_cache_save(mlops__folder_cache *self, mlops_store *store,
                              const mlops_io_stat *folder);

/* The same stat, as far as it tells whether a file has changed. */
int mlops__stat_is_same(const mlops_io_stat *a, const mlops_io_stat *b);

/* A change after a moment would show in the stat: what was there is older than the moment by more
 * than the file system's times are coarse. */
int mlops__stat_is_settled(int64_t time_ns, int64_t moment_ns);

/* ---- what is there ---- */

/* A file of the walk, and the entry that it is, or was. */
typedef struct mlops__looked {
    mlops_id id;
    mlops_io_stat stat;        /* when the content was that */
    int is_known;              /* id is set */
    int is_table;              /* it is of the entry's table */
    int is_settled;            /* and may be remembered */
    int is_kept;               /* the packs have it, for an entry that is new or has changed */
    int was_table;             /* the entry is one */
    const mlops__entry *entry; /* NULL: there is none */
    mlops_id entry_id;
    int64_t entry_size;
} mlops__looked;

typedef struct mlops__snapshot {
    mlops_store *store;
    const mlops__host *host;
    const char *prefix, *folder; /* prefix "": none */
    mlops_folder_opts opts;
    mlops_call call;
    mlops__globs globs;
    mlops__arena arena;
    mlops__walk walk;
    mlops__folder_cache cache;
    uint64_t key;
    mlops__looked *files; /* one for each of the walk */
    const mlops__tree *tree;
    uint8_t *is_gone; /* for each entry of the tree: its file is */
    mlops_folder_stat stat;
    mlops__lease *lease; /* of who keeps content */
    mlops_error *err;
} mlops__snapshot;

/* MLOPS_E_INVALID, naming both, for a folder (that need not be there) that is the directory of the
 * store, or lies in it; own becomes the stat of that. */
mlops_status mlops__folder_outside(mlops_store *store, const char *folder, mlops_io_stat *own,
                                   mlops_error *err);

/* Walks. To be ended in any case. */
mlops_status mlops__snapshot_begin(mlops__snapshot *self, mlops_store *store, const char *prefix,
                                   const char *folder, const mlops_folder_opts *opts,
                                   mlops_error *err);
void mlops__snapshot_end(mlops__snapshot *self);

/* Nothing has changed since the folder was the tree. */
int mlops__snapshot_is(mlops__snapshot *self, const mlops_id *tree);

/* Finds what each file is, reading those that are not known, and counts what differs from the tree.
 * keeps: content that is new goes to the packs. */
mlops_status mlops__snapshot_look(mlops__snapshot *self, const mlops__tree *tree, int keeps);

/* Remembers it, and that it is the tree (NULL: nothing is known of that). */
void mlops__snapshot_save(const mlops__snapshot *self, const mlops_id *tree);

/* The path of a file as an entry. */
void mlops__snapshot_path(const mlops__snapshot *self, size_t file, char out[MLOPS__PATH_MAX + 2]);

/* MLOPS_E_CANCELLED, MLOPS_E_DEADLINE */
mlops_status mlops__call_poll(const mlops_call *call, const mlops__host *host, int64_t done,
                              int64_t total, mlops_error *err);
/* That all is done: what progress says then stops nothing. */
void mlops__call_done(const mlops_call *call, int64_t total);

/* What of the options a tree is remembered for. */
uint64_t mlops__folder_key(uint32_t flags, const char *prefix, const char *include,
                           const char *exclude);

#endif
