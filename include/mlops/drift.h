/* mlops/drift.h: has the data changed, by how much, and can that be told at all?
 *
 * A column has drifted only if a lower confidence bound of the effect size exceeds the tolerance:
 * a small p-value of a harmless difference is no drift, nor is a large distance of a few rows. The
 * confidence holds for all columns of a report together. Fewer than 50 rows on a side are not
 * enough data, and so are samples too small to show the tolerance.
 */
#ifndef MLOPS_DRIFT_H
#define MLOPS_DRIFT_H

#include <mlops/base.h>
#include <mlops/reference.h>
#include <mlops/stats.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Verdicts of a comparison, column by column. Immutable and shared; ends with the last
 * mlops_drift_unref(). @threadsafe */
typedef struct mlops_drift mlops_drift;

/** The three answers. */
typedef enum mlops_drift_verdict {
    MLOPS_DRIFT_NOT_ENOUGH_DATA = 0, /**< neither of the others can be said with confidence */
    MLOPS_DRIFT_NO = 1,              /**< the measures of values and of nulls are within their
                                          tolerance, and the true effects below twice that, with
                                          confidence 1 - alpha for this column by itself */
    MLOPS_DRIFT_YES = 2,             /**< the true effect exceeds the tolerance, with confidence
                                          1 - alpha for all columns of the report together; with
                                          BH and BY see mlops_drift_opts.correction */
    MLOPS_DRIFT_VERDICT_FORCE32 = 0x7fffffff
} mlops_drift_verdict;

/** By whose rule columns are judged. All but NATIVE are the defaults of others, to move over from
 * and to compare with: they hold no chance of false alarms (docs/drift.md). */
typedef enum mlops_drift_preset {
    MLOPS_DRIFT_NATIVE = 0,     /**< the rule of this library */
    MLOPS_DRIFT_EVIDENTLY = 1,  /**< Evidently's tests by number of rows and of distinct values */
    MLOPS_DRIFT_NANNYML = 2,    /**< NannyML's Jensen-Shannon distance, beyond its chunks' spread */
    MLOPS_DRIFT_ALIBI = 3,      /**< alibi-detect's tests of tables, by Bonferroni */
    MLOPS_DRIFT_ALIBI_FDR = 4,  /**< the same, by Benjamini and Hochberg */
    MLOPS_DRIFT_DEEPCHECKS = 5, /**< Deepchecks' KS statistic and Cramer's V */
    MLOPS_DRIFT_WHYLOGS = 6,    /**< whylogs' KS at 100 quantiles, and chi-square */
    MLOPS_DRIFT_TFDV = 7,       /**< TFDV's Jensen-Shannon divergence, and L-infinity */
    MLOPS_DRIFT_PRESET_FORCE32 = 0x7fffffff
} mlops_drift_preset;

/** Options of the comparing verbs. Zero means the default in each field. */
typedef struct mlops_drift_opts {
    uint32_t struct_size;          /**< MLOPS_DRIFT_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_DRIFT_WHOLE_TEXTS */
    const struct mlops_host *host; /**< @nullable */
    const struct mlops_call *call; /**< @nullable executor, progress, deadline */
    const char *columns;       /**< @nullable names to compare, separated by commas, quoted as in
                                    a CSV line; default: all of the reference */
    const char *ignore;        /**< @nullable names to leave out, as columns */
    double alpha;              /**< chance of any false alarm in the report, in (0, 0.5]; with BH
                                    and BY the share of false ones among alarms, as expected;
                                    default 0.01 */
    double ks_tolerance;       /**< largest harmless KS distance, in (0, 1); default 0.05 */
    double tv_tolerance;       /**< the same of the total variation of categories, of new ones
                                    beyond those to expect, and of the share of nulls; default
                                    0.05 */
    int64_t rows_min;          /**< rows that each side must have; default 50 */
    mlops_drift_preset preset; /**< default MLOPS_DRIFT_NATIVE; others need two tables, and take
                                    neither alpha, tolerances, rows_min nor correction; TFDV the
                                    tolerances alone, as its thresholds */
    mlops_stats_correction correction; /**< how columns share alpha; default MLOPS_STATS_HOLM,
                                            which holds whatever depends on what */
} mlops_drift_opts;

enum { MLOPS_DRIFT_WHOLE_TEXTS = 1 /**< texts are categories, however long and many */ };

#define MLOPS_DRIFT_OPTS_INIT                                                                      \
    { sizeof(mlops_drift_opts), 0, 0, 0, 0, 0, 0, 0, 0, 0, MLOPS_DRIFT_NATIVE, MLOPS_STATS_HOLM }

