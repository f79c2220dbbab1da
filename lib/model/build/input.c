/* Inputs: rows with strides, columns of a table, and CSR, made row-major a block at a time.
 *
 * Owns nothing: inputs are borrowed. Invariants: an input that was checked is read inside its
 * bounds alone; between two blocks of a CSR each entry of the place is the absent one.
 */
#include "model/build/input.h"

#include <string.h>

enum { ROWS_MAX = 256, BYTES = 1 << 18 };

mlops__input mlops__input_of_rows(mlops__row rows, int64_t n_rows, int64_t n_features) {
    return (mlops__input){.kind = MLOPS__INPUT_ROWS,
                          .n_rows = n_rows,
                          .n_features = n_features,
                          .rows = rows,
                          .row_stride = n_features,
                          .column_stride = 1};
}

int mlops__input_in_place(const mlops__input *self) {
    return self->kind == MLOPS__INPUT_ROWS && self->column_stride == 1 &&
           self->row_stride == self->n_features;
}

int64_t mlops__gather_rows(int64_t n_features, size_t number) {
    int64_t n = BYTES / ((int64_t)number * n_features);
    return n < 1 ? 1 : n < ROWS_MAX ? n : ROWS_MAX;
}

static inline void put(const mlops__gather *self, int64_t at, double value) {
    if (self->f64) self->numbers.f64[at] = value;
    else self->numbers.f32[at] = (float)value;
}

/* -- rows ----------------------------------------------------------------------------------- */

static void take_rows(const mlops__gather *self, const mlops__input *input, int64_t first,
                      int64_t n) {
    const mlops__row rows = input->rows;
    int64_t width = input->n_features, step = input->column_stride;
    for (int64_t i = 0; i < n; i++) {
        int64_t from = (first + i) * input->row_stride, to = i * width;
        if (rows.f32 && !self->f64 && step == 1)
            memcpy(self->numbers.f32 + to, rows.f32 + from, (size_t)width * sizeof *rows.f32);
        else if (rows.f32)
            for (int64_t f = 0; f < width; f++)
                put(self, to + f, (double)rows.f32[from + f * step]);
        else
            for (int64_t f = 0; f < width; f++) put(self, to + f, rows.f64[from + f * step]);
    }
}

static int reaches_too_far(const mlops__input *self, size_t number) {
    const int64_t far = PTRDIFF_MAX / (int64_t)number;
    const int64_t counts[] = {self->n_rows, self->n_features};
    const int64_t strides[] = {self->row_stride, self->column_stride};
    int64_t left = far;
    for (int i = 0; i < 2; i++) {
        int64_t last = counts[i] - 1;
        if (last <= 0) continue;
        if (strides[i] < -far || strides[i] > far) return 1;
        int64_t step = strides[i] < 0 ? -strides[i] : strides[i];
        if (step > left / last) return 1;
        left -= step * last;
    }
    return 0;
}

mlops_status mlops__input_check_rows(const mlops__input *self, mlops_error *err) {
    const void *rows = self->rows.f32 ? (const void *)self->rows.f32 : self->rows.f64;
    size_t number = self->rows.f32 ? sizeof(float) : sizeof(double);
    if (self->n_rows && !rows)
        return mlops__fail(err, MLOPS_E_INVALID, "rows is NULL, n_rows is %lld",
                           (long long)self->n_rows);
    if ((uintptr_t)rows % number)
        return mlops__fail(err, MLOPS_E_INVALID, "rows is not aligned to its numbers of %zu bytes",
                           number);
    if (reaches_too_far(self, number))
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "with row_stride %lld and column_stride %lld, %lld rows reach beyond all memory",
            (long long)self->row_stride, (long long)self->column_stride, (long long)self->n_rows);
    return MLOPS_OK;
}

/* -- columns -------------------------------------------------------------------------------- */

float mlops__model_f32(const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_INT64 && mlops__column_valid(column, row))
        return (float)((const int64_t *)column->data)[row];
    return (float)mlops__column_f64(column, row);
}

