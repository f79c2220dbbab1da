/* bench_load MODEL FOLDER RUNS: loading a model, beside XGBoost's C API, in turns.
 *
 * Prints one line a run and figure, "name value", in milliseconds of the wall clock. The file is in
 * the page cache. FOLDER is where ours keeps what it made of the model, for mlops_cached; the first
 * time, which fills it, is not among the figures. The peer is told nothing: it decides how many
 * threads it takes.
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#if HAVE_XGBOOST
#include <xgboost/c_api.h>
#endif

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* How long it takes, without the end of the model. */
static double load(const char *path, const char *folder) {
    mlops_model *model;
    mlops_error error;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    opts.cache = folder;
    double begin = now();
    if (mlops_model_load(&model, path, &opts, &error)) exit(fprintf(stderr, "%s\n", error.message));
    double took = now() - begin;
    mlops_model_unref(model);
    return took;
}

#if HAVE_XGBOOST
static double load_peer(const char *path) {
    BoosterHandle booster;
    double begin = now();
    if (XGBoosterCreate(NULL, 0, &booster) || XGBoosterLoadModel(booster, path))
        exit(fprintf(stderr, "%s\n", XGBGetLastError()));
    double took = now() - begin;
    XGBoosterFree(booster);
    return took;
}
#endif

int main(int argc, char **argv) {
    if (argc != 4) return fprintf(stderr, "usage: bench_load MODEL FOLDER RUNS\n"), 2;
    load(argv[1], argv[2]);
#if HAVE_XGBOOST
    int major, minor, patch;
    XGBoostVersion(&major, &minor, &patch);
    printf("xgboost_version %d.%d.%d\n", major, minor, patch);
#endif
    for (int run = 0; run < atoi(argv[3]); run++) {
        printf("mlops_load %.3f\n", load(argv[1], NULL));
        printf("mlops_cached %.3f\n", load(argv[1], argv[2]));
#if HAVE_XGBOOST
        printf("xgboost_load %.3f\n", load_peer(argv[1]));
#endif
    }
    return 0;
}
