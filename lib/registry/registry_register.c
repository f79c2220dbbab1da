/* Registering: a model becomes the next version of a name.
 *
 * Owns what is gathered until it is in the change. Invariants: all that may be refused is refused
 * before the change gets anything; the bundle says of itself what the record says of it.
 */
#include "base/opts.h"
#include "file/file.h"
#include "model/model.h"
#include "profile/reference.h"
#include "registry/registry.h"

#include <string.h>

typedef struct registering {
    mlops_change *change;
    mlops_store *store;
    const mlops__host *host;
    const char *name;
    const mlops_model *model;
    mlops_register_opts opts;
    mlops__registry state;
    mlops__registry_record named; /* the model's record */
    int64_t version;
    mlops__lineage lineage;
    mlops__file_view file; /* data NULL: none */
    mlops__buf signature, features, reference, metadata, bundle;
    mlops_id bundle_id, file_id, features_id, reference_id;
} registering;

/* ---- what may be refused ---- */

/* A JSON object that may stand some levels down in another one. */
static mlops_status check_metadata(const registering *self, mlops_error *err) {
    static const char before[] = "{\"\":{\"\":{\"\":{\"\":", behind[] = "}}}}";
    mlops__arena arena;
    mlops__record record;
    mlops__buf deep;
    const char *text = self->opts.metadata;
    MLOPS_TRY(mlops__registry_check_text("metadata", text, MLOPS__REGISTRY_TEXT_MAX, err));
    if (!text) return MLOPS_OK;
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops__buf_init(&deep, &self->host->allocator);
    mlops__buf_text(&deep, before);
    mlops__buf_text(&deep, text);
    mlops__buf_text(&deep, behind);
    mlops_error local;
    mlops_status status = mlops__record_parse(
        &record, (mlops__bytes){(const uint8_t *)text, strlen(text)}, &arena, &local);
    if (!status && deep.status) status = mlops__fail_nomem(&local, deep.size);
    if (!status)
        status = mlops__record_parse(&record, (mlops__bytes){deep.data, deep.size}, &arena, &local);
    mlops__buf_free(&deep);
    mlops__arena_free(&arena);
    if (!status) return MLOPS_OK;
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, strlen(text));
    return mlops__fail(err, MLOPS_E_INVALID, "metadata: %s",
                       text[strspn(text, " \t\r\n")] == '{' ? local.message
                                                            : "this is no JSON object");
}

static mlops_status check_features(const registering *self, mlops_error *err) {
    const mlops_feature *features = self->opts.features;
    if (!features) return MLOPS_OK;
    if (mlops__model_takes_texts(self->model))
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the model takes texts, and features make numbers; register it without");
    int64_t n = mlops_model_n_features(self->model), made = mlops_feature_n_outputs(features);
    for (int64_t i = 0; i < n && i < made; i++) {
        const char *due = mlops_model_feature_name(self->model, i);
        const char *name = mlops_feature_output_name(features, i);
        if (due && strcmp(due, name) != 0)
            return mlops__fail(
                err, MLOPS_E_SCHEMA,
                "feature %lld of the model is \"%s\", and output %lld of the features is \"%s\"",
                (long long)i, due, (long long)i, name);
    }
    if (n == made) return MLOPS_OK;
    const char *odd = n > made ? mlops_model_feature_name(self->model, made)
                               : mlops_feature_output_name(features, n);
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "the model takes %lld features, and the features make %lld; the first that "
                       "%s is \"%s\"",
                       (long long)n, (long long)made, n > made ? "is missing" : "is too much",
                       odd ? odd : "without a name");
}

