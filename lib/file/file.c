/* Whole files through the host's I/O table.
 *
 * Owns a view's mapping or memory, and the temporary file while one is written. Invariants: a path
 * that is written holds its old or its new bytes, whole, at any moment and after any power cut;
 * calls that a signal interrupted are repeated, short reads and writes go on; after a failure no
 * file is left open and no temporary one stays.
 */
#include "file/file.h"

#include "base/hex.h"

#include <string.h>

enum { NAME_TRIES = 8, RANDOM_BYTES = 8, PATH_SHOWN = 240 /* bytes; its end says more */ };

mlops_status mlops__fail_path(mlops_error *err, mlops_status status, const char *path) {
    if (!err || !path || status >= 0) return status;
    char text[sizeof err->message], quoted[PATH_SHOWN + 8];
    size_t n = strlen(path), begin = n > PATH_SHOWN ? n - PATH_SHOWN : 0;
    while (((uint8_t)path[begin] & 0xc0) == 0x80) begin++; /* not within a UTF-8 sequence */
    mlops__format(quoted, sizeof quoted, "%s%s'", begin ? "..." : "'", path + begin);
    if (strstr(err->message, quoted)) return status;
    int in_place = strncmp(err->message, "this ", 5) == 0;
    mlops__format(text, sizeof text, "%s%s%s%s", begin ? "'" : "", quoted, in_place ? " " : ": ",
                  err->message + (in_place ? 5 : 0));
    memcpy(err->message, text, sizeof text);
    return status;
}

static int interrupted(int64_t code) {
    return code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED;
}

int64_t mlops__file_number(const mlops_io *io, const char *path, mlops_io_mode mode) {
    int64_t file;
    do file = io->open(io->ctx, path, mode);
    while (interrupted(file));
    return file;
}

int64_t mlops__file_size(const mlops_io *io, int64_t file) {
    int64_t size;
    do size = io->size(io->ctx, file);
    while (interrupted(size));
    return size;
}

int64_t mlops__file_stat(const mlops_io *io, const char *path, int follow, mlops_io_stat *out) {
    int64_t code;
    do code = io->stat(io->ctx, path, follow, out);
    while (interrupted(code));
    return code;
}

int64_t mlops__file_stat_of(const mlops_io *io, int64_t file, mlops_io_stat *out) {
    int64_t code;
    do code = io->stat_file(io->ctx, file, out);
    while (interrupted(code));
    return code;
}

/* Never repeated: whatever it returns, the number is given back. */
int64_t mlops__file_end(const mlops_io *io, int64_t file) {
    int64_t code = io->close(io->ctx, file);
    return interrupted(code) ? 0 : code;
}

void mlops__file_unlink(const mlops_io *io, const char *path) {
    int64_t code;
    do code = io->unlink(io->ctx, path);
    while (interrupted(code));
}

mlops_status mlops__file_read_at(const mlops_io *io, int64_t file, void *bytes, size_t n,
                                 int64_t offset, const char *path, mlops_error *err) {
    for (size_t done = 0; done < n;) {
        int64_t got =
            io->pread(io->ctx, file, (uint8_t *)bytes + done, n - done, offset + (int64_t)done);
        if (interrupted(got)) continue;
        if (got < 0) return mlops__fail_os(err, got, "cannot read", path);
        if (got == 0)
            return mlops__fail(
                err, MLOPS_E_IO, "'%s' ended at byte %lld of %lld: it was cut while it was read",
                path, (long long)offset + (long long)done, (long long)offset + (long long)n);
        done += (size_t)got;
    }
    return MLOPS_OK;
}

