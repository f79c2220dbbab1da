/* Fairness: what is refused, what a refused call leaves, and bytes that are no counts. The numbers
 * are held to their definitions in tests/bindings/oracle_fairness.py. */
#include "unit/help_drift.h"

static mlops_fairness *begin(const mlops_fairness_opts *opts) {
    mlops_fairness *out;
    mlops_error err;
    if (mlops_fairness_new(&out, opts, &err)) fail_msg("%s", err.message);
    return out;
}

static void add(mlops_fairness *self, const char *group, double prediction, double label) {
    mlops_error err;
    if (mlops_fairness_add(self, group, &prediction, &label, 1, &err)) fail_msg("%s", err.message);
}

static size_t bytes_of(const mlops_fairness *self, uint8_t *out, size_t cap) {
    size_t n = 0, again = 0;
    assert_int_equal(mlops_fairness_save(self, NULL, 0, &n), MLOPS_OK);
    assert_true(n <= cap);
    assert_int_equal(mlops_fairness_save(self, out, n - 1, &again), MLOPS_E_ARENA);
    assert_int_equal(mlops_fairness_save(self, out, cap, &again), MLOPS_OK);
    assert_int_equal(again, n);
    return n;
}

static void test_options(void **state) {
    (void)state;
    mlops_fairness *out;
    mlops_error e;
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    opts.confidence = 1;
    refused(mlops_fairness_new(&out, &opts, &e), &e, MLOPS_E_INVALID, "confidence");
    opts.confidence = 0, opts.rows_min = -1;
    refused(mlops_fairness_new(&out, &opts, &e), &e, MLOPS_E_INVALID, "rows_min");
    opts.rows_min = 0, opts.threshold = (double)NAN;
    refused(mlops_fairness_new(&out, &opts, &e), &e, MLOPS_E_INVALID, "threshold");
    opts.threshold = 0, opts.flags = 2;
    refused(mlops_fairness_new(&out, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    assert_null(out);
}

/* A call that fails has counted nothing. */
static void test_what_is_refused_counts_nothing(void **state) {
    (void)state;
    char name[1002];
    uint8_t before[512], after[512];
    mlops_error e;
    const double predictions[] = {1, 0, 1}, wrong[] = {1, 0, 0.5};
    mlops_fairness *self = begin(NULL);
    add(self, "a", 1, 1);
    size_t n = bytes_of(self, before, sizeof before);
    refused(mlops_fairness_add(self, "b", predictions, wrong, 3, &e), &e, MLOPS_E_INVALID,
            "label 2");
    refused(mlops_fairness_add(self, "a", predictions, wrong, 3, &e), &e, MLOPS_E_INVALID,
            "label 2");
    refused(mlops_fairness_add(self, "", predictions, NULL, 3, &e), &e, MLOPS_E_INVALID, "bytes");
    memset(name, 'x', sizeof name), name[1001] = 0;
    refused(mlops_fairness_add(self, name, predictions, NULL, 3, &e), &e, MLOPS_E_INVALID, "1001");
    refused(mlops_fairness_add(self, "a", predictions, NULL, -1, &e), &e, MLOPS_E_INVALID, "");
    mlops_table *table = parse("sex,region,score,label\nF,1,0.5,1\nM,2,0.1,2\n");
    refused(mlops_fairness_add_table(self, table, "sex", "score", "label", &e), &e, MLOPS_E_INVALID,
            "row 1 of column 'label'");
    refused(mlops_fairness_add_table(self, table, "gender", "score", NULL, &e), &e, MLOPS_E_SCHEMA,
            "'gender'");
    refused(mlops_fairness_add_table(self, table, "region", "sex", NULL, &e), &e, MLOPS_E_SCHEMA,
            "strings");
    refused(mlops_fairness_merge(self, self, &e), &e, MLOPS_E_INVALID, "other");
    assert_int_equal(bytes_of(self, after, sizeof after), n);
    assert_memory_equal(before, after, n);
    mlops_table_unref(table);
    mlops_fairness_free(self);
}

static void test_thresholds(void **state) {
    (void)state;
    mlops_error e;
    mlops_table *groups;
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    mlops_fairness *half = begin(&opts), *zero;
    opts.flags = MLOPS_FAIRNESS_SET_THRESHOLD;
    zero = begin(&opts);
    refused(mlops_fairness_merge(half, zero, &e), &e, MLOPS_E_INVALID, "thresholds");
    add(half, "a", 0.25, 1), add(zero, "a", 0.25, 1);
    assert_int_equal(mlops_fairness_groups(&groups, half, &e), MLOPS_OK);
    double rate = -1;
    assert_int_equal(
        mlops_table_values(groups, mlops_table_find(groups, "selection_rate"), &rate, 1, &e),
        MLOPS_OK);
    assert_true(rate == 0);
    mlops_table_unref(groups);
    assert_int_equal(mlops_fairness_groups(&groups, zero, &e), MLOPS_OK);
    assert_int_equal(
        mlops_table_values(groups, mlops_table_find(groups, "selection_rate"), &rate, 1, &e),
        MLOPS_OK);
    assert_true(rate == 1);
    mlops_table_unref(groups);
    mlops_fairness_free(half);
    mlops_fairness_free(zero);
}

static void test_no_group_and_one(void **state) {
    (void)state;
    mlops_error e;
    mlops_table *measures;
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    mlops_fairness *self = begin(&opts);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(mlops_fairness_measures(&measures, self, &e), MLOPS_OK);
        assert_int_equal(mlops_table_n_nulls(measures, mlops_table_find(measures, "value")),
                         23 - i);
        mlops_table_unref(measures);
        for (int k = 0; k < 100; k++)
            add(self, "only", k % 2, k % 3 == 0); /* Theil's alone is known */
    }
    mlops_fairness_free(self);
    opts.privileged = "nobody";
    self = begin(&opts);
    add(self, "somebody", 1, 1);
    refused(mlops_fairness_measures(&measures, self, &e), &e, MLOPS_E_NOT_FOUND, "nobody");
    mlops_fairness_free(self);
}

/* Every bit and every length of the bytes is refused, or nothing but them is. */
static void test_damaged_bytes(void **state) {
    (void)state;
    uint8_t bytes[512], again[512];
    mlops_error e;
    mlops_fairness *self = begin(NULL), *other;
    add(self, "b", 1, 1), add(self, "a", 0, 1), add(self, "a", 1, (double)NAN);
    size_t n = bytes_of(self, bytes, sizeof bytes);
    assert_int_equal(mlops_fairness_load(&other, bytes, n, NULL, &e), MLOPS_OK);
    assert_int_equal(bytes_of(other, again, sizeof again), n);
    assert_memory_equal(bytes, again, n);
    mlops_fairness_free(other);
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        refused(mlops_fairness_load(&other, bytes, n, NULL, &e), &e, MLOPS_E_CORRUPT, "");
        assert_null(other);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t i = 0; i < n; i++)
        refused(mlops_fairness_load(&other, bytes, i, NULL, &e), &e, MLOPS_E_CORRUPT, "");
    mlops_fairness_free(self);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),       cmocka_unit_test(test_what_is_refused_counts_nothing),
        cmocka_unit_test(test_thresholds),    cmocka_unit_test(test_no_group_and_one),
        cmocka_unit_test(test_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
