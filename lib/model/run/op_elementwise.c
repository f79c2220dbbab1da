/* Operators on elements: of one tensor, of two and three that are spread over each other.
 *
 * Owns nothing. Invariant: integers wrap and divide as operator.h says, so that no element is
 * undefined; functions of f32 are those of f64, rounded. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

enum { CHUNK = 64 };

typedef double real_fn(double x, double a, double b);

static double absolute(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits &= INT64_MAX;
    memcpy(&x, &bits, sizeof bits);
    return x;
}

/* Rounds to an integer as the processor does, half to even. */
static double to_even(double x) {
    double big = x < 0.0 ? -0x1p52 : 0x1p52;
    if (!(absolute(x) < 0x1p52)) return x;
    double whole = x + big - big;
    return whole == 0.0 ? x * 0.0 : whole; /* which keeps the sign of a zero */
}

static double floor_of(double x, double a, double b) {
    (void)a, (void)b;
    double whole = to_even(x);
    return whole > x ? whole - 1.0 : whole;
}

static double ceil_of(double x, double a, double b) { return -floor_of(-x, a, b); }

static double round_of(double x, double a, double b) {
    (void)a, (void)b;
    return to_even(x);
}

static double log_of(double x, double a, double b) {
    (void)a, (void)b;
    return mlops__log(x);
}

static double erf_of(double x, double a, double b) {
    (void)a, (void)b;
    return mlops__erf(x);
}

static double softplus_of(double x, double a, double b) {
    (void)a, (void)b;
    double e = mlops__exp(-absolute(x)), sum = 1.0 + e;
    double rest = mlops__log(sum) - (sum - 1.0 - e) / sum;
    return x != x ? x : (x > 0.0 ? x : 0.0) + rest;
}

static double softsign_of(double x, double a, double b) {
    (void)a, (void)b;
    return x / (1.0 + absolute(x));
}

static double elu_of(double x, double a, double b) {
    (void)b;
    return x < 0.0 ? a * mlops__expm1(x) : x;
}

static double selu_of(double x, double a, double b) {
    return x <= 0.0 ? b * (a * mlops__exp(x) - a) : b * x;
}

static real_fn *const functions[MLOPS__UNARIES] = {
    [MLOPS__UNARY_FLOOR] = floor_of,       [MLOPS__UNARY_CEIL] = ceil_of,
    [MLOPS__UNARY_ROUND] = round_of,       [MLOPS__UNARY_LOG] = log_of,
    [MLOPS__UNARY_ERF] = erf_of,           [MLOPS__UNARY_ELU] = elu_of,
    [MLOPS__UNARY_SOFTPLUS] = softplus_of, [MLOPS__UNARY_SELU] = selu_of,
    [MLOPS__UNARY_SOFTSIGN] = softsign_of,
};

#define EACH(expression)                                                                           \
    for (int64_t i = 0; i < n; i++) {                                                              \
        x = from[i];                                                                               \
        to[i] = (expression);                                                                      \
    }                                                                                              \
    return 1

/* All bits of a number that is not below 0, without a branch: half of all take either. */
#define RELU(name, type, word)                                                                     \
    static inline type name##_relu(type x) {                                                       \
        word bits;                                                                                 \
        memcpy(&bits, &x, sizeof bits);                                                            \
        bits &= (word)(x < 0) - 1;                                                                 \
        memcpy(&x, &bits, sizeof x);                                                               \
        return x;                                                                                  \
    }

