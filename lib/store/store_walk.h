/* Commits of a store in order, from any of them on: what an audit reads. */
#ifndef MLOPS_STORE_STORE_WALK_H
#define MLOPS_STORE_STORE_WALK_H

#include "store/store.h"

typedef struct mlops__walk {
    mlops_store *store;
    mlops__journal journal; /* of its own: readers do not wait for each other */
    mlops__place place;
    int64_t end;      /* seq of the newest commit when the walk began */
    uint8_t link[32]; /* of that commit, as the index knows it */
    char *path;
    size_t path_size;
} mlops__walk;

/* Begins ahead of a commit, 1 for all; chain is verified from there on. MLOPS_E_CORRUPT if the
 * place of that commit is damaged. */
mlops_status mlops__walk_begin(mlops__walk *self, mlops_store *store, int64_t from,
                               mlops_error *err);

/* The next commit, which lives until the next call; MLOPS_END behind the newest. */
mlops_status mlops__walk_next(mlops__walk *self, mlops__frame *out, mlops_error *err);
void mlops__walk_end(mlops__walk *self);

/* The same within a moment that is read, for who keeps the store open; ends with the second. */
mlops_status mlops__walk_begin_in(mlops__walk *self, mlops_store *store, mlops__index *index,
                                  int64_t from, mlops_error *err);
void mlops__walk_close(mlops__walk *self);

#endif
