/* Expectations of datasets: their records, and holding tables of commits and drafts against them.
 *
 * Owns nothing beyond a call. Invariant: a commit is judged by what is known with it alone: its
 * time, its other entries, and the profile in its first parent; so judging it again gives the same.
 */
#include "column/rows.h"
#include "dataset/draft.h"
#include "quality/quality.h"
#include "text/utf8.h"

#include <mlops/quality.h>
#include <string.h>

enum { REASON_MAX = 65536 };

static const char TABLE[] = "table", COMMIT[] = "commit"; /* kinds of records */

/* ---- records ---- */

void mlops__suite_prefix(mlops__key *out, const char *dataset) {
    mlops__key_init(out);
    mlops__key_text(out, dataset);
    mlops__key_text(out, TABLE);
}

void mlops__suite_key(mlops__key *out, mlops_store *store, const char *dataset, const char *path) {
    const mlops_id id = mlops__content_id(store, path, strlen(path));
    mlops__suite_prefix(out, dataset);
    mlops__key_id(out, &id);
}

void mlops__verdict_key(mlops__key *out, const char *dataset, const mlops_id *commit) {
    mlops__key_init(out);
    mlops__key_text(out, dataset);
    mlops__key_text(out, COMMIT);
    mlops__key_id(out, commit);
}

static mlops_status check_names(const char *dataset, const char *path, mlops_error *err) {
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    return mlops__path_check(path, err);
}

mlops_status mlops_dataset_expect(mlops_change *change, const char *dataset, const char *path,
                                  const mlops_expectations *expectations, mlops_error *err) {
    char verb[MLOPS__NAME_MAX + 20];
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    int64_t time_ns;
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(check_names(dataset, path, err));
    mlops_store *store = mlops__change_store(change);
    mlops__format(verb, sizeof verb, "dataset expect %s", dataset);
    MLOPS_TRY(mlops__change_verb(change, verb, err));
    mlops__suite_key(&key, store, dataset, path);
    MLOPS_TRY(mlops__record_next_time(&time_ns, change, MLOPS__TABLE_EXPECTATIONS, &key, err));
    mlops__buf_init(&buf, &mlops__store_host(store)->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "path", path);
    if (expectations)
        mlops__record_put_text(&json, "expectations", mlops_expectations_text(expectations));
    mlops__record_put_i64(&json, "time_ns", time_ns);
    if (!expectations) { /* so that a pull does not bring them back */
        mlops__json_name(&json, "dropped");
        mlops__json_bool(&json, 1);
    }
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_EXPECTATIONS, &key, &buf, err);
}

/* What is kept for a path, under the change of the view; *out NULL: nothing. */
static mlops_status read_suite(mlops_expectations **out, mlops__view *view, const char *dataset,
                               const char *path) {
    const mlops_host lent = mlops__host_lend(mlops__store_host(view->store));
    mlops__key key;
    mlops__bytes value;
    mlops__record record;
    mlops_status status = MLOPS_END;
    *out = NULL;
    mlops__suite_key(&key, view->store, dataset, path);
    const mlops__bytes bytes = mlops__key_bytes(&key);
    if (view->change)
        status = mlops__change_pending(view->change, MLOPS__TABLE_EXPECTATIONS, bytes, &value);
    if (status == MLOPS_END)
        status =
            mlops__index_get(&view->index, MLOPS__TABLE_EXPECTATIONS, bytes, &value, view->err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__record_parse(&record, value, view->arena, view->err));
    if (mlops__record_bool(&record, "dropped", 0)) return MLOPS_OK;
    const char *text = mlops__record_text(&record, "expectations");
    if (!text)
        return mlops__fail(view->err, MLOPS_E_CORRUPT, "the expectations of '%s' have no text",
                           path);
    return mlops_expectations_parse(out, text, &lent, view->err);
}

static mlops_status no_suite(const char *path, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "there are no expectations of '%s'; mlops_dataset_expect() keeps some",
                       path);
}

