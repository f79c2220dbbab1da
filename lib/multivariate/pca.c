/* Reconstruction by principal components of the reference.
 *
 * Owns the components, and the error of each row. Invariant: by the rule of this library no row
 * that was fitted has its error looked at, and units are those of fitted rows, so that both samples
 * of errors are those of fresh rows.
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

enum { BLOCK = 256, PANEL = 64, TILE = 128, WAVE = 16, COLUMNS_MAX = 2048, CHUNKS_MAX = 10000 };

#define ALARM_DEVIATIONS 3.0

/* What one piece of work needs for itself. */
typedef struct bench {
    double *rows;   /* a block */
    double *part;   /* what it is along a panel; a tile of the covariance */
    double *scores; /* its numbers there */
    double *off;    /* rows less what is rebuilt */
} bench;

typedef struct fitting {
    const mlops_multivariate *samples;
    mlops_pca_opts opts;
    mlops__work work;
    mlops__frame frame;
    int64_t step;      /* one of so many rows of the reference is fitted */
    int64_t d, k;      /* places of a row, components */
    int64_t n_vectors; /* those at hand: the components, or all others, as is less work */
    int others;
    double *down; /* vectors as columns, PANEL side by side [d, PANEL] */
    double *up;   /* and as rows [PANEL, d]; NULL where only lengths are needed */
    double *covariance, *vectors;
    double *turned; /* a block, TILE places of it after the other, column by column */
    double *block;  /* the same, row by row */
    int64_t n_block;
    bench *benches;
    int64_t side, first; /* in work: of blocks the first of a wave */
    double *errors;      /* of every row of both sides; NaN of those that were fitted */
    double *squares;     /* NULL, or of each block of a wave: of errors, place by place */
    mlops_error *err;
} fitting;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int is_fitted(const fitting *self, int64_t side, int64_t row) {
    return self->step > 1 && side == 0 &&
           mlops__rows_chosen(row / self->step, self->samples->sides[0].n, self->step) == row;
}

/* ---- components ---- */

static int64_t parts_of(int64_t n, int64_t size) { return (n + size - 1) / size; }

static int64_t tiles_of(const fitting *self) { return parts_of(self->d, TILE); }

/* A tile of the lower triangle gets the products of a block added. */
static mlops_status add_tile(void *user, int64_t index, int32_t worker) {
    const fitting *self = user;
    int64_t i = 0;
    while (index > i) index -= ++i;
    const int64_t n = self->n_block, d = self->d, j = index;
    const int64_t rows = least(TILE, d - i * TILE), columns = least(TILE, d - j * TILE);
    double *part = self->benches[worker].part;
    const mlops__gemm product = {.x = self->turned + i * TILE * n,
                                 .w = self->block + j * TILE * n,
                                 .y = part,
                                 .m = rows,
                                 .k = n,
                                 .n = columns};
    self->samples->kern->gemm_f64(&product);
    for (int64_t r = 0; r < rows; r++) {
        double *out = self->covariance + (i * TILE + r) * d + j * TILE;
        for (int64_t c = 0; c < columns; c++) out[c] += part[r * columns + c];
    }
    return MLOPS_OK;
}

static mlops_status find_covariance(fitting *self) {
    const int64_t d = self->d, n_tiles = tiles_of(self);
    const int64_t n = parts_of(self->samples->sides[0].n, self->step);
    double *rows = self->benches[0].rows;
    for (int64_t i = 0; i < n; i += BLOCK) {
        const int64_t m = self->n_block = least(BLOCK, n - i);
        mlops__rows_take_each(&self->frame, self->step, i, m, rows);
        for (int64_t r = 0; r < m; r++)
            for (int64_t c = 0; c < d; c++) {
                const int64_t tile = c / TILE, at = c % TILE, width = least(TILE, d - tile * TILE);
                self->turned[c * m + r] = rows[r * d + c];
                self->block[tile * TILE * m + r * width + at] = rows[r * d + c];
            }
        MLOPS_TRY(mlops__work_run(&self->work, n_tiles * (n_tiles + 1) / 2, add_tile, self));
    }
    return MLOPS_OK;
}

/* As many as scikit-learn keeps for a share of the variance: the fewest that exceed it. */
static int64_t count_kept(const double *values, int64_t d, double share) {
    double all = 0.0, kept = 0.0;
    int64_t k = 0;
    for (int64_t i = 0; i < d; i++) all += values[i] > 0 ? values[i] : 0.0;
    while (k < d && (k == 0 || kept <= share * all)) kept += values[k] > 0 ? values[k] : 0.0, k++;
    return k;
}

typedef struct turning {
    fitting *self;
    const mlops__eigen *eigen;
} turning;

