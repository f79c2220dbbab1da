/* What is read from counts: totals, metrics, and tables by score and by threshold.
 *
 * Owns nothing. Invariant: what is read depends on the rows alone, not on their order or in which
 * parts they were counted.
 */
#include "performance/performance.h"

#include "base/opts.h"
#include "base/real.h"
#include "column/rows.h"
#include "metric/metric.h"
#include "stats/stats.h"

#include <string.h>

enum { BINS_DEFAULT = 16, TOP_DEFAULT = 3 };

/* An option that is given and would be passed over in silence. */
static mlops_status refuse_others(const mlops_performance_opts *of, uint32_t takes,
                                  mlops_error *err) {
    static const char names[][12] = {"threshold", "confidence", "n_bins",
                                     "top_k",     "quantile",   "beta"};
    const int given[] = {of->flags & MLOPS_PERFORMANCE_SET_THRESHOLD || of->threshold != 0,
                         of->confidence != 0,
                         of->n_bins != 0,
                         of->top_k != 0,
                         of->quantile != 0,
                         of->beta != 0};
    for (int i = 0; i < 6; i++)
        if (given[i] && !(takes >> i & 1))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "mlops_performance_opts.%s makes no difference to what is asked for",
                               names[i]);
    return MLOPS_OK;
}

