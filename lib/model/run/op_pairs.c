/* What each row makes with each column of a matrix: linear models, kernels of support vectors,
 * distances.
 *
 * Owns the blocks in which sums are made. Invariant: rows are independent; sums and what is made of
 * them are in f64, rounded once. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

enum { ROWS = 4, COLUMNS = 64 };

/* Sums of the block that begins at row and column. */
typedef struct blocks {
    mlops__pairs_sum *sum;
    mlops__pairs pairs;
    const float *x, *w;
    int64_t n_rows, n_columns;
    int64_t row, column;
    double sums[ROWS * COLUMNS];
} blocks;

/* The block before the first one. */
static void begin(blocks *self, const mlops__step *step, mlops__pairs_of of) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *w = mlops__step_in(step, 1);
    const mlops__kern *kern = step->run->kern;
    self->sum = kern ? kern->pairs_sum : mlops__pairs_sum_scalar;
    self->n_rows = x->dims[0], self->n_columns = w->dims[1];
    self->x = x->data, self->w = w->data;
    self->row = self->column = 0;
    self->pairs = (mlops__pairs){.y = self->sums, .k = w->dims[0], .w_row = w->dims[1], .of = of};
}

static int next(blocks *self) {
    mlops__pairs *pairs = &self->pairs;
    self->column += pairs->n;
    if (pairs->n == 0 || self->column == self->n_columns) {
        self->row += pairs->m;
        self->column = 0;
    }
    int64_t rows = self->n_rows - self->row, columns = self->n_columns - self->column;
    if (rows == 0 || columns == 0) return 0;
    pairs->m = rows < ROWS ? rows : ROWS;
    pairs->n = columns < COLUMNS ? columns : COLUMNS;
    pairs->x = self->x + self->row * pairs->k;
    pairs->w = self->w + self->column;
    self->sum(pairs);
    return 1;
}

/* Rows with as many features as the matrix has rows, of f32 but for distances. */
static int fit(const mlops__step *step, uint32_t dtypes) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *w = mlops__step_in(step, 1);
    return mlops__step_same(step, 2, dtypes) && x->rank == 2 && w->rank == 2 &&
           x->dims[1] == w->dims[0];
}

static mlops_status out_of(const mlops__step *step, void *to) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t dims[] = {x->dims[0], mlops__step_in(step, 1)->dims[1]};
    return mlops__step_out(step, 0, x->dtype, 2, dims, to);
}

/* Where a row of the block goes. */
static float *row_of(const blocks *self, float *to, int64_t i) {
    return to + (self->row + i) * self->n_columns + self->column;
}

mlops_status mlops__op_linear(const mlops__step *step) {
    const mlops__graph_view *b = mlops__step_in(step, 2);
    blocks at;
    float *to;
    if (!fit(step, 1 << MLOPS__GRAPH_F32) ||
        (b && (!mlops__is_f32(b, 1) || b->dims[0] != mlops__step_in(step, 1)->dims[1])))
        return mlops__step_fail(step, "rows have other features than the model");
    MLOPS_TRY(out_of(step, &to));
    begin(&at, step, MLOPS__PAIRS_PRODUCT);
    while (next(&at))
        for (int64_t i = 0; i < at.pairs.m; i++) {
            const double *sums = at.sums + i * at.pairs.n;
            float *row = row_of(&at, to, i);
            for (int64_t j = 0; j < at.pairs.n; j++)
                row[j] = (float)(b ? sums[j] + (double)((const float *)b->data)[at.column + j]
                                   : sums[j]);
        }
    return MLOPS_OK;
}

/* What parts add to a row's sums of some columns: those of f32 products, others a row of w. */
static void add_parts(const mlops__step *step, int64_t row, int64_t column, int64_t n,
                      double *sums) {
    const mlops__graph_view *w = mlops__step_in(step, 0), *widths = mlops__step_in(step, 2);
    const float *from = (const float *)w->data + column;
    int64_t t = w->dims[1];
    for (int64_t k = 0; k < widths->dims[0]; k++) {
        const mlops__graph_view *part = mlops__step_in(step, 3 + (uint32_t)k);
        int64_t width = ((const int64_t *)widths->data)[k];
        if (part->dtype == MLOPS__GRAPH_I64) {
            int64_t place = ((const int64_t *)part->data)[row];
            if (place >= 0 && place < width)
                for (int64_t j = 0; j < n; j++) sums[j] += (double)from[place * t + j];
        } else {
            const float *x = (const float *)part->data + row * width;
            for (int64_t l = 0; l < width; l++)
                for (int64_t j = 0; j < n; j++) sums[j] += (double)x[l] * (double)from[l * t + j];
        }
        from += width * t;
    }
}

