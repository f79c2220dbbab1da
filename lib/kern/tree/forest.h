/* A forest laid out for speed: what kernels walk in place of the plan, with the same results.
 *
 * A value becomes its rank among the thresholds of its slot: the number of thresholds that are not
 * above it. x < t_k goes left exactly if the rank is at most k, so that one byte a value and one
 * byte a node decide as float or double do. A slot holds at most 255 thresholds of one feature, and
 * only of nodes that send a missing value to the same side: there NaN has the rank that always goes
 * there, and so has a zero, where it counts as missing. A feature may have several slots; those
 * that differ in what they do with missing values share their cuts where these are not too many,
 * and stand side by side, so that a value is ranked once. A set of categories is a slot of its own,
 * whose ranks are the lowest and the highest.
 *
 * Ranks and bounds are kept minus 128, so that they compare as signed bytes. A row goes right at a
 * node if rank >= bound, bound being k + 1.
 *
 * Trees up to depth 8 are perfect heaps: node i has children 2i and 2i + 1, from 1; a leaf further
 * up is copied to all leaves below it. Deeper trees keep their shape, as do heaps among many of
 * them; a leaf there leads to itself. For blocks of rows trees of up to 256 leaves are tests as
 * well.
 */
#ifndef MLOPS_KERN_FOREST_H
#define MLOPS_KERN_FOREST_H

#include <stddef.h>
#include <stdint.h>

enum {
    MLOPS__FOREST_HEAP_DEPTH = 8, /* deeper trees are no heaps */
    MLOPS__FOREST_SLOT_CUTS = 255,
    MLOPS__FOREST_SLOTS_MAX = 65535,
    MLOPS__FOREST_LANES = 64,        /* rows of a block */
    MLOPS__FOREST_BLOCKS = 4,        /* that kernels take at once */
    MLOPS__FOREST_BUNDLE = 8,        /* trees that are walked together */
    MLOPS__FOREST_BUNDLE_DEPTH = 64, /* at most */
    MLOPS__FOREST_NEVER = 128,       /* a bound that no rank reaches */
    MLOPS__FOREST_SLACK = 64,        /* leaves that may be read behind the last one */
    MLOPS__FOREST_TEST_LEAVES = 256,
    MLOPS__FOREST_TEST_VECTORS = 64,
    MLOPS__FOREST_TOP = 4, /* levels of a team's trees that stand side by side */
    MLOPS__FOREST_TEAM_SIZE = (2 * 64 + 8) << 4, /* bytes of a team in top */
    MLOPS__FOREST_TEAM_SLOTS = 512,
    MLOPS__FOREST_TEAM_NARROW = 256, /* slots that a byte tells */
    MLOPS__FOREST_CROWD = 256        /* trees, at most */
};

/* cuts of a slot: 16 pivots, the last of each run, then the runs of 16; NaN where there is none. */
typedef struct mlops__forest_slot {
    uint32_t feature;
    uint32_t at;     /* cuts: index of the first pivot; a set: of its number of words */
    int16_t missing; /* rank of NaN: -128 or 127 */
    uint8_t is_set;
    uint8_t shares; /* the cuts of the slot before */
    float zero;     /* of doubles: up to this magnitude a value is as missing; -1: none is */
} mlops__forest_slot;

/* Rows of features, n_features apart, NaN being missing: one of the two. What is not of the
 * forest's type is converted, value by value. */
typedef struct mlops__forest_rows {
    const float *f32;
    const double *f64;
} mlops__forest_rows;

/* Numbers of the forest's type. */
typedef union mlops__forest_reals {
    void *any;
    float *f32;
    double *f64;
} mlops__forest_reals;

