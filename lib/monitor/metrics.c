/* Metrics as Prometheus' text format 0.0.4, and as OpenMetrics 1.0.
 *
 * Owns the names of the families. Invariant: each family has HELP and TYPE once, its samples behind
 * them and nothing between; a sample without a finite value is left out; nothing is allocated.
 */
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"
#include "stats/stats.h"
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

/* The largest pieces of a sample: a value and its end of line, and a label of its own. */
enum { VALUE_MAX = MLOPS__NUMBER_MAX + 1, TAIL_MAX = MLOPS__NUMBER_MAX + 16 };

/* A family whose samples follow. */
typedef struct family {
    exposition *out;
    const char *name;
    size_t n;
} family;

static family samples_of(exposition *out, const char *name) {
    return (family){out, name, strlen(name)};
}

static uint8_t *append(uint8_t *p, const char *bytes, size_t n) {
    memcpy(p, bytes, n);
    return p + n;
}

/* name{labels,tail} value; tail is empty or begins with a comma, value ends the line. */
static void put_sample(const family *self, const char *labels, size_t n_labels, const char *tail,
                       size_t n_tail, const char *value, size_t n_value) {
    uint8_t *p = mlops__buf_extend(&self->out->text, self->n + n_labels + n_tail + n_value + 3);
    if (!p) return;
    p = append(p, self->name, self->n);
    *p++ = '{';
    p = append(p, labels, n_labels);
    p = append(p, tail, n_tail);
    *p++ = '}';
    *p++ = ' ';
    append(p, value, n_value);
}

static void put_count_of(const family *self, const char *labels, size_t n_labels, const char *tail,
                         int64_t value) {
    char text[VALUE_MAX];
    size_t n = sizeof text;
    uint64_t left = (uint64_t)value;
    text[--n] = '\n';
    do text[--n] = (char)('0' + left % 10);
    while (left /= 10);
    put_sample(self, labels, n_labels, tail, strlen(tail), text + n, sizeof text - n);
}

/* What is not finite is left out. */
static void put_real_of(const family *self, const char *labels, size_t n_labels, const char *tail,
                        double value) {
    char text[VALUE_MAX];
    if (!(value - value == 0.0)) return;
    size_t n = mlops__format_f64(text, value);
    text[n++] = '\n';
    put_sample(self, labels, n_labels, tail, strlen(tail), text, n);
}

/* A family of one sample. */
static void put_single(exposition *out, const mlops_monitor *self, const char *name,
                       const char *type, const char *help, int64_t value) {
    const family of = samples_of(out, name);
    begin(out, name, type, help);
    put_count_of(&of, self->labels, self->n_labels, "", value);
}

static void put_feature_counts(exposition *out, const mlops_monitor *self) {
    const family values = samples_of(out, "mlops_feature_values_total");
    const family nulls = samples_of(out, "mlops_feature_nulls_total");
    begin(out, values.name, "counter",
          "Values of a feature that were added, nulls and NaN among them.");
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__feature *f = &self->features[i];
        put_count_of(&values, f->labels, f->n_labels, "", mlops__feature_values(f));
    }
    begin(out, nulls.name, "counter", "Nulls and NaN of a feature that were added.");
    for (int64_t i = 0; i < self->n_features; i++) {
        const mlops__feature *f = &self->features[i];
        put_count_of(&nulls, f->labels, f->n_labels, "", mlops__feature_nulls(f));
    }
}

static void put_scores(const family *to, const mlops__feature *feature,
                       const mlops_drift_column *column) {
    double gap = column->nulls_current - column->nulls_reference;
    const struct {
        const char *tail;
        double value;
    } scores[] = {{",test=\"ks\"", column->ks},   {",test=\"wasserstein\"", column->wasserstein},
                  {",test=\"psi\"", column->psi}, {",test=\"js\"", column->js},
                  {",test=\"tv\"", column->tv},   {",test=\"nulls\"", gap < 0.0 ? -gap : gap}};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++)
        put_real_of(to, feature->labels, feature->n_labels, scores[i].tail, scores[i].value);
}

