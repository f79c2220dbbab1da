/* Inference of steps that change shapes alone: reshaping, moving of axes, shapes as values.
 *
 * Owns nothing. Invariant: the elements of one row stay together, or the result is mixed.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

static int is_equal(mlops__extent a, mlops__extent b) {
    return a.fixed == b.fixed && a.per_row == b.per_row;
}

static int is_one(mlops__extent dim) { return dim.fixed == 1 && dim.per_row == 0; }

static mlops_status unknown(mlops__oc *self, const char *what) {
    return mlops__oc_no(self, "%s is not known before it runs", what);
}

/* Known integers go on, in the order that they have. */
static void pass_content(const mlops__item *x, mlops__item *out) {
    if (x->kind == MLOPS__GRAPH_TEMPORARY && mlops__oc_has_content(x)) out->content = x->content;
}

/* Rows of x where its elements are taken in the same order in another shape. */
static int reshaped_rows(const mlops__item *x, const mlops__item *out) {
    if (x->rows < 0) return x->rows;
    int begins = 1;
    for (int i = 0; i < x->rows; i++) begins = begins && is_one(x->dims[i]);
    for (int i = 0; i < out->rank; i++) {
        int same = i == x->rows && is_equal(out->dims[i], x->dims[i]);
        for (int j = 0; same && j < i; j++) same = is_equal(out->dims[j], x->dims[j]);
        if (same) return i;
        if (begins && out->dims[i].per_row && !out->dims[i].fixed && x->dims[x->rows].fixed == 0)
            return i;
        if (!is_one(out->dims[i])) begins = 0;
    }
    return MLOPS__ROWS_MIXED;
}

static mlops__extent divided(mlops__extent all, int64_t by, int *exact) {
    if (by <= 0) return (mlops__extent){0, 0};
    if (all.fixed % by || all.per_row % by) *exact = 0;
    return (mlops__extent){(all.fixed + by - 1) / by, (all.per_row + by - 1) / by};
}

/* The dim that -1 stands for. */
static mlops_status infer_rest(mlops__oc *self, const mlops__item *x, int rest, mlops__item *out) {
    int fits;
    mlops__extent all = mlops__oc_product(x, 0, x->rank, &fits), others = {1, 0};
    if (!fits) return unknown(self, "a size");
    for (int i = 0; i < out->rank; i++) {
        mlops__extent dim = out->dims[i];
        if (i == rest) continue;
        if (others.per_row && dim.per_row) return unknown(self, "a size");
        others = (mlops__extent){others.fixed * dim.fixed,
                                 others.per_row * dim.fixed + others.fixed * dim.per_row};
    }
    if (!others.per_row) {
        out->dims[rest] = divided(all, others.fixed, &out->is_exact);
        return MLOPS_OK;
    }
    if (others.fixed || all.fixed || all.per_row % others.per_row) return unknown(self, "a size");
    out->dims[rest] = (mlops__extent){all.per_row / others.per_row, 0};
    return MLOPS_OK;
}

