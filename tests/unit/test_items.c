/* A sketch of frequent values: what it tells of any value encloses the truth, however sketches were
 * merged; the error stays inside the bound; and only sound bytes are taken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"

#include <mlops.h>

enum { BYTES = 1 << 20, N = 60000, KEYS = 3000 };

static uint64_t room[3][BYTES / 8];
static uint8_t bytes[2][BYTES];
static int64_t values[N], times[KEYS];

static mlops_items *begin(int which, int64_t lg_size, int64_t text_max) {
    mlops_items *p;
    mlops_items_opts opts = MLOPS_ITEMS_OPTS_INIT;
    opts.lg_size = lg_size;
    opts.text_max = text_max;
    size_t size = mlops_items_size(&opts);
    assert_true(size > 0 && size <= sizeof room[0]);
    memset(room[which], 0xa5, size);
    assert_int_equal(mlops_items_init(&p, room[which], size, &opts), MLOPS_OK);
    return p;
}

/* Few keys often, most of them seldom. */
static void make(void) {
    memset(times, 0, sizeof times);
    for (int i = 0; i < N; i++) {
        double u = uniform();
        values[i] = (int64_t)(u * u * u * u * KEYS);
        times[values[i]]++;
    }
}

static mlops_items_summary summary_of(const mlops_items *p) {
    mlops_items_summary s = MLOPS_ITEMS_SUMMARY_INIT;
    assert_int_equal(mlops_items_summarize(p, &s), MLOPS_OK);
    return s;
}

static mlops_items_row at(mlops_items *p, int64_t index) {
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    assert_int_equal(mlops_items_at(p, index, &row), MLOPS_OK);
    return row;
}

static mlops_items_row find(const mlops_items *p, int64_t key, int is_text) {
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    char text[24];
    snprintf(text, sizeof text, "key %d", (int)key);
    assert_int_equal(
        is_text ? mlops_items_find_text(p, text, &row) : mlops_items_find(p, key, &row), MLOPS_OK);
    return row;
}

static void add(mlops_items *p, const int64_t *keys, int64_t n, int is_text) {
    char text[24];
    if (!is_text) assert_int_equal(mlops_items_add(p, keys, n), MLOPS_OK);
    for (int64_t i = 0; is_text && i < n; i++) {
        snprintf(text, sizeof text, "key %d", (int)keys[i]);
        assert_int_equal(mlops_items_add_text(p, text, 1), MLOPS_OK);
    }
}

static int64_t key_of(const mlops_items_row *row, int is_text) {
    return is_text ? atoll(row->text + 4) : row->value;
}

/* Every key, kept or not; and both lists of frequent ones. */
static void judge(mlops_items *p, int is_text) {
    mlops_items_summary s = summary_of(p);
    assert_int_equal(s.n, N);
    assert_true((double)s.error <= s.error_share * N);
    for (int64_t key = 0; key < KEYS; key++) {
        mlops_items_row row = find(p, key, is_text);
        assert_true(row.lower <= times[key] && times[key] <= row.upper);
        assert_true(row.upper - row.lower == s.error);
        assert_true(row.estimate == (row.lower ? row.upper : 0));
    }
    for (int64_t threshold = 0; threshold < N / 10; threshold = threshold * 2 + 7) {
        int64_t least = threshold < s.error ? s.error : threshold, n_frequent = 0, n_found = 0;
        int64_t certain = mlops_items_frequent(p, MLOPS_ITEMS_CERTAIN, threshold);
        int64_t possible = mlops_items_frequent(p, MLOPS_ITEMS_POSSIBLE, threshold);
        assert_true(certain <= possible && possible <= s.n_kept);
        for (int64_t key = 0; key < KEYS; key++) n_frequent += times[key] > least;
        for (int64_t i = 0; i < possible; i++) {
            mlops_items_row row = at(p, i);
            int frequent = times[key_of(&row, is_text)] > least;
            assert_true(i >= certain || frequent);
            n_found += frequent;
        }
        assert_int_equal(n_found, n_frequent);
    }
    for (int64_t i = 1; i < s.n_kept; i++) {
        mlops_items_row a = at(p, i - 1), b = at(p, i);
        assert_true(a.lower >= b.lower);
        if (a.lower == b.lower)
            assert_true(is_text ? strcmp(a.text, b.text) < 0 : a.value < b.value);
    }
}

