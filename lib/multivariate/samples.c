/* Two samples of rows, of tables or matrices, and rows taken from them.
 *
 * Owns the centre and the scale of each column, both of the reference. Invariant: what is taken is
 * finite and at most 1e60 in size, so that no sum of squares of it overflows.
 */
#include "base/opts.h"
#include "base/real.h"
#include "column/column_store.h"
#include "multivariate/multivariate.h"

#include <string.h>

enum { BLOCK = 64, ROWS_MAX_BITS = 40, COLUMNS_MAX = 65536 };

#define SIZE_MOST 1e60

static int is_finite(double x) { return x - x == 0.0; }

static double cell(const mlops__side *side, int64_t row, int64_t column) {
    if (side->columns) return mlops__column_f64(side->columns[column], row);
    const int64_t at = row * side->row_stride + column * side->column_stride;
    return side->f32 ? (double)side->f32[at] : side->f64[at];
}

void mlops__rows_take_column(const mlops_multivariate *self, int side, int64_t column,
                             int64_t first, int64_t n, double *out) {
    for (int64_t i = 0; i < n; i++) out[i] = cell(&self->sides[side], first + i, column);
}

static double held(double x) {
    if (!is_finite(x)) return x != x ? 0.0 : x > 0 ? SIZE_MOST : -SIZE_MOST;
    return x > SIZE_MOST ? SIZE_MOST : x < -SIZE_MOST ? -SIZE_MOST : x;
}

static void take(const mlops_multivariate *self, const mlops__side *side, int64_t first, int64_t n,
                 double *out) {
    const int64_t d = self->d;
    /* A table is read column by column. */
    const int64_t step = side->columns ? n : 1;
    for (int64_t begin = 0; begin < n; begin += step)
        for (int64_t c = 0; c < d; c++)
            for (int64_t i = begin; i < begin + step; i++) {
                const double x = cell(side, first + i, c);
                out[i * d + c] = is_finite(x) ? held((x - self->mean[c]) * self->scale[c]) : 0.0;
            }
}

void mlops__rows_take(const mlops_multivariate *self, int64_t first, int64_t n, double *out) {
    const int64_t border = self->sides[0].n;
    int64_t own = first < border ? border - first : 0;
    if (own > n) own = n;
    if (own) take(self, &self->sides[0], first, own, out);
    if (n > own) take(self, &self->sides[1], first + own - border, n - own, out + own * self->d);
}

/* ---- centre and scale ---- */

/* Of each column the sum of finite values to the power given, less their mean, and their number. */
static void add_up(const mlops_multivariate *self, int power, double *sums, double *counts) {
    const mlops__side *side = &self->sides[0];
    for (int64_t c = 0; c < self->d; c++) sums[c] = counts[c] = 0.0;
    for (int64_t first = 0; first < side->n; first += BLOCK)
        for (int64_t c = 0; c < self->d; c++)
            for (int64_t i = first; i < first + BLOCK && i < side->n; i++) {
                const double x = cell(side, i, c) - self->mean[c];
                if (!is_finite(x)) continue;
                sums[c] += power == 1 ? x : x * x;
                counts[c] += 1.0;
            }
}

static mlops_status find_scale(mlops_multivariate *self, int standard, mlops_error *err) {
    const size_t d = (size_t)self->d;
    double *sums = mlops__arena_array(&self->arena, d, 2 * sizeof *sums);
    self->mean = mlops__arena_array(&self->arena, d, sizeof *self->mean);
    self->scale = mlops__arena_array(&self->arena, d, sizeof *self->scale);
    if (!sums || !self->mean || !self->scale) return mlops__fail_nomem(err, 4 * d * sizeof *sums);
    add_up(self, 1, sums, sums + d);
    for (size_t c = 0; c < d; c++) {
        self->mean[c] = sums[d + c] > 0 ? sums[c] / sums[d + c] : 0.0;
        if (!is_finite(self->mean[c])) self->mean[c] = 0.0;
    }
    if (standard) add_up(self, 2, sums, sums + d);
    for (size_t c = 0; c < d; c++) {
        const double sd = standard && sums[d + c] > 0 ? mlops__sqrt(sums[c] / sums[d + c]) : 1.0;
        const double size = self->mean[c] < 0 ? -self->mean[c] : self->mean[c];
        /* A constant that no double is has a deviation of what its mean was rounded by. */
        self->scale[c] = is_finite(sd) && sd > 1e-14 * size ? 1.0 / sd : 1.0;
        if (!is_finite(self->scale[c])) self->scale[c] = 1.0;
    }
    return MLOPS_OK;
}

