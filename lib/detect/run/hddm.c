/* HDDM (Frias-Blanco et al. 2015): means of values from 0 to 1, with bounds that hold for any
 * distribution: Hoeffding's of plain means (A), McDiarmid's of weighted ones (W).
 *
 * Owns the state of these kinds. Invariant: comparisons with a root are made of the squares.
 * Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "detect/run/detect.h"

/* A: the cut where the mean was clearly least (up) or greatest (down), against the mean of all.
 * c: ln(1 / chance) / 2 of a change, by which cuts are made too, and of a warning. */
typedef struct means {
    double n, sum;
    double low_n, low_mean, low_bound; /* mean + what chance allows */
    double high_n, high_mean, high_bound;
} means;

/* How much the mean has moved away, as a square, and what chance allows of it by the logarithm:
 * both times what spares quotients. */
static inline double gap_a(const means *s, double n, double apart) {
    return apart > 0 ? apart * apart * (n * s->n) : 0;
}

static inline double room_a(const means *s, double n, double logarithm) {
    return (s->n - n) * (0.5 * logarithm);
}

static inline int moved_a(const means *s, double n, double apart, double half_log) {
    double gap = gap_a(s, n, apart); /* two sides of a test: ln(2 / chance) */
    return gap > 0 && gap >= room_a(s, n, MLOPS__LN_2 + 2 * half_log) && n < s->n;
}

static inline int32_t hddm_a(const mlops_detector *self, means *s, double x) {
    double cut = self->c[0]; /* ln(1 / delta) / 2 */
    int32_t signal = MLOPS_DETECTOR_NONE;
    s->n += 1;
    s->sum += x;
    double mean = s->sum / s->n;
    if (self->side & MLOPS_DETECTOR_UP) {
        double below = s->low_bound - mean;
        if (s->n == 1 || (below >= 0 && below * below * s->n >= cut)) {
            s->low_n = s->n;
            s->low_mean = mean;
            s->low_bound = mean + mlops__sqrt(cut / s->n);
        }
        double apart = mean - s->low_mean;
        if (moved_a(s, s->low_n, apart, self->c[1])) signal = MLOPS_DETECTOR_WARNING;
        if (moved_a(s, s->low_n, apart, cut)) return MLOPS_DETECTOR_CHANGE;
    }
    if (self->side & MLOPS_DETECTOR_DOWN) {
        double above = mean - s->high_bound;
        if (s->n == 1 || (above >= 0 && above * above * s->n >= cut)) {
            s->high_n = s->n;
            s->high_mean = mean;
            s->high_bound = mean - mlops__sqrt(cut / s->n);
        }
        double apart = s->high_mean - mean;
        if (moved_a(s, s->high_n, apart, self->c[1])) signal = MLOPS_DETECTOR_WARNING;
        if (moved_a(s, s->high_n, apart, cut)) return MLOPS_DETECTOR_CHANGE;
    }
    return signal;
}

MLOPS__DETECT_LOOP(mlops__hddm_a_take, hddm_a, means)

void mlops__hddm_a_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const means *s = (const means *)(const void *)self->s;
    double logarithm = MLOPS__LN_2 + 2 * self->c[0], worst = 0;
    out->width = (int64_t)s->n;
    if (!(s->n > 0)) return;
    double mean = out->mean = s->sum / s->n;
    if (s->low_n > 0 && s->low_n < s->n)
        worst = gap_a(s, s->low_n, mean - s->low_mean) / room_a(s, s->low_n, logarithm);
    if (s->high_n > 0 && s->high_n < s->n) {
        double down = gap_a(s, s->high_n, s->high_mean - mean) / room_a(s, s->high_n, logarithm);
        if (down > worst) worst = down;
    }
    out->statistic = mlops__sqrt(worst);
}

/* W: weighted means up to the cut and behind it. */
typedef struct weighted {
    double mean;
    double bound; /* the sum of squared weights */
    double n;
} weighted;

typedef struct side_of_w {
    weighted before, behind;
    double cut;
} side_of_w;

typedef struct weights {
    weighted all;
    side_of_w up, down;
} weights;

static inline void weigh(weighted *s, double x, double weight) {
    double rest = 1 - weight;
    s->mean = s->n > 0 ? weight * x + rest * s->mean : x;
    s->bound = weight * weight + rest * rest * s->bound;
    s->n += 1;
}

/* The square of what the newer mean is above the older, and what chance allows of it. */
static inline double gap_w(double apart) { return apart > 0 ? apart * apart : 0; }

static inline double room_w(const weighted *a, const weighted *b, double half_log) {
    return a->n > 0 && b->n > 0 ? (a->bound + b->bound) * half_log : MLOPS__DETECT_MOST;
}

/* The cut moves where the bound of the mean of all, times sign, is the lowest so far. */
static inline int32_t side_w(const mlops_detector *self, const weighted *all, side_of_w *at,
                             double sign, double x) {
    const weighted fresh = {0, 1, 0};
    double below = at->cut - sign * all->mean, square = all->bound * self->c[0];
    if (below > 0 && below * below > square) {
        at->cut = sign * all->mean + mlops__sqrt(square);
        at->before = *all;
        at->behind = fresh;
    } else {
        weigh(&at->behind, x, self->p[MLOPS__WEIGHT]);
    }
    double gap = gap_w(sign * (at->behind.mean - at->before.mean));
    if (!(gap > room_w(&at->before, &at->behind, self->c[1])) &&
        !(gap > room_w(&at->before, &at->behind, self->c[0])))
        return MLOPS_DETECTOR_NONE;
    return gap > room_w(&at->before, &at->behind, self->c[0]) ? MLOPS_DETECTOR_CHANGE
                                                              : MLOPS_DETECTOR_WARNING;
}

static inline int32_t hddm_w(const mlops_detector *self, weights *s, double x) {
    int32_t up = MLOPS_DETECTOR_NONE, down = MLOPS_DETECTOR_NONE;
    weigh(&s->all, x, self->p[MLOPS__WEIGHT]);
    if (self->side & MLOPS_DETECTOR_UP) up = side_w(self, &s->all, &s->up, 1, x);
    if (self->side & MLOPS_DETECTOR_DOWN) down = side_w(self, &s->all, &s->down, -1, x);
    return up > down ? up : down;
}

/* In place: copies of so many numbers are packed in pairs, and wait for that instead. */
MLOPS__DETECT_LOOP_WITH(mlops__hddm_w_take, , , ,
                        hddm_w(self, (weights *)(void *)self->s, values[i]))

void mlops__hddm_w_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const weights *s = (const weights *)(const void *)self->s;
    out->width = (int64_t)s->all.n;
    if (!(s->all.n > 0)) return;
    out->mean = s->all.mean;
    double worst = 0;
    for (int i = 0; i < 2; i++) {
        const side_of_w *at = i ? &s->down : &s->up;
        double apart = at->behind.mean - at->before.mean;
        double ratio = gap_w(i ? -apart : apart) / room_w(&at->before, &at->behind, self->c[0]);
        if (ratio > worst) worst = ratio;
    }
    out->statistic = mlops__sqrt(worst);
}
