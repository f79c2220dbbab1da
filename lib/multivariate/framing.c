/* Rows as numbers: what stands for texts and for what is missing, and in which units.
 *
 * Owns how that is decided. Invariants: texts of the same number of rows are taken as they sort, so
 * that the order of rows decides nothing; what is taken is finite and at most 1e60 in size, so that
 * no sum of squares of it overflows.
 */
#include "base/bits.h"
#include "base/real.h"
#include "column/column_store.h"
#include "multivariate/multivariate.h"
#include "stats/stats.h"

enum { BLOCK = 64, SLOTS = 16, RANKS = 60 };

#define SIZE_MOST 1e60
#define SMALL     0x1p-40 /* of so many rows no sum overflows */

typedef struct making {
    mlops__frame *frame;
    mlops__work *work;
    mlops__encoding encoding;
    int sides;
    int64_t step;
} making;

static int is_finite(double x) { return x - x == 0.0; }

static double number(const mlops__side *side, int64_t row, int64_t column) {
    if (side->columns) return mlops__column_f64(side->columns[column], row);
    const int64_t at = row * side->row_stride + column * side->column_stride;
    return side->f32 ? (double)side->f32[at] : side->f64[at];
}

static int64_t word(const mlops_multivariate *self, int side, int64_t row, int64_t column) {
    const int32_t code = ((const int32_t *)self->sides[side].columns[column]->data)[row];
    return code < 0 ? -1 : self->words[column].codes[side][code];
}

static int is_text(const mlops_multivariate *self, int64_t column) {
    return self->words && self->words[column].n > 0;
}

double mlops__rows_cell(const mlops__frame *self, int side, int64_t row, int64_t place) {
    const mlops__place at = self->places[place];
    const mlops_multivariate *samples = self->samples;
    if (!is_text(samples, at.column)) {
        const double x = number(&samples->sides[side], row, at.column);
        return at.slot == MLOPS__MISSING ? !is_finite(x) : x;
    }
    const int64_t id = word(samples, side, row, at.column);
    const double value = id < 0 ? self->missing[at.column] : self->values[at.column][id];
    return at.slot >= 0 ? value == (double)at.slot : value;
}

static double held(double x) {
    if (!is_finite(x)) return x != x ? 0.0 : x > 0 ? SIZE_MOST : -SIZE_MOST;
    return x > SIZE_MOST ? SIZE_MOST : x < -SIZE_MOST ? -SIZE_MOST : x;
}

/* Rows of a side from first on, or those that are chosen one of step. */
static void take(const mlops__frame *self, int s, int64_t first, int64_t n, int64_t step,
                 double *out) {
    const int64_t d = self->d;
    /* A table is read column by column. */
    const int64_t some = self->samples->sides[s].columns ? n : 1, all = self->samples->sides[s].n;
    for (int64_t begin = 0; begin < n; begin += some)
        for (int64_t c = 0; c < d; c++)
            for (int64_t i = begin; i < begin + some; i++) {
                const int64_t row = mlops__rows_chosen(first + i, all, step);
                const double x = mlops__rows_cell(self, s, row, c);
                out[i * d + c] = is_finite(x) ? held((x - self->mean[c]) * self->scale[c]) : 0.0;
            }
}

void mlops__rows_take(const mlops__frame *self, int64_t first, int64_t n, double *out) {
    const int64_t border = self->samples->sides[0].n;
    int64_t own = first < border ? border - first : 0;
    if (own > n) own = n;
    if (own) take(self, 0, first, own, 1, out);
    if (n > own) take(self, 1, first + own - border, n - own, 1, out + own * self->d);
}

void mlops__rows_take_each(const mlops__frame *self, int64_t step, int64_t first, int64_t n,
                           double *out) {
    take(self, 0, first, n, step, out);
}

/* ---- texts ---- */

static int rarer(const void *counts, int64_t a, int64_t b) {
    const double x = ((const double *)counts)[a], y = ((const double *)counts)[b];
    return x < y || (x == y && a > b);
}

/* How many of the rows that decide have each text. */
static void count_words(const making *self, int64_t column, double *counts) {
    const mlops_multivariate *samples = self->work->samples;
    for (int s = 0; s < self->sides; s++)
        for (int64_t i = 0, n = samples->sides[s].n; i * self->step < n; i++) {
            const int64_t id = word(samples, s, mlops__rows_chosen(i, n, self->step), column);
            if (id >= 0) counts[id] += 1.0;
        }
}

/* Turns counts into what the encoding has for each text. */
static mlops_status number_words(const making *self, int64_t column) {
    mlops__frame *frame = self->frame;
    const int64_t n = self->work->samples->words[column].n;
    double *counts = frame->values[column];
    int64_t *order, most = self->encoding == MLOPS__HOT ? SLOTS : RANKS;
    if (self->encoding == MLOPS__RANK) frame->missing[column] = mlops__not_a_number();
    MLOPS__ROOM(self->work, order, n);
    for (int64_t i = 0; i < n; i++) order[i] = i;
    mlops__sort_order(order, n, rarer, counts);
    if (self->encoding == MLOPS__COUNTS) frame->missing[column] = counts[order[0]];
    else
        for (int64_t i = 0; i < n; i++) counts[order[i]] = (double)(i < most ? i : most);
    if (self->encoding == MLOPS__HOT) frame->missing[column] = (double)(SLOTS + 1);
    return MLOPS_OK;
}

/* ---- places ---- */

