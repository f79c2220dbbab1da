/* One step of a graph as it runs: what operators see of the run around them. */
#ifndef MLOPS_MODEL_GRAPH_STEP_H
#define MLOPS_MODEL_GRAPH_STEP_H

#include "kern/kern.h"
#include "model/run/graph.h"
#include "model/run/plan.h"

#include <string.h>

/* Elements and dims stay below this, so that products of two of them fit 128 bits, and of any
 * parts of one tensor's dims 64 bits. */
#define MLOPS__GRAPH_ELEMENTS_MAX ((int64_t)1 << 40)

/* What the dims beside a 0 may multiply to, so that going over nothing takes no time. */
#define MLOPS__GRAPH_EMPTY_MAX ((int64_t)1 << 20)

/* A forest's plan, opened once for a run. */
typedef struct mlops__graph_forest {
    uint32_t step;
    mlops__plan plan;
} mlops__graph_forest;

struct mlops__graph_run {
    const mlops__graph *graph;
    int64_t n_rows; /* most */
    mlops__graph_view *views;
    uint32_t *places;  /* of each value: its slot, MLOPS__GRAPH_NONE if it is no temporary */
    uint8_t **slots;   /* and the end of the last one */
    uint32_t *holders; /* temporary whose elements a slot has */
    mlops__graph_forest *forests;
    uint32_t n_forests;
    const mlops__kern *kern;           /* NULL: the scalar ones */
    mlops__graph_forest_fn *forest_fn; /* or NULL */
    void *forest_ctx;
    char *texts; /* bytes of new ones */
    size_t text_size;
    size_t text_used;
    int is_done; /* views of outputs mean something */
};

typedef struct mlops__step {
    mlops__graph_run *run;
    mlops_error *err;
    uint32_t index;
    uint32_t op;
    uint32_t n_inputs;
    uint32_t n_outputs;
    uint32_t n_ints;
    uint32_t n_floats;
    const uint8_t *operands;
    const uint8_t *params;
} mlops__step;

typedef mlops_status mlops__operator_fn(const mlops__step *step);

/* What a step of an operator looks like. UINT16_MAX: any number. */
typedef struct mlops__operator {
    mlops__operator_fn *run;
    uint16_t inputs_min;
    uint16_t inputs_max;
    uint16_t outputs_min;
    uint16_t outputs_max;
    uint8_t ints;
    uint8_t floats;
} mlops__operator;

/* NULL if there is none of this number. */
const mlops__operator *mlops__operator_of(uint32_t op);

mlops__step mlops__step_at(mlops__graph_run *run, uint32_t index, mlops_error *err);
uint32_t mlops__step_operand(const mlops__step *step, uint32_t k); /* inputs, then outputs */
int64_t mlops__step_int(const mlops__step *step, uint32_t k);
double mlops__step_float(const mlops__step *step, uint32_t k);

/* Runs steps first to end - 1, those within bodies by the step before them. */
mlops_status mlops__steps_run(mlops__graph_run *run, uint32_t first, uint32_t end,
                              mlops_error *err);

/* An input; NULL if it is left out. */
const mlops__graph_view *mlops__step_in(const mlops__step *step, uint32_t k);

/* Tells the dims of output k and returns the room for its elements, as many as the dims say, in
 * *data. It has the value's dtype, which must be the given one, and rank. */
mlops_status mlops__step_out(const mlops__step *step, uint32_t k, mlops__graph_dtype dtype,
                             int32_t rank, const int64_t *dims, void *data);

/* The same of any temporary. */
mlops_status mlops__step_write(const mlops__step *step, uint32_t value, mlops__graph_dtype dtype,
                               int32_t rank, const int64_t *dims, void *data);

/* MLOPS_E_INVALID, with the step and its operator. */
mlops_status mlops__step_fail(const mlops__step *step, const char *what);
mlops_status mlops__step_fail_code(const mlops__step *step, mlops_status code, const char *what);

/* e^x by the kernel of the run. */
static inline mlops__exp_all *mlops__step_exp(const mlops__step *step) {
    return step->run->kern ? step->run->kern->exp_all : mlops__exp_all_scalar;
}

/* Room for a new text of n bytes; NULL if there is none. */
char *mlops__step_text(const mlops__step *step, size_t n);

/* Bytes of an element. */
size_t mlops__dtype_size(mlops__graph_dtype dtype);

/* Scores of a row as CLASSIFY gives them: n, or two of a pair; to may be scores. */
void mlops__score_row(int64_t pair, int64_t post, const float *scores, int64_t n, float *to);

/* The product of dims from..to-1. */
int64_t mlops__view_span(const mlops__graph_view *view, int32_t from, int32_t to);

static inline int64_t mlops__view_count(const mlops__graph_view *view) {
    return mlops__view_span(view, 0, view->rank);
}

/* False if a * b is more than MLOPS__GRAPH_ELEMENTS_MAX, for a and b from 0 up to that. */
static inline int mlops__times(int64_t a, int64_t b, int64_t *out) {
    if (a && b > MLOPS__GRAPH_ELEMENTS_MAX / a) return 0;
    *out = a * b;
    return 1;
}

/* The axis as 0..rank-1; -1 if it is outside. */
static inline int32_t mlops__axis(int64_t axis, int32_t rank) {
    if (axis < -(int64_t)rank || axis >= rank) return -1;
    return (int32_t)(axis < 0 ? axis + rank : axis);
}

/* A list of an input as i64; *n is 0 if it is left out. MLOPS_E_INVALID unless it is i64 of rank 0
 * or 1. */
