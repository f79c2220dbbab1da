/* What parsing and formatting share: powers of ten to 128 bits, and exact comparison. */
#ifndef MLOPS_TEXT_NUMBER_EXACT_H
#define MLOPS_TEXT_NUMBER_EXACT_H

#include "base/wide.h"

enum { MLOPS__POW10_MIN = -351, MLOPS__POW10_MAX = 350 };

/* 10^q as value * 2^(exponent - 127), value in [2^127, 2^128), rounded down; exact from 0 to 55. */
mlops__u128 mlops__pow10(int32_t q);
int32_t mlops__pow10_exponent(int32_t q);

int32_t mlops__leading_zeros(uint64_t x); /* x != 0 */

/* A natural number of up to 3,200 bits, little-endian: enough for 800 digits scaled to an integer
 * beside any binary64. */
enum { MLOPS__BIG_LIMBS = 100 };

typedef struct mlops__big {
    uint32_t n;
    uint32_t limbs[MLOPS__BIG_LIMBS];
} mlops__big;

void mlops__big_set(mlops__big *self, uint64_t value);
void mlops__big_mul_add(mlops__big *self, uint32_t factor, uint32_t addend);

/* -1, 0 or 1 as decimal * 10^q is less than, equal to or greater than m * 2^e, both of which differ
 * by less than a factor of four. decimal is used up. */
int mlops__big_compare(mlops__big *decimal, int32_t q, uint64_t m, int32_t e);

#endif
