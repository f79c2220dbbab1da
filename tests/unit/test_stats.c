/* Two-sample statistics, tails and sorting, against closed forms and whole numbers. What SciPy says
 * is held by oracle_stats.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/stats.h"
#include "sys/host.h"
#include "sys/io_test.h"

#include <mlops.h>

static uint64_t seed;

static double uniform(void) {
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void close_to(double got, double want, double relative) {
    if (fabs(got - want) > relative * fabs(want)) fail_msg("%.17g is not %.17g", got, want);
}

static mlops_stats_two_sample compare(const double *x, int64_t n, const double *y, int64_t m,
                                      mlops_stats_method method,
                                      mlops_stats_alternative alternative) {
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops_stats_two_sample out = MLOPS_STATS_TWO_SAMPLE_INIT;
    opts.method = method;
    opts.alternative = alternative;
    assert_int_equal(mlops_stats_compare(&out, x, n, y, m, &opts, NULL), MLOPS_OK);
    return out;
}

static void test_by_hand(void **state) {
    (void)state;
    const double x[] = {3, 1, 2}, y[] = {2, 4};
    mlops_stats_two_sample r = compare(x, 3, y, 2, MLOPS_STATS_AUTO, MLOPS_STATS_TWO_SIDED);
    /* CDFs: x 1/3 2/3 1 1, y 0 1/2 1/2 1 at 1 2 3 4 */
    close_to(r.ks, 0.5, 1e-15);
    close_to(r.ks_location, 3, 0);
    assert_int_equal(r.ks_sign, 1);
    close_to(r.wasserstein, 1.0 / 3 + 1.0 / 6 + 1.0 / 2, 1e-15);
    close_to(r.energy, sqrt(2 * (1.0 / 9 + 1.0 / 36 + 1.0 / 4)), 1e-15);
    assert_int_equal(r.ks_exact, 1);
    assert_int_equal(r.n, 3);
    assert_int_equal(r.m, 2);
    r = compare(x, 3, y, 2, MLOPS_STATS_AUTO, MLOPS_STATS_LESS);
    close_to(r.ks + 1, 1, 0);
    close_to(r.ks_p, 1, 0);
    assert_int_equal(r.ks_sign, -1);
}

static void test_one_value_each(void **state) {
    (void)state;
    const double a[] = {1}, b[] = {2};
    for (int method = MLOPS_STATS_AUTO; method <= MLOPS_STATS_ASYMPTOTIC; method++) {
        mlops_stats_two_sample r =
            compare(a, 1, b, 1, (mlops_stats_method)method, MLOPS_STATS_TWO_SIDED);
        close_to(r.ks, 1, 0);
        if (method != MLOPS_STATS_ASYMPTOTIC) close_to(r.ks_p, 1, 0);
        close_to(r.wasserstein, 1, 0);
        r = compare(a, 1, a, 1, (mlops_stats_method)method, MLOPS_STATS_TWO_SIDED);
        close_to(r.ks_p, 1, 0);
        close_to(r.ks + r.wasserstein + r.energy + 1, 1, 0);
    }
}

/* Equal sizes, complete separation: 2 of choose(2n, n) orders. */
static void test_exact_p_of_separation(void **state) {
    (void)state;
    double x[40], y[40], choose = 1;
    for (int n = 1; n <= 40; n++) {
        x[n - 1] = n;
        y[n - 1] = 100 + n;
        choose = choose * (2 * n) * (2 * n - 1) / n / n;
        mlops_stats_two_sample r = compare(x, n, y, n, MLOPS_STATS_EXACT, MLOPS_STATS_TWO_SIDED);
        close_to(r.ks_p, 2 / choose, 1e-12);
        r = compare(x, n, y, n, MLOPS_STATS_EXACT, MLOPS_STATS_GREATER);
        close_to(r.ks_p, 1 / choose, 1e-12);
    }
}

static void test_sample_is_untouched(void **state) {
    (void)state;
    double x[300], kept[300];
    for (int i = 0; i < 300; i++) x[i] = i % 7 ? uniform() : (double)NAN;
    memcpy(kept, x, sizeof x);
    mlops_stats_two_sample r = compare(x, 300, x, 200, MLOPS_STATS_AUTO, MLOPS_STATS_TWO_SIDED);
    assert_memory_equal(x, kept, sizeof x);
    assert_int_equal(r.n + r.n_nan, 300);
    assert_int_equal(r.n_nan, 43);
}

