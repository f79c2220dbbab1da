/* Entries that differ between two commits, and rows of a table in both.
 *
 * Owns nothing. Invariant: both trees are sorted by path, so that one pass over both sees each path
 * once, in order.
 */
#include "base/opts.h"
#include "column/dictionary.h"
#include "column/names.h"
#include "column/rows.h"
#include "dataset/dataset.h"

#include <mlops/dataset_merge.h>

#include <string.h>

static void put_id(mlops__rows *rows, const mlops__facts *facts) {
    char text[MLOPS__ID_TEXT];
    if (facts) mlops__id_format(text, &facts->id);
    mlops__rows_text(rows, facts ? text : NULL);
}

static void put_size(mlops__rows *rows, const mlops__facts *facts) {
    if (facts) mlops__rows_i64(rows, facts->size);
    else mlops__rows_null(rows);
}

/* What differs at a path. */
typedef struct difference {
    const mlops__entry *from, *to; /* NULL where it is not */
    mlops__facts old, new;
    const char *renamed; /* where its content is on the other side; nullable */
    int32_t code;        /* of its content, if it is on one side alone */
    int64_t same;        /* an earlier one, removed, with the same content; -1: none */
} difference;

typedef struct differences {
    difference *all;
    int64_t n;
    mlops__arena *arena;
    mlops_error *err;
} differences;

static void put(mlops__rows *rows, const difference *d) {
    mlops__rows_text(rows, d->to ? d->to->path : d->from->path);
    mlops__rows_text(rows, !d->from ? "added" : d->to ? "changed" : "removed");
    put_id(rows, d->from ? &d->old : NULL);
    put_id(rows, d->to ? &d->new : NULL);
    put_size(rows, d->from ? &d->old : NULL);
    put_size(rows, d->to ? &d->new : NULL);
    mlops__rows_text(rows, d->renamed);
}

static int is_same(const mlops__entry *a, const mlops__entry *b) {
    return a->json.size == b->json.size && memcmp(a->json.data, b->json.data, a->json.size) == 0;
}

static mlops_status compare(differences *self, const mlops__tree *from, const mlops__tree *to) {
    size_t i = 0, j = 0;
    self->all = mlops__arena_array(self->arena, from->n + to->n + 1, sizeof *self->all);
    if (!self->all) return mlops__fail_nomem(self->err, (from->n + to->n) * sizeof *self->all);
    while (i < from->n || j < to->n) {
        difference *d = &self->all[self->n];
        const mlops__entry *a = i < from->n ? from->entries[i] : NULL;
        const mlops__entry *b = j < to->n ? to->entries[j] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);
        d->from = order > 0 ? NULL : a;
        d->to = order < 0 ? NULL : b;
        i += d->from != NULL;
        j += d->to != NULL;
        if (d->from && d->to && is_same(a, b)) continue;
        if (d->from) MLOPS_TRY(mlops__entry_read(d->from, &d->old, self->arena, self->err));
        if (d->to) MLOPS_TRY(mlops__entry_read(d->to, &d->new, self->arena, self->err));
        self->n++;
    }
    return MLOPS_OK;
}

static int is_alone(const difference *d) { return !d->from || !d->to; }

/* Pairs what was removed with what was added with the same content, in the order of their paths.
 * last has, for each content, the last one that was removed and has no other yet. */
static void pair_renamed(differences *self, int64_t *last) {
    for (int64_t i = self->n - 1; i >= 0; i--) {
        difference *d = &self->all[i];
        if (!is_alone(d) || !d->from) continue;
        d->same = last[d->code];
        last[d->code] = i;
    }
    for (int64_t i = 0; i < self->n; i++) {
        difference *d = &self->all[i];
        if (!is_alone(d) || d->from || last[d->code] < 0) continue;
        difference *gone = &self->all[last[d->code]];
        last[d->code] = gone->same;
        d->renamed = gone->from->path;
        gone->renamed = d->to->path;
    }
}

static mlops_status find_renamed(differences *self) {
    mlops__dictionary contents;
    mlops_status status = MLOPS_OK;
    mlops__dictionary_init(&contents, self->arena->allocator, NULL);
    for (int64_t i = 0; i < self->n && !status; i++) {
        difference *d = &self->all[i];
        const mlops_id *id = d->from ? &d->old.id : &d->new.id;
        if (is_alone(d))
            status = mlops__dictionary_add(&contents, (const char *)id->bytes, sizeof id->bytes,
                                           &d->code);
    }
    int64_t *last = mlops__arena_array(self->arena, (size_t)contents.n + 1, sizeof *last);
    if (last) memset(last, 0xff, ((size_t)contents.n + 1) * sizeof *last);
    if (last && !status) pair_renamed(self, last);
    mlops__dictionary_free(&contents);
    return last && !status ? MLOPS_OK : mlops__fail_nomem(self->err, self->arena->used);
}

