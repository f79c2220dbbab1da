/* Features: what is fitted, what an output is, and that tables and rows give the same bits. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_feature.h"

#include <math.h>

static mlops_table *apply_to(const mlops_feature *feature, const mlops_table *table) {
    mlops_table *out;
    mlops_error err;
    if (mlops_feature_apply(&out, feature, table, &err)) fail_msg("%s", err.message);
    return out;
}

static void assert_expression(const char *definition, const char *csv, const char *expected) {
    mlops_feature *f = fit_csv(definition, csv);
    assert_string_equal(mlops_feature_expression(f, 0), expected);
    mlops_feature_unref(f);
}

/* ---- fitting ---- */

static void test_standardise(void **state) {
    (void)state;
    assert_expression("a = standardise(x)", "x\n1.0\nNA\n3.0\nnan\n", "(x - 2.0) / 1.0");
    assert_expression("a = standardise(n)", "n\n1\n2\n3\n4\n", "(n - 2.5) / 1.118033988749895");
    assert_expression("a = standardise(x)", "x\n0.1\n0.1\n0.1\n", "(x - 0.1) / 1.0");
    assert_expression("a = standardise(x)", "x\n-0.0\n", "(x - 0.0) / 1.0");
    assert_expression("a = standardise(x)", "x\n1e300\n3e300\n", "(x - 2e+300) / 1e+300");
    assert_expression("a = standardise(x)", "x\n1e-300\n3e-300\n",
                      "(x - 2e-300) / 1.0000000000000002e-300");
    assert_expression("a = standardise(x)", "x\n1e16\n10000000000000002.0\n",
                      "(x - 1e+16) / 1.0"); /* the mean is no double: 1e16 + 1 */
    assert_expression("a = standardise(x)", "x\n1.0\n-1.0\n5e-324\n",
                      "(x - 0.0) / 0.816496580927726");
}

static void test_minmax(void **state) {
    (void)state;
    assert_expression("a = minmax(x)", "x\n2.0\nNA\n-3.0\nnan\n0.5\n", "(x - -3.0) / 5.0");
    assert_expression("a = minmax(n)", "n\n7\n7\n", "(n - 7.0) / 1.0");
    assert_expression("a = minmax(x)", "x\n-0.0\n0.0\n", "(x - 0.0) / 1.0");
}

static void test_impute(void **state) {
    (void)state;
    const char *x = "x\n1.5\nNA\n4.0\nnan\n-2.0\n4.0\n", *n = "n\n5\nNA\n2\n2\n5\n1\n";
    const char *s = "s\nb\nNA\na\n'\n\na\nb\n'\nNA\n", *p = "p\ntrue\nNA\nfalse\n";
    assert_expression("a = impute(x, 'mean')", x, "if(not isnan(x), x, 1.875)");
    assert_expression("a = impute(x, 'median')", x, "if(not isnan(x), x, 2.75)");
    assert_expression("a = impute(x, 'mode')", x, "if(not isnan(x), x, 4.0)");
    assert_expression("a = impute(x, 0)", x, "if(not isnan(x), x, 0.0)");
    assert_expression("a = impute(x, 1 - 2.5)", x, "if(not isnan(x), x, -1.5)");
    assert_expression("a = impute(n, 'mean')", n, "coalesce(n, 3.0)");
    assert_expression("a = impute(n, 'median')", n, "coalesce(n, 2.0)");
    assert_expression("a = impute(n, 'mode')", n, "coalesce(n, 2)");
    assert_expression("a = impute(n, -1)", n, "coalesce(n, -1)");
    assert_expression("a = impute(n, 0.5)", n, "coalesce(n, 0.5)");
    assert_expression("a = length(impute(s, 'mode'))", s, "length(coalesce(s, ''''))");
    assert_expression("a = length(impute(s, 'it''s'))", s, "length(coalesce(s, 'it''s'))");
    assert_expression("a = impute(p, 'mode')", p, "coalesce(p, false)");
    assert_expression("a = impute(p, true)", p, "coalesce(p, true)");
    assert_expression("a = impute(x, 'median')", "x\n1e308\n1.6e308\n",
                      "if(not isnan(x), x, 1.3e+308)");
    assert_expression("a = impute(lower(t), 'mode') = 'b'", "t\nB\nb\na\n",
                      "coalesce(lower(t), 'b') = 'b'");
    assert_expression("a = impute(n, 'mode')", "n\n9223372036854775807\n9223372036854775806\n",
                      "coalesce(n, 9223372036854775806)");
}

