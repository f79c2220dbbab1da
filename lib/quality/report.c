/* What holding a table against expectations gives: a table of all, the rows of one, a refusal.
 *
 * Owns nothing beyond a call. Invariant: a report says of each expectation what judging it gave and
 * nothing else, so that it can be kept, and refused later, without the table.
 */
#include "quality/quality.h"
#include "text/near.h"
#include "text/number.h"

#include <string.h>

static const mlops__rows_column columns[] = {
    {"id", MLOPS_TYPE_STRING},       {"text", MLOPS_TYPE_STRING},
    {"severity", MLOPS_TYPE_STRING}, {"kind", MLOPS_TYPE_STRING},
    {"holds", MLOPS_TYPE_BOOL},      {"observed", MLOPS_TYPE_STRING},
    {"mostly", MLOPS_TYPE_FLOAT64},  {"share", MLOPS_TYPE_FLOAT64},
    {"n_rows", MLOPS_TYPE_INT64},    {"n_unknown", MLOPS_TYPE_INT64},
    {"n_failed", MLOPS_TYPE_INT64},  {"rows", MLOPS_TYPE_STRING},
    {"problem", MLOPS_TYPE_STRING},
};
enum {
    ID,
    TEXT,
    SEVERITY,
    KIND,
    HOLDS,
    OBSERVED,
    MOSTLY,
    SHARE,
    N_ROWS,
    N_UNKNOWN,
    N_FAILED,
    ROWS,
    PROBLEM,
    N_COLUMNS
};

/* What the problem of an expectation that does not count says; reports are told apart by it. */
static const char ABSENT[] = "does not count: there is no reference to compare with";

static void put_numbers(mlops__rows *out, const mlops__expectation *item,
                        const mlops__verdict *verdict) {
    if (!item->by_row || verdict->problem[0]) {
        for (int i = MOSTLY; i <= N_FAILED; i++)
            if (i == MOSTLY && item->by_row) mlops__rows_f64(out, item->mostly);
            else mlops__rows_null(out);
        return;
    }
    mlops__rows_f64(out, item->mostly);
    mlops__rows_f64(out, verdict->share);
    mlops__rows_i64(out, verdict->n_rows);
    mlops__rows_i64(out, verdict->n_unknown);
    mlops__rows_i64(out, verdict->n_failed);
}

/* The first rows that fail; nothing if none does. */
static void write_rows(const mlops__verdict *verdict, int64_t max, mlops__buf *out) {
    int64_t left = verdict->n_failed < max ? verdict->n_failed : max;
    out->size = 0;
    for (int64_t i = 0; left > 0; i++) {
        if (!(verdict->failed[i / 8] >> (i % 8) & 1)) continue;
        mlops__buf_format(out, out->size ? " %lld" : "%lld", (long long)i);
        left--;
    }
}

static void put_text(mlops__rows *out, const mlops__buf *text) {
    if (text->size) mlops__rows_text_n(out, text->data, text->size);
    else mlops__rows_null(out);
}

static mlops_status put(mlops__rows *out, mlops__validation *v, const mlops__expectation *item,
                        mlops__buf *rows, mlops_error *err) {
    mlops__verdict verdict;
    MLOPS_TRY(mlops__validation_judge(v, item, &verdict, err));
    write_rows(&verdict, v->opts.n_rows_max, rows);
    if (rows->status) return mlops__fail_nomem(err, rows->size);
    mlops__rows_text(out, item->id);
    mlops__rows_text(out, item->text);
    mlops__rows_text(out, item->is_warning ? "warn" : "error");
    mlops__rows_text(out, item->by_row ? "row" : "table");
    if (verdict.truth < 0) mlops__rows_null(out);
    else mlops__rows_bool(out, verdict.truth);
    put_text(out, &v->observed);
    put_numbers(out, item, &verdict);
    put_text(out, rows);
    if (verdict.absent) mlops__rows_text(out, ABSENT);
    else mlops__rows_text(out, verdict.problem[0] ? verdict.problem : NULL);
    return MLOPS_OK;
}

mlops_status mlops_expectations_validate(mlops_table **out, const mlops_expectations *self,
                                         const mlops_table *table,
                                         const mlops_expectations_opts *opts, mlops_error *err) {
    mlops__validation v;
    mlops__rows rows;
    mlops__buf text;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__validation_begin(&v, self, table, opts, err));
    mlops_status status = mlops__rows_begin(&rows, &v.host, columns, N_COLUMNS, err);
    if (!status) {
        mlops__buf_init(&text, &v.host.allocator);
        for (int64_t i = 0; i < self->n && !status; i++)
            status = put(&rows, &v, &self->items[i], &text, err);
        mlops__buf_free(&text);
        status = mlops__rows_end(&rows, status, out, err);
    }
    mlops__validation_end(&v);
    return status;
}

/* ---- rows of one ---- */

