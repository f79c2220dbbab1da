/* mlops/fairness.h: does a model treat groups of people alike?
 *
 * A mlops_fairness counts, group by group, how rows were decided and what came of them. Counts of
 * parts merge to those of the whole, to the byte. From the counts come the rates of each group and
 * the measures that Fairlearn and AI Fairness 360 define, each with an interval: a gap between
 * groups of a few rows tells nothing, and the interval says so.
 *
 *     mlops_fairness_new(&f, NULL, &error);
 *     mlops_fairness_add_table(f, table, "sex,region", "score", "repaid", &error);
 *     mlops_fairness_measures(&measures, f, &error);
 */
#ifndef MLOPS_FAIRNESS_H
#define MLOPS_FAIRNESS_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Counts by group. One thread at a time. */
typedef struct mlops_fairness mlops_fairness;

/** Options of the constructors. Zero means the default in each field. */
typedef struct mlops_fairness_opts {
    uint32_t struct_size;          /**< MLOPS_FAIRNESS_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_FAIRNESS_SET_THRESHOLD */
    const struct mlops_host *host; /**< @nullable */
    const char *privileged; /**< @nullable group that the measures of AI Fairness 360 hold all
                                 others against; default: the one of the most weight, without
                                 weights of the most rows */
    double threshold;       /**< a row is decided positive if its prediction is at least this;
                                 default 0.5 */
    double confidence;      /**< of intervals, in (0, 1); default 0.95 */
    int64_t rows_min;       /**< a rate of a group takes part in measures if so many rows stand
                                 below it, whatever they weigh; 1 or more, default 30 */
} mlops_fairness_opts;

enum {
    MLOPS_FAIRNESS_SET_THRESHOLD = 1 /**< threshold was given, even if 0 */
};

#define MLOPS_FAIRNESS_OPTS_INIT                                                                   \
    { sizeof(mlops_fairness_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Begin without any row.
 *
 * @param[out] out  the counts, to be ended with mlops_fairness_free(); NULL after an error
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_new(mlops_fairness **out, const mlops_fairness_opts *opts,
                                          mlops_error *err);

/** End the counts. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_fairness_free(mlops_fairness *self);

/**
 * Count rows of one group.
 *
 * @param self         counts
 * @param group        name, UTF-8, up to 1,000 bytes
 * @param predictions  @shape(n) decisions (0 or 1), probabilities or scores; a row of NaN is left
 *                     out, and counted as such
 * @param labels       @nullable @shape(n) 0 or 1; NaN: not known (yet), the row counts for what was
 *                     decided alone
 * @param weights      @nullable @shape(n) of each row: 0, or 2^-20 to 2^32, rounded to a multiple
 *                     of 2^-20; a row of weight 0 is not there; NULL: each row counts 1
 * @param n            0 or more
 * @param err          @nullable
 * @return MLOPS_E_INVALID names the first row, counted from 0, whose label or weight is none of
 *         these, or says that the name is empty or too long; MLOPS_E_LIMIT beyond 65,536 groups or
 *         a weight of 2^41 in all; MLOPS_E_NOMEM. Nothing is counted then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_add(mlops_fairness *self, const char *group,
                                          const double *predictions, const double *labels,
                                          const double *weights, int64_t n, mlops_error *err);

/**
 * Count the rows of a table. A group is what the columns of groups have in a row: of one column its
 * text, of several (intersections) a line of CSV, such as "F,north". A row in which one of them is
 * null is left out, and counted as such.
 *
 * @param self        counts
 * @param table       rows; borrowed for the call
 * @param groups      names of columns, separated by commas, quoted as in a CSV line
 * @param prediction  name of a numeric or bool column
 * @param label       @nullable name of one of 0 and 1, or bool; a null is a label not known
 * @param weight      @nullable name of a numeric one of weights as in mlops_fairness_add(), none
 *                    of them null; NULL: each row counts 1
 * @param err         @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing or of another kind; else as
 *         mlops_fairness_add()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_add_table(mlops_fairness *self, const mlops_table *table,
                                                const char *groups, const char *prediction,
                                                const char *label, const char *weight,
                                                mlops_error *err);

/**
 * Add what other counts have.
 *
 * @param self   counts
 * @param other  counts of the same threshold; unchanged
 * @param err    @nullable
 * @return MLOPS_E_INVALID if the thresholds differ, or other is self; MLOPS_E_LIMIT,
 *         MLOPS_E_NOMEM. Nothing is added then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_merge(mlops_fairness *self, const mlops_fairness *other,
                                            mlops_error *err);

/** Number of groups. @since 0.1 */
MLOPS_API int64_t mlops_fairness_n_groups(const mlops_fairness *self);

/** Rows that were left out: without a prediction, or without a group. @since 0.1 */
MLOPS_API int64_t mlops_fairness_n_left_out(const mlops_fairness *self);

/**
 * The groups and their rates, one row each, by name.
 *
 * Columns: group; n, rows; n_labelled, those with a label; tp, fp, tn, fn, rows of these;
 * base_rate, the share of label 1; selection_rate, the share decided positive, with selection_low
 * and _high; tpr and fpr, true and false positive rate, each with _low and _high; precision;
 * accuracy; weight of the rows; n_effective, Kish's effective number of them. Rates are shares of
 * the weight. A quotient with 0 below is null. Intervals are Wilson's of the effective number of
 * rows that stand below, each for itself.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_groups(mlops_table **out, const mlops_fairness *self,
                                             mlops_error *err);

/**
 * The measures, one row each; docs/fairness.md has their formulas.
 *
 * Columns: measure; value, low and high, null where less than two groups have enough rows, or there
 * is no such interval; group and against, between which the measure lies, as docs/fairness.md
 * tells; n_groups that take part.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      counts
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if opts.privileged is no group; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_measures(mlops_table **out, const mlops_fairness *self,
                                               mlops_error *err);

/**
 * Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
 *
 * @param self          counts
 * @param[out] bytes    @nullable @shape(cap) NULL to ask for the size
 * @param cap           bytes of room
 * @param[out] needed   @nullable bytes that it takes
 * @return MLOPS_E_ARENA if cap is too small; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_save(const mlops_fairness *self, void *bytes, size_t cap,
                                           size_t *needed);

/**
 * Read bytes of mlops_fairness_save().
 *
 * @param[out] out  the counts, to be ended with mlops_fairness_free(); NULL after an error
 * @param bytes     @shape(n) what was saved; borrowed for the call
 * @param n         number of bytes
 * @param opts      @nullable all but threshold, which the bytes have
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT for bytes that are no counts; MLOPS_E_UNSUPPORTED for those of a later
 *         format; MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_fairness_load(mlops_fairness **out, const void *bytes, size_t n,
                                           const mlops_fairness_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
