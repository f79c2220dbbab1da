/* A sketch of quantiles: ranks stay inside the published bounds whatever the order of the values
 * and however sketches were merged; equal calls give equal bytes; and only sound bytes are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "unit/draw.h"

#include <mlops.h>

enum { N = 200000, BYTES = 1 << 21 };

static double values[N], sorted[N];
static uint64_t room[4][BYTES / 8];
static uint8_t bytes[2][BYTES];

static mlops_kll *begin(int which, int64_t k, uint64_t start) {
    mlops_kll *p;
    mlops_kll_opts opts = MLOPS_KLL_OPTS_INIT;
    opts.k = k;
    opts.seed = start;
    size_t size = mlops_kll_size(&opts);
    assert_true(size > 0 && size <= sizeof room[0]);
    memset(room[which], 0xa5, size);
    assert_int_equal(mlops_kll_init(&p, room[which], size, &opts), MLOPS_OK);
    return p;
}

static mlops_kll_summary summary_of(const mlops_kll *p) {
    mlops_kll_summary s = MLOPS_KLL_SUMMARY_INIT;
    assert_int_equal(mlops_kll_summarize(p, &s), MLOPS_OK);
    return s;
}

static size_t save(mlops_kll *p, mlops_kll_form form, int which) {
    size_t n = 0, again = 0;
    assert_int_equal(mlops_kll_save(p, form, NULL, 0, &n), MLOPS_OK);
    assert_true(n > 0 && n < BYTES);
    assert_int_equal(mlops_kll_save(p, form, bytes[which], n - 1, NULL), MLOPS_E_ARENA);
    bytes[which][n] = 0x5a;
    assert_int_equal(mlops_kll_save(p, form, bytes[which], n, &again), MLOPS_OK);
    assert_true(again == n && bytes[which][n] == 0x5a);
    return n;
}

static void assert_same(mlops_kll *a, mlops_kll *b) {
    size_t n = save(a, MLOPS_KLL_NATIVE, 0);
    assert_int_equal(save(b, MLOPS_KLL_NATIVE, 1), n);
    assert_memory_equal(bytes[0], bytes[1], n);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values of a distribution, in an order. */
static void make(size_t n, int distribution, int order) {
    for (size_t i = 0; i < n; i++) {
        double u = uniform();
        if (distribution == 1) u = exp(3 * (uniform() + uniform() + uniform() - 1.5));
        if (distribution == 2) u = floor(u * u * 20);
        if (distribution == 3) u = u < 0.5 ? -1e6 + u : 1e6 + u;
        values[i] = u;
    }
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (size_t i = 0; i < n; i++) {
        if (order == 1) values[i] = sorted[i];
        if (order == 2) values[i] = sorted[n - 1 - i];
        if (order == 3) values[i] = sorted[i % 2 ? n - 1 - i / 2 : i / 2];
        if (order == 4) values[i] = sorted[i * 7919 % n];
    }
}

/* Share of the first n sorted values up to x. */
static double rank_of(size_t n, double x) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] <= x) low = middle + 1;
        else high = middle;
    }
    return (double)low / (double)n;
}

typedef struct tally {
    int n, n_beyond; /* ranks, and those beyond the bound of single ones */
    double worst;    /* of all, as a share of the bound of all */
} tally;

static void judge(const mlops_kll *p, size_t n, tally *t) {
    mlops_kll_summary s = summary_of(p);
    assert_true(s.n == (int64_t)n && s.min == sorted[0] && s.max == sorted[n - 1]);
    for (int i = 1; i < 50; i++) {
        double x = sorted[n * (size_t)i / 50], off = fabs(mlops_kll_rank(p, x) - rank_of(n, x));
        t->n++;
        t->n_beyond += off > s.rank_error;
        if (s.pmf_error > 0 && off / s.pmf_error > t->worst) t->worst = off / s.pmf_error;
        double q = i / 50.0, v = mlops_kll_quantile(p, q), above = rank_of(n, v);
        double below = rank_of(n, nextafter(v, -INFINITY));
        off = q > above ? q - above : q < below ? below - q : 0;
        t->n++;
        t->n_beyond += off > s.rank_error + 1e-12;
    }
}

