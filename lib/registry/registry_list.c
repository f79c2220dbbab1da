/* Lists: models, versions, histories of aliases, decisions of gates, metrics of a version.
 *
 * Owns the table until it is whole. Invariant: rows come in the order of keys, which is that of
 * names and numbers.
 */
#include "column/names.h"
#include "column/rows.h"
#include "registry/registry.h"

#include <string.h>

typedef struct listing {
    mlops__registry state;
    mlops__rows rows;
    const char *model, *alias;
    mlops_error *err;
} listing;

/* Adds a row. */
typedef mlops_status list_row(listing *self, mlops__bytes key, const mlops__record *record);

static mlops_status each(listing *self, mlops__table table, mlops__bytes prefix, list_row *row) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__record record;
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->state.index, (uint8_t)table, prefix, self->err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, self->err)) == MLOPS_OK) {
        status = mlops__record_parse(&record, value, &self->state.arena, self->err);
        if (!status) status = row(self, key, &record);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static void put_text(listing *self, const mlops__record *record, const char *name) {
    mlops__rows_text(&self->rows, mlops__record_text(record, name));
}

/* 0 stands for nothing. */
static void put_number(listing *self, const mlops__record *record, const char *name) {
    int64_t value = mlops__record_i64(record, name, 0);
    if (value) mlops__rows_i64(&self->rows, value);
    else mlops__rows_null(&self->rows);
}

/* Aliases of a version (0: of any), as a line of CSV. */
static mlops_status put_aliases(listing *self, const char *model, int64_t version) {
    mlops__buf names;
    mlops__buf_init(&names, self->state.allocator);
    mlops_status status =
        mlops__registry_put_aliases(&self->state, model, version, &names, self->err);
    if (!status && names.status) status = mlops__fail_nomem(self->err, names.size);
    if (!status)
        mlops__rows_text_n(&self->rows, names.size ? names.data : (const void *)"", names.size);
    mlops__buf_free(&names);
    return status;
}

/* ---- models and versions ---- */

static mlops_status add_model(listing *self, mlops__bytes key, const mlops__record *record) {
    const char *name = mlops__arena_text(&self->state.arena, (const char *)key.data, key.size);
    if (!name) return mlops__fail_nomem(self->err, key.size);
    int64_t latest = mlops__record_i64(record, "latest", 0);
    mlops__rows_text(&self->rows, name);
    mlops__rows_i64(&self->rows, latest);
    mlops__rows_i64(&self->rows, latest);
    MLOPS_TRY(put_aliases(self, name, 0));
    mlops__rows_i64(&self->rows, mlops__record_i64(record, "created_ns", 0));
    return MLOPS_OK;
}

static mlops_status list_models(listing *self) {
    return each(self, MLOPS__TABLE_MODELS, (mlops__bytes){(const uint8_t *)"", 0}, add_model);
}

static mlops_status put_task(listing *self, const mlops__record *record) {
    mlops__record signature;
    MLOPS_TRY(mlops__record_parse(&signature, mlops__record_json(record, "signature"),
                                  &self->state.arena, self->err));
    put_text(self, &signature, "task");
    return MLOPS_OK;
}

static mlops_status add_version(listing *self, mlops__bytes key, const mlops__record *record) {
    static const char *const texts[] = {"run", "dataset", "commit", "path", "features", "bundle"};
    int64_t version = mlops__key_part_number(key, 1);
    mlops__rows_i64(&self->rows, version);
    mlops__rows_i64(&self->rows, mlops__record_i64(record, "created_ns", 0));
    MLOPS_TRY(put_task(self, record));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) put_text(self, record, texts[i]);
    MLOPS_TRY(put_aliases(self, self->model, version));
    put_text(self, record, "description");
    return MLOPS_OK;
}

static mlops_status list_versions(listing *self) {
    mlops__registry_record model;
    mlops__key prefix;
    MLOPS_TRY(mlops__registry_model(&self->state, self->model, &model, self->err));
    mlops__registry_key(&prefix, self->model, NULL, -1);
    return each(self, MLOPS__TABLE_VERSIONS, mlops__key_prefix(&prefix), add_version);
}

/* ---- aliases ---- */

static mlops_status add_entry(listing *self, mlops__bytes key, const mlops__record *record) {
    mlops__rows_i64(&self->rows, mlops__key_part_number(key, 2));
    mlops__rows_i64(&self->rows, mlops__record_i64(record, "time_ns", 0));
    put_number(self, record, "version");
    put_text(self, record, "action");
    put_number(self, record, "previous");
    put_number(self, record, "restores");
    put_text(self, record, "gate");
    put_number(self, record, "decision");
    put_text(self, record, "note");
    return MLOPS_OK;
}

