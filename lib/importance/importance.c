/* Importance of features by permutation: a column is shuffled, the table predicted and judged.
 *
 * Owns the predictions and one shuffled column. Invariant: a shuffle depends on the seed, the
 * feature, the repeat and the number of rows alone; all else is as it is without a shuffle, so that
 * a feature which the model takes no notice of changes not one bit.
 */
#include "base/arena.h"
#include "base/mix.h"
#include "base/opts.h"
#include "base/real.h"
#include "column/rows.h"
#include "model/model.h"

#include <mlops/importance.h>
#include <mlops/metric_info.h>
#include <mlops/metric_regression.h>

#include <string.h>

enum { REPEATS = 5, REPEATS_MAX = 1000 };

typedef struct measuring {
    mlops_importance_opts opts;
    mlops_model *model;
    const mlops__host *host;
    mlops__arena arena; /* all that follows */
    const mlops__column **columns;
    int64_t n;
    mlops_metric_info metric;
    mlops_metric_task task;
    mlops_metric_opts metric_opts;
    mlops_host lent; /* to the metric */
    mlops_model_output output;
    int64_t width;
    int64_t score; /* value of a row that is judged by itself; -1: all are, as classes */
    double *predictions;
    const double *labels;
    int64_t *classes; /* the labels as such */
    int64_t *order;   /* of rows, as it is shuffled */
    mlops__column shuffled;
    mlops_error *err;
} measuring;

/* ---- shuffles ---- */

/* Fisher and Yates, from the last row to the first. */
static void shuffle(measuring *self, int64_t feature, int64_t repeat) {
    uint64_t state = (uint64_t)self->opts.seed;
    state = mlops__mix_next(&state) + (uint64_t)feature;
    state = mlops__mix_next(&state) + (uint64_t)repeat;
    for (int64_t i = 0; i < self->n; i++) self->order[i] = i;
    for (int64_t i = self->n - 1; i > 0; i--) {
        int64_t j = (int64_t)(mlops__mix_next(&state) % (uint64_t)(i + 1)), swap = self->order[i];
        self->order[i] = self->order[j];
        self->order[j] = swap;
    }
}

static size_t cell_size(mlops_type type) {
    if (type == MLOPS_TYPE_NULL) return 0;
    if (type == MLOPS_TYPE_BOOL) return 1;
    return type == MLOPS_TYPE_STRING ? sizeof(int32_t) : 8;
}

/* The column with its rows in order; validity stands behind the cells. */
static void take_rows(measuring *self, const mlops__column *column) {
    const size_t size = cell_size(column->type);
    uint8_t *cells = (uint8_t *)(uintptr_t)self->shuffled.data, *bits = cells + 8 * (size_t)self->n;
    self->shuffled = *column;
    self->shuffled.data = cells;
    if (column->validity) self->shuffled.validity = bits;
    memset(bits, 0, ((size_t)self->n + 7) / 8);
    if (column->type == MLOPS_TYPE_NULL) return;
    for (int64_t i = 0; i < self->n; i++) {
        const int64_t from = self->order[i];
        memcpy(cells + (size_t)i * size, (const uint8_t *)column->data + (size_t)from * size, size);
        if (mlops__column_valid(column, from)) bits[i / 8] |= (uint8_t)(1 << i % 8);
    }
}

/* ---- judging ---- */

static mlops_status judge(measuring *self, double *out) {
    mlops_metrics found = MLOPS_METRICS_INIT;
    double *values = self->predictions;
    mlops_status status;
    MLOPS_TRY(mlops__model_predict_columns(self->model, self->columns, self->output, self->n,
                                           values, self->err));
    if (self->output == MLOPS_MODEL_OUTPUT_MARGIN)
        MLOPS_TRY(
            mlops__model_softmax(values, self->n, self->width, &self->host->allocator, self->err));
    else if (self->task == MLOPS_METRIC_CLASSES) /* one class against the rest */
        (void)mlops__model_share_out(values, self->n, self->width);
    for (int64_t i = 0; self->score > 0 && i < self->n; i++)
        values[i] = values[i * self->width + self->score];
    const mlops_metric_opts *opts = &self->metric_opts;
    if (self->task == MLOPS_METRIC_CLASSES)
        status = mlops_metric_classes(&found, values, self->n, self->width, self->classes, NULL,
                                      opts, self->err);
    else if (self->task == MLOPS_METRIC_BINARY)
        status = mlops_metric_binary(&found, values, self->labels, self->n, opts, self->err);
    else status = mlops_metric_regression(&found, values, self->labels, self->n, opts, self->err);
    *out = mlops_metric_value(&found, self->metric.metric);
    return status;
}

