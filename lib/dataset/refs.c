/* Refs: names of commits, and what they stand for.
 *
 * Owns nothing. Invariant: a name is a branch or a tag, never both; what is read through a change
 * is what the store would have after it.
 */
#include "dataset/remote_head.h"
#include "text/near.h"
#include "text/time.h"

#include <string.h>

const char *const mlops__ref_branch = "branch", *const mlops__ref_tag = "tag";

enum { DIGITS_MIN = 8, DIGITS_ALL = 64 };

mlops_status mlops__view_begin(mlops__view *self, mlops_store *store, const mlops_change *change,
                               mlops__arena *arena, mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->store = store;
    self->change = change;
    self->arena = arena;
    self->err = err;
    MLOPS_TRY(mlops__store_check_fork(store, err));
    return mlops__store_read_begin(store, &self->index, err);
}

void mlops__view_end(mlops__view *self) { mlops__store_read_end(&self->index); }

void mlops__ref_key(mlops__key *out, const char *dataset, const char *kind, const char *name) {
    mlops__key_init(out);
    mlops__key_text(out, dataset);
    mlops__key_text(out, kind);
    mlops__key_text(out, name);
}

static mlops_status parse(const mlops__view *view, mlops__bytes value, const char *name,
                          mlops__ref *out) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, value, view->arena, view->err));
    out->follows = mlops__record_bool(&record, "follows", 0);
    if (mlops__record_id(&record, "commit", &out->commit)) return MLOPS_OK;
    return mlops__fail(view->err, MLOPS_E_CORRUPT, "the ref '%s' names no commit", name);
}

static mlops_status keep(const mlops__view *view, mlops__bytes value, mlops__bytes *out) {
    const char *copy = mlops__arena_text(view->arena, (const char *)value.data, value.size);
    if (!copy) return mlops__fail_nomem(view->err, value.size);
    *out = (mlops__bytes){(const uint8_t *)copy, value.size};
    return MLOPS_OK;
}

mlops_status mlops__ref_read(mlops__ref *out, mlops__view *view, const char *dataset,
                             const char *kind, const char *name) {
    mlops__key key;
    mlops__bytes value;
    memset(out, 0, sizeof *out);
    mlops__ref_key(&key, dataset, kind, name);
    mlops__bytes bytes = mlops__key_bytes(&key);
    mlops_status status =
        mlops__index_get(&view->index, MLOPS__TABLE_REFS, bytes, &value, view->err);
    if (status < 0 && status != MLOPS_E_NOT_FOUND) return status;
    if (status == MLOPS_OK) MLOPS_TRY(keep(view, value, &out->was));
    mlops_status pending = MLOPS_END;
    if (view->change)
        pending = mlops__change_pending(view->change, MLOPS__TABLE_REFS, bytes, &value);
    if (pending == MLOPS_END) pending = status, value = out->was;
    if (pending != MLOPS_OK) return MLOPS_OK;
    out->is_there = 1;
    MLOPS_TRY(keep(view, value, &out->is));
    return parse(view, value, name, out);
}

static void put_rest(mlops__json_writer *json, const mlops__record *old) {
    for (size_t i = 0; i < old->n; i++) {
        const mlops__field *field = &old->fields[i];
        if (!strcmp(field->name, "commit") || !strcmp(field->name, "follows")) continue;
        mlops__json_name(json, field->name);
        mlops__json_raw(json, (const char *)field->json.data, field->json.size);
    }
}

mlops_status mlops__ref_put(mlops_change *change, const mlops__key *key, const mlops__ref *old,
                            const mlops_id *commit, int follows, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer json;
    mlops__arena arena;
    mlops__record record = {NULL, 0};
    const mlops_allocator *allocator = &mlops__store_host(mlops__change_store(change))->allocator;
    mlops__buf_init(&buf, allocator);
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops_status status = MLOPS_OK;
    if (old->is_there) status = mlops__record_parse(&record, old->is, &arena, err);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_id(&json, "commit", commit);
    if (follows) mlops__record_put_json(&json, "follows", "true");
    put_rest(&json, &record);
    mlops__json_close(&json, '}');
    if (!status) status = mlops__record_put(change, MLOPS__TABLE_REFS, key, &buf, err);
    mlops__buf_free(&buf);
    mlops__arena_free(&arena);
    return status;
}

