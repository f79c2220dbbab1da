/* Inference of steps that take elements out of values or put values together.
 *
 * Owns nothing. Invariant: what is taken along the axis of rows mixes them.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

static int is_integer(const mlops__item *item) {
    return item->dtype == MLOPS__GRAPH_I64 || item->dtype == MLOPS__GRAPH_I32;
}

static int64_t clamped(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

/* One axis of a slice; fixed dims alone can be cut exactly. */
static void cut(mlops__item *out, int axis, mlops__extent start, mlops__extent end, int64_t step) {
    mlops__extent *dim = &out->dims[axis];
    int64_t most = dim->fixed, a = start.fixed, b = end.fixed;
    if (dim->per_row || start.per_row || end.per_row || !out->is_exact) {
        int whole =
            a == 0 && !start.per_row && step == 1 &&
            ((!end.per_row && b >= INT32_MAX) || (b == dim->fixed && end.per_row == dim->per_row));
        if (whole) return;
        if (step > 0 && a >= 0 && b >= 0 && !start.per_row && !end.per_row && b < most &&
            out->is_exact && !out->dims[axis].per_row)
            most = b;
        dim->fixed = most;
        out->is_exact = 0;
        if (out->rows == axis) out->rows = MLOPS__ROWS_MIXED;
        return;
    }
    if (a < 0) a = a < -most ? (step > 0 ? 0 : -1) : a + most;
    if (b < 0) b = b < -most ? (step > 0 ? 0 : -1) : b + most;
    a = step > 0 ? clamped(a, 0, most) : clamped(a, -1, most - 1);
    b = step > 0 ? clamped(b, 0, most) : clamped(b, -1, most);
    int64_t n = step > 0 ? (b - a + step - 1) / step : (a - b - step - 1) / -step;
    dim->fixed = n < 0 ? 0 : n;
    if (out->rows == axis && (dim->fixed != most || step != 1)) out->rows = MLOPS__ROWS_MIXED;
}

/* Known integers that are cut from a list. */
static mlops_status cut_content(mlops__oc *self, const mlops__item *x, mlops__extent start,
                                int64_t step, mlops__item *out) {
    if (x->kind != MLOPS__GRAPH_TEMPORARY || !mlops__oc_has_content(x) || x->rank != 1 ||
        !mlops__oc_has_content(&(mlops__item){.dtype = x->dtype,
                                              .content = x->content,
                                              .kind = MLOPS__GRAPH_TEMPORARY,
                                              .rank = 1,
                                              .dims = {out->dims[0]}}))
        return MLOPS_OK;
    int64_t n = out->dims[0].fixed, most = x->dims[0].fixed, a = start.fixed;
    mlops__extent *content = mlops__arena_array(self->arena, (size_t)n, sizeof *content);
    if (!content) return mlops__fail_nomem(self->err, (size_t)n * sizeof *content);
    if (a < 0) a += most;
    a = step > 0 ? clamped(a, 0, most) : clamped(a, -1, most - 1);
    for (int64_t i = 0; i < n; i++) content[i] = x->content[a + i * step];
    out->content = content;
    return MLOPS_OK;
}

static mlops_status infer_slice(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *starts = mlops__oc_operand(self, step, 1);
    const mlops__item *ends = mlops__oc_operand(self, step, 2);
    const mlops__item *axes = mlops__oc_operand(self, step, 3);
    const mlops__item *steps = mlops__oc_operand(self, step, 4);
    int known = mlops__oc_has_content(starts) && mlops__oc_has_content(ends);
    mlops__extent first = {0, 0};
    int64_t stride = 1, n = mlops__oc_count(starts);
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    if ((axes && !mlops__oc_has_content(axes)) || (steps && !mlops__oc_has_content(steps)))
        return mlops__oc_no(self, "axes or steps are not known before it runs");
    if (n < 0 || n > x->rank || mlops__oc_count(ends) != n || (axes && mlops__oc_count(axes) != n))
        return mlops__oc_no(self, "starts, ends and axes differ in length");
    for (int64_t i = 0; i < n; i++) {
        int64_t axis = i;
        if (axes) MLOPS_TRY(mlops__oc_axis(self, mlops__oc_content(axes, i).fixed, x->rank, &axis));
        stride = steps ? mlops__oc_content(steps, i).fixed : 1;
        if (stride == 0) return mlops__oc_no(self, "a step of 0");
        if (known) {
            first = mlops__oc_content(starts, i);
            cut(out, (int)axis, first, mlops__oc_content(ends, i), stride);
        } else {
            out->is_exact = 0;
            if (out->rows == axis) out->rows = MLOPS__ROWS_MIXED;
        }
    }
    for (uint32_t i = 1; i < 3; i++)
        if (mlops__oc_operand(self, step, i)->rows != MLOPS__ROWS_NONE && !known)
            out->rows = MLOPS__ROWS_MIXED;
    return known && n == 1 ? cut_content(self, x, first, stride, out) : MLOPS_OK;
}

