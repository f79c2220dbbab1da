/* CSV to tables: types, quoting, limits, and the place that an error names. */
#define _GNU_SOURCE

#include "column/csv_read.h"
#include "column/table.h"
#include "sys/io_test.h"

#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static mlops_table *parse_with(const char *text, const mlops_csv_opts *opts) {
    mlops_error err = {0};
    mlops_table *table;
    mlops_status status = mlops_table_parse(&table, text, strlen(text), opts, &err);
    if (status) fail_msg("%s: %s", mlops_status_name(status), err.message);
    return table;
}

static mlops_table *parse(const char *text) { return parse_with(text, NULL); }

/* All values in one line: fields apart by |, rows by /, nulls as ~. */
static const char *spell(const mlops_table *table) {
    static char out[4096];
    size_t at = 0;
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++)
        for (int64_t j = 0; j < mlops_table_n_columns(table); j++) {
            char value[512];
            assert_int_equal(mlops_table_text(table, j, i, value, sizeof value, NULL), MLOPS_OK);
            int valid = mlops__column_valid(mlops__table_column(table, j), i);
            at += (size_t)snprintf(out + at, sizeof out - at, "%s%s",
                                   j   ? "|"
                                   : i ? "/"
                                       : "",
                                   valid ? value : "~");
        }
    out[at] = 0;
    return out;
}

/* Letters of the types: n b i f s. */
static const char *types(const mlops_table *table) {
    static char out[64];
    int64_t n = mlops_table_n_columns(table);
    for (int64_t j = 0; j < n; j++) out[j] = "nbifs"[mlops_table_type(table, j)];
    out[n] = 0;
    return out;
}

static void assert_table(const char *text, const mlops_csv_opts *opts, const char *type,
                         const char *values) {
    mlops_table *table = parse_with(text, opts);
    assert_string_equal(types(table), type);
    assert_string_equal(spell(table), values);
    mlops_table_unref(table);
}

static void assert_fails(const char *text, size_t n, const mlops_csv_opts *opts, mlops_status code,
                         int line, int column, const char *part) {
    mlops_error err = {0};
    mlops_table *table = (void *)&err;
    assert_int_equal(mlops_table_parse(&table, text, n, opts, &err), code);
    assert_null(table);
    assert_int_equal(err.code, code);
    if (!strstr(err.message, part)) fail_msg("'%s' lacks '%s'", err.message, part);
    if (err.line != line || err.column != column)
        fail_msg("%s: at %d:%d, not %d:%d", err.message, err.line, err.column, line, column);
    assert_int_equal(mlops_table_parse(&table, text, n, opts, NULL), code);
}

static void refuses(const char *text, mlops_status code, int line, int column, const char *part) {
    assert_fails(text, strlen(text), NULL, code, line, column, part);
}

static void types_are_the_first_that_fit(void **state) {
    (void)state;
    assert_table("a,b,c,d,e\ntrue,1,1.5,x,\nfalse,-2,2,2,\n", NULL, "bifsn",
                 "true|1|1.5|x|~/false|-2|2.0|2|~");
    assert_table("a\n1\n2.5\n", NULL, "f", "1.0/2.5");
    assert_table("a\n1\nx\n", NULL, "s", "1/x");
    assert_table("a\n007\n1.50\nx\n", NULL, "s", "007/1.50/x");
    assert_table("a\ntrue\n1\n", NULL, "s", "true/1");
    assert_table("a\nTrue\nFALSE\nNA\n", NULL, "b", "true/false/~");
    assert_table("a\n1\ntrue\n", NULL, "s", "1/true");
    assert_table("a\n9223372036854775807\n-9223372036854775808\n", NULL, "i",
                 "9223372036854775807/-9223372036854775808");
    assert_table("a\n1\n9223372036854775808\n", NULL, "f", "1.0/9.223372036854776e+18");
    assert_table("a\n.5\n5.\n+3\n1e3\n-inf\nInfinity\n", NULL, "f", "0.5/5.0/3.0/1000.0/-inf/inf");
    assert_table("a,b\n 1,2 \n\t3,x\n", NULL, "is", "1|2 /3|x");
}

