/* A plan: the compiled form of a model, as a bundle carries it and a device runs it.
 *
 * One flat run of bytes, little-endian, without pointers or stored offsets: the counts in the
 * header say where everything is, and the whole must end where they say.
 *
 *     offset  size  what
 *          0     4  magic "PLAN"
 *          4     2  version, 1
 *          6     2  flags: 1 wide nodes, 2 node numbers, 4 feature names
 *          8     4  link function
 *         12     4  features
 *         16     4  groups: sums that a row yields (classes, targets)
 *         20     4  trees
 *         24     4  nodes of all trees
 *         28     4  words of category sets
 *         32     4  depth of the deepest tree: steps from root to leaf
 *         36     4  bytes of feature names
 *         40     4  bytes of info
 *         44    20  zero
 *         64        base margin of each group, f32
 *                   trees: first node u32, group u32
 *                   nodes: 8 bytes {f32 value, u16 feature, u16 link}, wide ones 12 bytes
 *                     {f32 value, u32 feature, u32 link}; the highest bit of a link says that a
 *                     missing value goes left, the next that value is the index of a category set,
 *                     the rest is the distance to the left child, the right one stands behind it;
 *                     a link of 0 is a leaf, value is what it adds
 *                   node numbers of the trainer, u32 each (flag 2; else they are those of the tree)
 *                   category sets: number of words u32, then words u32, bit c%32 of word c/32 for c
 *                   feature names, each with a NUL (flag 4)
 *                   info: format, objective and booster, each with a NUL
 *
 * Every part begins at a multiple of 8, gaps are zero. The nodes of a tree stand in breadth-first
 * order, so that every node has one parent, before it: walking ends, whatever the bytes say.
 *
 * Freestanding; allocates nothing.
 */
#ifndef MLOPS_MODEL_PLAN_H
#define MLOPS_MODEL_PLAN_H

#include "base/fail.h"
#include "model/run/link.h"

enum { MLOPS__PLAN_WIDE = 1, MLOPS__PLAN_NUMBERS = 2, MLOPS__PLAN_NAMES = 4 };
enum { MLOPS__PLAN_HEAD = 64, MLOPS__PLAN_VERSION = 1, MLOPS__PLAN_GROUPS_MAX = 65536 };
enum { MLOPS__PLAN_NARROW_FEATURES = 65536, MLOPS__PLAN_NARROW_STEP = 1 << 14 };
#define MLOPS__PLAN_WIDE_STEP (1u << 30)

typedef struct mlops__plan {
    const uint8_t *bytes;
    size_t size;
    uint32_t flags;
    mlops__link link;
    uint32_t n_features;
    uint32_t n_groups;
    uint32_t n_trees;
    uint32_t n_nodes;
    uint32_t n_words;
    uint32_t depth;
    uint32_t names_size;
    uint32_t info_size;
    const uint8_t *base;
    const uint8_t *trees;
    const uint8_t *nodes;
    const uint8_t *numbers; /* NULL: the index within the tree */
    const uint8_t *words;
    const char *names; /* NULL: none */
    const char *info;
} mlops__plan;

typedef struct mlops__plan_tree {
    uint32_t first;
    uint32_t n_nodes;
    uint32_t group;
} mlops__plan_tree;

typedef struct mlops__plan_node {
    float value;      /* threshold, or what a leaf adds */
    uint32_t feature; /* 0 in a leaf */
    uint32_t step;    /* distance to the left child; 0: a leaf */
    int left_missing; /* a missing value goes left */
    int is_set;       /* set is an index into the category sets, and value means nothing */
    uint32_t set;
} mlops__plan_node;

/* Checks everything and remembers bytes, which outlive out. MLOPS_E_CORRUPT with the offset;
 * MLOPS_E_UNSUPPORTED for another version. */
mlops_status mlops__plan_open(mlops__plan *out, const void *bytes, size_t n, mlops_error *err);

float mlops__plan_base(const mlops__plan *self, uint32_t group);
mlops__plan_tree mlops__plan_tree_at(const mlops__plan *self, uint32_t tree);
mlops__plan_node mlops__plan_node_at(const mlops__plan *self, uint32_t node);

/* Name of a feature, NULL if there is none. Takes time proportional to index. */
const char *mlops__plan_name(const mlops__plan *self, uint32_t index);

/* Values a row yields: predictions, margins (n_groups), leaves (n_trees). */
uint32_t mlops__plan_width(const mlops__plan *self);

/* Margins of one row, NaN being missing: the reference that kernels are held to. margins has
 * n_groups. */
void mlops__plan_margin(const mlops__plan *self, const float *row, float *margins);

/* Prediction of one row: mlops__plan_width() values. margins is room for n_groups. */
void mlops__plan_predict(const mlops__plan *self, const float *row, float *margins, double *out);

/* The trainer's number of the leaf that the row ends in. */
uint32_t mlops__plan_leaf(const mlops__plan *self, const float *row, uint32_t tree);

#endif
