/* The steps of a run: which operator, its operands, and the room for what it yields.
 *
 * Owns the table of operators and the rule that a slot holds one value: inputs must be held as a
 * step begins, and still be as its outputs are told. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

#include "base/cursor.h"

enum { ALL = UINT16_MAX };

static const mlops__operator operators[MLOPS__GRAPH_OPERATORS] = {
    [MLOPS__GRAPH_UNARY] = {mlops__op_unary, 1, 1, 1, 1, 1, 2},
    [MLOPS__GRAPH_BINARY] = {mlops__op_binary, 2, 2, 1, 1, 1, 0},
    [MLOPS__GRAPH_WHERE] = {mlops__op_where, 3, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_CAST] = {mlops__op_cast, 1, 1, 1, 1, 1, 0},
    [MLOPS__GRAPH_CLIP] = {mlops__op_clip, 1, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_IDENTITY] = {mlops__op_reshape, 1, 1, 1, 1, 0, 0},
    [MLOPS__GRAPH_RESHAPE] = {mlops__op_reshape, 2, 2, 1, 1, 1, 0},
    [MLOPS__GRAPH_FLATTEN] = {mlops__op_reshape, 1, 1, 1, 1, 1, 0},
    [MLOPS__GRAPH_SQUEEZE] = {mlops__op_reshape, 1, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_UNSQUEEZE] = {mlops__op_reshape, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_TRANSPOSE] = {mlops__op_transpose, 1, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_SLICE] = {mlops__op_slice, 3, 5, 1, 1, 0, 0},
    [MLOPS__GRAPH_GATHER] = {mlops__op_gather, 2, 2, 1, 1, 1, 0},
    [MLOPS__GRAPH_GATHER_ELEMENTS] = {mlops__op_gather_elements, 2, 2, 1, 1, 1, 0},
    [MLOPS__GRAPH_CONCAT] = {mlops__op_concat, 1, ALL, 1, 1, 1, 0},
    [MLOPS__GRAPH_SPLIT] = {mlops__op_split, 1, 2, 1, ALL, 1, 0},
    [MLOPS__GRAPH_EXPAND] = {mlops__op_expand, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_TILE] = {mlops__op_tile, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_SHAPE] = {mlops__op_shape, 1, 1, 1, 1, 2, 0},
    [MLOPS__GRAPH_SIZE] = {mlops__op_shape, 1, 1, 1, 1, 0, 0},
    [MLOPS__GRAPH_FILL] = {mlops__op_fill, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_RANGE] = {mlops__op_range, 3, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_REDUCE] = {mlops__op_reduce, 1, 2, 1, 1, 3, 0},
    [MLOPS__GRAPH_ARG] = {mlops__op_arg, 1, 1, 1, 1, 4, 0},
    [MLOPS__GRAPH_TOPK] = {mlops__op_topk, 2, 2, 2, 2, 2, 0},
    [MLOPS__GRAPH_CUMSUM] = {mlops__op_cumsum, 2, 2, 1, 1, 2, 0},
    [MLOPS__GRAPH_SOFTMAX] = {mlops__op_softmax, 1, 1, 1, 1, 3, 0},
    [MLOPS__GRAPH_LPNORM] = {mlops__op_lpnorm, 1, 1, 1, 1, 2, 0},
    [MLOPS__GRAPH_MATMUL] = {mlops__op_matmul, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_GEMM] = {mlops__op_gemm, 2, 3, 1, 1, 2, 2},
    [MLOPS__GRAPH_CDIST] = {mlops__op_cdist, 2, 2, 1, 1, 2, 0},
    [MLOPS__GRAPH_DENSE] = {mlops__op_dense, 2, 3, 1, 1, 1, 0},
    [MLOPS__GRAPH_FOREST] = {mlops__op_forest, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_CLASSIFY] = {mlops__op_classify, 1, 1, 2, 2, 3, 0},
    [MLOPS__GRAPH_POST] = {mlops__op_post, 1, 1, 1, 1, 1, 0},
    [MLOPS__GRAPH_LINEAR] = {mlops__op_linear, 2, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_KERNEL] = {mlops__op_kernel, 2, 2, 1, 1, 1, 3},
    [MLOPS__GRAPH_VOTE] = {mlops__op_vote, 4, 4, 2, 2, 0, 0},
    [MLOPS__GRAPH_PLATT] = {mlops__op_platt, 3, 3, 2, 2, 0, 0},
    [MLOPS__GRAPH_SCALE] = {mlops__op_scale, 3, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_NORMALIZE] = {mlops__op_normalize, 1, 1, 1, 1, 1, 0},
    [MLOPS__GRAPH_IMPUTE] = {mlops__op_impute, 3, 3, 1, 1, 0, 0},
    [MLOPS__GRAPH_ONEHOT] = {mlops__op_onehot, 1, 1, 1, 1, 2, 0},
    [MLOPS__GRAPH_ENCODE] = {mlops__op_encode, 4, 4, 1, 1, 0, 0},
    [MLOPS__GRAPH_PICK] = {mlops__op_pick, 2, 2, 1, 1, 0, 0},
    [MLOPS__GRAPH_BINARIZE] = {mlops__op_binarize, 1, 1, 1, 1, 0, 1},
    [MLOPS__GRAPH_FEATURES] = {mlops__op_features, 1, ALL, 1, 1, 0, 0},
    [MLOPS__GRAPH_LOOKUP] = {mlops__op_lookup, 4, ALL, 1, 1, 0, 0},
    [MLOPS__GRAPH_TFIDF] = {mlops__op_tfidf, 4, 5, 1, 1, 5, 0},
    [MLOPS__GRAPH_TEXT_NORMALIZE] = {mlops__op_text_normalize, 1, 2, 1, 1, 2, 0},
    [MLOPS__GRAPH_TOKENIZE] = {mlops__op_tokenize, 3, 3, 2, 2, 2, 0},
    [MLOPS__GRAPH_SCAN] = {mlops__op_scan, 2, ALL, 0, ALL, 4, 0},
};

const mlops__operator *mlops__operator_of(uint32_t op) {
    return op < MLOPS__GRAPH_OPERATORS && operators[op].run ? &operators[op] : NULL;
}

mlops__step mlops__step_at(mlops__graph_run *run, uint32_t index, mlops_error *err) {
    const mlops__graph *graph = run->graph;
    const uint8_t *p = graph->steps + 24 * (size_t)index;
    return (mlops__step){
        .run = run,
        .err = err,
        .index = index,
        .op = mlops__load_u16(p),
        .n_inputs = mlops__load_u32(p + 8),
        .n_outputs = mlops__load_u16(p + 6),
        .n_ints = mlops__load_u16(p + 2),
        .n_floats = mlops__load_u16(p + 4),
        .operands = graph->operands + 4 * (size_t)mlops__load_u32(p + 12),
        .params = graph->params + 8 * (size_t)mlops__load_u32(p + 16),
    };
}

uint32_t mlops__step_operand(const mlops__step *step, uint32_t k) {
    return mlops__load_u32(step->operands + 4 * (size_t)k);
}

int64_t mlops__step_int(const mlops__step *step, uint32_t k) {
    return (int64_t)mlops__load_u64(step->params + 8 * (size_t)k);
}

double mlops__step_float(const mlops__step *step, uint32_t k) {
    return mlops__load_f64(step->params + 8 * ((size_t)step->n_ints + k));
}

mlops_status mlops__step_fail_code(const mlops__step *step, mlops_status code, const char *what) {
    return mlops__fail(step->err, code, "graph: step %u, operator %u: %s", (unsigned)step->index,
                       (unsigned)step->op, what);
}

mlops_status mlops__step_fail(const mlops__step *step, const char *what) {
    return mlops__step_fail_code(step, MLOPS_E_INVALID, what);
}

/* The slot's holder, or NULL if the operand is left out or no temporary. */
static uint32_t *holder(const mlops__step *step, uint32_t value) {
    uint32_t slot = value == MLOPS__GRAPH_NONE ? value : step->run->places[value];
    return slot == MLOPS__GRAPH_NONE ? NULL : &step->run->holders[slot];
}

