/* A table that is held against expectations, one by one.
 *
 * Owns what is known of the table so far, and what was computed for the expectation at hand.
 * Invariant: validating is compiling: a function of all rows is written out as its value, one of
 * rows as a name of computed values, so that what is left is evaluated as any expression.
 */
#include "base/opts.h"
#include "quality/quality.h"

#include <string.h>

typedef mlops__validation validation;

enum { ROWS_SHOWN = 5, ROWS_SHOWN_MAX = 1000, COMPUTED = 1 /* first byte of such a name */ };

static mlops_status check(const validation *self, mlops_error *err) {
    const uint32_t known = MLOPS_EXPECTATIONS_SET_AS_OF_NS;
    if (self->opts.flags & ~known)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_expectations_opts: flags 0x%x",
                           self->opts.flags);
    if (self->opts.n_rows_max < 1 || self->opts.n_rows_max > ROWS_SHOWN_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_expectations_opts: n_rows_max must be 1 to %d", ROWS_SHOWN_MAX);
    if (mlops_table_n_rows(self->table) > (int64_t)1 << 32)
        return mlops__fail(err, MLOPS_E_LIMIT, "%lld rows, of at most 2^32",
                           (long long)mlops_table_n_rows(self->table));
    return MLOPS_OK;
}

mlops_status mlops__validation_begin(validation *self, const mlops_expectations *of,
                                     const mlops_table *table, const mlops_expectations_opts *opts,
                                     mlops_error *err) {
    const mlops__expr_input *inputs;
    memset(self, 0, sizeof *self);
    if (!of || !table) return mlops__fail(err, MLOPS_E_INVALID, "expectations or table are NULL");
    MLOPS_TRY(
        mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_expectations_opts", err));
    if (self->opts.n_rows_max == 0) self->opts.n_rows_max = ROWS_SHOWN;
    self->self = of;
    self->table = table;
    self->host = of->host;
    MLOPS_TRY(check(self, err));
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    mlops__arena_init(&self->scratch, &self->host.allocator, SIZE_MAX);
    mlops__buf_init(&self->observed, &self->host.allocator);
    mlops_status status = mlops__expr_column_inputs(table, &self->arena, &inputs, err);
    self->inputs = (mlops__expr_input *)(uintptr_t)inputs;
    self->inputs_cap = (size_t)mlops_table_n_columns(table);
    if (status < 0) mlops__validation_end(self);
    return status;
}

/* Lets go of what was computed for an expectation. */
static void forget(validation *self) {
    for (mlops__sample *s = self->samples; s; s = s->next) mlops__expr_free(s->texts_of);
    self->samples = NULL;
    self->n_computed = 0;
    mlops__arena_free(&self->scratch);
    mlops__arena_init(&self->scratch, &self->host.allocator, SIZE_MAX);
}

void mlops__validation_end(validation *self) {
    forget(self);
    mlops__buf_free(&self->observed);
    mlops__arena_free(&self->scratch);
    mlops__arena_free(&self->arena);
}

/* ---- names ---- */

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    validation *self = user;
    if (name[0] != COMPUTED) {
        MLOPS_TRY(mlops__expr_column_resolve((void *)(uintptr_t)self->table, name, n, out));
        if (mlops_table_type(self->table, out->slot) == MLOPS_TYPE_NULL) {
            self->met_nulls = 1;
            out->type = self->nulls_type;
        }
        return MLOPS_OK;
    }
    int32_t number = 0;
    for (size_t i = 1; i < n; i++) number = number * 10 + (name[i] - '0');
    out->type = self->computed[number];
    out->slot = (int32_t)mlops_table_n_columns(self->table) + number;
    return MLOPS_OK;
}

static const char *known(void *user, int64_t i) {
    const validation *self = user;
    return mlops__expr_column_known((void *)(uintptr_t)self->table, i);
}

mlops__expr_scope mlops__validation_scope(validation *self) {
    mlops__expr_scope scope = {.resolve = resolve, .known = known, .user = self};
    scope.cpu_max = self->host.cpu;
    return scope;
}

