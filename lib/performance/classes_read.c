/* What is read from counts of classes: metrics, tables, and what is expected without labels.
 *
 * Owns nothing. Invariant: the sampling error of an estimate is never below that of labels drawn
 * row by row, as rows of one prediction are taken to have all the same probabilities.
 */
#include "performance/class_counts.h"

#include "base/real.h"
#include "metric/metric.h"

#include <string.h>

/* Weights by label and prediction, and of each class; in one piece of memory. */
typedef struct cells {
    mlops__host host;
    int64_t k;
    size_t size;
    double *at; /* k * k */
    mlops__class_count *classes;
    double *constant, *hit; /* room for k each */
} cells;

static mlops_status begin(cells *out, const mlops_class_performance *self, int expected,
                          const mlops_host *host, mlops_error *err) {
    size_t k = (size_t)self->k;
    MLOPS_TRY(mlops__host_init(&out->host, host, err));
    out->k = self->k;
    out->size = (k * k + 2 * k) * sizeof(double) + k * sizeof *out->classes;
    out->at = mlops__alloc_zero(&out->host.allocator, out->size);
    if (!out->at) return mlops__fail_nomem(err, out->size);
    out->classes = (mlops__class_count *)(void *)(out->at + k * k);
    out->constant = (double *)(void *)(out->classes + k);
    out->hit = out->constant + k;
    for (size_t i = 0; i < k * k; i++) {
        int scale = MLOPS__SCORE_BITS + MLOPS__WEIGHT_BITS;
        out->at[i] = expected ? mlops__i128_mean(self->expected[i], scale, 1)
                              : mlops__weight_of(self->confusion[i]);
        out->classes[i / k].labelled += out->at[i];
        out->classes[i % k].predicted += out->at[i];
        if (i / k == i % k) out->classes[i / k].right = out->at[i];
    }
    return MLOPS_OK;
}

static void end(cells *self) { mlops__free(&self->host.allocator, self->at, self->size); }

/* Options of the counts of one class. */
static mlops_performance_opts of_one(const mlops_performance_opts *opts) {
    mlops_performance_opts self = MLOPS_PERFORMANCE_OPTS_INIT;
    self.n_bins = opts->n_bins;
    self.beta = opts->beta;
    return self;
}

/* What is read of each class against the rest, and of the predicted one. */
static void judge_classes(mlops_metrics *out, const mlops_class_performance *self, const cells *c,
                          const mlops_performance_opts *given) {
    mlops_metrics one = MLOPS_METRICS_INIT;
    const mlops_performance_opts opts = of_one(given);
    mlops__i128 brier = {0, 0};
    int64_t n_aucs = 0;
    double sum = 0, weighted = 0, weight = 0, ece = 0;
    for (int64_t j = 0; j < self->k; j++) {
        double labelled = c->classes[j].labelled;
        out->constant_labels |= labelled == out->weight;
        brier = mlops__i128_add(brier, self->one[j].brier);
        (void)mlops_performance_metrics(&one, &self->one[j], &opts, NULL);
        ece += one.ece;
        if (one.auc != one.auc) continue;
        n_aucs++;
        sum += one.auc;
        weighted += one.auc * labelled;
        weight += labelled;
    }
    out->auc_macro = mlops__ratio(sum, (double)n_aucs);
    out->auc_weighted = mlops__ratio(weighted, weight);
    out->brier = mlops__i128_mean(brier, MLOPS__SCORE_BITS, self->one->total[0]);
    out->ece_classwise = ece / (double)self->k;
    (void)mlops_performance_metrics(&one, &self->one[self->k], &opts, NULL);
    out->ece = one.ece;
    out->mce = one.mce;
    out->ece_adaptive = one.ece_adaptive;
}

mlops_status mlops_class_performance_metrics(mlops_metrics *out,
                                             const mlops_class_performance *self,
                                             const mlops_performance_opts *given,
                                             mlops_error *err) {
    mlops_performance_opts opts;
    mlops_metrics m;
    cells c;
    int64_t total = self->one->total[0], top = 0;
    MLOPS_TRY(mlops__performance_opts(
        &opts, given, MLOPS__TAKES_TOP_K | MLOPS__TAKES_BINS | MLOPS__TAKES_BETA, err));
    if (!self->one->n[0]) return mlops__performance_no_labels(err);
    MLOPS_TRY(begin(&c, self, 0, opts.host, err));
    mlops__metrics_start(&m, MLOPS_METRIC_CLASSES);
    m.n = self->one->n[0];
    m.n_nan = self->one->n_nan;
    m.n_classes = self->k;
    m.weight = mlops__weight_of(total);
    mlops__metrics_from_classes(&m, c.classes, self->k, opts.beta);
    judge_classes(&m, self, &c, &opts);
    end(&c);
    for (int64_t j = 0; j < self->k && j < opts.top_k; j++) top += self->ranks[j];
    m.top_k_accuracy = mlops__weight_of(top) / m.weight;
    m.log_loss = mlops__i128_mean(self->log_loss, MLOPS__SCORE_BITS, total);
    return mlops__metrics_end(out, &m, err);
}

