/* Plainly spelled numbers among the fields of a text: [-] up to 16 digits, in reals possibly with
 * one point among them that counts as a digit.
 */
#ifndef MLOPS_KERN_NUMBERS_H
#define MLOPS_KERN_NUMBERS_H

#include "base/word.h"

#include <stddef.h>

/* A field of delimited text: at the most 2^62 - 1 bytes. */
typedef struct mlops__text_field {
    const char *text; /* without the quotes around it */
    uint64_t n : 62;
    uint64_t quoted : 1;
    uint64_t doubled : 1; /* quotes inside are still doubled */
} mlops__text_field;

/* Fields one below the other: field i is between the entries i * stride and i * stride + 1 of
 * borders. The first holds where the byte ahead of it is in text, which may be ahead of text, the
 * second where the byte behind it is. One that begins with a quote ends with another. */
typedef struct mlops__text_fields {
    const uint32_t *borders;
    int64_t stride;
    int64_t n;
    const char *text;
    const char *floor; /* from here up to end bytes may be read, whatever they are */
    const char *end;
    int doubled; /* quotes in quotes may be */
} mlops__text_fields;

/* The characters of a field, with the quotes around it. */
typedef struct mlops__text_span {
    const char *text;
    size_t n;
} mlops__text_span;

static inline mlops__text_span mlops__text_span_at(const mlops__text_fields *self, int64_t i) {
    const uint32_t *borders = self->borders + i * self->stride;
    uint32_t begin = borders[0] + 1;
    return (mlops__text_span){self->text + begin, borders[1] - begin};
}

static inline mlops__text_field mlops__text_field_at(const mlops__text_fields *self, int64_t i) {
    mlops__text_span span = mlops__text_span_at(self, i);
    if (span.n < 2 || *span.text != '"')
        return (mlops__text_field){span.text, span.n & INT64_MAX >> 1, 0, 0};
    mlops__text_field out = {span.text + 1, (span.n - 2) & INT64_MAX >> 1, 1, 0};
    out.doubled = self->doubled && memchr(out.text, '"', span.n - 2) != NULL;
    return out;
}

/* What is left of a run from field i on. */
static inline mlops__text_fields mlops__text_fields_from(const mlops__text_fields *self,
                                                         int64_t i) {
    mlops__text_fields rest = *self;
    rest.borders += i * rest.stride;
    rest.n -= i;
    return rest;
}

/* Write values as long as fields are plain; return how many. What stands there next is for the
 * caller: something else, a real whose digits make 2^53 or more, or one of the few fields at the
 * ends of the text. *minus_zero is set if one is -0. Reals are rounded once, if the processor
 * rounds to nearest. */
typedef int64_t mlops__numbers_i64(const mlops__text_fields *fields, int64_t *out, int *minus_zero);
typedef int64_t mlops__numbers_f64(const mlops__text_fields *fields, double *out);

/* Reals whose digits may make 2^53 or more. */
enum { MLOPS__DECIMALS = 64, MLOPS__DECIMAL_DIGITS = 19, MLOPS__POINT_MOST = 15 };

typedef struct mlops__decimals {
    uint64_t digits[MLOPS__DECIMALS]; /* as a whole number */
    uint8_t scales[MLOPS__DECIMALS];  /* how many of them stand behind the point */
    uint64_t negative;                /* bits */
} mlops__decimals;

/* Takes up to MLOPS__DECIMALS fields apart, as long as they are plain and have no more than
 * MLOPS__DECIMAL_DIGITS digits, and MLOPS__POINT_MOST of them ahead of a point; returns how many.
 */
typedef int64_t mlops__numbers_decimal(const mlops__text_fields *fields, mlops__decimals *out);

mlops__numbers_decimal mlops__numbers_decimal_scalar;
mlops__numbers_i64 mlops__numbers_i64_scalar;
mlops__numbers_f64 mlops__numbers_f64_scalar;

