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

/** How the p-values of Kolmogorov-Smirnov, Cramer-von Mises and Mann-Whitney are found. */
typedef enum mlops_stats_method {
    MLOPS_STATS_AUTO = 0,       /**< exact for small samples, as SciPy chooses (docs/stats.md) */
    MLOPS_STATS_EXACT = 1,      /**< lattice paths; asymptotic where that is out of reach */
    MLOPS_STATS_ASYMPTOTIC = 2, /**< by the limiting distribution */
    MLOPS_STATS_METHOD_FORCE32 = 0x7fffffff
} mlops_stats_method;

/** Against what is tested. As in SciPy, a CDF that lies below is that of the greater values. */
typedef enum mlops_stats_alternative {
    MLOPS_STATS_TWO_SIDED = 0, /**< x and y differ */
    MLOPS_STATS_LESS = 1,      /**< ks: the CDF of x lies below somewhere; else: x is the less */
    MLOPS_STATS_GREATER = 2,   /**< ks: the CDF of x lies above somewhere; else: x is the greater */
    MLOPS_STATS_ALTERNATIVE_FORCE32 = 0x7fffffff
} mlops_stats_alternative;

/** What the two-sample verbs find besides ks, wasserstein and energy. Bits. */
typedef enum mlops_stats_measure {
    MLOPS_STATS_MOMENTS = 1,      /**< mean_x, mean_y, variance_x, variance_y */
    MLOPS_STATS_T = 2,            /**< Student's t test, of equal variances */
    MLOPS_STATS_WELCH = 4,        /**< Welch's t test */
    MLOPS_STATS_MANN_WHITNEY = 8, /**< Mann and Whitney's U, that is Wilcoxon's rank sum */
    MLOPS_STATS_CRAMER = 16,      /**< Cramer and von Mises' T */
    MLOPS_STATS_ANDERSON = 32,    /**< Anderson and Darling's A^2 of two samples, midranks */
    MLOPS_STATS_KUIPER = 64,      /**< Kuiper's V */
    MLOPS_STATS_EPPS = 128,       /**< Epps and Singleton's W */
    MLOPS_STATS_MEASURE_FORCE32 = 0x7fffffff
} mlops_stats_measure;

/** Options of the two-sample verbs. Zero means the default in each field. */
typedef struct mlops_stats_opts {
    uint32_t struct_size;                /**< MLOPS_STATS_OPTS_INIT sets it */
    uint32_t flags;                      /**< MLOPS_STATS_X_SORTED, MLOPS_STATS_Y_SORTED */
    const struct mlops_host *host;       /**< @nullable memory for the sorted copies */
    mlops_stats_method method;           /**< default MLOPS_STATS_AUTO */
    mlops_stats_alternative alternative; /**< default MLOPS_STATS_TWO_SIDED */
    uint32_t measures;                   /**< bits of mlops_stats_measure; default 0 */
    uint32_t reserved;                   /**< 0 */
} mlops_stats_opts;

enum {
    MLOPS_STATS_X_SORTED = 1, /**< x ascends and has no NaN: it is neither copied nor sorted */
    MLOPS_STATS_Y_SORTED = 2  /**< the same of y */
};

#define MLOPS_STATS_OPTS_INIT                                                                      \
    { sizeof(mlops_stats_opts), 0, 0, MLOPS_STATS_AUTO, MLOPS_STATS_TWO_SIDED, 0, 0 }

/** What two samples yield. Of measures that were not asked for, or are not defined, all is NaN. */
typedef struct mlops_stats_two_sample {
    uint32_t struct_size;    /**< MLOPS_STATS_TWO_SAMPLE_INIT sets it */
    int32_t ks_sign;         /**< 1 if the CDF of x is the higher at ks_location, else -1 */
    double ks;               /**< Kolmogorov-Smirnov statistic, in [0, 1] */
    double ks_location;      /**< value at which the CDFs lie furthest apart */
    double ks_p;             /**< p-value of the alternative, in [0, 1] */
    double wasserstein;      /**< first Wasserstein distance, in the unit of the values */
    double energy;           /**< energy distance (square root form, as SciPy) */
    int64_t n;               /**< values of x that count */
    int64_t m;               /**< values of y that count */
    int64_t n_nan;           /**< NaN dropped from x */
    int64_t m_nan;           /**< NaN dropped from y */
    int32_t ks_exact;        /**< 1 if ks_p is the exact one */
    int32_t reserved;        /**< 0 */
    double mean_x;           /**< of the values that count */
    double mean_y;           /**< of the values that count */
    double variance_x;       /**< over n - 1 */
    double variance_y;       /**< over m - 1 */
    double t;                /**< Student's t */
    double t_dof;            /**< n + m - 2 */
    double t_p;              /**< p-value of the alternative */
    double welch;            /**< Welch's t */
    double welch_dof;        /**< Satterthwaite's degrees of freedom */
    double welch_p;          /**< p-value of the alternative */
    double mann_whitney;     /**< U of x: pairs in which x is the greater, ties as half */
    double mann_whitney_p;   /**< p-value of the alternative */
    double cramer;           /**< T, 0 or more */
    double cramer_p;         /**< its p-value */
    double anderson;         /**< A^2, standardised: around 0 if nothing differs */
    double anderson_p;       /**< as SciPy: from a table, in [0.001, 0.25] */
    double anderson_p_limit; /**< by the limiting distribution, in [0, 1] */
    double kuiper;           /**< V, in [0, 1] */
    double kuiper_p;         /**< by the limiting distribution, with Stephens' correction */
    double epps;   /**< W; NaN below 5 values a side, with infinities, quartiles alike, or without
                        any variance */
    double epps_p; /**< its p-value */
    int32_t mann_whitney_exact; /**< 1 if mann_whitney_p is the exact one */
    int32_t cramer_exact;       /**< 1 if cramer_p is the exact one */
} mlops_stats_two_sample;

