/* A graph as a model of rows: what its inputs take of a row, and what its outputs are for.
 *
 * A row is one element of the first axis of all inputs; of a graph whose inputs have no open axis
 * it is one whole run. Features are the elements of a row of all inputs, one behind the other.
 *
 * Freestanding; allocates nothing.
 */
#ifndef MLOPS_MODEL_GRAPH_ROW_H
#define MLOPS_MODEL_GRAPH_ROW_H

#include "model/run/graph.h"

/* Outputs behind those of the file, constants that tell of the model: three texts (producer,
 * operator sets, operators), and the labels of classes, texts or int64, if there are any. */
#define MLOPS__GRAPH_INFO    "\001info"
#define MLOPS__GRAPH_CLASSES "\001classes"

typedef struct mlops__graph_port {
    const char *name;
    mlops__graph_dtype dtype;
    int64_t width; /* elements of a row; 0 of an output that has no fixed number of them */
    int64_t first; /* of an input: its first feature */
} mlops__graph_port;

typedef struct mlops__graph_shape {
    uint32_t n_outputs; /* of the file */
    int64_t n_features;
    int has_rows;       /* inputs have an open axis; else a run is one row */
    int has_texts;      /* an input takes texts */
    int32_t prediction; /* output; -1: none is numeric */
    int32_t label;      /* output that is a class; -1: none */
} mlops__graph_shape;

/* MLOPS_E_UNSUPPORTED if an input has no rows as the others have, or there is no input;
 * MLOPS_E_LIMIT. */
mlops_status mlops__graph_shape_find(mlops__graph_shape *out, const mlops__graph *graph,
                                     mlops_error *err);

/* Inputs and outputs one by one; first is 0. */
mlops__graph_port mlops__graph_in(const mlops__graph *graph, uint32_t index);
mlops__graph_port mlops__graph_out(const mlops__graph *graph, const mlops__graph_shape *shape,
                                   uint32_t index);

/* The constant behind an output that tells of the model, a list of *n; NULL if there is none. */
const uint8_t *mlops__graph_told(const mlops__graph *graph, const char *name,
                                 mlops__graph_dtype *dtype, int64_t *n);

/* The text of this number among the constants of texts, as they stand; none if there is none. */
mlops__graph_text mlops__graph_text_at(const mlops__graph *graph, double number);

/* Writes element i, a number: towards zero, and at the nearest if it is outside; NaN as 0. */
void mlops__graph_put(mlops__graph_dtype dtype, void *data, int64_t i, double value);

/* Element i of numbers. */
double mlops__graph_number(const mlops__graph_view *view, int64_t i);

#endif