mlops_status mlops__file_write_at(const mlops_io *io, int64_t file, const void *bytes, size_t n,
                                  int64_t offset, const char *path, mlops_error *err) {
    for (size_t done = 0; done < n;) {
        int64_t put = io->pwrite(io->ctx, file, (const uint8_t *)bytes + done, n - done,
                                 offset + (int64_t)done);
        if (interrupted(put)) continue;
        if (put < 0) return mlops__fail_os(err, put, "cannot write", path);
        if (put == 0)
            return mlops__fail(err, MLOPS_E_IO, "cannot write '%s': no progress at byte %zu of %zu",
                               path, done, n);
        done += (size_t)put;
    }
    return MLOPS_OK;
}

/* A sync that failed is not tried again: the system may have dropped what it could not write. */
mlops_status mlops__file_sync(const mlops_io *io, int64_t file, const char *path,
                              mlops_error *err) {
    int64_t code;
    do code = io->sync(io->ctx, file);
    while (interrupted(code));
    return code < 0 ? mlops__fail_os(err, code, "cannot sync", path) : MLOPS_OK;
}

mlops_status mlops__file_sync_dir(const mlops_io *io, const char *path, mlops_error *err) {
    int64_t code;
    do code = io->sync_dir(io->ctx, path);
    while (interrupted(code));
    return code < 0 ? mlops__fail_os(err, code, "cannot sync the directory", path) : MLOPS_OK;
}

static mlops_status read_view(mlops__file_view *out, const mlops__host *host, int64_t file,
                              size_t n, const char *path, mlops_error *err) {
    uint8_t *bytes = mlops__alloc(&host->allocator, n);
    if (!bytes) return mlops__fail_nomem(err, n);
    mlops_status status = mlops__file_read_at(&host->io, file, bytes, n, 0, path, err);
    if (status) {
        mlops__free(&host->allocator, bytes, n);
        return status;
    }
    *out = (mlops__file_view){bytes, n, 0};
    return MLOPS_OK;
}

static int map_view(mlops__file_view *out, const mlops_io *io, int64_t file, size_t n) {
    const void *mapped = NULL;
    if (n == 0 || io->map(io->ctx, file, n, &mapped) < 0) return 0;
    *out = (mlops__file_view){mapped, n, 1};
    return 1;
}

/* Where a mapping is refused, as on some file systems, the bytes are read. */
mlops_status mlops__file_view_of(mlops__file_view *out, const mlops__host *host, int64_t file,
                                 const char *path, size_t max, int map, mlops_error *err) {
    *out = (mlops__file_view){NULL, 0, 0};
    int64_t size = mlops__file_size(&host->io, file);
    if (size < 0) return mlops__fail_os(err, size, "cannot tell the size of", path);
    if ((uint64_t)size > max)
        return mlops__fail(err, MLOPS_E_LIMIT, "'%s' has %lld bytes, the limit is %zu", path,
                           (long long)size, max);
    if (map && map_view(out, &host->io, file, (size_t)size)) return MLOPS_OK;
    return read_view(out, host, file, (size_t)size, path, err);
}

mlops_status mlops__file_open(mlops__file_view *out, const mlops__host *host, const char *path,
                              size_t max, int map, mlops_error *err) {
    *out = (mlops__file_view){NULL, 0, 0};
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    int64_t file = mlops__file_number(&host->io, path, MLOPS_IO_READ);
    if (file < 0) return mlops__fail_os(err, file, "cannot open", path);
    mlops_status status = mlops__file_view_of(out, host, file, path, max, map, err);
    mlops__file_end(&host->io, file); /* nothing was written, so nothing can be lost */
    return status;
}

void mlops__file_close(mlops__file_view *self, const mlops__host *host) {
    if (self->mapped) host->io.unmap(host->io.ctx, self->data, self->size);
    else mlops__free(&host->allocator, (void *)(uintptr_t)self->data, self->size);
    *self = (mlops__file_view){NULL, 0, 0};
}

