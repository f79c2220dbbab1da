/* Lowering of ai.onnx.ml: linear models, and preprocessing of columns.
 *
 * Owns their table, and what all of that domain shares. Invariant: numbers are float32, as ONNX
 * Runtime computes them, whatever goes in.
 */
#include "model/build/onnx_ml.h"

#include <string.h>

mlops_status mlops__oc_matrix(mlops__oc *self, uint32_t x, uint32_t *out) {
    int32_t rank = mlops__oc_item(self, x)->rank;
    char room[96];
    if (rank < 1 || rank > 2)
        return mlops__oc_no(self, "an input of shape %s",
                            mlops__oc_shape_text(mlops__oc_item(self, x), room));
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, x, out));
    return rank == 2 ? MLOPS_OK : mlops__oc_reshape(self, *out, (int64_t[]){1, -1}, 2, out);
}

int64_t mlops__oc_length(const mlops__oc *self, const char *name) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    return given ? (int64_t)given->n : 0;
}

mlops_status mlops__oc_floats(mlops__oc *self, const char *name, int64_t rows, int64_t columns,
                              uint32_t *out) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    int64_t n = rows < 0 ? columns : rows * columns;
    if (!given || (int64_t)given->n != n)
        return mlops__oc_no(self, "attribute \"%s\" has %lld numbers; %lld are needed", name,
                            (long long)(given ? given->n : 0), (long long)n);
    MLOPS_TRY(mlops__oc_f32s(self, given->floats, given->n, out));
    if (rows < 0) return MLOPS_OK;
    mlops__item *item = mlops__oc_item(self, *out);
    item->rank = 2;
    item->dims[0].fixed = rows;
    item->dims[1].fixed = columns;
    return MLOPS_OK;
}

mlops_status mlops__oc_turned(mlops__oc *self, const char *name, int64_t rows, int64_t columns,
                              uint32_t *out) {
    uint32_t x;
    MLOPS_TRY(mlops__oc_floats(self, name, rows, columns, &x));
    return mlops__oc_emit1(self, MLOPS__GRAPH_TRANSPOSE, 1, &x, 0, NULL, out);
}

mlops_status mlops__oc_post(mlops__oc *self, mlops__graph_post *out) {
    static const char *const names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    for (int i = 0; i < MLOPS__POSTS; i++) {
        *out = (mlops__graph_post)i;
        if (mlops__oc_is(self, "post_transform", "NONE", names[i])) return MLOPS_OK;
    }
    return mlops__oc_no(self, "its post_transform is unknown");
}

static const mlops__onnx_attribute *labels_of(const mlops__oc *self) {
    static const char *const names[] = {"classlabels_strings", "classlabels_int64s",
                                        "classlabels_ints"};
    for (int i = 0; i < 3; i++) {
        const mlops__onnx_attribute *given = mlops__oc_attribute(self, names[i]);
        if (given && given->n) return given;
    }
    return NULL;
}

int64_t mlops__oc_n_labels(const mlops__oc *self) {
    const mlops__onnx_attribute *given = labels_of(self);
    return given ? (int64_t)given->n : 0;
}

mlops_status mlops__oc_labels(mlops__oc *self, uint32_t classes, uint32_t *out) {
    const mlops__onnx_attribute *given = labels_of(self);
    uint32_t in[] = {0, classes};
    *out = classes;
    if (!given) return mlops__oc_no(self, "the labels of its classes are missing");
    int plain = given->kind == MLOPS__ONNX_INTS;
    for (size_t i = 0; plain && i < given->n; i++) plain = given->ints[i] == (int64_t)i;
    if (!plain && given->kind == MLOPS__ONNX_INTS)
        MLOPS_TRY(mlops__oc_i64s(self, given->ints, given->n, &in[0]));
    else if (!plain) MLOPS_TRY(mlops__oc_texts(self, given->texts, given->n, &in[0]));
    if (!plain)
        MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_GATHER, 2, in, 1, (int64_t[]){0}, out));
    mlops__oc_item(self, *out)->classes = given;
    return MLOPS_OK;
}

