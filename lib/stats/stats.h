/* What the folders above use of stats: sorting, distributions, and the fused merge. */
#ifndef MLOPS_STATS_STATS_H
#define MLOPS_STATS_STATS_H

#include <mlops/stats.h>

/* Sorts values that hold no NaN, ascending (-0 and +0 in any order, as equals). scratch has n
 * values too. */
void mlops__sort_f64(double *values, double *scratch, int64_t n);

/* Moves NaN out: the others keep their order at the front; returns how many there are. */
int64_t mlops__drop_nan(double *values, int64_t n);

/* Upper tails; each in [0, 1]. */
double mlops__chi2_sf(double x, double dof);
double mlops__normal_sf(double x);
double mlops__kolmogorov_sf(double d, double n);           /* two-sided D at sample size n (real) */
double mlops__ks_exact_sf(double d, int64_t n, int64_t m); /* two-sided, lattice paths; <0: out of
                                                              reach */

#endif
