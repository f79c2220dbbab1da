/* The difference of two tables: made once, shared, immutable.
 *
 * Owns pairs of rows and bits of cells, and a share of both tables. Invariant: a cell counts as
 * changed if its row and its column are on both sides, and as nothing else.
 */
#include "base/opts.h"
#include "diff/diff_inside.h"

#include <string.h>

static mlops_status begin_pairs(mlops__pairs *out, const mlops__twins *twins, mlops_error *err) {
    memset(out, 0, sizeof *out);
    for (int side = 0; side < 2; side++) {
        size_t n = (size_t)twins->n_rows[side] + 1;
        out->of[side] = mlops__arena_array(twins->arena, n, sizeof **out->of);
        if (!out->of[side]) return mlops__fail_nomem(err, n * sizeof **out->of);
        memset(out->of[side], 0xff, n * sizeof **out->of);
    }
    return MLOPS_OK;
}

mlops_status mlops__pairs_make(mlops__pairs *out, const mlops__twins *twins, mlops_error *err) {
    MLOPS_TRY(begin_pairs(out, twins, err));
    return twins->n_key ? mlops__pair_by_key(out, twins, err)
                        : mlops__pair_by_place(out, twins, err);
}

/* Rows of a part stand in their place in the whole. */
static mlops_status make_pairs(mlops_diff *self, mlops_error *err) {
    const mlops__twins *twins = &self->twins;
    if (!self->part || twins->n_key) return mlops__pairs_make(&self->pairs, twins, err);
    MLOPS_TRY(begin_pairs(&self->pairs, twins, err));
    for (int64_t i = 0; i < twins->n_rows[0] && i < twins->n_rows[1]; i++)
        if (self->part->rows[0][i] == self->part->rows[1][i]) mlops__pair(&self->pairs, i, i);
    return MLOPS_OK;
}

static mlops_status count_rows(mlops_diff *self, mlops_error *err) {
    size_t n = (size_t)(self->twins.n_rows[0] / 8 + 1);
    self->rows = mlops__arena_alloc(&self->arena, n);
    if (!self->rows) return mlops__fail_nomem(err, n);
    for (int64_t k = 0; k < self->twins.n; k++) {
        const mlops__twin *twin = &self->twins.twins[k];
        self->n_cells += twin->n_changed;
        for (size_t i = 0; i < n && twin->changed; i++) self->rows[i] |= twin->changed[i];
    }
    for (int64_t i = 0; i < self->twins.n_rows[0]; i++)
        self->n_changed += mlops__bit(self->rows, i);
    return MLOPS_OK;
}

static mlops_status compare(mlops_diff *self, const mlops_diff_opts *opts, mlops_error *err) {
    static const char *const labels[2] = {"the older table", "the newer table"};
    MLOPS_TRY(mlops__twins_make(&self->twins, self->tables[0], self->tables[1], labels, opts->key,
                                self->part && self->part->blank ? NULL : opts->ignore, &self->arena,
                                err));
    MLOPS_TRY(make_pairs(self, err));
    if (mlops__twins_compare(&self->twins, &self->pairs) ||
        mlops__twins_rename(&self->twins, &self->pairs))
        return mlops__fail_nomem(err, self->arena.used);
    MLOPS_TRY(count_rows(self, err));
    return self->part && !self->twins.n_key ? mlops__diff_part_check(self) : MLOPS_OK;
}

mlops_status mlops__diff_make(mlops_diff **out, const mlops_table *from, const mlops_table *to,
                              const mlops__diff_part *part, const mlops_diff_opts *opts,
                              mlops_error *err) {
    mlops_diff_opts local;
    mlops__host host;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_diff_opts", err));
    if (local.flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_diff_opts: flags 0x%x", local.flags);
    if (local.n_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_diff_opts: n_max must be 0 or more");
    MLOPS_TRY(mlops__host_init(&host, local.host, err));
    mlops_diff *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->n_refs, 1);
    self->host = host;
    self->n_max = local.n_max ? local.n_max : INT64_MAX;
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    self->tables[0] = mlops_table_ref((mlops_table *)(uintptr_t)from);
    self->tables[1] = mlops_table_ref((mlops_table *)(uintptr_t)to);
    mlops_status status = MLOPS_OK;
    if (part) status = mlops__diff_part_take(self, part, &local, err);
    if (!status) status = compare(self, &local, err);
    if (status) mlops_diff_unref(self);
    else *out = self;
    return status;
}

mlops_status mlops_diff_compare(mlops_diff **out, const mlops_table *from, const mlops_table *to,
                                const mlops_diff_opts *opts, mlops_error *err) {
    if (!out || !from || !to) return mlops__fail(err, MLOPS_E_INVALID, "out or a table is NULL");
    *out = NULL;
    return mlops__diff_make(out, from, to, NULL, opts, err);
}

mlops_diff *mlops_diff_ref(mlops_diff *self) {
    atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_diff_unref(mlops_diff *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) != 1) return;
    const mlops_allocator allocator = self->host.allocator;
    mlops__diff_part_drop(self->part);
    mlops__arena_free(&self->arena);
    mlops_table_unref(self->tables[0]);
    mlops_table_unref(self->tables[1]);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_diff_n_cells(const mlops_diff *self) { return self->n_cells; }

int64_t mlops_diff_n_changed(const mlops_diff *self) { return self->n_changed; }

int64_t mlops_diff_n_added(const mlops_diff *self) { return self->twins.n_rows[1] - self->pairs.n; }

int64_t mlops_diff_n_removed(const mlops_diff *self) {
    return self->twins.n_rows[0] - self->pairs.n;
}

int64_t mlops_diff_n_schema(const mlops_diff *self) {
    int64_t n = self->twins.n_alone[0] + self->twins.n_alone[1];
    for (int64_t k = 0; k < self->twins.n; k++)
        n += self->twins.twins[k].renamed ||
             self->twins.twins[k].side[0]->type != self->twins.twins[k].side[1]->type;
    return n;
}
