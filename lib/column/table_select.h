/* Some rows of a table as a table. */
#ifndef MLOPS_COLUMN_TABLE_SELECT_H
#define MLOPS_COLUMN_TABLE_SELECT_H

#include "column/table.h"

/* The rows i whose bit i % 8 of byte i / 8 is wanted (0 or 1), in their order, with the columns and
 * types that the table has. */
mlops_status mlops__table_select(mlops_table **out, const mlops_table *table, const uint8_t *bits,
                                 int wanted, mlops_error *err);

#endif
