/* Rows of float32 into the current window.
 *
 * Owns the block of pending rows: those that come one by one wait there, since feature after
 * feature counts a block at a third of the cost. Invariant: a call is checked whole before its
 * first value counts; rows are counted in their order, and a window ends at the same row however
 * they come.
 */
#include "monitor/monitor.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"

#include <string.h>

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
    int64_t stride = self->width;
    for (int64_t i = 0; i < self->n_features; i++) {
        mlops__feature *feature = &self->features[i];
        const float *values = rows + feature->place;
        if (feature->place < 0) continue;
        if (feature->profile) mlops_profile_add_f32(feature->profile, values, n, stride);
        else add_others(feature, values, n, stride);
    }
}

void mlops__monitor_add_predictions(mlops_monitor *self, const double *first, int64_t n) {
    (void)mlops_profile_add(self->window, first, n); /* rows are bounded, and predictions by them */
    (void)mlops_profile_add(self->predictions, first, n);
}

void mlops__monitor_flush(mlops_monitor *self) {
    int64_t n = self->n_pending;
    if (!n) return;
    add_rows(self, self->pending, n);
    mlops__monitor_add_predictions(self, self->pending_predictions, self->n_pending_predictions);
    self->n_pending = self->n_pending_predictions = 0;
    mlops__monitor_advance(self, n);
}

/* Takes n rows that fit into the block. predictions may be NULL. */
static void keep(mlops_monitor *self, const float *rows, int64_t n, const double *predictions,
                 int64_t width) {
    size_t size = (size_t)n * (size_t)self->width;
    memcpy(self->pending + self->n_pending * self->width, rows, size * sizeof *rows);
    self->n_pending += n;
    if (!predictions) return;
    double *first = self->pending_predictions + self->n_pending_predictions;
    for (int64_t i = 0; i < n; i++) first[i] = predictions[i * width];
    self->n_pending_predictions += n;
}

mlops_status mlops_monitor_add(mlops_monitor *self, const float *rows, int64_t n_rows,
                               int64_t n_features, const double *predictions, int64_t width) {
    mlops__monitor_tick(self);
    return mlops__monitor_add_rows(self, rows, n_rows, n_features, predictions, width);
}

void mlops__monitor_put_rows(mlops_monitor *self, const float *rows, int64_t n_rows,
                             const double *predictions, int64_t width, mlops__scored *scored) {
    if (n_rows > 0 && !self->parent) self->newest_row_ns = mlops__host_now(&self->host);
    while (n_rows > 0) {
        int64_t block = mlops__monitor_room(self, MLOPS__MONITOR_BLOCK);
        int64_t n = block - self->n_pending;
        if (n > n_rows) n = n_rows;
        if (self->segments) {
            mlops__scored part = mlops__segments_part(scored);
            n = mlops__segments_run(self->segments, n);
            mlops__monitor_put_rows(mlops__segments_current(self->segments), rows, n, predictions,
                                    width, scored ? &part : NULL);
        }
        keep(self, rows, n, predictions, width);
        if (scored) mlops__monitor_labels_count(self, scored, n);
        if (self->n_pending == block) mlops__monitor_flush(self);
        if (predictions) predictions += n * width;
        rows += n * self->width;
        n_rows -= n;
    }
}

mlops_status mlops__monitor_add_rows(mlops_monitor *self, const float *rows, int64_t n_rows,
                                     int64_t n_features, const double *predictions, int64_t width) {
    if (n_rows < 0 || n_features != self->width || (n_rows > 0 && !rows)) return MLOPS_E_INVALID;
    if (predictions ? width < 1 : width != 0) return MLOPS_E_INVALID;
    if (n_rows > INT64_MAX - self->n_rows - self->n_pending) return MLOPS_E_LIMIT;
    mlops__monitor_put_rows(self, rows, n_rows, predictions, width, NULL);
    return MLOPS_OK;
}
