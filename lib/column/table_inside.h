/* The table itself, for the files that make one. */
#ifndef MLOPS_COLUMN_TABLE_INSIDE_H
#define MLOPS_COLUMN_TABLE_INSIDE_H

#include "column/column_store.h"
#include "column/meter.h"

#include <stdatomic.h>

struct mlops_table {
    mlops__host host;
    mlops__meter meter; /* all memory of the table but its own; only its maker asks it for more */
    atomic_int_fast64_t n_refs;
    int64_t n_rows;
    int64_t n_columns;
    int64_t lines_ahead; /* mlops__table_lines_ahead() */
    mlops__dictionary names;
    mlops__column_store *stores;
    mlops__column *columns; /* valid once finished */
};

/* A table without columns. memory_max 0: no bound. */
mlops_status mlops__table_new(mlops_table **out, const mlops_host *host, int64_t memory_max,
                              mlops_error *err);

/* Adds the name of the next column. Code as given for one that is empty, doubled or no UTF-8; name
 * them all before the stores are made. */
mlops_status mlops__table_add_name(mlops_table *self, const char *name, size_t n, mlops_status code,
                                   mlops_error *err);

/* Takes the names that a list gives, or c0, c1, ... if it is NULL; n_columns of them. */
mlops_status mlops__table_add_names(mlops_table *self, const char *const *names, int64_t n_columns,
                                    mlops_error *err);

/* A store for each name. */
mlops_status mlops__table_make_stores(mlops_table *self, mlops_error *err);

/* The columns are whole, all of n_rows. */
mlops_status mlops__table_finish(mlops_table *self, int64_t n_rows, mlops_error *err);

#endif
