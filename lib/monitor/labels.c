/* Scores and labels of a monitor: adding, joining, judging at the end of a window.
 *
 * Owns which window a label counts to: that of its row while it is kept, else the current one, so
 * that each label counts once in the windows and once in all. Invariant: counts of all rows take
 * what a call adds before anything else does, and refuse it whole.
 */
#include "monitor/labels.h"

#include "base/opts.h"
#include "column/rows.h"
#include "metric/metric.h"
#include "monitor/monitor.h"
#include "monitor/monitor_inside.h"
#include "monitor/monitor_segments.h"
#include "performance/calibration.h"
#include "performance/class_counts.h"
#include "sys/hash.h"

#include <string.h>

enum { ROWS_MAX_DEFAULT = 65536, KEPT_DEFAULT = 8, KEPT_MAX = 1000 };

/* ---- options ---- */

static mlops_status bad(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_monitor_labels_opts: %s", what);
}

static const char *wrong_costs(const double *costs, int64_t n, int *all_zero) {
    *all_zero = 1;
    for (int64_t i = 0; i < n; i++) {
        if (!(costs[i] >= -1e100 && costs[i] <= 1e100))
            return "a cost is not finite, or beyond 10^100";
        if (costs[i] != 0) *all_zero = 0;
    }
    return NULL;
}

/* What is of two classes, and what is of more. */
static mlops_status check_task(const mlops_monitor_labels_opts *o, mlops__task task,
                               mlops_error *err) {
    const double costs[] = {o->cost_tp, o->cost_fp, o->cost_fn, o->cost_tn};
    double edge = o->threshold * MLOPS__SCORE_CELLS;
    int none, no_classes, is_binary = task == MLOPS__TASK_BINARY;
    const char *wrong = wrong_costs(costs, 4, &none);
    if (!wrong && o->costs) wrong = wrong_costs(o->costs, o->n_costs, &no_classes);
    if (wrong) return bad(err, wrong);
    if (is_binary && !(edge >= 0 && edge < MLOPS__SCORE_CELLS && edge == (double)(int64_t)edge))
        return bad(err, "threshold is no multiple of 1/1024 from 0 to 1023/1024");
    if (!is_binary && (o->flags || o->threshold != 0 || !none))
        return bad(err, "threshold, and cost_tp to cost_tn, are of two classes alone");
    if (task != MLOPS__TASK_CLASSES && (o->n_classes || o->costs || o->n_costs))
        return bad(err, "n_classes and costs are for mlops_monitor_expect_classes()");
    if (o->metric == MLOPS_MONITOR_COST && (is_binary ? none : !o->costs || no_classes))
        return bad(err, "cost is judged, and all are 0");
    return MLOPS_OK;
}

static mlops_status read_opts(mlops_monitor_labels_opts *o, const mlops_monitor_labels_opts *given,
                              mlops__task task, mlops_error *err) {
    const mlops__score_rule rule = {.task = task};
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_monitor_labels_opts", err));
    if (o->flags & ~(uint32_t)MLOPS_MONITOR_LABELS_SET_THRESHOLD)
        return bad(err, "flags has an unknown bit");
    if (task == MLOPS__TASK_NUMBERS && !o->metric) o->metric = MLOPS_MONITOR_MAE;
    int metric = (int)o->metric;
    int unbounded = metric >= MLOPS_MONITOR_LOG_LOSS && metric != MLOPS_MONITOR_MAPE;
    if (!o->rows_max) o->rows_max = ROWS_MAX_DEFAULT;
    if (!o->windows_kept) o->windows_kept = KEPT_DEFAULT;
    if (o->tolerance == 0 && !unbounded) o->tolerance = 0.05;
    if (o->confidence == 0) o->confidence = 0.95;
    if (o->rows_max < 1 || o->rows_max > MLOPS__JOIN_MAX)
        return bad(err, "rows_max is not 1 to 2^30");
    if (o->windows_kept < 1 || o->windows_kept > KEPT_MAX)
        return bad(err, "windows_kept is not 1 to 1,000");
    if (metric < 0 || metric > MLOPS_MONITOR_RMSLE || !mlops__score_has(&rule, metric))
        return bad(err, "metric is none that is judged of this task");
    if (!(o->tolerance > 0 && o->tolerance <= 1e100))
        return bad(err, "tolerance is not above 0; of what has no bound it must be given");
    if (!(o->confidence > 0 && o->confidence < 1)) return bad(err, "confidence is not in (0, 1)");
    MLOPS_TRY(check_task(o, task, err));
    if (task == MLOPS__TASK_BINARY && !o->flags && o->threshold == 0) o->threshold = 0.5;
    return MLOPS_OK;
}

