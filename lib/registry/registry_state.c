/* The registry at a moment: records of the store, and over them what a change has pending.
 *
 * Owns the read and the arena that records are copied to. Invariants: what was read stays as it was
 * read after the read has ended; the store's own value is kept beside the pending one, since that
 * is what a commit is held against.
 */
#include "registry/registry.h"

#include "column/names.h"
#include "text/near.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

mlops_status mlops__registry_begin(mlops__registry *self, mlops_store *store,
                                   const mlops_change *change, mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->store = store;
    self->change = change;
    self->allocator = &mlops__store_host(store)->allocator;
    mlops__arena_init(&self->arena, self->allocator, SIZE_MAX);
    MLOPS_TRY(mlops__store_check_fork(store, err));
    MLOPS_TRY(mlops__store_read_begin(store, &self->index, err));
    self->reading = 1;
    return MLOPS_OK;
}

void mlops__registry_pause(mlops__registry *self) {
    if (self->reading) mlops__store_read_end(&self->index);
    self->reading = 0;
}

void mlops__registry_free(mlops__registry *self) {
    mlops__registry_pause(self);
    mlops__arena_free(&self->arena);
}

/* ---- records ---- */

void mlops__registry_key(mlops__key *out, const char *model, const char *alias, int64_t number) {
    mlops__key_init(out);
    mlops__key_text(out, model);
    if (alias) mlops__key_text(out, alias);
    if (number >= 0) mlops__key_number(out, number);
}

/* The value with what is pending; size 0: none. *stored is the store's own. */
static mlops_status look(mlops__registry *self, mlops__table table, const mlops__key *key,
                         mlops__bytes *stored, mlops__bytes *value, mlops_error *err) {
    *stored = (mlops__bytes){NULL, 0};
    mlops_status status =
        mlops__index_get(&self->index, (uint8_t)table, mlops__key_bytes(key), stored, err);
    if (status == MLOPS_E_NOT_FOUND) *stored = (mlops__bytes){NULL, 0};
    else MLOPS_TRY(status);
    *value = *stored;
    if (!self->change) return MLOPS_OK;
    status = mlops__change_pending(self->change, table, mlops__key_bytes(key), value);
    if (status == MLOPS_E_NOT_FOUND) *value = (mlops__bytes){NULL, 0};
    return MLOPS_OK;
}

mlops_status mlops__registry_get(mlops__registry *self, mlops__registry_record *out,
                                 mlops__table table, const char *model, const char *alias,
                                 int64_t number, mlops_error *err) {
    mlops__bytes value;
    memset(out, 0, sizeof *out);
    out->table = table;
    mlops__registry_key(&out->key, model, alias, number);
    MLOPS_TRY(look(self, table, &out->key, &out->stored, &value, err));
    if (out->stored.data) {
        const char *copy =
            mlops__arena_text(&self->arena, (const char *)out->stored.data, out->stored.size);
        if (!copy) return mlops__fail_nomem(err, out->stored.size);
        out->stored.data = (const uint8_t *)copy;
    }
    out->there = value.data != NULL;
    if (!out->there) return MLOPS_OK;
    return mlops__record_parse(&out->fields, value, &self->arena, err);
}

mlops_status mlops__registry_expect(mlops_change *change, const mlops__registry_record *record,
                                    mlops_error *err) {
    if (!record->key.size) return MLOPS_OK;
    return mlops__change_expect(change, record->table, mlops__key_bytes(&record->key),
                                record->stored, err);
}

void mlops__registry_put_rest(mlops__json_writer *json, const mlops__record *record,
                              const char *const *known) {
    for (size_t i = 0; i < record->n; i++) {
        const mlops__field *field = &record->fields[i];
        const char *const *k = known;
        while (*k && strcmp(*k, field->name) != 0) k++;
        if (*k) continue;
        mlops__json_name(json, field->name);
        mlops__json_raw(json, (const char *)field->json.data, field->json.size);
    }
}

mlops_status mlops__registry_put(mlops_change *change, const mlops__registry_record *record,
                                 mlops__buf *json, mlops_error *err) {
    return mlops__record_put(change, record->table, &record->key, json, err);
}

static mlops_status exists(mlops__registry *self, mlops__table table, const char *model,
                           const char *alias, int64_t number, int *out, mlops_error *err) {
    mlops__key key;
    mlops__bytes stored, value;
    mlops__registry_key(&key, model, alias, number);
    MLOPS_TRY(look(self, table, &key, &stored, &value, err));
    *out = value.data != NULL;
    return MLOPS_OK;
}

