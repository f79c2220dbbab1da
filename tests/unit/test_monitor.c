/* Windows of a monitor: however rows come they end at the same ones, and each has its verdict. */
#define _GNU_SOURCE
#include "unit/help_monitor.h"

enum { N_ROWS = 1130 };

/* However rows come, the windows end at the same ones: all that can be seen is the same. */
static void test_rows_come_in_any_portions(void **state) {
    (void)state;
    static float rows[N_ROWS * 2];
    static double p[N_ROWS * 3];
    char *first = NULL;
    for (int i = 0; i < 2 * N_ROWS; i++)
        rows[i] = draw() % 20 == 0 ? NAN : (float)(draw() % 50) / 10.0f;
    for (int i = 0; i < 3 * N_ROWS; i++) p[i] = uniform();
    static const char csv[] = "a,b\n0.1,1\n0.5,2\n0.7,3\n2.5,4\n4.9,0\n";
    for (int64_t portion = 1; portion <= 2 * N_ROWS; portion = portion * 5 / 3 + 1) {
        mlops_monitor *m = monitor_of(NULL, csv, 150, NULL);
        for (int64_t i = 0; i < N_ROWS; i += portion) {
            int64_t n = N_ROWS - i < portion ? N_ROWS - i : portion;
            assert_int_equal(mlops_monitor_add(m, rows + 2 * i, n, 2, p + 3 * i, 3), MLOPS_OK);
            if (draw() % 4 == 0) free(metrics_of(m)); /* reading in between changes nothing */
        }
        assert_int_equal(mlops_monitor_n_windows(m), N_ROWS / 150);
        char *text = metrics_of(m);
        if (first) assert_string_equal(text, first);
        else first = strdup(text);
        free(text);
        mlops_monitor_free(m);
    }
    assert_sample(first, "mlops_model_predictions_total{model=\"default\"} 1130");
    assert_sample(first, "mlops_feature_values_total{model=\"default\",feature=\"b\"} 1130");
    free(first);
}

/* Rows and tables by turns: nothing but their order counts. */
static void test_rows_and_tables_by_turns(void **state) {
    (void)state;
    static float rows[N_ROWS * 2];
    static double values[N_ROWS * 2];
    static const char csv[] = "c0,c1\n0.5,1\n1.5,2\n2.5,3\n3.5,4\n6,0\n";
    char *first = NULL;
    for (int i = 0; i < 2 * N_ROWS; i++) {
        rows[i] = draw() % 20 == 0 ? NAN : (float)(draw() % 50) / 8.0f;
        values[i] = (double)rows[i];
    }
    for (int round = 0; round < 20; round++) {
        mlops_monitor *m = monitor_of(NULL, csv, 70, NULL);
        for (int64_t i = 0, n; i < N_ROWS; i += n) {
            n = round ? 1 + (int64_t)(draw() % 200) : N_ROWS;
            if (n > N_ROWS - i) n = N_ROWS - i;
            if (round == 0 || draw() % 2) {
                mlops_table *table;
                assert_int_equal(
                    mlops_table_from_matrix(&table, values + 2 * i, n, 2, NULL, NULL, NULL), 0);
                assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
                mlops_table_unref(table);
            } else {
                assert_int_equal(mlops_monitor_add(m, rows + 2 * i, n, 2, NULL, 0), MLOPS_OK);
            }
        }
        assert_int_equal(mlops_monitor_n_windows(m), N_ROWS / 70);
        char *text = metrics_of(m);
        if (first) assert_string_equal(text, first);
        else first = strdup(text);
        free(text);
        mlops_monitor_free(m);
    }
    free(first);
}

