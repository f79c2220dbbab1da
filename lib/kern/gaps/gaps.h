/* The gap of two CDFs along eight walks over two sorted samples, a block of steps at a time.
 *
 * Each walk is summed up by itself, in the order of its steps, each operation rounded, so that all
 * kernels give the same bits.
 */
#ifndef MLOPS_KERN_GAPS_H
#define MLOPS_KERN_GAPS_H

#include <stdint.h>

enum { MLOPS__GAPS_WALKS = 8, MLOPS__GAPS_STEPS = 128 };

/* What walks pass in a block: one value a step, that of x first where both have it. */
typedef struct mlops__gaps_steps {
    double values[MLOPS__GAPS_STEPS][MLOPS__GAPS_WALKS];
    int32_t taken[MLOPS__GAPS_STEPS][MLOPS__GAPS_WALKS]; /* values of x passed until then */
} mlops__gaps_steps;

/* Of n values of x and m of y, where (n + m)^2 is at most 2^53. */
typedef struct mlops__gaps {
    double all; /* n + m */
    double n;
    double unit;                      /* 1 / n m */
    double passed[MLOPS__GAPS_WALKS]; /* values of both passed until here, times n */
    double at[MLOPS__GAPS_WALKS];     /* the newest of them */
    double high[MLOPS__GAPS_WALKS];   /* extremes of the gap times n m where values differ */
    double low[MLOPS__GAPS_WALKS];
    double first[MLOPS__GAPS_WALKS];  /* integral of the gap's size over the newest block */
    double second[MLOPS__GAPS_WALKS]; /* that of its square */
} mlops__gaps;

/* Passes a block with each walk; i and j are how many values of x and y each has passed, and there
 * are more of both wherever one gets. */
void mlops__gaps_pass(mlops__gaps_steps *out, const double *x, const double *y, int64_t *i,
                      int64_t *j);

/* Goes on by a block. */
typedef void mlops__gaps_block(mlops__gaps *self, const mlops__gaps_steps *steps);

mlops__gaps_block mlops__gaps_block_scalar;

#endif
