/* A set of names of 32 bytes, each with a number: hashes of content, or keys of chunks with zeroes
 * behind them. */
#ifndef MLOPS_STORE_IDSET_H
#define MLOPS_STORE_IDSET_H

#include "base/buf.h"

typedef struct mlops__idset_entry {
    uint8_t key[32];
    uint32_t value;
} mlops__idset_entry;

typedef struct mlops__idset {
    mlops__buf entries; /* mlops__idset_entry each, in the order in which they came */
    uint32_t *slots;    /* numbers of entries from 1 on; 0: free */
    size_t n_slots;
} mlops__idset;

void mlops__idset_init(mlops__idset *self, const mlops_allocator *allocator);
void mlops__idset_free(mlops__idset *self);

/* Its number, until the next one is added; NULL if it is not there. n: bytes of the key, up to 32
 */
uint32_t *mlops__idset_find(const mlops__idset *self, const uint8_t *key, size_t n);
/* The same; one that is not there gets a number. NULL if there is no memory. */
uint32_t *mlops__idset_add(mlops__idset *self, const uint8_t *key, size_t n, uint32_t value);

size_t mlops__idset_size(const mlops__idset *self);
const mlops__idset_entry *mlops__idset_at(const mlops__idset *self, size_t i);

#endif
