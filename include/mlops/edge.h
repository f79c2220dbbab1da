/* mlops/edge.h: a bundle on a device: no heap, no libc, memory known beforehand.
 *
 * A mlops_edge predicts straight from the bundle's bytes, in flash or a mapped file, and counts
 * what it sees into profiles over the bundle's own bins, which a server can merge. It runs the same
 * objects as the full library and gives the same bits. This header and mlops/base.h,
 * mlops/profile.h, mlops/profile_read.h, mlops/panes.h, mlops/segments.h, mlops/detector.h,
 * mlops/kll.h, mlops/hll.h and mlops/items.h are all of the API that a build with -Dedge=true has.
 */
#ifndef MLOPS_EDGE_H
#define MLOPS_EDGE_H

#include <mlops/base.h>
#include <mlops/profile_read.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A bundle in use on a device, in mlops_edge_size() bytes. One thread at a time. */
typedef struct mlops_edge mlops_edge;

/**
 * Bytes that a device needs for this bundle; exact. Checks header, section table and CRCs.
 *
 * @param bundle      @shape(n) bytes of a bundle, aligned to 8
 * @param n           number of bytes
 * @param[out] size   @shape(1) bytes of storage to give to mlops_edge_init()
 * @return MLOPS_E_CORRUPT for a file cut short or changed; MLOPS_E_UNSUPPORTED for one of a later
 *         format
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_size(const void *bundle, size_t n, size_t *size);

/**
 * Begin to use a bundle in the caller's storage.
 *
 * @param[out] out  the device, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8
 * @param size      at least what mlops_edge_size() gave
 * @param bundle    @shape(n) @scope(handle) bytes of a bundle, aligned to 8; outlive the device
 * @param n         number of bytes
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is NULL or not aligned;
 *         MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_init(mlops_edge **out, void *mem, size_t size, const void *bundle,
                                       size_t n);

/** Number of features of a row. @since 0.1 */
MLOPS_API int64_t mlops_edge_n_features(const mlops_edge *self);

/** Number of values that one row yields. @since 0.1 */
MLOPS_API int64_t mlops_edge_width(const mlops_edge *self);

/**
 * Predict one row.
 *
 * @param self        device
 * @param row         @shape(n_features) float32; NaN is missing
 * @param n_features  must be mlops_edge_n_features()
 * @param[out] out    @shape(width)
 * @param width       must be mlops_edge_width()
 * @return MLOPS_E_INVALID where a shape differs
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_predict(mlops_edge *self, const float *row, int64_t n_features,
                                          double *out, int64_t width);

/**
 * Count one row into the profiles of the features.
 *
 * @param self        device
 * @param row         @shape(n_features) float32
 * @param n_features  must be mlops_edge_n_features()
 * @return MLOPS_E_INVALID; MLOPS_E_NOT_FOUND if the bundle carries no reference
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_add(mlops_edge *self, const float *row, int64_t n_features);

/**
 * Profile of one feature, to summarise, save or reset.
 *
 * @param self   device
 * @param index  feature
 * @return @borrowed(self) @nullable NULL if the reference does not have this feature
 * @since 0.1
 */
MLOPS_API mlops_profile *mlops_edge_profile(mlops_edge *self, int64_t index);

/**
 * Predict the bundle's golden rows and compare every bit.
 *
 * @param self  device
 * @return MLOPS_E_CORRUPT if this CPU gives another value than the one where the bundle was made
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_selftest(mlops_edge *self);

/**
 * Check the SHA-256 of a whole bundle, as after an update over the air.
 *
 * @param bundle  @shape(n) bytes of a bundle
 * @param n       number of bytes
 * @return MLOPS_E_CORRUPT
 * @since 0.1
 */
MLOPS_API mlops_status mlops_edge_verify(const void *bundle, size_t n);

#ifdef __cplusplus
}
#endif

#endif
