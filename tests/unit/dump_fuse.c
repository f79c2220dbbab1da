/* dump_fuse MODEL ROWS: what a graph of ONNX is compiled to and what it gives. A line of the
 * operators of its steps, then for every level of kernels, and there for rows one by one and for
 * all of them, a line of the values of the first output in hexadecimal. ROWS is a file of float64.
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "model/build/handle.h"
#include "unit/levels.h"

static double *rows, *values;
static int64_t n_rows, n_features, width;

static void fail(const char *why) { exit((fprintf(stderr, "%s\n", why), 1)); }

static void read_rows(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    rows = malloc(size);
    if (!rows || fread(rows, 1, size, file) != size) fail(path);
    fclose(file);
    n_rows = (int64_t)(size / sizeof *rows) / n_features;
}

static void predict(mlops_model *model, int64_t block) {
    mlops_error error;
    mlops_context *context;
    const mlops_model_output first = MLOPS_MODEL_OUTPUT_FIRST;
    if (mlops_context_new(&context, model, first, NULL, &error)) fail(error.message);
    for (int64_t i = 0; i < n_rows; i += block)
        if (mlops_context_predict_f64(context, rows + i * n_features, block, n_features,
                                      values + i * width, width))
            fail("rows cannot be predicted");
    mlops_context_free(context);
    for (int64_t i = 0; i < n_rows * width; i++) printf(" %a", values[i]);
    printf("\n");
}

static void tell_steps(const mlops__graph *graph) {
    for (uint32_t i = 0; i < graph->n_steps; i++)
        printf(" %u", (unsigned)mlops__load_u16(graph->steps + 24 * (size_t)i));
    printf("\n");
}

int main(int argc, char **argv) {
    if (argc != 3) fail("usage: dump_fuse MODEL ROWS");
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        mlops_host host = MLOPS_HOST_INIT;
        mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
        mlops_error error;
        mlops_model *model;
        if (!kernels(LEVELS[i])) continue;
        host.cpu_max = LEVELS[i];
        opts.host = &host;
        if (mlops_model_load(&model, argv[1], &opts, &error)) fail(error.message);
        if (!rows) {
            n_features = mlops_model_n_features(model);
            width = mlops__model_width(model, MLOPS_MODEL_OUTPUT_FIRST);
            read_rows(argv[2]);
            values = malloc((size_t)(n_rows * width) * sizeof *values + 1);
            tell_steps(&model->graph->graph);
        }
        predict(model, 1);
        predict(model, n_rows);
        mlops_model_unref(model);
    }
    free(rows);
    free(values);
    return 0;
}
