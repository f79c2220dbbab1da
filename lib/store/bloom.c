/* A Bloom filter in blocks of a cache line.
 *
 * Owns the bits. Invariant: all bits of a hash lie in one block, so that a question costs one miss
 * of the cache; four of 512 are set, which at 16 bits for each hash lets 1 in 200 pass by mistake.
 */
#include "store/bloom.h"

enum { BLOCK = 64, PROBES = 4, BITS = 9 };

int mlops__bloom_init(mlops__bloom *self, const mlops_allocator *allocator, size_t bytes) {
    self->allocator = allocator;
    self->n_blocks = 1;
    while (self->n_blocks <= bytes / BLOCK / 2) self->n_blocks *= 2;
    self->words = mlops__alloc_zero(allocator, self->n_blocks * BLOCK);
    return self->words != NULL;
}

void mlops__bloom_free(mlops__bloom *self) {
    if (self->words) mlops__free(self->allocator, self->words, self->n_blocks * BLOCK);
    self->words = NULL;
}

size_t mlops__bloom_bytes(const mlops__bloom *self) { return self->n_blocks * BLOCK; }

static uint64_t *block_of(const mlops__bloom *self, uint64_t hash) {
    return self->words + (size_t)(hash >> (PROBES * BITS)) % self->n_blocks * (BLOCK / 8);
}

void mlops__bloom_add(mlops__bloom *self, uint64_t hash) {
    uint64_t *block = block_of(self, hash);
    for (int i = 0; i < PROBES; i++, hash >>= BITS)
        block[hash >> 6 & 7] |= (uint64_t)1 << (hash & 63);
}

int mlops__bloom_has(const mlops__bloom *self, uint64_t hash) {
    const uint64_t *block = block_of(self, hash);
    for (int i = 0; i < PROBES; i++, hash >>= BITS)
        if (!(block[hash >> 6 & 7] >> (hash & 63) & 1)) return 0;
    return 1;
}
