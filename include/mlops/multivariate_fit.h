/* mlops/multivariate_fit.h: have rows changed, told by what is fitted to them: principal components
 * of the reference, which new rows no longer lie along, or a classifier that tells the two apart.
 *
 * Where a classifier can, its features say which columns are at fault.
 *
 *     mlops_multivariate_classify(&result, self, NULL, &error);
 */
#ifndef MLOPS_MULTIVARIATE_FIT_H
#define MLOPS_MULTIVARIATE_FIT_H

#include <mlops/multivariate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Options of mlops_multivariate_pca(). Zero means the default in each field. */
typedef struct mlops_pca_opts {
    uint32_t struct_size;      /**< MLOPS_PCA_OPTS_INIT sets it */
    uint32_t flags;            /**< none yet; must be 0 */
    mlops_drift_preset preset; /**< default MLOPS_DRIFT_NATIVE; or MLOPS_DRIFT_NANNYML, which takes
                                    neither alpha nor tolerance */
    uint32_t reserved;         /**< 0 */
    double alpha;              /**< chance of a false alarm, in (0, 0.5]; default 0.01 */
    double tolerance;          /**< largest harmless KS distance of errors, in (0, 1); default
                                    0.05 */
    double variance;           /**< share of the reference's variance that the components keep, in
                                    (0, 1); default 0.65 */
    int64_t rows_min;          /**< errors that each side must have, 2 or more; default 50 */
    int64_t n_chunks;          /**< of each side, 1 to 10,000; default 10 */
    const struct mlops_call *call; /**< @nullable executor, progress, deadline, memory_max */
} mlops_pca_opts;

