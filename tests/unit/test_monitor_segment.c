/* Segments of a monitor: each says what a monitor says that was given its rows alone. */
#include "unit/help_monitor.h"

enum { N = 900, WINDOW = 300, WIDTH = 5, N_KEYS = 3 };

static const char *const KEYS[N_KEYS] = {"DE", "a \"b\\c", "\xc3\xb6st"};

/* Rows of which segment 2 drifts; labels that fail segment 1. */
typedef struct traffic {
    float rows[N * WIDTH];
    double scores[N], labels[N];
    int64_t ids[N], segments[N];
} traffic;

static void make_traffic(traffic *t) {
    for (int64_t i = 0; i < N; i++) {
        int64_t segment = (int64_t)(draw() % (N_KEYS + 1));
        t->segments[i] = segment;
        for (int k = 0; k < WIDTH; k++) t->rows[i * WIDTH + k] = (float)uniform();
        if (segment == 2) t->rows[i * WIDTH] += 0.7f;
        t->scores[i] = uniform();
        t->labels[i] = (uniform() < t->scores[i]) != (segment == 1);
        t->ids[i] = i;
    }
}

static mlops_performance *validation(void) {
    mlops_performance *counts;
    assert_int_equal(mlops_performance_new(&counts, NULL, NULL), MLOPS_OK);
    for (int i = 0; i < 4000; i++) {
        double score = uniform(), label = uniform() < score;
        assert_int_equal(mlops_performance_add(counts, &score, &label, NULL, 1, NULL), MLOPS_OK);
    }
    return counts;
}

static mlops_monitor *make(mlops_reference *reference, mlops_performance *counts,
                           int64_t window_rows, double alpha, int64_t n_segments) {
    static mlops_host host;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_monitor_labels_opts labels = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_segments_opts segments = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_monitor *m;
    mlops_error err;
    host = at_noon();
    opts.host = &host;
    opts.window_rows = window_rows;
    drift.alpha = alpha;
    opts.drift = &drift;
    labels.rows_max = N;
    if (mlops_monitor_new_reference(&m, NULL, reference, &opts, &err)) fail_msg("%s", err.message);
    if (counts && mlops_monitor_expect_labels(m, counts, NULL, &labels, &err))
        fail_msg("%s", err.message);
    segments.n_segments = n_segments;
    if (n_segments && mlops_monitor_expect_segments(m, &segments, &err))
        fail_msg("%s", err.message);
    return m;
}

/* Segments 1 to N_KEYS of a monitor, by their keys. */
static void name_all(mlops_monitor *m) {
    for (int k = 0; k < N_KEYS; k++) assert_int_equal(mlops_monitor_segment(m, KEYS[k]), k + 1);
}

