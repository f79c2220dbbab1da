/* What there is, as tables: datasets, refs, history, entries, differences.
 *
 * Owns nothing. Invariant: rows come in an order that the header promises, which is that of the
 * store's keys, of a tree's paths, or of times.
 */
#include "column/rows.h"
#include "dataset/remote_head.h"

#include <string.h>

enum { LOG_MAX = 1000000 };

static void put_id(mlops__rows *rows, const mlops_id *id) {
    char text[MLOPS__ID_TEXT];
    mlops__id_format(text, id);
    mlops__rows_text(rows, text);
}

static void put_number(mlops__rows *rows, int64_t value) {
    if (value < 0) mlops__rows_null(rows);
    else mlops__rows_i64(rows, value);
}

/* ---- datasets ---- */

/* One more name in ascending order; the same one may come again. */
typedef struct tally {
    char name[MLOPS__NAME_MAX + 1];
    int64_t n_branches, n_tags, n_commits;
} tally;

static int is_new(const tally *self, mlops__bytes name) {
    return strlen(self->name) != name.size || memcmp(self->name, name.data, name.size) != 0;
}

/* The next record of a table, MLOPS_END behind the last. */
static mlops_status step(mlops__index_iter *iter, mlops__bytes *key, mlops_error *err) {
    mlops__bytes value;
    mlops_status status = mlops__index_iter_next(iter, key, &value, err);
    if (status == MLOPS_END) key->size = 0;
    return status < 0 ? status : MLOPS_OK;
}

/* The dataset that comes first among the two keys. */
static mlops__bytes first_of(mlops__bytes ref, mlops__bytes commit) {
    mlops__bytes a = mlops__key_part(ref, 0), b = mlops__key_part(commit, 0);
    if (!ref.size) return b;
    if (!commit.size) return a;
    size_t n = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, n);
    if (!order) order = a.size < b.size ? -1 : 1;
    return order < 0 ? a : b;
}

static mlops_status count(tally *self, mlops__index_iter *refs, mlops__index_iter *commits,
                          mlops__bytes *ref, mlops__bytes *commit, mlops_error *err) {
    mlops__bytes name = first_of(*ref, *commit);
    if (name.size > MLOPS__NAME_MAX)
        return mlops__fail(err, MLOPS_E_CORRUPT, "a dataset has too long a name");
    memset(self, 0, sizeof *self);
    memcpy(self->name, name.data, name.size);
    while (ref->size && !is_new(self, mlops__key_part(*ref, 0))) {
        int is_tag = mlops__key_part_is(*ref, 1, mlops__ref_tag);
        self->n_tags += is_tag;
        self->n_branches += !is_tag;
        MLOPS_TRY(step(refs, ref, err));
    }
    while (commit->size && !is_new(self, mlops__key_part(*commit, 0))) {
        self->n_commits++;
        MLOPS_TRY(step(commits, commit, err));
    }
    return MLOPS_OK;
}

/* Both tables have the datasets in the same order. */
static mlops_status list_all(mlops__rows *rows, mlops__index_iter *refs, mlops__index_iter *commits,
                             mlops_error *err) {
    mlops__bytes ref = {NULL, 0}, commit = {NULL, 0};
    tally t;
    MLOPS_TRY(step(refs, &ref, err));
    MLOPS_TRY(step(commits, &commit, err));
    while (ref.size || commit.size) {
        MLOPS_TRY(count(&t, refs, commits, &ref, &commit, err));
        mlops__rows_text(rows, t.name);
        mlops__rows_i64(rows, t.n_branches);
        mlops__rows_i64(rows, t.n_tags);
        mlops__rows_i64(rows, t.n_commits);
    }
    return MLOPS_OK;
}

static mlops_status list(mlops__rows *rows, mlops__index *index, mlops_error *err) {
    mlops__index_iter refs, commits;
    const mlops__bytes all = {(const uint8_t *)"", 0};
    MLOPS_TRY(mlops__index_iter_init(&refs, index, MLOPS__TABLE_REFS, all, err));
    mlops_status status = mlops__index_iter_init(&commits, index, MLOPS__TABLE_COMMITS, all, err);
    if (!status) {
        status = list_all(rows, &refs, &commits, err);
        mlops__index_iter_free(&commits);
    }
    mlops__index_iter_free(&refs);
    return status;
}

