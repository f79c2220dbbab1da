/* Centers of the rows that are kept: k-means++ with a choice of four each, then Lloyd's rounds.
 *
 * Owns nothing. Invariant: a center is a row, or the mean of some. Freestanding: part of the
 * firmware build.
 */
#include "anomaly/run/anomaly.h"

#include <string.h>

enum { TRIALS = 4, ROUNDS_MAX = 100 };

/* What is left of the distances of all to the nearest center if this row becomes one; kept, if
 * asked for. */
static double potential(const float *rows, size_t m, size_t d, const float *center, double *near,
                        int keep) {
    double sum = 0;
    for (size_t r = 0; r < m; r++) {
        double off = mlops__anomaly_distance(rows + r * d, center, d);
        if (!(off < near[r])) off = near[r];
        if (keep) near[r] = off;
        sum += off;
    }
    return sum;
}

/* A row, with a chance in proportion to its distance. */
static size_t draw_far(mlops_anomaly *self, const double *near, size_t m, double sum) {
    double left = (double)(mlops__mix_next(&self->random) >> 11) * 0x1p-53 * sum;
    size_t r = 0;
    while (r + 1 < m && left >= near[r]) left -= near[r++];
    return r;
}

static void seed(mlops_anomaly *self, const float *rows, size_t m, double *near) {
    float *center = mlops__anomaly_model(self);
    size_t d = self->d, best = (size_t)mlops__anomaly_draw(self, m);
    for (size_t r = 0; r < m; r++) near[r] = 1e300;
    for (uint32_t c = 0; c < self->n_parts; c++, center += d) {
        memcpy(center, rows + best * d, d * sizeof *center);
        double sum = potential(rows, m, d, center, near, 1), least = 1e300;
        for (int i = 0; i < TRIALS; i++) {
            size_t r = draw_far(self, near, m, sum);
            double left = potential(rows, m, d, rows + r * d, near, 0);
            if (left < least) least = left, best = r;
        }
    }
}

static uint32_t nearest(const float *row, const float *centers, uint32_t n, size_t d) {
    float least = mlops__anomaly_distance(row, centers, d);
    uint32_t best = 0;
    for (uint32_t c = 1; c < n; c++) {
        float off = mlops__anomaly_distance(row, centers + c * d, d);
        if (off < least) least = off, best = c;
    }
    return best;
}

/* Each center goes to the mean of the rows nearest to it; 0 if none has moved. */
static int go_round(mlops_anomaly *self, const float *rows, size_t m, double *sums) {
    float *centers = mlops__anomaly_model(self);
    size_t d = self->d;
    uint32_t k = self->n_parts;
    int moved = 0;
    memset(sums, 0, k * (d + 1) * sizeof *sums);
    for (size_t r = 0; r < m; r++) {
        double *s = sums + nearest(rows + r * d, centers, k, d) * (d + 1);
        for (size_t i = 0; i < d; i++) s[i] += rows[r * d + i];
        s[d]++;
    }
    for (uint32_t c = 0; c < k; c++)
        for (size_t i = 0; i < d; i++) {
            const double *s = sums + c * (d + 1);
            float to = s[d] > 0 ? (float)(s[i] / s[d]) : centers[c * d + i];
            moved |= to != centers[c * d + i];
            centers[c * d + i] = to;
        }
    return moved;
}

void mlops__kmeans_build(mlops_anomaly *self, int64_t n, uint32_t m) {
    double *sums = mlops__anomaly_work(self) + mlops__anomaly_n_sums(self);
    float *rows = mlops__anomaly_rows(self);
    size_t d = self->d;
    (void)n;
    for (size_t r = 0; r < m; r++) mlops__anomaly_standardize(self, rows + r * d, rows + r * d);
    seed(self, rows, m, sums + self->n_parts * (d + 1));
    for (int i = 0; i < ROUNDS_MAX && go_round(self, rows, m, sums); i++) {
    }
}
