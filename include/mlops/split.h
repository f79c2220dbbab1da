/* mlops/split.h: rows of a table in named parts, or in folds, for good with a commit.
 *
 * Where mlops_draft_split() holds some rows out, this divides all: into training, validation and
 * test rows, say, or into folds for cross-validation. A commit keeps the rule and what came of it;
 * the rule is specified bit by bit in docs/dataset.md, and whoever reads a part draws again and
 * holds the outcome against what was kept.
 */
#ifndef MLOPS_SPLIT_H
#define MLOPS_SPLIT_H

#include <mlops/draft.h>
#include <mlops/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What decides about the part of a row. */
typedef enum mlops_divide {
    MLOPS_DIVIDE_ROWS = 0,   /**< a hash of what the row is: no other row matters, so that none
                                  changes its part when rows are added, and equal rows share one */
    MLOPS_DIVIDE_GROUPS = 1, /**< a hash of the value of a column: rows of one group share a part,
                                  in this version and in all others */
    MLOPS_DIVIDE_STRATA = 2, /**< the same shares of each value of a column, to one row */
    MLOPS_DIVIDE_TIME = 3,   /**< older rows in earlier parts */
    MLOPS_DIVIDE_FORCE32 = 0x7fffffff
} mlops_divide;

/** How rows are divided. Zero means the default in each field. */
typedef struct mlops_divide_opts {
    uint32_t struct_size; /**< MLOPS_DIVIDE_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    mlops_divide by;      /**< default MLOPS_DIVIDE_ROWS */
    uint32_t n_folds;     /**< 2 to 250 folds in place of parts; default 0: parts */
    const char *parts;    /**< @nullable names and shares, separated by commas and quoted as in a
                               CSV line, 2 to 250 of them; shares are above 0 and add up to 1 but
                               for rounding; default "train=0.8,validation=0.1,test=0.1" */
    const char *column;   /**< @nullable of groups, strata or time; default for strata the table's
                               target, for time its time */
    const char *key;      /**< @nullable column that says what a row is, where it is rows or strata
                               that count; default the table's row_id, or all columns */
    int64_t seed;         /**< of the hashes; default 0 */
} mlops_divide_opts;

#define MLOPS_DIVIDE_OPTS_INIT                                                                     \
    { sizeof(mlops_divide_opts), 0, MLOPS_DIVIDE_ROWS, 0, 0, 0, 0, 0 }

/**
 * Divide the rows of a table of a draft. It stands beside what mlops_draft_split() holds out, and
 * takes the place of an earlier division. A table that is replaced has none until it gets one.
 *
 * Folds are called fold0, fold1, ..., the rows to train for each train0, train1, ...: all others,
 * or, by time, those that are older (an expanding window, so that the oldest rows are in no fold).
 *
 * @param self  draft
 * @param path  of a table in it
 * @param opts  @nullable
 * @param err   @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_SCHEMA if it is no table, lacks a
 *         column, or texts of the column of time are no times (the first one is named);
 *         MLOPS_E_INVALID for parts that are none, or folds by time of a table with fewer rows than
 *         there are folds and one; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_divide(mlops_draft *self, const char *path,
                                          const mlops_divide_opts *opts, mlops_error *err);

/**
 * Rows of a table by the name of their part.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param path      @nullable of the entry; default: the only table
 * @param part      name of a part, or foldI or trainI
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such part (the message names those that there are);
 *         MLOPS_E_SCHEMA if the table is not divided; MLOPS_E_CORRUPT if rows would not come out as
 *         they did; as mlops_dataset_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_part(mlops_table **out, mlops_store *store,
                                          const char *dataset, const char *ref, const char *path,
                                          const char *part, mlops_error *err);

/**
 * Parts of a table, in their order: of folds each fold with its rows to train behind it.
 *
 * @param[out] out  part (string), share (float64, null for folds), n_rows (int64); to be ended with
 *                  mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable as in mlops_dataset_resolve()
 * @param path      @nullable of the entry; default: the only table
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if the table is not divided; as mlops_dataset_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_parts(mlops_table **out, mlops_store *store,
                                           const char *dataset, const char *ref, const char *path,
                                           mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
