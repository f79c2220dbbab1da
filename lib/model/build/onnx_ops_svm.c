/* Lowering of ai.onnx.ml: support vector machines.
 *
 * Owns their table. Invariant: labels and scores are those of ONNX Runtime, also where the
 * specification leaves them open.
 */
#include "model/build/onnx_ml.h"

/* Kernel values of x with each support vector, or x itself for a linear model without them. */
static mlops_status kernels(mlops__oc *self, int64_t vectors, uint32_t *out) {
    static const char *const names[] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
    const mlops__onnx_attribute *params = mlops__oc_attribute(self, "kernel_params");
    int64_t n = mlops__oc_length(self, "support_vectors");
    mlops__emit step = {.op = MLOPS__GRAPH_KERNEL, .n_inputs = 2, .n_ints = 1, .n_floats = 3};
    step.n_outputs = 1;
    MLOPS_TRY(mlops__oc_matrix(self, mlops__oc_in(self, 0), &step.inputs[0]));
    *out = step.inputs[0];
    if (vectors == 0) return MLOPS_OK;
    while (step.ints[0] < MLOPS__KERNELS &&
           !mlops__oc_is(self, "kernel_type", "LINEAR", names[step.ints[0]]))
        step.ints[0]++;
    if (step.ints[0] == MLOPS__KERNELS) return mlops__oc_no(self, "its kernel is unknown");
    if (vectors < 0 || n % vectors)
        return mlops__oc_no(self, "%lld numbers for %lld support vectors", (long long)n,
                            (long long)vectors);
    for (size_t i = 0; params && i < params->n && i < 3; i++)
        step.floats[i] = (double)params->floats[i];
    MLOPS_TRY(mlops__oc_turned(self, "support_vectors", vectors, n / vectors, &step.inputs[1]));
    return mlops__oc_emit(self, &step, out);
}

/* It has one target, whose link ONNX Runtime passes over. */
static mlops_status lower_regressor(mlops__oc *self) {
    int64_t vectors = mlops__oc_int(self, "n_supports", 0);
    uint32_t in[3], out, zero, above;
    float numbers[] = {0, 1, -1};
    MLOPS_TRY(kernels(self, vectors, &in[0]));
    MLOPS_TRY(
        mlops__oc_turned(self, "coefficients", 1, mlops__oc_length(self, "coefficients"), &in[1]));
    MLOPS_TRY(mlops__oc_floats(self, "rho", -1, 1, &in[2]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_LINEAR, 3, in, 0, NULL, &out));
    if (mlops__oc_int(self, "one_class", 0)) {
        MLOPS_TRY(mlops__oc_f32s(self, &numbers[0], 1, &zero));
        MLOPS_TRY(mlops__oc_f32s(self, &numbers[1], 1, &in[1]));
        MLOPS_TRY(mlops__oc_f32s(self, &numbers[2], 1, &in[2]));
        MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_GREATER, out, zero, &above));
        in[0] = above;
        MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_WHERE, 3, in, 0, NULL, &out));
    }
    return mlops__oc_out(self, 0, out);
}

/* Decisions of each pair of classes, and the class that wins most of them. */
static mlops_status vote(mlops__oc *self, int64_t vectors, int64_t classes, uint32_t *outs) {
    const mlops__onnx_attribute *each = mlops__oc_attribute(self, "vectors_per_class");
    mlops__emit step = {.op = MLOPS__GRAPH_VOTE, .n_inputs = 4, .n_outputs = 2};
    MLOPS_TRY(kernels(self, vectors, &step.inputs[0]));
    MLOPS_TRY(mlops__oc_floats(self, "coefficients", classes - 1, vectors, &step.inputs[1]));
    MLOPS_TRY(mlops__oc_i64s(self, each->ints, each->n, &step.inputs[2]));
    MLOPS_TRY(mlops__oc_floats(self, "rho", -1, classes * (classes - 1) / 2, &step.inputs[3]));
    return mlops__oc_emit(self, &step, outs);
}

static mlops_status platt(mlops__oc *self, int64_t pairs, uint32_t decisions, uint32_t *out) {
    mlops__emit step = {.op = MLOPS__GRAPH_PLATT, .inputs = {decisions}, .n_inputs = 3};
    uint32_t outs[2];
    step.n_outputs = 2;
    MLOPS_TRY(mlops__oc_floats(self, "prob_a", -1, pairs, &step.inputs[1]));
    MLOPS_TRY(mlops__oc_floats(self, "prob_b", -1, pairs, &step.inputs[2]));
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    *out = outs[0];
    return MLOPS_OK;
}