static int holds(const mlops__step *step, uint32_t first, uint32_t end) {
    for (uint32_t k = first; k < end; k++) {
        uint32_t value = mlops__step_operand(step, k);
        const uint32_t *place = holder(step, value);
        if (place && *place != value) return 0;
    }
    return 1;
}

static mlops_status run_step(const mlops__step *step) {
    uint32_t end = step->n_inputs + step->n_outputs;
    if (step->op == MLOPS__GRAPH_SCAN) return mlops__op_scan(step);
    if (!holds(step, 0, step->n_inputs))
        return mlops__step_fail_code(step, MLOPS_E_CORRUPT, "an input is not there");
    for (uint32_t k = step->n_inputs; k < end; k++)
        *holder(step, mlops__step_operand(step, k)) = mlops__step_operand(step, k);
    if (!holds(step, 0, end))
        return mlops__step_fail_code(step, MLOPS_E_CORRUPT, "outputs share a slot with others");
    return operators[step->op].run(step);
}

mlops_status mlops__steps_run(mlops__graph_run *run, uint32_t first, uint32_t end,
                              mlops_error *err) {
    for (uint32_t i = first; i < end; i++) {
        mlops__step step = mlops__step_at(run, i, err);
        MLOPS_TRY(run_step(&step));
        if (step.op == MLOPS__GRAPH_SCAN) i += (uint32_t)mlops__step_int(&step, 3);
    }
    return MLOPS_OK;
}

