/* Trees of two commits that go back to one: which entries change, and what both have changed.
 *
 * Owns merged tables until they are in the draft. Invariant: the draft is not touched before all
 * outcomes and all conflicts are known.
 */
#include "dataset/merge_tree.h"

#include "column/csv_types.h"
#include "column/csv_write.h"
#include "column/names.h"
#include "file/file.h"

#include <string.h>

/* An entry of the three trees; NULL where it is not. */
typedef struct trio {
    const char *path;
    const mlops__entry *base, *ours, *theirs;
} trio;

static int same_entry(const mlops__entry *a, const mlops__entry *b) {
    if (!a || !b) return a == b;
    return a->json.size == b->json.size && memcmp(a->json.data, b->json.data, a->json.size) == 0;
}

/* ---- conflicts ---- */

static mlops_status put_id_of(mlops__tree_merge *self, const mlops__entry *entry) {
    mlops__facts facts;
    char text[MLOPS__ID_TEXT];
    if (entry) MLOPS_TRY(mlops__entry_read(entry, &facts, &self->draft->base.arena, self->err));
    if (entry) mlops__id_format(text, &facts.id);
    mlops__rows_text(&self->conflicts, entry ? text : NULL);
    return MLOPS_OK;
}

static mlops_status tell_entry(mlops__tree_merge *self, const trio *e) {
    mlops__rows_text(&self->conflicts, e->path);
    mlops__rows_text(&self->conflicts, "entry");
    for (int i = 0; i < 5; i++) mlops__rows_null(&self->conflicts);
    MLOPS_TRY(put_id_of(self, e->base));
    MLOPS_TRY(put_id_of(self, e->ours));
    return put_id_of(self, e->theirs);
}

/* Conflicts of a table, with its path. */
static void tell_cells(mlops__tree_merge *self, const char *path, const mlops_table *told) {
    for (int64_t i = 0; i < mlops_table_n_rows(told); i++) {
        mlops__rows_text(&self->conflicts, path);
        for (int64_t j = 0; j < mlops_table_n_columns(told); j++) {
            const mlops__column *column = mlops__table_column(told, j);
            if (!mlops__column_valid(column, i)) mlops__rows_null(&self->conflicts);
            else if (column->type == MLOPS_TYPE_INT64)
                mlops__rows_i64(&self->conflicts, ((const int64_t *)column->data)[i]);
            else
                mlops__rows_text(&self->conflicts,
                                 column->texts[((const int32_t *)column->data)[i]]);
        }
    }
}

/* ---- outcomes ---- */

static void add(mlops__tree_merge *self, const char *path, const mlops__entry *take,
                mlops_table *table) {
    self->outcomes[self->n++] = (mlops__outcome){path, take, table};
}

static mlops_status entry_conflict(mlops__tree_merge *self, const trio *e) {
    MLOPS_TRY(tell_entry(self, e));
    if (self->policy == MLOPS_MERGE_THEIRS) add(self, e->path, e->theirs, NULL);
    return MLOPS_OK;
}

/* The columns that name rows: as the option says, or as both sides do. */
static const char *key_of(const mlops__tree_merge *self, const mlops__facts *ours,
                          const mlops__facts *theirs) {
    if (self->key) return *self->key ? self->key : NULL;
    int same = ours->row_id && theirs->row_id && strcmp(ours->row_id, theirs->row_id) == 0;
    return same ? ours->row_id : NULL;
}

/* As one name of a list. */
static mlops_status spell_key(const mlops__tree_merge *self, const char *key, mlops__buf *out) {
    if (self->key) mlops__buf_text(out, key);
    else mlops__names_put(out, key);
    mlops__buf_u8(out, 0);
    return out->status ? mlops__fail_nomem(self->err, out->size) : MLOPS_OK;
}

