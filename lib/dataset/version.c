/* A commit that is read: its tree, and the tables of its entries.
 *
 * Owns the arena of what was read. Invariant: nothing of it is shown before the commit's id and the
 * order of its paths were held against it.
 */
#include "column/csv_types.h"
#include "column/names.h"
#include "column/table_bytes.h"
#include "dataset/dataset.h"
#include "file/file.h"
#include "store/erased.h"
#include "text/near.h"

#include <string.h>

mlops_status mlops__version_load(mlops__version *self, const mlops_change *change,
                                 mlops_error *err) {
    mlops__buf bytes;
    self->tree_id = self->commit.tree;
    MLOPS_TRY(mlops__erased_tree(self->store, &self->tree_id, err));
    self->lacks_some = memcmp(&self->tree_id, &self->commit.tree, sizeof self->tree_id) != 0;
    MLOPS_TRY(mlops__content_load(&bytes, self->store, change, &self->tree_id, err));
    mlops_status status =
        mlops__tree_parse(&self->tree, (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    return status;
}

static mlops_status read_commit(mlops__version *self, const char *dataset, const char *ref,
                                mlops_error *err) {
    mlops__view view;
    mlops_id id;
    MLOPS_TRY(mlops__view_begin(&view, self->store, NULL, &self->arena, err));
    mlops_status status = mlops__ref_resolve(&id, &view, dataset, ref);
    if (!status) status = mlops__commit_read(&self->commit, &view, dataset, &id);
    mlops__view_end(&view);
    return status;
}

mlops_status mlops__version_begin(mlops__version *self, mlops_store *store, const char *dataset,
                                  const char *ref, mlops_error *err) {
    memset(self, 0, sizeof *self);
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    self->store = store;
    mlops__arena_init(&self->arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops__tree_init(&self->tree, &self->arena);
    return read_commit(self, dataset, ref, err);
}

mlops_status mlops__version_open(mlops__version *self, mlops_store *store, const char *dataset,
                                 const char *ref, mlops_error *err) {
    MLOPS_TRY(mlops__version_begin(self, store, dataset, ref, err));
    return mlops__version_load(self, NULL, err);
}

void mlops__version_close(mlops__version *self) {
    if (!self->store) return;
    mlops__tree_free(&self->tree);
    mlops__arena_free(&self->arena);
}

/* ---- entries ---- */

/* MLOPS_E_ERASED if that is why it is missing. */
static mlops_status was_erased(mlops__version *self, const char *path, mlops_error *err) {
    mlops__buf bytes;
    mlops__tree tree;
    mlops__facts facts;
    const mlops__entry *entry = NULL;
    if (!self->lacks_some) return MLOPS_OK;
    MLOPS_TRY(mlops__content_load(&bytes, self->store, NULL, &self->commit.tree, err));
    mlops__tree_init(&tree, &self->arena);
    mlops_status status = mlops__tree_parse(&tree, (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    if (!status) entry = mlops__tree_find(&tree, path);
    if (!entry) return status;
    MLOPS_TRY(mlops__entry_read(entry, &facts, &self->arena, err));
    return mlops__fail_path(err, mlops__erased_check_now(self->store, &facts.id, err), path);
}

static mlops_status no_entry(mlops__version *self, const char *path, mlops_error *err) {
    mlops__near near;
    MLOPS_TRY(was_erased(self, path, err));
    mlops__near_begin(&near, path, strlen(path));
    for (size_t i = 0; i < self->tree.n; i++) {
        const char *other = self->tree.entries[i]->path;
        mlops__near_consider(&near, other, strlen(other));
    }
    if (near.found)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "the commit has no entry \"%s\"; did you mean \"%s\"?", path,
                           near.found);
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "the commit has no entry \"%s\"", path);
}

static mlops_status find_only(mlops__version *self, mlops__facts *out, mlops_error *err) {
    mlops__facts facts;
    size_t n = 0;
    for (size_t i = 0; i < self->tree.n; i++) {
        MLOPS_TRY(mlops__entry_read(self->tree.entries[i], &facts, &self->arena, err));
        if (!mlops__facts_is_table(&facts)) continue;
        if (n++)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "the commit has several tables, \"%s\" and \"%s\" among them: give "
                               "the path of one",
                               out->path, facts.path);
        *out = facts;
    }
    return n ? MLOPS_OK : mlops__fail(err, MLOPS_E_NOT_FOUND, "the commit has no table");
}

mlops_status mlops__version_find(mlops__version *self, const char *path, mlops__facts *out,
                                 mlops_error *err) {
    if (!path) return find_only(self, out, err);
    const mlops__entry *entry = mlops__tree_find(&self->tree, path);
    if (!entry) return no_entry(self, path, err);
    return mlops__entry_read(entry, out, &self->arena, err);
}

/* ---- tables ---- */

mlops_status mlops__facts_columns(const char ***names, mlops_type **types,
                                  const mlops__facts *facts, mlops__arena *arena,
                                  mlops_error *err) {
    mlops__record columns, column;
    size_t n = (size_t)facts->n_columns + 1;
    MLOPS_TRY(
        mlops__record_items(&columns, mlops__record_json(&facts->record, "columns"), arena, err));
    *names = mlops__arena_array(arena, n, sizeof **names);
    *types = mlops__arena_array(arena, n, sizeof **types);
    if (!*names || !*types) return mlops__fail_nomem(err, n * sizeof **names);
    for (int64_t i = 0; i < facts->n_columns; i++) {
        MLOPS_TRY(mlops__record_parse(&column, columns.fields[i].json, arena, err));
        const char *type = mlops__record_text(&column, "type");
        (*names)[i] = mlops__record_text(&column, "name");
        if (!type || !(*names)[i])
            return mlops__fail(err, MLOPS_E_CORRUPT, "the entry '%s' has no sound column",
                               facts->path);
        (*types)[i] = mlops__type_named(type);
    }
    return MLOPS_OK;
}

mlops_status mlops__facts_csv(mlops_csv_opts *out, const mlops__facts *facts, mlops__arena *arena,
                              mlops_error *err) {
    mlops__record csv;
    mlops__bytes json = mlops__record_json(&facts->record, "csv");
    out->memory_max = INT64_MAX; /* it was read before */
    if (json.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&csv, json, arena, err));
    if (!mlops__record_bool(&csv, "header", 1)) out->flags = MLOPS_CSV_NO_HEADER;
    out->delimiter = mlops__record_text(&csv, "delimiter");
    out->names = mlops__record_text(&csv, "names");
    out->nulls = mlops__record_text(&csv, "nulls");
    out->types = mlops__record_text(&csv, "types");
    out->skip_lines = mlops__record_i64(&csv, "skip_lines", 0);
    out->rows_max = mlops__record_i64(&csv, "rows_max", 0);
    out->line_max = mlops__record_i64(&csv, "line_max", 0);
    return MLOPS_OK;
}

mlops_status mlops__facts_types(const mlops__facts *facts, const char *given, mlops__arena *arena,
                                mlops__buf *out, mlops_error *err) {
    mlops__csv_type *known;
    const char **names;
    mlops_type *types;
    int64_t n;
    MLOPS_TRY(mlops__csv_types_parse(arena, given, &known, &n, err));
    MLOPS_TRY(mlops__facts_columns(&names, &types, facts, arena, err));
    for (int64_t i = 0; i < facts->n_columns; i++) {
        const mlops__csv_type *type = mlops__csv_types_find(known, n, names[i]);
        size_t room = strlen(names[i]) + sizeof "=float64";
        char *item = mlops__arena_alloc(arena, room);
        if (!item) return mlops__fail_nomem(err, room);
        mlops__format(item, room, "%s=%s", names[i], mlops__type_name(types[i]));
        if (type || types[i] != MLOPS_TYPE_NULL) mlops__names_put(out, type ? type->item : item);
    }
    mlops__buf_u8(out, 0);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

static mlops_status parse_csv(mlops_table **out, const mlops__facts *facts, const void *bytes,
                              size_t n, const mlops__host *host, mlops_error *err) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops__arena arena;
    const mlops_host lent = mlops__host_lend(host);
    mlops__arena_init(&arena, &host->allocator, SIZE_MAX);
    mlops_status status = mlops__facts_csv(&opts, facts, &arena, err);
    opts.host = &lent;
    if (!status) status = mlops_table_parse(out, bytes, n, &opts, err);
    mlops__arena_free(&arena);
    if (status == MLOPS_OK || status == MLOPS_E_NOMEM) return status;
    if (err) err->code = MLOPS_E_CORRUPT; /* it was read when it was added */
    return MLOPS_E_CORRUPT;
}

mlops_status mlops__facts_parse(mlops_table **out, const mlops__facts *facts, const void *bytes,
                                size_t n, const mlops__host *host, mlops_error *err) {
    *out = NULL;
    mlops_status status = strcmp(facts->kind, "csv") == 0
                              ? parse_csv(out, facts, bytes, n, host, err)
                              : mlops__table_decode(out, bytes, n, host, err);
    if (status) return mlops__fail_path(err, status, facts->path);
    if (mlops_table_n_rows(*out) == facts->n_rows &&
        mlops_table_n_columns(*out) == facts->n_columns)
        return MLOPS_OK;
    mlops_table_unref(*out);
    *out = NULL;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the content of '%s' is not the table that it was",
                       facts->path);
}

mlops_status mlops__facts_table(mlops_table **out, const mlops__facts *facts, mlops_store *store,
                                const mlops_change *change, mlops_error *err) {
    mlops__buf bytes;
    *out = NULL;
    if (!mlops__facts_is_table(facts))
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' is a file and no table", facts->path);
    MLOPS_TRY(mlops__content_load(&bytes, store, change, &facts->id, err));
    mlops_status status =
        mlops__facts_parse(out, facts, bytes.data, bytes.size, mlops__store_host(store), err);
    mlops__buf_free(&bytes);
    return status;
}
