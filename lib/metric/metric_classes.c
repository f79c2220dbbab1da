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
    mlops__class_count *counts; /* behind the sums */
    mlops__exact weight, loss, brier, among_top;
} work;

static double kept(const mlops__kept *self) { return self->sum + self->lost; }

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
    }
    double squares = 0;
    int64_t rank = 0; /* of the label; the first of several stands ahead */
    for (int64_t j = 0; j < w->k; j++) {
        double error = row[j] - (j == label);
        squares += error * error;
        rank += row[j] > row[label] || (row[j] == row[label] && j < label);
    }
    mlops__exact_add(&w->brier, weight * squares);
    if (rank < w->call.opts.k) mlops__exact_add(&w->among_top, weight);
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

double mlops__f_beta(const mlops__class_count *of, double beta) {
    double square = beta * beta;
    return mlops__ratio((1 + square) * of->right, square * of->labelled + of->predicted);
}

/* Means over classes: balanced_accuracy over those that are labels, others over all that occur. */
void mlops__metrics_from_classes(mlops_metrics *out, const mlops__class_count *counts, int64_t k,
                                 double beta) {
    mlops__kept f1 = {0, 0}, f1_by = f1, precision = f1, precision_by = f1, recall = f1, right = f1;
    mlops__kept chance = f1, labels = f1, predictions = f1; /* of shares */
    mlops__kept f_beta = f1, f_beta_by = f1;
    int64_t n_labels = 0, n = 0;
    for (int64_t j = 0; j < k; j++) {
        mlops__class_count c = counts[j];
        if (!(c.labelled > 0 || c.predicted > 0)) continue;
        double share = c.labelled / out->weight, guessed = c.predicted / out->weight;
        double f = mlops__f_beta(&c, 1), g = mlops__f_beta(&c, beta);
        double p = c.predicted > 0 ? c.right / c.predicted : 0;
        n++;
        n_labels += c.labelled > 0;
        mlops__keep(&f1, f);
        mlops__keep(&f1_by, f * share);
        mlops__keep(&f_beta, g);
        mlops__keep(&f_beta_by, g * share);
        mlops__keep(&precision, p);
        mlops__keep(&precision_by, p * share);
        if (c.labelled > 0) mlops__keep(&recall, c.right / c.labelled);
        mlops__keep(&right, c.right);
        mlops__keep(&chance, share * guessed);
        mlops__keep(&labels, share * share);
        mlops__keep(&predictions, guessed * guessed);
    }
    double root = mlops__sqrt(1 - kept(&labels)) * mlops__sqrt(1 - kept(&predictions));
    out->accuracy = mlops__ratio(kept(&right), out->weight);
    out->balanced_accuracy = mlops__ratio(kept(&recall), (double)n_labels);
    out->recall_macro = mlops__ratio(kept(&recall), (double)n);
    out->precision_macro = mlops__ratio(kept(&precision), (double)n);
    out->precision_weighted = kept(&precision_by);
    out->f1_macro = mlops__ratio(kept(&f1), (double)n);
    out->f1_weighted = kept(&f1_by);
    out->f_beta_macro = mlops__ratio(kept(&f_beta), (double)n);
    out->f_beta_weighted = kept(&f_beta_by);
    double left = 1 - kept(&chance);
    out->kappa = left > 1e-9 ? (out->accuracy - kept(&chance)) / left : mlops__metric_undefined();
    out->mcc = root > 1e-9 ? (out->accuracy - kept(&chance)) / root : mlops__metric_undefined();
}

/* Room for the rows of a binary task, three doubles each. */
typedef struct as_binary {
    mlops_metric_opts opts;
    double *scores, *labels, *weights;
} as_binary;

/* Rows of class j against the rest; of -1 the predicted class, and whether it was right. */
static mlops_status judge_class(mlops_metrics *out, as_binary *task, const work *w, int64_t j) {
    int64_t at = 0;
    for (int64_t i = 0; i < w->n; i++) {
        const double *row = w->probabilities + i * w->k;
        double weight = mlops__metric_weight(&w->call, i);
        int64_t predicted = w->labels[i] < 0 ? -1 : predict(row, w->k);
        if (weight == 0 || predicted < 0) continue;
        task->scores[at] = row[j < 0 ? predicted : j];
        task->labels[at] = w->labels[i] == (j < 0 ? predicted : j);
        task->weights[at++] = weight;
    }
    return mlops_metric_binary(out, task->scores, task->labels, at, &task->opts, w->call.err);
}

