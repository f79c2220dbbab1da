/* What the tests of detectors share: kinds, room for one, streams that change now and then. */
#ifndef TESTS_UNIT_HELP_DETECTOR_H
#define TESTS_UNIT_HELP_DETECTOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "unit/draw.h"

#include <mlops.h>

enum { ROOM_WORDS = 4096, SAVED_BYTES = 8 * ROOM_WORDS, N_CASES = 22 };

typedef struct room {
    uint64_t words[ROOM_WORDS];
} room;

/* Every kind, every mode of adwin, sides, and parameters that make rare things frequent. */
static inline mlops_detector_opts case_opts(int i) {
    static const mlops_detector_kind kinds[N_CASES - 13] = {
        MLOPS_DETECTOR_ADWIN,  MLOPS_DETECTOR_ADWIN,        MLOPS_DETECTOR_ADWIN,
        MLOPS_DETECTOR_ADWIN,  MLOPS_DETECTOR_PAGE_HINKLEY, MLOPS_DETECTOR_HDDM_A,
        MLOPS_DETECTOR_HDDM_W, MLOPS_DETECTOR_RDDM,         MLOPS_DETECTOR_KSWIN};
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    if (i < 13) {
        opts.kind = (mlops_detector_kind)i;
        return opts;
    }
    opts.kind = kinds[i - 13];
    if (opts.kind == MLOPS_DETECTOR_ADWIN) {
        opts.mode = (mlops_detector_mode)(i - 12);
        opts.clock = 1 + 3 * (i % 3);
        opts.buckets = 2 + i % 4;
        opts.delta = 0.05;
    } else if (opts.kind == MLOPS_DETECTOR_RDDM) {
        opts.min_n = 20, opts.window = 70, opts.max_n = 200, opts.warnings = 8;
    } else if (opts.kind == MLOPS_DETECTOR_KSWIN) {
        opts.window = 30, opts.recent = 12;
    } else {
        opts.side =
            opts.kind == MLOPS_DETECTOR_PAGE_HINKLEY ? MLOPS_DETECTOR_DOWN : MLOPS_DETECTOR_BOTH;
        if (opts.kind == MLOPS_DETECTOR_PAGE_HINKLEY) opts.threshold = 5;
    }
    return opts;
}

static inline mlops_detector *begin(room *r, const mlops_detector_opts *opts) {
    mlops_detector *out;
    mlops_error e;
    size_t size = mlops_detector_size(opts);
    assert_true(size > 0 && size <= sizeof *r);
    memset(r, 0xa5, sizeof *r);
    assert_int_equal(mlops_detector_init(&out, r, size, opts, &e), MLOPS_OK);
    return out;
}

/* A value that the kind takes, of a stream whose level changes each 150 values; now and then there
 * is none. */
static inline double draw_value(const mlops_detector_opts *opts, int64_t place) {
    static const double none[] = {NAN, INFINITY, -INFINITY, 1e100, -1e300};
    double level = 0.1 + 0.25 * (double)((uint64_t)(place / 150) * 7 % 4);
    if (draw() % 64 == 0) return none[draw() % 5];
    if (opts->kind == MLOPS_DETECTOR_HDDM_A || opts->kind == MLOPS_DETECTOR_HDDM_W)
        return draw() % 2 ? uniform() * level : uniform() < level;
    if (opts->kind >= MLOPS_DETECTOR_DDM) return uniform() < level;
    return 8 * level + uniform() + uniform();
}

static inline int32_t add_one(mlops_detector *detector, double value) {
    int32_t signal = -1;
    mlops_error e;
    assert_int_equal(mlops_detector_add(detector, &value, 1, &signal, &e), MLOPS_OK);
    return signal;
}

static inline size_t save(const mlops_detector *detector, uint8_t *bytes) {
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_detector_save(detector, NULL, 0, &needed), MLOPS_OK);
    assert_true(needed <= SAVED_BYTES);
    assert_int_equal(mlops_detector_save(detector, bytes, needed - 1, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_detector_save(detector, bytes, needed, &again), MLOPS_OK);
    assert_int_equal(needed, again);
    return needed;
}

static inline mlops_detector_summary summary_of(const mlops_detector *detector) {
    mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
    assert_int_equal(mlops_detector_summarize(detector, &s), MLOPS_OK);
    return s;
}

#endif
