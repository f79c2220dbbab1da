/* Inside of a mlops_fairness, shared by the files of this folder. */
#ifndef MLOPS_FAIRNESS_FAIRNESS_H
#define MLOPS_FAIRNESS_FAIRNESS_H

#include "performance/weight.h"
#include "sys/host.h"

#include <mlops/fairness.h>

/* How a row counts: what was decided, and what came of it if that is known. */
enum {
    MLOPS__FAIRNESS_TP,
    MLOPS__FAIRNESS_FP,
    MLOPS__FAIRNESS_TN,
    MLOPS__FAIRNESS_FN,
    MLOPS__FAIRNESS_YES, /* decided positive, no label */
    MLOPS__FAIRNESS_NO,  /* decided negative, no label */
    MLOPS__FAIRNESS_COUNTS
};

enum { MLOPS__FAIRNESS_GROUPS_MAX = 65536, MLOPS__FAIRNESS_NAME_MAX = 1000 };

/* Rows that count alike; none weighs nothing. */
typedef struct mlops__fairness_cell {
    int64_t n, units;
    mlops__i128 squares; /* of the units of each row */
} mlops__fairness_cell;

typedef struct mlops__fairness_group {
    char *name; /* with a NUL behind it */
    size_t size;
    mlops__fairness_cell cells[MLOPS__FAIRNESS_COUNTS];
} mlops__fairness_group;

struct mlops_fairness {
    mlops__host host;
    char *privileged; /* NULL: the group of the most weight */
    double threshold;
    double confidence;
    int64_t rows_min;
    int64_t units; /* of the rows that are counted, over all groups */
    int64_t n_left_out;
    int64_t n;
    int64_t cap;
    mlops__fairness_group *groups; /* n, ascending by name, byte by byte */
};

/* Place of a group, or where it would stand: *found tells. */
int64_t mlops__fairness_find(const mlops_fairness *self, const char *name, size_t size, int *found);

/* Puts a new group without rows at its place. MLOPS_E_NOMEM: nothing has changed. */
mlops_status mlops__fairness_insert(mlops_fairness *self, int64_t place, const char *name,
                                    size_t size);

/* Gives each of the rows weight 1; they are 2^41 at the most. */
void mlops__fairness_weigh(mlops__fairness_cell *self);

void mlops__fairness_join(mlops__fairness_cell *self, const mlops__fairness_cell *other);

/* Of cells, a bit of each: 1 << MLOPS__FAIRNESS_TP and so on. */
enum { MLOPS__FAIRNESS_ALL = (1 << MLOPS__FAIRNESS_COUNTS) - 1 };
mlops__fairness_cell mlops__fairness_sum(const mlops__fairness_group *group, unsigned cells);

/* Rates of a group. */
typedef enum mlops__fairness_rate {
    MLOPS__RATE_SELECTION, /* decided positive, of all */
    MLOPS__RATE_TRUE,      /* of label 1 */
    MLOPS__RATE_FALSE,     /* of label 0 */
    MLOPS__RATE_PRECISION, /* label 1, of those decided positive */
    MLOPS__RATE_ACCURACY,  /* decided as the label is */
    MLOPS__RATE_BASE       /* label 1, of those with a label */
} mlops__fairness_rate;

/* A share of the weight of n rows, and between which bounds it lies. */
typedef struct mlops__share {
    int64_t n;
    double value, low, high; /* NaN, 0 and 1 where n is 0 */
} mlops__share;

/* Wilson (1927), of the effective number of rows: z standard errors to either side. */
mlops__share mlops__fairness_share(const mlops__fairness_group *group, mlops__fairness_rate rate,
                                   double z);

#endif
