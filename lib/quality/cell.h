/* One value of a row, and bytes that are equal where values are. */
#ifndef MLOPS_QUALITY_CELL_H
#define MLOPS_QUALITY_CELL_H

#include "quality/quality.h"

typedef struct mlops__cell {
    mlops_type type; /* NULL: a null */
    int64_t i64;     /* bool too */
    double f64;
    const char *text;
    size_t n;
} mlops__cell;

mlops__cell mlops__cell_of_sample(const mlops__sample *self, int64_t row);
mlops__cell mlops__cell_of_column(const mlops__column *self, int64_t row);

/* Appends a key: numbers of both types by value, -0 as 0, each NaN alike, nulls alike. Keys that
 * are joined tell where each ends. */
void mlops__cell_put(const mlops__cell *self, mlops__buf *out);

#endif
