/* Windows that end by time, what false alarms they may raise, and errors: on a clock of the tests.
 */
#include "unit/help_monitor.h"

#define MINUTE INT64_C(60000000000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static int64_t the_time; /* a multiple of a day and a bit, at the begin of each test */

static int64_t tell(void *ctx) {
    (void)ctx;
    return the_time;
}

static const mlops_clock MOVING = {sizeof(mlops_clock), 0, NULL, tell, tell};
static mlops_host moving = MLOPS_HOST_INIT;

static mlops_monitor_opts timed(int64_t window_ns) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    the_time = 19000 * DAY + 7 * MINUTE;
    moving.clock = &MOVING;
    opts.host = &moving;
    opts.window_ns = window_ns;
    return opts;
}

static mlops_monitor *begin(const mlops_monitor_opts *opts) {
    mlops_reference *reference = reference_of("x\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    mlops_monitor *monitor;
    mlops_error err;
    if (mlops_monitor_new_reference(&monitor, NULL, reference, opts, &err))
        fail_msg("%s", err.message);
    mlops_reference_unref(reference);
    return monitor;
}

static void add(mlops_monitor *m, int n, int at_a_time) {
    float rows[1000];
    for (int i = 0; i < n; i++) rows[i] = (float)(i % 10);
    for (int i = 0; i < n; i += at_a_time)
        assert_int_equal(
            mlops_monitor_add(m, rows + i, n - i < at_a_time ? n - i : at_a_time, 1, NULL, 0),
            MLOPS_OK);
}

static int64_t values_of_newest(const mlops_monitor *m) {
    mlops_drift *drift;
    mlops_error err;
    assert_int_equal(mlops_monitor_drift(&drift, m, &err), MLOPS_OK);
    int64_t n = column_of(drift, 0).n_current;
    mlops_drift_unref(drift);
    return n;
}

static double alpha_of_newest(const mlops_monitor *m) {
    mlops_drift *drift;
    mlops_error err;
    char text[8192];
    assert_int_equal(mlops_monitor_drift(&drift, m, &err), MLOPS_OK);
    assert_int_equal(mlops_drift_json(drift, text, sizeof text, NULL), MLOPS_OK);
    mlops_drift_unref(drift);
    const char *at = strstr(text, "\"alpha\":");
    assert_non_null(at);
    return strtod(at + 8, NULL);
}

static void test_a_window_ends_at_the_full_hour(void **state) {
    (void)state;
    const mlops_monitor_opts opts = timed(HOUR);
    mlops_monitor *m = begin(&opts);
    add(m, 33, 1);
    the_time += 52 * MINUTE; /* 00:59 */
    add(m, 100, 7);
    assert_int_equal(mlops_monitor_n_windows(m), 0);
    the_time += MINUTE;
    assert_int_equal(mlops_monitor_n_windows(m), 1); /* the time alone ends it */
    assert_int_equal(values_of_newest(m), 133);
    char *text = metrics_of(m);
    const char *end =
        strstr(text, "\nmlops_profile_window_end_timestamp_seconds{model=\"default\"} ");
    assert_non_null(end);
    assert_true(strtod(strchr(end, '}') + 1, NULL) == 1641603600);
    free(text);
    the_time += 5 * HOUR; /* hours without rows are no windows */
    assert_int_equal(mlops_monitor_n_windows(m), 1);
    add(m, 1000, 1000);
    the_time += HOUR;
    add(m, 60, 60); /* belongs to the next */
    assert_int_equal(mlops_monitor_n_windows(m), 2);
    assert_int_equal(values_of_newest(m), 1000);
    mlops_monitor_free(m);
}

static void test_rows_and_time_end_windows(void **state) {
    (void)state;
    mlops_monitor_opts opts = timed(HOUR);
    opts.window_rows = 100;
    mlops_monitor *m = begin(&opts);
    add(m, 250, 9);
    assert_int_equal(mlops_monitor_n_windows(m), 2);
    the_time += HOUR;
    mlops_table *table = table_of("x\n1\n2\n3\n");
    mlops_error err;
    assert_int_equal(mlops_monitor_add_table(m, table, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_windows(m), 3);
    assert_int_equal(values_of_newest(m), 50);
    the_time += HOUR;
    assert_int_equal(mlops_monitor_n_windows(m), 4);
    assert_int_equal(values_of_newest(m), 3);
    mlops_table_unref(table);
    mlops_monitor_free(m);
}

static void test_a_clock_that_is_set_back(void **state) {
    (void)state;
    const mlops_monitor_opts opts = timed(HOUR);
    mlops_monitor *m = begin(&opts);
    add(m, 60, 60);
    the_time -= 3 * HOUR;
    add(m, 60, 60);
    assert_int_equal(mlops_monitor_n_windows(m), 0);
    the_time += HOUR; /* not three more */
    assert_int_equal(mlops_monitor_n_windows(m), 1);
    assert_int_equal(values_of_newest(m), 120);
    the_time = -MINUTE; /* before 1970 */
    add(m, 60, 60);
    assert_int_equal(mlops_monitor_n_windows(m), 1);
    the_time = 0;
    assert_int_equal(mlops_monitor_n_windows(m), 2);
    the_time = INT64_MAX - MINUTE;
    add(m, 60, 60);
    assert_int_equal(mlops_monitor_n_windows(m), 2);
    the_time = INT64_MAX;
    assert_int_equal(mlops_monitor_n_windows(m), 3);
    mlops_monitor_free(m);
}

/* What a window of 2,000 rows, all of them moved by some number, does to an alarm. */
static mlops_policy_event event_of(mlops_monitor *m, float by) {
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    float rows[2000];
    for (int i = 0; i < 2000; i++) rows[i] = (float)(i % 10) + by;
    assert_int_equal(mlops_monitor_add(m, rows, 2000, 1, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_alarm(m, &d), MLOPS_OK);
    return d.event;
}

/* A pause lasts as long behind a clock that was wrong for a while, and years ahead. */
static void test_a_pause_under_a_clock_that_is_set_back(void **state) {
    (void)state;
    mlops_monitor_opts opts = timed(0);
    mlops_policy_opts pause = MLOPS_POLICY_OPTS_INIT;
    mlops_monitor *m;
    mlops_error err;
    char text[2 + 2000 * 2 + 1] = "x\n";
    for (int i = 0; i < 2000; i++) memcpy(text + 2 + 2 * i, (char[]){(char)('0' + i % 10), 10}, 2);
    mlops_reference *reference = reference_of(text);
    opts.window_rows = 2000;
    pause.pause_ns = HOUR;
    assert_int_equal(mlops_monitor_new_reference(&m, NULL, reference, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_set_policy(m, &pause, &err), MLOPS_OK);
    int64_t right = the_time;
    the_time += 1000 * DAY;
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_RAISED);
    the_time = right;
    assert_int_equal(event_of(m, 0), MLOPS_POLICY_ENDED);
    the_time += 50 * MINUTE;
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_HELD);
    the_time += 10 * MINUTE;
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_RAISED);
    assert_int_equal(event_of(m, 0), MLOPS_POLICY_ENDED);
    the_time = right + 2000 * DAY; /* and ahead of all that was */
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_RAISED);
    assert_int_equal(event_of(m, 0), MLOPS_POLICY_ENDED);
    the_time = INT64_MIN;
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_HELD);
    the_time = INT64_MAX;
    assert_int_equal(event_of(m, 5), MLOPS_POLICY_RAISED);
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
}

