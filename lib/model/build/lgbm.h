/* Reading LightGBM's text models: parts that its importer is made of.
 *
 * A file is lines KEY=VALUE: a header, a block of them for each tree, and, behind "end of trees",
 * what predicting does not need.
 */
#ifndef MLOPS_MODEL_LGBM_H
#define MLOPS_MODEL_LGBM_H

#include "model/build/ir.h"

typedef struct mlops__lgbm_line {
    const char *key; /* where the line begins */
    size_t key_n;
    const char *value; /* NULL: no '=' in the line */
    size_t value_n;
    uint32_t number; /* from 1 */
} mlops__lgbm_line;

typedef struct mlops__lgbm {
    const char *text;
    size_t n;
    size_t next;           /* where the next line begins */
    mlops__lgbm_line line; /* the newest */
    mlops__ir *ir;
    const mlops_allocator *allocator;
    mlops_error *err;
    mlops__lgbm_line version;
    mlops__lgbm_line objective;
    mlops__lgbm_line names;
    mlops__lgbm_line sizes;
    int64_t n_classes;
    int64_t per_iteration; /* trees; -1: as many as classes */
    int64_t max_feature;
    int average;
} mlops__lgbm;

/* Reads the whole file into ir. */
mlops_status mlops__lgbm_import(mlops__ir *ir, const void *text, size_t n,
                                const mlops_allocator *allocator, mlops_error *err);

/* Goes on to the next line; false at the end. */
int mlops__lgbm_next(mlops__lgbm *self);

int mlops__lgbm_is(const mlops__lgbm *self, const char *key);
int mlops__lgbm_is_blank(const mlops__lgbm *self);

/* Error at a byte of a line. */
mlops_status mlops__lgbm_fail(mlops__lgbm *self, const mlops__lgbm_line *line, const char *at,
                              mlops_status code, const char *format, ...) MLOPS__PRINTF(5, 6);

/* Bytes of a text in UTF-8 that a message shows: whole characters. */
int mlops__lgbm_shown(const char *text, size_t n);

/* Takes the next item of a list off (*text, *n); false if there is none. */
int mlops__lgbm_item(const char **text, size_t *n, const char **item, size_t *item_n);

/* The newest line's value as a whole number from low to high. */
mlops_status mlops__lgbm_int(mlops__lgbm *self, int64_t low, int64_t high, int64_t *out);

/* Link, parameter and number of groups, when the header has been read. */
mlops_status mlops__lgbm_settle_objective(mlops__lgbm *self);

typedef enum mlops__lgbm_type {
    MLOPS__LGBM_INT,  /* int32_t */
    MLOPS__LGBM_WORD, /* uint32_t */
    MLOPS__LGBM_REAL  /* double */
} mlops__lgbm_type;

/* The list of one line of a tree, reused for the next. */
typedef struct mlops__lgbm_list {
    mlops__buf items;
    mlops__lgbm_line line; /* key is NULL where the tree has none */
    size_t n;
} mlops__lgbm_list;

enum {
    MLOPS__LGBM_FEATURE,
    MLOPS__LGBM_THRESHOLD,
    MLOPS__LGBM_DECISION,
    MLOPS__LGBM_LEFT,
    MLOPS__LGBM_RIGHT,
    MLOPS__LGBM_VALUE,
    MLOPS__LGBM_TEST_COVER,
    MLOPS__LGBM_LEAF_COVER,
    MLOPS__LGBM_SET_ENDS,
    MLOPS__LGBM_SET_WORDS,
    MLOPS__LGBM_CONST,
    MLOPS__LGBM_TERMS,
    MLOPS__LGBM_TERM_FEATURES,
    MLOPS__LGBM_TERM_FACTORS,
    MLOPS__LGBM_LISTS
};

typedef struct mlops__lgbm_tree {
    mlops__lgbm_list lists[MLOPS__LGBM_LISTS];
    mlops__lgbm_line line; /* Tree=N */
    mlops__buf order;      /* int32_t: working room */
    mlops__buf seen;       /* uint8_t of each node, then of each leaf: working room */
    mlops__buf terms;      /* uint32_t of each leaf: where its linear terms begin; working room */
    int64_t n_leaves;
    int64_t n_sets;
    int64_t linear;
    uint32_t index;
} mlops__lgbm_tree;

void mlops__lgbm_tree_init(mlops__lgbm_tree *self, const mlops_allocator *allocator);
void mlops__lgbm_tree_free(mlops__lgbm_tree *self);

/* The block behind the newest line, which is Tree=N; the line behind the block is the newest then,
 * if there is one (*more). */
mlops_status mlops__lgbm_read_tree(mlops__lgbm *self, mlops__lgbm_tree *tree, int *more);

/* Checks the lists against each other and appends the tree to ir. */
mlops_status mlops__lgbm_add_tree(mlops__lgbm *self, mlops__lgbm_tree *tree);

#endif
