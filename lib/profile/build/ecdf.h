/* Every value of a numeric column, in order: its exact distribution function in few bytes.
 *
 * A value is taken as a whole number that ascends with it, its key: 2^63 + b, where b are the bits
 * of its magnitude, and 2^63 - b below zero. Zeros that all keys of the column end in are left out.
 *
 *     offset  size  what (little-endian)
 *          0     8  number of distinct values
 *          8     8  the first key, without its last zeros; 0 if there is no value
 *         16     1  how many zeros that are: as many as all keys end in; 0 if there is no value
 *         17  ...   blocks of 128 distinct values, the last of what is left
 *
 * A block is the width of its steps (u8), that of its counts (u8), the steps and the counts, each
 * of the two a run of bits that begins with the lowest of the first byte and ends with zeros in the
 * last one. A step is how far the key is from the one before, less 1; that of the first value is 0.
 * A count is how often the value comes, less 1. A width is that of the widest of its numbers.
 *
 * Section "ECDF" of a saved reference: version (u32, 1), number of numeric columns (u32), and
 * these, in the order of section "REFR". There is one way to write it, and readers hold it to that.
 */
#ifndef MLOPS_PROFILE_BUILD_ECDF_H
#define MLOPS_PROFILE_BUILD_ECDF_H

#include "base/buf.h"

enum {
    MLOPS__ECDF_VERSION = 1,
    MLOPS__ECDF_BLOCK = 128,
    MLOPS__ECDF_BEYOND = 16 /* bytes behind the end that must be there to read, whatever is there */
};

/* Distinct values with their counts, block by block. */
typedef struct mlops__ecdf {
    const uint8_t *data;
    size_t size, offset;
    uint64_t left;  /* distinct values that were not read yet */
    uint64_t key;   /* the newest, without its last zeros */
    uint64_t every; /* bits that any key had */
    int64_t n_left; /* values that were not read yet */
    uint32_t zeros; /* of all keys */
    uint32_t n;     /* of the block */
    double values[MLOPS__ECDF_BLOCK];
    uint64_t counts[MLOPS__ECDF_BLOCK]; /* less 1 */
} mlops__ecdf;

/* Appends n ascending values, no NaN and no -0. Errors stick in out. */
void mlops__ecdf_put(mlops__buf *out, const double *values, int64_t n);

/* Opens a column of n values; offset says where it ends when all was read. */
mlops_status mlops__ecdf_open(mlops__ecdf *self, const uint8_t *data, size_t size, int64_t n);

/* The next block: MLOPS_OK; MLOPS_END if there is none, and all was sound; MLOPS_E_CORRUPT. */
mlops_status mlops__ecdf_next(mlops__ecdf *self);

#endif
