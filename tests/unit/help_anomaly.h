/* What the tests of anomaly scores share: each kind, room for one, rows of a cloud. */
#ifndef TESTS_UNIT_HELP_ANOMALY_H
#define TESTS_UNIT_HELP_ANOMALY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "unit/draw.h"

#include <mlops.h>

enum { ROOM_WORDS = 1 << 15, SAVED_BYTES = 8 * ROOM_WORDS, N_CASES = 8, D = 5 };

typedef struct room {
    uint64_t words[ROOM_WORDS];
} room;

/* Every kind, small; those that can, with features as they are, too. */
static inline mlops_anomaly_opts case_opts(int i) {
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    opts.kind = (mlops_anomaly_kind)(i < 5 ? i : i - 3);
    if (i >= 5) opts.flags = MLOPS_ANOMALY_RAW;
    opts.n_features = D;
    opts.n_calibration = 40;
    opts.seed = 11 + (uint64_t)i;
    if (opts.kind == MLOPS_ANOMALY_FOREST) opts.n_trees = 10, opts.tree_rows = 16, opts.n_rows = 60;
    if (opts.kind == MLOPS_ANOMALY_KNN) opts.n_rows = 50, opts.n_neighbors = 3;
    if (opts.kind == MLOPS_ANOMALY_KMEANS) opts.n_rows = 50, opts.n_clusters = 4;
    return opts;
}

static inline mlops_anomaly *begin(room *r, const mlops_anomaly_opts *opts) {
    mlops_anomaly *out;
    mlops_error e;
    size_t size = mlops_anomaly_size(opts);
    assert_true(size > 0 && size <= sizeof *r);
    memset(r, 0xa5, sizeof *r);
    assert_int_equal(mlops_anomaly_init(&out, r, size, opts, &e), MLOPS_OK);
    return out;
}

static inline double normal(void) {
    double sum = 0;
    for (int i = 0; i < 12; i++) sum += uniform();
    return sum - 6;
}

/* Features that move together, far from 0 and of unlike scales. */
static inline void make_rows(float *rows, int64_t n, int64_t d) {
    for (int64_t r = 0; r < n; r++) {
        double common = normal();
        for (int64_t i = 0; i < d; i++)
            rows[r * d + i] = (float)((common + 0.5 * normal()) * (double)(1 + i * i) + 100);
    }
}

static inline void learn(mlops_anomaly *p, int64_t n) {
    float rows[64 * D];
    mlops_error e;
    for (int64_t k; n > 0; n -= k) {
        k = n < 64 ? n : 64;
        make_rows(rows, k, D);
        assert_int_equal(mlops_anomaly_add(p, rows, k, D, &e), MLOPS_OK);
    }
}

static inline mlops_anomaly *frozen(room *r, int i) {
    mlops_anomaly_opts opts = case_opts(i);
    mlops_error e;
    mlops_anomaly *p = begin(r, &opts);
    learn(p, 200);
    assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
    return p;
}

static inline size_t save(const mlops_anomaly *p, uint8_t *bytes) {
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_anomaly_save(p, NULL, 0, &needed), MLOPS_OK);
    assert_true(needed <= SAVED_BYTES);
    assert_int_equal(mlops_anomaly_save(p, bytes, needed - 1, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_anomaly_save(p, bytes, needed, &again), MLOPS_OK);
    assert_int_equal(needed, again);
    return needed;
}

static inline float score_of(mlops_anomaly *p, const float *row, int64_t d) {
    float score = -1;
    mlops_error e;
    assert_int_equal(mlops_anomaly_score(p, row, 1, d, &score, &e), MLOPS_OK);
    assert_true(score >= 0 && score < INFINITY);
    return score;
}

static inline mlops_anomaly_summary summary_of(const mlops_anomaly *p) {
    mlops_anomaly_summary s = MLOPS_ANOMALY_SUMMARY_INIT;
    assert_int_equal(mlops_anomaly_summarize(p, &s), MLOPS_OK);
    return s;
}

#endif
