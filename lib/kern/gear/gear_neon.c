/* Cuts of chunks with NEON: 16 positions at a time, by the steps of the AVX2 kernel.
 *
 * Owns nothing. Invariant: the same cuts as the scalar kernel.
 */
#include "kern/gear/gear.h"

#include <arm_neon.h>

mlops__gear_scan mlops__gear_scan_neon;

/* Sums that the next 16 positions go on from. */
typedef struct window {
    uint16x8_t s2, s4; /* of the last 8 positions */
    uint32x4_t s8[2];  /* of the last 8 */
    uint32x4_t s16[4]; /* of all 16 */
} window;

static inline uint32x4_t cut_lanes(uint32x4_t sum, uint32_t mask) {
    uint32x4_t hash = vmulq_n_u32(vsubq_u32(sum, vdupq_n_u32(1)), MLOPS__GEAR_FACTOR);
    return vceqq_u32(vandq_u32(hash, vdupq_n_u32(mask)), vdupq_n_u32(0));
}

/* 8 positions: sums over 8 bytes, 32 bits each. */
static inline void eight(window *w, uint8x8_t now, uint8x8_t before, uint32x4_t out[2]) {
    uint16x8_t s2 = vaddq_u16(vmovl_u8(now), vshll_n_u8(before, 1));
    uint16x8_t s4 = vaddq_u16(s2, vshlq_n_u16(vextq_u16(w->s2, s2, 6), 2));
    uint16x8_t s8 = vaddq_u16(s4, vshlq_n_u16(vextq_u16(w->s4, s4, 4), 4));
    w->s2 = s2;
    w->s4 = s4;
    out[0] = vmovl_u16(vget_low_u16(s8));
    out[1] = vmovl_u16(vget_high_u16(s8));
}

/* True if one of 16 positions is a cut. */
static inline int step(window *w, const uint8_t *bytes, uint32_t mask) {
    uint8x16_t now = vld1q_u8(bytes), before = vld1q_u8(bytes - 1);
    uint32x4_t s8[4], s16, found = vdupq_n_u32(0);
    eight(w, vget_low_u8(now), vget_low_u8(before), s8);
    eight(w, vget_high_u8(now), vget_high_u8(before), s8 + 2);
    for (int i = 0; i < 4; i++) {
        s16 = vaddq_u32(s8[i], vshlq_n_u32(i < 2 ? w->s8[i] : s8[i - 2], 8));
        found = vorrq_u32(found, cut_lanes(vaddq_u32(s16, vshlq_n_u32(w->s16[i], 16)), mask));
        w->s16[i] = s16;
    }
    w->s8[0] = s8[2];
    w->s8[1] = s8[3];
    return vmaxvq_u32(found) != 0;
}

size_t mlops__gear_scan_neon(const uint8_t *bytes, size_t from, size_t to, uint32_t mask) {
    const uint16x8_t none = vdupq_n_u16(0);
    const uint32x4_t zero = vdupq_n_u32(0);
    window w = {none, none, {zero, zero}, {zero, zero, zero, zero}};
    if (to < from + 16) return mlops__gear_scan_scalar(bytes, from, to, mask);
    (void)step(&w, bytes + from - 32, mask);
    (void)step(&w, bytes + from - 16, mask);
    for (; from + 16 <= to; from += 16)
        if (step(&w, bytes + from, mask))
            return mlops__gear_scan_scalar(bytes, from, from + 16, mask);
    return mlops__gear_scan_scalar(bytes, from, to, mask);
}
