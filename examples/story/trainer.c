/* Training with XGBoost's own C API: the model file that the story loads is XGBoost's, unmodified.
 */
#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

struct trainer {
    BoosterHandle booster;
    DMatrixHandle proxy;
};

static void check(int status) {
    if (!status) return;
    fprintf(stderr, "story: XGBoost: %s\n", XGBGetLastError());
    exit(1);
}

static DMatrixHandle matrix(const dataset *data, const int64_t *rows, int64_t n_rows) {
    size_t d = (size_t)data->n_features;
    float *x = must_alloc((size_t)n_rows * d, sizeof *x);
    float *y = must_alloc((size_t)n_rows, sizeof *y);
    for (int64_t i = 0; i < n_rows; i++) {
        memcpy(x + (size_t)i * d, data->x + (size_t)rows[i] * d, d * sizeof *x);
        y[i] = data->y[rows[i]];
    }
    DMatrixHandle out;
    check(XGDMatrixCreateFromMat(x, (bst_ulong)n_rows, (bst_ulong)d, (float)(0.0 / 0.0), &out));
    check(XGDMatrixSetFloatInfo(out, "label", y, (bst_ulong)n_rows));
    free(x);
    free(y);
    return out;
}

static void set_objective(BoosterHandle booster, const dataset *data) {
    static const char *const objectives[] = {"binary:logistic", "multi:softprob",
                                             "reg:squarederror"};
    char classes[32];
    snprintf(classes, sizeof classes, "%lld", (long long)data->n_classes);
    check(XGBoosterSetParam(booster, "objective", objectives[data->task]));
    if (data->task == TASK_CLASSES) check(XGBoosterSetParam(booster, "num_class", classes));
}

trainer *trainer_train(const dataset *data, const int64_t *rows, int64_t n_rows, int rounds) {
    static const char *const fixed[][2] = {
        {"max_depth", "6"}, {"eta", "0.1"}, {"nthread", "1"}, {"seed", "1"}, {"verbosity", "0"}};
    trainer *self = must_alloc(1, sizeof *self);
    DMatrixHandle train = matrix(data, rows, n_rows);
    check(XGBoosterCreate(&train, 1, &self->booster));
    set_objective(self->booster, data);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        check(XGBoosterSetParam(self->booster, fixed[i][0], fixed[i][1]));
    for (int i = 0; i < rounds; i++) check(XGBoosterUpdateOneIter(self->booster, i, train));
    check(XGBoosterSetStrFeatureInfo(self->booster, "feature_name", (const char **)data->names,
                                     (bst_ulong)data->n_features));
    check(XGDMatrixFree(train));
    check(XGProxyDMatrixCreate(&self->proxy));
    return self;
}

void trainer_save(const trainer *self, const char *path) {
    check(XGBoosterSaveModel(self->booster, path));
}

const float *trainer_predict(const trainer *self, const float *x, int64_t n_rows,
                             int64_t n_features) {
    static const char config[] = "{\"type\": 0, \"training\": false, \"iteration_begin\": 0, "
                                 "\"iteration_end\": 0, \"strict_shape\": false, \"cache_id\": 0, "
                                 "\"missing\": NaN}";
    char array[256];
    bst_ulong const *shape;
    bst_ulong dims;
    const float *out;
    snprintf(
        array, sizeof array,
        "{\"data\": [%llu, true], \"shape\": [%lld, %lld], \"typestr\": \"<f4\", \"version\": 3}",
        (unsigned long long)(uintptr_t)x, (long long)n_rows, (long long)n_features);
    check(
        XGBoosterPredictFromDense(self->booster, array, config, self->proxy, &shape, &dims, &out));
    return out;
}

void trainer_free(trainer *self) {
    XGDMatrixFree(self->proxy);
    XGBoosterFree(self->booster);
    free(self);
}
