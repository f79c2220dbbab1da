/* Predicting the rows of a table: columns are bound to features by name.
 *
 * Owns the memory of one call, which is a context's. Invariant: every column is found and of a type
 * that converts before the first value is written.
 */
#include "model/build/handle.h"

enum { GRAPH_ROWS = 256, ALIGN = 64, TEXTS_MAX = 1 << 29 };

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

static mlops_status predict_in(const mlops_model *self, const mlops__input *input,
                               mlops_model_output output, double *out,
                               const mlops__room_shape *shape, mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    mlops_context *context;
    size_t size = mlops__context_size(self, shape, NULL);
    if (size > self->memory_max)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "to predict %lld rows together takes %zu bytes of memory; memory_max of "
                           "mlops_model_opts allows %zu",
                           (long long)shape->rows, size, self->memory_max);
    void *mem = size ? mlops__alloc_aligned(allocator, size, ALIGN) : NULL;
    if (!mem) return mlops__fail_nomem(err, size);
    mlops_status status = mlops__context_init(&context, mem, size, self, output, shape, NULL);
    if (status) {
        status = mlops__fail(err, status, "the allocator does not align to 64 bytes");
    } else {
        mlops__context_bind_input(context, input);
        status = mlops__context_run(context, 0, input->n_rows, out,
                                    mlops__model_width(self, output), err);
    }
    mlops__free_aligned(allocator, mem, size, ALIGN);
    return status;
}

/* Rows of some graphs must run together, and their texts may need more room than was guessed: it is
 * doubled until it does. */
mlops_status mlops__model_predict_input(const mlops_model *self, const mlops__input *input,
                                        mlops_model_output output, double *out, mlops_error *err) {
    int64_t rows = 0, n_rows = input->n_rows;
    int takes_graph = mlops__model_takes_graph(self, output);
    if (takes_graph && (self->graph->is_whole || n_rows < GRAPH_ROWS)) rows = n_rows;
    else if (takes_graph) rows = GRAPH_ROWS;
    mlops__room_shape shape = mlops__room_shape_of(self, output, rows, !takes_graph);
    mlops__room_shape_fit(&shape, self, output, self->memory_max);
    for (;; shape.texts *= 2) {
        mlops_status status = predict_in(self, input, output, out, &shape, err);
        if (status != MLOPS_E_ARENA || !shape.texts || shape.texts > TEXTS_MAX) return status;
    }
}

mlops_status mlops__model_predict_columns(const mlops_model *self, const mlops__column **columns,
                                          mlops_model_output output, int64_t n_rows, double *out,
                                          mlops_error *err) {
    const mlops__input input = {.kind = MLOPS__INPUT_COLUMNS,
                                .n_rows = n_rows,
                                .n_features = self->plan.n_features,
                                .columns = columns};
    return mlops__model_predict_input(self, &input, output, out, err);
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
    const mlops__column **bound;
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = mlops__model_bind(self, table, columns, &arena, &bound, err);
    if (status == MLOPS_OK)
        status = mlops__model_predict_columns(self, bound, output, n_rows, out, err);
    mlops__arena_free(&arena);
    return status;
}
