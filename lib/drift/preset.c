/* Presets: the default rules of others, as docs/drift.md states them, to the digit.
 *
 * Owns which test, threshold and cleaning each takes. Invariant: a column is judged from its own
 * rows alone; where the other would fail for want of values, there is not enough data.
 */
#include "drift/preset.h"
#include "base/real.h"
#include "column/column_store.h"
#include "column/table.h"
#include "stats/stats.h"

const char *mlops__drift_preset_name(mlops_drift_preset preset, int for_people) {
    static const char *const names[][2] = {{"native", "native"},
                                           {"evidently", "Evidently"},
                                           {"nannyml", "NannyML"},
                                           {"alibi", "alibi-detect"},
                                           {"alibi_fdr", "alibi-detect (FDR)"},
                                           {"deepchecks", "Deepchecks"},
                                           {"whylogs", "whylogs"},
                                           {"tfdv", "TensorFlow Data Validation"}};
    return names[preset][for_people != 0];
}

/* Forgets the verdict of the native rule. */
static void reset(mlops__drift_judged *out) {
    mlops_drift_column *column = &out->column;
    column->test = "";
    column->effect = column->effect_low = column->tolerance = mlops__not_a_number();
    column->p_value = column->p_adjusted = mlops__not_a_number();
    column->verdict = MLOPS_DRIFT_NOT_ENOUGH_DATA;
    out->size = 0;
}

void mlops__preset_judge(mlops__drift_judged *out, const char *test, double effect, double p,
                         double limit, int yes) {
    out->column.test = test;
    out->column.effect = effect;
    out->column.p_value = p;
    out->column.tolerance = limit;
    out->column.verdict = yes ? MLOPS_DRIFT_YES : MLOPS_DRIFT_NO;
}

void mlops__preset_judge_effect(mlops__drift_judged *out, const char *test, double effect,
                                double limit, int yes) {
    mlops__preset_judge(out, test, effect, mlops__not_a_number(), limit, yes);
}

/* Of ascending samples, whose numbers of values stand in out. */
static mlops_status two_samples(mlops_stats_two_sample *found, const mlops__drift_judged *out,
                                const double *x, const double *y, mlops_stats_method method,
                                const mlops__host *host) {
    mlops_host lent = mlops__host_lend(host);
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    opts.host = &lent;
    opts.flags = MLOPS_STATS_X_SORTED | MLOPS_STATS_Y_SORTED;
    opts.method = method;
    return mlops_stats_compare(found, x, out->column.n_reference, y, out->column.n_current, &opts,
                               NULL);
}

/* ---- Evidently ---- */

enum { FEW_ROWS = 1000, FEW_VALUES = 5, BINNED_VALUES = 20 };

/* What an empty bin of a side counts as. */
static double filling(const int64_t *counts, int64_t k, double n) {
    double least = 1;
    for (int64_t i = 0; i < k; i++)
        if (counts[i] > 0 && (double)counts[i] / n < least) least = (double)counts[i] / n;
    return least <= 1e-4 ? least / 1e6 : 1e-4;
}

static double filled_psi(const int64_t *x, const int64_t *y, int64_t k, double n, double m) {
    double empty_x = filling(x, k, n), empty_y = filling(y, k, m), sum = 0;
    for (int64_t i = 0; i < k; i++) {
        double p = x[i] > 0 ? (double)x[i] / n : empty_x, q = y[i] > 0 ? (double)y[i] / m : empty_y;
        sum += (p - q) * mlops__log(p / q);
    }
    return sum;
}

static void evidently_measures(mlops__drift_judged *out, const int64_t *x, const int64_t *y,
                               int64_t k) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    mlops_drift_column *column = &out->column;
    if (mlops_stats_compare_counts(&found, x, y, k) != MLOPS_OK) return;
    column->js = found.js;
    column->psi = filled_psi(x, y, k, (double)found.n, (double)found.m);
}

