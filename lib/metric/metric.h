/* What the verbs of metric share: a call that is checked, rows that are judged, and ranks. */
#ifndef MLOPS_METRIC_METRIC_H
#define MLOPS_METRIC_METRIC_H

#include "base/exact_sum.h"
#include "base/fail.h"
#include "stats/stats.h"
#include "sys/host.h"

#include <mlops/metric.h>

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

/* A result in which nothing is known yet: every metric is NaN. */
void mlops__metrics_start(mlops_metrics *self, mlops_metric_task task);

/* Hands a result out; MLOPS_E_INVALID if no row counts. */
mlops_status mlops__metrics_end(mlops_metrics *out, const mlops_metrics *self, mlops_error *err);

double mlops__metric_undefined(void);     /* NaN */
double mlops__ratio(double a, double b);  /* a / b; NaN where b is 0 */
double mlops__probability_held(double p); /* in [2^-52, 1 - 2^-52], as scikit-learn has it */

/* -ln of p, or of 1 - p without rounding that first; p held as above. */
double mlops__metric_loss(double p, int positive);

/* What follows from tp, fp, tn, fn and weight, all divided by scale first: with weights their sum,
 * so that no product overflows. */
void mlops__metrics_from_counts(mlops_metrics *out, double scale);

/* AUC, average precision and KS of scores that ascend, of label 1 (x) and of label 0 (y). Fields
 * that one side alone does not define stay as they are. Without weights n + m is at most 2^32. */
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
