/* Writing a graph: values and steps in any order of values, slots found here.
 *
 * Verbs return the number of the value that they made, to be used as an operand; that in the
 * bytes is another. Errors stick and come out of mlops__graph_writer_finish().
 */
#ifndef MLOPS_MODEL_GRAPH_WRITE_H
#define MLOPS_MODEL_GRAPH_WRITE_H

#include "base/buf.h"
#include "model/run/graph.h"

/* At n rows at most fixed + per_row * n. */
typedef struct mlops__graph_dims {
    uint32_t fixed;
    uint32_t per_row;
} mlops__graph_dims;

/* A step: operands of any writer's verb, MLOPS__GRAPH_NONE for an input that is left out. */
typedef struct mlops__graph_step {
    mlops__graph_operator op;
    const uint32_t *inputs;
    uint32_t n_inputs;
    const uint32_t *outputs;
    uint32_t n_outputs;
    const int64_t *ints;
    uint32_t n_ints;
    const double *floats;
    uint32_t n_floats;
} mlops__graph_step;

typedef struct mlops__graph_writer {
    mlops__buf values; /* as they came */
    mlops__buf dims;
    mlops__buf steps;
    mlops__buf operands;
    mlops__buf params;
    mlops__buf inputs; /* ports */
    mlops__buf outputs;
    mlops__buf texts;
    mlops__buf constants;
    mlops_status status;
} mlops__graph_writer;

void mlops__graph_writer_init(mlops__graph_writer *self, const mlops_allocator *allocator);
void mlops__graph_writer_free(mlops__graph_writer *self);

/* name has no NUL inside. */
uint32_t mlops__graph_writer_input(mlops__graph_writer *self, const char *name,
                                   mlops__graph_dtype dtype, int32_t rank,
                                   const mlops__graph_dims *dims);

/* The elements, which are copied; of dtype text mlops__graph_text. */
uint32_t mlops__graph_writer_constant(mlops__graph_writer *self, mlops__graph_dtype dtype,
                                      int32_t rank, const int64_t *dims, const void *data);

/* Written by one step. dims are what memory it takes. */
uint32_t mlops__graph_writer_temporary(mlops__graph_writer *self, mlops__graph_dtype dtype,
                                       int32_t rank, const mlops__graph_dims *dims);

void mlops__graph_writer_step(mlops__graph_writer *self, const mlops__graph_step *step);

/* Any value may be an output, also twice. */
void mlops__graph_writer_output(mlops__graph_writer *self, const char *name, uint32_t value);

/* Finds slots and appends the graph to out, at a multiple of 64 of it. flags are those of the
 * format. MLOPS_E_NOMEM; MLOPS_E_LIMIT: something does not fit 32 bits. It is not checked: open
 * it. */
mlops_status mlops__graph_writer_finish(mlops__graph_writer *self, uint32_t flags, mlops__buf *out,
                                        mlops_error *err);

/* Appends to out the bytes of an expression for MLOPS__GRAPH_TOKENIZE from a pattern (text/regex.h
 * has the language, ^ $ \b \B are refused); *states is what its scratch is sized by.
 * MLOPS_E_PARSE, MLOPS_E_LIMIT, MLOPS_E_UNSUPPORTED, MLOPS_E_NOMEM. */
mlops_status mlops__graph_expression(mlops__buf *out, uint32_t *states, const char *pattern,
                                     size_t n, mlops_error *err);

#endif
