/* Bytes of anomaly scores: what is loaded scores to the same bits, and nothing but those is taken.
 */
#include <stdlib.h>

#include "base/crc32.h"
#include "unit/help_anomaly.h"
#include "unit/seal.h"

static mlops_anomaly *learning(room *r, int i) {
    mlops_anomaly_opts opts = case_opts(i);
    mlops_anomaly *p = begin(r, &opts);
    learn(p, 101);
    return p;
}

static void test_loaded_is_the_same(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    float row[D];
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = frozen(&a, i), *q;
        size_t n = save(p, bytes[0]), size = 0;
        assert_int_equal(mlops_anomaly_load_size(bytes[0], n, &size), MLOPS_OK);
        assert_true(size < mlops_anomaly_size(&opts) && size % 8 == 0);
        memset(&b, 0x5a, sizeof b);
        assert_int_equal(mlops_anomaly_load(&q, &b, size - 1, bytes[0], n), MLOPS_E_ARENA);
        assert_null(q);
        assert_int_equal(mlops_anomaly_load(&q, (char *)&b + 4, size, bytes[0], n),
                         MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_load(&q, &b, size, bytes[0], n), MLOPS_OK);
        for (size_t k = size; k < sizeof b; k++) assert_int_equal(((uint8_t *)&b)[k], 0x5a);
        assert_int_equal(save(q, bytes[1]), n);
        assert_memory_equal(bytes[0], bytes[1], n);
        for (int k = 0; k < 300; k++) {
            make_rows(row, 1, D);
            if (k % 4 == 0) row[k % D] = NAN;
            assert_true(score_of(p, row, D) == score_of(q, row, D));
        }
        assert_true(summary_of(p).score_median == summary_of(q).score_median);
        assert_true(mlops_anomaly_add(q, row, 1, D, NULL) == MLOPS_E_INVALID);
    }
}

/* A device that restarts while it learns goes on as if it had not. */
static void test_learning_goes_on(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    static const int64_t rows_before[] = {0, 1, 2, 7, 30, 121, 300};
    for (int i = 0; i < N_CASES; i++)
        for (size_t k = 0; k < sizeof rows_before / sizeof *rows_before; k++) {
            mlops_anomaly_opts opts = case_opts(i);
            mlops_anomaly *p = begin(&a, &opts), *q;
            float rows[64 * D];
            size_t size = 0;
            learn(p, rows_before[k]);
            if (k > 3) rows[0] = NAN, assert_int_equal(mlops_anomaly_add(p, rows, 1, D, NULL), 0);
            size_t n = save(p, bytes[0]);
            assert_int_equal(mlops_anomaly_load_size(bytes[0], n, &size), MLOPS_OK);
            assert_int_equal(size, mlops_anomaly_size(&opts));
            memset(&b, 0x5a, sizeof b);
            assert_int_equal(mlops_anomaly_load(&q, &b, size - 1, bytes[0], n), MLOPS_E_ARENA);
            assert_null(q);
            assert_int_equal(mlops_anomaly_load(&q, &b, size, bytes[0], n), MLOPS_OK);
            for (size_t j = size; j < sizeof b; j++) assert_int_equal(((uint8_t *)&b)[j], 0x5a);
            assert_int_equal(save(q, bytes[1]), n);
            assert_memory_equal(bytes[0], bytes[1], n);
            assert_int_equal(mlops_anomaly_score(q, rows, 1, D, rows, NULL), MLOPS_E_INVALID);
            for (int part = 0; part < 4; part++) {
                make_rows(rows, 64, D);
                assert_int_equal(mlops_anomaly_add(p, rows, 64, D, NULL), MLOPS_OK);
                assert_int_equal(mlops_anomaly_add(q, rows, 64, D, NULL), MLOPS_OK);
            }
            n = save(p, bytes[0]);
            assert_int_equal(save(q, bytes[1]), n);
            assert_memory_equal(bytes[0], bytes[1], n);
            assert_int_equal(mlops_anomaly_freeze(p, NULL), MLOPS_OK);
            assert_int_equal(mlops_anomaly_freeze(q, NULL), MLOPS_OK);
            n = save(p, bytes[0]);
            assert_int_equal(save(q, bytes[1]), n);
            assert_memory_equal(bytes[0], bytes[1], n);
        }
}