/* Verdicts of the newest complete window; before it there is nothing to tell. */
static void put_drift(exposition *out, const mlops_monitor *self) {
    const family score = samples_of(out, "mlops_feature_drift_score");
    const family p_value = samples_of(out, "mlops_feature_drift_pvalue");
    const family drifted = samples_of(out, "mlops_feature_drifted");
    const family unseen = samples_of(out, "mlops_feature_unseen_share");
    int64_t n = self->n_windows ? self->n_features : 0;
    begin(out, score.name, "gauge", "Distance of the newest complete window from the reference.");
    for (int64_t i = 0; i < n; i++) put_scores(&score, &self->features[i], &self->judged[i].column);
    begin(out, p_value.name, "gauge",
          "Chance of such an effect without drift, adjusted for all features.");
    for (int64_t i = 0; i < n; i++) {
        const mlops__feature *f = &self->features[i];
        put_real_of(&p_value, f->labels, f->n_labels, "", self->judged[i].column.p_adjusted);
    }
    begin(out, drifted.name, "gauge",
          "1 if the feature drifted in the newest complete window, else 0.");
    for (int64_t i = 0; i < n; i++) {
        const mlops__feature *f = &self->features[i];
        put_count_of(&drifted, f->labels, f->n_labels, "",
                     self->judged[i].column.verdict == MLOPS_DRIFT_YES);
    }
    begin(out, unseen.name, "gauge",
          "Share of that window's values outside of the reference's range, or of texts new to it.");
    for (int64_t i = 0; i < n; i++) {
        const mlops__feature *f = &self->features[i];
        put_real_of(&unseen, f->labels, f->n_labels, "", mlops__feature_unseen_share(f));
    }
}

static void put_latency(exposition *out, const mlops_monitor *self) {
    const family bucket = samples_of(out, "mlops_model_latency_seconds_bucket");
    const family sum = samples_of(out, "mlops_model_latency_seconds_sum");
    const family count = samples_of(out, "mlops_model_latency_seconds_count");
    const mlops_profile_summary s = mlops__monitor_summary(self->latency.profile);
    begin(out, "mlops_model_latency_seconds", "histogram", "Time that predicting took.");
    for (int64_t i = 0; i < MLOPS__LATENCY_STEPS; i++) {
        char tail[TAIL_MAX], bound[MLOPS__NUMBER_MAX];
        double bound_ns;
        int64_t n = mlops__latency_step(&self->latency, i, &bound_ns);
        mlops__format_f64(bound, bound_ns / 1e9);
        mlops__format(tail, sizeof tail, ",le=\"%s\"", bound);
        put_count_of(&bucket, self->labels, self->n_labels, tail, n);
    }
    put_count_of(&bucket, self->labels, self->n_labels, ",le=\"+Inf\"", s.n);
    put_real_of(&sum, self->labels, self->n_labels, "", (double)self->latency.sum_ns / 1e9);
    put_count_of(&count, self->labels, self->n_labels, "", s.n);
}

/* Of each metric, as it was judged at the end of the newest window: value and interval. */
static void put_kind(exposition *out, const mlops_monitor *self, const char *const *names,
                     const char *help, const mlops__score *scores, int wider) {
    const mlops__labels *labels = self->scored;
    double z = mlops__normal_isf((1 - labels->confidence) / 2);
    for (int side = 0; side < 3; side++) {
        const family of = samples_of(out, names[side]);
        begin(out, of.name, "gauge", help);
        for (int m = 0; m < MLOPS__SCORES && labels->judged; m++) {
            double bounds[3];
            char tail[64];
            if (!mlops__score_has(&labels->rule, m)) continue;
            bounds[0] = scores[m].value;
            mlops__score_interval(&bounds[1], &bounds[2], &scores[m], m, &labels->rule, wider, z);
            mlops__format(tail, sizeof tail, ",metric=\"%s\"", mlops__score_name(&labels->rule, m));
            put_real_of(&of, self->labels, self->n_labels, tail, bounds[side]);
        }
    }
}

