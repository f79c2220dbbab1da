/* What differs, as tables.
 *
 * Owns the text of the key at hand. Invariant: rows come in the order that the header promises:
 * those of the older table first, in its order.
 */
#include "base/exact_sum.h"
#include "column/names.h"
#include "column/rows.h"
#include "column/table_select.h"
#include "diff/diff_inside.h"

#include <mlops/drift.h>

#include <string.h>

enum {
    TEXTS = 4,             /* the columns of what a cell was and is begin there */
    TEXTS_AHEAD = 1 << 17, /* that there is room for at once */
    BATCH = 32
};

static void put_cell(mlops__rows *rows, const mlops__column *column, int64_t row) {
    char room[MLOPS__CELL_ROOM];
    const char *text;
    int64_t n = mlops__cell_text(column, row, room, &text);
    if (n < 0) mlops__rows_null(rows);
    else mlops__rows_text_n(rows, text, (size_t)n);
}

static void put_key(mlops__rows *rows, const mlops__twins *twins, int side, int64_t row,
                    mlops__buf *key) {
    if (twins->n_key == 1) {
        put_cell(rows, twins->key->side[side], row);
        return;
    }
    key->size = 0;
    mlops__key_text_put(twins, side, row, key);
    if (key->status && !rows->status) rows->status = key->status;
    if (twins->n_key) mlops__rows_text_n(rows, key->data ? (const char *)key->data : "", key->size);
    else mlops__rows_null(rows);
}

static void put_row(mlops__rows *rows, int64_t row) {
    if (row < 0) mlops__rows_null(rows);
    else mlops__rows_i64(rows, row);
}

/* ---- cells ---- */

/* Cells that are put together: texts are made ahead of the rows, which look them up. */
typedef struct cell_batch {
    struct {
        const mlops__twin *twin;
        int64_t row, to, sizes[2];
        const char *texts[2];
        char rooms[2][MLOPS__CELL_ROOM];
    } cells[BATCH];
    size_t n;
    const mlops__twin *last; /* whose name the row ahead has */
} cell_batch;

static void put_text(mlops__rows *rows, const char *text, int64_t n) {
    if (n < 0) mlops__rows_null(rows);
    else mlops__rows_text_n(rows, text, (size_t)n);
}

static void put_batch(mlops__rows *rows, const mlops_diff *self, cell_batch *batch,
                      mlops__buf *key) {
    for (size_t i = 0; i < batch->n; i++) {
        const mlops__twin *twin = batch->cells[i].twin;
        int64_t row = batch->cells[i].row;
        mlops__rows_i64(rows, mlops__diff_row(self, 0, row));
        mlops__rows_i64(rows, mlops__diff_row(self, 1, batch->cells[i].to));
        put_key(rows, &self->twins, 0, row, key);
        if (twin == batch->last) mlops__rows_again(rows);
        else mlops__rows_text(rows, twin->side[1]->name);
        batch->last = twin;
        for (int side = 0; side < 2; side++)
            put_text(rows, batch->cells[i].texts[side], batch->cells[i].sizes[side]);
    }
    batch->n = 0;
}

static void take_cell(const mlops__rows *rows, cell_batch *batch, const mlops__twin *twin,
                      int64_t row, int64_t to) {
    const int64_t at[2] = {row, to};
    size_t i = batch->n++;
    batch->cells[i].twin = twin;
    batch->cells[i].row = row;
    batch->cells[i].to = to;
    for (int side = 0; side < 2; side++) {
        const char **text = &batch->cells[i].texts[side];
        int64_t n = mlops__cell_text(twin->side[side], at[side], batch->cells[i].rooms[side], text);
        batch->cells[i].sizes[side] = n;
        if (n >= 0) mlops__rows_expect(rows, TEXTS + side, *text, (size_t)n);
    }
}

