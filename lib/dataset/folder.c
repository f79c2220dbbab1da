/* Folders as entries: adding one to a draft, and telling how it differs from a commit.
 *
 * Owns entries on their way to a draft. Invariant: a draft changes in one step, when all files were
 * read and their content is in the packs.
 */
#include "dataset/folder.h"

#include "base/opts.h"
#include "column/rows.h"
#include "dataset/draft.h"
#include "file/file.h"

#include <string.h>

/* ---- the store's own directory ---- */

mlops_status mlops__folder_outside(mlops_store *store, const char *folder, mlops_io_stat *own,
                                   mlops_error *err) {
    size_t n;
    int is_within = 0;
    const mlops__host *host = mlops__store_host(store);
    const char *dir = mlops__store_dir(store, &n);
    char *path = mlops__alloc_zero(&host->allocator, n + 1);
    if (!path) return mlops__fail_nomem(err, n);
    memcpy(path, dir, n);
    *own = (mlops_io_stat)MLOPS_IO_STAT_INIT;
    mlops_status status = MLOPS_OK;
    if (mlops__file_stat(&host->io, path, 1, own) >= 0)
        status = mlops__folder_is_within(host, folder, own, &is_within, err);
    if (is_within)
        status = mlops__fail(err, MLOPS_E_INVALID,
                             "the folder '%s' is the directory of the store '%s', or lies in it; "
                             "name another one",
                             folder, path);
    mlops__free(&host->allocator, path, n + 1);
    return status;
}

/* ---- adding ---- */

static int differs(const mlops__looked *looked) {
    return !looked->entry || memcmp(&looked->id, &looked->entry_id, sizeof looked->id) != 0;
}

/* Its blob is in the packs. */
static mlops_status make_entry(mlops_draft *draft, const mlops__snapshot *s, size_t file,
                               mlops__buf *json, mlops__entry **out) {
    char path[MLOPS__PATH_MAX + 2];
    mlops__json_writer writer;
    mlops__arena *arena = &draft->base.arena;
    const mlops__looked *looked = &s->files[file];
    mlops__entry *entry = mlops__arena_alloc(arena, sizeof *entry);
    mlops__snapshot_path(s, file, path);
    json->size = 0;
    mlops__json_writer_init(&writer, json, 0);
    mlops__draft_head(&writer, path, "file", &looked->id, looked->stat.size);
    mlops__json_close(&writer, '}');
    const char *copy = mlops__arena_text(arena, path, strlen(path));
    const char *text =
        json->status ? NULL : mlops__arena_text(arena, (const char *)json->data, json->size);
    mlops__blob *blob = mlops__alloc_zero(&s->host->allocator, sizeof *blob);
    if (!entry || !copy || !text || !blob) {
        mlops__free(&s->host->allocator, blob, sizeof *blob);
        return mlops__fail_nomem(s->err, json->size);
    }
    mlops__buf_init(&blob->bytes, &s->host->allocator);
    blob->id = looked->id;
    blob->size = (size_t)looked->stat.size;
    blob->is_kept = 1;
    if (looked->entry) { /* for what may take its place in the same draft */
        const mlops__blob *waits = looked->entry->blobs[MLOPS__ROLE_BYTES];
        blob->has_like = !waits || waits->has_like;
        blob->like = waits ? waits->like : looked->entry_id;
    }
    *entry = (mlops__entry){copy, {(const uint8_t *)text, json->size}, {blob, NULL, NULL}};
    *out = entry;
    return MLOPS_OK;
}

/* A table that is not used or divided as it was. */
static int is_less(const mlops__facts *was, const mlops__facts *now) {
    return (was->target && !now->target) || (was->time && !now->time) ||
           (was->row_id && !now->row_id) || (was->has_split && !now->has_split) ||
           (mlops__record_find(&was->record, "parts") &&
            !mlops__record_find(&now->record, "parts"));
}

/* An entry of a tree of its own, in which the table that it takes the place of says what it is kept
 * as changes to. */
static mlops_status make_again(mlops_draft *draft, mlops__snapshot *s, const mlops__looked *looked,
                               mlops__entry **out) {
    const mlops__entry *was = looked->entry;
    mlops__tree *tree = &draft->base.tree;
    mlops__facts facts, now;
    mlops__buf bytes;
    MLOPS_TRY(mlops__entry_read(was, &facts, tree->arena, s->err));
    MLOPS_TRY(mlops__content_load(&bytes, s->store, NULL, &looked->id, s->err));
    mlops_status status = mlops__tree_put(tree, facts.path, out, s->err);
    if (!status && !was->blobs[MLOPS__ROLE_BYTES]) (*out)->json = was->json;
    if (!status)
        status =
            mlops__draft_put_again(draft, &facts, (mlops__bytes){bytes.data, bytes.size}, s->err);
    mlops__buf_free(&bytes);
    if (!status) status = mlops__entry_read(*out, &now, tree->arena, s->err);
    if (status) mlops__tree_free(tree);
    else s->stat.n_now_less += is_less(&facts, &now);
    return status;
}

