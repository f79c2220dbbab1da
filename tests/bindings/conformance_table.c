/* Actions of the conformance script on tables, statistics, metrics and profiles.
 *
 * Each action makes one call and notes what came of it. Output buffers are sized by the getters,
 * as a program would size them.
 */
#include "bindings/conformance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[] = {"NULL", "BOOL", "INT64", "FLOAT64", "STRING"};

static int64_t index_of(const js *step) { return (int64_t)js_number(step, "index", 0); }

static void table_made(runner *run, const js *step, mlops_table *table) {
    name_object(run, step, "table", table);
}

static void table_parse(runner *run, const js *step, given *out) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    const char *text = js_text(step, "text", "");
    opts.delimiter = js_text(step, "delimiter", NULL);
    opts.line_max = (int64_t)js_number(step, "line_max", 0);
    if (js_get(step, "no_header")) opts.flags |= MLOPS_CSV_NO_HEADER;
    mlops_table *table = NULL;
    out->status = mlops_table_parse(&table, text, strlen(text), &opts, &out->error);
    table_made(run, step, table);
}

static void table_load(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_table *table = NULL;
    out->status = mlops_table_load(&table, path, NULL, &out->error);
    table_made(run, step, table);
    free(path);
}

static void table_from_matrix(runner *run, const js *step, given *out) {
    size_t rows, width;
    double *values = js_numbers(js_get(step, "values"), &rows, &width);
    mlops_table *table = NULL;
    out->status = mlops_table_from_matrix(&table, values, (int64_t)rows, (int64_t)width,
                                          js_text(step, "names", NULL), NULL, &out->error);
    table_made(run, step, table);
    free(values);
}

static void table_n_rows(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_table_n_rows(object_of(run, step, "on")));
}

static void table_n_columns(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_table_n_columns(object_of(run, step, "on")));
}

static void table_name(runner *run, const js *step, given *out) {
    give_text(out, mlops_table_name(object_of(run, step, "on"), index_of(step)));
}

static void table_type(runner *run, const js *step, given *out) {
    give_text(out, types[mlops_table_type(object_of(run, step, "on"), index_of(step))]);
}

static void table_find(runner *run, const js *step, given *out) {
    give_number(out,
                (double)mlops_table_find(object_of(run, step, "on"), js_text(step, "column", "")));
}

static void table_n_nulls(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_table_n_nulls(object_of(run, step, "on"), index_of(step)));
}

static void table_values(runner *run, const js *step, given *out) {
    mlops_table *table = object_of(run, step, "on");
    out->n = (size_t)mlops_table_n_rows(table);
    out->numbers = calloc(out->n + 1, sizeof *out->numbers);
    out->kind = GAVE_NUMBERS;
    out->status =
        mlops_table_values(table, index_of(step), out->numbers, (int64_t)out->n, &out->error);
}

static void table_text(runner *run, const js *step, given *out) {
    char text[256];
    size_t needed;
    out->status = mlops_table_text(object_of(run, step, "on"), index_of(step),
                                   (int64_t)js_number(step, "row", 0), text, sizeof text, &needed);
    if (!out->status) give_text(out, text);
}

/* ---- statistics ---- */

static void stats_compare(runner *run, const js *step, given *out) {
    (void)run;
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    const char *alternative = js_text(step, "alternative", "");
    if (!strcmp(alternative, "GREATER")) opts.alternative = MLOPS_STATS_GREATER;
    if (!strcmp(alternative, "LESS")) opts.alternative = MLOPS_STATS_LESS;
    opts.measures = (uint32_t)js_number(step, "measures", 0);
    size_t n, m;
    double *x = js_numbers(js_get(step, "x"), &n, NULL),
           *y = js_numbers(js_get(step, "y"), &m, NULL);
    out->status = mlops_stats_compare(&r, x, (int64_t)n, y, (int64_t)m, &opts, &out->error);
    add_field(out, "ks", r.ks, NULL);
    add_field(out, "ks_p", r.ks_p, NULL);
    add_field(out, "wasserstein", r.wasserstein, NULL);
    add_field(out, "energy", r.energy, NULL);
    add_field(out, "n", (double)r.n, NULL);
    add_field(out, "m", (double)r.m, NULL);
    add_field(out, "n_nan", (double)r.n_nan, NULL);
    add_field(out, "m_nan", (double)r.m_nan, NULL);
    add_field(out, "ks_exact", r.ks_exact, NULL);
    add_field(out, "t_p", r.t_p, NULL);
    add_field(out, "mann_whitney", r.mann_whitney, NULL);
    add_field(out, "mann_whitney_p", r.mann_whitney_p, NULL);
    add_field(out, "cramer_p", r.cramer_p, NULL);
    add_field(out, "epps_p", r.epps_p, NULL);
    free(x);
    free(y);
}

