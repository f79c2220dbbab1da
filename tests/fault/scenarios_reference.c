/* References: made of a table, saved, and loaded from their own file and from CSV.
 *
 * Owns nothing. Columns: x is numeric, colour has categories and nulls, id is left out.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

static int put_csv(const mlops_host *host, const char *dir) {
    return sweep_put_csv(host, dir, "t.csv", 0);
}

static mlops_status load(mlops_reference **out, const mlops_host *host, const char *dir,
                         const char *name, mlops_error *err) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    sweep_path path;
    opts.host = host;
    opts.ignore = "id";
    return mlops_reference_load(out, sweep_in(&path, dir, name), &opts, err);
}

static int as_expected(const mlops_reference *r) {
    return mlops_reference_n_rows(r) == SWEEP_ROWS && mlops_reference_n_columns(r) == 2 &&
           strcmp(mlops_reference_name(r, 0), "x") == 0 &&
           mlops_reference_type(r, 0) == MLOPS_TYPE_FLOAT64 &&
           mlops_reference_type(r, 1) == MLOPS_TYPE_STRING;
}

static int load_and_look(const mlops_host *host, const char *dir, const char *name) {
    mlops_reference *r;
    mlops_error err;
    mlops_status status = load(&r, host, dir, name, &err);
    if (status) return r || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    mlops_reference_unref(mlops_reference_ref(r));
    int good = as_expected(r);
    mlops_reference_unref(r);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int load_csv(const mlops_host *host, const char *dir) {
    return load_and_look(host, dir, "t.csv");
}

static int load_saved(const mlops_host *host, const char *dir) {
    return load_and_look(host, dir, "saved");
}

static mlops_status make(mlops_reference **out, const mlops_host *host, mlops_error *err) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_table *t;
    *out = NULL;
    opts.host = host;
    opts.columns = "x,colour";
    opts.flags = MLOPS_REFERENCE_EXACT;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, err));
    mlops_status status = mlops_reference_new(out, t, &opts, err);
    mlops_table_unref(t);
    return status;
}

static int make_and_save(const mlops_host *host, const char *dir) {
    mlops_reference *r;
    mlops_error err;
    sweep_path path;
    mlops_status status = make(&r, host, &err);
    if (status) return r || err.code != status ? SWEEP_WRONG : status;
    int good = as_expected(r);
    status = mlops_reference_save(r, sweep_in(&path, dir, "saved"), &err);
    mlops_reference_unref(r);
    return good ? (int)status : SWEEP_WRONG;
}

static int32_t open_table(void *user, const char *columns, struct ArrowArrayStream *out) {
    mlops_error err;
    (void)columns;
    return mlops_table_export_stream(user, out, &err) == MLOPS_OK ? 0 : -12; /* ENOMEM */
}

/* In passes; every value is kept. */
static int make_in_passes(mlops_reference_stream_opts *opts, const mlops_host *host) {
    mlops_reference_opts kept = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *r;
    mlops_error err;
    kept.host = host;
    kept.columns = "x,colour";
    kept.flags = MLOPS_REFERENCE_EXACT | MLOPS_REFERENCE_TEXTS;
    opts->reference = &kept;
    mlops_status status = mlops_reference_new_stream(&r, opts, &err);
    if (status == MLOPS_E_IO && opts->open && strstr(err.message, "memory"))
        return r ? SWEEP_WRONG : MLOPS_E_NOMEM; /* the producer has no other way to say so */
    if (status) return r || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = as_expected(r) && mlops_reference_is_exact(r) && mlops_reference_size(r) > 0;
    mlops_reference_unref(r);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int make_of_stream(const mlops_host *host, const char *dir) {
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    mlops_table *t;
    mlops_error err;
    (void)dir;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, &err));
    opts.open = open_table;
    opts.user = t;
    int status = make_in_passes(&opts, host);
    mlops_table_unref(t);
    return status;
}

static int make_of_file(const mlops_host *host, const char *dir) {
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    sweep_path path;
    opts.path = sweep_in(&path, dir, "t.csv");
    return make_in_passes(&opts, host);
}

/* An older file under the name, which a save that fails leaves alone. */
static int put_older(const mlops_host *host, const char *dir) {
    return sweep_put(host, dir, "saved", "older", 5);
}

static int put_saved(const mlops_host *host, const char *dir) { return make_and_save(host, dir); }

const sweep_scenario sweep_reference[] = {
    {"reference: make and save", put_older, make_and_save, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"reference: load", put_saved, load_saved, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"reference: of a stream", NULL, make_of_stream, NULL, SWEEP_MEMORY},
    {"reference: of a file", put_csv, make_of_file, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"reference: load CSV", put_csv, load_csv, NULL, SWEEP_MEMORY | SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
