/* mlops/call.h: what a single long call may use: workers, time, memory, and how it reports.
 *
 * No verb creates a thread. A program that wants several passes an executor; results never depend
 * on it. mlops_pool is the executor that the library ships, made of its own threads.
 */
#ifndef MLOPS_CALL_H
#define MLOPS_CALL_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One piece of a parallel loop. An error stops pieces that have not begun. */
typedef mlops_status (*mlops_task)(void *task_user, int64_t index, int32_t worker);

/** Runs the pieces of a loop, on as many threads as it likes. Re-entrant. */
typedef struct mlops_executor {
    uint32_t struct_size; /**< MLOPS_EXECUTOR_INIT sets it */
    int32_t n_workers;    /**< worker indices lie in [0, n_workers); 1 or more */
    void *ctx;            /**< @nullable first argument of parallel_for */
    mlops_status (*parallel_for)(void *ctx, int64_t n, mlops_task task,
                                 void *task_user); /**< all pieces ran, or the error of the
                                                        lowest failed index */
} mlops_executor;

#define MLOPS_EXECUTOR_INIT                                                                        \
    { sizeof(mlops_executor), 1, 0, 0 }

/** Progress of a long call: done of total, which is 0 while it is not known. Returning anything
 * but 0 cancels it. */
typedef int32_t (*mlops_progress)(void *progress_user, int64_t done, int64_t total);

/** Bounds and reporting of one long call. Zero means the default in each field. */
typedef struct mlops_call {
    uint32_t struct_size;           /**< MLOPS_CALL_INIT sets it */
    uint32_t flags;                 /**< none yet; must be 0 */
    const mlops_executor *executor; /**< @nullable default: the calling thread */
    mlops_progress progress;        /**< @nullable called on the calling thread */
    void *progress_user;            /**< @nullable first argument of progress */
    int64_t deadline_ns;            /**< on the host's monotonic clock; default none */
    int64_t memory_max;             /**< bytes of working memory; default none */
    const char *actor;              /**< @nullable who asks, for the audit trail */
    const char *trace_id;           /**< @nullable W3C trace id, 32 hexadecimal digits */
} mlops_call;

#define MLOPS_CALL_INIT                                                                            \
    { sizeof(mlops_call), 0, 0, 0, 0, 0, 0, 0, 0 }

/** Threads that wait for work. Several callers may use one pool at once. @threadsafe */
typedef struct mlops_pool mlops_pool;

/**
 * Start a pool.
 *
 * @param[out] out   the pool, to be ended with mlops_pool_free(); NULL after an error
 * @param n_workers  1 to 256, the caller's own thread among them; 0: one for each CPU
 * @param host       @nullable allocator; outlives the pool
 * @param err        @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM; MLOPS_E_IO if a thread cannot be started
 * @since 0.1
 */
MLOPS_API mlops_status mlops_pool_new(mlops_pool **out, int32_t n_workers, const mlops_host *host,
                                      mlops_error *err);

/** End a pool that nobody uses any more. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_pool_free(mlops_pool *self);

/**
 * The pool as an executor.
 *
 * @param self  pool
 * @return @borrowed(self) valid until mlops_pool_free()
 * @since 0.1
 */
MLOPS_API const mlops_executor *mlops_pool_executor(const mlops_pool *self);

#ifdef __cplusplus
}
#endif

#endif
