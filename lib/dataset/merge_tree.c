/* Trees of two commits that go back to one: which entries change, and what both have changed.
 *
 * Owns merged tables until they are in the draft. Invariant: the draft is not touched before all
 * outcomes and all conflicts are known.
 */
#include "dataset/merge_roles.h"

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

/* An entry that is settled: what the three say, and which of them says how bytes are read. */
typedef struct pick {
    const trio *e;
    mlops__facts facts[3];
    int which, again; /* again: that goes for the bytes of all of them */
    const mlops__entry *how;
    int same; /* both sides are read alike */
} pick;

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

static void take(mlops__tree_merge *self, const trio *e) {
    self->outcomes[self->n++] = (mlops__outcome){e->path, e->theirs, NULL, NULL, NULL};
}

static mlops_status entry_conflict(mlops__tree_merge *self, const trio *e) {
    MLOPS_TRY(tell_entry(self, e));
    if (self->policy == MLOPS_MERGE_THEIRS) take(self, e);
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

static mlops_status merge_loaded(mlops__tree_merge *self, const pick *p, const char *key,
                                 mlops_table *const tables[3]) {
    const char *path = p->e->path;
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
    mlops__roles *roles = NULL;
    status = mlops__roles_merge(self, &(mlops__roles_of){path, p->facts, 0, 0, table}, &roles);
    if (table) self->outcomes[self->n++] = (mlops__outcome){path, NULL, table, p->how, roles};
    return status;
}

/* The table that bytes are if they are read as those of another entry; NULL if they are none. */
static mlops_status read_as(mlops__tree_merge *self, const mlops__entry *entry,
                            const mlops__facts *facts, const mlops__facts *how, mlops_table **out) {
    const mlops_draft *draft = self->draft;
    const mlops__blob *waits = entry->blobs[MLOPS__ROLE_BYTES];
    const mlops_host lent = mlops__host_lend(mlops__store_host(draft->base.store));
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops__buf loaded;
    mlops__buf_init(&loaded, draft->base.arena.allocator);
    MLOPS_TRY(mlops__facts_csv(&opts, how, &self->draft->base.arena, self->err));
    opts.host = &lent;
    if (!waits || waits->is_kept) {
        MLOPS_TRY(
            mlops__content_load(&loaded, draft->base.store, draft->change, &facts->id, self->err));
        waits = NULL;
    }
    const mlops__buf *bytes = waits ? &waits->bytes : &loaded;
    mlops_status status =
        mlops_table_parse(out, (const char *)bytes->data, bytes->size, &opts, self->err);
    mlops__buf_free(&loaded);
    return status == MLOPS_E_PARSE || status == MLOPS_E_SCHEMA ? MLOPS_OK : status;
}

static mlops_status load_side(mlops__tree_merge *self, const pick *p, int i, mlops_table **out) {
    const mlops__entry *entries[3] = {p->e->base, p->e->ours, p->e->theirs};
    mlops_draft *draft = self->draft;
    if (!entries[i]) return MLOPS_OK;
    if (p->again) return read_as(self, entries[i], &p->facts[i], &p->facts[p->which], out);
    if (i == 1) return mlops__draft_table(draft, entries[i], &p->facts[i], out, self->err);
    return mlops__facts_table(out, &p->facts[i], draft->base.store, draft->change, self->err);
}

/* Rows of the file may follow that an option kept from being read, and would be lost. */
static mlops_status is_cut(mlops__tree_merge *self, const pick *p, int i, const mlops_table *table,
                           int *out) {
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    MLOPS_TRY(mlops__facts_csv(&csv, &p->facts[p->again ? p->which : i], &self->draft->base.arena,
                               self->err));
    *out |= csv.rows_max && mlops_table_n_rows(table) >= csv.rows_max;
    return MLOPS_OK;
}

static mlops_status merge_tables(mlops__tree_merge *self, const pick *p) {
    mlops_table *tables[3] = {NULL, NULL, NULL};
    const mlops__entry *base = p->e->base;
    mlops_status status = MLOPS_OK;
    int lacks = 0;
    for (int i = 0; i < 3 && !status; i++) {
        status = load_side(self, p, i, &tables[i]);
        lacks |= !tables[i] && (i || base);
        if (!status && i && tables[i]) status = is_cut(self, p, i, tables[i], &lacks);
    }
    if (!status && lacks) status = entry_conflict(self, p->e);
    else if (!status)
        status = merge_loaded(self, p, key_of(self, &p->facts[1], &p->facts[2]), tables);
    for (int i = 0; i < 3; i++) mlops_table_unref(tables[i]);
    return status;
}

static int same_id(const mlops__facts *a, const mlops__facts *b) {
    return memcmp(&a->id, &b->id, sizeof a->id) == 0;
}

/* How the bytes of an entry are read: its kind, and the options of CSV. */
static mlops_status put_reading(mlops__tree_merge *self, const mlops__facts *facts,
                                mlops__buf *out) {
    mlops__json_writer json;
    mlops__record csv = {NULL, 0};
    mlops__bytes opts = mlops__record_json(&facts->record, "csv");
    if (opts.size) MLOPS_TRY(mlops__record_parse(&csv, opts, &self->draft->base.arena, self->err));
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "kind", facts->kind);
    mlops__record_put_except(&json, &csv, "lines_ahead"); /* which bytes have, and not options */
    mlops__json_close(&json, '}');
    return out->status ? mlops__fail_nomem(self->err, out->size) : MLOPS_OK;
}

