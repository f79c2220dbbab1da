/* Nanoseconds of processor time for a value of a detector, one line a run.
 *
 * usage: bench_detect KIND CLOCK N RUNS      KIND as its name; CLOCK 0: the default
 * The first line has the bytes of state and the changes that were signalled in the first run.
 * Values are uniform numbers or, for kinds that take errors, one error in five.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PART = 4096 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t draw(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

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
    uint64_t state = 88172645463325252u;
    for (int64_t i = 0; i < n; i++) {
        double u = (double)(draw(&state) >> 11) * 0x1p-53;
        values[i] = opts.kind < MLOPS_DETECTOR_DDM ? u : u < 0.2;
    }
    for (int run = 0, runs = atoi(argv[4]); run < runs; run++) {
        if (mlops_detector_new(&detector, &opts, &err))
            return fprintf(stderr, "%s\n", err.message), 1;
        double begun = now();
        for (int64_t i = 0; i < n; i += PART)
            if (mlops_detector_add(detector, values + i, PART, signals, &err)) return 1;
        double spent = now() - begun;
        if (run == 0 && !mlops_detector_summarize(detector, &s))
            printf("%zu %lld\n", mlops_detector_size(&opts), (long long)s.n_changes);
        printf("%.3f\n", spent / (double)n);
        mlops_detector_free(detector);
    }
    free(values);
    return 0;
}