static int is_digits(const char *text) { return text[strspn(text, "0123456789abcdef")] == 0; }

mlops_status mlops__ref_check_new(const char *kind, const char *name, mlops_error *err) {
    MLOPS_TRY(mlops__ref_check(kind, name, err));
    if (!strstr(name, "@{")) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "the name of the %s has \"@{\", which stands before a time", kind);
}

mlops_status mlops__ref_check(const char *kind, const char *name, mlops_error *err) {
    MLOPS_TRY(mlops__name_check(kind, name, err));
    if (strlen(name) != DIGITS_ALL || !is_digits(name)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "the name of the %s has 64 hexadecimal digits, as ids have", kind);
}

/* ---- what is not there ---- */

static mlops_status consider_keys(mlops__view *view, mlops__bytes prefix, int part,
                                  mlops__near *near, char found[MLOPS__NAME_MAX + 1], int *n) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_REFS, prefix, view->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &key, &value, view->err))) {
        mlops__bytes name = mlops__key_part(key, part);
        ++*n;
        near->found = NULL;
        mlops__near_consider(near, (const char *)name.data, name.size);
        if (!near->found || name.size > MLOPS__NAME_MAX) continue;
        memcpy(found, name.data, name.size); /* keys live until the next step */
        found[name.size] = 0;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__ref_dataset(mlops__view *view, const char *dataset) {
    mlops__key key;
    mlops__near near;
    char found[MLOPS__NAME_MAX + 1] = "";
    int n = 0;
    MLOPS_TRY(mlops__name_check("dataset", dataset, view->err));
    mlops__key_init(&key);
    mlops__key_text(&key, dataset);
    mlops__bytes prefix = mlops__key_prefix(&key);
    const uint8_t tables[] = {MLOPS__TABLE_REFS, MLOPS__TABLE_COMMITS};
    for (size_t i = 0; i < sizeof tables; i++) {
        mlops__index_iter iter;
        mlops__bytes k, v;
        MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, tables[i], prefix, view->err));
        mlops_status status = mlops__index_iter_next(&iter, &k, &v, view->err);
        mlops__index_iter_free(&iter);
        if (status != MLOPS_END) return status;
    }
    mlops__near_begin(&near, dataset, strlen(dataset));
    MLOPS_TRY(consider_keys(view, (mlops__bytes){(const uint8_t *)"", 0}, 0, &near, found, &n));
    return mlops__fail(view->err, MLOPS_E_NOT_FOUND, "there is no dataset \"%s\"%s%s%s", dataset,
                       *found ? "; did you mean \"" : "", found, *found ? "\"?" : "");
}

mlops_status mlops__ref_missing(mlops__view *view, const char *dataset, const char *ref) {
    mlops__key key;
    mlops__near near;
    char found[MLOPS__NAME_MAX + 1] = "";
    int n = 0;
    MLOPS_TRY(mlops__ref_dataset(view, dataset));
    mlops__key_init(&key);
    mlops__key_text(&key, dataset);
    mlops__near_begin(&near, ref, strlen(ref));
    MLOPS_TRY(consider_keys(view, mlops__key_prefix(&key), 2, &near, found, &n));
    return mlops__fail(view->err, MLOPS_E_NOT_FOUND,
                       "dataset \"%s\" has no branch, tag or commit \"%s\"%s%s%s", dataset, ref,
                       *found ? "; did you mean \"" : "", found, *found ? "\"?" : "");
}

/* ---- what a ref stands for ---- */

