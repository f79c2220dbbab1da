/* mlops/hll.h: how many different values a stream has, in fixed memory.
 *
 * A mlops_hll is HyperLogLog as Apache DataSketches has it: values are hashed (MurmurHash3, seed
 * 9001), few of them are kept as coupons of 32 bits, and many in 2^lg_k registers, each with the
 * longest run of zeros that it has seen. State is the caller's: fixed size, no heap. Bytes are
 * those of DataSketches, in a frame of ours or bare.
 *
 * As long as a sketch has seen its values one after the other, it also sums up the chances of each
 * change (HIP), which makes the estimate closer: 0.83 / sqrt(2^lg_k) instead of 1.04. That is its
 * history: it depends on the order of values, and merging ends it. A sketch without history
 * (MLOPS_HLL_WITHOUT_HISTORY) never has it: its bytes depend on nothing but which values were seen,
 * so that merging is commutative, associative and idempotent to the byte.
 */
#ifndef MLOPS_HLL_H
#define MLOPS_HLL_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A sketch of distinct values, in mlops_hll_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_hll mlops_hll;

/** Configuration of a sketch. */
typedef struct mlops_hll_opts {
    uint32_t struct_size;          /**< MLOPS_HLL_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_HLL_WITHOUT_HISTORY */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_hll_new() alone */
    int64_t lg_k;                  /**< 2^lg_k registers of a byte; 4 to 21; default 12 */
} mlops_hll_opts;

enum {
    MLOPS_HLL_WITHOUT_HISTORY = 1 /**< bytes depend on the set of values alone */
};

#define MLOPS_HLL_OPTS_INIT                                                                        \
    { sizeof(mlops_hll_opts), 0, 0, 0 }

/** What a sketch tells. */
typedef struct mlops_hll_summary {
    uint32_t struct_size; /**< MLOPS_HLL_SUMMARY_INIT sets it */
    uint32_t reserved;    /**< 0 */
    int64_t lg_k;         /**< 2^lg_k registers */
    int64_t n_coupons;    /**< coupons that are kept; -1: there are registers instead */
    int64_t has_history;  /**< 1: the estimate is HIP's, or will be; 0: of the registers alone */
    double estimate;      /**< different values */
    double error;         /**< relative standard error of the estimate */
} mlops_hll_summary;

#define MLOPS_HLL_SUMMARY_INIT                                                                     \
    { sizeof(mlops_hll_summary), 0, 0, 0, 0, 0, 0 }

/** How a sketch is written. */
typedef enum mlops_hll_form {
    MLOPS_HLL_NATIVE = 0, /**< all of it, with a CRC */
    MLOPS_HLL_TYPE_4 = 1, /**< bytes of DataSketches, HLL_4: half a byte a register */
    MLOPS_HLL_TYPE_8 = 2, /**< bytes of DataSketches, HLL_8: a byte a register */
    MLOPS_HLL_FORM_FORCE32 = 0x7fffffff
} mlops_hll_form;

/** Bytes that a sketch of this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_hll_size(const mlops_hll_opts *opts);

/**
 * Start an empty sketch in the caller's storage.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_hll_size(opts)
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or
 * storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_init(mlops_hll **out, void *mem, size_t size,
                                      const mlops_hll_opts *opts);

/**
 * Start an empty sketch on the host's heap.
 *
 * @param[out] out  the sketch, to be ended with mlops_hll_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_new(mlops_hll **out, const mlops_hll_opts *opts, mlops_error *err);

/** End a sketch made by mlops_hll_new(). NULL is allowed.
 * @since 0.1 */
MLOPS_API void mlops_hll_free(mlops_hll *self);

/**
 * Add float64 values. Zeros of either sign are one value, and all NaN are one; a whole number is
 * another one here than in mlops_hll_add_i64().
 *
 * @param self    sketch
 * @param values  @shape(n) float64
 * @param n       0 or more
 * @return MLOPS_E_INVALID if n is negative
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_add(mlops_hll *self, const double *values, int64_t n);

/**
 * Add int64 values.
 *
 * @param self    sketch
 * @param values  @shape(n) int64
 * @param n       0 or more
 * @return MLOPS_E_INVALID if n is negative
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_add_i64(mlops_hll *self, const int64_t *values, int64_t n);

/** Add a text, by its bytes. An empty one is none, as for DataSketches.
 * @param self  sketch
 * @param text  UTF-8
 * @since 0.1 */
MLOPS_API void mlops_hll_add_text(mlops_hll *self, const char *text);

/**
 * Add what another sketch has seen: the values of both, each once. History ends where both have
 * registers.
 *
 * @param self   sketch
 * @param other  sketch of the same lg_k; unchanged
 * @return MLOPS_E_INVALID if the lg_k differ; nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_merge(mlops_hll *self, const mlops_hll *other);

/** Forget all values; the configuration stays. @since 0.1 */
MLOPS_API void mlops_hll_reset(mlops_hll *self);

/**
 * Estimate and state.
 *
 * @param self      sketch
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_summarize(const mlops_hll *self, mlops_hll_summary *out);

/** How many different values there were, or one bound of that: so many standard errors above the
 * estimate, or below it where they are negative. 2 and -2 enclose 95 %.
 * @param self    sketch
 * @param errors  in [-3, 3]; 0 is the estimate. NaN is returned for any other
 * @since 0.1 */
MLOPS_API double mlops_hll_estimate(const mlops_hll *self, double errors);

/**
 * Write the sketch as bytes.
 *
 * @param self          sketch
 * @param form          how
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form
 *         is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_save(const mlops_hll *self, mlops_hll_form form, void *bytes,
                                      size_t cap, size_t *needed);

/**
 * Read bytes of any form into the caller's storage: of mlops_hll_save(), or HLL_4, HLL_6 and HLL_8
 * of DataSketches, compact or not.
 *
 * @param[out] out  the sketch, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      bytes of storage: mlops_hll_size() of its lg_k
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
 * MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_hll_load(mlops_hll **out, void *mem, size_t size, const void *bytes,
                                      size_t n);

#ifdef __cplusplus
}
#endif

#endif
