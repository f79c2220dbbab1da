/* The rule: options, the tests of a column, and the budget over the columns of a report.
 *
 * Owns every constant of the verdict; docs/drift.md derives them. Invariant: a column is called
 * drifted if and only if the lower bound of its effect, at the level that the correction gave it,
 * exceeds the tolerance; what is neither that nor shown to be small is not enough data.
 */
#include "base/opts.h"
#include "base/real.h"
#include "column/column_store.h"
#include "drift/inside.h"
#include "stats/stats.h"

#include <string.h>

#define WEIGHT_VALUES 0.9 /* shares of a column's level; the first is halved for new values */
#define WEIGHT_NULLS  0.1

enum { OFTEN = 5 /* values that a category has in the reference to be a cell of its own */ };

int mlops__drift_finite(double value) { return value - value == 0; }

int mlops__drift_numeric(mlops_type type) {
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

static const char *in_words(mlops_drift_verdict verdict, const char *yes, const char *no) {
    return verdict == MLOPS_DRIFT_YES ? yes : verdict == MLOPS_DRIFT_NO ? no : "not enough data";
}

const char *mlops__drift_word(mlops_drift_verdict verdict) {
    return in_words(verdict, "yes", "no");
}

const char *mlops__drift_answer(mlops_drift_verdict verdict) {
    return in_words(verdict, "drift", "no drift");
}

const char *mlops__drift_loss_word(mlops_drift_verdict verdict) {
    return in_words(verdict, "worse", "not worse");
}

static mlops_status take_tolerance(double *out, double value, const mlops_drift_opts *opts,
                                   const char *name, mlops_error *err) {
    *out = value == 0 && opts->preset != MLOPS_DRIFT_TFDV ? 0.05 : value;
    if (value >= 0 && value < 1) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_drift_opts.%s must lie between 0 and 1, or be 0 for the default",
                       name);
}

/* A preset is the whole rule. */
static mlops_status check_preset(const mlops_drift_opts *opts, int rows, mlops_error *err) {
    if (opts->preset < MLOPS_DRIFT_NATIVE || opts->preset > MLOPS_DRIFT_TFDV)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_drift_opts.preset is %d; there is none",
                           (int)opts->preset);
    if (opts->preset == MLOPS_DRIFT_NATIVE) return MLOPS_OK;
    int tolerant = opts->ks_tolerance != 0 || opts->tv_tolerance != 0;
    int own = opts->preset == MLOPS_DRIFT_TFDV;
    if (own && !tolerant)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_drift_opts.preset of TFDV has no limits of its own; give "
                           "ks_tolerance for numbers, tv_tolerance for categories, or both");
    if (opts->alpha != 0 || (tolerant && !own) || opts->rows_min ||
        opts->correction != MLOPS_STATS_HOLM)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_drift_opts.preset brings its own limits; give it without alpha, "
                           "tolerances, rows_min and correction");
    if (rows) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "mlops_drift_opts.preset needs the rows of both sides; compare two tables");
}

mlops_status mlops__drift_rule_init(mlops__drift_rule *self, const mlops_drift_opts *opts, int rows,
                                    mlops_error *err) {
    mlops_drift_opts local;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_drift_opts", err));
    MLOPS_TRY(check_preset(&local, rows, err));
    self->preset = local.preset;
    self->correction = local.correction;
    if (local.flags & ~(uint32_t)MLOPS_DRIFT_WHOLE_TEXTS)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_drift_opts.flags is 0x%x; unknown bits",
                           local.flags);
    if (local.correction < MLOPS_STATS_HOLM || local.correction > MLOPS_STATS_BY)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_drift_opts.correction is %d; there is none",
                           (int)local.correction);
    self->alpha = local.alpha == 0 ? 0.01 : local.alpha;
    self->rows_min = local.rows_min == 0 ? 50 : local.rows_min;
    if (!(self->alpha > 0 && self->alpha <= 0.5))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_drift_opts.alpha must lie in (0, 0.5], or be 0 for the default");
    if (self->rows_min < 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_drift_opts.rows_min is %lld; it must be 1 or more, or 0 for the "
                           "default",
                           (long long)self->rows_min);
    MLOPS_TRY(take_tolerance(&self->ks_tolerance, local.ks_tolerance, &local, "ks_tolerance", err));
    return take_tolerance(&self->tv_tolerance, local.tv_tolerance, &local, "tv_tolerance", err);
}

