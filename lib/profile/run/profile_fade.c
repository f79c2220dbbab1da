/* Half of a profile: each count halved, downwards, and all else made to agree.
 *
 * Owns nothing. Invariant: mean and variance stay but for rounding, as the sums become the share
 * that the values left have of those before; least and greatest value lie in the outermost bins
 * that still have any. Freestanding: part of the firmware build.
 */
#include "profile/run/profile_bins.h"

/* Half of the counts of one side, in a window that begins and ends with one. Returns what is left
 * beside zero. */
static int64_t halve_side(mlops_profile *self, int side) {
    mlops__profile_side *s = &self->sides[side];
    int64_t sum = (s->n_tiny /= 2) + (s->n_over /= 2);
    uint64_t first = s->n, end = 0;
    for (uint64_t i = 0; i < s->n; i++) {
        uint64_t count = mlops__bins_get(self, side, i) / 2;
        mlops__bins_put(self, side, i, count);
        sum += (int64_t)count;
        if (count && first == s->n) first = i;
        if (count) end = i + 1;
    }
    uint64_t n = end ? end - first : 0;
    for (uint64_t i = 0; i < s->n; i++)
        mlops__bins_put(self, side, i, i < n ? mlops__bins_get(self, side, first + i) : 0);
    s->low = n ? s->low + first : 0;
    s->n = n;
    return sum;
}

static void narrow(mlops_profile *self, uint32_t width) {
    uint8_t old = self->width;
    for (int side = 0; side < 2; side++)
        for (uint64_t i = 0; i < self->sides[side].n; i++)
            mlops__bins_move(self, side, i, old, (uint8_t)width);
    self->width = (uint8_t)width;
}

/* An extreme that is no longer in the outermost bin becomes that bin's end away from zero. */
static void set_extremes(mlops_profile *self) {
    int64_t first = 0, last = mlops_profile_n_bins(self) - 1;
    uint64_t min = self->min, max = self->max;
    while (!mlops_profile_bin(self, first)) first++;
    while (!mlops_profile_bin(self, last)) last--;
    int has_min = mlops__profile_find(self, min) == first;
    int has_max = mlops__profile_find(self, max) == last;
    if (!has_min) min = mlops__profile_key(mlops__profile_far(self, first));
    if (!has_max) max = mlops__profile_key(mlops__profile_far(self, last));
    if (min > max && has_max) min = max;
    if (min > max) max = min;
    self->min = min;
    self->max = max;
}

static void set_infinite(mlops_profile *self, int64_t n_values) {
    const double infinity = mlops__f64_of(MLOPS__INF_BITS);
    int above = self->max == mlops__profile_key(infinity);
    int below = self->min == mlops__profile_key(-infinity);
    int64_t most = (above ? self->sides[0].n_over : 0) + (below ? self->sides[1].n_over : 0);
    int64_t half = self->totals[MLOPS__TOTAL_INFINITE] / 2;
    int64_t n = half < above + below ? above + below : half < most ? half : most;
    int64_t *beyond = &self->totals[MLOPS__TOTAL_BEYOND];
    self->totals[MLOPS__TOTAL_INFINITE] = n;
    *beyond /= 2;
    if (*beyond > n_values - n) *beyond = n_values - n;
}

static void halve_categories(mlops_profile *self, int64_t left) {
    int64_t *counts = mlops__profile_categories(self);
    for (uint32_t i = 0; i < self->shape.n_categories; i++) {
        counts[i] = counts[i] / 2 < left ? counts[i] / 2 : left;
        left -= counts[i];
    }
}

static int64_t n_terms(const mlops_profile *self) {
    return mlops__profile_values(self) - self->totals[MLOPS__TOTAL_INFINITE] -
           self->totals[MLOPS__TOTAL_BEYOND];
}

void mlops__profile_halve(mlops_profile *self) {
    int64_t before = n_terms(self), *totals = self->totals;
    int64_t n_null = totals[MLOPS__TOTAL_NULL] / 2, n_nan = totals[MLOPS__TOTAL_NAN] / 2;
    int64_t n_zero = totals[MLOPS__TOTAL_ZERO] / 2;
    int64_t n_positive = halve_side(self, 0), n_negative = halve_side(self, 1);
    int64_t n_values = n_positive + n_negative + n_zero;
    if (!n_values) {
        mlops_profile_reset(self);
    } else {
        totals[MLOPS__TOTAL_ZERO] = n_zero;
        totals[MLOPS__TOTAL_NEGATIVE] = n_negative;
        set_extremes(self);
        set_infinite(self, n_values);
        narrow(self, mlops__bins_width(n_values));
        halve_categories(self, n_values);
    }
    totals[MLOPS__TOTAL_NULL] = n_null;
    totals[MLOPS__TOTAL_NAN] = n_nan;
    self->n = n_values + n_null + n_nan;
    int64_t more = n_terms(self) - before; /* of rounding among values that the sums leave out */
    if (more > 0) totals[MLOPS__TOTAL_BEYOND] += more;
    mlops__sum_share(&self->sum, &self->squares, n_terms(self), before);
}
