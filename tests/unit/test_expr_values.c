/* What expressions give: arithmetic, null and NaN, conditions, strings, functions; one row and many
 * alike. Expected values are worked out by hand from docs/expressions.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "column/table.h"
#include "sys/hash.h"
#include "text/number.h"
#include "unit/draw.h"
#include "unit/help_expr.h"

enum { ROWS = 4 };

#define E_ACUTE "\xc3\xa9"
#define TEXT(literal)                                                                              \
    { literal, sizeof(literal) - 1, 0 }

static const double column_a[ROWS] = {1.5, NAN, 99, -0.0}, column_b[ROWS] = {-2, 0.5, INFINITY, 0};
static const int64_t column_i[ROWS] = {7, INT64_MAX, 99, INT64_MIN},
                     column_j[ROWS] = {-3, 0, 2, -1};
static const uint8_t column_p[ROWS] = {1, 1, 0, 1}, column_q[ROWS] = {0, 1, 1, 1};
static const mlops__expr_text column_s[ROWS] = {TEXT("Ab"), TEXT("no"), TEXT("h" E_ACUTE E_ACUTE),
                                                TEXT("ab")};
static const mlops__expr_text column_t[ROWS] = {TEXT(""), TEXT("%x_"), TEXT(E_ACUTE E_ACUTE),
                                                TEXT("Ab")};
static const uint8_t but_1[] = {0x0d}, but_2[] = {0x0b};

static const mlops__expr_input inputs[HELP_SLOTS] = {
    {column_a, NULL, but_2, 0}, {column_b, NULL, NULL, 0},  {column_i, NULL, but_2, 0},
    {column_j, NULL, NULL, 0},  {column_p, NULL, but_1, 0}, {column_q, NULL, but_2, 0},
    {column_s, NULL, but_1, 0}, {column_t, NULL, NULL, 0},
};

static mlops__expr *compile_for(const char *text, mlops_cpu cpu_max) {
    mlops__expr *e;
    mlops_error err = {0};
    mlops__expr_scope scope = help_scope(help_names);
    scope.cpu_max = cpu_max;
    if (mlops__expr_compile(&e, text, strlen(text), &scope, &mlops__heap, &err))
        fail_msg("%s: %s", text, err.message);
    return e;
}

static mlops__expr *compile(const char *text) { return compile_for(text, MLOPS_CPU_BEST); }

/* A value as the language writes it, and null, nan, inf. */
static void put_value(char *out, mlops_type type, const help_column *c, int64_t row) {
    const uint8_t *at = c->values + (size_t)row * c->size;
    int valid = c->validity[row / 8] >> (row % 8) & 1;
    double real;
    int64_t whole;
    mlops__expr_text text;
    switch (valid ? type : MLOPS_TYPE_NULL) {
    case MLOPS_TYPE_NULL: strcpy(out, "null"); break;
    case MLOPS_TYPE_BOOL: strcpy(out, *at ? "true" : "false"); break;
    case MLOPS_TYPE_INT64:
        memcpy(&whole, at, sizeof whole);
        sprintf(out, "%lld", (long long)whole);
        break;
    case MLOPS_TYPE_FLOAT64:
        memcpy(&real, at, sizeof real);
        mlops__format_f64(out, real);
        break;
    default:
        memcpy(&text, at, sizeof text);
        out[0] = '\'';
        mlops__expr_text_copy(out + 1, &text);
        strcat(out, "'");
        break;
    }
}

/* What a null leaves in the values: false, 0, NaN or an empty string. */
static void check_nulls(mlops_type type, const help_column *c) {
    for (int64_t row = 0; row < ROWS; row++) {
        const uint8_t *at = c->values + (size_t)row * c->size;
        uint64_t bits = 0;
        mlops__expr_text text;
        if (c->validity[0] >> row & 1) continue;
        if (type == MLOPS_TYPE_STRING) {
            memcpy(&text, at, sizeof text);
            assert_int_equal(text.n, 0);
            continue;
        }
        memcpy(&bits, at, c->size);
        assert_true(bits == (type == MLOPS_TYPE_FLOAT64 ? 0x7ff8000000000000u : 0));
    }
}

/* Values of the four rows, with blanks between. */
static void check(const char *text, const char *expected) {
    mlops__expr *e = compile(text);
    help_column out = help_evaluate_all_ways(e, inputs, ROWS);
    char all[512] = "", one[128];
    for (int64_t row = 0; row < ROWS; row++) {
        put_value(one, mlops__expr_type(e), &out, row);
        if (row) strcat(all, " ");
        strcat(all, one);
    }
    if (strcmp(all, expected) != 0) fail_msg("%s: %s, not %s", text, all, expected);
    check_nulls(mlops__expr_type(e), &out);
    help_column_free(&out);
    mlops__expr_free(e);
}

