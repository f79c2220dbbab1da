/* Two shares: Fisher's exact test, and the z test of proportions.
 *
 * Owns the hypergeometric distribution. Invariant: a probability is one exponential, of deviations
 * that come from a difference of products without cancellation; a tail is summed from its largest
 * term outwards, so that a small one keeps its digits.
 */
#include "base/opts.h"
#include "base/real.h"
#include "stats/stats.h"

#define TWO_PI     6.28318530717958647693
#define TRIALS_MAX 1000000000000

/* A table with given margins: hits and misses of x, then those of y. */
typedef struct cells {
    double at[4];
} cells;

static cells table_of(const cells *margins, double hits) {
    cells t = {{hits, margins->at[0] - hits, margins->at[2] - hits,
                margins->at[1] - margins->at[2] + hits}};
    return t;
}

/* Stirling's formula without the power: ln of x! e^x / x^x. */
static double log_bulk(double x) {
    return x > 0 ? mlops__stirling_error(x) + 0.5 * mlops__log(TWO_PI * x) : 0;
}

/* Margins are n, m, all hits, all misses. */
static double log_probability(const cells *margins, double hits) {
    const double *m = margins->at, all = m[0] + m[1];
    cells t = table_of(margins, hits);
    double gap = mlops__cross(t.at[0], m[1], t.at[2], m[0]) / all, sum = -log_bulk(all);
    for (int i = 0; i < 4; i++) {
        double expected = m[i / 2] * (m[2 + i % 2] / all), e = (i == 0 || i == 3 ? gap : -gap);
        sum += log_bulk(m[i]) - log_bulk(t.at[i]);
        if (expected > 0) sum -= expected * mlops__divergence(e / expected, t.at[i] / expected);
    }
    return sum;
}

/* The probability of hits, and of all that is further from the mode in the direction of step. */
static double tail_from(const cells *margins, double hits, double step) {
    cells t = table_of(margins, hits);
    double term = 1, sum = 0;
    for (; term > sum * 1e-18; t = table_of(margins, hits)) {
        sum += term;
        term *= step > 0 ? t.at[1] * t.at[2] / ((t.at[0] + 1) * (t.at[3] + 1))
                         : t.at[0] * t.at[3] / ((t.at[1] + 1) * (t.at[2] + 1));
        hits += step;
    }
    return sum;
}

/* P(hits or more), or P(hits or fewer), as step says. */
static double tail(const cells *margins, double hits, double step) {
    const double *m = margins->at;
    double mode = (m[2] + 1) * ((m[0] + 1) / (m[0] + m[1] + 2)), p;
    int far = step * (hits - mode) >= 0;
    double from = far ? hits : hits - step;
    cells t = table_of(margins, from);
    for (int i = 0; i < 4; i++)
        if (t.at[i] < 0) return far ? 0 : 1;
    p = mlops__exp(log_probability(margins, from)) * tail_from(margins, from, far ? step : -step);
    p = far ? p : 1 - p;
    return p < 0 ? 0 : p < 1 ? p : 1;
}

/* What is as unlikely as hits, or more so, on either side. Probabilities that differ by less than
 * 1e-10 of themselves are taken to be equal: those of distinct tables hardly ever come as near. */
static double fisher_two_sided(const cells *margins, double hits) {
    const double *m = margins->at;
    double mode = (double)(int64_t)((m[2] + 1) * ((m[0] + 1) / (m[0] + m[1] + 2)));
    double level = log_probability(margins, hits) + 1e-10;
    if (log_probability(margins, mode) <= level) return 1;
    double step = hits < mode ? -1 : 1, own = tail(margins, hits, step);
    double least = m[2] > m[1] ? m[2] - m[1] : 0, most = m[0] < m[2] ? m[0] : m[2];
    double inside = mode, outside = step < 0 ? most : least; /* on the other side */
    if (log_probability(margins, outside) > level) return own;
    while (inside - outside > 1 || outside - inside > 1) {
        double middle = (double)(int64_t)((inside + outside) / 2);
        if (log_probability(margins, middle) <= level) outside = middle;
        else inside = middle;
    }
    double p = own + tail(margins, outside, -step);
    return p < 1 ? p : 1;
}

/* p of a normal z. */
static double z_p(double z, mlops_stats_alternative alternative) {
    if (alternative == MLOPS_STATS_TWO_SIDED) return 2 * mlops__normal_sf(z < 0 ? -z : z);
    return mlops__normal_sf(alternative == MLOPS_STATS_LESS ? -z : z);
}

mlops_status mlops_stats_compare_shares(mlops_stats_two_shares *out, int64_t hits_x, int64_t n,
                                        int64_t hits_y, int64_t m,
                                        mlops_stats_alternative alternative) {
    mlops_stats_two_shares self = MLOPS_STATS_TWO_SHARES_INIT;
    if (!out || n < 1 || m < 1 || n > TRIALS_MAX || m > TRIALS_MAX - n) return MLOPS_E_INVALID;
    if (hits_x < 0 || hits_x > n || hits_y < 0 || hits_y > m) return MLOPS_E_INVALID;
    if (alternative < MLOPS_STATS_TWO_SIDED || alternative > MLOPS_STATS_GREATER)
        return MLOPS_E_INVALID;
    double x = (double)n, y = (double)m, hits = (double)(hits_x + hits_y), misses = x + y - hits;
    cells margins = {{x, y, hits, misses}}, t = table_of(&margins, (double)hits_x);
    double nan = __builtin_nan("");
    self.share_x = (double)hits_x / x;
    self.share_y = (double)hits_y / y;
    self.odds_ratio = self.z = self.z_p = nan;
    self.fisher_p = 1;
    if (hits > 0 && misses > 0) {
        double scale = mlops__sqrt(x * y) * mlops__sqrt(hits / (x + y) * misses);
        self.odds_ratio = t.at[0] * t.at[3] / (t.at[1] * t.at[2]);
        self.z = mlops__cross(t.at[0], y, t.at[2], x) / scale;
        self.z_p = z_p(self.z, alternative);
        self.fisher_p = alternative == MLOPS_STATS_TWO_SIDED
                            ? fisher_two_sided(&margins, t.at[0])
                            : tail(&margins, t.at[0], alternative == MLOPS_STATS_LESS ? -1 : 1);
    }
    return mlops__opts_return(out, &self, sizeof self);
}