static void put_labels(exposition *out, const mlops_monitor *self) {
    static const char *const measured[] = {"mlops_model_measured_metric",
                                           "mlops_model_measured_metric_low",
                                           "mlops_model_measured_metric_high"};
    static const char *const estimated[] = {"mlops_model_estimated_metric",
                                            "mlops_model_estimated_metric_low",
                                            "mlops_model_estimated_metric_high"};
    const family joined = samples_of(out, "mlops_model_labels_total");
    const family lost = samples_of(out, "mlops_model_performance_lost");
    const mlops__labels *labels = self->scored;
    begin(out, joined.name, "counter", "Labels that came, by what became of them.");
    put_count_of(&joined, self->labels, self->n_labels, ",outcome=\"joined\"",
                 labels->n_joined - labels->n_late);
    put_count_of(&joined, self->labels, self->n_labels, ",outcome=\"late\"", labels->n_late);
    put_count_of(&joined, self->labels, self->n_labels, ",outcome=\"duplicate\"",
                 labels->n_duplicate);
    put_count_of(&joined, self->labels, self->n_labels, ",outcome=\"unknown\"", labels->n_unknown);
    put_single(out, self, "mlops_model_unlabelled_total", "counter",
               "Rows that were forgotten before their label came.",
               labels->join.n_evicted + labels->join.n_replaced);
    put_single(out, self, "mlops_model_waiting", "gauge", "Rows that wait for their label.",
               labels->join.n_waiting);
    put_kind(out, self, measured, "Performance by the labels of the windows kept.",
             labels->measured_scores, 1);
    put_kind(out, self, estimated, "Performance to be expected of the newest complete window.",
             labels->estimated_scores, 0);
    begin(out, lost.name, "gauge",
          "1 if performance was found worse than the reference's, else 0.");
    put_count_of(&lost, self->labels, self->n_labels, ",kind=\"measured\"",
                 labels->measured.verdict == MLOPS_DRIFT_YES);
    put_count_of(&lost, self->labels, self->n_labels, ",kind=\"estimated\"",
                 labels->estimated.verdict == MLOPS_DRIFT_YES);
}

static int performance_lost(const mlops__labels *labels) {
    return labels && (labels->measured.verdict == MLOPS_DRIFT_YES ||
                      labels->estimated.verdict == MLOPS_DRIFT_YES);
}

static void put_windows(exposition *out, const mlops_monitor *self) {
    const family end = samples_of(out, "mlops_profile_window_end_timestamp_seconds");
    put_single(out, self, "mlops_monitor_windows_total", "counter",
               "Windows that were completed and judged.", self->n_windows);
    begin(out, end.name, "gauge", "When the newest complete window ended.");
    if (self->n_windows)
        put_real_of(&end, self->labels, self->n_labels, "", (double)self->window_end_ns / 1e9);
    put_single(out, self, "mlops_retrain_recommended", "gauge",
               "1 if any feature drifted in the newest complete window, or performance was lost, "
               "else 0.",
               self->verdict == MLOPS_DRIFT_YES || performance_lost(self->scored));
}

static void put_freshness(exposition *out, const mlops_monitor *self) {
    const family newest = samples_of(out, "mlops_monitor_newest_row_timestamp_seconds");
    begin(out, newest.name, "gauge", "When rows were added last.");
    if (self->n_rows)
        put_real_of(&newest, self->labels, self->n_labels, "", (double)self->newest_row_ns / 1e9);
}

static void put_policy(exposition *out, const mlops_monitor *self) {
    mlops_policy_decision decision = MLOPS_POLICY_DECISION_INIT;
    const family severity = samples_of(out, "mlops_monitor_severity");
    (void)mlops_policy_get(self->policy, &decision); /* the struct is ours */
    put_single(out, self, "mlops_monitor_alarmed", "gauge", "1 while the policy's alarm lasts.",
               decision.alarmed);
    begin(out, severity.name, "gauge",
          "The largest effect of the newest complete window over its tolerance.");
    if (self->n_windows)
        put_real_of(&severity, self->labels, self->n_labels, "", decision.severity);
}

