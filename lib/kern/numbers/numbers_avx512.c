/* Numbers among fields with AVX-512 (BW): eight fields at once, the 16 bytes up to the end of
 * each. Of two vectors of four lanes one has the fields of even number, the other those of odd.
 *
 * Owns nothing. Invariant: the same values as the scalar kernel's, of as many fields: eight that
 * are not all plain, or do not fit into their lanes, are left to the kernel of AVX2.
 */
#include "kern/numbers/eight_avx512.h"

mlops__numbers_i64 mlops__numbers_i64_avx2, mlops__numbers_i64_avx512;
mlops__numbers_f64 mlops__numbers_f64_avx2, mlops__numbers_f64_avx512;
mlops__numbers_decimal mlops__numbers_decimal_avx512;

typedef __m512i vec;

/* Of each lane. */
static inline vec lanes_of(__m128i x) { return _mm512_broadcast_i32x4(x); }

/* How many bytes each byte is ahead of the end of its lane. */
static inline vec places(void) {
    return lanes_of(_mm_set_epi8(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16));
}

static inline __m128i bytes_up_to(const char *text, const uint32_t *end) {
    return _mm_loadu_si128((const __m128i *)(const void *)(text + (int64_t)*end - 16));
}

/* Four lanes with the ends of every second field. */
static inline vec load_four(const char *text, const uint32_t *p, int64_t stride) {
    return mlops__join(bytes_up_to(text, p + 1), bytes_up_to(text, p + 2 * stride + 1),
                       bytes_up_to(text, p + 4 * stride + 1),
                       bytes_up_to(text, p + 6 * stride + 1));
}

/* Four fields. */
typedef struct four {
    vec digits;      /* each of its bytes less '0', 0 ahead of it and for its sign */
    __mmask64 minus; /* where there is one */
} four;

/* n: how long the field of each lane is, in each byte of the lane. */
static inline four take_four(vec bytes, vec n) {
    __mmask64 first = _mm512_cmpeq_epi8_mask(places(), n);
    __mmask64 minus = _mm512_mask_cmpeq_epi8_mask(first, bytes, _mm512_set1_epi8('-'));
    __mmask64 inside = _mm512_cmple_epu8_mask(places(), n) & ~minus;
    return (four){_mm512_maskz_sub_epi8(inside, bytes, _mm512_set1_epi8('0')), minus};
}

/* Eight fields. */
typedef struct eight {
    vec n;    /* characters of each without its sign */
    vec even; /* digits */
    vec odd;
    __mmask8 minus;
    __mmask8 bad; /* these are not plain */
} eight;

/* In 64 bits each: what any byte of a lane has, of the fields in order. */
static inline vec merge(vec even, vec odd) {
    return _mm512_or_si512(_mm512_unpacklo_epi64(even, odd), _mm512_unpackhi_epi64(even, odd));
}

static inline eight take_eight(const char *text, const uint32_t *p, int64_t stride) {
    vec n = mlops__eight_lengths(p, stride);
    vec n_even = _mm512_shuffle_epi8(n, _mm512_setzero_si512());
    vec n_odd = _mm512_shuffle_epi8(n, _mm512_set1_epi8(8));
    four even = take_four(load_four(text, p, stride), n_even);
    four odd = take_four(load_four(text, p + stride, stride), n_odd);
    vec minus = merge(_mm512_movm_epi8(even.minus), _mm512_movm_epi8(odd.minus));
    __mmask8 signs = _mm512_test_epi64_mask(minus, minus);
    __mmask8 bad = _mm512_cmpgt_epu64_mask(n, _mm512_set1_epi64(MLOPS__NUMBERS_MAX));
    n = _mm512_mask_sub_epi64(n, signs, n, _mm512_set1_epi64(1));
    return (eight){n, even.digits, odd.digits, signs, bad};
}

/* A byte is more than 9. */
static inline int has_others(vec even, vec odd) {
    vec nine = _mm512_set1_epi8(9);
    return (_mm512_cmpgt_epu8_mask(even, nine) | _mm512_cmpgt_epu8_mask(odd, nine)) != 0;
}

/* By pairs, fours and eights. */
static inline vec fours_of(vec x) {
    return _mm512_madd_epi16(_mm512_maddubs_epi16(x, _mm512_set1_epi16(0x010a)),
                             _mm512_set1_epi32(0x00010064));
}

