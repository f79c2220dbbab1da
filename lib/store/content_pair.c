/* Two contents that are kept as changes to the same rows, side by side.
 *
 * Owns a reader of each side, and the list of runs that stand for each other. Invariants: rows
 * stand for each other if they are one row of the base that both lead to; those of a run differ at
 * the most in rows, and columns, that a patch on the way of either side has cells of; runs ascend
 * on both sides.
 */
#include "columnar/grid.h"
#include "store/store.h"
#include "store/tabular.h"

#include <string.h>

enum { WORDS = MLOPS__GROUP_ROWS / 64, DECIMAL_BITS = 5 };

/* Rows that stand for each other, or of one side alone. */
typedef struct pair_run {
    uint64_t row[2], n[2];
    uint64_t base[2]; /* in the level that the side is traced to */
    int is_patched[2];
} pair_run;

struct mlops__content_pair {
    mlops_store *store;
    mlops__index index;
    mlops__tabular side[2];
    int end[2]; /* levels of the base that both have */
    mlops__buf runs;
    size_t run;    /* the next */
    uint64_t done; /* rows of it */
    pair_run last; /* that was loaded */
    int is_apart, form;
    mlops__form measured;
    mlops__cell_lists cells[2];
    uint64_t sure_from, sure_to; /* rows of from whose numbers ascend, in sure_column */
    int64_t sure_column, sure_last;
    uint8_t touched_columns[MLOPS__COLUMNS_MAX + 1], wanted[MLOPS__COLUMNS_MAX];
    uint64_t bits[WORDS], known[WORDS]; /* of rows that are next; of those that are measured */
    uint32_t rows[MLOPS__GROUP_ROWS];
    int64_t numbers[MLOPS__GROUP_ROWS];
};

int64_t mlops__pair_n_rows(const mlops__content_pair *self, int side) {
    return (int64_t)mlops__tabular_rows(&self->side[side]);
}

int mlops__pair_may_differ(const mlops__content_pair *self, int64_t column) {
    return column > MLOPS__COLUMNS_MAX || self->touched_columns[column];
}

int mlops__pair_is_apart(const mlops__content_pair *self) { return self->is_apart; }

/* ---- runs ---- */

static pair_run *runs_of(const mlops__content_pair *self, size_t *n) {
    *n = self->runs.size / sizeof(pair_run);
    return (pair_run *)(void *)self->runs.data;
}

static void put_run(mlops__content_pair *self, const pair_run *run) {
    if (run->n[0] == 0 || run->n[1] == 0) self->is_apart = 1;
    mlops__buf_put(&self->runs, run, sizeof *run);
}

static mlops_status trace(mlops__content_pair *self, int side, uint64_t row,
                          mlops__tabular_run *out, mlops_error *err) {
    uint64_t left = mlops__tabular_rows(&self->side[side]) - row;
    *out = (mlops__tabular_run){0, 0, -1, 0};
    if (left == 0) return MLOPS_OK;
    return mlops__tabular_trace(&self->side[side], self->end[side], row, left, out, err);
}

/* Rows of one side that the other has not: n of those at hand. */
static void put_alone(mlops__content_pair *self, const uint64_t at[2], int side, uint64_t n) {
    pair_run run = {{at[0], at[1]}, {0, 0}, {0, 0}, {0, 0}};
    run.n[side] = n;
    put_run(self, &run);
}

