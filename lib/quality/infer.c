/* Expectations that a table suggests.
 *
 * Owns the text that it writes. Invariants: the table that it was written from holds to each line:
 * what is written is what was counted, made wider and never narrower; and it can be read again.
 */
#include "base/opts.h"
#include "quality/cell.h"
#include "text/number.h"

#include <string.h>

enum { CATEGORIES = 20, CATEGORIES_MAX = 1000 };

/* What lines say of a column, the most telling first. */
enum { IS_TYPE, IS_THERE, IS_VALUE, IS_NUMBER, IS_UNIQUE, IS_ORDER, KINDS };

/* A line that is written. */
typedef struct mark {
    size_t end;
    int kind, stays;
} mark;

typedef struct infer {
    const mlops_table *table;
    const mlops__host *host;
    mlops_infer_opts opts;
    mlops__buf out;
    mark *marks; /* of its lines */
    int64_t n_marks;
    size_t marks_cap;
    mlops__arena arena;
} infer;

/* What is known of a column. */
typedef struct facts {
    const mlops__column *column;
    const char *name; /* as the language spells it */
    int64_t n, n_nan; /* values that are there and no NaN; NaN */
    mlops__cell least, most;
    int64_t shortest, longest;  /* in characters, of texts */
    mlops__dictionary distinct; /* up to one more than are of use, or all for uniqueness */
    int rises, falls, strictly;
} facts;

static void put_f64(mlops__buf *out, double x) {
    char text[MLOPS__NUMBER_MAX];
    mlops__buf_put(out, text, mlops__format_f64(text, x));
}

/* ---- looking ---- */

static int order(const mlops__cell *a, const mlops__cell *b) {
    if (a->type == MLOPS_TYPE_FLOAT64) return (a->f64 > b->f64) - (a->f64 < b->f64);
    if (a->type != MLOPS_TYPE_STRING) return (a->i64 > b->i64) - (a->i64 < b->i64);
    return strcmp(a->text, b->text);
}

static int64_t characters(const mlops__cell *cell) {
    int64_t n = 0;
    for (size_t i = 0; i < cell->n; i++) n += ((uint8_t)cell->text[i] & 0xc0) != 0x80;
    return n;
}

static void note_order(facts *self, const mlops__cell *cell, const mlops__cell *last) {
    if (self->n == 0) return;
    int step = order(cell, last);
    if (step < 0) self->rises = 0;
    if (step > 0) self->falls = 0;
    if (step == 0) self->strictly = 0;
}

static mlops_status look(facts *self, mlops__buf *key) {
    mlops__cell last = {.type = MLOPS_TYPE_NULL};
    int32_t code;
    self->rises = self->falls = self->strictly = 1;
    for (int64_t i = 0; i < self->column->n_rows; i++) {
        mlops__cell cell = mlops__cell_of_column(self->column, i);
        if (cell.type == MLOPS_TYPE_NULL) continue;
        if (cell.type == MLOPS_TYPE_FLOAT64 && cell.f64 != cell.f64) {
            self->n_nan++;
            continue;
        }
        note_order(self, &cell, &last);
        if (self->n == 0 || order(&cell, &self->least) < 0) self->least = cell;
        if (self->n == 0 || order(&cell, &self->most) > 0) self->most = cell;
        int64_t length = cell.type == MLOPS_TYPE_STRING ? characters(&cell) : 0;
        if (self->n == 0 || length < self->shortest) self->shortest = length;
        if (length > self->longest) self->longest = length;
        key->size = 0;
        mlops__cell_put(&cell, key);
        if (key->status) return key->status;
        MLOPS_TRY(
            mlops__dictionary_add(&self->distinct, (const char *)key->data, key->size, &code));
        self->n++;
        last = cell;
    }
    return MLOPS_OK;
}

/* ---- writing ---- */

/* Of what was written since the last one, if it is any. */
static void end_line(infer *self, int kind) {
    size_t start = self->n_marks ? self->marks[self->n_marks - 1].end : 0;
    if (self->out.status || self->out.size == start) return;
    mark *marks = mlops__arena_grow(&self->arena, self->marks, self->n_marks, &self->marks_cap,
                                    sizeof *marks);
    if (!marks) {
        self->out.status = MLOPS_E_NOMEM;
        return;
    }
    self->marks = marks;
    self->marks[self->n_marks++] = (mark){self->out.size, kind, 1};
}

