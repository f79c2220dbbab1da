/* Kernels of a forest in portable C: the reference of those with vectors.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees. Nothing branches on data:
 * eight walks go on side by side, so that the machine waits for none of them.
 */
#include "kern/tree/forest.h"

#include <string.h>

enum { LANES = MLOPS__FOREST_LANES, BUNDLE = MLOPS__FOREST_BUNDLE };

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

/* Index into leaves of the one that a row ends in. */
static size_t leaf_of(const mlops__forest *self, const mlops__forest_tree *tree,
                      const int8_t *ranks) {
    size_t i = tree->heap;
    if (tree->heap) {
        for (uint32_t d = 0; d < tree->depth; d++)
            i = step(self->slots + tree->at, self->bounds + tree->at, ranks, 1, i);
        return tree->at + i - ((size_t)1 << tree->depth);
    }
    for (uint32_t d = 0; d < tree->depth; d++) i = deep_step(self->deep + tree->at, ranks, 1, i);
    return self->deep_leaves + tree->at + i;
}

/* Eight heaps of one depth, which stand behind each other. */
static inline void heap_leaves(const mlops__forest *self, const mlops__forest_tree *tree,
                               const int8_t *ranks, size_t *out) {
    const size_t n = (size_t)1 << tree->depth;
    const uint16_t *slots = self->slots + tree->at;
    const int8_t *bounds = self->bounds + tree->at;
    walks i = {1, 1, 1, 1, 1, 1, 1, 1};
    for (uint32_t d = 0; d < tree->depth; d++) {
#define STEP(i, k) i = step(slots + (k)*n, bounds + (k)*n, ranks, 1, i);
        ALL_WALKS(i, STEP)
#undef STEP
    }
#define TAKE(i, k) out[k] = tree->at + (k)*n + (i)-n;
    ALL_WALKS(i, TAKE)
#undef TAKE
}

/* Eight trees that are no heaps: a walk that has ended stays where it is. */
static void deep_leaves(const mlops__forest *self, const mlops__forest_tree *trees,
                        const int8_t *ranks, size_t *out) {
    uint32_t depth = 0;
    for (uint32_t k = 0; k < BUNDLE; k++)
        if (trees[k].depth > depth) depth = trees[k].depth;
    walks i = {0, 0, 0, 0, 0, 0, 0, 0};
    for (uint32_t d = 0; d < depth; d++) {
#define STEP(i, k) i = deep_step(self->deep + trees[k].at, ranks, 1, i);
        ALL_WALKS(i, STEP)
#undef STEP
    }
#define TAKE(i, k) out[k] = self->deep_leaves + trees[k].at + (i);
    ALL_WALKS(i, TAKE)
#undef TAKE
}

static inline void bundle_leaves(const mlops__forest *self, const mlops__forest_tree *trees,
                                 const int8_t *ranks, size_t *out) {
    if (trees->heap) heap_leaves(self, trees, ranks, out);
    else deep_leaves(self, trees, ranks, out);
}

#define REAL    float
#define NAME(x) x##_f32
#define FIELD   f32
#define OTHER   f64
#include "kern/tree/forest_type.inc"
#undef REAL
#undef NAME
#undef FIELD
#undef OTHER
#define REAL    double
#define NAME(x) x##_f64
#define FIELD   f64
#define OTHER   f32
#include "kern/tree/forest_type.inc"

/* True if a value's category is in the set: as a plan has it. */
static int in_set(const uint32_t *set, int f64, double x) {
    int valid = f64 ? x > -1.0 && x < 0x1p31 : x >= 0.0 && x < 0x1p24;
    uint32_t category = valid ? (uint32_t)x : 0;
    return valid && category / 32 < set[0] && (set[1 + category / 32] >> category % 32 & 1);
}

void mlops__forest_rank_set(const mlops__forest *self, const mlops__forest_slot *slot,
                            mlops__forest_rows rows, size_t n, int8_t *ranks) {
    size_t at = slot->feature;
    for (size_t i = 0; i < n; i++, at += self->n_features) {
        double x = self->f64 ? value_at_f64(rows, at) : (double)value_at_f32(rows, at);
        int right = in_set(self->words + slot->at, self->f64, x);
        ranks[i] = (int8_t)(x != x ? slot->missing : right ? 127 : -128);
    }
}

