/* Fitting: from a definition and a training table to expressions that hold what was fitted.
 *
 * Owns what lives until the end of fitting. Invariant: fitting is compiling: a fitted function is
 * written out while its line is parsed, so that what is kept are expressions and nothing else.
 */
#include "base/opts.h"
#include "feature/feature_inside.h"
#include "text/utf8.h"

#include <string.h>

static const char WHAT[] = "definition";

/* Of a line, beside the fitting: where things are. */
typedef struct line {
    mlops__expr_lines *lines;
    size_t start;
    const char *name;
    mlops__expr_span expression; /* in the definition */
    mlops_error *err;
} line;

/* Where something stands, behind its blanks. */
static size_t behind_blanks(const char *text, size_t at) {
    while (text[at] == ' ' || text[at] == '\t') at++;
    return at;
}

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    const mlops__feature_fitting *self = user;
    return mlops__expr_column_resolve((void *)(uintptr_t)self->table, name, n, out);
}

static const char *known(void *user, int64_t i) {
    const mlops__feature_fitting *self = user;
    return mlops__expr_column_known((void *)(uintptr_t)self->table, i);
}

mlops__expr_scope mlops__feature_scope(mlops__feature_fitting *self) {
    mlops__expr_scope scope = {.resolve = resolve, .known = known, .user = self};
    scope.what = WHAT;
    scope.cpu_max = self->self->host.cpu;
    return scope;
}

static mlops_status add(mlops__feature_fitting *self, const line *at, const char *name,
                        const char *text, size_t n) {
    const mlops__expr_scope types = mlops__feature_scope(self);
    mlops_status status = mlops__feature_add(self->self, name, text, n, &types, at->err);
    if (status == MLOPS_E_EXISTS)
        return mlops__expr_fail_line(at->lines, WHAT, status, at->start, at->err,
                                     "there is an output \"%.*s\" already", 200, name);
    if (status == MLOPS_E_LIMIT)
        return mlops__expr_fail_line(
            at->lines, WHAT, status, at->start, at->err,
            "an expression of this line takes more than %d bytes, or there "
            "are more than %d outputs",
            MLOPS__EXPR_TEXT_MAX, MLOPS__FEATURE_OUTPUTS_MAX);
    return status;
}

/* The outputs of one_hot: a condition for each category. */
static mlops_status add_category(mlops__feature_fitting *self, const line *at,
                                 const mlops__feature_category *category) {
    mlops__buf name, text;
    const mlops__expr_argument *x = &self->encoded;
    mlops__buf_init(&name, &self->self->host.allocator);
    mlops__buf_init(&text, &self->self->host.allocator);
    mlops__buf_format(&name, "%s=", at->name);
    if (x->type == MLOPS_TYPE_STRING) mlops__buf_put(&name, category->text, category->n);
    else mlops__feature_put(&name, x->type, category);
    mlops__buf_u8(&name, 0);
    mlops__buf_text(&text, "if((");
    mlops__buf_put(&text, x->text, x->n);
    mlops__buf_text(&text, ") = ");
    mlops__feature_put(&text, x->type, category);
    mlops__buf_text(&text, ", 1.0, 0.0)");
    mlops_status status = name.status < 0 ? name.status : text.status;
    if (status < 0) mlops__fail_nomem(at->err, text.size);
    else status = add(self, at, (const char *)name.data, (const char *)text.data, text.size);
    mlops__buf_free(&name);
    mlops__buf_free(&text);
    return status;
}

static mlops_status add_categories(mlops__feature_fitting *self, const line *at) {
    mlops__arena arena;
    mlops__feature_sample sample;
    mlops__feature_category *categories = NULL;
    int64_t n = 0;
    mlops__arena_init(&arena, &self->self->host.allocator, SIZE_MAX);
    mlops_status status =
        mlops__feature_sample_take(&sample, self, self->encoded.text, self->encoded.n, &arena);
    if (status == MLOPS_OK)
        status = mlops__feature_sample_categories(&sample, &arena, self->categories_max,
                                                  &categories, &n);
    if (status == MLOPS_E_NOMEM) mlops__fail_nomem(at->err, sizeof *categories);
    else if (status == MLOPS_OK && n == 0)
        status =
            mlops__expr_fail_line(at->lines, WHAT, MLOPS_E_SCHEMA, at->expression.start, at->err,
                                  "one_hot of values all of which are null has no categories");
    for (int64_t i = 0; i < n && status == MLOPS_OK; i++)
        status = add_category(self, at, &categories[i]);
    mlops__feature_sample_end(&sample);
    mlops__arena_free(&arena);
    return status;
}