static int has_missing(const mlops_multivariate *self, int64_t column) {
    for (int s = 0; s < 2; s++)
        for (int64_t i = 0; i < self->sides[s].n; i++)
            if (is_text(self, column) ? word(self, s, i, column) < 0
                                      : !is_finite(number(&self->sides[s], i, column)))
                return 1;
    return 0;
}

static void add_place(mlops__frame *self, int64_t column, int64_t slot) {
    self->places[self->d++] = (mlops__place){column, slot};
}

static void add_places(const making *self, int64_t column) {
    mlops__frame *frame = self->frame;
    const mlops_multivariate *samples = self->work->samples;
    const int text = is_text(samples, column), hot = self->encoding == MLOPS__HOT;
    if (!text || !hot) add_place(frame, column, MLOPS__VALUE);
    if (!hot || !samples->words) return;
    for (int64_t slot = 0; text && slot <= SLOTS && slot < samples->words[column].n; slot++)
        add_place(frame, column, slot);
    if (has_missing(samples, column)) add_place(frame, column, text ? SLOTS + 1 : MLOPS__MISSING);
}

/* ---- units ---- */

/* Of each place the sum of what is finite and how often it is, or of squares around the mean; the
 * unit is a power of two that keeps them within range. */
static void add_up(const making *self, int squares, double *sums, double *counts, double *most) {
    const mlops__frame *frame = self->frame;
    for (int64_t c = 0; c < frame->d; c++) sums[c] = counts[c] = 0.0;
    for (int s = 0; s < self->sides; s++) {
        const int64_t all = self->work->samples->sides[s].n,
                      n = (all + self->step - 1) / self->step;
        for (int64_t first = 0; first < n; first += BLOCK)
            for (int64_t c = 0; c < frame->d; c++)
                for (int64_t i = first; i < first + BLOCK && i < n; i++) {
                    const int64_t row = mlops__rows_chosen(i, all, self->step);
                    const double x = mlops__rows_cell(frame, s, row, c);
                    if (!is_finite(x)) continue;
                    const double size = x < 0 ? -x : x;
                    const double off = squares ? x * most[c] - frame->mean[c] * most[c] : x * SMALL;
                    if (!squares && size > most[c]) most[c] = size;
                    sums[c] += squares ? off * off : off;
                    counts[c] += 1.0;
                }
    }
}

/* 1 over the power of two of a number, of which two products are finite. */
static double unit_of(double most) {
    const int64_t exponent = (int64_t)(mlops__bits_of(most) >> 52 & 0x7ff);
    const int64_t turned = 2046 - exponent;
    return mlops__f64_of((uint64_t)(turned > 2045 ? 2045 : turned < 1 ? 1 : turned) << 52);
}

/* All places of a text together have a variance of 1. */
static void share_scale(mlops__frame *self) {
    for (int64_t c = 0, end; c < self->d; c = end) {
        double left = 0.0;
        for (end = c; end < self->d && self->places[end].column == self->places[c].column; end++)
            if (self->places[end].slot >= 0) left += self->mean[end] * (1 - self->mean[end]);
        for (int64_t i = c; i < end; i++)
            if (self->places[i].slot >= 0)
                self->scale[i] = left > 1e-12 ? 1.0 / mlops__sqrt(left) : 1.0;
    }
}

static mlops_status find_units(const making *self) {
    mlops__frame *frame = self->frame;
    const int64_t d = frame->d;
    const int standard = self->work->samples->standard;
    double *sums;
    MLOPS__ROOM(self->work, sums, 3 * d);
    MLOPS__ROOM(self->work, frame->mean, d);
    MLOPS__ROOM(self->work, frame->scale, d);
    double *counts = sums + d, *most = counts + d;
    add_up(self, 0, sums, counts, most);
    for (int64_t c = 0; c < d; c++) {
        frame->mean[c] = counts[c] > 0 ? sums[c] / counts[c] / SMALL : 0.0;
        frame->scale[c] = 1.0;
        most[c] = unit_of(most[c]);
    }
    if (!standard) return MLOPS_OK;
    add_up(self, 1, sums, counts, most);
    for (int64_t c = 0; c < d; c++) {
        const double sd = counts[c] > 0 ? mlops__sqrt(sums[c] / counts[c]) / most[c] : 0.0;
        const double size = frame->mean[c] < 0 ? -frame->mean[c] : frame->mean[c];
        /* A constant that no double is has a deviation of what its mean was rounded by. */
        if (frame->places[c].slot == MLOPS__VALUE && sd > 1e-14 * size && is_finite(1.0 / sd))
            frame->scale[c] = 1.0 / sd;
    }
    share_scale(frame);
    return MLOPS_OK;
}

mlops_status mlops__frame_make(mlops__frame *frame, mlops__work *work, mlops__encoding encoding,
                               int sides, int64_t step) {
    const mlops_multivariate *samples = work->samples;
    const making self = {frame, work, encoding, sides, step};
    int64_t most = 0;
    *frame = (mlops__frame){.samples = samples};
    MLOPS__ROOM(work, frame->values, samples->d);
    MLOPS__ROOM(work, frame->missing, samples->d);
    for (int64_t c = 0; c < samples->d; c++) {
        const int64_t n = is_text(samples, c) ? samples->words[c].n : 0;
        most += 2 + (n <= SLOTS ? n : SLOTS + 1);
        if (n == 0) continue;
        MLOPS__ROOM(work, frame->values[c], n);
        count_words(&self, c, frame->values[c]);
        MLOPS_TRY(number_words(&self, c));
    }
    MLOPS__ROOM(work, frame->places, most);
    for (int64_t c = 0; c < samples->d; c++) add_places(&self, c);
    return encoding == MLOPS__RANK ? MLOPS_OK : find_units(&self);
}
