/* Anomaly scores: options, rows that are odd, alarms at the rate that was asked for. */
#include <stdio.h>

#include "unit/help_anomaly.h"

static void refuse(const mlops_anomaly_opts *opts, const char *what) {
    mlops_anomaly *p;
    mlops_error e;
    assert_int_equal(mlops_anomaly_size(opts), 0);
    assert_int_equal(mlops_anomaly_new(&p, opts, &e), MLOPS_E_INVALID);
    assert_null(p);
    assert_non_null(strstr(e.message, what));
}

static void test_options(void **state) {
    (void)state;
    static const struct {
        mlops_anomaly_kind kind;
        size_t at;
        int64_t value;
        const char *what;
    } bad[] = {
        {(mlops_anomaly_kind)5, offsetof(mlops_anomaly_opts, n_rows), 0, "kind is 5"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, n_features), 1025, "n_features"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, n_features), -1, "n_features"},
        {MLOPS_ANOMALY_PCA, offsetof(mlops_anomaly_opts, n_features), 1, "n_features"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, n_calibration), 65537, "n_calibration"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, tree_rows), 1025, "tree_rows is 1025"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, n_trees), 1001, "n_trees"},
        {MLOPS_ANOMALY_FOREST, offsetof(mlops_anomaly_opts, n_neighbors), 3, "forest has no such"},
        {MLOPS_ANOMALY_KNN, offsetof(mlops_anomaly_opts, n_neighbors), 257, "n_neighbors"},
        {MLOPS_ANOMALY_KMEANS, offsetof(mlops_anomaly_opts, n_clusters), 1025, "n_clusters"},
        {MLOPS_ANOMALY_MAHALANOBIS, offsetof(mlops_anomaly_opts, n_rows), 9, "n_rows must be 0"},
        {MLOPS_ANOMALY_PCA, offsetof(mlops_anomaly_opts, n_components), 4, "must be 1 to 3"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
        opts.n_features = 4;
        opts.kind = bad[i].kind;
        memcpy((char *)&opts + bad[i].at, &bad[i].value, 8);
        refuse(&opts, bad[i].what);
    }
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    opts.flags = MLOPS_ANOMALY_RAW;
    refuse(&opts, "forest");
    opts.flags = 0, opts.ridge = 0.5;
    refuse(&opts, "ridge");
    opts.kind = MLOPS_ANOMALY_MAHALANOBIS, opts.ridge = NAN;
    refuse(&opts, "ridge");
    assert_true(mlops_anomaly_size(NULL) > 0);
    mlops_anomaly *usual;
    assert_int_equal(mlops_anomaly_new(&usual, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_anomaly_n_features(usual), 1);
    mlops_anomaly_free(usual);
    assert_string_equal(mlops_anomaly_kind_name(MLOPS_ANOMALY_PCA), "pca");
    assert_null(mlops_anomaly_kind_name((mlops_anomaly_kind)5));
}

static void test_storage(void **state) {
    (void)state;
    static room r;
    mlops_anomaly *p;
    mlops_error e;
    mlops_anomaly_opts opts = case_opts(0);
    size_t size = mlops_anomaly_size(&opts);
    assert_int_equal(mlops_anomaly_init(&p, &r, size - 1, &opts, &e), MLOPS_E_ARENA);
    assert_null(p);
    assert_int_equal(mlops_anomaly_init(&p, (char *)&r + 4, size, &opts, &e), MLOPS_E_INVALID);
    for (int i = 0; i < N_CASES; i++) { /* nothing behind what was asked for is touched */
        opts = case_opts(i);
        size = mlops_anomaly_size(&opts);
        (void)frozen(&r, i);
        for (size_t k = size; k < sizeof r; k++) assert_int_equal(((uint8_t *)&r)[k], 0xa5);
    }
}

