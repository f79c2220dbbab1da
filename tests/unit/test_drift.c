/* Verdicts: the rule by hand, its three answers, categories, nulls and columns without variety. */
#include "drift/inside.h"
#include "unit/help_drift.h"

static void test_numbers_of_the_rule(void **state) {
    (void)state;
    mlops_drift_column c = compare_one(ramp(1000, 0), ramp(1000, 0.3), NULL);
    assert_string_equal(c.test, "ks");
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    assert_int_equal(c.exact, 1);
    close_to(c.ks, 0.3, 1e-12);
    close_to(c.effect, 0.3, 1e-12);
    close_to(c.tolerance, 0.05, 0);
    close_to(c.p_value, exp(1 - 2 * 500 * 0.25 * 0.25) / 0.9, 1e-9);
    close_to(c.p_adjusted, c.p_value, 0);
    close_to(c.effect_low, 0.3 - sqrt((1 - log(0.9 * 0.01)) / 1000), 1e-9);
    close_to(c.tv, 0.3, 1e-9);
    close_to(c.wasserstein, 0.3 / sqrt(1.0 / 12), 1e-3);
    close_to(c.mean_reference, 499.5, 1e-12);
    close_to(c.mean_current, 799.5, 1e-12);
    assert_int_equal(c.n_reference, 1000);
    /* at the edge: sqrt((1 - ln .009) / 1000) = .0756; D of .125 misses .0506, .127 does not */
    c = compare_one(ramp(1000, 0), ramp(1000, 0.125), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    c = compare_one(ramp(1000, 0), ramp(1000, 0.127), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
}

static void test_three_answers(void **state) {
    (void)state;
    static const struct {
        int64_t n, m;
        double shift;
        mlops_drift_verdict verdict;
    } rows[] = {
        {2000, 2000, 0.5, MLOPS_DRIFT_YES},         {20000, 1000, 0, MLOPS_DRIFT_NO},
        {20000, 20000, 0.01, MLOPS_DRIFT_NO}, /* harmless, whatever its p */
        {200, 200, 0, MLOPS_DRIFT_NOT_ENOUGH_DATA}, {49, 5000, 5, MLOPS_DRIFT_NOT_ENOUGH_DATA},
        {5000, 49, 5, MLOPS_DRIFT_NOT_ENOUGH_DATA}, {50, 50, 5, MLOPS_DRIFT_YES},
        {50, 50, 0.3, MLOPS_DRIFT_NOT_ENOUGH_DATA},
    };
    seed = 7;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops_drift_column c =
            compare_one(normals(rows[i].n, 1, 0), normals(rows[i].m, 1, rows[i].shift), NULL);
        if (c.verdict != rows[i].verdict) fail_msg("row %d: %d", (int)i, (int)c.verdict);
    }
}

/* Lower bound beyond the tolerance and verdict "yes" are the same thing. */
static void test_bound_and_verdict_agree(void **state) {
    (void)state;
    double x[12 * 300], y[12 * 300];
    int n_yes = 0;
    seed = 3;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 12 * 300; i++) {
            x[i] = normal();
            y[i] = normal() + 0.06 * (i % 12);
        }
        mlops_table *a = matrix(x, 300, 12), *b = matrix(y, 300, 12);
        mlops_drift *drift = compare(a, b, NULL);
        for (int k = 0; k < 12; k++) {
            mlops_drift_column c = column_of(drift, k);
            int yes = c.verdict == MLOPS_DRIFT_YES;
            if (fabs(c.effect_low - c.tolerance) > 1e-12)
                assert_int_equal(yes, c.effect_low > c.tolerance);
            assert_int_equal(yes, c.p_adjusted <= 0.01);
            assert_true(c.p_adjusted >= c.p_value);
            n_yes += yes;
        }
        mlops_drift_unref(drift);
        mlops_table_unref(a);
        mlops_table_unref(b);
    }
    assert_in_range(n_yes, 50, 700);
}

/* "No drift" is what the header says: measures within tolerance, and confidence 1 - alpha for each
 * column by itself that the true effects are below twice that. Nulls count rows, KS values. */
