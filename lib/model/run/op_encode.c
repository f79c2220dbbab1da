/* Operators that look up, mark and put together columns: ONNX-ML's encoders and the like.
 *
 * Owns nothing. Invariant: keys are searched by halves, so that keys out of order give a wrong
 * element and nothing worse. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

enum {
    KEYS = MLOPS__REALS | 1 << MLOPS__GRAPH_I64 | 1 << MLOPS__GRAPH_TEXT,
};

int mlops__compare(const mlops__graph_view *x, int64_t i, const mlops__graph_view *y, int64_t j) {
    if (mlops__is_one_of(x, MLOPS__INTS)) {
        int64_t a = mlops__whole_at(x, i), b = mlops__whole_at(y, j);
        return (a > b) - (a < b);
    }
    if (x->dtype == MLOPS__GRAPH_TEXT) {
        mlops__graph_text a = ((const mlops__graph_text *)x->data)[i];
        mlops__graph_text b = ((const mlops__graph_text *)y->data)[j];
        size_t n = a.n < b.n ? a.n : b.n;
        int sign = n ? memcmp(a.bytes, b.bytes, n) : 0;
        return sign ? sign : (a.n > b.n) - (a.n < b.n);
    }
    double a = mlops__real_at(x, i), b = mlops__real_at(y, j);
    if (a != a || b != b) return (a != a) - (b != b);
    return (a > b) - (a < b);
}

static const uint8_t *element(const mlops__graph_view *x, int64_t i) {
    return (const uint8_t *)x->data + (size_t)i * mlops__dtype_size(x->dtype);
}

/* The place of element i of x among the keys, or of the next one; their number if all are less.
 * Whole keys mostly follow each other, so that the first one tells where x must be. */
static int64_t find(const mlops__graph_view *keys, int64_t n_keys, const mlops__graph_view *x,
                    int64_t i) {
    int64_t low = 0, high = n_keys;
    if (x->dtype == MLOPS__GRAPH_I64 && n_keys) {
        const int64_t *whole = keys->data, sought = ((const int64_t *)x->data)[i];
        uint64_t guess = (uint64_t)sought - (uint64_t)whole[0];
        if (guess < (uint64_t)n_keys && whole[guess] == sought) return (int64_t)guess;
    }
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (mlops__compare(keys, middle, x, i) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

mlops_status mlops__op_encode(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *keys = mlops__step_in(step, 1);
    const mlops__graph_view *values = mlops__step_in(step, 2), *other = mlops__step_in(step, 3);
    int64_t n = mlops__view_count(x), n_keys = mlops__view_count(keys);
    uint8_t *to;
    if (!mlops__step_same(step, 2, KEYS) || values->dtype != other->dtype ||
        mlops__view_count(values) != n_keys || mlops__view_count(other) != 1)
        return mlops__step_fail(step, "keys, values and the default do not fit");
    MLOPS_TRY(mlops__step_out(step, 0, values->dtype, x->rank, x->dims, &to));
    size_t size = mlops__dtype_size(values->dtype);
    for (int64_t i = 0; i < n; i++, to += size) {
        int64_t low = find(keys, n_keys, x, i);
        int is_found = low < n_keys && mlops__compare(keys, low, x, i) == 0;
        memcpy(to, is_found ? element(values, low) : other->data, size);
    }
    return MLOPS_OK;
}

mlops_status mlops__op_impute(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *values = mlops__step_in(step, 2);
    int64_t n = mlops__view_count(x), f = x->rank ? x->dims[x->rank - 1] : 1;
    uint8_t *to;
    if (!mlops__step_same(step, 3, KEYS) || mlops__view_count(mlops__step_in(step, 1)) != 1 ||
        (mlops__view_count(values) != 1 && mlops__view_count(values) != f))
        return mlops__step_fail(step, "values are not one, nor one a column");
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    size_t size = mlops__dtype_size(x->dtype);
    for (int64_t i = 0; i < n; i++) {
        int is_replaced = mlops__compare(x, i, mlops__step_in(step, 1), 0) == 0;
        int64_t column = mlops__view_count(values) == 1 ? 0 : i % f;
        memcpy(to + (size_t)i * size, is_replaced ? element(values, column) : element(x, i), size);
    }
    return MLOPS_OK;
}

mlops_status mlops__op_onehot(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t width = mlops__step_int(step, 0), n = mlops__view_count(x), dims[RANK_MAX + 1];
    float *to;
    if (x->dtype != MLOPS__GRAPH_I64) return mlops__step_fail(step, "places are no i64");
    memcpy(dims, x->dims, sizeof x->dims);
    dims[x->rank] = width;
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, x->rank + 1, dims, &to));
    for (int64_t i = 0; i < n; i++, to += width) {
        int64_t place = ((const int64_t *)x->data)[i];
        int is_inside = place >= 0 && place < width;
        if (!is_inside && !mlops__step_int(step, 1))
            return mlops__step_fail(step, "an element is none of the categories");
        for (int64_t k = 0; k < width; k++) to[k] = 0.0f;
        if (is_inside) to[place] = 1.0f;
    }
    return MLOPS_OK;
}

mlops_status mlops__op_binarize(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t n = mlops__view_count(x);
    double threshold = mlops__step_float(step, 0);
    int is_real = mlops__is_one_of(x, MLOPS__REALS);
    void *to;
    if (!mlops__is_one_of(x, MLOPS__NUMBERS)) return mlops__step_fail(step, "is for numbers");
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    for (int64_t i = 0; i < n; i++) {
        double v = is_real ? mlops__real_at(x, i) : (double)mlops__whole_at(x, i);
        if (is_real) mlops__real_to(to, x->dtype, i, v > threshold ? 1.0 : 0.0);
        else mlops__whole_to(to, x->dtype, i, v > threshold);
    }
    return MLOPS_OK;
}

mlops_status mlops__op_features(const mlops__step *step) {
    int64_t dims[] = {0, 0}, at = 0;
    float *to;
    for (uint32_t k = 0; k < step->n_inputs; k++) {
        const mlops__graph_view *x = mlops__step_in(step, k);
        if (x->rank < 1 || x->rank > 2 || !mlops__is_one_of(x, MLOPS__NUMBERS) ||
            (k && x->dims[0] != dims[0]))
            return mlops__step_fail(step, "no columns of numbers with as many rows");
        dims[0] = x->dims[0];
        dims[1] += x->rank == 2 ? x->dims[1] : 1;
    }
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, 2, dims, &to));
    for (uint32_t k = 0; k < step->n_inputs; k++) {
        const mlops__graph_view *x = mlops__step_in(step, k);
        int64_t width = x->rank == 2 ? x->dims[1] : 1, n = mlops__view_count(x);
        int is_real = mlops__is_one_of(x, MLOPS__REALS);
        for (int64_t i = 0; i < n; i++)
            to[i / width * dims[1] + at + i % width] =
                is_real ? (float)mlops__real_at(x, i) : (float)mlops__whole_at(x, i);
        at += width;
    }
    return MLOPS_OK;
}