static int same_bytes(const mlops__buf *a, const mlops__buf *b) {
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* p->which is of the side that has changed how bytes are read, if one has, 0 if both have,
 * otherwise. */
static mlops_status pick_reading(mlops__tree_merge *self, pick *p) {
    mlops__buf how[3];
    mlops_status status = MLOPS_OK;
    for (int i = 0; i < 3; i++) mlops__buf_init(&how[i], self->draft->base.arena.allocator);
    for (int i = p->e->base ? 0 : 1; i < 3 && !status; i++)
        status = put_reading(self, &p->facts[i], &how[i]);
    if (!status) {
        p->same = same_bytes(&how[1], &how[2]);
        if (p->same || !p->e->base || same_bytes(&how[0], &how[2])) p->which = 1;
        else p->which = same_bytes(&how[0], &how[1]) ? 2 : 0;
    }
    for (int i = 0; i < 3; i++) mlops__buf_free(&how[i]);
    p->how = p->which == 2 ? p->e->theirs : p->e->ours;
    return status;
}

/* The entry of a side, for what both say: what the other one alone has changed of what columns are
 * for, and of how rows are divided, is taken. */
static mlops_status keep(mlops__tree_merge *self, const pick *p, int side) {
    const mlops__entry *entry = side == 1 ? p->e->ours : p->e->theirs;
    int copies = p->same && same_id(&p->facts[1], &p->facts[2]);
    mlops__roles *roles;
    MLOPS_TRY(mlops__roles_merge(self, &(mlops__roles_of){p->e->path, p->facts, side, copies, NULL},
                                 &roles));
    if (side == 1 && !roles) return MLOPS_OK;
    self->outcomes[self->n++] = (mlops__outcome){p->e->path, entry, NULL, NULL, roles};
    return MLOPS_OK;
}

/* Both are tables that can be made one: of the same bytes, or going back to a table, or to nothing
 * with rows that are named. */
static int can_settle(const mlops__tree_merge *self, const pick *p) {
    if (!mlops__facts_is_table(&p->facts[1]) || !mlops__facts_is_table(&p->facts[2])) return 0;
    if (same_id(&p->facts[1], &p->facts[2])) return p->which && (p->e->base || p->same);
    if (p->e->base) return p->which && mlops__facts_is_table(&p->facts[0]);
    return key_of(self, &p->facts[1], &p->facts[2]) != NULL;
}

/* An entry that both sides have changed otherwise. Where one alone has changed its rows, its table
 * goes before; where one has changed alone how its bytes are read, those of all are read so. */
static mlops_status settle(mlops__tree_merge *self, const trio *e) {
    const mlops__entry *entries[3] = {e->base, e->ours, e->theirs};
    pick p = {.e = e};
    if (!e->ours || !e->theirs) return entry_conflict(self, e);
    for (int i = e->base ? 0 : 1; i < 3; i++)
        MLOPS_TRY(mlops__entry_read(entries[i], &p.facts[i], &self->draft->base.arena, self->err));
    MLOPS_TRY(pick_reading(self, &p));
    if (!can_settle(self, &p)) return entry_conflict(self, e);
    if (same_id(&p.facts[1], &p.facts[2])) return keep(self, &p, p.which);
    int ours_stay = e->base && same_id(&p.facts[0], &p.facts[1]);
    int theirs_stay = e->base && same_id(&p.facts[0], &p.facts[2]);
    if (theirs_stay && p.which == 1) return keep(self, &p, 1);
    p.again = ours_stay || theirs_stay;
    if (!ours_stay || (p.which == 1 && !p.same)) return merge_tables(self, &p);
    return keep(self, &p, 2);
}

static mlops_status decide(mlops__tree_merge *self, const trio *e) {
    if (same_entry(e->ours, e->theirs) || same_entry(e->base, e->theirs)) return MLOPS_OK;
    if (!same_entry(e->base, e->ours)) return settle(self, e);
    take(self, e);
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
    if (o->roles) return mlops__roles_put(self, o);
    mlops__blob *none[3] = {NULL, NULL, NULL};
    mlops__buf_init(&json, self->draft->base.arena.allocator);
    mlops__buf_put(&json, o->take->json.data, o->take->json.size);
    return mlops__draft_put(self->draft, o->path, &json, none, self->err);
}

static int times_fit(const mlops__column *column, const char *format, char *room) {
    for (int64_t row = 0; row < column->n_rows; row++)
        if (mlops__column_valid(column, row) &&
            !mlops__csv_time_spell(room, format, ((const int64_t *)column->data)[row]))
            return 0;
    return 1;
}

/* The type as it was given, but for a format of times that one of the other side does not fit. */
static mlops_status keep_type(mlops__tree_merge *self, const mlops__column *column,
                              const mlops__csv_type *type, mlops__buf *out) {
    size_t n = strlen(type->name) + sizeof "=time";
    size_t room = type->time ? mlops__csv_time_room(type->time) : 0;
    char *item = mlops__arena_alloc(&self->draft->base.arena, n + room);
    if (!item) return mlops__fail_nomem(self->err, n + room);
    mlops__format(item, n, "%s=time", type->name);
    int fits = !type->time || times_fit(column, type->time, item + n);
    mlops__names_put(out, fits ? type->item : item);
    return MLOPS_OK;
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
            MLOPS_TRY(keep_type(self, mlops__table_column(table, column), &given[i], out));
    }
    mlops__buf_u8(out, 0);
    if (out->status) return mlops__fail_nomem(self->err, out->size);
    *types = out->size > 1 ? (const char *)out->data : NULL;
    return MLOPS_OK;
}

/* Writes the table as CSV is read of an entry, but for lines before its header. */
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
    mlops__facts how;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    MLOPS_TRY(mlops__entry_read(o->how, &how, &self->draft->base.arena, self->err));
    opts.target = o->roles->columns[0];
    opts.time = o->roles->columns[1];
    opts.row_id = o->roles->columns[2];
    mlops_status status =
        strcmp(how.kind, "csv") == 0
            ? put_csv(self, o, &how, &opts)
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
