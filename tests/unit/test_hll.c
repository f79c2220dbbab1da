/* A sketch of distinct values: estimates are within three standard errors, sketches without
 * history are equal to the byte however their values came in, the bytes are those of DataSketches,
 * and only sound ones are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"
#include "unit/levels.h"

#include <mlops.h>

enum { BYTES = 1 << 22, BATCH = 4096 };

static uint64_t room[4][BYTES / 8];
static uint8_t bytes[2][BYTES];

static mlops_hll *begin(int which, int64_t lg_k, uint32_t flags) {
    mlops_hll *p;
    mlops_hll_opts opts = MLOPS_HLL_OPTS_INIT;
    opts.lg_k = lg_k;
    opts.flags = flags;
    size_t size = mlops_hll_size(&opts);
    assert_true(size > 0 && size <= sizeof room[0]);
    memset(room[which], 0xa5, size);
    assert_int_equal(mlops_hll_init(&p, room[which], size, &opts), MLOPS_OK);
    return p;
}

/* The whole numbers from..to - 1, as float64 or int64. */
static void add_range(mlops_hll *p, int64_t from, int64_t to, int whole) {
    static double reals[BATCH];
    static int64_t wholes[BATCH];
    while (from < to) {
        int64_t n = to - from < BATCH ? to - from : BATCH;
        for (int64_t i = 0; i < n; i++) {
            wholes[i] = from + i;
            reals[i] = (double)(from + i) / 3;
        }
        assert_int_equal(whole ? mlops_hll_add_i64(p, wholes, n) : mlops_hll_add(p, reals, n),
                         MLOPS_OK);
        from += n;
    }
}

static mlops_hll_summary summary_of(const mlops_hll *p) {
    mlops_hll_summary s = MLOPS_HLL_SUMMARY_INIT;
    assert_int_equal(mlops_hll_summarize(p, &s), MLOPS_OK);
    return s;
}

static size_t save(const mlops_hll *p, mlops_hll_form form, int which) {
    size_t n = 0, again = 0;
    assert_int_equal(mlops_hll_save(p, form, NULL, 0, &n), MLOPS_OK);
    assert_true(n > 0 && n < BYTES);
    assert_int_equal(mlops_hll_save(p, form, bytes[which], n - 1, NULL), MLOPS_E_ARENA);
    bytes[which][n] = 0x5a;
    assert_int_equal(mlops_hll_save(p, form, bytes[which], n, &again), MLOPS_OK);
    assert_true(again == n && bytes[which][n] == 0x5a);
    return n;
}

static void assert_same(const mlops_hll *a, const mlops_hll *b) {
    size_t n = save(a, MLOPS_HLL_NATIVE, 0);
    assert_int_equal(save(b, MLOPS_HLL_NATIVE, 1), n);
    assert_memory_equal(bytes[0], bytes[1], n);
}

static void test_estimates_are_within_three_errors(void **state) {
    (void)state;
    static const int64_t lgs[] = {10, 12, 14, 12};
    for (int which = 0; which < 4; which++) {
        uint32_t flags = which & 1 ? MLOPS_HLL_WITHOUT_HISTORY : 0;
        mlops_hll *p = begin(0, lgs[which], which == 3 ? 0 : flags);
        int64_t done = 0;
        for (int64_t n = 1; n <= 10000000; n = n * 3 + 1) {
            add_range(p, done, n, which & 1);
            done = n;
            mlops_hll_summary s = summary_of(p);
            assert_true(fabs(s.estimate - (double)n) <= 3 * s.error * (double)n + 1e-9);
            assert_true(mlops_hll_estimate(p, 0) == s.estimate);
            assert_true(mlops_hll_estimate(p, -3) <= (double)n);
            assert_true(mlops_hll_estimate(p, 3) >= (double)n);
            assert_true(mlops_hll_estimate(p, -1) <= s.estimate);
            assert_true((s.n_coupons >= 0) == (n <= 3 << (lgs[which] - 5)));
        }
    }
}

