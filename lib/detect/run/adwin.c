/* ADWIN (Bifet and Gavalda 2007): a window kept as sums over powers of two of values, whose older
 * part is dropped when its mean differs from that of the newer by more than chance.
 *
 * Owns the state of MLOPS_DETECTOR_ADWIN. Invariant: width, total and variance (the sum of squared
 * deviations) are those of the summaries in the rows; row i holds at most p[BUCKETS] of 2^i values,
 * the oldest first, and the oldest values stand in the last row.
 * Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "detect/run/detect.h"

typedef struct adwin {
    double width, total, variance;
    double wait; /* values until cuts are looked at */
    double n_rows;
    uint8_t count[MLOPS__ADWIN_ROWS + (8 - MLOPS__ADWIN_ROWS % 8) % 8];
    double sums[]; /* a row: totals of up to p[BUCKETS] + 1 summaries, then their variances */
} adwin;

enum { FIXED = sizeof(adwin) / 8, NUMBERS = 5 };

typedef struct cut {
    double keep;  /* values behind it */
    double ratio; /* of the difference of the means and what chance allows */
} cut;

static size_t row_length(const mlops_detector *self) { return (size_t)self->p[MLOPS__BUCKETS] + 1; }
static double power(size_t i) { return (double)((uint64_t)1 << i); }

size_t mlops__adwin_words(const mlops_detector *self) {
    return FIXED + (size_t)MLOPS__ADWIN_ROWS * 2 * row_length(self);
}

/* The variance of a part of n values goes, too, and what its mean adds to that of the whole. */
static void forget(adwin *s, double n, double total, double variance) {
    s->width -= n;
    s->total -= total;
    double apart = total / n - s->total / s->width;
    s->variance -= variance + n * s->width * apart * apart / (n + s->width);
    if (!(s->variance > 0)) s->variance = 0;
}

static void insert(mlops_detector *self, adwin *s, double x) {
    size_t length = row_length(self), i = 0, n_rows = (size_t)s->n_rows;
    double before = s->width, total = x, variance = 0, size = 1, inverse = 1; /* exact powers */
    s->width += 1;
    if (before > 0) {
        double apart = x - s->total / before;
        s->variance += before * apart * apart / s->width;
    }
    s->total += x;
    for (double *row = s->sums;; row += 2 * length, i++, size *= 2, inverse *= 0.5) {
        size_t k = s->count[i]++;
        row[k] = total;
        row[length + k] = variance;
        if (i == n_rows) s->n_rows = (double)(i + 1);
        if (k + 1 < length) return;
        double apart = (row[0] - row[1]) * inverse;
        total = row[0] + row[1];
        variance = row[length] + row[length + 1] + apart * apart * (0.5 * size);
        for (size_t j = 2; j < length; j++)
            row[j - 2] = row[j], row[length + j - 2] = row[length + j];
        s->count[i] = (uint8_t)(length - 2);
        if (i == MLOPS__ADWIN_ROWS - 1) break;
    }
    forget(s, power(MLOPS__ADWIN_ROWS), total, variance);
}

static void drop_oldest(mlops_detector *self, adwin *s) {
    size_t length = row_length(self), i = (size_t)s->n_rows - 1;
    double *row = s->sums + i * 2 * length, total = row[0], variance = row[length];
    for (size_t j = 1; j < s->count[i]; j++) {
        row[j - 1] = row[j];
        row[length + j - 1] = row[length + j];
    }
    if (--s->count[i] == 0) s->n_rows -= 1;
    forget(s, power(i), total, variance);
}

static double magnitude(double x) { return x < 0 ? -x : x; }

/* Cuts from the oldest to the newest: the first that chance does not explain or, if all are asked
 * for, the one with the largest ratio, whatever that is. Most cuts are far from any doubt: what is
 * left of the test without its second term, without quotients and root, says so at little cost.
 * It errs on the side of looking closer; the products stay finite for values below 1e100. */
