/* Predicting the rows of a table: columns are bound to features by name.
 *
 * Owns the memory of one call: a block of rows and the room of a context. Invariant: every column
 * is found and of a type that converts before the first value is written.
 */
#include "model/build/handle.h"

enum { BLOCK = 256, ALIGN = 64 };

typedef struct binding {
    const mlops_model *model;
    const mlops__column **columns; /* one a feature */
    mlops__sums rows;              /* BLOCK * n_features, of the plan's type */
    void *mem;
    size_t mem_size;
    mlops_error *err;
} binding;

/* True if the input that the feature is part of is one of texts. */
static int takes_texts(const mlops_model *model, uint32_t feature) {
    const mlops__graph_model *graph = model->graph;
    uint32_t i = 0;
    if (!graph) return 0;
    while (i + 1 < graph->graph.n_inputs && graph->inputs[i + 1].first <= (int64_t)feature) i++;
    return graph->inputs[i].dtype == MLOPS__GRAPH_TEXT;
}

typedef struct binder {
    const mlops_model *model;
    const mlops_table *table;
    mlops_error *err;
} binder;

static mlops_status bind_one(const binder *self, uint32_t feature, const char *name,
                             const mlops__column **out) {
    int64_t index = mlops_table_find(self->table, name);
    char hint[MLOPS__HINT];
    if (index < 0)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "the table has no column \"%.*s\"%s, which is feature %u of the model",
                           200, name, mlops__table_hint(self->table, hint), feature);
    const mlops__column *column = mlops__table_column(self->table, index);
    int texts = takes_texts(self->model, feature);
    if (texts && column->type != MLOPS_TYPE_STRING && column->type != MLOPS_TYPE_NULL)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "column \"%.*s\" is %s; feature %u of the model takes texts", 200, name,
                           mlops__type_name(column->type), feature);
    if (!texts && column->type == MLOPS_TYPE_STRING)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "column \"%.*s\" is a string; feature %u of the model takes numbers",
                           200, name, feature);
    *out = column;
    return MLOPS_OK;
}

mlops_status mlops__model_bind(const mlops_model *model, const mlops_table *table,
                               const char *columns, mlops__arena *arena, const mlops__column ***out,
                               mlops_error *err) {
    const binder self = {model, table, err};
    uint32_t n_features = model->plan.n_features;
    const char *const *names = model->names;
    if (columns) {
        const char **list;
        int64_t n;
        MLOPS_TRY(mlops__names_parse(arena, columns, &list, &n, err));
        if (n != (int64_t)n_features)
            return mlops__fail(
                err, MLOPS_E_SCHEMA, "columns names %lld column%s, the model has %u feature%s",
                (long long)n, mlops__plural(n), n_features, mlops__plural(n_features));
        names = list;
    }
    if (!names)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the model has no feature names; list the column of each feature in "
                           "columns");
    *out = mlops__arena_array(arena, n_features, sizeof **out);
    if (!*out) return mlops__fail_nomem(err, n_features * sizeof **out);
    for (uint32_t f = 0; f < n_features; f++) MLOPS_TRY(bind_one(&self, f, names[f], *out + f));
    return MLOPS_OK;
}

float mlops__model_f32(const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_INT64 && mlops__column_valid(column, row))
        return (float)((const int64_t *)column->data)[row];
    return (float)mlops__column_f64(column, row);
}

static void fill_rows(const binding *self, int f64, int64_t begin, int64_t n) {
    int64_t n_features = self->model->plan.n_features;
    for (int64_t f = 0; f < n_features; f++) {
        const mlops__column *column = self->columns[f];
        for (int64_t i = 0; i < n && f64; i++)
            self->rows.f64[i * n_features + f] = mlops__column_f64(column, begin + i);
        for (int64_t i = 0; i < n && !f64; i++)
            self->rows.f32[i * n_features + f] = mlops__model_f32(column, begin + i);
    }
}

