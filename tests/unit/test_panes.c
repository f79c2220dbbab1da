/* Panes and segments of profiles: what a window or a key holds is what its values make by
 * themselves, and fading keeps a profile whole. */
#include <stdio.h>
#include <stdlib.h>

#include "unit/help_profile.h"

enum { STORAGE = 1 << 16, N = 2000 };

static uint64_t storage[2][STORAGE];
static const int64_t DAY = 86400000000000;

static mlops_panes *panes_of(const mlops_profile *like, const mlops_panes_opts *opts) {
    mlops_panes *panes;
    size_t size = mlops_panes_size(like, opts);
    assert_true(size > 0 && size <= sizeof storage[0]);
    memset(storage[0], 0xa5, sizeof storage[0]);
    assert_int_equal(mlops_panes_init(&panes, storage[0], size - 1, like, opts), MLOPS_E_ARENA);
    assert_int_equal(mlops_panes_init(&panes, storage[0], size, like, opts), MLOPS_OK);
    return panes;
}

/* Values in any order of time, late ones too: each pane that is kept, and the window over the
 * newest, are the profiles of the values of their time. */
static void test_panes_are_profiles_of_their_time(void **state) {
    (void)state;
    static room a, b, c;
    static int64_t time[N];
    static double v[N];
    for (int round = 0; round < 8; round++) {
        mlops_profile_opts profile = with_edges(EDGES, round % 2 ? 10 : 0, 32);
        mlops_profile *like = begin(&a, &profile), *want = begin(&b, &profile);
        mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
        opts.pane_ns = 1000;
        opts.offset_ns = round * 321 - 1000;
        opts.n_panes = 1 + round;
        mlops_panes *panes = panes_of(like, &opts);
        assert_true(mlops_panes_n(panes) == 0 && !mlops_panes_pane(panes, 0));
        assert_true(mlops_panes_start_ns(panes, 0) == INT64_MIN);
        int64_t newest = INT64_MIN;
        for (int i = 0; i < N; i++) {
            time[i] = i * 10 - 5000 - (int64_t)(draw() % 3000) + (i > N / 2 ? 40000 : 0);
            v[i] = draw_value();
            int64_t pane = (time[i] - opts.offset_ns + 1000000) / 1000;
            if (pane > newest) newest = pane;
            mlops_profile *at = mlops_panes_at(panes, time[i]);
            assert_true((at != NULL) == (pane > newest - opts.n_panes));
            if (!at) time[i] = INT64_MIN; /* of no pane that is kept */
            else assert_int_equal(mlops_profile_add(at, v + i, 1), MLOPS_OK);
        }
        int64_t start = mlops_panes_start_ns(panes, 0), n = mlops_panes_n(panes);
        assert_int_equal(start, (newest - 1000) * 1000 + opts.offset_ns);
        assert_int_equal(mlops_panes_start_ns(panes, -1), start + 1000);
        for (int64_t age = 0; age < n; age++) {
            mlops_profile *sliding = begin(&c, &profile);
            assert_int_equal(mlops_panes_merge(panes, age + 1, sliding), MLOPS_OK);
            mlops_profile_reset(want);
            int64_t from = mlops_panes_start_ns(panes, age);
            assert_int_equal(from, start - 1000 * age);
            for (int i = 0; i < N; i++)
                if (time[i] >= from) mlops_profile_add(want, v + i, 1);
            if (round % 2 == 0) assert_same_bytes(sliding, want);
        }
        assert_null(mlops_panes_pane(panes, n));
        assert_int_equal(mlops_panes_merge(panes, 0, want), MLOPS_E_INVALID);
        mlops_panes_reset(panes);
        assert_int_equal(mlops_panes_n(panes), 0);
    }
}

static void test_months(void **state) {
    (void)state;
    static room a;
    mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
    opts.flags = MLOPS_PANES_MONTHS;
    opts.n_panes = 3;
    mlops_panes *panes = panes_of(begin(&a, NULL), &opts);
    int64_t leap = 19782 * DAY; /* 2024-02-29 */
    mlops_profile *february = mlops_panes_at(panes, leap);
    assert_true(mlops_panes_at(panes, leap + DAY - 1) == february);
    assert_true(mlops_panes_start_ns(panes, 0) == 19754 * DAY); /* 2024-02-01 */
    assert_true(mlops_panes_start_ns(panes, -1) == leap + DAY);
    assert_true(mlops_panes_at(panes, leap + DAY) != february);
    assert_true(mlops_panes_pane(panes, 1) == february);
    assert_true(mlops_panes_at(panes, 19723 * DAY) && !mlops_panes_at(panes, 19723 * DAY - 1));
    mlops_panes_reset(panes);
    assert_non_null(mlops_panes_at(panes, -DAY)); /* 1969-12-31 */
    assert_true(mlops_panes_start_ns(panes, 0) == -31 * DAY);
}

