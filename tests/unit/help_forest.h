/* Forests of any size, whose trees and rows follow from numbers alone. */
#ifndef TESTS_UNIT_HELP_FOREST_H
#define TESTS_UNIT_HELP_FOREST_H

#include "unit/help_model.h"

#include <math.h>

typedef struct forest_shape {
    int n_trees, depth, n_features, n_groups;
    int is_chain; /* one test a level, as leaf-wise growing can have it; else trees are full */
} forest_shape;

static inline int forest_is_test(const forest_shape *s, int node) {
    if (s->is_chain) return node % 2 == 0 && node < 2 * s->depth;
    return node < (1 << s->depth) - 1;
}

/* A member of a tree's arrays, of which format prints what value() gives. */
static inline char *forest_member(char *p, const forest_shape *s, int tree, const char *name,
                                  double (*value)(const forest_shape *, int tree, int node)) {
    int n = s->is_chain ? 2 * s->depth + 1 : (2 << s->depth) - 1;
    p += sprintf(p, "\"%s\":[", name);
    for (int i = 0; i < n; i++) p += sprintf(p, "%s%g", i ? "," : "", value(s, tree, i));
    return p + sprintf(p, "],");
}

static inline double forest_left(const forest_shape *s, int tree, int node) {
    (void)tree;
    if (!forest_is_test(s, node)) return -1;
    return s->is_chain ? node + 1 : 2 * node + 1;
}

static inline double forest_right(const forest_shape *s, int tree, int node) {
    double left = forest_left(s, tree, node);
    return left < 0 ? -1 : left + 1;
}

static inline double forest_condition(const forest_shape *s, int tree, int node) {
    if (forest_is_test(s, node)) return (node * 37 + tree * 11) % 41 / 8.0 - 2.5;
    return (node * 13 + tree * 5) % 29 / 64.0 - 0.25;
}

static inline double forest_index(const forest_shape *s, int tree, int node) {
    return forest_is_test(s, node) ? (node * 7 + tree * 3) % s->n_features : 0;
}

static inline double forest_default(const forest_shape *s, int tree, int node) {
    return forest_is_test(s, node) && (node + tree) % 2;
}

/* As XGBoost writes it, with features f0, f1, ...; to be freed. */
static inline char *forest_text(const forest_shape *s) {
    size_t n_nodes = s->is_chain ? (size_t)(2 * s->depth + 1) : (size_t)(2 << s->depth) - 1;
    char *out =
        malloc((size_t)s->n_trees * (n_nodes * 64 + 1000) + (size_t)s->n_features * 16 + 2000);
    assert_non_null(out);
    char *p = out + sprintf(out, "{\"learner\":{\"feature_names\":[");
    for (int i = 0; i < s->n_features; i++) p += sprintf(p, "%s\"f%d\"", i ? "," : "", i);
    p += sprintf(p, "],\"gradient_booster\":{\"model\":{\"tree_info\":[");
    for (int t = 0; t < s->n_trees; t++) p += sprintf(p, "%s%d", t ? "," : "", t % s->n_groups);
    p += sprintf(p, "],\"trees\":[");
    for (int t = 0; t < s->n_trees; t++) {
        p += sprintf(p, "%s{", t ? "," : "");
        p = forest_member(p, s, t, "left_children", forest_left);
        p = forest_member(p, s, t, "right_children", forest_right);
        p = forest_member(p, s, t, "split_conditions", forest_condition);
        p = forest_member(p, s, t, "split_indices", forest_index);
        p = forest_member(p, s, t, "default_left", forest_default);
        p += sprintf(p, "\"tree_param\":{\"num_nodes\":\"%zu\"}}", n_nodes);
    }
    sprintf(p,
            "]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"5E-1\","
            "\"num_class\":\"%d\",\"num_feature\":\"%d\"},\"objective\":{\"name\":\"%s\"}},"
            "\"version\":[2,0,0]}",
            s->n_groups > 1 ? s->n_groups : 0, s->n_features,
            s->n_groups > 1 ? "multi:softprob" : "binary:logistic");
    return out;
}

static inline mlops_model *grow(const forest_shape *shape) {
    char *text = forest_text(shape);
    mlops_model *model = parse(text);
    free(text);
    return model;
}

/* Values around the thresholds, one in seven missing. */
static inline void fill_rows(float *rows, int n) {
    for (int i = 0; i < n; i++)
        rows[i] = i % 7 == 3 ? NAN : (float)(i * 29 % 53) / 9.0f - 3.0f + (float)(i % 3) / 64.0f;
}

#endif