static void minus_zero_survives_a_later_fraction(void **state) {
    (void)state;
    assert_table("a\n-0\n0\n", NULL, "i", "0/0");
    assert_table("a\n-0\n0.5\n", NULL, "f", "-0.0/0.5");
    assert_table("a\n-0\n0.5\nx\n", NULL, "s", "-0/0.5/x");
    assert_table("a,b\n1,-0\n2,0.5\n", NULL, "if", "1|-0.0/2|0.5");
}

static void quoted_fields_are_strings(void **state) {
    (void)state;
    assert_table("a,b\n\"1\",\"NA\"\n\"\",2\n", NULL, "ss", "1|NA/|2");
    assert_table("a,b\n\"x,\"\"y\"\"\",\"l1\nl2\"\n", NULL, "ss", "x,\"y\"|l1\nl2");
    assert_table("a,b\n\"\"\"\",\"\"\"\"\"\"\n", NULL, "ss", "\"|\"\"");
    assert_table("a,b\n5\" pipe,x\"y\"\n", NULL, "ss", "5\" pipe|x\"y\"");
    assert_table("\"a,1\",\"b\n\"\n1,2\n", NULL, "ii", "1|2");
}

static void nulls_are_nulls_in_any_type(void **state) {
    (void)state;
    assert_table("a,b,c,d\n,,,\nNA,N/A,NaN,nan\ntrue,1,1.5,x\nnull,NULL,None,?\n", NULL, "bifs",
                 "~|~|~|~/~|~|~|~/true|1|1.5|x/~|~|~|~");
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.nulls = "-,\"a,b\"";
    assert_table("x,y\n-,1\n2,nan\n\n3,-\n", &opts, "if", "~|1.0/2|nan/3|~");
    opts.nulls = "";
    assert_table("x,y\n,NA\n1,?\n", &opts, "is", "~|NA/1|?");
}

static void types_may_be_given(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    const char *text = "a,b,\"c,=d\",e\n01,1,true,\n\"x\",,,\n";
    opts.types = "b=float64,\"c,=d=string\",e=bool,a=string";
    assert_table(text, &opts, "sfsb", "01|1.0|true|~/x|~|~|~");
    opts.types = "e=int64";
    assert_table("e\n7\n-0\n", &opts, "i", "7/0");
    opts.types = "e=float64";
    assert_table("e\n7\n-0\n2.5\n", &opts, "f", "7.0/-0.0/2.5");
    assert_fails("d,e\n1,2\n\n3,x\n", 13, &opts, MLOPS_E_PARSE, 4, 2, "'x' is no float64");
    assert_fails("d,e\n1,\"2\"\n", 10, &opts, MLOPS_E_PARSE, 2, 2, "'2' in quotes is no float64");
    opts.types = "e=int64";
    assert_fails("d,e\n1,2\n1,2.0\n", 14, &opts, MLOPS_E_PARSE, 3, 2, "'2.0' is no int64");
    opts.types = "e=bool";
    assert_fails("e\n1\n", 4, &opts, MLOPS_E_PARSE, 2, 1, "'1' is no bool");
    opts.types = "f=bool";
    assert_fails("e\n1\n", 4, &opts, MLOPS_E_SCHEMA, 0, 0, "no column 'f'");
    static const char *const BAD[] = {"e", "e=", "e=date", "e=null", "", "=bool", "e=bool,e=bool"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        mlops_table *t;
        opts.types = BAD[i];
        mlops_status status = mlops_table_parse(&t, "e\ntrue\n", 7, &opts, NULL);
        assert_int_equal(status, i == 5 ? MLOPS_E_SCHEMA : MLOPS_E_INVALID);
    }
}

