/* Filters of runs: what the names in one mean, and which of some runs it picks. */
#ifndef MLOPS_TRACK_FILTER_H
#define MLOPS_TRACK_FILTER_H

#include "expr/expr.h"
#include "store/record.h"
#include "track/track.h"

enum { MLOPS__FILTER_BLOCK = MLOPS__EXPR_BLOCK /* runs that are looked at together */ };

/* The run's own columns, first of those of a search. */
typedef struct mlops__run_column {
    const char *name;
    mlops_type type;
} mlops__run_column;

enum { MLOPS__RUN_COLUMNS = 11, MLOPS__RUN_EXPERIMENT = 1, MLOPS__RUN_STATUS = 3 };
extern const mlops__run_column mlops__run_columns[MLOPS__RUN_COLUMNS];

/* Names of a filter, each once, by slot. */
typedef struct mlops__filter_name {
    const char *canonical;
    const char *key;    /* of a param, metric or tag */
    mlops__table table; /* PARAMS, METRICS or TAGS; RUNS: the run's own, by column */
    int column;
    int64_t unit; /* nanoseconds that the own number counts */
} mlops__filter_name;

typedef struct mlops__filter {
    const mlops__host *host;
    mlops__arena arena; /* of names */
    mlops__expr *expr;  /* NULL: picks all */
    mlops__filter_name *names;
    size_t n_names, cap;
    void *scratch;
    size_t scratch_size;
} mlops__filter;

/* text may be NULL. What was begun is to be ended, also after an error. */
mlops_status mlops__filter_begin(mlops__filter *self, const char *text, const mlops__host *host,
                                 mlops_error *err);
void mlops__filter_end(mlops__filter *self);

/* picked[i] of up to MLOPS__FILTER_BLOCK runs. */
mlops_status mlops__filter_pick(mlops__filter *self, mlops__index *index,
                                const char (*runs)[MLOPS__RUN_TEXT], int64_t n, uint8_t *picked,
                                mlops_error *err);

#endif