static mlops_status merge_loaded(mlops__tree_merge *self, const char *path, const char *key,
                                 mlops_table *const tables[3]) {
    const mlops__host *host = mlops__store_host(self->draft->base.store);
    const mlops_host lent = mlops__host_lend(host);
    mlops_merge_opts opts = MLOPS_MERGE_OPTS_INIT;
    mlops_merge *made = NULL;
    mlops_table *told, *table = NULL;
    mlops__buf list;
    mlops__buf_init(&list, &host->allocator);
    mlops_status status = key ? spell_key(self, key, &list) : MLOPS_OK;
    opts.host = &lent;
    opts.policy = self->policy;
    opts.key = key ? (const char *)list.data : NULL;
    if (!status)
        status = mlops_merge_tables(&made, tables[0], tables[1], tables[2], &opts, self->err);
    mlops__buf_free(&list);
    if (status) return mlops__fail_path(self->err, status, path);
    mlops_merge_conflicts(&told, made, NULL);
    tell_cells(self, path, told);
    if (mlops_table_n_rows(told) == 0 || self->policy != MLOPS_MERGE_REFUSE)
        mlops_merge_table(&table, made, NULL);
    mlops_table_unref(told);
    mlops_merge_unref(made);
    if (table) add(self, path, NULL, table);
    return MLOPS_OK;
}

static mlops_status merge_tables(mlops__tree_merge *self, const trio *e, const mlops__facts *base,
                                 const mlops__facts *ours, const mlops__facts *theirs) {
    mlops_table *tables[3] = {NULL, NULL, NULL};
    mlops_draft *draft = self->draft;
    mlops_status status = MLOPS_OK;
    if (base)
        status = mlops__facts_table(&tables[0], base, draft->base.store, draft->change, self->err);
    if (!status) status = mlops__draft_table(draft, e->ours, ours, &tables[1], self->err);
    if (!status)
        status =
            mlops__facts_table(&tables[2], theirs, draft->base.store, draft->change, self->err);
    if (!status) status = merge_loaded(self, e->path, key_of(self, ours, theirs), tables);
    for (int i = 0; i < 3; i++) mlops_table_unref(tables[i]);
    return status;
}

static int same_id(const mlops__facts *a, const mlops__facts *b) {
    return memcmp(&a->id, &b->id, sizeof a->id) == 0;
}

/* An entry that both sides have changed otherwise. Where one has changed its split alone, or what
 * its columns are for, the other's table goes before. */
static mlops_status settle(mlops__tree_merge *self, const trio *e) {
    mlops__facts base, ours, theirs;
    mlops__arena *arena = &self->draft->base.arena;
    if (!e->ours || !e->theirs) return entry_conflict(self, e);
    if (e->base) MLOPS_TRY(mlops__entry_read(e->base, &base, arena, self->err));
    MLOPS_TRY(mlops__entry_read(e->ours, &ours, arena, self->err));
    MLOPS_TRY(mlops__entry_read(e->theirs, &theirs, arena, self->err));
    int tables = mlops__facts_is_table(&ours) && mlops__facts_is_table(&theirs);
    if (!tables || same_id(&ours, &theirs) || (e->base && !mlops__facts_is_table(&base)) ||
        (!e->base && !key_of(self, &ours, &theirs)))
        return entry_conflict(self, e);
    if (e->base && same_id(&base, &theirs)) return MLOPS_OK;
    if (!e->base || !same_id(&base, &ours))
        return merge_tables(self, e, e->base ? &base : NULL, &ours, &theirs);
    add(self, e->path, e->theirs, NULL);
    return MLOPS_OK;
}

static mlops_status decide(mlops__tree_merge *self, const trio *e) {
    if (same_entry(e->ours, e->theirs) || same_entry(e->base, e->theirs)) return MLOPS_OK;
    if (!same_entry(e->base, e->ours)) return settle(self, e);
    add(self, e->path, e->theirs, NULL);
    return MLOPS_OK;
}

/* ---- all entries ---- */

static const mlops__entry *at(const mlops__tree *tree, size_t i) {
    return i < tree->n ? tree->entries[i] : NULL;
}

