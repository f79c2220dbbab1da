/* Cells of presets: distinct values and texts of both sides, and bins as NumPy makes them.
 *
 * Owns numbers of bins and their edges. Invariant: edges have the bits of numpy.linspace, so that a
 * value on an edge falls where it does there.
 */
#include "base/real.h"
#include "drift/preset.h"
#include "stats/stats.h"

#include <string.h>

/* Length of the run of equal values at i. */
static int64_t run(const double *values, int64_t n, int64_t i) {
    int64_t end = i;
    while (end < n && values[end] == values[i]) end++;
    return end - i;
}

static int64_t walk(mlops__preset_cells *out, const double *x, int64_t n, const double *y,
                    int64_t m) {
    int64_t k = 0;
    for (int64_t i = 0, j = 0; i < n || j < m; k++) {
        int64_t a = i < n && (j == m || x[i] <= y[j]) ? run(x, n, i) : 0;
        int64_t b = j < m && (i == n || y[j] <= x[i]) ? run(y, m, j) : 0;
        if (out) {
            out->reference[k] = a;
            out->current[k] = b;
        }
        i += a;
        j += b;
    }
    return k;
}

int64_t mlops__preset_distinct(const double *x, int64_t n, const double *y, int64_t m) {
    return walk(NULL, x, n, y, m);
}

static mlops_status make(mlops__preset_cells *out, int64_t k, const mlops_allocator *allocator) {
    memset(out, 0, sizeof *out);
    out->size = ((size_t)k + 1) * 2 * sizeof *out->reference;
    out->reference = mlops__alloc_zero(allocator, out->size);
    if (!out->reference) return MLOPS_E_NOMEM;
    out->current = out->reference + k + 1;
    return MLOPS_OK;
}

void mlops__preset_cells_free(mlops__preset_cells *self, const mlops_allocator *allocator) {
    mlops__free(allocator, self->reference, self->size);
}

mlops_status mlops__preset_values(mlops__preset_cells *out, const double *x, int64_t n,
                                  const double *y, int64_t m, const mlops_allocator *allocator) {
    MLOPS_TRY(make(out, walk(NULL, x, n, y, m), allocator));
    out->k = walk(out, x, n, y, m);
    return MLOPS_OK;
}

typedef struct texts {
    const mlops__drift_tally *x;
    const mlops__drift_tally *y;
} texts;

static const char *text_at(const texts *self, int64_t i) {
    return i < self->x->n ? self->x->texts[i] : self->y->texts[i - self->x->n];
}

static int text_after(const void *context, int64_t a, int64_t b) {
    return strcmp(text_at(context, a), text_at(context, b)) > 0;
}

mlops_status mlops__preset_texts(mlops__preset_cells *out, const mlops__drift_tally *x,
                                 const mlops__drift_tally *y, const mlops_allocator *allocator) {
    texts both = {x, y};
    int64_t n = x->n + y->n, k = -1;
    const char *before = NULL;
    MLOPS_TRY(make(out, n, allocator));
    int64_t *order = mlops__alloc_array(allocator, (size_t)n + 1, sizeof *order);
    if (!order) return MLOPS_E_NOMEM;
    mlops__sort_order(order, n, text_after, &both);
    for (int64_t i = 0; i < n; i++) {
        int64_t at = order[i], theirs = at >= x->n;
        int64_t count = theirs ? y->counts[at - x->n] : x->counts[at];
        if (count == 0) continue;
        const char *text = text_at(&both, at);
        if (!before || strcmp(before, text) != 0) k++;
        before = text;
        (theirs ? out->current : out->reference)[k] += count;
    }
    out->k = k + 1;
    mlops__free(allocator, order, ((size_t)n + 1) * sizeof *order);
    return MLOPS_OK;
}

/* Exact where x is a power of two. x >= 1. */
static double log2_of(double x) {
    double whole = 0;
    for (; x >= 2; x /= 2) whole += 1;
    return whole + mlops__log(x) / MLOPS__LN_2;
}

/* NumPy rounds the number of bins up from a width. */
static mlops__preset_grid grid_of(double low, double high, double parts) {
    mlops__preset_grid grid = {low, high, 0};
    double span = high - low, width = span / parts, k = width > 0 ? span / width : 1;
    if (!mlops__drift_finite(span)) return grid;
    grid.k = (int64_t)k;
    grid.k += (double)grid.k < k;
    if (grid.k > MLOPS__PRESET_BINS) grid.k = MLOPS__PRESET_BINS;
    if (low == high) {
        grid.low -= 0.5;
        grid.high += 0.5;
    }
    return grid;
}

mlops__preset_grid mlops__preset_sturges(const double *x, int64_t n, const double *y, int64_t m) {
    double low = x[0] < y[0] ? x[0] : y[0], high = x[n - 1] > y[m - 1] ? x[n - 1] : y[m - 1];
    return grid_of(low, high, log2_of((double)n + (double)m) + 1);
}

/* By the third moment, how far the values are from normal. */
mlops__preset_grid mlops__preset_doane(const double *x, int64_t n) {
    double count = (double)n, mean = 0, variance = 0, cubes = 0, parts = 1;
    for (int64_t i = 0; i < n; i++) mean += x[i] / count;
    for (int64_t i = 0; i < n; i++) variance += (x[i] - mean) * ((x[i] - mean) / count);
    double sd = mlops__sqrt(variance);
    if (n > 2 && sd > 0) {
        for (int64_t i = 0; i < n; i++) {
            double z = (x[i] - mean) / sd;
            cubes += z * z * z / count;
        }
        double unit = mlops__sqrt(6 * (count - 2) / ((count + 1) * (count + 3)));
        parts = 1 + log2_of(count) + log2_of(1 + (cubes < 0 ? -cubes : cubes) / unit);
    }
    return grid_of(x[0], x[n - 1], parts);
}

static double edge_of(const mlops__preset_grid *grid, int64_t i) {
    double step = (grid->high - grid->low) / (double)grid->k;
    return i == grid->k ? grid->high : (double)i * step + grid->low;
}

int64_t mlops__preset_bin(const mlops__preset_grid *grid, double value) {
    int64_t low = 0, high = grid->k;
    if (!(value >= grid->low && value <= grid->high)) return -1;
    while (high - low > 1) {
        int64_t middle = (low + high) / 2;
        if (edge_of(grid, middle) <= value) low = middle;
        else high = middle;
    }
    return low;
}

int64_t mlops__preset_count(int64_t *counts, const mlops__preset_grid *grid, const double *values,
                            int64_t n) {
    int64_t first = mlops__count_below(values, n, grid->low, 0), before = first;
    for (int64_t i = 0; i < grid->k; i++) {
        int last = i == grid->k - 1;
        int64_t upto = mlops__count_below(values, n, edge_of(grid, i + 1), last);
        counts[i] = upto - before;
        before = upto;
    }
    return first + n - before;
}
