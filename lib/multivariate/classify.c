/* The domain classifier: columns into bins, folds, and what the AUC of unseen rows tells.
 *
 * Owns which rows are looked at and which fold each is in. Invariant: a row's score comes from
 * trees that learnt from rows of other folds; each fold has rows of both sides.
 */
#include "multivariate/classify.h"

#include "base/mix.h"
#include "base/opts.h"
#include "base/real.h"
#include "column/rows.h"
#include "multivariate/multivariate.h"
#include "stats/stats.h"

enum { FOLDS_MAX = 10, TREES_MAX = 1000, ROWS_MAX = 10000000 };

typedef struct classifying {
    const mlops_multivariate *samples;
    mlops_classify_opts opts;
    mlops__work work;
    mlops__frame frame;
    int64_t n[2]; /* rows of each side that are looked at */
    mlops__binned rows;
    uint8_t *bins, *label, *fold;
    mlops__booster **boosters; /* of as many folds as are learnt at once */
    double *scores;
    double *gains; /* of each column, fold by fold; in the end of all in front */
} classifying;

/* ---- rows ---- */

/* Every value but the greatest, if they are few, else quantiles; a bin ends with its edge. */
static int64_t find_edges(double *edges, const double *sorted, int64_t n) {
    const int64_t most = MLOPS__BINS - 2;
    int64_t n_edges = 0, i = 0;
    for (; i + 1 < n && n_edges < most; i++)
        if (sorted[i] < sorted[i + 1]) edges[n_edges++] = sorted[i];
    if (i + 1 >= n || sorted[i] == sorted[n - 1]) return n_edges;
    n_edges = 0;
    for (int64_t b = 1; b <= most; b++) {
        const double edge = sorted[b * n / (most + 1)];
        if (edge < sorted[n - 1] && (n_edges == 0 || edge > edges[n_edges - 1]))
            edges[n_edges++] = edge;
    }
    return n_edges;
}

static void cut_column(const classifying *self, int64_t column, double *room) {
    const int64_t all = self->rows.n, d = self->rows.d;
    double *values = room, *sorted = room + all, *scratch = sorted + all;
    double edges[MLOPS__BINS - 2];
    for (int s = 0, k = 0; s < 2; s++)
        for (int64_t i = 0; i < self->n[s]; i++)
            values[k++] = mlops__rows_cell(
                &self->frame, s, mlops__rows_spaced(i, self->samples->sides[s].n, self->n[s]),
                column);
    const int64_t n = mlops__sort_f64(self->samples->host.cpu, sorted, scratch, values, all);
    const int64_t n_edges = find_edges(edges, sorted, n);
    for (int64_t i = 0; i < all; i++) {
        int64_t low = 0, high = n_edges;
        while (low < high) {
            const int64_t middle = (low + high) / 2;
            if (edges[middle] < values[i]) low = middle + 1;
            else high = middle;
        }
        self->bins[i * d + column] = values[i] == values[i] ? (uint8_t)(low + 1) : 0;
    }
}