static void test_ends_of_time(void **state) {
    (void)state;
    static room a;
    static const int64_t widths[] = {1, 3600000000000, INT64_MAX, 0};
    static const int64_t offsets[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    for (int w = 0; w < 4; w++)
        for (int o = 0; o < 5; o++) {
            mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
            opts.pane_ns = widths[w];
            opts.flags = widths[w] ? 0 : MLOPS_PANES_MONTHS;
            opts.offset_ns = offsets[o];
            opts.n_panes = 2;
            mlops_panes *panes = panes_of(begin(&a, NULL), &opts);
            assert_non_null(mlops_panes_at(panes, INT64_MIN));
            assert_true(mlops_panes_start_ns(panes, 0) <= mlops_panes_start_ns(panes, -1));
            assert_non_null(mlops_panes_at(panes, INT64_MAX));
            assert_true(mlops_panes_start_ns(panes, 0) <= mlops_panes_start_ns(panes, -1));
            assert_true(mlops_panes_start_ns(panes, 1) <= mlops_panes_start_ns(panes, 0));
        }
}

/* The state of what fades loads, so that it contradicts itself in nothing; mean and variance stay;
 * all is gone in the end. */
static void test_fading(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[BYTES];
    for (int round = 0; round < 100; round++) {
        mlops_profile_opts profile = MLOPS_PROFILE_OPTS_INIT;
        mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
        mlops_profile_moments m = MLOPS_PROFILE_MOMENTS_INIT, before = m;
        profile.lg_k = round % 2 ? 4 : 0;
        profile.categories = "a,b";
        profile.bins_size = round % 3 ? 0 : 64;
        opts.flags = MLOPS_PANES_FADE;
        opts.pane_ns = 10;
        mlops_panes *panes = panes_of(begin(&a, &profile), &opts);
        mlops_profile *p = mlops_panes_at(panes, 0), *q;
        int64_t n = (int64_t)(draw() % 400) * (round % 10 ? 1 : 500), left = n + 2;
        for (int64_t i = 0; i < n; i++) {
            double value = round % 4 ? uniform() - 0.5 : draw_value();
            assert_int_equal(mlops_profile_add(p, &value, 1), MLOPS_OK);
        }
        assert_int_equal(mlops_profile_add_text(p, "b"), MLOPS_OK);
        assert_int_equal(mlops_profile_add_nulls(p, 1), MLOPS_OK);
        assert_int_equal(mlops_profile_measure(p, &before), MLOPS_OK);
        for (int k = 1; k < 20; k++) {
            assert_true(mlops_panes_at(panes, 10 * k) == p);
            assert_null(mlops_panes_at(panes, 10 * k - 1));
            mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
            assert_int_equal(mlops_profile_summarize(p, &s), MLOPS_OK);
            assert_int_equal(mlops_profile_measure(p, &m), MLOPS_OK);
            assert_true(s.n <= left / 2 && s.n >= left / 2 - mlops_profile_n_bins(p) - 600);
            left = s.n;
            size_t size = save(p, bytes);
            assert_int_equal(mlops_profile_load(&q, &b, sizeof b, bytes, size), MLOPS_OK);
            assert_same_bytes(p, q);
            if (m.n > 0 && m.mean == m.mean && m.variance == m.variance) {
                assert_true(fabs(m.mean - before.mean) <= 0x1p-32 * (1 + (double)k));
                assert_true(fabs(m.variance - before.variance) <=
                            1e-6 * (1 + before.variance + fabs(before.mean)));
            }
        }
        mlops_panes_at(panes, 10000);
        assert_int_equal(mlops_profile_measure(p, &m), MLOPS_OK);
        assert_int_equal(m.n, 0);
    }
}

static void test_panes_refuse(void **state) {
    (void)state;
    static room a, b;
    mlops_profile_opts edges = with_edges(EDGES, 2, 32);
    mlops_profile *like = begin(&a, NULL), *over = begin(&b, &edges);
    static const struct {
        uint32_t flags;
        int64_t pane_ns, n_panes;
    } bad[] = {{4, 0, 0},
               {0, -1, 0},
               {0, 0, -1},
               {0, 0, 4097},
               {MLOPS_PANES_MONTHS, 1, 0},
               {MLOPS_PANES_FADE, 0, 2}};
    mlops_panes_opts opts = MLOPS_PANES_OPTS_INIT;
    mlops_panes *panes;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        opts.flags = bad[i].flags;
        opts.pane_ns = bad[i].pane_ns;
        opts.n_panes = bad[i].n_panes;
        assert_int_equal(mlops_panes_size(like, &opts), 0);
        assert_int_equal(mlops_panes_init(&panes, storage[0], sizeof storage[0], like, &opts),
                         MLOPS_E_INVALID);
        assert_null(panes);
    }
    opts = (mlops_panes_opts)MLOPS_PANES_OPTS_INIT;
    opts.flags = MLOPS_PANES_FADE;
    assert_int_equal(mlops_panes_size(over, &opts), 0);
    panes = panes_of(like, NULL);
    assert_int_equal(mlops_panes_init(&panes, (char *)storage[0] + 4, 1 << 15, like, NULL),
                     MLOPS_E_INVALID);
    panes = panes_of(like, NULL);
    double one = 1;
    assert_int_equal(mlops_profile_add(mlops_panes_at(panes, 0), &one, 1), MLOPS_OK);
    assert_int_equal(mlops_panes_merge(panes, 1, over), MLOPS_E_INVALID);
    assert_int_equal(mlops_profile_add_nulls(like, INT64_MAX), MLOPS_OK);
    assert_int_equal(mlops_panes_merge(panes, 1, like), MLOPS_E_LIMIT);
}

