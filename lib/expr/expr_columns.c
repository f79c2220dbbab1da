/* Columns of a table as the names of an expression.
 *
 * Owns nothing: the table is borrowed, the inputs lie in the caller's arena. Invariant: the slot of
 * a name is the number of its column.
 */
#include "expr/expr.h"

#include <string.h>

mlops_status mlops__expr_column_resolve(void *user, const char *name, size_t n,
                                        mlops__expr_symbol *out) {
    const mlops_table *table = user;
    (void)n; /* a column's name holds no NUL, and name ends in one */
    int64_t i = mlops_table_find(table, name);
    if (i < 0 || i > INT32_MAX) return MLOPS_E_NOT_FOUND;
    const mlops__column *column = mlops__table_column(table, i);
    out->type = column->type == MLOPS_TYPE_NULL ? MLOPS_TYPE_FLOAT64 : column->type;
    out->slot = (int32_t)i;
    return MLOPS_OK;
}

const char *mlops__expr_column_known(void *user, int64_t i) {
    const mlops_table *table = user;
    return i < mlops_table_n_columns(table) ? mlops__table_column(table, i)->name : NULL;
}

static mlops_status bind_texts(const mlops__column *column, mlops__arena *arena,
                               mlops__expr_input *out, mlops_error *err) {
    size_t n = (size_t)column->n_texts;
    mlops__expr_text *texts = mlops__arena_array(arena, n ? n : 1, sizeof *texts);
    if (!texts) return mlops__fail_nomem(err, n * sizeof *texts);
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(column->texts[i]);
        if (length > UINT32_MAX)
            return mlops__fail(err, MLOPS_E_LIMIT, "column '%s' has a string of %zu bytes",
                               column->name, length);
        texts[i] = (mlops__expr_text){column->texts[i], (uint32_t)length, 0};
    }
    out->texts = texts;
    return MLOPS_OK;
}

mlops_status mlops__expr_column_input(const mlops__column *column, mlops__arena *arena,
                                      mlops__expr_input *out, mlops_error *err) {
    *out = (mlops__expr_input){0};
    if (column->type == MLOPS_TYPE_NULL) return MLOPS_OK;
    out->values = column->data;
    out->validity = column->validity;
    return column->type == MLOPS_TYPE_STRING ? bind_texts(column, arena, out, err) : MLOPS_OK;
}

mlops_status mlops__expr_column_inputs(const mlops_table *table, mlops__arena *arena,
                                       const mlops__expr_input **out, mlops_error *err) {
    size_t n = (size_t)mlops_table_n_columns(table);
    *out = NULL;
    mlops__expr_input *inputs = mlops__arena_array(arena, n ? n : 1, sizeof *inputs);
    if (!inputs) return mlops__fail_nomem(err, n * sizeof *inputs);
    for (size_t i = 0; i < n; i++)
        MLOPS_TRY(mlops__expr_column_input(mlops__table_column(table, (int64_t)i), arena,
                                           &inputs[i], err));
    *out = inputs;
    return MLOPS_OK;
}
