/* Members of the entries of tables that say what they are for, each made one of three.
 *
 * Owns nothing. Invariant: what one side alone has changed is taken, and what cannot be is told.
 */
#include "dataset/merge_roles.h"

#include "dataset/parts.h"

#include <string.h>

enum { ROW_ID = 2, SPLIT, PARTS, MEMBERS };

static const char *const members[MEMBERS] = {"target", "time", "row_id", "split", "parts"};

static int is_member(const char *name) {
    for (int i = 0; i < MEMBERS; i++)
        if (strcmp(name, members[i]) == 0) return 1;
    return 0;
}

/* ---- as it is compared ---- */

static int is_of_rows(const char *name) {
    return !strcmp(name, "n_held_out") || !strcmp(name, "rows") || !strcmp(name, "sizes") ||
           !strcmp(name, "digest");
}

/* The rule of a split or of parts, without what it has come to; NULL: there is none. */
static mlops_status rule_of(mlops__tree_merge *self, const mlops__facts *facts, const char *name,
                            const char **out) {
    mlops__buf buf;
    mlops__json_writer json;
    mlops__record record;
    mlops__arena *arena = &self->draft->base.arena;
    mlops__bytes member = mlops__record_json(&facts->record, name);
    *out = NULL;
    if (!member.size) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&record, member, arena, self->err));
    mlops__buf_init(&buf, arena->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    for (size_t i = 0; i < record.n; i++) {
        if (is_of_rows(record.fields[i].name)) continue;
        mlops__json_name(&json, record.fields[i].name);
        mlops__json_raw(&json, (const char *)record.fields[i].json.data,
                        record.fields[i].json.size);
    }
    mlops__json_close(&json, '}');
    if (!buf.status) *out = mlops__arena_text(arena, (const char *)buf.data, buf.size);
    mlops_status status = *out ? MLOPS_OK : mlops__fail_nomem(self->err, buf.size);
    mlops__buf_free(&buf);
    return status;
}

static mlops_status value_of(mlops__tree_merge *self, const mlops__facts *facts, int member,
                             const char **out) {
    if (member >= SPLIT) return rule_of(self, facts, members[member], out);
    *out = mlops__record_text(&facts->record, members[member]);
    return MLOPS_OK;
}

static int same_text(const char *a, const char *b) { return a && b ? !strcmp(a, b) : a == b; }

/* Rows that take the place of others are not divided: that says nothing of how they are to be. */
static int is_changed(const mlops__roles_of *of, int member, const char *const values[3], int i) {
    const mlops__facts *base = &of->facts[0], *side = &of->facts[i];
    if (same_text(values[0], values[i])) return 0;
    if (member < SPLIT || values[i]) return 1;
    return !memcmp(&base->id, &side->id, sizeof base->id) && base->n_rows == side->n_rows;
}

/* ---- one member ---- */

static void tell(mlops__tree_merge *self, const char *path, int member,
                 const char *const values[3]) {
    mlops__rows_text(&self->conflicts, path);
    mlops__rows_text(&self->conflicts, "member");
    mlops__rows_text(&self->conflicts, members[member]);
    for (int i = 0; i < 4; i++) mlops__rows_null(&self->conflicts);
    for (int i = 0; i < 3; i++) mlops__rows_text(&self->conflicts, values[i]);
}

/* The side that has it: of both alike the one that the table is of. */
static int side_of(mlops__tree_merge *self, const mlops__roles_of *of, int member,
                   const char *const values[3], int *told) {
    int stays = of->side ? of->side : 1;
    int ours = is_changed(of, member, values, 1), theirs = is_changed(of, member, values, 2);
    if (same_text(values[1], values[2]) || (!ours && !theirs)) return stays;
    if (!theirs) return 1;
    if (!ours) return 2;
    *told = 1;
    tell(self, of->path, member, values);
    if (self->policy == MLOPS_MERGE_REFUSE) return stays;
    return self->policy == MLOPS_MERGE_THEIRS ? 2 : 1;
}

static mlops_status has_column(mlops__tree_merge *self, const mlops__roles_of *of, const char *name,
                               int *out) {
    const char **names;
    mlops_type *types;
    *out = !name || (!of->side && !of->merged) ||
           (of->merged && mlops_table_find(of->merged, name) >= 0);
    if (*out || !of->side) return MLOPS_OK;
    const mlops__facts *facts = &of->facts[of->side];
    MLOPS_TRY(mlops__facts_columns(&names, &types, facts, &self->draft->base.arena, self->err));
    for (int64_t i = 0; i < facts->n_columns && !*out; i++) *out = !strcmp(names[i], name);
    return MLOPS_OK;
}

/* A role of a column that the table has no more is told, and falls to the other side's. */
static mlops_status merge_column(mlops__tree_merge *self, const mlops__roles_of *of, int member,
                                 const char **out) {
    const char *values[3] = {NULL, NULL, NULL};
    int told = 0, has;
    for (int i = 0; i < 3; i++)
        if (of->facts[i].path) MLOPS_TRY(value_of(self, &of->facts[i], member, &values[i]));
    int side = side_of(self, of, member, values, &told);
    *out = values[side];
    MLOPS_TRY(has_column(self, of, *out, &has));
    if (has) return MLOPS_OK;
    if (!told) tell(self, of->path, member, values);
    *out = values[3 - side];
    MLOPS_TRY(has_column(self, of, *out, &has));
    if (!has) *out = NULL;
    return MLOPS_OK;
}

