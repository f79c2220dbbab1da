/* What the verbs of metric share: a call that is checked, rows that are judged, and ranks. */
#ifndef MLOPS_METRIC_METRIC_H
#define MLOPS_METRIC_METRIC_H

#include "base/exact_sum.h"
#include "base/fail.h"
#include "kern/scores/scores.h"
#include "stats/stats.h"
#include "sys/host.h"

#include <mlops/metric_info.h>
#include <mlops/metric_ranking.h>
#include <mlops/metric_regression.h>

/* Options in full. */
typedef struct mlops__metric_call {
    mlops_metric_opts opts;
    mlops__host host;
    mlops_error *err;
} mlops__metric_call;

#define MLOPS__METRIC_ROWS_MAX ((int64_t)1 << 32)

/* Checks the options against n rows, and n; err may be NULL. */
mlops_status mlops__metric_begin(mlops__metric_call *self, mlops_metric_task task,
                                 const mlops_metric_opts *given, int64_t n, mlops_error *err);

/* Memory for n rows of so many doubles, and its size in bytes; NULL for no rows. */
mlops_status mlops__metric_room(const mlops__metric_call *self, void **out, size_t *size, int64_t n,
                                int64_t width);

/* Weight of a row; less than 0 if it is not finite or below 0. */
double mlops__metric_weight(const mlops__metric_call *self, int64_t row);

/* Refuses a row. */
mlops_status mlops__metric_bad(const mlops__metric_call *self, int64_t row, const char *what);

/* What becomes of a row that has no prediction or no label, as what says: MLOPS_OK leaves it out.
 */
mlops_status mlops__metric_nan(const mlops__metric_call *self, int64_t row, const char *what);

/* Whether what is reckoned of such a sum of weights has its digits: 2^-1000 to 2^1000. */
int mlops__metric_weighs(double weight);

/* A result in which nothing is known yet: every metric is NaN. */
void mlops__metrics_start(mlops_metrics *self, mlops_metric_task task);

/* Hands a result out; MLOPS_E_INVALID if no row counts. */
mlops_status mlops__metrics_end(mlops_metrics *out, const mlops_metrics *self, mlops_error *err);

/* Whether a beta is none, or one that can be reckoned with: 1e-6 to 1e6. */
int mlops__metric_beta_holds(double beta);

double mlops__metric_undefined(void);    /* NaN */
double mlops__ratio(double a, double b); /* a / b; NaN where b is 0 */

static inline double mlops__metric_loss(double p, int positive) {
    return mlops__metric_loss_by(p, positive ? UINT64_MAX : 0);
}

/* Groups of about equal weight, from the lowest score up: a group ends where it and those before it
 * hold its share. */
typedef struct mlops__groups {
    double weight, share; /* of all rows, of a group */
    double before, gaps;  /* weight up to here, distances of the groups */
    double ends;          /* weight at which the group ends */
    mlops__kept gap;      /* scores less labels of the group */
} mlops__groups;

mlops__groups mlops__groups_begin(double weight, int32_t n_groups);
void mlops__groups_add(mlops__groups *self, double score, double ones, double zeros); /* a tie */
double mlops__groups_end(mlops__groups *self); /* ece_adaptive */

/* Weights of the rows of a class. */
typedef struct mlops__class_count {
    double labelled, predicted, right;
} mlops__class_count;

/* F of a class. */
double mlops__f_beta(const mlops__class_count *of, double beta);

/* What follows from them and out->weight. */
void mlops__metrics_from_classes(mlops_metrics *out, const mlops__class_count *counts, int64_t k,
                                 double beta);

/* How the rows of one query are ordered: its six metrics, from ndcg to hit_rate. */
typedef struct mlops__query {
    double value[6];
} mlops__query;

/* Rows of one query as (score, relevance), with room for as many behind them; they are sorted.
 * False if none is relevant. k: rows that are looked at, 0 for all; flags of mlops_metric_opts. */
int mlops__query_judge(mlops__query *out, mlops__weighted *rows, int64_t n, int64_t k,
                       uint32_t flags);

/* MLOPS_E_INVALID if a query comes again behind another one. */
mlops_status mlops__queries_apart(const mlops__host *host, const int64_t *queries, int64_t n,
                                  mlops_error *err);

/* What is wrong with a row of a query, or NULL. */
const char *mlops__query_wrong(double score, double relevance, uint32_t flags);

/* Terms of poisson_deviance, of a label from 0 and a prediction above it, and of msle, both from 0.
 */
double mlops__poisson_term(double label, double prediction);
double mlops__squared_log_error(double prediction, double label);

/* Of smape: |error| over the mean size of both. */
double mlops__symmetric_error(double prediction, double label);

/* What follows from tp, fp, tn, fn and weight, all divided by scale first: with weights their sum,
 * so that no product overflows. */
void mlops__metrics_from_counts(mlops_metrics *out, double scale, double beta);

/* Rows, and magnitudes of scores besides 0 by their bits, that keys are made of: there are so many
 * that the label is the last bit of what is sorted as float64. */
#define MLOPS__RANK_ROWS_MAX ((int64_t)1 << 26)
#define MLOPS__RANK_LEAST    ((uint64_t)(1023 - 254) << 52)
#define MLOPS__RANK_END      ((uint64_t)(1023 + 256) << 52)

/* The highest bit is set of magnitudes that are none of those. */
static inline uint64_t mlops__rank_beyond(uint64_t magnitude) {
    return ((magnitude - MLOPS__RANK_LEAST) & ~(magnitude - 1)) | (MLOPS__RANK_END - 1 - magnitude);
}

/* Makes scores with a label of 0 or 1 keys that are numbers in their order. */
void mlops__metric_keys(double *scores, int64_t n, uint64_t label);

/* AUC, average precision and KS of keys that ascend, n of label 1 and m of label 0. Fields that one
 * label alone does not define stay as they are. */
void mlops__metric_rank_keys(mlops_metrics *out, const double *keys, int64_t n, int64_t m);

/* The same of scores that ascend; without weights n + m is at most 2^32. */
void mlops__metric_rank(mlops_metrics *out, const double *x, int64_t n, const double *y, int64_t m);
void mlops__metric_rank_weighted(mlops_metrics *out, const mlops__weighted *x, int64_t n,
                                 const mlops__weighted *y, int64_t m);

/* The same, tie after tie from the highest score: weights of label 1 (x) and 0 (y) at it. */
typedef struct mlops__rank_tally {
    double all_x, all_y;
    mlops__kept true_positives, false_positives, area, precision;
    double gap;
} mlops__rank_tally;

void mlops__rank_pass(mlops__rank_tally *self, mlops__kept at_x, mlops__kept at_y);
void mlops__rank_end(mlops_metrics *out, const mlops__rank_tally *self);

#endif
