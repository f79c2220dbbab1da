/* Rows of cells as the text that they were.
 *
 * Owns nothing. Invariant: what has been parsed is rendered as the very same bytes.
 */
#include "columnar/grid.h"
#include "columnar/packed.h"

#include "sys/hash.h"

#include <string.h>

enum { BETWEEN = 8, SLACK = MLOPS__CELL_TEXT + BETWEEN };

/* Where text goes. Behind what has been put there is room for what stands between cells. */
typedef struct sink {
    mlops__buf *out;
    uint8_t *at, *end;
} sink;

/* Makes room for n bytes and SLACK more. False if memory ran out. */
static int make_room(sink *s, size_t n) {
    size_t used = (size_t)(s->at - s->out->data);
    s->out->size = used;
    if (!mlops__buf_extend(s->out, n + SLACK + used / 2)) return 0;
    s->at = s->out->data + used;
    s->end = s->out->data + s->out->size;
    return 1;
}

static int put_text(sink *s, const uint8_t *text, size_t n) {
    if ((size_t)(s->end - s->at) < n + BETWEEN && !make_room(s, n)) return 0;
    if (n) memcpy(s->at, text, n);
    s->at += n;
    return 1;
}

static inline int put_cell(const mlops__grid *self, const mlops__grid_column *c, size_t row,
                           sink *s) {
    int64_t value = c->values[row];
    if (c->n_raw && mlops__bit(c->raw, row)) {
        mlops__span text = mlops__span_of(value);
        return put_text(s, self->text + text.at, text.n);
    }
    if (c->form.kind == MLOPS__FORM_WORDS) {
        mlops__span text = c->form.words[value];
        return put_text(s, self->text + text.at, text.n);
    }
    if ((size_t)(s->end - s->at) < SLACK && !make_room(s, 0)) return 0;
    s->at += mlops__form_spell(&c->form, value, s->at);
    return 1;
}

static int put_row(const mlops__grid *self, size_t row, sink *s) {
    size_t n_columns = mlops__bit(self->whole, row) ? 1 : self->dialect.n_columns;
    for (size_t c = 0; c < n_columns; c++) {
        if (!put_cell(self, &self->columns[c], row, s)) return 0;
        *s->at++ = self->dialect.delimiter;
    }
    s->at--;
    if (self->unended && row + 1 == self->n) return 1;
    if (self->dialect.crlf && !mlops__bit(self->whole, row)) *s->at++ = '\r';
    *s->at++ = '\n';
    return 1;
}

mlops_status mlops__grid_render(mlops__grid *self, size_t from, size_t to, size_t max,
                                mlops__buf *out, uint32_t *ends, mlops_error *err) {
    size_t begin = out->size;
    int left = 1;
    if (!mlops__buf_extend(out, SLACK)) return mlops__fail_nomem(err, SLACK);
    sink s = {out, out->data + begin, out->data + out->size};
    for (size_t row = from; row < to && left; row++) {
        left = put_row(self, row, &s);
        size_t n = (size_t)(s.at - out->data) - begin;
        if (left && n > max) {
            out->size = begin;
            return mlops__fail(err, MLOPS_E_CORRUPT, "rows have more text than they should");
        }
        if (ends) ends[row - from] = (uint32_t)n;
    }
    out->size = left ? (size_t)(s.at - out->data) : begin;
    return left ? MLOPS_OK : mlops__fail_nomem(err, out->size);
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
