/* mlops/kll.h: ranks and quantiles of a stream in fixed memory, with a bound of their error.
 *
 * A mlops_kll keeps some hundreds of the values that it has seen, each standing for a number of
 * others, as Karnin, Lang and Liberty's sketch of 2016 does. The error of a rank is bounded for any
 * distribution and order; a mlops_profile, whose bins are given or log-linear, bounds none, but its
 * merging is exact. State is the caller's: fixed size, no heap. What survives is drawn by a
 * generator of the sketch's own, so that equal calls give equal bytes on any machine, and batches
 * may be cut anywhere. Bytes are those of Apache DataSketches, in a frame of ours or bare.
 */
#ifndef MLOPS_KLL_H
#define MLOPS_KLL_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A sketch of quantiles, in mlops_kll_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_kll mlops_kll;

/** Configuration of a sketch. */
typedef struct mlops_kll_opts {
    uint32_t struct_size;          /**< MLOPS_KLL_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_kll_new() alone */
    int64_t k;                     /**< what is kept, and how close ranks are: 8 to 65,535; default
                                        200, a rank within 1.33 % */
    uint64_t seed;                 /**< of the generator; default 0 */
} mlops_kll_opts;

#define MLOPS_KLL_OPTS_INIT                                                                        \
    { sizeof(mlops_kll_opts), 0, 0, 0, 0 }

/** What a sketch has seen, and how far its answers may be off. */
typedef struct mlops_kll_summary {
    uint32_t struct_size; /**< MLOPS_KLL_SUMMARY_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t n;            /**< values, without NaN */
    int64_t n_nan;        /**< NaN, which are in no rank; not in bytes of DataSketches */
    int64_t n_kept;       /**< values that are kept */
    double min;           /**< least value, exact; NaN if there is none */
    double max;           /**< greatest value, exact; NaN if there is none */
    double rank_error;    /**< one rank, or a quantile's, is within this with 99 % */
    double pmf_error;     /**< all ranks at once, or a share between two points, with 99 % */
} mlops_kll_summary;

#define MLOPS_KLL_SUMMARY_INIT                                                                     \
    { sizeof(mlops_kll_summary), 0, 0, 0, 0, 0, 0, 0, 0 }

/** How a sketch is written. */
typedef enum mlops_kll_form {
    MLOPS_KLL_NATIVE = 0, /**< all of it, with a CRC: it goes on as if it had never been saved */
    MLOPS_KLL_F64 = 1,    /**< bytes of DataSketches, kll_sketch<double> and KllDoublesSketch */
    MLOPS_KLL_F32 = 2,    /**< the same of float, kll_sketch<float>; values are rounded */
    MLOPS_KLL_FORM_FORCE32 = 0x7fffffff
} mlops_kll_form;

/** Bytes that a sketch of this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_kll_size(const mlops_kll_opts *opts);

/**
 * Start an empty sketch in the caller's storage.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_kll_size(opts)
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_init(mlops_kll **out, void *mem, size_t size,
                                      const mlops_kll_opts *opts);

/**
 * Start an empty sketch on the host's heap.
 *
 * @param[out] out  the sketch, to be ended with mlops_kll_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_new(mlops_kll **out, const mlops_kll_opts *opts, mlops_error *err);

/** End a sketch made by mlops_kll_new(). NULL is allowed.
 * @since 0.1 */
MLOPS_API void mlops_kll_free(mlops_kll *self);

/**
 * Add values. NaN are counted apart.
 *
 * @param self    sketch
 * @param values  @shape(n) float64
 * @param n       0 or more
 * @return MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^48 values in all. Nothing is
 *         added in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_add(mlops_kll *self, const double *values, int64_t n);

/**
 * Add float32 values, one of each stride-th element.
 *
 * @param self    sketch
 * @param values  @shape(n:stride) float32; the first value and, behind it, every stride-th
 * @param n       0 or more
 * @param stride  distance of two values in elements; 1 or more
 * @return as mlops_kll_add()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_add_f32(mlops_kll *self, const float *values, int64_t n,
                                         int64_t stride);

/**
 * Add what another sketch has seen. Of different k the error is that of the smaller.
 *
 * @param self   sketch
 * @param other  another sketch, of any k; unchanged
 * @return MLOPS_E_LIMIT beyond 2^48 values in all; MLOPS_E_INVALID if other is self. Nothing is
 *         added in either case
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_merge(mlops_kll *self, const mlops_kll *other);

/** Forget all values; k and seed stay. @since 0.1 */
MLOPS_API void mlops_kll_reset(mlops_kll *self);

/**
 * Totals, extremes and bounds of the error.
 *
 * @param self      sketch
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_summarize(const mlops_kll *self, mlops_kll_summary *out);

/** Share of the values that are up to this one; NaN if there are none, or value is NaN.
 * @param self   sketch
 * @param value  a number
 * @since 0.1 */
MLOPS_API double mlops_kll_rank(const mlops_kll *self, double value);

/**
 * Quantile: the least kept value up to which q of the values lie; the exact extremes for 0 and 1.
 *
 * @param self  sketch
 * @param q     in [0, 1]
 * @return NaN if there are no values or q is out of range
 * @since 0.1
 */
MLOPS_API double mlops_kll_quantile(const mlops_kll *self, double q);

/**
 * Many quantiles.
 *
 * @param self      sketch
 * @param q         @shape(n) in [0, 1], in any order
 * @param n         0 or more
 * @param[out] out  @shape(n) the quantiles
 * @return MLOPS_E_INVALID if n is negative, or a q is out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_quantiles(const mlops_kll *self, const double *q, int64_t n,
                                           double *out);

/**
 * Cumulative distribution: the share of the values up to each point.
 *
 * @param self      sketch
 * @param points    @shape(n) in any order
 * @param n         0 or more
 * @param[out] out  @shape(n) the ranks, in [0, 1]; NaN if there are no values
 * @return MLOPS_E_INVALID if n is negative, or a point is NaN
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_cdf(const mlops_kll *self, const double *points, int64_t n,
                                     double *out);

/**
 * Shares between points: up to the first one, and up to each from the one before. What lies above
 * the last is in none; let that be +inf for shares of all.
 *
 * @param self      sketch
 * @param points    @shape(n) strictly ascending
 * @param n         0 or more
 * @param[out] out  @shape(n) the shares; NaN if there are no values
 * @return MLOPS_E_INVALID if n is negative, or points do not ascend
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_pmf(const mlops_kll *self, const double *points, int64_t n,
                                     double *out);

/**
 * Write the sketch as bytes. What waits to be sorted in is sorted in first.
 *
 * @param self          sketch
 * @param form          how; all but MLOPS_KLL_NATIVE leave out the count of NaN and the generator
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form
 *         is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_save(mlops_kll *self, mlops_kll_form form, void *bytes, size_t cap,
                                      size_t *needed);

/**
 * Read bytes of any form into the caller's storage: of mlops_kll_save(), or of DataSketches in C++,
 * Java and Python, double or float as their length says.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage: mlops_kll_size() of its k
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_LIMIT for one of more than 2^48 values;
 * MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_kll_load(mlops_kll **out, void *mem, size_t size, const void *bytes,
                                      size_t n);

#ifdef __cplusplus
}
#endif

#endif