static void test_a_window_has_1000_rows_unless_told(void **state) {
    (void)state;
    static float rows[999];
    mlops_monitor *m = monitor_of(NULL, "a\n1\n2\n", 0, NULL);
    assert_int_equal(mlops_monitor_add(m, rows, 999, 1, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_windows(m), 0);
    assert_int_equal(mlops_monitor_add(m, rows, 1, 1, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_windows(m), 1);
    mlops_monitor_free(m);
}

/* A table and the same rows as float32 are counted alike. */
static void test_tables_count_as_rows_do(void **state) {
    (void)state;
    static float rows[500 * 2];
    static double values[500 * 2];
    static const char csv[] = "c0,c1\n0.1,1\n0.5,2\n0.7,3\n2.3,4\n4.9,0\n";
    for (int i = 0; i < 1000; i++) {
        values[i] = draw() % 9 ? (double)(draw() % 50) / 10.0 : NAN;
        rows[i] = (float)values[i];
    }
    mlops_table *table;
    assert_int_equal(mlops_table_from_matrix(&table, values, 500, 2, NULL, NULL, NULL), MLOPS_OK);
    mlops_monitor *a = monitor_of(NULL, csv, 400, NULL), *b = monitor_of(NULL, csv, 400, NULL);
    assert_int_equal(mlops_monitor_add(a, rows, 500, 2, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_table(b, table, NULL), MLOPS_OK);
    char *x = metrics_of(a), *y = metrics_of(b);
    char *cut_x = strstr(x, "# TYPE mlops_feature_drift_score");
    char *cut_y = strstr(y, "# TYPE mlops_feature_drift_score");
    *cut_x = *cut_y = 0; /* counts are equal; distances of rounded values nearly so */
    assert_string_equal(x, y);
    assert_int_equal(mlops_monitor_verdict(a), mlops_monitor_verdict(b));
    free(x);
    free(y);
    mlops_monitor_free(a);
    mlops_monitor_free(b);
    mlops_table_unref(table);
}

static void test_verdicts(void **state) {
    (void)state;
    char *train = rows_of(4000, 0.0, 0), *same = rows_of(1000, 0.0, 0);
    char *moved = rows_of(1000, 0.3, 0), *lost = rows_of(1000, 0.0, 1);
    mlops_monitor *m = monitor_of(NULL, train, 1000, NULL);
    mlops_table *tables[3] = {table_of(same), table_of(moved), table_of(lost)};
    static const int64_t drifted[3] = {0, 1, 1};
    static const char *const tests[3] = {"ks", "ks", "nulls"};
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_n_features(m), 5);
    assert_int_equal(mlops_monitor_verdict(m), MLOPS_DRIFT_NOT_ENOUGH_DATA);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mlops_monitor_add_table(m, tables[i], NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_n_windows(m), i + 1);
        assert_int_equal(mlops_monitor_n_drifted(m), drifted[i]);
        if (drifted[i]) assert_int_equal(mlops_monitor_verdict(m), MLOPS_DRIFT_YES);
        else assert_int_not_equal(mlops_monitor_verdict(m), MLOPS_DRIFT_YES);
        assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
        assert_int_equal(mlops_drift_n_columns(drift), 5);
        assert_int_equal(mlops_drift_n_drifted(drift), drifted[i]);
        assert_int_equal(mlops_drift_overall(drift), mlops_monitor_verdict(m));
        mlops_drift_column x = column_of(drift, 0);
        assert_string_equal(x.name, "x");
        if (drifted[i]) assert_string_equal(x.test, tests[i]);
        assert_int_equal(x.verdict == MLOPS_DRIFT_YES, drifted[i]);
        if (i == 1) assert_true(fabs(x.ks - 0.3) < 0.06);
        if (i == 1) assert_true(fabs(x.mean_current - 0.8) < 0.05);
        mlops_drift_unref(drift);
        mlops_table_unref(tables[i]);
    }
    char *text = metrics_of(m);
    assert_sample(text, "mlops_retrain_recommended{model=\"default\"} 1");
    assert_sample(text, "mlops_feature_drifted{model=\"default\",feature=\"x\"} 1");
    assert_sample(text, "mlops_feature_drifted{model=\"default\",feature=\"word\"} 0");
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"void\"} 3000");
    assert_sample(text,
                  "mlops_profile_window_end_timestamp_seconds{model=\"default\"} 1700000000.5");
    free(text);
    mlops_monitor_free(m);
    free(train), free(same), free(moved), free(lost);
}

static void close_to(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want) || (isnan(got) && isnan(want))))
        fail_msg("%.17g is not %.17g", got, want);
}

/* What a window's column shares with a comparison that saw every row of both tables. A sketch hides
 * what is within a cell, one of 230 or more; beyond the reference's range, where a share of shift
 * lies within a width of shift, rows are taken as even, which 450 are but for 0.154 (a bound that
 * one of 10^9 samples exceeds). */
