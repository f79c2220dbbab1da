/* Totals of 64 values with AVX-512: eight at a time, nothing leaves the registers between.
 *
 * Owns nothing. Invariant: units, totals and places are those of lib/profile/run/profile.c to the
 * last bit.
 */
#include "kern/tally/tally.h"

#include <immintrin.h>

mlops__tally_block mlops__tally_avx512;

static inline __m512i all(uint64_t x) { return _mm512_set1_epi64((long long)x); }

/* |value| in units, of values that take no more than 57 bits; *bad marks the others. */
static inline __m512i units_of(__m512i x, __m512i point, __mmask8 *bad) {
    __m512i exponent = _mm512_and_si512(_mm512_srli_epi64(x, 52), all(0x7ff));
    __m512i right = _mm512_sub_epi64(point, exponent);
    *bad |= _mm512_cmplt_epi64_mask(right, all(1));
    __m512i digits =
        _mm512_or_si512(_mm512_srli_epi64(_mm512_slli_epi64(x, 12), 8), all(1ull << 56));
    __m512i odd = _mm512_and_si512(_mm512_srlv_epi64(digits, right), all(1));
    __m512i less = _mm512_srlv_epi64(all(UINT64_MAX), _mm512_sub_epi64(all(65), right));
    digits = _mm512_add_epi64(digits, _mm512_add_epi64(less, odd)); /* less than half a unit */
    return _mm512_srlv_epi64(digits, right);
}

/* Without a sign, which the sum of squares may need the bit of. */
static inline uint64_t sum_of(__m512i x) {
    uint64_t part[8], sum = 0;
    _mm512_storeu_si512(part, x);
    for (int i = 0; i < 8; i++) sum += part[i];
    return sum;
}

int mlops__tally_avx512(mlops__tally *self, const uint64_t *values) {
    const __m512i sign = all(1ull << 63), zero = _mm512_setzero_si512();
    const __m512i point = all((uint64_t)(int64_t)(4 + 1075 - self->scale)), part = all(0x1fffffff);
    const __m512i raise = all((1ull << 52) - 1), last = all(self->room - 1);
    const __m128i shift = _mm_cvtsi32_si128((int)self->shift);
    __m512i total = zero, low = zero, middle = zero, high = zero;
    __m512i min = all(self->min), max = all(self->max);
    __mmask8 bad = 0;
    self->n_zero = self->n_negative = 0;
    self->inside = 0;
    for (int i = 0; i < MLOPS__TALLY; i += 8) {
        __m512i x = _mm512_loadu_si512(values + i), units = units_of(x, point, &bad);
        __mmask8 nonzero = _mm512_test_epi64_mask(x, all(~(1ull << 63)));
        x = _mm512_maskz_mov_epi64(nonzero, x);
        __mmask8 below = _mm512_movepi64_mask(x);
        __m512i above = _mm512_srli_epi64(units, 29), rest = _mm512_and_si512(units, part);
        total = _mm512_add_epi64(total, _mm512_mask_sub_epi64(units, below, zero, units));
        low = _mm512_add_epi64(low, _mm512_mul_epu32(rest, rest));
        middle = _mm512_add_epi64(middle, _mm512_mul_epu32(rest, above));
        high = _mm512_add_epi64(high, _mm512_mul_epu32(above, above));
        __m512i key = _mm512_xor_si512(x, _mm512_or_si512(_mm512_srai_epi64(x, 63), sign));
        min = _mm512_min_epu64(min, key);
        max = _mm512_max_epu64(max, key);
        self->n_zero += __builtin_popcount((uint8_t)~nonzero);
        self->n_negative += __builtin_popcount(below);
        __m512i at = _mm512_add_epi64(_mm512_andnot_si512(sign, x), raise);
        at = _mm512_sub_epi64(_mm512_srl_epi64(at, shift),
                              _mm512_mask_blend_epi64(below, all(self->low[0]), all(self->low[1])));
        __mmask8 inside = _mm512_cmplt_epu64_mask(
            at, _mm512_mask_blend_epi64(below, all(self->n[0]), all(self->n[1])));
        at = _mm512_mask_sub_epi64(at, below, last, at);
        self->inside |= (uint64_t)inside << i;
        _mm512_storeu_si512(self->words + i, x);
        _mm256_storeu_si256((__m256i *)(void *)(self->places + i), _mm512_cvtepi64_epi32(at));
    }
    self->total = (int64_t)sum_of(total);
    self->squares[0] = sum_of(low);
    self->squares[1] = sum_of(middle);
    self->squares[2] = sum_of(high);
    self->min = _mm512_reduce_min_epu64(min);
    self->max = _mm512_reduce_max_epu64(max);
    return bad == 0;
}
