/* mlops/performance_choose.h: which threshold to take.
 *
 * Of the 1,024 thresholds that counts tell apart, the one at which a metric is best, while another
 * one holds a bound; or at which the rows are worth most, each kind of right and wrong by its
 * price.
 */
#ifndef MLOPS_PERFORMANCE_CHOOSE_H
#define MLOPS_PERFORMANCE_CHOOSE_H

#include <mlops/base.h>
#include <mlops/metric.h>
#include <mlops/performance.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a threshold is to be chosen by. Zero means the default in each field. */
typedef struct mlops_performance_choice_opts {
    uint32_t struct_size; /**< MLOPS_PERFORMANCE_CHOICE_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const char *best;     /**< @nullable name of what is to be as good as can be: a metric that
                               follows from tp, fp, tn and fn; default "f1" */
    const char *held;     /**< @nullable one of these that must hold bound; default none */
    double bound;         /**< at least so much of held if higher is better, else at most; default
                               0 */
    double beta;          /**< of f_beta, 1e-6 to 1e6; default 1 */
    double worth_tp;      /**< of a true positive; default 0. With one of the four, their sum over
                               the rows is to be as large as can be, and best must not be given */
    double worth_fp;      /**< of a false positive: a cost is below 0; default 0 */
    double worth_tn;      /**< of a true negative; default 0 */
    double worth_fn;      /**< of a false negative; default 0 */
} mlops_performance_choice_opts;

#define MLOPS_PERFORMANCE_CHOICE_OPTS_INIT                                                         \
    { sizeof(mlops_performance_choice_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Choose a threshold for the rows that have a label. Of several that are as good it is the highest.
 *
 * @param self      counts
 * @param[out] out  @shape(1) a multiple of 1/1024, for mlops_performance_metrics() to tell the rest
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOT_FOUND
 *         if no threshold holds the bound, or the metric has a value at none
 * @since 0.1
 */
MLOPS_API mlops_status mlops_performance_choose(const mlops_performance *self, double *out,
                                                const mlops_performance_choice_opts *opts,
                                                mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