static mlops_status check(registering *self, mlops_error *err) {
    const mlops_register_opts *opts = &self->opts;
    if (opts->flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_register_opts: unknown flags");
    MLOPS_TRY(mlops__name_check("model", self->name, err));
    MLOPS_TRY(mlops__registry_check_text("the description", opts->description,
                                         MLOPS__REGISTRY_TEXT_MAX, err));
    MLOPS_TRY(check_metadata(self, err));
    MLOPS_TRY(
        mlops__registry_check_text("the classes", opts->classes, MLOPS__REGISTRY_TEXT_MAX, err));
    return check_features(self, err);
}

/* ---- what is gathered ---- */

static mlops_status read_state(registering *self, mlops_error *err) {
    MLOPS_TRY(mlops__registry_begin(&self->state, self->store, self->change, err));
    MLOPS_TRY(mlops__registry_get(&self->state, &self->named, MLOPS__TABLE_MODELS, self->name, NULL,
                                  -1, err));
    self->version = mlops__record_i64(&self->named.fields, "latest", 0) + 1;
    mlops__registry_pause(&self->state);
    return MLOPS_OK;
}

static void write_signature(registering *self) {
    mlops__json_writer json;
    int64_t n = mlops_model_n_features(self->model);
    int named = self->opts.features || mlops_model_feature_name(self->model, 0);
    mlops__json_writer_init(&json, &self->signature, 0);
    mlops__json_open(&json, '{');
    if (named) mlops__json_name(&json, "inputs");
    if (named) mlops__json_open(&json, '[');
    for (int64_t i = 0; i < n && named; i++)
        mlops__json_string(&json, self->opts.features
                                      ? mlops_feature_output_name(self->opts.features, i)
                                      : mlops_model_feature_name(self->model, i));
    if (named) mlops__json_close(&json, ']');
    mlops__record_put_i64(&json, "n_inputs", n);
    mlops__record_put_i64(&json, "outputs",
                          mlops_model_width(self->model, MLOPS_MODEL_OUTPUT_PREDICTION));
    mlops__record_put_text(&json, "task", mlops__task_name(mlops__task_of(self->model)));
    mlops__labels_put(&json, self->model, self->opts.classes, &self->state.arena);
    mlops__json_close(&json, '}');
    mlops__buf_u8(&self->signature, 0);
}

static mlops_status save_features(registering *self, mlops_error *err) {
    size_t size = 0;
    if (!self->opts.features) return MLOPS_OK;
    MLOPS_TRY(mlops_feature_save(self->opts.features, NULL, 0, &size));
    uint8_t *room = mlops__buf_extend(&self->features, size);
    if (!room) return mlops__fail_nomem(err, size);
    MLOPS_TRY(mlops_feature_save(self->opts.features, room, size, &size));
    mlops__buf_u8(&self->features, 0);
    return self->features.status ? mlops__fail_nomem(err, size) : MLOPS_OK;
}

/* What record and bundle have in common. */
static void put_common(const registering *self, mlops__json_writer *json) {
    mlops__record_put_json(json, "signature", (const char *)self->signature.data);
    mlops__record_put_text(json, "run", self->lineage.run);
    mlops__record_put_text(json, "dataset", self->lineage.dataset);
    mlops__record_put_text(json, "commit", self->lineage.commit);
    mlops__record_put_text(json, "path", self->lineage.path);
    mlops__record_put_text(json, "description", self->opts.description);
}

static mlops_status make_metadata(registering *self, mlops_error *err) {
    mlops__json_writer json;
    mlops__buf *out = &self->metadata;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "model", self->name);
    mlops__record_put_i64(&json, "version", self->version);
    put_common(self, &json);
    if (self->opts.features)
        mlops__record_put_json(&json, "features", (const char *)self->features.data);
    mlops__record_put_json(&json, "metadata", self->opts.metadata);
    mlops__json_close(&json, '}');
    mlops__buf_u8(out, 0);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

static mlops_status make_bundle(registering *self, mlops_error *err) {
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    mlops_host host = mlops__host_lend(self->host);
    char digits[MLOPS__ID_TEXT];
    size_t size = 0;
    mlops__format(digits, sizeof digits, "%lld", (long long)self->version);
    opts.host = &host;
    opts.name = self->name;
    opts.version = digits;
    opts.reference = self->opts.reference;
    opts.metadata = (const char *)self->metadata.data;
    MLOPS_TRY(mlops_bundle_save(self->model, NULL, 0, &size, &opts, err));
    uint8_t *room = mlops__buf_extend(&self->bundle, size);
    if (!room) return mlops__fail_nomem(err, size);
    return mlops_bundle_save(self->model, room, size, &size, &opts, err);
}

static mlops_status gather(registering *self, mlops_error *err) {
    if (self->opts.file)
        MLOPS_TRY(mlops__file_open(&self->file, self->host, self->opts.file, SIZE_MAX, 1, err));
    write_signature(self);
    if (self->signature.status) return mlops__fail_nomem(err, self->signature.size);
    MLOPS_TRY(save_features(self, err));
    if (self->opts.reference) {
        mlops_status status = mlops__reference_payload(self->opts.reference, &self->reference);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, self->reference.size);
        if (status) return mlops__fail(err, status, "the reference is too large");
    }
    MLOPS_TRY(make_metadata(self, err));
    return make_bundle(self, err);
}

/* ---- what the change gets ---- */

static mlops_status keep_content(registering *self, mlops_error *err) {
    mlops_change *c = self->change;
    MLOPS_TRY(mlops_change_content(c, &self->bundle_id, self->bundle.data, self->bundle.size, err));
    if (self->opts.file)
        MLOPS_TRY(mlops_change_content(c, &self->file_id, self->file.data, self->file.size, err));
    if (self->opts.features)
        MLOPS_TRY(mlops_change_content(c, &self->features_id, self->features.data,
                                       self->features.size - 1, err));
    if (self->opts.reference)
        MLOPS_TRY(mlops_change_content(c, &self->reference_id, self->reference.data,
                                       self->reference.size, err));
    return MLOPS_OK;
}

