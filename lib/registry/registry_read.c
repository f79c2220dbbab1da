/* A version, read: its bundle, features and files, and all that is known of it.
 *
 * Owns nothing that outlives a call. Invariant: what is handed out is the version's as it was
 * registered, or an error.
 */
#include "file/file.h"
#include "registry/registry.h"

#include <string.h>

/* Finds the version, and ends reading. */
static mlops_status find(mlops__registry *self, mlops_store *store, const char *name,
                         const char *which, mlops__registry_version *out, mlops_error *err) {
    MLOPS_TRY(mlops__registry_begin(self, store, NULL, err));
    MLOPS_TRY(mlops__registry_find(self, name, which, out, err));
    mlops__registry_pause(self);
    return MLOPS_OK;
}

mlops_status mlops_registry_load(mlops_bundle **out, mlops_store *store, const char *name,
                                 const char *which, mlops_error *err) {
    mlops__registry state;
    mlops__registry_version version;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    mlops_status status = find(&state, store, name, which, &version, err);
    if (!status) status = mlops__registry_open(&state, &version, out, NULL, err);
    mlops__registry_free(&state);
    return status;
}

mlops_status mlops_registry_features(mlops_feature **out, mlops_store *store, const char *name,
                                     const char *which, mlops_error *err) {
    mlops__registry state;
    mlops__registry_version version;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    mlops_status status = find(&state, store, name, which, &version, err);
    if (!status) status = mlops__registry_open(&state, &version, NULL, out, err);
    if (!status && !*out)
        status = mlops__fail(err, MLOPS_E_NOT_FOUND, "version %lld of \"%s\" has no features",
                             (long long)version.number, name);
    mlops__registry_free(&state);
    return status;
}

/* ---- files ---- */

static mlops_status write_content(mlops__registry *self, const mlops_id *id, const char *path,
                                  mlops_error *err) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, self->allocator);
    mlops_status status = mlops__registry_content(self, id, &bytes, err);
    if (!status)
        status =
            mlops__file_write(mlops__store_host(self->store), path, bytes.data, bytes.size, err);
    mlops__buf_free(&bytes);
    return status;
}

/* The id of the bundle, or of the trainer's file. */
static mlops_status find_id(mlops__registry *self, const mlops__registry_version *version,
                            int is_file, mlops_id *out, mlops_error *err) {
    mlops__record file = version->record.fields;
    mlops__bytes json = mlops__record_json(&version->record.fields, "file");
    if (is_file && !json.size)
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "version %lld of \"%s\" keeps no file",
                           (long long)version->number, version->model);
    if (is_file) MLOPS_TRY(mlops__record_parse(&file, json, &self->arena, err));
    if (mlops__record_id(&file, is_file ? "id" : "bundle", out)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "version %lld of \"%s\" does not name its %s",
                       (long long)version->number, version->model, is_file ? "file" : "bundle");
}

static mlops_status write_file(mlops_store *store, const char *name, const char *which,
                               const char *path, int is_file, mlops_error *err) {
    mlops__registry state;
    mlops__registry_version version;
    mlops_id id;
    if (!store || !path) return mlops__fail(err, MLOPS_E_INVALID, "the store or path is NULL");
    mlops_status status = find(&state, store, name, which, &version, err);
    if (!status) status = find_id(&state, &version, is_file, &id, err);
    if (!status) status = write_content(&state, &id, path, err);
    mlops__registry_free(&state);
    return status;
}

mlops_status mlops_registry_bundle(mlops_store *store, const char *name, const char *which,
                                   const char *path, mlops_error *err) {
    return write_file(store, name, which, path, 0, err);
}

mlops_status mlops_registry_file(mlops_store *store, const char *name, const char *which,
                                 const char *path, mlops_error *err) {
    return write_file(store, name, which, path, 1, err);
}

/* ---- describing ---- */

static const char *const nothing[] = {NULL};

typedef struct describing {
    mlops__registry state;
    mlops__registry_version version;
    mlops__json_writer json;
} describing;

/* Calls for each record of a table that is the model's and about the version. */
static mlops_status each(describing *self, mlops__table table,
                         void (*put)(describing *, mlops__bytes key, const mlops__record *),
                         mlops_error *err) {
    mlops__index_iter iter;
    mlops__key prefix;
    mlops__bytes key, value;
    mlops__record record;
    mlops__registry_key(&prefix, self->version.model, NULL, -1);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->state.index, (uint8_t)table,
                                     mlops__key_prefix(&prefix), err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        status = mlops__record_parse(&record, value, &self->state.arena, err);
        if (status) break;
        if (mlops__record_i64(&record, "version", 0) == self->version.number)
            put(self, key, &record);
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static void put_alias(describing *self, mlops__bytes key, const mlops__record *record) {
    mlops__bytes alias = mlops__key_part(key, 1);
    (void)record;
    mlops__json_string_n(&self->json, (const char *)alias.data, alias.size);
}

static void put_decision(describing *self, mlops__bytes key, const mlops__record *record) {
    mlops__bytes alias = mlops__key_part(key, 1);
    mlops__json_open(&self->json, '{');
    mlops__json_name(&self->json, "alias");
    mlops__json_string_n(&self->json, (const char *)alias.data, alias.size);
    mlops__record_put_i64(&self->json, "number", mlops__key_part_number(key, 2));
    mlops__registry_put_rest(&self->json, record, nothing);
    mlops__json_close(&self->json, '}');
}

static mlops_status describe(describing *self, mlops_store *store, const char *which,
                             mlops_error *err) {
    MLOPS_TRY(mlops__registry_begin(&self->state, store, NULL, err));
    MLOPS_TRY(mlops__registry_find(&self->state, self->version.model, which, &self->version, err));
    mlops__json_writer *json = &self->json;
    mlops__json_open(json, '{');
    mlops__record_put_text(json, "model", self->version.model);
    mlops__registry_put_rest(json, &self->version.record.fields, nothing);
    mlops__json_name(json, "aliases");
    mlops__json_open(json, '[');
    MLOPS_TRY(each(self, MLOPS__TABLE_ALIASES, put_alias, err));
    mlops__json_close(json, ']');
    mlops__json_name(json, "decisions");
    mlops__json_open(json, '[');
    MLOPS_TRY(each(self, MLOPS__TABLE_DECISIONS, put_decision, err));
    mlops__json_close(json, ']');
    mlops__json_close(json, '}');
    return MLOPS_OK;
}

mlops_status mlops_registry_describe(mlops_store *store, const char *name, const char *which,
                                     char *text, size_t cap, size_t *needed, mlops_error *err) {
    describing self;
    mlops__buf out;
    if (!store || (cap && !text))
        return mlops__fail(err, MLOPS_E_INVALID, "the store or text is NULL");
    memset(&self, 0, sizeof self);
    self.version.model = name;
    mlops__buf_init_fixed(&out, text, cap);
    mlops__json_writer_init(&self.json, &out, 0);
    mlops_status status = describe(&self, store, which, err);
    mlops__registry_free(&self.state);
    if (status) return status;
    status = mlops__buf_finish_text(&out, needed);
    return status ? mlops__fail(err, status, "the description takes %zu bytes", out.size)
                  : MLOPS_OK;
}
