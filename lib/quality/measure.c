/* Numbers of all rows: what functions such as null_share() and quantile() are written out as.
 *
 * Owns what was measured of each argument, as long as the table is held against expectations: its
 * rows are gone through once for counts, extremes and sums, and once more for what needs an order.
 * Invariant: each number is exact, rounded once, and depends on no order of rows.
 */
#include "base/exact_sum.h"
#include "base/real.h"
#include "column/names.h"
#include "quality/quality.h"
#include "stats/stats.h"
#include "text/number.h"

#include <mlops/drift.h>
#include <string.h>

typedef mlops__validation validation;
typedef mlops__expr_expansion expansion;

struct mlops__measure {
    struct mlops__measure *next;
    const char *text; /* of the argument */
    size_t n_text;
    mlops_type type;
    int64_t n, n_null, n_nan;
    int64_t least, most; /* int64, bool */
    double low, high;    /* float64 */
    mlops__expr_text first, last;
    mlops__exact sum; /* of numbers, and of conditions as 0 and 1 */
    int64_t distinct; /* -1: not counted yet */
    double *sorted;   /* numbers; NULL: not sorted yet */
};

/* ---- measuring ---- */

static double number_at(const mlops__sample *s, int64_t i) {
    switch (s->type) {
    case MLOPS_TYPE_FLOAT64: return ((const double *)s->values)[i] + 0.0; /* -0 becomes 0 */
    case MLOPS_TYPE_INT64: return (double)((const int64_t *)s->values)[i];
    default: return ((const uint8_t *)s->values)[i];
    }
}

static int before(const mlops__expr_text *a, const mlops__expr_text *b) {
    uint32_t shared = a->n < b->n ? a->n : b->n;
    int order = shared ? memcmp(a->data, b->data, shared) : 0;
    return order < 0 || (order == 0 && a->n < b->n);
}

static void take(mlops__measure *m, const mlops__sample *s, int64_t i) {
    int first = m->n == 0;
    m->n++;
    if (s->type == MLOPS_TYPE_STRING) {
        const mlops__expr_text *text = (const mlops__expr_text *)s->values + i;
        if (first || before(text, &m->first)) m->first = *text;
        if (first || before(&m->last, text)) m->last = *text;
        return;
    }
    double x = number_at(s, i);
    mlops__exact_add(&m->sum, x);
    if (s->type == MLOPS_TYPE_FLOAT64) {
        if (first || x < m->low) m->low = x;
        if (first || x > m->high) m->high = x;
        return;
    }
    int64_t whole = s->type == MLOPS_TYPE_INT64 ? ((const int64_t *)s->values)[i]
                                                : ((const uint8_t *)s->values)[i];
    if (first || whole < m->least) m->least = whole;
    if (first || whole > m->most) m->most = whole;
}

/* Texts outlive the sample. */
static mlops_status keep_texts(validation *self, mlops__measure *m) {
    mlops__expr_text *const texts[2] = {&m->first, &m->last};
    for (int i = 0; i < 2 && m->type == MLOPS_TYPE_STRING && m->n; i++) {
        texts[i]->data = mlops__arena_text(&self->arena, texts[i]->data, texts[i]->n);
        if (!texts[i]->data) return MLOPS_E_NOMEM;
    }
    return MLOPS_OK;
}

static mlops_status measure(validation *self, const mlops__expr_argument *arg,
                            mlops__measure **out) {
    mlops__sample *s;
    mlops__measure *m = mlops__arena_alloc(&self->arena, sizeof *m);
    *out = m;
    if (!m) return MLOPS_E_NOMEM;
    MLOPS_TRY(mlops__validation_sample(self, arg->text, arg->n, &s));
    m->type = s->type;
    m->distinct = -1;
    m->text = mlops__arena_text(&self->arena, arg->text, arg->n);
    m->n_text = arg->n;
    if (!m->text) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < s->n; i++) {
        if (mlops__sample_present(s, i)) take(m, s, i);
        else if (s->validity[i / 8] >> (i % 8) & 1) m->n_nan++;
        else m->n_null++;
    }
    MLOPS_TRY(keep_texts(self, m));
    if (memchr(arg->text, 1, arg->n)) return MLOPS_OK; /* of the expectation at hand alone */
    m->next = self->measures;
    self->measures = m;
    return MLOPS_OK;
}

