/* Definitions and saved features as texts: what is refused and where, and what comes back. */
#define _GNU_SOURCE
#include "unit/help_feature.h"

static const char CSV[] = "x,n,s,p\n1.5,1,a,true\nNA,2,NA,false\n2.5,NA,it's,NA\n";

/* ---- definitions ---- */

typedef struct refusal {
    const char *definition;
    mlops_status status;
    int line;
    int column;
    const char *said;
} refusal;

static const refusal refusals[] = {
    {"", MLOPS_E_PARSE, 0, 0, "has no feature"},
    {" # only this\n\r\n", MLOPS_E_PARSE, 0, 0, "has no feature"},
    {"a = x\nb", MLOPS_E_PARSE, 2, 2, "= is due behind the name"},
    {"a == x", MLOPS_E_PARSE, 1, 3, "= is due behind the name"},
    {"a =", MLOPS_E_PARSE, 1, 4, "the text is empty"},
    {"a = # x", MLOPS_E_PARSE, 1, 5, "the text is empty"},
    {"7 = x", MLOPS_E_PARSE, 1, 1, "a name is due here"},
    {"not = x", MLOPS_E_PARSE, 1, 1, "not is a word of the language"},
    {"\n\n  a = x +", MLOPS_E_PARSE, 3, 10, "ends where a value is due"},
    {"a = 'x\n'", MLOPS_E_PARSE, 1, 5, "never closed"},
    {"a = x\n\xc3\xa9 = y", MLOPS_E_NOT_FOUND, 2, 5, "\"y\" is unknown"},
    {"a = 1\n  b = nn", MLOPS_E_NOT_FOUND, 2, 7, "\"nn\" is unknown"},
    {"a = standardize(x)", MLOPS_E_NOT_FOUND, 1, 5, "did you mean standardise?"},
    {"a = x\n\n  a = n", MLOPS_E_EXISTS, 3, 3, "there is an output \"a\" already"},
    {"`s=a` = x\ns = one_hot(s)", MLOPS_E_EXISTS, 2, 1, "there is an output \"s=a\" already"},
    {"a =  s", MLOPS_E_SCHEMA, 1, 6, "\"a\" is text"},
    {"a = standardise(s)", MLOPS_E_SCHEMA, 1, 17, "takes numbers, and this is text"},
    {"a = minmax(p)", MLOPS_E_SCHEMA, 1, 12, "takes numbers, and this is a condition"},
    {"a = standardise(x, 2)", MLOPS_E_PARSE, 1, 5, "takes 1 argument, and 2 are given"},
    {"a = impute(x)", MLOPS_E_PARSE, 1, 5, "takes 2 arguments, and 1 is given"},
    {"a = impute(x, n)", MLOPS_E_SCHEMA, 1, 15, "'mean', 'median', 'mode' or a constant"},
    {"a = impute(x, 'middle')", MLOPS_E_SCHEMA, 1, 15, "'mean', 'median', 'mode'"},
    {"a = impute(x, true)", MLOPS_E_SCHEMA, 1, 15, "the constant is a condition"},
    {"a = length(impute(s, 1))", MLOPS_E_SCHEMA, 1, 22, "the constant is a number"},
    {"a = impute(null, 1)", MLOPS_E_SCHEMA, 1, 12, "null has no type"},
    {"a = impute(s, 'mean')", MLOPS_E_SCHEMA, 1, 12, "takes numbers"},
    {"a = minmax(x / 0.0)", MLOPS_E_SCHEMA, 1, 12, "row 0 (from 0) is infinite"},
    {"a = impute(x / 0.0, 'mode')", MLOPS_E_SCHEMA, 1, 12, "row 0 (from 0) is infinite"},
    {"a = minmax(x * 1e308 - 2.1e308)", MLOPS_E_PARSE, 1, 24, "beyond the greatest float64"},
    {"a = standardise(if(x < 2, 1.5e308, -1.5e308))", MLOPS_E_SCHEMA, 1, 17, "too far apart"},
    {"a = minmax(if(x < 2, 1e308, -1e308))", MLOPS_E_SCHEMA, 1, 12, "too far apart"},
    {"a = minmax(sqrt(0.0 - x))", MLOPS_E_SCHEMA, 1, 12, "no value to fit minmax to"},
    {"a = one_hot(if(x < 0, s, null))", MLOPS_E_SCHEMA, 1, 5, "has no categories"},
    {"a = one_hot(s) + 1", MLOPS_E_SCHEMA, 1, 5, "stands alone on its line"},
    {"a = one_hot(one_hot(s))", MLOPS_E_SCHEMA, 1, 5, "stands alone on its line"},
    {"a = one_hot()", MLOPS_E_PARSE, 1, 5, "takes 1 or 2 arguments, and 0 are given"},
    {"a = one_hot(x)", MLOPS_E_SCHEMA, 1, 13, "this is float64"},
    {"a = one_hot(s, 0)", MLOPS_E_SCHEMA, 1, 16, "a constant from 1 to 10000"},
    {"a = one_hot(s, n)", MLOPS_E_SCHEMA, 1, 16, "a constant from 1 to 10000"},
    {"a = one_hot(s, 2.0)", MLOPS_E_SCHEMA, 1, 16, "a constant from 1 to 10000"},
    {"a = x # \xff", MLOPS_E_PARSE, 1, 9, "no UTF-8"},
};

