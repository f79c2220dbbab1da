/* One side of a numeric column: its values in order, and its moments.
 *
 * Owns the copy that is sorted. Invariant: nulls and NaN are counted and gone, -0 is 0, and moments
 * are taken from the sorted values, so that the order of rows tells in nothing.
 */
#include "base/real.h"
#include "column/table.h"
#include "drift/inside.h"
#include "stats/stats.h"

#include <string.h>

static double nan_value(void) {
    const uint64_t bits = 0x7ff8000000000000u;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Sorts the values that are no null; returns how many. */
static int64_t sort_values(mlops_cpu cpu, double *out, double *scratch,
                           const mlops__column *column) {
    const double *from = column->data; /* NaN for a null */
    int64_t n = column->n_rows;
    if (column->type != MLOPS_TYPE_FLOAT64) {
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++)
            if (mlops__column_valid(column, i)) out[kept++] = mlops__column_f64(column, i);
        n = kept;
        from = out;
    }
    return mlops__sort_f64(cpu, out, scratch, from, n);
}

/* Power of two that brings the widest value near 1, where squares could leave the range. */
static double scale_of(double low, double high) {
    double widest = -low > high ? -low : high;
    return widest > 0x1p400 ? 0x1p-600 : widest < 0x1p-400 && widest > 0 ? 0x1p600 : 1;
}

/* Mean and standard deviation of the finite ones of ascending values. */
static void find_moments(mlops__drift_values *out) {
    const double *values = out->values;
    int64_t n = out->side.n;
    while (n > 0 && !mlops__drift_finite(values[0])) values++, n--;
    while (n > 0 && !mlops__drift_finite(values[n - 1])) n--;
    if (n == 0) return;
    double low = values[0], high = values[n - 1], scale = scale_of(low, high), count = (double)n;
    double sum = 0, left = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) sum += values[i] * scale;
    double mean = sum / count;
    for (int64_t i = 0; i < n; i++) {
        double gap = values[i] * scale - mean;
        left += gap;
        squares += gap * gap;
    }
    double variance = (squares - left * left / count) / count;
    mean = (mean + left / count) / scale;
    out->side.min = low;
    out->side.max = high;
    out->side.mean = mean < low ? low : mean > high ? high : mean;
    out->sd = low == high || !(variance > 0) ? 0 : mlops__sqrt(variance) / scale;
}

size_t mlops__drift_values_size(int64_t n_rows) { /* the values, and what sorting takes */
    size_t size;
    return mlops__mul((size_t)n_rows, 2 * sizeof(double), &size) ? size : SIZE_MAX;
}

mlops_status mlops__drift_values_load(mlops__drift_values *out, const mlops__column *column,
                                      const mlops__host *host) {
    const mlops_allocator *allocator = &host->allocator;
    memset(out, 0, sizeof *out);
    out->side.mean = out->side.min = out->side.max = out->sd = nan_value();
    if (column->n_rows == 0 || column->type == MLOPS_TYPE_NULL) {
        out->side.n_null = column->n_rows;
        return MLOPS_OK;
    }
    size_t size = (size_t)column->n_rows * sizeof(double); /* the table holds as much */
    double *scratch = mlops__alloc(allocator, size);
    out->values = mlops__alloc(allocator, size);
    out->room = size;
    if (!scratch || !out->values) {
        mlops__free(allocator, scratch, size);
        mlops__drift_values_free(out, allocator);
        return MLOPS_E_NOMEM;
    }
    out->side.n = sort_values(host->cpu, out->values, scratch, column);
    out->side.n_null = column->n_rows - out->side.n;
    mlops__free(allocator, scratch, size);
    find_moments(out);
    return MLOPS_OK;
}

void mlops__drift_values_free(mlops__drift_values *self, const mlops_allocator *allocator) {
    mlops__free(allocator, self->values, self->room);
    self->values = NULL;
}
