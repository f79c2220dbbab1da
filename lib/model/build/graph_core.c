/* Finding the forest that is the core of a graph, and finishing what it sums.
 *
 * Owns the list of what may follow it. Invariant: a prediction has the bits that the graph gives.
 */
#include "model/build/graph_core.h"

#include "base/cursor.h"
#include "model/run/graph_step.h"

mlops__graph_peek mlops__graph_peek_at(const mlops__graph *graph, uint32_t step) {
    const uint8_t *entry = graph->steps + 24 * (size_t)step;
    const uint8_t *operands = graph->operands + 4 * (size_t)mlops__load_u32(entry + 12);
    const uint32_t none = MLOPS__GRAPH_NONE, n = mlops__load_u32(entry + 8);
    mlops__graph_peek out = {mlops__load_u16(entry), n, {none, none, none}, {none, none}, NULL};
    out.ints = graph->params + 8 * (size_t)mlops__load_u32(entry + 16);
    for (uint32_t i = 0; i < n && i < 3; i++) out.inputs[i] = mlops__load_u32(operands + 4 * i);
    for (uint32_t i = 0; i < mlops__load_u16(entry + 6) && i < 2; i++)
        out.outputs[i] = mlops__load_u32(operands + 4 * ((size_t)n + i));
    return out;
}

static int64_t int_at(const mlops__graph_peek *step, int i) {
    return (int64_t)mlops__load_u64(step->ints + 8 * i);
}

/* True if a step's input holds the rows as they are: the one input, or all of them side by side.
 * Doubles go to a forest of floats, too, which rounds them as it does those of rows. */
static int takes_rows(const mlops__graph *graph, uint32_t forest, int f64) {
    uint32_t rows = mlops__graph_peek_at(graph, forest).inputs[0], step = forest;
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        mlops__graph_value input = mlops__graph_value_at(graph, mlops__graph_input(graph, i));
        if (input.rank != 2 ||
            (input.dtype != MLOPS__GRAPH_F64 && (f64 || input.dtype != MLOPS__GRAPH_F32)))
            return 0;
    }
    if (graph->n_inputs == 1) return rows == mlops__graph_input(graph, 0);
    while (step > 0 && mlops__graph_peek_at(graph, step).outputs[0] != rows) step--;
    mlops__graph_peek maker = mlops__graph_peek_at(graph, step);
    if (maker.outputs[0] != rows || maker.op != MLOPS__GRAPH_CONCAT ||
        maker.n_inputs != graph->n_inputs || int_at(&maker, 0) != 1)
        return 0;
    const uint8_t *operands = graph->operands;
    operands += 4 * (size_t)mlops__load_u32(graph->steps + 24 * (size_t)step + 12);
    for (uint32_t i = 0; i < graph->n_inputs; i++)
        if (mlops__load_u32(operands + 4 * (size_t)i) != mlops__graph_input(graph, i)) return 0;
    return 1;
}

/* Floats of a constant of so many elements, whatever its shape; NULL if it is none. */
static const uint8_t *floats_of(const mlops__graph *graph, uint32_t index, int64_t n) {
    mlops__graph_value value = mlops__graph_value_at(graph, index);
    int64_t count = 1;
    for (int32_t i = 0; i < value.rank; i++) count *= mlops__graph_dim(graph, index, i, 0);
    int fits = value.kind == MLOPS__GRAPH_CONSTANT && value.dtype == MLOPS__GRAPH_F32;
    return fits && count == n ? graph->constants + value.place : NULL;
}