static void test_refusals(void **state) {
    (void)state;
    mlops_table *table = table_of(CSV);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        mlops_feature *f = (mlops_feature *)table;
        mlops_error err;
        mlops_status status = mlops_feature_fit(&f, r->definition, table, NULL, &err);
        assert_null(f);
        if (status != r->status || err.line != r->line || err.column != r->column ||
            !strstr(err.message, r->said))
            fail_msg("%s\ngives %d at %d:%d: %s", r->definition, status, err.line, err.column,
                     err.message);
        assert_int_equal(mlops_feature_fit(&f, r->definition, table, NULL, NULL), status);
    }
    mlops_table_unref(table);
}

static void test_limits(void **state) {
    (void)state;
    enum { MOST = 1 << 20 };
    char *text = malloc(MOST + 2);
    mlops_table *table = table_of(CSV);
    mlops_feature *f;
    mlops_feature_opts opts = MLOPS_FEATURE_OPTS_INIT;
    assert_non_null(text);
    memset(text, ' ', MOST + 1);
    memcpy(text, "a = x", 5);
    text[MOST + 1] = 0;
    assert_int_equal(mlops_feature_fit(&f, text, table, NULL, NULL), MLOPS_E_LIMIT);
    text[MOST] = 0; /* the line is beyond what an expression may hold */
    assert_int_equal(mlops_feature_fit(&f, text, table, NULL, NULL), MLOPS_E_LIMIT);
    text[9] = '#';
    assert_int_equal(mlops_feature_fit(&f, text, table, NULL, NULL), MLOPS_OK);
    mlops_feature_unref(f);
    size_t n = 0; /* each fills in three copies of what it holds */
    n += (size_t)sprintf(text, "a = ");
    for (int i = 0; i < 30; i++) n += (size_t)sprintf(text + n, "impute(");
    n += (size_t)sprintf(text + n, "x");
    for (int i = 0; i < 30; i++) n += (size_t)sprintf(text + n, ", 1)");
    assert_int_equal(mlops_feature_fit(&f, text, table, NULL, NULL), MLOPS_E_LIMIT);
    opts.flags = 1;
    assert_int_equal(mlops_feature_fit(&f, "a = x", table, &opts, NULL), MLOPS_E_INVALID);
    mlops_table_unref(table);
    free(text);
}