static void put_cells(mlops__rows *rows, const mlops_diff *self, mlops__buf *key) {
    const mlops__twins *twins = &self->twins;
    cell_batch batch;
    batch.n = 0;
    batch.last = NULL;
    for (int64_t i = 0, n = 0; i < twins->n_rows[0] && n < self->n_max && !rows->status; i++) {
        if (!mlops__bit(self->rows, i)) continue;
        int64_t to = self->pairs.of[0][i];
        for (int64_t k = 0; k < twins->n && n < self->n_max; k++) {
            const mlops__twin *twin = &twins->twins[k];
            if (!twin->changed || !mlops__bit(twin->changed, i)) continue;
            take_cell(rows, &batch, twin, i, to);
            n++;
            if (batch.n == BATCH) put_batch(rows, self, &batch, key);
        }
    }
    put_batch(rows, self, &batch, key);
}

/* Values may be few. */
static void reserve(mlops__rows *rows, const mlops_diff *self) {
    int64_t n = self->n_cells < self->n_max ? self->n_cells : self->n_max;
    mlops__rows_reserve(rows, n);
    for (int64_t column = TEXTS; column < TEXTS + 2; column++)
        mlops__rows_reserve_texts(rows, column, n < TEXTS_AHEAD ? n : TEXTS_AHEAD);
}

mlops_status mlops_diff_cells(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"from_row", MLOPS_TYPE_INT64}, {"to_row", MLOPS_TYPE_INT64}, {"key", MLOPS_TYPE_STRING},
        {"column", MLOPS_TYPE_STRING},  {"from", MLOPS_TYPE_STRING},  {"to", MLOPS_TYPE_STRING}};
    mlops__rows rows;
    mlops__buf key;
    *out = NULL;
    MLOPS_TRY(mlops__rows_begin(&rows, &self->host, columns, 6, err));
    mlops__buf_init(&key, &self->host.allocator);
    reserve(&rows, self);
    put_cells(&rows, self, &key);
    mlops__buf_free(&key);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

/* ---- rows ---- */

static int64_t cells_of(const mlops_diff *self, int64_t row) {
    int64_t n = 0;
    for (int64_t k = 0; k < self->twins.n; k++) {
        const uint8_t *changed = self->twins.twins[k].changed;
        n += changed && mlops__bit(changed, row);
    }
    return n;
}

static void put_change(mlops__rows *rows, const mlops_diff *self, const char *change, int64_t from,
                       int64_t to, mlops__buf *key) {
    if (rows->n_rows == self->n_max) return;
    mlops__rows_text(rows, change);
    put_row(rows, mlops__diff_row(self, 0, from));
    put_row(rows, mlops__diff_row(self, 1, to));
    put_key(rows, &self->twins, from < 0, from < 0 ? to : from, key);
    put_row(rows, from < 0 || to < 0 ? -1 : cells_of(self, from));
}

