/* The hot swap.
 *
 * Owns the counts of readers. Invariants: a slot is written to only while it is idle and each group
 * of counts was seen to be 0 after it became so; a reader looks for the active slot only after it
 * was counted. The order of all of these is one for all threads (seq_cst), so that of a reader who
 * comes and a writer who leaves a slot, one sees the other.
 */
#include "sys/swap.h"

#include "sys/mutex.h"

#include <stddef.h>
#include <string.h>

void mlops__swap_init(mlops__swap *self, void *served) {
    memset(self, 0, sizeof *self);
    self->served[0] = served;
}

/* Threads have stacks of their own, so that an address tells them apart well enough. */
static uint32_t stripe(void) {
    char here;
    uint64_t page = (uint64_t)(uintptr_t)&here >> 12;
    return (uint32_t)(page * 0x9e3779b97f4a7c15u >> 32) % MLOPS__SWAP_STRIPES;
}

void *mlops__swap_enter(mlops__swap *self, mlops__swap_count **place) {
    *place = &self->readers[atomic_load(&self->group)][stripe()];
    atomic_fetch_add(&(*place)->n, 1);
    return self->served[atomic_load(&self->active)];
}

void mlops__swap_leave(mlops__swap_count *place) {
    atomic_fetch_sub_explicit(&place->n, 1, memory_order_release);
}

void mlops__swap_tally(mlops__swap_count *place, int which, int64_t n) {
    atomic_fetch_add_explicit(&place->tally[which], n, memory_order_relaxed);
}

int64_t mlops__swap_total(const mlops__swap *self, int which) {
    int64_t sum = 0;
    for (int i = 0; i < 2 * MLOPS__SWAP_STRIPES; i++)
        sum += atomic_load_explicit(
            &self->readers[i / MLOPS__SWAP_STRIPES][i % MLOPS__SWAP_STRIPES].tally[which],
            memory_order_relaxed);
    return sum;
}

/* ---- the writer ---- */

static uint32_t idle_of(const mlops__swap *self) { return 1 - atomic_load(&self->active); }

static int is_empty(mlops__swap *self, uint32_t group) {
    for (int i = 0; i < MLOPS__SWAP_STRIPES; i++)
        if (atomic_load(&self->readers[group][i].n) != 0) return 0;
    return 1;
}

/* Whoever comes goes to the other group from then on that it was seen empty, so that the one that
 * they leave becomes empty, too, however many come. */
static int is_idle_unread(mlops__swap *self) {
    for (; self->n_empty < 2; self->n_empty++) {
        uint32_t other = 1 - atomic_load(&self->group);
        if (!is_empty(self, other)) return 0;
        if (self->n_empty == 0) atomic_store(&self->group, other);
    }
    return 1;
}

void *mlops__swap_served(mlops__swap *self) { return self->served[1 - idle_of(self)]; }

void *mlops__swap_reclaim(mlops__swap *self) {
    uint32_t idle = idle_of(self);
    void *old = self->served[idle];
    if (!old || !is_idle_unread(self)) return NULL;
    self->served[idle] = NULL;
    return old;
}

void *mlops__swap_reclaim_wait(mlops__swap *self) {
    uint32_t idle = idle_of(self);
    void *old = self->served[idle];
    while (old && !is_idle_unread(self)) mlops__thread_yield();
    self->served[idle] = NULL;
    return old;
}

void mlops__swap_publish(mlops__swap *self, void *next) {
    uint32_t idle = idle_of(self);
    self->served[idle] = next;
    atomic_store(&self->active, idle);
    self->n_empty = 0;
}