static void evidently_z(mlops__drift_judged *out, const mlops__preset_cells *cells) {
    int64_t n = out->column.n_reference, m = out->column.n_current;
    mlops_stats_two_shares found = MLOPS_STATS_TWO_SHARES_INIT;
    (void)mlops_stats_compare_shares(&found, n - cells->reference[0], n, m - cells->current[0], m,
                                     MLOPS_STATS_TWO_SIDED);
    if (cells->k < 2) found.z = 0, found.z_p = 1;
    mlops__preset_judge(out, "z", found.z, found.z_p, 0.05, found.z_p < 0.05);
}

/* What has few values, or no order. */
static void evidently_cells(mlops__drift_judged *out, const mlops__preset_cells *cells) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    (void)mlops_stats_compare_counts(&found, cells->reference, cells->current, cells->k);
    if (out->column.n_reference > FEW_ROWS)
        mlops__preset_judge_effect(out, "jensenshannon", found.js, 0.1, found.js >= 0.1);
    else if (cells->k <= 2) evidently_z(out, cells);
    else mlops__preset_judge(out, "chisquare", found.fit, found.fit_p, 0.05, found.fit_p < 0.05);
}

/* KS or Wasserstein. */
static mlops_status evidently_order(mlops__drift_judged *out, const double *x, const double *y,
                                    double sd, const mlops__host *host) {
    mlops_stats_two_sample found = MLOPS_STATS_TWO_SAMPLE_INIT;
    int few = out->column.n_reference <= FEW_ROWS;
    MLOPS_TRY(
        two_samples(&found, out, x, y, few ? MLOPS_STATS_AUTO : MLOPS_STATS_ASYMPTOTIC, host));
    double distance = found.wasserstein / (sd > 0.001 ? sd : 0.001);
    if (few) mlops__preset_judge(out, "ks", found.ks, found.ks_p, 0.05, found.ks_p <= 0.05);
    else mlops__preset_judge_effect(out, "wasserstein", distance, 0.1, distance >= 0.1);
    return MLOPS_OK;
}

/* Leaves the finite ones; returns how many. */
static int64_t trim(const double **values, int64_t n) {
    while (n > 0 && !mlops__drift_finite(**values)) ++*values, n--;
    while (n > 0 && !mlops__drift_finite((*values)[n - 1])) n--;
    return n;
}

static mlops_status evidently_values(mlops__drift_judged *out, const mlops__drift_values *reference,
                                     const mlops__drift_values *current, const mlops__host *host) {
    const mlops_allocator *allocator = &host->allocator;
    const double *x = reference->values, *y = current->values;
    int64_t n = out->column.n_reference = trim(&x, reference->side.n);
    int64_t m = out->column.n_current = trim(&y, current->side.n);
    if (n == 0 || m == 0) return MLOPS_OK;
    int few = mlops__preset_distinct(x, n, y, m) <= FEW_VALUES;
    if (!few) MLOPS_TRY(evidently_order(out, x, y, reference->sd, host));
    if (mlops__preset_distinct(x, n, y, 0) > BINNED_VALUES) {
        int64_t counts[2][MLOPS__PRESET_BINS];
        mlops__preset_grid grid = mlops__preset_sturges(x, n, y, m);
        out->column.psi = out->column.js = mlops__not_a_number();
        if (grid.k == 0) return MLOPS_OK;
        mlops__preset_count(counts[0], &grid, x, n);
        mlops__preset_count(counts[1], &grid, y, m);
        evidently_measures(out, counts[0], counts[1], grid.k);
        return MLOPS_OK;
    }
    mlops__preset_cells cells;
    mlops_status status = mlops__preset_values(&cells, x, n, y, m, allocator);
    if (status == MLOPS_OK) {
        evidently_measures(out, cells.reference, cells.current, cells.k);
        if (few) evidently_cells(out, &cells);
    }
    mlops__preset_cells_free(&cells, allocator);
    return status;
}

/* ---- alibi-detect: the verdict follows when all columns are judged ---- */

