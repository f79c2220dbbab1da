/* The distribution of the Kolmogorov-Smirnov distance of one sample, two-sided and one-sided.
 *
 * Owns the tails that stand behind asymptotic two-sample p-values. Follows Simard and L'Ecuyer
 * (2011) in the choice of method by n and n d^2, as SciPy's kstwo does, so that the approximation
 * of Pelz and Good is used exactly where SciPy uses it. Invariant: every sum has positive terms, or
 * the cancellation in it costs less than three digits.
 */
#include "base/real.h"
#include "stats/stats.h"

#define PI       3.14159265358979323846
#define PI2      9.86960440108935861883
#define SQRT_2PI 2.50662827463100050242

enum {
    DURBIN_MAX = 47,    /* rows of Durbin's matrix: n d <= 24 */
    DURBIN_SIZE = 6600, /* largest n for which n d^1.5 <= 1.4 implies that */
    DURBIN_BAND = 24,   /* beyond it 1 / j! is below 2^-79 */
    SMIRNOV_SUM = 8192, /* larger sums are integrals to all digits */
    SMIRNOV_NODES = 2048
};

static double power(double base, int n) {
    double result = 1;
    for (; n > 0; n >>= 1, base *= base)
        if (n & 1) result *= base;
    return result;
}

/* exp(m h(e)) with h(e) = (1 + e) ln(1 + e) - e: how unlikely m (1 + e) is where m is expected. */
static double deviance(double m, double e) { return m * ((1 + e) * mlops__log1pmx(e) + e * e); }

/* One term of Smirnov's sum: choose(n, j) p^(j-1) (1-p)^(n-j), p = d + j / n, 0 < j < n. */
static double smirnov_term(double d, double n, double j, double log_n) {
    double p = d + j / n, q = 1 - p, l = n - j;
    if (!(q > 0)) return 0;
    double log_term = log_n - mlops__stirling_error(j) - mlops__stirling_error(l) -
                      deviance(n * p, -d / p) - deviance(n * q, d / q);
    return mlops__exp(log_term) / (SQRT_2PI * mlops__sqrt(j * (l / n)) * p);
}

double mlops__smirnov_sf(double d, double n) {
    if (d <= 0) return 1;
    if (d >= 1) return 0;
    double log_n = mlops__stirling_error(n), sum = 0;
    if (n <= SMIRNOV_SUM) {
        sum = mlops__exp(n * mlops__log1p(-d)) / d;
        for (double j = 1; j < n; j += 1) sum += smirnov_term(d, n, j, log_n);
    } else {
        double step = n / SMIRNOV_NODES;
        for (int i = 0; i < SMIRNOV_NODES; i++) {
            double j = step * (i + 0.5);
            if (j >= 16 && n - j >= 16) sum += smirnov_term(d, n, j, log_n);
        }
        sum *= step;
    }
    return d * sum > 1 ? 1 : d * sum;
}

/* v times Durbin's matrix over e, v[0..m) in place. */
static void durbin_step(double *v, int m, const double *column, const double *inverse) {
    double next[DURBIN_MAX], first = 0;
    for (int i = 0; i < m; i++) first += v[i] * column[i];
    next[0] = first;
    for (int j = 1; j < m; j++) {
        double sum = v[m - 1] * column[m - 1 - j];
        int last = j - 1 + DURBIN_BAND < m - 1 ? j - 1 + DURBIN_BAND : m - 1;
        for (int i = j - 1; i < last; i++) sum += v[i] * inverse[i - j + 1];
        next[j] = sum;
    }
    for (int j = 0; j < m; j++) v[j] = next[j] * 0.36787944117144232160;
}

/* Durbin (1968) as Marsaglia, Tsang and Wang (2003) have it: P(D < d) is n! / n^n times the middle
 * element of a matrix to the power n. Only one row of the power is formed, and each step takes
 * 1 / e along, so that nothing over- or underflows. */
static double durbin_cdf(int n, double d) {
    double nd = n * d;
    int k = (int)nd + (nd > (int)nd), m = 2 * k - 1;
    double h = k - nd, column[DURBIN_MAX], inverse[DURBIN_MAX + 1], v[DURBIN_MAX] = {0};
    double factor = 1;
    for (int j = 1; j <= m; j++) {
        inverse[j - 1] = factor;
        factor /= j;
        column[j - 1] = (1 - power(h, j)) * factor;
    }
    double twice = 2 * h - 1;
    column[m - 1] = (1 - 2 * power(h, m) + (twice > 0 ? power(twice, m) : 0)) * factor;
    v[k - 1] = 1;
    for (int i = 0; i < n; i++) durbin_step(v, m, column, inverse);
    return v[k - 1] * SQRT_2PI * mlops__sqrt(n) * mlops__exp(mlops__stirling_error(n));
}

