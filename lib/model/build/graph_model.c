/* Opening a graph as a model: its ports, the names of its features and classes, what wrote it.
 *
 * Owns nothing: all is in the caller's arena. Invariant: features have names all or none.
 */
#include "model/build/graph_model.h"

#include "base/cursor.h"
#include "text/number.h"

#include <string.h>

typedef struct opening {
    mlops__graph_model *out;
    mlops__arena *arena;
    mlops_error *err;
} opening;

static mlops_status add_ports(opening *self) {
    mlops__graph_model *out = self->out;
    uint32_t n_inputs = out->graph.n_inputs, n_outputs = out->shape.n_outputs;
    int64_t first = 0;
    out->inputs = mlops__arena_array(self->arena, n_inputs, sizeof *out->inputs);
    out->outputs = mlops__arena_array(self->arena, n_outputs, sizeof *out->outputs);
    out->names = mlops__arena_array(self->arena, n_inputs, sizeof *out->names);
    if (!out->inputs || !out->outputs || !out->names)
        return mlops__fail_nomem(self->err, n_inputs * sizeof *out->inputs);
    for (uint32_t i = 0; i < n_inputs; i++) {
        out->inputs[i] = mlops__graph_in(&out->graph, i);
        out->names[i] = out->inputs[i].name;
        out->inputs[i].first = first;
        first += out->inputs[i].width;
    }
    if (out->shape.n_features != (int64_t)n_inputs) out->names = NULL;
    for (uint32_t i = 0; i < n_outputs; i++)
        out->outputs[i] = mlops__graph_out(&out->graph, &out->shape, i);
    return MLOPS_OK;
}

static mlops_status text_at(opening *self, const uint8_t *texts, int64_t i, const char **out) {
    uint32_t offset = mlops__load_u32(texts + 8 * i), n = mlops__load_u32(texts + 8 * i + 4);
    *out = mlops__arena_text(self->arena, self->out->graph.texts + offset, n);
    return *out ? MLOPS_OK : mlops__fail_nomem(self->err, n);
}

static mlops_status add_info(opening *self) {
    mlops__graph_model *out = self->out;
    mlops__graph_dtype dtype;
    int64_t n;
    const uint8_t *info = mlops__graph_told(&out->graph, MLOPS__GRAPH_INFO, &dtype, &n);
    out->producer = out->opsets = out->operators = "";
    if (!info || dtype != MLOPS__GRAPH_TEXT || n != 3) return MLOPS_OK;
    MLOPS_TRY(text_at(self, info, 0, &out->producer));
    MLOPS_TRY(text_at(self, info, 1, &out->opsets));
    return text_at(self, info, 2, &out->operators);
}

static mlops_status add_classes(opening *self) {
    mlops__graph_model *out = self->out;
    mlops__graph_dtype dtype;
    int64_t n, *labels = NULL;
    char text[MLOPS__NUMBER_MAX];
    const uint8_t *list = mlops__graph_told(&out->graph, MLOPS__GRAPH_CLASSES, &dtype, &n);
    if (!list) return MLOPS_OK;
    out->classes = mlops__arena_array(self->arena, (size_t)n, sizeof *out->classes);
    if (dtype == MLOPS__GRAPH_I64)
        labels = mlops__arena_array(self->arena, (size_t)n, sizeof *labels);
    if (!out->classes || (dtype == MLOPS__GRAPH_I64 && !labels))
        return mlops__fail_nomem(self->err, (size_t)n * sizeof *labels);
    for (int64_t i = 0; i < n; i++) {
        if (!labels) {
            MLOPS_TRY(text_at(self, list, i, &out->classes[i]));
            continue;
        }
        labels[i] = (int64_t)mlops__load_u64(list + 8 * i);
        size_t size = mlops__format(text, sizeof text, "%lld", (long long)labels[i]);
        out->classes[i] = mlops__arena_text(self->arena, text, size);
        if (!out->classes[i]) return mlops__fail_nomem(self->err, size);
    }
    out->class_labels = labels;
    out->n_classes = n;
    return MLOPS_OK;
}

mlops_status mlops__graph_model_open(mlops__graph_model **model, const void *payload, size_t n,
                                     mlops__arena *arena, mlops_error *err) {
    mlops__graph_model *out = *model = mlops__arena_alloc(arena, sizeof *out);
    opening self = {out, arena, err};
    if (!out) return mlops__fail_nomem(err, sizeof *out);
    MLOPS_TRY(mlops__graph_open(&out->graph, payload, n, err));
    MLOPS_TRY(mlops__graph_shape_find(&out->shape, &out->graph, err));
    MLOPS_TRY(add_ports(&self));
    MLOPS_TRY(add_info(&self));
    MLOPS_TRY(add_classes(&self));
    out->is_whole = out->shape.has_rows && !(out->graph.flags & MLOPS__GRAPH_ROWS);
    out->makes_texts = mlops__graph_makes_texts(&out->graph);
    return MLOPS_OK;
}

int64_t mlops__graph_width(const mlops__graph_model *self, mlops_model_output output) {
    int64_t i = (int64_t)output - MLOPS_MODEL_OUTPUT_FIRST;
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION) i = self->shape.prediction;
    if (output == MLOPS_MODEL_OUTPUT_CLASS) return self->shape.label >= 0;
    if (i < 0 || i >= (int64_t)self->shape.n_outputs) return 0;
    return self->outputs[i].dtype == MLOPS__GRAPH_TEXT ? 0 : self->outputs[i].width;
}
