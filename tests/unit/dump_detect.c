/* Answers requests of oracle_detect.py: int64 words and float64 values in, int32 signals out.
 *
 * A request: kind mode side min_n window recent max_n warnings clock buckets min_window flags n,
 * then delta threshold warning weight slack, then n values. Owns no state; a malformed request ends
 * the program with an error.
 */
#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORDS = 13, REALS = 5 };

static void read_all(void *out, size_t size, size_t n) {
    if (fread(out, size, n, stdin) != n) exit(2);
}

int main(void) {
    int64_t w[WORDS];
    double r[REALS];
    while (fread(w, sizeof *w, WORDS, stdin) == WORDS) {
        mlops_detector *detector;
        mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
        mlops_error err;
        read_all(r, sizeof *r, REALS);
        opts.kind = (mlops_detector_kind)w[0];
        opts.mode = (mlops_detector_mode)w[1];
        opts.side = (mlops_detector_side)w[2];
        opts.min_n = w[3], opts.window = w[4], opts.recent = w[5], opts.max_n = w[6];
        opts.warnings = w[7], opts.clock = w[8], opts.buckets = w[9], opts.min_window = w[10];
        opts.flags = (uint32_t)w[11];
        opts.delta = r[0], opts.threshold = r[1], opts.warning = r[2], opts.weight = r[3];
        opts.slack = r[4];
        double *values = malloc(((size_t)w[12] + 1) * sizeof *values);
        int32_t *signals = malloc(((size_t)w[12] + 1) * sizeof *signals);
        if (!values || !signals) return 2;
        read_all(values, sizeof *values, (size_t)w[12]);
        if (mlops_detector_new(&detector, &opts, &err) ||
            mlops_detector_add(detector, values, w[12], signals, &err))
            return fprintf(stderr, "%s\n", err.message), 2;
        mlops_detector_free(detector);
        fwrite(signals, sizeof *signals, (size_t)w[12], stdout);
        fflush(stdout);
        free(values);
        free(signals);
    }
    return 0;
}
