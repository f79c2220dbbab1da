/* The gap of two CDFs without vector instructions: the reference of the other kernels.
 *
 * Owns nothing. Invariant: as in gaps.h. Walks are the inner loop, which compilers make what
 * vectors there are of.
 */
#include "kern/gaps/gaps.h"

enum { WALKS = MLOPS__GAPS_WALKS };

void mlops__gaps_block_scalar(mlops__gaps *self, const mlops__gaps_steps *steps) {
    const double all = self->all, n = self->n, unit = self->unit, scale = self->scale;
    double passed[WALKS], at[WALKS], high[WALKS], low[WALKS], first[WALKS], second[WALKS];
    for (int k = 0; k < WALKS; k++) {
        passed[k] = self->passed[k], at[k] = self->at[k];
        high[k] = self->high[k], low[k] = self->low[k], first[k] = 0, second[k] = 0;
    }
    for (int s = 0; s < MLOPS__GAPS_STEPS; s++)
#pragma GCC unroll 1
        for (int k = 0; k < WALKS; k++) {
            double next = steps->values[s][k] * scale, width = next - at[k];
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