static mlops_status gather_content(mlops__oc *self, const mlops__item *x, const mlops__item *index,
                                   mlops__item *out) {
    if (x->kind != MLOPS__GRAPH_TEMPORARY || x->rank != 1 || !mlops__oc_has_content(x) ||
        !mlops__oc_has_content(index))
        return MLOPS_OK;
    int64_t n = mlops__oc_count(index), most = x->dims[0].fixed;
    mlops__extent *content = mlops__arena_array(self->arena, (size_t)n, sizeof *content);
    if (!content) return mlops__fail_nomem(self->err, (size_t)n * sizeof *content);
    for (int64_t i = 0; i < n; i++) {
        mlops__extent from = mlops__oc_content(index, i);
        if (from.per_row || from.fixed < -most || from.fixed >= most)
            return mlops__oc_no(self, "index %lld of %lld", (long long)from.fixed, (long long)most);
        content[i] = x->content[from.fixed < 0 ? from.fixed + most : from.fixed];
    }
    out->content = content;
    return MLOPS_OK;
}

static mlops_status infer_gather(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *index = mlops__oc_operand(self, step, 1);
    int64_t axis;
    if (!is_integer(index)) return mlops__oc_no(self, "indices that are no integers");
    MLOPS_TRY(mlops__oc_axis(self, step->ints[0], x->rank, &axis));
    out->dtype = x->dtype;
    out->rank = x->rank - 1 + index->rank;
    if (out->rank > MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%d dimensions", out->rank);
    out->is_exact = x->is_exact && index->is_exact;
    memcpy(out->dims, x->dims, (size_t)axis * sizeof *out->dims);
    memcpy(out->dims + axis, index->dims, (size_t)index->rank * sizeof *out->dims);
    for (int i = (int)axis + 1; i < x->rank; i++) out->dims[i - 1 + index->rank] = x->dims[i];
    if (x->rows == MLOPS__ROWS_NONE && index->rows >= 0) out->rows = index->rows + (int)axis;
    else if (x->rows >= 0 && index->rows == MLOPS__ROWS_NONE && x->rows != axis)
        out->rows = x->rows < axis ? x->rows : x->rows - 1 + index->rank;
    else if (x->rows == MLOPS__ROWS_COUNT || index->rows == MLOPS__ROWS_COUNT) {
        out->rows = x->rows;
        mlops__oc_mix(out, index);
    } else if (x->rows != MLOPS__ROWS_NONE || index->rows != MLOPS__ROWS_NONE)
        out->rows = MLOPS__ROWS_MIXED;
    return gather_content(self, x, index, out);
}

static mlops_status infer_gather_elements(mlops__oc *self, const mlops__emit *step,
                                          mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *index = mlops__oc_operand(self, step, 1);
    int64_t axis;
    if (!is_integer(index)) return mlops__oc_no(self, "indices that are no integers");
    if (index->rank != x->rank) return mlops__oc_no(self, "indices of another rank");
    MLOPS_TRY(mlops__oc_axis(self, step->ints[0], x->rank, &axis));
    mlops__oc_same(index, out);
    out->dtype = x->dtype;
    if (x->rows != index->rows || x->rows == axis)
        out->rows =
            x->rows == MLOPS__ROWS_NONE && index->rows == axis ? (int)axis : MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

static mlops_status join_content(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    int64_t n = mlops__oc_count(out), at = 0;
    if (out->rank != 1 || n < 0 || n > MLOPS__ITEM_CONTENT_MAX) return MLOPS_OK;
    for (uint32_t i = 0; i < step->n_inputs; i++)
        if (!mlops__oc_has_content(mlops__oc_operand(self, step, i))) return MLOPS_OK;
    mlops__extent *content = mlops__arena_array(self->arena, (size_t)n, sizeof *content);
    if (!content) return mlops__fail_nomem(self->err, (size_t)n * sizeof *content);
    for (uint32_t i = 0; i < step->n_inputs; i++) {
        const mlops__item *x = mlops__oc_operand(self, step, i);
        for (int64_t j = 0; j < mlops__oc_count(x); j++) content[at++] = mlops__oc_content(x, j);
    }
    out->content = content;
    return MLOPS_OK;
}

static void join_rows(const mlops__item *x, int axis, mlops__item *out) {
    if (out->rows == x->rows && x->rows != axis) return;
    int counts = (out->rows == MLOPS__ROWS_NONE || out->rows == MLOPS__ROWS_COUNT) &&
                 (x->rows == MLOPS__ROWS_NONE || x->rows == MLOPS__ROWS_COUNT);
    out->rows = counts ? MLOPS__ROWS_COUNT : MLOPS__ROWS_MIXED;
}

static mlops_status infer_concat(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *first = mlops__oc_operand(self, step, 0);
    char room[2][96];
    int64_t axis;
    MLOPS_TRY(mlops__oc_axis(self, step->ints[0], first->rank, &axis));
    mlops__oc_same(first, out);
    out->dtype = first->dtype;
    if (step->n_inputs > 1 && first->rows == axis) out->rows = MLOPS__ROWS_MIXED;
    for (uint32_t i = 1; i < step->n_inputs; i++) {
        const mlops__item *x = mlops__oc_operand(self, step, i);
        if (x->dtype != first->dtype)
            return mlops__oc_no(self, "inputs of types %s and %s",
                                mlops__oc_dtype_name(first->dtype), mlops__oc_dtype_name(x->dtype));
        int fits = x->rank == first->rank;
        for (int d = 0; fits && d < x->rank; d++) {
            mlops__extent a = first->dims[d], b = x->dims[d];
            if (d == axis) continue;
            if (x->is_exact && out->is_exact && !a.per_row && !b.per_row && a.fixed != b.fixed)
                fits = 0;
        }
        if (!fits)
            return mlops__oc_no(self, "shapes %s and %s do not fit each other",
                                mlops__oc_shape_text(first, room[0]),
                                mlops__oc_shape_text(x, room[1]));
        out->dims[axis].fixed += x->dims[axis].fixed;
        out->dims[axis].per_row += x->dims[axis].per_row;
        out->is_exact = out->is_exact && x->is_exact;
        join_rows(x, (int)axis, out);
    }
    return join_content(self, step, out);
}

static mlops_status infer_split(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    const mlops__item *lengths = mlops__oc_operand(self, step, 1);
    int64_t axis, n = step->n_outputs;
    MLOPS_TRY(mlops__oc_axis(self, step->ints[0], x->rank, &axis));
    if (x->dims[axis].per_row) return mlops__oc_no(self, "the rows are split");
    if (lengths && (!mlops__oc_has_content(lengths) || mlops__oc_count(lengths) != n))
        return mlops__oc_no(self, "the lengths are not known before it runs");
    int64_t total = x->dims[axis].fixed, each = (total + n - 1) / n, at = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t length =
            lengths ? mlops__oc_content(lengths, i).fixed : clamped(total - at, 0, each);
        if (length < 0) return mlops__oc_no(self, "a length is negative");
        mlops__oc_same(x, &outs[i]);
        outs[i].dtype = x->dtype;
        outs[i].dims[axis].fixed = length;
        if (x->rows == axis) outs[i].rows = MLOPS__ROWS_MIXED;
        at += length;
    }
    if (lengths && at != total)
        return mlops__oc_no(self, "the lengths add up to %lld, not %lld", (long long)at,
                            (long long)total);
    return MLOPS_OK;
}

static mlops_status infer_range(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *start = mlops__oc_operand(self, step, 0);
    const mlops__item *limit = mlops__oc_operand(self, step, 1);
    const mlops__item *delta = mlops__oc_operand(self, step, 2);
    if (!mlops__oc_has_content(start) || !mlops__oc_has_content(limit) ||
        !mlops__oc_has_content(delta))
        return mlops__oc_no(self, "the range is not known before it runs");
    mlops__extent a = mlops__oc_content(start, 0), b = mlops__oc_content(limit, 0);
    int64_t d = mlops__oc_content(delta, 0).fixed;
    if (a.per_row || d == 0) return mlops__oc_no(self, "the range is not known before it runs");
    out->dtype = start->dtype;
    out->rank = 1;
    out->is_exact = b.per_row == 0 || d == 1;
    out->rows = b.per_row ? MLOPS__ROWS_MIXED : MLOPS__ROWS_NONE;
    int64_t span = d > 0 ? b.fixed - a.fixed : a.fixed - b.fixed, by = d > 0 ? d : -d;
    if (b.per_row && (d < 0 || span < 0))
        return mlops__oc_no(self, "the range is not known before it runs");
    out->dims[0].fixed = span <= 0 ? 0 : (span + by - 1) / by;
    out->dims[0].per_row = (b.per_row + by - 1) / by;
    return MLOPS_OK;
}

mlops_status mlops__oc_infer_select(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    switch (step->op) {
    case MLOPS__GRAPH_SLICE: return infer_slice(self, step, outs);
    case MLOPS__GRAPH_GATHER: return infer_gather(self, step, outs);
    case MLOPS__GRAPH_GATHER_ELEMENTS: return infer_gather_elements(self, step, outs);
    case MLOPS__GRAPH_CONCAT: return infer_concat(self, step, outs);
    case MLOPS__GRAPH_SPLIT: return infer_split(self, step, outs);
    case MLOPS__GRAPH_RANGE: return infer_range(self, step, outs);
    default: {
        const mlops__item *x = mlops__oc_operand(self, step, 0);
        mlops__oc_same(x, outs);
        outs->dtype = x->dtype;
        return MLOPS_OK;
    }
    }
}
