/* The table of metrics: names, which way is up, tasks, and where the value stands in a result.
 *
 * Owns the names that gates may use. Invariant: row i is that of metric i + 1, and the values of a
 * result follow one another in the order of the table, which the assertions below hold.
 */
#include "base/opts.h"
#include "base/real.h"
#include "metric/metric.h"

typedef struct entry {
    const char *name;
    uint32_t offset;
    uint8_t better;
    uint8_t tasks;
} entry;

enum {
    B = MLOPS_METRIC_BINARY,
    C = MLOPS_METRIC_CLASSES,
    R = MLOPS_METRIC_REGRESSION,
    K = MLOPS_METRIC_RANKING,
    UP = MLOPS_METRIC_HIGHER,
    DOWN = MLOPS_METRIC_LOWER,
    NEITHER = MLOPS_METRIC_NEITHER,
    NAME_MAX = 64 /* of a name that is compared with ours */
};

#define ENTRY(field, better, tasks)                                                                \
    { #field, offsetof(mlops_metrics, field), better, tasks }

static const entry table[] = {
    ENTRY(auc, UP, B),
    ENTRY(average_precision, UP, B),
    ENTRY(ks, UP, B),
    ENTRY(log_loss, DOWN, B | C),
    ENTRY(brier, DOWN, B | C),
    ENTRY(ece, DOWN, B | C),
    ENTRY(accuracy, UP, B | C),
    ENTRY(balanced_accuracy, UP, B | C),
    ENTRY(precision, UP, B),
    ENTRY(recall, UP, B),
    ENTRY(specificity, UP, B),
    ENTRY(f1, UP, B),
    ENTRY(f1_macro, UP, C),
    ENTRY(f1_weighted, UP, C),
    ENTRY(mcc, UP, B | C),
    ENTRY(prevalence, NEITHER, B),
    ENTRY(positive_rate, NEITHER, B),
    ENTRY(tp, UP, B),
    ENTRY(fp, DOWN, B),
    ENTRY(tn, UP, B),
    ENTRY(fn, DOWN, B),
    ENTRY(mae, DOWN, R),
    ENTRY(mse, DOWN, R),
    ENTRY(rmse, DOWN, R),
    ENTRY(r2, UP, R),
    ENTRY(median_ae, DOWN, R),
    ENTRY(max_error, DOWN, R),
    ENTRY(mape, DOWN, R),
    ENTRY(bias, NEITHER, R),
    ENTRY(poisson_deviance, DOWN, R),
    ENTRY(mce, DOWN, B | C),
    ENTRY(ece_adaptive, DOWN, B | C),
    ENTRY(precision_macro, UP, C),
    ENTRY(precision_weighted, UP, C),
    ENTRY(recall_macro, UP, C),
    ENTRY(auc_macro, UP, C),
    ENTRY(auc_weighted, UP, C),
    ENTRY(top_k_accuracy, UP, C),
    ENTRY(msle, DOWN, R),
    ENTRY(rmsle, DOWN, R),
    ENTRY(pinball, DOWN, R),
    ENTRY(ndcg, UP, K),
    ENTRY(map, UP, K),
    ENTRY(mrr, UP, K),
    ENTRY(precision_at_k, UP, K),
    ENTRY(recall_at_k, UP, K),
    ENTRY(hit_rate, UP, K),
    ENTRY(f_beta, UP, B),
    ENTRY(f_beta_macro, UP, C),
    ENTRY(f_beta_weighted, UP, C),
    ENTRY(kappa, UP, B | C),
    ENTRY(ece_classwise, DOWN, C),
    ENTRY(smape, DOWN, R),
    ENTRY(explained_variance, UP, R),
};

enum { COUNT = sizeof table / sizeof table[0] };

_Static_assert(COUNT == (int)MLOPS_METRIC_EXPLAINED_VARIANCE, "a row for each metric");
_Static_assert(offsetof(mlops_metrics, auc) + COUNT * sizeof(double) == sizeof(mlops_metrics),
               "a field for each metric");

int64_t mlops_metric_count(void) { return COUNT; }

void mlops__metrics_start(mlops_metrics *self, mlops_metric_task task) {
    mlops_metrics fresh = MLOPS_METRICS_INIT;
    double undefined = mlops__metric_undefined();
    *self = fresh;
    self->task = task;
    for (int i = 0; i < COUNT; i++)
        memcpy((char *)self + table[i].offset, &undefined, sizeof undefined);
}

double mlops_metric_value(const mlops_metrics *of, mlops_metric metric) {
    double value = mlops__metric_undefined();
    if (!of || metric < MLOPS_METRIC_AUC || (int64_t)metric > COUNT) return value;
    uint32_t offset = table[metric - 1].offset;
    if (offset + sizeof value <= of->struct_size)
        memcpy(&value, (const char *)of + offset, sizeof value);
    return value;
}

static mlops_metric_info tell(int64_t index) {
    mlops_metric_info self = MLOPS_METRIC_INFO_INIT;
    self.metric = (mlops_metric)(index + 1);
    self.name = table[index].name;
    self.better = (mlops_metric_better)table[index].better;
    self.tasks = table[index].tasks;
    return self;
}

mlops_status mlops_metric_at(mlops_metric_info *out, int64_t index) {
    if (!out || index < 0 || index >= COUNT) return MLOPS_E_INVALID;
    mlops_metric_info self = tell(index);
    return mlops__opts_return(out, &self, sizeof self);
}

static int is_finite(double x) { return x - x == 0; }

mlops_status mlops_metric_band(double *low, double *high, mlops_metric metric, const double *values,
                               int64_t n, double multiple, mlops_error *err) {
    mlops__exact sum = {{0}, 0, 0}, squares = sum;
    int64_t counted = 0;
    int free_below = metric == MLOPS_METRIC_BIAS || metric == MLOPS_METRIC_R2 ||
                     metric == MLOPS_METRIC_EXPLAINED_VARIANCE;
    int loss = metric >= MLOPS_METRIC_AUC && (int64_t)metric <= COUNT &&
               table[metric - 1].better != MLOPS_METRIC_HIGHER;
    int free_above = (loss && metric != MLOPS_METRIC_ECE && metric != MLOPS_METRIC_MCE &&
                      metric != MLOPS_METRIC_ECE_ADAPTIVE && metric != MLOPS_METRIC_ECE_CLASSWISE &&
                      metric != MLOPS_METRIC_PREVALENCE && metric != MLOPS_METRIC_POSITIVE_RATE &&
                      metric != MLOPS_METRIC_BRIER && metric != MLOPS_METRIC_SMAPE) ||
                     metric == MLOPS_METRIC_TP || metric == MLOPS_METRIC_TN;
    if (!low || !high || n < 0 || (n > 0 && !values) || metric < MLOPS_METRIC_AUC ||
        (int64_t)metric > COUNT || !(multiple >= 0) || !is_finite(multiple))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "a result or the values are NULL, there is no such metric, or the "
                           "multiple is below 0");
    for (int64_t i = 0; i < n; i++) {
        if (!is_finite(values[i])) continue;
        mlops__exact_add(&sum, values[i]);
        counted++;
    }
    if (!counted) return mlops__fail(err, MLOPS_E_INVALID, "no chunk has a value");
    double mean = mlops__exact_value(&sum) / (double)counted;
    for (int64_t i = 0; i < n; i++)
        if (is_finite(values[i]))
            mlops__exact_add(&squares, (values[i] - mean) * (values[i] - mean));
    double reach = multiple * mlops__sqrt(mlops__exact_value(&squares) / (double)counted);
    double least = metric == MLOPS_METRIC_MCC || metric == MLOPS_METRIC_KAPPA ? -1 : 0;
    *low = mean - reach < least && !free_below ? least : mean - reach;
    double most = metric == MLOPS_METRIC_BRIER || metric == MLOPS_METRIC_SMAPE ? 2 : 1;
    *high = mean + reach > most && !free_above ? most : mean + reach;
    return MLOPS_OK;
}

