/* expm1, tanh, erf and pow, over exp, log and square root.
 *
 * Owns the values of erf at multiples of 1/8. Invariant: as real.c, no libm and no fused operation,
 * so that any compiler and machine gives the same bits. Sums of a series end where what is left is
 * below half of the last place. Freestanding: part of the firmware build.
 */
#include "base/real.h"

#include <stdint.h>
#include <string.h>

typedef struct pair {
    double high;
    double low;
} pair;

static pair two_sum(double a, double b) {
    double sum = a + b, part = sum - a;
    return (pair){sum, (a - (sum - part)) + (b - part)};
}

/* Dekker's product: exact while nothing overflows or underflows. */
static pair two_product(double a, double b) {
    double ca = 0x8000001p0 * a, cb = 0x8000001p0 * b;
    double ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh, product = a * b;
    return (pair){product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

/* The series, for up to half. */
static double expm1_near(double x) {
    static const double parts[] = {0x1.93974a8c07c9dp-37,
                                   0x1.6124613a86d09p-33,
                                   0x1.1eed8eff8d898p-29,
                                   0x1.ae64567f544e4p-26,
                                   0x1.27e4fb7789f5cp-22,
                                   0x1.71de3a556c734p-19,
                                   0x1.a01a01a01a01ap-16,
                                   0x1.a01a01a01a01ap-13,
                                   0x1.6c16c16c16c17p-10,
                                   0x1.1111111111111p-7,
                                   0x1.5555555555555p-5,
                                   0x1.5555555555555p-3,
                                   0.5};
    double sum = 0.0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sum = sum * x + parts[i];
    return x + x * x * sum;
}

double mlops__expm1(double x) { return x < 0.5 && x > -0.5 ? expm1_near(x) : mlops__exp(x) - 1.0; }

double mlops__tanh_by(double x, double e) {
    double size = x < 0.0 ? -x : x;
    if (x != x || x == 0.0) return x;
    double less = size > 22.0 ? 0x1p60 : size < 0.25 ? expm1_near(2.0 * size) : e - 1.0;
    double value = less / (less + 2.0);
    return x < 0.0 ? -value : value;
}

double mlops__tanh(double x) { return mlops__tanh_by(x, mlops__exp(2.0 * (x < 0.0 ? -x : x))); }

double mlops__erf(double x) {
    static const double at[] = {
        0x0.0p+0,
        0x1.1f5e1a35c3b89p-3,
        0x1.1af54e232d609p-2,
        0x1.9dd0d2b721f39p-2,
        0x1.0a7ef5c18edd2p-1,
        0x1.3f196dcd0f135p-1,
        0x1.6c1c9759d0e5fp-1,
        0x1.91724951b8fc6p-1,
        0x1.af767a741088bp-1,
        0x1.c6dad2829ec62p-1,
        0x1.d8865d98abe01p-1,
        0x1.e5768c3b4a3fcp-1,
        0x1.eea5557137ae0p-1,
        0x1.f4f693b67bd77p-1,
        0x1.f92d077f8d56dp-1,
        0x1.fbe61eef4cf6ap-1,
        0x1.fd9ae142795e3p-1,
        0x1.fea4218d6594ap-1,
        0x1.ff404760319b4p-1,
        0x1.ff9960f3eb327p-1,
        0x1.ffcaa8f4c9beap-1,
        0x1.ffe514bbdc197p-1,
        0x1.fff2cfb0453d9p-1,
        0x1.fff9ba420e834p-1,
        0x1.fffd1ac4135f9p-1,
        0x1.fffeb3ebb267bp-1,
        0x1.ffff6f9f67e55p-1,
        0x1.ffffc316d9ed0p-1,
        0x1.ffffe710d565ep-1,
        0x1.fffff618c3da6p-1,
        0x1.fffffc2f171e3p-1,
        0x1.fffffe92ced93p-1,
        0x1.ffffff7b91176p-1,
        0x1.ffffffd169d0cp-1,
        0x1.fffffff01a8b6p-1,
        0x1.fffffffabd229p-1,
        0x1.fffffffe4fa30p-1,
        0x1.ffffffff79626p-1,
        0x1.ffffffffd759dp-1,
        0x1.fffffffff4188p-1,
        0x1.fffffffffc9e8p-1,
        0x1.ffffffffff11ap-1,
        0x1.ffffffffffc05p-1,
        0x1.ffffffffffef8p-1,
        0x1.fffffffffffbep-1,
        0x1.ffffffffffff0p-1,
        0x1.ffffffffffffcp-1,
        0x1.fffffffffffffp-1,
        0x1.0000000000000p+0,
    };
    static const double slope = 0x1.20dd750429b6dp+0; /* 2 / sqrt(pi) */
    double size = x < 0.0 ? -x : x;
    if (x != x || x == 0.0) return x;
    if (size >= 6.0) return x < 0.0 ? -1.0 : 1.0;
    /* Taylor's series at a c nearby: the powers of h in exp(-2 c h - h h) recur. */
    int k = size < 0.25 ? 0 : (int)(size * 8.0 + 0.5);
    double c = k / 8.0, h = size - c, term = 1.0, before = 0.0, power = h, sum = 0.0;
    for (int n = 1; n <= 24; n++) {
        double next = -2.0 * (c * term + before) / n;
        sum += term * power / n;
        before = term;
        term = next;
        power *= h;
    }
    double value = at[k] + slope * mlops__exp(-c * c) * sum;
    return x < 0.0 ? -value : value;
}

/* The logarithm of a positive finite x, to some 2^-65 of it. */
static pair log_pair(double x) {
    static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    int32_t exponent = 0;
    uint64_t bits;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        exponent = -54;
    }
    memcpy(&bits, &x, sizeof bits);
    int32_t shift = (int32_t)((bits + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd)) >> 52) - 1023;
    bits -= (uint64_t)(int64_t)shift << 52;
    memcpy(&x, &bits, sizeof x);
    /* log x is 2 (s + s^3/3 + s^5/5 + ...) for s = (x - 1) / (x + 1). */
    pair below = two_sum(x, 1.0);
    double s = (x - 1.0) / below.high;
    pair back = two_product(s, below.high);
    double s_low = (((x - 1.0) - back.high) - back.low - s * below.low) / below.high;
    pair z = two_product(s, s), third = two_product(z.high, s);
    double rest = 0.0;
    for (int i = 25; i > 3; i -= 2) rest = (rest + 1.0 / i) * z.high;
    double cube = third.high / 3.0;
    pair checked = two_product(cube, 3.0);
    double cube_low = ((third.high - checked.high) - checked.low) / 3.0;
    cube_low += (third.low + z.low * s) / 3.0 + z.high * s_low + third.high * rest;
    pair sum = two_sum(s, cube);
    double k = shift + exponent, low = 2.0 * (sum.low + s_low + cube_low) + k * ln2_low;
    pair high = two_sum(k * ln2_high, 2.0 * sum.high);
    low += high.low;
    return (pair){high.high + low, low - ((high.high + low) - high.high)};
}

