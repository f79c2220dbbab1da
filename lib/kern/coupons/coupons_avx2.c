/* Coupons of HyperLogLog with AVX2: eight words at a time.
 *
 * Owns nothing. Products of 64 bits are made of three of 32. Each step waits for the one before, so
 * two vectors go through them side by side. More than 32 zeros in front, one word of 2^32, are left
 * to the scalar kernel. Invariant: the same coupons as it has.
 */
#include "kern/coupons/coupons.h"

#include "base/bits.h"

#include <immintrin.h>

mlops__coupons mlops__coupons_avx2;

enum { GROUPS = 2 };

static inline __m256i all(uint64_t x) { return _mm256_set1_epi64x((long long)x); }

static inline __m256i times(__m256i x, uint64_t factor) {
    __m256i cross = _mm256_mullo_epi32(x, all(factor << 32 | factor >> 32));
    __m256i above = _mm256_blend_epi32(_mm256_setzero_si256(), cross, 0xaa);
    above = _mm256_add_epi64(above, _mm256_slli_epi64(cross, 32));
    return _mm256_add_epi64(_mm256_mul_epu32(x, all(factor)), above);
}

static inline __m256i folded(__m256i x) { return _mm256_xor_si256(x, _mm256_srli_epi64(x, 33)); }

static inline __m256i canonical(__m256i words) {
    __m256d x = _mm256_add_pd(_mm256_castsi256_pd(words), _mm256_setzero_pd());
    return _mm256_castpd_si256(_mm256_blendv_pd(x, _mm256_castsi256_pd(all(MLOPS__NAN_BITS)),
                                                _mm256_cmp_pd(x, x, _CMP_UNORD_Q)));
}

/* Zeros in front plus one, in its place, by the exponent of the upper half as float64. Where that
 * half is 0, there are bits above the coupon. */
static inline __m256i value_of(__m256i x) {
    const __m256i point = all(UINT64_C(0x433) << 52);
    x = _mm256_or_si256(_mm256_srli_epi64(x, 32), point);
    __m256d real = _mm256_sub_pd(_mm256_castsi256_pd(x), _mm256_castsi256_pd(point));
    x = _mm256_and_si256(_mm256_castpd_si256(real), all(UINT64_C(0x7ff) << 52));
    return _mm256_sub_epi64(all((uint64_t)1055 << MLOPS__COUPON_BITS),
                            _mm256_srli_epi64(x, 52 - MLOPS__COUPON_BITS));
}

#define EACH for (int g = 0; g < GROUPS; g++)

void mlops__coupons_avx2(const void *words, int reals, uint32_t *out, size_t n) {
    const uint64_t *from = words;
    const __m256i seed = all(MLOPS__MURMUR_SEED ^ 8), address = all(MLOPS__COUPON_ADDRESS);
    const __m256i evens = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    __m256i rare = _mm256_setzero_si256(), x[GROUPS], y[GROUPS];
    size_t i = 0;
    for (; i + 4 * GROUPS <= n; i += 4 * GROUPS) {
        EACH x[g] = _mm256_loadu_si256((const __m256i *)(const void *)(from + i + 4 * g));
        EACH x[g] = times(reals ? canonical(x[g]) : x[g], MLOPS__MURMUR_1);
        EACH x[g] = _mm256_or_si256(_mm256_slli_epi64(x[g], 31), _mm256_srli_epi64(x[g], 33));
        EACH x[g] = _mm256_xor_si256(times(x[g], MLOPS__MURMUR_2), seed);
        EACH x[g] = _mm256_add_epi64(x[g], seed), y[g] = _mm256_add_epi64(x[g], seed);
        EACH x[g] = times(folded(x[g]), MLOPS__MURMUR_3);
        EACH y[g] = times(folded(y[g]), MLOPS__MURMUR_3);
        EACH x[g] = times(folded(x[g]), MLOPS__MURMUR_4);
        EACH y[g] = times(folded(y[g]), MLOPS__MURMUR_4);
        EACH {
            y[g] = folded(y[g]);
            x[g] = _mm256_add_epi64(folded(x[g]), y[g]);
            __m256i value = value_of(_mm256_add_epi64(x[g], y[g]));
            x[g] = _mm256_or_si256(value, _mm256_and_si256(x[g], address));
            rare = _mm256_or_si256(rare, x[g]);
            x[g] = _mm256_permutevar8x32_epi32(x[g], evens);
            _mm_storeu_si128((__m128i *)(void *)(out + i + 4 * g), _mm256_castsi256_si128(x[g]));
        }
    }
    if (!_mm256_testz_si256(rare, all(UINT64_C(0xffffffff) << 32))) i = 0;
    mlops__coupons_scalar(from + i, reals, out + i, n - i);
}