static void times_may_be_given(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.types = "t=time";
    assert_table("t\n1970-01-02\nNA\n\"1970-01-01T00:00:01.5+01:00\"\n", &opts, "i",
                 "86400000000000/~/-3598500000000");
    opts.types = "\"a=time(1)=time(%d.%m.%y, %I %p)\"";
    assert_table("a=time(1)\n\"1.1.70, 12 PM\"\n\"31.12.69, 12 am\"\n", &opts, "i",
                 "43200000000000/-86400000000000");
    opts.types = "t=time(%b%%%d %Y %H:%M:%S.%f%z)";
    assert_table("t\nfeb%29 2000 23:59:60.000000001-0030\nJAN%1 1970 0:0:0.1Z\n", &opts, "i",
                 "951870600000000001/100000000");
    static const char *const NONE[] = {"30.2.2001", "1.13.2001", "0.1.2001", "1.1.01",  "1.1.2001 ",
                                       "1.1.20011", "x",         "1.1",      "1.1.-001"};
    opts.types = "t=time(%d.%m.%Y)";
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        char text[64], expected[64];
        int n = snprintf(text, sizeof text, "t\n1.1.2001\n%s\n", NONE[i]);
        snprintf(expected, sizeof expected, "'%s' is no time", NONE[i]);
        assert_fails(text, (size_t)n, &opts, MLOPS_E_PARSE, 3, 1, expected);
    }
    opts.types = "t=time(%Y)"; /* beyond what int64 holds in nanoseconds */
    assert_fails("t\n2262\n2263\n", 12, &opts, MLOPS_E_PARSE, 3, 1,
                 "'2263' is beyond 1677-09-21 to 2262-04-11");
    static const char *const BAD[] = {"t=time()", "t=time(%q)", "t=time(%", "t=time(%)",
                                      "t=time(%Y"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        opts.types = BAD[i];
        assert_fails("t\n1\n", 4, &opts, MLOPS_E_INVALID, 0, 0, "mlops_csv_opts: types: '");
    }
}

static void values_of_nulls_are_fixed(void **state) {
    (void)state;
    mlops_table *table = parse("b,i,f,s,n\n,,,,\ntrue,7,0.5,x,\n,,,,\n");
    for (int64_t j = 0; j < 5; j++) {
        const mlops__column *c = mlops__table_column(table, j);
        assert_int_equal(c->n_nulls, j == 4 ? 3 : 2);
        assert_int_equal(mlops_table_n_nulls(table, j), c->n_nulls);
        assert_int_equal(c->validity[0], j == 4 ? 0 : 2);
    }
    assert_int_equal(((const uint8_t *)mlops__table_column(table, 0)->data)[2], 0);
    assert_int_equal(((const int64_t *)mlops__table_column(table, 1)->data)[0], 0);
    assert_int_equal(((const int32_t *)mlops__table_column(table, 3)->data)[2], -1);
    double values[3];
    assert_int_equal(mlops_table_values(table, 2, values, 3, NULL), MLOPS_OK);
    assert_true(values[0] != values[0] && values[1] == 0.5 && values[2] != values[2]);
    assert_int_equal(mlops_table_values(table, 4, values, 3, NULL), MLOPS_OK);
    assert_true(values[1] != values[1]);
    mlops_table_unref(table);
}

static void line_ends_may_be_lf_crlf_or_cr(void **state) {
    (void)state;
    assert_table("a,b\n1,2\n3,4", NULL, "ii", "1|2/3|4");
    assert_table("a,b\r\n1,2\r\n3,4\r\n", NULL, "ii", "1|2/3|4");
    assert_table("a,b\r1,2\r3,4\r", NULL, "ii", "1|2/3|4");
    assert_table("a,b\r\n\"1\r\n2\",3\r\n", NULL, "si", "1\r\n2|3");
    assert_table("\xef\xbb\xbf"
                 "a,b\n1,2\n",
                 NULL, "ii", "1|2");
    mlops_table *table = parse("\xef\xbb\xbf"
                               "a,b\n");
    assert_string_equal(mlops_table_name(table, 0), "a");
    mlops_table_unref(table);
}

static void empty_lines_are_passed_over_but_for_one_column(void **state) {
    (void)state;
    assert_table("\n\na,b\n\n1,2\n\n\n3,4\n\n", NULL, "ii", "1|2/3|4");
    assert_table("a\n1\n\n2\n", NULL, "i", "1/~/2");
    assert_table("a\n", NULL, "n", "");
    assert_table("a,b", NULL, "nn", "");
}

