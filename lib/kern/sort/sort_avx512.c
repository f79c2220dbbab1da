/* Sorting with AVX-512: eight values are parted at once, and up to 128 sorted in registers.
 *
 * Owns nothing. Invariant: the same values as the scalar kernel's.
 */
#include "kern/sort/sort.h"

#include <immintrin.h>
#include <string.h>

mlops__sort_values mlops__sort_values_avx512;

#define INLINE static inline __attribute__((always_inline))

typedef __m512d REALS;

INLINE __mmask8 first_lanes(int64_t n) {
    return _mm512_cmplt_epi64_mask(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), _mm512_set1_epi64(n));
}

INLINE REALS apart(REALS v, unsigned mask, const uint64_t *orders) {
    const void *order = orders + mask;
    return _mm512_permutexvar_pd(_mm512_cvtepu8_epi64(_mm_loadl_epi64(order)), v);
}

INLINE void transpose(REALS *v) {
    REALS a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
        a[i] = _mm512_unpacklo_pd(v[i], v[i + 1]);
        a[i + 1] = _mm512_unpackhi_pd(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += i % 2 ? 3 : 1) {
        b[i] = _mm512_shuffle_f64x2(a[i], a[i + 2], 0x88);
        b[i + 2] = _mm512_shuffle_f64x2(a[i], a[i + 2], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_f64x2(b[i], b[i + 4], 0x88);
        v[i + 4] = _mm512_shuffle_f64x2(b[i], b[i + 4], 0xdd);
    }
}

#define NAME(x)             mlops__##x##_avx512
#define LANES               8
#define ALL(x)              _mm512_set1_pd(x)
#define LOAD(p)             _mm512_loadu_pd(p)
#define STORE(p, v)         _mm512_storeu_pd(p, v)
#define LOAD_SOME(p, n)     _mm512_mask_loadu_pd(_mm512_set1_pd(INFINITE), first_lanes(n), p)
#define STORE_SOME(p, v, n) _mm512_mask_storeu_pd(p, first_lanes(n), v)
#define MIN(a, b)           _mm512_min_pd(a, b)
#define MAX(a, b)           _mm512_max_pd(a, b)
#define SELECT(m, a, b)     _mm512_mask_blend_pd(m, a, b)
#define XOR_1(v)            _mm512_permute_pd(v, 0x55)
#define XOR_2(v)            _mm512_permutex_pd(v, 0x4e)
#define XOR_3(v)            _mm512_permutex_pd(v, 0x1b)
#define XOR_7(v)            _mm512_permutexvar_pd(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), v)
#define BELOW(v, bound)     _mm512_cmp_pd_mask(v, bound, _CMP_LT_OQ)
#define ORDERED(v)          _mm512_cmp_pd_mask(v, v, _CMP_ORD_Q)
#define APART(v, m)         apart(v, m, orders)
#define TRANSPOSE(v)        transpose(v)
#define LANE_AT(l, at)      (uint64_t)(l) << 8 * (at)
#include "kern/sort/sort_lanes.inc"
