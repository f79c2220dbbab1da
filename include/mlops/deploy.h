/* mlops/deploy.h: which versions of a model serve, and to whom.
 *
 * A deployment is a record of a store: a registered model, the alias whose holder serves, the alias
 * whose holder is tried (canary), and the share of keys that the canary gets. A mlops_deployment is
 * the serving side of it in one process: it loads the versions that hold the aliases, takes each
 * key to one of them, and swaps in new holders without a pause. A key goes to the same one on every
 * machine (docs/deploy.md has the bits); a greater share only takes keys in.
 */
#ifndef MLOPS_DEPLOY_H
#define MLOPS_DEPLOY_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/feature.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Versions that serve. Any number of threads may predict at once, also during a refresh: none of
 * them waits. @threadsafe */
typedef struct mlops_deployment mlops_deployment;

/** Bits of mlops_deploy_opts.flags. */
enum { MLOPS_DEPLOY_SET_CANARY_SHARE = 1 /**< canary_share was given, even if 0 */ };

/** What a deployment is. Zero means the default in each field. */
typedef struct mlops_deploy_opts {
    uint32_t struct_size; /**< MLOPS_DEPLOY_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_DEPLOY_SET_CANARY_SHARE */
    const char *model;    /**< @nullable registered; default: as it is; a new deployment needs it */
    const char *champion; /**< @nullable alias that serves; default: as it is, or "champion" */
    const char *canary;   /**< @nullable alias that is tried; default: as it is, or "canary" */
    double canary_share;  /**< of the keys, in [0, 1], to the millionth; default: as it is, or 0 */
    const char *salt;     /**< @nullable another one deals the keys anew; default: as it is, at
                               first the deployment's name */
} mlops_deploy_opts;

#define MLOPS_DEPLOY_OPTS_INIT                                                                     \
    { sizeof(mlops_deploy_opts), 0, 0, 0, 0, 0, 0 }

/** What serves, and what it did. */
typedef struct mlops_deployment_stats {
    uint32_t struct_size;     /**< MLOPS_DEPLOYMENT_STATS_INIT sets it */
    uint32_t reserved;        /**< 0 */
    int64_t champion_version; /**< serves */
    int64_t canary_version;   /**< is tried; 0: none is, since nobody holds the alias or its share
                                   is 0 */
    double canary_share;      /**< of the keys, as the deployment has it */
    int64_t n_champion;       /**< rows that a champion predicted since this was opened */
    int64_t n_canary;         /**< rows that a canary predicted */
    int64_t n_swaps;          /**< refreshes that found something new */
} mlops_deployment_stats;

