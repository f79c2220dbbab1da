/* Forests, scores and columns: ONNX-ML's, as ONNX Runtime has them.
 *
 * Owns nothing. Invariant: rows are independent; transforms of scores are in f32. Freestanding:
 * part of the firmware build.
 */
#include "base/real.h"
#include "model/run/graph_step.h"

mlops_status mlops__op_forest(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    uint32_t i = 0;
    while (step->run->forests[i].step != step->index) i++;
    const mlops__plan *plan = &step->run->forests[i].plan;
    int is_wide = mlops__plan_number_size(plan) == 8, is_f32 = x->dtype == MLOPS__GRAPH_F32;
    uint8_t *to;
    if (!mlops__is_one_of(x, MLOPS__REALS) || x->rank != 2 || x->dims[1] != plan->n_features)
        return mlops__step_fail(step, "rows have other features than the forest");
    int64_t dims[] = {x->dims[0], plan->n_groups};
    mlops__graph_dtype dtype = is_wide ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_F32;
    MLOPS_TRY(mlops__step_out(step, 0, dtype, 2, dims, &to));
    if (step->run->forest_fn && dims[0]) {
        mlops__row rows = {is_f32 ? x->data : NULL, is_f32 ? NULL : x->data};
        step->run->forest_fn(step->run->forest_ctx, i, rows, dims[0], to);
        return MLOPS_OK;
    }
    for (int64_t at = 0; at < dims[0] * x->dims[1]; at += x->dims[1]) {
        mlops__row row = {is_f32 ? (const float *)x->data + at : NULL,
                          is_f32 ? NULL : (const double *)x->data + at};
        mlops__plan_margin(plan, row, (mlops__sums){to});
        to += (size_t)dims[1] * mlops__plan_number_size(plan);
    }
    return MLOPS_OK;
}

static float logistic(float x) {
    float v = 1.0f / (1.0f + mlops__expf(x < 0.0f ? x : -x));
    return x < 0.0f ? 1.0f - v : v;
}

/* The inverse of the normal distribution's function, by Winitzki's form of erf. */
static float probit(float x) {
    float p = 2.0f * x - 1.0f, log = mlops__logf((1.0f - p) * (1.0f + p));
    float v = 2.0f / (3.14159f * 0.147f) + 0.5f * log;
    float root = (float)mlops__sqrt((double)(v * v - log / 0.147f));
    float value = 1.41421356f * (float)mlops__sqrt((double)(root - v));
    return p < 0.0f ? -value : value;
}

static void softmax(const float *from, float *to, int64_t n, int keeps_zero) {
    float top = -__builtin_inff(), sum = 0.0f;
    for (int64_t i = 0; i < n; i++)
        if (from[i] > top) top = from[i];
    for (int64_t i = 0; i < n; i++) {
        int is_zero = keeps_zero && from[i] <= 0.0000001f && from[i] >= -0.0000001f;
        to[i] = is_zero ? from[i] * mlops__expf(-top) : mlops__expf(from[i] - top);
        if (!is_zero || !keeps_zero) sum += to[i];
        else sum += 0.0f;
    }
    for (int64_t i = 0; i < n; i++) to[i] /= sum;
}

static void transform(int64_t post, const float *from, float *to, int64_t n) {
    if (post == MLOPS__POST_SOFTMAX || post == MLOPS__POST_SOFTMAX_ZERO) {
        softmax(from, to, n, post == MLOPS__POST_SOFTMAX_ZERO);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        to[i] = post == MLOPS__POST_LOGISTIC ? logistic(from[i])
                : post == MLOPS__POST_PROBIT ? probit(from[i])
                                             : from[i];
}

mlops_status mlops__op_post(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    float *to;
    if (!mlops__is_f32(x, 2)) return mlops__step_fail(step, "no scores of rows");
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, 2, x->dims, &to));
    for (int64_t i = 0; i < x->dims[0]; i++)
        transform(mlops__step_int(step, 0), (const float *)x->data + i * x->dims[1],
                  to + i * x->dims[1], x->dims[1]);
    return MLOPS_OK;
}