mlops_status mlops_dataset_expectations(mlops_expectations **out, mlops_store *store,
                                        const char *dataset, const char *path, mlops_error *err) {
    mlops__arena arena;
    mlops__view view;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    MLOPS_TRY(check_names(dataset, path, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, store, NULL, &arena, err);
    if (!status) {
        status = read_suite(out, &view, dataset, path);
        mlops__view_end(&view);
    }
    mlops__arena_free(&arena);
    return status || *out ? status : no_suite(path, err);
}

/* ---- judging ---- */

/* A table, and what it is judged with. */
typedef struct subject {
    mlops__version *version; /* whose tree it stands in */
    mlops_draft *draft;      /* NULL: of a commit */
    const mlops_change *change;
    const char *dataset, *path;
    const char *against;    /* a ref; NULL: the first parent */
    const mlops_id *parent; /* NULL: there is none */
    int64_t time_ns;
    mlops_error *err;
} subject;

static mlops_status load(const subject *self, const char *path, mlops_table **out) {
    mlops__facts facts;
    *out = NULL;
    MLOPS_TRY(mlops__version_find(self->version, path, &facts, self->err));
    if (!self->draft)
        return mlops__facts_table(out, &facts, self->version->store, self->change, self->err);
    return mlops__draft_table(self->draft, mlops__tree_find(&self->version->tree, path), &facts,
                              out, self->err);
}

/* Binds one, or notes why there is none that can be read. */
static mlops_status bind_other(const subject *self, mlops_expectations **e,
                               mlops__expectation_other *other) {
    mlops_expectations *bound;
    mlops_table *table;
    mlops__facts facts;
    MLOPS_TRY(mlops__version_find(self->version, other->name, &facts, self->err));
    if (!mlops__facts_is_table(&facts)) {
        other->problem = "is a file and no table";
        return MLOPS_OK;
    }
    mlops_status status = load(self, other->name, &table);
    if (status == MLOPS_E_NOT_FOUND) {
        other->problem = "was not pulled";
        return MLOPS_OK;
    }
    MLOPS_TRY(status);
    status = mlops_expectations_bind(&bound, *e, other->name, table, self->err);
    mlops_table_unref(table);
    MLOPS_TRY(status);
    mlops_expectations_unref(*e);
    *e = bound;
    return MLOPS_OK;
}

/* Other entries that the expectations read; those that are not there stay unbound. */
static mlops_status bind_others(const subject *self, mlops_expectations **e) {
    for (int64_t i = 0; i < (*e)->n_others; i++)
        if (mlops__tree_find(&self->version->tree, (*e)->others[i].name))
            MLOPS_TRY(bind_other(self, e, &(*e)->others[i]));
    return MLOPS_OK;
}

/* The profile of the path in another commit; *out NULL: there is none. */
static mlops_status read_reference(const subject *self, mlops__version *other,
                                   mlops_reference **out) {
    mlops__facts facts;
    if (!mlops__tree_find(&other->tree, self->path)) return MLOPS_OK;
    MLOPS_TRY(mlops__version_find(other, self->path, &facts, self->err));
    if (!mlops__facts_is_table(&facts) || !facts.has_profile) return MLOPS_OK;
    return mlops__facts_profile(out, &facts, other->store, self->change, self->err);
}

static mlops_status open_parent(const subject *self, mlops__version *out) {
    mlops__view view;
    memset(out, 0, sizeof *out);
    out->store = self->version->store;
    mlops__arena_init(&out->arena, &mlops__store_host(out->store)->allocator, SIZE_MAX);
    mlops__tree_init(&out->tree, &out->arena);
    MLOPS_TRY(mlops__view_begin(&view, out->store, self->change, &out->arena, self->err));
    mlops_status status = mlops__commit_read(&out->commit, &view, self->dataset, self->parent);
    mlops__view_end(&view);
    return status ? status : mlops__version_load(out, self->change, self->err);
}

static mlops_status find_reference(const subject *self, mlops_reference **out) {
    mlops__version other;
    *out = NULL;
    if (!self->against && !self->parent) return MLOPS_OK;
    mlops_status status = self->against
                              ? mlops__version_open(&other, self->version->store, self->dataset,
                                                    self->against, self->err)
                              : open_parent(self, &other);
    if (!status) status = read_reference(self, &other, out);
    mlops__version_close(&other);
    return status;
}

/* Takes the expectations and the table. */
static mlops_status judge(const subject *self, mlops_expectations *e, mlops_table *table,
                          mlops_table **out) {
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_reference *reference = NULL;
    opts.flags = MLOPS_EXPECTATIONS_SET_AS_OF_NS;
    opts.as_of_ns = self->time_ns;
    mlops_status status = bind_others(self, &e);
    if (!status && e->compares) status = find_reference(self, &reference);
    opts.reference = reference;
    if (!status) status = mlops_expectations_validate(out, e, table, &opts, self->err);
    mlops_table_unref(table);
    mlops_reference_unref(reference);
    mlops_expectations_unref(e);
    return status;
}

static mlops_status find_suite(const subject *self, mlops_expectations **out) {
    mlops__view view;
    mlops__version *version = self->version;
    *out = NULL;
    MLOPS_TRY(mlops__view_begin(&view, version->store, self->change, &version->arena, self->err));
    mlops_status status = read_suite(out, &view, self->dataset, self->path);
    mlops__view_end(&view);
    return status;
}

static mlops_status validate(const subject *self, mlops_table **out) {
    mlops_expectations *e;
    mlops__facts facts;
    MLOPS_TRY(mlops__version_find(self->version, self->path, &facts, self->err));
    MLOPS_TRY(find_suite(self, &e));
    if (!e) return no_suite(self->path, self->err);
    mlops_table *table;
    mlops_status status = load(self, self->path, &table);
    if (!status) return judge(self, e, table, out);
    mlops_expectations_unref(e);
    return status;
}

mlops_status mlops_dataset_validate(mlops_table **out, mlops_store *store, const char *dataset,
                                    const char *ref, const char *path, const char *against,
                                    mlops_error *err) {
    mlops__version version;
    if (!out || !path) return mlops__fail(err, MLOPS_E_INVALID, "out or the path is NULL");
    *out = NULL;
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) {
        const subject self = {.version = &version,
                              .dataset = dataset,
                              .path = path,
                              .against = against,
                              .parent = version.commit.n_parents ? version.commit.parents : NULL,
                              .time_ns = version.commit.time_ns,
                              .err = err};
        status = validate(&self, out);
    }
    mlops__version_close(&version);
    return status;
}

