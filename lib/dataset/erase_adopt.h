/* Taking over what was erased elsewhere, ahead of a pull. */
#ifndef MLOPS_DATASET_ERASE_ADOPT_H
#define MLOPS_DATASET_ERASE_ADOPT_H

#include "dataset/erase.h"
#include "dataset/remote_erasures.h"

typedef struct mlops__adoption {
    mlops_store *store;
    mlops__fetcher *fetcher;
    mlops__depot *parts;
    mlops__receiver *receiver;
    mlops_change *change;
    mlops__arena arena;
    mlops__erasures here, there;
    mlops__idset erased; /* content, here or there: number of its erasure in this store */
    uint32_t *numbers;   /* in this store, of the notes there */
    size_t n_fresh;      /* of these that are new */
    mlops__erased_latest latest;
    mlops__idset swaps; /* entries, by the SHA-256 of their JSON: places among those below */
    mlops__buf swapped; /* mlops__swapped_entry: what stands in for them */
    int has_swaps;
    mlops__erase_moment moment; /* ahead of reading the trees that are here */
    int again;                  /* others committed meanwhile */
    mlops_error *err;
} mlops__adoption;

/* Reads both lists; the rest is borrowed. Ends with mlops__adoption_free(), also after an error. */
mlops_status mlops__adoption_begin(mlops__adoption *self, mlops_store *store,
                                   const mlops__head *head, mlops__fetcher *fetcher,
                                   mlops__depot *parts, mlops_error *err);
void mlops__adoption_free(mlops__adoption *self); /* one of zeroes too */

/* Erases here what stands apart: a table that lost rows on both sides, each its own, is left with
 * those alone that both have. *again: there was such a table, and both lists are to be read anew.
 */
mlops_status mlops__adoption_join(mlops__adoption *self, int *again);

/* Puts into the change what was erased there and not here, with what stands in for the trees of all
 * commits here that lose something by it; *any if there was something. Content that stands in is
 * received. */
mlops_status mlops__adoption_run(mlops__adoption *self, mlops__receiver *receiver,
                                 mlops_change *change, int *any);
/* It was committed: what is read of it from now on is as the store has it. */
mlops_status mlops__adoption_done(mlops__adoption *self);

/* The entries of a commit's tree, which is here: without what was erased, of which the change gets
 * the tree that stands in. */
mlops_status mlops__adopt_tree(mlops__adoption *self, mlops_change *change, const mlops_id *tree,
                               mlops__tree *out);

/* Erasures at the commit of the change are those that were read. */
mlops_status mlops__adoption_expect(const mlops__adoption *self, mlops_change *change);

#endif
