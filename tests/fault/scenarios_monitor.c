/* Monitors: begun over each kind of reference, fed past a window, exposed and reported.
 *
 * Owns the steps. Adding and exposing allocate nothing, so that only begin and report can fail.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

enum { WINDOW = 50 };

static const char TRAIN[] = "x,colour_n,z\n";

static int put_files(const mlops_host *host, const char *dir) {
    char csv[sizeof TRAIN + SWEEP_ROWS * 6];
    size_t n = sizeof TRAIN - 1;
    memcpy(csv, TRAIN, n);
    for (int i = 0; i < SWEEP_ROWS; i++, n += 6) {
        char row[] = "0,0,0\n";
        row[0] = (char)('0' + i % 10);
        row[2] = (char)('0' + i % 7);
        row[4] = (char)('0' + i % 4);
        memcpy(csv + n, row, 6);
    }
    return sweep_put_fixture(host, dir, "model.json") ||
           sweep_put(host, dir, "train.csv", csv, n) || sweep_put(host, dir, "r.html", "older", 5);
}

static mlops_status begin(mlops_monitor **out, const mlops_host *host, const char *dir,
                          mlops_error *err) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_model *m;
    sweep_path path;
    *out = NULL;
    opts.host = host;
    opts.window_rows = WINDOW;
    MLOPS_TRY(sweep_load_model(&m, host, dir, err));
    mlops_status status = mlops_monitor_new(out, m, sweep_in(&path, dir, "train.csv"), &opts, err);
    mlops_model_unref(m);
    return status;
}

/* 60 rows: one whole window and the start of the next. */
static int feed(mlops_monitor *monitor) {
    for (int i = 0; i < 30; i++) {
        if (mlops_monitor_add(monitor, sweep_rows, 2, SWEEP_FEATURES, sweep_predictions, 1))
            return 0;
        if (mlops_monitor_add_latency(monitor, 1000 + i)) return 0;
    }
    return !mlops_monitor_add_errors(monitor, 1) && mlops_monitor_n_windows(monitor) == 1;
}

static int expose(const mlops_monitor *monitor) {
    static char text[65536];
    size_t needed = 0;
    if (mlops_monitor_openmetrics(monitor, text, sizeof text, &needed) || strlen(text) != needed)
        return 0;
    if (mlops_monitor_metrics(monitor, text, sizeof text, &needed)) return 0;
    return strlen(text) == needed && strstr(text, "colour_n") != NULL;
}

static int begin_and_feed(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    mlops_error err;
    mlops_status status = begin(&monitor, host, dir, &err);
    if (status) return monitor || err.code != status ? SWEEP_WRONG : status;
    int good = feed(monitor) && expose(monitor);
    mlops_monitor_free(monitor);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int ask_drift(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    mlops_drift *d = NULL;
    MLOPS_TRY(begin(&monitor, host, dir, NULL));
    int good = feed(monitor);
    mlops_status status = mlops_monitor_drift(&d, monitor, NULL);
    mlops_monitor_free(monitor);
    if (status) return d || !good ? SWEEP_WRONG : status;
    good = good && mlops_drift_overall(d) == MLOPS_DRIFT_YES;
    mlops_drift_unref(d);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int save(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    mlops_error err;
    sweep_path path;
    MLOPS_TRY(begin(&monitor, host, dir, NULL));
    int good = feed(monitor);
    mlops_status status = mlops_monitor_save(monitor, sweep_in(&path, dir, "r.html"), &err);
    mlops_monitor_free(monitor);
    if (status && err.code != status) return SWEEP_WRONG;
    return good ? (int)status : SWEEP_WRONG;
}

static mlops_status begin_over(mlops_monitor **out, const mlops_host *host, const char *dir,
                               mlops_error *err) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts look = MLOPS_REFERENCE_OPTS_INIT;
    mlops_model *m;
    mlops_reference *r;
    sweep_path path;
    *out = NULL;
    opts.host = look.host = host;
    opts.window_rows = WINDOW;
    MLOPS_TRY(sweep_load_model(&m, host, dir, err));
    mlops_status status = mlops_reference_load(&r, sweep_in(&path, dir, "train.csv"), &look, err);
    if (!status) status = mlops_monitor_new_reference(out, m, r, &opts, err);
    mlops_reference_unref(r);
    mlops_model_unref(m);
    return status;
}

/* What it was begun with is given back before it is used. */
static int begin_reference(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    mlops_error err;
    mlops_status status = begin_over(&monitor, host, dir, &err);
    if (status) return monitor ? SWEEP_WRONG : sweep_told(status, &err);
    int good = mlops_monitor_n_features(monitor) == SWEEP_FEATURES && feed(monitor) &&
               expose(monitor) && mlops_monitor_verdict(monitor) == MLOPS_DRIFT_YES &&
               mlops_monitor_n_drifted(monitor) > 0;
    mlops_monitor_free(monitor);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

/* The rows of a table, without a model. */
static int add_table(const mlops_host *host, mlops_monitor *monitor) {
    mlops_table *t;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, NULL));
    mlops_status status = mlops_monitor_add_table(monitor, t, NULL);
    mlops_table_unref(t);
    if (status) return status;
    return mlops_monitor_n_windows(monitor) == 1 ? MLOPS_OK : SWEEP_WRONG;
}

