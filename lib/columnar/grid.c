/* Rows of cells in memory: room for them, parsing them, and setting single cells.
 *
 * Owns the columns and one slab of values and bitmaps for all of them. Invariant: a cell is raw
 * only where its column's form cannot spell it, so that equal cells are equal here.
 */
#include "columnar/grid.h"

#include "base/alloc.h"

#include <string.h>

static const uint8_t NOTHING[1];

void mlops__grid_init(mlops__grid *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    self->allocator = allocator;
    self->text = NOTHING;
    mlops__buf_init(&self->own, allocator);
    mlops__buf_init(&self->scratch, allocator);
    mlops__buf_init(&self->slab, allocator);
    mlops__buf_init(&self->lines, allocator);
    mlops__buf_init(&self->ends, allocator);
}

void mlops__grid_free(mlops__grid *self) {
    for (size_t i = 0; i < self->columns_cap; i++)
        mlops__free(self->allocator, self->columns[i].words,
                    self->columns[i].words ? MLOPS__WORDS_MAX * sizeof(mlops__span) : 0);
    mlops__free(self->allocator, self->columns, self->columns_cap * sizeof *self->columns);
    mlops__buf_free(&self->own);
    mlops__buf_free(&self->scratch);
    mlops__buf_free(&self->slab);
    mlops__buf_free(&self->lines);
    mlops__buf_free(&self->ends);
}

size_t mlops__grid_memory(const mlops__grid *self) {
    const mlops__buf *bufs[] = {&self->own, &self->scratch, &self->slab, &self->lines, &self->ends};
    size_t out = self->columns_cap * sizeof *self->columns;
    for (size_t i = 0; i < self->columns_cap; i++)
        if (self->columns[i].words) out += MLOPS__WORDS_MAX * sizeof(mlops__span);
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) {
        if (bufs[i]->status) return SIZE_MAX;
        out += bufs[i]->cap;
    }
    return out;
}

static mlops_status grow_columns(mlops__grid *self, size_t n, mlops_error *err) {
    if (n <= self->columns_cap) return MLOPS_OK;
    struct mlops__grid_column *columns =
        mlops__alloc_array(self->allocator, n, sizeof *self->columns);
    if (!columns) return mlops__fail_nomem(err, n * sizeof *self->columns);
    if (self->columns_cap)
        memcpy(columns, self->columns, self->columns_cap * sizeof *self->columns);
    mlops__free(self->allocator, self->columns, self->columns_cap * sizeof *self->columns);
    self->columns = columns;
    self->columns_cap = n;
    return MLOPS_OK;
}

mlops_status mlops__grid_shape(mlops__grid *self, const mlops__dialect *dialect, size_t n,
                               mlops_error *err) {
    size_t n_words = (n + 63) / 64, n_columns = dialect->n_columns;
    MLOPS_TRY(grow_columns(self, n_columns, err));
    self->dialect = *dialect;
    self->n = 0;
    self->unended = self->marked = self->lined = 0;
    self->own.size = self->slab.size = 0;
    self->text = self->own.data ? self->own.data : NOTHING;
    uint64_t *slab = (uint64_t *)(void *)mlops__buf_extend(
        &self->slab, 8 * (n_columns * (n + n_words) + n_words + 1));
    if (!slab) {
        self->slab.status = MLOPS_OK;
        return mlops__fail_nomem(err, n_columns * n * 8);
    }
    memset(slab, 0, (n_columns + 1) * n_words * 8);
    self->whole = slab;
    slab += n_words;
    for (size_t c = 0; c < n_columns; c++, slab += n_words) {
        self->columns[c].raw = slab;
        self->columns[c].n_raw = 0;
        self->columns[c].form.kind = MLOPS__FORM_TEXT;
    }
    for (size_t c = 0; c < n_columns; c++, slab += n) self->columns[c].values = (int64_t *)slab;
    self->n = n;
    return MLOPS_OK;
}

mlops_status mlops__grid_words(mlops__grid *self, mlops__grid_column *column, mlops_error *err) {
    size_t size = MLOPS__WORDS_MAX * sizeof(mlops__span);
    if (!column->words) column->words = mlops__alloc(self->allocator, size);
    column->form.words = column->words;
    return column->words ? MLOPS_OK : mlops__fail_nomem(err, size);
}

/* ---- parsing ---- */

static void set_all(mlops__grid_column *column, size_t n) {
    for (size_t i = 0; i < n; i++) mlops__bit_set(column->raw, i);
    column->n_raw = n;
}

