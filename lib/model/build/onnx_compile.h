/* Compiling an ONNX graph to the steps of a graph plan: what its parts share.
 *
 * Nodes are lowered one by one, in the file's order. Each step that is emitted has its types and
 * shapes inferred at once; one whose inputs are all constants is run at once, and its outputs are
 * constants. A node that cannot be lowered is noted and what it yields is "lost"; all of them are
 * told at the end.
 */
#ifndef MLOPS_MODEL_ONNX_COMPILE_H
#define MLOPS_MODEL_ONNX_COMPILE_H

#include "model/build/graph_write.h"
#include "model/build/onnx.h"

enum { MLOPS__ITEM_CONTENT_MAX = 64, MLOPS__STEP_MAX = 256, MLOPS__OUTPUTS_MAX = 32 };
#define MLOPS__ITEM_NONE UINT32_MAX

/* fixed + per_row * n at n rows. */
typedef struct mlops__extent {
    int64_t fixed;
    int64_t per_row;
} mlops__extent;

/* How a value follows the rows; an axis of 0 or more: that axis has so many elements for each row,
 * which depend on that row alone. */
enum {
    MLOPS__ROWS_NONE = -1,  /* it is the same for all rows, whatever their number */
    MLOPS__ROWS_COUNT = -2, /* it depends on the number of rows */
    MLOPS__ROWS_MIXED = -3  /* it depends on several rows */
};

/* A value of the graph that is being made. */
typedef struct mlops__item {
    mlops__graph_dtype dtype;
    mlops__graph_kind kind;
    int is_lost; /* made by a node that could not be lowered */
    int32_t rank;
    mlops__extent dims[MLOPS__ONNX_RANK_MAX];
    int is_exact; /* dims are what it has, not only the most */
    int rows;
    const void *data;             /* of a constant: elements, of dtype text mlops__graph_text */
    const mlops__extent *content; /* NULL, or what the integers of a temporary are */
    const mlops__onnx_attribute *classes; /* NULL, or what a ZipMap calls the last axis */
    struct mlops__emitted *step;          /* that makes it; NULL: none */
    uint32_t written;                     /* number in the writer */
    int is_written;
    int is_used;
} mlops__item;

typedef struct mlops__emitted {
    mlops__graph_operator op;
    uint32_t n_inputs, n_outputs, n_ints, n_floats;
    uint32_t *operands; /* items */
    int64_t *ints;
    double *floats;
    int passes; /* 0: not asked yet; 1 and 2: a forest can take that operand instead; -1: none */
    int is_used;
} mlops__emitted;

/* Names that values of the file have, in one graph. */
typedef struct mlops__scope_name {
    const char *name;
    uint32_t item;
} mlops__scope_name;

typedef struct mlops__scope {
    struct mlops__scope *outer;
    mlops__scope_name *names; /* hashed; cap is a power of two */
    size_t cap, n;
} mlops__scope;

typedef struct mlops__onnx_operator mlops__onnx_operator;

/* A list in the arena. */
typedef struct mlops__oc_list {
    void **items;
    size_t cap;
    uint32_t n;
} mlops__oc_list;

typedef struct mlops__onnx_compiling {
    const mlops__onnx *model;
    mlops__arena *arena; /* lives as long as what is made */
    const mlops_allocator *allocator;
    mlops_error *err;
    mlops__oc_list items; /* mlops__item */
    mlops__oc_list steps; /* mlops__emitted */
    mlops__scope *scope;
    const mlops__onnx_node *node; /* that is being lowered */
    const mlops__onnx_operator *entry;
    int64_t opset;       /* of its domain */
    const char *symbol;  /* of the rows; NULL: none yet */
    int has_rows;        /* an input has rows */
    int in_body;         /* of a Scan */
    char operators[512]; /* each once, in order of first use */
    size_t operators_size;
    char reason[256];   /* why the newest node could not be lowered */
    char report[360];   /* of all of them; cut */
    size_t report_size; /* if it were not cut */
    uint32_t n_lost;
    uint32_t n_told;
    size_t given;         /* bytes of initializers */
    size_t folded;        /* bytes of constants that were made */
    mlops__oc_list *lost; /* NULL: the report does */
} mlops__onnx_compiling;

typedef mlops__onnx_compiling mlops__oc;

/* -- values --------------------------------------------------------------------------------- */

mlops__item *mlops__oc_item(mlops__oc *self, uint32_t item);
mlops_status mlops__oc_push(mlops__oc *self, mlops__oc_list *list, void *item);
mlops_status mlops__oc_add(mlops__oc *self, const mlops__item *item, uint32_t *out);

/* What cannot be loaded, and was told. */
mlops_status mlops__oc_add_lost(mlops__oc *self, uint32_t *out);

