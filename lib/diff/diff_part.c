/* The difference of two tables that is told by rows of them alone.
 *
 * Owns copies of what says where the rows are. Invariant: what is told is what all rows would tell:
 * by position rows stand for those of their number where the alignment of all rows has no choice,
 * and where it might have, nothing is told.
 */
#include "diff/diff_inside.h"

#include <string.h>

enum { STRETCH_MAX = 64 /* rows that are aligned cell by cell, on either side */ };

static const char *copy_text(mlops__arena *arena, const char *text) {
    return text ? mlops__arena_text(arena, text, strlen(text)) : NULL;
}

mlops_status mlops__diff_part_take(mlops_diff *self, const mlops__diff_part *part,
                                   const mlops_diff_opts *opts, mlops_error *err) {
    mlops__arena *arena = &self->arena;
    mlops__diff_part *copy = mlops__arena_alloc(arena, sizeof *copy);
    if (!copy) return mlops__fail_nomem(err, sizeof *copy);
    *copy = *part;
    copy->opts = *opts;
    copy->opts.host = NULL;
    copy->opts.key = copy_text(arena, opts->key);
    copy->opts.ignore = copy_text(arena, opts->ignore);
    for (int side = 0; side < 2; side++) {
        size_t n = (size_t)mlops_table_n_rows(self->tables[side]);
        int64_t *rows = mlops__arena_array(arena, n + 1, sizeof *rows);
        if (!rows || (opts->key && !copy->opts.key) || (opts->ignore && !copy->opts.ignore))
            return mlops__fail_nomem(err, arena->used);
        if (n) memcpy(rows, part->rows[side], n * sizeof *rows);
        copy->rows[side] = rows;
    }
    copy->close = NULL; /* until it is successful */
    if (copy->blank) mlops_table_ref(copy->blank);
    self->part = copy;
    return MLOPS_OK;
}

void mlops__diff_part_drop(mlops__diff_part *self) {
    if (!self) return;
    mlops_table_unref(self->blank);
    if (self->close) self->close(self->user);
}

mlops_status mlops__diff_part_compare(mlops_diff **out, const mlops_table *from,
                                      const mlops_table *to, const mlops__diff_part *part,
                                      const mlops_diff_opts *opts, mlops_error *err) {
    *out = NULL;
    mlops_status status = mlops__diff_make(out, from, to, part, opts, err);
    if (!status) (*out)->part->close = part->close;
    return status;
}

mlops_status mlops__diff_part_whole(mlops_diff **out, const mlops_diff *self, mlops_error *err) {
    mlops_table *tables[2] = {NULL, NULL};
    mlops_diff_opts opts = self->part->opts;
    const mlops_host lent = mlops__host_lend(&self->host);
    opts.host = &lent;
    *out = NULL;
    mlops_status status = self->part->open(self->part->user, tables, err);
    if (!status) status = mlops_diff_compare(out, tables[0], tables[1], &opts, err);
    mlops_table_unref(tables[0]);
    mlops_table_unref(tables[1]);
    return status;
}

/* ---- places ---- */

static int64_t n_unequal(const mlops_diff *self, int64_t row) {
    int64_t n = 0;
    for (int64_t k = 0; k < self->twins.n && mlops__bit(self->rows, row); k++) {
        const uint8_t *changed = self->twins.twins[k].changed;
        n += changed && mlops__bit(changed, row);
    }
    return n;
}

/* Between two rows that are equal in place, rows that are not pair off in order, if each shares
 * half of its cells, and all together lack fewer than one pair more would bring. */
static int is_plain(int64_t n_columns, int64_t n_rows, int64_t n_cells, int64_t most) {
    return 2 * (n_columns - most) >= n_columns && n_cells <= n_columns && n_rows <= STRETCH_MAX;
}

mlops_status mlops__diff_part_check(const mlops_diff *self) {
    const mlops__diff_part *part = self->part;
    const int64_t *rows = part->rows[0];
    int64_t n_both = part->n_rows[0] < part->n_rows[1] ? part->n_rows[0] : part->n_rows[1];
    int64_t n_rows = 0, n_cells = 0, most = 0, last = -2;
    for (int64_t i = 0; i < self->pairs.n; i++) {
        int64_t n = n_unequal(self, i);
        if (n == 0) continue;
        if (rows[i] != last + 1) n_rows = n_cells = most = 0;
        n_rows++;
        n_cells += n;
        if (n > most) most = n;
        if (!is_plain(part->n_columns, n_rows, n_cells, most)) return MLOPS_END;
        last = rows[i];
    }
    return part->n_rows[0] != part->n_rows[1] && last + 1 == n_both ? MLOPS_END : MLOPS_OK;
}