static mlops_status measure(measuring *self, int64_t feature, double score, mlops__rows *rows) {
    const mlops__column *column = self->columns[feature];
    const double sign = self->metric.better == MLOPS_METRIC_HIGHER ? 1.0 : -1.0;
    const int64_t n = self->opts.n_repeats;
    const char *name = mlops_model_feature_name(self->model, feature);
    double found[REPEATS_MAX], sum = 0.0, squares = 0.0;
    char spare[24];
    self->columns[feature] = &self->shuffled;
    for (int64_t k = 0; k < n; k++) {
        shuffle(self, feature, k);
        take_rows(self, column);
        MLOPS_TRY(judge(self, &found[k]));
        found[k] = sign * (score - found[k]);
        sum += found[k];
    }
    self->columns[feature] = column;
    for (int64_t k = 0; k < n; k++)
        squares += (found[k] - sum / (double)n) * (found[k] - sum / (double)n);
    mlops__format(spare, sizeof spare, "f%lld", (long long)feature);
    mlops__rows_text(rows, name ? name : spare);
    mlops__rows_f64(rows, sum / (double)n);
    mlops__rows_f64(rows, mlops__sqrt(squares / (double)n));
    mlops__rows_f64(rows, score);
    return MLOPS_OK;
}

static mlops_status measure_all(measuring *self, mlops_table **out) {
    static const mlops__rows_column columns[] = {{"feature", MLOPS_TYPE_STRING},
                                                 {"importance", MLOPS_TYPE_FLOAT64},
                                                 {"sd", MLOPS_TYPE_FLOAT64},
                                                 {"score", MLOPS_TYPE_FLOAT64}};
    double score;
    mlops__rows rows;
    MLOPS_TRY(judge(self, &score));
    MLOPS_TRY(mlops__rows_begin(&rows, self->host, columns, 4, self->err));
    mlops_status status = MLOPS_OK;
    for (int64_t f = 0; status == MLOPS_OK && f < mlops_model_n_features(self->model); f++)
        status = measure(self, f, score, &rows);
    return mlops__rows_end(&rows, status, out, self->err);
}

/* ---- the call ---- */

/* What is judged, of what the model yields. */
static mlops_status choose_task(measuring *self) {
    const mlops__link link = mlops__model_opened(self->model)->link;
    const uint32_t tasks = self->metric.tasks;
    self->output = MLOPS_MODEL_OUTPUT_PREDICTION;
    if (link == MLOPS__LINK_ARGMAX) self->output = MLOPS_MODEL_OUTPUT_MARGIN;
    self->width = mlops_model_width(self->model, self->output);
    const int many = self->width > 1, pair = self->width == 2;
    if (many && tasks & MLOPS_METRIC_CLASSES) self->task = MLOPS_METRIC_CLASSES;
    else if ((!many || pair) && tasks & MLOPS_METRIC_BINARY) self->task = MLOPS_METRIC_BINARY;
    else if (!many && tasks & MLOPS_METRIC_REGRESSION) self->task = MLOPS_METRIC_REGRESSION;
    if (!self->task || !self->width)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "%s does not judge %lld value%s a row, which the model predicts",
                           self->metric.name, (long long)self->width, mlops__plural(self->width));
    self->score = pair && self->task == MLOPS_METRIC_BINARY;
    if (self->task != MLOPS_METRIC_BINARY) return MLOPS_OK;
    if (link == MLOPS__LINK_HINGE) { /* 0 and 1 are no probabilities */
        self->metric_opts.scale = MLOPS_METRIC_RANK;
        self->metric_opts.flags = MLOPS_METRIC_SET_THRESHOLD;
        self->metric_opts.threshold = 0.5;
    } else if (link == MLOPS__LINK_IDENTITY && !mlops_model_class_name(self->model, 0)) {
        self->metric_opts.scale = MLOPS_METRIC_MARGIN;
    }
    return MLOPS_OK;
}