/* The inner sums over k of Pelz and Good's first four terms, by Horner in q^8. */
static void pelz_good_sums(double sum[4], double z, double q, int terms) {
    double z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, pi4 = PI2 * PI2;
    double k2a = 6 * z6 + 2 * z4, k2b = (2 * z4 - 5 * z2) * PI2 / 4, k2c = pi4 * (1 - 2 * z2) / 16;
    double k3a = -30 * z6 - 90 * z4 * z4, k3b = PI2 * (135 * z4 - 96 * z6) / 4;
    double k3c = pi4 * (-60 * z2 + 212 * z4) / 16, k3d = pi4 * PI2 * (5 - 30 * z2) / 64;
    for (int k = terms; k > 0; k--) {
        double m2 = (2.0 * k - 1) * (2.0 * k - 1), shrink = power(q, 8 * k);
        sum[0] = sum[0] * shrink + 1;
        sum[1] = sum[1] * shrink + (-z2 + PI2 / 4 * m2);
        sum[2] = sum[2] * shrink + (k2a + (k2b + k2c * m2) * m2);
        sum[3] = sum[3] * shrink + (k3a + (k3b + (k3c + k3d * m2) * m2) * m2);
    }
}

/* Pelz and Good (1976): four terms in 1 / sqrt(n), for large n. */
static double pelz_good_cdf(double n, double d) {
    double root = mlops__sqrt(n), z = root * d, z2 = z * z;
    double log_q = -PI2 / 8 / z2;
    if (log_q < -708) return 0;
    double q = mlops__exp(log_q), sum[4] = {0, 0, 0, 0};
    int terms = (int)(16 * z / PI) + 1;
    pelz_good_sums(sum, z, q, terms);
    double z4 = z2 * z2, z6 = z4 * z2, scale = q * SQRT_2PI;
    sum[0] *= scale / z;
    sum[1] *= scale / (6 * z4);
    sum[2] *= scale / (72 * z6 * z);
    sum[3] *= scale / (6480 * z6 * z4);
    double extra2 = 0, extra3 = 0, r = mlops__exp(-PI2 / 2 / z2);
    for (int k = terms; k > 0; k--) {
        double k2 = (double)k * k, shrink = power(r, k * k);
        extra2 += k2 * shrink;
        extra3 += (3 * z2 - PI2 * k2) * k2 * shrink;
    }
    sum[2] += extra2 * PI2 * SQRT_2PI / (-36 * z2 * z);
    sum[3] += extra3 * PI2 * SQRT_2PI / (216 * z6);
    return sum[0] + sum[1] / root + sum[2] / n + sum[3] / (n * root);
}

/* n! / n^n (2 n d - 1)^n, for 1/2 < n d <= 1 (Ruben and Gambino). */
static double lowest_cdf(double n, double d) {
    double log_p = n * mlops__log(2 * n * d - 1) - n + mlops__stirling_error(n);
    return mlops__exp(log_p) * SQRT_2PI * mlops__sqrt(n);
}

/* P(D < d) where 1 - P loses nothing that matters. SciPy takes Durbin's matrix wherever
 * n d^1.5 <= 1.4 and n <= 100,000; with n beyond DURBIN_SIZE that P is below 4e-6, and Pelz and
 * Good's is within 1e-10 of it. */
static double middle_cdf(double n, double d) {
    double nd2 = n * d * d;
    if (n <= 140) return durbin_cdf((int)n, d);
    if (nd2 >= 18) return 1;
    if (n <= DURBIN_SIZE && n * d * mlops__sqrt(d) <= 1.4) return durbin_cdf((int)n, d);
    return pelz_good_cdf(n, d);
}

double mlops__kolmogorov_sf(double d, double n) {
    double nd = n * d, nd2 = nd * d, p;
    if (d >= 1) return 0;
    if (nd <= 0.5) return 1;
    if (nd <= 1) p = 1 - lowest_cdf(n, d);
    else if (nd >= n - 1) p = 2 * mlops__exp(n * mlops__log1p(-d));
    else if (n > 140 && nd2 >= 370) p = 0;
    else if (d >= 0.5 || nd2 > (n <= 140 ? 4 : 2.2)) p = 2 * mlops__smirnov_sf(d, n);
    else p = 1 - middle_cdf(n, d);
    return p < 0 ? 0 : p > 1 ? 1 : p;
}