#define MLOPS_STATS_TWO_SAMPLE_INIT                                                                \
    {                                                                                              \
        sizeof(mlops_stats_two_sample), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,   \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                         \
    }

/**
 * Compare two samples: Kolmogorov-Smirnov, Wasserstein and energy distance in one pass, and what
 * measures asks for.
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
 * @return MLOPS_E_INVALID if a sample is empty, or too large for ranks; MLOPS_E_NOMEM
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
    double chi2;      /**< Pearson's statistic of the 2 x k table; Yates' correction if dof is 1 */
    double chi2_p;    /**< its p-value, in [0, 1]; 1 if dof is 0 */
    int64_t n;        /**< sum of the first */
    int64_t m;        /**< sum of the second */
    double kl;        /**< sum of p ln(p / q), p the shares of x; +inf if y lacks a bin of x */
    double kl_back;   /**< sum of q ln(q / p); +inf if x lacks a bin of y */
    double hellinger; /**< Hellinger distance, in [0, 1] */
    double linf;      /**< largest |p - q|, in [0, 1] */
    double fit;       /**< Pearson's goodness of fit of y to x, scaled to m; +inf as kl_back */
    double fit_p;     /**< its p-value; 1 if dof is 0 */
    double g;         /**< likelihood ratio of y to x, scaled to m; +inf as kl_back */
    double g_p;       /**< its p-value; 1 if dof is 0 */
    double cramers_v; /**< bias-corrected, of both scaled to the smaller sum, in [0, 1] */
} mlops_stats_two_counts;

#define MLOPS_STATS_TWO_COUNTS_INIT                                                                \
    { sizeof(mlops_stats_two_counts), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Compare two histograms: distances, and tests that they have the same shares.
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

/** What two shares, hits among trials, yield. */
typedef struct mlops_stats_two_shares {
    uint32_t struct_size; /**< MLOPS_STATS_TWO_SHARES_INIT sets it */
    uint32_t reserved;    /**< 0 */
    double share_x;       /**< hits of x among its trials */
    double share_y;       /**< hits of y among its trials */
    double odds_ratio;    /**< of the sample; NaN if all trials are hits, or none is */
    double fisher_p;      /**< Fisher's exact p-value of the alternative */
    double z;             /**< (share_x - share_y) over its pooled standard error */
    double z_p;           /**< its p-value of the alternative, by the normal distribution */
} mlops_stats_two_shares;

#define MLOPS_STATS_TWO_SHARES_INIT                                                                \
    { sizeof(mlops_stats_two_shares), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Compare two shares: Fisher's exact test of the 2 x 2 table, and the z test of proportions.
 *
 * @param[out] out     @shape(1) result; struct_size must be set
 * @param hits_x       0 to n
 * @param n            trials of x, 1 or more; n + m is at most 10^12
 * @param hits_y       0 to m
 * @param m            trials of y, 1 or more
 * @param alternative  MLOPS_STATS_LESS: share_x is the less
 * @return MLOPS_E_INVALID if a count is none of these
 * @since 0.1
 */
MLOPS_API mlops_status mlops_stats_compare_shares(mlops_stats_two_shares *out, int64_t hits_x,
                                                  int64_t n, int64_t hits_y, int64_t m,
                                                  mlops_stats_alternative alternative);

/** How p-values of several tests are adjusted. */
typedef enum mlops_stats_correction {
    MLOPS_STATS_HOLM = 0,       /**< the chance of any false rejection, whatever depends on what */
    MLOPS_STATS_BONFERRONI = 1, /**< the same, simpler and weaker */
    MLOPS_STATS_BH = 2,         /**< the share of false rejections, of independent tests */
    MLOPS_STATS_BY = 3,         /**< the same, whatever depends on what */
    MLOPS_STATS_CORRECTION_FORCE32 = 0x7fffffff
} mlops_stats_correction;

/**
 * Adjust p-values: what is to be rejected at a level is what comes out at or below it.
 *
 * @param p           @shape(n) p-values; NaN was not tested, does not count, and stays
 * @param n           0 or more
 * @param correction  which
 * @param[out] out    @shape(n) adjusted, in the order of p; may be p itself
 * @param host        @nullable memory for their order
 * @param err         @nullable
 * @return MLOPS_E_INVALID if a p-value is not in [0, 1]; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_stats_adjust(const double *p, int64_t n,
                                          mlops_stats_correction correction, double *out,
                                          const mlops_host *host, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
