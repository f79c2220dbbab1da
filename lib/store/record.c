/* Records of the nouns.
 *
 * Owns nothing: keys are the caller's, parsed values the arena's. Invariants: parts of a key hold
 * no control character, so that TAB parts them and order of bytes is order of names; numbers have
 * ten digits at the least, so that their order is the order of bytes up to ten billion.
 */
#include "store/record.h"

#include "base/hex.h"
#include "text/near.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

mlops_status mlops__name_check(const char *what, const char *name, mlops_error *err) {
    if (!name) return mlops__fail(err, MLOPS_E_INVALID, "the name of the %s is NULL", what);
    size_t n = strlen(name);
    if (n == 0 || n > MLOPS__NAME_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the name of the %s has %zu bytes; 1 to %d are allowed", what, n,
                           MLOPS__NAME_MAX);
    if (mlops__utf8_check(name, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID, "the name of the %s is no UTF-8", what);
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)name[i] < 0x20 || name[i] == 0x7f)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "the name of the %s has a control character at byte %zu", what, i);
    return MLOPS_OK;
}

/* ---- keys ---- */

void mlops__key_init(mlops__key *self) {
    self->size = 0;
    self->too_long = 0;
}

static void put_bytes(mlops__key *self, const void *bytes, size_t n) {
    if (self->too_long || n > sizeof self->data - self->size) {
        self->too_long = 1;
        return;
    }
    memcpy(self->data + self->size, bytes, n);
    self->size += n;
}

static void put_part(mlops__key *self, const char *part, size_t n) {
    if (self->size) put_bytes(self, "\t", 1);
    put_bytes(self, part, n);
}

void mlops__key_text(mlops__key *self, const char *part) { put_part(self, part, strlen(part)); }

void mlops__key_number(mlops__key *self, int64_t part) {
    char digits[MLOPS__NUMBER_MAX], padded[MLOPS__NUMBER_MAX];
    size_t n = mlops__format(digits, sizeof digits, "%lld", (long long)part);
    size_t zeroes = n < 10 ? 10 - n : 0;
    memset(padded, '0', zeroes);
    memcpy(padded + zeroes, digits, n);
    put_part(self, padded, zeroes + n);
}

void mlops__key_id(mlops__key *self, const mlops_id *part) {
    char text[MLOPS__ID_TEXT];
    mlops__id_format(text, part);
    mlops__key_text(self, text);
}

mlops__bytes mlops__key_bytes(const mlops__key *self) {
    return (mlops__bytes){self->data, self->too_long ? 0 : self->size};
}

mlops__bytes mlops__key_prefix(mlops__key *self) {
    put_bytes(self, "\t", 1);
    return mlops__key_bytes(self);
}

mlops__bytes mlops__key_part(mlops__bytes key, int i) {
    const uint8_t *end = key.data + key.size;
    while (key.size) {
        const uint8_t *tab = memchr(key.data, '\t', key.size);
        if (i-- == 0) return (mlops__bytes){key.data, (size_t)((tab ? tab : end) - key.data)};
        if (!tab) break;
        key.data = tab + 1;
        key.size = (size_t)(end - key.data);
    }
    return (mlops__bytes){NULL, 0};
}

int mlops__key_part_is(mlops__bytes key, int i, const char *text) {
    mlops__bytes part = mlops__key_part(key, i);
    return part.size == strlen(text) && (part.size == 0 || !memcmp(part.data, text, part.size));
}

int64_t mlops__key_part_number(mlops__bytes key, int i) {
    mlops__bytes part = mlops__key_part(key, i);
    int64_t value = -1;
    if (part.size == 0 || !mlops__parse_i64((const char *)part.data, part.size, &value)) return -1;
    return value;
}

/* ---- values ---- */

