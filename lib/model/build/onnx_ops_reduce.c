/* Lowering of ONNX's reductions and of what runs along an axis.
 *
 * Owns their table. Invariant: what older operator sets gave as attributes becomes constant inputs.
 */
#include "model/build/onnx_compile.h"

static mlops_status lower_reduce(mlops__oc *self) {
    const mlops__onnx_attribute *axes = mlops__oc_attribute(self, "axes");
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)}, out;
    if (axes) MLOPS_TRY(mlops__oc_i64s(self, axes->ints, axes->n, &in[1]));
    int64_t ints[] = {self->entry->arg, mlops__oc_int(self, "keepdims", 1) != 0,
                      mlops__oc_int(self, "noop_with_empty_axes", 0) != 0};
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_REDUCE, 2, in, 3, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_arg(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)}, out;
    int64_t ints[] = {self->entry->arg, mlops__oc_int(self, "axis", 0),
                      mlops__oc_int(self, "keepdims", 1) != 0,
                      mlops__oc_int(self, "select_last_index", 0) != 0};
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_ARG, 1, in, 4, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_topk(mlops__oc *self) {
    const mlops__onnx_attribute *k = mlops__oc_attribute(self, "k");
    mlops__emit step = {.op = MLOPS__GRAPH_TOPK, .n_inputs = 2, .n_outputs = 2, .n_ints = 2};
    uint32_t outs[2];
    step.inputs[0] = mlops__oc_in(self, 0);
    step.inputs[1] = mlops__oc_in(self, 1);
    step.ints[0] = mlops__oc_int(self, "axis", -1);
    step.ints[1] = mlops__oc_int(self, "largest", 1) != 0;
    if (k) MLOPS_TRY(mlops__oc_i64s(self, &k->i, 1, &step.inputs[1]));
    if (step.inputs[1] == MLOPS__ITEM_NONE) return mlops__oc_no(self, "k is missing");
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    MLOPS_TRY(mlops__oc_out(self, 0, outs[0]));
    return mlops__oc_out(self, 1, outs[1]);
}

static mlops_status lower_cumsum(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)}, out;
    int64_t ints[] = {mlops__oc_int(self, "exclusive", 0) != 0,
                      mlops__oc_int(self, "reverse", 0) != 0};
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, in[1], &in[1]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_CUMSUM, 2, in, 2, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_softmax(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)}, out;
    int flat = self->opset < 13;
    int64_t ints[] = {mlops__oc_int(self, "axis", flat ? 1 : -1), flat, self->entry->arg};
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_SOFTMAX, 1, in, 3, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_lpnorm(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)}, out;
    int64_t ints[] = {mlops__oc_int(self, "axis", -1), mlops__oc_int(self, "p", 2)};
    if (ints[1] != 1 && ints[1] != 2) return mlops__oc_no(self, "p is neither 1 nor 2");
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_LPNORM, 1, in, 2, ints, &out));
    return mlops__oc_out(self, 0, out);
}

#define AXES   "axes:I keepdims:i"
#define INPUTS "keepdims:i noop_with_empty_axes:i"
#define REDUCE(name, last, function)                                                               \
    {"", name, 1, last, 1, 1, 1, AXES, lower_reduce, function}, {                                  \
        "", name, (last) + 1, 99, 1, 2, 1, INPUTS, lower_reduce, function                          \
    }

const mlops__onnx_operator mlops__onnx_ops_reductions[] = {
    REDUCE("ReduceSum", 12, MLOPS__REDUCE_SUM),
    REDUCE("ReduceMean", 17, MLOPS__REDUCE_MEAN),
    REDUCE("ReduceMax", 17, MLOPS__REDUCE_MAX),
    REDUCE("ReduceMin", 17, MLOPS__REDUCE_MIN),
    REDUCE("ReduceProd", 17, MLOPS__REDUCE_PROD),
    REDUCE("ReduceSumSquare", 17, MLOPS__REDUCE_SUM_SQUARE),
    REDUCE("ReduceL1", 17, MLOPS__REDUCE_L1),
    REDUCE("ReduceL2", 17, MLOPS__REDUCE_L2),
    REDUCE("ReduceLogSum", 17, MLOPS__REDUCE_LOG_SUM),
    REDUCE("ReduceLogSumExp", 17, MLOPS__REDUCE_LOG_SUM_EXP),
    {"", "ArgMax", 1, 11, 1, 1, 1, "axis:i keepdims:i", lower_arg, 0},
    {"", "ArgMax", 12, 99, 1, 1, 1, "axis:i keepdims:i select_last_index:i", lower_arg, 0},
    {"", "ArgMin", 1, 11, 1, 1, 1, "axis:i keepdims:i", lower_arg, 1},
    {"", "ArgMin", 12, 99, 1, 1, 1, "axis:i keepdims:i select_last_index:i", lower_arg, 1},
    {"", "TopK", 1, 9, 1, 1, 2, "axis:i k:i", lower_topk, 0},
    {"", "TopK", 10, 10, 2, 2, 2, "axis:i", lower_topk, 0},
    {"", "TopK", 11, 99, 2, 2, 2, "axis:i largest:i sorted:i", lower_topk, 0},
    {"", "CumSum", 11, 99, 2, 2, 1, "exclusive:i reverse:i", lower_cumsum, 0},
    {"", "Softmax", 1, 99, 1, 1, 1, "axis:i", lower_softmax, 0},
    {"", "LogSoftmax", 1, 99, 1, 1, 1, "axis:i", lower_softmax, 1},
    {"", "LpNormalization", 1, 99, 1, 1, 1, "axis:i p:i", lower_lpnorm, 0},
    {0}};
