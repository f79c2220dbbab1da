/* 128-bit integers in two 64-bit limbs: products, and exact sums on any compiler. */
#ifndef MLOPS_BASE_WIDE_H
#define MLOPS_BASE_WIDE_H

#include <stdint.h>

typedef struct mlops__u128 {
    uint64_t high;
    uint64_t low;
} mlops__u128;

static inline mlops__u128 mlops__mul_u64(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (mlops__u128){(uint64_t)(product >> 64), (uint64_t)product};
#else
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    uint64_t second = a0 * b1 + (uint32_t)middle;
    return (mlops__u128){a1 * b1 + (middle >> 32) + (second >> 32), a * b};
#endif
}

/* self += a b, wrapping */
static inline void mlops__mul_add_u64(mlops__u128 *self, uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide sum = ((wide)self->high << 64 | self->low) + (wide)a * b;
    *self = (mlops__u128){(uint64_t)(sum >> 64), (uint64_t)sum};
#else
    mlops__u128 product = mlops__mul_u64(a, b);
    self->low += product.low;
    self->high += product.high + (self->low < product.low);
#endif
}

typedef struct mlops__i128 {
    uint64_t low;
    int64_t high;
} mlops__i128;

mlops__i128 mlops__i128_add(mlops__i128 a, mlops__i128 b); /* wraps */

/* Nearest integer to value * 2^scale (ties to even); value finite, |scale| <= 64. False if it does
 * not fit into 126 bits. */
int mlops__i128_from_f64(double value, int32_t scale, mlops__i128 *out);

/* self * 2^-scale / divisor, rounded once to nearest even where the result is normal; divisor >= 1.
 */
double mlops__i128_mean(mlops__i128 self, int32_t scale, int64_t divisor);

#endif