/* Over many sketches the errors are as large as is told: not smaller on the average either. */
static void test_errors_are_as_told(void **state) {
    (void)state;
    static const int64_t lgs[] = {4, 7, 11}, ns[] = {50, 1000, 30000};
    for (size_t i = 0; i < 3; i++) {
        for (uint32_t flags = 0; flags < 2; flags++) {
            double squares = 0, sum = 0;
            int n_beyond = 0;
            enum { ROUNDS = 400 };
            for (int64_t round = 0; round < ROUNDS; round++) {
                mlops_hll *p = begin(0, lgs[i], flags);
                add_range(p, round << 32, (round << 32) + ns[i], 1);
                mlops_hll_summary s = summary_of(p);
                double off = (s.estimate / (double)ns[i] - 1) / s.error;
                squares += off * off;
                sum += off;
                n_beyond += mlops_hll_estimate(p, 2) < (double)ns[i] ||
                            mlops_hll_estimate(p, -2) > (double)ns[i];
            }
            assert_true(sqrt(squares / ROUNDS) > 0.8 && sqrt(squares / ROUNDS) < 1.25);
            assert_true(fabs(sum / ROUNDS) < 0.25);
            assert_true(n_beyond < ROUNDS / 10);
        }
    }
}

/* Merging is idempotent, commutative and associative, and is what adding all values would be. */
static void test_without_history_all_ways_give_the_same_bytes(void **state) {
    (void)state;
    static const int64_t lgs[] = {4, 7, 8, 11};
    static const int64_t sizes[] = {0, 3, 7, 8, 20, 25, 150, 193, 3000};
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 81; j++) {
            int64_t n = sizes[j / 9], m = sizes[j % 9], from = n / 2;
            uint32_t flags = MLOPS_HLL_WITHOUT_HISTORY;
            mlops_hll *whole = begin(0, lgs[i], flags), *ab = begin(1, lgs[i], flags);
            mlops_hll *b = begin(2, lgs[i], flags), *ba = begin(3, lgs[i], flags);
            for (int64_t v = from + m > n ? from + m : n; v-- > 0;) add_range(whole, v, v + 1, 0);
            add_range(ab, 0, n, 0);
            add_range(b, from, from + m, 0);
            assert_int_equal(mlops_hll_merge(ab, b), MLOPS_OK);
            assert_int_equal(mlops_hll_merge(ba, b), MLOPS_OK);
            mlops_hll *a = begin(2, lgs[i], flags);
            add_range(a, 0, n, 0);
            assert_int_equal(mlops_hll_merge(ba, a), MLOPS_OK);
            assert_same(ab, ba);
            if (from <= n) assert_same(whole, ab);
            assert_int_equal(mlops_hll_merge(ab, ba), MLOPS_OK);
            assert_int_equal(mlops_hll_merge(ab, ab), MLOPS_OK);
            assert_same(ab, ba);
            assert_int_equal(summary_of(ab).has_history, 0);
        }
    }
}

static void test_history_is_kept_as_long_as_it_can_be(void **state) {
    (void)state;
    mlops_hll *a = begin(0, 11, 0), *b = begin(1, 11, 0), *c = begin(2, 11, 0), *d;
    add_range(a, 0, 50000, 1);
    add_range(b, 50000, 50100, 1);
    assert_int_equal(mlops_hll_merge(a, b), MLOPS_OK); /* coupons go on where registers are */
    assert_int_equal(summary_of(a).has_history, 1);
    add_range(c, 0, 50100, 1);
    assert_true(fabs(summary_of(a).estimate / summary_of(c).estimate - 1) < 1e-3);
    assert_int_equal(mlops_hll_merge(b, c), MLOPS_OK);
    assert_int_equal(summary_of(b).has_history, 1);
    assert_true(summary_of(b).estimate == summary_of(c).estimate);
    assert_int_equal(mlops_hll_merge(b, a), MLOPS_OK);
    assert_int_equal(summary_of(b).has_history, 0);
    assert_true(fabs(summary_of(b).estimate / 50100 - 1) < 3 * summary_of(b).error);
    d = begin(3, 12, 0);
    assert_int_equal(mlops_hll_merge(d, a), MLOPS_E_INVALID);
    mlops_hll_reset(b);
    assert_true(summary_of(b).estimate == 0 && summary_of(b).has_history == 1);
}

