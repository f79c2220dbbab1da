/* Values of rows that look beyond their row: what functions such as unique() are written out as.
 *
 * Owns nothing: computed values lie with the expectation at hand. Invariant: where an argument is
 * null or NaN, so is what is computed of it: such rows neither hold nor fail.
 */
#include "quality/cell.h"
#include "text/time.h"

#include <string.h>

typedef mlops__validation validation;
typedef mlops__expr_expansion expansion;

static int is(const expansion *call, const char *name) { return strcmp(call->name, name) == 0; }

static void set(mlops__sample *out, int64_t i, int truth) {
    ((uint8_t *)out->values)[i] = (uint8_t)truth;
    out->validity[i / 8] |= (uint8_t)(1u << (i % 8));
}

static mlops_status sample(validation *self, const expansion *call, int64_t arg,
                           mlops__sample **out) {
    return mlops__validation_sample(self, call->args[arg].text, call->args[arg].n, out);
}

static int is_number(mlops_type type) {
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

/* ---- what stands for other expressions ---- */

static mlops_status between(expansion *call) {
    const mlops__expr_argument *a = call->args;
    for (int64_t i = 0; i < 3; i++) {
        int fits = i == 0 ? is_number(a->type) || a->type == MLOPS_TYPE_STRING
                          : a[i].type == a->type || (is_number(a[i].type) && is_number(a->type));
        if (!fits)
            return mlops__expectation_problem(call, MLOPS_E_SCHEMA, i,
                                              "between takes three numbers, or three texts");
    }
    for (int64_t i = 1; i < 3; i++) {
        mlops__buf_text(call->out, i == 1 ? "(" : " and (");
        mlops__buf_put(call->out, a->text, a->n);
        mlops__buf_text(call->out, i == 1 ? ") >= (" : ") <= (");
        mlops__buf_put(call->out, a[i].text, a[i].n);
        mlops__buf_u8(call->out, ')');
    }
    return MLOPS_OK;
}

/* A span of time as nanoseconds. */
static mlops_status span(expansion *call) {
    const mlops__expr_argument *x = &call->args[0];
    const char *unit = is(call, "days")      ? "86400000000000"
                       : is(call, "hours")   ? "3600000000000"
                       : is(call, "minutes") ? "60000000000"
                                             : "1000000000";
    if (!is_number(x->type))
        return mlops__expectation_problem(call, MLOPS_E_SCHEMA, 0, "%s takes a number", call->name);
    mlops__buf_u8(call->out, '(');
    mlops__buf_put(call->out, x->text, x->n);
    mlops__buf_format(call->out, ") * %s", unit);
    return MLOPS_OK;
}

static mlops_status read_times(validation *self, expansion *call, mlops__buf *out) {
    mlops__sample *texts, *times;
    MLOPS_TRY(sample(self, call, 0, &texts));
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_INT64, &times));
    for (int64_t i = 0; i < texts->n; i++) {
        const mlops__expr_text *text = (const mlops__expr_text *)texts->values + i;
        if (!mlops__sample_present(texts, i)) continue;
        int is_time = mlops__time_parse(text->data, text->n, (int64_t *)times->values + i);
        if (is_time != 1)
            return mlops__expectation_problem(
                call, MLOPS_E_SCHEMA, 0, "row %lld (from 0) has \"%.*s\", which is %s",
                (long long)i, (int)(text->n < 40 ? text->n : 40), text->data,
                is_time < 0 ? "beyond " MLOPS__TIME_RANGE
                            : "no time; times are ISO 8601, or int64 nanoseconds");
        times->validity[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    return mlops__validation_compute(self, times, out);
}

static mlops_status age_of(validation *self, expansion *call) {
    const mlops__expr_argument *x = &call->args[0];
    if (!(self->opts.flags & MLOPS_EXPECTATIONS_SET_AS_OF_NS))
        return mlops__expectation_problem(call, MLOPS_E_INVALID, -1,
                                          "age_of counts back from a time, and none is given");
    if (x->type != MLOPS_TYPE_INT64 && x->type != MLOPS_TYPE_STRING)
        return mlops__expectation_problem(call, MLOPS_E_SCHEMA, 0,
                                          "age_of takes times: text of ISO 8601, or int64 "
                                          "nanoseconds since 1970");
    mlops__buf_format(call->out, "%lld - (", (long long)self->opts.as_of_ns);
    if (x->type == MLOPS_TYPE_STRING) MLOPS_TRY(read_times(self, call, call->out));
    else mlops__buf_put(call->out, x->text, x->n);
    mlops__buf_u8(call->out, ')');
    return MLOPS_OK;
}

/* ---- what is computed ---- */

/* The key of a row's arguments, if none of them is null or NaN. */
static int put_key(mlops__sample *const *args, int64_t n, int64_t row, mlops__buf *out) {
    out->size = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!mlops__sample_present(args[i], row)) return 0;
        const mlops__cell cell = mlops__cell_of_sample(args[i], row);
        mlops__cell_put(&cell, out);
    }
    return 1;
}

