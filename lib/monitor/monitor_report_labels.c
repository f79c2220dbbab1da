/* What a monitor's report says of its alarm, of performance, window by window, and of values that
 * are new.
 *
 * Owns the newest windows' metrics while a report is written. Invariant: HTML and JSON are written
 * of the same numbers, those of mlops_monitor_performance().
 */
#include "monitor/monitor_report.h"

#include "base/bits.h"
#include "monitor/monitor_segments.h"
#include "policy/policy.h"
#include "stats/stats.h"
#include "text/html.h"

enum { WINDOWS_MAX = 64, DIGITS = 4, KINDS = 2, SIDES = 3 /* value, low, high */ };

static const char *const KIND[KINDS] = {"measured", "estimated"};
static const char *const KIND_TITLE[KINDS] = {"Measured", "Estimated"};

/* Values of one side of a metric, window after window. */
static double *side_of(const mlops__report_labels *self, int kind, int metric, int side) {
    return self->points + ((kind * MLOPS__SCORES + metric) * SIDES + side) * self->n;
}

mlops_status mlops__report_labels_begin(mlops__report_labels *out, const mlops_monitor *monitor,
                                        mlops__arena *arena) {
    const mlops__labels *labels = monitor->scored;
    *out = (mlops__report_labels){.monitor = monitor};
    if (!labels) return MLOPS_OK;
    int64_t most = labels->n_kept < WINDOWS_MAX ? labels->n_kept : WINDOWS_MAX;
    out->n = monitor->n_windows + 1 < most ? monitor->n_windows + 1 : most;
    out->first = monitor->n_windows + 1 - out->n;
    size_t each = (size_t)KINDS * MLOPS__SCORES * SIDES * sizeof *out->points;
    out->points = mlops__arena_array(arena, (size_t)out->n, each);
    if (!out->points) return MLOPS_E_NOMEM;
    double z = mlops__normal_isf((1 - labels->confidence) / 2);
    for (int64_t i = 0; i < KINDS * out->n; i++) {
        mlops__score scores[MLOPS__SCORES];
        int64_t at = i / KINDS;
        int kind = (int)(i % KINDS);
        mlops__score_all(scores, &labels->windows[(out->first + at) % labels->n_kept],
                         (mlops__score_kind)kind);
        for (int m = 0; m < MLOPS__SCORES; m++) {
            side_of(out, kind, m, 0)[at] = scores[m].value;
            mlops__score_interval(&side_of(out, kind, m, 1)[at], &side_of(out, kind, m, 2)[at],
                                  &scores[m], m, &labels->rule, kind == MLOPS__SCORE_MEASURED, z);
        }
    }
    return MLOPS_OK;
}

static const mlops__score_loss *loss_of(const mlops__labels *labels, int kind) {
    return kind ? &labels->estimated : &labels->measured;
}

/* ---- HTML ---- */

static void put_number(mlops__buf *out, double value) { mlops__html_cell(out, value, DIGITS); }

static void put_alarm(mlops__buf *out, const mlops_policy *policy) {
    const mlops_policy_decision *d = &policy->decision;
    mlops__html_element(out, "h2", NULL, "Alarm");
    mlops__buf_format(out, "<p><span class=\"badge %s</span> ",
                      d->alarmed ? "yes\">lasts" : "no\">none");
    mlops__policy_sentence(policy, out);
    mlops__buf_text(out, "; severity ");
    mlops__html_number(out, d->severity, DIGITS);
    mlops__buf_text(out, "</p>\n");
}

static void put_losses(mlops__buf *out, const mlops__labels *labels) {
    static const char *const heads[] = {"Performance", "Answer", "Loss", "At least", "At most"};
    mlops__html_table(out, "Performance", heads, 5, 1);
    for (int kind = 0; kind < KINDS; kind++) {
        const mlops__score_loss *loss = loss_of(labels, kind);
        mlops__html_row(out, KIND_TITLE[kind]);
        mlops__drift_loss_cell(out, loss->verdict);
        put_number(out, loss->value);
        put_number(out, loss->low);
        put_number(out, loss->high);
        mlops__buf_text(out, "</tr>\n");
    }
    mlops__html_table_end(out);
    mlops__buf_text(out, "<p class=\"note\">Judged is ");
    mlops__html_text(out, mlops__score_name(&labels->rule, (int)labels->rule.metric));
    mlops__buf_text(out, ": a loss is by how much it is worse than the reference's, and one of ");
    mlops__html_number(out, labels->tolerance, DIGITS);
    mlops__buf_text(out, " is not worth an alarm. Measured is by the labels of all windows kept, "
                         "estimated is the window that ended last.</p>\n");
}

static void put_metric(mlops__buf *out, const mlops__report_labels *self, int metric) {
    const mlops__labels *labels = self->monitor->scored;
    mlops__html_row(out, mlops__score_name(&labels->rule, metric));
    for (int kind = 0; kind < KINDS; kind++) {
        const mlops__score *judged = kind ? labels->estimated_scores : labels->measured_scores;
        put_number(out, labels->judged ? judged[metric].value : mlops__f64_of(MLOPS__NAN_BITS));
        mlops__buf_text(out, "<td>");
        mlops__svg_steps(out, side_of(self, kind, metric, 0), side_of(self, kind, metric, 1),
                         side_of(self, kind, metric, 2), (size_t)self->n, KIND[kind]);
        mlops__buf_text(out, "</td>");
    }
    mlops__buf_text(out, "</tr>\n");
}

