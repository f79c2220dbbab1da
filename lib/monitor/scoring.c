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
#include "performance/performance.h"

#include <string.h>

static const char *const NAMES[MLOPS__SCORES] = {
    "auc", "accuracy", "balanced_accuracy", "precision", "recall", "specificity",
    "f1",  "brier",    "log_loss",          "cost"};

const char *mlops__score_name(mlops_monitor_metric metric) { return NAMES[metric]; }

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

/* What a row of the cell and label loses in a metric that is a mean over rows. */
static double loss_of(const tally *t, const mlops__score_cell *cell, int label, int metric) {
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
    double sums[MLOPS__SCORES] = {0};
    for (int64_t i = 0; i < t->n; i++) {
        const mlops__score_cell *cell = &t->rule->cells[i];
        area += cell->zero * (ones + cell->one / 2);
        ones += cell->one;
        for (int m = 0; m < MLOPS__SCORES; m++)
            if (is_mean(m))
                sums[m] += cell->one * loss_of(t, cell, 1, m) + cell->zero * loss_of(t, cell, 0, m);
    }
    for (int m = 0; m < MLOPS__SCORES; m++)
        out[m] = (mlops__score){mlops__ratio(sums[m], all), 0, 0, all};
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
    for (int m = 0; m < MLOPS__SCORES; m++)
        v[m] = is_mean(m) ? (loss_of(t, cell, label, m) - scores[m].value) / all : 0;
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
    double ones = 0, zeros = 0, v[2][MLOPS__SCORES];
    double label[MLOPS__SCORES] = {0}, row[MLOPS__SCORES] = {0};
    for (int64_t i = 0; i < t->n; i++) {
        const mlops__score_cell *cell = &t->rule->cells[i];
        moves(v[0], out, t, cell, 0, ones, zeros);
        moves(v[1], out, t, cell, 1, ones, zeros);
        double drawn = cell->one * cell->zero / (cell->one + cell->zero);
        for (int m = 0; m < MLOPS__SCORES; m++) {
            double gap = v[1][m] - v[0][m];
            if (cell->one > 0) row[m] += cell->one * v[1][m] * v[1][m];
            if (cell->zero > 0) row[m] += cell->zero * v[0][m] * v[0][m];
            if (drawn > 0) label[m] += drawn * gap * gap;
        }
        ones += cell->one;
        zeros += cell->zero;
    }
    for (int m = 0; m < MLOPS__SCORES; m++) {
        out[m].spread = mlops__sqrt(row[m] * t->unit);
        out[m].error = is_estimate ? mlops__sqrt(label[m] * t->unit) : out[m].spread;
        out[m].n = mlops__ratio(out[m].n, t->unit);
    }
}

void mlops__score_all(mlops__score *out, const mlops_performance *counts, mlops__score_kind kind,
                      const mlops__score_rule *rule) {
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
}

/* What a metric is at least, and at most less that; 0: it has no bound. */
static double range_of(double *least, mlops_monitor_metric metric, const mlops__score_rule *rule) {
    const double *costs = &rule->costs[0][0];
    double low = costs[0], high = costs[0];
    *least = 0;
    if (metric == MLOPS_MONITOR_LOG_LOSS) return 0;
    if (metric != MLOPS_MONITOR_COST) return 1;
    for (int i = 1; i < 4; i++) {
        low = costs[i] < low ? costs[i] : low;
        high = costs[i] > high ? costs[i] : high;
    }
    *least = low;
    return high - low;
}

/* Wilson's interval with the variance at hand in the place of p (1 - p) / n: an error of 0 where
 * all rows are alike does not mean that the next ones are. What labels alone leave open is around
 * the value. */
void mlops__score_interval(double *low, double *high, const mlops__score *score,
                           mlops_monitor_metric metric, const mlops__score_rule *rule, int wider,
                           double z) {
    double least, range = range_of(&least, metric, rule), n = score->n, z2 = z * z;
    double error = wider ? score->spread : score->error;
    *low = score->value - z * error;
    *high = score->value + z * error;
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
                        const mlops__score *current, mlops_monitor_metric metric,
                        const mlops__score_rule *rule, double tolerance, double alpha) {
    enum { ROWS_MIN = 50 };
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
