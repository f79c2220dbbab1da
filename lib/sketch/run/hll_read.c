/* What a sketch of distinct values tells.
 *
 * Owns nothing. Invariant: without history an answer is a function of the set of values.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "base/real.h"
#include "sketch/run/hll_state.h"

/* Two values share a coupon with 2^-26 / 3: addresses are equal, and so are the values, of which v
 * has 2^-v. */
double mlops__hll_by_coupons(uint32_t n_coupons) {
    double n = n_coupons;
    return n + n * (n > 1 ? n - 1 : 0) / (6.0 * (double)((uint32_t)1 << MLOPS__COUPON_BITS));
}

void mlops__hll_count(const mlops_hll *self, uint32_t counts[MLOPS__HLL_VALUES]) {
    const uint8_t *registers = mlops__hll_registers_of(self);
    memset(counts, 0, MLOPS__HLL_VALUES * sizeof *counts);
    for (size_t i = 0; i < (size_t)1 << self->lg_k; i++) counts[registers[i]]++;
}

void mlops__hll_inverse(const uint32_t counts[MLOPS__HLL_VALUES], double out[2]) {
    out[0] = out[1] = 0;
    for (uint32_t i = 0; i < MLOPS__HLL_VALUES; i++)
        out[i / 32] += (double)counts[i] * mlops__hll_power(i);
}

/* Ertl's estimator (2017): what registers at either end of their range leave open is summed up as
 * the series that it is, so that no table of biases is needed at any count. What few registers make
 * it too large by is taken off as Flajolet and others did (2007). */
static double low_end(double x) {
    double sum = x, last, weight = 1;
    if (x == 1.0) return mlops__f64_of(MLOPS__INF_BITS);
    do {
        x *= x;
        last = sum;
        sum += x * weight;
        weight *= 2;
    } while (sum != last);
    return sum;
}

static double high_end(double x) {
    double sum = 1.0 - x, last, weight = 1;
    if (x == 0.0 || x == 1.0) return 0;
    do {
        x = mlops__sqrt(x);
        last = sum;
        weight /= 2;
        sum -= (1.0 - x) * (1.0 - x) * weight;
    } while (sum != last);
    return sum / 3;
}

static double by_registers(const mlops_hll *self) {
    uint32_t counts[MLOPS__HLL_VALUES];
    double m = (double)((uint64_t)1 << self->lg_k);
    mlops__hll_count(self, counts);
    double sum = m * high_end(1.0 - (double)counts[MLOPS__HLL_VALUES - 1] / m);
    for (size_t i = MLOPS__HLL_VALUES - 2; i > 0; i--) sum = (sum + (double)counts[i]) / 2;
    sum += m * low_end((double)counts[0] / m);
    return 0.72134752044448170368 / (1 + 1.079 / m) * m * m / sum; /* 1 / (2 ln 2) */
}

static double error_of(const mlops_hll *self) {
    if (!self->has_registers) return 0.409 / 8192;
    double m = (double)((uint64_t)1 << self->lg_k);
    return (self->has_history ? 0.8325546 : 1.03896) / mlops__sqrt(m);
}

double mlops_hll_estimate(const mlops_hll *self, double errors) {
    if (!(errors >= -3 && errors <= 3)) return mlops__f64_of(MLOPS__NAN_BITS);
    double estimate = !self->has_registers ? mlops__hll_by_coupons(self->n_coupons)
                      : self->has_history  ? self->hip
                                           : by_registers(self);
    double off = 1.0 - errors * error_of(self);
    double bound = off > 0 ? estimate / off : mlops__f64_of(MLOPS__INF_BITS);
    double least = self->has_registers ? 0 : self->n_coupons;
    return bound > least ? bound : least;
}

mlops_status mlops_hll_summarize(const mlops_hll *self, mlops_hll_summary *out) {
    mlops_hll_summary s = MLOPS_HLL_SUMMARY_INIT;
    s.lg_k = self->lg_k;
    s.n_coupons = self->has_registers ? -1 : (int64_t)self->n_coupons;
    s.has_history = self->has_history;
    s.estimate = mlops_hll_estimate(self, 0);
    s.error = error_of(self);
    return mlops__opts_return(out, &s, sizeof s);
}
