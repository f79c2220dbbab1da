/* Metrics of a version, as a table.
 *
 * Owns the table until it is whole. Invariant: the metrics are those that a gate would see.
 */
#include "column/rows.h"
#include "registry/registry.h"

#include <string.h>

typedef struct evaluating {
    mlops__registry state;
    mlops__registry_version version;
    mlops__task task;
    mlops__held_out rows;
    mlops_metrics metrics;
    const char *dataset, *ref, *path;
} evaluating;

static mlops_status evaluate(evaluating *self, mlops_store *store, const char *name,
                             const char *which, mlops_error *err) {
    mlops_metrics fresh = MLOPS_METRICS_INIT;
    mlops__registry *state = &self->state;
    self->metrics = fresh;
    MLOPS_TRY(mlops__registry_begin(state, store, NULL, err));
    MLOPS_TRY(mlops__registry_find(state, name, which, &self->version, err));
    MLOPS_TRY(mlops__task_read(state, &self->version.record.fields, &self->task, err));
    mlops__registry_pause(state);
    MLOPS_TRY(mlops__held_out_load(&self->rows, state, &self->version, self->dataset, self->ref,
                                   self->path, err));
    return mlops__judge_version(&self->metrics, state, &self->version, &self->rows, err);
}

static mlops_status make_table(const evaluating *self, mlops_store *store, mlops_table **out,
                               mlops_error *err) {
    static const mlops__rows_column columns[] = {{"metric", MLOPS_TYPE_STRING},
                                                 {"value", MLOPS_TYPE_FLOAT64}};
    mlops__rows rows;
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 2, err));
    for (int64_t i = 0; i < mlops_metric_count(); i++) {
        mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
        mlops_metric_at(&info, i);
        if (!mlops__task_has(self->task, &info)) continue;
        mlops__rows_text(&rows, info.name);
        mlops__rows_f64(&rows, mlops_metric_value(&self->metrics, info.metric));
    }
    mlops__rows_text(&rows, "rows");
    mlops__rows_f64(&rows, (double)self->metrics.n);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

mlops_status mlops_registry_evaluate(mlops_table **out, mlops_store *store, const char *name,
                                     const char *which, const char *dataset, const char *ref,
                                     const char *path, mlops_error *err) {
    evaluating self;
    memset(&self, 0, sizeof self);
    self.dataset = dataset;
    self.ref = ref;
    self.path = path;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    mlops_status status = evaluate(&self, store, name, which, err);
    if (!status) status = make_table(&self, store, out, err);
    mlops__held_out_free(&self.rows);
    mlops__registry_free(&self.state);
    return status;
}
