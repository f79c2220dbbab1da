/* What is refused: where, with which status, and what is said to be right; limits; no memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/io_test.h"
#include "unit/help_expr.h"

static help_name known_names[] = {
    {"auc", MLOPS_TYPE_FLOAT64, NULL},    {"metrics.acc", MLOPS_TYPE_FLOAT64, NULL},
    {"n", MLOPS_TYPE_INT64, NULL},        {"ok", MLOPS_TYPE_BOOL, NULL},
    {"city", MLOPS_TYPE_STRING, NULL},    {"params.lr", MLOPS_TYPE_STRING, NULL},
    {"Amount", MLOPS_TYPE_FLOAT64, NULL}, {NULL, MLOPS_TYPE_NULL, NULL},
};

static mlops_status compile_n(mlops__expr **out, const char *text, size_t n, mlops_error *err) {
    mlops__expr_scope scope = help_scope(known_names);
    memset(err, 0, sizeof *err);
    *out = (mlops__expr *)(uintptr_t)1;
    mlops_status status = mlops__expr_compile(out, text, n, &scope, &mlops__heap, err);
    if (status < 0) assert_null(*out);
    return status;
}

static void refuse(const char *text, mlops_status code, int column, const char *said) {
    mlops__expr *e;
    mlops_error err;
    mlops_status status = compile_n(&e, text, strlen(text), &err);
    char message[600];
    snprintf(message, sizeof message, "column %d: %s", column, said);
    if (status != code || err.code != code || err.line != 1 || err.column != column ||
        strcmp(err.message, message) != 0)
        fail_msg("%s: %d, line %d, column %d: %s", text, status, err.line, err.column, err.message);
    mlops__expr_scope scope = help_scope(known_names);
    assert_int_equal(mlops__expr_compile(&e, text, strlen(text), &scope, &mlops__heap, NULL), code);
}

static void grammar(void **state) {
    (void)state;
    const mlops_status parse = MLOPS_E_PARSE;
    refuse("", parse, 1, "the text is empty; a name, a constant or a function is due");
    refuse("auc >", parse, 6, "the text ends where a value is due");
    refuse("auc > )", parse, 7, ") cannot stand here; a name, a constant or a function is due");
    refuse("(auc", parse, 1, "the parenthesis that opens here is never closed");
    refuse("auc)", parse, 4, "this ) closes nothing; its ( is missing");
    refuse("auc, n", parse, 4,
           "a comma stands only between the arguments of a function or in a list");
    refuse("auc n", parse, 5,
           "n cannot stand behind a value; an operator is due, such as and, or, =, +");
    refuse("0 < auc < 1", parse, 9, "comparisons do not chain; write 0 < auc and auc ...");
    refuse("ok = ok = ok", parse, 9, "comparisons do not chain; write ok = ok and ok ...");
    refuse("auc in (1) = ok", parse, 12,
           "comparisons do not chain; join them with and, or put the first into parentheses");
    refuse("auc + not ok", parse, 7,
           "\"not\" binds less than what stands before it; put it into parentheses: (not ...)");
    refuse("auc is 3", parse, 8, "\"is\" goes on with null or not null; compare with =");
    refuse("auc not 3", parse, 9, "\"not\" goes on with in, like or ilike here");
    refuse("n in 3", parse, 6, "\"in\" goes on with a list in parentheses: in ('a', 'b')");
    refuse("n in ()", parse, 7, "a list holds one constant or more");
    refuse("auc ** 2", parse, 5,
           "powers (**) are left out: write x * x, sqrt(x), or exp(y * log(x))");
    refuse("auc ^ 2", parse, 5,
           "^ cannot stand here; powers are left out: write x * x, sqrt(x), or "
           "exp(y * log(x))");
    refuse("ok && ok", parse, 4, "& cannot stand here; write and");
    refuse("auc \xe2\x89\xa5 1", parse, 5, "\xe2\x89\xa5 cannot stand here; write >=");
    refuse("city = \xe2\x80\x98x\xe2\x80\x99", parse, 8,
           "\xe2\x80\x98 cannot stand here; text stands in straight quotes: '...'");
    refuse("city = 'x", parse, 8, "the ' that opens here is never closed");
    refuse("`auc", parse, 1, "the ` that opens here is never closed");
    refuse("city = \"\"", parse, 8, "a name is empty; text stands in single quotes: ''");
    refuse("metrics..acc", parse, 9,
           "a part of a name is due behind the point; parts with other "
           "characters stand in `...`");
    refuse("2x", parse, 2,
           "x cannot stand behind the number 2; a name that begins with a digit "
           "stands in `...`");
    refuse("1.2.3", parse, 4,
           ". cannot stand behind the number 1.2; a name that begins with a "
           "digit stands in `...`");
    refuse("auc > 1e309", parse, 7,
           "the number is beyond the greatest float64, 1.7976931348623157e+308");
    refuse("n > 9223372036854775808", parse, 5,
           "9223372036854775808 is beyond int64; a float64 has a point: 9223372036854775808.0");
    refuse("n > 99999999999999999999", parse, 5,
           "99999999999999999999 is beyond int64; a float64 has a point: 99999999999999999999.0");
    refuse("min(auc)", parse, 1, "min takes 2 arguments or more, and 1 is given");
    refuse("abs()", parse, 1, "abs takes 1 argument, and 0 are given");
    refuse("if(ok, 1)", parse, 1, "if takes 3 arguments, and 2 are given");
    refuse("auc > \x01", parse, 7, "a control character (byte 1) cannot stand here");
}

static void types(void **state) {
    (void)state;
    const mlops_status schema = MLOPS_E_SCHEMA;
    refuse("ok and auc = 'x'", schema, 8,
           "\"auc\" is a number and 'x' is text; compare numbers with numbers");
    refuse("params.lr = 0.1", schema, 1,
           "\"params.lr\" is text and 0.1 is a number; compare text with text");
    refuse("ok > false", schema, 4,
           "\"ok\" and false are conditions, which have no order; compare them with = or !=");
    refuse("ok = 1", schema, 1,
           "\"ok\" is a condition and 1 is a number; compare conditions with conditions");
    refuse("auc = null", schema, 7, "= null is never true; write auc is null");
    refuse("null != auc + 1", schema, 1, "!= null is never true; write auc + 1 is not null");
    refuse("auc + city", schema, 7, "\"city\" is text; + takes numbers");
    refuse("-city", schema, 2, "\"city\" is text; - takes numbers");
    refuse("+city", schema, 1, "+ takes numbers");
    refuse("ok + 1", schema, 1, "\"ok\" is a condition; + takes numbers");
    refuse("auc and ok", schema, 1, "\"auc\" is a number; and takes conditions such as a > 0");
    refuse("not auc", schema, 5, "\"auc\" is a number; not takes conditions such as a > 0");
    refuse("auc like 'x'", schema, 1, "\"auc\" is a number; like takes text");
    refuse("auc in ('x')", schema, 9,
           "'x' is text; in takes values of one type, and the first is a number");
    refuse("ok in (true)", schema, 1, "\"ok\" is a condition; in takes a number or text");
    refuse("auc in (1, null)", schema, 12, "null is never equal to anything; ask with is null");
    refuse("auc in (1, n)", schema, 12,
           "n is no constant; a list holds constants, and names are "
           "compared with = and or");
    refuse("if(auc, 1, 2)", schema, 4,
           "\"auc\" is a number; if, in the first place, takes "
           "conditions such as a > 0");
    refuse("if(ok, 1, 'x')", schema, 11,
           "'x' is text; if takes values of one type, and the first is a number");
    refuse("coalesce(null, null)", schema, 10,
           "null has no type here; one value that coalesce can give is due");
    refuse("null", schema, 1, "null has no type here; a value is due");
    refuse("null + 1", schema, 1, "null has no type here; + takes numbers");
    refuse("null is null", schema, 1,
           "null has no type here; \"is null\" asks about a value that may be null");
    refuse("bucket(auc, 10)", schema, 8, "\"auc\" is a number; bucket takes text or an int64");
    refuse("bucket(city, 1.5)", schema, 14,
           "1.5 is a number; bucket takes the number of buckets as an int64");
    refuse("lower(auc + 1)", schema, 7, "\"auc + 1\" is a number; lower takes text");
    refuse("length((auc +\n 0.1234567890123456789 + 0.1234567890123456789 + 0.12345))", schema, 9,
           "\"auc +  0.1234567890123456789 + 0.1234567890123456789 + 0.123...\" is a number; "
           "length takes text");
}

static void unknown_names(void **state) {
    (void)state;
    const mlops_status none = MLOPS_E_NOT_FOUND;
    refuse("ok and acu > 1", none, 8, "\"acu\" is unknown; did you mean \"auc\"?");
    refuse("AUC > 1", none, 1, "\"AUC\" is unknown; did you mean \"auc\"?");
    refuse("amount > 1", none, 1, "\"amount\" is unknown; did you mean \"Amount\"?");
    refuse("metric.acc > 1", none, 1, "\"metric.acc\" is unknown; did you mean \"metrics.acc\"?");
    refuse("entirely_else > 1", none, 1, "\"entirely_else\" is unknown");
    refuse("city = \"Bern\"", none, 8, "\"Bern\" is unknown; text stands in single quotes: 'Bern'");
    refuse("bucket > 1", none, 1,
           "\"bucket\" is unknown as a name; the function is called as bucket(...)");
    refuse("lgo(auc)", none, 1, "there is no function lgo; did you mean log?");
    refuse("auc.log(1)", none, 1, "there is no function auc.log");
    refuse(
        "ok and "
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9x\xc3\xa9\xc3\xa9",
        none, 8,
        "\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
        "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9x\" is unknown");
    refuse("LOWRE(city)", none, 1, "there is no function lowre; did you mean lower?");
}

static void places(void **state) {
    (void)state;
    mlops__expr *e;
    mlops_error err;
    static const char lines[] =
        "auc > 0.9 and\n  city = 'Z\xc3\xbcrich' and\n  city = '\xc3\xbc' + 1";
    assert_int_equal(compile_n(&e, lines, sizeof lines - 1, &err), MLOPS_E_SCHEMA);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 10);
    assert_int_equal(err.offset, strstr(lines, "'\xc3\xbc' +") - lines);
    assert_string_equal(err.message, "line 3, column 10: '\xc3\xbc' is text; + takes numbers");
    static const char wide[] = "city = '\xc3\xbc\xe4\xbb\xb7\xf0\x9f\x98\x80' and acu";
    assert_int_equal(compile_n(&e, wide, sizeof wide - 1, &err), MLOPS_E_NOT_FOUND);
    assert_int_equal(err.column, 18);
    assert_int_equal(compile_n(&e, "auc > \xff", 7, &err), MLOPS_E_PARSE);
    assert_string_equal(err.message, "column 7: the text is no UTF-8 from here on");
    assert_int_equal(compile_n(&e, "auc\0 > 1", 8, &err), MLOPS_E_PARSE);
    assert_string_equal(err.message, "column 4: a zero byte cannot stand in the text");
    mlops__expr_scope scope = help_scope(known_names);
    scope.what = "gate";
    assert_int_equal(mlops__expr_compile(&e, "acu", 3, &scope, &mlops__heap, &err),
                     MLOPS_E_NOT_FOUND);
    assert_string_equal(err.message, "gate, column 1: \"acu\" is unknown; did you mean \"auc\"?");
}

static void wanted_types(void **state) {
    (void)state;
    static const struct {
        mlops_type wanted;
        const char *fits, *other, *said;
    } rows[] = {
        {MLOPS_TYPE_BOOL, "auc > 1", "auc + 1",
         "column 1: \"auc + 1\" is a number; a condition is due, such as x > 0.9"},
        {MLOPS_TYPE_FLOAT64, "auc", "ok", "column 1: \"ok\" is a condition; a number is due"},
        {MLOPS_TYPE_FLOAT64, "n", "city", "column 1: \"city\" is text; a number is due"},
        {MLOPS_TYPE_INT64, "n", "auc",
         "column 1: \"auc\" is a number; a whole number (int64) is due"},
        {MLOPS_TYPE_STRING, "city", "n", "column 1: \"n\" is a number; text is due"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops__expr *e;
        mlops_error err;
        mlops__expr_scope scope = help_scope(known_names);
        scope.wanted = rows[i].wanted;
        const char *fits = rows[i].fits, *other = rows[i].other;
        assert_int_equal(mlops__expr_compile(&e, fits, strlen(fits), &scope, &mlops__heap, &err),
                         0);
        mlops__expr_free(e);
        assert_int_equal(mlops__expr_compile(&e, other, strlen(other), &scope, &mlops__heap, &err),
                         MLOPS_E_SCHEMA);
        assert_string_equal(err.message, rows[i].said);
    }
}

/* A resolver that has a reason of its own. */
static mlops_status reluctant(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    (void)user;
    (void)n;
    if (strcmp(name, "nomem") == 0) return MLOPS_E_NOMEM;
    out->problem = "runs have no such attribute; those are status, run_id";
    return MLOPS_E_SCHEMA;
}

