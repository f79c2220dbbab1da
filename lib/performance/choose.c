/* The threshold that does best by what the caller asks for.
 *
 * Owns nothing. Invariant: thresholds are tried from the highest down and one takes the place of
 * another only if it is better, so that of equal ones the fewest rows are predicted positive.
 */
#include "base/opts.h"
#include "metric/metric.h"
#include "performance/performance.h"

#include <mlops/performance_choose.h>

typedef struct choice {
    mlops_performance_choice_opts opts;
    mlops_metric_info best, held;
    int priced;
} choice;

/* Finds a metric that follows from the confusion matrix of a binary task. */
static mlops_status find(mlops_metric_info *out, const char *name, mlops_error *err) {
    const uint64_t outside = 1u << MLOPS_METRIC_AUC | 1u << MLOPS_METRIC_AVERAGE_PRECISION |
                             1u << MLOPS_METRIC_KS | 1u << MLOPS_METRIC_LOG_LOSS |
                             1u << MLOPS_METRIC_BRIER | 1u << MLOPS_METRIC_ECE |
                             1u << MLOPS_METRIC_PREVALENCE | 1u << MLOPS_METRIC_MCE |
                             (uint64_t)1 << MLOPS_METRIC_ECE_ADAPTIVE;
    *out = (mlops_metric_info)MLOPS_METRIC_INFO_INIT;
    MLOPS_TRY(mlops_metric_find(out, name, err));
    if (out->tasks & MLOPS_METRIC_BINARY && !(outside >> out->metric & 1)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_performance_choice_opts: no threshold moves the metric %s", name);
}

static int is_finite(double x) { return x - x == 0; }

static mlops_status begin(choice *out, const mlops_performance_choice_opts *given,
                          mlops_error *err) {
    mlops_performance_choice_opts *o = &out->opts;
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_performance_choice_opts", err));
    out->priced = o->worth_tp != 0 || o->worth_fp != 0 || o->worth_tn != 0 || o->worth_fn != 0;
    if (o->flags || !mlops__metric_beta_holds(o->beta))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_choice_opts: an unknown flag, or beta is not 1e-6 "
                           "to 1e6");
    if (!is_finite(o->worth_tp + o->worth_fp + o->worth_tn + o->worth_fn) ||
        (out->priced && o->best))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_choice_opts: a worth is not finite, or given besides "
                           "best");
    if (o->bound != o->bound || (o->bound != 0 && !o->held))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_performance_choice_opts.bound is NaN, or of no metric");
    if (o->beta == 0) o->beta = 1;
    if (o->held) MLOPS_TRY(find(&out->held, o->held, err));
    MLOPS_TRY(find(&out->best, o->best ? o->best : "f1", err));
    if (out->best.better != MLOPS_METRIC_NEITHER) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_performance_choice_opts.best: %s is better neither higher nor lower",
                       out->best.name);
}

/* The higher, the better; NaN if the bound is not held. */
static double judge(const choice *of, const mlops_metrics *m) {
    const mlops_performance_choice_opts *o = &of->opts;
    double value = mlops_metric_value(m, of->best.metric);
    if (o->held) {
        double held = mlops_metric_value(m, of->held.metric);
        if (!(of->held.better == MLOPS_METRIC_HIGHER ? held >= o->bound : held <= o->bound))
            return mlops__metric_undefined();
    }
    if (of->priced)
        return o->worth_tp * m->tp + o->worth_fp * m->fp + o->worth_tn * m->tn +
               o->worth_fn * m->fn;
    return of->best.better == MLOPS_METRIC_LOWER ? -value : value;
}

mlops_status mlops_performance_choose(const mlops_performance *self, double *out,
                                      const mlops_performance_choice_opts *given,
                                      mlops_error *err) {
    choice of;
    mlops_metrics m;
    double best = mlops__metric_undefined();
    int64_t above[2] = {0, 0}, all[2] = {0, 0}, at = -1;
    if (!out || !self)
        return mlops__fail(err, MLOPS_E_INVALID, "performance: the result or the counts are NULL");
    MLOPS_TRY(begin(&of, given, err));
    if (!self->n[0]) return mlops__performance_no_labels(err);
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++)
        for (size_t k = 0; k < 2; k++) all[k] += self->bins[i].weight[k];
    mlops__metrics_start(&m, MLOPS_METRIC_BINARY);
    m.weight = mlops__weight_of(self->total[0]);
    for (int64_t i = MLOPS__SCORE_BINS; i-- > 0;) {
        for (size_t k = 0; k < 2; k++) above[k] += self->bins[i].weight[k];
        m.tp = mlops__weight_of(above[1]);
        m.fp = mlops__weight_of(above[0]);
        m.fn = mlops__weight_of(all[1] - above[1]);
        m.tn = mlops__weight_of(all[0] - above[0]);
        mlops__metrics_from_counts(&m, 1, of.opts.beta);
        double value = judge(&of, &m);
        if (value != value || value <= best) continue;
        best = value;
        at = i;
    }
    if (at >= 0) {
        *out = (double)at / MLOPS__SCORE_BINS;
        return MLOPS_OK;
    }
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       of.opts.held ? "performance: no threshold holds the bound of %s"
                                    : "performance: %s has a value at no threshold",
                       of.opts.held ? of.held.name : of.best.name);
}
