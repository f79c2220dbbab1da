/* Lowering of ONNX's operators over elements, and of products.
 *
 * Owns their table. Invariant: an entry holds for all operator sets from since to until.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

static mlops_status lower_unary(mlops__oc *self) {
    uint32_t out;
    MLOPS_TRY(
        mlops__oc_unary(self, (mlops__graph_unary)self->entry->arg, mlops__oc_in(self, 0), &out));
    return mlops__oc_out(self, 0, out);
}

/* Those with numbers of their own: their attributes and defaults. */
static mlops_status lower_shaped(mlops__oc *self) {
    mlops__emit step = {.op = MLOPS__GRAPH_UNARY, .n_inputs = 1, .n_outputs = 1, .n_ints = 1};
    float a = 1, b = 0;
    uint32_t out;
    switch (self->entry->arg) {
    case MLOPS__UNARY_LEAKY_RELU: a = mlops__oc_float(self, "alpha", 0.01f); break;
    case MLOPS__UNARY_ELU: a = mlops__oc_float(self, "alpha", 1.0f); break;
    case MLOPS__UNARY_SELU:
        a = mlops__oc_float(self, "alpha", self->opset < 6 ? 1.6732f : 1.67326319217681884765625f);
        b = mlops__oc_float(self, "gamma", self->opset < 6 ? 1.0507f : 1.05070102214813232421875f);
        break;
    case MLOPS__UNARY_HARD_SIGMOID:
        a = mlops__oc_float(self, "alpha", 0.2f);
        b = mlops__oc_float(self, "beta", 0.5f);
        break;
    default:
        a = mlops__oc_int(self, "detect_negative", 1) ? 1 : 0;
        b = mlops__oc_int(self, "detect_positive", 1) ? 1 : 0;
        break;
    }
    step.inputs[0] = mlops__oc_in(self, 0);
    step.ints[0] = self->entry->arg;
    step.floats[0] = (double)a;
    step.floats[1] = (double)b;
    step.n_floats = 2;
    MLOPS_TRY(mlops__oc_emit(self, &step, &out));
    return mlops__oc_out(self, 0, out);
}

/* Before operator set 7 the second input was laid along the first from an axis on. */
static mlops_status lay_along(mlops__oc *self, uint32_t x, uint32_t *y) {
    const mlops__onnx_attribute *axis = mlops__oc_attribute(self, "axis");
    int64_t dims[MLOPS__ONNX_RANK_MAX], n = 0;
    const mlops__item *to = mlops__oc_item(self, x), *from = mlops__oc_item(self, *y);
    if (self->opset >= 7 || !axis || !mlops__oc_int(self, "broadcast", 0)) return MLOPS_OK;
    int64_t begin = axis->i < 0 ? axis->i + to->rank : axis->i;
    if (begin < 0 || begin + from->rank > to->rank || mlops__oc_count(from) < 0)
        return mlops__oc_no(self, "axis %lld", (long long)axis->i);
    for (int i = 0; i < from->rank; i++) dims[n++] = from->dims[i].fixed;
    while (begin + n < to->rank) dims[n++] = 1;
    return mlops__oc_reshape(self, *y, dims, (size_t)n, y);
}

