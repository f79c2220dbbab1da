/* Spools: what comes piece by piece, and is looked at as a whole.
 *
 * Owns the file, and its mapping. Invariants: memory holds no more than TAIL bytes and what is put
 * at once, however many come, where the host can map files; a file that was made has no name, so
 * that nothing stays of a process that ends in between.
 */
#include "file/spool.h"

enum { TAIL = 4 << 20 };

void mlops__spool_init(mlops__spool *self, const mlops__host *host, const char *path) {
    *self = (mlops__spool){.host = host, .path = path, .file = -1};
    mlops__buf_init(&self->tail, &host->allocator);
}

void mlops__spool_free(mlops__spool *self) {
    if (self->view.data) mlops__file_close(&self->view, self->host);
    if (self->file >= 0) mlops__file_end(&self->host->io, self->file);
    mlops__buf_free(&self->tail);
}

static mlops_status flush(mlops__spool *self, mlops_error *err) {
    if (self->file < 0) MLOPS_TRY(mlops__file_nameless(self->host, self->path, &self->file, err));
    MLOPS_TRY(mlops__file_write_at(&self->host->io, self->file, self->tail.data, self->tail.size,
                                   self->size, self->path, err));
    self->size += (int64_t)self->tail.size;
    self->tail.size = 0;
    return MLOPS_OK;
}

mlops_status mlops__spool_put(mlops__spool *self, const void *bytes, size_t n, mlops_error *err) {
    if (self->tail.size && self->tail.size + n > TAIL) MLOPS_TRY(flush(self, err));
    mlops__buf_put(&self->tail, bytes, n);
    return self->tail.status ? mlops__fail_nomem(err, n) : MLOPS_OK;
}

mlops_status mlops__spool_end(mlops__spool *self, const uint8_t **out, size_t *n,
                              mlops_error *err) {
    *out = self->tail.data;
    *n = self->tail.size;
    if (self->file < 0) return MLOPS_OK;
    MLOPS_TRY(flush(self, err));
    mlops__buf_free(&self->tail);
    MLOPS_TRY(
        mlops__file_view_of(&self->view, self->host, self->file, self->path, SIZE_MAX, 1, err));
    *out = self->view.data;
    *n = self->view.size;
    return MLOPS_OK;
}
