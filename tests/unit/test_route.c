/* The router: buckets that never change, evenly spread, and a share that only takes keys in.
 * oracle_route.py has the same in Python for many more keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "deploy/route.h"

/* Made by a program of its own in Python. */
static void golden_keys_keep_their_buckets(void **state) {
    (void)state;
    static char digits[1501], longest[301];
    static const struct {
        const char *salt;
        int n; /* digits; -1: key */
        const char *key;
        int32_t bucket;
    } GOLDEN[] = {
        {"fraud", -1, "", 862805},
        {"fraud", -1, "a", 444545},
        {"fraud", -1, "user-1", 949989},
        {"fraud", -1, "user-2", 879841},
        {"", -1, "user-1", 5714},
        {"fraud", -1, "4111-1111-1111-1111", 188321},
        {"fraud", -1, "\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87", 448785},
        {"salt", 50, NULL, 576935},
        {"salt", 200, NULL, 675234},
        {"salt", 240, NULL, 706898},
        {"salt", 250, NULL, 580175},
        {"salt", 1500, NULL, 19729},
        {longest, -1, "user-1", 460350},
    };
    memset(longest, 'x', sizeof longest - 1);
    for (size_t i = 0; i < sizeof GOLDEN / sizeof *GOLDEN; i++) {
        const char *key = GOLDEN[i].key;
        for (int k = 0; k < GOLDEN[i].n; k++) digits[k] = (char)('0' + k % 10);
        if (!key) digits[GOLDEN[i].n] = 0, key = digits;
        assert_int_equal(mlops__route_bucket(mlops__route_seed(GOLDEN[i].salt), key),
                         GOLDEN[i].bucket);
    }
}

static void shares_are_rounded_to_millionths(void **state) {
    (void)state;
    static const struct {
        double share;
        int32_t ppm;
    } CASES[] = {{0, 0},
                 {1, 1000000},
                 {0.5, 500000},
                 {0.1, 100000},
                 {0.3, 300000},
                 {1e-6, 1},
                 {0.5e-6, 1},
                 {0.49e-6, 0},
                 {1.0 / 3, 333333},
                 {2.0 / 3, 666667},
                 {-0.0, 0},
                 {-1e-9, -1},
                 {1.0000001, -1},
                 {NAN, -1},
                 {INFINITY, -1},
                 {-INFINITY, -1},
                 {0.9999994, 999999},
                 {0.9999996, 1000000}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(mlops__route_ppm(CASES[i].share), CASES[i].ppm);
}

enum { KEYS = 1000000, CELLS = 100 };

/* Chi-squared of counts that are expected to be equal; with n - 1 degrees of freedom it has that
 * mean, and twice that as its variance. */
static double chi_squared(const int64_t *counts, int n, double expected) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        double off = (double)counts[i] - expected;
        sum += off * off / expected;
    }
    return sum;
}

static void keys_are_spread_evenly(void **state) {
    (void)state;
    static const char *const FORMATS[] = {"%d", "user-%d", "4111 1111 %08d", "%d@example.org"};
    for (int f = 0; f < 4; f++) {
        int64_t counts[CELLS] = {0}, tenths[10] = {0};
        uint64_t seed = mlops__route_seed("fraud");
        for (int i = 0; i < KEYS; i++) {
            char key[48];
            snprintf(key, sizeof key, FORMATS[f], i);
            int32_t bucket = mlops__route_bucket(seed, key);
            assert_in_range(bucket, 0, MLOPS__ROUTE_BUCKETS - 1);
            counts[bucket / (MLOPS__ROUTE_BUCKETS / CELLS)]++;
            if (bucket < 10000) tenths[bucket / 1000]++; /* within the first hundredth, too */
        }
        assert_true(chi_squared(counts, CELLS, KEYS / CELLS) < 99 + 4 * sqrt(2 * 99));
        assert_true(chi_squared(tenths, 10, (double)counts[0] / 10) < 9 + 4 * sqrt(2 * 9));
    }
}

/* Who is in one trial says nothing of who is in another. */
static void salts_are_independent(void **state) {
    (void)state;
    int64_t counts[CELLS] = {0};
    uint64_t a = mlops__route_seed("fraud"), b = mlops__route_seed("fraud2");
    for (int i = 0; i < KEYS; i++) {
        char key[24];
        snprintf(key, sizeof key, "user-%d", i);
        counts[mlops__route_bucket(a, key) / 100000 * 10 + mlops__route_bucket(b, key) / 100000]++;
    }
    assert_true(chi_squared(counts, CELLS, KEYS / CELLS) < 99 + 4 * sqrt(2 * 99));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_keys_keep_their_buckets),
        cmocka_unit_test(shares_are_rounded_to_millionths),
        cmocka_unit_test(keys_are_spread_evenly),
        cmocka_unit_test(salts_are_independent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
