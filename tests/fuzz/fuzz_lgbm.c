/* LightGBM's text models through mlops_model_parse(); what loads must predict, and the bundle of it
 * must give the same.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static void predict(mlops_model *model) {
    int64_t n = mlops_model_n_features(model), width = mlops_model_width(model, 0);
    if (n > 100000 || width > 100000) return;
    double *row = calloc((size_t)n, sizeof *row);
    double *out = calloc((size_t)width + 1, sizeof *out);
    mlops_context *context = NULL;
    for (int64_t i = 0; row && i < n; i++) row[i] = (double)(i % 7) - 2.5;
    if (row && out && !mlops_context_new(&context, model, 0, NULL, NULL) &&
        mlops_context_predict_f64(context, row, 1, n, out, width))
        abort();
    mlops_context_free(context);
    free(row);
    free(out);
}

static void bundle(mlops_model *model) {
    size_t n = 0;
    mlops_bundle *made;
    mlops_error error;
    if (mlops_model_n_features(model) > 1000 || mlops_bundle_save(model, NULL, 0, &n, NULL, NULL))
        return;
    uint8_t *bytes = malloc(n);
    if (!bytes) return;
    if (mlops_bundle_save(model, bytes, n, &n, NULL, NULL)) abort();
    if (mlops_bundle_parse(&made, bytes, n, NULL, &error)) abort();
    mlops_bundle_unref(made);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_model *model;
    mlops_error error;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    opts.memory_max = 16 << 20;
    opts.format = "lightgbm";
    mlops_status status = mlops_model_parse(&model, data, size, &opts, &error);
    if (status != MLOPS_OK && model) abort();
    if (status != MLOPS_OK && (error.code != status || !error.message[0])) abort();
    if (status == MLOPS_OK) predict(model);
    if (status == MLOPS_OK) bundle(model);
    mlops_model_unref(model);
    return 0;
}
