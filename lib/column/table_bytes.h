/* A table as bytes: equal tables are equal bytes, whatever they were read from.
 *
 * Numbers are little-endian. Each part is followed by zeroes up to a multiple of 8. Spare bits and
 * what stands for a null are zero, but the NaN for float64.
 *
 *     8 "MLOPSTBL", u32 version 1, u32 columns, i64 rows
 *     for each column: u32 type as mlops_type has it, u32 bytes of the name, i64 nulls; the name
 *     for each column, of which one of type null has nothing here:
 *         if there are nulls, bits of validity: bit i % 8 of byte i / 8 is set where row i has a
 * value bool: bits; int64: i64 each; float64: f64 each, every NaN as 7ff8000000000000 string: u32
 * distinct texts, u32 0; u32 bytes of each text; the texts, one behind the other; the number of
 * each row's text, as u8 if there are up to 256 texts, u16 if up to 65,536, else u32. Texts come in
 * the order in which rows first have them
 *
 * There is one way to write a table, and the reader holds bytes to it.
 */
#ifndef MLOPS_COLUMN_TABLE_BYTES_H
#define MLOPS_COLUMN_TABLE_BYTES_H

#include "base/buf.h"
#include "column/table.h"

/* Appends the bytes of a table, at a multiple of 8 from where the buffer began. Errors stick in the
 * buffer: MLOPS_E_NOMEM, or MLOPS_E_LIMIT for a text of 4 GiB. */
void mlops__table_encode(const mlops_table *self, mlops__buf *out);

/* The table of these bytes, which are borrowed for the call. MLOPS_E_CORRUPT for any others;
 * MLOPS_E_UNSUPPORTED for a later version; MLOPS_E_NOMEM. */
mlops_status mlops__table_decode(mlops_table **out, const void *bytes, size_t n,
                                 const mlops__host *host, mlops_error *err);

#endif