static void test_no_drift_is_what_the_header_says(void **state) {
    (void)state;
    static const int rows[] = {200, 400, 700, 1000, 3000};
    static const double alphas[] = {0.01, 0.2};
    int n_no = 0, n_within = 0;
    for (int i = 0; i < 200; i++) {
        int n = rows[i % 5];
        double moved = 0.06 * (i % 7) / 6, lost = 0.06 * (i % 3) / 2;
        double *x = malloc((size_t)n * sizeof *x), *y = malloc((size_t)n * sizeof *y);
        assert_true(x && y);
        for (int k = 0; k < n; k++) {
            x[k] = k;
            y[k] = uniform() < lost ? (double)NAN : k + nearbyint(moved * n);
        }
        mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
        opts.alpha = alphas[i % 2];
        mlops_drift_column c = compare_one(matrix(x, n, 1), matrix(y, n, 1), &opts);
        double margin = sqrt(-log(opts.alpha) / 2), d = 0.05;
        double en = (double)c.n_reference * c.n_current / (double)(c.n_reference + c.n_current);
        double gap = fabs(c.nulls_current - c.nulls_reference);
        int within = c.ks <= d && gap <= d;
        int no =
            within && c.ks + margin / sqrt(en) <= 2 * d && gap + margin / sqrt(n / 2.0) <= 2 * d;
        assert_int_equal(c.verdict == MLOPS_DRIFT_NO, no);
        n_no += no;
        n_within += within;
        free(x);
        free(y);
    }
    assert_in_range(n_no, 20, n_within - 20); /* being within tolerance is not enough */
}

static void test_holm(void **state) {
    (void)state;
    static const double p[] = {0.02, 0.001, 1, 0.004, 0.004, 0},
                        adjusted[] = {0.04, 0.005, 1, 0.016, 0.016, 0};
    mlops__drift_judged judged[6];
    int64_t order[6];
    mlops__drift_rule rule = {0.02, 0.05, 0.05, 50, MLOPS_DRIFT_NATIVE, MLOPS_STATS_HOLM};
    memset(judged, 0, sizeof judged);
    for (int i = 0; i < 6; i++) {
        judged[i].column.p_value = p[i];
        judged[i].column.effect = 0.5;
        judged[i].tested = i < 5;
        judged[i].settled = i == 2;
        judged[i].size = 100;
        judged[i].log_bound = 1;
        judged[i].column.p_adjusted = NAN;
    }
    mlops__drift_settle(judged, 6, &rule, order);
    for (int i = 0; i < 5; i++) close_to(judged[i].column.p_adjusted, adjusted[i], 1e-15);
    close_to(judged[5].column.p_adjusted, NAN, 0);
    static const int want_order[] = {1, 3, 4, 0, 2, 5};
    static const mlops_drift_verdict verdicts[] = {MLOPS_DRIFT_NOT_ENOUGH_DATA,
                                                   MLOPS_DRIFT_YES,
                                                   MLOPS_DRIFT_NO,
                                                   MLOPS_DRIFT_YES,
                                                   MLOPS_DRIFT_YES,
                                                   MLOPS_DRIFT_NOT_ENOUGH_DATA};
    static const double divisor[] = {2, 5, 2, 4, 3};
    for (int i = 0; i < 6; i++) assert_int_equal(order[i], want_order[i]);
    for (int i = 0; i < 6; i++) assert_int_equal(judged[i].column.verdict, verdicts[i]);
    for (int i = 0; i < 5; i++)
        close_to(judged[i].column.effect_low, 0.5 - sqrt((1 - log(0.02 / divisor[i])) / 200),
                 1e-12);
}

