/* Expectations: what is refused where, how they are spelled, what a report says and refuses. What
 * they mean on data is held against pandas by oracle_quality.py. */
#define _GNU_SOURCE
#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/time.h"

static const char CSV[] = "x,n,s,p,when\n1.5,1,a,true,2024-02-29\nNA,2,NA,false,2024-03-01T12:00Z\n"
                          "2.5,NA,it's,NA,2024-03-01T12:00:00.5+01:00\n";

static mlops_table *table_of(const char *csv) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    mlops_error err;
    opts.nulls = "NA";
    if (mlops_table_parse(&table, csv, strlen(csv), &opts, &err)) fail_msg("%s", err.message);
    return table;
}

static mlops_expectations *parse(const char *text) {
    mlops_expectations *e;
    mlops_error err;
    if (mlops_expectations_parse(&e, text, NULL, &err)) fail_msg("%s: %s", text, err.message);
    return e;
}

static mlops_table *validate_with(const char *text, const char *csv,
                                  const mlops_expectations_opts *opts) {
    mlops_expectations *e = parse(text);
    mlops_table *table = table_of(csv), *report;
    mlops_error err;
    if (mlops_expectations_validate(&report, e, table, opts, &err)) fail_msg("%s", err.message);
    mlops_table_unref(table);
    mlops_expectations_unref(e);
    return report;
}

static void assert_cell(const mlops_table *report, const char *column, int64_t row,
                        const char *want) {
    char text[2000];
    int64_t i = mlops_table_find(report, column);
    assert_int_equal(mlops_table_text(report, i, row, text, sizeof text, NULL), MLOPS_OK);
    if (!strstr(text, want) || (!*want && *text)) fail_msg("%s: %s, not %s", column, text, want);
}

/* ---- texts ---- */

typedef struct refusal {
    const char *text;
    mlops_status status;
    int line;
    int column;
    const char *said;
} refusal;

static const refusal refusals[] = {
    {"x >", MLOPS_E_PARSE, 1, 4, "ends where a value is due"},
    {"# one\n  x > 0\n y > 1 mosly 0.9", MLOPS_E_PARSE, 3, 8, "behind a condition stand: mostly"},
    {"x > 0 mostly", MLOPS_E_PARSE, 1, 7, "a share is due behind mostly"},
    {"x > 0 mostly 1.5", MLOPS_E_PARSE, 1, 14, "above 0 and up to 1"},
    {"x > 0 mostly 0", MLOPS_E_PARSE, 1, 14, "above 0 and up to 1"},
    {"x > 0 mostly 0.5 mostly 0.6", MLOPS_E_PARSE, 1, 25, "said already"},
    {"x > 0 warn error", MLOPS_E_PARSE, 1, 12, "said already"},
    {"mean(x) > 0 mostly 0.5", MLOPS_E_PARSE, 1, 13, "this one has one value"},
    {"x > 0 as", MLOPS_E_PARSE, 1, 7, "a name is due behind as"},
    {"x > 0 as 7", MLOPS_E_PARSE, 1, 7, "a name is due behind as"},
    {"x > 0\nx>0", MLOPS_E_EXISTS, 2, 1, "as gives this one another id"},
    {"x > 0 as a\n  y > 0 as a", MLOPS_E_EXISTS, 2, 3, "there is an expectation \"a\" already"},
    {"x between 1 and 2", MLOPS_E_PARSE, 1, 3, "behind a condition stand"},
    {"nul_share(x) = 0", MLOPS_E_NOT_FOUND, 1, 1, "did you mean null_share?"},
    {"null_share(x, y) = 0", MLOPS_E_PARSE, 1, 1, "takes 1 argument, and 2 are given"},
    {"unique()", MLOPS_E_PARSE, 1, 1, "takes 1 to 8 arguments, and 0 are given"},
    {"min() > 0", MLOPS_E_PARSE, 1, 1, "min takes 1 argument, and 0 are given"},
    {"matches(s, t)", MLOPS_E_PARSE, 1, 12, "a pattern as a text"},
    {"matches(s, '(a')", MLOPS_E_PARSE, 1, 12, "byte 0 (from 0): the ( that opens here"},
    {"matches(s, 'a(?=b)')", MLOPS_E_PARSE, 1, 12, "looking around is left out"},
    {"matches(s, '(a)\\1')", MLOPS_E_PARSE, 1, 12, "references back to a group"},
    {"matches(s, 'a**')", MLOPS_E_PARSE, 1, 12, "counts what is counted already"},
    {"matches(s, '((a{1000}){1000}){1000}')", MLOPS_E_LIMIT, 1, 12, "more than 8,192 states"},
    {"matches(s, '(()' || s)", MLOPS_E_PARSE, 1, 18, "write or"},
    {"quantile(x, 1.5) > 0", MLOPS_E_PARSE, 1, 13, "a share from 0 to 1"},
    {"quantile(x, y) > 0", MLOPS_E_PARSE, 1, 13, "a share from 0 to 1"},
    {"drift(x, 'psy') < 1", MLOPS_E_PARSE, 1, 10, "drift measures 'effect'"},
    {"drift(x + 1, 'psi') < 1", MLOPS_E_PARSE, 1, 7, "takes a column"},
    {"references(x, y, 'z')", MLOPS_E_PARSE, 1, 15, "the name of a table"},
    {"increasing(x, 'really')", MLOPS_E_PARSE, 1, 15, "takes 'strictly'"},
    {"a < b < c", MLOPS_E_PARSE, 1, 7, "comparisons do not chain"},
    {"x > 0 \x01", MLOPS_E_PARSE, 1, 7, "a control character (byte 1)"},
    {"x > 0 # \xff", MLOPS_E_PARSE, 1, 9, "no UTF-8"},
};

