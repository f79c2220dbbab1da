/* Which rows are held out. docs/dataset.md says how, so that anybody can draw again. */
#ifndef MLOPS_DATASET_SPLIT_H
#define MLOPS_DATASET_SPLIT_H

#include "column/table.h"

#include <mlops/draft.h>

typedef struct mlops__draw {
    mlops_split kind;
    double share; /* above 0 and below 1 */
    uint64_t seed;
    const mlops__column *column; /* NULL for MLOPS_SPLIT_RANDOM */
    int64_t n_rows;
} mlops__draw;

/* Sets bit i % 8 of byte i / 8 for each row i that is held out, in bits that are zero, and counts
 * them. MLOPS_E_NOMEM; MLOPS_E_LIMIT beyond 2^31 strata. */
mlops_status mlops__draw_rows(const mlops__draw *self, const mlops_allocator *allocator,
                              uint8_t *bits, int64_t *n);

/* Whether texts, if the column has texts, can be ordered by time: MLOPS_E_SCHEMA names the first
 * one that is no ISO 8601 or of another form than those before it. */
mlops_status mlops__times_check(const mlops__column *column, const char *name, int64_t n_rows,
                                mlops_error *err);

/* Whether a row has a time, and a number for each row that grows with it (of one without: 0). */
int mlops__has_time(const mlops__column *column, int64_t row);
mlops_status mlops__times_of(const mlops__column *column, int64_t n_rows,
                             const mlops_allocator *allocator, uint64_t *out);

#endif
