/* The commits that a pull is to bring: what branches and tags of a remote lead to, and the store
 * lacks or may lack in part. */
#ifndef MLOPS_DATASET_PULL_TRAIL_H
#define MLOPS_DATASET_PULL_TRAIL_H

#include "dataset/remote_head.h"

typedef struct mlops__found {
    mlops__commit commit;
    mlops__bytes record; /* as the remote has it; data NULL: the store has it */
    int64_t level;       /* steps from a branch or tag */
    int placed;
} mlops__found;

typedef struct mlops__trail {
    mlops_store *store; /* up to depth, what is looked for, and with what; set by the caller */
    const char *dataset;
    mlops__remote *remote;
    mlops__depot *parts;
    mlops__fetcher *fetcher;
    mlops__lease *lease; /* begun here, on all that is found */
    mlops__arena *arena; /* of commits */
    int64_t depth;       /* levels of what is not here; 0: all */
    mlops_id *tips;      /* where branches and tags of this store are */
    size_t n_tips;
    mlops__line held; /* all that they lead to, once is_held */
    int is_held;      /* -1: history here is damaged */
    int is_partial;
    mlops__found *commits;
    size_t n, cap;
    mlops__kv *known; /* number of a commit, by its id */
    mlops__kv_txn *txn;
    mlops__buf order;  /* u64 numbers of those that are to come, older ones first */
    mlops__buf beyond; /* ids that stay away */
} mlops__trail;

void mlops__trail_init(mlops__trail *self, const mlops__host *host); /* one of zeroes */
void mlops__trail_free(mlops__trail *self);

/* Once. MLOPS_E_CORRUPT also of a commit that is not later than one that it goes back to. */
mlops_status mlops__trail_find(mlops__trail *self, const mlops__head_ref *wanted, size_t n_wanted,
                               mlops_error *err);

/* Is it among the store's commits? */
mlops_status mlops__trail_has_commit(mlops__view *view, const char *dataset, const mlops_id *id,
                                     int *out);

#endif
