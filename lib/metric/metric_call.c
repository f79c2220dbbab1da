/* What happens around each verb: options are checked, rows refused or left out, results handed out.
 *
 * Owns nothing. Invariant: a result is written only when every row has been looked at and one
 * counts, so that a failure leaves the caller's struct as it was.
 */
#include "base/opts.h"
#include "metric/metric.h"

enum { BINS_DEFAULT = 10, TOP_DEFAULT = 3, BINS_MAX = 1000 };

static mlops_status check_opts(const mlops_metric_opts *opts, mlops_metric_task task, int64_t n,
                               mlops_error *err) {
    int binary = opts->flags & MLOPS_METRIC_SET_THRESHOLD || opts->scale != 0;
    int labels = task & (MLOPS_METRIC_BINARY | MLOPS_METRIC_CLASSES);
    uint32_t known = MLOPS_METRIC_SKIP_NAN | MLOPS_METRIC_SET_THRESHOLD;
    if (task == MLOPS_METRIC_CLASSES) known |= MLOPS_METRIC_ONE_VS_REST;
    if (task == MLOPS_METRIC_RANKING) known = MLOPS_METRIC_EXPONENTIAL | MLOPS_METRIC_IN_ORDER;
    if (task != MLOPS_METRIC_BINARY && binary)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_metric_opts: threshold and scale are of "
                           "mlops_metric_binary() alone");
    if (!labels && (opts->n_bins != 0 || opts->beta != 0))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_metric_opts: n_bins and beta are of mlops_metric_binary() and "
                           "mlops_metric_classes()");
    if (opts->flags & ~known || opts->reserved)
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_metric_opts.flags has a bit that is unknown or of another task, or "
            "reserved is not 0");
    if (opts->k < 0 || (opts->k && !(task & (MLOPS_METRIC_CLASSES | MLOPS_METRIC_RANKING))))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_metric_opts.k is below 0, or not of classes or a ranking");
    if (opts->quantile != 0 &&
        !(task == MLOPS_METRIC_REGRESSION && opts->quantile > 0 && opts->quantile < 1))
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_metric_opts.quantile is not between 0 and 1, or of no regression");
    if (opts->scale < MLOPS_METRIC_PROBABILITY || opts->scale > MLOPS_METRIC_RANK)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_metric_opts.scale is none of the three");
    if (!mlops__metric_beta_holds(opts->beta))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_metric_opts.beta must be 1e-6 to 1e6");
    if (opts->n_bins < 0 || opts->n_bins > BINS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_metric_opts.n_bins is %d, not 1 to %d",
                           (int)opts->n_bins, BINS_MAX);
    if (opts->threshold != opts->threshold)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_metric_opts.threshold is NaN");
    if (opts->threshold != 0 && !(opts->flags & MLOPS_METRIC_SET_THRESHOLD))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_metric_opts.threshold needs the flag "
                           "MLOPS_METRIC_SET_THRESHOLD");
    if (opts->weights ? opts->n_weights != n : opts->n_weights != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "there are %lld rows, but %lld weights",
                           (long long)n, (long long)opts->n_weights);
    return MLOPS_OK;
}

mlops_status mlops__metric_begin(mlops__metric_call *self, mlops_metric_task task,
                                 const mlops_metric_opts *given, int64_t n, mlops_error *err) {
    mlops_metric_opts *opts = &self->opts;
    self->err = err;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_metric_opts", err));
    if (n < 0 || n > MLOPS__METRIC_ROWS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "%lld rows are not 0 to 2^32", (long long)n);
    MLOPS_TRY(check_opts(opts, task, n, err));
    if (opts->n_bins == 0) opts->n_bins = BINS_DEFAULT;
    if (opts->k == 0 && task == MLOPS_METRIC_CLASSES) opts->k = TOP_DEFAULT;
    if (opts->quantile == 0) opts->quantile = 0.5;
    if (opts->beta == 0) opts->beta = 1;
    if (!(opts->flags & MLOPS_METRIC_SET_THRESHOLD))
        opts->threshold = opts->scale == MLOPS_METRIC_PROBABILITY ? 0.5 : 0;
    return mlops__host_init(&self->host, opts->host, err);
}

mlops_status mlops__metric_room(const mlops__metric_call *self, void **out, size_t *size, int64_t n,
                                int64_t width) {
    uint64_t bytes = (uint64_t)n * (uint64_t)width * sizeof(double); /* at most 2^37 */
    *size = bytes > SIZE_MAX ? SIZE_MAX : (size_t)bytes;
    *out = NULL;
    if (n == 0) return MLOPS_OK;
    if (bytes <= SIZE_MAX) *out = mlops__alloc(&self->host.allocator, *size);
    return *out ? MLOPS_OK : mlops__fail_nomem(self->err, *size);
}

double mlops__metric_weight(const mlops__metric_call *self, int64_t row) {
    static const double largest = 0x1.fffffffffffffp1023;
    if (!self->opts.weights) return 1;
    double weight = self->opts.weights[row];
    return weight >= 0 && weight <= largest ? weight : -1;
}

mlops_status mlops__metric_bad(const mlops__metric_call *self, int64_t row, const char *what) {
    return mlops__fail(self->err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)row,
                       what);
}

mlops_status mlops__metric_nan(const mlops__metric_call *self, int64_t row, const char *what) {
    if (self->opts.flags & MLOPS_METRIC_SKIP_NAN) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_INVALID,
                       "row %lld, counted from 0: %s; option 'skip_nan' leaves such rows out",
                       (long long)row, what);
}

int mlops__metric_weighs(double weight) { return weight >= 0x1p-1000 && weight <= 0x1p1000; }

mlops_status mlops__metrics_end(mlops_metrics *out, const mlops_metrics *self, mlops_error *err) {
    if (self->n == 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "no row counts: %lld have no prediction or label, and the others, if "
                           "any, have weight 0",
                           (long long)self->n_nan);
    if (!mlops__metric_weighs(self->weight))
        return mlops__fail(err, MLOPS_E_INVALID, "the sum of the weights is not 2^-1000 to 2^1000");
    return mlops__opts_result(out, self, sizeof *self, "mlops_metrics", err);
}

double mlops__metric_undefined(void) {
    static const uint64_t nan_bits = (uint64_t)0x7ff8 << 48;
    double out;
    memcpy(&out, &nan_bits, sizeof out);
    return out;
}

int mlops__metric_beta_holds(double beta) { return beta == 0 || (beta >= 1e-6 && beta <= 1e6); }

double mlops__ratio(double a, double b) { return b != 0 ? a / b : mlops__metric_undefined(); }
