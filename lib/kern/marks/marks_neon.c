/* Ends of fields with NEON.
 *
 * Owns nothing. Invariant: the same positions as the scalar kernel's.
 */
#include "kern/marks/marks.h"

#include <arm_neon.h>

mlops__marks mlops__marks_neon;

/* A bit of each byte of four vectors that are all ones or zero in each, by three sums of pairs. */
static inline uint64_t bits_of(const uint8x16_t x[4]) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t w = vld1q_u8(weights);
    uint8x16_t low = vpaddq_u8(vandq_u8(x[0], w), vandq_u8(x[1], w));
    uint8x16_t high = vpaddq_u8(vandq_u8(x[2], w), vandq_u8(x[3], w));
    uint8x16_t sum = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline uint64_t equal(const uint8x16_t x[4], uint8_t byte) {
    uint8x16_t found[4];
    for (int i = 0; i < 4; i++) found[i] = vceqq_u8(x[i], vdupq_n_u8(byte));
    return bits_of(found);
}

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter) {
    uint8x16_t x[4];
    for (int i = 0; i < 4; i++) x[i] = vld1q_u8(block + 16 * i);
    return (mlops__marks_bits){equal(x, delimiter), equal(x, '\n'), equal(x, '\r'), equal(x, '"')};
}

static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    for (; bits; bits &= bits - 1) *at++ = base + (uint32_t)__builtin_ctzll(bits);
    return at;
}

void mlops__marks_neon(const uint8_t *bytes, size_t n, uint8_t delimiter, uint32_t *at,
                       mlops__marks_found *out) {
    mlops__marks_run(look, put, bytes, n, delimiter, at, out);
}