static void put_segment_counts(exposition *out, const mlops_monitor *self) {
    static const char *const families[][3] = {
        {"mlops_segment_rows_total", "counter", "Rows of a segment that were added."},
        {"mlops_segment_window_rows", "gauge", "Rows of a segment in the newest complete window."},
        {"mlops_segment_verdict", "gauge",
         "2 if the segment drifted in that window, 1 if not, 0 if there is not enough data."},
        {"mlops_segment_drifted_features", "gauge", "Features that drifted in that window."}};
    for (int f = 0; f < 4; f++) {
        const family of = samples_of(out, families[f][0]);
        begin(out, of.name, families[f][1], families[f][2]);
        for (int64_t i = 0; i < self->segments->n && (f == 0 || self->n_windows); i++) {
            const mlops_monitor *segment = self->segments->slots[i].monitor;
            const int64_t values[] = {segment->n_rows, segment->n_newest, segment->verdict,
                                      segment->n_drifted};
            put_count_of(&of, segment->labels, segment->n_labels, "", values[f]);
        }
    }
}

static void put_segment_metrics(exposition *out, const mlops_monitor *self) {
    static const char *const families[][2] = {
        {"mlops_segment_measured_metric",
         "Performance of a segment by the labels of the windows kept."},
        {"mlops_segment_estimated_metric",
         "Performance of a segment to be expected of the newest complete window."}};
    static const char *const tails[] = {",kind=\"measured\"", ",kind=\"estimated\""};
    const family lost = samples_of(out, "mlops_segment_performance_lost");
    for (int kind = 0; kind < 2; kind++) {
        const family of = samples_of(out, families[kind][0]);
        begin(out, of.name, "gauge", families[kind][1]);
        for (int64_t i = 0; i < self->segments->n && self->scored->judged; i++) {
            const mlops_monitor *segment = self->segments->slots[i].monitor;
            const mlops__labels *labels = segment->scored;
            const mlops__score *scores = kind ? labels->estimated_scores : labels->measured_scores;
            for (int m = 0; m < MLOPS__SCORES; m++) {
                char tail[64];
                if (!mlops__score_has(&labels->rule, m)) continue;
                mlops__format(tail, sizeof tail, ",metric=\"%s\"",
                              mlops__score_name(&labels->rule, m));
                put_real_of(&of, segment->labels, segment->n_labels, tail, scores[m].value);
            }
        }
    }
    begin(out, lost.name, "gauge",
          "1 if performance of a segment was found worse than the reference's, else 0.");
    for (int64_t i = 0; i < 2 * self->segments->n; i++) {
        const mlops_monitor *segment = self->segments->slots[i / 2].monitor;
        const mlops__score_loss *loss =
            i % 2 ? &segment->scored->estimated : &segment->scored->measured;
        put_count_of(&lost, segment->labels, segment->n_labels, tails[i % 2],
                     loss->verdict == MLOPS_DRIFT_YES);
    }
}

static mlops_status expose(const mlops_monitor *self, int open, char *text, size_t cap,
                           size_t *needed) {
    exposition out = {.open = open};
    mlops__monitor_settle(self);
    mlops__buf_init_fixed(&out.text, text, text ? cap : 0);
    put_single(&out, self, "mlops_model_predictions_total", "counter",
               "Predictions that were added.", mlops__monitor_summary(self->predictions).n);
    put_single(&out, self, "mlops_model_errors_total", "counter",
               "Requests that got no prediction.", self->n_errors);
    put_feature_counts(&out, self);
    put_drift(&out, self);
    put_windows(&out, self);
    put_latency(&out, self);
    put_freshness(&out, self);
    if (self->scored) put_labels(&out, self);
    if (self->policy) put_policy(&out, self);
    if (self->segments) put_segment_counts(&out, self);
    if (self->segments && self->scored) put_segment_metrics(&out, self);
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
