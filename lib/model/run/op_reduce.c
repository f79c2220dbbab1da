/* Operators that go over axes: reductions, the greatest, running sums, softmax, norms.
 *
 * Owns nothing. Invariant: what is reduced is visited in ascending order; f32 adds up in f64 and is
 * rounded once. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

/* One more element of a reduction of reals; top is what LOG_SUM_EXP takes off. */
static double add_real(int64_t function, double sum, double x, double top) {
    switch (function) {
    case MLOPS__REDUCE_MAX: return sum != sum || sum > x ? sum : x;
    case MLOPS__REDUCE_MIN: return sum != sum || sum < x ? sum : x;
    case MLOPS__REDUCE_PROD: return sum * x;
    case MLOPS__REDUCE_SUM_SQUARE:
    case MLOPS__REDUCE_L2: return sum + x * x;
    case MLOPS__REDUCE_L1: return sum + (x < 0.0 ? -x : x);
    case MLOPS__REDUCE_LOG_SUM_EXP: return sum + mlops__exp(x - top);
    default: return sum + x;
    }
}

static double start_real(int64_t function) {
    if (function == MLOPS__REDUCE_MAX) return -__builtin_inf();
    if (function == MLOPS__REDUCE_MIN) return __builtin_inf();
    return function == MLOPS__REDUCE_PROD ? 1.0 : 0.0;
}

static double finish_real(int64_t function, double sum, double top, int64_t n) {
    if (function == MLOPS__REDUCE_MEAN) return n ? sum / (double)n : __builtin_nan("");
    if (function == MLOPS__REDUCE_L2) return mlops__sqrt(sum);
    if (function == MLOPS__REDUCE_LOG_SUM) return mlops__log(sum);
    if (function == MLOPS__REDUCE_LOG_SUM_EXP) return mlops__log(sum) + top;
    return sum;
}

static uint64_t add_whole(int64_t function, uint64_t sum, int64_t x) {
    switch (function) {
    case MLOPS__REDUCE_MAX: return (int64_t)sum > x ? sum : (uint64_t)x;
    case MLOPS__REDUCE_MIN: return (int64_t)sum < x ? sum : (uint64_t)x;
    case MLOPS__REDUCE_PROD: return sum * (uint64_t)x;
    case MLOPS__REDUCE_SUM_SQUARE: return sum + (uint64_t)x * (uint64_t)x;
    case MLOPS__REDUCE_L1: return sum + (x < 0 ? 0 - (uint64_t)x : (uint64_t)x);
    default: return sum + (uint64_t)x;
    }
}

/* Everything that an element of the result is made of: x from at, along the walk. */
static double reduce_real(const mlops__graph_view *x, int64_t at, mlops__graph_walk walk,
                          int64_t function, double top) {
    double sum = start_real(function);
    int64_t n = 0;
    if (mlops__graph_walk_start(&walk, 1)) do {
            int64_t stride = walk.strides[0][walk.rank - 1], from = at + walk.at[0];
            for (int64_t i = 0; i < walk.dims[walk.rank - 1]; i++, n++)
                sum = add_real(function, sum, mlops__real_at(x, from + i * stride), top);
        } while (mlops__graph_walk_next(&walk, 1));
    return finish_real(function, sum, top, n);
}

static int64_t reduce_whole(const mlops__graph_view *x, int64_t at, mlops__graph_walk walk,
                            int64_t function) {
    int is_wide = x->dtype == MLOPS__GRAPH_I64;
    uint64_t sum = function == MLOPS__REDUCE_PROD;
    int64_t n = 0;
    if (function == MLOPS__REDUCE_MAX) sum = (uint64_t)(is_wide ? INT64_MIN : INT32_MIN);
    if (function == MLOPS__REDUCE_MIN) sum = (uint64_t)(is_wide ? INT64_MAX : INT32_MAX);
    if (mlops__graph_walk_start(&walk, 1)) do {
            int64_t stride = walk.strides[0][walk.rank - 1], from = at + walk.at[0];
            for (int64_t i = 0; i < walk.dims[walk.rank - 1]; i++, n++)
                sum = add_whole(function, sum, mlops__whole_at(x, from + i * stride));
        } while (mlops__graph_walk_next(&walk, 1));
    return function == MLOPS__REDUCE_MEAN && n ? (int64_t)sum / n : (int64_t)sum;
}

