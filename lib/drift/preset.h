/* What the files of presets share: both sides of a column as counts over the same cells. */
#ifndef MLOPS_DRIFT_PRESET_H
#define MLOPS_DRIFT_PRESET_H

#include "drift/inside.h"

typedef struct mlops__preset_cells {
    int64_t *reference; /* k counts */
    int64_t *current;   /* k counts, in the same block */
    int64_t k;          /* cells that either side uses */
    size_t size;        /* of the block */
} mlops__preset_cells;

/* A cell for each distinct value of two ascending samples, or for each text, in order. They are to
 * be freed, after an error too. MLOPS_E_NOMEM. */
mlops_status mlops__preset_values(mlops__preset_cells *out, const double *x, int64_t n,
                                  const double *y, int64_t m, const mlops_allocator *allocator);
mlops_status mlops__preset_texts(mlops__preset_cells *out, const mlops__drift_tally *x,
                                 const mlops__drift_tally *y, const mlops_allocator *allocator);
void mlops__preset_cells_free(mlops__preset_cells *self, const mlops_allocator *allocator);

/* Number of distinct values of two ascending samples together. */
int64_t mlops__preset_distinct(const double *x, int64_t n, const double *y, int64_t m);

/* Bins of one width, as numpy.histogram has them: open above but for the last. */
enum { MLOPS__PRESET_BINS = 192 };
typedef struct mlops__preset_grid {
    double low;
    double high;
    int64_t k; /* at most MLOPS__PRESET_BINS; 0: the values span more than float64 */
} mlops__preset_grid;

/* By Sturges' rule over both of two ascending samples, or by Doane's over one. */
mlops__preset_grid mlops__preset_sturges(const double *x, int64_t n, const double *y, int64_t m);
mlops__preset_grid mlops__preset_doane(const double *x, int64_t n);

/* Counts of ascending values; returns how many lie in no bin. */
int64_t mlops__preset_count(int64_t *counts, const mlops__preset_grid *grid, const double *values,
                            int64_t n);

/* The bin of a value; -1 if it lies in none, or is NaN. */
int64_t mlops__preset_bin(const mlops__preset_grid *grid, double value);

/* What a column is found to be, by a limit of p or, where there is no p, of the effect. */
void mlops__preset_judge(mlops__drift_judged *out, const char *test, double effect, double p,
                         double limit, int yes);
void mlops__preset_judge_effect(mlops__drift_judged *out, const char *test, double effect,
                                double limit, int yes);

/* NannyML's rule, where both sides have values. Counts of the reference by code, and cells of both.
 * MLOPS_E_NOMEM. */
void mlops__preset_nannyml_values(mlops__drift_judged *out, const struct mlops__column *column,
                                  const mlops__drift_values *reference,
                                  const mlops__drift_values *current);
mlops_status mlops__preset_nannyml_categories(mlops__drift_judged *out,
                                              const struct mlops__column *column,
                                              const mlops__drift_tally *reference,
                                              const mlops__preset_cells *cells,
                                              const mlops_allocator *allocator);

/* TFDV's rule for numbers, where both sides have values; limit 0: none is set. */
void mlops__preset_tfdv_values(mlops__drift_judged *out, const mlops__drift_values *reference,
                               const mlops__drift_values *current, double limit);

#endif
