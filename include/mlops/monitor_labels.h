/* mlops/monitor_labels.h: how well a model does that is watched, once labels come and before.
 *
 * A monitor (mlops/monitor.h) of a binary task is told what to hold labels against, and from then
 * on takes rows with the score that the model gave and an id of the request. A label that comes
 * later, under the same id, counts to the window of its row. Until then, and where none ever comes,
 * metrics are estimated from calibrated scores (CBPE). Both are held against a reference with each
 * window that ends. Room is taken once; adding rows and labels allocates nothing. Of classes and
 * numbers mlops/monitor_tasks.h begins, and all else is the same.
 *
 *     mlops_monitor_expect_labels(monitor, validation, calibration, NULL, &error);
 *     mlops_monitor_add_scored(monitor, row, 1, 30, &score, 1, &request, NULL, &error);
 *     mlops_monitor_add_labels(monitor, &request, &label, NULL, 1, &error);    // days later
 */
#ifndef MLOPS_MONITOR_LABELS_H
#define MLOPS_MONITOR_LABELS_H

#include <mlops/base.h>
#include <mlops/calibration.h>
#include <mlops/drift.h>
#include <mlops/monitor.h>
#include <mlops/performance.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is judged: of two classes the first ten; of more classes these but SPECIFICITY, where means
 * are over classes, each against the rest; of numbers the others. More is better of the first
 * seven and of R2, less of all others. */
typedef enum mlops_monitor_metric {
    MLOPS_MONITOR_AUC = 0,      /**< of scores in 1,024 bins, as mlops_performance_metrics() */
    MLOPS_MONITOR_ACCURACY = 1, /**< share of rows predicted right */
    MLOPS_MONITOR_BALANCED_ACCURACY = 2, /**< mean of recall and specificity */
    MLOPS_MONITOR_PRECISION = 3,         /**< share of label 1 among rows predicted 1 */
    MLOPS_MONITOR_RECALL = 4,            /**< share predicted 1 among rows of label 1 */
    MLOPS_MONITOR_SPECIFICITY = 5,       /**< share predicted 0 among rows of label 0 */
    MLOPS_MONITOR_F1 = 6,                /**< harmonic mean of precision and recall */
    MLOPS_MONITOR_BRIER = 7,             /**< mean squared error of the scores */
    MLOPS_MONITOR_LOG_LOSS = 8,          /**< mean of -ln of the score of the label */
    MLOPS_MONITOR_COST = 9,              /**< what a row costs on average, by the cost matrix */
    MLOPS_MONITOR_MAE = 10,              /**< mean absolute error */
    MLOPS_MONITOR_MSE = 11,              /**< mean squared error */
    MLOPS_MONITOR_RMSE = 12,             /**< its root */
    MLOPS_MONITOR_MAPE = 13,             /**< mean absolute error as a share of the label */
    MLOPS_MONITOR_RMSLE = 14,            /**< root of the mean squared error of ln(1 + value) */
    MLOPS_MONITOR_BIAS = 15,             /**< mean of prediction less label; told, and not judged */
    MLOPS_MONITOR_R2 = 16,               /**< share of the labels' variance that predictions
                                              explain; told, and not judged */
    MLOPS_MONITOR_METRIC_FORCE32 = 0x7fffffff
} mlops_monitor_metric;

/** How labels are joined and performance is judged. Zero means the default in each field. */
typedef struct mlops_monitor_labels_opts {
    uint32_t struct_size;        /**< MLOPS_MONITOR_LABELS_OPTS_INIT sets it */
    uint32_t flags;              /**< MLOPS_MONITOR_LABELS_SET_THRESHOLD */
    int64_t rows_max;            /**< rows that are remembered for their labels, up to 2^30; the
                                      oldest makes room for a new one; default 65,536 */
    int32_t windows_kept;        /**< windows to which a label can still count, the current one
                                      among them, 1 to 1,000; default 8; 56 KiB each */
    mlops_monitor_metric metric; /**< what is judged; default MLOPS_MONITOR_AUC, of numbers
                                      MLOPS_MONITOR_MAE */
    double threshold;            /**< score from which a row is predicted positive: a multiple of
                                      1/1024 below 1; default 0.5 */
    double tolerance;            /**< loss that is not worth an alarm, in the metric's unit; default
                                      0.05; of log loss, cost and all of numbers but mape it
                                      must be given */
    double confidence;           /**< of the intervals that are shown; default 0.95 */
    double cost_tp;              /**< of a row that is predicted 1 and labelled 1; default 0 */
    double cost_fp;              /**< predicted 1, labelled 0; default 0 */
    double cost_fn;              /**< predicted 0, labelled 1; default 0 */
    double cost_tn;      /**< predicted 0, labelled 0; default 0, of all four: there is no cost */
    int64_t n_classes;   /**< of mlops_monitor_expect_classes(), 2 to 256; default: those of the
                              reference or of the model; else 0 */
    const double *costs; /**< @nullable @shape(n_costs) of mlops_monitor_expect_classes(): of a row
                              of each label, and of that by each prediction; else NULL */
    int64_t n_costs;     /**< classes times classes, or 0 */
} mlops_monitor_labels_opts;

enum {
    MLOPS_MONITOR_LABELS_SET_THRESHOLD = 1 /**< threshold was given, even if 0 */
};

