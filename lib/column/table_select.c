/* Some rows and columns of a table.
 *
 * Owns nothing. Invariant: texts of the new table stand in the order in which its own rows first
 * have them, as in any table.
 */
#include "column/table_select.h"

#include "column/table_inside.h"

#include <string.h>

typedef struct selection {
    const uint8_t *bits; /* NULL: all rows from the first to the end */
    int wanted;
    int64_t first, end;
    int64_t n;              /* rows that there will be */
    const int64_t *columns; /* NULL: all */
    int64_t n_columns;
} selection;

static int is_wanted(const selection *self, int64_t row) {
    return !self->bits || (self->bits[row >> 3] >> (row & 7) & 1) == self->wanted;
}

/* known holds the code in the new column of each text of the old one, -1 as long as it has none. */
static mlops_status take_value(mlops__column_store *store, const mlops__column *from, int64_t row,
                               int32_t *known) {
    if (!mlops__column_valid(from, row)) return mlops__column_store_null(store);
    if (from->type == MLOPS_TYPE_BOOL)
        mlops__column_store_bool(store, ((const uint8_t *)from->data)[row]);
    if (from->type == MLOPS_TYPE_INT64)
        mlops__column_store_i64(store, ((const int64_t *)from->data)[row]);
    if (from->type == MLOPS_TYPE_FLOAT64)
        mlops__column_store_f64(store, ((const double *)from->data)[row]);
    if (from->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    int32_t code = ((const int32_t *)from->data)[row];
    if (known[code] < 0) {
        const char *text = from->texts[code];
        MLOPS_TRY(mlops__dictionary_add(&store->dictionary, text, strlen(text), &known[code]));
    }
    mlops__column_store_code(store, known[code]);
    return MLOPS_OK;
}

static mlops_status take_rows(const selection *self, mlops__column_store *store,
                              const mlops__column *from) {
    size_t n = (size_t)from->n_texts * sizeof(int32_t);
    int32_t *known = mlops__alloc(store->allocator, n);
    mlops_status status = known ? MLOPS_OK : MLOPS_E_NOMEM;
    if (known) memset(known, 0xff, n);
    for (int64_t row = self->first; row < self->end && status == MLOPS_OK; row++)
        if (is_wanted(self, row)) status = take_value(store, from, row, known);
    mlops__free(store->allocator, known, n);
    return status;
}

static mlops_status take_column(const selection *self, mlops__column_store *store,
                                const mlops__column *from) {
    MLOPS_TRY(mlops__column_store_reserve(store, self->n));
    if (from->type == MLOPS_TYPE_NULL) {
        store->n = store->n_nulls = self->n;
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__column_store_begin(store, from->type));
    return take_rows(self, store, from);
}

static mlops_status take_columns(mlops_table *self, const mlops_table *from, const selection *rows,
                                 mlops_error *err) {
    for (int64_t i = 0; i < rows->n_columns; i++) {
        const char *name = from->columns[rows->columns ? rows->columns[i] : i].name;
        MLOPS_TRY(mlops__table_add_name(self, name, strlen(name), MLOPS_E_INVALID, err));
    }
    MLOPS_TRY(mlops__table_make_stores(self, err));
    for (int64_t i = 0; i < rows->n_columns; i++) {
        const mlops__column *column = &from->columns[rows->columns ? rows->columns[i] : i];
        mlops_status status = take_column(rows, &self->stores[i], column);
        if (status < 0) return mlops__meter_judge(&self->meter, status, err);
    }
    return mlops__table_finish(self, rows->n, err);
}

static mlops_status select_some(mlops_table **out, const mlops_table *table, const selection *rows,
                                mlops_error *err) {
    const mlops_host lent = mlops__host_lend(&table->host);
    mlops_table *self;
    *out = NULL;
    MLOPS_TRY(mlops__table_new(&self, &lent, 0, err));
    mlops_status status = take_columns(self, table, rows, err);
    if (status < 0) mlops_table_unref(self);
    else *out = self;
    return status;
}

mlops_status mlops__table_select(mlops_table **out, const mlops_table *table, const uint8_t *bits,
                                 int wanted, mlops_error *err) {
    selection rows = {bits, wanted, 0, table->n_rows, 0, NULL, table->n_columns};
    for (int64_t i = 0; i < table->n_rows; i++) rows.n += is_wanted(&rows, i);
    return select_some(out, table, &rows, err);
}

mlops_status mlops__table_slice(mlops_table **out, const mlops_table *table, int64_t from,
                                int64_t n, const int64_t *columns, int64_t n_columns,
                                mlops_error *err) {
    const selection rows = {NULL, 0, from, from + n, n, columns, n_columns};
    return select_some(out, table, &rows, err);
}
