/* Lowering of ONNX's operators over shapes, and of constants.
 *
 * Owns their table. Invariant: what older operator sets gave as attributes becomes constant inputs.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

/* An input of integers, or before an operator set the attribute of that name. */
static mlops_status integers(mlops__oc *self, uint32_t index, const char *name, uint32_t *out) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    *out = mlops__oc_in(self, index);
    if (*out != MLOPS__ITEM_NONE || !given) return MLOPS_OK;
    return mlops__oc_i64s(self, given->ints, given->n, out);
}

static mlops_status one(mlops__oc *self, mlops__graph_operator op, uint32_t n, const uint32_t *in,
                        uint32_t n_ints, const int64_t *ints) {
    uint32_t out;
    while (n && in[n - 1] == MLOPS__ITEM_NONE) n--;
    MLOPS_TRY(mlops__oc_emit1(self, op, n, in, n_ints, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_identity(mlops__oc *self) {
    return mlops__oc_out(self, 0, mlops__oc_in(self, 0));
}

static mlops_status lower_dropout(mlops__oc *self) {
    uint32_t training = mlops__oc_in(self, 2);
    if (mlops__oc_wants(self, 1)) return mlops__oc_no(self, "the mask is asked for");
    if (training != MLOPS__ITEM_NONE) {
        const mlops__item *item = mlops__oc_item(self, training);
        if (item->kind != MLOPS__GRAPH_CONSTANT || *(const uint8_t *)item->data)
            return mlops__oc_no(self, "it is in training mode");
    }
    return lower_identity(self);
}

static mlops_status lower_reshape(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), 0};
    MLOPS_TRY(integers(self, 1, "shape", &in[1]));
    if (in[1] == MLOPS__ITEM_NONE) return mlops__oc_no(self, "the shape is missing");
    return one(self, MLOPS__GRAPH_RESHAPE, 2, in, 1,
               (int64_t[]){mlops__oc_int(self, "allowzero", 0)});
}

static mlops_status lower_flatten(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)};
    return one(self, MLOPS__GRAPH_FLATTEN, 1, in, 1, (int64_t[]){mlops__oc_int(self, "axis", 1)});
}

/* Squeeze and Unsqueeze */
static mlops_status lower_axes(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), 0};
    MLOPS_TRY(integers(self, 1, "axes", &in[1]));
    if (in[1] == MLOPS__ITEM_NONE && self->entry->arg == MLOPS__GRAPH_UNSQUEEZE)
        return mlops__oc_no(self, "the axes are missing");
    return one(self, (mlops__graph_operator)self->entry->arg, 2, in, 0, NULL);
}

static mlops_status lower_transpose(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), 0};
    MLOPS_TRY(integers(self, 99, "perm", &in[1]));
    return one(self, MLOPS__GRAPH_TRANSPOSE, 2, in, 0, NULL);
}

static mlops_status lower_slice(mlops__oc *self) {
    uint32_t in[5];
    in[0] = mlops__oc_in(self, 0);
    in[4] = mlops__oc_in(self, 4);
    MLOPS_TRY(integers(self, 1, "starts", &in[1]));
    MLOPS_TRY(integers(self, 2, "ends", &in[2]));
    MLOPS_TRY(integers(self, 3, "axes", &in[3]));
    for (uint32_t i = 1; i < 5; i++)
        if (in[i] != MLOPS__ITEM_NONE)
            MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, in[i], &in[i]));
    if (in[1] == MLOPS__ITEM_NONE || in[2] == MLOPS__ITEM_NONE)
        return mlops__oc_no(self, "starts or ends are missing");
    return one(self, MLOPS__GRAPH_SLICE, 5, in, 0, NULL);
}

/* Gather and GatherElements */
static mlops_status lower_gather(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)};
    return one(self, (mlops__graph_operator)self->entry->arg, 2, in, 1,
               (int64_t[]){mlops__oc_int(self, "axis", 0)});
}

static mlops_status lower_concat(mlops__oc *self) {
    uint32_t in[MLOPS__STEP_MAX], n = self->node->n_inputs;
    if (n > MLOPS__STEP_MAX)
        return mlops__oc_no(self, "%u inputs; %d are supported", n, MLOPS__STEP_MAX);
    for (uint32_t i = 0; i < n; i++) in[i] = mlops__oc_in(self, i);
    return one(self, MLOPS__GRAPH_CONCAT, n, in, 1, (int64_t[]){mlops__oc_int(self, "axis", 1)});
}

static mlops_status lower_split(mlops__oc *self) {
    mlops__emit step = {.op = MLOPS__GRAPH_SPLIT, .n_inputs = 2, .n_ints = 1};
    uint32_t outs[MLOPS__OUTPUTS_MAX];
    step.n_outputs = self->node->n_outputs;
    step.inputs[0] = mlops__oc_in(self, 0);
    step.ints[0] = mlops__oc_int(self, "axis", 0);
    MLOPS_TRY(integers(self, 1, "split", &step.inputs[1]));
    if (step.inputs[1] == MLOPS__ITEM_NONE) step.n_inputs = 1;
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    for (uint32_t i = 0; i < step.n_outputs; i++) MLOPS_TRY(mlops__oc_out(self, i, outs[i]));
    return MLOPS_OK;
}

/* Expand and Tile: an input and a list. */
static mlops_status lower_by_list(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)};
    return one(self, (mlops__graph_operator)self->entry->arg, 2, in, 0, NULL);
}

static mlops_status lower_shape(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)};
    return one(self, MLOPS__GRAPH_SHAPE, 1, in, 2,
               (int64_t[]){mlops__oc_int(self, "start", 0), mlops__oc_int(self, "end", INT64_MAX)});
}

