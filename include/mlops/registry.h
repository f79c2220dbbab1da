/* mlops/registry.h: models by name and version, and where they came from.
 *
 * A registered version never changes: a bundle (compiled model, reference, golden rows), the
 * trainer's own file, the features that make its rows, and its lineage: the run that made it and
 * the commit of the dataset that it learned from. Versions of a name are numbered from 1 on. An
 * alias, such as "champion", names one of them at a time: mlops/promote.h.
 *
 * Where a verb takes `which`, it is an alias, the digits of a version's number, or "latest".
 */
#ifndef MLOPS_REGISTRY_H
#define MLOPS_REGISTRY_H

#include <mlops/base.h>
#include <mlops/bundle.h>
#include <mlops/change.h>
#include <mlops/feature.h>
#include <mlops/model.h>
#include <mlops/reference.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a version is registered with. Zero means the default in each field. */
typedef struct mlops_register_opts {
    uint32_t struct_size;             /**< MLOPS_REGISTER_OPTS_INIT sets it */
    uint32_t flags;                   /**< none yet; must be 0 */
    const char *file;                 /**< @nullable the trainer's own file, kept beside the bundle;
                                           default: none */
    const mlops_feature *features;    /**< @nullable what makes the model's rows; default: none */
    const mlops_reference *reference; /**< @nullable what live data is held against; default: none
                                       */
    const char *run;     /**< @nullable id of the run that made it; default: not known */
    const char *dataset; /**< @nullable dataset that it learned from; default: that of the run */
    const char *commit;  /**< @nullable branch, tag or digits of a commit of the dataset;
                              default: that of the run, else the branch "main" */
    const char *path;    /**< @nullable table of that commit; default: the only one */
    const char *classes; /**< @nullable values of the target, as text, in the order of the
                              model's classes, separated by commas, quoted as in a CSV line; of
                              two, a probability is of the second; default: the target is a
                              number, of classes 0, 1, 2, ... */
    const char *description; /**< @nullable in words, up to 64 KiB */
    const char *metadata;    /**< @nullable a JSON object, up to 64 KiB, kept as it is */
} mlops_register_opts;

#define MLOPS_REGISTER_OPTS_INIT                                                                   \
    { sizeof(mlops_register_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Register a model as the next version of a name, which is made if it is not there.
 *
 * The bundle carries name, version, reference and, as metadata, a JSON object of model, version,
 * signature, run, dataset, commit, path, description, features and metadata. If somebody else takes
 * the number first, the commit returns MLOPS_E_CONFLICT.
 *
 * Where dataset and path (or the only table) name a table that is committed, it must have the
 * columns that the features read; without features, all or none of those that the model's features
 * are named by (none: its rows were made elsewhere, and no gate can judge it on that table). A
 * target that is text needs classes then, if the model tells classes apart.
 *
 * @param change        change that the version becomes part of
 * @param[out] version  @shape(1) its number
 * @param name          name of the model: 1 to 200 bytes of UTF-8 without control characters
 * @param model         model
 * @param opts          @nullable
 * @param err           @nullable
 * @return MLOPS_E_SCHEMA if the features do not make the model's rows: outputs by name and order,
 *         or by number where the model has no names; if it tells more or fewer classes apart; if
 *         the table lacks a column, or has a target that is text and classes are not given;
 *         MLOPS_E_NOT_FOUND if the run, dataset, commit,
 *         path or file is not there; MLOPS_E_INVALID, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NO_SPACE,
 *         MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_register(mlops_change *change, int64_t *version,
                                               const char *name, const mlops_model *model,
                                               const mlops_register_opts *opts, mlops_error *err);

/**
 * Load a version: model, reference and metadata, as they were registered.
 *
 * @param[out] out  the bundle, to be ended with mlops_bundle_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param which     alias, number or "latest"
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such model or version, or nobody holds the alias;
 *         MLOPS_E_CORRUPT, MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_load(mlops_bundle **out, mlops_store *store, const char *name,
                                           const char *which, mlops_error *err);

/**
 * Load the features of a version.
 *
 * @param[out] out  the features, to be ended with mlops_feature_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param which     alias, number or "latest"
 * @param err       @nullable
 * @return as mlops_registry_load(); MLOPS_E_NOT_FOUND also if the version has none
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_features(mlops_feature **out, mlops_store *store,
                                               const char *name, const char *which,
                                               mlops_error *err);

/**
 * Write the bundle of a version to a file: the registered bytes, whole or not at all.
 *
 * @param store  store
 * @param name   name of the model
 * @param which  alias, number or "latest"
 * @param path   file to write; replaced if it is there
 * @param err    @nullable
 * @return as mlops_registry_load(); MLOPS_E_NO_SPACE, MLOPS_E_DENIED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_bundle(mlops_store *store, const char *name,
                                             const char *which, const char *path, mlops_error *err);

/**
 * Write the trainer's own file of a version to a file: the registered bytes, whole or not at all.
 *
 * @param store  store
 * @param name   name of the model
 * @param which  alias, number or "latest"
 * @param path   file to write; replaced if it is there
 * @param err    @nullable
 * @return as mlops_registry_bundle(); MLOPS_E_NOT_FOUND also if the version has none
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_file(mlops_store *store, const char *name, const char *which,
                                           const char *path, mlops_error *err);

/**
 * All that is known of a version, as JSON: model, version, created_ns, bundle, plan, file, features
 * and reference as ids, signature (inputs, outputs, task, classes), run, dataset, commit, path,
 * description, metadata; aliases that it holds; decisions of gates about it. What was not given is
 * left out.
 *
 * @param store        store
 * @param name         name of the model
 * @param which        alias, number or "latest"
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @param err          @nullable
 * @return as mlops_registry_load(); MLOPS_E_ARENA if cap is too small: text is empty then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_describe(mlops_store *store, const char *name,
                                               const char *which, char *text, size_t cap,
                                               size_t *needed, mlops_error *err);

/**
 * Models by name: model (string), n_versions (int64), latest (int64: the newest number), aliases
 * (string: those that are held, as a line of CSV), created_ns (int64).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_models(mlops_table **out, mlops_store *store,
                                             mlops_error *err);

/**
 * Versions of a model in rising order: version (int64), created_ns (int64), then, as string: task,
 * run, dataset, commit, path, features (id), bundle (id), aliases (a line of CSV), description.
 * What was not given is null.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param err       @nullable
 * @return as mlops_registry_models(); MLOPS_E_NOT_FOUND
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_versions(mlops_table **out, mlops_store *store,
                                               const char *name, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