static void float_arithmetic(void **state) {
    (void)state;
    check("a", "1.5 nan null -0.0");
    check("a + b", "-0.5 nan null 0.0");
    check("a - b", "3.5 nan null -0.0");
    check("a * b", "-3.0 nan null -0.0");
    check("a / b", "-0.75 nan null nan");
    check("1 / b", "-0.5 2.0 0.0 inf");
    check("a // b", "-1.0 nan null nan");
    check("a % b", "-0.5 nan null nan");
    check("-7.5 // b + 0 * i", "3.0 -15.0 null -inf");
    check("b % 3", "1.0 0.5 nan 0.0");
    check("b % -3", "-2.0 -2.5 nan -0.0");
    check("b // 3", "-1.0 0.0 nan 0.0");
    check("-b", "2.0 -0.5 -inf -0.0");
    check("abs(b)", "2.0 0.5 inf 0.0");
    check("0.1 + 0.2 + b", "-1.7 0.8 inf 0.30000000000000004");
}

static void int_arithmetic(void **state) {
    (void)state;
    check("i + j", "4 9223372036854775807 null null");
    check("i - j", "10 9223372036854775807 null -9223372036854775807");
    check("i * j", "-21 0 null null");
    check("i // j", "-3 null null null");
    check("i % j", "-2 null null 0");
    check("i / j", "-2.3333333333333335 inf null 9.223372036854776e+18");
    check("i + 1", "8 null null -9223372036854775807");
    check("i - 1", "6 9223372036854775806 null null");
    check("i * 2", "14 null null null");
    check("-i", "-7 -9223372036854775807 null null");
    check("abs(i)", "7 9223372036854775807 null null");
    check("-7 // j", "2 null -4 7");
    check("7 % j", "-2 null 1 0");
    check("-7 % j", "-1 null 1 0");
    check("i + 0.0", "7.0 9.223372036854776e+18 null -9.223372036854776e+18");
    check("floor(i)", "7 9223372036854775807 null -9223372036854775808");
    check("j * 4611686018427387904", "null 0 null -4611686018427387904");
    check("j * -4611686018427387904", "null 0 -9223372036854775808 4611686018427387904");
}

static void comparisons(void **state) {
    (void)state;
    check("a > b", "true null null false");
    check("a >= b", "true null null true");
    check("a != b", "true null null false");
    check("a = b", "false null null true");
    check("not a = b", "true null null false");
    check("i = 9223372036854775806", "false false null false");
    check("i = 9223372036854775807.0", "false true null false");
    check("j < 0", "true false false true");
    check("s = 'Ab'", "true null false false");
    check("s < 'a'", "true null false false");
    check("s >= t", "true null false true");
    check("p = q", "false null null true");
    check("p != (j < 0)", "false null false false");
    check("j in (2, -3, 5)", "true false true false");
    check("a in (1.5, 0)", "true null null true");
    check("a not in (1.5, 0)", "false null null false");
    check("s in ('ab', 'Ab')", "true null false true");
    check("a is null", "false false true false");
    check("a is not null", "true true false true");
    check("isnan(a)", "false true null false");
    check("isnan(j)", "false false false false");
}

static void three_valued_logic(void **state) {
    (void)state;
    check("p and q", "false null false true");
    check("p or q", "true true null true");
    check("not p", "false null true false");
    check("not (p and q)", "true null true false");
    check("(p or a > 0) is null", "false true true false");
    check("p and a > 0", "true null false false");
    check("if(p, 1, 2)", "1 2 2 1");
    check("if(not p, 1, 2)", "2 2 1 2");
    check("if(a > 0, a, b)", "1.5 0.5 inf 0.0");
    check("if(p, s, t)", "'Ab' '%x_' '" E_ACUTE E_ACUTE "' 'ab'");
    check("if(p, q, null)", "false null null true");
    check("if(p, null, i)", "null 9223372036854775807 null null");
    check("coalesce(a, b)", "1.5 nan inf -0.0");
    check("coalesce(a, i, 0)", "1.5 nan 0.0 -0.0");
    check("coalesce(i, j)", "7 9223372036854775807 2 -9223372036854775808");
    check("coalesce(s, t, 'x')", "'Ab' '%x_' 'h" E_ACUTE E_ACUTE "' 'ab'");
    check("coalesce(q, p)", "false true false true");
    check("coalesce(null, p)", "true null false true");
    check("true", "true true true true");
    check("if(isnan(a), 0, a)", "1.5 0.0 null -0.0");
}