static void resolvers_may_explain(void **state) {
    (void)state;
    mlops__expr *e;
    mlops_error err;
    mlops__expr_scope scope = {0};
    scope.resolve = reluctant;
    assert_int_equal(mlops__expr_compile(&e, "1 + attributes.x", 16, &scope, &mlops__heap, &err),
                     MLOPS_E_SCHEMA);
    assert_string_equal(err.message, "column 5: \"attributes.x\": runs have no such attribute; "
                                     "those are status, run_id");
    assert_int_equal(mlops__expr_compile(&e, "nomem", 5, &scope, &mlops__heap, &err),
                     MLOPS_E_NOMEM);
    scope.resolve = NULL;
    assert_int_equal(mlops__expr_compile(&e, "x", 1, &scope, &mlops__heap, &err),
                     MLOPS_E_NOT_FOUND);
    assert_int_equal(mlops__expr_compile(&e, "1 + 1", 5, &scope, &mlops__heap, &err), MLOPS_OK);
    mlops__expr_free(e);
}

/* ---- limits ---- */

static char *repeat(const char *head, const char *part, int times, const char *tail) {
    size_t n = strlen(part);
    char *text = malloc(strlen(head) + n * (size_t)times + strlen(tail) + 1), *p = text;
    if (!text) abort();
    p += sprintf(p, "%s", head);
    for (int i = 0; i < times; i++, p += n) memcpy(p, part, n);
    strcpy(p, tail);
    return text;
}