static void test_nesting(void **state) {
    (void)state;
    mlops_feature *f =
        fit_csv("a = Standardise( impute(x + 1, 'mean') * 2 ) + minmax(x)", "x\n1.0\nNA\n3.0\n");
    assert_string_equal(mlops_feature_expression(f, 0),
                        "(if(not isnan(x + 1.0), x + 1.0, 3.0) * 2.0 - 6.0) / 1.632993161855452 "
                        "+ (x - 1.0) / 2.0");
    assert_int_equal(mlops_feature_n_inputs(f), 1);
    mlops_feature_unref(f);
}

static void assert_names(const char *definition, const char *csv, const char *expected) {
    char all[512] = "";
    mlops_feature *f = fit_csv(definition, csv);
    for (int64_t i = 0; i < mlops_feature_n_outputs(f); i++) {
        strcat(all, i ? "|" : "");
        strcat(all, mlops_feature_output_name(f, i));
    }
    assert_string_equal(all, expected);
    mlops_feature_unref(f);
}

static void test_one_hot(void **state) {
    (void)state;
    const char *csv = "s,n,p\nb,3,true\nb,-1,true\nNA,NA,NA\na,7,false\nc,7,true\nc,-1,true\n";
    assert_names("s = one_hot(s)", csv, "s=b|s=c|s=a");
    assert_names("s = ONE_HOT( s , 1 )", csv, "s=b");
    assert_names("n = one_hot(n)", csv, "n=-1|n=7|n=3");
    assert_names("p = one_hot(p, 10000)", csv, "p=true|p=false");
    assert_names("`a b` = one_hot(lower(s)) # last", csv, "a b=b|a b=c|a b=a");
    assert_names("x = one_hot(s = 'b')", csv, "x=false|x=true");
    mlops_table *table = table_of(csv), *live = table_of("n,p,s\n7,NA,zz\nNA,false,b\n");
    mlops_feature *f = fit_of("s = one_hot(s)\nn = one_hot(n)\np = one_hot(p)", table);
    const float expected[2][8] = {{0, 0, 0, 0, 1, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 1}};
    float found[2][8];
    assert_int_equal(mlops_feature_matrix(f, live, found[0], 2, 8, NULL), 0);
    assert_memory_equal(found, expected, sizeof expected);
    mlops_feature_unref(f);
    mlops_table_unref(live);
    mlops_table_unref(table);
}

/* More categories than the default, each of another frequency. */
static void test_one_hot_default(void **state) {
    (void)state;
    static char csv[1 << 16];
    size_t n = (size_t)sprintf(csv, "s\n");
    for (int i = 0; i < 60; i++)
        for (int k = 0; k <= i; k++) n += (size_t)sprintf(csv + n, "c%02d\n", i);
    mlops_feature *f = fit_csv("s = one_hot(s)", csv);
    assert_int_equal(mlops_feature_n_outputs(f), 50);
    assert_string_equal(mlops_feature_output_name(f, 0), "s=c59");
    assert_string_equal(mlops_feature_output_name(f, 49), "s=c10");
    mlops_feature_unref(f);
}

/* ---- the same bits ---- */

static const char DEFINITION[] = "# of everything\n"
                                 "a = standardise(log1p(impute(x, 'median')))\n"
                                 "b = minmax(impute(n, 'mean')) # half\n"
                                 "\n"
                                 "c = one_hot(s, 5)\n"
                                 "d = if(p, x, n) * 3\n"
                                 "`e f` = x / n - bucket(s, 10)\n"
                                 "g = n // 2\n"
                                 "h = p and x > 0\r\n"
                                 "i = length(coalesce(s, '#')) + standardise(clip(y, -5, 5))\n"
                                 "j = y\n"
                                 "k = standardise(impute(y - y, 0))\n";

enum { ROWS = 2500, OUTPUTS = 14 };

typedef struct row {
    char text[128];
} row;