static void put_metrics(mlops__buf *out, const mlops__report_labels *self) {
    static const char *const heads[] = {"Metric", "Measured", "By window", "Estimated",
                                        "By window"};
    const mlops__labels *labels = self->monitor->scored;
    mlops__html_table(out, "Metrics by window", heads, 5, 1);
    for (int m = 0; m < MLOPS__SCORES; m++)
        if (mlops__score_has(&labels->rule, m)) put_metric(out, self, m);
    mlops__html_table_end(out);
    mlops__buf_format(out,
                      "<p class=\"note\">Numbers are those at the end of the newest window. Drawn "
                      "are windows %lld to %lld, of which the last is not complete, each with its "
                      "interval at a confidence of ",
                      (long long)self->first + 1, (long long)(self->first + self->n));
    mlops__html_number(out, labels->confidence, DIGITS);
    mlops__buf_text(out, ".</p>\n");
}

static void put_unseen(mlops__buf *out, const mlops_monitor *self) {
    static const char *const heads[] = {"Feature", "Share of its values"};
    int64_t n = 0;
    for (int64_t i = 0; i < self->n_features; i++) {
        double share = mlops__feature_unseen_share(&self->features[i]);
        if (!(share > 0)) continue;
        if (!n++)
            mlops__html_table(out, "Outside of the reference's range, or new to it", heads, 2, 1);
        mlops__html_row(out, self->features[i].column->name);
        put_number(out, share);
        mlops__buf_text(out, "</tr>\n");
    }
    if (n) mlops__html_table_end(out);
}

void mlops__report_labels_html(mlops__buf *out, const void *of) {
    const mlops__report_labels *self = of;
    const mlops__labels *labels = self->monitor->scored;
    if (self->monitor->policy) put_alarm(out, self->monitor->policy);
    if (labels && labels->has_reference) put_losses(out, labels);
    if (labels) put_metrics(out, self);
    if (self->monitor->n_windows) put_unseen(out, self->monitor);
}

/* ---- JSON ---- */

static void put_loss(mlops__json_writer *json, const mlops__labels *labels, int kind) {
    const mlops__score_loss *loss = loss_of(labels, kind);
    mlops__json_name(json, KIND[kind]);
    mlops__json_open(json, '{');
    mlops__json_put_text(json, "verdict", mlops__drift_word(loss->verdict));
    mlops__json_put_f64(json, "loss", loss->value);
    mlops__json_put_f64(json, "loss_low", loss->low);
    mlops__json_put_f64(json, "loss_high", loss->high);
    mlops__json_close(json, '}');
}

static void put_points(mlops__json_writer *json, const mlops__report_labels *self, int kind,
                       int64_t at) {
    static const char *const names[SIDES] = {"value", "low", "high"};
    const mlops__score_rule *rule = &self->monitor->scored->rule;
    mlops__json_name(json, KIND[kind]);
    mlops__json_open(json, '{');
    for (int m = 0; m < MLOPS__SCORES; m++) {
        if (!mlops__score_has(rule, m)) continue;
        mlops__json_name(json, mlops__score_name(rule, m));
        mlops__json_open(json, '{');
        for (int side = 0; side < SIDES; side++)
            mlops__json_put_f64(json, names[side], side_of(self, kind, m, side)[at]);
        mlops__json_close(json, '}');
    }
    mlops__json_close(json, '}');
}

static void put_performance(mlops__json_writer *json, const mlops__report_labels *self) {
    const mlops__labels *labels = self->monitor->scored;
    mlops__json_name(json, "performance");
    mlops__json_open(json, '{');
    mlops__json_put_text(json, "metric",
                         mlops__score_name(&labels->rule, (int)labels->rule.metric));
    mlops__json_put_f64(json, "tolerance", labels->tolerance);
    mlops__json_put_f64(json, "confidence", labels->confidence);
    mlops__json_put_i64(json, "n_joined", labels->n_joined);
    mlops__json_put_i64(json, "n_late", labels->n_late);
    mlops__json_put_i64(json, "n_duplicate", labels->n_duplicate);
    mlops__json_put_i64(json, "n_unknown", labels->n_unknown);
    mlops__json_put_i64(json, "n_waiting", labels->join.n_waiting);
    for (int kind = 0; kind < KINDS; kind++) put_loss(json, labels, kind);
    mlops__json_name(json, "windows");
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < self->n; i++) {
        mlops__json_open(json, '{');
        mlops__json_put_i64(json, "window", self->first + i + 1);
        for (int kind = 0; kind < KINDS; kind++) put_points(json, self, kind, i);
        mlops__json_close(json, '}');
    }
    mlops__json_close(json, ']');
    mlops__json_close(json, '}');
}

void mlops__report_labels_json(mlops__json_writer *json, const void *of) {
    const mlops__report_labels *self = of;
    const mlops_monitor *monitor = self->monitor;
    char alarm[1024]; /* more than its numbers and names take */
    size_t n;
    if (monitor->policy && !mlops_policy_reason(monitor->policy, alarm, sizeof alarm, &n)) {
        mlops__json_name(json, "alarm");
        mlops__json_raw(json, alarm, n);
    }
    if (monitor->scored) put_performance(json, self);
    if (!monitor->n_windows) return;
    mlops__json_name(json, "unseen");
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < monitor->n_features; i++) {
        double share = mlops__feature_unseen_share(&monitor->features[i]);
        if (share != share) continue;
        mlops__json_open(json, '{');
        mlops__json_put_text(json, "feature", monitor->features[i].column->name);
        mlops__json_put_f64(json, "share", share);
        mlops__json_close(json, '}');
    }
    mlops__json_close(json, ']');
}