/* A category that no expression can hold. */
static void test_long_category(void **state) {
    (void)state;
    enum { LONG = 70000 };
    char *csv = malloc(LONG + 8);
    assert_non_null(csv);
    memcpy(csv, "s\n", 2);
    memset(csv + 2, 'x', LONG);
    memcpy(csv + 2 + LONG, "\n", 2);
    mlops_table *table = table_of(csv);
    mlops_feature *f;
    mlops_error err;
    assert_int_equal(mlops_feature_fit(&f, "a = 1\n b = one_hot(s)", table, NULL, &err),
                     MLOPS_E_LIMIT);
    assert_true(err.line == 2 && err.column == 2);
    assert_int_equal(mlops_feature_fit(&f, "a = length(impute(s, 'mode'))", table, NULL, &err),
                     MLOPS_E_LIMIT);
    assert_true(err.line == 1 && err.column == 12);
    mlops_table_unref(table);
    free(csv);
}

/* ---- saved ---- */

static const char DEFINITION[] = "a = standardise(impute(x, 'mean')) # \"quoted\"\n"
                                 "`b\"\xc3\xa9` = one_hot(s)\n"
                                 "c = coalesce(n, 2) > 1 or p\n";

static char saved[4096];
static size_t n_saved;

static mlops_feature *fit_and_save(void) {
    mlops_feature *f = fit_csv(DEFINITION, CSV);
    size_t needed = 0;
    assert_int_equal(mlops_feature_save(f, NULL, 0, &needed), 0);
    assert_true(needed > 0 && needed < sizeof saved);
    memset(saved, 7, sizeof saved);
    assert_int_equal(mlops_feature_save(f, saved, needed - 1, &n_saved), MLOPS_E_ARENA);
    assert_int_equal(saved[0], 7);
    assert_int_equal(n_saved, needed);
    assert_int_equal(mlops_feature_save(f, saved, needed, NULL), 0);
    assert_int_equal(saved[needed], 7);
    return f;
}

static void assert_same(const mlops_feature *a, const mlops_feature *b) {
    mlops_id x, y;
    mlops_feature_id(a, &x);
    mlops_feature_id(b, &y);
    assert_memory_equal(&x, &y, sizeof x);
    assert_string_equal(mlops_feature_definition(a), mlops_feature_definition(b));
    assert_int_equal(mlops_feature_n_inputs(a), mlops_feature_n_inputs(b));
    assert_int_equal(mlops_feature_n_outputs(a), mlops_feature_n_outputs(b));
    for (int64_t i = 0; i < mlops_feature_n_inputs(a); i++) {
        assert_string_equal(mlops_feature_input_name(a, i), mlops_feature_input_name(b, i));
        assert_int_equal(mlops_feature_input_type(a, i), mlops_feature_input_type(b, i));
    }
    for (int64_t i = 0; i < mlops_feature_n_outputs(a); i++) {
        assert_string_equal(mlops_feature_output_name(a, i), mlops_feature_output_name(b, i));
        assert_string_equal(mlops_feature_expression(a, i), mlops_feature_expression(b, i));
    }
}

static void test_parse(void **state) {
    (void)state;
    mlops_feature *f = fit_and_save(), *g;
    mlops_error err;
    if (mlops_feature_parse(&g, saved, n_saved, NULL, &err)) fail_msg("%s", err.message);
    assert_same(f, g);
    assert_int_equal(mlops_feature_n_inputs(g), 4);
    assert_string_equal(mlops_feature_input_name(g, 0), "x");
    assert_string_equal(mlops_feature_input_name(g, 3), "p");
    assert_null(mlops_feature_input_name(g, 4));
    assert_null(mlops_feature_input_name(g, -1));
    assert_int_equal(mlops_feature_input_type(g, 4), MLOPS_TYPE_NULL);
    assert_null(mlops_feature_output_name(g, 4));
    assert_null(mlops_feature_expression(g, -1));
    assert_string_equal(mlops_feature_output_name(g, 1), "b\"\xc3\xa9=a");
    assert_ptr_equal(mlops_feature_ref(g), g);
    mlops_feature_unref(g);
    mlops_feature_unref(g);
    mlops_feature_unref(f);
    mlops_feature_unref(NULL);
}

