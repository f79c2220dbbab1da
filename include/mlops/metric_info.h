/* mlops/metric_info.h: metrics by their names, and which way each gets better. */
#ifndef MLOPS_METRIC_INFO_H
#define MLOPS_METRIC_INFO_H

#include <mlops/base.h>
#include <mlops/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is known of a metric. */
typedef struct mlops_metric_info {
    uint32_t struct_size;       /**< MLOPS_METRIC_INFO_INIT sets it */
    mlops_metric metric;        /**< which one */
    const char *name;           /**< @borrowed(static) such as "auc" */
    mlops_metric_better better; /**< which way is up */
    uint32_t tasks;             /**< of mlops_metric_task, added up */
} mlops_metric_info;

#define MLOPS_METRIC_INFO_INIT                                                                     \
    { sizeof(mlops_metric_info), MLOPS_METRIC_AUC, 0, MLOPS_METRIC_NEITHER, 0 }

/** Number of metrics. @since 0.1 */
MLOPS_API int64_t mlops_metric_count(void);

/**
 * Tell about the metric at an index.
 *
 * @param[out] out  @shape(1) struct_size must be set
 * @param index     0 to mlops_metric_count() - 1
 * @return MLOPS_E_INVALID if the index is none of these
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_at(mlops_metric_info *out, int64_t index);

/**
 * Find a metric by its name.
 *
 * @param[out] out  @shape(1) struct_size must be set
 * @param name      as in mlops_metric_info
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND; the message has the nearest name
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_find(mlops_metric_info *out, const char *name,
                                         mlops_error *err);

/**
 * The band in which a metric is usual, from its values in reference chunks: their mean less and
 * plus so many standard deviations (of the population), within the range of the metric. Values that
 * are NaN are left out.
 *
 * @param[out] low    @shape(1) lower end
 * @param[out] high   @shape(1) upper end
 * @param metric      which one
 * @param values      @shape(n) of the chunks
 * @param n           number of chunks
 * @param multiple    of the standard deviation, 0 or more, such as 3
 * @param err         @nullable
 * @return MLOPS_E_INVALID if no value is a number, or for a multiple below 0 or another metric
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_band(double *low, double *high, mlops_metric metric,
                                         const double *values, int64_t n, double multiple,
                                         mlops_error *err);

/** Value of a metric in a result; NaN where it has none. @since 0.1 */
MLOPS_API double mlops_metric_value(const mlops_metrics *of, mlops_metric metric);

#ifdef __cplusplus
}
#endif

#endif
