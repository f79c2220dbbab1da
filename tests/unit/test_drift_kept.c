/* A kept reference gives the verdicts of its table, and a sketch hides no more than it says. */
#include "drift/inside.h"
#include "profile/reference.h"
#include "unit/help_drift.h"

#include <float.h>

/* Compares with the table and with what a reference keeps of it; ends both tables. */
static void both_ways(mlops_table *x, mlops_table *y, mlops_drift_column *whole,
                      mlops_drift_column *kept) {
    mlops_reference *reference = keep(x, 0);
    mlops_drift *a = compare(x, y, NULL), *b;
    assert_int_equal(mlops_drift_compare_reference(&b, reference, y, NULL, NULL), MLOPS_OK);
    *whole = column_of(a, 0);
    *kept = column_of(b, 0);
    whole->name = kept->name = NULL;
    mlops_drift_unref(a);
    mlops_drift_unref(b);
    mlops_reference_unref(reference);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static mlops_table *steps(int64_t n, int k, double shift) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = floor(k * uniform() * uniform()) + shift;
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
}

static void test_kept_reference_of_few_values_is_exact(void **state) {
    (void)state;
    static const double shifts[] = {0, 0.5, -1, -200, 200};
    static const int ks[] = {1, 2, 5, 40, 200};
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) {
            mlops_drift_column whole, kept;
            both_ways(steps(3000, ks[i], 0), steps(2000, ks[i], shifts[j]), &whole, &kept);
            assert_int_equal(kept.exact, 1);
            assert_int_equal(kept.verdict, whole.verdict);
            close_to(kept.ks, whole.ks, 1e-12);
            close_to(kept.effect_low, whole.effect_low, 1e-12);
            close_to(kept.p_value, whole.p_value, 1e-9);
            close_to(kept.psi, whole.psi, 1e-9);
            close_to(kept.tv, whole.tv, 1e-9);
            close_to(kept.mean_reference, whole.mean_reference, 1e-12);
            close_to(kept.wasserstein, whole.wasserstein, 1e-6);
        }
}

static void test_kept_reference_of_many_values(void **state) {
    (void)state;
    static const double shifts[] = {0, 0.02, 0.3, -0.5, -30};
    seed = 5;
    for (int i = 0; i < 5; i++) {
        mlops_drift_column whole, kept;
        both_ways(normals(20000, 1, 0), normals(5000, 1, shifts[i]), &whole, &kept);
        assert_int_equal(kept.exact, 0);
        assert_true(kept.ks <= whole.ks + 1e-12);
        assert_true(kept.ks >= whole.ks - 0.004);
        assert_int_equal(kept.verdict, whole.verdict);
        assert_true(fabs(kept.wasserstein - whole.wasserstein) < 0.005 + 0.01 * whole.wasserstein);
        assert_true(fabs(kept.psi - whole.psi) < 0.001 + 0.1 * whole.psi);
    }
    static const int x[] = {900, 500, 300}, y[] = {400, 500, 300, 500};
    mlops_drift_column whole, kept;
    both_ways(letters(x, 3), letters(y, 4), &whole, &kept);
    whole.struct_size = kept.struct_size = 0;
    assert_int_equal(kept.verdict, MLOPS_DRIFT_YES);
    close_to(kept.tv, whole.tv, 1e-12);
    close_to(kept.p_value, whole.p_value, 1e-12);
    both_ways(parse("b\ntrue\ntrue\n"), parse("b\nfalse\n\n"), &whole, &kept);
    close_to(kept.tv, 1, 1e-12);
    close_to(whole.tv, 1, 1e-12);
    both_ways(constant(100, (double)NAN), constant(100, 1), &whole, &kept);
    assert_string_equal(kept.test, "nulls");
    assert_int_equal(kept.verdict, whole.verdict);
}