static void test_phases(void **state) {
    (void)state;
    static room r;
    float row[D] = {0}, score;
    double out;
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&r, &opts);
        assert_int_equal(mlops_anomaly_n_features(p), D);
        assert_int_equal(mlops_anomaly_score(p, row, 1, D, &score, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_p_values(p, &score, 1, &out, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_threshold(p, 0.1, &out, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_add(p, row, 1, D + 1, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_add(p, row, -1, D, &e), MLOPS_E_INVALID);
        assert_int_equal(summary_of(p).n, 0);
        assert_true(isnan(summary_of(p).score_max) && !summary_of(p).is_frozen);

        learn(p, 1);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_E_REFUSED);
        assert_non_null(strstr(e.message, "not enough data: 1 of 1 rows"));
        learn(p, 199);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_add(p, row, 1, D, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_score(p, row, 1, D - 1, &score, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_p_values(p, &score, -1, &out, &e), MLOPS_E_INVALID);
        mlops_anomaly_summary s = summary_of(p);
        assert_true(s.n == 200 && s.n_skipped == 0 && s.n_calibration == 40 && s.is_frozen == 1);
        assert_true(s.rate_min == 1.0 / 41 && s.score_median <= s.score_max);
    }
}

/* The least number of rows that the message tells is enough, and one less is not. */
static void test_fewest_rows(void **state) {
    (void)state;
    static const int needed[N_CASES] = {4, 12, 6, 8, 6, 6, 8, 6};
    static room r;
    mlops_error e;
    char text[40];
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&r, &opts);
        learn(p, needed[i] - 2);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_E_REFUSED);
        snprintf(text, sizeof text, "needs %d", needed[i]);
        assert_non_null(strstr(e.message, text));
        learn(p, 2);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
    }
}

static void test_in_parts_or_at_once(void **state) {
    (void)state;
    enum { N = 300 };
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    static float rows[N * D];
    mlops_error e;
    make_rows(rows, N, D);
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&a, &opts), *q = begin(&b, &opts);
        assert_int_equal(mlops_anomaly_add(p, rows, N, D, &e), MLOPS_OK);
        for (int64_t at = 0, k; at < N; at += k) {
            k = (int64_t)(draw() % 40) < N - at ? (int64_t)(draw() % 3) : N - at;
            if (k > N - at) k = N - at;
            assert_int_equal(mlops_anomaly_add(q, rows + at * D, k, D, &e), MLOPS_OK);
        }
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        assert_int_equal(mlops_anomaly_freeze(q, &e), MLOPS_OK);
        size_t n = save(p, bytes[0]);
        assert_int_equal(save(q, bytes[1]), n);
        assert_memory_equal(bytes[0], bytes[1], n);
    }
}

static void test_missing_values(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[2][SAVED_BYTES];
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&a, &opts), *q = begin(&b, &opts);
        float row[D], odd[D], mean[D];
        for (int k = 0; k < 200; k++) {
            make_rows(row, 1, D);
            memcpy(odd, row, sizeof odd);
            odd[k % D] = k % 3 ? NAN : k % 2 ? INFINITY : -INFINITY;
            assert_int_equal(mlops_anomaly_add(p, odd, 1, D, &e), MLOPS_OK);
            assert_int_equal(mlops_anomaly_add(p, row, 1, D, &e), MLOPS_OK);
            assert_int_equal(mlops_anomaly_add(q, row, 1, D, &e), MLOPS_OK);
        }
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        assert_int_equal(mlops_anomaly_freeze(q, &e), MLOPS_OK);
        assert_true(summary_of(p).n == 400 && summary_of(p).n_skipped == 200);
        size_t n = save(p, bytes[0]);
        assert_int_equal(save(q, bytes[1]), n);
        assert_memory_equal(bytes[0] + 52, bytes[1] + 52, n - 56); /* but for the counts */

        memcpy(mean, bytes[0] + 60, sizeof mean);
        for (int k = 0; k < D; k++) {
            memcpy(odd, row, sizeof odd);
            odd[k] = NAN;
            row[k] = mean[k];
            assert_true(score_of(p, odd, D) == score_of(p, row, D));
        }
        float most = (float)summary_of(p).score_max;
        for (int k = 0; k < D; k++) { /* as high as it gets, and a number */
            memcpy(odd, mean, sizeof odd);
            odd[k] = k % 2 ? INFINITY : -3e38f;
            float score = score_of(p, odd, D);
            assert_true(opts.kind == MLOPS_ANOMALY_FOREST ? score > 0 : score > most);
        }
    }
}

