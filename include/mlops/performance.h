/* mlops/performance.h: how well scores agree with labels, as counts that merge.
 *
 * A mlops_performance counts the scores of a binary task in 1,024 bins of equal width, apart by
 * label: 0, 1, and not known (yet). Its state is the caller's: fixed size, no heap. Counts and sums
 * are whole numbers, so that parts, merged in any order, are the whole, to the byte: of hours into
 * days, of machines into one. docs/performance.md tells how exact each metric is.
 */
#ifndef MLOPS_PERFORMANCE_H
#define MLOPS_PERFORMANCE_H

#include <mlops/base.h>
#include <mlops/calibration.h>
#include <mlops/host.h>
#include <mlops/metric.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Counts of scores by label, of mlops_performance_size() bytes. One thread at a time. */
typedef struct mlops_performance mlops_performance;

/** Options of what is read from counts; 0: the default. A verb refuses what it does not name. */
typedef struct mlops_performance_opts {
    uint32_t struct_size;          /**< MLOPS_PERFORMANCE_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_PERFORMANCE_SET_THRESHOLD */
    const struct mlops_host *host; /**< @nullable memory of tables */
    double threshold;              /**< score from which a row is predicted positive; from counts it
                                        must be a multiple of 1/1024 below 1; default 0.5 */
    double confidence;             /**< of intervals, in (0, 1); default 0.95 */
    int32_t n_bins;                /**< of ece and reliability tables, of equal width: a power of 2
                                        up to 1,024; default 16 */
    int32_t top_k;                 /**< of top_k_accuracy of classes; default 3 */
    double quantile;               /**< of pinball of a regression, in (0, 1); default 0.5 */
    double beta;                   /**< of f_beta and its like, 1e-6 to 1e6; default 1 */
} mlops_performance_opts;

enum {
    MLOPS_PERFORMANCE_SET_THRESHOLD = 1 /**< threshold was given, even if 0 */
};

#define MLOPS_PERFORMANCE_OPTS_INIT                                                                \
    { sizeof(mlops_performance_opts), 0, 0, 0, 0, 0, 0, 0, 0 }

/** What counts have seen, and how well scores are calibrated. */
typedef struct mlops_performance_summary {
    uint32_t struct_size;     /**< MLOPS_PERFORMANCE_SUMMARY_INIT sets it */
    uint32_t reserved;        /**< 0 */
    int64_t n_labelled;       /**< rows with a label */
    int64_t n_unlabelled;     /**< rows whose label is not known */
    int64_t n_nan;            /**< rows left out: the score is NaN */
    double weight;            /**< of the rows with a label: n_labelled without weights */
    double weight_unlabelled; /**< of those without */
    double mean_score;        /**< of all rows; NaN without any */
    double n_effective;       /**< Kish's effective number of the rows with a label: (sum of
                                   weights)^2 / sum of their squares */
    double auc_error;         /**< how far auc may be from that of the exact scores: half of the
                                   share of pairs that share a bin; NaN with auc */
    double ece; /**< expected calibration error over n_bins bins: mean distance of mean
                     score and observed rate, by weight; NaN without labels */
    double mce; /**< the largest of these distances; NaN without labels */
    double average_precision_error; /**< how far average_precision may be from that of the exact
                                         scores, whichever way rows that share a bin rank */
} mlops_performance_summary;

