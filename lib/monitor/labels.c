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
#include "performance/performance.h"
#include "sys/hash.h"

#include <string.h>

enum { ROWS_MAX_DEFAULT = 65536, KEPT_DEFAULT = 8, KEPT_MAX = 1000 };

/* ---- options ---- */

static mlops_status bad(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_monitor_labels_opts: %s", what);
}

static mlops_status read_opts(mlops_monitor_labels_opts *o, const mlops_monitor_labels_opts *given,
                              mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_monitor_labels_opts", err));
    int unbounded = o->metric == MLOPS_MONITOR_LOG_LOSS || o->metric == MLOPS_MONITOR_COST;
    double costs[] = {o->cost_tp, o->cost_fp, o->cost_fn, o->cost_tn}, edge;
    int n_costs = 0;
    if (o->flags & ~(uint32_t)MLOPS_MONITOR_LABELS_SET_THRESHOLD)
        return bad(err, "flags has an unknown bit");
    if (!o->rows_max) o->rows_max = ROWS_MAX_DEFAULT;
    if (!o->windows_kept) o->windows_kept = KEPT_DEFAULT;
    if (!o->flags && o->threshold == 0) o->threshold = 0.5;
    if (o->tolerance == 0 && !unbounded) o->tolerance = 0.05;
    if (o->confidence == 0) o->confidence = 0.95;
    edge = o->threshold * MLOPS__SCORE_BINS;
    for (size_t i = 0; i < 4; i++) {
        if (!(costs[i] >= -1e100 && costs[i] <= 1e100))
            return bad(err, "a cost is not finite, or beyond 10^100");
        n_costs += costs[i] != 0;
    }
    if (o->rows_max < 1 || o->rows_max > MLOPS__JOIN_MAX)
        return bad(err, "rows_max is not 1 to 2^30");
    if (o->windows_kept < 1 || o->windows_kept > KEPT_MAX)
        return bad(err, "windows_kept is not 1 to 1,000");
    if (o->metric < MLOPS_MONITOR_AUC || o->metric > MLOPS_MONITOR_COST)
        return bad(err, "metric is none of mlops_monitor_metric");
    if (!(edge >= 0 && edge < MLOPS__SCORE_BINS && edge == (double)(int64_t)edge))
        return bad(err, "threshold is no multiple of 1/1024 from 0 to 1023/1024");
    if (!(o->tolerance > 0 && o->tolerance <= 1e100))
        return bad(err, "tolerance is not above 0; of log_loss and cost it must be given");
    if (!(o->confidence > 0 && o->confidence < 1)) return bad(err, "confidence is not in (0, 1)");
    if (o->metric == MLOPS_MONITOR_COST && !n_costs)
        return bad(err, "cost is judged, and all are 0");
    return MLOPS_OK;
}

static mlops_status make_counts(mlops_performance **out, mlops__arena *arena) {
    void *mem = mlops__arena_alloc(arena, mlops_performance_size());
    return mem ? mlops_performance_init(out, mem, mlops_performance_size()) : MLOPS_E_NOMEM;
}

static mlops_status make_windows(mlops__labels *self, mlops__arena *arena) {
    self->windows = mlops__arena_array(arena, (size_t)self->n_kept, sizeof(void *));
    if (!self->windows) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < self->n_kept; i++) MLOPS_TRY(make_counts(&self->windows[i], arena));
    return make_counts(&self->all, arena);
}

static mlops_status make_room(mlops__labels *self, mlops__arena *arena, int64_t rows_max) {
    self->rule.cells = mlops__arena_array(arena, MLOPS__SCORE_CELLS, sizeof *self->rule.cells);
    if (!self->rule.cells) return MLOPS_E_NOMEM;
    MLOPS_TRY(make_windows(self, arena));
    MLOPS_TRY(make_counts(&self->pooled, arena));
    return mlops__join_init(&self->join, rows_max, arena);
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
static mlops_status take_reference(mlops__labels *self, const mlops_performance *reference,
                                   mlops_error *err) {
    mlops__score scores[MLOPS__SCORES];
    if (!reference) return MLOPS_OK;
    mlops__score_all(scores, reference, MLOPS__SCORE_MEASURED, &self->rule);
    self->reference = scores[self->metric];
    mlops__score_all(scores, reference, MLOPS__SCORE_SUPPOSED, &self->rule);
    self->supposed = scores[self->metric];
    self->has_reference = 1;
    if (self->reference.value == self->reference.value) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "monitor: the reference has no %s: %s",
                       mlops__score_name(self->metric),
                       reference->n[0] ? "its rows do not define it" : "no row has a label");
}

