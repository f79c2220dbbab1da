/* An allocator that holds a call to a bound, on any number of threads. */
#ifndef MLOPS_COLUMN_PURSE_H
#define MLOPS_COLUMN_PURSE_H

#include <mlops/host.h>
#include <stdatomic.h>

typedef struct mlops__purse {
    mlops_allocator table; /* what to hand on; its address must stay */
    mlops_allocator below;
    atomic_size_t used;
    size_t max;
    atomic_int exceeded; /* the bound has refused a request */
} mlops__purse;

void mlops__purse_init(mlops__purse *self, const mlops_allocator *below, size_t max);

#endif
