/* mlops/multivariate.h: have rows changed as a whole, where each column by itself may look the
 * same?
 *
 * A mlops_multivariate is two samples of rows: columns of tables, or matrices, such as embeddings.
 * Ways to compare them answer as mlops/drift.h does: drift where a lower confidence bound of the
 * effect exceeds the tolerance, no drift, or not enough data. docs/multivariate.md has the rules.
 *
 *     mlops_multivariate_tables(&self, train, live, NULL, &error);
 *     mlops_multivariate_mmd(&result, self, NULL, &error);
 */
#ifndef MLOPS_MULTIVARIATE_H
#define MLOPS_MULTIVARIATE_H

#include <mlops/base.h>
#include <mlops/drift.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Two samples of rows. Immutable: any thread may compare. @threadsafe */
typedef struct mlops_multivariate mlops_multivariate;

/** In which units values count. */
typedef enum mlops_multivariate_scale {
    MLOPS_MULTIVARIATE_SCALE_AUTO = 0,     /**< columns of tables as STANDARD, matrices as NONE */
    MLOPS_MULTIVARIATE_SCALE_STANDARD = 1, /**< less the mean, over the standard deviation; a
                                                constant column less its mean alone */
    MLOPS_MULTIVARIATE_SCALE_NONE = 2,     /**< as they are */
    MLOPS_MULTIVARIATE_SCALE_FORCE32 = 0x7fffffff
} mlops_multivariate_scale;

/** Options of the constructors. Zero means the default in each field. */
typedef struct mlops_multivariate_opts {
    uint32_t struct_size;           /**< MLOPS_MULTIVARIATE_OPTS_INIT sets it */
    uint32_t flags;                 /**< none yet; must be 0 */
    const struct mlops_host *host;  /**< @nullable */
    const char *columns;            /**< @nullable of tables: names to compare, separated by commas,
                                         quoted as in a CSV line; default: all of the reference */
    const char *ignore;             /**< @nullable of tables: names to leave out, as columns */
    mlops_multivariate_scale scale; /**< default MLOPS_MULTIVARIATE_SCALE_AUTO */
    uint32_t reserved;              /**< 0 */
} mlops_multivariate_opts;

#define MLOPS_MULTIVARIATE_OPTS_INIT                                                               \
    { sizeof(mlops_multivariate_opts), 0, 0, 0, 0, MLOPS_MULTIVARIATE_SCALE_AUTO, 0 }

/** What was found. What does not apply is NaN, or 0 of counts. */
typedef struct mlops_multivariate_result {
    uint32_t struct_size;        /**< MLOPS_MULTIVARIATE_RESULT_INIT sets it */
    mlops_drift_verdict verdict; /**< the answer */
    const char *test;            /**< @borrowed(static) "mmd", "mmd_fourier", "pca" or "auc" */
    int64_t n_reference;         /**< rows */
    int64_t n_current;           /**< rows */
    int64_t n_columns;           /**< values of a row */
    double effect;               /**< MMD, the square root of mmd2; of PCA the KS distance of
                                      errors; of a classifier its AUC */
    double effect_low;           /**< its lower confidence bound, of confidence 1 - alpha */
    double effect_high;          /**< its upper one, alike */
    double tolerance;            /**< what the effect was held against; ALIBI: what p was */
    double p_value;              /**< that such an effect comes by chance alone */
    double mmd2;                 /**< squared MMD, unbiased: 0 on average where nothing changed, and
                                      so also below 0 */
    double mmd2_biased;          /**< squared MMD of the samples as they are, 0 or more */
    double bandwidth;            /**< standard deviation of the Gaussian kernel */
    int64_t n_permutations;      /**< that p_value is from; 0: it is asymptotic */
    int64_t n_components;        /**< of PCA: those kept */
    double error_reference;      /**< of PCA: mean distance of rows from what they are rebuilt as */
    double error_current;        /**< the same of the current rows */
} mlops_multivariate_result;

#define MLOPS_MULTIVARIATE_RESULT_INIT                                                             \
    {                                                                                              \
        sizeof(mlops_multivariate_result), MLOPS_DRIFT_NOT_ENOUGH_DATA, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
            0, 0, 0, 0, 0, 0, 0                                                                    \
    }