void mlops__monitor_labels_forget_losses(mlops__labels *self) {
    double none = mlops__metric_undefined();
    self->measured = self->estimated =
        (mlops__score_loss){none, none, none, MLOPS_DRIFT_NOT_ENOUGH_DATA};
}

mlops_status mlops_monitor_expect_labels(mlops_monitor *self, const mlops_performance *reference,
                                         mlops_calibration *calibration,
                                         const mlops_monitor_labels_opts *given, mlops_error *err) {
    mlops_monitor_labels_opts o;
    MLOPS_TRY(read_opts(&o, given, err));
    if (self->scored || self->segments || self->n_rows || self->n_pending)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: labels are expected once, and before the first row and "
                           "segments");
    mlops__labels *labels = mlops__arena_alloc(&self->arena, sizeof *labels);
    if (!labels) return mlops__fail_nomem(err, sizeof *labels);
    labels->rule.calibration = calibration;
    labels->rule.threshold = o.threshold;
    labels->rule.costs[1][1] = o.cost_tp;
    labels->rule.costs[1][0] = o.cost_fp;
    labels->rule.costs[0][1] = o.cost_fn;
    labels->rule.costs[0][0] = o.cost_tn;
    labels->metric = o.metric;
    labels->tolerance = o.tolerance;
    labels->confidence = o.confidence;
    labels->n_kept = o.windows_kept;
    mlops__monitor_labels_forget_losses(labels);
    if (make_room(labels, &self->arena, o.rows_max))
        return mlops__fail_nomem(err, self->arena.used);
    MLOPS_TRY(take_reference(labels, reference, err));
    labels->calibration = calibration ? mlops_calibration_ref(calibration) : NULL;
    self->scored = labels;
    return MLOPS_OK;
}

/* ---- adding ---- */

static mlops_status expected(const mlops_monitor *self, mlops_error *err) {
    if (self->scored) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "monitor: no labels are expected; call mlops_monitor_expect_labels() ahead "
                       "of the first row");
}

static mlops_performance *window_at(const mlops__labels *self, int64_t number) {
    return self->windows[number % self->n_kept];
}

void mlops__monitor_labels_count(mlops_monitor *monitor, mlops__scored *rows, int64_t n) {
    mlops__labels *self = monitor->scored;
    if (!rows->scores || n == 0) return;
    (void)mlops_performance_add(window_at(self, monitor->n_windows), rows->scores, NULL,
                                rows->weights, n, NULL); /* all took them */
    if (monitor->parent)
        (void)mlops_performance_add(self->all, rows->scores, NULL, rows->weights, n, NULL);
    int32_t segment = monitor->segments ? (int32_t)monitor->segments->current : 0;
    for (int64_t i = 0; rows->ids && i < n; i++) {
        double weight = rows->weights ? rows->weights[i] : 1;
        const mlops__joined row = {rows->ids[i], monitor->n_windows, rows->scores[i], weight,
                                   segment,      MLOPS__JOIN_WAITING};
        mlops__join_put(&self->join, &row);
    }
    rows->scores += n;
    if (rows->ids) rows->ids += n;
    if (rows->weights) rows->weights += n;
}

/* Counts rows in all; MLOPS_E_INVALID or MLOPS_E_LIMIT, and nothing is counted. */
static mlops_status take_scored(mlops_monitor *self, const mlops__scored *rows, int64_t n,
                                mlops_error *err) {
    if (n > 0 && !rows->scores)
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: scores are NULL");
    if (n > INT64_MAX - self->n_rows - self->n_pending)
        return mlops__fail(err, MLOPS_E_LIMIT, "monitor: more than 2^63 - 1 rows in all");
    return mlops_performance_add(self->scored->all, rows->scores, NULL, rows->weights, n, err);
}

mlops_status mlops__monitor_check_rows(const mlops_monitor *self, const float *rows, int64_t n_rows,
                                       int64_t n_features, mlops_error *err) {
    if (n_rows >= 0 && n_features == self->width && (n_rows == 0 || rows)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "monitor: %lld row%s of %lld; it takes rows of %lld",
                       (long long)n_rows, mlops__plural(n_rows), (long long)n_features,
                       (long long)self->width);
}