static void test_equal_values_are_one(void **state) {
    (void)state;
    static const double v[] = {0.0, -0.0, NAN, -NAN, 1.0, 1.0};
    static const int64_t whole[] = {1, 1};
    mlops_hll *p = begin(0, 12, 0);
    assert_int_equal(mlops_hll_add(p, v, 6), MLOPS_OK);
    assert_int_equal(summary_of(p).n_coupons, 3);
    assert_int_equal(mlops_hll_add_i64(p, whole, 2), MLOPS_OK);
    assert_int_equal(summary_of(p).n_coupons, 4);
    mlops_hll_add_text(p, "");
    assert_int_equal(summary_of(p).n_coupons, 4);
    for (int i = 0; i < 2; i++) mlops_hll_add_text(p, "a text of more than sixteen bytes");
    assert_int_equal(summary_of(p).n_coupons, 5);
    assert_int_equal(mlops_hll_add(p, v, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_hll_add_i64(p, whole, -1), MLOPS_E_INVALID);
}

static void test_bytes_come_back(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 1, 7, 8, 24, 25, 700, 100000};
    for (int64_t lg_k = 4; lg_k <= 14; lg_k += 2) {
        for (size_t i = 0; i < 24; i++) {
            mlops_hll_form form = (mlops_hll_form)(i % 3);
            mlops_hll *p = begin(0, lg_k, i & 8 ? MLOPS_HLL_WITHOUT_HISTORY : 0), *q;
            add_range(p, 0, sizes[i / 3], 1);
            size_t n = save(p, form, 0);
            assert_int_equal(mlops_hll_load(&q, room[1], sizeof room[1], bytes[0], n), MLOPS_OK);
            assert_int_equal(save(q, form, 1), n);
            assert_memory_equal(bytes[0], bytes[1], n);
            assert_true(summary_of(p).estimate == summary_of(q).estimate);
            add_range(p, 50, 2000, 1);
            add_range(q, 50, 2000, 1);
            if (form == MLOPS_HLL_NATIVE) assert_same(p, q);
        }
    }
}

static void test_kernels_make_the_same_coupons(void **state) {
    (void)state;
    static uint64_t words[100];
    static uint32_t want[100], have[101];
    for (int i = 0; i < 100; i++) words[i] = i < 10 ? (uint64_t)i - 5 : draw();
    words[20] = words[60] = (uint64_t)1 << 63;      /* -0 */
    words[21] = words[63] = (uint64_t)0xfff1 << 48; /* a NaN */
    words[33] = 5366044298;                         /* whose value is 36: more than 32 zeros */
    words[70] = 8976502966;                         /* 33 */
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++) {
        const mlops__kern *kern = kernels(LEVELS[i]);
        for (size_t n = 0; kern && n <= 100; n++) {
            mlops__coupons_scalar(words, n & 1, want, n);
            have[n] = 7;
            kern->coupons(words, n & 1, have, n);
            assert_memory_equal(want, have, n * sizeof *want);
            assert_int_equal(have[n], 7);
        }
    }
}