static mlops_status reduce_all(const mlops__graph_view *x, int64_t function,
                               mlops__graph_walk *kept, const mlops__graph_walk *gone, void *to) {
    int is_real = mlops__is_one_of(x, MLOPS__REALS);
    int64_t o = 0;
    if (!mlops__graph_walk_start(kept, 1)) return MLOPS_OK;
    do {
        int64_t stride = kept->strides[0][kept->rank - 1];
        for (int64_t i = 0; i < kept->dims[kept->rank - 1]; i++, o++) {
            int64_t at = kept->at[0] + i * stride;
            double top = 0.0;
            if (!is_real) {
                mlops__whole_to(to, x->dtype, o, reduce_whole(x, at, *gone, function));
                continue;
            }
            if (function == MLOPS__REDUCE_LOG_SUM_EXP)
                top = reduce_real(x, at, *gone, MLOPS__REDUCE_MAX, 0.0);
            if (top - top != 0.0 && top == top) top = 0.0; /* an infinity is taken off nothing */
            mlops__real_to(to, x->dtype, o, reduce_real(x, at, *gone, function, top));
        }
    } while (mlops__graph_walk_next(kept, 1));
    return MLOPS_OK;
}

mlops_status mlops__op_reduce(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *axes = mlops__step_in(step, 1);
    int64_t function = mlops__step_int(step, 0), keepdims = mlops__step_int(step, 1);
    int64_t noop = mlops__step_int(step, 2), dims[RANK_MAX], stride = 1;
    int is_empty = !axes || mlops__view_count(axes) == 0;
    uint32_t set;
    mlops__graph_walk kept = {0}, gone = {0};
    int32_t rank = 0;
    void *to;
    if (function < 0 || function >= MLOPS__REDUCTIONS || !mlops__is_one_of(x, MLOPS__NUMBERS) ||
        (mlops__is_one_of(x, MLOPS__INTS) &&
         (function == MLOPS__REDUCE_L2 || function >= MLOPS__REDUCE_LOG_SUM)))
        return mlops__step_fail(step, "no such reduction of this dtype");
    MLOPS_TRY(mlops__step_axes(step, 1, x->rank, &set));
    if (is_empty) set = noop ? 0 : (1u << x->rank) - 1;
    for (int32_t i = x->rank - 1; i >= 0; i--) { /* the last axis first: turned below */
        mlops__graph_walk *walk = set >> i & 1 ? &gone : &kept;
        walk->dims[RANK_MAX - 1 - walk->rank] = x->dims[i];
        walk->strides[0][RANK_MAX - 1 - walk->rank++] = stride;
        stride *= x->dims[i];
    }
    memmove(kept.dims, kept.dims + RANK_MAX - kept.rank, (size_t)kept.rank * 8);
    memmove(kept.strides[0], kept.strides[0] + RANK_MAX - kept.rank, (size_t)kept.rank * 8);
    memmove(gone.dims, gone.dims + RANK_MAX - gone.rank, (size_t)gone.rank * 8);
    memmove(gone.strides[0], gone.strides[0] + RANK_MAX - gone.rank, (size_t)gone.rank * 8);
    for (int32_t i = 0; i < x->rank; i++)
        if (!(set >> i & 1)) dims[rank++] = x->dims[i];
        else if (keepdims) dims[rank++] = 1;
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    if (is_empty && noop) {
        if (stride) memcpy(to, x->data, (size_t)stride * mlops__dtype_size(x->dtype));
        return MLOPS_OK;
    }
    return reduce_all(x, function, &kept, &gone, to);
}

/* An axis, what is before it and behind it. */
typedef struct lanes {
    int64_t outer;
    int64_t dim;
    int64_t inner;
} lanes;

static lanes lanes_of(const mlops__graph_view *x, int32_t axis) {
    return (lanes){mlops__view_span(x, 0, axis), x->dims[axis],
                   mlops__view_span(x, axis + 1, x->rank)};
}

static int is_nan_at(const mlops__graph_view *x, int64_t i) {
    return mlops__is_one_of(x, MLOPS__REALS) && mlops__real_at(x, i) != mlops__real_at(x, i);
}