static mlops_status lower_binary(mlops__oc *self) {
    uint32_t x = mlops__oc_in(self, 0), y = mlops__oc_in(self, 1), out;
    MLOPS_TRY(lay_along(self, x, &y));
    MLOPS_TRY(mlops__oc_binary(self, (mlops__graph_binary)self->entry->arg, x, y, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_mod(mlops__oc *self) {
    uint32_t out;
    mlops__graph_binary function =
        mlops__oc_int(self, "fmod", 0) ? MLOPS__BINARY_REM : MLOPS__BINARY_MOD;
    MLOPS_TRY(mlops__oc_binary(self, function, mlops__oc_in(self, 0), mlops__oc_in(self, 1), &out));
    return mlops__oc_out(self, 0, out);
}

/* The power may be of another type; the result is of that of the base. */
static mlops_status lower_pow(mlops__oc *self) {
    uint32_t x = mlops__oc_in(self, 0), y = mlops__oc_in(self, 1), out;
    MLOPS_TRY(lay_along(self, x, &y));
    mlops__graph_dtype base = mlops__oc_item(self, x)->dtype,
                       power = mlops__oc_item(self, y)->dtype;
    int wide = base > MLOPS__GRAPH_F64 && power <= MLOPS__GRAPH_F64;
    mlops__graph_dtype both = wide ? MLOPS__GRAPH_F64 : base;
    if (base != power) {
        MLOPS_TRY(mlops__oc_cast(self, both, x, &x));
        MLOPS_TRY(mlops__oc_cast(self, both, y, &y));
    }
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_POW, x, y, &out));
    MLOPS_TRY(mlops__oc_cast(self, base, out, &out));
    return mlops__oc_out(self, 0, out);
}

/* Sum, Max, Min of any number of inputs. */
static mlops_status lower_many(mlops__oc *self) {
    uint32_t out = mlops__oc_in(self, 0);
    for (uint32_t i = 1; i < self->node->n_inputs; i++)
        MLOPS_TRY(mlops__oc_binary(self, (mlops__graph_binary)self->entry->arg, out,
                                   mlops__oc_in(self, i), &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_mean(mlops__oc *self) {
    uint32_t out = mlops__oc_in(self, 0), n;
    float count = (float)self->node->n_inputs;
    for (uint32_t i = 1; i < self->node->n_inputs; i++)
        MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_ADD, out, mlops__oc_in(self, i), &out));
    MLOPS_TRY(mlops__oc_f32s(self, &count, 1, &n));
    MLOPS_TRY(mlops__oc_cast(self, mlops__oc_item(self, out)->dtype, n, &n));
    MLOPS_TRY(mlops__oc_reshape(self, n, NULL, 0, &n));
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_DIV, out, n, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_where(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1), mlops__oc_in(self, 2)}, out;
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_WHERE, 3, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static int64_t type_named(mlops__onnx_text name) {
    static const char *const names[] = {"UNDEFINED", "FLOAT", "UINT8",   "INT8",
                                        "UINT16",    "INT16", "INT32",   "INT64",
                                        "STRING",    "BOOL",  "FLOAT16", "DOUBLE"};
    for (int64_t i = 0; i < (int64_t)(sizeof names / sizeof names[0]); i++)
        if (mlops__oc_text_is(name, names[i])) return i;
    return 0;
}

static mlops_status lower_cast(mlops__oc *self) {
    const mlops__onnx_attribute *to = mlops__oc_attribute(self, "to");
    uint32_t out;
    if (!to) return mlops__oc_no(self, "attribute \"to\" is missing");
    int64_t type = to->kind == MLOPS__ONNX_TEXT ? type_named(to->s) : to->i;
    mlops__graph_dtype dtype =
        type > 0 && type <= MLOPS__ONNX_BF16 ? mlops__oc_dtype((mlops__onnx_type)type) : 0;
    if (!dtype) return mlops__oc_no(self, "a cast to %s", mlops__onnx_type_name(type));
    MLOPS_TRY(mlops__oc_cast(self, dtype, mlops__oc_in(self, 0), &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_cast_like(mlops__oc *self) {
    uint32_t out, like = mlops__oc_in(self, 1);
    MLOPS_TRY(mlops__oc_cast(self, mlops__oc_item(self, like)->dtype, mlops__oc_in(self, 0), &out));
    return mlops__oc_out(self, 0, out);
}

/* A bound that is an attribute, as a number of the input's type. */
static mlops_status bound(mlops__oc *self, const char *name, uint32_t x, uint32_t *out) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    *out = MLOPS__ITEM_NONE;
    if (!given) return MLOPS_OK;
    MLOPS_TRY(mlops__oc_f32s(self, &given->f, 1, out));
    return mlops__oc_cast(self, mlops__oc_item(self, x)->dtype, *out, out);
}

static mlops_status lower_clip(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1), mlops__oc_in(self, 2)}, out;
    if (self->opset < 11) {
        MLOPS_TRY(bound(self, "min", in[0], &in[1]));
        MLOPS_TRY(bound(self, "max", in[0], &in[2]));
    }
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_CLIP, 3, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

/* Before operator set 7 the slopes were those of axis 1. */
static mlops_status lay_slope(mlops__oc *self, uint32_t x, uint32_t *slope) {
    const mlops__item *to = mlops__oc_item(self, x), *from = mlops__oc_item(self, *slope);
    int64_t dims[MLOPS__ONNX_RANK_MAX], n = to->rank - 1;
    if (self->opset >= 7 || from->rank != 1 || n < 1 || mlops__oc_count(from) < 2) return MLOPS_OK;
    for (int64_t i = 0; i < n; i++) dims[i] = i ? 1 : from->dims[0].fixed;
    return mlops__oc_reshape(self, *slope, dims, (size_t)n, slope);
}

static mlops_status lower_prelu(mlops__oc *self) {
    uint32_t x = mlops__oc_in(self, 0), slope = mlops__oc_in(self, 1), below, zero, is_below, out;
    float none = 0;
    MLOPS_TRY(lay_slope(self, x, &slope));
    MLOPS_TRY(mlops__oc_f32s(self, &none, 1, &zero));
    MLOPS_TRY(mlops__oc_cast(self, mlops__oc_item(self, x)->dtype, zero, &zero));
    MLOPS_TRY(mlops__oc_reshape(self, zero, NULL, 0, &zero));
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_LESS, x, zero, &is_below));
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_MUL, x, slope, &below));
    uint32_t in[] = {is_below, below, x};
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_WHERE, 3, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_matmul(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)}, out;
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_MATMUL, 2, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_gemm(mlops__oc *self) {
    mlops__emit step = {.op = MLOPS__GRAPH_GEMM, .n_inputs = 3, .n_outputs = 1};
    uint32_t out;
    for (uint32_t i = 0; i < 3; i++) step.inputs[i] = mlops__oc_in(self, i);
    step.ints[0] = mlops__oc_int(self, "transA", 0) != 0;
    step.ints[1] = mlops__oc_int(self, "transB", 0) != 0;
    if (step.ints[1] && mlops__oc_item(self, step.inputs[1])->kind == MLOPS__GRAPH_CONSTANT) {
        MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_TRANSPOSE, 1, &step.inputs[1], 0, NULL,
                                  &step.inputs[1]));
        step.ints[1] = 0;
    }
    step.floats[0] = (double)mlops__oc_float(self, "alpha", 1);
    step.floats[1] = (double)mlops__oc_float(self, "beta", 1);
    step.n_ints = step.n_floats = 2;
    MLOPS_TRY(mlops__oc_emit(self, &step, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_cdist(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)}, out;
    int root = mlops__oc_is(self, "metric", "sqeuclidean", "euclidean");
    if (!root && !mlops__oc_is(self, "metric", "sqeuclidean", "sqeuclidean"))
        return mlops__oc_no(self, "a metric that is neither euclidean nor sqeuclidean");
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_TRANSPOSE, 1, &in[1], 0, NULL, &in[1]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_CDIST, 2, in, 2, (int64_t[]){root, 0}, &out));
    return mlops__oc_out(self, 0, out);
}