mlops_status mlops__registry_last(mlops__registry *self, mlops__table table, const char *model,
                                  const char *alias, int64_t *out, mlops_error *err) {
    int64_t there = 0, missing = 1; /* the last is at or above the one, and below the other */
    int found;
    for (;;) {
        MLOPS_TRY(exists(self, table, model, alias, missing, &found, err));
        if (!found) break;
        there = missing;
        missing *= 2;
    }
    while (missing - there > 1) {
        int64_t middle = there + (missing - there) / 2;
        MLOPS_TRY(exists(self, table, model, alias, middle, &found, err));
        if (found) there = middle;
        else missing = middle;
    }
    *out = there;
    return MLOPS_OK;
}

/* ---- names ---- */

static int is_number(const char *text) { return text[strspn(text, "0123456789")] == 0; }

mlops_status mlops__registry_check_alias(const char *alias, mlops_error *err) {
    MLOPS_TRY(mlops__name_check("alias", alias, err));
    if (is_number(alias))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "\"%s\" is the number of a version; an alias has other characters too",
                           alias);
    if (!strcmp(alias, "latest"))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "\"latest\" is always the newest version; an alias has another name");
    return MLOPS_OK;
}

mlops_status mlops__registry_model(mlops__registry *self, const char *name,
                                   mlops__registry_record *out, mlops_error *err) {
    MLOPS_TRY(mlops__name_check("model", name, err));
    MLOPS_TRY(mlops__registry_get(self, out, MLOPS__TABLE_MODELS, name, NULL, -1, err));
    return out->there
               ? MLOPS_OK
               : mlops__record_missing(&self->index, MLOPS__TABLE_MODELS, "model", name, err);
}

/* The alias of the model that is nearest to a name. */
static mlops_status find_near(mlops__registry *self, const char *model, mlops__near *near,
                              mlops_error *err) {
    mlops__index_iter iter;
    mlops__key prefix;
    mlops__bytes key, value;
    mlops__registry_key(&prefix, model, NULL, -1);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_ALIASES,
                                     mlops__key_prefix(&prefix), err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__bytes name = mlops__key_part(key, 1);
        mlops__near_consider(near, (const char *)name.data, name.size);
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status no_holder(mlops__registry *self, const char *name, const char *alias,
                              mlops_error *err) {
    mlops__near near;
    mlops__near_begin(&near, alias, strlen(alias));
    MLOPS_TRY(find_near(self, name, &near, err));
    if (near.found && (near.n_found != near.n || memcmp(near.found, alias, near.n) != 0))
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "no version of \"%s\" holds \"%s\"; did you mean \"%.*s\"?", name, alias,
                           (int)near.n_found, near.found);
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "no version of \"%s\" holds \"%s\"", name, alias);
}

/* ---- versions and aliases ---- */

mlops_status mlops__registry_alias_now(mlops__registry *self, const char *model, const char *alias,
                                       mlops__registry_alias *out, mlops_error *err) {
    mlops__registry_record *record = &out->record;
    MLOPS_TRY(mlops__registry_get(self, record, MLOPS__TABLE_ALIASES, model, alias, -1, err));
    out->number = mlops__record_i64(&record->fields, "number", 0);
    out->version = mlops__record_i64(&record->fields, "version", 0);
    out->time_ns = mlops__record_i64(&record->fields, "time_ns", INT64_MIN);
    return MLOPS_OK;
}

mlops_status mlops__registry_held(mlops__registry *self, const char *model, const char *alias,
                                  mlops__registry_alias *out, mlops_error *err) {
    mlops__registry_record named;
    MLOPS_TRY(mlops__registry_model(self, model, &named, err));
    MLOPS_TRY(mlops__registry_alias_now(self, model, alias, out, err));
    return out->version ? MLOPS_OK : no_holder(self, model, alias, err);
}

/* The number that `which` means. */
static mlops_status number_of(mlops__registry *self, const char *which,
                              const mlops__registry_record *named, int64_t latest,
                              mlops__registry_version *out, mlops_error *err) {
    mlops__registry_alias alias;
    if (!strcmp(which, "latest")) {
        out->number = latest;
        out->source = *named;
        return MLOPS_OK;
    }
    if (is_number(which)) {
        if (!mlops__parse_i64(which, strlen(which), &out->number)) out->number = INT64_MAX;
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__name_check("alias", which, err));
    MLOPS_TRY(mlops__registry_held(self, out->model, which, &alias, err));
    out->number = alias.version;
    out->source = alias.record;
    return MLOPS_OK;
}

