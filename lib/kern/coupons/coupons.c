/* Coupons of HyperLogLog, one word at a time.
 *
 * Owns nothing. Invariant: the coupons of DataSketches.
 * Freestanding: part of the firmware build.
 */
#include "kern/coupons/coupons.h"

#include "base/bits.h"

#include <string.h>

static uint64_t word_of(double value) {
    return mlops__bits_of(value == value ? value + 0.0 : mlops__f64_of(MLOPS__NAN_BITS));
}

void mlops__coupons_scalar(const void *words, int reals, uint32_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t x;
        memcpy(&x, (const uint8_t *)words + 8 * i, sizeof x);
        if (reals) x = word_of(mlops__f64_of(x));
        x *= MLOPS__MURMUR_1;
        x = (x << 31 | x >> 33) * MLOPS__MURMUR_2;
        out[i] = mlops__coupon_of(MLOPS__MURMUR_SEED ^ x ^ 8, MLOPS__MURMUR_SEED ^ 8);
    }
}
