/* Inside of a mlops_performance, shared by the files of this folder. */
#ifndef MLOPS_PERFORMANCE_PERFORMANCE_H
#define MLOPS_PERFORMANCE_PERFORMANCE_H

#include "base/bits.h"
#include "column/rows.h"
#include "kern/scores/scores.h"
#include "performance/weight.h"
#include "sys/host.h"

#include <mlops/performance.h>
#include <mlops/performance_regression.h>

enum { MLOPS__SCORE_BITS = 52 /* scores, squared errors and losses count units of 2^-52 */ };

/* Scores of one bin. Place 0 and 1 are those labels, 2 is a label that is not known. */
typedef struct mlops__score_bin {
    int64_t weight[3];
    mlops__i128 sum[2]; /* of scores times weights: with a label, without */
} mlops__score_bin;

struct mlops_performance {
    int64_t n[2];     /* rows with a label, without; none weighs nothing */
    int64_t total[2]; /* their weights: those of all bins */
    int64_t n_nan;
    mlops__i128 squares[2]; /* of the weights */
    mlops__i128 brier;      /* squared errors times weights */
    mlops__i128 log_loss;   /* losses times weights */
    mlops__score_bin bins[MLOPS__SCORE_BINS];
};

/* The largest loss in units, a little above: 52 ln 2. */
#define MLOPS__LOSS_MAX ((uint64_t)37 << MLOPS__SCORE_BITS)

/* MLOPS_E_LIMIT if so much more does not fit. */
mlops_status mlops__performance_room(const mlops_performance *self, int64_t units, int64_t n_nan,
                                     mlops_error *err);

/* Counts up to 64 rows that have been looked at. labels and weights may be NULL. */
void mlops__performance_count(mlops_performance *self, const double *scores, const double *labels,
                              const double *weights, size_t n);

void mlops__performance_join(mlops_performance *self, const mlops_performance *other);

/* The state without its frame, and what stands where bytes begin with it: 0 if it is none. */
void mlops__performance_put_state(const void *self, mlops__buf *out);
int mlops__performance_read_state(mlops_performance *self, mlops__cursor *in);

mlops_status mlops__performance_no_labels(mlops_error *err);

/* Begins a table of numbers whose first column is of a type of its own. */
enum { MLOPS__PERFORMANCE_COLUMNS = 16 /* at the most */ };
mlops_status mlops__performance_rows(mlops__rows *out, const mlops__host *host,
                                     const char *const *names, size_t n, mlops_type first,
                                     mlops_error *err);

void mlops__performance_put(mlops__rows *out, double value); /* null if it is not finite */

/* The table of estimates, a row of it, and the expected auc of counts with its sampling error. */
mlops_status mlops__estimate_begin(mlops__rows *out, const mlops__host *host, mlops_error *err);
void mlops__estimate_put(mlops__rows *out, const char *name, double value, double variance,
                         double z, double least, double most);
mlops_status mlops__expect_auc(double *auc, double *error, const mlops_performance *self,
                               const mlops_host *host, mlops_error *err);

/* A loss that a metric is the mean of, or the root of the mean. */
typedef struct mlops__loss {
    int64_t units;       /* weight of the rows */
    double unit;         /* sum of squared weights over the sum of weights */
    double mean, square; /* of the loss, and of its square; NaN without rows, or where undefined */
    int rooted;
} mlops__loss;

/* Of a metric that mlops_regression_performance_estimate() takes, or of bias. */
void mlops__regression_loss(mlops__loss *out, const mlops_regression_performance *self,
                            mlops_metric metric);

/* R2, and a bound from above of the standard deviation of what a row moves it by, times the number
 * of rows; NaN where labels differ by nothing or next to it. */
double mlops__regression_r2(double *deviation, const mlops_regression_performance *self);

/* MLOPS_E_LIMIT if so much more does not fit. */
mlops_status mlops__regression_room(const mlops_regression_performance *self, int64_t units,
                                    int64_t n, mlops_error *err);

/* Rows, and the largest number either way that is one. */
int64_t mlops__regression_rows(const mlops_regression_performance *self);
#define MLOPS__REGRESSION_MAX 0x1p240

void mlops__score_bin_add(mlops__score_bin *self, const mlops__score_bin *other);

/* Options that a verb takes. */
enum {
    MLOPS__TAKES_THRESHOLD = 1,
    MLOPS__TAKES_CONFIDENCE = 2,
    MLOPS__TAKES_BINS = 4,
    MLOPS__TAKES_TOP_K = 8,
    MLOPS__TAKES_QUANTILE = 16,
    MLOPS__TAKES_BETA = 32
};

/* Options in full, and checked but for what a threshold must be; those not taken are refused. */
mlops_status mlops__performance_opts(mlops_performance_opts *out,
                                     const mlops_performance_opts *given, uint32_t takes,
                                     mlops_error *err);

/* The first bin of rows predicted positive; MLOPS_E_INVALID if the threshold is no edge. */
mlops_status mlops__performance_edge(int64_t *first, const mlops_performance_opts *opts,
                                     mlops_error *err);

#endif