/* Takes a step that goes on from the value into account; 0 if it is none that is known. */
static int follow(mlops__graph_core *self, const mlops__graph *graph, const mlops__plan *plan,
                  const mlops__graph_peek *step, uint32_t *value) {
    mlops__graph_dtype from = mlops__graph_value_at(graph, *value).dtype;
    int ends = self->pair >= 0; /* scores of classes are the last */
    *value = step->outputs[0];
    if (ends || (from != MLOPS__GRAPH_F32 && step->op != MLOPS__GRAPH_CAST)) return 0;
    switch (step->op) {
    case MLOPS__GRAPH_CAST:
        self->narrows = from == MLOPS__GRAPH_F64;
        return mlops__graph_value_at(graph, *value).dtype == MLOPS__GRAPH_F32;
    case MLOPS__GRAPH_BINARY:
        if (int_at(step, 0) == MLOPS__BINARY_DIV && !self->count && !self->base)
            return (self->count = floats_of(graph, step->inputs[1], 1)) != NULL;
        if (int_at(step, 0) != MLOPS__BINARY_ADD || self->base) return 0;
        return (self->base = floats_of(graph, step->inputs[1], plan->n_groups)) != NULL;
    case MLOPS__GRAPH_POST:
        self->pair = MLOPS__PAIR_NONE;
        self->post = int_at(step, 0);
        return 1;
    case MLOPS__GRAPH_CLASSIFY:
        self->pair = int_at(step, 1);
        self->post = int_at(step, 2);
        *value = step->outputs[1];
        return self->pair == MLOPS__PAIR_NONE || plan->n_groups == 1;
    default: return 0;
    }
}

/* From the forest's sums to the prediction, through steps that go on from each other. */
static int reaches(mlops__graph_core *self, const mlops__graph *graph,
                   const mlops__graph_shape *shape, const mlops__plan *plan, uint32_t step) {
    uint32_t value = mlops__graph_peek_at(graph, step).outputs[0];
    uint32_t port = (uint32_t)shape->prediction, prediction = mlops__graph_output(graph, port);
    self->pair = -1;
    while (value != prediction && ++step < graph->n_steps) {
        mlops__graph_peek next = mlops__graph_peek_at(graph, step);
        if (next.inputs[0] != value) continue;
        if (!follow(self, graph, plan, &next, &value)) return 0;
    }
    if (self->pair < 0) self->pair = MLOPS__PAIR_NONE;
    self->width = self->pair == MLOPS__PAIR_NONE ? plan->n_groups : 2;
    return value == prediction && mlops__graph_out(graph, shape, port).width == self->width;
}

mlops_status mlops__graph_core_find(mlops__graph_core **out, const mlops__graph *graph,
                                    const mlops__graph_shape *shape, mlops__plan *plan,
                                    mlops__arena *arena, mlops_error *err) {
    uint32_t step = 0;
    *out = NULL;
    if (mlops__graph_n_forests(graph) != 1 || !shape->has_rows) return MLOPS_OK;
    MLOPS_TRY(mlops__graph_forest_plan(graph, 0, plan));
    while (mlops__graph_peek_at(graph, step).op != MLOPS__GRAPH_FOREST) step++;
    if (plan->n_features != shape->n_features ||
        !takes_rows(graph, step, (plan->flags & MLOPS__PLAN_F64) != 0))
        return MLOPS_OK;
    mlops__graph_core *self = *out = mlops__arena_alloc(arena, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    *self = (mlops__graph_core){.pair = MLOPS__PAIR_NONE};
    if (shape->prediction >= 0) self->finishes = reaches(self, graph, shape, plan, step);
    return MLOPS_OK;
}

void mlops__graph_core_finish(const mlops__graph_core *self, const mlops__plan *plan,
                              mlops__sums sums, double *out) {
    int64_t n = plan->n_groups;
    float pair[2], *scores = sums.f32;
    if (plan->flags & MLOPS__PLAN_F64) {
        for (int64_t i = 0; i < n && !self->narrows; i++) out[i] = sums.f64[i];
        if (!self->narrows) return;
        for (int64_t i = 0; i < n; i++) scores[i] = (float)sums.f64[i];
    }
    for (int64_t i = 0; i < n; i++) {
        if (self->count) scores[i] /= mlops__load_f32(self->count);
        if (self->base) scores[i] += mlops__load_f32(self->base + 4 * i);
    }
    if (self->pair != MLOPS__PAIR_NONE) {
        pair[1] = scores[0];
        scores = pair;
    }
    mlops__score_row(self->pair, self->post, sums.f32, n, scores);
    for (uint32_t i = 0; i < self->width; i++) out[i] = (double)scores[i];
}
