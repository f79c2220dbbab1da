/* Opening a graph as a model: rows, features, outputs, classes.
 *
 * Owns the choice of what is the prediction and what the class. Invariant: an input has the rows as
 * its first axis, or no input has any.
 */
#include "model/build/graph_model.h"

#include "base/cursor.h"
#include "model/build/onnx_compile.h"
#include "text/number.h"

#include <string.h>

typedef struct opening {
    mlops__graph_model *out;
    mlops__arena *arena;
    mlops_error *err;
} opening;

/* Elements of a row, or 0 if the rows are not the first axis alone; *rows says that they are. */
static int64_t row_width(const mlops__graph *graph, uint32_t value, int *rows) {
    mlops__graph_value v = mlops__graph_value_at(graph, value);
    int64_t width = 1;
    *rows = 0;
    for (int32_t i = 0; i < v.rank; i++) {
        int64_t fixed = mlops__graph_dim(graph, value, i, 0);
        int64_t per_row = mlops__graph_dim(graph, value, i, 1) - fixed;
        if (per_row && (i || fixed)) return 0;
        if (per_row) *rows = 1;
        int64_t dim = per_row ? per_row : fixed;
        if (dim && width > INT32_MAX / dim) return 0;
        width *= dim;
    }
    return width;
}

static mlops_status add_inputs(opening *self) {
    mlops__graph_model *out = self->out;
    int names = 1;
    for (uint32_t i = 0; i < out->n_inputs; i++) {
        uint32_t value = mlops__graph_input(&out->graph, i);
        mlops__graph_port *port = &out->inputs[i];
        int rows;
        port->name = mlops__graph_input_name(&out->graph, i);
        port->dtype = mlops__graph_value_at(&out->graph, value).dtype;
        port->width = row_width(&out->graph, value, &rows);
        port->first = out->n_features;
        if (port->width == 0 || (i && rows != out->has_rows))
            return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                               "input \"%.*s\" has no rows as others have: its first dimension "
                               "must be open and all else fixed, or all of every input",
                               200, port->name);
        out->has_rows = rows;
        out->n_features += port->width;
        names = names && port->width == 1;
    }
    if (out->n_features > INT32_MAX)
        return mlops__fail(self->err, MLOPS_E_LIMIT, "the inputs have too many elements");
    if (!names) return MLOPS_OK;
    out->names = mlops__arena_array(self->arena, out->n_inputs, sizeof *out->names);
    if (!out->names) return mlops__fail_nomem(self->err, out->n_inputs * sizeof *out->names);
    for (uint32_t i = 0; i < out->n_inputs; i++) out->names[i] = out->inputs[i].name;
    return MLOPS_OK;
}

static void add_outputs(opening *self) {
    mlops__graph_model *out = self->out;
    for (uint32_t i = 0; i < out->n_outputs; i++) {
        uint32_t value = mlops__graph_output(&out->graph, i);
        mlops__graph_port *port = &out->outputs[i];
        int rows;
        port->name = mlops__graph_output_name(&out->graph, i);
        port->dtype = mlops__graph_value_at(&out->graph, value).dtype;
        port->width = row_width(&out->graph, value, &rows);
        if (rows != out->has_rows) port->width = 0;
    }
}

static int is_real(const mlops__graph_port *port) { return port->dtype <= MLOPS__GRAPH_F64; }

/* A class stands ahead of what it was chosen by. */
static void choose(mlops__graph_model *out) {
    out->prediction = out->label = -1;
    for (uint32_t i = out->n_outputs; i-- > 0;) {
        const mlops__graph_port *port = &out->outputs[i];
        if (port->dtype != MLOPS__GRAPH_TEXT && port->width) out->prediction = (int32_t)i;
    }
    for (uint32_t i = out->n_outputs; out->n_classes && i-- > 0;) {
        const mlops__graph_port *port = &out->outputs[i];
        mlops__graph_dtype labels = out->class_labels ? MLOPS__GRAPH_I64 : MLOPS__GRAPH_TEXT;
        if (port->dtype == labels && port->width == 1) out->label = (int32_t)i;
    }
    for (uint32_t i = out->n_outputs; out->label >= 0 && i-- > 0;)
        if (is_real(&out->outputs[i]) && out->outputs[i].width) out->prediction = (int32_t)i;
}