static inline vec values_of(vec even, vec odd) {
    vec packed = _mm512_packus_epi32(fours_of(even), fours_of(odd));
    vec eights = _mm512_madd_epi16(packed, _mm512_set1_epi32(0x00012710));
    return _mm512_add_epi64(_mm512_mul_epu32(eights, _mm512_set1_epi64(100000000)),
                            _mm512_srli_epi64(eights, 32));
}

/* All that is read of eight fields lies in the text. */
static inline int are_inside(const mlops__text_fields *run, int64_t i) {
    return mlops__text_is_inside(run, mlops__text_span_at(run, i)) &&
           run->end - mlops__text_span_at(run, i + MLOPS__EIGHT - 1).text >= MLOPS__NUMBERS_REACH;
}

static inline int take_i64(const mlops__text_fields *run, int64_t i, int64_t *out,
                           __mmask8 *zeros) {
    eight x = take_eight(run->text, run->borders + i * run->stride, run->stride);
    if (x.bad | _mm512_testn_epi64_mask(x.n, x.n) | has_others(x.even, x.odd)) return 0;
    vec values = values_of(x.even, x.odd);
    *zeros |= _mm512_mask_testn_epi64_mask(x.minus, values, values);
    values = _mm512_mask_sub_epi64(values, x.minus, _mm512_setzero_si512(), values);
    _mm512_storeu_si512((void *)out, values);
    return 1;
}

int64_t mlops__numbers_i64_avx512(const mlops__text_fields *fields, int64_t *out, int *minus_zero) {
    const mlops__text_fields run = *fields;
    __mmask8 zeros = 0;
    int64_t i = 0, due = MLOPS__EIGHT, got = MLOPS__EIGHT;
    while (got == due && i < run.n) {
        due = run.n - i < MLOPS__EIGHT ? run.n - i : MLOPS__EIGHT;
        if (due < MLOPS__EIGHT || !are_inside(&run, i) || !take_i64(&run, i, out + i, &zeros)) {
            mlops__text_fields few = mlops__text_fields_from(&run, i);
            few.n = due;
            got = mlops__numbers_i64_avx2(&few, out + i, minus_zero);
        }
        i += got;
    }
    *minus_zero |= zeros != 0;
    return i;
}

/* What stands ahead of the point moves over it. *scales: in each half of a lane, one more than how
 * many digits stand behind the point; 0: there is none. Of two points one stays. */
static inline vec close_up(vec x, vec *scales) {
    __mmask64 points = _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('.' - '0'));
    vec halves = _mm512_sad_epu8(_mm512_maskz_mov_epi8(points, places()), _mm512_setzero_si512());
    vec sums = _mm512_add_epi64(halves, _mm512_shuffle_epi32(halves, _MM_PERM_BADC));
    vec scale =
        _mm512_shuffle_epi8(_mm512_sub_epi8(sums, _mm512_set1_epi8(1)), _mm512_setzero_si512());
    vec from_end = _mm512_sub_epi8(places(), _mm512_set1_epi8(1));
    __mmask64 behind = _mm512_cmplt_epu8_mask(from_end, scale);
    *scales = sums;
    return _mm512_mask_mov_epi8(_mm512_bslli_epi128(x, 1), behind, x);
}

/* 10^n of each, n up to 15. */
static inline __m512d powers_of(vec n) {
    __m512d low = _mm512_set_pd(1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0);
    __m512d high = _mm512_set_pd(1e15, 1e14, 1e13, 1e12, 1e11, 1e10, 1e9, 1e8);
    return _mm512_permutex2var_pd(low, n, high);
}

/* Of whole numbers below 2^53: both halves become mantissas, less what their exponents make of
 * them, which is exact. */
static inline __m512d reals_of(vec x) {
    vec low = _mm512_mask_mov_epi32(_mm512_set1_epi64(0x4330000000000000), 0x5555, x);
    vec high = _mm512_or_si512(_mm512_srli_epi64(x, 32), _mm512_set1_epi64(0x4530000000000000));
    __m512d offset = _mm512_set1_pd(0x1p84 + 0x1p52);
    return _mm512_add_pd(_mm512_sub_pd(_mm512_castsi512_pd(high), offset),
                         _mm512_castsi512_pd(low));
}