/* Rows of each side in a random order take folds in turn. */
static void deal(classifying *self, int64_t *order) {
    uint64_t state = (uint64_t)self->opts.seed;
    for (int64_t s = 0, begin = 0; s < 2; begin += self->n[s++]) {
        for (int64_t i = 0; i < self->n[s]; i++) order[i] = begin + i;
        for (int64_t i = self->n[s] - 1; i > 0; i--) {
            const int64_t j = (int64_t)(mlops__mix_next(&state) % (uint64_t)(i + 1));
            const int64_t swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (int64_t i = 0; i < self->n[s]; i++) {
            self->fold[order[i]] = (uint8_t)(i % self->opts.n_folds);
            self->label[order[i]] = (uint8_t)s;
        }
    }
}

static mlops_status prepare(classifying *self) {
    const int64_t all = self->rows.n, d = self->rows.d;
    const int64_t width = mlops__work_width(&self->work, self->opts.n_folds);
    mlops__work *work = &self->work;
    double *room;
    MLOPS_TRY(mlops__frame_make(&self->frame, work, MLOPS__RANK, 2, 1));
    MLOPS__ROOM(work, room, 3 * all);
    MLOPS__ROOM(work, self->bins, all * d);
    MLOPS__ROOM(work, self->label, 2 * all);
    MLOPS__ROOM(work, self->scores, all);
    MLOPS__ROOM(work, self->gains, d * self->opts.n_folds);
    MLOPS__ROOM(work, self->boosters, width);
    self->fold = self->label + all;
    for (int64_t c = 0; c < d; c++) cut_column(self, c, room);
    deal(self, (int64_t *)(void *)room);
    self->rows.bins = self->bins;
    self->rows.label = self->label;
    self->rows.fold = self->fold;
    for (int64_t i = 0; i < width; i++)
        MLOPS_TRY(mlops__booster_new(&self->boosters[i], &self->rows, work));
    work->total = self->opts.n_folds;
    return MLOPS_OK;
}

static mlops_status learn_fold(void *user, int64_t fold, int32_t worker) {
    const classifying *self = user;
    mlops__booster_run(self->boosters[worker], (int)fold, self->opts.n_trees, self->scores,
                       self->gains + fold * self->rows.d);
    return MLOPS_OK;
}

static mlops_status learn(classifying *self) {
    const int64_t d = self->rows.d;
    MLOPS_TRY(prepare(self));
    MLOPS_TRY(mlops__work_run(&self->work, self->opts.n_folds, learn_fold, self));
    for (int64_t i = d; i < d * self->opts.n_folds; i++) self->gains[i % d] += self->gains[i];
    return mlops__work_poll(&self->work);
}

/* ---- judging ---- */

/* AUC of one fold, and the variance of it (DeLong, DeLong and Clarke-Pearson 1988); scores ascend,
 * weight is the label. */
typedef struct area {
    double auc, variance;
    double n, m;
} area;

static area find_area(const mlops__weighted *sorted, int64_t n) {
    area out = {0};
    double below_x = 0.0, below_y = 0.0, squares_x = 0.0, squares_y = 0.0, sum = 0.0;
    for (int64_t i = 0; i < n; i++) *(sorted[i].weight > 0 ? &out.m : &out.n) += 1.0;
    for (int pass = 0; pass < 2; pass++, below_x = below_y = 0.0, out.auc = sum / out.m)
        for (int64_t i = 0, j = 0; i < n; i = j) {
            double x = 0.0, y = 0.0;
            for (; j < n && sorted[j].value == sorted[i].value; j++)
                *(sorted[j].weight > 0 ? &y : &x) += 1.0;
            const double place_y = (below_x + 0.5 * x) / out.n; /* share that it is above */
            const double place_x = 1.0 - (below_y + 0.5 * y) / out.m;
            if (pass == 0) sum += y * place_y;
            else {
                squares_y += y * (place_y - out.auc) * (place_y - out.auc);
                squares_x += x * (place_x - out.auc) * (place_x - out.auc);
            }
            below_x += x;
            below_y += y;
        }
    out.variance = squares_y / (out.m * (out.m - 1)) + squares_x / (out.n * (out.n - 1));
    return out;
}

static mlops_status judge(classifying *self, mlops_multivariate_result *out) {
    const int64_t all = self->rows.n;
    const double n_folds = (double)self->opts.n_folds;
    /* Folds share most of what they learn from (Nadeau and Bengio 2003). */
    const double share = (1 / n_folds + 1 / (n_folds - 1)) / n_folds;
    mlops__weighted *sorted;
    double variance = 0.0, by_chance = 0.0, auc = 0.0;
    MLOPS__ROOM(&self->work, sorted, 2 * all);
    for (int fold = 0; fold < self->opts.n_folds; fold++) {
        int64_t n = 0;
        for (int64_t i = 0; i < all; i++)
            if (self->fold[i] == fold)
                sorted[n++] = (mlops__weighted){self->scores[i], self->label[i]};
        mlops__sort_weighted(sorted, sorted + all, n);
        const area found = find_area(sorted, n);
        auc += found.auc;
        variance += found.variance * share;
        by_chance += (found.n + found.m + 1) / (12 * found.n * found.m) * share;
    }
    auc /= n_folds;
    const double wide = mlops__normal_isf(self->opts.alpha) * mlops__sqrt(variance);
    out->effect = auc;
    out->effect_low = auc - wide > 0 ? auc - wide : 0.0;
    out->effect_high = auc + wide < 1 ? auc + wide : 1.0;
    out->p_value = mlops__normal_sf((auc - 0.5) / mlops__sqrt(by_chance));
    out->verdict = mlops__multivariate_judge(out, 0.5, self->opts.rows_min);
    return MLOPS_OK;
}

/* ---- the calls ---- */

static mlops_status begin(classifying *self, const mlops_multivariate *samples,
                          const mlops_classify_opts *given, mlops_error *err) {
    mlops_classify_opts *opts = &self->opts;
    self->samples = samples;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_classify_opts", err));
    if (opts->alpha == 0) opts->alpha = 0.01;
    if (opts->tolerance == 0) opts->tolerance = 0.55;
    if (opts->rows_min == 0) opts->rows_min = 50;
    if (opts->rows_max == 0) opts->rows_max = opts->rows_min > 20000 ? opts->rows_min : 20000;
    if (opts->n_folds == 0) opts->n_folds = 5;
    if (opts->n_trees == 0) opts->n_trees = 100;
    const int in_range = opts->alpha > 0 && opts->alpha <= 0.5 && opts->tolerance > 0.5 &&
                         opts->tolerance < 1 && opts->n_folds >= 2 && opts->n_folds <= FOLDS_MAX;
    if (opts->flags || !in_range || opts->rows_min < 20 || opts->rows_max < opts->rows_min ||
        opts->rows_max > ROWS_MAX || opts->n_trees < 1 || opts->n_trees > TREES_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_classify_opts: flags must be 0, alpha in (0, 0.5], tolerance in "
                           "(0.5, 1), rows_min 20 or more, rows_max that to %d, n_folds 2 to %d, "
                           "n_trees 1 to %d",
                           ROWS_MAX, FOLDS_MAX, TREES_MAX);
    for (int s = 0; s < 2; s++) {
        const int64_t n = samples->sides[s].n;
        self->n[s] = n < opts->rows_max ? n : opts->rows_max;
    }
    self->rows.n = self->n[0] + self->n[1];
    self->rows.d = samples->d;
    return mlops__work_begin(&self->work, "classifier", samples, opts->call, err);
}

static int is_enough(const classifying *self) {
    return self->n[0] >= self->opts.rows_min && self->n[1] >= self->opts.rows_min;
}

static int after(const void *gains, int64_t a, int64_t b) {
    const double x = ((const double *)gains)[a], y = ((const double *)gains)[b];
    return x < y || (x == y && a > b);
}

static mlops_status list(classifying *self, mlops_table **out) {
    static const mlops__rows_column columns[] = {{"feature", MLOPS_TYPE_STRING},
                                                 {"gain", MLOPS_TYPE_FLOAT64}};
    const int64_t d = self->rows.d;
    int64_t *order;
    double all = 0.0;
    mlops__rows rows;
    MLOPS__ROOM(&self->work, order, d);
    for (int64_t c = 0; c < d; c++) order[c] = c, all += self->gains[c];
    mlops__sort_order(order, d, after, self->gains);
    MLOPS_TRY(mlops__rows_begin(&rows, &self->samples->host, columns, 2, self->work.err));
    for (int64_t i = 0; i < d; i++) {
        char spare[24];
        const int64_t c = order[i];
        mlops__rows_text(&rows, mlops__rows_name(self->samples, c, spare));
        mlops__rows_f64(&rows, all > 0 ? self->gains[c] / all : 0.0);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, self->work.err);
}

mlops_status mlops__classify(mlops_multivariate_result *found, mlops_table **features,
                             const mlops_multivariate *samples, const mlops_classify_opts *opts,
                             mlops_error *err) {
    classifying self = {0};
    *found = mlops__multivariate_begin(samples, "auc");
    MLOPS_TRY(begin(&self, samples, opts, err));
    found->tolerance = self.opts.tolerance;
    mlops_status status = MLOPS_OK;
    if (is_enough(&self)) {
        status = learn(&self);
        if (status == MLOPS_OK) status = judge(&self, found);
        if (status == MLOPS_OK && features) status = list(&self, features);
    }
    mlops__work_end(&self.work);
    return status;
}

mlops_status mlops_multivariate_classify(mlops_multivariate_result *out,
                                         const mlops_multivariate *samples,
                                         const mlops_classify_opts *opts, mlops_error *err) {
    mlops_multivariate_result found;
    if (!out || !samples)
        return mlops__fail(err, MLOPS_E_INVALID, "classifier: the %s NULL",
                           out ? "samples are" : "result is");
    MLOPS_TRY(mlops__classify(&found, NULL, samples, opts, err));
    return mlops__opts_result(out, &found, sizeof found, "mlops_multivariate_result", err);
}

mlops_status mlops_multivariate_features(mlops_table **out, const mlops_multivariate *samples,
                                         const mlops_classify_opts *opts, mlops_error *err) {
    classifying self = {0};
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "classifier: out is NULL");
    *out = NULL;
    if (!samples) return mlops__fail(err, MLOPS_E_INVALID, "classifier: the samples are NULL");
    MLOPS_TRY(begin(&self, samples, opts, err));
    mlops_status status = MLOPS_OK;
    if (!is_enough(&self))
        status = mlops__fail(
            err, MLOPS_E_INVALID, "classifier: %lld and %lld rows, less than rows_min, %lld",
            (long long)self.n[0], (long long)self.n[1], (long long)self.opts.rows_min);
    if (status == MLOPS_OK) status = learn(&self);
    if (status == MLOPS_OK) status = list(&self, out);
    mlops__work_end(&self.work);
    return status;
}
