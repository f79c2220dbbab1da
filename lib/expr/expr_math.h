/* Functions of float64 that base has not: plain arithmetic, no libm, the same bits anywhere. Those
 * that are inline have no branch, so that a loop over them is vector code. */
#ifndef MLOPS_EXPR_EXPR_MATH_H
#define MLOPS_EXPR_EXPR_MATH_H

#include <stdint.h>
#include <string.h>

static inline uint64_t mlops__expr_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline double mlops__expr_double(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

#define MLOPS__EXPR_SIGN     0x8000000000000000u
#define MLOPS__EXPR_NAN_BITS 0x7ff8000000000000u

static inline double mlops__expr_abs(double x) {
    return mlops__expr_double(mlops__expr_bits(x) & ~MLOPS__EXPR_SIGN);
}

static inline double mlops__expr_with_sign(double x, double sign) {
    return mlops__expr_double((mlops__expr_bits(x) & ~MLOPS__EXPR_SIGN) |
                              (mlops__expr_bits(sign) & MLOPS__EXPR_SIGN));
}

/* To the nearest whole number, ties to even. */
static inline double mlops__expr_round(double x) {
    double size = mlops__expr_abs(x), rounded = size + 0x1p52 - 0x1p52;
    return size < 0x1p52 ? mlops__expr_with_sign(rounded, x) : x;
}

static inline double mlops__expr_floor(double x) {
    double r = mlops__expr_round(x);
    return r > x ? r - 1 : r;
}

static inline double mlops__expr_ceil(double x) {
    double r = mlops__expr_round(x);
    return r < x ? mlops__expr_with_sign(r + 1, x) : r;
}

/* NaN if either is; -0 is less than 0. */
static inline double mlops__expr_min(double x, double y) {
    double r = x < y ? x : y;
    r = x == y ? mlops__expr_double(mlops__expr_bits(x) | mlops__expr_bits(y)) : r;
    return x != x ? x : r;
}

static inline double mlops__expr_max(double x, double y) {
    double r = x > y ? x : y;
    r = x == y ? mlops__expr_double(mlops__expr_bits(x) & mlops__expr_bits(y)) : r;
    return x != x ? x : r;
}

/* ln(1 + x), within 1 ULP. 1 + x = 2^k (1 + f) with 1 + f between the square roots of 1/2 and 2; f
 * is x itself where k is 0, and elsewhere what the sum lost counts as the derivative has it. */
static inline double mlops__expr_log1p(double x) {
    const uint64_t one = 0x3ff0000000000000u, root = 0x3fe6a09e667f3bcdu;
    double u = 1.0 + x, lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
    uint64_t biased = (mlops__expr_bits(u) + (one - root)) >> 52; /* k + 1023 */
    double k = mlops__expr_double(0x4330000000000000u | biased) - (0x1p52 + 1023);
    double f = mlops__expr_double(mlops__expr_bits(u) - ((biased - 1023) << 52)) - 1.0;
    double rest = lost / u;
    f = k == 0.0 ? x : f;
    rest = k == 0.0 ? 0.0 : rest;
    double s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
    /* 2 atanh(s) / s - 2, as base/real.c has it */
    double even = 0x1.5555555555555p-1 +
                  w * (0x1.2492492476cccp-2 + w * (0x1.745cf9048dd95p-3 + w * 0x1.0fbe95d71602p-3));
    double odd = 0x1.9999999999a38p-2 +
                 w * (0x1.c71c720159177p-3 + w * (0x1.3b1c355a8f7a2p-3 + w * 0x1.0c039c49989c6p-3));
    double low = s * (half + z * (even + z * odd)) + (k * 0x1.a39ef35793c76p-33 + rest);
    double y = k * 0x1.62e42feep-1 - ((half - low) - f);
    y = x == 0.0 ? x : y;
    y = u > 0x1.fffffffffffffp1023 || x != x ? x : y;
    y = x == -1.0 ? -mlops__expr_double(0x7ff0000000000000u) : y;
    return x < -1.0 ? mlops__expr_double(MLOPS__EXPR_NAN_BITS) : y;
}

/* e^x - 1, within 2 ULP. */
double mlops__expr_expm1(double x);

/* a // b and a % b as Python has them: the quotient rounded down, and what is left, exact but for
 * one rounding where signs differ. A zero b gives a / b and NaN. */
double mlops__expr_floordiv(double a, double b);
double mlops__expr_mod(double a, double b);

#endif
