/* mlops/watch.h: a monitor whose windows are kept.
 *
 * A mlops_watch watches the traffic of a registered version against the version's own reference
 * (mlops/monitor.h). Each window that is full is judged and committed to the store: who looks later
 * sees each of them, with its verdict and its whole report. Several processes may watch under one
 * name: their windows are numbered in the order in which they were committed.
 *
 * Watched are the model's features, if it names them and the reference has them all. If the
 * version's features make them of other columns, watched are those of the inputs of the features
 * that the reference has; else every column of the reference. opts.drift chooses among them.
 */
#ifndef MLOPS_WATCH_H
#define MLOPS_WATCH_H

#include <mlops/base.h>
#include <mlops/drift.h>
#include <mlops/monitor.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A watch. The rows of a window that is not yet full end with it, unless it is resumed
 * (mlops/watch_state.h). One thread at a time. */
typedef struct mlops_watch mlops_watch;

/** Options of mlops_watch_open(). Zero means the default in each field. */
typedef struct mlops_watch_opts {
    uint32_t struct_size;          /**< MLOPS_WATCH_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const char *name;              /**< @nullable name of the watch; default: that of the model */
    const mlops_drift_opts *drift; /**< @nullable tolerances, alpha, rows_min; columns and ignore
                                        choose what is watched */
    int64_t window_rows;           /**< as in mlops_monitor_opts; default 1,000, and none where
                                        window_ns is given */
    int64_t window_ns;             /**< as in mlops_monitor_opts; default none */
    int64_t false_alarm_ns;        /**< as in mlops_monitor_opts; default none */
} mlops_watch_opts;

#define MLOPS_WATCH_OPTS_INIT                                                                      \
    { sizeof(mlops_watch_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Begin to watch a version. The first who does so under a name makes the watch in the store.
 *
 * @param[out] out  the watch, to be ended with mlops_watch_close(); NULL after an error
 * @param store     store, which stays open for as long as the watch lives
 * @param model     name of a registered model
 * @param which     alias, number of a version, or "latest"; looked up now
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such version; MLOPS_E_SCHEMA if it has no reference, or
 *         names a column that is not there; MLOPS_E_EXISTS if the watch is of another model;
 *         MLOPS_E_DENIED if the store is open for reading alone; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
 *         MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_open(mlops_watch **out, mlops_store *store, const char *model,
                                        const char *which, const mlops_watch_opts *opts,
                                        mlops_error *err);

/** End a watch. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_watch_close(mlops_watch *self);

/** Number of columns of a row that mlops_watch_add() takes. @since 0.1 */
MLOPS_API int64_t mlops_watch_n_features(const mlops_watch *self);

/** Number of rows that were added since the watch was opened. @since 0.1 */
MLOPS_API int64_t mlops_watch_n_rows(const mlops_watch *self);

/**
 * Add rows and what the model made of them, as mlops_monitor_add().
 *
 * Rows are taken in pieces, each up to the end of a window, which is then committed. If that fails
 * the rest is not taken: mlops_watch_n_rows() tells how many rows count. The window waits, and the
 * next call commits it before it takes anything; so does one without rows.
 *
 * @param self         watch
 * @param rows         @shape(n_rows, n_features) row-major, float32
 * @param n_rows       0 or more
 * @param n_features   must be mlops_watch_n_features()
 * @param predictions  @nullable @shape(n_rows, width) float64; the first column is profiled
 * @param width        values of one row's prediction; 0 where predictions is NULL
 * @param err          @nullable
 * @return MLOPS_E_INVALID where a shape differs: nothing is added then; MLOPS_E_LIMIT beyond
 *         2^63 - 1 rows in all; MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_CORRUPT, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_add(mlops_watch *self, const float *rows, int64_t n_rows,
                                       int64_t n_features, const double *predictions, int64_t width,
                                       mlops_error *err);

/**
 * Add the rows of a table, its columns bound by name, as mlops_watch_add().
 *
 * @param self   watch
 * @param table  rows
 * @param err    @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing or of another kind: nothing is added then;
 *         else as mlops_watch_add()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_add_table(mlops_watch *self, const mlops_table *table,
                                             mlops_error *err);

/**
 * Add the time that predicting took, as mlops_monitor_add_latency().
 *
 * @param self         watch
 * @param duration_ns  nanoseconds, 0 or more
 * @return MLOPS_E_INVALID if it is negative
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_add_latency(mlops_watch *self, int64_t duration_ns);

/** Number of windows that were committed since the watch was opened. @since 0.1 */
MLOPS_API int64_t mlops_watch_n_windows(const mlops_watch *self);

/**
 * Verdicts of the newest full window, or of what there is, as mlops_monitor_drift().
 *
 * @param[out] out  the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param self      watch
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_drift(mlops_drift **out, const mlops_watch *self,
                                         mlops_error *err);

/**
 * Metrics in Prometheus' text format, as mlops_monitor_metrics(), with the watch's name as label
 * "model".
 *
 * @param self         watch
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_metrics(const mlops_watch *self, char *text, size_t cap,
                                           size_t *needed);

/**
 * Write a report, as mlops_monitor_save().
 *
 * @param self  watch
 * @param path  file to write; replaced if it is there
 * @param err   @nullable
 * @return as mlops_drift_save()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_save(const mlops_watch *self, const char *path,
                                        mlops_error *err);

/**
 * Windows of a watch, oldest first: number (int64, from 1 on), time_ns (int64: when it was full),
 * model (string), version (int64), n_rows (int64), verdict (string: "drift", "no drift", "not
 * enough data"), n_drifted (int64), columns (string: those that drifted, as a line of CSV), report
 * (string: id of the content that mlops_watch_report() gives). Null unless mlops/watch_state.h is
 * made use of: measured and estimated (string: whether performance was "worse", "not worse", "not
 * enough data"), event (string: what the window changed in the policy, such as "raised"), alarmed
 * (bool: an alarm lasts).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the watch
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such watch; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
 *         MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_windows(mlops_table **out, mlops_store *store, const char *name,
                                           mlops_error *err);

/**
 * What was found of each column of a window, as mlops_drift_json() gives it.
 *
 * @param store        store
 * @param name         name of the watch
 * @param number       of the window, from 1 on; 0 for the newest
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @param err          @nullable
 * @return MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOT_FOUND also if there is
 *         no such window; else as mlops_watch_windows()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_report(mlops_store *store, const char *name, int64_t number,
                                          char *text, size_t cap, size_t *needed, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
