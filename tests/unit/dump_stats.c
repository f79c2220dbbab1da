/* Answers requests of oracle_stats.py: int64 header words and float64 values in, float64 out.
 *
 * Requests: 1 method alternative n m x... y...; 2 function n pairs...; 3 k x... y...; 4 n x...;
 * 5 n m x... y... of sorted samples;
 * 6 function n fours...;
 * 7 hits_x n hits_y m alternative; 8 correction n p...;
 * 9 method alternative measures n m x... y...
 * Owns no state; a malformed request ends the program with an error.
 */
#include "stats/stats.h"
#include "unit/dump.h"

#include <mlops.h>

static void two_sample(void) {
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    opts.method = (mlops_stats_method)word();
    opts.alternative = (mlops_stats_alternative)word();
    int64_t n = word(), m = word();
    double *x = values(n), *y = values(m);
    mlops_status status = mlops_stats_compare(&r, x, n, y, m, &opts, NULL);
    double out[12] = {status,          r.ks,         r.ks_p,      r.ks_sign,   r.ks_location,
                      r.energy,        r.ks_exact,   (double)r.n, (double)r.m, (double)r.n_nan,
                      (double)r.m_nan, r.wasserstein};
    answer(out, 12);
    free(x);
    free(y);
}

static void function(void) {
    int64_t which = word(), n = word();
    double *pairs = values(2 * n);
    for (int64_t i = 0; i < n; i++) {
        double a = pairs[2 * i], b = pairs[2 * i + 1], p = 0;
        if (which == 0) p = mlops__chi2_sf(a, b);
        else if (which == 1) p = mlops__normal_sf(a);
        else if (which == 2) p = mlops__kolmogorov_sf(a, b);
        else if (which == 3) p = mlops__smirnov_sf(a, b);
        else if (which == 4) p = mlops__log1p(a);
        else p = mlops__stirling_error(a);
        answer(&p, 1);
    }
    free(pairs);
}

static double tail(int64_t which, const double *a) {
    if (which == 6) return mlops__t_sf(a[0], a[1]);
    if (which == 7) return mlops__f_sf(a[0], a[1], a[2]);
    if (which == 8) return mlops__chi2_noncentral_sf(a[0], a[1], a[2]);
    if (which == 9) return mlops__normal_isf(a[0]);
    if (which == 10) return mlops__cramer_sf(a[0]);
    if (which == 11) return mlops__anderson_sf(a[0]);
    return mlops__kuiper_sf(a[0]);
}

static void tails(void) {
    int64_t which = word(), n = word();
    double *rows = values(4 * n);
    for (int64_t i = 0; i < n; i++) {
        double p = tail(which, rows + 4 * i);
        answer(&p, 1);
    }
    free(rows);
}

static void counts(void) {
    int64_t k = word();
    int64_t *x = (int64_t *)(void *)values(k), *y = (int64_t *)(void *)values(k);
    mlops_stats_two_counts r = MLOPS_STATS_TWO_COUNTS_INIT;
    mlops_status status = mlops_stats_compare_counts(&r, x, y, k);
    double out[16] = {status,   r.dof, r.psi,     r.js,        r.tv,   r.chi2,
                      r.chi2_p, r.kl,  r.kl_back, r.hellinger, r.linf, r.fit,
                      r.fit_p,  r.g,   r.g_p,     r.cramers_v};
    answer(out, 16);
    free(x);
    free(y);
}

static void measures(void) {
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    opts.method = (mlops_stats_method)word();
    opts.alternative = (mlops_stats_alternative)word();
    opts.measures = (uint32_t)word();
    int64_t n = word(), m = word();
    double *x = values(n), *y = values(m);
    double status = mlops_stats_compare(&r, x, n, y, m, &opts, NULL);
    double exact[2] = {r.mann_whitney_exact, r.cramer_exact};
    answer(&status, 1);
    answer(&r.mean_x, (size_t)(&r.epps_p - &r.mean_x) + 1);
    answer(exact, 2);
    free(x);
    free(y);
}

static void shares(void) {
    int64_t hits_x = word(), n = word(), hits_y = word(), m = word(), side = word();
    mlops_stats_two_shares r = MLOPS_STATS_TWO_SHARES_INIT;
    mlops_status status =
        mlops_stats_compare_shares(&r, hits_x, n, hits_y, m, (mlops_stats_alternative)side);
    double out[7] = {status, r.share_x, r.share_y, r.odds_ratio, r.fisher_p, r.z, r.z_p};
    answer(out, 7);
}

static void adjusted(void) {
    int64_t correction = word(), n = word();
    double *p = values(n);
    double status = mlops_stats_adjust(p, n, (mlops_stats_correction)correction, p, NULL, NULL);
    answer(&status, 1);
    answer(p, (size_t)n);
    free(p);
}

static void sorted(void) {
    int64_t n = word();
    double *x = values(n), *scratch = malloc(((size_t)n + 1) * sizeof *scratch);
    if (!scratch) exit(2);
    int64_t kept = mlops__sort_f64(mlops_cpu_level(MLOPS_CPU_BEST), x, scratch, x, n);
    double out = (double)kept;
    answer(&out, 1);
    answer(x, (size_t)kept);
    free(x);
    free(scratch);
}

static void ranks(void) {
    int64_t n = word(), m = word();
    double *x = values(n), *y = values(m);
    mlops__merged r;
    mlops__merge(&r, mlops_cpu_level(MLOPS_CPU_BEST), x, n, y, m,
                 MLOPS__MERGE_RANKS | MLOPS__MERGE_ANDERSON);
    double both = (double)n * (double)m;
    double out[5] = {(double)r.u_twice / 2, r.ties, r.cvm_excess / (6 * both * (double)(n + m)),
                     r.anderson, (double)(r.gap_high - r.gap_low) / both};
    answer(out, 5);
    free(x);
    free(y);
}

int main(void) {
    int64_t request;
    while (fread(&request, sizeof request, 1, stdin) == 1) {
        if (request == 1) two_sample();
        else if (request == 2) function();
        else if (request == 3) counts();
        else if (request == 4) sorted();
        else if (request == 5) ranks();
        else if (request == 6) tails();
        else if (request == 7) shares();
        else if (request == 8) adjusted();
        else if (request == 9) measures();
        else return 2;
        fflush(stdout);
    }
    return 0;
}
