/* Rows as a whole: what is refused, the same bits on any machine, and verdicts by simulation. The
 * numbers are held to NumPy in tests/bindings/oracle_multivariate.py. */
#include "unit/help_multivariate.h"
#include "unit/levels.h"

/* ---- what is refused ---- */

static void test_columns_are_bound_by_name(void **state) {
    (void)state;
    mlops_multivariate *out;
    mlops_error e;
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    mlops_table *a = parse("x,s,y\n1,a,true\n2,b,false\n"), *b = parse("y,x\ntrue,2\n,1\n");
    mlops_table *c = parse("x,y,s\nn,1,b\nm,2,c\n");
    refused(mlops_multivariate_tables(&out, a, b, NULL, &e), &e, MLOPS_E_SCHEMA, "'s'");
    opts.ignore = "s";
    assert_int_equal(mlops_multivariate_tables(&out, a, b, &opts, &e), MLOPS_OK);
    assert_int_equal(mmd(out, NULL).n_columns, 2);
    assert_int_equal(mmd(out, NULL).verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    mlops_multivariate_free(out);
    refused(mlops_multivariate_tables(&out, a, c, NULL, &e), &e, MLOPS_E_SCHEMA, "'x' holds str");
    opts.ignore = NULL;
    assert_int_equal(mlops_multivariate_tables(&out, b, a, &opts, &e), MLOPS_OK);
    mlops_multivariate_free(out);
    opts.columns = "s";
    assert_int_equal(mlops_multivariate_tables(&out, a, c, &opts, &e), MLOPS_OK);
    mlops_multivariate_free(out);
    opts.columns = "x,z";
    refused(mlops_multivariate_tables(&out, a, b, &opts, &e), &e, MLOPS_E_SCHEMA, "'z'");
    opts.columns = NULL, opts.ignore = "x,y,s";
    refused(mlops_multivariate_tables(&out, a, a, &opts, &e), &e, MLOPS_E_INVALID, "no column");
    opts.ignore = "u";
    refused(mlops_multivariate_tables(&out, a, b, &opts, &e), &e, MLOPS_E_SCHEMA, "'u'");
    assert_null(out);
    mlops_table_unref(a);
    mlops_table_unref(b);
    mlops_table_unref(c);
}

static void test_options(void **state) {
    (void)state;
    const double x[] = {1, 2, 3};
    mlops_multivariate *out;
    mlops_error e;
    mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    refused(mlops_multivariate_rows_f64(&out, x, 3, x, 3, 0, 1, 1, 1, 1, NULL, &e), &e,
            MLOPS_E_INVALID, "n_columns");
    refused(mlops_multivariate_rows_f64(&out, x, -1, x, 3, 1, 1, 1, 1, 1, NULL, &e), &e,
            MLOPS_E_INVALID, "-1 rows");
    opts.columns = "x";
    refused(mlops_multivariate_rows_f64(&out, x, 3, x, 3, 1, 1, 1, 1, 1, &opts, &e), &e,
            MLOPS_E_INVALID, "tables");
    opts.columns = NULL, opts.scale = 7;
    refused(mlops_multivariate_rows_f64(&out, x, 3, x, 3, 1, 1, 1, 1, 1, &opts, &e), &e,
            MLOPS_E_INVALID, "scale");
    out = pair_of(x, 3, x, 3, 1, NULL);
    mlops_mmd_opts bad = by(MLOPS_MMD_EXACT);
    bad.alpha = 0.001, bad.n_permutations = 998;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "n_permutations");
    bad.alpha = 0.7;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "alpha");
    bad = by(MLOPS_MMD_ALIBI), bad.tolerance = 0.1;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "tolerance");
    bad = by(MLOPS_MMD_FOURIER), bad.n_frequencies = 8;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "n_frequencies");
    bad = by(MLOPS_MMD_FOURIER), bad.n_permutations = 100;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "n_permutations");
    bad = by(MLOPS_MMD_EXACT), bad.n_frequencies = 256;
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_INVALID, "n_frequencies");
    bad = by(MLOPS_MMD_FOURIER), bad.alpha = 1e-6; /* no permutations have to reach it */
    assert_int_equal(mlops_multivariate_mmd(&found, out, &bad, &e), MLOPS_OK);
    mlops_multivariate_free(out);
    double *many = calloc(50001, sizeof *many);
    assert_non_null(many);
    out = pair_of(many, 50000, many, 1, 1, NULL);
    bad = by(MLOPS_MMD_EXACT);
    refused(mlops_multivariate_mmd(&found, out, &bad, &e), &e, MLOPS_E_LIMIT, "50001");
    mlops_multivariate_free(out);
    free(many);
}

