/* Files of the operating system.
 *
 * Owns nothing; a file's number is its descriptor. Invariants: every descriptor is close-on-exec,
 * only regular files are opened (a directory is EISDIR, a pipe or device ESPIPE, and neither
 * blocks), and a failed call returns minus its errno.
 */
#ifdef __linux__
#define _GNU_SOURCE /* locks of an opened file */
#endif
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "sys/descriptor.h"
#include "sys/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRANSFER_MAX = 1 << 30 /* bytes of one call; Linux and macOS refuse or cut beyond 2 GiB */ };

_Static_assert(sizeof(off_t) == 8, "large files");

#if defined __linux__ && !defined F_OFD_SETLK
#error                                                                                             \
    "without locks of an opened file, closing one descriptor would give up what another one holds"
#endif

static int64_t result(int64_t value) { return value < 0 ? -(int64_t)errno : value; }

static int64_t close_refused(int fd, int code) {
    close(fd);
    return -(int64_t)code;
}

static int64_t disk_open(void *ctx, const char *path, mlops_io_mode mode) {
    (void)ctx;
    int flags = mode == MLOPS_IO_READ ? O_RDONLY : O_RDWR;
    if (mode == MLOPS_IO_CREATE) flags |= O_CREAT | O_EXCL;
    /* O_NONBLOCK keeps a pipe from blocking here; it means nothing to a regular file. */
    int fd = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
    if (fd < 0) return errno == ENXIO ? -(int64_t)ESPIPE : -(int64_t)errno;
    struct stat info;
    if (fstat(fd, &info)) return close_refused(fd, errno);
    if (S_ISDIR(info.st_mode)) return close_refused(fd, EISDIR);
    if (!S_ISREG(info.st_mode)) return close_refused(fd, ESPIPE);
    return fd;
}

int64_t mlops__descriptor_read(int fd, void *bytes, size_t n) {
    return result(read(fd, bytes, n < TRANSFER_MAX ? n : TRANSFER_MAX));
}

static int64_t disk_close(void *ctx, int64_t file) {
    (void)ctx;
    return result(close((int)file));
}

static int64_t disk_size(void *ctx, int64_t file) {
    (void)ctx;
    struct stat info;
    return fstat((int)file, &info) ? -(int64_t)errno : (int64_t)info.st_size;
}

static int64_t disk_pread(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    (void)ctx;
    return result(pread((int)file, bytes, n < TRANSFER_MAX ? n : TRANSFER_MAX, offset));
}

static int64_t disk_pwrite(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset) {
    (void)ctx;
    return result(pwrite((int)file, bytes, n < TRANSFER_MAX ? n : TRANSFER_MAX, offset));
}

static int64_t disk_truncate(void *ctx, int64_t file, int64_t size) {
    (void)ctx;
    return result(ftruncate((int)file, size));
}

static int64_t disk_sync(void *ctx, int64_t file) {
    (void)ctx;
#ifdef __APPLE__
    /* fsync() leaves the bytes in the drive's cache there. */
    if (fcntl((int)file, F_FULLFSYNC) == 0) return 0;
    return result(fsync((int)file));
#else
    return result(fdatasync((int)file));
#endif
}

static int64_t disk_map(void *ctx, int64_t file, size_t n, const void **out) {
    (void)ctx;
    *out = NULL;
    void *p = mmap(NULL, n, PROT_READ, MAP_SHARED, (int)file, 0);
    if (p == MAP_FAILED) return -(int64_t)errno;
    *out = p;
    return 0;
}

static int64_t disk_unmap(void *ctx, const void *p, size_t n) {
    (void)ctx;
    return result(munmap((void *)(uintptr_t)p, n));
}

static int64_t disk_rename(void *ctx, const char *from, const char *to) {
    (void)ctx;
    return result(rename(from, to));
}

static int64_t disk_unlink(void *ctx, const char *path) {
    (void)ctx;
    return result(unlink(path));
}

static int64_t disk_sync_dir(void *ctx, const char *path) {
    (void)ctx;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -(int64_t)errno;
    int code = fsync(fd) ? errno : 0;
    close(fd);
    /* File systems that cannot sync a directory say so in these two ways; they offer no other. */
    return code == EINVAL || code == EBADF ? 0 : -(int64_t)code;
}

static int64_t disk_mkdir(void *ctx, const char *path) {
    (void)ctx;
    return result(mkdir(path, 0777));
}

