/* Scores and labels as bytes.
 *
 * Owns their layout. Invariant: what is read is a state that some rows and labels lead to, as far
 * as each part can tell, and puts the same bytes.
 */
#include "base/bits.h"
#include "monitor/monitor_segments.h"
#include "monitor/state.h"
#include "performance/calibration.h"
#include "performance/class_counts.h"

#define LABELS_MAX ((int64_t)1 << 62) /* more than ever come: counting on is safe */

/* The bytes, little-endian:
 *
 *     counts of windows kept, from the oldest, and of all rows: u32 size, and what saving those of
 *     the task gives; of numbers the same of expected losses
 *     i64 labels joined, late, duplicate, unknown; rows evicted, replaced
 *     i64 n; of each row that is remembered, from the oldest: i64 id, window, f64 score, of
 *     classes each, weight, u32 state, and where there are segments u32 segment; of a segment no
 * rows, and no n u32 1 if a window was judged; then of measured, estimated: f64 value, error,
 * spread, n of each metric of the task; f64 loss, low, high; u32 verdict
 */
static size_t row_size(const mlops_monitor *monitor) {
    size_t width = (size_t)monitor->scored->join.width;
    return (3 + width) * sizeof(int64_t) + sizeof(uint32_t) * (monitor->segments ? 2 : 1);
}

static void hash_calibration(mlops__sha256 *to, const mlops_calibration *calibration) {
    for (int i = 0; i <= 64; i++) {
        double p = i / 64.0;
        (void)mlops_calibration_apply(calibration, &p, &p, 1, NULL);
        mlops__state_hash(to, p);
    }
}

void mlops__monitor_labels_hash(const mlops__labels *self, mlops__sha256 *to) {
    const double numbers[] = {(double)self->join.cap,
                              (double)self->n_kept,
                              (double)self->rule.metric,
                              (double)self->rule.task,
                              (double)self->rule.n_classes,
                              self->rule.usual,
                              self->tolerance,
                              self->confidence,
                              self->rule.threshold,
                              self->rule.costs[0][0],
                              self->rule.costs[0][1],
                              self->rule.costs[1][0],
                              self->rule.costs[1][1],
                              self->has_reference,
                              self->reference.value,
                              self->reference.spread,
                              self->reference.n,
                              self->supposed.value,
                              self->supposed.spread,
                              self->calibration != NULL};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) mlops__state_hash(to, numbers[i]);
    int64_t n = self->rule.n_classes;
    for (int64_t i = 0; self->rule.class_costs && i < n * n; i++)
        mlops__state_hash(to, self->rule.class_costs[i]);
    for (int64_t j = 0; self->calibration && j < (n ? n : 1); j++)
        hash_calibration(to, n ? self->calibration->parts[j] : self->calibration);
}

static void put_judged(mlops__buf *out, const mlops__score_rule *rule, const mlops__score *scores,
                       const mlops__score_loss *loss) {
    for (int m = 0; m < MLOPS__SCORES; m++) {
        if (!mlops__score_has(rule, m)) continue;
        mlops__state_put_f64(out, scores[m].value);
        mlops__state_put_f64(out, scores[m].error);
        mlops__state_put_f64(out, scores[m].spread);
        mlops__state_put_f64(out, scores[m].n);
    }
    mlops__state_put_f64(out, loss->value);
    mlops__state_put_f64(out, loss->low);
    mlops__state_put_f64(out, loss->high);
    mlops__buf_u32(out, (uint32_t)loss->verdict);
}

static int64_t oldest_kept(const mlops_monitor *monitor) {
    int64_t first = monitor->n_windows - monitor->scored->n_kept + 1;
    return first > 0 ? first : 0;
}

void mlops__monitor_labels_put(const mlops_monitor *monitor, mlops__buf *out) {
    const mlops__labels *self = monitor->scored;
    const mlops__join *join = &self->join;
    const int64_t counts[] = {self->n_joined,  self->n_late,    self->n_duplicate,
                              self->n_unknown, join->n_evicted, join->n_replaced};
    for (int64_t i = oldest_kept(monitor); i <= monitor->n_windows; i++)
        mlops__counts_put(&self->windows[i % self->n_kept], out);
    mlops__counts_put(&self->all, out);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) mlops__buf_i64(out, counts[i]);
    int64_t n = join->n < join->cap ? join->n : join->cap;
    if (!monitor->parent) mlops__buf_i64(out, n);
    for (int64_t i = join->n - n; i < join->n; i++) {
        const mlops__joined *row = &join->rows[i % join->cap];
        mlops__buf_i64(out, row->id);
        mlops__buf_i64(out, row->window);
        for (int64_t j = 0; j < join->width; j++)
            mlops__state_put_f64(out, mlops__join_values(join, row)[j]);
        mlops__state_put_f64(out, row->weight);
        mlops__buf_u32(out, (uint32_t)row->state);
        if (monitor->segments) mlops__buf_u32(out, (uint32_t)row->segment);
    }
    mlops__buf_u32(out, (uint32_t)self->judged);
    if (!self->judged) return;
    put_judged(out, &self->rule, self->measured_scores, &self->measured);
    put_judged(out, &self->rule, self->estimated_scores, &self->estimated);
}