static void put_type(infer *self, const facts *f) {
    mlops__buf_format(&self->out, "type(%s) = '%s'\n", f->name, mlops__type_name(f->column->type));
    end_line(self, IS_TYPE);
}

/* The share is the quotient that validating computes, and the margin takes from it. */
static void put_share(infer *self, int64_t good, int64_t all) {
    double share = (double)good / (double)all;
    double less = share - (1 - share) * self->opts.margin;
    if (good == all) return;
    mlops__buf_text(&self->out, " mostly ");
    put_f64(&self->out, less > 0 ? less : share);
}

static void put_nulls(infer *self, const facts *f) {
    int64_t rows = f->column->n_rows, there = rows - f->column->n_nulls;
    if (there > 0) {
        mlops__buf_format(&self->out, "%s is not null", f->name);
        put_share(self, there, rows);
        mlops__buf_u8(&self->out, '\n');
        end_line(self, IS_THERE);
    }
    if (f->column->type != MLOPS_TYPE_FLOAT64 || there == 0 || f->n == 0) return;
    mlops__buf_format(&self->out, "not isnan(%s)", f->name);
    put_share(self, f->n, there);
    mlops__buf_u8(&self->out, '\n');
    end_line(self, IS_NUMBER);
}

/* How far apart they are. */
static uint64_t gap(int64_t most, int64_t least) { return (uint64_t)most - (uint64_t)least; }

static void put_range_i64(infer *self, const facts *f) {
    int64_t low = f->least.i64, high = f->most.i64;
    double wide = (double)gap(high, low) * self->opts.margin;
    int64_t by = wide < 9e18 ? (int64_t)wide : INT64_MAX;
    int keeps_sign = low >= 0;
    low = low < INT64_MIN + by ? INT64_MIN : low - by;
    high = high > INT64_MAX - by ? INT64_MAX : high + by;
    if (keeps_sign && low < 0) low = 0;
    mlops__buf_format(&self->out, "between(%s, %lld, %lld)\n", f->name, (long long)low,
                      (long long)high);
}

static void put_range_f64(infer *self, const facts *f) {
    double low = f->least.f64, high = f->most.f64, by = (high - low) * self->opts.margin;
    if (low - low != 0 || high - high != 0) return; /* there is no bound beyond infinity */
    int keeps_sign = low >= 0;
    if (by - by == 0 && low - by - (low - by) == 0) low -= by;
    if (by - by == 0 && high + by - (high + by) == 0) high += by;
    if (keeps_sign && low < 0) low = 0;
    mlops__buf_format(&self->out, "between(%s, ", f->name);
    put_f64(&self->out, low);
    mlops__buf_text(&self->out, ", ");
    put_f64(&self->out, high);
    mlops__buf_text(&self->out, ")\n");
}

static int by_cell(const mlops__cell *cells, int64_t i, int64_t k) {
    return order(&cells[i], &cells[k]);
}

/* The distinct values, ascending; each is a key of the dictionary. */
static mlops_status put_set(infer *self, const facts *f) {
    int64_t n = 0, room = f->distinct.n;
    mlops__cell *cells = mlops__arena_array(&self->arena, (size_t)room + 1, sizeof *cells);
    if (!cells) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < f->column->n_rows; i++) {
        int64_t at = 0;
        cells[n] = mlops__cell_of_column(f->column, i);
        if (cells[n].type == MLOPS_TYPE_NULL) continue;
        while (at < n && by_cell(cells, at, n) < 0) at++;
        if (at < n && by_cell(cells, at, n) == 0) continue;
        const mlops__cell cell = cells[n];
        memmove(cells + at + 1, cells + at, (size_t)(n - at) * sizeof *cells);
        cells[at] = cell;
        if (++n == room) break;
    }
    mlops__buf_format(&self->out, "%s in (", f->name);
    for (int64_t i = 0; i < n; i++) {
        if (i) mlops__buf_text(&self->out, ", ");
        if (cells[i].type == MLOPS_TYPE_STRING)
            mlops__expr_put_text(&self->out, cells[i].text, cells[i].n);
        else mlops__buf_format(&self->out, "%lld", (long long)cells[i].i64);
    }
    mlops__buf_text(&self->out, ")\n");
    return MLOPS_OK;
}

