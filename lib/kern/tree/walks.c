/* Walking deep trees: 64 walks side by side, so that the machine waits for none of them.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees. All rows go through a tree
 * while it is in the cache, and nothing branches on data but how many walks are left.
 */
#include "kern/tree/walks.h"

#include <string.h>

enum { LANES = MLOPS__FOREST_LANES, STEPS = 2 /* in a line of the cache */ };

#define INLINE static inline __attribute__((always_inline))

/* A node in parts. */
typedef struct node {
    uint64_t bound;
    uint64_t link;
} node;

INLINE node node_f32(mlops__walks_f32 word) { return (node){(uint32_t)word, word >> 32}; }
INLINE node node_f64(mlops__walks_f64 pair) { return (node){pair.bound, pair.link}; }
INLINE size_t slot_of(node at) { return at.link & (MLOPS__WALKS_SLOTS_MAX - 1); }
INLINE uint32_t step_of(node at) { return (uint32_t)(at.link >> MLOPS__WALKS_SLOT_BITS); }

#define REAL    float
#define KEY     uint32_t
#define MOST    UINT32_MAX
#define NAME(x) x##_f32
#define FIELD   f32
#define OTHER   f64
#include "kern/tree/walks_type.inc"
#undef REAL
#undef KEY
#undef MOST
#undef NAME
#undef FIELD
#undef OTHER
#define REAL    double
#define KEY     uint64_t
#define MOST    UINT64_MAX
#define NAME(x) x##_f64
#define FIELD   f64
#define OTHER   f32
#include "kern/tree/walks_type.inc"

void mlops__walks_row(const mlops__walks *self, mlops__forest_rows row, void *keys,
                      mlops__forest_reals sums) {
    if (self->f64) walk_row_f64(self, row, keys, sums.f64);
    else walk_row_f32(self, row, keys, sums.f32);
}

void mlops__walks_rows(const mlops__walks *self, mlops__forest_rows rows, size_t n, void *keys,
                       mlops__forest_reals sums) {
    if (self->f64) walk_rows_f64(self, rows, n, keys, sums.f64);
    else walk_rows_f32(self, rows, n, keys, sums.f32);
}
