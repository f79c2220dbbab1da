/* Counting rows.
 *
 * Owns nothing. Invariant: every row is looked at before the first is counted, so that a call that
 * fails has counted nothing. No branch of the counting depends on labels.
 */
#include "kern/kern.h"
#include "performance/performance.h"

#include <string.h>

#define WEIGHT_MIN 0x1p-20
#define WEIGHT_MAX 0x1p32

const char *mlops__units_of(int64_t *units, double weight) {
    *units = 0;
    if (weight == 0) return NULL;
    if (!(weight >= WEIGHT_MIN && weight <= WEIGHT_MAX))
        return "the weight is not 0, or 2^-20 to 2^32";
    *units = (int64_t)(weight * MLOPS__WEIGHT_ONE + 0.5);
    return NULL;
}

/* Rows of a call. */
typedef struct rows {
    const double *scores, *labels, *weights;
    int64_t n;
    int64_t units, n_nan; /* of those that have a score; without one */
} rows;

static const char *find_wrong(int64_t *units, double score, double label, double weight) {
    const char *wrong = mlops__units_of(units, weight);
    if (wrong || !*units) return wrong;
    if (label != 0 && label != 1 && label == label)
        return "the label is none of 0, 1, and NaN for not known";
    return score < 0 || score > 1 ? "the score is no probability in [0, 1]" : NULL;
}

/* Whether all rows of weight 1 are plainly good; several at once, as nearly all are. */
static int are_good(const rows *r) {
    uint64_t bad = 0;
    for (int64_t i = 0; i < r->n; i++) /* the sign, and bits that no share has */
        bad |= (mlops__bits_of(r->scores[i]) | mlops__bits_of(1 - r->scores[i])) >> 62;
    for (int64_t i = 0; r->labels && i < r->n; i++) {
        double label = r->labels[i];
        uint64_t size = mlops__bits_of(label * label - label) & ~((uint64_t)1 << 63);
        bad |= size & (((MLOPS__INF_BITS - size) >> 63) - 1); /* but NaN */
    }
    return !bad;
}

static mlops_status look(rows *r, mlops_error *err) {
    if (!r->weights && are_good(r)) {
        r->units = r->n > MLOPS__UNITS_MAX / MLOPS__WEIGHT_ONE ? MLOPS__UNITS_MAX + 1
                                                               : r->n * MLOPS__WEIGHT_ONE;
        return MLOPS_OK;
    }
    for (int64_t i = 0; i < r->n; i++) {
        int64_t units;
        double score = r->scores[i];
        const char *wrong =
            find_wrong(&units, score, r->labels ? r->labels[i] : 0, r->weights ? r->weights[i] : 1);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        if (score != score) r->n_nan += units != 0;
        else if (r->units <= MLOPS__UNITS_MAX) r->units += units;
    }
    return MLOPS_OK;
}

/* Takes rows apart by the fastest kernel there is; behind them are some without a score. Returns
 * how many there are then. */
static size_t take_apart(mlops__scores_rows *out, const double *scores, const double *labels,
                         size_t n) {
    double padded[2][MLOPS__SCORES_ROWS];
    size_t all = (n + MLOPS__SCORES_STEP - 1) / MLOPS__SCORES_STEP * MLOPS__SCORES_STEP;
    if (n < MLOPS__SCORES_STEP) {
        mlops__scores_apart_scalar(out, scores, labels, n);
        return n;
    }
    for (size_t i = 0; all > n && i < all; i++) {
        padded[0][i] = i < n ? scores[i] : mlops__f64_of(MLOPS__NAN_BITS);
        padded[1][i] = i < n && labels ? labels[i] : 0;
    }
    mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST))
        ->scores_apart(out, all > n ? padded[0] : scores, labels && all > n ? padded[1] : labels,
                       all);
    return all;
}

static void put(mlops_performance *self, uint64_t bin, uint64_t place, uint64_t units,
                uint64_t rest) {
    mlops__score_bin *to = &self->bins[bin];
    to->weight[place] += (int64_t)units;
    mlops__wide_put(&to->sum[place >> 1], units, (bin << MLOPS__BIN_BITS) + rest);
}

/* Rows of weight 1 whose bins have been put. */
static void put_rows(mlops_performance *self, const uint64_t n[2]) {
    for (size_t i = 0; i < 2; i++) {
        uint64_t units = n[i] << MLOPS__WEIGHT_BITS;
        self->n[i] += (int64_t)n[i];
        self->total[i] += (int64_t)units;
        mlops__wide_put(&self->squares[i], units, MLOPS__WEIGHT_ONE);
    }
}

/* Bins of many rows of weight 1, in a near cache. Up to PART rows, of less than 2^43 units each. */
enum { MANY = 16384, PART = 1 << 20 };

