/* A table that is made row by row: what listings return. */
#ifndef MLOPS_COLUMN_ROWS_H
#define MLOPS_COLUMN_ROWS_H

#include "column/table.h"

typedef struct mlops__rows_column {
    const char *name;
    mlops_type type; /* MLOPS_TYPE_NULL takes nulls alone */
} mlops__rows_column;

/* Cells go in from left to right, row after row. Errors stick; mlops__rows_end() tells of them. */
typedef struct mlops__rows {
    mlops_table *table;
    int64_t n_rows; /* whole ones */
    int64_t column; /* of the next cell */
    mlops_status status;
} mlops__rows;

/* Columns are copied. What was begun is to be ended. */
mlops_status mlops__rows_begin(mlops__rows *self, const mlops__host *host,
                               const mlops__rows_column *columns, int64_t n_columns,
                               mlops_error *err);

void mlops__rows_null(mlops__rows *self);
void mlops__rows_text(mlops__rows *self, const char *text); /* NULL: null */
void mlops__rows_text_n(mlops__rows *self, const void *text, size_t n);
void mlops__rows_again(mlops__rows *self); /* the text that the row ahead has, which there is */
void mlops__rows_i64(mlops__rows *self, int64_t value);
void mlops__rows_f64(mlops__rows *self, double value);
void mlops__rows_bool(mlops__rows *self, int value);

/* Room for so many rows in all, and as many texts of a column: no more than will come. */
void mlops__rows_reserve(mlops__rows *self, int64_t n_rows);
void mlops__rows_reserve_texts(mlops__rows *self, int64_t column, int64_t n);

/* A text that a column will be given soon, so that memory comes while other work is done. */
void mlops__rows_expect(const mlops__rows *self, int64_t column, const char *text, size_t n);

/* The table, or nothing of it if status (of the caller's own work so far) is no success. Returns
 * the first of status and what went wrong here. */
mlops_status mlops__rows_end(mlops__rows *self, mlops_status status, mlops_table **out,
                             mlops_error *err);

#endif
