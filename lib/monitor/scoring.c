/* Metrics of counts and their errors.
 *
 * Owns nothing. Each metric is a function of the weights of label 1 and 0 in each bin; v[1] and
 * v[0] below are what it moves by for one more of either there. Invariant: its variance is that of
 * rows drawn into these cells (for labels alone: of each row's label, drawn by its probability),
 * each times what it moves the metric by: the delta method, for all metrics in one loop.
 */
#include "monitor/scoring.h"

#include "base/real.h"
#include "metric/metric.h"
#include "monitor/labels_count.h"
#include "performance/class_counts.h"

#include <string.h>

enum { BINARY = MLOPS_MONITOR_COST + 1 /* metrics of two classes */ };

static const char *const NAMES[MLOPS__SCORES] = {"auc",       "accuracy", "balanced_accuracy",
                                                 "precision", "recall",   "specificity",
                                                 "f1",        "brier",    "log_loss",
                                                 "cost",      "mae",      "mse",
                                                 "rmse",      "mape",     "rmsle",
                                                 "bias",      "r2"};

static int is_macro(int metric) {
    return metric == MLOPS_MONITOR_AUC || metric == MLOPS_MONITOR_PRECISION ||
           metric == MLOPS_MONITOR_RECALL || metric == MLOPS_MONITOR_F1;
}

const char *mlops__score_name(const mlops__score_rule *rule, int metric) {
    static const char *const macro[] = {"auc_macro",    "", "",        "precision_macro",
                                        "recall_macro", "", "f1_macro"};
    return rule->task == MLOPS__TASK_CLASSES && is_macro(metric) ? macro[metric] : NAMES[metric];
}

int mlops__score_has(const mlops__score_rule *rule, int metric) {
    if (rule->task == MLOPS__TASK_NUMBERS) return metric >= BINARY;
    return metric < BINARY &&
           !(rule->task == MLOPS__TASK_CLASSES && metric == MLOPS_MONITOR_SPECIFICITY);
}

/* Cells from the highest score down, and what they add up to. */
typedef struct tally {
    const mlops__score_rule *rule;
    int64_t n;
    double ones, zeros;
    double tp, fp;
    double unit; /* sum of squared weights over the sum of weights: 1 without weights */
} tally;

static void take(tally *t, const mlops_performance *counts, mlops__score_kind kind) {
    int part = kind == MLOPS__SCORE_ESTIMATED;
    double total = mlops__weight_of(counts->total[part]);
    double squares = mlops__i128_mean(counts->squares[part], 2 * MLOPS__WEIGHT_BITS, 1);
    t->unit = mlops__ratio(squares, total);
    for (int64_t i = MLOPS__SCORE_BINS; i-- > 0;) {
        const mlops__score_bin *bin = &counts->bins[i];
        int64_t units = part ? bin->weight[2] : bin->weight[0] + bin->weight[1];
        mlops__score_cell *cell = &t->rule->cells[t->n];
        if (!units) continue;
        double p = mlops__i128_mean(bin->sum[part], MLOPS__SCORE_BITS, units);
        cell->score = p;
        cell->above = (double)i >= t->rule->threshold * MLOPS__SCORE_BINS;
        cell->one = mlops__weight_of(bin->weight[1]);
        cell->zero = mlops__weight_of(bin->weight[0]);
        if (kind != MLOPS__SCORE_MEASURED) {
            if (t->rule->calibration)
                (void)mlops_calibration_apply(t->rule->calibration, &p, &p, 1, NULL);
            cell->one = mlops__weight_of(units) * p;
            cell->zero = mlops__weight_of(units) * (1 - p);
        }
        t->n++;
        t->ones += cell->one;
        t->zeros += cell->zero;
        if (cell->above) t->tp += cell->one, t->fp += cell->zero;
    }
}

/* What a row of the cell and label counts in a metric that is a mean over rows. */
static double term_of(const tally *t, const mlops__score_cell *cell, int label, int metric) {
    double gap = label ? 1 - cell->score : cell->score;
    if (metric == MLOPS_MONITOR_ACCURACY) return cell->above == label;
    if (metric == MLOPS_MONITOR_BRIER) return gap * gap;
    if (metric == MLOPS_MONITOR_LOG_LOSS) return mlops__metric_loss(cell->score, label);
    return t->rule->costs[cell->above][label];
}

