/* mlops/anomaly.h: how unusual a row is, learnt from rows without labels, in fixed memory.
 *
 * A mlops_anomaly learns from rows as they come, is frozen, and from then on gives each row a
 * score: the higher, the more unusual. Half of the rows are held back from learning; where a new
 * score lies among theirs is its p-value, so that the rate of false alarms is chosen, not found
 * out. Its state is the caller's: fixed size, no heap; it is saved and loaded, learning or frozen,
 * to the same scores, bit for bit, on a server and on a microcontroller. See docs/anomaly.md.
 */
#ifndef MLOPS_ANOMALY_H
#define MLOPS_ANOMALY_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What scores rows, in mlops_anomaly_size() bytes aligned to 8. One thread at a time. */
typedef struct mlops_anomaly mlops_anomaly;

/** What a score is. */
typedef enum mlops_anomaly_kind {
    MLOPS_ANOMALY_FOREST = 0,      /**< forest: how few random cuts set the row apart, 0 to 1 */
    MLOPS_ANOMALY_MAHALANOBIS = 1, /**< mahalanobis: distance to the mean, by the covariance */
    MLOPS_ANOMALY_KNN = 2,         /**< knn: distance to the k-th nearest row that is kept */
    MLOPS_ANOMALY_KMEANS = 3,      /**< kmeans: distance to the nearest of some centers */
    MLOPS_ANOMALY_PCA = 4,         /**< pca: what the leading components do not reconstruct */
    MLOPS_ANOMALY_KIND_FORCE32 = 0x7fffffff
} mlops_anomaly_kind;

/** Configuration. Defaults are in docs/anomaly.md; what a kind does not have must be 0. */
typedef struct mlops_anomaly_opts {
    uint32_t struct_size;          /**< MLOPS_ANOMALY_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_ANOMALY_RAW */
    const struct mlops_host *host; /**< @nullable allocator, of mlops_anomaly_new() alone */
    mlops_anomaly_kind kind;       /**< default MLOPS_ANOMALY_FOREST */
    uint32_t reserved;             /**< must be 0 */
    int64_t n_features;            /**< values of a row, to 1,024; default 1, of pca 2 */
    int64_t n_calibration;         /**< rows held back for p-values, 1 to 65,536; default 512 */
    int64_t n_rows;       /**< forest, knn, kmeans: rows kept of those that are learnt from, to
                               65,536; default 1,024, of knn 256 */
    int64_t n_trees;      /**< forest: 1 to 1,000; default 100 */
    int64_t tree_rows;    /**< forest: rows that a tree is grown from, 2 to 4,096 and at most
                               n_rows; default 256 */
    int64_t n_neighbors;  /**< knn: k, 1 to 256 and at most n_rows; default 5 */
    int64_t n_clusters;   /**< kmeans: centers, 1 to 1,024 and at most n_rows; default 8 */
    int64_t n_components; /**< pca: components, fewer than n_features; default half of them */
    double ridge;         /**< mahalanobis: added to the diagonal of the correlation matrix, at
                               most 1; default 1e-6 */
    uint64_t seed;        /**< of what is drawn; default 0 */
} mlops_anomaly_opts;

enum { MLOPS_ANOMALY_RAW = 1 /**< knn, kmeans, pca: features as they are, not standardized */ };