static void draw_row(row *out) {
    static const char *const texts[] = {
        "red", "\"it's, \"\"so\"\"\"", "\xc3\xa9t\xc3\xa9", "x", "zz", "green", "NA", "b"};
    static const char *const odd[] = {"NA", "nan", "-0.0", "1e308", "5e-324"};
    static const char *const odder[] = {"inf", "-inf", "nan", "NA"};
    char x[40], y[40];
    snprintf(x, sizeof x, "%.17g", uniform() * 1000);
    snprintf(y, sizeof y, "%.17g", uniform() - 0.5);
    if (draw() % 7 == 0) strcpy(x, odd[draw() % 3]);
    if (draw() % 7 == 0) strcpy(y, odder[draw() % 4]);
    snprintf(out->text, sizeof out->text, "%s,%s,%s,%s,%s\n", x, y,
             draw() % 9 ? (draw() % 2 ? "3" : "-17") : "NA", texts[draw() % 8],
             draw() % 5 ? (draw() % 2 ? "true" : "false") : "NA");
}

static mlops_table *table_of_rows(const row *rows, int n) {
    static char csv[ROWS * 130];
    size_t length = (size_t)sprintf(csv, "x,y,n,s,p\n");
    for (int i = 0; i < n; i++) length += (size_t)sprintf(csv + length, "%s", rows[i].text);
    return table_of(csv);
}

static mlops_table *random_table(row *rows) {
    seed = 5;
    for (int i = 0; i < ROWS; i++) draw_row(&rows[i]);
    return table_of_rows(rows, ROWS);
}

static row rows[ROWS];

static void test_rows_are_tables(void **state) {
    (void)state;
    static float matrix[ROWS][OUTPUTS];
    mlops_table *table = random_table(rows);
    mlops_feature *f = fit_of(DEFINITION, table);
    assert_int_equal(mlops_feature_n_outputs(f), OUTPUTS);
    assert_int_equal(mlops_feature_n_inputs(f), 5);
    assert_int_equal(mlops_feature_matrix(f, table, matrix[0], ROWS, OUTPUTS, NULL), 0);
    mlops_table *out = apply_to(f, table);
    for (int64_t k = 0; k < OUTPUTS; k++) { /* of the table, rounded once */
        static double values[ROWS];
        assert_int_equal(mlops_table_type(out, k), MLOPS_TYPE_FLOAT64);
        assert_string_equal(mlops_table_name(out, k), mlops_feature_output_name(f, k));
        assert_int_equal(mlops_table_values(out, k, values, ROWS, NULL), 0);
        for (int i = 0; i < ROWS; i++) {
            float rounded = (float)values[i];
            assert_memory_equal(&rounded, &matrix[i][k], sizeof rounded);
        }
    }
    for (int64_t i = 0; i < ROWS; i++) {
        mlops_feature_value values[5];
        float found[OUTPUTS];
        char text[64];
        double number;
        for (int64_t j = 0; j < 5; j++) {
            const char *name = mlops_feature_input_name(f, j);
            int64_t column = mlops_table_find(table, name);
            mlops_type type = mlops_feature_input_type(f, j);
            assert_int_equal(type, mlops_table_type(table, column));
            mlops_table_text(table, column, i, text, sizeof text, NULL);
            values[j] = (mlops_feature_value){type, 0, 0, 0, NULL};
            number = strcmp(text, "nan") ? strtod(text, NULL) : NAN;
            if (type == MLOPS_TYPE_BOOL) values[j].i64 = text[0] == 't';
            if (type == MLOPS_TYPE_INT64) values[j].i64 = (int64_t)number;
            if (type == MLOPS_TYPE_FLOAT64) values[j].f64 = number;
            if (type == MLOPS_TYPE_STRING) values[j].text = strdup(text);
            values[j].is_null = !*text;
        }
        assert_int_equal(mlops_feature_row(f, values, 5, found, OUTPUTS), 0);
        assert_memory_equal(found, matrix[i], sizeof found);
        for (int64_t j = 0; j < 5; j++) free((void *)(uintptr_t)values[j].text);
    }
    mlops_table_unref(out);
    mlops_feature_unref(f);
    mlops_table_unref(table);
}

static mlops_id id_of(const mlops_feature *f) {
    mlops_id id;
    assert_int_equal(mlops_feature_id(f, &id), 0);
    return id;
}

