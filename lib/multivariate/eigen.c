/* Eigenvalues by Householder's reflections to three diagonals and implicit shifts (Wilkinson 1968;
 * Martin, Reinsch and Wilkinson 1968), eigenvectors by inverse iteration (Peters and Wilkinson
 * 1971).
 *
 * Owns nothing. Invariant: every sum has one order; vectors of values that lie near each other are
 * made orthogonal one after the other, so that they span the right space also where values are
 * equal.
 */
#include "multivariate/eigen.h"

#include "base/mix.h"
#include "base/real.h"

enum { TURNS_MAX = 60, ITERATIONS_MAX = 6, LANES = 4 };

#define NEAR                                                                                       \
    1e-2 /* of the size of the matrix: vectors further apart are orthogonal by themselves */
#define EPSILON 0x1p-52

static double size_of(double x) { return x < 0 ? -x : x; }

/* Without overflow where the result has none. */
static double hypotenuse(double a, double b) {
    a = size_of(a), b = size_of(b);
    const double large = a > b ? a : b, small = a > b ? b : a;
    if (large == 0.0) return 0.0;
    return large * mlops__sqrt(1.0 + small / large * (small / large));
}

static double dot(const double *a, const double *b, int64_t n) {
    double lanes[LANES] = {0}, sum = 0.0;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lanes[k] += a[i + k] * b[i + k];
    for (; i < n; i++) sum += a[i] * b[i];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + sum;
}

/* ---- three diagonals ---- */

/* v [n] becomes the reflection that leaves but its last value, scaled so that it is 1 less the
 * outer product of it with itself; 0 where nothing is to be done. Returns what is left. */
static double reflect(double *v, int64_t n) {
    double largest = 0.0;
    for (int64_t j = 0; j < n; j++) largest = size_of(v[j]) > largest ? size_of(v[j]) : largest;
    if (n < 2 || largest == 0.0) {
        const double left = n > 0 ? v[n - 1] : 0.0;
        for (int64_t j = 0; j < n; j++) v[j] = 0.0;
        return left;
    }
    for (int64_t j = 0; j < n; j++) v[j] /= largest;
    const double sum = dot(v, v, n);
    const double left = v[n - 1] > 0 ? -mlops__sqrt(sum) : mlops__sqrt(sum);
    const double scale = 1.0 / mlops__sqrt(sum - v[n - 1] * left);
    v[n - 1] -= left;
    for (int64_t j = 0; j < n; j++) v[j] *= scale;
    return left * largest;
}

/* What a reflection changes the rows above by is taken from each of them only as the next one needs
 * it, so that memory is read once for both. */
typedef struct change {
    const double *v;
    double *p;
} change;

static void apply(double *restrict row, const change *late, int64_t j, int64_t n) {
    const double *restrict p = late->p, *restrict v = late->v;
    const double a = v[j], b = p[j];
    for (int64_t l = 0; l < n; l++) row[l] -= a * p[l] + b * v[l];
}

static void make_diagonals(mlops__eigen *self) {
    const int64_t n = self->n;
    change late = {self->room, self->room + n}; /* zeros at first */
    double *next = self->room + 2 * n;
    for (int64_t i = 0; i < 2 * n; i++) self->room[i] = 0.0;
    for (int64_t i = n - 1; i >= 0; i--) {
        double *v = self->matrix + i * n, *restrict p = next;
        apply(v, &late, i, i + 1);
        self->middle[i] = v[i];
        const double left = reflect(v, i);
        if (i > 0) self->beside[i - 1] = left;
        for (int64_t j = 0; j < i; j++) p[j] = 0.0;
        for (int64_t j = 0; j < i; j++) {
            double *restrict row = self->matrix + j * n;
            const double by = v[j];
            apply(row, &late, j, j + 1);
            for (int64_t l = 0; l < j; l++) p[l] += by * row[l];
            p[j] += dot(row, v, j + 1);
        }
        const double k = 0.5 * dot(v, p, i);
        for (int64_t j = 0; j < i; j++) p[j] -= k * v[j];
        next = late.p;
        late = (change){v, p};
    }
    self->beside[n - 1] = 0.0;
}

/* ---- values ---- */

/* One implicit shift between l and m; beside[i] is between i and i + 1. */
static void shift(double *values, double *beside, int64_t l, int64_t m) {
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
    }
    values[l] -= p;
    beside[l] = g;
    beside[m] = 0.0;
}

static void settle(double *values, double *beside, int64_t n) {
    for (int64_t l = 0; l < n; l++)
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            int64_t m = l;
            for (; m < n - 1; m++) {
                const double near = size_of(values[m]) + size_of(values[m + 1]);
                if (size_of(beside[m]) <= 0x1p-53 * near || near + beside[m] == near) break;
            }
            if (m == l) break;
            shift(values, beside, l, m);
        }
}

void mlops__eigen_find(mlops__eigen *self) {
    const int64_t n = self->n;
    double *values = self->values, *beside = self->room;
    make_diagonals(self);
    for (int64_t i = 0; i < n; i++) values[i] = self->middle[i], beside[i] = self->beside[i];
    settle(values, beside, n);
    for (int64_t i = 1; i < n; i++) {
        const double value = values[i];
        int64_t at = i;
        for (; at > 0 && values[at - 1] < value; at--) values[at] = values[at - 1];
        values[at] = value;
    }
}

