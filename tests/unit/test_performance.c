/* Counts of scores and calibrations: what is refused, what a refused call leaves, storage, and
 * bytes that are none. The numbers are held to scikit-learn in
 * tests/bindings/oracle_performance.py. */
#include "unit/help_drift.h"

static mlops_performance *begin(void) {
    mlops_performance *out;
    mlops_error e;
    if (mlops_performance_new(&out, NULL, &e)) fail_msg("%s", e.message);
    return out;
}

static void add(mlops_performance *self, double score, double label, double weight) {
    mlops_error e;
    if (mlops_performance_add(self, &score, &label, &weight, 1, &e)) fail_msg("%s", e.message);
}

static size_t bytes_of(const mlops_performance *self, uint8_t *out, size_t cap) {
    size_t n = 0, again = 0;
    assert_int_equal(mlops_performance_save(self, NULL, 0, &n), MLOPS_OK);
    assert_true(n <= cap);
    assert_int_equal(mlops_performance_save(self, out, n - 1, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_performance_save(self, out, cap, &again), MLOPS_OK);
    assert_int_equal(again, n);
    return n;
}

/* A call that fails has counted nothing. */
static void test_what_is_refused_counts_nothing(void **state) {
    (void)state;
    static const struct {
        double score, label, weight;
        const char *why;
    } wrong[] = {{1.5, 1, 1, "row 1, counted from 0: the score"},
                 {-0.1, 1, 1, "the score"},
                 {(double)INFINITY, 0, 1, "the score"},
                 {0.5, 0.5, 1, "the label"},
                 {0.5, 1, -1, "the weight"},
                 {0.5, 1, (double)NAN, "the weight"},
                 {0.5, 1, 0x1p-21, "the weight"},
                 {0.5, 1, 0x1p33, "the weight"}};
    uint8_t before[512], after[512];
    mlops_error e;
    mlops_performance *self = begin();
    add(self, 0.3, 1, 2);
    size_t n = bytes_of(self, before, sizeof before);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const double scores[] = {0.5, wrong[i].score}, labels[] = {1, wrong[i].label};
        const double weights[] = {1, wrong[i].weight};
        refused(mlops_performance_add(self, scores, labels, weights, 2, &e), &e, MLOPS_E_INVALID,
                wrong[i].why);
    }
    refused(mlops_performance_add(self, NULL, NULL, NULL, -1, &e), &e, MLOPS_E_INVALID, "");
    refused(mlops_performance_merge(self, self, &e), &e, MLOPS_E_INVALID, "other");
    mlops_performance_choice_opts choice = MLOPS_PERFORMANCE_CHOICE_OPTS_INIT;
    double threshold = 0.75;
    choice.held = "recall";
    choice.bound = 2;
    refused(mlops_performance_choose(self, &threshold, &choice, &e), &e, MLOPS_E_NOT_FOUND,
            "bound");
    assert_float_equal(threshold, 0.75, 0);
    add(self, 7, 1, 0); /* a row of weight 0 is not there */
    assert_int_equal(bytes_of(self, after, sizeof after), n);
    assert_memory_equal(before, after, n);
    mlops_performance_free(self);
}

/* Weights that add up to all that there is room for are taken, and not one unit more. */
static void test_limit(void **state) {
    (void)state;
    enum { N = 512 };
    mlops_error e;
    double scores[N], weights[N];
    mlops_performance *self = begin(), *other = begin();
    for (size_t i = 0; i < N; i++) scores[i] = 1, weights[i] = 0x1p32;
    assert_int_equal(mlops_performance_add(self, scores, NULL, weights, N, &e), MLOPS_OK);
    add(other, 0, 0, 0x1p-20);
    refused(mlops_performance_merge(self, other, &e), &e, MLOPS_E_LIMIT, "2^41");
    refused(mlops_performance_add(self, scores, NULL, weights, 1, &e), &e, MLOPS_E_LIMIT, "2^41");
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    assert_int_equal(mlops_performance_summarize(&s, self, NULL, &e), MLOPS_OK);
    assert_true(s.weight_unlabelled == 0x1p41 && s.mean_score == 1 && s.n_unlabelled == N);
    mlops_performance_free(other);
    mlops_performance_free(self);
}