typedef struct near_bins {
    uint64_t rest[2][MLOPS__SCORE_BINS];
    uint32_t n[MLOPS__SCORE_BINS][4]; /* by place */
} near_bins;

static void put_near(mlops_performance *self, const near_bins *near) {
    uint64_t counted[2] = {0, 0};
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++) {
        mlops__score_bin *to = &self->bins[i];
        const uint32_t *n = near->n[i];
        uint64_t n_rows[2] = {(uint64_t)n[0] + n[1], n[2]};
        for (int place = 0; place < 3; place++)
            to->weight[place] += (int64_t)n[place] << MLOPS__WEIGHT_BITS;
        for (int at = 0; at < 2; at++) {
            uint64_t units = n_rows[at] << MLOPS__WEIGHT_BITS;
            mlops__wide_put(&to->sum[at], units, (uint64_t)i << MLOPS__BIN_BITS);
            mlops__wide_put(&to->sum[at], MLOPS__WEIGHT_ONE, near->rest[at][i]);
            counted[at] += n_rows[at];
        }
    }
    put_rows(self, counted);
}

/* near may be NULL. */
static void count_plain(mlops_performance *self, near_bins *near, const double *scores,
                        const double *labels, size_t n) {
    uint64_t brier = 0, loss = 0, counted[2] = {0, 0};
    mlops__scores_rows apart;
    n = take_apart(&apart, scores, labels, n);
    for (size_t i = 0; near && i < n; i++) {
        uint64_t bin = apart.bin[i], place = apart.place[i];
        near->n[bin][place] += (uint32_t)(apart.known[i] & 1);
        near->rest[place >> 1][bin] += apart.rest[i];
    }
    for (size_t i = 0; !near && i < n; i++) {
        uint64_t place = apart.place[i];
        put(self, apart.bin[i], place, apart.known[i] & MLOPS__WEIGHT_ONE, apart.rest[i]);
        counted[place >> 1] += apart.known[i] & 1;
    }
    for (size_t i = 0; labels && i < n; i++) brier += apart.brier[i], loss += apart.loss[i];
    mlops__wide_put(&self->brier, brier, MLOPS__WEIGHT_ONE);
    mlops__wide_put(&self->log_loss, loss, MLOPS__WEIGHT_ONE);
    if (!near) put_rows(self, counted);
}

static void count_many(mlops_performance *self, const double *scores, const double *labels,
                       size_t n) {
    near_bins near;
    memset(&near, 0, sizeof near);
    for (size_t i = 0; i < n; i += MLOPS__SCORES_ROWS) {
        size_t part = n - i < MLOPS__SCORES_ROWS ? n - i : MLOPS__SCORES_ROWS;
        count_plain(self, &near, scores + i, labels ? labels + i : NULL, part);
    }
    put_near(self, &near);
}

static void count_weighted(mlops_performance *self, const double *scores, const double *labels,
                           const double *weights, size_t n) {
    mlops__scores_rows apart;
    (void)take_apart(&apart, scores, labels, n);
    for (size_t i = 0; i < n; i++) {
        int64_t weight;
        (void)mlops__units_of(&weight, weights[i]);
        uint64_t at = apart.place[i] >> 1;
        uint64_t units = (uint64_t)weight & apart.known[i];
        if (!units) continue;
        put(self, apart.bin[i], apart.place[i], units, apart.rest[i]);
        self->n[at]++;
        self->total[at] += weight;
        mlops__wide_put(&self->squares[at], units, units);
        if (at) continue;
        mlops__wide_put(&self->brier, units, apart.brier[i]);
        mlops__wide_put(&self->log_loss, units, apart.loss[i]);
    }
}

void mlops__performance_count(mlops_performance *self, const double *scores, const double *labels,
                              const double *weights, size_t n) {
    if (weights) count_weighted(self, scores, labels, weights, n);
    else count_plain(self, NULL, scores, labels, n);
}

mlops_status mlops_performance_add(mlops_performance *self, const double *scores,
                                   const double *labels, const double *weights, int64_t n,
                                   mlops_error *err) {
    rows r = {scores, labels, weights, n, 0, 0};
    if (!self || n < 0 || (n > 0 && !scores))
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "performance: counts or scores are NULL, or the number of rows negative");
    MLOPS_TRY(look(&r, err));
    MLOPS_TRY(mlops__performance_room(self, r.units, r.n_nan, err));
    self->n_nan += r.n_nan;
    const int64_t step = weights || n < MANY ? MLOPS__SCORES_ROWS : PART;
    for (int64_t i = 0; i < n; i += step) {
        const double *part_labels = labels ? labels + i : NULL;
        size_t part = n - i < step ? (size_t)(n - i) : (size_t)step;
        if (step == PART) count_many(self, scores + i, part_labels, part);
        else
            mlops__performance_count(self, scores + i, part_labels, weights ? weights + i : NULL,
                                     part);
    }
    return MLOPS_OK;
}
