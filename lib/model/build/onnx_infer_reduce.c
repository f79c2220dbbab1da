/* Inference of reductions, of what runs along an axis, and of products.
 *
 * Owns nothing. Invariant: what runs along the axis of rows mixes them.
 */
#include "model/build/onnx_compile.h"

static mlops_status need_number(mlops__oc *self, const mlops__item *x, int real) {
    if (x->dtype <= (real ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_I32)) return MLOPS_OK;
    return mlops__oc_no(self, "an input of type %s", mlops__oc_dtype_name(x->dtype));
}

static void drop(const mlops__item *x, uint32_t gone, int keep, mlops__item *out) {
    out->is_exact = x->is_exact;
    out->rows = x->rows;
    out->rank = 0;
    for (int i = 0; i < x->rank; i++) {
        int reduced = gone >> i & 1;
        if (i == x->rows) out->rows = reduced ? MLOPS__ROWS_MIXED : out->rank;
        if (reduced && !keep) continue;
        out->dims[out->rank++] = reduced ? (mlops__extent){1, 0} : x->dims[i];
    }
}

static mlops_status multiply_content(mlops__oc *self, const mlops__item *x, mlops__item *out) {
    mlops__extent *all = mlops__arena_alloc(self->arena, sizeof *all);
    if (!all) return mlops__fail_nomem(self->err, sizeof *all);
    *all = (mlops__extent){1, 0};
    for (int64_t i = 0; i < mlops__oc_count(x); i++) {
        mlops__extent a = *all, b = x->content[i];
        if ((a.per_row && b.per_row) || a.fixed > INT32_MAX || b.fixed > INT32_MAX ||
            a.per_row > INT32_MAX || b.per_row > INT32_MAX)
            return MLOPS_OK;
        *all = (mlops__extent){a.fixed * b.fixed, a.per_row * b.fixed + a.fixed * b.per_row};
    }
    out->content = all;
    return MLOPS_OK;
}

static mlops_status infer_reduce(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *axes = mlops__oc_operand(self, step, 1);
    int noop = step->ints[2] != 0;
    int real = step->ints[0] == MLOPS__REDUCE_L2 || step->ints[0] >= MLOPS__REDUCE_LOG_SUM;
    uint32_t gone = 0;
    MLOPS_TRY(need_number(self, x, real));
    out->dtype = x->dtype;
    if (axes && !mlops__oc_has_content(axes))
        return mlops__oc_no(self, "the axes are not known before it runs");
    for (int64_t i = 0; axes && i < mlops__oc_count(axes); i++) {
        int64_t axis;
        MLOPS_TRY(mlops__oc_axis(self, mlops__oc_content(axes, i).fixed, x->rank, &axis));
        gone |= 1u << axis;
    }
    if (!gone && !noop) gone = (1u << x->rank) - 1;
    drop(x, gone, step->ints[1] != 0, out);
    if (step->ints[0] == MLOPS__REDUCE_PROD && x->rank == 1 && gone == 1 &&
        x->kind == MLOPS__GRAPH_TEMPORARY && mlops__oc_has_content(x))
        return multiply_content(self, x, out);
    return MLOPS_OK;
}

static mlops_status infer_arg(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t axis;
    MLOPS_TRY(need_number(self, x, 0));
    MLOPS_TRY(mlops__oc_axis(self, step->ints[1], x->rank, &axis));
    drop(x, 1u << axis, step->ints[2] != 0, out);
    out->dtype = MLOPS__GRAPH_I64;
    return MLOPS_OK;
}

static mlops_status infer_topk(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *k = mlops__oc_operand(self, step, 1);
    int64_t axis;
    MLOPS_TRY(need_number(self, x, 0));
    MLOPS_TRY(mlops__oc_axis(self, step->ints[0], x->rank, &axis));
    if (!mlops__oc_has_content(k) || mlops__oc_count(k) != 1 || mlops__oc_content(k, 0).per_row ||
        mlops__oc_content(k, 0).fixed < 0)
        return mlops__oc_no(self, "k is not known before it runs");
    for (int i = 0; i < 2; i++) {
        mlops__oc_same(x, &outs[i]);
        outs[i].dims[axis] = mlops__oc_content(k, 0);
        if (x->rows == axis) outs[i].rows = MLOPS__ROWS_MIXED;
    }
    outs[0].dtype = x->dtype;
    outs[1].dtype = MLOPS__GRAPH_I64;
    return MLOPS_OK;
}

