/* Counts of scores by label: storage and merging.
 *
 * Owns the layout of a mlops_performance. Invariants: all that is kept is whole numbers, which
 * adding and merging add up, so that no order of rows or parts can be told; a call that fails has
 * counted nothing.
 */
#include "performance/performance.h"

#include "base/storage.h"
#include "sys/hosted.h"

#include <string.h>

size_t mlops_performance_size(void) { return sizeof(mlops_performance); }

mlops_status mlops_performance_init(mlops_performance **out, void *mem, size_t size) {
    *out = NULL;
    MLOPS_TRY(mlops__storage(mem, size, sizeof **out));
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

mlops_status mlops__performance_room(const mlops_performance *self, int64_t units, int64_t n_nan,
                                     mlops_error *err) {
    int64_t left = MLOPS__UNITS_MAX - self->total[0] - self->total[1];
    if (units <= left && n_nan <= MLOPS__UNITS_MAX - self->n_nan) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "performance: the weights would add up to more than 2^41");
}

void mlops__score_bin_add(mlops__score_bin *self, const mlops__score_bin *other) {
    for (size_t i = 0; i < 3; i++) self->weight[i] += other->weight[i];
    for (size_t i = 0; i < 2; i++) self->sum[i] = mlops__i128_add(self->sum[i], other->sum[i]);
}

void mlops__performance_join(mlops_performance *self, const mlops_performance *other) {
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
}

mlops_status mlops_performance_merge(mlops_performance *self, const mlops_performance *other,
                                     mlops_error *err) {
    if (!self || !other || self == other)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: counts are merged with other counts");
    MLOPS_TRY(mlops__performance_room(self, other->total[0] + other->total[1], other->n_nan, err));
    mlops__performance_join(self, other);
    return MLOPS_OK;
}
