/* Groups: rows as bytes, and back.
 *
 * Owns nothing. Invariants: a column is read without the others, rows without most of those ahead
 * of them; a group makes no more cells than MLOPS__GROUP_CELLS, and no number that its column's
 * form has not.
 */
#include "columnar/grid.h"
#include "columnar/packed.h"

#include <string.h>

enum { VERSION = 1, QUOTES = 1, CRLF = 2, UNENDED = 4, STEP = MLOPS__GROUP_STEP };

/* ---- writing ---- */

/* What is written column by column. */
typedef struct writer {
    mlops__grid *grid;
    mlops__buf *out;
    mlops__buf numbers; /* int64_t each */
} writer;

static int64_t *room(writer *w, size_t n) {
    w->numbers.size = 0;
    return (int64_t *)(void *)mlops__buf_extend(&w->numbers, (n + 1) * sizeof(int64_t));
}

/* Writes where bits are set: the rows, or all bits where that is less. */
static void write_bits(writer *w, const uint64_t *bits, size_t n_set) {
    size_t n = w->grid->n, at = w->out->size, k = 0;
    int64_t *rows = room(w, n_set);
    if (!rows) return;
    for (size_t i = 0; i < n; i++)
        if (mlops__bit(bits, i)) rows[k++] = (int64_t)i;
    mlops__buf_u8(w->out, 0);
    mlops__packed_write(w->out, rows, n_set);
    if (w->out->size - at <= n / 8 + 1) return;
    w->out->size = at;
    mlops__buf_u8(w->out, 1);
    for (size_t i = 0; i < n; i += 8) mlops__buf_u8(w->out, (uint8_t)(bits[i / 64] >> i % 64));
}

static void write_texts(writer *w, const mlops__grid_column *c) {
    int64_t *ends = room(w, c->n_raw), end = 0;
    size_t k = 0;
    if (!ends) return;
    for (size_t i = 0; i < w->grid->n; i++)
        if (mlops__bit(c->raw, i)) ends[k++] = end += mlops__span_of(c->values[i]).n;
    mlops__packed_write(w->out, ends, c->n_raw);
    for (size_t i = 0; i < w->grid->n; i++) {
        mlops__span s = mlops__span_of(c->values[i]);
        if (mlops__bit(c->raw, i)) mlops__buf_put(w->out, w->grid->text + s.at, s.n);
    }
}

/* Numbers of cells that are not raw; a decimal is two. */
static void write_numbers(writer *w, const mlops__grid_column *c) {
    size_t n = w->grid->n, k = 0;
    const int64_t *values = c->values;
    int64_t *numbers = room(w, 2 * n), *parts = numbers + n;
    if (!numbers) return;
    if (c->n_raw) {
        for (size_t i = 0; i < n; i++)
            if (!mlops__bit(c->raw, i)) numbers[k++] = values[i];
        values = numbers;
        n = k;
    }
    if (c->form.kind == MLOPS__FORM_DECIMAL) {
        for (size_t i = 0; i < n; i++) parts[i] = values[i] & 31;
        mlops__packed_write(w->out, parts, n);
        for (size_t i = 0; i < n; i++) parts[i] = (values[i] - (values[i] & 31)) / 32;
        values = parts;
    }
    mlops__packed_write(w->out, values, n);
}

static void write_column(writer *w, const mlops__grid_column *c) {
    int spelled = c->form.kind != MLOPS__FORM_TEXT;
    mlops__form_write(&c->form, w->grid->text, w->out);
    if (spelled) {
        mlops__buf_varint(w->out, c->n_raw);
        if (c->n_raw) write_bits(w, c->raw, c->n_raw);
        if (c->n_raw < w->grid->n) write_numbers(w, c);
    }
    if (c->n_raw) write_texts(w, c);
}

