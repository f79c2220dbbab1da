/* Sorting with AVX2: four values are parted at once, and up to 64 sorted nearly in registers.
 *
 * Owns nothing. Invariant: the same values as the scalar kernel's.
 */
#include "kern/sort/sort.h"

#include <immintrin.h>
#include <string.h>

mlops__sort_values mlops__sort_values_avx2;

#define INLINE static inline __attribute__((always_inline))

typedef __m256d REALS;

INLINE __m256i first_lanes(int64_t n) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
}

INLINE REALS load_some(const double *p, int64_t n) {
    __m256d infinite = _mm256_set1_pd(1e308 * 10), first = _mm256_castsi256_pd(first_lanes(n));
    return _mm256_blendv_pd(infinite, _mm256_maskload_pd(p, first_lanes(n)), first);
}

/* Stores under a mask are slow on many processors. */
INLINE void store_some(double *p, REALS v, int64_t n) {
    if (n >= 4) _mm256_storeu_pd(p, v);
    else if (n > 0) _mm256_maskstore_pd(p, first_lanes(n), v);
}

INLINE REALS apart(REALS v, unsigned mask, const uint64_t *orders) {
    const void *order = orders + mask;
    __m256i halves = _mm256_cvtepu8_epi32(_mm_loadl_epi64(order));
    return _mm256_castsi256_pd(_mm256_permutevar8x32_epi32(_mm256_castpd_si256(v), halves));
}

INLINE void transpose(REALS *v) {
    REALS a = _mm256_unpacklo_pd(v[0], v[1]), b = _mm256_unpackhi_pd(v[0], v[1]);
    REALS c = _mm256_unpacklo_pd(v[2], v[3]), d = _mm256_unpackhi_pd(v[2], v[3]);
    v[0] = _mm256_permute2f128_pd(a, c, 0x20);
    v[1] = _mm256_permute2f128_pd(b, d, 0x20);
    v[2] = _mm256_permute2f128_pd(a, c, 0x31);
    v[3] = _mm256_permute2f128_pd(b, d, 0x31);
}

#define NAME(x)             mlops__##x##_avx2
#define LANES               4
#define ALL(x)              _mm256_set1_pd(x)
#define LOAD(p)             _mm256_loadu_pd(p)
#define STORE(p, v)         _mm256_storeu_pd(p, v)
#define LOAD_SOME(p, n)     load_some(p, n)
#define STORE_SOME(p, v, n) store_some(p, v, n)
#define MIN(a, b)           _mm256_min_pd(a, b)
#define MAX(a, b)           _mm256_max_pd(a, b)
#define SELECT(m, a, b)     _mm256_blend_pd(a, b, (m)&15)
#define XOR_1(v)            _mm256_permute_pd(v, 5)
#define XOR_3(v)            _mm256_permute4x64_pd(v, 0x1b)
#define MASK(is)            (unsigned)_mm256_movemask_pd(is)
#define BELOW(v, bound)     MASK(_mm256_cmp_pd(v, bound, _CMP_LT_OQ))
#define ORDERED(v)          MASK(_mm256_cmp_pd(v, v, _CMP_ORD_Q))
#define APART(v, m)         apart(v, m, orders)
#define TRANSPOSE(v)        transpose(v)
#define LANE_AT(l, at)      (uint64_t)((l)*2 | ((l)*2 + 1) << 8) << 16 * (at)
#include "kern/sort/sort_lanes.inc"
