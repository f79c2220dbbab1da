/* Bytes of panes and segments: what is loaded goes on as if it had never stopped, and nothing but
 * such bytes is taken. */
#include <stdio.h>
#include <stdlib.h>

#include "unit/help_profile.h"
#include "unit/seal.h"

enum { STORAGE = 1 << 16, SAVED = 1 << 19 };

static uint64_t storage[2][STORAGE];
static uint8_t saved[2][SAVED];

static size_t save_panes(const mlops_panes *panes, int at) {
    size_t n = 0;
    assert_int_equal(mlops_panes_save(panes, NULL, 0, &n), MLOPS_OK);
    assert_true(n > 0 && n <= SAVED);
    assert_int_equal(mlops_panes_save(panes, saved[at], n - 1, NULL), MLOPS_E_ARENA);
    assert_int_equal(mlops_panes_save(panes, saved[at], n, NULL), MLOPS_OK);
    return n;
}

static size_t save_segments(const mlops_segments *segments, int at) {
    size_t n = 0;
    assert_int_equal(mlops_segments_save(segments, NULL, 0, &n), MLOPS_OK);
    assert_true(n > 0 && n <= SAVED);
    assert_int_equal(mlops_segments_save(segments, saved[at], n - 1, NULL), MLOPS_E_ARENA);
    assert_int_equal(mlops_segments_save(segments, saved[at], n, NULL), MLOPS_OK);
    return n;
}

static mlops_panes_opts round_opts(int round) {
    mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
    opts.pane_ns = 1000;
    opts.offset_ns = round * 321 - 1000;
    opts.n_panes = 1 + round % 5;
    if (round % 4 == 1) opts.flags = MLOPS_PANES_MONTHS, opts.pane_ns = 0;
    if (round % 4 == 2) opts.flags = MLOPS_PANES_FADE, opts.n_panes = 1;
    return opts;
}

static mlops_profile *like_of(room *r, int round) {
    mlops_profile_opts opts = with_edges(EDGES, round % 4 == 3 ? 10 : 0, 32);
    return begin(r, &opts);
}

static void feed(mlops_panes *a, mlops_panes *b, const mlops_panes_opts *opts, int64_t from) {
    int64_t step = opts->pane_ns ? 170 : (int64_t)86400000000000 * 5;
    for (int i = 0; i < 60; i++) {
        double value = draw_value();
        int64_t time = (from + i) * step - (int64_t)(draw() % 4) * step;
        mlops_profile *p = mlops_panes_at(a, time), *q = b ? mlops_panes_at(b, time) : NULL;
        assert_true(!b || !p == !q);
        if (p) assert_int_equal(mlops_profile_add(p, &value, 1), MLOPS_OK);
        if (q) assert_int_equal(mlops_profile_add(q, &value, 1), MLOPS_OK);
    }
}

static void test_panes_go_on(void **state) {
    (void)state;
    static room a;
    for (int round = 0; round < 24; round++) {
        mlops_panes_opts opts = round_opts(round);
        mlops_profile *like = like_of(&a, round);
        mlops_panes *panes, *again;
        size_t size = mlops_panes_size(like, &opts), told = 0;
        assert_int_equal(mlops_panes_init(&panes, storage[0], size, like, &opts), MLOPS_OK);
        if (round >= 8) feed(panes, NULL, &opts, round * 40 - 600);
        if (round % 8 == 7) mlops_panes_reset(panes);
        size_t n = save_panes(panes, 0);
        assert_int_equal(mlops_panes_load_size(saved[0], n, &told), MLOPS_OK);
        assert_int_equal(told, size);
        memset(storage[1], 0xa5, sizeof storage[1]);
        assert_int_equal(mlops_panes_load(&again, storage[1], size - 1, saved[0], n),
                         MLOPS_E_ARENA);
        assert_int_equal(mlops_panes_load(&again, (char *)storage[1] + 4, size, saved[0], n),
                         MLOPS_E_INVALID);
        assert_int_equal(mlops_panes_load(&again, storage[1], size, saved[0], n), MLOPS_OK);
        assert_int_equal(((uint8_t *)storage[1])[size], 0xa5);
        assert_int_equal(save_panes(again, 1), n);
        assert_memory_equal(saved[0], saved[1], n);
        feed(panes, again, &opts, round * 40 - 560);
        n = save_panes(panes, 0);
        assert_int_equal(save_panes(again, 1), n);
        assert_memory_equal(saved[0], saved[1], n);
        assert_int_equal(mlops_panes_start_ns(again, 0), mlops_panes_start_ns(panes, 0));
    }
}

static mlops_segments *segments_of(int round, mlops_profile *like, int n_values, size_t *size) {
    mlops_segments_opts opts = MLOPS_SEGMENTS_OPTS_INIT;
    mlops_segments *out;
    char key[32];
    opts.n_segments = 1 + round;
    opts.key_size = 2 + round;
    *size = mlops_segments_size(like, &opts);
    assert_int_equal(mlops_segments_init(&out, storage[0], *size, like, &opts), MLOPS_OK);
    for (int i = 0; i < n_values; i++) {
        double value = draw_value();
        (void)snprintf(key, sizeof key, "%.*s%d", i % 3, "k,", (int)(draw() % 40));
        assert_int_equal(mlops_profile_add(mlops_segments_at(out, i % 7 ? key : ""), &value, 1),
                         MLOPS_OK);
    }
    return out;
}

