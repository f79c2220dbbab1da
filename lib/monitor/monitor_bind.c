/* Binding what is watched to the columns of the reference, and the room for a window.
 *
 * Owns the order of the features: those of a row first, in its order, then those that options name
 * besides. Invariant: place i of a row is feature i of the model, or column i of the reference or
 * of the list where the model has no names; nothing is guessed.
 */
#include "column/table.h"
#include "monitor/monitor_inside.h"

#include <string.h>

typedef struct list {
    const char **names;
    int64_t n;
} list;

typedef struct binding {
    mlops_monitor *monitor;
    mlops__arena *arena; /* of all that binding alone needs */
    list listed, keep, drop;
    int choosing;     /* keep was given */
    int64_t *columns; /* of the reference, for each place of a row; -1: it has none */
    mlops_error *err;
} binding;

/* Whether the model names its features, all of them. */
static int has_names(const mlops_model *model) {
    int64_t n = mlops_model_n_features(model);
    for (int64_t i = 0; i < n; i++)
        if (!mlops_model_feature_name(model, i)) return 0;
    return 1;
}

static int among(const char *name, const list *names) {
    for (int64_t i = 0; i < names->n; i++)
        if (strcmp(name, names->names[i]) == 0) return 1;
    return 0;
}

static mlops_status lacks(const binding *self, const char *option, const char *name) {
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "monitor: %s names '%s', which the reference does not have", option, name);
}

/* A model without names, or none: the list says what a row holds. */
static mlops_status check_list(const binding *self, int64_t n_model) {
    if (n_model >= 0 && !self->listed.n)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "monitor: the model's file has no feature names; name the column of "
                           "each of its %lld feature%s, in order, in opts.reference.columns",
                           (long long)n_model, mlops__plural(n_model));
    if (n_model >= 0 && self->listed.n != n_model)
        return mlops__fail(self->err, MLOPS_E_SCHEMA,
                           "monitor: opts.reference.columns names %lld column%s; the model has "
                           "%lld feature%s, name one for each, in their order",
                           (long long)self->listed.n, mlops__plural(self->listed.n),
                           (long long)n_model, mlops__plural(n_model));
    return MLOPS_OK;
}

/* Finds out what a row holds. */
static mlops_status lay_out(binding *self) {
    mlops_monitor *monitor = self->monitor;
    int64_t n_model = monitor->model ? mlops_model_n_features(monitor->model) : -1;
    int by_model = monitor->model && has_names(monitor->model);
    if (!by_model) MLOPS_TRY(check_list(self, n_model));
    int64_t n = n_model >= 0     ? n_model
                : self->listed.n ? self->listed.n
                                 : mlops_reference_n_columns(monitor->reference);
    self->columns = mlops__arena_array(self->arena, (size_t)n, sizeof *self->columns);
    if (!self->columns) return mlops__fail_nomem(self->err, (size_t)n * sizeof *self->columns);
    for (int64_t i = 0; i < n; i++) {
        const char *name = by_model         ? mlops_model_feature_name(monitor->model, i)
                           : self->listed.n ? self->listed.names[i]
                                            : mlops_reference_name(monitor->reference, i);
        self->columns[i] = mlops__reference_find(monitor->reference, name);
        if (self->columns[i] < 0 && !by_model) return lacks(self, "opts.reference.columns", name);
    }
    monitor->width = n;
    return MLOPS_OK;
}

static void watch(const binding *self, int64_t column, int64_t place) {
    mlops__feature *feature = &self->monitor->features[self->monitor->n_features++];
    feature->column = mlops__reference_at(self->monitor->reference, column);
    feature->place = place;
}

static int wanted(const binding *self, const char *name) {
    return (!self->choosing || among(name, &self->keep)) && !among(name, &self->drop);
}

/* The reference lacks a feature: on purpose if it came in one bundle with the model. */
static mlops_status miss(const binding *self, int64_t feature) {
    const char *name = mlops_model_feature_name(self->monitor->model, feature);
    if (self->monitor->of_bundle || !wanted(self, name)) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "monitor: the reference has no column '%s', which feature %lld of the model "
                       "is called; to leave it out, name it in mlops_drift_opts.ignore",
                       name, (long long)feature);
}

