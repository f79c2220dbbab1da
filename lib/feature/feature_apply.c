/* Features of whole tables: as a table, and as a matrix of float32.
 *
 * Owns the memory of one call. Invariant: every column is found, and of a type that fits, before
 * the first value is computed.
 */
#include "column/table.h"
#include "feature/feature_inside.h"

#include <string.h>

/* ---- binding ---- */

typedef struct binding {
    const mlops_table *table;
    mlops__arena *arena;
    mlops_error *err;
} binding;

static mlops_status fail_value(const binding *self, const mlops__column *column, int64_t row,
                               mlops_type wanted) {
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "column \"%.*s\" is %s, row %lld (from 0) is not exact in %s, which the "
                       "features were fitted to",
                       200, column->name, mlops__type_name(column->type), (long long)row,
                       mlops__type_name(wanted));
}

/* An int64 column as float64, where each value is exact. */
static mlops_status as_real(const binding *self, const mlops__column *column,
                            mlops__expr_input *out) {
    double *values = mlops__arena_array(self->arena, (size_t)column->n_rows + 1, sizeof *values);
    if (!values) return mlops__fail_nomem(self->err, (size_t)column->n_rows * sizeof *values);
    for (int64_t i = 0; i < column->n_rows; i++)
        if (!mlops__feature_whole_as_real(((const int64_t *)column->data)[i], &values[i]))
            return fail_value(self, column, i, MLOPS_TYPE_FLOAT64);
    *out = (mlops__expr_input){.values = values, .validity = column->validity};
    return MLOPS_OK;
}

/* A float64 column as int64, where each value is exact; NaN is null. */
static mlops_status as_whole(const binding *self, const mlops__column *column,
                             mlops__expr_input *out) {
    size_t n = (size_t)column->n_rows;
    int64_t *values = mlops__arena_array(self->arena, n + 1, sizeof *values);
    uint8_t *validity = mlops__arena_alloc(self->arena, n / 8 + 1);
    if (!values || !validity) return mlops__fail_nomem(self->err, n * sizeof *values);
    for (int64_t i = 0; i < column->n_rows; i++) {
        double x = ((const double *)column->data)[i];
        if (x != x || !mlops__column_valid(column, i)) continue;
        if (!mlops__feature_real_as_whole(x, &values[i]))
            return fail_value(self, column, i, MLOPS_TYPE_INT64);
        validity[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    *out = (mlops__expr_input){.values = values, .validity = validity};
    return MLOPS_OK;
}

static mlops_status bind(const binding *self, const mlops__feature_input *input,
                         mlops__expr_input *out) {
    int64_t index = mlops_table_find(self->table, input->name);
    char hint[MLOPS__HINT];
    if (index < 0)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "the table has no column \"%.*s\"%s, which the features read", 200,
                           input->name, mlops__table_hint(self->table, hint));
    const mlops__column *column = mlops__table_column(self->table, index);
    if (column->type == input->type || column->type == MLOPS_TYPE_NULL)
        return mlops__expr_column_input(column, self->arena, out, self->err);
    if (column->type == MLOPS_TYPE_INT64 && input->type == MLOPS_TYPE_FLOAT64)
        return as_real(self, column, out);
    if (column->type == MLOPS_TYPE_FLOAT64 && input->type == MLOPS_TYPE_INT64)
        return as_whole(self, column, out);
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "column \"%.*s\" is %s; the features were fitted to %s", 200, input->name,
                       mlops__type_name(column->type), mlops__type_name(input->type));
}

mlops_status mlops__feature_bind(const mlops_feature *self, const mlops_table *table,
                                 mlops__arena *arena, mlops__expr_input **out, mlops_error *err) {
    const binding all = {table, arena, err};
    size_t n = (size_t)self->n_inputs;
    mlops__expr_input *inputs = mlops__arena_array(arena, n + 1, sizeof *inputs);
    *out = inputs;
    if (!inputs) return mlops__fail_nomem(err, n * sizeof *inputs);
    for (size_t i = 0; i < n; i++) MLOPS_TRY(bind(&all, &self->inputs[i], &inputs[i]));
    return MLOPS_OK;
}

/* ---- evaluating ---- */

