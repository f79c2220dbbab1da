/* mlops/importance.h: what a model's features are worth: how much worse a metric gets with the
 * values of one feature shuffled among the rows (permutation importance, Breiman 2001).
 *
 * It asks nothing of a model but to predict, so that any model will do, of ONNX too. The table has
 * labels, and is best one that the model was not trained on.
 *
 *     mlops_table *out;
 *     if (mlops_importance_measure(&out, model, table, labels, n, MLOPS_METRIC_AUC, NULL, &error))
 *         return fprintf(stderr, "%s\n", error.message), 1;
 */
#ifndef MLOPS_IMPORTANCE_H
#define MLOPS_IMPORTANCE_H

#include <mlops/metric.h>
#include <mlops/model.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Options of mlops_importance_measure(). Zero means the default in each field. */
typedef struct mlops_importance_opts {
    uint32_t struct_size;          /**< MLOPS_IMPORTANCE_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable memory */
    const char *columns; /**< @nullable column of each feature, separated by commas, quoted
                              as in a CSV line; default: the model's feature names */
    int64_t seed;        /**< of the shuffles; default 0 */
    int64_t n_repeats;   /**< shuffles of each feature: 1 to 1000, default 5 */
} mlops_importance_opts;

#define MLOPS_IMPORTANCE_OPTS_INIT                                                                 \
    { sizeof(mlops_importance_opts), 0, 0, 0, 0, 0 }

/**
 * Measure the importance of each feature.
 *
 * The model predicts the table as mlops_model_predict_table(), and the metric judges that: of one
 * value a row as a binary task, if the metric is of one, or else as a regression; of several as
 * classes. Of two probabilities a metric of binary tasks alone takes the second. Importance is what
 * the metric loses with the feature shuffled: positive is worse, whichever way the metric is
 * better. A feature that the model does not use has 0, to the bit. Each shuffle depends on the
 * seed, the feature's index, the repeat and the number of rows alone, on any machine;
 * docs/explain.md has the algorithm.
 *
 * @param[out] out  a table with columns feature (string), importance, the mean over repeats, sd,
 *                  their standard deviation, and score, the metric of the table as it is; one row a
 *                  feature, in the model's order. To be ended with mlops_table_unref(); NULL after
 *                  an error
 * @param model     any that predicts numbers
 * @param table     rows; borrowed for the call
 * @param labels    @shape(n) of each row: 0 or 1, class index, or number
 * @param n         must be mlops_table_n_rows()
 * @param metric    one that has a better way: not prevalence, positive_rate or bias
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if the metric does not fit the model, or as the verbs of metric.h;
 *         MLOPS_E_SCHEMA as mlops_model_predict_table(); MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_importance_measure(mlops_table **out, mlops_model *model,
                                                const mlops_table *table, const double *labels,
                                                int64_t n, mlops_metric metric,
                                                const mlops_importance_opts *opts,
                                                mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
