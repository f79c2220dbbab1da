/* Kernels of float64.
 *
 * Owns loops and nothing else. Invariant: each value depends on its own row alone, by the same
 * operations in the vector part of a loop and in its tail, so that blocks of any size give the same
 * bits, but for the payload of a NaN, which nothing reads.
 */
#include "base/real.h"
#include "expr/expr_kernel.h"
#include "expr/expr_math.h"

typedef mlops__expr_vector vector;
typedef mlops__expr_step step;

/* Loops of two operands: either may be constant. */
#define BINARY(name, expression)                                                                   \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a], *b = &regs[s->b];                                           \
        const double *p = a->values, *q = b->values;                                               \
        double *restrict z = regs[s->out].values;                                                  \
        if (a->stride && b->stride) {                                                              \
            for (int64_t i = 0; i < n; i++) {                                                      \
                double x = p[i], y = q[i];                                                         \
                z[i] = (expression);                                                               \
            }                                                                                      \
        } else if (a->stride) {                                                                    \
            double y = *q;                                                                         \
            for (int64_t i = 0; i < n; i++) {                                                      \
                double x = p[i];                                                                   \
                z[i] = (expression);                                                               \
            }                                                                                      \
        } else {                                                                                   \
            double x = *p;                                                                         \
            for (int64_t i = 0; i < n; i++) {                                                      \
                double y = q[i * b->stride];                                                       \
                z[i] = (expression);                                                               \
            }                                                                                      \
        }                                                                                          \
    }

#define UNARY(name, expression)                                                                    \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a];                                                             \
        const double *p = a->values;                                                               \
        double *restrict z = regs[s->out].values;                                                  \
        if (a->stride) {                                                                           \
            for (int64_t i = 0; i < n; i++) {                                                      \
                double x = p[i];                                                                   \
                z[i] = (expression);                                                               \
            }                                                                                      \
        } else {                                                                                   \
            double x = *p;                                                                         \
            for (int64_t i = 0; i < n; i++) z[i] = (expression);                                   \
        }                                                                                          \
    }

/* Comparisons are unknown where a side is NaN. */
#define COMPARE(name, expression)                                                                  \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a], *b = &regs[s->b];                                           \
        uint64_t *values = regs[s->out].values, *valid = regs[s->out].validity;                    \
        for (int64_t i = 0, w = 0; i < n; i += 64, w++) {                                          \
            const double *p = (const double *)a->values + i * a->stride;                           \
            const double *q = (const double *)b->values + i * b->stride;                           \
            mlops__expr_flags hit = {{0}}, known = {{0}};                                          \
            int64_t m = mlops__expr_rows(i, n);                                                    \
            if (a->stride && b->stride) {                                                          \
                for (int64_t j = 0; j < m; j++) {                                                  \
                    double x = p[j], y = q[j];                                                     \
                    hit.of[j] = (expression);                                                      \
                    known.of[j] = (x == x) & (y == y);                                             \
                }                                                                                  \
            } else if (a->stride) {                                                                \
                double y = *q;                                                                     \
                for (int64_t j = 0; j < m; j++) {                                                  \
                    double x = p[j];                                                               \
                    hit.of[j] = (expression);                                                      \
                    known.of[j] = (x == x) & (y == y);                                             \
                }                                                                                  \
            } else {                                                                               \
                double x = *p;                                                                     \
                for (int64_t j = 0; j < m; j++) {                                                  \
                    double y = q[j * b->stride];                                                   \
                    hit.of[j] = (expression);                                                      \
                    known.of[j] = (x == x) & (y == y);                                             \
                }                                                                                  \
            }                                                                                      \
            values[w] = mlops__expr_pack(&hit);                                                    \
            valid[w] &= mlops__expr_pack(&known);                                                  \
        }                                                                                          \
    }