static void test_segments_go_on(void **state) {
    (void)state;
    static room a;
    for (int round = 0; round < 20; round++) {
        mlops_profile *like = like_of(&a, round);
        mlops_segments *again;
        size_t size, told = 0;
        mlops_segments *segments = segments_of(round, like, round % 5 * 30, &size);
        size_t n = save_segments(segments, 0);
        assert_int_equal(mlops_segments_load_size(saved[0], n, &told), MLOPS_OK);
        assert_int_equal(told, size);
        memset(storage[1], 0xa5, sizeof storage[1]);
        assert_int_equal(mlops_segments_load(&again, storage[1], size - 1, saved[0], n),
                         MLOPS_E_ARENA);
        assert_int_equal(mlops_segments_load(&again, storage[1], size, saved[0], n), MLOPS_OK);
        assert_int_equal(((uint8_t *)storage[1])[size], 0xa5);
        assert_int_equal(save_segments(again, 1), n);
        assert_memory_equal(saved[0], saved[1], n);
        for (int i = 0; i < 50; i++) {
            double value = draw_value();
            char key[2] = {(char)('0' + draw() % 40), 0};
            (void)mlops_profile_add(mlops_segments_at(segments, key), &value, 1);
            (void)mlops_profile_add(mlops_segments_at(again, key), &value, 1);
        }
        n = save_segments(segments, 0);
        assert_int_equal(save_segments(again, 1), n);
        assert_memory_equal(saved[0], saved[1], n);
    }
}

/* A bit that flips, a cut, another version; and single words that others made up. */
static void test_other_bytes_are_refused(void **state) {
    (void)state;
    static room a;
    static const uint32_t odd[] = {0,    1,     2,         3,          4096,
                                   4097, 65536, INT32_MAX, 0x80000000, UINT32_MAX};
    for (int kind = 0; kind < 2; kind++) {
        mlops_profile *like = like_of(&a, 0);
        mlops_panes_opts opts = round_opts(4);
        mlops_panes *panes;
        mlops_segments *segments;
        size_t size, n;
        if (kind) n = save_segments(segments_of(5, like, 40, &size), 0);
        else {
            size = mlops_panes_size(like, &opts);
            assert_int_equal(mlops_panes_init(&panes, storage[0], size, like, &opts), MLOPS_OK);
            feed(panes, NULL, &opts, 0);
            n = save_panes(panes, 0);
        }
        for (size_t k = 0; k < 8 * n + n; k++) {
            size_t length = k < 8 * n ? n : k - 8 * n;
            if (k % 11 && k > 800 && k < 8 * n) continue;
            uint8_t *exact = malloc(length + 1);
            memcpy(exact, saved[0], length);
            if (k < 8 * n) exact[k / 8] ^= (uint8_t)(1 << k % 8);
            assert_int_equal(kind ? mlops_segments_load(&segments, storage[1], size, exact, length)
                                  : mlops_panes_load(&panes, storage[1], size, exact, length),
                             MLOPS_E_CORRUPT);
            free(exact);
        }
        int n_taken = 0;
        for (size_t k = 4; k < 80; k += 4)
            for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
                memcpy(saved[1], saved[0], n);
                memcpy(saved[1] + k, &odd[i], 4);
                seal(saved[1], n);
                mlops_status status =
                    kind ? mlops_segments_load(&segments, storage[1], size, saved[1], n)
                         : mlops_panes_load(&panes, storage[1], size, saved[1], n);
                assert_true(!status || status == MLOPS_E_CORRUPT || status == MLOPS_E_ARENA ||
                            status == MLOPS_E_UNSUPPORTED);
                n_taken += !status;
                if (status) continue;
                memcpy(saved[0] + SAVED / 2, saved[1], n);
                assert_int_equal(kind ? save_segments(segments, 1) : save_panes(panes, 1), n);
                assert_memory_equal(saved[0] + SAVED / 2, saved[1], n);
            }
        assert_true(n_taken > 0 && n_taken < 100);
    }
}

/* Time ends at INT64_MAX, and panes with it. */
static void test_the_last_panes_there_are(void **state) {
    (void)state;
    static room r;
    mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
    mlops_panes *panes, *loaded;
    const double value = 1;
    opts.pane_ns = 1;
    opts.n_panes = 3;
    memset(storage, 0xaa, sizeof storage);
    assert_int_equal(mlops_panes_init(&panes, storage[0], sizeof storage[0], like_of(&r, 0), &opts),
                     MLOPS_OK);
    assert_non_null(mlops_panes_at(panes, INT64_MAX - 1));
    assert_int_equal(mlops_profile_add(mlops_panes_at(panes, INT64_MAX), &value, 1), MLOPS_OK);
    size_t n = save_panes(panes, 0);
    assert_int_equal(mlops_panes_load(&loaded, storage[1], sizeof storage[1], saved[0], n),
                     MLOPS_OK);
    assert_int_equal(save_panes(loaded, 1), n);
    assert_memory_equal(saved[0], saved[1], n);
    for (int64_t i = 0; i < 3; i++) {
        mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
        mlops_profile *one = mlops_panes_at(loaded, INT64_MAX - i);
        assert_non_null(one);
        assert_int_equal(mlops_profile_summarize(one, &s), MLOPS_OK);
        assert_int_equal(s.n, i == 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_panes_there_are),
        cmocka_unit_test(test_panes_go_on),
        cmocka_unit_test(test_segments_go_on),
        cmocka_unit_test(test_other_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
