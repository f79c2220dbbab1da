/* Actions of the conformance script on references, verdicts and monitors.
 *
 * Each action makes one call and notes what came of it. Verdicts are given by the names that the
 * script uses.
 */
#include "bindings/conformance.h"

#include <stdlib.h>

static const char *const verdicts[] = {"NOT_ENOUGH_DATA", "NO", "YES"};
static const char *const types[] = {"NULL", "BOOL", "INT64", "FLOAT64", "STRING"};

static void reference_new(runner *run, const js *step, given *out) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.columns = js_text(step, "columns", NULL);
    opts.ignore = js_text(step, "ignore", NULL);
    mlops_reference *made = NULL;
    out->status = mlops_reference_new(&made, object_of(run, step, "table"), &opts, &out->error);
    name_object(run, step, "reference", made);
}

static void reference_load(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_reference *made = NULL;
    out->status = mlops_reference_load(&made, path, NULL, &out->error);
    name_object(run, step, "reference", made);
    free(path);
}

static void reference_save(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    out->status = mlops_reference_save(object_of(run, step, "on"), path, &out->error);
    free(path);
}

static void reference_n_rows(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_reference_n_rows(object_of(run, step, "on")));
}

static void reference_n_columns(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_reference_n_columns(object_of(run, step, "on")));
}

static void reference_name(runner *run, const js *step, given *out) {
    give_text(out, mlops_reference_name(object_of(run, step, "on"),
                                        (int64_t)js_number(step, "index", 0)));
}

static void reference_type(runner *run, const js *step, given *out) {
    int64_t index = (int64_t)js_number(step, "index", 0);
    give_text(out, types[mlops_reference_type(object_of(run, step, "on"), index)]);
}

/* ---- drift ---- */

static mlops_drift_opts options_of(const js *step) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.columns = js_text(step, "columns", NULL);
    opts.alpha = js_number(step, "alpha", 0);
    return opts;
}

static void drift_compare(runner *run, const js *step, given *out) {
    mlops_drift_opts opts = options_of(step);
    mlops_drift *made = NULL;
    out->status = mlops_drift_compare(&made, object_of(run, step, "reference"),
                                      object_of(run, step, "current"), &opts, &out->error);
    name_object(run, step, "drift", made);
}

static void drift_compare_reference(runner *run, const js *step, given *out) {
    mlops_drift_opts opts = options_of(step);
    mlops_drift *made = NULL;
    out->status =
        mlops_drift_compare_reference(&made, object_of(run, step, "reference"),
                                      object_of(run, step, "current"), &opts, &out->error);
    name_object(run, step, "drift", made);
}

static void drift_overall(runner *run, const js *step, given *out) {
    give_text(out, verdicts[mlops_drift_overall(object_of(run, step, "on"))]);
}

static void drift_n_columns(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_drift_n_columns(object_of(run, step, "on")));
}

static void drift_n_drifted(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_drift_n_drifted(object_of(run, step, "on")));
}

static void drift_get(runner *run, const js *step, given *out) {
    mlops_drift_column r = MLOPS_DRIFT_COLUMN_INIT;
    out->status =
        mlops_drift_get(object_of(run, step, "on"), (int64_t)js_number(step, "index", 0), &r);
    if (out->status) return;
    add_field(out, "name", 0, r.name);
    add_field(out, "verdict", 0, verdicts[r.verdict]);
    add_field(out, "test", 0, r.test);
    add_field(out, "type", 0, types[r.type]);
    add_field(out, "exact", r.exact, NULL);
    add_field(out, "n_reference", (double)r.n_reference, NULL);
    add_field(out, "n_current", (double)r.n_current, NULL);
    add_field(out, "ks", r.ks, NULL);
    add_field(out, "tolerance", r.tolerance, NULL);
    add_field(out, "nulls_current", r.nulls_current, NULL);
    add_field(out, "mean_reference", r.mean_reference, NULL);
    add_field(out, "mean_current", r.mean_current, NULL);
}

