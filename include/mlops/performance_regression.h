/* mlops/performance_regression.h: how well predicted numbers agree with observed ones, as sums that
 * merge.
 *
 * A mlops_regression_performance keeps sums without error of what the metrics are made of, and
 * counts absolute errors in bins of a sixteenth of a power of 2. Parts merge to the whole, to the
 * byte. Before observed numbers are there, losses that a model of the caller's predicts for each
 * row tell what is to be expected (direct loss estimation).
 */
#ifndef MLOPS_PERFORMANCE_REGRESSION_H
#define MLOPS_PERFORMANCE_REGRESSION_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/metric.h>
#include <mlops/performance.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sums of errors, of mlops_regression_performance_size() bytes. One thread at a time. */
typedef struct mlops_regression_performance mlops_regression_performance;

/** Bytes that sums need. @since 0.1 */
MLOPS_API size_t mlops_regression_performance_size(void);

/**
 * Start empty sums in the caller's storage.
 *
 * @param[out] out  the sums, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_regression_performance_size()
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_init(mlops_regression_performance **out,
                                                         void *mem, size_t size);

/**
 * Start empty sums on the host's heap.
 *
 * @param[out] out  the sums, to be ended with mlops_regression_performance_free(); NULL after an
 *                  error
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_new(mlops_regression_performance **out,
                                                        const mlops_host *host, mlops_error *err);

/** End sums made by mlops_regression_performance_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_regression_performance_free(mlops_regression_performance *self);

/**
 * Add rows.
 *
 * @param self         sums
 * @param predictions  @shape(n) up to 2^240 in size; a row of NaN is left out, and counted as such
 * @param labels       @shape(n) up to 2^240 in size; a row of NaN is left out: not known (yet)
 * @param weights      @nullable @shape(n) as in mlops_performance_add()
 * @param n            0 or more
 * @param err          @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
 *         weight of 2^41 in all. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_add(mlops_regression_performance *self,
                                                        const double *predictions,
                                                        const double *labels, const double *weights,
                                                        int64_t n, mlops_error *err);

/**
 * Add what other sums have.
 *
 * @param self   sums
 * @param other  sums; unchanged
 * @param err    @nullable
 * @return MLOPS_E_INVALID if other is self; MLOPS_E_LIMIT. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_merge(mlops_regression_performance *self,
                                                          const mlops_regression_performance *other,
                                                          mlops_error *err);

/** Forget all rows. @since 0.1 */
MLOPS_API void mlops_regression_performance_reset(mlops_regression_performance *self);

/**
 * Judge the rows, as mlops_metric_regression() does; median_ae is that of
 * mlops_regression_performance_quantile().
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param self      sums
 * @param opts      @nullable quantile
 * @param err       @nullable
 * @return MLOPS_E_INVALID if there is no row, or for an option out of range
 * @since 0.1
 */
MLOPS_API mlops_status
mlops_regression_performance_metrics(mlops_metrics *out, const mlops_regression_performance *self,
                                     const mlops_performance_opts *opts, mlops_error *err);

/**
 * The least absolute error up to which a share q of the weight lies, within a thirty-second of its
 * size from 2^-64 to 2^64; errors below count as 0. NaN without rows, or if q is not in [0, 1].
 * @since 0.1
 */
MLOPS_API double mlops_regression_performance_quantile(const mlops_regression_performance *self,
                                                       double q);

/**
 * Estimate a metric of rows whose labels are not known, from the loss that a model of the caller's
 * predicts for each: one row of the table of mlops_performance_estimate(). The sampling error is
 * the standard deviation of the loss on reference rows over the root of the number of rows.
 *
 * @param[out] out   the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self    sums of the rows that the model of losses was fitted to, or of others like them
 * @param metric     MLOPS_METRIC_MAE (the loss is |error|), MLOPS_METRIC_MSE and MLOPS_METRIC_RMSE
 *                   (its square), MLOPS_METRIC_MAPE (|error| / |label|), MLOPS_METRIC_MSLE and
 *                   MLOPS_METRIC_RMSLE (squared difference of ln(1 + value))
 * @param losses     @shape(n) predicted, 0 or more
 * @param weights    @nullable @shape(n) 0 or more
 * @param n          1 to 2^32
 * @param opts       @nullable confidence
 * @param err        @nullable
 * @return MLOPS_E_INVALID for another metric, if a row is none of these, or self has none;
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_estimate(
    mlops_table **out, const mlops_regression_performance *self, mlops_metric metric,
    const double *losses, const double *weights, int64_t n, const mlops_performance_opts *opts,
    mlops_error *err);

/**
 * Write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.
 *
 * @param self          sums
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_save(const mlops_regression_performance *self,
                                                         void *bytes, size_t cap, size_t *needed);

/**
 * Read bytes of mlops_regression_performance_save() into the caller's storage.
 *
 * @param[out] out  the sums, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_regression_performance_size()
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no sums, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_regression_performance_load(mlops_regression_performance **out,
                                                         void *mem, size_t size, const void *bytes,
                                                         size_t n);

#ifdef __cplusplus
}
#endif

#endif
