/* The C heap as an allocator.
 *
 * Owns nothing. Invariant: a block whose alignment malloc does not give anyway comes from
 * posix_memalign, and realloc keeps the alignment; either kind goes back through free().
 */
#define _POSIX_C_SOURCE 200809L
#include "sys/host.h"

#include <stdlib.h>
#include <string.h>

static void *heap_alloc(void *ctx, size_t size, size_t align) {
    (void)ctx;
    if (align <= _Alignof(max_align_t)) return malloc(size);
    void *p = NULL;
    return posix_memalign(&p, align, size) ? NULL : p;
}

static void heap_free(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx, (void)size, (void)align;
    free(p);
}

static void *heap_realloc(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    if (align <= _Alignof(max_align_t)) return realloc(p, new_size);
    void *moved = heap_alloc(ctx, new_size, align);
    if (!moved) return NULL;
    memcpy(moved, p, old_size < new_size ? old_size : new_size);
    free(p);
    return moved;
}

const mlops_allocator mlops__heap = {
    sizeof(mlops_allocator), 0, NULL, heap_alloc, heap_realloc, heap_free,
};
