/* A reference in the making, shared by the files that build one. */
#ifndef MLOPS_PROFILE_BUILD_REFERENCE_BUILD_H
#define MLOPS_PROFILE_BUILD_REFERENCE_BUILD_H

#include "base/arena.h"
#include "column/table.h"
#include "profile/reference.h"

/* An empty reference of so many columns, owned by the caller. MLOPS_E_NOMEM. */
mlops_status mlops__reference_begin(mlops_reference **out, int64_t n_columns, int64_t n_rows,
                                    const mlops__host *host, mlops_error *err);

/* Where the columns are filled in, and the memory that they live in. */
mlops__reference_column *mlops__reference_columns(mlops_reference *self);
mlops__arena *mlops__reference_arena(mlops_reference *self);

/* All columns are filled in: finds names and texts by order from now on. MLOPS_E_CORRUPT if a name
 * stands twice; MLOPS_E_NOMEM. */
mlops_status mlops__reference_finish(mlops_reference *self, mlops_error *err);

/* Leaves the n columns of these indices, in this order. MLOPS_E_NOMEM. */
mlops_status mlops__reference_keep(mlops_reference *self, const int64_t *chosen, int64_t n,
                                   mlops_error *err);

/* Leaves the columns that opts name of a reference that is finished and nobody else has. A name to
 * ignore that it lacks is passed over: it may have been made without. MLOPS_E_SCHEMA names a column
 * that is not there, or says that none is left; MLOPS_E_INVALID, MLOPS_E_NOMEM. */
mlops_status mlops__reference_choose(mlops_reference *self, const mlops_reference_opts *opts,
                                     mlops_error *err);

/* The options as they are meant; and the columns of a table that they choose, in the arena. */
mlops_status mlops__reference_defaults(mlops_reference_opts *out, const mlops_reference_opts *given,
                                       mlops_error *err);
mlops_status mlops__reference_choose_of(const mlops_table *table, const mlops_reference_opts *opts,
                                        mlops__arena *arena, int64_t **out, int64_t *n,
                                        mlops_error *err);

/* Other numbers of columns and rows; those columns that stood there stay. MLOPS_E_NOMEM. */
mlops_status mlops__reference_resize(mlops_reference *self, int64_t n_columns, int64_t n_rows,
                                     mlops_error *err);

/* mlops__reference_finish() of what was made of a table, which has a name twice where a column is
 * called as what is counted of texts: MLOPS_E_SCHEMA. */
mlops_status mlops__reference_finish_new(mlops_reference *self, mlops_error *err);

/* Memory is given back there from now on, which is where the allocator had it from. */
void mlops__reference_leave_to(mlops_reference *self, const mlops__host *host);

/* What one column is made with. */
typedef struct mlops__cells_task {
    const mlops__column *column;
    const mlops__host *host; /* its memory is for what is thrown away */
    mlops__arena *arena;     /* for what stays */
    double *values;          /* n_rows, scratch */
    double *scratch;         /* n_rows */
    int64_t edges_max;
    int whole; /* every value is kept */
} mlops__cells_task;

/* Fills all of out but name and by_text. MLOPS_E_NOMEM. */
mlops_status mlops__cells_numeric(mlops__reference_column *out, const mlops__cells_task *task);
mlops_status mlops__cells_text(mlops__reference_column *out, const mlops__cells_task *task);

/* All of a column but by_text. MLOPS_E_NOMEM. */
mlops_status mlops__reference_make_column(mlops__reference_column *out,
                                          const mlops__cells_task *task, const char *name,
                                          int part);

/* Keeps the n ascending values of the task. MLOPS_E_NOMEM. */
mlops_status mlops__reference_ecdf_make(mlops__reference_column *out, const mlops__cells_task *task,
                                        int64_t n);

/* Section "ECDF" (profile/build/ecdf.h): appends it, or nothing if no values are kept; takes it,
 * with the cells in place that it is held against. MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED,
 * MLOPS_E_NOMEM. */
void mlops__reference_ecdf_put(const mlops_reference *self, mlops__buf *out);
mlops_status mlops__reference_ecdf_take(mlops_reference *self, const uint8_t *bytes, size_t size,
                                        mlops_error *err);

#endif