static void test_ranks_are_inside_the_bounds(void **state) {
    (void)state;
    static const int64_t ks[] = {20, 200, 1000};
    for (size_t i = 0; i < 3; i++) {
        tally t = {0, 0, 0};
        for (int round = 0; round < 60; round++) {
            size_t n = (size_t)(300 << round % 9) + (size_t)round;
            make(n, round % 4, round % 5);
            mlops_kll *p = begin(0, ks[i], (uint64_t)round);
            assert_int_equal(mlops_kll_add(p, values, (int64_t)n), MLOPS_OK);
            judge(p, n, &t);
        }
        assert_true(t.n_beyond * 100 <= t.n);
        assert_true(t.worst < 1.5);
    }
}

static void test_merged_parts_are_inside_the_bounds(void **state) {
    (void)state;
    tally t = {0, 0, 0};
    for (int round = 0; round < 30; round++) {
        size_t n = 100000, n_parts = (size_t)2 << round % 10, done = 0;
        make(n, round % 4, round % 5);
        mlops_kll *whole = begin(0, 200, 1);
        for (size_t i = 0; i < n_parts; i++) {
            size_t next = n * (i + 1) / n_parts;
            mlops_kll *part = begin(1, 200, i);
            assert_int_equal(mlops_kll_add(part, values + done, (int64_t)(next - done)), MLOPS_OK);
            assert_int_equal(mlops_kll_merge(whole, part), MLOPS_OK);
            done = next;
        }
        judge(whole, n, &t);
    }
    assert_true(t.n_beyond * 100 <= t.n);
    assert_true(t.worst < 1.5);
}

/* As a tree, and from a k that is larger and one that is smaller. */
static void test_merging_keeps_the_least_k(void **state) {
    (void)state;
    make(50000, 0, 0);
    mlops_kll *a = begin(0, 4000, 0), *b = begin(1, 50, 0), *c = begin(2, 200, 0);
    double of_50;
    assert_int_equal(mlops_kll_add(a, values, 30000), MLOPS_OK);
    assert_int_equal(mlops_kll_add(b, values + 30000, 10000), MLOPS_OK);
    assert_int_equal(mlops_kll_add(c, values + 40000, 10000), MLOPS_OK);
    of_50 = summary_of(b).rank_error;
    assert_int_equal(mlops_kll_merge(c, a), MLOPS_OK);
    assert_true(summary_of(c).rank_error < of_50);
    assert_int_equal(mlops_kll_merge(c, b), MLOPS_OK);
    assert_true(summary_of(c).rank_error == of_50);
    tally t = {0, 0, 0};
    judge(c, 50000, &t);
    assert_int_equal(t.n_beyond, 0);
    assert_int_equal(mlops_kll_merge(c, c), MLOPS_E_INVALID);
}

static void test_few_values_are_exact(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 200; n += 13) {
        make((size_t)n, 0, 4);
        mlops_kll *p = begin(0, 200, 0), *q;
        assert_int_equal(mlops_kll_add(p, values, n), MLOPS_OK);
        assert_true(summary_of(p).rank_error == 0);
        for (int64_t i = 0; i < n; i++) {
            assert_true(mlops_kll_rank(p, sorted[i]) == (double)(i + 1) / (double)n);
            assert_true(mlops_kll_quantile(p, ((double)i + 0.5) / (double)n) == sorted[i]);
        }
        size_t size = save(p, MLOPS_KLL_F64, 0);
        assert_int_equal(mlops_kll_load(&q, room[1], sizeof room[1], bytes[0], size), MLOPS_OK);
        assert_true(summary_of(q).rank_error == 0 &&
                    mlops_kll_quantile(q, 0.3) == mlops_kll_quantile(p, 0.3));
    }
}

/* However the values come in, the sketch is the same, and so it is after it was saved and read. */
static void test_batches_may_be_cut_anywhere(void **state) {
    (void)state;
    static float singles[3 * 5000];
    make(60000, 1, 0);
    mlops_kll *a = begin(0, 100, 7), *b = begin(1, 100, 7), *c;
    for (int64_t i = 0; i < 5000; i++) {
        values[i] = (float)values[i];
        singles[3 * i] = (float)values[i];
    }
    assert_int_equal(mlops_kll_add_f32(b, singles, 5000, 3), MLOPS_OK);
    assert_int_equal(mlops_kll_add(a, values, 60000), MLOPS_OK);
    for (int64_t i = 5000, n = 0; i < 60000; i += n, n = (n * 3 + 1) % 611 + 1) {
        n = i + n > 60000 ? 60000 - i : n;
        assert_int_equal(mlops_kll_add(b, values + i, n), MLOPS_OK);
    }
    assert_same(a, b);
    size_t n = save(a, MLOPS_KLL_NATIVE, 0);
    assert_int_equal(mlops_kll_load(&c, room[2], sizeof room[2], bytes[0], n), MLOPS_OK);
    assert_same(a, c);
    assert_int_equal(mlops_kll_add(a, values, 30000), MLOPS_OK);
    assert_int_equal(mlops_kll_add(c, values, 30000), MLOPS_OK);
    assert_same(a, c);
    mlops_kll_reset(a);
    assert_same(a, begin(1, 100, 7));
}

