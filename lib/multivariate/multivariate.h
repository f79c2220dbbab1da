/* What the ways to compare two samples of rows share: the samples themselves, and rows taken. */
#ifndef MLOPS_MULTIVARIATE_MULTIVARIATE_H
#define MLOPS_MULTIVARIATE_MULTIVARIATE_H

#include "base/arena.h"
#include "column/table.h"
#include "kern/kern.h"

#include <mlops/multivariate.h>

/* Rows of one side: of a table, or of a matrix. */
typedef struct mlops__side {
    int64_t n;
    const mlops__column **columns; /* NULL: a matrix */
    const float *f32;
    const double *f64;
    int64_t row_stride;
    int64_t column_stride;
} mlops__side;

struct mlops_multivariate {
    mlops__host host;
    const mlops__kern *kern;
    mlops__arena arena;   /* all that follows */
    mlops__side sides[2]; /* reference, current */
    int64_t n;            /* rows of both */
    int64_t d;            /* columns */
    double *mean;         /* of each column of the reference */
    double *scale;        /* by what a value less its mean is multiplied */
};

/* Rows first to first + n - 1, those of the reference ahead of the current ones: less the mean of
 * their column, scaled, at most 1e60 in size, and 0 where a value is missing. */
void mlops__rows_take(const mlops_multivariate *self, int64_t first, int64_t n, double *out);

/* The same of one column, as it is: missing values, and they alone, are NaN. */
void mlops__rows_take_column(const mlops_multivariate *self, int side, int64_t column,
                             int64_t first, int64_t n, double *out);

/* What every result begins with; all measures are NaN. */
mlops_multivariate_result mlops__multivariate_begin(const mlops_multivariate *self,
                                                    const char *test);

/* Drift, where the lower bound exceeds the tolerance; none, where the effect is within the
 * tolerance and the upper bound within twice that, both counted from nothing on; else not enough
 * data. */
mlops_drift_verdict mlops__multivariate_judge(const mlops_multivariate_result *found,
                                              double nothing, int64_t rows_min);

#endif
