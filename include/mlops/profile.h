/* mlops/profile.h: statistics of one column, in fixed memory, merged without loss.
 *
 * A mlops_profile counts the values of a numeric column into bins, with totals, extremes and an
 * exact sum. Its state is the caller's: fixed size, no heap, the same bytes on a server and on a
 * microcontroller. Counts are integers and the sum is kept in 192-bit fixed point, so that merging
 * is commutative and associative to the byte: profiles of parts, merged in any order, are the
 * profile of the whole. No value is lost and no count wraps: beyond 2^63 - 1 values a verb refuses.
 *
 * Bins are either given (edges, such as the quantiles of a reference) or, without edges, the 517
 * log-linear ones: each power of two of magnitude from 2^-32 to 2^32 is cut into 4 equal bins on
 * both sides of zero. In ascending order: x <= -2^32; 256 up to -2^-32; then up to below zero; zero
 * of either sign; above zero up to 2^-32; 256 up to 2^32; all above. Each bin has its upper edge
 * and not its lower one.
 */
#ifndef MLOPS_PROFILE_H
#define MLOPS_PROFILE_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A profile, in mlops_profile_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_profile mlops_profile;

/** Configuration of a profile. Only profiles of equal configuration merge. */
typedef struct mlops_profile_opts {
    uint32_t struct_size;          /**< MLOPS_PROFILE_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_PROFILE_SET_SCALE */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_profile_new() alone */
    const double *edges;           /**< @nullable @shape(n_edges) strictly ascending, finite; bin 0
                                        is x <= edges[0], bin i is edges[i-1] < x <= edges[i], bin
                                        n_edges is x > the last; default log-linear bins */
    int64_t n_edges;               /**< 0 to 4,095; default 0 */
    int32_t scale;                 /**< the sum counts units of 2^-scale, to which each value is
                                        rounded (ties to even); -64 to 64; default 32, at which
                                        values below 2^94 sum up */
    uint32_t reserved;             /**< must be 0 */
} mlops_profile_opts;

enum {
    MLOPS_PROFILE_SET_SCALE = 1 /**< scale was given, even if 0 */
};

#define MLOPS_PROFILE_OPTS_INIT                                                                    \
    { sizeof(mlops_profile_opts), 0, 0, 0, 0, 0, 0 }

/** What a profile has seen. */
typedef struct mlops_profile_summary {
    uint32_t struct_size; /**< MLOPS_PROFILE_SUMMARY_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n;            /**< all values, nulls and NaN among them */
    int64_t n_null;       /**< nulls */
    int64_t n_nan;        /**< NaN */
    int64_t n_infinite;   /**< +inf and -inf */
    int64_t n_zero;       /**< zeros of either sign */
    int64_t n_negative;   /**< below zero, -inf among them */
    double min;           /**< least value, infinities among them; NaN if there is none */
    double max;           /**< greatest value; NaN if there is none */
    double mean;          /**< of the finite values, from the exact sum; NaN if there is none, or if
                               one was 2^(126 - scale) or larger in magnitude: no sum holds it */
} mlops_profile_summary;

#define MLOPS_PROFILE_SUMMARY_INIT                                                                 \
    { sizeof(mlops_profile_summary), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Bytes that a profile of this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_profile_size(const mlops_profile_opts *opts);

/**
 * Start an empty profile in the caller's storage. The edges are copied.
 *
 * @param[out] out  the profile, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_profile_size(opts)
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_init(mlops_profile **out, void *mem, size_t size,
                                          const mlops_profile_opts *opts);

/**
 * Start an empty profile on the host's heap.
 *
 * @param[out] out  the profile, to be ended with mlops_profile_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_new(mlops_profile **out, const mlops_profile_opts *opts,
                                         mlops_error *err);

/** End a profile made by mlops_profile_new(). NULL is allowed.
 * @since 0.1 */
MLOPS_API void mlops_profile_free(mlops_profile *self);

/**
 * Count values.
 *
 * @param self    profile
 * @param values  @shape(n) float64
 * @param n       0 or more
 * @return MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^63 - 1 values in all. Nothing is
 *         counted in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_add(mlops_profile *self, const double *values, int64_t n);

/**
 * Count float32 values, one of each stride-th element.
 *
 * @param self    profile
 * @param values  @shape(n:stride) float32; the first value and, behind it, every stride-th
 * @param n       0 or more
 * @param stride  distance of two values in elements; 1 or more
 * @return as mlops_profile_add()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_add_f32(mlops_profile *self, const float *values, int64_t n,
                                             int64_t stride);

/** Count n nulls; n is 0 or more. @return as mlops_profile_add() @since 0.1 */
MLOPS_API mlops_status mlops_profile_add_nulls(mlops_profile *self, int64_t n);

/**
 * Add what another profile has seen.
 *
 * @param self   profile
 * @param other  profile of the same configuration; unchanged
 * @return MLOPS_E_INVALID if the configurations differ; MLOPS_E_LIMIT beyond 2^63 - 1 values in
 * all. Nothing is added in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_merge(mlops_profile *self, const mlops_profile *other);

/** Forget all values; the configuration stays. @since 0.1 */
MLOPS_API void mlops_profile_reset(mlops_profile *self);

/**
 * Totals and extremes.
 *
 * @param self      profile
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_summarize(const mlops_profile *self,
                                               mlops_profile_summary *out);

/** Number of bins. @since 0.1 */
MLOPS_API int64_t mlops_profile_n_bins(const mlops_profile *self);

/** Values in a bin (infinities count in the outermost); -1 if index is out of range. @since 0.1 */
MLOPS_API int64_t mlops_profile_bin(const mlops_profile *self, int64_t index);

/** Upper edge of a bin, which belongs to it: +inf of the last, NaN if out of range. @since 0.1 */
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

/**
 * Write the profile as bytes: canonical, little-endian, equal for equal content on any machine.
 *
 * @param self          profile
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_save(const mlops_profile *self, void *bytes, size_t cap,
                                          size_t *needed);

/**
 * Read bytes of mlops_profile_save() into the caller's storage.
 *
 * @param[out] out  the profile, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are not a profile, or whose totals and bins contradict
 * each other; MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_load(mlops_profile **out, void *mem, size_t size,
                                          const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