static void run(const binding *self, mlops_model_output output, int64_t n_rows, double *out) {
    int64_t width = mlops__model_width(self->model, output);
    int f64 = (self->model->plan.flags & MLOPS__PLAN_F64) != 0;
    mlops__row rows = {f64 ? NULL : self->rows.f32, f64 ? self->rows.f64 : NULL};
    mlops__room room;
    mlops__room_init(&room, self->model, mlops__model_blocks(self->model), self->mem);
    for (int64_t begin = 0; begin < n_rows; begin += BLOCK) {
        int64_t n = n_rows - begin < BLOCK ? n_rows - begin : BLOCK;
        fill_rows(self, f64, begin, n);
        (void)mlops__model_run(self->model, &room, output, rows, n, out + begin * width);
    }
}

static mlops_status predict(binding *self, mlops_model_output output, int64_t n_rows, double *out,
                            mlops__arena *arena) {
    size_t n_features = self->model->plan.n_features;
    size_t row_size = BLOCK * mlops__plan_number_size(&self->model->plan);
    const mlops_allocator *allocator = &self->model->host.allocator;
    if (self->model->graph)
        return mlops__graph_predict_columns(self->model->graph, self->columns, output, n_rows, out,
                                            allocator, self->err);
    self->rows.any = mlops__arena_array(arena, n_features, row_size);
    self->mem_size = mlops__room_size(self->model, mlops__model_blocks(self->model));
    self->mem = self->rows.any ? mlops__alloc_aligned(allocator, self->mem_size, ALIGN) : NULL;
    if (!self->mem) return mlops__fail_nomem(self->err, n_features * row_size);
    run(self, output, n_rows, out);
    mlops__free_aligned(allocator, self->mem, self->mem_size, ALIGN);
    return MLOPS_OK;
}

mlops_status mlops__model_predict_columns(const mlops_model *self, const mlops__column **columns,
                                          mlops_model_output output, int64_t n_rows, double *out,
                                          mlops_error *err) {
    binding all = {.model = self, .columns = columns, .err = err};
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = predict(&all, output, n_rows, out, &arena);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__model_softmax(double *values, int64_t n, int64_t k,
                                  const mlops_allocator *allocator, mlops_error *err) {
    float *margins = mlops__alloc_array(allocator, (size_t)k, sizeof *margins);
    if (!margins) return mlops__fail_nomem(err, (size_t)k * sizeof *margins);
    for (; n > 0; n--, values += k) {
        for (int64_t i = 0; i < k; i++) margins[i] = (float)values[i];
        mlops__link_apply(MLOPS__LINK_SOFTMAX, margins, (uint32_t)k, values);
    }
    mlops__free(allocator, margins, (size_t)k * sizeof *margins);
    return MLOPS_OK;
}

int mlops__model_share_out(double *values, int64_t n, int64_t k) {
    for (int64_t i = 0; i < n * k; i++)
        if (values[i] < 0 || values[i] > 1) return 0;
    for (; n > 0; n--, values += k) {
        double sum = 0;
        for (int64_t i = 0; i < k; i++) sum += values[i];
        if (sum > 1 - 1e-6 && sum < 1 + 1e-6) continue; /* they are shares already */
        for (int64_t i = 0; i < k; i++) values[i] = sum > 0 ? values[i] / sum : 1 / (double)k;
    }
    return 1;
}

mlops_status mlops_model_predict_table(const mlops_model *self, const mlops_table *table,
                                       const char *columns, mlops_model_output output, double *out,
                                       int64_t n_rows, int64_t width, mlops_error *err) {
    if (!mlops__model_has(self, output))
        return mlops__fail(err, MLOPS_E_INVALID, "the model has no output %d", (int)output);
    if (n_rows != mlops_table_n_rows(table))
        return mlops__fail(err, MLOPS_E_INVALID, "n_rows is %lld, the table has %lld row%s",
                           (long long)n_rows, (long long)mlops_table_n_rows(table),
                           mlops__plural(mlops_table_n_rows(table)));
    if (width != mlops__model_width(self, output))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "width is %lld, the model yields %lld value%s a row", (long long)width,
                           (long long)mlops__model_width(self, output),
                           mlops__plural(mlops__model_width(self, output)));
    binding all = {.model = self, .err = err};
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = mlops__model_bind(self, table, columns, &arena, &all.columns, err);
    if (status == MLOPS_OK) status = predict(&all, output, n_rows, out, &arena);
    mlops__arena_free(&arena);
    return status;
}