mlops_status mlops__column_take(mlops__grid_column *column, const uint8_t *text, size_t n,
                                mlops__buf *room, mlops_error *err) {
    column->form.words = column->words;
    mlops__form_choose(&column->form, text, column->values, n);
    if (column->form.kind != MLOPS__FORM_TEXT) {
        column->n_raw = mlops__form_take(&column->form, text, column->values, n, column->raw);
        return MLOPS_OK;
    }
    room->size = 0;
    uint8_t *bytes = mlops__buf_extend(room, MLOPS__WORDS_ROOM + n * sizeof(uint16_t));
    if (!bytes) {
        room->status = MLOPS_OK;
        return mlops__fail_nomem(err, n * sizeof(uint16_t));
    }
    if (!mlops__words_find(&column->form, text, column->values, n, bytes)) set_all(column, n);
    return MLOPS_OK;
}

static void fill_column(mlops__grid *self, const uint32_t *rows, size_t column) {
    size_t stride = self->dialect.n_columns + 1u;
    int64_t *values = self->columns[column].values;
    for (size_t i = 0; i < self->n; i++, rows += stride) {
        int whole = (rows[0] & MLOPS__CUT_WHOLE) != 0;
        size_t at = mlops__cut_begin(rows, whole ? 0 : column), end = rows[column + 1];
        if (whole) end = column ? at : rows[stride - 1];
        values[i] = mlops__span_pack((uint32_t)at, (uint32_t)(end - at));
    }
}

static mlops_status fill(mlops__grid *self, const mlops__dialect *dialect, const uint8_t *text,
                         const uint32_t *rows, const mlops__cut *cut, mlops_error *err) {
    size_t stride = dialect->n_columns + 1u;
    MLOPS_TRY(mlops__grid_shape(self, dialect, cut->n_rows, err));
    self->unended = cut->unended;
    for (size_t i = 0; i < cut->n_rows; i++)
        if (rows[i * stride] & MLOPS__CUT_WHOLE) mlops__bit_set(self->whole, i);
    for (size_t c = 0; c < dialect->n_columns; c++) {
        mlops__grid_column *column = &self->columns[c];
        fill_column(self, rows, c);
        MLOPS_TRY(mlops__grid_words(self, column, err));
        MLOPS_TRY(mlops__column_take(column, text, self->n, &self->own, err));
    }
    self->text = text;
    self->text_size = cut->taken;
    self->marked = 1;
    for (size_t i = MLOPS__GROUP_STEP; i < self->n; i += MLOPS__GROUP_STEP)
        self->marks[i / MLOPS__GROUP_STEP - 1] = rows[i * stride] & ~MLOPS__CUT_WHOLE;
    self->marks[(self->n - 1) / MLOPS__GROUP_STEP] = (uint32_t)cut->taken;
    return MLOPS_OK;
}

/* Rows that a group may have, and as much of the text as is looked at for them. */
static size_t most_rows(const mlops__dialect *dialect, size_t *n, int *ended) {
    size_t most = MLOPS__GROUP_CELLS / dialect->n_columns;
    if (*n > 2 * (size_t)MLOPS__ROW_TEXT) *n = 2 * (size_t)MLOPS__ROW_TEXT, *ended = 0;
    return most < MLOPS__GROUP_ROWS ? most : MLOPS__GROUP_ROWS;
}

size_t mlops__grid_measure(const mlops__dialect *dialect, const uint8_t *text, size_t n,
                           int ended) {
    mlops__cut cut;
    size_t most = most_rows(dialect, &n, &ended);
    int fits = mlops__cut_measure(dialect, text, n, ended, most, MLOPS__GROUP_TEXT, &cut);
    return fits ? cut.taken : 0;
}

mlops_status mlops__grid_parse(mlops__grid *self, const mlops__dialect *dialect,
                               const uint8_t *text, size_t n, int ended, size_t *taken,
                               mlops_error *err) {
    size_t most = most_rows(dialect, &n, &ended);
    mlops__cut cut;
    *taken = 0;
    self->scratch.size = 0;
    size_t size = most * (dialect->n_columns + 1u) * sizeof(uint32_t);
    uint32_t *rows = (uint32_t *)(void *)mlops__buf_extend(&self->scratch, size);
    if (!rows) {
        self->scratch.status = MLOPS_OK;
        return mlops__fail_nomem(err, size);
    }
    if (!mlops__cut_rows(dialect, text, n, ended, most, MLOPS__GROUP_TEXT, rows, &cut))
        return mlops__fail(err, MLOPS_E_LIMIT, "a row has more than %d bytes", MLOPS__ROW_TEXT);
    if (cut.n_rows) MLOPS_TRY(fill(self, dialect, text, rows, &cut, err));
    else MLOPS_TRY(mlops__grid_shape(self, dialect, 0, err));
    *taken = cut.taken;
    return MLOPS_OK;
}

