/* Some columns of a source that is read again for others, as a table. */
#ifndef MLOPS_COLUMN_PART_H
#define MLOPS_COLUMN_PART_H

#include "column/table.h"

typedef struct mlops__part {
    const char *const *names; /* what is wanted, in this order; NULL: the names of all columns
                                 alone, without a row */
    int64_t n;
    int64_t n_rows; /* how many there are; -1: they are found out */
    mlops_status (*poll)(void *user, mlops_error *err); /* after each batch; its failure ends it */
    void *user;
    struct mlops__text_sink *const *sinks; /* NULL, or for each name NULL, or where texts go; the
                                              first n_kept have ended */
    int64_t n_kept; /* out: the first so many have values; there was no memory for those behind */
} mlops__part;

/* The columns, in the order of names; in that of the source without. Those behind n_kept have no
 * rows. As mlops_table_import_stream(), which the stream is moved as by, too; MLOPS_E_IO for one
 * that has other columns or another number of rows than are given. */
mlops_status mlops__part_import(mlops_table **out, struct ArrowArrayStream *stream,
                                mlops__part *part, const mlops_host *host, mlops_error *err);

/* All columns, those that are wanted with their values: n_kept is not looked at. Without names rows
 * are counted if n_rows is -1. As mlops_table_load(), which the options are those of. */
mlops_status mlops__part_load(mlops_table **out, const char *path, mlops__part *part,
                              const mlops_csv_opts *opts, mlops_error *err);

/* Gives back the memory of a column, whose values nobody looks at any more. */
void mlops__part_drop(mlops_table *table, int64_t column);

#endif
