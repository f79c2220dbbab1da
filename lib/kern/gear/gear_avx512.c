/* Cuts of chunks with AVX-512 (BW): 32 positions at a time, by the steps of the AVX2 kernel.
 *
 * Owns nothing. Invariant: the same cuts as the scalar kernel.
 */
#include "kern/gear/gear.h"

#include <immintrin.h>

mlops__gear_scan mlops__gear_scan_avx512;

typedef __m512i vec;

/* Sums that the next 32 positions go on from. */
typedef struct window {
    vec s2, s4; /* of 32 positions, 16 bits each */
    vec s8_hi;  /* of the last 16, 32 bits each */
    vec s16_hi;
} window;

static inline vec wide(const uint8_t *bytes) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(const void *)bytes));
}

static inline uint32_t cuts_of(vec sum, vec factor, vec mask) {
    vec hash = _mm512_mullo_epi32(_mm512_sub_epi32(sum, _mm512_set1_epi32(1)), factor);
    return _mm512_testn_epi32_mask(hash, mask);
}

static inline uint32_t step(window *w, const uint8_t *bytes, vec factor, vec mask) {
    vec s2 = _mm512_add_epi16(wide(bytes), _mm512_slli_epi16(wide(bytes - 1), 1));
    vec s4 = _mm512_add_epi16(s2, _mm512_slli_epi16(_mm512_alignr_epi32(s2, w->s2, 15), 2));
    vec s8 = _mm512_add_epi16(s4, _mm512_slli_epi16(_mm512_alignr_epi32(s4, w->s4, 14), 4));
    vec lo = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(s8));
    vec hi = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(s8, 1));
    vec s16_lo = _mm512_add_epi32(lo, _mm512_slli_epi32(_mm512_alignr_epi32(lo, w->s8_hi, 8), 8));
    vec s16_hi = _mm512_add_epi32(hi, _mm512_slli_epi32(_mm512_alignr_epi32(hi, lo, 8), 8));
    vec s32_lo = _mm512_add_epi32(s16_lo, _mm512_slli_epi32(w->s16_hi, 16));
    vec s32_hi = _mm512_add_epi32(s16_hi, _mm512_slli_epi32(s16_lo, 16));
    *w = (window){s2, s4, hi, s16_hi};
    return cuts_of(s32_lo, factor, mask) | cuts_of(s32_hi, factor, mask) << 16;
}

size_t mlops__gear_scan_avx512(const uint8_t *bytes, size_t from, size_t to, uint32_t mask) {
    const vec factor = _mm512_set1_epi32((int)MLOPS__GEAR_FACTOR);
    const vec bits = _mm512_set1_epi32((int)mask), zero = _mm512_setzero_si512();
    window w = {zero, zero, zero, zero};
    if (to < from + 32) return mlops__gear_scan_scalar(bytes, from, to, mask);
    (void)step(&w, bytes + from - 32, factor, bits);
    for (; from + 32 <= to; from += 32) {
        uint32_t cuts = step(&w, bytes + from, factor, bits);
        if (cuts) return from + (size_t)__builtin_ctz(cuts);
    }
    return mlops__gear_scan_scalar(bytes, from, to, mask);
}
