/* Inference of types and shapes: what every kind of step shares, and steps over elements.
 *
 * Owns how values follow the rows. Invariant: a dimension is at most what its extent gives at any
 * number of rows, and exactly that where the value is exact; a value that has an axis of rows has
 * along it an equal number of elements for each, which no other row has a part in.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

const mlops__item *mlops__oc_operand(mlops__oc *self, const mlops__emit *step, uint32_t index) {
    if (index >= step->n_inputs || step->inputs[index] == MLOPS__ITEM_NONE) return NULL;
    return mlops__oc_item(self, step->inputs[index]);
}

void mlops__oc_same(const mlops__item *x, mlops__item *out) {
    out->rank = x->rank;
    memcpy(out->dims, x->dims, sizeof out->dims);
    out->rows = x->rows;
    out->is_exact = x->is_exact;
}

void mlops__oc_mix(mlops__item *out, const mlops__item *other) {
    if (!other || other->rows == MLOPS__ROWS_NONE) return;
    int counts = other->rows == MLOPS__ROWS_COUNT &&
                 (out->rows == MLOPS__ROWS_NONE || out->rows == MLOPS__ROWS_COUNT);
    out->rows = counts ? MLOPS__ROWS_COUNT : MLOPS__ROWS_MIXED;
}

const char *mlops__oc_shape_text(const mlops__item *item, char room[96]) {
    size_t n = mlops__format(room, 96, "[");
    for (int32_t i = 0; i < item->rank && n < 80; i++) {
        mlops__extent dim = item->dims[i];
        const char *comma = i ? ", " : "";
        if (!dim.per_row)
            n += mlops__format(room + n, 96 - n, "%s%lld", comma, (long long)dim.fixed);
        else if (dim.fixed || dim.per_row != 1)
            n += mlops__format(room + n, 96 - n, "%s%lldn", comma, (long long)dim.per_row);
        else n += mlops__format(room + n, 96 - n, "%sn", comma);
    }
    mlops__format(room + n, 96 - n, "]");
    return room;
}

mlops__extent mlops__oc_product(const mlops__item *item, int32_t begin, int32_t end, int *fits) {
    mlops__extent all = {1, 0};
    *fits = 1;
    for (int32_t i = begin; i < end; i++) {
        mlops__extent dim = item->dims[i];
        if (all.per_row && dim.per_row) *fits = 0;
        int64_t per_row = all.per_row ? all.per_row * dim.fixed : all.fixed * dim.per_row;
        all = (mlops__extent){all.fixed * dim.fixed, per_row};
        if (all.fixed > INT64_C(1) << 40 || all.per_row > INT64_C(1) << 40) *fits = 0;
        if (!*fits) return all;
    }
    return all;
}

static int is_one(mlops__extent dim) { return dim.fixed == 1 && dim.per_row == 0; }

static int is_equal(mlops__extent a, mlops__extent b) {
    return a.fixed == b.fixed && a.per_row == b.per_row;
}

/* Axis of x's rows as an axis of the broadcast result. */
static int rows_of(const mlops__item *x, const mlops__item *out) {
    return x->rows >= 0 ? x->rows + out->rank - x->rank : x->rows;
}

static int goes_along(const mlops__item *x, const mlops__item *out, int axis) {
    int own = axis - (out->rank - x->rank);
    return own < 0 || is_one(x->dims[own]);
}

static void join_rows(const mlops__item *x, const mlops__item *y, mlops__item *out) {
    int a = rows_of(x, out), b = rows_of(y, out);
    if (a == b) out->rows = a;
    else if (a >= 0 && b == MLOPS__ROWS_NONE && goes_along(y, out, a)) out->rows = a;
    else if (b >= 0 && a == MLOPS__ROWS_NONE && goes_along(x, out, b)) out->rows = b;
    else if (a < 0 && b < 0 && a != MLOPS__ROWS_MIXED && b != MLOPS__ROWS_MIXED)
        out->rows = MLOPS__ROWS_COUNT;
    else out->rows = MLOPS__ROWS_MIXED;
}

