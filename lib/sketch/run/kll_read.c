/* What a sketch of quantiles tells: totals, ranks, quantiles, shares.
 *
 * Owns nothing. Invariant: no answer changes the sketch; what waits in the buffer counts as it is.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "base/real.h"
#include "sketch/run/kll_state.h"

/* Error of single ranks, or of all: by exponents and factors that DataSketches measured, of 99 %.
 */
static double error_of(uint32_t k, int all) {
    double x = mlops__log((double)k);
    return all ? 2.446 * mlops__exp(-0.9433 * x) : 2.296 * mlops__exp(-0.9723 * x);
}

mlops_status mlops_kll_summarize(const mlops_kll *self, mlops_kll_summary *out) {
    mlops_kll_summary s = MLOPS_KLL_SUMMARY_INIT;
    int estimates = self->n_levels > 1;
    s.n = self->n;
    s.n_nan = self->n_nan;
    s.n_kept = mlops__kll_kept(self) + self->n_buffer;
    s.min = self->n ? self->min : mlops__f64_of(MLOPS__NAN_BITS);
    s.max = self->n ? self->max : mlops__f64_of(MLOPS__NAN_BITS);
    s.rank_error = estimates ? error_of(self->min_k, 0) : 0.0;
    s.pmf_error = estimates ? error_of(self->min_k, 1) : 0.0;
    return mlops__opts_return(out, &s, sizeof s);
}

/* How many values are up to this one. */
static int64_t weight_up_to(const mlops_kll *self, double value) {
    const double *items = mlops__kll_items_of(self);
    int64_t sum = 0;
    for (uint32_t i = 0; i < self->n_buffer; i++) sum += self->data[i] <= value;
    for (uint32_t level = 0; level < self->n_levels; level++) {
        uint32_t begin = self->levels[level], low = begin, high = self->levels[level + 1];
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (items[middle] <= value) low = middle + 1;
            else high = middle;
        }
        sum += (int64_t)(low - begin) << level;
    }
    return sum;
}

double mlops_kll_rank(const mlops_kll *self, double value) {
    if (!self->n || value != value) return mlops__f64_of(MLOPS__NAN_BITS);
    if (value >= self->max) return 1.0; /* it need not be among what is kept */
    if (value < self->min) return 0.0;
    return (double)weight_up_to(self, value) / (double)self->n;
}

/* A value as a number of the same order, and back. */
static uint64_t key_of(double value) {
    uint64_t bits = mlops__bits_of(value);
    return bits ^ (((uint64_t)0 - (bits >> 63)) | (uint64_t)1 << 63);
}

static double value_of(uint64_t key) {
    return mlops__f64_of(key ^ (((key >> 63) - 1) | (uint64_t)1 << 63));
}

/* The least kept value with this weight up to it, found among all that a double can be: its bits
 * are halved 64 times at the most, whatever is kept. */
static double find(const mlops_kll *self, int64_t weight) {
    uint64_t low = key_of(self->min), high = key_of(self->max);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (weight_up_to(self, value_of(middle)) >= weight) high = middle;
        else low = middle + 1;
    }
    return value_of(low) + 0.0; /* no -0 */
}

double mlops_kll_quantile(const mlops_kll *self, double q) {
    if (!self->n || !(q >= 0.0 && q <= 1.0)) return mlops__f64_of(MLOPS__NAN_BITS);
    if (q == 0.0) return self->min;
    if (q == 1.0) return self->max;
    double wanted = q * (double)self->n; /* n is up to 2^48: exact */
    int64_t weight = (int64_t)wanted;
    weight += (double)weight < wanted;
    return find(self, weight);
}

mlops_status mlops_kll_quantiles(const mlops_kll *self, const double *q, int64_t n, double *out) {
    if (n < 0) return MLOPS_E_INVALID;
    for (int64_t i = 0; i < n; i++)
        if (!(q[i] >= 0.0 && q[i] <= 1.0)) return MLOPS_E_INVALID;
    for (int64_t i = 0; i < n; i++) out[i] = mlops_kll_quantile(self, q[i]);
    return MLOPS_OK;
}

mlops_status mlops_kll_cdf(const mlops_kll *self, const double *points, int64_t n, double *out) {
    if (n < 0) return MLOPS_E_INVALID;
    for (int64_t i = 0; i < n; i++)
        if (points[i] != points[i]) return MLOPS_E_INVALID;
    for (int64_t i = 0; i < n; i++) out[i] = mlops_kll_rank(self, points[i]);
    return MLOPS_OK;
}

mlops_status mlops_kll_pmf(const mlops_kll *self, const double *points, int64_t n, double *out) {
    for (int64_t i = 1; i < n; i++)
        if (!(points[i - 1] < points[i])) return MLOPS_E_INVALID;
    MLOPS_TRY(mlops_kll_cdf(self, points, n, out));
    for (int64_t i = n; i-- > 1;) out[i] -= out[i - 1];
    return MLOPS_OK;
}
