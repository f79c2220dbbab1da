/* The state of a profile: what lies in the caller's storage.
 *
 * Values are handled as keys: their bits, mapped so that unsigned order is numeric order. Edges are
 * kept as keys in the breadth-first order of a perfect search tree of 2^depth - 1 slots, the free
 * ones holding the greatest key, so that a search is depth steps without a branch.
 */
#ifndef MLOPS_PROFILE_RUN_PROFILE_STATE_H
#define MLOPS_PROFILE_RUN_PROFILE_STATE_H

#include "profile/profile.h"
#include "profile/run/profile_sum.h"

enum {
    MLOPS__PROFILE_EDGES = 4095,   /* at the most */
    MLOPS__PROFILE_LOG_BINS = 517, /* 1 + 256 negative, 1, zero, 1, 256 positive + 1 */
    MLOPS__PROFILE_LOG_ZERO = 258, /* index of the bin that holds zero alone */
    MLOPS__PROFILE_SCALE = 32,     /* by default */
    MLOPS__PROFILE_SCALE_MAX = 64
};

#define MLOPS__KEY_ZERO ((uint64_t)1 << 63)

struct mlops_profile {
    int64_t n_edges; /* 0: log-linear bins */
    int32_t scale;
    int32_t depth; /* of the tree; 0: log-linear */
    int64_t n;     /* <= INT64_MAX, and so is every count below it */
    int64_t n_null;
    int64_t n_nan;
    int64_t n_infinite;
    int64_t n_zero;
    int64_t n_negative;
    int64_t n_beyond; /* finite values too large for the sum, which leaves them out */
    uint64_t min;     /* key; UINT64_MAX while there is no value */
    uint64_t max;     /* key; 0 while there is no value */
    mlops__sum sum;
    uint64_t data[]; /* tree, slot 0 unused where there is one; then the counts of the bins */
};

/* Both zeros have the key of +0. */
uint64_t mlops__profile_key(double value);
double mlops__profile_value(uint64_t key);

/* Words of data for so many edges. */
size_t mlops__profile_words(int64_t n_edges);
int64_t mlops__profile_bins(int64_t n_edges);

/* Slot of the edge of this rank in the tree. */
size_t mlops__profile_slot(const mlops_profile *self, int64_t rank);

/* Bin of a key. */
int64_t mlops__profile_find(const mlops_profile *self, uint64_t key);

/* An empty profile without edges as yet. MLOPS_E_ARENA, MLOPS_E_INVALID (mem not aligned). */
mlops_status mlops__profile_begin(mlops_profile **out, void *mem, size_t size, int64_t n_edges,
                                  int32_t scale);

/* Sets the edge of the next rank. False if it is not finite or not above the one before. */
int mlops__profile_set_edge(mlops_profile *self, int64_t rank, double edge);

#endif
