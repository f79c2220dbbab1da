/* The C heap as an allocator.
 *
 * Owns nothing. Invariant: a block whose alignment malloc does not give anyway comes from
 * posix_memalign, and realloc keeps the alignment; either kind goes back through free(). Where the
 * system has huge pages for who asks, large blocks are made of them: a page fault costs more than
 * filling it.
 */
#define _DEFAULT_SOURCE
#include "sys/host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE = 2 << 20, LARGE = 2 * HUGE };

static void *alloc_large(size_t size) {
    void *p = NULL;
    if (posix_memalign(&p, HUGE, size)) return NULL;
#ifdef MADV_HUGEPAGE
    (void)madvise(p, size / HUGE * HUGE, MADV_HUGEPAGE); /* advice that may go unheard */
#endif
    return p;
}

static void *heap_alloc(void *ctx, size_t size, size_t align) {
    (void)ctx;
    if (size >= LARGE && align <= HUGE) return alloc_large(size);
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
