/* mlops/monitor_tasks.h: how well a model does that predicts classes or numbers.
 *
 * As mlops/monitor_labels.h of other tasks: one of these verbs takes the place of
 * mlops_monitor_expect_labels(), and rows, labels, segments and what is told are by the same verbs.
 *
 *     mlops_monitor_expect_classes(monitor, validation, calibration, NULL, &error);
 *     mlops_monitor_add_scored(monitor, row, 1, 30, probabilities, 3, &request, NULL, &error);
 *     mlops_monitor_add_labels(monitor, &request, &label, NULL, 1, &error);    // 0, 1 or 2
 */
#ifndef MLOPS_MONITOR_TASKS_H
#define MLOPS_MONITOR_TASKS_H

#include <mlops/base.h>
#include <mlops/calibration.h>
#include <mlops/monitor.h>
#include <mlops/monitor_labels.h>
#include <mlops/performance_classes.h>
#include <mlops/performance_regression.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Take the room for labels that are classes. Scores of a row are the probabilities of the classes,
 * as mlops_class_performance_add() takes them; its prediction is the most probable, the first of
 * several. A row with NaN has none. A label is the number of a class, from 0.
 *
 * @param self         monitor
 * @param reference    @nullable counts of rows with a label, such as of the validation, of
 *                     probabilities as calibration gives them; copied. NULL: metrics are told, and
 *                     not judged
 * @param calibration  @nullable fitted to these classes; what is counted is what it makes of the
 *                     probabilities, but that predictions are by them as they came. The monitor
 *                     holds a share. NULL: they are calibrated
 * @param opts         @nullable cost_tp to cost_tn and threshold are not used
 * @param err          @nullable
 * @return MLOPS_E_INVALID as mlops_monitor_expect_labels(), and where reference, model, calibration
 *         and n_classes do not agree; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_expect_classes(mlops_monitor *self,
                                                    const mlops_class_performance *reference,
                                                    mlops_calibration *calibration,
                                                    const mlops_monitor_labels_opts *opts,
                                                    mlops_error *err);

/**
 * Take the room for labels that are numbers. A score is the number that was predicted, up to 2^240
 * either way; NaN: there is none. With a width of 2 the second value of a row is the loss that a
 * model of the caller's expects of it (direct loss estimation): |error| if mae is judged, its
 * square if mse or rmse is, |error| / |label| of mape, (ln(1 + prediction) - ln(1 + label))^2 of
 * rmsle; 0 to 2^240, or NaN: there is none. From these the metric is estimated, else it is not.
 *
 * @param self       monitor
 * @param reference  @nullable sums of rows such as of the validation; copied. NULL: metrics are
 *                   told, and not judged
 * @param opts       @nullable threshold and all costs are not used
 * @param err        @nullable
 * @return MLOPS_E_INVALID as mlops_monitor_expect_labels(); MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_monitor_expect_numbers(mlops_monitor *self,
                                                    const mlops_regression_performance *reference,
                                                    const mlops_monitor_labels_opts *opts,
                                                    mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
