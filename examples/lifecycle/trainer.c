/* Training with XGBoost's own C API: the model file that is registered is XGBoost's, unmodified. */
#include "lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <xgboost/c_api.h>

struct trainer {
    BoosterHandle booster;
    DMatrixHandle rows, proxy;
    int rounds;
};

static void check(int status) {
    if (status) fail("XGBoost: %s", XGBGetLastError());
}

static void set_objective(BoosterHandle booster, task task, int64_t n_classes) {
    static const char *const objectives[] = {"binary:logistic", "multi:softprob",
                                             "reg:squarederror"};
    char classes[32];
    snprintf(classes, sizeof classes, "%lld", (long long)n_classes);
    check(XGBoosterSetParam(booster, "objective", objectives[task]));
    if (task == TASK_CLASSES) check(XGBoosterSetParam(booster, "num_class", classes));
}

trainer *trainer_new(const float *x, const float *y, int64_t n_rows, int64_t n_features,
                     const char *const *names, task task, int64_t n_classes) {
    static const char *const fixed[][2] = {
        {"max_depth", "6"}, {"eta", "0.1"}, {"nthread", "1"}, {"seed", "1"}, {"verbosity", "0"}};
    trainer *self = must_alloc(1, sizeof *self);
    check(XGDMatrixCreateFromMat(x, (bst_ulong)n_rows, (bst_ulong)n_features, (float)(0.0 / 0.0),
                                 &self->rows));
    check(XGDMatrixSetFloatInfo(self->rows, "label", y, (bst_ulong)n_rows));
    check(XGBoosterCreate(&self->rows, 1, &self->booster));
    set_objective(self->booster, task, n_classes);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        check(XGBoosterSetParam(self->booster, fixed[i][0], fixed[i][1]));
    check(XGBoosterSetStrFeatureInfo(self->booster, "feature_name", (const char **)names,
                                     (bst_ulong)n_features));
    check(XGProxyDMatrixCreate(&self->proxy));
    return self;
}

void trainer_step(trainer *self) {
    check(XGBoosterUpdateOneIter(self->booster, self->rounds++, self->rows));
}

void trainer_save(trainer *self, const char *path) {
    check(XGBoosterSaveModel(self->booster, path));
}

const float *trainer_predict(trainer *self, const float *x, int64_t n_rows, int64_t n_features) {
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
    XGDMatrixFree(self->rows);
    XGDMatrixFree(self->proxy);
    XGBoosterFree(self->booster);
    free(self);
}
