/* Cells that differ, of rows that stand for each other.
 *
 * Owns nothing: bits live in the arena of the twins. Invariant: runs of rows that follow each other
 * on both sides are compared as memory first, so that what is equal costs what reading it costs.
 */
#include "diff/diff.h"

#include <string.h>

enum { CHUNK = 256, AHEAD = 16 };

typedef struct pair_run {
    int64_t from, to, n;
} pair_run;

/* One twin that is compared, and where its bits go. */
typedef struct finding {
    mlops__twin *twin;
    const pair_run *runs;
    int64_t n_runs;
    mlops__arena *arena;
    int stops; /* at the first cell that differs */
} finding;

static int is_null(const mlops__column *column, int64_t row) {
    return column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row);
}

static mlops_status mark(finding *self, int64_t from, int64_t to) {
    mlops__twin *twin = self->twin;
    int64_t n = twin->side[0]->n_rows;
    if (!self->stops && !twin->changed) {
        twin->changed = mlops__arena_alloc(self->arena, (size_t)(n / 8 + 1));
        if (!twin->changed) return MLOPS_E_NOMEM;
    }
    if (twin->changed) mlops__bit_set(twin->changed, from);
    twin->n_changed++;
    twin->n_filled += is_null(twin->side[0], from);
    twin->n_emptied += is_null(twin->side[1], to);
    return MLOPS_OK;
}

/* Bytes of the values, where those of two equal cells are the same but for NaN; 0: there is no such
 * width. */
static size_t plain_width(const mlops__twin *twin) {
    if (mlops__twin_kind_of(twin) != MLOPS__TWIN_SAME || twin->codes) return 0;
    if (twin->side[0]->type == MLOPS_TYPE_STRING) return sizeof(int32_t);
    return twin->side[0]->type == MLOPS_TYPE_BOOL ? 1 : 8;
}

static inline int same_bytes(const uint8_t *a, const uint8_t *b, size_t width) {
    return memcmp(a, b, width) == 0; /* width is a constant */
}

/* Cells of one run; what is equal as bytes, and as present, is not looked at further. */
static inline mlops_status compare_cells(finding *self, const pair_run *run, size_t width) {
    const mlops__column *x = self->twin->side[0], *y = self->twin->side[1];
    const uint8_t *a = x->data, *b = y->data;
    int nulls = x->n_nulls || y->n_nulls;
    for (int64_t i = run->from, j = run->to; i < run->from + run->n; i++, j++) {
        if (width && same_bytes(a + (size_t)i * width, b + (size_t)j * width, width) &&
            !(nulls && mlops__column_valid(x, i) != mlops__column_valid(y, j)))
            continue;
        if (mlops__twin_equal(self->twin, 0, i, 1, j)) continue;
        MLOPS_TRY(mark(self, i, j));
        if (self->stops) return MLOPS_OK;
    }
    return MLOPS_OK;
}

static mlops_status compare_coded(finding *self, const pair_run *run) {
    const int32_t *a = self->twin->side[0]->data, *b = self->twin->side[1]->data;
    const uint32_t *codes = self->twin->codes;
    for (int64_t i = run->from, j = run->to; i < run->from + run->n; i++, j++) {
        if (b[j] < 0 ? a[i] < 0 : codes[b[j]] == (uint32_t)a[i]) continue;
        MLOPS_TRY(mark(self, i, j));
        if (self->stops) return MLOPS_OK;
    }
    return MLOPS_OK;
}

static mlops_status compare_part(finding *self, const pair_run *part, size_t width) {
    switch (width) {
    case 1: return compare_cells(self, part, 1);
    case 4: return compare_cells(self, part, 4);
    case 8: return compare_cells(self, part, 8);
    default: return self->twin->codes ? compare_coded(self, part) : compare_cells(self, part, 0);
    }
}

static mlops_status compare_run(finding *self, pair_run run, size_t width) {
    const mlops__column *x = self->twin->side[0], *y = self->twin->side[1];
    const uint8_t *a = x->data, *b = y->data;
    int by_chunk = width && run.n >= CHUNK && !x->n_nulls && !y->n_nulls;
    if (by_chunk && a == b && run.from == run.to) return MLOPS_OK;
    while (by_chunk && run.n >= CHUNK && !(self->stops && self->twin->n_changed)) {
        pair_run part = {run.from, run.to, CHUNK};
        if (memcmp(a + (size_t)run.from * width, b + (size_t)run.to * width, CHUNK * width) != 0)
            MLOPS_TRY(compare_part(self, &part, width));
        run = (pair_run){run.from + CHUNK, run.to + CHUNK, run.n - CHUNK};
    }
    return compare_part(self, &run, width);
}