/* What the text's size is up to each step: known since it was parsed, or rendered for this. */
static mlops_status find_marks(mlops__grid *grid, int64_t *marks, mlops_error *err) {
    size_t n = (grid->n + STEP - 1) / STEP;
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        size_t to = (i + 1) * STEP < grid->n ? (i + 1) * STEP : grid->n;
        if (!grid->marked) {
            grid->scratch.size = 0;
            MLOPS_TRY(
                mlops__grid_render(grid, i * STEP, to, MLOPS__ROW_TEXT, &grid->scratch, NULL, err));
            sum += (int64_t)grid->scratch.size;
        }
        marks[i] = grid->marked ? grid->marks[i] : sum;
    }
    return MLOPS_OK;
}

static void write_head(writer *w, const int64_t *marks, size_t n_marks) {
    const mlops__grid *grid = w->grid;
    const mlops__dialect *d = &grid->dialect;
    size_t n_whole = 0;
    mlops__buf_u8(w->out, VERSION);
    mlops__buf_u8(w->out, (uint8_t)((d->quotes ? QUOTES : 0) | (d->crlf ? CRLF : 0) |
                                    (grid->unended ? UNENDED : 0)));
    mlops__buf_u8(w->out, d->delimiter);
    mlops__buf_u16(w->out, d->n_columns);
    mlops__buf_u16(w->out, (uint16_t)grid->n);
    mlops__packed_write(w->out, marks, n_marks);
    for (size_t i = 0; i < grid->n; i++) n_whole += (size_t)mlops__bit(grid->whole, i);
    mlops__buf_varint(w->out, n_whole);
    if (n_whole) write_bits(w, grid->whole, n_whole);
}

/* Columns first, into scratch, since their sizes stand ahead of them. */
static void write_columns(writer *w, mlops__buf *out) {
    mlops__grid *grid = w->grid;
    size_t n = grid->dialect.n_columns;
    mlops__buf ends;
    mlops__buf_init(&ends, grid->allocator);
    int64_t *end = (int64_t *)(void *)mlops__buf_extend(&ends, n * sizeof *end);
    grid->scratch.size = 0;
    w->out = &grid->scratch;
    for (size_t c = 0; end && c < n; c++) {
        write_column(w, &grid->columns[c]);
        end[c] = (int64_t)w->out->size;
    }
    if (end) mlops__packed_write(out, end, n);
    mlops__buf_put(out, grid->scratch.data, grid->scratch.size);
    if (ends.status || grid->scratch.status || w->numbers.status) out->status = MLOPS_E_NOMEM;
    grid->scratch.status = MLOPS_OK;
    mlops__buf_free(&ends);
}

mlops_status mlops__group_write(mlops__grid *grid, mlops__buf *out, mlops_error *err) {
    int64_t marks[MLOPS__GROUP_ROWS / STEP];
    writer w = {grid, out, {0}};
    MLOPS_TRY(find_marks(grid, marks, err));
    mlops__buf_init(&w.numbers, grid->allocator);
    write_head(&w, marks, (grid->n + STEP - 1) / STEP);
    write_columns(&w, out);
    mlops__buf_free(&w.numbers);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

/* ---- reading ---- */

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its columns do not fit");
}

/* Passes over bits of n rows. */
static void pass_bits(mlops__cursor *c, size_t n, size_t n_set) {
    mlops__packed rows;
    if (mlops__cursor_u8(c)) mlops__cursor_take(c, (n + 7) / 8);
    else mlops__packed_open(&rows, c, n_set);
}

static void read_head(mlops__group *out, mlops__cursor *c) {
    unsigned version = mlops__cursor_u8(c), flags = mlops__cursor_u8(c);
    mlops__dialect *d = &out->dialect;
    d->quotes = (flags & QUOTES) != 0;
    d->crlf = (flags & CRLF) != 0;
    out->unended = (flags & UNENDED) != 0;
    d->delimiter = mlops__cursor_u8(c);
    d->n_columns = mlops__cursor_u16(c);
    out->n_rows = mlops__cursor_u16(c);
    if (version != VERSION || flags > (QUOTES | CRLF | UNENDED)) c->failed = 1;
    if (d->n_columns == 0 || d->n_columns > MLOPS__COLUMNS_MAX || out->n_rows == 0 ||
        out->n_rows > MLOPS__GROUP_ROWS || out->n_rows * d->n_columns > MLOPS__GROUP_CELLS)
        c->failed = 1;
    if (d->delimiter != ',' && d->delimiter != ';' && d->delimiter != '\t' && d->delimiter != '|')
        c->failed = 1;
}