/* Room for one more input behind those of the columns. */
static int grow(validation *self) {
    size_t columns = (size_t)mlops_table_n_columns(self->table);
    size_t n = columns + (size_t)self->n_computed;
    if (n < self->inputs_cap) return 1;
    size_t cap = n * 2 + 8;
    mlops__expr_input *inputs = mlops__arena_array(&self->arena, cap, sizeof *inputs);
    mlops_type *types = mlops__arena_array(&self->arena, cap - columns, sizeof *types);
    if (!inputs || !types) return 0;
    if (n) memcpy(inputs, self->inputs, n * sizeof *inputs);
    if (self->n_computed) memcpy(types, self->computed, (size_t)self->n_computed * sizeof *types);
    self->inputs = inputs;
    self->computed = types;
    self->inputs_cap = cap;
    return 1;
}

mlops_status mlops__validation_compute(validation *self, const mlops__sample *values,
                                       mlops__buf *out) {
    if (!grow(self)) return MLOPS_E_NOMEM;
    size_t slot = (size_t)mlops_table_n_columns(self->table) + (size_t)self->n_computed;
    self->inputs[slot] = (mlops__expr_input){values->values, NULL, values->validity, 0};
    self->computed[self->n_computed] = values->type;
    mlops__buf_format(out, "`%c%d`", COMPUTED, (int)self->n_computed++);
    return MLOPS_OK;
}

/* ---- samples ---- */

static size_t width(mlops_type type) {
    return type == MLOPS_TYPE_BOOL     ? 1
           : type == MLOPS_TYPE_STRING ? sizeof(mlops__expr_text)
                                       : sizeof(int64_t);
}

mlops_status mlops__validation_room(validation *self, mlops_type type, mlops__sample **out) {
    mlops__sample *s = mlops__arena_alloc(&self->scratch, sizeof *s);
    *out = s;
    if (!s) return MLOPS_E_NOMEM;
    s->type = type;
    s->n = mlops_table_n_rows(self->table);
    s->values = mlops__arena_array(&self->scratch, (size_t)s->n + 1, width(type));
    s->validity = mlops__arena_alloc(&self->scratch, (size_t)s->n / 8 + 1);
    return s->values && s->validity ? MLOPS_OK : MLOPS_E_NOMEM;
}

int mlops__sample_present(const mlops__sample *self, int64_t i) {
    if (!(self->validity[i / 8] >> (i % 8) & 1)) return 0;
    double x = self->type == MLOPS_TYPE_FLOAT64 ? ((const double *)self->values)[i] : 0;
    return x == x;
}

static mlops_status evaluate(validation *self, const mlops__expr *expr, mlops__sample *out,
                             int64_t n) {
    size_t size = mlops__expr_scratch_size(expr, n ? n : 1);
    void *scratch = mlops__alloc(&self->host.allocator, size);
    const mlops__expr_output output = {out->values, out->validity};
    if (!scratch) return MLOPS_E_NOMEM;
    mlops_status status = mlops__expr_evaluate(expr, self->inputs, 0, n, scratch, size, &output);
    mlops__free(&self->host.allocator, scratch, size);
    return status;
}

mlops_status mlops__validation_sample(validation *self, const char *text, size_t n,
                                      mlops__sample **out) {
    mlops__expr_scope scope = mlops__validation_scope(self);
    mlops__expr *expr;
    MLOPS_TRY(mlops__expr_compile(&expr, text, n, &scope, &self->host.allocator, NULL));
    mlops_status status = mlops__validation_room(self, mlops__expr_type(expr), out);
    if (status == MLOPS_OK) status = evaluate(self, expr, *out, (*out)->n);
    if (status == MLOPS_OK && (*out)->type == MLOPS_TYPE_STRING)
        status = mlops__expr_texts_unfold((*out)->values, (*out)->n, &self->scratch);
    if (status < 0 || (*out)->type != MLOPS_TYPE_STRING) {
        mlops__expr_free(expr);
        return status;
    }
    (*out)->texts_of = expr;
    (*out)->next = self->samples;
    self->samples = *out;
    return status;
}