/* Drift is what the correction rejects; the bound at the level that it leaves says the same. */
static void test_corrections(void **state) {
    (void)state;
    enum { N = 20 };
    static const mlops_stats_correction all[] = {MLOPS_STATS_HOLM, MLOPS_STATS_BONFERRONI,
                                                 MLOPS_STATS_BH, MLOPS_STATS_BY};
    int n_yes[4] = {0};
    seed = 5;
    for (int round = 0; round < 200; round++) {
        mlops__drift_judged judged[N];
        int64_t order[N];
        double p[N], adjusted[N];
        for (int i = 0; i < N; i++) p[i] = exp(-12 * uniform() * (round % 3));
        for (int k = 0; k < 4; k++) {
            mlops__drift_rule rule = {0.05, 0.05, 0.05, 50, MLOPS_DRIFT_NATIVE, all[k]};
            memset(judged, 0, sizeof judged);
            for (int i = 0; i < N; i++) {
                judged[i].column.p_value = p[i];
                judged[i].column.tolerance = 0.05;
                judged[i].column.effect = 0.05 + sqrt((1 - log(p[i])) / 200);
                judged[i].size = 100;
                judged[i].log_bound = 1;
                judged[i].tested = 1;
            }
            mlops__drift_settle(judged, N, &rule, order);
            assert_int_equal(mlops_stats_adjust(p, N, all[k], adjusted, NULL, NULL), MLOPS_OK);
            for (int i = 0; i < N; i++) {
                const mlops_drift_column *c = &judged[i].column;
                close_to(c->p_adjusted, adjusted[i], 1e-15);
                assert_int_equal(c->verdict == MLOPS_DRIFT_YES, adjusted[i] <= 0.05);
                if (fabs(c->effect_low - 0.05) > 1e-12)
                    assert_int_equal(c->verdict == MLOPS_DRIFT_YES, c->effect_low > 0.05);
                n_yes[k] += c->verdict == MLOPS_DRIFT_YES;
            }
        }
    }
    assert_true(n_yes[1] > 100 && n_yes[0] >= n_yes[1] && n_yes[2] > n_yes[0]);
    assert_true(n_yes[3] < n_yes[2]);
}

