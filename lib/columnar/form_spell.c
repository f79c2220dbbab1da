/* Spelling numbers of a form, and forms as bytes.
 *
 * Owns nothing. Invariant: a number that the form has takes at most MLOPS__CELL_TEXT bytes.
 */
#include "base/calendar.h"
#include "columnar/columnar.h"
#include "columnar/form.h"
#include "columnar/packed.h"
#include "columnar/spell.h"

#include <string.h>

/* ---- times ---- */

static inline void two(uint64_t x, uint8_t *out) {
    out[0] = (uint8_t)('0' + x / 10);
    out[1] = (uint8_t)('0' + x % 10);
}

static size_t spell_day(int64_t days, uint8_t *out) {
    mlops__date date = mlops__date_of(days);
    two((uint64_t)date.year / 100, out);
    two((uint64_t)date.year % 100, out + 2);
    two((uint64_t)date.month, out + 5);
    two((uint64_t)date.day, out + 8);
    out[4] = out[7] = '-';
    return 10;
}

/* Whole days, and what of the day is left. */
static int64_t floor_days(int64_t value, int64_t of_day, int64_t *left) {
    int64_t days = value / of_day;
    *left = value % of_day;
    if (*left < 0) *left += of_day, days--;
    return days;
}

size_t mlops__spell_time(const mlops__form *self, int64_t value, uint8_t *out) {
    if (!self->between) return spell_day(value, out);
    int64_t scale = (int64_t)mlops__tens[self->width], left;
    spell_day(floor_days(value, 86400 * scale, &left), out);
    uint64_t seconds = (uint64_t)(left / scale), part = (uint64_t)(left % scale);
    out[10] = self->between;
    two(seconds / 3600, out + 11);
    two(seconds / 60 % 60, out + 14);
    two(seconds % 60, out + 17);
    out[13] = out[16] = ':';
    if (!self->width) return 19;
    out[19] = '.';
    for (size_t i = self->width; i-- > 0; part /= 10) out[20 + i] = (uint8_t)('0' + part % 10);
    return 20u + self->width;
}

/* ---- forms ---- */

size_t mlops__form_spell(const mlops__form *self, int64_t value, uint8_t *out) {
    return mlops__spell(self, value, out);
}

/* Numbers from least to most. What is above either is below zero, by the highest bit: vectors have
 * no comparison of such numbers everywhere. */
static int within(const int64_t *values, size_t n, int64_t least, int64_t most) {
    uint64_t range = (uint64_t)most - (uint64_t)least, beyond = 0;
    if (range >> 63) {
        for (size_t i = 0; i < n; i++) beyond |= (uint64_t)values[i] - (uint64_t)least > range;
        return !beyond;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t above = (uint64_t)values[i] - (uint64_t)least;
        beyond |= above | (range - above);
    }
    return !(beyond >> 63);
}

/* All but the least number that there is, which alone is zero without its highest bit. */
static int has_integers(const int64_t *values, size_t n) {
    uint64_t all = UINT64_MAX;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)values[i] ^ (uint64_t)1 << 63;
        all &= x | (0 - x);
    }
    return (int)(all >> 63);
}

static int has_times(const mlops__form *self, const int64_t *values, size_t n) {
    static const int64_t LEAST = -719528, MOST = 2932896; /* the years 0 to 9999 */
    int64_t scale = self->between ? 86400 * (int64_t)mlops__tens[self->width] : 1;
    int64_t least = LEAST < INT64_MIN / scale ? INT64_MIN : LEAST * scale;
    int64_t most = MOST >= INT64_MAX / scale ? INT64_MAX : (MOST + 1) * scale - 1;
    return within(values, n, least, most);
}

int mlops__form_has(const mlops__form *self, const int64_t *values, size_t n) {
    switch (self->kind) {
    case MLOPS__FORM_INTEGER: return has_integers(values, n);
    case MLOPS__FORM_DIGITS: return within(values, n, 0, (int64_t)mlops__tens[self->width] - 1);
    case MLOPS__FORM_TIME: return has_times(self, values, n);
    case MLOPS__FORM_WORDS:
        return self->n_words && within(values, n, 0, (int64_t)self->n_words - 1);
    case MLOPS__FORM_DECIMAL: {
        int64_t most = (int64_t)mlops__tens[MLOPS__DIGITS_MAX] * 32 - 1, beyond = 0;
        for (size_t i = 0; i < n; i++) beyond |= (values[i] & 31) > MLOPS__PLACES_MAX;
        return !beyond && within(values, n, 32 - most - 1, most);
    }
    default: return 0;
    }
}