static inline int take_f64(const mlops__text_fields *run, int64_t i, double *out) {
    eight x = take_eight(run->text, run->borders + i * run->stride, run->stride);
    vec scale_even, scale_odd, one = _mm512_set1_epi64(1);
    vec even = close_up(x.even, &scale_even), odd = close_up(x.odd, &scale_odd);
    vec scales = _mm512_unpacklo_epi64(scale_even, scale_odd);
    vec n = _mm512_mask_sub_epi64(x.n, _mm512_test_epi64_mask(scales, scales), x.n, one);
    if (x.bad | _mm512_testn_epi64_mask(n, n) | has_others(even, odd)) return 0;
    vec values = values_of(even, odd);
    vec large = _mm512_srli_epi64(values, 53);
    if (_mm512_test_epi64_mask(large, large)) return 0;
    vec power = _mm512_sub_epi64(_mm512_max_epu64(scales, one), one);
    __m512d magnitude = _mm512_div_pd(reals_of(values), powers_of(power));
    vec bits = _mm512_castpd_si512(magnitude), sign = _mm512_set1_epi64(INT64_MIN);
    _mm512_storeu_si512((void *)out, _mm512_mask_xor_epi64(bits, x.minus, bits, sign));
    return 1;
}

int64_t mlops__numbers_f64_avx512(const mlops__text_fields *fields, double *out) {
    const mlops__text_fields run = *fields;
    int64_t i = 0, due = MLOPS__EIGHT, got = MLOPS__EIGHT;
    while (got == due && i < run.n) {
        due = run.n - i < MLOPS__EIGHT ? run.n - i : MLOPS__EIGHT;
        if (due < MLOPS__EIGHT || !are_inside(&run, i) || !take_f64(&run, i, out + i)) {
            mlops__text_fields few = mlops__text_fields_from(&run, i);
            few.n = due;
            got = mlops__numbers_f64_avx2(&few, out + i);
        }
        i += got;
    }
    return i;
}

/* ---- long ones: the 16 bytes ahead of those too ---- */

enum { LONG_MOST = 24 /* characters */ };

/* Four fields: what stands ahead of their last 16 bytes, and these. */
typedef struct four_long {
    vec ahead;
    vec last;
    vec scales; /* as of close_up() */
    __mmask64 minus;
} four_long;

/* As close_up(); what moves over the point leaves the bytes ahead for the last ones. */
static inline void close_up_long(four_long *x) {
    vec point = _mm512_set1_epi8('.' - '0'), zero = _mm512_setzero_si512();
    vec places_ahead = _mm512_add_epi8(places(), _mm512_set1_epi8(16));
    __mmask64 in_last = _mm512_cmpeq_epi8_mask(x->last, point);
    __mmask64 in_ahead = _mm512_cmpeq_epi8_mask(x->ahead, point);
    vec halves = _mm512_sad_epu8(_mm512_maskz_mov_epi8(in_last, places()), zero);
    halves = _mm512_add_epi64(halves,
                              _mm512_sad_epu8(_mm512_maskz_mov_epi8(in_ahead, places_ahead), zero));
    x->scales = _mm512_add_epi64(halves, _mm512_shuffle_epi32(halves, _MM_PERM_BADC));
    vec one = _mm512_set1_epi8(1);
    vec scale = _mm512_shuffle_epi8(_mm512_sub_epi8(x->scales, one), zero);
    __mmask64 stays = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(places(), one), scale);
    __mmask64 stays_ahead = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(places_ahead, one), scale);
    vec over = _mm512_alignr_epi8(x->last, x->ahead, 15);
    x->last = _mm512_mask_mov_epi8(over, stays, x->last);
    x->ahead = _mm512_mask_mov_epi8(_mm512_bslli_epi128(x->ahead, 1), stays_ahead, x->ahead);
}

/* n: how long the field of each lane is, in each byte of the lane. */
static inline four_long take_four_long(const char *text, const uint32_t *p, int64_t stride, vec n) {
    vec n_ahead = _mm512_subs_epu8(n, _mm512_set1_epi8(16));
    four last = take_four(load_four(text, p, stride), n);
    four ahead = take_four(load_four(text - 16, p, stride), n_ahead);
    four_long out = {ahead.digits, last.digits, last.digits, last.minus | ahead.minus};
    close_up_long(&out);
    return out;
}