static int is_mean(int metric) {
    return metric == MLOPS_MONITOR_ACCURACY || metric >= MLOPS_MONITOR_BRIER;
}

/* Values, and the number of rows that each is a share of. */
static void values(mlops__score *out, const tally *t) {
    double above_zero = t->fp, above_one = t->tp, all = t->ones + t->zeros, area = 0, ones = 0;
    double least = t->ones < t->zeros ? t->ones : t->zeros, both = above_one + above_zero + t->ones;
    double sums[BINARY] = {0};
    for (int64_t i = 0; i < t->n; i++) {
        const mlops__score_cell *cell = &t->rule->cells[i];
        area += cell->zero * (ones + cell->one / 2);
        ones += cell->one;
        for (int m = 0; m < BINARY; m++)
            if (is_mean(m))
                sums[m] += cell->one * term_of(t, cell, 1, m) + cell->zero * term_of(t, cell, 0, m);
    }
    for (int m = 0; m < BINARY; m++) out[m] = (mlops__score){mlops__ratio(sums[m], all), 0, 0, all};
    double recall = mlops__ratio(above_one, t->ones);
    double specificity = mlops__ratio(t->zeros - above_zero, t->zeros);
    const struct {
        int metric;
        double value, n;
    } others[] = {
        {MLOPS_MONITOR_AUC, mlops__ratio(area, t->ones * t->zeros), least},
        {MLOPS_MONITOR_BALANCED_ACCURACY, (recall + specificity) / 2, least},
        {MLOPS_MONITOR_PRECISION, mlops__ratio(above_one, above_one + above_zero),
         above_one + above_zero},
        {MLOPS_MONITOR_RECALL, recall, t->ones},
        {MLOPS_MONITOR_SPECIFICITY, specificity, t->zeros},
        {MLOPS_MONITOR_F1, mlops__ratio(2 * above_one, both), both / 2},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        out[others[i].metric].value = others[i].value;
        out[others[i].metric].n = others[i].n;
    }
}

/* What the metrics move by for one more row of a label in a cell; ones and zeros lie above it. */
static void moves(double *v, const mlops__score *scores, const tally *t,
                  const mlops__score_cell *cell, int label, double ones, double zeros) {
    double all = t->ones + t->zeros, yes = t->tp + t->fp, of = label ? t->ones : t->zeros;
    double beats = label ? t->zeros - zeros - cell->zero / 2 : ones + cell->one / 2;
    double f1 = scores[MLOPS_MONITOR_F1].value, right = cell->above == label;
    for (int m = 0; m < BINARY; m++)
        v[m] = is_mean(m) ? (term_of(t, cell, label, m) - scores[m].value) / all : 0;
    v[MLOPS_MONITOR_AUC] =
        (beats / (label ? t->zeros : t->ones) - scores[MLOPS_MONITOR_AUC].value) / of;
    double rate =
        (right - scores[label ? MLOPS_MONITOR_RECALL : MLOPS_MONITOR_SPECIFICITY].value) / of;
    v[label ? MLOPS_MONITOR_RECALL : MLOPS_MONITOR_SPECIFICITY] = rate;
    v[MLOPS_MONITOR_BALANCED_ACCURACY] = rate / 2;
    if (cell->above)
        v[MLOPS_MONITOR_PRECISION] = (label - scores[MLOPS_MONITOR_PRECISION].value) / yes;
    if (cell->above || label)
        v[MLOPS_MONITOR_F1] =
            ((cell->above && label ? 2 : 0) - f1 * (cell->above + label)) / (yes + t->ones);
}

static void errors(mlops__score *out, const tally *t, int is_estimate) {
    double ones = 0, zeros = 0, v[2][BINARY];
    double label[BINARY] = {0}, row[BINARY] = {0};
    for (int64_t i = 0; i < t->n; i++) {
        const mlops__score_cell *cell = &t->rule->cells[i];
        moves(v[0], out, t, cell, 0, ones, zeros);
        moves(v[1], out, t, cell, 1, ones, zeros);
        double drawn = cell->one * cell->zero / (cell->one + cell->zero);
        for (int m = 0; m < BINARY; m++) {
            double gap = v[1][m] - v[0][m];
            if (cell->one > 0) row[m] += cell->one * v[1][m] * v[1][m];
            if (cell->zero > 0) row[m] += cell->zero * v[0][m] * v[0][m];
            if (drawn > 0) label[m] += drawn * gap * gap;
        }
        ones += cell->one;
        zeros += cell->zero;
    }
    for (int m = 0; m < BINARY; m++) {
        out[m].spread = mlops__sqrt(row[m] * t->unit);
        out[m].error = is_estimate ? mlops__sqrt(label[m] * t->unit) : out[m].spread;
        out[m].n = mlops__ratio(out[m].n, t->unit);
    }
}

