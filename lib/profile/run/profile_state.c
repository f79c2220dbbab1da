/* Layout of a profile: keys of values, the search tree of the edges, and a fresh start.
 *
 * Owns nothing. Invariant: every byte of a state that was begun and given its edges is set, and
 * depends on the configuration and on the multiset of values alone.
 * Freestanding: part of the firmware build.
 */
#include "profile/run/profile_state.h"

#include <string.h>

uint64_t mlops__profile_key(double value) {
    uint64_t bits = mlops__bits_of(value);
    if (bits << 1 == 0) bits = 0;
    return bits ^ (((uint64_t)0 - (bits >> 63)) | MLOPS__KEY_ZERO);
}

double mlops__profile_value(uint64_t key) {
    return mlops__f64_of(key & MLOPS__KEY_ZERO ? key ^ MLOPS__KEY_ZERO : ~key);
}

static int32_t depth_of(int64_t n_edges) {
    int32_t depth = 0;
    while (((int64_t)1 << depth) <= n_edges) depth++;
    return depth;
}

int64_t mlops__profile_bins(int64_t n_edges) {
    return n_edges ? n_edges + 1 : (int64_t)MLOPS__PROFILE_LOG_BINS;
}

size_t mlops__profile_words(int64_t n_edges) {
    size_t tree = n_edges ? (size_t)1 << depth_of(n_edges) : 0;
    return tree + (size_t)mlops__profile_bins(n_edges);
}

size_t mlops__profile_slot(const mlops_profile *self, int64_t rank) {
    size_t place = (size_t)rank + 1; /* in order, from 1 */
    int32_t up = 0;                  /* levels above the leaves */
    while (!(place >> up & 1)) up++;
    return ((size_t)1 << (self->depth - 1 - up)) + (place >> (up + 1));
}

void mlops_profile_reset(mlops_profile *self) {
    self->n = self->n_null = self->n_nan = self->n_infinite = 0;
    self->n_zero = self->n_negative = self->n_beyond = 0;
    self->min = UINT64_MAX;
    self->max = 0;
    memset(&self->sum, 0, sizeof self->sum);
    size_t n_bins = (size_t)mlops__profile_bins(self->n_edges);
    memset(self->data + (mlops__profile_words(self->n_edges) - n_bins), 0, n_bins * 8);
}

mlops_status mlops__profile_begin(mlops_profile **out, void *mem, size_t size, int64_t n_edges,
                                  int32_t scale) {
    *out = NULL;
    if (!mem || (uintptr_t)mem % 8) return MLOPS_E_INVALID;
    size_t words = mlops__profile_words(n_edges);
    if (size < sizeof(mlops_profile) + words * 8) return MLOPS_E_ARENA;
    mlops_profile *self = mem;
    memset(self, 0, sizeof *self);
    self->n_edges = n_edges;
    self->scale = scale;
    self->depth = depth_of(n_edges);
    if (n_edges) memset(self->data, 0xff, ((size_t)1 << self->depth) * 8);
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
