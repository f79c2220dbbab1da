/* Rows and columns of what two sides add up to, in their order.
 *
 * Owns nothing beyond the arena. Invariant: what stands on both sides keeps the order of one of
 * them, and what stands on one side alone follows what it followed there, so that a side that has
 * changed nothing has no say.
 */
#include "diff/merge_inside.h"

#include <string.h>

/* Two lists of which some members stand for each other. */
typedef struct sequence {
    const int32_t *of[2]; /* the member of the other side that stands for one; -1: none */
    int64_t n[2];
    int leads; /* the side whose order is kept */
} sequence;

typedef void each_place(mlops__merging *self, int64_t ours, int64_t theirs);
typedef int same_gap(const mlops__merging *self, int64_t ours, int64_t theirs, int64_t n);

static int64_t gap_end(const sequence *s, int side, int64_t at) {
    while (at < s->n[side] && s->of[side][at] < 0) at++;
    return at;
}

/* What stands alone from here on, ours first; once if it is the same. */
static void walk_gap(mlops__merging *self, const sequence *s, int64_t ours, int64_t theirs,
                     each_place *emit, same_gap *same) {
    int64_t o_end = gap_end(s, 0, ours), t_end = gap_end(s, 1, theirs), n = o_end - ours;
    int once = same && n > 0 && n == t_end - theirs && same(self, ours, theirs, n);
    for (int64_t k = 0; k < n; k++) emit(self, ours + k, once ? theirs + k : -1);
    for (int64_t k = theirs; k < t_end && !once; k++) emit(self, -1, k);
}

static void walk(mlops__merging *self, const sequence *s, each_place *emit, same_gap *same) {
    walk_gap(self, s, 0, 0, emit, same);
    for (int64_t i = 0; i < s->n[s->leads]; i++) {
        int64_t other = s->of[s->leads][i];
        if (other < 0) continue;
        int64_t ours = s->leads ? other : i, theirs = s->leads ? i : other;
        emit(self, ours, theirs);
        walk_gap(self, s, ours + 1, theirs + 1, emit, same);
    }
}

/* Whether members of the base come in its order. */
static int ascends_in(const int32_t *base_of, int64_t n) {
    int64_t last = -1;
    for (int64_t i = 0; i < n; i++) {
        if (base_of[i] < 0) continue;
        if (base_of[i] < last) return 0;
        last = base_of[i];
    }
    return 1;
}

/* ---- rows ---- */

static int32_t base_row(const mlops__merging *self, int side, int64_t row) {
    return row >= 0 && self->base ? self->pairs[side].of[1][row] : -1;
}

/* A row that one side has removed: whether it stays, since the other has changed it. */
static int stays(mlops__merging *self, const mlops__merge_row *row, int side) {
    if (!mlops__bit(self->changed[side], row->base)) return 0;
    mlops__merge_tell(self, "row", NULL, row);
    return self->policy == MLOPS_MERGE_REFUSE || (self->policy == MLOPS_MERGE_THEIRS) == side;
}

static void put_row(mlops__merging *self, int64_t ours, int64_t theirs) {
    mlops__merge_row row = {base_row(self, ours < 0, ours < 0 ? theirs : ours),
                            {(int32_t)ours, (int32_t)theirs}};
    if (row.base >= 0 && (ours < 0 || theirs < 0) && !stays(self, &row, ours < 0)) return;
    self->rows[self->n_rows++] = row;
}

/* Rows that both have put in, by position. */
static int same_rows(const mlops__merging *self, int64_t ours, int64_t theirs, int64_t n) {
    if (self->between.n_alone[0] || self->between.n_alone[1]) return 0;
    for (int64_t i = 0; i < n; i++) {
        if (base_row(self, 0, ours + i) >= 0 || base_row(self, 1, theirs + i) >= 0) return 0;
        for (int64_t k = 0; k < self->between.n; k++)
            if (!mlops__twin_equal(&self->between.twins[k], 0, ours + i, 1, theirs + i)) return 0;
    }
    return 1;
}

/* By position rows of both sides stand for each other if one row of the base stands for them. */
static mlops_status match_rows(mlops__merging *self) {
    int64_t n = mlops_table_n_rows(self->side[0]), m = mlops_table_n_rows(self->side[1]);
    if (self->between.n_key) return mlops__pairs_make(&self->matches, &self->between, self->err);
    for (int side = 0; side < 2; side++) {
        size_t size = (size_t)(side ? m : n) + 1;
        self->matches.of[side] = mlops__arena_array(&self->arena, size, sizeof(int32_t));
        if (!self->matches.of[side]) return mlops__fail_nomem(self->err, size * sizeof(int32_t));
        memset(self->matches.of[side], 0xff, size * sizeof(int32_t));
    }
    for (int64_t i = 0; i < n && self->base; i++) {
        int32_t base = base_row(self, 0, i);
        if (base >= 0 && self->pairs[1].of[0][base] >= 0)
            mlops__pair(&self->matches, i, self->pairs[1].of[0][base]);
    }
    return MLOPS_OK;
}

