/* The state of a sketch of frequent values: entries one behind the other, and a hash table of them.
 */
#ifndef MLOPS_SKETCH_RUN_ITEMS_STATE_H
#define MLOPS_SKETCH_RUN_ITEMS_STATE_H

#include "base/fail.h"

#include <mlops/items.h>

#include <string.h>

enum { MLOPS__ITEMS_LG_MIN = 3, MLOPS__ITEMS_LG_MAX = 20, MLOPS__ITEMS_TEXT_MAX = 65534 };

struct mlops_items {
    uint32_t lg_size;
    uint32_t text_max; /* 0: int64 */
    uint32_t n_kept;
    uint32_t cap;    /* entries that are kept at the most */
    uint32_t stride; /* bytes of an entry: its count, and its value, or its text with a NUL */
    uint32_t sorted; /* whether entries are in order */
    int64_t n;
    int64_t offset; /* medians that were taken off */
    uint64_t
        data[]; /* cap + 1 entries; a table of 2^lg_size places, each u32 of an entry, from 1 */
};

static inline uint64_t *mlops__items_entry(mlops_items *self, uint32_t index) {
    return self->data + (size_t)index * (self->stride / 8);
}
static inline const uint64_t *mlops__items_entry_of(const mlops_items *self, uint32_t index) {
    return self->data + (size_t)index * (self->stride / 8);
}
static inline const char *mlops__items_text(const uint64_t *entry) {
    return (const char *)(entry + 1);
}

/* An empty sketch. MLOPS_E_ARENA, MLOPS_E_INVALID (mem not aligned, an option out of range). */
mlops_status mlops__items_begin(mlops_items **out, void *mem, size_t size, int64_t lg_size,
                                int64_t text_max);

/* Counts a value, or the text at it of n bytes that fit, times more; n grows with it. */
void mlops__items_take(mlops_items *self, const void *value, size_t n, int64_t times);

/* The entry of a value, or NULL. */
const uint64_t *mlops__items_seek(const mlops_items *self, const void *value, size_t n);

/* The most frequent first, of equal ones the lesser. */
void mlops__items_order(mlops_items *self);

#endif
