/* Support vector machines: votes of pairs of classes, probabilities.
 *
 * Owns nothing. Invariant: rows are independent; sums are in f64, rounded once; the
 * coupling of probabilities is libsvm's, and ends after a hundred rounds. Freestanding: part of the
 * firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

/* Where the vectors of each class begin: their sum may not be more than there are. */
static int counts_fit(const mlops__graph_view *counts, int64_t n) {
    for (int64_t i = 0; i < counts->dims[0]; i++) {
        int64_t count = ((const int64_t *)counts->data)[i];
        if (count < 0 || count > n) return 0;
        n -= count;
    }
    return 1;
}

/* Sums of a pair of classes: two chains of additions that do not wait for each other. */
static double dots(const float *a, const float *x, int64_t n, const float *b, const float *y,
                   int64_t m) {
    double first = 0.0, second = 0.0;
    for (int64_t i = 0; i < n || i < m; i++) {
        if (i < n) first += (double)a[i] * (double)x[i];
        if (i < m) second += (double)b[i] * (double)y[i];
    }
    return first + second;
}

/* The decisions of one row, and the first of the classes with most votes. */
static int64_t vote(const float *kernels, const float *coefficients, int64_t v,
                    const mlops__graph_view *counts, const float *rho, float *decisions) {
    const int64_t *n_of = counts->data;
    int64_t c = counts->dims[0], best = 0, most = -1, at = 0, start_i = 0;
    for (int64_t i = 0; i < c; start_i += n_of[i++]) {
        int64_t start_j = start_i + n_of[i];
        for (int64_t j = i + 1; j < c; start_j += n_of[j++], at++)
            decisions[at] =
                (float)(dots(coefficients + (j - 1) * v + start_i, kernels + start_i, n_of[i],
                             coefficients + i * v + start_j, kernels + start_j, n_of[j]) +
                        (double)rho[at]);
    }
    for (int64_t k = 0; k < c; k++) {
        int64_t votes = 0;
        at = 0;
        for (int64_t i = 0; i < c; i++)
            for (int64_t j = i + 1; j < c; j++, at++) votes += k == (decisions[at] > 0.0f ? i : j);
        if (votes > most) most = votes, best = k;
    }
    return best;
}

mlops_status mlops__op_vote(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *w = mlops__step_in(step, 1);
    const mlops__graph_view *counts = mlops__step_in(step, 2), *rho = mlops__step_in(step, 3);
    int64_t *winners, pairs;
    float *to;
    if (!mlops__is_f32(x, 2) || !mlops__is_f32(w, 2) || counts->dtype != MLOPS__GRAPH_I64 ||
        counts->rank != 1 || !mlops__is_f32(rho, 1))
        return mlops__step_fail(step, "no kernels, coefficients, counts and rho");
    int64_t c = counts->dims[0], v = x->dims[1], dims[] = {x->dims[0], 0};
    if (c < 1 || !mlops__times(c, c - 1, &pairs) || rho->dims[0] != pairs / 2 ||
        w->dims[0] != c - 1 || w->dims[1] != v || !counts_fit(counts, v))
        return mlops__step_fail(step, "classes and their vectors do not fit");
    dims[1] = pairs / 2;
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, 2, dims, &to));
    MLOPS_TRY(mlops__step_out(step, 1, MLOPS__GRAPH_I64, 1, dims, &winners));
    for (int64_t i = 0; i < dims[0]; i++)
        winners[i] =
            vote((const float *)x->data + i * v, w->data, v, counts, rho->data, to + i * dims[1]);
    return MLOPS_OK;
}

/* Probabilities of classes from those of pairs (Wu, Lin and Weng 2004, second method). r, q are
 * [c, c], qp [c]. */
static void couple(const float *r, float *q, float *qp, float *p, int64_t c) {
    float limit = 0.005f / (float)c;
    for (int64_t i = 0; i < c; i++) {
        p[i] = 1.0f / (float)c;
        q[i * c + i] = 0.0f;
        for (int64_t j = 0; j < c; j++)
            if (j != i) q[i * c + i] += r[j * c + i] * r[j * c + i];
        for (int64_t j = 0; j < c; j++)
            if (j != i) q[i * c + j] = j < i ? q[j * c + i] : -r[j * c + i] * r[i * c + j];
    }
    for (int round = 0; round < 100; round++) {
        float all = 0.0f, worst = 0.0f;
        for (int64_t i = 0; i < c; i++) {
            qp[i] = 0.0f;
            for (int64_t j = 0; j < c; j++) qp[i] += q[i * c + j] * p[j];
            all += p[i] * qp[i];
        }
        for (int64_t i = 0; i < c; i++) {
            float error = qp[i] - all < 0.0f ? all - qp[i] : qp[i] - all;
            if (error > worst) worst = error;
        }
        if (worst < limit) return;
        for (int64_t i = 0; i < c; i++) {
            float diff = (all - qp[i]) / q[i * c + i];
            p[i] += diff;
            all =
                (all + diff * (diff * q[i * c + i] + 2.0f * qp[i])) / (1.0f + diff) / (1.0f + diff);
            for (int64_t j = 0; j < c; j++) {
                qp[j] = (qp[j] + diff * q[i * c + j]) / (1.0f + diff);
                p[j] /= 1.0f + diff;
            }
        }
    }
}

mlops_status mlops__op_platt(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *a = mlops__step_in(step, 1);
    const mlops__graph_view *b = mlops__step_in(step, 2);
    int64_t c = 2, pairs = 1, size;
    float *to, *scratch;
    if (!mlops__is_f32(x, 2) || !mlops__is_f32(a, 1) || !mlops__is_f32(b, 1) ||
        a->dims[0] != x->dims[1] || b->dims[0] != x->dims[1])
        return mlops__step_fail(step, "no decisions of pairs");
    while (pairs < x->dims[1]) pairs += c++;
    if (pairs != x->dims[1] || !mlops__times(c, 2 * c + 2, &size))
        return mlops__step_fail(step, "no decisions of pairs");
    int64_t dims[] = {x->dims[0], c};
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, 2, dims, &to));
    MLOPS_TRY(mlops__step_out(step, 1, MLOPS__GRAPH_F32, 1, &size, &scratch));
    for (int64_t row = 0; row < dims[0]; row++, to += c) {
        int64_t at = 0;
        for (int64_t i = 0; i < c; i++)
            for (int64_t j = i + 1; j < c; j++, at++) {
                double z = (double)((const float *)x->data)[row * pairs + at] *
                               (double)((const float *)a->data)[at] +
                           (double)((const float *)b->data)[at];
                float r = (float)(1.0 / (1.0 + mlops__exp(z)));
                r = r < 1e-7f ? 1e-7f : r > 1.0f - 1e-7f ? 1.0f - 1e-7f : r;
                scratch[i * c + j] = r;
                scratch[j * c + i] = 1.0f - r;
            }
        couple(scratch, scratch + c * c, scratch + 2 * c * c, to, c);
    }
    return MLOPS_OK;
}
