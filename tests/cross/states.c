/* The bytes of states that are to be the same on every machine, and numbers that are told of them:
 * a line each, with the size and the checksum. Half of the values come in by merging where that is
 * to change nothing.
 */
#include "base/bits.h"
#include "base/crc32.h"
#include "base/cursor.h"
#include "unit/draw.h"

#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>

enum { N = 5000, K = 3, BYTES = 1 << 20 };

static uint8_t bytes[BYTES];
static double scores[N], labels[N], rows[N * K], values[N];
static int64_t classes[N], keys[N], queries[N];
static size_t needed;

static void must(mlops_status status) {
    if (!status) return;
    fprintf(stderr, "%s\n", mlops_status_name(status));
    exit(1);
}

/* But for the last four, by which the checksum of all is the same. */
static void tell_bytes(const char *name) {
    printf("%s %zu bytes %08x\n", name, needed, (unsigned)mlops__crc32(0, bytes, needed - 4));
}

static void tell(const char *name, const double *numbers, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        mlops__store_u64(bytes, mlops__bits_of(numbers[i]));
        sum = mlops__crc32(sum, bytes, 8);
    }
    printf("%s %zu numbers %08x\n", name, n, (unsigned)sum);
}

/* Of a table, which ends. */
static void tell_table(const char *name, mlops_table *table) {
    char cell[200];
    uint32_t sum = 0;
    for (int64_t k = 0; k < mlops_table_n_columns(table); k++)
        for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
            size_t n = 0;
            must(mlops_table_text(table, k, i, cell, sizeof cell, &n));
            sum = mlops__crc32(sum, cell, n);
        }
    printf("%s %lld rows %08x\n", name, (long long)mlops_table_n_rows(table), (unsigned)sum);
    mlops_table_unref(table);
}

/* Exact quotients and roots alone, so that no library takes part in what is given. */
static void make_values(void) {
    for (int i = 0; i < N; i++) {
        double u = uniform(), v = uniform(), sum = 0;
        values[i] = (u - 0.5) / (v + 0.001);
        labels[i] = v < 0.2 + 0.5 * u;
        scores[i] = i % 3 ? u : (double)(float)u;
        keys[i] = (int64_t)(10 / (u + 0.0001));
        classes[i] = (int64_t)(u * K);
        for (int k = 0; k < K; k++) sum += rows[i * K + k] = 0.1 + uniform() + (k == classes[i]);
        for (int k = 0; k < K; k++) rows[i * K + k] /= sum;
    }
}

static void detectors(void) {
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    for (const char *name; (name = mlops_detector_kind_name(opts.kind)) != NULL; opts.kind++) {
        mlops_detector *p;
        mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
        must(mlops_detector_new(&p, &opts, NULL));
        must(
            mlops_detector_add(p, opts.kind < MLOPS_DETECTOR_DDM ? values : labels, N, NULL, NULL));
        must(mlops_detector_summarize(p, &s));
        must(mlops_detector_save(p, bytes, BYTES, &needed));
        tell_bytes(name);
        tell(name, (const double[]){s.mean, s.statistic, (double)s.n_changes}, 3);
        mlops_detector_free(p);
    }
}

static void sketches(void) {
    mlops_kll *kll;
    mlops_hll *hll;
    mlops_items *items;
    must(mlops_kll_new(&kll, NULL, NULL));
    must(mlops_hll_new(&hll, NULL, NULL));
    must(mlops_items_new(&items, NULL, NULL));
    must(mlops_kll_add(kll, values, N));
    must(mlops_hll_add(hll, values, N));
    must(mlops_hll_add_i64(hll, keys, N));
    must(mlops_items_add(items, keys, N));
    tell("kll", (const double[]){mlops_kll_quantile(kll, 0.9), mlops_kll_rank(kll, 0)}, 2);
    tell("hll", (const double[]){mlops_hll_estimate(hll, 0), mlops_hll_estimate(hll, -2)}, 2);
    must(mlops_kll_save(kll, MLOPS_KLL_NATIVE, bytes, BYTES, &needed));
    tell_bytes("kll");
    must(mlops_hll_save(hll, MLOPS_HLL_NATIVE, bytes, BYTES, &needed));
    tell_bytes("hll");
    must(mlops_items_save(items, MLOPS_ITEMS_NATIVE, bytes, BYTES, &needed));
    tell_bytes("items");
    mlops_kll_free(kll);
    mlops_hll_free(hll);
    mlops_items_free(items);
}

