/* Detectors: signals do not depend on how values come, adwin's window is what it says, kswin is the
 * two-sample test, and what is wrong is refused by name. Indices that others publish, and each kind
 * in plain Python, are in oracle_detect.py.
 */
#include "unit/help_detector.h"

enum { N = 3000 };

static double values[N];
static int32_t once[N], parts[N];

static void test_parts_and_whole_give_the_same(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    int n_signals = 0;
    for (int i = 0; i < N_CASES; i++) {
        mlops_detector_opts opts = case_opts(i);
        mlops_detector *p = begin(&a, &opts), *q = begin(&b, &opts);
        for (int64_t k = 0; k < N; k++) values[k] = draw_value(&opts, k);
        assert_int_equal(mlops_detector_add(p, values, N, once, NULL), MLOPS_OK);
        for (int64_t k = 0, some; k < N; k += some) {
            some = (int64_t)(draw() % 7);
            if (some > N - k) some = N - k;
            assert_int_equal(mlops_detector_add(q, values + k, some, parts + k, NULL), MLOPS_OK);
        }
        assert_memory_equal(once, parts, sizeof once);
        size_t n = save(p, bytes[0]);
        assert_int_equal(save(q, bytes[1]), n);
        assert_memory_equal(bytes[0], bytes[1], n);
        for (int64_t k = 0; k < N; k++) n_signals += once[k] == MLOPS_DETECTOR_CHANGE;
        mlops_detector_reset(p);
        assert_int_equal(mlops_detector_add(p, values, N, NULL, NULL), MLOPS_OK);
        assert_int_equal(save(p, bytes[1]), n);
        assert_memory_equal(bytes[0], bytes[1], n);
    }
    assert_true(n_signals > 5 * N_CASES);
}

static void test_what_a_summary_tells(void **state) {
    (void)state;
    static room a;
    for (int i = 0; i < N_CASES; i++) {
        mlops_detector_opts opts = case_opts(i);
        mlops_detector *p = begin(&a, &opts);
        mlops_detector_summary s = summary_of(p);
        int64_t n_changes = 0, n_skipped = 0, last_change = -1, last_warning = -1;
        int32_t before = 0;
        assert_true(s.n == 0 && s.last_change == -1 && s.last_warning == -1 && s.mean != s.mean);
        for (int64_t k = 0; k < N; k++) {
            double x = draw_value(&opts, k);
            int32_t signal = add_one(p, x);
            s = summary_of(p);
            if (!(fabs(x) < 1e100)) n_skipped++, assert_int_equal(signal, 0);
            if (signal == MLOPS_DETECTOR_CHANGE) n_changes++, last_change = k;
            if (signal == MLOPS_DETECTOR_WARNING && before != signal) last_warning = k;
            before = signal;
            assert_true(s.n == k + 1 && s.signal == (mlops_detector_signal)signal);
            assert_true(s.n_changes == n_changes && s.n_skipped == n_skipped);
            assert_true(s.last_change == last_change && s.last_warning == last_warning);
            assert_true(s.width >= 0 && s.width <= k + 1 - n_skipped);
            /* One is where a change is; adwin's window is without it by then. */
            if (opts.kind == MLOPS_DETECTOR_ADWIN && signal) assert_true(s.statistic <= 1);
            else if (signal == MLOPS_DETECTOR_CHANGE)
                assert_true(s.statistic >= 0.999999999 || s.statistic != s.statistic ||
                            opts.kind == MLOPS_DETECTOR_RDDM);
            else if (opts.kind != MLOPS_DETECTOR_ADWIN && fabs(x) < 1e100)
                assert_false(s.statistic > 1.000000001);
        }
    }
}

/* The window of adwin, kept whole beside it. */

static double kept[N];

static double double_at(const uint8_t *bytes, size_t offset) {
    double value;
    memcpy(&value, bytes + offset, sizeof value); /* of a little-endian machine */
    return value;
}

