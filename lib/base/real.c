/* exp, log and square root in plain double arithmetic, which IEEE 754 fixes to the bit.
 *
 * Owns the table of 2^(i/32). Invariant: no libm and no fused operation, so that any compiler and
 * machine gives the same bits. expf is that of glibc's FMA variant all the same: the one step where
 * fusing shows is done exactly in two parts, and the others never reach the 24 bits that are left,
 * which the test shows for every float. Freestanding: part of the firmware build.
 */
#include "base/real.h"

#include "base/real_log.h"
#include "base/real_table.h"

#include <stdint.h>
#include <string.h>

enum { TABLE_SIZE = 32, FRACTION_BITS = 52 };

static const uint64_t INFINITY_BITS = 0x7ff0000000000000, NAN_BITS = 0x7ff8000000000000;
static const uint64_t HIDDEN_BIT = (uint64_t)1 << 52;

const double mlops__exp_powers[TABLE_SIZE] = {0x1.0p+0,
                                              0x1.059b0d3158574p+0,
                                              0x1.0b5586cf9890fp+0,
                                              0x1.11301d0125b51p+0,
                                              0x1.172b83c7d517bp+0,
                                              0x1.1d4873168b9aap+0,
                                              0x1.2387a6e756238p+0,
                                              0x1.29e9df51fdee1p+0,
                                              0x1.306fe0a31b715p+0,
                                              0x1.371a7373aa9cbp+0,
                                              0x1.3dea64c123422p+0,
                                              0x1.44e086061892dp+0,
                                              0x1.4bfdad5362a27p+0,
                                              0x1.5342b569d4f82p+0,
                                              0x1.5ab07dd485429p+0,
                                              0x1.6247eb03a5585p+0,
                                              0x1.6a09e667f3bcdp+0,
                                              0x1.71f75e8ec5f74p+0,
                                              0x1.7a11473eb0187p+0,
                                              0x1.82589994cce13p+0,
                                              0x1.8ace5422aa0dbp+0,
                                              0x1.93737b0cdc5e5p+0,
                                              0x1.9c49182a3f090p+0,
                                              0x1.a5503b23e255dp+0,
                                              0x1.ae89f995ad3adp+0,
                                              0x1.b7f76f2fb5e47p+0,
                                              0x1.c199bdd85529cp+0,
                                              0x1.cb720dcef9069p+0,
                                              0x1.d5818dcfba487p+0,
                                              0x1.dfc97337b9b5fp+0,
                                              0x1.ea4afa2a490dap+0,
                                              0x1.f50765b6e4540p+0};

const float mlops__exp_tails[TABLE_SIZE] = {
    0x0.0p+0f,        0x1.cd2524p-55f,  0x1.79aa66p-54f,  -0x1.556522p-54f, -0x1.01b15ep-55f,
    0x1.aecf74p-54f,  0x1.68efdep-54f,  0x1.2f7e16p-55f,  0x1.34d754p-55f,  -0x1.24aedcp-54f,
    0x1.59f48ap-55f,  0x1.363ed6p-59f,  0x1.690cecp-56f,  -0x1.8dec6cp-56f, 0x1.063e1ep-54f,
    -0x1.c33c54p-55f, -0x1.3b3efcp-54f, -0x1.81f648p-56f, -0x1.b32dccp-56f, -0x1.369b70p-54f,
    0x1.db72fcp-55f,  -0x1.da9b88p-58f, 0x1.1affc2p-56f,  -0x1.1bbd1ep-54f, 0x1.c1a77ap-55f,
    -0x1.8d6f44p-57f, 0x1.36eae4p-56f,  0x1.76b2c6p-57f,  0x1.4a385ap-56f,  -0x1.2d5210p-55f,
    -0x1.ff7128p-55f, 0x1.a64a94p-55f};

/* Added and subtracted again, it rounds to an integer, which stands in the low bits meanwhile. */
static const double ROUNDER = 0x1.8p52;

