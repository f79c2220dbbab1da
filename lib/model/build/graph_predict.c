/* Predicting with a graph: rows to the elements of its inputs, its outputs to numbers.
 *
 * Owns how working memory is cut up. Invariant: nothing is allocated while rows are predicted, and
 * an input never takes more elements than it has room for.
 */
#include "model/build/graph_model.h"
#include "model/run/graph_step.h"

#include <string.h>

enum { ALIGN = 64, TEXTS = 1 << 16, TEXTS_ROW = 1 << 10 };

static size_t padded(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

static size_t input_size(const mlops__graph_port *port, int64_t n_rows) {
    return padded((size_t)n_rows * (size_t)port->width * mlops__dtype_size(port->dtype));
}

size_t mlops__graph_text_room(const mlops__graph_model *self, int64_t n_rows) {
    return self->makes_texts ? TEXTS + (size_t)n_rows * TEXTS_ROW : 0;
}

size_t mlops__graph_room_size(const mlops__graph_model *self, int64_t n_rows, size_t texts) {
    size_t size = padded(mlops__graph_size(&self->graph, n_rows, texts));
    if (!size) return 0;
    for (uint32_t i = 0; i < self->graph.n_inputs; i++) {
        size_t more = input_size(&self->inputs[i], n_rows);
        if (more > SIZE_MAX / 2 - size) return 0;
        size += more;
    }
    return size + mlops__graph_forests_room(self->forests);
}

mlops_status mlops__graph_room_init(mlops__graph_room *self, const mlops__graph_model *model,
                                    int64_t n_rows, size_t texts, void *mem) {
    size_t size = mlops__graph_size(&model->graph, n_rows, texts);
    *self = (mlops__graph_room){
        .model = model, .inputs = (uint8_t *)mem + padded(size), .n_rows = n_rows};
    MLOPS_TRY(mlops__graph_init(&self->run, mem, size, &model->graph, n_rows, texts));
    uint8_t *p = self->inputs;
    for (uint32_t i = 0; i < model->graph.n_inputs; i++) {
        MLOPS_TRY(mlops__graph_bind(self->run, i, model->inputs[i].dtype, p));
        p += input_size(&model->inputs[i], n_rows);
    }
    mlops__graph_set_kern(self->run, model->kern);
    mlops__graph_forests_use(model->forests, self->run, p);
    return MLOPS_OK;
}

/* Index of a label among the classes; -1 if it is none of them. */
static double class_at(const mlops__graph_model *self, const mlops__graph_view *view, int64_t i) {
    for (int64_t c = 0; c < self->n_classes; c++) {
        if (self->class_labels) {
            if (((const int64_t *)view->data)[i] == self->class_labels[c]) return (double)c;
            continue;
        }
        const mlops__graph_text *text = (const mlops__graph_text *)view->data + i;
        if (strlen(self->classes[c]) == text->n &&
            memcmp(self->classes[c], text->bytes, text->n) == 0)
            return (double)c;
    }
    return -1;
}

/* Runs what the inputs hold. */
static mlops_status run(const mlops__graph_room *self, mlops_model_output output, int64_t n,
                        double *out, mlops_error *err) {
    const mlops__graph_model *model = self->model;
    int64_t width = mlops__graph_width(model, output), count = 1;
    int64_t port = (int64_t)output - MLOPS_MODEL_OUTPUT_FIRST;
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION) port = model->shape.prediction;
    if (output == MLOPS_MODEL_OUTPUT_CLASS) port = model->shape.label;
    MLOPS_TRY(mlops__graph_run_rows(self->run, n, err));
    mlops__graph_view view = mlops__graph_result(self->run, (uint32_t)port);
    for (int32_t i = 0; i < view.rank; i++) count *= view.dims[i];
    if (count != n * width)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "output \"%.*s\" has %lld values for %lld row%s, not %lld a row", 100,
                           model->outputs[port].name, (long long)count, (long long)n,
                           mlops__plural(n), (long long)width);
    for (int64_t i = 0; i < count; i++)
        out[i] = output == MLOPS_MODEL_OUTPUT_CLASS ? class_at(model, &view, i)
                                                    : mlops__graph_number(&view, i);
    return MLOPS_OK;
}

/* Rows one behind the other, to elements from row at of each input. */
static void feed_rows(const mlops__graph_room *self, mlops__row rows, int64_t at, int64_t n) {
    const mlops__graph_model *model = self->model;
    uint8_t *p = self->inputs;
    for (uint32_t i = 0; i < model->graph.n_inputs; i++) {
        const mlops__graph_port *port = &model->inputs[i];
        for (int64_t r = 0; r < n; r++) {
            int64_t from = r * model->shape.n_features + port->first, to = (at + r) * port->width;
            for (int64_t j = 0; j < port->width; j++) {
                double number = rows.f32 ? (double)rows.f32[from + j] : rows.f64[from + j];
                if (port->dtype == MLOPS__GRAPH_TEXT)
                    ((mlops__graph_text *)(void *)p)[to + j] =
                        mlops__graph_text_at(&model->graph, number);
                else mlops__graph_put(port->dtype, p, to + j, number);
            }
        }
        p += input_size(port, self->n_rows);
    }
}

