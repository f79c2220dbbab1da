/* Where a column has changed: intervals and categories held to what trying all of them gives. */
#include "column/table.h"
#include "unit/help_drift.h"

enum { MANY = 60 };

/* A row of the table of regions. */
typedef struct region {
    char kind[16], category[64];
    double low, high, reference, current;
} region;

static const char *text_at(const mlops__column *column, int64_t row) {
    int there = mlops__column_valid(column, row);
    return there ? column->texts[((const int32_t *)column->data)[row]] : "";
}

static void text_of(char *out, size_t cap, const mlops_table *table, int64_t column, int64_t row) {
    const char *text = text_at(mlops__table_column(table, column), row);
    snprintf(out, cap, "%s", text);
}

static double number_of(const mlops_table *table, int64_t column, int64_t row) {
    return mlops__column_f64(mlops__table_column(table, column), row);
}

static int regions_of(region *out, const mlops_drift *drift, const char *name) {
    mlops_table *table;
    mlops_error err;
    char column[64];
    int n = 0;
    if (mlops_drift_regions(&table, drift, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops_table_n_columns(table), 7);
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
        text_of(column, sizeof column, table, 0, i);
        if (strcmp(column, name) != 0) continue;
        assert_true(n < 8);
        text_of(out[n].kind, sizeof out[n].kind, table, 1, i);
        out[n].low = number_of(table, 2, i);
        out[n].high = number_of(table, 3, i);
        text_of(out[n].category, sizeof out[n].category, table, 4, i);
        out[n].reference = number_of(table, 5, i);
        out[n].current = number_of(table, 6, i);
        n++;
    }
    mlops_table_unref(table);
    return n;
}

static double share_between(const double *values, int n, double low, double high) {
    int found = 0;
    for (int i = 0; i < n; i++) found += values[i] >= low && values[i] <= high;
    return (double)found / n;
}

static double share_upto(const double *values, int n, double at) {
    return share_between(values, n, -(double)INFINITY, at);
}

/* The largest gain (sign 1) or loss of all intervals between values. */
static double largest_change(const double *x, int n, const double *y, int m, int sign) {
    double all[2 * MANY], best = 0;
    memcpy(all, x, (size_t)n * sizeof *x);
    memcpy(all + n, y, (size_t)m * sizeof *y);
    for (int i = 0; i < n + m; i++)
        for (int k = 0; k < n + m; k++) {
            double change =
                sign * (share_between(y, m, all[i], all[k]) - share_between(x, n, all[i], all[k]));
            if (change > best) best = change;
        }
    return best;
}

static void test_intervals_are_the_worst_of_all(void **state) {
    (void)state;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.alpha = 0.5;
    opts.rows_min = 1;
    opts.ks_tolerance = 1e-6;
    int n_seen = 0, n_two = 0;
    seed = 31;
    for (int round = 0; round < 300; round++) {
        double x[MANY], y[MANY];
        int n = 20 + (int)(41 * uniform()), m = 20 + (int)(41 * uniform());
        double grid = round % 2 ? 4 : 1000, shift = 0.4 * uniform(), wide = 0.5 + uniform();
        for (int i = 0; i < n; i++) x[i] = floor(grid * uniform());
        for (int i = 0; i < m; i++) y[i] = floor(grid * (uniform() * wide + shift));
        mlops_table *a = matrix(x, n, 1), *b = matrix(y, m, 1);
        mlops_drift *drift = compare(a, b, &opts);
        mlops_drift_column c = column_of(drift, 0);
        region found[8];
        int n_found = regions_of(found, drift, c.name);
        assert_int_equal(n_found > 0, c.p_value <= 0.5);
        assert_int_equal(*c.where != 0, n_found > 0);
        double gap = share_upto(y, m, c.location) - share_upto(x, n, c.location);
        if (c.ks > 0) close_to(-c.direction * gap, c.ks, 1e-12);
        for (int i = 0; i < n_found; i++) {
            double change = found[i].current - found[i].reference;
            assert_string_equal(found[i].kind, "values");
            close_to(fabs(change), largest_change(x, n, y, m, change > 0 ? 1 : -1), 1e-12);
            close_to(found[i].reference, share_between(x, n, found[i].low, found[i].high), 1e-12);
            close_to(found[i].current, share_between(y, m, found[i].low, found[i].high), 1e-12);
        }
        if (n_found == 2) {
            double first = found[0].current - found[0].reference;
            double second = found[1].current - found[1].reference;
            assert_true(first * second < 0 && fabs(first) >= fabs(second) - 1e-12);
        }
        n_seen += n_found > 0;
        n_two += n_found == 2;
        mlops_drift_unref(drift);
        mlops_table_unref(a);
        mlops_table_unref(b);
    }
    assert_true(n_seen > 100 && n_two > 100);
}

