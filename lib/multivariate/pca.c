/* Reconstruction by principal components of the reference.
 *
 * Owns the components, and the error of each row. Invariant: by the rule of this library no row
 * that was fitted has its error looked at, so that both samples of errors are those of fresh rows.
 */
#include "base/opts.h"
#include "base/real.h"
#include "column/column_store.h"
#include "column/rows.h"
#include "multivariate/eigen.h"
#include "multivariate/multivariate.h"
#include "stats/stats.h"

#include <mlops/multivariate_fit.h>
#include <string.h>

enum { BLOCK = 256, COLUMNS_MAX = 2048, CHUNKS_MAX = 10000 };

#define ALARM_DEVIATIONS 3.0

typedef struct fitting {
    const mlops_multivariate *samples;
    mlops_pca_opts opts;
    mlops__arena arena;
    int64_t step;   /* every so many rows of the reference are fitted */
    int64_t d, k;   /* columns, components */
    double *mean;   /* of fitted rows */
    double *down;   /* components as columns [d, k] */
    double *up;     /* and as rows [k, d] */
    double *rows;   /* a block */
    double *turned; /* the same, column by column; rows rebuilt */
    double *scores;
    double *errors; /* of every row of both sides; NaN of those that were fitted */
    mlops_error *err;
} fitting;

static int is_fitted(const fitting *self, int64_t row) {
    return self->step > 1 && row < self->samples->sides[0].n && row % self->step == 0;
}

/* Rows of the reference that are fitted, of a block of all; how many. */
static int64_t take_fitted(fitting *self, int64_t first, int64_t n) {
    const int64_t d = self->d;
    int64_t kept = 0;
    mlops__rows_take(self->samples, first, n, self->rows);
    for (int64_t i = 0; i < n; i++)
        if ((first + i) % self->step == 0) {
            if (kept < i)
                memcpy(self->rows + kept * d, self->rows + i * d, (size_t)d * sizeof(double));
            kept++;
        }
    return kept;
}

static int64_t block_at(int64_t i, int64_t n) { return n - i < BLOCK ? n - i : BLOCK; }

static void find_mean(fitting *self) {
    const int64_t n = self->samples->sides[0].n, d = self->d;
    double n_fitted = 0.0;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t kept = take_fitted(self, i, block_at(i, n));
        for (int64_t r = 0; r < kept; r++)
            for (int64_t c = 0; c < d; c++) self->mean[c] += self->rows[r * d + c];
        n_fitted += (double)kept;
    }
    for (int64_t c = 0; c < d; c++) self->mean[c] /= n_fitted;
}

/* The sum of outer products of fitted rows less their mean. */
static void find_covariance(fitting *self, double *out, double *part) {
    const int64_t n = self->samples->sides[0].n, d = self->d;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t kept = take_fitted(self, i, block_at(i, n));
        for (int64_t r = 0; r < kept; r++)
            for (int64_t c = 0; c < d; c++) {
                self->rows[r * d + c] -= self->mean[c];
                self->turned[c * kept + r] = self->rows[r * d + c];
            }
        const mlops__gemm product = {
            .x = self->turned, .w = self->rows, .y = part, .m = d, .k = kept, .n = d};
        self->samples->kern->gemm_f64(&product);
        for (int64_t c = 0; c < d * d; c++) out[c] += part[c];
    }
}

/* As many as scikit-learn keeps for a share of the variance: the fewest that exceed it. */
static int64_t count_kept(const double *values, int64_t d, double share) {
    double all = 0.0, kept = 0.0;
    int64_t k = 0;
    for (int64_t i = 0; i < d; i++) all += values[i] > 0 ? values[i] : 0.0;
    while (k < d && (k == 0 || kept <= share * all)) kept += values[k] > 0 ? values[k] : 0.0, k++;
    return k;
}

