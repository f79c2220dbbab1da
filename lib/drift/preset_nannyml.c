/* The preset of NannyML: Jensen-Shannon distance to the reference, beyond what its own chunks have.
 *
 * Owns the chunks of the reference. Invariant: mass that the reference has no bin or category for
 * counts in full, in however many cells it lies.
 */
#include "base/real.h"
#include "column/column_store.h"
#include "column/table.h"
#include "drift/preset.h"

#include <mlops/stats.h>
#include <string.h>

enum { CHUNKS = 10, CHUNKS_MAX = 2 * CHUNKS };

/* To the base 2. */
static double distance(const int64_t *x, const int64_t *y, int64_t k) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    if (mlops_stats_compare_counts(&found, x, y, k) != MLOPS_OK) return mlops__not_a_number();
    return found.js / 0.83255461115769775635; /* sqrt(ln 2) */
}

/* Where the reference's rows belong; grid NULL: by code. */
typedef struct rows {
    const mlops__column *column;
    const mlops__preset_grid *grid;
} rows;

static int64_t cell_of(const rows *self, int64_t row) {
    const mlops__column *column = self->column;
    if (!mlops__column_valid(column, row)) return -1;
    if (self->grid) return mlops__preset_bin(self->grid, mlops__column_f64(column, row));
    if (column->type == MLOPS_TYPE_BOOL) return ((const uint8_t *)column->data)[row] != 0;
    return ((const int32_t *)column->data)[row];
}

/* Three standard deviations above the mean distance of the reference's chunks, the incomplete one
 * too; NaN if there are too few rows for them. chunk has room for the k counts. */
static double limit_of(const rows *self, const int64_t *whole, int64_t *chunk, int64_t k) {
    double found[CHUNKS_MAX], mean = 0, variance = 0;
    int64_t n_rows = self->column->n_rows, size = n_rows / CHUNKS;
    int n = 0;
    if (size == 0) return mlops__not_a_number();
    for (int64_t first = 0; first < n_rows; first += size) {
        int64_t end = n_rows - first < size ? n_rows : first + size;
        memset(chunk, 0, (size_t)k * sizeof *chunk);
        for (int64_t row = first; row < end; row++) {
            int64_t at = cell_of(self, row);
            if (at >= 0) chunk[at]++;
        }
        double one = distance(whole, chunk, k);
        if (one >= 0) found[n++] = one; /* without a value it does not count */
    }
    for (int i = 0; i < n; i++) mean += found[i] / n;
    for (int i = 0; i < n; i++) variance += (found[i] - mean) * (found[i] - mean) / n;
    double limit = mean + 3 * mlops__sqrt(variance);
    return limit < 1 ? limit : 1;
}

static void judge(mlops__drift_judged *out, double effect, double limit) {
    if (limit >= 0) mlops__preset_judge_effect(out, "jensenshannon", effect, limit, effect > limit);
}

void mlops__preset_nannyml_values(mlops__drift_judged *out, const mlops__column *column,
                                  const mlops__drift_values *reference,
                                  const mlops__drift_values *current) {
    int64_t x[MLOPS__PRESET_BINS + 1] = {0}, y[MLOPS__PRESET_BINS + 1], n = reference->side.n;
    const double *values = reference->values;
    if (!mlops__drift_finite(values[0]) || !mlops__drift_finite(values[n - 1])) return;
    mlops__preset_grid grid = mlops__preset_doane(values, n);
    if (grid.k == 0) return;
    rows all = {column, &grid};
    mlops__preset_count(x, &grid, values, n);
    y[grid.k] = mlops__preset_count(y, &grid, current->values, current->side.n);
    double effect = distance(x, y, grid.k + 1);
    judge(out, effect, limit_of(&all, x, y, grid.k));
}

mlops_status mlops__preset_nannyml_categories(mlops__drift_judged *out, const mlops__column *column,
                                              const mlops__drift_tally *reference,
                                              const mlops__preset_cells *cells,
                                              const mlops_allocator *allocator) {
    rows all = {column, NULL};
    size_t n = (size_t)reference->n;
    int64_t *chunk = mlops__alloc_array(allocator, n, sizeof *chunk);
    if (!chunk) return MLOPS_E_NOMEM;
    double effect = distance(cells->reference, cells->current, cells->k);
    judge(out, effect, limit_of(&all, reference->counts, chunk, reference->n));
    mlops__free(allocator, chunk, n * sizeof *chunk);
    return MLOPS_OK;
}
