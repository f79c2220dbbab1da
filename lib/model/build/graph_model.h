/* A graph as a model: what its inputs take of a row, and what its outputs yield. */
#ifndef MLOPS_MODEL_GRAPH_MODEL_H
#define MLOPS_MODEL_GRAPH_MODEL_H

#include "base/arena.h"
#include "model/build/graph_core.h"
#include "model/build/graph_forest.h"
#include "model/build/input.h"
#include "model/run/graph_row.h"
#include "model/run/plan.h"

#include <mlops/model.h>

typedef struct mlops__graph_model {
    mlops__graph graph;
    mlops__graph_shape shape;
    mlops__graph_port *inputs;
    mlops__graph_port *outputs;
    const char **names; /* one a feature; NULL unless all inputs have one element */
    int is_whole;       /* all rows go into one run */
    int makes_texts;    /* texts are made on the way */
    int64_t n_classes;
    const char **classes;        /* their names */
    const int64_t *class_labels; /* NULL: labels are texts */
    const char *producer, *opsets, *operators;
    mlops__graph_forests *forests; /* NULL: rows walk their plans */
    mlops__graph_core *core;       /* NULL: it has none */
    const mlops__kern *kern;       /* NULL: the scalar ones */
} mlops__graph_model;

/* Rows of a run in a context, and the bytes of new texts that they are given room for. */
enum { MLOPS__GRAPH_BLOCK = 64 };

/* payload outlives out and stands at a multiple of 8. MLOPS_E_UNSUPPORTED, MLOPS_E_CORRUPT,
 * MLOPS_E_NOMEM. */
mlops_status mlops__graph_model_open(mlops__graph_model **out, const void *payload, size_t n,
                                     mlops__arena *arena, mlops_error *err);

/* Values of a row; 0 for an output that it has not. */
int64_t mlops__graph_width(const mlops__graph_model *self, mlops_model_output output);

/* Working memory for runs of up to n_rows rows, at a multiple of 64. */
typedef struct mlops__graph_room {
    const mlops__graph_model *model;
    mlops__graph_run *run;
    uint8_t *inputs; /* elements of each, one behind the other, each at a multiple of 64 */
    int64_t n_rows;
    mlops__gather gather; /* of doubles; only for inputs that do not stand in place */
    int numbered; /* rows give an input of texts the number of one among the graph's constants */
} mlops__graph_room;

size_t mlops__graph_text_room(const mlops__graph_model *self, int64_t n_rows);
size_t mlops__graph_room_size(const mlops__graph_model *self, int64_t n_rows, size_t texts);
mlops_status mlops__graph_room_init(mlops__graph_room *self, const mlops__graph_model *model,
                                    int64_t n_rows, size_t texts, void *mem);

/* Name of an input that takes texts, which rows of numbers cannot give; NULL: there is none. */
const char *mlops__graph_text_input(const mlops__graph_model *self);

/* Rows of an input to width values each. MLOPS_E_SCHEMA: an input takes texts; MLOPS_E_ARENA:
 * more rows than there is room for in one run; else as mlops__graph_run_rows(). */
mlops_status mlops__graph_predict(const mlops__graph_room *self, mlops_model_output output,
                                  const mlops__input *input, int64_t first, int64_t n_rows,
                                  double *out, mlops_error *err);

#endif
