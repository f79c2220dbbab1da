/* What rows of an object are in the objects that it is based on, and what patches do to them on the
 * way.
 *
 * Owns nothing beyond the reader. Invariant: a run lies in one piece of every object on its way, so
 * that its rows stay together from the first to the last.
 */
#include "store/content.h"
#include "store/tabular.h"

#include <string.h>

/* The piece at a row, which there is, and how far inside of it the row is. */
static mlops_status step_in(mlops__tabular *self, int level, uint64_t row, mlops__tabular_part *out,
                            uint64_t *from, mlops_error *err) {
    if (level >= self->n || row >= self->levels[level].n_rows) return mlops__content_damaged(err);
    *out = *mlops__tabular_part_at(&self->levels[level], row);
    *from = row - out->row;
    if (out->piece.kind == MLOPS__PIECE_GROUP) return MLOPS_OK;
    return mlops__tabular_base(self, level, &out->piece, err);
}

mlops_status mlops__tabular_trace(mlops__tabular *self, int end, uint64_t row, uint64_t n,
                                  mlops__tabular_run *out, mlops_error *err) {
    mlops__tabular_part part;
    uint64_t from = 0;
    *out = (mlops__tabular_run){row, n, 0, 0};
    for (; out->level < end; out->level++) {
        MLOPS_TRY(step_in(self, out->level, out->row, &part, &from, err));
        if (part.piece.rows - from < out->n) out->n = part.piece.rows - from;
        if (part.piece.kind == MLOPS__PIECE_GROUP) return MLOPS_OK;
        out->is_patched |= part.piece.kind == MLOPS__PIECE_PATCH;
        out->row = part.piece.base_row + from;
    }
    return MLOPS_OK;
}

mlops_status mlops__tabular_level_of(mlops__tabular *self, const uint8_t id[32], int *out,
                                     mlops_error *err) {
    for (int level = 0; self->levels[level].recipe.base; level++) {
        if (memcmp(self->levels[level].recipe.base, id, 32) == 0) {
            *out = level + 1;
            return mlops__tabular_reach(self, level, err);
        }
        MLOPS_TRY(mlops__tabular_reach(self, level, err));
    }
    return MLOPS_END;
}

mlops_status mlops__tabular_columns(mlops__tabular *self, int end, uint8_t *columns,
                                    mlops_error *err) {
    for (int level = 0; level < end; level++) {
        mlops__tabular_level *here = &self->levels[level];
        for (uint64_t row = 0; row < here->n_rows;) {
            const mlops__tabular_part part = *mlops__tabular_part_at(here, row);
            row += part.piece.rows;
            if (part.piece.kind != MLOPS__PIECE_PATCH) continue;
            MLOPS_TRY(mlops__tabular_chunk(self, here, &part.piece, err));
            MLOPS_TRY(
                mlops__patch_columns(&here->patch, &self->store->host.allocator, columns, err));
        }
    }
    return MLOPS_OK;
}

mlops_status mlops__tabular_touched(mlops__tabular *self, int end, uint64_t row, size_t n,
                                    uint64_t *bits, mlops_error *err) {
    for (int level = 0; level < end; level++) {
        mlops__tabular_part part;
        uint64_t from = 0;
        MLOPS_TRY(step_in(self, level, row, &part, &from, err));
        if (part.piece.kind == MLOPS__PIECE_PATCH) {
            MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], &part.piece, err));
            MLOPS_TRY(mlops__patch_rows(&self->levels[level].patch, &self->store->host.allocator,
                                        (size_t)from, n, bits, err));
        }
        row = part.piece.base_row + from;
    }
    return MLOPS_OK;
}

/* ---- cells ---- */

void mlops__cell_lists_init(mlops__cell_lists *self, const mlops_allocator *allocator) {
    mlops__buf_init(&self->cells, allocator);
    mlops__buf_init(&self->more, allocator);
    mlops__buf_init(&self->merged, allocator);
    mlops__buf_init(&self->texts, allocator);
}

void mlops__cell_lists_free(mlops__cell_lists *self) {
    mlops__buf_free(&self->cells);
    mlops__buf_free(&self->more);
    mlops__buf_free(&self->merged);
    mlops__buf_free(&self->texts);
}

static int comes_first(const mlops__patch_cell *a, const mlops__patch_cell *b) {
    return a->row != b->row ? a->row < b->row : a->column < b->column;
}