static void header_names_and_lines_may_be_chosen(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.flags = MLOPS_CSV_NO_HEADER;
    mlops_table *table = parse_with("1,2\n3,4\n", &opts);
    assert_string_equal(mlops_table_name(table, 1), "c1");
    assert_string_equal(spell(table), "1|2/3|4");
    mlops_table_unref(table);
    opts.names = "x;\"y;\"\"z\"";
    opts.delimiter = ";";
    opts.skip_lines = 2;
    opts.rows_max = 1;
    table = parse_with("7;\"\r\n8;8;8\r\n1;2\r\n3;4;5\r\n", &opts);
    assert_string_equal(mlops_table_name(table, 1), "y;\"z");
    assert_int_equal(mlops_table_find(table, "y;\"z"), 1);
    assert_int_equal(mlops_table_find(table, "y"), -1);
    assert_string_equal(spell(table), "1|2");
    mlops_table_unref(table);
    opts = (mlops_csv_opts)MLOPS_CSV_OPTS_INIT;
    opts.names = "p,q";
    assert_table("a,a\n1,2\n", &opts, "ii", "1|2");
    opts.delimiter = "\t";
    opts.names = NULL;
    assert_table("a\tb\n1\tx,y\n", &opts, "is", "1|x,y");
}

static void names_without_a_header_need_no_row(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.flags = MLOPS_CSV_NO_HEADER;
    opts.names = "p,q";
    const char *const texts[] = {"", "\n\n", "\xef\xbb\xbf"};
    for (size_t i = 0; i < 3; i++) assert_table(texts[i], &opts, "nn", "");
    opts.types = "q=string";
    assert_table("", &opts, "ns", "");
    opts = (mlops_csv_opts)MLOPS_CSV_OPTS_INIT;
    opts.flags = MLOPS_CSV_NO_HEADER;
    assert_table("\n\nx\n\ny\n", &opts, "s", "x/~/y");
    opts.names = "p";
    assert_table("\n\nx\n\ny\n", &opts, "s", "~/~/x/~/y");
    opts.skip_lines = 1;
    assert_table("\n\n\n", &opts, "n", "~/~");
}

static void errors_name_their_place(void **state) {
    (void)state;
    refuses("", MLOPS_E_PARSE, 1, 0, "empty");
    refuses("\n\n", MLOPS_E_PARSE, 3, 0, "empty");
    refuses("a,b\n1,2\n\"x\ny\",2\n3\n", MLOPS_E_PARSE, 5, 2, "line 5 has 1 field, the header 2");
    refuses("a,b\n1,2\n3\n", MLOPS_E_PARSE, 3, 2, "'b' is missing");
    refuses("a,b\n1,2,3,4\n", MLOPS_E_PARSE, 2, 3, "line 2 has 4 fields, the header 2");
    refuses("a,b,a\n", MLOPS_E_PARSE, 1, 3, "columns 1 and 3 are both called 'a'");
    refuses(",b\n", MLOPS_E_PARSE, 1, 1, "column 1 has no name");
    refuses("a,b\n1,2\n3,\"x\ny\n", MLOPS_E_PARSE, 3, 2, "never closed");
    refuses("a,b\n\"l\nm\",\"x\ny\n", MLOPS_E_PARSE, 3, 2, "never closed");
    refuses("a,b\n1,\"x\"y\n", MLOPS_E_PARSE, 2, 2, "closing quote");
    refuses("a,b\n\"x\" ,1\n", MLOPS_E_PARSE, 2, 1, "closing quote");
    refuses("a,b\n1,2\n\"p\nq\",\xe9\n", MLOPS_E_PARSE, 4, 0, "byte 0xe9 at offset 14");
    refuses("a\n\xe2\x82", MLOPS_E_PARSE, 2, 0, "0xe2 at offset 2");
    refuses("\xff\xfe"
            "a",
            MLOPS_E_PARSE, 1, 0, "UTF-16");
    assert_fails("a\0,\0b\0\n\0", 8, NULL, MLOPS_E_PARSE, 1, 0,
                 "no NUL; it may be UTF-16, or binary");
    assert_fails("a\n1\0002\n", 6, NULL, MLOPS_E_PARSE, 2, 0, "NUL");
    mlops_error err;
    mlops_table *table;
    assert_int_equal(mlops_table_parse(&table, "a,b\n1,\xff\n", 8, NULL, &err), MLOPS_E_PARSE);
    assert_int_equal(err.offset, 6);
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.skip_lines = 3;
    assert_fails("a\nb\n", 4, &opts, MLOPS_E_PARSE, 3, 0, "the text has 2 lines");
    opts.skip_lines = 1;
    assert_fails("a\n", 2, &opts, MLOPS_E_PARSE, 2, 0, "nothing follows");
    opts.names = "x,y";
    assert_fails("a\nb\n", 4, &opts, MLOPS_E_PARSE, 2, 0,
                 "names are given for 2 columns, but line 2 has 1 field");
}

