/* Kernels of strings.
 *
 * Owns nothing. Invariant: what stands where a string is absent may point anywhere and is not read;
 * strings are slices of the inputs, of constants, or of what a noun's function gives.
 */
#include "expr/expr_kernel.h"
#include "expr/expr_text.h"

typedef mlops__expr_vector vector;
typedef mlops__expr_step step;
typedef mlops__expr_text text;

static const text *text_at(const vector *v, int64_t i) {
    return (const text *)v->values + i * v->stride;
}

typedef int judge(const text *a, const text *b);

/* Bits by a function of two strings, which stays known at compile time. */
static inline void judge_all(const step *s, vector *regs, int64_t n, judge *f) {
    const vector *a = &regs[s->a], *b = &regs[s->b], *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        uint64_t word = 0;
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            if (out->validity[w] >> j & 1 && f(text_at(a, i + j), text_at(b, i + j)))
                word |= (uint64_t)1 << j;
        ((uint64_t *)out->values)[w] = word;
    }
}

static int is_equal(const text *a, const text *b) {
    return a->n == b->n && mlops__expr_text_compare(a, b) == 0;
}
static int is_unequal(const text *a, const text *b) { return !is_equal(a, b); }
static int is_less(const text *a, const text *b) { return mlops__expr_text_compare(a, b) < 0; }
static int is_at_most(const text *a, const text *b) { return mlops__expr_text_compare(a, b) <= 0; }
static int is_like(const text *a, const text *b) { return mlops__expr_text_like(a, b); }

static int is_ilike(const text *a, const text *b) {
    text folded = {a->data, a->n, 1}, pattern = {b->data, b->n, 1};
    return mlops__expr_text_like(&folded, &pattern);
}

static int has_part(const text *a, const text *b) { return mlops__expr_text_find(a, b); }
static int has_start(const text *a, const text *b) { return mlops__expr_text_begins(a, b); }
static int has_end(const text *a, const text *b) { return mlops__expr_text_ends(a, b); }

#define JUDGE(name, function)                                                                      \
    static void name(const step *s, vector *regs, int64_t n) { judge_all(s, regs, n, function); }

JUDGE(equal, is_equal)
JUDGE(unequal, is_unequal)
JUDGE(less, is_less)
JUDGE(less_equal, is_at_most)
JUDGE(like, is_like)
JUDGE(ilike, is_ilike)
JUDGE(contains, has_part)
JUDGE(starts_with, has_start)
JUDGE(ends_with, has_end)

/* The list is ascending. */
static int is_in(const mlops__expr_list *list, const text *x) {
    const text *values = list->values;
    int64_t low = 0, high = list->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (mlops__expr_text_compare(&values[middle], x) < 0) low = middle + 1;
        else high = middle;
    }
    return low < list->n && is_equal(&values[low], x);
}

static void in_list(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        uint64_t word = 0;
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            if (out->validity[w] >> j & 1 && is_in(s->extra, text_at(a, i + j)))
                word |= (uint64_t)1 << j;
        ((uint64_t *)out->values)[w] = word;
    }
}

static void length(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *out = &regs[s->out];
    for (int64_t i = 0; i < n; i++)
        ((int64_t *)out->values)[i] =
            mlops__expr_bit(out->validity, i) ? mlops__expr_text_length(text_at(a, i)) : 0;
}

static void lower(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *out = &regs[s->out];
    static const text none = {"", 0, 0};
    for (int64_t i = 0; i < n; i++) {
        text *z = (text *)out->values + i;
        *z = mlops__expr_bit(out->validity, i) ? *text_at(a, i) : none;
        z->fold = 1;
    }
}

static void bucket(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *b = &regs[s->b], *out = &regs[s->out];
    for (int64_t i = 0; i < n; i++) {
        int64_t count = ((const int64_t *)b->values)[i * b->stride], *z = out->values;
        z[i] = 0;
        if (!mlops__expr_bit(out->validity, i)) continue;
        if (count < 1) out->validity[i / 64] &= ~((uint64_t)1 << (i % 64));
        else z[i] = mlops__expr_bucket(mlops__expr_hash_text(text_at(a, i)), count);
    }
}

/* One of two strings; absent ones are not read but by whole structs. */
static void choose(const vector *a, const vector *b, const vector *out, int64_t i, int first) {
    static const text none = {"", 0, 0};
    const vector *chosen = first ? a : b;
    ((text *)out->values)[i] = mlops__expr_bit(chosen->validity, i) ? *text_at(chosen, i) : none;
}

static void if_string(const step *s, vector *regs, int64_t n) {
    const vector *condition = &regs[s->a], *a = &regs[s->b], *b = &regs[s->c];
    const vector *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        uint64_t mask = ((const uint64_t *)condition->values)[w] & condition->validity[w];
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            choose(a, b, out, i + j, (int)(mask >> j & 1));
        out->validity[w] = (mask & a->validity[w]) | (~mask & b->validity[w]);
    }
}

static void coalesce_string(const step *s, vector *regs, int64_t n) {
    const vector *a = &regs[s->a], *b = &regs[s->b], *out = &regs[s->out];
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            choose(a, b, out, i + j, (int)(a->validity[w] >> j & 1));
        out->validity[w] = a->validity[w] | b->validity[w];
    }
}

mlops__expr_kernel *const mlops__expr_string[OP_COUNT] = {
    [OP_EQ] = equal,
    [OP_NE] = unequal,
    [OP_LT] = less,
    [OP_LE] = less_equal,
    [OP_LIKE] = like,
    [OP_ILIKE] = ilike,
    [OP_IN] = in_list,
    [OP_CONTAINS] = contains,
    [OP_STARTS_WITH] = starts_with,
    [OP_ENDS_WITH] = ends_with,
    [OP_LENGTH] = length,
    [OP_LOWER] = lower,
    [OP_BUCKET] = bucket,
    [OP_IF] = if_string,
    [OP_COALESCE] = coalesce_string,
};
