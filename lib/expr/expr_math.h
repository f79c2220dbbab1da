/* Functions of float64 that base has not: plain arithmetic, no libm, the same bits anywhere.
 *
 * Those that are inline are made for loops of vector code: they choose between values that are at
 * hand, and compute nothing from what was chosen in the same loop, since a compiler that must keep
 * floating-point traps turns that into branches. */
#ifndef MLOPS_EXPR_EXPR_MATH_H
#define MLOPS_EXPR_EXPR_MATH_H

#include "base/bits.h"

#define MLOPS__EXPR_SIGN 0x8000000000000000u

static inline double mlops__expr_abs(double x) {
    return mlops__f64_of(mlops__bits_of(x) & ~MLOPS__EXPR_SIGN);
}

static inline double mlops__expr_with_sign(double x, double sign) {
    return mlops__f64_of((mlops__bits_of(x) & ~MLOPS__EXPR_SIGN) |
                         (mlops__bits_of(sign) & MLOPS__EXPR_SIGN));
}

/* To the nearest whole number, ties to even. */
static inline double mlops__expr_round(double x) {
    double size = mlops__expr_abs(x);
    double shift = size < 0x1p52 ? 0x1p52 : 0.0; /* whole anyway: nothing is rounded */
    return mlops__expr_with_sign(size + shift - shift, x);
}

/* Each keeps the sign of x, of zeros too. */
static inline double mlops__expr_floor(double x) {
    double r = mlops__expr_round(x);
    double step = r > x ? -1.0 : 0.0;
    return mlops__expr_with_sign(r + step, x);
}

static inline double mlops__expr_ceil(double x) {
    double r = mlops__expr_round(x);
    double step = r < x ? 1.0 : 0.0;
    return mlops__expr_with_sign(r + step, x);
}

/* NaN if either is; -0 is less than 0. */
static inline double mlops__expr_min(double x, double y) {
    double r = x < y ? x : y;
    r = x == y ? mlops__f64_of(mlops__bits_of(x) | mlops__bits_of(y)) : r;
    return x != x ? x : r;
}

static inline double mlops__expr_max(double x, double y) {
    double r = x > y ? x : y;
    r = x == y ? mlops__f64_of(mlops__bits_of(x) & mlops__bits_of(y)) : r;
    return x != x ? x : r;
}

/* ln(1 + x), within 1 ULP, in three loops: an x that the formula can take, the formula, and what is
 * right for the others. */
static inline double mlops__expr_log1p_safe(double x) {
    double safe = x > -1.0 ? x : 0.5;
    return safe < 0x1.fffffffffffffp1023 ? safe : 0x1.fffffffffffffp1023;
}

/* 1 + x = u + lost = 2^k (1 + f) + lost, with 1 + f between the square roots of 1/2 and 2. Where k
 * is 0, lost is part of f, which then is x exactly; elsewhere it counts as the derivative has it.
 */
static inline double mlops__expr_log1p_inside(double x) {
    const uint64_t one = 0x3ff0000000000000u, root = 0x3fe6a09e667f3bcdu;
    double u = 1.0 + x, part = u - 1.0, lost = (1.0 - (u - part)) + (x - part);
    uint64_t biased = (mlops__bits_of(u) + (one - root)) >> 52, d = biased - 1023;
    uint64_t is_far = (d | ((uint64_t)0 - d)) >> 63; /* k is not 0 */
    double k = mlops__f64_of(0x4330000000000000u | biased) - (0x1p52 + 1023);
    double far = mlops__f64_of(one & ((uint64_t)0 - is_far)), near = 1.0 - far;
    double f = mlops__f64_of(mlops__bits_of(u) - (d << 52)) - 1.0 + near * lost;
    double s = f / (2.0 + f), z = s * s, w = z * z, half = 0.5 * f * f;
    /* 2 atanh(s) / s - 2, as base/real.c has it */
    double even = 0x1.5555555555555p-1 +
                  w * (0x1.2492492476cccp-2 + w * (0x1.745cf9048dd95p-3 + w * 0x1.0fbe95d71602p-3));
    double odd = 0x1.9999999999a38p-2 +
                 w * (0x1.c71c720159177p-3 + w * (0x1.3b1c355a8f7a2p-3 + w * 0x1.0c039c49989c6p-3));
    double low = s * (half + z * (even + z * odd)) + (k * 0x1.a39ef35793c76p-33 + far * (lost / u));
    return k * 0x1.62e42feep-1 - ((half - low) - f);
}

/* y is what the formula gave: adds what stands at -1, below, at infinity and for NaN. */
static inline double mlops__expr_log1p_edge(double x, double y) {
    const double infinity = mlops__f64_of(0x7ff0000000000000u);
    const double nan = mlops__f64_of(MLOPS__NAN_BITS);
    double fix = x < -1.0 ? nan : -infinity;
    fix = x > -1.0 ? 0.0 : fix;
    fix = x < infinity ? fix : x;
    return mlops__expr_with_sign(y + fix, x);
}

/* e^x - 1, within 2 ULP. */
double mlops__expr_expm1(double x);

/* a // b and a % b as Python has them: the quotient rounded down, and what is left, exact but for
 * one rounding where signs differ. A zero b gives a / b and NaN. */
double mlops__expr_floordiv(double a, double b);
double mlops__expr_mod(double a, double b);

#endif
