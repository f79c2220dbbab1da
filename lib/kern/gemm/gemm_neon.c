/* Dense layers with NEON: 16 floats of each of four rows are summed up in registers.
 *
 * Owns nothing. Invariant: as in gemm.h; lanes beyond the last column are neither read nor written.
 */
#include "kern/gemm/gemm.h"

#include <arm_neon.h>
#include <string.h>

mlops__gemm_f32 mlops__gemm_f32_neon;
mlops__gemm_f64 mlops__gemm_f64_neon;

#define INLINE    static inline __attribute__((always_inline))
#define ROWS      4
#define COLUMNS   4
#define PART_TYPE size_t

INLINE float32x4_t load_part(const void *p, size_t n_bytes) {
    float32x4_t v = vdupq_n_f32(0);
    memcpy(&v, p, n_bytes);
    return v;
}

INLINE void store_part(void *p, size_t n_bytes, float32x4_t v) { memcpy(p, &v, n_bytes); }

#define NAME(x)                mlops__##x##_f32_neon
#define REAL                   float
#define VECTOR                 float32x4_t
#define WHOLE                  int32_t
#define LANES                  4
#define ALL(r)                 vdupq_n_f32(r)
#define PART(n)                (4 * (size_t)(n))
#define LOAD_PART(p, part)     load_part(p, part)
#define STORE_PART(p, part, v) store_part(p, part, v)
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

#define NAME(x)                mlops__##x##_f64_neon
#define REAL                   double
#define VECTOR                 float64x2_t
#define WHOLE                  int64_t
#define LANES                  2
#define ALL(r)                 vdupq_n_f64(r)
#define PART(n)                (8 * (size_t)(n))
#define LOAD_PART(p, part)     vreinterpretq_f64_f32(load_part(p, part))
#define STORE_PART(p, part, v) store_part(p, part, vreinterpretq_f32_f64(v))
#include "kern/gemm/gemm_lanes.inc"
