/* Reading cells under a form.
 *
 * Owns nothing. Invariant: what is read here is spelled by form_spell.c as the very same bytes; so
 * whatever has two spellings (-0, 007, 1., +1) is left to be raw.
 */
#include "columnar/form.h"
#include "base/calendar.h"

#include "columnar/packed.h"

#include <string.h>

#define K UINT64_C(1000)
const uint64_t mlops__tens[] = {1,
                                10,
                                100,
                                K,
                                10 * K,
                                100 * K,
                                K *K,
                                10 * K *K,
                                100 * K *K,
                                K *K *K,
                                10 * K *K *K,
                                100 * K *K *K,
                                K *K *K *K,
                                10 * K *K *K *K,
                                100 * K *K *K *K,
                                K *K *K *K *K,
                                10 * K *K *K *K *K,
                                100 * K *K *K *K *K,
                                K *K *K *K *K *K};
#undef K

/* True if all eight bytes are digits. */
static inline int all_digits(uint64_t x) {
    return (((x + MLOPS__WORD_OF(0x46)) | (x - MLOPS__WORD_OF('0'))) & MLOPS__WORD_OF(0x80)) == 0;
}

/* What eight digits say, the first in the lowest byte. */
static inline uint64_t eight(uint64_t x) {
    x -= MLOPS__WORD_OF('0');
    x = x * 10 + (x >> 8);
    return ((x & 0x000000ff000000ff) * 0x000f424000000064 +
            ((x >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
           32;
}

/* The last n (1 to 8) bytes of x, behind zeroes. */
static inline uint64_t last(uint64_t x, size_t n) {
    uint64_t mask = UINT64_MAX << (64 - 8 * n);
    return (x & mask) | (MLOPS__WORD_OF('0') & ~mask);
}

/* n digits, 1 to 18, that end ahead of text + end; false if one is none. Eight bytes at a time
 * where there are so many in the text, which is why what is ahead of them may be looked at. */
static inline int read_digits(const uint8_t *text, size_t end, size_t n, uint64_t *out) {
    uint64_t x, sum = 0;
    if (n <= 8 && end >= 8) {
        x = last(mlops__word(text + end - 8), n);
        *out = eight(x);
        return all_digits(x);
    }
    if (n <= 16 && end >= 16) {
        x = mlops__word(text + end - 8);
        uint64_t y = last(mlops__word(text + end - 16), n - 8);
        *out = eight(y) * 100000000 + eight(x);
        return all_digits(x) & all_digits(y);
    }
    for (size_t i = end - n; i < end; i++) {
        if (text[i] < '0' || text[i] > '9') return 0;
        sum = sum * 10 + (uint64_t)(text[i] - '0');
    }
    *out = sum;
    return 1;
}

static inline int read_integer(const uint8_t *text, size_t at, size_t n, int64_t *out) {
    if (n == 0 || n > 20) return 0;
    size_t neg = text[at] == '-';
    uint64_t x;
    at += neg;
    n -= neg;
    if (n == 0 || n > 19 || (text[at] == '0' && (n > 1 || neg))) return 0;
    if (n < 19) {
        if (!read_digits(text, at + n, n, &x)) return 0;
    } else {
        uint8_t low = text[at + 18];
        if (!read_digits(text, at + 18, 18, &x) || low < '0' || low > '9') return 0;
        if (x > INT64_MAX / 10 || x * 10 + (uint64_t)(low - '0') > INT64_MAX) return 0;
        x = x * 10 + (uint64_t)(low - '0');
    }
    *out = neg ? -(int64_t)x : (int64_t)x;
    return 1;
}

/* Digits behind the last point; n if there is none. */
static inline size_t behind_point(const uint8_t *text, size_t at, size_t n, uint8_t point) {
    if (at + n >= 8) {
        uint64_t hits = mlops__word_zeros(mlops__word(text + at + n - 8) ^ MLOPS__WORD_OF(point));
        size_t k = hits ? (size_t)__builtin_clzll(hits) / 8 : n;
        if (hits || n <= 8) return k < n ? k : n;
    }
    for (size_t k = 0; k < n; k++)
        if (text[at + n - 1 - k] == point) return k;
    return n;
}

static inline int read_decimal(const uint8_t *text, size_t at, size_t n, uint8_t point,
                               int64_t *out) {
    uint64_t whole, part = 0;
    if (n == 0 || n > MLOPS__PLACES_MAX + 3) return 0;
    size_t neg = text[at] == '-';
    at += neg;
    n -= neg;
    size_t k = behind_point(text, at, n, point), n_whole = k < n ? n - k - 1 : n;
    if (k == n) k = 0;
    else if (k == 0) return 0;
    if (n_whole == 0 || k > MLOPS__PLACES_MAX || (text[at] == '0' && n_whole > 1)) return 0;
    if (text[at] != '0' && n_whole + k > MLOPS__DIGITS_MAX) return 0;
    if (!read_digits(text, at + n_whole, n_whole, &whole)) return 0;
    if (k && !read_digits(text, at + n, k, &part)) return 0;
    int64_t scaled = (int64_t)(whole * mlops__tens[k] + part);
    if ((scaled == 0 && neg) || scaled >= (int64_t)mlops__tens[MLOPS__DIGITS_MAX]) return 0;
    *out = (neg ? -scaled : scaled) * 32 + (int64_t)k;
    return 1;
}

/* ---- times ---- */

static int read_time(const mlops__form *self, const uint8_t *text, size_t at, size_t n,
                     int64_t *out) {
    uint64_t year, month, day, hour, minute, second, part = 0;
    size_t wanted = !self->between ? 10 : self->width ? 20u + self->width : 19;
    const uint8_t *p = text + at;
    if (n != wanted || p[4] != '-' || p[7] != '-') return 0;
    if (!read_digits(text, at + 4, 4, &year) || !read_digits(text, at + 7, 2, &month) ||
        !read_digits(text, at + 10, 2, &day))
        return 0;
    mlops__date date = {(int64_t)year, (int64_t)month, (int64_t)day};
    if (!mlops__date_is(date)) return 0;
    int64_t days = mlops__date_days(date);
    if (!self->between) return *out = days, 1;
    if (p[10] != self->between || p[13] != ':' || p[16] != ':') return 0;
    if (!read_digits(text, at + 13, 2, &hour) || !read_digits(text, at + 16, 2, &minute) ||
        !read_digits(text, at + 19, 2, &second) || hour > 23 || minute > 59 || second > 59)
        return 0;
    if (self->width && (p[19] != '.' || !read_digits(text, at + n, self->width, &part))) return 0;
    int64_t scale = (int64_t)mlops__tens[self->width];
    int64_t seconds = days * 86400 + (int64_t)(hour * 3600 + minute * 60 + second);
    if (seconds > INT64_MAX / scale - 1 || seconds < INT64_MIN / scale + 1) return 0;
    *out = seconds * scale + (int64_t)part;
    return 1;
}

/* ---- cells ---- */

static inline int parse(const mlops__form *self, const uint8_t *text, size_t at, size_t n,
                        int64_t *out) {
    size_t affixes = (size_t)self->n_prefix + self->n_suffix;
    uint64_t digits;
    if (affixes) {
        if (n <= affixes) return 0;
        for (size_t i = 0; i < self->n_prefix; i++)
            if (text[at + i] != self->prefix[i]) return 0;
        for (size_t i = 0; i < self->n_suffix; i++)
            if (text[at + n - self->n_suffix + i] != self->suffix[i]) return 0;
        at += self->n_prefix;
        n -= affixes;
    }
    switch (self->kind) {
    case MLOPS__FORM_INTEGER: return read_integer(text, at, n, out);
    case MLOPS__FORM_DECIMAL: return read_decimal(text, at, n, self->between, out);
    case MLOPS__FORM_DIGITS:
        if (n != self->width || !read_digits(text, at + n, n, &digits)) return 0;
        *out = (int64_t)digits;
        return 1;
    case MLOPS__FORM_TIME: return read_time(self, text, at, n, out);
    default: return 0;
    }
}

int mlops__form_parse(const mlops__form *self, const uint8_t *text, size_t at, size_t n,
                      int64_t *out) {
    return parse(self, text, at, n, out);
}

size_t mlops__form_take(const mlops__form *self, const uint8_t *text, int64_t *cells, size_t n,
                        uint64_t *raw) {
    mlops__form form = *self; /* which nothing that is written here can change */
    size_t n_raw = 0;
    for (size_t from = 0; from < n; from += 64) {
        uint64_t bits = 0;
        size_t to = n - from < 64 ? n : from + 64;
        for (size_t i = from; i < to; i++) {
            mlops__span s = mlops__span_of(cells[i]);
            if (parse(&form, text, s.at, s.n, &cells[i])) continue;
            bits |= (uint64_t)1 << (i - from);
            n_raw++;
        }
        raw[from / 64] = bits;
    }
    return n_raw;
}