/* Whether a line can hold a text, of which there is not too much: no control characters. */
static int can_be_written(const char *text, size_t *room) {
    for (const char *c = text; *c; c++, --*room)
        if (((uint8_t)*c < ' ' && *c != '\t') || *room == 0) return 0;
    return 1;
}

static int can_be_set(const facts *f) {
    size_t room = 8192;
    for (int64_t i = 0; i < f->column->n_texts; i++)
        if (!can_be_written(f->column->texts[i], &room)) return 0;
    return 1;
}

static mlops_status put_values(infer *self, const facts *f) {
    int few = f->distinct.n < f->n && f->distinct.n <= self->opts.categories_max;
    switch (f->column->type) {
    case MLOPS_TYPE_STRING:
        if (few && can_be_set(f)) return put_set(self, f);
        mlops__buf_format(
            &self->out, "between(length(%s), %lld, %lld)\n", f->name, (long long)f->shortest,
            (long long)f->longest + (int64_t)((double)f->longest * self->opts.margin));
        break;
    case MLOPS_TYPE_INT64: put_range_i64(self, f); break;
    case MLOPS_TYPE_FLOAT64: put_range_f64(self, f); break;
    default: break;
    }
    return MLOPS_OK;
}

static void put_unique(infer *self, const facts *f) {
    int is_key = f->column->type == MLOPS_TYPE_STRING || f->column->type == MLOPS_TYPE_INT64;
    if (is_key && f->n > 1 && f->distinct.n == f->n)
        mlops__buf_format(&self->out, "unique(%s)\n", f->name);
}

/* An order is no chance where many rows have it. */
static void put_order(infer *self, const facts *f) {
    enum { ROWS_MIN = 8 };
    if (f->n < ROWS_MIN || f->distinct.n < ROWS_MIN || f->column->type == MLOPS_TYPE_BOOL) return;
    if (f->rises || f->falls)
        mlops__buf_format(&self->out, "%s(%s%s)\n", f->rises ? "increasing" : "decreasing", f->name,
                          f->strictly ? ", 'strictly'" : "");
}

static mlops_status put_column(infer *self, const facts *f) {
    put_type(self, f);
    if (f->column->n_rows) put_nulls(self, f);
    if (f->n == 0) return MLOPS_OK;
    MLOPS_TRY(put_values(self, f));
    end_line(self, IS_VALUE);
    put_unique(self, f);
    end_line(self, IS_UNIQUE);
    put_order(self, f);
    end_line(self, IS_ORDER);
    return MLOPS_OK;
}

static mlops_status infer_column(infer *self, const mlops__column *column, mlops_error *err) {
    mlops__buf name, key;
    facts f = {.column = column};
    mlops__buf_init(&name, &self->host->allocator);
    mlops__buf_init(&key, &self->host->allocator);
    mlops__dictionary_init(&f.distinct, &self->host->allocator, &self->host->entropy);
    mlops__expr_put_name(&name, column->name);
    mlops__buf_u8(&name, 0);
    f.name = (const char *)name.data;
    mlops_status status = name.status;
    if (!status) status = look(&f, &key);
    if (!status) status = put_column(self, &f);
    mlops__dictionary_free(&f.distinct);
    mlops__buf_free(&key);
    mlops__buf_free(&name);
    if (status == MLOPS_E_LIMIT)
        return mlops__fail(err, status, "column '%.*s' has too many distinct values", 200,
                           column->name);
    return status ? mlops__fail_nomem(err, (size_t)column->n_rows) : MLOPS_OK;
}

/* ---- all columns ---- */

/* Columns whose names expectations cannot spell are left out. */
static int can_be_named(const char *name) {
    size_t room = 1024;
    return can_be_written(name, &room);
}