/* What is known of an argument. */
static mlops_status measured(validation *self, const expansion *call, mlops__measure **out) {
    const mlops__expr_argument *arg = &call->args[0];
    for (mlops__measure *m = self->measures; m; m = m->next)
        if (m->n_text == arg->n && memcmp(m->text, arg->text, arg->n) == 0)
            return *out = m, MLOPS_OK;
    return measure(self, arg, out);
}

static mlops_status count_distinct(validation *self, const mlops__expr_argument *arg,
                                   mlops__measure *m) {
    mlops__sample *s;
    mlops__dictionary values;
    mlops_status status = MLOPS_OK;
    int32_t code;
    if (m->distinct >= 0) return MLOPS_OK;
    MLOPS_TRY(mlops__validation_sample(self, arg->text, arg->n, &s));
    mlops__dictionary_init(&values, &self->host.allocator, &self->host.entropy);
    for (int64_t i = 0; i < s->n && !status; i++) {
        if (!mlops__sample_present(s, i)) continue;
        const mlops__expr_text *text = (const mlops__expr_text *)s->values + i;
        double x = s->type == MLOPS_TYPE_FLOAT64 ? number_at(s, i) : 0;
        const char *bytes = s->type == MLOPS_TYPE_STRING    ? text->data
                            : s->type == MLOPS_TYPE_FLOAT64 ? (const char *)&x
                            : s->type == MLOPS_TYPE_INT64
                                ? (const char *)((const int64_t *)s->values + i)
                                : (const char *)((const uint8_t *)s->values + i);
        size_t n = s->type == MLOPS_TYPE_STRING ? text->n
                   : s->type == MLOPS_TYPE_BOOL ? 1
                                                : sizeof(int64_t);
        status = mlops__dictionary_add(&values, bytes, n, &code);
    }
    m->distinct = values.n;
    mlops__dictionary_free(&values);
    return status;
}

static mlops_status sort(validation *self, const mlops__expr_argument *arg, mlops__measure *m) {
    mlops__sample *s;
    if (m->sorted || m->n == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__validation_sample(self, arg->text, arg->n, &s));
    double *from = mlops__arena_array(&self->scratch, (size_t)s->n, 2 * sizeof *from);
    double *sorted = mlops__arena_array(&self->arena, (size_t)m->n, sizeof *sorted);
    if (!from || !sorted) return MLOPS_E_NOMEM;
    int64_t n = 0;
    for (int64_t i = 0; i < s->n; i++)
        if (mlops__sample_present(s, i)) from[n++] = number_at(s, i);
    mlops__sort_f64(self->host.cpu, sorted, from + s->n, from, n);
    m->sorted = sorted;
    return MLOPS_OK;
}

/* ---- numbers ---- */

/* By linear interpolation between ranks, as NumPy does it. */
static double quantile(const mlops__measure *m, double p) {
    double rank = p * (double)(m->n - 1);
    int64_t below = (int64_t)rank;
    double low = m->sorted[below], high = m->sorted[below + 1 < m->n ? below + 1 : below];
    double part = rank - (double)below, step = high - low;
    if (part == 0 || low == high) return low;
    return part < 0.5 ? low + step * part : high - step * (1 - part);
}

/* Of a sample: divided by n - 1. */
static mlops_status deviation(validation *self, const mlops__expr_argument *arg,
                              const mlops__measure *m, double *out) {
    mlops__sample *s;
    mlops__exact squares = {{0}, 0, 0}, rest = {{0}, 0, 0};
    double mean = mlops__exact_mean(&m->sum, m->n);
    MLOPS_TRY(mlops__validation_sample(self, arg->text, arg->n, &s));
    for (int64_t i = 0; i < s->n; i++) {
        if (!mlops__sample_present(s, i)) continue;
        double d = number_at(s, i) - mean;
        mlops__exact_add(&squares, d * d);
        mlops__exact_add(&rest, d);
    }
    double lost = mlops__exact_value(&rest);
    double sum = mlops__exact_value(&squares) - lost * lost / (double)m->n;
    *out = mlops__sqrt((sum > 0 || sum != sum ? sum : 0) / (double)(m->n - 1));
    return MLOPS_OK;
}

static void put_null(mlops__buf *out, mlops_type type) {
    mlops__buf_text(out, type == MLOPS_TYPE_STRING  ? "if(false, '', null)"
                         : type == MLOPS_TYPE_BOOL  ? "if(false, true, null)"
                         : type == MLOPS_TYPE_INT64 ? "if(false, 0, null)"
                                                    : "if(false, 0.0, null)");
}