/* Profiles by time and by key, as this one. */
static void windows(const mlops_profile *like) {
    static const char *const cities[] = {"Ulm", "Köln", "Bonn", "Trier"};
    static uint64_t room[1 << 15];
    mlops_panes *panes;
    mlops_segments *segments;
    mlops_panes_opts sliding = MLOPS_PANES_OPTS_INIT;
    mlops_segments_opts few = MLOPS_SEGMENTS_OPTS_INIT;
    sliding.pane_ns = 1000, sliding.n_panes = 7, few.n_segments = 3;
    must(mlops_panes_init(&panes, room, sizeof room, like, &sliding));
    for (int i = 0; i < N; i++) mlops_profile_add(mlops_panes_at(panes, 2 * i), values + i, 1);
    must(mlops_panes_save(panes, bytes, BYTES, &needed));
    tell_bytes("panes");
    must(mlops_segments_init(&segments, room, sizeof room, like, &few));
    for (int i = 0; i < N; i++)
        mlops_profile_add(mlops_segments_at(segments, cities[keys[i] % 4]), values + i, 1);
    must(mlops_segments_save(segments, bytes, BYTES, &needed));
    tell_bytes("segments");
}

static void profiles(void) {
    mlops_profile *p, *q;
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    must(mlops_profile_new(&p, &opts, NULL));
    must(mlops_profile_new(&q, &opts, NULL));
    must(mlops_profile_add(p, values, N / 2));
    must(mlops_profile_add(q, values + N / 2, N - N / 2));
    must(mlops_profile_merge(p, q));
    must(mlops_profile_save(p, bytes, BYTES, &needed));
    tell_bytes("profile");
    windows(q);
    mlops_profile_free(p);
    mlops_profile_free(q);
}

static void performance(void) {
    mlops_performance *p, *q;
    mlops_metrics m = MLOPS_METRICS_INIT;
    must(mlops_performance_new(&p, NULL, NULL));
    must(mlops_performance_new(&q, NULL, NULL));
    must(mlops_performance_add(p, scores, labels, NULL, N / 2, NULL));
    must(mlops_performance_add(q, scores + N / 2, labels + N / 2, scores + N / 4, N / 2, NULL));
    must(mlops_performance_merge(p, q, NULL));
    must(mlops_performance_metrics(&m, p, NULL, NULL));
    must(mlops_performance_save(p, bytes, BYTES, &needed));
    tell_bytes("performance");
    tell("performance", (const double[]){m.auc, m.f1, m.mcc, m.average_precision, m.ks}, 5);
    mlops_performance_free(p);
    mlops_performance_free(q);
}

static void performance_of_more(void) {
    mlops_class_performance *p;
    mlops_regression_performance *q;
    mlops_ranking_performance *t;
    mlops_metrics m = MLOPS_METRICS_INIT, r = m, u = m;
    must(mlops_class_performance_new(&p, K, NULL, NULL));
    must(mlops_class_performance_add(p, rows, N, K, classes, NULL, NULL, NULL));
    must(mlops_class_performance_metrics(&m, p, NULL, NULL));
    must(mlops_class_performance_save(p, bytes, BYTES, &needed));
    tell_bytes("classes");
    tell("classes", (const double[]){m.accuracy, m.log_loss, m.mcc}, 3);
    must(mlops_regression_performance_new(&q, NULL, NULL));
    must(mlops_regression_performance_add(q, scores, values, NULL, N, NULL));
    must(mlops_regression_performance_metrics(&r, q, NULL, NULL));
    must(mlops_regression_performance_save(q, bytes, BYTES, &needed));
    tell_bytes("regression");
    tell("regression", (const double[]){r.mae, r.rmse, r.r2}, 3);
    must(mlops_ranking_performance_new(&t, NULL, NULL));
    for (int i = 0; i < N; i++) queries[i] = i / 10;
    must(mlops_ranking_performance_add(t, scores, labels, queries, NULL, N, NULL, NULL));
    must(mlops_ranking_performance_metrics(&u, t, NULL));
    must(mlops_ranking_performance_save(t, bytes, BYTES, &needed));
    tell_bytes("ranking");
    tell("ranking", (const double[]){u.ndcg, u.average_precision, u.mrr}, 3);
    mlops_class_performance_free(p);
    mlops_regression_performance_free(q);
    mlops_ranking_performance_free(t);
}

static void calibrations(void) {
    static double out[N];
    for (int i = MLOPS_CALIBRATION_ISOTONIC; i <= MLOPS_CALIBRATION_PLATT; i++) {
        mlops_calibration *p;
        mlops_calibration_method method = (mlops_calibration_method)i;
        char name[30];
        snprintf(name, sizeof name, "calibration %d", i);
        must(mlops_calibration_fit(&p, method, scores, labels, NULL, N, NULL, NULL));
        must(mlops_calibration_apply(p, scores, out, N, NULL));
        must(mlops_calibration_save(p, bytes, BYTES, &needed));
        tell_bytes(name);
        tell(name, out, N);
        mlops_calibration_unref(p);
    }
}

static void fairness(void) {
    static const char *const groups[] = {"north",
                                         "s\xc3\xbc"
                                         "den",
                                         "east"};
    mlops_fairness *p;
    mlops_table *table;
    must(mlops_fairness_new(&p, NULL, NULL));
    for (int i = 0; i < N; i++)
        must(mlops_fairness_add(p, groups[classes[i]], scores + i, labels + i, NULL, 1, NULL));
    must(mlops_fairness_save(p, bytes, BYTES, &needed));
    tell_bytes("fairness");
    for (int i = 0; i < N; i++) {
        double weight = (double)(i % 5) / 3;
        must(mlops_fairness_add(p, groups[classes[i]], scores + i, labels + i, &weight, 1, NULL));
    }
    must(mlops_fairness_save(p, bytes, BYTES, &needed));
    tell_bytes("fairness with weights");
    must(mlops_fairness_measures(&table, p, NULL));
    tell_table("fairness", table);
    mlops_fairness_free(p);
}

