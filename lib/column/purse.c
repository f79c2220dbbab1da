/* The bound on memory of one call.
 *
 * Owns nothing but the count. Invariant: used is the sum of the sizes outstanding, and never
 * exceeds max, also while a block moves: then both the old and the new one are there.
 */
#include "column/purse.h"

static int admit(mlops__purse *self, size_t more) {
    size_t used = atomic_load_explicit(&self->used, memory_order_relaxed);
    do {
        if (more <= self->max - used) continue;
        atomic_store_explicit(&self->exceeded, 1, memory_order_relaxed);
        return 0;
    } while (!atomic_compare_exchange_weak(&self->used, &used, used + more));
    return 1;
}

static void *purse_alloc(void *ctx, size_t size, size_t align) {
    mlops__purse *self = ctx;
    if (!admit(self, size)) return NULL;
    void *p = self->below.alloc(self->below.ctx, size, align);
    if (!p) atomic_fetch_sub(&self->used, size);
    return p;
}

static void *purse_realloc(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    mlops__purse *self = ctx;
    if (!admit(self, new_size)) return NULL;
    void *moved = self->below.realloc(self->below.ctx, p, old_size, new_size, align);
    atomic_fetch_sub(&self->used, moved ? old_size : new_size);
    return moved;
}

static void purse_free(void *ctx, void *p, size_t size, size_t align) {
    mlops__purse *self = ctx;
    atomic_fetch_sub(&self->used, size);
    self->below.free(self->below.ctx, p, size, align);
}

void mlops__purse_init(mlops__purse *self, const mlops_allocator *below, size_t max) {
    const mlops_allocator table = {sizeof table, 0, self, purse_alloc, purse_realloc, purse_free};
    self->table = table;
    self->below = *below;
    self->max = max;
    atomic_init(&self->used, 0);
    atomic_init(&self->exceeded, 0);
}
