/* A watch: a monitor that is fed no further than a window's end before that is in the store.
 *
 * Owns the monitor. Invariants: n_kept windows of the monitor were committed, and it has completed
 * one more at the most, which waits; while one waits no row is taken, so that the monitor still has
 * all that is to be said of it. A window's number is settled by its commit.
 */
#include "watch/watch.h"

#include "base/opts.h"
#include "column/names.h"
#include "monitor/monitor.h"
#include "registry/registry.h"
#include "text/number.h"

#include <string.h>

enum { TRIES = 1000 /* others may commit windows of the same watch in between */ };

struct mlops_watch {
    mlops_store *store;
    mlops__arena arena; /* of the texts */
    const char *name;
    const char *model;
    int64_t version;
    int64_t window_rows; /* 0: by time alone */
    int64_t window_ns;   /* 0: by rows alone */
    mlops_monitor *monitor;
    int64_t n_rows;
    int64_t n_kept; /* windows of the monitor that are committed */
};

/* ---- records ---- */

void mlops__watch_key(mlops__key *out, const char *name) {
    mlops__key_init(out);
    mlops__key_text(out, name);
}

void mlops__window_key(mlops__key *out, const char *name, int64_t number) {
    mlops__watch_key(out, name);
    mlops__key_number(out, number);
}

mlops_status mlops__watch_read(mlops__watch_record *out, mlops__index *index, const char *name,
                               mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    memset(out, 0, sizeof *out);
    mlops__watch_key(&key, name);
    MLOPS_TRY(
        mlops__index_get(index, MLOPS__TABLE_WATCHES, mlops__key_bytes(&key), &out->stored, err));
    const char *copy = mlops__arena_text(arena, (const char *)out->stored.data, out->stored.size);
    if (!copy) return mlops__fail_nomem(err, out->stored.size);
    out->stored.data = (const uint8_t *)copy;
    MLOPS_TRY(mlops__record_parse(&out->fields, out->stored, arena, err));
    out->model = mlops__record_text(&out->fields, "model");
    out->n_windows = mlops__record_i64(&out->fields, "n_windows", -1);
    out->created_ns = mlops__record_i64(&out->fields, "created_ns", 0);
    if (out->model && out->n_windows >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the record of watch \"%s\" is not whole", name);
}

/* The same as the store has it now; stored NULL: there is none yet. */
static mlops_status read_now(const mlops_watch *self, mlops__watch_record *out, mlops__arena *arena,
                             mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__watch_read(out, &index, self->name, arena, err);
    mlops__store_read_end(&index);
    if (status == MLOPS_E_NOT_FOUND) {
        memset(out, 0, sizeof *out);
        out->created_ns = mlops__store_now(self->store);
        return MLOPS_OK;
    }
    MLOPS_TRY(status);
    if (!strcmp(out->model, self->model)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_EXISTS,
                       "watch \"%s\" is of model \"%s\", not \"%s\"; give the new one another name",
                       self->name, out->model, self->model);
}

static mlops_status put_watch(const mlops_watch *self, mlops_change *change,
                              const mlops__watch_record *now, int64_t n_windows, mlops_error *err) {
    static const char *const KNOWN[] = {"model",     "window_rows", "window_ns",
                                        "n_windows", "created_ns",  NULL};
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    mlops__watch_key(&key, self->name);
    mlops__buf_init(&buf, self->arena.allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "model", self->model);
    mlops__record_put_i64(&json, "window_rows", self->window_rows);
    mlops__record_put_i64(&json, "window_ns", self->window_ns);
    mlops__record_put_i64(&json, "n_windows", n_windows);
    mlops__record_put_i64(&json, "created_ns", now->created_ns);
    mlops__registry_put_rest(&json, &now->fields, KNOWN);
    mlops__json_close(&json, '}');
    MLOPS_TRY(mlops__record_put(change, MLOPS__TABLE_WATCHES, &key, &buf, err));
    return mlops__change_expect(change, MLOPS__TABLE_WATCHES, mlops__key_bytes(&key), now->stored,
                                err);
}

/* ---- keeping a window ---- */

/* One window that is to be committed. */
typedef struct window {
    const mlops_drift *drift;
    const mlops__buf *report;
    int64_t time_ns;
} window;

static const char *word(mlops_drift_verdict verdict) {
    if (verdict == MLOPS_DRIFT_YES) return "drift";
    return verdict == MLOPS_DRIFT_NO ? "no drift" : "not enough data";
}

static void put_drifted(mlops__json_writer *json, const mlops_drift *drift) {
    mlops__json_name(json, "columns");
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < mlops_drift_n_columns(drift); i++) {
        mlops_drift_column column = MLOPS_DRIFT_COLUMN_INIT;
        (void)mlops_drift_get(drift, i, &column); /* the index is in range */
        if (column.verdict == MLOPS_DRIFT_YES) mlops__json_string(json, column.name);
    }
    mlops__json_close(json, ']');
}

