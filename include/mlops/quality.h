/* mlops/quality.h: expectations of datasets: kept beside them, and required by their commits.
 *
 * What is kept for the path of a table holds from then on: a commit in which that table breaks an
 * expectation of severity "error" is refused, unless a reason is given, which is recorded. Its
 * time is what age_of() counts back from, the profile of the table in its first parent what drift()
 * compares with (without one, these do not count), and the tables that references() names are other
 * entries of it, by path.
 */
#ifndef MLOPS_QUALITY_H
#define MLOPS_QUALITY_H

#include <mlops/base.h>
#include <mlops/draft.h>
#include <mlops/expectation.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Keep expectations for a table of a dataset, in place of those that were. The table need not be
 * there yet.
 *
 * @param change   change
 * @param dataset  name
 * @param path     of the table
 * @param expectations  @nullable without the tables bound to them; NULL: none from now on
 * @param err      @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED;
 *         MLOPS_E_CONFLICT comes from the commit, if somebody else has changed them in between
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_expect(mlops_change *change, const char *dataset,
                                            const char *path,
                                            const mlops_expectations *expectations,
                                            mlops_error *err);

/**
 * The expectations that are kept for a table.
 *
 * @param[out] out  the expectations, to be ended with mlops_expectations_unref(); NULL after an
 *                  error
 * @param store     store
 * @param dataset   name
 * @param path      of the table
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there are none; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_expectations(mlops_expectations **out, mlops_store *store,
                                                  const char *dataset, const char *path,
                                                  mlops_error *err);

/**
 * Hold a table of a commit against the expectations that are kept for it now.
 *
 * @param[out] out  as mlops_expectations_validate(), to be ended with mlops_table_unref(); NULL
 *                  after an error
 * @param store     store
 * @param dataset   name
 * @param ref       @nullable branch, tag, or digits of an id; default "main"
 * @param path      of the table
 * @param against   @nullable ref whose profile of the table drift() compares with; default: the
 *                  first parent of the commit
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such ref, entry, or no expectations; MLOPS_E_SCHEMA if
 *         the entry is no table; else as mlops_dataset_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_validate(mlops_table **out, mlops_store *store,
                                              const char *dataset, const char *ref,
                                              const char *path, const char *against,
                                              mlops_error *err);

/**
 * Hold a table of a draft against what is kept for it, as the draft's commit would.
 *
 * @param[out] out  as mlops_expectations_validate(), to be ended with mlops_table_unref(); NULL
 *                  after an error
 * @param self      draft
 * @param path      of the table
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry, or no expectations; MLOPS_E_SCHEMA if the
 *         entry is no table; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_validate(mlops_table **out, mlops_draft *self, const char *path,
                                            mlops_error *err);

/**
 * Let the draft's commit pass whatever its tables break. The reason is recorded with it.
 *
 * @param self    draft
 * @param reason  why, in words; up to 64 KiB
 * @param err     @nullable
 * @return MLOPS_E_INVALID for an empty reason, one that is no UTF-8, or a draft that was committed;
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_override(mlops_draft *self, const char *reason,
                                            mlops_error *err);

/**
 * What commits were held against: a row for each table that had expectations, by commit id.
 *
 * @param[out] out  commit, path, verdict ("held", "overridden"), reason, broken (strings: the first
 *                  that was broken, null if none), time_ns, n (int64: expectations); to be ended
 *                  with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param dataset   name
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_validations(mlops_table **out, mlops_store *store,
                                                 const char *dataset, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
