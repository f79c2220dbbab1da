/* mlops/diff.h: how two tables differ, in columns, rows and cells.
 *
 * Rows stand for each other by a key, or by their position: then they are aligned, so that a row
 * that was put in or taken out does not make those behind it differ. Columns stand for each other
 * by name. Cells are equal if they are to the bit: a null equals a null and NaN equals NaN, but
 * null is not NaN and 0.0 is not -0.0. Where types differ, numbers are equal by value (false is 0,
 * true is 1), and a string equals the value that is spelled so. docs/diff.md says how rows are
 * aligned.
 */
#ifndef MLOPS_DIFF_H
#define MLOPS_DIFF_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What differs between two tables, which it shares. Immutable and shared; ends with the last
 * mlops_diff_unref(). @threadsafe */
typedef struct mlops_diff mlops_diff;

/** Options of comparing. Zero means the default in each field. */
typedef struct mlops_diff_opts {
    uint32_t struct_size;          /**< MLOPS_DIFF_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable */
    const char *key;    /**< @nullable names of the columns that name a row, separated by commas,
                             quoted as in a CSV line; default: rows stand by their position */
    const char *ignore; /**< @nullable names to leave out, as columns of key; may be on one side
                             alone */
    int64_t n_max;      /**< how many rows mlops_diff_cells() and mlops_diff_rows() list at the
                             most; default all */
} mlops_diff_opts;

#define MLOPS_DIFF_OPTS_INIT                                                                       \
    { sizeof(mlops_diff_opts), 0, 0, 0, 0, 0 }

/**
 * Compare two tables. Keys may come in any order; a null is a value of a key like any other.
 *
 * @param[out] out  what differs, to be ended with mlops_diff_unref(); NULL after an error
 * @param from      older table
 * @param to        newer table
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA names a column of the key that a table lacks, or has as a string on one
 *         side alone, and a key that two rows of a table have, with both rows; MLOPS_E_INVALID for
 *         an option; MLOPS_E_LIMIT for more than 2^31 - 2 rows; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_compare(mlops_diff **out, const mlops_table *from,
                                          const mlops_table *to, const mlops_diff_opts *opts,
                                          mlops_error *err);

/** Share what differs: one more mlops_diff_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_diff *mlops_diff_ref(mlops_diff *self);

/** End one share of it; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_diff_unref(mlops_diff *self);

/** Number of cells that differ, of rows and columns that are on both sides. @since 0.1 */
MLOPS_API int64_t mlops_diff_n_cells(const mlops_diff *self);

/** Number of rows on both sides of which a cell differs. @since 0.1 */
MLOPS_API int64_t mlops_diff_n_changed(const mlops_diff *self);

/** Number of rows that the newer table alone has. @since 0.1 */
MLOPS_API int64_t mlops_diff_n_added(const mlops_diff *self);

/** Number of rows that the older table alone has. @since 0.1 */
MLOPS_API int64_t mlops_diff_n_removed(const mlops_diff *self);

/** Number of columns that were added, removed, renamed or retyped. @since 0.1 */
MLOPS_API int64_t mlops_diff_n_schema(const mlops_diff *self);

/**
 * Cells that differ, by row of the older table, then by its columns.
 *
 * @param[out] out  from_row, to_row (int64, from 0), key (string: the key's text, of several
 * columns a line of CSV; null by position), column (string), from, to (strings: as in a CSV field;
 * null for a null); to be ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_cells(mlops_table **out, const mlops_diff *self,
                                        mlops_error *err);

/**
 * Rows that differ: changed and removed ones by row of the older table, then those added by row of
 * the newer one.
 *
 * @param[out] out  change ("changed", "removed", "added"), from_row, to_row (int64; null on the
 * side where the row is not), key (string, as in mlops_diff_cells()), n_cells (int64: that differ;
 * null unless changed); to be ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_rows(mlops_table **out, const mlops_diff *self, mlops_error *err);

/**
 * Rows that the newer table alone has, with its columns and types, in its order.
 *
 * @param[out] out  the rows, to be ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_added(mlops_table **out, const mlops_diff *self,
                                        mlops_error *err);

/**
 * Rows that the older table alone has, with its columns and types, in its order.
 *
 * @param[out] out  the rows, to be ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_removed(mlops_table **out, const mlops_diff *self,
                                          mlops_error *err);

/**
 * Columns that were added, removed, renamed or retyped; their order is not compared. A column was
 * renamed if one of the same type and of equal values in all rows that are on both sides, of which
 * there is one at the least, has another name. It takes the first such column.
 *
 * @param[out] out  change ("added", "removed", "renamed", "retyped"), from, to (strings: names),
 *                  from_type, to_type (strings, such as "float64"); null on the side where the
 *                  column is not. Those of the older table in its order, then those added. To be
 *                  ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_schema(mlops_table **out, const mlops_diff *self,
                                         mlops_error *err);

/**
 * What became of each column: those of the older table in its order, then those added.
 *
 * @param[out] out  column (string: newer name, where there is one), n_changed, n_filled, n_emptied
 *                  (int64: cells of rows on both sides that differ, those of them that were null,
 *                  and those that became null; null unless the column is on both sides),
 * from_nulls, to_nulls (float64: shares of all rows that are null; null on the side without the
 * column or rows), from_mean, to_mean (float64: of the values that are finite; null for strings,
 * and where there are none), test (string: "ks", "tv" or "nulls"), effect (float64), drifted (bool;
 * null if there is not enough data): as mlops_drift_compare() finds them over all columns that have
 * one name and kind on both sides, and null for others and for those without a cell or row that
 *                  differs; to be ended with mlops_table_unref(); NULL after an error
 * @param self      what differs
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_diff_columns(mlops_table **out, const mlops_diff *self,
                                          mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
