/* Trees: the entries of a commit, sorted by path, as JSON and in memory. */
#ifndef MLOPS_DATASET_TREE_H
#define MLOPS_DATASET_TREE_H

#include "store/record.h"

#include <mlops/table.h>

enum { MLOPS__PATH_MAX = 1024 };

/* What has yet to become content: bytes of an entry, its profile, its held-out rows. */
typedef enum mlops__role { MLOPS__ROLE_BYTES, MLOPS__ROLE_PROFILE, MLOPS__ROLE_ROWS } mlops__role;

typedef struct mlops__blob {
    mlops_id id;
    size_t size;
    mlops__buf bytes; /* none if the packs have it already */
    int is_kept;      /* there */
    mlops_id like;    /* what the parent has in its place */
    int has_like;
} mlops__blob;

typedef struct mlops__entry {
    const char *path;
    mlops__bytes json;
    mlops__blob *blobs[3]; /* by role; NULL: the store has it, or there is none */
} mlops__entry;

/* Entries live in the arena, their blobs in the heap. Order: bytewise by path. */
typedef struct mlops__tree {
    mlops__arena *arena;
    mlops__entry **entries;
    size_t n, cap;
} mlops__tree;

void mlops__tree_init(mlops__tree *self, mlops__arena *arena);
void mlops__tree_free(mlops__tree *self); /* the blobs alone */

/* Takes the entries of a tree's bytes into one that is empty. MLOPS_E_CORRUPT for a path that is
 * none, or out of order. */
mlops_status mlops__tree_parse(mlops__tree *self, mlops__bytes json, mlops_error *err);
void mlops__tree_write(const mlops__tree *self, mlops__buf *out);

mlops__entry *mlops__tree_find(const mlops__tree *self, const char *path);

/* A new entry, or that of the path without its blobs. MLOPS_E_EXISTS if the path lies below an
 * entry, or an entry below it. Its json is the caller's to set. */
mlops_status mlops__tree_put(mlops__tree *self, const char *path, mlops__entry **out,
                             mlops_error *err);

/* Takes entries out, for which drops is set, and puts others in, in the order of their paths and in
 * the arena; those of the same path must be dropped. MLOPS_E_EXISTS as above, and nothing was done.
 */
mlops_status mlops__tree_replace(mlops__tree *self, const uint8_t *drops,
                                 mlops__entry *const *entries, size_t n, mlops_error *err);
int mlops__tree_remove(mlops__tree *self, const char *path); /* 0: not there */

/* Lets go of a blob; NULL is allowed. */
void mlops__entry_drop(mlops__entry *self, mlops__role role);

/* MLOPS_E_INVALID for a path that is none. */
mlops_status mlops__path_check(const char *path, mlops_error *err);
/* The same for one that is sound but cannot be a file: each of its names has up to 255 bytes. A new
 * one has no name either that checkouts and walks take for something left behind. */
mlops_status mlops__path_check_file(const char *path, mlops_error *err);
mlops_status mlops__path_check_new(const char *path, mlops_error *err);

/* What an entry says; texts live in the arena. */
typedef struct mlops__facts {
    mlops__record record;
    const char *path, *kind; /* "file", "csv", "table" */
    mlops_id id;
    int64_t size;
    int64_t n_rows, n_columns; /* -1: no table */
    const char *target, *time, *row_id;
    mlops_id profile, rows;
    int has_profile, has_split;
    int64_t n_held_out; /* -1: no split */
} mlops__facts;

/* MLOPS_E_CORRUPT for an entry that lacks what it needs. */
mlops_status mlops__entry_read(const mlops__entry *self, mlops__facts *out, mlops__arena *arena,
                               mlops_error *err);
int mlops__facts_is_table(const mlops__facts *self);

#endif