static void test_order_of_rows(void **state) {
    (void)state;
    mlops_table *table = random_table(rows);
    mlops_feature *f = fit_of(DEFINITION, table);
    mlops_id id = id_of(f);
    for (int round = 0; round < 5; round++) {
        for (int i = ROWS - 1; i > 0; i--) {
            int j = (int)(draw() % (uint64_t)(i + 1));
            row swap = rows[i];
            rows[i] = rows[j];
            rows[j] = swap;
        }
        mlops_table *shuffled = table_of_rows(rows, ROWS);
        mlops_feature *g = fit_of(DEFINITION, shuffled);
        mlops_id other = id_of(g);
        assert_memory_equal(&id, &other, sizeof id);
        mlops_feature_unref(g);
        mlops_table_unref(shuffled);
    }
    mlops_feature_unref(f);
    mlops_table_unref(table);
}

/* ---- columns ---- */

static void test_columns_bind_by_name(void **state) {
    (void)state;
    mlops_feature *f = fit_csv("a = x + n * 2\nb = isnull(n)", "n,x\n1,0.5\n2,1.5\n");
    struct {
        const char *csv;
        float expected[4];
    } cases[] = {{"z,x,n\nq,1.5,3\nr,nan,NA\n", {7.5f, 0, NAN, 1}},
                 {"x,n\n2,3.0\n5,nan\n", {8, 0, NAN, 1}}, /* both types the other way round */
                 {"x,n\nNA,-2\nNA,1\n", {NAN, 0, NAN, 0}}};
    for (size_t i = 0; i < 3; i++) {
        mlops_table *table = table_of(cases[i].csv);
        float found[4];
        mlops_error err;
        if (mlops_feature_matrix(f, table, found, 2, 2, &err)) fail_msg("%s", err.message);
        assert_memory_equal(found, cases[i].expected, sizeof found);
        mlops_table_unref(table);
    }
    mlops_feature_unref(f);
}

static void assert_binding_fails(const mlops_feature *f, const char *csv, const char *said) {
    mlops_table *table = table_of(csv), *out = table;
    mlops_error err;
    assert_int_equal(mlops_feature_apply(&out, f, table, &err), MLOPS_E_SCHEMA);
    assert_null(out);
    if (!strstr(err.message, said)) fail_msg("%s", err.message);
    mlops_table_unref(table);
}

static void test_columns_that_do_not_fit(void **state) {
    (void)state;
    mlops_feature *f = fit_csv("a = x + n\nb = length(s)", "n,x,s\n1,0.5,q\n2,1.5,r\n");
    assert_binding_fails(f, "n,x\n1,2.5\n", "no column \"s\"");
    assert_binding_fails(f, "n,x,s\n1,2.5,3\n",
                         "column \"s\" is int64; the features were fitted to");
    assert_binding_fails(f, "n,x,s\n1,true,q\n", "column \"x\" is bool");
    assert_binding_fails(f, "n,x,s\n1,q,q\n", "column \"x\" is string");
    assert_binding_fails(f, "n,x,s\n1.0,0,q\n2.5,0,q\n", "column \"n\" is float64, row 1");
    assert_binding_fails(f, "n,x,s\n1,9007199254740993,q\n", "column \"x\" is int64, row 0");
    assert_binding_fails(f, "n,x,s\n9223372036854775808,0,q\n", "column \"n\" is float64, row 0");
    float out[2];
    mlops_error err;
    mlops_table *table = table_of("n,x,s\n1,0.5,q\n");
    assert_int_equal(mlops_feature_matrix(f, table, out, 2, 2, &err), MLOPS_E_INVALID);
    assert_int_equal(mlops_feature_matrix(f, table, out, 1, 1, &err), MLOPS_E_INVALID);
    mlops_table_unref(table);
    mlops_feature_unref(f);
}

