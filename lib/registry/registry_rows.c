/* What the registry reads of datasets: commits by their ids, and the rows that they hold out.
 *
 * Owns the rows while models are judged on them. Invariant: a commit is resolved once, so that a
 * branch that moves makes no difference to what is read of it.
 */
#include "column/table.h"
#include "registry/registry.h"

#include <mlops/dataset.h>

#include <string.h>

mlops_status mlops__commit_resolve(const char **out, mlops_store *store, const char *dataset,
                                   const char *ref, mlops__arena *arena, mlops_error *err) {
    mlops_id id;
    char digits[MLOPS__ID_TEXT];
    MLOPS_TRY(mlops_dataset_resolve(&id, store, dataset, ref, err));
    mlops__id_format(digits, &id);
    *out = mlops__arena_text(arena, digits, sizeof digits - 1);
    return *out ? MLOPS_OK : mlops__fail_nomem(err, sizeof digits);
}

/* A text of a table; NULL: null. Lives as long as the table. */
static const char *cell(const mlops_table *table, const char *name, int64_t row) {
    const mlops__column *column = mlops__table_column(table, mlops_table_find(table, name));
    if (!column || column->type != MLOPS_TYPE_STRING) return NULL;
    int32_t code = ((const int32_t *)column->data)[row];
    return code < 0 ? NULL : column->texts[code];
}

/* Row of the entry of a table; path NULL: of the only one. -1: none. */
static int64_t entries_find(const mlops_table *entries, const char *path) {
    for (int64_t row = 0; row < mlops_table_n_rows(entries); row++) {
        const char *kind = cell(entries, "kind", row), *there = cell(entries, "path", row);
        if (!kind || !there || !strcmp(kind, "file")) continue;
        if (!path || !strcmp(there, path)) return row;
    }
    return -1;
}

mlops_status mlops__commit_has(mlops_store *store, const char *dataset, const char *commit,
                               const char *path, mlops_error *err) {
    mlops_table *entries;
    MLOPS_TRY(mlops_dataset_entries(&entries, store, dataset, commit, err));
    int64_t row = entries_find(entries, path);
    mlops_table_unref(entries);
    if (row >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "commit %s of dataset \"%s\" has no table \"%s\"",
                       commit, dataset, path);
}

/* The column that the commit calls the target, and room for its values. */
static mlops_status find_target(mlops__held_out *self, const char *name, mlops_error *err) {
    self->column = name ? mlops_table_find(self->table, name) : -1;
    if (self->column < 0)
        return mlops__fail(
            err, MLOPS_E_SCHEMA,
            "table \"%s\" of dataset \"%s\" has no target to judge by; name one when "
            "it is added",
            self->path, self->dataset);
    self->n_rows = mlops_table_n_rows(self->table);
    self->target =
        mlops__alloc_array(self->allocator, (size_t)self->n_rows + 1, sizeof *self->target);
    return self->target ? MLOPS_OK
                        : mlops__fail_nomem(err, (size_t)self->n_rows * sizeof *self->target);
}

static mlops_status load_rows(mlops__held_out *self, mlops_store *store, mlops__arena *arena,
                              mlops_error *err) {
    mlops_table *entries;
    MLOPS_TRY(mlops_dataset_table(&self->table, store, self->dataset, self->commit, self->path,
                                  MLOPS_PART_HELD_OUT, err));
    MLOPS_TRY(mlops_dataset_entries(&entries, store, self->dataset, self->commit, err));
    mlops_status status = MLOPS_OK;
    int64_t row = entries_find(entries, self->path);
    const char *path = row < 0 ? "" : cell(entries, "path", row);
    self->path = mlops__arena_text(arena, path, strlen(path));
    if (!self->path) status = mlops__fail_nomem(err, strlen(path));
    if (!status) status = find_target(self, row < 0 ? NULL : cell(entries, "target", row), err);
    mlops_table_unref(entries);
    return status;
}

mlops_status mlops__held_out_load(mlops__held_out *out, mlops__registry *self,
                                  const mlops__registry_version *version, const char *dataset,
                                  const char *ref, const char *path, mlops_error *err) {
    const mlops__record *from = &version->record.fields;
    memset(out, 0, sizeof *out);
    out->allocator = self->allocator;
    out->dataset = dataset ? dataset : mlops__record_text(from, "dataset");
    out->path = path || dataset ? path : mlops__record_text(from, "path");
    if (!ref && !dataset) ref = mlops__record_text(from, "commit");
    if (!out->dataset)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "no dataset is known that version %lld of \"%s\" learned from; name one "
                           "to judge it on",
                           (long long)version->number, version->model);
    MLOPS_TRY(
        mlops__commit_resolve(&out->commit, self->store, out->dataset, ref, &self->arena, err));
    return load_rows(out, self->store, &self->arena, err);
}

void mlops__held_out_free(mlops__held_out *self) {
    if (self->target)
        mlops__free(self->allocator, self->target,
                    ((size_t)self->n_rows + 1) * sizeof *self->target);
    mlops_table_unref(self->table);
    self->target = NULL;
    self->table = NULL;
}
