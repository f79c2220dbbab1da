/* The logarithm of numbers that need no question, for loops that cannot afford a call. */
#ifndef MLOPS_BASE_REAL_LOG_H
#define MLOPS_BASE_REAL_LOG_H

#include "base/bits.h"

/* 2 atanh(s) / s - 2 over s^2, for s^2 up to that of the square root of 2. */
static inline double mlops__atanh_rest(double z) {
    double w = z * z;
    double even = 0x1.5555555555555p-1 +
                  w * (0x1.2492492476cccp-2 + w * (0x1.745cf9048dd95p-3 + w * 0x1.0fbe95d71602p-3));
    double odd = 0x1.9999999999a38p-2 +
                 w * (0x1.c71c720159177p-3 + w * (0x1.3b1c355a8f7a2p-3 + w * 0x1.0c039c49989c6p-3));
    return even + z * odd;
}

/* mlops__log(x 2^exponent) of a positive, normal, finite x. Integers of 64 bits and arithmetic
 * alone, so that compilers take several at once. */
static inline double mlops__log_normal(double x, double exponent) {
    static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    static const uint64_t one = (uint64_t)1023 << 52, one_less_root = 0x00095f619980c433;
    static const uint64_t units = 0x4330000000000000; /* of 2^52, whose last bit is 1 */
    /* x = 2^k (1 + f) with 1 + f between the square roots of 1/2 and 2. */
    uint64_t bits = mlops__bits_of(x), biased = (bits + one_less_root) >> 52;
    double f = mlops__f64_of(bits - (biased << 52) + one) - 1.0;
    double k = mlops__f64_of(biased | units) - (0x1p52 + 1023) + exponent;
    double s = f / (2.0 + f), z = s * s, half = 0.5 * f * f;
    double rest = s * (half + z * mlops__atanh_rest(z)) + k * ln2_low;
    return k * ln2_high - ((half - rest) - f);
}

#endif
