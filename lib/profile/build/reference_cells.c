/* Cutting a column into the cells of a reference, and counting it exactly.
 *
 * Owns the choice of edges and categories. Invariant: edges are finite float32 numbers that ascend
 * strictly; at most one value in a thousand lies between an edge and the next float32 above so that
 * rounding it to float32 would move it into the cell below; counts are those of the float64 values.
 */
#include "base/real.h"
#include "profile/build/reference_build.h"
#include "profile/profile.h"
#include "profile/seen.h"
#include "stats/stats.h"

#include <float.h>
#include <string.h>

enum { TRIES = 8 /* values to go on to before an edge is given up */, PER_MILLE = 1000 };

/* Ascending values of a column, and the edges as they are chosen. */
typedef struct cutter {
    const double *values; /* no NaN, no -0 */
    int64_t n;
    double *edges;
    int64_t *upto; /* values at or below each edge */
    int64_t n_edges;
    int blurred; /* an edge was given up or moves a value when rounded */
} cutter;

static int finite(double value) { return value - value == 0.0; }

/* Nearest float32, as double; beyond its range the infinity. */
static double nearest_f32(double value) {
    const double beyond = 0x1.ffffffp127; /* halfway between FLT_MAX and 2^128 */
    if (value >= beyond) return mlops__f64_of(MLOPS__INF_BITS);
    if (value <= -beyond) return -mlops__f64_of(MLOPS__INF_BITS);
    return (double)(float)value;
}

/* Least float32 that is not below a finite value; +inf beyond the range. */
static double upper_f32(double value) {
    if (value > (double)FLT_MAX) return mlops__f64_of(MLOPS__INF_BITS);
    if (value < -(double)FLT_MAX) return -(double)FLT_MAX;
    float f = (float)value;
    if ((double)f >= value) return (double)f + 0.0;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    bits = f > 0.0f ? bits + 1 : f < 0.0f ? bits - 1 : 1;
    memcpy(&f, &bits, sizeof f);
    return (double)f + 0.0;
}

/* Greatest float32 below a value and below what it rounds to; -inf if there is none. */
static double below_f32(double value) {
    double nearest = nearest_f32(value);
    if (nearest > (double)FLT_MAX) return (double)FLT_MAX;
    return finite(nearest) ? mlops__float32_below(nearest) : nearest;
}

