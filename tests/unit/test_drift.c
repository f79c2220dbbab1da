/* Verdicts: the rule by hand, its three answers, its confidence by simulation, and the verbs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drift/inside.h"
#include "stats/stats.h"
#include "sys/io_test.h"
#include "text/json.h"

#include <mlops.h>

static uint64_t seed = 1;

static double uniform(void) {
    seed += 0x9e3779b97f4a7c15u;
    uint64_t z = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static double normal(void) {
    double r = sqrt(-2 * log(1 - uniform()));
    return r * cos(6.283185307179586 * uniform());
}

static void close_to(double got, double want, double relative) {
    if (!(fabs(got - want) <= relative * fabs(want) || (isnan(got) && isnan(want))))
        fail_msg("%.17g is not %.17g", got, want);
}

static mlops_table *matrix(const double *values, int64_t n_rows, int64_t n_columns) {
    mlops_table *out;
    mlops_error err;
    if (mlops_table_from_matrix(&out, values, n_rows, n_columns, NULL, NULL, &err))
        fail_msg("%s", err.message);
    return out;
}

static mlops_table *parse(const char *csv) {
    mlops_table *out;
    mlops_error err;
    if (mlops_table_parse(&out, csv, strlen(csv), NULL, &err)) fail_msg("%s", err.message);
    return out;
}

/* A table of one string column "s" with so many rows of each category "a", "b", ...; codes at or
 * beyond 26 are two letters. */
static mlops_table *letters(const int *counts, int k) {
    mlops__buf csv;
    mlops_table *out;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_text(&csv, "s\n");
    for (int i = 0; i < k; i++)
        for (int r = 0; r < counts[i]; r++)
            mlops__buf_format(&csv, "%c%c\n", 'a' + i / 26, 'a' + i % 26);
    assert_int_equal(mlops_table_parse(&out, (const char *)csv.data, csv.size, NULL, NULL),
                     MLOPS_OK);
    mlops__buf_free(&csv);
    return out;
}

static mlops_drift_column column_of(const mlops_drift *self, int64_t index) {
    mlops_drift_column out = MLOPS_DRIFT_COLUMN_INIT;
    assert_int_equal(mlops_drift_get(self, index, &out), MLOPS_OK);
    return out;
}

static mlops_drift *compare(mlops_table *x, mlops_table *y, const mlops_drift_opts *opts) {
    mlops_drift *out;
    mlops_error err;
    if (mlops_drift_compare(&out, x, y, opts, &err)) fail_msg("%s", err.message);
    return out;
}

/* Ends the tables too. */
static mlops_drift_column compare_one(mlops_table *x, mlops_table *y,
                                      const mlops_drift_opts *opts) {
    mlops_drift *drift = compare(x, y, opts);
    mlops_drift_column out = column_of(drift, 0);
    assert_int_equal(mlops_drift_overall(drift), out.verdict);
    out.name = NULL;
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
    return out;
}

/* Whole numbers, moved by a share of n. */
static mlops_table *ramp(int64_t n, double shift) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = (double)i + nearbyint(shift * (double)n);
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
}

static mlops_table *normals(int64_t n, int64_t k, double shift) {
    double *values = malloc((size_t)(n * k) * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n * k; i++) values[i] = normal() + shift;
    mlops_table *out = matrix(values, n, k);
    free(values);
    return out;
}

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