mlops_status mlops__step_list(const mlops__step *step, uint32_t k, const int64_t **list,
                              int64_t *n);

/* Bit a of the set for each axis of a list; all bits without one. Axes must differ. */
mlops_status mlops__step_axes(const mlops__step *step, uint32_t k, int32_t rank, uint32_t *set);

/* True if inputs 0..n-1 are there and of one dtype, which is in the set (1 << dtype). */
int mlops__step_same(const mlops__step *step, uint32_t n, uint32_t dtypes);

enum {
    MLOPS__REALS = 1 << MLOPS__GRAPH_F32 | 1 << MLOPS__GRAPH_F64,
    MLOPS__INTS = 1 << MLOPS__GRAPH_I64 | 1 << MLOPS__GRAPH_I32,
    MLOPS__NUMBERS = MLOPS__REALS | MLOPS__INTS,
    MLOPS__ANY = MLOPS__NUMBERS | 1 << MLOPS__GRAPH_BOOL | 1 << MLOPS__GRAPH_TEXT
};

static inline int mlops__is_one_of(const mlops__graph_view *view, uint32_t dtypes) {
    return (dtypes >> view->dtype & 1) != 0;
}

/* True if the view is f32 of this rank. */
static inline int mlops__is_f32(const mlops__graph_view *view, int32_t rank) {
    return view->dtype == MLOPS__GRAPH_F32 && view->rank == rank;
}

/* Element i of a tensor of reals, or of integers; and the same written. */
static inline double mlops__real_at(const mlops__graph_view *view, int64_t i) {
    return view->dtype == MLOPS__GRAPH_F32 ? (double)((const float *)view->data)[i]
                                           : ((const double *)view->data)[i];
}

static inline int64_t mlops__whole_at(const mlops__graph_view *view, int64_t i) {
    return view->dtype == MLOPS__GRAPH_I32 ? ((const int32_t *)view->data)[i]
                                           : ((const int64_t *)view->data)[i];
}

static inline void mlops__real_to(void *to, mlops__graph_dtype dtype, int64_t i, double x) {
    if (dtype == MLOPS__GRAPH_F32) ((float *)to)[i] = (float)x;
    else ((double *)to)[i] = x;
}

static inline void mlops__whole_to(void *to, mlops__graph_dtype dtype, int64_t i, int64_t x) {
    if (dtype == MLOPS__GRAPH_I32) ((int32_t *)to)[i] = (int32_t)x;
    else ((int64_t *)to)[i] = x;
}

/* Element i of x against element j of y, which are both numbers or both texts of one dtype: below
 * 0, 0, above. A NaN is greater than all and equals a NaN; texts go by their bytes. */
int mlops__compare(const mlops__graph_view *x, int64_t i, const mlops__graph_view *y, int64_t j);

/* How up to three tensors walk together: to, which has dims and no gaps, and those of in, which
 * step by strides (elements; 0 where an axis is spread). Axes that can be walked as one are. */
enum { MLOPS__WALK_MAX = 3, MLOPS__WALK_RANK = 2 * MLOPS__GRAPH_RANK_MAX };

typedef struct mlops__graph_walk {
    int32_t rank;
    int64_t dims[MLOPS__WALK_RANK];
    int64_t strides[MLOPS__WALK_MAX][MLOPS__WALK_RANK];
    int64_t index[MLOPS__WALK_RANK];
    int64_t at[MLOPS__WALK_MAX]; /* element that each stands at */
} mlops__graph_walk;

/* The dims that inputs first..first+n-1 spread to, and how. dims has MLOPS__GRAPH_RANK_MAX.
 * MLOPS_E_INVALID if they do not fit. */
mlops_status mlops__step_broadcast(const mlops__step *step, uint32_t first, uint32_t n,
                                   mlops__graph_walk *walk, int32_t *rank, int64_t *dims);

/* Joins axes and goes to the start; false if there is nothing to walk. */
int mlops__graph_walk_start(mlops__graph_walk *walk, uint32_t n);

/* Goes on by a whole run of the last axis; false at the end. */
int mlops__graph_walk_next(mlops__graph_walk *walk, uint32_t n);

/* Copies elements of the given size along a walk of one tensor, which begins at from. */
void mlops__graph_walk_copy(mlops__graph_walk *walk, void *to, const void *from, size_t size);

mlops__operator_fn mlops__op_unary, mlops__op_binary, mlops__op_where, mlops__op_cast,
    mlops__op_clip, mlops__op_reshape, mlops__op_transpose, mlops__op_slice, mlops__op_gather,
    mlops__op_gather_elements, mlops__op_concat, mlops__op_split, mlops__op_expand, mlops__op_tile,
    mlops__op_shape, mlops__op_fill, mlops__op_range, mlops__op_reduce, mlops__op_arg,
    mlops__op_topk, mlops__op_cumsum, mlops__op_softmax, mlops__op_lpnorm, mlops__op_matmul,
    mlops__op_gemm, mlops__op_cdist, mlops__op_dense, mlops__op_forest, mlops__op_classify,
    mlops__op_post, mlops__op_linear, mlops__op_kernel, mlops__op_vote, mlops__op_platt,
    mlops__op_scale, mlops__op_normalize, mlops__op_impute, mlops__op_onehot, mlops__op_encode,
    mlops__op_pick, mlops__op_binarize, mlops__op_features, mlops__op_lookup, mlops__op_tfidf,
    mlops__op_text_normalize, mlops__op_tokenize, mlops__op_scan;

#endif
