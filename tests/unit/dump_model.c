/* dump_model MODEL ROWS OUTPUT BATCH: predicts the float32 rows of a file and writes float64 values
 * to stdout, for the oracle to compare. OUTPUT is prediction, margin or leaf; BATCH is the number
 * of rows of a call. MLOPS_CPU chooses the kernels. With BATCH 0 rows go through
 * mlops_model_predict().
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *read_all(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    if (!file) return perror(path), NULL;
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    void *bytes = malloc(*n + 1);
    size_t got = bytes ? fread(bytes, 1, *n, file) : 0;
    fclose(file);
    return got == *n ? bytes : NULL;
}

static mlops_model_output output_of(const char *word) {
    if (strcmp(word, "margin") == 0) return MLOPS_MODEL_OUTPUT_MARGIN;
    return strcmp(word, "leaf") == 0 ? MLOPS_MODEL_OUTPUT_LEAF : MLOPS_MODEL_OUTPUT_PREDICTION;
}

static mlops_status predict(mlops_model *model, const float *rows, int64_t n_rows, int64_t batch,
                            mlops_model_output output, double *out) {
    int64_t n_features = mlops_model_n_features(model), width = mlops_model_width(model, output);
    if (batch == 0) return mlops_model_predict(model, rows, n_rows, n_features, out, width);
    mlops_context *context;
    mlops_status status = mlops_context_new(&context, model, output, NULL);
    for (int64_t i = 0; status == MLOPS_OK && i < n_rows; i += batch) {
        int64_t n = n_rows - i < batch ? n_rows - i : batch;
        status = mlops_context_predict(context, rows + i * n_features, n, n_features,
                                       out + i * width, width);
    }
    mlops_context_free(context);
    return status;
}

int main(int argc, char **argv) {
    if (argc != 5) return fprintf(stderr, "usage: dump_model MODEL ROWS OUTPUT BATCH\n"), 2;
    mlops_model *model;
    mlops_error error;
    if (mlops_model_load(&model, argv[1], NULL, &error))
        return fprintf(stderr, "%s: %s\n", mlops_status_name((mlops_status)error.code),
                       error.message),
               1;
    size_t size;
    float *rows = read_all(argv[2], &size);
    if (!rows) return 1;
    mlops_model_output output = output_of(argv[3]);
    int64_t n_rows = (int64_t)size / 4 / mlops_model_n_features(model);
    int64_t width = mlops_model_width(model, output);
    double *out = malloc((size_t)(n_rows * width) * sizeof *out + 1);
    if (!out) return 1;
    mlops_status status = predict(model, rows, n_rows, atoll(argv[4]), output, out);
    if (status) return fprintf(stderr, "%s\n", mlops_status_name(status)), 1;
    fwrite(out, sizeof *out, (size_t)(n_rows * width), stdout);
    free(out);
    free(rows);
    mlops_model_unref(model);
    return 0;
}