/* A constant; data is borrowed, and lives as long as the arena. */
mlops_status mlops__oc_constant(mlops__oc *self, mlops__graph_dtype dtype, int32_t rank,
                                const int64_t *dims, const void *data, uint32_t *out);
mlops_status mlops__oc_i64s(mlops__oc *self, const int64_t *values, size_t n, uint32_t *out);
mlops_status mlops__oc_f32s(mlops__oc *self, const float *values, size_t n, uint32_t *out);
mlops_status mlops__oc_texts(mlops__oc *self, const mlops__onnx_text *texts, size_t n,
                             uint32_t *out);
mlops_status mlops__oc_tensor(mlops__oc *self, const mlops__onnx_tensor *tensor, uint32_t *out);

int64_t mlops__oc_count(const mlops__item *item); /* elements; -1 if that follows the rows */

/* True for few integers that are constant or follow the number of rows; then the i-th of them. */
int mlops__oc_has_content(const mlops__item *item);
mlops__extent mlops__oc_content(const mlops__item *item, int64_t i);

/* The elements of a constant list of integers, in the arena; "no" if it is none. */
mlops_status mlops__oc_list_of(mlops__oc *self, uint32_t item, const char *what,
                               const int64_t **values, size_t *n);

mlops__graph_dtype mlops__oc_dtype(mlops__onnx_type type); /* 0: not supported */
const char *mlops__oc_dtype_name(mlops__graph_dtype dtype);
size_t mlops__oc_dtype_size(mlops__graph_dtype dtype);

/* -- nodes ---------------------------------------------------------------------------------- */

/* Notes why the newest node cannot be lowered, and returns MLOPS_E_UNSUPPORTED. */
mlops_status mlops__oc_no(mlops__oc *self, const char *format, ...) MLOPS__PRINTF(2, 3);

/* Item of an input of the node, NONE if it is left out; MLOPS__ITEM_NONE past the last. */
uint32_t mlops__oc_in(mlops__oc *self, uint32_t index);
/* Gives an output of the node its item. No-op where the node leaves it out. */
mlops_status mlops__oc_out(mlops__oc *self, uint32_t index, uint32_t item);
/* True if the node has this output. */
int mlops__oc_wants(const mlops__oc *self, uint32_t index);

const mlops__onnx_attribute *mlops__oc_attribute(const mlops__oc *self, const char *name);
int64_t mlops__oc_int(const mlops__oc *self, const char *name, int64_t otherwise);
float mlops__oc_float(const mlops__oc *self, const char *name, float otherwise);
/* True if the text attribute, or its default, is this. */
int mlops__oc_is(const mlops__oc *self, const char *name, const char *otherwise, const char *text);
int mlops__oc_text_is(mlops__onnx_text text, const char *other);

/* An axis in 0 to rank - 1 from one that may be negative. */
mlops_status mlops__oc_axis(mlops__oc *self, int64_t given, int32_t rank, int64_t *out);

/* -- steps ---------------------------------------------------------------------------------- */

typedef struct mlops__emit {
    mlops__graph_operator op;
    uint32_t inputs[MLOPS__STEP_MAX];
    uint32_t n_inputs;
    int64_t ints[8];
    uint32_t n_ints;
    double floats[4];
    uint32_t n_floats;
    uint32_t n_outputs;
    mlops__graph_dtype dtype; /* of a CAST's output */
    int64_t scratch;          /* elements of a TOKENIZE's second output */
} mlops__emit;

/* Appends a step, or runs it. Its outputs are outs[0] to outs[n_outputs - 1]. */
mlops_status mlops__oc_emit(mlops__oc *self, const mlops__emit *step, uint32_t *outs);

/* The same for steps of one output. */
mlops_status mlops__oc_emit1(mlops__oc *self, mlops__graph_operator op, uint32_t n,
                             const uint32_t *inputs, uint32_t n_ints, const int64_t *ints,
                             uint32_t *out);
mlops_status mlops__oc_unary(mlops__oc *self, mlops__graph_unary function, uint32_t x,
                             uint32_t *out);
mlops_status mlops__oc_binary(mlops__oc *self, mlops__graph_binary function, uint32_t x, uint32_t y,
                              uint32_t *out);
mlops_status mlops__oc_cast(mlops__oc *self, mlops__graph_dtype to, uint32_t x, uint32_t *out);
mlops_status mlops__oc_reshape(mlops__oc *self, uint32_t x, const int64_t *dims, size_t n,
                               uint32_t *out);

/* Types and shapes of the outputs, which come as exact temporaries without rows, from those of the
 * inputs. Says "no" if the step cannot be. The parts are told apart by the operator's number. */
