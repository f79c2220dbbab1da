/* Tables as CSV text. */
#ifndef MLOPS_COLUMN_CSV_WRITE_H
#define MLOPS_COLUMN_CSV_WRITE_H

#include "base/buf.h"
#include "column/table.h"

/* Appends the table as the reader with these options (nullable) gives it back: values, nulls and
 * types, but that a column without any value comes back as one of type null. */
mlops_status mlops__csv_write(const mlops_table *self, const mlops_csv_opts *opts, mlops__buf *out,
                              mlops_error *err);

/* Appends the names of its columns as mlops_csv_opts.names has them, and NUL. */
mlops_status mlops__csv_names(const mlops_table *self, const char *delimiter, mlops__buf *out,
                              mlops_error *err);

#endif