mlops_status mlops_class_performance_by_class(mlops_table **out,
                                              const mlops_class_performance *self,
                                              const mlops_performance_opts *given,
                                              mlops_error *err) {
    static const char *const names[] = {"class",  "weight",   "predicted", "precision",
                                        "recall", "f1",       "auc",       "average_precision",
                                        "brier",  "log_loss", "ece",       "f_beta"};
    enum { COLUMNS = sizeof names / sizeof *names };
    mlops_performance_opts opts;
    mlops__rows rows;
    cells c;
    *out = NULL;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_BINS | MLOPS__TAKES_BETA, err));
    if (!self->one->n[0]) return mlops__performance_no_labels(err);
    const mlops_performance_opts each = of_one(&opts);
    MLOPS_TRY(begin(&c, self, 0, opts.host, err));
    mlops_status status =
        mlops__performance_rows(&rows, &c.host, names, COLUMNS, MLOPS_TYPE_INT64, err);
    for (int64_t j = 0; !status && j < self->k; j++) {
        mlops_metrics m = MLOPS_METRICS_INIT;
        mlops__class_count n = c.classes[j];
        (void)mlops_performance_metrics(&m, &self->one[j], &each, NULL);
        const double values[] = {n.labelled,
                                 n.predicted,
                                 mlops__ratio(n.right, n.predicted),
                                 mlops__ratio(n.right, n.labelled),
                                 mlops__f_beta(&n, 1),
                                 m.auc,
                                 m.average_precision,
                                 m.brier,
                                 m.log_loss,
                                 m.ece,
                                 mlops__f_beta(&n, opts.beta)};
        mlops__rows_i64(&rows, j);
        for (size_t i = 0; i + 1 < COLUMNS; i++) mlops__performance_put(&rows, values[i]);
    }
    end(&c);
    return status ? status : mlops__rows_end(&rows, MLOPS_OK, out, err);
}

mlops_status mlops_class_performance_confusion(mlops_table **out,
                                               const mlops_class_performance *self,
                                               const mlops_host *host, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"label", MLOPS_TYPE_INT64},
                                                 {"predicted", MLOPS_TYPE_INT64},
                                                 {"weight", MLOPS_TYPE_FLOAT64},
                                                 {"expected", MLOPS_TYPE_FLOAT64},
                                                 {"share_of_label", MLOPS_TYPE_FLOAT64},
                                                 {"share_of_predicted", MLOPS_TYPE_FLOAT64},
                                                 {"share", MLOPS_TYPE_FLOAT64}};
    const int scale = MLOPS__SCORE_BITS + MLOPS__WEIGHT_BITS;
    mlops__rows rows;
    cells c;
    *out = NULL;
    MLOPS_TRY(begin(&c, self, 0, host, err));
    mlops_status status = mlops__rows_begin(&rows, &c.host, columns, 7, err);
    for (int64_t i = 0; !status && i < self->k * self->k; i++) {
        int64_t label = i / self->k, predicted = i % self->k;
        mlops__rows_i64(&rows, label);
        mlops__rows_i64(&rows, predicted);
        mlops__rows_f64(&rows, c.at[i]);
        mlops__rows_f64(&rows, mlops__i128_mean(self->expected[i], scale, 1));
        mlops__performance_put(&rows, mlops__ratio(c.at[i], c.classes[label].labelled));
        mlops__performance_put(&rows, mlops__ratio(c.at[i], c.classes[predicted].predicted));
        mlops__performance_put(&rows, mlops__ratio(c.at[i], mlops__weight_of(self->one->total[0])));
    }
    end(&c);
    return status ? status : mlops__rows_end(&rows, MLOPS_OK, out, err);
}

/* ---- without labels ---- */

/* Of a metric that moves by constant[i] where a row has label i, and by hit[i] more where that is
 * its prediction. Labels of the rows of one prediction are draws with their mean probabilities. */
static double variance_of(const cells *c) {
    double sum = 0;
    for (int64_t j = 0; j < c->k; j++) {
        double first = 0, second = 0;
        for (int64_t i = 0; i < c->k; i++) {
            double move = c->constant[i] + (i == j ? c->hit[i] : 0), p = c->at[i * c->k + j];
            first += p * move;
            second += p * move * move;
        }
        if (c->classes[j].predicted > 0) sum += second - first * first / c->classes[j].predicted;
    }
    return sum > 0 ? sum : 0;
}

typedef enum kind { ACCURACY, RECALL, PRECISION, F1_MACRO, F1_WEIGHTED, MCC } kind;

