/* mlops/metric.h: how well predictions agree with labels, exactly.
 *
 * One verb a kind of task fills a mlops_metrics; docs/metric.md has the formulas. What does not
 * belong to the task, or is a quotient with 0 below, is NaN there, never 0 or 0.5 in silence. Terms
 * are rounded once each and their sums are exact: without weights no order of rows shows.
 */
#ifndef MLOPS_METRIC_H
#define MLOPS_METRIC_H

#include <mlops/base.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A number that tells how good predictions are; its name is that of its field. */
typedef enum mlops_metric {
    MLOPS_METRIC_AUC = 1,                 /**< auc */
    MLOPS_METRIC_AVERAGE_PRECISION = 2,   /**< average_precision */
    MLOPS_METRIC_KS = 3,                  /**< ks */
    MLOPS_METRIC_LOG_LOSS = 4,            /**< log_loss */
    MLOPS_METRIC_BRIER = 5,               /**< brier */
    MLOPS_METRIC_ECE = 6,                 /**< ece */
    MLOPS_METRIC_ACCURACY = 7,            /**< accuracy */
    MLOPS_METRIC_BALANCED_ACCURACY = 8,   /**< balanced_accuracy */
    MLOPS_METRIC_PRECISION = 9,           /**< precision */
    MLOPS_METRIC_RECALL = 10,             /**< recall */
    MLOPS_METRIC_SPECIFICITY = 11,        /**< specificity */
    MLOPS_METRIC_F1 = 12,                 /**< f1 */
    MLOPS_METRIC_F1_MACRO = 13,           /**< f1_macro */
    MLOPS_METRIC_F1_WEIGHTED = 14,        /**< f1_weighted */
    MLOPS_METRIC_MCC = 15,                /**< mcc */
    MLOPS_METRIC_PREVALENCE = 16,         /**< prevalence */
    MLOPS_METRIC_POSITIVE_RATE = 17,      /**< positive_rate */
    MLOPS_METRIC_TP = 18,                 /**< tp */
    MLOPS_METRIC_FP = 19,                 /**< fp */
    MLOPS_METRIC_TN = 20,                 /**< tn */
    MLOPS_METRIC_FN = 21,                 /**< fn */
    MLOPS_METRIC_MAE = 22,                /**< mae */
    MLOPS_METRIC_MSE = 23,                /**< mse */
    MLOPS_METRIC_RMSE = 24,               /**< rmse */
    MLOPS_METRIC_R2 = 25,                 /**< r2 */
    MLOPS_METRIC_MEDIAN_AE = 26,          /**< median_ae */
    MLOPS_METRIC_MAX_ERROR = 27,          /**< max_error */
    MLOPS_METRIC_MAPE = 28,               /**< mape */
    MLOPS_METRIC_BIAS = 29,               /**< bias */
    MLOPS_METRIC_POISSON_DEVIANCE = 30,   /**< poisson_deviance */
    MLOPS_METRIC_MCE = 31,                /**< mce */
    MLOPS_METRIC_ECE_ADAPTIVE = 32,       /**< ece_adaptive */
    MLOPS_METRIC_PRECISION_MACRO = 33,    /**< precision_macro */
    MLOPS_METRIC_PRECISION_WEIGHTED = 34, /**< precision_weighted */
    MLOPS_METRIC_RECALL_MACRO = 35,       /**< recall_macro */
    MLOPS_METRIC_AUC_MACRO = 36,          /**< auc_macro */
    MLOPS_METRIC_AUC_WEIGHTED = 37,       /**< auc_weighted */
    MLOPS_METRIC_TOP_K_ACCURACY = 38,     /**< top_k_accuracy */
    MLOPS_METRIC_MSLE = 39,               /**< msle */
    MLOPS_METRIC_RMSLE = 40,              /**< rmsle */
    MLOPS_METRIC_PINBALL = 41,            /**< pinball */
    MLOPS_METRIC_NDCG = 42,               /**< ndcg */
    MLOPS_METRIC_MAP = 43,                /**< map */
    MLOPS_METRIC_MRR = 44,                /**< mrr */
    MLOPS_METRIC_PRECISION_AT_K = 45,     /**< precision_at_k */
    MLOPS_METRIC_RECALL_AT_K = 46,        /**< recall_at_k */
    MLOPS_METRIC_HIT_RATE = 47,           /**< hit_rate */
    MLOPS_METRIC_F_BETA = 48,             /**< f_beta */
    MLOPS_METRIC_F_BETA_MACRO = 49,       /**< f_beta_macro */
    MLOPS_METRIC_F_BETA_WEIGHTED = 50,    /**< f_beta_weighted */
    MLOPS_METRIC_KAPPA = 51,              /**< kappa */
    MLOPS_METRIC_ECE_CLASSWISE = 52,      /**< ece_classwise */
    MLOPS_METRIC_SMAPE = 53,              /**< smape */
    MLOPS_METRIC_EXPLAINED_VARIANCE = 54, /**< explained_variance */
    MLOPS_METRIC_FORCE32 = 0x7fffffff
} mlops_metric;

