/* Predicting with whatever serves: the hot verbs, and tables split by arm.
 *
 * Owns the memory of one call on tables. Invariants: a call sees one moment of the deployment, from
 * the routing of its first row to the writing of its last; the hot verbs allocate nothing, lock
 * nothing and call nothing of the system; after an error nothing was written.
 */
#include "column/table_select.h"
#include "deploy/deploy.h"

#include <mlops/context.h>

#include <string.h>

enum { OUTPUTS_MAX = 4096, INPUTS_MAX = 256, KEY_MAX = 64 };

static void use(mlops_deployment *self, int bit) {
    if (!(atomic_load_explicit(&self->used, memory_order_relaxed) & bit))
        atomic_fetch_or(&self->used, bit);
}

static int number_of(const mlops__serving *serving, const mlops__deploy_arm *arm) {
    return (int)(arm - serving->arms);
}

/* ---- rows and values ---- */

int64_t mlops_deployment_route(const mlops_deployment *self, const char *key) {
    mlops__swap_count *place;
    const mlops__serving *serving = mlops__swap_enter(self->swap, &place);
    int64_t version = mlops__serving_pick(serving, key)->version;
    mlops__swap_leave(place);
    return version;
}

static mlops_status predict_arm_rows(const mlops__deploy_arm *arm, const float *rows,
                                     int64_t n_rows, int64_t n_features, double *out,
                                     int64_t width) {
    return arm->contexts
               ? mlops__contexts_predict(arm->contexts, rows, n_rows, n_features, out, width)
               : mlops_model_predict(arm->model, rows, n_rows, n_features, out, width);
}

mlops_status mlops_deployment_predict(mlops_deployment *self, const char *key, const float *rows,
                                      int64_t n_rows, int64_t n_features, double *out,
                                      int64_t width, int64_t *version) {
    mlops__swap_count *place;
    if (n_features != self->shape.n_features) return MLOPS_E_INVALID;
    use(self, MLOPS__USED_ROWS);
    const mlops__serving *serving = mlops__swap_enter(self->swap, &place);
    const mlops__deploy_arm *arm = mlops__serving_pick(serving, key);
    mlops_status status = MLOPS_E_SCHEMA;
    if (arm->takes_rows) status = predict_arm_rows(arm, rows, n_rows, n_features, out, width);
    if (!status) mlops__swap_tally(place, number_of(serving, arm), n_rows);
    if (!status && version) *version = arm->version;
    mlops__swap_leave(place);
    return status;
}

static mlops_status compute_row(const mlops__deploy_arm *arm, const mlops_feature_value *values,
                                float *row) {
    mlops_feature_value ordered[INPUTS_MAX];
    if (!arm->in_order) {
        if (arm->n_inputs > INPUTS_MAX) return MLOPS_E_ARENA;
        for (int64_t i = 0; i < arm->n_inputs; i++) ordered[i] = values[arm->inputs[i]];
        values = ordered;
    }
    return mlops_feature_row(arm->features, values, arm->n_inputs, row, arm->n_outputs);
}

static mlops_status predict_values(const mlops__deploy_arm *arm, const mlops_feature_value *values,
                                   double *out, int64_t width) {
    float row[OUTPUTS_MAX];
    if (!arm->takes_values) return MLOPS_E_SCHEMA;
    if (arm->n_outputs > OUTPUTS_MAX) return MLOPS_E_ARENA;
    MLOPS_TRY(compute_row(arm, values, row));
    return predict_arm_rows(arm, row, 1, arm->n_outputs, out, width);
}

mlops_status mlops_deployment_predict_values(mlops_deployment *self, const char *key,
                                             const mlops_feature_value *values, int64_t n_inputs,
                                             double *out, int64_t width, int64_t *version) {
    mlops__swap_count *place;
    if (n_inputs != self->shape.n_inputs || (n_inputs && !values)) return MLOPS_E_INVALID;
    use(self, MLOPS__USED_VALUES);
    const mlops__serving *serving = mlops__swap_enter(self->swap, &place);
    const mlops__deploy_arm *arm = mlops__serving_pick(serving, key);
    mlops_status status = predict_values(arm, values, out, width);
    if (!status) mlops__swap_tally(place, number_of(serving, arm), 1);
    if (!status && version) *version = arm->version;
    mlops__swap_leave(place);
    return status;
}

