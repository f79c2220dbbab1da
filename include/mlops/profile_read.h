/* mlops/profile_read.h: what a profile tells beside its totals: bins, quantiles, moments, different
 * values, categories. Nothing here changes a profile.
 */
#ifndef MLOPS_PROFILE_READ_H
#define MLOPS_PROFILE_READ_H

#include <mlops/profile.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Moments of the finite values of a profile. */
typedef struct mlops_profile_moments {
    uint32_t struct_size; /**< MLOPS_PROFILE_MOMENTS_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n;            /**< finite values */
    double mean;          /**< from the exact sum; NaN as in mlops_profile_summary */
    double variance;      /**< from the exact sums, by n; NaN as the mean */
    double skewness;      /**< from the middles of the bins; NaN if variance is 0 or NaN, or if a
                               value is infinite */
    double kurtosis;      /**< the same, less the 3 of a normal distribution */
} mlops_profile_moments;

#define MLOPS_PROFILE_MOMENTS_INIT                                                                 \
    { sizeof(mlops_profile_moments), 0, 0, 0, 0, 0, 0 }

/**
 * Moments. Mean and variance are exact but for a last rounding; the others are as fine as the bins.
 *
 * @param self      profile
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_measure(const mlops_profile *self, mlops_profile_moments *out);

/** How many different values there are, by estimate, or a bound of it: see mlops_hll_estimate().
 * Nulls and NaN are none. NaN if the profile has no registers.
 * @param self    profile
 * @param errors  in [-3, 3]
 * @since 0.1 */
MLOPS_API double mlops_profile_distinct(const mlops_profile *self, double errors);

/** Number of categories. @since 0.1 */
MLOPS_API int64_t mlops_profile_n_categories(const mlops_profile *self);

/** Texts of a category; -1 if index is out of range. @since 0.1 */
MLOPS_API int64_t mlops_profile_category(const mlops_profile *self, int64_t index);

/**
 * Name of a category.
 *
 * @param self   profile
 * @param index  0 to n_categories - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_profile_category_name(const mlops_profile *self, int64_t index);

/** Number of bins; without edges it changes with what is counted. @since 0.1 */
MLOPS_API int64_t mlops_profile_n_bins(const mlops_profile *self);

/** Values in a bin (infinities count in the outermost); -1 if index is out of range. @since 0.1 */
MLOPS_API int64_t mlops_profile_bin(const mlops_profile *self, int64_t index);

/** Upper edge of a bin: +inf of the last, NaN if out of range. It belongs to the bin, but for
 * log-linear bins below zero, which have their lower one. @since 0.1 */
MLOPS_API double mlops_profile_edge(const mlops_profile *self, int64_t index);

/**
 * Quantile, from the bins: the upper edge of the first bin up to which q of the values lie, bounded
 * by the extremes. Nulls and NaN do not count.
 *
 * @param self  profile
 * @param q     in [0, 1]
 * @return NaN if there are no values or q is out of range
 * @since 0.1
 */
MLOPS_API double mlops_profile_quantile(const mlops_profile *self, double q);

/** A profile without edges as an exponential histogram, which OpenTelemetry and Prometheus have:
 * each bin is a power of a base, with its greater end, and bins of the profile add up to them
 * exactly. Prometheus counts from 1 where this counts from 0. */
typedef struct mlops_profile_powers {
    uint32_t struct_size;  /**< MLOPS_PROFILE_POWERS_INIT sets it */
    int32_t scale;         /**< the base is 2^(2^-scale): 2 at 0; -1 to -5 where bins are coarser */
    int64_t n;             /**< values: neither null nor NaN */
    int64_t n_zero;        /**< values of magnitude up to zero_threshold */
    double zero_threshold; /**< 2^-32 */
    int64_t positive_offset; /**< index of the first bin above zero */
    int64_t n_positive;      /**< bins from there on */
    int64_t negative_offset; /**< the same below zero, by magnitude */
    int64_t n_negative;      /**< bins from there on */
} mlops_profile_powers;

#define MLOPS_PROFILE_POWERS_INIT                                                                  \
    { sizeof(mlops_profile_powers), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Shape of the exponential histogram.
 *
 * @param self      profile
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown, or if the profile has edges
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_count_powers(const mlops_profile *self,
                                                  mlops_profile_powers *out);

/** Values in a bin of it: of magnitude above base^index, up to base^(index + 1). Those above 2^64,
 * infinities among them, are in the bin that begins there.
 * @param self   profile
 * @param sign   1: above zero; -1: below; -1 is returned for any other, and if the profile has
 * edges
 * @param index  any
 * @since 0.1 */
MLOPS_API int64_t mlops_profile_power(const mlops_profile *self, int32_t sign, int64_t index);

/**
 * The exponential histogram as JSON, with the names of OTLP's ExponentialHistogramDataPoint; sum,
 * min and max where they are finite, sum unless a value is below zero: OTLP takes it to grow with
 * each value. Times and attributes are for the caller to add.
 *
 * @param self         profile
 * @param[out] text    @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room, with the NUL
 * @param[out] needed  @nullable length without the NUL
 * @return MLOPS_E_ARENA if cap is too small; MLOPS_E_INVALID if the profile has edges
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_otlp(const mlops_profile *self, char *text, size_t cap,
                                          size_t *needed);

#ifdef __cplusplus
}
#endif

#endif