mlops_status mlops_dataset_list(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"dataset", MLOPS_TYPE_STRING},
                                                 {"n_branches", MLOPS_TYPE_INT64},
                                                 {"n_tags", MLOPS_TYPE_INT64},
                                                 {"n_commits", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    mlops__view view;
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 4, err));
    mlops_status status = mlops__view_begin(&view, store, NULL, NULL, err);
    if (!status) {
        status = list(&rows, &view.index, err);
        mlops__view_end(&view);
    }
    return mlops__rows_end(&rows, status, out, err);
}

/* ---- refs ---- */

static mlops_status list_refs(mlops__rows *rows, mlops__view *view, const char *dataset) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    mlops__record record;
    MLOPS_TRY(mlops__ref_dataset(view, dataset));
    mlops__key_init(&key);
    mlops__key_text(&key, dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_REFS,
                                     mlops__key_prefix(&key), view->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &k, &value, view->err))) {
        mlops__bytes kind = mlops__key_part(k, 1), name = mlops__key_part(k, 2);
        status = mlops__record_parse(&record, value, view->arena, view->err);
        if (status) break;
        mlops__rows_text_n(rows, kind.data, kind.size);
        mlops__rows_text_n(rows, name.data, name.size);
        mlops__rows_text(rows, mlops__record_text(&record, "commit"));
        mlops__rows_bool(rows, mlops__record_bool(&record, "follows", 0));
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops_dataset_refs(mlops_table **out, mlops_store *store, const char *dataset,
                                mlops_error *err) {
    static const mlops__rows_column columns[] = {{"kind", MLOPS_TYPE_STRING},
                                                 {"name", MLOPS_TYPE_STRING},
                                                 {"commit", MLOPS_TYPE_STRING},
                                                 {"follows", MLOPS_TYPE_BOOL}};
    mlops__rows rows;
    mlops__view view;
    mlops__arena arena;
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 4, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, store, NULL, &arena, err);
    if (!status) {
        status = list_refs(&rows, &view, dataset);
        mlops__view_end(&view);
    }
    mlops__arena_free(&arena);
    return mlops__rows_end(&rows, status, out, err);
}

/* ---- history ---- */

/* Commits that were reached: up to done they are in order, the others are next. */
typedef struct history {
    mlops__view view;
    const char *dataset;
    mlops__commit *commits;
    size_t n, cap, done;
    mlops__partial partial; /* history that was not pulled ends here */
} history;

static mlops_status reach(history *self, const mlops_id *id) {
    for (size_t i = 0; i < self->n; i++)
        if (i >= self->done && memcmp(&self->commits[i].id, id, sizeof *id) == 0) return MLOPS_OK;
    if (mlops__partial_has(&self->partial, id)) return MLOPS_OK;
    mlops__commit *more = mlops__arena_grow(self->view.arena, self->commits, (int64_t)self->n,
                                            &self->cap, sizeof *more);
    if (!more) return mlops__fail_nomem(self->view.err, sizeof *more);
    self->commits = more;
    return mlops__commit_read(&self->commits[self->n++], &self->view, self->dataset, id);
}

/* The newest of what is next comes next; its parents are reached then. A commit is later than its
 * parents, so that none is reached again once it is done. */
static mlops_status walk(history *self, const mlops_id *first, int64_t n_max) {
    MLOPS_TRY(reach(self, first));
    while (self->done < self->n && (int64_t)self->done < n_max) {
        size_t newest = self->done;
        for (size_t i = newest + 1; i < self->n; i++)
            if (mlops__commit_is_newer(&self->commits[i], &self->commits[newest])) newest = i;
        mlops__commit next = self->commits[newest];
        self->commits[newest] = self->commits[self->done];
        self->commits[self->done++] = next;
        for (size_t i = 0; i < next.n_parents; i++) MLOPS_TRY(reach(self, &next.parents[i]));
    }
    return MLOPS_OK;
}

static void put_parents(mlops__rows *rows, const mlops__commit *commit, mlops__arena *arena) {
    mlops__buf buf;
    char text[MLOPS__ID_TEXT];
    mlops__buf_init(&buf, arena->allocator);
    for (size_t i = 0; i < commit->n_parents; i++) {
        if (i) mlops__buf_u8(&buf, ' ');
        mlops__id_format(text, &commit->parents[i]);
        mlops__buf_text(&buf, text);
    }
    if (buf.status && !rows->status) rows->status = buf.status;
    mlops__rows_text_n(rows, buf.data ? (const char *)buf.data : "", buf.size);
    mlops__buf_free(&buf);
}

