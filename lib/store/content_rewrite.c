/* Writing content that is kept as changes once more, by itself, piece by piece.
 *
 * Owns one that is under way. Invariants: what is written has the SHA-256 that names it; its chunks
 * are durable before its object comes, so that a power cut leaves what was there; rows that others
 * count on are cut as they were.
 */
#include "store/packer.h"

enum { LOADS = 16 /* of rows, that are looked at in one piece */ };

struct mlops__rewrite {
    mlops_store *store;
    mlops__lease lease;
    mlops_id id;
    mlops__source source;
    mlops__packer packer;
    mlops__tabular rows; /* as they are kept */
    int has_rows;        /* others may be kept as changes to them */
    uint64_t row;        /* up to which they are cut as they will be */
};

static mlops_status read_source(void *user, uint64_t offset, uint8_t *out, size_t n,
                                mlops_error *err) {
    const mlops__rewrite *self = user;
    int64_t size = 0;
    MLOPS_TRY(mlops__content_read(self->store, &self->id, (int64_t)offset, out, n, &size, err));
    return (uint64_t)size == self->source.size ? MLOPS_OK : mlops__content_damaged(err);
}

static mlops_status refuse_rows(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_UNSUPPORTED, "its rows would be cut in another way");
}

static mlops_status look(mlops__rewrite *self, mlops__index *index, mlops_error *err) {
    int64_t size = 0;
    self->rows.index = index;
    mlops_status status = mlops__tabular_open(&self->rows, self->id.bytes, err);
    self->has_rows = !status && self->rows.levels[0].recipe.codec == MLOPS__PACK_ROWS_BASED;
    if (!status) self->source.size = mlops__tabular_size(&self->rows);
    if (status != MLOPS_END) return status;
    MLOPS_TRY(mlops__content_read(self->store, &self->id, 0, NULL, 0, &size, err));
    self->source.size = (uint64_t)size;
    return MLOPS_OK;
}

static mlops_status begin(mlops__rewrite *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__lease_begin(&self->lease, self->store, err));
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = look(self, &index, err);
    mlops__store_read_end(&index);
    MLOPS_TRY(status);
    self->packer.n = self->source.size;
    MLOPS_TRY(mlops__packer_begin(&self->packer, NULL, 1, err));
    int as_rows = mlops__recipe_has_rows(self->packer.kind);
    return self->has_rows && !as_rows ? refuse_rows(err) : MLOPS_OK;
}

mlops_status mlops__rewrite_begin(mlops__rewrite **out, mlops_store *store, const mlops_id *id,
                                  mlops_error *err) {
    mlops__rewrite *self = mlops__alloc_zero(&store->host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = store;
    self->id = *id;
    self->source = (mlops__source){.read = read_source, .user = self};
    mlops__tabular_init(&self->rows, store, NULL);
    mlops__packer_init(&self->packer, store, &self->source);
    self->packer.lease = &self->lease;
    self->packer.is_named = self->packer.known = 1; /* and yet it is written */
    self->packer.id = *id;
    *out = self;
    mlops_status status = begin(self, err);
    if (!status) return MLOPS_OK;
    mlops__rewrite_end(self);
    *out = NULL;
    return status == MLOPS_E_NOT_FOUND ? mlops__content_damaged(err) : status;
}

void mlops__rewrite_end(mlops__rewrite *self) {
    if (!self) return;
    mlops__lease_end(&self->lease, self->store);
    mlops__packer_free(&self->packer);
    mlops__tabular_free(&self->rows);
    mlops__free(&self->store->host.allocator, self, sizeof *self);
}

size_t mlops__rewrite_memory(const mlops__rewrite *self) {
    const mlops__packer *p = &self->packer;
    return sizeof *self + p->window.room.cap + p->batch.payloads.cap + p->ready.payloads.cap +
           p->ops.cap + p->recipe.cap;
}

/* ---- rows ---- */

static int is_cut_so(const mlops__dialect *a, const mlops__dialect *b) {
    return a->delimiter == b->delimiter && a->quotes == b->quotes && a->crlf == b->crlf &&
           a->n_columns == b->n_columns;
}

/* How a row is cut depends on its bytes and the dialect alone. */
static mlops_status look_at_rows(mlops__rewrite *self, mlops_error *err) {
    const uint8_t none[MLOPS__COLUMNS_MAX] = {0};
    mlops__index index;
    mlops__tabular *rows = &self->rows;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    rows->index = &index;
    mlops_status status = MLOPS_OK;
    for (int i = 0; i < LOADS && !status && self->row < mlops__tabular_rows(rows); i++) {
        status = mlops__tabular_load_some(rows, self->row, MLOPS__GROUP_ROWS, none, err);
        if (!status && !is_cut_so(&rows->grid.dialect, &self->packer.rows.dialect))
            status = refuse_rows(err);
        self->row += rows->grid.n;
    }
    mlops__store_read_end(&index);
    return status;
}

static uint64_t rows_of(const mlops__packer *p) {
    mlops__recipe pieces;
    mlops__piece piece;
    uint64_t n = 0;
    if (!mlops__recipe_open(&pieces, p->kind, p->recipe.data, p->recipe.size)) return 0;
    while (mlops__recipe_next(&pieces, &piece)) n += piece.rows;
    return n;
}

/* ---- the next piece ---- */

static mlops_status sync_chunks(mlops_store *store, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = mlops__store_sync_packs(store, &index, err);
    if (!status) status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    return status;
}

static mlops_status finish(mlops__rewrite *self, mlops_error *err) {
    mlops__packer *p = &self->packer;
    MLOPS_TRY(mlops__packer_end(p, err));
    if (self->has_rows && rows_of(p) != mlops__tabular_rows(&self->rows)) return refuse_rows(err);
    MLOPS_TRY(sync_chunks(self->store, err));
    mlops_status status = mlops__packer_object(p, &self->id, err);
    if (status == MLOPS_END) return mlops__fail(err, MLOPS_E_BUSY, "content was erased meanwhile");
    return status ? status : MLOPS_END;
}

mlops_status mlops__rewrite_some(mlops__rewrite *self, mlops_error *err) {
    mlops__packer *p = &self->packer;
    if (self->has_rows && self->row < mlops__tabular_rows(&self->rows))
        return look_at_rows(self, err);
    if (p->at == p->n) return finish(self, err);
    mlops_status status = mlops__packer_some(p, err);
    if (status != MLOPS_END) return status;
    return self->has_rows ? refuse_rows(err) : mlops__packer_begin(p, NULL, 0, err);
}
