/* SHA-256 by the cryptographic extensions of ARMv8, compiled with -march=armv8-a+crypto.
 *
 * Owns nothing. Invariant: equal to the scalar function for any blocks and alignment. Not every
 * AArch64 has the extensions, so the entry asks, and hands on to scalar without them.
 */
#include "base/sha256.h"
#include "sys/cpu.h"

#include <arm_neon.h>

mlops__sha256_blocks mlops__sha256_blocks_neon;

typedef struct halves {
    uint32x4_t abcd;
    uint32x4_t efgh;
} halves;

static halves four_rounds(halves s, uint32x4_t words, int i) {
    uint32x4_t sum = vaddq_u32(words, vld1q_u32(mlops__sha256_k + i));
    return (halves){vsha256hq_u32(s.abcd, s.efgh, sum), vsha256h2q_u32(s.efgh, s.abcd, sum)};
}

/* The next four words of the schedule from the sixteen before them, the oldest in a. */
static uint32x4_t schedule(uint32x4_t a, uint32x4_t b, uint32x4_t c, uint32x4_t d) {
    return vsha256su1q_u32(vsha256su0q_u32(a, b), c, d);
}

static halves take_block(halves s, const uint8_t *block) {
    uint32x4_t w[4];
    for (int i = 0; i < 4; i++) w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
    for (int i = 0; i < 64; i += 16) {
        for (int j = 0; j < 4; j++) s = four_rounds(s, w[j], i + 4 * j);
        for (int j = 0; i < 48 && j < 4; j++)
            w[j] = schedule(w[j], w[(j + 1) & 3], w[(j + 2) & 3], w[(j + 3) & 3]);
    }
    return s;
}

static void take_blocks(uint32_t state[8], const uint8_t *blocks, size_t n_blocks) {
    halves s = {vld1q_u32(state), vld1q_u32(state + 4)};
    for (size_t i = 0; i < n_blocks; i++) {
        halves next = take_block(s, blocks + 64 * i);
        s.abcd = vaddq_u32(s.abcd, next.abcd);
        s.efgh = vaddq_u32(s.efgh, next.efgh);
    }
    vst1q_u32(state, s.abcd);
    vst1q_u32(state + 4, s.efgh);
}

void mlops__sha256_blocks_neon(uint32_t state[8], const uint8_t *blocks, size_t n_blocks) {
    if (mlops__cpu_has_sha256()) take_blocks(state, blocks, n_blocks);
    else mlops__sha256_blocks_scalar(state, blocks, n_blocks);
}