/* At most one a month: windows of a day may spend a thirtieth each, whatever their number is, and a
 * window after a pause what the pause left. */
static void test_false_alarms_in_time(void **state) {
    (void)state;
    mlops_monitor_opts opts = timed(DAY);
    opts.false_alarm_ns = 30 * DAY;
    mlops_monitor *m = begin(&opts);
    double sum = 0;
    the_time += DAY - 7 * MINUTE;
    int64_t begun = the_time - (DAY - 7 * MINUTE);
    for (int i = 0; i < 20; i++) {
        add(m, 60, 60);
        the_time += i == 10 ? 4 * DAY : DAY;
        assert_int_equal(mlops_monitor_n_windows(m), i + 1);
        sum += alpha_of_newest(m);
    }
    assert_true(fabs(alpha_of_newest(m) - 1.0 / 30) < 1e-12);
    mlops_drift *drift;
    mlops_error err;
    int64_t end = begun + (int64_t)(sum * 30 * (double)DAY + 0.5);
    assert_true(llabs(end - (19000 * DAY + 21 * DAY + 3 * DAY)) < MINUTE);
    assert_int_equal(mlops_monitor_drift(&drift, m, &err), MLOPS_OK);
    mlops_drift_unref(drift);
    mlops_monitor_free(m);
    opts.false_alarm_ns = 1; /* asks for nothing */
    m = begin(&opts);
    add(m, 60, 60);
    the_time += DAY;
    assert_true(alpha_of_newest(m) == 0.5);
    add(m, 60, 60);
    mlops_monitor_free(m);
}