/* What is left behind in the cells is of these counts. */
static tally score_binary(mlops__score *out, const mlops_performance *counts,
                          mlops__score_kind kind, const mlops__score_rule *rule) {
    tally t = {.rule = rule};
    const double *costs = &rule->costs[0][0];
    take(&t, counts, kind);
    values(out, &t);
    if (kind == MLOPS__SCORE_MEASURED && t.n) { /* these two the counts have exactly */
        int64_t units = counts->total[0];
        out[MLOPS_MONITOR_BRIER].value = mlops__i128_mean(counts->brier, MLOPS__SCORE_BITS, units);
        out[MLOPS_MONITOR_LOG_LOSS].value =
            mlops__i128_mean(counts->log_loss, MLOPS__SCORE_BITS, units);
    }
    errors(out, &t, kind != MLOPS__SCORE_MEASURED);
    if (costs[0] == 0 && costs[1] == 0 && costs[2] == 0 && costs[3] == 0)
        out[MLOPS_MONITOR_COST].value = mlops__metric_undefined();
    return t;
}

/* ---- classes ---- */

/* Weights by label and prediction, and what they add up to. */
typedef struct crosses {
    const mlops_class_performance *counts;
    const double *costs; /* NULL: none */
    int is_measured;
    double all, cost, n_classes, n_labels;
    mlops__class_count classes[MLOPS__CLASSES_MAX];
    mlops_metrics m;
} crosses;

static double cross(const crosses *t, int64_t label, int64_t predicted) {
    int64_t at = label * t->counts->k + predicted;
    if (t->is_measured) return mlops__weight_of(t->counts->confusion[at]);
    return mlops__i128_mean(t->counts->expected[at], MLOPS__SCORE_BITS + MLOPS__WEIGHT_BITS, 1);
}

/* Values, and how many rows of one share would be known as well as this mean of shares: classes
 * squared over the sum of 1 / rows. */
static void cross_values(mlops__score *out, crosses *t) {
    int64_t k = t->counts->k;
    double one_labels = 0, one_predictions = 0, one_both = 0;
    memset(t->classes, 0, sizeof t->classes);
    for (int64_t i = 0; i < k * k; i++) {
        double weight = cross(t, i / k, i % k);
        t->all += weight;
        t->classes[i / k].labelled += weight;
        t->classes[i % k].predicted += weight;
        if (i / k == i % k) t->classes[i / k].right = weight;
        if (t->costs) t->cost += weight * t->costs[i];
    }
    for (int64_t i = 0; i < k; i++) {
        mlops__class_count c = t->classes[i];
        if (c.labelled + c.predicted > 0)
            t->n_classes++, one_both += 2 / (c.labelled + c.predicted);
        if (c.labelled > 0) t->n_labels++, one_labels += 1 / c.labelled;
        if (c.predicted > 0) one_predictions += 1 / c.predicted;
    }
    mlops__metrics_start(&t->m, MLOPS_METRIC_CLASSES);
    t->m.weight = t->all;
    mlops__metrics_from_classes(&t->m, t->classes, k, 1);
    double labels = t->n_labels * t->n_labels, squared = t->n_classes * t->n_classes;
    t->cost = t->costs ? mlops__ratio(t->cost, t->all) : mlops__metric_undefined();
    out[MLOPS_MONITOR_ACCURACY] = (mlops__score){t->m.accuracy, 0, 0, t->all};
    out[MLOPS_MONITOR_BALANCED_ACCURACY] =
        (mlops__score){t->m.balanced_accuracy, 0, 0, mlops__ratio(labels, one_labels)};
    out[MLOPS_MONITOR_PRECISION] =
        (mlops__score){t->m.precision_macro, 0, 0, mlops__ratio(squared, one_predictions)};
    out[MLOPS_MONITOR_RECALL] =
        (mlops__score){t->m.recall_macro, 0, 0, mlops__ratio(squared, one_labels)};
    out[MLOPS_MONITOR_F1] = (mlops__score){t->m.f1_macro, 0, 0, mlops__ratio(squared, one_both)};
    out[MLOPS_MONITOR_COST] = (mlops__score){t->cost, 0, 0, t->all};
}

