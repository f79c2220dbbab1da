/* Two samples compared, from arrays and from columns, and p-values adjusted.
 *
 * Owns nothing. A result is the right one or, after a failure, as it was.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <math.h>

static const double X[] = {3, 1, NAN, 4, 2}, Y[] = {7, 3, 6, 4, 5};

/* D lies at 4, where all of x and two of y are below; y is x moved up by the difference of means.
 */
static int finish(mlops_status status, const mlops_stats_two_sample *found,
                  const mlops_error *err) {
    if (status) return found->n ? SWEEP_WRONG : sweep_told(status, err);
    int good = found->n == 4 && found->m == 5 && found->n_nan == 1 && found->ks == 12.0 / 20 &&
               fabs(found->wasserstein - 2.5) < 1e-12 && found->ks_exact;
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int compare_arrays(const mlops_host *host, const char *dir) {
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample found = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    mlops_status status = mlops_stats_compare(&found, X, 5, Y, 5, &opts, &err);
    return finish(status, &found, &err);
}

/* Y without what X has, too: both p-values count orders. */
static int compare_ranks(const mlops_host *host, const char *dir) {
    static const double x[] = {3, 1, 4, 2}, y[] = {7, 3.5, 6, 4.5, 5};
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample found = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_error err;
    (void)dir;
    opts.host = host;
    opts.measures = MLOPS_STATS_MANN_WHITNEY | MLOPS_STATS_CRAMER;
    opts.method = MLOPS_STATS_EXACT;
    mlops_status status = mlops_stats_compare(&found, x, 4, y, 5, &opts, &err);
    if (status) return found.n ? SWEEP_WRONG : sweep_told(status, &err);
    int good = found.mann_whitney == 1 && fabs(found.mann_whitney_p - 4.0 / 126) < 1e-15;
    return good && found.mann_whitney_exact && found.cramer_exact ? MLOPS_OK : SWEEP_WRONG;
}

static int adjust(const mlops_host *host, const char *dir) {
    double p[] = {0.04, NAN, 0.01, 0.5}, out[4] = {0, 0, 0, 0};
    mlops_error err;
    (void)dir;
    mlops_status status = mlops_stats_adjust(p, 4, MLOPS_STATS_HOLM, out, host, &err);
    if (status) return out[0] != 0 ? SWEEP_WRONG : sweep_told(status, &err);
    int good = fabs(out[0] - 0.08) < 1e-15 && fabs(out[2] - 0.03) < 1e-15 && isnan(out[1]);
    return good && out[3] == 0.5 ? MLOPS_OK : SWEEP_WRONG;
}

static int compare_columns(const mlops_host *host, const char *dir) {
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample found = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_table *x, *y;
    mlops_error err;
    (void)dir;
    opts.host = host;
    MLOPS_TRY(mlops_table_from_matrix(&x, X, 5, 1, "x", host, NULL));
    mlops_status status = mlops_table_from_matrix(&y, Y, 5, 1, "y", host, &err);
    if (!status) {
        status = mlops_stats_compare_columns(&found, x, 0, y, 0, &opts, &err);
        mlops_table_unref(y);
    }
    mlops_table_unref(x);
    return finish(status, &found, &err);
}

const sweep_scenario sweep_stats[] = {
    {"stats: compare arrays", NULL, compare_arrays, NULL, SWEEP_MEMORY},
    {"stats: compare ranks", NULL, compare_ranks, NULL, SWEEP_MEMORY},
    {"stats: adjust", NULL, adjust, NULL, SWEEP_MEMORY},
    {"stats: compare columns", NULL, compare_columns, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