static mlops_status alibi_values(mlops__drift_judged *out, const double *x, const double *y,
                                 const mlops__host *host) {
    mlops_stats_two_sample found = MLOPS_STATS_TWO_SAMPLE_INIT;
    MLOPS_TRY(two_samples(&found, out, x, y, MLOPS_STATS_AUTO, host));
    mlops__preset_judge(out, "ks", found.ks, found.ks_p, 0.05, 0);
    return MLOPS_OK;
}

/* The categories are those of the reference. */
static void alibi_cells(mlops__drift_judged *out, mlops__preset_cells *cells) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    for (int64_t i = 0; i < cells->k; i++)
        if (cells->reference[i] == 0) cells->current[i] = 0;
    if (mlops_stats_compare_counts(&found, cells->reference, cells->current, cells->k) == MLOPS_OK)
        mlops__preset_judge(out, "chi2", found.chi2, found.chi2_p, 0.05, 0);
}

void mlops__drift_preset_settle(mlops__drift_judged *columns, int64_t n, mlops_drift_preset preset,
                                int64_t *order) {
    int fdr = preset == MLOPS_DRIFT_ALIBI_FDR;
    if (!fdr && preset != MLOPS_DRIFT_ALIBI) return;
    for (int64_t i = 0; i < n; i++) columns[i].column.p_adjusted = columns[i].column.p_value;
    mlops__adjust(&columns->column.p_adjusted, sizeof *columns, order, n,
                  fdr ? MLOPS_STATS_BH : MLOPS_STATS_BONFERRONI);
    for (int64_t i = 0; i < n; i++)
        if (columns[i].column.p_adjusted < 0.05) columns[i].column.verdict = MLOPS_DRIFT_YES;
}

/* ---- Deepchecks ---- */

enum { DEEPCHECKS_MIN = 10 };

/* What is rare on both sides is one category. */
static void deepchecks_cells(mlops__drift_judged *out, mlops__preset_cells *cells) {
    double n = (double)out->column.n_reference, m = (double)out->column.n_current;
    int64_t k = 0, other_x = 0, other_y = 0;
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    for (int64_t i = 0; i < cells->k; i++) {
        int64_t a = cells->reference[i], b = cells->current[i];
        if ((double)a < 0.01 * n && (double)b < 0.01 * m) {
            other_x += a;
            other_y += b;
            continue;
        }
        cells->reference[k] = a;
        cells->current[k++] = b;
    }
    cells->reference[k] = other_x; /* there is room for one more than was used */
    cells->current[k] = other_y;
    (void)mlops_stats_compare_counts(&found, cells->reference, cells->current, k + 1);
    mlops__preset_judge_effect(out, "cramers_v", found.cramers_v, 0.2, found.cramers_v >= 0.2);
}

/* ---- whylogs ---- */

enum { QUANTILES = 100 };

/* The larger of before and the gaps of the shares below the quantiles of x. */
static double gap_at_quantiles(double before, const double *x, int64_t n, const double *y,
                               int64_t m) {
    for (int i = 0; i < QUANTILES; i++) {
        int64_t at = (int64_t)((double)i / (QUANTILES - 1) * (double)n);
        double value = x[at < n ? at : n - 1];
        double gap = (double)mlops__count_below(x, n, value, 0) / (double)n -
                     (double)mlops__count_below(y, m, value, 0) / (double)m;
        if (gap < 0) gap = -gap;
        if (gap > before) before = gap;
    }
    return before;
}

static void whylogs_values(mlops__drift_judged *out, const double *x, const double *y) {
    int64_t n = out->column.n_reference, m = out->column.n_current;
    double size = (double)n * (double)m / ((double)n + (double)m);
    double gap = gap_at_quantiles(gap_at_quantiles(0, x, n, y, m), y, m, x, n);
    double whole = (double)(int64_t)(size + 0.5); /* a half to the even one, as NumPy rounds */
    if (whole - size == 0.5 && (int64_t)whole % 2 == 1) whole -= 1;
    if (whole < 1) return;
    double p = mlops__kolmogorov_sf(gap, whole);
    mlops__preset_judge(out, "ks", gap, p, 0.05, p < 0.05);
}

