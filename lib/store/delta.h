/* Deltas: what of a content is that of another one, its base, and what is not.
 *
 * A delta is a list of operations: copy so many bytes from where the base stands, pass over so many
 * bytes of it, put in so many new ones. Made by comparing in place and finding the way back after a
 * difference, which costs next to nothing where little differs; bytes: docs/format.md.
 */
#ifndef MLOPS_STORE_DELTA_H
#define MLOPS_STORE_DELTA_H

#include "base/buf.h"
#include "base/cursor.h"

#include <mlops/base.h>

enum {
    MLOPS__DELTA_OPS_MAX = 48 << 10, /* bytes of operations that a delta is closed at */
    MLOPS__DELTA_AHEAD = 64 << 10    /* bytes that are looked through for the way back */
};

/* Reads a part of the base into out. MLOPS_E_CORRUPT where it has none. */
typedef mlops_status mlops__delta_read(void *user, uint64_t offset, uint8_t *out, size_t n,
                                       mlops_error *err);

/* Operations that are applied to the base from base_at on, and the one that was read last: whoever
 * goes on behind it need not begin anew. */
typedef struct mlops__delta_reader {
    const uint8_t *ops; /* borrowed */
    size_t n;
    uint64_t begun_at;
    mlops__cursor streams[4];
    uint64_t n_ops; /* from that one on */
    uint64_t base_at, at;
} mlops__delta_reader;

mlops_status mlops__delta_open(mlops__delta_reader *self, const uint8_t *ops, size_t n,
                               uint64_t base_at, mlops_error *err);

/* Makes bytes from to to - 1 of the size bytes that the operations make. MLOPS_E_CORRUPT for those
 * that do not make as many. */
mlops_status mlops__delta_apply(mlops__delta_reader *self, uint64_t size, uint64_t from,
                                uint64_t to, uint8_t *out, mlops__delta_read *read, void *user,
                                mlops_error *err);

/* The base, while a delta is made: bytes from an offset on, at least MLOPS__DELTA_AHEAD of them or
 * as many as there are; valid until the next call. */
typedef mlops_status mlops__delta_look(void *user, uint64_t offset, const uint8_t **bytes,
                                       size_t *n, mlops_error *err);

/* One that is being made. */
typedef struct mlops__delta {
    mlops__delta_look *look;
    void *user;
    uint64_t base_at;  /* where the base stands */
    uint64_t begun_at; /* where it stood when this delta began */
    uint64_t size;     /* bytes made so far */
    uint64_t copy;     /* that are to be copied with the next operation */
    uint64_t n_ops;
    mlops__buf streams[4]; /* copies, skips, inserts, literals */
    uint32_t *table;       /* of places in the base, by what is there */
} mlops__delta;

void mlops__delta_init(mlops__delta *self, const mlops_allocator *allocator,
                       mlops__delta_look *look, void *user);
void mlops__delta_free(mlops__delta *self);

/* Goes on with n bytes, behind which ahead more are there to be looked at. MLOPS_END, and nothing
 * was added, if they differ from the base in more than a third. */
mlops_status mlops__delta_add(mlops__delta *self, const uint8_t *bytes, size_t n, size_t ahead,
                              mlops_error *err);

size_t mlops__delta_bytes(const mlops__delta *self); /* of operations so far */

/* Appends the operations and begins a new delta, where the base stands now. */
mlops_status mlops__delta_end(mlops__delta *self, mlops__buf *out, mlops_error *err);

/* Begins a new one, elsewhere; what was added and not ended is dropped. */
void mlops__delta_move(mlops__delta *self, uint64_t base_at);

#endif