/* Ranks of n rows in the slots from s on that share cuts. Returns how many these are. */
static uint32_t rank_slots(const mlops__forest *self, uint32_t s, mlops__forest_rows rows, size_t n,
                           size_t stride, int8_t *ranks) {
    const mlops__forest_slot *slot = &self->slot_table[s];
    uint32_t n_slots = mlops__forest_sharing(self, s);
    if (slot->is_set) mlops__forest_rank_set(self, slot, rows, n, ranks);
    else if (self->f64) rank_slots_f64(self, slot, n_slots, rows, n, stride, ranks);
    else rank_slots_f32(self, slot, n_slots, rows, n, stride, ranks);
    return n_slots;
}

void mlops__forest_rank_row_scalar(const mlops__forest *self, mlops__forest_rows row,
                                   int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots;) s += rank_slots(self, s, row, 1, 1, ranks + s);
}

static void rank_block(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                       int8_t *ranks) {
    if (n < LANES) memset(ranks, 0, (size_t)self->n_slots * LANES);
    for (uint32_t s = 0; s < self->n_slots;)
        s += rank_slots(self, s, rows, n, LANES, ranks + (size_t)s * LANES);
}

void mlops__forest_rank_blocks(mlops__forest_rank_rows *rank, const mlops__forest *self,
                               mlops__forest_rows rows, size_t n, int8_t *ranks) {
    for (size_t i = 0; i < n; i += LANES) {
        size_t at = i * self->n_features;
        mlops__forest_rows from = {rows.f32 ? rows.f32 + at : NULL,
                                   rows.f64 ? rows.f64 + at : NULL};
        rank(self, from, n - i < LANES ? n - i : LANES, ranks + i * self->n_slots);
    }
}

void mlops__forest_rank_rows_scalar(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                    int8_t *ranks) {
    mlops__forest_rank_blocks(rank_block, self, rows, n, ranks);
}

void mlops__forest_sum_row_scalar(const mlops__forest *self, const int8_t *ranks,
                                  mlops__forest_reals sums) {
    if (self->f64) sum_row_f64(self, ranks, sums.f64);
    else sum_row_f32(self, ranks, sums.f32);
}

void mlops__forest_add_tree(const mlops__forest *self, const mlops__forest_tree *tree,
                            const int8_t *ranks, mlops__forest_reals sums) {
    if (self->f64) add_tree_f64(self, tree, ranks, sums.f64);
    else add_tree_f32(self, tree, ranks, sums.f32);
}

void mlops__forest_begin_sums(const mlops__forest *self, mlops__forest_reals sums) {
    if (self->f64) begin_sums_f64(self, sums.f64);
    else begin_sums_f32(self, sums.f32);
}

void mlops__forest_sum_blocks(const mlops__forest *self, const int8_t *ranks, size_t n,
                              mlops__forest_reals sums, mlops__forest_add *add, size_t most) {
    const size_t step = (size_t)self->n_slots * LANES;
    for (size_t left = (n + LANES - 1) / LANES, now; left; left -= now) {
        for (now = most; now > left;) now /= 2;
        for (size_t i = 0; i < now; i++)
            mlops__forest_begin_sums(self, mlops__forest_sums_at(self, sums, i));
        for (uint32_t t = 0; t < self->n_trees; t++) {
            const mlops__forest_tree *tree = &self->trees[t];
            if (add && tree->n_tests) add(self, tree, ranks, now, sums);
            else
                for (size_t i = 0; i < now; i++)
                    mlops__forest_add_tree(self, tree, ranks + i * step,
                                           mlops__forest_sums_at(self, sums, i));
        }
        ranks += now * step;
        sums = mlops__forest_sums_at(self, sums, now);
    }
}

void mlops__forest_sum_rows_scalar(const mlops__forest *self, const int8_t *ranks, size_t n,
                                   mlops__forest_reals sums) {
    mlops__forest_sum_blocks(self, ranks, n, sums, NULL, 1);
}
