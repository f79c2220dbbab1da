/* A monitor that is suspended and resumed after every step says what one says that never was, to
 * the byte; what is no state of such a monitor is refused, and leaves an empty one.
 */
#include "unit/help_monitor.h"

static int64_t time_ns;

static int64_t now(void *ctx) {
    (void)ctx;
    return time_ns;
}

static const mlops_clock STEPPED = {sizeof(mlops_clock), 0, NULL, now, now};
enum { TRAIN_ROWS = 100 };

/* How a monitor is made: with labels, windows by time, segments. */
typedef struct plan {
    int labels, by_time;
    double tolerance;
    int segments;
} plan;

static mlops_monitor *with_segments(mlops_monitor *m, const plan *how) {
    mlops_monitor_segments_opts opts = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_error err;
    opts.n_segments = 3;
    if (how->segments && mlops_monitor_expect_segments(m, &opts, &err)) fail_msg("%s", err.message);
    return m;
}

static mlops_monitor *make(mlops_reference *reference, const plan *how) {
    static mlops_host host = MLOPS_HOST_INIT;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor_labels_opts remember = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor *m;
    mlops_error err;
    host.clock = &STEPPED;
    opts.host = &host;
    opts.window_rows = how->by_time ? 0 : 60;
    opts.window_ns = how->by_time ? 1000 : 0;
    opts.false_alarm_ns = 1000000;
    if (mlops_monitor_new_reference(&m, NULL, reference, &opts, &err)) fail_msg("%s", err.message);
    if (!how->labels) return with_segments(m, how);
    mlops_policy_opts two = MLOPS_POLICY_OPTS_INIT;
    two.k = 2;
    two.n = 3;
    two.pause_ns = 100;
    if (mlops_monitor_set_policy(m, &two, &err)) fail_msg("%s", err.message);
    double scores[100], labels[100];
    mlops_performance *counts;
    mlops_calibration *curve;
    for (int i = 0; i < TRAIN_ROWS; i++) {
        scores[i] = i / 100.0;
        labels[i] = i * 7 % 100 < i;
    }
    remember.rows_max = 90;
    remember.windows_kept = 3;
    remember.cost_fn = 3;
    remember.tolerance = how->tolerance;
    assert_int_equal(mlops_performance_new(&counts, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_performance_add(counts, scores, labels, NULL, 100, NULL), MLOPS_OK);
    assert_int_equal(
        mlops_performance_calibrate(&curve, counts, MLOPS_CALIBRATION_PLATT, NULL, NULL), MLOPS_OK);
    if (mlops_monitor_expect_labels(m, counts, curve, &remember, &err)) fail_msg("%s", err.message);
    mlops_calibration_unref(curve);
    mlops_performance_free(counts);
    return with_segments(m, how);
}

static void *suspended(const mlops_monitor *m, size_t *n) {
    size_t again;
    assert_int_equal(mlops_monitor_suspend(m, NULL, 0, n), MLOPS_OK);
    uint8_t *bytes = malloc(*n);
    assert_int_equal(mlops_monitor_suspend(m, bytes, *n - 1, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_monitor_suspend(m, bytes, *n, &again), MLOPS_OK);
    assert_int_equal(again, *n);
    return bytes;
}

/* What a step does to a monitor is drawn from its seed. */
static void step(mlops_monitor *m, uint64_t from, const plan *how) {
    float rows[5 * 70];
    double scores[70], labels[70];
    int64_t ids[70];
    seed = from;
    int64_t n = draw() % 4 ? (int64_t)(draw() % 5) : (int64_t)(draw() % 70);
    for (int64_t i = 0; i < 5 * n; i++) rows[i] = draw() % 9 ? (float)uniform() : NAN;
    for (int64_t i = 0; i < n; i++) {
        scores[i] = uniform();
        labels[i] = draw() % 2;
        ids[i] = (int64_t)(draw() % 300);
    }
    if (how->segments) {
        static const char *const keys[] = {"DE", "\xc3\xb6", "", "tenant 7"};
        int64_t segment = mlops_monitor_segment(m, keys[draw() % 4]);
        assert_int_equal(mlops_monitor_enter_segment(m, segment), MLOPS_OK);
    }
    switch (draw() % 6) {
    case 0: {
        char *text = rows_of(n + 1, 0.5, 1);
        mlops_table *table = table_of(text);
        assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
        mlops_table_unref(table);
        free(text);
        break;
    }
    case 1: mlops_monitor_add_latency(m, (int64_t)(draw() % 100000)); break;
    case 2:
        mlops_monitor_add_errors(m, n);
        if (how->labels && n % 7 == 3) assert_int_equal(mlops_monitor_veto(m), MLOPS_OK);
        break;
    case 3:
        if (how->labels)
            assert_int_equal(mlops_monitor_add_labels(m, ids, labels, NULL, n, NULL), MLOPS_OK);
        break;
    case 4:
        if (how->labels) {
            assert_int_equal(mlops_monitor_add_scored(m, rows, n, 5, scores, 1, ids, NULL, NULL),
                             MLOPS_OK);
            break;
        }
        /* fall through */
    default: assert_int_equal(mlops_monitor_add(m, rows, n, 5, scores, 1), MLOPS_OK);
    }
}

static void assert_same(const mlops_monitor *a, const mlops_monitor *b) {
    size_t n, m;
    char *text = metrics_of(a), *other = metrics_of(b);
    assert_string_equal(text, other);
    void *bytes = suspended(a, &n), *more = suspended(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(bytes, more, n);
    assert_int_equal(mlops_monitor_verdict(a), mlops_monitor_verdict(b));
    free(text);
    free(other);
    free(bytes);
    free(more);
}

static void test_suspended_at_any_point(void **state) {
    (void)state;
    static const plan plans[] = {
        {0, 0, 0, 0}, {1, 0, 0.1, 0}, {1, 1, 0.1, 0}, {0, 1, 0, 1}, {1, 0, 0.1, 1}};
    char *train = rows_of(400, 0, 0);
    mlops_reference *reference = reference_of(train);
    for (size_t p = 0; p < sizeof plans / sizeof *plans; p++) {
        time_ns = 5000;
        mlops_monitor *a = make(reference, &plans[p]), *b = make(reference, &plans[p]);
        for (uint64_t i = 1; i <= 250; i++) {
            size_t n;
            step(a, 977 * i, &plans[p]);
            step(b, 977 * i, &plans[p]);
            void *bytes = suspended(b, &n);
            mlops_error err;
            mlops_monitor_free(b);
            time_ns += 13;
            b = make(reference, &plans[p]);
            if (mlops_monitor_resume(b, bytes, n, &err)) fail_msg("%s", err.message);
            assert_same(a, b);
            free(bytes);
        }
        assert_true(mlops_monitor_n_windows(a) > 2);
        mlops_drift *x, *y;
        assert_int_equal(mlops_monitor_drift(&x, a, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_drift(&y, b, NULL), MLOPS_OK);
        for (int64_t i = 0; i < mlops_drift_n_columns(x); i++) {
            mlops_drift_column one = column_of(x, i), two = column_of(y, i);
            assert_int_equal(one.verdict, two.verdict);
            assert_true(one.p_adjusted == two.p_adjusted && one.effect_low == two.effect_low);
        }
        mlops_drift_unref(x);
        mlops_drift_unref(y);
        mlops_monitor_free(a);
        mlops_monitor_free(b);
    }
    mlops_reference_unref(reference);
    free(train);
}

/* Refused with this status, and as new after it. */
static void assert_refused(mlops_reference *reference, const plan *how, const void *bytes, size_t n,
                           mlops_status status) {
    mlops_error err;
    mlops_monitor *m = make(reference, how), *fresh = make(reference, how);
    step(m, 5, how);
    assert_int_equal(mlops_monitor_resume(m, bytes, n, &err), status);
    assert_int_equal(err.code, status);
    assert_same(m, fresh);
    mlops_monitor_free(m);
    mlops_monitor_free(fresh);
}

static void test_what_is_no_state_is_refused(void **state) {
    (void)state;
    const plan how = {1, 0, 0.1, 1}, other = {1, 0, 0.2, 1}, plain = {1, 0, 0.1, 0};
    char *train = rows_of(400, 0, 0), *else_ = rows_of(401, 0, 0);
    mlops_reference *reference = reference_of(train), *second = reference_of(else_);
    mlops_monitor *m = make(reference, &how);
    size_t n;
    for (uint64_t i = 1; i <= 120; i++) step(m, 977 * i, &how);
    uint8_t *bytes = suspended(m, &n);
    assert_refused(reference, &other, bytes, n, MLOPS_E_SCHEMA);
    assert_refused(reference, &plain, bytes, n, MLOPS_E_SCHEMA);
    assert_refused(second, &how, bytes, n, MLOPS_E_SCHEMA);
    for (size_t cut = 0; cut < n; cut += 1 + n / 60)
        assert_refused(reference, &how, bytes, cut, MLOPS_E_CORRUPT);
    for (size_t at = 0; at < n; at += 1 + n / 60) {
        bytes[at] ^= 64;
        assert_refused(reference, &how, bytes, n, MLOPS_E_CORRUPT);
        bytes[at] ^= 64;
    }
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
    mlops_reference_unref(second);
    free(bytes);
    free(train);
    free(else_);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suspended_at_any_point),
        cmocka_unit_test(test_what_is_no_state_is_refused),
    };
    return cmocka_run_group_tests_name("monitor_state", tests, NULL, NULL);
}