static int64_t *counts_of(const js *array, size_t *n) {
    double *values = js_numbers(array, n, NULL);
    int64_t *out = calloc(*n + 1, sizeof *out);
    for (size_t i = 0; out && i < *n; i++) out[i] = (int64_t)values[i];
    free(values);
    return out;
}

static void stats_compare_counts(runner *run, const js *step, given *out) {
    (void)run;
    size_t k;
    int64_t *x = counts_of(js_get(step, "x"), &k), *y = counts_of(js_get(step, "y"), &k);
    mlops_stats_two_counts r = MLOPS_STATS_TWO_COUNTS_INIT;
    out->status = mlops_stats_compare_counts(&r, x, y, (int64_t)k);
    add_field(out, "psi", r.psi, NULL);
    add_field(out, "js", r.js, NULL);
    add_field(out, "tv", r.tv, NULL);
    add_field(out, "chi2", r.chi2, NULL);
    add_field(out, "chi2_p", r.chi2_p, NULL);
    add_field(out, "dof", r.dof, NULL);
    add_field(out, "kl", r.kl, NULL);
    add_field(out, "g_p", r.g_p, NULL);
    add_field(out, "cramers_v", r.cramers_v, NULL);
    add_field(out, "n", (double)r.n, NULL);
    add_field(out, "m", (double)r.m, NULL);
    free(x);
    free(y);
}

/* ---- metrics ---- */

static void metric_value(const js *step, given *out, const mlops_metrics *found) {
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    if (!out->status)
        out->status = mlops_metric_find(&info, js_text(step, "metric", ""), &out->error);
    if (!out->status) give_number(out, mlops_metric_value(found, info.metric));
}

static void metric_binary(runner *run, const js *step, given *out) {
    (void)run;
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics r = MLOPS_METRICS_INIT;
    size_t n, n_weights;
    double *scores = js_numbers(js_get(step, "predictions"), &n, NULL);
    double *labels = js_numbers(js_get(step, "labels"), &n, NULL);
    double *weights = js_numbers(js_get(step, "weights"), &n_weights, NULL);
    opts.weights = n_weights ? weights : NULL;
    opts.n_weights = (int64_t)n_weights;
    if (js_get(step, "skip_nan")) opts.flags |= MLOPS_METRIC_SKIP_NAN;
    out->status = mlops_metric_binary(&r, scores, labels, (int64_t)n, &opts, &out->error);
    metric_value(step, out, &r);
    free(scores);
    free(labels);
    free(weights);
}

static void metric_classes(runner *run, const js *step, given *out) {
    (void)run;
    mlops_metrics r = MLOPS_METRICS_INIT;
    size_t n, k;
    double *probabilities = js_numbers(js_get(step, "predictions"), &n, &k);
    int64_t *labels = counts_of(js_get(step, "labels"), &n);
    out->status = mlops_metric_classes(&r, probabilities, (int64_t)n, (int64_t)k, labels, NULL,
                                       NULL, &out->error);
    metric_value(step, out, &r);
    free(probabilities);
    free(labels);
}

static void metric_regression(runner *run, const js *step, given *out) {
    (void)run;
    mlops_metrics r = MLOPS_METRICS_INIT;
    size_t n;
    double *predictions = js_numbers(js_get(step, "predictions"), &n, NULL);
    double *labels = js_numbers(js_get(step, "labels"), &n, NULL);
    out->status = mlops_metric_regression(&r, predictions, labels, (int64_t)n, NULL, &out->error);
    metric_value(step, out, &r);
    free(predictions);
    free(labels);
}

/* ---- profiles ---- */

static void profile_new(runner *run, const js *step, given *out) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    size_t n;
    double *edges = js_numbers(js_get(step, "edges"), &n, NULL);
    if (n) opts.edges = edges;
    opts.n_edges = (int64_t)n;
    mlops_profile *profile = NULL;
    out->status = mlops_profile_new(&profile, &opts, &out->error);
    name_object(run, step, "profile", profile);
    free(edges);
}

