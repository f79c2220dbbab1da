/* Tree ensembles of ONNX between their attributes and the plan of a forest. */
#ifndef MLOPS_MODEL_ONNX_TREES_H
#define MLOPS_MODEL_ONNX_TREES_H

#include "model/build/onnx_ml.h"
#include "model/run/plan.h"

/* Numbers as version 5 of ai.onnx.ml has them. */
typedef enum mlops__tree_mode {
    MLOPS__TREE_LEQ,
    MLOPS__TREE_LT,
    MLOPS__TREE_GTE,
    MLOPS__TREE_GT,
    MLOPS__TREE_EQ,
    MLOPS__TREE_NEQ,
    MLOPS__TREE_MEMBER,
    MLOPS__TREE_LEAF
} mlops__tree_mode;

enum { MLOPS__TREE_NONE = -1 };

typedef struct mlops__tree_node {
    int64_t feature;
    double value;    /* a float */
    int32_t yes, no; /* nodes where the test holds, and where not */
    int32_t first;   /* of a leaf: its first weight; of MEMBER: its first number */
    int32_t n;
    uint32_t number; /* of the node in its tree, as the file has it; of version 5 of the leaf */
    uint8_t mode;
    uint8_t missing_yes;
    uint8_t has_parent;
    uint8_t is_seen;
} mlops__tree_node;

/* What a leaf adds to one target. */
typedef struct mlops__tree_weight {
    int64_t target;
    double value;
    int32_t next; /* of the same leaf; NONE: the last */
} mlops__tree_weight;

typedef struct mlops__trees {
    mlops__tree_node *nodes;
    int64_t n_nodes;
    mlops__tree_weight *weights;
    int64_t n_weights;
    const double *members;
    int32_t *roots;
    int64_t n_roots;
    int64_t n_targets;
    int64_t n_base;         /* of the file: 0, one of each target, or 1 of two classes */
    const double *base;     /* NULL: none; one of each target */
    const uint8_t *is_sure; /* of each target: a tree has a weight of it in all its leaves */
    int is_twice;           /* a leaf has two weights of one target */
    int is_uneven;          /* a tree has neither one target in all its leaves, nor all of them */
    int is_below;           /* a weight is below 0 */
    mlops__aggregate aggregate;
    int f64;       /* a number is no float, or the input is double */
    int gives_f64; /* sums stay doubles if the input is of them */
} mlops__trees;

/* Fills in what the leaves have of each target: is_sure and those behind it. */
mlops_status mlops__oc_survey(mlops__oc *self, mlops__trees *trees);

/* Has the ensemble take what goes into the steps that made *x, where its tests can answer for it
 * as they are now: *x and *width, its columns, become those, and tests change. */
mlops_status mlops__oc_fold_into(mlops__oc *self, mlops__trees *trees, uint32_t *x, int64_t *width);

/* The ensemble as the plan of a forest, in the arena: a constant of bytes. */
mlops_status mlops__oc_forest(mlops__oc *self, mlops__trees *trees, int64_t n_features,
                              uint32_t *out);

#endif
