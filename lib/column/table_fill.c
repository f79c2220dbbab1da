/* Tables of float64 that a caller computes column by column.
 *
 * Owns nothing. Invariant: values pass through one block on the stack, so that a column is never
 * held twice.
 */
#include "column/table_inside.h"

enum { BLOCK = 1024 };

typedef struct filling {
    mlops_table *table;
    mlops__table_fill *fill;
    void *user;
    int64_t n_rows;
    mlops_error *err;
} filling;

static mlops_status fill_column(const filling *self, int64_t column) {
    mlops__column_store *store = &self->table->stores[column];
    mlops_status status = mlops__column_store_reserve(store, self->n_rows);
    if (status == MLOPS_OK) status = mlops__column_store_begin(store, MLOPS_TYPE_FLOAT64);
    for (int64_t row = 0; row < self->n_rows && status == MLOPS_OK; row += BLOCK) {
        double values[BLOCK];
        uint8_t validity[BLOCK / 8];
        int64_t n = self->n_rows - row < BLOCK ? self->n_rows - row : BLOCK;
        MLOPS_TRY(self->fill(self->user, column, row, n, values, validity));
        for (int64_t i = 0; i < n && status == MLOPS_OK; i++) {
            if (validity[i / 8] >> (i % 8) & 1) mlops__column_store_f64(store, values[i]);
            else status = mlops__column_store_null(store);
        }
    }
    return mlops__meter_judge(&self->table->meter, status, self->err);
}

mlops_status mlops__table_from_fill(mlops_table **out, const mlops__host *host,
                                    const char *const *names, int64_t n_columns, int64_t n_rows,
                                    mlops__table_fill *fill, void *user, mlops_error *err) {
    const mlops_host lent = mlops__host_lend(host);
    filling self = {NULL, fill, user, n_rows, err};
    *out = NULL;
    MLOPS_TRY(mlops__table_new(&self.table, &lent, 0, err));
    mlops_status status = mlops__table_add_names(self.table, names, n_columns, err);
    if (status == MLOPS_OK) status = mlops__table_make_stores(self.table, err);
    for (int64_t i = 0; i < n_columns && status == MLOPS_OK; i++) status = fill_column(&self, i);
    if (status == MLOPS_OK) status = mlops__table_finish(self.table, n_rows, err);
    if (status < 0) mlops_table_unref(self.table);
    else *out = self.table;
    return status;
}
