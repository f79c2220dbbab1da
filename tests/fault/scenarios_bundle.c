/* Bundles: written with model and reference, loaded, and taken from memory.
 *
 * Owns the steps; an older file under the bundle's name shows whether a failed write spared it.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

static int put_parts(const mlops_host *host, const char *dir) {
    return sweep_put_fixture(host, dir, "model.json") || sweep_put(host, dir, "b", "older", 5);
}

static mlops_status make_reference(mlops_reference **out, const mlops_host *host) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_table *t;
    opts.host = host;
    *out = NULL;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, NULL));
    mlops_status status = mlops_reference_new(out, t, &opts, NULL);
    mlops_table_unref(t);
    return status;
}

static mlops_bundle_opts options(const mlops_host *host, const mlops_reference *reference) {
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    opts.host = host;
    opts.reference = reference;
    opts.name = "name";
    opts.version = "7";
    opts.metadata = "{\"team\":\"risk\"}";
    return opts;
}

static int write_parts(const mlops_host *host, const char *dir, const mlops_model *m) {
    mlops_reference *r;
    mlops_error err;
    sweep_path path;
    MLOPS_TRY(make_reference(&r, host));
    mlops_bundle_opts opts = options(host, r);
    mlops_status status = mlops_bundle_write(sweep_in(&path, dir, "b"), m, &opts, &err);
    mlops_reference_unref(r);
    return status && (err.code != status || !err.message[0]) ? SWEEP_WRONG : (int)status;
}

static int write_bundle(const mlops_host *host, const char *dir) {
    mlops_model *m;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = write_parts(host, dir, m);
    mlops_model_unref(m);
    return result;
}

static int put_bundle(const mlops_host *host, const char *dir) {
    return sweep_put_fixture(host, dir, "model.json") || write_bundle(host, dir);
}

static int as_expected(const mlops_bundle *b) {
    double out[2];
    mlops_id id;
    mlops_model *m = mlops_bundle_model(b);
    if (!m || mlops_bundle_id(b, &id)) return 0;
    int good = !mlops_model_predict(m, sweep_rows, 2, SWEEP_FEATURES, out, 1) &&
               memcmp(out, sweep_predictions, sizeof out) == 0;
    return good && strcmp(mlops_bundle_name(b), "name") == 0 &&
           strcmp(mlops_bundle_version(b), "7") == 0 &&
           strcmp(mlops_bundle_metadata(b), "{\"team\":\"risk\"}") == 0 &&
           mlops_reference_n_rows(mlops_bundle_reference(b)) == SWEEP_ROWS;
}

static int finish(mlops_status status, mlops_bundle *b, const mlops_error *err) {
    if (status) return b || err->code != status || !err->message[0] ? SWEEP_WRONG : status;
    mlops_bundle_unref(mlops_bundle_ref(b));
    int good = as_expected(b);
    mlops_bundle_unref(b);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int load_bundle(const mlops_host *host, const char *dir) {
    mlops_bundle *b;
    mlops_error err;
    sweep_path path;
    mlops_status status = mlops_bundle_load(&b, sweep_in(&path, dir, "b"), host, &err);
    return finish(status, b, &err);
}

/* Through memory: what save() writes, parse() takes. */
static int save_and_parse(const mlops_host *host, const mlops_model *m) {
    static uint8_t bytes[65536];
    mlops_bundle *b;
    mlops_reference *r;
    mlops_error err;
    size_t needed = 0;
    MLOPS_TRY(make_reference(&r, host));
    mlops_bundle_opts opts = options(host, r);
    mlops_status status = mlops_bundle_save(m, bytes, sizeof bytes, &needed, &opts, &err);
    mlops_reference_unref(r);
    if (status) return status;
    status = mlops_bundle_parse(&b, bytes, needed, host, &err);
    return finish(status, b, &err);
}

static int pass_memory(const mlops_host *host, const char *dir) {
    mlops_model *m;
    MLOPS_TRY(sweep_load_model(&m, host, dir, NULL));
    int result = save_and_parse(host, m);
    mlops_model_unref(m);
    return result;
}

/* A graph with texts, into memory and back. */
static int pass_graph(const mlops_host *host, const char *dir) {
    static uint8_t bytes[65536];
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_bundle_opts with = options(host, NULL);
    mlops_model *m;
    mlops_bundle *b = NULL;
    sweep_path path;
    size_t needed = 0;
    opts.host = host;
    MLOPS_TRY(mlops_model_load(&m, sweep_in(&path, dir, "model.onnx"), &opts, NULL));
    mlops_status status = mlops_bundle_save(m, bytes, sizeof bytes, &needed, &with, NULL);
    mlops_model_unref(m);
    if (!status) status = mlops_bundle_parse(&b, bytes, needed, host, NULL);
    int good = status || strcmp(mlops_model_class_name(mlops_bundle_model(b), 1), "yes") == 0;
    mlops_bundle_unref(b);
    return good ? (int)status : SWEEP_WRONG;
}

static int put_graph(const mlops_host *host, const char *dir) {
    return sweep_put_fixture(host, dir, "model.onnx");
}

const sweep_scenario sweep_bundle[] = {
    {"bundle: a graph", put_graph, pass_graph, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"bundle: write", put_parts, write_bundle, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"bundle: load", put_bundle, load_bundle, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"bundle: through memory", put_parts, pass_memory, NULL, SWEEP_MEMORY | SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