/* ---- drafts ---- */

static subject subject_of(mlops_draft *draft, const char *path, int64_t time_ns, mlops_error *err) {
    return (subject){.version = &draft->base,
                     .draft = draft,
                     .change = draft->change,
                     .dataset = draft->dataset,
                     .path = path,
                     .parent = draft->has_parent ? &draft->base.commit.id : NULL,
                     .time_ns = time_ns,
                     .err = err};
}

mlops_status mlops_draft_validate(mlops_table **out, mlops_draft *self, const char *path,
                                  mlops_error *err) {
    if (!out || !path) return mlops__fail(err, MLOPS_E_INVALID, "out or the path is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__draft_check(self, path, err));
    const subject s = subject_of(self, path, mlops__draft_time(self), err);
    return validate(&s, out);
}

mlops_status mlops_draft_override(mlops_draft *self, const char *reason, mlops_error *err) {
    MLOPS_TRY(mlops__draft_check(self, "-", err));
    size_t n = reason ? strlen(reason) : 0;
    if (n == 0 || n > REASON_MAX || mlops__utf8_check(reason, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID, "a reason has 1 to %d bytes of UTF-8", REASON_MAX);
    self->reason = mlops__arena_text(&self->base.arena, reason, n);
    return self->reason ? MLOPS_OK : mlops__fail_nomem(err, n);
}

/* What all tables gave. */
typedef struct outcomes {
    mlops__json_writer json; /* an array, of members of the commit's record */
    int n, overridden;
} outcomes;

/* What one gave: n expectations, of which some are not kept if there is a message. */
static mlops_status put_outcome(outcomes *out, const subject *self, int64_t n, const char *broken) {
    mlops__json_open(&out->json, '{');
    mlops__record_put_text(&out->json, "path", self->path);
    mlops__record_put_i64(&out->json, "n", n);
    mlops__record_put_text(&out->json, "broken", broken);
    mlops__json_close(&out->json, '}');
    out->n++;
    if (!broken) return MLOPS_OK;
    out->overridden = 1;
    if (self->draft->reason) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_REFUSED, "'%.*s': %s", 120, self->path, broken);
}

/* What a table gave in a commit; MLOPS_END: nothing is known of that. */
static mlops_status find_outcome(mlops__record *out, const subject *self, const mlops_id *commit,
                                 mlops__view *view) {
    mlops__key key;
    mlops__bytes value;
    mlops__record record, tables;
    mlops__verdict_key(&key, self->dataset, commit);
    const mlops__bytes bytes = mlops__key_bytes(&key);
    mlops_status status =
        mlops__change_pending(view->change, MLOPS__TABLE_EXPECTATIONS, bytes, &value);
    if (status == MLOPS_END)
        status =
            mlops__index_get(&view->index, MLOPS__TABLE_EXPECTATIONS, bytes, &value, view->err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_END;
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__record_parse(&record, value, view->arena, view->err));
    MLOPS_TRY(mlops__record_items(&tables, mlops__record_json(&record, "tables"), view->arena,
                                  view->err));
    for (size_t i = 0; i < tables.n; i++) {
        MLOPS_TRY(mlops__record_parse(out, tables.fields[i].json, view->arena, view->err));
        const char *path = mlops__record_text(out, "path");
        if (path && strcmp(path, self->path) == 0) return MLOPS_OK;
    }
    return MLOPS_END;
}

/* The entry is as it is in the parent. */
static mlops_status is_as_before(const subject *self, int *out) {
    mlops__version parent;
    *out = 0;
    if (!self->parent) return MLOPS_OK;
    mlops_status status = open_parent(self, &parent);
    const mlops__entry *is = mlops__tree_find(&self->version->tree, self->path);
    const mlops__entry *was = status ? NULL : mlops__tree_find(&parent.tree, self->path);
    *out = is && was && is->json.size == was->json.size &&
           memcmp(is->json.data, was->json.data, is->json.size) == 0;
    mlops__version_close(&parent);
    return status;
}

/* A table that is not here cannot be judged: it counts as it did where it comes from. */
static mlops_status keep_outcome(outcomes *out, const subject *self) {
    mlops__view view;
    mlops__record was;
    int is_same;
    const mlops_draft *draft = self->draft;
    const mlops_id *from[2] = {self->parent, draft->has_merged ? &draft->merged : NULL};
    mlops_status status = MLOPS_END;
    MLOPS_TRY(mlops__view_begin(&view, self->version->store, self->change, &self->version->arena,
                                self->err));
    for (int i = 0; i < 2 && status == MLOPS_END; i++)
        if (from[i]) status = find_outcome(&was, self, from[i], &view);
    if (!status)
        status = put_outcome(out, self, mlops__record_i64(&was, "n", 0),
                             mlops__record_text(&was, "broken"));
    mlops__view_end(&view);
    if (status != MLOPS_END) return status;
    MLOPS_TRY(is_as_before(self, &is_same));
    if (is_same) return MLOPS_OK;
    return put_outcome(out, self, 0, "what is expected is unknown: the table was not pulled");
}

/* Takes the expectations. */
static mlops_status require_table(outcomes *out, const subject *self, mlops_expectations *e) {
    mlops_table *report = NULL, *table = NULL;
    mlops_error broken;
    int64_t n = e->n;
    mlops_status status = load(self, self->path, &table);
    if (status) {
        mlops_expectations_unref(e);
        return status == MLOPS_E_NOT_FOUND ? keep_outcome(out, self) : status;
    }
    MLOPS_TRY(judge(self, e, table, &report));
    status = mlops_expectations_require(report, &broken);
    mlops_table_unref(report);
    return put_outcome(out, self, n, status ? broken.message : NULL);
}

/* Paths that something is kept for, each once. */
typedef struct paths {
    const char **items;
    int64_t n;
    size_t cap;
} paths;

static mlops_status add_path(paths *self, mlops__bytes value, mlops__view *view) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, value, view->arena, view->err));
    const char *path = mlops__record_text(&record, "path");
    if (!path) return mlops__fail(view->err, MLOPS_E_CORRUPT, "expectations are of no path");
    for (int64_t i = 0; i < self->n; i++)
        if (strcmp(self->items[i], path) == 0) return MLOPS_OK;
    const char **items = mlops__arena_grow(view->arena, (void *)(uintptr_t)self->items, self->n,
                                           &self->cap, sizeof *items);
    if (!items) return mlops__fail_nomem(view->err, sizeof *items);
    self->items = items;
    self->items[self->n++] = path;
    return MLOPS_OK;
}