/* A feature that never moves, a copy of another, and numbers at the ends of float32. */
static void test_degenerate_features(void **state) {
    (void)state;
    static room r;
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&r, &opts);
        float row[D], usual = 0;
        for (int k = 0; k < 400; k++) {
            make_rows(row, 1, D);
            row[1] = 7, row[2] = 2 * row[0], row[3] = 0;
            if (opts.flags == 0) row[4] *= 1e36f;
            assert_int_equal(mlops_anomaly_add(p, row, 1, D, &e), MLOPS_OK);
        }
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        usual = score_of(p, row, D);
        assert_true(usual <= summary_of(p).score_max * 3 + 1);
        if (opts.kind == MLOPS_ANOMALY_FOREST) continue;
        row[1] = 7.5f;
        float moved = score_of(p, row, D);
        assert_true(opts.flags ? moved >= usual : moved > 100 * (usual + 1));
        if (opts.kind != MLOPS_ANOMALY_MAHALANOBIS) continue;
        row[1] = 7, row[2] += 3;
        assert_true(score_of(p, row, D) > 100 * (usual + 1)); /* out of the plane */
    }
}

static void test_rows_that_are_all_the_same(void **state) {
    (void)state;
    static room r;
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly_opts opts = case_opts(i);
        mlops_anomaly *p = begin(&r, &opts);
        float row[D] = {1, -2, 0, 1e-30f, 3e38f};
        double limit, p_value;
        for (int k = 0; k < 100; k++)
            assert_int_equal(mlops_anomaly_add(p, row, 1, D, &e), MLOPS_OK);
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        float score = score_of(p, row, D);
        assert_int_equal(mlops_anomaly_threshold(p, 0.5, &limit, &e), MLOPS_OK);
        assert_int_equal(mlops_anomaly_p_values(p, &score, 1, &p_value, &e), MLOPS_OK);
        assert_true(score <= limit && p_value == 1);
        row[0] = 2;
        if (opts.kind != MLOPS_ANOMALY_FOREST) assert_true(score_of(p, row, D) > limit);
    }
}

static void test_p_values_and_thresholds_agree(void **state) {
    (void)state;
    static room r;
    float row[D];
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        mlops_anomaly *p = frozen(&r, i);
        double limit, p_value;
        for (int k = 0; k < 2000; k++) {
            double rate = k % 2 ? (double)(1 + draw() % 40) / 41 : uniform();
            make_rows(row, 1, D);
            float score = score_of(p, row, D);
            assert_int_equal(mlops_anomaly_p_values(p, &score, 1, &p_value, &e), MLOPS_OK);
            assert_true(p_value >= 1.0 / 41 && p_value <= 1);
            mlops_status status = mlops_anomaly_threshold(p, rate, &limit, &e);
            if (rate < 1.0 / 41) {
                assert_int_equal(status, MLOPS_E_REFUSED);
                assert_non_null(strstr(e.message, "40 rows are held back, which tell rates of 1 in "
                                                  "41"));
                assert_true(p_value > rate);
                continue;
            }
            assert_int_equal(status, MLOPS_OK);
            assert_int_equal(score > limit, p_value <= rate);
        }
        assert_int_equal(mlops_anomaly_threshold(p, 0, &limit, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_threshold(p, 1, &limit, &e), MLOPS_E_INVALID);
        assert_int_equal(mlops_anomaly_threshold(p, NAN, &limit, &e), MLOPS_E_INVALID);
        float none = NAN;
        assert_int_equal(mlops_anomaly_p_values(p, &none, 1, &p_value, &e), MLOPS_OK);
        assert_true(isnan(p_value));
    }
}

