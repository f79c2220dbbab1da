/* The tests of two samples besides Kolmogorov and Smirnov's: of means, of ranks, of tails.
 *
 * Owns which p-value belongs to which statistic, as SciPy has it. Invariant: differences of means
 * come from deviations, so that an offset that both samples have costs no digits.
 */
#include "base/exact_sum.h"
#include "base/fail.h"
#include "base/real.h"
#include "stats/stats.h"

#define PI 3.14159265358979323846

enum { MANN_WHITNEY_SMALL = 8, CRAMER_SMALL = 20 };

/* Powers of two by which values, and then what they differ by, are multiplied, so that no square
 * leaves the range. One of them is 1. */
typedef struct unit {
    double of_values;
    double of_gaps;
} unit;

/* A sample's mean less an anchor among its values, and the sum of squares around it, in a unit. */
typedef struct moments {
    double anchor; /* as it is */
    double mean;
    double squares;
    unit in;
} moments;

static double rounded(mlops__kept kept) { return kept.sum + kept.lost; }

static int is_finite(const double *values, int64_t n) {
    return values[0] >= -DBL_MAX && values[n - 1] <= DBL_MAX;
}

static double span_of(const double *values, int64_t n) {
    return is_finite(values, n) ? values[n - 1] - values[0] : 0;
}

static unit unit_of(double span) {
    unit self = {span > 0x1p400 ? 0x1p-600 : 1, span > 0 && span < 0x1p-400 ? 0x1p600 : 1};
    return self;
}

static moments moments_of(const double *values, int64_t n) {
    mlops__kept sum = {0, 0}, squares = {0, 0};
    moments self = {values[n / 2], 0, 0, unit_of(span_of(values, n))};
    double anchor = self.anchor * self.in.of_values;
    if (!is_finite(values, n)) {
        self.anchor = values[0] + values[n - 1];
        self.squares = __builtin_nan("");
        return self;
    }
    for (int64_t i = 0; i < n; i++)
        mlops__keep(&sum, (values[i] * self.in.of_values - anchor) * self.in.of_gaps);
    self.mean = rounded(sum) / (double)n;
    for (int64_t i = 0; i < n; i++) {
        double gap = (values[i] * self.in.of_values - anchor) * self.in.of_gaps - self.mean;
        mlops__keep(&squares, gap * gap);
    }
    self.squares = rounded(squares);
    return self;
}

static double whole_mean(const moments *self) {
    return (self->anchor * self->in.of_values + self->mean / self->in.of_gaps) / self->in.of_values;
}

/* In another unit. */
static void convert(moments *self, unit to) {
    double factor = to.of_values / self->in.of_values * (to.of_gaps / self->in.of_gaps);
    self->mean *= factor;
    self->squares *= factor;
    self->squares *= factor;
    self->in = to;
}

static double t_p(double t, double dof, mlops_stats_alternative alternative) {
    if (alternative == MLOPS_STATS_TWO_SIDED) return 2 * mlops__t_sf(t < 0 ? -t : t, dof);
    return mlops__t_sf(alternative == MLOPS_STATS_LESS ? -t : t, dof);
}

static void find_means(mlops_stats_two_sample *out, const double *x, const double *y,
                       const mlops_stats_opts *opts) {
    double n = (double)out->n, m = (double)out->m;
    moments a = moments_of(x, out->n), b = moments_of(y, out->m);
    if (opts->measures & MLOPS_STATS_MOMENTS) {
        double of_a = a.in.of_values * a.in.of_gaps, of_b = b.in.of_values * b.in.of_gaps;
        out->mean_x = whole_mean(&a);
        out->mean_y = whole_mean(&b);
        out->variance_x = a.squares / (n - 1) / of_a / of_a;
        out->variance_y = b.squares / (m - 1) / of_b / of_b;
    }
    double span_x = span_of(x, out->n), span_y = span_of(y, out->m);
    unit both = unit_of(span_x > span_y ? span_x : span_y);
    convert(&a, both);
    convert(&b, both);
    double gap =
        (a.anchor * both.of_values - b.anchor * both.of_values) * both.of_gaps + (a.mean - b.mean);
    double of_x = a.squares / (n - 1), of_y = b.squares / (m - 1);
    if (opts->measures & MLOPS_STATS_T) {
        out->t_dof = n + m - 2;
        out->t = gap / mlops__sqrt((a.squares + b.squares) / out->t_dof * (1 / n + 1 / m));
        out->t_p = t_p(out->t, out->t_dof, opts->alternative);
    }
    if (opts->measures & MLOPS_STATS_WELCH) {
        double p = of_x / n, q = of_y / m, share = p / (p + q);
        out->welch = gap / mlops__sqrt(p + q);
        out->welch_dof = 1 / (share * share / (n - 1) + (1 - share) * (1 - share) / (m - 1));
        out->welch_p = t_p(out->welch, p + q > 0 ? out->welch_dof : 1, opts->alternative);
    }
}

