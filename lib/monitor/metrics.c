/* Metrics as Prometheus' text format 0.0.4, and as OpenMetrics 1.0.
 *
 * Owns the names of the families. Invariant: each family has HELP and TYPE once, its samples behind
 * them and nothing between; a sample without a finite value is left out; nothing is allocated.
 */
#include "monitor/monitor_inside.h"
#include "text/number.h"

#include <string.h>

/* Where the text goes, and in which of the two formats. */
typedef struct exposition {
    mlops__buf text;
    int open; /* OpenMetrics names a counter without "_total" */
} exposition;

static void put_head(exposition *out, const char *keyword, const char *family, size_t n,
                     const char *what) {
    mlops__buf_text(&out->text, keyword);
    mlops__buf_put(&out->text, family, n);
    mlops__buf_u8(&out->text, ' ');
    mlops__buf_text(&out->text, what);
    mlops__buf_u8(&out->text, '\n');
}

static void begin(exposition *out, const char *family, const char *type, const char *help) {
    size_t n = strlen(family) - (out->open && !strcmp(type, "counter") ? strlen("_total") : 0);
    put_head(out, "# HELP ", family, n, help);
    put_head(out, "# TYPE ", family, n, type);
}

/* family{labels,key="value"} without the value of the sample; key may be NULL. */
static void open_sample(exposition *out, const char *family, const char *labels, size_t n_labels,
                        const char *key, const char *value) {
    mlops__buf_text(&out->text, family);
    mlops__buf_u8(&out->text, '{');
    mlops__buf_put(&out->text, labels, n_labels);
    if (key) {
        mlops__buf_u8(&out->text, ',');
        mlops__buf_text(&out->text, key);
        mlops__buf_text(&out->text, "=\"");
        mlops__buf_text(&out->text, value);
        mlops__buf_u8(&out->text, '"');
    }
    mlops__buf_text(&out->text, "} ");
}

static void put_count(exposition *out, int64_t value) {
    char digits[20];
    size_t n = sizeof digits;
    uint64_t left = (uint64_t)value;
    do {
        digits[--n] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    mlops__buf_put(&out->text, digits + n, sizeof digits - n);
    mlops__buf_u8(&out->text, '\n');
}

static void put_real(exposition *out, double value) {
    char text[MLOPS__NUMBER_MAX];
    size_t n = mlops__format_f64(text, value);
    text[n++] = '\n';
    mlops__buf_put(&out->text, text, n);
}

/* A family of one sample. */
static void put_single(exposition *out, const mlops_monitor *self, const char *family,
                       const char *type, const char *help, int64_t value) {
    begin(out, family, type, help);
    open_sample(out, family, self->labels, self->n_labels, NULL, NULL);
    put_count(out, value);
}

static void put_feature_counts(exposition *out, const mlops_monitor *self) {
    static const char values[] = "mlops_feature_values_total";
    static const char nulls[] = "mlops_feature_nulls_total";
    begin(out, values, "counter", "Values of a feature that were added, nulls and NaN among them.");
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__feature *f = &self->features[i];
        open_sample(out, values, f->labels, f->n_labels, NULL, NULL);
        put_count(out, mlops__feature_values(f));
    }
    begin(out, nulls, "counter", "Nulls and NaN of a feature that were added.");
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__feature *f = &self->features[i];
        open_sample(out, nulls, f->labels, f->n_labels, NULL, NULL);
        put_count(out, mlops__feature_nulls(f));
    }
}

static void put_scores(exposition *out, const mlops__feature *feature,
                       const mlops_drift_column *column) {
    double gap = column->nulls_current - column->nulls_reference;
    const struct {
        const char *test;
        double value;
    } scores[] = {{"ks", column->ks},   {"wasserstein", column->wasserstein},
                  {"psi", column->psi}, {"js", column->js},
                  {"tv", column->tv},   {"nulls", gap < 0.0 ? -gap : gap}};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        if (!(scores[i].value - scores[i].value == 0.0)) continue;
        open_sample(out, "mlops_feature_drift_score", feature->labels, feature->n_labels, "test",
                    scores[i].test);
        put_real(out, scores[i].value);
    }
}

