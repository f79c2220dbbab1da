/* Dense layers, scalar: the reference of the other kernels.
 *
 * Owns nothing. Invariant: a value is one sum over k, ascending, products and sums rounded each by
 * itself. Freestanding: part of the firmware build.
 */
#include "kern/gemm/gemm.h"

/* Four rows of w are added to a row of y one after the other, so that y is read and written once
 * for them. */
#define GEMM(name, type)                                                                           \
    static void name##_add(type *restrict y, const type *restrict w, int64_t n, const type *x) {   \
        const type *w1 = w + n, *w2 = w1 + n, *w3 = w2 + n;                                        \
        for (int64_t j = 0; j < n; j++)                                                            \
            y[j] = (((y[j] + x[0] * w[j]) + x[1] * w1[j]) + x[2] * w2[j]) + x[3] * w3[j];          \
    }                                                                                              \
    static void name##_add_one(type *restrict y, const type *restrict w, int64_t n, type x) {      \
        for (int64_t j = 0; j < n; j++) y[j] += x * w[j];                                          \
    }                                                                                              \
    void name(const mlops__gemm *self) {                                                           \
        const int64_t k = self->k, n = self->n;                                                    \
        const type *x = self->x, *w = self->w, *b = self->b;                                       \
        type *y = self->y;                                                                         \
        for (int64_t i = 0; i < self->m; i++, x += k, y += n) {                                    \
            int64_t l = 0;                                                                         \
            for (int64_t j = 0; j < n; j++) y[j] = 0;                                              \
            for (; l + 4 <= k; l += 4) name##_add(y, w + l * n, n, x + l);                         \
            for (; l < k; l++) name##_add_one(y, w + l * n, n, x[l]);                              \
            for (int64_t j = 0; b && j < n; j++) y[j] += b[j];                                     \
            for (int64_t j = 0; self->relu && j < n; j++) y[j] = y[j] < 0 ? 0 : y[j];              \
        }                                                                                          \
    }

GEMM(mlops__gemm_f32_scalar, float)
GEMM(mlops__gemm_f64_scalar, double)