/* Suspended, and resumed by another, whose room to read in is all that it takes. */
static int restart(const mlops_host *host, const char *dir) {
    static char bytes[1 << 16];
    mlops_monitor *monitor;
    mlops_error err;
    size_t n = 0;
    MLOPS_TRY(begin(&monitor, host, dir, NULL));
    int good = feed(monitor) && !mlops_monitor_suspend(monitor, bytes, sizeof bytes, &n);
    mlops_monitor_free(monitor);
    if (!good) return SWEEP_WRONG;
    MLOPS_TRY(begin(&monitor, host, dir, NULL));
    mlops_status status = mlops_monitor_resume(monitor, bytes, n, &err);
    good = mlops_monitor_n_windows(monitor) == (status ? 0 : 1) && expose(monitor);
    mlops_monitor_free(monitor);
    return good ? status ? sweep_told(status, &err) : MLOPS_OK : SWEEP_WRONG;
}

static int add_scored_table(const mlops_host *host, mlops_monitor *monitor) {
    static double scores[SWEEP_ROWS];
    mlops_table *t;
    MLOPS_TRY(mlops_monitor_expect_labels(monitor, NULL, NULL, NULL, NULL));
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, NULL));
    mlops_status status = mlops_monitor_add_scored_table(monitor, t, scores, mlops_table_n_rows(t),
                                                         1, NULL, NULL, NULL);
    mlops_table_unref(t);
    return status;
}

static int add_segments_table(const mlops_host *host, mlops_monitor *monitor) {
    static int64_t none[SWEEP_ROWS];
    mlops_table *t;
    MLOPS_TRY(mlops_monitor_expect_segments(monitor, NULL, NULL));
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, NULL));
    mlops_status status = mlops_monitor_add_segments_table(monitor, t, none, mlops_table_n_rows(t),
                                                           NULL, 0, NULL, NULL, NULL);
    mlops_table_unref(t);
    return status;
}

static int put_csv(const mlops_host *host, const char *dir) {
    return sweep_put_csv(host, dir, "train.csv", 0);
}

static int watch_table(const mlops_host *host, const char *dir) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor *monitor;
    sweep_path path;
    opts.host = host;
    opts.window_rows = WINDOW;
    MLOPS_TRY(mlops_monitor_new(&monitor, NULL, sweep_in(&path, dir, "train.csv"), &opts, NULL));
    int result = add_table(host, monitor);
    mlops_monitor_free(monitor);
    if (result) return result;
    MLOPS_TRY(mlops_monitor_new(&monitor, NULL, sweep_in(&path, dir, "train.csv"), &opts, NULL));
    result = add_scored_table(host, monitor);
    mlops_monitor_free(monitor);
    if (result) return result;
    MLOPS_TRY(mlops_monitor_new(&monitor, NULL, sweep_in(&path, dir, "train.csv"), &opts, NULL));
    result = add_segments_table(host, monitor);
    mlops_monitor_free(monitor);
    return result;
}