/* What the metrics move by for one more row of a label and prediction. */
static void cross_moves(double *v, const crosses *t, int64_t label, int64_t predicted) {
    const mlops__class_count *a = &t->classes[label], *b = &t->classes[predicted];
    double hit = label == predicted, n = t->n_classes;
    double both_a = a->labelled + a->predicted, both_b = b->labelled + b->predicted;
    double recall = (hit - a->right / a->labelled) / a->labelled;
    v[MLOPS_MONITOR_ACCURACY] = (hit - t->m.accuracy) / t->all;
    v[MLOPS_MONITOR_BALANCED_ACCURACY] = recall / t->n_labels;
    v[MLOPS_MONITOR_PRECISION] = (hit - b->right / b->predicted) / b->predicted / n;
    v[MLOPS_MONITOR_RECALL] = recall / n;
    v[MLOPS_MONITOR_F1] = 2 * (hit - a->right / both_a) / both_a / n;
    v[MLOPS_MONITOR_F1] -= 2 * b->right / both_b / both_b / n;
    v[MLOPS_MONITOR_COST] =
        t->costs ? (t->costs[label * t->counts->k + predicted] - t->cost) / t->all : 0;
}

/* Of labels alone: what they vary by among the rows of one prediction, taken to be alike. */
static void cross_errors(mlops__score *out, const crosses *t, double unit) {
    double label[BINARY] = {0}, row[BINARY] = {0}, v[BINARY] = {0};
    for (int64_t j = 0; j < t->counts->k; j++) {
        double first[BINARY] = {0}, second[BINARY] = {0};
        for (int64_t i = 0; i < t->counts->k; i++) {
            double weight = cross(t, i, j);
            if (!(weight > 0)) continue;
            cross_moves(v, t, i, j);
            for (int m = 0; m < BINARY; m++) {
                first[m] += weight * v[m];
                second[m] += weight * v[m] * v[m];
            }
        }
        for (int m = 0; m < BINARY && t->classes[j].predicted > 0; m++) {
            double drawn = second[m] - first[m] * first[m] / t->classes[j].predicted;
            row[m] += second[m];
            label[m] += drawn > 0 ? drawn : 0;
        }
    }
    for (int m = 0; m < BINARY; m++) {
        out[m].spread = mlops__sqrt(row[m] * unit);
        out[m].error = t->is_measured ? out[m].spread : mlops__sqrt(label[m] * unit);
    }
}

/* Of each class against the rest; their errors add up as if they all moved together. */
static void score_each(mlops__score *out, const mlops_class_performance *counts,
                       mlops__score_kind kind, const mlops__score_rule *rule, double *unit) {
    mlops__score *auc = &out[MLOPS_MONITOR_AUC], *brier = &out[MLOPS_MONITOR_BRIER];
    mlops__score *log_loss = &out[MLOPS_MONITOR_LOG_LOSS], one[BINARY];
    mlops__score_rule plain = {.cells = rule->cells};
    double n = 0, rows = 0, inverse = 0, square = 0;
    *auc = *brier = *log_loss = (mlops__score){0, 0, 0, 0};
    for (int64_t j = 0; j < counts->k; j++) {
        tally t = score_binary(one, &counts->one[j], kind, &plain);
        const mlops__score *of = &one[MLOPS_MONITOR_AUC];
        *unit = t.unit;
        rows = t.ones + t.zeros;
        brier->value += one[MLOPS_MONITOR_BRIER].value;
        brier->error += one[MLOPS_MONITOR_BRIER].error;
        brier->spread += one[MLOPS_MONITOR_BRIER].spread;
        for (int64_t i = 0; i < t.n; i++) {
            double loss = mlops__metric_loss(rule->cells[i].score, 1);
            log_loss->value += rule->cells[i].one * loss;
            square += rule->cells[i].one * loss * loss;
        }
        if (of->value != of->value) continue;
        n++;
        auc->value += of->value;
        auc->error += of->error;
        auc->spread += of->spread;
        inverse += 1 / of->n;
    }
    auc->value = mlops__ratio(auc->value, n);
    auc->error = mlops__ratio(auc->error, n);
    auc->spread = mlops__ratio(auc->spread, n);
    auc->n = mlops__ratio(n * n, inverse);
    brier->n = log_loss->n = mlops__ratio(rows, *unit);
    double mean = mlops__ratio(log_loss->value, rows), variance = square / rows - mean * mean;
    log_loss->value = mean;
    log_loss->error = log_loss->spread = mlops__sqrt((variance > 0 ? variance : 0) / log_loss->n);
    if (kind == MLOPS__SCORE_MEASURED && rows > 0)
        log_loss->value =
            mlops__i128_mean(counts->log_loss, MLOPS__SCORE_BITS, counts->one->total[0]);
}

