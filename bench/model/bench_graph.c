/* bench_graph MODEL ROWS RUNS: one row and batches of 256 rows of an ONNX model, beside ONNX
 * Runtime, in turns on one thread.
 *
 * ROWS is a file of float32, or of float64 if its name ends in ".f64". Every call takes the next
 * rows. Prints one line a run and figure, "name value", in microseconds of the processor, of a call
 * for one row (the median) and of a row of a batch (the least); and first the greatest difference
 * of what both predict.
 */
#include "peer_onnxruntime.h"

#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 4000, BATCH = 256, PASSES = 20 };

static char *rows;
static int is_wide; /* rows are doubles */
static int64_t n_rows, n_features, width;
static double latencies[CALLS], *values;
static mlops_context *context;
static peer_onnxruntime *peer;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef void call(const void *x, int64_t n);

static void ours(const void *x, int64_t n) {
    if (is_wide ? mlops_context_predict_f64(context, x, n, n_features, values, width)
                : mlops_context_predict(context, x, n, n_features, values, width))
        exit(1);
}

static void theirs(const void *x, int64_t n) { peer_onnxruntime_run(peer, x, n, n_features); }

static const char *row(int64_t i) { return rows + i * n_features * (is_wide ? 8 : 4); }

static void measure(const char *name, call *run) {
    for (int64_t i = 0; i < CALLS; i++) {
        double begin = now();
        run(row(i % n_rows), 1);
        latencies[i] = now() - begin;
    }
    qsort(latencies, CALLS, sizeof *latencies, by_value);
    printf("%s_row_p50 %.4f\n", name, latencies[CALLS / 2]);
    double best = 1e30;
    for (int64_t i = 0; i < PASSES; i++) {
        double begin = now();
        run(row(i * BATCH % (n_rows - BATCH + 1)), BATCH);
        double took = now() - begin;
        if (took < best) best = took;
    }
    printf("%s_batch %.4f\n", name, best / BATCH);
}

static void read_rows(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(1);
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    rows = malloc(size);
    if (!rows || fread(rows, 1, size, file) != size) exit(1);
    fclose(file);
    n_rows = (int64_t)size / (is_wide ? 8 : 4) / n_features;
    if (n_rows < BATCH) exit(fprintf(stderr, "%s: fewer than %d rows\n", path, BATCH));
}

static void compare(void) {
    size_t n;
    double worst = 0;
    ours(rows, BATCH);
    theirs(rows, BATCH);
    const float *other = peer_onnxruntime_result(peer, &n);
    if (n != (size_t)(BATCH * width)) exit(fprintf(stderr, "other values than theirs\n"));
    for (size_t i = 0; i < n; i++) {
        double d = values[i] - (double)other[i], size = values[i] < 0 ? -values[i] : values[i];
        d = (d < 0 ? -d : d) / (size > 1 ? size : 1);
        if (d > worst) worst = d;
    }
    if (!(worst < 1e-3)) exit(fprintf(stderr, "the two differ by %g\n", worst));
    printf("difference %g\n", worst);
}

int main(int argc, char **argv) {
    mlops_error error;
    mlops_model *model;
    if (argc != 4) return fprintf(stderr, "usage: bench_graph MODEL ROWS RUNS\n"), 2;
    if (mlops_model_load(&model, argv[1], NULL, &error) ||
        mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, &error))
        return fprintf(stderr, "%s\n", error.message), 1;
    n_features = mlops_model_n_features(model);
    width = mlops_context_width(context);
    values = malloc((size_t)(BATCH * width) * sizeof *values);
    is_wide = strlen(argv[2]) > 4 && strcmp(argv[2] + strlen(argv[2]) - 4, ".f64") == 0;
    read_rows(argv[2]);
    peer = peer_onnxruntime_open(argv[1]);
    if (peer) {
        printf("onnxruntime_version %s\n", peer_onnxruntime_version());
        compare();
    }
    for (int run = 0; run < atoi(argv[3]); run++) {
        measure("mlops", ours);
        if (peer) measure("onnxruntime", theirs);
    }
    mlops_context_free(context);
    mlops_model_unref(model);
    return 0;
}
