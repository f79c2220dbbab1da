/* The state of a sketch of quantiles.
 *
 * Values come into a buffer. When it is full, they are sorted, thinned out as far as the lowest
 * levels would do it, and join a level. Level h holds values that stand for 2^h each, ascending;
 * the levels lie one behind the other at the end of the items, level 0 in front. Where they hold
 * more than limit, the lowest one that is full gives up every second of its values to the one
 * above.
 */
#ifndef MLOPS_SKETCH_RUN_KLL_STATE_H
#define MLOPS_SKETCH_RUN_KLL_STATE_H

#include "base/bits.h"
#include "base/fail.h"

#include <mlops/kll.h>

enum {
    MLOPS__KLL_M = 8, /* least room of a level */
    MLOPS__KLL_K_MIN = 8,
    MLOPS__KLL_K_MAX = 65535,
    MLOPS__KLL_LEVELS = 48, /* as many as 2^48 values lead to with the least k */
    MLOPS__KLL_BUFFER = 256 /* at the least */
};

#define MLOPS__KLL_N_MAX ((int64_t)1 << 48)

struct mlops_kll {
    uint32_t k;
    uint32_t min_k; /* of all that was merged */
    uint64_t seed;
    uint64_t state; /* of the generator */
    int64_t n;      /* values, without NaN; those in the buffer are among them */
    int64_t n_nan;
    double min; /* of all values, if there are any */
    double max;
    uint32_t room;     /* of the buffer; a power of two */
    uint32_t n_buffer; /* < room */
    uint32_t n_levels;
    uint32_t limit;  /* items that these levels may hold: what DataSketches gives them */
    uint32_t shrink; /* levels that a full buffer passes over */
    uint32_t unused;
    uint32_t levels[MLOPS__KLL_LEVELS + 2]; /* where each begins; [n_levels] is the end */
    double data[];                          /* room of the buffer; room for items */
};

static inline double *mlops__kll_items(mlops_kll *self) { return self->data + self->room; }
static inline const double *mlops__kll_items_of(const mlops_kll *self) {
    return self->data + self->room;
}

/* Values in the levels. */
static inline uint32_t mlops__kll_kept(const mlops_kll *self) {
    return self->levels[self->n_levels] - self->levels[0];
}

/* An empty sketch. MLOPS_E_ARENA, MLOPS_E_INVALID (mem not aligned). */
mlops_status mlops__kll_begin(mlops_kll **out, void *mem, size_t size, uint32_t k, uint64_t seed);

/* That it has so many levels; the new ones are empty. */
void mlops__kll_grow(mlops_kll *self, uint32_t n_levels);

/* Sorts what waits in the buffer into the levels. */
void mlops__kll_settle(mlops_kll *self);

#endif
