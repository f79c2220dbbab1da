/* Two samples compared, from arrays and from columns.
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
    {"stats: compare columns", NULL, compare_columns, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
