/* Nanoseconds that a value takes in a sketch, through the public verbs, one line a run.
 *
 * usage: bench_sketch kll|kll_one|hll|items|profile|profile_bare|profile_edges|profile_size|trio
 *                     N RUNS
 * Values are uniform in [0, 1), of items and of profiles Zipf-like; kll_one adds them one by one.
 * profile has registers of different values, profile_bare has none, profile_edges has 255 edges;
 * profile_size is the bytes of the
 * first; trio is kll, hll and items of the same values, one after the other. The first line says
 * what came out, so that nothing is measured that did nothing.
 */
#include "bench.h"

#include <math.h>
#include <string.h>

static double run_kll(const double *values, int64_t n, int64_t part) {
    mlops_kll *p;
    mlops_error err;
    if (mlops_kll_new(&p, NULL, &err)) exit(1);
    for (int64_t i = 0; i < n; i += part)
        if (mlops_kll_add(p, values + i, n - i < part ? n - i : part)) exit(1);
    double out = mlops_kll_quantile(p, 0.5);
    mlops_kll_free(p);
    return out;
}

static double run_hll(const double *values, int64_t n) {
    mlops_hll *p;
    mlops_error err;
    if (mlops_hll_new(&p, NULL, &err) || mlops_hll_add(p, values, n)) exit(1);
    double out = mlops_hll_estimate(p, 0);
    mlops_hll_free(p);
    return out;
}

static double run_items(const int64_t *values, int64_t n) {
    mlops_items *p;
    mlops_error err;
    mlops_items_summary s = MLOPS_ITEMS_SUMMARY_INIT;
    if (mlops_items_new(&p, NULL, &err) || mlops_items_add(p, values, n)) exit(1);
    if (mlops_items_summarize(p, &s)) exit(1);
    mlops_items_free(p);
    return (double)s.error;
}

static double run_profile(const double *values, int64_t n, int64_t lg_k, int64_t n_edges) {
    mlops_profile *p;
    mlops_error err;
    double edges[255];
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    for (int i = 0; i < 255; i++) edges[i] = exp2(i / 8.0);
    opts.lg_k = lg_k;
    if (!values) return (double)mlops_profile_size(&opts);
    opts.edges = n_edges ? edges : NULL;
    opts.n_edges = n_edges;
    if (mlops_profile_new(&p, &opts, &err) || mlops_profile_add(p, values, n)) exit(1);
    double out = mlops_profile_quantile(p, 0.5) + (lg_k ? mlops_profile_distinct(p, 0) : 0);
    mlops_profile_free(p);
    return out;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    const char *kind = argv[1];
    int64_t n = atoll(argv[2]);
    double *values = malloc((size_t)n * sizeof *values);
    double *wide = malloc((size_t)n * sizeof *wide);
    int64_t *keys = malloc((size_t)n * sizeof *keys);
    uint64_t state = 1;
    if (!values || !keys || !wide) return 1;
    for (int64_t i = 0; i < n; i++) {
        values[i] = draw_uniform(&state);
        wide[i] = 1 / (values[i] + 1e-9);
        keys[i] = (int64_t)wide[i];
    }
    for (int run = 0, runs = atoi(argv[3]); run < runs; run++) {
        double begun = used_ns(), out = 0;
        if (!strcmp(kind, "kll")) out = run_kll(values, n, n);
        if (!strcmp(kind, "kll_one")) out = run_kll(values, n, 1);
        if (!strcmp(kind, "hll")) out = run_hll(values, n);
        if (!strcmp(kind, "items")) out = run_items(keys, n);
        if (!strcmp(kind, "profile")) out = run_profile(wide, n, 9, 0);
        if (!strcmp(kind, "profile_size")) out = run_profile(NULL, n, 9, 0);
        if (!strcmp(kind, "profile_bare")) out = run_profile(wide, n, 0, 0);
        if (!strcmp(kind, "profile_edges")) out = run_profile(wide, n, 0, 255);
        if (!strcmp(kind, "trio"))
            out = run_kll(wide, n, n) + run_hll(wide, n) + run_items(keys, n);
        double spent = used_ns() - begun;
        if (run == 0) printf("%.17g\n", out);
        printf("%.6f\n", spent / (double)n);
    }
    free(values);
    free(keys);
    free(wide);
    return 0;
}
