/* Kernels of conditions, and the choices if and coalesce.
 *
 * Owns three-valued logic. Invariant: a whole word of 64 rows is computed at once; bits behind the
 * last row are never read by anything that a caller sees.
 */
#include "expr/expr_kernel.h"

typedef mlops__expr_vector vector;
typedef mlops__expr_step step;

static int64_t words_of(int64_t n) { return (n + 63) / 64; }

/* x and y: true where both are, false where one is false. */
static void and_bool(const step *s, vector *regs, int64_t n) {
    const uint64_t *x = regs[s->a].values, *y = regs[s->b].values;
    const uint64_t *u = regs[s->a].validity, *v = regs[s->b].validity;
    uint64_t *out = regs[s->out].values, *valid = regs[s->out].validity;
    for (int64_t w = 0; w < words_of(n); w++) {
        out[w] = x[w] & u[w] & y[w] & v[w];
        valid[w] = out[w] | (~x[w] & u[w]) | (~y[w] & v[w]);
    }
}

static void or_bool(const step *s, vector *regs, int64_t n) {
    const uint64_t *x = regs[s->a].values, *y = regs[s->b].values;
    const uint64_t *u = regs[s->a].validity, *v = regs[s->b].validity;
    uint64_t *out = regs[s->out].values, *valid = regs[s->out].validity;
    for (int64_t w = 0; w < words_of(n); w++) {
        out[w] = (x[w] & u[w]) | (y[w] & v[w]);
        valid[w] = out[w] | (u[w] & v[w]);
    }
}

static void not_bool(const step *s, vector *regs, int64_t n) {
    const uint64_t *x = regs[s->a].values;
    uint64_t *out = regs[s->out].values;
    for (int64_t w = 0; w < words_of(n); w++) out[w] = ~x[w];
}

static void eq_bool(const step *s, vector *regs, int64_t n) {
    const uint64_t *x = regs[s->a].values, *y = regs[s->b].values;
    uint64_t *out = regs[s->out].values;
    for (int64_t w = 0; w < words_of(n); w++) out[w] = ~(x[w] ^ y[w]);
}

static void ne_bool(const step *s, vector *regs, int64_t n) {
    const uint64_t *x = regs[s->a].values, *y = regs[s->b].values;
    uint64_t *out = regs[s->out].values;
    for (int64_t w = 0; w < words_of(n); w++) out[w] = x[w] ^ y[w];
}

static void isnull_any(const step *s, vector *regs, int64_t n) {
    const uint64_t *u = regs[s->a].validity;
    uint64_t *out = regs[s->out].values, *valid = regs[s->out].validity;
    for (int64_t w = 0; w < words_of(n); w++) {
        out[w] = ~u[w];
        valid[w] = ~(uint64_t)0;
    }
}

/* ---- choices: a where the mask has a bit, else b ---- */

static uint64_t mix(uint64_t mask, uint64_t a, uint64_t b) { return (mask & a) | (~mask & b); }

/* Rows where a condition is true. */
static uint64_t truth(const vector *condition, int64_t word) {
    return ((const uint64_t *)condition->values)[word] & condition->validity[word];
}

static void if_bool(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->b], *b = &regs[s->c];
    vector *out = &regs[s->out];
    for (int64_t w = 0; w < words_of(n); w++) {
        uint64_t mask = truth(&regs[s->a], w);
        ((uint64_t *)out->values)[w] =
            mix(mask, ((const uint64_t *)a->values)[w], ((const uint64_t *)b->values)[w]);
        out->validity[w] = mix(mask, a->validity[w], b->validity[w]);
    }
}

static void coalesce_bool(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *b = &regs[s->b];
    vector *out = &regs[s->out];
    for (int64_t w = 0; w < words_of(n); w++) {
        uint64_t mask = a->validity[w];
        ((uint64_t *)out->values)[w] =
            mix(mask, ((const uint64_t *)a->values)[w], ((const uint64_t *)b->values)[w]);
        out->validity[w] = mask | b->validity[w];
    }
}

/* Up to 64 values of 8 bytes. */
static void choose(const vector *a, const vector *b, const vector *out, int64_t i, int64_t m,
                   uint64_t mask) {
    const uint64_t *x = (const uint64_t *)a->values + i * a->stride;
    const uint64_t *y = (const uint64_t *)b->values + i * b->stride;
    uint64_t *restrict z = (uint64_t *)out->values + i;
    mlops__expr_flags flags;
    mlops__expr_unpack(&flags, mask);
    if (a->stride && b->stride) {
        for (int64_t j = 0; j < m; j++) z[j] = flags.of[j] ? x[j] : y[j];
    } else {
        for (int64_t j = 0; j < m; j++) z[j] = flags.of[j] ? x[j * a->stride] : y[j * b->stride];
    }
}

void mlops__expr_if_number(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->b], *b = &regs[s->c];
    vector *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        uint64_t mask = truth(&regs[s->a], w);
        choose(a, b, out, i, mlops__expr_rows(i, n), mask);
        out->validity[w] = mix(mask, a->validity[w], b->validity[w]);
    }
}

void mlops__expr_coalesce_number(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *b = &regs[s->b];
    vector *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        choose(a, b, out, i, mlops__expr_rows(i, n), a->validity[w]);
        out->validity[w] = a->validity[w] | b->validity[w];
    }
}

/* ---- functions of a noun ---- */

static void call_custom(const step *s, vector *regs, int64_t n) {
    const mlops__expr_call *call = s->extra;
    vector args[MLOPS__EXPR_ARGS_MAX], *out = &regs[s->out];
    for (int64_t w = 0; w < words_of(n); w++) out->validity[w] = ~(uint64_t)0;
    for (int32_t i = 0; i < call->n_args; i++) {
        args[i] = regs[call->args[i]];
        for (int64_t w = 0; w < words_of(n); w++) out->validity[w] &= args[i].validity[w];
    }
    call->function->run(call->function->user, args, out, n);
}

mlops__expr_kernel *const mlops__expr_logic[OP_COUNT] = {
    [OP_AND] = and_bool,       [OP_OR] = or_bool,
    [OP_NOT] = not_bool,       [OP_EQ] = eq_bool,
    [OP_NE] = ne_bool,         [OP_ISNULL] = isnull_any,
    [OP_IF] = if_bool,         [OP_COALESCE] = coalesce_bool,
    [OP_CUSTOM] = call_custom,
};

/* The kernels of float64 for a level; those of AVX-512 bring no more than those of AVX2. */
static mlops__expr_kernel *const *real_kernels(mlops_cpu cpu) {
#if defined(__x86_64__)
    if (cpu == MLOPS_CPU_AVX2 || cpu == MLOPS_CPU_AVX512) return mlops__expr_real_avx2;
#else
    (void)cpu;
#endif
    return mlops__expr_real;
}

mlops__expr_kernel *mlops__expr_kernel_of(mlops__expr_op op, mlops_type type, mlops_cpu cpu) {
    if (op == OP_ISNULL || op == OP_CUSTOM) return mlops__expr_logic[op];
    switch (type) {
    case MLOPS_TYPE_BOOL: return mlops__expr_logic[op];
    case MLOPS_TYPE_INT64: return mlops__expr_whole[op];
    case MLOPS_TYPE_FLOAT64: return real_kernels(cpu)[op];
    default: return mlops__expr_string[op];
    }
}