/* True if parts have as many rows as the first one, and the widths add up. */
static int parts_fit(const mlops__step *step, int64_t n) {
    const mlops__graph_view *w = mlops__step_in(step, 0), *widths = mlops__step_in(step, 2);
    int64_t left = w->dims[0], count;
    if (widths->dtype != MLOPS__GRAPH_I64 || widths->rank != 1 ||
        widths->dims[0] != (int64_t)step->n_inputs - 3)
        return 0;
    for (int64_t k = 0; k < widths->dims[0]; k++) {
        const mlops__graph_view *part = mlops__step_in(step, 3 + (uint32_t)k);
        int64_t width = ((const int64_t *)widths->data)[k];
        int is_place = part->dtype == MLOPS__GRAPH_I64;
        if (width < 0 || width > left || (!is_place && part->dtype != MLOPS__GRAPH_F32) ||
            !mlops__times(n, is_place ? 1 : width, &count) || mlops__view_count(part) != count)
            return 0;
        left -= width;
    }
    return left == 0;
}

mlops_status mlops__op_lookup(const mlops__step *step) {
    const mlops__graph_view *w = mlops__step_in(step, 0), *b = mlops__step_in(step, 1);
    const mlops__graph_view *first = mlops__step_in(step, 3);
    float *to;
    if (!mlops__is_f32(w, 2) || !mlops__is_f32(b, 1) || b->dims[0] != w->dims[1] ||
        first->rank < 1 || !parts_fit(step, first->dims[0]))
        return mlops__step_fail(step, "parts, their widths and the model do not fit");
    int64_t dims[] = {first->dims[0], w->dims[1]};
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, 2, dims, &to));
    for (int64_t i = 0; i < dims[0]; i++)
        for (int64_t at = 0, n; at < dims[1]; at += n) {
            double sums[COLUMNS] = {0.0};
            n = dims[1] - at < COLUMNS ? dims[1] - at : COLUMNS;
            add_parts(step, i, at, n, sums);
            for (int64_t j = 0; j < n; j++)
                *to++ = (float)(sums[j] + (double)((const float *)b->data)[at + j]);
        }
    return MLOPS_OK;
}

static void kernels_of(const mlops__step *step, double *sums, int64_t n, float *to) {
    int64_t kernel = mlops__step_int(step, 0);
    double gamma = mlops__step_float(step, 0), coef0 = mlops__step_float(step, 1);
    double degree = mlops__step_float(step, 2);
    if (kernel == MLOPS__KERNEL_RBF) mlops__step_exp(step)(sums, n, -gamma);
    for (int64_t j = 0; j < n; j++) {
        if (kernel == MLOPS__KERNEL_POLY) sums[j] = mlops__pow(gamma * sums[j] + coef0, degree);
        else if (kernel == MLOPS__KERNEL_SIGMOID) sums[j] = mlops__tanh(gamma * sums[j] + coef0);
    }
    for (int64_t j = 0; j < n; j++) to[j] = (float)sums[j];
}

mlops_status mlops__op_kernel(const mlops__step *step) {
    int is_rbf = mlops__step_int(step, 0) == MLOPS__KERNEL_RBF;
    blocks at;
    float *to;
    if (!fit(step, 1 << MLOPS__GRAPH_F32))
        return mlops__step_fail(step, "rows have other features than the model");
    MLOPS_TRY(out_of(step, &to));
    begin(&at, step, is_rbf ? MLOPS__PAIRS_SQUARE : MLOPS__PAIRS_PRODUCT);
    while (next(&at))
        for (int64_t i = 0; i < at.pairs.m; i++)
            kernels_of(step, at.sums + i * at.pairs.n, at.pairs.n, row_of(&at, to, i));
    return MLOPS_OK;
}

static void distances(const mlops__step *step, int root, double *to) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *w = mlops__step_in(step, 1);
    const double *row = x->data;
    int64_t m = w->dims[1];
    for (int64_t i = 0; i < x->dims[0]; i++, row += w->dims[0], to += m) {
        const double *y = w->data;
        for (int64_t j = 0; j < m; j++) to[j] = 0.0;
        for (int64_t k = 0; k < w->dims[0]; k++, y += m)
            for (int64_t j = 0; j < m; j++) to[j] += (row[k] - y[j]) * (row[k] - y[j]);
        for (int64_t j = 0; root && j < m; j++) to[j] = mlops__sqrt(to[j]);
    }
}

mlops_status mlops__op_cdist(const mlops__step *step) {
    int root = mlops__step_int(step, 0) != 0, rounded = mlops__step_int(step, 1) != 0;
    blocks at;
    void *to;
    if (!fit(step, MLOPS__REALS))
        return mlops__step_fail(step, "no matrices of reals, or dims do not fit each other");
    MLOPS_TRY(out_of(step, &to));
    if (mlops__step_in(step, 0)->dtype == MLOPS__GRAPH_F64) {
        distances(step, root, to);
        return MLOPS_OK;
    }
    begin(&at, step, rounded ? MLOPS__PAIRS_ROUNDED : MLOPS__PAIRS_SQUARE);
    while (next(&at))
        for (int64_t i = 0; i < at.pairs.m; i++) {
            const double *sums = at.sums + i * at.pairs.n;
            float *row = row_of(&at, to, i);
            for (int64_t j = 0; j < at.pairs.n; j++)
                row[j] = (float)(root ? mlops__sqrt(sums[j]) : sums[j]);
        }
    return MLOPS_OK;
}