/* Validation counts, and what is labelled of the rows. */
static mlops_status expect(mlops_monitor *monitor, const mlops_host *host, mlops_error *err) {
    static const double scores[] = {0.1, 0.4, 0.6, 0.9}, labels[] = {0, 1, 0, 1};
    mlops_monitor_labels_opts opts = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_performance *counts;
    mlops_calibration *curve = NULL;
    opts.rows_max = 40;
    opts.windows_kept = 2;
    MLOPS_TRY(mlops_performance_new(&counts, host, err));
    mlops_status status = mlops_performance_add(counts, scores, labels, NULL, 4, err);
    if (!status)
        status = mlops_performance_calibrate(&curve, counts, MLOPS_CALIBRATION_PLATT, host, err);
    if (!status) status = mlops_monitor_expect_labels(monitor, counts, curve, &opts, err);
    mlops_calibration_unref(curve);
    mlops_performance_free(counts);
    return status;
}

static int feed_labels(mlops_monitor *monitor) {
    mlops_monitor_labels told = MLOPS_MONITOR_LABELS_INIT;
    mlops_table *t;
    static const double scores[2] = {0.2, 0.8}, labels[2] = {0, 1};
    for (int64_t i = 0; i < 30; i++) {
        const int64_t ids[2] = {i, mlops_monitor_id("request") + i};
        if (mlops_monitor_add_scored(monitor, sweep_rows, 2, SWEEP_FEATURES, scores, 1, ids, NULL,
                                     NULL))
            return 0;
        if (mlops_monitor_add_labels(monitor, ids, labels, NULL, 2, NULL)) return 0;
    }
    if (mlops_monitor_summarize_labels(monitor, &told) || told.n_joined != 60) return 0;
    mlops_status status = mlops_monitor_performance(&t, monitor, NULL);
    if (status) return status == MLOPS_E_NOMEM && !t ? -1 : 0;
    mlops_table_unref(t);
    return expose(monitor);
}

static int labels(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    mlops_error err;
    MLOPS_TRY(begin(&monitor, host, dir, NULL));
    mlops_policy_decision decision = MLOPS_POLICY_DECISION_INIT;
    char reason[1024];
    mlops_status status = expect(monitor, host, &err);
    if (!status) status = mlops_monitor_set_policy(monitor, NULL, &err);
    int good = status ? err.code == status : !mlops_monitor_veto(monitor) && feed_labels(monitor);
    if (!status && good > 0)
        good = !mlops_monitor_alarm(monitor, &decision) && decision.event == MLOPS_POLICY_VETOED &&
               !mlops_monitor_alarm_reason(monitor, reason, sizeof reason, NULL);
    mlops_monitor_free(monitor);
    if (status && good) return status;
    return good < 0 ? MLOPS_E_NOMEM : good ? MLOPS_OK : SWEEP_WRONG;
}

/* A window of two segments, with labels or without. */
static int feed_segments(mlops_monitor *monitor, int scored) {
    static const int64_t segments[SWEEP_ROWS] = {1, 0, 1};
    static const double scores[SWEEP_ROWS];
    const double *given = scored ? scores : NULL;
    mlops_monitor_segments_opts opts = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_error err;
    opts.n_segments = 2;
    mlops_status status = mlops_monitor_expect_segments(monitor, &opts, &err);
    if (status) return sweep_told(status, &err);
    if (mlops_monitor_segment(monitor, "DE") != 1 || mlops_monitor_enter_segment(monitor, 1))
        return SWEEP_WRONG;
    for (int i = 0; i < 30; i++)
        if (mlops_monitor_add_segments(monitor, sweep_rows, 2, SWEEP_FEATURES, segments, given,
                                       scored, NULL, NULL, NULL))
            return SWEEP_WRONG;
    return expose(monitor) ? MLOPS_OK : SWEEP_WRONG;
}

static int ask_segments(const mlops_monitor *monitor, int scored) {
    mlops_table *t;
    mlops_drift *d;
    MLOPS_TRY(mlops_monitor_segments(&t, monitor, NULL));
    mlops_table_unref(t);
    MLOPS_TRY(mlops_monitor_segment_drift(&d, monitor, 1, NULL));
    mlops_drift_unref(d);
    if (!scored) return MLOPS_OK;
    MLOPS_TRY(mlops_monitor_segment_performance(&t, monitor, 1, NULL));
    mlops_table_unref(t);
    return MLOPS_OK;
}

