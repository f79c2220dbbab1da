/* The report of a monitor: that of its newest window, with traffic and latency on top.
 *
 * Owns the lines about traffic. Invariant: the part about drift is written by drift alone, so that
 * a window and a table of the same rows read the same.
 */
#include "monitor/monitor_inside.h"

static double seconds(double ns) { return ns / 1e9; }

static mlops_profile_summary summary(const mlops_profile *profile) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    (void)mlops_profile_summarize(profile, &s); /* the struct is ours */
    return s;
}

mlops_status mlops_monitor_save(const mlops_monitor *self, const char *path, mlops_error *err) {
    mlops__monitor_settle(self);
    const mlops_profile *latency = self->latency.profile;
    const mlops_profile *window = self->n_windows ? self->newest : self->window;
    mlops_profile_summary all = summary(self->predictions), newest = summary(window);
    mlops_profile_summary time = summary(latency);
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
    };
    mlops_drift *drift;
    MLOPS_TRY(mlops_monitor_drift(&drift, self, err));
    char title[256];
    mlops__format(title, sizeof title, "Monitor of %s", self->name);
    mlops_status status =
        mlops__drift_save_notes(drift, path, title, notes, sizeof notes / sizeof *notes, err);
    mlops_drift_unref(drift);
    return status;
}
