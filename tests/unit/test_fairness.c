/* Fairness: what is refused, what a refused call leaves, and bytes that are no counts. The numbers
 * are held to their definitions in tests/bindings/oracle_fairness.py. */
#include "base/crc32.h"
#include "unit/help_drift.h"

static mlops_fairness *begin(const mlops_fairness_opts *opts) {
    mlops_fairness *out;
    mlops_error err;
    if (mlops_fairness_new(&out, opts, &err)) fail_msg("%s", err.message);
    return out;
}

static void add(mlops_fairness *self, const char *group, double prediction, double label) {
    mlops_error err;
    if (mlops_fairness_add(self, group, &prediction, &label, NULL, 1, &err))
        fail_msg("%s", err.message);
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
    refused(mlops_fairness_add(self, "b", predictions, wrong, NULL, 3, &e), &e, MLOPS_E_INVALID,
            "row 2");
    refused(mlops_fairness_add(self, "a", predictions, wrong, NULL, 3, &e), &e, MLOPS_E_INVALID,
            "row 2");
    const double weights[] = {-1, (double)NAN, (double)INFINITY, 0x1p-21, 0x1p33};
    for (int i = 0; i < 5; i++) {
        const double three[] = {1, weights[i], 0};
        refused(mlops_fairness_add(self, "a", predictions, NULL, three, 3, &e), &e, MLOPS_E_INVALID,
                "row 1, counted from 0: the weight");
    }
    refused(mlops_fairness_add(self, "", predictions, NULL, NULL, 3, &e), &e, MLOPS_E_INVALID,
            "bytes");
    memset(name, 'x', sizeof name), name[1001] = 0;
    refused(mlops_fairness_add(self, name, predictions, NULL, NULL, 3, &e), &e, MLOPS_E_INVALID,
            "1001");
    refused(mlops_fairness_add(self, "a", predictions, NULL, NULL, -1, &e), &e, MLOPS_E_INVALID,
            "");
    mlops_table *table = parse("sex,region,score,label\nF,1,0.5,1\nM,2,0.1,2\n");
    refused(mlops_fairness_add_table(self, table, "sex", "score", "label", NULL, &e), &e,
            MLOPS_E_INVALID, "row 1 of column 'label'");
    refused(mlops_fairness_add_table(self, table, "sex", "score", NULL, "sex", &e), &e,
            MLOPS_E_SCHEMA, "strings");
    refused(mlops_fairness_add_table(self, table, "sex", "score", NULL, "mass", &e), &e,
            MLOPS_E_SCHEMA, "'mass'");
    refused(mlops_fairness_add_table(self, table, "gender", "score", NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "'gender'");
    refused(mlops_fairness_add_table(self, table, "region", "sex", NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "strings");
    refused(mlops_fairness_merge(self, self, &e), &e, MLOPS_E_INVALID, "other");
    assert_int_equal(bytes_of(self, after, sizeof after), n);
    assert_memory_equal(before, after, n);
    mlops_table_unref(table);
    table = parse("sex,score,weight\nF,0.5,1\nM,0.1,\n");
    refused(mlops_fairness_add_table(self, table, "sex", "score", NULL, "weight", &e), &e,
            MLOPS_E_INVALID, "row 1 of column 'weight'");
    assert_int_equal(bytes_of(self, after, sizeof after), n);
    assert_memory_equal(before, after, n);
    mlops_table_unref(table);
    mlops_fairness_free(self);
}

static void has_saved(const mlops_fairness *self, const uint8_t *bytes, size_t n) {
    uint8_t found[1024];
    assert_int_equal(bytes_of(self, found, sizeof found), n);
    assert_memory_equal(found, bytes, n);
}

/* Without weights, and with weights of 1, which are none; rows of weight 0 are not there, whatever
 * else they hold. The bytes are those of counts that know no weights. */
static void test_bytes_without_weights(void **state) {
    (void)state;
    static const uint8_t want[138] =
        "MLFA\1\0\0\0\0\0\0\0\0\0\xe0\x3f\1\0\0\0\0\0\0\0\2\0\0\0"
        "\1\0\0\0a\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\1\0\0\0b\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\x74\xa9\x08\x55";
    const double nan = (double)NAN, a[] = {1, 0, nan, nan, 1}, b[] = {1, 0, 0};
    const double labels_a[] = {1, 0, 1, 1, 7}, labels_b[] = {0, 1, nan};
    const double ones[] = {1, 1, 1, 0, 0};
    mlops_error e;
    mlops_fairness *plain = begin(NULL), *weighted = begin(NULL), *loaded;
    assert_int_equal(mlops_fairness_add(plain, "a", a, labels_a, NULL, 3, &e), MLOPS_OK);
    assert_int_equal(mlops_fairness_add(plain, "b", b, labels_b, NULL, 3, &e), MLOPS_OK);
    has_saved(plain, want, sizeof want);
    assert_int_equal(mlops_fairness_add(weighted, "a", a, labels_a, ones, 5, &e), MLOPS_OK);
    assert_int_equal(mlops_fairness_add(weighted, "c", a, labels_a, ones + 3, 2, &e), MLOPS_OK);
    mlops_table *table = parse("group,score,label,weight\nb,1,0,1\n,1,0,0\nb,0,1,1\nb,0,,1\n");
    assert_int_equal(
        mlops_fairness_add_table(weighted, table, "group", "score", "label", "weight", &e),
        MLOPS_OK);
    has_saved(weighted, want, sizeof want);
    assert_int_equal(mlops_fairness_load(&loaded, want, sizeof want, NULL, &e), MLOPS_OK);
    has_saved(loaded, want, sizeof want);
    mlops_table_unref(table);
    mlops_fairness_free(loaded);
    mlops_fairness_free(weighted);
    mlops_fairness_free(plain);
}

/* 2^41, of a call, of several, and of what is merged. */
static void test_the_most_weight(void **state) {
    (void)state;
    static double predictions[4096], weights[4096];
    uint8_t before[512];
    mlops_error e;
    mlops_fairness *self = begin(NULL), *other = begin(NULL);
    for (int i = 0; i < 4096; i++) weights[i] = 0x1p32;
    refused(mlops_fairness_add(self, "a", predictions, NULL, weights, 4096, &e), &e, MLOPS_E_LIMIT,
            "2^41");
    assert_int_equal(mlops_fairness_n_groups(self), 0);
    assert_int_equal(mlops_fairness_add(self, "a", predictions, NULL, weights, 512, &e), MLOPS_OK);
    size_t n = bytes_of(self, before, sizeof before);
    weights[0] = 0x1p-20;
    refused(mlops_fairness_add(self, "b", predictions, NULL, weights, 1, &e), &e, MLOPS_E_LIMIT,
            "2^41");
    assert_int_equal(mlops_fairness_add(other, "b", predictions, NULL, weights, 1, &e), MLOPS_OK);
    refused(mlops_fairness_merge(self, other, &e), &e, MLOPS_E_LIMIT, "2^41");
    has_saved(self, before, n);
    mlops_fairness_free(other);
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
    uint8_t bytes[256], others[256];
    opts.threshold = -0.0; /* is no other threshold: parts merge to the same bytes */
    mlops_fairness *minus = begin(&opts);
    add(minus, "a", 0.25, 1);
    size_t n = bytes_of(zero, bytes, sizeof bytes);
    assert_int_equal(bytes_of(minus, others, sizeof others), n);
    assert_memory_equal(bytes, others, n);
    mlops_fairness_free(minus);
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
static void damage(const mlops_fairness *self) {
    uint8_t bytes[1024];
    mlops_error e;
    mlops_fairness *other;
    size_t n = bytes_of(self, bytes, sizeof bytes);
    assert_int_equal(mlops_fairness_load(&other, bytes, n, NULL, &e), MLOPS_OK);
    has_saved(other, bytes, n);
    mlops_fairness_free(other);
    for (size_t i = 0; i < 8 * n; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        refused(mlops_fairness_load(&other, bytes, n, NULL, &e), &e, MLOPS_E_CORRUPT, "");
        assert_null(other);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    for (size_t i = 0; i < n; i++)
        refused(mlops_fairness_load(&other, bytes, i, NULL, &e), &e, MLOPS_E_CORRUPT, "");
}

/* Writes the checksum of bytes that were changed, and loads them. */
static mlops_status load_sealed(uint8_t *bytes, size_t n) {
    mlops_fairness *out;
    mlops_error e;
    uint32_t crc = mlops__crc32(0, bytes, n - 4);
    for (size_t i = 0; i < 4; i++) bytes[n - 4 + i] = (uint8_t)(crc >> 8 * i);
    mlops_status status = mlops_fairness_load(&out, bytes, n, NULL, &e);
    assert_true(!status == (out != NULL));
    mlops_fairness_free(out);
    return status;
}

static void test_damaged_bytes(void **state) {
    (void)state;
    const double two = 2, three = 3;
    uint8_t bytes[1024];
    mlops_error e;
    mlops_fairness *self = begin(NULL);
    add(self, "b", 1, 1), add(self, "a", 0, 1), add(self, "a", 1, (double)NAN);
    damage(self);
    assert_int_equal(mlops_fairness_add(self, "a", &two, NULL, &three, 1, &e), MLOPS_OK);
    damage(self);
    enum { FIRST = 28 + 5, EACH = 8 + 16 }; /* counts of group a; a weight and its squares */
    size_t n = bytes_of(self, bytes, sizeof bytes), yes = FIRST + 6 * 8 + 4 * EACH;
    assert_int_equal(load_sealed(bytes, n), MLOPS_OK);
    assert_int_equal(bytes[yes + 2], 4 << 4); /* 4 of 2^20 units: of a row of 1 and one of 3 */
    bytes[yes + 2] = 0;                       /* 2 rows that weigh nothing */
    assert_int_equal(load_sealed(bytes, n), MLOPS_E_CORRUPT);
    bytes[yes + 2] = 4 << 4, bytes[yes + 8 + 15] = 0x80; /* squares below 0 */
    assert_int_equal(load_sealed(bytes, n), MLOPS_E_CORRUPT);
    bytes[yes + 8 + 15] = 0, bytes[FIRST + 4 * 8] = 0; /* 4 units of no row */
    assert_int_equal(load_sealed(bytes, n), MLOPS_E_CORRUPT);
    bytes[FIRST + 4 * 8] = 2, bytes[4] = 3; /* a later version */
    assert_int_equal(load_sealed(bytes, n), MLOPS_E_UNSUPPORTED);
    bytes[4] = 2;
    assert_int_equal(load_sealed(bytes, n), MLOPS_OK);
    bytes_of(self, bytes, sizeof bytes);
    for (size_t cut = 40; cut < n; cut++) {
        memset(bytes, 0, sizeof bytes), bytes_of(self, bytes, sizeof bytes);
        assert_int_equal(load_sealed(bytes, cut), MLOPS_E_CORRUPT);
    }
    mlops_fairness_free(self);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_what_is_refused_counts_nothing),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_no_group_and_one),
        cmocka_unit_test(test_damaged_bytes),
        cmocka_unit_test(test_bytes_without_weights),
        cmocka_unit_test(test_the_most_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
