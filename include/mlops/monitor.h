/* mlops/monitor.h: watch the traffic of a model while it serves.
 *
 * A mlops_monitor holds a reference and the current window of what passes by: rows, predictions,
 * latencies. When a window is full, or its time is over, it is judged column by column
 * (mlops/drift.h) and the next one begins. What is read of a monitor first ends a window whose time
 * is over; one without rows is none. Adding and exposing allocate nothing. There is no thread and
 * no store.
 */
#ifndef MLOPS_MONITOR_H
#define MLOPS_MONITOR_H

#include <mlops/base.h>
#include <mlops/drift.h>
#include <mlops/host.h>
#include <mlops/model.h>
#include <mlops/reference.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A monitor. One thread at a time. */
typedef struct mlops_monitor mlops_monitor;

/** Options of the constructors. Zero means the default in each field. */
typedef struct mlops_monitor_opts {
    uint32_t struct_size;                  /**< MLOPS_MONITOR_OPTS_INIT sets it */
    uint32_t flags;                        /**< MLOPS_MONITOR_ALPHA_OF_ALL */
    const struct mlops_host *host;         /**< @nullable */
    const mlops_reference_opts *reference; /**< @nullable how a CSV reference is read: which columns
                                                are features, and how the file is laid out */
    const mlops_drift_opts *drift;         /**< @nullable tolerances, alpha, rows_min; columns and
                                                ignore choose what is watched */
    const char *name;                      /**< @nullable label "model" of the metrics, UTF-8;
                                                default "default" */
    int64_t window_rows;    /**< rows that end a window, 50 or more; default 1,000, and none where
                                 window_ns is given */
    int64_t window_ns;      /**< a window ends at each multiple of this time since 1970, UTC, by the
                                 host's clock: 3,600,000,000,000 is each full hour; default none */
    int64_t false_alarm_ns; /**< mean time between two windows with a false alarm, at the least; it
                                 takes the place of drift.alpha; default none */
} mlops_monitor_opts;

enum {
    MLOPS_MONITOR_ALPHA_OF_ALL = 1 /**< drift.alpha is the chance of any false alarm in all windows
                                        of the monitor together, and not in each */
};

