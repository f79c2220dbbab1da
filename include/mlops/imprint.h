/* mlops/imprint.h: what rows of a reference leave behind, so that later ones are held against them
 * without them.
 *
 * An imprint is the mean of random features of rows, such as embeddings: some KiB, whatever their
 * number, in bytes that are the same on any machine. Windows of a stream are compared with it by
 * the maximum mean discrepancy, in time of their own rows alone.
 *
 *     mlops_imprint_fit(&imprint, both, NULL, &error);
 *     mlops_imprint_mmd(&result, imprint, both, NULL, &error);
 */
#ifndef MLOPS_IMPRINT_H
#define MLOPS_IMPRINT_H

#include <mlops/multivariate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What rows left behind. Immutable: any thread may compare. @threadsafe */
typedef struct mlops_imprint mlops_imprint;

/**
 * Take the imprint of a reference.
 *
 * @param[out] out  the imprint, to be ended with mlops_imprint_free(); NULL after an error
 * @param samples   of matrices: its reference, of 50 rows or more; it may have no current rows
 * @param opts      @nullable bandwidth, n_frequencies, seed and call; nothing else is taken
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option out of range, too few rows, or samples of tables;
 *         MLOPS_E_LIMIT for more memory than memory_max; MLOPS_E_NOMEM, MLOPS_E_CANCELLED,
 *         MLOPS_E_DEADLINE
 * @since 0.1
 */
MLOPS_API mlops_status mlops_imprint_fit(mlops_imprint **out, const mlops_multivariate *samples,
                                         const mlops_mmd_opts *opts, mlops_error *err);

/** End the imprint. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_imprint_free(mlops_imprint *self);

/**
 * Compare current rows with the imprint, by the rule of mlops_multivariate_mmd() with FOURIER.
 *
 * @param[out] out  @shape(1) struct_size must be set; as it was after an error
 * @param self      imprint
 * @param samples   of matrices with as many columns: its current rows; its reference is not read
 * @param opts      @nullable alpha, tolerance, rows_min and call; nothing else is taken
 * @param err       @nullable
 * @return as mlops_multivariate_mmd()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_imprint_mmd(mlops_multivariate_result *out, const mlops_imprint *self,
                                         const mlops_multivariate *samples,
                                         const mlops_mmd_opts *opts, mlops_error *err);

/**
 * The same for one window of rows after the other. Each has a chance of alpha of a false alarm.
 *
 * Columns: first, the first row; n, rows; effect, effect_low, effect_high, p_value; verdict:
 * "drift", "no drift" or "not enough data".
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      imprint
 * @param samples   as mlops_imprint_mmd()
 * @param n_rows    of a window, 1 or more; the last one has what is left
 * @param opts      @nullable as mlops_imprint_mmd()
 * @param err       @nullable
 * @return as mlops_imprint_mmd()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_imprint_windows(mlops_table **out, const mlops_imprint *self,
                                             const mlops_multivariate *samples, int64_t n_rows,
                                             const mlops_mmd_opts *opts, mlops_error *err);

/**
 * Write the imprint as bytes: canonical, little-endian, 16 for each frequency and each column.
 *
 * @param self          imprint
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small: nothing is written then; MLOPS_E_INVALID for no
 * imprint
 * @since 0.1
 */
MLOPS_API mlops_status mlops_imprint_save(const mlops_imprint *self, void *bytes, size_t cap,
                                          size_t *needed);

/**
 * Read bytes of mlops_imprint_save().
 *
 * @param[out] out  the imprint, to be ended with mlops_imprint_free(); NULL after an error
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT for bytes that are no imprint; MLOPS_E_UNSUPPORTED for those of a later
 *         format; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_imprint_load(mlops_imprint **out, const void *bytes, size_t n,
                                          const mlops_host *host, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
