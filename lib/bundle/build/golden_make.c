/* Golden rows that nobody gave: drawn from the plan's own thresholds, or the graph's own constants,
 * so that they tell a right prediction from a wrong one where it is closest.
 *
 * Owns nothing. Invariant: the rows depend on the payload alone; equal models give equal rows.
 */
#include "bundle/build/golden_make.h"

#include "base/mix.h"
#include "model/run/graph_row.h"

#include <string.h>

enum { MISSING_IN = 8 /* one value in so many is missing */ };

/* The float32 just below a finite value. */
static float below(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits << 1 == 0) bits = 0x80000001u;
    else bits += bits >> 31 ? 1u : UINT32_MAX;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float missing(void) {
    const uint32_t bits = 0x7fc00000u;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void mlops__golden_draw(const mlops__plan *plan, uint32_t index, float *row, uint32_t *seen) {
    uint64_t state = index;
    memset(seen, 0, plan->n_features * sizeof *seen);
    memset(row, 0, plan->n_features * sizeof *row);
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        if (node.step == 0) continue;
        uint64_t bits = mlops__mix_next(&state);
        if (bits % ++seen[node.feature]) continue; /* each split is as likely as any other */
        float value = node.special ? (float)(bits >> 32 & 31) : (float)node.value;
        row[node.feature] = bits >> 40 & 1 ? below(value) : value;
    }
    for (uint32_t i = 0; i < plan->n_features; i++)
        if (mlops__mix_next(&state) % MISSING_IN == 0) row[i] = missing();
}

/* A number among the graph's constants, or among the thresholds of a forest of it. */
static float draw_constant(const mlops__graph *graph, uint64_t *state) {
    enum { TRIES = 4 };
    for (int i = 0; i < TRIES && graph->n_values; i++) {
        uint32_t number = (uint32_t)(mlops__mix_next(state) % graph->n_values);
        mlops__graph_value value = mlops__graph_value_at(graph, number);
        mlops__graph_view view = {graph->constants + value.place, value.dtype, 0, {0}};
        uint64_t n = 1;
        mlops__plan plan;
        if (value.kind != MLOPS__GRAPH_CONSTANT || value.dtype == MLOPS__GRAPH_TEXT) continue;
        for (int32_t d = 0; d < value.rank; d++)
            n *= (uint64_t)mlops__graph_dim(graph, number, d, 0);
        if (value.dtype != MLOPS__GRAPH_BYTES) {
            if (n) return (float)mlops__graph_number(&view, (int64_t)(mlops__mix_next(state) % n));
        } else if (!mlops__plan_find(&plan, view.data, n, NULL) && plan.n_nodes) {
            mlops__plan_node node =
                mlops__plan_node_at(&plan, (uint32_t)(mlops__mix_next(state) % plan.n_nodes));
            if (node.step && !node.special) return (float)node.value;
        }
    }
    return (float)(mlops__mix_next(state) % 32);
}

void mlops__golden_draw_graph(const mlops__graph *graph, uint32_t index, float *row,
                              uint32_t n_features) {
    enum { WITH_MISSING = 4 /* one row in so many */, TEXTS = 64 };
    uint64_t state = index;
    uint32_t at = 0;
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        mlops__graph_port port = mlops__graph_in(graph, i);
        for (int64_t j = 0; j < port.width && at < n_features; j++, at++) {
            float value = port.dtype == MLOPS__GRAPH_TEXT ? (float)(mlops__mix_next(&state) % TEXTS)
                                                          : draw_constant(graph, &state);
            uint64_t bits = mlops__mix_next(&state);
            row[at] = bits & 1 && port.dtype <= MLOPS__GRAPH_F64 ? below(value) : value;
            if (index % WITH_MISSING == 0 && (bits >> 8) % MISSING_IN == 0) row[at] = missing();
        }
    }
}

mlops_model_output mlops__golden_output(const mlops_model *model) {
    return mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION) ? MLOPS_MODEL_OUTPUT_PREDICTION
                                                                   : MLOPS_MODEL_OUTPUT_CLASS;
}
