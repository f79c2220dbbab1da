/* Heads: branches and tags of a dataset at a remote, and the indexes of what they lead to.
 *
 * Owns what was read of one. Invariant: whoever follows a head finds, in the indexes that it names,
 * every part of every commit that its branches and tags lead to, since it is swapped last.
 */
#include "dataset/remote_head.h"
#include "column/names.h"
#include "text/glob.h"

#include <string.h>

enum { FORMAT = 1, ID = 32, INDEX_MAX = 1 << 30, LIST_MAX = 1 << 30 };

static mlops_status damaged(const mlops__head *self, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", self->key);
}

/* ---- reading ---- */

static mlops_status read_refs(mlops__head *self, const mlops__record *record, mlops_error *err) {
    mlops__record items, ref;
    MLOPS_TRY(mlops__record_items(&items, mlops__record_json(record, "refs"), &self->arena, err));
    self->refs = mlops__arena_array(&self->arena, items.n + 1, sizeof *self->refs);
    if (!self->refs) return mlops__fail_nomem(err, items.n * sizeof *self->refs);
    for (size_t i = 0; i < items.n; i++) {
        mlops__head_ref *out = &self->refs[self->n_refs];
        MLOPS_TRY(mlops__record_parse(&ref, items.fields[i].json, &self->arena, err));
        const char *kind = mlops__record_text(&ref, "kind");
        out->name = mlops__record_text(&ref, "name");
        if (!kind || !out->name || !mlops__record_id(&ref, "commit", &out->commit))
            return damaged(self, err);
        out->kind = strcmp(kind, mlops__ref_tag) == 0 ? mlops__ref_tag : mlops__ref_branch;
        if (strcmp(kind, out->kind) != 0 || mlops__ref_check(kind, out->name, NULL) ||
            mlops__head_find(self, mlops__ref_branch, out->name) ||
            mlops__head_find(self, mlops__ref_tag, out->name))
            return damaged(self, err);
        self->n_refs++;
    }
    return MLOPS_OK;
}

static mlops_status read_indexes(mlops__head *self, const mlops__record *record, mlops_error *err) {
    mlops__record items;
    MLOPS_TRY(
        mlops__record_items(&items, mlops__record_json(record, "indexes"), &self->arena, err));
    self->indexes = mlops__arena_array(&self->arena, items.n + 1, sizeof *self->indexes);
    if (!self->indexes) return mlops__fail_nomem(err, items.n * sizeof *self->indexes);
    for (size_t i = 0; i < items.n; i++)
        if (!items.fields[i].text || !mlops__id_parse(&self->indexes[i], items.fields[i].text))
            return damaged(self, err);
    self->n_indexes = items.n;
    return MLOPS_OK;
}

static mlops_status parse(mlops__head *self, mlops_error *err) {
    mlops__record record;
    mlops_status status = mlops__record_parse(&record, self->was, &self->arena, err);
    if (status == MLOPS_E_CORRUPT) return damaged(self, err);
    MLOPS_TRY(status);
    if (mlops__record_i64(&record, "format", 0) != FORMAT)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' of the remote is of a later format",
                           self->key);
    self->dataset = mlops__record_text(&record, "dataset");
    if (!self->dataset || mlops__name_check("dataset", self->dataset, NULL) ||
        !mlops__record_json(&record, "refs").size || !mlops__record_json(&record, "indexes").size)
        return damaged(self, err);
    MLOPS_TRY(read_refs(self, &record, err));
    MLOPS_TRY(read_indexes(self, &record, err));
    self->has_erased = mlops__record_id(&record, "erased", &self->erased);
    self->has_links = mlops__record_id(&record, "links", &self->links);
    if ((!self->has_erased && mlops__record_find(&record, "erased")) ||
        (!self->has_links && mlops__record_find(&record, "links")))
        return damaged(self, err);
    return mlops__head_read_suites(self, &record, err);
}

mlops_status mlops__head_read_key(mlops__head *self, mlops__remote *remote, const char *name,
                                  mlops_error *err) {
    mlops__buf bytes;
    memset(self, 0, sizeof *self);
    mlops__arena_init(&self->arena, &remote->host->allocator, SIZE_MAX);
    mlops__format(self->key, sizeof self->key, "heads/%s", name);
    mlops__buf_init(&bytes, &remote->host->allocator);
    mlops_status status = mlops__remote_load(remote, self->key, MLOPS__REMOTE_SMALL, &bytes, err);
    const char *copy = NULL;
    if (!status) {
        copy =
            mlops__arena_text(&self->arena, bytes.size ? (const char *)bytes.data : "", bytes.size);
        if (!copy) status = mlops__fail_nomem(err, bytes.size);
        self->was = (mlops__bytes){(const uint8_t *)copy, bytes.size};
    }
    mlops__buf_free(&bytes);
    return status ? status : parse(self, err);
}

