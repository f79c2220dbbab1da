/* A set of hashes in bounded memory: what was added is found, and now and then what was not. */
#ifndef MLOPS_STORE_BLOOM_H
#define MLOPS_STORE_BLOOM_H

#include "base/alloc.h"

typedef struct mlops__bloom {
    uint64_t *words;
    size_t n_blocks; /* of 64 bytes; a power of two */
    const mlops_allocator *allocator;
} mlops__bloom;

/* Of at most so many bytes, 64 or more. False without memory. */
int mlops__bloom_init(mlops__bloom *self, const mlops_allocator *allocator, size_t bytes);
void mlops__bloom_free(mlops__bloom *self);
size_t mlops__bloom_bytes(const mlops__bloom *self);

void mlops__bloom_add(mlops__bloom *self, uint64_t hash);
int mlops__bloom_has(const mlops__bloom *self, uint64_t hash);

#endif