mlops_status mlops__file_list(const mlops_io *io, const char *path, mlops__buf *names,
                              mlops_error *err) {
    size_t before = names->size;
    for (;;) { /* again if the folder has grown in between */
        int64_t size = io->list(io->ctx, path, NULL, 0);
        if (size < 0) return mlops__fail_os(err, size, "cannot list", path);
        if (size == 0) return MLOPS_OK;
        char *room = (char *)mlops__buf_extend(names, (size_t)size);
        if (!room) return mlops__fail_nomem(err, (size_t)size);
        int64_t got = io->list(io->ctx, path, room, (size_t)size);
        if (got < 0) return mlops__fail_os(err, got, "cannot list", path);
        names->size = before + (size_t)(got <= size ? got : 0);
        if (got <= size) return MLOPS_OK;
    }
}

/* The new file beside the one that it will replace. */
typedef struct draft {
    const mlops__host *host;
    const char *path;
    char *name;   /* of the new file */
    size_t dir;   /* bytes of the directory in front, with its slash */
    int64_t file; /* -1: not open */
} draft;

static const char PREFIX[] = ".mlops-", SUFFIX[] = ".tmp";

static size_t dir_length(const char *path) {
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/') n--;
    return n;
}

/* A name that nobody guesses: its random part is new with each try. */
static mlops_status name_draft(draft *self, mlops_error *err) {
    const mlops_entropy *entropy = &self->host->entropy;
    uint8_t random[RANDOM_BYTES];
    int64_t code = entropy->fill(entropy->ctx, random, sizeof random);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw random bytes", NULL);
    char *p = self->name + self->dir;
    memcpy(p, PREFIX, sizeof PREFIX - 1);
    p += sizeof PREFIX - 1;
    mlops__hex_bytes(p, random, sizeof random);
    p += 2 * sizeof random;
    memcpy(p, SUFFIX, sizeof SUFFIX);
    return MLOPS_OK;
}

static mlops_status create_draft(draft *self, mlops_error *err) {
    for (int i = 0; i < NAME_TRIES; i++) {
        MLOPS_TRY(name_draft(self, err));
        self->file = mlops__file_number(&self->host->io, self->name, MLOPS_IO_CREATE);
        if (self->file >= 0) return MLOPS_OK;
        if (mlops__os_kind_of(self->file) != MLOPS__OS_EXISTS) break;
    }
    return mlops__fail_os(err, self->file, "cannot create a file beside", self->path);
}

static mlops_status publish_draft(draft *self, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t code;
    do code = io->rename(io->ctx, self->name, self->path);
    while (interrupted(code));
    return code < 0 ? mlops__fail_os(err, code, "cannot replace", self->path) : MLOPS_OK;
}

/* The draft is published: its name has become room for that of the directory. */
static mlops_status sync_names(draft *self, mlops_error *err) {
    if (self->dir == 0) self->name[self->dir++] = '.';
    if (self->dir > 1 && self->name[self->dir - 1] == '/') self->dir--;
    self->name[self->dir] = 0;
    return mlops__file_sync_dir(&self->host->io, self->name, err);
}

static mlops_status close_draft(draft *self, mlops_error *err) {
    int64_t file = self->file;
    self->file = -1;
    int64_t code = mlops__file_end(&self->host->io, file);
    return code < 0 ? mlops__fail_os(err, code, "cannot close", self->path) : MLOPS_OK;
}

static mlops_status drop_draft(draft *self, mlops_status status) {
    if (self->file >= 0) mlops__file_end(&self->host->io, self->file);
    mlops__file_unlink(&self->host->io, self->name);
    return status;
}

static mlops_status write_draft(draft *self, const uint8_t *bytes, size_t n, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    MLOPS_TRY(create_draft(self, err));
    mlops_status status = mlops__file_write_at(io, self->file, bytes, n, 0, self->path, err);
    if (!status) status = mlops__file_sync(io, self->file, self->path, err);
    if (!status) status = close_draft(self, err);
    if (!status) status = publish_draft(self, err);
    return status ? drop_draft(self, status) : sync_names(self, err);
}