static const char *lesser(const char *path, const mlops__entry *entry) {
    return entry && (!path || strcmp(entry->path, path) < 0) ? entry->path : path;
}

static const mlops__entry *step(const mlops__entry *entry, const char *path, size_t *i) {
    if (!entry || strcmp(entry->path, path) != 0) return NULL;
    ++*i;
    return entry;
}

static mlops_status decide_all(mlops__tree_merge *self) {
    const mlops__tree *trees[3] = {&self->base.tree, &self->draft->base.tree, &self->theirs.tree};
    size_t i[3] = {0, 0, 0};
    for (;;) {
        const mlops__entry *next[3];
        trio e = {NULL, NULL, NULL, NULL};
        for (int k = 0; k < 3; k++) e.path = lesser(e.path, next[k] = at(trees[k], i[k]));
        if (!e.path) return MLOPS_OK;
        e.base = step(next[0], e.path, &i[0]);
        e.ours = step(next[1], e.path, &i[1]);
        e.theirs = step(next[2], e.path, &i[2]);
        MLOPS_TRY(decide(self, &e));
    }
}

/* ---- files against folders ---- */

static const mlops__outcome *outcome_of(const mlops__tree_merge *self, const char *path) {
    size_t low = 0, high = self->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(self->outcomes[middle].path, path) < 0) low = middle + 1;
        else high = middle;
    }
    return low < self->n && !strcmp(self->outcomes[low].path, path) ? &self->outcomes[low] : NULL;
}

static int is_there(const mlops__tree_merge *self, const char *path) {
    const mlops__outcome *outcome = outcome_of(self, path);
    if (outcome) return outcome->take || outcome->table;
    return mlops__tree_find(&self->draft->base.tree, path) != NULL;
}

/* The first n bytes of a path, if they are that of an entry that there will be. */
static mlops_status check_folder(mlops__tree_merge *self, const char *path, size_t n) {
    char part[MLOPS__PATH_MAX + 1];
    memcpy(part, path, n);
    part[n] = 0;
    if (!is_there(self, part)) return MLOPS_OK;
    trio e = {path, mlops__tree_find(&self->base.tree, path),
              mlops__tree_find(&self->draft->base.tree, path),
              mlops__tree_find(&self->theirs.tree, path)};
    if (self->policy == MLOPS_MERGE_REFUSE) return tell_entry(self, &e);
    return mlops__fail(self->err, MLOPS_E_CONFLICT,
                       "one side has the file '%s' where the other has the folder of '%s', which "
                       "policy does not decide",
                       part, path);
}

static mlops_status check_folders(mlops__tree_merge *self, const mlops__tree *tree) {
    for (size_t i = 0; i < tree->n; i++) {
        const char *path = tree->entries[i]->path;
        if (tree == &self->theirs.tree && mlops__tree_find(&self->draft->base.tree, path)) continue;
        if (!is_there(self, path)) continue;
        for (size_t n = 1; path[n]; n++)
            if (path[n] == '/') MLOPS_TRY(check_folder(self, path, n));
    }
    return MLOPS_OK;
}

mlops_status mlops__tree_merge_plan(mlops__tree_merge *self) {
    size_t n = self->draft->base.tree.n + self->theirs.tree.n + 1;
    self->outcomes = mlops__arena_array(&self->draft->base.arena, n, sizeof *self->outcomes);
    if (!self->outcomes) return mlops__fail_nomem(self->err, n * sizeof *self->outcomes);
    MLOPS_TRY(decide_all(self));
    MLOPS_TRY(check_folders(self, &self->draft->base.tree));
    return check_folders(self, &self->theirs.tree);
}

/* ---- the draft ---- */

static mlops_status take_entry(mlops__tree_merge *self, const mlops__outcome *o) {
    mlops__buf json;
    mlops__blob *none[3] = {NULL, NULL, NULL};
    mlops__buf_init(&json, self->draft->base.arena.allocator);
    mlops__buf_put(&json, o->take->json.data, o->take->json.size);
    return mlops__draft_put(self->draft, o->path, &json, none, self->err);
}