/** What was found of one column. Measures that do not apply are NaN. */
typedef struct mlops_drift_column {
    uint32_t struct_size;        /**< MLOPS_DRIFT_COLUMN_INIT sets it */
    mlops_drift_verdict verdict; /**< the answer */
    const char *name;            /**< @borrowed(self) */
    const char *test;            /**< @borrowed(static) what decided: "ks", "tv", "unseen" or
                                      "nulls"; of a preset docs/drift.md lists them; "" if none
                                      applies */
    mlops_type type;             /**< as the reference has it */
    int32_t exact;               /**< 1 if every row of both sides was at hand, 0 if the reference
                                      was a sketch */
    int64_t n_reference;         /**< values that count */
    int64_t n_current;           /**< values that count */
    double effect;               /**< the measure named by test */
    double effect_low;           /**< its lower confidence bound; presets have none: NaN */
    double tolerance;            /**< what it was held against; of a preset whose test has a p,
                                      what p_value was */
    double p_value;              /**< that such an effect comes by chance alone */
    double p_adjusted;           /**< the same within the whole report, by opts.correction; NaN
                                      where a preset does not adjust */
    double ks;                   /**< Kolmogorov-Smirnov distance */
    double wasserstein;          /**< first Wasserstein distance over the reference's standard
                                      deviation */
    double psi;                  /**< over ten quantile bins of the reference, or categories */
    double js;                   /**< Jensen-Shannon distance over the same, base e */
    double tv;                   /**< total variation over the same */
    double nulls_reference;      /**< share of nulls and NaN, in [0, 1] */
    double nulls_current;        /**< share of nulls and NaN */
    double mean_reference;       /**< mean of the finite values */
    double mean_current;         /**< mean of the finite values */
    double severity;             /**< how grave it is, as mlops_drift_severity(); NaN where there is
                                      not enough data */
    double location;             /**< value up to which the shares of both sides lie ks apart */
    int32_t direction;           /**< 1: beyond location is more of the current values than of the
                                      reference's; -1: less; 0: ks is 0 or does not apply */
    uint32_t reserved;           /**< 0 */
    const char *where;           /**< @borrowed(self) for people: what gained and what lost the
                                      most, as mlops_drift_regions(); "" if that is not known */
} mlops_drift_column;

#define MLOPS_DRIFT_COLUMN_INIT                                                                    \
    {                                                                                              \
        sizeof(mlops_drift_column), MLOPS_DRIFT_NOT_ENOUGH_DATA, 0, 0, MLOPS_TYPE_NULL, 0, 0, 0,   \
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                \
    }

/**
 * Compare two tables, column by column by name, with every row of both.
 *
 * @param[out] out   the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param reference  table that is known to be good
 * @param current    table to judge
 * @param opts       @nullable
 * @param err        @nullable
 * @return MLOPS_E_SCHEMA names a column that is missing or of another kind; MLOPS_E_INVALID for an
 *         option out of range; MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_compare(mlops_drift **out, const mlops_table *reference,
                                           const mlops_table *current, const mlops_drift_opts *opts,
                                           mlops_error *err);

/**
 * Compare a table with a kept reference. The loss of precision of the reference is part of the
 * confidence bound. opts.ignore may name columns that the reference was made without.
 *
 * @param[out] out   the verdicts, to be ended with mlops_drift_unref(); NULL after an error
 * @param reference  kept reference
 * @param current    table to judge
 * @param opts       @nullable
 * @param err        @nullable
 * @return as mlops_drift_compare(); MLOPS_E_UNSUPPORTED for a preset, which needs the rows
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_compare_reference(mlops_drift **out,
                                                     const mlops_reference *reference,
                                                     const mlops_table *current,
                                                     const mlops_drift_opts *opts,
                                                     mlops_error *err);

/** Share the verdicts: one more mlops_drift_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_drift *mlops_drift_ref(mlops_drift *self);

/** End one share of the verdicts; the last one frees them. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_drift_unref(mlops_drift *self);

/** DRIFT_YES if any column has drifted (EVIDENTLY: half of them or more), else NO if any could be
 * judged. @since 0.1 */
MLOPS_API mlops_drift_verdict mlops_drift_overall(const mlops_drift *self);

/**
 * How grave it is: the largest effect over its tolerance, at most 1,000. Of a column that has
 * drifted the effect is what it is at least, so that drift is above 1; what is not shown to be
 * drift is held to 1. Of a preset whose rule is one of p it is ln(p) over ln(its limit).
 *
 * @param self  verdicts
 * @return NaN if no column could be judged
 * @since 0.1
 */
MLOPS_API double mlops_drift_severity(const mlops_drift *self);

/** Number of columns. @since 0.1 */
MLOPS_API int64_t mlops_drift_n_columns(const mlops_drift *self);

/** Number of columns that have drifted. @since 0.1 */
MLOPS_API int64_t mlops_drift_n_drifted(const mlops_drift *self);

/**
 * What was found of one column.
 *
 * @param self      verdicts
 * @param index     0 to n_columns - 1, in the order of the reference
 * @param[out] out  @shape(1) struct_size must be set
 * @return MLOPS_E_INVALID if index is out of range
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_get(const mlops_drift *self, int64_t index,
                                       mlops_drift_column *out);

/**
 * Where columns have changed: what gained and what lost the largest shares. A row a region, of the
 * columns whose p_value is at most alpha (of a preset: of all), the largest change first.
 *
 *     column              its name (string)
 *     kind                "values", "category", "new" (all categories that the reference has not),
 *                         "rest" (all that are not told apart) or "nulls" (string)
 *     low, high           of values: from low to high; of a kept reference above low (float64)
 *     category            text of a category (string)
 *     reference, current  its shares of the values, of nulls of the rows (float64)
 *
 * What does not apply is null. Values are the interval that gained the most, of all intervals, and
 * that which lost the most. Of categories there are up to three that gained and three that lost.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      verdicts
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_regions(mlops_table **out, const mlops_drift *self,
                                           mlops_error *err);

/**
 * Write a report, whole or not at all: self-contained HTML, or JSON if the name ends in ".json".
 *
 * @param self  verdicts
 * @param path  file to write; replaced if it is there
 * @param err   @nullable
 * @return MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_save(const mlops_drift *self, const char *path,
                                        mlops_error *err);

/**
 * The verdicts as JSON text.
 *
 * @param self         verdicts
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_drift_json(const mlops_drift *self, char *text, size_t cap,
                                        size_t *needed);

#ifdef __cplusplus
}
#endif

#endif
