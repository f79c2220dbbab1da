/* Signed 128-bit integers in two 64-bit limbs: exact sums on any compiler. */
#ifndef MLOPS_BASE_WIDE_H
#define MLOPS_BASE_WIDE_H

#include <stdint.h>

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