BINARY(add, x + y)
BINARY(subtract, x - y)
BINARY(multiply, (x * y))
BINARY(divide, x / y)
BINARY(floor_divide, mlops__expr_floordiv(x, y))
BINARY(modulo, mlops__expr_mod(x, y))
BINARY(least, mlops__expr_min(x, y))
BINARY(greatest, mlops__expr_max(x, y))
UNARY(negate, -x)
UNARY(absolute, mlops__expr_abs(x))
UNARY(round_down, mlops__expr_floor(x))
UNARY(round_up, mlops__expr_ceil(x))
UNARY(round_even, mlops__expr_round(x))
UNARY(square_root, mlops__sqrt(x))
UNARY(exponential, mlops__exp(x))
UNARY(logarithm, mlops__log(x))
UNARY(log1p_safe, mlops__expr_log1p_safe(x))
UNARY(exponential_m1, mlops__expr_expm1(x))
COMPARE(equal, x == y)
COMPARE(unequal, x != y)
COMPARE(less, x < y)
COMPARE(less_equal, x <= y)

static void logarithm_1p(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a];
    const double *p = a->values;
    double *restrict z = regs[s->out].values;
    log1p_safe(s, regs, n);
    for (int64_t i = 0; i < n; i++) z[i] = mlops__expr_log1p_inside(z[i]);
    if (a->stride) {
        for (int64_t i = 0; i < n; i++) z[i] = mlops__expr_log1p_edge(p[i], z[i]);
    } else {
        for (int64_t i = 0; i < n; i++) z[i] = mlops__expr_log1p_edge(*p, z[i]);
    }
}

static void is_nan(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a];
    uint64_t *values = regs[s->out].values;
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        const double *p = (const double *)a->values + i * a->stride;
        mlops__expr_flags hit = {{0}};
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            hit.of[j] = p[j * a->stride] != p[j * a->stride];
        values[w] = mlops__expr_pack(&hit);
    }
}

/* The list is ascending. */
static int is_in(const double *list, int64_t n, double x) {
    int64_t low = 0, high = n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (list[middle] < x) low = middle + 1;
        else high = middle;
    }
    return low < n && list[low] == x;
}

static void in_list(const step *s, vector *regs, int64_t n) {
    const mlops__expr_list *list = s->extra;
    const vector *a = &regs[s->a];
    uint64_t *values = regs[s->out].values, *valid = regs[s->out].validity;
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        const double *p = (const double *)a->values + i * a->stride;
        mlops__expr_flags hit = {{0}}, known = {{0}};
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++) {
            double x = p[j * a->stride];
            hit.of[j] = (uint8_t)is_in(list->values, list->n, x);
            known.of[j] = x == x;
        }
        values[w] = mlops__expr_pack(&hit);
        valid[w] &= mlops__expr_pack(&known);
    }
}

mlops__expr_kernel *const mlops__expr_real[OP_COUNT] = {
    [OP_ADD] = add,
    [OP_SUB] = subtract,
    [OP_MUL] = multiply,
    [OP_DIV] = divide,
    [OP_FLOORDIV] = floor_divide,
    [OP_MOD] = modulo,
    [OP_NEG] = negate,
    [OP_ABS] = absolute,
    [OP_MIN] = least,
    [OP_MAX] = greatest,
    [OP_FLOOR] = round_down,
    [OP_CEIL] = round_up,
    [OP_ROUND] = round_even,
    [OP_SQRT] = square_root,
    [OP_EXP] = exponential,
    [OP_LOG] = logarithm,
    [OP_LOG1P] = logarithm_1p,
    [OP_EXPM1] = exponential_m1,
    [OP_ISNAN] = is_nan,
    [OP_EQ] = equal,
    [OP_NE] = unequal,
    [OP_LT] = less,
    [OP_LE] = less_equal,
    [OP_IN] = in_list,
    [OP_IF] = mlops__expr_if_number,
    [OP_COALESCE] = mlops__expr_coalesce_number,
};