static void take_column(const mlops__gather *self, const mlops__column *column, int64_t first,
                        int64_t n, int64_t at, int64_t step) {
    const double *reals = column->data;
    if (column->type == MLOPS_TYPE_FLOAT64)
        for (int64_t i = 0; i < n; i++) put(self, at + i * step, reals[first + i]);
    else if (self->f64)
        for (int64_t i = 0; i < n; i++)
            self->numbers.f64[at + i * step] = mlops__column_f64(column, first + i);
    else
        for (int64_t i = 0; i < n; i++)
            self->numbers.f32[at + i * step] = mlops__model_f32(column, first + i);
}

/* -- CSR ------------------------------------------------------------------------------------ */

static inline int64_t start_at(const mlops__csr *csr, int64_t i) {
    return csr->starts32 ? csr->starts32[i] : csr->starts64[i];
}

static inline int64_t feature_at(const mlops__csr *csr, int64_t i) {
    return csr->features32 ? csr->features32[i] : csr->features64[i];
}

static void put_entries(const mlops__gather *self, const mlops__input *input, int64_t first,
                        int64_t n, int clear) {
    const mlops__csr *csr = &input->csr;
    for (int64_t i = 0; i < n; i++) {
        int64_t end = start_at(csr, first + i + 1), to = i * input->n_features;
        for (int64_t k = start_at(csr, first + i); k < end; k++) {
            double value = csr->f32 ? (double)csr->f32[k] : csr->f64[k];
            put(self, to + feature_at(csr, k), clear ? csr->absent : value);
        }
    }
}

static mlops_status check_row(const mlops__input *self, int64_t row, mlops_error *err) {
    const mlops__csr *csr = &self->csr;
    int64_t begin = start_at(csr, row), end = start_at(csr, row + 1), before = -1;
    if (begin < 0 || end < begin || end > csr->n_values)
        return mlops__fail(
            err, MLOPS_E_INVALID, "row %lld is values %lld to %lld of %lld: starts must not fall",
            (long long)row, (long long)begin, (long long)end, (long long)csr->n_values);
    for (int64_t k = begin; k < end; k++) {
        int64_t feature = feature_at(csr, k);
        if (feature < 0 || feature >= self->n_features)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "row %lld has feature %lld; the model has %lld", (long long)row,
                               (long long)feature, (long long)self->n_features);
        if (feature == before)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld has feature %lld twice",
                               (long long)row, (long long)feature);
        if (feature < before)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "row %lld has feature %lld behind %lld; features must ascend",
                               (long long)row, (long long)feature, (long long)before);
        before = feature;
    }
    return MLOPS_OK;
}

mlops_status mlops__input_check_csr(const mlops__input *self, mlops_error *err) {
    const mlops__csr *csr = &self->csr;
    if (self->n_rows < 0 || csr->n_values < 0 || (!csr->starts32 && !csr->starts64))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "n_starts is %lld, one more than there are rows, and n_values %lld",
                           (long long)self->n_rows + 1, (long long)csr->n_values);
    if (csr->n_values && ((!csr->f32 && !csr->f64) || (!csr->features32 && !csr->features64)))
        return mlops__fail(err, MLOPS_E_INVALID, "values or features is NULL, n_values is %lld",
                           (long long)csr->n_values);
    for (int64_t row = 0; row < self->n_rows; row++) MLOPS_TRY(check_row(self, row, err));
    return MLOPS_OK;
}

/* -- blocks --------------------------------------------------------------------------------- */

void mlops__gather_begin(const mlops__gather *self, const mlops__input *input) {
    int64_t n = self->n_rows * input->n_features;
    for (int64_t i = 0; i < n; i++) put(self, i, input->csr.absent);
}

mlops__row mlops__gather_take(const mlops__gather *self, const mlops__input *input, int64_t first,
                              int64_t n) {
    int64_t width = input->n_features;
    if (input->kind == MLOPS__INPUT_ROWS) take_rows(self, input, first, n);
    else if (input->kind == MLOPS__INPUT_CSR) put_entries(self, input, first, n, 0);
    else
        for (int64_t f = 0; f < width; f++)
            take_column(self, input->columns[f], first, n, f, width);
    return (mlops__row){self->f64 ? NULL : self->numbers.f32, self->f64 ? self->numbers.f64 : NULL};
}

void mlops__gather_done(const mlops__gather *self, const mlops__input *input, int64_t first,
                        int64_t n) {
    if (input->kind == MLOPS__INPUT_CSR) put_entries(self, input, first, n, 1);
}
