/* Points of metrics: when they are committed, which is the latest, and that none is lost. */
#define _GNU_SOURCE
#include "unit/help_run.h"

#include <math.h>
#include <pthread.h>

static void points_wait_for_a_thousand(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    int64_t seq = stats_of(g.store).seq;
    for (int i = 0; i < 999; i++) works(mlops_run_log(run, i % 2 ? "a" : "b", i, i, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq);
    works(mlops_run_log(run, "a", 999, 999, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 1);
    works(mlops_run_log(run, "a", 1000, 1000, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 1);
    works(mlops_run_tag(run, "t", "v", &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 2);
    mlops_table *a = points(run, "a"), *b = points(run, "b");
    assert_int_equal(mlops_table_n_rows(a), 501);
    assert_int_equal(mlops_table_n_rows(b), 500);
    assert_string_equal(cell(a, 500, "value"), "1000.0");
    assert_string_equal(cell(b, 499, "step"), "998");
    mlops_table_unref(a);
    mlops_table_unref(b);
    mlops_run_close(run);
    remove_ground(&g);
}

static void points_wait_for_a_second(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    int64_t seq = stats_of(g.store).seq;
    works(mlops_run_log(run, "a", 1, 1, &e), &e);
    g.clocks.monotonic += 999999999;
    works(mlops_run_log(run, "a", 2, 2, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq);
    g.clocks.monotonic += 1;
    works(mlops_run_log(run, "b", 3, 3, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 1);
    works(mlops_run_log(run, "b", 4, 4, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 1);
    works(mlops_run_flush(run, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 2);
    works(mlops_run_flush(run, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 2);
    works(mlops_run_log(run, "c", 5, 5, &e), &e);
    mlops_run_close(run);
    assert_int_equal(stats_of(g.store).seq, seq + 3);
    remove_ground(&g);
}

/* A point that comes a second or more after the last commit does not wait; others see it. */
static void late_points_do_not_wait(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_param(run, "p", "v", &e), &e);
    int64_t seq = stats_of(g.store).seq;
    for (int i = 1; i <= 3; i++) {
        g.clocks.monotonic += 1000000000;
        works(mlops_run_log(run, "a", i, i, &e), &e);
        assert_int_equal(stats_of(g.store).seq, seq + i);
        mlops_run *other = open_run(&g, mlops_run_id(run));
        mlops_table *t = points(other, "a");
        assert_int_equal(mlops_table_n_rows(t), i);
        mlops_table_unref(t);
        mlops_run_close(other);
    }
    g.clocks.monotonic += 999999999;
    works(mlops_run_param(run, "p", "v", &e), &e); /* the same again is no commit */
    works(mlops_run_log(run, "a", 4, 4, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 3);
    g.clocks.monotonic += 1;
    works(mlops_run_log(run, "a", 5, 5, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 4);
    works(mlops_run_tag(run, "t", "v", &e), &e); /* any commit counts */
    g.clocks.monotonic += 999999999;
    works(mlops_run_log(run, "a", 6, 6, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 5);
    mlops_run *again = open_run(&g, mlops_run_id(run)); /* counts from its own opening */
    works(mlops_run_log(again, "a", 7, 7, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 5);
    g.clocks.monotonic += 1000000000;
    works(mlops_run_log(again, "a", 8, 8, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 6);
    mlops_run_close(again);
    mlops_run_close(run);
    remove_ground(&g);
}

static void many_points_are_logged_at_once(void **state) {
    (void)state;
    enum { N = 10000 };
    static double values[N], back[N];
    static int64_t steps[N], times[N];
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    for (int i = 0; i < N; i++) values[i] = i * 0.5, steps[i] = -i, times[i] = i + 7;
    int64_t seq = stats_of(g.store).seq;
    works(mlops_run_log(run, "a", 9, 9, &e), &e);
    works(mlops_run_log_points(run, "a", values, steps, times, N, &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq + 1);
    works(mlops_run_log_points(run, "b", values, NULL, NULL, N, &e), &e);
    works(mlops_run_log_points(run, "c", values, NULL, NULL, 0, &e), &e);
    refused(mlops_run_log_points(run, "c", values, NULL, NULL, 1000001, &e), &e, MLOPS_E_INVALID,
            "1000001");
    refused(mlops_run_log_points(run, "c", values, NULL, NULL, -1, &e), &e, MLOPS_E_INVALID, "-1");
    mlops_table *a = points(run, "a"), *b = points(run, "b"), *none = (mlops_table *)&e;
    assert_int_equal(mlops_table_n_rows(a), N + 1);
    assert_string_equal(cell(a, 0, "time_ns"), "1700000000000000000");
    assert_string_equal(cell(a, N, "time_ns"), "10006");
    assert_string_equal(cell(a, N, "step"), "-9999");
    assert_string_equal(cell(b, N - 1, "step"), "9999");
    assert_int_equal(mlops_table_values(b, 2, back, N, &e), 0);
    assert_memory_equal(back, values, sizeof values);
    refused(mlops_run_points(&none, run, "c", &e), &e, MLOPS_E_NOT_FOUND, "'c'");
    assert_null(none);
    mlops_table_unref(a);
    mlops_table_unref(b);
    mlops_run_close(run);
    remove_ground(&g);
}

static void the_latest_point_is_the_greatest(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_log(run, "m", 1, 5, &e), &e);
    works(mlops_run_log(run, "m", 99, 4, &e), &e);
    has(describe(run), "\"m\":{\"value\":1.0,\"step\":5");
    g.clocks.now++;
    works(mlops_run_log(run, "m", 0.5, 5, &e), &e);
    has(describe(run), "\"m\":{\"value\":0.5,\"step\":5");
    works(mlops_run_log(run, "m", 0.25, 5, &e), &e);
    has(describe(run), "\"m\":{\"value\":0.5,\"step\":5");
    works(mlops_run_log(run, "m", NAN, 5, &e), &e); /* counts as 0 */
    has(describe(run), "\"m\":{\"value\":0.5,\"step\":5");
    works(mlops_run_log(run, "n", -1, 5, &e), &e);
    works(mlops_run_log(run, "n", NAN, 5, &e), &e);
    has(describe(run), "\"n\":{\"value\":\"nan\",\"step\":5");
    works(mlops_run_log(run, "n", 0, 5, &e), &e); /* equal: the first stays */
    has(describe(run), "\"n\":{\"value\":\"nan\",\"step\":5");
    works(mlops_run_log(run, "n", -INFINITY, 6, &e), &e);
    has(describe(run), "\"n\":{\"value\":\"-inf\",\"step\":6");
    has(describe(run), "\"n\":4}");
    mlops_run_close(run);
    remove_ground(&g);
}

static void values_keep_their_bits(void **state) {
    (void)state;
    static const uint64_t BITS[] = {0x7ff8000000000001, 0xfff123456789abcd, 0x8000000000000000, 1,
                                    0x7ff0000000000000, 0xfff0000000000000, 0x3fb999999999999a};
    enum { N = sizeof BITS / sizeof BITS[0] };
    double values[N], back[N];
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    memcpy(values, BITS, sizeof values);
    works(mlops_run_log_points(run, "m", values, NULL, NULL, N, &e), &e);
    mlops_table *t = points(run, "m");
    assert_int_equal(mlops_table_values(t, 2, back, N, &e), 0);
    assert_memory_equal(back, values, sizeof values);
    mlops_table_unref(t);
    mlops_run_close(run);
    remove_ground(&g);
}

static void two_handles_add_to_one_metric(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *a = start(&g, "fraud", NULL), *b = open_run(&g, mlops_run_id(a));
    for (int i = 0; i < 600; i++) {
        works(mlops_run_log(a, "m", i, i, &e), &e);
        works(mlops_run_log(b, "m", -i, i, &e), &e);
        if (i % 7 == 0) works(mlops_run_flush(a, &e), &e);
        if (i % 11 == 0) works(mlops_run_flush(b, &e), &e);
    }
    mlops_run_close(b);
    mlops_table *t = points(a, "m");
    assert_int_equal(mlops_table_n_rows(t), 1200);
    mlops_table_unref(t);
    has(describe(a), "\"m\":{\"value\":599.0,\"step\":599");
    mlops_run_close(a);
    remove_ground(&g);
}

typedef struct hand {
    mlops_run *run;
    int of;
} hand;

static void *log_and_set(void *user) {
    const hand *h = user;
    char key[16];
    for (int i = 0; i < 500; i++) {
        if (mlops_run_log(h->run, "shared", h->of, i, NULL)) return user;
        snprintf(key, sizeof key, "p%d", i % 50);
        if (i % 10 == 0 && mlops_run_param(h->run, key, "same", NULL)) return user;
        if (i % 50 == 0 && mlops_run_tag(h->run, "who", h->of ? "one" : "two", NULL)) return user;
    }
    return NULL;
}

/* One handle between two threads, and another one beside it. */
static void threads_share_a_run(void **state) {
    (void)state;
    enum { THREADS = 4 };
    ground g;
    pthread_t threads[THREADS];
    hand hands[THREADS];
    make_ground(&g);
    mlops_run *a = start(&g, "fraud", NULL), *b = open_run(&g, mlops_run_id(a));
    for (int i = 0; i < THREADS; i++) {
        hands[i] = (hand){i < 2 ? a : b, i};
        assert_int_equal(pthread_create(&threads[i], NULL, log_and_set, &hands[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    mlops_run_close(b);
    mlops_table *t = points(a, "shared");
    int seen[THREADS] = {0};
    assert_int_equal(mlops_table_n_rows(t), THREADS * 500);
    for (int64_t i = 0; i < THREADS * 500; i++) { /* each thread's points in its own order */
        int of = atoi(cell(t, i, "value"));
        assert_int_equal(atoi(cell(t, i, "step")), seen[of]++);
    }
    mlops_table_unref(t);
    mlops_run_close(a);
    remove_ground(&g);
}

static void damaged_points_are_found(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        mlops_status status;
    } BAD[] = {
        {"\1\1\0\0\0ssssssssttttttttvvvvvvvv", 29, MLOPS_OK},
        {"\2\1\0\0\0ssssssssttttttttvvvvvvvv", 29, MLOPS_E_UNSUPPORTED},
        {"\1\2\0\0\0ssssssssttttttttvvvvvvvv", 29, MLOPS_E_CORRUPT},
        {"\1\1\0\0\0ssssssssttttttttvvvvvvv", 28, MLOPS_E_CORRUPT},
        {"\1\1\0\0\0ssssssssttttttttvvvvvvvvx", 30, MLOPS_E_CORRUPT},
        {"\1\0\0\0\0", 5, MLOPS_E_CORRUPT},
        {"\1\377\377\377\377", 5, MLOPS_E_CORRUPT},
        {"", 0, MLOPS_E_CORRUPT},
    };
    ground g;
    mlops_error e;
    mlops_table *t;
    mlops__key key;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_log(run, "m", 1, 1, &e), &e);
    works(mlops_run_flush(run, &e), &e);
    mlops_change *c = new_change(g.store);
    mlops__key_init(&key);
    mlops__key_text(&key, mlops_run_id(run));
    mlops__key_text(&key, "m");
    mlops__key_number(&key, 0);
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        mlops__bytes value = {(const uint8_t *)BAD[i].bytes, BAD[i].n};
        works(mlops__change_put(c, MLOPS__TABLE_POINTS, mlops__key_bytes(&key), value, &e), &e);
        commit(c);
        assert_int_equal(mlops_run_points(&t, run, "m", &e), BAD[i].status);
        mlops_table_unref(t);
    }
    works(mlops__change_del(c, MLOPS__TABLE_POINTS, mlops__key_bytes(&key), &e), &e);
    commit(c);
    refused(mlops_run_points(&t, run, "m", &e), &e, MLOPS_E_CORRUPT, "0 points of 1");
    mlops_change_free(c);
    mlops_run_close(run);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_wait_for_a_thousand),
        cmocka_unit_test(points_wait_for_a_second),
        cmocka_unit_test(late_points_do_not_wait),
        cmocka_unit_test(many_points_are_logged_at_once),
        cmocka_unit_test(the_latest_point_is_the_greatest),
        cmocka_unit_test(values_keep_their_bits),
        cmocka_unit_test(two_handles_add_to_one_metric),
        cmocka_unit_test(threads_share_a_run),
        cmocka_unit_test(damaged_points_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
