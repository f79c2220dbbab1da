/* Metrics: each kind of task, with and without weights.
 *
 * Owns nothing. A result is either the right one or, after a failure, as it was.
 */
#include "base/fail.h"
#include "fault/sweep.h"

enum { N = 4 };

static const double scores[N] = {0.1, 0.4, 0.4, 0.8}, labels[N] = {0, 0, 1, 1};
static const double weights[N] = {1, 2, 3, 4};

static int finish(mlops_status status, const mlops_metrics *m, double right, mlops_metric metric,
                  const mlops_error *err) {
    if (status) return m->n || err->code != status || !err->message[0] ? SWEEP_WRONG : (int)status;
    return mlops_metric_value(m, metric) == right ? MLOPS_OK : SWEEP_WRONG;
}

static int judge_scores(const mlops_host *host, const char *dir) {
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    double low, high;
    if (mlops_metric_find(&info, "auc", &err)) return SWEEP_WRONG;
    if (mlops_metric_band(&low, &high, MLOPS_METRIC_AUC, scores, N, 3, &err)) return SWEEP_WRONG;
    mlops_status status = mlops_metric_binary(&m, scores, labels, N, &opts, &err);
    return finish(status, &m, 0.875, info.metric, &err);
}

static int judge_weighted(const mlops_host *host, const char *dir) {
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    opts.weights = weights;
    opts.n_weights = N;
    mlops_status status = mlops_metric_binary(&m, scores, labels, N, &opts, &err);
    return finish(status, &m, 4, MLOPS_METRIC_TP, &err);
}

static int judge_numbers(const mlops_host *host, const char *dir) {
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    opts.weights = weights;
    opts.n_weights = N;
    mlops_status status = mlops_metric_regression(&m, scores, labels, N, &opts, &err);
    return finish(status, &m, 0.6, MLOPS_METRIC_MAX_ERROR, &err);
}

static int judge_classes(const mlops_host *host, const char *dir) {
    static const double probabilities[2 * 3] = {0.25, 0.5, 0.25, 0.125, 0.125, 0.75};
    static const int64_t classes[2] = {1, 0};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    double confusion[3 * 3];
    (void)dir;
    opts.host = host;
    opts.flags = MLOPS_METRIC_ONE_VS_REST;
    mlops_status status =
        mlops_metric_classes(&m, probabilities, 2, 3, classes, confusion, &opts, &err);
    if (!status && (confusion[1 * 3 + 1] != 1 || confusion[0 * 3 + 2] != 1)) return SWEEP_WRONG;
    return finish(status, &m, 0.5, MLOPS_METRIC_ACCURACY, &err);
}

static int judge_queries(const mlops_host *host, const char *dir) {
    static const int64_t queries[N] = {7, 7, 7, 2};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    mlops_status status = mlops_metric_ranking(&m, scores, labels, queries, N, &opts, &err);
    return finish(status, &m, 0.875, MLOPS_METRIC_MRR, &err);
}

/* Two tables that are counted apart, saved, loaded and merged: a call that failed counted nothing.
 */
static int count_groups(const mlops_host *host, const char *dir) {
    static const char CSV[] = "sex,region,score,label,weight\nF,a,0.5,1,1\nM,b,0.1,,2\n"
                              ",b,0.2,0,3\nM,a,1,0,0.5\n,a,1,0,0\n";
    uint8_t bytes[1024];
    size_t n = 0;
    mlops_fairness *all, *part = NULL;
    mlops_table *t = NULL, *groups = NULL, *measures = NULL;
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    (void)dir;
    opts.host = csv.host = host;
    opts.privileged = "M,a";
    MLOPS_TRY(mlops_fairness_new(&all, &opts, NULL));
    int result = mlops_table_parse(&t, CSV, sizeof CSV - 1, &csv, NULL);
    if (!result)
        result = mlops_fairness_add_table(all, t, "sex,region", "score", "label", "weight", NULL);
    if (result && mlops_fairness_n_groups(all) + mlops_fairness_n_left_out(all))
        result = SWEEP_WRONG;
    if (!result && mlops_fairness_save(all, bytes, sizeof bytes, &n)) result = SWEEP_WRONG;
    if (!result) result = mlops_fairness_load(&part, bytes, n, &opts, NULL);
    if (!result) result = mlops_fairness_add(part, "new", (const double[]){1}, NULL, NULL, 1, NULL);
    if (!result) {
        result = mlops_fairness_merge(all, part, NULL);
        if (mlops_fairness_n_groups(all) != (result ? 3 : 4)) result = SWEEP_WRONG;
    }
    if (!result) result = mlops_fairness_groups(&groups, all, NULL);
    if (!result) result = mlops_fairness_measures(&measures, all, NULL);
    if (!result && mlops_fairness_n_left_out(all) != 2) result = SWEEP_WRONG;
    mlops_table_unref(measures);
    mlops_table_unref(groups);
    mlops_table_unref(t);
    mlops_fairness_free(part);
    mlops_fairness_free(all);
    return result;
}