static void assert_like_whole(const mlops_drift_column *got, const mlops_drift_column *whole,
                              double shift) {
    assert_string_equal(got->name, whole->name);
    assert_string_equal(got->test, whole->test);
    assert_int_equal(got->type, whole->type);
    assert_int_equal(got->verdict, whole->verdict);
    assert_int_equal(got->n_reference, whole->n_reference);
    assert_int_equal(got->n_current, whole->n_current);
    close_to(got->nulls_reference, whole->nulls_reference, 1e-12);
    close_to(got->nulls_current, whole->nulls_current, 1e-12);
    close_to(got->mean_reference, whole->mean_reference, 1e-12);
    close_to(1 + got->mean_current, 1 + whole->mean_current, 0x1p-32); /* rounded to units of it */
    if (!got->exact) {
        double sd = 1 / sqrt(12.0), apart = got->wasserstein - whole->wasserstein;
        assert_true(got->ks <= whole->ks + 1e-12);
        assert_true(got->ks >= whole->ks - 1.0 / 230);
        assert_true(fabs(apart) < (1.0 / 230 + 0.154 * shift * shift) / sd);
        return;
    }
    close_to(got->ks, whole->ks, 1e-12);
    close_to(got->tv, whole->tv, 1e-12);
    close_to(got->psi, whole->psi, 1e-12);
    close_to(got->js, whole->js, 1e-12);
    close_to(got->effect, whole->effect, 1e-12);
    close_to(got->p_value, whole->p_value, 1e-9);
    close_to(got->wasserstein, whole->wasserstein, 1e-6);
}

/* A window says what comparing its rows with the whole training table says. */
static void test_a_window_is_judged_as_a_table_is(void **state) {
    (void)state;
    static const double shifts[] = {0, 0, 0.2, -0.5};
    char *train = rows_of(4000, 0.0, 0);
    mlops_table *reference = table_of(train);
    for (int i = 0; i < 4; i++) {
        char *live = rows_of(900, shifts[i], i == 1);
        mlops_monitor *m = monitor_of(NULL, train, 900, NULL);
        mlops_table *table = table_of(live);
        mlops_drift *whole, *window;
        int n_exact = 0;
        assert_int_equal(mlops_drift_compare(&whole, reference, table, NULL, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_n_windows(m), 1);
        assert_int_equal(mlops_monitor_drift(&window, m, NULL), MLOPS_OK);
        assert_int_equal(mlops_drift_n_columns(window), 5);
        for (int64_t k = 0; k < 5; k++) {
            mlops_drift_column got = column_of(window, k), want = column_of(whole, k);
            assert_like_whole(&got, &want, shifts[i]);
            n_exact += got.exact;
        }
        assert_int_equal(n_exact, 4);
        assert_int_equal(mlops_monitor_verdict(m), mlops_drift_overall(whole));
        assert_int_equal(mlops_monitor_n_drifted(m), mlops_drift_n_drifted(whole));
        mlops_drift_unref(whole);
        mlops_drift_unref(window);
        mlops_monitor_free(m);
        mlops_table_unref(table);
        free(live);
    }
    mlops_table_unref(reference);
    free(train);
}

enum { WHOLE = 20 /* values of the reference: 0, 1, ..., in equal shares */ };

/* Half the mean width of the cells that the values lie in, over the reference's deviation. */
static double wasserstein_bound(const double *values, int n) {
    double low = 0, high = WHOLE - 1, sum = 0;
    for (int i = 0; i < n; i++) low = fmin(low, values[i]), high = fmax(high, values[i]);
    for (int i = 0; i < n; i++)
        sum += values[i] < 0              ? -low
               : values[i] > WHOLE - 1    ? high - (WHOLE - 1)
               : fmod(values[i], 1) > 0.0 ? 1
                                          : 0;
    return sum / n / 2 / sqrt((WHOLE * WHOLE - 1) / 12.0);
}

static char *column_text(const double *values, int n) {
    char *csv = malloc(32 * ((size_t)n + 1));
    size_t at = (size_t)sprintf(csv, "k\n");
    for (int i = 0; i < n; i++) at += (size_t)sprintf(csv + at, "%.9g\n", values[i]);
    return csv;
}

/* A window knows the cells of its values, and comparing knows the values. */
static void test_wasserstein_is_within_its_cells(void **state) {
    (void)state;
    static const struct {
        double from, to, step;
    } windows[] = {{0, 19, 1},       {2, 17, 1},   {1, 20, 1},        {-3, 25, 1},
                   {0.02, 19.02, 1}, {0, 19, 0.5}, {-0.02, 18.98, 1}, {-8, 19, 0.25},
                   {40, 41, 0.1},    {0, 19, 1} /* and an infinity */};
    double train[2000], live[1000];
    for (int i = 0; i < 2000; i++) train[i] = i % WHOLE;
    char *reference = column_text(train, 2000);
    mlops_table *table = table_of(reference);
    for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
        int n_steps = (int)((windows[w].to - windows[w].from) / windows[w].step + 1.5);
        for (int i = 0; i < 1000; i++)
            live[i] = windows[w].from + windows[w].step * (double)(draw() % (uint64_t)n_steps);
        if (w == 9) live[500] = INFINITY;
        char *csv = column_text(live, 1000);
        mlops_monitor *m = monitor_of(NULL, reference, 1000, NULL);
        mlops_table *rows = table_of(csv);
        mlops_drift *whole, *window;
        assert_int_equal(mlops_drift_compare(&whole, table, rows, NULL, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_add_table(m, rows, NULL), MLOPS_OK);
        assert_int_equal(mlops_monitor_drift(&window, m, NULL), MLOPS_OK);
        double got = column_of(window, 0).wasserstein, want = column_of(whole, 0).wasserstein;
        if (w == 9) assert_true(isnan(got) && isinf(want));
        else if (!(fabs(got - want) <= wasserstein_bound(live, 1000) + 1e-6))
            fail_msg("window %zu: %g is not within %g of %g", w, got, wasserstein_bound(live, 1000),
                     want);
        mlops_drift_unref(whole);
        mlops_drift_unref(window);
        mlops_monitor_free(m);
        mlops_table_unref(rows);
        free(csv);
    }
    mlops_table_unref(table);
    free(reference);
}

enum { WINDOW = 3000 };

/* n rows of one uniform feature, shifted. */
static void feed(mlops_monitor *m, int64_t n, float shift) {
    static float rows[WINDOW];
    for (int64_t i = 0; i < n; i++) rows[i] = (float)uniform() + shift;
    assert_int_equal(mlops_monitor_add(m, rows, n, 1, NULL, 0), MLOPS_OK);
}

static char *uniforms(int n) {
    char *csv = malloc(16 * ((size_t)n + 1));
    size_t at = (size_t)sprintf(csv, "u\n");
    for (int i = 0; i < n; i++) at += (size_t)sprintf(csv + at, "%.7f\n", uniform());
    return csv;
}

static void assert_newest(const mlops_monitor *m, int64_t n_windows, mlops_drift_verdict verdict) {
    mlops_drift *drift;
    char *text = metrics_of(m);
    int yes = verdict == MLOPS_DRIFT_YES;
    assert_int_equal(mlops_monitor_n_windows(m), n_windows);
    assert_int_equal(mlops_monitor_verdict(m), verdict);
    assert_int_equal(mlops_monitor_n_drifted(m), yes);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_overall(drift), verdict);
    assert_int_equal(column_of(drift, 0).n_current, WINDOW);
    mlops_drift_unref(drift);
    assert_sample(text, yes ? "mlops_retrain_recommended{model=\"default\"} 1"
                            : "mlops_retrain_recommended{model=\"default\"} 0");
    assert_sample(text, yes ? "mlops_feature_drifted{model=\"default\",feature=\"u\"} 1"
                            : "mlops_feature_drifted{model=\"default\",feature=\"u\"} 0");
    free(text);
}

