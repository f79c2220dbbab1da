/* mlops/performance_estimate.h: performance without labels.
 *
 * While labels are awaited, calibrated probabilities tell what is to be expected of them: of rows
 * with a probability of 0.3 three in ten have label 1. From that follow the expected confusion
 * matrix and metrics: confidence-based performance estimation (CBPE), as NannyML defines it. It
 * holds as long as what a score means stays as it was when the calibration was fitted: it sees
 * other rows come (covariate shift), and not that the same rows fare otherwise (concept drift).
 */
#ifndef MLOPS_PERFORMANCE_ESTIMATE_H
#define MLOPS_PERFORMANCE_ESTIMATE_H

#include <mlops/base.h>
#include <mlops/calibration.h>
#include <mlops/performance.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Estimate the metrics of all rows of counts, with a label or without, from their scores alone.
 * Each row counts at the mean score of its bin.
 *
 * Columns: metric, a name of mlops_metric_find(); value, expected; sampling_error, the standard
 * deviation of the metric about it, since so many labels come out by chance; low and high, bounds
 * that hold it at opts.confidence (0.9973: three sampling errors). Null where there is none.
 *
 * @param[out] out     the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self         counts
 * @param calibration  @nullable of scores; NULL: they are calibrated
 * @param opts         @nullable threshold, of scores as they are counted, and confidence
 * @param err          @nullable
 * @return MLOPS_E_INVALID if there is no row, or the threshold is no edge of a bin; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_estimate(mlops_table **out, const mlops_performance *self,
                                                  const mlops_calibration *calibration,
                                                  const mlops_performance_opts *opts,
                                                  mlops_error *err);

/**
 * Estimate the metrics of rows: the same table.
 *
 * @param[out] out       the table, to be ended with mlops_table_unref(); NULL after an error
 * @param scores         @shape(n) any that are not NaN; they rank and are held against the
 * threshold
 * @param probabilities  @nullable @shape(n) calibrated, in [0, 1]; NULL: the scores are
 * @param n              1 to 2^32
 * @param opts           @nullable threshold and confidence
 * @param err            @nullable
 * @return MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0)
 *         or there is none; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_estimate_rows(mlops_table **out, const double *scores,
                                                       const double *probabilities, int64_t n,
                                                       const mlops_performance_opts *opts,
                                                       mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
