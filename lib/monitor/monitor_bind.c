/* Binding the features of a model to the columns of a reference, and the room for a window.
 *
 * Owns the order of the features. Invariant: feature i of a row is feature i of the model, or
 * column i of the reference or of the list where the model has no names; nothing is guessed.
 */
#include "column/table.h"
#include "monitor/monitor_inside.h"

#include <string.h>

/* A list of columns, one for each feature. */
static mlops_status bind_list(mlops_monitor *self, const char *const *names, int64_t n,
                              const int64_t n_model, mlops_error *err) {
    if (n_model >= 0 && n != n_model)
        return mlops__fail(
            err, MLOPS_E_SCHEMA,
            "monitor: opts.reference.columns names %lld column%s; the model has %lld "
            "feature%s, name one for each, in their order",
            (long long)n, mlops__plural(n), (long long)n_model, mlops__plural(n_model));
    for (int64_t i = 0; i < n; i++) {
        int64_t index = mlops__reference_find(self->reference, names[i]);
        if (index < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA, "monitor: the reference has no column '%s'",
                               names[i]);
        self->features[i].column = mlops__reference_at(self->reference, index);
    }
    return MLOPS_OK;
}

static mlops_status bind_model(mlops_monitor *self, mlops_error *err) {
    for (int64_t i = 0; i < self->n_features; i++) {
        const char *name = mlops_model_feature_name(self->model, i);
        int64_t index = mlops__reference_find(self->reference, name);
        if (index < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "monitor: the reference has no column '%s', which feature %lld of "
                               "the model is called",
                               name, (long long)i);
        self->features[i].column = mlops__reference_at(self->reference, index);
    }
    return MLOPS_OK;
}

/* Number of features that the model has names for: all or none. */
static int has_names(const mlops_model *model) {
    int64_t n = mlops_model_n_features(model);
    for (int64_t i = 0; i < n; i++)
        if (!mlops_model_feature_name(model, i)) return 0;
    return 1;
}

static mlops_status bind(mlops_monitor *self, const char *const *names, int64_t n_names,
                         mlops_error *err) {
    int64_t n_model = self->model ? mlops_model_n_features(self->model) : -1;
    self->n_features = self->model ? n_model
                       : n_names   ? n_names
                                   : mlops_reference_n_columns(self->reference);
    self->features =
        mlops__arena_array(&self->arena, (size_t)self->n_features, sizeof *self->features);
    if (!self->features)
        return mlops__fail_nomem(err, (size_t)self->n_features * sizeof *self->features);
    if (self->model && has_names(self->model)) return bind_model(self, err);
    if (n_names) return bind_list(self, names, n_names, n_model, err);
    if (self->model)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "monitor: the model's file has no feature names; name the column of "
                           "each of its %lld features, in order, in opts.reference.columns",
                           (long long)n_model);
    for (int64_t i = 0; i < self->n_features; i++)
        self->features[i].column = mlops__reference_at(self->reference, i);
    return MLOPS_OK;
}

/* A label's value with backslash, quote and newline escaped. */
static size_t escape(char *out, const char *text) {
    size_t n = 0;
    for (; *text; text++) {
        int special = *text == '\\' || *text == '"' || *text == '\n';
        if (special) out[n++] = '\\';
        out[n++] = *text == '\n' ? 'n' : *text;
    }
    return n;
}

/* model="...",feature="..."; without the second if feature is NULL. */
static mlops_status make_labels(mlops__arena *arena, const char *model, const char *feature,
                                const char **out, size_t *n_out) {
    size_t size = 32 + 2 * strlen(model) + (feature ? 2 * strlen(feature) : 0);
    char *text = mlops__arena_alloc(arena, size);
    if (!text) return MLOPS_E_NOMEM;
    size_t n = mlops__format(text, size, "model=\"");
    n += escape(text + n, model);
    text[n++] = '"';
    if (feature) {
        n += mlops__format(text + n, size - n, ",feature=\"");
        n += escape(text + n, feature);
        text[n++] = '"';
    }
    *out = text;
    *n_out = n;
    return MLOPS_OK;
}

