/* mlops/table_out.h: tables that go out: to a CSV file, to a stream of Arrow.
 *
 * mlops_table_export() in mlops/table.h hands a table out as a struct of Arrow.
 */
#ifndef MLOPS_TABLE_OUT_H
#define MLOPS_TABLE_OUT_H

#include <mlops/arrow.h>
#include <mlops/base.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Write a table as CSV (RFC 4180, lines end in LF), whole or not at all. mlops_table_load() with
 * the same options gives back the same values, nulls and types; only a column without any value
 * comes back as one of type null, and so do all columns of a table without rows.
 *
 * A null is an empty field and an empty string is "" in quotes; texts that would be taken for a
 * number, a bool or a null are quoted. NaN is spelled so that it is no null: NAN.
 *
 * @param self  table
 * @param path  file to write; replaced if it is there
 * @param opts  @nullable how the file is to be read: host, delimiter, nulls, MLOPS_CSV_NO_HEADER,
 *              names, and types as far as they are formats of times; other fields are not looked at
 * @param err   @nullable
 * @return MLOPS_E_INVALID for an option, a value that cannot be told from a null or the delimiter
 *         with these options, or a time that its format would not give back; MLOPS_E_IO,
 *         MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_write(const mlops_table *self, const char *path,
                                         const mlops_csv_opts *opts, mlops_error *err);

/**
 * Hand the table out as a stream of Arrow that has it as its one batch, as mlops_table_export()
 * makes it. What is handed out keeps the table alive until it is released.
 *
 * @param self      table
 * @param[out] out  @shape(1) filled in; to be released by the caller
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_table_export_stream(const mlops_table *self,
                                                 struct ArrowArrayStream *out, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