/* Whose takes the place of that of the entry; NULL: none. */
static mlops_status merge_rule(mlops__tree_merge *self, const mlops__roles_of *of, int member,
                               const mlops__facts *copies, const mlops__facts **out) {
    const char *values[3] = {NULL, NULL, NULL};
    int told = 0;
    for (int i = 0; i < 3; i++)
        if (of->facts[i].path) MLOPS_TRY(value_of(self, &of->facts[i], member, &values[i]));
    int side = side_of(self, of, member, values, &told);
    *out = side == of->side ? NULL : &copies[side];
    return MLOPS_OK;
}

/* ---- all of them ---- */

mlops_status mlops__roles_merge(mlops__tree_merge *self, const mlops__roles_of *of,
                                mlops__roles **out) {
    mlops__arena *arena = &self->draft->base.arena;
    mlops__roles *roles = mlops__arena_alloc(arena, sizeof *roles);
    mlops__facts *facts = mlops__arena_array(arena, 3, sizeof *facts);
    *out = NULL;
    if (!roles || !facts) return mlops__fail_nomem(self->err, 3 * sizeof *facts + sizeof *roles);
    memcpy(facts, of->facts, 3 * sizeof *facts);
    *roles = (mlops__roles){{NULL, NULL, NULL}, NULL, NULL, NULL, of->copies};
    if (of->side) roles->entry = &facts[of->side];
    int differs = !of->side;
    for (int i = 0; i <= ROW_ID; i++) {
        MLOPS_TRY(merge_column(self, of, i, &roles->columns[i]));
        differs |= of->side && !same_text(roles->columns[i],
                                          mlops__record_text(&roles->entry->record, members[i]));
    }
    if (of->side) {
        MLOPS_TRY(merge_rule(self, of, SPLIT, facts, &roles->split));
        MLOPS_TRY(merge_rule(self, of, PARTS, facts, &roles->parts));
    }
    if (differs || roles->split || roles->parts) *out = roles;
    return MLOPS_OK;
}

/* ---- into the draft ---- */

static void put_raw(mlops__json_writer *out, const char *name, mlops__bytes json) {
    if (!json.size) return;
    mlops__json_name(out, name);
    mlops__json_raw(out, (const char *)json.data, json.size);
}

static void put_rule(mlops__json_writer *out, const mlops__roles *roles, const char *name,
                     const mlops__facts *other) {
    if (!other) put_raw(out, name, mlops__record_json(&roles->entry->record, name));
    else if (roles->copies) put_raw(out, name, mlops__record_json(&other->record, name));
}

static void write_entry(const mlops__roles *roles, mlops__buf *buf) {
    mlops__json_writer out;
    const mlops__record *record = &roles->entry->record;
    mlops__json_writer_init(&out, buf, 0);
    mlops__json_open(&out, '{');
    for (size_t i = 0; i < record->n; i++) {
        const char *name = record->fields[i].name;
        if (is_member(name) || (roles->parts && !strcmp(name, "undivided"))) continue;
        put_raw(&out, name, record->fields[i].json);
        for (int k = 0; k <= ROW_ID && !strcmp(name, "columns"); k++)
            mlops__record_put_text(&out, members[k], roles->columns[k]);
    }
    put_rule(&out, roles, members[SPLIT], roles->split);
    put_rule(&out, roles, members[PARTS], roles->parts);
    mlops__json_close(&out, '}');
}

/* Draws anew what is of other rows. */
static mlops_status draw(mlops__tree_merge *self, const mlops__outcome *o) {
    mlops__arena *arena = &self->draft->base.arena;
    const mlops__facts *split = o->roles->split, *parts = o->roles->parts;
    mlops__record rule;
    mlops__parts_kept kept;
    mlops_status status = MLOPS_OK;
    if (split && split->has_split) {
        MLOPS_TRY(mlops__record_parse(&rule, mlops__record_json(&split->record, "split"), arena,
                                      self->err));
        status = mlops__draft_split_as(self->draft, o->path, &rule, self->err);
    }
    if (!status && parts && mlops__record_find(&parts->record, "parts")) {
        status = mlops__parts_read(&kept, parts, arena, self->err);
        if (!status) status = mlops__draft_divide_as(self->draft, o->path, &kept.rule, self->err);
    }
    return status;
}

/* What waits in the draft of an entry of ours stays, but for rows that are held out no more. */
mlops_status mlops__roles_put(mlops__tree_merge *self, const mlops__outcome *o) {
    mlops__buf json;
    mlops__blob *blobs[3] = {NULL, NULL, NULL};
    mlops__entry *ours = mlops__tree_find(&self->draft->base.tree, o->path);
    mlops__buf_init(&json, self->draft->base.arena.allocator);
    write_entry(o->roles, &json);
    if (ours == o->take) {
        if (o->roles->split) mlops__entry_drop(ours, MLOPS__ROLE_ROWS);
        memcpy(blobs, ours->blobs, sizeof blobs);
        memset(ours->blobs, 0, sizeof ours->blobs);
    }
    MLOPS_TRY(mlops__draft_put(self->draft, o->path, &json, blobs, self->err));
    return o->roles->copies ? MLOPS_OK : draw(self, o);
}
