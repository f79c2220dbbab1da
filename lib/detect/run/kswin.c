/* KSWIN (Raab et al. 2020) without random numbers: the newest values against all older ones of the
 * window, by the exact distribution of the two-sample Kolmogorov-Smirnov statistic.
 *
 * Owns the state of MLOPS_DETECTOR_KSWIN. Invariant: old and recent are the values of the ring,
 * each sorted; recent has the newest p[RECENT] or, while there are fewer, all.
 * Freestanding: part of the firmware build.
 */
#include "detect/run/detect.h"

#include <string.h>

typedef struct kswin {
    double n;        /* values in the ring */
    double head;     /* where the next one goes */
    double values[]; /* ring, p[WINDOW]; old, p[WINDOW] - p[RECENT]; recent, p[RECENT] */
} kswin;

typedef struct parts {
    size_t window, n_recent, n, head;
    double *ring, *old, *recent;
} parts;

static parts parts_of(const mlops_detector *self) {
    kswin *s = (kswin *)(uintptr_t)self->s;
    parts out;
    out.window = (size_t)self->p[MLOPS__WINDOW];
    out.n_recent = (size_t)self->p[MLOPS__RECENT];
    out.n = (size_t)s->n;
    out.head = (size_t)s->head;
    out.ring = s->values;
    out.old = out.ring + out.window;
    out.recent = out.old + (out.window - out.n_recent);
    return out;
}

size_t mlops__kswin_words(const mlops_detector *self) {
    return sizeof(kswin) / 8 + 2 * (size_t)self->p[MLOPS__WINDOW];
}

/* Share of the orders of both samples in which the statistic stays below k / (a b), if they are of
 * one distribution: by counting paths, column after column, scaled so that nothing overflows. */
static double share_below(double *column, size_t a, size_t b, double k) {
    for (size_t j = 0; j <= b; j++) column[j] = (double)(j * a) >= k ? 0 : 1;
    for (size_t i = 1; i <= a; i++) {
        double weight = (double)i / (double)(i + b);
        column[0] = (double)(i * b) >= k ? 0 : weight * column[0];
        for (size_t j = 1; j <= b; j++) {
            double apart = (double)(i * b) - (double)(j * a);
            column[j] = apart >= k || -apart >= k ? 0 : weight * column[j] + column[j - 1];
        }
    }
    return column[b];
}

/* c[0]: the least statistic, times both lengths, that is a change: of a chance of at most p[DELTA],
 * and above 0.1. */
void mlops__kswin_prepare(mlops_detector *self) {
    self->s[0] = self->s[1] = 0; /* the ring is room to work in, and empty behind it */
    parts at = parts_of(self);
    size_t a = at.window - at.n_recent, b = at.n_recent;
    double product = (double)a * (double)b, low = 0, high = product + 1;
    while (high - low > 1) {
        double k = (double)(int64_t)(0.5 * (low + high));
        if (1 - share_below(at.ring, a, b, k) <= self->p[MLOPS__DELTA]) high = k;
        else low = k;
    }
    double least = (double)(int64_t)(0.1 * product) + 1;
    self->c[0] = high > least ? high : least;
}

/* First place of the sorted values that is not below x. */
static size_t place_of(const double *sorted, size_t n, double x) {
    size_t low = 0;
    while (n > 0) {
        size_t half = n / 2;
        if (sorted[low + half] < x) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

static void put_in(double *sorted, size_t n, double x) {
    size_t place = place_of(sorted, n, x);
    memmove(sorted + place + 1, sorted + place, (n - place) * sizeof *sorted);
    sorted[place] = x;
}

static void take_out(double *sorted, size_t n, double x) {
    size_t place = place_of(sorted, n, x);
    memmove(sorted + place, sorted + place + 1, (n - place - 1) * sizeof *sorted);
}

static void push(mlops_detector *self, double x) {
    kswin *s = (kswin *)(void *)self->s;
    parts at = parts_of(self);
    size_t n_old = at.n > at.n_recent ? at.n - at.n_recent : 0, n_recent = at.n - n_old;
    if (at.n == at.window) {
        take_out(at.old, n_old--, at.ring[at.head]);
        at.n--;
    }
    if (n_recent == at.n_recent) {
        double leaves = at.ring[(at.head + at.window - at.n_recent) % at.window];
        take_out(at.recent, n_recent--, leaves);
        put_in(at.old, n_old, leaves);
    }
    put_in(at.recent, n_recent, x);
    at.ring[at.head] = x;
    s->head = at.head + 1 < at.window ? (double)(at.head + 1) : 0;
    s->n = (double)(at.n + 1);
}

/* The newest stay. */
void mlops__kswin_restart(mlops_detector *self) {
    kswin *s = (kswin *)(void *)self->s;
    if (s->n > self->p[MLOPS__RECENT]) s->n = self->p[MLOPS__RECENT];
}

static double distance(const parts *at) {
    size_t a = at->window - at->n_recent, b = at->n_recent;
    double most = 0;
    for (size_t i = 0, j = 0; i < a && j < b;) {
        double x = at->old[i] < at->recent[j] ? at->old[i] : at->recent[j];
        while (i < a && at->old[i] <= x) i++;
        while (j < b && at->recent[j] <= x) j++;
        double apart = (double)(i * b) - (double)(j * a);
        if (apart < 0) apart = -apart;
        if (apart > most) most = apart;
    }
    return most;
}

static inline int32_t step(mlops_detector *self, double x) {
    push(self, x);
    parts at = parts_of(self);
    if (at.n < at.window || distance(&at) < self->c[0]) return MLOPS_DETECTOR_NONE;
    return MLOPS_DETECTOR_CHANGE;
}

MLOPS__DETECT_LOOP_WITH(mlops__kswin_take, , , , step(self, values[i]))

void mlops__kswin_tell(const mlops_detector *self, mlops_detector_summary *out) {
    parts at = parts_of(self);
    size_t n_recent = at.n < at.n_recent ? at.n : at.n_recent;
    double sum = 0;
    for (size_t i = 0; i < n_recent; i++) sum += at.recent[i];
    out->width = (int64_t)at.n;
    if (n_recent) out->mean = sum / (double)n_recent;
    if (at.n == at.window) out->statistic = distance(&at) / self->c[0];
}

void mlops__kswin_put(const mlops_detector *self, mlops__buf *out) {
    parts at = parts_of(self);
    mlops__buf_f64(out, (double)at.n);
    for (size_t i = at.n; i > 0; i--)
        mlops__buf_f64(out, at.ring[(at.head + at.window - i) % at.window]);
}

mlops_status mlops__kswin_get(mlops_detector *self, mlops__cursor *in) {
    double n = mlops__cursor_f64(in);
    if (!mlops__detect_is_count(n, self->p[MLOPS__WINDOW])) return MLOPS_E_CORRUPT;
    for (double i = 0; i < n; i++) {
        double x = mlops__cursor_f64(in);
        if (!mlops__detect_is_usable(x)) return MLOPS_E_CORRUPT;
        push(self, x);
    }
    return in->failed ? MLOPS_E_CORRUPT : MLOPS_OK;
}