static mlops_status list_runs(mlops__content_pair *self, mlops_error *err) {
    uint64_t at[2] = {0, 0}, past[2] = {0, 0};
    for (;;) {
        mlops__tabular_run t[2];
        int in_base[2], alone;
        for (int side = 0; side < 2; side++) {
            MLOPS_TRY_END(trace(self, side, at[side], &t[side], err));
            in_base[side] = t[side].n && t[side].level == self->end[side];
            if (in_base[side] && t[side].row < past[side]) return MLOPS_END;
        }
        if (t[0].n == 0 && t[1].n == 0) break;
        if (in_base[0] && in_base[1] && t[0].row == t[1].row) {
            uint64_t n = t[0].n < t[1].n ? t[0].n : t[1].n;
            put_run(self, &(pair_run){{at[0], at[1]},
                                      {n, n},
                                      {t[0].row, t[1].row},
                                      {t[0].is_patched, t[1].is_patched}});
            for (int side = 0; side < 2; side++) at[side] += n, past[side] = t[side].row + n;
            continue;
        }
        if (t[0].n && !in_base[0]) alone = 0;
        else if (t[1].n && !in_base[1]) alone = 1;
        else alone = !(t[0].n && (t[1].n == 0 || t[0].row < t[1].row));
        uint64_t n = t[alone].n;
        if (in_base[alone] && in_base[!alone] && t[!alone].row - t[alone].row < n)
            n = t[!alone].row - t[alone].row;
        put_alone(self, at, alone, n);
        if (in_base[alone]) past[alone] = t[alone].row + n;
        at[alone] += n;
    }
    return self->runs.status ? mlops__fail_nomem(err, self->runs.size) : MLOPS_OK;
}

/* ---- opening ---- */

/* The nearest object that both lead to. */
static mlops_status find_base(mlops__content_pair *self, const mlops_id *const ids[2],
                              mlops_error *err) {
    uint8_t id[32];
    memcpy(id, ids[0]->bytes, sizeof id);
    for (self->end[0] = 0;; self->end[0]++) {
        self->end[1] = 0;
        if (memcmp(id, ids[1]->bytes, sizeof id) == 0) return MLOPS_OK;
        mlops_status status = mlops__tabular_level_of(&self->side[1], id, &self->end[1], err);
        if (status != MLOPS_END) return status;
        const uint8_t *base = self->side[0].levels[self->end[0]].recipe.base;
        if (!base) return MLOPS_END;
        memcpy(id, base, sizeof id);
        MLOPS_TRY_END(mlops__tabular_reach(&self->side[0], self->end[0], err));
    }
}

static mlops_status open_sides(mlops__content_pair *self, const mlops_id *const ids[2],
                               mlops_error *err) {
    for (int side = 0; side < 2; side++) {
        mlops_status status = mlops__tabular_open(&self->side[side], ids[side]->bytes, err);
        if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
    }
    mlops_status status = find_base(self, ids, err);
    for (int side = 0; side < 2 && !status; side++)
        status =
            mlops__tabular_columns(&self->side[side], self->end[side], self->touched_columns, err);
    return status ? status : list_runs(self, err);
}