static void refuses_with_a_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        mlops_expectations *e;
        mlops_error err;
        mlops_status status = mlops_expectations_parse(&e, r->text, NULL, &err);
        if (status != r->status || err.line != r->line || err.column != r->column ||
            !strstr(err.message, r->said))
            fail_msg("%s: %d at %d, %d: %s", r->text, (int)status, (int)err.line, (int)err.column,
                     err.message);
        assert_null(e);
    }
}

static void spells_in_one_way(void **state) {
    static const char *const texts[][2] = {
        {"x>0", "x > 0"},
        {" ( x ) <> 1.50 AND not(a or b) # why", "x != 1.5 and not (a or b)"},
        {"(a and b) and c or d", "a and b and c or d"},
        {"a and (b and c)", "a and (b and c)"},
        {"a - (b - c) > -1 warn", "a - (b - c) > -1 warn"},
        {"`x` is not null mostly 0.90 error as \"p q\"", "x is not null mostly 0.9 as `p q`"},
        {"`warn` = 1 warn", "warn = 1 warn"},
        {"not x in (1,2)", "not x in (1, 2)"},
        {"s not like '%#' mostly 1", "s not like '%#'"},
        {"MIN(x) > 0 AND min(x, y) > 0", "min(x) > 0 and min(x, y) > 0"},
        {"isnull(x) as x", "x is null as x"},
        {"-+0 + x > -(+0.0) - -(7)", "0 + x > -0.0 - -7"},
        {"- -9223372036854775808 > x", "- -9223372036854775808 > x"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mlops_expectations *e = parse(texts[i][0]), *again = parse(mlops_expectations_text(e));
        const char *text = mlops_expectations_text(e);
        size_t n = strlen(texts[i][1]);
        assert_int_equal(mlops_expectations_n(e), n > 0);
        assert_string_equal(text, mlops_expectations_text(again));
        if (strncmp(text, texts[i][1], n) || strcmp(text + n, n ? "\n" : ""))
            fail_msg("%s gives %s", texts[i][0], text);
        mlops_expectations_unref(e);
        mlops_expectations_unref(again);
    }
}

/* ---- reports ---- */

static void tells_why_it_is_unknown(void **state) {
    static const char *const cases[][2] = {
        {"nobody > 1", "\"nobody\" is unknown"},
        {"s > 1", "compare text with text"},
        {"x + 1", "a condition is due"},
        {"mean(s) > 1", "mean takes numbers or conditions"},
        {"between(x, 'a', 2)", "takes three numbers, or three texts"},
        {"matches(x, 'a')", "matches takes text"},
        {"age_of(n) > 1", "none is given"},
        {"references(n, 'o', 'id')", "there is no table \"o\""},
        {"drift(x, 'psi') < 1", "does not count: there is no reference"},
        {"drifted(x)", "does not count: there is no reference"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops_table *report = validate_with(cases[i][0], CSV, NULL);
        mlops_error err;
        assert_int_equal(mlops_table_n_rows(report), 1);
        assert_cell(report, "holds", 0, "");
        assert_cell(report, "problem", 0, cases[i][1]);
        assert_int_equal(mlops_expectations_require(report, &err),
                         strstr(cases[i][0], "drift") ? MLOPS_OK : MLOPS_E_REFUSED);
        mlops_table_unref(report);
    }
}

/* What no value tells the type of is of the type that is asked for. */
static void takes_a_column_without_values_for_any_type(void **state) {
    static const char *const hold[] = {"e in ('DE', 'FR')", "between(length(e), 1, 3)",
                                       "matches(e, 'a.*')", "e = s",
                                       "lower(e) = 'x'",    "not e",
                                       "e or x > 0",        "e > 3",
                                       "increasing(e)",     "e is null"};
    (void)state;
    for (size_t i = 0; i < sizeof hold / sizeof hold[0]; i++) {
        mlops_table *report = validate_with(hold[i], "e,s,x\nNA,a,1\nNA,b,2\n", NULL);
        assert_cell(report, "problem", 0, "");
        assert_cell(report, "holds", 0, "true");
        mlops_table_unref(report);
    }
    mlops_table *report =
        validate_with("e = 1 and e = 'a'\ntype(e) = 'string'\nf > 0", "e,x\nNA,1\n", NULL);
    assert_cell(report, "problem", 0, "compare numbers with numbers");
    assert_cell(report, "observed", 1, "type(e) = 'null'");
    char said[200];
    int64_t problem = mlops_table_find(report, "problem");
    assert_int_equal(mlops_table_text(report, problem, 2, said, sizeof said, NULL), MLOPS_OK);
    assert_string_equal(said, "\"f\" is unknown"); /* and no "column 1", which would be another */
    mlops_table_unref(report);
}

static void reads_times(void **state) {
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    (void)state;
    opts.flags = MLOPS_EXPECTATIONS_SET_AS_OF_NS;
    opts.as_of_ns = 1709294400500000000; /* 2024-03-01T12:00:00.5Z */
    mlops_table *report = validate_with("age_of(when) <= hours(1.0)\nage_of(when) = 3600000000000\n"
                                        "age_of(s) > 0\nage_of(max(n)) > days(19000)",
                                        CSV, &opts);
    assert_cell(report, "rows", 0, "0");
    assert_cell(report, "n_failed", 0, "1");
    assert_cell(report, "rows", 1, "0 1");
    assert_cell(report, "problem", 2, "row 0 (from 0) has \"a\", which is no time");
    assert_cell(report, "holds", 3, "true");
    mlops_table_unref(report);
}

/* Seconds since 1970 as date -u -d has them; -1: it is no time. */
static const struct {
    const char *text;
    int64_t seconds;
    int64_t nanoseconds;
} times[] = {
    {"1970-01-01", 0, 0},
    {"1969-12-31T23:59:59.25", -1, 250000000},
    {"2000-02-29 12:34", 951827640, 0},
    {"2024-03-01T12:00:00.123456789123Z", 1709294400, 123456789},
    {"2024-03-01T12:00:00+05:30", 1709274600, 0},
    {"2024-03-01T12:00-0800", 1709323200, 0},
    {"2024-03-01T12:00+02", 1709287200, 0},
    {"1900-03-01", -2203891200, 0},
    {"2262-04-11T23:47:16Z", 9223372036, 0},
    {"2262-04-11T23:47:16.854775807", 9223372036, 854775807},
    {"2262-04-12 00:47:16.854775807+0100", 9223372036, 854775807},
    {"1677-09-21T00:12:44Z", -9223372036, 0},
    {"1677-09-21T01:12:44.5+01", -9223372036, 500000000},
};
static const char *const no_times[] = {
    "2023-02-29",         "1900-02-29",
    "2024-13-01",         "2024-00-10",
    "2024-1-01",          "2024-01-01T",
    "2024-01-01T24:00",   "2024-01-01T12:60",
    "2024-01-01T12:00.5", "2024-01-01Z",
    "20240101",           "2024-01-01T12:00:00.",
    "2024-01-01T12:00Zz", "",
};
/* Seconds as above: what int64 holds in nanoseconds is INT64_MIN to INT64_MAX. */
static const char *const beyond[] = {"2263-01-01",
                                     "1600-01-01",
                                     "2262-04-11T23:47:16.854775808",
                                     "2262-04-11T23:47:17",
                                     "2262-04-11T22:47:17-01:00",
                                     "2262-04-11T23:47:60",
                                     "1677-09-21T00:12:43.145224191",
                                     "1677-09-21T00:12:43",
                                     "1677-09-20 23:12:43.145224191Z",
                                     "9999-12-31",
                                     "0001-01-01"};

static void knows_the_calendar(void **state) {
    (void)state;
    int64_t ns = 0;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_int_equal(mlops__time_parse(times[i].text, strlen(times[i].text), &ns), 1);
        if (ns != times[i].seconds * 1000000000 + times[i].nanoseconds)
            fail_msg("%s: %lld", times[i].text, (long long)ns);
    }
    for (size_t i = 0; i < sizeof no_times / sizeof no_times[0]; i++)
        if (mlops__time_parse(no_times[i], strlen(no_times[i]), &ns)) fail_msg("%s", no_times[i]);
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++)
        if (mlops__time_parse(beyond[i], strlen(beyond[i]), &ns) != -1) fail_msg("%s", beyond[i]);
    const char *first = "1677-09-21T00:12:43.145224192"; /* as pandas has it, which calls it NaT */
    assert_int_equal(mlops__time_parse(first, strlen(first), &ns), 1);
    assert_true(ns == INT64_MIN);
}