static void test_answers_enclose_the_truth(void **state) {
    (void)state;
    for (int round = 0; round < 8; round++) {
        mlops_items *p = begin(0, 3 + round, round & 1 ? 20 : 0);
        make();
        add(p, values, N, round & 1);
        judge(p, round & 1);
    }
}

static void test_merging_keeps_that(void **state) {
    (void)state;
    for (int round = 0; round < 8; round++) {
        int is_text = round & 1;
        mlops_items *whole = begin(0, 4 + round, is_text ? 20 : 0);
        make();
        for (int i = 0, done = 0; i < 20; i++) {
            int next = N * (i + 1) / 20;
            mlops_items *part = begin(1, i % 3 + 4 + round, is_text ? 20 : 0);
            add(part, values + done, next - done, is_text);
            assert_int_equal(mlops_items_merge(whole, part), MLOPS_OK);
            done = next;
        }
        mlops_items_summary s = summary_of(whole);
        assert_true((double)s.error <= s.error_share * N);
        judge(whole, is_text);
    }
}

static void test_few_values_are_exact(void **state) {
    (void)state;
    static const int64_t keys[] = {5, -1, INT64_MIN, 5, INT64_MAX, 5, -1};
    mlops_items *p = begin(0, 3, 0);
    assert_int_equal(mlops_items_add(p, keys, 7), MLOPS_OK);
    mlops_items_summary s = summary_of(p);
    assert_true(s.n == 7 && s.n_kept == 4 && s.error == 0);
    static const int64_t order[] = {5, -1, INT64_MIN, INT64_MAX}, counts[] = {3, 2, 1, 1};
    for (int64_t i = 0; i < 4; i++) {
        mlops_items_row row = at(p, i);
        assert_true(row.value == order[i] && row.lower == counts[i] && row.upper == counts[i]);
    }
    assert_int_equal(mlops_items_frequent(p, MLOPS_ITEMS_CERTAIN, 1), 2);
    assert_int_equal(mlops_items_frequent(p, (mlops_items_kind)2, 1), -1);
    mlops_items_reset(p);
    assert_int_equal(summary_of(p).n, 0);
    assert_int_equal(find(p, 5, 0).upper, 0);
}

/* When all counts are equal, taking off the median leaves none; what was lost is still told. */
static void test_all_may_be_forgotten(void **state) {
    (void)state;
    mlops_items *p = begin(0, 3, 0), *q;
    for (int64_t i = 0; i < 7; i++) values[i] = i;
    assert_int_equal(mlops_items_add(p, values, 7), MLOPS_OK);
    mlops_items_summary s = summary_of(p);
    assert_true(s.n == 7 && s.n_kept == 0 && s.error == 1);
    size_t n = 0;
    assert_int_equal(mlops_items_save(p, MLOPS_ITEMS_NATIVE, bytes[0], BYTES, &n), MLOPS_OK);
    assert_int_equal(mlops_items_load(&q, room[1], sizeof room[1], bytes[0], n, 0), MLOPS_OK);
    s = summary_of(q);
    assert_true(s.n == 7 && s.n_kept == 0 && s.error == 1);
}

