/* Cutting text into rows and cells.
 *
 * Owns nothing. Invariants: how a row is cut depends on its own bytes and the dialect, never on how
 * much of the text is there; cells joined again are the text. A quote counts only where a cell
 * begins; one that is not closed within QUOTED bytes is a byte like any other.
 */
#include "columnar/grid.h"
#include "columnar/packed.h"

#include <string.h>

enum { QUOTED = 64 << 10, BLOCK = 64, PLAIN = 128 /* bytes, no more than a byte counts */ };

/* Compiled once with a row to fill, and once without. */
#define INLINE static inline __attribute__((always_inline))

uint64_t mlops__cut_stops(const uint8_t *bytes, uint8_t delimiter) {
    const uint64_t mark = MLOPS__WORD_OF(delimiter), lf = MLOPS__WORD_OF('\n');
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t x = mlops__word(bytes + 8 * i);
        uint64_t hits = mlops__word_zeros(x ^ mark) | mlops__word_zeros(x ^ lf);
        /* The product brings the eight high bits together in the top byte. */
        bits |= ((hits >> 7) * 0x0102040810204080 >> 56) << (8 * i);
    }
    return bits;
}

typedef struct cutter {
    const uint8_t *text;
    size_t size, block; /* block: where the 64 bytes begin that stops are of */
    uint64_t stops;
    const mlops__dialect *dialect;
    int ended;
} cutter;

static uint64_t stops_at(const cutter *self, size_t block) {
    uint8_t padded[BLOCK] = {0}; /* NUL is never a delimiter */
    if (self->size - block >= BLOCK)
        return mlops__cut_stops(self->text + block, self->dialect->delimiter);
    memcpy(padded, self->text + block, self->size - block);
    return mlops__cut_stops(padded, self->dialect->delimiter);
}

/* The next stop is at, or behind it. */
static void seek(cutter *self, size_t at) {
    if (at - self->block >= BLOCK) {
        self->block = at;
        self->stops = at < self->size ? stops_at(self, at) : 0;
    } else self->stops &= UINT64_MAX << (at - self->block);
}

static inline size_t next_stop(cutter *self) {
    while (!self->stops) {
        self->block += BLOCK;
        if (self->block >= self->size) return self->size;
        self->stops = stops_at(self, self->block);
    }
    size_t at = self->block + (size_t)__builtin_ctzll(self->stops);
    self->stops &= self->stops - 1;
    return at;
}

/* Passes over what is quoted from at on. False if the text ends ahead of it, and more may come. */
static int pass_quoted(cutter *self, size_t at) {
    size_t limit = self->size - at < QUOTED ? self->size : at + QUOTED, i = at + 1;
    while (i < limit) {
        const uint8_t *quote = memchr(self->text + i, '"', limit - i);
        if (!quote) break;
        i = (size_t)(quote - self->text) + 1;
        if (i == self->size && !self->ended) return 0;
        if (i == self->size || self->text[i] != '"') {
            seek(self, i);
            return 1;
        }
        i++;
    }
    return self->ended || limit < self->size; /* it is none, then */
}

/* One row from *at on; false if it is not all there. Without a row, only where it ends is found. */
INLINE int cut_row(cutter *self, size_t *at, uint32_t *row, int *unended) {
    size_t n_columns = self->dialect->n_columns, n = 0, cell = *at, stop;
    int quotes = self->dialect->quotes;
    if (row) row[0] = (uint32_t)cell;
    for (;;) {
        if (quotes && cell < self->size && self->text[cell] == '"' && !pass_quoted(self, cell))
            return 0;
        stop = next_stop(self);
        if (stop == self->size && !self->ended) return 0;
        if (row) row[++n < n_columns ? n : n_columns] = (uint32_t)stop;
        if (stop == self->size || self->text[stop] == '\n') break;
        cell = stop + 1;
    }
    *unended = stop == self->size;
    *at = stop + !*unended;
    if (!row) return 1;
    int cr = self->dialect->crlf && !*unended;
    if (n != n_columns || (cr && (stop == cell || self->text[stop - 1] != '\r')))
        row[0] |= MLOPS__CUT_WHOLE, row[n_columns] = (uint32_t)stop;
    else row[n] -= (uint32_t)cr;
    return 1;
}

/* Passes whole rows in which no quote counts, of those up to text_max, and returns how many: at the
 * most n_rows. Where a quote is near, or an end, it may leave some that it might pass. */
static size_t pass_plain(cutter *self, size_t n_rows, size_t text_max, size_t *at) {
    size_t n = 0, end = *at, to = self->size < text_max ? self->size : text_max;
    while (end < to && to - end >= PLAIN) {
        uint8_t n_lines = 0, n_quotes = 0;
        for (const uint8_t *p = self->text + end, *past = p + PLAIN; p < past; p++) {
            n_lines = (uint8_t)(n_lines + (*p == '\n'));
            n_quotes = (uint8_t)(n_quotes + (*p == '"'));
        }
        if ((n_quotes && self->dialect->quotes) || n_lines > n_rows - n) break;
        n += n_lines;
        end += PLAIN;
    }
    if (n == 0) return 0;
    while (self->text[end - 1] != '\n') end--;
    seek(self, end);
    *at = end;
    return n;
}

INLINE int cut_rows(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended,
                    size_t n_rows, size_t text_max, uint32_t *out, mlops__cut *cut) {
    cutter c = {text, n, 0, 0, dialect, ended};
    size_t at = 0;
    *cut = (mlops__cut){0, 0, 0};
    if (n) c.stops = stops_at(&c, 0);
    while (cut->n_rows < n_rows && at < n) {
        int unended;
        size_t n_plain = out ? 0 : pass_plain(&c, n_rows - cut->n_rows, text_max, &at);
        cut->n_rows += n_plain;
        cut->taken = n_plain ? at : cut->taken;
        if (n_plain) continue;
        if (!cut_row(&c, &at, out, &unended)) return n - cut->taken <= MLOPS__ROW_TEXT;
        if (at - cut->taken > MLOPS__ROW_TEXT) return 0;
        if (at > text_max && cut->n_rows) break;
        if (out) out += dialect->n_columns + 1u;
        cut->taken = at;
        cut->unended = unended;
        cut->n_rows++;
    }
    return 1;
}

int mlops__cut_rows(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended,
                    size_t n_rows, size_t text_max, uint32_t *out, mlops__cut *cut) {
    return cut_rows(dialect, text, n, ended, n_rows, text_max, out, cut);
}

int mlops__cut_measure(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended,
                       size_t n_rows, size_t text_max, mlops__cut *cut) {
    return cut_rows(dialect, text, n, ended, n_rows, text_max, NULL, cut);
}

size_t mlops__cut_cell(const mlops__dialect *dialect, const uint8_t *text, size_t n, size_t at) {
    cutter c = {text, n, at, 0, dialect, 1};
    if (at >= n) return n;
    c.stops = stops_at(&c, at);
    if (dialect->quotes && text[at] == '"') (void)pass_quoted(&c, at);
    return next_stop(&c);
}