static mlops_status fit(fitting *self) {
    const size_t d = (size_t)self->d, square = d * d;
    double *matrix = mlops__arena_array(&self->arena, 2 * square + 4 * d, sizeof *matrix);
    self->mean = mlops__arena_array(&self->arena, d, sizeof(double));
    self->rows = mlops__arena_array(&self->arena, BLOCK * d, 3 * sizeof(double));
    self->down = mlops__arena_array(&self->arena, square, 2 * sizeof(double));
    if (!matrix || !self->mean || !self->rows || !self->down)
        return mlops__fail_nomem(self->err, 4 * square * sizeof *matrix);
    double *vectors = matrix + square, *values = vectors + square;
    self->turned = self->rows + BLOCK * d;
    self->scores = self->turned + BLOCK * d;
    self->up = self->down + square;
    find_mean(self);
    find_covariance(self, matrix, vectors);
    mlops__eigen(matrix, self->d, values, vectors, values + d);
    self->k = count_kept(values, self->d, self->opts.variance);
    mlops__eigen_turn(matrix, self->d, vectors, self->k);
    for (int64_t i = 0; i < self->k; i++)
        for (int64_t c = 0; c < self->d; c++)
            self->down[c * self->k + i] = self->up[i * self->d + c] = vectors[i * self->d + c];
    return MLOPS_OK;
}

static void find_errors(fitting *self) {
    const int64_t n = self->samples->n, d = self->d;
    const mlops__kern *kern = self->samples->kern;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t m = block_at(i, n);
        mlops__rows_take(self->samples, i, m, self->rows);
        for (int64_t r = 0; r < m; r++)
            for (int64_t c = 0; c < d; c++) self->rows[r * d + c] -= self->mean[c];
        const mlops__gemm down = {
            .x = self->rows, .w = self->down, .y = self->scores, .m = m, .k = d, .n = self->k};
        const mlops__gemm up = {
            .x = self->scores, .w = self->up, .y = self->turned, .m = m, .k = self->k, .n = d};
        kern->gemm_f64(&down);
        kern->gemm_f64(&up);
        for (int64_t r = 0; r < m; r++) {
            double sum = 0.0;
            for (int64_t c = 0; c < d; c++) {
                const double gap = self->rows[r * d + c] - self->turned[r * d + c];
                sum += gap * gap;
            }
            self->errors[i + r] = is_fitted(self, i + r) ? mlops__not_a_number() : mlops__sqrt(sum);
        }
    }
}

/* ---- chunks ---- */

typedef struct chunks {
    int64_t size[2], n[2]; /* rows of a chunk, and chunks, of each side */
    double low, high;
} chunks;

/* The mean error of rows, and how many have one. */
static double mean_error(const fitting *self, int64_t first, int64_t n, int64_t *n_errors) {
    double sum = 0.0;
    *n_errors = 0;
    for (int64_t i = first; i < first + n; i++)
        if (self->errors[i] == self->errors[i]) sum += self->errors[i], ++*n_errors;
    return *n_errors ? sum / (double)*n_errors : mlops__not_a_number();
}

static double chunk_error(const fitting *self, const chunks *all, int side, int64_t chunk,
                          int64_t *n_errors) {
    const int64_t first = chunk * all->size[side], left = self->samples->sides[side].n - first;
    const int64_t begin = side ? self->samples->sides[0].n : 0;
    return mean_error(self, begin + first, left < all->size[side] ? left : all->size[side],
                      n_errors);
}

static chunks cut(const fitting *self) {
    chunks out = {{0}, {0}, 0, 0};
    double sum = 0.0, squares = 0.0, count = 0.0;
    int64_t n_errors;
    for (int s = 0; s < 2; s++) {
        const int64_t n = self->samples->sides[s].n, size = n / self->opts.n_chunks;
        out.size[s] = size > 0 ? size : n;
        out.n[s] = n > 0 ? (n + out.size[s] - 1) / out.size[s] : 0;
    }
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < out.n[0]; i++) {
            const double error = chunk_error(self, &out, 0, i, &n_errors);
            if (!n_errors) continue;
            if (pass == 0) sum += error, count += 1.0;
            else squares += (error - sum / count) * (error - sum / count);
        }
    const double mean = sum / count, wide = ALARM_DEVIATIONS * mlops__sqrt(squares / count);
    out.low = mean > wide ? mean - wide : 0.0;
    out.high = mean + wide;
    return out;
}

