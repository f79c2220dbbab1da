/* Where an instance of a watch is, so that it goes on after a restart.
 *
 * Owns the record of an instance. Invariant: it is put by the one who resumed it last and no other,
 * which its epoch tells.
 */
#include "monitor/monitor.h"
#include "text/number.h"
#include "watch/watch.h"

#include <mlops/monitor_labels.h>
#include <mlops/monitor_state.h>
#include <mlops/watch_state.h>

#include <string.h>

/* The record of an instance, in the caller's arena; stored NULL: there is none. */
typedef struct instance {
    mlops__bytes stored;
    mlops__record fields;
    int64_t epoch;
} instance;

static void instance_key(mlops__key *out, const char *name, const char *of) {
    mlops__watch_key(out, name);
    mlops__key_text(out, of);
}

static mlops_status instance_read(instance *out, const mlops_watch *self, const char *name,
                                  mlops__arena *arena, mlops_error *err) {
    mlops__index index;
    mlops__key key;
    mlops__bytes stored;
    memset(out, 0, sizeof *out);
    instance_key(&key, self->name, name);
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status =
        mlops__index_get(&index, MLOPS__TABLE_WATCHES, mlops__key_bytes(&key), &stored, err);
    if (!status) {
        out->stored.data =
            (const uint8_t *)mlops__arena_text(arena, (const char *)stored.data, stored.size);
        out->stored.size = stored.size;
        if (!out->stored.data) status = mlops__fail_nomem(err, stored.size);
    }
    mlops__store_read_end(&index);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    if (!status) status = mlops__record_parse(&out->fields, out->stored, arena, err);
    MLOPS_TRY(status);
    out->epoch = mlops__record_i64(&out->fields, "epoch", -1);
    if (out->epoch >= 0 && out->epoch < INT64_MAX) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the record of instance \"%s\" of \"%s\" is not whole",
                       name, self->name);
}

/* Windows of the monitor to which labels may come. */
static void put_numbers(mlops__json_writer *json, const mlops_watch *self, int64_t n_windows) {
    int64_t first = n_windows - mlops__monitor_windows_kept(self->monitor) + 1;
    if (first < 1) first = 1;
    mlops__record_put_i64(json, "n_windows", n_windows);
    mlops__json_name(json, "windows");
    mlops__json_open(json, '[');
    for (int64_t i = first; i <= n_windows; i++)
        mlops__json_i64(json, self->numbers[i % MLOPS__WATCH_WINDOWS]);
    mlops__json_close(json, ']');
}

/* Puts the record; id NULL: without a state. */
static mlops_status put(const mlops_watch *self, mlops_change *change, const char *name,
                        const instance *before, int64_t epoch, const mlops_id *id,
                        int64_t n_windows, mlops_error *err) {
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    instance_key(&key, self->name, name);
    mlops__buf_init(&buf, self->arena.allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "version", self->version);
    mlops__record_put_i64(&json, "epoch", epoch);
    mlops__record_put_i64(&json, "time_ns", mlops__store_now(self->store));
    put_numbers(&json, self, id ? n_windows : 0);
    mlops__record_put_id(&json, "state", id);
    mlops__json_close(&json, '}');
    MLOPS_TRY(mlops__record_put(change, MLOPS__TABLE_WATCHES, &key, &buf, err));
    return mlops__change_expect(change, MLOPS__TABLE_WATCHES, mlops__key_bytes(&key),
                                before->stored, err);
}

mlops_status mlops__watch_taken(const mlops_watch *self, const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CONFLICT,
                       "another has resumed instance \"%s\" of watch \"%s\" meanwhile", name,
                       self->name);
}

mlops_status mlops__watch_take_state(const mlops_watch *self, mlops__buf *out, mlops_error *err) {
    size_t n = 0;
    if (!self->instance) return MLOPS_OK;
    mlops_status status = mlops_monitor_suspend(self->monitor, NULL, 0, &n);
    uint8_t *at = status ? NULL : mlops__buf_extend(out, n);
    if (!status && !at) return mlops__fail_nomem(err, n);
    if (!status) status = mlops_monitor_suspend(self->monitor, at, n, NULL);
    return status ? mlops__fail(err, status, "the state of a watch does not fit") : MLOPS_OK;
}

mlops_status mlops__watch_put_state(mlops_watch *self, mlops_change *change,
                                    const mlops__buf *state, int64_t n_windows, mlops_error *err) {
    mlops__arena arena;
    instance now;
    mlops_id id;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = instance_read(&now, self, self->instance, &arena, err);
    if (!status && now.epoch != self->epoch) {
        self->is_taken = 1;
        status = mlops__watch_taken(self, self->instance, err);
    }
    if (!status) status = mlops_change_content(change, &id, state->data, state->size, err);
    if (!status) status = put(self, change, self->instance, &now, self->epoch, &id, n_windows, err);
    mlops__arena_free(&arena);
    return status;
}

