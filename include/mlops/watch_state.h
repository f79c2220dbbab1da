/* mlops/watch_state.h: a watch that is told of labels, segments and alarms, and that goes on after
 * a restart.
 *
 * What the monitor of a watch is to expect is said to it by its own verbs (mlops/monitor_labels.h,
 * monitor_segment.h, monitor_policy.h), once the watch is open and before its first row. Rows and
 * labels are added by the monitor's verbs, too, up to the end of a window, which is then kept:
 *
 *     mlops_watch_monitor(&monitor, watch, &error);
 *     mlops_monitor_expect_labels(monitor, validation, calibration, NULL, &error);
 *     mlops_watch_resume(watch, "pod-1", 0, &error);
 *     mlops_watch_room(watch, &n, &error);
 *     mlops_monitor_add_scored(monitor, rows, n, ...);
 *     mlops_watch_keep(watch, &error);
 */
#ifndef MLOPS_WATCH_STATE_H
#define MLOPS_WATCH_STATE_H

#include <mlops/base.h>
#include <mlops/monitor.h>
#include <mlops/store.h>
#include <mlops/table.h>
#include <mlops/watch.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The monitor of a watch, shared with it.
 *
 * @param[out] out  the monitor, to be ended with mlops_monitor_free(), which leaves the watch its
 *                  own share; NULL after an error
 * @param self      watch
 * @param err       @nullable
 * @return MLOPS_E_INVALID
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_monitor(mlops_monitor **out, mlops_watch *self,
                                           mlops_error *err);

/** Flags of mlops_watch_resume(). */
typedef enum mlops_watch_resume_flags {
    MLOPS_WATCH_ANEW = 1, /**< begin without rows, whatever was kept */
    MLOPS_WATCH_RESUME_FLAGS_FORCE32 = 0x7fffffff
} mlops_watch_resume_flags;

/**
 * Go on where a watch of this name and instance was kept, and keep from now on where this one is:
 * rows of the current window, rows that wait for labels, the policy's alarm. Once, ahead of the
 * first row, and after all has been said that the monitor is to expect.
 *
 * What was kept of another version of the model is let go. Whoever resumed the same instance before
 * keeps nothing any more: its verbs fail with MLOPS_E_CONFLICT.
 *
 * @param self      watch
 * @param instance  tells apart who watches under one name, such as a host's name; 1 to 200 bytes
 * @param flags     of mlops_watch_resume_flags, or 0
 * @param err       @nullable
 * @return MLOPS_E_INVALID, also if it has rows or was resumed; MLOPS_E_SCHEMA if what was kept is
 * of another reference or other options or expectations (MLOPS_WATCH_ANEW lets go of it): the watch
 * is to be closed then; MLOPS_E_CONFLICT if another resumes it at once; MLOPS_E_CORRUPT,
 * MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_resume(mlops_watch *self, const char *instance, uint32_t flags,
                                          mlops_error *err);

/**
 * How many rows the monitor may be given before mlops_watch_keep() is due. A window that waits, or
 * whose time is over, is kept first.
 *
 * @param self      watch
 * @param[out] out  @shape(1) 1 or more
 * @param err       @nullable
 * @return as mlops_watch_keep()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_room(mlops_watch *self, int64_t *out, mlops_error *err);

/**
 * Commit what the monitor has found: a window that is full, with performance, segments and alarm;
 * what later labels have changed of windows before; and of a watch that was resumed where it is.
 * Nothing is committed where nothing has come since.
 *
 * @param self  watch
 * @param err   @nullable
 * @return MLOPS_E_CONFLICT if another has resumed the instance; MLOPS_E_LIMIT if more than one
 *         window has ended since: the newest is kept, the others are lost; MLOPS_E_NO_SPACE,
 *         MLOPS_E_IO, MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED: the next call tries again
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_keep(mlops_watch *self, mlops_error *err);

/**
 * Performance of the windows of a watch, as far as labels were expected: window (int64), kind
 * ("measured" or "estimated"), metric, value, low, high (null where undefined), n (rows behind it).
 * Measured is what labels told by the time the watch was last kept. Of a monitor whose windows_kept
 * is 1 there is none: that window is the current one.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the watch
 * @param err       @nullable
 * @return as mlops_watch_windows()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_performance(mlops_table **out, mlops_store *store,
                                               const char *name, mlops_error *err);

/**
 * All that was kept of a window but its report, as a JSON object: members as the columns of
 * mlops_watch_windows(), columns as an array; where labels were expected measured, measured_loss,
 * estimated and estimated_loss (as mlops_monitor_labels had them at the window's end, the verdicts
 * as texts) and performance, an array of the rows of mlops_watch_performance(); segments, the rows
 * of mlops_monitor_segments(); alarm, what mlops_monitor_alarm_reason() told.
 *
 * @param store        store
 * @param name         name of the watch
 * @param number       of the window, from 1 on; 0 for the newest
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @param err          @nullable
 * @return as mlops_watch_report()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_watch_describe(mlops_store *store, const char *name, int64_t number,
                                            char *text, size_t cap, size_t *needed,
                                            mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
