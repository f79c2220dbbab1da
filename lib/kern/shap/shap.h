/* Shapley values of a tree, eight rows in lanes, or the points of one row.
 *
 * A leaf pays its value times the product, over the features of its path, of a factor: 1 or 0 for a
 * feature that is known, as the row meets its tests or not (on), and a share for one that is not,
 * of the training rows or of a background row that meet them. In that game a feature's Shapley
 * value is the integral over t from 0 to 1 of value * (on - share) * the product of
 * on * t + share * (1 - t) over the other features (Owen 1972). That is a polynomial, so that few
 * points of Gauss and Legendre give it exactly: as many as half the features of the longest path.
 *
 * At a point the products are carried down the tree from edge to edge, the leaves' are summed up on
 * the way back, and each edge yields, for its feature, the sum of the leaves below it times
 * (on - share) / factor. An edge whose feature was tested above it takes the place of that test:
 * its product is divided by the factor from above, its yield has the one from above taken off.
 */
#ifndef MLOPS_KERN_SHAP_H
#define MLOPS_KERN_SHAP_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__SHAP_LANES = 8 };

/* Of each edge, rounded up to 8: four of each point, and one more. */
#define MLOPS__SHAP_FACTORS(n, points) (((size_t)(n) + 7) / 8 * 8 * (4 * (size_t)(points) + 1))

/* A node, and the edge from its parent. Breadth-first order. */
typedef struct mlops__shap_node {
    double threshold;
    uint32_t child;   /* the left one, the right one behind it; 0: a leaf */
    uint32_t parent;  /* 0 of the root, too */
    uint32_t feature; /* that the edge's test is of: the parent's */
    uint32_t above;   /* the nearest node above of the same feature; 0: none */
    uint32_t tests;   /* feature of the node's own test */
    uint8_t left_missing;
    uint8_t special; /* no threshold: the caller puts what goes left into on of the left child */
    uint8_t zero[2];
} mlops__shap_node;

/* Working memory, aligned to 64. */
typedef struct mlops__shap_room {
    double *factors; /* MLOPS__SHAP_FACTORS(n, n_points) */
    int64_t *on;     /* n * LANES: -1 where a row meets all tests of the edge's feature, else 0 */
    double *sums;    /* n * n_points * LANES */
    double *yields;  /* as many; NULL unless interactions are wanted */
} mlops__shap_room;

typedef struct mlops__shap_tree {
    const mlops__shap_node *nodes;
    const double *values; /* of the leaves */
    const double *shares; /* of each edge, with those of its feature above it; of the root 1 */
    const double *points; /* from 0 to 1, then their weights */
    uint32_t n;
    uint32_t n_points;
} mlops__shap_tree;

/* Fills factors from shares. */
typedef void mlops__shap_prepare(const mlops__shap_tree *self, const mlops__shap_room *room);

/* Adds to out, n_features * LANES, from rows that stand likewise. With yields in the room out is
 * followed by n_features * n_features * LANES, to which is added what pairs of features yield, each
 * in one of its two orders. */
typedef void mlops__shap_rows(const mlops__shap_tree *self, const mlops__shap_room *room,
                              const double *rows, size_t n_features, double *out);

/* The same of one of the lanes, to the bit, with points in lanes and nothing prepared: for few
 * rows. The room has no yields. */
typedef void mlops__shap_row(const mlops__shap_tree *self, const mlops__shap_room *room,
                             const double *rows, size_t lane, double *out);

#endif