/* A call with many values leaves what calls with a few each do, history included. */
static void test_many_at_once(void **state) {
    (void)state;
    enum { N = 300000 };
    static const int64_t lgs[] = {4, 7, 8, 12, 18}, parts[] = {1, 17, 1000};
    double *reals = malloc(N * sizeof *reals);
    int64_t *wholes = malloc(N * sizeof *wholes);
    assert_true(reals && wholes);
    for (int i = 0; i < N; i++) {
        wholes[i] = (int64_t)(draw() >> (i % 3 * 20));
        reals[i] = i % 1000 == 7 ? -0.0 : i % 1000 == 9 ? (double)NAN : (double)wholes[i] / 7;
    }
    for (int i = 0; i < 5 * 2; i++) {
        mlops_hll *all = begin(0, lgs[i / 2], 0), *some = begin(1, lgs[i / 2], 0);
        int64_t part = parts[i % 3];
        if (i % 2) assert_int_equal(mlops_hll_add_i64(all, wholes, N), MLOPS_OK);
        else assert_int_equal(mlops_hll_add(all, reals, N), MLOPS_OK);
        for (int64_t k = 0; k < N; k += part) {
            int64_t n = N - k < part ? N - k : part;
            if (i % 2) assert_int_equal(mlops_hll_add_i64(some, wholes + k, n), MLOPS_OK);
            else assert_int_equal(mlops_hll_add(some, reals + k, n), MLOPS_OK);
        }
        assert_same(all, some);
    }
    free(reals);
    free(wholes);
}

static void test_options(void **state) {
    (void)state;
    static const int64_t wrong[] = {3, 22, -1};
    mlops_hll *p = (mlops_hll *)(void *)room[0];
    mlops_hll_opts opts = MLOPS_HLL_OPTS_INIT;
    for (size_t i = 0; i < 3; i++) {
        opts.lg_k = wrong[i];
        assert_int_equal(mlops_hll_size(&opts), 0);
        assert_int_equal(mlops_hll_init(&p, room[0], sizeof room[0], &opts), MLOPS_E_INVALID);
        assert_null(p);
    }
    opts.lg_k = 4;
    size_t size = mlops_hll_size(&opts);
    assert_int_equal(mlops_hll_init(&p, room[0], size - 1, &opts), MLOPS_E_ARENA);
    assert_int_equal(mlops_hll_init(&p, (char *)room[0] + 4, size, &opts), MLOPS_E_INVALID);
    opts.flags = 2;
    assert_int_equal(mlops_hll_size(&opts), 0);
    p = begin(0, 4, 0);
    assert_true(isnan(mlops_hll_estimate(p, 3.1)) && isnan(mlops_hll_estimate(p, NAN)));
    assert_int_equal(mlops_hll_save(p, (mlops_hll_form)3, NULL, 0, NULL), MLOPS_E_INVALID);
}

/* ---- bytes ---- */

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 5, 15, 3000};
    for (size_t i = 0; i < 12; i++) {
        mlops_hll *p = begin(0, 8, 0);
        mlops_hll_form form = (mlops_hll_form)(i % 3);
        add_range(p, 0, sizes[i / 3], 1);
        size_t n = save(p, form, 0);
        for (size_t j = 0; form == MLOPS_HLL_NATIVE && j < 8 * n; j++) {
            bytes[0][j / 8] ^= (uint8_t)(1 << j % 8);
            p = (mlops_hll *)(void *)room[1];
            assert_int_equal(mlops_hll_load(&p, room[1], sizeof room[1], bytes[0], n),
                             MLOPS_E_CORRUPT);
            assert_null(p);
            bytes[0][j / 8] ^= (uint8_t)(1 << j % 8);
        }
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes[0], cut);
            assert_int_equal(mlops_hll_load(&p, room[1], sizeof room[1], exact, cut),
                             MLOPS_E_CORRUPT);
            free(exact);
        }
        assert_int_equal(mlops_hll_load(&p, room[1], sizeof room[1], bytes[0], n + 1),
                         MLOPS_E_CORRUPT);
    }
}

typedef struct edit {
    size_t offset;
    uint8_t value;
    mlops_status status;
} edit;

