/* mlops/metric_regression.h: how well predicted numbers agree with observed ones. */
#ifndef MLOPS_METRIC_REGRESSION_H
#define MLOPS_METRIC_REGRESSION_H

#include <mlops/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Judge predicted numbers. Predictions and labels must be finite.
 *
 * @param[out] out     @shape(1) result; struct_size must be set
 * @param predictions  @shape(n) predicted
 * @param labels       @shape(n) observed
 * @param n            at most 2^32
 * @param opts         @nullable
 * @param err          @nullable
 * @return as mlops_metric_binary()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_regression(mlops_metrics *out, const double *predictions,
                                               const double *labels, int64_t n,
                                               const mlops_metric_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