mlops_status mlops__head_read(mlops__head *self, mlops__remote *remote, const char *dataset,
                              mlops_error *err) {
    mlops__sha256 sha;
    mlops_id id;
    char name[MLOPS__ID_TEXT];
    mlops__sha256_init(&sha, remote->blocks);
    mlops__sha256_add(&sha, dataset, strlen(dataset));
    mlops__sha256_end(&sha, id.bytes);
    mlops__id_format(name, &id);
    mlops_status status = mlops__head_read_key(self, remote, name, err);
    if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK;
    if (!status && self->dataset && strcmp(self->dataset, dataset) != 0) return damaged(self, err);
    if (!status && !self->dataset) {
        self->dataset = mlops__arena_text(&self->arena, dataset, strlen(dataset));
        if (!self->dataset) return mlops__fail_nomem(err, strlen(dataset));
    }
    return status;
}

void mlops__head_free(mlops__head *self) {
    if (self->arena.allocator) mlops__arena_free(&self->arena);
    memset(self, 0, sizeof *self);
}

mlops__head_ref *mlops__head_find(const mlops__head *self, const char *kind, const char *name) {
    for (size_t i = 0; i < self->n_refs; i++)
        if (self->refs[i].kind == kind && strcmp(self->refs[i].name, name) == 0)
            return &self->refs[i];
    return NULL;
}

/* ---- writing ---- */

mlops_status mlops__head_set(mlops__head *self, const char *kind, const char *name,
                             const mlops_id *commit, mlops_error *err) {
    mlops__head_ref *there = mlops__head_find(self, kind, name);
    if (there) {
        there->commit = *commit;
        return MLOPS_OK;
    }
    mlops__head_ref *more = mlops__arena_array(&self->arena, self->n_refs + 1, sizeof *more);
    const char *copy = mlops__arena_text(&self->arena, name, strlen(name));
    if (!more || !copy) return mlops__fail_nomem(err, (self->n_refs + 1) * sizeof *more);
    if (self->n_refs) memcpy(more, self->refs, self->n_refs * sizeof *more);
    more[self->n_refs++] = (mlops__head_ref){kind, copy, *commit};
    self->refs = more;
    return MLOPS_OK;
}

static void write_head(const mlops__head *self, mlops__buf *out) {
    mlops__json_writer json;
    char text[MLOPS__ID_TEXT];
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "format", FORMAT);
    mlops__record_put_text(&json, "dataset", self->dataset);
    mlops__json_name(&json, "refs");
    mlops__json_open(&json, '[');
    for (size_t i = 0; i < self->n_refs; i++) {
        mlops__json_open(&json, '{');
        mlops__record_put_text(&json, "kind", self->refs[i].kind);
        mlops__record_put_text(&json, "name", self->refs[i].name);
        mlops__record_put_id(&json, "commit", &self->refs[i].commit);
        mlops__json_close(&json, '}');
    }
    mlops__json_close(&json, ']');
    mlops__json_name(&json, "indexes");
    mlops__json_open(&json, '[');
    for (size_t i = 0; i < self->n_indexes; i++) {
        mlops__id_format(text, &self->indexes[i]);
        mlops__json_string(&json, text);
    }
    mlops__json_close(&json, ']');
    mlops__record_put_id(&json, "erased", self->has_erased ? &self->erased : NULL);
    mlops__record_put_id(&json, "links", self->has_links ? &self->links : NULL);
    mlops__head_write_suites(self, &json);
    mlops__json_close(&json, '}');
}

