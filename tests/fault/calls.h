/* The system calls by which a program changes files, as they are made: by this library and by LMDB.
 *
 * A test that links this file gets them ahead of the C library, and may look at each one, or end
 * the process in the middle of it. What is opened through it is known by its path.
 */
#ifndef TESTS_FAULT_CALLS_H
#define TESTS_FAULT_CALLS_H

#include <stddef.h>
#include <stdint.h>

typedef enum call_kind {
    CALL_CREATE, /* a file that was not there */
    CALL_WRITE,
    CALL_TRUNCATE,
    CALL_SYNC,
    CALL_SYNC_DIR,
    CALL_RENAME,
    CALL_UNLINK,
    CALL_MKDIR,
    CALL_SYNC_WRITE /* no call: the write of before went through a descriptor that syncs it */
} call_kind;

typedef struct call {
    call_kind kind;
    const char *path;  /* of the file, as it was opened or is named */
    const char *other; /* where a file is renamed to */
    const void *bytes; /* of a write */
    size_t n;
    int64_t offset; /* or size */
} call;

/* NULL: nobody looks. Before a call; the number of bytes that a write shall carry out, or n. */
extern size_t (*calls_before)(const call *c);
/* After a call that succeeded; bytes is how many were written. */
extern void (*calls_after)(const call *c, size_t bytes);

#endif