static void test_holm(void **state) {
    (void)state;
    static const double p[] = {0.02, 0.001, 1, 0.004, 0.004, 0},
                        adjusted[] = {0.04, 0.005, 1, 0.016, 0.016, 0};
    mlops__drift_judged judged[6];
    int64_t order[6];
    mlops__drift_rule rule = {0.02, 0.05, 0.05, 50};
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
    mlops__drift_holm(judged, 6, &rule, order);
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

static mlops_table *constant(int64_t n, double value) {
    double *values = malloc((size_t)n * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) values[i] = value;
    mlops_table *out = matrix(values, n, 1);
    free(values);
    return out;
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

static void refused(mlops_status status, const mlops_error *err, mlops_status want,
                    const char *word) {
    assert_int_equal(status, want);
    assert_int_equal(err->code, want);
    if (!strstr(err->message, word)) fail_msg("'%s' lacks '%s'", err->message, word);
}

static void test_names(void **state) {
    (void)state;
    mlops_table *x = parse("a,b,\"c,d\"\n1,x,2\n"), *y = parse("\"c,d\",a,e\n1,2,3\n");
    mlops_drift *out = NULL;
    mlops_error err;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    refused(mlops_drift_compare(&out, x, y, NULL, &err), &err, MLOPS_E_SCHEMA, "'b'");
    assert_null(out);
    opts.ignore = "b";
    mlops_drift *drift = compare(x, y, &opts);
    assert_int_equal(mlops_drift_n_columns(drift), 2);
    assert_string_equal(column_of(drift, 0).name, "a");
    assert_string_equal(column_of(drift, 1).name, "c,d");
    mlops_drift_column none = MLOPS_DRIFT_COLUMN_INIT;
    assert_int_equal(mlops_drift_get(drift, 2, &none), MLOPS_E_INVALID);
    assert_int_equal(mlops_drift_get(drift, -1, &none), MLOPS_E_INVALID);
    mlops_drift_unref(drift);
    opts.ignore = "b,e"; /* either side may have it */
    mlops_drift_unref(compare(x, y, &opts));
    opts.ignore = "b,f";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "'f'");
    opts.ignore = NULL;
    opts.columns = "\"c,d\"";
    drift = compare(x, y, &opts);
    assert_int_equal(mlops_drift_n_columns(drift), 1);
    mlops_drift_unref(drift);
    opts.columns = "e";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "'e'");
    opts.columns = "a";
    opts.ignore = "a";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "no column");
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_kinds(void **state) {
    (void)state;
    static const char *const texts[] = {"a\n1\n", "a\n1.5\n", "a\nx\n", "a\ntrue\n"};
    static const char *const kinds[] = {"numeric", "numeric", "string", "bool"};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            mlops_table *x = parse(texts[i]), *y = parse(texts[j]);
            mlops_drift *out;
            mlops_error err;
            mlops_status status = mlops_drift_compare(&out, x, y, NULL, &err);
            if (strcmp(kinds[i], kinds[j]) == 0) {
                assert_int_equal(status, MLOPS_OK);
            } else {
                refused(status, &err, MLOPS_E_SCHEMA, kinds[i]);
                refused(status, &err, MLOPS_E_SCHEMA, kinds[j]);
                refused(status, &err, MLOPS_E_SCHEMA, "'a'");
                assert_null(out);
            }
            mlops_drift_unref(out);
            mlops_table_unref(x);
            mlops_table_unref(y);
        }
}

static void test_options(void **state) {
    (void)state;
    mlops_table *x = ramp(100, 0);
    mlops_drift *out;
    mlops_error err;
    mlops_call call = MLOPS_CALL_INIT;
    static const struct {
        double alpha, ks, tv;
        int64_t rows;
        uint32_t flags;
        const char *word;
    } rows[] = {{0.6, 0, 0, 0, 0, "alpha"},         {-0.1, 0, 0, 0, 0, "alpha"},
                {(double)NAN, 0, 0, 0, 0, "alpha"}, {0, 1, 0, 0, 0, "ks_tolerance"},
                {0, -1, 0, 0, 0, "ks_tolerance"},   {0, 0, 1.5, 0, 0, "tv_tolerance"},
                {0, 0, 0, -1, 0, "rows_min"},       {0, 0, 0, 0, 1, "flags"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
        opts.alpha = rows[i].alpha;
        opts.ks_tolerance = rows[i].ks;
        opts.tv_tolerance = rows[i].tv;
        opts.rows_min = rows[i].rows;
        opts.flags = rows[i].flags;
        refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_INVALID, rows[i].word);
    }
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.call = &call;
    call.flags = 1;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_INVALID, "mlops_call");
    call.flags = 0;
    call.memory_max = 100;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_LIMIT, "memory_max");
    refused(mlops_drift_compare(&out, NULL, x, NULL, &err), &err, MLOPS_E_INVALID, "NULL");
    opts.call = NULL;
    opts.ks_tolerance = 0.4; /* what was drift is harmless now */
    mlops_drift_column c = compare_one(ramp(1000, 0), ramp(1000, 0.3), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.tolerance, 0.4, 0);
    opts.rows_min = 1001;
    c = compare_one(ramp(1000, 0), ramp(1000, 0.9), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    mlops_table_unref(x);
}

