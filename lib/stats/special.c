/* Upper tails of the chi-squared and the normal distribution, and the logarithms behind them.
 *
 * Owns the special functions of the tests. Invariant: every tail is a product of one exponential,
 * whose argument is formed without cancellation, and a series or continued fraction of positive
 * terms, so that the relative error stays below 1e-12 down to the smallest normal number.
 */
#include "base/real.h"
#include "stats/stats.h"

#define LN_SQRT_2PI 0.91893853320467274178
#define SQRT_2PI    2.50662827463100050242
#define EPSILON     2.220446049250313e-16

/* The series of 2 atanh(t) - 2 t, t = x / (2 + x), for |t| <= 1/3. */
static double atanh_tail(double t) {
    double t2 = t * t, power = t * t2, sum = 0;
    for (int k = 3; k < 45; k += 2, power *= t2) {
        double next = sum + 2 * power / k;
        if (next == sum) break;
        sum = next;
    }
    return sum;
}

double mlops__log1pmx(double x) {
    if (x < -0.5 || x > 1) return mlops__log(1 + x) - x;
    double t = x / (2 + x);
    return atanh_tail(t) - x * t;
}

double mlops__log1p(double x) {
    if (x < -0.5 || x > 1) return mlops__log(1 + x);
    double t = x / (2 + x);
    return 2 * t + atanh_tail(t);
}

double mlops__stirling_error(double x) {
    double shift = 0;
    for (; x < 16; x += 1) shift += (x + 0.5) * mlops__log1pmx(1 / x) + 0.5 / x;
    double x2 = x * x;
    double s = 1.0 / 12 -
               (1.0 / 360 -
                (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - 691.0 / 360360 / x2) / x2) / x2) / x2) /
                   x2;
    return shift + s / x;
}

double mlops__log_choose(double n, double k) {
    double l = n - k;
    if (!(k > 0) || !(l > 0)) return 0;
    double tail = mlops__stirling_error(n) - mlops__stirling_error(k) - mlops__stirling_error(l);
    return -k * mlops__log(k / n) - l * mlops__log(l / n) - LN_SQRT_2PI -
           0.5 * mlops__log(k * (l / n)) + tail;
}

double mlops__log_bent(double e, double ratio) {
    return e > -0.5 ? mlops__log1pmx(e) : mlops__log(ratio) - e;
}

double mlops__divergence(double e, double ratio) {
    if (e < 1) return ratio > 0 ? ratio * mlops__log_bent(e, ratio) + e * e : 1;
    return ratio * mlops__log(ratio) - e;
}

/* ln of x^a e^-x sqrt(2 pi a) / Gamma(a + 1) */
static double gamma_power(double a, double x) {
    return a * mlops__log_bent((x - a) / a, x / a) - mlops__stirling_error(a);
}

/* x^a e^-x / Gamma(a + 1) */
static double gamma_term(double a, double x) {
    return mlops__exp(gamma_power(a, x)) / (SQRT_2PI * mlops__sqrt(a));
}

/* Lower regularised incomplete gamma function, x < a + 1. */
static double gamma_lower(double a, double x) {
    double term = 1, sum = 1;
    for (double k = 1; term > sum * (EPSILON / 4); k += 1) {
        term *= x / (a + k);
        sum += term;
    }
    return gamma_term(a, x) * sum;
}

/* Upper regularised incomplete gamma function over its term, x >= a + 1: Legendre's continued
 * fraction, evaluated forward (Lentz). */
static double gamma_fraction(double a, double x) {
    double b = x + 1 - a, d = 1 / b, h = d, c = 1e300;
    for (double k = 1; k < 1e7; k += 1) {
        double an = -k * (k - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        double step = d * c;
        h *= step;
        if (step - 1 < EPSILON && 1 - step < EPSILON) break;
    }
    return a * h;
}

static double gamma_sf(double a, double x) {
    if (!(x > 0)) return 1;
    if (x > 1e300) return 0;
    double p = x < a + 1 ? 1 - gamma_lower(a, x) : gamma_term(a, x) * gamma_fraction(a, x);
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

double mlops__chi2_sf(double x, double dof) { return dof > 0 ? gamma_sf(dof / 2, x / 2) : 1; }

double mlops__normal_sf(double x) {
    double half = 0.5 * gamma_sf(0.5, 0.5 * x * x);
    return x < 0 ? 1 - half : half;
}

/* By Newton's method: near the middle on the distance from it,
 * elsewhere on the logarithm of the tail, which is nearly a parabola. */
double mlops__normal_isf(double p) {
    if (!(p >= 0 && p <= 1)) return (p - p) / (p - p);
    if (p > 0.5) return -mlops__normal_isf(1 - p);
    if (p == 0) return 1 / p;
    double gap = 0.5 - p, log_p = mlops__log(p);
    double x = p > 0.25 ? gap * SQRT_2PI : mlops__sqrt(-2 * log_p) - (p > 1e-3 ? 0.8 : 0.4);
    for (int i = 0; i < 60; i++) {
        double density = mlops__exp(-0.5 * x * x) / SQRT_2PI, step;
        if (p > 0.25) {
            step = (gap - (x > 0 ? 0.5 * gamma_lower(0.5, 0.5 * x * x) : 0)) / density;
        } else {
            double tail = mlops__normal_sf(x);
            step = (mlops__log(tail) - log_p) * tail / density;
        }
        x += step;
        if (step < 1e-15 * x && step > -1e-15 * x) break;
    }
    return x;
}

/* A number times e^scale, for sums whose terms are beyond the range of doubles. */
typedef struct scaled {
    double value;
    double step; /* what value grows by, in the same scale */
    double scale;
} scaled;

static void shrink(scaled *self, double *sum) {
    if (self->value < 1e100) return;
    self->value *= 1e-100;
    self->step *= 1e-100;
    *sum *= 1e-100;
    self->scale += 230.25850929940456840;
}

/* Central tails of dof, dof + 2, ..., weighted by Poisson's probabilities: each grows from the one
 * before by a term of one sign. Begins 12 standard deviations below Poisson's mean. */
double mlops__chi2_noncentral_sf(double x, double dof, double lambda) {
    double y = x / 2, mean = lambda / 2, begin = mean - 12 * mlops__sqrt(mean) - 60, sum = 0;
    if (!(dof > 0) || !(x > 0)) return 1;
    if (!(x < 1e300)) return 0;
    double j = begin > 0 ? (double)(int64_t)begin : 0, a = dof / 2 + j;
    double root = 1 / (SQRT_2PI * mlops__sqrt(a)), power = gamma_power(a, y);
    scaled weight = {1, 0, -mean}, tail = {0, root, power};
    if (j > 0) {
        weight.value = 1 / (SQRT_2PI * mlops__sqrt(j));
        weight.scale = gamma_power(j, mean);
    }
    if (y < a + 1) {
        tail.value = 1 - gamma_lower(a, y);
        tail.step = root * mlops__exp(power);
        tail.scale = 0;
    } else {
        tail.value = root * gamma_fraction(a, y);
    }
    for (double term = 1; term > sum * 1e-18;) {
        term = weight.value * tail.value;
        sum += term;
        tail.value += tail.step;
        a += 1;
        tail.step *= y / a;
        j += 1;
        weight.value *= mean / j;
        shrink(&weight, &sum);
        shrink(&tail, &sum);
    }
    double p = mlops__exp(weight.scale + tail.scale) * sum;
    return p < 1 ? p : 1;
}
