/* bench_model MODEL ROWS RUNS: one row and a batch, beside XGBoost's C API, in turns on one thread.
 *
 * ROWS is a file of float32, or of float64 if its name ends in .f64; then there is no
 * peer. Every call takes the next row: a tree model that sees the same row
 * again runs several times faster, since the branch predictor learns the path. Prints one line a
 * run and figure, "name value", times in microseconds of the wall clock (with what reading it
 * takes, about 0.03), batches in million rows a second. The peer is told to use one thread and
 * is asked in its fastest way, inplace on a float32 matrix.
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if HAVE_XGBOOST
#include <math.h>
#include <xgboost/c_api.h>
#endif

enum { CALLS = 10000, PASSES = 5 };

static void *rows;
static int is_f64;
static int64_t n_rows, n_features;
static double latencies[CALLS], values[1 << 20];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef void call(const void *x, int64_t n);

static const void *row_at(int64_t i) {
    return (const char *)rows + i * n_features * (is_f64 ? 8 : 4);
}

static mlops_model *model;
static mlops_context *context;

static void ours_row(const void *x, int64_t n) {
    if (is_f64) mlops_model_predict_f64(model, x, n, n_features, values, 1);
    else mlops_model_predict(model, x, n, n_features, values, 1);
}

static void predict(mlops_context *with, const void *x, int64_t n, double *out) {
    if (is_f64) mlops_context_predict_f64(with, x, n, n_features, out, 1);
    else mlops_context_predict(with, x, n, n_features, out, 1);
}

static void ours_batch(const void *x, int64_t n) { predict(context, x, n, values); }

/* The batch shared out to two workers. */
static void measure_two_cores(void) {
    mlops_context *other;
    mlops_pool *pool;
    mlops_context_opts opts = MLOPS_CONTEXT_OPTS_INIT;
    double best = 1e30;
    if (mlops_pool_new(&pool, 2, NULL, NULL)) exit(1);
    opts.executor = mlops_pool_executor(pool);
    if (mlops_context_new(&other, model, MLOPS_MODEL_OUTPUT_PREDICTION, &opts, NULL)) exit(1);
    for (int pass = 0; pass < PASSES; pass++) {
        double begin = now();
        predict(other, rows, n_rows, values);
        double took = now() - begin;
        if (took < best) best = took;
    }
    printf("two_batch %.5f\n", (double)n_rows / best);
    mlops_context_free(other);
    mlops_pool_free(pool);
}

/* Megabytes that the process holds. */
static double resident(void) {
    long all = 0, held = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%ld %ld", &all, &held) != 2) held = 0;
    if (file) fclose(file);
    return (double)held * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void measure(const char *name, call *row, call *batch) {
    for (int64_t i = 0; i < CALLS; i++) {
        double begin = now();
        row(row_at(i % n_rows), 1);
        latencies[i] = now() - begin;
    }
    qsort(latencies, CALLS, sizeof *latencies, by_value);
    printf("%s_row_p50 %.4f\n%s_row_p99 %.4f\n", name, latencies[CALLS / 2], name,
           latencies[CALLS / 100 * 99]);
    double best = 1e30;
    for (int pass = 0; pass < PASSES; pass++) {
        double begin = now();
        batch(rows, n_rows);
        double took = now() - begin;
        if (took < best) best = took;
    }
    printf("%s_batch %.5f\n", name, (double)n_rows / best);
}

static void *read_rows(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return perror(path), NULL;
    is_f64 = strcmp(path + strlen(path) - 4, ".f64") == 0;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    void *out = malloc((size_t)size);
    if (out && fread(out, 1, (size_t)size, file) != (size_t)size) out = NULL;
    fclose(file);
    n_rows = size / (is_f64 ? 8 : 4) / n_features;
    return out;
}

#if HAVE_XGBOOST
static BoosterHandle booster;
static DMatrixHandle proxy;

static void peer_call(const void *x, int64_t n) {
    char matrix[256];
    const bst_ulong *shape;
    bst_ulong dim;
    const float *result;
    snprintf(matrix, sizeof matrix,
             "{\"data\":[%zu,true],\"shape\":[%lld,%lld],\"typestr\":\"<f4\",\"version\":3}",
             (size_t)x, (long long)n, (long long)n_features);
    if (XGBoosterPredictFromDense(booster, matrix,
                                  "{\"type\":0,\"training\":false,\"iteration_begin\":0,"
                                  "\"iteration_end\":0,\"strict_shape\":false,\"missing\":NaN,"
                                  "\"cache_id\":0}",
                                  proxy, &shape, &dim, &result))
        exit(fprintf(stderr, "%s\n", XGBGetLastError()));
    for (int64_t i = 0; i < n; i++) values[i] = (double)result[i];
}

/* Both must give the same bits before either is timed. */
static int compare(void) {
    double *ours = malloc((size_t)n_rows * sizeof *ours);
    ours_batch(rows, n_rows);
    memcpy(ours, values, (size_t)n_rows * sizeof *ours);
    peer_call(rows, n_rows);
    int same = memcmp(ours, values, (size_t)n_rows * sizeof *ours) == 0;
    free(ours);
    if (!same) fprintf(stderr, "the two do not predict the same\n");
    return same;
}

static int begin_peer(const char *path) {
    double before = resident();
    if (XGBoosterCreate(NULL, 0, &booster) || XGBoosterLoadModel(booster, path)) return 0;
    int major, minor, patch;
    XGBoostVersion(&major, &minor, &patch);
    printf("xgboost_version %d.%d.%d\n", major, minor, patch);
    if (XGBoosterSetParam(booster, "nthread", "1") || XGProxyDMatrixCreate(&proxy)) return 0;
    peer_call(rows, 1);
    printf("xgboost_memory %.3f\n", resident() - before);
    return 1;
}
#endif

static void begin_ours(const char *path) {
    mlops_error error;
    double before = resident();
    if (mlops_model_load(&model, path, NULL, &error) ||
        mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, &error))
        exit(fprintf(stderr, "%s\n", error.message));
    n_features = mlops_model_n_features(model);
    printf("mlops_memory %.3f\n", resident() - before);
}

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: bench_model MODEL ROWS RUNS\n"), 2;
    begin_ours(argv[1]);
    rows = read_rows(argv[2]);
    if (!rows || n_rows > (int64_t)(sizeof values / sizeof *values)) return 1;
#if HAVE_XGBOOST
    if (!is_f64 && (!begin_peer(argv[1]) || !compare())) return 1;
#endif
    for (int run = 0; run < atoi(argv[3]); run++) {
        measure("mlops", ours_row, ours_batch);
        measure_two_cores();
#if HAVE_XGBOOST
        if (!is_f64) measure("xgboost", peer_call, peer_call);
#endif
    }
    mlops_context_free(context);
    mlops_model_unref(model);
    return 0;
}
