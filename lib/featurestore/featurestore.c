/* Feature sets.
 *
 * Owns the records under (set, version). Invariants: versions of a set go up from 1 without a gap
 * and never change; no two of them have the same content.
 */
#include <mlops/featurestore.h>

#include "column/rows.h"
#include "store/record.h"

#include <string.h>

static const mlops__table TABLE = MLOPS__TABLE_FEATURES;

static void key_of(mlops__key *out, const char *name, int64_t version) {
    mlops__key_init(out);
    mlops__key_text(out, name);
    if (version > 0) mlops__key_number(out, version);
}

/* ---- reading a set ---- */

/* One version: its number and content. */
typedef struct set_version {
    int64_t number;
    mlops_id id;
} set_version;

static mlops_status read_version(set_version *out, int64_t number, mlops__bytes value,
                                 const mlops_allocator *allocator, mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    out->number = number;
    mlops_status status = mlops__record_parse(&record, value, &arena, err);
    if (!status && !mlops__record_id(&record, "id", &out->id))
        status = mlops__fail(err, MLOPS_E_CORRUPT, "version %lld of a feature set has no id",
                             (long long)number);
    mlops__arena_free(&arena);
    return status;
}

/* A set is gone through up to a version that is wanted, by id or, where that is NULL, by number (0:
 * the newest). *out is the last one that was looked at, its number 0 if there is none. */
typedef struct wanted {
    const mlops_id *id;
    int64_t number;
} wanted;

static int is_it(const wanted *self, const set_version *v) {
    if (self->id) return memcmp(self->id->bytes, v->id.bytes, sizeof v->id.bytes) == 0;
    return self->number == v->number;
}

static mlops_status walk(set_version *out, int *found, mlops__index_iter *iter, const wanted *which,
                         const mlops_allocator *allocator, mlops_error *err) {
    mlops__bytes key, value;
    while (!*found) {
        mlops_status status = mlops__index_iter_next(iter, &key, &value, err);
        if (status) return status == MLOPS_END ? MLOPS_OK : status;
        MLOPS_TRY(read_version(out, mlops__key_part_number(key, 1), value, allocator, err));
        *found = is_it(which, out);
    }
    return MLOPS_OK;
}

static mlops_status look_in_store(set_version *out, int *found, mlops_store *store,
                                  const char *name, const wanted *which, mlops_error *err) {
    mlops__index index;
    mlops__index_iter iter;
    mlops__key prefix;
    memset(out, 0, sizeof *out);
    *found = 0;
    key_of(&prefix, name, 0);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status =
        mlops__index_iter_init(&iter, &index, (uint8_t)TABLE, mlops__key_prefix(&prefix), err);
    if (!status) {
        status = walk(out, found, &iter, which, &mlops__store_host(store)->allocator, err);
        mlops__index_iter_free(&iter);
    }
    mlops__store_read_end(&index);
    return status;
}

/* Versions that the change itself adds stand behind those of the store. */
static mlops_status look_in_change(set_version *out, int *found, const mlops_change *change,
                                   const char *name, const wanted *which, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__key key;
    mlops__bytes value;
    MLOPS_TRY(look_in_store(out, found, store, name, which, err));
    while (!*found) {
        key_of(&key, name, out->number + 1);
        if (mlops__change_pending(change, TABLE, mlops__key_bytes(&key), &value)) return MLOPS_OK;
        MLOPS_TRY(
            read_version(out, out->number + 1, value, &mlops__store_host(store)->allocator, err));
        *found = is_it(which, out);
    }
    return MLOPS_OK;
}

/* ---- putting ---- */

static mlops_status put_record(mlops_change *change, const mlops__key *key, const mlops_id *id,
                               const mlops_feature *feature, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, &mlops__store_host(store)->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_id(&json, "id", id);
    mlops__record_put_i64(&json, "n_inputs", mlops_feature_n_inputs(feature));
    mlops__record_put_i64(&json, "n_outputs", mlops_feature_n_outputs(feature));
    mlops__record_put_i64(&json, "created_ns", mlops__store_now(store));
    mlops__json_close(&json, '}');
    return mlops__record_put(change, TABLE, key, &buf, err);
}

static mlops_status put_content(mlops_change *change, const mlops_feature *feature, mlops_id *id,
                                mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(mlops__change_store(change))->allocator;
    size_t n = 0;
    MLOPS_TRY(mlops_feature_save(feature, NULL, 0, &n));
    uint8_t *bytes = mlops__alloc(allocator, n);
    if (!bytes) return mlops__fail_nomem(err, n);
    mlops_status status = mlops_feature_save(feature, bytes, n, NULL);
    if (!status) status = mlops_change_content(change, id, bytes, n, err);
    mlops__free(allocator, bytes, n);
    return status;
}

