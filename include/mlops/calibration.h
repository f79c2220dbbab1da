/* mlops/calibration.h: scores made into probabilities that hold.
 *
 * A mlops_calibration is fitted to scores whose labels are known, by isotonic regression or Platt's
 * sigmoid, and then applied to others: of rows with a calibrated score of 0.3, three in ten have
 * label 1. Estimates of performance without labels (mlops/performance_estimate.h) rest on that.
 */
#ifndef MLOPS_CALIBRATION_H
#define MLOPS_CALIBRATION_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ways to calibrate. */
typedef enum mlops_calibration_method {
    MLOPS_CALIBRATION_ISOTONIC = 1, /**< any curve that does not fall; wants 1,000 rows or more */
    MLOPS_CALIBRATION_PLATT = 2,    /**< 1 / (1 + exp(a score + b)); of few rows */
    MLOPS_CALIBRATION_FORCE32 = 0x7fffffff
} mlops_calibration_method;

/** A fitted calibration; immutable, shared by threads. @threadsafe */
typedef struct mlops_calibration mlops_calibration;

/**
 * Fit to rows.
 *
 * Isotonic regression is scikit-learn's IsotonicRegression(out_of_bounds="clip"), a straight line
 * between its steps and the outermost values beyond them; Platt's sigmoid that of Lin, Lin and Weng
 * (2007), with Platt's smoothed targets, as in scikit-learn.
 *
 * @param[out] out  the calibration, to be ended with mlops_calibration_unref(); NULL after an error
 * @param method    which way
 * @param scores    @shape(n) finite: probabilities, margins or any score
 * @param labels    @shape(n) 0 or 1
 * @param weights   @nullable @shape(n) finite, 0 or more; a row of weight 0 is not there
 * @param n         at most 2^32
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0)
 *         or none counts; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_fit(mlops_calibration **out,
                                             mlops_calibration_method method, const double *scores,
                                             const double *labels, const double *weights, int64_t n,
                                             const mlops_host *host, mlops_error *err);

/**
 * Fit each of k classes against the rest.
 *
 * @param[out] out       the calibration, to be ended with mlops_calibration_unref(); NULL after an
 *                       error
 * @param method         which way
 * @param probabilities  @shape(n, k) row-major, finite
 * @param n              at most 2^32
 * @param k              2 to 256
 * @param labels         @shape(n) 0 to k - 1
 * @param weights        @nullable @shape(n) as in mlops_calibration_fit()
 * @param host           @nullable
 * @param err            @nullable
 * @return MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0),
 *         none counts, or for another k; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_fit_classes(mlops_calibration **out,
                                                     mlops_calibration_method method,
                                                     const double *probabilities, int64_t n,
                                                     int64_t k, const int64_t *labels,
                                                     const double *weights, const mlops_host *host,
                                                     mlops_error *err);

/** One more share. @since 0.1 */
MLOPS_API mlops_calibration *mlops_calibration_ref(mlops_calibration *self);

/** End a share. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_calibration_unref(mlops_calibration *self);

/** Number of classes that it was fitted to; 0 for scores of a binary task. @since 0.1 */
MLOPS_API int64_t mlops_calibration_n_classes(const mlops_calibration *self);

/** Which way it was fitted. @since 0.1 */
MLOPS_API mlops_calibration_method mlops_calibration_kind(const mlops_calibration *self);

/**
 * Calibrate scores.
 *
 * @param self          calibration
 * @param scores        @shape(n) NaN stays NaN
 * @param[out] out      @shape(n) probabilities; may be scores
 * @param n             0 or more
 * @param err           @nullable
 * @return MLOPS_E_INVALID if n is negative, or it was fitted to classes
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_apply(const mlops_calibration *self, const double *scores,
                                               double *out, int64_t n, mlops_error *err);

/**
 * Calibrate probabilities of classes: each against the rest, then over their sum. A row whose sum
 * is 0 becomes 1 / k throughout.
 *
 * @param self           calibration that was fitted to k classes
 * @param probabilities  @shape(n, k) a row with NaN becomes NaN throughout
 * @param[out] out       @shape(n, k) may be probabilities
 * @param n              0 or more
 * @param k              number of classes
 * @param err            @nullable
 * @return MLOPS_E_INVALID if n is negative, or it was fitted to another number of classes
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_apply_classes(const mlops_calibration *self,
                                                       const double *probabilities, double *out,
                                                       int64_t n, int64_t k, mlops_error *err);

/**
 * Write the calibration as bytes: canonical, little-endian.
 *
 * @param self          calibration
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_save(const mlops_calibration *self, void *bytes,
                                              size_t cap, size_t *needed);

/**
 * Read bytes of mlops_calibration_save().
 *
 * @param[out] out  the calibration, to be ended with mlops_calibration_unref(); NULL after an error
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT for bytes that are no calibration; MLOPS_E_UNSUPPORTED for those of a
 *         later format; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_calibration_load(mlops_calibration **out, const void *bytes, size_t n,
                                              const mlops_host *host, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