void mlops__monitor_labels_reset(mlops__labels *self) {
    for (int64_t i = 0; i < self->n_kept; i++) mlops__counts_reset(&self->windows[i]);
    mlops__counts_reset(&self->all);
    if (self->join.cap) mlops__join_reset(&self->join);
    self->n_joined = self->n_late = self->n_duplicate = self->n_unknown = 0;
    self->judged = 0;
    mlops__monitor_labels_forget_losses(self);
}

static void read_row(mlops_monitor *monitor, mlops__cursor *in) {
    mlops__join *join = &monitor->scored->join;
    double values[MLOPS__CLASSES_MAX];
    mlops__joined row = {0};
    row.id = mlops__cursor_i64(in);
    row.window = mlops__state_i64(in, 0, monitor->n_windows);
    for (int64_t i = 0; i < join->width; i++) values[i] = mlops__state_f64(in);
    row.weight = mlops__state_f64(in);
    row.state = (int32_t)mlops__cursor_u32(in);
    if (monitor->segments) row.segment = (int32_t)mlops__cursor_u32(in);
    if (monitor->segments && (row.segment < 0 || row.segment >= monitor->segments->n))
        in->failed = 1;
    int good = !mlops__counts_wrong_row(&monitor->scored->all, values) && row.state >= 0 &&
               row.state <= MLOPS__JOIN_REPLACED &&
               (row.weight == 0 || (row.weight >= 0x1p-20 && row.weight <= 0x1p32));
    if (!good || (row.state != MLOPS__JOIN_REPLACED && mlops__join_find(join, row.id)))
        in->failed = 1;
    else mlops__join_put(join, &row, values);
}

static void read_judged(mlops__cursor *in, const mlops__score_rule *rule, mlops__score *scores,
                        mlops__score_loss *loss) {
    for (int m = 0; m < MLOPS__SCORES; m++) {
        if (!mlops__score_has(rule, m)) continue;
        scores[m].value = mlops__state_f64(in);
        scores[m].error = mlops__state_f64(in);
        scores[m].spread = mlops__state_f64(in);
        scores[m].n = mlops__state_f64(in);
    }
    loss->value = mlops__state_f64(in);
    loss->low = mlops__state_f64(in);
    loss->high = mlops__state_f64(in);
    uint32_t verdict = mlops__cursor_u32(in);
    if (verdict > MLOPS_DRIFT_YES) in->failed = 1;
    else loss->verdict = (mlops_drift_verdict)verdict;
}

int mlops__monitor_labels_read(mlops_monitor *monitor, mlops__cursor *in) {
    mlops__labels *self = monitor->scored;
    int64_t counts[6];
    for (int64_t i = oldest_kept(monitor); i <= monitor->n_windows && !in->failed; i++)
        mlops__counts_read(&self->windows[i % self->n_kept], in);
    mlops__counts_read(&self->all, in);
    for (size_t i = 0; i < 6; i++) {
        int of_rows = i < 2 || i > 3; /* no more than there are; each comes once */
        counts[i] = mlops__state_i64(in, 0, of_rows ? monitor->n_rows : LABELS_MAX);
    }
    int64_t n = monitor->parent ? 0 : mlops__state_i64(in, 0, self->join.cap);
    if (in->failed || (uint64_t)n > mlops__cursor_left(in) / row_size(monitor)) return 0;
    for (int64_t i = 0; i < n && !in->failed; i++) read_row(monitor, in);
    self->n_joined = counts[0];
    self->n_late = counts[1];
    self->n_duplicate = counts[2];
    self->n_unknown = counts[3];
    self->join.n_evicted = counts[4];
    self->join.n_replaced = counts[5];
    self->judged = (int)mlops__cursor_u32(in);
    if (in->failed || self->judged != (monitor->n_windows > 0) || counts[1] > counts[0]) return 0;
    if (!self->judged) return 1;
    read_judged(in, &self->rule, self->measured_scores, &self->measured);
    read_judged(in, &self->rule, self->estimated_scores, &self->estimated);
    return !in->failed;
}
