/* Eight fields of a text in the lanes of AVX-512 vectors. */
#ifndef MLOPS_KERN_EIGHT_AVX512_H
#define MLOPS_KERN_EIGHT_AVX512_H

#include "kern/numbers/numbers.h"

#include <immintrin.h>

enum { MLOPS__EIGHT = 8 };

static inline __m512i mlops__join(__m128i a, __m128i b, __m128i c, __m128i d) {
    __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

static inline __m128i mlops__borders_of_two(const uint32_t *p, int64_t stride) {
    __m128i one = _mm_loadl_epi64((const __m128i *)(const void *)p);
    __m128i two = _mm_loadl_epi64((const __m128i *)(const void *)(p + stride));
    return _mm_unpacklo_epi64(one, two);
}

/* How long each of eight fields is, in 64 bits each. */
static inline __m512i mlops__eight_lengths(const uint32_t *p, int64_t stride) {
    __m512i x =
        mlops__join(mlops__borders_of_two(p, stride), mlops__borders_of_two(p + 2 * stride, stride),
                    mlops__borders_of_two(p + 4 * stride, stride),
                    mlops__borders_of_two(p + 6 * stride, stride));
    __m512i behind = _mm512_srli_epi64(x, 32);
    __m512i n = _mm512_sub_epi32(_mm512_sub_epi32(behind, x), _mm512_set1_epi64(1));
    return _mm512_maskz_mov_epi32(0x5555, n);
}

#endif