/* Verdicts of the newest complete window; before it there is nothing to tell. */
static void put_drift(exposition *out, const mlops_monitor *self) {
    static const char p_value[] = "mlops_feature_drift_pvalue";
    static const char drifted[] = "mlops_feature_drifted";
    int64_t n = self->n_windows ? self->n_features : 0;
    begin(out, "mlops_feature_drift_score", "gauge",
          "Distance of the newest complete window from the reference.");
    for (int64_t i = 0; i < n; i++) put_scores(out, &self->features[i], &self->judged[i].column);
    begin(out, p_value, "gauge",
          "Chance of such an effect without drift, adjusted for all features (Holm).");
    for (int64_t i = 0; i < n; i++) {
        const mlops__feature *f = &self->features[i];
        double p = self->judged[i].column.p_adjusted;
        if (!(p - p == 0.0)) continue;
        open_sample(out, p_value, f->labels, f->n_labels, NULL, NULL);
        put_real(out, p);
    }
    begin(out, drifted, "gauge", "1 if the feature drifted in the newest complete window, else 0.");
    for (int64_t i = 0; i < n; i++) {
        const mlops__feature *f = &self->features[i];
        open_sample(out, drifted, f->labels, f->n_labels, NULL, NULL);
        put_count(out, self->judged[i].column.verdict == MLOPS_DRIFT_YES);
    }
}

static void put_latency(exposition *out, const mlops_monitor *self) {
    static const char bucket[] = "mlops_model_latency_seconds_bucket";
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    (void)mlops_profile_summarize(self->latency.profile, &s); /* the struct is ours */
    begin(out, "mlops_model_latency_seconds", "histogram", "Time that predicting took.");
    for (int64_t i = 0; i < MLOPS__LATENCY_STEPS; i++) {
        char bound[MLOPS__NUMBER_MAX];
        double bound_ns;
        int64_t count = mlops__latency_step(&self->latency, i, &bound_ns);
        mlops__format_f64(bound, bound_ns / 1e9);
        open_sample(out, bucket, self->labels, self->n_labels, "le", bound);
        put_count(out, count);
    }
    open_sample(out, bucket, self->labels, self->n_labels, "le", "+Inf");
    put_count(out, s.n);
    open_sample(out, "mlops_model_latency_seconds_sum", self->labels, self->n_labels, NULL, NULL);
    put_real(out, (double)self->latency.sum_ns / 1e9);
    open_sample(out, "mlops_model_latency_seconds_count", self->labels, self->n_labels, NULL, NULL);
    put_count(out, s.n);
}

static void put_windows(exposition *out, const mlops_monitor *self) {
    static const char end[] = "mlops_profile_window_end_timestamp_seconds";
    put_single(out, self, "mlops_monitor_windows_total", "counter",
               "Windows that were completed and judged.", self->n_windows);
    begin(out, end, "gauge", "When the newest complete window ended.");
    if (self->n_windows) {
        open_sample(out, end, self->labels, self->n_labels, NULL, NULL);
        put_real(out, (double)self->window_end_ns / 1e9);
    }
    put_single(out, self, "mlops_retrain_recommended", "gauge",
               "1 if any feature drifted in the newest complete window, else 0.",
               self->verdict == MLOPS_DRIFT_YES);
}

static mlops_status expose(const mlops_monitor *self, int open, char *text, size_t cap,
                           size_t *needed) {
    exposition out = {.open = open};
    mlops_profile_summary predictions = MLOPS_PROFILE_SUMMARY_INIT;
    mlops__monitor_settle(self);
    (void)mlops_profile_summarize(self->predictions, &predictions); /* the struct is ours */
    mlops__buf_init_fixed(&out.text, text, text ? cap : 0);
    put_single(&out, self, "mlops_model_predictions_total", "counter",
               "Predictions that were added.", predictions.n);
    put_single(&out, self, "mlops_model_errors_total", "counter",
               "Requests that got no prediction.", self->n_errors);
    put_feature_counts(&out, self);
    put_drift(&out, self);
    put_windows(&out, self);
    put_latency(&out, self);
    if (open) mlops__buf_text(&out.text, "# EOF\n");
    return mlops__buf_finish_text(&out.text, needed);
}

mlops_status mlops_monitor_metrics(const mlops_monitor *self, char *text, size_t cap,
                                   size_t *needed) {
    return expose(self, 0, text, cap, needed);
}

mlops_status mlops_monitor_openmetrics(const mlops_monitor *self, char *text, size_t cap,
                                       size_t *needed) {
    return expose(self, 1, text, cap, needed);
}
