/* I/O tables that tests and simulations need: memory, faults, recording. */
#ifndef MLOPS_SYS_IO_TEST_H
#define MLOPS_SYS_IO_TEST_H

#include "base/alloc.h"
#include "base/buf.h"

#include <mlops/host.h>

/* Files that live in memory. */
typedef struct mlops__io_memory mlops__io_memory;
mlops_status mlops__io_memory_new(mlops__io_memory **out, const mlops_allocator *allocator);
void mlops__io_memory_free(mlops__io_memory *self);
const mlops_io *mlops__io_memory_table(const mlops__io_memory *self);

/* Passes calls on to another table, counts them, and lets some of them fail. */
typedef enum mlops__fault_kind {
    MLOPS__FAULT_ERROR = 0, /* the call returns -os_code and does nothing */
    MLOPS__FAULT_SHORT = 1, /* a read or write of n > 1 bytes does half of them */
    MLOPS__FAULT_STICKY = 2 /* as ERROR, from then on for every call */
} mlops__fault_kind;

typedef struct mlops__io_fault {
    mlops_io table; /* what to hand to the library */
    const mlops_io *below;
    int64_t n_calls; /* so far */
    int64_t fail_at; /* 1-based number of the call that fails; 0: none */
    mlops__fault_kind kind;
    int32_t os_code; /* EIO, ENOSPC, EINTR */
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
    MLOPS__RECORD_OPEN = 8
} mlops__record_op;

typedef struct mlops__io_record {
    mlops_io table; /* what to hand to the library */
    const mlops_io *below;
    mlops__buf log;
} mlops__io_record;

void mlops__io_record_init(mlops__io_record *self, const mlops_io *below,
                           const mlops_allocator *allocator);
void mlops__io_record_free(mlops__io_record *self);

/* Fails the k-th allocation (1-based), once or from then on, and counts what is outstanding. */
typedef struct mlops__alloc_fault {
    mlops_allocator table; /* what to hand to the library */
    int64_t n_calls;
    int64_t fail_at; /* 0: never */
    int sticky;
    int64_t n_live; /* blocks not yet freed */
    int64_t bytes_live;
} mlops__alloc_fault;

void mlops__alloc_fault_init(mlops__alloc_fault *self);

#endif
