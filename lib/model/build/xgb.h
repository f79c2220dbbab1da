/* Reading XGBoost's own model files: parts that its importer is made of. */
#ifndef MLOPS_MODEL_XGB_H
#define MLOPS_MODEL_XGB_H

#include "model/build/ir.h"
#include "model/build/source.h"

/* What stands in the file beside the trees. */
typedef struct mlops__xgb {
    mlops__source *source;
    mlops__ir *ir;
    const mlops_allocator *allocator;
    mlops__buf base_score; /* float, as written: before the objective's transform */
    mlops__buf weights;    /* float of each feature and the bias, of each group; gblinear's */
    int64_t version[3];
    int64_t n_features;
    int64_t n_classes;
    int64_t n_targets;
    int64_t n_trees; /* that the file announces; -1: it does not say */
    int64_t
        top_feature; /* the largest that a node tests, -1 if none does, and the first such node */
    uint32_t top_tree;
    uint32_t top_node;
    int64_t leaf_size; /* values that vector leaves have; 0: there is none */
    int has_booster;
    int has_dart;
} mlops__xgb;

/* Reads the whole document into ir. */
mlops_status mlops__xgb_import(mlops__ir *ir, mlops__source *source,
                               const mlops_allocator *allocator);

/* The value of "gradient_booster"; called where it is due. */
mlops_status mlops__xgb_read_booster(mlops__xgb *self);

/* Takes objective, base score and classes together: link, groups, base margins. */
mlops_status mlops__xgb_settle(mlops__xgb *self);

/* Small readers, all called where a value is due. Names in messages are those of the file. */
mlops_status mlops__xgb_int(mlops__xgb *self, const char *name, int64_t *out); /* number or text */
mlops_status mlops__xgb_text(mlops__xgb *self, const char *name, char *out, size_t cap);
mlops_status mlops__xgb_ints(mlops__xgb *self, const char *name, mlops__buf *out);   /* int32_t */
mlops_status mlops__xgb_floats(mlops__xgb *self, const char *name, mlops__buf *out); /* float */

/* One object: fn is called behind each NAME, where its value is due. The second is for an object
 * whose OBJECT event is the newest. */
typedef mlops_status mlops__xgb_member(mlops__xgb *self, void *user);
mlops_status mlops__xgb_object(mlops__xgb *self, const char *name, mlops__xgb_member *fn,
                               void *user);
mlops_status mlops__xgb_members(mlops__xgb *self, mlops__xgb_member *fn, void *user);

/* The arrays of one tree, reused for the next. */
typedef struct mlops__xgb_tree {
    mlops__buf left;
    mlops__buf right;
    mlops__buf feature;
    mlops__buf value;
    mlops__buf cover; /* or empty */
    mlops__buf left_missing;
    mlops__buf kind;    /* 0 numeric, 1 categorical; or empty */
    mlops__buf weights; /* leaf_size a node; or empty */
    mlops__buf categories;
    mlops__buf set_nodes;
    mlops__buf set_starts;
    mlops__buf set_sizes;
    mlops__buf order;  /* uint32_t: working room */
    mlops__buf seen;   /* uint8_t of each node: working room */
    mlops__buf set_of; /* uint32_t of each node: its set, counted from 1; working room */
    int64_t n_nodes;
    int64_t n_deleted;
    int64_t leaf_size;
    int has_leaf_weights;
    uint32_t index; /* of the tree */
} mlops__xgb_tree;

void mlops__xgb_tree_init(mlops__xgb_tree *self, const mlops_allocator *allocator);
void mlops__xgb_tree_free(mlops__xgb_tree *self);

/* One item of "trees", whose OBJECT event is the newest, appended to ir. */
mlops_status mlops__xgb_read_tree(mlops__xgb *self, mlops__xgb_tree *tree);

/* Checks the arrays against each other and appends the tree to ir. */
mlops_status mlops__xgb_add_tree(mlops__xgb *self, mlops__xgb_tree *tree);

#endif
