/* Sums of pairs with AVX-512: 32 doubles of each of four rows in registers.
 *
 * Owns nothing. Invariant: as in pairs.h; lanes beyond the last column are neither read nor
 * written.
 */
#include "kern/pairs/pairs.h"

#include <immintrin.h>

mlops__pairs_sum mlops__pairs_sum_avx512;

#define INLINE static inline __attribute__((always_inline))

#define NAME(x)                mlops__##x##_avx512
#define LANES                  8
#define COLUMNS                4
#define FLOATS                 __m256
#define DOUBLES                __m512d
#define PART_TYPE              __mmask8
#define ALL_FLOATS(x)          _mm256_set1_ps(x)
#define ALL(x)                 _mm512_set1_pd(x)
#define WIDEN(v)               _mm512_cvtps_pd(v)
#define LOAD(p)                _mm256_loadu_ps(p)
#define STORE(p, v)            _mm512_storeu_pd(p, v)
#define PART(n)                (__mmask8)((1u << (n)) - 1)
#define LOAD_PART(p, part)     _mm256_maskz_loadu_ps(part, p)
#define STORE_PART(p, part, v) _mm512_mask_storeu_pd(p, part, v)
#include "kern/pairs/pairs_lanes.inc"