/* Bytes and scores are those of any other machine. */
static void test_the_same_everywhere(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[SAVED_BYTES];
    static const uint32_t golden[N_CASES] = {0x67b4e6ee, 0x6c18ef4b, 0x482dc154, 0x413042c3,
                                             0xf3055439, 0x2e1b2f8a, 0x09bf3c37, 0xe6d3ee46};
    float row[D];
    for (int i = 0; i < N_CASES; i++) {
        seed = 77;
        mlops_anomaly *p = frozen(&a, i);
        uint32_t crc = mlops__crc32(0, bytes, save(p, bytes));
        for (int k = 0; k < 100; k++) {
            uint32_t bits;
            make_rows(row, 1, D);
            float score = score_of(p, row, D);
            memcpy(&bits, &score, sizeof bits);
            for (size_t j = 0; j < 4; j++) bytes[j] = (uint8_t)(bits >> 8 * j);
            crc = mlops__crc32(crc, bytes, 4);
        }
        assert_int_equal(crc, golden[i]);
    }
}

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[SAVED_BYTES];
    for (int i = 0; i < 2 * N_CASES; i++) {
        size_t n = save(i < N_CASES ? frozen(&a, i) : learning(&a, i - N_CASES), bytes), size;
        mlops_anomaly *p;
        for (size_t k = 0; k < 8 * n; k += 1 + n / 300) {
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
            assert_int_equal(mlops_anomaly_load(&p, &b, sizeof b, bytes, n), MLOPS_E_CORRUPT);
            assert_null(p);
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
        }
        for (size_t cut = 0; cut < n; cut += 1 + n / 300) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes, cut);
            assert_int_equal(mlops_anomaly_load(&p, &b, sizeof b, exact, cut), MLOPS_E_CORRUPT);
            assert_int_equal(mlops_anomaly_load_size(exact, cut, &size), MLOPS_E_CORRUPT);
            free(exact);
        }
        bytes[4] = 2;
        seal(bytes, n);
        assert_int_equal(mlops_anomaly_load(&p, &b, sizeof b, bytes, n), MLOPS_E_UNSUPPORTED);
    }
}

/* Whatever passes scores, and saves to the same bytes. */
static void test_words_that_others_made_up(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[SAVED_BYTES], again[SAVED_BYTES];
    static const uint32_t odd[] = {0,          1,          UINT32_MAX, 0x7f800000, 0x7fc00000,
                                   0xff800000, 0x7f7fffff, 0x80000000, 0xffff,     0x0001ffff,
                                   5,          2,          0xff7fffff};
    int n_taken = 0;
    for (int round = 0; round < 4000; round++) {
        int i = round % N_CASES;
        size_t n = save(round % 3 ? frozen(&a, i) : learning(&a, i), bytes), words = (n - 12) / 4;
        mlops_anomaly *p;
        for (uint64_t k = draw() % 3; k < 3; k++) {
            uint32_t word = draw() % 2 ? odd[draw() % 13] : (uint32_t)(draw() >> draw() % 64);
            size_t at = draw() % 2 ? (size_t)(draw() % 13) : (size_t)(draw() % words);
            memcpy(bytes + 8 + 4 * at, &word, 4);
        }
        seal(bytes, n);
        mlops_status status = mlops_anomaly_load(&p, &b, sizeof b, bytes, n);
        assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_ARENA);
        if (status) continue;
        n_taken++;
        assert_int_equal(save(p, again), n);
        assert_memory_equal(bytes, again, n);
        float row[D];
        double limit;
        make_rows(row, 1, D);
        if (mlops_anomaly_add(p, row, 1, D, NULL) == MLOPS_OK &&
            mlops_anomaly_freeze(p, NULL) == MLOPS_E_REFUSED)
            continue;
        for (int k = 0; k < 10; k++) {
            make_rows(row, 1, D);
            if (k % 3 == 0) row[k % D] = k ? NAN : 3e38f;
            (void)score_of(p, row, D);
        }
        (void)summary_of(p);
        assert_int_equal(mlops_anomaly_threshold(p, 0.5, &limit, NULL), MLOPS_OK);
    }
    assert_true(n_taken > 100 && n_taken < 3700);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loaded_is_the_same),
        cmocka_unit_test(test_learning_goes_on),
        cmocka_unit_test(test_the_same_everywhere),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_words_that_others_made_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
