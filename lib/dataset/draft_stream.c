/* Streams as entries: read to their end, and kept as files are.
 *
 * Owns what was read and is not kept yet. Invariant: an entry is put when the stream has come to
 * its end, so that one that breaks off leaves the draft as it was.
 */
#include "base/opts.h"
#include "dataset/draft.h"
#include "file/spool.h"
#include "sys/descriptor.h"

#include <mlops/draft_stream.h>

#include <string.h>

enum { PIECE = 256 << 10 };

typedef struct streaming {
    mlops_draft *draft;
    const mlops__host *host;
    const char *path;
    mlops_stream_opts opts;
    mlops__spool spool;
    mlops_error *err;
} streaming;

static mlops_status take_opts(streaming *self, const mlops_stream_opts *opts) {
    MLOPS_TRY(
        mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_stream_opts", self->err));
    if (self->opts.flags & ~(uint32_t)MLOPS_STREAM_CSV || self->opts.reserved)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_stream_opts: flags 0x%x, or reserved is not 0", self->opts.flags);
    if (self->opts.fd < 0)
        return mlops__fail(self->err, MLOPS_E_INVALID, "mlops_stream_opts: fd %d", self->opts.fd);
    if (self->opts.columns && !(self->opts.flags & MLOPS_STREAM_CSV))
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_stream_opts: columns are of a table; MLOPS_STREAM_CSV makes one");
    return MLOPS_OK;
}

/* MLOPS_END behind the last. */
static mlops_status read_piece(streaming *self, uint8_t *bytes, size_t *n) {
    int64_t got;
    do
        got = self->opts.read ? self->opts.read(self->opts.read_user, bytes, PIECE)
                              : mlops__descriptor_read(self->opts.fd, bytes, PIECE);
    while (got < 0 && mlops__os_kind_of(got) == MLOPS__OS_INTERRUPTED);
    if (got < 0) return mlops__fail_os(self->err, got, "cannot read the stream of", self->path);
    if (got > PIECE)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "the reader of '%s' has read %lld bytes of %d", self->path,
                           (long long)got, PIECE);
    *n = (size_t)got;
    return got ? MLOPS_OK : MLOPS_END;
}

static mlops_status read_all(streaming *self) {
    size_t n = 0;
    uint8_t *piece = mlops__alloc(&self->host->allocator, PIECE);
    if (!piece) return mlops__fail_nomem(self->err, PIECE);
    mlops_status status = MLOPS_OK;
    while (!status) {
        status = read_piece(self, piece, &n);
        if (!status) status = mlops__spool_put(&self->spool, piece, n, self->err);
    }
    mlops__free(&self->host->allocator, piece, PIECE);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status put(streaming *self) {
    mlops__bytes bytes;
    MLOPS_TRY(mlops__spool_end(&self->spool, &bytes.data, &bytes.size, self->err));
    if (!(self->opts.flags & MLOPS_STREAM_CSV))
        return mlops__draft_put_file(self->draft, self->path, bytes, self->err);
    return mlops__draft_put_csv(self->draft, self->path, bytes, self->path, self->opts.columns,
                                self->err);
}

/* In the store's directory; NULL if out of memory. */
static char *spool_path(const mlops_draft *draft, const mlops__host *host, size_t *size) {
    static const char NAME[] = "/stream";
    size_t n;
    const char *dir = mlops__store_dir(draft->base.store, &n);
    *size = n + sizeof NAME;
    char *out = mlops__alloc(&host->allocator, *size);
    if (!out) return NULL;
    memcpy(out, dir, n);
    memcpy(out + n, NAME, sizeof NAME);
    return out;
}

mlops_status mlops_draft_add_stream(mlops_draft *self, const char *path,
                                    const mlops_stream_opts *opts, mlops_error *err) {
    streaming s = {.draft = self, .path = path, .err = err};
    size_t size;
    MLOPS_TRY(mlops__draft_check(self, path, err));
    MLOPS_TRY(take_opts(&s, opts));
    MLOPS_TRY(mlops__store_check_fork(self->base.store, err));
    s.host = mlops__store_host(self->base.store);
    char *beside = spool_path(self, s.host, &size);
    if (!beside) return mlops__fail_nomem(err, size);
    mlops__spool_init(&s.spool, s.host, beside);
    mlops_status status = read_all(&s);
    if (!status) status = put(&s);
    mlops__spool_free(&s.spool);
    mlops__free(&s.host->allocator, beside, size);
    return status;
}
