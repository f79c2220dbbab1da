/* A forest of deep trees laid out for walking: what kernels of ranks would rank too long for, or
 * find no room for. Plain C on every machine, with the results of the plan.
 *
 * A value becomes a key, an integer that orders as numbers do. A slot is a feature and what a
 * missing value has for a key there: the greatest, which always goes right, or the least. Of one
 * more slot, the last, all keys are the greatest. A row goes left at a node if its key is below the
 * bound. A leaf asks the last slot, leads to itself and has in place of the bound what it adds, or
 * the index of a vector of what it adds to each group.
 *
 * Nodes stand by pairs of siblings, the right one first: the root and its children in one line of
 * the cache (of doubles in two), below them each pair and its children.
 */
#ifndef MLOPS_KERN_WALKS_H
#define MLOPS_KERN_WALKS_H

#include "kern/tree/forest.h"

enum {
    MLOPS__WALKS_SLOT_BITS = 12,
    MLOPS__WALKS_SLOTS_MAX = 1 << MLOPS__WALKS_SLOT_BITS, /* with the last */
    MLOPS__WALKS_STEP_MAX = 1 << 20
};

/* The link: slot, and << 12 the distance to the right child; the left one stands behind it. With
 * floats a node is one word, which is read at once: the bound, and << 32 the link. */
typedef uint64_t mlops__walks_f32;

typedef struct mlops__walks_f64 {
    uint64_t bound;
    uint64_t link;
} mlops__walks_f64;

typedef struct mlops__walks_slot {
    uint32_t feature;
    uint16_t left; /* missing values go left */
    uint16_t zero; /* what is zero is missing */
} mlops__walks_slot;

typedef struct mlops__walks_tree {
    uint32_t first;
    uint32_t group;
} mlops__walks_tree;

typedef struct mlops__walks {
    uint32_t n_features;
    uint32_t n_slots; /* with the last */
    uint32_t n_trees;
    uint32_t n_groups;
    int f64;
    int vectors; /* leaves have indexes */
    float zero;
    const mlops__walks_slot *slots;
    const mlops__walks_tree *trees;
    const void *nodes;          /* aligned to 64 */
    mlops__forest_reals values; /* vectors */
    mlops__forest_reals base;   /* n_groups */
} mlops__walks;

/* Bytes of the keys of a row, which are aligned to 8. */
static inline size_t mlops__walks_keys(const mlops__walks *self) {
    return self->n_slots * (self->f64 ? sizeof(uint64_t) : sizeof(uint32_t));
}

/* What the trees add to the base margins, in their order: sums[group] of one row. */
void mlops__walks_row(const mlops__walks *self, mlops__forest_rows row, void *keys,
                      mlops__forest_reals sums);

/* The same of n rows, 64 for each of up to 4 blocks that stand behind each other, as kernels of
 * ranks have it: sums[group * 64 + lane] of each block. keys has room for those of all lanes. */
void mlops__walks_rows(const mlops__walks *self, mlops__forest_rows rows, size_t n, void *keys,
                       mlops__forest_reals sums);

#endif