typedef struct mlops__forest_tree {
    size_t at; /* heap: index into slots, bounds and leaves; else into deep */
    uint32_t group;
    uint16_t depth; /* steps from root to leaf */
    uint8_t heap;
    uint8_t bundle;  /* this and the next seven are heaps of one depth, or none is a heap */
    uint8_t vectors; /* 1, 2 or 4: of 64 bytes, in a plane */
    uint32_t tests;  /* index of the first; 0 of them: the tree is too large, or is a leaf */
    uint32_t n_tests;
    size_t test_leaves; /* index into leaves */
    size_t planes;      /* of the leaves: the first bytes of all, the second bytes and so on */
} mlops__forest_tree;

typedef struct mlops__forest_deep {
    uint32_t left; /* the right child stands behind it; a leaf: itself */
    uint16_t slot;
    int16_t bound; /* a leaf: MLOPS__FOREST_NEVER */
} mlops__forest_deep;

/* A node of a heap as forest_avx512.c reads it. */
typedef struct mlops__forest_node {
    uint32_t ranks; /* 64 times the slot */
    uint32_t bound; /* minus 1, in each of the four bytes */
} mlops__forest_node;

/* Marks of a test. */
enum {
    MLOPS__FOREST_BEGINS = 1, /* a chain, as the first leaf below it */
    MLOPS__FOREST_ENDS = 2,   /* a chain, whose leaf is kept in the vector out */
    MLOPS__FOREST_FOUND = 4   /* right is a vector that a chain before ended in */
};

/* A test of a tree for blocks of rows. Tests stand in chains: a node that is the root or a right
 * child, its left child and so on, the last one first. A lane that goes right at a test has the
 * leaf that is right of it, or that the chain there has found; the chain of the root stands last.
 * Leaves are counted from the left, in heaps with their copies. */
typedef struct mlops__forest_test {
    uint16_t slot;
    uint8_t bound; /* minus 1 */
    uint8_t right;
    uint8_t first;
    uint8_t out;
    uint8_t marks;
} mlops__forest_test;

/* Teams of 64 trees for one row, as forest_row_avx512.c reads them. The first levels of the trees
 * are heaps side by side. What they lead to, 16 cells of each tree, begins at first. A cell is a
 * leaf, which is its number, or three tests: those of a node and its children. It has their slots
 * in bytes 0 to 2, bounds minus 1 in 3 to 5, and then a u16 of which of its four exits are tests, a
 * bit each, and << 4 the distance in cells to the group of exits, which are cells. Where all of
 * them are leaves that are floats, they stand as such. The group of one of the 16 cells stands
 * behind it. */
typedef struct mlops__forest_teams {
    /* Of each team 16 times 64 slots, then 64 bounds minus 1; in place of the first of them, which
     * is no node, 64 times a bit for each of the cells 0 to 7 that is a leaf, then 8 to 15. Then 16
     * times a u64 of which slots are 256 more. */
    const uint8_t *top;
    const uint32_t *first; /* of each tree, in 2 bytes; whole teams */
    const uint8_t *cells;  /* of 8 bytes, aligned to 64 */
    uint32_t stride;       /* bytes from one of the 16 cells to the next */
    uint32_t crowd;        /* trees that are walked at once: 64 of even depth, else more */
} mlops__forest_teams;

typedef struct mlops__forest {
    uint32_t n_features;
    uint32_t n_slots;
    uint32_t n_trees;
    uint32_t n_groups;
    int f64; /* the type of values, cuts, leaves and sums is double, else float */
    const mlops__forest_slot *slot_table;
    const uint32_t *words; /* of sets */
    const mlops__forest_tree *trees;
    const uint16_t *slots; /* aligned to 64, as bounds and leaves */
    const int8_t *bounds;
    const mlops__forest_deep *deep;
    size_t deep_leaves; /* index of those of deep in leaves */
    mlops__forest_reals cuts;
    mlops__forest_reals leaves;
    mlops__forest_reals base;        /* n_groups */
    const mlops__forest_node *nodes; /* of heaps, as slots; NULL unless for AVX-512 */
    const mlops__forest_test *tests;
    const uint8_t *planes;            /* aligned to 64; NULL unless for AVX-512 */
    const mlops__forest_teams *teams; /* NULL: not for AVX-512, or more than 512 slots */
} mlops__forest;

