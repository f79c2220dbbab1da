/* Judging a version: its predictions for rows that were held out, against their targets.
 *
 * Owns the predictions. Invariants: rows reach the model as they do in use, through the version's
 * own features if it has some, and by the names of columns otherwise; a row without a target does
 * not count.
 */
#include "column/column_store.h"
#include "model/model.h"
#include "registry/registry.h"

#include <mlops/context.h>
#include <mlops/metric_regression.h>

#include <string.h>

/* ---- predictions ---- */

typedef struct judging {
    const mlops_allocator *allocator;
    const mlops__held_out *rows;
    mlops_model *model;
    const mlops_feature *features; /* NULL: none */
    mlops__task task;
    mlops_model_output output;
    int64_t width;  /* of the output */
    int says_class; /* predictions are 0 and 1, and no probabilities */
    double *predictions;
} judging;

static mlops_status predict_rows(const judging *self, const float *rows, int64_t n_features,
                                 mlops_error *err) {
    mlops_context *context;
    MLOPS_TRY(mlops_context_new(&context, self->model, self->output, NULL, err));
    mlops_status status = mlops_context_predict(context, rows, self->rows->n_rows, n_features,
                                                self->predictions, self->width);
    mlops_context_free(context);
    return status ? mlops__fail(err, status, "its features do not make the rows of its model")
                  : MLOPS_OK;
}

static mlops_status predict_features(const judging *self, mlops_error *err) {
    int64_t n = self->rows->n_rows, n_features = mlops_feature_n_outputs(self->features);
    size_t size;
    if (!mlops__mul((size_t)n, (size_t)n_features, &size)) size = SIZE_MAX;
    float *rows = mlops__alloc_array(self->allocator, size, sizeof *rows);
    if (!rows && size) return mlops__fail_nomem(err, size);
    mlops_status status =
        mlops_feature_matrix(self->features, self->rows->table, rows, n, n_features, err);
    if (!status) status = predict_rows(self, rows, n_features, err);
    mlops__free(self->allocator, rows, size * sizeof *rows);
    return status;
}

static mlops_status predict_output(const judging *self, mlops_error *err) {
    if (self->features) return predict_features(self, err);
    return mlops_model_predict_table(self->model, self->rows->table, NULL, self->output,
                                     self->predictions, self->rows->n_rows, self->width, err);
}

/* The class of each row as 1 among zeroes, from the last on as they stand in one place. */
static void spread(const judging *self, int64_t k) {
    for (int64_t row = self->rows->n_rows; row-- > 0;) {
        double class = self->predictions[row];
        for (int64_t i = k; i-- > 0;)
            self->predictions[row * k + i] = class < 0 ? mlops__not_a_number() : class == (double)i;
    }
}

/* A graph that tells classes apart: their probabilities if it gives them, else the class. */
static mlops_status predict_classes(judging *self, mlops_error *err) {
    int64_t k = mlops__model_n_classes(self->model);
    int done = 0;
    if (self->width == k) {
        MLOPS_TRY(predict_output(self, err));
        done = mlops__model_share_out(self->predictions, self->rows->n_rows, k);
    }
    if (!done) {
        self->output = MLOPS_MODEL_OUTPUT_CLASS;
        self->says_class = 1;
        self->width = 1;
        if (!mlops_model_width(self->model, self->output))
            return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                               "it gives neither probabilities of its classes nor the class");
        MLOPS_TRY(predict_output(self, err));
        spread(self, k);
    }
    self->width = k;
    if (self->task == MLOPS__TASK_CLASSES) return MLOPS_OK;
    for (int64_t row = 0; row < self->rows->n_rows; row++)
        self->predictions[row] = self->predictions[2 * row + 1];
    self->width = 1;
    return MLOPS_OK;
}

static mlops_status predict(judging *self, mlops_error *err) {
    if (mlops__model_n_classes(self->model)) return predict_classes(self, err);
    MLOPS_TRY(predict_output(self, err));
    const int64_t n = self->rows->n_rows;
    if (self->output == MLOPS_MODEL_OUTPUT_MARGIN)
        return mlops__model_softmax(self->predictions, n, self->width, self->allocator, err);
    if (self->task == MLOPS__TASK_CLASSES) /* one class against the rest */
        (void)mlops__model_share_out(self->predictions, n, self->width);
    return MLOPS_OK;
}

/* ---- metrics ---- */

/* Class numbers, as mlops__labels_read() has checked them; -1 where there is none. */
static void to_classes(const mlops__held_out *rows, int64_t *out) {
    for (int64_t i = 0; i < rows->n_rows; i++) {
        double label = rows->target[i];
        out[i] = label != label ? -1 : (int64_t)label;
    }
}

static mlops_status judge_classes(mlops_metrics *out, const judging *self,
                                  const mlops_metric_opts *opts, mlops_error *err) {
    const mlops__held_out *rows = self->rows;
    size_t n = (size_t)rows->n_rows + 1;
    int64_t *labels = mlops__alloc_array(self->allocator, n, sizeof *labels);
    if (!labels) return mlops__fail_nomem(err, n * sizeof *labels);
    to_classes(rows, labels);
    mlops_status status = mlops_metric_classes(out, self->predictions, rows->n_rows, self->width,
                                               labels, NULL, opts, err);
    mlops__free(self->allocator, labels, n * sizeof *labels);
    return status;
}

