/* The state of a profile: what lies in the caller's storage.
 *
 * Over given edges values are handled as keys: their bits, mapped so that unsigned order is numeric
 * order. Edges are kept as keys in the breadth-first order of a perfect search tree of 2^depth - 1
 * slots, the free ones holding the greatest key, so that a search is depth steps without a branch.
 */
#ifndef MLOPS_PROFILE_RUN_PROFILE_STATE_H
#define MLOPS_PROFILE_RUN_PROFILE_STATE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "profile/profile.h"
#include "profile/run/profile_sum.h"

#include <mlops/hll.h>

enum {
    MLOPS__PROFILE_EDGES = 4095, /* at the most */
    MLOPS__PROFILE_SCALE = 32,   /* by default */
    MLOPS__PROFILE_SCALE_MAX = 64,
    MLOPS__PROFILE_LG_MIN = 4,
    MLOPS__PROFILE_LG_MAX = 16,
    MLOPS__PROFILE_BINS = 1000, /* bytes of log-linear bins by default: with lg_k 9 it is 2 KiB */
    MLOPS__PROFILE_BINS_MIN = 64,
    MLOPS__PROFILE_BINS_MAX = 65536,
    MLOPS__PROFILE_CATEGORIES = 255,
    MLOPS__PROFILE_NAMES = 65536 /* bytes of names of categories, with a NUL each */
};

#define MLOPS__KEY_ZERO ((uint64_t)1 << 63)

/* What a configuration comes down to. */
typedef struct mlops__profile_shape {
    uint32_t n_edges; /* 0: log-linear bins */
    int32_t scale;
    uint32_t lg_k; /* of the registers of distinct values; 0: none */
    uint32_t bins_size;
    uint32_t n_categories;
    uint32_t names_size;
} mlops__profile_shape;

/* The default with so many edges. */
static inline mlops__profile_shape mlops__profile_over(int64_t n_edges) {
    uint32_t n = (uint32_t)n_edges, size = n ? 8 * (n + 1) : MLOPS__PROFILE_BINS;
    return (mlops__profile_shape){n, MLOPS__PROFILE_SCALE, 0, size, 0, 0};
}

/* Log-linear bins on one side of zero. */
typedef struct mlops__profile_side {
    uint64_t low;   /* index of the first bin of the window; 0 if there is none */
    uint64_t n;     /* bins of the window */
    int64_t n_tiny; /* values nearer to zero than any bin */
    int64_t n_over; /* and farther */
} mlops__profile_side;

/* Counts behind n, each <= n <= INT64_MAX. */
enum {
    MLOPS__TOTAL_NULL,
    MLOPS__TOTAL_NAN,
    MLOPS__TOTAL_INFINITE,
    MLOPS__TOTAL_ZERO,
    MLOPS__TOTAL_NEGATIVE,
    MLOPS__TOTAL_BEYOND, /* finite values too large for the sums, which leave them out */
    MLOPS__TOTALS
};

struct mlops_profile {
    mlops__profile_shape shape;
    uint16_t depth; /* of the tree; 0: log-linear */
    uint8_t shift;  /* of log-linear bins: bits of a value that tell nothing of its bin */
    uint8_t width;  /* bytes of a count in the window */
    uint32_t zero;
    int64_t n;
    int64_t totals[MLOPS__TOTALS];
    uint64_t min; /* key; UINT64_MAX while there is no value */
    uint64_t max; /* key; 0 while there is no value */
    mlops__sum sum;
    mlops__squares squares;
    mlops__profile_side sides[2]; /* above zero, below */
    uint64_t data[]; /* tree, slot 0 unused where there is one; bins; registers; counts of the
                        categories; their names */
};

/* Both zeros have the key of +0. */
uint64_t mlops__profile_key(double value);
double mlops__profile_value(uint64_t key);

/* Values that are neither null nor NaN. */
static inline int64_t mlops__profile_values(const mlops_profile *self) {
    return self->n - self->totals[MLOPS__TOTAL_NULL] - self->totals[MLOPS__TOTAL_NAN];
}

/* Bytes of a profile of this shape. */
size_t mlops__profile_bytes(const mlops__profile_shape *shape);

/* Parts of data. There are registers if lg_k is not 0. */
static inline size_t mlops__profile_tree(const mlops_profile *self) {
    return self->shape.n_edges ? (size_t)1 << self->depth : 0;
}
static inline uint8_t *mlops__profile_window(mlops_profile *self) {
    return (uint8_t *)self->data; /* there is no tree before it */
}
mlops_hll *mlops__profile_distinct(const mlops_profile *self);
int64_t *mlops__profile_categories(const mlops_profile *self);
char *mlops__profile_names(const mlops_profile *self);

/* Slot of the edge of this rank in the tree. */
size_t mlops__profile_slot(const mlops_profile *self, int64_t rank);

/* Bin of a key among those that mlops_profile_bin() tells of; -1: there is none as yet. */
int64_t mlops__profile_find(const mlops_profile *self, uint64_t key);

/* The end of a bin that is away from zero, without edges; the greatest value of those above all. */
double mlops__profile_far(const mlops_profile *self, int64_t index);

/* An empty profile without edges and names as yet. MLOPS_E_ARENA, MLOPS_E_INVALID (not aligned). */
mlops_status mlops__profile_begin(mlops_profile **out, void *mem, size_t size,
                                  const mlops__profile_shape *shape);

/* An empty profile of the same configuration, in as many bytes, aligned to 8. */
void mlops__profile_like(void *mem, const mlops_profile *like);

/* Whether both have one configuration. */
int mlops__profile_alike(const mlops_profile *a, const mlops_profile *b);

/* A profile among the bytes of many, its size ahead of it; and what takes the next one into size
 * bytes, MLOPS_E_CORRUPT if it is none that fits. *bytes of the next one without taking it. */
void mlops__profile_put(const mlops_profile *self, mlops__buf *out);
mlops_status mlops__profile_take(mlops__cursor *in, void *mem, size_t size);
mlops_status mlops__profile_peek(const mlops__cursor *in, size_t *bytes);

/* Halves all counts of a profile without edges, downwards. What is left is as fine as it was. */
void mlops__profile_halve(mlops_profile *self);

/* Sets the edge of the next rank. False if it is not finite or not above the one before. */
int mlops__profile_set_edge(mlops_profile *self, int64_t rank, double edge);

/* A category by its name; -1 if there is none. */
int64_t mlops__profile_category(const mlops_profile *self, const char *name);

/* Counts up to a block of values, given by their bits, but not which are different. Those that are
 * no NaN go to words, with one zero. Returns how many there are. */
size_t mlops__profile_count(mlops_profile *self, const uint64_t *values, size_t n, uint64_t *words);

/* MLOPS_E_INVALID, MLOPS_E_LIMIT: so many more do not fit. */
mlops_status mlops__profile_room(const mlops_profile *self, int64_t n);

/* Number of edges below the key, by one walk through the tree. */
static inline size_t mlops__profile_walk(const uint64_t *tree, int32_t depth, uint64_t key) {
    size_t slot = 1;
    for (int32_t i = 0; i < depth; i++) slot = 2 * slot + (tree[slot] < key);
    return slot - ((size_t)1 << depth);
}

#endif
