/* One side of a numeric column: its values in order, and its moments.
 *
 * Owns what the copy is that is sorted. Invariant: nulls and NaN are counted and gone, -0 is 0, and
 * moments are taken from the sorted values, so that the order of rows tells in nothing.
 */
#include "base/real.h"
#include "column/column_store.h"
#include "column/table.h"
#include "drift/inside.h"
#include "profile/reference.h"
#include "stats/stats.h"

#include <string.h>

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

/* Mean and standard deviation of the finite ones of ascending values. Gaps are taken to the median,
 * which is within a standard deviation of the mean, and are summed up in places side by side. */
static void find_moments(mlops__drift_values *out) {
    enum { SUMS = 8 };
    double sums[SUMS] = {0}, squares[SUMS] = {0}, left = 0, square = 0;
    const double *values = out->values;
    int64_t n = out->side.n, i = 0;
    while (n > 0 && !mlops__drift_finite(values[0])) values++, n--;
    while (n > 0 && !mlops__drift_finite(values[n - 1])) n--;
    if (n == 0) return;
    double low = values[0], high = values[n - 1], scale = scale_of(low, high), count = (double)n;
    double median = values[n / 2] * scale;
    for (; n - i >= SUMS; i += SUMS)
#pragma GCC unroll 1
        for (int k = 0; k < SUMS; k++) {
            double gap = values[i + k] * scale - median;
            sums[k] += gap;
            squares[k] += gap * gap;
        }
    for (; i < n; i++) {
        double gap = values[i] * scale - median;
        left += gap;
        square += gap * gap;
    }
    for (int k = 0; k < SUMS; k++) {
        left += sums[k];
        square += squares[k];
    }
    double variance = (square - left * left / count) / count;
    double mean = (median + left / count) / scale;
    out->side.min = low;
    out->side.max = high;
    out->side.mean = mean < low ? low : mean > high ? high : mean;
    out->sd = low == high || !(variance > 0) ? 0 : mlops__sqrt(variance) / scale;
}

static void fill(mlops__drift_values *out, const double *values, int64_t n, int64_t n_null) {
    memset(out, 0, sizeof *out);
    out->values = values;
    out->side.n = n;
    out->side.n_null = n_null;
    out->side.mean = out->side.min = out->side.max = out->sd = mlops__not_a_number();
    find_moments(out);
}

void mlops__drift_values_load(mlops__drift_values *out, const mlops__column *column, mlops_cpu cpu,
                              double *values, double *scratch) {
    int64_t n = 0;
    if (column->n_rows > 0 && column->type != MLOPS_TYPE_NULL)
        n = sort_values(cpu, values, scratch, column);
    fill(out, values, n, column->n_rows - n);
}

void mlops__drift_values_take(mlops__drift_values *out, const mlops__reference_column *column,
                              double *values) {
    int64_t n = mlops__reference_n_values(column);
    mlops__reference_values(column, values);
    fill(out, values, n, column->n - n);
}
