/* A detector's bytes: what is loaded goes on to the same bits, and nothing but those is taken. */
#include <stdlib.h>

#include "unit/help_detector.h"
#include "unit/seal.h"

enum { N = 900 };

static mlops_detector *load(room *r, const uint8_t *bytes, size_t n) {
    mlops_detector *out;
    memset(r, 0xc3, sizeof *r);
    assert_int_equal(mlops_detector_load(&out, r, sizeof *r, bytes, n), MLOPS_OK);
    return out;
}

/* Loaded anew ahead of each value, beside one that runs on. */
static void test_saved_at_each_step(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    for (int i = 0; i < N_CASES; i++) {
        mlops_detector_opts opts = case_opts(i);
        mlops_detector *p = begin(&a, &opts), *q;
        for (int64_t k = 0; k < N; k++) {
            double x = draw_value(&opts, k);
            size_t n = save(p, bytes[0]);
            q = load(&b, bytes[0], n);
            assert_int_equal(save(q, bytes[1]), n);
            assert_memory_equal(bytes[0], bytes[1], n);
            assert_int_equal(add_one(p, x), add_one(q, x));
            if (k % 50) continue; /* the one that was loaded goes on */
            room swap = a;
            a = b;
            b = swap;
        }
    }
}

/* As Python's struct and zlib.crc32 spell it from the format's description: ddm with threshold 4
 * after 1, 0, NaN, 0, 0. */
static void test_golden_bytes(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[SAVED_BYTES];
    static const char golden[] = "4d4c445401000000060000000000000000000000000000000500000000000000"
                                 "01000000000000000000000000000000ffffffffffffffffffffffffffffffff"
                                 "0000000000000000000000000000104000000000000000400000000000000000"
                                 "0000000000000000000000000000084000000000000000000000000000000000"
                                 "0000000000000000000000000000000000000000000000000000000000000000"
                                 "00000000000000000000000000001040000000000000f03f000000000000d03f"
                                 "aa4c58e87ab6cb3f55262c743ddbdd3f00000000000000000000000000000000"
                                 "00000000000000004464dfbd";
    const double x[] = {1, 0, NAN, 0, 0};
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    opts.kind = MLOPS_DETECTOR_DDM;
    opts.threshold = 4;
    opts.min_n = 3;
    mlops_detector *p = begin(&a, &opts);
    assert_int_equal(mlops_detector_add(p, x, 5, NULL, NULL), MLOPS_OK);
    size_t n = save(p, bytes);
    assert_int_equal(2 * n, sizeof golden - 1);
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {golden[2 * i], golden[2 * i + 1], 0};
        assert_int_equal(bytes[i], strtoul(pair, NULL, 16));
    }
}

static size_t some_bytes(int i, int n_values, room *r, uint8_t *bytes) {
    mlops_detector_opts opts = case_opts(i);
    mlops_detector *p = begin(r, &opts);
    for (int64_t k = 0; k < n_values; k++) add_one(p, draw_value(&opts, k));
    return save(p, bytes);
}

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[SAVED_BYTES];
    for (int i = 0; i < 13; i++) {
        size_t n = some_bytes(i, 45, &a, bytes);
        mlops_detector *p;
        for (size_t k = 0; k < 8 * n; k += 1 + (size_t)i) {
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
            assert_int_equal(mlops_detector_load(&p, &b, sizeof b, bytes, n), MLOPS_E_CORRUPT);
            assert_null(p);
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
        }
        for (size_t cut = 0; cut < n; cut += 1 + (size_t)i) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes, cut);
            assert_int_equal(mlops_detector_load(&p, &b, sizeof b, exact, cut), MLOPS_E_CORRUPT);
            free(exact);
        }
    }
}

