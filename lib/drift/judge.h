/* Judging one column from counts, the budget over many, and the report's object.
 *
 * The rule (docs/drift.md derives it). A test has an effect t (KS distance, total variation, gap
 * of null shares), a tolerance d, an effective size en = nm / (n + m) and a constant c, so that a
 * true effect within d gives t >= d + e with a chance of at most c exp(-2 en e^2).
 *     p          = min(1, c exp(-2 en (t - d)^2) / w) for t > d, else 1
 *     effect_low = max(0, t - sqrt(ln(c / (w level)) / (2 en)))
 * with w = 0.9 for the values of a column and w = 0.1 for its nulls; where new values are tested
 * too, each of the tests of values has half of the 0.9. The column has the least p. The level that
 * the correction leaves a column makes effect_low > d and "drift" the same thing. A column has not
 * drifted if t <= d and t + hidden + sqrt(ln(1 / alpha) / (2 en)) <= 2 d, in each of its tests. In
 * all other cases there is not enough data.
 */
#ifndef MLOPS_DRIFT_JUDGE_H
#define MLOPS_DRIFT_JUDGE_H

#include "base/buf.h"
#include "sys/host.h"
#include "text/json.h"

#include <mlops/drift.h>

enum { MLOPS__DRIFT_BINS = 10, MLOPS__DRIFT_CATEGORIES = 64, MLOPS__DRIFT_REGIONS = 8 };

/* Options with their defaults in place. */
typedef struct mlops__drift_rule {
    double alpha;
    double ks_tolerance;
    double tv_tolerance;
    int64_t rows_min;
    mlops_drift_preset preset;
    mlops_stats_correction correction;
} mlops__drift_rule;

/* Copies what opts (nullable) says. MLOPS_E_INVALID names the option that is out of range. Without
 * rows to judge of both sides a preset is MLOPS_E_UNSUPPORTED. */
mlops_status mlops__drift_rule_init(mlops__drift_rule *self, const mlops_drift_opts *opts, int rows,
                                    mlops_error *err);

/* One side of a column. */
typedef struct mlops__drift_side {
    int64_t n;      /* values that count: no nulls, no NaN */
    int64_t n_null; /* nulls and NaN */
    double mean;    /* of the finite values; NaN: none or unknown */
    double min;     /* least finite value; NaN: none or unknown */
    double max;     /* greatest finite value; NaN: none or unknown */
} mlops__drift_side;

/* A column as counts over the same cells of both sides. Numeric: cell i is (edges[i-1], edges[i]],
 * the first open below and the last above. Categories: edges is NULL and the last cell is the rest
 * (0 on both sides if there is none). Counts sum to the n of their side. */
typedef struct mlops__drift_cells {
    const char *name; /* lives as long as the judged column; mlops__drift_from_columns() copies */
    mlops_type type;
    int32_t exact;            /* as in mlops_drift_column */
    int64_t n_cells;          /* 1 or more; categories: 65 at the most */
    const double *edges;      /* n_cells - 1, strictly ascending; NULL: categories */
    const int64_t *reference; /* n_cells counts */
    const int64_t *current;   /* n_cells counts */
    const char *const *texts; /* of all categories but the rest, as name; NULL: numeric */
    mlops__drift_side side_reference;
    mlops__drift_side side_current;
    double sd_reference; /* numeric: of the finite values; not above 0 or NaN: no Wasserstein */
    double hidden;       /* numeric: largest share of the reference strictly between two edges */
    const struct mlops__seen *seen; /* strings with a rest: of the reference; NULL: not known */
    const int64_t *times;           /* current values by how often their slot came there */
} mlops__drift_cells;

/* Shares of both sides over the bins of the measures, for the report. */
typedef struct mlops__drift_bins {
    int32_t k; /* 0: none */
    double reference[MLOPS__DRIFT_BINS];
    double current[MLOPS__DRIFT_BINS];
    double cuts[MLOPS__DRIFT_BINS - 1]; /* numeric: the k - 1 upper ends of all but the last */
} mlops__drift_bins;

/* A part of a column that gained or lost: values from low to high, or a category. */
typedef enum mlops__drift_part {
    MLOPS__DRIFT_SPAN,
    MLOPS__DRIFT_CATEGORY,
    MLOPS__DRIFT_NEW, /* all categories that the reference has not */
    MLOPS__DRIFT_REST /* all that are none of the kept ones */
} mlops__drift_part;

