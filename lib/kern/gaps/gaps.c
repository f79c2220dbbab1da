/* The gap of two CDFs without vector instructions: the reference of the other kernels.
 *
 * Owns nothing. Invariant: as in gaps.h. Walks are the inner loop, which compilers make what
 * vectors there are of.
 */
#include "kern/gaps/gaps.h"

enum { WALKS = MLOPS__GAPS_WALKS, FOUR = WALKS / 2 };

/* Four walks at once, which wait for each other's loads as little as registers allow. */
static void pass_four(mlops__gaps_steps *out, const double *x, const double *y, int64_t *i,
                      int64_t *j, int first) {
    int64_t at[FOUR], passed[FOUR];
    for (int k = 0; k < FOUR; k++) {
        at[k] = i[first + k];
        passed[k] = at[k] + j[first + k];
    }
    for (int64_t s = 0; s < MLOPS__GAPS_STEPS; s++)
        for (int k = 0; k < FOUR; k++) {
            double left = x[at[k]], right = y[passed[k] + s - at[k]];
            out->taken[s][first + k] = (int32_t)at[k];
            out->values[s][first + k] = left < right ? left : right;
            at[k] += left <= right;
        }
    for (int k = 0; k < FOUR; k++) {
        i[first + k] = at[k];
        j[first + k] = passed[k] + MLOPS__GAPS_STEPS - at[k];
    }
}

void mlops__gaps_pass(mlops__gaps_steps *out, const double *x, const double *y, int64_t *i,
                      int64_t *j) {
    pass_four(out, x, y, i, j, 0);
    pass_four(out, x, y, i, j, FOUR);
}

void mlops__gaps_block_scalar(mlops__gaps *self, const mlops__gaps_steps *steps) {
    const double all = self->all, n = self->n, unit = self->unit;
    double passed[WALKS], at[WALKS], high[WALKS], low[WALKS], first[WALKS], second[WALKS];
    for (int k = 0; k < WALKS; k++) {
        passed[k] = self->passed[k], at[k] = self->at[k];
        high[k] = self->high[k], low[k] = self->low[k], first[k] = 0, second[k] = 0;
    }
    for (int s = 0; s < MLOPS__GAPS_STEPS; s++)
#pragma GCC unroll 1
        for (int k = 0; k < WALKS; k++) {
            double next = steps->values[s][k], width = next - at[k];
            double gap = (double)steps->taken[s][k] * all - passed[k], share = gap * unit;
            double counts = width > 0 ? gap : 0, size = share < 0 ? -share : share;
            double area = size * width;
            high[k] = counts > high[k] ? counts : high[k];
            low[k] = counts < low[k] ? counts : low[k];
            first[k] += area;
            second[k] += size * area;
            at[k] = next;
            passed[k] += n;
        }
    for (int k = 0; k < WALKS; k++) {
        self->passed[k] = passed[k], self->at[k] = at[k];
        self->high[k] = high[k], self->low[k] = low[k];
        self->first[k] = first[k], self->second[k] = second[k];
    }
}
