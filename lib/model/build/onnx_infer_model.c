/* Inference of steps that are models and their preprocessing.
 *
 * Owns nothing. Invariant: inputs that a row is matched against (weights, keys, vectors) are the
 * same for all rows, or the result is mixed.
 */
#include "model/build/onnx_compile.h"
#include "model/run/plan.h"

#include <string.h>

static mlops_status need(mlops__oc *self, const mlops__item *x, mlops__graph_dtype dtype,
                         int32_t rank) {
    char room[96];
    if (x->dtype != dtype)
        return mlops__oc_no(self, "an input of type %s", mlops__oc_dtype_name(x->dtype));
    if (rank < 0 || x->rank == rank) return MLOPS_OK;
    return mlops__oc_no(self, "an input of shape %s", mlops__oc_shape_text(x, room));
}

/* [n, width] of x of [n, ...]. */
static void rows_by(const mlops__item *x, mlops__extent width, mlops__graph_dtype dtype,
                    mlops__item *out) {
    out->dtype = dtype;
    out->rank = 2;
    out->dims[0] = x->dims[0];
    out->dims[1] = width;
    out->is_exact = x->is_exact;
    out->rows = x->rows > 0 ? MLOPS__ROWS_MIXED : x->rows;
}

static mlops__extent fixed(int64_t n) { return (mlops__extent){n, 0}; }

static mlops_status infer_forest(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *b = mlops__oc_operand(self, step, 1);
    mlops__plan plan;
    char room[96];
    if (x->dtype > MLOPS__GRAPH_F64 || x->rank != 2)
        return mlops__oc_no(self, "an input of shape %s of type %s", mlops__oc_shape_text(x, room),
                            mlops__oc_dtype_name(x->dtype));
    MLOPS_TRY(mlops__plan_open(&plan, b->data, (size_t)b->dims[0].fixed, self->err));
    if (x->dims[1].per_row || x->dims[1].fixed < (int64_t)plan.n_features)
        return mlops__oc_no(self, "trees test feature %u, the input has %lld", plan.n_features - 1,
                            (long long)x->dims[1].fixed);
    int f64 = mlops__plan_number_size(&plan) == sizeof(double);
    rows_by(x, fixed(plan.n_groups), f64 ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_F32, out);
    return MLOPS_OK;
}

static mlops_status infer_classify(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, 2));
    int pairs = step->ints[1] != MLOPS__PAIR_NONE;
    rows_by(x, fixed(1), MLOPS__GRAPH_I64, &outs[0]);
    outs[0].rank = 1;
    rows_by(x, pairs ? fixed(2) : x->dims[1], MLOPS__GRAPH_F32, &outs[1]);
    return MLOPS_OK;
}

/* LINEAR and KERNEL: [n, f] by [t, f] gives [n, t]. */
static mlops_status infer_linear(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *w = mlops__oc_operand(self, step, 1);
    MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, 2));
    MLOPS_TRY(need(self, w, MLOPS__GRAPH_F32, 2));
    if (x->is_exact && (x->dims[1].per_row || x->dims[1].fixed != w->dims[0].fixed))
        return mlops__oc_no(self, "%lld features; its numbers are for %lld",
                            (long long)x->dims[1].fixed, (long long)w->dims[0].fixed);
    rows_by(x, w->dims[1], MLOPS__GRAPH_F32, out);
    return MLOPS_OK;
}

static mlops_status infer_vote(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, 2));
    rows_by(x, mlops__oc_operand(self, step, 3)->dims[0], MLOPS__GRAPH_F32, &outs[0]);
    rows_by(x, fixed(1), MLOPS__GRAPH_I64, &outs[1]);
    outs[1].rank = 1;
    return MLOPS_OK;
}

static mlops_status infer_platt(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t pairs = mlops__oc_operand(self, step, 1)->dims[0].fixed, c = 2;
    MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, 2));
    while (c * (c - 1) / 2 < pairs) c++;
    rows_by(x, fixed(c), MLOPS__GRAPH_F32, &outs[0]);
    outs[1].dtype = MLOPS__GRAPH_F32;
    outs[1].rank = 1;
    outs[1].dims[0] = fixed(c * (2 * c + 2));
    return MLOPS_OK;
}

/* SCALE, IMPUTE, NORMALIZE: elements of the last axis have their own numbers. */
static mlops_status infer_columns(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int by_column = step->op == MLOPS__GRAPH_NORMALIZE;
    if (step->op != MLOPS__GRAPH_IMPUTE) MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, -1));
    if (x->rank == 0) return mlops__oc_no(self, "an input without dimensions");
    for (uint32_t i = 1; i < step->n_inputs; i++) {
        int64_t n = mlops__oc_count(mlops__oc_operand(self, step, i));
        mlops__extent width = x->dims[x->rank - 1];
        if (n == 1) continue;
        by_column = 1;
        if (x->is_exact && (width.per_row || width.fixed != n))
            return mlops__oc_no(self, "%lld columns; its numbers are for %lld",
                                (long long)width.fixed, (long long)n);
    }
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    if (by_column && x->rows == x->rank - 1) out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