mlops_status mlops__oc_classify(mlops__oc *self, uint32_t scores, mlops__graph_label label,
                                mlops__graph_pair pair, mlops__graph_post post) {
    mlops__emit step = {.op = MLOPS__GRAPH_CLASSIFY, .inputs = {scores}, .n_inputs = 1};
    uint32_t outs[2], text;
    step.ints[0] = label;
    step.ints[1] = pair;
    step.ints[2] = post;
    step.n_ints = 3;
    step.n_outputs = 2;
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    MLOPS_TRY(mlops__oc_labels(self, outs[0], &text));
    MLOPS_TRY(mlops__oc_out(self, 0, text));
    return mlops__oc_out(self, 1, outs[1]);
}

/* [n, t] of a linear model. */
static mlops_status linear(mlops__oc *self, int64_t targets, uint32_t *out) {
    uint32_t in[3];
    MLOPS_TRY(mlops__oc_matrix(self, mlops__oc_in(self, 0), &in[0]));
    int64_t n = mlops__oc_length(self, "coefficients");
    if (targets < 1 || n % targets)
        return mlops__oc_no(self, "%lld coefficients for %lld targets", (long long)n,
                            (long long)targets);
    MLOPS_TRY(mlops__oc_turned(self, "coefficients", targets, n / targets, &in[1]));
    in[2] = MLOPS__ITEM_NONE;
    if (mlops__oc_length(self, "intercepts"))
        MLOPS_TRY(mlops__oc_floats(self, "intercepts", -1, targets, &in[2]));
    return mlops__oc_emit1(self, MLOPS__GRAPH_LINEAR, 3, in, 0, NULL, out);
}

/* Of one target ONNX Runtime takes PROBIT alone, and passes the other links over. */
static mlops_status lower_linear_regressor(mlops__oc *self) {
    int64_t targets = mlops__oc_int(self, "targets", 1);
    mlops__graph_post post;
    uint32_t out;
    MLOPS_TRY(mlops__oc_post(self, &post));
    MLOPS_TRY(linear(self, targets, &out));
    if (post == MLOPS__POST_PROBIT || (post != MLOPS__POST_NONE && targets > 1))
        MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_POST, 1, &out, 1, (int64_t[]){post}, &out));
    return mlops__oc_out(self, 0, out);
}

/* One score for two classes is that of the second. */
static mlops_status lower_linear_classifier(mlops__oc *self) {
    int64_t labels = mlops__oc_n_labels(self), n = mlops__oc_length(self, "intercepts");
    mlops__graph_post post;
    uint32_t scores;
    MLOPS_TRY(mlops__oc_post(self, &post));
    int is_pair = n == 1 && labels == 2;
    if (n && n != labels && !is_pair)
        return mlops__oc_no(self, "%lld intercepts for %lld classes", (long long)n,
                            (long long)labels);
    if (is_pair && post == MLOPS__POST_PROBIT)
        return mlops__oc_no(self, "one score of two classes, with PROBIT");
    MLOPS_TRY(linear(self, n ? n : labels, &scores));
    if (is_pair)
        return mlops__oc_classify(self, scores, MLOPS__LABEL_ZERO, MLOPS__PAIR_COMPLEMENT, post);
    return mlops__oc_classify(self, scores, MLOPS__LABEL_GREATEST, MLOPS__PAIR_NONE, post);
}