/* ---- judging ---- */

static mlops_status expand(void *user, mlops__expr_expansion *call) {
    mlops_status status = mlops__measure_expand(user, call);
    return status == MLOPS_END ? mlops__rule_expand(user, call) : status;
}

/* Counts, and keeps which rows fail. */
static mlops_status count_rows(validation *self, const mlops__expectation *item,
                               const mlops__sample *truth, mlops__verdict *out) {
    const uint8_t *values = truth->values;
    uint8_t *failed = mlops__arena_alloc(&self->scratch, (size_t)truth->n / 8 + 1);
    if (!failed) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < truth->n; i++) {
        int fails = !values[i];
        if (!mlops__sample_present(truth, i)) out->n_unknown++;
        else if (fails) {
            out->n_failed++;
            failed[i / 8] |= (uint8_t)(1u << (i % 8));
        }
    }
    out->failed = failed;
    out->n_rows = truth->n - out->n_unknown;
    out->share = out->n_rows ? (double)(out->n_rows - out->n_failed) / (double)out->n_rows : 1;
    out->truth = out->share >= item->mostly;
    return MLOPS_OK;
}

static mlops_status judge(validation *self, const mlops__expectation *item, const mlops__expr *expr,
                          mlops__verdict *out) {
    mlops__sample *truth;
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_BOOL, &truth));
    MLOPS_TRY(evaluate(self, expr, truth, item->by_row ? truth->n : 1));
    if (item->by_row) return count_rows(self, item, truth, out);
    out->truth = mlops__sample_present(truth, 0) ? ((const uint8_t *)truth->values)[0] : -1;
    return MLOPS_OK;
}

static mlops_status compile_as(validation *self, const mlops__expectation *item,
                               mlops_type nulls_type, mlops__expr **out, mlops_error *err) {
    mlops__expr_scope scope = mlops__validation_scope(self);
    forget(self);
    self->observed.size = 0;
    self->absent = 0;
    self->nulls_type = nulls_type;
    scope.expand = expand;
    scope.expanding = mlops__expectation_functions;
    scope.wanted = MLOPS_TYPE_BOOL;
    return mlops__expr_compile(out, item->text, item->n_text, &scope, &self->host.allocator, err);
}

/* A column of nulls alone is of whatever type the expectation makes sense with. */
static mlops_status compile(validation *self, const mlops__expectation *item, mlops__expr **out,
                            mlops_error *problem) {
    static const mlops_type others[] = {MLOPS_TYPE_STRING, MLOPS_TYPE_BOOL};
    self->met_nulls = 0;
    mlops_status status = compile_as(self, item, MLOPS_TYPE_FLOAT64, out, problem);
    for (size_t i = 0; i < 2 && self->met_nulls && status < 0 && status != MLOPS_E_NOMEM; i++) {
        mlops_error other = {0};
        status = compile_as(self, item, others[i], out, &other);
        if (status == MLOPS_E_NOMEM) *problem = other;
    }
    return status;
}

mlops_status mlops__validation_judge(validation *self, const mlops__expectation *item,
                                     mlops__verdict *out, mlops_error *err) {
    mlops__expr *expr;
    mlops_error problem = {0};
    memset(out, 0, sizeof *out);
    out->truth = -1;
    mlops_status status = compile(self, item, &expr, &problem);
    if (status == MLOPS_E_NOMEM) {
        if (err) *err = problem;
        return status;
    }
    if (status < 0) {
        out->absent = self->absent;
        const char *said = problem.message, *behind = strstr(said, ": ");
        if (status == MLOPS_E_NOT_FOUND && behind)
            said = behind + 2; /* a place reads as a column */
        memcpy(out->problem, said, strlen(said) + 1);
        return MLOPS_OK;
    }
    status = judge(self, item, expr, out);
    mlops__expr_free(expr);
    if (!status) status = self->observed.status;
    return status < 0 ? mlops__fail_nomem(err, (size_t)mlops_table_n_rows(self->table)) : MLOPS_OK;
}
