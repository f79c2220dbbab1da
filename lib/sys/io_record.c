/* An I/O table that writes down what changes files. For tests.
 *
 * Owns the log. Invariant: the log holds, in the order in which they took effect, the calls that
 * succeeded below, with the bytes that were really written; one lock spans call and record.
 */
#include "sys/io_test.h"

#include <string.h>

static void put_head(mlops__io_record *self, mlops__record_op op, int64_t file, int64_t number,
                     size_t n) {
    mlops__buf_u8(&self->log, (uint8_t)op);
    mlops__buf_u32(&self->log, (uint32_t)file);
    mlops__buf_u64(&self->log, (uint64_t)number);
    mlops__buf_u32(&self->log, (uint32_t)n);
}

/* One record about a path or, if second is not NULL, two. */
static void put_paths(mlops__io_record *self, mlops__record_op op, int64_t file, const char *first,
                      const char *second) {
    size_t n = strlen(first), m = second ? strlen(second) + 1 : 0;
    put_head(self, op, file, 0, n + m);
    mlops__buf_put(&self->log, first, n);
    if (!second) return;
    mlops__buf_u8(&self->log, 0);
    mlops__buf_put(&self->log, second, m - 1);
}

static int64_t record_open(void *ctx, const char *path, mlops_io_mode mode) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t file = self->below->open(self->below->ctx, path, mode);
    if (file >= 0)
        put_paths(self, mode == MLOPS_IO_CREATE ? MLOPS__RECORD_CREATE : MLOPS__RECORD_OPEN, file,
                  path, NULL);
    pthread_mutex_unlock(&self->lock);
    return file;
}

static int64_t record_close(void *ctx, int64_t file) {
    mlops__io_record *self = ctx;
    return self->below->close(self->below->ctx, file);
}

static int64_t record_size(void *ctx, int64_t file) {
    mlops__io_record *self = ctx;
    return self->below->size(self->below->ctx, file);
}

static int64_t record_pread(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    mlops__io_record *self = ctx;
    return self->below->pread(self->below->ctx, file, bytes, n, offset);
}

static int64_t record_pwrite(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset) {
    mlops__io_record *self = ctx;
    if (n > UINT32_MAX / 2) n = UINT32_MAX / 2; /* a short write, so that a record can hold it */
    pthread_mutex_lock(&self->lock);
    int64_t done = self->below->pwrite(self->below->ctx, file, bytes, n, offset);
    if (done > 0) {
        put_head(self, MLOPS__RECORD_WRITE, file, offset, (size_t)done);
        mlops__buf_put(&self->log, bytes, (size_t)done);
    }
    pthread_mutex_unlock(&self->lock);
    return done;
}

static int64_t record_truncate(void *ctx, int64_t file, int64_t size) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->truncate(self->below->ctx, file, size);
    if (code >= 0) put_head(self, MLOPS__RECORD_TRUNCATE, file, size, 0);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t record_sync(void *ctx, int64_t file) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->sync(self->below->ctx, file);
    if (code >= 0) put_head(self, MLOPS__RECORD_SYNC, file, 0, 0);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t record_map(void *ctx, int64_t file, size_t n, const void **out) {
    mlops__io_record *self = ctx;
    return self->below->map(self->below->ctx, file, n, out);
}

static int64_t record_unmap(void *ctx, const void *p, size_t n) {
    mlops__io_record *self = ctx;
    return self->below->unmap(self->below->ctx, p, n);
}

static int64_t record_rename(void *ctx, const char *from, const char *to) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->rename(self->below->ctx, from, to);
    if (code >= 0) put_paths(self, MLOPS__RECORD_RENAME, 0, from, to);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t record_unlink(void *ctx, const char *path) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->unlink(self->below->ctx, path);
    if (code >= 0) put_paths(self, MLOPS__RECORD_UNLINK, 0, path, NULL);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t record_sync_dir(void *ctx, const char *path) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->sync_dir(self->below->ctx, path);
    if (code >= 0) put_paths(self, MLOPS__RECORD_SYNC_DIR, 0, path, NULL);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t record_mkdir(void *ctx, const char *path) {
    mlops__io_record *self = ctx;
    return self->below->mkdir(self->below->ctx, path);
}

static int64_t record_list(void *ctx, const char *path, char *names, size_t cap) {
    mlops__io_record *self = ctx;
    return self->below->list(self->below->ctx, path, names, cap);
}

static int64_t record_lock(void *ctx, int64_t file, int64_t byte, mlops_io_lock how) {
    mlops__io_record *self = ctx;
    return self->below->lock(self->below->ctx, file, byte, how);
}

static int64_t record_identity(void *ctx, int64_t file, uint64_t *out) {
    mlops__io_record *self = ctx;
    return self->below->identity(self->below->ctx, file, out);
}

static int64_t record_boot(void *ctx, uint8_t *out) {
    mlops__io_record *self = ctx;
    return self->below->boot(self->below->ctx, out);
}

static int64_t record_stat(void *ctx, const char *path, int32_t follow, mlops_io_stat *out) {
    mlops__io_record *self = ctx;
    return self->below->stat(self->below->ctx, path, follow, out);
}

static int64_t record_stat_file(void *ctx, int64_t file, mlops_io_stat *out) {
    mlops__io_record *self = ctx;
    return self->below->stat_file(self->below->ctx, file, out);
}

static int64_t record_scan(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    mlops__io_record *self = ctx;
    return self->below->scan(self->below->ctx, path, visit, user);
}

static int64_t record_set_mtime(void *ctx, int64_t file, int64_t mtime_ns) {
    mlops__io_record *self = ctx;
    return self->below->set_mtime(self->below->ctx, file, mtime_ns);
}

static int64_t record_link(void *ctx, const char *from, const char *to) {
    mlops__io_record *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = self->below->link(self->below->ctx, from, to);
    if (code >= 0) put_paths(self, MLOPS__RECORD_LINK, 0, from, to);
    pthread_mutex_unlock(&self->lock);
    return code;
}

void mlops__io_record_init(mlops__io_record *self, const mlops_io *below,
                           const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    self->below = below;
    self->table = (mlops_io){
        sizeof(mlops_io),
        0,
        self,
        record_open,
        record_close,
        record_size,
        record_pread,
        record_pwrite,
        record_truncate,
        record_sync,
        record_map,
        record_unmap,
        record_rename,
        record_unlink,
        record_sync_dir,
        record_mkdir,
        record_list,
        record_lock,
        record_identity,
        record_boot,
        record_stat,
        record_stat_file,
        record_scan,
        record_set_mtime,
        record_link,
    };
    mlops__buf_init(&self->log, allocator);
    pthread_mutex_init(&self->lock, NULL);
}

void mlops__io_record_free(mlops__io_record *self) {
    mlops__buf_free(&self->log);
    pthread_mutex_destroy(&self->lock);
}

void mlops__io_record_mark(mlops__io_record *self, int64_t number) {
    pthread_mutex_lock(&self->lock);
    put_head(self, MLOPS__RECORD_MARK, 0, number, 0);
    pthread_mutex_unlock(&self->lock);
}
