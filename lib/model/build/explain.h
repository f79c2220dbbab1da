/* Inside of a mlops_explainer: what making one leaves for explaining rows. */
#ifndef MLOPS_MODEL_EXPLAIN_H
#define MLOPS_MODEL_EXPLAIN_H

#include "base/cursor.h"
#include "model/build/handle.h"

#include <mlops/explain.h>

/* A tree that tests something, for one group. */
typedef struct mlops__explain_tree {
    mlops__shap_tree shap; /* values of nodes that test: the mean below; shares NULL: background */
    uint32_t group;
    uint32_t first;   /* node of the plan */
    uint32_t special; /* how many nodes are */
} mlops__explain_tree;

struct mlops_explainer {
    atomic_int refs;
    mlops_model *model;
    mlops__arena arena; /* all that follows */
    uint32_t n_features;
    uint32_t n_groups;
    int f64; /* cells are not rounded to float */
    mlops__explain_tree *trees;
    size_t n_trees;
    double *weights;    /* n_groups * n_features, of what is linear; NULL: nothing is */
    double *means;      /* as many: what they add in the mean of the background */
    double *origins;    /* n_features: where they add nothing */
    double *bias;       /* n_groups */
    double *background; /* n_background * n_features, as the model takes them; NULL: none */
    int64_t n_background;
    size_t most_nodes;   /* of a tree */
    size_t most_points;  /* nodes times points */
    size_t most_factors; /* as the kernel's room has them */
};

/* A value of a row or table as the model takes it. */
static inline double mlops__explain_cell(const mlops_explainer *self, const mlops__column *column,
                                         int64_t row) {
    if (self->f64) return mlops__column_f64(column, row);
    return (double)mlops__model_f32(column, row);
}

/* Whether a value goes left at node i of a tree. */
static inline int mlops__explain_left(const mlops__plan *plan, const mlops__explain_tree *tree,
                                      size_t i, double x) {
    const mlops__shap_node *node = &tree->shap.nodes[i];
    if (x != x) return node->left_missing;
    if (!node->special) return x < node->threshold;
    mlops__plan_node test = mlops__plan_node_at(plan, tree->first + (uint32_t)i);
    return mlops__plan_special_left(plan, &test, x);
}

/* Makes room for weights, of 0. */
mlops_status mlops__explain_add_linear(mlops_explainer *self, mlops_error *err);

/* Groups, bias and weights of a graph. MLOPS_E_UNSUPPORTED if it is none that is linear. */
mlops_status mlops__explain_graph(mlops_explainer *self, mlops_error *err);

/* The means of the background, which the bias has then. */
void mlops__explain_linear_means(mlops_explainer *self);

/* What a value adds by its weight. Missing, it adds nothing to a plan, and is NaN in a graph. */
double mlops__explain_linear(const mlops_explainer *self, size_t group, size_t feature, double x);

#endif