static mlops_status take_classes(measuring *self) {
    self->classes = mlops__arena_array(&self->arena, (size_t)self->n, sizeof *self->classes);
    if (!self->classes) return mlops__fail_nomem(self->err, (size_t)self->n * 8);
    for (int64_t i = 0; i < self->n; i++) {
        const double label = self->labels[i];
        if (!(label >= 0.0 && label < (double)self->width) || label != (double)(int64_t)label)
            return mlops__fail(self->err, MLOPS_E_INVALID,
                               "label %lld is none of 0 to %lld, the classes", (long long)i,
                               (long long)self->width - 1);
        self->classes[i] = (int64_t)label;
    }
    return MLOPS_OK;
}

static mlops_status begin(measuring *self, const mlops_importance_opts *given, mlops_metric metric,
                          mlops__host *host) {
    MLOPS_TRY(mlops__opts_copy(&self->opts, sizeof self->opts, given, "mlops_importance_opts",
                               self->err));
    MLOPS_TRY(mlops__host_init(host, self->opts.host, self->err));
    if (self->opts.n_repeats == 0) self->opts.n_repeats = REPEATS;
    if (self->opts.flags || self->opts.n_repeats < 1 || self->opts.n_repeats > REPEATS_MAX)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_importance_opts: flags must be 0, n_repeats 1 to %d",
                           REPEATS_MAX);
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    if (mlops_metric_at(&info, (int64_t)metric - 1) || info.better == MLOPS_METRIC_NEITHER)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "metric %d is unknown, or not better one way or the other", (int)metric);
    self->metric = info;
    return MLOPS_OK;
}

static mlops_status prepare(measuring *self, const mlops_table *table, int64_t n) {
    const mlops_metric_opts fresh = MLOPS_METRIC_OPTS_INIT;
    const size_t rows = (size_t)n;
    size_t size = SIZE_MAX;
    self->n = mlops_table_n_rows(table);
    if (n != self->n || (n && !self->labels))
        return mlops__fail(self->err, MLOPS_E_INVALID, "there are %lld labels for %lld row%s",
                           (long long)n, (long long)self->n, mlops__plural(self->n));
    self->lent = mlops__host_lend(self->host);
    self->metric_opts = fresh;
    self->metric_opts.host = &self->lent;
    MLOPS_TRY(choose_task(self));
    if (self->task == MLOPS_METRIC_CLASSES) MLOPS_TRY(take_classes(self));
    MLOPS_TRY(mlops__model_bind(self->model, table, self->opts.columns, &self->arena,
                                &self->columns, self->err));
    if (!mlops__mul(rows, (size_t)self->width, &size)) size = SIZE_MAX;
    self->predictions = mlops__arena_array(&self->arena, size, sizeof *self->predictions);
    self->order = mlops__arena_array(&self->arena, rows, sizeof *self->order);
    self->shuffled.data = mlops__arena_array(&self->arena, rows + 1, 9);
    if (!self->predictions || !self->order || !self->shuffled.data)
        return mlops__fail_nomem(self->err, rows);
    return MLOPS_OK;
}

mlops_status mlops_importance_measure(mlops_table **out, mlops_model *model,
                                      const mlops_table *table, const double *labels, int64_t n,
                                      mlops_metric metric, const mlops_importance_opts *opts,
                                      mlops_error *err) {
    measuring self = {.model = model, .labels = labels, .err = err};
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(begin(&self, opts, metric, &host));
    self.host = &host;
    mlops__arena_init(&self.arena, &host.allocator, SIZE_MAX);
    mlops_status status = prepare(&self, table, n);
    if (status == MLOPS_OK) status = measure_all(&self, out);
    mlops__arena_free(&self.arena);
    return status;
}
