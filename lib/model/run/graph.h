/* A graph: what a model of operators over tensors (ONNX) compiles to, and what runs it.
 *
 * One flat run of bytes, little-endian, without pointers. The counts in the header say where each
 * part is, and the whole must end where they say.
 *
 *     offset  size  what
 *          0     4  magic "GRPH"
 *          4     2  version, 1
 *          6     2  flags: 1 rows are independent, so that any block of them may be run by itself
 *          8     4  inputs
 *         12     4  outputs
 *         16     4  values
 *         20     4  slots
 *         24     4  steps
 *         28     4  dims
 *         32     4  operands
 *         36     4  parameters
 *         40     4  bytes of texts
 *         44     4  zero
 *         48     8  bytes of constants
 *         56     8  zero
 *         64        ports: inputs, then outputs, 8 bytes {u32 value, u32 name}; name is the offset
 *                     of a text that ends in NUL. The values of inputs ascend, and are all that
 *                     are of this kind
 *                   values, 16 bytes {u8 dtype, u8 kind, u8 rank, u8 zero, u32 first dim,
 *                     u64 place}: place is 0 of an input, the offset among the constants of a
 *                     constant (a multiple of 64), the number of a slot of a temporary.
 *                     Temporaries stand in order of their slots, and each slot has one at least
 *                   dims, 8 bytes {u32 fixed, u32 per_row}: at n rows at most fixed + per_row * n;
 *                     an input's are exactly that; a constant's have no per_row
 *                   steps, 24 bytes {u16 operator, u16 ints, u16 floats, u16 outputs, u32 inputs,
 *                     u32 first operand, u32 first parameter, u32 zero}
 *                   operands, u32 each: numbers of values, or 2^32 - 1 for an input that is left
 *                     out. Those of a step are its inputs, then its outputs
 *                   parameters, 8 bytes each: those of a step are its ints (i64), then its
 *                     floats (f64)
 *                   texts
 *                   constants, at a multiple of 64
 *
 * Every part begins at a multiple of 8, gaps are zero.
 *
 * A constant holds its elements row-major: f32, f64, i64, i32 as they are, bool a byte of 0 or 1,
 * bytes as they are, text {u32 offset, u32 length} into the texts (no NUL needed). Constants of
 * dtype bytes have rank 1.
 *
 * Steps run in order. A temporary is written by a step and read by later ones, until another
 * temporary of its slot is written; the slots of a step's outputs are those of none of its inputs
 * and differ from each other. The true dims of a temporary are found as its step runs, from the
 * true dims and the content of the inputs; its rank is that of the value, and it needs no more
 * bytes than the value's dims give at n rows. A slot has room for the largest of its values. So
 * memory is known before the first row, and bytes that lie can yield wrong numbers and errors, but
 * reach nothing outside, and end. Where a dim is 0 the others multiply to 2^20 at most, or to what
 * the slot has room for.
 *
 * What each operator takes and yields is in model/run/operator.h.
 *
 * Freestanding; allocates nothing.
 */
#ifndef MLOPS_MODEL_GRAPH_H
#define MLOPS_MODEL_GRAPH_H

#include "base/fail.h"
#include "model/run/operator.h"
#include "model/run/plan.h"

enum { MLOPS__GRAPH_ROWS = 1 };
enum { MLOPS__GRAPH_HEAD = 64, MLOPS__GRAPH_VERSION = 1, MLOPS__GRAPH_RANK_MAX = 8 };
enum { MLOPS__GRAPH_ALIGN = 64 /* of constants, slots and a run's memory */ };
#define MLOPS__GRAPH_NONE UINT32_MAX

typedef enum mlops__graph_kind {
    MLOPS__GRAPH_INPUT,
    MLOPS__GRAPH_CONSTANT,
    MLOPS__GRAPH_TEMPORARY
} mlops__graph_kind;

/* An element of dtype text. */
typedef struct mlops__graph_text {
    const char *bytes;
    size_t n;
} mlops__graph_text;

/* Elements, row-major without gaps. */
typedef struct mlops__graph_view {
    const void *data;
    mlops__graph_dtype dtype;
    int32_t rank;
    int64_t dims[MLOPS__GRAPH_RANK_MAX];
} mlops__graph_view;

typedef struct mlops__graph_value {
    mlops__graph_dtype dtype;
    mlops__graph_kind kind;
    int32_t rank;
    uint32_t dims; /* first of them */
    uint64_t place;
} mlops__graph_value;