static mlops_status find(const mlops_expectations *self, const char *id,
                         const mlops__expectation **out, mlops_error *err) {
    mlops__near near;
    mlops__near_begin(&near, id, strlen(id));
    for (int64_t i = 0; i < self->n; i++) {
        *out = &self->items[i];
        if (strcmp((*out)->id, id) == 0) return MLOPS_OK;
        mlops__near_consider(&near, (*out)->id, strlen((*out)->id));
    }
    if (near.found)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "there is no expectation \"%.*s\"; did you mean \"%.*s\"?", 150, id, 150,
                           near.found);
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "there is no expectation \"%.*s\"", 150, id);
}

static mlops_status list_rows(mlops_table **out, mlops__validation *v,
                              const mlops__expectation *item, mlops_error *err) {
    static const mlops__rows_column row = {"row", MLOPS_TYPE_INT64};
    mlops__verdict verdict;
    mlops__rows rows;
    if (!item->by_row)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "\"%.*s\" is of the table as a whole, and no rows fail it", 150,
                           item->id);
    MLOPS_TRY(mlops__validation_judge(v, item, &verdict, err));
    if (verdict.problem[0])
        return mlops__fail(err, MLOPS_E_SCHEMA, "\"%.*s\" cannot be judged: %s", 100, item->id,
                           verdict.problem);
    MLOPS_TRY(mlops__rows_begin(&rows, &v->host, &row, 1, err));
    int64_t left = verdict.n_failed;
    for (int64_t i = 0; left > 0; i++) {
        if (!(verdict.failed[i / 8] >> (i % 8) & 1)) continue;
        mlops__rows_i64(&rows, i);
        left--;
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

mlops_status mlops_expectations_rows(mlops_table **out, const mlops_expectations *self,
                                     const char *id, const mlops_table *table,
                                     const mlops_expectations_opts *opts, mlops_error *err) {
    mlops__validation v;
    const mlops__expectation *item = NULL;
    if (!out || !id) return mlops__fail(err, MLOPS_E_INVALID, "out or the id is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__validation_begin(&v, self, table, opts, err));
    mlops_status status = find(self, id, &item, err);
    if (!status) status = list_rows(out, &v, item, err);
    mlops__validation_end(&v);
    return status;
}

/* ---- refusing ---- */

static const mlops__column *column_of(const mlops_table *report, int i) {
    return mlops__table_column(report, i);
}

static const char *text_of(const mlops_table *report, int column, int64_t row) {
    const mlops__column *c = column_of(report, column);
    int32_t code = ((const int32_t *)c->data)[row];
    return code < 0 ? NULL : c->texts[code];
}

static int is_report(const mlops_table *report) {
    if (!report || mlops_table_n_columns(report) != N_COLUMNS) return 0;
    for (int i = 0; i < N_COLUMNS; i++)
        if (strcmp(mlops_table_name(report, i), columns[i].name) != 0 ||
            mlops_table_type(report, i) != columns[i].type)
            return 0;
    return 1;
}

static mlops_status refuse(const mlops_table *report, int64_t row, int64_t n_others,
                           mlops_error *err) {
    const mlops__column *holds = column_of(report, HOLDS);
    const char *observed = text_of(report, OBSERVED, row), *rows = text_of(report, ROWS, row);
    const char *problem = text_of(report, PROBLEM, row), *id = text_of(report, ID, row);
    const char *text = text_of(report, TEXT, row);
    int named = strcmp(id, text) != 0;
    char found[220] = "", more[48] = "";
    if (rows)
        mlops__format(found, sizeof found, " in %lld of %lld rows: %.*s",
                      (long long)((const int64_t *)column_of(report, N_FAILED)->data)[row],
                      (long long)((const int64_t *)column_of(report, N_ROWS)->data)[row], 120,
                      rows);
    else if (problem) mlops__format(found, sizeof found, ": %s", problem);
    else if (observed) mlops__format(found, sizeof found, " (%.*s)", 190, observed);
    if (n_others) mlops__format(more, sizeof more, "; %lld more", (long long)n_others);
    return mlops__fail(err, MLOPS_E_REFUSED, "the expectation %.*s%s%.*s is %s%s%s", 60,
                       named ? id : "", named ? ": " : "", 120, text,
                       mlops__column_valid(holds, row) ? "broken" : "unknown", found, more);
}

mlops_status mlops_expectations_require(const mlops_table *report, mlops_error *err) {
    if (!is_report(report))
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the table is no report of mlops_expectations_validate()");
    const mlops__column *holds = column_of(report, HOLDS);
    int64_t first = -1, n = 0;
    for (int64_t i = 0; i < mlops_table_n_rows(report); i++) {
        const char *severity = text_of(report, SEVERITY, i), *problem = text_of(report, PROBLEM, i);
        if (((const uint8_t *)holds->data)[i] || (severity && !strcmp(severity, "warn"))) continue;
        if (problem && !strcmp(problem, ABSENT)) continue;
        if (first < 0) first = i;
        n++;
    }
    return first < 0 ? MLOPS_OK : refuse(report, first, n - 1, err);
}
