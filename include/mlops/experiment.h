/* mlops/experiment.h: reading runs: one of them, or those of an experiment that a filter picks.
 *
 * Verbs that read an open run commit the points that wait in it first, and return what that may
 * return. A search sees what was committed, by whichever process.
 */
#ifndef MLOPS_EXPERIMENT_H
#define MLOPS_EXPERIMENT_H

#include <mlops/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A run as a JSON object: {"run", "experiment", "name", "status", "start_ns", "end_ns", "parent",
 * "actor", "source", "dataset", "commit", "params": {name: text}, "metrics": {name: {"value",
 * "step", "time_ns", "n"}}, "tags": {name: text}, "artifacts": {path: {"id", "size"}}}. What is not
 * known is left out; of a metric the latest point and the number of all; values that are not finite
 * are the texts "nan", "inf" and "-inf".
 *
 * @param self         run
 * @param[out] text    @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room, with the NUL
 * @param[out] needed  @nullable length, without the NUL
 * @param err          @nullable
 * @return MLOPS_E_ARENA if cap is too small; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_describe(mlops_run *self, char *text, size_t cap, size_t *needed,
                                          mlops_error *err);

/**
 * Points of a metric in the order of their commits, and as logged within one: columns step
 * (int64), time_ns (int64) and value (float64).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      run
 * @param metric    name
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if the run has no such metric; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
 *         MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_points(mlops_table **out, mlops_run *self, const char *metric,
                                        mlops_error *err);

/**
 * Artifacts of a run by path: columns path (string), size (int64) and id (string, SHA-256 as 64
 * digits).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      run
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_artifacts(mlops_table **out, mlops_run *self, mlops_error *err);

/**
 * An artifact, whole.
 *
 * @param self         run
 * @param path         path of the artifact
 * @param[out] bytes   @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room
 * @param[out] needed  @nullable size of the artifact
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND if the run has none at this path; MLOPS_E_ARENA if cap is below the
 *         size; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_artifact_read(mlops_run *self, const char *path, void *bytes,
                                               size_t cap, size_t *needed, mlops_error *err);

/**
 * Runs that a filter picks, newest start first, then by id. Columns: run_id, experiment, name,
 * status (string), start_ns, end_ns (int64), parent, actor, source, dataset, commit (string); then
 * of what the found runs have, by name, params.NAME (string), metrics.NAME (float64, the latest)
 * and tags.NAME (string). Null where a run has none.
 *
 * The latest point of a metric is the one with the greatest step, then time, then value, where NaN
 * counts as 0; of equal ones the first that was committed.
 *
 * A filter is a condition (docs/expressions.md) over metrics.NAME (float64), params.NAME, tags.NAME
 * (string) and the run's own: run_id, experiment, name, status, parent, actor, source, dataset,
 * commit (string), start_ns, end_ns, start_time, end_time (int64; the last two in milliseconds).
 * MLflow's other spellings are taken: metric., param., parameter., parameters., tag., attribute.,
 * attributes., attr., run., run_name, user_id, created. What a run lacks is null: it never matches,
 * with != neither.
 *
 *     metrics.auc > 0.9 and params.lr = '0.1' and tags.`a b` like 'x%' and status = 'FINISHED'
 *
 * @param[out] out    the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store       store
 * @param experiment  @nullable name; NULL for all experiments
 * @param filter      @nullable NULL for all runs
 * @param n_max       runs at the most, 1 or more
 * @param err         @nullable; line, column and offset in the filter
 * @return MLOPS_E_NOT_FOUND if there is no such experiment, or the filter has an unknown name;
 *         MLOPS_E_PARSE, MLOPS_E_SCHEMA for a filter that is none; MLOPS_E_LIMIT; MLOPS_E_INVALID,
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_search(mlops_table **out, mlops_store *store,
                                        const char *experiment, const char *filter, int64_t n_max,
                                        mlops_error *err);

/**
 * Experiments by name: columns experiment (string), n_runs (int64) and created_ns (int64).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_experiments(mlops_table **out, mlops_store *store,
                                             mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