static mlops_status try(char *text, mlops_error *err) {
    mlops__expr *e;
    mlops_status status = compile_n(&e, text, strlen(text), err);
    if (status == MLOPS_OK) { /* and its canonical form is within the limits too */
        size_t n;
        mlops__expr *again;
        const char *form = mlops__expr_format(e, &n);
        assert_int_equal(compile_n(&again, form, n, err), MLOPS_OK);
        assert_string_equal(mlops__expr_format(again, NULL), form);
        mlops__expr_free(again);
        mlops__expr_free(e);
    }
    free(text);
    return status;
}

static char *nest(int depth) {
    char *inner = repeat("", "abs(", depth, "auc");
    char *text = repeat(inner, ")", depth, "");
    free(inner);
    return text;
}

static void limits(void **state) {
    (void)state;
    mlops_error err;
    assert_int_equal(try(nest(200), &err), MLOPS_OK);
    assert_int_equal(try(nest(201), &err), MLOPS_E_LIMIT);
    assert_string_equal(err.message,
                        "column 801: more than 200 parentheses, calls and signs in one another");
    assert_int_equal(try(repeat("", "(", 60000, "auc"), &err), MLOPS_E_LIMIT);
    assert_int_equal(try(repeat("", "not ", 200, "ok"), &err), MLOPS_OK);
    assert_int_equal(try(repeat("", "not ", 201, "ok"), &err), MLOPS_E_LIMIT);
    assert_int_equal(try(repeat("", "- ", 200, "auc"), &err), MLOPS_OK);
    assert_int_equal(try(repeat("", "-", 60000, "auc"), &err), MLOPS_E_LIMIT);
    assert_int_equal(try(repeat("n", "+n", 4999, ""), &err), MLOPS_OK);
    assert_int_equal(try(repeat("n", "-n", 4999, ""), &err), MLOPS_OK);
    assert_int_equal(try(repeat("n", "+n", 5000, ""), &err), MLOPS_E_LIMIT);
    assert_string_equal(err.message,
                        "column 10000: more than 10000 names, constants, operators and calls");
    assert_int_equal(try(repeat("ok", " and ok", 4999, ""), &err), MLOPS_OK);
    assert_int_equal(try(repeat("max(n", ",n", 9998, ")"), &err), MLOPS_OK);
    assert_int_equal(try(repeat("n in (7", ",7", 9997, ")"), &err), MLOPS_OK);
    assert_int_equal(try(repeat("city = '", "x", 65527, "'"), &err), MLOPS_OK);
    assert_int_equal(try(repeat("city = '", "x", 65528, "'"), &err), MLOPS_E_LIMIT);
    assert_string_equal(err.message, "column 1: 65537 bytes of text, of at most 65536");
    assert_int_equal(try(repeat("city='", "x", 65529, "'"), &err), MLOPS_E_LIMIT);
    assert_string_equal(err.message, "column 1: 65538 bytes in canonical form, of at most 65536");
}

