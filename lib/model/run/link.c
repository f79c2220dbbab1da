/* Link functions of XGBoost 1.7.
 *
 * Owns nothing. Invariant: every operation is done in float in XGBoost's own order (the sum of a
 * softmax and survival:aft's exp in double), and only the finished value is widened. Freestanding:
 * part of the firmware build.
 */
#include "model/run/link.h"

#include "base/real.h"

static float sigmoid(float margin) {
    float x = -margin < 88.7f ? -margin : 88.7f; /* where expf would overflow */
    if (margin != margin) x = margin;
    return 1.0f / (mlops__expf(x) + 1.0f + 1e-16f);
}

static uint32_t largest(const float *margins, uint32_t n) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (margins[i] > margins[best]) best = i;
    return best;
}

static void softmax(float *margins, uint32_t n, double *out) {
    float top = margins[largest(margins, n)];
    double sum = 0.0;
    for (uint32_t i = 0; i < n; i++) {
        margins[i] = mlops__expf(margins[i] - top);
        sum += (double)margins[i];
    }
    for (uint32_t i = 0; i < n; i++) out[i] = (double)(margins[i] / (float)sum);
}

static float transform(mlops__link link, float margin) {
    if (link == MLOPS__LINK_SIGMOID) return sigmoid(margin);
    if (link == MLOPS__LINK_EXP) return mlops__expf(margin);
    if (link == MLOPS__LINK_EXP_WIDE) return (float)mlops__exp((double)margin);
    if (link == MLOPS__LINK_HINGE) return margin > 0.0f ? 1.0f : 0.0f;
    return margin;
}

uint32_t mlops__link_width(mlops__link link, uint32_t n_groups) {
    return link == MLOPS__LINK_ARGMAX ? 1 : n_groups;
}

void mlops__link_apply(mlops__link link, float *margins, uint32_t n_groups, double *out) {
    if (link == MLOPS__LINK_SOFTMAX) {
        softmax(margins, n_groups, out);
    } else if (link == MLOPS__LINK_ARGMAX) {
        out[0] = (double)largest(margins, n_groups);
    } else {
        for (uint32_t i = 0; i < n_groups; i++) out[i] = (double)transform(link, margins[i]);
    }
}
