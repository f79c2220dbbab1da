/* mlops/performance_classes.h: how well probabilities of k classes agree with labels, as counts
 * that merge.
 *
 * A mlops_class_performance keeps the counts of mlops/performance.h for each class against the
 * rest, weights by label and prediction, and the probabilities that came with each prediction, from
 * which performance is expected before labels are there. Parts merge to the whole, to the byte.
 */
#ifndef MLOPS_PERFORMANCE_CLASSES_H
#define MLOPS_PERFORMANCE_CLASSES_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/metric.h>
#include <mlops/performance.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Counts of probabilities by label, aligned to 8. One thread at a time. */
typedef struct mlops_class_performance mlops_class_performance;

/** Bytes that counts of k classes need, 2 to 256: about 56 KiB a class, and as many once; 0 for
 * another k. @since 0.1 */
MLOPS_API size_t mlops_class_performance_size(int64_t k);

/**
 * Start empty counts in the caller's storage.
 *
 * @param[out] out  the counts, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      at least mlops_class_performance_size(k)
 * @param k         number of classes, 2 to 256
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for storage that is not aligned, or
 *         another k
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_init(mlops_class_performance **out, void *mem,
                                                    size_t size, int64_t k);

/**
 * Start empty counts on the host's heap.
 *
 * @param[out] out  the counts, to be ended with mlops_class_performance_free(); NULL after an error
 * @param k         number of classes, 2 to 256
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID for another k; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_new(mlops_class_performance **out, int64_t k,
                                                   const mlops_host *host, mlops_error *err);

/** End counts made by mlops_class_performance_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_class_performance_free(mlops_class_performance *self);

/** Number of classes. @since 0.1 */
MLOPS_API int64_t mlops_class_performance_n_classes(const mlops_class_performance *self);

/**
 * Count rows.
 *
 * @param self           counts
 * @param probabilities  @shape(n, k) row-major; a row sums to 1 within 0.001; one with NaN is left
 *                       out, and counted as such
 * @param n              0 or more
 * @param k              classes of the counts
 * @param labels         @nullable @shape(n) 0 to k - 1; below 0: not known (yet); NULL: none is
 * @param predictions    @nullable @shape(n) 0 to k - 1: the class that was predicted; NULL: the
 * most probable, the first of several
 * @param weights        @nullable @shape(n) as in mlops_performance_add()
 * @param err            @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
 *         weight of 2^41 in all. Nothing is counted then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_add(mlops_class_performance *self,
                                                   const double *probabilities, int64_t n,
                                                   int64_t k, const int64_t *labels,
                                                   const int64_t *predictions,
                                                   const double *weights, mlops_error *err);

/**
 * Add what other counts have.
 *
 * @param self   counts
 * @param other  counts of as many classes; unchanged
 * @param err    @nullable
 * @return MLOPS_E_INVALID if other is self, or of another number of classes; MLOPS_E_LIMIT. Nothing
 *         is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_merge(mlops_class_performance *self,
                                                     const mlops_class_performance *other,
                                                     mlops_error *err);

/** Forget all rows. @since 0.1 */
MLOPS_API void mlops_class_performance_reset(mlops_class_performance *self);

/**
 * Judge the rows that have a label, as mlops_metric_classes() does; auc_macro and auc_weighted are
 * those of scores in 1,024 bins, and so is ece_adaptive.
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param self      counts
 * @param opts      @nullable top_k, n_bins and beta
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label, or for an option out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_metrics(mlops_metrics *out,
                                                       const mlops_class_performance *self,
                                                       const mlops_performance_opts *opts,
                                                       mlops_error *err);

/**
 * Each class by itself. Columns: class; weight of its rows; predicted, weight of the rows predicted
 * so; precision, recall, f1 of the predictions; auc, average_precision, brier, log_loss, ece of its
 * probabilities against the rest; f_beta of the predictions. Null where there is none.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param opts      @nullable n_bins and beta
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_by_class(mlops_table **out,
                                                        const mlops_class_performance *self,
                                                        const mlops_performance_opts *opts,
                                                        mlops_error *err);

/**
 * The confusion matrix. Columns: label, predicted, weight of the rows that have a label;
 * expected, the probability of the label times weight over all rows predicted so; and weight as a
 * share_of_label, a share_of_predicted and a share of all, null of none; k * k rows.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_confusion(mlops_table **out,
                                                         const mlops_class_performance *self,
                                                         const mlops_host *host, mlops_error *err);

/**
 * Counts of one class against the rest, as if its probabilities alone had been added to them; or
 * of the probability of the predicted class, against whether it was right.
 *
 * @param[out] out  the counts, to be ended with mlops_performance_free(); NULL after an error
 * @param self      counts
 * @param at        0 to k - 1; -1: of the predicted class
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if there is no such class; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_one(mlops_performance **out,
                                                   const mlops_class_performance *self, int64_t at,
                                                   const mlops_host *host, mlops_error *err);

/**
 * Estimate metrics of all rows from their probabilities alone, which must be calibrated: the table
 * of mlops_performance_estimate(). sampling_error is at most a little too wide.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param opts      @nullable confidence
 * @param err       @nullable
 * @return MLOPS_E_INVALID if there is no row, or for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_estimate(mlops_table **out,
                                                        const mlops_class_performance *self,
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
MLOPS_API mlops_status mlops_class_performance_save(const mlops_class_performance *self,
                                                    void *bytes, size_t cap, size_t *needed);

/**
 * Read bytes of mlops_class_performance_save() into the caller's storage.
 *
 * @param[out] out  the counts, living in mem; need no end
 * @param mem       @shape(size) storage, aligned to 8 bytes
 * @param size      of the storage
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @return MLOPS_E_CORRUPT for bytes that are no counts, or contradict each other;
 *         MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small;
 *         MLOPS_E_INVALID if mem is not aligned
 * @since 0.1
 */
MLOPS_API mlops_status mlops_class_performance_load(mlops_class_performance **out, void *mem,
                                                    size_t size, const void *bytes, size_t n);

#ifdef __cplusplus
}
#endif

#endif