/* In the order of the store's keys, then those that the change itself has. */
static mlops_status list_paths(paths *self, mlops__view *view, const char *dataset) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    size_t at = 0;
    mlops__suite_prefix(&key, dataset);
    const mlops__bytes prefix = mlops__key_prefix(&key);
    MLOPS_TRY(
        mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_EXPECTATIONS, prefix, view->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &k, &value, view->err)))
        if ((status = add_path(self, value, view)) < 0) break;
    mlops__index_iter_free(&iter);
    while (status >= 0 &&
           !mlops__change_next_put(view->change, MLOPS__TABLE_EXPECTATIONS, prefix, &at, &value))
        status = add_path(self, value, view);
    return status < 0 ? status : MLOPS_OK;
}

/* None that was never there is missed, nor one that is gone for a reason already. */
static mlops_status require_none(outcomes *out, const subject *self) {
    mlops_expectations *e;
    mlops__version parent;
    if (!self->parent) return MLOPS_OK;
    mlops_status status = open_parent(self, &parent);
    int was_there = !status && mlops__tree_find(&parent.tree, self->path);
    mlops__version_close(&parent);
    if (!was_there) return status;
    MLOPS_TRY(find_suite(self, &e));
    if (!e) return MLOPS_OK;
    int64_t n = e->n;
    mlops_expectations_unref(e);
    return put_outcome(out, self, n, "the table is gone, and something is expected of it");
}