static int open_marks(mlops__group *out, mlops__cursor *c) {
    int64_t marks[MLOPS__GROUP_ROWS / STEP], before = 0;
    size_t n = (out->n_rows + STEP - 1) / STEP;
    mlops__packed packed;
    mlops__packed_open(&packed, c, n);
    if (c->failed) return 0;
    mlops__packed_read(&packed, 0, n, marks);
    for (size_t i = 0; i < n; before = marks[i++]) {
        if (marks[i] <= before || marks[i] > MLOPS__ROW_TEXT) return 0;
        out->marks[i] = (uint32_t)marks[i];
    }
    out->text_size = (uint32_t)before;
    return 1;
}

mlops_status mlops__group_open(mlops__group *out, const uint8_t *bytes, size_t n,
                               mlops_error *err) {
    mlops__cursor c;
    mlops__packed sizes;
    mlops__cursor_init(&c, bytes, n);
    memset(out, 0, sizeof *out);
    out->bytes = bytes;
    out->n = n;
    read_head(out, &c);
    if (c.failed || !open_marks(out, &c)) return damaged(err);
    out->whole_at = c.offset;
    uint64_t n_whole = mlops__cursor_varint(&c);
    if (n_whole > out->n_rows) return damaged(err);
    if (n_whole) pass_bits(&c, out->n_rows, (size_t)n_whole);
    out->sizes_at = c.offset;
    mlops__packed_open(&sizes, &c, out->dialect.n_columns);
    out->columns_at = c.offset;
    return c.failed ? damaged(err) : MLOPS_OK;
}

uint32_t mlops__group_mark(const mlops__group *self, size_t step) {
    size_t n = (self->n_rows + STEP - 1) / STEP;
    return step ? self->marks[step < n ? step - 1 : n - 1] : 0;
}

size_t mlops__group_find(const mlops__group *self, uint32_t offset) {
    size_t n = (self->n_rows + STEP - 1) / STEP, step = 0;
    while (step + 1 < n && self->marks[step] <= offset) step++;
    return step;
}

/* A range of rows of a group, while it is read. */
typedef struct reader {
    const mlops__group *group;
    mlops__grid *grid;
    size_t from, to;
} reader;

/* Number i of the rows that the cursor stands ahead of; room for all of them is in scratch. */
static const int64_t *read_rows(reader *r, mlops__cursor *c, size_t n) {
    mlops__packed rows;
    r->grid->scratch.size = 0;
    int64_t *out = (int64_t *)(void *)mlops__buf_extend(&r->grid->scratch, n * sizeof *out);
    mlops__packed_open(&rows, c, n);
    if (!out || c->failed) return NULL;
    mlops__packed_read(&rows, 0, n, out);
    for (size_t i = 0; i < n; i++)
        if (out[i] < (i ? out[i - 1] + 1 : 0) || out[i] >= (int64_t)r->group->n_rows) c->failed = 1;
    return out;
}

/* Sets the bits of the range; *ahead is how many are set of rows ahead of it. Returns how many were
 * set. n_set is at least 1. */