/* What reals have in their own arithmetic; all else goes by way of f64. */
#define UNARY_REAL(name, type)                                                                     \
    static int name(int64_t function, const type *from, type *to, int64_t n, type a, type b) {     \
        type x;                                                                                    \
        switch (function) {                                                                        \
        case MLOPS__UNARY_ABS: EACH((type)absolute((double)x));                                    \
        case MLOPS__UNARY_NEG: EACH(-x);                                                           \
        case MLOPS__UNARY_SIGN: EACH(x > 0 ? (type)1 : x < 0 ? (type)-1 : x == 0 ? (type)0 : x);   \
        case MLOPS__UNARY_RELU: EACH(name##_relu(x));                                              \
        case MLOPS__UNARY_SQRT: EACH((type)mlops__sqrt((double)x));                                \
        case MLOPS__UNARY_RECIPROCAL: EACH((type)1 / x);                                           \
        case MLOPS__UNARY_LEAKY_RELU: EACH(x < 0 ? a * x : x);                                     \
        case MLOPS__UNARY_HARD_SIGMOID:                                                            \
            EACH(a *x + b < 0 ? (type)0 : a * x + b > 1 ? (type)1 : a * x + b);                    \
        default: break;                                                                            \
        }                                                                                          \
        real_fn *f = functions[function];                                                          \
        if (!f) return 0;                                                                          \
        EACH((type)f((double)x, (double)a, (double)b));                                            \
    }

#define UNARY_INT(name, type, wide)                                                                \
    static int name(int64_t function, const type *from, type *to, int64_t n) {                     \
        type x;                                                                                    \
        switch (function) {                                                                        \
        case MLOPS__UNARY_ABS: EACH((type)(x < 0 ? (wide)0 - (wide)x : (wide)x));                  \
        case MLOPS__UNARY_NEG: EACH((type)((wide)0 - (wide)x));                                    \
        case MLOPS__UNARY_SIGN: EACH((x > 0) - (x < 0));                                           \
        case MLOPS__UNARY_RELU: EACH(x < 0 ? 0 : x);                                               \
        default: return 0;                                                                         \
        }                                                                                          \
    }

RELU(unary_f32, float, uint32_t)
RELU(unary_f64, double, uint64_t)
UNARY_REAL(unary_f32, float)
UNARY_REAL(unary_f64, double)
UNARY_INT(unary_i64, int64_t, uint64_t)
UNARY_INT(unary_i32, int32_t, uint32_t)

/* ISNAN and ISINF, which yield bool. */
static mlops_status tests(const mlops__step *step, const mlops__graph_view *x, int64_t function) {
    int low = mlops__step_float(step, 0) != 0.0, high = mlops__step_float(step, 1) != 0.0;
    int64_t n = mlops__view_count(x);
    uint8_t *to;
    if (!mlops__is_one_of(x, MLOPS__REALS)) return mlops__step_fail(step, "is for reals");
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_BOOL, x->rank, x->dims, &to));
    for (int64_t i = 0; i < n; i++) {
        double v = mlops__real_at(x, i);
        int is_infinite = v == v && v - v != 0.0;
        to[i] = function == MLOPS__UNARY_ISNAN ? v != v : is_infinite && (v > 0 ? high : low);
    }
    return MLOPS_OK;
}

/* EXP, SIGMOID and TANH of some elements: by e^x, e^-|x| and e^2|x|, which a kernel has of many. */
static void by_exp(const mlops__step *step, int64_t function, int64_t from, int64_t n, void *to) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    double v[CHUNK], e[CHUNK];
    for (int64_t i = 0; i < n; i++) {
        v[i] = mlops__real_at(x, from + i);
        e[i] = function == MLOPS__UNARY_EXP ? v[i] : absolute(v[i]);
    }
    double scale = function == MLOPS__UNARY_SIGMOID ? -1.0
                   : function == MLOPS__UNARY_TANH  ? 2.0
                                                    : 1.0;
    mlops__step_exp(step)(e, n, scale);
    for (int64_t i = 0; i < n; i++) {
        double y = e[i];
        if (function == MLOPS__UNARY_SIGMOID) y = (v[i] < 0.0 ? y : 1.0) / (1.0 + y);
        else if (function == MLOPS__UNARY_TANH) y = mlops__tanh_by(v[i], y);
        mlops__real_to(to, x->dtype, from + i, y);
    }
}

