/* Predicting: rows through the kernels or the plan, in the caller's memory.
 *
 * Owns how working memory is cut up. Invariant: nothing is allocated, locked or called of the
 * system, and a row gives the same bits alone and in any block.
 */
#include "model/build/handle.h"

enum { LANES = MLOPS__FOREST_LANES, ALIGN = 64, BLOCK_MIN = 24, STACK = 9 * 1024 };
enum { SLOTS_MAX = 1024 }; /* of which the cache holds the ranks of several blocks */

static size_t padded(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

/* Rows that are best run at once. */
static int64_t usual_rows(const mlops_model *self) {
    int several = self->forest ? self->forest->n_slots <= SLOTS_MAX : self->walks != NULL;
    return several ? MLOPS__FOREST_BLOCKS * LANES : LANES;
}

int mlops__model_takes_graph(const mlops_model *self, mlops_model_output output) {
    if (!self->graph || !self->graph->core) return self->graph != NULL;
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION) return !self->graph->core->finishes;
    return output != MLOPS_MODEL_OUTPUT_MARGIN && output != MLOPS_MODEL_OUTPUT_LEAF &&
           output != MLOPS_MODEL_OUTPUT_PREFIX;
}

static size_t number_size(const mlops_model *model, int takes_graph) {
    return takes_graph ? sizeof(double) : mlops__plan_number_size(&model->plan);
}

mlops__room_shape mlops__room_shape_of(const mlops_model *model, mlops_model_output output,
                                       int64_t rows, int gathers) {
    int graph = mlops__model_takes_graph(model, output);
    mlops__room_shape shape = {.takes_graph = graph, .rows = rows};
    if (!rows) shape.rows = graph ? MLOPS__GRAPH_BLOCK : usual_rows(model);
    if (graph && !model->graph->shape.has_rows) shape.rows = 1;
    if (graph) shape.texts = mlops__graph_text_room(model->graph, shape.rows);
    if (gathers)
        shape.gathered = mlops__gather_rows(model->plan.n_features, number_size(model, graph));
    if (!rows) mlops__room_shape_fit(&shape, model, output, model->memory_max);
    return shape;
}

void mlops__room_shape_fit(mlops__room_shape *self, const mlops_model *model,
                           mlops_model_output output, size_t most) {
    const int64_t least = self->takes_graph ? 1 : LANES;
    int together = self->takes_graph && model->graph->is_whole;
    while (self->rows > least && !together) {
        size_t size = mlops__context_size(model, self, NULL);
        if (size && size <= most) return;
        int64_t gathered = self->gathered;
        *self = mlops__room_shape_of(model, output, self->rows / 2, 0);
        self->gathered = gathered;
    }
}

static size_t gather_size(const mlops_model *model, const mlops__room_shape *shape) {
    size_t number = number_size(model, shape->takes_graph);
    return padded((size_t)shape->gathered * model->plan.n_features * number);
}

static size_t sums_size(const mlops_model *model, size_t n_blocks) {
    return padded(model->plan.n_groups * LANES * mlops__plan_number_size(&model->plan) * n_blocks);
}

size_t mlops__room_size(const mlops_model *model, const mlops__room_shape *shape) {
    size_t size = gather_size(model, shape);
    if (shape->takes_graph) {
        size_t more = mlops__graph_room_size(model->graph, shape->rows, shape->texts);
        return more && more < SIZE_MAX / 2 ? size + more : 0;
    }
    size += padded(model->plan.n_groups * mlops__plan_number_size(&model->plan));
    if (!model->forest && !model->walks) return size;
    size_t lane =
        model->forest ? (size_t)model->forest->n_slots + 1 : mlops__walks_keys(model->walks);
    size += sums_size(model, (size_t)shape->rows / LANES);
    return size + padded(lane * (size_t)shape->rows);
}

void mlops__room_init(mlops__room *self, const mlops_model *model, const mlops__room_shape *shape,
                      void *mem) {
    size_t number = mlops__plan_number_size(&model->plan);
    uint8_t *p = mem;
    int f64 = shape->takes_graph || number == sizeof(double);
    *self = (mlops__room){.gather = {{p}, shape->gathered, f64}};
    p += gather_size(model, shape);
    if (shape->takes_graph) {
        (void)mlops__graph_room_init(&self->graph, model->graph, shape->rows, shape->texts, p);
        self->graph.gather = self->gather;
        return;
    }
    self->margins.any = p;
    p += padded(model->plan.n_groups * number);
    if (!model->forest && !model->walks) return;
    self->n_blocks = (size_t)shape->rows / LANES;
    self->sums.any = p;
    self->ranks = (int8_t *)p + sums_size(model, self->n_blocks);
}