static size_t read_bits(reader *r, mlops__cursor *c, size_t n_set, uint64_t *bits, size_t *ahead) {
    size_t n = r->group->n_rows, out = 0, all = 0;
    unsigned kind = mlops__cursor_u8(c);
    *ahead = 0;
    if (kind > 1) c->failed = 1;
    if (kind == 0) {
        const int64_t *rows = read_rows(r, c, n_set);
        for (size_t i = 0; rows && !c->failed && i < n_set && rows[i] < (int64_t)r->to; i++) {
            if (rows[i] < (int64_t)r->from) ++*ahead;
            else mlops__bit_set(bits, (size_t)rows[i] - r->from), out++;
        }
        return out;
    }
    const uint8_t *bytes = mlops__cursor_take(c, (n + 7) / 8);
    for (size_t i = 0; bytes && i < n; i++) {
        if (!(bytes[i / 8] >> i % 8 & 1)) continue;
        all++;
        if (i < r->from) ++*ahead;
        else if (i < r->to) mlops__bit_set(bits, i - r->from), out++;
    }
    if (all != n_set) c->failed = 1;
    return out;
}

/* Puts a list that leaves out raw cells where it belongs, from the end on. */
static void spread_out(int64_t *values, size_t n, size_t n_raw, const uint64_t *raw) {
    size_t k = n - n_raw;
    for (size_t i = n; i-- > 0;) values[i] = mlops__bit(raw, i) ? 0 : values[--k];
}

static void read_decimals(const mlops__packed *places, const mlops__packed *digits, size_t from,
                          size_t to, int64_t *out) {
    int64_t k[256];
    while (from < to) {
        size_t n = to - from < 256 ? to - from : 256;
        mlops__packed_read(places, from, from + n, k);
        mlops__packed_read(digits, from, from + n, out);
        for (size_t i = 0; i < n; i++)
            out[i] = (int64_t)((uint64_t)out[i] << 5 | ((uint64_t)k[i] & 31));
        from += n;
        out += n;
    }
}

/* Numbers of the cells that are not raw: ahead of them are so many that are. */
static void read_numbers(reader *r, mlops__cursor *c, mlops__grid_column *column, size_t n_raw,
                         size_t ahead) {
    size_t n = r->to - r->from, n_here = n - column->n_raw, from = r->from - ahead;
    mlops__packed places, digits;
    int decimal = column->form.kind == MLOPS__FORM_DECIMAL;
    if (decimal) mlops__packed_open(&places, c, r->group->n_rows - n_raw);
    mlops__packed_open(&digits, c, r->group->n_rows - n_raw);
    if (c->failed) return;
    if (decimal) read_decimals(&places, &digits, from, from + n_here, column->values);
    else mlops__packed_read(&digits, from, from + n_here, column->values);
    if (!mlops__form_has(&column->form, column->values, n_here)) c->failed = 1;
    if (column->n_raw) spread_out(column->values, n, column->n_raw, column->raw);
}

/* Texts of the raw cells, as many as there are in the range. */
static void read_texts(reader *r, mlops__cursor *c, mlops__grid_column *column, size_t n_raw,
                       size_t ahead) {
    mlops__buf *own = &r->grid->own;
    size_t n = r->to - r->from, k = 0;
    mlops__packed packed;
    mlops__packed_open(&packed, c, n_raw);
    if (c->failed || column->n_raw == 0) return;
    r->grid->scratch.size = 0;
    int64_t *ends =
        (int64_t *)(void *)mlops__buf_extend(&r->grid->scratch, column->n_raw * sizeof *ends);
    if (!ends) return;
    mlops__packed_read(&packed, ahead, ahead + column->n_raw, ends);
    int64_t begin = ahead ? mlops__packed_at(&packed, ahead - 1) : 0, at = begin;
    int64_t base = (int64_t)own->size - begin, left = (int64_t)mlops__cursor_left(c);
    if (begin < 0 || begin > left) c->failed = 1;
    for (size_t i = 0; i < n && !c->failed; i++) {
        if (!mlops__bit(column->raw, i)) continue;
        if (ends[k] < at || ends[k] > left) c->failed = 1;
        column->values[i] = mlops__span_pack((uint32_t)(base + at), (uint32_t)(ends[k] - at));
        at = ends[k++];
    }
    if (!c->failed) mlops__buf_put(own, c->data + c->offset + begin, (size_t)(at - begin));
}

