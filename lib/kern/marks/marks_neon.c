/* Ends of fields with NEON.
 *
 * Owns nothing. Invariant: the same positions as the scalar kernel's.
 */
#include "kern/marks/marks.h"

#include <arm_neon.h>

mlops__marks mlops__marks_neon;

static inline uint8x16_t stops_of(uint8x16_t x, uint8_t delimiter) {
    uint8x16_t ends = vorrq_u8(vceqq_u8(x, vdupq_n_u8('\n')), vceqq_u8(x, vdupq_n_u8('\r')));
    return vorrq_u8(ends, vceqq_u8(x, vdupq_n_u8(delimiter)));
}

/* A bit of each byte of four vectors that are all ones or zero in each, by three sums of pairs. */
static inline uint64_t bits_of(const uint8x16_t x[4]) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t w = vld1q_u8(weights);
    uint8x16_t low = vpaddq_u8(vandq_u8(x[0], w), vandq_u8(x[1], w));
    uint8x16_t high = vpaddq_u8(vandq_u8(x[2], w), vandq_u8(x[3], w));
    uint8x16_t sum = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter, uint8_t quote) {
    uint8x16_t stops[4], quotes[4];
    for (int i = 0; i < 4; i++) {
        uint8x16_t x = vld1q_u8(block + 16 * i);
        stops[i] = stops_of(x, delimiter);
        quotes[i] = vceqq_u8(x, vdupq_n_u8(quote));
    }
    return (mlops__marks_bits){bits_of(stops), bits_of(quotes)};
}

static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    for (; bits; bits &= bits - 1) *at++ = base + (uint32_t)__builtin_ctzll(bits);
    return at;
}

size_t mlops__marks_neon(const uint8_t *bytes, size_t n, uint8_t delimiter, uint8_t quote,
                         uint64_t *quoted, uint32_t *at) {
    return mlops__marks_run(look, put, bytes, n, delimiter, quote, quoted, at);
}
