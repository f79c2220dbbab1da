/* The report of a monitor: that of its newest window, with traffic and latency on top.
 *
 * Owns the lines about traffic. Invariant: the part about drift is written by drift alone, so that
 * a window and a table of the same rows read the same.
 */
#include "monitor/monitor_report.h"
#include "base/bits.h"
#include "monitor/monitor_segments.h"

static double seconds(double ns) { return ns / 1e9; }

/* Seconds since a time, of which there is one. */
static double age(const mlops_monitor *self, int is_there, int64_t time_ns) {
    int64_t now_ns = mlops__host_now(&self->host);
    return is_there ? seconds((double)now_ns - (double)time_ns) : mlops__f64_of(MLOPS__NAN_BITS);
}

static mlops__drift_segment told_of(const mlops_monitor *self) {
    mlops__drift_segment out = {self->name,
                                self->n_newest,
                                self->n_drifted,
                                self->verdict,
                                0,
                                MLOPS_DRIFT_NOT_ENOUGH_DATA,
                                MLOPS_DRIFT_NOT_ENOUGH_DATA};
    if (!self->scored) return out;
    out.has_labels = 1;
    out.measured = self->scored->measured.verdict;
    out.estimated = self->scored->estimated.verdict;
    return out;
}

mlops_status mlops_monitor_save(const mlops_monitor *self, const char *path, mlops_error *err) {
    mlops__monitor_settle(self);
    const mlops_profile *latency = self->latency.profile;
    const mlops_profile *window = self->n_windows ? self->newest : self->window;
    mlops_profile_summary all = mlops__monitor_summary(self->predictions);
    mlops_profile_summary newest = mlops__monitor_summary(window);
    mlops_profile_summary time = mlops__monitor_summary(latency);
    const mlops__drift_note notes[] = {
        {"Rows", "n_rows", (double)self->n_rows, ""},
        {"Rows of the window", "window_rows",
         (double)(self->n_windows ? self->n_newest : self->n_window), ""},
        {"Windows judged", "n_windows", (double)self->n_windows, ""},
        {"Predictions", "n_predictions", (double)all.n, ""},
        {"Requests without one", "n_errors", (double)self->n_errors, ""},
        {"Prediction, mean of the window", "prediction_mean_window", newest.mean, ""},
        {"Prediction, mean of all", "prediction_mean", all.mean, ""},
        {"Latencies", "n_latencies", (double)time.n, ""},
        {"Latency, mean", "latency_mean_seconds", seconds(time.mean), "s"},
        {"Latency, median", "latency_p50_seconds", seconds(mlops_profile_quantile(latency, 0.5)),
         "s"},
        {"Latency, 99 of 100", "latency_p99_seconds",
         seconds(mlops_profile_quantile(latency, 0.99)), "s"},
        {"Latency, longest", "latency_max_seconds", seconds(time.max), "s"},
        {"Since the newest row", "newest_row_age_seconds",
         age(self, self->n_rows > 0, self->newest_row_ns), "s"},
        {"Since the window ended", "window_age_seconds",
         age(self, self->n_windows > 0, self->window_end_ns), "s"},
    };
    mlops_drift *drift;
    char title[256];
    mlops__drift_segment segments[MLOPS__SEGMENTS_MAX + 1];
    mlops__arena arena;
    mlops__report_labels more;
    mlops__drift_extra extra = {
        title, notes, sizeof notes / sizeof *notes, segments,
        0,     &more, mlops__report_labels_html,    mlops__report_labels_json};
    for (int64_t i = 0; self->segments && self->n_windows && i < self->segments->n; i++)
        segments[extra.n_segments++] = told_of(self->segments->slots[i].monitor);
    MLOPS_TRY(mlops_monitor_drift(&drift, self, err));
    mlops__format(title, sizeof title, "Monitor of %s", self->name);
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = mlops__report_labels_begin(&more, self, &arena);
    if (status) status = mlops__fail_nomem(err, arena.used);
    else status = mlops__drift_save_extra(drift, path, &extra, err);
    mlops__arena_free(&arena);
    mlops_drift_unref(drift);
    return status;
}