/* Counted in the caller's storage and on the heap, merged, read, and calibrated on. */
static int count_scores(const mlops_host *host, const char *dir) {
    static uint64_t mem[8192], other[8192];
    uint8_t bytes[1024];
    size_t n = 0;
    mlops_performance *self, *part, *again;
    mlops_table *table = NULL;
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    (void)dir;
    opts.host = host;
    if (mlops_performance_size() > sizeof mem) return SWEEP_WRONG;
    if (mlops_performance_init(&part, mem, sizeof mem)) return SWEEP_WRONG;
    MLOPS_TRY(mlops_performance_new(&self, host, NULL));
    int result = mlops_performance_add(part, scores, labels, weights, N, NULL);
    if (!result) result = mlops_performance_merge(self, part, NULL);
    if (!result) result = mlops_performance_save(self, bytes, sizeof bytes, &n);
    if (!result) result = mlops_performance_load(&again, other, sizeof other, bytes, n);
    if (!result) result = mlops_performance_summarize(&s, again, &opts, NULL);
    if (!result) result = mlops_performance_metrics(&m, again, &opts, NULL);
    if (result || s.weight != 10 || m.tp != 4) result = SWEEP_WRONG;
    if (!result) result = mlops_performance_reliability(&table, self, &opts, NULL);
    mlops_table_unref(table), table = NULL;
    if (!result) result = mlops_performance_thresholds(&table, self, &opts, NULL);
    mlops_table_unref(table), table = NULL;
    if (!result) result = mlops_performance_estimate(&table, self, NULL, &opts, NULL);
    mlops_table_unref(table), table = NULL;
    if (!result) result = mlops_performance_estimate_rows(&table, scores, scores, N, &opts, NULL);
    mlops_performance_reset(part);
    mlops_table_unref(table);
    mlops_performance_free(self);
    return result;
}

/* Classes counted on the heap and in the caller's storage, and all that is read from them. */
static int count_classes(const mlops_host *host, const char *dir) {
    static uint64_t mem[24 * 1024], other[24 * 1024];
    static const double p[2 * N] = {0.25, 0.75, 0.5, 0.5, 0.125, 0.875, 1, 0};
    static const int64_t known[N] = {1, 0, -1, 0};
    uint8_t bytes[4096];
    size_t n = 0;
    mlops_class_performance *self, *part, *again;
    mlops_performance *one = NULL;
    double threshold;
    mlops_table *table = NULL;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    (void)dir;
    opts.host = host;
    if (mlops_class_performance_size(2) > sizeof mem) return SWEEP_WRONG;
    if (mlops_class_performance_init(&part, mem, sizeof mem, 2)) return SWEEP_WRONG;
    MLOPS_TRY(mlops_class_performance_new(&self, 2, host, NULL));
    int result = mlops_class_performance_add(part, p, N, 2, known, NULL, weights, NULL);
    if (!result) result = mlops_class_performance_merge(self, part, NULL);
    if (!result) result = mlops_class_performance_save(self, bytes, sizeof bytes, &n);
    if (!result) result = mlops_class_performance_load(&again, other, sizeof other, bytes, n);
    if (!result) result = mlops_class_performance_metrics(&m, again, &opts, NULL);
    if (!result && (m.weight != 7 || m.accuracy != 1)) result = SWEEP_WRONG;
    if (!result) result = mlops_class_performance_by_class(&table, again, &opts, NULL);
    mlops_table_unref(table), table = NULL;
    if (!result) result = mlops_class_performance_confusion(&table, again, host, NULL);
    mlops_table_unref(table), table = NULL;
    if (!result) result = mlops_class_performance_estimate(&table, again, &opts, NULL);
    if (!result) result = mlops_class_performance_one(&one, again, 1, host, NULL);
    if (!result) result = mlops_performance_choose(one, &threshold, NULL, NULL);
    if (!result && mlops_class_performance_n_classes(again) != 2) result = SWEEP_WRONG;
    mlops_class_performance_reset(part);
    mlops_performance_free(one);
    mlops_table_unref(table);
    mlops_class_performance_free(self);
    return result;
}

