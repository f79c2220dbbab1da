/* What the programs of this folder share: clocks, numbers to measure with, and giving up. */
#ifndef BENCH_DRIFT_H
#define BENCH_DRIFT_H

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double clock_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double wall_ms(void) { return 1e-6 * clock_ns(CLOCK_MONOTONIC); }

/* What this process has used of its core: what a busy machine leaves of the wall clock. */
static inline double used_ns(void) { return clock_ns(CLOCK_PROCESS_CPUTIME_ID); }

/* From 0 to below 1, evenly. */
static inline double draw_uniform(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

static inline void must(mlops_status status, const mlops_error *err) {
    if (status >= 0) return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

#endif
