/* Layout of a profile: keys of values, the search tree of the edges, and a fresh start.
 *
 * Owns nothing. Invariant: every byte of a state that was begun and given its edges and names is
 * set, and but for the registers depends on the configuration and on the multiset of values alone.
 * Freestanding: part of the firmware build.
 */
#include "profile/run/profile_state.h"

#include "base/storage.h"
#include "profile/run/profile_bins.h"

uint64_t mlops__profile_key(double value) {
    uint64_t bits = mlops__bits_of(value);
    if (bits << 1 == 0) bits = 0;
    return bits ^ (((uint64_t)0 - (bits >> 63)) | MLOPS__KEY_ZERO);
}

double mlops__profile_value(uint64_t key) {
    return mlops__f64_of(key & MLOPS__KEY_ZERO ? key ^ MLOPS__KEY_ZERO : ~key);
}

/* ---- parts ---- */

static uint16_t depth_of(uint32_t n_edges) {
    uint16_t depth = 0;
    while (((uint32_t)1 << depth) <= n_edges) depth++;
    return depth;
}

static mlops_hll_opts registers_of(const mlops__profile_shape *shape) {
    mlops_hll_opts opts = MLOPS_HLL_OPTS_INIT;
    opts.flags = MLOPS_HLL_WITHOUT_HISTORY;
    opts.lg_k = shape->lg_k;
    return opts;
}

/* Bytes in front of the registers, and of the counts of the categories. */
static size_t before_distinct(const mlops__profile_shape *shape) {
    size_t tree = shape->n_edges ? (size_t)8 << depth_of(shape->n_edges) : 0;
    return sizeof(mlops_profile) + tree + shape->bins_size;
}
static size_t before_categories(const mlops__profile_shape *shape) {
    mlops_hll_opts opts = registers_of(shape);
    return before_distinct(shape) + (shape->lg_k ? mlops_hll_size(&opts) : 0);
}

size_t mlops__profile_bytes(const mlops__profile_shape *shape) {
    size_t names = ((size_t)shape->names_size + 7) / 8 * 8;
    return before_categories(shape) + (size_t)shape->n_categories * 8 + names;
}

/* Who has a profile to change has one that is not const. */
static char *part_of(const mlops_profile *self, size_t offset) {
    return (char *)(uintptr_t)self + offset;
}

mlops_hll *mlops__profile_distinct(const mlops_profile *self) {
    return (mlops_hll *)(void *)part_of(self, before_distinct(&self->shape));
}

int64_t *mlops__profile_categories(const mlops_profile *self) {
    return (int64_t *)(void *)part_of(self, before_categories(&self->shape));
}

char *mlops__profile_names(const mlops_profile *self) {
    return (char *)(mlops__profile_categories(self) + self->shape.n_categories);
}

size_t mlops__profile_slot(const mlops_profile *self, int64_t rank) {
    size_t place = (size_t)rank + 1; /* in order, from 1 */
    int32_t up = 0;                  /* levels above the leaves */
    while (!(place >> up & 1)) up++;
    return ((size_t)1 << (self->depth - 1 - up)) + (place >> (up + 1));
}

/* ---- beginning ---- */

void mlops_profile_reset(mlops_profile *self) {
    self->shift = 0;
    self->width = (uint8_t)(self->shape.n_edges ? 8 : mlops__bins_width(0));
    self->n = 0;
    memset(self->totals, 0, sizeof self->totals);
    self->min = UINT64_MAX;
    self->max = 0;
    memset(&self->sum, 0, sizeof self->sum);
    memset(&self->squares, 0, sizeof self->squares);
    memset(self->sides, 0, sizeof self->sides);
    memset(self->data + mlops__profile_tree(self), 0, self->shape.bins_size);
    if (self->shape.lg_k) mlops_hll_reset(mlops__profile_distinct(self));
    memset(mlops__profile_categories(self), 0, (size_t)self->shape.n_categories * 8);
}

mlops_status mlops__profile_begin(mlops_profile **out, void *mem, size_t size,
                                  const mlops__profile_shape *shape) {
    *out = NULL;
    size_t needed = mlops__profile_bytes(shape);
    MLOPS_TRY(mlops__storage(mem, size, needed));
    mlops_profile *self = mem;
    memset(self, 0, needed);
    self->shape = *shape;
    self->depth = shape->n_edges ? depth_of(shape->n_edges) : 0;
    if (shape->n_edges) memset(self->data, 0xff, mlops__profile_tree(self) * 8);
    if (shape->lg_k) {
        mlops_hll_opts opts = registers_of(shape);
        mlops_hll *distinct = mlops__profile_distinct(self);
        MLOPS_TRY(mlops_hll_init(&distinct, distinct, mlops_hll_size(&opts), &opts));
    }
    mlops_profile_reset(self);
    *out = self;
    return MLOPS_OK;
}

int mlops__profile_set_edge(mlops_profile *self, int64_t rank, double edge) {
    uint64_t key = mlops__profile_key(edge);
    if (!(edge - edge == 0.0)) return 0;
    if (rank && key <= self->data[mlops__profile_slot(self, rank - 1)]) return 0;
    self->data[mlops__profile_slot(self, rank)] = key;
    return 1;
}