/* An alarm lasts until the next window is complete, and no longer. */
static void test_the_newest_window_speaks(void **state) {
    (void)state;
    char *csv = uniforms(6000);
    mlops_monitor *m = monitor_of(NULL, csv, WINDOW, NULL);
    feed(m, WINDOW, 0);
    assert_newest(m, 1, MLOPS_DRIFT_NO);
    feed(m, WINDOW - 1, 0.5f);
    assert_newest(m, 1, MLOPS_DRIFT_NO);
    feed(m, 1, 0.5f);
    assert_newest(m, 2, MLOPS_DRIFT_YES);
    feed(m, WINDOW - 100, 0);
    assert_newest(m, 2, MLOPS_DRIFT_YES);
    feed(m, 200, 0);
    assert_newest(m, 3, MLOPS_DRIFT_NO);
    mlops_monitor_free(m);
    free(csv);
}

static void test_verdicts_follow_the_options(void **state) {
    (void)state;
    static const struct {
        double tolerance;
        int64_t rows_min;
        mlops_drift_verdict verdict;
    } cases[] = {{0, 0, MLOPS_DRIFT_YES},
                 {0.7, 0, MLOPS_DRIFT_NO},
                 {0.45, 0, MLOPS_DRIFT_YES},
                 {0, WINDOW, MLOPS_DRIFT_YES},
                 {0, WINDOW + 1, MLOPS_DRIFT_NOT_ENOUGH_DATA}};
    char *csv = uniforms(6000);
    mlops_reference *reference = reference_of(csv);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
        mlops_drift_opts rule = MLOPS_DRIFT_OPTS_INIT;
        mlops_monitor *m;
        rule.ks_tolerance = cases[i].tolerance;
        rule.rows_min = cases[i].rows_min;
        opts.drift = &rule;
        opts.window_rows = WINDOW;
        assert_int_equal(mlops_monitor_new_reference(&m, NULL, reference, &opts, NULL), MLOPS_OK);
        feed(m, WINDOW, 0.5f);
        assert_newest(m, 1, cases[i].verdict);
        mlops_monitor_free(m);
    }
    mlops_reference_unref(reference);
    free(csv);
}