static void profile_add(runner *run, const js *step, given *out) {
    size_t n;
    double *values = js_numbers(js_get(step, "values"), &n, NULL);
    out->status = mlops_profile_add(object_of(run, step, "on"), values, (int64_t)n);
    free(values);
}

static void profile_add_nulls(runner *run, const js *step, given *out) {
    out->status =
        mlops_profile_add_nulls(object_of(run, step, "on"), (int64_t)js_number(step, "n", 0));
}

static void profile_merge(runner *run, const js *step, given *out) {
    out->status = mlops_profile_merge(object_of(run, step, "on"), object_of(run, step, "other"));
}

static void profile_reset(runner *run, const js *step, given *out) {
    (void)out;
    mlops_profile_reset(object_of(run, step, "on"));
}

static void profile_summarize(runner *run, const js *step, given *out) {
    mlops_profile_summary r = MLOPS_PROFILE_SUMMARY_INIT;
    out->status = mlops_profile_summarize(object_of(run, step, "on"), &r);
    add_field(out, "n", (double)r.n, NULL);
    add_field(out, "n_null", (double)r.n_null, NULL);
    add_field(out, "n_nan", (double)r.n_nan, NULL);
    add_field(out, "n_infinite", (double)r.n_infinite, NULL);
    add_field(out, "n_zero", (double)r.n_zero, NULL);
    add_field(out, "n_negative", (double)r.n_negative, NULL);
    add_field(out, "min", r.min, NULL);
    add_field(out, "max", r.max, NULL);
    add_field(out, "mean", r.mean, NULL);
}

static void profile_n_bins(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_profile_n_bins(object_of(run, step, "on")));
}

static void profile_bin(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_profile_bin(object_of(run, step, "on"), index_of(step)));
}

static void profile_edge(runner *run, const js *step, given *out) {
    give_number(out, mlops_profile_edge(object_of(run, step, "on"), index_of(step)));
}

static void profile_quantile(runner *run, const js *step, given *out) {
    give_number(out, mlops_profile_quantile(object_of(run, step, "on"), js_number(step, "q", 0)));
}

static void profile_save(runner *run, const js *step, given *out) {
    size_t needed = 0;
    void *profile = object_of(run, step, "on");
    out->status = mlops_profile_save(profile, NULL, 0, &needed);
    void *bytes = calloc(1, needed + 1);
    out->status = mlops_profile_save(profile, bytes, needed, &needed);
    named *made = name_object(run, step, "bytes", bytes);
    if (made) made->n = needed;
}

static void profile_load(runner *run, const js *step, given *out) {
    named *saved = find_object(run, js_text(step, "bytes", NULL));
    const char *text = js_text(step, "text", "");
    void *memory = aligned_alloc(64, 1 << 17);
    mlops_profile *profile = NULL;
    out->status =
        mlops_profile_load(&profile, memory, 1 << 17, saved ? saved->p : (const void *)text,
                           saved ? saved->n : strlen(text));
    named *made = name_object(run, step, "profile", profile);
    if (made) made->memory = memory;
    else free(memory);
}

const action table_actions[] = {{"table.parse", table_parse},
                                {"table.load", table_load},
                                {"table.from_matrix", table_from_matrix},
                                {"table.n_rows", table_n_rows},
                                {"table.n_columns", table_n_columns},
                                {"table.name", table_name},
                                {"table.type", table_type},
                                {"table.find", table_find},
                                {"table.n_nulls", table_n_nulls},
                                {"table.values", table_values},
                                {"table.text", table_text},
                                {"stats.compare", stats_compare},
                                {"stats.compare_counts", stats_compare_counts},
                                {"metric.binary", metric_binary},
                                {"metric.classes", metric_classes},
                                {"metric.regression", metric_regression},
                                {"profile.new", profile_new},
                                {"profile.add", profile_add},
                                {"profile.add_nulls", profile_add_nulls},
                                {"profile.merge", profile_merge},
                                {"profile.reset", profile_reset},
                                {"profile.summarize", profile_summarize},
                                {"profile.n_bins", profile_n_bins},
                                {"profile.bin", profile_bin},
                                {"profile.edge", profile_edge},
                                {"profile.quantile", profile_quantile},
                                {"profile.save", profile_save},
                                {"profile.load", profile_load},
                                {NULL, NULL}};