/* ---- binding ---- */

static int is_named(const char *name, const char *const *names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return 1;
    return 0;
}

static mlops_status find_column(const mlops__column **out, const mlops_table *table,
                                const char *which, const char *name, mlops_error *err) {
    char hint[MLOPS__HINT];
    const int64_t index = mlops_table_find(table, name);
    if (index < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA, "multivariate: the %s table has no column '%s'%s",
                           which, name, mlops__table_hint(table, hint));
    *out = mlops__table_column(table, index);
    if ((*out)->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "multivariate: column '%s' of the %s table holds strings; it must be "
                       "numeric or bool",
                       name, which);
}

static mlops_status bind(mlops_multivariate *self, const mlops_table *reference,
                         const mlops_table *current, const mlops_multivariate_opts *opts,
                         mlops_error *err) {
    const char **keep, **drop;
    int64_t n_keep, n_drop;
    const mlops_table *tables[] = {reference, current};
    MLOPS_TRY(mlops__names_parse(&self->arena, opts->columns, &keep, &n_keep, err));
    MLOPS_TRY(mlops__names_parse(&self->arena, opts->ignore, &drop, &n_drop, err));
    const int64_t n = opts->columns ? n_keep : mlops_table_n_columns(reference);
    for (int s = 0; s < 2; s++) {
        self->sides[s].n = mlops_table_n_rows(tables[s]);
        self->sides[s].columns =
            mlops__arena_array(&self->arena, (size_t)n, sizeof *self->sides[s].columns);
        if (!self->sides[s].columns) return mlops__fail_nomem(err, (size_t)n * sizeof(void *));
    }
    for (int64_t i = 0; i < n_drop; i++)
        if (mlops_table_find(reference, drop[i]) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "multivariate: ignore names '%s', which the reference table has not",
                               drop[i]);
    for (int64_t i = 0; i < n; i++) {
        const char *name = opts->columns ? keep[i] : mlops_table_name(reference, i);
        if (is_named(name, drop, n_drop)) continue;
        if (!opts->columns && mlops_table_type(reference, i) == MLOPS_TYPE_STRING) continue;
        for (int s = 0; s < 2; s++)
            MLOPS_TRY(find_column(&self->sides[s].columns[self->d], tables[s],
                                  s ? "current" : "reference", name, err));
        self->d++;
    }
    if (self->d > 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "multivariate: no column is left that is numeric or bool");
}

/* ---- samples ---- */

static mlops_status begin(mlops_multivariate **out, mlops_multivariate_opts *opts,
                          const mlops_multivariate_opts *given, mlops_error *err) {
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_multivariate_opts", err));
    if (opts->flags || opts->reserved || (unsigned)opts->scale > MLOPS_MULTIVARIATE_SCALE_NONE)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_multivariate_opts: flags and reserved must be 0, scale one of "
                           "its enum");
    MLOPS_TRY(mlops__host_init(&host, opts->host, err));
    mlops_multivariate *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    self->kern = mlops__kern_for(host.cpu);
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    *out = self;
    return MLOPS_OK;
}

