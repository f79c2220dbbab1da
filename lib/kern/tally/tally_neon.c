/* Totals of 64 values with NEON: two at a time.
 *
 * Owns nothing. Shifts look at the low byte of their count, which is held to 64 therefore.
 * Invariant: the same results as with AVX-512.
 */
#include "kern/tally/tally.h"

#include <arm_neon.h>

mlops__tally_block mlops__tally_neon;

static inline uint64x2_t all(uint64_t x) { return vdupq_n_u64(x); }

static inline uint64x2_t right_by(uint64x2_t x, int64x2_t n) { return vshlq_u64(x, vnegq_s64(n)); }

/* |value| in units, of values that take no more than 57 bits; *bad marks the others. */
static inline uint64x2_t units_of(uint64x2_t x, int64x2_t point, uint64x2_t *bad) {
    const int32x4_t most = vreinterpretq_s32_s64(vdupq_n_s64(64));
    uint64x2_t exponent = vshrq_n_u64(vshlq_n_u64(x, 1), 53);
    int64x2_t right = vsubq_s64(point, vreinterpretq_s64_u64(exponent));
    *bad = vorrq_u64(*bad, vclezq_s64(right));
    right = vreinterpretq_s64_s32(vminq_s32(vreinterpretq_s32_s64(right), most));
    uint64x2_t digits = vorrq_u64(vshrq_n_u64(vshlq_n_u64(x, 12), 8), all(UINT64_C(1) << 56));
    uint64x2_t odd = vandq_u64(right_by(digits, right), all(1));
    uint64x2_t less = vshlq_u64(all(UINT64_MAX), vsubq_s64(right, vdupq_n_s64(65)));
    digits = vaddq_u64(digits, vaddq_u64(less, odd)); /* less than half a unit */
    return right_by(digits, right);
}

static inline uint64x2_t pick(uint64x2_t a, uint64x2_t b, uint64x2_t mask) {
    return vbslq_u64(mask, b, a);
}

int mlops__tally_neon(mlops__tally *self, const uint64_t *values) {
    const uint64x2_t sign = all(UINT64_C(1) << 63), zero = all(0), last = all(self->room - 1);
    const uint64x2_t raise = all((UINT64_C(1) << 52) - 1);
    const uint64x2_t lows[2] = {all(self->low[0]), all(self->low[1])};
    const uint64x2_t ns[2] = {all(self->n[0]), all(self->n[1])};
    const int64x2_t point = vdupq_n_s64(4 + 1075 - self->scale), shift = vdupq_n_s64(self->shift);
    uint64x2_t total = zero, low = zero, middle = zero, high = zero, bad = zero, inside = zero;
    uint64x2_t n_zero = zero, n_negative = zero, min = all(self->min), max = all(self->max);
    uint64x2_t bit = vcombine_u64(vcreate_u64(1), vcreate_u64(2));
    for (int i = 0; i < MLOPS__TALLY; i += 2) {
        uint64x2_t x = vld1q_u64(values + i), units = units_of(x, point, &bad);
        uint64x2_t is_zero = vceqzq_u64(vshlq_n_u64(x, 1));
        x = vbicq_u64(x, is_zero);
        uint64x2_t below = vcltzq_s64(vreinterpretq_s64_u64(x));
        uint32x2_t above = vshrn_n_u64(units, 29);
        uint32x2_t rest = vand_u32(vmovn_u64(units), vdup_n_u32(0x1fffffff));
        total = vaddq_u64(total, vsubq_u64(veorq_u64(units, below), below));
        low = vmlal_u32(low, rest, rest);
        middle = vmlal_u32(middle, rest, above);
        high = vmlal_u32(high, above, above);
        uint64x2_t key = veorq_u64(x, vorrq_u64(below, sign));
        min = pick(min, key, vcgtq_u64(min, key));
        max = pick(max, key, vcgtq_u64(key, max));
        n_zero = vsubq_u64(n_zero, is_zero);
        n_negative = vsubq_u64(n_negative, below);
        uint64x2_t at = right_by(vaddq_u64(vbicq_u64(x, sign), raise), shift);
        at = vsubq_u64(at, pick(lows[0], lows[1], below));
        uint64x2_t is_inside = vcgtq_u64(pick(ns[0], ns[1], below), at);
        inside = vorrq_u64(inside, vandq_u64(is_inside, bit));
        bit = vshlq_n_u64(bit, 2);
        at = pick(at, vsubq_u64(last, at), below);
        vst1q_u64(self->words + i, x);
        vst1_u32(self->places + i, vmovn_u64(at));
    }
    self->total = (int64_t)vaddvq_u64(total);
    self->squares[0] = vaddvq_u64(low);
    self->squares[1] = vaddvq_u64(middle);
    self->squares[2] = vaddvq_u64(high);
    self->n_zero = (int64_t)vaddvq_u64(n_zero);
    self->n_negative = (int64_t)vaddvq_u64(n_negative);
    self->inside = vaddvq_u64(inside);
    uint64_t ends[2][2];
    vst1q_u64(ends[0], min);
    vst1q_u64(ends[1], max);
    self->min = ends[0][ends[0][1] < ends[0][0]];
    self->max = ends[1][ends[1][1] > ends[1][0]];
    return vaddvq_u64(vshrq_n_u64(bad, 63)) == 0;
}