mlops_status mlops__op_arg(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int least = mlops__step_int(step, 0) != 0, last = mlops__step_int(step, 3) != 0;
    int32_t axis = mlops__axis(mlops__step_int(step, 1), x->rank), rank = 0;
    int64_t dims[RANK_MAX], *to;
    if (axis < 0 || !mlops__is_one_of(x, MLOPS__NUMBERS))
        return mlops__step_fail(step, "the axis is outside, or no numbers");
    lanes at = lanes_of(x, axis);
    for (int32_t i = 0; i < x->rank; i++)
        if (i != axis) dims[rank++] = x->dims[i];
        else if (mlops__step_int(step, 2)) dims[rank++] = 1;
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_I64, rank, dims, &to));
    if (at.dim == 0 && at.outer && at.inner) return mlops__step_fail(step, "the axis is empty");
    for (int64_t lane = 0; lane < at.outer * at.inner; lane++) {
        int64_t from = lane / at.inner * at.dim * at.inner + lane % at.inner, best = 0;
        for (int64_t i = 1; i < at.dim && !is_nan_at(x, from + best * at.inner); i++) {
            int64_t here = from + i * at.inner;
            int sign = mlops__compare(x, here, x, from + best * at.inner);
            if (is_nan_at(x, here) || (least ? sign < 0 : sign > 0) || (last && sign == 0))
                best = i;
        }
        to[lane] = best;
    }
    return MLOPS_OK;
}

static void add_up(const mlops__graph_view *x, void *to, int64_t from, lanes at, int exclusive,
                   int reverse) {
    double real = 0.0;
    uint64_t whole = 0;
    int is_real = mlops__is_one_of(x, MLOPS__REALS);
    for (int64_t i = 0; i < at.dim; i++) {
        int64_t place = from + (reverse ? at.dim - 1 - i : i) * at.inner;
        double real_before = real;
        uint64_t whole_before = whole;
        if (is_real) real += mlops__real_at(x, place);
        else whole += (uint64_t)mlops__whole_at(x, place);
        if (is_real) mlops__real_to(to, x->dtype, place, exclusive ? real_before : real);
        else mlops__whole_to(to, x->dtype, place, (int64_t)(exclusive ? whole_before : whole));
    }
}

mlops_status mlops__op_cumsum(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    const int64_t *list;
    int64_t n;
    void *to;
    MLOPS_TRY(mlops__step_list(step, 1, &list, &n));
    int32_t axis = n == 1 ? mlops__axis(*list, x->rank) : -1;
    if (axis < 0 || !mlops__is_one_of(x, MLOPS__NUMBERS))
        return mlops__step_fail(step, "the axis is outside, or no numbers");
    lanes at = lanes_of(x, axis);
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    for (int64_t lane = 0; lane < at.outer * at.inner; lane++)
        add_up(x, to, lane / at.inner * at.dim * at.inner + lane % at.inner, at,
               mlops__step_int(step, 0) != 0, mlops__step_int(step, 1) != 0);
    return MLOPS_OK;
}

enum { CHUNK = 64 };

/* e^(x - top) of elements i and up of a lane, as many as fit; returns how many. */
static int64_t exps(const mlops__step *step, int64_t from, lanes at, int64_t i, double top,
                    double e[CHUNK]) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t n = at.dim - i < CHUNK ? at.dim - i : CHUNK;
    for (int64_t j = 0; j < n; j++) e[j] = mlops__real_at(x, from + (i + j) * at.inner) - top;
    mlops__step_exp(step)(e, n, 1.0);
    return n;
}

static void softmax(const mlops__step *step, void *to, int64_t from, lanes at, int is_log) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    double top = -__builtin_inf(), sum = 0.0, e[CHUNK];
    for (int64_t i = 0; i < at.dim; i++) {
        double v = mlops__real_at(x, from + i * at.inner);
        if (v > top) top = v;
    }
    for (int64_t i = 0, n; i < at.dim; i += n) {
        n = exps(step, from, at, i, top, e);
        for (int64_t j = 0; j < n; j++) sum += e[j];
    }
    double log_sum = is_log ? mlops__log(sum) : 0.0;
    for (int64_t i = 0; is_log && i < at.dim; i++) {
        double v = mlops__real_at(x, from + i * at.inner) - top;
        mlops__real_to(to, x->dtype, from + i * at.inner, v - log_sum);
    }
    for (int64_t i = 0, n = at.dim; !is_log && i < at.dim; i += n) {
        if (at.dim > CHUNK) n = exps(step, from, at, i, top, e);
        for (int64_t j = 0; j < n; j++)
            mlops__real_to(to, x->dtype, from + (i + j) * at.inner, e[j] / sum);
    }
}