/* A column that the table has yet, or none. */
static const char *still(const mlops_table *table, const char *name) {
    return name && mlops_table_find(table, name) >= 0 ? name : NULL;
}

/* Types that were given, of columns that have them yet. */
static mlops_status keep_types(mlops__tree_merge *self, const mlops_table *table,
                               const char **types, mlops__buf *out) {
    mlops__csv_type *given;
    int64_t n;
    MLOPS_TRY(mlops__csv_types_parse(&self->draft->base.arena, *types, &given, &n, self->err));
    for (int64_t i = 0; i < n; i++) {
        int64_t column = mlops_table_find(table, given[i].name);
        if (column >= 0 && mlops_table_type(table, column) == given[i].type)
            mlops__names_put(out, given[i].item);
    }
    mlops__buf_u8(out, 0);
    if (out->status) return mlops__fail_nomem(self->err, out->size);
    *types = out->size > 1 ? (const char *)out->data : NULL;
    return MLOPS_OK;
}

/* Writes the table as the CSV was that ours have, but for lines before its header. */
static mlops_status put_csv(mlops__tree_merge *self, const mlops__outcome *o,
                            const mlops__facts *facts, mlops_draft_table_opts *opts) {
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_draft *draft = self->draft;
    mlops__buf bytes, names, types;
    MLOPS_TRY(mlops__facts_csv(&csv, facts, &draft->base.arena, self->err));
    csv.memory_max = csv.skip_lines = csv.rows_max = 0;
    csv.names = NULL;
    mlops__buf_init(&bytes, draft->base.arena.allocator);
    mlops__buf_init(&names, draft->base.arena.allocator);
    mlops__buf_init(&types, draft->base.arena.allocator);
    mlops_status status = keep_types(self, o->table, &csv.types, &types);
    if (!status && (csv.flags & MLOPS_CSV_NO_HEADER)) {
        status = mlops__csv_names(o->table, csv.delimiter, &names, self->err);
        csv.names = (const char *)names.data;
    }
    if (!status) status = mlops__csv_write(o->table, &csv, &bytes, self->err);
    opts->csv = &csv;
    if (!status)
        status = mlops__draft_put_csv(draft, o->path, (mlops__bytes){bytes.data, bytes.size},
                                      o->path, opts, self->err);
    mlops__buf_free(&bytes);
    mlops__buf_free(&names);
    mlops__buf_free(&types);
    return status;
}

static mlops_status put_table(mlops__tree_merge *self, const mlops__outcome *o) {
    mlops__facts facts;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    const mlops__entry *entry = mlops__tree_find(&self->draft->base.tree, o->path);
    MLOPS_TRY(mlops__entry_read(entry, &facts, &self->draft->base.arena, self->err));
    opts.target = still(o->table, facts.target);
    opts.time = still(o->table, facts.time);
    opts.row_id = still(o->table, facts.row_id);
    mlops_status status =
        strcmp(facts.kind, "csv") == 0
            ? put_csv(self, o, &facts, &opts)
            : mlops_draft_add_table(self->draft, o->path, o->table, &opts, self->err);
    return status ? mlops__fail_path(self->err, status, o->path) : MLOPS_OK;
}

mlops_status mlops__tree_merge_apply(mlops__tree_merge *self) {
    for (size_t i = 0; i < self->n; i++)
        if (!self->outcomes[i].take && !self->outcomes[i].table)
            mlops__tree_remove(&self->draft->base.tree, self->outcomes[i].path);
    for (size_t i = 0; i < self->n; i++) {
        if (self->outcomes[i].take) MLOPS_TRY(take_entry(self, &self->outcomes[i]));
        if (self->outcomes[i].table) MLOPS_TRY(put_table(self, &self->outcomes[i]));
    }
    return MLOPS_OK;
}