static void drift_json(runner *run, const js *step, given *out) {
    void *drift = object_of(run, step, "on");
    size_t needed = 0;
    mlops_drift_json(drift, NULL, 0, &needed);
    char *text = calloc(1, needed + 1);
    out->status = mlops_drift_json(drift, text, needed + 1, &needed);
    give_text(out, text);
    free(text);
}

static void drift_save(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    out->status = mlops_drift_save(object_of(run, step, "on"), path, &out->error);
    free(path);
}

/* ---- monitors ---- */

static void monitor_new(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "reference");
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    opts.name = js_text(step, "label", NULL);
    opts.window_rows = (int64_t)js_number(step, "window_rows", 0);
    mlops_monitor *made = NULL;
    out->status = mlops_monitor_new(&made, object_of(run, step, "model"), path, &opts, &out->error);
    name_object(run, step, "monitor", made);
    free(path);
}

static void monitor_n_features(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_monitor_n_features(object_of(run, step, "on")));
}

static void monitor_add(runner *run, const js *step, given *out) {
    size_t rows, columns, n, width;
    float *x = floats_of(js_get(step, "rows"), &rows, &columns);
    double *p = js_numbers(js_get(step, "predictions"), &n, &width);
    out->status = mlops_monitor_add(object_of(run, step, "on"), x, (int64_t)rows, (int64_t)columns,
                                    p, (int64_t)width);
    free(x);
    free(p);
}

static void monitor_add_table(runner *run, const js *step, given *out) {
    out->status = mlops_monitor_add_table(object_of(run, step, "on"), object_of(run, step, "table"),
                                          &out->error);
}

static void monitor_add_latency(runner *run, const js *step, given *out) {
    out->status = mlops_monitor_add_latency(object_of(run, step, "on"),
                                            (int64_t)js_number(step, "duration_ns", 0));
}

static void monitor_n_windows(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_monitor_n_windows(object_of(run, step, "on")));
}

static void monitor_verdict(runner *run, const js *step, given *out) {
    give_text(out, verdicts[mlops_monitor_verdict(object_of(run, step, "on"))]);
}

static void monitor_metrics(runner *run, const js *step, given *out) {
    void *monitor = object_of(run, step, "on");
    size_t needed = 0;
    mlops_monitor_metrics(monitor, NULL, 0, &needed);
    char *text = calloc(1, needed + 1);
    out->status = mlops_monitor_metrics(monitor, text, needed + 1, &needed);
    give_text(out, text);
    free(text);
}

static void monitor_drift(runner *run, const js *step, given *out) {
    mlops_drift *made = NULL;
    out->status = mlops_monitor_drift(&made, object_of(run, step, "on"), &out->error);
    name_object(run, step, "drift", made);
}

const action watch_actions[] = {{"reference.new", reference_new},
                                {"reference.load", reference_load},
                                {"reference.save", reference_save},
                                {"reference.n_rows", reference_n_rows},
                                {"reference.n_columns", reference_n_columns},
                                {"reference.name", reference_name},
                                {"reference.type", reference_type},
                                {"drift.compare", drift_compare},
                                {"drift.compare_reference", drift_compare_reference},
                                {"drift.overall", drift_overall},
                                {"drift.n_columns", drift_n_columns},
                                {"drift.n_drifted", drift_n_drifted},
                                {"drift.get", drift_get},
                                {"drift.json", drift_json},
                                {"drift.save", drift_save},
                                {"monitor.new", monitor_new},
                                {"monitor.n_features", monitor_n_features},
                                {"monitor.add", monitor_add},
                                {"monitor.add_table", monitor_add_table},
                                {"monitor.add_latency", monitor_add_latency},
                                {"monitor.n_windows", monitor_n_windows},
                                {"monitor.verdict", monitor_verdict},
                                {"monitor.metrics", monitor_metrics},
                                {"monitor.drift", monitor_drift},
                                {NULL, NULL}};