static void score_classes(mlops__score *out, const mlops_class_performance *counts,
                          mlops__score_kind kind, const mlops__score_rule *rule) {
    crosses t = {
        .counts = counts, .costs = rule->class_costs, .is_measured = kind == MLOPS__SCORE_MEASURED};
    double unit = 0;
    cross_values(out, &t);
    mlops__score kept[BINARY];
    score_each(kept, counts, kind, rule, &unit);
    cross_errors(out, &t, unit);
    for (int m = 0; m < BINARY; m++) out[m].n = mlops__ratio(out[m].n, unit);
    out[MLOPS_MONITOR_AUC] = kept[MLOPS_MONITOR_AUC];
    out[MLOPS_MONITOR_BRIER] = kept[MLOPS_MONITOR_BRIER];
    out[MLOPS_MONITOR_LOG_LOSS] = kept[MLOPS_MONITOR_LOG_LOSS];
}

/* ---- numbers ---- */

/* usual: of one loss around its mean, where labels alone are not known; NaN: as they vary here. */
static mlops__score score_of_loss(const mlops__loss *loss, double usual) {
    double variance = loss->square - loss->mean * loss->mean;
    mlops__score out = {loss->mean, 0, 0, 0};
    out.n = mlops__ratio(mlops__weight_of(loss->units), loss->unit);
    out.spread = mlops__sqrt((variance > 0 ? variance : 0) / out.n);
    out.error = mlops__sqrt(usual / out.n);
    if (!loss->rooted) return out;
    out.value = mlops__sqrt(loss->mean);
    double slope = out.value > 0 ? 1 / (2 * out.value) : 0;
    out.spread *= slope;
    out.error *= slope;
    return out;
}

static const mlops_metric LOSSES[] = {MLOPS_METRIC_MAE,  MLOPS_METRIC_MSE,   MLOPS_METRIC_RMSE,
                                      MLOPS_METRIC_MAPE, MLOPS_METRIC_RMSLE, MLOPS_METRIC_BIAS};

static void score_measured(mlops__score *out, const mlops_regression_performance *numbers) {
    mlops__loss loss;
    mlops__score *r2 = &out[MLOPS_MONITOR_R2];
    for (int m = BINARY; m < MLOPS_MONITOR_R2; m++) {
        mlops__regression_loss(&loss, numbers, LOSSES[m - BINARY]);
        out[m] = score_of_loss(&loss, 0);
        out[m].error = out[m].spread;
    }
    r2->value = mlops__regression_r2(&r2->spread, numbers);
    r2->n = out[MLOPS_MONITOR_BIAS].n;
    r2->error = r2->spread /= mlops__sqrt(r2->n);
}

static void score_numbers(mlops__score *out, const mlops__counts *counts, mlops__score_kind kind) {
    mlops__loss loss;
    if (kind != MLOPS__SCORE_ESTIMATED) {
        score_measured(out, counts->numbers);
        return;
    }
    mlops_monitor_metric judged = counts->rule->metric;
    mlops__regression_loss(&loss, counts->losses, MLOPS_METRIC_MAE); /* each stands as an error */
    loss.rooted = judged == MLOPS_MONITOR_RMSE || judged == MLOPS_MONITOR_RMSLE;
    out[judged] = score_of_loss(&loss, counts->rule->usual);
}

double mlops__score_usual(const mlops__counts *self) {
    mlops__loss loss;
    if (!self->numbers) return mlops__metric_undefined();
    mlops__regression_loss(&loss, self->numbers, LOSSES[self->rule->metric - BINARY]);
    double variance = loss.square - loss.mean * loss.mean;
    return variance > 0 ? variance : 0;
}

