/* Sums of pairs, scalar: the reference of the other kernels.
 *
 * Owns nothing. Invariant: as in pairs.h. Freestanding: part of the firmware build.
 */
#include "kern/pairs/pairs.h"

static void add(double *restrict y, const float *restrict w, int64_t n, float x,
                mlops__pairs_of of) {
    if (of == MLOPS__PAIRS_PRODUCT) {
        for (int64_t j = 0; j < n; j++) y[j] += (double)x * (double)w[j];
    } else if (of == MLOPS__PAIRS_SQUARE) {
        for (int64_t j = 0; j < n; j++)
            y[j] += ((double)x - (double)w[j]) * ((double)x - (double)w[j]);
    } else {
        for (int64_t j = 0; j < n; j++) y[j] += (double)(x - w[j]) * (double)(x - w[j]);
    }
}

void mlops__pairs_sum_scalar(const mlops__pairs *self) {
    for (int64_t i = 0; i < self->m; i++) {
        double *y = self->y + i * self->n;
        for (int64_t j = 0; j < self->n; j++) y[j] = 0.0;
        for (int64_t l = 0; l < self->k; l++)
            add(y, self->w + l * self->w_row, self->n, self->x[i * self->k + l], self->of);
    }
}
