/* Expectations: read, inferred, bound, held against tables, refused; rows of two tables compared.
 *
 * Owns nothing. Columns: x is numeric, colour has categories and nulls, id is unique.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

static const char TEXT[] = "unique(id) # one\nbetween(median(x), 0, 1e9) and distinct(colour) < 9\n"
                           "matches(lower(colour), '[a-z]+|(a|b){2}') mostly 0.5 as word\n"
                           "references(id, 'other', 'id') warn\nnot drifted(x) as same\n"
                           "std(x) > 0 and quantile(x, 0.9) > min(x)\nx < 0 as never warn\n";

static mlops_status bind(mlops_expectations **out, const mlops_host *host, const mlops_table *t,
                         mlops_error *err) {
    mlops_expectations *e;
    *out = NULL;
    MLOPS_TRY(mlops_expectations_parse(&e, TEXT, host, err));
    mlops_status status =
        mlops_expectations_bind(out, e, "other", (mlops_table *)(uintptr_t)t, err);
    mlops_expectations_unref(e);
    return status;
}

static mlops_status judge(const mlops_expectations *e, const mlops_table *t, const mlops_host *host,
                          int *good, mlops_error *err) {
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_reference_opts like = MLOPS_REFERENCE_OPTS_INIT;
    mlops_table *report = NULL, *rows = NULL;
    mlops_reference *reference;
    like.host = host;
    MLOPS_TRY(mlops_reference_new(&reference, t, &like, err));
    opts.reference = reference;
    mlops_status status = mlops_expectations_validate(&report, e, t, &opts, err);
    if (!status) status = mlops_expectations_rows(&rows, e, "never", t, &opts, err);
    if (!status)
        *good = mlops_table_n_rows(report) == mlops_expectations_n(e) &&
                mlops_table_n_rows(rows) == SWEEP_ROWS &&
                mlops_expectations_require(report, err) == MLOPS_E_REFUSED;
    mlops_table_unref(rows);
    mlops_table_unref(report);
    mlops_reference_unref(reference);
    return status;
}

static int validate(const mlops_host *host, const char *dir) {
    mlops_expectations *e;
    mlops_table *t;
    mlops_error err;
    int good = 1;
    (void)dir;
    mlops_status status = sweep_parse_csv(&t, host, 0, &err);
    if (status) return status;
    status = bind(&e, host, t, &err);
    if (status) good = !e;
    if (!status) status = judge(e, t, host, &good, &err);
    mlops_expectations_unref(e);
    mlops_table_unref(t);
    return good ? sweep_told(status, &err) : SWEEP_WRONG;
}

static int infer(const mlops_host *host, const char *dir) {
    mlops_infer_opts opts = MLOPS_INFER_OPTS_INIT;
    mlops_expectations *e = NULL;
    mlops_table *t, *report = NULL;
    mlops_error err;
    (void)dir;
    opts.host = host;
    mlops_status status = sweep_parse_csv(&t, host, 0, &err);
    if (status) return status;
    status = mlops_expectations_infer(&e, t, &opts, &err);
    if (!status) status = mlops_expectations_validate(&report, e, t, NULL, &err);
    int good = status || (mlops_expectations_require(report, &err) == MLOPS_OK &&
                          strstr(mlops_expectations_text(e), "unique(id)\n"));
    mlops_expectations_unref(mlops_expectations_ref(e));
    mlops_expectations_unref(e);
    mlops_table_unref(report);
    mlops_table_unref(t);
    return good ? sweep_told(status, &err) : SWEEP_WRONG;
}

static int overlap(const mlops_host *host, const char *dir) {
    mlops_table *a, *b, *pairs = NULL;
    mlops_error err;
    (void)dir;
    mlops_status status = sweep_parse_csv(&a, host, 0, &err);
    if (status) return status;
    status = sweep_parse_csv(&b, host, 0, &err);
    if (!status) {
        status = mlops_table_overlap(&pairs, a, b, "id,colour", &err);
        mlops_table_unref(b);
    }
    int good = status ? !pairs : mlops_table_n_rows(pairs) == SWEEP_ROWS;
    mlops_table_unref(pairs);
    mlops_table_unref(a);
    return good ? sweep_told(status, &err) : SWEEP_WRONG;
}

const sweep_scenario sweep_expectation[] = {
    {"expectation: validate", NULL, validate, NULL, SWEEP_MEMORY | SWEEP_ALONE},
    {"expectation: infer", NULL, infer, NULL, SWEEP_MEMORY | SWEEP_ALONE},
    {"expectation: overlap", NULL, overlap, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