/* A table stays one; MLOPS_END if it cannot. */
static mlops_status make_table(mlops_draft *draft, mlops__snapshot *s, size_t file,
                               mlops__entry **out) {
    const mlops__tree tree = draft->base.tree;
    if (!s->files[file].was_table) return MLOPS_END;
    mlops__tree_init(&draft->base.tree, tree.arena);
    mlops_status status = make_again(draft, s, &s->files[file], out);
    draft->base.tree = tree;
    return status;
}

/* Entries that are replaced go with those whose files are gone. */
static void drop_replaced(const mlops__snapshot *s) {
    size_t file = 0;
    for (size_t i = 0; i < s->tree->n; i++) {
        while (file < s->walk.n && !(s->files[file].entry && differs(&s->files[file]))) file++;
        if (file == s->walk.n) return;
        if (s->files[file].entry != s->tree->entries[i]) continue;
        s->is_gone[i] = 1;
        file++;
    }
}

static mlops_status put_entries(mlops_draft *draft, mlops__snapshot *s, mlops__entry **entries,
                                mlops__buf *json) {
    size_t n = 0;
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < s->walk.n && !status; i++) {
        if (!differs(&s->files[i])) continue;
        status = make_table(draft, s, i, &entries[n]);
        if (status == MLOPS_END) {
            s->stat.n_now_files += s->files[i].was_table;
            status = make_entry(draft, s, i, json, &entries[n]);
        }
        n += !status;
    }
    drop_replaced(s);
    if (!status) status = mlops__tree_replace(&draft->base.tree, s->is_gone, entries, n, s->err);
    for (size_t i = 0; i < n && status; i++)
        for (int role = 0; role < 3; role++) mlops__entry_drop(entries[i], (mlops__role)role);
    return status;
}

static mlops_status apply(mlops_draft *draft, mlops__snapshot *s) {
    mlops__buf json;
    size_t n = (size_t)(s->stat.n_added + s->stat.n_changed);
    if (n == 0 && s->stat.n_removed == 0) return MLOPS_OK;
    mlops__entry **entries = mlops__arena_array(&s->arena, n, sizeof *entries);
    if (!entries) return mlops__fail_nomem(s->err, n * sizeof *entries);
    mlops__buf_init(&json, &s->host->allocator);
    mlops_status status = put_entries(draft, s, entries, &json);
    mlops__buf_free(&json);
    return status;
}

/* Of no other files than those of the folder is the tree. */
static int is_all_known(const mlops__snapshot *s) {
    for (size_t i = 0; i < s->walk.n; i++)
        if (!s->files[i].is_settled) return 0;
    return 1;
}

/* A folder without any file may be that of a disk that is not mounted. */
static mlops_status check_empty(const mlops__snapshot *s) {
    if (s->walk.n || !s->stat.n_removed) return MLOPS_OK;
    return mlops__fail(s->err, MLOPS_E_INVALID,
                       "'%s' has no file to add, and %lld entr%s would be removed; remove them by "
                       "name",
                       s->folder, (long long)s->stat.n_removed,
                       s->stat.n_removed == 1 ? "y" : "ies");
}

static mlops_status add(mlops_draft *self, mlops__snapshot *s) {
    mlops_id id = self->base.commit.tree;
    if (!self->is_loaded) MLOPS_TRY(mlops__erased_tree(self->base.store, &id, s->err));
    if (!self->is_loaded && mlops__snapshot_is(s, &id)) return MLOPS_OK;
    MLOPS_TRY(mlops__draft_load(self, s->err));
    MLOPS_TRY(mlops__snapshot_look(s, &self->base.tree, 1));
    MLOPS_TRY(check_empty(s));
    MLOPS_TRY(apply(self, s));
    mlops__snapshot_save(s, is_all_known(s) && mlops__draft_tree_id(self, &id) ? &id : NULL);
    return MLOPS_OK;
}

