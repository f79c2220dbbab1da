/* The maximum mean discrepancy, in two ways. */
#ifndef MLOPS_MULTIVARIATE_MMD_H
#define MLOPS_MULTIVARIATE_MMD_H

#include "multivariate/multivariate.h"

/* Some of the rows, gathered, for all that is made of pairs of them. */
typedef struct mlops__pairwise {
    const mlops__kern *kern;
    mlops_cpu cpu;
    int64_t n, d;
    double *rows;  /* n x d */
    double *norms; /* squared, of each row */
    double *panel; /* MLOPS__TILE columns of rows, turned over */
} mlops__pairwise;

enum { MLOPS__TILE = 256 /* rows, and columns, that are worked on at once */ };

/* Up to most rows, evenly spaced, of first to first + n - 1 of the samples. */
mlops_status mlops__pairwise_gather(mlops__pairwise *self, const mlops_multivariate *samples,
                                    mlops__arena *arena, int64_t first, int64_t n, int64_t most,
                                    mlops_error *err);

/* Turns rows j to j + n - 1 over, n at most a tile's worth: tiles have them as columns from here
 * on.
 */
void mlops__pairwise_turn(mlops__pairwise *self, int64_t j, int64_t n);

/* The kernel e^(scale s) of rows i to i + m - 1 against rows j to j + n - 1, which were turned
 * last; s is the square of their distance. With scale 0 s itself. */
void mlops__pairwise_tile(const mlops__pairwise *self, int64_t i, int64_t m, int64_t j, int64_t n,
                          double scale, double *out);

/* The lower median of the squared distances between all pairs of rows. Where that is 0, their mean;
 * where that is, too, 1. */
mlops_status mlops__pairwise_median(mlops__pairwise *self, mlops__arena *arena, double *out,
                                    mlops_error *err);

/* How n times the squared MMD of equal distributions comes out, n the harmonic mean of the sizes
 * over 2: a weighted sum of chi-squares, held by its first three cumulants (Hall 1983; Buckley and
 * Eagleson 1988). */
typedef struct mlops__mmd_tail {
    double mean, variance, dof;
} mlops__mmd_tail;

mlops_status mlops__mmd_tail_find(mlops__mmd_tail *self, mlops__pairwise *rows, mlops__arena *arena,
                                  double scale, mlops_error *err);
double mlops__mmd_tail_p(const mlops__mmd_tail *self, double x);
double mlops__mmd_tail_bound(const mlops__mmd_tail *self, double p);

/* Squared MMD of samples of n and m, both ways, from sums over pairs of two rows that differ. */
typedef struct mlops__mmd_sums {
    double xx, yy, xy;
} mlops__mmd_sums;

double mlops__mmd_unbiased(const mlops__mmd_sums *self, double n, double m);
double mlops__mmd_biased(const mlops__mmd_sums *self, double n, double m);

/* Fill in the measures of out, where bandwidth stands, and p_value; *chance is the square of what
 * MMD exceeds by chance alone with probability alpha. */
mlops_status mlops__mmd_exact(mlops_multivariate_result *out, const mlops_multivariate *self,
                              const mlops_mmd_opts *opts, double *chance, mlops_error *err);
mlops_status mlops__mmd_fourier(mlops_multivariate_result *out, const mlops_multivariate *self,
                                const mlops_mmd_opts *opts, double *chance, mlops_error *err);

#endif