/* CUMSUM, SOFTMAX, LPNORM */
static mlops_status infer_along(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t axis = 0;
    int sums = step->op == MLOPS__GRAPH_CUMSUM, flat = step->op == MLOPS__GRAPH_SOFTMAX;
    MLOPS_TRY(need_number(self, x, !sums));
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    if (sums) {
        const mlops__item *given = mlops__oc_operand(self, step, 1);
        if (!mlops__oc_has_content(given) || mlops__oc_count(given) != 1)
            return mlops__oc_no(self, "the axis is not known before it runs");
        MLOPS_TRY(mlops__oc_axis(self, mlops__oc_content(given, 0).fixed, x->rank, &axis));
    } else if (!flat || !step->ints[1] || step->ints[0] != x->rank) {
        MLOPS_TRY(mlops__oc_axis(self, step->ints[0], x->rank, &axis));
    } else {
        axis = x->rank;
    }
    if (x->rows == axis || (flat && step->ints[1] && x->rows >= axis))
        out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

static int is_fixed_pair(mlops__extent a, mlops__extent b) { return !a.per_row && !b.per_row; }

static mlops_status no_product(mlops__oc *self, const mlops__item *a, const mlops__item *b) {
    char room[2][96];
    return mlops__oc_no(self, "shapes %s and %s do not multiply", mlops__oc_shape_text(a, room[0]),
                        mlops__oc_shape_text(b, room[1]));
}

static mlops_status infer_matmul(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *a = mlops__oc_operand(self, step, 0), *b = mlops__oc_operand(self, step, 1);
    MLOPS_TRY(need_number(self, a, 0));
    if (a->dtype != b->dtype)
        return mlops__oc_no(self, "inputs of types %s and %s", mlops__oc_dtype_name(a->dtype),
                            mlops__oc_dtype_name(b->dtype));
    if (!a->rank || !b->rank) return no_product(self, a, b);
    /* As matrices in batches; a list is a row on the left and a column on the right. */
    mlops__item left = *a, right = *b;
    mlops__extent inner = a->dims[a->rank - 1], other = b->dims[b->rank > 1 ? b->rank - 2 : 0];
    if (is_fixed_pair(inner, other) && a->is_exact && b->is_exact && inner.fixed != other.fixed)
        return no_product(self, a, b);
    left.rank = a->rank > 2 ? a->rank - 2 : 0;
    right.rank = b->rank > 2 ? b->rank - 2 : 0;
    int in_a = a->rows >= 0 && a->rows >= left.rank, in_b = b->rows >= 0 && b->rows >= right.rank;
    if (in_a) left.rows = MLOPS__ROWS_NONE;
    if (in_b) right.rows = MLOPS__ROWS_NONE;
    MLOPS_TRY(mlops__oc_broadcast(self, &left, &right, out));
    int batch = out->rank;
    if (a->rank > 1) out->dims[out->rank++] = a->dims[a->rank - 2];
    if (b->rank > 1) out->dims[out->rank++] = b->dims[b->rank - 1];
    out->dtype = a->dtype;
    if (in_a && a->rank > 1 && a->rows == a->rank - 2 && b->rows == MLOPS__ROWS_NONE)
        out->rows = batch;
    else if (in_b && b->rank > 1 && b->rows == b->rank - 1 && a->rows == MLOPS__ROWS_NONE)
        out->rows = out->rank - 1;
    else if (in_a || in_b) out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

static mlops_status infer_gemm(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *a = mlops__oc_operand(self, step, 0), *b = mlops__oc_operand(self, step, 1);
    const mlops__item *c = mlops__oc_operand(self, step, 2);
    int ta = step->ints[0] != 0, tb = step->ints[1] != 0;
    MLOPS_TRY(need_number(self, a, 1));
    if (a->rank != 2 || b->rank != 2) return no_product(self, a, b);
    if (a->dtype != b->dtype || (c && c->dtype != a->dtype))
        return mlops__oc_no(self, "inputs of several types");
    mlops__extent inner = a->dims[!ta], other = b->dims[tb];
    if (is_fixed_pair(inner, other) && a->is_exact && b->is_exact && inner.fixed != other.fixed)
        return no_product(self, a, b);
    mlops__item made = {.rank = 2, .rows = MLOPS__ROWS_NONE, .dtype = a->dtype};
    made.dims[0] = a->dims[ta];
    made.dims[1] = b->dims[!tb];
    made.is_exact = a->is_exact && b->is_exact;
    if (a->rows == ta && b->rows == MLOPS__ROWS_NONE) made.rows = 0;
    else if (b->rows == !tb && a->rows == MLOPS__ROWS_NONE) made.rows = 1;
    else if (a->rows != MLOPS__ROWS_NONE || b->rows != MLOPS__ROWS_NONE)
        made.rows = MLOPS__ROWS_MIXED;
    out->dtype = a->dtype;
    if (c) return mlops__oc_broadcast(self, &made, c, out);
    mlops__oc_same(&made, out);
    return MLOPS_OK;
}

static mlops_status infer_cdist(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *y = mlops__oc_operand(self, step, 1);
    MLOPS_TRY(need_number(self, x, 1));
    if (x->rank != 2 || y->rank != 2 || x->dtype != y->dtype) return no_product(self, x, y);
    out->dtype = x->dtype;
    out->rank = 2;
    out->dims[0] = x->dims[0];
    out->dims[1] = y->dims[1];
    out->is_exact = x->is_exact && y->is_exact;
    if (x->rows == 0 && y->rows == MLOPS__ROWS_NONE) out->rows = 0;
    else if (y->rows == 1 && x->rows == MLOPS__ROWS_NONE) out->rows = 1;
    else if (x->rows != MLOPS__ROWS_NONE || y->rows != MLOPS__ROWS_NONE)
        out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

mlops_status mlops__oc_infer_reduce(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    switch (step->op) {
    case MLOPS__GRAPH_REDUCE: return infer_reduce(self, step, outs);
    case MLOPS__GRAPH_ARG: return infer_arg(self, step, outs);
    case MLOPS__GRAPH_TOPK: return infer_topk(self, step, outs);
    case MLOPS__GRAPH_MATMUL: return infer_matmul(self, step, outs);
    case MLOPS__GRAPH_GEMM: return infer_gemm(self, step, outs);
    case MLOPS__GRAPH_CDIST: return infer_cdist(self, step, outs);
    default: return infer_along(self, step, outs);
    }
}