/* The bytes are the same on every machine and in every version: the CRC-32 of one sketch. */
static void test_bytes_are_those_of_every_machine(void **state) {
    (void)state;
    mlops_kll *p = begin(0, 200, 0);
    seed = 99;
    for (int i = 0; i < N; i++) values[i] = floor(uniform() * 1e6);
    assert_int_equal(mlops_kll_add(p, values, N), MLOPS_OK);
    size_t n = save(p, MLOPS_KLL_NATIVE, 0);
    assert_int_equal(n, 4664);
    assert_int_equal(mlops__crc32(0, bytes[0], n - 4), 0xc4eaa24d);
}

static void test_nan_and_infinities(void **state) {
    (void)state;
    static const double v[] = {NAN, -0.0, INFINITY, 1, -INFINITY, -NAN, 0.0, NAN};
    mlops_kll *p = begin(0, 8, 0);
    mlops_kll_summary s = summary_of(p);
    double out[3];
    assert_true(isnan(s.min) && isnan(s.max) && isnan(mlops_kll_rank(p, 0)));
    assert_true(isnan(mlops_kll_quantile(p, 0.5)));
    assert_int_equal(mlops_kll_cdf(p, v + 6, 1, out), MLOPS_OK);
    assert_true(isnan(out[0]));
    assert_int_equal(mlops_kll_add(p, v, 8), MLOPS_OK);
    s = summary_of(p);
    assert_true(s.n == 5 && s.n_nan == 3 && s.n_kept == 5);
    assert_true(s.min == -INFINITY && s.max == INFINITY);
    assert_true(mlops_kll_rank(p, -INFINITY) == 0.2 && mlops_kll_rank(p, 0.0) == 0.6);
    assert_true(mlops_kll_rank(p, -0.0) == 0.6 && mlops_kll_rank(p, 1e308) == 0.8);
    assert_true(mlops_kll_quantile(p, 0.5) == 0 && !signbit(mlops_kll_quantile(p, 0.5)));
    assert_true(isnan(mlops_kll_rank(p, NAN)) && isnan(mlops_kll_quantile(p, 1.1)));
    assert_true(isnan(mlops_kll_quantile(p, NAN)));
    static const double points[] = {-1, 0, INFINITY}, q[] = {0, 1, 0.2}, none[] = {NAN},
                        bad[] = {2};
    assert_int_equal(mlops_kll_pmf(p, points, 3, out), MLOPS_OK);
    assert_true(out[0] == 0.2 && fabs(out[1] - 0.4) < 1e-15 && fabs(out[2] - 0.4) < 1e-15);
    assert_int_equal(mlops_kll_quantiles(p, q, 3, out), MLOPS_OK);
    assert_true(out[0] == -INFINITY && out[1] == INFINITY && out[2] == -INFINITY);
    assert_int_equal(mlops_kll_cdf(p, none, 1, out), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_cdf(p, none, -1, out), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_pmf(p, v + 6, 0, out), MLOPS_OK);
    assert_int_equal(mlops_kll_pmf(p, points + 1, -1, out), MLOPS_E_INVALID);
    static const double falling[] = {1, 1};
    assert_int_equal(mlops_kll_pmf(p, falling, 2, out), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_quantiles(p, bad, 1, out), MLOPS_E_INVALID);
}

