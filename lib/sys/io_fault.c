/* An I/O table that fails on demand. For tests.
 *
 * Owns nothing but its counters. Invariant: every function counts one call, in the order in which
 * they come; a call that fails does nothing below, but for close and unmap, which give back what
 * they were given whatever they return.
 */
#include "sys/io_test.h"

#include <string.h>

/* Counts the call; true if it is to be disturbed. */
static int struck(mlops__io_fault *self, const char *function) {
    int64_t call = atomic_fetch_add(&self->n_calls, 1) + 1;
    if (self->fail_at == 0 || call < self->fail_at) return 0;
    int64_t n = self->n_failing > 1 ? self->n_failing : 1;
    if (self->kind != MLOPS__FAULT_STICKY && call - self->fail_at >= n) return 0;
    if (self->kind == MLOPS__FAULT_SHORT && function[0] != 'p') return 0; /* pread, pwrite */
    atomic_fetch_add(&self->n_injected, 1);
    atomic_store(&self->failed, function);
    return 1;
}

static int64_t error_of(const mlops__io_fault *self) { return -(int64_t)self->os_code; }

/* What a disturbed transfer of n bytes may do: -1 for nothing at all. */
static int64_t transfer(mlops__io_fault *self, const char *function, size_t n) {
    if (!struck(self, function)) return (int64_t)n;
    if (self->kind != MLOPS__FAULT_SHORT) return -1;
    return n > 1 ? (int64_t)(n / 2) : (int64_t)n;
}

static int64_t fault_open(void *ctx, const char *path, mlops_io_mode mode) {
    mlops__io_fault *self = ctx;
    if (struck(self, "open")) return error_of(self);
    return self->below->open(self->below->ctx, path, mode);
}

static int64_t fault_close(void *ctx, int64_t file) {
    mlops__io_fault *self = ctx;
    int fails = struck(self, "close");
    int64_t code = self->below->close(self->below->ctx, file);
    return fails ? error_of(self) : code;
}

static int64_t fault_size(void *ctx, int64_t file) {
    mlops__io_fault *self = ctx;
    if (struck(self, "size")) return error_of(self);
    return self->below->size(self->below->ctx, file);
}

static int64_t fault_pread(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    mlops__io_fault *self = ctx;
    int64_t part = transfer(self, "pread", n);
    if (part < 0) return error_of(self);
    return self->below->pread(self->below->ctx, file, bytes, (size_t)part, offset);
}

static int64_t fault_pwrite(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset) {
    mlops__io_fault *self = ctx;
    int64_t part = transfer(self, "pwrite", n);
    if (part < 0) return error_of(self);
    return self->below->pwrite(self->below->ctx, file, bytes, (size_t)part, offset);
}

static int64_t fault_truncate(void *ctx, int64_t file, int64_t size) {
    mlops__io_fault *self = ctx;
    if (struck(self, "truncate")) return error_of(self);
    return self->below->truncate(self->below->ctx, file, size);
}

static int64_t fault_sync(void *ctx, int64_t file) {
    mlops__io_fault *self = ctx;
    if (struck(self, "sync")) return error_of(self);
    return self->below->sync(self->below->ctx, file);
}

static int64_t fault_map(void *ctx, int64_t file, size_t n, const void **out) {
    mlops__io_fault *self = ctx;
    *out = NULL;
    if (struck(self, "map")) return error_of(self);
    return self->below->map(self->below->ctx, file, n, out);
}

static int64_t fault_unmap(void *ctx, const void *p, size_t n) {
    mlops__io_fault *self = ctx;
    int fails = struck(self, "unmap");
    int64_t code = self->below->unmap(self->below->ctx, p, n);
    return fails ? error_of(self) : code;
}

static int64_t fault_rename(void *ctx, const char *from, const char *to) {
    mlops__io_fault *self = ctx;
    if (struck(self, "rename")) return error_of(self);
    return self->below->rename(self->below->ctx, from, to);
}

static int64_t fault_unlink(void *ctx, const char *path) {
    mlops__io_fault *self = ctx;
    if (struck(self, "unlink")) return error_of(self);
    return self->below->unlink(self->below->ctx, path);
}

static int64_t fault_sync_dir(void *ctx, const char *path) {
    mlops__io_fault *self = ctx;
    if (struck(self, "sync_dir")) return error_of(self);
    return self->below->sync_dir(self->below->ctx, path);
}

static int64_t fault_mkdir(void *ctx, const char *path) {
    mlops__io_fault *self = ctx;
    if (struck(self, "mkdir")) return error_of(self);
    return self->below->mkdir(self->below->ctx, path);
}

static int64_t fault_list(void *ctx, const char *path, char *names, size_t cap) {
    mlops__io_fault *self = ctx;
    if (struck(self, "list")) return error_of(self);
    return self->below->list(self->below->ctx, path, names, cap);
}

static int64_t fault_lock(void *ctx, int64_t file, int64_t byte, mlops_io_lock how) {
    mlops__io_fault *self = ctx;
    if (struck(self, "lock") && how != MLOPS_IO_UNLOCK) return error_of(self);
    return self->below->lock(self->below->ctx, file, byte, how);
}

static int64_t fault_identity(void *ctx, int64_t file, uint64_t *out) {
    mlops__io_fault *self = ctx;
    if (struck(self, "identity")) return error_of(self);
    return self->below->identity(self->below->ctx, file, out);
}

static int64_t fault_boot(void *ctx, uint8_t *out) {
    mlops__io_fault *self = ctx;
    if (struck(self, "boot")) return error_of(self);
    return self->below->boot(self->below->ctx, out);
}

static int64_t fault_stat(void *ctx, const char *path, int32_t follow, mlops_io_stat *out) {
    mlops__io_fault *self = ctx;
    if (struck(self, "stat")) return error_of(self);
    return self->below->stat(self->below->ctx, path, follow, out);
}

static int64_t fault_stat_file(void *ctx, int64_t file, mlops_io_stat *out) {
    mlops__io_fault *self = ctx;
    if (struck(self, "stat_file")) return error_of(self);
    return self->below->stat_file(self->below->ctx, file, out);
}

static int64_t fault_scan(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    mlops__io_fault *self = ctx;
    if (struck(self, "scan")) return error_of(self);
    return self->below->scan(self->below->ctx, path, visit, user);
}

static int64_t fault_set_mtime(void *ctx, int64_t file, int64_t mtime_ns) {
    mlops__io_fault *self = ctx;
    if (struck(self, "set_mtime")) return error_of(self);
    return self->below->set_mtime(self->below->ctx, file, mtime_ns);
}

static int64_t fault_link(void *ctx, const char *from, const char *to) {
    mlops__io_fault *self = ctx;
    if (struck(self, "link")) return error_of(self);
    return self->below->link(self->below->ctx, from, to);
}

void mlops__io_fault_init(mlops__io_fault *self, const mlops_io *below) {
    memset(self, 0, sizeof *self);
    self->below = below;
    self->table = (mlops_io){
        sizeof(mlops_io),
        0,
        self,
        fault_open,
        fault_close,
        fault_size,
        fault_pread,
        fault_pwrite,
        fault_truncate,
        fault_sync,
        fault_map,
        fault_unmap,
        fault_rename,
        fault_unlink,
        fault_sync_dir,
        fault_mkdir,
        fault_list,
        fault_lock,
        fault_identity,
        fault_boot,
        fault_stat,
        fault_stat_file,
        fault_scan,
        fault_set_mtime,
        fault_link,
    };
}
