/* Coupons of HyperLogLog with AVX2: four words at a time.
 *
 * Owns nothing. Products of 64 bits are made of three of 32. Invariant: the same coupons as the
 * scalar kernel.
 */
#include "kern/coupons/coupons.h"

#include "base/bits.h"

#include <immintrin.h>

mlops__coupons mlops__coupons_avx2;

static inline __m256i all(uint64_t x) { return _mm256_set1_epi64x((long long)x); }

static inline __m256i times(__m256i x, uint64_t factor) {
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), all(factor)),
                                     _mm256_mul_epu32(x, all(factor >> 32)));
    return _mm256_add_epi64(_mm256_mul_epu32(x, all(factor)), _mm256_slli_epi64(cross, 32));
}

static inline __m256i folded(__m256i x) { return _mm256_xor_si256(x, _mm256_srli_epi64(x, 33)); }

static inline __m256i mixed(__m256i x) {
    return folded(times(folded(times(folded(x), MLOPS__MURMUR_3)), MLOPS__MURMUR_4));
}

static inline __m256i canonical(__m256i words) {
    __m256d x = _mm256_add_pd(_mm256_castsi256_pd(words), _mm256_setzero_pd());
    return _mm256_castpd_si256(_mm256_blendv_pd(x, _mm256_castsi256_pd(all(MLOPS__NAN_BITS)),
                                                _mm256_cmp_pd(x, x, _CMP_UNORD_Q)));
}

/* Zeros in front plus one, by the exponent of the number as float64; without bits behind a one, so
 * that it is not rounded up to the next power. */
static inline __m256i value_of(__m256i x) {
    const __m256i low_two = all(UINT64_C(0x433) << 52), high_two = all(UINT64_C(0x453) << 52);
    const __m256d both_two = _mm256_castsi256_pd(all(UINT64_C(0x4530000000100000)));
    x = _mm256_andnot_si256(_mm256_srli_epi64(x, 1), x);
    __m256i high = _mm256_or_si256(_mm256_srli_epi64(x, 32), high_two);
    __m256i low = _mm256_blend_epi32(x, low_two, 0xaa);
    __m256d real =
        _mm256_add_pd(_mm256_sub_pd(_mm256_castsi256_pd(high), both_two), _mm256_castsi256_pd(low));
    return _mm256_sub_epi64(all(1087), _mm256_srli_epi64(_mm256_castpd_si256(real), 52));
}

void mlops__coupons_avx2(const void *words, int reals, uint32_t *out, size_t n) {
    const uint64_t *from = words;
    const __m256i seed = all(MLOPS__MURMUR_SEED ^ 8), address = all(MLOPS__COUPON_ADDRESS);
    const __m256i evens = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(from + i));
        x = times(reals ? canonical(x) : x, MLOPS__MURMUR_1);
        x = _mm256_or_si256(_mm256_slli_epi64(x, 31), _mm256_srli_epi64(x, 33));
        x = _mm256_xor_si256(times(x, MLOPS__MURMUR_2), seed);
        __m256i first = _mm256_add_epi64(x, seed), second = _mm256_add_epi64(first, seed);
        first = mixed(first);
        second = mixed(second);
        first = _mm256_add_epi64(first, second);
        second = _mm256_or_si256(_mm256_add_epi64(first, second), all(2));
        __m256i coupon = _mm256_or_si256(_mm256_slli_epi64(value_of(second), MLOPS__COUPON_BITS),
                                         _mm256_and_si256(first, address));
        coupon = _mm256_permutevar8x32_epi32(coupon, evens);
        _mm_storeu_si128((__m128i *)(void *)(out + i), _mm256_castsi256_si128(coupon));
    }
    mlops__coupons_scalar(from + i, reals, out + i, n - i);
}