static mlops_status plan_rows(mlops__merging *self) {
    int64_t n = mlops_table_n_rows(self->side[0]), m = mlops_table_n_rows(self->side[1]);
    MLOPS_TRY(match_rows(self));
    sequence s = {{self->matches.of[0], self->matches.of[1]}, {n, m}, 0};
    if (self->base)
        s.leads = ascends_in(self->pairs[0].of[1], n) && !ascends_in(self->pairs[1].of[1], m);
    self->rows = mlops__arena_array(&self->arena, (size_t)(n + m) + 1, sizeof *self->rows);
    if (!self->rows) return mlops__fail_nomem(self->err, (size_t)(n + m) * sizeof *self->rows);
    walk(self, &s, put_row, self->between.n_key ? NULL : same_rows);
    if (self->n_rows <= MLOPS__PAIR_ROWS_MAX) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_LIMIT, "the sides add up to %lld rows",
                       (long long)self->n_rows);
}

/* ---- columns ---- */

static const mlops__twin *find_twin(const mlops__twins *twins, const char *name) {
    for (int64_t k = 0; k < twins->n; k++)
        if (strcmp(twins->twins[k].side[0]->name, name) == 0) return &twins->twins[k];
    return NULL;
}

static const mlops__column *column_of(const mlops_table *table, const char *name) {
    return table ? mlops__table_column(table, mlops_table_find(table, name)) : NULL;
}

/* A column that one side has removed: whether it stays, since the other has changed it. */
static int column_stays(mlops__merging *self, const mlops__merge_column *column, int side) {
    const mlops__merge_row none = {-1, {-1, -1}};
    if (column->twin[side]->n_changed == 0) return 0;
    mlops__merge_tell(self, "column", column, &none);
    return self->policy == MLOPS_MERGE_REFUSE || (self->policy == MLOPS_MERGE_THEIRS) == side;
}

static void put_column(mlops__merging *self, int64_t ours, int64_t theirs) {
    mlops__merge_column column = {0};
    column.side[0] = mlops__table_column(self->side[0], ours);
    column.side[1] = mlops__table_column(self->side[1], theirs);
    const char *name = column.side[ours < 0]->name;
    column.base = column_of(self->base, name);
    for (int side = 0; side < 2 && column.base; side++)
        column.twin[side] = find_twin(&self->twins[side], name);
    if (column.base && (ours < 0 || theirs < 0) && !column_stays(self, &column, ours < 0)) return;
    self->columns[self->n_columns++] = column;
}

/* For each column of a table the index of that of another one, -1 if there is none. */
static int32_t *indices(mlops__arena *arena, const mlops_table *table, const mlops_table *other) {
    int64_t n = mlops_table_n_columns(table);
    int32_t *out = mlops__arena_array(arena, (size_t)n + 1, sizeof *out);
    for (int64_t i = 0; i < n && out; i++)
        out[i] = other ? (int32_t)mlops_table_find(other, mlops_table_name(table, i)) : -1;
    return out;
}

static mlops_status plan_columns(mlops__merging *self) {
    const mlops_table *ours = self->side[0], *theirs = self->side[1];
    int64_t n = mlops_table_n_columns(ours), m = mlops_table_n_columns(theirs);
    int32_t *lists[4] = {indices(&self->arena, ours, theirs), indices(&self->arena, theirs, ours),
                         indices(&self->arena, ours, self->base),
                         indices(&self->arena, theirs, self->base)};
    self->columns = mlops__arena_array(&self->arena, (size_t)(n + m) + 1, sizeof *self->columns);
    if (!self->columns || !lists[0] || !lists[1] || !lists[2] || !lists[3])
        return mlops__fail_nomem(self->err, self->arena.used);
    sequence s = {{lists[0], lists[1]}, {n, m}, 0};
    s.leads = ascends_in(lists[2], n) && !ascends_in(lists[3], m);
    walk(self, &s, put_column, NULL);
    if (self->n_columns) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_SCHEMA,
                       "the sides have removed all columns of each other");
}

mlops_status mlops__merge_plan(mlops__merging *self) {
    MLOPS_TRY(plan_columns(self));
    return plan_rows(self);
}
