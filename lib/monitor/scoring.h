/* Metrics of counted scores with what chance may move them by, measured or estimated, and whether
 * they are worse than those of a reference. Allocates nothing.
 */
#ifndef MLOPS_MONITOR_SCORING_H
#define MLOPS_MONITOR_SCORING_H

#include <mlops/monitor_tasks.h>

enum { MLOPS__SCORES = MLOPS_MONITOR_R2 + 1, MLOPS__SCORE_CELLS = 1024 };

typedef enum mlops__task {
    MLOPS__TASK_BINARY,
    MLOPS__TASK_CLASSES,
    MLOPS__TASK_NUMBERS
} mlops__task;

typedef struct mlops__counts mlops__counts;

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
    mlops__task task;
    mlops_monitor_metric metric;          /* what is judged */
    const mlops_calibration *calibration; /* NULL: none */
    double threshold;
    double costs[2][2];        /* of two classes: by prediction and label */
    mlops__score_cell *cells;  /* scratch of MLOPS__SCORE_CELLS; NULL of numbers */
    int64_t n_classes;         /* 0 of other tasks */
    const double *class_costs; /* by label and prediction; NULL: none */
    double usual;              /* variance of the loss of numbers on the reference; NaN: none */
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

/* All MLOPS__SCORES metrics; those that the task has not are undefined. */
void mlops__score_all(mlops__score *out, const mlops__counts *counts, mlops__score_kind kind);

/* Variance of the loss that is judged of numbers, over the rows with a label; else NaN. */
double mlops__score_usual(const mlops__counts *self);

/* Whether the task has it. */
int mlops__score_has(const mlops__score_rule *rule, int metric);

/* The interval of z standard errors around a metric; the wider one for other rows. */
void mlops__score_interval(double *low, double *high, const mlops__score *score, int metric,
                           const mlops__score_rule *rule, int wider, double z);

/* Is the metric worse by more than tolerance, with a chance of alpha at the most to say so where it
 * is not? */
void mlops__score_judge(mlops__score_loss *out, const mlops__score *reference,
                        const mlops__score *current, const mlops__score_rule *rule,
                        double tolerance, double alpha);

const char *mlops__score_name(const mlops__score_rule *rule, int metric);

#endif
