/* A hash table of names.
 *
 * Owns entries and slots. Invariant: keys are hashes already, so that their first bytes say where
 * they belong; at most half of the slots are taken.
 */
#include "store/idset.h"

#include "base/cursor.h"

#include <string.h>

enum { SLOTS_FIRST = 64, KEY = 32 };

void mlops__idset_init(mlops__idset *self, const mlops_allocator *allocator) {
    mlops__buf_init(&self->entries, allocator);
    self->slots = NULL;
    self->n_slots = 0;
}

void mlops__idset_free(mlops__idset *self) {
    if (self->slots)
        mlops__free(self->entries.allocator, self->slots, self->n_slots * sizeof *self->slots);
    mlops__buf_free(&self->entries);
    self->slots = NULL;
    self->n_slots = 0;
}

size_t mlops__idset_size(const mlops__idset *self) {
    return self->entries.size / sizeof(mlops__idset_entry);
}

static mlops__idset_entry *entry_at(const mlops__idset *self, size_t i) {
    return (mlops__idset_entry *)(void *)self->entries.data + i;
}

const mlops__idset_entry *mlops__idset_at(const mlops__idset *self, size_t i) {
    return entry_at(self, i);
}

/* The slot of a key, or the free one where it would be. */
static size_t slot_of(const mlops__idset *self, const uint8_t key[KEY]) {
    size_t i = (size_t)mlops__load_u64(key) & (self->n_slots - 1);
    while (self->slots[i] && memcmp(entry_at(self, self->slots[i] - 1)->key, key, KEY) != 0)
        i = (i + 1) & (self->n_slots - 1);
    return i;
}

static void pad(uint8_t out[KEY], const uint8_t *key, size_t n) {
    memset(out, 0, KEY);
    memcpy(out, key, n < KEY ? n : KEY);
}

uint32_t *mlops__idset_find(const mlops__idset *self, const uint8_t *key, size_t n) {
    uint8_t full[KEY];
    if (self->n_slots == 0) return NULL;
    pad(full, key, n);
    size_t i = slot_of(self, full);
    return self->slots[i] ? &entry_at(self, self->slots[i] - 1)->value : NULL;
}

static int grow(mlops__idset *self) {
    size_t n = self->n_slots ? self->n_slots * 2 : SLOTS_FIRST, before = self->n_slots;
    uint32_t *old = self->slots;
    const mlops_allocator *allocator = self->entries.allocator;
    uint32_t *slots = mlops__alloc_zero(allocator, n * sizeof *slots);
    if (!slots) return 0;
    self->slots = slots;
    self->n_slots = n;
    for (size_t i = 0; i < mlops__idset_size(self); i++)
        slots[slot_of(self, entry_at(self, i)->key)] = (uint32_t)i + 1;
    if (old) mlops__free(allocator, old, before * sizeof *old);
    return 1;
}

uint32_t *mlops__idset_add(mlops__idset *self, const uint8_t *key, size_t n, uint32_t value) {
    mlops__idset_entry entry;
    uint32_t *there = mlops__idset_find(self, key, n);
    if (there) return there;
    if (2 * (mlops__idset_size(self) + 1) > self->n_slots && !grow(self)) return NULL;
    memset(&entry, 0, sizeof entry);
    pad(entry.key, key, n);
    entry.value = value;
    size_t slot = slot_of(self, entry.key);
    mlops__buf_put(&self->entries, &entry, sizeof entry);
    if (self->entries.status) return NULL;
    self->slots[slot] = (uint32_t)mlops__idset_size(self);
    return &entry_at(self, self->slots[slot] - 1)->value;
}
