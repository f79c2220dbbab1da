/* Metrics to be expected of rows whose labels are not known: CBPE, and how far chance may take
 * them.
 *
 * Owns nothing. Each label is a draw of its own with the row's probability. Invariant: a metric's
 * sampling error is that of the sum of these draws, each times what it moves the metric by (the
 * delta method), so that it needs no reference to be measured on.
 */
#include "performance/performance.h"

#include "base/real.h"
#include "column/rows.h"
#include "metric/metric.h"

#include <mlops/performance_estimate.h>

#include <string.h>

/* Rows of one score: expected weight of label 1 and 0, and the variance of either. */
typedef struct tie {
    double ones, zeros, variance;
} tie;

/* Ties from the highest score down; the first n_above are predicted positive. */
typedef struct outlook {
    mlops__host host;
    mlops_performance_opts opts;
    tie *ties;
    int64_t n, n_above, cap;
    mlops_metrics m;
    double above, below; /* variance of the labels of rows predicted 1, and 0 */
} outlook;

static mlops_status begin(outlook *o, int64_t cap, const mlops_performance_opts *given,
                          mlops_error *err) {
    memset(o, 0, sizeof *o);
    MLOPS_TRY(mlops__performance_opts(&o->opts, given,
                                      MLOPS__TAKES_THRESHOLD | MLOPS__TAKES_CONFIDENCE, err));
    MLOPS_TRY(mlops__host_init(&o->host, o->opts.host, err));
    o->cap = cap;
    o->ties = mlops__alloc_array(&o->host.allocator, (size_t)cap, sizeof *o->ties);
    return o->ties ? MLOPS_OK : mlops__fail_nomem(err, (size_t)cap * sizeof *o->ties);
}

static void add(outlook *o, int same, double weight, double p, double variance, int above) {
    if (!same) o->ties[o->n++] = (tie){0, 0, 0};
    tie *t = &o->ties[o->n - 1];
    t->ones += weight * p;
    t->zeros += weight * (1 - p);
    t->variance += variance * (p * (1 - p));
    if (above) o->n_above = o->n;
}

static void expect(outlook *o) {
    mlops__kept sums[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}}; /* tp, fp, fn, tn */
    mlops__rank_tally tally;
    memset(&tally, 0, sizeof tally);
    mlops__metrics_start(&o->m, MLOPS_METRIC_BINARY);
    for (int64_t i = 0; i < o->n; i++) {
        int below = i >= o->n_above;
        mlops__keep(&sums[2 * below], o->ties[i].ones);
        mlops__keep(&sums[2 * below + 1], o->ties[i].zeros);
        *(below ? &o->below : &o->above) += o->ties[i].variance;
    }
    o->m.tp = sums[0].sum + sums[0].lost;
    o->m.fp = sums[1].sum + sums[1].lost;
    o->m.fn = sums[2].sum + sums[2].lost;
    o->m.tn = sums[3].sum + sums[3].lost;
    o->m.weight = (o->m.tp + o->m.fn) + (o->m.fp + o->m.tn);
    mlops__metrics_from_counts(&o->m, o->m.weight, o->opts.beta);
    tally.all_x = o->m.tp + o->m.fn;
    tally.all_y = o->m.fp + o->m.tn;
    for (int64_t i = 0; i < o->n; i++)
        mlops__rank_pass(&tally, (mlops__kept){o->ties[i].ones, 0},
                         (mlops__kept){o->ties[i].zeros, 0});
    mlops__rank_end(&o->m, &tally);
}

/* Variances of auc and average_precision, from the lowest score up. A label that turns 1 moves auc
 * by its place among the others, and the precision at every score from its own down. */
static void rank_variances(const outlook *o, double *auc, double *precision) {
    double ones = o->m.tp + o->m.fn, zeros = o->m.fp + o->m.tn, below = 0, beneath = 0, from = 0;
    *auc = *precision = 0;
    for (int64_t i = o->n; i-- > 0;) {
        tie t = o->ties[i];
        double up_to = ones - beneath, rows = up_to + (zeros - below); /* at this score and above */
        double beats = (below + t.zeros / 2) / zeros, loses = (up_to - t.ones / 2) / ones;
        double moved = (beats - o->m.auc) / ones - (loses - o->m.auc) / zeros;
        *auc += t.variance * moved * moved;
        if (rows > 0) {
            from += t.ones / rows;
            moved = (up_to / rows + from - o->m.average_precision) / ones;
            *precision += t.variance * moved * moved;
        }
        below += t.zeros;
        beneath += t.ones;
    }
}