enum {
    MLOPS__NUMBERS_MAX = 16,  /* characters without the sign */
    MLOPS__NUMBERS_REACH = 24 /* bytes around a field that may be read too */
};

/* Bytes around the field can be read, which is not empty. */
static inline int mlops__text_is_inside(const mlops__text_fields *fields, mlops__text_span span) {
    return span.n && span.text - fields->floor >= MLOPS__NUMBERS_REACH &&
           fields->end - span.text >= MLOPS__NUMBERS_REACH;
}

/* The last n of 8 digits, 0 ahead of them. n is 0 to 8. */
static inline uint64_t mlops__digits_last(uint64_t digits, size_t n) {
    return n ? digits & ~(uint64_t)0 << (64 - 8 * n) : 0;
}

/* Not 0: some of the bytes are more than 9. A carry comes from such a byte alone. */
static inline uint64_t mlops__digits_others(uint64_t digits) {
    return (digits | (digits + MLOPS__WORD_OF(0x7f - 9))) & MLOPS__WORD_OF(0x80);
}

/* The value of eight digits, by pairs, fours and eights. */
static inline uint64_t mlops__digits_value(uint64_t digits) {
    digits = digits * 2561 >> 8;
    digits = (digits & 0x00ff00ff00ff00ff) * 6553601 >> 16;
    return (digits & 0x0000ffff0000ffff) * 42949672960001 >> 32;
}

/* The value of the n digits up to end, n up to 19; MLOPS__NUMBERS_REACH bytes ahead of end can be
 * read. What is not 0 in *others tells that they are no digits, all of them. */
static inline uint64_t mlops__digits_take(const char *end, size_t n, uint64_t *others) {
    uint64_t last = mlops__word(end - 8) ^ MLOPS__WORD_OF('0');
    if (n <= 8) {
        last = mlops__digits_last(last, n);
        *others |= mlops__digits_others(last);
        return mlops__digits_value(last);
    }
    uint64_t more = mlops__word(end - 16) ^ MLOPS__WORD_OF('0'), first = 0;
    if (n > 16) first = mlops__digits_last(mlops__word(end - 24) ^ MLOPS__WORD_OF('0'), n - 16);
    else more = mlops__digits_last(more, n - 8);
    *others |=
        mlops__digits_others(last) | mlops__digits_others(more) | mlops__digits_others(first);
    return mlops__digits_value(more) * 100000000 + mlops__digits_value(last) +
           mlops__digits_value(first) * 10000000000000000;
}

/* How many characters stand ahead of the point among n, the first 16 of which are looked at; n if
 * there is none. */
static inline size_t mlops__digits_point(const char *p, size_t n) {
    for (size_t at = 0; at < n && at <= MLOPS__POINT_MOST; at += 8) {
        uint64_t found = mlops__word_zeros(mlops__word(p + at) ^ MLOPS__WORD_OF('.'));
        if (!found) continue;
        at += (size_t)__builtin_ctzll(found) / 8;
        return at < n ? at : n;
    }
    return n;
}

/* 10^n, n up to 19. */
static inline uint64_t mlops__digits_power(size_t n) {
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t power = powers[n % 8];
    if (n & 8) power *= 100000000;
    return n & 16 ? power * 10000000000000000 : power;
}

/* [digits] [. digits] as a whole number, whose last *scale digits stand behind the point; false if
 * it is something else, or has more than 19 digits. */
static inline int mlops__digits_decimal(const char *p, size_t n, uint64_t *digits, size_t *scale) {
    uint64_t others = 0;
    size_t whole = mlops__digits_point(p, n);
    *scale = n - whole - (whole < n);
    if (whole + *scale - 1 >= 19) return 0;
    *digits = mlops__digits_take(p + whole, whole, &others) * mlops__digits_power(*scale);
    *digits += mlops__digits_take(p + n, *scale, &others);
    return !others;
}

#endif
