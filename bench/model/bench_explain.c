/* bench_explain MODEL ROWS RUNS: exact Shapley values of rows beside XGBoost's C API, on one
 * thread.
 *
 * ROWS is a file of float32, of which the first 1024 are explained in one call. Prints one line a
 * run and figure, "name value", in microseconds a row of the processor's time, which other programs
 * disturb least. The two must agree before either is timed.
 */
#include <mlops.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if HAVE_XGBOOST
#include <xgboost/c_api.h>
#endif

enum { ROWS = 1024 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static double explain(const mlops_explainer *explainer, const double *rows, int64_t n, int64_t d,
                      double *out) {
    double begin = now();
    if (mlops_explainer_explain(explainer, rows, n, d, MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS, out,
                                d + 1, NULL))
        exit(1);
    return (now() - begin) / (double)n;
}

#if HAVE_XGBOOST
static double peer(BoosterHandle booster, DMatrixHandle rows, const float **out) {
    bst_ulong n;
    double begin = now();
    if (XGBoosterPredict(booster, rows, 4, 0, 0, &n, out)) exit(1);
    return (now() - begin) / ROWS;
}

static int compare(const double *ours, const float *theirs, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(ours[i] - (double)theirs[i]) < 1e-3))
            return fprintf(stderr, "the two do not explain the same\n"), 0;
    return 1;
}
#endif

int main(int argc, char **argv) {
    mlops_error error;
    mlops_model *model;
    mlops_explainer *explainer;
    if (argc != 4) return fprintf(stderr, "usage: bench_explain MODEL ROWS RUNS\n"), 2;
    if (mlops_model_load(&model, argv[1], NULL, &error) ||
        mlops_explainer_new(&explainer, model, NULL, NULL, &error))
        return fprintf(stderr, "%s\n", error.message), 1;
    int64_t d = mlops_model_n_features(model);
    size_t n = (size_t)(ROWS * d);
    float *rows = malloc(n * sizeof *rows);
    double *wide = malloc(n * sizeof *wide), *out = malloc((n + ROWS) * sizeof *out);
    FILE *file = fopen(argv[2], "rb");
    if (!rows || !wide || !out || !file || fread(rows, sizeof *rows, n, file) != n) return 1;
    fclose(file);
    for (size_t i = 0; i < n; i++) wide[i] = (double)rows[i];
    explain(explainer, wide, ROWS, d, out);
#if HAVE_XGBOOST
    BoosterHandle booster;
    DMatrixHandle matrix;
    const float *theirs;
    int major, minor, patch;
    if (XGBoosterCreate(NULL, 0, &booster) || XGBoosterLoadModel(booster, argv[1]) ||
        XGBoosterSetParam(booster, "nthread", "1") ||
        XGDMatrixCreateFromMat_omp(rows, ROWS, (bst_ulong)d, NAN, &matrix, 1))
        return 1;
    XGBoostVersion(&major, &minor, &patch);
    printf("xgboost_version %d.%d.%d\n", major, minor, patch);
    peer(booster, matrix, &theirs);
    if (!compare(out, theirs, (int64_t)n + ROWS)) return 1;
#endif
    for (int run = 0; run < atoi(argv[3]); run++) {
        printf("mlops_explain %.2f\n", explain(explainer, wide, ROWS, d, out));
        printf("mlops_explain_one %.2f\n", explain(explainer, wide + run % ROWS * d, 1, d, out));
#if HAVE_XGBOOST
        printf("xgboost_explain %.2f\n", peer(booster, matrix, &theirs));
#endif
    }
    mlops_explainer_unref(explainer);
    mlops_model_unref(model);
    return 0;
}