static void test_sorted_is_taken_at_its_word(void **state) {
    (void)state;
    double x[500], y[400], scratch[500], xs[500], ys[400];
    for (int i = 0; i < 500; i++) x[i] = floor(50 * uniform());
    for (int i = 0; i < 400; i++) y[i] = floor(60 * uniform());
    mlops__sort_f64(mlops_cpu_level(MLOPS_CPU_BEST), xs, scratch, x, 500);
    mlops__sort_f64(mlops_cpu_level(MLOPS_CPU_BEST), ys, scratch, y, 400);
    mlops_stats_two_sample a = compare(x, 500, y, 400, MLOPS_STATS_AUTO, MLOPS_STATS_TWO_SIDED);
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    opts.host = &host;
    opts.flags = MLOPS_STATS_X_SORTED | MLOPS_STATS_Y_SORTED;
    opts.method = MLOPS_STATS_ASYMPTOTIC;
    mlops_stats_two_sample b = MLOPS_STATS_TWO_SAMPLE_INIT;
    assert_int_equal(mlops_stats_compare(&b, xs, 500, ys, 400, &opts, NULL), MLOPS_OK);
    assert_int_equal(fault.n_calls, 0);
    close_to(a.ks, b.ks, 0);
    close_to(a.ks_location, b.ks_location, 0);
    close_to(a.wasserstein, b.wasserstein, 0);
    close_to(a.energy, b.energy, 0);
}

static void refused(mlops_status status, const mlops_error *err, mlops_status want,
                    const char *word) {
    assert_int_equal(status, want);
    assert_int_equal(err->code, want);
    if (!strstr(err->message, word)) fail_msg("'%s' lacks '%s'", err->message, word);
}

static void test_refuses(void **state) {
    (void)state;
    const double x[] = {1, 2}, none[] = {(double)NAN};
    mlops_error err;
    mlops_stats_two_sample out = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    refused(mlops_stats_compare(&out, x, 0, x, 2, NULL, &err), &err, MLOPS_E_INVALID, "first");
    refused(mlops_stats_compare(&out, x, 2, none, 1, NULL, &err), &err, MLOPS_E_INVALID, "second");
    refused(mlops_stats_compare(&out, x, -1, x, 2, NULL, &err), &err, MLOPS_E_INVALID, "negative");
    refused(mlops_stats_compare(&out, NULL, 1, x, 2, NULL, &err), &err, MLOPS_E_INVALID, "NULL");
    opts.flags = 4;
    refused(mlops_stats_compare(&out, x, 2, x, 2, &opts, &err), &err, MLOPS_E_INVALID, "flags");
    opts.flags = 0;
    opts.method = (mlops_stats_method)3;
    refused(mlops_stats_compare(&out, x, 2, x, 2, &opts, &err), &err, MLOPS_E_INVALID, "method");
    opts.method = MLOPS_STATS_AUTO;
    opts.alternative = (mlops_stats_alternative)-1;
    refused(mlops_stats_compare(&out, x, 2, x, 2, &opts, &err), &err, MLOPS_E_INVALID,
            "alternative");
    opts.alternative = MLOPS_STATS_TWO_SIDED;
    opts.measures = 256;
    refused(mlops_stats_compare(&out, x, 2, x, 2, &opts, &err), &err, MLOPS_E_INVALID, "measures");
    opts.measures = MLOPS_STATS_CRAMER;
    opts.flags = MLOPS_STATS_X_SORTED | MLOPS_STATS_Y_SORTED; /* no value of these is read */
    refused(mlops_stats_compare(&out, x, (int64_t)1 << 31, x, 2, &opts, &err), &err,
            MLOPS_E_INVALID, "2147483648 and 2 values are too large for ranks");
    out.struct_size = 0;
    assert_int_equal(mlops_stats_compare(&out, x, 2, x, 2, NULL, NULL), MLOPS_E_INVALID);
    memset(&err, 0, sizeof err);
    refused(mlops_stats_compare(&out, x, 2, x, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "mlops_stats_two_sample: struct_size is 0");
    mlops_table *table = NULL;
    assert_int_equal(mlops_table_from_matrix(&table, x, 2, 1, NULL, NULL, NULL), MLOPS_OK);
    memset(&err, 0, sizeof err);
    refused(mlops_stats_compare_columns(&out, table, 0, table, 0, NULL, &err), &err,
            MLOPS_E_INVALID, "mlops_stats_two_sample: struct_size is 0");
    mlops_table_unref(table);
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    double x[200], y[150];
    for (int i = 0; i < 200; i++) x[i] = uniform();
    for (int i = 0; i < 150; i++) y[i] = uniform();
    int64_t k = 1;
    for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
        mlops__alloc_fault fault;
        mlops_host host = MLOPS_HOST_INIT;
        mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
        mlops_stats_two_sample out = MLOPS_STATS_TWO_SAMPLE_INIT;
        mlops_error err;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        host.allocator = &fault.table;
        opts.host = &host;
        status = mlops_stats_compare(&out, x, 200, y, 150, &opts, &err);
        if (status) refused(status, &err, MLOPS_E_NOMEM, "memory");
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
    }
    assert_int_equal(k, 6); /* two samples, scratch for both, the lattice; then none is left */
}