/* Values at the quantiles that a reference kept: within what it may hide of the exact ones. */
static void test_kept_references(void **state) {
    (void)state;
    enum { N = 4000 };
    double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
    assert_true(x && y);
    seed = 8;
    for (int i = 0; i < N; i++) {
        x[i] = normal();
        y[i] = normal() * 0.7 + 0.5;
    }
    mlops_table *a = matrix(x, N, 1), *b = matrix(y, N, 1);
    for (int64_t n_edges = 64; n_edges <= 255; n_edges += 191) {
        mlops_reference *reference = keep(a, n_edges);
        mlops_drift *exact = compare(a, b, NULL), *drift;
        region want[8], found[8];
        double hidden = 3.0 / (double)n_edges;
        assert_int_equal(mlops_drift_compare_reference(&drift, reference, b, NULL, NULL), 0);
        assert_int_equal(regions_of(want, exact, column_of(exact, 0).name), 2);
        assert_int_equal(regions_of(found, drift, column_of(drift, 0).name), 2);
        for (int i = 0; i < 2; i++) {
            double before = want[i].current - want[i].reference;
            double change = found[i].current - found[i].reference;
            assert_true(fabs(change) <= fabs(before) + 1e-12);
            assert_true(fabs(change - before) <= hidden);
            /* above low, up to high: counted, not estimated */
            double below = nextafter(found[i].low, (double)INFINITY);
            close_to(found[i].reference, share_between(x, N, below, found[i].high), 1e-12);
            close_to(found[i].current, share_between(y, N, below, found[i].high), 1e-12);
        }
        assert_int_equal(column_of(drift, 0).direction, column_of(exact, 0).direction);
        mlops_drift_unref(drift);
        mlops_drift_unref(exact);
        mlops_reference_unref(reference);
    }
    free(x);
    free(y);
    mlops_table_unref(a);
    mlops_table_unref(b);
}

static void test_categories(void **state) {
    (void)state;
    static const int before[] = {500, 300, 200}, now[] = {200, 310, 200, 290};
    mlops_table *a = letters(before, 3), *b = letters(now, 4);
    for (int kept = 0; kept < 2; kept++) {
        mlops_reference *reference = keep(a, 0);
        mlops_drift *drift;
        region found[8];
        if (kept)
            assert_int_equal(mlops_drift_compare_reference(&drift, reference, b, NULL, NULL), 0);
        else drift = compare(a, b, NULL);
        int n = regions_of(found, drift, "s"), i = 0;
        assert_int_equal(n, kept ? 3 : 4); /* a kept reference has no count of "ad" by itself */
        assert_string_equal(found[i].category, "aa");
        close_to(found[i].reference, 0.5, 0);
        close_to(found[i++].current, 0.2, 0);
        if (!kept) assert_string_equal(found[i++].category, "ad");
        assert_string_equal(found[i].kind, "new");
        close_to(found[i].reference + 1, 1, 0);
        close_to(found[i++].current, 0.29, 0);
        assert_string_equal(found[i].category, "ab");
        mlops_drift_column c = column_of(drift, 0);
        assert_string_equal(c.where, kept ? "more new ones (0% -> 29%), less 'aa' (50% -> 20%)"
                                          : "more 'ad' (0% -> 29%), less 'aa' (50% -> 20%)");
        close_to(c.location, NAN, 0);
        assert_int_equal(c.direction, 0);
        mlops_drift_unref(drift);
        mlops_reference_unref(reference);
    }
    mlops_table_unref(a);
    mlops_table_unref(b);
}

