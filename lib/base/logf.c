/* The natural logarithm in float, as glibc has it.
 *
 * Owns a restatement of glibc 2.36's logf in its FMA variant, bit for bit: the function that turns
 * XGBoost's base_score into a margin. Invariant: the table and the polynomial are glibc's; a fused
 * multiply-add is computed from exact pieces, so that no machine needs the instruction.
 * Freestanding: part of the firmware build.
 */
#include "base/real.h"

#include <stdint.h>
#include <string.h>

typedef struct entry {
    double inverse; /* 1/c */
    double log;     /* log(c) */
} entry;

static const entry table[16] = {
    {0x1.661ec79f8f3bep+0, -0x1.57bf7808caadep-2}, {0x1.571ed4aaf883dp+0, -0x1.2bef0a7c06ddbp-2},
    {0x1.49539f0f010bp+0, -0x1.01eae7f513a67p-2},  {0x1.3c995b0b80385p+0, -0x1.b31d8a68224e9p-3},
    {0x1.30d190c8864a5p+0, -0x1.6574f0ac07758p-3}, {0x1.25e227b0b8eap+0, -0x1.1aa2bc79c81p-3},
    {0x1.1bb4a4a1a343fp+0, -0x1.a4e76ce8c0e5ep-4}, {0x1.12358f08ae5bap+0, -0x1.1973c5a611cccp-4},
    {0x1.0953f419900a7p+0, -0x1.252f438e10c1ep-5}, {0x1p+0, 0x0p+0},
    {0x1.e608cfd9a47acp-1, 0x1.aa5aa5df25984p-5},  {0x1.ca4b31f026aap-1, 0x1.c5e53aa362eb4p-4},
    {0x1.b2036576afce6p-1, 0x1.526e57720db08p-3},  {0x1.9c2d163a1aa2dp-1, 0x1.bc2860d22477p-3},
    {0x1.886e6037841edp-1, 0x1.1058bc8a07ee1p-2},  {0x1.767dcf5534862p-1, 0x1.4043057b6ee09p-2},
};

static const double poly[3] = {-0x1.00ea348b88334p-2, 0x1.5575b0be00b6ap-2, -0x1.ffffef20a4123p-2};

typedef struct pair {
    double high;
    double low; /* high + low is exact */
} pair;

static pair two_sum(double a, double b) {
    double sum = a + b, part = sum - a;
    return (pair){sum, (a - (sum - part)) + (b - part)};
}

/* Dekker's product: exact while nothing overflows or underflows, as here. */
static pair two_product(double a, double b) {
    double ca = 0x8000001p0 * a, cb = 0x8000001p0 * b;
    double ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh, product = a * b;
    return (pair){product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
}

/* a + b rounded to odd: inexact results get an odd last bit. */
static double odd_sum(double a, double b) {
    pair sum = two_sum(a, b);
    uint64_t bits;
    memcpy(&bits, &sum.high, sizeof bits);
    if (sum.low != 0 && !(bits & 1)) bits += (sum.low > 0) == (sum.high > 0) ? 1 : (uint64_t)-1;
    memcpy(&sum.high, &bits, sizeof bits);
    return sum.high;
}

/* a * b + c rounded once (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums"). */
static double fused(double a, double b, double c) {
    pair product = two_product(a, b);
    pair low = two_sum(c, product.low);
    pair high = two_sum(product.high, low.high);
    return high.high + odd_sum(high.low, low.low);
}

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

float mlops__logf(float x) {
    uint32_t bits = bits_of(x);
    if (bits == 0x3f800000) return 0.0f;
    if (bits << 1 == 0) return of_bits(0xff800000);
    if (bits == 0x7f800000) return x;
    if (x != x || bits >> 31) return of_bits(0x7fc00000);
    if (bits < 0x00800000) bits = bits_of(x * 0x1p23f) - (23u << 23);
    uint32_t offset = bits - 0x3f330000;
    const entry *e = &table[offset >> 19 & 15];
    int32_t exponent = (int32_t)(offset >> 23) - (offset >> 31 ? 512 : 0);
    double z = (double)of_bits(bits - (offset & 0xff800000));
    double r = fused(z, e->inverse, -1.0);
    double y0 = fused((double)exponent, 0x1.62e42fefa39efp-1, e->log);
    double y = fused(poly[1], r, poly[2]);
    y = fused(poly[0], r * r, y);
    return (float)fused(y, r * r, y0 + r);
}
