/* What a profile tells: totals, bins, edges, quantiles.
 *
 * Owns nothing. Invariant: every answer is a function of the state's integers alone, so that equal
 * states answer with equal bits on any machine.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "profile/run/profile_state.h"

static int64_t n_values(const mlops_profile *self) { return self->n - self->n_null - self->n_nan; }

mlops_status mlops_profile_summarize(const mlops_profile *self, mlops_profile_summary *out) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    int64_t n_finite = n_values(self) - self->n_infinite;
    s.n = self->n;
    s.n_null = self->n_null;
    s.n_nan = self->n_nan;
    s.n_infinite = self->n_infinite;
    s.n_zero = self->n_zero;
    s.n_negative = self->n_negative;
    s.min = n_values(self) ? mlops__profile_value(self->min) : mlops__f64_of(MLOPS__NAN_BITS);
    s.max = n_values(self) ? mlops__profile_value(self->max) : mlops__f64_of(MLOPS__NAN_BITS);
    s.mean = n_finite && !self->n_beyond ? mlops__sum_mean(&self->sum, self->scale, n_finite)
                                         : mlops__f64_of(MLOPS__NAN_BITS);
    return mlops__opts_return(out, &s, sizeof s);
}

const uint64_t *mlops__profile_counts(const mlops_profile *self) {
    return self->data + (self->n_edges ? (size_t)1 << self->depth : 0);
}

int64_t mlops_profile_n_bins(const mlops_profile *self) {
    return mlops__profile_bins(self->n_edges);
}

int64_t mlops_profile_bin(const mlops_profile *self, int64_t index) {
    if (index < 0 || index >= mlops_profile_n_bins(self)) return -1;
    return (int64_t)mlops__profile_counts(self)[index];
}

/* Upper edges of the log-linear bins: the inverse of the binning in profile.c. */
static double log_edge(int64_t index) {
    const uint64_t low = (uint64_t)(1023 - 32) << 52;
    int64_t step = index - MLOPS__PROFILE_LOG_ZERO;
    uint64_t bits = 0; /* of the zero's bin */
    if (step == -1) bits = (uint64_t)1 << 63 | 1;
    if (step < -1) bits = (uint64_t)1 << 63 | (low + ((uint64_t)(-step - 2) << 50));
    if (step > 0) bits = low + ((uint64_t)(step - 1) << 50);
    return mlops__f64_of(bits);
}

double mlops_profile_edge(const mlops_profile *self, int64_t index) {
    int64_t n_bins = mlops_profile_n_bins(self);
    if (index < 0 || index >= n_bins) return mlops__f64_of(MLOPS__NAN_BITS);
    if (index == n_bins - 1) return mlops__f64_of(MLOPS__INF_BITS);
    if (!self->n_edges) return log_edge(index);
    return mlops__profile_value(self->data[mlops__profile_slot(self, index)]);
}

double mlops_profile_quantile(const mlops_profile *self, double q) {
    int64_t n = n_values(self);
    if (!n || !(q >= 0.0 && q <= 1.0)) return mlops__f64_of(MLOPS__NAN_BITS);
    const uint64_t *bins = mlops__profile_counts(self);
    int64_t last = mlops_profile_n_bins(self) - 1;
    double rank = q * (double)n;
    int64_t index = 0;
    uint64_t sum = bins[0];
    while (index < last && (!sum || (double)sum < rank)) sum += bins[++index];
    uint64_t key = mlops__profile_key(mlops_profile_edge(self, index));
    if (key < self->min) key = self->min;
    if (key > self->max) key = self->max;
    return mlops__profile_value(key);
}
