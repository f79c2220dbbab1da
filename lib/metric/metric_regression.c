/* Predicted numbers against observed ones.
 *
 * Owns mlops_metric_regression(). Invariant: errors are kept, sums are exact; a term that leaves
 * the range of a double makes its metric infinite, and no other.
 */
#include "base/real.h"
#include "metric/metric.h"

typedef struct work {
    mlops__metric_call call;
    const double *predictions;
    const double *labels;
    int64_t n, n_counting, n_nan;
    double first_label; /* of the rows that count */
    int several_labels;
    int no_poisson, no_log; /* a row is outside its range */
    int64_t width;          /* of errors: 1, or 2 with weights */
    void *room;             /* errors, and scratch behind them */
    size_t size;
    mlops__exact weight, label, error, absolute, squared, relative, poisson, deviation, logs,
        pinball, symmetric, spread;
} work;

static int is_finite(double x) { return x - x == 0; }

/* y ln(y / p) - y + p, twice. */
double mlops__poisson_term(double y, double p) {
    if (y == 0) return 2 * p;
    double gap = (p - y) / y, ratio = y / p;
    if (gap > -0.5 && gap < 1) return -2 * y * mlops__log1pmx(gap);
    double log =
        ratio > 0x1p-1000 && ratio < 0x1p1000 ? mlops__log(ratio) : mlops__log(y) - mlops__log(p);
    return 2 * (y * log + (p - y));
}

double mlops__squared_log_error(double prediction, double label) {
    double part = (prediction - label) / (1 + label);
    double gap = part > -0.5 && part < 1 ? mlops__log1p(part)
                                         : mlops__log1p(prediction) - mlops__log1p(label);
    return gap * gap;
}

double mlops__symmetric_error(double prediction, double label) {
    double error = prediction / 2 - label / 2, size = prediction < 0 ? -prediction : prediction;
    size = size / 4 + (label < 0 ? -label : label) / 4;
    return size > 0 ? (error < 0 ? -error : error) / size : 0;
}

static void add_row(work *w, double prediction, double label, double weight) {
    static const double least_label = 0x1p-52; /* as scikit-learn has it */
    double error = prediction - label, absolute = error < 0 ? -error : error;
    double size = label < 0 ? -label : label;
    double *kept = (double *)w->room + w->width * w->n_counting;
    if (w->n_counting++ == 0) w->first_label = label;
    w->several_labels |= label != w->first_label;
    kept[0] = absolute;
    if (w->width == 2) kept[1] = weight;
    mlops__exact_add(&w->weight, weight);
    mlops__exact_add(&w->label, weight * label);
    mlops__exact_add(&w->error, weight * error);
    mlops__exact_add(&w->absolute, weight * absolute);
    mlops__exact_add(&w->squared, weight * (error * error));
    mlops__exact_add(&w->relative, weight * (absolute / (size > least_label ? size : least_label)));
    mlops__exact_add(&w->symmetric, weight * mlops__symmetric_error(prediction, label));
    double quantile = w->call.opts.quantile;
    mlops__exact_add(&w->pinball, weight * (absolute * (error < 0 ? quantile : 1 - quantile)));
    if (label < 0 || prediction < 0) w->no_log = 1;
    else mlops__exact_add(&w->logs, weight * mlops__squared_log_error(prediction, label));
    if (label < 0 || !(prediction > 0)) w->no_poisson = 1;
    else mlops__exact_add(&w->poisson, weight * mlops__poisson_term(label, prediction));
}

/* MLOPS_OK if the row is to be left out. */
static mlops_status judge_row(const work *w, int64_t row) {
    double prediction = w->predictions[row], label = w->labels[row];
    if (prediction != prediction) return mlops__metric_nan(&w->call, row, "the prediction is NaN");
    if (label != label) return mlops__metric_nan(&w->call, row, "the label is NaN");
    return mlops__metric_bad(&w->call, row,
                             is_finite(prediction) ? "the label is infinite"
                                                   : "the prediction is infinite");
}

static mlops_status add_rows(work *w) {
    for (int64_t i = 0; i < w->n; i++) {
        double weight = mlops__metric_weight(&w->call, i);
        if (weight < 0)
            return mlops__metric_bad(&w->call, i, "the weight is not a finite number from 0");
        if (weight == 0) continue;
        if (is_finite(w->predictions[i]) && is_finite(w->labels[i])) {
            add_row(w, w->predictions[i], w->labels[i], weight);
            continue;
        }
        MLOPS_TRY(judge_row(w, i));
        w->n_nan++;
    }
    return MLOPS_OK;
}

