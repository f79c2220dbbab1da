/* Inside of a mlops_model: what loading makes and predicting reads. */
#ifndef MLOPS_MODEL_HANDLE_H
#define MLOPS_MODEL_HANDLE_H

#include "base/arena.h"
#include "column/table.h"
#include "file/file.h"
#include "kern/kern.h"
#include "kern/tree/walks.h"
#include "model/build/graph_model.h"
#include "model/model.h"

#include <stdatomic.h>

struct mlops_model {
    atomic_int refs;
    mlops__host host;
    mlops__arena arena;      /* names, graph */
    mlops__arena tables;     /* forest */
    mlops__file_view cached; /* what payload and forest are in; empty: they are allocated */
    const uint8_t *payload;
    size_t payload_size;
    size_t payload_align;
    mlops__plan plan;      /* of a graph: the number of features and the name of the format alone */
    const char **names;    /* one a feature, NULL: none */
    mlops__forest *forest; /* NULL: none, */
    mlops__walks *walks;   /* and of these none as well: rows walk the plan */
    mlops__graph_model *graph; /* NULL: the payload is a plan */
    const mlops__kern *kern;
    mlops_id id;
};

/* Working memory of predicting, cut out of a caller's. */
typedef struct mlops__room {
    size_t n_blocks;          /* that the kernels are given at once; 0: rows go one by one */
    mlops__forest_reals sums; /* n_groups * 64 of each block */
    mlops__sums margins;      /* n_groups of one row */
    int8_t *ranks;
    mlops__graph_room graph;
} mlops__room;

/* Bytes that so many blocks of rows need, or only one row, from an address aligned to 64. */
size_t mlops__room_size(const mlops_model *model, size_t n_blocks);
void mlops__room_init(mlops__room *self, const mlops_model *model, size_t n_blocks, void *mem);

/* Blocks of rows that are best run at once. */
size_t mlops__model_blocks(const mlops_model *self);

/* Values that a row yields. */
int64_t mlops__model_width(const mlops_model *self, mlops_model_output output);
/* True of a plan that is weights: it has no trees, nor leaves. */
int mlops__model_is_linear(const mlops_model *self);

/* True if the model yields this at all. */
int mlops__model_has(const mlops_model *self, mlops_model_output output);

/* Rows, n_features apart, to width values each. Graphs alone have errors, which are those of
 * mlops__graph_predict(). */
mlops_status mlops__model_run(const mlops_model *self, const mlops__room *room,
                              mlops_model_output output, mlops__row rows, int64_t n_rows,
                              double *out);

/* A cell as the trainer's own conversion to float has it. */
float mlops__model_f32(const mlops__column *column, int64_t row);

/* What a model file's first bytes say that it is. */
typedef enum mlops__format {
    MLOPS__FORMAT_JSON,
    MLOPS__FORMAT_UBJSON,
    MLOPS__FORMAT_LIGHTGBM,
    MLOPS__FORMAT_ONNX,
    MLOPS__FORMAT_BUNDLE
} mlops__model_format;

/* MLOPS_E_UNSUPPORTED names a format that is known but not read, and the remedy; MLOPS_E_CORRUPT
 * what was expected. */
mlops_status mlops__model_format_find(const uint8_t *bytes, size_t n, mlops__model_format *out,
                                      mlops_error *err);

#endif