/* Pairs are counted in halves; what is equal rules the exact p out, which knows no ties. */
static mlops_status find_mann_whitney(mlops_stats_two_sample *out, const mlops__merged *merged,
                                      const mlops_stats_opts *opts,
                                      const mlops_allocator *allocator) {
    int64_t n = out->n, m = out->m, u = merged->u_twice, other = 2 * n * m - u;
    int two_sided = opts->alternative == MLOPS_STATS_TWO_SIDED;
    int small = n <= MANN_WHITNEY_SMALL || m <= MANN_WHITNEY_SMALL;
    double size = (double)n + (double)m, pairs = (double)n * (double)m, p = -1;
    out->mann_whitney = (double)u / 2;
    if (two_sided ? other > u : opts->alternative == MLOPS_STATS_LESS) u = other;
    if (!(merged->ties > 0) &&
        (opts->method == MLOPS_STATS_EXACT || (opts->method == MLOPS_STATS_AUTO && small)))
        MLOPS_TRY(mlops__mann_whitney_exact(&p, allocator, n, m, u / 2));
    out->mann_whitney_exact = p >= 0;
    if (p < 0) {
        double variance = pairs / 12 * (size + 1 - merged->ties / (size * (size - 1)));
        double beyond = (double)u / 2 - pairs / 2 - 0.5;
        p = variance > 0 ? mlops__normal_sf(beyond / mlops__sqrt(variance)) : 1;
    }
    if (two_sided) p *= 2;
    out->mann_whitney_p = p < 1 ? p : 1;
    return MLOPS_OK;
}

static mlops_status find_cramer(mlops_stats_two_sample *out, const mlops__merged *merged,
                                const mlops_stats_opts *opts, const mlops_allocator *allocator) {
    double n = (double)out->n, m = (double)out->m, size = n + m, pairs = n * m, p = -1;
    int small = n <= CRAMER_SMALL && m <= CRAMER_SMALL;
    out->cramer = merged->cvm_excess / (6 * pairs * size);
    if (opts->method == MLOPS_STATS_EXACT || (opts->method == MLOPS_STATS_AUTO && small))
        MLOPS_TRY(mlops__cramer_exact(&p, allocator, out->n, out->m, merged->cvm_excess));
    out->cramer_exact = p >= 0;
    if (p < 0) {
        double mean = (1 + 1 / size) / 6;
        double variance = (size + 1) / size *
                          ((4 * pairs * size - 3 * (n * n + m * m) - 2 * pairs) / (4 * pairs)) /
                          (45 * size);
        p = mlops__cramer_sf(1.0 / 6 + (out->cramer - mean) / mlops__sqrt(45 * variance));
    }
    out->cramer_p = p;
    return MLOPS_OK;
}

/* Sums of 1 / i and of 1 / i^2 for i up to n: Euler's series from 64 on. */
static void harmonic(double n, double *first, double *second) {
    double square = 1 / (n * n);
    *first = *second = 0;
    for (double i = n; i > 0 && n < 64; i -= 1) {
        *first += 1 / i;
        *second += 1 / (i * i);
    }
    if (n < 64) return;
    *first = mlops__log(n) + 0.57721566490153286061 + 0.5 / n -
             square * (1.0 / 12 - square * (1.0 / 120 - square / 252));
    *second = PI * PI / 6 - 1 / n + square / 2 -
              square / n * (1.0 / 6 - square * (1.0 / 30 - square / 42));
}

