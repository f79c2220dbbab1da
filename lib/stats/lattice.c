/* p-values of the two-sample Kolmogorov-Smirnov distance: exact by counting paths, or asymptotic.
 *
 * Owns the choice of method by the sizes of the samples. Under the hypothesis that both samples
 * have one distribution, the merged order is a path from (0, 0) to (n, m), all equally likely; p is
 * the share of those that leave the band |x/n - y/m| < D (Hodges 1958). Invariant: the shares of
 * paths that have left are carried, never those inside, so that small p keep all their digits.
 */
#include "base/real.h"
#include "stats/stats.h"

#define REACH 1e9 /* cells of the lattice */

/* Both of size n: P of leaving a band of half width h, two-sided by alternating inclusion in
 * nested form, one-sided the reflection alone. */
static double square(int64_t n, int64_t h, int two_sided) {
    double p = 0;
    for (int64_t k = two_sided ? n / h : 0; k >= 0; k--) {
        double share = 1;
        for (int64_t j = 0; j < h; j++)
            share = share * (double)(n - k * h - j) / (double)(n + k * h + j + 1);
        p = share * (1 - p);
    }
    return two_sided ? 2 * p : p;
}

/* The band in column i: the first j inside, and the one behind the last. */
typedef struct band {
    int64_t ng, mg; /* steps along n and m, over their common divisor */
    int64_t m;
    int64_t gap;
    int below; /* paths may leave where y is too small */
    int above; /* paths may leave where y is too large */
} band;

static int64_t band_first(const band *self, int64_t i) {
    int64_t low = self->mg * i - self->gap; /* ng j > low is inside */
    if (!self->below || low < 0) return 0;
    int64_t first = low / self->ng + 1;
    return first < self->m ? first : self->m;
}

static int64_t band_end(const band *self, int64_t i) {
    int64_t high = self->mg * i + self->gap; /* ng j < high is inside */
    int64_t end = high / self->ng + (high % self->ng != 0);
    return self->above && end < self->m + 1 ? end : self->m + 1;
}

/* outside[j - first] is the share of the paths to (i, j) that have left the band; a column is made
 * of the one before in place, since first never falls. */
static double outside_share(const band *self, int64_t n, double *outside) {
    int64_t first = 0, end = band_end(self, 0);
    for (int64_t j = 0; j < end; j++) outside[j] = 0;
    for (int64_t i = 1; i <= n; i++) {
        int64_t old_first = first, old_end = end;
        first = band_first(self, i);
        end = band_end(self, i);
        if (end <= first) return 1;
        double x = (double)i, share = first == 0 ? 0 : 1;
        for (int64_t j = first; j < end; j++) {
            double y = (double)j, whole = 1 / (x + y), left = 1;
            if (j < old_end) left = outside[j - old_first];
            share = left * (x * whole) + share * (y * whole);
            outside[j - first] = share;
        }
    }
    return end == self->m + 1 ? outside[end - 1 - first] : 1;
}

/* Whether exact counting is within reach. One-sided, as SciPy: while the number of all paths is a
 * double. */
static int reachable(int64_t n, int64_t m, mlops_stats_alternative alternative) {
    if (n > INT32_MAX || m > INT32_MAX) return 0;
    if (n == m) return 1;
    if (alternative == MLOPS_STATS_TWO_SIDED) return (double)n * (double)m <= REACH;
    return mlops__log_choose((double)(n + m), (double)n) < 709.78;
}

mlops_status mlops__ks_exact(double *p, const mlops_allocator *allocator, int64_t gap, int64_t n,
                             int64_t m, mlops_stats_alternative alternative) {
    int two_sided = alternative == MLOPS_STATS_TWO_SIDED;
    *p = 1;
    if (gap <= 0) return MLOPS_OK;
    *p = -1;
    if (!reachable(n, m, alternative)) return MLOPS_OK;
    if (n == m) {
        *p = square(n, gap, two_sided);
    } else {
        if (n < m) { /* the column is the shorter side; one-sided shares are the same either way */
            int64_t swap = n;
            n = m;
            m = swap;
        }
        int64_t divisor = mlops__common(n, m);
        band lattice = {n / divisor, m / divisor, m, gap, 1, two_sided};
        size_t size = ((size_t)m + 1) * sizeof(double);
        double *outside = mlops__alloc(allocator, size);
        if (!outside) return MLOPS_E_NOMEM;
        *p = outside_share(&lattice, n, outside);
        mlops__free(allocator, outside, size);
    }
    if (*p > 1) *p = 1;
    return MLOPS_OK;
}

/* Nearest whole number, ties to even. */
static double nearest(double x) {
    double whole = x + 4503599627370496.0;
    return x < 4503599627370496.0 ? whole - 4503599627370496.0 : x;
}

double mlops__ks_asymptotic(double d, int64_t n, int64_t m, mlops_stats_alternative alternative) {
    double large = (double)(n > m ? n : m), small = (double)(n > m ? m : n);
    double size = large * (small / (large + small));
    if (alternative == MLOPS_STATS_TWO_SIDED) {
        double whole = nearest(large * small / (large + small));
        return mlops__kolmogorov_sf(d, whole < 1 ? 1 : whole);
    }
    double z = mlops__sqrt(size) * d; /* Hodges (1958), 5.3 */
    double shift = (large + 2 * small) / mlops__sqrt(large * small * (large + small)) / 3;
    double p = mlops__exp(-2 * z * z - 2 * z * shift);
    return p > 1 ? 1 : p;
}