/**
 * Two tables, columns bound by name. Texts become numbers, and what is missing counts as the mean
 * and is told beside it, as each way to compare has it (docs/multivariate.md).
 *
 * @param[out] out   the samples, to be ended with mlops_multivariate_free(); NULL after an error
 * @param reference  @scope(handle) rows that are known to be good; outlive the samples
 * @param current    @scope(handle) rows to judge; outlive the samples
 * @param opts       @nullable
 * @param err        @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing, or of texts on one side alone;
 *         MLOPS_E_INVALID for an option out of range, NULL, or if no column is left; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_tables(mlops_multivariate **out,
                                                 const mlops_table *reference,
                                                 const mlops_table *current,
                                                 const mlops_multivariate_opts *opts,
                                                 mlops_error *err);

/**
 * Two matrices of float32, such as embeddings. A value that is not finite counts as the mean.
 *
 * @param[out] out   the samples, to be ended with mlops_multivariate_free(); NULL after an error
 * @param reference  @shape(n_reference:reference_row_stride, n_columns:reference_column_stride)
 *                   @scope(handle) rows that are known to be good; outlive the samples
 * @param n_reference              0 or more
 * @param current    @shape(n_current:current_row_stride, n_columns:current_column_stride)
 *                   @scope(handle) rows to judge; outlive the samples
 * @param n_current                0 or more
 * @param n_columns                values of a row, 1 or more
 * @param reference_row_stride     values from a row to the next: n_columns where there is no gap
 * @param reference_column_stride  values from one to the next of its row: 1 of row-major rows
 * @param current_row_stride       the same of the current rows
 * @param current_column_stride    the same of the current rows
 * @param opts                     @nullable without columns and ignore
 * @param err                      @nullable
 * @return MLOPS_E_INVALID for an option or a shape out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_rows(
    mlops_multivariate **out, const float *reference, int64_t n_reference, const float *current,
    int64_t n_current, int64_t n_columns, int64_t reference_row_stride,
    int64_t reference_column_stride, int64_t current_row_stride, int64_t current_column_stride,
    const mlops_multivariate_opts *opts, mlops_error *err);

/**
 * Two matrices of float64. As mlops_multivariate_rows().
 *
 * @param[out] out   the samples, to be ended with mlops_multivariate_free(); NULL after an error
 * @param reference  @shape(n_reference:reference_row_stride, n_columns:reference_column_stride)
 *                   @scope(handle) outlives the samples
 * @param n_reference              0 or more
 * @param current    @shape(n_current:current_row_stride, n_columns:current_column_stride)
 *                   @scope(handle) outlives the samples
 * @param n_current                0 or more
 * @param n_columns                1 or more
 * @param reference_row_stride     values from a row to the next
 * @param reference_column_stride  values from one to the next of its row
 * @param current_row_stride       the same of the current rows
 * @param current_column_stride    the same of the current rows
 * @param opts                     @nullable without columns and ignore
 * @param err                      @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_rows_f64(
    mlops_multivariate **out, const double *reference, int64_t n_reference, const double *current,
    int64_t n_current, int64_t n_columns, int64_t reference_row_stride,
    int64_t reference_column_stride, int64_t current_row_stride, int64_t current_column_stride,
    const mlops_multivariate_opts *opts, mlops_error *err);

/** End the samples. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_multivariate_free(mlops_multivariate *self);

/** How the maximum mean discrepancy is found. */
typedef enum mlops_mmd_method {
    MLOPS_MMD_AUTO = 0,    /**< EXACT of up to 4,000 rows on both sides together, else FOURIER */
    MLOPS_MMD_EXACT = 1,   /**< every pair of rows; p by permutations */
    MLOPS_MMD_FOURIER = 2, /**< random Fourier features: time linear in rows; p asymptotic */
    MLOPS_MMD_ALIBI = 3,   /**< EXACT by the rule of alibi-detect (docs/multivariate.md) */
    MLOPS_MMD_METHOD_FORCE32 = 0x7fffffff
} mlops_mmd_method;

/** Options of mlops_multivariate_mmd(). Zero means the default in each field. */
typedef struct mlops_mmd_opts {
    uint32_t struct_size;    /**< MLOPS_MMD_OPTS_INIT sets it */
    uint32_t flags;          /**< none yet; must be 0 */
    mlops_mmd_method method; /**< default MLOPS_MMD_AUTO */
    uint32_t reserved;       /**< 0 */
    double alpha;            /**< chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI
                                  0.05 */
    double tolerance;        /**< largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none */
    double bandwidth;        /**< of the kernel, 1e-60 to 1e60; default: by the median of
                                distances */
    int64_t rows_min;        /**< rows that each side must have, 2 or more; default 50; ALIBI: 2 */
    int64_t n_permutations;  /**< of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or
                                  more, default 100 */
    int64_t n_frequencies;   /**< of FOURIER, 128 to 16,384; default 512 */
    int64_t seed;            /**< of permutations and frequencies; default 0 */
    const struct mlops_call *call; /**< @nullable executor, progress, deadline, memory_max */
} mlops_mmd_opts;

#define MLOPS_MMD_OPTS_INIT                                                                        \
    { sizeof(mlops_mmd_opts), 0, MLOPS_MMD_AUTO, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Maximum mean discrepancy with a Gaussian kernel (Gretton and others 2012): 0 where the rows come
 * from the same distribution, and up to the square root of 2.
 *
 * @param[out] out  @shape(1) struct_size must be set; as it was after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_LIMIT if EXACT is asked for of more than 50,000 rows, or for more memory than
 *         memory_max; MLOPS_E_INVALID, also for an option that the method does not have;
 *         MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_mmd(mlops_multivariate_result *out,
                                              const mlops_multivariate *self,
                                              const mlops_mmd_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