static inline int take_decimals(const mlops__text_fields *run, int64_t i, mlops__decimals *out) {
    const uint32_t *p = run->borders + i * run->stride;
    vec n = mlops__eight_lengths(p, run->stride), one = _mm512_set1_epi64(1);
    __mmask8 bad = _mm512_cmpgt_epu64_mask(n, _mm512_set1_epi64(LONG_MOST));
    vec n_even = _mm512_shuffle_epi8(n, _mm512_setzero_si512());
    vec n_odd = _mm512_shuffle_epi8(n, _mm512_set1_epi8(8));
    four_long even = take_four_long(run->text, p, run->stride, n_even);
    four_long odd = take_four_long(run->text, p + run->stride, run->stride, n_odd);
    vec minus = merge(_mm512_movm_epi8(even.minus), _mm512_movm_epi8(odd.minus));
    vec scales = _mm512_unpacklo_epi64(even.scales, odd.scales);
    __mmask8 signs = _mm512_test_epi64_mask(minus, minus);
    n = _mm512_mask_sub_epi64(n, signs, n, one);
    __mmask8 points = _mm512_test_epi64_mask(scales, scales);
    n = _mm512_mask_sub_epi64(n, points, n, one);
    scales = _mm512_sub_epi64(_mm512_max_epu64(scales, one), one);
    vec whole = _mm512_sub_epi64(n, scales), most = _mm512_set1_epi64(MLOPS__DECIMAL_DIGITS - 1);
    bad |= _mm512_mask_cmpgt_epu64_mask(points, whole, _mm512_set1_epi64(MLOPS__POINT_MOST));
    bad |= _mm512_cmpgt_epu64_mask(_mm512_sub_epi64(n, one), most);
    if (bad | has_others(even.last, odd.last) | has_others(even.ahead, odd.ahead)) return 0;
    vec ahead = values_of(even.ahead, odd.ahead), e16 = _mm512_set1_epi64(10000000000000000);
    vec high = _mm512_mul_epu32(ahead, _mm512_srli_epi64(e16, 32));
    vec digits = _mm512_add_epi64(_mm512_mul_epu32(ahead, e16), _mm512_slli_epi64(high, 32));
    digits = _mm512_add_epi64(digits, values_of(even.last, odd.last));
    _mm512_storeu_si512((void *)(out->digits + i), digits);
    _mm_storel_epi64((__m128i *)(void *)(out->scales + i), _mm512_cvtepi64_epi8(scales));
    out->negative |= (uint64_t)signs << i;
    return 1;
}

/* All that is read of eight fields, with the bytes ahead, lies in the text. */
static inline int are_long_inside(const mlops__text_fields *run, int64_t i) {
    mlops__text_span first = mlops__text_span_at(run, i);
    return are_inside(run, i) && first.text + first.n - run->floor >= 32;
}

static int64_t take_few(const mlops__text_fields *run, int64_t i, int64_t n, mlops__decimals *out) {
    mlops__text_fields few = mlops__text_fields_from(run, i);
    mlops__decimals taken;
    few.n = n;
    n = mlops__numbers_decimal_scalar(&few, &taken);
    memcpy(out->digits + i, taken.digits, (size_t)n * sizeof *taken.digits);
    memcpy(out->scales + i, taken.scales, (size_t)n);
    out->negative |= taken.negative << i;
    return n;
}

int64_t mlops__numbers_decimal_avx512(const mlops__text_fields *fields, mlops__decimals *out) {
    mlops__text_fields run = *fields;
    if (run.n > MLOPS__DECIMALS) run.n = MLOPS__DECIMALS;
    int64_t i = 0, due = MLOPS__EIGHT, got = MLOPS__EIGHT;
    out->negative = 0;
    while (got == due && i < run.n) {
        due = run.n - i < MLOPS__EIGHT ? run.n - i : MLOPS__EIGHT;
        if (due < MLOPS__EIGHT || !are_long_inside(&run, i) || !take_decimals(&run, i, out))
            got = take_few(&run, i, due, out);
        i += got;
    }
    return i;
}