mlops_status mlops__oc_broadcast(mlops__oc *self, const mlops__item *x, const mlops__item *y,
                                 mlops__item *out) {
    char room[2][96];
    out->rank = x->rank > y->rank ? x->rank : y->rank;
    out->is_exact = x->is_exact && y->is_exact;
    for (int32_t i = 0; i < out->rank; i++) {
        int32_t at_x = i - (out->rank - x->rank), at_y = i - (out->rank - y->rank);
        mlops__extent a = at_x < 0 ? (mlops__extent){1, 0} : x->dims[at_x];
        mlops__extent b = at_y < 0 ? (mlops__extent){1, 0} : y->dims[at_y];
        if (is_equal(a, b) || (is_one(b) && y->is_exact)) {
            out->dims[i] = a;
        } else if (is_one(a) && x->is_exact) {
            out->dims[i] = b;
        } else if (a.per_row || b.per_row || !x->is_exact || !y->is_exact) {
            out->dims[i].fixed = a.fixed > b.fixed ? a.fixed : b.fixed;
            out->dims[i].per_row = a.per_row > b.per_row ? a.per_row : b.per_row;
            out->is_exact = 0;
        } else {
            return mlops__oc_no(self, "shapes %s and %s do not fit each other",
                                mlops__oc_shape_text(x, room[0]), mlops__oc_shape_text(y, room[1]));
        }
    }
    join_rows(x, y, out);
    return MLOPS_OK;
}

static mlops_status same_types(mlops__oc *self, const mlops__item *x, const mlops__item *y) {
    if (x->dtype == y->dtype) return MLOPS_OK;
    return mlops__oc_no(self, "inputs of types %s and %s", mlops__oc_dtype_name(x->dtype),
                        mlops__oc_dtype_name(y->dtype));
}

static int is_number(mlops__graph_dtype dtype) { return dtype <= MLOPS__GRAPH_I32; }

static int is_real(mlops__graph_dtype dtype) { return dtype <= MLOPS__GRAPH_F64; }

static mlops_status not_of(mlops__oc *self, mlops__graph_dtype dtype) {
    return mlops__oc_no(self, "an input of type %s", mlops__oc_dtype_name(dtype));
}

static mlops_status infer_unary(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    int64_t function = step->ints[0];
    int numbers = function <= MLOPS__UNARY_SIGN || function == MLOPS__UNARY_RELU;
    int fits = numbers ? is_number(x->dtype) : is_real(x->dtype);
    if (function == MLOPS__UNARY_NOT) fits = x->dtype == MLOPS__GRAPH_BOOL;
    if (!fits) return not_of(self, x->dtype);
    mlops__oc_same(x, out);
    int tests = function == MLOPS__UNARY_ISNAN || function == MLOPS__UNARY_ISINF;
    out->dtype = tests ? MLOPS__GRAPH_BOOL : x->dtype;
    return MLOPS_OK;
}

static mlops__extent combine(int64_t function, mlops__extent a, mlops__extent b, int *known) {
    mlops__extent out = {0, 0};
    *known = 1;
    if (function == MLOPS__BINARY_ADD)
        return (mlops__extent){a.fixed + b.fixed, a.per_row + b.per_row};
    if (function == MLOPS__BINARY_SUB)
        return (mlops__extent){a.fixed - b.fixed, a.per_row - b.per_row};
    if (function == MLOPS__BINARY_MUL && !b.per_row)
        return (mlops__extent){a.fixed * b.fixed, a.per_row * b.fixed};
    if (function == MLOPS__BINARY_MUL && !a.per_row)
        return (mlops__extent){a.fixed * b.fixed, a.fixed * b.per_row};
    if (function == MLOPS__BINARY_DIV && !b.per_row && b.fixed > 0 && a.fixed % b.fixed == 0 &&
        a.per_row % b.fixed == 0)
        return (mlops__extent){a.fixed / b.fixed, a.per_row / b.fixed};
    *known = 0;
    return out;
}

static int is_small(mlops__extent value) {
    const int64_t most = INT64_C(1) << 31;
    return value.fixed < most && value.fixed > -most && value.per_row < most &&
           value.per_row > -most;
}