void mlops_multivariate_free(mlops_multivariate *self) {
    if (!self) return;
    const mlops_allocator allocator = self->host.allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

/* Hands out the samples, or nothing of them. */
static mlops_status end(mlops_multivariate **out, mlops_status status, int standard,
                        mlops_error *err) {
    mlops_multivariate *self = *out;
    if (status == MLOPS_OK) {
        self->n = self->sides[0].n + self->sides[1].n;
        status = find_scale(self, standard, err);
    }
    if (status == MLOPS_OK) return status;
    mlops_multivariate_free(self);
    *out = NULL;
    return status;
}

mlops_status mlops_multivariate_tables(mlops_multivariate **out, const mlops_table *reference,
                                       const mlops_table *current,
                                       const mlops_multivariate_opts *given, mlops_error *err) {
    mlops_multivariate_opts opts;
    MLOPS_TRY(begin(out, &opts, given, err));
    mlops_status status = bind(*out, reference, current, &opts, err);
    return end(out, status, opts.scale != MLOPS_MULTIVARIATE_SCALE_NONE, err);
}

static mlops_status take_matrices(mlops_multivariate **out, const mlops__side sides[2],
                                  int64_t n_columns, const mlops_multivariate_opts *given,
                                  mlops_error *err) {
    mlops_multivariate_opts opts;
    MLOPS_TRY(begin(out, &opts, given, err));
    mlops_status status = MLOPS_OK;
    if (opts.columns || opts.ignore)
        status = mlops__fail(err, MLOPS_E_INVALID,
                             "mlops_multivariate_opts: columns and ignore are of tables alone");
    else if (n_columns < 1 || n_columns > COLUMNS_MAX)
        status = mlops__fail(err, MLOPS_E_INVALID, "multivariate: n_columns must be 1 to %d",
                             COLUMNS_MAX);
    for (int s = 0; s < 2 && status == MLOPS_OK; s++)
        if (sides[s].n < 0 || sides[s].n >> ROWS_MAX_BITS ||
            (sides[s].n > 0 && !sides[s].f32 && !sides[s].f64))
            status =
                mlops__fail(err, MLOPS_E_INVALID, "multivariate: the %s has %lld rows, or is NULL",
                            s ? "current sample" : "reference", (long long)sides[s].n);
    (*out)->sides[0] = sides[0];
    (*out)->sides[1] = sides[1];
    (*out)->d = n_columns;
    return end(out, status, opts.scale == MLOPS_MULTIVARIATE_SCALE_STANDARD, err);
}

mlops_status mlops_multivariate_rows(mlops_multivariate **out, const float *reference,
                                     int64_t n_reference, const float *current, int64_t n_current,
                                     int64_t n_columns, int64_t reference_row_stride,
                                     int64_t reference_column_stride, int64_t current_row_stride,
                                     int64_t current_column_stride,
                                     const mlops_multivariate_opts *opts, mlops_error *err) {
    const mlops__side sides[] = {
        {n_reference, NULL, reference, NULL, reference_row_stride, reference_column_stride},
        {n_current, NULL, current, NULL, current_row_stride, current_column_stride}};
    return take_matrices(out, sides, n_columns, opts, err);
}

mlops_status mlops_multivariate_rows_f64(mlops_multivariate **out, const double *reference,
                                         int64_t n_reference, const double *current,
                                         int64_t n_current, int64_t n_columns,
                                         int64_t reference_row_stride,
                                         int64_t reference_column_stride,
                                         int64_t current_row_stride, int64_t current_column_stride,
                                         const mlops_multivariate_opts *opts, mlops_error *err) {
    const mlops__side sides[] = {
        {n_reference, NULL, NULL, reference, reference_row_stride, reference_column_stride},
        {n_current, NULL, NULL, current, current_row_stride, current_column_stride}};
    return take_matrices(out, sides, n_columns, opts, err);
}

/* ---- results ---- */

mlops_multivariate_result mlops__multivariate_begin(const mlops_multivariate *self,
                                                    const char *test) {
    const double nan = mlops__not_a_number();
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    out.test = test;
    out.n_reference = self->sides[0].n;
    out.n_current = self->sides[1].n;
    out.n_columns = self->d;
    out.effect = out.effect_low = out.effect_high = out.tolerance = out.p_value = nan;
    out.mmd2 = out.mmd2_biased = out.bandwidth = nan;
    out.error_reference = out.error_current = nan;
    return out;
}

mlops_drift_verdict mlops__multivariate_judge(const mlops_multivariate_result *found,
                                              double nothing, int64_t rows_min) {
    if (found->n_reference < rows_min || found->n_current < rows_min)
        return MLOPS_DRIFT_NOT_ENOUGH_DATA;
    if (found->effect_low > found->tolerance) return MLOPS_DRIFT_YES;
    const int within = found->effect <= found->tolerance &&
                       found->effect_high - nothing <= 2 * (found->tolerance - nothing);
    return within ? MLOPS_DRIFT_NO : MLOPS_DRIFT_NOT_ENOUGH_DATA;
}