static void test_file(void **state) {
    (void)state;
    char path[] = "/tmp/feature-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    mlops_feature *f = fit_and_save(), *g;
    mlops_error err;
    if (mlops_feature_write(f, path, &err)) fail_msg("%s", err.message);
    if (mlops_feature_load(&g, path, NULL, &err)) fail_msg("%s", err.message);
    assert_same(f, g);
    mlops_feature_unref(g);
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    fputc(' ', file);
    fclose(file);
    assert_int_equal(mlops_feature_load(&g, path, NULL, &err), MLOPS_E_CORRUPT);
    assert_non_null(strstr(err.message, path));
    remove(path);
    assert_int_equal(mlops_feature_load(&g, path, NULL, &err), MLOPS_E_NOT_FOUND);
    assert_null(g);
    mlops_feature_unref(f);
}

/* A text in place of another, both of which stand once. */
static mlops_status parse_changed(const char *old, const char *new, mlops_error *err) {
    static char text[8192];
    saved[n_saved] = 0;
    const char *at = strstr(saved, old);
    mlops_feature *f;
    assert_non_null(at);
    int n =
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - saved), saved, new, at + strlen(old));
    mlops_status status = mlops_feature_parse(&f, text, (size_t)n, NULL, err);
    mlops_feature_unref(f);
    return status;
}

static void test_changed(void **state) {
    (void)state;
    static const struct {
        const char *old;
        const char *new;
        mlops_status status;
        const char *said;
    } cases[] = {
        {"{\"format\":1", "{\"format\":2", MLOPS_E_UNSUPPORTED, "format 2"},
        {"{\"format\":1", "{\"version\":1", MLOPS_E_CORRUPT, "\"format\" is due"},
        {"{\"format\":1", "{\"format\": 1", MLOPS_E_CORRUPT, "changed since they were saved"},
        {"- 2.0)", "- 2.00)", MLOPS_E_CORRUPT, "changed since they were saved"},
        {"- 2.0)", "- )", MLOPS_E_CORRUPT, "does not compile"},
        {"- 2.0)", "- y)", MLOPS_E_CORRUPT, "does not compile"},
        {"\"float64\"", "\"float32\"", MLOPS_E_CORRUPT, "no type"},
        {"\"float64\"", "\"string\"", MLOPS_E_CORRUPT, "does not compile"},
        {"\"name\":\"n\"", "\"name\":\"p\"", MLOPS_E_CORRUPT, "stands twice"},
        {"\"name\":\"c\"", "\"name\":\"a\"", MLOPS_E_CORRUPT, "stands twice"},
        {"\"name\":\"c\"", "\"name\":\"\\u0000\"", MLOPS_E_CORRUPT, "zero byte"},
        {"\"c\"", "7", MLOPS_E_CORRUPT, "no saved features"},
        {"\"inputs\":[", "\"inputs\":[{\"name\":\"q\",\"type\":\"bool\"},", MLOPS_E_CORRUPT,
         "changed since they were saved"},
        {"]}\n", "]}", MLOPS_E_CORRUPT, "changed since they were saved"},
        {"]}\n", "]}}", MLOPS_E_CORRUPT, "column"},
    };
    mlops_feature_unref(fit_and_save());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops_error err;
        mlops_status status = parse_changed(cases[i].old, cases[i].new, &err);
        if (status != cases[i].status || !strstr(err.message, cases[i].said))
            fail_msg("%s -> %s gives %d: %s", cases[i].old, cases[i].new, status, err.message);
    }
    for (size_t n = 0; n < n_saved; n++) { /* every beginning */
        mlops_feature *f;
        assert_int_equal(mlops_feature_parse(&f, saved, n, NULL, NULL), MLOPS_E_CORRUPT);
        assert_null(f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),      cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_category), cmocka_unit_test(test_parse),
        cmocka_unit_test(test_file),          cmocka_unit_test(test_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