static void strings(void **state) {
    (void)state;
    check("s", "'Ab' null 'h" E_ACUTE E_ACUTE "' 'ab'");
    check("length(s)", "2 null 3 2");
    check("length(t)", "0 3 2 2");
    check("lower(s)", "'ab' null 'h" E_ACUTE E_ACUTE "' 'ab'");
    check("lower(s) = 'ab'", "true null false true");
    check("lower(s) = lower(t)", "false null false true");
    check("'AB' = s", "false null false false");
    check("contains(s, t)", "true null true false");
    check("contains(lower(t), 'b')", "false false false true");
    check("starts_with(s, 'A')", "true null false false");
    check("starts_with(lower(s), 'a')", "true null false true");
    check("ends_with(s, t)", "true null true false");
    check("ends_with('longer', t)", "true false false false");
    check("s like 'A_'", "true null false false");
    check("s like 'h__'", "false null true false");
    check("s like '%" E_ACUTE "'", "false null true false");
    check("s like '_'", "false null false false");
    check("s not like '%b'", "false null true false");
    check("s ilike 'aB'", "true null false true");
    check("'a%x_b' like '%' and t like t", "true true true true");
    check("'mississippi' like if(p, '%iss%pp_', t)", "true false false true");
    check("'aXbXc' like if(p, 'a%X%c', '%d')", "true false false true");
    check("'' like t", "true false false false");
    check("bucket(s, 0) is null", "true true true true");
    check("bucket(s, 1)", "0 null 0 0");
    check("bucket(s, j) is null", "true true false true");
    check("bucket(lower(s), 1000) = bucket('ab', 1000)", "true null false true");
}

static void functions(void **state) {
    (void)state;
    check("min(a, b)", "-2.0 nan null -0.0");
    check("max(a, b)", "1.5 nan null 0.0");
    check("max(b, a, 1)", "1.5 nan null 1.0");
    check("min(i, j)", "-3 0 null -9223372036854775808");
    check("clip(b, -1, 1)", "-1.0 0.5 1.0 0.0");
    check("clip(j, -1, 1)", "-1 0 1 -1");
    check("clip(b, 1, -1)", "-1.0 -1.0 -1.0 -1.0");
    check("clip(a, 0, 1)", "1.0 nan null 0.0");
    check("floor(b / 4)", "-1.0 0.0 inf 0.0");
    check("ceil(b / 4)", "-0.0 1.0 inf 0.0");
    check("round(b / 4)", "-0.0 0.0 inf 0.0");
    check("round(b * 1.25)", "-2.0 1.0 inf 0.0");
    check("sqrt(b)", "nan 0.7071067811865476 inf 0.0");
    check("exp(b - b)", "1.0 1.0 nan 1.0");
    check("exp(a)", "4.4816890703380645 nan null 1.0");
    check("log(b)", "nan -0.6931471805599453 inf -inf");
    check("log1p(a)", "0.9162907318741551 nan null -0.0");
    check("log1p(b)", "nan 0.4054651081081644 inf 0.0");
    check("expm1(b)", "-0.8646647167633873 0.6487212707001282 inf 0.0");
    check("log1p(clip(a, 0, 1000)) * 0.5 + b / 3", "-0.20852130072958908 nan null 0.0");
}

/* 2^53 + 1 and so on: whole numbers beyond what a double holds. */
static void exact_edges(void **state) {
    (void)state;
    check("9007199254740993 = i - i + 9007199254740993", "true true null true");
    check("i - i + 9007199254740993 = 9007199254740992.0", "true true null true");
    check("i - i + 9007199254740993 > 9007199254740992", "true true null true");
    check("floor(4503599627370495.5 + b * 0)", "4503599627370495.0 4503599627370495.0 nan "
                                               "4503599627370495.0");
    check("round(4503599627370496.5 + 0 * j)", "4503599627370496.0 4503599627370496.0 "
                                               "4503599627370496.0 4503599627370496.0");
    check("5e-324 * j", "-1.5e-323 0.0 1e-323 -5e-324");
    check("1e308 * 10 - j", "inf inf inf inf");
    check("1e17 % (3.0 + 0 * j)", "1.0 1.0 1.0 1.0");
    check("1e300 % (0.7 + 0 * j)", "0.3790560774266656 0.3790560774266656 0.3790560774266656 "
                                   "0.3790560774266656");
    check("5e-324 % (1e300 + 0 * j) + -5e-324 % (3 * 5e-324 + 0 * j)",
          "1.5e-323 1.5e-323 1.5e-323 1.5e-323");
    check("1 // (0.1 + 0 * j)", "9.0 9.0 9.0 9.0");
}

