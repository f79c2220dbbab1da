/* mlops/stats.h: how far two samples lie apart, exactly.
 *
 * Samples are float64. NaN counts as no observation: it is dropped and counted. Infinities keep
 * their rank; negative zero equals zero. Values agree with SciPy's of the same names to 1e-12.
 */
#ifndef MLOPS_STATS_H
#define MLOPS_STATS_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How the p-value of Kolmogorov and Smirnov is found. */
typedef enum mlops_stats_method {
    MLOPS_STATS_AUTO = 0,       /**< exact where both samples have at most 10,000 values */
    MLOPS_STATS_EXACT = 1,      /**< lattice paths; asymptotic where that is out of reach */
    MLOPS_STATS_ASYMPTOTIC = 2, /**< distribution of D at the effective size nm/(n+m) */
    MLOPS_STATS_METHOD_FORCE32 = 0x7fffffff
} mlops_stats_method;

/** Against what the samples are tested. */
typedef enum mlops_stats_alternative {
    MLOPS_STATS_TWO_SIDED = 0, /**< the distributions differ */
    MLOPS_STATS_LESS = 1,      /**< the CDF of x lies below that of y somewhere */
    MLOPS_STATS_GREATER = 2,   /**< the CDF of x lies above that of y somewhere */
    MLOPS_STATS_ALTERNATIVE_FORCE32 = 0x7fffffff
} mlops_stats_alternative;

/** Options of the two-sample verbs. Zero means the default in each field. */
typedef struct mlops_stats_opts {
    uint32_t struct_size;                /**< MLOPS_STATS_OPTS_INIT sets it */
    uint32_t flags;                      /**< MLOPS_STATS_X_SORTED, MLOPS_STATS_Y_SORTED */
    const struct mlops_host *host;       /**< @nullable memory for the sorted copies */
    mlops_stats_method method;           /**< default MLOPS_STATS_AUTO */
    mlops_stats_alternative alternative; /**< default MLOPS_STATS_TWO_SIDED */
} mlops_stats_opts;

enum {
    MLOPS_STATS_X_SORTED = 1, /**< x ascends and has no NaN: it is neither copied nor sorted */
    MLOPS_STATS_Y_SORTED = 2  /**< the same of y */
};

#define MLOPS_STATS_OPTS_INIT                                                                      \
    { sizeof(mlops_stats_opts), 0, 0, MLOPS_STATS_AUTO, MLOPS_STATS_TWO_SIDED }

/** What one pass over two sorted samples yields. */
typedef struct mlops_stats_two_sample {
    uint32_t struct_size; /**< MLOPS_STATS_TWO_SAMPLE_INIT sets it */
    int32_t ks_sign;      /**< 1 if the CDF of x is the higher at ks_location, else -1 */
    double ks;            /**< Kolmogorov-Smirnov statistic, in [0, 1] */
    double ks_location;   /**< value at which the CDFs lie furthest apart */
    double ks_p;          /**< p-value of the alternative, in [0, 1] */
    double wasserstein;   /**< first Wasserstein distance, in the unit of the values */
    double energy;        /**< energy distance (square root form, as SciPy) */
    int64_t n;            /**< values of x that count */
    int64_t m;            /**< values of y that count */
    int64_t n_nan;        /**< NaN dropped from x */
    int64_t m_nan;        /**< NaN dropped from y */
    int32_t ks_exact;     /**< 1 if ks_p is the exact one */
    int32_t reserved;     /**< 0 */
} mlops_stats_two_sample;

#define MLOPS_STATS_TWO_SAMPLE_INIT                                                                \
    { sizeof(mlops_stats_two_sample), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Compare two samples: Kolmogorov-Smirnov, Wasserstein and energy distance in one pass.
 *
 * With an infinity on one side only, at either end, Wasserstein and energy are +inf; where both
 * samples have the same share of it, it cancels; else they are +inf.
 * Methods: Hodges 1958 (lattice paths), Simard and L'Ecuyer 2011 (distribution of D).
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param x         @shape(n) first sample (reference)
 * @param n         0 or more; 1 or more must be left without NaN
 * @param y         @shape(m) second sample (current)
 * @param m         as n
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID if a sample is empty; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_stats_compare(mlops_stats_two_sample *out, const double *x, int64_t n,
                                           const double *y, int64_t m, const mlops_stats_opts *opts,
                                           mlops_error *err);

/**
 * Compare two numeric columns, as mlops_stats_compare(); nulls count as NaN.
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param x         table of the first sample
 * @param x_column  index of its column
 * @param y         table of the second sample
 * @param y_column  index of its column
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if a column is not numeric; else as mlops_stats_compare()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_stats_compare_columns(mlops_stats_two_sample *out,
                                                   const mlops_table *x, int64_t x_column,
                                                   const mlops_table *y, int64_t y_column,
                                                   const mlops_stats_opts *opts, mlops_error *err);

/** What two histograms over the same k bins or categories yield. */
typedef struct mlops_stats_two_counts {
    uint32_t struct_size; /**< MLOPS_STATS_TWO_COUNTS_INIT sets it */
    int32_t dof;          /**< degrees of freedom: bins that either side uses, less one */
    double psi;           /**< population stability index; an empty bin counts as half a value */
    double js;            /**< Jensen-Shannon distance, base e, in [0, sqrt(ln 2)] */
    double tv;            /**< total variation, in [0, 1] */
    double chi2;   /**< Pearson's statistic of the 2 x k table; Yates' correction if dof is 1 */
    double chi2_p; /**< its p-value, in [0, 1]; 1 if dof is 0 */
    int64_t n;     /**< sum of the first */
    int64_t m;     /**< sum of the second */
} mlops_stats_two_counts;

#define MLOPS_STATS_TWO_COUNTS_INIT                                                                \
    { sizeof(mlops_stats_two_counts), 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Compare two histograms: PSI, Jensen-Shannon, total variation, chi-squared.
 *
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param x         @shape(k) counts of the first sample, each 0 or more
 * @param y         @shape(k) counts of the second sample
 * @param k         1 or more
 * @return MLOPS_E_INVALID if k is 0, a count is negative or a sum is 0 or beyond 2^53
 * @since 0.1
 */
MLOPS_API mlops_status mlops_stats_compare_counts(mlops_stats_two_counts *out, const int64_t *x,
                                                  const int64_t *y, int64_t k);

#ifdef __cplusplus
}
#endif

#endif