static void test_columns(void **state) {
    (void)state;
    static const char left[] = "a,b,s,t\n1,1.5,x,true\n2,,y,false\n3,2.5,z,\n4,nan,w,true\n";
    static const char right[] = "u,v\n2,1.5\n5,9\n,\n";
    mlops_table *x, *y;
    mlops_error err;
    assert_int_equal(mlops_table_parse(&x, left, sizeof left - 1, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops_table_parse(&y, right, sizeof right - 1, NULL, &err), MLOPS_OK);
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    assert_int_equal(mlops_stats_compare_columns(&r, x, 0, y, 0, NULL, &err), MLOPS_OK);
    assert_int_equal(r.n, 4);
    assert_int_equal(r.m, 2);
    assert_int_equal(r.m_nan, 1);
    close_to(r.ks, 0.5, 1e-15);
    assert_int_equal(mlops_stats_compare_columns(&r, x, 1, y, 1, NULL, &err), MLOPS_OK);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.n_nan, 2);
    assert_int_equal(mlops_stats_compare_columns(&r, x, 3, y, 1, NULL, &err), MLOPS_OK);
    assert_int_equal(r.n, 3);
    refused(mlops_stats_compare_columns(&r, x, 2, y, 1, NULL, &err), &err, MLOPS_E_SCHEMA, "\"s\"");
    refused(mlops_stats_compare_columns(&r, x, 4, y, 1, NULL, &err), &err, MLOPS_E_INVALID, "4");
    refused(mlops_stats_compare_columns(&r, x, -1, y, 1, NULL, &err), &err, MLOPS_E_INVALID, "-1");
    mlops_stats_opts opts = MLOPS_STATS_OPTS_INIT;
    opts.flags = MLOPS_STATS_X_SORTED;
    refused(mlops_stats_compare_columns(&r, x, 0, y, 0, &opts, &err), &err, MLOPS_E_INVALID,
            "flags");
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_counts(void **state) {
    (void)state;
    const int64_t x[] = {10, 20, 0, 0}, y[] = {20, 10, 0, 30};
    mlops_stats_two_counts r = MLOPS_STATS_TWO_COUNTS_INIT;
    assert_int_equal(mlops_stats_compare_counts(&r, x, y, 4), MLOPS_OK);
    assert_int_equal(r.dof, 2);
    close_to(r.tv, 0.5, 1e-15);
    /* 1/3 2/3 0 against 1/3 1/6 1/2 */
    close_to(r.psi, 0.5 * log(4) + (0.5 - 0.5 / 30) * log(30.0), 1e-14);
    double js = log(1 / 1.0) / 3 + 2.0 / 3 * log(1.6) + log(1.0) / 3 + log(0.4) / 6 + log(2) / 2;
    close_to(r.js, sqrt(js / 2), 1e-14);
    close_to(r.chi2, 30, 1e-14); /* expected 10 10 10 and 20 20 20: 0 + 10 + 10 + 0 + 5 + 5 */
    close_to(r.chi2_p, exp(-15), 1e-13);
    assert_int_equal(mlops_stats_compare_counts(&r, x, y, 2), MLOPS_OK);
    close_to(r.chi2, 4 * 4.5 * 4.5 / 15, 1e-14); /* Yates */
    assert_int_equal(mlops_stats_compare_counts(&r, x, y, 1), MLOPS_OK);
    assert_int_equal(r.dof, 0);
    close_to(r.chi2_p, 1, 0);
    close_to(1 + r.psi + r.js + r.tv + r.chi2, 1, 0);
}

static void test_counts_refused(void **state) {
    (void)state;
    const int64_t x[] = {1, -1, 3}, zero[] = {0, 0, 0}, big[] = {(int64_t)1 << 53, 1, 0};
    mlops_stats_two_counts r = MLOPS_STATS_TWO_COUNTS_INIT;
    assert_int_equal(mlops_stats_compare_counts(&r, x, x, 3), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_counts(&r, x, x, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_counts(&r, zero, x, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_counts(&r, big, x, 1), MLOPS_OK);
    assert_int_equal(mlops_stats_compare_counts(&r, big, x, 2), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_counts(&r, NULL, x, 1), MLOPS_E_INVALID);
}

/* What was compiled before there were measures gets what it knows, and nothing behind it. */
static void test_shorter_structs(void **state) {
    (void)state;
    const double x[] = {1, 2, 3, 4}, y[] = {2, 3, 5, 9};
    mlops_stats_two_sample r = MLOPS_STATS_TWO_SAMPLE_INIT;
    mlops_stats_two_counts c = MLOPS_STATS_TWO_COUNTS_INIT;
    const int64_t counts[] = {1, 2, 3};
    r.struct_size = offsetof(mlops_stats_two_sample, mean_x);
    r.mean_x = 7;
    c.struct_size = offsetof(mlops_stats_two_counts, kl);
    c.kl = 7;
    assert_int_equal(mlops_stats_compare(&r, x, 4, y, 4, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_stats_compare_counts(&c, counts, counts, 3), MLOPS_OK);
    close_to(r.mean_x + c.kl, 14, 0);
    close_to(r.ks, 0.5, 1e-15);
}

static void test_shares(void **state) {
    (void)state;
    mlops_stats_two_shares r = MLOPS_STATS_TWO_SHARES_INIT;
    /* Fisher's lady: 3 of 4 right; 1 and 16 of 70 */
    assert_int_equal(mlops_stats_compare_shares(&r, 3, 4, 1, 4, MLOPS_STATS_GREATER), MLOPS_OK);
    close_to(r.fisher_p, 17.0 / 70, 1e-14);
    close_to(r.odds_ratio, 9, 0);
    close_to(r.z, sqrt(2), 1e-15);
    assert_int_equal(mlops_stats_compare_shares(&r, 3, 4, 1, 4, MLOPS_STATS_TWO_SIDED), MLOPS_OK);
    close_to(r.fisher_p, 34.0 / 70, 1e-14);
    assert_int_equal(mlops_stats_compare_shares(&r, 5, 4, 1, 4, MLOPS_STATS_LESS), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_shares(&r, 3, 4, -1, 4, MLOPS_STATS_LESS),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_shares(&r, 0, 0, 1, 4, MLOPS_STATS_LESS), MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_shares(&r, 0, INT64_MAX, 1, 4, MLOPS_STATS_LESS),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_shares(&r, 1, 2, 1, 4, (mlops_stats_alternative)3),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_stats_compare_shares(NULL, 1, 2, 1, 4, MLOPS_STATS_LESS),
                     MLOPS_E_INVALID);
}

static void test_adjust_refuses(void **state) {
    (void)state;
    const double p[] = {0.2, 1.5};
    double out[] = {7, 7};
    mlops_error err;
    refused(mlops_stats_adjust(p, 2, MLOPS_STATS_BH, out, NULL, &err), &err, MLOPS_E_INVALID,
            "p[1] is not in [0, 1]");
    refused(mlops_stats_adjust(p, 1, (mlops_stats_correction)4, out, NULL, &err), &err,
            MLOPS_E_INVALID, "correction");
    refused(mlops_stats_adjust(NULL, 1, MLOPS_STATS_BH, out, NULL, &err), &err, MLOPS_E_INVALID,
            "NULL");
    refused(mlops_stats_adjust(p, -1, MLOPS_STATS_BH, out, NULL, &err), &err, MLOPS_E_INVALID,
            "negative");
    assert_int_equal(mlops_stats_adjust(NULL, 0, MLOPS_STATS_BH, NULL, NULL, &err), MLOPS_OK);
    close_to(out[0] + out[1], 14, 0);
}

/* Closed forms: two degrees of freedom, and the recurrence that adds two. */
static void test_chi2_tail(void **state) {
    (void)state;
    for (double x = 0.25; x < 1380; x *= 1.25) {
        close_to(mlops__chi2_sf(x, 2), exp(-x / 2), 3e-13);
        double sum = 0, term = 1;
        for (int k = 0; k < 10; term *= x / 2 / ++k) sum += term;
        close_to(mlops__chi2_sf(x, 20), exp(-x / 2) * sum, 5e-13);
        if (x < 1300) close_to(mlops__chi2_sf(x, 1), erfc(sqrt(x / 2)), 5e-13);
    }
    close_to(mlops__chi2_sf(0, 3), 1, 0);
    close_to(mlops__chi2_sf(-1, 3), 1, 0);
    close_to(1 + mlops__chi2_sf((double)INFINITY, 3), 1, 0);
}

static void test_normal_tail(void **state) {
    (void)state;
    for (double x = -8; x < 37.5; x += 0.173)
        close_to(mlops__normal_sf(x), erfc(x / sqrt(2)) / 2, 1e-12);
    close_to(mlops__normal_sf(0), 0.5, 0);
}

/* Every value of D falls as D grows, where methods meet too. */
static void test_kolmogorov_tail_falls(void **state) {
    (void)state;
    static const double sizes[] = {1, 2, 10, 140, 141, 1000, 6600, 6601, 100000, 100001, 3e6, 1e9};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double n = sizes[i], before = 1;
        close_to(mlops__kolmogorov_sf(0.4999 / n, n), 1, 0);
        for (double z = 0.05; z < 30 && z < sqrt(n); z += 0.01) {
            double p = mlops__kolmogorov_sf(z / sqrt(n), n);
            /* Pelz and Good's expansion leaves a seam of its own error */
            if (!(p >= 0 && p <= before * (1 + 1e-5))) fail_msg("n %g z %g: %g", n, z, p);
            before = p;
        }
        close_to(1 + mlops__kolmogorov_sf(1, n), 1, 0);
    }
    double limit = 0; /* Kolmogorov's series */
    for (int k = 1; k < 50; k++) limit += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * 1.3 * 1.3);
    close_to(mlops__kolmogorov_sf(1.3e-6, 1e12), limit, 1e-5);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Out of place and in place, beside qsort() on the values that are no NaN. */
static void check_sorted(double *values, int64_t n) {
    size_t size = (size_t)(n + 1) * sizeof(double);
    double *want = malloc(size), *scratch = malloc(size), *out = malloc(size);
    assert_true(want && scratch && out);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(values[i])) want[kept++] = values[i];
    qsort(want, (size_t)kept, sizeof *want, ascending);
    assert_int_equal(mlops__sort_f64(mlops_cpu_level(MLOPS_CPU_BEST), out, scratch, values, n),
                     kept);
    assert_int_equal(mlops__sort_f64(mlops_cpu_level(MLOPS_CPU_BEST), values, scratch, values, n),
                     kept);
    for (int64_t i = 0; i < kept; i++) {
        if (out[i] != want[i] || values[i] != want[i]) fail_msg("n %d: value %d", (int)n, (int)i);
        assert_false(signbit(out[i]) && out[i] == 0);
    }
    free(want);
    free(scratch);
    free(out);
}

static double sample_of(int kind, int64_t i) {
    double u = uniform();
    switch (kind) {
    case 0: return u - 0.5;
    case 1: return floor(5 * u) * -1;
    case 2: return (double)i;
    case 3: return -(double)i;
    case 4: return 1 + u * 0x1p-30;
    case 5: return (i % 2 ? 1e9 : -1e-9) * (1 + u * 0x1p-40);
    case 6: return i % 3 ? (double)NAN : u;
    case 7: return u < 0.01 ? (double)INFINITY : u < 0.02 ? -(double)INFINITY : u;
    default: return (double)NAN;
    }
}

static void test_sorting(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 1, 2, 3, 48, 49, 1000, 4095, 4096, 70000};
    double *x = malloc(70000 * sizeof *x);
    assert_non_null(x);
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
        for (int kind = 0; kind < 9; kind++) {
            for (int64_t i = 0; i < sizes[s]; i++) x[i] = sample_of(kind, i);
            check_sorted(x, sizes[s]);
        }
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_one_value_each),
        cmocka_unit_test(test_exact_p_of_separation),
        cmocka_unit_test(test_sample_is_untouched),
        cmocka_unit_test(test_sorted_is_taken_at_its_word),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_counts_refused),
        cmocka_unit_test(test_shorter_structs),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_adjust_refuses),
        cmocka_unit_test(test_chi2_tail),
        cmocka_unit_test(test_normal_tail),
        cmocka_unit_test(test_kolmogorov_tail_falls),
        cmocka_unit_test(test_sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
