/* Rows of float32 into the current window.
 *
 * Owns nothing. Invariant: a call is checked whole before its first value counts; rows are counted
 * in their order, so that a window ends at the same row however they come.
 */
#include "monitor/monitor_inside.h"

/* Cell of a number in a column that has no edges: bool by its categories, any other the rest. */
static int64_t cell_of(const mlops__reference_column *column, float value) {
    const char *text = value == 0.0f ? "false" : value == 1.0f ? "true" : NULL;
    if (column->type != MLOPS_TYPE_BOOL || !text) return column->n_categories;
    return mlops__reference_category(column, text);
}

static void add_others(mlops__feature *feature, const float *values, int64_t n, int64_t stride) {
    const mlops__reference_column *column = feature->column;
    for (int64_t i = 0; i < n; i++) {
        float value = values[i * stride];
        if (value != value || column->type == MLOPS_TYPE_STRING) feature->n_null++;
        else feature->counts[cell_of(column, value)]++;
    }
}

/* Up to a block of rows: they stay in the cache while feature after feature takes its values. */
static void add_rows(mlops_monitor *self, const float *rows, int64_t n) {
    int64_t stride = self->n_features;
    for (int64_t i = 0; i < self->n_features; i++) {
        mlops__feature *feature = &self->features[i];
        if (feature->profile) mlops_profile_add_f32(feature->profile, rows + i, n, stride);
        else add_others(feature, rows + i, n, stride);
    }
}

static void add_predictions(mlops_monitor *self, const double *predictions, int64_t n,
                            int64_t width) {
    double first[MLOPS__MONITOR_BLOCK];
    for (int64_t i = 0; i < n; i++) first[i] = predictions[i * width];
    mlops_profile_add(self->window, first, n);
    mlops_profile_add(self->predictions, first, n);
    self->n_predictions += n;
}

mlops_status mlops_monitor_add(mlops_monitor *self, const float *rows, int64_t n_rows,
                               int64_t n_features, const double *predictions, int64_t width) {
    if (n_rows < 0 || n_features != self->n_features || (n_rows > 0 && !rows))
        return MLOPS_E_INVALID;
    if (predictions ? width < 1 : width != 0) return MLOPS_E_INVALID;
    if (n_rows > INT64_MAX - self->n_rows) return MLOPS_E_LIMIT;
    while (n_rows > 0) {
        int64_t n = mlops__monitor_room(self, n_rows);
        if (n > MLOPS__MONITOR_BLOCK) n = MLOPS__MONITOR_BLOCK;
        add_rows(self, rows, n);
        if (predictions) {
            add_predictions(self, predictions, n, width);
            predictions += n * width;
        }
        mlops__monitor_advance(self, n);
        rows += n * n_features;
        n_rows -= n;
    }
    return MLOPS_OK;
}
