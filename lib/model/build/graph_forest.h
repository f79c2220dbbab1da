/* The forests of a graph through the machine's kernels. */
#ifndef MLOPS_MODEL_GRAPH_FOREST_H
#define MLOPS_MODEL_GRAPH_FOREST_H

#include "base/arena.h"
#include "kern/kern.h"
#include "kern/tree/walks.h"
#include "model/run/graph.h"

typedef struct mlops__graph_forests {
    const mlops__kern *kern;
    mlops__plan *plans;
    mlops__forest **forests; /* one a FOREST step; NULL: none, */
    mlops__walks **walks;    /* and of these none as well: its rows walk the plan */
    uint32_t n;
} mlops__graph_forests;

/* Lays the graph's forests out in the arena, out too; temporary memory comes from scratch. wide as
 * mlops__tune(). *out is NULL if there is nothing to gain. MLOPS_E_NOMEM. */
mlops_status mlops__graph_forests_tune(mlops__graph_forests **out, const mlops__graph *graph,
                                       const mlops__kern *kern, int wide, mlops__arena *arena,
                                       const mlops_allocator *scratch, mlops_error *err);

/* Bytes, at a multiple of 64, that one run works in besides its own; 0 for NULL. */
size_t mlops__graph_forests_room(const mlops__graph_forests *self);

/* Has the run's forests go through them, in mem, which outlives the run as self does. */
void mlops__graph_forests_use(const mlops__graph_forests *self, mlops__graph_run *run, void *mem);

#endif