static mlops_status lower_scaler(mlops__oc *self) {
    uint32_t in[3], out;
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, mlops__oc_in(self, 0), &in[0]));
    MLOPS_TRY(mlops__oc_floats(self, "offset", -1, mlops__oc_length(self, "offset"), &in[1]));
    MLOPS_TRY(mlops__oc_floats(self, "scale", -1, mlops__oc_length(self, "scale"), &in[2]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_SCALE, 3, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_normalizer(mlops__oc *self) {
    static const char *const names[] = {"MAX", "L1", "L2"};
    uint32_t x, out;
    int64_t norm = 0;
    while (norm < 3 && !mlops__oc_is(self, "norm", "MAX", names[norm])) norm++;
    if (norm == 3) return mlops__oc_no(self, "its norm is unknown");
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, mlops__oc_in(self, 0), &x));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_NORMALIZE, 1, &x, 1, &norm, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_imputer(mlops__oc *self) {
    uint32_t in[3], out;
    in[0] = mlops__oc_in(self, 0);
    mlops__graph_dtype dtype = mlops__oc_item(self, in[0])->dtype;
    const mlops__onnx_attribute *floats = mlops__oc_attribute(self, "imputed_value_floats");
    const mlops__onnx_attribute *ints = mlops__oc_attribute(self, "imputed_value_int64s");
    int whole = dtype == MLOPS__GRAPH_I64 || dtype == MLOPS__GRAPH_I32;
    if (whole ? !ints || !ints->n : !floats || !floats->n)
        return mlops__oc_no(self, "it has no values to impute of type %s",
                            mlops__oc_dtype_name(dtype));
    if (whole) {
        int64_t replaced = mlops__oc_int(self, "replaced_value_int64", 0);
        MLOPS_TRY(mlops__oc_i64s(self, &replaced, 1, &in[1]));
        MLOPS_TRY(mlops__oc_i64s(self, ints->ints, ints->n, &in[2]));
        dtype = MLOPS__GRAPH_I64;
        MLOPS_TRY(mlops__oc_cast(self, dtype, in[0], &in[0]));
    } else {
        float replaced = mlops__oc_float(self, "replaced_value_float", 0);
        MLOPS_TRY(mlops__oc_f32s(self, &replaced, 1, &in[1]));
        MLOPS_TRY(mlops__oc_f32s(self, floats->floats, floats->n, &in[2]));
        for (int i = 1; i < 3; i++) MLOPS_TRY(mlops__oc_cast(self, dtype, in[i], &in[i]));
    }
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_IMPUTE, 3, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_binarizer(mlops__oc *self) {
    mlops__emit step = {.op = MLOPS__GRAPH_BINARIZE, .n_inputs = 1, .n_outputs = 1, .n_floats = 1};
    uint32_t out;
    step.inputs[0] = mlops__oc_in(self, 0);
    step.floats[0] = (double)mlops__oc_float(self, "threshold", 0);
    MLOPS_TRY(mlops__oc_emit(self, &step, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_pick(mlops__oc *self) {
    uint32_t in[] = {mlops__oc_in(self, 0), mlops__oc_in(self, 1)}, out;
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, in[1], &in[1]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_PICK, 2, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_features(mlops__oc *self) {
    uint32_t in[MLOPS__STEP_MAX], n = self->node->n_inputs, out;
    for (uint32_t i = 0; i < n; i++) in[i] = mlops__oc_in(self, i);
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_FEATURES, n, in, 0, NULL, &out));
    return mlops__oc_out(self, 0, out);
}

/* Scores stay a matrix; the names of their columns go with them. */
static mlops_status lower_zipmap(mlops__oc *self) {
    const mlops__onnx_attribute *given = labels_of(self);
    uint32_t x = mlops__oc_in(self, 0);
    mlops__item *item = mlops__oc_item(self, x);
    if (given) item->classes = given;
    return mlops__oc_out(self, 0, x);
}

#define ML     "ai.onnx.ml"
#define LABELS "classlabels_strings:S classlabels_ints:I post_transform:s "

const mlops__onnx_operator mlops__onnx_ops_ml[] = {
    {ML, "LinearRegressor", 1, 99, 1, 1, 1,
     "coefficients:F intercepts:F post_transform:s targets:i", lower_linear_regressor, 0},
    {ML, "LinearClassifier", 1, 99, 1, 1, 2, LABELS "coefficients:F intercepts:F multi_class:i",
     lower_linear_classifier, 0},
    {ML, "Scaler", 1, 99, 1, 1, 1, "offset:F scale:F", lower_scaler, 0},
    {ML, "Normalizer", 1, 99, 1, 1, 1, "norm:s", lower_normalizer, 0},
    {ML, "Imputer", 1, 99, 1, 1, 1,
     "imputed_value_floats:F imputed_value_int64s:I replaced_value_float:f replaced_value_int64:i",
     lower_imputer, 0},
    {ML, "Binarizer", 1, 99, 1, 1, 1, "threshold:f", lower_binarizer, 0},
    {ML, "ArrayFeatureExtractor", 1, 99, 2, 2, 1, "", lower_pick, 0},
    {ML, "FeatureVectorizer", 1, 99, 1, 250, 1, "inputdimensions:I", lower_features, 0},
    {ML, "ZipMap", 1, 99, 1, 1, 1, "classlabels_strings:S classlabels_int64s:I", lower_zipmap, 0},
    {0}};
