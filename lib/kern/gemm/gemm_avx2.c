/* Dense layers with AVX2: 16 floats of each of four rows are summed up in registers.
 *
 * Owns nothing. Invariant: as in gemm.h; lanes beyond the last column are neither read nor written.
 */
#include "kern/gemm/gemm.h"

#include <immintrin.h>
#include <string.h>

mlops__gemm_f32 mlops__gemm_f32_avx2;
mlops__gemm_f64 mlops__gemm_f64_avx2;

#define INLINE    static inline __attribute__((always_inline))
#define ROWS      4
#define COLUMNS   2
#define PART_TYPE __m256i

/* The first bytes are all ones. */
INLINE __m256i part_of(int64_t n_bytes) {
    static const int32_t words[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(const void *)(words + 8 - n_bytes / 4));
}

#define NAME(x)                mlops__##x##_f32_avx2
#define REAL                   float
#define VECTOR                 __m256
#define WHOLE                  int32_t
#define LANES                  8
#define ALL(r)                 _mm256_set1_ps(r)
#define PART(n)                part_of(4 * (n))
#define LOAD_PART(p, part)     _mm256_maskload_ps(p, part)
#define STORE_PART(p, part, v) _mm256_maskstore_ps(p, part, v)
#include "kern/gemm/gemm_lanes.inc"
#undef NAME
#undef REAL
#undef VECTOR
#undef WHOLE
#undef LANES
#undef ALL
#undef PART
#undef LOAD_PART
#undef STORE_PART

#define NAME(x)                mlops__##x##_f64_avx2
#define REAL                   double
#define VECTOR                 __m256d
#define WHOLE                  int64_t
#define LANES                  4
#define ALL(r)                 _mm256_set1_pd(r)
#define PART(n)                part_of(8 * (n))
#define LOAD_PART(p, part)     _mm256_maskload_pd(p, part)
#define STORE_PART(p, part, v) _mm256_maskstore_pd(p, part, v)
#include "kern/gemm/gemm_lanes.inc"