static void test_options_and_limits(void **state) {
    (void)state;
    static const int64_t wrong[][2] = {{2, 0}, {21, 0}, {-1, 0}, {10, -1}, {10, 65535}};
    mlops_items *p = (mlops_items *)(void *)room[0];
    mlops_items_opts opts = MLOPS_ITEMS_OPTS_INIT;
    for (size_t i = 0; i < 5; i++) {
        opts.lg_size = wrong[i][0];
        opts.text_max = wrong[i][1];
        assert_int_equal(mlops_items_size(&opts), 0);
        assert_int_equal(mlops_items_init(&p, room[0], sizeof room[0], &opts), MLOPS_E_INVALID);
        assert_null(p);
    }
    opts.text_max = 0;
    opts.lg_size = 3;
    size_t size = mlops_items_size(&opts);
    assert_int_equal(mlops_items_init(&p, room[0], size - 1, &opts), MLOPS_E_ARENA);
    assert_int_equal(mlops_items_init(&p, (char *)room[0] + 4, size, &opts), MLOPS_E_INVALID);
    mlops_items_row row = MLOPS_ITEMS_ROW_INIT;
    mlops_items *longs = begin(0, 3, 0), *texts = begin(1, 3, 5);
    assert_int_equal(mlops_items_add(texts, values, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_add(longs, values, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_add_text(longs, "a", 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_add_text(texts, "a", 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_add_text(texts, "123456", 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_items_add_text(texts, "12345", INT64_MAX), MLOPS_OK);
    assert_int_equal(mlops_items_add_text(texts, "", 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_items_merge(texts, longs), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_merge(texts, texts), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_find(texts, 1, &row), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_find_text(longs, "a", &row), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_find_text(texts, "123456", &row), MLOPS_OK);
    assert_int_equal(row.upper, 0);
    assert_int_equal(mlops_items_find_text(texts, "12345", &row), MLOPS_OK);
    assert_true(row.lower == INT64_MAX);
    assert_int_equal(mlops_items_at(texts, 1, &row), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_at(texts, -1, &row), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_save(texts, (mlops_items_form)2, NULL, 0, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_items_load(&p, room[2], sizeof room[2], bytes[0], 8, 65535),
                     MLOPS_E_CORRUPT);
}

/* ---- bytes ---- */

static size_t save(mlops_items *p, mlops_items_form form, int which) {
    size_t n = 0, again = 0;
    assert_int_equal(mlops_items_save(p, form, NULL, 0, &n), MLOPS_OK);
    assert_true(n > 0 && n < BYTES);
    assert_int_equal(mlops_items_save(p, form, bytes[which], n - 1, NULL), MLOPS_E_ARENA);
    bytes[which][n] = 0x5a;
    assert_int_equal(mlops_items_save(p, form, bytes[which], n, &again), MLOPS_OK);
    assert_true(again == n && bytes[which][n] == 0x5a);
    return n;
}

static void test_bytes_come_back(void **state) {
    (void)state;
    make();
    for (int round = 0; round < 16; round++) {
        int is_text = round & 1, n_added = round / 4 * 9000 + round;
        int64_t text_max = is_text ? 9 : 0;
        mlops_items_form form = round & 2 ? MLOPS_ITEMS_DATASKETCHES : MLOPS_ITEMS_NATIVE;
        mlops_items *p = begin(0, 7, text_max), *q;
        add(p, values, n_added, is_text);
        size_t n = save(p, form, 0);
        assert_int_equal(
            mlops_items_load(&q, room[1], sizeof room[1], bytes[0], n, form ? text_max : 0),
            MLOPS_OK);
        assert_int_equal(save(q, form, 1), n);
        assert_memory_equal(bytes[0], bytes[1], n);
        add(p, values + n_added, 5000, is_text);
        add(q, values + n_added, 5000, is_text);
        n = save(p, form, 0);
        assert_int_equal(save(q, form, 1), n);
        assert_memory_equal(bytes[0], bytes[1], n);
    }
}

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
    static const char empty[] = "01010a0303050000";
    static const char longs[] = "04010a0303000000020000000000000003000000000000000000000000000000"
                                "02000000000000000100000000000000ffffffffffffffff0700000000000000";
    static const char strings[] = "04010a0303000000020000000000000003000000000000000000000000000000"
                                  "020000000000000001000000000000000300000061c3a900000000";
    static const int64_t keys[] = {-1, 7, -1};
    mlops_items *p = begin(0, 3, 0), *q;
    size_t n = save(p, MLOPS_ITEMS_DATASKETCHES, 0);
    assert_int_equal(n, from_hex(empty, bytes[1]));
    assert_memory_equal(bytes[0], bytes[1], n);
    assert_int_equal(mlops_items_load(&q, room[1], sizeof room[1], bytes[1], n, 0), MLOPS_OK);
    assert_int_equal(mlops_items_add(p, keys, 3), MLOPS_OK);
    n = save(p, MLOPS_ITEMS_DATASKETCHES, 0);
    assert_int_equal(n, from_hex(longs, bytes[1]));
    assert_memory_equal(bytes[0], bytes[1], n);
    p = begin(0, 3, 8);
    assert_int_equal(mlops_items_add_text(p, "", 1), MLOPS_OK);
    assert_int_equal(mlops_items_add_text(p, "a\xc3\xa9", 2), MLOPS_OK);
    n = save(p, MLOPS_ITEMS_DATASKETCHES, 0);
    assert_int_equal(n, from_hex(strings, bytes[1]));
    assert_memory_equal(bytes[0], bytes[1], n);
    assert_int_equal(mlops_items_load(&q, room[1], sizeof room[1], bytes[1], n, 2), MLOPS_E_LIMIT);
    assert_int_equal(mlops_items_load(&q, room[1], sizeof room[1], bytes[1], n, 3), MLOPS_OK);
    bytes[1][53] = 0;
    assert_int_equal(mlops_items_load(&q, room[1], sizeof room[1], bytes[1], n, 3),
                     MLOPS_E_UNSUPPORTED);
}

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    make();
    for (int round = 0; round < 4; round++) {
        int is_text = round & 1;
        int64_t text_max = is_text ? 9 : 0;
        mlops_items *p = begin(0, 4, text_max);
        mlops_items_form form = round & 2 ? MLOPS_ITEMS_DATASKETCHES : MLOPS_ITEMS_NATIVE;
        add(p, values, 500, is_text);
        size_t n = save(p, form, 0);
        for (size_t i = 0; form == MLOPS_ITEMS_NATIVE && i < 8 * n; i++) {
            bytes[0][i / 8] ^= (uint8_t)(1 << i % 8);
            p = (mlops_items *)(void *)room[1];
            assert_int_equal(mlops_items_load(&p, room[1], sizeof room[1], bytes[0], n, text_max),
                             MLOPS_E_CORRUPT);
            assert_null(p);
            bytes[0][i / 8] ^= (uint8_t)(1 << i % 8);
        }
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes[0], cut);
            assert_int_equal(mlops_items_load(&p, room[1], sizeof room[1], exact, cut, text_max),
                             MLOPS_E_CORRUPT);
            free(exact);
        }
        assert_int_equal(mlops_items_load(&p, room[1], sizeof room[1], bytes[0], n + 1, text_max),
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
        {0, 1, MLOPS_E_CORRUPT},     {1, 0, MLOPS_E_CORRUPT},  {1, 2, MLOPS_E_UNSUPPORTED},
        {2, 7, MLOPS_E_CORRUPT},     {3, 2, MLOPS_E_CORRUPT},  {3, 21, MLOPS_E_LIMIT},
        {4, 5, MLOPS_E_CORRUPT},     {5, 1, MLOPS_E_CORRUPT},  {5, 4, MLOPS_E_CORRUPT},
        {8, 3, MLOPS_E_CORRUPT},     {8, 1, MLOPS_E_CORRUPT},  {16, 2, MLOPS_E_CORRUPT},
        {23, 0x80, MLOPS_E_CORRUPT}, {24, 1, MLOPS_E_CORRUPT}, {24, 4, MLOPS_E_CORRUPT},
        {31, 0x80, MLOPS_E_CORRUPT}, {32, 0, MLOPS_E_CORRUPT}, {32, 3, MLOPS_E_CORRUPT},
        {48, 7, MLOPS_E_CORRUPT},
    };
    static const int64_t keys[] = {8, 7, 8};
    mlops_items *p = begin(0, 4, 0);
    assert_int_equal(mlops_items_add(p, keys, 3), MLOPS_OK);
    size_t n = save(p, MLOPS_ITEMS_DATASKETCHES, 0);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        uint8_t was = bytes[0][edits[i].offset];
        bytes[0][edits[i].offset] = edits[i].value;
        if (mlops_items_load(&p, room[1], sizeof room[1], bytes[0], n, 0) != edits[i].status)
            fail_msg("edit %d was not refused as it should be", (int)i);
        bytes[0][edits[i].offset] = was;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_enclose_the_truth),
        cmocka_unit_test(test_merging_keeps_that),
        cmocka_unit_test(test_few_values_are_exact),
        cmocka_unit_test(test_all_may_be_forgotten),
        cmocka_unit_test(test_options_and_limits),
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