/* Decimals that float32 rounds down, and values where the reference has none. */
static void test_float32_rows_of_decimals(void **state) {
    (void)state;
    char csv[4096];
    float rows[100];
    size_t n = (size_t)sprintf(csv, "v\n");
    for (int i = 0; i < 400; i++) n += (size_t)sprintf(csv + n, "%d.%d\n", i % 4, i % 2 ? 7 : 3);
    mlops_drift *drift;
    for (int round = 0; round < 3; round++) {
        mlops_monitor *m = monitor_of(NULL, csv, 100, NULL);
        for (int i = 0; i < 100; i++) {
            rows[i] = (float)(i % 4) + (i % 2 ? 0.7f : 0.3f);
            if (round == 1 && i % 4 == 3) rows[i] = 3.5f; /* within the range, but never there */
            if (round == 2 && i % 4 == 0) rows[i] = -1.0f;
        }
        assert_int_equal(mlops_monitor_add(m, rows, 100, 1, NULL, 0), MLOPS_OK);
        assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
        mlops_drift_column v = column_of(drift, 0);
        if (round == 0) assert_true(fabs(v.ks) < 1e-12);
        else assert_true(fabs(v.ks - 0.25) < 1e-12);
        assert_int_equal(v.verdict == MLOPS_DRIFT_YES, round != 0);
        mlops_drift_unref(drift);
        mlops_monitor_free(m);
    }
}

static void test_before_the_first_window(void **state) {
    (void)state;
    char *csv = uniforms(100);
    mlops_monitor *m = monitor_of(NULL, csv, 1000, NULL);
    static const float rows[] = {1, 2, 3};
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_int_equal(column_of(drift, 0).n_current, 0);
    mlops_drift_unref(drift);
    assert_int_equal(mlops_monitor_add(m, rows, 3, 1, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_int_equal(column_of(drift, 0).n_current, 3);
    assert_int_equal(mlops_drift_overall(drift), MLOPS_DRIFT_NOT_ENOUGH_DATA);
    mlops_drift_unref(drift);
    for (int i = 0; i < 100; i++)
        assert_int_equal(mlops_monitor_add(m, rows, 1, 1, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK); /* a part that is large */
    assert_int_equal(mlops_drift_overall(drift), MLOPS_DRIFT_YES);
    mlops_drift_unref(drift);
    assert_int_equal(mlops_monitor_verdict(m), MLOPS_DRIFT_NOT_ENOUGH_DATA);
    assert_int_equal(mlops_monitor_n_drifted(m), 0);
    char *text = metrics_of(m);
    assert_null(strstr(text, "mlops_feature_drifted{"));
    assert_null(strstr(text, "window_end_timestamp_seconds{"));
    assert_sample(text, "mlops_retrain_recommended{model=\"default\"} 0");
    assert_sample(text, "mlops_monitor_windows_total{model=\"default\"} 0");
    free(text);
    free(csv);
    mlops_monitor_free(m);
}

static void test_shapes(void **state) {
    (void)state;
    mlops_monitor *m = monitor_of(NULL, "a,b\n1,2\n3,4\n", 50, NULL);
    static const float rows[4] = {1, 2, 3, 4};
    static const double p[2] = {0.5, 0.25};
    assert_int_equal(mlops_monitor_add(m, rows, -1, 2, NULL, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, rows, 1, 3, NULL, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, NULL, 1, 2, NULL, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, rows, 2, 2, p, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, rows, 2, 2, NULL, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, NULL, 0, 2, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_latency(m, -1), MLOPS_E_INVALID);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_feature_values_total{model=\"default\",feature=\"a\"} 0");
    assert_sample(text, "mlops_model_predictions_total{model=\"default\"} 0");
    assert_sample(text, "mlops_model_latency_seconds_count{model=\"default\"} 0");
    free(text);
    mlops_monitor_free(m);
    mlops_monitor_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_in_any_portions),
        cmocka_unit_test(test_rows_and_tables_by_turns),
        cmocka_unit_test(test_a_window_has_1000_rows_unless_told),
        cmocka_unit_test(test_tables_count_as_rows_do),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_a_window_is_judged_as_a_table_is),
        cmocka_unit_test(test_wasserstein_is_within_its_cells),
        cmocka_unit_test(test_the_newest_window_speaks),
        cmocka_unit_test(test_verdicts_follow_the_options),
        cmocka_unit_test(test_float32_rows_of_decimals),
        cmocka_unit_test(test_before_the_first_window),
        cmocka_unit_test(test_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