static mlops_status lower_linear(mlops__oc *self, int64_t classes, mlops__graph_post post) {
    int64_t n = mlops__oc_length(self, "coefficients");
    const mlops__onnx_attribute *rho = mlops__oc_attribute(self, "rho");
    uint32_t in[3], scores;
    if (classes == 2) return mlops__oc_no(self, "two classes without support vectors");
    if (!classes || n % classes || !rho || !rho->n)
        return mlops__oc_no(self, "%lld coefficients for %lld classes", (long long)n,
                            (long long)classes);
    MLOPS_TRY(mlops__oc_matrix(self, mlops__oc_in(self, 0), &in[0]));
    MLOPS_TRY(mlops__oc_turned(self, "coefficients", classes, n / classes, &in[1]));
    MLOPS_TRY(mlops__oc_f32s(self, rho->floats, 1, &in[2]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_LINEAR, 2, in, 0, NULL, &scores));
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_ADD, scores, in[2], &scores));
    return mlops__oc_classify(self, scores, MLOPS__LABEL_GREATEST, MLOPS__PAIR_NONE, post);
}

/* One decision between two classes is told for both. */
static mlops_status put_pair(mlops__oc *self, uint32_t decision, mlops__graph_post post) {
    mlops__emit step = {.op = MLOPS__GRAPH_CLASSIFY, .inputs = {decision}, .n_inputs = 1};
    uint32_t outs[2];
    int is_softmax = post == MLOPS__POST_SOFTMAX || post == MLOPS__POST_SOFTMAX_ZERO;
    if (post == MLOPS__POST_PROBIT)
        return mlops__oc_no(self, "two classes without probabilities, with PROBIT");
    step.ints[0] = MLOPS__LABEL_ZERO;
    step.ints[1] = is_softmax ? MLOPS__PAIR_COMPLEMENT : MLOPS__PAIR_OPPOSITE;
    step.ints[2] = post;
    step.n_ints = 3;
    step.n_outputs = 2;
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    return mlops__oc_out(self, 1, outs[1]);
}

static mlops_status lower_classifier(mlops__oc *self) {
    const mlops__onnx_attribute *each = mlops__oc_attribute(self, "vectors_per_class");
    int64_t classes = mlops__oc_n_labels(self), vectors = 0;
    mlops__graph_post post;
    uint32_t outs[2], scores, label;
    MLOPS_TRY(mlops__oc_post(self, &post));
    for (size_t i = 0; each && i < each->n; i++) {
        if (each->ints[i] < 0 || each->ints[i] > INT32_MAX)
            return mlops__oc_no(self, "%lld vectors of a class", (long long)each->ints[i]);
        vectors += each->ints[i];
    }
    if (vectors == 0) return lower_linear(self, classes, post);
    if ((int64_t)each->n != classes || classes < 2)
        return mlops__oc_no(self, "%zu numbers of vectors for %lld classes", each->n,
                            (long long)classes);
    MLOPS_TRY(vote(self, vectors, classes, outs));
    MLOPS_TRY(mlops__oc_labels(self, outs[1], &label));
    MLOPS_TRY(mlops__oc_out(self, 0, label));
    scores = outs[0];
    if (mlops__oc_length(self, "prob_a"))
        MLOPS_TRY(platt(self, classes * (classes - 1) / 2, outs[0], &scores));
    else if (classes == 2) return put_pair(self, scores, post);
    if (post != MLOPS__POST_NONE)
        MLOPS_TRY(
            mlops__oc_emit1(self, MLOPS__GRAPH_POST, 1, &scores, 1, (int64_t[]){post}, &scores));
    return mlops__oc_out(self, 1, scores);
}

#define ML "ai.onnx.ml"
#define KERNEL                                                                                     \
    "kernel_params:F kernel_type:s post_transform:s coefficients:F rho:F support_vectors:F "

const mlops__onnx_operator mlops__onnx_ops_svm[] = {
    {ML, "SVMRegressor", 1, 99, 1, 1, 1, KERNEL "n_supports:i one_class:i", lower_regressor, 0},
    {ML, "SVMClassifier", 1, 99, 1, 1, 2,
     KERNEL "classlabels_strings:S classlabels_ints:I prob_a:F prob_b:F vectors_per_class:I",
     lower_classifier, 0},
    {0}};
