/* Tables that are made row by row.
 *
 * Owns the table until its end. Invariant: all columns left of the next cell have one row more than
 * the others.
 */
#include "column/rows.h"

#include "column/table_inside.h"

#include <string.h>

static mlops_status make_columns(mlops_table *table, const mlops__rows_column *columns,
                                 int64_t n_columns, mlops_error *err) {
    for (int64_t i = 0; i < n_columns; i++)
        MLOPS_TRY(mlops__table_add_name(table, columns[i].name, strlen(columns[i].name),
                                        MLOPS_E_INVALID, err));
    MLOPS_TRY(mlops__table_make_stores(table, err));
    for (int64_t i = 0; i < n_columns; i++) {
        if (columns[i].type == MLOPS_TYPE_NULL) continue;
        mlops_status status = mlops__column_store_begin(&table->stores[i], columns[i].type);
        if (status) return mlops__meter_judge(&table->meter, status, err);
    }
    return MLOPS_OK;
}

mlops_status mlops__rows_begin(mlops__rows *self, const mlops__host *host,
                               const mlops__rows_column *columns, int64_t n_columns,
                               mlops_error *err) {
    mlops_host lent = mlops__host_lend(host);
    memset(self, 0, sizeof *self);
    MLOPS_TRY(mlops__table_new(&self->table, &lent, 0, err));
    mlops_status status = make_columns(self->table, columns, n_columns, err);
    if (!status) return MLOPS_OK;
    mlops_table_unref(self->table);
    self->table = NULL;
    return status;
}

/* The column of the next cell, with room for it; NULL after an error. */
static mlops__column_store *room(mlops__rows *self) {
    if (self->status) return NULL;
    mlops__column_store *store = &self->table->stores[self->column];
    if (store->n == store->cap)
        self->status = mlops__column_store_reserve(store, store->cap ? store->cap * 2 : 16);
    return self->status ? NULL : store;
}

static void next(mlops__rows *self) {
    if (++self->column < self->table->n_columns) return;
    self->column = 0;
    self->n_rows++;
}

void mlops__rows_null(mlops__rows *self) {
    mlops__column_store *store = room(self);
    if (store) self->status = mlops__column_store_null(store);
    if (store) next(self);
}

void mlops__rows_text_n(mlops__rows *self, const void *text, size_t n) {
    mlops__column_store *store = room(self);
    if (store) self->status = mlops__column_store_text(store, text, n);
    if (store) next(self);
}

void mlops__rows_again(mlops__rows *self) {
    mlops__column_store *store = room(self);
    if (store) mlops__column_store_code(store, ((const int32_t *)store->data)[store->n - 1]);
    if (store) next(self);
}

void mlops__rows_text(mlops__rows *self, const char *text) {
    if (text) mlops__rows_text_n(self, text, strlen(text));
    else mlops__rows_null(self);
}

void mlops__rows_i64(mlops__rows *self, int64_t value) {
    mlops__column_store *store = room(self);
    if (store) mlops__column_store_i64(store, value);
    if (store) next(self);
}

void mlops__rows_f64(mlops__rows *self, double value) {
    mlops__column_store *store = room(self);
    if (store) mlops__column_store_f64(store, value);
    if (store) next(self);
}

void mlops__rows_bool(mlops__rows *self, int value) {
    mlops__column_store *store = room(self);
    if (store) mlops__column_store_bool(store, value != 0);
    if (store) next(self);
}

void mlops__rows_reserve(mlops__rows *self, int64_t n_rows) {
    for (int64_t i = 0; i < self->table->n_columns && !self->status; i++)
        self->status = mlops__column_store_reserve(&self->table->stores[i], n_rows);
}

void mlops__rows_reserve_texts(mlops__rows *self, int64_t column, int64_t n) {
    if (!self->status)
        self->status = mlops__dictionary_reserve(&self->table->stores[column].dictionary, n);
}

void mlops__rows_expect(const mlops__rows *self, int64_t column, const char *text, size_t n) {
    mlops__dictionary_expect(&self->table->stores[column].dictionary,
                             mlops__text_key_of(text, n).tag);
}

mlops_status mlops__rows_end(mlops__rows *self, mlops_status status, mlops_table **out,
                             mlops_error *err) {
    mlops_table *table = self->table;
    self->table = NULL;
    *out = NULL;
    if (!status && self->status) status = mlops__meter_judge(&table->meter, self->status, err);
    if (!status) status = mlops__table_finish(table, self->n_rows, err);
    if (status < 0) mlops_table_unref(table);
    else *out = table;
    return status < 0 ? status : MLOPS_OK;
}
