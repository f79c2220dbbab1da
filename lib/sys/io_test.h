/* I/O tables that tests and simulations need: memory, faults, recording. */
#ifndef MLOPS_SYS_IO_TEST_H
#define MLOPS_SYS_IO_TEST_H

#include "base/alloc.h"
#include "base/buf.h"

#include <mlops/host.h>

#include <pthread.h>
#include <stdatomic.h>

/* Files that live in memory. A path is a name like any other: there are no directories, and "a" is
 * not "./a". A mapping is a copy of what the file held then. @threadsafe */
typedef struct mlops__io_memory mlops__io_memory;
mlops_status mlops__io_memory_new(mlops__io_memory **out, const mlops_allocator *allocator);
void mlops__io_memory_free(mlops__io_memory *self);
const mlops_io *mlops__io_memory_table(const mlops__io_memory *self);

/* What there is, without opening it: names in no order; NULL beyond the last, or if there is none
 * of this name. Borrowed until the next call that changes a file. */
int64_t mlops__io_memory_n_files(const mlops__io_memory *self);
const char *mlops__io_memory_name(const mlops__io_memory *self, int64_t index);
const uint8_t *mlops__io_memory_content(const mlops__io_memory *self, const char *path, size_t *n);

/* The file holds these bytes from now on, whether it was there or not. MLOPS_E_NOMEM */
mlops_status mlops__io_memory_put(mlops__io_memory *self, const char *path, const void *bytes,
                                  size_t n);

/* Files stay as they are, but the machine says that it has been started anew. */
void mlops__io_memory_reboot(mlops__io_memory *self);

/* Forgets all files; none may be open. */
void mlops__io_memory_clear(mlops__io_memory *self);

/* Opened files and mappings that were not closed: what a leak looks like from here. */
int64_t mlops__io_memory_n_open(const mlops__io_memory *self);

/* Passes calls on to another table, counts them, and lets some of them fail. A close or unmap that
 * fails is carried out all the same, as Linux does. */
typedef enum mlops__fault_kind {
    MLOPS__FAULT_ERROR = 0, /* the call returns -os_code and does nothing */
    MLOPS__FAULT_SHORT = 1, /* a read or write of n > 1 bytes does half of them */
    MLOPS__FAULT_STICKY = 2 /* as ERROR, from then on for every call */
} mlops__fault_kind;

typedef struct mlops__io_fault {
    mlops_io table; /* what to hand to the library */
    const mlops_io *below;
    _Atomic(int64_t) n_calls; /* so far */
    int64_t fail_at;          /* 1-based number of the call that fails; 0: none */
    int64_t n_failing;        /* how many in a row fail from there; 0: 1 */
    mlops__fault_kind kind;
    int32_t os_code;              /* EIO, ENOSPC, EINTR */
    _Atomic(int64_t) n_injected;  /* calls that failed or were cut short by us */
    _Atomic(const char *) failed; /* name of the last function that did; NULL: none */
} mlops__io_fault;

void mlops__io_fault_init(mlops__io_fault *self, const mlops_io *below);

/* Passes calls on and keeps a log of all that change files: what a power loss replays.
 * Log records, little-endian: u8 op, u32 file or 0, u64 offset or size, u32 n, n bytes (content, or
 * path NUL path). */
typedef enum mlops__record_op {
    MLOPS__RECORD_CREATE = 1,
    MLOPS__RECORD_WRITE = 2,
    MLOPS__RECORD_TRUNCATE = 3,
    MLOPS__RECORD_SYNC = 4,
    MLOPS__RECORD_RENAME = 5,
    MLOPS__RECORD_UNLINK = 6,
    MLOPS__RECORD_SYNC_DIR = 7,
    MLOPS__RECORD_OPEN = 8,
    MLOPS__RECORD_MARK = 9,        /* said by the test: offset holds its number */
    MLOPS__RECORD_SYNC_WRITE = 10, /* the newest write to the file is durable, no other is */
    MLOPS__RECORD_LINK = 11
} mlops__record_op;

typedef struct mlops__io_record {
    mlops_io table; /* what to hand to the library */
    const mlops_io *below;
    mlops__buf log; /* its status tells whether it is whole */
    pthread_mutex_t lock;
} mlops__io_record;

void mlops__io_record_init(mlops__io_record *self, const mlops_io *below,
                           const mlops_allocator *allocator);
void mlops__io_record_free(mlops__io_record *self);

/* Notes that the caller was told of step number: what it acknowledges must outlive a power cut. */
void mlops__io_record_mark(mlops__io_record *self, int64_t number);

/* Fails the k-th allocation (1-based), once or from then on, and keeps a ledger. Memory is handed
 * out poisoned, a reallocation always moves, and a block that comes back with another size or
 * alignment than it was asked for with, or was written beyond its end, counts as misused. */
typedef struct mlops__alloc_fault {
    mlops_allocator table; /* what to hand to the library */
    _Atomic(int64_t) n_calls;
    int64_t fail_at; /* 0: never */
    int sticky;
    _Atomic(int64_t) n_injected; /* calls that we failed */
    _Atomic(int64_t) n_live;     /* blocks not yet freed */
    _Atomic(int64_t) bytes_live;
    _Atomic(int64_t) n_misused;
} mlops__alloc_fault;

void mlops__alloc_fault_init(mlops__alloc_fault *self);

#endif
