/* e^x of eight doubles at once with AVX-512.
 *
 * Owns nothing. Invariant: the bits of mlops__exp().
 */
#include "base/real_table.h"
#include "kern/exp/exp.h"

#include <immintrin.h>

mlops__exp_all mlops__exp_all_avx512;

#define INLINE static inline __attribute__((always_inline))

/* Four registers hold the table: two of 16 are looked into, one is taken. */
INLINE __m512d powers_of(__m512i index) {
    const double *p = mlops__exp_powers;
    __m512d low = _mm512_permutex2var_pd(_mm512_loadu_pd(p), index, _mm512_loadu_pd(p + 8));
    __m512d high = _mm512_permutex2var_pd(_mm512_loadu_pd(p + 16), index, _mm512_loadu_pd(p + 24));
    return _mm512_mask_blend_pd(_mm512_test_epi64_mask(index, _mm512_set1_epi64(16)), low, high);
}

INLINE __m512d tails_of(__m512i index) {
    const float *p = mlops__exp_tails;
    __m512i words = _mm512_castsi256_si512(_mm512_cvtepi64_epi32(index));
    __m512 found = _mm512_permutex2var_ps(_mm512_loadu_ps(p), words, _mm512_loadu_ps(p + 16));
    return _mm512_cvtps_pd(_mm512_castps512_ps256(found));
}

INLINE int is_outside(__m512d x) {
    return _mm512_cmp_pd_mask(x, _mm512_set1_pd(-708.0), _CMP_NGE_UQ) |
           _mm512_cmp_pd_mask(x, _mm512_set1_pd(709.0), _CMP_NLE_UQ);
}

#define NAME(x)       mlops__##x##_avx512
#define LANES         8
#define REALS         __m512d
#define WHOLES        __m512i
#define ALL(x)        _mm512_set1_pd(x)
#define LOAD(p)       _mm512_loadu_pd(p)
#define STORE(p, v)   _mm512_storeu_pd(p, v)
#define OUTSIDE(x)    is_outside(x)
#define POWERS(index) powers_of(index)
#define TAILS(index)  tails_of(index)
#include "kern/exp/exp_lanes.inc"
