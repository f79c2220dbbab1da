/* CSV whose columns are known: rows of a table that was read before. */
#ifndef MLOPS_COLUMN_CSV_KNOWN_H
#define MLOPS_COLUMN_CSV_KNOWN_H

#include "column/table.h"

typedef struct mlops__csv_known {
    const char *const *names;
    const mlops_type *types; /* of all rows that there are */
    int64_t n;
} mlops__csv_known;

/* Reads text whose columns take these names and types, whatever its header and rows would say by
 * themselves. opts as in mlops_table_parse(), where names count for nothing, and types only
 * say how times are spelled. MLOPS_E_CORRUPT for a value that does not fit. */
mlops_status mlops__table_parse_known(mlops_table **out, const char *text, size_t n,
                                      const mlops_csv_opts *opts, const mlops__csv_known *known,
                                      mlops_error *err);

#endif
