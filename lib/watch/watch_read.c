/* Windows that were kept, as others read them.
 *
 * Owns nothing. Invariant: all windows of a listing are of one moment of the store.
 */
#include "base/bits.h"
#include "column/names.h"
#include "column/rows.h"
#include "watch/watch.h"

#include <mlops/watch_state.h>

#include <string.h>

/* ---- what the verbs share ---- */

static mlops_status check_watch(mlops__watch_record *out, mlops__index *index, const char *name,
                                mlops__arena *arena, mlops_error *err) {
    mlops_status status = mlops__watch_read(out, index, name, arena, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__record_missing(index, MLOPS__TABLE_WATCHES, "watch", name, err);
}

static mlops_status visit_windows(mlops__index *index, const char *name, mlops__record_visit *visit,
                                  void *user, mlops_error *err) {
    mlops__watch_record watch;
    mlops__arena arena;
    mlops__key prefix;
    mlops__arena_init(&arena, index->allocator, SIZE_MAX);
    mlops_status status = check_watch(&watch, index, name, &arena, err);
    mlops__arena_free(&arena);
    mlops__watch_key(&prefix, name);
    if (status) return status;
    return mlops__record_each_below(index, MLOPS__TABLE_WINDOWS, mlops__key_prefix(&prefix), visit,
                                    user, err);
}

/* Visits the windows of a watch, oldest first. */
static mlops_status each_window(mlops_store *store, const char *name, mlops__record_visit *visit,
                                void *user, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = visit_windows(&index, name, visit, user, err);
    mlops__store_read_end(&index);
    return status;
}

/* Adds the rows of a table. */
typedef mlops_status lister(mlops__rows *rows, mlops_store *store, const char *name,
                            mlops_error *err);

static mlops_status make_table(mlops_table **out, mlops_store *store, const char *name,
                               const mlops__rows_column *columns, int64_t n_columns, lister *list,
                               mlops_error *err) {
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("watch", name, err));
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, n_columns, err));
    return mlops__rows_end(&rows, list(&rows, store, name, err), out, err);
}

/* ---- listing ---- */

/* Names of an array as one line of CSV, and whether there is any. */
static mlops_status join(mlops__buf *out, mlops__bytes array, mlops__arena *arena,
                         mlops_error *err) {
    mlops__record items;
    out->size = 0;
    if (array.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__record_items(&items, array, arena, err));
    for (size_t i = 0; i < items.n; i++)
        if (items.fields[i].text) mlops__names_put(out, items.fields[i].text);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

/* What labels and policy said, null where none were expected. */
static mlops_status put_alarm(mlops__rows *rows, const mlops__record *record, mlops__arena *arena,
                              mlops_error *err) {
    mlops__record alarm;
    mlops__bytes json = mlops__record_json(record, "alarm");
    mlops__rows_text(rows, mlops__record_text(record, "measured"));
    mlops__rows_text(rows, mlops__record_text(record, "estimated"));
    if (!json.size) {
        mlops__rows_null(rows);
        mlops__rows_null(rows);
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__record_parse(&alarm, json, arena, err));
    mlops__rows_text(rows, mlops__record_text(&alarm, "event"));
    mlops__rows_bool(rows, mlops__record_bool(&alarm, "alarmed", 0));
    return MLOPS_OK;
}

typedef struct listing {
    mlops__rows *rows;
    mlops__buf columns; /* of one window */
} listing;

static mlops_status list_one(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                             mlops__arena *arena, mlops_error *err) {
    listing *self = user;
    mlops__rows *rows = self->rows;
    mlops__record record;
    (void)index;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    MLOPS_TRY(join(&self->columns, mlops__record_json(&record, "columns"), arena, err));
    mlops__rows_i64(rows, mlops__key_part_number(key, 1));
    mlops__rows_i64(rows, mlops__record_i64(&record, "time_ns", 0));
    mlops__rows_text(rows, mlops__record_text(&record, "model"));
    mlops__rows_i64(rows, mlops__record_i64(&record, "version", 0));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_rows", 0));
    mlops__rows_text(rows, mlops__record_text(&record, "verdict"));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_drifted", 0));
    mlops__rows_text_n(rows, self->columns.size ? (const char *)self->columns.data : "",
                       self->columns.size);
    mlops__rows_text(rows, mlops__record_text(&record, "report"));
    return put_alarm(rows, &record, arena, err);
}

static mlops_status list_windows(mlops__rows *rows, mlops_store *store, const char *name,
                                 mlops_error *err) {
    listing self = {.rows = rows};
    mlops__buf_init(&self.columns, &mlops__store_host(store)->allocator);
    mlops_status status = each_window(store, name, list_one, &self, err);
    mlops__buf_free(&self.columns);
    return status;
}

mlops_status mlops_watch_windows(mlops_table **out, mlops_store *store, const char *name,
                                 mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"number", MLOPS_TYPE_INT64},     {"time_ns", MLOPS_TYPE_INT64},
        {"model", MLOPS_TYPE_STRING},     {"version", MLOPS_TYPE_INT64},
        {"n_rows", MLOPS_TYPE_INT64},     {"verdict", MLOPS_TYPE_STRING},
        {"n_drifted", MLOPS_TYPE_INT64},  {"columns", MLOPS_TYPE_STRING},
        {"report", MLOPS_TYPE_STRING},    {"measured", MLOPS_TYPE_STRING},
        {"estimated", MLOPS_TYPE_STRING}, {"event", MLOPS_TYPE_STRING},
        {"alarmed", MLOPS_TYPE_BOOL},
    };
    return make_table(out, store, name, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS, list_windows,
                      err);
}

