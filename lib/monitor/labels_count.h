/* Counts of scores and of labels that came for them, of any task. Allocates once. */
#ifndef MLOPS_MONITOR_LABELS_COUNT_H
#define MLOPS_MONITOR_LABELS_COUNT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "monitor/scoring.h"

/* Those of the rule's task; the others are NULL. */
struct mlops__counts {
    const mlops__score_rule *rule;
    mlops_performance *scores;
    mlops_class_performance *classes;
    mlops_regression_performance *numbers;
    mlops_regression_performance *losses; /* expected ones of numbers, as errors of predictions */
};

mlops_status mlops__counts_init(mlops__counts *out, const mlops__score_rule *rule,
                                mlops__arena *arena);
void mlops__counts_reset(mlops__counts *self);

/* Adds what counts of the caller have, of the rule's task, or what others have. */
mlops_status mlops__counts_take(mlops__counts *self, const void *reference, mlops_error *err);
void mlops__counts_merge(mlops__counts *self, const mlops__counts *other);

/* Counts rows without labels, width values each; an error, and nothing is counted. */
mlops_status mlops__counts_add(mlops__counts *self, const double *values, int64_t width,
                               const double *weights, int64_t n, mlops_error *err);

/* What is wrong with a label, or NULL; how much more the labels may weigh that come. */
const char *mlops__counts_wrong(const mlops__counts *self, double label);
double mlops__counts_room(const mlops__counts *self);

/* Whether no row comes with such values. */
int mlops__counts_wrong_row(const mlops__counts *self, const double *values);

/* Counts the label of a row that was added before; its values are those the rule keeps. */
void mlops__counts_label(mlops__counts *self, const double *values, double label, double weight);

/* Rows with a label; or rows with what metrics are estimated from. */
int64_t mlops__counts_rows(const mlops__counts *self, mlops__score_kind kind);

/* u32 size and bytes; in fails if there are none. */
void mlops__counts_put(const mlops__counts *self, mlops__buf *out);
void mlops__counts_read(mlops__counts *self, mlops__cursor *in);

#endif
