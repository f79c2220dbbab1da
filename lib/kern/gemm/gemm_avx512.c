/* Dense layers with AVX-512: 64 floats of each of four rows are summed up in registers.
 *
 * Owns nothing. Invariant: as in gemm.h; lanes beyond the last column are neither read nor written.
 */
#include "kern/gemm/gemm.h"

#include <immintrin.h>
#include <string.h>

mlops__gemm_f32 mlops__gemm_f32_avx512;
mlops__gemm_f64 mlops__gemm_f64_avx512;

#define INLINE    static inline __attribute__((always_inline))
#define ROWS      4
#define COLUMNS   4
#define PART_TYPE __mmask16
#define PART(n)   (PART_TYPE)((1u << (n)) - 1)

#define NAME(x)                mlops__##x##_f32_avx512
#define REAL                   float
#define VECTOR                 __m512
#define WHOLE                  int32_t
#define LANES                  16
#define ALL(r)                 _mm512_set1_ps(r)
#define LOAD_PART(p, part)     _mm512_maskz_loadu_ps(part, p)
#define STORE_PART(p, part, v) _mm512_mask_storeu_ps(p, part, v)
#include "kern/gemm/gemm_lanes.inc"
#undef NAME
#undef REAL
#undef VECTOR
#undef WHOLE
#undef LANES
#undef ALL
#undef LOAD_PART
#undef STORE_PART

#define NAME(x)                mlops__##x##_f64_avx512
#define REAL                   double
#define VECTOR                 __m512d
#define WHOLE                  int64_t
#define LANES                  8
#define ALL(r)                 _mm512_set1_pd(r)
#define LOAD_PART(p, part)     _mm512_maskz_loadu_pd((__mmask8)(part), p)
#define STORE_PART(p, part, v) _mm512_mask_storeu_pd(p, (__mmask8)(part), v)
#include "kern/gemm/gemm_lanes.inc"