#define MLOPS_MONITOR_LABELS_OPTS_INIT                                                             \
    { sizeof(mlops_monitor_labels_opts), 0, 0, 0, MLOPS_MONITOR_AUC, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** What came of labels, and where performance stands. Judged is at the end of each window: measured
 * are the labels of all windows kept, estimated is the window that ended. */
typedef struct mlops_monitor_labels {
    uint32_t struct_size;          /**< MLOPS_MONITOR_LABELS_INIT sets it */
    mlops_drift_verdict measured;  /**< YES: the metric is worse than the reference's by more than
                                        the tolerance; NO; or not enough data, also without a
                                        reference */
    mlops_drift_verdict estimated; /**< the same of the estimate */
    uint32_t reserved;             /**< 0 */
    double measured_loss;          /**< by how much the metric is worse than the reference's */
    double measured_loss_low;      /**< at least; above the tolerance if the verdict is YES */
    double measured_loss_high;     /**< at most */
    double estimated_loss;         /**< the same of the estimate; all of them NaN if not known */
    double estimated_loss_low;
    double estimated_loss_high;
    int64_t n_joined;    /**< labels that found their row */
    int64_t n_late;      /**< of these, whose window was no longer kept: they count to the window
                              in which they came */
    int64_t n_duplicate; /**< labels of rows that had theirs: not counted */
    int64_t n_unknown;   /**< labels of ids that no row has, or none that is remembered */
    int64_t n_waiting;   /**< rows that are remembered and have no label */
    int64_t n_evicted;   /**< rows that made room before their label came */
    int64_t n_replaced;  /**< rows whose id came again with another row before their label */
} mlops_monitor_labels;

#define MLOPS_MONITOR_LABELS_INIT                                                                  \
    {                                                                                              \
        sizeof(mlops_monitor_labels), MLOPS_DRIFT_NOT_ENOUGH_DATA, MLOPS_DRIFT_NOT_ENOUGH_DATA, 0, \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                  \
    }

/**
 * Take the room for labels. Once, and before the first row.
 *
 * With a reference half of what a window may spend on false alarms is for its columns, and a
 * quarter each for the measured and the estimated metric.
 *
 * @param self         monitor
 * @param reference    @nullable counts of rows with a label, such as of the validation; copied.
 *                     NULL: metrics are told, and not judged
 * @param calibration  @nullable what makes probabilities of scores, of estimates alone; the monitor
 *                     holds a share. NULL: scores are probabilities
 * @param opts         @nullable
 * @param err          @nullable
 * @return MLOPS_E_INVALID for an option out of range, a reference without labels, or a monitor that
 *         has rows or labels already; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_expect_labels(mlops_monitor *self,
                                                   const mlops_performance *reference,
                                                   mlops_calibration *calibration,
                                                   const mlops_monitor_labels_opts *opts,
                                                   mlops_error *err);

/**
 * Add rows with their scores, as mlops_monitor_add(); the scores are the predictions.
 *
 * @param self        monitor that expects labels
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be mlops_monitor_n_features()
 * @param scores      @shape(n_rows, width) probabilities of label 1, in [0, 1]; NaN: there is none.
 *                    Of classes and numbers: see mlops/monitor_tasks.h
 * @param width       1; of classes their number; of numbers 1, or 2
 * @param ids         @nullable @shape(n_rows) of the requests: any numbers, such as those of
 *                    mlops_monitor_id(). NULL: no label will come
 * @param weights     @nullable @shape(n_rows) as mlops_performance_add(); NULL: each row counts 1
 * @param err         @nullable
 * @return MLOPS_E_INVALID where a shape differs, no labels are expected, or a score or weight is
 *         none; MLOPS_E_LIMIT beyond a weight of 2^41 in all. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_scored(mlops_monitor *self, const float *rows,
                                                int64_t n_rows, int64_t n_features,
                                                const double *scores, int64_t width,
                                                const int64_t *ids, const double *weights,
                                                mlops_error *err);

/**
 * Add the rows of a table with their scores, as mlops_monitor_add_table() and
 * mlops_monitor_add_scored().
 *
 * @param self     monitor that expects labels
 * @param table    rows
 * @param scores   @shape(n, width) of each row
 * @param n        must be the number of rows
 * @param width    as in mlops_monitor_add_scored()
 * @param ids      @nullable @shape(n)
 * @param weights  @nullable @shape(n)
 * @param err      @nullable
 * @return as mlops_monitor_add_table() and mlops_monitor_add_scored()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_scored_table(mlops_monitor *self, const mlops_table *table,
                                                      const double *scores, int64_t n,
                                                      int64_t width, const int64_t *ids,
                                                      const double *weights, mlops_error *err);

/**
 * Add labels of rows that were added. Labels without a row are counted and are no error.
 *
 * @param self     monitor that expects labels
 * @param ids      @shape(n) of the requests
 * @param labels   @shape(n) 0 or 1; of classes 0 to n_classes - 1; of numbers any
 * @param weights  @nullable @shape(n) take the place of the weights of the rows
 * @param n        0 or more
 * @param err      @nullable
 * @return MLOPS_E_INVALID names the first label, counted from 0, that is none; MLOPS_E_LIMIT beyond
 *         a weight of 2^41 in all. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_add_labels(mlops_monitor *self, const int64_t *ids,
                                                const double *labels, const double *weights,
                                                int64_t n, mlops_error *err);

/** The number of a request whose id is a text: XXH3-64 of it. Two texts of n remembered ones have
 * the same with a chance below n^2 / 2^65. @since 0.1 */
MLOPS_API int64_t mlops_monitor_id(const char *text);

/**
 * What came of labels, and where performance stands.
 *
 * @param self      monitor
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown, or no labels are expected
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_summarize_labels(const mlops_monitor *self,
                                                      mlops_monitor_labels *out);

/**
 * Metrics of each window that is kept and of all rows together, of what there is by now.
 *
 * Columns: window, its number, from 1, or null: all rows of the monitor; kind, "measured" or
 * "estimated"; metric, its name; value, low, high, null where undefined; n, rows
 * with a label, or rows with a score.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      monitor that expects labels
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no labels are expected; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_performance(mlops_table **out, const mlops_monitor *self,
                                                 mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
