/* One pass over two sorted samples: the gap of their CDFs, its extremes, and its integrals.
 *
 * Owns the fused merge. The gap is the whole number i m - j n, exact, so that D is; integrals are
 * summed in blocks, and the blocks with compensation, so that they hold to 1e-12 at any size. Of
 * large samples eight shares are walked at once, for a step waits for the one before it.
 * Invariant: a gap counts for an extreme only where the next value differs (right-continuous, ties
 * taken together); infinities are passed outside of the loops that integrate.
 */
#include "base/real.h"
#include "kern/kern.h"
#include "stats/stats.h"

#include <string.h>

enum { BLOCK = 512 };

/* A sum and what its additions lost (Neumaier). Terms are 0 or more. */
typedef struct total {
    double value, lost;
} total;

static void add(total *self, double x) {
    double t = self->value + x;
    self->lost += self->value >= x ? (self->value - t) + x : (x - t) + self->value;
    self->value = t;
}

static void add_total(total *self, const total *other) {
    add(self, other->value);
    self->lost += other->lost;
}

/* Where a walk stands: i values of x and j of y are passed. */
typedef struct walk {
    const double *x, *y;
    int64_t n, m;         /* sizes */
    int64_t x_end, y_end; /* values before +inf */
    int64_t i, j, gap;
    double at;    /* newest value passed */
    double scale; /* of widths: 1, or 1/4 where twice the span is beyond float64 */
    int64_t high, low;
    total first, second; /* integrals of the gap's share of n m and of its square */
} walk;

static int finite(double x) { return x - x == 0; }

/* Passes values until either side or the block is at its end. False if there was none to pass. */
static int block(walk *self) {
    const double *x = self->x, *y = self->y, scale = self->scale;
    const int64_t n = self->n, m = self->m, x_left = self->x_end - self->i;
    const int64_t y_left = self->y_end - self->j, both = x_left < y_left ? x_left : y_left;
    const double unit = 1 / ((double)n * (double)m);
    int64_t i = self->i, j = self->j, gap = self->gap, high = self->high, low = self->low;
    double at = self->at, first = 0, second = 0;
    int64_t k = both > 0 ? both : x_left + y_left;
    if (k == 0) return 0;
    const double *only = both > 0 ? 0 : x_left > 0 ? x : y;
    for (k = k < BLOCK ? k : BLOCK; k > 0; k--) {
        double a = only ? only[only == x ? i : j] : x[i], b = only ? a : y[j];
        int take_x = only ? only == x : a <= b, take_y = only ? only == y : b <= a;
        double next = take_x ? a : b, width = next * scale - at * scale;
        double share = (double)gap * unit;
        int64_t counts = next > at ? gap : 0;
        high = counts > high ? counts : high;
        low = counts < low ? counts : low;
        double area = (share < 0 ? -share : share) * width;
        first += area;
        second += (share < 0 ? -share : share) * area;
        at = next;
        i += take_x;
        j += take_y;
        gap += (take_x ? m : 0) - (take_y ? n : 0);
    }
    self->i = i, self->j = j, self->gap = gap, self->at = at, self->high = high, self->low = low;
    add(&self->first, first);
    add(&self->second, second);
    return 1;
}

/* The next value to be passed, or the newest one that was. */
static double next_value(const walk *self) {
    if (self->i == self->n) return self->y[self->j];
    if (self->j == self->m) return self->x[self->i];
    return self->x[self->i] < self->y[self->j] ? self->x[self->i] : self->y[self->j];
}

static double passed_value(const walk *self) {
    if (self->i == 0) return self->y[self->j - 1];
    if (self->j == 0) return self->x[self->i - 1];
    double a = self->x[self->i - 1], b = self->y[self->j - 1];
    return a > b ? a : b;
}

