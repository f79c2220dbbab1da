/* mlops/change.h: what is to become of a store in one step.
 *
 * The verbs of datasets, runs and models add to a change; nothing is visible before its commit, and
 * then all of it. What a change was based on is checked at its commit: if somebody else has changed
 * it in between, the commit returns MLOPS_E_CONFLICT and does nothing, and the change is to be
 * built again.
 */
#ifndef MLOPS_CHANGE_H
#define MLOPS_CHANGE_H

#include <mlops/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Operations that wait for their commit. Mutable; one thread at a time. */
typedef struct mlops_change mlops_change;

/** Who changes, for the audit trail. Zero means the default in each field. */
typedef struct mlops_change_opts {
    uint32_t struct_size; /**< MLOPS_CHANGE_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const char *actor;    /**< @nullable name of person or service; default none */
    const char *trace_id; /**< @nullable W3C trace id; default none */
    const char *note;     /**< @nullable why, in words; default none */
} mlops_change_opts;

#define MLOPS_CHANGE_OPTS_INIT                                                                     \
    { sizeof(mlops_change_opts), 0, 0, 0, 0 }

/**
 * Begin a change.
 *
 * @param[out] out  the change, to be ended with mlops_change_free(); NULL after an error
 * @param store     store, which stays open for as long as the change lives
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_DENIED if the store is open for reading alone; MLOPS_E_INVALID, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_change_new(mlops_change **out, mlops_store *store,
                                        const mlops_change_opts *opts, mlops_error *err);

/** End a change; what was not committed is forgotten. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_change_free(mlops_change *self);

/**
 * Commit: all of the change or nothing. Afterwards it is empty and may be used for the next one.
 * After MLOPS_E_CONFLICT it is empty too.
 *
 * @param self      change; without any operation it commits nothing
 * @param[out] seq  @nullable @shape(1) number of the commit
 * @param err       @nullable
 * @return MLOPS_E_CONFLICT, MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_LIMIT for more than 64 MiB,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED; after any of these nothing was committed, and the change
 *         is as it was
 * @since 0.1
 */
MLOPS_API mlops_status mlops_change_commit(mlops_change *self, int64_t *seq, mlops_error *err);

/**
 * Keep content. It is stored once, however often it is kept, and is there with the commit, for as
 * long as a record names it and nobody collects garbage (mlops_store_gc()) after that.
 *
 * @param self      change
 * @param[out] out  @shape(1) its name: SHA-256
 * @param bytes     @nullable @shape(n)
 * @param n         bytes
 * @param err       @nullable
 * @return MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_change_content(mlops_change *self, mlops_id *out, const void *bytes,
                                            size_t n, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
