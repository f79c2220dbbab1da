/* The difference itself, for the files that make and tell it. */
#ifndef MLOPS_DIFF_DIFF_INSIDE_H
#define MLOPS_DIFF_DIFF_INSIDE_H

#include "diff/diff.h"

#include <stdatomic.h>

struct mlops_diff {
    atomic_int_fast64_t n_refs;
    mlops__host host;
    mlops__arena arena;
    mlops_table *tables[2]; /* shares of them */
    mlops__twins twins;
    mlops__pairs pairs;
    uint8_t *rows; /* bit i: a cell of row i of from differs */
    int64_t n_changed, n_cells;
    int64_t n_max;
};

#endif