/* The constant behind an output that tells of the model; NULL if there is none. */
static const uint8_t *told(const mlops__graph_model *self, const char *name,
                           mlops__graph_value *out, int64_t *n) {
    for (uint32_t i = self->n_outputs; i < self->graph.n_outputs; i++) {
        uint32_t value = mlops__graph_output(&self->graph, i);
        if (strcmp(mlops__graph_output_name(&self->graph, i), name) != 0) continue;
        *out = mlops__graph_value_at(&self->graph, value);
        if (out->kind != MLOPS__GRAPH_CONSTANT || out->rank != 1) return NULL;
        *n = mlops__graph_dim(&self->graph, value, 0, 0);
        return self->graph.constants + out->place;
    }
    return NULL;
}

static mlops_status text_at(opening *self, const uint8_t *texts, int64_t i, const char **out) {
    uint32_t offset = mlops__load_u32(texts + 8 * i), n = mlops__load_u32(texts + 8 * i + 4);
    *out = mlops__arena_text(self->arena, self->out->graph.texts + offset, n);
    return *out ? MLOPS_OK : mlops__fail_nomem(self->err, n);
}

static mlops_status add_info(opening *self) {
    mlops__graph_model *out = self->out;
    mlops__graph_value value;
    int64_t n;
    const uint8_t *info = told(out, MLOPS__ONNX_INFO, &value, &n);
    out->producer = out->opsets = out->operators = "";
    if (!info || value.dtype != MLOPS__GRAPH_TEXT || n != 3) return MLOPS_OK;
    MLOPS_TRY(text_at(self, info, 0, &out->producer));
    MLOPS_TRY(text_at(self, info, 1, &out->opsets));
    return text_at(self, info, 2, &out->operators);
}

static mlops_status add_classes(opening *self) {
    mlops__graph_model *out = self->out;
    mlops__graph_value value;
    int64_t n, *labels = NULL;
    char text[MLOPS__NUMBER_MAX];
    const uint8_t *list = told(out, MLOPS__ONNX_CLASSES, &value, &n);
    if (!list || (value.dtype != MLOPS__GRAPH_TEXT && value.dtype != MLOPS__GRAPH_I64))
        return MLOPS_OK;
    out->classes = mlops__arena_array(self->arena, (size_t)n, sizeof *out->classes);
    if (value.dtype == MLOPS__GRAPH_I64)
        labels = mlops__arena_array(self->arena, (size_t)n, sizeof *labels);
    if (!out->classes || (value.dtype == MLOPS__GRAPH_I64 && !labels))
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
    out->n_inputs = out->graph.n_inputs;
    for (; out->n_outputs < out->graph.n_outputs; out->n_outputs++)
        if (mlops__graph_output_name(&out->graph, out->n_outputs)[0] == 1) break;
    out->inputs = mlops__arena_array(arena, out->n_inputs, sizeof *out->inputs);
    out->outputs = mlops__arena_array(arena, out->n_outputs, sizeof *out->outputs);
    if (!out->inputs || !out->outputs) return mlops__fail_nomem(err, sizeof *out->inputs);
    if (!out->n_inputs) return mlops__fail(err, MLOPS_E_UNSUPPORTED, "the graph has no inputs");
    MLOPS_TRY(add_inputs(&self));
    add_outputs(&self);
    MLOPS_TRY(add_info(&self));
    MLOPS_TRY(add_classes(&self));
    choose(out);
    out->is_whole = out->has_rows && !(out->graph.flags & MLOPS__GRAPH_ROWS);
    out->has_texts = mlops__graph_makes_texts(&out->graph);
    return MLOPS_OK;
}

int64_t mlops__graph_width(const mlops__graph_model *self, mlops_model_output output) {
    int64_t i = (int64_t)output - MLOPS_MODEL_OUTPUT_FIRST;
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION) i = self->prediction;
    if (output == MLOPS_MODEL_OUTPUT_CLASS) return self->label >= 0;
    if (i < 0 || i >= (int64_t)self->n_outputs) return 0;
    return self->outputs[i].dtype == MLOPS__GRAPH_TEXT ? 0 : self->outputs[i].width;
}
