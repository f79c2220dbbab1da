/* Numbers in as few bits as the widest of them takes, or the widest of their differences; each is
 * found without those ahead of it, or with no more than 511 of them. Bytes: docs/format.md. */
#ifndef MLOPS_COLUMNAR_PACKED_H
#define MLOPS_COLUMNAR_PACKED_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/word.h"

enum { MLOPS__PACKED_RUN = 512 /* numbers behind each other's differences */ };

/* ---- single numbers ---- */

/* Small ones of either sign: 0, -1, 1, -2, 2, ... as 0, 1, 2, 3, 4, ... */
void mlops__packed_put_signed(mlops__buf *out, int64_t value);
int64_t mlops__packed_take_signed(mlops__cursor *c);

/* Bits that a number takes; 0 for 0. */
static inline unsigned mlops__packed_width(uint64_t value) {
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

/* Eight bytes, the first as the lowest; compilers make one store of it. */
static inline void mlops__packed_store(uint8_t *b, uint64_t x) {
    b[0] = (uint8_t)x;
    b[1] = (uint8_t)(x >> 8);
    b[2] = (uint8_t)(x >> 16);
    b[3] = (uint8_t)(x >> 24);
    b[4] = (uint8_t)(x >> 32);
    b[5] = (uint8_t)(x >> 40);
    b[6] = (uint8_t)(x >> 48);
    b[7] = (uint8_t)(x >> 56);
}

/* ---- many ---- */

void mlops__packed_write(mlops__buf *out, const int64_t *values, size_t n);

/* Those that are read. */
typedef struct mlops__packed {
    const uint8_t *bits; /* borrowed */
    const uint8_t *starts;
    const uint8_t *end; /* of what may be looked at behind the bits */
    uint64_t base, start_base;
    size_t n;
    unsigned width, start_width;
    int differences;
} mlops__packed;

/* n numbers that the cursor stands ahead of; it has failed if they are not all there. */
void mlops__packed_open(mlops__packed *out, mlops__cursor *c, size_t n);

/* Numbers from to to - 1 of them. */
void mlops__packed_read(const mlops__packed *self, size_t from, size_t to, int64_t *out);

/* As read, of one. */
int64_t mlops__packed_at(const mlops__packed *self, size_t i);

#endif