#define MLOPS_PCA_OPTS_INIT                                                                        \
    { sizeof(mlops_pca_opts), 0, MLOPS_DRIFT_NATIVE, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Reconstruction by principal components: how far rows lie from the components of the reference.
 *
 * Components are of one of each two rows of the reference; the errors of the others and those of
 * the current ones are compared by the rule of mlops_drift_compare(): effect is their KS distance.
 * Where all components are kept no row has an error: not enough data.
 * NANNYML fits all rows, and alarms where a chunk of current rows has an error beyond three
 * standard deviations of those of the reference: effect is the mean error, tolerance the upper
 * threshold.
 *
 * @param[out] out  @shape(1) struct_size must be set; as it was after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_LIMIT for more than 2,048 columns, or for more memory than memory_max;
 *         MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_pca(mlops_multivariate_result *out,
                                              const mlops_multivariate *self,
                                              const mlops_pca_opts *opts, mlops_error *err);

/**
 * The errors of mlops_multivariate_pca(), which is done again, of consecutive rows.
 *
 * Columns: side ("reference" or "current"); first, the first row; n, rows with an error; error,
 * their mean; low and high, thresholds by the reference's chunks; alarm, whether it is beyond.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return as mlops_multivariate_pca()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_chunks(mlops_table **out, const mlops_multivariate *self,
                                                 const mlops_pca_opts *opts, mlops_error *err);

/**
 * By which columns rows lie off the components of mlops_multivariate_pca(), which is done again.
 *
 * Columns: feature; reference and current, the mean squares of their errors in it, of rows that are
 * judged; share, its part in what these have grown by. The largest growth comes first.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return as mlops_multivariate_pca(); MLOPS_E_INVALID also for too few rows
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_residuals(mlops_table **out,
                                                    const mlops_multivariate *self,
                                                    const mlops_pca_opts *opts, mlops_error *err);

/** Options of mlops_multivariate_classify(). Zero means the default in each field. */
typedef struct mlops_classify_opts {
    uint32_t struct_size; /**< MLOPS_CLASSIFY_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    double alpha;         /**< chance of a false alarm, in (0, 0.5]; default 0.01 */
    double tolerance;     /**< largest harmless AUC, in (0.5, 1); default 0.55 */
    int64_t rows_min;     /**< rows that each side must have, 20 or more; default 50 */
    int64_t rows_max;     /**< rows of each side that are looked at, of even parts, to 10,000,000;
                               default 20,000 */
    int64_t n_folds;      /**< of cross-validation, 2 to 10; default 5 */
    int64_t n_trees;      /**< of a classifier, 1 to 1,000; default 100 */
    int64_t seed;         /**< of the folds; default 0 */
    const struct mlops_call *call; /**< @nullable executor, progress, deadline, memory_max */
} mlops_classify_opts;

#define MLOPS_CLASSIFY_OPTS_INIT                                                                   \
    { sizeof(mlops_classify_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * A domain classifier: boosted trees learn to tell current rows from those of the reference, and
 * are judged on rows that they have not seen. An AUC of 0.5 is chance. A missing value is a value
 * of its own kind here.
 *
 * @param[out] out  @shape(1) struct_size must be set; effect is the AUC. As it was after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE; MLOPS_E_LIMIT for
 *         more memory than memory_max
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_classify(mlops_multivariate_result *out,
                                                   const mlops_multivariate *self,
                                                   const mlops_classify_opts *opts,
                                                   mlops_error *err);

/**
 * What the trees of mlops_multivariate_classify(), which is done again, tell rows apart by.
 *
 * Columns: feature; gain, its share in what all splits gained. The largest comes first.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      samples
 * @param opts      @nullable
 * @param err       @nullable
 * @return as mlops_multivariate_classify(); MLOPS_E_INVALID also for too few rows
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_features(mlops_table **out,
                                                   const mlops_multivariate *self,
                                                   const mlops_classify_opts *opts,
                                                   mlops_error *err);

enum {
    MLOPS_MULTIVARIATE_REPORT_SKIP_MMD = 1,     /**< without mlops_multivariate_mmd() */
    MLOPS_MULTIVARIATE_REPORT_SKIP_PCA = 2,     /**< without mlops_multivariate_pca() */
    MLOPS_MULTIVARIATE_REPORT_SKIP_CLASSIFY = 4 /**< without mlops_multivariate_classify() */
};

/** Options of mlops_multivariate_save(). Zero means the default in each field. */
typedef struct mlops_multivariate_report_opts {
    uint32_t struct_size;                /**< MLOPS_MULTIVARIATE_REPORT_OPTS_INIT sets it */
    uint32_t flags;                      /**< MLOPS_MULTIVARIATE_REPORT_SKIP_MMD,
                                              MLOPS_MULTIVARIATE_REPORT_SKIP_PCA,
                                              MLOPS_MULTIVARIATE_REPORT_SKIP_CLASSIFY */
    const char *title;                   /**< @nullable default "Drift of rows as a whole" */
    const mlops_mmd_opts *mmd;           /**< @nullable how mlops_multivariate_mmd() compares */
    const mlops_pca_opts *pca;           /**< @nullable how mlops_multivariate_pca() does */
    const mlops_classify_opts *classify; /**< @nullable how mlops_multivariate_classify() does */
} mlops_multivariate_report_opts;

#define MLOPS_MULTIVARIATE_REPORT_OPTS_INIT                                                        \
    { sizeof(mlops_multivariate_report_opts), 0, 0, 0, 0, 0 }

/**
 * Compare in all three ways and write a report, whole or not at all: self-contained HTML, or JSON
 * if the name ends in ".json". Beside the answers it has what mlops_multivariate_chunks(),
 * mlops_multivariate_residuals() and mlops_multivariate_features() tell. Each answer stands by
 * itself: the chance of a false alarm is that of its own options.
 *
 * @param self  samples
 * @param path  file to write; replaced if it is there
 * @param opts  @nullable
 * @param err   @nullable
 * @return as the ways to compare; MLOPS_E_INVALID if all are skipped; MLOPS_E_IO,
 *         MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND
 * @since 0.1
 */
MLOPS_API mlops_status mlops_multivariate_save(const mlops_multivariate *self, const char *path,
                                               const mlops_multivariate_report_opts *opts,
                                               mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
