/* Limiting distributions of Cramer-von Mises', Anderson-Darling's and Kuiper's statistics.
 *
 * Owns the tails of weighted sums of squares. That of sum Z_j^2 / u_j is a series of integrals with
 * alternating signs between u_1 and u_2, u_3 and u_4, ... (Smirnov 1937); where the infinite
 * product over (1 - u / u_j) is known, so are they. Invariant: the series falls as fast as the tail
 * does, so that a small tail keeps its digits, unlike one less the CDF.
 */
#include "base/real.h"
#include "stats/stats.h"

#define PI 3.14159265358979323846

/* Cramer and von Mises: u_j = (pi j)^2, the product is sin(t) / t with t^2 = u. t is (2k - 1/2) pi
 * + v pi / 2. What is left of the integrand besides 1 / sqrt(cos(v pi / 2)): */
static double cramer_part(double x, double k, double v) {
    double t = PI / 2 * (4 * k - 1 + v);
    return PI * mlops__exp(-x * t * t / 2) / mlops__sqrt(t);
}

/* Anderson and Darling: u_j = j (j + 1), the product is -cos(s pi / 2) / (pi u) with s^2 = 1 + 4 u.
 * s is 4k + v. */
static double anderson_part(double x, double k, double v) {
    double s = 4 * k + v, u = (s - 1) * (s + 1);
    return mlops__exp(-x * u / 8) * s * mlops__sqrt(PI / u);
}

/* Nodes are those of Gauss and Chebyshev, whose weight has the same singularities at both ends. */
static double alternating_tail(double x, double (*part)(double x, double k, double v)) {
    int n = 16 + (int)(10 * mlops__sqrt(x));
    double sum = 0, sign = 1;
    for (double k = 1; k < 1000; k += 1, sign = -sign) {
        double integral = 0, sine, v, high, unused;
        for (int i = 0; i < n; i++) {
            mlops__sincos(PI / 2 * (i + 0.5) / n, &sine, &v); /* v from 1 down to 0 */
            mlops__sincos(PI * (i + 0.5) / n / 4, &high, &unused);
            mlops__sincos(PI * high * high, &high, &unused); /* cos(v pi / 2), as v nears 1, too */
            integral += sine / mlops__sqrt(high) * (part(x, k, v) + part(x, k, -v));
        }
        sum += sign * integral;
        if (!(integral > sum * 1e-17)) break;
    }
    sum /= 2.0 * n;
    return sum > 1 ? 1 : sum;
}

double mlops__cramer_sf(double x) {
    if (x != x) return x;
    return x < 0.003 ? 1 : x > 200 ? 0 : alternating_tail(x, cramer_part);
}

double mlops__anderson_sf(double x) {
    if (x != x) return x;
    return x < 0.025 ? 1 : x > 800 ? 0 : alternating_tail(x, anderson_part);
}

/* Kuiper's series, and what Poisson's summation makes of it where it converges slowly. */
double mlops__kuiper_sf(double x) {
    double square = x * x, sum = 0;
    if (x != x) return x;
    if (x < 0.3) return 1;
    if (x > 40) return 0;
    for (double k = 1; k < 40; k += 1) {
        double near = PI * PI * k * k / square, far = 4 * k * k * square;
        sum += x < 1 ? near * mlops__exp(-near / 2) : (far - 1) * mlops__exp(-far / 2);
    }
    return x < 1 ? 1 - 2.50662827463100050242 * sum / x : 2 * sum;
}
