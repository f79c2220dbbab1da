/* Two-sample statistics through the public verb, in milliseconds, one line a run.
 *
 * usage: bench_drift FILE N RUNS [sorted]      FILE: N float64 of x, then N of y
 * sorted: x is brought in order beforehand, and taken at its word.
 * The first line has D, p, Wasserstein and energy distance, so that peers can be held to them.
 */
#include "bench.h"

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    size_t n = strtoul(argv[2], NULL, 10);
    double *x = malloc(2 * n * sizeof *x);
    FILE *file = fopen(argv[1], "rb");
    if (!x || !file || fread(x, sizeof *x, 2 * n, file) != 2 * n) return 1;
    fclose(file);
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    if (argc > 4) {
        qsort(x, n, sizeof *x, ascending);
        opts.flags = MLOPS_STATS_X_SORTED;
    }
    for (int run = 0, runs = atoi(argv[3]); run < runs; run++) {
        mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
        mlops_error err;
        double begun = wall_ms();
        if (mlops_stats_compare(&r, x, (int64_t)n, x + n, (int64_t)n, &opts, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        double spent = wall_ms() - begun;
        if (run == 0) printf("%.17g %.17g %.17g %.17g\n", r.ks, r.ks_p, r.wasserstein, r.energy);
        printf("%.6f\n", spent);
    }
    free(x);
    return 0;
}
