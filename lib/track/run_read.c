/* Reading one run, and its artifacts in and out.
 *
 * Owns nothing. Invariants: what is told of a run is of one moment, and has no point that still
 * waits; the blocks of a metric join without a gap and add up to its count, or are damaged.
 */
#include "column/rows.h"
#include "file/file.h"
#include "track/track.h"

#include <mlops/experiment.h>

#include <string.h>

/* A moment of the store, and what is made of it. */
typedef struct reading {
    mlops_run *run;
    mlops__index index;
    mlops__arena arena;
} reading;

static mlops_status begin(reading *self, mlops_run *run, mlops_error *err) {
    self->run = run;
    MLOPS_TRY(mlops__run_enter_to_read(run, err));
    mlops_status status = mlops__store_read_begin(run->store, &self->index, err);
    if (status) mlops__run_leave(run);
    else mlops__arena_init(&self->arena, &mlops__store_host(run->store)->allocator, SIZE_MAX);
    return status;
}

static void end(reading *self) {
    mlops__arena_free(&self->arena);
    mlops__store_read_end(&self->index);
    mlops__run_leave(self->run);
}

/* ---- describing ---- */

/* The last part of a key, as text in the arena. */
static const char *last_part(reading *self, mlops__bytes key) {
    mlops__bytes part = mlops__key_part(key, 1);
    return mlops__arena_text(&self->arena, (const char *)part.data, part.size);
}

/* A table below the run as an object; member: the one of each record that counts, NULL: all. */
static mlops_status put_group(reading *self, mlops__json_writer *json, const char *name,
                              mlops__table table, const char *member, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    mlops__json_name(json, name);
    mlops__json_open(json, '{');
    MLOPS_TRY(mlops__run_iter(&iter, &self->index, table, self->run->id, err));
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__record record;
        const char *part = last_part(self, key);
        status = part ? mlops__record_parse(&record, value, &self->arena, err)
                      : mlops__fail_nomem(err, key.size);
        if (status) break;
        mlops__bytes shown = member ? mlops__record_json(&record, member) : value;
        mlops__json_name(json, part);
        mlops__json_raw(json, (const char *)shown.data, shown.size);
    }
    mlops__index_iter_free(&iter);
    mlops__json_close(json, '}');
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status describe(reading *self, mlops__json_writer *json, mlops_error *err) {
    mlops__key key;
    mlops__record record;
    mlops__key_init(&key);
    mlops__key_text(&key, self->run->id);
    mlops_status status = mlops__record_get(&record, &self->index, MLOPS__TABLE_RUNS,
                                            mlops__key_bytes(&key), &self->arena, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the store has no run '%s'", self->run->id);
    MLOPS_TRY(status);
    mlops__json_open(json, '{');
    mlops__record_put_text(json, "run", self->run->id);
    for (size_t i = 0; i < record.n; i++)
        mlops__record_put_json(json, record.fields[i].name,
                               (const char *)record.fields[i].json.data);
    MLOPS_TRY(put_group(self, json, "params", MLOPS__TABLE_PARAMS, "value", err));
    MLOPS_TRY(put_group(self, json, "metrics", MLOPS__TABLE_METRICS, NULL, err));
    MLOPS_TRY(put_group(self, json, "tags", MLOPS__TABLE_TAGS, "value", err));
    MLOPS_TRY(put_group(self, json, "artifacts", MLOPS__TABLE_ARTIFACTS, NULL, err));
    mlops__json_close(json, '}');
    return MLOPS_OK;
}

mlops_status mlops_run_describe(mlops_run *self, char *text, size_t cap, size_t *needed,
                                mlops_error *err) {
    reading r;
    mlops__buf out;
    mlops__json_writer json;
    MLOPS_TRY(begin(&r, self, err));
    mlops__buf_init_fixed(&out, text, text ? cap : 0);
    mlops__json_writer_init(&json, &out, 0);
    mlops_status status = describe(&r, &json, err);
    end(&r);
    if (status) return status;
    size_t n = out.size;
    status = mlops__buf_finish_text(&out, needed);
    if (status == MLOPS_E_ARENA)
        return mlops__fail(err, status, "the description has %zu bytes, there is room for %zu", n,
                           cap);
    return status;
}

/* ---- points ---- */

static mlops_status add_block(mlops__rows *rows, mlops__bytes key, mlops__bytes value, int64_t *n,
                              mlops_error *err) {
    mlops__points points;
    MLOPS_TRY(mlops__points_open(&points, value, err));
    if (mlops__key_part_number(key, 2) != *n)
        return mlops__fail(err, MLOPS_E_CORRUPT, "points of a metric are missing behind %lld",
                           (long long)*n);
    for (uint32_t i = 0; i < points.n; i++) {
        mlops__point point = mlops__points_at(&points, i);
        mlops__rows_i64(rows, point.step);
        mlops__rows_i64(rows, point.time_ns);
        mlops__rows_f64(rows, point.value);
    }
    *n += points.n;
    return MLOPS_OK;
}

static mlops_status add_blocks(reading *self, mlops__rows *rows, mlops__key *key, int64_t *n,
                               mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes found, value;
    mlops_status status;
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_POINTS,
                                     mlops__key_prefix(key), err));
    do {
        status = mlops__index_iter_next(&iter, &found, &value, err);
        if (!status) status = add_block(rows, found, value, n, err);
    } while (!status);
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status read_points(reading *self, const char *metric, mlops__rows *rows,
                                mlops_error *err) {
    mlops__key key;
    mlops__record record;
    mlops__point latest;
    int64_t n = 0, due;
    mlops__run_key(&key, self->run->id, metric);
    mlops_status status = mlops__record_get(&record, &self->index, MLOPS__TABLE_METRICS,
                                            mlops__key_bytes(&key), &self->arena, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the run has no metric '%s'", metric);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__run_latest(&record, &latest, &due, err));
    MLOPS_TRY(add_blocks(self, rows, &key, &n, err));
    if (n == due) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the metric '%s' has %lld points of %lld", metric,
                       (long long)n, (long long)due);
}