static mlops_status compare_twin(finding *self) {
    size_t width = plain_width(self->twin);
    const uint8_t *data = self->twin->side[1]->data;
    for (int64_t i = 0; i < self->n_runs && !(self->stops && self->twin->n_changed); i++) {
#if defined(__GNUC__)
        if (i + AHEAD < self->n_runs && data) /* rows that were sorted anew lie anywhere */
            __builtin_prefetch(data + (size_t)self->runs[i + AHEAD].to * (width ? width : 4));
#endif
        MLOPS_TRY(compare_run(self, self->runs[i], width));
    }
    return MLOPS_OK;
}

/* Pairs that follow each other on both sides; out NULL to count them. */
static int64_t list_runs(const mlops__pairs *pairs, int64_t n_rows, pair_run *out) {
    const int32_t *to_of = pairs->of[0];
    int64_t n = 0;
    for (int64_t i = 0; i < n_rows;) {
        int64_t begin = i++;
        if (to_of[begin] < 0) continue;
        while (i < n_rows && to_of[i] == to_of[i - 1] + 1 && to_of[i]) i++;
        if (out) out[n] = (pair_run){begin, to_of[begin], i - begin};
        n++;
    }
    return n;
}

/* ---- columns of another name ---- */

static void take_off(int64_t *list, int64_t *n, int64_t at) {
    memmove(list + at, list + at + 1, (size_t)(*n - at - 1) * sizeof *list);
    --*n;
}

/* Puts a twin where its column of from belongs. */
static void put_twin(mlops__twins *self, const mlops__twin *twin) {
    int64_t at = self->n;
    int64_t index = mlops_table_find(self->table[0], twin->side[0]->name);
    while (at > 0 && mlops_table_find(self->table[0], self->twins[at - 1].side[0]->name) > index) {
        self->twins[at] = self->twins[at - 1];
        at--;
    }
    self->twins[at] = *twin;
    self->n++;
}

static mlops_status try_renamed(mlops__twins *self, const pair_run *runs, int64_t n_runs, int64_t i,
                                int64_t j, int *found) {
    mlops__twin twin;
    finding f = {&twin, runs, n_runs, self->arena, 1};
    const mlops__column *from = mlops__table_column(self->table[0], self->alone[0][i]);
    const mlops__column *to = mlops__table_column(self->table[1], self->alone[1][j]);
    *found = 0;
    if (from->type != to->type) return MLOPS_OK;
    MLOPS_TRY(mlops__twin_make(&twin, from, to, self->arena));
    MLOPS_TRY(compare_twin(&f));
    if (twin.n_changed) return MLOPS_OK;
    *found = twin.renamed = 1;
    put_twin(self, &twin);
    take_off(self->alone[0], &self->n_alone[0], i);
    take_off(self->alone[1], &self->n_alone[1], j);
    return MLOPS_OK;
}

static mlops_status find_renamed(mlops__twins *self, const pair_run *runs, int64_t n_runs) {
    for (int64_t i = 0; i < self->n_alone[0] && n_runs;) {
        int found = 0;
        for (int64_t j = 0; j < self->n_alone[1] && !found; j++)
            MLOPS_TRY(try_renamed(self, runs, n_runs, i, j, &found));
        i += !found;
    }
    return MLOPS_OK;
}

static mlops_status make_runs(const mlops__twins *self, const mlops__pairs *pairs, pair_run **out,
                              int64_t *n) {
    *n = list_runs(pairs, self->n_rows[0], NULL);
    *out = mlops__alloc(self->arena->allocator, (size_t)*n * sizeof **out);
    if (!*out) return MLOPS_E_NOMEM;
    list_runs(pairs, self->n_rows[0], *out);
    return MLOPS_OK;
}

mlops_status mlops__twins_compare(mlops__twins *self, const mlops__pairs *pairs) {
    pair_run *runs;
    int64_t n;
    MLOPS_TRY(make_runs(self, pairs, &runs, &n));
    mlops_status status = MLOPS_OK;
    for (int64_t k = 0; k < self->n && !status; k++) {
        finding f = {&self->twins[k], runs, n, self->arena, 0};
        status = compare_twin(&f);
    }
    mlops__free(self->arena->allocator, runs, (size_t)n * sizeof *runs);
    return status;
}

mlops_status mlops__twins_rename(mlops__twins *self, const mlops__pairs *pairs) {
    pair_run *runs;
    int64_t n;
    if (!self->n_alone[0] || !self->n_alone[1]) return MLOPS_OK;
    MLOPS_TRY(make_runs(self, pairs, &runs, &n));
    mlops_status status = find_renamed(self, runs, n);
    mlops__free(self->arena->allocator, runs, (size_t)n * sizeof *runs);
    return status;
}
