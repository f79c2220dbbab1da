/* e^x of four doubles at once with AVX2.
 *
 * Owns nothing. Invariant: the bits of mlops__exp().
 */
#include "base/real_table.h"
#include "kern/exp/exp.h"

#include <immintrin.h>

mlops__exp_all mlops__exp_all_avx2;

#define INLINE static inline __attribute__((always_inline))

INLINE __m256i step_of(__m256i index) { return _mm256_and_si256(index, _mm256_set1_epi64x(31)); }

INLINE int is_outside(__m256d x) {
    __m256d low = _mm256_cmp_pd(x, _mm256_set1_pd(-708.0), _CMP_NGE_UQ);
    return _mm256_movemask_pd(
        _mm256_or_pd(low, _mm256_cmp_pd(x, _mm256_set1_pd(709.0), _CMP_NLE_UQ)));
}

#define NAME(x)       mlops__##x##_avx2
#define LANES         4
#define REALS         __m256d
#define WHOLES        __m256i
#define ALL(x)        _mm256_set1_pd(x)
#define LOAD(p)       _mm256_loadu_pd(p)
#define STORE(p, v)   _mm256_storeu_pd(p, v)
#define OUTSIDE(x)    is_outside(x)
#define POWERS(index) _mm256_i64gather_pd(mlops__exp_powers, step_of(index), 8)
#define TAILS(index)  _mm256_cvtps_pd(_mm256_i64gather_ps(mlops__exp_tails, step_of(index), 4))
#include "kern/exp/exp_lanes.inc"
