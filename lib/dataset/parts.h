/* Parts of a table: the rule, what it says of each row, and how a commit keeps it. docs/dataset.md
 * has the rule, docs/format.md the members. */
#ifndef MLOPS_DATASET_PARTS_H
#define MLOPS_DATASET_PARTS_H

#include "dataset/draft.h"

#include <mlops/split.h>

enum { MLOPS__PARTS_MAX = 250 };

typedef struct mlops__parts {
    mlops_divide by;
    int64_t n_folds; /* 0: named parts */
    const char *const *names;
    const double *shares;
    int64_t n; /* of the numbers that rows have: parts, folds, or by time folds and one */
    const char *column, *key; /* NULL: none; key: all columns */
    int64_t seed;
} mlops__parts;

/* Names and shares of parts as they are spelled in mlops_divide_opts. Lives in the arena. */
mlops_status mlops__parts_parse(mlops__parts *self, const char *text, mlops__arena *arena,
                                mlops_error *err);

/* The number of the part of each row; columns are there. */
mlops_status mlops__parts_draw(const mlops__parts *self, const mlops_table *table,
                               const mlops_allocator *allocator, uint8_t *numbers,
                               mlops_error *err);

/* What a commit keeps: the rule, how many rows have each number, the SHA-256 of the numbers. */
typedef struct mlops__parts_kept {
    mlops__parts rule;
    const int64_t *sizes;
    mlops_id digest;
} mlops__parts_kept;

void mlops__parts_write(const mlops__parts_kept *self, mlops__json_writer *out);
mlops_status mlops__parts_read(mlops__parts_kept *out, const mlops__facts *facts,
                               mlops__arena *arena, mlops_error *err);

/* Puts into the entry of a draft how a rule, whose columns are there, divides its table. */
mlops_status mlops__draft_divide(mlops_draft *self, mlops__entry *entry, const mlops__facts *facts,
                                 const mlops__parts *rule, const mlops_table *table,
                                 mlops_error *err);
/* The same by the rule of another table, which may not fit. */
mlops_status mlops__draft_divide_as(mlops_draft *self, const char *path, const mlops__parts *rule,
                                    mlops_error *err);

#endif