static double mean_of(const double *x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

/* The quotient of the difference at a cut and what is allowed, from all values. */
static double cut_ratio(const double *x, int64_t n, int64_t n0, double delta) {
    double mean = mean_of(x, n), variance = 0;
    for (int64_t i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / (double)n;
    double m = 1.0 / (double)(n0 - 5 + 1) + 1.0 / (double)(n - n0 - 5 + 1);
    double d = log(2 * log((double)n) / delta);
    double allowed = sqrt(2 * m * variance * d) + 2 * d * m / 3;
    return fabs(mean_of(x, n0) - mean_of(x + n0, n - n0)) / allowed;
}

/* Width, total and variance are those of the values, and no cut is left between the sums. */
static void check_window(const mlops_detector *p, const double *x, int64_t n, double delta) {
    static uint8_t bytes[SAVED_BYTES];
    size_t size = save(p, bytes), at = 168 + 40;
    double mean = mean_of(x, n), square = 0, n_rows = double_at(bytes, 168 + 32);
    int64_t borders[512], n_borders = 0;
    for (int64_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    assert_true(fabs(double_at(bytes, 168) - (double)n) < 0.5);
    assert_true(fabs(double_at(bytes, 176) - mean * (double)n) < 1e-9 * (double)n);
    assert_true(fabs(double_at(bytes, 184) - square) < 1e-7 * (square + 1));
    for (int row = 0; row < (int)n_rows; row++) {
        for (int k = bytes[at]; k > 0; k--) borders[n_borders++] = (int64_t)1 << row;
        at += 1 + 16 * (size_t)bytes[at];
    }
    assert_int_equal(at + 4, size);
    int64_t n0 = 0;
    while (n_borders-- > 0) {
        n0 += borders[n_borders];
        if (n0 >= 5 && n - n0 >= 5) assert_true(cut_ratio(x, n, n0, delta) < 1 + 1e-9);
    }
    assert_int_equal(n0, n);
}

static void test_adwin_is_its_window(void **state) {
    (void)state;
    static room a;
    for (int round = 0; round < 8; round++) {
        mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
        int64_t n = 0, n_changes = 0;
        opts.delta = 0.01;
        opts.clock = 1;
        opts.buckets = 2 + round;
        mlops_detector *p = begin(&a, &opts);
        for (int64_t k = 0; k < 600; k++) {
            double x = draw_value(&opts, k);
            int32_t signal = add_one(p, x);
            if (!(fabs(x) < 1e100)) continue;
            kept[n++] = x;
            double most = 0;
            for (int64_t n0 = 5; signal && n0 <= n - 5; n0++)
                if (cut_ratio(kept, n, n0, 0.01) > most) most = cut_ratio(kept, n, n0, 0.01);
            int64_t width = summary_of(p).width;
            assert_true(signal ? most > 1 - 1e-9 && width < n : width == n);
            memmove(kept, kept + (n - width), (size_t)width * sizeof *kept);
            n = width;
            n_changes += signal == MLOPS_DETECTOR_CHANGE;
            if (n > 10) check_window(p, kept, n, 0.01);
        }
        assert_true(n_changes >= 2 && n_changes <= 12);
    }
}

/* The same comparisons by lib/stats, which counts paths in another way. */
static void test_kswin_is_the_two_sample_test(void **state) {
    (void)state;
    static room a;
    int n_changes = 0;
    for (int round = 0; round < 6; round++) {
        mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
        int64_t n = 0, window = 20 + 7 * round, recent = 6 + 2 * round;
        opts.kind = MLOPS_DETECTOR_KSWIN;
        opts.window = window, opts.recent = recent, opts.delta = 0.03;
        mlops_detector *p = begin(&a, &opts);
        for (int64_t k = 0; k < 1200; k++) {
            double x = round % 2 ? floor(4 * uniform()) + (double)(k / 200) : uniform();
            int32_t signal = add_one(p, x), wanted = 0;
            if (n == window) memmove(kept, kept + 1, (size_t)--n * sizeof *kept);
            kept[n++] = x;
            if (n == window) {
                mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
                assert_int_equal(mlops_stats_compare(&r, kept, n - recent, kept + n - recent,
                                                     recent, NULL, NULL),
                                 MLOPS_OK);
                assert_int_equal(r.ks_exact, 1);
                wanted = r.ks_p <= 0.03 && r.ks > 0.1 ? MLOPS_DETECTOR_CHANGE : 0;
            }
            assert_int_equal(signal, wanted);
            if (!signal) continue;
            n_changes++;
            memmove(kept, kept + n - recent, (size_t)recent * sizeof *kept);
            n = recent;
        }
    }
    assert_true(n_changes > 20);
}

static void refuse(const mlops_detector_opts *opts, const char *says) {
    static room a;
    mlops_detector *p = (mlops_detector *)(void *)&a;
    mlops_error e;
    assert_int_equal(mlops_detector_size(opts), 0);
    assert_int_equal(mlops_detector_init(&p, &a, sizeof a, opts, &e), MLOPS_E_INVALID);
    assert_null(p);
    assert_non_null(strstr(e.message, says));
    assert_int_equal(mlops_detector_new(&p, opts, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, says));
}

#define REFUSED(says, ...)                                                                         \
    do {                                                                                           \
        mlops_detector_opts o = MLOPS_DETECTOR_OPTS_INIT;                                          \
        __VA_ARGS__;                                                                               \
        refuse(&o, says);                                                                          \
    } while (0)

static void test_options_that_are_none(void **state) {
    (void)state;
    REFUSED("kind", o.kind = (mlops_detector_kind)13);
    REFUSED("mode", o.mode = (mlops_detector_mode)5);
    REFUSED("ddm has no mode", o.kind = MLOPS_DETECTOR_DDM, o.mode = MLOPS_DETECTOR_MOA);
    REFUSED("adwin has no side", o.side = MLOPS_DETECTOR_UP);
    REFUSED("side", o.kind = MLOPS_DETECTOR_EWMA, o.side = (mlops_detector_side)4);
    REFUSED("delta of adwin must be above 0 and at most 1", o.delta = 1.5);
    REFUSED("delta", o.delta = NAN);
    REFUSED("delta", o.flags = MLOPS_DETECTOR_SET_DELTA);
    REFUSED("buckets of adwin must be 2 or more and at most 32", o.buckets = 33);
    REFUSED("clock", o.clock = -1);
    REFUSED("slack must be 0: shewhart has no", o.kind = MLOPS_DETECTOR_SHEWHART, o.slack = 1);
    REFUSED("window must be 0", o.kind = MLOPS_DETECTOR_DDM, o.window = 9);
    REFUSED("recent", o.kind = MLOPS_DETECTOR_KSWIN, o.window = 31);
    REFUSED("max_n", o.kind = MLOPS_DETECTOR_RDDM, o.max_n = 6999);
    REFUSED("flags", o.flags = 4);
    REFUSED("flags", o.reserved = 1);
    mlops_detector_opts o = MLOPS_DETECTOR_OPTS_INIT;
    o.kind = MLOPS_DETECTOR_CUSUM;
    o.flags = MLOPS_DETECTOR_SET_SLACK; /* 0 is one */
    assert_true(mlops_detector_size(&o) > 0);
    assert_string_equal(mlops_detector_kind_name(MLOPS_DETECTOR_ECDD), "ecdd");
    assert_null(mlops_detector_kind_name((mlops_detector_kind)13));
    assert_true(mlops_detector_size(NULL) <= 4096);
}

static void test_storage_and_values_that_are_none(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[2][SAVED_BYTES];
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    mlops_detector *p;
    mlops_error e;
    const double bad[] = {1, 0, NAN, 0.5, 1};
    opts.kind = MLOPS_DETECTOR_DDM;
    size_t size = mlops_detector_size(&opts);
    assert_int_equal(mlops_detector_init(&p, &a, size - 1, &opts, &e), MLOPS_E_ARENA);
    assert_int_equal(mlops_detector_init(&p, (char *)&a + 4, size, &opts, &e), MLOPS_E_INVALID);
    p = begin(&a, &opts);
    size_t n = save(p, bytes[0]);
    assert_int_equal(mlops_detector_add(p, bad, 5, once, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "values[3]: ddm takes errors"));
    assert_int_equal(mlops_detector_add(p, bad, -1, once, &e), MLOPS_E_INVALID);
    assert_int_equal(save(p, bytes[1]), n);
    assert_memory_equal(bytes[0], bytes[1], n);
    opts.kind = MLOPS_DETECTOR_HDDM_W;
    p = begin(&a, &opts);
    assert_int_equal(mlops_detector_add(p, bad, 5, NULL, &e), MLOPS_OK);
    assert_int_equal(summary_of(p).n_skipped, 1);
    const double above = 1.5;
    assert_int_equal(mlops_detector_add(p, &above, 1, NULL, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "values[0]: hddm_w takes numbers from 0 to 1"));
}

/* Figures worked out by hand: three changes, four alarms. */
static void test_evaluation(void **state) {
    (void)state;
    const int64_t changes[] = {100, 200, 300}, alarms[] = {50, 110, 115, 260};
    mlops_detector_score s = MLOPS_DETECTOR_SCORE_INIT;
    mlops_detector_score_opts opts = MLOPS_DETECTOR_SCORE_OPTS_INIT;
    mlops_error e;
    opts.max_delay = 19; /* windows of 20 values */
    assert_int_equal(mlops_detector_evaluate(&s, alarms, 4, changes, 3, 400, &opts, &e), MLOPS_OK);
    assert_true(s.n_detected == 1 && s.n_late == 1 && s.n_missed == 1);
    assert_true(s.n_repeated == 1 && s.n_false == 2);
    assert_true(s.precision == 0.25 && s.recall == 1.0 / 3 && s.f1 == 2.0 / 7);
    assert_true(s.episode_recall == 2.0 / 3 && s.window_precision == 0.5);
    assert_true(s.delay_mean == 10 && s.delay_max == 10);
    assert_true(s.false_alarm_rate == 2.0 / 340 && s.mtfa == 170);
    assert_true(s.mtr == 170 * (1.0 / 3) / 11);
    assert_true(s.always_precision == 3.0 / 400 && s.always_f1 == 6.0 / 403);
    assert_true(s.always_window_precision == 60.0 / 400);
    assert_int_equal(mlops_detector_evaluate(&s, alarms, 4, changes, 3, 400, NULL, &e), MLOPS_OK);
    assert_true(s.n_detected == 2 && s.n_missed == 1 && s.n_false == 1 && s.delay_max == 60);
    assert_int_equal(mlops_detector_evaluate(&s, NULL, 0, NULL, 0, 0, NULL, &e), MLOPS_OK);
    assert_true(s.precision != s.precision && s.mtr != s.mtr && s.delay_max != s.delay_max);
    assert_int_equal(mlops_detector_evaluate(&s, alarms, 4, changes, 3, 300, NULL, &e),
                     MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "changes[2] is 300"));
    assert_int_equal(mlops_detector_evaluate(&s, changes, -1, changes, 3, 400, NULL, &e),
                     MLOPS_E_INVALID);
}

/* A detector that alarms at every value is told from one that is right. */
static void test_evaluation_of_one_that_always_alarms(void **state) {
    (void)state;
    int64_t changes[10], alarms[1000];
    mlops_detector_score s = MLOPS_DETECTOR_SCORE_INIT;
    for (int64_t i = 0; i < 10; i++) changes[i] = 100 * i;
    for (int64_t i = 0; i < 1000; i++) alarms[i] = i;
    assert_int_equal(mlops_detector_evaluate(&s, alarms, 1000, changes, 10, 1000, NULL, NULL),
                     MLOPS_OK);
    assert_true(s.recall == 1 && s.window_precision == 1 && s.precision == 0.01);
    assert_true(s.precision == s.always_precision && s.f1 == s.always_f1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_and_whole_give_the_same),
        cmocka_unit_test(test_what_a_summary_tells),
        cmocka_unit_test(test_adwin_is_its_window),
        cmocka_unit_test(test_kswin_is_the_two_sample_test),
        cmocka_unit_test(test_options_that_are_none),
        cmocka_unit_test(test_storage_and_values_that_are_none),
        cmocka_unit_test(test_evaluation),
        cmocka_unit_test(test_evaluation_of_one_that_always_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
