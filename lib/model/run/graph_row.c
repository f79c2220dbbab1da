/* A graph as a model of rows, as server and device see it.
 *
 * Owns the choice of what is the prediction and what the class. Invariant: an input has the rows as
 * its first axis, or no input has any. Freestanding: part of the firmware build.
 */
#include "model/run/graph_row.h"

#include "base/cursor.h"
#include "model/run/graph_step.h"

#include <string.h>

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

static mlops__graph_port port_of(const mlops__graph *graph, uint32_t value, const char *name,
                                 int *rows) {
    mlops__graph_dtype dtype = mlops__graph_value_at(graph, value).dtype;
    return (mlops__graph_port){name, dtype, row_width(graph, value, rows), 0};
}

mlops__graph_port mlops__graph_in(const mlops__graph *graph, uint32_t index) {
    int rows;
    return port_of(graph, mlops__graph_input(graph, index), mlops__graph_input_name(graph, index),
                   &rows);
}

mlops__graph_port mlops__graph_out(const mlops__graph *graph, const mlops__graph_shape *shape,
                                   uint32_t index) {
    int rows;
    mlops__graph_port out = port_of(graph, mlops__graph_output(graph, index),
                                    mlops__graph_output_name(graph, index), &rows);
    if (rows != shape->has_rows) out.width = 0;
    return out;
}

static mlops_status add_inputs(mlops__graph_shape *out, const mlops__graph *graph,
                               mlops_error *err) {
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        int rows;
        mlops__graph_port port =
            port_of(graph, mlops__graph_input(graph, i), mlops__graph_input_name(graph, i), &rows);
        if (port.width == 0 || (i && rows != out->has_rows))
            return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                               "input \"%.*s\" has no rows as others have: its first dimension "
                               "must be open and all else fixed, or all of every input",
                               200, port.name);
        out->has_rows = rows;
        out->has_texts |= port.dtype == MLOPS__GRAPH_TEXT;
        out->n_features += port.width;
    }
    if (!graph->n_inputs) return mlops__fail(err, MLOPS_E_UNSUPPORTED, "the graph has no inputs");
    if (out->n_features > INT32_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "the inputs have too many elements");
    return MLOPS_OK;
}

/* A class stands ahead of what it was chosen by. */
static void choose(mlops__graph_shape *out, const mlops__graph *graph) {
    mlops__graph_dtype labels;
    int64_t n;
    int32_t real = -1;
    int told = mlops__graph_told(graph, MLOPS__GRAPH_CLASSES, &labels, &n) && n;
    out->prediction = out->label = -1;
    for (uint32_t i = out->n_outputs; i-- > 0;) {
        mlops__graph_port port = mlops__graph_out(graph, out, i);
        if (told && port.dtype == labels && port.width == 1) out->label = (int32_t)i;
        if (port.dtype == MLOPS__GRAPH_TEXT || !port.width) continue;
        out->prediction = (int32_t)i;
        if (port.dtype <= MLOPS__GRAPH_F64) real = (int32_t)i;
    }
    if (out->label >= 0 && real >= 0) out->prediction = real;
}

mlops_status mlops__graph_shape_find(mlops__graph_shape *out, const mlops__graph *graph,
                                     mlops_error *err) {
    memset(out, 0, sizeof *out);
    for (; out->n_outputs < graph->n_outputs; out->n_outputs++)
        if (mlops__graph_output_name(graph, out->n_outputs)[0] == 1) break;
    MLOPS_TRY(add_inputs(out, graph, err));
    choose(out, graph);
    return MLOPS_OK;
}

const uint8_t *mlops__graph_told(const mlops__graph *graph, const char *name,
                                 mlops__graph_dtype *dtype, int64_t *n) {
    for (uint32_t i = 0; i < graph->n_outputs; i++) {
        uint32_t value = mlops__graph_output(graph, i);
        mlops__graph_value at = mlops__graph_value_at(graph, value);
        const char *port = mlops__graph_output_name(graph, i);
        if (strlen(port) != strlen(name) || memcmp(port, name, strlen(name)) != 0) continue;
        *dtype = at.dtype;
        if (at.kind != MLOPS__GRAPH_CONSTANT || at.rank != 1) return NULL;
        if (at.dtype != MLOPS__GRAPH_TEXT && at.dtype != MLOPS__GRAPH_I64) return NULL;
        *n = mlops__graph_dim(graph, value, 0, 0);
        return graph->constants + at.place;
    }
    return NULL;
}

mlops__graph_text mlops__graph_text_at(const mlops__graph *graph, double number) {
    int64_t left = number >= 0 && number < 0x1p53 ? (int64_t)number : INT64_MAX;
    for (uint32_t i = 0; i < graph->n_values; i++) {
        mlops__graph_value value = mlops__graph_value_at(graph, i);
        int64_t n = 1;
        if (value.kind != MLOPS__GRAPH_CONSTANT || value.dtype != MLOPS__GRAPH_TEXT) continue;
        for (int32_t d = 0; d < value.rank; d++) n *= mlops__graph_dim(graph, i, d, 0);
        if (left < n) {
            const uint8_t *at = graph->constants + value.place + 8 * left;
            return (mlops__graph_text){graph->texts + mlops__load_u32(at), mlops__load_u32(at + 4)};
        }
        left -= n;
    }
    return (mlops__graph_text){"", 0};
}

static int64_t whole(double value) {
    if (!(value > -0x1p63)) return value != value ? 0 : INT64_MIN;
    return value < 0x1p63 ? (int64_t)value : INT64_MAX;
}

void mlops__graph_put(mlops__graph_dtype dtype, void *data, int64_t i, double value) {
    int64_t integer = whole(value);
    int64_t small = integer > INT32_MAX ? INT32_MAX : integer < INT32_MIN ? INT32_MIN : integer;
    switch (dtype) {
    case MLOPS__GRAPH_F32: ((float *)data)[i] = (float)value; break;
    case MLOPS__GRAPH_F64: ((double *)data)[i] = value; break;
    case MLOPS__GRAPH_I64: ((int64_t *)data)[i] = integer; break;
    case MLOPS__GRAPH_I32: ((int32_t *)data)[i] = (int32_t)small; break;
    default: ((uint8_t *)data)[i] = value != 0; break;
    }
}

double mlops__graph_number(const mlops__graph_view *view, int64_t i) {
    switch (view->dtype) {
    case MLOPS__GRAPH_F32: return (double)((const float *)view->data)[i];
    case MLOPS__GRAPH_F64: return ((const double *)view->data)[i];
    case MLOPS__GRAPH_I64: return (double)((const int64_t *)view->data)[i];
    case MLOPS__GRAPH_I32: return (double)((const int32_t *)view->data)[i];
    default: return (double)((const uint8_t *)view->data)[i];
    }
}
