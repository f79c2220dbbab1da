/* Some rows and columns of a table as a table. */
#ifndef MLOPS_COLUMN_TABLE_SELECT_H
#define MLOPS_COLUMN_TABLE_SELECT_H

#include "column/table.h"

/* The rows i whose bit i % 8 of byte i / 8 is wanted (0 or 1), in their order, with the columns and
 * types that the table has. */
mlops_status mlops__table_select(mlops_table **out, const mlops_table *table, const uint8_t *bits,
                                 int wanted, mlops_error *err);

/* Rows from to from + n - 1, which are there, of the columns with these numbers, in their order. */
mlops_status mlops__table_slice(mlops_table **out, const mlops_table *table, int64_t from,
                                int64_t n, const int64_t *columns, int64_t n_columns,
                                mlops_error *err);

#endif
