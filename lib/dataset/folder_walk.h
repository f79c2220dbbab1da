/* The files below a folder, and what the file system says of each. */
#ifndef MLOPS_DATASET_FOLDER_WALK_H
#define MLOPS_DATASET_FOLDER_WALK_H

#include "base/arena.h"
#include "sys/host.h"

#include <mlops/call.h>

/* What becomes of symbolic links. */
typedef enum mlops__walk_links {
    MLOPS__LINKS_REFUSE = 0,
    MLOPS__LINKS_FOLLOW = 1, /* as what they lead to */
    MLOPS__LINKS_SKIP = 2
} mlops__walk_links;

/* Patterns of text/glob.h: what is to be there, and what is not. */
typedef struct mlops__globs {
    const char **include, **exclude;
    int64_t n_include, n_exclude; /* none to include: everything */
} mlops__globs;

/* A list of globs (nullable); none of it: *n is 0. */
mlops_status mlops__globs_parse(mlops__arena *arena, const char *list, const char *what,
                                const char ***out, int64_t *n, mlops_error *err);

/* A file that the globs let through; a folder of this path is not to be looked into if excluded. */
int mlops__globs_take(const mlops__globs *self, const char *path);
int mlops__globs_exclude(const mlops__globs *self, const char *path);

/* Files of this name are on their way to another one, or were left there. */
int mlops__walk_is_draft(const char *name);

/* A path leads to a folder (or, if it leads nowhere yet, into one) that is the one of the stat, or
 * lies below it. */
mlops_status mlops__folder_is_within(const mlops__host *host, const char *path,
                                     const mlops_io_stat *folder, int *is_within, mlops_error *err);
int mlops__folder_is(const mlops_io_stat *a, const mlops_io_stat *b);

typedef struct mlops__walk_opts {
    mlops__walk_links links;
    const mlops__globs *globs;      /* NULL: none */
    const mlops_io_stat *skip;      /* a folder that is not looked into; NULL: none */
    const mlops_executor *executor; /* NULL: this thread */
} mlops__walk_opts;

typedef struct mlops__walk_file {
    const char *path; /* below the folder */
    mlops_io_stat stat;
} mlops__walk_file;

/* In the bytewise order of their paths. */
typedef struct mlops__walk {
    mlops__arena arena;
    mlops_io_stat folder;
    const mlops__walk_file *files;
    size_t n;
} mlops__walk;

/* MLOPS_E_INVALID, naming it, for what is no file, folder or link; for a link that is refused, or
 * leads nowhere, or round in a circle. To be freed in any case. */
mlops_status mlops__walk_folder(mlops__walk *out, const mlops__host *host, const char *folder,
                                const mlops__walk_opts *opts, mlops_error *err);
void mlops__walk_free(mlops__walk *self);

#endif