static int segments(const mlops_host *host, const char *dir) {
    mlops_monitor *monitor;
    for (int scored = 0; scored < 2; scored++) {
        MLOPS_TRY(begin(&monitor, host, dir, NULL));
        int status = scored ? (int)expect(monitor, host, NULL) : MLOPS_OK;
        if (!status) status = feed_segments(monitor, scored);
        if (!status) status = ask_segments(monitor, scored);
        mlops_monitor_free(monitor);
        if (status) return status;
    }
    return MLOPS_OK;
}

static mlops_status expect_classes(mlops_monitor *monitor, const mlops_host *host) {
    static const double p[] = {0.7, 0.3, 0.2, 0.8, 0.6, 0.4, 0.1, 0.9}, costs[] = {0, 1, 5, 0};
    static const int64_t labels[] = {0, 1, 1, 0};
    mlops_monitor_labels_opts opts = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_class_performance *counts;
    mlops_calibration *curve = NULL;
    opts.rows_max = 40;
    opts.costs = costs;
    opts.n_costs = 4;
    MLOPS_TRY(mlops_class_performance_new(&counts, 2, host, NULL));
    mlops_status status = mlops_class_performance_add(counts, p, 4, 2, labels, NULL, NULL, NULL);
    if (!status)
        status = mlops_calibration_fit_classes(&curve, MLOPS_CALIBRATION_PLATT, p, 4, 2, labels,
                                               NULL, host, NULL);
    if (!status) status = mlops_monitor_expect_classes(monitor, counts, curve, &opts, NULL);
    mlops_calibration_unref(curve);
    mlops_class_performance_free(counts);
    return status;
}

static mlops_status expect_numbers(mlops_monitor *monitor, const mlops_host *host) {
    static const double predictions[] = {1, 2, 3.5}, labels[] = {1.5, 2, 3};
    mlops_monitor_labels_opts opts = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_regression_performance *sums;
    opts.rows_max = 40;
    opts.tolerance = 1;
    MLOPS_TRY(mlops_regression_performance_new(&sums, host, NULL));
    mlops_status status =
        mlops_regression_performance_add(sums, predictions, labels, NULL, 3, NULL);
    if (!status) status = mlops_monitor_expect_numbers(monitor, sums, &opts, NULL);
    mlops_regression_performance_free(sums);
    return status;
}

static int feed_pairs(mlops_monitor *monitor) {
    static const double scores[] = {0.2, 0.8, 0.75, 0.25}, labels[2] = {0, 1};
    static const float rows[2 * 2 * SWEEP_FEATURES]; /* the target is a column, too */
    int64_t width = mlops_monitor_n_features(monitor);
    mlops_table *t;
    for (int64_t i = 0; i < 30; i++) {
        const int64_t ids[2] = {2 * i, 2 * i + 1};
        if (mlops_monitor_add_scored(monitor, rows, 2, width, scores, 2, ids, NULL, NULL) ||
            mlops_monitor_add_labels(monitor, ids, labels, NULL, 2, NULL))
            return SWEEP_WRONG;
    }
    MLOPS_TRY(mlops_monitor_performance(&t, monitor, NULL));
    mlops_table_unref(t);
    return mlops_monitor_metrics(monitor, NULL, 0, NULL) ? SWEEP_WRONG : MLOPS_OK;
}

/* Labels that are classes, and labels that are numbers. */
static int tasks(const mlops_host *host, const char *dir) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor *monitor;
    sweep_path path;
    opts.host = host;
    opts.window_rows = WINDOW;
    for (int of_numbers = 0; of_numbers < 2; of_numbers++) {
        MLOPS_TRY(
            mlops_monitor_new(&monitor, NULL, sweep_in(&path, dir, "train.csv"), &opts, NULL));
        int status =
            (int)(of_numbers ? expect_numbers(monitor, host) : expect_classes(monitor, host));
        if (!status) status = feed_pairs(monitor);
        mlops_monitor_free(monitor);
        if (status) return status;
    }
    return MLOPS_OK;
}

const sweep_scenario sweep_monitor[] = {
    {"monitor: begin and feed", put_files, begin_and_feed, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: begin over a reference", put_files, begin_reference, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: ask for drift", put_files, ask_drift, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: labels", put_files, labels, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: restart", put_files, restart, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: save", put_files, save, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: segments", put_files, segments, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: tasks", put_csv, tasks, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"monitor: watch a table", put_csv, watch_table, NULL, SWEEP_MEMORY | SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