static mlops_status list_history(listing *self) {
    mlops__registry_record model;
    mlops__registry_alias now;
    mlops__key prefix;
    MLOPS_TRY(mlops__registry_model(&self->state, self->model, &model, self->err));
    MLOPS_TRY(mlops__registry_alias_now(&self->state, self->model, self->alias, &now, self->err));
    if (!now.number)
        MLOPS_TRY(mlops__registry_held(&self->state, self->model, self->alias, &now, self->err));
    mlops__registry_key(&prefix, self->model, self->alias, -1);
    return each(self, MLOPS__TABLE_ALIAS_LOG, mlops__key_prefix(&prefix), add_entry);
}

/* A value of a clause, as it was. */
static mlops__expr_value value_of(const mlops__field *field, int absent) {
    mlops__expr_value v = {.name = field->name, .type = MLOPS_TYPE_FLOAT64};
    mlops__record one = {field, 1};
    const char *spelled = (const char *)field->json.data;
    v.valid = strcmp(spelled, "null") != 0;
    v.absent = absent && !v.valid;
    if (strcspn(spelled, ".e\"") == strlen(spelled)) v.type = MLOPS_TYPE_INT64;
    v.i64 = mlops__record_i64(&one, field->name, 0);
    v.f64 = mlops__record_f64(&one, field->name, 0);
    return v;
}

static mlops_status put_clause(listing *self, mlops__buf *out, mlops__bytes json) {
    static const char *const words[] = {"false", "true", "unknown", "absent"};
    mlops__record record, fields = {NULL, 0};
    mlops__expr_clause clause = {.truth = MLOPS__EXPR_UNKNOWN};
    mlops__arena *arena = &self->state.arena;
    MLOPS_TRY(mlops__record_parse(&record, json, arena, self->err));
    clause.text = mlops__record_text(&record, "text");
    const char *truth = mlops__record_text(&record, "truth");
    mlops__bytes values = mlops__record_json(&record, "values");
    if (!clause.text || !truth)
        return mlops__fail(self->err, MLOPS_E_CORRUPT, "a clause has no text");
    for (int i = 0; i < 4; i++)
        if (!strcmp(truth, words[i])) clause.truth = (mlops__expr_truth)i;
    if (values.size) MLOPS_TRY(mlops__record_parse(&fields, values, arena, self->err));
    mlops__expr_value *read = mlops__arena_array(arena, fields.n + 1, sizeof *read);
    if (!read) return mlops__fail_nomem(self->err, fields.n * sizeof *read);
    for (size_t i = 0; i < fields.n; i++)
        read[i] = value_of(&fields.fields[i], clause.truth == MLOPS__EXPR_ABSENT);
    clause.n_values = (int64_t)fields.n;
    clause.values = read;
    if (out->size) mlops__buf_text(out, "; ");
    mlops__expr_clause_put(out, &clause);
    return MLOPS_OK;
}

static mlops_status write_clauses(listing *self, const mlops__record *record, mlops__buf *out) {
    mlops__record items = {NULL, 0};
    mlops__bytes json = mlops__record_json(record, "clauses");
    if (json.size) MLOPS_TRY(mlops__record_items(&items, json, &self->state.arena, self->err));
    for (size_t i = 0; i < items.n; i++) MLOPS_TRY(put_clause(self, out, items.fields[i].json));
    return MLOPS_OK;
}

static mlops_status write_holders(listing *self, const mlops__record *record, mlops__buf *out) {
    mlops__record held = {NULL, 0};
    mlops__bytes json = mlops__record_json(record, "holder");
    if (json.size) MLOPS_TRY(mlops__record_parse(&held, json, &self->state.arena, self->err));
    for (size_t i = 0; i < held.n; i++) {
        const mlops__field *field = &held.fields[i];
        mlops__buf one;
        mlops__buf_init(&one, self->state.allocator);
        mlops__buf_format(&one, "%s=%s", field->name, (const char *)field->json.data);
        mlops__buf_u8(&one, 0);
        if (one.status) out->status = one.status;
        else mlops__names_put(out, (const char *)one.data);
        mlops__buf_free(&one);
    }
    return MLOPS_OK;
}

/* A text that is made of a record; null if it is empty. */
static mlops_status put_made(listing *self, const mlops__record *record,
                             mlops_status (*make)(listing *, const mlops__record *, mlops__buf *)) {
    mlops__buf text;
    mlops__buf_init(&text, self->state.allocator);
    mlops_status status = make(self, record, &text);
    if (!status && text.status) status = mlops__fail_nomem(self->err, text.size);
    if (!status && text.size) mlops__rows_text_n(&self->rows, text.data, text.size);
    if (!status && !text.size) mlops__rows_null(&self->rows);
    mlops__buf_free(&text);
    return status;
}

