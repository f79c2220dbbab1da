/* What a profile tells: totals, bins, edges, quantiles, moments.
 *
 * Owns nothing. Invariant: every answer is a function of the state's integers alone, so that equal
 * states answer with equal bits on any machine.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "base/real.h"
#include "profile/run/profile_bins.h"

static double nan_value(void) { return mlops__f64_of(MLOPS__NAN_BITS); }

static int64_t n_finite(const mlops_profile *self) {
    return mlops__profile_values(self) - self->totals[MLOPS__TOTAL_INFINITE];
}

static int sums_hold(const mlops_profile *self) {
    return n_finite(self) && !self->totals[MLOPS__TOTAL_BEYOND];
}

mlops_status mlops_profile_summarize(const mlops_profile *self, mlops_profile_summary *out) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    int has_values = mlops__profile_values(self) > 0;
    s.n = self->n;
    s.n_null = self->totals[MLOPS__TOTAL_NULL];
    s.n_nan = self->totals[MLOPS__TOTAL_NAN];
    s.n_infinite = self->totals[MLOPS__TOTAL_INFINITE];
    s.n_zero = self->totals[MLOPS__TOTAL_ZERO];
    s.n_negative = self->totals[MLOPS__TOTAL_NEGATIVE];
    s.min = has_values ? mlops__profile_value(self->min) : nan_value();
    s.max = has_values ? mlops__profile_value(self->max) : nan_value();
    s.mean = sums_hold(self) ? mlops__sum_mean(&self->sum, self->shape.scale, n_finite(self))
                             : nan_value();
    return mlops__opts_return(out, &s, sizeof s);
}

/* ---- bins ---- */

const uint64_t *mlops__profile_counts(const mlops_profile *self) {
    return self->data + mlops__profile_tree(self);
}

/* Index of the bin that zero has alone; those on its sides mirror each other. */
static int64_t zero_of(const mlops_profile *self) {
    return (int64_t)self->sides[1].n + MLOPS__BINS_AROUND;
}

int64_t mlops_profile_n_bins(const mlops_profile *self) {
    if (self->shape.n_edges) return self->shape.n_edges + 1;
    return zero_of(self) + 1 + (int64_t)self->sides[0].n + MLOPS__BINS_AROUND;
}

int64_t mlops_profile_bin(const mlops_profile *self, int64_t index) {
    if (index < 0 || index >= mlops_profile_n_bins(self)) return -1;
    if (self->shape.n_edges) return (int64_t)mlops__profile_counts(self)[index];
    int64_t step = index - zero_of(self);
    int side = step < 0;
    const mlops__profile_side *s = &self->sides[side];
    uint64_t away = (uint64_t)(side ? -step : step);
    if (away == 0) return self->totals[MLOPS__TOTAL_ZERO];
    if (away == 1) return s->n_tiny;
    if (away == s->n + MLOPS__BINS_AROUND) return s->n_over;
    if (away == 2 || away == s->n + 3) return 0; /* between window and what is counted apart */
    return (int64_t)mlops__bins_get(self, side, away - 3);
}

/* The far end of the bin that is so many away from zero. */
static double far_end(const mlops_profile *self, int side, uint64_t away) {
    const mlops__profile_side *s = &self->sides[side];
    if (away == 0) return 0.0;
    if (away == 1) return mlops__bins_edge(MLOPS__BINS_FIRST, 0);
    if (away == s->n + MLOPS__BINS_AROUND) return mlops__f64_of(MLOPS__INF_BITS);
    if (away == s->n + 3 || !s->n) return mlops__bins_edge(MLOPS__BINS_END, 0);
    return mlops__bins_edge(s->low + (away - 2), self->shift);
}

double mlops__profile_far(const mlops_profile *self, int64_t index) {
    int64_t step = index - zero_of(self);
    return step < 0 ? 0.0 - far_end(self, 1, (uint64_t)-step) : far_end(self, 0, (uint64_t)step);
}

