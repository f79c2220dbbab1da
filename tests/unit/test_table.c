/* The table itself: growth, dictionaries, getters, and tables from matrices. */
#include "column/table.h"

#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static char *repeat(const char *head, const char *row, size_t n) {
    char *text = malloc(strlen(head) + n * strlen(row) + 1), *p = text;
    assert_non_null(text);
    p += sprintf(p, "%s", head);
    for (size_t i = 0; i < n; i++) p += sprintf(p, "%s", row);
    return text;
}

static void wide_and_long_tables_grow(void **state) {
    (void)state;
    enum { WIDTH = 3000 };
    char *text = malloc(WIDTH * 16 * 2), *p = text;
    for (int i = 0; i < WIDTH; i++) p += sprintf(p, "%sname%d", i ? "," : "", i);
    p += sprintf(p, "\n");
    for (int i = 0; i < WIDTH; i++) p += sprintf(p, "%s%d", i ? "," : "", i);
    mlops_table *table = parse(text);
    assert_int_equal(mlops_table_n_columns(table), WIDTH);
    assert_int_equal(mlops_table_find(table, "name2999"), 2999);
    assert_true(mlops__column_f64(mlops__table_column(table, 1234), 0) == 1234.0);
    mlops_table_unref(table);
    free(text);
    /* Rows that get much shorter, so that the first guess of their number is far too low. */
    char *rows = repeat("a,b\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx,1\n",
                        ",\n", 100000);
    table = parse(rows);
    assert_int_equal(mlops_table_n_rows(table), 100001);
    assert_int_equal(mlops_table_n_nulls(table, 1), 100000);
    mlops_table_unref(table);
    free(rows);
}

static void dictionaries_hold_many_texts(void **state) {
    (void)state;
    enum { N = 70000 };
    char *text = malloc(N * 16), *p = text;
    p += sprintf(p, "s,t\n");
    for (int i = 0; i < N; i++) p += sprintf(p, "k%d,v%d\n", i, i % 7);
    mlops_table *table = parse(text);
    const mlops__column *s = mlops__table_column(table, 0), *t = mlops__table_column(table, 1);
    assert_int_equal(s->n_texts, N);
    assert_int_equal(t->n_texts, 7);
    for (int i = 0; i < N; i += 77) {
        char expected[16];
        sprintf(expected, "k%d", i);
        assert_int_equal(((const int32_t *)s->data)[i], i);
        assert_string_equal(s->texts[i], expected);
        assert_int_equal(((const int32_t *)t->data)[i], i % 7);
    }
    mlops_table_unref(table);
    free(text);
}

static void getters_refuse_what_is_not_there(void **state) {
    (void)state;
    mlops_table *table = parse("a,b\n1,abc\xe2\x82\xac\n");
    mlops_error err;
    char text[8];
    double value;
    size_t needed = 0;
    assert_null(mlops_table_name(table, 2));
    assert_null(mlops_table_name(table, -1));
    assert_int_equal(mlops_table_type(table, 2), MLOPS_TYPE_NULL);
    assert_int_equal(mlops_table_n_nulls(table, 2), -1);
    assert_int_equal(mlops_table_values(table, 2, &value, 1, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_values(table, 0, &value, 2, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_values(table, 1, &value, 1, &err), MLOPS_E_SCHEMA);
    assert_non_null(strstr(err.message, "'b'"));
    assert_int_equal(mlops_table_text(table, 1, 1, text, 8, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_table_text(table, 1, 0, text, 7, &needed), MLOPS_OK);
    assert_int_equal(needed, 6);
    assert_int_equal(mlops_table_text(table, 1, 0, text, 6, NULL), MLOPS_E_ARENA);
    assert_string_equal(text, "abc");
    assert_int_equal(mlops_table_text(table, 1, 0, NULL, 0, &needed), MLOPS_OK);
    mlops_table *same = mlops_table_ref(table);
    assert_ptr_equal(same, table);
    mlops_table_unref(table);
    assert_int_equal(mlops_table_n_rows(same), 1);
    mlops_table_unref(same);
    mlops_table_unref(NULL);
}

static void matrices_become_tables(void **state) {
    (void)state;
    const double values[] = {1, 2, 3, 4, 5, (double)(1e308 * 10)};
    mlops_table *table;
    mlops_error err;
    assert_int_equal(mlops_table_from_matrix(&table, values, 2, 3, NULL, NULL, &err), MLOPS_OK);
    assert_string_equal(types(table), "fff");
    assert_string_equal(spell(table), "1.0|2.0|3.0/4.0|5.0|inf");
    assert_string_equal(mlops_table_name(table, 2), "c2");
    mlops_table_unref(table);
    assert_int_equal(mlops_table_from_matrix(&table, values, 3, 2, "x,\"y,\"", NULL, &err), 0);
    assert_string_equal(mlops_table_name(table, 1), "y,");
    mlops_table_unref(table);
    assert_int_equal(mlops_table_from_matrix(&table, NULL, 0, 2, NULL, NULL, &err), 0);
    mlops_table_unref(table);
    assert_int_equal(mlops_table_from_matrix(&table, values, 3, 2, "x", NULL, &err),
                     MLOPS_E_INVALID);
    assert_null(table);
    assert_int_equal(mlops_table_from_matrix(&table, values, -1, 2, NULL, NULL, &err),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_table_from_matrix(&table, values, 1, 0, NULL, NULL, &err),
                     MLOPS_E_INVALID);
    assert_int_equal(
        mlops_table_from_matrix(&table, values, INT64_MAX, INT64_MAX, NULL, NULL, &err),
        MLOPS_E_INVALID);
    assert_int_equal(mlops_table_from_matrix(&table, NULL, 1, 1, NULL, NULL, &err),
                     MLOPS_E_INVALID);
}

/* The seconds and nanoseconds at both ends of int64, as pandas.Timestamp.max and min have them. */
static void times_go_to_both_ends(void **state) {
    static const char *const types[] = {"t=time", "t=time(%Y-%m-%dT%H:%M:%S.%f%z)"};
    static const int64_t due[] = {INT64_MAX, -INT64_MAX, INT64_C(9223372036000000000),
                                  INT64_C(-9223372036000000000)};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
        mlops_error err;
        mlops_table *none;
        const char *late = "t\n2262-04-11T23:47:16.854775808Z\n";
        opts.types = types[i];
        mlops_table *table =
            parse_with("t\n2262-04-11T23:47:16.854775807Z\n1677-09-21T00:12:43.145224193Z\n"
                       "2262-04-11T23:47:16.0Z\n1677-09-21T00:12:44.0Z\n",
                       &opts);
        const int64_t *times = mlops__table_column(table, 0)->data;
        for (int row = 0; row < 4; row++) assert_true(times[row] == due[row]);
        mlops_table_unref(table);
        assert_int_equal(mlops_table_parse(&none, late, strlen(late), &opts, &err), MLOPS_E_PARSE);
        assert_non_null(strstr(err.message, "is beyond 1677-09-21 to 2262-04-11"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_and_long_tables_grow),
        cmocka_unit_test(dictionaries_hold_many_texts),
        cmocka_unit_test(getters_refuse_what_is_not_there),
        cmocka_unit_test(matrices_become_tables),
        cmocka_unit_test(times_go_to_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
