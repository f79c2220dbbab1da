/* Windows: how many rows one takes, how it is judged, and the beginning of the next.
 *
 * Owns the results of the newest complete window. Invariant: n_window < window_rows between calls;
 * totals never go back, since a window is added to them before it is forgotten.
 */
#include "metric/metric.h"
#include "monitor/monitor.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"
#include "profile/profile.h"

#include <string.h>

#define ALPHA_MAX 0.5

static double finite_or_nan(double value) {
    return value - value == 0.0 ? value : mlops__f64_of(MLOPS__NAN_BITS);
}

static int64_t window_values(const mlops__feature *self) {
    if (self->profile) return mlops__monitor_summary(self->profile).n;
    int64_t n = self->n_null;
    for (int64_t i = 0; i < self->n_cells; i++) n += self->counts[i];
    return n;
}

static int64_t window_nulls(const mlops__feature *self) {
    if (!self->profile) return self->n_null;
    mlops_profile_summary s = mlops__monitor_summary(self->profile);
    return s.n_null + s.n_nan;
}

int64_t mlops__feature_values(const mlops__feature *self) {
    return self->n_before + window_values(self);
}

int64_t mlops__feature_nulls(const mlops__feature *self) {
    return self->n_null_before + window_nulls(self);
}

/* Nothing of the reference is in a cell beyond its range, and in that of the rest where it knows
 * all its categories. */
double mlops__feature_unseen_share(const mlops__feature *self) {
    int64_t last = self->n_cells - 1, n = self->reference[last] ? 0 : self->kept[last];
    if (self->n_counts > self->n_cells)
        return mlops__ratio((double)self->kept[self->n_cells], (double)self->kept_side.n);
    if (self->profile ? last == 0 : self->reference[last] > 0) return mlops__metric_undefined();
    if (self->profile && !self->reference[0]) n += self->kept[0];
    return mlops__ratio((double)n, (double)self->kept_side.n);
}

/* Counts of the window over the cells. A numeric column without edges has one cell. */
static void take_counts(const mlops__feature *feature, int64_t *cells) {
    if (!feature->profile) {
        memcpy(cells, feature->counts, (size_t)feature->n_counts * sizeof *cells);
    } else if (feature->n_cells > 1) {
        const uint64_t *counts = mlops__profile_counts(feature->profile);
        for (int64_t i = 0; i < feature->n_cells; i++) cells[i] = (int64_t)counts[i];
    } else {
        cells[0] = window_values(feature) - window_nulls(feature);
    }
}

static mlops__drift_side reference_side(const mlops__reference_column *column) {
    mlops__drift_side side;
    side.n_null = column->n_null + column->n_nan;
    side.n = column->n - side.n_null;
    side.mean = column->mean;
    side.min = finite_or_nan(column->min);
    side.max = finite_or_nan(column->max);
    return side;
}

static mlops__drift_side current_side(const mlops__feature *feature) {
    mlops__drift_side side;
    side.n_null = window_nulls(feature);
    side.n = window_values(feature) - side.n_null;
    side.mean = side.min = side.max = mlops__f64_of(MLOPS__NAN_BITS);
    if (!feature->profile) return side;
    mlops_profile_summary s = mlops__monitor_summary(feature->profile);
    side.mean = s.mean;
    side.min = finite_or_nan(s.min);
    side.max = finite_or_nan(s.max);
    return side;
}

static void judge_feature(mlops__drift_judged *out, const mlops__drift_rule *rule,
                          const mlops__feature *feature, const int64_t *cells,
                          const mlops__drift_side *side) {
    const mlops__reference_column *column = feature->column;
    mlops__drift_cells task;
    task.name = column->name;
    task.type = column->type;
    task.exact = column->exact;
    task.n_cells = feature->n_cells;
    task.edges = feature->edges;
    task.reference = feature->reference;
    task.current = cells;
    task.texts = column->categories;
    task.side_reference = reference_side(column);
    task.side_current = *side;
    task.sd_reference = column->sd;
    task.hidden = column->hidden;
    task.seen = column->seen;
    task.times = column->seen ? cells + feature->n_cells : NULL;
    mlops__drift_judge(out, rule, &task);
}

/* Alphas of all windows add up to alpha (6 / pi^2 is what 1 / n^2 adds up to), or to the share of
 * time in false_alarm_ns. All rows have half where segments share the other; columns have half of
 * that where performance has the other. How long a window takes does not depend on what its values
 * are. */
mlops__drift_rule mlops__monitor_rule(const mlops_monitor *self, int64_t end_ns) {
    if (self->parent) {
        mlops__drift_rule whole = mlops__monitor_rule(self->parent, end_ns);
        whole.alpha /= (double)self->parent->segments->cap;
        return whole;
    }
    const double six_over_pi2 = 0.60792710185402662866, shortest = 1;
    mlops__drift_rule rule = self->rule;
    double number = (double)self->n_windows + 1;
    if (self->alpha_of_all) rule.alpha *= six_over_pi2 / (number * number);
    if (self->false_alarm_ns) {
        double spent = (double)end_ns - (double)self->window_end_ns;
        rule.alpha = (spent > shortest ? spent : shortest) / (double)self->false_alarm_ns;
        if (rule.alpha > ALPHA_MAX) rule.alpha = ALPHA_MAX;
    }
    if (self->scored && self->scored->has_reference) rule.alpha /= 2;
    if (self->segments) rule.alpha /= 2;
    return rule;
}