mlops_status mlops_draft_add_folder(mlops_draft *self, const char *prefix, const char *folder,
                                    const mlops_folder_opts *opts, mlops_folder_stat *out,
                                    mlops_error *err) {
    mlops__snapshot s;
    if (!self || self->committed)
        return mlops__fail(err, MLOPS_E_INVALID, "the draft is NULL, or was committed");
    MLOPS_TRY(mlops__store_check_fork(self->base.store, err));
    mlops_status status = mlops__snapshot_begin(&s, self->base.store, prefix, folder, opts, err);
    s.lease = &self->lease;
    if (!status) status = add(self, &s);
    if (!status && out)
        status = mlops__opts_result(out, &s.stat, sizeof s.stat, "mlops_folder_stat", err);
    mlops__snapshot_end(&s);
    return status;
}

/* ---- status ---- */

static void put_text_id(mlops__rows *rows, const mlops_id *id) {
    char text[MLOPS__ID_TEXT];
    if (id) mlops__id_format(text, id);
    mlops__rows_text(rows, id ? text : NULL);
}

static void put_row(mlops__rows *rows, const char *path, const mlops__looked *from,
                    const mlops__looked *to) {
    mlops__rows_text(rows, path);
    mlops__rows_text(rows, !from ? "added" : to ? "changed" : "removed");
    put_text_id(rows, from ? &from->entry_id : NULL);
    put_text_id(rows, to ? &to->id : NULL);
    if (from) mlops__rows_i64(rows, from->entry_size);
    else mlops__rows_null(rows);
    if (to) mlops__rows_i64(rows, to->stat.size);
    else mlops__rows_null(rows);
}

static mlops_status put_gone(mlops__rows *rows, mlops__snapshot *s, size_t i) {
    mlops__facts facts;
    mlops__looked was = {.entry = s->tree->entries[i]};
    MLOPS_TRY(mlops__entry_read(s->tree->entries[i], &facts, &s->arena, s->err));
    was.entry_id = facts.id;
    was.entry_size = facts.size;
    put_row(rows, facts.path, &was, NULL);
    return MLOPS_OK;
}

/* Files, and entries whose files are gone, by path. */
static mlops_status put_rows(mlops__rows *rows, mlops__snapshot *s) {
    char path[MLOPS__PATH_MAX + 2];
    size_t i = 0;
    for (size_t file = 0;; file++) {
        int more = file < s->walk.n;
        if (more) mlops__snapshot_path(s, file, path);
        for (; i < s->tree->n && (!more || strcmp(s->tree->entries[i]->path, path) < 0); i++)
            if (s->is_gone[i]) MLOPS_TRY(put_gone(rows, s, i));
        if (!more) return MLOPS_OK;
        const mlops__looked *looked = &s->files[file];
        if (differs(looked)) put_row(rows, path, looked->entry ? looked : NULL, looked);
    }
}

static mlops_status tell(mlops_table **out, mlops__snapshot *s) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING},     {"change", MLOPS_TYPE_STRING},
        {"from_id", MLOPS_TYPE_STRING},  {"to_id", MLOPS_TYPE_STRING},
        {"from_size", MLOPS_TYPE_INT64}, {"to_size", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    MLOPS_TRY(mlops__rows_begin(&rows, s->host, columns, 6, s->err));
    return mlops__rows_end(&rows, s->tree ? put_rows(&rows, s) : MLOPS_OK, out, s->err);
}

static mlops_status look(mlops_table **out, mlops__version *version, mlops__snapshot *s) {
    mlops_id tree = version->commit.tree;
    MLOPS_TRY(mlops__erased_tree(version->store, &tree, s->err));
    if (mlops__snapshot_is(s, &tree)) return tell(out, s);
    MLOPS_TRY(mlops__version_load(version, NULL, s->err));
    MLOPS_TRY(mlops__snapshot_look(s, &version->tree, 0));
    int is_same = s->stat.n_added + s->stat.n_changed + s->stat.n_removed == 0;
    mlops__snapshot_save(s, is_same && is_all_known(s) ? &version->tree_id : NULL);
    return tell(out, s);
}

mlops_status mlops_dataset_status(mlops_table **out, mlops_store *store, const char *dataset,
                                  const char *ref, const char *prefix, const char *folder,
                                  const mlops_folder_opts *opts, mlops_error *err) {
    mlops__version version;
    mlops__snapshot s;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    mlops_status status = mlops__version_begin(&version, store, dataset, ref, err);
    if (!status) {
        status = mlops__snapshot_begin(&s, store, prefix, folder, opts, err);
        if (!status) status = look(out, &version, &s);
        mlops__snapshot_end(&s);
    }
    mlops__version_close(&version);
    return status;
}
