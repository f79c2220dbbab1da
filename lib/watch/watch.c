/* A watch: a monitor that is fed no further than a window's end before that is in the store.
 *
 * Owns a share of the monitor. Invariant: while a window waits for its commit no row is taken, so
 * that the monitor still has all that is to be said of it.
 */
#include "watch/watch.h"

#include "base/opts.h"
#include "column/names.h"
#include "monitor/monitor.h"
#include "registry/registry.h"
#include "text/number.h"

#include <mlops/watch_state.h>

#include <string.h>

/* ---- adding ---- */

static mlops_status add_piece(mlops_watch *self, const float *rows, int64_t n, int64_t n_features,
                              const double *predictions, int64_t width, mlops_error *err) {
    mlops_status status =
        mlops__monitor_add_rows(self->monitor, rows, n, n_features, predictions, width);
    if (status) return mlops__fail(err, status, "more than 2^63 - 1 rows in all");
    return mlops__watch_keep(self, err);
}

mlops_status mlops_watch_add(mlops_watch *self, const float *rows, int64_t n_rows,
                             int64_t n_features, const double *predictions, int64_t width,
                             mlops_error *err) {
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the watch is NULL");
    if (n_rows < 0 || n_features != mlops_watch_n_features(self) || (n_rows && !rows))
        return mlops__fail(err, MLOPS_E_INVALID, "%lld row%s of %lld; the watch takes rows of %lld",
                           (long long)n_rows, mlops__plural(n_rows), (long long)n_features,
                           (long long)mlops_watch_n_features(self));
    if (predictions ? width < 1 : width != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "predictions of %lld value%s a row",
                           (long long)width, mlops__plural(width));
    MLOPS_TRY(mlops__watch_keep_due(self, err));
    while (n_rows > 0) {
        int64_t left = mlops__monitor_left(self->monitor), n = n_rows < left ? n_rows : left;
        MLOPS_TRY(add_piece(self, rows, n, n_features, predictions, width, err));
        rows += n * n_features;
        if (predictions) predictions += n * width;
        n_rows -= n;
    }
    return MLOPS_OK;
}

mlops_status mlops_watch_add_table(mlops_watch *self, const mlops_table *table, mlops_error *err) {
    if (!self || !table) return mlops__fail(err, MLOPS_E_INVALID, "the watch or table is NULL");
    MLOPS_TRY(mlops__watch_keep_due(self, err));
    int64_t n_rows = mlops_table_n_rows(table), n = 0;
    for (int64_t from = 0; from < n_rows || from == 0; from += n) {
        MLOPS_TRY(mlops__monitor_add_part(self->monitor, table, from, &n, err));
        MLOPS_TRY(mlops__watch_keep(self, err));
        if (n == 0) break;
    }
    return MLOPS_OK;
}

int64_t mlops_watch_n_features(const mlops_watch *self) {
    return mlops_monitor_n_features(self->monitor);
}

int64_t mlops_watch_n_rows(const mlops_watch *self) {
    return mlops__monitor_rows(self->monitor) - self->rows_before;
}

mlops_status mlops_watch_add_latency(mlops_watch *self, int64_t duration_ns) {
    return mlops_monitor_add_latency(self->monitor, duration_ns);
}

int64_t mlops_watch_n_windows(const mlops_watch *self) {
    return self->n_kept - self->windows_before;
}

mlops_status mlops_watch_room(mlops_watch *self, int64_t *out, mlops_error *err) {
    if (!self || !out) return mlops__fail(err, MLOPS_E_INVALID, "the watch or out is NULL");
    *out = 0;
    MLOPS_TRY(mlops__watch_keep_due(self, err));
    *out = mlops__monitor_left(self->monitor);
    /* where time may end a window within a call, rows must not end another */
    if (self->window_ns && *out > 1 && *out == self->window_rows) --*out;
    return MLOPS_OK;
}

mlops_status mlops_watch_monitor(mlops_monitor **out, mlops_watch *self, mlops_error *err) {
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the watch is NULL");
    *out = mlops__monitor_share(self->monitor);
    return MLOPS_OK;
}

mlops_status mlops_watch_drift(mlops_drift **out, const mlops_watch *self, mlops_error *err) {
    return mlops_monitor_drift(out, self->monitor, err);
}

mlops_status mlops_watch_metrics(const mlops_watch *self, char *text, size_t cap, size_t *needed) {
    return mlops_monitor_metrics(self->monitor, text, cap, needed);
}

mlops_status mlops_watch_save(const mlops_watch *self, const char *path, mlops_error *err) {
    return mlops_monitor_save(self->monitor, path, err);
}

/* ---- opening and ending ---- */

static int has_column(const mlops_reference *reference, const char *name) {
    for (int64_t i = 0; i < mlops_reference_n_columns(reference); i++)
        if (!strcmp(mlops_reference_name(reference, i), name)) return 1;
    return 0;
}

