/* Counting rows of predictions and labels, in nanoseconds a row, one line a run.
 *
 * usage: bench_performance KIND N RUNS      KIND: plain, weighted or unlabelled
 */
#include "bench.h"

#include <string.h>

static int count(const char *kind, const double *rows, int64_t n, mlops_error *err) {
    int weighted = !strcmp(kind, "weighted"), unlabelled = !strcmp(kind, "unlabelled");
    mlops_performance *self;
    if (mlops_performance_new(&self, NULL, err)) return 1;
    double begun = used_ns();
    if (mlops_performance_add(self, rows, unlabelled ? NULL : rows + n,
                              weighted ? rows + 2 * n : NULL, n, err))
        return 1;
    printf("%.6f\n", (used_ns() - begun) / (double)n);
    mlops_performance_free(self);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    int64_t n = atoll(argv[2]);
    uint64_t state = 1;
    mlops_error err;
    double *rows = malloc(3 * (size_t)n * sizeof *rows);
    if (!rows) return 1;
    for (int64_t i = 0; i < n; i++) {
        rows[i] = draw_uniform(&state);
        rows[n + i] = draw_uniform(&state) < rows[i];
        rows[2 * n + i] = 0.5 + draw_uniform(&state);
    }
    for (int run = 0, runs = atoi(argv[3]); run < runs; run++)
        if (count(argv[1], rows, n, &err)) return fprintf(stderr, "%s\n", err.message), 1;
    free(rows);
    return 0;
}