mlops_status mlops__registry_find(mlops__registry *self, const char *name, const char *which,
                                  mlops__registry_version *out, mlops_error *err) {
    mlops__registry_record named;
    memset(out, 0, sizeof *out);
    out->model = name;
    if (!which || !*which)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the version is %s; give an alias, a number or \"latest\"",
                           which ? "empty" : "NULL");
    MLOPS_TRY(mlops__registry_model(self, name, &named, err));
    int64_t latest = mlops__record_i64(&named.fields, "latest", 0);
    MLOPS_TRY(number_of(self, which, &named, latest, out, err));
    MLOPS_TRY(mlops__registry_get(self, &out->record, MLOPS__TABLE_VERSIONS, name, NULL,
                                  out->number, err));
    if (out->record.there) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "there is no version %s of \"%s\"; the newest is %lld", which, name,
                       (long long)latest);
}

mlops_status mlops__registry_find_number(mlops__registry *self, const char *name, int64_t number,
                                         mlops__registry_version *out, mlops_error *err) {
    char digits[MLOPS__NUMBER_MAX];
    mlops__format(digits, sizeof digits, "%lld", (long long)number);
    return mlops__registry_find(self, name, digits, out, err);
}

mlops_status mlops__registry_entry_at(mlops__registry *self, const char *model, const char *alias,
                                      int64_t number, mlops__registry_entry *out,
                                      mlops_error *err) {
    mlops__registry_record record;
    MLOPS_TRY(
        mlops__registry_get(self, &record, MLOPS__TABLE_ALIAS_LOG, model, alias, number, err));
    if (!record.there)
        return mlops__fail(err, MLOPS_E_CORRUPT, "entry %lld of alias \"%s\" of \"%s\" is missing",
                           (long long)number, alias, model);
    out->fields = record.fields;
    out->version = mlops__record_i64(&record.fields, "version", 0);
    out->previous = mlops__record_i64(&record.fields, "previous", 0);
    out->time_ns = mlops__record_i64(&record.fields, "time_ns", 0);
    out->restores = mlops__record_i64(&record.fields, "restores", 0);
    return MLOPS_OK;
}

/* ---- for all verbs ---- */

mlops_status mlops__registry_content(const mlops__registry *self, const mlops_id *id,
                                     mlops__buf *out, mlops_error *err) {
    size_t size = 0;
    mlops__bytes pending;
    if (self->change && mlops__change_inline(self->change, id, &pending)) {
        mlops__buf_put(out, pending.data, pending.size);
    } else {
        mlops_status status = mlops_store_content(self->store, id, NULL, 0, &size, err);
        uint8_t *bytes = status ? NULL : mlops__buf_extend(out, size);
        if (!status && size && bytes)
            status = mlops_store_content(self->store, id, bytes, size, NULL, err);
        if (status == MLOPS_E_NOT_FOUND)
            return mlops__fail(err, MLOPS_E_CORRUPT, "content that a version names is missing");
        MLOPS_TRY(status);
    }
    mlops__buf_u8(out, 0);
    if (out->status) return mlops__fail_nomem(err, size);
    out->size--;
    return MLOPS_OK;
}

mlops_status mlops__registry_put_aliases(mlops__registry *self, const char *model, int64_t version,
                                         mlops__buf *out, mlops_error *err) {
    mlops__index_iter iter;
    mlops__key prefix;
    mlops__bytes key, value;
    mlops__record record;
    mlops__registry_key(&prefix, model, NULL, -1);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_ALIASES,
                                     mlops__key_prefix(&prefix), err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        status = mlops__record_parse(&record, value, &self->arena, err);
        if (status) break;
        int64_t holder = mlops__record_i64(&record, "version", 0);
        mlops__bytes alias = mlops__key_part(key, 1);
        if (!holder || (version && holder != version)) continue;
        const char *name = mlops__arena_text(&self->arena, (const char *)alias.data, alias.size);
        if (name) mlops__names_put(out, name);
        else status = mlops__fail_nomem(err, alias.size);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__registry_note(mlops_change *change, const char *verb, const char *model,
                                  const char *rest, int64_t version, mlops_error *err) {
    char text[64 + 3 * MLOPS__NAME_MAX], digits[MLOPS__NUMBER_MAX] = "";
    if (version) mlops__format(digits, sizeof digits, " %lld", (long long)version);
    mlops__format(text, sizeof text, "registry %s %s%s%s%s", verb, model, rest ? " " : "",
                  rest ? rest : "", digits);
    return mlops__change_verb(change, text, err);
}

mlops_status mlops__registry_check_text(const char *what, const char *text, size_t max,
                                        mlops_error *err) {
    size_t n = text ? strlen(text) : 0;
    if (n > max)
        return mlops__fail(err, MLOPS_E_INVALID, "%s has %zu bytes, at most %zu are allowed", what,
                           n, max);
    if (n && mlops__utf8_check(text, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID, "%s is no UTF-8", what);
    return MLOPS_OK;
}