/* Chooses among the columns of a row, and takes what is named besides. */
static mlops_status choose(const binding *self) {
    mlops_monitor *monitor = self->monitor;
    const mlops_reference *reference = monitor->reference;
    size_t room = (size_t)monitor->width + (size_t)self->keep.n;
    monitor->features = mlops__arena_array(&monitor->arena, room, sizeof *monitor->features);
    if (!monitor->features) return mlops__fail_nomem(self->err, room * sizeof *monitor->features);
    for (int64_t i = 0; i < monitor->width; i++)
        if (self->columns[i] < 0) MLOPS_TRY(miss(self, i));
        else if (wanted(self, mlops_reference_name(reference, self->columns[i])))
            watch(self, self->columns[i], i);
    for (int64_t k = 0; k < self->keep.n; k++) {
        const char *name = self->keep.names[k];
        int64_t column = mlops__reference_find(reference, name), i = 0;
        if (column < 0) return lacks(self, "mlops_drift_opts.columns", name);
        while (i < monitor->width && self->columns[i] != column) i++;
        if (i == monitor->width && wanted(self, name)) watch(self, column, -1);
    }
    if (monitor->n_features) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "monitor: no column of the reference is left to watch; name one or more, or "
                       "ignore fewer");
}

static mlops_status bind(binding *self, const mlops__monitor_names *names) {
    mlops__arena *arena = self->arena;
    MLOPS_TRY(
        mlops__names_parse(arena, names->listed, &self->listed.names, &self->listed.n, self->err));
    MLOPS_TRY(mlops__names_parse(arena, names->keep, &self->keep.names, &self->keep.n, self->err));
    MLOPS_TRY(mlops__names_parse(arena, names->drop, &self->drop.names, &self->drop.n, self->err));
    self->choosing = names->keep != NULL;
    MLOPS_TRY(lay_out(self));
    return choose(self);
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

size_t mlops__monitor_label(char *out, const char *name, const char *value) {
    size_t n = strlen(name);
    memcpy(out, name, n);
    out[n++] = '=';
    out[n++] = '"';
    n += escape(out + n, value);
    out[n++] = '"';
    return n;
}

/* model="...",feature="..."; without the second if feature is NULL. */
static mlops_status make_labels(mlops__arena *arena, const char *model, const char *feature,
                                const char **out, size_t *n_out) {
    size_t size = 32 + 2 * strlen(model) + (feature ? 2 * strlen(feature) : 0);
    char *text = mlops__arena_alloc(arena, size);
    if (!text) return MLOPS_E_NOMEM;
    size_t n = mlops__monitor_label(text, "model", model);
    if (feature) n += mlops__monitor_label(text + n, ",feature", feature);
    *out = text;
    *n_out = n;
    return MLOPS_OK;
}

/* All room is in one arena: the parent's, of a segment. */
static mlops__arena *arena_of(mlops_monitor *self) {
    return self->parent ? &self->parent->arena : &self->arena;
}

/* Profile over edges; the log-linear one if there are none. */
static mlops_status make_profile(mlops_monitor *self, const double *edges, int64_t n_edges,
                                 mlops_profile **out) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = n_edges ? edges : NULL;
    opts.n_edges = n_edges;
    size_t size = mlops_profile_size(&opts);
    void *mem = mlops__arena_alloc(arena_of(self), size);
    if (size > self->profile_max) self->profile_max = size;
    return mem ? mlops_profile_init(out, mem, size, &opts) : MLOPS_E_NOMEM;
}

static mlops_status make_cells(mlops_monitor *self, mlops__feature *feature) {
    mlops__arena *arena = &self->arena;
    const mlops__reference_column *column = feature->column;
    size_t room = 2 * (size_t)column->n_edges + 3;
    double *edges = mlops__arena_array(arena, room, sizeof *edges);
    int64_t *counts = mlops__arena_array(arena, room, sizeof *counts);
    if (!edges || !counts) return MLOPS_E_NOMEM;
    feature->n_cells = feature->n_counts = mlops__reference_refine(column, edges, counts) + 1;
    feature->edges = edges;
    feature->reference = counts;
    return MLOPS_OK;
}