/* ---- segments ---- */

static mlops_segments *segments_of(int which, const mlops_profile *like, int64_t n, int64_t size) {
    mlops_segments *segments;
    mlops_segments_opts opts = MLOPS_SEGMENTS_OPTS_INIT;
    opts.n_segments = n;
    opts.key_size = size;
    size_t needed = mlops_segments_size(like, &opts);
    assert_true(needed > 0 && needed <= sizeof storage[which]);
    memset(storage[which], 0xa5, sizeof storage[which]);
    assert_int_equal(mlops_segments_init(&segments, storage[which], needed - 1, like, &opts),
                     MLOPS_E_ARENA);
    assert_int_equal(mlops_segments_init(&segments, storage[which], needed, like, &opts), MLOPS_OK);
    return segments;
}

/* Two halves of a stream over 30 keys, merged: with room for all each key has the profile of its
 * values; with less, the first keys do and the rest has what is left. */
static void test_segments_hold_every_value(void **state) {
    (void)state;
    static room a, b;
    mlops_profile *like = begin(&a, NULL), *want = begin(&b, NULL);
    static int key[N];
    static double v[N];
    for (int64_t room = 1; room <= 31; room += 10) {
        mlops_segments *x = segments_of(0, like, room, 8), *y = segments_of(1, like, room, 8);
        for (int i = 0; i < N; i++) {
            char text[16];
            key[i] = (int)(draw() % 30);
            v[i] = draw_value();
            snprintf(text, sizeof text, key[i] == 29 ? "far too long" : "k%d", key[i]);
            mlops_profile *p = mlops_segments_at(i < N / 2 ? x : y, text);
            assert_int_equal(mlops_profile_add(p, v + i, 1), MLOPS_OK);
        }
        assert_int_equal(mlops_segments_merge(x, y), MLOPS_OK);
        int64_t n = mlops_segments_n(x);
        assert_int_equal(n, room < 29 ? room : 29);
        for (int64_t at = 0; at < n; at++) {
            int k = atoi(mlops_segments_key(x, at) + 1);
            mlops_profile_reset(want);
            for (int i = 0; i < N; i++)
                if (key[i] == k) mlops_profile_add(want, v + i, 1);
            assert_true(mlops_segments_profile(x, at) ==
                        mlops_segments_at(x, mlops_segments_key(x, at)));
            if (room > 30) assert_same_bytes(mlops_segments_profile(x, at), want);
        }
        int64_t total = 0;
        for (int64_t at = -1; at < n; at++) {
            mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
            mlops_profile_summarize(mlops_segments_profile(x, at), &s);
            total += s.n;
        }
        assert_int_equal(total, N);
        assert_true(!mlops_segments_key(x, n) && !mlops_segments_key(x, -1));
        assert_true(!mlops_segments_profile(x, n) && !mlops_segments_profile(x, -2));
        mlops_segments_reset(x);
        assert_int_equal(mlops_segments_n(x), 0);
    }
}

static void test_segments_refuse(void **state) {
    (void)state;
    static room a, b;
    mlops_profile_opts edges = with_edges(EDGES, 2, 32);
    mlops_profile *like = begin(&a, NULL), *over = begin(&b, &edges);
    static const int64_t bad[][2] = {{-1, 0}, {65537, 0}, {0, -1}, {0, 241}};
    mlops_segments *x;
    for (size_t i = 0; i < 4; i++) {
        mlops_segments_opts opts = MLOPS_SEGMENTS_OPTS_INIT;
        opts.n_segments = bad[i][0];
        opts.key_size = bad[i][1];
        assert_int_equal(mlops_segments_size(like, &opts), 0);
        assert_int_equal(mlops_segments_init(&x, storage[0], sizeof storage[0], like, &opts),
                         MLOPS_E_INVALID);
    }
    x = segments_of(0, like, 2, 8);
    mlops_segments *y = segments_of(1, over, 2, 8);
    assert_int_equal(mlops_segments_merge(x, y), MLOPS_E_INVALID);
    y = segments_of(1, like, 2, 8);
    mlops_profile_add_nulls(mlops_segments_at(x, "a"), INT64_MAX);
    mlops_profile_add_nulls(mlops_segments_at(y, "b"), 1);
    assert_int_equal(mlops_segments_merge(x, y), MLOPS_E_LIMIT);
    assert_int_equal(mlops_segments_n(x), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_panes_are_profiles_of_their_time),
        cmocka_unit_test(test_months),
        cmocka_unit_test(test_ends_of_time),
        cmocka_unit_test(test_fading),
        cmocka_unit_test(test_panes_refuse),
        cmocka_unit_test(test_segments_hold_every_value),
        cmocka_unit_test(test_segments_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
