/* AUC, average precision, KS and counts through the public verb, in milliseconds, one line a run.
 *
 * usage: bench_auc FILE N RUNS      FILE: N float64 scores, then N labels
 * The first line has the AUC, so that peers can be held to it.
 */
#include "bench.h"

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    size_t n = strtoul(argv[2], NULL, 10);
    double *scores = malloc(2 * n * sizeof *scores);
    FILE *file = fopen(argv[1], "rb");
    if (!scores || !file || fread(scores, sizeof *scores, 2 * n, file) != 2 * n) return 1;
    fclose(file);
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    opts.scale = MLOPS_METRIC_RANK;
    for (int run = 0, runs = atoi(argv[3]); run < runs; run++) {
        mlops_metrics m = MLOPS_METRICS_INIT;
        mlops_error err;
        double begun = wall_ms();
        if (mlops_metric_binary(&m, scores, scores + n, (int64_t)n, &opts, &err)) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        double spent = wall_ms() - begun;
        if (run == 0) printf("%.17g\n", m.auc);
        printf("%.6f\n", spent);
    }
    free(scores);
    return 0;
}