mlops_status mlops__performance_opts(mlops_performance_opts *out,
                                     const mlops_performance_opts *given, uint32_t takes,
                                     mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_performance_opts", err));
    MLOPS_TRY(refuse_others(out, takes, err));
    if (out->flags & ~(uint32_t)MLOPS_PERFORMANCE_SET_THRESHOLD || out->top_k < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_opts.flags has an unknown bit, or top_k is below 0");
    if (!(out->flags & MLOPS_PERFORMANCE_SET_THRESHOLD) && out->threshold == 0)
        out->threshold = 0.5;
    if (out->confidence == 0) out->confidence = 0.95;
    if (out->n_bins == 0) out->n_bins = BINS_DEFAULT;
    if (out->top_k == 0) out->top_k = TOP_DEFAULT;
    if (out->quantile == 0) out->quantile = 0.5;
    if (!(out->quantile > 0 && out->quantile < 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_opts.quantile must lie between 0 and 1");
    if (!mlops__metric_beta_holds(out->beta))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_performance_opts.beta must be 1e-6 to 1e6");
    if (out->beta == 0) out->beta = 1;
    if (out->threshold != out->threshold)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_performance_opts.threshold is NaN");
    if (!(out->confidence > 0 && out->confidence < 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_opts.confidence must lie between 0 and 1, such as "
                           "0.95");
    if (out->n_bins < 1 || out->n_bins > MLOPS__SCORE_BINS || (out->n_bins & (out->n_bins - 1)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_opts.n_bins is %d, no power of 2 up to %d",
                           (int)out->n_bins, MLOPS__SCORE_BINS);
    return MLOPS_OK;
}

mlops_status mlops__performance_edge(int64_t *first, const mlops_performance_opts *opts,
                                     mlops_error *err) {
    double edge = opts->threshold * MLOPS__SCORE_BINS;
    int inside = edge >= 0 && edge < MLOPS__SCORE_BINS;
    *first = inside ? (int64_t)edge : 0;
    if (inside && edge == (double)*first) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_performance_opts.threshold is no multiple of 1/1024 from 0 to "
                       "1023/1024: between these the counts do not tell");
}

/* Several bins as one. */
static mlops__score_bin joined(const mlops_performance *self, int32_t n_bins, int32_t index) {
    mlops__score_bin out;
    size_t width = MLOPS__SCORE_BINS / (size_t)n_bins;
    memset(&out, 0, sizeof out);
    for (size_t i = (size_t)index * width; i < ((size_t)index + 1) * width; i++)
        mlops__score_bin_add(&out, &self->bins[i]);
    return out;
}

/* |sum of labels - sum of scores| of the rows with a label. */
static mlops__i128 gap_of(const mlops__score_bin *bin) {
    mlops__i128 ones =
        mlops__i128_product((uint64_t)bin->weight[1], (uint64_t)1 << MLOPS__SCORE_BITS);
    mlops__i128 gap = mlops__i128_less(ones, bin->sum[0]);
    return gap.high < 0 ? mlops__i128_less(bin->sum[0], ones) : gap;
}

static double mean(mlops__i128 sum, int64_t units) {
    return units ? mlops__i128_mean(sum, MLOPS__SCORE_BITS, units) : mlops__metric_undefined();
}

static void calibration_errors(const mlops_performance *self, int32_t n_bins, double *ece,
                               double *mce) {
    mlops__i128 gaps = {0, 0};
    *mce = self->total[0] ? 0 : mlops__metric_undefined();
    for (int32_t i = 0; i < n_bins; i++) {
        mlops__score_bin bin = joined(self, n_bins, i);
        mlops__i128 gap = gap_of(&bin);
        gaps = mlops__i128_add(gaps, gap);
        double error = mean(gap, bin.weight[0] + bin.weight[1]);
        if (error > *mce) *mce = error;
    }
    *ece = mean(gaps, self->total[0]);
}

/* Of precision over the rows of label 1 in a bin: how far from the mean that counts take it may be.
 * At best all of them come first, at worst last. */
static double precision_open(double ones, double zeros, double above_ones, double above_zeros) {
    double all = above_ones + ones, mean = all / (all + above_zeros + zeros);
    double worst = above_zeros + zeros, best = all / (all + above_zeros);
    double least = worst > 0 && ones > 0
                       ? 1 - worst / ones * mlops__log((all + worst) / (above_ones + worst))
                       : 1;
    double over = best - mean, under = mean - (least > 0 ? least : 0);
    return ones * (over > under ? over : under);
}

/* What rows that share a bin leave open of auc and average_precision. */
typedef struct doubt {
    double auc, precision;
} doubt;

/* AUC and its like, from the highest bin down. */
static doubt rank(mlops_metrics *out, const mlops_performance *self, double ones, double zeros) {
    mlops__rank_tally tally;
    double open = 0, precision = 0;
    memset(&tally, 0, sizeof tally);
    tally.all_x = ones;
    tally.all_y = zeros;
    for (size_t i = MLOPS__SCORE_BINS; i-- > 0;) {
        const int64_t *weight = self->bins[i].weight;
        mlops__kept x = {mlops__weight_of(weight[1]), 0}, y = {mlops__weight_of(weight[0]), 0};
        if (!(x.sum + y.sum > 0)) continue;
        if (x.sum > 0)
            precision +=
                precision_open(x.sum, y.sum, tally.true_positives.sum, tally.false_positives.sum);
        mlops__rank_pass(&tally, x, y);
        open += x.sum * y.sum;
    }
    mlops__rank_end(out, &tally);
    return (doubt){mlops__ratio(open / 2, ones * zeros), mlops__ratio(precision, ones)};
}

static double adaptive(const mlops_performance *self, int32_t n_bins) {
    mlops__groups groups = mlops__groups_begin(mlops__weight_of(self->total[0]), n_bins);
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++) {
        const mlops__score_bin *bin = &self->bins[i];
        int64_t units = bin->weight[0] + bin->weight[1];
        if (units)
            mlops__groups_add(&groups, mean(bin->sum[0], units), mlops__weight_of(bin->weight[1]),
                              mlops__weight_of(bin->weight[0]));
    }
    return mlops__groups_end(&groups);
}

static void confusion(mlops_metrics *out, const mlops_performance *self, int64_t first) {
    int64_t above[2] = {0, 0}, below[2] = {0, 0};
    for (int64_t i = 0; i < MLOPS__SCORE_BINS; i++)
        for (size_t k = 0; k < 2; k++) (i >= first ? above : below)[k] += self->bins[i].weight[k];
    out->tp = mlops__weight_of(above[1]);
    out->fp = mlops__weight_of(above[0]);
    out->tn = mlops__weight_of(below[0]);
    out->fn = mlops__weight_of(below[1]);
}

mlops_status mlops__performance_no_labels(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_INVALID, "performance: no row has a label");
}

mlops_status mlops_performance_metrics(mlops_metrics *out, const mlops_performance *self,
                                       const mlops_performance_opts *given, mlops_error *err) {
    mlops_performance_opts opts;
    mlops_metrics m;
    int64_t first;
    MLOPS_TRY(mlops__performance_opts(
        &opts, given, MLOPS__TAKES_THRESHOLD | MLOPS__TAKES_BINS | MLOPS__TAKES_BETA, err));
    MLOPS_TRY(mlops__performance_edge(&first, &opts, err));
    if (!self->n[0]) return mlops__performance_no_labels(err);
    mlops__metrics_start(&m, MLOPS_METRIC_BINARY);
    m.n = self->n[0];
    m.n_nan = self->n_nan;
    m.n_classes = 2;
    m.weight = mlops__weight_of(self->total[0]);
    confusion(&m, self, first);
    m.constant_labels = m.tp + m.fn == 0 || m.fp + m.tn == 0;
    mlops__metrics_from_counts(&m, 1, opts.beta);
    (void)rank(&m, self, m.tp + m.fn, m.fp + m.tn);
    m.brier = mean(self->brier, self->total[0]);
    m.log_loss = mean(self->log_loss, self->total[0]);
    calibration_errors(self, opts.n_bins, &m.ece, &m.mce);
    m.ece_adaptive = adaptive(self, opts.n_bins);
    return mlops__metrics_end(out, &m, err);
}

double mlops__effective(int64_t units, mlops__i128 squares) {
    double weight = mlops__weight_of(units);
    double below = mlops__i128_mean(squares, 2 * MLOPS__WEIGHT_BITS, 1);
    return below > 0 ? weight * (weight / below) : 0; /* weight / below is 1 without weights */
}

mlops_status mlops_performance_summarize(mlops_performance_summary *out,
                                         const mlops_performance *self,
                                         const mlops_performance_opts *given, mlops_error *err) {
    mlops_performance_opts opts;
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    mlops_metrics m;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_BINS, err));
    mlops__score_bin all = joined(self, 1, 0);
    s.n_labelled = self->n[0];
    s.n_unlabelled = self->n[1];
    s.n_nan = self->n_nan;
    s.weight = mlops__weight_of(self->total[0]);
    s.weight_unlabelled = mlops__weight_of(self->total[1]);
    s.mean_score = mean(mlops__i128_add(all.sum[0], all.sum[1]), self->total[0] + self->total[1]);
    s.n_effective = mlops__effective(self->total[0], self->squares[0]);
    doubt open = rank(&m, self, mlops__weight_of(all.weight[1]), mlops__weight_of(all.weight[0]));
    s.auc_error = open.auc;
    s.average_precision_error = open.precision;
    calibration_errors(self, opts.n_bins, &s.ece, &s.mce);
    return mlops__opts_result(out, &s, sizeof s, "mlops_performance_summary", err);
}