/* ---- any ---- */

void mlops__score_all(mlops__score *out, const mlops__counts *counts, mlops__score_kind kind) {
    double none = mlops__metric_undefined();
    for (int m = 0; m < MLOPS__SCORES; m++) out[m] = (mlops__score){none, none, none, 0};
    if (counts->scores) (void)score_binary(out, counts->scores, kind, counts->rule);
    else if (counts->classes) score_classes(out, counts->classes, kind, counts->rule);
    else score_numbers(out, counts, kind);
}

/* What a metric is at least, and at most less that; 0: it has no bound. */
static double range_of(double *least, int metric, const mlops__score_rule *rule) {
    const double *costs = rule->class_costs ? rule->class_costs : &rule->costs[0][0];
    int64_t n = rule->class_costs ? rule->n_classes * rule->n_classes : 4;
    double low = costs[0], high = costs[0];
    *least = 0;
    if (metric == MLOPS_MONITOR_LOG_LOSS || metric >= BINARY) return 0;
    if (metric == MLOPS_MONITOR_BRIER && rule->task == MLOPS__TASK_CLASSES) return 2;
    if (metric != MLOPS_MONITOR_COST) return 1;
    for (int64_t i = 1; i < n; i++) {
        low = costs[i] < low ? costs[i] : low;
        high = costs[i] > high ? costs[i] : high;
    }
    *least = low;
    return high - low;
}

/* Wilson's interval with the variance at hand in the place of p (1 - p) / n: an error of 0 where
 * all rows are alike does not mean that the next ones are. What labels alone leave open is around
 * the value. */
void mlops__score_interval(double *low, double *high, const mlops__score *score, int metric,
                           const mlops__score_rule *rule, int wider, double z) {
    double least, range = range_of(&least, metric, rule), n = score->n, z2 = z * z;
    double error = wider ? score->spread : score->error;
    *low = score->value - z * error;
    *high = score->value + z * error;
    if (metric == MLOPS_MONITOR_R2 && *high > 1) *high = 1;
    if (range == 0) return;
    if (wider) {
        double x = (score->value - least) / range, e = error / range;
        double middle = (n * x + z2 / 2) / (n + z2);
        double half = z * mlops__sqrt(n * n * e * e + z2 / 4) / (n + z2);
        *low = least + range * (middle - half);
        *high = least + range * (middle + half);
    }
    if (*low < least) *low = least;
    if (*high > least + range) *high = least + range;
    if (*low > score->value) *low = score->value; /* they differ by rounding alone */
    if (*high < score->value) *high = score->value;
}

static double hypotenuse(double a, double b) { return mlops__sqrt(a * a + b * b); }

/* The difference of two intervals that know nothing of each other (Newcombe 1998, method 10). */
void mlops__score_judge(mlops__score_loss *out, const mlops__score *reference,
                        const mlops__score *current, const mlops__score_rule *rule,
                        double tolerance, double alpha) {
    enum { ROWS_MIN = 50 };
    int metric = (int)rule->metric;
    double z = mlops__normal_isf(alpha), low[2], high[2];
    double sign = metric >= MLOPS_MONITOR_BRIER ? 1 : -1;
    mlops__score_interval(&low[0], &high[0], reference, metric, rule, 1, z);
    mlops__score_interval(&low[1], &high[1], current, metric, rule, 1, z);
    double worse = sign > 0 ? high[1] - current->value : current->value - low[1];
    double better = sign > 0 ? current->value - low[1] : high[1] - current->value;
    double up = sign > 0 ? high[0] - reference->value : reference->value - low[0];
    double down = sign > 0 ? reference->value - low[0] : high[0] - reference->value;
    out->value = sign * (current->value - reference->value);
    out->low = out->value - hypotenuse(better, up);
    out->high = out->value + hypotenuse(worse, down);
    out->verdict = MLOPS_DRIFT_NOT_ENOUGH_DATA;
    if (!(current->n >= ROWS_MIN) || out->value != out->value) return;
    if (out->low > tolerance) out->verdict = MLOPS_DRIFT_YES;
    else if (out->value <= tolerance && out->high <= 2 * tolerance) out->verdict = MLOPS_DRIFT_NO;
}
