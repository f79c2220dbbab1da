/* The incomplete beta function and the tails made of it: Student's t and F.
 *
 * Owns the continued fraction. Invariant: the smaller of the two tails is found without
 * subtraction, and the distance from the mode comes from the caller, who knows it without
 * cancellation.
 */
#include "base/real.h"
#include "stats/stats.h"

#define TWO_PI  6.28318530717958647693
#define EPSILON 2.220446049250313e-16

/* x^a y^b / B(a, b) for x + y = 1; gap is x b - y a. */
static double beta_term(double a, double b, double x, double y, double gap) {
    double n = a + b;
    double power = a * mlops__log_bent(gap / a, x * n / a);
    power += b * mlops__log_bent(-gap / b, y * n / b);
    power += mlops__stirling_error(n) - mlops__stirling_error(a) - mlops__stirling_error(b);
    return mlops__exp(power) * mlops__sqrt(a * (b / n) / TWO_PI);
}

/* The lower tail over its term, for x up to the mean, by the even part of the continued fraction,
 * in the form of Didonato and Morris (1992): gap, which is negative, and y stand in place of what
 * cancels. */
static double beta_fraction(double a, double b, double x, double y, double gap) {
    double first = 1 - gap, above = 1 + 1 / a, before = above / first;
    double p = 0, q = 1, next_p = 1, next_q = first / above;
    for (double k = 1; k < 1e7; k += 1) {
        double s = a + 2 * k, w = k * (b - k) * x, e = a / (s - 1), t = (k - 1) / a + 1;
        double alpha = t * (t + b / a) * e * e * (w * x);
        double beta = k + w / (s - 1) + (k / a + 1) / (above + 2 * (k / a)) * (first + k * (1 + y));
        double new_p = alpha * p + beta * next_p, new_q = alpha * q + beta * next_q;
        double value = new_p / new_q;
        p = next_p / new_q;
        q = next_q / new_q;
        next_p = value;
        next_q = 1;
        double step = value - before;
        if (step < EPSILON * value && step > -EPSILON * value) return value;
        before = value;
    }
    return before;
}

/* The lower tail at x of the beta distribution; y is 1 - x, gap is x b - y a. */
static double beta_cdf(double a, double b, double x, double y, double gap) {
    if (!(x > 0)) return x == 0 ? 0 : x;
    if (!(y > 0)) return 1;
    double term = beta_term(a, b, x, y, gap);
    if (gap <= 0) return term * beta_fraction(a, b, x, y, gap);
    double p = 1 - term * beta_fraction(b, a, y, x, -gap);
    return p < 0 ? 0 : p;
}

double mlops__t_sf(double t, double dof) {
    double square = t * t, n = dof + square;
    if (t != t || !(dof > 0)) return __builtin_nan("");
    if (!(square - square == 0)) return t > 0 ? 0 : 1; /* beyond 1e154 */
    double half = 0.5 * beta_cdf(dof / 2, 0.5, dof / n, square / n, dof * (1 - square) / n / 2);
    return t < 0 ? 1 - half : half;
}

double mlops__f_sf(double f, double dof1, double dof2) {
    double a = dof1 / 2, b = dof2 / 2, n = a * f + b;
    if (f != f || !(a > 0) || !(b > 0)) return __builtin_nan("");
    if (!(f > 0)) return 1;
    if (!(n - n == 0)) return 0;
    return beta_cdf(b, a, b / n, a * f / n, a * (b / n) * (1 - f));
}