void mlops__estimate_put(mlops__rows *out, const char *name, double value, double variance,
                         double z, double least, double most) {
    double error = mlops__sqrt(variance), low = value - z * error, high = value + z * error;
    mlops__rows_text(out, name);
    mlops__performance_put(out, value);
    if (value != value) error = low = high = value;
    mlops__performance_put(out, error);
    mlops__performance_put(out, low < least ? least : low);
    mlops__performance_put(out, high > most ? most : high);
}

/* What a metric moves by when one label turns 1, of a row predicted 1 and of one predicted 0. */
typedef struct effect {
    const char *name;
    double value, above, below;
    double least, most;
} effect;

static void put_all(mlops__rows *out, const outlook *o) {
    const mlops_metrics *m = &o->m;
    double n = m->weight, ones = m->tp + m->fn, zeros = m->fp + m->tn, yes = m->tp + m->fp;
    double r = m->recall, s = m->specificity, f = m->f1;
    double root = mlops__sqrt(yes * (n - yes)) * mlops__sqrt(ones * zeros);
    double bent = m->mcc * (zeros - ones) / (2 * ones * zeros);
    double z = mlops__normal_isf((1 - o->opts.confidence) / 2), auc, precision;
    const effect effects[] = {{"accuracy", m->accuracy, 1 / n, -1 / n, 0, 1},
                              {"balanced_accuracy", m->balanced_accuracy,
                               ((1 - r) / ones + s / zeros) / 2, (-r / ones - (1 - s) / zeros) / 2,
                               0, 1},
                              {"precision", m->precision, 1 / yes, 0, 0, 1},
                              {"recall", r, (1 - r) / ones, -r / ones, 0, 1},
                              {"specificity", s, s / zeros, -(1 - s) / zeros, 0, 1},
                              {"f1", f, (2 - f) / (yes + ones), -f / (yes + ones), 0, 1},
                              {"mcc", m->mcc, (n - yes) / root - bent, -yes / root - bent, -1, 1},
                              {"prevalence", m->prevalence, 1 / n, 1 / n, 0, 1},
                              {"positive_rate", m->positive_rate, 0, 0, 0, 1},
                              {"tp", m->tp, 1, 0, 0, yes},
                              {"fp", m->fp, 1, 0, 0, yes},
                              {"tn", m->tn, 0, 1, 0, n - yes},
                              {"fn", m->fn, 0, 1, 0, n - yes}};
    rank_variances(o, &auc, &precision);
    mlops__estimate_put(out, "auc", m->auc, auc, z, 0, 1);
    mlops__estimate_put(out, "average_precision", m->average_precision, precision, z, 0, 1);
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        effect e = effects[i];
        double variance = e.above * e.above * o->above + e.below * e.below * o->below;
        mlops__estimate_put(out, e.name, e.value, variance, z, e.least, e.most);
    }
}

mlops_status mlops__estimate_begin(mlops__rows *out, const mlops__host *host, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"metric", MLOPS_TYPE_STRING},
                                                 {"value", MLOPS_TYPE_FLOAT64},
                                                 {"sampling_error", MLOPS_TYPE_FLOAT64},
                                                 {"low", MLOPS_TYPE_FLOAT64},
                                                 {"high", MLOPS_TYPE_FLOAT64}};
    return mlops__rows_begin(out, host, columns, sizeof columns / sizeof *columns, err);
}

/* Ends the outlook, too. */
static mlops_status tell(mlops_table **out, outlook *o, mlops_status status, mlops_error *err) {
    mlops__rows rows;
    if (!status && !o->n)
        status = mlops__fail(err, MLOPS_E_INVALID, "performance: there is no row to estimate from");
    if (!status) status = mlops__estimate_begin(&rows, &o->host, err);
    if (!status) {
        expect(o);
        put_all(&rows, o);
        status = mlops__rows_end(&rows, MLOPS_OK, out, err);
    }
    mlops__free(&o->host.allocator, o->ties, (size_t)o->cap * sizeof *o->ties);
    return status;
}