static void put_file(const registering *self, mlops__json_writer *json) {
    const char *path = self->opts.file;
    if (!path) return;
    const char *slash = strrchr(path, '/');
    mlops__json_name(json, "file");
    mlops__json_open(json, '{');
    mlops__record_put_id(json, "id", &self->file_id);
    mlops__record_put_text(json, "name", slash ? slash + 1 : path);
    mlops__record_put_i64(json, "size", (int64_t)self->file.size);
    mlops__json_close(json, '}');
}

static mlops_status put_version(registering *self, int64_t now, mlops_error *err) {
    mlops__buf buf;
    mlops__key key;
    mlops__json_writer json;
    mlops_id plan = mlops__model_id(self->model);
    mlops__buf_init(&buf, &self->host->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "version", self->version);
    mlops__record_put_i64(&json, "created_ns", now);
    mlops__record_put_id(&json, "bundle", &self->bundle_id);
    mlops__record_put_id(&json, "plan", &plan);
    put_file(self, &json);
    mlops__record_put_id(&json, "features", self->opts.features ? &self->features_id : NULL);
    mlops__record_put_id(&json, "reference", self->opts.reference ? &self->reference_id : NULL);
    put_common(self, &json);
    mlops__record_put_json(&json, "metadata", self->opts.metadata);
    mlops__json_close(&json, '}');
    mlops__registry_key(&key, self->name, NULL, self->version);
    return mlops__record_put(self->change, MLOPS__TABLE_VERSIONS, &key, &buf, err);
}

static mlops_status put_model(registering *self, int64_t now, mlops_error *err) {
    static const char *const known[] = {"created_ns", "latest", NULL};
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, &self->host->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "created_ns",
                          mlops__record_i64(&self->named.fields, "created_ns", now));
    mlops__record_put_i64(&json, "latest", self->version);
    mlops__registry_put_rest(&json, &self->named.fields, known);
    mlops__json_close(&json, '}');
    return mlops__registry_put(self->change, &self->named, &buf, err);
}

static mlops_status put_all(registering *self, mlops_error *err) {
    int64_t now = mlops__store_now(self->store);
    MLOPS_TRY(mlops__registry_expect(self->change, &self->named, err));
    MLOPS_TRY(keep_content(self, err));
    MLOPS_TRY(put_version(self, now, err));
    MLOPS_TRY(put_model(self, now, err));
    MLOPS_TRY(mlops__lineage_link(self->change, &self->lineage, self->name, self->version, err));
    return mlops__registry_note(self->change, "register", self->name, NULL, self->version, err);
}

static mlops_status run(registering *self, mlops_error *err) {
    MLOPS_TRY(check(self, err));
    MLOPS_TRY(read_state(self, err));
    MLOPS_TRY(mlops__labels_check(self->model, self->opts.classes, &self->state.arena, err));
    MLOPS_TRY(
        mlops__lineage_read(&self->lineage, self->change, &self->opts, &self->state.arena, err));
    MLOPS_TRY(mlops__schema_check(self->store, &self->lineage, self->model, self->opts.features,
                                  self->opts.classes, &self->state.arena, err));
    MLOPS_TRY(gather(self, err));
    return put_all(self, err);
}

static void end(registering *self) {
    mlops__buf *bufs[] = {&self->signature, &self->features, &self->reference, &self->metadata,
                          &self->bundle};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_free(bufs[i]);
    if (self->file.data) mlops__file_close(&self->file, self->host);
    mlops__registry_free(&self->state);
}

mlops_status mlops_registry_register(mlops_change *change, int64_t *version, const char *name,
                                     const mlops_model *model, const mlops_register_opts *opts,
                                     mlops_error *err) {
    registering self;
    memset(&self, 0, sizeof self);
    if (!change || !version || !model)
        return mlops__fail(err, MLOPS_E_INVALID, "the change, version or model is NULL");
    MLOPS_TRY(mlops__opts_copy(&self.opts, sizeof self.opts, opts, "mlops_register_opts", err));
    self.change = change;
    self.store = mlops__change_store(change);
    self.host = mlops__store_host(self.store);
    self.name = name;
    self.model = model;
    mlops__buf *bufs[] = {&self.signature, &self.features, &self.reference, &self.metadata,
                          &self.bundle};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        mlops__buf_init(bufs[i], &self.host->allocator);
    mlops_status status = run(&self, err);
    if (!status) *version = self.version;
    end(&self);
    return status;
}