typedef struct mlops__graph {
    const uint8_t *bytes;
    size_t size;
    uint32_t flags;
    uint32_t n_inputs;
    uint32_t n_outputs;
    uint32_t n_values;
    uint32_t n_slots;
    uint32_t n_steps;
    uint32_t n_dims;
    uint32_t n_operands;
    uint32_t n_params;
    uint32_t texts_size;
    uint64_t constants_size;
    const uint8_t *ports;
    const uint8_t *values;
    const uint8_t *dims;
    const uint8_t *steps;
    const uint8_t *operands;
    const uint8_t *params;
    const char *texts;
    const uint8_t *constants;
} mlops__graph;

/* Checks everything and remembers bytes, which outlive out and stand at a multiple of 8.
 * MLOPS_E_CORRUPT with the offset; MLOPS_E_UNSUPPORTED for another version or operator. */
mlops_status mlops__graph_open(mlops__graph *out, const void *bytes, size_t n, mlops_error *err);

mlops__graph_value mlops__graph_value_at(const mlops__graph *self, uint32_t value);

/* Number and name of the value behind an input or output. index is below n_inputs, n_outputs. */
uint32_t mlops__graph_input(const mlops__graph *self, uint32_t index);
uint32_t mlops__graph_output(const mlops__graph *self, uint32_t index);
const char *mlops__graph_input_name(const mlops__graph *self, uint32_t index);
const char *mlops__graph_output_name(const mlops__graph *self, uint32_t index);

/* A value's dim at so many rows: fixed + per_row * n_rows. dim is below its rank. */
int64_t mlops__graph_dim(const mlops__graph *self, uint32_t value, int32_t dim, int64_t n_rows);

/* True if a step makes new texts, so that a run needs room for them. */
int mlops__graph_makes_texts(const mlops__graph *self);

/* The working memory of one thread. */
typedef struct mlops__graph_run mlops__graph_run;

/* Bytes of a run of up to n_rows rows whose new texts take up to text_size bytes; exact. 0 if that
 * does not fit into memory. */
size_t mlops__graph_size(const mlops__graph *self, int64_t n_rows, size_t text_size);

/* Makes a run in mem, at a multiple of 64. graph outlives it. MLOPS_E_ARENA if size is below
 * mlops__graph_size(); MLOPS_E_INVALID. */
mlops_status mlops__graph_init(mlops__graph_run **out, void *mem, size_t size,
                               const mlops__graph *graph, int64_t n_rows, size_t text_size);

/* Elements of an input, which stay until they are bound anew and are borrowed while running. There
 * are as many as the input's dims give at the rows that are run. MLOPS_E_INVALID for another dtype
 * or index. */
mlops_status mlops__graph_bind(mlops__graph_run *self, uint32_t input, mlops__graph_dtype dtype,
                               const void *data);

/* Has products computed by the kernels of a level, to the bits of the scalar ones. */
typedef struct mlops__kern mlops__kern;
void mlops__graph_set_kern(mlops__graph_run *self, const mlops__kern *kern);

/* FOREST steps, and the plan of one of them, by their order. */
uint32_t mlops__graph_n_forests(const mlops__graph *self);
mlops_status mlops__graph_forest_plan(const mlops__graph *self, uint32_t forest, mlops__plan *out);

/* Margins of rows, n_features apart, to n_groups each: what walking the plan gives, to the bit. */
typedef void mlops__graph_forest_fn(void *ctx, uint32_t forest, mlops__row rows, int64_t n,
                                    void *margins);

/* Has forests computed by fn from now on; without it their plans are walked. */
void mlops__graph_set_forests(mlops__graph_run *self, mlops__graph_forest_fn *fn, void *ctx);

/* Runs n rows, at most n_rows. MLOPS_E_INVALID: an input is not bound, n is too large, or what went
 * in has no result (an index outside, dims that do not fit each other); MLOPS_E_PARSE: a text is no
 * number; MLOPS_E_ARENA: texts or a temporary need more than there is; MLOPS_E_CORRUPT. */
mlops_status mlops__graph_run_rows(mlops__graph_run *self, int64_t n, mlops_error *err);

/* What came out of the last run; ends with the next one. @borrowed(self) */
mlops__graph_view mlops__graph_result(const mlops__graph_run *self, uint32_t output);

#endif
