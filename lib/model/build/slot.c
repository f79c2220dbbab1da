/* Slots: the model that serves now.
 *
 * Owns one share of it. Invariants: a reader takes its share while it is counted as a reader of the
 * slot, and the slot gives its own up only when nobody is, so that there is a share to take; idle
 * slots are empty between two publications.
 */
#include "base/alloc.h"
#include "model/model.h"
#include "sys/mutex.h"
#include "sys/swap.h"

#include <mlops/slot.h>

enum { ALIGN = 64 };

struct mlops_slot {
    mlops__swap swap;
    mlops_allocator allocator;
    mlops__lock writers;
};

mlops_status mlops_slot_new(mlops_slot **out, mlops_model *model, mlops_error *err) {
    const mlops_allocator *allocator = &mlops__model_host(model)->allocator;
    *out = NULL;
    mlops_slot *self = mlops__alloc_aligned(allocator, sizeof *self, ALIGN);
    if (!self || mlops__lock_init(&self->writers)) {
        if (self) mlops__free_aligned(allocator, self, sizeof *self, ALIGN);
        return mlops__fail_nomem(err, sizeof *self);
    }
    self->allocator = *allocator;
    mlops__swap_init(&self->swap, mlops_model_ref(model));
    *out = self;
    return MLOPS_OK;
}

void mlops_slot_free(mlops_slot *self) {
    if (!self) return;
    mlops_model_unref(mlops__swap_served(&self->swap));
    mlops__lock_free(&self->writers);
    const mlops_allocator allocator = self->allocator;
    mlops__free_aligned(&allocator, self, sizeof *self, ALIGN);
}

void mlops_slot_publish(mlops_slot *self, mlops_model *model) {
    mlops__lock_take(&self->writers);
    mlops__swap_publish(&self->swap, mlops_model_ref(model));
    mlops_model *old = mlops__swap_reclaim_wait(&self->swap);
    mlops__lock_give(&self->writers);
    mlops_model_unref(old);
}

mlops_status mlops_slot_acquire(mlops_model **out, mlops_slot *self) {
    mlops__swap_count *place;
    mlops_model *model = mlops__swap_enter(&self->swap, &place);
    *out = mlops_model_ref(model);
    mlops__swap_leave(place);
    return MLOPS_OK;
}