static mlops_status infer_all(infer *self, mlops_error *err) {
    const char **names = NULL;
    int64_t n = 0, n_rows = mlops_table_n_rows(self->table);
    MLOPS_TRY(mlops__names_parse(&self->arena, self->opts.columns, &names, &n, err));
    double less = (double)n_rows * self->opts.margin;
    int64_t least = less < (double)n_rows ? n_rows - (int64_t)less : 0;
    double most = (double)n_rows * (1 + self->opts.margin);
    mlops__buf_format(&self->out, "between(row_count(), %lld, %lld)\n", (long long)least,
                      (long long)(most < 9e18 ? (int64_t)most + 1 : INT64_MAX));
    end_line(self, IS_TYPE);
    if (!self->opts.columns) {
        int64_t columns = mlops_table_n_columns(self->table);
        mlops__buf_format(&self->out, "column_count() = %lld\n", (long long)columns);
        end_line(self, IS_TYPE);
        for (int64_t i = 0; i < columns; i++)
            if (can_be_named(mlops_table_name(self->table, i)))
                MLOPS_TRY(infer_column(self, mlops__table_column(self->table, i), err));
        return MLOPS_OK;
    }
    for (int64_t i = 0; i < n; i++) {
        const mlops__column *column =
            mlops__table_column(self->table, mlops_table_find(self->table, names[i]));
        if (!column)
            return mlops__fail(err, MLOPS_E_SCHEMA, "the table has no column '%.*s'", 200,
                               names[i]);
        if (can_be_named(names[i])) MLOPS_TRY(infer_column(self, column, err));
    }
    return MLOPS_OK;
}

/* Leaves out what goes beyond the limits of expectations, the least telling first. */
static mlops_status fit(infer *self, mlops_error *err) {
    size_t size = 0, start = 0;
    int64_t n = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (int64_t i = 0; i < self->n_marks; i++) {
            mark *line = &self->marks[i];
            if (line->kind != kind) continue;
            size_t more = line->end - (i ? line[-1].end : 0);
            line->stays =
                n < MLOPS__EXPECTATIONS_MAX && size + more <= MLOPS__EXPECTATIONS_TEXT_MAX;
            if (line->stays) n++, size += more;
            else if (kind == IS_TYPE)
                return mlops__fail(err, MLOPS_E_LIMIT,
                                   "types of that many columns are beyond the %d lines or %d "
                                   "bytes of expectations; mlops_infer_opts: columns names some",
                                   MLOPS__EXPECTATIONS_MAX, MLOPS__EXPECTATIONS_TEXT_MAX);
        }
    self->out.size = 0;
    for (int64_t i = 0; i < self->n_marks; start = self->marks[i++].end) {
        size_t more = self->marks[i].end - start;
        if (!self->marks[i].stays) continue;
        memmove(self->out.data + self->out.size, self->out.data + start, more);
        self->out.size += more;
    }
    return MLOPS_OK;
}

static mlops_status take_opts(infer *self, const mlops_infer_opts *given, mlops_error *err) {
    mlops_infer_opts *opts = &self->opts;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_infer_opts", err));
    if (opts->flags & ~(uint32_t)MLOPS_INFER_SET_MARGIN)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_infer_opts: flags 0x%x", opts->flags);
    if (!(opts->flags & MLOPS_INFER_SET_MARGIN) && opts->margin == 0) opts->margin = 0.1;
    if (opts->categories_max == 0) opts->categories_max = CATEGORIES;
    if (!(opts->margin >= 0 && opts->margin <= 10))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_infer_opts: margin must be 0 to 10");
    if (opts->categories_max < 1 || opts->categories_max > CATEGORIES_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_infer_opts: categories_max must be 1 to %d",
                           CATEGORIES_MAX);
    return MLOPS_OK;
}

mlops_status mlops_expectations_infer(mlops_expectations **out, const mlops_table *table,
                                      const mlops_infer_opts *given, mlops_error *err) {
    infer self = {.table = table};
    mlops__host host;
    if (!out || !table) return mlops__fail(err, MLOPS_E_INVALID, "out or the table is NULL");
    *out = NULL;
    MLOPS_TRY(take_opts(&self, given, err));
    MLOPS_TRY(mlops__host_init(&host, self.opts.host, err));
    const mlops_host lent = mlops__host_lend(&host);
    self.host = &host;
    mlops__arena_init(&self.arena, &host.allocator, SIZE_MAX);
    mlops__buf_init(&self.out, &host.allocator);
    mlops_status status = infer_all(&self, err);
    if (!status && !self.out.status) status = fit(&self, err);
    mlops__buf_u8(&self.out, 0);
    if (!status && self.out.status) status = mlops__fail_nomem(err, self.out.size);
    if (!status) status = mlops_expectations_parse(out, (const char *)self.out.data, &lent, err);
    mlops__buf_free(&self.out);
    mlops__arena_free(&self.arena);
    return status;
}
