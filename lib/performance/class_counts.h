/* Inside of a mlops_class_performance. */
#ifndef MLOPS_PERFORMANCE_CLASS_COUNTS_H
#define MLOPS_PERFORMANCE_CLASS_COUNTS_H

#include "performance/performance.h"

#include <mlops/performance_classes.h>

enum { MLOPS__CLASSES_MAX = 256 };

/* What the counts of every class know alike (rows, their weights and squares) stands in those. */
struct mlops_class_performance {
    int64_t k;
    mlops__i128 log_loss;   /* losses times weights */
    mlops_performance *one; /* k: each class against the rest, and behind them the predicted class
                               against whether it was right */
    mlops__i128 *expected;  /* k * k: probability times weight of label i, predicted j */
    int64_t *confusion;     /* k * k: weight of label i, predicted j */
    int64_t *ranks;         /* k: weight of rows whose label has that many ahead of it */
};

/* Whether rows without labels may be added. */
mlops_status mlops__classes_check(const mlops_class_performance *self, const double *probabilities,
                                  int64_t n, const double *weights, mlops_error *err);

/* Counts the label of a row that was counted without one before: all but what is expected of it. */
void mlops__classes_label(mlops_class_performance *self, const double *probabilities, int64_t label,
                          int64_t predicted, double weight);

#endif
