/* Puts and deletes of many frames, to be applied together in the order of their keys: the map is
 * written page by page then, and not all over. */
#ifndef MLOPS_STORE_BATCH_H
#define MLOPS_STORE_BATCH_H

#include "store/frame.h"

typedef struct mlops__batch {
    mlops__buf ops;    /* u8 is delete, u8 table, u16 key size, u32 value size, key, value */
    mlops__buf places; /* of the operations, in the order of the journal */
} mlops__batch;

typedef mlops_status mlops__batch_visit(void *user, const mlops__op *op, mlops_error *err);

void mlops__batch_init(mlops__batch *self, const mlops_allocator *allocator);
void mlops__batch_free(mlops__batch *self);

/* Copies a put or delete. */
mlops_status mlops__batch_add(mlops__batch *self, const mlops__op *op, mlops_error *err);

/* Visits the last operation on each key, in ascending order, and forgets all of them. */
mlops_status mlops__batch_drain(mlops__batch *self, mlops__batch_visit *visit, void *user,
                                mlops_error *err);

#endif
