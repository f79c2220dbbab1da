/* What the ways to compare two samples of rows share: the samples themselves, rows of them as
 * numbers, and the work of one call. */
#ifndef MLOPS_MULTIVARIATE_MULTIVARIATE_H
#define MLOPS_MULTIVARIATE_MULTIVARIATE_H

#include "base/arena.h"
#include "base/mix.h"
#include "column/table.h"
#include "kern/kern.h"

#include <mlops/call.h>
#include <mlops/multivariate.h>

/* Rows of one side: of a table, or of a matrix. */
typedef struct mlops__side {
    int64_t n;
    const mlops__column **columns; /* NULL: a matrix */
    const float *f32;
    const double *f64;
    int64_t row_stride;
    int64_t column_stride;
} mlops__side;

/* Texts of a column of both tables, numbered as they sort. */
typedef struct mlops__words {
    int64_t n;         /* 0: it holds numbers */
    int32_t *codes[2]; /* number of each text of either side */
} mlops__words;

struct mlops_multivariate {
    mlops__host host;
    const mlops__kern *kern;
    mlops__arena arena;   /* all that follows */
    mlops__side sides[2]; /* reference, current */
    mlops__words *words;  /* of each column; NULL of matrices */
    int64_t n;            /* rows of both */
    int64_t d;            /* columns */
    int standard;         /* scaled */
};

/* ---- the work of a call ---- */

typedef struct mlops__work {
    const mlops_multivariate *samples;
    mlops_call call;
    mlops__arena arena; /* of working memory */
    const char *name;   /* in messages */
    int64_t done, total;
    mlops_status status; /* why there was no room */
    mlops_error *err;
} mlops__work;

/* What is begun is to be ended, whether it succeeds or not. self or given: MLOPS_E_INVALID. */
mlops_status mlops__work_begin(mlops__work *self, const char *name,
                               const mlops_multivariate *samples, const mlops_call *given,
                               mlops_error *err);
void mlops__work_end(mlops__work *self);

/* Zeroed memory; else NULL, with status and its message: MLOPS_E_NOMEM, MLOPS_E_LIMIT. */
void *mlops__work_room(mlops__work *self, int64_t n, size_t size);

#define MLOPS__ROOM(work, p, n)                                                                    \
    do {                                                                                           \
        (p) = mlops__work_room(work, n, sizeof *(p));                                              \
        if (!(p)) return (work)->status;                                                           \
    } while (0)

/* How many of n pieces of work run at once. */
int64_t mlops__work_width(const mlops__work *self, int64_t n);

/* Tells of progress, and returns MLOPS_E_CANCELLED or MLOPS_E_DEADLINE if that is the answer. */
mlops_status mlops__work_poll(mlops__work *self);

/* Runs n pieces, each of which counts as done. What they get as worker is below
 * mlops__work_width(self, n), and another one for each of those that run at once. */
mlops_status mlops__work_run(mlops__work *self, int64_t n, mlops_task task, void *user);

/* ---- rows as numbers ---- */

typedef enum mlops__encoding {
    MLOPS__HOT,   /* a place for each frequent text, one for all others, one for what is missing */
    MLOPS__RANK,  /* one place a column; of texts their rank by frequency; missing is NaN */
    MLOPS__COUNTS /* one place a column; of texts how often they occur */
} mlops__encoding;

/* One number of a row. */
typedef struct mlops__place {
    int64_t column;
    int64_t slot; /* of a text; else one of the below */
} mlops__place;

enum { MLOPS__VALUE = -1, MLOPS__MISSING = -2 };

/* How rows become numbers: decided by some of the rows alone, so that who is judged has no part in
 * it. */
typedef struct mlops__frame {
    const mlops_multivariate *samples;
    int64_t d; /* places */
    mlops__place *places;
    double *mean;    /* of each place */
    double *scale;   /* by what a value less its mean is multiplied */
    double **values; /* of columns of texts, by number: slot, rank or count */
    double *missing; /* of columns of texts: what stands for no text */
} mlops__frame;

/* sides 2: every row of both decides; 1: one of each step rows of the reference. */
mlops_status mlops__frame_make(mlops__frame *self, mlops__work *work, mlops__encoding encoding,
                               int sides, int64_t step);

/* Rows first to first + n - 1, those of the reference ahead of the current ones: less the mean of
 * their place, scaled, at most 1e60 in size, and 0 where a value is missing. */
void mlops__rows_take(const mlops__frame *self, int64_t first, int64_t n, double *out);

/* The same of one of each step rows of the reference, which decide. */
void mlops__rows_take_each(const mlops__frame *self, int64_t step, int64_t first, int64_t n,
                           double *out);

/* One number of a row of a side, as it is. */
double mlops__rows_cell(const mlops__frame *self, int side, int64_t row, int64_t place);

/* One of so many, from 0, by a draw that no period of rows keeps step with. */
static inline int64_t mlops__rows_draw(int64_t index, int64_t n) {
    return (int64_t)(mlops__mix((uint64_t)index + MLOPS__MIX_STEP) % (uint64_t)n);
}

/* Row i of k: one of the i-th of k even parts of n. */
static inline int64_t mlops__rows_spaced(int64_t i, int64_t n, int64_t k) {
    const int64_t first = i * (n / k) + i * (n % k) / k;
    const int64_t next = (i + 1) * (n / k) + (i + 1) * (n % k) / k;
    return first + mlops__rows_draw(i, next - first);
}

/* Row i of those that decide: one of each step rows of n. */
static inline int64_t mlops__rows_chosen(int64_t i, int64_t n, int64_t step) {
    const int64_t left = n - i * step;
    return step == 1 ? i : i * step + mlops__rows_draw(i, left < step ? left : step);
}

/* Name of a column; of matrices written to spare. */
const char *mlops__rows_name(const mlops_multivariate *self, int64_t column, char spare[24]);

/* ---- results ---- */

/* What every result begins with; all measures are NaN. */
mlops_multivariate_result mlops__multivariate_begin(const mlops_multivariate *self,
                                                    const char *test);

/* Drift, where the lower bound exceeds the tolerance; none, where the effect is within the
 * tolerance and the upper bound within twice that, both counted from nothing on; else not enough
 * data. */
mlops_drift_verdict mlops__multivariate_judge(const mlops_multivariate_result *found,
                                              double nothing, int64_t rows_min);

#endif