mlops_status mlops_run_points(mlops_table **out, mlops_run *self, const char *metric,
                              mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"step", MLOPS_TYPE_INT64}, {"time_ns", MLOPS_TYPE_INT64}, {"value", MLOPS_TYPE_FLOAT64}};
    reading r;
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__run_key_check("the name of the metric", metric, err));
    MLOPS_TRY(begin(&r, self, err));
    mlops_status status = mlops__rows_begin(&rows, mlops__store_host(self->store), columns, 3, err);
    if (!status) {
        status = read_points(&r, metric, &rows, err);
        status = mlops__rows_end(&rows, status, out, err);
    }
    end(&r);
    return status;
}

/* ---- artifacts ---- */

typedef struct artifact {
    const char *path;
    mlops__bytes bytes;
    mlops_id id;
} artifact;

static mlops_status keep(mlops_run *self, mlops__index *index, mlops_change *change, void *user,
                         mlops_error *err) {
    artifact *a = user;
    (void)self, (void)index;
    return mlops_change_content(change, &a->id, a->bytes.data, a->bytes.size, err);
}

static mlops_status build_artifact(mlops_run *self, mlops__index *index, mlops_change *change,
                                   void *user, mlops_error *err) {
    const artifact *a = user;
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    (void)index;
    mlops__run_key(&key, self->id, a->path);
    MLOPS_TRY(mlops__run_note(self, change, "artifact", a->path, err));
    mlops__buf_init(&buf, &mlops__store_host(self->store)->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_id(&json, "id", &a->id);
    mlops__record_put_i64(&json, "size", (int64_t)a->bytes.size);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_ARTIFACTS, &key, &buf, err);
}

mlops_status mlops_run_artifact(mlops_run *self, const char *path, const void *bytes, size_t n,
                                mlops_error *err) {
    artifact a = {path, {bytes, n}, {{0}}};
    const mlops__run_verb verb = {keep, build_artifact, 0, &a};
    if (n && !bytes) return mlops__fail(err, MLOPS_E_INVALID, "the bytes are NULL");
    MLOPS_TRY(mlops__run_path_check(path, err));
    MLOPS_TRY(mlops__run_enter(self, err));
    mlops_status status = mlops__run_write(self, &verb, err);
    mlops__run_leave(self);
    return status;
}

mlops_status mlops_run_artifact_file(mlops_run *self, const char *path, const char *file,
                                     mlops_error *err) {
    mlops__file_view view;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the run is NULL");
    MLOPS_TRY(mlops__run_path_check(path, err));
    const mlops__host *host = mlops__store_host(self->store);
    /* Not mapped: a file that changes meanwhile would be kept under the wrong name. */
    MLOPS_TRY(mlops__file_open(&view, host, file, SIZE_MAX, 0, err));
    mlops_status status = mlops_run_artifact(self, path, view.data, view.size, err);
    mlops__file_close(&view, host);
    return status;
}

static mlops_status find_artifact(reading *self, const char *path, mlops_id *out,
                                  mlops_error *err) {
    mlops__key key;
    mlops__record record;
    mlops__run_key(&key, self->run->id, path);
    mlops_status status = mlops__record_get(&record, &self->index, MLOPS__TABLE_ARTIFACTS,
                                            mlops__key_bytes(&key), &self->arena, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the run has no artifact '%s'", path);
    MLOPS_TRY(status);
    if (mlops__record_id(&record, "id", out)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the artifact '%s' has no id", path);
}

mlops_status mlops_run_artifact_read(mlops_run *self, const char *path, void *bytes, size_t cap,
                                     size_t *needed, mlops_error *err) {
    reading r;
    mlops_id id;
    MLOPS_TRY(mlops__run_path_check(path, err));
    MLOPS_TRY(begin(&r, self, err));
    mlops_status status = find_artifact(&r, path, &id, err);
    end(&r);
    return status ? status : mlops_store_content(self->store, &id, bytes, cap, needed, err);
}

static mlops_status list_artifacts(reading *self, mlops__rows *rows, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    MLOPS_TRY(mlops__run_iter(&iter, &self->index, MLOPS__TABLE_ARTIFACTS, self->run->id, err));
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__record record;
        mlops__bytes path = mlops__key_part(key, 1);
        status = mlops__record_parse(&record, value, &self->arena, err);
        if (status) break;
        mlops__rows_text_n(rows, path.data, path.size);
        mlops__rows_i64(rows, mlops__record_i64(&record, "size", 0));
        mlops__rows_text(rows, mlops__record_text(&record, "id"));
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops_run_artifacts(mlops_table **out, mlops_run *self, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING}, {"size", MLOPS_TYPE_INT64}, {"id", MLOPS_TYPE_STRING}};
    reading r;
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(begin(&r, self, err));
    mlops_status status = mlops__rows_begin(&rows, mlops__store_host(self->store), columns, 3, err);
    if (!status) {
        status = list_artifacts(&r, &rows, err);
        status = mlops__rows_end(&rows, status, out, err);
    }
    end(&r);
    return status;
}