static char folded(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c == '-' ? '_' : c; }

/* Letters to insert, drop or replace (Levenshtein), in any case. */
static int distance(const char *a, size_t n, const char *b) {
    int row[NAME_MAX + 1];
    for (size_t i = 0; i <= n; i++) row[i] = (int)i;
    for (int j = 1; *b; j++, b++) {
        int corner = row[0];
        row[0] = j;
        for (size_t i = 1; i <= n; i++) {
            int best = corner + (folded(a[i - 1]) != *b);
            if (row[i] + 1 < best) best = row[i] + 1;
            if (row[i - 1] + 1 < best) best = row[i - 1] + 1;
            corner = row[i];
            row[i] = best;
        }
    }
    return row[n];
}

static const char *nearest(const char *name, size_t n) {
    int best = 0;
    for (int i = 1; i < COUNT; i++)
        if (distance(name, n, table[i].name) < distance(name, n, table[best].name)) best = i;
    return table[best].name;
}

mlops_status mlops_metric_find(mlops_metric_info *out, const char *name, mlops_error *err) {
    if (!out || !name) return mlops__fail(err, MLOPS_E_INVALID, "the result or the name is NULL");
    for (int64_t i = 0; i < COUNT; i++) {
        if (strcmp(name, table[i].name) != 0) continue;
        mlops_metric_info self = tell(i);
        return mlops__opts_result(out, &self, sizeof self, "mlops_metric_info", err);
    }
    size_t n = strlen(name);
    return mlops__fail(
        err, MLOPS_E_NOT_FOUND, "there is no metric \"%.*s\"; the nearest name is \"%s\"",
        (int)(n > NAME_MAX ? NAME_MAX : n), name, nearest(name, n > NAME_MAX ? NAME_MAX : n));
}
