/* Sums of doubles without any error, after Radford Neal's small superaccumulator (2015).
 *
 * A sum is one integer of more than 2,100 bits, in chunks 32 bits apart that overlap, so that two
 * additions take a term in. No order of adding can be told from it.
 */
#ifndef MLOPS_BASE_EXACT_SUM_H
#define MLOPS_BASE_EXACT_SUM_H

#include <stdint.h>
#include <string.h>

enum { MLOPS__EXACT_CHUNKS = 68, MLOPS__EXACT_ROOM = 1024 };

/* All zero is the sum of nothing. */
typedef struct mlops__exact {
    int64_t chunk[MLOPS__EXACT_CHUNKS]; /* times 2^(32 i - 1075), added up */
    double special;                     /* sum of the terms that are not finite; else 0 */
    int32_t n_added;                    /* since the chunks last were below 2^32 */
} mlops__exact;

/* Brings the chunks below 2^32, but for the last, which has the sign. */
void mlops__exact_carry(mlops__exact *self);

static inline void mlops__exact_add(mlops__exact *self, double term) {
    uint64_t bits;
    memcpy(&bits, &term, sizeof bits);
    uint32_t exponent = (uint32_t)(bits >> 52 & 0x7ff), normal = exponent > 0;
    uint64_t digits = (bits & 0xfffffffffffff) | (uint64_t)normal << 52, sign = 0 - (bits >> 63);
    if (exponent == 0x7ff) {
        self->special += term;
        return;
    }
    exponent += !normal;
    uint64_t low = digits << (exponent & 31) & 0xffffffff, high = digits >> (32 - (exponent & 31));
    int64_t *at = self->chunk + (exponent >> 5);
    at[0] += (int64_t)((low ^ sign) - sign);
    at[1] += (int64_t)((high ^ sign) - sign);
    if (++self->n_added == MLOPS__EXACT_ROOM) mlops__exact_carry(self);
}

/* The sum over n, rounded once; n from 1 to 2^32. */
double mlops__exact_mean(const mlops__exact *self, int64_t n);

/* The sum, rounded once. */
double mlops__exact_value(const mlops__exact *self);

/* A running sum and what it lost by rounding: as if in twice the digits. */
typedef struct mlops__kept {
    double sum;
    double lost;
} mlops__kept;

static inline void mlops__keep(mlops__kept *self, double term) {
    double sum = self->sum + term, part = sum - self->sum;
    self->lost += (self->sum - (sum - part)) + (term - part); /* Knuth's two-sum */
    self->sum = sum;
}

#endif
