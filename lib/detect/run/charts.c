/* Control charts: Page-Hinkley (Page 1954), CUSUM, EWMA (Roberts 1959) and Shewhart (1931).
 *
 * Owns the state of these kinds. Invariant: mean and standard deviation (ddof 1) are learnt from
 * the first p[MIN_N] values and kept, so that a slow change is not learnt along; Page-Hinkley alone
 * compares with the mean of all values so far. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "detect/run/detect.h"

typedef struct chart {
    double n;
    double mean; /* Page-Hinkley: the sum */
    double sd;   /* while it learns: sum of squared deviations */
    double up;   /* cusum, Page-Hinkley: what it has risen; ewma: the weighted mean less the mean */
    double down; /* what it has fallen */
    double decay; /* ewma: (1 - weight)^(2 t); shewhart: the newest deviation */
} chart;

static double positive(double x) { return x > 0 ? x : 0; }

/* The larger of the deviations up and down that count. */
static double worse(const mlops_detector *self, double up, double down) {
    if (!(self->side & MLOPS_DETECTOR_UP)) return down;
    if (!(self->side & MLOPS_DETECTOR_DOWN)) return up;
    return up > down ? up : down;
}

static inline int32_t page_hinkley(const mlops_detector *self, chart *s, double x) {
    double delta = self->p[MLOPS__DELTA], kept = self->p[MLOPS__WEIGHT];
    s->n += 1;
    s->mean += x;
    double apart = x - s->mean / s->n;
    s->up = positive(kept * s->up + (apart - delta));
    s->down = positive(kept * s->down + (-apart - delta));
    if (s->n < self->p[MLOPS__MIN_N]) return MLOPS_DETECTOR_NONE;
    return worse(self, s->up, s->down) >= self->p[MLOPS__THRESHOLD] ? MLOPS_DETECTOR_CHANGE
                                                                    : MLOPS_DETECTOR_NONE;
}

MLOPS__DETECT_LOOP(mlops__page_hinkley_take, page_hinkley, chart)

void mlops__page_hinkley_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const chart *s = (const chart *)(const void *)self->s;
    out->width = (int64_t)s->n;
    if (s->n > 0) out->mean = s->mean / s->n;
    if (s->n >= self->p[MLOPS__MIN_N])
        out->statistic = worse(self, s->up, s->down) / self->p[MLOPS__THRESHOLD];
}

/* True while values are learnt from. */
static inline int learns(const mlops_detector *self, chart *s, double x) {
    double n = s->n + 1;
    s->n = n;
    if (n > self->p[MLOPS__MIN_N]) return 0;
    double apart = x - s->mean;
    s->mean += apart / n;
    s->sd += apart * (x - s->mean);
    if (n == self->p[MLOPS__MIN_N]) s->sd = mlops__sqrt(s->sd / (n - 1));
    return 1;
}

static int32_t signal_if(int changed) {
    return changed ? MLOPS_DETECTOR_CHANGE : MLOPS_DETECTOR_NONE;
}

static inline int32_t cusum(const mlops_detector *self, chart *s, double x) {
    if (learns(self, s, x)) return MLOPS_DETECTOR_NONE;
    double slack = self->p[MLOPS__SLACK] * s->sd, apart = x - s->mean;
    s->up = positive(s->up + (apart - slack));
    s->down = positive(s->down + (-apart - slack));
    return signal_if(worse(self, s->up, s->down) > self->p[MLOPS__THRESHOLD] * s->sd);
}

MLOPS__DETECT_LOOP(mlops__cusum_take, cusum, chart)

/* The square of the deviation that is a change. */
static inline double ewma_limit(const mlops_detector *self, const chart *s) {
    double limit = self->p[MLOPS__THRESHOLD] * s->sd;
    return limit * limit * (self->c[0] * (1 - s->decay));
}

static inline int32_t ewma(const mlops_detector *self, chart *s, double x) {
    double weight = self->p[MLOPS__WEIGHT], rest = 1 - weight;
    if (learns(self, s, x)) {
        s->decay = 1;
        return MLOPS_DETECTOR_NONE;
    }
    s->up = rest * s->up + weight * (x - s->mean);
    s->decay *= rest * rest;
    double apart = worse(self, s->up, -s->up);
    return signal_if(apart > 0 && apart * apart > ewma_limit(self, s));
}

MLOPS__DETECT_LOOP(mlops__ewma_take, ewma, chart)

static inline int32_t shewhart(const mlops_detector *self, chart *s, double x) {
    if (learns(self, s, x)) return MLOPS_DETECTOR_NONE;
    s->up = x - s->mean;
    return signal_if(worse(self, s->up, -s->up) > self->p[MLOPS__THRESHOLD] * s->sd);
}

MLOPS__DETECT_LOOP(mlops__shewhart_take, shewhart, chart)

void mlops__chart_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const chart *s = (const chart *)(const void *)self->s;
    double down = self->kind == MLOPS_DETECTOR_CUSUM ? s->down : -s->up;
    double limit = self->kind == MLOPS_DETECTOR_EWMA ? mlops__sqrt(ewma_limit(self, s))
                                                     : self->p[MLOPS__THRESHOLD] * s->sd;
    out->width = (int64_t)s->n;
    if (s->n > 0) out->mean = s->mean;
    if (s->n > self->p[MLOPS__MIN_N] && limit > 0)
        out->statistic = positive(worse(self, s->up, down)) / limit;
}