mlops_status mlops_monitor_add_scored(mlops_monitor *self, const float *rows, int64_t n_rows,
                                      int64_t n_features, const double *scores, const int64_t *ids,
                                      const double *weights, mlops_error *err) {
    mlops__scored scored = {scores, ids, weights};
    MLOPS_TRY(expected(self, err));
    MLOPS_TRY(mlops__monitor_check_rows(self, rows, n_rows, n_features, err));
    MLOPS_TRY(take_scored(self, &scored, n_rows, err));
    mlops__monitor_tick(self);
    mlops__monitor_put_rows(self, rows, n_rows, scores, scores != NULL, &scored);
    return MLOPS_OK;
}

mlops_status mlops_monitor_add_scored_table(mlops_monitor *self, const mlops_table *table,
                                            const double *scores, int64_t n, const int64_t *ids,
                                            const double *weights, mlops_error *err) {
    mlops__scored scored = {scores, ids, weights};
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
    double most = 0,
           room = mlops__weight_of(MLOPS__UNITS_MAX - self->all->total[0] - self->all->total[1]);
    if (n < 0 || (n > 0 && (!ids || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: ids or labels are NULL, or n negative");
    for (int64_t i = 0; i < n; i++) {
        const mlops__joined *row = mlops__join_find(&self->join, ids[i]);
        double weight = weights ? weights[i] : row ? row->weight : 0;
        const char *wrong = NULL;
        if (labels[i] != 0 && labels[i] != 1) wrong = "it is none of 0 and 1";
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
static void count_label(mlops_monitor *monitor, const mlops__joined *row, double label,
                        double weight) {
    mlops__labels *self = monitor->scored;
    int is_late = row->window <= monitor->n_windows - self->n_kept;
    mlops_performance *window = window_at(self, is_late ? monitor->n_windows : row->window);
    (void)mlops_performance_add(window, &row->score, &label, &weight, 1, NULL); /* checked before */
    (void)mlops_performance_add(self->all, &row->score, &label, &weight, 1, NULL);
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
    if (!weight) weight = &row->weight;
    count_label(monitor, row, label, *weight);
    if (monitor->segments)
        count_label(monitor->segments->slots[row->segment].monitor, row, label, *weight);
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
    mlops_performance_reset(self->pooled);
    for (int64_t i = 0; i < self->n_kept; i++)
        (void)mlops_performance_merge(self->pooled, self->windows[i], NULL); /* parts of all */
    mlops__score_all(self->measured_scores, self->pooled, MLOPS__SCORE_MEASURED, &self->rule);
    mlops__score_all(self->estimated_scores, window_at(self, monitor->n_windows),
                     MLOPS__SCORE_ESTIMATED, &self->rule);
    self->judged = 1;
    if (!self->has_reference) return;
    mlops__score_judge(&self->measured, &self->reference, &self->measured_scores[self->metric],
                       self->metric, &self->rule, self->tolerance, alpha / 2);
    mlops__score_judge(&self->estimated, &self->supposed, &self->estimated_scores[self->metric],
                       self->metric, &self->rule, self->tolerance, alpha / 2);
}

void mlops__monitor_labels_next(mlops_monitor *monitor) {
    mlops_performance_reset(window_at(monitor->scored, monitor->n_windows));
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
                       const mlops_performance *counts) {
    double z = mlops__normal_isf((1 - self->confidence) / 2);
    for (int kind = 0; kind < 2; kind++) {
        mlops__score scores[MLOPS__SCORES];
        mlops__score_all(scores, counts, (mlops__score_kind)kind, &self->rule);
        for (int m = 0; m < MLOPS__SCORES; m++) {
            double low, high;
            mlops__score_interval(&low, &high, &scores[m], (mlops_monitor_metric)m, &self->rule,
                                  kind == MLOPS__SCORE_MEASURED, z);
            if (number) mlops__rows_i64(out, number);
            else mlops__rows_null(out);
            mlops__rows_text(out, kind ? "estimated" : "measured");
            mlops__rows_text(out, mlops__score_name((mlops_monitor_metric)m));
            put_f64(out, scores[m].value);
            put_f64(out, low);
            put_f64(out, high);
            mlops__rows_i64(out, counts->n[kind]);
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
    put_counts(&rows, labels, 0, labels->all);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}
