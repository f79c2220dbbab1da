/* SHA-256 by the SHA extensions of x86, compiled with -msse4.1 -msha.
 *
 * Owns nothing. Invariant: equal to the scalar function for any blocks and alignment. The level
 * SSE41 does not promise the extensions, so the entry asks, and hands on to scalar without them.
 */
#include "base/sha256.h"
#include "sys/cpu.h"

#include <immintrin.h>

mlops__sha256_blocks mlops__sha256_blocks_sse41;

/* The state as the instructions want it: ABEF and CDGH, each from the highest lane down. */
typedef struct halves {
    __m128i abef;
    __m128i cdgh;
} halves;

static halves load_state(const uint32_t state[8]) {
    __m128i dcba = _mm_loadu_si128((const __m128i *)(const void *)state);
    __m128i hgfe = _mm_loadu_si128((const __m128i *)(const void *)(state + 4));
    __m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
    return (halves){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

static void store_state(uint32_t state[8], halves s) {
    __m128i feba = _mm_shuffle_epi32(s.abef, 0x1b), dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

static halves four_rounds(halves s, __m128i words, int i) {
    const __m128i *k = (const __m128i *)(const void *)(mlops__sha256_k + i);
    __m128i sum = _mm_add_epi32(words, _mm_loadu_si128(k));
    s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);
    s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(sum, 0x0e));
    return s;
}

/* The next four words of the schedule from the sixteen before them, the oldest in a. */
static __m128i schedule(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));
    return _mm_sha256msg2_epu32(sum, d);
}

static halves take_block(halves s, const uint8_t *block) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i w[4];
    for (int i = 0; i < 4; i++) {
        const __m128i *p = (const __m128i *)(const void *)(block + 16 * i);
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128(p), swap);
    }
    for (int i = 0; i < 64; i += 16) {
        for (int j = 0; j < 4; j++) s = four_rounds(s, w[j], i + 4 * j);
        for (int j = 0; i < 48 && j < 4; j++)
            w[j] = schedule(w[j], w[(j + 1) & 3], w[(j + 2) & 3], w[(j + 3) & 3]);
    }
    return s;
}

static void take_blocks(uint32_t state[8], const uint8_t *blocks, size_t n_blocks) {
    halves s = load_state(state);
    for (size_t i = 0; i < n_blocks; i++) {
        halves next = take_block(s, blocks + 64 * i);
        s.abef = _mm_add_epi32(s.abef, next.abef);
        s.cdgh = _mm_add_epi32(s.cdgh, next.cdgh);
    }
    store_state(state, s);
}

void mlops__sha256_blocks_sse41(uint32_t state[8], const uint8_t *blocks, size_t n_blocks) {
    if (mlops__cpu_has_sha256()) take_blocks(state, blocks, n_blocks);
    else mlops__sha256_blocks_scalar(state, blocks, n_blocks);
}
