/* Probabilities of k classes against labels 0 to k - 1.
 *
 * Owns mlops_metric_classes(). Invariant: what is summed is exact, so that no value of the result
 * depends on the order of the rows; only cells of the confusion matrix that hold weights are added
 * up as the rows come.
 */
#include "base/real.h"
#include "metric/metric.h"

/* Weights of the rows of a class. */
typedef struct class_sums {
    mlops__exact labelled, predicted, right;
} class_sums;

typedef struct work {
    mlops__metric_call call;
    const double *probabilities;
    const int64_t *labels;
    int64_t n, k, n_counting, n_nan;
    int64_t first_label; /* of the rows that count */
    int several_labels;
    double *confusion;
    class_sums *sums;
    mlops__exact weight, loss, right;
} work;

/* The class of a row; -1 if it has NaN, -2 if it is no distribution. */
static int64_t predict(const double *row, int64_t k) {
    static const double tolerance = 0.001;
    double sum = 0;
    int64_t best = 0;
    for (int64_t j = 0; j < k; j++) {
        if (row[j] != row[j]) return -1;
        if (row[j] < 0 || row[j] > 1) return -2;
        sum += row[j];
        if (row[j] > row[best]) best = j;
    }
    return sum >= 1 - tolerance && sum <= 1 + tolerance ? best : -2;
}

static void add_row(work *w, const double *row, int64_t label, int64_t predicted, double weight) {
    if (w->n_counting++ == 0) w->first_label = label;
    w->several_labels |= label != w->first_label;
    mlops__exact_add(&w->weight, weight);
    mlops__exact_add(&w->sums[label].labelled, weight);
    mlops__exact_add(&w->sums[predicted].predicted, weight);
    if (label == predicted) {
        mlops__exact_add(&w->sums[label].right, weight);
        mlops__exact_add(&w->right, weight);
    }
    mlops__exact_add(&w->loss, -weight * mlops__log(mlops__probability_held(row[label])));
    if (w->confusion) w->confusion[label * w->k + predicted] += weight;
}

static mlops_status add_rows(work *w) {
    for (int64_t i = 0; i < w->n; i++) {
        const double *row = w->probabilities + i * w->k;
        int64_t label = w->labels[i];
        double weight = mlops__metric_weight(&w->call, i);
        if (weight < 0)
            return mlops__metric_bad(&w->call, i, "the weight is not a finite number from 0");
        if (weight == 0) continue;
        int64_t predicted = predict(row, w->k);
        if (label < 0 || predicted == -1) {
            MLOPS_TRY(mlops__metric_nan(&w->call, i,
                                        label < 0 ? "the label is missing (below 0)"
                                                  : "a probability is NaN"));
            w->n_nan++;
            continue;
        }
        if (label >= w->k)
            return mlops__metric_bad(&w->call, i, "the label is not below the number of classes");
        if (predicted < 0)
            return mlops__metric_bad(&w->call, i,
                                     "the probabilities are not in [0, 1] with a sum of 1");
        add_row(w, row, label, predicted, weight);
    }
    return MLOPS_OK;
}

/* Means over classes: of recall over those that are labels, of f1 over those that occur. */
static void average(mlops_metrics *out, const work *w) {
    mlops__exact recalls = {{0}, 0, 0}, f1s = {{0}, 0, 0}, weighted = {{0}, 0, 0};
    int64_t n_recalls = 0, n_f1s = 0;
    for (int64_t j = 0; j < w->k; j++) {
        double labelled = mlops__exact_value(&w->sums[j].labelled);
        double predicted = mlops__exact_value(&w->sums[j].predicted);
        double right = mlops__exact_value(&w->sums[j].right);
        if (!(labelled > 0 || predicted > 0)) continue;
        double f1 = 2 * right / (labelled + predicted);
        mlops__exact_add(&f1s, f1);
        mlops__exact_add(&weighted, f1 * labelled);
        n_f1s++;
        if (!(labelled > 0)) continue;
        mlops__exact_add(&recalls, right / labelled);
        n_recalls++;
    }
    if (n_recalls > 0) out->balanced_accuracy = mlops__exact_mean(&recalls, n_recalls);
    if (n_f1s > 0) out->f1_macro = mlops__exact_mean(&f1s, n_f1s);
    out->f1_weighted = mlops__ratio(mlops__exact_value(&weighted), out->weight);
}

static void conclude(mlops_metrics *out, const work *w) {
    mlops__metrics_start(out, MLOPS_METRIC_CLASSES);
    out->n = w->n_counting;
    out->n_nan = w->n_nan;
    out->n_classes = w->k;
    out->constant_labels = !w->several_labels;
    out->weight = mlops__exact_value(&w->weight);
    out->accuracy = mlops__ratio(mlops__exact_value(&w->right), out->weight);
    out->log_loss = mlops__ratio(mlops__exact_value(&w->loss), out->weight);
    average(out, w);
}

static mlops_status check(const work *w, const mlops_metrics *out) {
    if (!out || (w->n > 0 && (!w->probabilities || !w->labels)))
        return mlops__fail(w->call.err, MLOPS_E_INVALID,
                           "the result, probabilities or labels are NULL");
    if (w->k < 2)
        return mlops__fail(w->call.err, MLOPS_E_INVALID,
                           "%lld classes are too few; one score a row is for mlops_metric_binary()",
                           (long long)w->k);
    return MLOPS_OK;
}

mlops_status mlops_metric_classes(mlops_metrics *out, const double *probabilities, int64_t n,
                                  int64_t k, const int64_t *labels, double *confusion,
                                  const mlops_metric_opts *opts, mlops_error *err) {
    mlops_metrics result;
    work w;
    memset(&w, 0, sizeof w);
    MLOPS_TRY(mlops__metric_begin(&w.call, MLOPS_METRIC_CLASSES, opts, n, err));
    w.probabilities = probabilities;
    w.labels = labels;
    w.n = n;
    w.k = k;
    w.confusion = confusion;
    MLOPS_TRY(check(&w, out));
    size_t size = 0;
    const mlops_allocator *allocator = &w.call.host.allocator;
    if ((uint64_t)k > SIZE_MAX || !mlops__mul((size_t)k, sizeof *w.sums, &size))
        return mlops__fail_nomem(err, SIZE_MAX);
    w.sums = mlops__alloc_zero(allocator, size);
    if (!w.sums) return mlops__fail_nomem(err, size);
    if (confusion) memset(confusion, 0, (size_t)k * (size_t)k * sizeof *confusion);
    mlops_status status = add_rows(&w);
    if (status == MLOPS_OK) conclude(&result, &w);
    mlops__free(allocator, w.sums, size);
    MLOPS_TRY(status);
    return mlops__metrics_end(out, &result, err);
}