static void policies(void) {
    mlops_policy *p;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    double sum = 0;
    opts.k = 2;
    opts.n = 5;
    opts.pause_ns = 40;
    must(mlops_policy_new(&p, &opts, NULL));
    for (int i = 0; i < 500; i++) {
        must(mlops_policy_add(p, i, 2 * scores[i], i % 50 == 7, &d));
        sum += (double)d.event * i;
    }
    must(mlops_policy_save(p, bytes, BYTES, &needed));
    tell_bytes("policy");
    tell("policy", (const double[]){sum, d.peak}, 2);
    mlops_policy_free(p);
}

static int64_t at_noon(void *ctx) {
    (void)ctx;
    return 1700000000000000000;
}

/* A monitor in the midst of its second window. */
static void monitored(mlops_reference *reference, const mlops_table *table) {
    mlops_monitor *monitor;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_clock clock = MLOPS_CLOCK_INIT;
    clock.now_ns = clock.monotonic_ns = at_noon;
    host.clock = &clock;
    opts.host = &host;
    opts.window_rows = N / 2 + 100;
    must(mlops_monitor_new_reference(&monitor, NULL, reference, &opts, NULL));
    must(mlops_monitor_add_table(monitor, table, NULL));
    must(mlops_monitor_suspend(monitor, bytes, BYTES, &needed));
    tell_bytes("monitor");
    mlops_monitor_free(monitor);
}

/* What is kept of a table with categories that are rare, as numbers and whole, and the bytes of it
 * in a file. */
static void references(const char *path) {
    mlops_table *table;
    mlops_reference *reference;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    char *text = malloc(64 * (N + 1));
    size_t n = 0;
    if (!text) exit(1);
    n += (size_t)sprintf(text, "city,count,share\n");
    for (int i = 0; i < N; i++)
        n += (size_t)sprintf(text + n, "c%d,%d,%.9f\n", (int)keys[i], (int)keys[N - 1 - i],
                             scores[i]);
    must(mlops_table_parse(&table, text, n, NULL, NULL));
    for (opts.flags = 0; opts.flags <= MLOPS_REFERENCE_EXACT; opts.flags++) {
        must(mlops_reference_new(&reference, table, &opts, NULL));
        must(mlops_reference_save(reference, path, NULL));
        FILE *file = fopen(path, "rb");
        needed = file ? fread(bytes, 1, BYTES, file) : 0;
        if (!needed || fclose(file) || remove(path)) exit(1);
        tell_bytes(opts.flags ? "exact reference" : "reference");
        if (!opts.flags) monitored(reference, table);
        mlops_reference_unref(reference);
    }
    mlops_table_unref(table);
    free(text);
}

/* Rows as a whole, and what is kept of them. */
static void multivariate(void) {
    mlops_multivariate *samples;
    mlops_imprint *imprint;
    mlops_multivariate_result r = MLOPS_MULTIVARIATE_RESULT_INIT, pca = r;
    must(mlops_multivariate_rows_f64(&samples, rows, N / 2, rows + N / 2 * K, N / 2, K, 0, 0, 0, 0,
                                     NULL, NULL));
    must(mlops_imprint_fit(&imprint, samples, NULL, NULL));
    must(mlops_imprint_save(imprint, bytes, BYTES, &needed));
    tell_bytes("imprint");
    must(mlops_imprint_mmd(&r, imprint, samples, NULL, NULL));
    must(mlops_multivariate_pca(&pca, samples, NULL, NULL));
    tell("rows", (const double[]){r.effect, r.effect_low, r.p_value, pca.effect, pca.p_value}, 5);
    mlops_imprint_free(imprint);
    mlops_multivariate_free(samples);
}

static void statistics(void) {
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    must(mlops_stats_compare(&r, values, N, scores, N, NULL, NULL));
    tell("two samples", (const double[]){r.ks, r.ks_p, r.wasserstein, r.energy}, 4);
    must(mlops_metric_binary(&m, scores, labels, N, &opts, NULL));
    tell("metrics", (const double[]){m.auc, m.log_loss, m.brier, m.ece, m.ks}, 5);
    opts.scale = MLOPS_METRIC_RANK;
    must(mlops_metric_binary(&m, values, labels, N, &opts, NULL));
    tell("ranks", (const double[]){m.auc, m.average_precision, m.ks}, 3);
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    make_values();
    detectors();
    sketches();
    profiles();
    performance();
    performance_of_more();
    calibrations();
    fairness();
    policies();
    statistics();
    references(argv[1]);
    multivariate();
    return 0;
}
