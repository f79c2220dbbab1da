/* A host, resolved: every root object keeps one of these and hands it to its children. */
#ifndef MLOPS_SYS_HOST_H
#define MLOPS_SYS_HOST_H

#include "base/fail.h"

#include <mlops/host.h>

/* Complete copies: no default is left to apply, and no pointer is NULL but, in the I/O table of a
 * host that opens no store, those that only stores need. */
typedef struct mlops__host {
    mlops_allocator allocator;
    mlops_io io;
    mlops_clock clock;
    mlops_entropy entropy;
    mlops_cpu cpu; /* level in force, never BEST */
} mlops__host;

/* UTC nanoseconds, by the host's clock. */
static inline int64_t mlops__host_now(const mlops__host *self) {
    return self->clock.now_ns(self->clock.ctx);
}

/* Resolves given (nullable). MLOPS_E_INVALID if a required function is missing. */
mlops_status mlops__host_init(mlops__host *self, const mlops_host *given, mlops_error *err);

/* MLOPS_E_INVALID if the I/O table lacks what only stores need. */
mlops_status mlops__host_needs_store(const mlops__host *self, mlops_error *err);

/* The same of what folders of datasets need. */
mlops_status mlops__host_needs_folders(const mlops__host *self, mlops_error *err);

/* The other way round, for a call of the public API: points into self, which outlives it. */
mlops_host mlops__host_lend(const mlops__host *self);

/* The machine's own tables. */
extern const mlops_allocator mlops__heap;
extern const mlops_io mlops__io_posix;
extern const mlops_clock mlops__clock_system;
extern const mlops_entropy mlops__entropy_system;

/* Status and message of a failed I/O call: what ("cannot open"), path (nullable), and the errno, of
 * either sign, in words. */
mlops_status mlops__fail_os(mlops_error *err, int64_t os_code, const char *what, const char *path);

/* Failures that callers act on, told apart without the system's numbers. */
typedef enum mlops__os_kind {
    MLOPS__OS_OTHER = 0,
    MLOPS__OS_INTERRUPTED = 1, /* do it again */
    MLOPS__OS_EXISTS = 2,
    MLOPS__OS_NOT_A_FILE = 3, /* a directory, pipe or device */
    MLOPS__OS_AGAIN = 4       /* locked by another one */
} mlops__os_kind;

mlops__os_kind mlops__os_kind_of(int64_t os_code);

#endif