/* Means over the classes, each judged as a binary task: auc of those that some rows have and some
 * have not, ece of all. */
static mlops_status judge_classes(mlops_metrics *out, const work *w) {
    const mlops_allocator *allocator = &w->call.host.allocator;
    mlops__kept sum = {0, 0}, weighted = {0, 0}, weight = {0, 0}, ece = {0, 0};
    int64_t n_classes = 0, n = w->n_counting;
    mlops_status status = MLOPS_OK;
    double *room = mlops__alloc_array(allocator, (size_t)n, 3 * sizeof *room);
    if (!room) return mlops__fail_nomem(w->call.err, (size_t)n * 3 * sizeof *room);
    mlops_host lent = mlops__host_lend(&w->call.host);
    as_binary task = {MLOPS_METRIC_OPTS_INIT, room, room + n, room + 2 * n};
    task.opts.host = &lent;
    task.opts.n_bins = w->call.opts.n_bins;
    if (w->call.opts.weights) task.opts.weights = task.weights, task.opts.n_weights = n;
    for (int64_t j = -1; !status && j < w->k; j++) {
        mlops_metrics m = MLOPS_METRICS_INIT;
        status = judge_class(&m, &task, w, j);
        if (status) break;
        if (j < 0) {
            out->ece = m.ece;
            out->mce = m.mce;
            out->ece_adaptive = m.ece_adaptive;
            continue;
        }
        mlops__keep(&ece, m.ece);
        if (m.auc != m.auc) continue;
        n_classes++;
        mlops__keep(&sum, m.auc);
        mlops__keep(&weighted, m.auc * w->counts[j].labelled);
        mlops__keep(&weight, w->counts[j].labelled);
    }
    out->auc_macro = mlops__ratio(kept(&sum), (double)n_classes);
    out->auc_weighted = mlops__ratio(kept(&weighted), kept(&weight));
    out->ece_classwise = kept(&ece) / (double)w->k;
    mlops__free(allocator, room, (size_t)n * 3 * sizeof *room);
    return status;
}

static mlops_status conclude(mlops_metrics *out, const work *w) {
    mlops__metrics_start(out, MLOPS_METRIC_CLASSES);
    out->n = w->n_counting;
    out->n_nan = w->n_nan;
    out->n_classes = w->k;
    out->constant_labels = !w->several_labels;
    out->weight = mlops__exact_value(&w->weight);
    out->log_loss = mlops__ratio(mlops__exact_value(&w->loss), out->weight);
    out->brier = mlops__ratio(mlops__exact_value(&w->brier), out->weight);
    out->top_k_accuracy = mlops__ratio(mlops__exact_value(&w->among_top), out->weight);
    for (int64_t j = 0; j < w->k; j++)
        w->counts[j] = (mlops__class_count){mlops__exact_value(&w->sums[j].labelled),
                                            mlops__exact_value(&w->sums[j].predicted),
                                            mlops__exact_value(&w->sums[j].right)};
    mlops__metrics_from_classes(out, w->counts, w->k, w->call.opts.beta);
    int each = w->call.opts.flags & MLOPS_METRIC_ONE_VS_REST && w->n_counting;
    return each ? judge_classes(out, w) : MLOPS_OK;
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
    if ((uint64_t)k > SIZE_MAX || !mlops__mul((size_t)k, sizeof *w.sums + sizeof *w.counts, &size))
        return mlops__fail_nomem(err, SIZE_MAX);
    w.sums = mlops__alloc_zero(allocator, size);
    if (!w.sums) return mlops__fail_nomem(err, size);
    w.counts = (mlops__class_count *)(void *)(w.sums + k);
    if (confusion) memset(confusion, 0, (size_t)k * (size_t)k * sizeof *confusion);
    mlops_status status = add_rows(&w);
    if (status == MLOPS_OK) status = conclude(&result, &w);
    mlops__free(allocator, w.sums, size);
    MLOPS_TRY(status);
    return mlops__metrics_end(out, &result, err);
}
