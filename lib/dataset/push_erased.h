/* Erasures on their way to a remote. */
#ifndef MLOPS_DATASET_PUSH_ERASED_H
#define MLOPS_DATASET_PUSH_ERASED_H

#include "dataset/erase.h"
#include "dataset/remote_erasures.h"

typedef struct mlops__push_erased {
    mlops_store *store;
    mlops__erasures here, there; /* there: what the remote will have */
    int grows;                   /* by content that it does not know to be erased */
} mlops__push_erased;

/* For each round; ends with mlops__push_erased_free(). MLOPS_E_CONFLICT if there is to be pulled.
 */
mlops_status mlops__push_erased_begin(mlops__push_erased *self, mlops_store *store,
                                      const mlops__head *head, mlops__remote *remote,
                                      mlops_error *err);
void mlops__push_erased_free(mlops__push_erased *self); /* one of zeroes too */

/* Nothing leads to objects that have erased bytes, from then on. */
mlops_status mlops__push_erased_clean(mlops__push_erased *self, mlops__cutter *cutter, int *cleaned,
                                      mlops_error *err);

/* Sends what stands in for trees that the remote has, and adds them to its list. */
typedef mlops_status mlops__stand_in_step(void *user, const mlops_id *stand_in, mlops_error *err);
mlops_status mlops__push_erased_pairs(mlops__push_erased *self, mlops__cutter *cutter,
                                      mlops__stand_in_step *send, void *user, mlops_error *err);

#endif
