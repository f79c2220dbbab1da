/* Distances of two histograms over the same bins, and the tests of them.
 *
 * Owns mlops_stats_compare_counts(). Invariant: each sum has terms of one sign, each formed without
 * cancellation where the shares are close, so that small distances keep their digits.
 */
#include "base/opts.h"
#include "base/real.h"
#include "stats/stats.h"

#define COUNT_MAX ((int64_t)1 << 53)

static double positive(double x) { return x < 0 ? -x : x; }

/* a b as a product and what it lost (Dekker). */
static double product(double a, double b, double *lost) {
    double c = 134217729 * a, d = 134217729 * b, p = a * b;
    double a_high = c - (c - a), b_high = d - (d - b);
    double a_low = a - a_high, b_low = b - b_high;
    *lost = ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return p;
}

double mlops__cross(double x, double m, double y, double n) {
    double lost_x, lost_y, first = product(x, m, &lost_x), second = product(y, n, &lost_y);
    return (first - second) + (lost_x - lost_y);
}

/* (1 + e) ln(1 + e) for e > -1, 0 for e = -1. */
static double entropy_term(double e) { return e > -1 ? (1 + e) * mlops__log1p(e) : 0; }

/* p ln(p / mid) + q ln(q / mid) with mid = (p + q) / 2, and e = (p - q) / (p + q). */
static double js_term(double p, double q, double e) {
    if (e > -0.5 && e < 0.5) /* (1 + e) ln(1 + e) - e, twice, is free of what cancels */
        return (p + q) / 2 *
               ((1 + e) * mlops__log1pmx(e) + (1 - e) * mlops__log1pmx(-e) + 2 * e * e);
    return (p + q) / 2 * (entropy_term(e) + entropy_term(-e));
}

static double psi_term(int64_t x, int64_t y, double n, double m) {
    double a = x == 0 ? 0.5 : (double)x, b = y == 0 ? 0.5 : (double)y;
    double gap = mlops__cross(a, m, b, n), e = gap / (b * n);
    return gap / (n * m) * (e > -0.5 && e < 1 ? mlops__log1p(e) : mlops__log(a * m / (b * n)));
}

/* One column of Pearson's 2 x k table: both cells have the same deviation. */
static double chi2_term(double column, double gap, double n, double m, int yates) {
    double expected = column * (n / (n + m)), other = column * (m / (n + m));
    double size = positive(gap) / (n + m);
    if (yates) size = size > 0.5 ? size - 0.5 : 0;
    return size * size / expected + size * size / other;
}

/* One bin of the measures that tell the sides apart; gap is a m - b n. */
static void add_bin(mlops_stats_two_counts *self, double a, double b, double gap) {
    double n = (double)self->n, m = (double)self->m, size = positive(gap) / (n * m);
    double p = a / n, q = b / m, root = mlops__sqrt(p) + mlops__sqrt(q), infinity = 1e308 * 10;
    self->kl += b > 0 ? q * mlops__divergence(gap / (b * n), p / q) : infinity;
    self->kl_back += a > 0 ? p * mlops__divergence(-gap / (a * m), q / p) : infinity;
    self->fit += a > 0 ? gap / n * (gap / (a * m)) : infinity;
    self->hellinger += size / root * (size / root) / 2;
    if (size > self->linf) self->linf = size;
    /* both sides brought to the smaller sum */
    double least = n < m ? n : m, half = size * least / 2;
    if (self->dof == 1) half = half > 0.5 ? half - 0.5 : 0;
    self->cramers_v += 4 * half * half / (least * (p + q));
}

static void finish(mlops_stats_two_counts *self) {
    double m = (double)self->m, least = 2 * (double)(self->n < self->m ? self->n : self->m);
    double rows = 1 - 1 / (least - 1),
           columns = self->dof - (double)self->dof * self->dof / (least - 1);
    double phi = self->cramers_v / least - self->dof / (least - 1);
    double v = phi > 0 && columns > 0 ? mlops__sqrt(phi / (rows < columns ? rows : columns)) : 0;
    self->cramers_v = v < 1 ? v : 1;
    self->hellinger = mlops__sqrt(self->hellinger);
    self->tv /= 2;
    self->g = 2 * m * self->kl_back;
    self->chi2_p = mlops__chi2_sf(self->chi2, self->dof);
    self->fit_p = mlops__chi2_sf(self->fit, self->dof);
    self->g_p = mlops__chi2_sf(self->g, self->dof);
}

static mlops_status sum_counts(mlops_stats_two_counts *out, const int64_t *x, const int64_t *y,
                               int64_t k) {
    int32_t used = 0;
    for (int64_t i = 0; i < k; i++) {
        if (x[i] < 0 || y[i] < 0 || x[i] > COUNT_MAX - out->n || y[i] > COUNT_MAX - out->m)
            return MLOPS_E_INVALID;
        out->n += x[i];
        out->m += y[i];
        if (x[i] + y[i] > 0 && used < INT32_MAX) used++;
    }
    out->dof = used - 1;
    return out->n > 0 && out->m > 0 ? MLOPS_OK : MLOPS_E_INVALID;
}

mlops_status mlops_stats_compare_counts(mlops_stats_two_counts *out, const int64_t *x,
                                        const int64_t *y, int64_t k) {
    mlops_stats_two_counts self = MLOPS_STATS_TWO_COUNTS_INIT;
    if (!out || !x || !y || k < 1) return MLOPS_E_INVALID;
    MLOPS_TRY(sum_counts(&self, x, y, k));
    double n = (double)self.n, m = (double)self.m, js = 0;
    for (int64_t i = 0; i < k; i++) {
        if (x[i] == 0 && y[i] == 0) continue;
        double a = (double)x[i], b = (double)y[i], gap = mlops__cross(a, m, b, n);
        self.psi += psi_term(x[i], y[i], n, m);
        js += js_term(a / n, b / m, gap / (a * m + b * n));
        self.tv += positive(gap) / (n * m);
        if (self.dof > 0) self.chi2 += chi2_term(a + b, gap, n, m, self.dof == 1);
        add_bin(&self, a, b, gap);
    }
    self.js = mlops__sqrt(js / 2);
    finish(&self);
    return mlops__opts_return(out, &self, sizeof self);
}
