/* Predicting with a graph: rows to the elements of its inputs, its outputs to numbers.
 *
 * Owns how working memory is cut up. Invariant: nothing is allocated while rows are predicted, but
 * for tables, and an input never takes more elements than it has room for.
 */
#include "base/alloc.h"
#include "model/build/graph_model.h"
#include "model/run/graph_step.h"

#include <string.h>

enum { TEXTS_MAX = 1 << 29 };
enum { ALIGN = 64, TEXTS = 1 << 16, TEXTS_ROW = 1 << 10, TABLE_BLOCK = 256 };

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
    *self = (mlops__graph_room){model, NULL, (uint8_t *)mem + padded(size), n_rows, 0};
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

/* Rows of the one input's type are read where they stand. */
static void feed(const mlops__graph_room *self, mlops__row rows, int64_t begin, int64_t n) {
    const mlops__graph_model *model = self->model;
    const float *f32 = rows.f32 ? rows.f32 + begin * model->shape.n_features : NULL;
    const double *f64 = rows.f32 ? NULL : rows.f64 + begin * model->shape.n_features;
    mlops__graph_dtype dtype = rows.f32 ? MLOPS__GRAPH_F32 : MLOPS__GRAPH_F64;
    uint8_t *p = self->inputs;
    if (model->graph.n_inputs == 1 && model->inputs[0].dtype == dtype) {
        (void)mlops__graph_bind(self->run, 0, dtype, f32 ? (const void *)f32 : f64);
        return;
    }
    (void)mlops__graph_bind(self->run, 0, model->inputs[0].dtype, p);
    for (uint32_t i = 0; i < model->graph.n_inputs; i++) {
        const mlops__graph_port *port = &model->inputs[i];
        for (int64_t r = 0; r < n; r++) {
            int64_t at = (begin + r) * model->shape.n_features + port->first;
            for (int64_t j = 0; j < port->width; j++) {
                int64_t to = r * port->width + j;
                double number = rows.f32 ? (double)rows.f32[at + j] : rows.f64[at + j];
                if (port->dtype == MLOPS__GRAPH_TEXT)
                    ((mlops__graph_text *)(void *)p)[to] =
                        mlops__graph_text_at(&model->graph, number);
                else mlops__graph_put(port->dtype, p, to, number);
            }
        }
        p += input_size(port, self->n_rows);
    }
}

/* Rows of the next run. */
static int64_t rows_of(const mlops__graph_model *self, int64_t room, int64_t left) {
    if (!self->shape.has_rows) return 1;
    return left < room ? left : room;
}

mlops_status mlops__graph_predict(const mlops__graph_room *self, mlops_model_output output,
                                  mlops__row rows, int64_t n_rows, double *out, mlops_error *err) {
    const mlops__graph_model *model = self->model;
    int64_t width = mlops__graph_width(model, output);
    for (uint32_t i = 0; model->shape.has_texts && !self->numbered; i++)
        if (model->inputs[i].dtype == MLOPS__GRAPH_TEXT)
            return mlops__fail(err, MLOPS_E_SCHEMA, "input \"%.*s\" takes texts: predict a table",
                               200, model->inputs[i].name);
    if (model->is_whole && n_rows > self->n_rows)
        return mlops__fail(err, MLOPS_E_ARENA,
                           "rows of this graph depend on each other, and %lld are more than %lld",
                           (long long)n_rows, (long long)self->n_rows);
    for (int64_t i = 0, n; i < n_rows; i += n) {
        n = rows_of(model, self->n_rows, n_rows - i);
        feed(self, rows, i, n);
        MLOPS_TRY(run(self, output, n, out + i * width, err));
    }
    return MLOPS_OK;
}

/* -- tables --------------------------------------------------------------------------------- */

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

static mlops_status predict_blocks(const mlops__graph_room *self,
                                   const mlops__column *const *columns, mlops_model_output output,
                                   int64_t n_rows, double *out, mlops_error *err) {
    const mlops__graph_model *model = self->model;
    int64_t width = mlops__graph_width(model, output);
    for (int64_t begin = 0, n; begin < n_rows; begin += n) {
        uint8_t *p = self->inputs;
        n = rows_of(model, self->n_rows, n_rows - begin);
        for (uint32_t i = 0; i < model->graph.n_inputs; i++) {
            const mlops__graph_port *port = &model->inputs[i];
            for (int64_t j = 0; j < port->width; j++)
                feed_column(columns[port->first + j], port, j, p, begin, n);
            p += input_size(port, self->n_rows);
        }
        MLOPS_TRY(run(self, output, n, out + begin * width, err));
    }
    return MLOPS_OK;
}

/* Texts may need more room than was guessed; it is doubled until it does. */
mlops_status mlops__graph_predict_columns(const mlops__graph_model *self,
                                          const mlops__column *const *columns,
                                          mlops_model_output output, int64_t n_rows, double *out,
                                          const mlops_allocator *allocator, mlops_error *err) {
    int64_t block = self->is_whole || n_rows < TABLE_BLOCK ? n_rows : TABLE_BLOCK;
    if (!self->shape.has_rows) block = 1;
    if (n_rows == 0) return MLOPS_OK;
    size_t texts = mlops__graph_text_room(self, block);
    for (;; texts *= 2) {
        mlops__graph_room room;
        size_t size = mlops__graph_room_size(self, block, texts);
        void *mem = size ? mlops__alloc_aligned(allocator, size, ALIGN) : NULL;
        if (!mem) return mlops__fail_nomem(err, size);
        mlops_status status = mlops__graph_room_init(&room, self, block, texts, mem);
        if (status == MLOPS_OK) status = predict_blocks(&room, columns, output, n_rows, out, err);
        mlops__free_aligned(allocator, mem, size, ALIGN);
        if (status != MLOPS_E_ARENA || !texts || texts > TEXTS_MAX) return status;
    }
}
