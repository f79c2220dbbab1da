/* Rates of errors: DDM (Gama et al. 2004), RDDM (Barros et al. 2017), EDDM (Baena-Garcia et al.
 * 2006), STEPD (Nishida and Yamauchi 2007) and ECDD (Ross et al. 2012).
 *
 * Owns the state of these kinds; the newest values of rddm and stepd are kept as bits in a ring
 * behind the numbers. Invariant: a value is an error (1) or none (0), and errors are counted as
 * integers, so that rates are correctly rounded however long the stream is. Freestanding: part of
 * the firmware build.
 */
#include "base/real.h"
#include "detect/run/detect.h"

#include <string.h>

typedef struct rate {
    double n, errors;
    double p_min, s_min, ps_min; /* where p + s was least */
    double head, kept; /* of the ring: where the next value goes, and how many there are */
    double recent;     /* stepd: errors in the ring; rddm: warnings in a row */
} rate;

static rate *state(mlops_detector *self) { return (rate *)(void *)self->s; }

static int32_t level(int changed, int warned) {
    return changed ? MLOPS_DETECTOR_CHANGE : warned ? MLOPS_DETECTOR_WARNING : MLOPS_DETECTOR_NONE;
}

/* The ring, only of rddm and stepd. */

static uint64_t *ring_of(mlops_detector *self) {
    return (uint64_t *)(void *)(self->s + sizeof(rate) / 8);
}

size_t mlops__ring_words(const mlops_detector *self) {
    return sizeof(rate) / 8 + ((size_t)self->p[MLOPS__WINDOW] + 63) / 64;
}

static double ring_bit(const uint64_t *ring, size_t place) {
    return (double)(ring[place / 64] >> place % 64 & 1);
}

/* Puts a value where another was, and returns that. */
static double ring_swap(uint64_t *ring, size_t place, double x) {
    double before = ring_bit(ring, place);
    uint64_t bit = (uint64_t)1 << place % 64;
    ring[place / 64] = (ring[place / 64] & ~bit) | (x > 0 ? bit : 0);
    return before;
}

/* Puts a value in; in a ring that was empty the place of the next is 0 until it is full. */
static inline double ring_push(mlops_detector *self, rate *s, double x) {
    double before = ring_swap(ring_of(self), (size_t)s->head, x), window = self->p[MLOPS__WINDOW];
    s->head = s->head + 1 < window ? s->head + 1 : 0;
    s->kept += s->kept < window;
    return before;
}

/* DDM and RDDM. */

/* Whether p + s is above a bound, s being the square root of p (1 - p) / n: without the root, and
 * not where it is the bound but for rounding. */
static inline int is_above(double p, double n, double bound) {
    double left = bound - p;
    return left < 0 || p * (1 - p) > n * left * left * (1 + 1e-11);
}

/* The rate with one more value and, if it is to be watched, where it was lowest. */
static inline double rate_add(rate *s, double x, int watches) {
    s->n += 1;
    s->errors += x;
    double p = s->errors / s->n;
    if (watches && !is_above(p, s->n, s->ps_min)) {
        s->p_min = p;
        s->s_min = mlops__sqrt(p * (1 - p) / s->n);
        s->ps_min = p + s->s_min;
    }
    return p;
}

static inline int is_worse(const mlops_detector *self, const rate *s, double p, int param) {
    return is_above(p, s->n, s->p_min + self->p[param] * s->s_min);
}

static inline int32_t ddm(const mlops_detector *self, rate *s, double x) {
    int watches = s->n >= self->p[MLOPS__MIN_N];
    double p = rate_add(s, x, watches);
    if (!watches) return MLOPS_DETECTOR_NONE;
    return level(is_worse(self, s, p, MLOPS__THRESHOLD), is_worse(self, s, p, MLOPS__WARNING));
}

MLOPS__DETECT_LOOP(mlops__ddm_take, ddm, rate)