/* ---- reports ---- */

static mlops_status check_window(mlops_store *store, const char *name, int64_t number,
                                 mlops_error *err) {
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("watch", name, err));
    if (number >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "number is %lld; give that of a window, or 0 for the newest",
                       (long long)number);
}

static mlops_status get_window(mlops__record *out, mlops__index *index, const char *name,
                               int64_t *number, mlops__arena *arena, mlops_error *err) {
    mlops__watch_record watch;
    mlops__key key;
    MLOPS_TRY(check_watch(&watch, index, name, arena, err));
    if (!*number) *number = watch.n_windows;
    mlops__window_key(&key, name, *number);
    mlops_status status = *number ? mlops__record_get(out, index, MLOPS__TABLE_WINDOWS,
                                                      mlops__key_bytes(&key), arena, err)
                                  : MLOPS_E_NOT_FOUND;
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "there is no window %lld of watch \"%s\"; %lld %s kept", (long long)*number,
                       name, (long long)watch.n_windows, watch.n_windows == 1 ? "is" : "are");
}

/* The record of a window; number 0 becomes that of the newest. */
static mlops_status find_window(mlops__record *out, mlops_store *store, const char *name,
                                int64_t *number, mlops__arena *arena, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = get_window(out, &index, name, number, arena, err);
    mlops__store_read_end(&index);
    return status;
}

