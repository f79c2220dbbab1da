/* How much of each chunk that contents share is needed.
 *
 * Owns sums over their parts. Invariant: a chunk passes for whole only if its parts lie one behind
 * the other from its first byte to its last; parts that overlap do not make up for what is missing.
 */
#include "store/blocks.h"

#include "base/mix.h"

#include <string.h>

typedef struct sum {
    uint64_t bytes;
    uint64_t ends; /* of each part: the hash of where it ends, less that of where it begins */
} sum;

_Static_assert(sizeof(sum) == MLOPS__BLOCKS_SUM, "what a sum takes");

void mlops__blocks_init(mlops__blocks *self, const mlops_allocator *allocator, uint64_t salt) {
    mlops__idset_init(&self->keys, allocator);
    mlops__buf_init(&self->sums, allocator);
    self->salt = salt;
}

void mlops__blocks_free(mlops__blocks *self) {
    mlops__idset_free(&self->keys);
    mlops__buf_free(&self->sums);
}

int64_t mlops__blocks_memory(const mlops__blocks *self) {
    size_t n = self->keys.entries.cap + self->keys.n_slots * sizeof *self->keys.slots;
    return (int64_t)(n + self->sums.cap);
}

/* Nobody who does not know the salt can choose parts that overlap and have the sum of others. */
static uint64_t hash_of(const mlops__blocks *self, uint64_t offset) {
    return mlops__mix((offset + 1) * MLOPS__MIX_STEP + self->salt);
}

static uint64_t ends_of(const mlops__blocks *self, const mlops__piece *part) {
    return hash_of(self, part->base_at + part->size) - hash_of(self, part->base_at);
}

static sum *sum_of(const mlops__blocks *self, const uint8_t *key) {
    const uint32_t *place = mlops__idset_find(&self->keys, key, MLOPS__CHUNK_KEY);
    return place ? (sum *)(void *)self->sums.data + *place : NULL;
}

int mlops__blocks_add(mlops__blocks *self, const mlops__piece *part) {
    sum *it = sum_of(self, part->key);
    if (!it) {
        uint32_t place = (uint32_t)mlops__idset_size(&self->keys);
        it = (sum *)(void *)mlops__buf_extend(&self->sums, sizeof *it);
        if (!it || !mlops__idset_add(&self->keys, part->key, MLOPS__CHUNK_KEY, place)) return 0;
        *it = (sum){0, 0};
    }
    it->bytes += part->size;
    it->ends += ends_of(self, part);
    return 1;
}

void mlops__blocks_take(mlops__blocks *self, const mlops__piece *part) {
    sum *it = sum_of(self, part->key);
    if (!it) return;
    it->bytes -= part->size;
    it->ends -= ends_of(self, part);
}

int mlops__blocks_has(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]) {
    return sum_of(self, key) != NULL;
}

uint32_t mlops__blocks_needed(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]) {
    const sum *it = sum_of(self, key);
    uint32_t size = mlops__block_size(key);
    return it && it->bytes < size ? (uint32_t)it->bytes : size;
}

int mlops__blocks_is_whole(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]) {
    const sum *it = sum_of(self, key);
    uint32_t size = mlops__block_size(key);
    const mlops__piece all = {.size = size, .key = key};
    return it && it->bytes == size && it->ends == ends_of(self, &all);
}
