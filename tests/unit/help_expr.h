/* Names, rows and evaluation for the tests of expressions. */
#ifndef TESTS_UNIT_HELP_EXPR_H
#define TESTS_UNIT_HELP_EXPR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expr/expr.h"
#include "sys/host.h"

typedef struct help_name {
    const char *name;
    mlops_type type;
    const char *means; /* another spelling that is the canonical one, NULL: none */
} help_name;

/* user is an array that ends in a name of NULL; slots are its indices. */
static mlops_status help_resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    const help_name *names = user;
    for (int32_t i = 0; names[i].name; i++) {
        if (strlen(names[i].name) != n || memcmp(names[i].name, name, n) != 0) continue;
        if (names[i].means)
            return out->name = names[i].means,
                   help_resolve(user, names[i].means, strlen(names[i].means), out);
        out->type = names[i].type;
        out->slot = i;
        return MLOPS_OK;
    }
    return MLOPS_E_NOT_FOUND;
}

static const char *help_known(void *user, int64_t i) { return ((const help_name *)user)[i].name; }

/* Two names of each type. */
enum { HELP_A, HELP_B, HELP_I, HELP_J, HELP_P, HELP_Q, HELP_S, HELP_T, HELP_SLOTS };
static help_name help_names[] = {
    {"a", MLOPS_TYPE_FLOAT64, NULL}, {"b", MLOPS_TYPE_FLOAT64, NULL}, {"i", MLOPS_TYPE_INT64, NULL},
    {"j", MLOPS_TYPE_INT64, NULL},   {"p", MLOPS_TYPE_BOOL, NULL},    {"q", MLOPS_TYPE_BOOL, NULL},
    {"s", MLOPS_TYPE_STRING, NULL},  {"t", MLOPS_TYPE_STRING, NULL},  {NULL, MLOPS_TYPE_NULL, NULL},
};

/* names NULL: those above. */
static inline mlops__expr_scope help_scope(help_name *names) {
    mlops__expr_scope scope = {0};
    if (!names) names = help_names;
    scope.resolve = help_resolve;
    scope.known = help_known;
    scope.user = names;
    return scope;
}

/* Values of one type. */
typedef struct help_column {
    size_t size; /* of a value */
    uint8_t *values;
    uint8_t *validity;
} help_column;

static inline size_t help_size(mlops_type type) {
    return type == MLOPS_TYPE_BOOL ? 1 : type == MLOPS_TYPE_STRING ? sizeof(mlops__expr_text) : 8;
}

static inline help_column help_column_new(mlops_type type, int64_t n) {
    help_column c = {help_size(type), NULL, NULL};
    c.values = calloc((size_t)n + 1, c.size);
    c.validity = calloc((size_t)n / 8 + 1, 1);
    if (!c.values || !c.validity) abort();
    return c;
}

static inline void help_column_free(help_column *c) {
    free(c->values);
    free(c->validity);
}

/* Evaluates rows first to first + n - 1 with scratch for so many rows at a time. */
static inline help_column help_evaluate(const mlops__expr *e, const mlops__expr_input *inputs,
                                        int64_t first, int64_t n, int64_t at_a_time) {
    help_column out = help_column_new(mlops__expr_type(e), n);
    size_t size = mlops__expr_scratch_size(e, at_a_time);
    void *scratch = malloc(size ? size : 1);
    mlops__expr_output output = {out.values, out.validity};
    if (!scratch || mlops__expr_evaluate(e, inputs, first, n, scratch, size, &output)) abort();
    free(scratch);
    return out;
}

static inline int help_text_equal(const mlops__expr_text *a, const mlops__expr_text *b) {
    char *x = malloc((size_t)a->n + 1), *y = malloc((size_t)b->n + 1);
    if (!x || !y) abort();
    mlops__expr_text_copy(x, a);
    mlops__expr_text_copy(y, b);
    int equal = a->n == b->n && memcmp(x, y, a->n) == 0;
    free(x);
    free(y);
    return equal;
}

/* True if rows of one result are, bit by bit, those of another from row start on. */
static inline int help_equal(mlops_type type, const help_column *whole, int64_t start,
                             const help_column *part, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        int64_t k = start + i;
        if ((whole->validity[k / 8] >> (k % 8) & 1) != (part->validity[i / 8] >> (i % 8) & 1))
            return 0;
        const uint8_t *x = whole->values + (size_t)k * whole->size;
        const uint8_t *y = part->values + (size_t)i * part->size;
        if (type != MLOPS_TYPE_STRING && memcmp(x, y, whole->size) != 0) return 0;
        if (type == MLOPS_TYPE_STRING && !help_text_equal((const void *)x, (const void *)y))
            return 0;
    }
    return 1;
}

/* Evaluates all rows in blocks of several sizes and from several rows on; aborts if a bit differs.
 */
static inline help_column help_evaluate_all_ways(const mlops__expr *e,
                                                 const mlops__expr_input *inputs, int64_t n) {
    help_column whole = help_evaluate(e, inputs, 0, n, n);
    mlops_type type = mlops__expr_type(e);
    for (int64_t at_a_time = 1; at_a_time <= 512; at_a_time *= 8) {
        help_column again = help_evaluate(e, inputs, 0, n, at_a_time);
        if (!help_equal(type, &whole, 0, &again, n)) abort();
        help_column_free(&again);
    }
    for (int64_t start = 0, step = 1; start < n; start += step, step = step * 3 % 67 + 1) {
        int64_t m = n - start < step ? n - start : step;
        help_column part = help_evaluate(e, inputs, start, m, m);
        if (!help_equal(type, &whole, start, &part, m)) abort();
        help_column_free(&part);
    }
    return whole;
}

#endif