#define MLOPS_ANOMALY_OPTS_INIT                                                                    \
    { sizeof(mlops_anomaly_opts), 0, 0, MLOPS_ANOMALY_FOREST, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** What was learnt. */
typedef struct mlops_anomaly_summary {
    uint32_t struct_size;    /**< MLOPS_ANOMALY_SUMMARY_INIT sets it */
    mlops_anomaly_kind kind; /**< what a score is */
    int64_t n_features;      /**< values of a row */
    int64_t n;               /**< rows, skipped ones among them */
    int64_t n_skipped;       /**< rows with a value that is NaN or infinite */
    int64_t n_calibration;   /**< rows that are held back */
    double rate_min;         /**< least rate of false alarms that they tell, and least p-value */
    double score_median;     /**< of the rows held back; NaN until frozen */
    double score_max;        /**< of the rows held back; NaN until frozen */
    int32_t is_frozen;       /**< 1 if it scores, 0 if it learns */
    uint32_t reserved;       /**< 0 */
} mlops_anomaly_summary;

#define MLOPS_ANOMALY_SUMMARY_INIT                                                                 \
    { sizeof(mlops_anomaly_summary), MLOPS_ANOMALY_FOREST, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Name of a kind, such as "forest". @return @borrowed(static) @nullable NULL for a number that is
 * no kind; kinds count from 0 @since 0.1 */
MLOPS_API const char *mlops_anomaly_kind_name(mlops_anomaly_kind kind);

/** Bytes that learning with this configuration needs; 0 if opts are not valid.
 * @param opts  @nullable
 * @since 0.1 */
MLOPS_API size_t mlops_anomaly_size(const mlops_anomaly_opts *opts);

/**
 * Start learning in the caller's storage.
 *
 * @param[out] out  what learns, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_anomaly_size(opts)
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned, an
 * option out of range, or one that the kind does not have: the message names it
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_init(mlops_anomaly **out, void *mem, size_t size,
                                          const mlops_anomaly_opts *opts, mlops_error *err);

/**
 * Start learning on the host's heap.
 *
 * @param[out] out  what learns, to be ended with mlops_anomaly_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID as mlops_anomaly_init(); MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_new(mlops_anomaly **out, const mlops_anomaly_opts *opts,
                                         mlops_error *err);

/** End what mlops_anomaly_new() made. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_anomaly_free(mlops_anomaly *self);

/** Number of values of a row. @since 0.1 */
MLOPS_API int64_t mlops_anomaly_n_features(const mlops_anomaly *self);

/**
 * Learn from rows, in parts or at once: it makes no difference. A row with a value that is NaN or
 * infinite is skipped and counted.
 *
 * @param self        what learns
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be mlops_anomaly_n_features()
 * @param err         @nullable
 * @return MLOPS_E_INVALID where a shape differs, or if it is frozen; MLOPS_E_LIMIT beyond 2^53 rows
 * in all. Nothing is learnt then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_add(mlops_anomaly *self, const float *rows, int64_t n_rows,
                                         int64_t n_features, mlops_error *err);

/**
 * End learning: what scores is made of the rows, and those held back are scored. From then on
 * nothing is learnt.
 *
 * @param self  what learns
 * @param err   @nullable
 * @return MLOPS_E_REFUSED for too few rows, whose number the message tells: it goes on learning;
 * MLOPS_E_INVALID if it is frozen
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_freeze(mlops_anomaly *self, mlops_error *err);

/**
 * Score rows. A value that is NaN is taken to be the mean of its feature.
 *
 * @param self        frozen
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be mlops_anomaly_n_features()
 * @param[out] out    @shape(n_rows) scores, finite, 0 or more; the higher, the more unusual
 * @param err         @nullable
 * @return MLOPS_E_INVALID where a shape differs, or if it is not frozen
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_score(mlops_anomaly *self, const float *rows, int64_t n_rows,
                                           int64_t n_features, float *out, mlops_error *err);

/**
 * Conformal p-values of scores: with m rows held back, of which c score as high or higher,
 * (1 + c) / (m + 1). An alarm wherever it is at most r has a rate of false alarms of at most r, for
 * any distribution and m, if rows without anomaly are exchangeable with those learnt from.
 *
 * @param self      frozen
 * @param scores    @shape(n) of mlops_anomaly_score()
 * @param n         0 or more
 * @param[out] out  @shape(n) in (0, 1]; NaN for NaN
 * @param err       @nullable
 * @return MLOPS_E_INVALID if n is negative, or it is not frozen
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_p_values(const mlops_anomaly *self, const float *scores,
                                              int64_t n, double *out, mlops_error *err);

/**
 * The score beyond which a row is an alarm: exactly where its p-value is at most the rate.
 *
 * @param self      frozen
 * @param rate      false alarms among rows without anomaly, above 0 and below 1
 * @param[out] out  @shape(1) an alarm is a score greater than this
 * @param err       @nullable
 * @return MLOPS_E_REFUSED if too few rows are held back to tell such a rate: the message says which
 * rates they tell; MLOPS_E_INVALID for a rate out of range, or if it is not frozen
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_threshold(const mlops_anomaly *self, double rate, double *out,
                                               mlops_error *err);

/**
 * What was learnt, and whether it is frozen.
 *
 * @param self      either
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if struct_size is unknown
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_summarize(const mlops_anomaly *self,
                                               mlops_anomaly_summary *out);

/**
 * Write as bytes what is frozen, or what learns: canonical, little-endian, equal for equal state on
 * any machine.
 *
 * @param self          either
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_save(const mlops_anomaly *self, void *bytes, size_t cap,
                                          size_t *needed);

/**
 * Storage that saved bytes need when they are loaded, exact: of what is frozen less than learning
 * takes.
 *
 * @param bytes      @shape(n) of mlops_anomaly_save()
 * @param n          number of bytes
 * @param[out] size  @shape(1) bytes of storage to give to mlops_anomaly_load()
 * @return MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_anomaly_load()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_load_size(const void *bytes, size_t n, size_t *size);

/**
 * Read bytes of mlops_anomaly_save() into the caller's storage.
 *
 * @param[out] out  as it was saved, living in mem; needs no end. It gives the same scores, and goes
 * on to learn, bit for bit
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least what mlops_anomaly_load_size() gave
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no such state, or whose parts contradict each other;
 * MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
 * MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_anomaly_load(mlops_anomaly **out, void *mem, size_t size,
                                          const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