/* Numbers of equal rows from 0 on, -1 for rows without a key; and how often each is there. */
static mlops_status count_keys(validation *self, mlops__sample *const *args, int64_t n,
                               int32_t *codes, mlops__buf *counts) {
    mlops__dictionary keys;
    mlops__buf key;
    mlops_status status = MLOPS_OK;
    mlops__dictionary_init(&keys, &self->host.allocator, &self->host.entropy);
    mlops__buf_init(&key, &self->host.allocator);
    for (int64_t i = 0; i < args[0]->n && !status; i++) {
        codes[i] = -1;
        if (!put_key(args, n, i, &key)) continue;
        status = key.status;
        if (!status)
            status = mlops__dictionary_add(&keys, (const char *)key.data, key.size, &codes[i]);
        if (status) break;
        if (counts->size < (size_t)keys.n) mlops__buf_u8(counts, 0);
        if (counts->data && counts->data[codes[i]] < 2) counts->data[codes[i]]++;
        status = counts->status;
    }
    mlops__buf_free(&key);
    mlops__dictionary_free(&keys);
    return status;
}

static mlops_status unique(validation *self, expansion *call) {
    mlops__sample *args[MLOPS__EXPECTATION_ARGS_MAX], *out;
    mlops__buf counts; /* 1, or 2 for more */
    for (int64_t i = 0; i < call->n_args; i++) MLOPS_TRY(sample(self, call, i, &args[i]));
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_BOOL, &out));
    int32_t *codes = mlops__arena_array(&self->scratch, (size_t)out->n + 1, sizeof *codes);
    if (!codes) return MLOPS_E_NOMEM;
    mlops__buf_init(&counts, &self->host.allocator);
    mlops_status status = count_keys(self, args, call->n_args, codes, &counts);
    for (int64_t i = 0; i < out->n && !status; i++)
        if (codes[i] >= 0) set(out, i, counts.data[codes[i]] == 1);
    mlops__buf_free(&counts);
    return status ? status : mlops__validation_compute(self, out, call->out);
}

/* Less than 0: a is before b. */
static int order(const mlops__cell *a, const mlops__cell *b) {
    if (a->type == MLOPS_TYPE_FLOAT64) return (a->f64 > b->f64) - (a->f64 < b->f64);
    if (a->type != MLOPS_TYPE_STRING) return (a->i64 > b->i64) - (a->i64 < b->i64);
    size_t shared = a->n < b->n ? a->n : b->n;
    int bytes = shared ? memcmp(a->text, b->text, shared) : 0;
    return bytes ? bytes : (a->n > b->n) - (a->n < b->n);
}

/* Each row against the one before it that has a value; the first holds. */
static mlops_status in_order(validation *self, expansion *call) {
    mlops__sample *arg, *out;
    mlops__cell last = {.type = MLOPS_TYPE_NULL};
    int strictly = call->n_args == 2, falls = is(call, "decreasing");
    MLOPS_TRY(sample(self, call, 0, &arg));
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_BOOL, &out));
    for (int64_t i = 0; i < out->n; i++) {
        if (!mlops__sample_present(arg, i)) continue;
        const mlops__cell cell = mlops__cell_of_sample(arg, i);
        int step = last.type == MLOPS_TYPE_NULL ? 1 : order(&cell, &last);
        if (falls && last.type != MLOPS_TYPE_NULL) step = -step;
        set(out, i, strictly ? step > 0 : step >= 0);
        last = cell;
    }
    return mlops__validation_compute(self, out, call->out);
}

/* A column of texts is looked at text by text, anything else row by row. */
static void match_rows(const mlops__regex *regex, const mlops__sample *arg,
                       const mlops__column *column, uint8_t *by_code, void *scratch,
                       mlops__sample *out) {
    for (int64_t i = 0; column && i < column->n_texts; i++)
        by_code[i] = (uint8_t)mlops__regex_matches(regex, column->texts[i],
                                                   strlen(column->texts[i]), scratch);
    for (int64_t i = 0; i < out->n; i++) {
        const mlops__expr_text *text = (const mlops__expr_text *)arg->values + i;
        if (!mlops__sample_present(arg, i)) continue;
        set(out, i,
            column ? by_code[((const int32_t *)column->data)[i]]
                   : mlops__regex_matches(regex, text->data, text->n, scratch));
    }
}

