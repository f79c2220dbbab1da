/* Counting rows.
 *
 * Owns nothing. Invariant: every row is looked at before the first is counted, so that a call that
 * fails has counted nothing. No branch of the counting depends on labels.
 */
#include "metric/metric.h"
#include "performance/performance.h"

#include <string.h>

#define WEIGHT_MIN 0x1p-20
#define WEIGHT_MAX 0x1p32

enum { BLOCK = 64 };

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

/* Squared errors of 2^-52 and losses of 2^-46; 0 of rows that have none. */
typedef struct terms {
    uint64_t brier[BLOCK], loss[BLOCK];
} terms;

/* Of exponents, 0 has no bit, 1 has bit 61 and not 62, NaN has both, and no share has bit 62. */
static void judge(terms *out, const double *scores, const double *labels, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double p = scores[i], label = labels[i];
        uint64_t of_label = mlops__bits_of(label), positive = 0 - (of_label >> 61 & 1);
        uint64_t missing = (of_label | mlops__bits_of(p)) >> 62 & 1, known = missing - 1;
        double error = mlops__either(positive, 1 - p, p), loss = mlops__metric_loss_by(p, positive);
        out->brier[i] = mlops__share_units(error * error) & known;
        out->loss[i] = mlops__loss_units(loss) & known;
    }
}

static inline void put(mlops_performance *self, double p, int place, int64_t units) {
    int64_t at = (int64_t)(p * MLOPS__SCORE_BINS);
    mlops__score_bin *bin = &self->bins[at < MLOPS__SCORE_BINS ? at : MLOPS__SCORE_BINS - 1];
    bin->weight[place] += units;
    mlops__wide_put(&bin->sum[place == 2], (uint64_t)units, mlops__share_units(p));
}

static inline int place_of(double label) { return label == label ? label == 1 : 2; }

static void count_plain(mlops_performance *self, const double *scores, const double *labels,
                        size_t n) {
    uint64_t brier = 0, loss = 0;
    int64_t counted[2] = {0, 0};
    terms t;
    if (labels) judge(&t, scores, labels, n);
    for (size_t i = 0; i < n; i++) {
        int place = labels ? place_of(labels[i]) : 2;
        if (scores[i] != scores[i]) continue;
        put(self, scores[i], place, MLOPS__WEIGHT_ONE);
        counted[place == 2]++;
    }
    for (size_t i = 0; labels && i < n; i++) brier += t.brier[i], loss += t.loss[i];
    mlops__wide_put(&self->brier, brier, MLOPS__WEIGHT_ONE);
    mlops__wide_put(&self->log_loss, loss, MLOPS__WEIGHT_ONE);
    for (size_t i = 0; i < 2; i++) {
        uint64_t units = (uint64_t)counted[i] << MLOPS__WEIGHT_BITS;
        self->n[i] += counted[i];
        self->total[i] += (int64_t)units;
        mlops__wide_put(&self->squares[i], units, MLOPS__WEIGHT_ONE);
    }
}

static void count_weighted(mlops_performance *self, const double *scores, const double *labels,
                           const double *weights, size_t n) {
    terms t;
    if (labels) judge(&t, scores, labels, n);
    for (size_t i = 0; i < n; i++) {
        int64_t units;
        int place = labels ? place_of(labels[i]) : 2, at = place == 2;
        (void)mlops__units_of(&units, weights[i]);
        if (scores[i] != scores[i] || !units) continue;
        put(self, scores[i], place, units);
        self->n[at]++;
        self->total[at] += units;
        mlops__wide_put(&self->squares[at], (uint64_t)units, (uint64_t)units);
        if (at) continue;
        mlops__wide_put(&self->brier, (uint64_t)units, t.brier[i]);
        mlops__wide_put(&self->log_loss, (uint64_t)units, t.loss[i]);
    }
}

void mlops__performance_count(mlops_performance *self, const double *scores, const double *labels,
                              const double *weights, size_t n) {
    if (weights) count_weighted(self, scores, labels, weights, n);
    else count_plain(self, scores, labels, n);
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
    for (int64_t i = 0; i < n; i += BLOCK)
        mlops__performance_count(self, scores + i, labels ? labels + i : NULL,
                                 weights ? weights + i : NULL,
                                 n - i < BLOCK ? (size_t)(n - i) : BLOCK);
    return MLOPS_OK;
}
