/* What the folders above use of stats: sorting, distributions, and the fused merge. */
#ifndef MLOPS_STATS_STATS_H
#define MLOPS_STATS_STATS_H

#include "base/alloc.h"

#include <mlops/stats.h>

/* Sorts the values that are not NaN into out, ascending, with -0 as 0; returns how many there are.
 * out and scratch have room for n values each; from may be one of them. */
int64_t mlops__sort_f64(mlops_cpu cpu, double *out, double *scratch, const double *from, int64_t n);

/* How many ascending values are below a bound, or at it if upto. */
int64_t mlops__count_below(const double *values, int64_t n, double bound, int upto);

/* A value that counts by its weight. */
typedef struct mlops__weighted {
    double value;
    double weight;
} mlops__weighted;

/* Sorts by value, ascending; equal values keep their order. There is no NaN, and -0 becomes 0.
 * scratch has room for n. */
void mlops__sort_weighted(mlops__weighted *values, mlops__weighted *scratch, int64_t n);

/* ln(1 + x), and ln(1 + x) - x without cancellation; x > -1. */
double mlops__log1p(double x);
double mlops__log1pmx(double x);

/* ln(ratio) - e, where ratio is 1 + e, found apart where e is near -1. */
double mlops__log_bent(double e, double ratio);

/* ratio ln(ratio) - e, alike; 0 or more, and 1 for a ratio of 0. */
double mlops__divergence(double e, double ratio);

/* x m - y n, correct in its last digit however much cancels. */
double mlops__cross(double x, double m, double y, double n);

/* ln(Gamma(x + 1)) less Stirling's (x + 1/2) ln x - x + ln(2 pi) / 2; x > 0. */
double mlops__stirling_error(double x);

/* ln of the number of ways to choose k of n; 0 <= k <= n, any size. */
double mlops__log_choose(double n, double k);

/* Upper tails; each in [0, 1]. */
double mlops__chi2_sf(double x, double dof);
double mlops__chi2_noncentral_sf(double x, double dof, double lambda); /* lambda >= 0 */
double mlops__normal_sf(double x);
double mlops__t_sf(double t, double dof);
double mlops__f_sf(double f, double dof1, double dof2);
double mlops__kolmogorov_sf(double d, double n); /* two-sided D at the whole sample size n >= 1 */
double mlops__smirnov_sf(double d, double n);    /* one-sided D, alike; beyond n = 8192 only where
                                                    n d^2 >= 1 */
double mlops__cramer_sf(double x);               /* limit of Cramer and von Mises' statistic */
double mlops__anderson_sf(double x);             /* that of Anderson and Darling's */
double mlops__kuiper_sf(double x);               /* that of sqrt(n) V, Kuiper's */

/* The x with mlops__normal_sf(x) = p; NaN beyond [0, 1]. */
double mlops__normal_isf(double p);

/* Indices 0 to n - 1 into order such that none comes after its successor. Allocates nothing. */
typedef int mlops__after(const void *context, int64_t a, int64_t b);
void mlops__sort_order(int64_t *order, int64_t n, mlops__after *after, const void *context);

/* mlops_stats_adjust() of n p-values stride bytes apart, in place; order has n places and comes
 * back as indices by ascending p, NaN last. Allocates nothing. */
void mlops__adjust(double *p, size_t stride, int64_t *order, int64_t n,
                   mlops_stats_correction correction);

/* Bounds of a share that was found in n > 0 trials: z standard errors to either side. */
void mlops__wilson(double *low, double *high, double share, double n, double z);

/* Exact p of a two-sample D of n against m values, by lattice paths. gap is D times n m / gcd, a
 * whole number. *p < 0: out of reach. MLOPS_E_NOMEM. */
mlops_status mlops__ks_exact(double *p, const mlops_allocator *allocator, int64_t gap, int64_t n,
                             int64_t m, mlops_stats_alternative alternative);

/* p of D by its limiting distribution, as SciPy's method "asymp". */
double mlops__ks_asymptotic(double d, int64_t n, int64_t m, mlops_stats_alternative alternative);

/* What a merge is to find besides the gaps, the Wasserstein and the energy distance. */
enum {
    MLOPS__MERGE_RANKS = 1,   /* Mann and Whitney's, Cramer and von Mises' statistic */
    MLOPS__MERGE_ANDERSON = 2 /* that of Anderson and Darling */
};

/* The most values of both samples together whose ranks can be found. */
#define MLOPS__MERGE_RANKS_MAX ((int64_t)1 << 31)

/* What one pass over two sorted samples without NaN yields. Gaps are those of the CDFs of x and y
 * times n m; Kuiper's V is the difference of the two over n m. */
typedef struct mlops__merged {
    int64_t gap_high; /* largest gap, 0 or more */
    int64_t gap_low;  /* least gap, 0 or less */
    double at_high;   /* value where it is first reached */
    double at_low;
    double wasserstein;
    double energy;
    /* With MLOPS__MERGE_RANKS, from midranks. */
    int64_t u_twice;   /* pairs in which x is the greater, twice, and those in which it is equal */
    double ties;       /* sum of t^3 - t over the t values that are equal to each other */
    double cvm_excess; /* whole fourths; over 6 n m (n + m): SciPy's T of cramervonmises_2samp */
    /* With MLOPS__MERGE_ANDERSON: A^2 of k = 2 samples with midranks, not standardised (A2akN in
     * SciPy's anderson_ksamp); 0 where all values are equal. */
    double anderson;
} mlops__merged;

/* n, m >= 1, and n m at most 2^62; with MLOPS__MERGE_RANKS n + m is at most the limit above. */
void mlops__merge(mlops__merged *out, mlops_cpu cpu, const double *x, int64_t n, const double *y,
                  int64_t m, unsigned wanted);

/* The part of it that takes ranks, for merge.c. */
void mlops__merge_ranks(mlops__merged *out, const double *x, int64_t n, const double *y, int64_t m,
                        unsigned wanted);

/* Greatest common divisor; a, b >= 1. */
int64_t mlops__common(int64_t a, int64_t b);

/* Exact P(U >= u) of Mann and Whitney's U without ties, and P(T >= t) of Cramer and von Mises' T,
 * given as cvm_excess above. *p < 0: out of reach. MLOPS_E_NOMEM. */
mlops_status mlops__mann_whitney_exact(double *p, const mlops_allocator *allocator, int64_t n,
                                       int64_t m, int64_t u);
mlops_status mlops__cramer_exact(double *p, const mlops_allocator *allocator, int64_t n, int64_t m,
                                 double excess);

/* What a merge must find for measures. */
unsigned mlops__measures_merge(uint32_t measures);

/* Fills the measures of out, where n and m stand; x and y ascend. MLOPS_E_NOMEM. */
mlops_status mlops__stats_measure(mlops_stats_two_sample *out, const double *x, const double *y,
                                  const mlops__merged *merged, const mlops_stats_opts *opts,
                                  const mlops_allocator *allocator);
void mlops__epps(mlops_stats_two_sample *out, const double *x, int64_t n, const double *y,
                 int64_t m);

#endif
