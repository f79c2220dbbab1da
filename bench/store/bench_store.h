/* What the programs of this folder share: a clock, records, and giving up. */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include "store/store.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUE_SIZE = 120, KEY_ROOM = 32 };

static inline double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What this process has used of its core: what a busy machine leaves of the wall clock. */
static inline double used(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void need(mlops_status status, const mlops_error *e) {
    if (!status) return;
    fprintf(stderr, "%s: %s\n", mlops_status_name(status), e->message);
    exit(1);
}

static inline int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double mean_of(const double *values, long n) {
    double sum = 0;
    for (long i = 0; i < n; i++) sum += values[i];
    return sum / (double)n;
}

/* Keys come in no order, so that the index is written all over. */
static inline mlops__bytes make_key(char out[KEY_ROOM], long i) {
    int n = snprintf(out, KEY_ROOM, "record-%ld", i * 7919 % 1000003);
    return (mlops__bytes){(const uint8_t *)out, (size_t)n};
}

static inline void put_record(mlops_change *change, long i) {
    mlops_error e;
    char key[KEY_ROOM], value[VALUE_SIZE + 1];
    int n = snprintf(value, sizeof value, "{\"step\": %ld, \"note\": \"", i);
    memset(value + n, 'x', sizeof value - (size_t)n);
    mlops__bytes bytes = {(const uint8_t *)value, VALUE_SIZE};
    need(mlops__change_put(change, MLOPS__TABLE_TEST, make_key(key, i), bytes, &e), &e);
}

static inline mlops_store *open_store(const char *path, mlops_sync sync) {
    mlops_store *store;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = sync;
    need(mlops_store_open(&store, path, &opts, &e), &e);
    return store;
}

#endif