static int find_cut(const mlops_detector *self, const adwin *s, int all, cut *out) {
    size_t length = row_length(self);
    int misses =
        self->mode == MLOPS_DETECTOR_RIVER_LEGACY || self->mode == MLOPS_DETECTOR_SKMULTIFLOW;
    double least = self->p[MLOPS__MIN_WINDOW], n0 = 0, n1 = s->width, u0 = 0, u1 = s->total;
    double d = mlops__log(2 * mlops__log(s->width) / self->p[MLOPS__DELTA]);
    double mean_square = s->variance / s->width, spread = 2 * mean_square * d * (1 - 1e-9);
    double part = self->mode == MLOPS_DETECTOR_MOA ? least + 2 : least;
    if (all || spread < 1e-250) spread = 0;
    *out = (cut){s->width, 0};
    for (size_t i = (size_t)s->n_rows; i-- > 0;) {
        const double *row = s->sums + i * 2 * length;
        double size = power(i);
        for (size_t k = 0; k + (size_t)misses < s->count[i]; k++) {
            n0 += size;
            n1 -= size;
            u0 += row[k];
            u1 -= row[k];
            if (n1 < part) return out->ratio > 1;
            if (n0 < part) continue;
            double a0 = n0 - least + 1, a1 = n1 - least + 1, left = u0 * n1, right = u1 * n0;
            double apart = magnitude(left - right) + 1e-15 * (magnitude(left) + magnitude(right));
            if (apart * apart * (a0 * a1) < spread * (a0 + a1) * (n0 * n1 * (n0 * n1))) continue;
            double m = 1 / a0 + 1 / a1, gap = magnitude(u0 / n0 - u1 / n1);
            double chance = mlops__sqrt(2 * m * mean_square * d) + 2. / 3 * d * m;
            if (!all && gap > chance) return *out = (cut){n1, gap / chance}, 1;
            if (all && gap > out->ratio * chance) *out = (cut){n1, gap / chance};
        }
    }
    return out->ratio > 1;
}

static inline int32_t step(mlops_detector *self, double x) {
    adwin *s = (adwin *)(void *)self->s;
    int32_t signal = MLOPS_DETECTOR_NONE;
    insert(self, s, x);
    if ((s->wait -= 1) > 0) return signal;
    s->wait = self->p[MLOPS__CLOCK];
    if (s->width <= self->p[MLOPS__MIN_N]) return signal;
    for (cut found; find_cut(self, s, 0, &found);) {
        signal = MLOPS_DETECTOR_CHANGE;
        double keep = s->width - 1; /* the oldest summary goes */
        if (self->mode == MLOPS_DETECTOR_NATIVE) {
            find_cut(self, s, 1, &found);
            keep = found.keep;
        }
        while (s->width > keep) drop_oldest(self, s);
    }
    return signal;
}

MLOPS__DETECT_LOOP_WITH(mlops__adwin_take, , , , step(self, values[i]))

void mlops__adwin_tell(const mlops_detector *self, mlops_detector_summary *out) {
    const adwin *s = (const adwin *)(const void *)self->s;
    cut clearest;
    out->width = (int64_t)s->width;
    if (s->width > 0) out->mean = s->total / s->width;
    if (s->width <= self->p[MLOPS__MIN_N]) return;
    find_cut(self, s, 1, &clearest);
    out->statistic = clearest.ratio;
}

void mlops__adwin_put(const mlops_detector *self, mlops__buf *out) {
    const adwin *s = (const adwin *)(const void *)self->s;
    size_t length = row_length(self);
    for (size_t i = 0; i < NUMBERS; i++) mlops__buf_f64(out, self->s[i]);
    for (size_t i = 0; i < (size_t)s->n_rows; i++) {
        const double *row = s->sums + i * 2 * length;
        mlops__buf_u8(out, s->count[i]);
        for (size_t k = 0; k < s->count[i]; k++) {
            mlops__buf_f64(out, row[k]);
            mlops__buf_f64(out, row[length + k]);
        }
    }
}

mlops_status mlops__adwin_get(mlops_detector *self, mlops__cursor *in) {
    adwin *s = (adwin *)(void *)self->s;
    size_t length = row_length(self);
    double width = 0;
    for (size_t i = 0; i < NUMBERS; i++) self->s[i] = mlops__cursor_f64(in);
    if (!mlops__detect_is_count(s->width, MLOPS__DETECT_N) ||
        !mlops__detect_is_count(s->n_rows, MLOPS__ADWIN_ROWS) || !(s->variance >= 0) ||
        !mlops__detect_is_count(s->wait - 1, self->p[MLOPS__CLOCK] - 1))
        return MLOPS_E_CORRUPT;
    for (size_t i = 0; i < (size_t)s->n_rows; i++) {
        double *row = s->sums + i * 2 * length;
        s->count[i] = mlops__cursor_u8(in);
        if (s->count[i] >= length || !s->count[i]) return MLOPS_E_CORRUPT;
        for (size_t k = 0; k < s->count[i]; k++) {
            row[k] = mlops__cursor_f64(in);
            row[length + k] = mlops__cursor_f64(in);
            if (!(magnitude(row[k]) <= 1e100 * power(i)) || !(row[length + k] >= 0) ||
                row[length + k] > 1e250)
                return MLOPS_E_CORRUPT;
            width += power(i);
        }
    }
    int sums = magnitude(s->total) <= 1e100 * s->width && s->variance <= 1e250;
    return sums && width == s->width && !in->failed ? MLOPS_OK : MLOPS_E_CORRUPT;
}
