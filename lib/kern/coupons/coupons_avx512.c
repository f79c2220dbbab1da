/* Coupons of HyperLogLog with AVX-512 (DQ and CD): eight words at a time.
 *
 * Owns nothing. Invariant: the same coupons as the scalar kernel.
 */
#include "kern/coupons/coupons.h"

#include "base/bits.h"

#include <immintrin.h>

enum { AHEAD = 2048 /* bytes by which words are fetched early */ };

mlops__coupons mlops__coupons_avx512;

static inline __m512i times(__m512i x, uint64_t factor) {
    return _mm512_mullo_epi64(x, _mm512_set1_epi64((long long)factor));
}

static inline __m512i folded(__m512i x) { return _mm512_xor_si512(x, _mm512_srli_epi64(x, 33)); }

static inline __m512i mixed(__m512i x) {
    return folded(times(folded(times(folded(x), MLOPS__MURMUR_3)), MLOPS__MURMUR_4));
}

static inline __m512i canonical(__m512i words) {
    __m512d x = _mm512_add_pd(_mm512_castsi512_pd(words), _mm512_setzero_pd());
    return _mm512_mask_set1_epi64(_mm512_castpd_si512(x), _mm512_cmp_pd_mask(x, x, _CMP_UNORD_Q),
                                  (long long)MLOPS__NAN_BITS);
}

void mlops__coupons_avx512(const void *words, int reals, uint32_t *out, size_t n) {
    const uint64_t *from = words;
    const __m512i seed = _mm512_set1_epi64((long long)(MLOPS__MURMUR_SEED ^ 8));
    const __m512i address = _mm512_set1_epi64((long long)MLOPS__COUPON_ADDRESS);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        /* The work on eight words fills the queue of a core, so that it does not look ahead. What
         * lies behind the words is the next block's, or nothing, which does no harm. */
        _mm_prefetch((const char *)((uintptr_t)(from + i) + AHEAD), _MM_HINT_T0);
        __m512i x = _mm512_loadu_si512(from + i);
        x = times(reals ? canonical(x) : x, MLOPS__MURMUR_1);
        x = _mm512_xor_si512(times(_mm512_rol_epi64(x, 31), MLOPS__MURMUR_2), seed);
        __m512i first = _mm512_add_epi64(x, seed), second = _mm512_add_epi64(first, seed);
        first = mixed(first);
        second = mixed(second);
        first = _mm512_add_epi64(first, second);
        second = _mm512_or_si512(_mm512_add_epi64(first, second), _mm512_set1_epi64(2));
        __m512i value = _mm512_add_epi64(_mm512_lzcnt_epi64(second), _mm512_set1_epi64(1));
        __m512i coupon = _mm512_or_si512(_mm512_slli_epi64(value, MLOPS__COUPON_BITS),
                                         _mm512_and_si512(first, address));
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm512_cvtepi64_epi32(coupon));
    }
    mlops__coupons_scalar(from + i, reals, out + i, n - i);
}
