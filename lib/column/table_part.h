/* Some rows and columns of a table as bytes, without the rest of them. */
#ifndef MLOPS_COLUMN_TABLE_PART_H
#define MLOPS_COLUMN_TABLE_PART_H

#include "column/table.h"

/* Reads bytes at to at + n - 1, which are there. */
typedef mlops_status mlops__table_reader(void *user, uint64_t at, void *out, size_t n,
                                         mlops_error *err);

/* Rows from to from + n - 1 of the columns with these numbers, in their order, of a table as
 * mlops__table_encode() wrote it. MLOPS_E_INVALID for rows or columns that are not there;
 * MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED and MLOPS_E_NOMEM as mlops__table_decode(), as far as what
 * is read shows; any status that read returns. */
mlops_status mlops__table_decode_part(mlops_table **out, mlops__table_reader *read, void *user,
                                      uint64_t size, int64_t from, int64_t n,
                                      const int64_t *columns, int64_t n_columns,
                                      const mlops__host *host, mlops_error *err);

#endif