/* ---- numbers ---- */

enum { N = 300, M = 210 };

static void test_bits_are_those_of_any_machine(void **state) {
    (void)state;
    double x[N * D], y[M * D];
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    seed = 3;
    fill(x, N * D, 0), fill(y, M * D, 0.1);
    opts.host = &host;
    for (int method = MLOPS_MMD_EXACT; method <= MLOPS_MMD_FOURIER; method++) {
        mlops_multivariate_result want, got, first[2];
        const mlops_mmd_opts how = by((mlops_mmd_method)method);
        for (size_t level = 0; level < sizeof LEVELS / sizeof LEVELS[0]; level++) {
            if (!kernels(LEVELS[level])) continue;
            host.cpu_max = LEVELS[level];
            mlops_multivariate *self = pair_of(x, N, y, M, D, &opts);
            got = mmd(self, &how);
            if (LEVELS[level] == MLOPS_CPU_SCALAR) want = got;
            assert_memory_equal(&got, &want, sizeof got);
            const mlops_multivariate_result parts = pca(self, NULL), trees = classify(self, NULL);
            if (LEVELS[level] == MLOPS_CPU_SCALAR) first[0] = parts, first[1] = trees;
            assert_memory_equal(&parts, &first[0], sizeof parts);
            assert_memory_equal(&trees, &first[1], sizeof trees);
            mlops_multivariate_free(self);
        }
    }
}

/* A matrix of any strides, of either type, is what a copy of it is. */
static void test_strides(void **state) {
    (void)state;
    double x[N * D], turned[N * D];
    float narrow[N * D];
    mlops_multivariate *self;
    mlops_error e;
    seed = 4;
    for (int i = 0; i < N * D; i++) narrow[i] = (float)normal(), x[i] = (double)narrow[i];
    for (int i = 0; i < N; i++)
        for (int c = 0; c < D; c++) turned[c * N + i] = x[i * D + c];
    self = pair_of(x, 200, x + 200 * D, 100, D, NULL);
    const mlops_multivariate_result want = mmd(self, NULL);
    mlops_multivariate_free(self);
    assert_int_equal(
        mlops_multivariate_rows_f64(&self, turned, 200, turned + 200, 100, D, 1, N, 1, N, NULL, &e),
        MLOPS_OK);
    mlops_multivariate_result got = mmd(self, NULL);
    assert_memory_equal(&got, &want, sizeof got);
    mlops_multivariate_free(self);
    assert_int_equal(
        mlops_multivariate_rows(&self, narrow, 200, narrow + 200 * D, 100, D, D, 1, D, 1, NULL, &e),
        MLOPS_OK);
    got = mmd(self, NULL);
    assert_memory_equal(&got, &want, sizeof got);
    mlops_multivariate_free(self);
}

/* A value that is missing or beyond measure counts as the mean, units make no difference however
 * large or small, and what is constant leaves finite numbers. */