static void test_options_and_limits(void **state) {
    (void)state;
    mlops_kll *p = (mlops_kll *)(void *)room[0];
    mlops_kll_opts opts = MLOPS_KLL_OPTS_INIT;
    static const int64_t wrong[] = {7, -1, 65536, INT64_MAX};
    for (size_t i = 0; i < 4; i++) {
        opts.k = wrong[i];
        assert_int_equal(mlops_kll_size(&opts), 0);
        assert_int_equal(mlops_kll_init(&p, room[0], sizeof room[0], &opts), MLOPS_E_INVALID);
        assert_null(p);
    }
    opts.k = 8;
    size_t size = mlops_kll_size(&opts);
    assert_int_equal(mlops_kll_init(&p, room[0], size - 1, &opts), MLOPS_E_ARENA);
    assert_int_equal(mlops_kll_init(&p, (char *)room[0] + 4, size, &opts), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_init(&p, room[0], size, &opts), MLOPS_OK);
    assert_int_equal(mlops_kll_add(p, values, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_add(p, values, ((int64_t)1 << 48) + 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_kll_add_f32(p, (const float *)(const void *)values, 3, 0),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_save(p, (mlops_kll_form)3, NULL, 0, NULL), MLOPS_E_INVALID);
    assert_int_equal(summary_of(p).n, 0);
}

/* 2^48 values, by merging a sketch with its double. */
static void test_as_many_as_there_may_be(void **state) {
    (void)state;
    mlops_kll *a = begin(0, 8, 0), *b;
    for (int i = 0; i < 1 << 14; i++) values[i] = i;
    assert_int_equal(mlops_kll_add(a, values, 1 << 14), MLOPS_OK);
    for (int i = 14; i < 48; i++) {
        size_t n = save(a, MLOPS_KLL_F64, 0);
        assert_int_equal(mlops_kll_load(&b, room[1], sizeof room[1], bytes[0], n), MLOPS_OK);
        assert_int_equal(mlops_kll_merge(a, b), MLOPS_OK);
    }
    assert_true(summary_of(a).n == (int64_t)1 << 48);
    assert_int_equal(mlops_kll_add(a, values, 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_kll_merge(a, b), MLOPS_E_LIMIT);
    assert_true(fabs(mlops_kll_rank(a, 8191) - 0.5) < 0.5);
    size_t n = save(a, MLOPS_KLL_NATIVE, 0);
    assert_int_equal(mlops_kll_load(&b, room[1], sizeof room[1], bytes[0], n), MLOPS_OK);
    assert_same(a, b);
}

/* ---- bytes ---- */

static size_t from_hex(const char *hex, uint8_t *out) {
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return n;
}

/* Spelt by hand from the format of DataSketches. */
static void test_golden_bytes(void **state) {
    (void)state;
    static const struct {
        mlops_kll_form form;
        int64_t n;
        const char *hex;
    } golden[] = {
        {MLOPS_KLL_F64, 0, "02010f03c8000800"},
        {MLOPS_KLL_F32, 0, "02010f03c8000800"},
        {MLOPS_KLL_F64, 1, "02020f06c8000800000000000000f03f"},
        {MLOPS_KLL_F32, 1, "02020f06c80008000000803f"},
        {MLOPS_KLL_F64, 2,
         "05010f02c80008000200000000000000c8000100c6000000"
         "000000000000f03f0000000000000040000000000000f03f0000000000000040"},
        {MLOPS_KLL_F32, 3,
         "05010f02c80008000300000000000000c8000100c5000000"
         "0000803f000040400000803f0000004000004040"},
    };
    static const double v[] = {1, 2, 3};
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
        mlops_kll *p = begin(0, 200, 0), *q;
        assert_int_equal(mlops_kll_add(p, v, golden[i].n), MLOPS_OK);
        size_t n = save(p, golden[i].form, 0);
        assert_int_equal(from_hex(golden[i].hex, bytes[1]), n);
        assert_memory_equal(bytes[0], bytes[1], n);
        assert_int_equal(mlops_kll_load(&q, room[1], sizeof room[1], bytes[1], n), MLOPS_OK);
        assert_int_equal(summary_of(q).n, golden[i].n);
    }
}

/* Forms that we do not write: one value in the long form of version 1, and level 0 not sorted. */
static void test_bytes_of_others(void **state) {
    (void)state;
    mlops_kll *p;
    size_t n = from_hex("05010f00c80008000100000000000000c8000100c70000000000803f0000803f0000803f",
                        bytes[0]);
    assert_int_equal(mlops_kll_load(&p, room[0], sizeof room[0], bytes[0], n), MLOPS_OK);
    assert_true(summary_of(p).n == 1 && summary_of(p).min == 1 && mlops_kll_quantile(p, 0.5) == 1);
    n = from_hex("05010f00c80008000300000000000000c8000100c5000000"
                 "0000803f0000404000000040000040400000803f",
                 bytes[0]);
    assert_int_equal(mlops_kll_load(&p, room[0], sizeof room[0], bytes[0], n), MLOPS_OK);
    assert_true(mlops_kll_quantile(p, 0.5) == 2 && mlops_kll_rank(p, 2.5) == 2.0 / 3);
}

static size_t some_bytes(mlops_kll_form form) {
    mlops_kll *p = begin(0, 20, 0);
    make(3000, 0, 0);
    values[0] = NAN;
    assert_int_equal(mlops_kll_add(p, values, 3000), MLOPS_OK);
    return save(p, form, 0);
}

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    size_t n = some_bytes(MLOPS_KLL_NATIVE);
    mlops_kll *p;
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[0][i / 8] ^= (uint8_t)(1 << i % 8);
        p = (mlops_kll *)(void *)room[1];
        assert_int_equal(mlops_kll_load(&p, room[1], sizeof room[1], bytes[0], n), MLOPS_E_CORRUPT);
        assert_null(p);
        bytes[0][i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (int form = 0; form < 3; form++) {
        n = some_bytes((mlops_kll_form)form);
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes[0], cut);
            assert_int_equal(mlops_kll_load(&p, room[1], sizeof room[1], exact, cut),
                             MLOPS_E_CORRUPT);
            free(exact);
        }
        assert_int_equal(mlops_kll_load(&p, room[1], sizeof room[1], bytes[0], n + 1),
                         MLOPS_E_CORRUPT);
    }
}

