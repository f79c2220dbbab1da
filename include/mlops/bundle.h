/* mlops/bundle.h: the one read-only file that carries a model to a pod or a device.
 *
 * A bundle holds the compiled plan, the signature (names of features and outputs), the reference
 * that live data is held against, metadata, and golden rows with the values that the model gave
 * where the bundle was made: any machine can prove that it gives the same. A CRC-32 guards each
 * section and a SHA-256 the whole; a file cut short or changed in one bit is refused.
 */
#ifndef MLOPS_BUNDLE_H
#define MLOPS_BUNDLE_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/model.h>
#include <mlops/reference.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An open bundle. Immutable and shared; ends with the last mlops_bundle_unref(). @threadsafe */
typedef struct mlops_bundle mlops_bundle;

/** Options of mlops_bundle_write(). Zero means the default in each field. */
typedef struct mlops_bundle_opts {
    uint32_t struct_size;             /**< MLOPS_BUNDLE_OPTS_INIT sets it */
    uint32_t flags;                   /**< none yet; must be 0 */
    const struct mlops_host *host;    /**< @nullable */
    const mlops_reference *reference; /**< @nullable default: none */
    const char *name;                 /**< @nullable of the model, up to 255 bytes */
    const char *version;              /**< @nullable of the model, up to 255 bytes */
    const char *metadata;             /**< @nullable a JSON object, up to 1 MiB, kept as it is */
    const float *golden_rows;         /**< @nullable @shape(n_golden, n_features) rows to prove;
                                           default: 16 rows derived from the plan's thresholds */
    int64_t n_golden;                 /**< rows of golden_rows, up to 4,096 */
} mlops_bundle_opts;

#define MLOPS_BUNDLE_OPTS_INIT                                                                     \
    { sizeof(mlops_bundle_opts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Write a bundle, whole or not at all. Equal content gives equal bytes.
 *
 * @param path   file to write; replaced if it is there
 * @param model  model to carry
 * @param opts   @nullable
 * @param err    @nullable
 * @return MLOPS_E_INVALID for an option out of range, or a golden row without a prediction;
 *         MLOPS_E_UNSUPPORTED for a graph that yields no numbers; MLOPS_E_IO, MLOPS_E_NO_SPACE,
 *         MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_bundle_write(const char *path, const mlops_model *model,
                                          const mlops_bundle_opts *opts, mlops_error *err);

/**
 * Write a bundle to memory. As mlops_bundle_write().
 *
 * @param model        model to carry
 * @param[out] bytes   @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room
 * @param[out] needed  @nullable bytes that it takes
 * @param opts         @nullable
 * @param err          @nullable
 * @return MLOPS_E_ARENA if cap is too small: nothing is written then; MLOPS_E_INVALID,
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_bundle_save(const mlops_model *model, void *bytes, size_t cap,
                                         size_t *needed, const mlops_bundle_opts *opts,
                                         mlops_error *err);

/**
 * Open a bundle: check every byte, and predict its golden rows.
 *
 * @param[out] out  the bundle, to be ended with mlops_bundle_unref(); NULL after an error
 * @param path      file to read
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_NOMEM; MLOPS_E_CORRUPT names what is damaged, or
 *         the golden row that this machine predicts otherwise; MLOPS_E_UNSUPPORTED; MLOPS_E_LIMIT
 *         if predicting takes more than 1 GiB: see memory_max of mlops_model_opts
 * @since 0.1
 */
MLOPS_API mlops_status mlops_bundle_load(mlops_bundle **out, const char *path,
                                         const mlops_host *host, mlops_error *err);

/**
 * Open a bundle from memory. As mlops_bundle_load().
 *
 * @param[out] out  the bundle, to be ended with mlops_bundle_unref(); NULL after an error
 * @param bytes     @shape(n) content of a bundle; borrowed for the call
 * @param n         number of bytes
 * @param host      @nullable
 * @param err       @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_bundle_parse(mlops_bundle **out, const void *bytes, size_t n,
                                          const mlops_host *host, mlops_error *err);

/** Share the bundle: one more mlops_bundle_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_bundle *mlops_bundle_ref(mlops_bundle *self);

/** End one share of the bundle; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_bundle_unref(mlops_bundle *self);

/**
 * The model.
 *
 * @param self  bundle
 * @return @borrowed(self) never NULL; share it with mlops_model_ref() to keep it longer
 * @since 0.1
 */
MLOPS_API mlops_model *mlops_bundle_model(const mlops_bundle *self);

/**
 * The reference.
 *
 * @param self  bundle
 * @return @borrowed(self) @nullable NULL if the bundle has none
 * @since 0.1
 */
MLOPS_API mlops_reference *mlops_bundle_reference(const mlops_bundle *self);

/** Name of the model. @return @borrowed(self) never NULL; "" if none was given @since 0.1 */
MLOPS_API const char *mlops_bundle_name(const mlops_bundle *self);

/** Version of the model. @return @borrowed(self) never NULL; "" if none was given @since 0.1 */
MLOPS_API const char *mlops_bundle_version(const mlops_bundle *self);

/** Metadata, as JSON text. @return @borrowed(self) never NULL; "{}" if none was given @since 0.1 */
MLOPS_API const char *mlops_bundle_metadata(const mlops_bundle *self);

/**
 * Name of the content: the SHA-256 that the file carries.
 *
 * @param self      bundle
 * @param[out] out  @shape(1)
 * @return MLOPS_OK
 * @since 0.1
 */
MLOPS_API mlops_status mlops_bundle_id(const mlops_bundle *self, mlops_id *out);

#ifdef __cplusplus
}
#endif

#endif
