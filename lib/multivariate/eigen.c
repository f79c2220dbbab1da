/* Eigenvectors by Householder's reflections to three diagonals, and implicit shifts (Wilkinson
 * 1968; Martin, Reinsch and Wilkinson 1968).
 *
 * Owns nothing. Invariant: vectors lie in rows, so that each turn of two of them is two sweeps
 * through memory; every sum has one order.
 */
#include "multivariate/eigen.h"

#include "base/real.h"

enum { TURNS_MAX = 60 };

static double size_of(double x) { return x < 0 ? -x : x; }

/* Without overflow where the result has none. */
static double hypotenuse(double a, double b) {
    a = size_of(a), b = size_of(b);
    const double large = a > b ? a : b, small = a > b ? b : a;
    if (large == 0.0) return 0.0;
    return large * mlops__sqrt(1.0 + small / large * (small / large));
}

/* Row i loses all but its last two values; the reflection stays in it, scaled so that it is 1 less
 * the outer product of it with itself. Returns the value beside the diagonal. */
static double reflect(double *matrix, int64_t n, int64_t i, double *p) {
    double *v = matrix + i * n, largest = 0.0, sum = 0.0, k = 0.0;
    for (int64_t j = 0; j < i; j++) largest = size_of(v[j]) > largest ? size_of(v[j]) : largest;
    if (i < 2 || largest == 0.0) {
        const double beside = i > 0 ? v[i - 1] : 0.0;
        for (int64_t j = 0; j < i; j++) v[j] = 0.0;
        return beside;
    }
    for (int64_t j = 0; j < i; j++) v[j] /= largest, sum += v[j] * v[j];
    const double beside = v[i - 1] > 0 ? -mlops__sqrt(sum) : mlops__sqrt(sum);
    const double scale = 1.0 / mlops__sqrt(sum - v[i - 1] * beside);
    v[i - 1] -= beside;
    for (int64_t j = 0; j < i; j++) v[j] *= scale, p[j] = 0.0;
    for (int64_t j = 0; j < i; j++) {
        const double *restrict row = matrix + j * n, by = v[j];
        for (int64_t l = 0; l < i; l++) p[l] += by * row[l];
    }
    for (int64_t j = 0; j < i; j++) k += v[j] * p[j];
    for (int64_t j = 0; j < i; j++) p[j] -= 0.5 * k * v[j];
    for (int64_t j = 0; j < i; j++) {
        double *restrict row = matrix + j * n;
        const double a = v[j], b = p[j];
        for (int64_t l = 0; l < i; l++) row[l] -= a * p[l] + b * v[l];
    }
    return beside * largest;
}

/* One implicit shift between l and m; beside[i] is between i and i + 1. */
static void shift(double *values, double *beside, double *vectors, int64_t n, int64_t l,
                  int64_t m) {
    double g = (values[l + 1] - values[l]) / (2.0 * beside[l]), r = hypotenuse(g, 1.0);
    g = values[m] - values[l] + beside[l] / (g + (g < 0 ? -r : r));
    double s = 1.0, c = 1.0, p = 0.0;
    for (int64_t i = m - 1; i >= l; i--) {
        const double f = s * beside[i], b = c * beside[i];
        r = hypotenuse(f, g);
        beside[i + 1] = r;
        if (r == 0.0) {
            values[i + 1] -= p;
            beside[m] = 0.0;
            return;
        }
        s = f / r, c = g / r;
        g = values[i + 1] - p;
        r = (values[i] - g) * s + 2.0 * c * b;
        p = s * r;
        values[i + 1] = g + p;
        g = c * r - b;
        double *restrict low = vectors + i * n, *restrict high = low + n;
        for (int64_t k = 0; k < n; k++) {
            const double x = high[k], y = low[k];
            high[k] = s * y + c * x;
            low[k] = c * y - s * x;
        }
    }
    values[l] -= p;
    beside[l] = g;
    beside[m] = 0.0;
}

static void settle(double *values, double *beside, double *vectors, int64_t n) {
    for (int64_t l = 0; l < n; l++)
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            int64_t m = l;
            for (; m < n - 1; m++) {
                const double near = size_of(values[m]) + size_of(values[m + 1]);
                if (size_of(beside[m]) <= 0x1p-53 * near || near + beside[m] == near) break;
            }
            if (m == l) break;
            shift(values, beside, vectors, n, l, m);
        }
}

static void sort(double *values, double *vectors, int64_t n) {
    for (int64_t i = 0; i < n - 1; i++) {
        int64_t best = i;
        for (int64_t j = i + 1; j < n; j++)
            if (values[j] > values[best]) best = j;
        if (best == i) continue;
        const double value = values[i];
        values[i] = values[best];
        values[best] = value;
        for (int64_t k = 0; k < n; k++) {
            const double swap = vectors[i * n + k];
            vectors[i * n + k] = vectors[best * n + k];
            vectors[best * n + k] = swap;
        }
    }
}

void mlops__eigen(double *matrix, int64_t n, double *values, double *vectors, double *room) {
    double *beside = room, *p = room + n + 1;
    for (int64_t i = n - 1; i > 0; i--) beside[i - 1] = reflect(matrix, n, i, p);
    beside[n - 1] = 0.0;
    for (int64_t i = 0; i < n; i++) {
        values[i] = matrix[i * n + i];
        for (int64_t j = 0; j < n; j++) vectors[i * n + j] = i == j ? 1.0 : 0.0;
    }
    settle(values, beside, vectors, n);
    sort(values, vectors, n);
}

void mlops__eigen_turn(const double *matrix, int64_t n, double *vectors, int64_t k) {
    for (int64_t r = 0; r < k; r++) {
        double *restrict x = vectors + r * n;
        for (int64_t i = 2; i < n; i++) {
            const double *restrict v = matrix + i * n;
            double along = 0.0;
            for (int64_t j = 0; j < i; j++) along += v[j] * x[j];
            for (int64_t j = 0; j < i; j++) x[j] -= along * v[j];
        }
    }
}
