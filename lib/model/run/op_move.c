/* Operators that put elements elsewhere: permuted, cut, gathered, joined, repeated.
 *
 * Owns nothing. Invariant: an index is held against its axis before an element is read.
 * Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

/* The strides of a tensor without gaps. */
static void strides_of(const mlops__graph_view *x, int64_t *strides) {
    int64_t stride = 1;
    for (int32_t i = x->rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= x->dims[i];
    }
}

mlops_status mlops__op_transpose(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    const int64_t *order;
    int64_t n, strides[RANK_MAX];
    uint32_t set;
    mlops__graph_walk walk = {.rank = x->rank};
    void *to;
    MLOPS_TRY(mlops__step_list(step, 1, &order, &n));
    MLOPS_TRY(mlops__step_axes(step, 1, x->rank, &set)); /* which are all, and differ */
    if (order && n != x->rank) return mlops__step_fail(step, "an axis is not named");
    strides_of(x, strides);
    for (int32_t i = 0; i < x->rank; i++) {
        int32_t axis = order ? mlops__axis(order[i], x->rank) : x->rank - 1 - i;
        walk.dims[i] = x->dims[axis];
        walk.strides[0][i] = strides[axis];
    }
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, walk.dims, &to));
    mlops__graph_walk_copy(&walk, to, x->data, mlops__dtype_size(x->dtype));
    return MLOPS_OK;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high) {
    return x < low ? low : x > high ? high : x;
}

/* Elements of start, start + by, ... before end, as NumPy cuts them; start becomes the first. */
static int64_t cut(int64_t dim, int64_t *start, int64_t end, int64_t by) {
    int64_t low = by > 0 ? 0 : -1, high = by > 0 ? dim : dim - 1;
    if (*start < 0) *start = *start < -dim ? -1 - (by > 0) : *start + dim;
    if (end < 0) end = end < -dim ? -1 : end + dim;
    *start = clamp(*start, low, high);
    end = clamp(end, low, high);
    int64_t span = by > 0 ? end - *start : *start - end;
    if (span <= 0) return 0;
    return by > 0 ? (span - 1) / by + 1 : (int64_t)((uint64_t)(span - 1) / (0 - (uint64_t)by)) + 1;
}

mlops_status mlops__op_slice(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    const int64_t *starts, *ends, *axes, *steps;
    int64_t n, n_ends, n_axes, n_steps, strides[RANK_MAX], at = 0;
    uint32_t set;
    mlops__graph_walk walk = {.rank = x->rank};
    void *to;
    MLOPS_TRY(mlops__step_list(step, 1, &starts, &n));
    MLOPS_TRY(mlops__step_list(step, 2, &ends, &n_ends));
    MLOPS_TRY(mlops__step_list(step, 3, &axes, &n_axes));
    MLOPS_TRY(mlops__step_list(step, 4, &steps, &n_steps));
    MLOPS_TRY(mlops__step_axes(step, 3, x->rank, &set));
    if (n != n_ends || n > x->rank || (axes && n != n_axes) || (steps && n != n_steps))
        return mlops__step_fail(step, "starts, ends, axes and steps are not as many");
    strides_of(x, strides);
    memcpy(walk.dims, x->dims, sizeof x->dims);
    memcpy(walk.strides[0], strides, sizeof strides);
    for (int64_t i = 0; i < n; i++) {
        int32_t axis = axes ? mlops__axis(axes[i], x->rank) : (int32_t)i;
        int64_t start = starts[i], by = steps ? steps[i] : 1;
        if (by == 0) return mlops__step_fail(step, "a step is 0");
        walk.dims[axis] = cut(x->dims[axis], &start, ends[i], by);
        walk.strides[0][axis] = walk.dims[axis] > 1 ? strides[axis] * by : 0;
        if (walk.dims[axis]) at += start * strides[axis];
    }
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, walk.dims, &to));
    size_t size = mlops__dtype_size(x->dtype);
    mlops__graph_walk_copy(&walk, to, (const uint8_t *)x->data + at * (int64_t)size, size);
    return MLOPS_OK;
}

/* Index i of a tensor of i64 or i32 as 0..dim-1; -1 if it is outside. */
static int64_t index_at(const mlops__graph_view *indices, int64_t i, int64_t dim) {
    int64_t index = indices->dtype == MLOPS__GRAPH_I64 ? ((const int64_t *)indices->data)[i]
                                                       : ((const int32_t *)indices->data)[i];
    if (index < -dim || index >= dim) return -1;
    return index < 0 ? index + dim : index;
}