#define MLOPS_MONITOR_OPTS_INIT                                                                    \
    { sizeof(mlops_monitor_opts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Begin to watch a model, held against the reference in a file.
 *
 * Watched are the model's features, in its order: those of model or, where that is NULL and the
 * file is a bundle, those of the bundle's model that its reference has. Else watched is every
 * column of the reference, in its order, or those in opts.reference.columns; a model without
 * feature names needs that list, one for each feature. opts.drift.columns and .ignore choose among
 * them: columns may name others of the reference, too, and ignore what it lacks.
 *
 * @param[out] out   the monitor, to be ended with mlops_monitor_free(); NULL after an error
 * @param model      @nullable the monitor holds a share; its features are bound to the columns of
 *                   the reference by name, and columns that are no feature are ignored
 * @param reference  file that mlops_reference_load() reads: CSV, a saved reference or a bundle
 * @param opts       @nullable
 * @param err        @nullable
 * @return as mlops_reference_load(), and of a bundle mlops_model_load(); MLOPS_E_SCHEMA names a
 *         feature of model that the reference lacks, or a column that is named and not there
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_new(mlops_monitor **out, mlops_model *model,
                                         const char *reference, const mlops_monitor_opts *opts,
                                         mlops_error *err);

/**
 * Begin to watch a model, held against a reference at hand.
 *
 * @param[out] out   the monitor, to be ended with mlops_monitor_free(); NULL after an error
 * @param model      @nullable as mlops_monitor_new()
 * @param reference  the monitor holds a share
 * @param opts       @nullable
 * @param err        @nullable
 * @return MLOPS_E_SCHEMA names a feature that the reference lacks, or a column that is named and
 * not there; MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_new_reference(mlops_monitor **out, mlops_model *model,
                                                   mlops_reference *reference,
                                                   const mlops_monitor_opts *opts,
                                                   mlops_error *err);

/** End a monitor. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_monitor_free(mlops_monitor *self);

/** Number of columns of a row that mlops_monitor_add() takes: features of the model, or columns of
 * the reference or of opts.reference.columns, whether they are watched or not. @since 0.1 */
MLOPS_API int64_t mlops_monitor_n_features(const mlops_monitor *self);

/**
 * Add rows and what the model made of them. A string column of the reference cannot be added here;
 * it counts as null. A watched column that is no feature is not in a row, and takes nothing.
 *
 * @param self           monitor
 * @param rows           @shape(n_rows, n_features) row-major, float32
 * @param n_rows         0 or more
 * @param n_features     must be mlops_monitor_n_features()
 * @param predictions    @nullable @shape(n_rows, width) float64; the first column is profiled
 * @param width          values of one row's prediction; 0 where predictions is NULL
 * @return MLOPS_E_INVALID where a shape differs; MLOPS_E_LIMIT beyond 2^63 - 1 rows in all. Nothing
 *         is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add(mlops_monitor *self, const float *rows, int64_t n_rows,
                                         int64_t n_features, const double *predictions,
                                         int64_t width);

/**
 * Add the rows of a table, its columns bound by name.
 *
 * @param self   monitor
 * @param table  rows
 * @param err    @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing or of another kind; MLOPS_E_LIMIT beyond
 *         2^63 - 1 rows in all. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_table(mlops_monitor *self, const mlops_table *table,
                                               mlops_error *err);

/**
 * Add the time that predicting took.
 *
 * @param self         monitor
 * @param duration_ns  nanoseconds, 0 or more
 * @return MLOPS_E_INVALID if it is negative
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_latency(mlops_monitor *self, int64_t duration_ns);

/**
 * Count requests that got no prediction.
 *
 * @param self  monitor
 * @param n     0 or more
 * @return MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^63 - 1 in all
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_errors(mlops_monitor *self, int64_t n);

/** Number of windows that were completed and judged. @since 0.1 */
MLOPS_API int64_t mlops_monitor_n_windows(const mlops_monitor *self);

/** Verdict of the newest complete window; NOT_ENOUGH_DATA before the first. @since 0.1 */
MLOPS_API mlops_drift_verdict mlops_monitor_verdict(const mlops_monitor *self);

/** Number of columns that drifted in the newest complete window. @since 0.1 */
MLOPS_API int64_t mlops_monitor_n_drifted(const mlops_monitor *self);

/**
 * Verdicts of the newest complete window or, before the first one is complete, of what there is.
 *
 * They are those of mlops_drift_compare_reference() but for wasserstein: a window knows the cells
 * of its values alone, and takes them as spread evenly. It is off by half the mean width of the
 * cells of the window's values at the most, and as much for the reference's values unless exact
 * is 1.
 *
 * @param[out] out  the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param self      monitor
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_drift(mlops_drift **out, const mlops_monitor *self,
                                           mlops_error *err);

/**
 * Metrics in Prometheus' text format 0.0.4. Allocates nothing.
 *
 * @param self         monitor
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_metrics(const mlops_monitor *self, char *text, size_t cap,
                                             size_t *needed);

/**
 * The same as OpenMetrics text 1.0.
 *
 * @param self         monitor
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return as mlops_monitor_metrics()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_openmetrics(const mlops_monitor *self, char *text, size_t cap,
                                                 size_t *needed);

/**
 * Write a report, as mlops_drift_save(), with traffic, latency, segments, the policy's alarm and
 * its reason, performance window by window where labels are expected, and shares of values that the
 * reference has not.
 *
 * @param self  monitor
 * @param path  file to write; replaced if it is there
 * @param err   @nullable
 * @return as mlops_drift_save()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_save(const mlops_monitor *self, const char *path,
                                          mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