static void options_are_checked(void **state) {
    (void)state;
    const char *const delimiters[] = {"", ",,", "\"", "\n", "\r", "\xe9"};
    for (size_t i = 0; i < sizeof delimiters / sizeof *delimiters; i++) {
        mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
        opts.delimiter = delimiters[i];
        assert_fails("a\n", 2, &opts, MLOPS_E_INVALID, 0, 0, "delimiter");
    }
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.flags = 2;
    assert_fails("a\n", 2, &opts, MLOPS_E_INVALID, 0, 0, "flags");
    opts.flags = 0;
    opts.rows_max = -1;
    assert_fails("a\n", 2, &opts, MLOPS_E_INVALID, 0, 0, "negative");
    opts.rows_max = 0;
    opts.nulls = "\"";
    assert_fails("a\n", 2, &opts, MLOPS_E_INVALID, 0, 0, "nulls");
    opts.nulls = NULL;
    mlops_call call = MLOPS_CALL_INIT;
    call.flags = 1;
    opts.call = &call;
    assert_fails("a\n", 2, &opts, MLOPS_E_INVALID, 0, 0, "mlops_call");
    mlops_table *table;
    assert_int_equal(mlops_table_parse(&table, NULL, 1, NULL, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_load(&table, NULL, NULL, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_parse(&table, NULL, 0, NULL, NULL), MLOPS_E_PARSE);
}

static char *repeat(const char *head, const char *row, size_t n) {
    char *text = malloc(strlen(head) + n * strlen(row) + 1), *p = text;
    assert_non_null(text);
    p += sprintf(p, "%s", head);
    for (size_t i = 0; i < n; i++) p += sprintf(p, "%s", row);
    return text;
}

static void limits_hold(void **state) {
    (void)state;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.line_max = 8;
    assert_table("a,b\n1234,67\n", &opts, "ii", "1234|67");
    assert_fails("a,b\n1234,678\n", 13, &opts, MLOPS_E_LIMIT, 2, 0, "line_max");
    assert_fails("a,b\n\"\n\n\n\n\n\n\n\n", 13, &opts, MLOPS_E_LIMIT, 2, 0, "quote left open");
    opts.line_max = 0;
    char *text = repeat("a,b\n", "1,2\n", 100000);
    opts.memory_max = 1000000;
    assert_fails(text, strlen(text), &opts, MLOPS_E_LIMIT, 0, 0, "memory_max");
    opts.memory_max = 3000000;
    mlops_table *table = parse_with(text, &opts);
    assert_int_equal(mlops_table_n_rows(table), 100000);
    mlops_table_unref(table);
    mlops_call call = MLOPS_CALL_INIT;
    call.memory_max = 1000000;
    opts.call = &call;
    assert_fails(text, strlen(text), &opts, MLOPS_E_LIMIT, 0, 0, "memory_max");
    free(text);
}

typedef struct reports {
    int64_t n, last, stop_at;
} reports;

static int32_t report(void *user, int64_t done, int64_t total) {
    reports *self = user;
    assert_true(done >= self->last && done <= total);
    self->last = done;
    return ++self->n == self->stop_at;
}

static int64_t fixed_now(void *ctx) { return *(int64_t *)ctx; }

static void calls_report_cancel_and_end_in_time(void **state) {
    (void)state;
    char *text = repeat("a,b\n", "1,22\n", 200000);
    size_t n = strlen(text);
    reports seen = {0, 0, 0};
    mlops_call call = MLOPS_CALL_INIT;
    call.progress = report;
    call.progress_user = &seen;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.call = &call;
    mlops_table *table = parse_with(text, &opts);
    mlops_table_unref(table);
    assert_true(seen.n > 3);
    assert_int_equal(seen.last, n);
    for (int64_t k = 1; k <= seen.n; k++) {
        seen = (reports){0, 0, k};
        assert_int_equal(mlops_table_parse(&table, text, n, &opts, NULL), MLOPS_E_CANCELLED);
        assert_null(table);
        seen.n = 5;
    }
    int64_t now = 1000;
    mlops_clock clock = {sizeof clock, 0, &now, fixed_now, fixed_now};
    mlops_host host = MLOPS_HOST_INIT;
    host.clock = &clock;
    opts.host = &host;
    call.progress = NULL;
    call.deadline_ns = 999;
    assert_fails(text, n, &opts, MLOPS_E_DEADLINE, 0, 0, "deadline");
    call.deadline_ns = 1000;
    table = parse_with(text, &opts);
    mlops_table_unref(table);
    free(text);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    char *text = repeat("i,f,s,late,b,q\n", "1,2.5,x,3,true,\"a\"\"b\"\n", 300);
    size_t n = strlen(text);
    memcpy(strstr(text + 4000, ",3,"), ",z,", 3);
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = &host;
    for (int sticky = 0; sticky < 2; sticky++)
        for (int64_t k = 1;; k++) {
            mlops__alloc_fault_init(&fault);
            fault.fail_at = k;
            fault.sticky = sticky;
            host.allocator = &fault.table;
            mlops_error err;
            mlops_table *table;
            mlops_status status = mlops_table_parse(&table, text, n, &opts, &err);
            if (fault.n_calls < k) {
                assert_int_equal(status, MLOPS_OK);
                mlops_table_unref(table);
                assert_int_equal(fault.n_live, 0);
                assert_true(k > 30);
                break;
            }
            assert_int_equal(status, MLOPS_E_NOMEM);
            assert_null(table);
            assert_int_equal(fault.n_live, 0);
            assert_int_equal(fault.bytes_live, 0);
        }
    free(text);
}

static const char *temporary(char path[64], const char *text, size_t n) {
    strcpy(path, "/tmp/mlops_csv_XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, n), n);
    close(file);
    return path;
}

static void files_read_as_memory_does(void **state) {
    (void)state;
    char *text = repeat("a,b,c\n", "1,\"x\ny\"\"\",\xe2\x82\xac\xf0\x9f\x98\x80\n", 60000),
         path[64];
    mlops_table *table, *other = parse(text);
    assert_int_equal(mlops_table_load(&table, temporary(path, text, strlen(text)), NULL, NULL), 0);
    assert_int_equal(mlops_table_n_rows(table), 60000);
    for (int64_t j = 0; j < 3; j++) {
        const mlops__column *a = mlops__table_column(table, j), *b = mlops__table_column(other, j);
        assert_int_equal(a->type, b->type);
        assert_memory_equal(a->data, b->data, 60000 * (j ? 4 : 8));
        assert_int_equal(a->n_texts, j ? 1 : 0);
    }
    assert_string_equal(mlops__table_column(table, 1)->texts[0], "x\ny\"");
    mlops_table_unref(table);
    mlops_table_unref(other);
    unlink(path);
    mlops_error err;
    assert_int_equal(mlops_table_load(&table, path, NULL, &err), MLOPS_E_NOT_FOUND);
    assert_non_null(strstr(err.message, path));
    assert_null(table);
    free(text);
}

static void every_read_of_a_file_may_fail(void **state) {
    (void)state;
    char *text = repeat("a,b\n", "1,x\n", 150000), path[64];
    strcpy(text + strlen(text) - 4, "z,x\n"); /* asks for a second pass */
    temporary(path, text, strlen(text));
    mlops_host host = MLOPS_HOST_INIT;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = &host;
    for (int64_t k = 1;; k++) {
        mlops__io_fault fault;
        mlops__io_fault_init(&fault, &mlops__io_posix);
        fault.fail_at = k;
        fault.os_code = 5;
        host.io = &fault.table;
        mlops_error err = {0};
        mlops_table *table;
        mlops_status status = mlops_table_load(&table, path, &opts, &err);
        if (fault.n_calls < k) {
            assert_int_equal(status, MLOPS_OK);
            assert_true(k > 6);
            mlops_table_unref(table);
            break;
        }
        if (status == MLOPS_OK) mlops_table_unref(table); /* the close failed */
        else assert_int_equal(status, MLOPS_E_IO);
        fault.n_calls = 0;
        fault.kind = MLOPS__FAULT_SHORT;
        assert_int_equal(mlops_table_load(&table, path, &opts, &err), MLOPS_OK);
        assert_int_equal(mlops_table_n_rows(table), 150000);
        mlops_table_unref(table);
    }
    unlink(path);
    free(text);
}

/* Fields of all records, by a reader that takes so many bytes at once. */
static size_t split(const char *text, size_t n, const char *path, size_t step, char *out) {
    mlops__host host;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error err = {0};
    assert_int_equal(mlops__host_init(&host, NULL, &err), MLOPS_OK);
    mlops__csv_reader reader = {0};
    reader.allocator = &host.allocator;
    reader.host = &host;
    reader.call = &call;
    reader.path = path;
    reader.memory = text;
    reader.total = (int64_t)n;
    reader.delimiter = ',';
    reader.line_max = 1000;
    reader.step = step;
    reader.err = &err;
    if (path) reader.file = host.io.open(host.io.ctx, path, MLOPS_IO_READ);
    size_t at = 0;
    mlops_status status = mlops__csv_begin(&reader);
    while (status == MLOPS_OK && (status = mlops__csv_next(&reader)) == MLOPS_OK) {
        at += (size_t)sprintf(out + at, "%lld:", (long long)reader.mark.line);
        for (int64_t i = 0; i < reader.n_fields; i++) {
            const mlops__csv_field *f = &reader.fields[i];
            at += (size_t)sprintf(out + at, "[%d%d", f->quoted, f->doubled);
            memcpy(out + at, f->text, f->n);
            at += f->n;
        }
    }
    at += (size_t)sprintf(out + at, "%d at %d:%d %s", status, err.line, err.column, err.message);
    mlops__csv_end(&reader);
    if (path) host.io.close(host.io.ctx, reader.file);
    return at;
}

static void steps_do_not_matter(void **state) {
    (void)state;
    const char *const texts[] = {
        "a,b\n1,\"x\"\"y\"\r\n\r\n\xe2\x82\xac,\"\"\r3,4",
        "\xef\xbb\xbf"
        "a\r\n\"l\n\r\nm\"\n\n\xf0\x9f\x98\x80",
        "a,\"b\nc",
        "a,b\n1,\xe2\x28\xa1\n",
        "a,b\n\"x\"y,1\n",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
        "b,\n,"
        "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",c\n",
    };
    char whole[2048], part[2048], path[64];
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        size_t n = strlen(texts[t]), size = split(texts[t], n, NULL, 0, whole);
        temporary(path, texts[t], n);
        for (size_t step = 1; step <= n; step++)
            for (int file = 0; file < 2; file++) {
                size_t other = split(texts[t], n, file ? path : NULL, step, part);
                if (other != size) fail_msg("step %zu: %s\n%s", step, part, whole);
                assert_memory_equal(part, whole, size);
            }
        unlink(path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_the_first_that_fit),
        cmocka_unit_test(minus_zero_survives_a_later_fraction),
        cmocka_unit_test(quoted_fields_are_strings),
        cmocka_unit_test(nulls_are_nulls_in_any_type),
        cmocka_unit_test(types_may_be_given),
        cmocka_unit_test(times_may_be_given),
        cmocka_unit_test(values_of_nulls_are_fixed),
        cmocka_unit_test(line_ends_may_be_lf_crlf_or_cr),
        cmocka_unit_test(empty_lines_are_passed_over_but_for_one_column),
        cmocka_unit_test(header_names_and_lines_may_be_chosen),
        cmocka_unit_test(names_without_a_header_need_no_row),
        cmocka_unit_test(errors_name_their_place),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(calls_report_cancel_and_end_in_time),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(files_read_as_memory_does),
        cmocka_unit_test(every_read_of_a_file_may_fail),
        cmocka_unit_test(steps_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