static void test_values_that_do_not_fit(void **state) {
    (void)state;
    mlops_feature *f = fit_csv("a = x + n\nb = length(s)", "n,x,s\n1,0.5,q\n2,1.5,r\n");
    const mlops_feature_value good[3] = {{MLOPS_TYPE_INT64, 0, 4, 0, NULL},
                                         {MLOPS_TYPE_INT64, 0, 3, 0, NULL},
                                         {MLOPS_TYPE_STRING, 0, 0, 0, "\xc3\xa9"}};
    mlops_feature_value bad[3];
    float out[2] = {0, 0};
    assert_string_equal(mlops_feature_input_name(f, 0), "n");
    assert_int_equal(mlops_feature_row(f, good, 3, out, 2), 0);
    assert_true(out[0] == 7 && out[1] == 1);
    assert_int_equal(mlops_feature_row(f, good, 2, out, 2), MLOPS_E_INVALID);
    assert_int_equal(mlops_feature_row(f, good, 3, out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_feature_row(f, NULL, 3, out, 2), MLOPS_E_INVALID);
    assert_int_equal(mlops_feature_row(f, good, 3, NULL, 2), MLOPS_E_INVALID);
    struct {
        int at;
        mlops_feature_value value;
        mlops_status status;
    } cases[] = {{0, {MLOPS_TYPE_FLOAT64, 0, 0, 1.5, NULL}, MLOPS_E_SCHEMA},
                 {0, {MLOPS_TYPE_FLOAT64, 0, 0, INFINITY, NULL}, MLOPS_E_SCHEMA},
                 {0, {MLOPS_TYPE_BOOL, 0, 1, 0, NULL}, MLOPS_E_SCHEMA},
                 {1, {MLOPS_TYPE_INT64, 0, INT64_MAX, 0, NULL}, MLOPS_E_SCHEMA},
                 {1, {MLOPS_TYPE_STRING, 0, 0, 0, "1"}, MLOPS_E_SCHEMA},
                 {2, {MLOPS_TYPE_INT64, 0, 1, 0, NULL}, MLOPS_E_SCHEMA},
                 {2, {MLOPS_TYPE_STRING, 0, 0, 0, NULL}, MLOPS_E_INVALID},
                 {2, {MLOPS_TYPE_STRING, 0, 0, 0, "\xff"}, MLOPS_E_INVALID},
                 {2, {(mlops_type)9, 0, 0, 0, NULL}, MLOPS_E_SCHEMA},
                 {0, {MLOPS_TYPE_FLOAT64, 0, 0, NAN, NULL}, MLOPS_OK},
                 {0, {MLOPS_TYPE_NULL, 0, 7, 7, NULL}, MLOPS_OK},
                 {1, {MLOPS_TYPE_STRING, 1, 0, 0, NULL}, MLOPS_OK}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(bad, good, sizeof bad);
        bad[cases[i].at] = cases[i].value;
        out[0] = out[1] = 99;
        assert_int_equal(mlops_feature_row(f, bad, 3, out, 2), cases[i].status);
        if (cases[i].status) assert_true(out[0] == 99 && out[1] == 99);
        else assert_true(isnan(out[0]) && out[1] == 1);
    }
    mlops_feature_unref(f);
}

/* An expression that takes more than the stack bound works in tables, and says so in rows. */
static void test_rows_have_a_bound(void **state) {
    (void)state;
    static char text[8192];
    size_t n = (size_t)sprintf(text, "a = x * 0");
    for (int i = 1; i < 60; i++) n += (size_t)sprintf(text + n, " - (x * %d", i);
    for (int i = 1; i < 60; i++) n += (size_t)sprintf(text + n, ")");
    mlops_table *table = table_of("x\n0.5\n");
    mlops_feature *f = fit_of(text, table);
    mlops_feature_value value = {MLOPS_TYPE_FLOAT64, 0, 0, 0.5, NULL};
    float out = 0;
    assert_int_equal(mlops_feature_matrix(f, table, &out, 1, 1, NULL), 0);
    assert_true(out == -15); /* half of 0 - 1 + 2 - 3 ... - 59 */
    out = 7;
    assert_int_equal(mlops_feature_row(f, &value, 1, &out, 1), MLOPS_E_ARENA);
    assert_true(out == 7);
    mlops_feature_unref(f);
    mlops_table_unref(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_standardise),
        cmocka_unit_test(test_minmax),
        cmocka_unit_test(test_impute),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test(test_one_hot),
        cmocka_unit_test(test_one_hot_default),
        cmocka_unit_test(test_rows_are_tables),
        cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_columns_bind_by_name),
        cmocka_unit_test(test_columns_that_do_not_fit),
        cmocka_unit_test(test_values_that_do_not_fit),
        cmocka_unit_test(test_rows_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