static void test_options(void **state) {
    (void)state;
    mlops_error e;
    mlops_table *table;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    mlops_performance *self = begin();
    refused(mlops_performance_metrics(&m, self, NULL, &e), &e, MLOPS_E_INVALID, "no row");
    add(self, 0.5, (double)NAN, 1);
    refused(mlops_performance_metrics(&m, self, NULL, &e), &e, MLOPS_E_INVALID, "no row");
    add(self, 0.5, 1, 1);
    opts.threshold = 0.3;
    refused(mlops_performance_metrics(&m, self, &opts, &e), &e, MLOPS_E_INVALID, "1/1024");
    opts.threshold = 1;
    refused(mlops_performance_metrics(&m, self, &opts, &e), &e, MLOPS_E_INVALID, "1/1024");
    opts.threshold = (double)NAN;
    refused(mlops_performance_metrics(&m, self, &opts, &e), &e, MLOPS_E_INVALID, "NaN");
    opts.threshold = 0, opts.flags = MLOPS_PERFORMANCE_SET_THRESHOLD;
    assert_int_equal(mlops_performance_metrics(&m, self, &opts, &e), MLOPS_OK);
    assert_true(m.tp == 1 && m.auc != m.auc && m.constant_labels);
    opts.flags = 0, opts.n_bins = 10;
    refused(mlops_performance_summarize(&s, self, &opts, &e), &e, MLOPS_E_INVALID, "power of 2");
    opts.n_bins = 2048;
    refused(mlops_performance_reliability(&table, self, &opts, &e), &e, MLOPS_E_INVALID, "2048");
    assert_null(table);
    opts.n_bins = 0, opts.confidence = 1;
    refused(mlops_performance_reliability(&table, self, &opts, &e), &e, MLOPS_E_INVALID, "0.95");
    opts.confidence = 0, opts.flags = 2;
    refused(mlops_performance_reliability(&table, self, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    mlops_performance_free(self);
}

/* What a verb does not take would be passed over in silence. */
static void test_options_of_other_verbs(void **state) {
    (void)state;
    const double p[] = {0.25, 0.75};
    const int64_t label = 1;
    mlops_error e;
    mlops_table *table;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT, none = opts;
    mlops_performance *self = begin();
    mlops_class_performance *classes;
    add(self, 0.5, 1, 1);
    assert_int_equal(mlops_class_performance_new(&classes, 2, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_class_performance_add(classes, p, 1, 2, &label, NULL, NULL, &e),
                     MLOPS_OK);
    opts.flags = MLOPS_PERFORMANCE_SET_THRESHOLD; /* of 0 */
    refused(mlops_performance_summarize(&s, self, &opts, &e), &e, MLOPS_E_INVALID, "threshold");
    refused(mlops_class_performance_metrics(&m, classes, &opts, &e), &e, MLOPS_E_INVALID,
            "threshold");
    refused(mlops_class_performance_estimate(&table, classes, &opts, &e), &e, MLOPS_E_INVALID,
            "threshold");
    opts = none, opts.confidence = 0.9;
    refused(mlops_performance_metrics(&m, self, &opts, &e), &e, MLOPS_E_INVALID, "confidence");
    opts = none, opts.n_bins = 4;
    refused(mlops_performance_estimate(&table, self, NULL, &opts, &e), &e, MLOPS_E_INVALID,
            "n_bins");
    opts = none, opts.beta = 2;
    refused(mlops_performance_reliability(&table, self, &opts, &e), &e, MLOPS_E_INVALID, "beta");
    opts = none, opts.top_k = 2;
    refused(mlops_class_performance_by_class(&table, classes, &opts, &e), &e, MLOPS_E_INVALID,
            "top_k");
    opts.n_bins = 4, opts.beta = 2;
    assert_int_equal(mlops_class_performance_metrics(&m, classes, &opts, &e), MLOPS_OK);
    assert_true(m.top_k_accuracy == 1);
    mlops_class_performance_free(classes);
    mlops_performance_free(self);
}

static void test_storage(void **state) {
    (void)state;
    static uint64_t mem[8192];
    uint8_t bytes[512];
    mlops_performance *self, *copy;
    size_t size = mlops_performance_size();
    assert_true(size <= 1 << 16);
    assert_int_equal(mlops_performance_init(&self, mem, size - 1), MLOPS_E_ARENA);
    assert_null(self);
    assert_int_equal(mlops_performance_init(&self, (char *)mem + 1, size), MLOPS_E_INVALID);
    memset(mem, 0xff, sizeof mem);
    assert_int_equal(mlops_performance_init(&self, mem, size), MLOPS_OK);
    add(self, 0.25, 1, 1);
    size_t n = bytes_of(self, bytes, sizeof bytes);
    mlops_performance_reset(self);
    assert_true(bytes_of(self, bytes, sizeof bytes) < n);
    assert_int_equal(mlops_performance_load(&copy, mem, size - 1, bytes, n), MLOPS_E_CORRUPT);
    n = bytes_of(self, bytes, sizeof bytes);
    assert_int_equal(mlops_performance_load(&copy, mem, size - 1, bytes, n), MLOPS_E_ARENA);
    assert_int_equal(mlops_performance_load(&copy, mem, size, bytes, n), MLOPS_OK);
}

/* Every bit and every length of the bytes is refused, or nothing but them is. */
static void test_damaged_counts(void **state) {
    (void)state;
    static uint64_t mem[8192];
    uint8_t bytes[1024], again[1024];
    mlops_performance *self = begin(), *other;
    add(self, 0.2, 1, 1), add(self, 0.9, 0, 3), add(self, 0.9, (double)NAN, 1);
    add(self, (double)NAN, 1, 1);
    size_t n = bytes_of(self, bytes, sizeof bytes);
    assert_int_equal(mlops_performance_load(&other, mem, sizeof mem, bytes, n), MLOPS_OK);
    assert_int_equal(bytes_of(other, again, sizeof again), n);
    assert_memory_equal(bytes, again, n);
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        assert_int_equal(mlops_performance_load(&other, mem, sizeof mem, bytes, n),
                         MLOPS_E_CORRUPT);
        assert_null(other);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(mlops_performance_load(&other, mem, sizeof mem, bytes, i),
                         MLOPS_E_CORRUPT);
    mlops_performance_free(self);
}

static void test_calibration(void **state) {
    (void)state;
    uint8_t bytes[256];
    const double scores[] = {0.1, 0.4, 0.3, 0.9}, labels[] = {0, 1, 0, 1}, zero[] = {0, 0, 0, 0};
    const double wrong[] = {0, 1, (double)NAN, 1}, infinite[] = {0, (double)INFINITY, 0, 0};
    mlops_error e;
    mlops_calibration *self, *other;
    mlops_performance *counts = begin();
    refused(mlops_calibration_fit(&self, 3, scores, labels, NULL, 4, NULL, &e), &e, MLOPS_E_INVALID,
            "method");
    for (int i = 1; i <= 2; i++) {
        mlops_calibration_method method = (mlops_calibration_method)i;
        size_t n = 0;
        refused(mlops_calibration_fit(&self, method, scores, wrong, NULL, 4, NULL, &e), &e,
                MLOPS_E_INVALID, "row 2, counted from 0: the label");
        refused(mlops_calibration_fit(&self, method, infinite, labels, NULL, 4, NULL, &e), &e,
                MLOPS_E_INVALID, "row 1, counted from 0: the score");
        refused(mlops_calibration_fit(&self, method, scores, labels, infinite, 4, NULL, &e), &e,
                MLOPS_E_INVALID, "row 1, counted from 0: the weight");
        refused(mlops_calibration_fit(&self, method, scores, labels, zero, 4, NULL, &e), &e,
                MLOPS_E_INVALID, "no row");
        refused(mlops_performance_calibrate(&self, counts, method, NULL, &e), &e, MLOPS_E_INVALID,
                "no row");
        assert_int_equal(mlops_calibration_fit(&self, method, scores, labels, NULL, 4, NULL, &e),
                         MLOPS_OK);
        assert_int_equal(mlops_calibration_kind(self), method);
        double p[] = {(double)NAN, -(double)INFINITY, 0.35, (double)INFINITY};
        assert_int_equal(mlops_calibration_apply(self, p, p, 4, &e), MLOPS_OK);
        assert_true(p[0] != p[0] && p[1] >= 0 && p[1] < p[2] && p[2] < p[3] && p[3] <= 1);
        refused(mlops_calibration_apply(self, p, p, -1, &e), &e, MLOPS_E_INVALID, "");
        assert_int_equal(mlops_calibration_save(self, bytes, sizeof bytes, &n), MLOPS_OK);
        assert_int_equal(mlops_calibration_save(self, bytes, n - 1, NULL), MLOPS_E_ARENA);
        for (size_t k = 0; k < 8 * n; k++) {
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
            refused(mlops_calibration_load(&other, bytes, n, NULL, &e), &e, MLOPS_E_CORRUPT, "");
            assert_null(other);
            bytes[k / 8] ^= (uint8_t)(1 << k % 8);
        }
        for (size_t k = 0; k < n; k++)
            refused(mlops_calibration_load(&other, bytes, k, NULL, &e), &e, MLOPS_E_CORRUPT, "");
        mlops_calibration_unref(self);
    }
    mlops_performance_free(counts);
}

/* Scores far apart, all alike, and as close as numbers are. */
static void test_extreme_scores(void **state) {
    (void)state;
    static const double sets[][4] = {{-0x1.fffffffffffffp1023, -1, 1, 0x1.fffffffffffffp1023},
                                     {3, 3, 3, 3},
                                     {1, 1 + 0x1p-52, 1 + 0x1p-51, 1 + 0x1.8p-51},
                                     {0, 0x1p-1074, 0x1p-1073, 0x1.8p-1073}};
    const double labels[] = {0, 1, 0, 1};
    mlops_error e;
    mlops_calibration *self;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        for (int method = 1; method <= 2; method++) {
            double p[4];
            assert_int_equal(mlops_calibration_fit(&self, (mlops_calibration_method)method, sets[i],
                                                   labels, NULL, 4, NULL, &e),
                             MLOPS_OK);
            assert_int_equal(mlops_calibration_apply(self, sets[i], p, 4, &e), MLOPS_OK);
            for (size_t k = 0; k < 4; k++) {
                assert_true(p[k] >= 0 && p[k] <= 1);
                assert_true(k == 0 || p[k] >= p[k - 1]);
            }
            mlops_calibration_unref(mlops_calibration_ref(self));
            mlops_calibration_unref(self);
        }
}

static double cell(const mlops_table *table, int64_t column, const char *metric) {
    char name[32];
    double values[15];
    mlops_error e;
    assert_int_equal(mlops_table_n_rows(table), 15);
    if (mlops_table_n_nulls(table, column)) return (double)NAN;
    if (mlops_table_values(table, column, values, 15, &e)) fail_msg("%s", e.message);
    for (int64_t i = 0; i < 15; i++) {
        assert_int_equal(mlops_table_text(table, 0, i, name, sizeof name, NULL), MLOPS_OK);
        if (!strcmp(name, metric)) return values[i];
    }
    fail_msg("no metric %s", metric);
    return 0;
}

static void test_estimates(void **state) {
    (void)state;
    const double scores[] = {3, 1, 2}, p[] = {0.75, 0.25, 0.5}, wrong[] = {0.5, 0.5, 1.5};
    const double missing[] = {3, (double)NAN, 2}, certain[] = {1, 1, 1};
    mlops_error e;
    mlops_table *table;
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    mlops_performance *counts = begin();
    refused(mlops_performance_estimate(&table, counts, NULL, NULL, &e), &e, MLOPS_E_INVALID,
            "no row");
    opts.threshold = 0.3;
    add(counts, 0.5, 1, 1);
    refused(mlops_performance_estimate(&table, counts, NULL, &opts, &e), &e, MLOPS_E_INVALID,
            "1/1024");
    refused(mlops_performance_estimate_rows(&table, scores, NULL, 3, NULL, &e), &e, MLOPS_E_INVALID,
            "row 0, counted from 0: the probability");
    refused(mlops_performance_estimate_rows(&table, scores, wrong, 3, NULL, &e), &e,
            MLOPS_E_INVALID, "row 2, counted from 0: the probability");
    refused(mlops_performance_estimate_rows(&table, missing, p, 3, NULL, &e), &e, MLOPS_E_INVALID,
            "row 1, counted from 0: the score");
    refused(mlops_performance_estimate_rows(&table, scores, p, 0, NULL, &e), &e, MLOPS_E_INVALID,
            "rows");
    opts.threshold = 2;
    assert_int_equal(mlops_performance_estimate_rows(&table, scores, p, 3, &opts, &e), MLOPS_OK);
    assert_true(cell(table, 1, "tp") == 1.25 && cell(table, 1, "fn") == 0.25);
    assert_true(cell(table, 1, "precision") == 0.625);
    assert_true(cell(table, 3, "accuracy") >= 0 && cell(table, 4, "accuracy") <= 1);
    mlops_table_unref(table);
    /* labels that are certain leave nothing to chance, and no auc */
    assert_int_equal(mlops_performance_estimate_rows(&table, certain, NULL, 3, NULL, &e), MLOPS_OK);
    assert_true(mlops_table_n_nulls(table, 1) > 0 && mlops_table_n_rows(table) == 15);
    mlops_table_unref(table);
    mlops_performance_free(counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused_counts_nothing),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_options_of_other_verbs),
        cmocka_unit_test(test_storage),
        cmocka_unit_test(test_damaged_counts),
        cmocka_unit_test(test_calibration),
        cmocka_unit_test(test_extreme_scores),
        cmocka_unit_test(test_estimates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
