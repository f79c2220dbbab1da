/* The end of learning: scales, the model, and the scores of the rows that were held back.
 *
 * Owns nothing. Invariant: what is refused goes on learning as if it had not been asked.
 * Freestanding: part of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/fail.h"
#include "base/real.h"

#include <string.h>

/* Where row i of the sums begins. */
static size_t row_at(const mlops_anomaly *self, size_t i) {
    return mlops__anomaly_has_products(self) ? i * (i + 1) / 2 : i;
}

/* A feature that never moved has no spread: what it takes then is what float32 could not tell. */
static void scale(mlops_anomaly *self, int64_t n) {
    const double *mean = mlops__anomaly_work(self), *s = mean + self->d;
    int products = mlops__anomaly_has_products(self);
    for (uint32_t i = 0; i < self->d; i++) {
        double off = mean[i] < 0 ? -mean[i] : mean[i];
        double sd = mlops__sqrt(s[row_at(self, i) + (products ? i : 0)] / (double)n);
        if (!(sd > off * 0x1p-20)) sd = off * 0x1p-20;
        if (!(sd > 1e-30)) sd = 1e-30;
        mlops__anomaly_mean(self)[i] = (float)mean[i];
        mlops__anomaly_scale(self)[i] = self->flags & MLOPS_ANOMALY_RAW ? 1 : (float)(1 / sd);
    }
}

/* Heap sort: no room, no bad case. */
static void sink(float *a, size_t at, size_t n) {
    float x = a[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && a[child + 1] > a[child]) child++;
        if (a[child] <= x) break;
        a[at] = a[child];
    }
    a[at] = x;
}

static void sort(float *a, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sink(a, i, n);
    for (size_t i = n; i-- > 1;) {
        float top = a[0];
        a[0] = a[i];
        a[i] = top;
        sink(a, 0, i);
    }
}

static uint32_t fewest(const mlops_anomaly *self) {
    switch (self->kind) {
    case MLOPS_ANOMALY_FOREST: return 2;
    case MLOPS_ANOMALY_MAHALANOBIS: return self->d + 1;
    case MLOPS_ANOMALY_KNN: return self->part;
    case MLOPS_ANOMALY_KMEANS: return self->n_parts;
    default: return self->n_parts + 1;
    }
}

mlops_status mlops_anomaly_freeze(mlops_anomaly *self, mlops_error *err) {
    static mlops__anomaly_build *const build[] = {mlops__forest_build, mlops__mahalanobis_build,
                                                  mlops__knn_build, mlops__kmeans_build,
                                                  mlops__pca_build};
    int64_t n = self->n_fit, n_held = mlops__anomaly_n_held(self);
    uint32_t needed = fewest(self);
    if (self->is_frozen) return mlops__fail(err, MLOPS_E_INVALID, "is frozen");
    if (n < needed || n_held < 1)
        return mlops__fail(err, MLOPS_E_REFUSED,
                           "not enough data: %lld of %lld rows have no NaN or infinity, %s of this "
                           "configuration needs %u",
                           (long long)(self->n - self->n_skipped), (long long)self->n,
                           mlops_anomaly_kind_name((mlops_anomaly_kind)self->kind),
                           (unsigned)(2 * needed));
    scale(self, n);
    build[self->kind](self, n, n < self->n_rows ? (uint32_t)n : self->n_rows);
    float *held = mlops__anomaly_held(self);
    for (size_t i = 0; i < (size_t)n_held; i++)
        held[i] = mlops__anomaly_score_row(self, held + i * self->d);
    sort(held, (size_t)n_held);
    self->n_held = (uint32_t)n_held;
    self->is_frozen = 1;
    return MLOPS_OK;
}

void mlops__knn_build(mlops_anomaly *self, int64_t n, uint32_t m) {
    float *rows = mlops__anomaly_model(self);
    (void)n;
    for (size_t r = 0; r < m; r++, rows += self->d) mlops__anomaly_standardize(self, rows, rows);
    self->n_parts = m;
}
