/* Arithmetic, comparisons and logic of two tensors that are spread over each other.
 *
 * Owns nothing. Invariant: integers are computed without sign, which wraps, and divide as
 * operator.h says. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

/* n elements; each input goes on by its step, 0 or more. */
typedef struct run {
    const void *x;
    const void *y;
    void *z;
    int64_t x_step;
    int64_t y_step;
    int64_t n;
} run;

#define EACH(to_type, type, expression)                                                            \
    do {                                                                                           \
        const type *xs = r->x, *ys = r->y;                                                         \
        to_type *zs = r->z;                                                                        \
        for (int64_t i = 0, j = 0, k = 0; i < r->n; i++, j += r->x_step, k += r->y_step) {         \
            type x = xs[j], y = ys[k];                                                             \
            zs[i] = (to_type)(expression);                                                         \
        }                                                                                          \
        return 1;                                                                                  \
    } while (0)

/* The remainder with the sign of x, exact, as each difference is. */
static double rem_f64(double x, double y) {
    double rest = x < 0.0 ? -x : x, by = y < 0.0 ? -y : y, part = by;
    if (x - x != 0.0 || y != y || y == 0.0) return __builtin_nan("");
    if (y - y != 0.0) return x;
    while (part <= rest / 2) part *= 2;
    for (; part >= by; part /= 2)
        if (rest >= part) rest -= part;
    return x < 0.0 ? -rest : rest;
}

static double mod_f64(double x, double y) {
    double rest = rem_f64(x, y);
    return rest != 0.0 && (rest < 0.0) != (y < 0.0) ? rest + y : rest;
}

static int64_t div_i64(int64_t x, int64_t y) {
    if (y == 0) return 0;
    return y == -1 ? (int64_t)(0 - (uint64_t)x) : x / y;
}

static int64_t rem_i64(int64_t x, int64_t y) { return y == 0 || y == -1 ? 0 : x % y; }

static int64_t mod_i64(int64_t x, int64_t y) {
    int64_t rest = rem_i64(x, y);
    return rest && (rest < 0) != (y < 0) ? rest + y : rest;
}

static int64_t pow_i64(int64_t x, int64_t y) {
    uint64_t result = 1, square = (uint64_t)x;
    if (y < 0) return x == 1 ? 1 : x == -1 ? (y & 1 ? -1 : 1) : 0;
    for (uint64_t rest = (uint64_t)y; rest; rest >>= 1, square *= square)
        if (rest & 1) result *= square;
    return (int64_t)result;
}

#define COMPARE(type)                                                                              \
    case MLOPS__BINARY_LESS: EACH(uint8_t, type, x < y);                                           \
    case MLOPS__BINARY_LESS_EQUAL: EACH(uint8_t, type, x <= y);                                    \
    case MLOPS__BINARY_GREATER: EACH(uint8_t, type, x > y);                                        \
    case MLOPS__BINARY_GREATER_EQUAL: EACH(uint8_t, type, x >= y);                                 \
    case MLOPS__BINARY_EQUAL: EACH(uint8_t, type, x == y);                                         \
    default:                                                                                       \
        return 0

#define BINARY_REAL(name, type)                                                                    \
    static int name(int64_t function, const run *r) {                                              \
        switch (function) {                                                                        \
        case MLOPS__BINARY_ADD: EACH(type, type, x + y);                                           \
        case MLOPS__BINARY_SUB: EACH(type, type, x - y);                                           \
        case MLOPS__BINARY_MUL: EACH(type, type, x *y);                                            \
        case MLOPS__BINARY_DIV: EACH(type, type, x / y);                                           \
        case MLOPS__BINARY_POW: EACH(type, type, mlops__pow((double)x, (double)y));                \
        case MLOPS__BINARY_MOD: EACH(type, type, mod_f64((double)x, (double)y));                   \
        case MLOPS__BINARY_REM: EACH(type, type, rem_f64((double)x, (double)y));                   \
        case MLOPS__BINARY_MAX: EACH(type, type, x != x || x > y ? x : y);                         \
        case MLOPS__BINARY_MIN: EACH(type, type, x != x || x < y ? x : y); COMPARE(type);          \
        }                                                                                          \
    }