static mlops_status judge_task(mlops_metrics *out, const judging *self, mlops_metric_opts *opts,
                               mlops_error *err) {
    const mlops__held_out *rows = self->rows;
    mlops__link link = mlops__model_opened(self->model)->link;
    opts->flags = MLOPS_METRIC_SKIP_NAN;
    if (self->task == MLOPS__TASK_CLASSES) opts->flags |= MLOPS_METRIC_ONE_VS_REST;
    if (self->task == MLOPS__TASK_CLASSES) return judge_classes(out, self, opts, err);
    if (self->task == MLOPS__TASK_REGRESSION)
        return mlops_metric_regression(out, self->predictions, rows->target, rows->n_rows, opts,
                                       err);
    int is_graph = mlops__model_graph(self->model) != NULL;
    if (link == MLOPS__LINK_IDENTITY && !is_graph) opts->scale = MLOPS_METRIC_MARGIN;
    if (link == MLOPS__LINK_HINGE || self->says_class) { /* 0 and 1 are no probabilities */
        opts->scale = MLOPS_METRIC_RANK;
        opts->flags |= MLOPS_METRIC_SET_THRESHOLD;
        opts->threshold = 0.5;
    }
    return mlops_metric_binary(out, self->predictions, rows->target, rows->n_rows, opts, err);
}

/* Which output tells enough. */
static mlops_status choose_output(judging *self, mlops_error *err) {
    int classes = self->task == MLOPS__TASK_CLASSES;
    int argmax = mlops__model_opened(self->model)->link == MLOPS__LINK_ARGMAX;
    if (self->task >= MLOPS__TASK_RANKING)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "there are no metrics for its task, %s",
                           mlops__task_name(self->task));
    self->output = argmax ? MLOPS_MODEL_OUTPUT_MARGIN : MLOPS_MODEL_OUTPUT_PREDICTION;
    self->width = mlops_model_width(self->model, self->output);
    if (classes || self->width == 1 || mlops__model_n_classes(self->model)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED, "it has %lld outputs; metrics of a %s are for one",
                       (long long)self->width, mlops__task_name(self->task));
}

static mlops_status judge_model(mlops_metrics *out, judging *self, const mlops__host *host,
                                mlops_error *err) {
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_host lent = mlops__host_lend(host);
    size_t n;
    opts.host = &lent;
    MLOPS_TRY(choose_output(self, err));
    int64_t k = mlops__model_n_classes(self->model);
    if (k < self->width) k = self->width;
    if (!mlops__mul((size_t)self->rows->n_rows + 1, (size_t)k, &n)) n = SIZE_MAX;
    self->predictions = mlops__alloc_array(self->allocator, n, sizeof *self->predictions);
    if (!self->predictions) return mlops__fail_nomem(err, n);
    mlops_status status = predict(self, err);
    if (!status) status = judge_task(out, self, &opts, err);
    mlops__free(self->allocator, self->predictions, n * sizeof *self->predictions);
    return status;
}

/* ---- versions ---- */

static mlops_status parse_features(mlops__registry *self, const mlops__record *version,
                                   mlops__buf *bytes, mlops_feature **out, mlops_error *err) {
    mlops_host host = mlops__host_lend(mlops__store_host(self->store));
    mlops_id id;
    if (!mlops__record_id(version, "features", &id)) return MLOPS_OK;
    MLOPS_TRY(mlops__registry_content(self, &id, bytes, err));
    return mlops_feature_parse(out, bytes->data, bytes->size, &host, err);
}

static mlops_status parse_bundle(mlops__registry *self, const mlops__record *version,
                                 mlops__buf *bytes, mlops_bundle **out, mlops_error *err) {
    mlops_host host = mlops__host_lend(mlops__store_host(self->store));
    mlops_id id;
    if (!mlops__record_id(version, "bundle", &id))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a version names no bundle");
    MLOPS_TRY(mlops__registry_content(self, &id, bytes, err));
    return mlops_bundle_parse(out, bytes->data, bytes->size, &host, err);
}

mlops_status mlops__registry_open(mlops__registry *self, const mlops__registry_version *version,
                                  mlops_bundle **bundle, mlops_feature **features,
                                  mlops_error *err) {
    mlops__buf bytes;
    mlops_status status = MLOPS_OK;
    if (bundle) *bundle = NULL;
    if (features) *features = NULL;
    mlops__buf_init(&bytes, self->allocator);
    if (bundle) status = parse_bundle(self, &version->record.fields, &bytes, bundle, err);
    bytes.size = 0;
    if (!status && features)
        status = parse_features(self, &version->record.fields, &bytes, features, err);
    if (status && bundle) mlops_bundle_unref(*bundle);
    if (status && bundle) *bundle = NULL;
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__judge_version(mlops_metrics *out, mlops__registry *self,
                                  const mlops__registry_version *version, mlops__held_out *rows,
                                  mlops_error *err) {
    mlops_bundle *bundle;
    mlops_feature *features;
    mlops_error local;
    judging j = {.allocator = self->allocator, .rows = rows};
    MLOPS_TRY(mlops__registry_open(self, version, &bundle, &features, err));
    j.model = mlops_bundle_model(bundle);
    j.features = features;
    j.task = mlops__task_of(j.model);
    mlops_status status =
        mlops__labels_read(rows, &version->record.fields, j.model, &self->arena, &local);
    if (!status) status = judge_model(out, &j, mlops__store_host(self->store), &local);
    mlops_feature_unref(features);
    mlops_bundle_unref(bundle);
    if (!status) return MLOPS_OK;
    return mlops__fail(err, status, "version %lld of \"%s\": %s", (long long)version->number,
                       version->model, local.message);
}
