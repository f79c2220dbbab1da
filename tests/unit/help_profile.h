/* What the tests of profiles share: values, room for one profile, its bytes. */
#ifndef TESTS_UNIT_HELP_PROFILE_H
#define TESTS_UNIT_HELP_PROFILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "unit/draw.h"

#include <mlops.h>

enum { WORDS = 4096, BYTES = 8 * WORDS, N_MAX = 700 };

static const double EDGES[] = {-0x1p40,   -2.5, -1.0, -0x1p-1074, 0.0,
                               0x1p-1022, 0.1,  1.0,  3.0,        1e300};

/* Room for one profile. */
typedef struct room {
    uint64_t words[WORDS];
} room;

/* Values that the sum takes at scale 32 and the model's 128 bits hold, and now and then a special.
 */
static inline double draw_value(void) {
    static const double special[] = {
        0.0,        -0.0,    0x1p-1074, -0x1p-1074, INFINITY,  -INFINITY, NAN,
        -NAN,       0x1p-32, 0x1p32,    -0x1p-32,   -0x1p32,   0x1.8p-33, 0x1p-33,
        -0x1.8p-33, 1.0,     0.1,       -2.5,       0x1p-1022, 3.0,       1.25,
        -1.25,      0x1p20,  -0x1p21,   0x1.cp31,   0x1p-1000, 0x1p60};
    if (draw() % 4 == 0) return special[draw() % (sizeof special / sizeof *special)];
    double value = ldexp(uniform() * 2.0 - 1.0, (int)(draw() % 80) - 44);
    return draw() % 3 == 0 ? rint(value) : value;
}

static inline mlops_profile_opts with_edges(const double *edges, int64_t n, int32_t scale) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = n ? edges : NULL;
    opts.n_edges = n;
    opts.scale = scale;
    opts.flags = MLOPS_PROFILE_SET_SCALE;
    return opts;
}

static inline mlops_profile *begin(room *r, const mlops_profile_opts *opts) {
    mlops_profile *p;
    size_t size = mlops_profile_size(opts);
    assert_true(size > 0 && size <= sizeof *r);
    memset(r, 0xa5, sizeof *r);
    assert_int_equal(mlops_profile_init(&p, r, size, opts), MLOPS_OK);
    return p;
}

static inline size_t save(const mlops_profile *p, uint8_t *bytes) {
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_profile_save(p, NULL, 0, &needed), MLOPS_OK);
    assert_true(needed > 0 && needed <= BYTES);
    memset(bytes, 0x5a, BYTES);
    assert_int_equal(mlops_profile_save(p, bytes, needed - 1, NULL), MLOPS_E_ARENA);
    assert_int_equal(bytes[0], 0x5a);
    assert_int_equal(mlops_profile_save(p, bytes, needed, &again), MLOPS_OK);
    assert_int_equal(again, needed);
    assert_int_equal(bytes[needed], 0x5a);
    return needed;
}

static inline void assert_same_bytes(const mlops_profile *a, const mlops_profile *b) {
    static uint8_t x[BYTES], y[BYTES];
    size_t n = save(a, x);
    assert_int_equal(save(b, y), n);
    assert_memory_equal(x, y, n);
}

static inline double mean_of(const mlops_profile *p) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    assert_int_equal(mlops_profile_summarize(p, &s), MLOPS_OK);
    return s.mean;
}

#endif
