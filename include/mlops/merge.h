/* mlops/merge.h: two versions of a table that come from one, made one again.
 *
 * What one side alone has changed since the base is taken: cells, rows put in and taken out,
 * columns added, removed and retyped. What both have changed alike is taken once. What they have
 * changed otherwise is a conflict, which is data: it is listed, and refused or decided for one
 * side. mlops/dataset_merge.h merges branches of datasets. docs/diff.md has the rules.
 */
#ifndef MLOPS_MERGE_H
#define MLOPS_MERGE_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What became of three tables. Immutable and shared; ends with the last mlops_merge_unref().
 * @threadsafe */
typedef struct mlops_merge mlops_merge;

/** Which side a conflict is decided for. */
typedef enum mlops_merge_policy {
    MLOPS_MERGE_REFUSE = 0, /**< for none: there is no result while there are conflicts */
    MLOPS_MERGE_OURS = 1,   /**< for ours */
    MLOPS_MERGE_THEIRS = 2, /**< for theirs */
    MLOPS_MERGE_POLICY_FORCE32 = 0x7fffffff
} mlops_merge_policy;

/** Options of merging. Zero means the default in each field. */
typedef struct mlops_merge_opts {
    uint32_t struct_size;          /**< MLOPS_MERGE_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable */
    const char *key;               /**< @nullable names of the columns that name a row, separated by
                                        commas, as in mlops_diff_opts; default: rows stand by their
                                        position */
    mlops_merge_policy policy;     /**< default MLOPS_MERGE_REFUSE */
    uint32_t reserved;             /**< must be 0 */
} mlops_merge_opts;

#define MLOPS_MERGE_OPTS_INIT                                                                      \
    { sizeof(mlops_merge_opts), 0, 0, 0, MLOPS_MERGE_REFUSE, 0 }

/**
 * Merge two tables that come from one. Rows stand for each other, and cells are equal, as in
 * mlops_diff_compare(). A column that was renamed is one removed and one added.
 *
 * Rows come in the order of ours, or of theirs if theirs alone has put the rows of the base in
 * another order; a row that one side has put in follows the row that it followed there; where both
 * have put rows in, ours come first, and by position equal ones once. So do columns.
 *
 * @param[out] out  what became of them, to be ended with mlops_merge_unref(); NULL after an error
 * @param base      @nullable the table that both come from; default: they have nothing in common
 * @param ours      one side
 * @param theirs    the other side
 * @param opts      @nullable
 * @param err       @nullable
 * @return as mlops_diff_compare(); conflicts are no error here
 * @since 0.1
 */
MLOPS_API mlops_status mlops_merge_tables(mlops_merge **out, const mlops_table *base,
                                          const mlops_table *ours, const mlops_table *theirs,
                                          const mlops_merge_opts *opts, mlops_error *err);

/** Share it: one more mlops_merge_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_merge *mlops_merge_ref(mlops_merge *self);

/** End one share of it; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_merge_unref(mlops_merge *self);

/** Number of conflicts, decided or not. @since 0.1 */
MLOPS_API int64_t mlops_merge_n_conflicts(const mlops_merge *self);

/**
 * What both sides have changed, otherwise than each other.
 *
 * @param[out] out  kind ("cell": changed to two values, or added with two; "row": removed on one
 *                  side and changed on the other; "column": the same of a column; "type": of two
 *                  types that cannot be made one), column (string; null for a row), key (string, as
 *                  in mlops_diff_cells()), base_row, ours_row, theirs_row (int64, from 0; null
 * where the row is not), base, ours, theirs (strings: cells as in a CSV field, null for a null; of
 * a type its name); to be ended with mlops_table_unref(); NULL after an error
 * @param self      what became of three tables
 * @param err       @nullable
 * @return MLOPS_OK; nothing fails, as of today
 * @since 0.1
 */
MLOPS_API mlops_status mlops_merge_conflicts(mlops_table **out, const mlops_merge *self,
                                             mlops_error *err);

/**
 * The table that the sides add up to.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      what became of three tables
 * @param err       @nullable
 * @return MLOPS_E_CONFLICT if there are conflicts and they were to be refused
 * @since 0.1
 */
MLOPS_API mlops_status mlops_merge_table(mlops_table **out, const mlops_merge *self,
                                         mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
