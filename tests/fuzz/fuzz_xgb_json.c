/* Model files of any kind through mlops_model_parse(); what loads must predict. */
#include "fuzz/fuzz.h"

#include <mlops.h>

static void predict(mlops_model *model) {
    int64_t n = mlops_model_n_features(model), width = mlops_model_width(model, 0);
    if (n > 100000 || width > 100000) return;
    float *row = calloc((size_t)n, sizeof *row);
    double *out = calloc((size_t)width + 1, sizeof *out);
    if (row && out) mlops_model_predict(model, row, 1, n, out, width);
    free(row);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_model *model;
    mlops_error error;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    opts.memory_max = 16 << 20;
    mlops_status status = mlops_model_parse(&model, data, size, &opts, &error);
    if (status != MLOPS_OK && model) abort();
    if (status != MLOPS_OK && (error.code != status || !error.message[0])) abort();
    if (status == MLOPS_OK) predict(model);
    mlops_model_unref(model);
    return 0;
}
