/* Imprints of rows: what they find is what the rows themselves would, without them. */
#include "unit/help_multivariate.h"
#include "unit/seal.h"

static mlops_imprint *imprint_of(const mlops_multivariate *self, const mlops_mmd_opts *opts) {
    mlops_imprint *out;
    mlops_error e;
    if (mlops_imprint_fit(&out, self, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static mlops_multivariate_result held(const mlops_imprint *self, const mlops_multivariate *rows,
                                      const mlops_mmd_opts *opts) {
    mlops_multivariate_result out = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_error e;
    if (mlops_imprint_mmd(&out, self, rows, opts, &e)) fail_msg("%s", e.message);
    return out;
}

static void test_finds_what_the_rows_would(void **state) {
    (void)state;
    static double room[1500 * D];
    mlops_mmd_opts opts = by(MLOPS_MMD_FOURIER), none = MLOPS_MMD_OPTS_INIT;
    seed = 3;
    opts.bandwidth = 3, opts.seed = 9;
    fill(room, 900 * D, 0), fill(room + 900 * D, 600 * D, 0.2);
    mlops_multivariate *both = pair_of(room, 900, room + 900 * D, 600, D, NULL);
    mlops_multivariate *now = pair_of(NULL, 0, room + 900 * D, 600, D, NULL);
    mlops_imprint *self = imprint_of(both, &opts);
    const mlops_multivariate_result want = mmd(both, &opts), got = held(self, now, &none);
    close_to(got.mmd2_biased, want.mmd2_biased, 1e-9);
    close_to(got.mmd2, want.mmd2, 1e-9);
    close_to(got.effect_high - got.effect_low, want.effect_high - want.effect_low, 0.05);
    assert_int_equal(got.n_reference, 900);
    assert_int_equal(got.verdict, MLOPS_DRIFT_YES);
    mlops_imprint_free(self);
    mlops_multivariate_free(now);
    mlops_multivariate_free(both);
}

static void test_windows_are_judged_one_by_one(void **state) {
    (void)state;
    enum { N = 600, M = 1030, W = 250 };
    static double room[(N + M) * D];
    mlops_error e;
    mlops_table *list;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_mmd_opts opts = MLOPS_MMD_OPTS_INIT;
    mlops_pool *pool;
    seed = 4;
    fill(room, (N + M) * D, 0);
    for (int i = 0; i < W * D; i++) room[(N + 2 * W) * D + i] += 1; /* the third of them */
    mlops_multivariate *both = pair_of(room, N, room + N * D, M, D, NULL);
    mlops_imprint *self = imprint_of(both, NULL);
    assert_int_equal(mlops_pool_new(&pool, 3, NULL, &e), MLOPS_OK);
    call.executor = mlops_pool_executor(pool);
    opts.call = &call;
    assert_int_equal(mlops_imprint_windows(&list, self, both, W, &opts, &e), MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(list), 5);
    for (int64_t i = 0; i < 5; i++) {
        const int64_t n = i < 4 ? W : M - 4 * W;
        const char *const wants[] = {"not enough data", "no drift", "drift"};
        double effect[5], p[5];
        char verdict[24];
        mlops_multivariate *one = pair_of(NULL, 0, room + (N + i * W) * D, n, D, NULL);
        const mlops_multivariate_result want = held(self, one, NULL);
        mlops_table_text(list, 6, i, verdict, sizeof verdict, NULL);
        assert_string_equal(verdict, wants[want.verdict]);
        assert_int_equal(want.verdict == MLOPS_DRIFT_YES, i == 2);
        mlops_table_values(list, 2, effect, 5, NULL);
        mlops_table_values(list, 5, p, 5, NULL);
        assert_true(i == 4 ? isnan(effect[i]) : effect[i] == want.effect && p[i] == want.p_value);
        mlops_multivariate_free(one);
    }
    mlops_table_unref(list);
    mlops_imprint_free(self);
    mlops_multivariate_free(both);
    mlops_pool_free(pool);
}

/* A tolerance of nothing leaves alpha alone; 0.2 of 300 is 60, and three deviations of it 21. */
static void test_false_alarms_and_power(void **state) {
    (void)state;
    enum { N = 400, M = 150, REPORTS = 300 };
    double room[(N + M) * D];
    mlops_mmd_opts opts = MLOPS_MMD_OPTS_INIT;
    seed = 5;
    opts.alpha = 0.2, opts.tolerance = 1e-9;
    for (int tail = 0; tail < 2; tail++) {
        int alarms = 0, found = 0;
        for (int r = 0; r < REPORTS; r++) {
            for (int64_t i = 0; i < N + M; i++) {
                const double size = tail ? exp(normal()) : 1;
                for (int c = 0; c < D; c++) room[i * D + c] = size * normal();
            }
            mlops_multivariate *both = pair_of(room, N, room + N * D, M, D, NULL);
            mlops_imprint *self = imprint_of(both, NULL);
            alarms += held(self, both, &opts).verdict == MLOPS_DRIFT_YES;
            for (int64_t i = N * D; i < (N + M) * D; i++) room[i] += 0.5;
            if (r < 20) found += held(self, both, NULL).verdict == MLOPS_DRIFT_YES;
            mlops_imprint_free(self);
            mlops_multivariate_free(both);
        }
        assert_in_range(alarms, 20, 81);
        assert_in_range(found, 19, 20);
    }
}

static void test_bytes(void **state) {
    (void)state;
    double room[300 * D];
    static uint8_t bytes[1 << 14], again[1 << 14];
    size_t n = 0, m = 0;
    mlops_error e;
    mlops_imprint *loaded;
    seed = 6;
    fill(room, 300 * D, 0);
    mlops_multivariate *both = pair_of(room, 200, room + 200 * D, 100, D, NULL);
    mlops_imprint *self = imprint_of(both, NULL);
    assert_int_equal(mlops_imprint_save(self, NULL, 0, &n), MLOPS_OK);
    assert_int_equal(n, 76 + 16 * (512 + D));
    assert_int_equal(mlops_imprint_save(self, bytes, n - 1, &m), MLOPS_E_ARENA);
    assert_int_equal(mlops_imprint_save(self, bytes, sizeof bytes, &m), MLOPS_OK);
    assert_int_equal(mlops_imprint_load(&loaded, bytes, n, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_imprint_save(loaded, again, sizeof again, &m), MLOPS_OK);
    assert_memory_equal(bytes, again, n);
    const mlops_multivariate_result want = held(self, both, NULL), got = held(loaded, both, NULL);
    assert_memory_equal(&got, &want, sizeof got);
    mlops_imprint_free(loaded);
    for (size_t i = 0; i < n; i += 97) {
        refused(mlops_imprint_load(&loaded, bytes, i, NULL, &e), &e, MLOPS_E_CORRUPT, "imprint");
        bytes[i] ^= 1;
        refused(mlops_imprint_load(&loaded, bytes, n, NULL, &e), &e, MLOPS_E_CORRUPT, "imprint");
        bytes[i] ^= 1;
    }
    const struct {
        size_t at;
        uint8_t byte;
        mlops_status want;
        const char *says;
    } wrong[] = {{4, 3, MLOPS_E_UNSUPPORTED, "later"},
                 {15, 0x7f, MLOPS_E_CORRUPT, "range"},
                 {16, 6, MLOPS_E_CORRUPT, "size"},
                 {47, 0xff, MLOPS_E_CORRUPT, "bandwidth"},
                 {55, 0x7f, MLOPS_E_CORRUPT, "chance"},
                 {135, 0x7f, MLOPS_E_CORRUPT, "unit"},
                 {72 + 14 * 8 + 7, 0x7f, MLOPS_E_CORRUPT, "sum"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        memcpy(again, bytes, n);
        again[wrong[i].at] = wrong[i].byte;
        seal(again, n);
        refused(mlops_imprint_load(&loaded, again, n, NULL, &e), &e, wrong[i].want, wrong[i].says);
    }
    mlops_imprint_free(self);
    mlops_multivariate_free(both);
}

/* Values of any size, and all the same ones. */
static void test_what_is_fitted_loads(void **state) {
    (void)state;
    const double sizes[] = {0, 1e-300, 1e-60, 1e59, 1e60, 1e300};
    double room[100 * D];
    static uint8_t bytes[1 << 14];
    mlops_error e;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        mlops_imprint *self, *loaded;
        size_t n;
        seed = 8;
        fill(room, 100 * D, 0);
        for (int k = 0; k < 100 * D; k++) room[k] *= sizes[i];
        mlops_multivariate *both = pair_of(room, 100, room, 100, D, NULL);
        self = imprint_of(both, NULL);
        assert_int_equal(mlops_imprint_save(self, bytes, sizeof bytes, &n), MLOPS_OK);
        if (mlops_imprint_load(&loaded, bytes, n, NULL, &e)) fail_msg("%s", e.message);
        assert_true(isfinite(held(loaded, both, NULL).p_value));
        mlops_imprint_free(loaded);
        mlops_imprint_free(self);
        mlops_multivariate_free(both);
    }
}

static void test_what_is_refused(void **state) {
    (void)state;
    double room[200 * D];
    mlops_error e;
    mlops_imprint *self;
    mlops_table *list, *a = parse("x\n1\n");
    mlops_multivariate *tables;
    mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_mmd_opts opts = MLOPS_MMD_OPTS_INIT;
    seed = 7;
    fill(room, 200 * D, 0);
    mlops_multivariate *both = pair_of(room, 100, room + 100 * D, 100, D, NULL);
    mlops_multivariate *few = pair_of(room, 49, room, 100, D, NULL);
    mlops_multivariate *other = pair_of(room, 100, room, 100, 2, NULL);
    assert_int_equal(mlops_multivariate_tables(&tables, a, a, NULL, &e), MLOPS_OK);
    refused(mlops_imprint_fit(NULL, both, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_imprint_fit(&self, NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_imprint_fit(&self, few, NULL, &e), &e, MLOPS_E_INVALID, "49 rows");
    refused(mlops_imprint_fit(&self, tables, NULL, &e), &e, MLOPS_E_INVALID, "matrices");
    opts.alpha = 0.1;
    refused(mlops_imprint_fit(&self, both, &opts, &e), &e, MLOPS_E_INVALID, "fitting takes");
    self = imprint_of(both, NULL);
    assert_int_equal(held(self, both, &opts).verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    opts.seed = 1;
    refused(mlops_imprint_mmd(&found, self, both, &opts, &e), &e, MLOPS_E_INVALID, "comparing");
    refused(mlops_imprint_mmd(&found, self, other, NULL, &e), &e, MLOPS_E_INVALID, "7 columns");
    refused(mlops_imprint_mmd(&found, self, tables, NULL, &e), &e, MLOPS_E_INVALID, "matrices");
    refused(mlops_imprint_mmd(NULL, self, both, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_imprint_mmd(&found, NULL, both, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_imprint_windows(&list, self, both, 0, NULL, &e), &e, MLOPS_E_INVALID, "n_rows");
    refused(mlops_imprint_windows(NULL, self, both, 1, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    mlops_imprint_free(self);
    refused(mlops_imprint_load(&self, NULL, 0, NULL, &e), &e, MLOPS_E_CORRUPT, "imprint");
    assert_null(self);
    assert_int_equal(mlops_imprint_save(NULL, NULL, 0, NULL), MLOPS_E_INVALID);
    mlops_imprint_free(NULL);
    mlops_multivariate_free(tables);
    mlops_multivariate_free(other);
    mlops_multivariate_free(few);
    mlops_multivariate_free(both);
    mlops_table_unref(a);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_what_the_rows_would),
        cmocka_unit_test(test_windows_are_judged_one_by_one),
        cmocka_unit_test(test_false_alarms_and_power),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_what_is_fitted_loads),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