/* Integers that both sides are known of stay known. */
static mlops_status combine_content(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *y = mlops__oc_operand(self, step, 1);
    if (out->rank > 1 || !mlops__oc_has_content(x) || !mlops__oc_has_content(y)) return MLOPS_OK;
    int64_t n = mlops__oc_count(out), n_x = mlops__oc_count(x), n_y = mlops__oc_count(y);
    mlops__extent *content = mlops__arena_array(self->arena, (size_t)n, sizeof *content);
    if (!content) return mlops__fail_nomem(self->err, (size_t)n * sizeof *content);
    for (int64_t i = 0; i < n; i++) {
        mlops__extent a = mlops__oc_content(x, n_x == 1 ? 0 : i);
        mlops__extent b = mlops__oc_content(y, n_y == 1 ? 0 : i);
        int known = 0;
        if (is_small(a) && is_small(b)) content[i] = combine(step->ints[0], a, b, &known);
        if (!known) return MLOPS_OK;
    }
    out->content = content;
    return MLOPS_OK;
}

static mlops_status infer_binary(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0), *y = mlops__oc_operand(self, step, 1);
    int64_t function = step->ints[0];
    int logic = function >= MLOPS__BINARY_AND;
    int fits = logic ? x->dtype == MLOPS__GRAPH_BOOL : is_number(x->dtype);
    MLOPS_TRY(same_types(self, x, y));
    if (!fits && function != MLOPS__BINARY_EQUAL) return not_of(self, x->dtype);
    MLOPS_TRY(mlops__oc_broadcast(self, x, y, out));
    out->dtype = function >= MLOPS__BINARY_LESS ? MLOPS__GRAPH_BOOL : x->dtype;
    return combine_content(self, step, out);
}

static mlops_status infer_where(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *c = mlops__oc_operand(self, step, 0);
    const mlops__item *x = mlops__oc_operand(self, step, 1), *y = mlops__oc_operand(self, step, 2);
    mlops__item both = *out;
    if (c->dtype != MLOPS__GRAPH_BOOL) return not_of(self, c->dtype);
    MLOPS_TRY(same_types(self, x, y));
    MLOPS_TRY(mlops__oc_broadcast(self, x, y, &both));
    MLOPS_TRY(mlops__oc_broadcast(self, c, &both, out));
    out->dtype = x->dtype;
    return MLOPS_OK;
}

static mlops_status infer_cast(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    mlops__oc_same(x, out);
    out->dtype = step->dtype;
    int integers = step->dtype == MLOPS__GRAPH_I64 || step->dtype == MLOPS__GRAPH_I32;
    if (integers && mlops__oc_has_content(x) && x->kind == MLOPS__GRAPH_TEMPORARY)
        out->content = x->content;
    return MLOPS_OK;
}

static mlops_status infer_clip(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    if (!is_number(x->dtype)) return not_of(self, x->dtype);
    mlops__oc_same(x, out);
    out->dtype = x->dtype;
    for (uint32_t i = 1; i < 3; i++) {
        const mlops__item *bound = mlops__oc_operand(self, step, i);
        if (!bound) continue;
        MLOPS_TRY(same_types(self, x, bound));
        if (mlops__oc_count(bound) != 1) return mlops__oc_no(self, "a bound is no single number");
        mlops__oc_mix(out, bound);
    }
    return MLOPS_OK;
}

mlops_status mlops__oc_infer(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    if (step->op == MLOPS__GRAPH_UNARY) return infer_unary(self, step, outs);
    if (step->op == MLOPS__GRAPH_BINARY) return infer_binary(self, step, outs);
    if (step->op == MLOPS__GRAPH_WHERE) return infer_where(self, step, outs);
    if (step->op == MLOPS__GRAPH_CAST) return infer_cast(self, step, outs);
    if (step->op == MLOPS__GRAPH_CLIP) return infer_clip(self, step, outs);
    if (step->op < MLOPS__GRAPH_REDUCE) return mlops__oc_infer_shape(self, step, outs);
    if (step->op < MLOPS__GRAPH_FOREST) return mlops__oc_infer_reduce(self, step, outs);
    if (step->op < MLOPS__GRAPH_TFIDF) return mlops__oc_infer_model(self, step, outs);
    return mlops__oc_infer_text(self, step, outs);
}