/** Kinds of tasks; a metric may belong to several. */
typedef enum mlops_metric_task {
    MLOPS_METRIC_BINARY = 1,     /**< one score a row, labels 0 and 1 */
    MLOPS_METRIC_CLASSES = 2,    /**< k probabilities a row, labels 0 to k - 1 */
    MLOPS_METRIC_REGRESSION = 4, /**< one number a row */
    MLOPS_METRIC_RANKING = 8,    /**< scores of the rows of a query, and how relevant they are */
    MLOPS_METRIC_TASK_FORCE32 = 0x7fffffff
} mlops_metric_task;

/** Which way a metric gets better. */
typedef enum mlops_metric_better {
    MLOPS_METRIC_NEITHER = 0, /**< it describes: prevalence, positive_rate, bias */
    MLOPS_METRIC_HIGHER = 1,  /**< the higher, the better */
    MLOPS_METRIC_LOWER = 2,   /**< the lower, the better */
    MLOPS_METRIC_BETTER_FORCE32 = 0x7fffffff
} mlops_metric_better;

/** What the scores of a binary task are. */
typedef enum mlops_metric_scale {
    MLOPS_METRIC_PROBABILITY = 0, /**< of label 1, in [0, 1] */
    MLOPS_METRIC_MARGIN = 1,      /**< log odds; the logistic function makes them probabilities */
    MLOPS_METRIC_RANK = 2,        /**< only their order counts: log_loss, brier and ece are NaN */
    MLOPS_METRIC_SCALE_FORCE32 = 0x7fffffff
} mlops_metric_scale;

/** Options of the verbs. Zero means the default in each field. */
typedef struct mlops_metric_opts {
    uint32_t struct_size;          /**< MLOPS_METRIC_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_METRIC_SKIP_NAN, MLOPS_METRIC_SET_THRESHOLD,
                                        MLOPS_METRIC_ONE_VS_REST, MLOPS_METRIC_EXPONENTIAL,
                                        MLOPS_METRIC_IN_ORDER */
    const struct mlops_host *host; /**< @nullable memory for sorted copies */
    const double *weights;         /**< @nullable @shape(n_weights) weight of each row, 0 or more; a
                                        row of weight 0 is not there; without, each row counts 1 */
    int64_t n_weights;             /**< must be the number of rows */
    double threshold;              /**< binary: score from which a row is predicted positive;
                                        default 0.5, for margins and ranks 0 */
    mlops_metric_scale scale;      /**< binary: of scores; default MLOPS_METRIC_PROBABILITY */
    int32_t n_bins;                /**< of ece and its like, 1 to 1000, default 10 */
    int32_t k;                     /**< classes: of top_k_accuracy, default 3; ranking: rows of a
                                        query that are looked at, default all */
    int32_t reserved;              /**< must be 0 */
    double quantile;               /**< regression: of pinball, in (0, 1); default 0.5 */
    double beta;                   /**< binary, classes: of f_beta, 1e-6 to 1e6: what
                                        recall weighs against precision; default 1 */
} mlops_metric_opts;

enum {
    MLOPS_METRIC_SKIP_NAN = 1,      /**< leave out, and count, rows without a prediction or label */
    MLOPS_METRIC_SET_THRESHOLD = 2, /**< threshold is given */
    MLOPS_METRIC_ONE_VS_REST = 4,   /**< classes: auc_macro, ece and their like, too: k + 1 sorts */
    MLOPS_METRIC_EXPONENTIAL = 8,   /**< ranking: the gain of relevance r is 2^r - 1, and not r */
    MLOPS_METRIC_IN_ORDER = 16      /**< ranking: equal scores rank as they come */
};

#define MLOPS_METRIC_OPTS_INIT                                                                     \
    { sizeof(mlops_metric_opts), 0, 0, 0, 0, 0, MLOPS_METRIC_PROBABILITY, 0, 0, 0, 0, 0 }

