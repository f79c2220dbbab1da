/* 128-bit integers in two limbs, and their ways from and to double.
 *
 * Owns nothing. Invariant: each conversion rounds once, to nearest, ties to even, in integer
 * arithmetic, so that neither the compiler nor the rounding mode can change a bit.
 * Freestanding: part of the firmware build.
 */
#include "base/wide.h"

#include <string.h>

enum { DIGIT_BITS = 52, EXPONENT_BIAS = 1023, EXPONENT_MAX = 2046, FIT_BITS = 126 };

typedef struct magnitude {
    uint64_t low;
    uint64_t high;
} magnitude;

mlops__i128 mlops__i128_add(mlops__i128 a, mlops__i128 b) {
    uint64_t low = a.low + b.low;
    uint64_t high = (uint64_t)a.high + (uint64_t)b.high + (low < a.low);
    return (mlops__i128){low, (int64_t)high};
}

static magnitude shift_left(uint64_t value, int32_t n) {
    if (n == 0) return (magnitude){value, 0};
    if (n >= 64) return (magnitude){0, value << (n - 64)};
    return (magnitude){value << n, value >> (64 - n)};
}

/* value / 2^n to nearest, ties to even; value < 2^63. */
static uint64_t shift_right_nearest(uint64_t value, int32_t n) {
    if (n == 0) return value;
    if (n >= 64) return 0;
    uint64_t kept = value >> n, half = (uint64_t)1 << (n - 1);
    uint64_t rest = value & (half * 2 - 1);
    return kept + (rest > half || (rest == half && (kept & 1)));
}

static mlops__i128 with_sign(magnitude m, int negative) {
    if (negative) {
        m.low = 0 - m.low;
        m.high = ~m.high + (m.low == 0);
    }
    return (mlops__i128){m.low, (int64_t)m.high};
}

int mlops__i128_from_f64(double value, int32_t scale, mlops__i128 *out) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int32_t biased = (int32_t)(bits >> DIGIT_BITS & 0x7ff);
    uint64_t digits = bits & (((uint64_t)1 << DIGIT_BITS) - 1);
    if (biased > EXPONENT_MAX) return 0;
    if (biased > 0) digits |= (uint64_t)1 << DIGIT_BITS;
    int32_t shift = (biased > 0 ? biased : 1) - EXPONENT_BIAS - DIGIT_BITS + scale;
    if (biased > 0 && shift > FIT_BITS - DIGIT_BITS - 1) return 0;
    magnitude m = shift >= 0 ? shift_left(digits, shift)
                             : (magnitude){shift_right_nearest(digits, -shift), 0};
    *out = with_sign(m, (int)(bits >> 63));
    return 1;
}

static int bit_length(magnitude m) {
    int n = 0;
    for (; m.high; m.high >>= 1) n++;
    if (n) return n + 64;
    for (; m.low; m.low >>= 1) n++;
    return n;
}

/* The first 64 bits of m / divisor, bit by bit, with bit 0 set if anything lies behind them.
 * *point is the power of two that bit 0 stands for; m != 0 and 1 <= divisor < 2^63. */
static uint64_t divide(magnitude m, uint64_t divisor, int32_t *point) {
    uint64_t quotient = 0, rest = 0;
    int32_t n = bit_length(m), taken = 0;
    for (; quotient >> 63 == 0; taken++) {
        int32_t at = n - 1 - taken;
        uint64_t bit = at >= 64 ? m.high >> (at - 64) & 1 : at >= 0 ? m.low >> at & 1 : 0;
        rest = rest << 1 | bit;
        quotient <<= 1;
        if (rest < divisor) continue;
        rest -= divisor;
        quotient |= 1;
    }
    *point = n - taken;
    uint64_t tail = *point >= 64 ? m.low | (m.high & (((uint64_t)1 << (*point - 64)) - 1))
                    : *point > 0 ? m.low & (((uint64_t)1 << *point) - 1)
                                 : 0;
    return quotient | (rest != 0 || tail != 0);
}

static double assemble(int negative, uint64_t fraction, int32_t biased) {
    uint64_t bits = (uint64_t)negative << 63 | (uint64_t)biased << DIGIT_BITS | fraction;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double mlops__i128_mean(mlops__i128 self, int32_t scale, int64_t divisor) {
    int negative = self.high < 0;
    mlops__i128 positive = with_sign((magnitude){self.low, (uint64_t)self.high}, negative);
    magnitude m = {positive.low, (uint64_t)positive.high};
    if ((m.low | m.high) == 0) return 0.0;
    int32_t point;
    uint64_t quotient = divide(m, (uint64_t)divisor, &point);
    uint64_t digits = shift_right_nearest(quotient >> 1 | (quotient & 1), 10);
    int64_t biased = (int64_t)point + 63 - scale + EXPONENT_BIAS;
    if (digits >> (DIGIT_BITS + 1)) {
        digits >>= 1;
        biased++;
    }
    if (biased > EXPONENT_MAX) return assemble(negative, 0, EXPONENT_MAX + 1);
    if (biased < 1) /* subnormal: a second rounding */
        return assemble(negative,
                        shift_right_nearest(digits, biased < -63 ? 64 : (int32_t)(1 - biased)), 0);
    return assemble(negative, digits & (((uint64_t)1 << DIGIT_BITS) - 1), (int32_t)biased);
}
