/* Metrics of counted scores with what chance may move them by, measured or estimated, and whether
 * they are worse than those of a reference. Allocates nothing.
 */
#ifndef MLOPS_MONITOR_SCORING_H
#define MLOPS_MONITOR_SCORING_H

#include <mlops/monitor_labels.h>

enum { MLOPS__SCORES = MLOPS_MONITOR_COST + 1, MLOPS__SCORE_CELLS = 1024 };

/* What of counts is read. */
typedef enum mlops__score_kind {
    MLOPS__SCORE_MEASURED,  /* rows with a label */
    MLOPS__SCORE_ESTIMATED, /* rows without, each as its probability says */
    MLOPS__SCORE_SUPPOSED   /* rows with a label, as if it were not known */
} mlops__score_kind;

/* Rows of one bin: weights of label 1 and 0, their mean score. */
typedef struct mlops__score_cell {
    double one, zero, score;
    int above; /* predicted 1 */
} mlops__score_cell;

typedef struct mlops__score_rule {
    const mlops_calibration *calibration; /* NULL: none */
    double threshold;
    double costs[2][2];       /* by prediction and label */
    mlops__score_cell *cells; /* scratch of MLOPS__SCORE_CELLS */
} mlops__score_rule;

typedef struct mlops__score {
    double value;  /* NaN: undefined */
    double error;  /* standard error of what is known: of the labels of an estimate */
    double spread; /* standard error of other rows from the same source */
    double n;      /* effective number of rows behind it */
} mlops__score;

/* A metric's loss against a reference: below 0 where it is better. */
typedef struct mlops__score_loss {
    double value, low, high; /* NaN: not known */
    mlops_drift_verdict verdict;
} mlops__score_loss;

/* All MLOPS__SCORES metrics. */
void mlops__score_all(mlops__score *out, const mlops_performance *counts, mlops__score_kind kind,
                      const mlops__score_rule *rule);

/* The interval of z standard errors around a metric; the wider one for other rows. */
void mlops__score_interval(double *low, double *high, const mlops__score *score,
                           mlops_monitor_metric metric, const mlops__score_rule *rule, int wider,
                           double z);

/* Is the metric worse by more than tolerance, with a chance of alpha at the most to say so where it
 * is not? */
void mlops__score_judge(mlops__score_loss *out, const mlops__score *reference,
                        const mlops__score *current, mlops_monitor_metric metric,
                        const mlops__score_rule *rule, double tolerance, double alpha);

const char *mlops__score_name(mlops_monitor_metric metric);

#endif