static mlops_status make_feature(mlops_monitor *self, mlops__feature *feature) {
    const mlops__reference_column *column = feature->column;
    MLOPS_TRY(
        make_labels(&self->arena, self->name, column->name, &feature->labels, &feature->n_labels));
    if (mlops__reference_numeric(column->type)) return make_cells(self, feature);
    feature->n_cells = column->n_cells;
    feature->n_counts = column->n_cells + (column->seen ? MLOPS__SEEN_TIMES : 0);
    feature->reference = column->counts;
    return MLOPS_OK;
}

/* Room for what a window has of a feature, and for the one before. */
static mlops_status make_counts(mlops_monitor *self, mlops__feature *feature) {
    size_t n = (size_t)feature->n_counts;
    feature->kept = mlops__arena_array(arena_of(self), n, sizeof *feature->kept);
    if (!feature->kept) return MLOPS_E_NOMEM;
    if (feature->edges)
        return make_profile(self, feature->edges, feature->n_cells - 1, &feature->profile);
    feature->counts = mlops__arena_array(arena_of(self), n, sizeof *feature->counts);
    return feature->counts ? MLOPS_OK : MLOPS_E_NOMEM;
}

static mlops_status make_windows(mlops_monitor *self) {
    mlops__arena *arena = arena_of(self);
    size_t n = (size_t)self->n_features;
    for (size_t i = 0; i < n; i++) MLOPS_TRY(make_counts(self, &self->features[i]));
    MLOPS_TRY(make_profile(self, NULL, 0, &self->window));
    MLOPS_TRY(make_profile(self, NULL, 0, &self->newest));
    MLOPS_TRY(make_profile(self, NULL, 0, &self->predictions));
    self->pending =
        mlops__arena_array(arena, (size_t)self->width, MLOPS__MONITOR_BLOCK * sizeof(float));
    self->pending_predictions = mlops__arena_array(arena, MLOPS__MONITOR_BLOCK, sizeof(double));
    if (!self->pending || !self->pending_predictions) return MLOPS_E_NOMEM;
    self->judged = mlops__arena_array(arena, n, sizeof *self->judged);
    self->order = mlops__arena_array(arena, n, sizeof *self->order);
    return self->judged && self->order ? MLOPS_OK : MLOPS_E_NOMEM;
}

static mlops_status make_room(mlops_monitor *self) {
    for (int64_t i = 0; i < self->n_features; i++)
        MLOPS_TRY(make_feature(self, &self->features[i]));
    MLOPS_TRY(make_labels(&self->arena, self->name, NULL, &self->labels, &self->n_labels));
    MLOPS_TRY(mlops__latency_init(&self->latency, &self->arena, &self->profile_max));
    return make_windows(self);
}

mlops_status mlops__monitor_bind_segment(mlops_monitor *self, mlops_monitor *parent) {
    size_t n = (size_t)parent->n_features;
    self->host = parent->host;
    self->parent = parent;
    self->window_rows = INT64_MAX;
    self->width = parent->width;
    self->n_features = parent->n_features;
    self->features = mlops__arena_array(&parent->arena, n, sizeof *self->features);
    if (!self->features) return MLOPS_E_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const mlops__feature *of = &parent->features[i];
        mlops__feature *own = &self->features[i];
        own->column = of->column;
        own->place = of->place;
        own->n_cells = of->n_cells;
        own->n_counts = of->n_counts;
        own->edges = of->edges;
        own->reference = of->reference;
    }
    return make_windows(self);
}

mlops_status mlops__monitor_bind(mlops_monitor *self, const mlops__monitor_names *names,
                                 mlops_error *err) {
    mlops__arena arena;
    binding all = {.monitor = self, .arena = &arena, .err = err};
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = bind(&all, names);
    mlops__arena_free(&arena);
    MLOPS_TRY(status);
    status = make_room(self);
    return status ? mlops__fail_nomem(err, self->arena.used) : MLOPS_OK;
}
