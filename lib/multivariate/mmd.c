/* The maximum mean discrepancy: options, bounds and verdict.
 *
 * Owns the rule. Invariant: a true MMD within the tolerance is called drift with a chance of at
 * most alpha, as MMD is a distance: what is found exceeds the true one by no more than the MMD of
 * chance alone (docs/multivariate.md).
 */
#include "multivariate/mmd.h"

#include "base/opts.h"
#include "base/real.h"

enum { EXACT_ROWS = 4000, EXACT_ROWS_MAX = 50000, PERMUTATIONS_MAX = 100000 };

static mlops_status check(const mlops_mmd_opts *opts, mlops_error *err) {
    const int alibi = opts->method == MLOPS_MMD_ALIBI;
    if (opts->flags || opts->reserved || (unsigned)opts->method > MLOPS_MMD_ALIBI)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_mmd_opts: flags and reserved must be 0, method one of its enum");
    if (!(opts->alpha > 0 && opts->alpha <= 0.5))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: alpha must be in (0, 0.5]");
    if (!alibi && !(opts->tolerance > 0 && opts->tolerance < 1))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: tolerance must be in (0, 1)");
    if (alibi && opts->tolerance != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: ALIBI takes no tolerance");
    if (opts->bandwidth != 0 && !(opts->bandwidth >= 1e-60 && opts->bandwidth <= 1e60))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: bandwidth must be 1e-60 to 1e60");
    if (opts->rows_min < 2)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: rows_min must be 2 or more");
    if (opts->n_frequencies < 128 || opts->n_frequencies > 16384)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_mmd_opts: n_frequencies must be 128 to 16,384");
    const double most = (double)PERMUTATIONS_MAX, given = (double)opts->n_permutations;
    if (opts->method == MLOPS_MMD_FOURIER) return MLOPS_OK;
    if (given < 1 || given > most || (!alibi && (given + 1) * opts->alpha < 1 - 1e-9))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_mmd_opts: n_permutations must be 1 / alpha - 1 to %d, for p to "
                           "reach alpha",
                           PERMUTATIONS_MAX);
    return MLOPS_OK;
}

static void fill_in(mlops_mmd_opts *opts, int64_t n) {
    const int alibi = opts->method == MLOPS_MMD_ALIBI;
    if (opts->alpha == 0) opts->alpha = alibi ? 0.05 : 0.01;
    if (opts->tolerance == 0 && !alibi) opts->tolerance = 0.05;
    if (opts->rows_min == 0) opts->rows_min = alibi ? 2 : 50;
    if (opts->n_permutations == 0) opts->n_permutations = alibi ? 100 : 1000;
    if (opts->n_frequencies == 0) opts->n_frequencies = 512;
    if (opts->method == MLOPS_MMD_AUTO)
        opts->method = n <= EXACT_ROWS ? MLOPS_MMD_EXACT : MLOPS_MMD_FOURIER;
}

mlops_status mlops__mmd_opts_check(mlops_mmd_opts *opts, int64_t n, mlops_error *err) {
    const int features = opts->method == MLOPS_MMD_FOURIER;
    if (opts->method != MLOPS_MMD_AUTO && (features ? opts->n_permutations : opts->n_frequencies))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_mmd_opts: %s",
                           features ? "FOURIER takes no n_permutations"
                                    : "only FOURIER takes n_frequencies");
    fill_in(opts, n);
    return check(opts, err);
}

void mlops__mmd_judge(mlops_multivariate_result *found, const mlops_mmd_opts *opts, double chance) {
    const double size = mlops__sqrt(found->mmd2_biased > 0 ? found->mmd2_biased : 0.0);
    const double by_chance = mlops__sqrt(chance > 0 ? chance : 0.0);
    found->effect = mlops__sqrt(found->mmd2 > 0 ? found->mmd2 : 0.0);
    if (opts->method == MLOPS_MMD_ALIBI) {
        found->verdict = found->p_value < opts->alpha ? MLOPS_DRIFT_YES : MLOPS_DRIFT_NO;
        return;
    }
    found->effect_low = size > by_chance ? size - by_chance : 0.0;
    found->effect_high = size + by_chance;
    found->verdict = mlops__multivariate_judge(found, 0.0, opts->rows_min);
}

static mlops_status find(mlops_multivariate_result *found, const mlops_multivariate *self,
                         const mlops_mmd_opts *opts, mlops_error *err) {
    mlops__work work;
    mlops__frame frame;
    double chance = 0.0;
    mlops_status status = mlops__work_begin(&work, "mmd", self, opts->call, err);
    if (opts->bandwidth > 0) found->bandwidth = opts->bandwidth;
    if (status == MLOPS_OK) status = mlops__frame_make(&frame, &work, MLOPS__HOT, 2, 1);
    if (status == MLOPS_OK)
        status = (opts->method == MLOPS_MMD_FOURIER ? mlops__mmd_fourier : mlops__mmd_exact)(
            found, &work, &frame, opts, &chance);
    if (status == MLOPS_OK) mlops__mmd_judge(found, opts, chance);
    mlops__work_end(&work);
    return status;
}

mlops_status mlops_multivariate_mmd(mlops_multivariate_result *out, const mlops_multivariate *self,
                                    const mlops_mmd_opts *given, mlops_error *err) {
    mlops_mmd_opts opts;
    if (!out || !self)
        return mlops__fail(err, MLOPS_E_INVALID, "mmd: the %s NULL",
                           out ? "samples are" : "result is");
    MLOPS_TRY(mlops__opts_copy(&opts, sizeof opts, given, "mlops_mmd_opts", err));
    MLOPS_TRY(mlops__mmd_opts_check(&opts, self->n, err));
    const int by_features = opts.method == MLOPS_MMD_FOURIER;
    if (!by_features && self->n > EXACT_ROWS_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "mmd: every pair of %lld rows is too many, of more than %d; take "
                           "FOURIER, or fewer rows",
                           (long long)self->n, EXACT_ROWS_MAX);
    mlops_multivariate_result found =
        mlops__multivariate_begin(self, by_features ? "mmd_fourier" : "mmd");
    found.tolerance = opts.method == MLOPS_MMD_ALIBI ? opts.alpha : opts.tolerance;
    if (self->sides[0].n >= opts.rows_min && self->sides[1].n >= opts.rows_min)
        MLOPS_TRY(find(&found, self, &opts, err));
    return mlops__opts_result(out, &found, sizeof found, "mlops_multivariate_result", err);
}