static mlops_status put_window(const mlops_watch *self, mlops_change *change, const window *w,
                               int64_t number, mlops_error *err) {
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    mlops_id id;
    MLOPS_TRY(mlops_change_content(change, &id, w->report->data, w->report->size, err));
    mlops__window_key(&key, self->name, number);
    mlops__buf_init(&buf, self->arena.allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "time_ns", w->time_ns);
    mlops__record_put_text(&json, "model", self->model);
    mlops__record_put_i64(&json, "version", self->version);
    mlops__record_put_i64(&json, "n_rows", mlops__monitor_newest(self->monitor));
    mlops__record_put_text(&json, "verdict", word(mlops_drift_overall(w->drift)));
    mlops__record_put_i64(&json, "n_drifted", mlops_drift_n_drifted(w->drift));
    put_drifted(&json, w->drift);
    mlops__record_put_id(&json, "report", &id);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_WINDOWS, &key, &buf, err);
}

/* Adds what is to be committed: the window, or with w NULL the watch alone. */
static mlops_status build(const mlops_watch *self, mlops_change *change, const window *w,
                          const mlops__watch_record *now, mlops_error *err) {
    char verb[MLOPS__NAME_MAX + 48];
    long long number = (long long)now->n_windows + (w != NULL);
    if (w) MLOPS_TRY(put_window(self, change, w, number, err));
    MLOPS_TRY(put_watch(self, change, now, number, err));
    if (w) mlops__format(verb, sizeof verb, "watch window %s %lld", self->name, number);
    else mlops__format(verb, sizeof verb, "watch open %s", self->name);
    return mlops__change_verb(change, verb, err);
}

/* One attempt. w NULL: makes the watch, if it is not there. */
static mlops_status try_commit(const mlops_watch *self, mlops_change *change, const window *w,
                               mlops_error *err) {
    mlops__watch_record now;
    mlops__arena arena;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = read_now(self, &now, &arena, err);
    if (!status && (w || !now.stored.data)) {
        status = build(self, change, w, &now, err);
        if (!status) status = mlops_change_commit(change, NULL, err);
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status commit(const mlops_watch *self, const window *w, mlops_error *err) {
    mlops_change *change;
    MLOPS_TRY(mlops_change_new(&change, self->store, NULL, err));
    mlops_status status = MLOPS_E_CONFLICT;
    for (int i = 0; i < TRIES && status == MLOPS_E_CONFLICT; i++)
        status = try_commit(self, change, w, err);
    mlops_change_free(change);
    return status;
}

static mlops_status write_report(mlops__buf *out, const mlops_drift *drift, mlops_error *err) {
    size_t n = 0;
    MLOPS_TRY(mlops_drift_json(drift, NULL, 0, &n));
    char *text = (char *)mlops__buf_extend(out, n + 1);
    if (!text) return mlops__fail_nomem(err, n + 1);
    mlops_status status = mlops_drift_json(drift, text, n + 1, NULL);
    if (status) return mlops__fail(err, status, "the report of a window does not fit");
    out->size--; /* without the NUL */
    return MLOPS_OK;
}

/* Commits the window that waits, if one does. */
static mlops_status keep(mlops_watch *self, mlops_error *err) {
    int64_t n = mlops_monitor_n_windows(self->monitor);
    mlops_drift *drift;
    mlops__buf report;
    if (n == self->n_kept) return MLOPS_OK;
    MLOPS_TRY(mlops_monitor_drift(&drift, self->monitor, err));
    mlops__buf_init(&report, self->arena.allocator);
    mlops_status status = write_report(&report, drift, err);
    const window w = {drift, &report, mlops__store_now(self->store)};
    if (!status) status = commit(self, &w, err);
    if (!status) self->n_kept = n;
    mlops__buf_free(&report);
    mlops_drift_unref(drift);
    return status;
}

/* The same, and a window whose time is over. */
static mlops_status keep_due(mlops_watch *self, mlops_error *err) {
    MLOPS_TRY(keep(self, err));
    mlops__monitor_tick(self->monitor);
    return keep(self, err);
}

/* ---- adding ---- */

static mlops_status add_piece(mlops_watch *self, const float *rows, int64_t n, int64_t n_features,
                              const double *predictions, int64_t width, mlops_error *err) {
    mlops_status status =
        mlops__monitor_add_rows(self->monitor, rows, n, n_features, predictions, width);
    if (status) return mlops__fail(err, status, "more than 2^63 - 1 rows in all");
    self->n_rows += n;
    return keep(self, err);
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
    MLOPS_TRY(keep_due(self, err));
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
    MLOPS_TRY(keep_due(self, err));
    int64_t n_rows = mlops_table_n_rows(table), n = 0;
    for (int64_t from = 0; from < n_rows || from == 0; from += n) {
        MLOPS_TRY(mlops__monitor_add_part(self->monitor, table, from, &n, err));
        self->n_rows += n;
        MLOPS_TRY(keep(self, err));
        if (n == 0) break;
    }
    return MLOPS_OK;
}

int64_t mlops_watch_n_features(const mlops_watch *self) {
    return mlops_monitor_n_features(self->monitor);
}

int64_t mlops_watch_n_rows(const mlops_watch *self) { return self->n_rows; }

mlops_status mlops_watch_add_latency(mlops_watch *self, int64_t duration_ns) {
    return mlops_monitor_add_latency(self->monitor, duration_ns);
}

int64_t mlops_watch_n_windows(const mlops_watch *self) { return self->n_kept; }

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
    if (!status) status = commit(self, NULL, err);
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
