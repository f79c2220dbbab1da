/* e^x - 1, and division with remainder, of float64.
 *
 * Owns the long division. Invariant: a remainder is exact, being formed in integers; no libm.
 */
#include "expr/expr_math.h"

#include "base/real.h"

double mlops__expr_expm1(double x) {
    /* 1 / n! from n = 2 on: the series to x^19, the rest of which is below 2^-61 of the whole. */
    static const double terms[] = {
        1.0 / 2,
        1.0 / 6,
        1.0 / 24,
        1.0 / 120,
        1.0 / 720,
        1.0 / 5040,
        1.0 / 40320,
        1.0 / 362880,
        1.0 / 3628800,
        1.0 / 39916800,
        1.0 / 479001600,
        1.0 / 6227020800,
        1.0 / 87178291200,
        1.0 / 1307674368e3,
        1.0 / 20922789888e3,
        1.0 / 355687428096e3,
        1.0 / 6402373705728e3,
        1.0 / 121645100408832e3,
    };
    if (!(x > -1.0 && x < 1.0)) return mlops__exp(x) - 1.0;
    double sum = 0.0;
    for (int i = sizeof terms / sizeof terms[0]; i-- > 0;) sum = sum * x + terms[i];
    return x == 0.0 ? x : x + x * x * sum;
}

/* x = digits 2^exponent, x finite and positive. */
static uint64_t split(double x, int *exponent) {
    uint64_t bits = mlops__bits_of(x), digits = bits & (((uint64_t)1 << 52) - 1);
    int biased = (int)(bits >> 52);
    *exponent = (biased ? biased : 1) - 1075;
    return biased ? digits | (uint64_t)1 << 52 : digits;
}

/* 2^exponent, -1074 to 971. */
static double power_of_two(int exponent) {
    if (exponent < -1022) return mlops__f64_of((uint64_t)1 << (exponent + 1074));
    return mlops__f64_of((uint64_t)(exponent + 1023) << 52);
}

/* a less as many b as fit into it; a finite, b positive, both not negative. */
static double remainder_of(double a, double b) {
    enum { STEP = 11 /* bits that a 53-bit number can still move up */ };
    if (a < b) return a;
    int from, to;
    uint64_t rest = split(a, &from), divisor = split(b, &to);
    rest %= divisor;
    for (int left = from - to; left > 0; left -= STEP)
        rest = (rest << (left < STEP ? left : STEP)) % divisor;
    return (double)rest * power_of_two(to);
}

/* The remainder with a's sign, or NaN if there is none. */
static double signed_remainder(double a, double b) {
    double size = mlops__expr_abs(b);
    if (a - a != 0 || b != b || b == 0) return mlops__f64_of(MLOPS__NAN_BITS);
    return mlops__expr_with_sign(remainder_of(mlops__expr_abs(a), size), a);
}

double mlops__expr_mod(double a, double b) {
    double rest = signed_remainder(a, b);
    if (rest == 0) return mlops__expr_with_sign(0.0, b);
    return (rest < 0) != (b < 0) ? rest + b : rest;
}

double mlops__expr_floordiv(double a, double b) {
    if (b == 0) return a / b;
    double rest = signed_remainder(a, b), quotient = (a - rest) / b;
    if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;
    if (quotient == 0) return mlops__expr_with_sign(0.0, a / b);
    double whole = mlops__expr_floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}
