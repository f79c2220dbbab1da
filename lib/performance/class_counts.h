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

/* Begins empty counts of k classes; MLOPS_E_ARENA, MLOPS_E_INVALID. */
mlops_status mlops__classes_begin(mlops_class_performance **out, void *mem, size_t size, int64_t k);

#endif