static double share(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : mlops__not_a_number();
}

void mlops__drift_open_column(mlops__drift_judged *out, const char *name, mlops_type type,
                              const mlops__drift_side *reference,
                              const mlops__drift_side *current) {
    const mlops_drift_column empty = MLOPS_DRIFT_COLUMN_INIT;
    mlops_drift_column *column = &out->column;
    memset(out, 0, sizeof *out);
    *column = empty;
    column->name = name;
    column->type = type;
    column->exact = 1;
    column->n_reference = reference->n;
    column->n_current = current->n;
    column->effect = column->effect_low = column->p_value = column->p_adjusted =
        mlops__not_a_number();
    column->ks = column->wasserstein = column->psi = column->js = column->tv =
        mlops__not_a_number();
    column->location = column->severity = mlops__not_a_number();
    column->where = "";
    column->nulls_reference = share(reference->n_null, reference->n + reference->n_null);
    column->nulls_current = share(current->n_null, current->n + current->n_null);
    column->mean_reference = reference->mean;
    column->mean_current = current->mean;
}

/* One hypothesis about a column: its effect does not exceed the tolerance. */
typedef struct test {
    const char *name;
    double effect;
    double tolerance;
    double size;      /* nm / (n + m); 0 if there is too little to test */
    double log_bound; /* ln(c / w) */
    double p;
    int settled; /* the effect is small */
} test;

static double effective_size(int64_t n, int64_t m) {
    return (double)n * ((double)m / ((double)n + (double)m));
}

/* n and m are what the effect was taken over. */
static test run(const char *name, double effect, double tolerance, double log_bound, int64_t n,
                int64_t m, double hidden, const mlops__drift_rule *rule) {
    test self = {name, effect, tolerance, 0, log_bound, 1, 0};
    if (n < rule->rows_min || m < rule->rows_min) return self;
    self.size = effective_size(n, m);
    double beyond = effect - tolerance;
    if (beyond > 0) {
        self.p = mlops__exp(log_bound - 2 * self.size * beyond * beyond);
        if (self.p > 1) self.p = 1;
    }
    double margin = mlops__sqrt(-mlops__log(rule->alpha) / (2 * self.size));
    self.settled = beyond <= 0 && effect + hidden + margin <= 2 * tolerance;
    return self;
}

/* ln of the number of unions of k cells, less the empty one and the whole. */
static double log_unions(int64_t k) {
    double cells = k < 2 ? 2 : (double)k;
    return cells * MLOPS__LN_2 + mlops__log(1 - mlops__exp((1 - cells) * MLOPS__LN_2));
}

static int tests_new(const mlops__drift_cells *cells) { return cells && cells->seen; }

static double log_weight(const mlops__drift_cells *cells) {
    return mlops__log(tests_new(cells) ? WEIGHT_VALUES / 2 : WEIGHT_VALUES);
}

/* tv over the categories that came often enough, with all others as one: those that are picked for
 * the counts that they have by chance would seem to lose. Cells that are merged still count in c,
 * as each of them might have been one of the others. */
static double tested_tv(const mlops__drift_judged *judged, const mlops__drift_rule *rule,
                        const mlops__drift_cells *cells) {
    int64_t x[MLOPS__DRIFT_CATEGORIES + 1], y[MLOPS__DRIFT_CATEGORIES + 1], own = 0;
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    if (!cells || judged->column.type != MLOPS_TYPE_STRING) return judged->column.tv;
    if (judged->column.n_reference < rule->rows_min || judged->column.n_current < rule->rows_min)
        return judged->column.tv; /* too little to test: told as it is */
    while (own < cells->n_cells - 1 && cells->reference[own] >= OFTEN) own++;
    if (own >= cells->n_cells - 1) return judged->column.tv;
    memcpy(x, cells->reference, (size_t)(own + 1) * sizeof *x);
    memcpy(y, cells->current, (size_t)(own + 1) * sizeof *y);
    for (int64_t i = own + 1; i < cells->n_cells; i++) {
        x[own] += cells->reference[i];
        y[own] += cells->current[i];
    }
    int counted = mlops_stats_compare_counts(&found, x, y, own + 1) == MLOPS_OK;
    return counted ? found.tv : judged->column.tv;
}

