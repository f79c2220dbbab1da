/* Features: fitted to a table, written, loaded, applied to tables and rows.
 *
 * Owns nothing. Columns: x is numeric, colour has categories and nulls.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

enum { OUTPUTS = 5 };

static const char DEFINITION[] = "a = standardise(impute(x, 'median')) # one\n"
                                 "b = minmax(x) + length(impute(lower(colour), 'mode'))\n"
                                 "c = one_hot(colour)\n";

static mlops_status fit(mlops_feature **out, const mlops_host *host, mlops_error *err) {
    mlops_feature_opts opts = MLOPS_FEATURE_OPTS_INIT;
    mlops_table *t;
    *out = NULL;
    opts.host = host;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, err));
    mlops_status status = mlops_feature_fit(out, DEFINITION, t, &opts, err);
    mlops_table_unref(t);
    return status;
}

static int as_expected(const mlops_feature *f) {
    const mlops_feature_value values[2] = {{MLOPS_TYPE_NULL, 0, 0, 0, NULL},
                                           {MLOPS_TYPE_STRING, 0, 0, 0, "green"}};
    float row[OUTPUTS];
    return mlops_feature_n_outputs(f) == OUTPUTS && mlops_feature_n_inputs(f) == 2 &&
           strcmp(mlops_feature_output_name(f, 2), "c=blue") == 0 &&
           mlops_feature_row(f, values, 2, row, OUTPUTS) == MLOPS_OK && row[0] == row[0] &&
           row[2] == 0 && row[3] == 1 && row[4] == 0;
}

static int fit_and_write(const mlops_host *host, const char *dir) {
    mlops_feature *f;
    mlops_error err;
    sweep_path path;
    mlops_status status = fit(&f, host, &err);
    if (status) return f || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = as_expected(f);
    status = mlops_feature_write(f, sweep_in(&path, dir, "features"), &err);
    mlops_feature_unref(f);
    return good ? (int)status : SWEEP_WRONG;
}

/* An older file under the name, which a write that fails leaves alone. */
static int put_older(const mlops_host *host, const char *dir) {
    return sweep_put(host, dir, "features", "older", 5);
}

static int put_written(const mlops_host *host, const char *dir) { return fit_and_write(host, dir); }

static int load(const mlops_host *host, const char *dir) {
    mlops_feature *f;
    mlops_error err;
    sweep_path path;
    mlops_status status = mlops_feature_load(&f, sweep_in(&path, dir, "features"), host, &err);
    if (status) return f || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = as_expected(f);
    mlops_feature_unref(f);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static mlops_status apply_both(const mlops_feature *f, const mlops_table *t, int *good,
                               mlops_error *err) {
    static float matrix[SWEEP_ROWS * OUTPUTS];
    mlops_table *out;
    double values[SWEEP_ROWS];
    MLOPS_TRY(mlops_feature_matrix(f, t, matrix, SWEEP_ROWS, OUTPUTS, err));
    MLOPS_TRY(mlops_feature_apply(&out, f, t, err));
    *good = mlops_table_n_columns(out) == OUTPUTS &&
            mlops_table_values(out, 0, values, SWEEP_ROWS, NULL) == MLOPS_OK;
    for (int i = 0; i < SWEEP_ROWS && *good; i++) *good = (float)values[i] == matrix[i * OUTPUTS];
    mlops_table_unref(out);
    return MLOPS_OK;
}

static int apply(const mlops_host *host, const char *dir) {
    mlops_feature *f;
    mlops_table *t;
    mlops_error err;
    int good = 1;
    (void)dir;
    mlops_status status = fit(&f, host, &err);
    if (status) return status;
    status = sweep_parse_csv(&t, host, 3, &err);
    if (status == MLOPS_OK) {
        status = apply_both(f, t, &good, &err);
        mlops_table_unref(t);
    }
    mlops_feature_unref(f);
    return good ? (int)status : SWEEP_WRONG;
}

static int equal(const mlops_feature *f, const mlops_feature *g) {
    mlops_id one, other;
    return !mlops_feature_id(f, &one) && !mlops_feature_id(g, &other) &&
           memcmp(&one, &other, sizeof one) == 0 &&
           strcmp(mlops_feature_definition(g), DEFINITION) == 0 &&
           strcmp(mlops_feature_input_name(g, 0), "x") == 0 &&
           mlops_feature_input_type(g, 1) == MLOPS_TYPE_STRING &&
           strcmp(mlops_feature_expression(f, 0), mlops_feature_expression(g, 0)) == 0;
}

/* What save() writes, parse() takes; the saved bytes are there before. */
static int pass_memory(const mlops_host *host, const char *dir) {
    static char bytes[16384];
    mlops_feature *f, *g;
    mlops_error err;
    size_t n = 0;
    (void)dir;
    MLOPS_TRY(fit(&f, host, &err));
    int good = mlops_feature_save(f, bytes, sizeof bytes, &n) == MLOPS_OK;
    mlops_status status = mlops_feature_parse(&g, bytes, n, host, &err);
    int result = status && g ? SWEEP_WRONG : sweep_told(status, &err);
    if (!status) {
        mlops_feature_unref(mlops_feature_ref(g));
        if (!good || !as_expected(g) || !equal(f, g)) result = SWEEP_WRONG;
    }
    mlops_feature_unref(g);
    mlops_feature_unref(f);
    return result;
}

const sweep_scenario sweep_feature[] = {
    {"feature: fit and write", put_older, fit_and_write, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"feature: load", put_written, load, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"feature: through memory", NULL, pass_memory, NULL, SWEEP_MEMORY},
    {"feature: apply", NULL, apply, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