/* What a version brings along. */
typedef struct source {
    mlops_bundle *bundle;
    mlops_feature *features; /* NULL: none */
    mlops__buf columns;      /* list of what is watched, where that is not the model's features */
} source;

/* The model, if its features are what is watched; else NULL. */
static mlops_model *watched_model(const source *self) {
    const mlops_reference *reference = mlops_bundle_reference(self->bundle);
    mlops_model *model = mlops_bundle_model(self->bundle);
    if (!mlops_model_feature_name(model, 0)) return NULL;
    if (!self->features) return model;
    for (int64_t i = 0; i < mlops_model_n_features(model); i++)
        if (!has_column(reference, mlops_model_feature_name(model, i))) return NULL;
    return model;
}

static mlops_status list_inputs(source *self, mlops_error *err) {
    const mlops_reference *reference = mlops_bundle_reference(self->bundle);
    for (int64_t i = 0; self->features && i < mlops_feature_n_inputs(self->features); i++) {
        const char *name = mlops_feature_input_name(self->features, i);
        if (has_column(reference, name)) mlops__names_put(&self->columns, name);
    }
    int is_empty = self->features && self->columns.size == 0;
    mlops__buf_u8(&self->columns, 0);
    if (self->columns.status) return mlops__fail_nomem(err, self->columns.size);
    if (is_empty)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the reference of the version has neither the features of its model nor "
                           "an input of its features");
    return MLOPS_OK;
}

static mlops_status make_monitor(mlops_watch *self, source *from, const mlops_watch_opts *given,
                                 mlops_error *err) {
    const mlops_host host = mlops__host_lend(mlops__store_host(self->store));
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts columns = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *reference = mlops_bundle_reference(from->bundle);
    if (!reference)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "version %lld of \"%s\" has no reference; register it with one",
                           (long long)self->version, self->model);
    mlops_model *model = watched_model(from);
    if (!model) MLOPS_TRY(list_inputs(from, err));
    if (!model && from->features) columns.columns = (const char *)from->columns.data;
    opts.host = &host;
    opts.reference = &columns;
    opts.drift = given->drift;
    opts.name = self->name;
    opts.window_rows = self->window_rows;
    opts.window_ns = self->window_ns;
    opts.false_alarm_ns = given->false_alarm_ns;
    return mlops_monitor_new_reference(&self->monitor, model, reference, &opts, err);
}

static mlops_status load(mlops_watch *self, source *out, const char *which, mlops_error *err) {
    const char *digits;
    MLOPS_TRY(mlops_registry_load(&out->bundle, self->store, self->model, which, err));
    digits = mlops_bundle_version(out->bundle);
    if (!mlops__parse_i64(digits, strlen(digits), &self->version))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a bundle of \"%s\" has the version \"%s\"",
                           self->model, digits);
    mlops_status status =
        mlops_registry_features(&out->features, self->store, self->model, digits, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status begin(mlops_watch *self, const char *model, const char *which,
                          const mlops_watch_opts *opts, mlops_error *err) {
    source from = {NULL, NULL, {0}};
    const char *name = opts->name ? opts->name : model;
    MLOPS_TRY(mlops__name_check("model", model, err));
    MLOPS_TRY(mlops__name_check("watch", name, err));
    self->model = mlops__arena_text(&self->arena, model, strlen(model));
    self->name = mlops__arena_text(&self->arena, name, strlen(name));
    if (!self->model || !self->name) return mlops__fail_nomem(err, strlen(name));
    self->window_rows = opts->window_rows || opts->window_ns ? opts->window_rows : 1000;
    self->window_ns = opts->window_ns;
    mlops__buf_init(&from.columns, self->arena.allocator);
    mlops_status status = load(self, &from, which, err);
    if (!status) status = make_monitor(self, &from, opts, err);
    if (!status) status = mlops__watch_begin(self, err);
    mlops__buf_free(&from.columns);
    mlops_feature_unref(from.features);
    mlops_bundle_unref(from.bundle);
    return status;
}

mlops_status mlops_watch_open(mlops_watch **out, mlops_store *store, const char *model,
                              const char *which, const mlops_watch_opts *opts, mlops_error *err) {
    mlops_watch_opts local;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_watch_opts", err));
    if (local.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_watch_opts: unknown flags");
    MLOPS_TRY(mlops__store_check_fork(store, err));
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_watch *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = mlops__store_ref(store);
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops_status status = begin(self, model, which, &local, err);
    if (status) mlops_watch_close(self);
    else *out = self;
    return status;
}

void mlops_watch_close(mlops_watch *self) {
    if (!self) return;
    mlops_store *store = self->store;
    const mlops_allocator *allocator = self->arena.allocator;
    mlops_monitor_free(self->monitor);
    mlops__arena_free(&self->arena);
    mlops__free(allocator, self, sizeof *self);
    mlops_store_close(store);
}
