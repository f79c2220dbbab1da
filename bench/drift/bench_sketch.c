/* Nanoseconds that a value takes in a sketch, through the public verbs, one line a run.
 *
 * usage: bench_sketch kll|kll_one|hll|items N RUNS
 * Values are uniform in [0, 1), of items Zipf-like; kll_one adds them one by one. The first line
 * says what came out, so that nothing is measured that did nothing.
 */
#include <math.h>
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

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

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    const char *kind = argv[1];
    int64_t n = atoll(argv[2]);
    double *values = malloc((size_t)n * sizeof *values);
    int64_t *keys = malloc((size_t)n * sizeof *keys);
    uint64_t state = 1;
    if (!values || !keys) return 1;
    for (int64_t i = 0; i < n; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        values[i] = (double)(state >> 11) * 0x1p-53;
        keys[i] = (int64_t)(1 / (values[i] + 1e-9));
    }
    for (int run = 0, runs = atoi(argv[3]); run < runs; run++) {
        double begun = now(), out = 0;
        if (!strcmp(kind, "kll")) out = run_kll(values, n, n);
        if (!strcmp(kind, "kll_one")) out = run_kll(values, n, 1);
        if (!strcmp(kind, "hll")) out = run_hll(values, n);
        if (!strcmp(kind, "items")) out = run_items(keys, n);
        double spent = now() - begun;
        if (run == 0) printf("%.17g\n", out);
        printf("%.6f\n", spent / (double)n);
    }
    free(values);
    free(keys);
    return 0;
}