static mlops_status find_report(mlops_id *out, mlops_store *store, const char *name, int64_t number,
                                mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = find_window(&record, store, name, &number, &arena, err);
    if (!status && !mlops__record_id(&record, "report", out))
        status = mlops__fail(err, MLOPS_E_CORRUPT, "window %lld of watch \"%s\" has no report",
                             (long long)number, name);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status read_report(mlops_store *store, const mlops_id *id, char *text, size_t cap,
                                size_t *size, mlops_error *err) {
    mlops_status status = mlops_store_content(store, id, NULL, 0, size, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the report of a window is missing");
    MLOPS_TRY(status);
    if (!text) return MLOPS_OK;
    if (*size >= cap)
        return mlops__fail(err, MLOPS_E_ARENA, "the report has %zu bytes, there is room for %zu",
                           *size + 1, cap);
    MLOPS_TRY(mlops_store_content(store, id, text, cap, NULL, err));
    text[*size] = 0;
    return MLOPS_OK;
}

mlops_status mlops_watch_report(mlops_store *store, const char *name, int64_t number, char *text,
                                size_t cap, size_t *needed, mlops_error *err) {
    mlops_id id;
    size_t size = 0;
    if (text && cap) text[0] = 0;
    MLOPS_TRY(check_window(store, name, number, err));
    MLOPS_TRY(find_report(&id, store, name, number, err));
    mlops_status status = read_report(store, &id, text, cap, &size, err);
    if ((!status || status == MLOPS_E_ARENA) && needed) *needed = size;
    if (status && text && cap) text[0] = 0;
    return status;
}

/* ---- all of a window ---- */

static const char PART[] = "what was kept of a window";

mlops_status mlops__watch_take_content(mlops__buf *out, mlops_store *store, const mlops_id *id,
                                       const char *what, mlops_error *err) {
    size_t n = 0;
    mlops_status status = mlops_store_content(store, id, NULL, 0, &n, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "%s is missing", what);
    MLOPS_TRY(status);
    uint8_t *at = mlops__buf_extend(out, n);
    if (!at) return mlops__fail_nomem(err, n);
    return mlops_store_content(store, id, at, n, NULL, err);
}

/* Members as they were kept, with content in the place of its id. */
static mlops_status write_window(mlops__buf *out, mlops_store *store, int64_t number,
                                 const mlops__record *record, mlops_error *err) {
    mlops__json_writer json;
    mlops_id id;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "number", number);
    for (size_t i = 0; i < record->n; i++) {
        const mlops__field *field = &record->fields[i];
        int is_content = !strcmp(field->name, "performance") || !strcmp(field->name, "segments");
        mlops__json_name(&json, field->name);
        if (is_content && mlops__record_id(record, field->name, &id)) {
            mlops__json_raw(&json, "", 0);
            MLOPS_TRY(mlops__watch_take_content(out, store, &id, PART, err));
        } else {
            mlops__json_raw(&json, (const char *)field->json.data, field->json.size);
        }
    }
    mlops__json_close(&json, '}');
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

static mlops_status describe(mlops__buf *out, mlops_store *store, const char *name, int64_t number,
                             mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, out->allocator, SIZE_MAX);
    mlops_status status = find_window(&record, store, name, &number, &arena, err);
    if (!status) status = write_window(out, store, number, &record, err);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops_watch_describe(mlops_store *store, const char *name, int64_t number, char *text,
                                  size_t cap, size_t *needed, mlops_error *err) {
    mlops__buf out;
    if (text && cap) text[0] = 0;
    MLOPS_TRY(check_window(store, name, number, err));
    mlops__buf_init(&out, &mlops__store_host(store)->allocator);
    mlops_status status = describe(&out, store, name, number, err);
    if (!status && text && out.size >= cap)
        status = mlops__fail(err, MLOPS_E_ARENA, "the text has %zu bytes, there is room for %zu",
                             out.size + 1, cap);
    else if (!status && text) memcpy(text, out.data, out.size), text[out.size] = 0;
    if ((!status || status == MLOPS_E_ARENA) && needed) *needed = out.size;
    mlops__buf_free(&out);
    return status;
}

/* ---- performance ---- */

/* A window that has it. */
typedef struct known {
    int64_t number;
    mlops_id id;
} known;

static mlops_status note_known(void *user, mlops__index *index, mlops__bytes key,
                               mlops__bytes value, mlops__arena *arena, mlops_error *err) {
    mlops__buf *found = user;
    mlops__record record;
    known one = {mlops__key_part_number(key, 1), {{0}}};
    (void)index;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    if (mlops__record_id(&record, "performance", &one.id)) mlops__buf_put(found, &one, sizeof one);
    return found->status ? mlops__fail_nomem(err, found->size) : MLOPS_OK;
}

static void put_number(mlops__rows *rows, const mlops__record *item, const char *name) {
    double value = mlops__record_f64(item, name, mlops__f64_of(MLOPS__NAN_BITS));
    if (value == value) mlops__rows_f64(rows, value);
    else mlops__rows_null(rows);
}

static mlops_status put_known(mlops__rows *rows, int64_t number, const mlops__buf *json,
                              mlops__arena *arena, mlops_error *err) {
    mlops__record items, item;
    MLOPS_TRY(mlops__record_items(&items, (mlops__bytes){json->data, json->size}, arena, err));
    for (size_t i = 0; i < items.n; i++) {
        MLOPS_TRY(mlops__record_parse(&item, items.fields[i].json, arena, err));
        mlops__rows_i64(rows, number);
        mlops__rows_text(rows, mlops__record_text(&item, "kind"));
        mlops__rows_text(rows, mlops__record_text(&item, "metric"));
        put_number(rows, &item, "value");
        put_number(rows, &item, "low");
        put_number(rows, &item, "high");
        mlops__rows_i64(rows, mlops__record_i64(&item, "n", 0));
    }
    return MLOPS_OK;
}

static mlops_status list_known(mlops__rows *rows, mlops_store *store, const mlops__buf *found,
                               mlops_error *err) {
    mlops_status status = MLOPS_OK;
    for (size_t at = 0; !status && at < found->size; at += sizeof(known)) {
        mlops__arena arena;
        mlops__buf json;
        known one;
        memcpy(&one, found->data + at, sizeof one);
        mlops__buf_init(&json, found->allocator);
        mlops__arena_init(&arena, found->allocator, SIZE_MAX);
        status = mlops__watch_take_content(&json, store, &one.id, PART, err);
        if (!status) status = put_known(rows, one.number, &json, &arena, err);
        mlops__arena_free(&arena);
        mlops__buf_free(&json);
    }
    return status;
}

static mlops_status list_performance(mlops__rows *rows, mlops_store *store, const char *name,
                                     mlops_error *err) {
    mlops__buf found;
    mlops__buf_init(&found, &mlops__store_host(store)->allocator);
    mlops_status status = each_window(store, name, note_known, &found, err);
    if (!status) status = list_known(rows, store, &found, err);
    mlops__buf_free(&found);
    return status;
}

mlops_status mlops_watch_performance(mlops_table **out, mlops_store *store, const char *name,
                                     mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"window", MLOPS_TYPE_INT64},  {"kind", MLOPS_TYPE_STRING}, {"metric", MLOPS_TYPE_STRING},
        {"value", MLOPS_TYPE_FLOAT64}, {"low", MLOPS_TYPE_FLOAT64}, {"high", MLOPS_TYPE_FLOAT64},
        {"n", MLOPS_TYPE_INT64},
    };
    return make_table(out, store, name, COLUMNS, sizeof COLUMNS / sizeof *COLUMNS, list_performance,
                      err);
}