static uint64_t double_bits(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^(k/32 - exponent), which must be in the normal range. */
static double power(int32_t k, int32_t exponent) {
    int32_t step = k & (TABLE_SIZE - 1), whole = (k - step) / TABLE_SIZE - exponent;
    return from_bits(double_bits(mlops__exp_powers[step]) +
                     ((uint64_t)(int64_t)whole << FRACTION_BITS));
}

float mlops__expf(float x) {
    /* 32 / ln 2 in two parts, each of which has an exact product with a float. */
    static const double per_step = 0x1.7154765p5, per_step_low = 0x1.5c17fp-26;
    if (x != x) return x + x;
    if (x > 0x1.62e42ep6f) return (float)from_bits(INFINITY_BITS);
    if (x < -0x1.9fe368p6f) return 0.0f;
    double high = per_step * (double)x, low = per_step_low * (double)x;
    double k = high + low + ROUNDER - ROUNDER;
    double r = high - k + low; /* the first difference is exact: one rounding, as if fused */
    double rest = 0x1.c6af84b912394p-20 * r + 0x1.ebfce50fac4f3p-13;
    double sum = rest * (r * r) + (0x1.62e42ff0c52d6p-6 * r + 1.0);
    return (float)(sum * power((int32_t)k, 0));
}

double mlops__exp(double x) {
    static const double step_high = 0x1.62e42fef8p-6, step_low = 0x1.1cf79abc9e3b4p-41;
    if (x != x) return x + x;
    if (x > 0x1.62e42fefa39efp9) return from_bits(INFINITY_BITS);
    if (x < -0x1.74910d52d3051p9) return 0.0;
    double k = x * 0x1.71547652b82fep5 + ROUNDER - ROUNDER;
    double r = x - k * step_high - k * step_low;
    double square = r * r;
    double rest = square * (1.0 / 2 + r * (1.0 / 6)) +
                  square * square * (1.0 / 24 + r * (1.0 / 120) + square * (1.0 / 720));
    int32_t index = (int32_t)k, exponent = x > 709.0 ? 1 : x < -708.0 ? -128 : 0;
    double p = power(index, exponent);
    double value = p + p * (r + (rest + (double)mlops__exp_tails[index & (TABLE_SIZE - 1)]));
    return exponent ? value * power(exponent * TABLE_SIZE, 0) : value;
}

double mlops__log(double x) {
    double exponent = 0.0;
    if (x != x) return x + x;
    if (x == 0.0) return -from_bits(INFINITY_BITS);
    if (x < 0.0) return from_bits(NAN_BITS);
    if (double_bits(x) == INFINITY_BITS) return x;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        exponent = -54.0;
    }
    return mlops__log_normal(x, exponent);
}

double mlops__sqrt_portable(double x) {
    uint64_t bits = double_bits(x), root = 0, rest = 0;
    if (x != x) return x + x;
    if (x == 0.0 || bits == INFINITY_BITS) return x;
    if (x < 0.0) return from_bits(NAN_BITS);
    int32_t exponent = 0;
    if (x < 0x1p-1022) {
        bits = double_bits(x * 0x1p54);
        exponent = -54;
    }
    /* x = digits 2^exponent; 54 bits of the root, two bits of digits 2^54 for each. */
    exponent += (int32_t)(bits >> FRACTION_BITS) - 1075;
    uint64_t digits = (bits & (HIDDEN_BIT - 1)) | HIDDEN_BIT;
    if (exponent & 1) {
        digits <<= 1;
        exponent--;
    }
    for (int i = 0; i < 54; i++) {
        rest = rest << 2 | (digits >> 52 & 3);
        digits = (digits << 2) & (4 * HIDDEN_BIT - 1);
        root <<= 1;
        if (rest < 2 * root + 1) continue;
        rest -= 2 * root + 1;
        root |= 1;
    }
    /* A root is never halfway between two doubles, so its last bit alone decides. */
    uint64_t below = (uint64_t)(exponent / 2 + 1048); /* the hidden bit adds one */
    return from_bits((below << FRACTION_BITS) + ((root + 1) >> 1));
}

double mlops__sqrt(double x) {
#if defined(__NO_MATH_ERRNO__) && (defined(__x86_64__) || defined(__aarch64__))
    return x < 0.0 ? from_bits(NAN_BITS) : __builtin_sqrt(x); /* one instruction, no call */
#else
    return mlops__sqrt_portable(x);
#endif
}