static mlops_status put_next(mlops_change *change, const char *name, int64_t number,
                             const mlops_feature *feature, mlops_error *err) {
    char verb[MLOPS__NAME_MAX + 48];
    mlops__key key;
    mlops_id id;
    key_of(&key, name, number);
    MLOPS_TRY(put_content(change, feature, &id, err));
    MLOPS_TRY(put_record(change, &key, &id, feature, err));
    MLOPS_TRY(
        mlops__change_expect(change, TABLE, mlops__key_bytes(&key), (mlops__bytes){NULL, 0}, err));
    mlops__format(verb, sizeof verb, "featurestore put %s %lld", name, (long long)number);
    return mlops__change_verb(change, verb, err);
}

mlops_status mlops_featurestore_put(mlops_change *change, int64_t *version, const char *name,
                                    const mlops_feature *feature, mlops_error *err) {
    set_version last;
    mlops_id id;
    int found;
    if (!change || !version || !feature)
        return mlops__fail(err, MLOPS_E_INVALID, "the change, version or feature is NULL");
    MLOPS_TRY(mlops__name_check("feature set", name, err));
    MLOPS_TRY(mlops_feature_id(feature, &id));
    const wanted same = {&id, 0};
    MLOPS_TRY(look_in_change(&last, &found, change, name, &same, err));
    if (!found) MLOPS_TRY(put_next(change, name, ++last.number, feature, err));
    *version = last.number;
    return MLOPS_OK;
}

/* ---- getting ---- */

static mlops_status no_set(mlops_store *store, const char *name, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__record_missing(&index, TABLE, "feature set", name, err);
    mlops__store_read_end(&index);
    return status;
}

static mlops_status open_content(mlops_feature **out, mlops_store *store, const mlops_id *id,
                                 mlops_error *err) {
    const mlops_host host = mlops__host_lend(mlops__store_host(store));
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    size_t n = 0;
    mlops_status status = mlops_store_content(store, id, NULL, 0, &n, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "content that a feature set names is missing");
    MLOPS_TRY(status);
    uint8_t *bytes = mlops__alloc(allocator, n);
    if (!bytes) return mlops__fail_nomem(err, n);
    status = mlops_store_content(store, id, bytes, n, NULL, err);
    if (!status) status = mlops_feature_parse(out, bytes, n, &host, err);
    mlops__free(allocator, bytes, n);
    return status;
}

mlops_status mlops_featurestore_get(mlops_feature **out, mlops_store *store, const char *name,
                                    int64_t number, mlops_error *err) {
    set_version last;
    int found;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("feature set", name, err));
    if (number < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "version is %lld; give the number of a version, or 0 for the newest",
                           (long long)number);
    const wanted which = {NULL, number ? number : -1};
    MLOPS_TRY(look_in_store(&last, &found, store, name, &which, err));
    if (!last.number) return no_set(store, name, err);
    if (number && !found)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "there is no version %lld of feature set \"%s\"; the newest is %lld",
                           (long long)number, name, (long long)last.number);
    return open_content(out, store, &last.id, err);
}

/* ---- listing ---- */

static mlops_status list_one(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                             mlops__arena *arena, mlops_error *err) {
    mlops__rows *rows = user;
    (void)index;
    mlops__record record;
    mlops__bytes name = mlops__key_part(key, 0);
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    mlops__rows_text_n(rows, name.data, name.size);
    mlops__rows_i64(rows, mlops__key_part_number(key, 1));
    mlops__rows_text(rows, mlops__record_text(&record, "id"));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_inputs", 0));
    mlops__rows_i64(rows, mlops__record_i64(&record, "n_outputs", 0));
    mlops__rows_i64(rows, mlops__record_i64(&record, "created_ns", 0));
    return MLOPS_OK;
}

mlops_status mlops_featurestore_list(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"name", MLOPS_TYPE_STRING},     {"version", MLOPS_TYPE_INT64},
        {"id", MLOPS_TYPE_STRING},       {"n_inputs", MLOPS_TYPE_INT64},
        {"n_outputs", MLOPS_TYPE_INT64}, {"created_ns", MLOPS_TYPE_INT64},
    };
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), COLUMNS,
                                sizeof COLUMNS / sizeof *COLUMNS, err));
    return mlops__rows_end(&rows, mlops__record_each(store, TABLE, list_one, &rows, err), out, err);
}
