/* System calls, made by number, with somebody looking.
 *
 * Owns the table of paths by descriptor. Invariant: a call does what the C library's would, for
 * the arguments that this library and LMDB give.
 */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* both names of a call are wanted */
#include "fault/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { DESCRIPTORS = 1024, PATH = 200 };

size_t (*calls_before)(const call *c);
void (*calls_after)(const call *c, size_t bytes);

static char paths[DESCRIPTORS][PATH];
static int64_t positions[DESCRIPTORS]; /* of writes without an offset */
static uint8_t syncs[DESCRIPTORS];     /* each write by itself, and no other */

static const char *path_of(int fd) { return fd >= 0 && fd < DESCRIPTORS ? paths[fd] : ""; }

static size_t look(const call *c) { return calls_before ? calls_before(c) : c->n; }

static void done(const call *c, size_t bytes) {
    if (calls_after) calls_after(c, bytes);
}

static int open_at(const char *path, int flags, int mode) {
    call c = {CALL_CREATE, path, NULL, NULL, 0, 0};
    struct stat info;
    int saved = errno, creates = flags & O_CREAT && stat(path, &info) != 0;
    errno = saved;
    if (creates) look(&c);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < DESCRIPTORS) {
        snprintf(paths[fd], PATH, "%s", path);
        positions[fd] = 0;
        syncs[fd] = (flags & O_DSYNC) != 0; /* a bit of O_SYNC too */
    }
    if (fd >= 0 && creates) done(&c, 0);
    return fd;
}

int open(const char *path, int flags, ...);
int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    return open_at(path, flags, mode);
}

int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    return open_at(path, flags, mode);
}

static ssize_t write_at(int fd, const void *bytes, size_t n, int64_t offset) {
    call c = {CALL_WRITE, path_of(fd), NULL, bytes, n, offset};
    size_t part = look(&c);
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, part, offset);
    if (part < n && calls_before) { /* whoever wanted half of it gets to know */
        c.n = part;
        look(&c);
    }
    if (written > 0) done(&c, (size_t)written);
    if (written > 0 && fd < DESCRIPTORS && syncs[fd]) { /* torn until then, like any write */
        c.kind = CALL_SYNC_WRITE;
        done(&c, (size_t)written);
    }
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset);
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset) {
    return write_at(fd, bytes, n, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset);
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset) {
    return write_at(fd, bytes, n, offset);
}

off_t lseek(int fd, off_t offset, int whence) {
    off_t at = syscall(SYS_lseek, fd, offset, whence);
    if (fd >= 0 && fd < DESCRIPTORS && at >= 0) positions[fd] = at;
    return at;
}

/* Terminals and pipes have no position. */
static ssize_t write_on(int fd, const void *bytes, size_t n) {
    if (fd < 3 || fd >= DESCRIPTORS || !paths[fd][0]) return syscall(SYS_write, fd, bytes, n);
    ssize_t written = write_at(fd, bytes, n, positions[fd]);
    if (written > 0) lseek(fd, positions[fd] + written, SEEK_SET);
    return written;
}

ssize_t write(int fd, const void *bytes, size_t n) { return write_on(fd, bytes, n); }

ssize_t writev(int fd, const struct iovec *parts, int n_parts) {
    ssize_t total = 0;
    for (int i = 0; i < n_parts; i++) {
        ssize_t written = write_on(fd, parts[i].iov_base, parts[i].iov_len);
        if (written < 0) return total ? total : written;
        total += written;
        if ((size_t)written < parts[i].iov_len) break;
    }
    return total;
}

static int truncate_to(int fd, int64_t size) {
    call c = {CALL_TRUNCATE, path_of(fd), NULL, NULL, 0, size};
    look(&c);
    int code = (int)syscall(SYS_ftruncate, fd, size);
    if (code == 0) done(&c, 0);
    return code;
}

int ftruncate(int fd, off_t size) { return truncate_to(fd, size); }
int ftruncate64(int fd, off64_t size);
int ftruncate64(int fd, off64_t size) { return truncate_to(fd, size); }

static int sync_to(long number, int fd) {
    struct stat info;
    int is_dir = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    call c = {is_dir ? CALL_SYNC_DIR : CALL_SYNC, path_of(fd), NULL, NULL, 0, 0};
    look(&c);
    int code = (int)syscall(number, fd);
    if (code == 0) done(&c, 0);
    return code;
}

int fsync(int fd) { return sync_to(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_to(SYS_fdatasync, fd); }

int close(int fd) {
    if (fd >= 0 && fd < DESCRIPTORS) paths[fd][0] = 0;
    return (int)syscall(SYS_close, fd);
}

int rename(const char *from, const char *to) {
    call c = {CALL_RENAME, from, to, NULL, 0, 0};
    look(&c);
    int code = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (code == 0) done(&c, 0);
    return code;
}

int unlink(const char *path) {
    call c = {CALL_UNLINK, path, NULL, NULL, 0, 0};
    struct stat info;
    if (stat(path, &info) == 0) look(&c); /* what is not there is not removed */
    int code = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (code == 0) done(&c, 0);
    return code;
}

int mkdir(const char *path, mode_t mode) {
    call c = {CALL_MKDIR, path, NULL, NULL, 0, 0};
    look(&c);
    int code = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (code == 0) done(&c, 0);
    return code;
}
