/* Kinds that stand on the correlations of features: mahalanobis and pca.
 *
 * Owns nothing. Invariant: float64 throughout, rounded to float32 at the end. Freestanding: part of
 * the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/real.h"

#include <string.h>

static double magnitude(double x) { return x < 0 ? -x : x; }

/* Packed rows of products become those of correlations, or covariances of features as they are. */
static double *correlate(mlops_anomaly *self, int64_t n) {
    double *packed = mlops__anomaly_work(self) + self->d, *s = packed;
    const float *scale = mlops__anomaly_scale(self);
    for (uint32_t i = 0; i < self->d; i++)
        for (uint32_t j = 0; j <= i; j++, s++) *s = *s / (double)n * scale[i] * scale[j];
    return packed;
}

#define AT(a, i, j) (a)[(size_t)(i) * ((i) + 1) / 2 + (j)]

/* The lower triangle of a becomes its Cholesky factor. least is what a pivot has at the least. */
static void factor(double *a, size_t d, double least) {
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = AT(a, i, j);
            for (size_t k = 0; k < j; k++) sum -= AT(a, i, k) * AT(a, j, k);
            if (i == j) AT(a, i, i) = mlops__sqrt(sum > least ? sum : least);
            else AT(a, i, j) = sum / AT(a, j, j);
        }
}

/* A column is inverted by itself and those behind it, which still are the factor's. */
static void invert(double *a, size_t d) {
    for (size_t j = 0; j < d; j++) {
        AT(a, j, j) = 1 / AT(a, j, j);
        for (size_t i = j + 1; i < d; i++) {
            double sum = AT(a, i, j) * AT(a, j, j);
            for (size_t k = j + 1; k < i; k++) sum += AT(a, i, k) * AT(a, k, j);
            AT(a, i, j) = -sum / AT(a, i, i);
        }
    }
}

void mlops__mahalanobis_build(mlops_anomaly *self, int64_t n, uint32_t m) {
    double *a = correlate(self, n);
    float *model = mlops__anomaly_model(self);
    size_t d = self->d;
    (void)m;
    for (size_t i = 0; i < d; i++) AT(a, i, i) += self->ridge;
    factor(a, d, self->ridge / 2);
    invert(a, d);
    for (size_t i = 0; i < d * (d + 1) / 2; i++) model[i] = (float)a[i];
}

/* Rows and columns p and q of a are turned so that their product is 0; v turns along. */
static void turn(double *a, double *v, size_t d, size_t p, size_t q) {
    double apq = a[p * d + q], theta = (a[q * d + q] - a[p * d + p]) / (2 * apq);
    double t = 1 / (magnitude(theta) + mlops__sqrt(theta * theta + 1));
    if (theta < 0) t = -t;
    double c = 1 / mlops__sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < d; k++) {
        double x = a[k * d + p], y = a[k * d + q];
        a[k * d + p] = c * x - s * y;
        a[k * d + q] = s * x + c * y;
    }
    for (size_t k = 0; k < d; k++) {
        double x = a[p * d + k], y = a[q * d + k];
        a[p * d + k] = c * x - s * y;
        a[q * d + k] = s * x + c * y;
        x = v[p * d + k], y = v[q * d + k];
        v[p * d + k] = c * x - s * y;
        v[q * d + k] = s * x + c * y;
    }
}

/* Jacobi's method: eigenvalues on the diagonal of a, rows of v their vectors. Returns the trace. */
static double diagonalize(double *a, double *v, size_t d) {
    double trace = 0;
    int turned = 1;
    for (size_t i = 0; i < d; i++) trace += a[i * d + i];
    for (int sweep = 0; turned && sweep < 40; sweep++) {
        turned = 0;
        for (size_t p = 0; p < d; p++)
            for (size_t q = p + 1; q < d; q++) {
                if (magnitude(a[p * d + q]) <= 1e-15 * trace) continue;
                turn(a, v, d, p, q);
                turned = 1;
            }
    }
    return trace;
}

void mlops__pca_build(mlops_anomaly *self, int64_t n, uint32_t m) {
    size_t d = self->d;
    double *packed = correlate(self, n), *a = packed + d * (d + 1) / 2, *v = a + d * d;
    float *model = mlops__anomaly_model(self);
    (void)m;
    memset(v, 0, d * d * sizeof *v);
    for (size_t i = 0; i < d; i++) {
        v[i * d + i] = 1;
        for (size_t j = 0; j < d; j++) a[i * d + j] = j <= i ? AT(packed, i, j) : AT(packed, j, i);
    }
    double trace = diagonalize(a, v, d);
    for (uint32_t c = 0; c < self->n_parts; c++) {
        size_t best = 0;
        for (size_t i = 1; i < d; i++)
            if (a[i * d + i] > a[best * d + best]) best = i;
        /* Where no row went, none is reconstructed: what goes there is unusual. */
        int is_used = a[best * d + best] > 1e-9 * trace;
        a[best * d + best] = -1; /* eigenvalues are 0 or more, but for rounding */
        for (size_t i = 0; i < d; i++) *model++ = is_used ? (float)v[best * d + i] : 0;
    }
}
