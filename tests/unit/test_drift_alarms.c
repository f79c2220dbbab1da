/* The confidence of verdicts by simulation: false alarms stay within alpha, real drift is found. */
#include "stats/stats.h"
#include "unit/help_drift.h"

/* The constant e of the bound covers the exact distribution of D where both sides are one: Wei and
 * Dudley (2012), held here to counted paths. */
static void test_bound_covers_exact_p(void **state) {
    (void)state;
    static const int64_t sizes[][2] = {{50, 50}, {50, 51},  {50, 75},    {50, 100}, {60, 90},
                                       {51, 97}, {50, 500}, {200, 1000}, {137, 90}, {300, 300}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        int64_t n = sizes[i][0], m = sizes[i][1], a = n, b = m;
        while (b) {
            int64_t r = a % b;
            a = b;
            b = r;
        }
        int64_t whole = n / a * m, step = whole > 400 ? whole / 400 : 1;
        for (int64_t gap = 1; gap <= whole; gap += step) {
            double p, d = (double)gap / (double)whole, en = (double)(n * m) / (double)(n + m);
            assert_int_equal(mlops__ks_exact(&p, &mlops__heap, gap, n, m, MLOPS_STATS_TWO_SIDED),
                             MLOPS_OK);
            if (p > exp(1 - 2 * en * d * d)) fail_msg("%d %d %g", (int)n, (int)m, d);
        }
    }
}

enum { KINDS = 6 };

/* A column of each kind without any drift. */
static void fill_null_row(double *row) {
    row[0] = normal();
    row[1] = floor(3 * uniform());
    row[2] = exp(2 * normal());
    row[3] = uniform() < 0.97 ? 0 : normal();
    row[4] = uniform() < 0.3 ? (double)NAN : uniform();
    row[5] = row[0] + 0.1 * normal(); /* goes with the first */
}

