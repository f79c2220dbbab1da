/* The gap of two CDFs with AVX2: four walks at a time.
 *
 * Owns nothing. Invariant: the same bits as the scalar kernel.
 */
#include "kern/gaps/gaps.h"

#include <immintrin.h>

mlops__gaps_block mlops__gaps_block_avx2;

enum { WALKS = MLOPS__GAPS_WALKS, LANES = 4 };

typedef __m256d reals;

static inline reals whole(const int32_t *p) {
    return _mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(const void *)p));
}

void mlops__gaps_block_avx2(mlops__gaps *self, const mlops__gaps_steps *steps) {
    const reals all = _mm256_set1_pd(self->all), n = _mm256_set1_pd(self->n);
    const reals unit = _mm256_set1_pd(self->unit);
    const reals none = _mm256_setzero_pd(), sign = _mm256_set1_pd(-0.0);
    for (int k = 0; k < WALKS; k += LANES) {
        reals passed = _mm256_loadu_pd(self->passed + k), at = _mm256_loadu_pd(self->at + k);
        reals high = _mm256_loadu_pd(self->high + k), low = _mm256_loadu_pd(self->low + k);
        reals first = none, second = none;
        for (int i = 0; i < MLOPS__GAPS_STEPS; i++) {
            reals next = _mm256_loadu_pd(&steps->values[i][k]), width = next - at;
            reals gap = whole(&steps->taken[i][k]) * all - passed,
                  share = _mm256_andnot_pd(sign, gap * unit);
            reals counts = _mm256_and_pd(_mm256_cmp_pd(width, none, _CMP_GT_OQ), gap);
            reals area = share * width;
            high = _mm256_max_pd(counts, high);
            low = _mm256_min_pd(counts, low);
            first += area;
            second += share * area;
            at = next;
            passed += n;
        }
        _mm256_storeu_pd(self->passed + k, passed);
        _mm256_storeu_pd(self->at + k, at);
        _mm256_storeu_pd(self->high + k, high);
        _mm256_storeu_pd(self->low + k, low);
        _mm256_storeu_pd(self->first + k, first);
        _mm256_storeu_pd(self->second + k, second);
    }
}
