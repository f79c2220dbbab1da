/* Link functions of XGBoost 1.7 and LightGBM.
 *
 * Owns nothing. Invariant: XGBoost's operations are done in float in its own order (the sum of a
 * softmax and survival:aft's exp in double), and only the finished value is widened; LightGBM's in
 * double in its own order. Freestanding: part of the firmware build.
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

/* log(1 + exp(x)) as LightGBM has it: what 1 + y loses of a small y is made good. */
static double log1p_exp(double x) {
    double y = mlops__exp(x), u = 1.0 + y;
    if (u == 1.0 || u - u != 0.0) return y;
    return mlops__log(u) * (y / (u - 1.0));
}

static double transform_f64(mlops__link link, double param, double x) {
    if (link == MLOPS__LINK_SIGMOID_F64) return 1.0 / (1.0 + mlops__exp(-param * x));
    if (link == MLOPS__LINK_EXP_F64) return mlops__exp(x);
    if (link == MLOPS__LINK_SQUARE_F64) return (double)((x > 0.0) - (x < 0.0)) * x * x;
    if (link == MLOPS__LINK_LOG1P_EXP_F64) return log1p_exp(x);
    return x;
}

static void softmax_f64(const double *margins, uint32_t n, double *out) {
    double top = margins[0], sum = 0.0;
    for (uint32_t i = 1; i < n; i++)
        if (top < margins[i]) top = margins[i];
    for (uint32_t i = 0; i < n; i++) {
        out[i] = mlops__exp(margins[i] - top);
        sum += out[i];
    }
    for (uint32_t i = 0; i < n; i++) out[i] /= sum;
}

int mlops__link_takes(mlops__link link, int f64) {
    if (link == MLOPS__LINK_IDENTITY) return 1;
    int wide = link >= MLOPS__LINK_SIGMOID_F64 && link <= MLOPS__LINK_LOG1P_EXP_F64;
    return link < MLOPS__LINKS && wide == (f64 != 0);
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

void mlops__link_apply_f64(mlops__link link, double param, const double *margins, uint32_t n_groups,
                           double *out) {
    if (link == MLOPS__LINK_SOFTMAX_F64) {
        softmax_f64(margins, n_groups, out);
        return;
    }
    for (uint32_t i = 0; i < n_groups; i++) out[i] = transform_f64(link, param, margins[i]);
}