static mlops_status turn_panel(void *user, int64_t index, int32_t worker) {
    const turning *of = user;
    fitting *self = of->self;
    const int64_t d = self->d, first = index * PANEL, n = least(PANEL, self->n_vectors - first);
    double *down = self->down + first * d, *up = self->up ? self->up + first * d : NULL;
    mlops__eigen_turn(of->eigen, self->vectors + first * d, n, down, self->benches[worker].scores);
    for (int64_t i = 0; up && i < n; i++)
        for (int64_t c = 0; c < d; c++) up[i * d + c] = down[c * n + i];
    return MLOPS_OK;
}

/* Few components are taken from the rows; of many the length of what the others make is the error.
 */
static mlops_status find_vectors(fitting *self, const mlops__eigen *eigen) {
    self->k = count_kept(eigen->values, self->d, self->opts.variance);
    self->others = self->k > self->d / 3;
    self->n_vectors = self->others ? self->d - self->k : self->k;
    const int64_t size = self->n_vectors * self->d + 1;
    MLOPS__ROOM(&self->work, self->vectors, size);
    MLOPS__ROOM(&self->work, self->down, size);
    if (!self->others || self->squares) MLOPS__ROOM(&self->work, self->up, size);
    mlops__eigen_vectors(eigen, self->others ? self->k : 0, self->n_vectors, self->vectors);
    turning of = {self, eigen};
    self->work.done += parts_of(self->d, PANEL) - parts_of(self->n_vectors, PANEL);
    return mlops__work_run(&self->work, parts_of(self->n_vectors, PANEL), turn_panel, &of);
}

static mlops_status make_benches(fitting *self) {
    const int64_t n_tiles = tiles_of(self) * (tiles_of(self) + 1) / 2;
    const int64_t d = self->d,
                  width = mlops__work_width(&self->work, n_tiles > WAVE ? n_tiles : WAVE);
    const int64_t part = BLOCK * d > TILE * TILE ? BLOCK * d : TILE * TILE;
    MLOPS__ROOM(&self->work, self->benches, width);
    for (int64_t i = 0; i < width; i++) {
        MLOPS__ROOM(&self->work, self->benches[i].rows, BLOCK * d);
        MLOPS__ROOM(&self->work, self->benches[i].part, part);
        MLOPS__ROOM(&self->work, self->benches[i].scores, BLOCK * PANEL);
        MLOPS__ROOM(&self->work, self->benches[i].off, BLOCK * d);
    }
    return MLOPS_OK;
}

static mlops_status fit(fitting *self) {
    const int64_t d = self->d;
    mlops__work *work = &self->work;
    mlops__eigen eigen = {.n = d};
    const int64_t n_tiles = tiles_of(self), n = self->samples->sides[0].n;
    work->total = parts_of(parts_of(n, self->step), BLOCK) * (n_tiles * (n_tiles + 1) / 2) +
                  parts_of(d, PANEL) + parts_of(n, BLOCK) +
                  parts_of(self->samples->sides[1].n, BLOCK);
    MLOPS_TRY(make_benches(self));
    MLOPS__ROOM(work, self->covariance, d * d);
    MLOPS__ROOM(work, self->turned, BLOCK * d);
    MLOPS__ROOM(work, self->block, BLOCK * d);
    MLOPS__ROOM(work, eigen.middle, (MLOPS__EIGEN_ROOM + 3) * d);
    eigen.matrix = self->covariance;
    eigen.beside = eigen.middle + d;
    eigen.values = eigen.beside + d;
    eigen.room = eigen.values + d;
    MLOPS_TRY(find_covariance(self));
    mlops__eigen_find(&eigen);
    MLOPS_TRY(mlops__work_poll(work));
    return find_vectors(self, &eigen);
}

/* ---- errors ---- */

/* Rows less what components rebuild of them: of few components by taking it away, of many by adding
 * up what the others rebuild. */
static void find_off(const fitting *self, const bench *at, int64_t m) {
    const int64_t d = self->d;
    const double sign = self->others ? 1.0 : -1.0;
    for (int64_t i = 0; i < m * d; i++) at->off[i] = self->others ? 0.0 : at->rows[i];
    for (int64_t p = 0; p < self->n_vectors; p += PANEL) {
        const int64_t n = least(PANEL, self->n_vectors - p);
        const mlops__gemm down = {
            .x = at->rows, .w = self->down + p * d, .y = at->scores, .m = m, .k = d, .n = n};
        const mlops__gemm up = {
            .x = at->scores, .w = self->up + p * d, .y = at->part, .m = m, .k = n, .n = d};
        self->samples->kern->gemm_f64(&down);
        self->samples->kern->gemm_f64(&up);
        for (int64_t i = 0; i < m * d; i++) at->off[i] += sign * at->part[i];
    }
}