/* ---- resuming ---- */

/* Gives the monitor what was kept. */
static mlops_status load_state(mlops_watch *self, const mlops_id *id, mlops_error *err) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, self->arena.allocator);
    mlops_status status =
        mlops__watch_take_content(&bytes, self->store, id, "the state of the watch", err);
    if (!status) status = mlops_monitor_resume(self->monitor, bytes.data, bytes.size, err);
    mlops__buf_free(&bytes);
    return status;
}

/* Numbers of the windows that are kept, which end with the monitor's newest. */
static mlops_status load_numbers(mlops_watch *self, const mlops__record *fields,
                                 mlops__arena *arena, mlops_error *err) {
    mlops__record items;
    int64_t n_windows = mlops__monitor_completed(self->monitor), number;
    MLOPS_TRY(mlops__record_items(&items, mlops__record_json(fields, "windows"), arena, err));
    int64_t n = (int64_t)items.n;
    if (mlops__record_i64(fields, "n_windows", -1) != n_windows || n > n_windows ||
        n > MLOPS__WATCH_WINDOWS)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the windows of watch \"%s\" contradict its state",
                           self->name);
    for (int64_t i = 0; i < n; i++) {
        mlops__bytes json = items.fields[i].json;
        if (!mlops__parse_i64((const char *)json.data, json.size, &number) || number < 0)
            return mlops__fail(err, MLOPS_E_CORRUPT, "a window of watch \"%s\" has no number",
                               self->name);
        self->numbers[(n_windows - n + 1 + i) % MLOPS__WATCH_WINDOWS] = number;
    }
    return MLOPS_OK;
}

/* Makes the instance this watch's. */
static mlops_status claim(mlops_watch *self, const char *name, const instance *before,
                          const mlops_id *id, mlops_error *err) {
    mlops_change *change;
    char verb[2 * MLOPS__NAME_MAX + 48];
    MLOPS_TRY(mlops_change_new(&change, self->store, NULL, err));
    mlops_status status = put(self, change, name, before, before->epoch + 1, id,
                              mlops__monitor_completed(self->monitor), err);
    mlops__format(verb, sizeof verb, "watch resume %s %s", self->name, name);
    if (!status) status = mlops__change_verb(change, verb, err);
    if (!status) status = mlops_change_commit(change, NULL, err);
    mlops_change_free(change);
    return status == MLOPS_E_CONFLICT ? mlops__watch_taken(self, name, err) : status;
}

static mlops_status resume(mlops_watch *self, const char *name, uint32_t flags, mlops__arena *arena,
                           mlops_error *err) {
    instance now;
    mlops_id id;
    MLOPS_TRY(instance_read(&now, self, name, arena, err));
    int is_kept = !(flags & MLOPS_WATCH_ANEW) &&
                  mlops__record_i64(&now.fields, "version", 0) == self->version &&
                  mlops__record_id(&now.fields, "state", &id);
    if (is_kept) {
        MLOPS_TRY(load_state(self, &id, err));
        MLOPS_TRY(load_numbers(self, &now.fields, arena, err));
    }
    MLOPS_TRY(claim(self, name, &now, is_kept ? &id : NULL, err));
    if (is_kept) self->state = id;
    self->epoch = now.epoch + 1;
    self->instance = mlops__arena_text(&self->arena, name, strlen(name));
    return self->instance ? MLOPS_OK : mlops__fail_nomem(err, strlen(name));
}

mlops_status mlops_watch_resume(mlops_watch *self, const char *name, uint32_t flags,
                                mlops_error *err) {
    mlops__arena arena;
    mlops_monitor_labels labels = MLOPS_MONITOR_LABELS_INIT;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the watch is NULL");
    MLOPS_TRY(mlops__name_check("instance", name, err));
    if (flags & ~(uint32_t)MLOPS_WATCH_ANEW)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_watch_resume: unknown flags");
    if (self->instance || mlops__monitor_rows(self->monitor))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "a watch is resumed once, and before its first row");
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = resume(self, name, flags, &arena, err);
    mlops__arena_free(&arena);
    if (status) { /* else windows that were kept would be taken for new ones */
        (void)mlops_monitor_resume(self->monitor, "", 0, NULL);
        return status;
    }
    self->rows_before = mlops__monitor_rows(self->monitor);
    self->n_kept = self->windows_before = mlops__monitor_completed(self->monitor);
    /* ends a window whose time is over, which is still to be kept */
    if (!mlops_monitor_summarize_labels(self->monitor, &labels)) self->n_joined = labels.n_joined;
    return MLOPS_OK;
}