/* Rows of a cloud with heavy tails, which fits none of the kinds: over many devices the share of
 * alarms is the rate, within what chance leaves, though none has seen more than 160 rows. */
static void test_rate_of_false_alarms(void **state) {
    (void)state;
    enum { DEVICES = 1500, LEARN = 160, NEW = 20 };
    static room r;
    mlops_error e;
    for (int i = 0; i < N_CASES; i++) {
        int64_t alarms[2] = {0, 0};
        for (int device = 0; device < DEVICES; device++) {
            mlops_anomaly_opts opts = case_opts(i);
            opts.seed = draw();
            mlops_anomaly *p = begin(&r, &opts);
            double limit[2];
            for (int k = 0; k < LEARN + NEW; k++) {
                float row[D];
                make_rows(row, 1, D);
                for (int j = 0; j < D; j++) row[j] /= (float)(0.05 + uniform());
                if (k < LEARN) {
                    assert_int_equal(mlops_anomaly_add(p, row, 1, D, &e), MLOPS_OK);
                    continue;
                }
                if (k == LEARN) {
                    assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
                    assert_int_equal(mlops_anomaly_threshold(p, 2.0 / 41, limit, &e), MLOPS_OK);
                    assert_int_equal(mlops_anomaly_threshold(p, 0.2, limit + 1, &e), MLOPS_OK);
                }
                float score = score_of(p, row, D);
                for (int j = 0; j < 2; j++) alarms[j] += score > limit[j];
            }
        }
        /* Of a device the rate is Beta's: variances of that, and of NEW rows, on top. */
        const double rates[] = {2.0 / 41, 8.0 / 41};
        for (int j = 0; j < 2; j++) {
            double mean = (double)alarms[j] / (DEVICES * NEW), p = rates[j];
            double sd = sqrt(p * (1 - p) * (1.0 / 42 + 1.0 / NEW) / DEVICES);
            assert_true(mean < p + 4 * sd && mean > p - 4 * sd);
        }
    }
}

/* Each row has the same chance to be among those that are kept, early or late. */
static void test_each_row_may_be_kept(void **state) {
    (void)state;
    enum { ROWS = 40, KEPT = 5, SEEDS = 8000 };
    static room r;
    static uint8_t bytes[SAVED_BYTES];
    int64_t kept[ROWS] = {0};
    mlops_error e;
    for (int seed = 0; seed < SEEDS; seed++) {
        mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
        opts.kind = MLOPS_ANOMALY_KNN;
        opts.flags = MLOPS_ANOMALY_RAW;
        opts.n_rows = KEPT, opts.n_neighbors = 1, opts.n_calibration = 7;
        opts.seed = (uint64_t)seed;
        mlops_anomaly *p = begin(&r, &opts);
        float mean, row;
        for (int k = 0; k < ROWS; k++) {
            row = (float)k;
            assert_int_equal(mlops_anomaly_add(p, &row, 1, 1, &e), MLOPS_OK);
        }
        assert_int_equal(mlops_anomaly_freeze(p, &e), MLOPS_OK);
        (void)save(p, bytes);
        memcpy(&mean, bytes + 60, 4);
        for (size_t k = 0; k < KEPT; k++) {
            memcpy(&row, bytes + 68 + 4 * k, 4);
            kept[lrintf(row + mean)]++;
        }
    }
    const double chance = 0.5 * KEPT / (ROWS / 2.0), sd = sqrt(SEEDS * chance * (1 - chance));
    for (int k = 0; k < ROWS; k++) assert_true(fabs((double)kept[k] - SEEDS * chance) < 4.5 * sd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_storage),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_fewest_rows),
        cmocka_unit_test(test_in_parts_or_at_once),
        cmocka_unit_test(test_missing_values),
        cmocka_unit_test(test_degenerate_features),
        cmocka_unit_test(test_rows_that_are_all_the_same),
        cmocka_unit_test(test_p_values_and_thresholds_agree),
        cmocka_unit_test(test_rate_of_false_alarms),
        cmocka_unit_test(test_each_row_may_be_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