#define MLOPS_DEPLOYMENT_STATS_INIT                                                                \
    { sizeof(mlops_deployment_stats), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Make a deployment, or change it. The trail of its record is its history.
 *
 * @param change  change that this becomes part of
 * @param name    name of the deployment: 1 to 200 bytes of UTF-8 without control characters
 * @param opts    @nullable what is left out stays as it is
 * @param err     @nullable
 * @return MLOPS_E_NOT_FOUND if the model is not registered; MLOPS_E_INVALID for a new deployment
 *         without a model, a share out of range, or one alias for both; MLOPS_E_CORRUPT,
 *         MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deploy_set(mlops_change *change, const char *name,
                                        const mlops_deploy_opts *opts, mlops_error *err);

/**
 * Deployments by name: name, model, champion (string: the alias), champion_version (int64; null:
 * nobody holds it), canary (string), canary_version (int64; null likewise), canary_share (float64),
 * salt (string), time_ns (int64: when it was set).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deploy_list(mlops_table **out, mlops_store *store, mlops_error *err);

/**
 * Where a key lies: one of a million buckets, of which the first canary_share * 1,000,000 are the
 * canary's. Needs no store.
 *
 * @param salt  salt of the deployment
 * @param key   key
 * @return 0 to 999,999
 * @since 0.1
 */
MLOPS_API int64_t mlops_deploy_bucket(const char *salt, const char *key);

/**
 * Begin to serve.
 *
 * What the verbs below take is settled now: rows have the features of the champion's model, values
 * are the inputs of the champion's features and behind them those that the canary's need further.
 *
 * @param[out] out  the deployment, to be ended with mlops_deployment_close(); NULL after an error
 * @param store     store, which stays open for as long as the deployment lives
 * @param name      name of the deployment
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such deployment, or nobody holds the champion's alias;
 *         MLOPS_E_SCHEMA if champion and canary yield different numbers of values; MLOPS_E_CORRUPT,
 *         MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_open(mlops_deployment **out, mlops_store *store,
                                             const char *name, mlops_error *err);

/** End serving, when no thread predicts any more. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_deployment_close(mlops_deployment *self);

/**
 * Read the store, and serve what it says from now on. Predictions go on meanwhile; versions that
 * serve no more end after the last prediction that uses them. After an error everything is as it
 * was, and goes on.
 *
 * @param self            deployment
 * @param[out] n_swapped  @nullable @shape(1) arms whose version is another one from now on, 0 to 2
 * @param err             @nullable
 * @return as mlops_deployment_open(); MLOPS_E_SCHEMA also if a version does not take the rows, or
 *         values, that this deployment was given so far: open it anew for those
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_refresh(mlops_deployment *self, int64_t *n_swapped,
                                                mlops_error *err);

/** Number of values that one row yields. @since 0.1 */
MLOPS_API int64_t mlops_deployment_width(const mlops_deployment *self);

/** Number of features of a row of mlops_deployment_predict(). @since 0.1 */
MLOPS_API int64_t mlops_deployment_n_features(const mlops_deployment *self);

/** Number of values of a row of mlops_deployment_predict_values(); 0 if no version had features of
 * its own when this was opened. @since 0.1 */
MLOPS_API int64_t mlops_deployment_n_inputs(const mlops_deployment *self);

/**
 * Name of an input.
 *
 * @param self   deployment
 * @param index  0 to n_inputs - 1
 * @return @borrowed(self) @nullable NULL if index is out of range
 * @since 0.1
 */
MLOPS_API const char *mlops_deployment_input_name(const mlops_deployment *self, int64_t index);

/** Type of an input; MLOPS_TYPE_NULL where index is out of range. @since 0.1 */
MLOPS_API mlops_type mlops_deployment_input_type(const mlops_deployment *self, int64_t index);

/**
 * What serves, and what it did.
 *
 * @param self      deployment
 * @param[out] out  @shape(1) result; struct_size must be set
 * @return MLOPS_E_INVALID
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_stat(const mlops_deployment *self,
                                             mlops_deployment_stats *out);

/**
 * Number of the version that serves a key.
 *
 * @param self  deployment
 * @param key   @nullable NULL: whoever has none is the champion's
 * @return 1 or more
 * @since 0.1
 */
MLOPS_API int64_t mlops_deployment_route(const mlops_deployment *self, const char *key);

/**
 * Predict rows with the version that serves a key, as mlops_model_predict(). Nothing is locked, and
 * nothing allocated but for models larger than that: a context where more threads predict at once
 * than ever did, and what rows that run together take beyond 64.
 *
 * @param self          deployment
 * @param key           @nullable as mlops_deployment_route(); for all rows
 * @param rows          @shape(n_rows, n_features) row-major, float32
 * @param n_rows        0 or more
 * @param n_features    must be mlops_deployment_n_features()
 * @param[out] out      @shape(n_rows, width) float64
 * @param width         must be mlops_deployment_width()
 * @param[out] version  @nullable @shape(1) version that predicted
 * @return MLOPS_E_SCHEMA if the version takes rows of other features; MLOPS_E_INVALID where a shape
 *         differs; MLOPS_E_NOMEM, MLOPS_E_LIMIT; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_predict(mlops_deployment *self, const char *key,
                                                const float *rows, int64_t n_rows,
                                                int64_t n_features, double *out, int64_t width,
                                                int64_t *version);

/**
 * Predict one row of values, through the features of the version that serves a key. Nothing is
 * allocated or locked but as mlops_deployment_predict() does.
 *
 * @param self          deployment
 * @param key           @nullable as mlops_deployment_route()
 * @param values        @shape(n_inputs) in the order of mlops_deployment_input_name()
 * @param n_inputs      must be mlops_deployment_n_inputs()
 * @param[out] out      @shape(width) float64
 * @param width         must be mlops_deployment_width()
 * @param[out] version  @nullable @shape(1) version that predicted
 * @return MLOPS_E_SCHEMA if the version has no features or needs further inputs, or a value does
 * not fit its input; MLOPS_E_INVALID where a shape differs or a text is no UTF-8; MLOPS_E_ARENA
 *         beyond 4,096 features or the stack bound of mlops_feature_row(); MLOPS_E_NOMEM; nothing
 *         is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_predict_values(mlops_deployment *self, const char *key,
                                                       const mlops_feature_value *values,
                                                       int64_t n_inputs, double *out, int64_t width,
                                                       int64_t *version);

/**
 * Predict the rows of a table, each with the version that serves its key. Columns are bound by name
 * to the inputs of the version's features or, if it has none, to the features of its model.
 *
 * @param self           deployment
 * @param table          rows
 * @param key_column     @nullable column of the keys: their text, as mlops_table_text() gives it; a
 *                       null is the champion's. NULL: all are the champion's
 * @param[out] out       @shape(n_rows, width) float64; nothing is written after an error
 * @param n_rows         must be mlops_table_n_rows(table)
 * @param width          must be mlops_deployment_width()
 * @param[out] versions  @nullable @shape(n_rows) version that predicted each row
 * @param err            @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing or of another type; MLOPS_E_INVALID,
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_deployment_predict_table(mlops_deployment *self,
                                                      const mlops_table *table,
                                                      const char *key_column, double *out,
                                                      int64_t n_rows, int64_t width,
                                                      int64_t *versions, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