static void gather(outlook *o, const mlops_performance *self, const mlops_calibration *calibration,
                   int64_t first) {
    mlops__i128 squares = mlops__i128_add(self->squares[0], self->squares[1]);
    double weight = mlops__weight_of(self->total[0] + self->total[1]);
    double spread = mlops__ratio(mlops__i128_mean(squares, 2 * MLOPS__WEIGHT_BITS, 1), weight);
    for (int64_t i = MLOPS__SCORE_BINS; i-- > 0;) {
        const mlops__score_bin *bin = &self->bins[i];
        int64_t units = bin->weight[0] + bin->weight[1] + bin->weight[2];
        if (!units) continue;
        mlops__i128 sum = mlops__i128_add(bin->sum[0], bin->sum[1]);
        double p = mlops__i128_mean(sum, MLOPS__SCORE_BITS, units);
        if (calibration) (void)mlops_calibration_apply(calibration, &p, &p, 1, NULL);
        add(o, 0, mlops__weight_of(units), p, mlops__weight_of(units) * spread, i >= first);
    }
}

mlops_status mlops__expect_auc(double *auc, double *error, const mlops_performance *self,
                               const mlops_host *host, mlops_error *err) {
    outlook o;
    double precision;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    opts.host = host;
    MLOPS_TRY(begin(&o, MLOPS__SCORE_BINS, &opts, err));
    gather(&o, self, NULL, 0);
    expect(&o);
    rank_variances(&o, error, &precision);
    *error = mlops__sqrt(*error);
    *auc = o.m.auc;
    mlops__free(&o.host.allocator, o.ties, (size_t)o.cap * sizeof *o.ties);
    return MLOPS_OK;
}

mlops_status mlops_performance_estimate(mlops_table **out, const mlops_performance *self,
                                        const mlops_calibration *calibration,
                                        const mlops_performance_opts *given, mlops_error *err) {
    outlook o;
    int64_t first;
    *out = NULL;
    MLOPS_TRY(begin(&o, MLOPS__SCORE_BINS, given, err));
    mlops_status status = mlops__performance_edge(&first, &o.opts, err);
    if (!status) gather(&o, self, calibration, first);
    return tell(out, &o, status, err);
}

static mlops_status take(mlops__weighted *rows, const double *scores, const double *probabilities,
                         int64_t n, mlops_error *err) {
    for (int64_t i = 0; i < n; i++) {
        rows[i] = (mlops__weighted){scores[i], probabilities ? probabilities[i] : scores[i]};
        const char *wrong = NULL;
        if (!(rows[i].weight >= 0 && rows[i].weight <= 1))
            wrong = "the probability is not in [0, 1]";
        if (scores[i] != scores[i]) wrong = "the score is NaN";
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
    }
    return MLOPS_OK;
}

mlops_status mlops_performance_estimate_rows(mlops_table **out, const double *scores,
                                             const double *probabilities, int64_t n,
                                             const mlops_performance_opts *given,
                                             mlops_error *err) {
    outlook o;
    *out = NULL;
    if (!scores || n < 1 || n > MLOPS__METRIC_ROWS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: scores are NULL, or rows not 1 to 2^32");
    MLOPS_TRY(begin(&o, n, given, err));
    size_t each = 2 * sizeof(mlops__weighted); /* as much again to sort */
    mlops__weighted *rows = mlops__alloc_array(&o.host.allocator, (size_t)n, each);
    mlops_status status =
        rows ? take(rows, scores, probabilities, n, err) : mlops__fail_nomem(err, (size_t)n * each);
    if (!status) mlops__sort_weighted(rows, rows + n, n);
    for (int64_t i = n; !status && i-- > 0;) {
        int same = i + 1 < n && rows[i].value == rows[i + 1].value;
        add(&o, same, 1, rows[i].weight, 1, rows[i].value >= o.opts.threshold);
    }
    mlops__free(&o.host.allocator, rows, (size_t)n * each);
    return tell(out, &o, status, err);
}
