/* Explaining what is linear: a feature adds its weight times how far it is from where it adds
 * nothing.
 *
 * Owns nothing. Invariant: of a graph only a linear model is taken, by itself or behind scalers,
 * with nothing after it but what makes classes and probabilities of its scores.
 */
#include "model/build/explain.h"

/* Floats of a constant, and how many; none if it is not one. */
static const uint8_t *floats_of(const mlops__graph *graph, uint32_t index, int64_t *n) {
    *n = 0;
    if (index == MLOPS__GRAPH_NONE) return NULL;
    mlops__graph_value value = mlops__graph_value_at(graph, index);
    if (value.kind != MLOPS__GRAPH_CONSTANT || value.dtype != MLOPS__GRAPH_F32) return NULL;
    *n = 1;
    for (int32_t k = 0; k < value.rank; k++) *n *= mlops__graph_dim(graph, index, k, 0);
    return graph->constants + value.place;
}

static double float_at(const uint8_t *floats, int64_t n, int64_t i) {
    return (double)mlops__load_f32(floats + (n == 1 ? 0 : 4 * i));
}

mlops_status mlops__explain_add_linear(mlops_explainer *self, mlops_error *err) {
    const size_t f = self->n_features;
    size_t n;
    if (self->weights) return MLOPS_OK;
    self->origins = mlops__arena_array(&self->arena, f, sizeof(double));
    self->weights = self->origins && mlops__mul(self->n_groups, f, &n)
                        ? mlops__arena_array(&self->arena, n, 2 * sizeof(double))
                        : NULL;
    if (!self->weights) return mlops__fail_nomem(err, f * self->n_groups);
    self->means = self->weights + n;
    return MLOPS_OK;
}

double mlops__explain_linear(const mlops_explainer *self, size_t group, size_t feature, double x) {
    if (!self->weights || (x != x && !self->model->graph)) return 0.0;
    return self->weights[group * self->n_features + feature] * (x - self->origins[feature]);
}

void mlops__explain_linear_means(mlops_explainer *self) {
    const size_t f = self->n_features;
    for (size_t i = 0; self->weights && i < self->n_groups * f; i++) {
        double sum = 0.0;
        for (int64_t b = 0; b < self->n_background; b++)
            sum +=
                mlops__explain_linear(self, i / f, i % f, self->background[(size_t)b * f + i % f]);
        self->means[i] = sum / (double)self->n_background;
        self->bias[i / f] += self->means[i];
    }
}

/* (value - less) * by, where the value is (x - origin) * scale. */
static int add_scaler(mlops_explainer *self, const mlops__graph *graph, const mlops__graph_peek *at,
                      double *scales, double *origins) {
    int64_t n_less, n_by, n = self->n_features;
    const uint8_t *less = floats_of(graph, at->inputs[1], &n_less);
    const uint8_t *by = floats_of(graph, at->inputs[2], &n_by);
    if ((n_less != 1 && n_less != n) || (n_by != 1 && n_by != n)) return 0;
    for (int64_t f = 0; f < n; f++) {
        origins[f] += float_at(less, n_less, f) / scales[f];
        scales[f] *= float_at(by, n_by, f);
        if (scales[f] == 0.0) return 0;
    }
    return 1;
}

/* Weights of what the scalers made of the features. */
static mlops_status add_model(mlops_explainer *self, const mlops__graph *graph,
                              const mlops__graph_peek *at, const double *scales,
                              const double *origins, mlops_error *err) {
    int64_t n, n_bias, f = self->n_features;
    const uint8_t *weights = floats_of(graph, at->inputs[1], &n);
    const uint8_t *bias = floats_of(graph, at->inputs[2], &n_bias);
    if (n == 0 || n % f) return MLOPS_E_UNSUPPORTED;
    self->n_groups = (uint32_t)(n / f);
    self->bias = mlops__arena_array(&self->arena, self->n_groups, sizeof(double));
    if (!self->bias) return mlops__fail_nomem(err, self->n_groups);
    MLOPS_TRY(mlops__explain_add_linear(self, err));
    for (int64_t i = 0; i < n; i++) /* the graph has those of a feature side by side */
        self->weights[i] = float_at(weights, n, i % f * (n / f) + i / f) * scales[i % f];
    for (int64_t g = 0; g < n_bias; g++) self->bias[g] = float_at(bias, n_bias, g);
    for (int64_t i = 0; i < f; i++) self->origins[i] = origins[i];
    return MLOPS_OK;
}

/* What makes classes and probabilities of scores. */
static int is_link(uint32_t op) {
    static const uint8_t links[] = {MLOPS__GRAPH_CLASSIFY,  MLOPS__GRAPH_POST,
                                    MLOPS__GRAPH_NORMALIZE, MLOPS__GRAPH_CAST,
                                    MLOPS__GRAPH_GATHER,    MLOPS__GRAPH_RESHAPE};
    for (size_t i = 0; i < sizeof links; i++)
        if (op == links[i]) return 1;
    return 0;
}

static mlops_status read_graph(mlops_explainer *self, double *scales, double *origins,
                               mlops_error *err) {
    const mlops__graph *graph = &self->model->graph->graph;
    uint32_t value = mlops__graph_input(graph, 0), i = 0;
    for (; i < graph->n_steps; i++) {
        mlops__graph_peek at = mlops__graph_peek_at(graph, i);
        if (at.inputs[0] != value) return MLOPS_E_UNSUPPORTED;
        value = at.outputs[0];
        if (at.op == MLOPS__GRAPH_LINEAR) {
            MLOPS_TRY(add_model(self, graph, &at, scales, origins, err));
            break;
        }
        if (at.op != MLOPS__GRAPH_CAST &&
            (at.op != MLOPS__GRAPH_SCALE || !add_scaler(self, graph, &at, scales, origins)))
            return MLOPS_E_UNSUPPORTED;
    }
    if (i == graph->n_steps) return MLOPS_E_UNSUPPORTED;
    while (++i < graph->n_steps)
        if (!is_link(mlops__graph_peek_at(graph, i).op)) return MLOPS_E_UNSUPPORTED;
    return MLOPS_OK;
}

mlops_status mlops__explain_graph(mlops_explainer *self, mlops_error *err) {
    const mlops__graph_model *graph = self->model->graph;
    const mlops__graph_dtype dtype =
        graph->graph.n_inputs == 1 ? graph->inputs[0].dtype : MLOPS__GRAPH_TEXT;
    mlops_status status = MLOPS_E_UNSUPPORTED;
    if (graph->shape.has_rows && (dtype == MLOPS__GRAPH_F32 || dtype == MLOPS__GRAPH_F64)) {
        const size_t f = self->n_features;
        double *scales = mlops__arena_array(&self->arena, f, sizeof(double));
        double *origins = scales ? mlops__arena_array(&self->arena, f, sizeof(double)) : NULL;
        if (!origins) return mlops__fail_nomem(err, f * sizeof(double));
        for (size_t i = 0; i < f; i++) scales[i] = 1.0;
        self->f64 = dtype == MLOPS__GRAPH_F64;
        status = read_graph(self, scales, origins, err);
    }
    if (status != MLOPS_E_UNSUPPORTED) return status;
    return mlops__fail(
        err, status,
        "the model is a graph that is more than a linear model, or one behind a "
        "scaler; those and forests of trees that take the rows as they are can be explained");
}
