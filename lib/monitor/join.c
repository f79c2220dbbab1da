/* The ring of rows that wait for labels, and the table that finds them.
 *
 * Owns the order of eviction: first in, first out, whatever became of a row, so that a second label
 * is still known for one. Invariant: each row of the ring that was not replaced has one slot, and
 * no free slot lies between it and where its hash begins.
 */
#include "monitor/join.h"

#include "base/mix.h"

#include <string.h>

mlops_status mlops__join_init(mlops__join *self, int64_t cap, int64_t width, mlops__arena *arena) {
    size_t each = (size_t)width * sizeof *self->values;
    size_t n_slots = 16;
    while (n_slots < 2 * (size_t)cap) n_slots *= 2;
    memset(self, 0, sizeof *self);
    self->cap = cap;
    self->width = width;
    self->mask = n_slots - 1;
    self->rows = mlops__arena_array(arena, (size_t)cap, sizeof *self->rows);
    self->values = mlops__arena_array(arena, (size_t)cap, each);
    self->slots = mlops__arena_array(arena, n_slots, sizeof *self->slots);
    return self->rows && self->values && self->slots ? MLOPS_OK : MLOPS_E_NOMEM;
}

void mlops__join_reset(mlops__join *self) {
    memset(self->slots, 0, (size_t)(self->mask + 1) * sizeof *self->slots);
    self->n = self->n_waiting = self->n_evicted = self->n_replaced = 0;
}

static uint64_t home(const mlops__join *self, int64_t id) {
    return mlops__mix((uint64_t)id + MLOPS__MIX_STEP) & self->mask;
}

/* The slot of an id, or the free one where it belongs. */
static uint64_t slot_of(const mlops__join *self, int64_t id) {
    uint64_t at = home(self, id);
    while (self->slots[at] && self->rows[self->slots[at] - 1].id != id) at = (at + 1) & self->mask;
    return at;
}

/* Frees a slot, and moves up those behind it that would not be found any more. */
static void take_out(mlops__join *self, uint64_t hole) {
    for (uint64_t at = (hole + 1) & self->mask; self->slots[at]; at = (at + 1) & self->mask) {
        uint64_t from = home(self, self->rows[self->slots[at] - 1].id);
        if (((at - from) & self->mask) < ((at - hole) & self->mask)) continue;
        self->slots[hole] = self->slots[at];
        hole = at;
    }
    self->slots[hole] = 0;
}

static void evict(mlops__join *self, mlops__joined *oldest) {
    if (oldest->state == MLOPS__JOIN_REPLACED) return;
    take_out(self, slot_of(self, oldest->id));
    if (oldest->state != MLOPS__JOIN_WAITING) return;
    self->n_waiting--;
    self->n_evicted++;
}

void mlops__join_put(mlops__join *self, const mlops__joined *row, const double *values) {
    int64_t place = self->n++ % self->cap;
    if (self->n > self->cap) evict(self, &self->rows[place]);
    if (row->state != MLOPS__JOIN_REPLACED) {
        uint64_t at = slot_of(self, row->id);
        mlops__joined *before = self->slots[at] ? &self->rows[self->slots[at] - 1] : NULL;
        if (before && before->state == MLOPS__JOIN_WAITING) {
            self->n_waiting--;
            self->n_replaced++;
        }
        if (before) before->state = MLOPS__JOIN_REPLACED;
        self->slots[at] = (uint32_t)place + 1;
    }
    self->n_waiting += row->state == MLOPS__JOIN_WAITING;
    self->rows[place] = *row;
    memcpy(self->values + place * self->width, values, (size_t)self->width * sizeof *self->values);
}

const double *mlops__join_values(const mlops__join *self, const mlops__joined *row) {
    return self->values + (row - self->rows) * self->width;
}

mlops__joined *mlops__join_find(const mlops__join *self, int64_t id) {
    uint32_t found = self->slots[slot_of(self, id)];
    return found ? &self->rows[found - 1] : NULL;
}