/* Numbers summed on the heap and in the caller's storage, and all that is read from them. */
static int sum_errors(const mlops_host *host, const char *dir) {
    static uint64_t mem[4096], other[4096];
    uint8_t bytes[1024];
    size_t n = 0;
    mlops_regression_performance *self, *part, *again;
    mlops_table *table = NULL;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    (void)dir;
    opts.host = host;
    if (mlops_regression_performance_size() > sizeof mem) return SWEEP_WRONG;
    if (mlops_regression_performance_init(&part, mem, sizeof mem)) return SWEEP_WRONG;
    MLOPS_TRY(mlops_regression_performance_new(&self, host, NULL));
    int result = mlops_regression_performance_add(part, scores, labels, weights, N, NULL);
    if (!result) result = mlops_regression_performance_merge(self, part, NULL);
    if (!result) result = mlops_regression_performance_save(self, bytes, sizeof bytes, &n);
    if (!result) result = mlops_regression_performance_load(&again, other, sizeof other, bytes, n);
    if (!result) result = mlops_regression_performance_metrics(&m, again, &opts, NULL);
    if (!result && (m.weight != 10 || m.max_error != 0.6 ||
                    mlops_regression_performance_quantile(again, 1) > 0.61))
        result = SWEEP_WRONG;
    if (!result)
        result = mlops_regression_performance_estimate(&table, again, MLOPS_METRIC_RMSE, scores,
                                                       weights, N, &opts, NULL);
    mlops_regression_performance_reset(part);
    mlops_table_unref(table);
    mlops_regression_performance_free(self);
    return result;
}

/* Queries summed on the heap and in the caller's storage; a call that fails has added nothing. */
static int sum_queries(const mlops_host *host, const char *dir) {
    static uint64_t mem[64], other[64];
    static const int64_t queries[N] = {7, 7, 7, 2};
    uint8_t bytes[256];
    size_t n = 0;
    mlops_ranking_performance_opts opts = MLOPS_RANKING_PERFORMANCE_OPTS_INIT;
    mlops_ranking_performance *self, *part, *again;
    mlops_metrics m = MLOPS_METRICS_INIT;
    (void)dir;
    if (mlops_ranking_performance_size() > sizeof mem) return SWEEP_WRONG;
    if (mlops_ranking_performance_init(&part, mem, sizeof mem, NULL)) return SWEEP_WRONG;
    opts.host = host;
    MLOPS_TRY(mlops_ranking_performance_new(&self, &opts, NULL));
    int result = mlops_ranking_performance_add(part, scores, labels, queries, NULL, N, host, NULL);
    if (result && mlops_ranking_performance_metrics(&m, part, NULL) >= 0) result = SWEEP_WRONG;
    if (!result) result = mlops_ranking_performance_merge(self, part, NULL);
    if (!result) result = mlops_ranking_performance_save(self, bytes, sizeof bytes, &n);
    if (!result) result = mlops_ranking_performance_load(&again, other, sizeof other, bytes, n);
    if (!result) result = mlops_ranking_performance_metrics(&m, again, NULL);
    if (!result && m.mrr != 0.875) result = SWEEP_WRONG;
    mlops_ranking_performance_reset(part);
    mlops_ranking_performance_free(self);
    return result;
}

static const double pairs[2 * N] = {0.9, 0.1, 0.6, 0.4, 0.6, 0.4, 0.2, 0.8};