int mlops__model_is_linear(const mlops_model *self) {
    return !self->graph && self->plan.n_trees && mlops__plan_weights(&self->plan, 0);
}

int mlops__model_has(const mlops_model *self, mlops_model_output output) {
    if (mlops__model_takes_graph(self, output)) return mlops__graph_width(self->graph, output) != 0;
    if (output == MLOPS_MODEL_OUTPUT_LEAF || output == MLOPS_MODEL_OUTPUT_PREFIX)
        return !mlops__model_is_linear(self);
    return (uint32_t)output <= MLOPS_MODEL_OUTPUT_MARGIN;
}

int64_t mlops__model_width(const mlops_model *self, mlops_model_output output) {
    if (mlops__model_takes_graph(self, output)) return mlops__graph_width(self->graph, output);
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION)
        return self->graph ? self->graph->core->width : mlops__plan_width(&self->plan);
    if (output == MLOPS_MODEL_OUTPUT_MARGIN) return self->plan.n_groups;
    if (!mlops__model_has(self, output)) return 0;
    return (int64_t)self->plan.n_trees *
           (output == MLOPS_MODEL_OUTPUT_PREFIX ? self->plan.n_groups : 1);
}

static void finish_row(const mlops_model *self, mlops_model_output output, mlops__sums margins,
                       double *out) {
    uint32_t n = self->plan.n_groups;
    int f64 = (self->plan.flags & MLOPS__PLAN_F64) != 0;
    if (output == MLOPS_MODEL_OUTPUT_PREDICTION && self->graph)
        mlops__graph_core_finish(self->graph->core, &self->plan, margins, out);
    else if (output == MLOPS_MODEL_OUTPUT_PREDICTION) mlops__plan_finish(&self->plan, margins, out);
    else
        for (uint32_t g = 0; g < n; g++) out[g] = f64 ? margins.f64[g] : (double)margins.f32[g];
}

static void run_leaves(const mlops_model *self, mlops__row row, double *out) {
    for (uint32_t t = 0; t < self->plan.n_trees; t++)
        out[t] = (double)mlops__plan_leaf(&self->plan, row, t);
}

static mlops__forest_rows forest_rows(mlops__row rows) {
    return (mlops__forest_rows){rows.f32, rows.f64};
}

static void run_row(const mlops_model *self, const mlops__room *room, mlops_model_output output,
                    mlops__row row, double *out) {
    if (output == MLOPS_MODEL_OUTPUT_LEAF) {
        run_leaves(self, row, out);
        return;
    }
    if (output == MLOPS_MODEL_OUTPUT_PREFIX) {
        mlops__plan_prefixes(&self->plan, row, room->margins, out);
        return;
    }
    if (self->forest) {
        self->kern->forest_rank_row(self->forest, forest_rows(row), room->ranks);
        self->kern->forest_sum_row(self->forest, room->ranks,
                                   (mlops__forest_reals){room->margins.any});
    } else if (self->walks) {
        mlops__walks_row(self->walks, forest_rows(row), room->ranks,
                         (mlops__forest_reals){room->margins.any});
    } else {
        mlops__plan_margin(&self->plan, row, room->margins);
    }
    finish_row(self, output, room->margins, out);
}

static void run_blocks(const mlops_model *self, const mlops__room *room, mlops_model_output output,
                       mlops__row rows, size_t n, double *out) {
    uint32_t n_groups = self->plan.n_groups;
    int64_t width = mlops__model_width(self, output);
    int f64 = (self->plan.flags & MLOPS__PLAN_F64) != 0;
    if (self->forest) {
        self->kern->forest_rank_rows(self->forest, forest_rows(rows), n, room->ranks);
        self->kern->forest_sum_rows(self->forest, room->ranks, n, room->sums);
    } else {
        mlops__walks_rows(self->walks, forest_rows(rows), n, room->ranks, room->sums);
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = i / LANES * LANES * n_groups + i % LANES;
        for (uint32_t g = 0; g < n_groups; g++, at += LANES)
            if (f64) room->margins.f64[g] = room->sums.f64[at];
            else room->margins.f32[g] = room->sums.f32[at];
        finish_row(self, output, room->margins, out + (int64_t)i * width);
    }
}