static mlops_status list_all(mlops__rows *rows, const mlops__tree *from, const mlops__tree *to,
                             mlops__arena *arena, mlops_error *err) {
    differences self = {NULL, 0, arena, err};
    MLOPS_TRY(compare(&self, from, to));
    MLOPS_TRY(find_renamed(&self));
    for (int64_t i = 0; i < self.n; i++) put(rows, &self.all[i]);
    return MLOPS_OK;
}

/* The older side: from, or the first parent of the newer one, or nothing. */
static mlops_status open_older(mlops__version *older, const mlops__version *newer,
                               const char *dataset, const char *from, mlops_error *err) {
    char text[MLOPS__ID_TEXT];
    if (from) return mlops__version_open(older, newer->store, dataset, from, err);
    if (newer->commit.n_parents == 0) return MLOPS_OK;
    mlops__id_format(text, &newer->commit.parents[0]);
    return mlops__version_open(older, newer->store, dataset, text, err);
}

mlops_status mlops_dataset_diff(mlops_table **out, mlops_store *store, const char *dataset,
                                const char *from, const char *to, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING},     {"change", MLOPS_TYPE_STRING},
        {"from_id", MLOPS_TYPE_STRING},  {"to_id", MLOPS_TYPE_STRING},
        {"from_size", MLOPS_TYPE_INT64}, {"to_size", MLOPS_TYPE_INT64},
        {"renamed", MLOPS_TYPE_STRING}};
    mlops__version newer, older;
    mlops__rows rows;
    *out = NULL;
    memset(&older, 0, sizeof older);
    mlops_status status = mlops__version_open(&newer, store, dataset, to, err);
    if (!status) status = open_older(&older, &newer, dataset, from, err);
    if (!status) status = mlops__rows_begin(&rows, mlops__store_host(store), columns, 7, err);
    if (!status)
        status = mlops__rows_end(
            &rows, list_all(&rows, &older.tree, &newer.tree, &newer.arena, err), out, err);
    mlops__version_close(&older);
    mlops__version_close(&newer);
    return status;
}

/* ---- rows ---- */

/* By the key that was asked for, or the newer one's: its text is put into the buffer. */
static mlops_status choose_key(mlops_diff_opts *opts, const char *row_id, mlops__buf *text,
                               mlops_error *err) {
    if (opts->key && !*opts->key) opts->key = NULL;
    else if (!opts->key && row_id) {
        mlops__names_put(text, row_id);
        mlops__buf_u8(text, 0);
        opts->key = (const char *)text->data;
        if (text->status) return mlops__fail_nomem(err, text->size);
    }
    return MLOPS_OK;
}

static mlops_status compare_tables(mlops_diff **out, mlops__version *const versions[2],
                                   const mlops__facts *const facts[2], const mlops_diff_opts *opts,
                                   mlops_error *err) {
    mlops_table *tables[2] = {NULL, NULL};
    mlops_status status = MLOPS_OK;
    for (int side = 2; side-- > 0 && !status;)
        status = mlops__facts_table(&tables[side], facts[side], versions[side]->store, NULL, err);
    if (!status) status = mlops_diff_compare(out, tables[0], tables[1], opts, err);
    mlops_table_unref(tables[0]);
    mlops_table_unref(tables[1]);
    return status;
}

/* What is wrong with content, or options, is told by who reads all of it. */
static mlops_status compare_rows(mlops_diff **out, mlops__version *const versions[2],
                                 const mlops__facts *const facts[2], const char *dataset,
                                 mlops_diff_opts *opts, mlops_error *err) {
    const mlops_host lent = mlops__host_lend(mlops__store_host(versions[1]->store));
    mlops__buf key;
    mlops__buf_init(&key, &mlops__store_host(versions[1]->store)->allocator);
    opts->host = &lent;
    mlops_status status = choose_key(opts, facts[1]->row_id, &key, err);
    if (!status) {
        status = mlops__facts_diff(out, versions, facts, dataset, opts, err);
        if (status && status != MLOPS_E_NOMEM)
            status = compare_tables(out, versions, facts, opts, err);
    }
    mlops__buf_free(&key);
    return status;
}

mlops_status mlops_dataset_diff_rows(mlops_diff **out, mlops_store *store, const char *dataset,
                                     const char *from, const char *to, const char *path,
                                     const mlops_diff_opts *opts, mlops_error *err) {
    mlops_diff_opts local;
    mlops__version newer, older, *const versions[2] = {&older, &newer};
    mlops__facts facts, old;
    const mlops__facts *const both[2] = {&old, &facts};
    *out = NULL;
    memset(&older, 0, sizeof older);
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_diff_opts", err));
    mlops_status status = mlops__version_open(&newer, store, dataset, to, err);
    if (!status) status = open_older(&older, &newer, dataset, from, err);
    if (!status && !older.store)
        status = mlops__fail(err, MLOPS_E_NOT_FOUND, "the commit has no parent to compare it with");
    if (!status) status = mlops__version_find(&newer, path, &facts, err);
    if (!status) status = mlops__version_find(&older, facts.path, &old, err);
    if (!status) status = compare_rows(out, versions, both, dataset, &local, err);
    mlops__version_close(&older);
    mlops__version_close(&newer);
    return status;
}
