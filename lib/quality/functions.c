/* The functions that expectations add to the language: what they take, as far as a call tells.
 *
 * Owns the table of them. Invariant: what is checked here needs no table, so that it is an error
 * where expectations are written, and not where data comes in.
 */
#include "quality/quality.h"

#include <string.h>

typedef mlops__expr_expansion expansion;

const char *const mlops__expectation_functions[] = {
    "age_of",    "between",    "column_count", "count",      "days",      "decreasing",
    "distinct",  "drift",      "drifted",      "has_column", "hours",     "increasing",
    "matches",   "max",        "mean",         "median",     "min",       "minutes",
    "nan_share", "null_share", "quantile",     "references", "row_count", "seconds",
    "std",       "sum",        "type",         "unique",     NULL};

/* By the number of arguments, at least and at most; and whether a call has one value. */
static const struct {
    const char *name;
    int8_t least, most, one;
} shapes[] = {
    {"age_of", 1, 1, 0},       {"between", 3, 3, 0},
    {"column_count", 0, 0, 1}, {"count", 1, 1, 1},
    {"days", 1, 1, 0},         {"decreasing", 1, 2, 0},
    {"distinct", 1, 1, 1},     {"drift", 2, 2, 1},
    {"drifted", 1, 1, 1},      {"has_column", 1, 1, 1},
    {"hours", 1, 1, 0},        {"increasing", 1, 2, 0},
    {"matches", 2, 2, 0},      {"max", 1, 1, 1},
    {"mean", 1, 1, 1},         {"median", 1, 1, 1},
    {"min", 1, 1, 1},          {"minutes", 1, 1, 0},
    {"nan_share", 1, 1, 1},    {"null_share", 1, 1, 1},
    {"quantile", 2, 2, 1},     {"references", 3, 3, 0},
    {"row_count", 0, 0, 1},    {"seconds", 1, 1, 0},
    {"std", 1, 1, 1},          {"sum", 1, 1, 1},
    {"type", 1, 1, 1},         {"unique", 1, MLOPS__EXPECTATION_ARGS_MAX, 0},
};

mlops_status mlops__expectation_problem(expansion *call, mlops_status code, int64_t at,
                                        const char *format, ...) {
    va_list args;
    va_start(args, format);
    mlops__vformat(call->problem, sizeof call->problem, format, args);
    va_end(args);
    call->at = at;
    return code;
}

static int is(const expansion *call, const char *name) { return strcmp(call->name, name) == 0; }

static mlops_status check_count(expansion *call) {
    size_t i = 0;
    while (strcmp(shapes[i].name, call->name) != 0) i++;
    call->one = shapes[i].one;
    if (call->n_args >= shapes[i].least && call->n_args <= shapes[i].most) return MLOPS_OK;
    char most[16] = "";
    if (shapes[i].most > shapes[i].least)
        mlops__format(most, sizeof most, " to %d", shapes[i].most);
    return mlops__expectation_problem(call, MLOPS_E_PARSE, -1,
                                      "%s takes %d%s argument%s, and %lld %s given", call->name,
                                      shapes[i].least, most, mlops__plural(shapes[i].most),
                                      (long long)call->n_args, call->n_args == 1 ? "is" : "are");
}

static mlops_status want_text(expansion *call, int64_t i, const char *what) {
    const mlops__expr_argument *arg = &call->args[i];
    if (arg->constant && arg->type == MLOPS_TYPE_STRING && arg->string.n) return MLOPS_OK;
    return mlops__expectation_problem(call, MLOPS_E_PARSE, i, "%s takes %s as a text in '...'",
                                      call->name, what);
}

static mlops_status want_column(expansion *call) {
    if (call->args[0].name) return MLOPS_OK;
    return mlops__expectation_problem(call, MLOPS_E_PARSE, 0,
                                      "%s takes a column, and no other expression", call->name);
}

