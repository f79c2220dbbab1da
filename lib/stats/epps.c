/* Epps and Singleton's test: whether two samples have the same characteristic function.
 *
 * Owns the features cos and sin of 0.4 and 0.8 times a value over half of the quartiles' distance.
 * Invariant: directions in which the features hardly vary are left out, as SciPy's pseudo-inverse
 * leaves them out, and count for no degree of freedom.
 */
#include "base/exact_sum.h"
#include "base/real.h"
#include "stats/stats.h"

enum { FEATURES = 4, PRODUCTS = FEATURES * (FEATURES + 1) / 2, BLOCK = 256 };

/* Means of a sample's features, and their covariances, over n. */
typedef struct features {
    double mean[FEATURES];
    double covariance[FEATURES][FEATURES];
} features;

/* The value with k below it, of both samples together. */
static double value_at(const double *x, int64_t n, const double *y, int64_t m, int64_t k) {
    int64_t low = k > m ? k - m : 0, high = k < n ? k : n;
    while (low < high) {
        int64_t i = low + (high - low) / 2;
        if (y[k - i - 1] <= x[i]) high = i;
        else low = i + 1;
    }
    return low < n && (k - low >= m || x[low] <= y[k - low]) ? x[low] : y[k - low];
}

/* As NumPy's percentiles, to the bit. */
static double quartile(const double *x, int64_t n, const double *y, int64_t m, int64_t fourths) {
    int64_t steps = (n + m - 1) * fourths;
    double share = (double)(steps % 4) / 4, low = value_at(x, n, y, m, steps / 4);
    if (steps % 4 == 0) return low;
    double high = value_at(x, n, y, m, steps / 4 + 1);
    return share >= 0.5 ? high - (high - low) * (1 - share) : low + (high - low) * share;
}

static void features_at(double f[FEATURES], double value) {
    mlops__sincos(value, &f[1], &f[0]);
    f[2] = 1 - 2 * f[1] * f[1];
    f[3] = 2 * f[1] * f[0];
}

/* Less those of the middle value, so that what hardly varies keeps its digits. */
static void sum_features(features *out, const double *values, int64_t n, double scale) {
    mlops__kept kept[FEATURES + PRODUCTS] = {{0, 0}};
    double middle[FEATURES], mean[FEATURES];
    features_at(middle, scale * values[n / 2]);
    for (int64_t begin = 0; begin < n; begin += BLOCK) {
        double sums[FEATURES + PRODUCTS] = {0}, f[FEATURES];
        for (int64_t i = begin; i < n && i < begin + BLOCK; i++) {
            features_at(f, scale * values[i]);
            for (int a = 0; a < FEATURES; a++) f[a] -= middle[a];
            for (int a = 0, k = FEATURES; a < FEATURES; a++) {
                sums[a] += f[a];
                for (int b = 0; b <= a; b++, k++) sums[k] += f[a] * f[b];
            }
        }
        for (int k = 0; k < FEATURES + PRODUCTS; k++) mlops__keep(&kept[k], sums[k]);
    }
    for (int a = 0, k = FEATURES; a < FEATURES; a++) {
        mean[a] = (kept[a].sum + kept[a].lost) / (double)n;
        out->mean[a] = middle[a] + mean[a];
        for (int b = 0; b <= a; b++, k++)
            out->covariance[a][b] = out->covariance[b][a] =
                (kept[k].sum + kept[k].lost) / (double)n - mean[a] * mean[b];
    }
}

/* One rotation of Jacobi's, which makes matrix[a][b] zero. */
static void rotate(double matrix[FEATURES][FEATURES], double gap[FEATURES], int a, int b) {
    double off = matrix[a][b];
    if (off == 0) return;
    double theta = (matrix[b][b] - matrix[a][a]) / (2 * off);
    double t = 1 / ((theta < 0 ? -theta : theta) + mlops__sqrt(theta * theta + 1));
    if (theta < 0) t = -t;
    double c = 1 / mlops__sqrt(t * t + 1), s = t * c;
    for (int k = 0; k < FEATURES; k++) {
        double u = matrix[k][a], v = matrix[k][b];
        matrix[k][a] = c * u - s * v;
        matrix[k][b] = s * u + c * v;
    }
    for (int k = 0; k < FEATURES; k++) {
        double u = matrix[a][k], v = matrix[b][k];
        matrix[a][k] = c * u - s * v;
        matrix[b][k] = s * u + c * v;
    }
    double u = gap[a], v = gap[b];
    gap[a] = c * u - s * v;
    gap[b] = s * u + c * v;
}

/* gap' matrix^-1 gap over the directions that vary; their number is in rank. */
static double distance(double matrix[FEATURES][FEATURES], double gap[FEATURES], int *rank) {
    double most = 0, sum = 0;
    for (int sweep = 0; sweep < 12; sweep++)
        for (int a = 0; a < FEATURES; a++)
            for (int b = a + 1; b < FEATURES; b++) rotate(matrix, gap, a, b);
    for (int a = 0; a < FEATURES; a++) most = matrix[a][a] > most ? matrix[a][a] : most;
    *rank = 0;
    for (int a = 0; a < FEATURES; a++) {
        if (!(matrix[a][a] > 1e-14 * most)) continue;
        sum += gap[a] * gap[a] / matrix[a][a];
        ++*rank;
    }
    return sum;
}

void mlops__epps(mlops_stats_two_sample *out, const double *x, int64_t n, const double *y,
                 int64_t m) {
    features of_x, of_y;
    double matrix[FEATURES][FEATURES], gap[FEATURES], size = (double)n + (double)m;
    double share_x = size / (double)n, share_y = size / (double)m;
    double span = quartile(x, n, y, m, 3) - quartile(x, n, y, m, 1);
    double ends = x[n - 1] - x[0] + (y[m - 1] - y[0]);
    if (n < 5 || m < 5 || !(span > 0) || !(ends - ends == 0)) return;
    int rank;
    sum_features(&of_x, x, n, 0.4 / (span / 2));
    sum_features(&of_y, y, m, 0.4 / (span / 2));
    for (int a = 0; a < FEATURES; a++) {
        gap[a] = of_x.mean[a] - of_y.mean[a];
        for (int b = 0; b < FEATURES; b++)
            matrix[a][b] = share_x * of_x.covariance[a][b] + share_y * of_y.covariance[a][b];
    }
    double w = size * distance(matrix, gap, &rank);
    if (n < 25 && m < 25)
        w /= 1 + mlops__pow(size, -0.45) +
             10.1 * (mlops__pow((double)n, -1.7) + mlops__pow((double)m, -1.7));
    if (rank == 0) return;
    out->epps = w;
    out->epps_p = mlops__chi2_sf(w, rank);
}