static int calibrate(const mlops_host *host, mlops_calibration_method method) {
    static uint64_t mem[8192];
    static const int64_t classes[N] = {0, 0, 1, 1};
    uint8_t bytes[256];
    size_t n = 0;
    double p = 1, two[2] = {0.25, 0.75};
    mlops_performance *counts;
    mlops_calibration *self, *again = NULL, *binned = NULL;
    if (mlops_performance_init(&counts, mem, sizeof mem)) return SWEEP_WRONG;
    int result = mlops_performance_add(counts, scores, labels, weights, N, NULL);
    if (result) return SWEEP_WRONG;
    MLOPS_TRY(mlops_calibration_fit(&self, method, scores, labels, weights, N, host, NULL));
    if (mlops_calibration_kind(self) != method) result = SWEEP_WRONG;
    if (!result) result = mlops_performance_calibrate(&binned, counts, method, host, NULL);
    if (!result) result = mlops_calibration_save(self, bytes, sizeof bytes, &n);
    if (!result) result = mlops_calibration_load(&again, bytes, n, host, NULL);
    if (!result) result = mlops_calibration_apply(again, &p, &p, 1, NULL);
    if (!result && !(p > 0.5)) result = SWEEP_WRONG;
    mlops_calibration_unref(again), again = NULL;
    mlops_calibration_unref(binned), binned = NULL;
    if (!result)
        result = mlops_calibration_fit_classes(&binned, method, pairs, N, 2, classes, weights, host,
                                               NULL);
    if (!result) result = mlops_calibration_save(binned, bytes, sizeof bytes, &n);
    if (!result) result = mlops_calibration_load(&again, bytes, n, host, NULL);
    if (!result && mlops_calibration_n_classes(again) != 2) result = SWEEP_WRONG;
    if (!result) result = mlops_calibration_apply_classes(again, two, two, 1, 2, NULL);
    if (!result && !(two[0] + two[1] > 0.999999)) result = SWEEP_WRONG;
    mlops_calibration_unref(mlops_calibration_ref(self));
    mlops_calibration_unref(self);
    mlops_calibration_unref(again);
    mlops_calibration_unref(binned);
    return result;
}

static int calibrate_curve(const mlops_host *host, const char *dir) {
    (void)dir;
    return calibrate(host, MLOPS_CALIBRATION_ISOTONIC);
}

static int calibrate_sigmoid(const mlops_host *host, const char *dir) {
    (void)dir;
    return calibrate(host, MLOPS_CALIBRATION_PLATT);
}

static int follow_policy(const mlops_host *host, const char *dir) {
    uint64_t storage[64];
    uint8_t bytes[256];
    char text[1024];
    size_t n = 0;
    mlops_policy *policy, *again = NULL, *third = NULL;
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    (void)dir;
    opts.host = host;
    opts.k = 2;
    MLOPS_TRY(mlops_policy_new(&policy, &opts, NULL));
    int good = mlops_policy_size() <= sizeof storage &&
               !mlops_policy_init(&third, storage, sizeof storage, &opts, NULL) &&
               !mlops_policy_add(policy, 1, 1.5, 0, &d) &&
               !mlops_policy_save(policy, bytes, sizeof bytes, &n) &&
               !mlops_policy_load(&again, storage, sizeof storage, bytes, n) &&
               !mlops_policy_add(again, 2, 1.5, 0, &d) && d.event == MLOPS_POLICY_RAISED &&
               !mlops_policy_get(policy, &d) && !d.alarmed &&
               !mlops_policy_reason(policy, text, sizeof text, NULL);
    mlops_policy_free(policy);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

const sweep_scenario sweep_metric[] = {
    {"metric: scores", NULL, judge_scores, NULL, SWEEP_MEMORY},
    {"metric: scores with weights", NULL, judge_weighted, NULL, SWEEP_MEMORY},
    {"metric: numbers", NULL, judge_numbers, NULL, SWEEP_MEMORY},
    {"metric: classes", NULL, judge_classes, NULL, SWEEP_MEMORY},
    {"performance: classes", NULL, count_classes, NULL, SWEEP_MEMORY},
    {"performance: numbers", NULL, sum_errors, NULL, SWEEP_MEMORY},
    {"performance: queries", NULL, sum_queries, NULL, SWEEP_MEMORY},
    {"metric: queries", NULL, judge_queries, NULL, SWEEP_MEMORY},
    {"metric: fairness", NULL, count_groups, NULL, SWEEP_MEMORY},
    {"metric: counts of scores", NULL, count_scores, NULL, SWEEP_MEMORY},
    {"metric: isotonic calibration", NULL, calibrate_curve, NULL, SWEEP_MEMORY},
    {"metric: sigmoid calibration", NULL, calibrate_sigmoid, NULL, SWEEP_MEMORY},
    {"metric: policy", NULL, follow_policy, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
