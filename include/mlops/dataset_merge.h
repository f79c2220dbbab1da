/* mlops/dataset_merge.h: versions of datasets row by row, and branches made one again.
 *
 * mlops/diff.h and mlops/merge.h do the same for tables, and say what the words mean.
 */
#ifndef MLOPS_DATASET_MERGE_H
#define MLOPS_DATASET_MERGE_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/diff.h>
#include <mlops/draft.h>
#include <mlops/merge.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_dataset_merge_opts.flags. */
enum {
    MLOPS_DATASET_MERGE_COMMIT = 1 /**< make a commit also where moving the branch would do */
};

/** How branches are merged. Zero means the default in each field. */
typedef struct mlops_dataset_merge_opts {
    uint32_t struct_size;      /**< MLOPS_DATASET_MERGE_OPTS_INIT sets it */
    uint32_t flags;            /**< MLOPS_DATASET_MERGE_COMMIT */
    mlops_merge_policy policy; /**< default MLOPS_MERGE_REFUSE */
    uint32_t reserved;         /**< must be 0 */
    const char *key;      /**< @nullable names of the columns that name a row of each table that
                               both sides have changed, separated by commas, as in mlops_diff_opts;
                               default: the table's row_id, if it has one; "": by position */
    const char *branch;   /**< @nullable branch that is merged into; default "main" */
    const char *message;  /**< @nullable of the commit, as in mlops_draft_opts */
    const char *author;   /**< @nullable as in mlops_draft_opts */
    const char *metadata; /**< @nullable a JSON object, as in mlops_draft_opts */
} mlops_dataset_merge_opts;

#define MLOPS_DATASET_MERGE_OPTS_INIT                                                              \
    { sizeof(mlops_dataset_merge_opts), 0, MLOPS_MERGE_REFUSE, 0, 0, 0, 0, 0, 0 }

/**
 * What differs between two versions of a table, row by row. opts.key is by default the row_id of
 * the newer one, if it has one; "" compares by position. Of CSV versions that are kept as changes
 * to each other, or to one version, only rows that differ are read, where they tell what all would:
 * see docs/diff.md. Then mlops_diff_columns() reads both whole, so that it costs what they do, and
 * fails as mlops_dataset_table() does, if they were collected or erased meanwhile; what differs
 * keeps the store open.
 *
 * @param[out] out  what differs, to be ended with mlops_diff_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param from      @nullable older ref; default: the first parent of the other
 * @param to        @nullable newer ref, as in mlops_dataset_resolve()
 * @param path      @nullable of the entry in both; default: the only table
 * @param opts      @nullable; host is not looked at
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND also if from is NULL and there is no parent; as mlops_dataset_table()
 *         and mlops_diff_compare()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_diff_rows(mlops_diff **out, mlops_store *store,
                                               const char *dataset, const char *from,
                                               const char *to, const char *path,
                                               const mlops_diff_opts *opts, mlops_error *err);

/**
 * Merge a commit into a draft, whose commit gets it as its second parent. What both go back to is
 * their newest common ancestor, or nothing. Entries that one side alone has added, removed or
 * changed are taken; tables that both have changed are merged as mlops_merge_tables() does it, and
 * written as ours are: CSV in the form that it was read in, with a header where there was one, or
 * where it could not be read again without; in the form of theirs, if they alone have changed it.
 * Target, time, row_id, split and parts are merged each by itself; where rows of both sides come
 * together there is neither split nor parts. What was added to the draft before counts as ours. A
 * commit that ours goes back to is merged already, and nothing is done.
 *
 * With MLOPS_MERGE_REFUSE and conflicts the draft stays as it is, and is not committed before a
 * merge has been successful. After an error it can be ended alone.
 *
 * @param[out] out  the conflicts, decided or not: path, kind (as in mlops_merge_conflicts(), or
 *                  "entry": both have changed what is no table, or how CSV is read, or one has
 *                  removed it, or one has a file where the other has a folder, or rows_max leaves
 *                  rows out; "member": of what a table is for, which column names: "target", say),
 *                  column, key, base_row, ours_row, theirs_row, base, ours, theirs (as there; of an
 *                  entry its ids, of a member its values, which are JSON for "split" and "parts");
 *                  to be ended with mlops_table_unref(); NULL after an error
 * @param self      draft
 * @param ref       @nullable commit to merge, as in mlops_dataset_resolve()
 * @param opts      @nullable; branch, message, author, metadata and flags are not looked at
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option, or if the draft has merged before; as resolving, as
 *         mlops_merge_tables() and mlops_draft_add_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_merge(mlops_table **out, mlops_draft *self, const char *ref,
                                         const mlops_dataset_merge_opts *opts, mlops_error *err);

/**
 * Merge a commit into a branch: by moving the branch, if the commit goes back to it; by doing
 * nothing, if the branch goes back to the commit; else by a commit with two parents, as
 * mlops_draft_merge() makes it. It is there once the change is committed; if somebody has moved the
 * branch in between, that returns MLOPS_E_CONFLICT.
 *
 * @param[out] out  @shape(1) id of the commit that the branch stands at then
 * @param change    change
 * @param dataset   name
 * @param ref       @nullable commit to merge, as in mlops_dataset_resolve()
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_CONFLICT if there are conflicts and none of the sides is to decide:
 *         mlops_draft_merge() lists them, and nothing was added to the change; MLOPS_E_NOT_FOUND if
 *         there is no such branch; as mlops_draft_merge()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_merge(mlops_id *out, mlops_change *change, const char *dataset,
                                           const char *ref, const mlops_dataset_merge_opts *opts,
                                           mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
