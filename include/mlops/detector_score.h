/* mlops/detector_score.h: how good a detector's alarms are where the changes are known.
 *
 * An alarm is right if it is the first in the window of a change: from the change to opts.max_delay
 * values behind it, and before the next change. All others count against the detector, and beside
 * its figures stand those of one that always alarms. docs/detector.md has the formulas.
 */
#ifndef MLOPS_DETECTOR_SCORE_H
#define MLOPS_DETECTOR_SCORE_H

#include <mlops/base.h>
#include <mlops/detector.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Options of mlops_detector_evaluate(). */
typedef struct mlops_detector_score_opts {
    uint32_t struct_size; /**< MLOPS_DETECTOR_SCORE_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    int64_t max_delay;    /**< values behind a change at which an alarm is still in time, 1 or more;
                               default: up to the next change */
} mlops_detector_score_opts;

#define MLOPS_DETECTOR_SCORE_OPTS_INIT                                                             \
    { sizeof(mlops_detector_score_opts), 0, 0 }

/** What alarms are worth. A quotient with 0 below is NaN. */
typedef struct mlops_detector_score {
    uint32_t struct_size;           /**< MLOPS_DETECTOR_SCORE_INIT sets it */
    uint32_t reserved;              /**< 0 */
    int64_t n_changes;              /**< that there were */
    int64_t n_alarms;               /**< that were given */
    int64_t n_detected;             /**< changes with an alarm in their window */
    int64_t n_late;                 /**< changes whose first alarm is behind the window and ahead of
                                         the next change */
    int64_t n_missed;               /**< changes without an alarm up to the next one */
    int64_t n_repeated;             /**< alarms in a window, behind its first */
    int64_t n_false;                /**< alarms outside of all windows */
    double delay_mean;              /**< values from a change to its alarm, of those detected */
    double delay_max;               /**< the longest of these */
    double precision;               /**< detected changes over alarms */
    double recall;                  /**< detected changes over changes */
    double f1;                      /**< harmonic mean of both */
    double episode_recall;          /**< recall that counts late alarms, too */
    double window_precision;        /**< alarms in windows, repeated ones too, over alarms: what one
                                         that always alarms is good at */
    double false_alarm_rate;        /**< false alarms over values outside of windows */
    double mtfa;                    /**< mean time between false alarms: the inverse of it */
    double mtr;                     /**< mean time ratio: mtfa * recall / (delay_mean + 1) */
    double always_precision;        /**< precision of a detector that alarms at every value */
    double always_f1;               /**< its f1; its recall is 1 */
    double always_window_precision; /**< its window_precision */
} mlops_detector_score;

#define MLOPS_DETECTOR_SCORE_INIT                                                                  \
    { sizeof(mlops_detector_score), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Hold alarms against the changes that there were.
 *
 * @param[out] out   @shape(1) struct_size must be set
 * @param alarms     @shape(n_alarms) places of the alarms, ascending strictly, from 0 to n - 1
 * @param n_alarms   0 or more
 * @param changes    @shape(n_changes) places of the first value of each new state, likewise
 * @param n_changes  0 or more
 * @param n          values of the stream
 * @param opts       @nullable
 * @param err        @nullable
 * @return MLOPS_E_INVALID: the message names the place that does not ascend or is outside
 * @since 0.1
 */
MLOPS_API mlops_status mlops_detector_evaluate(mlops_detector_score *out, const int64_t *alarms,
                                               int64_t n_alarms, const int64_t *changes,
                                               int64_t n_changes, int64_t n,
                                               const mlops_detector_score_opts *opts,
                                               mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