static int is_alarm(const chunks *all, double error) {
    return error < all->low || error > all->high;
}

static mlops_status list(const fitting *self, mlops_table **out) {
    static const mlops__rows_column columns[] = {
        {"side", MLOPS_TYPE_STRING},   {"first", MLOPS_TYPE_INT64}, {"n", MLOPS_TYPE_INT64},
        {"error", MLOPS_TYPE_FLOAT64}, {"low", MLOPS_TYPE_FLOAT64}, {"high", MLOPS_TYPE_FLOAT64},
        {"alarm", MLOPS_TYPE_BOOL}};
    const chunks all = cut(self);
    mlops__rows rows;
    MLOPS_TRY(mlops__rows_begin(&rows, &self->samples->host, columns, 7, self->err));
    for (int s = 0; s < 2; s++)
        for (int64_t i = 0; i < all.n[s]; i++) {
            int64_t n_errors;
            const double error = chunk_error(self, &all, s, i, &n_errors);
            mlops__rows_text(&rows, s ? "current" : "reference");
            mlops__rows_i64(&rows, i * all.size[s]);
            mlops__rows_i64(&rows, n_errors);
            mlops__rows_f64(&rows, error);
            mlops__rows_f64(&rows, all.low);
            mlops__rows_f64(&rows, all.high);
            mlops__rows_bool(&rows, is_alarm(&all, error));
        }
    return mlops__rows_end(&rows, MLOPS_OK, out, self->err);
}

/* ---- verdicts ---- */

/* By the rule of drift of a column, whose values are the errors. */
static mlops_status judge(fitting *self, mlops_multivariate_result *out) {
    const int64_t border = self->samples->sides[0].n, all = self->samples->n;
    const mlops_cpu cpu = self->samples->host.cpu;
    double *sorted = mlops__arena_array(&self->arena, (size_t)all + 1, 2 * sizeof *sorted);
    mlops__merged merged;
    if (!sorted) return mlops__fail_nomem(self->err, (size_t)all * 2 * sizeof *sorted);
    double *scratch = sorted + all;
    const int64_t n = mlops__sort_f64(cpu, sorted, scratch, self->errors, border);
    const int64_t m =
        mlops__sort_f64(cpu, sorted + border, scratch, self->errors + border, all - border);
    mlops__merge(&merged, cpu, sorted, n, sorted + border, m, 0);
    const double x = (double)n, y = (double)m, effective = x * y / (x + y);
    const double gap =
        (double)(merged.gap_high > -merged.gap_low ? merged.gap_high : -merged.gap_low);
    out->effect = gap / (x * y);
    const double log_alpha = mlops__log(self->opts.alpha);
    const double low = out->effect - mlops__sqrt((1 - log_alpha) / (2 * effective));
    out->effect_low = low > 0 ? low : 0.0;
    out->effect_high = out->effect + mlops__sqrt(-log_alpha / (2 * effective));
    const double beyond = out->effect - out->tolerance;
    const double p = beyond > 0 ? mlops__exp(1 - 2 * effective * beyond * beyond) : 1.0;
    out->p_value = p < 1 ? p : 1.0;
    out->verdict = mlops__multivariate_judge(out, 0.0, 0);
    if (n < self->opts.rows_min || m < self->opts.rows_min)
        out->verdict = MLOPS_DRIFT_NOT_ENOUGH_DATA;
    return MLOPS_OK;
}

static void judge_chunks(const fitting *self, mlops_multivariate_result *out) {
    const chunks all = cut(self);
    int64_t n_errors;
    out->effect = out->error_current;
    out->tolerance = all.high;
    out->verdict = MLOPS_DRIFT_NO;
    for (int64_t i = 0; i < all.n[1]; i++)
        if (is_alarm(&all, chunk_error(self, &all, 1, i, &n_errors)))
            out->verdict = MLOPS_DRIFT_YES;
}

/* ---- the calls ---- */