/* ---- making ---- */

static mlops_status make_windows(mlops__labels *self, mlops__arena *arena) {
    self->windows = mlops__arena_array(arena, (size_t)self->n_kept, sizeof *self->windows);
    if (!self->windows) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < self->n_kept; i++)
        MLOPS_TRY(mlops__counts_init(&self->windows[i], &self->rule, arena));
    return mlops__counts_init(&self->all, &self->rule, arena);
}

static mlops_status make_room(mlops__labels *self, mlops__arena *arena,
                              const mlops_monitor_labels_opts *o) {
    mlops__score_rule *rule = &self->rule;
    size_t n_costs = (size_t)o->n_costs;
    if (rule->task != MLOPS__TASK_NUMBERS) {
        rule->cells = mlops__arena_array(arena, MLOPS__SCORE_CELLS, sizeof *rule->cells);
        if (!rule->cells) return MLOPS_E_NOMEM;
    }
    if (o->costs) {
        double *costs = mlops__arena_array(arena, n_costs, sizeof *costs);
        if (!costs) return MLOPS_E_NOMEM;
        memcpy(costs, o->costs, n_costs * sizeof *costs);
        rule->class_costs = costs;
    }
    MLOPS_TRY(make_windows(self, arena));
    MLOPS_TRY(mlops__counts_init(&self->pooled, rule, arena));
    return mlops__join_init(&self->join, o->rows_max, rule->n_classes ? rule->n_classes : 1, arena);
}

mlops_status mlops__monitor_labels_segment(mlops_monitor *segment) {
    mlops__arena *arena = &segment->parent->arena;
    mlops__labels *self = mlops__arena_alloc(arena, sizeof *self);
    if (!self) return MLOPS_E_NOMEM;
    *self = *segment->parent->scored; /* shares what is scratch, too */
    memset(&self->join, 0, sizeof self->join);
    segment->scored = self;
    return make_windows(self, arena);
}

/* What current windows are held against. */
static mlops_status take_reference(mlops__labels *self, const void *reference, mlops_error *err) {
    mlops__score scores[MLOPS__SCORES];
    mlops__score_rule *rule = &self->rule;
    mlops__counts *copy = &self->pooled;
    rule->usual = mlops__metric_undefined();
    if (!reference) return MLOPS_OK;
    MLOPS_TRY(mlops__counts_take(copy, reference, err));
    mlops__score_all(scores, copy, MLOPS__SCORE_MEASURED);
    self->reference = scores[rule->metric];
    rule->usual = mlops__score_usual(copy);
    mlops__score_all(scores, copy, MLOPS__SCORE_SUPPOSED);
    self->supposed = scores[rule->metric];
    self->has_reference = 1;
    if (self->reference.value == self->reference.value) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "monitor: the reference has no %s: %s",
                       mlops__score_name(rule, (int)rule->metric),
                       mlops__counts_rows(copy, MLOPS__SCORE_MEASURED) ? "its rows do not define it"
                                                                       : "no row has a label");
}

void mlops__monitor_labels_forget_losses(mlops__labels *self) {
    double none = mlops__metric_undefined();
    self->measured = self->estimated =
        (mlops__score_loss){none, none, none, MLOPS_DRIFT_NOT_ENOUGH_DATA};
}