static void put_f64(mlops__buf *out, double value) {
    char text[MLOPS__NUMBER_MAX];
    if (value != value) mlops__buf_text(out, "(0.0 / 0.0)");
    else if (value - value != 0) mlops__buf_text(out, value > 0 ? "(1.0 / 0.0)" : "(-1.0 / 0.0)");
    else mlops__buf_put(out, text, mlops__format_f64(text, value));
}

static void put_i64(mlops__buf *out, int64_t value) {
    mlops__buf_format(out, "%lld", (long long)value);
}

static void put_end(mlops__buf *out, const mlops__measure *m, int most) {
    const mlops__expr_text *text = most ? &m->last : &m->first;
    if (m->n == 0) put_null(out, m->type);
    else if (m->type == MLOPS_TYPE_STRING) mlops__expr_put_text(out, text->data, text->n);
    else if (m->type == MLOPS_TYPE_FLOAT64) put_f64(out, most ? m->high : m->low);
    else if (m->type == MLOPS_TYPE_INT64) put_i64(out, most ? m->most : m->least);
    else mlops__buf_text(out, (most ? m->most : m->least) ? "true" : "false");
}

static int is(const expansion *call, const char *name) { return strcmp(call->name, name) == 0; }

static mlops_status want_number(expansion *call, mlops_type type) {
    if (type != MLOPS_TYPE_STRING) return MLOPS_OK;
    return mlops__expectation_problem(
        call, MLOPS_E_SCHEMA, 0, "%s takes numbers or conditions, and this is text", call->name);
}

static mlops_status expand_number(validation *self, expansion *call, mlops__measure *m) {
    const mlops__expr_argument *arg = &call->args[0];
    double value = 0;
    MLOPS_TRY(want_number(call, m->type));
    if (m->n == 0 || (is(call, "std") && m->n == 1)) {
        put_null(call->out, MLOPS_TYPE_FLOAT64);
        return MLOPS_OK;
    }
    if (is(call, "mean")) value = mlops__exact_mean(&m->sum, m->n);
    else if (is(call, "sum")) value = mlops__exact_value(&m->sum);
    else if (is(call, "std")) MLOPS_TRY(deviation(self, arg, m, &value));
    else {
        const mlops__expr_argument *p = &call->args[1];
        MLOPS_TRY(sort(self, arg, m));
        value = is(call, "median")            ? quantile(m, 0.5)
                : p->type == MLOPS_TYPE_INT64 ? quantile(m, (double)p->i64)
                                              : quantile(m, p->f64);
    }
    put_f64(call->out, value + 0.0);
    return MLOPS_OK;
}

static double share(int64_t part, const mlops__measure *m) {
    int64_t n = m->n + m->n_null + m->n_nan;
    return n ? (double)part / (double)n : 0;
}

static mlops_status expand_measure(validation *self, expansion *call) {
    mlops__measure *m;
    MLOPS_TRY(measured(self, call, &m));
    if (is(call, "min") || is(call, "max")) put_end(call->out, m, is(call, "max"));
    else if (is(call, "null_share")) put_f64(call->out, share(m->n_null, m));
    else if (is(call, "nan_share")) put_f64(call->out, share(m->n_nan, m));
    else if (is(call, "count")) put_i64(call->out, m->n);
    else if (is(call, "distinct")) {
        MLOPS_TRY(count_distinct(self, &call->args[0], m));
        put_i64(call->out, m->distinct);
    } else return expand_number(self, call, m);
    return MLOPS_OK;
}

/* ---- what is known without looking at values ---- */

static void put_type(const validation *self, expansion *call) {
    const mlops__expr_argument *arg = &call->args[0];
    int64_t column = arg->name ? mlops_table_find(self->table, arg->name) : -1;
    const char *name =
        mlops__type_name(column >= 0 ? mlops_table_type(self->table, column) : arg->type);
    mlops__expr_put_text(call->out, name, strlen(name));
}

/* ---- drift ---- */

static mlops_status compare(validation *self, expansion *call, mlops_drift_column *out) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    const mlops_host lent = mlops__host_lend(&self->host);
    mlops_drift *drift;
    mlops__buf name;
    mlops_error err;
    mlops__buf_init(&name, &self->host.allocator);
    mlops__names_put(&name, call->args[0].name);
    mlops__buf_u8(&name, 0);
    opts.host = &lent;
    opts.columns = (const char *)name.data;
    mlops_status status = name.status;
    if (!status)
        status =
            mlops_drift_compare_reference(&drift, self->opts.reference, self->table, &opts, &err);
    mlops__buf_free(&name);
    if (status == MLOPS_E_NOMEM) return status;
    if (status)
        return mlops__expectation_problem(call, status, 0, "%.*s", MLOPS__EXPR_PROBLEM - 1,
                                          err.message);
    *out = (mlops_drift_column)MLOPS_DRIFT_COLUMN_INIT;
    mlops_drift_get(drift, 0, out);
    out->name = NULL; /* it ends with the verdicts */
    mlops_drift_unref(drift);
    return MLOPS_OK;
}