static int64_t count_alarms(int reports, int64_t n, int64_t m, double alpha) {
    double *x = malloc((size_t)(n * KINDS) * sizeof *x),
           *y = malloc((size_t)(m * KINDS) * sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = alpha;
    opts.ks_tolerance = opts.tv_tolerance = 1e-6; /* the whole level is at stake */
    int64_t alarms = 0;
    for (int r = 0; r < reports; r++) {
        for (int64_t i = 0; i < n; i++) fill_null_row(x + i * KINDS);
        for (int64_t i = 0; i < m; i++) fill_null_row(y + i * KINDS);
        mlops_table *a = matrix(x, n, KINDS), *b = matrix(y, m, KINDS);
        mlops_drift *drift = compare(a, b, &opts);
        alarms += mlops_drift_n_drifted(drift) > 0;
        mlops_drift_unref(drift);
        mlops_table_unref(a);
        mlops_table_unref(b);
    }
    free(x);
    free(y);
    return alarms;
}

static void test_false_alarms_stay_within_alpha(void **state) {
    (void)state;
    seed = 2024;
    assert_true(count_alarms(400, 50, 50, 0.1) <= 40);
    assert_true(count_alarms(400, 300, 60, 0.1) <= 40);
    assert_true(count_alarms(300, 1000, 200, 0.2) <= 60);
    assert_true(count_alarms(60, 3000, 3000, 0.2) <= 12);
}

/* The hardest harmless case: distributions that differ by the whole tolerance. */
static void test_false_alarms_at_the_tolerance(void **state) {
    (void)state;
    enum { N = 500, REPORTS = 400 };
    double x[N], y[N];
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = 0.2;
    int alarms = 0;
    seed = 11;
    for (int r = 0; r < REPORTS; r++) {
        for (int i = 0; i < N; i++) x[i] = uniform(), y[i] = uniform() + 0.05;
        alarms += compare_one(matrix(x, N, 1), matrix(y, N, 1), &opts).verdict == MLOPS_DRIFT_YES;
    }
    assert_in_range(alarms, 1, REPORTS / 5);
}

/* More categories than are kept: the most frequent ones are so by chance. */
static void test_false_alarms_of_many_categories(void **state) {
    (void)state;
    enum { N = 2000, K = 250 };
    int x[K], y[K], alarms = 0;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = 0.1;
    opts.tv_tolerance = 0.001;
    seed = 12;
    for (int r = 0; r < 100; r++) {
        memset(x, 0, sizeof x);
        memset(y, 0, sizeof y);
        for (int i = 0; i < N; i++) x[(int)(K * uniform())]++, y[(int)(K * uniform())]++;
        alarms += compare_one(letters(x, K), letters(y, K), &opts).verdict == MLOPS_DRIFT_YES;
    }
    assert_true(alarms <= 10);
}

/* Of 40 columns 10 have moved by more than is harmless and 30 by what is: the share of false ones
 * among the alarms, and that of bounds above the true effect, is held; and more is found than under
 * Holm. Uniform values moved by d lie d apart. */
static double false_share(mlops_stats_correction correction, double *low_share, double *found) {
    enum { N = 400, MOVED = 10, K = 40, REPORTS = 40 };
    static double x[N * K], y[N * K];
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = 0.2;
    opts.correction = correction;
    double wrong = 0;
    *low_share = *found = 0;
    seed = 77;
    for (int r = 0; r < REPORTS; r++) {
        double common[N];
        for (int i = 0; i < N; i++) common[i] = uniform();
        for (int i = 0; i < N * K; i++) {
            int k = i % K; /* every fourth follows the same rows, and so do their alarms */
            double value = k % 4 == 3 ? common[i / K] : uniform();
            x[i] = uniform();
            y[i] = value + (k < MOVED ? 0.16 : 0.05);
        }
        mlops_table *a = matrix(x, N, K), *b = matrix(y, N, K);
        mlops_drift *drift = compare(a, b, &opts);
        int n = 0, n_false = 0, n_low = 0;
        for (int k = 0; k < K; k++) {
            mlops_drift_column c = column_of(drift, k);
            if (c.verdict != MLOPS_DRIFT_YES) continue;
            n++;
            n_false += k >= MOVED;
            n_low += c.effect_low > (k < MOVED ? 0.16 : 0.05);
        }
        wrong += n ? (double)n_false / n / REPORTS : 0;
        *low_share += n ? (double)n_low / n / REPORTS : 0;
        *found += (double)(n - n_false) / MOVED / REPORTS;
        mlops_drift_unref(drift);
        mlops_table_unref(a);
        mlops_table_unref(b);
    }
    return wrong;
}

static void test_share_of_false_alarms(void **state) {
    (void)state;
    double low[4], found[4];
    assert_true(false_share(MLOPS_STATS_HOLM, &low[0], &found[0]) <= 0.02);
    assert_true(false_share(MLOPS_STATS_BONFERRONI, &low[1], &found[1]) <= 0.02);
    assert_true(false_share(MLOPS_STATS_BH, &low[2], &found[2]) <= 0.2);
    assert_true(false_share(MLOPS_STATS_BY, &low[3], &found[3]) <= 0.2);
    for (int i = 0; i < 4; i++) assert_true(low[i] <= 0.2);
    if (!(found[2] > found[0] + 0.1 && found[0] >= found[1] && found[2] > found[3]))
        fail_msg("%g %g %g %g", found[0], found[1], found[2], found[3]);
}

static void test_half_a_deviation_is_found(void **state) {
    (void)state;
    seed = 99;
    for (int r = 0; r < 50; r++) {
        mlops_table *x = normals(2000, 20, 0);
        double *values = malloc(2000 * 20 * sizeof *values);
        assert_non_null(values);
        for (int i = 0; i < 2000 * 20; i++) values[i] = normal() + (i % 20 == 13 ? 0.5 : 0);
        mlops_table *y = matrix(values, 2000, 20);
        mlops_drift *drift = compare(x, y, NULL);
        assert_int_equal(mlops_drift_n_drifted(drift), 1);
        assert_int_equal(column_of(drift, 13).verdict, MLOPS_DRIFT_YES);
        free(values);
        mlops_drift_unref(drift);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound_covers_exact_p),
        cmocka_unit_test(test_false_alarms_stay_within_alpha),
        cmocka_unit_test(test_false_alarms_at_the_tolerance),
        cmocka_unit_test(test_false_alarms_of_many_categories),
        cmocka_unit_test(test_share_of_false_alarms),
        cmocka_unit_test(test_half_a_deviation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
