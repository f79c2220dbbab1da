/* What a monitor knows of scores and labels. */
#ifndef MLOPS_MONITOR_LABELS_INSIDE_H
#define MLOPS_MONITOR_LABELS_INSIDE_H

#include "monitor/join.h"
#include "monitor/labels_count.h"

/* Scores of each row count as unlabelled, and again with their label when it comes. */
typedef struct mlops__labels {
    mlops_calibration *calibration; /* NULL: none */
    mlops__score_rule rule;
    double tolerance, confidence;
    int has_reference;
    mlops__score reference, supposed; /* of the metric: measured, and as if labels were not known */
    mlops__join join;
    int64_t n_kept;
    mlops__counts *windows; /* n_kept: window i at i % n_kept */
    mlops__counts all;
    mlops__counts pooled; /* scratch: of all windows kept */
    int64_t n_joined, n_late, n_duplicate, n_unknown;

    int judged; /* a window has ended: what follows is of it */
    mlops__score measured_scores[MLOPS__SCORES], estimated_scores[MLOPS__SCORES];
    mlops__score_loss measured, estimated;
} mlops__labels;

/* Rows that come with scores; scores NULL: without. */
typedef struct mlops__scored {
    const double *scores;
    int64_t width; /* of a row */
    const int64_t *ids;
    const double *weights;
} mlops__scored;

/* Counts n rows of the current window, checked and counted in all before, and moves on by them. */
void mlops__monitor_labels_count(mlops_monitor *monitor, mlops__scored *rows, int64_t n);

/* At the end of the current window: judges by half of alpha. */
void mlops__monitor_labels_close(mlops_monitor *monitor, double alpha);

/* After the end: room for the window that is now the current one. */
void mlops__monitor_labels_next(mlops_monitor *monitor);

/* Makes a segment count as its parent does: same rules, windows of its own. */
mlops_status mlops__monitor_labels_segment(mlops_monitor *segment);

/* Nothing is known of losses. */
void mlops__monitor_labels_forget_losses(mlops__labels *self);

#endif
