/* Two tables that come from one, merged: made once, shared, immutable.
 *
 * Owns the result and the conflicts. Invariant: there is no result while there are conflicts that
 * were to be refused.
 */
#include "base/opts.h"
#include "diff/merge_inside.h"

#include <stdatomic.h>
#include <string.h>

struct mlops_merge {
    atomic_int_fast64_t n_refs;
    mlops_allocator allocator;
    mlops_table *table; /* NULL: there is none */
    mlops_table *conflicts;
};

static mlops_status compare_side(mlops__merging *self, int side, const char *key) {
    static const char *const labels[2][2] = {{"the base", "ours"}, {"the base", "theirs"}};
    mlops__twins *twins = &self->twins[side];
    size_t n = (size_t)(mlops_table_n_rows(self->base) / 8 + 1);
    MLOPS_TRY(mlops__twins_make(twins, self->base, self->side[side], labels[side], key, NULL,
                                &self->arena, self->err));
    MLOPS_TRY(mlops__pairs_make(&self->pairs[side], twins, self->err));
    uint8_t *changed = self->changed[side] = mlops__arena_alloc(&self->arena, n);
    if (!changed || mlops__twins_compare(twins, &self->pairs[side]))
        return mlops__fail_nomem(self->err, self->arena.used);
    for (int64_t k = 0; k < twins->n; k++)
        for (size_t i = 0; i < n && twins->twins[k].changed; i++)
            changed[i] |= twins->twins[k].changed[i];
    return MLOPS_OK;
}

static mlops_status plan(mlops__merging *self, const char *key) {
    static const char *const labels[2] = {"ours", "theirs"};
    for (int side = 0; side < 2 && self->base; side++) MLOPS_TRY(compare_side(self, side, key));
    MLOPS_TRY(mlops__twins_make(&self->between, self->side[0], self->side[1], labels, key, NULL,
                                &self->arena, self->err));
    MLOPS_TRY(mlops__merge_plan(self));
    mlops__merge_types(self);
    return MLOPS_OK;
}

static mlops_status put_table(mlops__merging *self, const mlops__host *host, mlops_table **out) {
    mlops__rows rows;
    mlops__rows_column *columns =
        mlops__arena_array(&self->arena, (size_t)self->n_columns, sizeof *columns);
    if (!columns) return mlops__fail_nomem(self->err, self->arena.used);
    for (int64_t k = 0; k < self->n_columns; k++) {
        const mlops__merge_column *from = &self->columns[k];
        columns[k] = (mlops__rows_column){from->side[from->side[0] == NULL]->name, from->type};
    }
    MLOPS_TRY(mlops__rows_begin(&rows, host, columns, self->n_columns, self->err));
    mlops__merge_cells(self, &rows);
    return mlops__rows_end(&rows, MLOPS_OK, out, self->err);
}

static mlops_status merge(mlops_merge *self, mlops__merging *work, const mlops__host *host,
                          const char *key) {
    static const mlops__rows_column columns[] = {
        {"kind", MLOPS_TYPE_STRING},    {"column", MLOPS_TYPE_STRING},
        {"key", MLOPS_TYPE_STRING},     {"base_row", MLOPS_TYPE_INT64},
        {"ours_row", MLOPS_TYPE_INT64}, {"theirs_row", MLOPS_TYPE_INT64},
        {"base", MLOPS_TYPE_STRING},    {"ours", MLOPS_TYPE_STRING},
        {"theirs", MLOPS_TYPE_STRING}};
    MLOPS_TRY(mlops__rows_begin(&work->conflicts, host, columns, 9, work->err));
    mlops__arena_init(&work->arena, &host->allocator, SIZE_MAX);
    mlops__buf_init(&work->key, &host->allocator);
    mlops_status status = plan(work, key);
    if (!status) status = put_table(work, host, &self->table);
    mlops__buf_free(&work->key);
    mlops__arena_free(&work->arena);
    MLOPS_TRY(mlops__rows_end(&work->conflicts, status, &self->conflicts, work->err));
    if (work->policy == MLOPS_MERGE_REFUSE && mlops_table_n_rows(self->conflicts)) {
        mlops_table_unref(self->table);
        self->table = NULL;
    }
    return MLOPS_OK;
}

mlops_status mlops_merge_tables(mlops_merge **out, const mlops_table *base, const mlops_table *ours,
                                const mlops_table *theirs, const mlops_merge_opts *opts,
                                mlops_error *err) {
    mlops_merge_opts local;
    mlops__host host;
    mlops__merging work = {0};
    if (!out || !ours || !theirs)
        return mlops__fail(err, MLOPS_E_INVALID, "out or a table is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_merge_opts", err));
    if (local.flags || local.reserved || (uint32_t)local.policy > MLOPS_MERGE_THEIRS)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_merge_opts: flags 0x%x, reserved %u or policy %d", local.flags,
                           local.reserved, (int)local.policy);
    MLOPS_TRY(mlops__host_init(&host, local.host, err));
    mlops_merge *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->n_refs, 1);
    self->allocator = host.allocator;
    work.policy = local.policy;
    work.base = base;
    work.side[0] = ours;
    work.side[1] = theirs;
    work.err = err;
    mlops_status status = merge(self, &work, &host, local.key);
    if (status) mlops_merge_unref(self);
    else *out = self;
    return status;
}

mlops_merge *mlops_merge_ref(mlops_merge *self) {
    atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_merge_unref(mlops_merge *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) != 1) return;
    const mlops_allocator allocator = self->allocator;
    mlops_table_unref(self->table);
    mlops_table_unref(self->conflicts);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_merge_n_conflicts(const mlops_merge *self) {
    return mlops_table_n_rows(self->conflicts);
}

mlops_status mlops_merge_conflicts(mlops_table **out, const mlops_merge *self, mlops_error *err) {
    (void)err;
    *out = mlops_table_ref(self->conflicts);
    return MLOPS_OK;
}

mlops_status mlops_merge_table(mlops_table **out, const mlops_merge *self, mlops_error *err) {
    *out = NULL;
    if (!self->table) {
        int64_t n = mlops_merge_n_conflicts(self);
        return mlops__fail(err, MLOPS_E_CONFLICT,
                           "%lld conflict%s: mlops_merge_conflicts() lists them", (long long)n,
                           mlops__plural(n));
    }
    *out = mlops_table_ref(self->table);
    return MLOPS_OK;
}