#define OLD "axis:i broadcast:i consumed_inputs:I"
#define UNARY(name, since, function)                                                               \
    { "", name, since, 99, 1, 1, 1, "consumed_inputs:I", lower_unary, function }
#define BINARY(name, since, function)                                                              \
    {"", name, since, 6, 2, 2, 1, OLD, lower_binary, function}, {                                  \
        "", name, 7, 99, 2, 2, 1, "", lower_binary, function                                       \
    }

const mlops__onnx_operator mlops__onnx_ops_math[] = {
    UNARY("Abs", 1, MLOPS__UNARY_ABS),
    UNARY("Neg", 1, MLOPS__UNARY_NEG),
    UNARY("Sign", 9, MLOPS__UNARY_SIGN),
    UNARY("Not", 1, MLOPS__UNARY_NOT),
    UNARY("Relu", 1, MLOPS__UNARY_RELU),
    UNARY("Floor", 1, MLOPS__UNARY_FLOOR),
    UNARY("Ceil", 1, MLOPS__UNARY_CEIL),
    UNARY("Round", 11, MLOPS__UNARY_ROUND),
    UNARY("Sqrt", 1, MLOPS__UNARY_SQRT),
    UNARY("Reciprocal", 1, MLOPS__UNARY_RECIPROCAL),
    UNARY("Exp", 1, MLOPS__UNARY_EXP),
    UNARY("Log", 1, MLOPS__UNARY_LOG),
    UNARY("Sigmoid", 1, MLOPS__UNARY_SIGMOID),
    UNARY("Tanh", 1, MLOPS__UNARY_TANH),
    UNARY("Erf", 9, MLOPS__UNARY_ERF),
    UNARY("Softplus", 1, MLOPS__UNARY_SOFTPLUS),
    UNARY("Softsign", 1, MLOPS__UNARY_SOFTSIGN),
    UNARY("IsNaN", 9, MLOPS__UNARY_ISNAN),
    {"", "IsInf", 10, 99, 1, 1, 1, "detect_negative:i detect_positive:i", lower_shaped,
     MLOPS__UNARY_ISINF},
    {"", "LeakyRelu", 1, 99, 1, 1, 1, "alpha:f consumed_inputs:I", lower_shaped,
     MLOPS__UNARY_LEAKY_RELU},
    {"", "Elu", 1, 99, 1, 1, 1, "alpha:f consumed_inputs:I", lower_shaped, MLOPS__UNARY_ELU},
    {"", "Selu", 1, 99, 1, 1, 1, "alpha:f gamma:f consumed_inputs:I", lower_shaped,
     MLOPS__UNARY_SELU},
    {"", "HardSigmoid", 1, 99, 1, 1, 1, "alpha:f beta:f consumed_inputs:I", lower_shaped,
     MLOPS__UNARY_HARD_SIGMOID},
    {"", "PRelu", 1, 99, 2, 2, 1, "consumed_inputs:I", lower_prelu, 0},
    BINARY("Add", 1, MLOPS__BINARY_ADD),
    BINARY("Sub", 1, MLOPS__BINARY_SUB),
    BINARY("Mul", 1, MLOPS__BINARY_MUL),
    BINARY("Div", 1, MLOPS__BINARY_DIV),
    BINARY("And", 1, MLOPS__BINARY_AND),
    BINARY("Or", 1, MLOPS__BINARY_OR),
    BINARY("Xor", 1, MLOPS__BINARY_XOR),
    BINARY("Less", 1, MLOPS__BINARY_LESS),
    BINARY("Greater", 1, MLOPS__BINARY_GREATER),
    BINARY("Equal", 1, MLOPS__BINARY_EQUAL),
    {"", "LessOrEqual", 12, 99, 2, 2, 1, "", lower_binary, MLOPS__BINARY_LESS_EQUAL},
    {"", "GreaterOrEqual", 12, 99, 2, 2, 1, "", lower_binary, MLOPS__BINARY_GREATER_EQUAL},
    {"", "Mod", 10, 99, 2, 2, 1, "fmod:i", lower_mod, 0},
    {"", "Pow", 1, 6, 2, 2, 1, OLD, lower_pow, 0},
    {"", "Pow", 7, 99, 2, 2, 1, "", lower_pow, 0},
    {"", "Sum", 1, 99, 1, 250, 1, "consumed_inputs:I", lower_many, MLOPS__BINARY_ADD},
    {"", "Max", 1, 99, 1, 250, 1, "consumed_inputs:I", lower_many, MLOPS__BINARY_MAX},
    {"", "Min", 1, 99, 1, 250, 1, "consumed_inputs:I", lower_many, MLOPS__BINARY_MIN},
    {"", "Mean", 1, 99, 1, 250, 1, "consumed_inputs:I", lower_mean, 0},
    {"", "Where", 9, 99, 3, 3, 1, "", lower_where, 0},
    {"", "Cast", 1, 5, 1, 1, 1, "to:s", lower_cast, 0},
    {"", "Cast", 6, 99, 1, 1, 1, "to:i saturate:i round_mode:s", lower_cast, 0},
    {"", "CastLike", 15, 99, 2, 2, 1, "saturate:i round_mode:s", lower_cast_like, 0},
    {"", "Clip", 1, 10, 1, 1, 1, "min:f max:f consumed_inputs:I", lower_clip, 0},
    {"", "Clip", 11, 99, 1, 3, 1, "", lower_clip, 0},
    {"", "MatMul", 1, 99, 2, 2, 1, "", lower_matmul, 0},
    {"", "Gemm", 1, 99, 2, 3, 1, "alpha:f beta:f transA:i transB:i broadcast:i", lower_gemm, 0},
    {"com.microsoft", "CDist", 1, 1, 2, 2, 1, "metric:s", lower_cdist, 0},
    {0}};