static test test_values(const mlops__drift_judged *judged, const mlops__drift_rule *rule,
                        const mlops__drift_cells *cells) {
    const mlops_drift_column *column = &judged->column;
    int64_t n = column->n_reference, m = column->n_current;
    if (mlops__drift_numeric(column->type))
        return run("ks", column->ks, rule->ks_tolerance, 1 - log_weight(cells), n, m,
                   cells ? cells->hidden : 0, rule);
    double log_c = log_unions(column->type == MLOPS_TYPE_BOOL ? 2 : cells ? cells->n_cells : 0);
    return run("tv", tested_tv(judged, rule, cells), rule->tv_tolerance, log_c - log_weight(cells),
               n, m, 0, rule);
}

/* What is not among the first n - b of the reference's values is new; the other b say how much of
 * it there is to expect. As a mean over all ways to part them; chance is that of all values of a
 * slot to be among the b. */
static double new_share(const mlops__drift_cells *cells, int64_t n, int64_t m, int64_t b) {
    double chance = 1, effect = 0;
    for (int64_t times = 0; times < MLOPS__SEEN_TIMES; times++) {
        effect += chance * ((double)cells->times[times] / (double)m -
                            (double)cells->seen->values[times] / (double)b);
        chance *= b > times ? (double)(b - times) / (double)(n - times) : 0;
    }
    return effect > 0 ? effect : 0;
}

static test test_new(const mlops__drift_judged *judged, const mlops__drift_rule *rule,
                     const mlops__drift_cells *cells) {
    int64_t n = judged->column.n_reference, m = judged->column.n_current;
    int64_t b = n / 2 / 4 < m ? n / 2 : 4 * m;
    test none = {"unseen", 0, 0, 0, 0, 1, 1};
    if (!tests_new(cells)) return none;
    return run("unseen", b > 0 ? new_share(cells, n, m, b) : 0, rule->tv_tolerance,
               -log_weight(cells), b, m, 0, rule);
}

static test test_nulls(const mlops__drift_side *reference, const mlops__drift_side *current,
                       const mlops__drift_rule *rule) {
    int64_t n = reference->n + reference->n_null, m = current->n + current->n_null;
    double gap = share(reference->n_null, n) - share(current->n_null, m);
    double log_c = MLOPS__LN_2 - mlops__log(WEIGHT_NULLS);
    return run("nulls", gap < 0 ? -gap : gap, rule->tv_tolerance, log_c, n, m, 0, rule);
}

void mlops__drift_decide(mlops__drift_judged *out, const mlops__drift_rule *rule,
                         const mlops__drift_side *reference, const mlops__drift_side *current,
                         const mlops__drift_cells *cells) {
    int valueless = reference->n == 0 && current->n == 0;
    test values = test_values(out, rule, cells);
    test unseen = test_new(out, rule, cells);
    test nulls = test_nulls(reference, current, rule);
    int by_nulls = nulls.p < values.p || (nulls.size > 0 && !(values.size > 0));
    test *decisive = by_nulls || valueless ? &nulls : &values;
    if (unseen.p < decisive->p) decisive = &unseen;
    out->column.test = decisive->name;
    out->column.effect = decisive->effect;
    out->column.tolerance = decisive->tolerance;
    out->size = decisive->size;
    out->log_bound = decisive->log_bound;
    out->tested = decisive->size > 0;
    out->settled = nulls.settled && (valueless || (values.settled && unseen.settled));
    if (out->tested) out->column.p_value = decisive->p;
}

