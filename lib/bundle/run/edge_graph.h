/* The graph of a bundle on a device. Freestanding; where MLOPS_GRAPHS is 0 a graph is refused with
 * MLOPS_E_UNSUPPORTED.
 */
#ifndef MLOPS_BUNDLE_RUN_EDGE_GRAPH_H
#define MLOPS_BUNDLE_RUN_EDGE_GRAPH_H

#include "base/cursor.h"
#include "model/run/graph_row.h"

#ifndef MLOPS_GRAPHS
#define MLOPS_GRAPHS 1
#endif

typedef struct mlops__edge_graph {
    uint32_t width;
    uint32_t n_features;
    mlops__graph graph;
    mlops__graph_shape shape;
    mlops__graph_run *run;
    uint8_t *inputs; /* elements of each at a multiple of 8, one behind the other */
} mlops__edge_graph;

/* MLOPS_E_UNSUPPORTED also for a graph that takes texts, makes them, or yields no numbers. */
mlops_status mlops__edge_graph_open(mlops__edge_graph *self, mlops__cursor section);

/* Name of a feature; NULL unless inputs are one feature each. */
const char *mlops__edge_graph_name(const mlops__edge_graph *self, uint32_t feature);

/* Bytes, from a multiple of 8, of one row's run; 0 if that does not fit. */
size_t mlops__edge_graph_size(const mlops__edge_graph *self);
mlops_status mlops__edge_graph_start(mlops__edge_graph *self, void *mem);

mlops_status mlops__edge_graph_predict(const mlops__edge_graph *self, const float *row,
                                       double *out);

#endif