/* ---- tables ---- */

/* Predictions of a table, all of whose rows are one arm's. */
static mlops_status predict_features(const mlops__deploy_arm *arm, const mlops_table *table,
                                     const mlops_allocator *allocator, double *out, int64_t width,
                                     mlops_error *err) {
    int64_t n = mlops_table_n_rows(table), d = arm->n_outputs;
    mlops_context *context = NULL;
    size_t bytes = 0;
    int fits = mlops__mul((size_t)n, (size_t)d, &bytes) && mlops__mul(bytes, sizeof(float), &bytes);
    float *rows = fits ? mlops__alloc(allocator, bytes) : NULL;
    if (!rows) return mlops__fail_nomem(err, bytes);
    mlops_status status = mlops_feature_matrix(arm->features, table, rows, n, d, err);
    if (!status)
        status = mlops_context_new(&context, mlops_bundle_model(arm->bundle),
                                   MLOPS_MODEL_OUTPUT_PREDICTION, NULL, err);
    if (!status) status = mlops_context_predict(context, rows, n, d, out, width);
    mlops_context_free(context);
    mlops__free(allocator, rows, bytes);
    return status;
}

static mlops_status predict_arm(const mlops__deploy_arm *arm, const mlops_table *table,
                                const mlops_allocator *allocator, double *out, int64_t width,
                                mlops_error *err) {
    if (arm->features) return predict_features(arm, table, allocator, out, width, err);
    return mlops_model_predict_table(arm->model, table, NULL, MLOPS_MODEL_OUTPUT_PREDICTION, out,
                                     mlops_table_n_rows(table), width, err);
}

/* Which rows of a table are the canary's, and room for the predictions of both arms. */
typedef struct split {
    const mlops__serving *serving;
    const mlops_table *table;
    const mlops_allocator *allocator;
    int64_t n, n_canary, width;
    uint8_t *canary; /* bits */
    double *predicted[2];
    size_t sizes[2];
} split;

static size_t bits_size(const split *self) { return (size_t)self->n / 8 + 1; }

static int is_canary(const split *self, int64_t row) {
    return self->canary[row >> 3] >> (row & 7) & 1;
}

static int takes_key(const split *self, const char *key) {
    return mlops__route_bucket(self->serving->seed, key) < self->serving->ppm;
}

static void set_canary(split *self, int64_t row) {
    self->canary[row >> 3] |= (uint8_t)(1u << (row & 7));
    self->n_canary++;
}

/* Texts are routed once each, however often they stand in the column. */
static mlops_status route_texts(split *self, const mlops__column *column, mlops_error *err) {
    uint8_t *known = mlops__alloc_array(self->allocator, (size_t)column->n_texts, sizeof *known);
    if (!known) return mlops__fail_nomem(err, (size_t)column->n_texts);
    for (int64_t i = 0; i < column->n_texts; i++)
        known[i] = (uint8_t)takes_key(self, column->texts[i]);
    for (int64_t i = 0; i < self->n; i++)
        if (mlops__column_valid(column, i) && known[((const int32_t *)column->data)[i]])
            set_canary(self, i);
    mlops__free(self->allocator, known, (size_t)column->n_texts * sizeof *known);
    return MLOPS_OK;
}

static mlops_status route_rows(split *self, const char *key_column, mlops_error *err) {
    int64_t index = mlops_table_find(self->table, key_column);
    char hint[MLOPS__HINT], key[KEY_MAX];
    if (index < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the table has no column '%s'%s, which has the keys", key_column,
                           mlops__table_hint(self->table, hint));
    const mlops__column *column = mlops__table_column(self->table, index);
    if (!self->serving->ppm || column->type == MLOPS_TYPE_NULL) return MLOPS_OK;
    if (column->type == MLOPS_TYPE_STRING) return route_texts(self, column, err);
    for (int64_t i = 0; i < self->n; i++) {
        if (!mlops__column_valid(column, i)) continue;
        MLOPS_TRY(mlops_table_text(self->table, index, i, key, sizeof key, NULL));
        if (takes_key(self, key)) set_canary(self, i);
    }
    return MLOPS_OK;
}