static mlops_status lower_size(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0)};
    return one(self, MLOPS__GRAPH_SIZE, 1, in, 0, NULL);
}

static mlops_status lower_range(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1), mlops__oc_in(self, 2)};
    return one(self, MLOPS__GRAPH_RANGE, 3, in, 0, NULL);
}

static mlops_status lower_fill(mlops__oc *self) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, "value");
    uint32_t in[] = {mlops__oc_in(self, 0), 0};
    float none = 0;
    if (given) MLOPS_TRY(mlops__oc_tensor(self, given->tensor, &in[1]));
    else MLOPS_TRY(mlops__oc_f32s(self, &none, 1, &in[1]));
    if (mlops__oc_count(mlops__oc_item(self, in[1])) != 1)
        return mlops__oc_no(self, "its value is no single element");
    return one(self, MLOPS__GRAPH_FILL, 2, in, 0, NULL);
}

static mlops_status lower_constant(mlops__oc *self) {
    uint32_t out;
    if (self->node->n_attributes != 1) return mlops__oc_no(self, "it has not one value");
    const mlops__onnx_attribute *given = &self->node->attributes[0];
    int single = given->kind == MLOPS__ONNX_FLOAT || given->kind == MLOPS__ONNX_INT ||
                 given->kind == MLOPS__ONNX_TEXT;
    switch (given->kind) {
    case MLOPS__ONNX_TENSOR: MLOPS_TRY(mlops__oc_tensor(self, given->tensor, &out)); break;
    case MLOPS__ONNX_FLOAT: MLOPS_TRY(mlops__oc_f32s(self, &given->f, 1, &out)); break;
    case MLOPS__ONNX_FLOATS: MLOPS_TRY(mlops__oc_f32s(self, given->floats, given->n, &out)); break;
    case MLOPS__ONNX_INT: MLOPS_TRY(mlops__oc_i64s(self, &given->i, 1, &out)); break;
    case MLOPS__ONNX_INTS: MLOPS_TRY(mlops__oc_i64s(self, given->ints, given->n, &out)); break;
    case MLOPS__ONNX_TEXT: MLOPS_TRY(mlops__oc_texts(self, &given->s, 1, &out)); break;
    default: MLOPS_TRY(mlops__oc_texts(self, given->texts, given->n, &out)); break;
    }
    if (single) mlops__oc_item(self, out)->rank = 0;
    return mlops__oc_out(self, 0, out);
}

const mlops__onnx_operator mlops__onnx_ops_shapes[] = {
    {"", "Identity", 1, 99, 1, 1, 1, "", lower_identity, 0},
    {"", "Dropout", 1, 99, 1, 3, 2, "ratio:f is_test:i seed:i consumed_inputs:I", lower_dropout, 0},
    {"", "Reshape", 1, 4, 1, 1, 1, "shape:I consumed_inputs:I", lower_reshape, 0},
    {"", "Reshape", 5, 13, 2, 2, 1, "", lower_reshape, 0},
    {"", "Reshape", 14, 99, 2, 2, 1, "allowzero:i", lower_reshape, 0},
    {"", "Flatten", 1, 99, 1, 1, 1, "axis:i", lower_flatten, 0},
    {"", "Squeeze", 1, 12, 1, 1, 1, "axes:I", lower_axes, MLOPS__GRAPH_SQUEEZE},
    {"", "Squeeze", 13, 99, 1, 2, 1, "", lower_axes, MLOPS__GRAPH_SQUEEZE},
    {"", "Unsqueeze", 1, 12, 1, 1, 1, "axes:I", lower_axes, MLOPS__GRAPH_UNSQUEEZE},
    {"", "Unsqueeze", 13, 99, 2, 2, 1, "", lower_axes, MLOPS__GRAPH_UNSQUEEZE},
    {"", "Transpose", 1, 99, 1, 1, 1, "perm:I", lower_transpose, 0},
    {"", "Slice", 1, 9, 1, 1, 1, "starts:I ends:I axes:I", lower_slice, 0},
    {"", "Slice", 10, 99, 3, 5, 1, "", lower_slice, 0},
    {"", "Gather", 1, 99, 2, 2, 1, "axis:i", lower_gather, MLOPS__GRAPH_GATHER},
    {"", "GatherElements", 11, 99, 2, 2, 1, "axis:i", lower_gather, MLOPS__GRAPH_GATHER_ELEMENTS},
    {"", "Concat", 1, 99, 1, 250, 1, "axis:i", lower_concat, 0},
    {"", "Split", 2, 12, 1, 1, 32, "axis:i split:I", lower_split, 0},
    {"", "Split", 13, 17, 1, 2, 32, "axis:i", lower_split, 0},
    {"", "Split", 18, 99, 1, 2, 32, "axis:i num_outputs:i", lower_split, 0},
    {"", "Expand", 8, 99, 2, 2, 1, "", lower_by_list, MLOPS__GRAPH_EXPAND},
    {"", "Tile", 6, 99, 2, 2, 1, "", lower_by_list, MLOPS__GRAPH_TILE},
    {"", "Shape", 1, 14, 1, 1, 1, "", lower_shape, 0},
    {"", "Shape", 15, 99, 1, 1, 1, "start:i end:i", lower_shape, 0},
    {"", "Size", 1, 99, 1, 1, 1, "", lower_size, 0},
    {"", "Range", 11, 99, 3, 3, 1, "", lower_range, 0},
    {"", "ConstantOfShape", 9, 99, 1, 1, 1, "value:t", lower_fill, 0},
    {"", "Constant", 1, 11, 0, 0, 1, "value:t", lower_constant, 0},
    {"", "Constant", 12, 99, 0, 0, 1,
     "value:t value_float:f value_floats:F value_int:i value_ints:I value_string:s value_strings:S",
     lower_constant, 0},
    {0}};