static void test_severity(void **state) {
    (void)state;
    mlops_table *x = parse("a,b\n1,1\n"), *y = parse("a,b\n2,2\n");
    mlops_drift *drift = compare(x, y, NULL); /* one row */
    assert_true(isnan(column_of(drift, 0).severity) && isnan(mlops_drift_severity(drift)));
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
    mlops_drift_column c = compare_one(ramp(1000, 0), ramp(1000, 0.3), NULL);
    close_to(c.severity, c.effect_low / 0.05, 1e-12);
    c = compare_one(ramp(9000, 0), ramp(9000, 0.02), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.severity, c.effect / 0.05, 1e-12);
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.ks_tolerance = 1e-9;
    assert_true(compare_one(ramp(1000, 0), ramp(1000, 0.3), &opts).severity == 1000);
    /* of a preset a threshold of 0 and a p of 0 are no infinity */
    opts.ks_tolerance = 0;
    opts.preset = MLOPS_DRIFT_NANNYML;
    c = compare_one(constant(1000, 1), constant(1000, 2), &opts);
    close_to(c.tolerance + 1, 1, 0);
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    assert_true(c.severity == 1000);
    c = compare_one(constant(1000, 1), constant(1000, 1), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    assert_true(c.severity == 0);
    opts.preset = MLOPS_DRIFT_WHYLOGS;
    c = compare_one(ramp(3000, 0), ramp(3000, 3), &opts);
    assert_true(c.p_value < 1e-300 && c.severity > 100 && c.severity <= 1000);
    c = compare_one(ramp(1000, 0), ramp(1000, 0.09), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    close_to(c.severity, log(c.p_value) / log(0.05), 1e-12);
    opts.preset = MLOPS_DRIFT_ALIBI; /* of an adjusted p of 1 it is 0, and in reports not -0 */
    c = compare_one(ramp(1000, 0), ramp(1000, 0), &opts);
    assert_true(c.p_adjusted == 1 && c.severity == 0 && !signbit(c.severity));
}

static void test_categories(void **state) {
    (void)state;
    static const int x[] = {500, 300, 200}, y[] = {200, 300, 200, 300};
    mlops_drift_column c = compare_one(letters(x, 3), letters(y, 4), NULL);
    assert_string_equal(c.test, "tv");
    assert_int_equal(c.type, MLOPS_TYPE_STRING);
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    close_to(c.tv, 0.3, 1e-12);
    close_to(c.effect, 0.3, 1e-12);
    close_to(c.p_value, 14 * exp(-2 * 500 * 0.25 * 0.25) / 0.9, 1e-9); /* 2^4 - 2 unions */
    close_to(c.ks, NAN, 0);
    close_to(c.wasserstein, NAN, 0);
    close_to(c.mean_reference, NAN, 0);
    static const int big[] = {5000, 3000, 2000};
    c = compare_one(letters(big, 3), letters(big, 3), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.psi + 1, 1, 0);
    int many[100], fewer[100];
    for (int i = 0; i < 100; i++) many[i] = 200 - i, fewer[i] = i < 64 ? 200 - i : 0;
    fewer[99] = 4266; /* the rest as a whole is as large as before */
    mlops_table *a = letters(many, 100), *b = letters(fewer, 100);
    c = compare_one(a, b, NULL);
    assert_true(c.tv < 0.01);
    c = compare_one(parse("b\ntrue\nfalse\ntrue\n"), parse("b\ntrue\nfalse\n"), NULL);
    assert_int_equal(c.type, MLOPS_TYPE_BOOL);
    close_to(c.tv, 2.0 / 3 - 0.5, 1e-12);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
}

/* n rows of which every k-th is null (0: none). */
static mlops_table *holes(int n, int k) {
    mlops__buf csv;
    mlops_table *out;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_text(&csv, "id,v\n");
    for (int i = 0; i < n; i++)
        if (k && i % k == 0) mlops__buf_format(&csv, "%d,\n", i % 2);
        else mlops__buf_format(&csv, "%d,%d\n", i % 2, i / 10 % 10);
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    assert_int_equal(mlops_table_parse(&out, (const char *)csv.data, csv.size, &opts, NULL), 0);
    mlops__buf_free(&csv);
    return out;
}

static void test_nulls(void **state) {
    (void)state;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.columns = "v";
    mlops_drift_column c = compare_one(holes(4000, 0), holes(4000, 4), &opts);
    assert_string_equal(c.test, "nulls");
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    close_to(c.effect, 0.25, 1e-12);
    close_to(c.nulls_reference + 1, 1, 0);
    close_to(c.nulls_current, 0.25, 1e-12);
    close_to(c.p_value, 2 * exp(-2 * 2000 * 0.04) / 0.1, 1e-9);
    c = compare_one(holes(4000, 4), holes(4000, 4), &opts);
    assert_string_equal(c.test, "ks");
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    assert_int_equal(c.n_reference, 3000);
    c = compare_one(holes(4000, 0), holes(4000, 1), &opts); /* now always null */
    assert_string_equal(c.test, "nulls");
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    close_to(c.ks, NAN, 0);
    c = compare_one(holes(4000, 1), holes(4000, 0), &opts); /* null in the reference */
    assert_int_equal(c.type, MLOPS_TYPE_NULL);
    assert_string_equal(c.test, "nulls");
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    c = compare_one(holes(4000, 1), holes(4000, 1), &opts); /* in both */
    assert_string_equal(c.test, "nulls");
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
}

static void test_degenerate_columns(void **state) {
    (void)state;
    mlops_drift_column c = compare_one(constant(3000, 7), constant(3000, 7), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.ks + 1, 1, 0);
    close_to(c.psi + 1, 1, 0);
    close_to(c.wasserstein, NAN, 0); /* no standard deviation to measure by */
    for (double value = 6; value < 9; value += 2) {
        c = compare_one(constant(3000, 7), constant(3000, value), NULL);
        assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
        close_to(c.ks, 1, 0);
        close_to(c.tv, 1, 1e-12);
    }
    c = compare_one(constant(1, 7), constant(1, 8), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    close_to(c.ks, 1, 0);
    close_to(c.p_value, NAN, 0);
    close_to(c.effect_low, NAN, 0);
    c = compare_one(constant(3000, (double)INFINITY), constant(3000, (double)INFINITY), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.mean_reference, NAN, 0);
    c = compare_one(constant(3000, -(double)INFINITY), constant(3000, (double)INFINITY), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    c = compare_one(constant(3000, 1e308), constant(3000, -1e308), NULL);
    close_to(c.mean_current, -1e308, 1e-12);
    c = compare_one(constant(3000, (double)NAN), constant(3000, 1), NULL);
    assert_string_equal(c.test, "nulls");
    assert_int_equal(c.verdict, MLOPS_DRIFT_YES);
    c = compare_one(parse("a,b\n"), parse("a,b\n"), NULL);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    assert_int_equal(c.n_reference, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_the_rule),
        cmocka_unit_test(test_three_answers),
        cmocka_unit_test(test_bound_and_verdict_agree),
        cmocka_unit_test(test_no_drift_is_what_the_header_says),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_corrections),
        cmocka_unit_test(test_severity),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_degenerate_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
