/* Whole files through the host's I/O table: read, map, and write whole or not at all. */
#ifndef MLOPS_FILE_FILE_H
#define MLOPS_FILE_FILE_H

#include "base/buf.h"
#include "sys/host.h"

/* Content of a file, mapped or read. */
typedef struct mlops__file_view {
    const uint8_t *data;
    size_t size;
    int mapped; /* else data is allocated */
} mlops__file_view;

/* Puts the path in front of the message of an error, unless that names it already; a message that
 * begins with "this " gets it in place of that word. Returns status, which may be success. */
mlops_status mlops__fail_path(mlops_error *err, mlops_status status, const char *path);

/* Reads or maps the whole file. MLOPS_E_LIMIT if it is larger than max bytes; MLOPS_E_NOT_FOUND,
 * MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_INVALID (path is NULL). map wants a mapping;
 * an empty file is never mapped. */
mlops_status mlops__file_open(mlops__file_view *out, const mlops__host *host, const char *path,
                              size_t max, int map, mlops_error *err);
void mlops__file_close(mlops__file_view *self, const mlops__host *host);

/* The same of a file that is open; path is what messages call it. */
mlops_status mlops__file_view_of(mlops__file_view *out, const mlops__host *host, int64_t file,
                                 const char *path, size_t max, int map, mlops_error *err);

/* Makes an empty file beside path for reading and writing, and takes its name away again: it is
 * gone when it is closed, also by a process that ends. */
mlops_status mlops__file_nameless(const mlops__host *host, const char *path, int64_t *out,
                                  mlops_error *err);

/* Writes path whole or not at all: a new file beside it, synced, renamed over it, the directory
 * synced. After an error path is as it was and nothing is left behind; but where syncing the
 * directory, the last step, is what failed, path holds the new bytes, and a power cut may yet bring
 * back the old. A directory, pipe or device is never replaced. */
mlops_status mlops__file_write(const mlops__host *host, const char *path, const void *bytes,
                               size_t n, mlops_error *err);

/* Writes all that a file is to hold; what it returns ends the file. */
typedef mlops_status mlops__file_fill(void *user, int64_t file, const char *path, mlops_error *err);

/* Bytes that are at hand, for mlops__file_fill_bytes(). */
typedef struct mlops__file_bytes {
    const mlops_io *io;
    const void *bytes;
    size_t n;
} mlops__file_bytes;

mlops__file_fill mlops__file_fill_bytes;

/* The same of a file that can be made again, without waiting for the device: after a power cut it
 * may hold anything. What it is to be: when it changed (INT64_MIN: now). stat (nullable) is what
 * the file system says of it then. */
mlops_status mlops__file_put(const mlops__host *host, const char *path, mlops__file_fill *fill,
                             void *user, int64_t mtime_ns, mlops_io_stat *stat, mlops_error *err);

/* The calls of an I/O table, repeated where a signal interrupted them, whole where they were short.
 * What returns a number returns minus an errno too. */
int64_t mlops__file_number(const mlops_io *io, const char *path, mlops_io_mode mode); /* opens */
int64_t mlops__file_size(const mlops_io *io, int64_t file);
int64_t mlops__file_end(const mlops_io *io, int64_t file); /* closes, once */
void mlops__file_unlink(const mlops_io *io, const char *path);
mlops_status mlops__file_read_at(const mlops_io *io, int64_t file, void *bytes, size_t n,
                                 int64_t offset, const char *path, mlops_error *err);
mlops_status mlops__file_write_at(const mlops_io *io, int64_t file, const void *bytes, size_t n,
                                  int64_t offset, const char *path, mlops_error *err);
mlops_status mlops__file_sync(const mlops_io *io, int64_t file, const char *path, mlops_error *err);
mlops_status mlops__file_sync_dir(const mlops_io *io, const char *path, mlops_error *err);

/* What the file system says, of a path or of an opened file. */
int64_t mlops__file_stat(const mlops_io *io, const char *path, int follow, mlops_io_stat *out);
int64_t mlops__file_stat_of(const mlops_io *io, int64_t file, mlops_io_stat *out);

/* The names in a folder, each with its NUL, appended to the buffer. */
mlops_status mlops__file_list(const mlops_io *io, const char *path, mlops__buf *names,
                              mlops_error *err);

#endif