mlops_status mlops__pair_open(mlops__content_pair **out, mlops_store *store, const mlops_id *from,
                              const mlops_id *to, mlops_error *err) {
    const mlops_id *ids[2] = {from, to};
    *out = NULL;
    mlops__content_pair *self = mlops__alloc_zero(&store->host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    mlops_status status = mlops__store_read_begin(store, &self->index, err);
    if (status) {
        mlops__free(&store->host.allocator, self, sizeof *self);
        return status;
    }
    self->store = store;
    mlops__buf_init(&self->runs, &store->host.allocator);
    for (int side = 0; side < 2; side++)
        mlops__tabular_init(&self->side[side], store, &self->index);
    for (int side = 0; side < 2; side++)
        mlops__cell_lists_init(&self->cells[side], &store->host.allocator);
    self->sure_column = -1;
    status = open_sides(self, ids, err);
    if (status) mlops__pair_close(self);
    else *out = self;
    return status;
}

void mlops__pair_close(mlops__content_pair *self) {
    if (!self) return;
    for (int side = 0; side < 2; side++) {
        mlops__tabular_free(&self->side[side]);
        mlops__cell_lists_free(&self->cells[side]);
    }
    mlops__buf_free(&self->runs);
    mlops__store_read_end(&self->index);
    mlops__free(&self->store->host.allocator, self, sizeof *self);
}

/* ---- the measured column ---- */

static int is_small(int64_t value, int64_t below) { return value > -below && value < below; }

/* So that equal values have equal numbers: 1.50 is 1.5. 0: it may be another's value. */
static int make_plain(int64_t *value) {
    int64_t digits = *value >> DECIMAL_BITS, places = *value & 31;
    while (places && digits % 10 == 0) digits /= 10, places--;
    *value = (int64_t)((uint64_t)digits << DECIMAL_BITS | (uint64_t)places);
    return is_small(digits, 1000000000000000);
}

static void forget(uint64_t *known, size_t i) { known[i / 64] &= ~((uint64_t)1 << i % 64); }

/* The number says what the text is, but for quotes around it. */
static int has_quotes(const mlops__grid *grid, const mlops__form *form) {
    for (uint32_t i = 0; form->kind == MLOPS__FORM_WORDS && i < form->n_words; i++)
        if (form->words[i].n && grid->text[form->words[i].at] == '"') return 1;
    return 0;
}

static void measure(mlops__content_pair *self, const mlops__grid *grid, int64_t number,
                    mlops__pair_rows *out) {
    uint64_t *known = self->known;
    int64_t *numbers = self->numbers;
    const mlops__grid_column *column = &grid->columns[number];
    const mlops__form *form = &column->form;
    int whole = form->kind == MLOPS__FORM_INTEGER || form->kind == MLOPS__FORM_DIGITS;
    int plain = form->n_prefix + form->n_suffix == 0;
    if (!mlops__form_same(form, &self->measured)) self->form++;
    self->measured = *form;
    for (size_t i = 0; i < (grid->n + 63) / 64; i++)
        known[i] = form->kind == MLOPS__FORM_TEXT ? 0 : ~(column->raw[i] | grid->whole[i]);
    if (form->kind != MLOPS__FORM_TEXT) memcpy(numbers, column->values, grid->n * sizeof *numbers);
    for (size_t i = 0; i < grid->n && form->kind == MLOPS__FORM_DECIMAL; i++)
        if (!make_plain(&numbers[i])) forget(known, i);
    for (size_t i = 0; i < grid->n && whole && !plain; i++)
        if (!is_small(numbers[i], (int64_t)1 << 53)) forget(known, i);
    out->numbers = numbers;
    out->known = known;
    out->form = self->form;
    out->is_whole = plain && whole;
    out->is_number = plain && (whole || form->kind == MLOPS__FORM_DECIMAL);
    out->is_text = !has_quotes(grid, form);
}

static int is_wanted(const mlops__grid *grid, const mlops__cells_wanted *wanted) {
    return grid->dialect.n_columns == wanted->n_columns &&
           grid->dialect.delimiter == wanted->delimiter;
}

mlops_status mlops__pair_measure(mlops__content_pair *self, int64_t row, int64_t n,
                                 const mlops__cells_wanted *wanted, int64_t column,
                                 mlops__pair_rows *out, mlops_error *err) {
    mlops__tabular *from = &self->side[0];
    memset(out, 0, sizeof *out);
    memset(self->wanted, 0, sizeof self->wanted);
    self->wanted[column] = 1;
    size_t some = n < MLOPS__GROUP_ROWS ? (size_t)n : MLOPS__GROUP_ROWS;
    MLOPS_TRY_END(mlops__tabular_load_some(from, (uint64_t)row, some, self->wanted, err));
    if (!is_wanted(&from->grid, wanted)) return MLOPS_END;
    out->row[0] = row;
    out->n[0] = (int64_t)from->grid.n;
    measure(self, &from->grid, column, out);
    return MLOPS_OK;
}

/* Takes the next rows into the stretch whose numbers ascend, or begins another. */
static mlops_status be_sure(mlops__content_pair *self, const mlops__dialect *dialect,
                            mlops_error *err) {
    mlops__zone zone;
    uint64_t n = mlops__tabular_rows(&self->side[0]) - self->sure_to;
    MLOPS_TRY(mlops__tabular_zone(&self->side[0], self->sure_to, &n, dialect,
                                  (size_t)self->sure_column, &zone, err));
    int ascends =
        zone.kind == MLOPS__ZONE_NUMBER && zone.places == 0 && zone.ascends && zone.n_raw == 0;
    if (self->sure_from < self->sure_to && ascends && zone.first <= self->sure_last)
        self->sure_from = self->sure_to;
    self->sure_to += n;
    if (!ascends) self->sure_from = self->sure_to;
    self->sure_last = zone.last;
    return MLOPS_OK;
}

static mlops__dialect dialect_of(const mlops__cells_wanted *wanted) {
    return (mlops__dialect){.delimiter = wanted->delimiter,
                            .n_columns = (uint16_t)wanted->n_columns};
}

mlops_status mlops__pair_ascends(mlops__content_pair *self, int64_t row, int64_t n,
                                 const mlops__cells_wanted *wanted, int64_t column, int *out,
                                 mlops_error *err) {
    const mlops__dialect dialect = dialect_of(wanted);
    uint64_t begin = (uint64_t)row, end = begin + (uint64_t)n;
    if (column != self->sure_column || begin < self->sure_from) {
        self->sure_from = self->sure_to = begin;
        self->sure_column = column;
    }
    *out = 0;
    if (end > mlops__tabular_rows(&self->side[0])) return MLOPS_OK;
    while (self->sure_to < end) MLOPS_TRY(be_sure(self, &dialect, err));
    *out = self->sure_from <= begin;
    return MLOPS_OK;
}

/* ---- rows ---- */

static mlops_status load_base(mlops__content_pair *self, int side, size_t n,
                              const mlops__cells_wanted *wanted, int64_t measured,
                              mlops_error *err) {
    const pair_run *run = &self->last;
    memset(self->wanted, 0, sizeof self->wanted);
    for (int64_t i = 0; i < wanted->n && (run->is_patched[0] || run->is_patched[1]); i++)
        self->wanted[wanted->columns[i]] = 1;
    for (size_t i = 0; i < MLOPS__COLUMNS_MAX && (run->is_patched[0] || run->is_patched[1]); i++)
        self->wanted[i] |= self->touched_columns[i];
    if (measured >= 0) self->wanted[measured] = 1;
    return mlops__tabular_load_base(&self->side[side], self->end[side], run->base[side], n,
                                    self->wanted, err);
}

static mlops_status find_touched(mlops__content_pair *self, size_t n, mlops_error *err) {
    memset(self->bits, 0, sizeof self->bits);
    for (int side = 0; side < 2; side++)
        if (self->last.is_patched[side])
            MLOPS_TRY_END(mlops__tabular_touched(&self->side[side], self->end[side],
                                                 self->last.row[side], n, self->bits, err));
    return MLOPS_OK;
}

static void list_touched(mlops__content_pair *self, size_t n, mlops__pair_rows *out) {
    out->touched = self->rows;
    for (size_t word = 0; word * 64 < n; word++)
        for (uint64_t bits = self->bits[word]; bits; bits &= bits - 1) {
            size_t row = word * 64 + (size_t)__builtin_ctzll(bits);
            if (row < n) self->rows[out->n_touched++] = (uint32_t)row;
        }
}

static mlops_status spell(mlops__content_pair *self, int reader, const mlops__pair_rows *rows,
                          const mlops__cells_wanted *wanted, mlops__buf *out, mlops_error *err) {
    return mlops__cells_put(&self->side[reader].grid, rows->touched, (size_t)rows->n_touched,
                            wanted, out, err);
}

/* ---- what patches say alone ---- */

static const mlops__patch_cell *cells_of(const mlops__buf *list, size_t *n) {
    *n = list->size / sizeof(mlops__patch_cell);
    return (const mlops__patch_cell *)(const void *)list->data;
}

/* Cells that either side has changed since the base: what they are in from, and in to. Texts are
 * those of the side, or behind those of from. */
static mlops_status list_cells(mlops__content_pair *self, size_t n,
                               const mlops__cells_wanted *wanted, const mlops__buf **out,
                               mlops_error *err) {
    const mlops__dialect dialect = dialect_of(wanted);
    mlops__cell_lists *from = &self->cells[0], *to = &self->cells[1];
    from->texts.size = to->texts.size = 0;
    for (int side = 0; side < 2; side++)
        MLOPS_TRY_END(mlops__tabular_cells(&self->side[side], self->end[side], self->last.row[side],
                                           n, &dialect, &self->cells[side], err));
    mlops__patch_cell *cells = (mlops__patch_cell *)(void *)from->cells.data;
    for (size_t i = 0; i < from->cells.size / sizeof *cells; i++) {
        mlops__patch_text was = cells[i].was;
        cells[i].was = cells[i].is;
        cells[i].is = was;
    }
    *out = &to->cells;
    if (from->cells.size == 0) return MLOPS_OK;
    cells = (mlops__patch_cell *)(void *)to->cells.data;
    for (size_t i = 0; i < to->cells.size / sizeof *cells; i++) {
        cells[i].was.at += from->texts.size;
        cells[i].is.at += from->texts.size;
    }
    mlops__buf_put(&from->texts, to->texts.data, to->texts.size);
    if (from->texts.status) return mlops__fail_nomem(err, to->texts.size);
    *out = &from->merged;
    return mlops__cell_lists_merge(from, &from->cells, &to->cells, err);
}

/* A row with cells that are wanted among some, in front of end; others are the same on both sides,
 * and left out. */
static void put_row(const mlops__patch_cell *cell, const mlops__patch_cell *end,
                    const uint8_t *texts, int side, const mlops__cells_wanted *wanted,
                    mlops__buf *out) {
    for (int64_t i = 0; i < wanted->n; i++) {
        while (cell < end && cell->column < wanted->columns[i]) cell++;
        if (i) mlops__buf_u8(out, wanted->delimiter);
        if (cell == end || cell->column != wanted->columns[i]) continue;
        mlops__patch_text text = side ? cell->is : cell->was;
        if (text.n) mlops__buf_put(out, texts + text.at, text.n);
    }
    mlops__buf_u8(out, '\n');
}

static int is_any_wanted(const mlops__patch_cell *cell, const mlops__patch_cell *end,
                         const mlops__cells_wanted *wanted) {
    for (; cell < end; cell++)
        for (int64_t i = 0; i < wanted->n; i++)
            if (wanted->columns[i] == cell->column) return 1;
    return 0;
}

static int has_lines(const mlops__buf *text, size_t begin, size_t n) {
    return mlops__cells_are_lines(text->data + begin, text->size - begin, n);
}

/* No rows are read; MLOPS_END if that does not tell. */
static mlops_status tell_both(mlops__content_pair *self, size_t n,
                              const mlops__cells_wanted *wanted, mlops__pair_rows *out,
                              mlops__buf text[2], mlops_error *err) {
    const mlops__buf *list;
    size_t n_cells, begin[2] = {text[0].size, text[1].size};
    MLOPS_TRY_END(list_cells(self, n, wanted, &list, err));
    const mlops__patch_cell *cells = cells_of(list, &n_cells), *end = cells + n_cells;
    const uint8_t *texts = self->cells[list == &self->cells[1].cells].texts.data;
    out->n[0] = out->n[1] = (int64_t)n;
    out->touched = self->rows;
    for (const mlops__patch_cell *next; cells < end; cells = next) {
        for (next = cells; next < end && next->row == cells->row;) next++;
        if (!is_any_wanted(cells, next, wanted)) continue;
        self->rows[out->n_touched++] = cells->row;
        for (int side = 0; side < 2; side++) put_row(cells, next, texts, side, wanted, &text[side]);
    }
    for (int side = 0; side < 2; side++) {
        if (text[side].status) return mlops__fail_nomem(err, text[side].size);
        if (out->n_touched && !has_lines(&text[side], begin[side], (size_t)out->n_touched))
            return MLOPS_END;
    }
    return MLOPS_OK;
}

/* ---- rows that are read ---- */

/* One reader is enough where one side is the base itself: its rows come first. */
static mlops_status load_both(mlops__content_pair *self, size_t n,
                              const mlops__cells_wanted *wanted, int64_t measured,
                              mlops__pair_rows *out, mlops__buf text[2], mlops_error *err) {
    int first = self->end[1] == 0, second = !first; /* of the readers: the second has a base */
    int only = self->end[first] == 0 || !(self->last.is_patched[0] || self->last.is_patched[1]);
    int reader = only ? second : first;
    MLOPS_TRY_END(find_touched(self, n, err));
    MLOPS_TRY_END(load_base(self, reader, n, wanted, measured, err));
    if (!is_wanted(&self->side[reader].grid, wanted)) return MLOPS_END;
    n = self->side[reader].grid.n;
    out->n[0] = out->n[1] = (int64_t)n;
    list_touched(self, n, out);
    if (measured >= 0) measure(self, &self->side[reader].grid, measured, out);
    if (out->n_touched == 0) return MLOPS_OK;
    if (!only)
        MLOPS_TRY_END(
            mlops__tabular_amend(&self->side[first], self->end[first], self->last.row[first], err));
    MLOPS_TRY_END(spell(self, reader, out, wanted, &text[first], err));
    if (!only) MLOPS_TRY_END(load_base(self, second, n, wanted, -1, err));
    if (self->side[second].grid.n != n) return MLOPS_END;
    MLOPS_TRY_END(
        mlops__tabular_amend(&self->side[second], self->end[second], self->last.row[second], err));
    return spell(self, second, out, wanted, &text[second], err);
}

static mlops_status load_alone(mlops__content_pair *self, int side, size_t n,
                               const mlops__cells_wanted *wanted, int64_t measured,
                               mlops__pair_rows *out, mlops__buf text[2], mlops_error *err) {
    mlops__tabular *tabular = &self->side[side];
    MLOPS_TRY_END(mlops__tabular_load(tabular, self->last.row[side], n, err));
    if (!is_wanted(&tabular->grid, wanted)) return MLOPS_END;
    n = tabular->grid.n;
    out->n[side] = (int64_t)n;
    memset(self->bits, 0xff, sizeof self->bits);
    list_touched(self, n, out);
    if (measured >= 0) measure(self, &tabular->grid, measured, out);
    return spell(self, side, out, wanted, &text[side], err);
}

int mlops__pair_is_done(const mlops__content_pair *self) {
    size_t n;
    runs_of(self, &n);
    return self->run == n;
}

/* What is next of the runs. */
static void take_next(mlops__content_pair *self) {
    size_t n;
    self->last = runs_of(self, &n)[self->run];
    for (int side = 0; side < 2; side++) {
        if (self->last.n[side] == 0) continue;
        self->last.row[side] += self->done;
        self->last.base[side] += self->done;
        self->last.n[side] -= self->done;
    }
}

/* Where nothing is measured, patches may tell all that is asked. */
static mlops_status next_both(mlops__content_pair *self, size_t n,
                              const mlops__cells_wanted *wanted, int64_t measured,
                              mlops__pair_rows *out, mlops__buf text[2], mlops_error *err) {
    const size_t sizes[2] = {text[0].size, text[1].size};
    const mlops__pair_rows before = *out;
    if (measured < 0) {
        mlops_status status = tell_both(self, n, wanted, out, text, err);
        if (status != MLOPS_END) return status;
        text[0].size = sizes[0];
        text[1].size = sizes[1];
        *out = before;
    }
    return load_both(self, n, wanted, measured, out, text, err);
}

mlops_status mlops__pair_next(mlops__content_pair *self, const mlops__cells_wanted *wanted,
                              int64_t measured, mlops__pair_rows *out, mlops__buf text[2],
                              mlops_error *err) {
    size_t n_runs;
    const pair_run *runs = runs_of(self, &n_runs), *run = &self->last;
    take_next(self);
    uint64_t left = run->n[0] > run->n[1] ? run->n[0] : run->n[1];
    size_t n = left < MLOPS__GROUP_ROWS ? (size_t)left : MLOPS__GROUP_ROWS;
    memset(out, 0, sizeof *out);
    out->row[0] = (int64_t)run->row[0];
    out->row[1] = (int64_t)run->row[1];
    if (run->n[0] && run->n[1]) MLOPS_TRY_END(next_both(self, n, wanted, measured, out, text, err));
    else MLOPS_TRY_END(load_alone(self, run->n[0] == 0, n, wanted, measured, out, text, err));
    self->done += (uint64_t)(out->n[0] > out->n[1] ? out->n[0] : out->n[1]);
    if (self->done >= runs[self->run].n[run->n[0] == 0]) self->run++, self->done = 0;
    return MLOPS_OK;
}
