/* The forest that is the core of a graph: it takes the rows as they are, and no other is there.
 *
 * What follows it up to the prediction is computed without the graph where that is division, adding
 * of numbers, classes and their links, in the bits of the graph.
 */
#ifndef MLOPS_MODEL_GRAPH_CORE_H
#define MLOPS_MODEL_GRAPH_CORE_H

#include "base/arena.h"
#include "model/run/graph_row.h"
#include "model/run/plan.h"

typedef struct mlops__graph_core {
    int finishes;         /* the prediction needs no more than what follows */
    int narrows;          /* sums of doubles are rounded to floats */
    uint32_t width;       /* of the prediction */
    const uint8_t *count; /* a float that sums are divided by; NULL: they are not */
    const uint8_t *base;  /* floats that are added, one a group; NULL: none */
    int64_t pair, post;   /* mlops__graph_pair, mlops__graph_post */
} mlops__graph_core;

/* A step: its first inputs and outputs. */
typedef struct mlops__graph_peek {
    uint32_t op;
    uint32_t n_inputs;
    uint32_t inputs[3];
    uint32_t outputs[2];
    const uint8_t *ints; /* i64 each */
} mlops__graph_peek;

mlops__graph_peek mlops__graph_peek_at(const mlops__graph *graph, uint32_t step);

/* *out is NULL if the graph has no core; plan is that of its one forest. MLOPS_E_NOMEM. */
mlops_status mlops__graph_core_find(mlops__graph_core **out, const mlops__graph *graph,
                                    const mlops__graph_shape *shape, mlops__plan *plan,
                                    mlops__arena *arena, mlops_error *err);

/* From the margins of a row to its prediction. Uses sums as room. */
void mlops__graph_core_finish(const mlops__graph_core *self, const mlops__plan *plan,
                              mlops__sums sums, double *out);

#endif