static mlops_status predict_part(split *self, int which, int64_t n, mlops_error *err) {
    mlops_table *part;
    size_t cells;
    if (!mlops__mul((size_t)n, (size_t)self->width, &cells) ||
        !mlops__mul(cells, sizeof(double), &self->sizes[which]))
        return mlops__fail_nomem(err, SIZE_MAX);
    self->predicted[which] = mlops__alloc(self->allocator, self->sizes[which]);
    if (!self->predicted[which]) return mlops__fail_nomem(err, self->sizes[which]);
    MLOPS_TRY(mlops__table_select(&part, self->table, self->canary, which, err));
    mlops_status status = predict_arm(&self->serving->arms[which], part, self->allocator,
                                      self->predicted[which], self->width, err);
    mlops_table_unref(part);
    return status;
}

static mlops_status predict_split(split *self, double *out, mlops_error *err) {
    int64_t taken[2] = {0, 0};
    if (self->n_canary == 0 || self->n_canary == self->n)
        return predict_arm(&self->serving->arms[self->n_canary > 0], self->table, self->allocator,
                           out, self->width, err);
    MLOPS_TRY(predict_part(self, MLOPS__ARM_CHAMPION, self->n - self->n_canary, err));
    MLOPS_TRY(predict_part(self, MLOPS__ARM_CANARY, self->n_canary, err));
    size_t row = (size_t)self->width * sizeof *out;
    for (int64_t i = 0; i < self->n; i++) {
        int arm = is_canary(self, i);
        memcpy(out + i * self->width, self->predicted[arm] + taken[arm]++ * self->width, row);
    }
    return MLOPS_OK;
}

static mlops_status predict_rows(split *self, const char *key_column, double *out,
                                 int64_t *versions, mlops_error *err) {
    self->canary = mlops__alloc_zero(self->allocator, bits_size(self));
    if (!self->canary) return mlops__fail_nomem(err, bits_size(self));
    mlops_status status = key_column ? route_rows(self, key_column, err) : MLOPS_OK;
    if (!status) status = predict_split(self, out, err);
    for (int64_t i = 0; i < self->n && versions && !status; i++)
        versions[i] = self->serving->arms[is_canary(self, i)].version;
    for (int i = 0; i < 2; i++) mlops__free(self->allocator, self->predicted[i], self->sizes[i]);
    mlops__free(self->allocator, self->canary, bits_size(self));
    return status;
}

mlops_status mlops_deployment_predict_table(mlops_deployment *self, const mlops_table *table,
                                            const char *key_column, double *out, int64_t n_rows,
                                            int64_t width, int64_t *versions, mlops_error *err) {
    mlops__swap_count *place;
    if (!self || !table)
        return mlops__fail(err, MLOPS_E_INVALID, "the deployment or table is NULL");
    if (n_rows != mlops_table_n_rows(table) || width != self->shape.width)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "n_rows and width are %lld and %lld; the table has %lld row%s, of which "
                           "each yields %lld",
                           (long long)n_rows, (long long)width,
                           (long long)mlops_table_n_rows(table),
                           mlops__plural(mlops_table_n_rows(table)), (long long)self->shape.width);
    split all;
    memset(&all, 0, sizeof all);
    all.serving = mlops__swap_enter(self->swap, &place);
    all.table = table;
    all.allocator = self->allocator;
    all.n = n_rows;
    all.width = width;
    mlops_status status = predict_rows(&all, key_column, out, versions, err);
    if (!status) {
        mlops__swap_tally(place, MLOPS__ARM_CHAMPION, all.n - all.n_canary);
        mlops__swap_tally(place, MLOPS__ARM_CANARY, all.n_canary);
    }
    mlops__swap_leave(place);
    return status;
}