mlops_status mlops__cell_lists_merge(mlops__cell_lists *self, const mlops__buf *first,
                                     const mlops__buf *second, mlops_error *err) {
    const mlops__patch_cell *a = (const mlops__patch_cell *)(const void *)first->data;
    const mlops__patch_cell *b = (const mlops__patch_cell *)(const void *)second->data;
    size_t n = first->size / sizeof *a, m = second->size / sizeof *b, i = 0, k = 0;
    self->merged.size = 0;
    while (i < n || k < m) {
        int in_a = k == m || (i < n && !comes_first(&b[k], &a[i]));
        int in_b = i == n || (k < m && !comes_first(&a[i], &b[k]));
        mlops__patch_cell cell = in_a ? a[i] : b[k];
        if (in_b) cell.is = b[k].is;
        mlops__buf_put(&self->merged, &cell, sizeof cell);
        i += (size_t)in_a;
        k += (size_t)in_b;
    }
    return self->merged.status ? mlops__fail_nomem(err, self->merged.size) : MLOPS_OK;
}

static void swap(mlops__buf *a, mlops__buf *b) {
    mlops__buf c = *a;
    *a = *b;
    *b = c;
}

static int same_columns(const mlops__dialect *a, const mlops__dialect *b) {
    return a->delimiter == b->delimiter && a->n_columns == b->n_columns;
}

/* What its cells were, unless that was read. */
static mlops_status load_was(mlops__tabular *self, mlops__tabular_level *level,
                             const mlops__tabular_part *part, mlops_error *err) {
    if (!part->was || level->patch.was) return MLOPS_OK;
    MLOPS_TRY(mlops__content_chunk_of(self->store, self->index, self->elsewhere, &self->codec,
                                      part->was, self->is_locked ? NULL : &self->payload,
                                      &level->was, err));
    return mlops__patch_open_was(&level->patch, level->was.data, level->was.size, err);
}

/* Of one patch, from the row on that is so far inside of it. */
static mlops_status list_cells(const mlops__patch *patch, size_t from, size_t n,
                               const mlops__dialect *dialect, mlops__buf *out, mlops__buf *texts,
                               mlops_error *err) {
    out->size = 0;
    if (!same_columns(&patch->dialect, dialect)) return MLOPS_END;
    MLOPS_TRY_END(mlops__patch_cells(patch, from, n, out, texts, err));
    mlops__patch_cell *cells = (mlops__patch_cell *)(void *)out->data;
    for (size_t i = 0; i < out->size / sizeof *cells; i++) {
        if (cells[i].column == patch->dialect.n_columns) return MLOPS_END;
        cells[i].row -= (uint32_t)from;
    }
    return MLOPS_OK;
}

/* Levels are passed from the newest on: what was listed so far is what came last. */
mlops_status mlops__tabular_cells(mlops__tabular *self, int end, uint64_t row, size_t n,
                                  const mlops__dialect *dialect, mlops__cell_lists *out,
                                  mlops_error *err) {
    out->cells.size = 0;
    for (int level = 0; level < end; level++) {
        mlops__tabular_part part;
        uint64_t from = 0;
        MLOPS_TRY(step_in(self, level, row, &part, &from, err));
        row = part.piece.base_row + from;
        if (part.piece.kind != MLOPS__PIECE_PATCH) continue;
        MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], &part.piece, err));
        MLOPS_TRY(load_was(self, &self->levels[level], &part, err));
        MLOPS_TRY_END(list_cells(&self->levels[level].patch, (size_t)from, n, dialect, &out->more,
                                 &out->texts, err));
        if (out->cells.size) {
            MLOPS_TRY(mlops__cell_lists_merge(out, &out->more, &out->cells, err));
            swap(&out->cells, &out->merged);
        } else swap(&out->cells, &out->more);
        if (out->cells.size > MLOPS__GROUP_CELLS * sizeof(mlops__patch_cell)) return MLOPS_END;
    }
    return MLOPS_OK;
}

/* ---- zones ---- */

