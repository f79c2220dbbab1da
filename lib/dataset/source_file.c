/* Reading files part by part.
 *
 * Owns nothing. Invariant: a file that others cut short while it is read is told from one that
 * cannot be read.
 */
#include "dataset/source_file.h"

mlops_status mlops__source_file_changed(const mlops__source_file *self, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_BUSY, "'%s' changes while it is read", self->path);
}

mlops_status mlops__source_file_read(void *user, uint64_t offset, uint8_t *out, size_t n,
                                     mlops_error *err) {
    const mlops__source_file *f = user;
    mlops_error why = {0};
    mlops_status status =
        mlops__file_read_at(&f->host->io, f->number, out, n, (int64_t)offset, f->path, &why);
    if (status == MLOPS_E_IO && why.os_code == 0) return mlops__source_file_changed(f, err);
    if (status && err) *err = why;
    return status;
}