enum { PAGE_ROWS = 150, PAGE_WINDOWS = 400, PAGE_SEGMENTS = 3, PAGE_COLUMNS = 3 };

/* Three columns whose cells hold a whole level: edges lie between few values. */
static mlops_reference *of_three_columns(int64_t n) {
    double *values = malloc((size_t)(n * PAGE_COLUMNS) * sizeof *values);
    mlops_reference *reference = NULL;
    mlops_table *table;
    mlops_error err;
    for (int64_t i = 0; i < n * PAGE_COLUMNS; i++) values[i] = (double)(float)uniform();
    if (mlops_table_from_matrix(&table, values, n, PAGE_COLUMNS, NULL, NULL, &err) ||
        mlops_reference_new(&reference, table, NULL, &err))
        fail_msg("%s", err.message);
    mlops_table_unref(table);
    free(values);
    return reference;
}

static mlops_monitor *with_all(mlops_reference *reference, const mlops_monitor_opts *opts) {
    mlops_monitor_labels_opts labels = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_segments_opts segments = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_performance *counts;
    mlops_monitor *m;
    mlops_error err;
    labels.metric = MLOPS_MONITOR_ACCURACY;
    labels.tolerance = 1e-9;
    labels.windows_kept = 1;
    segments.n_segments = PAGE_SEGMENTS;
    assert_int_equal(mlops_performance_new(&counts, NULL, NULL), MLOPS_OK);
    for (int i = 0; i < 20000; i++) {
        double score = uniform(), label = uniform() < score;
        assert_int_equal(mlops_performance_add(counts, &score, &label, NULL, 1, NULL), MLOPS_OK);
    }
    if (mlops_monitor_new_reference(&m, NULL, reference, opts, &err) ||
        mlops_monitor_expect_labels(m, counts, NULL, &labels, &err) ||
        mlops_monitor_expect_segments(m, &segments, &err) ||
        mlops_monitor_set_policy(m, NULL, &err))
        fail_msg("%s", err.message);
    mlops_performance_free(counts);
    return m;
}

/* Rows of an hour as those of the reference, or with labels that scores know nothing of. */
static void feed_hour(mlops_monitor *m, int lost) {
    float rows[PAGE_ROWS * PAGE_COLUMNS];
    double scores[PAGE_ROWS], labels[PAGE_ROWS];
    int64_t ids[PAGE_ROWS], segments[PAGE_ROWS];
    mlops_error err;
    for (int i = 0; i < PAGE_ROWS * PAGE_COLUMNS; i++) rows[i] = (float)uniform();
    for (int i = 0; i < PAGE_ROWS; i++) {
        ids[i] = i;
        scores[i] = uniform();
        labels[i] = uniform() < (lost ? 0.5 : scores[i]);
        segments[i] = (int64_t)(draw() % (PAGE_SEGMENTS + 1));
    }
    if (mlops_monitor_add_segments(m, rows, PAGE_ROWS, PAGE_COLUMNS, segments, scores, 1, ids, NULL,
                                   &err) ||
        mlops_monitor_add_labels(m, ids, labels, NULL, PAGE_ROWS, &err))
        fail_msg("%s", err.message);
}

/* At most one page in ten hours, of columns, segments, performance measured and estimated together,
 * where tolerances of nothing put the whole level at stake; and it is a page that lost performance
 * raises at once. */
static void test_pages_of_all_that_is_watched(void **state) {
    (void)state;
    mlops_monitor_opts opts = timed(HOUR);
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    drift.ks_tolerance = drift.tv_tolerance = 1e-6;
    opts.drift = &drift;
    opts.false_alarm_ns = 10 * HOUR;
    seed = 77;
    mlops_reference *reference = of_three_columns(20000);
    mlops_monitor *m = with_all(reference, &opts);
    const char *keys[PAGE_SEGMENTS] = {"DE", "FR", "US"};
    for (int i = 0; i < PAGE_SEGMENTS; i++)
        assert_int_equal(mlops_monitor_segment(m, keys[i]), i + 1);
    int pages = 0, over = 0;
    for (int i = 0; i < PAGE_WINDOWS; i++) {
        feed_hour(m, 0);
        the_time += HOUR;
        assert_int_equal(mlops_monitor_alarm(m, &d), MLOPS_OK);
        pages += d.event == MLOPS_POLICY_RAISED;
        over += d.severity > 1;
    }
    assert_int_equal(mlops_monitor_n_windows(m), PAGE_WINDOWS);
    assert_true(pages <= over && over <= PAGE_WINDOWS / 10);
    assert_true(over > 0); /* it is no bound that nothing reaches */
    if (d.alarmed) feed_hour(m, 0), the_time += HOUR;
    feed_hour(m, 1);
    the_time += HOUR;
    assert_int_equal(mlops_monitor_alarm(m, &d), MLOPS_OK);
    assert_true(d.alarmed && d.severity > 1);
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
}