/* reference is counts of the task. */
static mlops_status expect(mlops_monitor *self, mlops__task task, const void *reference,
                           mlops_calibration *calibration, const mlops_monitor_labels_opts *o,
                           mlops_error *err) {
    if (self->scored || self->segments || self->n_rows || self->n_pending)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: labels are expected once, and before the first row and "
                           "segments");
    mlops__labels *labels = mlops__arena_alloc(&self->arena, sizeof *labels);
    if (!labels) return mlops__fail_nomem(err, sizeof *labels);
    labels->rule =
        (mlops__score_rule){.task = task,
                            .metric = o->metric,
                            .calibration = calibration,
                            .threshold = o->threshold,
                            .costs = {{o->cost_tn, o->cost_fn}, {o->cost_fp, o->cost_tp}},
                            .n_classes = o->n_classes};
    labels->tolerance = o->tolerance;
    labels->confidence = o->confidence;
    labels->n_kept = o->windows_kept;
    mlops__monitor_labels_forget_losses(labels);
    if (make_room(labels, &self->arena, o)) return mlops__fail_nomem(err, self->arena.used);
    MLOPS_TRY(take_reference(labels, reference, err));
    labels->calibration = calibration ? mlops_calibration_ref(calibration) : NULL;
    self->scored = labels;
    return MLOPS_OK;
}

mlops_status mlops_monitor_expect_labels(mlops_monitor *self, const mlops_performance *reference,
                                         mlops_calibration *calibration,
                                         const mlops_monitor_labels_opts *given, mlops_error *err) {
    mlops_monitor_labels_opts o;
    MLOPS_TRY(read_opts(&o, given, MLOPS__TASK_BINARY, err));
    if (calibration && calibration->k)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: the calibration is of %lld classes; call "
                           "mlops_monitor_expect_classes()",
                           (long long)calibration->k);
    return expect(self, MLOPS__TASK_BINARY, reference, calibration, &o, err);
}

mlops_status mlops_monitor_expect_numbers(mlops_monitor *self,
                                          const mlops_regression_performance *reference,
                                          const mlops_monitor_labels_opts *given,
                                          mlops_error *err) {
    mlops_monitor_labels_opts o;
    MLOPS_TRY(read_opts(&o, given, MLOPS__TASK_NUMBERS, err));
    return expect(self, MLOPS__TASK_NUMBERS, reference, NULL, &o, err);
}

/* All that know how many classes there are must say the same. */
static mlops_status agree_on_classes(int64_t *n, const char *who, int64_t says, mlops_error *err) {
    if (!*n) *n = says;
    if (!says || *n == says) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "monitor: %s has %lld classes, and not %lld", who,
                       (long long)says, (long long)*n);
}

mlops_status mlops_monitor_expect_classes(mlops_monitor *self,
                                          const mlops_class_performance *reference,
                                          mlops_calibration *calibration,
                                          const mlops_monitor_labels_opts *given,
                                          mlops_error *err) {
    mlops_monitor_labels_opts o;
    MLOPS_TRY(read_opts(&o, given, MLOPS__TASK_CLASSES, err));
    int64_t of_reference = reference ? mlops_class_performance_n_classes(reference) : 0;
    int64_t of_model =
        self->model ? mlops_model_width(self->model, MLOPS_MODEL_OUTPUT_PREDICTION) : 0;
    MLOPS_TRY(agree_on_classes(&o.n_classes, "the reference", of_reference, err));
    MLOPS_TRY(agree_on_classes(&o.n_classes, "the model", of_model, err));
    if (o.n_classes < 2 || o.n_classes > MLOPS__CLASSES_MAX)
        return bad(err, "n_classes is not 2 to 256");
    if (o.costs ? o.n_costs != o.n_classes * o.n_classes : o.n_costs != 0)
        return bad(err, "n_costs is not n_classes times n_classes");
    if (calibration && calibration->k != o.n_classes)
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: the calibration is not of %lld classes",
                           (long long)o.n_classes);
    return expect(self, MLOPS__TASK_CLASSES, reference, calibration, &o, err);
}

/* ---- adding ---- */

static mlops_status expected(const mlops_monitor *self, mlops_error *err) {
    if (self->scored) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "monitor: no labels are expected; call mlops_monitor_expect_labels() ahead "
                       "of the first row");
}

