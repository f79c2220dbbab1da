/* mlops/featurestore.h: fitted features by name and version, so that training and serving share
 * them.
 *
 * A set of features has a name; each content that is put under it is a version, numbered from 1 on,
 * and never changes. Models that are registered with features keep their own: a set is for those
 * that several models, or several teams, begin with.
 */
#ifndef MLOPS_FEATURESTORE_H
#define MLOPS_FEATURESTORE_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/feature.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Keep features as the next version of a set, which is made if it is not there. Features that the
 * set has already keep their version, and nothing is added to the change.
 *
 * If somebody else takes the number first, the commit returns MLOPS_E_CONFLICT.
 *
 * @param change        change that the version becomes part of
 * @param[out] version  @shape(1) its number
 * @param name          name of the set: 1 to 200 bytes of UTF-8 without control characters
 * @param feature       features
 * @param err           @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_featurestore_put(mlops_change *change, int64_t *version,
                                              const char *name, const mlops_feature *feature,
                                              mlops_error *err);

/**
 * Load a version of a set.
 *
 * @param[out] out  the features, to be ended with mlops_feature_unref(); NULL after an error
 * @param store     store
 * @param name      name of the set
 * @param version   number, or 0 for the newest
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such set or version; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
 *         MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_featurestore_get(mlops_feature **out, mlops_store *store,
                                              const char *name, int64_t version, mlops_error *err);

/**
 * All versions of all sets, by name and rising version: name (string), version (int64), id (string:
 * mlops_feature_id() in hexadecimal digits), n_inputs, n_outputs, created_ns (int64).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_featurestore_list(mlops_table **out, mlops_store *store,
                                               mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
