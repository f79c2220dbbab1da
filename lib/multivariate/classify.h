/* Boosted trees that tell two kinds of rows apart, from columns cut into bins. */
#ifndef MLOPS_MULTIVARIATE_CLASSIFY_H
#define MLOPS_MULTIVARIATE_CLASSIFY_H

#include "multivariate/multivariate.h"

#include <mlops/multivariate_fit.h>

enum { MLOPS__BINS = 64 };

/* Rows of both kinds. A bin is 0 where a value is missing. */
typedef struct mlops__binned {
    int64_t n, d;
    const uint8_t *bins;  /* n x d */
    const uint8_t *label; /* 0 or 1, of each row */
    const uint8_t *fold;
} mlops__binned;

typedef struct mlops__booster mlops__booster;

/* What boosting needs, for one fold at a time. */
mlops_status mlops__booster_new(mlops__booster **out, const mlops__binned *rows, mlops__work *work);

/* Learns from all rows but those of a fold, and gives these their scores: the greater, the more
 * they look like label 1. gains [d] gets added what splits of each column gained. */
void mlops__booster_run(mlops__booster *self, int fold, int64_t n_trees, double *scores,
                        double *gains);

/* mlops_multivariate_classify() and, unless NULL or of too few rows, the table of
 * mlops_multivariate_features(), of the same trees. */
mlops_status mlops__classify(mlops_multivariate_result *found, mlops_table **features,
                             const mlops_multivariate *samples, const mlops_classify_opts *opts,
                             mlops_error *err);

#endif