/* A null is missing: NaN, no text, 0 of integers. */
static void feed_column(const mlops__column *column, const mlops__graph_port *port, int64_t j,
                        uint8_t *data, int64_t begin, int64_t n) {
    int texts = port->dtype == MLOPS__GRAPH_TEXT;
    for (int64_t r = 0; r < n; r++) {
        int64_t to = r * port->width + j, row = begin + r;
        int valid = column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row);
        if (texts) {
            const char *text = "";
            if (valid) text = column->texts[((const int32_t *)column->data)[row]];
            ((mlops__graph_text *)(void *)data)[to] = (mlops__graph_text){text, strlen(text)};
        } else if (valid && column->type == MLOPS_TYPE_INT64 && port->dtype == MLOPS__GRAPH_I64) {
            ((int64_t *)(void *)data)[to] = ((const int64_t *)column->data)[row];
        } else {
            mlops__graph_put(port->dtype, data, to, mlops__column_f64(column, row));
        }
    }
}

static void feed_columns(const mlops__graph_room *self, const mlops__input *input, int64_t first,
                         int64_t n) {
    const mlops__graph_model *model = self->model;
    uint8_t *p = self->inputs;
    for (uint32_t i = 0; i < model->graph.n_inputs; i++) {
        const mlops__graph_port *port = &model->inputs[i];
        for (int64_t j = 0; j < port->width; j++)
            feed_column(input->columns[port->first + j], port, j, p, first, n);
        p += input_size(port, self->n_rows);
    }
}

/* Rows of the one input's type are read where they stand. */
static void feed(const mlops__graph_room *self, const mlops__input *input, int64_t first,
                 int64_t n) {
    const mlops__graph_model *model = self->model;
    mlops__graph_dtype dtype = input->rows.f32 ? MLOPS__GRAPH_F32 : MLOPS__GRAPH_F64;
    int64_t offset = first * model->shape.n_features, step = self->gather.n_rows;
    int in_place = mlops__input_in_place(input);
    mlops__row rows = {input->rows.f32 ? input->rows.f32 + offset : NULL,
                       input->rows.f64 ? input->rows.f64 + offset : NULL};
    const void *there = rows.f32 ? (const void *)rows.f32 : rows.f64;
    if (in_place && model->graph.n_inputs == 1 && model->inputs[0].dtype == dtype) {
        (void)mlops__graph_bind(self->run, 0, dtype, there);
        return;
    }
    (void)mlops__graph_bind(self->run, 0, model->inputs[0].dtype, self->inputs);
    if (input->kind == MLOPS__INPUT_COLUMNS) {
        feed_columns(self, input, first, n);
    } else if (in_place) {
        feed_rows(self, rows, 0, n);
    } else {
        for (int64_t i = 0; i < n; i += step) {
            int64_t m = n - i < step ? n - i : step;
            feed_rows(self, mlops__gather_take(&self->gather, input, first + i, m), i, m);
            mlops__gather_done(&self->gather, input, first + i, m);
        }
    }
}

const char *mlops__graph_text_input(const mlops__graph_model *self) {
    for (uint32_t i = 0; self->shape.has_texts && i < self->graph.n_inputs; i++)
        if (self->inputs[i].dtype == MLOPS__GRAPH_TEXT) return self->inputs[i].name;
    return NULL;
}

mlops_status mlops__graph_predict(const mlops__graph_room *self, mlops_model_output output,
                                  const mlops__input *input, int64_t first, int64_t n_rows,
                                  double *out, mlops_error *err) {
    const mlops__graph_model *model = self->model;
    int64_t width = mlops__graph_width(model, output),
            most = model->shape.has_rows ? self->n_rows : 1;
    const char *texts = mlops__graph_text_input(model);
    if (texts && !self->numbered && input->kind != MLOPS__INPUT_COLUMNS)
        return mlops__fail(err, MLOPS_E_SCHEMA, "input \"%.*s\" takes texts: predict a table", 200,
                           texts);
    if (model->is_whole && n_rows > self->n_rows)
        return mlops__fail(err, MLOPS_E_ARENA,
                           "rows of this graph depend on each other, and %lld are more than %lld",
                           (long long)n_rows, (long long)self->n_rows);
    for (int64_t i = 0, n; i < n_rows; i += n) {
        n = n_rows - i < most ? n_rows - i : most;
        feed(self, input, first + i, n);
        MLOPS_TRY(run(self, output, n, out + i * width, err));
    }
    return MLOPS_OK;
}