/* Of all groups of an object, unless they are there. Nothing, if there is nothing to be known. */
static mlops_status load_zones(mlops__tabular *self, mlops__tabular_level *level, size_t column,
                               mlops_error *err) {
    mlops__buf bytes, room;
    mlops__zones zones;
    if (level->zones.size && level->zones_column == column) return MLOPS_OK;
    level->zones.size = 0;
    if (!level->zones_key) return MLOPS_OK;
    mlops__buf_init(&bytes, &self->store->host.allocator);
    mlops__buf_init(&room, &self->store->host.allocator);
    mlops_status status = mlops__content_chunk_of(
        self->store, self->index, self->elsewhere, &self->codec, level->zones_key,
        self->is_locked ? NULL : &self->payload, &bytes, err);
    if (!status) status = mlops__zones_open(&zones, bytes.data, bytes.size, err);
    if (!status && zones.n != level->n_groups) status = mlops__content_damaged(err);
    if (!status && column < zones.n_columns) {
        size_t size = zones.n * sizeof(mlops__zone);
        uint8_t *numbers = mlops__buf_extend(&room, zones.n * sizeof(int64_t));
        uint8_t *out = mlops__buf_extend(&level->zones, size);
        if (!numbers || !out) status = mlops__fail_nomem(err, size);
        else
            status = mlops__zones_read(&zones, column, (int64_t *)(void *)numbers,
                                       (mlops__zone *)(void *)out, err);
        if (status) level->zones.size = 0, level->zones.status = MLOPS_OK;
        level->zones_column = column;
        level->zones_dialect.delimiter = zones.delimiter;
        level->zones_dialect.n_columns = zones.n_columns;
    }
    mlops__buf_free(&bytes);
    mlops__buf_free(&room);
    return status;
}

static mlops_status zone_of(mlops__tabular *self, mlops__tabular_level *level, size_t group,
                            const mlops__dialect *dialect, size_t column, mlops__zone *out,
                            mlops_error *err) {
    MLOPS_TRY(load_zones(self, level, column, err));
    if (group < level->zones.size / sizeof *out && same_columns(&level->zones_dialect, dialect))
        *out = ((const mlops__zone *)(const void *)level->zones.data)[group];
    return MLOPS_OK;
}

/* Whether a patch changes a column, or rows as a whole. */
static mlops_status is_touched(mlops__tabular *self, int level, const mlops__piece *piece,
                               size_t column, int *out, mlops_error *err) {
    uint8_t columns[MLOPS__COLUMNS_MAX + 1] = {0};
    mlops__tabular_level *here = &self->levels[level];
    MLOPS_TRY(mlops__tabular_chunk(self, here, piece, err));
    MLOPS_TRY(mlops__patch_columns(&here->patch, &self->store->host.allocator, columns, err));
    *out |= columns[column] || columns[here->patch.dialect.n_columns];
    return MLOPS_OK;
}

mlops_status mlops__tabular_zone(mlops__tabular *self, uint64_t row, uint64_t *n,
                                 const mlops__dialect *dialect, size_t column, mlops__zone *out,
                                 mlops_error *err) {
    mlops__tabular_part part;
    uint64_t from = 0;
    int touched = 0;
    memset(out, 0, sizeof *out);
    for (int level = 0;; level++) {
        MLOPS_TRY(step_in(self, level, row, &part, &from, err));
        if (part.piece.rows - from < *n) *n = part.piece.rows - from;
        if (part.piece.kind == MLOPS__PIECE_GROUP && touched) return MLOPS_OK;
        if (part.piece.kind == MLOPS__PIECE_GROUP)
            return zone_of(self, &self->levels[level], part.group, dialect, column, out, err);
        if (part.piece.kind == MLOPS__PIECE_PATCH)
            MLOPS_TRY(is_touched(self, level, &part.piece, column, &touched, err));
        row = part.piece.base_row + from;
    }
}

mlops_status mlops__tabular_amend(mlops__tabular *self, int end, uint64_t row, mlops_error *err) {
    uint64_t rows[MLOPS__ROWS_DEPTH_MAX + 1];
    mlops__tabular_part part;
    uint64_t from = 0;
    rows[0] = row;
    for (int level = 0; level + 1 < end; level++) {
        MLOPS_TRY(step_in(self, level, rows[level], &part, &from, err));
        rows[level + 1] = part.piece.base_row + from;
    }
    for (int level = end; level-- > 0;) {
        MLOPS_TRY(step_in(self, level, rows[level], &part, &from, err));
        if (part.piece.kind != MLOPS__PIECE_PATCH) continue;
        MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], &part.piece, err));
        MLOPS_TRY(mlops__patch_apply(&self->levels[level].patch, (size_t)from, &self->grid, err));
    }
    return MLOPS_OK;
}