int mlops__form_same(const mlops__form *a, const mlops__form *b) {
    if (a->kind != b->kind || a->kind == MLOPS__FORM_TEXT || a->kind == MLOPS__FORM_WORDS) return 0;
    return a->width == b->width && a->between == b->between && a->n_prefix == b->n_prefix &&
           a->n_suffix == b->n_suffix && memcmp(a->prefix, b->prefix, a->n_prefix) == 0 &&
           memcmp(a->suffix, b->suffix, a->n_suffix) == 0;
}

/* ---- bytes ---- */

static void write_words(const mlops__form *self, const uint8_t *text, mlops__buf *out) {
    mlops__buf_varint(out, self->n_words);
    for (uint32_t i = 0; i < self->n_words; i++) mlops__buf_u8(out, (uint8_t)self->words[i].n);
    for (uint32_t i = 0; i < self->n_words; i++)
        mlops__buf_put(out, text + self->words[i].at, self->words[i].n);
}

void mlops__form_write(const mlops__form *self, const uint8_t *text, mlops__buf *out) {
    mlops__buf_u8(out, self->kind);
    if (self->kind == MLOPS__FORM_TEXT) return;
    if (self->kind == MLOPS__FORM_WORDS) {
        write_words(self, text, out);
        return;
    }
    mlops__buf_u8(out, self->width);
    mlops__buf_u8(out, self->between);
    mlops__buf_u8(out, (uint8_t)(self->n_prefix << 4 | self->n_suffix));
    mlops__buf_put(out, self->prefix, self->n_prefix);
    mlops__buf_put(out, self->suffix, self->n_suffix);
}

static int ascends(const uint8_t *a, size_t na, const uint8_t *b, size_t nb) {
    int order = memcmp(a, b, na < nb ? na : nb);
    return order < 0 || (order == 0 && na < nb);
}

static void read_words(mlops__form *self, mlops__cursor *c, mlops__buf *text) {
    uint64_t n = mlops__cursor_varint(c);
    if (n == 0 || n > MLOPS__WORDS_MAX) c->failed = 1;
    const uint8_t *sizes = c->failed ? NULL : mlops__cursor_take(c, (size_t)n), *before = NULL;
    if (!sizes) return;
    self->n_words = (uint32_t)n;
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *word = mlops__cursor_take(c, sizes[i]);
        if (word && i && !ascends(before, sizes[i - 1], word, sizes[i])) c->failed = 1;
        if (c->failed) return;
        if (self->words) {
            self->words[i] = (mlops__span){(uint32_t)text->size, sizes[i]};
            mlops__buf_put(text, word, sizes[i]);
        }
        before = word;
    }
}

static int makes_sense(const mlops__form *self) {
    uint8_t width = self->width, between = self->between;
    switch (self->kind) {
    case MLOPS__FORM_INTEGER: return !width && !between;
    case MLOPS__FORM_DIGITS: return width >= 1 && width <= 18 && !between;
    case MLOPS__FORM_DECIMAL: return !width && (between == '.' || between == ',');
    case MLOPS__FORM_TIME:
        return between ? width <= 9 && (between == 'T' || between == ' ') : !width;
    default: return 0;
    }
}

void mlops__form_read(mlops__form *self, mlops__cursor *c, mlops__buf *text) {
    mlops__span *words = self->words;
    memset(self, 0, sizeof *self);
    self->words = words;
    self->kind = mlops__cursor_u8(c);
    if (self->kind == MLOPS__FORM_TEXT) return;
    if (self->kind == MLOPS__FORM_WORDS) {
        read_words(self, c, text);
        return;
    }
    self->width = mlops__cursor_u8(c);
    self->between = mlops__cursor_u8(c);
    uint8_t sizes = mlops__cursor_u8(c);
    self->n_prefix = (uint8_t)(sizes >> 4);
    self->n_suffix = (uint8_t)(sizes & 15);
    const uint8_t *affixes = mlops__cursor_take(c, (size_t)self->n_prefix + self->n_suffix);
    if (!affixes || !makes_sense(self)) {
        c->failed = 1;
        return;
    }
    memcpy(self->prefix, affixes, self->n_prefix);
    memcpy(self->suffix, affixes + self->n_prefix, self->n_suffix);
}