/* The first value from a state on at which the gap is the wanted one; the last value if none. */
static double locate(walk at, int64_t gap) {
    for (;;) {
        int end = at.i == at.n && at.j == at.m, begun = at.i + at.j > 0;
        if (end) return passed_value(&at);
        double v = next_value(&at);
        if (begun && at.gap == gap && v > passed_value(&at)) return passed_value(&at);
        for (; at.i < at.n && at.x[at.i] == v; at.i++) at.gap += at.m;
        for (; at.j < at.m && at.y[at.j] == v; at.j++) at.gap -= at.n;
    }
}

/* The two extremes' states: the walk as it was before the block in which they grew. */
typedef struct extremes {
    walk high, low;
} extremes;

static void grown(extremes *self, const walk *now, const walk *before) {
    if (now->high > before->high) self->high = *before;
    if (now->low < before->low) self->low = *before;
}

/* Counts the gap where the walk stands; what follows differs. */
static void count_here(extremes *self, walk *now) {
    walk before = *now;
    if (now->gap > now->high) now->high = now->gap;
    if (now->gap < now->low) now->low = now->gap;
    grown(self, now, &before);
}

/* ---- eight walks abreast ---- */

enum { WALKS = MLOPS__GAPS_WALKS, STEPS = MLOPS__GAPS_STEPS };
/* Values of both, so that i (n + m) is exact as a double. */
#define ABREAST_MAX ((int64_t)1 << 26)

int64_t mlops__count_below(const double *values, int64_t n, double bound, int upto) {
    int64_t low = 0;
    while (low < n) {
        int64_t middle = low + (n - low) / 2;
        if (values[middle] < bound || (upto && values[middle] == bound)) low = middle + 1;
        else n = middle;
    }
    return low;
}

/* Puts a walk where i and j values are passed. */
static void stand(walk *self, int64_t i, int64_t j) {
    self->i = i;
    self->j = j;
    self->gap = i * self->m - j * self->n;
    if (i + j > 0) self->at = passed_value(self);
}

/* Puts a walk where so many steps of its own lead, of which there are some, up to the end of a
 * sample. */
static void leap(walk *self, int64_t n_steps) {
    const double *x = self->x + self->i, *y = self->y + self->j;
    int64_t y_left = self->y_end - self->j, x_left = self->x_end - self->i;
    int64_t low = n_steps > y_left ? n_steps - y_left : 0,
            high = n_steps < x_left ? n_steps : x_left;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (x[middle] <= y[n_steps - 1 - middle]) low = middle + 1;
        else high = middle;
    }
    stand(self, self->i + low, self->j + n_steps - low);
}

/* Blocks that eight walks may take before the first sample ends. */
static int64_t count_blocks(const walk *self) {
    const double *x = self->x + self->i, *y = self->y + self->j;
    int64_t x_left = self->x_end - self->i, y_left = self->y_end - self->j;
    if (self->n + self->m > ABREAST_MAX || x_left <= 0 || y_left <= 0 || self->scale < 1) return 0;
    if (x[x_left - 1] <= y[y_left - 1]) y_left = mlops__count_below(y, y_left, x[x_left - 1], 0);
    else x_left = mlops__count_below(x, x_left, y[y_left - 1], 1);
    return (x_left + y_left) / (WALKS * STEPS);
}