/* The rate anew from the newest values; where that was least too, if there was a change. */
void mlops__rddm_restart(mlops_detector *self) {
    rate *s = state(self);
    size_t window = (size_t)self->p[MLOPS__WINDOW], kept = (size_t)s->kept;
    int changed = self->signal == MLOPS_DETECTOR_CHANGE;
    if (changed) {
        /* Those since the warnings began are of the new concept. */
        size_t since = (size_t)s->recent + 1;
        if (s->recent > self->p[MLOPS__WARNINGS]) since = 1;
        if (since < kept) kept = since;
        s->p_min = s->s_min = s->ps_min = MLOPS__DETECT_MOST;
    }
    s->n = s->errors = s->recent = 0;
    s->kept = (double)kept;
    size_t place = ((size_t)s->head + window - kept) % window;
    for (size_t i = 0; i < kept; i++, place = place + 1 < window ? place + 1 : 0)
        rate_add(s, ring_bit(ring_of(self), place), changed && s->n + 1 >= self->p[MLOPS__MIN_N]);
}

static inline int32_t rddm(mlops_detector *self, rate *s, double x) {
    if (s->n > self->p[MLOPS__MAX_N] && s->recent == 0) {
        *state(self) = *s;
        mlops__rddm_restart(self);
        *s = *state(self);
    }
    ring_push(self, s, x);
    int watches = s->n + 1 >= self->p[MLOPS__MIN_N];
    double p = rate_add(s, x, watches);
    if (!watches) return MLOPS_DETECTOR_NONE;
    if (is_worse(self, s, p, MLOPS__THRESHOLD)) return MLOPS_DETECTOR_CHANGE;
    if (!is_worse(self, s, p, MLOPS__WARNING)) {
        s->recent = 0;
        return MLOPS_DETECTOR_NONE;
    }
    s->recent += 1;
    return level(s->recent > self->p[MLOPS__WARNINGS], 1);
}

MLOPS__DETECT_LOOP(mlops__rddm_take, rddm, rate)

void mlops__ddm_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const rate *s = (const rate *)(const void *)self->s;
    out->width = (int64_t)s->n;
    if (!(s->n > 0)) return;
    double p = out->mean = s->errors / s->n;
    double now = p + mlops__sqrt(p * (1 - p) / s->n);
    if (s->ps_min < MLOPS__DETECT_MOST && s->s_min > 0)
        out->statistic = (now - s->p_min) / (self->p[MLOPS__THRESHOLD] * s->s_min);
}

/* STEPD: the newest p[WINDOW] against all before. */

/* c[0] and c[1]: standard deviations that p[DELTA] and p[WARNING] of the cases exceed. */
void mlops__stepd_prepare(mlops_detector *self) {
    const double chances[] = {self->p[MLOPS__DELTA], self->p[MLOPS__WARNING]};
    for (int i = 0; i < 2; i++) {
        double low = 0, high = 8;
        for (int step = 0; step < 60; step++) {
            double z = 0.5 * (low + high);
            if (0.5 * (1 - mlops__erf(z * 0.70710678118654752)) > chances[i]) low = z;
            else high = z;
        }
        self->c[i] = high;
    }
}

/* Standard deviations by which the newest are worse, with the correction for continuity. */
static double stepd_statistic(const mlops_detector *self, const rate *s) {
    double window = self->p[MLOPS__WINDOW], before = s->n - window;
    double rest = s->errors - s->recent, p = s->errors / s->n, parts = 1 / before + 1 / window;
    double gap = s->recent / window - rest / before;
    if (!(gap > 0)) return 0;
    double z = (gap - 0.5 * parts) / mlops__sqrt(p * (1 - p) * parts);
    return z > 0 ? z : 0;
}

static inline int32_t stepd(mlops_detector *self, rate *s, double x) {
    s->recent += x - ring_push(self, s, x);
    s->n += 1;
    s->errors += x;
    if (s->n < 2 * self->p[MLOPS__WINDOW]) return MLOPS_DETECTOR_NONE;
    double z = stepd_statistic(self, s);
    return level(z > self->c[0], z > self->c[1]);
}