static mlops_reference *keep(const mlops_table *table, int64_t n_edges) {
    mlops_reference *out;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_error err;
    opts.n_edges = n_edges;
    if (mlops_reference_new(&out, table, &opts, &err)) fail_msg("%s", err.message);
    return out;
}

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

static void test_hidden_share(void **state) {
    (void)state;
    close_to(1 + mlops__drift_hidden(1, 1000, 10), 1, 0);
    close_to(1 + mlops__drift_hidden(0, 0, 10), 1, 0);
    close_to(mlops__drift_hidden(0, 10000, 255), 40.0 / 10000, 1e-12);
    close_to(mlops__drift_hidden(0, 1, 255), 1, 0);
}

static mlops_drift *compare_on(const mlops_executor *executor, mlops_table *x, mlops_table *y,
                               int64_t memory_max) {
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    call.executor = executor;
    call.memory_max = memory_max;
    opts.call = &call;
    return compare(x, y, &opts);
}

static void test_executor_changes_nothing(void **state) {
    (void)state;
    mlops_table *x = normals(700, 23, 0), *y = normals(600, 23, 0.2);
    mlops_pool *pool;
    assert_int_equal(mlops_pool_new(&pool, 3, NULL, NULL), MLOPS_OK);
    mlops_drift *want = compare(x, y, NULL);
    for (int round = 0; round < 4; round++) {
        /* the second round has room for two columns at once */
        mlops_drift *got = compare_on(mlops_pool_executor(pool), x, y, round % 2 ? 45000 : 0);
        assert_int_equal(mlops_drift_n_columns(got), 23);
        for (int64_t i = 0; i < 23; i++) {
            mlops_drift_column a = column_of(want, i), b = column_of(got, i);
            assert_string_equal(a.name, b.name);
            a.name = b.name = NULL;
            assert_memory_equal(&a, &b, sizeof a);
        }
        mlops_drift_unref(got);
    }
    mlops_drift_unref(want);
    mlops_pool_free(pool);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static int32_t stop_at(void *user, int64_t done, int64_t total) {
    int64_t *calls = user;
    assert_int_equal(total, 5);
    assert_int_equal(done, *calls);
    return ++*calls == 3;
}

static void test_cancel_and_deadline(void **state) {
    (void)state;
    mlops_table *x = normals(100, 5, 0);
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *out;
    mlops_error err;
    int64_t calls = 0;
    opts.call = &call;
    call.progress = stop_at;
    call.progress_user = &calls;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_CANCELLED, "2 of 5");
    assert_null(out);
    call.progress = NULL;
    call.deadline_ns = 1;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_DEADLINE, "0 of 5");
    mlops_table_unref(x);
}

static void make_path(char *out, size_t cap, const char *folder, const char *name) {
    assert_true(snprintf(out, cap, "%s/%s", folder, name) < (int)cap);
}

static char *read_file(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*n + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *n, file), *n);
    text[*n] = 0;
    fclose(file);
    return text;
}

/* Reads the JSON back: the numbers of each column and the order. */
static void check_json(const char *text, size_t n, const mlops_drift *drift) {
    mlops__arena arena;
    mlops__json json;
    mlops__json_event event = MLOPS__JSON_NULL;
    mlops_error err;
    int64_t index = -1, n_numbers = 0;
    char name[64] = "";
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__json_init(&json, text, n, &arena, &err);
    while (event != MLOPS__JSON_END) {
        if (mlops__json_next(&json, &event)) fail_msg("%s", err.message);
        if (event == MLOPS__JSON_NAME) {
            assert_true(json.n < sizeof name);
            memcpy(name, json.text, json.n);
            name[json.n] = 0;
            continue;
        }
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (event == MLOPS__JSON_STRING && !strcmp(name, "name")) {
            c = column_of(drift, ++index);
            assert_true(mlops__json_is(&json, c.name));
        }
        if (event != MLOPS__JSON_NUMBER || index < 0) continue;
        c = column_of(drift, index);
        double value = strtod(json.text, NULL);
        n_numbers++;
        if (!strcmp(name, "effect_low")) close_to(value, c.effect_low, 0);
        if (!strcmp(name, "p_adjusted")) close_to(value, c.p_adjusted, 0);
        if (!strcmp(name, "psi")) close_to(value, c.psi, 0);
        if (!strcmp(name, "n_current")) close_to(value, (double)c.n_current, 0);
        if (!strcmp(name, "mean_current")) close_to(value, c.mean_current, 0);
    }
    assert_int_equal(index + 1, mlops_drift_n_columns(drift));
    assert_true(n_numbers >= 7 * mlops_drift_n_columns(drift));
    mlops__arena_free(&arena);
}