static void assert_drift_equal(const mlops_drift *a, const mlops_drift *b) {
    static char one[1 << 16], two[1 << 16];
    assert_int_equal(mlops_drift_json(a, one, sizeof one, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_json(b, two, sizeof two, NULL), MLOPS_OK);
    assert_string_equal(one, two);
}

static const char *cell(const mlops_table *table, int64_t column, int64_t row) {
    static char texts[2][128];
    static int at;
    char *text = texts[at ^= 1];
    assert_int_equal(mlops_table_text(table, column, row, text, sizeof texts[0], NULL), MLOPS_OK);
    return text;
}

static int64_t number(const mlops_table *table, int64_t column, int64_t row) {
    return strtoll(cell(table, column, row), NULL, 10);
}

static void assert_table_equal(const mlops_table *a, const mlops_table *b) {
    assert_int_equal(mlops_table_n_rows(a), mlops_table_n_rows(b));
    for (int64_t c = 0; c < mlops_table_n_columns(a); c++)
        for (int64_t r = 0; r < mlops_table_n_rows(a); r++)
            assert_string_equal(cell(a, c, r), cell(b, c, r));
}

/* How a window of segments is added. */
typedef enum how { BY_ROW, AT_ONCE } how;

static void add(mlops_monitor *m, const traffic *t, int64_t from, int64_t n, how way, int labels) {
    mlops_error err;
    if (way == AT_ONCE) {
        if (mlops_monitor_add_segments(m, t->rows + from * WIDTH, n, WIDTH, t->segments + from,
                                       t->scores + from, 1, labels ? t->ids + from : NULL, NULL,
                                       &err))
            fail_msg("%s", err.message);
        return;
    }
    for (int64_t i = from; i < from + n; i++) {
        const float *row = t->rows + i * WIDTH;
        assert_int_equal(mlops_monitor_enter_segment(m, t->segments[i]), MLOPS_OK);
        if (labels)
            assert_int_equal(mlops_monitor_add_scored(m, row, 1, WIDTH, &t->scores[i], 1,
                                                      &t->ids[i], NULL, NULL),
                             MLOPS_OK);
        else assert_int_equal(mlops_monitor_add(m, row, 1, WIDTH, &t->scores[i], 1), MLOPS_OK);
    }
}

/* A monitor that is given the rows of a segment of one window, which it ends. */
static void add_filtered(mlops_monitor *m, const traffic *t, int64_t from, int64_t n,
                         int64_t segment, int labels) {
    for (int64_t i = from; i < from + n; i++) {
        const float *row = t->rows + i * WIDTH;
        if (t->segments[i] != segment) continue;
        if (labels)
            assert_int_equal(mlops_monitor_add_scored(m, row, 1, WIDTH, &t->scores[i], 1,
                                                      &t->ids[i], NULL, NULL),
                             MLOPS_OK);
        else assert_int_equal(mlops_monitor_add(m, row, 1, WIDTH, &t->scores[i], 1), MLOPS_OK);
    }
}

static int64_t count(const traffic *t, int64_t from, int64_t n, int64_t segment) {
    int64_t found = 0;
    for (int64_t i = from; i < from + n; i++) found += t->segments[i] == segment;
    return found;
}

/* Of each segment verdicts and metrics are to the bit those of a monitor of its rows, whose alpha
 * is the segment's share: of 0.04 half is of segments, of which there are three keys and "other".
 */
static void test_segments_are_monitors_of_their_rows(void **state) {
    (void)state;
    static traffic t;
    char *train = rows_of(2000, 0, 0);
    mlops_reference *reference = reference_of(train);
    mlops_performance *counts = validation();
    make_traffic(&t);
    for (int labels = 0; labels < 2; labels++)
        for (how way = BY_ROW; way <= AT_ONCE; way++) {
            mlops_monitor *m = make(reference, labels ? counts : NULL, WINDOW, 0.04, N_KEYS);
            name_all(m);
            add(m, &t, 0, WINDOW + 17, way, labels);
            if (labels)
                assert_int_equal(
                    mlops_monitor_add_labels(m, t.ids, t.labels, NULL, WINDOW - 5, NULL), MLOPS_OK);
            assert_int_equal(mlops_monitor_n_windows(m), 1);
            for (int64_t s = 0; s <= N_KEYS; s++) {
                mlops_monitor *alone = make(reference, labels ? counts : NULL,
                                            count(&t, 0, WINDOW, s), 0.04 / 2 / (N_KEYS + 1), 0);
                mlops_drift *a, *b;
                add_filtered(alone, &t, 0, WINDOW + 17, s, labels);
                assert_int_equal(mlops_monitor_n_windows(alone), 1);
                assert_int_equal(mlops_monitor_segment_drift(&a, m, s, NULL), MLOPS_OK);
                assert_int_equal(mlops_monitor_drift(&b, alone, NULL), MLOPS_OK);
                assert_drift_equal(a, b);
                assert_int_equal(mlops_drift_overall(a) == MLOPS_DRIFT_YES, 1);
                mlops_drift_unref(a);
                mlops_drift_unref(b);
                if (labels) {
                    mlops_table *x, *y;
                    mlops_monitor_add_labels(alone, t.ids, t.labels, NULL, WINDOW - 5, NULL);
                    assert_int_equal(mlops_monitor_segment_performance(&x, m, s, NULL), MLOPS_OK);
                    assert_int_equal(mlops_monitor_performance(&y, alone, NULL), MLOPS_OK);
                    assert_table_equal(x, y);
                    mlops_table_unref(x);
                    mlops_table_unref(y);
                }
                mlops_monitor_free(alone);
            }
            mlops_monitor_free(m);
        }
    mlops_performance_free(counts);
    mlops_reference_unref(reference);
    free(train);
}

static const char TRAIN[] = "a,b,c,d,e\n";

/* Five uniform numbers a row: what the traffic of segments 0, 1, 3 is drawn from. */
static mlops_reference *uniform_reference(void) {
    char *text = malloc(sizeof TRAIN + 4000 * 60);
    size_t at = (size_t)sprintf(text, "%s", TRAIN);
    for (int i = 0; i < 4000; i++)
        at += (size_t)sprintf(text + at, "%.8g,%.8g,%.8g,%.8g,%.8g\n", uniform(), uniform(),
                              uniform(), uniform(), uniform());
    mlops_reference *reference = reference_of(text);
    free(text);
    return reference;
}

/* Which segment drifted, and which lost performance, is told by table, metrics and report. */
static void test_the_segment_at_fault_is_told(void **state) {
    (void)state;
    static traffic t;
    static char report[1 << 18];
    mlops_reference *reference = uniform_reference();
    mlops_performance *counts = validation();
    make_traffic(&t);
    mlops_monitor *m = make(reference, counts, WINDOW, 0.02, N_KEYS);
    mlops_table *table;
    name_all(m);
    for (int64_t from = 0; from < N; from += WINDOW) {
        add(m, &t, from, WINDOW - 1, AT_ONCE, 1);
        mlops_monitor_add_labels(m, t.ids, t.labels, NULL, from + WINDOW - 1, NULL);
        add(m, &t, from + WINDOW - 1, 1, AT_ONCE, 1);
    }
    assert_int_equal(mlops_monitor_segments(&table, m, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(table), N_KEYS + 1);
    for (int64_t s = 0; s <= N_KEYS; s++) {
        assert_string_equal(cell(table, 0, s), s ? KEYS[s - 1] : "other");
        assert_int_equal(number(table, 1, s), count(&t, 0, N, s));
        assert_int_equal(number(table, 2, s), count(&t, N - WINDOW, WINDOW, s));
        assert_int_equal(strcmp(cell(table, 3, s), "yes") == 0, s == 2);
        assert_int_equal(number(table, 4, s), s == 2);
        assert_int_equal(strcmp(cell(table, 5, s), "yes") == 0, s == 1);
    }
    mlops_table_unref(table);
    char *metrics = metrics_of(m);
    assert_sample(metrics, "mlops_segment_verdict{model=\"default\",segment=\"a \\\"b\\\\c\"} 2");
    assert_sample(metrics,
                  "mlops_segment_drifted_features{model=\"default\",segment=\"a \\\"b\\\\c\"} 1");
    assert_sample(metrics, "mlops_segment_performance_lost{model=\"default\",segment=\"DE\","
                           "kind=\"measured\"} 1");
    assert_sample(metrics, "mlops_segment_performance_lost{model=\"default\",segment=\"other\","
                           "kind=\"measured\"} 0");
    free(metrics);
    assert_int_equal(mlops_monitor_save(m, "segments.json", NULL), MLOPS_OK);
    FILE *f = fopen("segments.json", "rb");
    report[fread(report, 1, sizeof report - 1, f)] = 0;
    fclose(f);
    assert_non_null(strstr(report, "\"segment\": \"DE\""));
    assert_non_null(strstr(report, "\"segment\": \"other\""));
    assert_int_equal(mlops_monitor_save(m, "segments.html", NULL), MLOPS_OK);
    f = fopen("segments.html", "rb");
    report[fread(report, 1, sizeof report - 1, f)] = 0;
    fclose(f);
    assert_non_null(strstr(report, "<th scope=\"row\">a &quot;b\\c</th>"));
    remove("segments.json");
    remove("segments.html");
    mlops_monitor_free(m);
    mlops_performance_free(counts);
    mlops_reference_unref(reference);
}

/* Keys without room, too long, or none, are "other"; nothing is lost of them. */
static void test_keys_beyond_the_room_are_other(void **state) {
    (void)state;
    static traffic t;
    mlops_reference *reference = uniform_reference();
    mlops_monitor *m = make(reference, NULL, WINDOW, 0.02, 2);
    char key[65];
    mlops_table *table;
    mlops_error err;
    const int64_t wrong[] = {0, 1, 3};
    make_traffic(&t);
    memset(key, 'k', 64);
    key[64] = 0;
    assert_int_equal(mlops_monitor_segment(m, key), 0);
    assert_int_equal(mlops_monitor_segment(m, ""), 0);
    assert_int_equal(mlops_monitor_segment(m, NULL), 0);
    assert_int_equal(mlops_monitor_segment(m, "\xff"), 0);
    assert_int_equal(mlops_monitor_segment(m, "other"), 0);
    key[63] = 0;
    assert_int_equal(mlops_monitor_segment(m, key), 1);
    assert_int_equal(mlops_monitor_segment(m, "b"), 2);
    assert_int_equal(mlops_monitor_segment(m, "c"), 0);
    assert_int_equal(mlops_monitor_segment(m, key), 1);
    assert_int_equal(mlops_monitor_enter_segment(m, 3), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_enter_segment(m, -1), MLOPS_E_INVALID);
    assert_int_equal(
        mlops_monitor_add_segments(m, t.rows, 3, WIDTH, wrong, NULL, 0, NULL, NULL, &err),
        MLOPS_E_INVALID);
    assert_non_null(strstr(err.message, "row 2"));
    assert_int_equal(mlops_monitor_enter_segment(m, 2), MLOPS_OK);
    assert_int_equal(
        mlops_monitor_add_segments(m, t.rows, 2, WIDTH, wrong, NULL, 0, NULL, NULL, &err),
        MLOPS_OK);
    assert_int_equal(mlops_monitor_add(m, t.rows, 5, WIDTH, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_segments(&table, m, NULL), MLOPS_OK);
    assert_int_equal(number(table, 1, 0), 1);
    assert_int_equal(number(table, 1, 1), 1);
    assert_int_equal(number(table, 1, 2), 5);
    mlops_table_unref(table);
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
}

static void test_what_is_told_too_late_is_refused(void **state) {
    (void)state;
    static traffic t;
    mlops_reference *reference = uniform_reference();
    mlops_monitor *m = make(reference, NULL, WINDOW, 0.02, 0);
    mlops_monitor_segments_opts opts = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    mlops_table *table;
    mlops_drift *drift;
    mlops_error err;
    make_traffic(&t);
    assert_int_equal(mlops_monitor_segment(m, "a"), 0);
    assert_int_equal(mlops_monitor_enter_segment(m, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_segments(&table, m, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_segment_drift(&drift, m, 0, &err), MLOPS_E_INVALID);
    opts.n_segments = 257;
    assert_int_equal(mlops_monitor_expect_segments(m, &opts, &err), MLOPS_E_INVALID);
    opts.n_segments = 1;
    assert_int_equal(mlops_monitor_expect_segments(m, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_expect_segments(m, &opts, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_expect_labels(m, NULL, NULL, NULL, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_segment_drift(&drift, m, 1, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_segment_performance(&table, m, 0, &err), MLOPS_E_INVALID);
    assert_int_equal(
        mlops_monitor_add_segments(m, t.rows, 1, WIDTH, t.segments, NULL, 0, t.ids, NULL, &err),
        MLOPS_E_INVALID);
    mlops_monitor_free(m);
    m = make(reference, NULL, WINDOW, 0.02, 0);
    assert_int_equal(mlops_monitor_add(m, t.rows, 1, WIDTH, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_expect_segments(m, NULL, &err), MLOPS_E_INVALID);
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
}

/* Tables, too, and what was suspended goes on in the same segments. */
static void test_tables_and_restarts(void **state) {
    (void)state;
    static int64_t segments[400];
    char *train = rows_of(1000, 0, 0), *live = rows_of(400, 0.6, 1);
    mlops_reference *reference = reference_of(train);
    mlops_table *rows = table_of(live);
    mlops_monitor *a = make(reference, NULL, 150, 0.02, N_KEYS), *b;
    mlops_error err;
    size_t n;
    for (int i = 0; i < 400; i++) segments[i] = (int64_t)(draw() % 3);
    name_all(a);
    if (mlops_monitor_add_segments_table(a, rows, segments, 400, NULL, 0, NULL, NULL, &err))
        fail_msg("%s", err.message);
    assert_int_equal(
        mlops_monitor_add_segments_table(a, rows, segments, 399, NULL, 0, NULL, NULL, &err),
        MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_enter_segment(a, 3), MLOPS_OK);
    assert_int_equal(mlops_monitor_suspend(a, NULL, 0, &n), MLOPS_OK);
    uint8_t *bytes = malloc(n);
    assert_int_equal(mlops_monitor_suspend(a, bytes, n, &n), MLOPS_OK);
    b = make(reference, NULL, 150, 0.02, N_KEYS);
    if (mlops_monitor_resume(b, bytes, n, &err)) fail_msg("%s", err.message);
    for (int i = 0; i < 2; i++) {
        mlops_table *x, *y;
        char *one = metrics_of(a), *two = metrics_of(b);
        assert_string_equal(one, two);
        free(one);
        free(two);
        assert_int_equal(mlops_monitor_segments(&x, a, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_segments(&y, b, NULL), MLOPS_OK);
        assert_table_equal(x, y);
        assert_int_equal(number(x, 1, 0) + number(x, 1, 1) + number(x, 1, 2), 400);
        mlops_table_unref(x);
        mlops_table_unref(y);
        assert_int_equal(mlops_monitor_add_table(a, rows, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_add_table(b, rows, NULL), MLOPS_OK);
    }
    mlops_monitor_free(b);
    b = make(reference, NULL, 150, 0.02, N_KEYS + 1);
    assert_int_equal(mlops_monitor_resume(b, bytes, n, &err), MLOPS_E_SCHEMA);
    mlops_monitor_free(a);
    mlops_monitor_free(b);
    mlops_table_unref(rows);
    mlops_reference_unref(reference);
    free(bytes);
    free(train);
    free(live);
}

/* Rows and labels of each window, those that come late and those that never do: of all segments
 * together they are the monitor's. */
static void test_labels_add_up(void **state) {
    (void)state;
    enum { SHORT = 60, N_COLUMN = 6 };
    static traffic t;
    mlops_reference *reference = uniform_reference();
    mlops_performance *counts = validation();
    mlops_monitor_labels told = MLOPS_MONITOR_LABELS_INIT;
    make_traffic(&t);
    mlops_monitor *m = make(reference, counts, SHORT, 0.02, N_KEYS);
    mlops_table *all, *parts[N_KEYS + 1];
    name_all(m);
    for (int64_t i = 0; i < N; i++) {
        int64_t of = (int64_t)(draw() % (uint64_t)(i + 1));
        add(m, &t, i, 1, AT_ONCE, 1);
        assert_int_equal(mlops_monitor_add_labels(m, &of, &t.labels[of], NULL, 1, NULL), MLOPS_OK);
    }
    assert_int_equal(mlops_monitor_summarize_labels(m, &told), MLOPS_OK);
    assert_true(told.n_late > 10 && told.n_waiting > 10 && told.n_duplicate > 10);
    assert_int_equal(mlops_monitor_performance(&all, m, NULL), MLOPS_OK);
    for (int64_t s = 0; s <= N_KEYS; s++)
        assert_int_equal(mlops_monitor_segment_performance(&parts[s], m, s, NULL), MLOPS_OK);
    for (int64_t r = 0; r < mlops_table_n_rows(all); r++) {
        int64_t sum = 0;
        for (int64_t s = 0; s <= N_KEYS; s++) sum += number(parts[s], N_COLUMN, r);
        assert_int_equal(sum, number(all, N_COLUMN, r));
    }
    for (int64_t s = 0; s <= N_KEYS; s++) mlops_table_unref(parts[s]);
    mlops_table_unref(all);
    mlops_monitor_free(m);
    mlops_performance_free(counts);
    mlops_reference_unref(reference);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments_are_monitors_of_their_rows),
        cmocka_unit_test(test_the_segment_at_fault_is_told),
        cmocka_unit_test(test_labels_add_up),
        cmocka_unit_test(test_keys_beyond_the_room_are_other),
        cmocka_unit_test(test_what_is_told_too_late_is_refused),
        cmocka_unit_test(test_tables_and_restarts),
    };
    return cmocka_run_group_tests_name("monitor_segment", tests, NULL, NULL);
}