/* Of the commits of the store, the one whose id begins so. */
static mlops_status find_digits(mlops_id *out, mlops__view *view, const char *dataset,
                                const char *digits, int *n) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, v;
    char text[MLOPS__ID_TEXT];
    mlops__key_init(&key);
    mlops__key_text(&key, dataset);
    mlops__key_text(&key, digits);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_COMMITS,
                                     mlops__key_bytes(&key), view->err));
    mlops_status status = MLOPS_OK;
    for (*n = 0; *n < 2; ++*n) {
        status = mlops__index_iter_next(&iter, &k, &v, view->err);
        if (status) break;
        mlops__bytes id = mlops__key_part(k, 1);
        mlops__format(text, sizeof text, "%.*s", (int)id.size, (const char *)id.data);
        if (!mlops__id_parse(out, text)) break;
    }
    mlops__index_iter_free(&iter);
    return status < 0 ? status : MLOPS_OK;
}

static mlops_status resolve_digits(mlops_id *out, mlops__view *view, const char *dataset,
                                   const char *ref) {
    int n = 0;
    mlops__key key;
    mlops__bytes value;
    size_t size = strlen(ref);
    if (size < DIGITS_MIN || size > DIGITS_ALL || !is_digits(ref))
        return mlops__ref_missing(view, dataset, ref);
    if (view->change && mlops__id_parse(out, ref)) {
        mlops__commit_key(&key, dataset, out);
        if (!mlops__change_pending(view->change, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key),
                                   &value))
            return MLOPS_OK;
    }
    MLOPS_TRY(find_digits(out, view, dataset, ref, &n));
    if (n == 1) return MLOPS_OK;
    if (n == 0 && mlops__id_parse(out, ref)) MLOPS_TRY(mlops__partial_commit(view, dataset, out));
    if (n == 0) return mlops__ref_missing(view, dataset, ref);
    return mlops__fail(view->err, MLOPS_E_NOT_FOUND,
                       "\"%s\" begins more than one commit of \"%s\"; give more digits", ref,
                       dataset);
}

/* REF@{TIME}: REF (default "main") and the time; false for a text that is none. */
static int split_time(const char *ref, char name[MLOPS__NAME_MAX + 1], int64_t *time_ns) {
    size_t n = strlen(ref);
    const char *mark = strstr(ref, "@{");
    if (!mark || ref[n - 1] != '}' || (size_t)(mark - ref) > MLOPS__NAME_MAX) return 0;
    n -= (size_t)(mark - ref) + 3;
    mlops__format(name, MLOPS__NAME_MAX + 1, "%.*s", (int)(mark - ref), ref);
    return mlops__time_parse(mark + 2, n, time_ns) == 1;
}

/* The newest commit that is not behind the time, on the way of first parents. */
static mlops_status resolve_time(mlops_id *out, mlops__view *view, const char *dataset,
                                 const char *ref, const char *name, int64_t time_ns) {
    mlops__commit commit;
    mlops_id id;
    MLOPS_TRY(mlops__ref_resolve(&id, view, dataset, *name ? name : NULL));
    for (;;) {
        MLOPS_TRY(mlops__commit_read(&commit, view, dataset, &id));
        if (commit.time_ns <= time_ns) break;
        if (commit.n_parents == 0)
            return mlops__fail(view->err, MLOPS_E_NOT_FOUND,
                               "dataset \"%s\" had no commit yet at \"%s\"", dataset, ref);
        id = commit.parents[0];
    }
    *out = id;
    return MLOPS_OK;
}

mlops_status mlops__ref_resolve(mlops_id *out, mlops__view *view, const char *dataset,
                                const char *ref) {
    char name[MLOPS__NAME_MAX + 1];
    int64_t time_ns;
    mlops__ref found;
    MLOPS_TRY(mlops__name_check("dataset", dataset, view->err));
    if (ref) MLOPS_TRY(mlops__name_check("ref", ref, view->err));
    MLOPS_TRY(mlops__ref_read(&found, view, dataset, mlops__ref_branch, ref ? ref : "main"));
    if (!found.is_there && ref)
        MLOPS_TRY(mlops__ref_read(&found, view, dataset, mlops__ref_tag, ref));
    if (found.is_there) {
        *out = found.commit;
        return MLOPS_OK;
    }
    if (ref && split_time(ref, name, &time_ns))
        return resolve_time(out, view, dataset, ref, name, time_ns);
    return ref ? resolve_digits(out, view, dataset, ref)
               : mlops__ref_missing(view, dataset, "main");
}
