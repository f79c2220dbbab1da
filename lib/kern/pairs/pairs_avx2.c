/* Sums of pairs with AVX2: 16 doubles in registers.
 *
 * Owns nothing. Invariant: as in pairs.h; lanes beyond the last column are neither read nor
 * written.
 */
#include "kern/pairs/pairs.h"

#include <immintrin.h>

mlops__pairs_sum mlops__pairs_sum_avx2;

#define INLINE static inline __attribute__((always_inline))

static const int32_t words[8] = {-1, -1, -1, -1};

INLINE __m128i part_of(int64_t n) {
    return _mm_loadu_si128((const __m128i *)(const void *)(words + 4 - n));
}

#define NAME(x)                mlops__##x##_avx2
#define LANES                  4
#define COLUMNS                2
#define FLOATS                 __m128
#define DOUBLES                __m256d
#define PART_TYPE              __m128i
#define ALL_FLOATS(x)          _mm_set1_ps(x)
#define ALL(x)                 _mm256_set1_pd(x)
#define WIDEN(v)               _mm256_cvtps_pd(v)
#define LOAD(p)                _mm_loadu_ps(p)
#define STORE(p, v)            _mm256_storeu_pd(p, v)
#define PART(n)                part_of(n)
#define LOAD_PART(p, part)     _mm_maskload_ps(p, part)
#define STORE_PART(p, part, v) _mm256_maskstore_pd(p, _mm256_cvtepi32_epi64(part), v)
#include "kern/pairs/pairs_lanes.inc"
