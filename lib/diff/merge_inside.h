/* Three tables while they are merged. Side 0 is ours, side 1 is theirs. */
#ifndef MLOPS_DIFF_MERGE_INSIDE_H
#define MLOPS_DIFF_MERGE_INSIDE_H

#include "column/rows.h"
#include "diff/diff.h"

#include <mlops/merge.h>

/* A row of the result; -1 where it is not. */
typedef struct mlops__merge_row {
    int32_t base, side[2];
} mlops__merge_row;

/* A column of the result; NULL where it is not. */
typedef struct mlops__merge_column {
    const mlops__column *base, *side[2];
    const mlops__twin *twin[2]; /* of the base and a side */
    mlops_type type;
} mlops__merge_column;

typedef struct mlops__merging {
    mlops_merge_policy policy;
    const mlops_table *base, *side[2]; /* base NULL: nothing in common */
    mlops__arena arena;
    mlops__twins twins[2]; /* of the base and each side */
    mlops__pairs pairs[2];
    uint8_t *changed[2];  /* bit i: a side has changed a cell of row i of the base */
    mlops__twins between; /* of ours and theirs */
    mlops__pairs matches;
    mlops__merge_row *rows;
    int64_t n_rows;
    mlops__merge_column *columns;
    int64_t n_columns;
    mlops__rows conflicts;
    mlops__buf key; /* text of the key at hand */
    mlops_error *err;
} mlops__merging;

/* Which rows and columns there will be, in their order; conflicts about whole ones are told. */
mlops_status mlops__merge_plan(mlops__merging *self);

/* Tells conflicts of types and cells, and puts the cells of the result. */
void mlops__merge_types(mlops__merging *self);
void mlops__merge_cells(mlops__merging *self, mlops__rows *out);

/* Adds a conflict. Texts are those of the cells, unless kind is "type"; column NULL for a row. */
void mlops__merge_tell(mlops__merging *self, const char *kind, const mlops__merge_column *column,
                       const mlops__merge_row *row);

#endif