#define BINARY_INT(name, type)                                                                     \
    static int name(int64_t function, const run *r) {                                              \
        switch (function) {                                                                        \
        case MLOPS__BINARY_ADD: EACH(type, type, (uint64_t)x + (uint64_t)y);                       \
        case MLOPS__BINARY_SUB: EACH(type, type, (uint64_t)x - (uint64_t)y);                       \
        case MLOPS__BINARY_MUL: EACH(type, type, (uint64_t)x *(uint64_t)y);                        \
        case MLOPS__BINARY_DIV: EACH(type, type, div_i64(x, y));                                   \
        case MLOPS__BINARY_POW: EACH(type, type, pow_i64(x, y));                                   \
        case MLOPS__BINARY_MOD: EACH(type, type, mod_i64(x, y));                                   \
        case MLOPS__BINARY_REM: EACH(type, type, rem_i64(x, y));                                   \
        case MLOPS__BINARY_MAX: EACH(type, type, x > y ? x : y);                                   \
        case MLOPS__BINARY_MIN: EACH(type, type, x < y ? x : y); COMPARE(type);                    \
        }                                                                                          \
    }

BINARY_REAL(binary_f32, float)
BINARY_REAL(binary_f64, double)
BINARY_INT(binary_i64, int64_t)
BINARY_INT(binary_i32, int32_t)

static int binary_bool(int64_t function, const run *r) {
    switch (function) {
    case MLOPS__BINARY_EQUAL: EACH(uint8_t, uint8_t, !x == !y);
    case MLOPS__BINARY_AND: EACH(uint8_t, uint8_t, x && y);
    case MLOPS__BINARY_OR: EACH(uint8_t, uint8_t, x || y);
    case MLOPS__BINARY_XOR: EACH(uint8_t, uint8_t, !x != !y);
    default: return 0;
    }
}

static int binary_text(int64_t function, const run *r) {
    if (function != MLOPS__BINARY_EQUAL) return 0;
    EACH(uint8_t, mlops__graph_text,
         x.n == y.n && (x.n == 0 || memcmp(x.bytes, y.bytes, x.n) == 0));
}

typedef int binary_fn(int64_t function, const run *r);

static binary_fn *const families[] = {
    [MLOPS__GRAPH_F32] = binary_f32,   [MLOPS__GRAPH_F64] = binary_f64,
    [MLOPS__GRAPH_I64] = binary_i64,   [MLOPS__GRAPH_I32] = binary_i32,
    [MLOPS__GRAPH_BOOL] = binary_bool, [MLOPS__GRAPH_TEXT] = binary_text,
};

mlops_status mlops__op_binary(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *y = mlops__step_in(step, 1);
    int64_t function = mlops__step_int(step, 0), dims[MLOPS__GRAPH_RANK_MAX];
    mlops__graph_walk walk;
    int32_t rank;
    uint8_t *to;
    if (!mlops__step_same(step, 2, MLOPS__ANY))
        return mlops__step_fail(step, "the dtypes of its inputs differ");
    mlops__graph_dtype dtype = function < MLOPS__BINARY_LESS ? x->dtype : MLOPS__GRAPH_BOOL;
    MLOPS_TRY(mlops__step_broadcast(step, 0, 2, &walk, &rank, dims));
    MLOPS_TRY(mlops__step_out(step, 0, dtype, rank, dims, &to));
    size_t size = mlops__dtype_size(x->dtype), z_size = mlops__dtype_size(dtype);
    if (!mlops__graph_walk_start(&walk, 2)) return MLOPS_OK;
    do {
        int32_t last = walk.rank - 1;
        run r = {.x = (const uint8_t *)x->data + (size_t)walk.at[0] * size,
                 .y = (const uint8_t *)y->data + (size_t)walk.at[1] * size,
                 .z = to,
                 .x_step = walk.strides[0][last],
                 .y_step = walk.strides[1][last],
                 .n = walk.dims[last]};
        if (!families[x->dtype](function, &r))
            return mlops__step_fail(step, "the function is not for this dtype");
        to += (size_t)r.n * z_size;
    } while (mlops__graph_walk_next(&walk, 2));
    return MLOPS_OK;
}
