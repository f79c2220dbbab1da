/* Operators whose elements stay in order: other dims, repeated ones, dims as elements.
 *
 * Owns nothing. Invariant: a shape that is asked for has as many elements as there are, or the step
 * fails. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

/* The dims of RESHAPE: 0 is that of x, -1 the rest. */
static mlops_status reshape(const mlops__step *step, const mlops__graph_view *x, int32_t *rank,
                            int64_t *dims) {
    const int64_t *shape;
    int64_t n, known = 1, rest = -1, allowzero = mlops__step_int(step, 0);
    MLOPS_TRY(mlops__step_list(step, 1, &shape, &n));
    if (n > RANK_MAX) return mlops__step_fail(step, "too many dims");
    for (int64_t i = 0; i < n; i++) {
        int64_t dim = shape[i];
        if (dim == 0 && !allowzero) dim = i < x->rank ? x->dims[i] : -2;
        if (dim < -1 || (dim == -1 && rest >= 0)) return mlops__step_fail(step, "no such shape");
        if (dim == -1) rest = i;
        else if (!mlops__times(known, dim, &known))
            return mlops__step_fail(step, "dims are too large");
        dims[i] = dim;
    }
    if (rest >= 0) dims[rest] = known ? mlops__view_count(x) / known : 0;
    *rank = (int32_t)n;
    return MLOPS_OK;
}

static mlops_status flatten(const mlops__step *step, const mlops__graph_view *x, int32_t *rank,
                            int64_t *dims) {
    int64_t axis = mlops__step_int(step, 0);
    if (axis < 0) axis += x->rank;
    if (axis < 0 || axis > x->rank) return mlops__step_fail(step, "the axis is outside");
    dims[0] = mlops__view_span(x, 0, (int32_t)axis);
    dims[1] = mlops__view_span(x, (int32_t)axis, x->rank);
    *rank = 2;
    return MLOPS_OK;
}

static mlops_status squeeze(const mlops__step *step, const mlops__graph_view *x, int32_t *rank,
                            int64_t *dims) {
    uint32_t set;
    int is_listed = mlops__step_in(step, 1) != NULL;
    MLOPS_TRY(mlops__step_axes(step, 1, x->rank, &set));
    *rank = 0;
    for (int32_t i = 0; i < x->rank; i++) {
        int is_gone = (set >> i & 1) && (is_listed || x->dims[i] == 1);
        if (is_gone && x->dims[i] != 1) return mlops__step_fail(step, "a dim is not 1");
        if (!is_gone) dims[(*rank)++] = x->dims[i];
    }
    return MLOPS_OK;
}

static mlops_status unsqueeze(const mlops__step *step, const mlops__graph_view *x, int32_t *rank,
                              int64_t *dims) {
    const int64_t *axes;
    int64_t n;
    uint32_t set;
    MLOPS_TRY(mlops__step_list(step, 1, &axes, &n));
    if (n > RANK_MAX - x->rank) return mlops__step_fail(step, "too many dims");
    *rank = x->rank + (int32_t)n;
    MLOPS_TRY(mlops__step_axes(step, 1, *rank, &set));
    for (int32_t i = 0, j = 0; i < *rank; i++) dims[i] = set >> i & 1 ? 1 : x->dims[j++];
    return MLOPS_OK;
}

mlops_status mlops__op_reshape(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int32_t rank = x->rank;
    int64_t dims[RANK_MAX], n = 1;
    void *to;
    if (step->op == MLOPS__GRAPH_RESHAPE) MLOPS_TRY(reshape(step, x, &rank, dims));
    else if (step->op == MLOPS__GRAPH_FLATTEN) MLOPS_TRY(flatten(step, x, &rank, dims));
    else if (step->op == MLOPS__GRAPH_SQUEEZE) MLOPS_TRY(squeeze(step, x, &rank, dims));
    else if (step->op == MLOPS__GRAPH_UNSQUEEZE) MLOPS_TRY(unsqueeze(step, x, &rank, dims));
    else memcpy(dims, x->dims, sizeof dims);
    for (int32_t i = 0; i < rank; i++) n *= dims[i];
    if (n != mlops__view_count(x)) return mlops__step_fail(step, "the shape has other elements");
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    if (n) memcpy(to, x->data, (size_t)n * mlops__dtype_size(x->dtype));
    return MLOPS_OK;
}

mlops_status mlops__op_shape(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int is_size = step->op == MLOPS__GRAPH_SIZE;
    int64_t *to, n;
    if (is_size) {
        MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_I64, 0, NULL, &to));
        *to = mlops__view_count(x);
        return MLOPS_OK;
    }
    int64_t start = mlops__step_int(step, 0), end = mlops__step_int(step, 1);
    if (start < 0) start += x->rank;
    if (end < 0) end += x->rank;
    start = start < 0 ? 0 : start > x->rank ? x->rank : start;
    end = end < start ? start : end > x->rank ? x->rank : end;
    n = end - start;
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_I64, 1, &n, &to));
    for (int64_t i = 0; i < n; i++) to[i] = x->dims[start + i];
    return MLOPS_OK;
}

mlops_status mlops__op_fill(const mlops__step *step) {
    const mlops__graph_view *value = mlops__step_in(step, 1);
    const int64_t *shape;
    int64_t rank, n = 1;
    uint8_t *to;
    MLOPS_TRY(mlops__step_list(step, 0, &shape, &rank));
    if (rank > RANK_MAX || mlops__view_count(value) != 1)
        return mlops__step_fail(step, "too many dims, or not one element to fill with");
    MLOPS_TRY(mlops__step_out(step, 0, value->dtype, (int32_t)rank, shape, &to));
    size_t size = mlops__dtype_size(value->dtype);
    for (int64_t i = 0; i < rank; i++) n *= shape[i];
    for (int64_t i = 0; i < n; i++) memcpy(to + (size_t)i * size, value->data, size);
    return MLOPS_OK;
}

static int64_t range_count(double start, double limit, double delta) {
    double n = (limit - start) / delta;
    if (!(n > 0.0)) return 0;
    if (n >= (double)MLOPS__GRAPH_ELEMENTS_MAX) return -1;
    int64_t whole = (int64_t)n;
    return whole + ((double)whole < n);
}

#define COUNT(type, wide)                                                                          \
    do {                                                                                           \
        type first = *(const type *)start->data, step_by = *(const type *)delta->data;             \
        n = range_count((double)first, (double)*(const type *)limit->data, (double)step_by);       \
        MLOPS_TRY(mlops__step_out(step, 0, start->dtype, 1, &n, &to));                             \
        for (int64_t i = 0; i < n; i++)                                                            \
            ((type *)to)[i] = (type)((wide)first + (wide)i * (wide)step_by);                       \
    } while (0)

mlops_status mlops__op_range(const mlops__step *step) {
    const mlops__graph_view *start = mlops__step_in(step, 0), *limit = mlops__step_in(step, 1);
    const mlops__graph_view *delta = mlops__step_in(step, 2);
    int64_t n;
    void *to;
    if (!mlops__step_same(step, 3, MLOPS__NUMBERS) || mlops__view_count(start) != 1 ||
        mlops__view_count(limit) != 1 || mlops__view_count(delta) != 1)
        return mlops__step_fail(step, "not three numbers of one dtype");
    if (start->dtype == MLOPS__GRAPH_F32) COUNT(float, float);
    else if (start->dtype == MLOPS__GRAPH_F64) COUNT(double, double);
    else if (start->dtype == MLOPS__GRAPH_I64) COUNT(int64_t, uint64_t);
    else COUNT(int32_t, uint64_t);
    return MLOPS_OK;
}
