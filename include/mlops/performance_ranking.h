/* mlops/performance_ranking.h: how well scores order the rows of queries, as sums that merge.
 *
 * A mlops_ranking_performance keeps the sums over queries that mlops_metric_ranking() takes the
 * means of. Parts merge to the whole, to the byte.
 */
#ifndef MLOPS_PERFORMANCE_RANKING_H
#define MLOPS_PERFORMANCE_RANKING_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sums over queries, of mlops_ranking_performance_size() bytes. One thread at a time. */
typedef struct mlops_ranking_performance mlops_ranking_performance;

/** Options of sums over queries. Zero means the default in each field. */
typedef struct mlops_ranking_performance_opts {
    uint32_t struct_size;          /**< MLOPS_RANKING_PERFORMANCE_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_RANKING_PERFORMANCE_EXPONENTIAL,
                                        MLOPS_RANKING_PERFORMANCE_IN_ORDER */
    const struct mlops_host *host; /**< @nullable memory of mlops_ranking_performance_new() */
    int32_t k;                     /**< rows of a query that are looked at; default all */
    int32_t reserved;              /**< must be 0 */
} mlops_ranking_performance_opts;

enum {
    MLOPS_RANKING_PERFORMANCE_EXPONENTIAL = 8, /**< the gain of relevance r is 2^r - 1, and not r */
    MLOPS_RANKING_PERFORMANCE_IN_ORDER = 16    /**< equal scores rank as they come */
};

#define MLOPS_RANKING_PERFORMANCE_OPTS_INIT                                                        \
    { sizeof(mlops_ranking_performance_opts), 0, 0, 0, 0 }

/** Bytes that sums need. @since 0.1 */
MLOPS_API size_t mlops_ranking_performance_size(void);

/**
 * Start empty sums in the caller's storage.
 *
 * @param[out] out  the sums, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_ranking_performance_size()
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned, or
 *         an option out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_init(mlops_ranking_performance **out, void *mem,
                                                      size_t size,
                                                      const mlops_ranking_performance_opts *opts);

/**
 * Start empty sums on the host's heap.
 *
 * @param[out] out  the sums, to be ended with mlops_ranking_performance_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_new(mlops_ranking_performance **out,
                                                     const mlops_ranking_performance_opts *opts,
                                                     mlops_error *err);

/** End sums made by mlops_ranking_performance_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_ranking_performance_free(mlops_ranking_performance *self);

/**
 * Add queries: all rows of a query in one call.
 *
 * @param self        sums
 * @param scores      @shape(n) the higher, the earlier
 * @param relevances  @shape(n) as in mlops_metric_ranking()
 * @param queries     @shape(n) equal for the rows of a query, which follow one another: one that
 *                    comes again behind others in the call is refused
 * @param weights     @nullable @shape(n) as in mlops_performance_add(); a query weighs what its
 *                    first row does
 * @param n           at most 2^32
 * @param host        @nullable memory for 48 bytes a row of the longest query, and before that for
 *                    16 bytes a query if their numbers do not ascend
 * @param err         @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
 *         weight of 2^41 in all; MLOPS_E_NOMEM. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_add(mlops_ranking_performance *self,
                                                     const double *scores, const double *relevances,
                                                     const int64_t *queries, const double *weights,
                                                     int64_t n, const mlops_host *host,
                                                     mlops_error *err);

/**
 * Add what other sums have.
 *
 * @param self   sums
 * @param other  sums of the same k and flags; unchanged
 * @param err    @nullable
 * @return MLOPS_E_INVALID if other is self, or has another k or flags; MLOPS_E_LIMIT. Nothing is
 *         added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_merge(mlops_ranking_performance *self,
                                                       const mlops_ranking_performance *other,
                                                       mlops_error *err);

/** Forget all queries. @since 0.1 */
MLOPS_API void mlops_ranking_performance_reset(mlops_ranking_performance *self);

/**
 * The metrics of mlops_metric_ranking().
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param self      sums
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no query has a relevant row
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_metrics(mlops_metrics *out,
                                                         const mlops_ranking_performance *self,
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
MLOPS_API mlops_status mlops_ranking_performance_save(const mlops_ranking_performance *self,
                                                      void *bytes, size_t cap, size_t *needed);

/**
 * Read bytes of mlops_ranking_performance_save() into the caller's storage.
 *
 * @param[out] out  the sums, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_ranking_performance_size()
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no sums, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_ranking_performance_load(mlops_ranking_performance **out, void *mem,
                                                      size_t size, const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