/* What the tree of a commit adds up to. */
static mlops_status put_commit(mlops__rows *rows, mlops_store *store, const mlops__commit *commit,
                               mlops_error *err) {
    mlops__version version = {0};
    mlops__facts facts;
    int64_t bytes = 0;
    version.store = store;
    version.commit = *commit;
    mlops__arena_init(&version.arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops__tree_init(&version.tree, &version.arena);
    mlops_status status = mlops__version_load(&version, NULL, err);
    for (size_t i = 0; i < version.tree.n && !status; i++) {
        status = mlops__entry_read(version.tree.entries[i], &facts, &version.arena, err);
        if (!status) bytes = facts.size > INT64_MAX - bytes ? INT64_MAX : bytes + facts.size;
    }
    put_id(rows, &commit->id);
    mlops__rows_i64(rows, commit->time_ns);
    mlops__rows_text(rows, commit->author);
    mlops__rows_text(rows, commit->message);
    put_parents(rows, commit, &version.arena);
    mlops__rows_i64(rows, (int64_t)version.tree.n);
    mlops__rows_i64(rows, bytes);
    mlops__version_close(&version);
    return status;
}

static mlops_status find_history(history *self, mlops_store *store, const char *ref, int64_t n_max,
                                 mlops__arena *arena, mlops_error *err) {
    mlops_id id;
    MLOPS_TRY(mlops__view_begin(&self->view, store, NULL, arena, err));
    mlops_status status = mlops__ref_resolve(&id, &self->view, self->dataset, ref);
    if (!status) status = mlops__partial_read(&self->partial, &self->view, self->dataset);
    if (!status) status = walk(self, &id, n_max);
    mlops__view_end(&self->view);
    return status;
}

mlops_status mlops_dataset_log(mlops_table **out, mlops_store *store, const char *dataset,
                               const char *ref, int64_t n_max, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"commit", MLOPS_TYPE_STRING},  {"time_ns", MLOPS_TYPE_INT64},
        {"author", MLOPS_TYPE_STRING},  {"message", MLOPS_TYPE_STRING},
        {"parents", MLOPS_TYPE_STRING}, {"n_entries", MLOPS_TYPE_INT64},
        {"bytes", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    mlops__arena arena;
    history h = {0};
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    if (n_max < 1 || n_max > LOG_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "n_max must be 1 to %d", LOG_MAX);
    h.dataset = dataset;
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 7, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = find_history(&h, store, ref, n_max, &arena, err);
    for (size_t i = 0; i < h.done && !status; i++)
        status = put_commit(&rows, store, &h.commits[i], err);
    mlops__arena_free(&arena);
    return mlops__rows_end(&rows, status, out, err);
}

/* ---- entries ---- */

static mlops_status put_entries(mlops__rows *rows, mlops__version *version, mlops_error *err) {
    for (size_t i = 0; i < version->tree.n; i++) {
        mlops__facts facts;
        MLOPS_TRY(mlops__entry_read(version->tree.entries[i], &facts, &version->arena, err));
        mlops__rows_text(rows, facts.path);
        mlops__rows_text(rows, facts.kind);
        put_id(rows, &facts.id);
        mlops__rows_i64(rows, facts.size);
        put_number(rows, facts.n_rows);
        put_number(rows, facts.n_columns);
        put_number(rows, facts.n_held_out);
        mlops__rows_text(rows, facts.target);
        mlops__rows_text(rows, facts.time);
        mlops__rows_text(rows, facts.row_id);
    }
    return MLOPS_OK;
}

mlops_status mlops_dataset_entries(mlops_table **out, mlops_store *store, const char *dataset,
                                   const char *ref, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING},      {"kind", MLOPS_TYPE_STRING},
        {"id", MLOPS_TYPE_STRING},        {"size", MLOPS_TYPE_INT64},
        {"n_rows", MLOPS_TYPE_INT64},     {"n_columns", MLOPS_TYPE_INT64},
        {"n_held_out", MLOPS_TYPE_INT64}, {"target", MLOPS_TYPE_STRING},
        {"time", MLOPS_TYPE_STRING},      {"row_id", MLOPS_TYPE_STRING}};
    mlops__version version;
    mlops__rows rows;
    *out = NULL;
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = mlops__rows_begin(&rows, mlops__store_host(store), columns, 10, err);
    if (!status) status = mlops__rows_end(&rows, put_entries(&rows, &version, err), out, err);
    mlops__version_close(&version);
    return status;
}
