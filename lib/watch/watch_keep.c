/* Windows that are committed, with what later labels change of them.
 *
 * Owns what is gathered for one commit. Invariants: n_kept windows of the monitor were committed,
 * and one more at the most waits; a window's number is settled by its commit; the state of an
 * instance is committed together with the windows that it counts as ended, so that none is kept
 * twice or left out.
 */
#include "drift/judge.h"
#include "monitor/monitor.h"
#include "registry/registry.h"
#include "watch/watch.h"
#include "watch/watch_tell.h"

#include <mlops/monitor_labels.h>
#include <mlops/watch_state.h>

#include <string.h>

enum { TRIES = 1000 /* others may commit windows of the same watch in between */ };

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

/* The record of a watch, or where it is not there what is so far said of it. */
static mlops_status watch_now(const mlops_watch *self, mlops__watch_record *out,
                              mlops__arena *arena, mlops_error *err) {
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

/* ---- gathering ---- */

/* What is to be committed. */
typedef struct news {
    int64_t n_windows;  /* of the monitor */
    mlops_drift *drift; /* of a window that ended; NULL: none has */
    mlops__buf report;  /* of it, JSON, as are the next two; empty: none */
    mlops__buf segments;
    mlops__buf alarm;
    int has_labels;
    mlops_monitor_labels labels;
    mlops_table *performance; /* NULL: as it was committed, or no labels are expected */
    mlops__buf state;         /* empty: no instance */
    int64_t time_ns;
} news;

static void news_init(news *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    mlops__buf_init(&self->report, allocator);
    mlops__buf_init(&self->segments, allocator);
    mlops__buf_init(&self->alarm, allocator);
    mlops__buf_init(&self->state, allocator);
}

static void news_free(news *self) {
    mlops__buf_free(&self->state);
    mlops_table_unref(self->performance);
    mlops__buf_free(&self->alarm);
    mlops__buf_free(&self->segments);
    mlops__buf_free(&self->report);
    mlops_drift_unref(self->drift);
}

static mlops_status drift_json(const void *of, char *text, size_t cap, size_t *needed) {
    return mlops_drift_json(of, text, cap, needed);
}

static mlops_status gather(news *out, const mlops_watch *self, mlops_error *err) {
    const mlops_monitor *monitor = self->monitor;
    out->n_windows = mlops_monitor_n_windows(monitor);
    out->labels = (mlops_monitor_labels)MLOPS_MONITOR_LABELS_INIT;
    out->has_labels = !mlops_monitor_summarize_labels(monitor, &out->labels);
    out->time_ns = mlops__store_now(self->store);
    if (out->n_windows != self->n_kept) {
        MLOPS_TRY(mlops_monitor_drift(&out->drift, monitor, err));
        MLOPS_TRY(mlops__watch_take_text(&out->report, drift_json, out->drift, err));
        MLOPS_TRY(mlops__watch_take_segments(&out->segments, monitor, err));
        MLOPS_TRY(mlops__watch_take_alarm(&out->alarm, monitor, err));
    }
    if (out->has_labels && (out->drift || out->labels.n_joined != self->n_joined))
        MLOPS_TRY(mlops_monitor_performance(&out->performance, monitor, err));
    return mlops__watch_take_state(self, &out->state, err);
}

/* ---- committing ---- */

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

static void put_labels(mlops__json_writer *json, const mlops_monitor_labels *labels) {
    mlops__record_put_text(json, "measured", mlops__drift_loss_word(labels->measured));
    mlops__json_put_f64(json, "measured_loss", labels->measured_loss);
    mlops__record_put_text(json, "estimated", mlops__drift_loss_word(labels->estimated));
    mlops__json_put_f64(json, "estimated_loss", labels->estimated_loss);
}

/* The id of content that is put; an empty one is none. */
static mlops_status put_content(mlops_change *change, mlops__json_writer *json, const char *name,
                                const mlops__buf *content, mlops_error *err) {
    mlops_id id;
    if (content->status) return mlops__fail_nomem(err, content->size);
    if (!content->size) return MLOPS_OK;
    MLOPS_TRY(mlops_change_content(change, &id, content->data, content->size, err));
    mlops__record_put_id(json, name, &id);
    return MLOPS_OK;
}

/* Performance of one window of the monitor. */
static void take_performance(mlops__buf *out, const mlops_watch *self, const news *n,
                             int64_t window) {
    mlops__buf_init(out, self->arena.allocator);
    if (n->performance) mlops__watch_window_json(out, n->performance, window);
}

static mlops_status put_members(const mlops_watch *self, mlops_change *change, const news *n,
                                mlops__json_writer *json, const mlops__buf *performance,
                                mlops_error *err) {
    mlops__record_put_i64(json, "time_ns", n->time_ns);
    mlops__record_put_text(json, "model", self->model);
    mlops__record_put_i64(json, "version", self->version);
    mlops__record_put_i64(json, "n_rows", mlops__monitor_newest(self->monitor));
    mlops__record_put_text(json, "verdict", mlops__drift_answer(mlops_drift_overall(n->drift)));
    mlops__record_put_i64(json, "n_drifted", mlops_drift_n_drifted(n->drift));
    put_drifted(json, n->drift);
    if (n->has_labels) put_labels(json, &n->labels);
    if (n->alarm.size) {
        mlops__json_name(json, "alarm");
        mlops__json_raw(json, (const char *)n->alarm.data, n->alarm.size);
    }
    MLOPS_TRY(put_content(change, json, "report", &n->report, err));
    MLOPS_TRY(put_content(change, json, "segments", &n->segments, err));
    return put_content(change, json, "performance", performance, err);
}

static mlops_status put_window(const mlops_watch *self, mlops_change *change, const news *n,
                               int64_t number, mlops_error *err) {
    mlops__key key;
    mlops__buf buf, performance;
    mlops__json_writer json;
    mlops__window_key(&key, self->name, number);
    mlops__buf_init(&buf, self->arena.allocator);
    take_performance(&performance, self, n, n->n_windows);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops_status status = put_members(self, change, n, &json, &performance, err);
    mlops__json_close(&json, '}');
    mlops__buf_free(&performance);
    if (!status) return mlops__record_put(change, MLOPS__TABLE_WINDOWS, &key, &buf, err);
    mlops__buf_free(&buf);
    return status;
}

static mlops_status read_window(const mlops_watch *self, mlops__record *out, const mlops__key *key,
                                mlops__arena *arena, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status =
        mlops__record_get(out, &index, MLOPS__TABLE_WINDOWS, mlops__key_bytes(key), arena, err);
    mlops__store_read_end(&index);
    return status;
}

/* Whether labels have told nothing of a window since. */
static int is_kept(const mlops_watch *self, const mlops__record *record,
                   const mlops__buf *performance) {
    mlops_id before, now;
    if (performance->status || !mlops__record_id(record, "performance", &before)) return 0;
    now = mlops__content_id(self->store, performance->data, performance->size);
    return memcmp(&before, &now, sizeof now) == 0;
}

/* Puts a window that was kept again, with what labels have told since. One that is gone, as repair
 * may have it, stays so. */
static mlops_status put_again(const mlops_watch *self, mlops_change *change, const news *n,
                              int64_t window, mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__buf buf, performance;
    mlops__record record;
    mlops__json_writer json;
    int64_t number = self->numbers[window % MLOPS__WATCH_WINDOWS];
    if (!number) return MLOPS_OK;
    mlops__window_key(&key, self->name, number);
    mlops_status status = read_window(self, &record, &key, arena, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    mlops__buf_init(&buf, self->arena.allocator);
    take_performance(&performance, self, n, window);
    if (is_kept(self, &record, &performance)) {
        mlops__buf_free(&performance);
        return MLOPS_OK;
    }
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_except(&json, &record, "performance");
    status = put_content(change, &json, "performance", &performance, err);
    mlops__json_close(&json, '}');
    mlops__buf_free(&performance);
    if (!status) return mlops__record_put(change, MLOPS__TABLE_WINDOWS, &key, &buf, err);
    mlops__buf_free(&buf);
    return status;
}

/* Windows of the table but the newest, each once: its rows stand together. */
static mlops_status put_earlier(const mlops_watch *self, mlops_change *change, const news *n,
                                mlops__arena *arena, mlops_error *err) {
    int64_t n_rows = n->performance ? mlops_table_n_rows(n->performance) : 0, last = 0;
    if (!n_rows || n->labels.n_joined == self->n_joined) return MLOPS_OK;
    int64_t *windows = mlops__arena_array(arena, (size_t)n_rows, sizeof *windows);
    if (!windows) return mlops__fail_nomem(err, (size_t)n_rows * sizeof *windows);
    MLOPS_TRY(mlops_table_integers(n->performance, 0, windows, n_rows, err));
    for (int64_t i = 0; i < n_rows; i++) {
        if (windows[i] == last || windows[i] < 1 || windows[i] > self->n_kept) continue;
        last = windows[i];
        MLOPS_TRY(put_again(self, change, n, last, arena, err));
    }
    return MLOPS_OK;
}

/* Adds what is to be committed; without a window and an instance the watch alone. */
static mlops_status build(mlops_watch *self, mlops_change *change, const news *n,
                          const mlops__watch_record *now, mlops__arena *arena, mlops_error *err) {
    char verb[MLOPS__NAME_MAX + 48];
    int64_t number = now->n_windows + (n->drift != NULL),
            slot = n->n_windows % MLOPS__WATCH_WINDOWS;
    if (n->drift) {
        MLOPS_TRY(put_window(self, change, n, number, err));
        self->numbers[slot] = number; /* of no meaning until n_kept says so */
    }
    MLOPS_TRY(put_earlier(self, change, n, arena, err));
    if (n->state.size)
        MLOPS_TRY(mlops__watch_put_state(self, change, &n->state, n->n_windows, err));
    if (n->drift || !now->stored.data) MLOPS_TRY(put_watch(self, change, now, number, err));
    if (n->drift)
        mlops__format(verb, sizeof verb, "watch window %s %lld", self->name, (long long)number);
    else
        mlops__format(verb, sizeof verb, "watch %s %s", now->stored.data ? "keep" : "open",
                      self->name);
    return mlops__change_verb(change, verb, err);
}

static mlops_status try_commit(mlops_watch *self, mlops_change *change, const news *n,
                               mlops_error *err) {
    mlops__watch_record now;
    mlops__arena arena;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = watch_now(self, &now, &arena, err);
    if (!status) status = build(self, change, n, &now, &arena, err);
    if (!status) status = mlops_change_commit(change, NULL, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status commit(mlops_watch *self, const news *n, mlops_error *err) {
    mlops_change *change;
    if (self->is_taken) return mlops__watch_taken(self, self->instance, err);
    MLOPS_TRY(mlops_change_new(&change, self->store, NULL, err));
    mlops_status status = MLOPS_E_CONFLICT;
    for (int i = 0; i < TRIES && status == MLOPS_E_CONFLICT && !self->is_taken; i++)
        status = try_commit(self, change, n, err);
    mlops_change_free(change);
    return status;
}

mlops_status mlops__watch_begin(mlops_watch *self, mlops_error *err) {
    mlops__watch_record now;
    mlops__arena arena;
    news n;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = watch_now(self, &now, &arena, err);
    int is_there = now.stored.data != NULL;
    mlops__arena_free(&arena);
    if (status || is_there) return status;
    news_init(&n, self->arena.allocator);
    return commit(self, &n, err);
}

/* Whether there is anything to commit. */
static int is_news(const mlops_watch *self, const news *n) {
    mlops_id id;
    if (n->drift || n->performance) return 1;
    if (!n->state.size) return 0;
    id = mlops__content_id(self->store, n->state.data, n->state.size);
    return memcmp(&id, &self->state, sizeof id) != 0;
}

static mlops_status keep_news(mlops_watch *self, const news *n, mlops_error *err) {
    int64_t n_lost = n->n_windows - self->n_kept - 1;
    for (int64_t i = self->n_kept + 1; i < n->n_windows && i <= self->n_kept + MLOPS__WATCH_WINDOWS;
         i++)
        self->numbers[i % MLOPS__WATCH_WINDOWS] = 0;
    MLOPS_TRY(commit(self, n, err));
    self->n_kept = n->n_windows;
    self->n_joined = n->labels.n_joined;
    if (n->state.size) self->state = mlops__content_id(self->store, n->state.data, n->state.size);
    if (n_lost < 1) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "%lld windows ended between two calls of mlops_watch_keep(): the newest is "
                       "kept, the others are lost; mlops_watch_room() says how many rows to add",
                       (long long)n_lost + 1);
}

/* Time may end a window while it is gathered, which is gathered anew then; so at most once, since
 * there are no rows thereafter. */
static mlops_status keep_all(mlops_watch *self, mlops_error *err) {
    news n;
    mlops_status status;
    do {
        news_init(&n, self->arena.allocator);
        status = gather(&n, self, err);
        if (!status && n.n_windows == mlops_monitor_n_windows(self->monitor)) break;
        news_free(&n);
    } while (!status);
    if (status) return status;
    if (is_news(self, &n)) status = keep_news(self, &n, err);
    news_free(&n);
    return status;
}

mlops_status mlops__watch_keep(mlops_watch *self, mlops_error *err) {
    return mlops__monitor_completed(self->monitor) == self->n_kept ? MLOPS_OK : keep_all(self, err);
}

mlops_status mlops__watch_keep_due(mlops_watch *self, mlops_error *err) {
    MLOPS_TRY(mlops__watch_keep(self, err));
    mlops__monitor_tick(self->monitor);
    return mlops__watch_keep(self, err);
}

mlops_status mlops_watch_keep(mlops_watch *self, mlops_error *err) {
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the watch is NULL");
    return keep_all(self, err);
}
