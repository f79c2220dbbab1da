/* Numbers among fields with AVX2: the 16 bytes up to the end of a field at once, without branches
 * on how long it is or where its point stands, since fields come in no order.
 *
 * Owns nothing. Invariant: the same values as the scalar kernel's, of as many fields.
 */
#include "kern/numbers/numbers.h"

#include <immintrin.h>

mlops__numbers_i64 mlops__numbers_i64_avx2;
mlops__numbers_f64 mlops__numbers_f64_avx2;

typedef __m128i vec;

/* All ones in the last n of 16 bytes. */
static inline vec last_bytes(size_t n) {
    static const uint8_t slide[32] = {0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return _mm_loadu_si128((const vec *)(const void *)(slide + n));
}

/* The last n of the 16 bytes up to end less '0', and 0 ahead of them. */
static inline vec load_digits(const char *end, size_t n) {
    vec x = _mm_loadu_si128((const vec *)(const void *)(end - 16));
    return _mm_and_si128(_mm_sub_epi8(x, _mm_set1_epi8('0')), last_bytes(n));
}

static inline int are_digits(vec x) {
    vec nine = _mm_set1_epi8(9);
    return _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(x, nine), nine)) == 0xffff;
}

/* By pairs, fours and eights. */
static inline uint64_t value_of(vec x) {
    vec pairs = _mm_maddubs_epi16(x, _mm_set1_epi16(0x010a));
    vec fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
    vec packed = _mm_packus_epi32(fours, fours);
    vec eights = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
    uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    return (both & UINT32_MAX) * 100000000 + (both >> 32);
}

int64_t mlops__numbers_i64_avx2(const mlops__text_fields *fields, int64_t *out, int *minus_zero) {
    const mlops__text_fields run = *fields;
    uint64_t zeros = 0;
    int64_t i = 0;
    for (; i < run.n; i++) {
        mlops__text_span field = mlops__text_span_at(&run, i);
        if (!mlops__text_is_inside(&run, field)) break;
        uint64_t negative = *field.text == '-';
        size_t n = (size_t)(field.n - negative);
        if (n - 1 >= MLOPS__NUMBERS_MAX) break;
        vec x = load_digits(field.text + field.n, n);
        if (!are_digits(x)) break;
        uint64_t value = value_of(x);
        zeros |= negative & (value == 0);
        out[i] = (int64_t)((value ^ (0 - negative)) + negative);
    }
    *minus_zero |= (int)zeros;
    return i;
}

int64_t mlops__numbers_f64_avx2(const mlops__text_fields *fields, double *out) {
    /* By how many digits stand behind the point; 16: there is none. */
    static const double powers[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                    1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e0};
    const mlops__text_fields run = *fields;
    int64_t i = 0;
    for (; i < run.n; i++) {
        mlops__text_span field = mlops__text_span_at(&run, i);
        if (!mlops__text_is_inside(&run, field)) break;
        uint64_t negative = *field.text == '-';
        size_t n = (size_t)(field.n - negative);
        vec x = load_digits(field.text + field.n, n < 17 ? n : 0);
        uint32_t point = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.' - '0')));
        size_t scale = (size_t)__builtin_clz(point << 1 | 1) - 15;
        if (n - 1 >= MLOPS__NUMBERS_MAX || n == (point != 0)) break;
        /* What stands ahead of the point moves over it. */
        x = _mm_blendv_epi8(_mm_slli_si128(x, 1), x, last_bytes(scale));
        if (!are_digits(x)) break;
        uint64_t value = value_of(x);
        if (value >> 53) break;
        double magnitude = (double)(int64_t)value / powers[scale];
        uint64_t bits;
        memcpy(&bits, &magnitude, sizeof bits);
        bits |= negative << 63;
        memcpy(&out[i], &bits, sizeof bits);
    }
    return i;
}
