/* Kernels of a forest in portable C: the reference of those with vectors.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees. Nothing branches on data:
 * eight walks go on side by side, so that the machine waits for none of them.
 */
#include "kern/tree/forest.h"

enum { LANES = MLOPS__FOREST_LANES, BUNDLE = MLOPS__FOREST_BUNDLE };

/* Thresholds not above x, minus 128. Pivots first, then the run. */
static inline int8_t rank_of(const float *cuts, float x, int32_t missing) {
    uint32_t p = (uint32_t)(cuts[7] <= x) << 3;
    p += (uint32_t)(cuts[p + 3] <= x) << 2;
    p += (uint32_t)(cuts[p + 1] <= x) << 1;
    p += (uint32_t)(cuts[p] <= x);
    const float *run = cuts + 16 + 16 * p;
    uint32_t r = (uint32_t)(run[7] <= x) << 3;
    r += (uint32_t)(run[r + 3] <= x) << 2;
    r += (uint32_t)(run[r + 1] <= x) << 1;
    r += (uint32_t)(run[r] <= x);
    int32_t rank = (int32_t)(16 * p + r) - 128;
    return (int8_t)(x != x ? missing : rank);
}

void mlops__forest_rank_row_scalar(const mlops__forest *self, const float *row, int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        ranks[s] = rank_of(self->cuts + slot->cuts, row[slot->feature], slot->missing);
    }
}

void mlops__forest_rank_rows_scalar(const mlops__forest *self, const float *rows, size_t n,
                                    int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        const float *x = rows + slot->feature;
        int8_t *out = ranks + (size_t)s * LANES;
        for (size_t i = 0; i < n; i++, x += self->n_features)
            out[i] = rank_of(self->cuts + slot->cuts, *x, slot->missing);
        for (size_t i = n; i < LANES; i++) out[i] = 0;
    }
}

/* The child of heap node i that a row goes to; stride is the distance of two slots' ranks. */
static inline size_t step(const uint16_t *slots, const int8_t *bounds, const int8_t *ranks,
                          size_t stride, size_t i) {
    return 2 * i + (size_t)(ranks[slots[i] * stride] >= bounds[i]);
}

static inline size_t deep_step(const mlops__forest_deep *nodes, const int8_t *ranks, size_t stride,
                               size_t i) {
    const mlops__forest_deep *node = &nodes[i];
    return node->left + (size_t)(ranks[node->slot * stride] >= node->bound);
}

/* Where eight walks are; by name, since an array would live in memory. */
typedef struct walks {
    size_t a, b, c, d, e, f, g, h;
} walks;

#define ALL_WALKS(walk, do_one)                                                                    \
    do_one((walk).a, 0) do_one((walk).b, 1) do_one((walk).c, 2) do_one((walk).d, 3)                \
        do_one((walk).e, 4) do_one((walk).f, 5) do_one((walk).g, 6) do_one((walk).h, 7)

static float leaf_of(const mlops__forest *self, const mlops__forest_tree *tree,
                     const int8_t *ranks) {
    size_t i = tree->heap;
    if (tree->heap) {
        for (uint32_t d = 0; d < tree->depth; d++)
            i = step(self->slots + tree->at, self->bounds + tree->at, ranks, 1, i);
        return self->leaves[tree->at + i - ((size_t)1 << tree->depth)];
    }
    for (uint32_t d = 0; d < tree->depth; d++) i = deep_step(self->deep + tree->at, ranks, 1, i);
    return self->deep_values[tree->at + i];
}

/* Eight heaps of one depth: their leaves, which stand behind each other. */
static inline void bundle_leaves(const mlops__forest *self, const mlops__forest_tree *tree,
                                 const int8_t *ranks, float *out) {
    const size_t n = (size_t)1 << tree->depth;
    const uint16_t *slots = self->slots + tree->at;
    const int8_t *bounds = self->bounds + tree->at;
    const float *leaves = self->leaves + tree->at - n;
    walks i = {1, 1, 1, 1, 1, 1, 1, 1};
    for (uint32_t d = 0; d < tree->depth; d++) {
#define STEP(i, k) i = step(slots + (k)*n, bounds + (k)*n, ranks, 1, i);
        ALL_WALKS(i, STEP)
#undef STEP
    }
#define TAKE(i, k) out[k] = leaves[(k)*n + (i)];
    ALL_WALKS(i, TAKE)
#undef TAKE
}