/* The value that follows: its spelling, and its text if it is a string. */
static mlops_status read_value(mlops__json *json, mlops__arena *arena, mlops__field *out,
                               mlops_error *err) {
    mlops__json_event event;
    int depth = json->depth;
    MLOPS_TRY(mlops__json_next(json, &event));
    size_t begin = json->token;
    if (event == MLOPS__JSON_STRING) {
        out->text = mlops__arena_text(arena, json->text, json->n);
        if (!out->text) return mlops__fail_nomem(err, json->n);
    }
    while (json->depth > depth) MLOPS_TRY(mlops__json_next(json, &event));
    size_t n = json->offset - begin;
    const char *copy = mlops__arena_text(arena, json->data + begin, n);
    if (!copy) return mlops__fail_nomem(err, n);
    out->json = (mlops__bytes){(const uint8_t *)copy, n};
    return MLOPS_OK;
}

static mlops_status add(mlops__arena *arena, mlops__field **fields, size_t n, size_t *cap,
                        mlops_error *err) {
    mlops__field *wider = mlops__arena_grow(arena, *fields, (int64_t)n, cap, sizeof *wider);
    if (!wider) return mlops__fail_nomem(err, sizeof *wider);
    *fields = wider;
    return MLOPS_OK;
}

static mlops_status read_members(mlops__json *json, mlops__arena *arena, char bracket,
                                 mlops__field **out, size_t *n, mlops_error *err) {
    mlops__json_event event, last = bracket == '{' ? MLOPS__JSON_OBJECT_END : MLOPS__JSON_ARRAY_END;
    size_t cap = 0;
    for (;;) {
        mlops__json before = *json;
        MLOPS_TRY(mlops__json_next(json, &event));
        if (event == last) return MLOPS_OK;
        MLOPS_TRY(add(arena, out, *n, &cap, err));
        mlops__field *field = &(*out)[*n];
        memset(field, 0, sizeof *field);
        if (bracket == '{') {
            field->name = mlops__arena_text(arena, json->text, json->n);
            if (!field->name) return mlops__fail_nomem(err, json->n);
        } else {
            *json = before;
        }
        MLOPS_TRY(read_value(json, arena, field, err));
        ++*n;
    }
}

static mlops_status parse(mlops__bytes text, char bracket, mlops__arena *arena, mlops__field **out,
                          size_t *n, mlops_error *err) {
    mlops__json json;
    mlops__json_event event;
    *out = NULL;
    *n = 0;
    mlops__json_init(&json, (const char *)text.data, text.size, arena, err);
    MLOPS_TRY(mlops__json_next(&json, &event));
    if (event != (bracket == '{' ? MLOPS__JSON_OBJECT : MLOPS__JSON_ARRAY))
        return mlops__json_fail(&json, MLOPS_E_CORRUPT, "a record is no JSON %s",
                                bracket == '{' ? "object" : "array");
    MLOPS_TRY(read_members(&json, arena, bracket, out, n, err));
    return mlops__json_next(&json, &event); /* nothing is behind it */
}

mlops_status mlops__record_parse(mlops__record *out, mlops__bytes json, mlops__arena *arena,
                                 mlops_error *err) {
    mlops__field *fields;
    MLOPS_TRY(parse(json, '{', arena, &fields, &out->n, err));
    out->fields = fields;
    return MLOPS_OK;
}

mlops_status mlops__record_items(mlops__record *out, mlops__bytes json, mlops__arena *arena,
                                 mlops_error *err) {
    mlops__field *fields;
    MLOPS_TRY(parse(json, '[', arena, &fields, &out->n, err));
    out->fields = fields;
    return MLOPS_OK;
}

mlops_status mlops__record_get(mlops__record *out, mlops__index *index, mlops__table table,
                               mlops__bytes key, mlops__arena *arena, mlops_error *err) {
    mlops__bytes value;
    MLOPS_TRY(mlops__index_get(index, (uint8_t)table, key, &value, err));
    return mlops__record_parse(out, value, arena, err);
}