/* One tag from its '<' on: pushes or pops its name; returns what follows. */
static const char *check_tag(const char *at, char names[][16], int *depth) {
    int closing = at[1] == '/', n = 0;
    const char *name = at + 1 + closing, *end = name;
    for (int quoted = 0; quoted || *end != '>'; end++) {
        assert_true(*end && (quoted || *end != '<'));
        quoted ^= *end == '"';
    }
    while (isalnum((unsigned char)name[n])) n++;
    assert_in_range(n, 1, 15);
    if (closing) {
        assert_true(*depth > 0);
        --*depth;
        if (strncmp(names[*depth], name, (size_t)n) || names[*depth][n])
            fail_msg("</%.*s> closes <%s>", n, name, names[*depth]);
    } else if (end[-1] != '/' && strncmp(name, "meta", 4)) {
        assert_true(*depth < 32);
        memcpy(names[*depth], name, (size_t)n);
        names[(*depth)++][n] = 0;
    }
    return end + 1;
}

/* Tags nest, nothing acts, nothing is fetched. */
static void check_html(const char *text) {
    static const char *const none[] = {"<script", "https:", "<link", "@import", " href", " src"};
    static const char doctype[] = "<!DOCTYPE html>";
    char names[32][16];
    int depth = 0;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) assert_null(strstr(text, none[i]));
    assert_int_equal(strncmp(text, doctype, sizeof doctype - 1), 0);
    const char *at = text + sizeof doctype - 1;
    while ((at = strchr(at, '<'))) at = check_tag(at, names, &depth);
    assert_int_equal(depth, 0);
}

