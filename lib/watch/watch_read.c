/* Windows that were kept, as others read them.
 *
 * Owns nothing. Invariant: all windows of a listing are of one moment of the store.
 */
#include "column/names.h"
#include "column/rows.h"
#include "watch/watch.h"

#include <string.h>

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

static mlops_status list_one(mlops__rows *rows, mlops__bytes key, mlops__bytes value,
                             mlops__arena *arena, mlops__buf *columns, mlops_error *err) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    MLOPS_TRY(join(columns, mlops__record_json(&record, "columns"), arena, err));
    mlops__rows_i64(rows, mlops__key_part_number(key, 1));
    mlops__rows_i64(rows, mlops__record_i64(&record, "time_ns", 0));
    mlops__rows_text(rows, mlops__record_text(&record, "model"));
    mlops__rows_i64(rows, mlops__record_i64(&record, "version", 0));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_rows", 0));
    mlops__rows_text(rows, mlops__record_text(&record, "verdict"));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_drifted", 0));
    mlops__rows_text_n(rows, columns->size ? (const char *)columns->data : "", columns->size);
    mlops__rows_text(rows, mlops__record_text(&record, "report"));
    return MLOPS_OK;
}

static mlops_status list_all(mlops__rows *rows, mlops__index *index, const char *name,
                             mlops__buf *columns, mlops_error *err) {
    mlops__index_iter iter;
    mlops__key prefix;
    mlops__bytes key, value;
    mlops__watch_key(&prefix, name);
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_WINDOWS, mlops__key_prefix(&prefix),
                                     err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &key, &value, err))) {
        mlops__arena arena;
        mlops__arena_init(&arena, columns->allocator, SIZE_MAX);
        status = list_one(rows, key, value, &arena, columns, err);
        mlops__arena_free(&arena);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* Whether there is such a watch. */
static mlops_status check_watch(mlops__watch_record *out, mlops__index *index, const char *name,
                                mlops__arena *arena, mlops_error *err) {
    mlops_status status = mlops__watch_read(out, index, name, arena, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__record_missing(index, MLOPS__TABLE_WATCHES, "watch", name, err);
}

static mlops_status list(mlops__rows *rows, mlops_store *store, const char *name,
                         mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops__index index;
    mlops__watch_record watch;
    mlops__arena arena;
    mlops__buf columns;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops__buf_init(&columns, allocator);
    mlops_status status = check_watch(&watch, &index, name, &arena, err);
    if (!status) status = list_all(rows, &index, name, &columns, err);
    mlops__buf_free(&columns);
    mlops__arena_free(&arena);
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops_watch_windows(mlops_table **out, mlops_store *store, const char *name,
                                 mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"number", MLOPS_TYPE_INT64},    {"time_ns", MLOPS_TYPE_INT64},
        {"model", MLOPS_TYPE_STRING},    {"version", MLOPS_TYPE_INT64},
        {"n_rows", MLOPS_TYPE_INT64},    {"verdict", MLOPS_TYPE_STRING},
        {"n_drifted", MLOPS_TYPE_INT64}, {"columns", MLOPS_TYPE_STRING},
        {"report", MLOPS_TYPE_STRING},
    };
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("watch", name, err));
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), COLUMNS,
                                sizeof COLUMNS / sizeof *COLUMNS, err));
    return mlops__rows_end(&rows, list(&rows, store, name, err), out, err);
}

/* ---- reports ---- */

static mlops_status find_report(mlops_id *out, mlops__index *index, const char *name,
                                int64_t number, mlops__arena *arena, mlops_error *err) {
    mlops__watch_record watch;
    mlops__record record;
    mlops__key key;
    MLOPS_TRY(check_watch(&watch, index, name, arena, err));
    int64_t wanted = number ? number : watch.n_windows;
    mlops__window_key(&key, name, wanted);
    mlops_status status = wanted ? mlops__record_get(&record, index, MLOPS__TABLE_WINDOWS,
                                                     mlops__key_bytes(&key), arena, err)
                                 : MLOPS_E_NOT_FOUND;
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "there is no window %lld of watch \"%s\"; %lld %s kept",
                           (long long)wanted, name, (long long)watch.n_windows,
                           watch.n_windows == 1 ? "is" : "are");
    MLOPS_TRY(status);
    if (mlops__record_id(&record, "report", out)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "window %lld of watch \"%s\" has no report",
                       (long long)wanted, name);
}

static mlops_status report_id(mlops_id *out, mlops_store *store, const char *name, int64_t number,
                              mlops_error *err) {
    mlops__index index;
    mlops__arena arena;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = find_report(out, &index, name, number, &arena, err);
    mlops__arena_free(&arena);
    mlops__store_read_end(&index);
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
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("watch", name, err));
    if (number < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "number is %lld; give that of a window, or 0 for the newest",
                           (long long)number);
    MLOPS_TRY(report_id(&id, store, name, number, err));
    mlops_status status = read_report(store, &id, text, cap, &size, err);
    if ((!status || status == MLOPS_E_ARENA) && needed) *needed = size;
    if (status && text && cap) text[0] = 0;
    return status;
}