/* Number of values at or below the bound, themselves or rounded to float32. */
static int64_t count_upto(const cutter *self, double bound, int rounded) {
    int64_t low = 0, high = self->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        double value = self->values[middle];
        if ((rounded ? nearest_f32(value) : value) <= bound) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Cuts above the value, or above one of the next where float32 cannot tell it from them. */
static void cut_above(cutter *self, double value) {
    for (int i = 0; i < TRIES; i++) {
        double edge = upper_f32(value);
        if (!finite(edge)) break;
        if (self->n_edges && edge <= self->edges[self->n_edges - 1]) {
            self->blurred = 1; /* it shares the cell of the value before */
            return;
        }
        int64_t upto = count_upto(self, edge, 0);
        int64_t moved = count_upto(self, edge, 1) - upto;
        if (moved) self->blurred = 1;
        if (moved <= self->n / PER_MILLE) {
            self->edges[self->n_edges] = edge;
            self->upto[self->n_edges++] = upto;
            return;
        }
        value = self->values[upto + moved - 1];
    }
    self->blurred = 1;
}

/* Cuts below the value, so that its cell has room for no other, where float32 can tell. */
static void cut_below(cutter *self, double value) {
    double edge = below_f32(value);
    if (!finite(edge) || (self->n_edges && edge <= self->edges[self->n_edges - 1])) return;
    int64_t upto = count_upto(self, edge, 0);
    int64_t moved = count_upto(self, edge, 1) - upto;
    if (moved > self->n / PER_MILLE) return;
    self->edges[self->n_edges] = edge;
    self->upto[self->n_edges++] = upto;
}

/* One edge for each distinct value. False if there are more of them than max, or float32 cannot
 * tell them apart. */
static int cut_distinct(cutter *self, int64_t max) {
    int64_t n_distinct = 0;
    for (int64_t i = 0; i < self->n && n_distinct <= max; i++)
        n_distinct += i == 0 || self->values[i] != self->values[i - 1];
    if (n_distinct > max) return 0;
    for (int64_t i = 0; i < self->n; i++) {
        int last = i + 1 == self->n || self->values[i + 1] != self->values[i];
        if (!last) continue;
        if (finite(self->values[i])) cut_above(self, self->values[i]);
        else self->blurred = 1;
    }
    return !self->blurred;
}

/* Edges at equal ranks. A value that takes more than one of them has a cell by itself: it gets an
 * edge below it in place of the second, and the value before it one in place of the third. */
static void cut_ranks(cutter *self, int64_t max) {
    int64_t rank = 0;
    self->n_edges = 0;
    while (rank < max) {
        double value = self->values[(rank + 1) * self->n / (max + 1)];
        int64_t same = 1;
        while (rank + same < max && self->values[(rank + same + 1) * self->n / (max + 1)] == value)
            same++;
        rank += same;
        int64_t first = count_upto(self, value, 0) - 1;
        while (same > 2 && first > 0 && self->values[first] == value) first--;
        if (same > 2 && self->values[first] < value) cut_above(self, self->values[first]);
        if (same > 1 || value > (double)FLT_MAX) cut_below(self, value);
        cut_above(self, value);
    }
    self->blurred = 1;
}

/* Mean and standard deviation of the finite values, from the sorted ones: no order of rows can be
 * told. Values are scaled so that no square leaves the range. */
static void moments(mlops__reference_column *out, const double *values, int64_t n) {
    while (n > 0 && !finite(values[0])) values++, n--;
    while (n > 0 && !finite(values[n - 1])) n--;
    if (n == 0) return;
    double low = values[0], high = values[n - 1];
    out->mean = low;
    out->sd = 0.0;
    if (low == high) return;
    double widest = -low > high ? -low : high;
    double down = widest > 0x1p400 ? 0x1p-600 : widest < 0x1p-400 ? 0x1p600 : 1.0;
    double sum = 0.0, squares = 0.0, left = 0.0, count = (double)n;
    for (int64_t i = 0; i < n; i++) sum += values[i] * down;
    double mean = sum / count;
    for (int64_t i = 0; i < n; i++) {
        double d = values[i] * down - mean;
        left += d;
        squares += d * d;
    }
    double variance = (squares - left * left / count) / count;
    mean = (mean + left / count) / down;
    out->mean = (mean < low ? low : mean > high ? high : mean) + 0.0;
    out->sd = mlops__sqrt(variance > 0.0 ? variance : 0.0) / down;
}

/* Values without NaN and without the sign of zero, ascending. */
static int64_t gather(const mlops__cells_task *task) {
    const mlops__column *column = task->column;
    for (int64_t i = 0; i < column->n_rows; i++) task->values[i] = mlops__column_f64(column, i);
    return mlops__sort_f64(task->host->cpu, task->values, task->scratch, task->values,
                           column->n_rows);
}

/* A share as the payload keeps it: rounded up to a multiple of 2^-32, below 1. */
static double keep_share(int64_t count, int64_t n) {
    double share = (double)count / (double)n * 0x1p32;
    uint64_t units = (uint64_t)share;
    if ((double)units < share) units++;
    return (double)(units > UINT32_MAX ? UINT32_MAX : units) * 0x1p-32;
}

/* Whether cell i holds one value, and has room for no other that float32 could tell from it.
 * Readers end the outer cells at the least and the greatest value, where float32 has those. */
static int is_tight(const cutter *cut, int64_t i, double low, double high) {
    if (low != high || (i < cut->n_edges && cut->edges[i] > upper_f32(high))) return 0;
    return i > 0 ? below_f32(low) <= cut->edges[i - 1] : low <= (double)FLT_MAX;
}

/* The largest cell that does not tell where its values lie, or what rounding to float32 may move.
 */
static double find_hidden(const cutter *cut) {
    int64_t below = 0, most = cut->n / PER_MILLE + 1;
    for (int64_t i = 0; i <= cut->n_edges; i++) {
        int64_t upto = i < cut->n_edges ? cut->upto[i] : cut->n;
        if (upto - below > most && !is_tight(cut, i, cut->values[below], cut->values[upto - 1]))
            most = upto - below;
        below = upto;
    }
    return keep_share(most, cut->n);
}

/* Counts between the edges, into the arena. */
static mlops_status keep_cells(mlops__reference_column *out, const mlops__cells_task *task,
                               const cutter *cut) {
    size_t n_edges = (size_t)cut->n_edges;
    double *edges = mlops__arena_array(task->arena, n_edges + 1, sizeof *edges);
    int64_t *counts = mlops__arena_array(task->arena, n_edges + 1, sizeof *counts);
    if (!edges || !counts) return MLOPS_E_NOMEM;
    int64_t below = 0;
    for (size_t i = 0; i < n_edges; i++) {
        edges[i] = cut->edges[i];
        counts[i] = cut->upto[i] - below;
        below = cut->upto[i];
    }
    counts[n_edges] = cut->n - below;
    out->edges = edges;
    out->counts = counts;
    out->n_edges = cut->n_edges;
    out->n_cells = cut->n_edges + 1;
    out->exact = !cut->blurred;
    out->hidden = cut->blurred && cut->n ? find_hidden(cut) : 0;
    return MLOPS_OK;
}

mlops_status mlops__cells_numeric(mlops__reference_column *out, const mlops__cells_task *task) {
    double edges[MLOPS__REFERENCE_EDGES];
    int64_t upto[MLOPS__REFERENCE_EDGES];
    const mlops__column *column = task->column;
    int64_t n = gather(task);
    out->type = column->type;
    out->n = column->n_rows;
    out->n_null = column->n_nulls;
    out->n_nan = column->n_rows - column->n_nulls - n;
    out->mean = out->sd = out->min = out->max = mlops__f64_of(MLOPS__NAN_BITS);
    cutter cut = {task->values, n, edges, upto, 0, 0};
    /* Two edges less than there may be: streams add one below the least value and one above the
     * greatest, and 255 in all fill a profile's search tree to the last place. */
    if (!cut_distinct(&cut, task->edges_max)) cut_ranks(&cut, task->edges_max - 2);
    if (n) {
        out->min = task->values[0];
        out->max = task->values[n - 1];
        moments(out, task->values, n);
    }
    if (task->whole) MLOPS_TRY(mlops__reference_ecdf_make(out, task, n));
    return keep_cells(out, task, &cut);
}

/* How often each text comes, and its order: by falling count, ties by text. */
typedef struct tally {
    const char *text;
    int64_t count;
} tally;

static int before(const tally *a, const tally *b) {
    return a->count != b->count ? a->count > b->count : strcmp(a->text, b->text) < 0;
}

/* Moves the first k in order to the front. */
static void select_first(tally *tallies, int64_t n, int64_t k) {
    for (int64_t i = 0; i < n; i++) {
        tally t = tallies[i];
        int64_t at = i < k ? i : k;
        if (i >= k && !before(&t, &tallies[k - 1])) continue;
        if (i >= k) tallies[i] = tallies[--at];
        for (; at > 0 && before(&t, &tallies[at - 1]); at--) tallies[at] = tallies[at - 1];
        tallies[at] = t;
    }
}

static void count_texts(tally *tallies, const mlops__column *column) {
    if (column->type == MLOPS_TYPE_BOOL) {
        tallies[0].text = "false";
        tallies[1].text = "true";
    } else {
        for (int64_t i = 0; i < column->n_texts; i++) tallies[i].text = column->texts[i];
    }
    for (int64_t i = 0; i < column->n_rows; i++) {
        if (!mlops__column_valid(column, i)) continue;
        if (column->type == MLOPS_TYPE_BOOL)
            tallies[((const uint8_t *)column->data)[i] != 0].count++;
        else tallies[((const int32_t *)column->data)[i]].count++;
    }
}

/* Texts that do not occur are no categories. */
static int64_t drop_absent(tally *tallies, int64_t n) {
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (tallies[i].count) tallies[kept++] = tallies[i];
    return kept;
}

static mlops_status keep_categories(mlops__reference_column *out, const mlops__cells_task *task,
                                    const tally *tallies, int64_t n) {
    size_t k = (size_t)(n < MLOPS__REFERENCE_CATEGORIES ? n : MLOPS__REFERENCE_CATEGORIES);
    const char **texts = mlops__arena_array(task->arena, k + 1, sizeof *texts);
    int64_t *counts = mlops__arena_array(task->arena, k + 1, sizeof *counts);
    if (!texts || !counts) return MLOPS_E_NOMEM;
    counts[k] = out->n - out->n_null;
    for (size_t i = 0; i < k; i++) {
        texts[i] = mlops__arena_text(task->arena, tallies[i].text, strlen(tallies[i].text));
        if (!texts[i]) return MLOPS_E_NOMEM;
        counts[i] = tallies[i].count;
        counts[k] -= counts[i];
    }
    out->categories = texts;
    out->counts = counts;
    out->n_categories = (int64_t)k;
    out->n_cells = (int64_t)k + 1;
    out->exact = counts[k] == 0;
    return MLOPS_OK;
}

/* Of more categories than are kept, all that came. */
static mlops_status keep_seen(mlops__reference_column *out, const mlops__cells_task *task,
                              const tally *tallies, int64_t n) {
    if (n <= MLOPS__REFERENCE_CATEGORIES) return MLOPS_OK;
    mlops__seen *seen = mlops__arena_alloc(task->arena, sizeof *seen);
    uint32_t *slots = mlops__arena_array(task->arena, (size_t)n, sizeof *slots);
    if (!seen || !slots) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < n; i++)
        task->values[i] = mlops__seen_key(tallies[i].text, tallies[i].count);
    mlops__seen_make(seen, slots, task->values, task->scratch, n, out->n - out->n_null,
                     task->host->cpu);
    out->seen = seen;
    return MLOPS_OK;
}

mlops_status mlops__cells_text(mlops__reference_column *out, const mlops__cells_task *task) {
    const mlops__column *column = task->column;
    int64_t n = column->type == MLOPS_TYPE_BOOL     ? 2
                : column->type == MLOPS_TYPE_STRING ? column->n_texts
                                                    : 0;
    size_t size = (size_t)n + 1;
    tally *tallies = mlops__alloc_array(&task->host->allocator, size, sizeof *tallies);
    if (!tallies) return MLOPS_E_NOMEM;
    out->type = column->type;
    out->n = column->n_rows;
    out->n_null = column->n_nulls;
    out->mean = out->sd = out->min = out->max = mlops__f64_of(MLOPS__NAN_BITS);
    if (n) count_texts(tallies, column);
    n = drop_absent(tallies, n);
    select_first(tallies, n, MLOPS__REFERENCE_CATEGORIES);
    mlops_status status = keep_categories(out, task, tallies, n);
    if (status == MLOPS_OK) status = keep_seen(out, task, tallies, n);
    mlops__free(&task->host->allocator, tallies, size * sizeof *tallies);
    return status;
}
