/* Kernels of int64.
 *
 * Owns overflow: what int64 cannot hold, and a division by zero, is null. Invariant: no signed
 * overflow and no division that traps, whatever stands where a value is absent.
 */
#include "expr/expr_kernel.h"
#include "expr/expr_text.h"

typedef mlops__expr_vector vector;
typedef mlops__expr_step step;

static int64_t wrap_add(int64_t x, int64_t y) { return (int64_t)((uint64_t)x + (uint64_t)y); }
static int64_t wrap_subtract(int64_t x, int64_t y) { return (int64_t)((uint64_t)x - (uint64_t)y); }
static int64_t wrap_multiply(int64_t x, int64_t y) { return (int64_t)((uint64_t)x * (uint64_t)y); }

static uint64_t size_of(int64_t x) { return x < 0 ? 0 - (uint64_t)x : (uint64_t)x; }

static int product_overflows(int64_t x, int64_t y) {
    uint64_t a = size_of(x), b = size_of(y);
    if ((a | b) >> 31 == 0 || a == 0 || b == 0) return 0;
    uint64_t most = (uint64_t)INT64_MAX + ((x < 0) != (y < 0));
    return a > most / b;
}

/* C's division, of which y = 0 and y = -1 are kept away. */
static int64_t quotient_down(int64_t x, int64_t y) {
    if (y == 0 || y == -1) return y ? wrap_subtract(0, x) : 0;
    int64_t q = x / y;
    return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

static int64_t rest_down(int64_t x, int64_t y) {
    if (y == 0 || y == -1) return 0;
    int64_t r = x % y;
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

/* Sets z[j] to a value of x and y, and clears validity where it overflows. */
#define BINARY(name, expression, overflow)                                                         \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a], *b = &regs[s->b];                                           \
        for (int64_t i = 0, w = 0; i < n; i += 64, w++) {                                          \
            const int64_t *p = (const int64_t *)a->values + i * a->stride;                         \
            const int64_t *q = (const int64_t *)b->values + i * b->stride;                         \
            int64_t *restrict z = (int64_t *)regs[s->out].values + i;                              \
            mlops__expr_flags over = {{0}};                                                        \
            for (int64_t j = 0; j < mlops__expr_rows(i, n); j++) {                                 \
                int64_t x = p[j * a->stride], y = q[j * b->stride];                                \
                z[j] = (expression);                                                               \
                over.of[j] = (overflow);                                                           \
            }                                                                                      \
            regs[s->out].validity[w] &= ~mlops__expr_pack(&over);                                  \
        }                                                                                          \
    }

#define UNARY(name, expression, overflow)                                                          \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a];                                                             \
        for (int64_t i = 0, w = 0; i < n; i += 64, w++) {                                          \
            const int64_t *p = (const int64_t *)a->values + i * a->stride;                         \
            int64_t *restrict z = (int64_t *)regs[s->out].values + i;                              \
            mlops__expr_flags over = {{0}};                                                        \
            for (int64_t j = 0; j < mlops__expr_rows(i, n); j++) {                                 \
                int64_t x = p[j * a->stride];                                                      \
                z[j] = (expression);                                                               \
                over.of[j] = (overflow);                                                           \
            }                                                                                      \
            regs[s->out].validity[w] &= ~mlops__expr_pack(&over);                                  \
        }                                                                                          \
    }

#define COMPARE(name, expression)                                                                  \
    static void name(const step *s, vector *regs, int64_t n) {                                     \
        const vector *a = &regs[s->a], *b = &regs[s->b];                                           \
        for (int64_t i = 0, w = 0; i < n; i += 64, w++) {                                          \
            const int64_t *p = (const int64_t *)a->values + i * a->stride;                         \
            const int64_t *q = (const int64_t *)b->values + i * b->stride;                         \
            mlops__expr_flags hit = {{0}};                                                         \
            for (int64_t j = 0; j < mlops__expr_rows(i, n); j++) {                                 \
                int64_t x = p[j * a->stride], y = q[j * b->stride];                                \
                hit.of[j] = (expression);                                                          \
            }                                                                                      \
            ((uint64_t *)regs[s->out].values)[w] = mlops__expr_pack(&hit);                         \
        }                                                                                          \
    }

BINARY(add, wrap_add(x, y), ((x ^ z[j]) & (y ^ z[j])) < 0)
BINARY(subtract, wrap_subtract(x, y), ((x ^ y) & (x ^ z[j])) < 0)
BINARY(multiply, wrap_multiply(x, y), (uint8_t)product_overflows(x, y))
BINARY(floor_divide, quotient_down(x, y), y == 0 || (y == -1 && x == INT64_MIN))
BINARY(modulo, rest_down(x, y), y == 0)
BINARY(least, x < y ? x : y, 0)
BINARY(greatest, x > y ? x : y, 0)
UNARY(negate, wrap_subtract(0, x), x == INT64_MIN)
UNARY(absolute, x < 0 ? wrap_subtract(0, x) : x, x == INT64_MIN)
BINARY(bucket, mlops__expr_bucket(mlops__expr_hash_i64(x), y), y < 1)
COMPARE(equal, x == y)
COMPARE(unequal, x != y)
COMPARE(less, x < y)
COMPARE(less_equal, x <= y)

static void to_float(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a];
    const int64_t *p = a->values;
    double *restrict z = regs[s->out].values;
    for (int64_t i = 0; i < n; i++) z[i] = (double)p[i * a->stride];
}

/* The list is ascending. */
static int is_in(const int64_t *list, int64_t n, int64_t x) {
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
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        const int64_t *p = (const int64_t *)a->values + i * a->stride;
        mlops__expr_flags hit = {{0}};
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            hit.of[j] = (uint8_t)is_in(list->values, list->n, p[j * a->stride]);
        ((uint64_t *)regs[s->out].values)[w] = mlops__expr_pack(&hit);
    }
}

mlops__expr_kernel *const mlops__expr_whole[OP_COUNT] = {
    [OP_ADD] = add,
    [OP_SUB] = subtract,
    [OP_MUL] = multiply,
    [OP_FLOORDIV] = floor_divide,
    [OP_MOD] = modulo,
    [OP_NEG] = negate,
    [OP_ABS] = absolute,
    [OP_MIN] = least,
    [OP_MAX] = greatest,
    [OP_CAST] = to_float,
    [OP_BUCKET] = bucket,
    [OP_EQ] = equal,
    [OP_NE] = unequal,
    [OP_LT] = less,
    [OP_LE] = less_equal,
    [OP_IN] = in_list,
    [OP_IF] = mlops__expr_if_number,
    [OP_COALESCE] = mlops__expr_coalesce_number,
};
