/* The score of one row, by each kind.
 *
 * Owns nothing. Invariant: sums are of float32 in a fixed order, and no score is NaN or infinite.
 * Freestanding: part of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/real.h"

#include <string.h>

void mlops__anomaly_standardize(const mlops_anomaly *self, const float *row, float *out) {
    const float *mean = mlops__anomaly_mean(self), *scale = mlops__anomaly_scale(self);
    for (uint32_t i = 0; i < self->d; i++) {
        float z = (row[i] - mean[i]) * scale[i];
        if (row[i] != row[i]) z = 0;
        if (z > MLOPS__ANOMALY_FAR) z = MLOPS__ANOMALY_FAR;
        out[i] = z > -MLOPS__ANOMALY_FAR ? z : -MLOPS__ANOMALY_FAR;
    }
}

/* Four sums side by side, which processors add faster than one. */
float mlops__anomaly_distance(const float *a, const float *b, size_t n) {
    float s[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++) {
            float off = a[i + k] - b[i + k];
            s[k] += off * off;
        }
    for (; i < n; i++) s[0] += (a[i] - b[i]) * (a[i] - b[i]);
    return (s[0] + s[1]) + (s[2] + s[3]);
}

static float mahalanobis(const float *z, const float *w, uint32_t d) {
    float sum = 0;
    for (uint32_t i = 0; i < d; i++) {
        float y = 0;
        for (uint32_t j = 0; j <= i; j++) y += *w++ * z[j];
        sum += y * y;
    }
    return sum;
}

/* z becomes what is left of it without its part along each component. */
static float residual(float *z, const float *component, uint32_t n, uint32_t d) {
    float sum = 0;
    for (; n > 0; n--, component += d) {
        float along = 0;
        for (uint32_t i = 0; i < d; i++) along += component[i] * z[i];
        for (uint32_t i = 0; i < d; i++) z[i] -= along * component[i];
    }
    for (uint32_t i = 0; i < d; i++) sum += z[i] * z[i];
    return sum;
}

/* The k-th least distance; k floats of room are behind z. */
static float nearest(float *z, const float *rows, uint32_t n, uint32_t k, uint32_t d) {
    float *best = z + d;
    for (uint32_t i = 0; i < k; i++) best[i] = FLT_MAX;
    for (uint32_t r = 0; r < n; r++, rows += d) {
        float found = mlops__anomaly_distance(z, rows, d);
        if (!(found < best[k - 1])) continue;
        uint32_t at = k - 1;
        for (; at > 0 && best[at - 1] > found; at--) best[at] = best[at - 1];
        best[at] = found;
    }
    return best[k - 1];
}

/* A NaN takes its feature's mean in x. */
static float forest(const mlops_anomaly *self, const float *row, float *x) {
    const float *mean = mlops__anomaly_mean(self), *model = mlops__anomaly_model(self);
    const mlops__anomaly_node *nodes = (const mlops__anomaly_node *)(model + self->n_parts);
    float length = 0;
    for (uint32_t i = 0; i < self->d; i++) x[i] = row[i] == row[i] ? row[i] : mean[i];
    for (uint32_t t = 0; t < self->n_parts; t++) {
        uint32_t start;
        memcpy(&start, model + t, sizeof start);
        const mlops__anomaly_node *tree = nodes + start, *node = tree;
        while (node->feature != MLOPS__LEAF)
            node = x[node->feature] <= node->value ? node + 1 : tree + node->right;
        length += node->value;
    }
    return mlops__expf(length * self->unit);
}

float mlops__anomaly_score_row(const mlops_anomaly *self, const float *row) {
    float *z = mlops__anomaly_scratch(self), sum, other;
    const float *model = mlops__anomaly_model(self);
    if (self->kind == MLOPS_ANOMALY_FOREST) return forest(self, row, z);
    mlops__anomaly_standardize(self, row, z);
    switch (self->kind) {
    case MLOPS_ANOMALY_MAHALANOBIS: sum = mahalanobis(z, model, self->d); break;
    case MLOPS_ANOMALY_PCA: sum = residual(z, model, self->n_parts, self->d); break;
    case MLOPS_ANOMALY_KNN: sum = nearest(z, model, self->n_parts, self->part, self->d); break;
    default:
        sum = mlops__anomaly_distance(z, model, self->d);
        for (uint32_t c = 1; c < self->n_parts; c++) {
            other = mlops__anomaly_distance(z, model + (size_t)c * self->d, self->d);
            if (other < sum) sum = other;
        }
    }
    return (float)mlops__sqrt(sum < FLT_MAX ? sum : FLT_MAX);
}