/* Beyond the 64 categories that are kept every text is still told apart. */
static void test_many_categories(void **state) {
    (void)state;
    enum { K = 400 };
    int before[K], now[K];
    for (int i = 0; i < K; i++) before[i] = now[i] = 10;
    before[0] = 3000;
    now[300] += 2000; /* was one of many */
    now[399] = before[399] + 900;
    before[399] = 0; /* was not there */
    mlops_table *a = letters(before, K), *b = letters(now, K);
    mlops_drift *drift = compare(a, b, NULL);
    region found[8];
    int n = regions_of(found, drift, "s");
    assert_true(n >= 4);
    assert_string_equal(found[0].category, "aa");
    assert_string_equal(found[1].category, "lo"); /* the 300th */
    close_to(found[1].reference, 10.0 / 6980, 1e-12);
    close_to(found[1].current, 2010.0 / 6900, 1e-12);
    assert_string_equal(found[2].category, "pj");
    assert_string_equal(found[3].kind, "new");
    close_to(found[3].current, 910.0 / 6900, 1e-12);
    mlops_reference *reference = keep(a, 0);
    mlops_drift_unref(drift);
    assert_int_equal(mlops_drift_compare_reference(&drift, reference, b, NULL, NULL), MLOPS_OK);
    n = regions_of(found, drift, "s");
    assert_string_equal(found[1].kind, "rest"); /* seen before or not: it cannot be told */
    mlops_drift_unref(drift);
    mlops_reference_unref(reference);
    mlops_table_unref(a);
    mlops_table_unref(b);
}

static void test_words_are_short_and_of_one_line(void **state) {
    (void)state;
    mlops__buf x, y;
    mlops__buf_init(&x, &mlops__heap);
    mlops__buf_init(&y, &mlops__heap);
    mlops__buf_text(&x, "s\n");
    mlops__buf_text(&y, "s\n");
    for (int i = 0; i < 500; i++) {
        mlops__buf_text(&x, "\"one\ntwo\"\n");
        mlops__buf_text(&y, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa4\xc3\xa4\xc3\xa4\n");
    }
    mlops__buf_u8(&x, 0);
    mlops__buf_u8(&y, 0);
    mlops_table *a = parse((char *)x.data), *b = parse((char *)y.data);
    mlops_drift *drift = compare(a, b, NULL);
    assert_string_equal(column_of(drift, 0).where,
                        "more 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' (0% -> 100%), "
                        "less 'one two' (100% -> 0%)");
    mlops_drift_unref(drift);
    mlops_table_unref(a);
    mlops_table_unref(b);
    mlops__buf_free(&x);
    mlops__buf_free(&y);
}

static void test_nulls_and_what_has_not_changed(void **state) {
    (void)state;
    double x[1000], y[1000];
    region found[8];
    for (int i = 0; i < 1000; i++) {
        x[i] = i;
        y[i] = i % 4 ? i : (double)NAN;
    }
    mlops_table *a = matrix(x, 1000, 1), *b = matrix(y, 1000, 1);
    mlops_drift *drift = compare(a, b, NULL);
    mlops_drift_column c = column_of(drift, 0);
    assert_string_equal(c.where, "more nulls (0% -> 25%)");
    assert_int_equal(regions_of(found, drift, c.name), 1);
    assert_string_equal(found[0].kind, "nulls");
    close_to(found[0].low, NAN, 0);
    close_to(found[0].current, 0.25, 0);
    mlops_drift_unref(drift);
    drift = compare(a, a, NULL);
    c = column_of(drift, 0);
    assert_string_equal(c.where, "");
    close_to(c.location, NAN, 0);
    assert_int_equal(c.direction, 0);
    assert_int_equal(regions_of(found, drift, c.name), 0);
    mlops_drift_unref(drift);
    mlops_table_unref(a);
    mlops_table_unref(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_are_the_worst_of_all),
        cmocka_unit_test(test_kept_references),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_many_categories),
        cmocka_unit_test(test_words_are_short_and_of_one_line),
        cmocka_unit_test(test_nulls_and_what_has_not_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