static mlops_status require_path(outcomes *out, const subject *self) {
    mlops_expectations *e;
    mlops__facts facts;
    if (!mlops__tree_find(&self->version->tree, self->path)) return require_none(out, self);
    MLOPS_TRY(mlops__version_find(self->version, self->path, &facts, self->err));
    MLOPS_TRY(find_suite(self, &e));
    if (!e) return MLOPS_OK;
    if (mlops__facts_is_table(&facts)) return require_table(out, self, e);
    int64_t n = e->n;
    mlops_expectations_unref(e);
    return put_outcome(out, self, n, "it is a file, and a table is expected");
}

static mlops_status require_all(outcomes *out, mlops_draft *draft, int64_t time_ns,
                                mlops_error *err) {
    mlops__view view;
    paths all = {NULL, 0, 0};
    MLOPS_TRY(mlops__view_begin(&view, draft->base.store, draft->change, &draft->base.arena, err));
    mlops_status status = list_paths(&all, &view, draft->dataset);
    mlops__view_end(&view);
    for (int64_t i = 0; i < all.n && !status; i++) {
        const subject self = subject_of(draft, all.items[i], time_ns, err);
        status = require_path(out, &self);
    }
    return status;
}

mlops_status mlops__draft_require(mlops_draft *self, int64_t time_ns, mlops__buf *out,
                                  mlops_error *err) {
    mlops__json_writer json;
    mlops__buf tables;
    outcomes all = {.n = 0};
    mlops__buf_init(&tables, out->allocator);
    mlops__json_writer_init(&all.json, &tables, 0);
    mlops__json_open(&all.json, '[');
    mlops_status status = require_all(&all, self, time_ns, err);
    mlops__json_close(&all.json, ']');
    if (!status && all.n) {
        mlops__json_writer_init(&json, out, 0);
        mlops__json_open(&json, '{');
        mlops__record_put_text(&json, "verdict", all.overridden ? "overridden" : "held");
        mlops__record_put_text(&json, "reason", all.overridden ? self->reason : NULL);
        mlops__record_put_i64(&json, "time_ns", time_ns);
        mlops__json_name(&json, "tables");
        mlops__json_raw(&json, (const char *)tables.data, tables.size);
        mlops__json_close(&json, '}');
        if (tables.status || out->status) status = mlops__fail_nomem(err, tables.size);
    }
    mlops__buf_free(&tables);
    return status;
}

