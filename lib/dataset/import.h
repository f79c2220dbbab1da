/* Inside of imports: files of other tools, and objects that they name. */
#ifndef MLOPS_DATASET_IMPORT_H
#define MLOPS_DATASET_IMPORT_H

#include "dataset/draft.h"
#include "dataset/folder_walk.h"

#include <mlops/import.h>

typedef struct mlops__importing {
    mlops_draft *draft;
    const mlops__host *host;
    const char *prefix, *folder, *cache;
    mlops_import_opts opts;
    mlops_call call;
    mlops__globs globs;
    mlops__arena arena;
    mlops_import_stat stat;
    mlops_error *err;
} mlops__importing;

/* Two parts of a path with a slash between, in the arena; NULL: out of memory, which is told. */
const char *mlops__import_path(mlops__importing *self, const char *a, const char *b);

/* A regular file below max bytes, to be freed. MLOPS_END: there is none. MLOPS_E_INVALID for a link
 * and what else is no file. */
mlops_status mlops__import_read(mlops__importing *self, const char *file, size_t max,
                                mlops__buf *out);

/* How an object is held against its name: add (nullable) gets its bytes in their order, then judge
 * says whether they are those. */
typedef struct mlops__import_check {
    void (*add)(void *user, const uint8_t *bytes, size_t n);
    mlops__draft_judge *judge;
    void *user;
} mlops__import_check;

/* Adds a regular file at a path of the tree, in bounded memory. MLOPS_END: there is none; else as
 * above, and what judge returns. */
mlops_status mlops__import_put(mlops__importing *self, const char *path, const char *file,
                               const mlops__import_check *check);

/* The whole of an import. */
mlops_status mlops__import_dvc(mlops__importing *self);
mlops_status mlops__import_lfs(mlops__importing *self);

/* Sets the cache to where the tree's own settings say that it is. */
mlops_status mlops__import_dvc_cache(mlops__importing *self);

/* ---- what the tools write ---- */

/* An output of DVC. */
typedef struct mlops__dvc_out {
    const char *path; /* as it is written; NULL: none */
    const char *md5;  /* digits, perhaps with ".dir" behind; NULL: none */
    int has_hash;     /* "hash: md5": of DVC 3 */
    int64_t line;
} mlops__dvc_out;

typedef struct mlops__dvc_file {
    const char *wdir; /* NULL: none */
    mlops__dvc_out *outs;
    size_t n, cap;
} mlops__dvc_file;

/* MLOPS_E_CORRUPT with the line. is_lock: of dvc.lock. */
mlops_status mlops__dvc_parse(mlops__dvc_file *out, mlops__bytes text, int is_lock,
                              mlops__arena *arena, mlops_error *err);

/* Sets *dir, in the arena, if a file of settings names a folder for the cache. MLOPS_E_CORRUPT with
 * the line for one that cannot be obeyed. */
mlops_status mlops__dvc_config(const char **dir, mlops__bytes text, mlops__arena *arena,
                               mlops_error *err);

/* Where a path leads from a folder of the tree ("": the tree itself), in the arena; *leaves if that
 * is out of the tree. NULL: out of memory. */
const char *mlops__import_resolve(mlops__arena *arena, const char *from, const char *path,
                                  int *leaves);

enum { MLOPS__LFS_POINTER_MAX = 1024 };

/* 0: it is no pointer. */
int mlops__lfs_parse(const uint8_t *bytes, size_t n, char oid[65], int64_t *size);

#endif