/* Of the statistic for two samples, if they have the same distribution (Scholz and Stephens 1987).
 */
static double anderson_variance(double n, double m) {
    double size = n + m, first, second, before, unused, both = 1 / n + 1 / m;
    harmonic(size, &first, &second);
    harmonic(size - 1, &before, &unused);
    double h = before, g = second - (first + before) / size;
    double a = 4 * g - 6 + (10 - 6 * g) * both;
    double b = 4 * (2 * g - 4) + 16 * h + (2 * g - 14 * h - 4) * both - 8 * h + 4 * g - 6;
    double c = 4 * (6 * h + 2 * g - 2) + 2 * (4 * h - 4 * g + 6) + (2 * h - 6) * both + 4 * h;
    double d = 4 * (2 * h + 6) - 8 * h;
    return (((a * size + b) * size + c) * size + d) / ((size - 1) * (size - 2) * (size - 3));
}

static void find_anderson(mlops_stats_two_sample *out, const double *x, const double *y,
                          const mlops__merged *merged) {
    double n = (double)out->n, m = (double)out->m;
    if (n + m < 4 || (x[0] == y[out->m - 1] && y[0] == x[out->n - 1])) return; /* all equal */
    double z = (merged->anderson - 1) / mlops__sqrt(anderson_variance(n, m));
    out->anderson = z;
    /* SciPy's: a parabola through the logarithms of seven levels */
    double fitted =
        mlops__exp(-1.0777702798204873 + z * (-1.0082265644652506 + z * 0.01819809457411126));
    out->anderson_p = z < 0.325 ? 0.25 : z > 6.546 ? 0.001 : fitted;
    /* The limit has a mean of 1 and this standard deviation: the root of 2 (pi^2 - 9) / 3. */
    out->anderson_p_limit = mlops__anderson_sf(1 + z * 0.76140414195938365);
}

static void find_kuiper(mlops_stats_two_sample *out, const mlops__merged *merged) {
    double n = (double)out->n, m = (double)out->m, root = mlops__sqrt(n * (m / (n + m)));
    out->kuiper = ((double)merged->gap_high - (double)merged->gap_low) / (n * m);
    out->kuiper_p = mlops__kuiper_sf((root + 0.155 + 0.24 / root) * out->kuiper);
}

unsigned mlops__measures_merge(uint32_t measures) {
    unsigned wanted = 0;
    if (measures & (MLOPS_STATS_MANN_WHITNEY | MLOPS_STATS_CRAMER)) wanted |= MLOPS__MERGE_RANKS;
    if (measures & MLOPS_STATS_ANDERSON) wanted |= MLOPS__MERGE_ANDERSON;
    return wanted;
}

mlops_status mlops__stats_measure(mlops_stats_two_sample *out, const double *x, const double *y,
                                  const mlops__merged *merged, const mlops_stats_opts *opts,
                                  const mlops_allocator *allocator) {
    uint32_t wanted = opts->measures;
    for (double *field = &out->mean_x; field <= &out->epps_p; field++) *field = __builtin_nan("");
    if (wanted & (MLOPS_STATS_MOMENTS | MLOPS_STATS_T | MLOPS_STATS_WELCH))
        find_means(out, x, y, opts);
    if (wanted & MLOPS_STATS_ANDERSON) find_anderson(out, x, y, merged);
    if (wanted & MLOPS_STATS_KUIPER) find_kuiper(out, merged);
    if (wanted & MLOPS_STATS_EPPS) mlops__epps(out, x, out->n, y, out->m);
    if (wanted & MLOPS_STATS_MANN_WHITNEY)
        MLOPS_TRY(find_mann_whitney(out, merged, opts, allocator));
    if (wanted & MLOPS_STATS_CRAMER) MLOPS_TRY(find_cramer(out, merged, opts, allocator));
    return MLOPS_OK;
}
