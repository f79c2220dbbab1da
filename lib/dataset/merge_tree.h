/* Merging of commits: what they go back to, and their trees. */
#ifndef MLOPS_DATASET_MERGE_TREE_H
#define MLOPS_DATASET_MERGE_TREE_H

#include "column/rows.h"
#include "dataset/draft.h"

#include <mlops/dataset_merge.h>

/* The newest commit that both go back to, themselves among them; *found is 0 if there is none. */
mlops_status mlops__merge_base(mlops__view *view, const char *dataset, const mlops_id *a,
                               const mlops_id *b, mlops__commit *out, int *found);

/* What becomes of an entry of ours or theirs. */
typedef struct mlops__outcome {
    const char *path;
    const mlops__entry *take;         /* of theirs, or with roles of ours; NULL: it is removed, or
                                         merged */
    mlops_table *table;               /* merged; NULL: there is none */
    const mlops__entry *how;          /* of ours or theirs: what the table is written as */
    const struct mlops__roles *roles; /* NULL: as the entry that is taken has them */
} mlops__outcome;

/* Three trees while they are merged. */
typedef struct mlops__tree_merge {
    mlops_draft *draft;          /* ours */
    mlops__version base, theirs; /* the base may have no store: it is empty */
    mlops_merge_policy policy;
    const char *key;          /* nullable */
    mlops__outcome *outcomes; /* of paths that do not stay as ours have them */
    size_t n;
    mlops__rows conflicts;
    mlops_error *err;
} mlops__tree_merge;

/* Finds the outcomes, and tells of conflicts. */
mlops_status mlops__tree_merge_plan(mlops__tree_merge *self);

/* Makes the draft's tree what the outcomes say. */
mlops_status mlops__tree_merge_apply(mlops__tree_merge *self);

#endif
