/* Counts of scores by label: storage, adding and merging.
 *
 * Owns the layout of a mlops_performance. Invariants: all that is kept is whole numbers, which
 * adding and merging add up, so that no order of rows or parts can be told; a call that fails has
 * counted nothing.
 */
#include "performance/performance.h"

#include "metric/metric.h"
#include "sys/hosted.h"

#include <string.h>

#define WEIGHT_MIN 0x1p-20
#define WEIGHT_MAX 0x1p32

size_t mlops_performance_size(void) { return sizeof(mlops_performance); }

mlops_status mlops_performance_init(mlops_performance **out, void *mem, size_t size) {
    *out = NULL;
    if (!mem || (uintptr_t)mem % 8) return MLOPS_E_INVALID;
    if (size < sizeof **out) return MLOPS_E_ARENA;
    *out = mem;
    mlops_performance_reset(*out);
    return MLOPS_OK;
}

void mlops_performance_reset(mlops_performance *self) { memset(self, 0, sizeof *self); }

mlops_status mlops_performance_new(mlops_performance **out, const mlops_host *given,
                                   mlops_error *err) {
    void *mem;
    *out = NULL;
    MLOPS_TRY(mlops__hosted_new(&mem, sizeof(mlops_performance), given, err));
    return mlops_performance_init(out, mem, sizeof(mlops_performance));
}

void mlops_performance_free(mlops_performance *self) { mlops__hosted_free(self); }

typedef struct row {
    double score;
    int64_t units; /* of its weight; 0: the row is not there */
    int label;     /* 0, 1, or 2: not known */
} row;

/* What is wrong with a row, or NULL. */
static const char *read_row(row *out, double score, double label, double weight) {
    *out = (row){score, 0, label == 1 ? 1 : label == 0 ? 0 : 2};
    if (weight == 0) return NULL;
    if (!(weight >= WEIGHT_MIN && weight <= WEIGHT_MAX))
        return "the weight is not 0, or 2^-20 to 2^32";
    if (out->label == 2 && label == label)
        return "the label is none of 0, 1, and NaN for not known";
    if (score < 0 || score > 1) return "the score is no probability in [0, 1]";
    out->units = (int64_t)(weight * (1 << MLOPS__WEIGHT_BITS) + 0.5);
    return NULL;
}

static void add_up(mlops__i128 *sum, int64_t units, double term) {
    uint64_t part = (uint64_t)(term * 0x1p52 + 0.5);
    *sum = mlops__i128_add(*sum, mlops__i128_product((uint64_t)units, part));
}

static void count(mlops_performance *self, const row *r) {
    double p = r->score;
    int unknown = r->label == 2;
    int64_t at = p < 1 ? (int64_t)(p * MLOPS__SCORE_BINS) : MLOPS__SCORE_BINS - 1;
    mlops__score_bin *bin = &self->bins[at];
    mlops__i128 square = mlops__i128_product((uint64_t)r->units, (uint64_t)r->units);
    self->n[unknown]++;
    self->total[unknown] += r->units;
    self->squares[unknown] = mlops__i128_add(self->squares[unknown], square);
    bin->weight[r->label] += r->units;
    add_up(&bin->sum[unknown], r->units, p);
    if (unknown) return;
    double error = r->label ? 1 - p : p;
    add_up(&self->brier, r->units, error * error);
    add_up(&self->log_loss, r->units, mlops__metric_loss(p, r->label));
}

static mlops_status check_room(const mlops_performance *self, int64_t units, int64_t n_nan,
                               mlops_error *err) {
    int64_t left = MLOPS__UNITS_MAX - self->total[0] - self->total[1];
    if (units <= left && n_nan <= MLOPS__UNITS_MAX - self->n_nan) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "performance: the weights would add up to more than 2^41");
}

mlops_status mlops_performance_add(mlops_performance *self, const double *scores,
                                   const double *labels, const double *weights, int64_t n,
                                   mlops_error *err) {
    int64_t units = 0, n_nan = 0;
    double unknown = mlops__metric_undefined();
    row r;
    if (!self || n < 0 || (n > 0 && !scores))
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "performance: counts or scores are NULL, or the number of rows negative");
    for (int64_t i = 0; i < n; i++) {
        const char *wrong =
            read_row(&r, scores[i], labels ? labels[i] : unknown, weights ? weights[i] : 1);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        if (r.score != r.score) n_nan += r.units != 0;
        else if (units <= MLOPS__UNITS_MAX) units += r.units;
    }
    MLOPS_TRY(check_room(self, units, n_nan, err));
    self->n_nan += n_nan;
    for (int64_t i = 0; i < n; i++) {
        (void)read_row(&r, scores[i], labels ? labels[i] : unknown, weights ? weights[i] : 1);
        if (r.units && r.score == r.score) count(self, &r);
    }
    return MLOPS_OK;
}

void mlops__score_bin_add(mlops__score_bin *self, const mlops__score_bin *other) {
    for (size_t i = 0; i < 3; i++) self->weight[i] += other->weight[i];
    for (size_t i = 0; i < 2; i++) self->sum[i] = mlops__i128_add(self->sum[i], other->sum[i]);
}

mlops_status mlops_performance_merge(mlops_performance *self, const mlops_performance *other,
                                     mlops_error *err) {
    if (!self || !other || self == other)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: counts are merged with other counts");
    MLOPS_TRY(check_room(self, other->total[0] + other->total[1], other->n_nan, err));
    self->n_nan += other->n_nan;
    for (size_t i = 0; i < 2; i++) {
        self->n[i] += other->n[i];
        self->total[i] += other->total[i];
        self->squares[i] = mlops__i128_add(self->squares[i], other->squares[i]);
    }
    self->brier = mlops__i128_add(self->brier, other->brier);
    self->log_loss = mlops__i128_add(self->log_loss, other->log_loss);
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++)
        mlops__score_bin_add(&self->bins[i], &other->bins[i]);
    return MLOPS_OK;
}