static double lower_bound(const mlops__drift_judged *judged, double level) {
    double log_ratio = judged->log_bound - mlops__log(level);
    double low = judged->column.effect - mlops__sqrt(log_ratio / (2 * judged->size));
    return low > 0 ? low : 0;
}

const char *mlops__drift_correction_name(mlops_stats_correction correction, int for_people) {
    static const char *const names[][2] = {{"holm", "Holm"},
                                           {"bonferroni", "Bonferroni"},
                                           {"bh", "Benjamini and Hochberg"},
                                           {"by", "Benjamini and Yekutieli"}};
    return names[correction][for_people != 0];
}

/* Level of the bound of each column by itself, so that it excludes the tolerance of those columns
 * alone that drifted: of BH and BY the confidence that Benjamini and Yekutieli (2005) leave to a
 * bound that is looked at because its column was found. */
static double level_of(const mlops__drift_rule *rule, int64_t n, int64_t n_yes) {
    double each = rule->alpha / (double)n, sum = 0;
    if (rule->correction == MLOPS_STATS_BONFERRONI) return each;
    for (int64_t i = 1; i <= n; i++) sum += 1 / (double)i;
    if (rule->correction == MLOPS_STATS_BY) each /= sum;
    return each * (double)(n_yes > 1 ? n_yes : 1);
}

static void settle_native(mlops__drift_judged *columns, int64_t n, const mlops__drift_rule *rule,
                          int64_t *order) {
    int64_t n_tested = 0, n_yes = 0;
    for (int64_t i = 0; i < n; i++) {
        n_tested += columns[i].tested != 0;
        columns[i].column.p_adjusted =
            columns[i].tested ? columns[i].column.p_value : mlops__not_a_number();
    }
    if (n > 0)
        mlops__adjust(&columns->column.p_adjusted, sizeof *columns, order, n, rule->correction);
    for (int64_t i = 0; i < n; i++) {
        mlops__drift_judged *judged = &columns[i];
        int yes = judged->tested && judged->column.p_adjusted <= rule->alpha;
        n_yes += yes;
        judged->column.verdict = yes               ? MLOPS_DRIFT_YES
                                 : judged->settled ? MLOPS_DRIFT_NO
                                                   : MLOPS_DRIFT_NOT_ENOUGH_DATA;
    }
    double level = n_tested > 0 ? level_of(rule, n_tested, n_yes) : 1;
    for (int64_t i = 0; i < n_tested; i++) { /* those come first in the order */
        if (rule->correction == MLOPS_STATS_HOLM && i <= n_yes)
            level = rule->alpha / (double)(n_tested - i);
        columns[order[i]].column.effect_low = lower_bound(&columns[order[i]], level);
    }
}

double mlops__drift_gravity(const mlops_drift_column *column) {
    const double most = 1000;
    double p = column->p_adjusted >= 0 ? column->p_adjusted : column->p_value;
    int bounded = column->effect_low >= 0;
    if (!(column->effect == column->effect)) return -1;
    double value =
        bounded && column->verdict == MLOPS_DRIFT_YES ? column->effect_low : column->effect;
    double gravity = value > 0 ? value / column->tolerance : 0;
    if (!bounded && p >= 0) gravity = p > 0 ? mlops__log(p) / mlops__log(column->tolerance) : most;
    return (gravity < most ? gravity : most) + 0.0; /* of a p of 1: 0, and not -0 */
}

void mlops__drift_settle(mlops__drift_judged *columns, int64_t n, const mlops__drift_rule *rule,
                         int64_t *order) {
    if (rule->preset) mlops__drift_preset_settle(columns, n, rule->preset, order);
    else settle_native(columns, n, rule, order);
    for (int64_t i = 0; i < n; i++) {
        mlops_drift_column *column = &columns[i].column;
        double gravity = mlops__drift_gravity(column);
        if (column->verdict != MLOPS_DRIFT_YES && gravity > 1) gravity = 1;
        int unknown = column->verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA || gravity < 0;
        column->severity = unknown ? mlops__not_a_number() : gravity;
    }
}
