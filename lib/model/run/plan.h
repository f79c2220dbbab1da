/* A plan: the compiled form of a model, as a bundle carries it and a device runs it.
 *
 * One flat run of bytes, little-endian, without pointers or stored offsets: the counts in the
 * header say where everything is, and the whole must end where they say.
 *
 *     offset  size  what
 *          0     4  magic "PLAN"
 *          4     2  version, 2
 *          6     2  flags: 1 wide nodes, 2 node numbers, 4 feature names, 8 double, 16 covers
 *          8     4  link function
 *         12     4  features
 *         16     4  groups: sums that a row yields (classes, targets)
 *         20     4  trees
 *         24     4  nodes of all trees
 *         28     4  words of special nodes
 *         32     4  depth of the deepest tree: steps from root to leaf
 *         36     4  bytes of feature names
 *         40     4  bytes of info
 *         44     4  divisor: what sums are divided by before the link function; 1: they are not
 *         48     8  parameter of the link function, f64; 0 if it has none
 *         56     4  aggregate: 0 sum, 1 least, 2 greatest of what trees add
 *         60     4  zero
 *         64        base margin of each group
 *                   trees: first node u32, group u32
 *                   nodes: 8 bytes {f32 value, u16 feature, u16 link}, wide ones 12 bytes
 *                     {f32 value, u32 feature, u32 link}, double ones 16 bytes {f64 value, u32
 *                     feature, u32 link}. The highest bit of a link says that a missing value goes
 *                     left, the next that the node is special, the rest is the distance to the left
 *                     child, the right one stands behind it. A value below that of its node goes
 *                     left. A link of 0 is a leaf, value is what it adds
 *                   node numbers of the trainer, u32 each (flag 2; else they are those of the tree)
 *                   covers of nodes (flag 16)
 *                   words of special nodes, u32 each
 *                   feature names, each with a NUL (flag 4)
 *                   info: format, objective and booster, each with a NUL
 *
 * Base margins, values, covers and the numbers of special nodes are f32, and all arithmetic is
 * float; with flag 8 they are f64, and all arithmetic is double. Sums begin with the base margin,
 * and what trees add follows in their order. To the least and the greatest the base margin is added
 * at last; they are 0 in a group without trees.
 *
 * The value of a special node is an integer, the index of its first word. That one is its kind:
 *
 *     1 set     a test: n u32, then n words with bit c%32 of word c/32 for category c. A category
 *               in the set goes right, all else left. A value's category is its whole part: of
 *               floats from 0 to 2^24, of doubles above -1 to 2^31
 *     2 member  a test: n u32, then n numbers, ascending. A value among them goes right
 *     3 zero    a test of doubles: a number; a value of at most 1e-35 (as f32) is missing, another
 *               goes left if it is below the number
 *     4 linear  a leaf of doubles: n u32, a constant, a substitute, then n of feature u32 and
 *               number. It adds the constant and, one by one, the products of values and numbers;
 *               if one of its features is missing, the substitute
 *     5 vector  a leaf: a number for each group, which it adds to that group
 *     6 weights a tree of floats by itself, in a plan that sums: a number for each feature. It adds
 *               the products of values and numbers, one by one; what is missing adds nothing
 *
 * The cover of a node is the weight of the training rows that came by, which predicting does not
 * need and explaining does: of a test above 0, of a leaf 0 or more.
 *
 * Every part begins at a multiple of 8, gaps are zero. The nodes of a tree stand in breadth-first
 * order, so that every node has one parent, before it: walking ends, whatever the bytes say.
 *
 * Freestanding; allocates nothing.
 */
#ifndef MLOPS_MODEL_PLAN_H
#define MLOPS_MODEL_PLAN_H

#include "base/cursor.h"
#include "base/fail.h"
#include "model/run/link.h"

enum {
    MLOPS__PLAN_WIDE = 1,
    MLOPS__PLAN_NUMBERS = 2,
    MLOPS__PLAN_NAMES = 4,
    MLOPS__PLAN_F64 = 8,
    MLOPS__PLAN_COVERS = 16,
    MLOPS__PLAN_FLAGS = 31
};
enum { MLOPS__PLAN_HEAD = 64, MLOPS__PLAN_VERSION = 2, MLOPS__PLAN_GROUPS_MAX = 65536 };
enum { MLOPS__PLAN_NARROW_FEATURES = 65536, MLOPS__PLAN_NARROW_STEP = 1 << 14 };
#define MLOPS__PLAN_WIDE_STEP (1u << 30)

/* What becomes of what trees add; the numbers stand in plans. */
typedef enum mlops__aggregate {
    MLOPS__AGGREGATE_SUM = 0,
    MLOPS__AGGREGATE_MIN = 1,
    MLOPS__AGGREGATE_MAX = 2,
    MLOPS__AGGREGATES
} mlops__aggregate;

/* Kinds of special nodes; the numbers stand in plans. */
typedef enum mlops__special {
    MLOPS__SPECIAL_SET = 1,
    MLOPS__SPECIAL_MEMBER = 2,
    MLOPS__SPECIAL_ZERO = 3,
    MLOPS__SPECIAL_LINEAR = 4,
    MLOPS__SPECIAL_VECTOR = 5,
    MLOPS__SPECIAL_WEIGHTS = 6
} mlops__special;

