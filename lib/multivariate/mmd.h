/* The maximum mean discrepancy, in two ways. */
#ifndef MLOPS_MULTIVARIATE_MMD_H
#define MLOPS_MULTIVARIATE_MMD_H

#include "multivariate/multivariate.h"

/* Some of the rows, gathered, for all that is made of pairs of them. */
typedef struct mlops__pairwise {
    mlops__work *work;
    const mlops__kern *kern;
    int64_t n, d;
    double *rows;  /* n x d */
    double *norms; /* squared, of each row */
    double *panel; /* d x MLOPS__TILE */
} mlops__pairwise;

enum { MLOPS__TILE = 256 /* rows, and columns, that are worked on at once */ };

/* Up to most rows, of even parts, of the first n of the samples. */
mlops_status mlops__pairwise_gather(mlops__pairwise *self, const mlops__frame *frame,
                                    mlops__work *work, int64_t n, int64_t most);

/* Turns rows j to j + n - 1 over, n at most a tile's worth: a panel has them as columns. */
void mlops__pairwise_turn(const mlops__pairwise *self, double *panel, int64_t j, int64_t n);

/* The kernel e^(scale s) of rows i to i + m - 1 against rows j to j + n - 1, which are those of the
 * panel; s is the square of their distance. With scale 0 s itself. */
void mlops__pairwise_tile(const mlops__pairwise *self, const double *panel, int64_t i, int64_t m,
                          int64_t j, int64_t n, double scale, double *out);

/* The lower median of the squared distances between all pairs of rows. Where that is 0, their mean;
 * where that is, too, 1. Less than 1e-120 is 0. */
mlops_status mlops__pairwise_median(const mlops__pairwise *self, double *out);

/* How n times the squared MMD of equal distributions comes out, n the harmonic mean of the sizes
 * over 2: a weighted sum of chi-squares, held by its first three cumulants (Hall 1983; Buckley and
 * Eagleson 1988). */
typedef struct mlops__mmd_tail {
    double mean, variance, dof;
} mlops__mmd_tail;

mlops_status mlops__mmd_tail_find(mlops__mmd_tail *self, const mlops__pairwise *rows, double scale);
double mlops__mmd_tail_p(const mlops__mmd_tail *self, double x);
double mlops__mmd_tail_bound(const mlops__mmd_tail *self, double p);

/* Squared MMD of samples of n and m, both ways, from sums over pairs of two rows that differ. */
typedef struct mlops__mmd_sums {
    double xx, yy, xy;
} mlops__mmd_sums;

double mlops__mmd_unbiased(const mlops__mmd_sums *self, double n, double m);
double mlops__mmd_biased(const mlops__mmd_sums *self, double n, double m);

/* Sums of random features over rows, along directions that the seed, the number of columns and the
 * bandwidth decide. */
typedef struct mlops__fourier {
    const mlops__frame *frame;
    mlops__work *work;
    int64_t n_frequencies;
    double *directions; /* in turns: some of them side by side, column by column of the rows */
    struct mlops__fourier_bench *benches;
    int64_t begin, n; /* rows in work */
    int64_t first;    /* block in work */
    double *parts;    /* of each block of a wave: cosines, then sines */
} mlops__fourier;

mlops_status mlops__fourier_begin(mlops__fourier *self, const mlops__frame *frame,
                                  mlops__work *work, int64_t n_frequencies, int64_t seed,
                                  double bandwidth);

/* sums [2 n_frequencies], zeros, become those of n rows; first counts those of the reference. */
mlops_status mlops__fourier_add(mlops__fourier *self, int64_t first, int64_t n, double *sums);
int64_t mlops__fourier_steps(int64_t n); /* that it takes */

/* Fills in the measures of out, by sums of the reference and of the current rows, and *chance as
 * below. */
void mlops__fourier_conclude(mlops_multivariate_result *out, const mlops__mmd_tail *tail,
                             const double *x, const double *y, int64_t n_frequencies, double alpha,
                             double *chance);

/* The bandwidth, unless it stands in *bandwidth, and the tail, of some of the first n rows. */
mlops_status mlops__fourier_look(mlops__mmd_tail *tail, double *bandwidth,
                                 const mlops__frame *frame, mlops__work *work, int64_t n);

/* Bounds and verdict by what is found, and what MMD exceeds by chance alone. */
void mlops__mmd_judge(mlops_multivariate_result *found, const mlops_mmd_opts *opts, double chance);

/* Fills in defaults, for n rows, and holds options to their ranges. */
mlops_status mlops__mmd_opts_check(mlops_mmd_opts *opts, int64_t n, mlops_error *err);

/* Fill in the measures of out, where bandwidth stands, and p_value; *chance is the square of what
 * MMD exceeds by chance alone with probability alpha. */
typedef mlops_status mlops__mmd_find(mlops_multivariate_result *out, mlops__work *work,
                                     const mlops__frame *frame, const mlops_mmd_opts *opts,
                                     double *chance);
mlops__mmd_find mlops__mmd_exact;
mlops__mmd_find mlops__mmd_fourier;

#endif