static double mean_of(const work *w, const mlops__exact *sum) {
    if (w->width == 1) return mlops__exact_mean(sum, w->n_counting);
    return mlops__exact_value(sum) / mlops__exact_value(&w->weight);
}

/* What is left of 1 without squared errors, or their deviations from the mean error, over squared
 * deviations of the labels from theirs; a second look at the rows. */
static void find_r2(mlops_metrics *out, work *w) {
    double mean = mean_of(w, &w->label);
    if (!w->several_labels) return;
    for (int64_t i = 0; i < w->n; i++) {
        double weight = mlops__metric_weight(&w->call, i), gap = w->labels[i] - mean;
        double off = w->predictions[i] - w->labels[i] - out->bias;
        int counts = is_finite(w->predictions[i]) && is_finite(w->labels[i]);
        if (!(weight > 0 && counts)) continue;
        mlops__exact_add(&w->deviation, weight * (gap * gap));
        mlops__exact_add(&w->spread, weight * (off * off));
    }
    double deviation = mlops__exact_value(&w->deviation);
    out->r2 = 1 - mlops__ratio(mlops__exact_value(&w->squared), deviation);
    out->explained_variance = 1 - mlops__ratio(mlops__exact_value(&w->spread), deviation);
}

static double middle_of(double a, double b) {
    double sum = a + b;
    return is_finite(sum) ? sum / 2 : a / 2 + b / 2;
}

/* Median of sorted errors. With weights the least error up to which half of the weight lies. */
static double find_median(const work *w) {
    const double *errors = w->room;
    int64_t n = w->n_counting, i = 0;
    if (w->width == 1) return n % 2 ? errors[n / 2] : middle_of(errors[n / 2 - 1], errors[n / 2]);
    mlops__kept sum = {0, 0};
    double half = mlops__exact_value(&w->weight) / 2;
    for (; i < n - 1; i++) {
        mlops__keep(&sum, errors[2 * i + 1]);
        if (sum.sum + sum.lost >= half) break;
    }
    return errors[2 * i];
}

static void conclude(mlops_metrics *out, work *w) {
    double *errors = w->room, *scratch = errors + w->width * w->n_counting;
    mlops__metrics_start(out, MLOPS_METRIC_REGRESSION);
    out->n = w->n_counting;
    out->n_nan = w->n_nan;
    if (w->n_counting == 0) return;
    if (w->width == 1) mlops__sort_f64(w->call.host.cpu, errors, scratch, errors, w->n_counting);
    else
        mlops__sort_weighted((mlops__weighted *)(void *)errors, (mlops__weighted *)(void *)scratch,
                             w->n_counting);
    out->constant_labels = !w->several_labels;
    out->weight = mlops__exact_value(&w->weight);
    out->mae = mean_of(w, &w->absolute);
    out->mse = mean_of(w, &w->squared);
    out->rmse = mlops__sqrt(out->mse);
    out->median_ae = find_median(w);
    out->max_error = errors[w->width * (w->n_counting - 1)];
    out->mape = mean_of(w, &w->relative);
    out->bias = mean_of(w, &w->error);
    out->smape = mean_of(w, &w->symmetric);
    find_r2(out, w);
    out->pinball = mean_of(w, &w->pinball);
    if (!w->no_log) out->msle = mean_of(w, &w->logs);
    out->rmsle = out->msle == out->msle ? mlops__sqrt(out->msle) : out->msle;
    if (!w->no_poisson) out->poisson_deviance = mean_of(w, &w->poisson);
}

mlops_status mlops_metric_regression(mlops_metrics *out, const double *predictions,
                                     const double *labels, int64_t n, const mlops_metric_opts *opts,
                                     mlops_error *err) {
    mlops_metrics result;
    work w;
    memset(&w, 0, sizeof w);
    MLOPS_TRY(mlops__metric_begin(&w.call, MLOPS_METRIC_REGRESSION, opts, n, err));
    if (!out || (n > 0 && (!predictions || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID, "the result, predictions or labels are NULL");
    w.predictions = predictions;
    w.labels = labels;
    w.n = n;
    w.width = w.call.opts.weights ? 2 : 1;
    MLOPS_TRY(mlops__metric_room(&w.call, &w.room, &w.size, n, 2 * w.width));
    mlops_status status = add_rows(&w);
    if (status == MLOPS_OK) conclude(&result, &w);
    mlops__free(&w.call.host.allocator, w.room, w.size);
    MLOPS_TRY(status);
    return mlops__metrics_end(out, &result, err);
}