static void a_rule_without_rows_holds(void **state) {
    (void)state;
    mlops_table *report =
        validate_with("x > 0\nmean(x) > 0\nrow_count() = 0\nnull_share(x) = 0", "x,y\n", NULL);
    assert_cell(report, "holds", 0, "true");
    assert_cell(report, "n_rows", 0, "0");
    assert_cell(report, "holds", 1, "");
    assert_cell(report, "observed", 1, "mean(x) = null");
    assert_cell(report, "holds", 2, "true");
    assert_cell(report, "holds", 3, "true");
    mlops_table_unref(report);
}

static void refuses_what_is_broken(void **state) {
    mlops_error err;
    (void)state;
    mlops_table *report =
        validate_with("x > 2 warn\nn >= 1\nlength(s) < 2 as short\nmean(x) = 2", CSV, NULL);
    assert_int_equal(mlops_expectations_require(report, &err), MLOPS_E_REFUSED);
    assert_string_equal(err.message, "the expectation short: length(s) < 2 is broken in 1 of 2 "
                                     "rows: 2");
    mlops_table_unref(report);
    report = validate_with("mean(x) >= 2\nmax(x) < 2\nunique(n)\nx > 9", CSV, NULL);
    assert_int_equal(mlops_expectations_require(report, &err), MLOPS_E_REFUSED);
    assert_string_equal(err.message, "the expectation max(x) < 2 is broken (max(x) = 2.5); 1 more");
    mlops_table_unref(report);
    report = validate_with("x > 2 warn\nn >= 1", CSV, NULL);
    assert_int_equal(mlops_expectations_require(report, &err), MLOPS_OK);
    mlops_table_unref(report);
    mlops_table *other = table_of(CSV);
    assert_int_equal(mlops_expectations_require(other, &err), MLOPS_E_SCHEMA);
    mlops_table_unref(other);
}