static mlops_status matches(validation *self, expansion *call) {
    const mlops__expr_argument *x = &call->args[0];
    const mlops__regex *regex;
    const mlops__column *column = NULL;
    mlops__regex_problem problem;
    mlops__sample *arg, *out;
    if (x->type != MLOPS_TYPE_STRING)
        return mlops__expectation_problem(call, MLOPS_E_SCHEMA, 0, "matches takes text");
    MLOPS_TRY(mlops__regex_compile(&regex, call->args[1].string.data, call->args[1].string.n,
                                   &self->scratch, &problem));
    MLOPS_TRY(sample(self, call, 0, &arg));
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_BOOL, &out));
    if (x->name) column = mlops__table_column(self->table, mlops_table_find(self->table, x->name));
    void *scratch = mlops__arena_alloc(&self->scratch, mlops__regex_scratch_size(regex));
    uint8_t *by_code = mlops__arena_alloc(&self->scratch, column ? (size_t)column->n_texts + 1 : 1);
    if (!scratch || !by_code) return MLOPS_E_NOMEM;
    match_rows(regex, arg, column, by_code, scratch, out);
    return mlops__validation_compute(self, out, call->out);
}

/* The column that references() reads. */
static mlops_status find_other(validation *self, expansion *call, const mlops__column **out) {
    const mlops__expr_text *name = &call->args[1].string, *column = &call->args[2].string;
    const mlops_table *other = NULL;
    const char *problem = NULL;
    int n = (int)(name->n < 100 ? name->n : 100);
    char *text = mlops__arena_text(&self->scratch, column->data, column->n);
    if (!text) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < self->self->n_others; i++) {
        const char *known = self->self->others[i].name;
        if (strlen(known) == name->n && memcmp(known, name->data, name->n) == 0)
            other = self->self->others[i].table, problem = self->self->others[i].problem;
    }
    if (problem)
        return mlops__expectation_problem(call, MLOPS_E_NOT_FOUND, 1, "\"%.*s\" %s", n, name->data,
                                          problem);
    if (!other)
        return mlops__expectation_problem(call, MLOPS_E_NOT_FOUND, 1, "there is no table \"%.*s\"",
                                          n, name->data);
    int64_t i = mlops_table_find(other, text);
    if (i < 0)
        return mlops__expectation_problem(call, MLOPS_E_SCHEMA, 2,
                                          "the table has no column \"%.*s\"", 100, text);
    *out = mlops__table_column(other, i);
    return MLOPS_OK;
}

static mlops_status keep_keys(mlops__dictionary *keys, const mlops__column *column,
                              mlops__buf *key) {
    int32_t code;
    for (int64_t i = 0; i < column->n_rows; i++) {
        const mlops__cell cell = mlops__cell_of_column(column, i);
        if (cell.type == MLOPS_TYPE_NULL) continue;
        key->size = 0;
        mlops__cell_put(&cell, key);
        MLOPS_TRY(key->status);
        MLOPS_TRY(mlops__dictionary_add(keys, (const char *)key->data, key->size, &code));
    }
    return MLOPS_OK;
}

static mlops_status references(validation *self, expansion *call) {
    const mlops__column *column = NULL;
    mlops__sample *arg, *out;
    mlops__dictionary keys;
    mlops__buf key;
    MLOPS_TRY(find_other(self, call, &column));
    int text = call->args[0].type == MLOPS_TYPE_STRING;
    if (column->type != MLOPS_TYPE_NULL && column->type != call->args[0].type &&
        !(is_number(column->type) && is_number(call->args[0].type)))
        return mlops__expectation_problem(
            call, MLOPS_E_SCHEMA, 0, "this is %s, and the column that it refers to is %s",
            text ? "text" : mlops__type_name(call->args[0].type), mlops__type_name(column->type));
    MLOPS_TRY(sample(self, call, 0, &arg));
    MLOPS_TRY(mlops__validation_room(self, MLOPS_TYPE_BOOL, &out));
    mlops__dictionary_init(&keys, &self->host.allocator, &self->host.entropy);
    mlops__buf_init(&key, &self->host.allocator);
    mlops_status status = keep_keys(&keys, column, &key);
    for (int64_t i = 0; i < out->n && !status; i++) {
        if (!put_key(&arg, 1, i, &key)) continue;
        status = key.status;
        if (!status)
            set(out, i, mlops__dictionary_find(&keys, (const char *)key.data, key.size) >= 0);
    }
    mlops__buf_free(&key);
    mlops__dictionary_free(&keys);
    return status ? status : mlops__validation_compute(self, out, call->out);
}

mlops_status mlops__rule_expand(validation *self, expansion *call) {
    mlops_status status = is(call, "between")                                ? between(call)
                          : is(call, "age_of")                               ? age_of(self, call)
                          : is(call, "unique")                               ? unique(self, call)
                          : is(call, "increasing") || is(call, "decreasing") ? in_order(self, call)
                          : is(call, "matches")                              ? matches(self, call)
                          : is(call, "references") ? references(self, call)
                                                   : span(call);
    if (status == MLOPS_E_LIMIT)
        mlops__expectation_problem(call, status, 0, "%s has too many distinct values", call->name);
    return status;
}
