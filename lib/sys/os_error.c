/* The errors of the operating system, in our statuses and words.
 *
 * Owns the table of errnos that we know. Invariant: the number of the system is kept in os_code,
 * whatever status and words it gets here; nothing of the C library's own texts is used, since they
 * differ by machine and language.
 */
#define _POSIX_C_SOURCE 200809L
#include "sys/host.h"

#include <errno.h>
#include <string.h>

typedef struct known {
    int code;
    mlops_status status;
    const char *words; /* what it is; what to do */
} known;

static const known KNOWN[] = {
    {ENOENT, MLOPS_E_NOT_FOUND, "no such file or directory; check the path"},
    {ENOTDIR, MLOPS_E_NOT_FOUND, "a part of the path is not a directory; check the path"},
    {EACCES, MLOPS_E_DENIED, "permission denied; check the rights of file and directory"},
    {EPERM, MLOPS_E_DENIED, "not permitted; check owner and attributes of the file"},
    {EROFS, MLOPS_E_DENIED, "the file system is read-only; choose another place"},
    {ENOSPC, MLOPS_E_NO_SPACE, "no space left on the device; free some"},
#ifdef EDQUOT
    {EDQUOT, MLOPS_E_NO_SPACE, "the disk quota is used up; free some space"},
#endif
    {ENOMEM, MLOPS_E_NOMEM, "the system is out of memory"},
    {EIO, MLOPS_E_IO, "the device reported an error; check disk and system log"},
    {EISDIR, MLOPS_E_IO, "it is a directory; name a file"},
    {ESPIPE, MLOPS_E_IO, "it is a pipe or device; name a regular file"},
    {EEXIST, MLOPS_E_IO, "it exists already"},
    {EMFILE, MLOPS_E_IO, "the process has too many files open; raise its limit"},
    {ENFILE, MLOPS_E_IO, "the system has too many files open"},
    {ENAMETOOLONG, MLOPS_E_IO, "the path is too long; shorten it"},
    {ELOOP, MLOPS_E_IO, "too many symbolic links in the path"},
    {EFBIG, MLOPS_E_IO, "the file would be larger than the system or its limits allow"},
    {EXDEV, MLOPS_E_IO, "the two paths are on different file systems"},
    {EBUSY, MLOPS_E_IO, "it is in use"},
    {ETXTBSY, MLOPS_E_IO, "it is a program that is running"},
    {EAGAIN, MLOPS_E_IO, "the system is short of resources; try again or raise its limits"},
    {EINVAL, MLOPS_E_IO, "the file system does not support it"},
    {EBADF, MLOPS_E_IO, "the file was closed by others"},
    {EINTR, MLOPS_E_IO, "a signal interrupted the call"},
#ifdef ESTALE
    {ESTALE, MLOPS_E_IO, "the file went away on its server"},
#endif
};

enum { PATH_SHOWN = 240 /* bytes; the end of a path says more than its beginning */ };

static const known *find_known(int64_t code) {
    for (size_t i = 0; i < sizeof KNOWN / sizeof KNOWN[0]; i++)
        if (KNOWN[i].code == code) return &KNOWN[i];
    return NULL;
}

static int64_t magnitude(int64_t os_code) { return os_code < 0 ? -os_code : os_code; }

static const char *path_end(const char *path) {
    size_t n = strlen(path);
    if (n <= PATH_SHOWN) return path;
    const char *end = path + n - PATH_SHOWN;
    while (((unsigned char)*end & 0xc0) == 0x80) end++; /* not within a UTF-8 sequence */
    return end;
}

mlops_status mlops__fail_os(mlops_error *err, int64_t os_code, const char *what, const char *path) {
    int64_t code = magnitude(os_code);
    const known *k = find_known(code);
    mlops_status status = k ? k->status : MLOPS_E_IO;
    const char *words = k ? k->words : "the system refused";
    const char *shown = path ? path_end(path) : NULL;
    if (shown)
        mlops__fail(err, status, "%s '%s%s': %s (error %lld)", what, shown == path ? "" : "...",
                    shown, words, (long long)code);
    else mlops__fail(err, status, "%s: %s (error %lld)", what, words, (long long)code);
    if (err) err->os_code = (int32_t)code;
    return status;
}

mlops__os_kind mlops__os_kind_of(int64_t os_code) {
    switch (magnitude(os_code)) {
    case EINTR: return MLOPS__OS_INTERRUPTED;
    case EEXIST: return MLOPS__OS_EXISTS;
    case EISDIR:
    case ESPIPE: return MLOPS__OS_NOT_A_FILE;
    case EAGAIN: return MLOPS__OS_AGAIN;
    default: return MLOPS__OS_OTHER;
    }
}