static void lists_all_rows_of_one(void **state) {
    mlops_expectations *e = parse("n > 1 as big\nmean(n) > 0\nnobody > 0 as none");
    mlops_table *table = table_of(CSV), *rows;
    mlops_error err;
    int64_t row = -1;
    (void)state;
    assert_int_equal(mlops_expectations_rows(&rows, e, "big", table, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops_table_n_rows(rows), 1);
    assert_int_equal(mlops_table_integers(rows, 0, &row, 1, NULL), MLOPS_OK);
    assert_int_equal(row, 0);
    mlops_table_unref(rows);
    assert_int_equal(mlops_expectations_rows(&rows, e, "bog", table, NULL, &err),
                     MLOPS_E_NOT_FOUND);
    assert_non_null(strstr(err.message, "did you mean \"big\"?"));
    assert_int_equal(mlops_expectations_rows(&rows, e, "mean(n) > 0", table, NULL, &err),
                     MLOPS_E_SCHEMA);
    assert_int_equal(mlops_expectations_rows(&rows, e, "none", table, NULL, &err), MLOPS_E_SCHEMA);
    assert_non_null(strstr(err.message, "\"nobody\" is unknown"));
    mlops_table_unref(table);
    mlops_expectations_unref(e);
}

static void compares_with_a_reference(void **state) {
    enum { ROWS = 400 };
    char *one = calloc(ROWS + 1, 24), *two = calloc(ROWS + 1, 24);
    size_t n = (size_t)sprintf(one, "x,`\"y\"\n"), m = (size_t)sprintf(two, "x,`\"y\"\n");
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_reference *reference;
    mlops_error err;
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        n += (size_t)sprintf(one + n, "%d,%d\n", i, i % 7);
        m += (size_t)sprintf(two + m, "%d,%d\n", i * 2, i % 7);
    }
    mlops_table *table = table_of(one);
    assert_int_equal(mlops_reference_new(&reference, table, NULL, &err), MLOPS_OK);
    opts.reference = reference;
    mlops_table *report = validate_with("not drifted(x) as moved\nnot drifted(`\"y`) or true\n"
                                        "drift(x, 'ks') = 0.5\ndrift(nobody, 'ks') < 1",
                                        two, &opts);
    assert_cell(report, "holds", 0, "false");
    assert_cell(report, "observed", 0, "drifted(x) = true");
    assert_cell(report, "holds", 2, "true");
    assert_cell(report, "problem", 3, "\"nobody\" is unknown");
    mlops_table_unref(report);
    mlops_reference_unref(reference);
    mlops_table_unref(table);
    free(one);
    free(two);
}