static mlops__row row_at(mlops__row rows, int64_t offset) {
    return (mlops__row){rows.f32 ? rows.f32 + offset : NULL, rows.f64 ? rows.f64 + offset : NULL};
}

/* Rows one behind the other. */
static void run_rows(const mlops_model *self, const mlops__room *room, mlops_model_output output,
                     mlops__row rows, int64_t n_rows, double *out) {
    int64_t width = mlops__model_width(self, output), n_features = self->plan.n_features, i = 0;
    int sums = output == MLOPS_MODEL_OUTPUT_PREDICTION || output == MLOPS_MODEL_OUTPUT_MARGIN;
    const int64_t most = (int64_t)(room->n_blocks * LANES);
    while (sums && most && n_rows - i >= BLOCK_MIN) {
        size_t n = (size_t)(n_rows - i < most ? n_rows - i : most);
        run_blocks(self, room, output, row_at(rows, i * n_features), n, out + i * width);
        i += (int64_t)n;
    }
    for (; i < n_rows; i++)
        run_row(self, room, output, row_at(rows, i * n_features), out + i * width);
}

mlops_status mlops__model_run(const mlops_model *self, const mlops__room *room,
                              mlops_model_output output, const mlops__input *input, int64_t first,
                              int64_t n_rows, double *out, mlops_error *err) {
    int takes_graph = mlops__model_takes_graph(self, output);
    if (takes_graph && !room->graph.run) return MLOPS_E_INVALID;
    if (takes_graph)
        return mlops__graph_predict(&room->graph, output, input, first, n_rows, out, err);
    int64_t width = mlops__model_width(self, output), most = room->gather.n_rows;
    if (mlops__input_in_place(input)) {
        mlops__row rows = row_at(input->rows, first * input->n_features);
        run_rows(self, room, output, rows, n_rows, out);
        return MLOPS_OK;
    }
    for (int64_t i = 0; i < n_rows; i += most) {
        int64_t n = n_rows - i < most ? n_rows - i : most;
        mlops__row rows = mlops__gather_take(&room->gather, input, first + i, n);
        run_rows(self, room, output, rows, n, out + i * width);
        mlops__gather_done(&room->gather, input, first + i, n);
    }
    return MLOPS_OK;
}

int64_t mlops_model_width(const mlops_model *self, mlops_model_output output) {
    return mlops__model_width(self, output);
}

int mlops__model_fits_stack(const mlops_model *self) {
    const mlops_model_output output = MLOPS_MODEL_OUTPUT_PREDICTION;
    mlops__room_shape shape = mlops__room_shape_of(self, output, 1, 0);
    size_t size = mlops__room_size(self, &shape);
    if (!mlops__model_width(self, output)) return 1;
    return size && size <= STACK && !(shape.takes_graph && self->graph->is_whole);
}

static mlops_status predict(const mlops_model *self, mlops__row rows, int64_t n_rows,
                            int64_t n_features, double *out, int64_t width) {
    _Alignas(ALIGN) uint8_t mem[STACK];
    const mlops_model_output output = MLOPS_MODEL_OUTPUT_PREDICTION;
    if (n_rows < 0 || n_features != (int64_t)self->plan.n_features ||
        width != mlops__model_width(self, output) || (n_rows && ((!rows.f32 && !rows.f64) || !out)))
        return MLOPS_E_INVALID;
    if (self->graph && width == 0) return MLOPS_E_UNSUPPORTED;
    int many = n_rows >= (mlops__model_takes_graph(self, output) ? 2 : BLOCK_MIN);
    mlops__room_shape shape = mlops__room_shape_of(self, output, many ? LANES : 1, 0);
    while (shape.rows > 1 && mlops__room_size(self, &shape) > sizeof mem)
        shape = mlops__room_shape_of(self, output, shape.rows > LANES ? shape.rows / 2 : 1, 0);
    if (mlops__room_size(self, &shape) > sizeof mem) return MLOPS_E_ARENA;
    mlops__room room;
    mlops__input input = mlops__input_of_rows(rows, n_rows, n_features);
    mlops__room_init(&room, self, &shape, mem);
    return mlops__model_run(self, &room, output, &input, 0, n_rows, out, NULL);
}

mlops_status mlops_model_predict(const mlops_model *self, const float *rows, int64_t n_rows,
                                 int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f32 = rows}, n_rows, n_features, out, width);
}

mlops_status mlops_model_predict_f64(const mlops_model *self, const double *rows, int64_t n_rows,
                                     int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f64 = rows}, n_rows, n_features, out, width);
}