static void test_alpha_of_all_windows(void **state) {
    (void)state;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_monitor_opts opts = timed(0);
    drift.alpha = 0.1;
    opts.drift = &drift;
    opts.window_rows = 50;
    opts.flags = MLOPS_MONITOR_ALPHA_OF_ALL;
    mlops_monitor *m = begin(&opts);
    double sum = 0, last = 1;
    for (int i = 0; i < 1000; i++) {
        add(m, 50, 50);
        double alpha = alpha_of_newest(m);
        assert_true(alpha > 0 && alpha < last);
        sum += last = alpha;
    }
    assert_true(sum < 0.1 && sum > 0.0999);
    mlops_monitor_free(m);
}

static void refused_with(const mlops_monitor_opts *opts, const char *word) {
    mlops_reference *reference = reference_of("x\n1\n2\n");
    mlops_monitor *monitor;
    mlops_error err;
    assert_int_equal(mlops_monitor_new_reference(&monitor, NULL, reference, opts, &err),
                     MLOPS_E_INVALID);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_null(monitor);
    mlops_reference_unref(reference);
}

static void test_options(void **state) {
    (void)state;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_monitor_opts opts = timed(-1);
    refused_with(&opts, "window_ns");
    opts = timed(HOUR), opts.false_alarm_ns = -1;
    refused_with(&opts, "false_alarm_ns");
    opts.false_alarm_ns = DAY, opts.drift = &drift, drift.alpha = 0.01;
    refused_with(&opts, "alpha");
    drift.alpha = 0, opts.flags = MLOPS_MONITOR_ALPHA_OF_ALL;
    refused_with(&opts, "alpha");
    opts.flags = 2;
    refused_with(&opts, "flags");
}

static void test_errors_are_counted(void **state) {
    (void)state;
    const mlops_monitor_opts opts = timed(0);
    mlops_monitor *m = begin(&opts);
    assert_int_equal(mlops_monitor_add_errors(m, 3), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_errors(m, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_errors(m, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add_errors(m, INT64_MAX - 2), MLOPS_E_LIMIT);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_model_errors_total{model=\"default\"} 3");
    free(text);
    mlops_monitor_free(m);
}

/* OpenMetrics differs by the names of counters in their heads, and by its end. */
static void test_openmetrics(void **state) {
    (void)state;
    mlops_monitor_opts opts = timed(0);
    opts.window_rows = 50;
    mlops_monitor *m = begin(&opts);
    add(m, 50, 50);
    char *plain = metrics_of(m), open[32768], built[32768] = "";
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_monitor_openmetrics(m, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(mlops_monitor_openmetrics(m, open, needed, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_monitor_openmetrics(m, open, sizeof open, &again), MLOPS_OK);
    assert_int_equal(strlen(open), needed);
    for (char *line = strtok(plain, "\n"); line; line = strtok(NULL, "\n")) {
        char *total = line[0] == '#' ? strstr(line, "_total ") : NULL;
        if (total) memmove(total, total + 6, strlen(total + 6) + 1);
        strcat(strcat(built, line), "\n");
    }
    assert_string_equal(open, strcat(built, "# EOF\n"));
    free(plain);
    mlops_monitor_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_window_ends_at_the_full_hour),
        cmocka_unit_test(test_rows_and_time_end_windows),
        cmocka_unit_test(test_a_clock_that_is_set_back),
        cmocka_unit_test(test_a_pause_under_a_clock_that_is_set_back),
        cmocka_unit_test(test_false_alarms_in_time),
        cmocka_unit_test(test_pages_of_all_that_is_watched),
        cmocka_unit_test(test_alpha_of_all_windows),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_errors_are_counted),
        cmocka_unit_test(test_openmetrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