/* ---- vectors ---- */

/* The three diagonals less a value, as factors: rows change places where that keeps them small. */
typedef struct factors {
    double *first, *second, *third; /* of the upper one */
    double *by;                     /* what of a row goes to the next */
    double *swapped;                /* 1: with the next */
} factors;

static void factorize(const factors *self, const mlops__eigen *of, double value, double least) {
    const int64_t n = of->n;
    double a = of->middle[0] - value, b = n > 1 ? of->beside[0] : 0.0;
    for (int64_t i = 0; i < n; i++) {
        const int last = i == n - 1;
        const double below = last ? 0.0 : of->beside[i];
        const double next = last ? 0.0 : of->middle[i + 1] - value;
        const double after = i + 2 < n ? of->beside[i + 1] : 0.0;
        self->swapped[i] = size_of(below) > size_of(a) && size_of(below) > least;
        if (self->swapped[i] > 0) {
            self->first[i] = below, self->second[i] = next, self->third[i] = after;
            self->by[i] = a / below;
            a = b - self->by[i] * next;
            b = -self->by[i] * after;
        } else {
            if (size_of(a) < least) a = a < 0 ? -least : least;
            self->first[i] = a, self->second[i] = b, self->third[i] = 0.0;
            self->by[i] = below / a;
            a = next - self->by[i] * b;
            b = after;
        }
    }
}

static void solve(const factors *self, double *x, int64_t n) {
    for (int64_t i = 0; i + 1 < n; i++) {
        const double here = x[i], next = x[i + 1];
        x[i] = self->swapped[i] > 0 ? next : here;
        x[i + 1] = self->swapped[i] > 0 ? here - self->by[i] * next : next - self->by[i] * here;
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        double sum = x[i];
        if (i + 1 < n) sum -= self->second[i] * x[i + 1];
        if (i + 2 < n) sum -= self->third[i] * x[i + 2];
        x[i] = sum / self->first[i];
    }
}

/* Of length 1; that of the largest value first, so that no square overflows. */
static void shorten(double *x, int64_t n) {
    double largest = 0.0;
    for (int64_t i = 0; i < n; i++) largest = size_of(x[i]) > largest ? size_of(x[i]) : largest;
    if (!(largest > 0)) return;
    for (int64_t i = 0; i < n; i++) x[i] /= largest;
    const double length = mlops__sqrt(dot(x, x, n));
    for (int64_t i = 0; i < n; i++) x[i] /= length;
}

/* Less what lies along some vectors, twice: the first time leaves what rounding makes of it. */
static void clear_of(double *x, const double *vectors, int64_t n_vectors, int64_t n) {
    for (int64_t k = 0; k < 2 * n_vectors; k++) {
        const double *restrict other = vectors + k % n_vectors * n;
        const double along = dot(x, other, n);
        for (int64_t i = 0; i < n; i++) x[i] -= along * other[i];
    }
}

/* How far x is from being an eigenvector. */
static double gap_of(const mlops__eigen *self, const double *x, double value) {
    double largest = 0.0;
    for (int64_t i = 0; i < self->n; i++) {
        double sum = (self->middle[i] - value) * x[i];
        if (i > 0) sum += self->beside[i - 1] * x[i - 1];
        if (i + 1 < self->n) sum += self->beside[i] * x[i + 1];
        if (size_of(sum) > largest) largest = size_of(sum);
    }
    return largest;
}

void mlops__eigen_vectors(const mlops__eigen *self, int64_t first, int64_t n, double *out) {
    const int64_t d = self->n;
    const double *values = self->values;
    const double largest = size_of(values[0]), other = size_of(values[d - 1]);
    const double size = largest > other ? largest : other, least = size > 0 ? EPSILON * size : 1.0;
    const factors lu = {self->room, self->room + d, self->room + 2 * d, self->room + 3 * d,
                        self->room + 4 * d};
    uint64_t state = 0;
    for (int64_t v = 0, near = 0; v < n; v++) {
        const double value = values[first + v];
        double *x = out + v * d;
        while (values[first + near] - value > NEAR * size) near++;
        for (int64_t i = 0; i < d; i++) x[i] = (double)(mlops__mix_next(&state) >> 11) * 0x1p-53;
        factorize(&lu, self, value, least);
        for (int turn = 0; turn < ITERATIONS_MAX; turn++) {
            shorten(x, d);
            solve(&lu, x, d);
            shorten(x, d);
            if (v > near) clear_of(x, out + near * d, v - near, d);
            shorten(x, d);
            if (turn > 0 && gap_of(self, x, value) <= 4 * least) break;
        }
    }
}

void mlops__eigen_turn(const mlops__eigen *self, const double *vectors, int64_t n, double *panel,
                       double *along) {
    const int64_t d = self->n;
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < d; i++) panel[i * n + k] = vectors[k * d + i];
    for (int64_t i = 2; i < d; i++) {
        const double *v = self->matrix + i * d;
        for (int64_t k = 0; k < n; k++) along[k] = 0.0;
        for (int64_t j = 0; j < i; j++) {
            const double *restrict row = panel + j * n;
            for (int64_t k = 0; k < n; k++) along[k] += v[j] * row[k];
        }
        for (int64_t j = 0; j < i; j++) {
            double *restrict row = panel + j * n;
            for (int64_t k = 0; k < n; k++) row[k] -= along[k] * v[j];
        }
    }
}