mlops_status mlops__oc_infer(mlops__oc *self, const mlops__emit *step, mlops__item *outs);
mlops_status mlops__oc_infer_shape(mlops__oc *self, const mlops__emit *step, mlops__item *outs);
mlops_status mlops__oc_infer_select(mlops__oc *self, const mlops__emit *step, mlops__item *outs);
mlops_status mlops__oc_infer_reduce(mlops__oc *self, const mlops__emit *step, mlops__item *outs);
mlops_status mlops__oc_infer_model(mlops__oc *self, const mlops__emit *step, mlops__item *outs);
mlops_status mlops__oc_infer_text(mlops__oc *self, const mlops__emit *step, mlops__item *outs);

/* Input of a step; NULL if it is left out or past the last. */
const mlops__item *mlops__oc_operand(mlops__oc *self, const mlops__emit *step, uint32_t index);
/* The shape, rows and exactness of x go to out. */
void mlops__oc_same(const mlops__item *x, mlops__item *out);
/* Rows of an elementwise result from what else goes in. */
void mlops__oc_mix(mlops__item *out, const mlops__item *other);
/* out has broadcast x and y. "no" if they do not fit. */
mlops_status mlops__oc_broadcast(mlops__oc *self, const mlops__item *x, const mlops__item *y,
                                 mlops__item *out);
/* Shape as "[n, 4]" for messages. */
const char *mlops__oc_shape_text(const mlops__item *item, char room[96]);
mlops__extent mlops__oc_product(const mlops__item *item, int32_t begin, int32_t end, int *fits);

/* Runs a step over constants. */
mlops_status mlops__oc_fold(mlops__oc *self, const mlops__emit *step, const mlops__item *shapes,
                            uint32_t *outs);

/* -- operators ------------------------------------------------------------------------------ */

typedef mlops_status mlops__oc_lower(mlops__oc *self);

struct mlops__onnx_operator {
    const char *domain;
    const char *name;
    int since, until; /* operator sets in which it is this */
    int inputs_min, inputs_max, outputs_max;
    const char *attributes; /* "name:kinds" separated by blanks; kinds f i s t g F I S */
    mlops__oc_lower *lower;
    int arg; /* of lower */
};

/* Table of one file of operators; ends with a name of NULL. */
extern const mlops__onnx_operator mlops__onnx_ops_math[];
extern const mlops__onnx_operator mlops__onnx_ops_shapes[];
extern const mlops__onnx_operator mlops__onnx_ops_reductions[];
extern const mlops__onnx_operator mlops__onnx_ops_ml[];
extern const mlops__onnx_operator mlops__onnx_ops_maps[];
extern const mlops__onnx_operator mlops__onnx_ops_svm[];
extern const mlops__onnx_operator mlops__onnx_ops_trees[];
extern const mlops__onnx_operator mlops__onnx_ops_texts[];
extern const mlops__onnx_operator mlops__onnx_ops_control[];

/* Lowers the nodes of a graph, whose inputs and initializers have their items. */
mlops_status mlops__oc_nodes(mlops__oc *self, const mlops__onnx_graph *graph);
mlops_status mlops__oc_opsets(mlops__oc *self);

/* A part of the graph that cannot be loaded. */
typedef struct mlops__onnx_lost {
    const char *what; /* "node", "initializer", "input", "operator set" */
    const char *name;
    const mlops__onnx_node *node; /* NULL: none */
    int64_t opset;                /* of the node's domain */
    const char *reason;
} mlops__onnx_lost;

/* Notes such a part, for the reason that "no" gave last. */
mlops_status mlops__oc_tell(mlops__oc *self, const char *what, const char *name);
mlops_status mlops__oc_scope_add(mlops__oc *self, const char *name, uint32_t item, int64_t offset);
uint32_t mlops__oc_scope_find(const mlops__oc *self, const char *name);

/* Joins steps to one where that gives the same bits; outputs are the file's. */
mlops_status mlops__oc_fuse(mlops__oc *self, const uint32_t *outputs, uint32_t n_outputs);

/* -- what comes out ------------------------------------------------------------------------- */

/* Appends the bytes of a graph plan to out, with the outputs that tell of the model. */
mlops_status mlops__onnx_compile(const mlops__onnx *model, mlops__arena *arena, mlops__buf *out,
                                 mlops_error *err);

/* What the file needs and misses, as JSON: mlops_model_inspect(). */
mlops_status mlops__onnx_describe(const mlops__onnx *model, const mlops__oc_list *lost, char *text,
                                  size_t cap, size_t *needed);

/* What compiling misses: mlops__onnx_lost, in the arena. Other errors are its errors. */
mlops_status mlops__onnx_missing(const mlops__onnx *model, mlops__arena *arena,
                                 mlops__oc_list *lost, mlops_error *err);

#endif