/* Whatever passes goes on, and can be saved and loaded again. */
static void test_words_that_others_made_up(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[SAVED_BYTES], again[SAVED_BYTES];
    static const uint64_t odd[] = {0,
                                   1,
                                   UINT64_MAX,
                                   0x7ff0000000000000,
                                   0x7ff8000000000000,
                                   0xfff0000000000000,
                                   0x7fe0000000000000,
                                   0x3ff0000000000000,
                                   0x4340000000000000,
                                   0xbff0000000000000,
                                   0x4024000000000000};
    int n_taken = 0;
    for (int round = 0; round < 20000; round++) {
        int i = round % N_CASES;
        mlops_detector_opts opts = case_opts(i);
        size_t n = some_bytes(i, (int)(draw() % 70), &a, bytes), words = (n - 12) / 8;
        mlops_detector *p;
        for (uint64_t k = draw() % 3; k < 3; k++) {
            uint64_t word = draw() % 2 ? odd[draw() % 11] : draw() >> draw() % 64;
            size_t at = 8 + 8 * (size_t)(draw() % words);
            memcpy(bytes + at, &word, 8);
        }
        seal(bytes, n);
        mlops_status status = mlops_detector_load(&p, &b, sizeof b, bytes, n);
        assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_ARENA);
        if (status) continue;
        n_taken++;
        assert_int_equal(save(p, again), n);
        assert_memory_equal(bytes, again, n);
        for (int64_t k = 0; k < 100; k++) {
            double x = draw_value(&opts, k), one = 1;
            int32_t signal;
            if (mlops_detector_add(p, &x, 1, &signal, NULL))
                (void)mlops_detector_add(p, &one, 1, &signal, NULL);
        }
        (void)summary_of(p);
        n = save(p, again);
        (void)load(&a, again, n);
    }
    assert_true(n_taken > 500 && n_taken < 19000);
}

static void test_other_formats_and_little_room(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[SAVED_BYTES];
    size_t n = some_bytes(0, 30, &a, bytes), size = mlops_detector_size(NULL);
    mlops_detector *p;
    assert_int_equal(mlops_detector_load(&p, &b, size - 1, bytes, n), MLOPS_E_ARENA);
    assert_int_equal(mlops_detector_load(&p, &b, size, bytes, n), MLOPS_OK);
    assert_int_equal(mlops_detector_load(&p, (char *)&b + 4, size, bytes, n), MLOPS_E_INVALID);
    bytes[4] = 2;
    seal(bytes, n);
    assert_int_equal(mlops_detector_load(&p, &b, sizeof b, bytes, n), MLOPS_E_UNSUPPORTED);
    assert_null(p);
}

/* A window as long as there is room for: the oldest values go, and all adds up. */
static void test_adwin_without_room_forgets_the_oldest(void **state) {
    (void)state;
    enum { ROWS = 38, PER_ROW = 5 };
    static room a, b;
    static uint8_t bytes[SAVED_BYTES];
    const double width = PER_ROW * (0x1p38 - 1), n_rows = ROWS, wait = 7;
    const int64_t n = (int64_t)width;
    (void)some_bytes(0, 0, &a, bytes);
    memcpy(bytes + 24, &n, 8);
    memset(bytes + 168, 0, 40);
    memcpy(bytes + 168, &width, 8);
    memcpy(bytes + 192, &wait, 8);
    memcpy(bytes + 200, &n_rows, 8);
    for (size_t row = 0; row < ROWS; row++) {
        memset(bytes + 208 + row * (1 + 16 * PER_ROW), 0, 1 + 16 * PER_ROW);
        bytes[208 + row * (1 + 16 * PER_ROW)] = PER_ROW;
    }
    size_t size = 208 + ROWS * (1 + 16 * PER_ROW) + 4;
    seal(bytes, size);
    mlops_detector *p = load(&b, bytes, size);
    assert_int_equal(add_one(p, 0), MLOPS_DETECTOR_NONE);
    assert_true(summary_of(p).width == n + 1 - ((int64_t)1 << 38) && summary_of(p).n == n + 1);
    (void)load(&a, bytes, save(p, bytes));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved_at_each_step),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_words_that_others_made_up),
        cmocka_unit_test(test_other_formats_and_little_room),
        cmocka_unit_test(test_adwin_without_room_forgets_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