/* Squared lengths of the same, which the numbers along the others are enough for. */
static void find_lengths(const fitting *self, const bench *at, int64_t m, double *out) {
    const int64_t d = self->d;
    for (int64_t p = 0; p < self->n_vectors; p += PANEL) {
        const int64_t n = least(PANEL, self->n_vectors - p);
        const mlops__gemm down = {
            .x = at->rows, .w = self->down + p * d, .y = at->scores, .m = m, .k = d, .n = n};
        self->samples->kern->gemm_f64(&down);
        for (int64_t i = 0; i < m * n; i++) out[i / n] += at->scores[i] * at->scores[i];
    }
}

static mlops_status find_block(void *user, int64_t index, int32_t worker) {
    const fitting *self = user;
    const bench *at = &self->benches[worker];
    const int64_t d = self->d, first = (self->first + index) * BLOCK;
    const int64_t begin = self->side ? self->samples->sides[0].n : 0;
    const int64_t m = least(BLOCK, self->samples->sides[self->side].n - first);
    double *errors = self->errors + begin + first;
    double *squares = self->squares ? self->squares + index * d : NULL;
    mlops__rows_take(&self->frame, begin + first, m, at->rows);
    for (int64_t r = 0; r < m; r++) errors[r] = 0.0;
    for (int64_t c = 0; squares && c < d; c++) squares[c] = 0.0;
    if (self->up) find_off(self, at, m);
    else find_lengths(self, at, m, errors);
    for (int64_t r = 0; r < m; r++) {
        const int fitted = is_fitted(self, self->side, first + r);
        for (int64_t c = 0; self->up && c < d; c++) {
            const double square = at->off[r * d + c] * at->off[r * d + c];
            errors[r] += square;
            if (squares && !fitted) squares[c] += square;
        }
        errors[r] = fitted ? mlops__not_a_number() : mlops__sqrt(errors[r]);
    }
    return MLOPS_OK;
}

/* sums [2, d], nullable: of squares of each side. */
static mlops_status find_errors(fitting *self, double *sums) {
    for (self->side = 0; self->side < 2; self->side++) {
        const int64_t n = parts_of(self->samples->sides[self->side].n, BLOCK);
        for (self->first = 0; self->first < n; self->first += WAVE) {
            const int64_t some = least(WAVE, n - self->first);
            MLOPS_TRY(mlops__work_run(&self->work, some, find_block, self));
            for (int64_t i = 0; sums && i < some * self->d; i++)
                sums[self->side * self->d + i % self->d] += self->squares[i];
        }
    }
    return mlops__work_poll(&self->work);
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
    out.low = mean < wide ? 0.0 : mean - wide;
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
    double *sorted;
    mlops__merged merged;
    MLOPS__ROOM(&self->work, sorted, 2 * (all + 1));
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
    /* Off all components no row is, whatever it be. */
    if (n < self->opts.rows_min || m < self->opts.rows_min || self->k == self->d)
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
    self->step = native ? 2 : 1;
    return mlops__work_begin(&self->work, "pca", self->samples, opts->call, self->err);
}

static mlops_status make_frame(fitting *self) {
    const mlops__encoding encoding = self->step > 1 ? MLOPS__HOT : MLOPS__COUNTS;
    if (self->samples->d <= COLUMNS_MAX)
        MLOPS_TRY(mlops__frame_make(&self->frame, &self->work, encoding, 1, self->step));
    self->d = self->samples->d > COLUMNS_MAX ? self->samples->d : self->frame.d;
    if (self->d <= COLUMNS_MAX) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_LIMIT, "pca: %lld columns, more than %d",
                       (long long)self->d, COLUMNS_MAX);
}

/* Fits and finds errors, if both sides have rows for it. sums, nullable: [2, d] of each side,
 * their squares by place. */
static mlops_status work(fitting *self, double **sums) {
    const mlops_multivariate *samples = self->samples;
    MLOPS__ROOM(&self->work, self->errors, samples->n + 1);
    for (int64_t i = 0; i < samples->n; i++) self->errors[i] = mlops__not_a_number();
    MLOPS_TRY(make_frame(self));
    if (sums) {
        MLOPS__ROOM(&self->work, *sums, 2 * self->d);
        MLOPS__ROOM(&self->work, self->squares, WAVE * self->d);
    }
    if (samples->sides[0].n < 2 * self->step || samples->sides[1].n < 1) return MLOPS_OK;
    MLOPS_TRY(fit(self));
    return find_errors(self, sums ? *sums : NULL);
}