mlops_status mlops_diff_rows(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"change", MLOPS_TYPE_STRING},
                                                 {"from_row", MLOPS_TYPE_INT64},
                                                 {"to_row", MLOPS_TYPE_INT64},
                                                 {"key", MLOPS_TYPE_STRING},
                                                 {"n_cells", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    mlops__buf key;
    *out = NULL;
    MLOPS_TRY(mlops__rows_begin(&rows, &self->host, columns, 5, err));
    mlops__buf_init(&key, &self->host.allocator);
    for (int64_t i = 0; i < self->twins.n_rows[0]; i++) {
        int64_t to = self->pairs.of[0][i];
        if (to < 0) put_change(&rows, self, "removed", i, -1, &key);
        else if (mlops__bit(self->rows, i)) put_change(&rows, self, "changed", i, to, &key);
    }
    for (int64_t j = 0; j < self->twins.n_rows[1]; j++)
        if (self->pairs.of[1][j] < 0) put_change(&rows, self, "added", -1, j, &key);
    mlops__buf_free(&key);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

/* Rows of a side that stand alone. */
static mlops_status select_alone(mlops_table **out, const mlops_diff *self, int side,
                                 mlops_error *err) {
    size_t n = (size_t)(self->twins.n_rows[side] / 8 + 1);
    *out = NULL;
    if (self->part && self->part->blank) { /* then no row stands alone */
        *out = mlops_table_ref(self->part->blank);
        return MLOPS_OK;
    }
    uint8_t *bits = mlops__alloc_zero(&self->host.allocator, n);
    if (!bits) return mlops__fail_nomem(err, n);
    for (int64_t i = 0; i < self->twins.n_rows[side]; i++)
        if (self->pairs.of[side][i] < 0) mlops__bit_set(bits, i);
    mlops_status status = mlops__table_select(out, self->tables[side], bits, 1, err);
    mlops__free(&self->host.allocator, bits, n);
    return status;
}

mlops_status mlops_diff_added(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    return select_alone(out, self, 1, err);
}

mlops_status mlops_diff_removed(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    return select_alone(out, self, 0, err);
}

/* ---- columns ---- */

/* Calls with the twin, or with NULL for it, and the columns: those of from in its order, then those
 * that to alone has. A side without it is NULL. */
typedef void each_column(void *user, const mlops__twin *twin, const mlops__column *from,
                         const mlops__column *to);

static void walk_columns(const mlops_diff *self, each_column *call, void *user) {
    const mlops__twins *t = &self->twins;
    int64_t k = 0, a = 0;
    while (k < t->n || a < t->n_alone[0]) {
        const mlops__column *twin = k < t->n ? t->twins[k].side[0] : NULL;
        int64_t at = twin ? mlops_table_find(t->table[0], twin->name) : INT64_MAX;
        if (a < t->n_alone[0] && t->alone[0][a] < at)
            call(user, NULL, mlops__table_column(t->table[0], t->alone[0][a++]), NULL);
        else call(user, &t->twins[k], twin, t->twins[k].side[1]), k++;
    }
    for (int64_t b = 0; b < t->n_alone[1]; b++)
        call(user, NULL, NULL, mlops__table_column(t->table[1], t->alone[1][b]));
}

static void put_schema(void *user, const mlops__twin *twin, const mlops__column *from,
                       const mlops__column *to) {
    mlops__rows *rows = user;
    if (twin && !twin->renamed && from->type == to->type) return;
    mlops__rows_text(rows, !from           ? "added"
                           : !to           ? "removed"
                           : twin->renamed ? "renamed"
                                           : "retyped");
    mlops__rows_text(rows, from ? from->name : NULL);
    mlops__rows_text(rows, to ? to->name : NULL);
    mlops__rows_text(rows, from ? mlops__type_name(from->type) : NULL);
    mlops__rows_text(rows, to ? mlops__type_name(to->type) : NULL);
}

mlops_status mlops_diff_schema(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"change", MLOPS_TYPE_STRING},
                                                 {"from", MLOPS_TYPE_STRING},
                                                 {"to", MLOPS_TYPE_STRING},
                                                 {"from_type", MLOPS_TYPE_STRING},
                                                 {"to_type", MLOPS_TYPE_STRING}};
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(mlops__rows_begin(&rows, &self->host, columns, 5, err));
    walk_columns(self, put_schema, &rows);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

/* ---- the summary ---- */

typedef struct summing {
    const mlops_diff *diff;
    mlops__rows rows;
    mlops_drift *drift; /* nullable */
} summing;

static void put_share(mlops__rows *rows, const mlops__column *column) {
    if (!column || column->n_rows == 0) mlops__rows_null(rows);
    else mlops__rows_f64(rows, (double)column->n_nulls / (double)column->n_rows);
}

static void put_mean(mlops__rows *rows, const mlops__column *column) {
    mlops__exact sum;
    int64_t n = 0;
    memset(&sum, 0, sizeof sum);
    int is_number = column && column->type != MLOPS_TYPE_STRING && column->type != MLOPS_TYPE_NULL;
    for (int64_t i = 0; is_number && i < column->n_rows; i++) {
        double value = mlops__column_f64(column, i);
        if (value - value != 0) continue; /* NaN, too */
        mlops__exact_add(&sum, value);
        n++;
    }
    if (n) mlops__rows_f64(rows, mlops__exact_mean(&sum, n));
    else mlops__rows_null(rows);
}

