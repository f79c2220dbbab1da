/* Forms: how the cells of a column are spelled, so that a number says what a cell is.
 *
 * A form spells each number in one way and reads nothing but what it spells: so two cells of one
 * form are the same bytes if they are the same number. What a form cannot spell is raw: a span of
 * text. Bytes: docs/format.md.
 */
#ifndef MLOPS_COLUMNAR_FORM_H
#define MLOPS_COLUMNAR_FORM_H

#include "base/buf.h"
#include "base/cursor.h"

typedef enum mlops__form_kind {
    MLOPS__FORM_TEXT = 0,    /* nothing: all cells are raw */
    MLOPS__FORM_INTEGER = 1, /* decimal digits, the first not a needless 0, behind a - or not */
    MLOPS__FORM_DIGITS = 2,  /* so many digits */
    MLOPS__FORM_DECIMAL = 3, /* an integer, or one with a point and digits behind it; the number is
                                32 times the digits and how many of them are behind the point */
    MLOPS__FORM_TIME = 4,    /* 2024-02-29, 2024-02-29 23:59:59, 2024-02-29T23:59:59.123: days, or
                                parts of a second, since 1970 */
    MLOPS__FORM_WORDS = 5    /* one of a sorted list */
} mlops__form_kind;

enum {
    MLOPS__AFFIX = 16, /* of room; one byte less may be ahead of the number, or behind it */
    MLOPS__WORDS_MAX = 1024,
    MLOPS__WORD_MAX = 255,  /* bytes of one */
    MLOPS__DIGITS_MAX = 17, /* of a decimal, zeroes ahead not counted */
    MLOPS__PLACES_MAX = 18  /* behind its point */
};

/* Where a text is: from offset at on, n bytes. */
typedef struct mlops__span {
    uint32_t at;
    uint32_t n;
} mlops__span;

/* A raw cell stands where numbers do. */
static inline int64_t mlops__span_pack(uint32_t at, uint32_t n) {
    return (int64_t)((uint64_t)n << 32 | at);
}
static inline mlops__span mlops__span_of(int64_t value) {
    return (mlops__span){(uint32_t)value, (uint32_t)((uint64_t)value >> 32)};
}

typedef struct mlops__form {
    uint8_t kind;
    uint8_t width;   /* of DIGITS all of them, 1 to 18; of TIME those behind the point, 0 to 9 */
    uint8_t between; /* of DECIMAL the point, or a comma; of TIME what is between day and hour: T,
                        space, or 0: a day is all */
    uint8_t n_prefix, n_suffix;
    uint8_t prefix[MLOPS__AFFIX], suffix[MLOPS__AFFIX];
    uint32_t n_words;
    mlops__span *words; /* WORDS_MAX of room, or NULL; the owner's */
} mlops__form;

/* False if the form does not spell text[at .. at + n - 1]; not of WORDS and TEXT. */
int mlops__form_parse(const mlops__form *self, const uint8_t *text, size_t at, size_t n,
                      int64_t *out);

/* The number of a word, or -1. text is what the words' spans are in. */
int64_t mlops__form_word(const mlops__form *self, const uint8_t *text, const uint8_t *word,
                         size_t n);

/* Chooses the form that spells most of the n cells, which are spans, best; for TEXT and WORDS only
 * their number decides, see mlops__words_find(). */
void mlops__form_choose(mlops__form *out, const uint8_t *text, const int64_t *cells, size_t n);

/* Puts numbers in the place of spans; a bit of raw is set for each that stays. Returns how many. */
size_t mlops__form_take(const mlops__form *self, const uint8_t *text, int64_t *cells, size_t n,
                        uint64_t *raw);

/* Makes a list of words of a column, if it has few, and puts numbers in the place of spans. False,
 * and nothing was changed, if it has too many. room is for MLOPS__WORDS_ROOM bytes and n u16. */
enum { MLOPS__WORDS_ROOM = 48 << 10 };
int mlops__words_find(mlops__form *out, const uint8_t *text, int64_t *cells, size_t n, void *room);

/* Spells a number that the form has: at most MLOPS__CELL_TEXT bytes, of which all may be written.
 * Not of WORDS and TEXT. */
size_t mlops__form_spell(const mlops__form *self, int64_t value, uint8_t *out);

/* True if all numbers are of the form. */
int mlops__form_has(const mlops__form *self, const int64_t *values, size_t n);

/* Two forms whose numbers mean the same. False for WORDS and TEXT. */
int mlops__form_same(const mlops__form *a, const mlops__form *b);

/* Writing and reading one. Words are appended to text, of which spans are made: self->words has
 * room for WORDS_MAX, or is NULL, and then only the bytes are passed over. Sets c->failed. */
void mlops__form_write(const mlops__form *self, const uint8_t *text, mlops__buf *out);
void mlops__form_read(mlops__form *self, mlops__cursor *c, mlops__buf *text);

extern const uint64_t mlops__tens[19]; /* powers of ten */

#endif