static mlops_status infer_onehot(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    if (x->rank == MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%d dimensions", x->rank + 1);
    mlops__oc_same(x, out);
    out->dtype = MLOPS__GRAPH_F32;
    out->dims[out->rank++] = fixed(step->ints[0]);
    return MLOPS_OK;
}

static mlops_status infer_encode(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    MLOPS_TRY(need(self, x, mlops__oc_operand(self, step, 1)->dtype, -1));
    mlops__oc_same(x, out);
    out->dtype = mlops__oc_operand(self, step, 2)->dtype;
    return MLOPS_OK;
}

static mlops_status infer_pick(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *index = mlops__oc_operand(self, step, 1);
    int fits;
    mlops__extent n = mlops__oc_product(index, 0, index->rank, &fits);
    MLOPS_TRY(need(self, index, MLOPS__GRAPH_I64, -1));
    if (!fits || x->rank == 0) return mlops__oc_no(self, "the size is not known before it runs");
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    if (x->rank == 1) {
        out->rank = 2;
        out->dims[0] = fixed(1);
    }
    int last = out->rank - 1;
    out->dims[last] = n;
    out->is_exact = x->is_exact && index->is_exact;
    if (x->rows == x->rank - 1) out->rows = MLOPS__ROWS_MIXED;
    if (index->rows == MLOPS__ROWS_NONE) return MLOPS_OK;
    int leads = index->rows >= 0 && x->rows == MLOPS__ROWS_NONE;
    for (int i = 0; leads && i < index->rows; i++)
        leads = index->dims[i].fixed == 1 && !index->dims[i].per_row;
    if (leads) out->rows = last;
    else mlops__oc_mix(out, index);
    return MLOPS_OK;
}

static mlops_status infer_features(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    mlops__extent width = {0, 0};
    const mlops__item *first = mlops__oc_operand(self, step, 0);
    rows_by(first, width, MLOPS__GRAPH_F32, out);
    for (uint32_t i = 0; i < step->n_inputs; i++) {
        const mlops__item *x = mlops__oc_operand(self, step, i);
        if (x->rank < 1 || x->rank > 2 || x->dtype > MLOPS__GRAPH_I32)
            return mlops__oc_no(self, "an input of %d dimensions of type %s", x->rank,
                                mlops__oc_dtype_name(x->dtype));
        width.fixed += x->rank == 2 ? x->dims[1].fixed : 1;
        if (x->rows != first->rows) out->rows = MLOPS__ROWS_MIXED;
    }
    out->dims[1] = width;
    return MLOPS_OK;
}

static mlops_status infer_elementwise(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int reals = step->op == MLOPS__GRAPH_POST;
    if (reals) MLOPS_TRY(need(self, x, MLOPS__GRAPH_F32, 2));
    if (x->dtype > MLOPS__GRAPH_I32)
        return mlops__oc_no(self, "an input of type %s", mlops__oc_dtype_name(x->dtype));
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    if (reals && x->rows > 0) out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

/* Everything but the first input, and what PICK chooses by, must not follow the rows. */
static void mix_others(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    if (step->op == MLOPS__GRAPH_PICK || step->op == MLOPS__GRAPH_FEATURES) return;
    for (uint32_t i = 1; i < step->n_inputs; i++)
        for (uint32_t o = 0; o < step->n_outputs; o++)
            mlops__oc_mix(&outs[o], mlops__oc_operand(self, step, i));
}

mlops_status mlops__oc_infer_model(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    mlops_status status;
    switch (step->op) {
    case MLOPS__GRAPH_FOREST: status = infer_forest(self, step, outs); break;
    case MLOPS__GRAPH_CLASSIFY: status = infer_classify(self, step, outs); break;
    case MLOPS__GRAPH_LINEAR:
    case MLOPS__GRAPH_KERNEL: status = infer_linear(self, step, outs); break;
    case MLOPS__GRAPH_VOTE: status = infer_vote(self, step, outs); break;
    case MLOPS__GRAPH_PLATT: status = infer_platt(self, step, outs); break;
    case MLOPS__GRAPH_SCALE:
    case MLOPS__GRAPH_NORMALIZE:
    case MLOPS__GRAPH_IMPUTE: status = infer_columns(self, step, outs); break;
    case MLOPS__GRAPH_ONEHOT: status = infer_onehot(self, step, outs); break;
    case MLOPS__GRAPH_ENCODE: status = infer_encode(self, step, outs); break;
    case MLOPS__GRAPH_PICK: status = infer_pick(self, step, outs); break;
    case MLOPS__GRAPH_FEATURES: status = infer_features(self, step, outs); break;
    default: status = infer_elementwise(self, step, outs); break;
    }
    if (status == MLOPS_OK) mix_others(self, step, outs);
    return status;
}