static void test_odd_values(void **state) {
    (void)state;
    enum { ROWS = 120 };
    double x[ROWS * 3], y[ROWS * 3], held[ROWS * 3], wide[2][ROWS * 3];
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    seed = 5;
    for (int i = 0; i < ROWS; i++) {
        x[3 * i] = i % 2 ? 5 : 7, x[3 * i + 1] = 0.1, x[3 * i + 2] = normal();
        for (int c = 0; c < 3; c++) held[3 * i + c] = y[3 * i + c] = x[3 * i + c];
        if (i % 3) continue;
        y[3 * i] = i % 2 ? (double)NAN : (double)INFINITY, held[3 * i] = 6;
    }
    mlops_multivariate *self = pair_of(x, ROWS, y, ROWS, 3, &opts);
    mlops_multivariate_result got = mmd(self, NULL);
    mlops_multivariate_free(self);
    self = pair_of(x, ROWS, held, ROWS, 3, &opts);
    mlops_multivariate_result want = mmd(self, NULL);
    mlops_multivariate_free(self);
    assert_memory_equal(&got, &want, sizeof got);
    opts.scale = MLOPS_MULTIVARIATE_SCALE_STANDARD;
    for (int power = -900; power <= 900; power += 900) {
        for (int i = 0; i < ROWS * 3; i++)
            wide[0][i] = ldexp(x[i], i % 3 == 2 ? power : 0),
            wide[1][i] = ldexp(y[i], i % 3 == 2 ? power : 0);
        self = pair_of(wide[0], ROWS, wide[1], ROWS, 3, &opts);
        got = mmd(self, NULL);
        mlops_multivariate_free(self);
        if (power == -900) want = got;
        assert_memory_equal(&got, &want, sizeof got);
        assert_true(isfinite(got.mmd2) && isfinite(got.effect_high));
    }
    for (int method = MLOPS_MMD_EXACT; method <= MLOPS_MMD_ALIBI; method++) {
        const mlops_mmd_opts how = by((mlops_mmd_method)method);
        double zero[ROWS] = {0};
        self = pair_of(zero, ROWS, zero, ROWS, 1, NULL); /* all distances are 0 */
        const mlops_multivariate_result same = mmd(self, &how);
        close_to(same.mmd2_biased + 1, 1, 1e-12);
        assert_int_not_equal(same.verdict, MLOPS_DRIFT_YES);
        mlops_multivariate_free(self);
    }
}

/* ---- verdicts ---- */

/* How many of so many reports alarm; rows of kind 0 are normal, of kind 1 heavy of tail and of
 * columns that depend on each other. */
static int alarms(int reports, int64_t n, int64_t m, int kind, double shift,
                  const mlops_mmd_opts *opts) {
    enum { WIDE = 4 };
    double *x = malloc((size_t)(n + m) * WIDE * sizeof *x);
    int found = 0;
    assert_non_null(x);
    for (int r = 0; r < reports; r++) {
        for (int64_t i = 0; i < n + m; i++) {
            double *row = x + i * WIDE, size = kind ? exp(normal()) : 1;
            for (int c = 0; c < WIDE; c++) row[c] = size * normal() + (i >= n ? shift : 0);
        }
        mlops_multivariate *self = pair_of(x, n, x + n * WIDE, m, WIDE, NULL);
        found += mmd(self, opts).verdict == MLOPS_DRIFT_YES;
        mlops_multivariate_free(self);
    }
    free(x);
    return found;
}

/* With no tolerance to speak of the whole alpha is at stake; 0.2 of 300 is 60, two sigma 14. */
static void test_false_alarms_stay_within_alpha(void **state) {
    (void)state;
    seed = 7;
    mlops_mmd_opts opts = by(MLOPS_MMD_EXACT);
    opts.alpha = 0.2, opts.tolerance = 1e-9, opts.n_permutations = 49;
    assert_in_range(alarms(300, 60, 90, 0, 0, &opts), 30, 74);
    assert_in_range(alarms(300, 200, 50, 1, 0, &opts), 30, 74);
    opts.method = MLOPS_MMD_FOURIER, opts.n_permutations = 0;
    assert_in_range(alarms(300, 200, 50, 0, 0, &opts), 30, 74);
    assert_in_range(alarms(200, 400, 300, 1, 0, &opts), 20, 52);
    opts.alpha = 0.02; /* the tail of three cumulants */
    assert_in_range(alarms(500, 150, 150, 1, 0, &opts), 2, 17);
}

/* Distributions that differ by the whole tolerance: a shift by s in four columns is an MMD of
 * sqrt(2 (s2/(s2+2))^2 (1 - exp(-4 s^2 / (2 (s2 + 2))))), s2 the square of the bandwidth, 3.6. */