mlops_status mlops__record_each_below(mlops__index *index, mlops__table table, mlops__bytes prefix,
                                      mlops__record_visit *visit, void *user, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    MLOPS_TRY(mlops__index_iter_init(&iter, index, (uint8_t)table, prefix, err));
    while (!(status = mlops__index_iter_next(&iter, &key, &value, err))) {
        mlops__arena arena;
        mlops__arena_init(&arena, index->allocator, SIZE_MAX);
        status = visit(user, index, key, value, &arena, err);
        mlops__arena_free(&arena);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__record_each(mlops_store *store, mlops__table table, mlops__record_visit *visit,
                                void *user, mlops_error *err) {
    mlops__index index;
    mlops__bytes all = {(const uint8_t *)"", 0};
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__record_each_below(&index, table, all, visit, user, err);
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops__record_missing(mlops__index *index, mlops__table table, const char *what,
                                   const char *name, mlops_error *err) {
    mlops__index_iter iter;
    mlops__near near;
    mlops__bytes key, value, all = {(const uint8_t *)"", 0};
    mlops_status status;
    mlops__near_begin(&near, name, strlen(name));
    MLOPS_TRY(mlops__index_iter_init(&iter, index, (uint8_t)table, all, err));
    while (!(status = mlops__index_iter_next(&iter, &key, &value, err))) {
        mlops__bytes part = mlops__key_part(key, 0);
        mlops__near_consider(&near, (const char *)part.data, part.size);
    }
    if (status == MLOPS_END && near.found)
        status =
            mlops__fail(err, MLOPS_E_NOT_FOUND, "there is no %s \"%s\"; did you mean \"%.*s\"?",
                        what, name, (int)near.n_found, near.found);
    else if (status == MLOPS_END)
        status = mlops__fail(err, MLOPS_E_NOT_FOUND, "there is no %s \"%s\"", what, name);
    mlops__index_iter_free(&iter);
    return status;
}

const mlops__field *mlops__record_find(const mlops__record *self, const char *name) {
    for (size_t i = 0; i < self->n; i++)
        if (self->fields[i].name && !strcmp(self->fields[i].name, name)) return &self->fields[i];
    return NULL;
}

const char *mlops__record_text(const mlops__record *self, const char *name) {
    const mlops__field *field = mlops__record_find(self, name);
    return field ? field->text : NULL;
}

int64_t mlops__record_i64(const mlops__record *self, const char *name, int64_t fallback) {
    const mlops__field *field = mlops__record_find(self, name);
    int64_t value = fallback;
    if (!field || !mlops__parse_i64((const char *)field->json.data, field->json.size, &value))
        return fallback;
    return value;
}

double mlops__record_f64(const mlops__record *self, const char *name, double fallback) {
    const mlops__field *field = mlops__record_find(self, name);
    double value = fallback;
    if (!field) return fallback;
    const char *text = field->text ? field->text : (const char *)field->json.data;
    size_t n = field->text ? strlen(text) : field->json.size;
    return mlops__parse_f64(text, n, 1, &value) ? value : fallback;
}

int mlops__record_bool(const mlops__record *self, const char *name, int fallback) {
    const mlops__field *field = mlops__record_find(self, name);
    if (!field || field->json.size == 0) return fallback;
    if (field->json.data[0] == 't') return 1;
    return field->json.data[0] == 'f' ? 0 : fallback;
}

int mlops__record_id(const mlops__record *self, const char *name, mlops_id *out) {
    const char *text = mlops__record_text(self, name);
    return text && mlops__id_parse(out, text);
}

mlops__bytes mlops__record_json(const mlops__record *self, const char *name) {
    const mlops__field *field = mlops__record_find(self, name);
    return field ? field->json : (mlops__bytes){NULL, 0};
}

/* ---- writing ---- */

void mlops__record_put_text(mlops__json_writer *out, const char *name, const char *text) {
    if (!text) return;
    mlops__json_name(out, name);
    mlops__json_string(out, text);
}

void mlops__record_put_i64(mlops__json_writer *out, const char *name, int64_t value) {
    mlops__json_name(out, name);
    mlops__json_i64(out, value);
}

void mlops__record_put_f64(mlops__json_writer *out, const char *name, double value) {
    char text[MLOPS__NUMBER_MAX];
    mlops__json_name(out, name);
    if (value - value == 0) {
        mlops__json_f64(out, value);
        return;
    }
    mlops__format_f64(text, value);
    mlops__json_string(out, text);
}

void mlops__record_put_id(mlops__json_writer *out, const char *name, const mlops_id *id) {
    char text[MLOPS__ID_TEXT];
    if (!id) return;
    mlops__id_format(text, id);
    mlops__record_put_text(out, name, text);
}

void mlops__record_put_json(mlops__json_writer *out, const char *name, const char *json) {
    if (!json) return;
    mlops__json_name(out, name);
    mlops__json_raw(out, json, strlen(json));
}

void mlops__record_put_except(mlops__json_writer *out, const mlops__record *record,
                              const char *name) {
    for (size_t i = 0; i < record->n; i++) {
        const mlops__field *field = &record->fields[i];
        if (!strcmp(field->name, name)) continue;
        mlops__json_name(out, field->name);
        mlops__json_raw(out, (const char *)field->json.data, field->json.size);
    }
}

mlops_status mlops__record_put(mlops_change *change, mlops__table table, const mlops__key *key,
                               mlops__buf *json, mlops_error *err) {
    mlops_status status = json->status;
    if (status == MLOPS_E_NOMEM) status = mlops__fail_nomem(err, json->size);
    else if (status) status = mlops__fail(err, status, "a record nests too deep");
    if (!status)
        status = mlops__change_put(change, table, mlops__key_bytes(key),
                                   (mlops__bytes){json->data, json->size}, err);
    mlops__buf_free(json);
    return status;
}

void mlops__id_format(char out[MLOPS__ID_TEXT], const mlops_id *id) {
    mlops__hex_bytes(out, id->bytes, sizeof id->bytes);
}

int mlops__id_parse(mlops_id *out, const char *text) {
    return strlen(text) == 2 * sizeof out->bytes &&
           mlops__hex_parse(out->bytes, text, sizeof out->bytes);
}

int64_t mlops__store_now(const mlops_store *store) {
    return mlops__host_now(mlops__store_host(store));
}

/* INT64_MIN without one. */
static mlops_status time_of(int64_t *out, const mlops_store *store, mlops__bytes value,
                            mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, value, &arena, err);
    if (!status) *out = mlops__record_i64(&record, "time_ns", INT64_MIN);
    mlops__arena_free(&arena);
    return status;
}

/* The same of what the store has, which is held. */
static mlops_status hold(int64_t *out, mlops_change *change, mlops__table table, mlops__bytes key,
                         mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__index index;
    mlops__bytes value = {NULL, 0};
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__index_get(&index, (uint8_t)table, key, &value, err);
    if (!status) status = time_of(out, store, value, err);
    else if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK;
    if (!status) status = mlops__change_expect(change, table, key, value, err);
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops__record_next_time(int64_t *out, mlops_change *change, mlops__table table,
                                     const mlops__key *key, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    const mlops__bytes bytes = mlops__key_bytes(key);
    mlops__bytes value;
    int64_t was = INT64_MIN;
    mlops_status status = mlops__change_pending(change, table, bytes, &value);
    if (!status) MLOPS_TRY(time_of(&was, store, value, err));
    if (status == MLOPS_END) MLOPS_TRY(hold(&was, change, table, bytes, err));
    *out = mlops__store_now(store);
    if (*out <= was) *out = was < INT64_MAX ? was + 1 : was;
    return MLOPS_OK;
}
