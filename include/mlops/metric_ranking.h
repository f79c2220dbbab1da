/* mlops/metric_ranking.h: how well scores order the rows of queries. */
#ifndef MLOPS_METRIC_RANKING_H
#define MLOPS_METRIC_RANKING_H

#include <mlops/base.h>
#include <mlops/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Judge the order of the rows of queries, each query counting 1, or as much as its first row
 * weighs.
 *
 * ndcg, map, mrr, precision_at_k, recall_at_k and hit_rate are means over the queries that have a
 * row of relevance above 0. The others are in n_nan; in n are the queries that count. Equal scores
 * stand for all orders of their rows: each metric is the mean over these, ndcg that of
 * scikit-learn.
 *
 * @param[out] out   @shape(1) result; struct_size must be set
 * @param scores     @shape(n) the higher, the earlier
 * @param relevances @shape(n) 0 or more, at most 2^20 (512 with MLOPS_METRIC_EXPONENTIAL); above
 * 0 is relevant
 * @param queries    @shape(n) equal for the rows of a query, which follow one another
 * @param n          at most 2^32
 * @param opts       @nullable host, weights, k, MLOPS_METRIC_EXPONENTIAL and MLOPS_METRIC_IN_ORDER
 * @param err        @nullable
 * @return MLOPS_E_INVALID if a row is out of range, or a query comes again behind others (the
 * message names the first such row, counted from 0), or no query has a relevant row; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_metric_ranking(mlops_metrics *out, const double *scores,
                                            const double *relevances, const int64_t *queries,
                                            int64_t n, const mlops_metric_opts *opts,
                                            mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