mlops_status mlops__op_unary(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t function = mlops__step_int(step, 0), n = mlops__view_count(x);
    double a = mlops__step_float(step, 0), b = mlops__step_float(step, 1);
    void *to;
    int done = 0;
    if (function < 0 || function >= MLOPS__UNARIES)
        return mlops__step_fail_code(step, MLOPS_E_UNSUPPORTED, "unknown function");
    if (function == MLOPS__UNARY_ISNAN || function == MLOPS__UNARY_ISINF)
        return tests(step, x, function);
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    if (mlops__is_one_of(x, MLOPS__REALS) &&
        (function == MLOPS__UNARY_EXP || function == MLOPS__UNARY_SIGMOID ||
         function == MLOPS__UNARY_TANH)) {
        for (int64_t i = 0; i < n; i += CHUNK)
            by_exp(step, function, i, n - i < CHUNK ? n - i : CHUNK, to);
        done = 1;
    } else if (x->dtype == MLOPS__GRAPH_F32)
        done = unary_f32(function, x->data, to, n, (float)a, (float)b);
    else if (x->dtype == MLOPS__GRAPH_F64) done = unary_f64(function, x->data, to, n, a, b);
    else if (x->dtype == MLOPS__GRAPH_I64) done = unary_i64(function, x->data, to, n);
    else if (x->dtype == MLOPS__GRAPH_I32) done = unary_i32(function, x->data, to, n);
    else if (x->dtype == MLOPS__GRAPH_BOOL && function == MLOPS__UNARY_NOT) {
        const uint8_t *from = x->data;
        for (int64_t i = 0; i < n; i++) ((uint8_t *)to)[i] = !from[i];
        done = 1;
    }
    return done ? MLOPS_OK : mlops__step_fail(step, "the function is not for this dtype");
}

mlops_status mlops__op_where(const mlops__step *step) {
    const mlops__graph_view *c = mlops__step_in(step, 0), *x = mlops__step_in(step, 1);
    const mlops__graph_view *y = mlops__step_in(step, 2);
    mlops__graph_walk walk;
    int32_t rank;
    int64_t dims[MLOPS__GRAPH_RANK_MAX];
    uint8_t *to;
    if (c->dtype != MLOPS__GRAPH_BOOL || x->dtype != y->dtype)
        return mlops__step_fail(step, "the condition is no bool, or dtypes differ");
    MLOPS_TRY(mlops__step_broadcast(step, 0, 3, &walk, &rank, dims));
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    size_t size = mlops__dtype_size(x->dtype);
    if (!mlops__graph_walk_start(&walk, 3)) return MLOPS_OK;
    do {
        int32_t last = walk.rank - 1;
        for (int64_t i = 0; i < walk.dims[last]; i++, to += size) {
            int is_set = ((const uint8_t *)c->data)[walk.at[0] + i * walk.strides[0][last]] != 0;
            const uint8_t *from = is_set ? x->data : y->data;
            int32_t k = is_set ? 1 : 2;
            memcpy(to, from + (size_t)(walk.at[k] + i * walk.strides[k][last]) * size, size);
        }
    } while (mlops__graph_walk_next(&walk, 3));
    return MLOPS_OK;
}

#define CLAMP(type)                                                                                \
    do {                                                                                           \
        const type *from = x->data;                                                                \
        type *out = to;                                                                            \
        for (int64_t i = 0; i < n; i++) {                                                          \
            type v = from[i];                                                                      \
            if (low && v < *(const type *)low->data) v = *(const type *)low->data;                 \
            if (high && v > *(const type *)high->data) v = *(const type *)high->data;              \
            out[i] = v;                                                                            \
        }                                                                                          \
    } while (0)

mlops_status mlops__op_clip(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *low = mlops__step_in(step, 1);
    const mlops__graph_view *high = mlops__step_in(step, 2);
    int64_t n = mlops__view_count(x);
    void *to;
    if ((low && (low->dtype != x->dtype || mlops__view_count(low) != 1)) ||
        (high && (high->dtype != x->dtype || mlops__view_count(high) != 1)))
        return mlops__step_fail(step, "a bound is not one element of the same dtype");
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, x->dims, &to));
    if (x->dtype == MLOPS__GRAPH_F32) CLAMP(float);
    else if (x->dtype == MLOPS__GRAPH_F64) CLAMP(double);
    else if (x->dtype == MLOPS__GRAPH_I64) CLAMP(int64_t);
    else if (x->dtype == MLOPS__GRAPH_I32) CLAMP(int32_t);
    else return mlops__step_fail(step, "is for numbers");
    return MLOPS_OK;
}
