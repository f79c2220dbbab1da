/* Texts and their canonical forms: the grammar, what vanishes, and that the form is a fixed point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/help_expr.h"

static help_name more_names[] = {
    {"a", MLOPS_TYPE_FLOAT64, NULL},
    {"b", MLOPS_TYPE_FLOAT64, NULL},
    {"i", MLOPS_TYPE_INT64, NULL},
    {"j", MLOPS_TYPE_INT64, NULL},
    {"p", MLOPS_TYPE_BOOL, NULL},
    {"q", MLOPS_TYPE_BOOL, NULL},
    {"r", MLOPS_TYPE_BOOL, NULL},
    {"s", MLOPS_TYPE_STRING, NULL},
    {"t", MLOPS_TYPE_STRING, NULL},
    {"auc", MLOPS_TYPE_FLOAT64, NULL},
    {"champion.auc", MLOPS_TYPE_FLOAT64, NULL},
    {"metrics.acc", MLOPS_TYPE_FLOAT64, NULL},
    {"params.lr", MLOPS_TYPE_STRING, NULL},
    {"tags.a b", MLOPS_TYPE_STRING, NULL},
    {"attributes.status", MLOPS_TYPE_STRING, NULL},
    {"attr.status", MLOPS_TYPE_STRING, "attributes.status"},
    {"status", MLOPS_TYPE_STRING, "attributes.status"},
    {"and", MLOPS_TYPE_BOOL, NULL},
    {"min", MLOPS_TYPE_FLOAT64, NULL},
    {"tags.in", MLOPS_TYPE_STRING, NULL},
    {"2x", MLOPS_TYPE_FLOAT64, NULL},
    {"x.2", MLOPS_TYPE_FLOAT64, NULL},
    {"a`b\"c", MLOPS_TYPE_FLOAT64, NULL},
    {".", MLOPS_TYPE_FLOAT64, NULL},
    {"m\xc3\xbc"
     "de",
     MLOPS_TYPE_FLOAT64, NULL},
    {"\xe4\xbb\xb7\xe6\xa0\xbc", MLOPS_TYPE_FLOAT64, NULL},
    {NULL, MLOPS_TYPE_NULL, NULL},
};

static mlops__expr *compile(const char *text) {
    mlops__expr *e;
    mlops_error err = {0};
    mlops__expr_scope scope = help_scope(more_names);
    if (mlops__expr_compile(&e, text, strlen(text), &scope, &mlops__heap, &err))
        fail_msg("%s: %s", text, err.message);
    return e;
}

static void check(const char *text, const char *canonical) {
    mlops__expr *e = compile(text);
    size_t n;
    assert_string_equal(mlops__expr_format(e, &n), canonical);
    assert_int_equal(n, strlen(canonical));
    mlops__expr *again = compile(canonical);
    assert_string_equal(mlops__expr_format(again, NULL), canonical);
    assert_int_equal(mlops__expr_type(e), mlops__expr_type(again));
    assert_int_equal(mlops__expr_n_names(e), mlops__expr_n_names(again));
    for (int64_t i = 0; i < mlops__expr_n_names(e); i++)
        assert_string_equal(mlops__expr_name(e, i, NULL), mlops__expr_name(again, i, NULL));
    mlops__expr_free(e);
    mlops__expr_free(again);
}

static void all_to(const char *const *texts, const char *canonical) {
    for (; *texts; texts++) check(*texts, canonical);
}

#define SAME(canonical, ...) all_to((const char *const[]){canonical, __VA_ARGS__, NULL}, canonical)

static void spelling(void **state) {
    (void)state;
    SAME("a > 1.0", "a>1", " a\t>\n1.00 ", "((a)>(1e0))", "`a` > 1", "\"a\" > 10e-1", "a > +1",
         "a > .1e1", "a > 1.");
    SAME("p and q", "p AND q", "q and p", "(p) And (q)");
    SAME("a = b", "a == b", "b = a", "`b`==`a`");
    SAME("a != b", "a <> b", "b != a");
    SAME("min(a, b)", "MIN(a,b)", "Min( b , a )");
    SAME("attributes.status = 'x'", "attr.status = 'x'", "status = 'x'", "'x' = `status`");
    SAME("s = 'it''s'", "s='it''s'");
    SAME("s = ''", "''=s");
    SAME("i = 7", "i = 007", "7 = i", "i = +7");
    SAME("i = -7", "i = - 7", "i = -007", "i = +-7", "i = -+7");
    check("i = -9223372036854775808", "i = -9223372036854775808");
    check("9223372036854775807", "9223372036854775807");
}

static void names_in_quotes(void **state) {
    (void)state;
    SAME("champion.auc", "`champion`.auc", "champion.\"auc\"", "`champion.auc`",
         "\"champion\".`auc`");
    SAME("tags.`a b`", "tags.\"a b\"", "`tags.a b`");
    check("`and`", "`and`");
    SAME("`and` and p", "p and \"and\"");
    check("`min`", "min");
    check("min(min, 1)", "min(min, 1.0)");
    check("tags.in in ('in')", "tags.in = 'in'");
    check("`2x`", "`2x`");
    check("x.2", "x.2");
    check("x.`2`", "x.2");
    SAME("`a``b\"c`", "\"a`b\"\"c\"");
    check("`.`", "`.`");
    SAME("m\xc3\xbc"
         "de + \xe4\xbb\xb7\xe6\xa0\xbc",
         "\xe4\xbb\xb7\xe6\xa0\xbc+`m\xc3\xbc"
         "de`");
}

static void precedence(void **state) {
    (void)state;
    check("p or q and r", "p or q and r");
    check("(p or q) and r", "(p or q) and r");
    check("(p or r) and q", "(p or r) and q");
    check("(q or r) and p", "p and (q or r)");
    check("not p and q", "not p and q");
    check("not (p and q)", "not p or not q");
    check("not a > b", "a <= b");
    check("-a * b", "-a * b");
    check("-(a * b)", "-(a * b)");
    check("- -a", "- -a");
    check("--a", "- -a");
    check("- -5 + i", "i + 5");
    check("-(-9223372036854775808)", "- -9223372036854775808");
    check("a - b - 1", "a - b - 1.0");
    check("a - (b - 1)", "a - (b - 1.0)");
    check("a - (b + 1)", "a - (b + 1.0)");
    check("a + (b - 1)", "b - 1.0 + a");
    check("a / b / 2", "a / b / 2.0");
    check("a / (b / 2)", "a / (b / 2.0)");
    check("a * (b / 2)", "b / 2.0 * a");
    check("a * (b + 1)", "a * (b + 1.0)");
    check("(a * b) + 1", "a * b + 1.0");
    check("i // 2 % 3", "i // 2 % 3");
    check("i // (2 % j)", "i // (2 % j)");
    check("i - -3", "i - -3");
    check("(p = q) = r", "(p = q) = r");
    check("p = (q = r)", "p = (q = r)");
    check("(not q) = p", "p = (not q)");
    check("(a > b) is null", "(a > b) is null");
    check("isnull(a + b)", "a + b is null");
    check("a + b is null and p", "a + b is null and p");
    check("lower(s) like t", "lower(s) like t");
    check("a + 1 in (1, 2) or p", "a + 1.0 in (1.0, 2.0) or p");
}

static void constants(void **state) {
    (void)state;
    check("1 + 2 * 3", "7");
    check("1 / 2", "0.5");
    check("7 // 2 + 0.5", "3.5");
    check("a * (60 * 60)", "a * 3600.0");
    check("i * (60 * 60)", "i * 3600");
    check("0.1 + 0.2", "0.30000000000000004");
    check("1 / 0", "1.0 / 0.0");
    check("1 // 0 + i", "i + 1 // 0");
    check("9223372036854775807 + 1", "1 + 9223372036854775807");
    check("isnan(0 / 0)", "isnan(0.0 / 0.0)");
    check("lower('ABC')", "'abc'");
    check("length('h\xc3\xa9')", "2");
    check("if(1 < 2, 'x', 'y')", "'x'");
    check("coalesce(null, 1)", "1");
    check("if(true, null, 1)", "if(true, null, 1)");
    check("if(p, 1, 2.5)", "if(p, 1.0, 2.5)");
    check("if(p, i, null)", "if(p, i, null)");
    check("coalesce(a, null, 1)", "coalesce(a, null, 1.0)");
    check("if(true, i, 1.5)", "if(true, i, 1.5)");
    check("not true", "false");
    check("not (1 > 2)", "true");
    check("not contains('ab', 'a')", "false");
    check("-(5)", "-5");
    check("0.0 * -1", "-0.0");
    check("a = -0.0", "a = 0.0");
    check("a in (-0.0, 0)", "a = 0.0");
    check("5 in (4, 5)", "true");
    check("9007199254740993 + 0.0", "9007199254740992.0");
    check("round(2.5) + round(-0.4)", "2.0");
    check("sqrt(2)", "1.4142135623730951");
    check("bucket('x', 1)", "0");
}

static void equal_meanings(void **state) {
    (void)state;
    SAME("auc > 0.9", "0.9 < auc", "not auc <= 0.9", "not (0.9 >= auc)", "not not auc > 0.9");
    SAME("a >= b and not p", "not (a < b or p)", "not p and b <= a", "not p and not a < b");
    SAME("s not in ('a', 'b')", "not s in ('b', 'a', 'b')", "s NOT IN ('b','a')");
    SAME("s != 'a'", "s not in ('a')", "not s in ('a', 'a')", "'a' <> s");
    SAME("a is not null", "not isnull(a)", "not a is null", "not (a is null)", "a IS NOT NULL");
    SAME("s not like t", "not like(s, t)", "not s like t");
    SAME("s ilike 'x'", "ilike(s, 'x')", "s ILIKE 'x'");
    SAME("p", "p and p", "p or p", "p and true", "p or false", "not not p", "(p and p) or false");
    SAME("true", "p or true", "1 < 2", "not false", "true or p and q");
    SAME("false", "p and false", "not (p or true)");
    SAME("p and q and r", "(r and q) and p", "p and (q and (r and p))", "q and p and r and true");
    SAME("a + b + (i + 1)", "(b + a) + (1 + i)");
    SAME("i + 1 + (a + b)", "(1 + i) + (b + a)");
    SAME("a - b + j", "j + (a - b)", "(a - b) + j");
    SAME("i / j * b", "b * (i / j)");
    SAME("max(a, b, 1.0)", "max(1, b, a)", "max(b, 1.0, a)");
    SAME("a in (1.0, 2.0, 3.0)", "a in (3, 2, 1)", "a in (1.0, 1 + 1, 3, 3)");
}

/* Different meanings must keep different forms. */
static void unequal_meanings(void **state) {
    (void)state;
    const char *const pairs[][2] = {
        {"a - b", "b - a"},       {"a / b", "b / a"},     {"a + b + i", "a + (b + i)"},
        {"i / 2", "i // 2"},      {"i + 1", "i + 1.0"},   {"if(p, a, b)", "if(p, b, a)"},
        {"s like t", "t like s"}, {"a < b", "a <= b"},    {"coalesce(a, b)", "coalesce(b, a)"},
        {"0.0", "-0.0"},          {"s = 'a'", "s = 'A'"}, {"clip(a, b, 1)", "clip(b, a, 1)"},
        {"-a", "0 - a"},          {"1", "1.0"},           {"s = t", "lower(s) = t"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        mlops__expr *x = compile(pairs[i][0]), *y = compile(pairs[i][1]);
        assert_string_not_equal(mlops__expr_format(x, NULL), mlops__expr_format(y, NULL));
        mlops__expr_free(x);
        mlops__expr_free(y);
    }
}

static void from_the_manual(void **state) {
    (void)state;
    check("auc >= 0.95 and auc >= champion.auc - 0.005",
          "auc >= champion.auc - 0.005 and auc >= 0.95");
    check("metrics.acc > 0.9 AND params.lr = '0.1' AND tags.`a b` LIKE '%x%' AND "
          "attributes.status IN ('FINISHED')",
          "attributes.status = 'FINISHED' and metrics.acc > 0.9 and params.lr = '0.1' and "
          "tags.`a b` like '%x%'");
    check("log1p(clip(a, 0, 1000)) * 0.5 + b / 3", "log1p(clip(a, 0.0, 1000.0)) * 0.5 + b / 3.0");
    check("if(a > b, 1, 0)", "if(a > b, 1, 0)");
    check("coalesce(a, 0)", "coalesce(a, 0.0)");
}

static void names_that_are_read(void **state) {
    (void)state;
    mlops__expr *e = compile("b > 1 and (a > b or q or true) and p and a < 2");
    mlops__expr_symbol symbol;
    assert_string_equal(mlops__expr_format(e, NULL), "a < 2.0 and b > 1.0 and p");
    assert_int_equal(mlops__expr_n_names(e), 3);
    assert_string_equal(mlops__expr_name(e, 0, &symbol), "a");
    assert_int_equal(symbol.slot, 0);
    assert_int_equal(symbol.type, MLOPS_TYPE_FLOAT64);
    assert_string_equal(mlops__expr_name(e, 1, NULL), "b");
    assert_string_equal(mlops__expr_name(e, 2, &symbol), "p");
    assert_int_equal(symbol.slot, 4);
    mlops__expr_free(e);
    mlops__expr_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelling),        cmocka_unit_test(names_in_quotes),
        cmocka_unit_test(precedence),      cmocka_unit_test(constants),
        cmocka_unit_test(equal_meanings),  cmocka_unit_test(unequal_meanings),
        cmocka_unit_test(from_the_manual), cmocka_unit_test(names_that_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
