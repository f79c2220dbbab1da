/* dump_forests: predicts with many small models, for the oracle to compare. Each line of stdin is a
 * model's file and one of float32 rows, or float64 if its name ends in .f64; for each a line of
 * stdout has ok and how many values follow, as float64, first the margins of all rows, then the
 * predictions; or no and the error. MLOPS_CPU chooses the kernels. Fails if rows by themselves or
 * in other batches have other bits.
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 1 << 20 };

static union {
    float f32[ROWS_MAX];
    double f64[ROWS_MAX];
} rows;
static int wide;
static double all[ROWS_MAX], again[ROWS_MAX];

static size_t read_rows(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return perror(path), 0;
    wide = strstr(path, ".f64") != NULL;
    size_t size = wide ? 8 : 4, n = fread(&rows, size, ROWS_MAX, file);
    fclose(file);
    return n;
}

static mlops_status predict(mlops_model *model, int64_t n, double *out, int64_t width) {
    const int64_t d = mlops_model_n_features(model);
    if (wide) return mlops_model_predict_f64(model, rows.f64, n, d, out, width);
    return mlops_model_predict(model, rows.f32, n, d, out, width);
}

static int in_batches(mlops_model *model, mlops_model_output output, int64_t n, int64_t batch,
                      double *out) {
    int64_t d = mlops_model_n_features(model), width = mlops_model_width(model, output);
    mlops_context *context;
    int status = mlops_context_new(&context, model, output, NULL, NULL);
    for (int64_t i = 0; !status && i < n; i += batch) {
        int64_t some = n - i < batch ? n - i : batch;
        double *to = out + i * width;
        if (wide) status = mlops_context_predict_f64(context, rows.f64 + i * d, some, d, to, width);
        else status = mlops_context_predict(context, rows.f32 + i * d, some, d, to, width);
    }
    mlops_context_free(context);
    return status;
}

static int dump(mlops_model *model, int64_t n) {
    const mlops_model_output outputs[] = {MLOPS_MODEL_OUTPUT_MARGIN, MLOPS_MODEL_OUTPUT_PREDICTION};
    int64_t widths[2], total = 0;
    for (int i = 0; i < 2; i++) total += n * (widths[i] = mlops_model_width(model, outputs[i]));
    printf("ok %lld\n", (long long)total);
    for (int i = 0; i < 2; i++) {
        const size_t size = (size_t)(n * widths[i]) * sizeof all[0];
        if (in_batches(model, outputs[i], n, n, all)) return 1;
        for (int64_t batch = 1; batch <= 37; batch += 36)
            if (in_batches(model, outputs[i], n, batch, again) || memcmp(all, again, size))
                return fprintf(stderr, "batches of %lld differ\n", (long long)batch), 1;
        if (i && (predict(model, n, again, widths[i]) || memcmp(all, again, size)))
            return fprintf(stderr, "without a context rows differ\n"), 1;
        fwrite(all, 1, size, stdout);
    }
    return 0;
}

int main(void) {
    char path[2][1024];
    while (scanf("%1023s %1023s", path[0], path[1]) == 2) {
        mlops_model *model;
        mlops_error error;
        const size_t n = read_rows(path[1]);
        if (mlops_model_load(&model, path[0], NULL, &error)) {
            printf("no %s\n", error.message);
            continue;
        }
        const int status = dump(model, (int64_t)n / mlops_model_n_features(model));
        mlops_model_unref(model);
        if (status) return fprintf(stderr, "%s\n", path[0]), 1;
    }
    return 0;
}