static void whylogs_cells(mlops__drift_judged *out, const mlops__preset_cells *cells) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    (void)mlops_stats_compare_counts(&found, cells->reference, cells->current, cells->k);
    mlops__preset_judge(out, "chisquare", found.fit, found.fit_p, 0.05, found.fit_p < 0.05);
}

/* ---- TFDV, of categories; numbers are in preset_tfdv.c ---- */

/* The largest change of a share. */
static void tfdv_cells(mlops__drift_judged *out, const mlops__preset_cells *cells, double limit) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    (void)mlops_stats_compare_counts(&found, cells->reference, cells->current, cells->k);
    if (limit > 0) mlops__preset_judge_effect(out, "linf", found.linf, limit, found.linf > limit);
}

/* ---- all ---- */

static int too_few(const mlops__drift_judged *out, mlops_drift_preset preset) {
    int64_t least = preset == MLOPS_DRIFT_DEEPCHECKS ? DEEPCHECKS_MIN : 1;
    return out->column.n_reference < least || out->column.n_current < least;
}

mlops_status mlops__drift_preset_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                        const mlops__column *column,
                                        const mlops__drift_values *reference,
                                        const mlops__drift_values *current,
                                        const mlops__host *host) {
    mlops_drift_preset preset = rule->preset;
    reset(out);
    if (too_few(out, preset)) return MLOPS_OK;
    if (preset == MLOPS_DRIFT_EVIDENTLY) return evidently_values(out, reference, current, host);
    if (preset == MLOPS_DRIFT_NANNYML)
        mlops__preset_nannyml_values(out, column, reference, current);
    else if (preset == MLOPS_DRIFT_DEEPCHECKS)
        mlops__preset_judge_effect(out, "ks", out->column.ks, 0.2, out->column.ks >= 0.2);
    else if (preset == MLOPS_DRIFT_TFDV)
        mlops__preset_tfdv_values(out, reference, current, rule->ks_tolerance);
    else if (preset == MLOPS_DRIFT_WHYLOGS) whylogs_values(out, reference->values, current->values);
    else return alibi_values(out, reference->values, current->values, host);
    return MLOPS_OK;
}

static mlops_status judge_cells(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                const mlops__column *column, const mlops__drift_tally *reference,
                                mlops__preset_cells *cells, const mlops_allocator *allocator) {
    mlops_drift_preset preset = rule->preset;
    if (too_few(out, preset)) return MLOPS_OK;
    if (preset == MLOPS_DRIFT_NANNYML)
        return mlops__preset_nannyml_categories(out, column, reference, cells, allocator);
    if (preset == MLOPS_DRIFT_EVIDENTLY) {
        evidently_measures(out, cells->reference, cells->current, cells->k);
        evidently_cells(out, cells);
    } else if (preset == MLOPS_DRIFT_DEEPCHECKS) {
        deepchecks_cells(out, cells);
    } else if (preset == MLOPS_DRIFT_WHYLOGS) {
        whylogs_cells(out, cells);
    } else if (preset == MLOPS_DRIFT_TFDV) {
        tfdv_cells(out, cells, rule->tv_tolerance);
    } else {
        alibi_cells(out, cells);
    }
    return MLOPS_OK;
}

mlops_status mlops__drift_preset_categories(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                            const mlops__column *reference,
                                            const mlops__column *current,
                                            const mlops_allocator *allocator) {
    mlops__preset_cells cells = {NULL, NULL, 0, 0};
    mlops__drift_tally x, y;
    reset(out);
    MLOPS_TRY(mlops__drift_tally_load(&x, reference, allocator));
    mlops_status status = mlops__drift_tally_load(&y, current, allocator);
    if (status == MLOPS_OK) status = mlops__preset_texts(&cells, &x, &y, allocator);
    if (status == MLOPS_OK) status = judge_cells(out, rule, reference, &x, &cells, allocator);
    mlops__preset_cells_free(&cells, allocator);
    mlops__drift_tally_free(&y, allocator);
    mlops__drift_tally_free(&x, allocator);
    return status;
}