/* Elements of indices along axis, for each span before it; rows are what is behind it. */
static mlops_status gather_rows(const mlops__step *step, const mlops__graph_view *x, int32_t axis,
                                const mlops__graph_view *indices, uint8_t *to) {
    int64_t outer = mlops__view_span(x, 0, axis), dim = x->dims[axis];
    size_t row = (size_t)mlops__view_span(x, axis + 1, x->rank) * mlops__dtype_size(x->dtype);
    int64_t n = mlops__view_count(indices);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < n; i++, to += row) {
            int64_t index = index_at(indices, i, dim);
            if (index < 0) return mlops__step_fail(step, "an index is outside");
            memcpy(to, (const uint8_t *)x->data + (size_t)(o * dim + index) * row, row);
        }
    return MLOPS_OK;
}

mlops_status mlops__op_gather(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *indices = mlops__step_in(step, 1);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), x->rank), rank = 0;
    int64_t dims[2 * RANK_MAX];
    uint8_t *to;
    if (axis < 0 || !mlops__is_one_of(indices, MLOPS__INTS))
        return mlops__step_fail(step, "the axis is outside, or indices are no integers");
    for (int32_t i = 0; i < axis; i++) dims[rank++] = x->dims[i];
    for (int32_t i = 0; i < indices->rank; i++) dims[rank++] = indices->dims[i];
    for (int32_t i = axis + 1; i < x->rank; i++) dims[rank++] = x->dims[i];
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    return gather_rows(step, x, axis, indices, to);
}

mlops_status mlops__op_pick(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *indices = mlops__step_in(step, 1);
    int64_t dims[RANK_MAX];
    int32_t rank = x->rank < 2 ? 2 : x->rank;
    uint8_t *to;
    if (x->rank == 0 || indices->dtype != MLOPS__GRAPH_I64)
        return mlops__step_fail(step, "there is no axis, or indices are no i64");
    dims[0] = 1;
    for (int32_t i = 0; i < x->rank - 1; i++) dims[i] = x->dims[i];
    dims[rank - 1] = mlops__view_count(indices);
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    return gather_rows(step, x, x->rank - 1, indices, to);
}

mlops_status mlops__op_gather_elements(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *indices = mlops__step_in(step, 1);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), x->rank);
    int64_t strides[RANK_MAX], n = mlops__view_count(indices), i = 0;
    mlops__graph_walk walk = {.rank = x->rank};
    uint8_t *to;
    if (axis < 0 || !mlops__is_one_of(indices, MLOPS__INTS) || indices->rank != x->rank)
        return mlops__step_fail(step,
                                "the axis is outside, or indices are no integers of its rank");
    for (int32_t k = 0; k < x->rank; k++)
        if (k != axis && indices->dims[k] > x->dims[k])
            return mlops__step_fail(step, "indices reach beyond a dim");
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, indices->dims, &to));
    size_t size = mlops__dtype_size(x->dtype);
    strides_of(x, strides);
    memcpy(walk.dims, indices->dims, sizeof indices->dims);
    memcpy(walk.strides[0], strides, sizeof strides);
    walk.strides[0][axis] = 0;
    if (n == 0 || !mlops__graph_walk_start(&walk, 1)) return MLOPS_OK;
    do {
        int32_t last = walk.rank - 1;
        for (int64_t k = 0; k < walk.dims[last]; k++, i++, to += size) {
            int64_t index = index_at(indices, i, x->dims[axis]);
            if (index < 0) return mlops__step_fail(step, "an index is outside");
            int64_t from = walk.at[0] + k * walk.strides[0][last] + index * strides[axis];
            memcpy(to, (const uint8_t *)x->data + (size_t)from * size, size);
        }
    } while (mlops__graph_walk_next(&walk, 1));
    return MLOPS_OK;
}

mlops_status mlops__op_concat(const mlops__step *step) {
    const mlops__graph_view *first = mlops__step_in(step, 0);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), first->rank);
    int64_t dims[RANK_MAX], total = 0;
    uint8_t *to;
    if (axis < 0 || !mlops__step_same(step, step->n_inputs, MLOPS__ANY))
        return mlops__step_fail(step, "the axis is outside, or dtypes differ");
    memcpy(dims, first->dims, sizeof dims);
    for (uint32_t k = 0; k < step->n_inputs; k++) {
        const mlops__graph_view *x = mlops__step_in(step, k);
        int is_alike = x->rank == first->rank;
        for (int32_t i = 0; is_alike && i < x->rank; i++)
            is_alike = i == axis || x->dims[i] == first->dims[i];
        if (!is_alike) return mlops__step_fail(step, "dims do not fit each other");
        total += x->dims[axis];
    }
    dims[axis] = total;
    MLOPS_TRY(mlops__step_out(step, 0, first->dtype, first->rank, dims, &to));
    int64_t outer = mlops__view_span(first, 0, axis);
    size_t size = mlops__dtype_size(first->dtype);
    size *= (size_t)mlops__view_span(first, axis + 1, first->rank);
    for (int64_t o = 0; o < outer; o++)
        for (uint32_t k = 0; k < step->n_inputs; k++) {
            const mlops__graph_view *x = mlops__step_in(step, k);
            size_t n = (size_t)x->dims[axis] * size;
            if (n) memcpy(to, (const uint8_t *)x->data + (size_t)o * n, n);
            to += n;
        }
    return MLOPS_OK;
}