static void test_contradictions_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t offset;
        uint8_t value;
        mlops_status status;
    } edits[] = {
        {0, 2, MLOPS_E_CORRUPT},     {1, 0, MLOPS_E_CORRUPT},     {1, 3, MLOPS_E_UNSUPPORTED},
        {2, 7, MLOPS_E_CORRUPT},     {3, 1, MLOPS_E_CORRUPT},     {3, 4, MLOPS_E_CORRUPT},
        {4, 7, MLOPS_E_CORRUPT},     {6, 7, MLOPS_E_CORRUPT},     {8, 1, MLOPS_E_CORRUPT},
        {14, 1, MLOPS_E_LIMIT},      {15, 0x80, MLOPS_E_CORRUPT}, {16, 7, MLOPS_E_CORRUPT},
        {16, 21, MLOPS_E_CORRUPT},   {18, 0, MLOPS_E_CORRUPT},    {18, 49, MLOPS_E_LIMIT},
        {20, 0xff, MLOPS_E_CORRUPT}, {24, 0, MLOPS_E_CORRUPT},
    };
    mlops_kll *p;
    size_t n = some_bytes(MLOPS_KLL_F64), last = n - 8;
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        uint8_t was = bytes[0][edits[i].offset];
        bytes[0][edits[i].offset] = edits[i].value;
        if (mlops_kll_load(&p, room[1], sizeof room[1], bytes[0], n) != edits[i].status)
            fail_msg("edit %d was not refused as it should be", (int)i);
        bytes[0][edits[i].offset] = was;
    }
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) { /* the last value: no number, and out of the extremes */
        memcpy(bytes[0] + last, wrong + i, 8);
        assert_int_equal(mlops_kll_load(&p, room[1], sizeof room[1], bytes[0], n), MLOPS_E_CORRUPT);
    }
    n = some_bytes(MLOPS_KLL_F64);
    mlops_kll_opts opts = MLOPS_KLL_OPTS_INIT;
    opts.k = 20;
    size_t size = mlops_kll_size(&opts);
    assert_int_equal(mlops_kll_load(&p, room[1], size - 1, bytes[0], n), MLOPS_E_ARENA);
    assert_int_equal(mlops_kll_load(&p, (char *)room[1] + 4, size, bytes[0], n), MLOPS_E_INVALID);
    assert_int_equal(mlops_kll_load(&p, room[1], size, bytes[0], n), MLOPS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks_are_inside_the_bounds),
        cmocka_unit_test(test_merged_parts_are_inside_the_bounds),
        cmocka_unit_test(test_merging_keeps_the_least_k),
        cmocka_unit_test(test_few_values_are_exact),
        cmocka_unit_test(test_batches_may_be_cut_anywhere),
        cmocka_unit_test(test_bytes_are_those_of_every_machine),
        cmocka_unit_test(test_nan_and_infinities),
        cmocka_unit_test(test_options_and_limits),
        cmocka_unit_test(test_as_many_as_there_may_be),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_bytes_of_others),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