/* ---- single cells ---- */

mlops_status mlops__grid_own(mlops__grid *self, mlops_error *err) {
    if (self->text == NOTHING || self->text == self->own.data) return MLOPS_OK;
    self->own.size = 0;
    mlops__buf_put(&self->own, self->text, self->text_size);
    if (self->own.status) {
        self->own.status = MLOPS_OK;
        return mlops__fail_nomem(err, self->text_size);
    }
    self->text = self->own.data;
    return MLOPS_OK;
}

int mlops__grid_is_whole(const mlops__grid *self, size_t row) {
    return mlops__bit(self->whole, row);
}

const uint8_t *mlops__grid_cell(const mlops__grid *self, size_t row, size_t column,
                                uint8_t room[MLOPS__CELL_TEXT], size_t *n) {
    const mlops__grid_column *c = &self->columns[column];
    int64_t value = c->values[row];
    int raw = mlops__bit(c->raw, row);
    *n = 0;
    if (column && mlops__grid_is_whole(self, row)) return room;
    if (!raw && c->form.kind != MLOPS__FORM_WORDS) {
        *n = mlops__form_spell(&c->form, value, room);
        return room;
    }
    mlops__span s = raw ? mlops__span_of(value) : c->form.words[value];
    *n = s.n;
    return self->text + s.at;
}

static mlops_status keep_raw(mlops__grid *self, mlops__grid_column *column, size_t row,
                             const uint8_t *text, size_t n, mlops_error *err) {
    size_t at = self->own.size;
    if (n > UINT32_MAX - at) return mlops__fail(err, MLOPS_E_LIMIT, "cells have too much text");
    mlops__buf_put(&self->own, text, n);
    if (self->own.status) {
        self->own.status = MLOPS_OK;
        return mlops__fail_nomem(err, n);
    }
    if (self->own.data) self->text = self->own.data;
    column->values[row] = mlops__span_pack((uint32_t)at, (uint32_t)n);
    column->n_raw += !mlops__bit(column->raw, row);
    mlops__bit_set(column->raw, row);
    return MLOPS_OK;
}

mlops_status mlops__grid_set(mlops__grid *self, size_t row, size_t column, const uint8_t *text,
                             size_t n, mlops_error *err) {
    mlops__grid_column *c = &self->columns[column];
    int64_t value = -1;
    self->marked = self->lined = 0;
    int spelled = c->form.kind == MLOPS__FORM_WORDS
                      ? (value = mlops__form_word(&c->form, self->text, text, n)) >= 0
                      : mlops__form_parse(&c->form, text, 0, n, &value);
    if (!spelled) return keep_raw(self, c, row, text, n, err);
    c->values[row] = value;
    c->n_raw -= (size_t)mlops__bit(c->raw, row);
    c->raw[row / 64] &= ~((uint64_t)1 << row % 64);
    return MLOPS_OK;
}

mlops_status mlops__grid_set_row(mlops__grid *self, size_t row, const uint8_t *text, size_t n,
                                 mlops_error *err) {
    size_t n_columns = self->dialect.n_columns;
    mlops__cut cut;
    self->scratch.size = 0;
    uint32_t *cells = (uint32_t *)(void *)mlops__buf_extend(&self->scratch, 4 * (n_columns + 1));
    if (!cells) {
        self->scratch.status = MLOPS_OK;
        return mlops__fail_nomem(err, n_columns);
    }
    int fits = n <= MLOPS__ROW_TEXT &&
               mlops__cut_rows(&self->dialect, text, n, 1, 1, SIZE_MAX, cells, &cut);
    if (!fits || n == 0 || cut.taken != n || (cut.unended && row + 1 != self->n))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a changed row is damaged");
    if (row + 1 == self->n) self->unended = cut.unended;
    int whole = (cells[0] & MLOPS__CUT_WHOLE) != 0;
    self->whole[row / 64] &= ~((uint64_t)1 << row % 64);
    if (whole) mlops__bit_set(self->whole, row);
    for (size_t c = 0; c < n_columns; c++) {
        size_t at = mlops__cut_begin(cells, whole ? 0 : c), end = cells[c + 1];
        if (whole) end = c ? at : cells[n_columns];
        MLOPS_TRY(mlops__grid_set(self, row, c, text + at, end - at, err));
    }
    return MLOPS_OK;
}