/* ---- many rows ---- */

enum { MANY = 3000 };

static help_column many[HELP_SLOTS];
static char pool[MANY][40];

static void fill_many(void) {
    seed = 7;
    for (int c = 0; c < HELP_SLOTS; c++) {
        many[c] = help_column_new(help_names[c].type, MANY);
        for (int64_t row = 0; row < MANY; row++) {
            uint8_t *at = many[c].values + (size_t)row * many[c].size;
            double real = draw() % 11 == 0 ? (double)NAN : uniform() * 40 - 20;
            int64_t whole = (int64_t)draw() >> (draw() % 64);
            mlops__expr_text text = {pool[row], (uint32_t)(draw() % 40), (uint32_t)(draw() % 2)};
            for (int k = 0; k < 40; k++) pool[row][k] = "aAbB%_"[draw() % 6];
            if (draw() % 7) many[c].validity[row / 8] |= (uint8_t)(1u << (row % 8));
            if (help_names[c].type == MLOPS_TYPE_FLOAT64) memcpy(at, &real, 8);
            else if (help_names[c].type == MLOPS_TYPE_INT64) memcpy(at, &whole, 8);
            else if (help_names[c].type == MLOPS_TYPE_STRING) memcpy(at, &text, sizeof text);
            else *at = (uint8_t)(draw() % 2);
        }
    }
}

/* So that each kernel sees whole words, tails, and blocks that begin anywhere. */
static const char *const operations[] = {
    "a",
    "i",
    "p",
    "s",
    "-a + b * 2 - a / b",
    "a // b",
    "a % b",
    "i + j",
    "i - j",
    "i * j",
    "i // j",
    "i % j",
    "-i",
    "abs(i)",
    "abs(a)",
    "min(a, b, 3)",
    "max(i, j)",
    "clip(a, -1, b)",
    "floor(a)",
    "ceil(a)",
    "round(a)",
    "sqrt(a)",
    "exp(a)",
    "log(a)",
    "log1p(a)",
    "expm1(a)",
    "a = b",
    "a != 3",
    "a < b",
    "2 <= a",
    "i = j",
    "i != 3",
    "i < j",
    "i <= 2",
    "s = t",
    "s != 'a'",
    "s < t",
    "s <= t",
    "s like t",
    "s ilike '%a_b%'",
    "contains(s, 'ab')",
    "starts_with(s, t)",
    "ends_with(lower(s), 'a')",
    "length(s)",
    "lower(s)",
    "s in ('a', 'b')",
    "a in (1, 2, 3)",
    "i in (0, 1, -1)",
    "bucket(s, 100)",
    "bucket(i, j)",
    "p and q",
    "p or q",
    "not p",
    "p = q",
    "p != q",
    "if(p, a, b)",
    "if(p, i, j)",
    "if(p, s, t)",
    "if(p, q, p)",
    "coalesce(a, b)",
    "coalesce(i, j)",
    "coalesce(s, t)",
    "coalesce(p, q)",
    "a is null",
    "isnan(a)",
    "i + 0.5",
    "if(1 / 0 > a, 1 / 0, a)",
    "if(a > b and not p, log1p(a), i)",
};

static void blocks_and_levels_give_the_same_bits(void **state) {
    (void)state;
    mlops__expr_input in[HELP_SLOTS];
    fill_many();
    for (int c = 0; c < HELP_SLOTS; c++)
        in[c] = (mlops__expr_input){many[c].values, NULL, many[c].validity, 0};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        mlops__expr *e = compile(operations[i]);
        mlops__expr *scalar = compile_for(operations[i], MLOPS_CPU_SCALAR);
        help_column out = help_evaluate_all_ways(e, in, MANY);
        help_column same = help_evaluate_all_ways(scalar, in, MANY);
        if (!help_equal(mlops__expr_type(e), &out, 0, &same, MANY))
            fail_msg("%s differs between instruction sets", operations[i]);
        help_column_free(&out);
        help_column_free(&same);
        mlops__expr_free(e);
        mlops__expr_free(scalar);
    }
    for (int c = 0; c < HELP_SLOTS; c++) help_column_free(&many[c]);
}