const mlops__graph_view *mlops__step_in(const mlops__step *step, uint32_t k) {
    uint32_t value = k < step->n_inputs ? mlops__step_operand(step, k) : MLOPS__GRAPH_NONE;
    return value == MLOPS__GRAPH_NONE ? NULL : &step->run->views[value];
}

mlops_status mlops__step_write(const mlops__step *step, uint32_t value, mlops__graph_dtype dtype,
                               int32_t rank, const int64_t *dims, void *data) {
    mlops__graph_run *run = step->run;
    mlops__graph_view *view = &run->views[value];
    uint32_t place = run->places[value];
    int64_t n = 1;
    int is_empty = 0;
    if (place == MLOPS__GRAPH_NONE || view->dtype != dtype || view->rank != rank)
        return mlops__step_fail_code(step, MLOPS_E_CORRUPT,
                                     "the dtype or rank of an output is another");
    for (int32_t i = 0; i < rank; i++) {
        is_empty |= dims[i] == 0;
        if (dims[i] < 0 || !mlops__times(n, dims[i] ? dims[i] : 1, &n))
            return mlops__step_fail(step, "dims are too large");
    }
    uint8_t *slot = run->slots[place];
    uint64_t size = (uint64_t)n * mlops__dtype_size(dtype);
    if ((!is_empty || n > MLOPS__GRAPH_EMPTY_MAX) &&
        size > (uint64_t)(run->slots[place + 1] - slot))
        return mlops__step_fail_code(step, MLOPS_E_ARENA, "an output needs more room than it has");
    for (int32_t i = 0; i < rank; i++) view->dims[i] = dims[i];
    view->data = slot;
    run->holders[place] = value;
    memcpy(data, &slot, sizeof slot);
    return MLOPS_OK;
}

mlops_status mlops__step_out(const mlops__step *step, uint32_t k, mlops__graph_dtype dtype,
                             int32_t rank, const int64_t *dims, void *data) {
    uint32_t value = mlops__step_operand(step, step->n_inputs + k);
    return mlops__step_write(step, value, dtype, rank, dims, data);
}

char *mlops__step_text(const mlops__step *step, size_t n) {
    mlops__graph_run *run = step->run;
    if (n > run->text_size - run->text_used) return NULL;
    char *text = run->texts + run->text_used;
    run->text_used += n;
    return text;
}

size_t mlops__dtype_size(mlops__graph_dtype dtype) {
    switch (dtype) {
    case MLOPS__GRAPH_F32:
    case MLOPS__GRAPH_I32: return 4;
    case MLOPS__GRAPH_F64:
    case MLOPS__GRAPH_I64: return 8;
    case MLOPS__GRAPH_TEXT: return sizeof(mlops__graph_text);
    case MLOPS__GRAPH_BOOL:
    case MLOPS__GRAPH_BYTES: break;
    }
    return 1;
}

int64_t mlops__view_span(const mlops__graph_view *view, int32_t from, int32_t to) {
    int64_t n = 1;
    for (int32_t i = from; i < to; i++) n *= view->dims[i];
    return n;
}

mlops_status mlops__step_list(const mlops__step *step, uint32_t k, const int64_t **list,
                              int64_t *n) {
    const mlops__graph_view *view = mlops__step_in(step, k);
    *list = NULL;
    *n = 0;
    if (!view) return MLOPS_OK;
    if (view->dtype != MLOPS__GRAPH_I64 || view->rank > 1)
        return mlops__step_fail(step, "a list is not of i64 and rank 1");
    *list = view->data;
    *n = mlops__view_count(view);
    return MLOPS_OK;
}

mlops_status mlops__step_axes(const mlops__step *step, uint32_t k, int32_t rank, uint32_t *set) {
    const int64_t *axes;
    int64_t n;
    MLOPS_TRY(mlops__step_list(step, k, &axes, &n));
    *set = axes ? 0 : (1u << rank) - 1;
    for (int64_t i = 0; i < n; i++) {
        int32_t axis = mlops__axis(axes[i], rank);
        if (axis < 0 || (*set >> axis & 1))
            return mlops__step_fail(step, "an axis is outside, or named twice");
        *set |= 1u << axis;
    }
    return MLOPS_OK;
}

int mlops__step_same(const mlops__step *step, uint32_t n, uint32_t dtypes) {
    const mlops__graph_view *first = mlops__step_in(step, 0);
    for (uint32_t k = 0; k < n; k++) {
        const mlops__graph_view *view = mlops__step_in(step, k);
        if (!view || view->dtype != first->dtype || !mlops__is_one_of(view, dtypes)) return 0;
    }
    return 1;
}
