/* Spelling numbers of a form, to be compiled into the loop that renders rows.
 *
 * A cell takes at most MLOPS__CELL_TEXT bytes, of which all may be written: eight digits at a time
 * are made within one word.
 */
#ifndef MLOPS_COLUMNAR_SPELL_H
#define MLOPS_COLUMNAR_SPELL_H

#include "columnar/form.h"
#include "columnar/packed.h"

#include <string.h>

size_t mlops__spell_time(const mlops__form *self, int64_t value, uint8_t *out);

#define ASCII UINT64_C(0x3030303030303030)

/* The eight digits of x < 10^8 as values, the first in the lowest byte: halves, quarters, digits,
 * each by a product that is exact for so few of them. */
static inline uint64_t eight(uint64_t x) {
    uint64_t high = x / 10000, halves = high | (x - high * 10000) << 32;
    uint64_t h = (halves * 10486 >> 20) & 0x0000007f0000007f;
    uint64_t quarters = h | (halves - h * 100) << 16;
    uint64_t t = (quarters * 103 >> 10) & 0x000f000f000f000f;
    return t | (quarters - t * 10) << 8;
}

/* Digits of x < 10^8 as text, without zeroes ahead, but at least `least` of them (1 to 8). */
static inline size_t eight_without_zeroes(uint64_t x, size_t least, uint64_t *text) {
    uint64_t digits = eight(x);
    size_t zeroes = (size_t)__builtin_ctzll(digits | (uint64_t)1 << 63) / 8;
    if (zeroes > 8 - least) zeroes = 8 - least;
    *text = (digits | ASCII) >> 8 * zeroes;
    return 8 - zeroes;
}

static inline size_t spell_eight(uint64_t x, size_t least, uint8_t *out) {
    uint64_t text;
    size_t n = eight_without_zeroes(x, least, &text);
    mlops__packed_store(out, text);
    return n;
}

/* Of any size; at least `least` digits. */
static inline size_t spell_digits(uint64_t x, size_t least, uint8_t *out) {
    if (x < 100000000 && least <= 8) return spell_eight(x, least, out);
    uint64_t high = x / 100000000;
    size_t n;
    if (high < 100000000 && least <= 16) n = spell_eight(high, least > 9 ? least - 8 : 1, out);
    else {
        n = spell_eight(high / 100000000, least > 17 ? least - 16 : 1, out);
        mlops__packed_store(out + n, eight(high % 100000000) | ASCII);
        n += 8;
    }
    mlops__packed_store(out + n, eight(x % 100000000) | ASCII);
    return n + 8;
}

static inline size_t spell_integer(int64_t value, uint8_t *out) {
    size_t neg = value < 0;
    out[0] = '-';
    return neg + spell_digits(neg ? 0 - (uint64_t)value : (uint64_t)value, 1, out + neg);
}

static inline size_t spell_decimal(int64_t value, uint8_t point, uint8_t *out) {
    size_t k = (size_t)(value & 31), neg = value < 0, n, whole;
    uint64_t scaled = (uint64_t)((value - (int64_t)k) / 32), text;
    out[0] = '-';
    out += neg;
    if (neg) scaled = 0 - scaled;
    if (k == 0) return neg + spell_digits(scaled, 1, out);
    if (scaled < 100000000 && k < 8) {
        n = eight_without_zeroes(scaled, k + 1, &text);
        whole = n - k;
        mlops__packed_store(out, text);
        mlops__packed_store(out + whole + 1, text >> 8 * whole);
    } else {
        n = spell_digits(scaled, k + 1, out);
        whole = n - k;
        memmove(out + whole + 1, out + whole, k);
    }
    out[whole] = point;
    return neg + n + 1;
}

#undef ASCII

/* As mlops__form_spell(). */
static inline size_t mlops__spell(const mlops__form *self, int64_t value, uint8_t *out) {
    size_t n = self->n_prefix;
    if (n) memcpy(out, self->prefix, MLOPS__AFFIX);
    switch (self->kind) {
    case MLOPS__FORM_INTEGER: n += spell_integer(value, out + n); break;
    case MLOPS__FORM_DECIMAL: n += spell_decimal(value, self->between, out + n); break;
    case MLOPS__FORM_DIGITS: n += spell_digits((uint64_t)value, self->width, out + n); break;
    default: n += mlops__spell_time(self, value, out + n); break;
    }
    if (self->n_suffix) memcpy(out + n, self->suffix, MLOPS__AFFIX);
    return n + self->n_suffix;
}

#endif
