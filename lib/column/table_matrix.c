/* Tables from matrices of float64.
 *
 * Owns nothing. Invariant: rows are read in order, so that the matrix passes the cache once for
 * each block of rows.
 */
#include "column/table_inside.h"

static mlops_status check(const double *values, int64_t n_rows, int64_t n_columns,
                          mlops_error *err) {
    size_t cells = 0;
    int fits = n_rows >= 0 && n_columns >= 1 && (uint64_t)n_columns <= SIZE_MAX &&
               (uint64_t)n_rows <= SIZE_MAX;
    fits = fits && mlops__mul((size_t)n_rows, (size_t)n_columns, &cells) &&
           mlops__mul(cells, sizeof *values, &cells);
    if (!fits)
        return mlops__fail(err, MLOPS_E_INVALID, "a matrix of %lld row%s and %lld column%s",
                           (long long)n_rows, mlops__plural(n_rows), (long long)n_columns,
                           mlops__plural(n_columns));
    if (!values && n_rows) return mlops__fail(err, MLOPS_E_INVALID, "values is NULL");
    return MLOPS_OK;
}

static mlops_status name_columns(mlops_table *self, const char *list, int64_t n_columns,
                                 mlops_error *err) {
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    const char **names = NULL;
    int64_t n = n_columns;
    mlops_status status = MLOPS_OK;
    if (list) status = mlops__names_parse(&arena, list, &names, &n, err);
    if (status == MLOPS_OK && n != n_columns)
        status = mlops__fail(err, MLOPS_E_INVALID, "%lld name%s for %lld column%s", (long long)n,
                             mlops__plural(n), (long long)n_columns, mlops__plural(n_columns));
    if (status == MLOPS_OK) status = mlops__table_add_names(self, names, n_columns, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status fill(mlops_table *self, const double *values, int64_t n_rows,
                         mlops_error *err) {
    int64_t d = self->n_columns;
    MLOPS_TRY(mlops__table_make_stores(self, err));
    for (int64_t j = 0; j < d; j++) {
        mlops_status status = mlops__column_store_reserve(&self->stores[j], n_rows);
        if (status == MLOPS_OK)
            status = mlops__column_store_begin(&self->stores[j], MLOPS_TYPE_FLOAT64);
        if (status < 0) return mlops__meter_judge(&self->meter, status, err);
    }
    for (int64_t i = 0; i < n_rows; i++)
        for (int64_t j = 0; j < d; j++)
            mlops__column_store_f64(&self->stores[j], values[i * d + j]);
    return mlops__table_finish(self, n_rows, err);
}

mlops_status mlops_table_from_matrix(mlops_table **out, const double *values, int64_t n_rows,
                                     int64_t n_columns, const char *names, const mlops_host *host,
                                     mlops_error *err) {
    *out = NULL;
    MLOPS_TRY(check(values, n_rows, n_columns, err));
    mlops_table *self;
    MLOPS_TRY(mlops__table_new(&self, host, 0, err));
    mlops_status status = name_columns(self, names, n_columns, err);
    if (status == MLOPS_OK) status = fill(self, values, n_rows, err);
    if (status < 0) {
        mlops_table_unref(self);
        return status;
    }
    *out = self;
    return MLOPS_OK;
}
