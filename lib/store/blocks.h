/* How much of each chunk that contents share is needed. */
#ifndef MLOPS_STORE_BLOCKS_H
#define MLOPS_STORE_BLOCKS_H

#include "store/idset.h"
#include "store/recipe.h"

typedef struct mlops__blocks {
    mlops__idset keys; /* of chunks, each with its place among sums */
    mlops__buf sums;   /* two u64 each: bytes of parts, and where they begin and end */
    uint64_t salt;
} mlops__blocks;

enum { MLOPS__BLOCKS_SUM = 2 * sizeof(uint64_t) };

/* salt: drawn anew, since parts may be made by who would have a chunk pass for whole. */
void mlops__blocks_init(mlops__blocks *self, const mlops_allocator *allocator, uint64_t salt);
void mlops__blocks_free(mlops__blocks *self);
int64_t mlops__blocks_memory(const mlops__blocks *self);

/* A part that is needed, once. False if there is no memory. */
int mlops__blocks_add(mlops__blocks *self, const mlops__piece *part);
void mlops__blocks_take(mlops__blocks *self, const mlops__piece *part); /* that was added */
int mlops__blocks_has(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]);
/* Bytes of a chunk that are needed, or of one that is not known all of them. */
uint32_t mlops__blocks_needed(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]);
/* Is each byte in just one part that is needed? A chunk that is not known has none. */
int mlops__blocks_is_whole(const mlops__blocks *self, const uint8_t key[MLOPS__CHUNK_KEY]);

static inline uint32_t mlops__block_size(const uint8_t key[MLOPS__CHUNK_KEY]) {
    return mlops__load_u32(key + 16);
}

static inline int mlops__part_is_alone(const mlops__piece *part) {
    return part->size == mlops__block_size(part->key);
}

#endif
