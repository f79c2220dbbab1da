/* An allocator that counts what it hands out and refuses beyond a limit. For one thread. */
#ifndef MLOPS_COLUMN_METER_H
#define MLOPS_COLUMN_METER_H

#include "base/alloc.h"
#include "base/fail.h"

typedef struct mlops__meter {
    mlops_allocator table; /* what to hand on; its address must stay */
    mlops_allocator below;
    size_t used;
    size_t max;
    int exceeded; /* a request was refused by the limit, and not by the allocator below */
} mlops__meter;

void mlops__meter_init(mlops__meter *self, const mlops_allocator *below, size_t max);

/* What a failure of memory was: MLOPS_E_LIMIT naming memory_max if the limit stopped it, else
 * MLOPS_E_NOMEM. Any other status is passed on as it is. */
mlops_status mlops__meter_judge(const mlops__meter *self, mlops_status status, mlops_error *err);

#endif
