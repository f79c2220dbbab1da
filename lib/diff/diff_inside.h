/* The difference itself, for the files that make and tell it. */
#ifndef MLOPS_DIFF_DIFF_INSIDE_H
#define MLOPS_DIFF_DIFF_INSIDE_H

#include "diff/diff.h"

#include <stdatomic.h>

struct mlops_diff {
    atomic_int_fast64_t n_refs;
    mlops__host host;
    mlops__arena arena;
    mlops_table *tables[2]; /* shares of them */
    mlops__twins twins;
    mlops__pairs pairs;
    uint8_t *rows; /* bit i: a cell of row i of from differs */
    int64_t n_changed, n_cells;
    int64_t n_max;
    mlops__diff_part *part; /* the tables are parts of others; NULL: they are not */
};

/* Number of a row in the table that was asked about. */
static inline int64_t mlops__diff_row(const mlops_diff *self, int side, int64_t row) {
    return self->part && row >= 0 ? self->part->rows[side][row] : row;
}

/* diff_compare.c: of a part, if there is one. diff_part.c: copies it into the difference; gives
 * back what that shares, NULL is allowed; MLOPS_END if rows need not stand for those of their
 * number. */
mlops_status mlops__diff_make(mlops_diff **out, const mlops_table *from, const mlops_table *to,
                              const mlops__diff_part *part, const mlops_diff_opts *opts,
                              mlops_error *err);
mlops_status mlops__diff_part_take(mlops_diff *self, const mlops__diff_part *part,
                                   const mlops_diff_opts *opts, mlops_error *err);
void mlops__diff_part_drop(mlops__diff_part *self);
mlops_status mlops__diff_part_check(const mlops_diff *self);

/* The difference of the whole tables that it is a part of, made anew. */
mlops_status mlops__diff_part_whole(mlops_diff **out, const mlops_diff *self, mlops_error *err);

#endif