static double measure_of(const mlops_drift_column *column, const mlops__expr_text *name) {
    switch (name->data[0]) {
    case 'e': return column->effect;
    case 'k': return column->ks;
    case 'w': return column->wasserstein;
    case 'p': return column->psi;
    case 'j': return column->js;
    default: return column->tv;
    }
}

static mlops_status expand_drift(validation *self, expansion *call) {
    mlops_drift_column column;
    if (!self->opts.reference) {
        self->absent = 1;
        return mlops__expectation_problem(call, MLOPS_E_NOT_FOUND, -1,
                                          "there is no reference to compare with");
    }
    if (!call->args[0].name)
        return mlops__expectation_problem(call, MLOPS_E_SCHEMA, 0, "%s takes a column", call->name);
    MLOPS_TRY(compare(self, call, &column));
    if (is(call, "drift")) put_f64(call->out, measure_of(&column, &call->args[1].string));
    else if (column.verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA) put_null(call->out, MLOPS_TYPE_BOOL);
    else mlops__buf_text(call->out, column.verdict == MLOPS_DRIFT_YES ? "true" : "false");
    return MLOPS_OK;
}

/* ---- all of them ---- */

static mlops_status write_out(validation *self, expansion *call) {
    static const char *const measures[] = {"count",    "distinct", "max",       "mean",
                                           "median",   "min",      "nan_share", "null_share",
                                           "quantile", "std",      "sum",       NULL};
    if (is(call, "row_count")) put_i64(call->out, mlops_table_n_rows(self->table));
    else if (is(call, "column_count")) put_i64(call->out, mlops_table_n_columns(self->table));
    else if (is(call, "type")) put_type(self, call);
    else if (is(call, "has_column")) {
        const mlops__expr_text *name = &call->args[0].string;
        char *copy = mlops__arena_text(&self->scratch, name->data, name->n);
        if (!copy) return MLOPS_E_NOMEM;
        mlops__buf_text(call->out, mlops_table_find(self->table, copy) >= 0 ? "true" : "false");
    } else if (is(call, "drift") || is(call, "drifted")) return expand_drift(self, call);
    else {
        for (const char *const *name = measures; *name; name++)
            if (is(call, *name)) return expand_measure(self, call);
        return MLOPS_END;
    }
    return MLOPS_OK;
}

/* "mean(amount) = 2.5", once. What stands for a null or an infinity is shown as such. */
static void observe(validation *self, const expansion *call) {
    mlops__buf *out = &self->observed;
    size_t start = out->size;
    const char *value = (const char *)call->out->data;
    size_t n = call->out->size;
    if (start) mlops__buf_text(out, ", ");
    size_t from = out->size;
    mlops__buf_format(out, "%s(", call->name);
    for (int64_t i = 0; i < call->n_args; i++) {
        int computed = memchr(call->args[i].text, 1, call->args[i].n) != NULL;
        if (i) mlops__buf_text(out, ", ");
        mlops__buf_put(out, computed ? "..." : call->args[i].text, computed ? 3 : call->args[i].n);
    }
    mlops__buf_text(out, ") = ");
    if (n > 3 && memcmp(value, "if(", 3) == 0) mlops__buf_text(out, "null");
    else if (n && value[0] == '(')
        mlops__buf_text(out, value[1] == '0' ? "nan" : value[1] == '-' ? "-inf" : "inf");
    else mlops__buf_put(out, value, n);
    if (out->status) return;
    size_t size = out->size - from;
    for (size_t i = 0; i + size <= start; i++) {
        if (memcmp(out->data + i, out->data + from, size) != 0) continue;
        out->size = start;
        return;
    }
}

mlops_status mlops__measure_expand(validation *self, expansion *call) {
    mlops_status status = write_out(self, call);
    if (status == MLOPS_OK && call->out->status == MLOPS_OK) observe(self, call);
    if (status == MLOPS_E_LIMIT)
        mlops__expectation_problem(call, status, 0, "%s has too many distinct values", call->name);
    return status;
}
