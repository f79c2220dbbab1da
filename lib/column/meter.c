/* Counting allocator: makes memory_max hold for everything that a table takes, wherever it is asked
 * for.
 *
 * Owns nothing but the count. Invariant: used is the sum of the sizes outstanding and never exceeds
 * max; a refused request leaves it as it was.
 */
#include "column/meter.h"

static int admit(mlops__meter *self, size_t more) {
    if (more <= self->max - self->used) return 1;
    self->exceeded = 1;
    return 0;
}

static void *meter_alloc(void *ctx, size_t size, size_t align) {
    mlops__meter *self = ctx;
    if (!admit(self, size)) return NULL;
    void *p = self->below.alloc(self->below.ctx, size, align);
    if (p) self->used += size;
    return p;
}

static void *meter_realloc(void *ctx, void *p, size_t old_size, size_t new_size, size_t align) {
    mlops__meter *self = ctx;
    if (new_size > old_size && !admit(self, new_size - old_size)) return NULL;
    void *moved = self->below.realloc(self->below.ctx, p, old_size, new_size, align);
    if (moved) self->used += new_size - old_size; /* may wrap there and back */
    return moved;
}

static void meter_free(void *ctx, void *p, size_t size, size_t align) {
    mlops__meter *self = ctx;
    self->used -= size;
    self->below.free(self->below.ctx, p, size, align);
}

void mlops__meter_init(mlops__meter *self, const mlops_allocator *below, size_t max) {
    const mlops_allocator table = {sizeof(mlops_allocator), 0,         self, meter_alloc,
                                   meter_realloc,           meter_free};
    *self = (mlops__meter){table, *below, 0, max, 0};
}

mlops_status mlops__meter_judge(const mlops__meter *self, mlops_status status, mlops_error *err) {
    if (status != MLOPS_E_NOMEM) return status;
    if (!self->exceeded)
        return mlops__fail(err, MLOPS_E_NOMEM, "out of memory beyond %zu bytes", self->used);
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "the table takes more than memory_max, which is %zu bytes", self->max);
}