/* A program's scratch and outputs are touched exactly as far as they go. */
static void scratch_is_bounded(void **state) {
    (void)state;
    mlops__expr *e = compile("log1p(clip(a, 0, 1000)) * 0.5 + b / 3");
    size_t one = mlops__expr_scratch_size(e, 1), block = mlops__expr_scratch_size(e, 1024);
    assert_true(one < block);
    assert_int_equal(mlops__expr_scratch_size(e, INT64_MAX), block);
    assert_int_equal(mlops__expr_scratch_size(e, 64), one);
    void *scratch = malloc(one);
    double values[ROWS];
    mlops__expr_output out = {values, NULL};
    assert_int_equal(mlops__expr_evaluate(e, inputs, 0, ROWS, scratch, one - 1, &out),
                     MLOPS_E_ARENA);
    assert_int_equal(mlops__expr_evaluate(e, inputs, 0, ROWS, scratch, one, &out), MLOPS_OK);
    assert_int_equal(mlops__expr_evaluate(e, inputs, 0, 0, scratch, one, &out), MLOPS_OK);
    free(scratch);
    mlops__expr_free(e);
}

/* ---- hashes ---- */

static void buckets_are_xxh3(void **state) {
    (void)state;
    enum { LONGEST = 5000 };
    char *bytes = malloc(LONGEST), *small = malloc(LONGEST);
    mlops__expr_text text = {bytes, 0, 0};
    mlops__expr_input in[HELP_SLOTS] = {{0}};
    in[HELP_S].values = &text;
    mlops__expr *plain = compile("bucket(s, 4611686018427387904)");
    mlops__expr *folded = compile("bucket(lower(s), 4611686018427387904)");
    for (int i = 0; i < LONGEST; i++) {
        bytes[i] = (char)(' ' + draw() % 95);
        small[i] = bytes[i] >= 'A' && bytes[i] <= 'Z' ? (char)(bytes[i] + 32) : bytes[i];
    }
    for (uint32_t n = 0; n < LONGEST; n += 1 + n / 40) {
        int64_t x, y;
        text.n = n;
        help_column p = help_evaluate(plain, in, 0, 1, 1), f = help_evaluate(folded, in, 0, 1, 1);
        memcpy(&x, p.values, sizeof x);
        memcpy(&y, f.values, sizeof y);
        assert_true(x == (int64_t)(mlops__hash_64(bytes, n) >> 2));
        assert_true(y == (int64_t)(mlops__hash_64(small, n) >> 2));
        help_column_free(&p);
        help_column_free(&f);
    }
    mlops__expr_free(plain);
    mlops__expr_free(folded);
    free(bytes);
    free(small);
}

/* ---- columns of a table ---- */

static void columns_of_a_table(void **state) {
    (void)state;
    static const char csv[] = "x,n,flag,city,none\n1.5,3,true,Bern,\n,4,false,Basel,\n-2,,,Bern,\n";
    mlops_table *table;
    mlops_error err;
    mlops__arena arena;
    const mlops__expr_input *in;
    mlops__expr *e;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    assert_int_equal(mlops_table_parse(&table, csv, sizeof csv - 1, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops__expr_column_inputs(table, &arena, &in, &err), MLOPS_OK);
    mlops__expr_scope scope = {0};
    scope.resolve = mlops__expr_column_resolve;
    scope.known = mlops__expr_column_known;
    scope.user = table;
    const char *text = "if(city = 'Bern' and flag, x, coalesce(none, n))";
    assert_int_equal(mlops__expr_compile(&e, text, strlen(text), &scope, &mlops__heap, &err), 0);
    help_column out = help_evaluate_all_ways(e, in, 3);
    double values[3];
    memcpy(values, out.values, sizeof values);
    assert_true(values[0] == 1.5 && values[1] == 4 && isnan(values[2]));
    assert_int_equal(out.validity[0], 3);
    help_column_free(&out);
    mlops__expr_free(e);
    assert_int_equal(mlops__expr_compile(&e, "ctiy = ''", 9, &scope, &mlops__heap, &err),
                     MLOPS_E_NOT_FOUND);
    assert_string_equal(err.message, "column 1: \"ctiy\" is unknown; did you mean \"city\"?");
    mlops__arena_free(&arena);
    mlops_table_unref(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float_arithmetic),
        cmocka_unit_test(int_arithmetic),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(three_valued_logic),
        cmocka_unit_test(strings),
        cmocka_unit_test(functions),
        cmocka_unit_test(exact_edges),
        cmocka_unit_test(blocks_and_levels_give_the_same_bits),
        cmocka_unit_test(scratch_is_bounded),
        cmocka_unit_test(buckets_are_xxh3),
        cmocka_unit_test(columns_of_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
