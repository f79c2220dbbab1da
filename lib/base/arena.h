/* Memory that is freed all at once: what a parser builds before it knows how much there is. */
#ifndef MLOPS_BASE_ARENA_H
#define MLOPS_BASE_ARENA_H

#include "base/alloc.h"

typedef struct mlops__arena {
    const mlops_allocator *allocator;
    struct mlops__arena_block *newest;
    size_t used; /* bytes taken from the allocator so far */
    size_t max;  /* refuse beyond this; SIZE_MAX: no bound */
} mlops__arena;

void mlops__arena_init(mlops__arena *self, const mlops_allocator *allocator, size_t max);
void mlops__arena_free(mlops__arena *self);

/* Goes through the blocks: what stands in the next one, of which all memory is part that was handed
 * out. NULL begins, and NULL ends. */
const struct mlops__arena_block *mlops__arena_next(const mlops__arena *self,
                                                   const struct mlops__arena_block *block,
                                                   const uint8_t **bytes, size_t *n);

/* Zeroed and aligned to 16; NULL if out of memory or beyond max. */
void *mlops__arena_alloc(mlops__arena *self, size_t size);
void *mlops__arena_array(mlops__arena *self, size_t n, size_t size);

/* Room for one more element of an array that has n and room for *cap; older copies stay, unused. */
void *mlops__arena_grow(mlops__arena *self, void *array, int64_t n, size_t *cap, size_t size);

/* A copy of n bytes with a NUL behind them. */
char *mlops__arena_text(mlops__arena *self, const char *text, size_t n);

#endif