static mlops_status look_matches(mlops_expectations *self, expansion *call) {
    mlops__arena arena;
    mlops__regex_problem problem;
    const mlops__regex *regex;
    MLOPS_TRY(want_text(call, 1, "a pattern"));
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    const mlops__expr_text *text = &call->args[1].string;
    mlops_status status = mlops__regex_compile(&regex, text->data, text->n, &arena, &problem);
    mlops__arena_free(&arena);
    if (status == MLOPS_OK || status == MLOPS_E_NOMEM) return status;
    return mlops__expectation_problem(call, status, 1, "the pattern, byte %zu (from 0): %s",
                                      problem.at, problem.what);
}

/* Notes the table that is read. */
static mlops_status look_references(mlops_expectations *self, expansion *call) {
    MLOPS_TRY(want_text(call, 1, "the name of a table"));
    MLOPS_TRY(want_text(call, 2, "the name of a column"));
    const mlops__expr_text *name = &call->args[1].string;
    for (int64_t i = 0; i < self->n_others; i++)
        if (strlen(self->others[i].name) == name->n &&
            memcmp(self->others[i].name, name->data, name->n) == 0)
            return MLOPS_OK;
    mlops__expectation_other *others = mlops__arena_grow(&self->arena, self->others, self->n_others,
                                                         &self->others_cap, sizeof *others);
    char *copy = mlops__arena_text(&self->arena, name->data, name->n);
    if (!others || !copy) return MLOPS_E_NOMEM;
    self->others = others;
    self->others[self->n_others++] = (mlops__expectation_other){copy, NULL, NULL};
    return MLOPS_OK;
}

static mlops_status look_quantile(expansion *call) {
    const mlops__expr_argument *arg = &call->args[1];
    double p = arg->type == MLOPS_TYPE_INT64 ? (double)arg->i64 : arg->f64;
    int number = arg->type == MLOPS_TYPE_INT64 || arg->type == MLOPS_TYPE_FLOAT64;
    if (arg->constant && number && p >= 0 && p <= 1) return MLOPS_OK;
    return mlops__expectation_problem(call, MLOPS_E_PARSE, 1,
                                      "quantile takes a share from 0 to 1 as a number");
}

static mlops_status look_drift(mlops_expectations *self, expansion *call) {
    static const char *const measures[] = {"effect", "ks", "wasserstein", "psi", "js", "tv"};
    self->compares = 1;
    MLOPS_TRY(want_column(call));
    if (is(call, "drifted")) return MLOPS_OK;
    MLOPS_TRY(want_text(call, 1, "a measure"));
    const mlops__expr_text *text = &call->args[1].string;
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        if (strlen(measures[i]) == text->n && memcmp(measures[i], text->data, text->n) == 0)
            return MLOPS_OK;
    return mlops__expectation_problem(
        call, MLOPS_E_PARSE, 1,
        "drift measures 'effect', 'ks', 'wasserstein', 'psi', 'js' or 'tv'");
}

static mlops_status look_order(expansion *call) {
    if (call->n_args == 1) return MLOPS_OK;
    const mlops__expr_argument *arg = &call->args[1];
    if (arg->constant && arg->type == MLOPS_TYPE_STRING && arg->string.n == 8 &&
        memcmp(arg->string.data, "strictly", 8) == 0)
        return MLOPS_OK;
    return mlops__expectation_problem(
        call, MLOPS_E_PARSE, 1, "%s takes 'strictly' in the second place, or nothing", call->name);
}

mlops_status mlops__expectation_look(void *user, expansion *call) {
    mlops_expectations *self = user;
    MLOPS_TRY(check_count(call));
    if (is(call, "matches")) return look_matches(self, call);
    if (is(call, "references")) return look_references(self, call);
    if (is(call, "quantile")) return look_quantile(call);
    if (is(call, "drift") || is(call, "drifted")) return look_drift(self, call);
    if (is(call, "has_column")) return want_text(call, 0, "the name of a column");
    if (is(call, "increasing") || is(call, "decreasing")) return look_order(call);
    return MLOPS_OK;
}