static void options_out_of_range_are_refused(void **state) {
    mlops_expectations *e = parse("x > 0"), *inferred;
    mlops_table *table = table_of(CSV), *report;
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_infer_opts infer = MLOPS_INFER_OPTS_INIT;
    mlops_error err;
    (void)state;
    opts.n_rows_max = 1001;
    assert_int_equal(mlops_expectations_validate(&report, e, table, &opts, &err), MLOPS_E_INVALID);
    infer.margin = -1;
    assert_int_equal(mlops_expectations_infer(&inferred, table, &infer, &err), MLOPS_E_INVALID);
    infer.margin = 0;
    infer.categories_max = 1001;
    assert_int_equal(mlops_expectations_infer(&inferred, table, &infer, &err), MLOPS_E_INVALID);
    infer.categories_max = 0;
    infer.columns = "x,nobody";
    assert_int_equal(mlops_expectations_infer(&inferred, table, &infer, &err), MLOPS_E_SCHEMA);
    infer.columns = "s";
    assert_int_equal(mlops_expectations_infer(&inferred, table, &infer, &err), MLOPS_OK);
    assert_string_equal(mlops_expectations_text(inferred),
                        "between(row_count(), 3, 4)\ntype(s) = 'string'\n"
                        "s is not null mostly 0.6333333333333333\nbetween(length(s), 1, 4)\n"
                        "unique(s)\n");
    mlops_expectations_unref(inferred);
    mlops_table_unref(table);
    mlops_expectations_unref(e);
}

/* ---- wide tables ---- */

/* Columns c0, c1 and so on of three rows; texts: each row one of as many bytes. */
static mlops_table *wide(int columns, int bytes) {
    size_t cap = (size_t)columns * (size_t)(4 * bytes + 60) + 1, n = 0;
    char *csv = malloc(cap);
    assert_non_null(csv);
    for (int row = -1; row < 3; row++)
        for (int i = 0; i < columns; i++) {
            const char *end = i == columns - 1 ? "\n" : ",";
            if (row < 0) n += (size_t)snprintf(csv + n, cap - n, "c%d%s", i, end);
            else if (bytes) n += (size_t)snprintf(csv + n, cap - n, "%0*dx%s", bytes, row / 2, end);
            else n += (size_t)snprintf(csv + n, cap - n, "%d%s", 7 * row + i, end);
        }
    mlops_table *out = table_of(csv);
    free(csv);
    return out;
}