/* Compiles the expression of a line, with its functions written out. */
static mlops_status compile(mlops__feature_fitting *self, const line *at, mlops__expr **out) {
    mlops__expr_scope scope = mlops__feature_scope(self);
    const char *text = at->lines->text + at->expression.start;
    const mlops_allocator *allocator = &self->self->host.allocator;
    scope.expand = mlops__feature_expand;
    scope.expanding = mlops__feature_functions;
    scope.whole = at->lines->text;
    scope.at = at->expression.start;
    *out = NULL;
    self->n_one_hot = 0;
    mlops_status status =
        mlops__expr_is_call(text, at->expression.n, "one_hot", allocator, &self->whole_line);
    if (status < 0) return mlops__fail_nomem(at->err, at->expression.n);
    MLOPS_TRY(mlops__expr_compile(out, text, at->expression.n, &scope, allocator, at->err));
    if (mlops__expr_type(*out) != MLOPS_TYPE_STRING) return MLOPS_OK;
    mlops__expr_free(*out);
    *out = NULL;
    return mlops__expr_fail_line(
        at->lines, WHAT, MLOPS_E_SCHEMA, at->expression.start, at->err,
        "\"%.*s\" is text; a number or a condition is due, or one_hot(...)", 100, at->name);
}

static mlops_status fit_line(mlops__feature_fitting *self, line *at, size_t n) {
    mlops__expr_scope scope = mlops__feature_scope(self);
    mlops__expr *expr;
    scope.whole = at->lines->text;
    scope.at = at->start;
    MLOPS_TRY(mlops__expr_split_name(at->lines->text + at->start, n, &scope, &self->arena,
                                     &at->name, &at->expression, at->err));
    size_t end = at->start + n;
    at->expression.start = behind_blanks(at->lines->text, at->start + at->expression.start);
    if (at->expression.start > end) at->expression.start = end;
    at->expression.n = end - at->expression.start;
    MLOPS_TRY(compile(self, at, &expr));
    size_t length;
    const char *text = mlops__expr_format(expr, &length);
    mlops_status status =
        self->n_one_hot ? add_categories(self, at) : add(self, at, at->name, text, length);
    mlops__expr_free(expr);
    return status;
}

static mlops_status fit_all(mlops__feature_fitting *self, mlops__expr_lines *lines,
                            mlops_error *err) {
    size_t start, n;
    MLOPS_TRY(mlops__expr_column_inputs(self->table, &self->arena, &self->inputs, err));
    while (mlops__expr_next_line(lines, &start, &n) != MLOPS_END) {
        line at = {.lines = lines, .start = behind_blanks(lines->text, start), .err = err};
        MLOPS_TRY(fit_line(self, &at, start + n - at.start));
    }
    if (self->self->n_outputs == 0)
        return mlops__fail(err, MLOPS_E_PARSE,
                           "the definition has no feature; a line is: name = expression");
    return mlops__feature_finish(self->self, err);
}

static mlops_status check(const mlops__expr_lines *lines, const mlops_table *table,
                          mlops_error *err) {
    size_t valid = mlops__utf8_check(lines->text, lines->n);
    if (lines->n > MLOPS__FEATURE_DEFINITION_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "%zu bytes of definition, of at most %d", lines->n,
                           MLOPS__FEATURE_DEFINITION_MAX);
    if (valid < lines->n)
        return mlops__expr_fail_line(lines, WHAT, MLOPS_E_PARSE, valid, err,
                                     "the text is no UTF-8 from here on");
    if (mlops_table_n_rows(table) > (int64_t)1 << 32)
        return mlops__fail(err, MLOPS_E_LIMIT, "%lld training rows, of at most 2^32",
                           (long long)mlops_table_n_rows(table));
    return MLOPS_OK;
}

mlops_status mlops_feature_fit(mlops_feature **out, const char *definition,
                               const mlops_table *table, const mlops_feature_opts *given,
                               mlops_error *err) {
    mlops_feature_opts opts;
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&opts, sizeof opts, given, "mlops_feature_opts", err));
    if (opts.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_feature_opts: flags must be 0");
    MLOPS_TRY(mlops__host_init(&host, opts.host, err));
    mlops__expr_lines lines = {definition, strlen(definition), 0};
    mlops__feature_fitting self = {.table = table};
    MLOPS_TRY(check(&lines, table, err));
    MLOPS_TRY(mlops__feature_new(&self.self, &host, definition, lines.n, err));
    mlops__arena_init(&self.arena, &host.allocator, SIZE_MAX);
    mlops_status status = fit_all(&self, &lines, err);
    mlops__arena_free(&self.arena);
    if (status < 0) mlops_feature_unref(self.self);
    else *out = self.self;
    return status;
}
