/* Totals of 64 values with AVX2: four at a time.
 *
 * Owns nothing. Comparisons are signed here, so keys are without the sign bit that is turned.
 * Invariant: the same results as with AVX-512.
 */
#include "kern/tally/tally.h"

#include <immintrin.h>

mlops__tally_block mlops__tally_avx2;

static inline __m256i all(uint64_t x) { return _mm256_set1_epi64x((long long)x); }

static inline __m256i pick(__m256i a, __m256i b, __m256i mask) {
    return _mm256_blendv_epi8(a, b, mask);
}

/* |value| in units, of values that take no more than 57 bits; *bad marks the others. */
static inline __m256i units_of(__m256i x, __m256i point, __m256i *bad) {
    __m256i exponent = _mm256_and_si256(_mm256_srli_epi64(x, 52), all(0x7ff));
    __m256i right = _mm256_sub_epi64(point, exponent);
    *bad = _mm256_or_si256(*bad, _mm256_cmpgt_epi64(all(1), right));
    __m256i digits =
        _mm256_or_si256(_mm256_srli_epi64(_mm256_slli_epi64(x, 12), 8), all(1ull << 56));
    __m256i odd = _mm256_and_si256(_mm256_srlv_epi64(digits, right), all(1));
    __m256i less = _mm256_srlv_epi64(all(UINT64_MAX), _mm256_sub_epi64(all(65), right));
    digits = _mm256_add_epi64(digits, _mm256_add_epi64(less, odd)); /* less than half a unit */
    return _mm256_srlv_epi64(digits, right);
}

static inline uint64_t sum_of(__m256i x) {
    uint64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)part, x);
    return part[0] + part[1] + part[2] + part[3];
}

static inline uint64_t extreme_of(__m256i x, int greatest) {
    int64_t part[4];
    _mm256_storeu_si256((__m256i *)(void *)part, x);
    int64_t found = part[0];
    for (int i = 1; i < 4; i++)
        if (greatest ? part[i] > found : part[i] < found) found = part[i];
    return (uint64_t)found ^ 1ull << 63;
}

int mlops__tally_avx2(mlops__tally *self, const uint64_t *values) {
    const __m256i sign = all(1ull << 63), zero = _mm256_setzero_si256();
    const __m256i point = all((uint64_t)(int64_t)(4 + 1075 - self->scale)), part = all(0x1fffffff);
    const __m256i raise = all((1ull << 52) - 1), last = all(self->room - 1), less = all(UINT64_MAX);
    const __m256i evens = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    const __m128i shift = _mm_cvtsi32_si128((int)self->shift);
    __m256i total = zero, low = zero, middle = zero, high = zero, bad = zero;
    __m256i n_zero = zero, n_negative = zero;
    __m256i min = all(self->min ^ 1ull << 63), max = all(self->max ^ 1ull << 63);
    self->inside = 0;
    for (int i = 0; i < MLOPS__TALLY; i += 4) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(values + i));
        __m256i units = units_of(x, point, &bad);
        __m256i is_zero = _mm256_cmpeq_epi64(_mm256_slli_epi64(x, 1), zero);
        x = _mm256_andnot_si256(is_zero, x);
        __m256i below = _mm256_cmpgt_epi64(zero, x);
        __m256i above = _mm256_srli_epi64(units, 29), rest = _mm256_and_si256(units, part);
        total = _mm256_add_epi64(total, _mm256_sub_epi64(_mm256_xor_si256(units, below), below));
        low = _mm256_add_epi64(low, _mm256_mul_epu32(rest, rest));
        middle = _mm256_add_epi64(middle, _mm256_mul_epu32(rest, above));
        high = _mm256_add_epi64(high, _mm256_mul_epu32(above, above));
        __m256i key = _mm256_xor_si256(x, _mm256_andnot_si256(sign, below));
        min = pick(min, key, _mm256_cmpgt_epi64(min, key));
        max = pick(max, key, _mm256_cmpgt_epi64(key, max));
        n_zero = _mm256_sub_epi64(n_zero, is_zero);
        n_negative = _mm256_sub_epi64(n_negative, below);
        __m256i at = _mm256_add_epi64(_mm256_andnot_si256(sign, x), raise);
        at = _mm256_sub_epi64(_mm256_srl_epi64(at, shift),
                              pick(all(self->low[0]), all(self->low[1]), below));
        __m256i n = pick(all(self->n[0]), all(self->n[1]), below);
        __m256i inside = _mm256_and_si256(_mm256_cmpgt_epi64(at, less), _mm256_cmpgt_epi64(n, at));
        at = pick(at, _mm256_sub_epi64(last, at), below);
        self->inside |= (uint64_t)(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(inside)) << i;
        _mm256_storeu_si256((__m256i *)(void *)(self->words + i), x);
        at = _mm256_permutevar8x32_epi32(at, evens);
        _mm_storeu_si128((__m128i *)(void *)(self->places + i), _mm256_castsi256_si128(at));
    }
    self->total = (int64_t)sum_of(total);
    self->squares[0] = sum_of(low);
    self->squares[1] = sum_of(middle);
    self->squares[2] = sum_of(high);
    self->n_zero = (int64_t)sum_of(n_zero);
    self->n_negative = (int64_t)sum_of(n_negative);
    self->min = extreme_of(min, 0);
    self->max = extreme_of(max, 1);
    return _mm256_testz_si256(bad, bad);
}