mlops_status mlops__draft_put_verdict(mlops_draft *self, const mlops_id *commit,
                                      const mlops__buf *verdict, mlops_error *err) {
    mlops__key key;
    if (verdict->size == 0) return MLOPS_OK;
    mlops__verdict_key(&key, self->dataset, commit);
    return mlops__change_put(self->change, MLOPS__TABLE_EXPECTATIONS, mlops__key_bytes(&key),
                             (mlops__bytes){verdict->data, verdict->size}, err);
}

/* ---- what commits were held against ---- */

static mlops_status list_commit(mlops__rows *rows, mlops__bytes commit, const mlops__record *record,
                                mlops__view *view) {
    mlops__record tables, table;
    MLOPS_TRY(
        mlops__record_items(&tables, mlops__record_json(record, "tables"), view->arena, view->err));
    for (size_t i = 0; i < tables.n; i++) {
        MLOPS_TRY(mlops__record_parse(&table, tables.fields[i].json, view->arena, view->err));
        mlops__rows_text_n(rows, commit.data, commit.size);
        mlops__rows_text(rows, mlops__record_text(&table, "path"));
        mlops__rows_text(rows, mlops__record_text(record, "verdict"));
        mlops__rows_text(rows, mlops__record_text(record, "reason"));
        mlops__rows_text(rows, mlops__record_text(&table, "broken"));
        mlops__rows_i64(rows, mlops__record_i64(record, "time_ns", 0));
        mlops__rows_i64(rows, mlops__record_i64(&table, "n", 0));
    }
    return MLOPS_OK;
}

static mlops_status list(mlops__rows *rows, mlops__view *view, const char *dataset) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    mlops__record record;
    mlops__key_init(&key);
    mlops__key_text(&key, dataset);
    mlops__key_text(&key, COMMIT);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_EXPECTATIONS,
                                     mlops__key_prefix(&key), view->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &k, &value, view->err))) {
        status = mlops__record_parse(&record, value, view->arena, view->err);
        if (!status) status = list_commit(rows, mlops__key_part(k, 2), &record, view);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops_dataset_validations(mlops_table **out, mlops_store *store, const char *dataset,
                                       mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"commit", MLOPS_TYPE_STRING},  {"path", MLOPS_TYPE_STRING},
        {"verdict", MLOPS_TYPE_STRING}, {"reason", MLOPS_TYPE_STRING},
        {"broken", MLOPS_TYPE_STRING},  {"time_ns", MLOPS_TYPE_INT64},
        {"n", MLOPS_TYPE_INT64},
    };
    mlops__arena arena;
    mlops__rows rows;
    mlops__view view;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 7, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, store, NULL, &arena, err);
    if (!status) {
        status = list(&rows, &view, dataset);
        mlops__view_end(&view);
    }
    mlops__arena_free(&arena);
    return mlops__rows_end(&rows, status, out, err);
}