/** What a verb found. With weights, rows count by their weight. */
typedef struct mlops_metrics {
    uint32_t struct_size;      /**< MLOPS_METRICS_INIT sets it */
    mlops_metric_task task;    /**< of the verb */
    int64_t n;                 /**< rows that count */
    int64_t n_nan;             /**< rows left out: a prediction or label is NaN or missing */
    int64_t n_classes;         /**< 2, k, or 0 for a regression */
    int32_t constant_labels;   /**< 1 if all labels are alike: auc, ks, mcc, r2 and more are NaN */
    int32_t reserved;          /**< 0 */
    double weight;             /**< sum of the weights: n without */
    double auc;                /**< area under the ROC curve; ties count half */
    double average_precision;  /**< sum of precision times gain in recall, over thresholds */
    double ks;                 /**< largest gap of true and false positive rate */
    double log_loss;           /**< mean of -ln p(label), p held in [2^-52, 1 - 2^-52] */
    double brier;              /**< mean squared error of the probability */
    double ece;                /**< expected calibration error over n_bins bins */
    double accuracy;           /**< share of rows predicted right */
    double balanced_accuracy;  /**< mean recall of the classes that there are */
    double precision;          /**< tp / (tp + fp) */
    double recall;             /**< tp / (tp + fn) */
    double specificity;        /**< tn / (tn + fp) */
    double f1;                 /**< 2 tp / (2 tp + fp + fn) */
    double f1_macro;           /**< mean f1 of the classes that are labels or predictions */
    double f1_weighted;        /**< mean f1 of the classes, by their labels */
    double mcc;                /**< Matthews' correlation coefficient */
    double prevalence;         /**< share of label 1 */
    double positive_rate;      /**< share of rows predicted 1 */
    double tp;                 /**< true positives */
    double fp;                 /**< false positives */
    double tn;                 /**< true negatives */
    double fn;                 /**< false negatives */
    double mae;                /**< mean absolute error */
    double mse;                /**< mean squared error */
    double rmse;               /**< its root */
    double r2;                 /**< 1 - squared errors over squared deviations of the labels */
    double median_ae;          /**< median absolute error */
    double max_error;          /**< largest absolute error */
    double mape;               /**< mean absolute error over |label|, as a fraction */
    double bias;               /**< mean of prediction less label */
    double poisson_deviance;   /**< mean; NaN if a label is below 0 or a prediction not above 0 */
    double mce;                /**< largest calibration error of the bins of ece */
    double ece_adaptive;       /**< as ece, over n_bins groups of about equal weight */
    double precision_macro;    /**< mean precision of the classes of f1_macro, 0 of 0 being 0 */
    double precision_weighted; /**< the same by their labels */
    double recall_macro;       /**< mean recall of the classes of f1_macro, 0 of 0 being 0 */
    double auc_macro;          /**< mean auc of the classes against the rest */
    double auc_weighted;       /**< the same by their labels */
    double top_k_accuracy;     /**< share of rows whose label is among the k most probable */
    double msle;               /**< mean squared difference of ln(1 + value); NaN with values < 0 */
    double rmsle;              /**< its root */
    double pinball;            /**< mean loss of a predicted quantile */
    double ndcg;               /**< mean discounted gain over that of the best order */
    double map;                /**< mean average precision */
    double mrr;                /**< mean of 1 / rank of the first relevant row */
    double precision_at_k;     /**< mean share of relevant rows among the first k */
    double recall_at_k;        /**< mean share of the relevant rows that is among the first k */
    double hit_rate;           /**< share of queries with a relevant row among the first k */
    double f_beta;             /**< (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp), b being beta */
    double f_beta_macro;       /**< mean f_beta of the classes of f1_macro */
    double f_beta_weighted;    /**< the same by their labels */
    double kappa;              /**< Cohen's: how much of what chance leaves is predicted right */
    double ece_classwise;      /**< mean ece of the classes against the rest */
    double smape;              /**< mean of 2 |error| / (|label| + |prediction|), as a fraction */
    double explained_variance; /**< 1 - variance of the errors over that of the labels */
} mlops_metrics;

#define MLOPS_METRICS_INIT                                                                         \
    {                                                                                              \
        sizeof(mlops_metrics), MLOPS_METRIC_BINARY, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                         \
    }

/**
 * Judge scores of a binary task.
 *
 * A row is predicted positive if its score is at least the threshold. Margins and ranks may be
 * infinite. Definitions are those of scikit-learn where it has the metric.
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param scores    @shape(n) the higher, the likelier label 1
 * @param labels    @shape(n) 0 or 1
 * @param n         at most 2^32
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if a row is out of range, or NaN without MLOPS_METRIC_SKIP_NAN (the
 * message names the first, counted from 0), or none counts; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_binary(mlops_metrics *out, const double *scores,
                                           const double *labels, int64_t n,
                                           const mlops_metric_opts *opts, mlops_error *err);

/**
 * Judge probabilities of k classes. The most probable class is predicted, the first of several.
 *
 * @param[out] out        @shape(1) result; struct_size must be set
 * @param probabilities   @shape(n, k) row-major; a row sums to 1 within 0.001
 * @param n               at most 2^32
 * @param k               2 or more
 * @param labels          @shape(n) 0 to k - 1; below 0 is missing, as NaN
 * @param[out] confusion  @shape(k, k) @nullable rows of each label (down) and prediction (across)
 * @param opts            @nullable
 * @param err             @nullable
 * @return as mlops_metric_binary()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_classes(mlops_metrics *out, const double *probabilities,
                                            int64_t n, int64_t k, const int64_t *labels,
                                            double *confusion, const mlops_metric_opts *opts,
                                            mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