typedef struct applying {
    const mlops_feature *self;
    mlops__expr_input *inputs;
    mlops__expr_input *slots; /* of the output at hand */
    void *scratch;
    size_t scratch_size;
} applying;

/* Room for the output that takes most. */
static mlops_status begin(applying *self, const mlops_table *table, mlops__arena *arena,
                          mlops_error *err) {
    int32_t n_slots = 0;
    MLOPS_TRY(mlops__feature_bind(self->self, table, arena, &self->inputs, err));
    for (int64_t i = 0; i < self->self->n_outputs; i++) {
        const mlops__feature_output *output = &self->self->outputs[i];
        size_t size = mlops__expr_scratch_size(output->expr, mlops_table_n_rows(table));
        if (size > self->scratch_size) self->scratch_size = size;
        if (output->n_slots > n_slots) n_slots = output->n_slots;
    }
    self->slots = mlops__arena_array(arena, (size_t)n_slots + 1, sizeof *self->slots);
    self->scratch = mlops__arena_alloc(arena, self->scratch_size);
    if (!self->slots || !self->scratch) return mlops__fail_nomem(err, self->scratch_size);
    return MLOPS_OK;
}

static mlops_status fill(void *user, int64_t column, int64_t first, int64_t n, double *values,
                         uint8_t *validity) {
    const applying *self = user;
    const mlops__feature_output *output = &self->self->outputs[column];
    for (int32_t i = 0; i < output->n_slots; i++) {
        int32_t input = output->reads[i];
        self->slots[i] = input < 0 ? (mlops__expr_input){0} : self->inputs[input];
    }
    return mlops__feature_evaluate(output, self->slots, first, n, self->scratch, self->scratch_size,
                                   values, validity);
}

static mlops_status apply(mlops_table **out, applying *self, const mlops_table *table,
                          mlops__arena *arena, mlops_error *err) {
    int64_t n = self->self->n_outputs;
    MLOPS_TRY(begin(self, table, arena, err));
    const char **names = mlops__arena_array(arena, (size_t)n, sizeof *names);
    if (!names) return mlops__fail_nomem(err, (size_t)n * sizeof *names);
    for (int64_t i = 0; i < n; i++) names[i] = self->self->outputs[i].name;
    return mlops__table_from_fill(out, &self->self->host, names, n, mlops_table_n_rows(table), fill,
                                  self, err);
}

mlops_status mlops_feature_apply(mlops_table **out, const mlops_feature *self,
                                 const mlops_table *table, mlops_error *err) {
    applying all = {.self = self};
    mlops__arena arena;
    *out = NULL;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = apply(out, &all, table, &arena, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status fill_matrix(applying *self, float *out, int64_t n_rows) {
    int64_t n_outputs = self->self->n_outputs;
    double values[MLOPS__EXPR_BLOCK];
    uint8_t validity[MLOPS__EXPR_BLOCK / 8];
    for (int64_t row = 0; row < n_rows; row += MLOPS__EXPR_BLOCK) {
        int64_t n = n_rows - row < MLOPS__EXPR_BLOCK ? n_rows - row : MLOPS__EXPR_BLOCK;
        for (int64_t k = 0; k < n_outputs; k++) {
            MLOPS_TRY(fill(self, k, row, n, values, validity));
            for (int64_t i = 0; i < n; i++) out[(row + i) * n_outputs + k] = (float)values[i];
        }
    }
    return MLOPS_OK;
}

mlops_status mlops_feature_matrix(const mlops_feature *self, const mlops_table *table, float *out,
                                  int64_t n_rows, int64_t n_outputs, mlops_error *err) {
    if (n_rows != mlops_table_n_rows(table) || n_outputs != self->n_outputs || (n_rows && !out))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "room for %lld rows of %lld values; the table has %lld, the features "
                           "make %lld a row",
                           (long long)n_rows, (long long)n_outputs,
                           (long long)mlops_table_n_rows(table), (long long)self->n_outputs);
    applying all = {.self = self};
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = begin(&all, table, &arena, err);
    if (status == MLOPS_OK) status = fill_matrix(&all, out, n_rows);
    mlops__arena_free(&arena);
    return status;
}