static void lpnorm(const mlops__graph_view *x, void *to, int64_t from, lanes at, int is_l1) {
    double sum = 0.0;
    for (int64_t i = 0; i < at.dim; i++) {
        double v = mlops__real_at(x, from + i * at.inner);
        sum += is_l1 ? (v < 0.0 ? -v : v) : v * v;
    }
    if (!is_l1) sum = mlops__sqrt(sum);
    for (int64_t i = 0; i < at.dim; i++) {
        double v = mlops__real_at(x, from + i * at.inner);
        mlops__real_to(to, x->dtype, from + i * at.inner, sum == 0.0 ? 0.0 : v / sum);
    }
}

/* Softmax and norms: each lane by itself, as large as it was. */
static mlops_status each_lane(const mlops__step *step, int is_softmax) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), x->rank);
    int64_t second = mlops__step_int(step, 1);
    void *to;
    if (axis < 0 || !mlops__is_one_of(x, MLOPS__REALS))
        return mlops__step_fail(step, "the axis is outside, or no reals");
    lanes at = lanes_of(x, axis);
    if (is_softmax && second) at = (lanes){at.outer, at.dim * at.inner, 1};
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    for (int64_t lane = 0; lane < at.outer * at.inner; lane++) {
        int64_t from = lane / at.inner * at.dim * at.inner + lane % at.inner;
        if (is_softmax) softmax(step, to, from, at, mlops__step_int(step, 2) != 0);
        else lpnorm(x, to, from, at, second == 1);
    }
    return MLOPS_OK;
}

mlops_status mlops__op_softmax(const mlops__step *step) { return each_lane(step, 1); }

mlops_status mlops__op_lpnorm(const mlops__step *step) { return each_lane(step, 0); }

/* The first from element i on that may be ahead of the last of the best. */
static int64_t pass_over(const float *x, lanes at, int64_t i, int64_t last, int largest) {
    const float worst = x[last * at.inner];
    if (largest)
        while (i < at.dim && x[i * at.inner] <= worst) i++;
    else
        while (i < at.dim && x[i * at.inner] >= worst) i++;
    return i;
}

/* Keeps the k best of a lane in order: each goes in where it belongs among those before it. */
static void best_of(const mlops__graph_view *x, int64_t from, lanes at, int64_t k, int largest,
                    int64_t *indices) {
    int64_t n = 0;
    for (int64_t i = 0; i < at.dim; i++) {
        int64_t place = n;
        if (n == k && x->dtype == MLOPS__GRAPH_F32)
            i = pass_over((const float *)x->data + from, at, i, indices[(k - 1) * at.inner],
                          largest);
        if (i == at.dim) break;
        while (place > 0) {
            int64_t other = indices[(place - 1) * at.inner];
            int sign = mlops__compare(x, from + i * at.inner, x, from + other * at.inner);
            if (largest ? sign <= 0 : sign >= 0) break;
            place--;
        }
        if (place >= k) continue;
        if (n < k) n++;
        for (int64_t j = n - 1; j > place; j--) indices[j * at.inner] = indices[(j - 1) * at.inner];
        indices[place * at.inner] = i;
    }
}

mlops_status mlops__op_topk(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int32_t axis = mlops__axis(mlops__step_int(step, 0), x->rank);
    const int64_t *list;
    int64_t n, dims[RANK_MAX], *indices;
    uint8_t *values;
    MLOPS_TRY(mlops__step_list(step, 1, &list, &n));
    if (axis < 0 || n != 1 || *list < 0 || *list > x->dims[axis] ||
        !mlops__is_one_of(x, MLOPS__NUMBERS))
        return mlops__step_fail(step, "the axis or k is outside, or no numbers");
    lanes at = lanes_of(x, axis);
    memcpy(dims, x->dims, sizeof dims);
    dims[axis] = *list;
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, dims, &values));
    MLOPS_TRY(mlops__step_out(step, 1, MLOPS__GRAPH_I64, x->rank, dims, &indices));
    size_t size = mlops__dtype_size(x->dtype);
    for (int64_t lane = 0; lane < at.outer * at.inner && dims[axis]; lane++) {
        int64_t from = lane / at.inner * at.dim * at.inner + lane % at.inner;
        int64_t to = lane / at.inner * dims[axis] * at.inner + lane % at.inner;
        best_of(x, from, at, dims[axis], mlops__step_int(step, 1) != 0, indices + to);
        for (int64_t i = 0; i < dims[axis]; i++) {
            int64_t place = to + i * at.inner;
            memcpy(values + (size_t)place * size,
                   (const uint8_t *)x->data + (size_t)(from + indices[place] * at.inner) * size,
                   size);
        }
    }
    return MLOPS_OK;
}
