/* The table: shares, getters and values.
 *
 * Owns names and columns. Invariant: once a constructor has returned it nothing in it changes but
 * the count of shares, so that any thread may read it; the last share frees it.
 */
#include "column/table_inside.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

static size_t memory_limit(int64_t memory_max) {
    return memory_max <= 0 || (uint64_t)memory_max > SIZE_MAX ? SIZE_MAX : (size_t)memory_max;
}

mlops_status mlops__table_new(mlops_table **out, const mlops_host *given, int64_t memory_max,
                              mlops_error *err) {
    *out = NULL;
    mlops__host host;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    mlops_table *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    self->lines_ahead = -1;
    atomic_init(&self->n_refs, 1);
    mlops__meter_init(&self->meter, &host.allocator, memory_limit(memory_max));
    mlops__dictionary_init(&self->names, &self->meter.table, &self->host.entropy);
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops__table_add_name(mlops_table *self, const char *name, size_t n, mlops_status code,
                                   mlops_error *err) {
    int64_t index = self->names.n, place = index + 1;
    if (n == 0)
        return mlops__fail_at(err, code, 0, place, -1, "column %lld has no name", (long long)place);
    if (mlops__utf8_check(name, n) < n)
        return mlops__fail_at(err, code, 0, place, -1, "the name of column %lld is no UTF-8",
                              (long long)place);
    int32_t found = -1;
    mlops_status status = mlops__dictionary_add(&self->names, name, n, &found);
    if (status < 0) return mlops__meter_judge(&self->meter, status, err);
    if (found < index)
        return mlops__fail_at(err, code, 0, place, -1,
                              "columns %lld and %lld are both called '%.*s'", (long long)found + 1,
                              (long long)place, (int)(n < 200 ? n : 200), name);
    self->n_columns = self->names.n;
    return MLOPS_OK;
}

mlops_status mlops__table_add_names(mlops_table *self, const char *const *names, int64_t n_columns,
                                    mlops_error *err) {
    for (int64_t i = 0; i < n_columns; i++) {
        char text[MLOPS__NUMBER_MAX];
        if (!names) mlops__format(text, sizeof text, "c%lld", (long long)i);
        const char *name = names ? names[i] : text;
        MLOPS_TRY(mlops__table_add_name(self, name, strlen(name), MLOPS_E_INVALID, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__table_make_stores(mlops_table *self, mlops_error *err) {
    const mlops_allocator *allocator = &self->meter.table;
    size_t n = (size_t)self->n_columns;
    self->stores = mlops__alloc_array(allocator, n, sizeof *self->stores);
    for (size_t i = 0; self->stores && i < n; i++)
        mlops__column_store_init(&self->stores[i], allocator, &self->host.entropy);
    self->columns = mlops__alloc_array(allocator, n, sizeof *self->columns);
    int ready = self->stores && self->columns;
    return mlops__meter_judge(&self->meter, ready ? MLOPS_OK : MLOPS_E_NOMEM, err);
}

mlops_status mlops__table_finish(mlops_table *self, int64_t n_rows, mlops_error *err) {
    self->n_rows = n_rows;
    mlops_status status = mlops__dictionary_finish(&self->names);
    for (int64_t i = 0; i < self->n_columns && status == MLOPS_OK; i++)
        status =
            mlops__column_store_finish(&self->stores[i], self->names.texts[i], &self->columns[i]);
    return mlops__meter_judge(&self->meter, status, err);
}

mlops_table *mlops_table_ref(mlops_table *self) {
    atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_table_unref(mlops_table *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) > 1) return;
    const mlops_allocator *allocator = &self->meter.table;
    size_t n = (size_t)self->n_columns;
    for (size_t i = 0; self->stores && i < n; i++) mlops__column_store_free(&self->stores[i]);
    mlops__free(allocator, self->stores, n * sizeof *self->stores);
    mlops__free(allocator, self->columns, n * sizeof *self->columns);
    mlops__dictionary_free(&self->names);
    const mlops_allocator below = self->host.allocator;
    mlops__free(&below, self, sizeof *self);
}

int64_t mlops_table_n_rows(const mlops_table *self) { return self->n_rows; }

int64_t mlops_table_n_columns(const mlops_table *self) { return self->n_columns; }

const mlops__column *mlops__table_column(const mlops_table *self, int64_t index) {
    return index >= 0 && index < self->n_columns ? &self->columns[index] : NULL;
}

const mlops__host *mlops__table_host(const mlops_table *self) { return &self->host; }

const char *mlops_table_name(const mlops_table *self, int64_t index) {
    const mlops__column *column = mlops__table_column(self, index);
    return column ? column->name : NULL;
}

mlops_type mlops_table_type(const mlops_table *self, int64_t index) {
    const mlops__column *column = mlops__table_column(self, index);
    return column ? column->type : MLOPS_TYPE_NULL;
}

int64_t mlops_table_find(const mlops_table *self, const char *name) {
    return mlops__dictionary_find(&self->names, name, strlen(name));
}

int64_t mlops_table_n_nulls(const mlops_table *self, int64_t index) {
    const mlops__column *column = mlops__table_column(self, index);
    return column ? column->n_nulls : -1;
}

const char *mlops__type_name(mlops_type type) {
    static const char *const names[] = {"null", "bool", "int64", "float64", "string"};
    return (uint32_t)type < sizeof names / sizeof *names ? names[type] : names[0];
}

mlops_type mlops__type_named(const char *name) {
    mlops_type type = MLOPS_TYPE_STRING;
    while (type != MLOPS_TYPE_NULL && strcmp(mlops__type_name(type), name) != 0)
        type = (mlops_type)(type - 1);
    return type;
}

int64_t mlops__table_lines_ahead(const mlops_table *self) { return self->lines_ahead; }

int mlops__column_valid(const mlops__column *self, int64_t row) {
    return !self->validity || (self->validity[row >> 3] >> (row & 7) & 1);
}

double mlops__column_f64(const mlops__column *self, int64_t row) {
    switch (mlops__column_valid(self, row) ? self->type : MLOPS_TYPE_NULL) {
    case MLOPS_TYPE_BOOL: return ((const uint8_t *)self->data)[row];
    case MLOPS_TYPE_INT64: return (double)((const int64_t *)self->data)[row];
    case MLOPS_TYPE_FLOAT64: return ((const double *)self->data)[row];
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_STRING:
    case MLOPS_TYPE_FORCE32: break;
    }
    return mlops__not_a_number();
}

/* The column that is asked for whole. */
static mlops_status choose(const mlops_table *self, int64_t index, int64_t n_rows,
                           const mlops__column **out, mlops_error *err) {
    *out = mlops__table_column(self, index);
    if (!*out)
        return mlops__fail(err, MLOPS_E_INVALID, "there is no column %lld; the table has %lld",
                           (long long)index, (long long)self->n_columns);
    if (n_rows != self->n_rows)
        return mlops__fail(err, MLOPS_E_INVALID, "n_rows is %lld; the table has %lld",
                           (long long)n_rows, (long long)self->n_rows);
    if ((*out)->type == MLOPS_TYPE_STRING)
        return mlops__fail(err, MLOPS_E_SCHEMA, "column '%s' holds strings, not numbers",
                           (*out)->name);
    return MLOPS_OK;
}

mlops_status mlops_table_values(const mlops_table *self, int64_t index, double *out, int64_t n_rows,
                                mlops_error *err) {
    const mlops__column *column;
    MLOPS_TRY(choose(self, index, n_rows, &column, err));
    for (int64_t i = 0; i < n_rows; i++) out[i] = mlops__column_f64(column, i);
    return MLOPS_OK;
}

mlops_status mlops_table_integers(const mlops_table *self, int64_t index, int64_t *out,
                                  int64_t n_rows, mlops_error *err) {
    const mlops__column *column;
    MLOPS_TRY(choose(self, index, n_rows, &column, err));
    if (column->type == MLOPS_TYPE_FLOAT64)
        return mlops__fail(err, MLOPS_E_SCHEMA, "column '%s' holds float64, not whole numbers",
                           column->name);
    for (int64_t i = 0; i < n_rows; i++) {
        int is_bool = column->type == MLOPS_TYPE_BOOL;
        if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, i)) out[i] = INT64_MIN;
        else if (is_bool) out[i] = ((const uint8_t *)column->data)[i];
        else out[i] = ((const int64_t *)column->data)[i];
    }
    return MLOPS_OK;
}

/* Length of the value's text; what fits is written. */
static size_t write_value(char *text, size_t cap, const mlops__column *column, int64_t row) {
    char number[MLOPS__NUMBER_MAX];
    const char *value = "";
    switch (mlops__column_valid(column, row) ? column->type : MLOPS_TYPE_NULL) {
    case MLOPS_TYPE_BOOL: value = ((const uint8_t *)column->data)[row] ? "true" : "false"; break;
    case MLOPS_TYPE_INT64:
        mlops__format(number, sizeof number, "%lld",
                      (long long)((const int64_t *)column->data)[row]);
        value = number;
        break;
    case MLOPS_TYPE_FLOAT64:
        mlops__format_f64(number, ((const double *)column->data)[row]);
        value = number;
        break;
    case MLOPS_TYPE_STRING: value = column->texts[((const int32_t *)column->data)[row]]; break;
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_FORCE32: break;
    }
    return mlops__format(text, cap, "%s", value);
}

mlops_status mlops_table_text(const mlops_table *self, int64_t index, int64_t row, char *text,
                              size_t cap, size_t *needed) {
    const mlops__column *column = mlops__table_column(self, index);
    if (!column || row < 0 || row >= self->n_rows || (!text && cap)) return MLOPS_E_INVALID;
    size_t n = write_value(text, cap, column, row);
    if (needed) *needed = n;
    return text && n >= cap ? MLOPS_E_ARENA : MLOPS_OK;
}

const char *mlops__table_hint(const mlops_table *self, char room[MLOPS__HINT]) {
    enum { SHOWN = 60 };
    if (self->n_columns != 1) return "";
    const char *name = mlops_table_name(self, 0);
    mlops__format(room, MLOPS__HINT, " (its only column is '%.*s%s'%s)", SHOWN, name,
                  strlen(name) > SHOWN ? "..." : "",
                  strpbrk(name, ",;\t|:") ? ": is its delimiter another?" : "");
    return room;
}
