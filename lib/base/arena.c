/* A list of growing blocks, filled from the front.
 *
 * Owns every block. Invariant: used counts all bytes of all blocks and never exceeds max; each
 * allocation is zeroed and aligned to MLOPS__ALIGN.
 */
#include "base/arena.h"

#include <string.h>

typedef struct mlops__arena_block {
    struct mlops__arena_block *older;
    size_t size; /* of the whole block */
    size_t fill; /* bytes in use, this header among them */
    size_t pad;
} block;

_Static_assert(sizeof(block) % MLOPS__ALIGN == 0 || sizeof(void *) == 4, "alignment of a block");

/* Of blocks: what is aligned inside does not lie elsewhere the next time. */
enum { BLOCK_ALIGN = 64 };

enum { FIRST_SIZE = 4096, GROWTH_MAX = 1 << 20, HEADER = (sizeof(block) + 15) / 16 * 16 };

void mlops__arena_init(mlops__arena *self, const mlops_allocator *allocator, size_t max) {
    *self = (mlops__arena){allocator, NULL, 0, max};
}

void mlops__arena_free(mlops__arena *self) {
    while (self->newest) {
        block *older = self->newest->older;
        mlops__free_aligned(self->allocator, self->newest, self->newest->size, BLOCK_ALIGN);
        self->newest = older;
    }
    self->used = 0;
}

const block *mlops__arena_next(const mlops__arena *self, const block *before, const uint8_t **bytes,
                               size_t *n) {
    const block *next = before ? before->older : self->newest;
    if (!next) return NULL;
    *bytes = (const uint8_t *)next + HEADER;
    *n = next->fill - HEADER;
    return next;
}

static block *add_block(mlops__arena *self, size_t payload) {
    size_t size = self->newest ? self->newest->size * 2 : FIRST_SIZE;
    if (size > GROWTH_MAX) size = GROWTH_MAX;
    if (size < HEADER + payload) size = HEADER + payload;
    if (size > self->max - self->used) size = HEADER + payload;
    if (size > self->max - self->used) return NULL;
    block *b = mlops__alloc_aligned(self->allocator, size, BLOCK_ALIGN);
    if (!b) return NULL;
    *b = (block){self->newest, size, HEADER, 0};
    self->newest = b;
    self->used += size;
    return b;
}

void *mlops__arena_alloc(mlops__arena *self, size_t size) {
    if (size > SIZE_MAX - 64) return NULL;
    size_t rounded = (size + 15) / 16 * 16;
    if (rounded > SIZE_MAX - HEADER) return NULL;
    block *b = self->newest;
    if (!b || b->size - b->fill < rounded) b = add_block(self, rounded);
    if (!b) return NULL;
    void *p = (char *)b + b->fill;
    b->fill += rounded;
    memset(p, 0, rounded);
    return p;
}

void *mlops__arena_array(mlops__arena *self, size_t n, size_t size) {
    size_t bytes;
    return mlops__mul(n, size, &bytes) ? mlops__arena_alloc(self, bytes) : NULL;
}

void *mlops__arena_grow(mlops__arena *self, void *array, int64_t n, size_t *cap, size_t size) {
    if ((size_t)n < *cap) return array;
    size_t wider = *cap ? *cap * 2 : 8;
    void *moved = mlops__arena_array(self, wider, size);
    if (!moved) return NULL;
    if (n) memcpy(moved, array, (size_t)n * size);
    *cap = wider;
    return moved;
}

char *mlops__arena_text(mlops__arena *self, const char *text, size_t n) {
    char *copy = mlops__arena_alloc(self, n + 1);
    if (copy && n) memcpy(copy, text, n);
    return copy;
}
