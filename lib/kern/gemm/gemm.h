/* A dense layer: y [m, n] = x [m, k] w [k, n] + b, all row-major and without gaps.
 *
 * A value is one sum from 0 over k, ascending, to which b is added at the end. Products and sums
 * are rounded each by itself: fused ones would be another number, which machines without them could
 * give only slowly, and they gain nothing for few rows, as then weights are what is waited for.
 * Kernels differ in how many values they carry along at once, so that all give the same bits, for a
 * row alone and among others.
 */
#ifndef MLOPS_KERN_GEMM_H
#define MLOPS_KERN_GEMM_H

#include <stdint.h>

typedef struct mlops__gemm {
    const void *x;
    const void *w;
    const void *b; /* n; NULL: none */
    void *y;
    int64_t m, k, n;
    int relu; /* 0 for what is below; NaN and -0 stay */
} mlops__gemm;

typedef void mlops__gemm_f32(const mlops__gemm *self);
typedef void mlops__gemm_f64(const mlops__gemm *self);

mlops__gemm_f32 mlops__gemm_f32_scalar;
mlops__gemm_f64 mlops__gemm_f64_scalar;

#endif
