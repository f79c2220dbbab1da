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