mlops_status mlops__head_swap(const mlops__head *self, mlops__remote *remote, mlops_error *err) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, &remote->host->allocator);
    write_head(self, &bytes);
    mlops_status status = bytes.status
                              ? mlops__fail_nomem(err, bytes.size)
                              : mlops__remote_swap(remote, self->key, self->was,
                                                   (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    return status;
}

/* ---- lists ---- */

static mlops_id hash_of(const mlops__remote *remote, const mlops__buf *bytes) {
    mlops__sha256 sha;
    mlops_id out;
    mlops__sha256_init(&sha, remote->blocks);
    mlops__sha256_add(&sha, bytes->data, bytes->size);
    mlops__sha256_end(&sha, out.bytes);
    return out;
}

mlops_status mlops__head_load_list(mlops__remote *remote, const mlops_id *id, mlops__buf *out,
                                   mlops_error *err) {
    char name[MLOPS__REMOTE_NAME];
    mlops__remote_object_name(name, id->bytes);
    mlops_status status = mlops__remote_load(remote, name, LIST_MAX, out, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is missing", name);
    MLOPS_TRY(status);
    mlops_id is = hash_of(remote, out);
    if (memcmp(&is, id, sizeof is) == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", name);
}

mlops_status mlops__head_put_list(mlops__remote *remote, const mlops__buf *list, mlops_id *id,
                                  int *has, mlops__cutter_name *tell, void *user, int *changed,
                                  mlops_error *err) {
    char name[MLOPS__REMOTE_NAME];
    *changed = 0;
    if (list->status) return mlops__fail_nomem(err, list->size);
    if (list->size > LIST_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "a list of %zu bytes is too long for a remote",
                           list->size);
    mlops_id is = hash_of(remote, list);
    if (*has && memcmp(&is, id, sizeof is) == 0) return MLOPS_OK;
    mlops__remote_object_name(name, is.bytes);
    MLOPS_TRY(tell(user, is.bytes, err));
    MLOPS_TRY(mlops__remote_put(remote, name, &(mlops__bytes){list->data, list->size}, 1, err));
    *id = is;
    *has = *changed = 1;
    return MLOPS_OK;
}

/* ---- indexes ---- */

static int has_index(const mlops__depot *parts, const mlops_id *id) {
    for (size_t i = 0; i < parts->n; i++)
        if (memcmp(parts->indexes[i].id, id->bytes, ID) == 0) return 1;
    return 0;
}

static mlops_status read_index(mlops__remote *remote, const mlops_id *id, mlops__depot *parts,
                               mlops_error *err) {
    mlops__buf bytes;
    mlops__part_index index;
    char name[MLOPS__REMOTE_NAME];
    mlops__remote_object_name(name, id->bytes);
    mlops__buf_init(&bytes, &remote->host->allocator);
    mlops_status status = mlops__remote_load(remote, name, INDEX_MAX, &bytes, err);
    if (status) {
        mlops__buf_free(&bytes);
        if (status != MLOPS_E_NOT_FOUND) return status;
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is missing", name);
    }
    mlops_id is = hash_of(remote, &bytes);
    MLOPS_TRY(mlops__part_index_open(&index, &bytes, name, err));
    if (memcmp(is.bytes, id->bytes, ID) != 0) {
        mlops__part_index_free(&index);
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", name);
    }
    memcpy(index.id, id->bytes, ID);
    return mlops__depot_take(parts, &index, err);
}

mlops_status mlops__head_parts(const mlops__head *self, mlops__remote *remote, mlops__depot *parts,
                               mlops_error *err) {
    for (size_t i = 0; i < self->n_indexes; i++)
        if (!has_index(parts, &self->indexes[i]))
            MLOPS_TRY(read_index(remote, &self->indexes[i], parts, err));
    return MLOPS_OK;
}

mlops_status mlops__head_put_index(mlops__remote *remote, mlops__depot *parts, mlops_id *out,
                                   mlops__cutter_name *tell, void *user, mlops_error *err) {
    mlops__buf bytes;
    char name[MLOPS__REMOTE_NAME];
    mlops__buf_init(&bytes, &remote->host->allocator);
    mlops_status status = mlops__depot_write(parts, &bytes, err);
    if (!status) {
        *out = hash_of(remote, &bytes);
        mlops__remote_object_name(name, out->bytes);
        if (tell) status = tell(user, out->bytes, err);
    }
    if (!status)
        status = mlops__remote_put(remote, name, &(mlops__bytes){bytes.data, bytes.size}, 1, err);
    mlops__buf_free(&bytes);
    return status;
}

/* ---- what a tree names, and which names are meant ---- */

mlops_status mlops__entry_names(const mlops__entry *entry, mlops__entry_visit *visit, void *user,
                                mlops_error *err) {
    const char *json = (const char *)entry->json.data;
    for (size_t i = 0; i + MLOPS__ID_TEXT < entry->json.size; i++) {
        char text[MLOPS__ID_TEXT];
        mlops_id id;
        if (json[i] != '"' || json[i + MLOPS__ID_TEXT] != '"') continue;
        memcpy(text, json + i + 1, MLOPS__ID_TEXT - 1);
        text[MLOPS__ID_TEXT - 1] = 0;
        if (!mlops__id_parse(&id, text)) continue;
        MLOPS_TRY(visit(user, &id, err));
        i += MLOPS__ID_TEXT;
    }
    return MLOPS_OK;
}

mlops_status mlops__list_has(const char *list, const char *name, int is_path,
                             const mlops__host *host, int *out, mlops_error *err) {
    mlops__arena arena;
    const char **items;
    int64_t n = 0;
    *out = !list;
    if (!list) return MLOPS_OK;
    mlops__arena_init(&arena, &host->allocator, SIZE_MAX);
    mlops_status status = mlops__list_parse(&arena, list, ',', "names or globs", &items, &n, err);
    for (int64_t i = 0; i < n && !status && !*out; i++) {
        const char *problem = mlops__glob_problem(items[i]);
        if (problem)
            status = mlops__fail(err, MLOPS_E_INVALID, "the glob '%s' %s", items[i], problem);
        else if (is_path || strpbrk(items[i], "*?[\\")) *out = mlops__glob_matches(items[i], name);
        else *out = strcmp(items[i], name) == 0;
    }
    mlops__arena_free(&arena);
    return status;
}