#define MLOPS_PERFORMANCE_SUMMARY_INIT                                                             \
    { sizeof(mlops_performance_summary), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Bytes that counts need. @since 0.1 */
MLOPS_API size_t mlops_performance_size(void);

/**
 * Start empty counts in the caller's storage.
 *
 * @param[out] out  the counts, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_performance_size()
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_init(mlops_performance **out, void *mem, size_t size);

/**
 * Start empty counts on the host's heap.
 *
 * @param[out] out  the counts, to be ended with mlops_performance_free(); NULL after an error
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_new(mlops_performance **out, const mlops_host *host,
                                             mlops_error *err);

/** End counts made by mlops_performance_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_performance_free(mlops_performance *self);

/**
 * Count rows.
 *
 * @param self     counts
 * @param scores   @shape(n) probabilities of label 1, in [0, 1]; a row of NaN is left out, and
 *                 counted as such
 * @param labels   @nullable @shape(n) 0 or 1; NaN: not known (yet); NULL: none is known
 * @param weights  @nullable @shape(n) of each row: 0, or 2^-20 to 2^32, rounded to a multiple of
 *                 2^-20; a row of weight 0 is not there; NULL: each row counts 1
 * @param n        0 or more
 * @param err      @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
 *         weight of 2^41 in all. Nothing is counted then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_add(mlops_performance *self, const double *scores,
                                             const double *labels, const double *weights, int64_t n,
                                             mlops_error *err);

/**
 * Add what other counts have.
 *
 * @param self   counts
 * @param other  counts; unchanged
 * @param err    @nullable
 * @return MLOPS_E_INVALID if other is self; MLOPS_E_LIMIT. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_merge(mlops_performance *self,
                                               const mlops_performance *other, mlops_error *err);

/** Forget all rows. @since 0.1 */
MLOPS_API void mlops_performance_reset(mlops_performance *self);

/**
 * Totals, and errors of calibration.
 *
 * @param[out] out  @shape(1) struct_size must be set
 * @param self      counts
 * @param opts      @nullable n_bins
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_summarize(mlops_performance_summary *out,
                                                   const mlops_performance *self,
                                                   const mlops_performance_opts *opts,
                                                   mlops_error *err);

/**
 * Judge the rows that have a label. Scores in one of the 1,024 bins are ties: auc,
 * average_precision and ks are those of bins.
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param self      counts
 * @param opts      @nullable threshold, n_bins and beta
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label, or the threshold is no edge of a bin
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_metrics(mlops_metrics *out, const mlops_performance *self,
                                                 const mlops_performance_opts *opts,
                                                 mlops_error *err);

/**
 * The reliability table: what came of the rows that have a label, by their score.
 *
 * Columns: low, high, edges of the bin; weight of its rows; mean_score; observed, the share of
 * label 1, with observed_low and observed_high, Wilson's interval at opts.confidence. One row a
 * bin, of n_bins; without rows in it all but edges and weight are null.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param opts      @nullable n_bins and confidence
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_reliability(mlops_table **out,
                                                     const mlops_performance *self,
                                                     const mlops_performance_opts *opts,
                                                     mlops_error *err);

/**
 * What would be predicted at n_bins thresholds, of 0, 1 / n_bins, 2 / n_bins and so on.
 *
 * Columns: threshold, tp, fp, tn, fn, accuracy, balanced_accuracy, precision, recall, specificity,
 * f1, mcc, positive_rate, f_beta, kappa, and lift, precision over the share of label 1; null where
 * a metric has no value.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param opts      @nullable n_bins and beta
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_thresholds(mlops_table **out,
                                                    const mlops_performance *self,
                                                    const mlops_performance_opts *opts,
                                                    mlops_error *err);

/**
 * Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
 *
 * @param self          counts
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_save(const mlops_performance *self, void *bytes,
                                              size_t cap, size_t *needed);

/**
 * Read bytes of mlops_performance_save() into the caller's storage.
 *
 * @param[out] out  the counts, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_performance_size()
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no counts, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_load(mlops_performance **out, void *mem, size_t size,
                                              const void *bytes, size_t n);

/**
 * Fit a calibration to the rows that have a label, each at the mean score of its bin.
 *
 * @param[out] out  the calibration, to be ended with mlops_calibration_unref(); NULL after an error
 * @param self      counts
 * @param method    which way
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_calibrate(mlops_calibration **out,
                                                   const mlops_performance *self,
                                                   mlops_calibration_method method,
                                                   const mlops_host *host, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