/* Profile over edges; the log-linear one if there are none. */
static mlops_status make_profile(mlops__arena *arena, const double *edges, int64_t n_edges,
                                 mlops_profile **out) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = n_edges ? edges : NULL;
    opts.n_edges = n_edges;
    size_t size = mlops_profile_size(&opts);
    void *mem = mlops__arena_alloc(arena, size);
    return mem ? mlops_profile_init(out, mem, size, &opts) : MLOPS_E_NOMEM;
}

static mlops_status make_cells(mlops__arena *arena, mlops__feature *feature) {
    const mlops__reference_column *column = feature->column;
    size_t room = 2 * (size_t)column->n_edges + 3;
    double *edges = mlops__arena_array(arena, room, sizeof *edges);
    int64_t *counts = mlops__arena_array(arena, room, sizeof *counts);
    if (!edges || !counts) return MLOPS_E_NOMEM;
    feature->n_cells = mlops__reference_refine(column, edges, counts) + 1;
    feature->edges = edges;
    feature->reference = counts;
    return make_profile(arena, edges, feature->n_cells - 1, &feature->profile);
}

static mlops_status make_feature(mlops_monitor *self, mlops__feature *feature) {
    const mlops__reference_column *column = feature->column;
    MLOPS_TRY(
        make_labels(&self->arena, self->name, column->name, &feature->labels, &feature->n_labels));
    if (mlops__reference_numeric(column->type)) return make_cells(&self->arena, feature);
    feature->n_cells = column->n_cells;
    feature->reference = column->counts;
    feature->counts =
        mlops__arena_array(&self->arena, (size_t)column->n_cells, sizeof *feature->counts);
    return feature->counts ? MLOPS_OK : MLOPS_E_NOMEM;
}

static mlops_status make_room(mlops_monitor *self) {
    size_t n = (size_t)self->n_features;
    int64_t n_cells = 1;
    for (size_t i = 0; i < n; i++) {
        MLOPS_TRY(make_feature(self, &self->features[i]));
        int64_t cells = self->features[i].n_cells;
        n_cells = cells > n_cells ? cells : n_cells;
    }
    MLOPS_TRY(make_labels(&self->arena, self->name, NULL, &self->labels, &self->n_labels));
    MLOPS_TRY(make_profile(&self->arena, NULL, 0, &self->window));
    MLOPS_TRY(make_profile(&self->arena, NULL, 0, &self->newest));
    MLOPS_TRY(make_profile(&self->arena, NULL, 0, &self->predictions));
    MLOPS_TRY(mlops__latency_init(&self->latency, &self->arena));
    self->pending = mlops__arena_array(&self->arena, n, MLOPS__MONITOR_BLOCK * sizeof(float));
    self->pending_predictions =
        mlops__arena_array(&self->arena, MLOPS__MONITOR_BLOCK, sizeof(double));
    if (!self->pending || !self->pending_predictions) return MLOPS_E_NOMEM;
    self->judged = mlops__arena_array(&self->arena, n, sizeof *self->judged);
    self->order = mlops__arena_array(&self->arena, n, sizeof *self->order);
    self->cells = mlops__arena_array(&self->arena, (size_t)n_cells, sizeof *self->cells);
    return self->judged && self->order && self->cells ? MLOPS_OK : MLOPS_E_NOMEM;
}

mlops_status mlops__monitor_bind(mlops_monitor *self, const char *columns, mlops_error *err) {
    mlops__arena arena;
    const char **names;
    int64_t n_names;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = mlops__names_parse(&arena, columns, &names, &n_names, err);
    if (status == MLOPS_OK) status = bind(self, names, n_names, err);
    mlops__arena_free(&arena);
    MLOPS_TRY(status);
    status = make_room(self);
    return status ? mlops__fail_nomem(err, self->arena.used) : MLOPS_OK;
}