static void put_drift(summing *self, const mlops__twin *twin) {
    mlops_drift_column found = MLOPS_DRIFT_COLUMN_INIT;
    int64_t n = twin && self->drift ? mlops_drift_n_columns(self->drift) : 0, i = 0;
    for (; i < n; i++)
        if (!mlops_drift_get(self->drift, i, &found) && !strcmp(found.name, twin->side[1]->name) &&
            !twin->renamed)
            break;
    mlops__rows_text(&self->rows, i < n ? found.test : NULL);
    if (i < n && found.effect == found.effect) mlops__rows_f64(&self->rows, found.effect);
    else mlops__rows_null(&self->rows);
    if (i < n && found.verdict != MLOPS_DRIFT_NOT_ENOUGH_DATA)
        mlops__rows_bool(&self->rows, found.verdict == MLOPS_DRIFT_YES);
    else mlops__rows_null(&self->rows);
}

static void put_summary(void *user, const mlops__twin *twin, const mlops__column *from,
                        const mlops__column *to) {
    summing *self = user;
    mlops__rows *rows = &self->rows;
    mlops__rows_text(rows, to ? to->name : from->name);
    put_row(rows, twin ? twin->n_changed : -1);
    put_row(rows, twin ? twin->n_filled : -1);
    put_row(rows, twin ? twin->n_emptied : -1);
    put_share(rows, from);
    put_share(rows, to);
    put_mean(rows, from);
    put_mean(rows, to);
    put_drift(self, twin);
}

/* Whether drift can be told of a column, and whether there can be any. */
static int is_judged(const mlops_diff *self, const mlops__twin *twin) {
    mlops__twin_kind kind = mlops__twin_kind_of(twin);
    mlops_type a = twin->side[0]->type, b = twin->side[1]->type;
    int rows_differ =
        self->pairs.n < self->twins.n_rows[0] || self->pairs.n < self->twins.n_rows[1];
    if (twin->renamed || (!twin->n_changed && !rows_differ)) return 0;
    return kind == MLOPS__TWIN_SAME ||
           (kind == MLOPS__TWIN_MIXED && a != MLOPS_TYPE_BOOL && b != MLOPS_TYPE_BOOL);
}

static mlops_status judge(const mlops_diff *self, mlops_drift **out, mlops_error *err) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    const mlops_host lent = mlops__host_lend(&self->host);
    mlops__buf names;
    *out = NULL;
    mlops__buf_init(&names, &self->host.allocator);
    for (int64_t k = 0; k < self->twins.n; k++)
        if (is_judged(self, &self->twins.twins[k]))
            mlops__names_put(&names, self->twins.twins[k].side[0]->name);
    mlops_status status = MLOPS_OK;
    int any = names.size > 0;
    mlops__buf_u8(&names, 0);
    if (names.status) status = mlops__fail_nomem(err, names.size);
    opts.host = &lent;
    opts.columns = (const char *)names.data;
    if (!status && any)
        status = mlops_drift_compare(out, self->tables[0], self->tables[1], &opts, err);
    mlops__buf_free(&names);
    return status;
}

static mlops_status list_columns(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"column", MLOPS_TYPE_STRING},      {"n_changed", MLOPS_TYPE_INT64},
        {"n_filled", MLOPS_TYPE_INT64},     {"n_emptied", MLOPS_TYPE_INT64},
        {"from_nulls", MLOPS_TYPE_FLOAT64}, {"to_nulls", MLOPS_TYPE_FLOAT64},
        {"from_mean", MLOPS_TYPE_FLOAT64},  {"to_mean", MLOPS_TYPE_FLOAT64},
        {"test", MLOPS_TYPE_STRING},        {"effect", MLOPS_TYPE_FLOAT64},
        {"drifted", MLOPS_TYPE_BOOL}};
    summing work = {self, {0}, NULL};
    MLOPS_TRY(mlops__rows_begin(&work.rows, &self->host, columns, 11, err));
    mlops_status status = judge(self, &work.drift, err);
    if (!status) walk_columns(self, put_summary, &work);
    mlops_drift_unref(work.drift);
    return mlops__rows_end(&work.rows, status, out, err);
}

mlops_status mlops_diff_columns(mlops_table **out, const mlops_diff *self, mlops_error *err) {
    mlops_diff *whole;
    *out = NULL;
    if (!self->part) return list_columns(out, self, err);
    MLOPS_TRY(mlops__diff_part_whole(&whole, self, err));
    mlops_status status = list_columns(out, whole, err);
    mlops_diff_unref(whole);
    return status;
}
