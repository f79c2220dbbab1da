/* Cuts of chunks with AVX2: 16 positions at a time.
 *
 * Owns nothing. Invariant: the same cuts as the scalar kernel. The sum over a window of 2w bytes is
 * that over the w bytes up to a position, plus that over the w bytes before, shifted by w bits:
 * five steps from bytes to 32 of them. Up to 8 bytes a sum has 16 bits.
 */
#include "kern/gear/gear.h"

#include <immintrin.h>

mlops__gear_scan mlops__gear_scan_avx2;

typedef __m256i vec;

/* Sums that the next 16 positions go on from. */
typedef struct window {
    vec s2, s4; /* of 16 positions, 16 bits each */
    vec s8_hi;  /* of the last 8, 32 bits each */
    vec s16_lo, s16_hi;
} window;

/* Lanes of 16 bits moved up by n, filled from the end of those before. */
#define EARLIER(now, before, n)                                                                    \
    _mm256_alignr_epi8(now, _mm256_permute2x128_si256(before, now, 0x21), 16 - 2 * (n))

static inline vec wide(const uint8_t *bytes) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)bytes));
}

static inline int is_cut(vec sum, vec factor, vec mask) {
    vec one = _mm256_set1_epi32(1);
    vec hash = _mm256_mullo_epi32(_mm256_sub_epi32(sum, one), factor);
    vec none = _mm256_cmpeq_epi32(_mm256_and_si256(hash, mask), _mm256_setzero_si256());
    return _mm256_movemask_ps(_mm256_castsi256_ps(none));
}

/* A bit for each of 16 positions that is a cut. The ones that each byte is counted above its value
 * add up to 2^32 - 1. */
static inline uint32_t step(window *w, const uint8_t *bytes, vec factor, vec mask) {
    vec s2 = _mm256_add_epi16(wide(bytes), _mm256_slli_epi16(wide(bytes - 1), 1));
    vec s4 = _mm256_add_epi16(s2, _mm256_slli_epi16(EARLIER(s2, w->s2, 2), 2));
    vec s8 = _mm256_add_epi16(s4, _mm256_slli_epi16(EARLIER(s4, w->s4, 4), 4));
    vec lo = _mm256_cvtepu16_epi32(_mm256_castsi256_si128(s8));
    vec hi = _mm256_cvtepu16_epi32(_mm256_extracti128_si256(s8, 1));
    vec s16_lo = _mm256_add_epi32(lo, _mm256_slli_epi32(w->s8_hi, 8));
    vec s16_hi = _mm256_add_epi32(hi, _mm256_slli_epi32(lo, 8));
    vec s32_lo = _mm256_add_epi32(s16_lo, _mm256_slli_epi32(w->s16_lo, 16));
    vec s32_hi = _mm256_add_epi32(s16_hi, _mm256_slli_epi32(w->s16_hi, 16));
    *w = (window){s2, s4, hi, s16_lo, s16_hi};
    int low = is_cut(s32_lo, factor, mask), high = is_cut(s32_hi, factor, mask);
    return (uint32_t)low | (uint32_t)high << 8;
}

size_t mlops__gear_scan_avx2(const uint8_t *bytes, size_t from, size_t to, uint32_t mask) {
    const vec factor = _mm256_set1_epi32((int)MLOPS__GEAR_FACTOR);
    const vec bits = _mm256_set1_epi32((int)mask), zero = _mm256_setzero_si256();
    window w = {zero, zero, zero, zero, zero};
    if (to < from + 16) return mlops__gear_scan_scalar(bytes, from, to, mask);
    (void)step(&w, bytes + from - 32, factor, bits);
    (void)step(&w, bytes + from - 16, factor, bits);
    for (; from + 16 <= to; from += 16) {
        uint32_t cuts = step(&w, bytes + from, factor, bits);
        if (cuts) return from + (size_t)__builtin_ctz(cuts);
    }
    return mlops__gear_scan_scalar(bytes, from, to, mask);
}