static mlops_table *cells_of(const char *cell, int n) {
    mlops__buf csv;
    mlops_table *out;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_text(&csv, "a,b\n");
    for (int i = 0; i < n; i++) mlops__buf_format(&csv, "%s,1\n", cell);
    assert_int_equal(mlops_table_parse(&out, (const char *)csv.data, csv.size, NULL, NULL),
                     MLOPS_OK);
    mlops__buf_free(&csv);
    return out;
}

/* The verdict that a monitor gives of column a after one window of the table. */
static mlops_drift_column watched(mlops_table *x, mlops_table *y) {
    mlops_reference *reference = keep(x, 0);
    mlops_monitor *monitor;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_drift *drift;
    opts.window_rows = mlops_table_n_rows(y);
    assert_int_equal(mlops_monitor_new_reference(&monitor, NULL, reference, &opts, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_table(monitor, y, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, monitor, NULL), MLOPS_OK);
    mlops_drift_column out = column_of(drift, 0);
    mlops_drift_unref(drift);
    mlops_monitor_free(monitor);
    mlops_reference_unref(reference);
    mlops_table_unref(x);
    mlops_table_unref(y);
    return out;
}

/* A column that had no value and has some now has drifted, whatever it has, whichever way. */
static void test_values_where_there_were_none(void **state) {
    (void)state;
    static const char *const cells[] = {"7", "2.5", "x", "true"};
    for (int i = 0; i < 4; i++) {
        mlops_drift_column whole, kept, window;
        both_ways(cells_of("", 2000), cells_of(cells[i], 2000), &whole, &kept);
        window = watched(cells_of("", 2000), cells_of(cells[i], 2000));
        const mlops_drift_column *all[] = {&whole, &kept, &window};
        for (int k = 0; k < 3; k++) {
            assert_int_equal(all[k]->verdict, MLOPS_DRIFT_YES);
            assert_string_equal(all[k]->test, "nulls");
            assert_int_equal(all[k]->n_current, 2000);
            close_to(all[k]->nulls_reference, 1, 0);
            close_to(1 + all[k]->nulls_current, 1, 0);
            close_to(all[k]->effect_low, whole.effect_low, 1e-12);
        }
        both_ways(cells_of(cells[i], 2000), cells_of("", 2000), &whole, &kept);
        window = watched(cells_of(cells[i], 2000), cells_of("", 2000));
        for (int k = 0; k < 3; k++) assert_int_equal(all[k]->verdict, MLOPS_DRIFT_YES);
    }
}

/* A reference may have been made without what is to be ignored; what is to be compared it has. */
static void test_names_of_kept_ones(void **state) {
    (void)state;
    mlops_table *x = parse("a,b\n1,x\n"), *y = parse("a,b\n1,x\n");
    mlops_reference *reference = keep(x, 0);
    mlops_drift *drift;
    mlops_error err;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.ignore = "b,target";
    assert_int_equal(mlops_drift_compare_reference(&drift, reference, y, &opts, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_n_columns(drift), 1);
    mlops_drift_unref(drift);
    opts.columns = "a,target";
    refused(mlops_drift_compare_reference(&drift, reference, y, &opts, &err), &err, MLOPS_E_SCHEMA,
            "'target'");
    mlops_reference_unref(reference);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static mlops_table *whole_numbers(int64_t n, double (*value)(int64_t row)) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = value(i);
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
}

static double by_turns(int64_t row) { return 1700000001 + (double)(row % 2); }

static double first_of_them(int64_t row) { return (void)row, 1700000001; }

/* Nine of ten lie so close together that edges, which are float32, cannot part them. */
static double crowded(int64_t row) {
    double close = 1700000001 + (double)(row % 100);
    return row % 10 ? close : 1700000000 + (double)(row / 10) * 1000;
}

static double crowd_at_one_place(int64_t row) { return row % 10 ? 1700000001 : crowded(row); }

/* What a kept reference cannot see it must not deny. */
static void test_values_that_edges_cannot_part(void **state) {
    (void)state;
    mlops_drift_column whole, kept;
    both_ways(whole_numbers(4000, by_turns), whole_numbers(4000, first_of_them), &whole, &kept);
    assert_int_equal(whole.verdict, MLOPS_DRIFT_YES);
    assert_int_equal(kept.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    assert_int_equal(kept.exact, 0);
    both_ways(whole_numbers(20000, crowded), whole_numbers(20000, crowd_at_one_place), &whole,
              &kept);
    assert_int_equal(whole.verdict, MLOPS_DRIFT_YES);
    assert_int_equal(kept.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
}

/* Rows of each of these kinds, a share of them heavy: one value that comes again and again. */
static double heavy(int kind, double at) {
    static const double ends[] = {INFINITY, -INFINITY, FLT_MAX, -0x1p127, 0, 1, 7, 10};
    double spread = kind & 1 ? floor(400 * uniform()) : (double)(float)uniform();
    if (kind & 2) spread = floor(6 * uniform());
    if (kind & 4 && uniform() < 0.1) spread = ends[(int)(8 * uniform())];
    return uniform() < 0.3 ? at : spread;
}

/* Wherever a heavy value goes, KS is not too large, and what it misses is within hidden. */
static void test_ks_misses_no_more_than_hidden(void **state) {
    (void)state;
    static const double places[] = {10, 5, 11, 0.5, -1, 0, 1000, INFINITY, -INFINITY, FLT_MAX, 3.5};
    seed = 11;
    for (int i = 0; i < 200; i++) {
        double from = places[(int)(11 * uniform())], to = places[(int)(11 * uniform())];
        double *x = malloc(2 * 3000 * sizeof *x), *y = x + 3000;
        assert_non_null(x);
        for (int k = 0; k < 3000; k++) x[k] = heavy(i, from);
        for (int k = 0; k < 3000; k++) y[k] = heavy(i, to);
        mlops_table *before = matrix(x, 3000, 1), *now = matrix(y, 3000, 1);
        mlops_reference *reference = keep(before, 0);
        double hidden = mlops__reference_at(reference, 0)->hidden;
        mlops_reference_unref(reference);
        free(x);
        mlops_drift_column whole, kept;
        both_ways(before, now, &whole, &kept);
        assert_true(kept.ks <= whole.ks + 1e-12);
        assert_true(kept.ks + hidden >= whole.ks - 1e-12);
        assert_true(hidden < 0.01); /* and that is little, as heavy values are told by themselves */
        if (isinf(whole.wasserstein)) close_to(kept.wasserstein, NAN, 0);
    }
}

static void test_hidden_is_the_largest_cell_of_several_values(void **state) {
    (void)state;
    mlops_table *x = normals(10000, 1, 0), *few = steps(3000, 5, 0);
    mlops_reference *a = keep(x, 0), *b = keep(few, 0);
    const mlops__reference_column *c = mlops__reference_at(a, 0);
    int64_t most = 0;
    for (int64_t i = 0; i < c->n_cells; i++) most = c->counts[i] > most ? c->counts[i] : most;
    close_to(c->hidden, (double)most / 10000, 1e-6);
    assert_true(c->hidden >= (double)most / 10000);
    assert_true(mlops__reference_at(b, 0)->hidden <= 0);
    mlops_reference_unref(a);
    mlops_reference_unref(b);
    mlops_table_unref(x);
    mlops_table_unref(few);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kept_reference_of_few_values_is_exact),
        cmocka_unit_test(test_kept_reference_of_many_values),
        cmocka_unit_test(test_values_where_there_were_none),
        cmocka_unit_test(test_names_of_kept_ones),
        cmocka_unit_test(test_values_that_edges_cannot_part),
        cmocka_unit_test(test_ks_misses_no_more_than_hidden),
        cmocka_unit_test(test_hidden_is_the_largest_cell_of_several_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