mlops_status mlops__op_split(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), x->rank);
    const int64_t *lengths;
    int64_t n, dims[RANK_MAX], at = 0;
    MLOPS_TRY(mlops__step_list(step, 1, &lengths, &n));
    if (axis < 0 || (lengths && n != step->n_outputs))
        return mlops__step_fail(step, "the axis is outside, or lengths are not one an output");
    int64_t outer = mlops__view_span(x, 0, axis), dim = x->dims[axis];
    int64_t equal = (dim + step->n_outputs - 1) / step->n_outputs;
    size_t size = mlops__dtype_size(x->dtype) * (size_t)mlops__view_span(x, axis + 1, x->rank);
    memcpy(dims, x->dims, sizeof dims);
    for (uint32_t k = 0; k < step->n_outputs; k++) {
        uint8_t *to;
        int64_t length = lengths ? lengths[k] : dim - at < equal ? dim - at : equal;
        if (length < 0 || length > dim - at) return mlops__step_fail(step, "lengths are too many");
        dims[axis] = length;
        MLOPS_TRY(mlops__step_out(step, k, x->dtype, x->rank, dims, &to));
        for (int64_t o = 0; length && o < outer; o++)
            memcpy(to + (size_t)(o * length) * size,
                   (const uint8_t *)x->data + (size_t)(o * dim + at) * size, (size_t)length * size);
        at += length;
    }
    if (at != dim) return mlops__step_fail(step, "lengths are not all of the axis");
    return MLOPS_OK;
}

mlops_status mlops__op_expand(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    const int64_t *shape;
    int64_t n, strides[RANK_MAX];
    mlops__graph_walk walk = {0};
    void *to;
    MLOPS_TRY(mlops__step_list(step, 1, &shape, &n));
    if (n > RANK_MAX) return mlops__step_fail(step, "too many dims");
    strides_of(x, strides);
    walk.rank = x->rank > n ? x->rank : (int32_t)n;
    for (int32_t i = 0; i < walk.rank; i++) {
        int32_t own = i - (walk.rank - x->rank), asked = i - (walk.rank - (int32_t)n);
        int64_t dim = own < 0 ? 1 : x->dims[own], want = asked < 0 ? 1 : shape[asked];
        if (dim != 1 && want != 1 && dim != want)
            return mlops__step_fail(step, "dims do not fit each other");
        walk.dims[i] = dim == 1 ? want : dim;
        walk.strides[0][i] = dim == 1 ? 0 : strides[own];
    }
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, walk.rank, walk.dims, &to));
    mlops__graph_walk_copy(&walk, to, x->data, mlops__dtype_size(x->dtype));
    return MLOPS_OK;
}

mlops_status mlops__op_tile(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    const int64_t *repeats;
    int64_t n, dims[RANK_MAX], strides[RANK_MAX];
    mlops__graph_walk walk = {.rank = 2 * x->rank};
    void *to;
    MLOPS_TRY(mlops__step_list(step, 1, &repeats, &n));
    if (n != x->rank) return mlops__step_fail(step, "repeats are not one an axis");
    strides_of(x, strides);
    for (int32_t i = 0; i < x->rank; i++) {
        if (repeats[i] < 0 || repeats[i] > MLOPS__GRAPH_ELEMENTS_MAX ||
            !mlops__times(x->dims[i], repeats[i], &dims[i]))
            return mlops__step_fail(step, "a repeat is below 0 or too large");
        walk.dims[2 * i] = repeats[i];
        walk.dims[2 * i + 1] = x->dims[i];
        walk.strides[0][2 * i + 1] = strides[i];
    }
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, dims, &to));
    mlops__graph_walk_copy(&walk, to, x->data, mlops__dtype_size(x->dtype));
    return MLOPS_OK;
}