/* 1 for an odd integer, 0 for an even one, -1 for what is no integer. */
static int parity(double y) {
    double size = y < 0.0 ? -y : y;
    if (size >= 0x1p53) return 0;
    int64_t whole = (int64_t)size;
    return (double)whole == size ? (int)(whole & 1) : -1;
}

double mlops__pow(double x, double y) {
    int odd = parity(y);
    double size = x < 0.0 ? -x : x, value;
    if (y == 0.0 || x == 1.0) return 1.0;
    if (x != x || y != y) return x + y;
    if (size == 1.0 && (odd >= 0 || y - y != 0.0)) return odd == 1 ? -1.0 : 1.0;
    if (size == 0.0 || size - size != 0.0 || y - y != 0.0 || y > 0x1p63 || y < -0x1p63) {
        if (x < 0.0 && odd < 0 && size - size == 0.0 && y - y == 0.0) return __builtin_nan("");
        value = (size > 1.0) == (y > 0.0) ? __builtin_inf() : 0.0;
        return odd == 1 && (x < 0.0 || 1.0 / x < 0.0) ? -value : value;
    }
    if (x < 0.0 && odd < 0) return __builtin_nan("");
    pair log = log_pair(size), product = two_product(y, log.high);
    double low = product.low + y * log.low;
    if (product.high > 720.0) value = __builtin_inf();
    else if (product.high < -760.0) value = 0.0;
    else value = mlops__exp(product.high);
    if (value != 0.0 && value - value == 0.0) value += value * low;
    return x < 0.0 && odd == 1 ? -value : value;
}