MLOPS__DETECT_LOOP(mlops__stepd_take, stepd, rate)

void mlops__stepd_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const rate *s = (const rate *)(const void *)self->s;
    out->width = (int64_t)s->n;
    if (s->n > 0) out->mean = s->errors / s->n;
    if (s->n >= 2 * self->p[MLOPS__WINDOW]) out->statistic = stepd_statistic(self, s) / self->c[0];
}

/* ECDD: a weighted mean of the errors against their rate. p_min is the mean, s_min what is left of
 * the weight of the start, squared. */

/* How far the mean may be above the rate: for an error rate, 400 values to a false alarm. */
static double ecdd_limit(const mlops_detector *self, const rate *s) {
    double p = s->errors / s->n, square = p * p;
    double deviation = mlops__sqrt(p * (1 - p) * self->c[0] * (1 - s->s_min));
    double odd = square * (48.73 + square * (-330.13 + square * 848.18));
    return (3.97 + p * (-6.56 + odd)) * deviation;
}

static inline int32_t ecdd(const mlops_detector *self, rate *s, double x) {
    double weight = self->p[MLOPS__WEIGHT], rest = 1 - weight;
    s->n += 1;
    s->errors += x;
    s->p_min += weight * (x - s->p_min);
    s->s_min *= rest * rest;
    if (s->n < self->p[MLOPS__MIN_N]) return MLOPS_DETECTOR_NONE;
    double limit = ecdd_limit(self, s), above = s->p_min - s->errors / s->n;
    return level(above > limit, above > self->p[MLOPS__WARNING] * limit);
}

MLOPS__DETECT_LOOP(mlops__ecdd_take, ecdd, rate)

void mlops__ecdd_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const rate *s = (const rate *)(const void *)self->s;
    out->width = (int64_t)s->n;
    if (!(s->n > 0)) return;
    out->mean = s->errors / s->n;
    double limit = ecdd_limit(self, s), above = s->p_min - out->mean;
    if (s->n >= self->p[MLOPS__MIN_N] && limit > 0) out->statistic = above > 0 ? above / limit : 0;
}

/* EDDM: errors come closer together. */

typedef struct gaps {
    double n, last, errors;
    double mean, squares; /* of the gaps; sum of squared deviations */
    double top;           /* the largest mean + 2 sd */
    double warns;
} gaps;

static double eddm_now(const gaps *s) {
    double variance = s->errors > 1 ? s->squares / (s->errors - 1) : 0;
    return s->mean + 2 * mlops__sqrt(variance);
}

static inline int32_t eddm(const mlops_detector *self, gaps *s, double x) {
    s->n += 1;
    if (!(x > 0)) return s->warns > 0 ? MLOPS_DETECTOR_WARNING : MLOPS_DETECTOR_NONE;
    double gap = s->n - s->last, apart = gap - s->mean;
    s->last = s->n;
    s->errors += 1;
    s->mean += apart / s->errors;
    s->squares += apart * (gap - s->mean);
    s->warns = 0;
    if (!(s->n > self->p[MLOPS__MIN_N])) return MLOPS_DETECTOR_NONE;
    double now = eddm_now(s);
    if (now > s->top) {
        s->top = now;
        return MLOPS_DETECTOR_NONE;
    }
    if (!(s->errors > self->p[MLOPS__MIN_N])) return MLOPS_DETECTOR_NONE;
    s->warns = now / s->top < self->p[MLOPS__WARNING];
    return level(now / s->top<self->p[MLOPS__THRESHOLD], s->warns> 0);
}

MLOPS__DETECT_LOOP(mlops__eddm_take, eddm, gaps)

void mlops__eddm_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const gaps *s = (const gaps *)(const void *)self->s;
    out->width = (int64_t)s->n;
    if (s->n > 0) out->mean = s->errors / s->n;
    if (s->errors > self->p[MLOPS__MIN_N] && self->p[MLOPS__THRESHOLD] < 1)
        out->statistic = (1 - eddm_now(s) / s->top) / (1 - self->p[MLOPS__THRESHOLD]);
}
