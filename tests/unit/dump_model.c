/* dump_model MODEL ROWS OUTPUT BATCH: predicts the float32 rows of a file, or float64 if its name
 * ends in .f64, and writes float64 values to stdout, for the oracle to compare. OUTPUT is
 * prediction, margin, leaf or prefix; BATCH is the number of rows of a call. MLOPS_CPU chooses the
 * kernels. With BATCH 0 rows go through mlops_model_predict().
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
    if (strcmp(word, "prefix") == 0) return MLOPS_MODEL_OUTPUT_PREFIX;
    return strcmp(word, "leaf") == 0 ? MLOPS_MODEL_OUTPUT_LEAF : MLOPS_MODEL_OUTPUT_PREDICTION;
}

/* Rows of one of the two types. */
typedef struct rows {
    const float *f32;
    const double *f64;
    int64_t n;
} rows;

static mlops_status predict(mlops_model *model, const rows *in, int64_t batch,
                            mlops_model_output output, double *out) {
    int64_t d = mlops_model_n_features(model), width = mlops_model_width(model, output);
    if (batch == 0 && in->f64) return mlops_model_predict_f64(model, in->f64, in->n, d, out, width);
    if (batch == 0) return mlops_model_predict(model, in->f32, in->n, d, out, width);
    mlops_context *context;
    mlops_status status = mlops_context_new(&context, model, output, NULL, NULL);
    for (int64_t i = 0; status == MLOPS_OK && i < in->n; i += batch) {
        int64_t n = in->n - i < batch ? in->n - i : batch;
        double *to = out + i * width;
        if (in->f64) status = mlops_context_predict_f64(context, in->f64 + i * d, n, d, to, width);
        else status = mlops_context_predict(context, in->f32 + i * d, n, d, to, width);
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
    void *bytes = read_all(argv[2], &size);
    if (!bytes) return 1;
    int f64 = strlen(argv[2]) > 4 && strcmp(argv[2] + strlen(argv[2]) - 4, ".f64") == 0;
    mlops_model_output output = output_of(argv[3]);
    int64_t n_rows = (int64_t)size / (f64 ? 8 : 4) / mlops_model_n_features(model);
    const rows in = {f64 ? NULL : bytes, f64 ? bytes : NULL, n_rows};
    int64_t width = mlops_model_width(model, output);
    double *out = malloc((size_t)(n_rows * width) * sizeof *out + 1);
    if (!out) return 1;
    mlops_status status = predict(model, &in, atoll(argv[4]), output, out);
    if (status) return fprintf(stderr, "%s\n", mlops_status_name(status)), 1;
    fwrite(out, sizeof *out, (size_t)(n_rows * width), stdout);
    free(out);
    free(bytes);
    mlops_model_unref(model);
    return 0;
}