/* Sets what the metric moves by. */
static void differentiate(cells *c, kind which, const mlops_metrics *m) {
    double n = m->weight, labels = 1, predictions = 1, classes = 0;
    for (int64_t i = 0; i < c->k; i++) {
        labels -= c->classes[i].labelled * c->classes[i].labelled / (n * n);
        predictions -= c->classes[i].predicted * c->classes[i].predicted / (n * n);
        classes += c->classes[i].labelled > 0 || c->classes[i].predicted > 0;
    }
    double root =
        mlops__sqrt(labels > 0 ? labels : 0) * mlops__sqrt(predictions > 0 ? predictions : 0);
    for (int64_t i = 0; i < c->k; i++) {
        mlops__class_count one = c->classes[i];
        double both = one.labelled + one.predicted, constant = 0, hit = 0, part = classes * both;
        double f = both > 0 ? 2 * one.right / both : 0, own = one.labelled;
        if (which == ACCURACY) hit = 1 / n;
        if (which == RECALL && own > 0) {
            hit = 1 / own / classes;
            constant = -one.right / own * hit;
        }
        if (which == PRECISION && one.predicted > 0) hit = 1 / one.predicted / classes;
        if (which == F1_MACRO && both > 0) constant = -f / part, hit = 2 / part;
        if (which == F1_WEIGHTED && both > 0)
            constant = f * (1 - own / both) / n, hit = 2 * own / both / n;
        if (which == MCC && root > 0) {
            hit = 1 / (n * root);
            constant = m->mcc * own / (n * n * labels) - one.predicted / (n * n * root);
        }
        c->constant[i] = constant;
        c->hit[i] = hit;
    }
}

static mlops_status expect_auc(mlops__rows *rows, const mlops_class_performance *self,
                               const mlops__host *host, double z, mlops_error *err) {
    double sum = 0, errors = 0, n = 0;
    mlops_host lent = mlops__host_lend(host);
    for (int64_t j = 0; j < self->k; j++) {
        double auc, error;
        MLOPS_TRY(mlops__expect_auc(&auc, &error, &self->one[j], &lent, err));
        if (auc != auc) continue;
        n++;
        sum += auc;
        errors += error;
    }
    /* as if they all moved together */
    mlops__estimate_put(rows, "auc_macro", mlops__ratio(sum, n),
                        mlops__ratio(errors * errors, n * n), z, 0, 1);
    return MLOPS_OK;
}

static mlops_status put_estimates(mlops__rows *rows, const mlops_class_performance *self, cells *c,
                                  double confidence, mlops_error *err) {
    static const struct {
        mlops_metric metric;
        const char *name;
        kind which;
    } told[] = {{MLOPS_METRIC_ACCURACY, "accuracy", ACCURACY},
                {MLOPS_METRIC_PRECISION_MACRO, "precision_macro", PRECISION},
                {MLOPS_METRIC_RECALL_MACRO, "recall_macro", RECALL},
                {MLOPS_METRIC_F1_MACRO, "f1_macro", F1_MACRO},
                {MLOPS_METRIC_F1_WEIGHTED, "f1_weighted", F1_WEIGHTED},
                {MLOPS_METRIC_MCC, "mcc", MCC}};
    const mlops_performance *one = self->one;
    mlops__i128 squares = mlops__i128_add(one->squares[0], one->squares[1]);
    double z = mlops__normal_isf((1 - confidence) / 2);
    double spread = mlops__i128_mean(squares, 2 * MLOPS__WEIGHT_BITS, 1) /
                    mlops__weight_of(one->total[0] + one->total[1]);
    mlops_metrics m;
    mlops__metrics_start(&m, MLOPS_METRIC_CLASSES);
    m.weight = 0;
    for (int64_t j = 0; j < c->k; j++) m.weight += c->classes[j].predicted;
    mlops__metrics_from_classes(&m, c->classes, c->k, 1);
    MLOPS_TRY(expect_auc(rows, self, &c->host, z, err));
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        differentiate(c, told[i].which, &m);
        mlops__estimate_put(rows, told[i].name, mlops_metric_value(&m, told[i].metric),
                            spread * variance_of(c), z, told[i].which == MCC ? -1 : 0, 1);
    }
    return MLOPS_OK;
}

mlops_status mlops_class_performance_estimate(mlops_table **out,
                                              const mlops_class_performance *self,
                                              const mlops_performance_opts *given,
                                              mlops_error *err) {
    mlops_performance_opts opts;
    mlops__rows rows;
    cells c;
    *out = NULL;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_CONFIDENCE, err));
    if (!(self->one->n[0] + self->one->n[1]))
        return mlops__fail(err, MLOPS_E_INVALID, "performance: there is no row to estimate from");
    MLOPS_TRY(begin(&c, self, 1, opts.host, err));
    mlops_status status = mlops__estimate_begin(&rows, &c.host, err);
    if (!status)
        status =
            mlops__rows_end(&rows, put_estimates(&rows, self, &c, opts.confidence, err), out, err);
    end(&c);
    return status;
}
