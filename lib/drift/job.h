/* A comparison while it runs: what is compared, what was found so far, and what it may use. */
#ifndef MLOPS_DRIFT_JOB_H
#define MLOPS_DRIFT_JOB_H

#include "base/arena.h"
#include "drift/judge.h"

#include <mlops/call.h>

/* A reference of either form. */
typedef struct mlops__drift_source {
    const mlops_table *table; /* NULL: kept */
    const mlops_reference *kept;
} mlops__drift_source;

/* One column of both sides. */
typedef struct mlops__drift_pair {
    int64_t reference;
    int64_t current;
    const mlops_table *texts[2]; /* NULL, or what the columns are of instead of the tables */
    int64_t texts_of;            /* column of the current table whose texts are counted, or -1 */
} mlops__drift_pair;

typedef struct mlops__drift_job {
    mlops__drift_source reference;
    const mlops_table *current;
    int in_place; /* values may be sorted where the tables have them */
    mlops__host host;
    mlops__drift_rule rule;
    mlops_drift_opts opts;
    mlops_call call;
    mlops__arena arena;
    mlops__drift_pair *pairs; /* of columns that are compared, in the order of the reference */
    int64_t n;
    mlops_table **texts; /* described ones, both sides in turn */
    int64_t n_texts;
    int64_t begun; /* index of the first column of the loop that runs */
    mlops__drift_judged *judged;
    int64_t *order;
    double **rooms; /* working memory, NULL until it is needed; no two columns in work share one */
    size_t room_size;
    int64_t kept_rows; /* values of the longest column that a reference keeps whole */
    int32_t by_worker; /* a worker has its own, else a column of the loop */
} mlops__drift_job;

/* Takes the options, and an arena of the host: mlops__drift_job_end() is due, also after an error.
 * rows: of both sides there are rows. */
mlops_status mlops__drift_job_begin(mlops__drift_job *self, const mlops_drift_opts *opts, int rows,
                                    mlops_error *err);
void mlops__drift_job_end(mlops__drift_job *self);

/* Fills pairs. */
mlops_status mlops__drift_job_bind(mlops__drift_job *self, mlops_error *err);

/* Whether columns of the two types can be compared. */
mlops_status mlops__drift_job_kinds(const char *name, mlops_type reference, mlops_type current,
                                    mlops_error *err);

/* Bytes of working memory that judging one column of the tables takes; SIZE_MAX: too many. */
size_t mlops__drift_job_room(const mlops__drift_job *self);

/* Judges the columns from first to end - 1. */
mlops_status mlops__drift_job_judge(mlops__drift_job *self, int64_t first, int64_t end,
                                    mlops_error *err);

/* Whether to go on, after so many columns. */
mlops_status mlops__drift_job_poll(const mlops__drift_job *self, int64_t done, mlops_error *err);

/* The report, when all are judged; its memory is the host's. */
mlops_status mlops__drift_job_settle(mlops_drift **out, mlops__drift_job *self,
                                     const mlops__host *host, mlops_error *err);

#endif