static mlops__counts *window_at(const mlops__labels *self, int64_t number) {
    return &self->windows[number % self->n_kept];
}

void mlops__monitor_labels_count(mlops_monitor *monitor, mlops__scored *rows, int64_t n) {
    mlops__labels *self = monitor->scored;
    if (!rows->scores || n == 0) return;
    (void)mlops__counts_add(window_at(self, monitor->n_windows), rows->scores, rows->width,
                            rows->weights, n, NULL); /* all took them */
    if (monitor->parent)
        (void)mlops__counts_add(&self->all, rows->scores, rows->width, rows->weights, n, NULL);
    int32_t segment = monitor->segments ? (int32_t)monitor->segments->current : 0;
    for (int64_t i = 0; rows->ids && i < n; i++) {
        double weight = rows->weights ? rows->weights[i] : 1;
        const mlops__joined row = {rows->ids[i], monitor->n_windows, weight, segment,
                                   MLOPS__JOIN_WAITING};
        mlops__join_put(&self->join, &row, rows->scores + i * rows->width);
    }
    rows->scores += n * rows->width;
    if (rows->ids) rows->ids += n;
    if (rows->weights) rows->weights += n;
}

/* Counts rows in all; MLOPS_E_INVALID or MLOPS_E_LIMIT, and nothing is counted. */
static mlops_status take_scored(mlops_monitor *self, const mlops__scored *rows, int64_t n,
                                mlops_error *err) {
    const mlops__score_rule *rule = &self->scored->rule;
    int64_t most = rule->task == MLOPS__TASK_NUMBERS ? 2 : rule->n_classes ? rule->n_classes : 1;
    if (n > 0 && !rows->scores)
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: scores are NULL");
    if (n > 0 && rows->width != most && (rule->n_classes || rows->width != 1))
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: %lld score%s of a row; it takes %s%lld",
                           (long long)rows->width, mlops__plural(rows->width),
                           rule->task == MLOPS__TASK_NUMBERS ? "1 or " : "", (long long)most);
    if (n > INT64_MAX - self->n_rows - self->n_pending)
        return mlops__fail(err, MLOPS_E_LIMIT, "monitor: more than 2^63 - 1 rows in all");
    for (int64_t i = 0; rows->weights && i < n; i++) /* its label may come with a weight */
        if (rows->weights[i] == 0 &&
            mlops__counts_wrong_row(&self->scored->all, rows->scores + i * rows->width))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "row %lld, counted from 0: its scores are none", (long long)i);
    return mlops__counts_add(&self->scored->all, rows->scores, rows->width, rows->weights, n, err);
}

mlops_status mlops__monitor_check_rows(const mlops_monitor *self, const float *rows, int64_t n_rows,
                                       int64_t n_features, mlops_error *err) {
    if (n_rows >= 0 && n_features == self->width && (n_rows == 0 || rows)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "monitor: %lld row%s of %lld; it takes rows of %lld",
                       (long long)n_rows, mlops__plural(n_rows), (long long)n_features,
                       (long long)self->width);
}

mlops_status mlops_monitor_add_scored(mlops_monitor *self, const float *rows, int64_t n_rows,
                                      int64_t n_features, const double *scores, int64_t width,
                                      const int64_t *ids, const double *weights, mlops_error *err) {
    mlops__scored scored = {scores, width, ids, weights};
    MLOPS_TRY(expected(self, err));
    MLOPS_TRY(mlops__monitor_check_rows(self, rows, n_rows, n_features, err));
    MLOPS_TRY(take_scored(self, &scored, n_rows, err));
    mlops__monitor_tick(self);
    mlops__monitor_put_rows(self, rows, n_rows, scores, width, &scored);
    return MLOPS_OK;
}