static void refuse(const edit *edits, size_t n_edits, size_t n) {
    mlops_hll *p;
    assert_int_equal(mlops_hll_load(&p, room[1], sizeof room[1], bytes[0], n), MLOPS_OK);
    for (size_t i = 0; i < n_edits; i++) {
        uint8_t was = bytes[0][edits[i].offset];
        bytes[0][edits[i].offset] = edits[i].value;
        if (mlops_hll_load(&p, room[1], sizeof room[1], bytes[0], n) != edits[i].status)
            fail_msg("edit %d was not refused as it should be", (int)i);
        bytes[0][edits[i].offset] = was;
    }
}

static void test_contradictions_are_refused(void **state) {
    (void)state;
    static const edit any[] = {{0, 4, MLOPS_E_CORRUPT},     {1, 0, MLOPS_E_CORRUPT},
                               {1, 2, MLOPS_E_UNSUPPORTED}, {2, 8, MLOPS_E_CORRUPT},
                               {3, 3, MLOPS_E_CORRUPT},     {3, 22, MLOPS_E_CORRUPT},
                               {7, 3, MLOPS_E_CORRUPT},     {7, 1 << 2 | 1, MLOPS_E_CORRUPT}};
    static const edit list[] = {{5, 4 | 8, MLOPS_E_CORRUPT},
                                {6, 4, MLOPS_E_CORRUPT},
                                {6, 8, MLOPS_E_CORRUPT},
                                {11, 0, MLOPS_E_CORRUPT},
                                {5, 0, MLOPS_E_CORRUPT}};
    static const edit four[] = {{6, 63, MLOPS_E_CORRUPT},
                                {15, 0xff, MLOPS_E_CORRUPT},
                                {32, 0, MLOPS_E_CORRUPT},
                                {36, 9, MLOPS_E_CORRUPT},
                                {40, 0xff, MLOPS_E_CORRUPT}};
    static const edit eight[] = {{6, 1, MLOPS_E_CORRUPT},
                                 {36, 1, MLOPS_E_CORRUPT},
                                 {40, 64, MLOPS_E_CORRUPT},
                                 {40, 0, MLOPS_E_CORRUPT}};
    mlops_hll *p = begin(0, 10, 0);
    add_range(p, 0, 5, 1);
    size_t n = save(p, MLOPS_HLL_TYPE_8, 0);
    refuse(any, 7, n);
    refuse(list, sizeof list / sizeof *list, n);
    memcpy(bytes[0] + 8, bytes[0] + 12, 4); /* a coupon twice */
    assert_int_equal(mlops_hll_load(&p, room[1], sizeof room[1], bytes[0], n), MLOPS_E_CORRUPT);
    p = begin(0, 10, 0);
    add_range(p, 0, 50, 1);
    refuse(any, 7, save(p, MLOPS_HLL_TYPE_4, 0));
    static const edit set[] = {
        {8, 49, MLOPS_E_CORRUPT}, {9, 1, MLOPS_E_CORRUPT}, {4, 8, MLOPS_E_CORRUPT}};
    refuse(set, sizeof set / sizeof *set, save(p, MLOPS_HLL_TYPE_4, 0));
    add_range(p, 0, 20000, 1);
    refuse(any, 8, save(p, MLOPS_HLL_TYPE_4, 0));
    refuse(four, sizeof four / sizeof *four, save(p, MLOPS_HLL_TYPE_4, 0));
    refuse(any, 8, save(p, MLOPS_HLL_TYPE_8, 0));
    refuse(eight, sizeof eight / sizeof *eight, save(p, MLOPS_HLL_TYPE_8, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_estimates_are_within_three_errors),
        cmocka_unit_test(test_errors_are_as_told),
        cmocka_unit_test(test_without_history_all_ways_give_the_same_bytes),
        cmocka_unit_test(test_history_is_kept_as_long_as_it_can_be),
        cmocka_unit_test(test_equal_values_are_one),
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_kernels_make_the_same_coupons),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