/* Shares the steps until a sample ends out to eight walks; the last of them stands for all. */
static void walk_abreast(walk *self, extremes *at, mlops__gaps_block *add_up) {
    mlops__gaps sums = {.all = (double)(self->n + self->m), .n = (double)self->n};
    int64_t n_blocks = count_blocks(self), i[WALKS], j[WALKS];
    total first[WALKS] = {{0, 0}}, second[WALKS] = {{0, 0}};
    walk high[WALKS], low[WALKS];
    if (n_blocks == 0) return;
    sums.unit = 1 / ((double)self->n * (double)self->m);
    for (int k = 0; k < WALKS; k++) {
        walk begin = *self;
        if (k > 0) leap(&begin, k * n_blocks * STEPS);
        i[k] = begin.i, j[k] = begin.j;
        sums.passed[k] = (double)(begin.i + begin.j) * sums.n, sums.at[k] = begin.at;
        sums.high[k] = (double)self->high, sums.low[k] = (double)self->low;
        high[k] = low[k] = *self;
    }
    for (int64_t b = 0; b < n_blocks; b++) {
        mlops__gaps_steps steps;
        mlops__gaps before = sums;
        int64_t from_i[WALKS], from_j[WALKS];
        memcpy(from_i, i, sizeof i);
        memcpy(from_j, j, sizeof j);
        mlops__gaps_pass(&steps, self->x, self->y, i, j);
        add_up(&sums, &steps);
        for (int k = 0; k < WALKS; k++) {
            add(&first[k], sums.first[k]);
            add(&second[k], sums.second[k]);
            if (sums.high[k] > before.high[k]) stand(&high[k], from_i[k], from_j[k]);
            if (sums.low[k] < before.low[k]) stand(&low[k], from_i[k], from_j[k]);
        }
    }
    for (int k = 0; k < WALKS; k++) {
        add_total(&self->first, &first[k]);
        add_total(&self->second, &second[k]);
        if (sums.high[k] > (double)self->high) {
            at->high = high[k];
            self->high = (int64_t)sums.high[k];
        }
        if (sums.low[k] < (double)self->low) {
            at->low = low[k];
            self->low = (int64_t)sums.low[k];
        }
    }
    stand(self, i[WALKS - 1], j[WALKS - 1]);
}

/* Sets out behind the -inf of either side, with an end before +inf. */
static void set_out(walk *self) {
    const double *x = self->x, *y = self->y;
    while (self->x_end > 0 && !finite(x[self->x_end - 1]) && x[self->x_end - 1] > 0) self->x_end--;
    while (self->y_end > 0 && !finite(y[self->y_end - 1]) && y[self->y_end - 1] > 0) self->y_end--;
    while (self->i < self->x_end && !finite(x[self->i])) self->i++;
    while (self->j < self->y_end && !finite(y[self->j])) self->j++;
    self->gap = self->i * self->m - self->j * self->n;
}

/* Where the finite values begin, and whether twice their span fits. */
static void set_scale(walk *self) {
    double begin = 0, end = 0;
    int has_x = self->i < self->x_end, has_y = self->j < self->y_end;
    if (has_x) begin = self->x[self->i], end = self->x[self->x_end - 1];
    if (has_y && (!has_x || self->y[self->j] < begin)) begin = self->y[self->j];
    if (has_y && (!has_x || self->y[self->y_end - 1] > end)) end = self->y[self->y_end - 1];
    self->scale = finite(2 * (end - begin)) ? 1 : 0.25;
    self->at = begin;
}

void mlops__merge(mlops__merged *out, mlops_cpu cpu, const double *x, int64_t n, const double *y,
                  int64_t m, unsigned wanted) {
    walk self = {x, y, n, m, n, m, 0, 0, 0, 0, 1, 0, 0, {0, 0}, {0, 0}};
    extremes at = {self, self};
    set_out(&self);
    int unbounded = self.gap != 0;
    if (self.i + self.j > 0) count_here(&at, &self);
    set_scale(&self);
    walk_abreast(&self, &at, mlops__kern_for(cpu)->gaps_block);
    for (walk before = self; block(&self); before = self) grown(&at, &self, &before);
    if (self.i + self.j > 0) count_here(&at, &self);
    unbounded |= self.gap != 0;
    double infinity = 1e308 * 10;
    memset(out, 0, sizeof *out);
    out->gap_high = self.high;
    out->gap_low = self.low;
    out->at_high = locate(at.high, self.high);
    out->at_low = locate(at.low, self.low);
    double first = self.first.value + self.first.lost,
           second = self.second.value + self.second.lost;
    out->wasserstein = unbounded ? infinity : first / self.scale;
    out->energy = unbounded ? infinity : mlops__sqrt(2 * second) / mlops__sqrt(self.scale);
    if (wanted) mlops__merge_ranks(out, x, n, y, m, wanted);
}