double mlops_profile_edge(const mlops_profile *self, int64_t index) {
    int64_t n_bins = mlops_profile_n_bins(self);
    if (index < 0 || index >= n_bins) return nan_value();
    if (index == n_bins - 1) return mlops__f64_of(MLOPS__INF_BITS);
    if (self->shape.n_edges)
        return mlops__profile_value(self->data[mlops__profile_slot(self, index)]);
    int64_t step = index - zero_of(self);
    return step < 0 ? 0.0 - far_end(self, 1, (uint64_t)(-step - 1))
                    : far_end(self, 0, (uint64_t)step);
}

int64_t mlops__profile_find(const mlops_profile *self, uint64_t key) {
    if (self->shape.n_edges) return (int64_t)mlops__profile_walk(self->data, self->depth, key);
    uint64_t bits = mlops__bits_of(mlops__profile_value(key));
    int side = (int)(bits >> 63);
    const mlops__profile_side *s = &self->sides[side];
    uint64_t index = mlops__bins_index(bits), at = (index >> self->shift) - s->low, away;
    if (bits == 0) away = 0;
    else if (index < MLOPS__BINS_FIRST) away = 1;
    else if (index >= MLOPS__BINS_END) away = s->n + MLOPS__BINS_AROUND;
    else if (at < s->n) away = at + 3;
    else return -1;
    return zero_of(self) + (side ? -(int64_t)away : (int64_t)away);
}

static double within(const mlops_profile *self, double value) {
    uint64_t key = mlops__profile_key(value);
    if (key < self->min) key = self->min;
    if (key > self->max) key = self->max;
    return mlops__profile_value(key);
}

double mlops_profile_quantile(const mlops_profile *self, double q) {
    int64_t n = mlops__profile_values(self);
    if (!n || !(q >= 0.0 && q <= 1.0)) return nan_value();
    int64_t last = mlops_profile_n_bins(self) - 1;
    double rank = q * (double)n;
    int64_t index = 0, sum = mlops_profile_bin(self, 0);
    while (index < last && (!sum || (double)sum < rank)) sum += mlops_profile_bin(self, ++index);
    return within(self, mlops_profile_edge(self, index));
}

/* ---- moments ---- */

/* Third and fourth power of what each value lies off the mean, from the middle of its bin, in units
 * of which the square is the bins' own variance. */
static void shape_of(const mlops_profile *self, mlops_profile_moments *out) {
    double power[5] = {0, 0, 0, 0, 0}, low = mlops__profile_value(self->min);
    double mean = out->mean, unit = mlops__sqrt(out->variance), n = (double)n_finite(self);
    for (int64_t i = 0; i < mlops_profile_n_bins(self); i++) {
        double high = within(self, mlops_profile_edge(self, i));
        double off = (low / 2 + high / 2 - mean) / unit,
               weight = (double)mlops_profile_bin(self, i);
        for (int k = 1; k < 5; k++) power[k] += weight *= off;
        low = high;
    }
    double m1 = power[1] / n, m2 = power[2] / n, m3 = power[3] / n, m4 = power[4] / n;
    double spread = m2 - m1 * m1;
    m4 = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
    m3 = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1;
    out->skewness = m3 / (spread * mlops__sqrt(spread));
    out->kurtosis = m4 / (spread * spread) - 3;
}

mlops_status mlops_profile_measure(const mlops_profile *self, mlops_profile_moments *out) {
    mlops_profile_moments m = MLOPS_PROFILE_MOMENTS_INIT;
    m.n = n_finite(self);
    m.mean = m.variance = m.skewness = m.kurtosis = nan_value();
    if (sums_hold(self)) {
        int32_t scale = self->shape.scale;
        m.mean = mlops__sum_mean(&self->sum, scale, m.n);
        m.variance = mlops__sum_variance(&self->sum, &self->squares, scale, m.n);
        if (m.variance > 0 && !self->totals[MLOPS__TOTAL_INFINITE]) shape_of(self, &m);
    }
    return mlops__opts_return(out, &m, sizeof m);
}

double mlops_profile_distinct(const mlops_profile *self, double errors) {
    if (!self->shape.lg_k) return nan_value();
    return mlops_hll_estimate(mlops__profile_distinct(self), errors);
}