static void test_reports(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", html[64], json[64];
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    make_path(json, sizeof json, folder, "r.json");
    mlops_table *x = parse("<b>&\"x\",s,n\n1,a,\n2,b,\n3,a,\n"),
                *y = parse("<b>&\"x\",s,n\n1,c,\n5,c,\n-inf,,\n");
    mlops_drift *drift = compare(x, y, NULL);
    assert_int_equal(mlops_drift_save(drift, html, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_save(drift, json, NULL), MLOPS_OK);
    size_t n, needed;
    char *text = read_file(json, &n);
    check_json(text, n, drift);
    assert_int_equal(mlops_drift_json(drift, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(needed, n);
    char *own = malloc(n + 1);
    assert_non_null(own);
    assert_int_equal(mlops_drift_json(drift, own, n + 1, NULL), MLOPS_OK);
    assert_string_equal(own, text);
    assert_int_equal(mlops_drift_json(drift, own, n, &needed), MLOPS_E_ARENA);
    assert_string_equal(own, "");
    free(own);
    free(text);
    text = read_file(html, &n);
    check_html(text);
    assert_non_null(strstr(text, "&lt;b&gt;"));
    assert_null(strstr(text, "<b>"));
    assert_non_null(strstr(text, "not enough data"));
    free(text);
    mlops_error err;
    refused(mlops_drift_save(drift, "", &err), &err, MLOPS_E_INVALID, "path");
    make_path(html, sizeof html, folder, "none/r.html");
    refused(mlops_drift_save(drift, html, &err), &err, MLOPS_E_NOT_FOUND, "none");
    make_path(html, sizeof html, folder, "r.html");
    remove(html);
    remove(json);
    assert_int_equal(remove(folder), 0);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_large_report_is_small(void **state) {
    (void)state;
    enum { COLUMNS = 1000, ROWS = 400 };
    char folder[] = "/tmp/drift.XXXXXX", html[64];
    double *values = malloc(COLUMNS * ROWS * sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < COLUMNS * ROWS; i++) values[i] = normal() * 12345.678;
    mlops_table *x = matrix(values, ROWS, COLUMNS);
    for (int i = 0; i < COLUMNS * ROWS; i++) values[i] += i % COLUMNS % 2 ? 20000 : 0;
    mlops_table *y = matrix(values, ROWS, COLUMNS);
    mlops_drift *drift = compare(x, y, NULL);
    assert_int_equal(mlops_drift_n_drifted(drift), COLUMNS / 2);
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    assert_int_equal(mlops_drift_save(drift, html, NULL), MLOPS_OK);
    size_t n;
    char *text = read_file(html, &n);
    assert_in_range(n, 100 << 10, 400 << 10);
    int rows = 0;
    for (const char *at = text; (at = strstr(at, "<th scope=\"row\">")); at++) rows++;
    assert_int_equal(rows, COLUMNS);
    check_html(text);
    free(text);
    free(values);
    remove(html);
    assert_int_equal(remove(folder), 0);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_notes(void **state) {
    (void)state;
    mlops_table *x = ramp(100, 0);
    mlops_drift *drift = compare(x, x, NULL);
    const mlops__drift_note notes[] = {{"Latency <p50>", "latency_p50", 0.25, "ms"},
                                       {"None", "none", (double)NAN, ""}};
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__drift_html(&out, drift, "Traffic & drift", notes, 2);
    mlops__buf_u8(&out, 0);
    assert_int_equal(out.status, MLOPS_OK);
    assert_non_null(strstr((char *)out.data, "Traffic &amp; drift"));
    assert_non_null(strstr((char *)out.data, "Latency &lt;p50&gt;"));
    assert_non_null(strstr((char *)out.data, "0.25 ms"));
    out.size = 0;
    mlops__drift_json_notes(&out, drift, notes, 2);
    mlops__buf_u8(&out, 0);
    assert_non_null(strstr((char *)out.data, "\"latency_p50\": 0.25"));
    assert_non_null(strstr((char *)out.data, "\"none\": null"));
    mlops__buf_free(&out);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
}

static mlops_status whole_round(const mlops_host *host, const mlops_table *x, const mlops_table *y,
                                const mlops_reference *kept, const char *path, mlops_error *err) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *a = NULL, *b = NULL;
    opts.host = host;
    mlops_status status = mlops_drift_compare(&a, x, y, &opts, err);
    if (status) assert_null(a);
    if (!status) status = mlops_drift_compare_reference(&b, kept, y, &opts, err);
    if (status) assert_null(b);
    if (!status) status = mlops_drift_save(a, path, err);
    mlops_drift_unref(mlops_drift_ref(a));
    mlops_drift_unref(a);
    mlops_drift_unref(b);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", html[64];
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    mlops_table *x = parse("a,b,s,t\n1,2,x,true\n2,,y,\n3,4,x,false\n"),
                *y = parse("a,b,s,t\n1,2.5,z,true\n2,9,y,\n3,4,x,false\n");
    mlops_reference *kept = keep(x, 0);
    int64_t k = 1;
    for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
        mlops__alloc_fault fault;
        mlops_host host = MLOPS_HOST_INIT;
        mlops_error err;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        host.allocator = &fault.table;
        status = whole_round(&host, x, y, kept, html, &err);
        if (status) refused(status, &err, MLOPS_E_NOMEM, "memory");
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
    }
    assert_in_range(k, 15, 200);
    remove(html);
    assert_int_equal(remove(folder), 0);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

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
        cmocka_unit_test(test_numbers_of_the_rule),
        cmocka_unit_test(test_three_answers),
        cmocka_unit_test(test_bound_and_verdict_agree),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_nulls),
        cmocka_unit_test(test_degenerate_columns),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_kept_reference_of_few_values_is_exact),
        cmocka_unit_test(test_kept_reference_of_many_values),
        cmocka_unit_test(test_hidden_share),
        cmocka_unit_test(test_executor_changes_nothing),
        cmocka_unit_test(test_cancel_and_deadline),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_large_report_is_small),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_every_allocation_may_fail),
        cmocka_unit_test(test_bound_covers_exact_p),
        cmocka_unit_test(test_false_alarms_stay_within_alpha),
        cmocka_unit_test(test_false_alarms_at_the_tolerance),
        cmocka_unit_test(test_false_alarms_of_many_categories),
        cmocka_unit_test(test_half_a_deviation_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