void mlops__monitor_judge(const mlops_monitor *self, const mlops__drift_rule *rule,
                          mlops__drift_judged *judged, int64_t *order, int64_t *cells) {
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__feature *feature = &self->features[i];
        if (cells) {
            mlops__drift_side side = current_side(feature);
            take_counts(feature, cells);
            judge_feature(&judged[i], rule, feature, cells, &side);
        } else {
            judge_feature(&judged[i], rule, feature, feature->kept, &feature->kept_side);
        }
    }
    mlops__drift_settle(judged, self->n_features, rule, order);
}

void mlops__monitor_judge_newest(mlops_monitor *self) {
    mlops__monitor_judge(self, &self->newest_rule, self->judged, self->order, NULL);
    self->n_drifted = 0;
    self->verdict = MLOPS_DRIFT_NOT_ENOUGH_DATA;
    for (int64_t i = 0; i < self->n_features; i++) {
        mlops_drift_verdict verdict = self->judged[i].column.verdict;
        if (verdict > self->verdict) self->verdict = verdict;
        self->n_drifted += verdict == MLOPS_DRIFT_YES;
    }
}

static void keep(mlops__feature *self) {
    take_counts(self, self->kept);
    self->kept_side = current_side(self);
    self->n_before = mlops__feature_values(self);
    self->n_null_before = mlops__feature_nulls(self);
    if (self->profile) mlops_profile_reset(self->profile);
    else memset(self->counts, 0, (size_t)self->n_counts * sizeof *self->counts);
    self->n_null = 0;
}

static void close_window(mlops_monitor *self, int64_t end_ns) {
    for (int64_t i = 0; self->segments && i < self->segments->cap; i++) {
        mlops__monitor_flush(self->segments->slots[i].monitor);
        close_window(self->segments->slots[i].monitor, end_ns);
    }
    self->newest_rule = mlops__monitor_rule(self, end_ns);
    for (int64_t i = 0; i < self->n_features; i++) keep(&self->features[i]);
    mlops__monitor_judge_newest(self);
    if (self->scored) mlops__monitor_labels_close(self, self->newest_rule.alpha);
    if (self->policy) mlops__monitor_decide(self, end_ns);
    mlops_profile *window = self->newest;
    self->newest = self->window;
    self->window = window;
    mlops_profile_reset(window);
    self->n_newest = self->n_window;
    self->n_window = 0;
    self->n_windows++;
    self->window_end_ns = end_ns;
    if (self->scored) mlops__monitor_labels_next(self);
}

/* The multiple of window_ns behind a time. */
static int64_t multiple_behind(const mlops_monitor *self, int64_t time_ns) {
    int64_t width = self->window_ns, into = time_ns % width;
    int64_t left = width - (into < 0 ? into + width : into);
    return time_ns > INT64_MAX - left ? INT64_MAX : time_ns + left;
}

void mlops__monitor_tick(mlops_monitor *self) {
    if (!self->window_ns) return;
    int64_t time_ns = mlops__host_now(&self->host), due_ns = multiple_behind(self, time_ns);
    int has_rows = self->n_window + self->n_pending > 0;
    if (has_rows && time_ns >= self->due_ns) {
        mlops__monitor_flush(self);
        if (self->n_window) close_window(self, self->due_ns);
        has_rows = 0;
    }
    if (!has_rows || due_ns < self->due_ns) self->due_ns = due_ns; /* a clock may be set back */
}

void mlops__monitor_settle(const mlops_monitor *self) {
    /* Every monitor was made writable, by a constructor, and is held by one thread. */
    mlops_monitor *own = (mlops_monitor *)(uintptr_t)self;
    if (own->parent) mlops__monitor_settle(own->parent);
    else mlops__monitor_tick(own);
    mlops__monitor_flush(own);
    for (int64_t i = 0; own->segments && i < own->segments->n; i++)
        mlops__monitor_flush(own->segments->slots[i].monitor);
}

int64_t mlops__monitor_completed(const mlops_monitor *self) { return self->n_windows; }

int64_t mlops__monitor_windows_kept(const mlops_monitor *self) {
    return self->scored ? self->scored->n_kept : 0;
}

int64_t mlops__monitor_rows(const mlops_monitor *self) { return self->n_rows + self->n_pending; }

int64_t mlops__monitor_newest(const mlops_monitor *self) { return self->n_newest; }

int64_t mlops__monitor_room(const mlops_monitor *self, int64_t n) {
    int64_t left = self->window_rows - self->n_window;
    return n < left ? n : left;
}

int64_t mlops__monitor_left(const mlops_monitor *self) {
    return self->window_rows - self->n_window - self->n_pending;
}

void mlops__monitor_advance(mlops_monitor *self, int64_t n) {
    self->n_rows += n;
    self->n_window += n;
    if (self->n_window == self->window_rows) close_window(self, mlops__host_now(&self->host));
}