static mlops_status add_decision(listing *self, mlops__bytes key, const mlops__record *record) {
    mlops__rows_i64(&self->rows, mlops__key_part_number(key, 2));
    mlops__rows_i64(&self->rows, mlops__record_i64(record, "time_ns", 0));
    put_number(self, record, "version");
    put_text(self, record, "verdict");
    put_text(self, record, "gate");
    MLOPS_TRY(put_made(self, record, write_clauses));
    MLOPS_TRY(put_made(self, record, write_holders));
    put_text(self, record, "dataset");
    put_text(self, record, "commit");
    put_text(self, record, "path");
    put_number(self, record, "n_rows");
    put_text(self, record, "note");
    return MLOPS_OK;
}

static mlops_status list_decisions(listing *self) {
    mlops__registry_record model;
    mlops__key prefix;
    MLOPS_TRY(mlops__registry_model(&self->state, self->model, &model, self->err));
    mlops__registry_key(&prefix, self->model, self->alias, -1);
    return each(self, MLOPS__TABLE_DECISIONS, mlops__key_prefix(&prefix), add_decision);
}

/* ---- the verbs ---- */

static mlops_status list(mlops_table **out, mlops_store *store, listing *self,
                         const mlops__rows_column *columns, int64_t n_columns,
                         mlops_status (*fill)(listing *)) {
    if (!out || !store) return mlops__fail(self->err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    mlops_status status = mlops__registry_begin(&self->state, store, NULL, self->err);
    if (!status)
        status =
            mlops__rows_begin(&self->rows, mlops__store_host(store), columns, n_columns, self->err);
    if (!status) status = mlops__rows_end(&self->rows, fill(self), out, self->err);
    mlops__registry_free(&self->state);
    return status;
}

#define N(columns) ((int64_t)(sizeof(columns) / sizeof *(columns)))

mlops_status mlops_registry_models(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"model", MLOPS_TYPE_STRING},
                                                 {"n_versions", MLOPS_TYPE_INT64},
                                                 {"latest", MLOPS_TYPE_INT64},
                                                 {"aliases", MLOPS_TYPE_STRING},
                                                 {"created_ns", MLOPS_TYPE_INT64}};
    listing self = {.err = err};
    return list(out, store, &self, columns, N(columns), list_models);
}

mlops_status mlops_registry_versions(mlops_table **out, mlops_store *store, const char *name,
                                     mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"version", MLOPS_TYPE_INT64},     {"created_ns", MLOPS_TYPE_INT64},
        {"task", MLOPS_TYPE_STRING},       {"run", MLOPS_TYPE_STRING},
        {"dataset", MLOPS_TYPE_STRING},    {"commit", MLOPS_TYPE_STRING},
        {"path", MLOPS_TYPE_STRING},       {"features", MLOPS_TYPE_STRING},
        {"bundle", MLOPS_TYPE_STRING},     {"aliases", MLOPS_TYPE_STRING},
        {"description", MLOPS_TYPE_STRING}};
    listing self = {.model = name, .err = err};
    return list(out, store, &self, columns, N(columns), list_versions);
}

mlops_status mlops_registry_history(mlops_table **out, mlops_store *store, const char *name,
                                    const char *alias, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"number", MLOPS_TYPE_INT64},   {"time_ns", MLOPS_TYPE_INT64},
        {"version", MLOPS_TYPE_INT64},  {"action", MLOPS_TYPE_STRING},
        {"previous", MLOPS_TYPE_INT64}, {"restores", MLOPS_TYPE_INT64},
        {"gate", MLOPS_TYPE_STRING},    {"decision", MLOPS_TYPE_INT64},
        {"note", MLOPS_TYPE_STRING}};
    listing self = {.model = name, .alias = alias, .err = err};
    if (out) *out = NULL;
    MLOPS_TRY(mlops__registry_check_alias(alias, err));
    return list(out, store, &self, columns, N(columns), list_history);
}

mlops_status mlops_registry_decisions(mlops_table **out, mlops_store *store, const char *name,
                                      const char *alias, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"number", MLOPS_TYPE_INT64},   {"time_ns", MLOPS_TYPE_INT64},
        {"version", MLOPS_TYPE_INT64},  {"verdict", MLOPS_TYPE_STRING},
        {"gate", MLOPS_TYPE_STRING},    {"explanation", MLOPS_TYPE_STRING},
        {"holders", MLOPS_TYPE_STRING}, {"dataset", MLOPS_TYPE_STRING},
        {"commit", MLOPS_TYPE_STRING},  {"path", MLOPS_TYPE_STRING},
        {"n_rows", MLOPS_TYPE_INT64},   {"note", MLOPS_TYPE_STRING}};
    listing self = {.model = name, .alias = alias, .err = err};
    if (out) *out = NULL;
    MLOPS_TRY(mlops__registry_check_alias(alias, err));
    return list(out, store, &self, columns, N(columns), list_decisions);
}
