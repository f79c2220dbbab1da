/* mlops/remote.h: whatever keeps objects by name, so that datasets can travel by it.
 *
 * A remote is a table of functions. The library has two: a folder, on a disk or any share that is
 * mounted, and memory. mlops/transfer.h says what travels, docs/format.md what a remote holds then.
 */
#ifndef MLOPS_REMOTE_H
#define MLOPS_REMOTE_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Objects by name, in four folders: "objects/" has those that are put once and are named by the
 * SHA-256 of their bytes; "heads/", "leases/" and "state/" have small ones that are swapped. Names
 * have up to 200 bytes: letters in lower case, digits, "/" and ".".
 *
 * Each function blocks, at the longest until deadline_ns, which is on the monotonic clock of the
 * host of whoever calls (0: none). It returns MLOPS_OK, or MLOPS_E_BUSY for what may do when it is
 * tried again (the library does, a few times); whether anything has happened is unknown then. Every
 * other error is for good. What was put or swapped is durable, and is seen by each read that begins
 * later; lists may lag behind. Functions may be called from any thread.
 */
typedef struct mlops_remote {
    uint32_t struct_size; /**< MLOPS_REMOTE_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    void *ctx;            /**< @nullable first argument of each function */
    mlops_status (*size)(void *ctx, const char *name, int64_t deadline_ns, int64_t *out,
                         mlops_error *err); /**< bytes of an object; MLOPS_E_NOT_FOUND */
    mlops_status (*read)(void *ctx, const char *name, int64_t offset, void *bytes, size_t n,
                         int64_t deadline_ns, size_t *n_read,
                         mlops_error *err); /**< bytes from the offset on: of an object at least
                                                 one where there is one, of what is swapped as many
                                                 as there are up to n, all of one moment; 0 at the
                                                 end; MLOPS_E_NOT_FOUND */
    mlops_status (*put)(void *ctx, const char *name, const void *const *parts, const size_t *sizes,
                        size_t n_parts, int64_t deadline_ns,
                        mlops_error *err); /**< an object of these parts, all of it or nothing;
                                                MLOPS_E_EXISTS, and nothing else, if it is there */
    mlops_status (*list)(void *ctx, const char *folder, const char *after, char *names, size_t cap,
                         int64_t deadline_ns, size_t *n_bytes,
                         mlops_error *err); /**< the next names of a folder ("heads/"), without it,
                                                 each with its NUL, in ascending order behind after
                                                 (@nullable), as many as fit into cap, at least one
                                                 if there is one; 0 bytes: no more */
    mlops_status (*remove)(void *ctx, const char *name, int64_t deadline_ns,
                           mlops_error *err); /**< of "objects/"; MLOPS_OK if it is not there */
    mlops_status (*swap)(void *ctx, const char *name, const void *old_bytes, size_t n_old,
                         const void *new_bytes, size_t n_new, int64_t deadline_ns,
                         mlops_error *err); /**< compare and set: from bytes that it must have to
                                                 others, up to 16 MiB; NULL: not there;
                                                 MLOPS_E_CONFLICT if it has others, and nothing is
                                                 done */
    void (*wait)(void *ctx, int64_t ns);    /**< @nullable before something is tried again */
} mlops_remote;

#define MLOPS_REMOTE_INIT                                                                          \
    { sizeof(mlops_remote), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** A remote of the library's own. @threadsafe */
typedef struct mlops_share mlops_share;

/** What a remote in memory does to those who use it. Zero means the default in each field. */
typedef struct mlops_share_opts {
    uint32_t struct_size;   /**< MLOPS_SHARE_OPTS_INIT sets it */
    uint32_t flags;         /**< none yet; must be 0 */
    const mlops_host *host; /**< @nullable memory; default the C heap */
    int64_t busy_from;      /**< MLOPS_E_BUSY from this call on, counted from 1; default never */
    int64_t busy_calls;     /**< how many are busy in a row; default 1 */
    int64_t busy_every;     /**< from busy_from on it begins anew every so many calls; default
                                 never */
    int64_t done_first;     /**< 1: a call that is busy has been carried out; default 0 */
    int64_t read_max;       /**< bytes that a read of an object gives at the most; default all that
                                 is asked for */
    int64_t list_lag;       /**< a list lacks so many of the names that came last; default 0 */
} mlops_share_opts;

#define MLOPS_SHARE_OPTS_INIT                                                                      \
    { sizeof(mlops_share_opts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Open a folder as a remote; it is made if it is not there. Any number of programs may use it at
 * once, on any machines that have it mounted. Its file system must know hard links.
 *
 * @param[out] out  the share, to be ended with mlops_share_close(); NULL after an error
 * @param path      folder; one with other things in it is refused
 * @param host      @nullable memory, files, clock and entropy; outlives the share
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_EXISTS, MLOPS_E_UNSUPPORTED, MLOPS_E_DENIED, MLOPS_E_IO,
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_share_directory(mlops_share **out, const char *path,
                                             const mlops_host *host, mlops_error *err);

/**
 * Make an empty remote in memory: for tests, those of hosts among them. It fails as it is told.
 *
 * @param[out] out  the share, to be ended with mlops_share_close(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_share_memory(mlops_share **out, const mlops_share_opts *opts,
                                          mlops_error *err);

/** End a share that nobody uses any more. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_share_close(mlops_share *self);

/**
 * The share as a remote.
 *
 * @param self  share
 * @return @borrowed(self) valid until mlops_share_close()
 * @since 0.1
 */
MLOPS_API const mlops_remote *mlops_share_remote(const mlops_share *self);

/**
 * Calls that a remote in memory has had.
 *
 * @param self  share
 * @return 0 for a folder
 * @since 0.1
 */
MLOPS_API int64_t mlops_share_n_calls(const mlops_share *self);

#ifdef __cplusplus
}
#endif

#endif