static mlops_status read_opts(fitting *self, const mlops_pca_opts *given) {
    mlops_pca_opts *opts = &self->opts;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_pca_opts", self->err));
    const int native = opts->preset == MLOPS_DRIFT_NATIVE;
    if (opts->flags || opts->reserved || (!native && opts->preset != MLOPS_DRIFT_NANNYML))
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_pca_opts: flags and reserved must be 0, preset NATIVE or "
                           "NANNYML");
    if (!native && (opts->alpha != 0 || opts->tolerance != 0))
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_pca_opts: NANNYML takes neither alpha nor tolerance");
    if (opts->alpha == 0) opts->alpha = 0.01;
    if (opts->tolerance == 0) opts->tolerance = 0.05;
    if (opts->variance == 0) opts->variance = 0.65;
    if (opts->rows_min == 0) opts->rows_min = 50;
    if (opts->n_chunks == 0) opts->n_chunks = 10;
    const int in_range = opts->alpha > 0 && opts->alpha <= 0.5 && opts->tolerance > 0 &&
                         opts->tolerance < 1 && opts->variance > 0 && opts->variance < 1;
    if (!in_range || opts->rows_min < 2 || opts->n_chunks < 1 || opts->n_chunks > CHUNKS_MAX)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_pca_opts: alpha must be in (0, 0.5], tolerance and variance in "
                           "(0, 1), rows_min 2 or more, n_chunks 1 to %d",
                           CHUNKS_MAX);
    if (self->d > COLUMNS_MAX)
        return mlops__fail(self->err, MLOPS_E_LIMIT, "pca: %lld columns, more than %d",
                           (long long)self->d, COLUMNS_MAX);
    self->step = native ? 2 : 1;
    return MLOPS_OK;
}

/* Fits and finds errors, if both sides have rows for it. */
static mlops_status work(fitting *self) {
    const mlops_multivariate *samples = self->samples;
    const size_t all = (size_t)samples->n;
    self->errors = mlops__arena_array(&self->arena, all + 1, sizeof *self->errors);
    if (!self->errors) return mlops__fail_nomem(self->err, all * sizeof *self->errors);
    for (size_t i = 0; i < all; i++) self->errors[i] = mlops__not_a_number();
    if (samples->sides[0].n < 2 * self->step || samples->sides[1].n < 1) return MLOPS_OK;
    MLOPS_TRY(fit(self));
    find_errors(self);
    return MLOPS_OK;
}

mlops_status mlops_multivariate_pca(mlops_multivariate_result *out, const mlops_multivariate *self,
                                    const mlops_pca_opts *opts, mlops_error *err) {
    fitting fitted = {.samples = self, .d = self->d, .err = err};
    mlops_multivariate_result found = mlops__multivariate_begin(self, "pca");
    MLOPS_TRY(read_opts(&fitted, opts));
    mlops__arena_init(&fitted.arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = work(&fitted);
    if (status == MLOPS_OK && fitted.k > 0) {
        int64_t n_errors;
        found.tolerance = fitted.opts.tolerance;
        found.n_components = fitted.k;
        found.error_reference = mean_error(&fitted, 0, found.n_reference, &n_errors);
        found.error_current = mean_error(&fitted, found.n_reference, found.n_current, &n_errors);
        if (fitted.step > 1) status = judge(&fitted, &found);
        else judge_chunks(&fitted, &found);
    }
    mlops__arena_free(&fitted.arena);
    if (status < 0) return status;
    return mlops__opts_result(out, &found, sizeof found, "mlops_multivariate_result", err);
}

mlops_status mlops_multivariate_chunks(mlops_table **out, const mlops_multivariate *self,
                                       const mlops_pca_opts *opts, mlops_error *err) {
    fitting fitted = {.samples = self, .d = self->d, .err = err};
    *out = NULL;
    MLOPS_TRY(read_opts(&fitted, opts));
    mlops__arena_init(&fitted.arena, &self->host.allocator, SIZE_MAX);
    mlops_status status = work(&fitted);
    if (status == MLOPS_OK) status = list(&fitted, out);
    mlops__arena_free(&fitted.arena);
    return status;
}