#define MLOPS__SPECIAL_ZERO_MAX ((double)1e-35f)

typedef struct mlops__plan {
    const uint8_t *bytes;
    size_t size;
    uint32_t flags;
    mlops__link link;
    double param; /* of the link */
    uint32_t divisor;
    uint32_t aggregate;
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
    const uint8_t *covers;  /* NULL: none */
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
    double value;     /* threshold, or what a leaf adds */
    uint32_t feature; /* 0 in a leaf */
    uint32_t step;    /* distance to the left child; 0: a leaf */
    int left_missing; /* a missing value goes left */
    int special;      /* words is the index of its first, and value means nothing */
    uint32_t words;
} mlops__plan_node;

/* A row of features, NaN being missing: one of the two. What is not of the plan's type is
 * converted, value by value: a float is widened, a double rounded. */
typedef struct mlops__row {
    const float *f32;
    const double *f64;
} mlops__row;

/* Sums of a row, one a group, of the plan's type. */
typedef union mlops__sums {
    void *any;
    float *f32;
    double *f64;
} mlops__sums;

/* Checks everything and remembers bytes, which outlive out. MLOPS_E_CORRUPT with the offset;
 * MLOPS_E_UNSUPPORTED for another version. */
mlops_status mlops__plan_open(mlops__plan *out, const void *bytes, size_t n, mlops_error *err);

/* The same of bytes that were opened before: only their head is checked again. */
mlops_status mlops__plan_find(mlops__plan *out, const void *bytes, size_t n, mlops_error *err);

/* Size of a number and of a sum: 4 or 8. */
static inline size_t mlops__plan_number_size(const mlops__plan *self) {
    return self->flags & MLOPS__PLAN_F64 ? 8 : 4;
}

/* The n-th number from p on. */
static inline double mlops__plan_number(const mlops__plan *self, const uint8_t *p, size_t n) {
    if (self->flags & MLOPS__PLAN_F64) return mlops__load_f64(p + 8 * n);
    return (double)mlops__load_f32(p + 4 * n);
}

static inline size_t mlops__plan_node_size(const mlops__plan *self) {
    if (self->flags & MLOPS__PLAN_F64) return 16;
    return self->flags & MLOPS__PLAN_WIDE ? 12 : 8;
}

/* Inline, as most who go through the nodes ask for a part of each. */
static inline mlops__plan_node mlops__plan_node_at(const mlops__plan *self, uint32_t node) {
    size_t size = mlops__plan_node_size(self);
    const uint8_t *p = self->nodes + size * node;
    int narrow = size == 8, top = narrow ? 15 : 31;
    uint32_t link = narrow ? mlops__load_u16(p + 6) : mlops__load_u32(p + size - 4);
    return (mlops__plan_node){
        .value = mlops__plan_number(self, p, 0),
        .feature = narrow ? mlops__load_u16(p + 4) : mlops__load_u32(p + size - 8),
        .step = link & ((1u << (top - 1)) - 1),
        .left_missing = (int)(link >> top & 1),
        .special = (int)(link >> (top - 1) & 1),
        .words = mlops__load_u32(p),
    };
}

double mlops__plan_base(const mlops__plan *self, uint32_t group);
mlops__plan_tree mlops__plan_tree_at(const mlops__plan *self, uint32_t tree);

/* Only of a plan that has covers. */
static inline double mlops__plan_cover(const mlops__plan *self, uint32_t node) {
    return mlops__plan_number(self, self->covers, node);
}

/* The floats of a tree that is weights, one a feature; NULL: it is another. */
const uint8_t *mlops__plan_weights(const mlops__plan *self, uint32_t tree);

/* Name of a feature, NULL if there is none. Takes time proportional to index. */
const char *mlops__plan_name(const mlops__plan *self, uint32_t index);

/* Values a row yields: predictions, margins (n_groups), leaves (n_trees). */
uint32_t mlops__plan_width(const mlops__plan *self);

/* Whether a value that is not missing goes left at a special test. */
int mlops__plan_special_left(const mlops__plan *self, const mlops__plan_node *node, double x);

/* Margins of one row: the reference that kernels are held to. sums has n_groups. */
void mlops__plan_margin(const mlops__plan *self, mlops__row row, mlops__sums sums);

/* Margins of one row after each of the trees, n_groups each. sums is room for n_groups. */
void mlops__plan_prefixes(const mlops__plan *self, mlops__row row, mlops__sums sums, double *out);

/* From the margins of a row to its prediction: mlops__plan_width() values. Uses sums as room. */
void mlops__plan_finish(const mlops__plan *self, mlops__sums sums, double *out);

/* Prediction of one row: mlops__plan_width() values. sums is room for n_groups. */
void mlops__plan_predict(const mlops__plan *self, mlops__row row, mlops__sums sums, double *out);

/* The trainer's number of the leaf that the row ends in. */
uint32_t mlops__plan_leaf(const mlops__plan *self, mlops__row row, uint32_t tree);

#endif
