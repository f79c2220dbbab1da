/* What rows are read from: where they stand, and how a block of them becomes row-major. */
#ifndef MLOPS_MODEL_INPUT_H
#define MLOPS_MODEL_INPUT_H

#include "column/table.h"
#include "model/run/plan.h"

typedef enum mlops__input_kind {
    MLOPS__INPUT_NONE,
    MLOPS__INPUT_ROWS,
    MLOPS__INPUT_COLUMNS,
    MLOPS__INPUT_CSR
} mlops__input_kind;

/* Values are of one type, features and starts both of one. */
typedef struct mlops__csr {
    const float *f32;
    const double *f64;
    const int32_t *features32, *starts32;
    const int64_t *features64, *starts64;
    int64_t n_values;
    double absent; /* what an entry is that is not there */
} mlops__csr;

typedef struct mlops__input {
    mlops__input_kind kind;
    int64_t n_rows;
    int64_t n_features;
    mlops__row rows;
    int64_t row_stride, column_stride;   /* in numbers */
    const mlops__column *const *columns; /* one a feature */
    mlops__csr csr;
} mlops__input;

mlops__input mlops__input_of_rows(mlops__row rows, int64_t n_rows, int64_t n_features);

/* True if they are rows one behind the other, which are read where they stand. */
int mlops__input_in_place(const mlops__input *self);

/* A place for n_rows row-major rows of one type. */
typedef struct mlops__gather {
    mlops__sums numbers;
    int64_t n_rows;
    int f64;
} mlops__gather;

/* Rows that a place has: 1 to 256, so that the caches hold it. */
int64_t mlops__gather_rows(int64_t n_features, size_t number);

/* Before the first rows of a CSR are gathered: makes all entries absent. */
void mlops__gather_begin(const mlops__gather *self, const mlops__input *input);

/* n rows of the input, at most n_rows, and behind their use what a CSR needs to go on. */
mlops__row mlops__gather_take(const mlops__gather *self, const mlops__input *input, int64_t first,
                              int64_t n);
void mlops__gather_done(const mlops__gather *self, const mlops__input *input, int64_t first,
                        int64_t n);

/* A cell as the trainer's own conversion to float has it. */
float mlops__model_f32(const mlops__column *column, int64_t row);

/* MLOPS_E_INVALID says what is wrong. */
mlops_status mlops__input_check_rows(const mlops__input *self, mlops_error *err);
mlops_status mlops__input_check_csr(const mlops__input *self, mlops_error *err);

#endif