void mlops__performance_put(mlops__rows *out, double value) {
    if (value - value == 0) mlops__rows_f64(out, value);
    else mlops__rows_null(out);
}

mlops_status mlops_performance_reliability(mlops_table **out, const mlops_performance *self,
                                           const mlops_performance_opts *given, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"low", MLOPS_TYPE_FLOAT64},          {"high", MLOPS_TYPE_FLOAT64},
        {"weight", MLOPS_TYPE_FLOAT64},       {"mean_score", MLOPS_TYPE_FLOAT64},
        {"observed", MLOPS_TYPE_FLOAT64},     {"observed_low", MLOPS_TYPE_FLOAT64},
        {"observed_high", MLOPS_TYPE_FLOAT64}};
    mlops_performance_opts opts;
    mlops__host host;
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(
        mlops__performance_opts(&opts, given, MLOPS__TAKES_BINS | MLOPS__TAKES_CONFIDENCE, err));
    MLOPS_TRY(mlops__host_init(&host, opts.host, err));
    MLOPS_TRY(mlops__rows_begin(&rows, &host, columns, sizeof columns / sizeof *columns, err));
    double z = mlops__normal_isf((1 - opts.confidence) / 2);
    double share = mlops__ratio(mlops__effective(self->total[0], self->squares[0]),
                                mlops__weight_of(self->total[0]));
    for (int32_t i = 0; i < opts.n_bins; i++) {
        mlops__score_bin bin = joined(self, opts.n_bins, i);
        double weight = mlops__weight_of(bin.weight[0] + bin.weight[1]);
        double observed = mlops__ratio(mlops__weight_of(bin.weight[1]), weight);
        double low = observed, high = observed; /* NaN without rows */
        if (weight > 0) mlops__wilson(&low, &high, observed, weight * share, z);
        mlops__rows_f64(&rows, (double)i / opts.n_bins);
        mlops__rows_f64(&rows, (double)(i + 1) / opts.n_bins);
        mlops__rows_f64(&rows, weight);
        mlops__performance_put(&rows, mean(bin.sum[0], bin.weight[0] + bin.weight[1]));
        mlops__performance_put(&rows, observed);
        mlops__performance_put(&rows, low);
        mlops__performance_put(&rows, high);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

mlops_status mlops__performance_rows(mlops__rows *out, const mlops__host *host,
                                     const char *const *names, size_t n, mlops_type first,
                                     mlops_error *err) {
    mlops__rows_column columns[MLOPS__PERFORMANCE_COLUMNS];
    for (size_t i = 0; i < n; i++)
        columns[i] = (mlops__rows_column){names[i], i ? MLOPS_TYPE_FLOAT64 : first};
    return mlops__rows_begin(out, host, columns, (int64_t)n, err);
}

mlops_status mlops_performance_thresholds(mlops_table **out, const mlops_performance *self,
                                          const mlops_performance_opts *given, mlops_error *err) {
    static const char *const names[] = {
        "threshold",         "tp",        "fp",     "tn",          "fn", "accuracy",
        "balanced_accuracy", "precision", "recall", "specificity", "f1", "mcc",
        "positive_rate",     "f_beta",    "kappa",  "lift"};
    enum { COLUMNS = sizeof names / sizeof *names };
    mlops_performance_opts opts;
    mlops__host host;
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_BINS | MLOPS__TAKES_BETA, err));
    if (!self->n[0]) return mlops__performance_no_labels(err);
    MLOPS_TRY(mlops__host_init(&host, opts.host, err));
    MLOPS_TRY(mlops__performance_rows(&rows, &host, names, COLUMNS, MLOPS_TYPE_FLOAT64, err));
    for (int64_t i = 0; i < opts.n_bins; i++) {
        mlops_metrics m;
        mlops__metrics_start(&m, MLOPS_METRIC_BINARY);
        m.weight = mlops__weight_of(self->total[0]);
        confusion(&m, self, i * (MLOPS__SCORE_BINS / opts.n_bins));
        mlops__metrics_from_counts(&m, 1, opts.beta);
        const double values[] = {(double)i / opts.n_bins,
                                 m.tp,
                                 m.fp,
                                 m.tn,
                                 m.fn,
                                 m.accuracy,
                                 m.balanced_accuracy,
                                 m.precision,
                                 m.recall,
                                 m.specificity,
                                 m.f1,
                                 m.mcc,
                                 m.positive_rate,
                                 m.f_beta,
                                 m.kappa,
                                 mlops__ratio(m.precision, m.prevalence)};
        for (size_t k = 0; k < COLUMNS; k++) mlops__performance_put(&rows, values[k]);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}