/* One group: the sum stays in a register, and every add waits only for the one before. */
static float sum_single(const mlops__forest *self, const int8_t *ranks) {
    float sum = self->base[0];
    for (uint32_t t = 0; t < self->n_trees;) {
        const mlops__forest_tree *tree = &self->trees[t];
        float values[BUNDLE];
        if (!tree->bundle) {
            sum += leaf_of(self, tree, ranks);
            t++;
            continue;
        }
        bundle_leaves(self, tree, ranks, values);
        for (uint32_t k = 0; k < BUNDLE; k++) sum += values[k];
        t += BUNDLE;
    }
    return sum;
}

void mlops__forest_sum_row_scalar(const mlops__forest *self, const int8_t *ranks, float *margins) {
    if (self->n_groups == 1) {
        margins[0] = sum_single(self, ranks);
        return;
    }
    for (uint32_t g = 0; g < self->n_groups; g++) margins[g] = self->base[g];
    for (uint32_t t = 0; t < self->n_trees;) {
        const mlops__forest_tree *tree = &self->trees[t];
        float values[BUNDLE];
        uint32_t n = tree->bundle ? BUNDLE : 1;
        if (tree->bundle) bundle_leaves(self, tree, ranks, values);
        else values[0] = leaf_of(self, tree, ranks);
        for (uint32_t k = 0; k < n; k++) margins[tree[k].group] += values[k];
        t += n;
    }
}

static void add_heap(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     float *margins) {
    const uint16_t *slots = self->slots + tree->at;
    const int8_t *bounds = self->bounds + tree->at;
    const float *leaves = self->leaves + tree->at - ((size_t)1 << tree->depth);
    for (size_t lane = 0; lane < LANES; lane += 8) {
        walks i = {1, 1, 1, 1, 1, 1, 1, 1};
        for (uint32_t d = 0; d < tree->depth; d++) {
#define STEP(i, k) i = step(slots, bounds, ranks + lane + (k), LANES, i);
            ALL_WALKS(i, STEP)
#undef STEP
        }
#define ADD(i, k) margins[lane + (k)] += leaves[i];
        ALL_WALKS(i, ADD)
#undef ADD
    }
}

static void add_deep(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     float *margins) {
    const mlops__forest_deep *nodes = self->deep + tree->at;
    const float *values = self->deep_values + tree->at;
    for (size_t lane = 0; lane < LANES; lane += 8) {
        walks i = {0, 0, 0, 0, 0, 0, 0, 0};
        for (uint32_t d = 0; d < tree->depth; d++) {
#define STEP(i, k) i = deep_step(nodes, ranks + lane + (k), LANES, i);
            ALL_WALKS(i, STEP)
#undef STEP
        }
#define ADD(i, k) margins[lane + (k)] += values[i];
        ALL_WALKS(i, ADD)
#undef ADD
    }
}

void mlops__forest_add_tree(const mlops__forest *self, const mlops__forest_tree *tree,
                            const int8_t *ranks, float *margins) {
    if (tree->heap) add_heap(self, tree, ranks, margins + (size_t)tree->group * LANES);
    else add_deep(self, tree, ranks, margins + (size_t)tree->group * LANES);
}

void mlops__forest_sum_rows_scalar(const mlops__forest *self, const int8_t *ranks, size_t n,
                                   float *margins) {
    (void)n;
    for (size_t i = 0; i < (size_t)self->n_groups * LANES; i++) margins[i] = self->base[i / LANES];
    for (uint32_t t = 0; t < self->n_trees; t++)
        mlops__forest_add_tree(self, &self->trees[t], ranks, margins);
}