static void read_column(reader *r, mlops__cursor *c, mlops__grid_column *column) {
    size_t n = r->to - r->from, ahead = r->from;
    uint64_t n_raw = r->group->n_rows;
    mlops__form_read(&column->form, c, &r->grid->own);
    if (column->form.kind == MLOPS__FORM_TEXT) {
        for (size_t i = 0; i < n; i++) mlops__bit_set(column->raw, i);
        column->n_raw = n;
    } else {
        n_raw = mlops__cursor_varint(c);
        if (n_raw > r->group->n_rows) c->failed = 1;
        if (c->failed) return;
        ahead = 0;
        if (n_raw) column->n_raw = read_bits(r, c, (size_t)n_raw, column->raw, &ahead);
        if (n_raw < r->group->n_rows && !c->failed)
            read_numbers(r, c, column, (size_t)n_raw, ahead);
    }
    if (n_raw && !c->failed) read_texts(r, c, column, (size_t)n_raw, ahead);
}

static void read_whole(reader *r, mlops__cursor *c) {
    size_t ahead;
    c->offset = r->group->whole_at;
    uint64_t n_whole = mlops__cursor_varint(c);
    if (n_whole) read_bits(r, c, (size_t)n_whole, r->grid->whole, &ahead);
}

static mlops_status told(const reader *r, const mlops__cursor *c, mlops_error *err) {
    mlops__grid *grid = r->grid;
    int lacking = grid->own.status || grid->scratch.status;
    grid->own.status = grid->scratch.status = MLOPS_OK;
    if (lacking) return mlops__fail_nomem(err, grid->own.size);
    return c->failed ? damaged(err) : MLOPS_OK;
}

/* The bytes of each wanted column. */
static mlops_status read_columns(reader *r, const uint8_t *wanted, mlops_error *err) {
    const mlops__group *group = r->group;
    mlops__packed sizes;
    mlops__cursor c;
    int64_t ends[64];
    int64_t begin = 0, left = (int64_t)(group->n - group->columns_at);
    mlops__cursor_init(&c, group->bytes, group->n);
    c.offset = group->sizes_at;
    mlops__packed_open(&sizes, &c, group->dialect.n_columns);
    for (size_t i = 0; i < group->dialect.n_columns; i++) {
        size_t n = group->dialect.n_columns - i < 64 ? group->dialect.n_columns - i : 64;
        if (i % 64 == 0) mlops__packed_read(&sizes, i, i + n, ends);
        int64_t end = ends[i % 64];
        if (end < begin || end > left) return damaged(err);
        mlops__cursor_init(&c, group->bytes, group->columns_at + (size_t)end);
        c.offset = group->columns_at + (size_t)begin;
        begin = end;
        if (wanted && !wanted[i]) continue;
        MLOPS_TRY(mlops__grid_words(r->grid, &r->grid->columns[i], err));
        read_column(r, &c, &r->grid->columns[i]);
        MLOPS_TRY(told(r, &c, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__group_read(const mlops__group *self, size_t from, size_t to,
                               const uint8_t *wanted, mlops__grid *out, mlops_error *err) {
    reader r = {self, out, from, to};
    mlops__cursor c;
    if (from > to || to > self->n_rows)
        return mlops__fail(err, MLOPS_E_INVALID, "there are no such rows");
    MLOPS_TRY(mlops__grid_shape(out, &self->dialect, to - from, err));
    out->unended = self->unended && to == self->n_rows && from < to;
    mlops__cursor_init(&c, self->bytes, self->n);
    read_whole(&r, &c);
    mlops_status status = told(&r, &c, err);
    if (!status) status = read_columns(&r, wanted, err);
    mlops__buf_zero(&out->own, 16); /* so that words are copied 16 bytes at a time */
    if (!status) status = told(&r, &c, err);
    if (out->own.data) out->text = out->own.data;
    if (status) out->n = 0;
    return status;
}
