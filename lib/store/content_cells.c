/* Cells of content that is kept as rows, without what is around them.
 *
 * Owns a reader. Invariant: text that is appended has one line for each row and one cell for each
 * column, or none is: what cannot be told so is left to who reads all of it.
 */
#include "store/tabular.h"

#include "store/store.h"

#include <string.h>

struct mlops__content_cells {
    mlops_store *store;
    mlops__index index;
    mlops__tabular tabular;
    uint8_t wanted[MLOPS__COLUMNS_MAX];
};

mlops_status mlops__cells_open(mlops__content_cells **out, mlops_store *store, const mlops_id *id,
                               mlops_error *err) {
    *out = NULL;
    mlops__content_cells *self = mlops__alloc_zero(&store->host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = store;
    mlops_status status = mlops__store_read_begin(store, &self->index, err);
    if (status) {
        mlops__free(&store->host.allocator, self, sizeof *self);
        return status;
    }
    mlops__tabular_init(&self->tabular, store, &self->index);
    status = mlops__tabular_open(&self->tabular, id->bytes, err);
    if (status) mlops__cells_close(self);
    else *out = self;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
}

void mlops__cells_close(mlops__content_cells *self) {
    if (!self) return;
    mlops__tabular_free(&self->tabular);
    mlops__store_read_end(&self->index);
    mlops__free(&self->store->host.allocator, self, sizeof *self);
}

int64_t mlops__cells_rows(const mlops__content_cells *self) {
    return (int64_t)mlops__tabular_rows(&self->tabular);
}

/* ---- text ---- */

static void put_row(const mlops__grid *grid, size_t row, const mlops__cells_wanted *wanted,
                    mlops__buf *out) {
    for (int64_t i = 0; i < wanted->n; i++) {
        uint8_t room[MLOPS__CELL_TEXT];
        size_t n;
        const uint8_t *text = mlops__grid_cell(grid, row, (size_t)wanted->columns[i], room, &n);
        if (i) mlops__buf_u8(out, wanted->delimiter);
        if (n) mlops__buf_put(out, text, n);
    }
    mlops__buf_u8(out, '\n');
}

int mlops__cells_are_lines(const uint8_t *text, size_t size, size_t n) {
    const uint8_t *at = text, *end = text + size;
    size_t n_lines = 0;
    if (memchr(at, '\r', size)) return 0;
    for (; (at = memchr(at, '\n', (size_t)(end - at))); at++) n_lines++;
    return n_lines == n;
}

mlops_status mlops__cells_put(const mlops__grid *grid, const uint32_t *rows, size_t n,
                              const mlops__cells_wanted *wanted, mlops__buf *out,
                              mlops_error *err) {
    size_t begin = out->size;
    const mlops__dialect *d = &grid->dialect;
    if (d->delimiter != wanted->delimiter || d->n_columns != wanted->n_columns) return MLOPS_END;
    for (size_t i = 0; i < n; i++) {
        size_t row = rows ? rows[i] : i;
        if (mlops__grid_is_whole(grid, row)) return MLOPS_END;
        put_row(grid, row, wanted, out);
    }
    if (out->status) return mlops__fail_nomem(err, out->size);
    if (n == 0) return MLOPS_OK;
    int fits = mlops__cells_are_lines(out->data + begin, out->size - begin, n);
    return fits ? MLOPS_OK : MLOPS_END;
}

mlops_status mlops__cells_spell(mlops__content_cells *self, int64_t from, int64_t n,
                                const mlops__cells_wanted *wanted, mlops__buf *out,
                                mlops_error *err) {
    mlops__tabular *tabular = &self->tabular;
    memset(self->wanted, 0, sizeof self->wanted);
    for (int64_t i = 0; i < wanted->n; i++) {
        if (wanted->columns[i] >= MLOPS__COLUMNS_MAX) return MLOPS_END;
        self->wanted[wanted->columns[i]] = 1;
    }
    mlops_status status = MLOPS_OK;
    while (n > 0 && !status) {
        size_t some = n < MLOPS__GROUP_ROWS ? (size_t)n : MLOPS__GROUP_ROWS;
        MLOPS_TRY(mlops__tabular_load_some(tabular, (uint64_t)from, some, self->wanted, err));
        status = mlops__cells_put(&tabular->grid, NULL, tabular->grid.n, wanted, out, err);
        from += (int64_t)tabular->grid.n;
        n -= (int64_t)tabular->grid.n;
    }
    return status;
}