static int64_t label_of(int64_t rule, const float *scores, int64_t n) {
    int64_t best = 0;
    if (rule == MLOPS__LABEL_HALF) return scores[n - 1] > 0.5f;
    if (rule == MLOPS__LABEL_ZERO) return scores[n - 1] > 0.0f;
    for (int64_t i = 1; i < n; i++)
        if (scores[i] > scores[best]) best = i;
    return best;
}

void mlops__score_row(int64_t pair, int64_t post, const float *scores, int64_t n, float *to) {
    if (pair == MLOPS__PAIR_NONE) {
        transform(post, scores, to, n);
        return;
    }
    int is_opposite = pair == MLOPS__PAIR_OPPOSITE;
    float score = scores[0];
    to[0] = is_opposite ? -score : 1.0f - score;
    to[1] = score;
    if (post != MLOPS__POST_LOGISTIC) return;
    to[0] = -score;
    transform(post, to, to, 2);
}

mlops_status mlops__op_classify(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t rule = mlops__step_int(step, 0), pair = mlops__step_int(step, 1);
    int64_t post = mlops__step_int(step, 2), *labels;
    float *to;
    if (!mlops__is_f32(x, 2) || x->dims[1] == 0 || (pair != MLOPS__PAIR_NONE && x->dims[1] != 1))
        return mlops__step_fail(step, "no scores of rows, or not one to make a pair of");
    int64_t e = x->dims[1], dims[] = {x->dims[0], pair == MLOPS__PAIR_NONE ? e : 2};
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_I64, 1, dims, &labels));
    MLOPS_TRY(mlops__step_out(step, 1, MLOPS__GRAPH_F32, 2, dims, &to));
    for (int64_t i = 0; i < dims[0]; i++, to += dims[1]) {
        const float *scores = (const float *)x->data + i * e;
        labels[i] = label_of(rule, scores, e);
        mlops__score_row(pair, post, scores, e, to);
    }
    return MLOPS_OK;
}

mlops_status mlops__op_scale(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *offset = mlops__step_in(step, 1);
    const mlops__graph_view *scale = mlops__step_in(step, 2);
    int64_t f = x->rank ? x->dims[x->rank - 1] : 1, n = mlops__view_count(x);
    float *to;
    if (x->dtype != MLOPS__GRAPH_F32 || !mlops__is_f32(offset, 1) || !mlops__is_f32(scale, 1) ||
        (offset->dims[0] != 1 && offset->dims[0] != f) ||
        (scale->dims[0] != 1 && scale->dims[0] != f))
        return mlops__step_fail(step, "offsets or scales are not one, nor one a column");
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, x->rank, x->dims, &to));
    const float *from = x->data, *less = offset->data, *by = scale->data;
    int64_t less_step = offset->dims[0] != 1, by_step = scale->dims[0] != 1;
    for (int64_t at = 0; at < n; at += f)
        for (int64_t i = 0; i < f; i++)
            to[at + i] = (from[at + i] - less[i * less_step]) * by[i * by_step];
    return MLOPS_OK;
}

mlops_status mlops__op_normalize(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t norm = mlops__step_int(step, 0), n = mlops__view_count(x);
    float *to;
    if (x->dtype != MLOPS__GRAPH_F32 || x->rank < 1 || x->rank > 2 || norm < 0 || norm > 2)
        return mlops__step_fail(step, "no rows of f32, or no such norm");
    int64_t f = x->dims[x->rank - 1];
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_F32, x->rank, x->dims, &to));
    for (int64_t at = 0; at < n; at += f) {
        const float *row = (const float *)x->data + at;
        double sum = norm ? 0.0 : -__builtin_inf();
        for (int64_t i = 0; i < f; i++) {
            double v = (double)row[i];
            if (norm == 0) sum = v > sum ? v : sum;
            else sum += norm == 2 ? v * v : v < 0.0 ? -v : v;
        }
        if (norm == 2) sum = mlops__sqrt(sum);
        for (int64_t i = 0; i < f; i++)
            to[at + i] = sum == 0.0 ? row[i] : (float)((double)row[i] / sum);
    }
    return MLOPS_OK;
}
