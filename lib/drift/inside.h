/* What the files of drift share: measures into a judged column, and the object. */
#ifndef MLOPS_DRIFT_INSIDE_H
#define MLOPS_DRIFT_INSIDE_H

#include "base/arena.h"
#include "drift/judge.h"
#include "profile/seen.h"

#include <stdatomic.h>

struct mlops_drift {
    atomic_int_fast64_t n_refs;
    mlops__host host;
    mlops__drift_rule rule;
    int64_t n;
    mlops__drift_judged *columns; /* in the order of the reference */
    int64_t *order;               /* gravest first */
    mlops__arena texts;           /* what the columns' names and the like point into */
};

/* A column of which nothing is known but its name and sides. */
void mlops__drift_open_column(mlops__drift_judged *out, const char *name, mlops_type type,
                              const mlops__drift_side *reference, const mlops__drift_side *current);

/* Runs the tests of a column whose ks (numeric) or tv (categories) stands. cells NULL: ks was taken
 * over all values. */
void mlops__drift_decide(mlops__drift_judged *out, const mlops__drift_rule *rule,
                         const mlops__drift_side *reference, const mlops__drift_side *current,
                         const mlops__drift_cells *cells);

/* Area under a line that goes from left to right over a width, counted positive on both sides. */
double mlops__drift_strip(double left, double right, double width);

/* True for types that are compared by their CDF. */
int mlops__drift_numeric(mlops_type type);

int mlops__drift_finite(double value);

/* One side of a numeric column with every value at hand. */
typedef struct mlops__drift_values {
    const double *values; /* ascending, no NaN; -0 is 0 */
    mlops__drift_side side;
    double sd; /* of the finite values, by n; NaN if there is none */
} mlops__drift_values;

/* One side of a column by categories: at most 64, then the rest. */
typedef struct mlops__drift_categories {
    const char *texts[MLOPS__DRIFT_CATEGORIES]; /* the reference's, by falling count, then text */
    int64_t n_texts;
    int64_t reference[MLOPS__DRIFT_CATEGORIES + 1];
    int64_t current[MLOPS__DRIFT_CATEGORIES + 1];
    mlops__drift_side side_reference;
    mlops__drift_side side_current;
    mlops__seen seen; /* of the reference; slots NULL: it has no others, or does not tell */
    int64_t times[MLOPS__SEEN_TIMES]; /* current values whose slot came so often there */
    void *memory;                     /* of seen, where it was made here */
    size_t size;
} mlops__drift_categories;

/* How often each text of a column comes; indices are its codes. Of a column that is neither bool
 * nor string all rows are null. */
typedef struct mlops__drift_tally {
    const char *const *texts;
    int64_t *counts;
    int64_t n;
    size_t size;
    int64_t n_null;
} mlops__drift_tally;

struct mlops__column;
struct mlops__reference_column;

/* Sorts the values of a numeric column into values, which out borrows; these and scratch have room
 * for all rows. */
void mlops__drift_values_load(mlops__drift_values *out, const struct mlops__column *column,
                              mlops_cpu cpu, double *values, double *scratch);

/* The same of a column of a reference that keeps every value. */
void mlops__drift_values_take(mlops__drift_values *out,
                              const struct mlops__reference_column *column, double *values);

/* MLOPS_E_NOMEM. */
mlops_status mlops__drift_tally_load(mlops__drift_tally *out, const struct mlops__column *column,
                                     const mlops_allocator *allocator);
void mlops__drift_tally_free(mlops__drift_tally *self, const mlops_allocator *allocator);

/* Picks the categories of a table's column, or those that a reference kept, and counts a current
 * column over them. MLOPS_E_NOMEM. What is picked is to be freed, also after an error. */
mlops_status mlops__drift_categories_pick(mlops__drift_categories *out,
                                          const struct mlops__column *column,
                                          const mlops__host *host);
void mlops__drift_categories_take(mlops__drift_categories *out,
                                  const struct mlops__reference_column *column);
mlops_status mlops__drift_categories_count(mlops__drift_categories *self,
                                           const struct mlops__column *column,
                                           const mlops_allocator *allocator);
void mlops__drift_categories_free(mlops__drift_categories *self, const mlops_allocator *allocator);

/* Judges a column with all values of both sides, by categories, or with a kept reference. */
void mlops__drift_judge_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                               mlops_cpu cpu, const char *name, mlops_type type,
                               const mlops__drift_values *reference,
                               const mlops__drift_values *current);
void mlops__drift_judge_categories(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                   const char *name, mlops_type type, int exact,
                                   const mlops__drift_categories *categories);

/* Finds the regions of a column that stands judged, where it may have drifted; with the rows of
 * both sides all texts are told apart. MLOPS_E_NOMEM. */
void mlops__drift_locate_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                const mlops__drift_values *reference,
                                const mlops__drift_values *current);
void mlops__drift_locate_cells(mlops__drift_judged *out, const mlops__drift_rule *rule,
                               const mlops__drift_cells *cells);
mlops_status mlops__drift_locate_texts(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                       const mlops__drift_categories *categories,
                                       const struct mlops__column *reference,
                                       const struct mlops__column *current,
                                       const mlops__host *host);

/* "more at 120..300 (4% -> 31%)": the regions in words. */
void mlops__drift_where(mlops__buf *out, const mlops__drift_judged *judged,
                        const mlops__drift_rule *rule);
const char *mlops__drift_part_name(mlops__drift_part kind);

/* Whether nulls decided, and are a region by themselves. */
int mlops__drift_tells_nulls(const mlops__drift_judged *judged);

/* Judges anew, by a preset, what the functions above have found the measures of. MLOPS_E_NOMEM. */
mlops_status mlops__drift_preset_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                        const struct mlops__column *column,
                                        const mlops__drift_values *reference,
                                        const mlops__drift_values *current,
                                        const mlops__host *host);
mlops_status mlops__drift_preset_categories(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                            const struct mlops__column *reference,
                                            const struct mlops__column *current,
                                            const mlops_allocator *allocator);

/* What of mlops__drift_settle() is a preset's own. */
void mlops__drift_preset_settle(mlops__drift_judged *columns, int64_t n, mlops_drift_preset preset,
                                int64_t *order);

/* How far the effect lies beyond its tolerance: 1 is at it, at most 1,000; -1 without an effect. */
double mlops__drift_gravity(const mlops_drift_column *column);

/* "holm", for options and JSON; "Holm", for people. */
const char *mlops__drift_correction_name(mlops_stats_correction correction, int for_people);

/* "evidently", for options and JSON; "Evidently", for people. */
const char *mlops__drift_preset_name(mlops_drift_preset preset, int for_people);

mlops_status mlops__drift_judge_kept(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                     const struct mlops__reference_column *reference,
                                     const mlops__drift_values *current,
                                     const mlops_allocator *allocator);

#endif