static mlops_status infer_reshape(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *shape = mlops__oc_operand(self, step, 1);
    char room[96];
    int rest = -1, fits;
    if (!mlops__oc_has_content(shape)) return unknown(self, "the shape");
    int64_t n = mlops__oc_count(shape);
    if (n > MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%lld dimensions", (long long)n);
    out->dtype = x->dtype;
    out->rank = (int32_t)n;
    out->is_exact = x->is_exact;
    for (int i = 0; i < n; i++) {
        mlops__extent dim = mlops__oc_content(shape, i);
        if (dim.fixed == 0 && !dim.per_row && !step->ints[0]) {
            if (i >= x->rank) return mlops__oc_no(self, "dimension %d of the shape is 0", i);
            dim = x->dims[i];
        } else if (dim.fixed == -1 && !dim.per_row) {
            if (rest >= 0) return mlops__oc_no(self, "the shape has two -1");
            rest = i;
            dim = (mlops__extent){1, 0};
        } else if (dim.fixed < 0 || dim.per_row < 0) {
            return mlops__oc_no(self, "dimension %d of the shape is negative", i);
        }
        out->dims[i] = dim;
    }
    if (rest >= 0) MLOPS_TRY(infer_rest(self, x, rest, out));
    mlops__extent all = mlops__oc_product(x, 0, x->rank, &fits), made = {0, 0};
    if (fits) made = mlops__oc_product(out, 0, out->rank, &fits);
    if (fits && out->is_exact && !all.per_row && !made.per_row && !is_equal(all, made))
        return mlops__oc_no(self, "%s cannot take %lld elements", mlops__oc_shape_text(out, room),
                            (long long)all.fixed);
    out->rows = reshaped_rows(x, out);
    if (x->is_exact && !out->is_exact) out->rows = MLOPS__ROWS_MIXED;
    pass_content(x, out);
    return MLOPS_OK;
}

static mlops_status infer_flatten(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t axis = step->ints[0] < 0 ? step->ints[0] + x->rank : step->ints[0];
    int fits = 1, fits_too = 1;
    if (axis < 0 || axis > x->rank) return mlops__oc_no(self, "axis %lld", (long long)axis);
    out->dtype = x->dtype;
    out->rank = 2;
    out->is_exact = x->is_exact;
    out->dims[0] = mlops__oc_product(x, 0, (int32_t)axis, &fits);
    out->dims[1] = mlops__oc_product(x, (int32_t)axis, x->rank, &fits_too);
    if (!fits || !fits_too) return unknown(self, "a size");
    out->rows = reshaped_rows(x, out);
    return MLOPS_OK;
}

/* Axes of a list as bits; of rank dims. */
static mlops_status axes_of(mlops__oc *self, const mlops__item *axes, int32_t rank, uint32_t *out) {
    *out = 0;
    if (!mlops__oc_has_content(axes)) return unknown(self, "an axis");
    for (int64_t i = 0; i < mlops__oc_count(axes); i++) {
        int64_t axis;
        MLOPS_TRY(mlops__oc_axis(self, mlops__oc_content(axes, i).fixed, rank, &axis));
        *out |= 1u << axis;
    }
    return MLOPS_OK;
}

static mlops_status infer_squeeze(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *axes = mlops__oc_operand(self, step, 1);
    uint32_t gone = 0;
    if (axes) MLOPS_TRY(axes_of(self, axes, x->rank, &gone));
    for (int i = 0; !axes && i < x->rank; i++) gone |= (uint32_t)is_one(x->dims[i]) << i;
    out->dtype = x->dtype;
    out->is_exact = x->is_exact;
    out->rows = x->rows;
    for (int i = 0; i < x->rank; i++) {
        if (!(gone >> i & 1)) {
            if (i == x->rows) out->rows = out->rank;
            out->dims[out->rank++] = x->dims[i];
        } else if (i == x->rows) {
            out->rows = MLOPS__ROWS_MIXED;
        } else if (!is_one(x->dims[i]) && x->is_exact) {
            return mlops__oc_no(self, "axis %d is squeezed and is not 1 long", i);
        }
    }
    pass_content(x, out);
    return MLOPS_OK;
}

static mlops_status infer_unsqueeze(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *axes = mlops__oc_operand(self, step, 1);
    uint32_t fresh;
    int from = 0;
    int64_t rank = x->rank + (mlops__oc_has_content(axes) ? mlops__oc_count(axes) : 0);
    if (rank > MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%lld dimensions", (long long)rank);
    MLOPS_TRY(axes_of(self, axes, (int32_t)rank, &fresh));
    out->dtype = x->dtype;
    out->rank = (int32_t)rank;
    out->is_exact = x->is_exact;
    out->rows = x->rows;
    for (int i = 0; i < rank; i++) {
        if (fresh >> i & 1) {
            out->dims[i] = (mlops__extent){1, 0};
            continue;
        }
        if (from >= x->rank) return mlops__oc_no(self, "an axis comes twice");
        if (from == x->rows) out->rows = i;
        out->dims[i] = x->dims[from++];
    }
    pass_content(x, out);
    return MLOPS_OK;
}

static mlops_status infer_transpose(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *order = mlops__oc_operand(self, step, 1);
    out->dtype = x->dtype;
    out->rank = x->rank;
    out->is_exact = x->is_exact;
    out->rows = x->rows;
    if (order && (!mlops__oc_has_content(order) || mlops__oc_count(order) != x->rank))
        return mlops__oc_no(self, "the permutation is not one of %d axes", x->rank);
    for (int i = 0; i < x->rank; i++) {
        int64_t from = x->rank - 1 - i;
        if (order)
            MLOPS_TRY(mlops__oc_axis(self, mlops__oc_content(order, i).fixed, x->rank, &from));
        if (from == x->rows) out->rows = i;
        out->dims[i] = x->dims[from];
    }
    return MLOPS_OK;
}

/* Dims of out from a shape that is an input; the same for all rows if it does not follow them. */
static mlops_status dims_from(mlops__oc *self, const mlops__item *shape, mlops__item *out) {
    if (!mlops__oc_has_content(shape)) return unknown(self, "the shape");
    int64_t n = mlops__oc_count(shape);
    if (n > MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%lld dimensions", (long long)n);
    out->rank = (int32_t)n;
    for (int i = 0; i < n; i++) {
        out->dims[i] = mlops__oc_content(shape, i);
        if (out->dims[i].fixed < 0 || out->dims[i].per_row < 0)
            return mlops__oc_no(self, "dimension %d of the shape is negative", i);
        if (!out->dims[i].per_row) continue;
        int first = out->rows == MLOPS__ROWS_NONE && !out->dims[i].fixed;
        out->rows = first ? i : MLOPS__ROWS_MIXED;
    }
    return MLOPS_OK;
}

static mlops_status infer_expand(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    mlops__item shape = {.rows = MLOPS__ROWS_NONE, .is_exact = 1};
    MLOPS_TRY(dims_from(self, mlops__oc_operand(self, step, 1), &shape));
    out->dtype = x->dtype;
    return mlops__oc_broadcast(self, x, &shape, out);
}

static mlops_status infer_fill(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *value = mlops__oc_operand(self, step, 1);
    out->dtype = value->dtype;
    MLOPS_TRY(dims_from(self, mlops__oc_operand(self, step, 0), out));
    mlops__oc_mix(out, value);
    return MLOPS_OK;
}

static mlops_status infer_tile(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *repeats = mlops__oc_operand(self, step, 1);
    if (!mlops__oc_has_content(repeats) || mlops__oc_count(repeats) != x->rank)
        return unknown(self, "the number of repeats");
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    for (int i = 0; i < x->rank; i++) {
        mlops__extent times = mlops__oc_content(repeats, i), dim = x->dims[i];
        if (times.fixed < 0 || (times.per_row && dim.per_row))
            return unknown(self, "the number of repeats");
        out->dims[i] = (mlops__extent){dim.fixed * times.fixed,
                                       dim.per_row * times.fixed + dim.fixed * times.per_row};
        if (is_one(times)) continue;
        if (x->rows == i || (times.per_row && x->rows != MLOPS__ROWS_NONE))
            out->rows = MLOPS__ROWS_MIXED;
        else if (times.per_row) out->rows = !dim.per_row && !times.fixed ? i : MLOPS__ROWS_MIXED;
    }
    return MLOPS_OK;
}

static mlops_status infer_sizes(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t begin = 0, end = x->rank;
    int fits = 1, follows = 0;
    mlops__extent *content = mlops__arena_array(self->arena, 8, sizeof *content);
    if (!content) return mlops__fail_nomem(self->err, 8 * sizeof *content);
    out->dtype = MLOPS__GRAPH_I64;
    if (step->op == MLOPS__GRAPH_SIZE) {
        content[0] = mlops__oc_product(x, 0, x->rank, &fits);
        if (!fits) content = NULL;
    } else {
        begin = step->ints[0] < 0 ? step->ints[0] + x->rank : step->ints[0];
        end = step->ints[1] < 0 ? step->ints[1] + x->rank : step->ints[1];
        begin = begin < 0 ? 0 : begin > x->rank ? x->rank : begin;
        end = end < begin ? begin : end > x->rank ? x->rank : end;
        out->rank = 1;
        out->dims[0] = (mlops__extent){end - begin, 0};
        memcpy(content, x->dims + begin, (size_t)(end - begin) * sizeof *content);
    }
    for (int64_t i = begin; i < end; i++) follows |= x->dims[i].per_row != 0;
    if (follows || !x->is_exact) out->rows = MLOPS__ROWS_COUNT;
    if (!x->is_exact && x->rows != MLOPS__ROWS_NONE) out->rows = MLOPS__ROWS_MIXED;
    out->content = x->is_exact ? content : NULL;
    return MLOPS_OK;
}

mlops_status mlops__oc_infer_shape(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    switch (step->op) {
    case MLOPS__GRAPH_RESHAPE: return infer_reshape(self, step, outs);
    case MLOPS__GRAPH_FLATTEN: return infer_flatten(self, step, outs);
    case MLOPS__GRAPH_SQUEEZE: return infer_squeeze(self, step, outs);
    case MLOPS__GRAPH_UNSQUEEZE: return infer_unsqueeze(self, step, outs);
    case MLOPS__GRAPH_TRANSPOSE: return infer_transpose(self, step, outs);
    case MLOPS__GRAPH_EXPAND: return infer_expand(self, step, outs);
    case MLOPS__GRAPH_TILE: return infer_tile(self, step, outs);
    case MLOPS__GRAPH_SHAPE:
    case MLOPS__GRAPH_SIZE: return infer_sizes(self, step, outs);
    case MLOPS__GRAPH_FILL: return infer_fill(self, step, outs);
    default: return mlops__oc_infer_select(self, step, outs);
    }
}
