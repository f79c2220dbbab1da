/* mlops/profile.h: statistics of one column, in fixed memory, merged without loss.
 *
 * A mlops_profile counts the values of a column into bins, with totals, extremes, exact sums of
 * values and of squares, and, where asked for, different values and named categories. Its state is
 * the caller's: fixed size, no heap, the same bytes on a server and on a microcontroller; with
 * lg_k 9 and all else as it is by default it is 2,048 bytes. All of it is integers, so that merging
 * is commutative and associative to the byte: profiles of parts, merged in any order, are the
 * profile of the whole. No value is lost and no count wraps: beyond 2^63 - 1 values a verb refuses.
 *
 * Bins are either given (edges, such as the quantiles of a reference) or, without edges,
 * log-linear: each power of two of magnitude is cut into equal parts, as many as the room for
 * counts allows for what was seen. In ascending order: all below -2^64; none; bins; none; then from
 * -2^-32 to below zero; zero of either sign; above zero up to 2^-32; none; bins from the least to
 * the greatest magnitude that lies between; none; all above 2^64. Bins above zero have their upper
 * edge and not their lower one; bins below mirror them.
 *
 * Texts are counted by their length in characters, and as what they are among different values and
 * categories. A profile is of numbers or of texts.
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
    int64_t lg_k;                  /**< 2^lg_k registers count different values, as in mlops/hll.h;
                                        4 to 16; default none: they are not counted */
    int64_t bins_size;             /**< bytes for the counts of log-linear bins, a multiple of 8: 64
                                        to 65,536; default 1,000; more makes finer bins */
    const char *categories;        /**< @nullable up to 255 texts that mlops_profile_add_text()
                                        counts each by itself, separated by commas, quoted as in a
                                        CSV line */
} mlops_profile_opts;

enum {
    MLOPS_PROFILE_SET_SCALE = 1 /**< scale was given, even if 0 */
};

#define MLOPS_PROFILE_OPTS_INIT                                                                    \
    { sizeof(mlops_profile_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

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
 * Start an empty profile in the caller's storage. Edges and categories are copied.
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

/**
 * Count a text: its characters as a value, and itself among different values and categories.
 *
 * @param self  profile
 * @param text  @nullable UTF-8; NULL is a null
 * @return MLOPS_E_LIMIT beyond 2^63 - 1 values in all
 * @since 0.1
 */
MLOPS_API mlops_status mlops_profile_add_text(mlops_profile *self, const char *text);

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