static void test_false_alarms_at_the_tolerance(void **state) {
    (void)state;
    const double s = 0.2, s2 = 3.6, ratio = s2 / (s2 + 2);
    mlops_mmd_opts opts = by(MLOPS_MMD_EXACT);
    seed = 12;
    opts.alpha = 0.2, opts.n_permutations = 49, opts.bandwidth = sqrt(s2);
    opts.tolerance = sqrt(2 * ratio * ratio * (1 - exp(-4 * s * s / (2 * (s2 + 2)))));
    assert_in_range(alarms(100, 200, 200, 0, s, &opts), 0, 25);
    opts.method = MLOPS_MMD_FOURIER, opts.n_permutations = 0;
    assert_in_range(alarms(100, 200, 200, 0, s, &opts), 0, 25);
}

static void test_three_answers(void **state) {
    (void)state;
    for (int method = MLOPS_MMD_AUTO; method <= MLOPS_MMD_FOURIER; method++) {
        const mlops_mmd_opts opts = by((mlops_mmd_method)method);
        seed = 9;
        assert_int_equal(alarms(3, 800, 800, 0, 0.4, &opts), 3);
        assert_int_equal(alarms(3, 800, 800, 0, 0, &opts), 0);
    }
    double x[1600 * 2];
    fill(x, 1600 * 2, 0);
    mlops_multivariate *self = pair_of(x, 800, x + 1600, 800, 2, NULL);
    assert_int_equal(mmd(self, NULL).verdict, MLOPS_DRIFT_NO);
    mlops_multivariate_free(self);
    self = pair_of(x, 800, x + 1600, 100, 2, NULL);
    assert_int_equal(mmd(self, NULL).verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    mlops_multivariate_free(self);
    self = pair_of(x, 49, x + 98, 700, 2, NULL);
    assert_true(isnan(mmd(self, NULL).effect));
    mlops_multivariate_free(self);
}

/* ---- components ---- */

/* Two columns that are nearly one; the current ones lie across, by so much of their size. */
static mlops_multivariate *ridge(double *room, int64_t n, int64_t m, double across) {
    for (int64_t i = 0; i < n + m; i++) {
        const double along = normal(), off = normal() * 0.1 + (i < n ? 0 : across * normal());
        room[2 * i] = along + off, room[2 * i + 1] = along - off;
    }
    return pair_of(room, n, room + 2 * n, m, 2, NULL);
}

static void test_components(void **state) {
    (void)state;
    enum { ALL = 6000 };
    double room[2 * ALL];
    mlops_pca_opts opts = MLOPS_PCA_OPTS_INIT;
    mlops_error e;
    mlops_table *chunks;
    seed = 21;
    mlops_multivariate *self = ridge(room, 4000, 2000, 0);
    assert_int_equal(pca(self, NULL).verdict, MLOPS_DRIFT_NO);
    assert_int_equal(pca(self, NULL).n_components, 1);
    assert_int_equal(mlops_multivariate_chunks(&chunks, self, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(chunks), 20);
    mlops_table_unref(chunks);
    mlops_multivariate_free(self);
    self = ridge(room, 4000, 2000, 0.1);
    assert_int_equal(pca(self, NULL).verdict, MLOPS_DRIFT_YES);
    assert_true(pca(self, NULL).error_current > 1.2 * pca(self, NULL).error_reference);
    opts.preset = MLOPS_DRIFT_NANNYML;
    assert_int_equal(pca(self, &opts).verdict, MLOPS_DRIFT_YES);
    mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
    opts.alpha = 0.1;
    refused(mlops_multivariate_pca(&found, self, &opts, &e), &e, MLOPS_E_INVALID, "NANNYML");
    opts.preset = MLOPS_DRIFT_NATIVE, opts.variance = 1;
    refused(mlops_multivariate_chunks(&chunks, self, &opts, &e), &e, MLOPS_E_INVALID, "variance");
    mlops_multivariate_free(self);
    self = ridge(room, 98, 2000, 1);
    assert_int_equal(pca(self, NULL).verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA); /* 49 fresh rows */
    mlops_multivariate_free(self);
    self = pair_of(room, 1, room, 0, 2, NULL);
    assert_true(isnan(pca(self, NULL).effect));
    mlops_multivariate_free(self);
    self = pair_of(room, 1, room, 1, 2049, NULL);
    refused(mlops_multivariate_pca(&found, self, NULL, &e), &e, MLOPS_E_LIMIT, "2049");
    mlops_multivariate_free(self);
}

/* ---- the classifier ---- */

static void test_columns_at_fault_come_first(void **state) {
    (void)state;
    enum { ROWS = 1000, WIDE = 5 };
    static double x[2 * ROWS * WIDE];
    mlops_error e;
    mlops_table *features;
    double gain[WIDE];
    char name[8];
    seed = 31;
    for (int i = 0; i < 2 * ROWS * WIDE; i++) x[i] = normal();
    for (int i = ROWS; i < 2 * ROWS; i++) {
        if (uniform() < 0.3) x[i * WIDE + 3] = (double)NAN; /* missing, and nothing else */
        x[i * WIDE + 1] = x[i * WIDE];                      /* each as it was, by itself */
    }
    mlops_multivariate *self = pair_of(x, ROWS, x + ROWS * WIDE, ROWS, WIDE, NULL);
    const mlops_multivariate_result found = classify(self, NULL);
    assert_int_equal(found.verdict, MLOPS_DRIFT_YES);
    assert_true(found.effect > 0.9 && found.p_value < 1e-9);
    assert_int_equal(mlops_multivariate_features(&features, self, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_table_values(features, 1, gain, WIDE, NULL), MLOPS_OK);
    close_to(gain[0] + gain[1] + gain[2] + gain[3] + gain[4], 1, 1e-12);
    assert_true(gain[0] + gain[1] + gain[2] > 0.9);
    for (int i = 0; i < 3; i++) {
        mlops_table_text(features, 0, i, name, sizeof name, NULL);
        assert_true(!strcmp(name, "f0") || !strcmp(name, "f1") || !strcmp(name, "f3"));
    }
    mlops_table_unref(features);
    mlops_multivariate_free(self);
    self = pair_of(x, 40, x + ROWS * WIDE, 300, WIDE, NULL);
    assert_int_equal(classify(self, NULL).verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    refused(mlops_multivariate_features(&features, self, NULL, &e), &e, MLOPS_E_INVALID, "40");
    mlops_classify_opts opts = MLOPS_CLASSIFY_OPTS_INIT;
    opts.n_folds = 11;
    refused(mlops_multivariate_features(&features, self, &opts, &e), &e, MLOPS_E_INVALID, "folds");
    mlops_multivariate_free(self);
}

static int classifier_alarms(int reports, int64_t n, int64_t m, double shift,
                             const mlops_classify_opts *opts) {
    enum { WIDE = 3 };
    double *x = malloc((size_t)(n + m) * WIDE * sizeof *x);
    int found = 0;
    assert_non_null(x);
    for (int r = 0; r < reports; r++) {
        fill(x, (n + m) * WIDE, 0);
        for (int64_t i = n; i < n + m; i++) x[i * WIDE] += shift;
        mlops_multivariate *self = pair_of(x, n, x + n * WIDE, m, WIDE, NULL);
        found += classify(self, opts).verdict == MLOPS_DRIFT_YES;
        mlops_multivariate_free(self);
    }
    free(x);
    return found;
}

/* The best that any classifier reaches of a shift by s is an AUC of P(normal < s / sqrt 2). */
static void test_false_alarms_of_the_classifier(void **state) {
    (void)state;
    mlops_classify_opts opts = MLOPS_CLASSIFY_OPTS_INIT;
    seed = 41;
    opts.alpha = 0.2, opts.tolerance = 0.5000001, opts.n_trees = 20;
    assert_in_range(classifier_alarms(200, 100, 150, 0, &opts), 0, 52);
    assert_in_range(classifier_alarms(100, 500, 300, 0, &opts), 0, 29);
    opts.tolerance = 0.55;
    assert_in_range(classifier_alarms(100, 400, 400, 0.1777, &opts), 0, 29);
    assert_int_equal(classifier_alarms(5, 1000, 1000, 1, NULL), 5);
    assert_int_equal(classifier_alarms(5, 1000, 1000, 0, NULL), 0);
}

int main(void) {
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_bound_by_name),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_bits_are_those_of_any_machine),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_odd_values),
        cmocka_unit_test(test_false_alarms_stay_within_alpha),
        cmocka_unit_test(test_false_alarms_at_the_tolerance),
        cmocka_unit_test(test_three_answers),
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_columns_at_fault_come_first),
        cmocka_unit_test(test_false_alarms_of_the_classifier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
