/* Rows of cells as the text that they were.
 *
 * Owns nothing. Invariant: what has been parsed is rendered as the very same bytes.
 */
#include "columnar/grid.h"
#include "columnar/spell.h"

#include "sys/hash.h"

#include <string.h>

enum { BETWEEN = 4 /* bytes behind a cell, at the most */ };

/* Where text goes. */
typedef struct sink {
    mlops__buf *out;
    uint8_t *end;    /* of the room that there is */
    size_t row_room; /* that a row takes at the most, but for what is raw */
} sink;

/* The place to go on at, with room for n bytes and a row; NULL if memory ran out. */
static uint8_t *make_room(sink *s, uint8_t *at, size_t n) {
    if ((size_t)(s->end - at) >= n + s->row_room) return at;
    size_t used = (size_t)(at - s->out->data);
    s->out->size = used;
    if (!mlops__buf_extend(s->out, n + s->row_room + used / 2)) return NULL;
    s->end = s->out->data + s->out->size;
    return s->out->data + used;
}

static uint8_t *put_raw(const mlops__grid *self, int64_t value, uint8_t *at, sink *s) {
    mlops__span text = mlops__span_of(value);
    at = make_room(s, at, text.n);
    if (at) memcpy(at, self->text + text.at, text.n);
    return at ? at + text.n : NULL;
}

static inline uint8_t *put_word(const mlops__grid *self, mlops__span word, uint8_t *at) {
    const uint8_t *text = self->text + word.at;
    if (word.n <= 16 && self->text == self->own.data && word.at + 16 <= self->own.size)
        memcpy(at, text, 16); /* there is room, and a copy of a known size is quick */
    else memcpy(at, text, word.n);
    return at + word.n;
}

static inline uint8_t *put_row(const mlops__grid *self, size_t row, uint8_t *at, sink *s) {
    int whole = mlops__bit(self->whole, row);
    size_t n_columns = whole ? 1 : self->dialect.n_columns;
    uint8_t delimiter = self->dialect.delimiter;
    const mlops__grid_column *c = self->columns, *end = c + n_columns;
    for (; c < end; c++) {
        int64_t value = c->values[row];
        if (c->n_raw && mlops__bit(c->raw, row)) {
            at = put_raw(self, value, at, s);
            if (!at) return NULL;
        } else if (c->form.kind == MLOPS__FORM_WORDS) at = put_word(self, c->form.words[value], at);
        else at += mlops__spell(&c->form, value, at);
        *at++ = delimiter;
    }
    at--;
    if (self->unended && row + 1 == self->n) return at;
    if (self->dialect.crlf && !whole) *at++ = '\r';
    *at++ = '\n';
    return at;
}

static size_t room_of_row(const mlops__grid *self) {
    size_t out = BETWEEN;
    for (size_t c = 0; c < self->dialect.n_columns; c++) {
        int words = self->columns[c].form.kind == MLOPS__FORM_WORDS;
        out += (words ? MLOPS__WORD_MAX + 1u : MLOPS__CELL_TEXT) + BETWEEN;
    }
    return out;
}

mlops_status mlops__grid_render(mlops__grid *self, size_t from, size_t to, size_t max,
                                mlops__buf *out, uint32_t *ends, mlops_error *err) {
    size_t begin = out->size, n = 0, row_room = room_of_row(self);
    if (!mlops__buf_extend(out, row_room)) return mlops__fail_nomem(err, row_room);
    uint8_t *at = out->data + begin;
    sink s = {out, out->data + out->size, row_room};
    for (size_t row = from; row < to && at && n <= max; row++) {
        at = make_room(&s, at, 0);
        if (at) at = put_row(self, row, at, &s);
        if (at) n = (size_t)(at - out->data) - begin;
        if (ends) ends[row - from] = (uint32_t)n;
    }
    out->size = begin + n;
    if (!at) return mlops__fail_nomem(err, out->size);
    if (n <= max) return MLOPS_OK;
    out->size = begin;
    return mlops__fail(err, MLOPS_E_CORRUPT, "rows have more text than they should");
}

mlops_status mlops__grid_line_up(mlops__grid *self, mlops_error *err) {
    self->lines.size = self->ends.size = 0;
    self->lines.status = self->ends.status = MLOPS_OK;
    uint8_t *ends = mlops__buf_extend(&self->ends, self->n * sizeof(uint32_t));
    if (!ends) return mlops__fail_nomem(err, self->n * sizeof(uint32_t));
    MLOPS_TRY(mlops__grid_render(self, 0, self->n, UINT32_MAX, &self->lines,
                                 (uint32_t *)(void *)ends, err));
    self->lined = 1;
    return MLOPS_OK;
}

mlops_status mlops__grid_hash(mlops__grid *self, size_t from, size_t to, uint64_t *out,
                              mlops_error *err) {
    for (size_t row = from; row < to; row++) {
        self->scratch.size = 0;
        MLOPS_TRY(mlops__grid_render(self, row, row + 1, SIZE_MAX, &self->scratch, NULL, err));
        *out++ = mlops__hash_64(self->scratch.data, self->scratch.size);
    }
    return MLOPS_OK;
}
