/* mlops/monitor_segment.h: how each segment of the traffic does, such as country or tenant.
 *
 * A monitor (mlops/monitor.h) is told how many segments it may keep, and of which each row is. A
 * segment is judged with each window of the monitor, by its own rows and labels, against the same
 * reference. All false alarms together stay within what the monitor may spend. Room is taken once;
 * adding allocates nothing, and keys beyond it are counted together as "other".
 *
 *     mlops_monitor_expect_segments(monitor, NULL, &error);
 *     mlops_monitor_enter_segment(monitor, mlops_monitor_segment(monitor, "DE"));
 *     mlops_monitor_add(monitor, row, 1, 30, NULL, 0);    // any verb that adds rows
 *     mlops_monitor_segments(&table, monitor, &error);
 */
#ifndef MLOPS_MONITOR_SEGMENT_H
#define MLOPS_MONITOR_SEGMENT_H

#include <mlops/base.h>
#include <mlops/drift.h>
#include <mlops/monitor.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many segments are kept. Zero means the default in each field. */
typedef struct mlops_monitor_segments_opts {
    uint32_t struct_size; /**< MLOPS_MONITOR_SEGMENTS_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    int64_t n_segments;   /**< keys that have a segment of their own, 1 to 256; default 16 */
} mlops_monitor_segments_opts;

#define MLOPS_MONITOR_SEGMENTS_OPTS_INIT                                                           \
    { sizeof(mlops_monitor_segments_opts), 0, 0 }

/**
 * Take the room for segments. Once, before the first row, and after mlops_monitor_expect_labels()
 * where labels are expected.
 *
 * Half of what a window may spend on false alarms is for all rows together from now on, and half is
 * shared equally by n_segments and "other".
 *
 * @param self  monitor
 * @param opts  @nullable
 * @param err   @nullable
 * @return MLOPS_E_INVALID for an option out of range, or a monitor that has rows or segments
 *         already; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_expect_segments(mlops_monitor *self,
                                                     const mlops_monitor_segments_opts *opts,
                                                     mlops_error *err);

/**
 * The number of a key's segment. A key that is new begins one, as long as there is room.
 *
 * @param self  monitor that expects segments
 * @param key   UTF-8 of 1 to 63 bytes
 * @return 1 and more; 0 is "other": there is no more room, the key is "other" or none, or no
 *         segments are expected
 * @since 0.1
 */
MLOPS_API int64_t mlops_monitor_segment(mlops_monitor *self, const char *key);

/**
 * Say of which segment rows are that are added from now on; before the first call it is 0, "other".
 *
 * @param self     monitor that expects segments
 * @param segment  a number of mlops_monitor_segment()
 * @return MLOPS_E_INVALID if there is no such segment
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_enter_segment(mlops_monitor *self, int64_t segment);

/**
 * Add rows of several segments, as mlops_monitor_add_scored() where labels are expected, else as
 * mlops_monitor_add(). The segment that was entered stays.
 *
 * @param self        monitor that expects segments
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be mlops_monitor_n_features()
 * @param segments    @shape(n_rows) numbers of mlops_monitor_segment()
 * @param scores      @nullable @shape(n_rows, width) predictions; needed where labels are expected
 * @param width       values of one row's prediction; 0 where scores is NULL
 * @param ids         @nullable @shape(n_rows) NULL where no labels are expected
 * @param weights     @nullable @shape(n_rows) NULL where no labels are expected
 * @param err         @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, whose segment there is not; else as
 *         those verbs. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_segments(mlops_monitor *self, const float *rows,
                                                  int64_t n_rows, int64_t n_features,
                                                  const int64_t *segments, const double *scores,
                                                  int64_t width, const int64_t *ids,
                                                  const double *weights, mlops_error *err);

/**
 * Add the rows of a table, of several segments: as mlops_monitor_add_scored_table() where labels
 * are expected, else as mlops_monitor_add_table().
 *
 * @param self      monitor that expects segments
 * @param table     rows
 * @param segments  @shape(n) numbers of mlops_monitor_segment()
 * @param n         must be the number of rows
 * @param scores    @nullable @shape(n, width) needed where labels are expected, else NULL
 * @param width     values of one row's prediction; 0 where scores is NULL
 * @param ids       @nullable @shape(n) NULL where no labels are expected
 * @param weights   @nullable @shape(n) NULL where no labels are expected
 * @param err       @nullable
 * @return as mlops_monitor_add_segments(), and mlops_monitor_add_table()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_segments_table(mlops_monitor *self,
                                                        const mlops_table *table,
                                                        const int64_t *segments, int64_t n,
                                                        const double *scores, int64_t width,
                                                        const int64_t *ids, const double *weights,
                                                        mlops_error *err);

/**
 * Where each segment stands: "other" first, then keys in the order in which they came.
 *
 * Columns: segment, its key; n_rows, in all; window_rows, of the newest complete window; verdict,
 * "yes", "no" or "not enough data", and n_drifted, columns, both of that window; and where
 * labels are expected measured, measured_loss, estimated, estimated_loss as in
 * mlops_monitor_labels, else null.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      monitor that expects segments
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no segments are expected; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_segments(mlops_table **out, const mlops_monitor *self,
                                              mlops_error *err);

/**
 * Verdicts of a segment, as mlops_monitor_drift() of all rows.
 *
 * @param[out] out  the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param self      monitor that expects segments
 * @param segment   a number of mlops_monitor_segment()
 * @param err       @nullable
 * @return MLOPS_E_INVALID if there is no such segment; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_segment_drift(mlops_drift **out, const mlops_monitor *self,
                                                   int64_t segment, mlops_error *err);

/**
 * Metrics of a segment, as mlops_monitor_performance() of all rows.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      monitor that expects labels and segments
 * @param segment   a number of mlops_monitor_segment()
 * @param err       @nullable
 * @return MLOPS_E_INVALID if there is no such segment, or no labels are expected; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_segment_performance(mlops_table **out,
                                                         const mlops_monitor *self, int64_t segment,
                                                         mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
