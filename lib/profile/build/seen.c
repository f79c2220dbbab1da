/* Slots of the values that a column has had.
 *
 * Owns what a slot is. Invariant: what is kept depends on the values and their counts alone, not on
 * their order, and there is one way to write it.
 */
#include "profile/seen.h"

#include "stats/stats.h"
#include "sys/hash.h"

#include <string.h>

enum { SLOT_BITS = 20, TIMES_BITS = 5, MOST = MLOPS__SEEN_TIMES - 1 };

static uint32_t slot_of(const char *text) {
    return (uint32_t)(mlops__hash_64(text, strlen(text)) >> (64 - SLOT_BITS));
}

double mlops__seen_key(const char *text, int64_t count) {
    return (double)slot_of(text) * (MOST + 1) + (double)(count < MOST ? count : MOST);
}

void mlops__seen_make(mlops__seen *self, uint32_t *slots, double *keys, double *scratch, int64_t n,
                      int64_t n_values, mlops_cpu cpu) {
    int64_t kept = 0;
    mlops__sort_f64(cpu, keys, scratch, keys, n);
    for (int64_t i = 0; i < n; i++) {
        uint32_t key = (uint32_t)keys[i];
        if (kept > 0 && slots[kept - 1] >> TIMES_BITS == key >> TIMES_BITS) {
            uint32_t times = (slots[--kept] & MOST) + (key & MOST);
            key = (key & ~(uint32_t)MOST) | (times < MOST ? times : MOST);
        }
        slots[kept++] = key;
    }
    (void)mlops__seen_take(self, slots, kept, n_values);
}

mlops_status mlops__seen_take(mlops__seen *self, const uint32_t *slots, int64_t n,
                              int64_t n_values) {
    int64_t often = 0, left = n_values;
    memset(self, 0, sizeof *self);
    for (int64_t i = 0; i < n; i++) {
        uint32_t times = slots[i] & MOST;
        int ascends = i == 0 || slots[i] >> TIMES_BITS > slots[i - 1] >> TIMES_BITS;
        if (times == 0 || !ascends || slots[i] >> (SLOT_BITS + TIMES_BITS)) return MLOPS_E_CORRUPT;
        often += times == MOST;
        if (times < MOST) self->values[times] += times;
    }
    for (int i = 0; i < MOST; i++) left -= self->values[i];
    if (often ? left / MOST < often : left != 0) return MLOPS_E_CORRUPT;
    self->values[MOST] = left;
    self->slots = slots;
    self->n = n;
    return MLOPS_OK;
}

int mlops__seen_times(const mlops__seen *self, const char *text) {
    uint32_t slot = slot_of(text);
    int64_t low = 0, high = self->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        uint32_t at = self->slots[middle] >> TIMES_BITS;
        if (at == slot) return (int)(self->slots[middle] & MOST);
        if (at < slot) low = middle + 1;
        else high = middle;
    }
    return 0;
}