/* ranks[slot] of one row. */
typedef void mlops__forest_rank_row(const mlops__forest *self, mlops__forest_rows row,
                                    int8_t *ranks);

/* ranks[slot * 64 + lane] of n rows, 1 to 64 for each of up to 4 blocks that stand behind each
 * other. Lanes from n on get any rank. */
typedef void mlops__forest_rank_rows(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                     int8_t *ranks);

/* A function add_tests_N of a kernel that has vec and add_tests(): one for each number of blocks,
 * so that a few rows take no more of the stack than they need. */
#define MLOPS__FOREST_ADD_TESTS(blocks, vectors)                                                   \
    static __attribute__((noinline)) void add_tests_##blocks(                                      \
        const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,            \
        mlops__forest_reals sums) {                                                                \
        vec found[MLOPS__FOREST_TEST_VECTORS * (vectors)];                                         \
        add_tests(self, tree, ranks, blocks, sums, found);                                         \
    }

/* Base margins and, in the order of the trees, what each adds: sums[group] of one row. */
typedef void mlops__forest_sum_row(const mlops__forest *self, const int8_t *ranks,
                                   mlops__forest_reals sums);

/* The same for n rows: sums[group * 64 + lane] of each block. Aligned to 64: ranks and sums. */
typedef void mlops__forest_sum_rows(const mlops__forest *self, const int8_t *ranks, size_t n,
                                    mlops__forest_reals sums);

mlops__forest_rank_row mlops__forest_rank_row_scalar;
mlops__forest_rank_rows mlops__forest_rank_rows_scalar;
mlops__forest_sum_row mlops__forest_sum_row_scalar;
mlops__forest_sum_rows mlops__forest_sum_rows_scalar;

/* Ranks of n values in a slot that is a set, n_features apart, for kernels of cuts. */
void mlops__forest_rank_set(const mlops__forest *self, const mlops__forest_slot *slot,
                            mlops__forest_rows rows, size_t n, int8_t *ranks);

/* How many slots, from this one on, share its cuts. */
static inline uint32_t mlops__forest_sharing(const mlops__forest *self, uint32_t s) {
    uint32_t n = 1;
    while (s + n < self->n_slots && self->slot_table[s + n].shares) n++;
    return n;
}

/* Has a kernel that ranks one block rank n rows. */
void mlops__forest_rank_blocks(mlops__forest_rank_rows *rank, const mlops__forest *self,
                               mlops__forest_rows rows, size_t n, int8_t *ranks);

/* Adds a tree that has tests to the sums of so many blocks. */
typedef void mlops__forest_add(const mlops__forest *self, const mlops__forest_tree *tree,
                               const int8_t *ranks, size_t n_blocks, mlops__forest_reals sums);

/* Sums n rows by a kernel that takes so many blocks at most, a power of two; NULL: none. */
void mlops__forest_sum_blocks(const mlops__forest *self, const int8_t *ranks, size_t n,
                              mlops__forest_reals sums, mlops__forest_add *add, size_t most);

/* The sums of a block among those of many. */
static inline mlops__forest_reals mlops__forest_sums_at(const mlops__forest *self,
                                                        mlops__forest_reals sums, size_t block) {
    size_t at = block * self->n_groups * MLOPS__FOREST_LANES;
    if (self->f64) return (mlops__forest_reals){.f64 = sums.f64 + at};
    return (mlops__forest_reals){.f32 = sums.f32 + at};
}

/* The base margins of a block of 64 lanes. */
void mlops__forest_begin_sums(const mlops__forest *self, mlops__forest_reals sums);

/* One tree of a block of 64 lanes, for kernels that have nothing better. */
void mlops__forest_add_tree(const mlops__forest *self, const mlops__forest_tree *tree,
                            const int8_t *ranks, mlops__forest_reals sums);

#endif