static mlops_status begin(fitting *self, const void *out, const mlops_multivariate *samples,
                          const mlops_pca_opts *opts, mlops_error *err) {
    *self = (fitting){.samples = samples, .err = err};
    if (!out || !samples)
        return mlops__fail(err, MLOPS_E_INVALID, "pca: %s NULL",
                           out ? "the samples are" : "out is");
    return read_opts(self, opts);
}

mlops_status mlops_multivariate_pca(mlops_multivariate_result *out, const mlops_multivariate *self,
                                    const mlops_pca_opts *opts, mlops_error *err) {
    fitting fitted;
    MLOPS_TRY(begin(&fitted, out, self, opts, err));
    mlops_multivariate_result found = mlops__multivariate_begin(self, "pca");
    mlops_status status = work(&fitted, NULL);
    if (status == MLOPS_OK && fitted.k > 0) {
        int64_t n_errors;
        found.tolerance = fitted.opts.tolerance;
        found.n_components = fitted.k;
        found.error_reference = mean_error(&fitted, 0, found.n_reference, &n_errors);
        found.error_current = mean_error(&fitted, found.n_reference, found.n_current, &n_errors);
        if (fitted.step > 1) status = judge(&fitted, &found);
        else judge_chunks(&fitted, &found);
    }
    mlops__work_end(&fitted.work);
    if (status < 0) return status;
    return mlops__opts_result(out, &found, sizeof found, "mlops_multivariate_result", err);
}

mlops_status mlops_multivariate_chunks(mlops_table **out, const mlops_multivariate *self,
                                       const mlops_pca_opts *opts, mlops_error *err) {
    fitting fitted;
    if (out) *out = NULL;
    MLOPS_TRY(begin(&fitted, out, self, opts, err));
    mlops_status status = work(&fitted, NULL);
    if (status == MLOPS_OK) status = list(&fitted, out);
    mlops__work_end(&fitted.work);
    return status;
}

/* ---- columns at fault ---- */

static int after(const void *growth, int64_t a, int64_t b) {
    const double x = ((const double *)growth)[a], y = ((const double *)growth)[b];
    return x < y || (x == y && a > b);
}

static mlops_status list_columns(fitting *self, const double *sums, mlops_table **out) {
    static const mlops__rows_column columns[] = {{"feature", MLOPS_TYPE_STRING},
                                                 {"reference", MLOPS_TYPE_FLOAT64},
                                                 {"current", MLOPS_TYPE_FLOAT64},
                                                 {"share", MLOPS_TYPE_FLOAT64}};
    const int64_t d = self->samples->d, n = self->samples->sides[0].n;
    double *found, all = 0.0, rows[2];
    int64_t *order, n_errors;
    mlops__rows table;
    MLOPS__ROOM(&self->work, found, 3 * d);
    MLOPS__ROOM(&self->work, order, d);
    for (int s = 0; s < 2; s++) {
        mean_error(self, s ? n : 0, self->samples->sides[s].n, &n_errors);
        rows[s] = (double)n_errors;
        for (int64_t i = 0; i < self->d; i++)
            found[(1 + s) * d + self->frame.places[i].column] += sums[s * self->d + i] / rows[s];
    }
    for (int64_t c = 0; c < d; c++) {
        const double growth = found[2 * d + c] - found[d + c];
        all += found[c] = growth > 0 ? growth : 0.0;
        order[c] = c;
    }
    mlops__sort_order(order, d, after, found);
    MLOPS_TRY(mlops__rows_begin(&table, &self->samples->host, columns, 4, self->err));
    for (int64_t i = 0; i < d; i++) {
        char spare[24];
        const int64_t c = order[i];
        mlops__rows_text(&table, mlops__rows_name(self->samples, c, spare));
        mlops__rows_f64(&table, found[d + c]);
        mlops__rows_f64(&table, found[2 * d + c]);
        mlops__rows_f64(&table, all > 0 ? found[c] / all : 0.0);
    }
    return mlops__rows_end(&table, MLOPS_OK, out, self->err);
}

mlops_status mlops_multivariate_residuals(mlops_table **out, const mlops_multivariate *self,
                                          const mlops_pca_opts *opts, mlops_error *err) {
    fitting fitted;
    double *sums;
    if (out) *out = NULL;
    MLOPS_TRY(begin(&fitted, out, self, opts, err));
    mlops_status status = work(&fitted, &sums);
    if (status == MLOPS_OK && fitted.k == 0)
        status = mlops__fail(err, MLOPS_E_INVALID, "pca: %lld and %lld rows are too few to fit",
                             (long long)self->sides[0].n, (long long)self->sides[1].n);
    if (status == MLOPS_OK) status = list_columns(&fitted, sums, out);
    mlops__work_end(&fitted.work);
    return status;
}
