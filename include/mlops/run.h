/* mlops/run.h: runs of experiments and what they log.
 *
 * A run is one attempt within an experiment: params, each set once; tags; metrics, which are points
 * with a step and a time; artifacts. All of it is in the store for good and can be searched.
 * Params, the latest point of a metric and filters follow MLflow's rules.
 *
 * Points wait in the run, and are committed together: when a point is logged a second or more after
 * the last commit through this handle (or its opening), once 1,000 wait, and with any other verb of
 * the run. So a point that comes late is committed at once, and a fast loop commits once a second
 * or every 1,000 points. What waits when the process is killed is lost. A verb that fails changes
 * nothing. Verbs that write return too: MLOPS_E_DENIED if the store is open for reading alone,
 * MLOPS_E_CONFLICT if others kept changing the same thing, MLOPS_E_NO_SPACE.
 */
#ifndef MLOPS_RUN_H
#define MLOPS_RUN_H

#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A run that is open. Closing does not end the run. @threadsafe */
typedef struct mlops_run mlops_run;

/** How far a run is. */
typedef enum mlops_run_status {
    MLOPS_RUN_RUNNING = 0,  /**< it goes on */
    MLOPS_RUN_FINISHED = 1, /**< it came to its end */
    MLOPS_RUN_FAILED = 2,   /**< an error ended it */
    MLOPS_RUN_KILLED = 3,   /**< somebody ended it */
    MLOPS_RUN_STATUS_FORCE32 = 0x7fffffff
} mlops_run_status;

/** What a run is. Texts are UTF-8 of up to 8,000 bytes. Zero means the default in each field. */
typedef struct mlops_run_opts {
    uint32_t struct_size; /**< MLOPS_RUN_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const char *name;     /**< @nullable for people; need not be unique */
    const char *parent;   /**< @nullable id of the run that this one is a part of, or 8 or more of
                               its first digits */
    const char *actor;    /**< @nullable who runs it; of its commits in the audit trail too */
    const char *source;   /**< @nullable program or notebook */
    const char *dataset;  /**< @nullable dataset of the store that it trains on */
    const char *commit;   /**< @nullable ref of that dataset, of which the id is kept; default the
                               branch "main" */
    int64_t start_ns;     /**< UTC; default now */
} mlops_run_opts;

#define MLOPS_RUN_OPTS_INIT                                                                        \
    { sizeof(mlops_run_opts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Begin a run. It is committed at once; so is its experiment, if it is not there.
 *
 * @param[out] out    the run, to be ended with mlops_run_close(); NULL after an error
 * @param store       store, which stays open for as long as the run is
 * @param experiment  name: 1 to 200 bytes of UTF-8 without control characters
 * @param opts        @nullable
 * @param err         @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such parent, dataset or ref; MLOPS_E_INVALID,
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_start(mlops_run **out, mlops_store *store, const char *experiment,
                                       const mlops_run_opts *opts, mlops_error *err);

/**
 * Open a run, to read it or to go on with it.
 *
 * @param[out] out  the run, to be ended with mlops_run_close(); NULL after an error
 * @param store     store, which stays open for as long as the run is
 * @param id        id of the run, or 8 or more of its first digits
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is none, or more than one begins so; MLOPS_E_INVALID,
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_open(mlops_run **out, mlops_store *store, const char *id,
                                      mlops_error *err);

/** Close a run. Points that wait are committed if that can be done; mlops_run_flush() says whether
 * it could. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_run_close(mlops_run *self);

/** Id of the run: 32 hexadecimal digits. @return @borrowed(self) @since 0.1 */
MLOPS_API const char *mlops_run_id(const mlops_run *self);

/**
 * Set a param, once: the same value again is fine.
 *
 * @param self   run
 * @param key    name: 1 to 250 bytes of UTF-8 without control characters
 * @param value  UTF-8 of up to 6,000 bytes
 * @param err    @nullable
 * @return MLOPS_E_EXISTS if it has another value; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_param(mlops_run *self, const char *key, const char *value,
                                       mlops_error *err);

/**
 * Set a tag, or take it away.
 *
 * @param self   run
 * @param key    name, as of a param
 * @param value  @nullable UTF-8 of up to 8,000 bytes, in place of what it was; NULL takes it away
 * @param err    @nullable
 * @return MLOPS_E_NOT_FOUND if there is no tag to take away; else as mlops_run_param()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_tag(mlops_run *self, const char *key, const char *value,
                                     mlops_error *err);

/**
 * Log a point of a metric, at the time of now.
 *
 * @param self    run
 * @param metric  name, as of a param
 * @param value   any, also NaN and infinity, kept bit by bit
 * @param step    any; points may come in any order, and more than one at a step
 * @param err     @nullable
 * @return as mlops_run_param(); the point does not wait then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_log(mlops_run *self, const char *metric, double value,
                                     int64_t step, mlops_error *err);

/**
 * Log many points of a metric; all of them or none.
 *
 * @param self      run
 * @param metric    name, as of a param
 * @param values    @shape(n)
 * @param steps     @nullable @shape(n) default 0, 1, 2, ...
 * @param times_ns  @nullable @shape(n) UTC; default now
 * @param n         0 to 1,000,000
 * @param err       @nullable
 * @return MLOPS_E_LIMIT beyond 9,999,999,999 points of a metric; else as mlops_run_log()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_log_points(mlops_run *self, const char *metric,
                                            const double *values, const int64_t *steps,
                                            const int64_t *times_ns, int64_t n, mlops_error *err);

/**
 * Keep bytes as an artifact, in place of what was at its path.
 *
 * @param self   run
 * @param path   names joined by "/", none of them empty, "." or ".."; up to 450 bytes of UTF-8
 *               without control characters
 * @param bytes  @nullable @shape(n)
 * @param n      bytes
 * @param err    @nullable
 * @return as mlops_run_param()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_artifact(mlops_run *self, const char *path, const void *bytes,
                                          size_t n, mlops_error *err);

/**
 * Keep a file as an artifact.
 *
 * @param self  run
 * @param path  as in mlops_run_artifact()
 * @param file  file to read
 * @param err   @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such file; else as mlops_run_artifact()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_artifact_file(mlops_run *self, const char *path, const char *file,
                                               mlops_error *err);

/** Commit the points that wait. @param err @nullable @return as mlops_run_log_points()
 * @since 0.1 */
MLOPS_API mlops_status mlops_run_flush(mlops_run *self, mlops_error *err);

/**
 * Set how far the run is, with the time of now as its end. A run that has ended may go on, and end
 * again.
 *
 * @param self    run
 * @param status  MLOPS_RUN_RUNNING takes the end back
 * @param err     @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_run_end(mlops_run *self, mlops_run_status status, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
