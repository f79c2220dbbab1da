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

#ifdef __cplusplus
}
#endif

#endif