static int lines_with(const char *text, const char *what) {
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at++) n++;
    return n;
}

/* The table holds to what is left, which can be read again. */
static void check_fit(const mlops_expectations *e, const mlops_table *table) {
    mlops_table *report;
    mlops_error err;
    const char *text = mlops_expectations_text(e);
    assert_true(strlen(text) <= 1 << 20);
    mlops_expectations *again = parse(text);
    assert_string_equal(mlops_expectations_text(again), text);
    assert_int_equal(mlops_expectations_validate(&report, e, table, NULL, &err), MLOPS_OK);
    int64_t holds = mlops_table_find(report, "holds");
    for (int64_t i = 0; i < mlops_table_n_rows(report); i++) {
        char cell[8];
        mlops_table_text(report, holds, i, cell, sizeof cell, NULL);
        assert_string_equal(cell, "true");
    }
    mlops_table_unref(report);
    mlops_expectations_unref(again);
}

static void what_is_inferred_of_a_wide_table_can_be_read(void **state) {
    mlops_expectations *e;
    mlops_error err;
    (void)state;
    mlops_table *table = wide(3000, 0);
    assert_int_equal(mlops_expectations_infer(&e, table, NULL, &err), MLOPS_OK);
    const char *text = mlops_expectations_text(e);
    assert_int_equal(lines_with(text, "\n"), 10000);
    assert_int_equal(lines_with(text, "type("), 3000);
    assert_int_equal(lines_with(text, "is not null\n"), 3000);
    assert_int_equal(lines_with(text, "between(c"), 3000);
    assert_int_equal(lines_with(text, "unique("), 998);
    assert_non_null(strstr(text, "unique(c997)"));
    check_fit(e, table);
    mlops_expectations_unref(e);
    mlops_table_unref(table);
    table = wide(400, 4000);
    assert_int_equal(mlops_expectations_infer(&e, table, NULL, &err), MLOPS_OK);
    text = mlops_expectations_text(e);
    assert_int_equal(lines_with(text, "type("), 400);
    assert_int_equal(lines_with(text, "is not null\n"), 400);
    assert_in_range(lines_with(text, " in ("), 125, 131);
    check_fit(e, table);
    mlops_expectations_unref(e);
    mlops_table_unref(table);
    table = wide(10000, 0);
    assert_int_equal(mlops_expectations_infer(&e, table, NULL, &err), MLOPS_E_LIMIT);
    assert_non_null(strstr(err.message, "types of that many columns"));
    mlops_table_unref(table);
}

static void a_text_that_grows_beyond_the_limit_is_refused(void **state) {
    enum { LINES = 8000, LINE = 140 };
    mlops_expectations *e;
    mlops_error err;
    char *text = malloc(LINES * LINE);
    size_t n = 0;
    (void)state;
    assert_non_null(text);
    for (int i = 0; i < LINES; i++) {
        n += (size_t)snprintf(text + n, LINE, "x in(%d", i);
        for (int k = 0; k < 55; k++) n += (size_t)snprintf(text + n, 3, ",%d", k % 10);
        n += (size_t)snprintf(text + n, 3, ")\n");
    }
    assert_true(n < 1 << 20);
    assert_int_equal(mlops_expectations_parse(&e, text, NULL, &err), MLOPS_E_LIMIT);
    assert_non_null(strstr(err.message, "as they are written anew"));
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_with_a_place),
        cmocka_unit_test(spells_in_one_way),
        cmocka_unit_test(tells_why_it_is_unknown),
        cmocka_unit_test(takes_a_column_without_values_for_any_type),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(knows_the_calendar),
        cmocka_unit_test(a_rule_without_rows_holds),
        cmocka_unit_test(refuses_what_is_broken),
        cmocka_unit_test(lists_all_rows_of_one),
        cmocka_unit_test(compares_with_a_reference),
        cmocka_unit_test(options_out_of_range_are_refused),
        cmocka_unit_test(what_is_inferred_of_a_wide_table_can_be_read),
        cmocka_unit_test(a_text_that_grows_beyond_the_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
