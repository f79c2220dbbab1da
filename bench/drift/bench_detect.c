/* Nanoseconds of processor time for a value of a detector, one line a run.
 *
 * usage: bench_detect KIND CLOCK N RUNS      KIND as its name; CLOCK 0: the default
 * The first line has the bytes of state and the changes that were signalled in the first run.
 * Values are uniform numbers or, for kinds that take errors, one error in five.
 */
#include "bench.h"

#include <string.h>

enum { PART = 4096 };

int main(int argc, char **argv) {
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    mlops_detector *detector;
    mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
    mlops_error err;
    static int32_t signals[PART];
    if (argc < 5) return 2;
    for (const char *name; (name = mlops_detector_kind_name(opts.kind)) != NULL; opts.kind++)
        if (!strcmp(name, argv[1])) break;
    opts.clock = atoll(argv[2]);
    int64_t n = atoll(argv[3]) / PART * PART;
    double *values = malloc((size_t)n * sizeof *values);
    if (!values) return 1;
    uint64_t state = 1;
    for (int64_t i = 0; i < n; i++) {
        double u = draw_uniform(&state);
        values[i] = opts.kind < MLOPS_DETECTOR_DDM ? u : u < 0.2;
    }
    for (int run = 0, runs = atoi(argv[4]); run < runs; run++) {
        if (mlops_detector_new(&detector, &opts, &err))
            return fprintf(stderr, "%s\n", err.message), 1;
        double begun = used_ns();
        for (int64_t i = 0; i < n; i += PART)
            if (mlops_detector_add(detector, values + i, PART, signals, &err)) return 1;
        double spent = used_ns() - begun;
        if (run == 0 && !mlops_detector_summarize(detector, &s))
            printf("%zu %lld\n", mlops_detector_size(&opts), (long long)s.n_changes);
        printf("%.3f\n", spent / (double)n);
        mlops_detector_free(detector);
    }
    free(values);
    return 0;
}
