/* The exact sums of a profile: fixed point, in which no order of adding can be told.
 *
 * Each term has less than 2^126 units and there are less than 2^63 of them, so that neither their
 * sum of 192 bits nor that of their squares, of 320, ever overflows.
 */
#ifndef MLOPS_PROFILE_RUN_PROFILE_SUM_H
#define MLOPS_PROFILE_RUN_PROFILE_SUM_H

#include "base/wide.h"

/* Two's complement, least limb first. */
typedef struct mlops__sum {
    uint64_t limb[3];
} mlops__sum;

/* Least limb first. */
typedef struct mlops__squares {
    uint64_t limb[5];
} mlops__squares;

void mlops__sum_add(mlops__sum *self, const mlops__sum *other);

/* A finite value in units of 2^-scale, rounded, without its sign. False if it is too large for this
 * way, which NaN and infinity always are; else it is no more than 2^56, so that 64 add up. */
static inline int mlops__sum_size(uint64_t bits, int32_t scale, uint64_t *out) {
    /* The value is its mantissa, an integer, times 2^(4 - right), the mantissa having 4 zeros. */
    int32_t right = 4 + 1075 - scale - (int32_t)(bits >> 52 & 0x7ff);
    if (right < 1) return 0;
    if (right > 63)
        right = 63; /* far below half a unit, as zeros and subnormal numbers always are */
    uint64_t mantissa = (bits << 12 >> 8) | (uint64_t)1 << 56, whole = mantissa >> right;
    uint64_t rest = mantissa << (64 - right), half = (uint64_t)1 << 63;
    *out = whole + (rest + (whole & 1) > half); /* the last bit of the rest is 0 */
    return 1;
}

/* Adds units, or the sum of some. */
void mlops__sum_add_units(mlops__sum *self, int64_t units);

/* Adds a finite value, given by its bits, in units of 2^-scale. False if it is too large. */
int mlops__sum_add_bits(mlops__sum *self, mlops__squares *squares, uint64_t bits, int32_t scale);

void mlops__squares_add(mlops__squares *self, const mlops__squares *other);
void mlops__squares_add_wide(mlops__squares *self, mlops__u128 more);

/* The sum over n >= 1, correctly rounded where the result is normal. */
double mlops__sum_mean(const mlops__sum *self, int32_t scale, int64_t n);

/* What the squares of the distances to the mean come to over n >= 1, by n; two roundings. */
double mlops__sum_variance(const mlops__sum *self, const mlops__squares *squares, int32_t scale,
                           int64_t n);

/* Makes both the sums of share of their n terms, share <= n: mean and variance stay as they are,
 * but for a last unit, and the variance becomes no less than 0. */
void mlops__sum_share(mlops__sum *self, mlops__squares *squares, int64_t share, int64_t n);

/* True if so many terms can add up to it, and their squares to that. */
int mlops__sum_possible(const mlops__sum *self, const mlops__squares *squares, int64_t n_terms);

#endif
