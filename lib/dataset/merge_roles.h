/* What tables are for, of two sides: columns with a role, and how rows are divided. */
#ifndef MLOPS_DATASET_MERGE_ROLES_H
#define MLOPS_DATASET_MERGE_ROLES_H

#include "dataset/merge_tree.h"

/* Of a table that is made one. */
typedef struct mlops__roles {
    const char *columns[3];            /* target, time, row_id; NULL: none */
    const mlops__facts *entry;         /* that of the table; of a merged one NULL, which is not
                                          divided */
    const mlops__facts *split, *parts; /* whose take the place of those of the entry; NULL: none */
    int copies;                        /* these are of the same rows; else they are drawn anew */
} mlops__roles;

/* What they are merged of. */
typedef struct mlops__roles_of {
    const char *path;
    const mlops__facts *facts; /* of base (its path NULL: there is none), ours and theirs */
    int side;                  /* whose table it is, 1 or 2; 0: it is merged */
    int copies;
    const mlops_table *merged; /* nullable while conflicts are undecided */
} mlops__roles_of;

/* Tells of conflicts. Lives in the draft's arena; *out is NULL if the entry has them all. */
mlops_status mlops__roles_merge(mlops__tree_merge *self, const mlops__roles_of *of,
                                mlops__roles **out);

/* Puts the entry that an outcome takes, with its roles. */
mlops_status mlops__roles_put(mlops__tree_merge *self, const mlops__outcome *o);

#endif
