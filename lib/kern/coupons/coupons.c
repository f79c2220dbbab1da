/* Coupons of HyperLogLog, one word at a time.
 *
 * Owns nothing. Invariant: the coupons of DataSketches.
 * Freestanding: part of the firmware build.
 */
#include "kern/coupons/coupons.h"

void mlops__coupons_scalar(const uint64_t *words, uint32_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t x = words[i] * MLOPS__MURMUR_1;
        x = (x << 31 | x >> 33) * MLOPS__MURMUR_2;
        out[i] = mlops__coupon_of(MLOPS__MURMUR_SEED ^ x ^ 8, MLOPS__MURMUR_SEED ^ 8);
    }
}
