/* Inside of a mlops_model: what loading makes and predicting reads. */
#ifndef MLOPS_MODEL_HANDLE_H
#define MLOPS_MODEL_HANDLE_H

#include "base/arena.h"
#include "file/file.h"
#include "kern/kern.h"
#include "kern/tree/walks.h"
#include "model/build/graph_model.h"
#include "model/model.h"

#include <mlops/context.h>
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
    size_t memory_max; /* that a context takes for one worker, and a table */
    mlops__plan plan; /* of a graph: its core's; else the number of features and the format alone */
    const char **names;        /* one a feature, NULL: none */
    mlops__forest *forest;     /* NULL: none, */
    mlops__walks *walks;       /* and of these none as well: rows walk the plan */
    mlops__graph_model *graph; /* NULL: the payload is a plan */
    const mlops__kern *kern;
    atomic_int id_state;
    mlops_id id; /* mlops__model_id() */
};

/* How much is done at once. */
typedef struct mlops__room_shape {
    int takes_graph;  /* else the plan alone gives the output */
    int64_t rows;     /* that run together: of trees 1, or whole blocks of 64 */
    size_t texts;     /* bytes for texts that a graph makes */
    int64_t gathered; /* rows of inputs that do not stand in place; 0: all do */
} mlops__room_shape;

/* rows 0: as many as are best run at once and fit into the model's memory_max. */
mlops__room_shape mlops__room_shape_of(const mlops_model *model, mlops_model_output output,
                                       int64_t rows, int gathers);

/* Halves the rows while a context takes more than so many bytes, and rows need not run together. */
void mlops__room_shape_fit(mlops__room_shape *self, const mlops_model *model,
                           mlops_model_output output, size_t most);

/* True if this output takes the graph; else the plan alone gives it. */
int mlops__model_takes_graph(const mlops_model *self, mlops_model_output output);

/* Working memory of predicting, cut out of a caller's. */
typedef struct mlops__room {
    size_t n_blocks;          /* that the kernels are given at once; 0: rows go one by one */
    mlops__forest_reals sums; /* n_groups * 64 of each block */
    mlops__sums margins;      /* n_groups of one row */
    int8_t *ranks;
    mlops__gather gather;
    mlops__graph_room graph;
} mlops__room;

/* Bytes from an address aligned to 64; 0: more than there can be. */
size_t mlops__room_size(const mlops_model *model, const mlops__room_shape *shape);
void mlops__room_init(mlops__room *self, const mlops_model *model, const mlops__room_shape *shape,
                      void *mem);

/* Values that a row yields. */
int64_t mlops__model_width(const mlops_model *self, mlops_model_output output);
/* True of a plan that is weights: it has no trees, nor leaves. */
int mlops__model_is_linear(const mlops_model *self);

/* True if the model yields this at all. */
int mlops__model_has(const mlops_model *self, mlops_model_output output);

/* Rows of an input to width values each. Graphs alone have errors, which are those of
 * mlops__graph_predict(). */
mlops_status mlops__model_run(const mlops_model *self, const mlops__room *room,
                              mlops_model_output output, const mlops__input *input, int64_t first,
                              int64_t n_rows, double *out, mlops_error *err);

/* A context in storage, with the rooms of that many threads and of that shape. Executor NULL: one
 * thread. */
size_t mlops__context_size(const mlops_model *model, const mlops__room_shape *shape,
                           const mlops_executor *executor);
mlops_status mlops__context_init(mlops_context **out, void *mem, size_t size,
                                 const mlops_model *model, mlops_model_output output,
                                 const mlops__room_shape *shape, const mlops_executor *executor);

/* As mlops_context_run(), which has no place for a message. */
mlops_status mlops__context_run(mlops_context *self, int64_t first, int64_t n_rows, double *out,
                                int64_t width, mlops_error *err);

/* Has it read an input that is known to fit, and what that points to. */
void mlops__context_bind_input(mlops_context *self, const mlops__input *input);

/* Predicts an input in memory of its own, for as many rows as must run together. */
mlops_status mlops__model_predict_input(const mlops_model *self, const mlops__input *input,
                                        mlops_model_output output, double *out, mlops_error *err);

/* True if mlops_model_predict() never lacks memory for it, or yields nothing at all. */
int mlops__model_fits_stack(const mlops_model *self);

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