/* Order does not nest a chain; where infix for a call does, the limit holds for that text too. */
static void canonical_depth(void **state) {
    (void)state;
    mlops_error err;
    assert_int_equal(try(repeat("n + auc", " + (auc - n)", 1000, ""), &err), MLOPS_OK);
    assert_int_equal(try(repeat("n * auc", " * (auc / n)", 1000, ""), &err), MLOPS_OK);
    char *text = repeat("", "isnull(", 150, "ok");
    assert_int_equal(try(repeat(text, ")", 150, ""), &err), MLOPS_OK);
    assert_int_equal(try(repeat(text, " = ok)", 150, ""), &err), MLOPS_E_LIMIT);
    assert_string_equal(err.message, "column 1: 299 parentheses, calls and signs in one another in "
                                     "canonical form, of at most 200");
    free(text);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    static const char text[] =
        "not (auc >= 0.95 and coalesce(n, null, 7) in (3, 1, 2) or lower(city) like 'x%' and "
        "if(ok, lower('ABC'), `params.lr`) != 'it''s') and min(auc, n, 1 + 2) < log1p(2) * n";
    mlops__alloc_fault fault;
    mlops__expr_scope scope = help_scope(known_names);
    for (int sticky = 0; sticky < 2; sticky++)
        for (int64_t k = 1;; k++) {
            mlops__expr *e;
            mlops_error err;
            mlops__alloc_fault_init(&fault);
            fault.fail_at = k;
            fault.sticky = sticky;
            mlops_status status =
                mlops__expr_compile(&e, text, sizeof text - 1, &scope, &fault.table, &err);
            if (fault.n_calls < k) {
                assert_int_equal(status, MLOPS_OK);
                mlops__expr_free(e);
                assert_true(k > 10);
                assert_int_equal(fault.n_live, 0);
                assert_int_equal(fault.n_misused, 0);
                break;
            }
            assert_int_equal(status, MLOPS_E_NOMEM);
            assert_int_equal(err.code, MLOPS_E_NOMEM);
            assert_null(e);
            assert_int_equal(fault.n_live, 0);
            assert_int_equal(fault.bytes_live, 0);
            assert_int_equal(fault.n_misused, 0);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grammar),
        cmocka_unit_test(types),
        cmocka_unit_test(unknown_names),
        cmocka_unit_test(places),
        cmocka_unit_test(wanted_types),
        cmocka_unit_test(resolvers_may_explain),
        cmocka_unit_test(limits),
        cmocka_unit_test(canonical_depth),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