/* When all was written, since writing sets it, too. */
static mlops_status stamp_draft(draft *self, int64_t mtime_ns, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t code = 0;
    do
        if (mtime_ns != INT64_MIN) code = io->set_mtime(io->ctx, self->file, mtime_ns);
    while (interrupted(code));
    if (code < 0) return mlops__fail_os(err, code, "cannot set the time of", self->path);
    return MLOPS_OK;
}

static mlops_status put_draft(draft *self, mlops__file_fill *fill, void *user, int64_t mtime_ns,
                              mlops_io_stat *stat, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    MLOPS_TRY(create_draft(self, err));
    mlops_status status = fill(user, self->file, self->path, err);
    if (!status) status = stamp_draft(self, mtime_ns, err);
    if (!status) status = close_draft(self, err);
    if (!status) status = publish_draft(self, err);
    if (status) return drop_draft(self, status);
    int64_t code = stat ? mlops__file_stat(io, self->path, 1, stat) : 0; /* renaming changes it */
    return code < 0 ? mlops__fail_os(err, code, "cannot look at", self->path) : MLOPS_OK;
}

/* Its name is to be given back, cap bytes. */
static mlops_status begin_draft(draft *self, size_t *cap, const mlops__host *host, const char *path,
                                mlops_error *err) {
    size_t dir = dir_length(path);
    *cap = dir + sizeof PREFIX + 2 * RANDOM_BYTES + sizeof SUFFIX;
    *self = (draft){host, path, mlops__alloc(&host->allocator, *cap), dir, -1};
    if (!self->name) return mlops__fail_nomem(err, *cap);
    memcpy(self->name, path, dir);
    return MLOPS_OK;
}

mlops_status mlops__file_nameless(const mlops__host *host, const char *path, int64_t *out,
                                  mlops_error *err) {
    draft self;
    size_t cap = 0;
    *out = -1;
    MLOPS_TRY(begin_draft(&self, &cap, host, path, err));
    mlops_status status = create_draft(&self, err);
    if (!status) mlops__file_unlink(&host->io, self.name);
    *out = self.file;
    mlops__free(&host->allocator, self.name, cap);
    return status;
}

/* A rename would put a file in the place of /dev/null or of a pipe just as well. */
static mlops_status check_target(const mlops__host *host, const char *path, mlops_error *err) {
    if (path[dir_length(path)] == 0)
        return mlops__fail(err, MLOPS_E_INVALID, "cannot write '%s': it names no file", path);
    int64_t file = mlops__file_number(&host->io, path, MLOPS_IO_READ);
    if (file >= 0) mlops__file_end(&host->io, file);
    if (file < 0 && mlops__os_kind_of(file) == MLOPS__OS_NOT_A_FILE)
        return mlops__fail_os(err, file, "cannot write", path);
    return MLOPS_OK;
}

mlops_status mlops__file_write(const mlops__host *host, const char *path, const void *bytes,
                               size_t n, mlops_error *err) {
    draft self;
    size_t cap = 0;
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    MLOPS_TRY(check_target(host, path, err));
    MLOPS_TRY(begin_draft(&self, &cap, host, path, err));
    mlops_status status = write_draft(&self, bytes, n, err);
    mlops__free(&host->allocator, self.name, cap);
    return status;
}

mlops_status mlops__file_fill_bytes(void *user, int64_t file, const char *path, mlops_error *err) {
    const mlops__file_bytes *all = user;
    return mlops__file_write_at(all->io, file, all->bytes, all->n, 0, path, err);
}

mlops_status mlops__file_put(const mlops__host *host, const char *path, mlops__file_fill *fill,
                             void *user, int64_t mtime_ns, mlops_io_stat *stat, mlops_error *err) {
    draft self;
    size_t cap = 0;
    MLOPS_TRY(begin_draft(&self, &cap, host, path, err));
    mlops_status status = put_draft(&self, fill, user, mtime_ns, stat, err);
    mlops__free(&host->allocator, self.name, cap);
    return status;
}