typedef struct mlops__drift_region {
    mlops__drift_part kind;
    int32_t first_bin; /* in which of the bins it lies */
    int32_t last_bin;
    const char *text; /* of a category, as the column's name; else NULL */
    double low;       /* of a span; both belong to it, but low of a sketch's; NaN else */
    double high;
    double reference; /* shares */
    double current;
} mlops__drift_region;

/* A column on its way to a verdict. column is complete but for verdict, p_adjusted, effect_low and
 * severity, which mlops__drift_settle() finds. */
typedef struct mlops__drift_judged {
    mlops_drift_column column; /* name is borrowed */
    mlops__drift_bins bins;
    double size;      /* en of the test that decides; 0: nothing could be tested */
    double log_bound; /* ln(c / w) of the test that decides */
    int32_t settled;  /* 1: if it has not drifted, then the verdict is NO */
    int32_t tested;   /* 1: takes part in the correction */
    int32_t n_regions;
    mlops__drift_region regions[MLOPS__DRIFT_REGIONS]; /* gravest first */
} mlops__drift_judged;

/* Judges one column. Allocates nothing. */
void mlops__drift_judge(mlops__drift_judged *out, const mlops__drift_rule *rule,
                        const mlops__drift_cells *cells);

/* Settles what hangs on all n columns of a report, of a preset too. order has n places; it comes
 * back as indices by ascending p where there is a correction. Allocates nothing. */
void mlops__drift_settle(mlops__drift_judged *columns, int64_t n, const mlops__drift_rule *rule,
                         int64_t *order);

/* Makes a mlops_drift of settled columns; copies all, names too. MLOPS_E_NOMEM. */
mlops_status mlops__drift_from_columns(mlops_drift **out, const mlops__host *host,
                                       const mlops__drift_rule *rule,
                                       const mlops__drift_judged *columns, int64_t n,
                                       mlops_error *err);

/* Verdict in words: "yes" and "no", "drift" and "no drift" or, of performance, "worse" and "not
 * worse"; all else is "not enough data". */
const char *mlops__drift_word(mlops_drift_verdict verdict);
const char *mlops__drift_answer(mlops_drift_verdict verdict);
const char *mlops__drift_loss_word(mlops_drift_verdict verdict);

/* A line of a report about more than drift, such as traffic and latency. */
typedef struct mlops__drift_note {
    const char *label; /* for people: "Latency, median" */
    const char *key;   /* for JSON: "latency_p50_seconds" */
    double value;      /* not finite: an en dash, null */
    const char *unit;  /* "" for none */
} mlops__drift_note;

/* Where a segment of the rows stands. */
typedef struct mlops__drift_segment {
    const char *name;
    int64_t n_rows, n_drifted;
    mlops_drift_verdict verdict;
    int has_labels; /* of performance: */
    mlops_drift_verdict measured, estimated;
} mlops__drift_segment;

/* What stands in a report beside drift. */
typedef struct mlops__drift_extra {
    const char *title; /* NULL: "Drift report" */
    const mlops__drift_note *notes;
    int64_t n_notes;
    const mlops__drift_segment *segments;
    int64_t n_segments;
    const void *of; /* what is told behind these, by the two; both NULL: no more */
    void (*html)(mlops__buf *out, const void *of);
    void (*json)(mlops__json_writer *json, const void *of);
} mlops__drift_extra;

/* A cell, and a card, of a verdict. */
void mlops__drift_cell(mlops__buf *out, mlops_drift_verdict verdict);
void mlops__drift_card(mlops__buf *out, const char *label, mlops_drift_verdict verdict);

/* A cell that says of performance: worse, not worse, not enough data. */
void mlops__drift_loss_cell(mlops__buf *out, mlops_drift_verdict verdict);

/* The report with more. Errors stick in out. */
void mlops__drift_html(mlops__buf *out, const mlops_drift *self, const mlops__drift_extra *extra);
void mlops__drift_json_extra(mlops__buf *out, const mlops_drift *self,
                             const mlops__drift_extra *extra);

/* Writes what html says of it, or json if the path ends in ".json". */
typedef void mlops__drift_tell(mlops__buf *out, const void *of);
mlops_status mlops__drift_write(const mlops__host *host, const char *path, const void *of,
                                mlops__drift_tell *html, mlops__drift_tell *json, mlops_error *err);

/* mlops_drift_save() with more. */
mlops_status mlops__drift_save_extra(const mlops_drift *self, const char *path,
                                     const mlops__drift_extra *extra, mlops_error *err);

#endif