static int64_t list_names(DIR *dir, char *names, size_t cap) {
    size_t used = 0;
    errno = 0;
    for (const struct dirent *e; (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        size_t n = strlen(e->d_name) + 1;
        if (used + n <= cap) memcpy(names + used, e->d_name, n);
        used += n;
    }
    return errno ? -(int64_t)errno : (int64_t)used;
}

static int64_t disk_list(void *ctx, const char *path, char *names, size_t cap) {
    (void)ctx;
    DIR *dir = opendir(path);
    if (!dir) return -(int64_t)errno;
    int64_t size = list_names(dir, names, cap);
    closedir(dir);
    return size;
}

static int64_t in_ns(const struct timespec *t) {
    return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static void take_stat(mlops_io_stat *out, const struct stat *info) {
    mode_t mode = info->st_mode;
    out->kind = S_ISREG(mode)   ? MLOPS_IO_FILE
                : S_ISDIR(mode) ? MLOPS_IO_FOLDER
                : S_ISLNK(mode) ? MLOPS_IO_LINK
                                : MLOPS_IO_OTHER;
    out->device = (uint64_t)info->st_dev;
    out->inode = (uint64_t)info->st_ino;
    out->size = (int64_t)info->st_size;
#ifdef __APPLE__
    out->mtime_ns = in_ns(&info->st_mtimespec);
    out->ctime_ns = in_ns(&info->st_ctimespec);
#else
    out->mtime_ns = in_ns(&info->st_mtim);
    out->ctime_ns = in_ns(&info->st_ctim);
#endif
}

static int64_t disk_stat(void *ctx, const char *path, int32_t follow, mlops_io_stat *out) {
    (void)ctx;
    struct stat info;
    if (fstatat(AT_FDCWD, path, &info, follow ? 0 : AT_SYMLINK_NOFOLLOW)) return -(int64_t)errno;
    take_stat(out, &info);
    return 0;
}

static int64_t disk_stat_file(void *ctx, int64_t file, mlops_io_stat *out) {
    (void)ctx;
    struct stat info;
    if (fstat((int)file, &info)) return -(int64_t)errno;
    take_stat(out, &info);
    return 0;
}

static int64_t scan_names(DIR *dir, mlops_io_visit visit, void *user) {
    int fd = dirfd(dir);
    for (;;) {
        mlops_io_stat stat = MLOPS_IO_STAT_INIT;
        struct stat info;
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (!e) return -(int64_t)errno;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (fstatat(fd, e->d_name, &info, AT_SYMLINK_NOFOLLOW)) {
            if (errno == ENOENT) continue;
            return -(int64_t)errno;
        }
        take_stat(&stat, &info);
        int64_t code = visit(user, e->d_name, &stat);
        if (code) return code;
    }
}

static int64_t disk_scan(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    (void)ctx;
    DIR *dir = opendir(path);
    if (!dir) return -(int64_t)errno;
    int64_t code = scan_names(dir, visit, user);
    closedir(dir);
    return code;
}

static int64_t disk_set_mtime(void *ctx, int64_t file, int64_t mtime_ns) {
    (void)ctx;
    int64_t rest = mtime_ns % 1000000000;
    if (rest < 0) rest += 1000000000;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = (long)rest}};
    times[1].tv_sec = (time_t)((mtime_ns - rest) / 1000000000);
    return result(futimens((int)file, times));
}

static int64_t disk_lock(void *ctx, int64_t file, int64_t byte, mlops_io_lock how) {
    (void)ctx;
    struct flock range = {.l_type = how == MLOPS_IO_UNLOCK  ? F_UNLCK
                                    : how == MLOPS_IO_SHARE ? F_RDLCK
                                                            : F_WRLCK,
                          .l_whence = SEEK_SET,
                          .l_start = byte,
                          .l_len = 1};
#ifdef F_OFD_SETLK
    int command = how == MLOPS_IO_TRY_LOCK ? F_OFD_SETLK : F_OFD_SETLKW;
#else
    int command = how == MLOPS_IO_TRY_LOCK ? F_SETLK : F_SETLKW; /* of the process, where there is
                                                                no other; one open suffices then */
#endif
    int code = fcntl((int)file, command, &range) ? errno : 0;
    return code == EACCES ? -(int64_t)EAGAIN : -(int64_t)code;
}

static int64_t disk_identity(void *ctx, int64_t file, uint64_t *out) {
    (void)ctx;
    struct stat info;
    if (fstat((int)file, &info)) return -(int64_t)errno;
    out[0] = (uint64_t)info.st_dev;
    out[1] = (uint64_t)info.st_ino;
    return 0;
}

/* Linux's own name for this boot: a UUID in hexadecimal. */
static int64_t disk_boot(void *ctx, uint8_t *out) {
    (void)ctx;
    char text[64];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -(int64_t)errno;
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    size_t digits = 0;
    for (ssize_t i = 0; i < n && digits < 32; i++) {
        const char *hex = "0123456789abcdef", *found = text[i] ? strchr(hex, text[i]) : NULL;
        if (!found) continue;
        uint8_t digit = (uint8_t)(found - hex);
        out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] << 4 | digit : digit);
        digits++;
    }
    return digits == 32 ? 0 : -(int64_t)ENOENT;
}

static int64_t disk_link(void *ctx, const char *from, const char *to) {
    (void)ctx;
    return result(link(from, to));
}

const mlops_io mlops__io_posix = {
    sizeof(mlops_io), 0,           NULL,          disk_open,      disk_close, disk_size,
    disk_pread,       disk_pwrite, disk_truncate, disk_sync,      disk_map,   disk_unmap,
    disk_rename,      disk_unlink, disk_sync_dir, disk_mkdir,     disk_list,  disk_lock,
    disk_identity,    disk_boot,   disk_stat,     disk_stat_file, disk_scan,  disk_set_mtime,
    disk_link,
};
