/* Sums in f64 over k of what rows [m, k] and the columns of a matrix [k, n] make in pairs; both of
 * f32, row-major, to y [m, n].
 *
 * A value is one sum from 0 over k, ascending, each operation rounded by itself. Kernels differ in
 * how many values they carry along at once, so that all give the same bits.
 */
#ifndef MLOPS_KERN_PAIRS_H
#define MLOPS_KERN_PAIRS_H

#include <stdint.h>

typedef enum mlops__pairs_of {
    MLOPS__PAIRS_PRODUCT,
    MLOPS__PAIRS_SQUARE, /* of the difference */
    MLOPS__PAIRS_ROUNDED /* of the difference as f32 */
} mlops__pairs_of;

typedef struct mlops__pairs {
    const float *x;
    const float *w;
    double *y;
    int64_t m, k, n;
    int64_t w_row; /* floats from a row of the matrix to the next */
    mlops__pairs_of of;
} mlops__pairs;

typedef void mlops__pairs_sum(const mlops__pairs *self);

mlops__pairs_sum mlops__pairs_sum_scalar;

#endif