mlops_status mlops_monitor_add_scored_table(mlops_monitor *self, const mlops_table *table,
                                            const double *scores, int64_t n, int64_t width,
                                            const int64_t *ids, const double *weights,
                                            mlops_error *err) {
    mlops__scored scored = {scores, width, ids, weights};
    MLOPS_TRY(expected(self, err));
    if (n != mlops_table_n_rows(table))
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: %lld score%s of %lld row%s",
                           (long long)n, mlops__plural(n), (long long)mlops_table_n_rows(table),
                           mlops__plural(mlops_table_n_rows(table)));
    MLOPS_TRY(mlops__monitor_check_table(self, table, err));
    MLOPS_TRY(take_scored(self, &scored, n, err));
    mlops__monitor_settle(self);
    mlops__monitor_put_table(self, table, &scored);
    return MLOPS_OK;
}

/* Weights of labels that would be counted, each checked. A row that is named twice counts twice
 * here, as a limit may. */
static mlops_status check_labels(const mlops__labels *self, const int64_t *ids,
                                 const double *labels, const double *weights, int64_t n,
                                 mlops_error *err) {
    double most = 0, room = mlops__counts_room(&self->all);
    if (n < 0 || (n > 0 && (!ids || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: ids or labels are NULL, or n negative");
    for (int64_t i = 0; i < n; i++) {
        const mlops__joined *row = mlops__join_find(&self->join, ids[i]);
        double weight = weights ? weights[i] : row ? row->weight : 0;
        const char *wrong = mlops__counts_wrong(&self->all, labels[i]);
        if (weight != 0 && !(weight >= 0x1p-20 && weight <= 0x1p32))
            wrong = "its weight is not 0, or 2^-20 to 2^32";
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "label %lld, counted from 0: %s", (long long)i,
                               wrong);
        most += row && row->state == MLOPS__JOIN_WAITING ? weight + 0x1p-20 : 0;
    }
    if (most <= room) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "performance: the weights would add up to more than 2^41");
}

/* Counts a label to its row's window, and in all. */
static void count_label(mlops_monitor *monitor, const mlops__joined *row, const double *values,
                        double label, double weight) {
    mlops__labels *self = monitor->scored;
    int is_late = row->window <= monitor->n_windows - self->n_kept;
    mlops__counts_label(window_at(self, is_late ? monitor->n_windows : row->window), values, label,
                        weight); /* checked before */
    mlops__counts_label(&self->all, values, label, weight);
    self->n_joined++;
    self->n_late += is_late;
}

static void add_label(mlops_monitor *monitor, int64_t id, double label, const double *weight) {
    mlops__labels *self = monitor->scored;
    mlops__joined *row = mlops__join_find(&self->join, id);
    self->n_unknown += !row;
    if (!row) return;
    self->n_duplicate += row->state == MLOPS__JOIN_LABELLED;
    if (row->state == MLOPS__JOIN_LABELLED) return;
    const double *values = mlops__join_values(&self->join, row);
    if (!weight) weight = &row->weight;
    count_label(monitor, row, values, label, *weight);
    if (monitor->segments)
        count_label(monitor->segments->slots[row->segment].monitor, row, values, label, *weight);
    row->state = MLOPS__JOIN_LABELLED;
    self->join.n_waiting--;
}

mlops_status mlops_monitor_add_labels(mlops_monitor *self, const int64_t *ids, const double *labels,
                                      const double *weights, int64_t n, mlops_error *err) {
    MLOPS_TRY(expected(self, err));
    MLOPS_TRY(check_labels(self->scored, ids, labels, weights, n, err));
    mlops__monitor_tick(self);
    for (int64_t i = 0; i < n; i++)
        add_label(self, ids[i], labels[i], weights ? &weights[i] : NULL);
    return MLOPS_OK;
}

int64_t mlops_monitor_id(const char *text) {
    return (int64_t)mlops__hash_64(text, text ? strlen(text) : 0);
}

/* ---- judging ---- */

void mlops__monitor_labels_close(mlops_monitor *monitor, double alpha) {
    mlops__labels *self = monitor->scored;
    int metric = (int)self->rule.metric;
    mlops__counts_reset(&self->pooled);
    for (int64_t i = 0; i < self->n_kept; i++)
        mlops__counts_merge(&self->pooled, &self->windows[i]);
    mlops__score_all(self->measured_scores, &self->pooled, MLOPS__SCORE_MEASURED);
    mlops__score_all(self->estimated_scores, window_at(self, monitor->n_windows),
                     MLOPS__SCORE_ESTIMATED);
    self->judged = 1;
    if (!self->has_reference) return;
    mlops__score_judge(&self->measured, &self->reference, &self->measured_scores[metric],
                       &self->rule, self->tolerance, alpha / 2);
    mlops__score_judge(&self->estimated, &self->supposed, &self->estimated_scores[metric],
                       &self->rule, self->tolerance, alpha / 2);
}

void mlops__monitor_labels_next(mlops_monitor *monitor) {
    mlops__counts_reset(window_at(monitor->scored, monitor->n_windows));
}

/* ---- what is told ---- */

mlops_status mlops_monitor_summarize_labels(const mlops_monitor *self, mlops_monitor_labels *out) {
    mlops_monitor_labels all = MLOPS_MONITOR_LABELS_INIT;
    if (!self->scored || !out) return MLOPS_E_INVALID;
    mlops__monitor_settle(self);
    const mlops__labels *from = self->scored;
    all.measured = from->measured.verdict;
    all.estimated = from->estimated.verdict;
    all.measured_loss = from->measured.value;
    all.measured_loss_low = from->measured.low;
    all.measured_loss_high = from->measured.high;
    all.estimated_loss = from->estimated.value;
    all.estimated_loss_low = from->estimated.low;
    all.estimated_loss_high = from->estimated.high;
    all.n_joined = from->n_joined;
    all.n_late = from->n_late;
    all.n_duplicate = from->n_duplicate;
    all.n_unknown = from->n_unknown;
    all.n_waiting = from->join.n_waiting;
    all.n_evicted = from->join.n_evicted;
    all.n_replaced = from->join.n_replaced;
    return mlops__opts_return(out, &all, sizeof all);
}

static void put_f64(mlops__rows *out, double value) {
    if (value - value == 0) mlops__rows_f64(out, value);
    else mlops__rows_null(out);
}

/* number 0: all rows. */
static void put_counts(mlops__rows *out, const mlops__labels *self, int64_t number,
                       const mlops__counts *counts) {
    double z = mlops__normal_isf((1 - self->confidence) / 2);
    for (int kind = 0; kind < 2; kind++) {
        mlops__score scores[MLOPS__SCORES];
        mlops__score_all(scores, counts, (mlops__score_kind)kind);
        for (int m = 0; m < MLOPS__SCORES; m++) {
            double low, high;
            if (!mlops__score_has(&self->rule, m)) continue;
            mlops__score_interval(&low, &high, &scores[m], m, &self->rule,
                                  kind == MLOPS__SCORE_MEASURED, z);
            if (number) mlops__rows_i64(out, number);
            else mlops__rows_null(out);
            mlops__rows_text(out, kind ? "estimated" : "measured");
            mlops__rows_text(out, mlops__score_name(&self->rule, m));
            put_f64(out, scores[m].value);
            put_f64(out, low);
            put_f64(out, high);
            mlops__rows_i64(out, mlops__counts_rows(counts, (mlops__score_kind)kind));
        }
    }
}

mlops_status mlops_monitor_performance(mlops_table **out, const mlops_monitor *self,
                                       mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"window", MLOPS_TYPE_INT64},  {"kind", MLOPS_TYPE_STRING}, {"metric", MLOPS_TYPE_STRING},
        {"value", MLOPS_TYPE_FLOAT64}, {"low", MLOPS_TYPE_FLOAT64}, {"high", MLOPS_TYPE_FLOAT64},
        {"n", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(expected(self, err));
    mlops__monitor_settle(self);
    const mlops__labels *labels = self->scored;
    MLOPS_TRY(
        mlops__rows_begin(&rows, &self->host, columns, sizeof columns / sizeof *columns, err));
    int64_t first = self->n_windows - labels->n_kept + 1;
    for (int64_t i = first > 0 ? first : 0; i <= self->n_windows; i++)
        put_counts(&rows, labels, i + 1, window_at(labels, i));
    put_counts(&rows, labels, 0, &labels->all);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}
