/* Numbers as text, against libc's strtod, strtof and printf, and Python's repr. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "text/number.h"
#include "text/number_exact.h"
#include "unit/skipped.h"

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static double f64(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float f32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint32_t bits32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* A decimal of up to eight places, or a neighbour of one. */
static uint64_t draw_decimal(void) {
    uint64_t scale = 1;
    for (uint64_t places = draw() % 9; places; places--) scale *= 10;
    double value = (double)(draw() % (scale * (draw() % 2 ? 10 : 10000000))) / (double)scale;
    return bits64(draw() % 2 ? value : -value) + draw() % 2;
}

/* Random bits, with subnormals, powers of two and everyday magnitudes more often than by chance. */
static uint64_t draw_f64(void) {
    uint64_t bits = draw();
    switch (draw() % 8) {
    case 0: return bits & 0x800fffffffffffff;
    case 1: return bits & 0xfff0000000000000;
    case 2: return bits64((double)(int64_t)bits * 1e-15);
    case 3: return bits64((double)(int32_t)bits);
    case 4: return draw_decimal();
    default: return bits;
    }
}

static void check_parse(const char *text) {
    size_t n = strlen(text);
    double d = 0, libc_d = strtod(text, NULL);
    float f = 0, libc_f = strtof(text, NULL);
    if (!mlops__parse_f64(text, n, 0, &d) || bits64(d) != bits64(libc_d))
        fail_msg("parse_f64(%s): %a, not %a", text, d, libc_d);
    if (!mlops__parse_f32(text, n, 0, &f) || bits32(f) != bits32(libc_f))
        fail_msg("parse_f32(%s): %a, not %a", text, (double)f, (double)libc_f);
}

static void test_f64_comes_back(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX];
    for (int i = 0; i < 1000000; i++) {
        double value = f64(draw_f64());
        if (value - value != 0) continue;
        size_t n = mlops__format_f64(text, value);
        assert_int_equal(n, strlen(text));
        if (bits64(strtod(text, NULL)) != bits64(value)) fail_msg("%a became %s", value, text);
        check_parse(text);
    }
}

static void test_f32_comes_back(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX];
    for (int i = 0; i < 1000000; i++) {
        float value = f32((uint32_t)draw() & (i % 4 ? UINT32_MAX : 0x807fffff));
        if (value - value != 0) continue;
        size_t n = mlops__format_f32(text, value);
        assert_int_equal(n, strlen(text));
        if (bits32(strtof(text, NULL)) != bits32(value))
            fail_msg("%a became %s", (double)value, text);
        check_parse(text);
    }
}

/* No text with a digit less comes back. */
static void test_shortest_is_shortest(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX], shorter[64];
    for (int i = 0; i < 300000; i++) {
        double value = f64(draw_f64());
        if (value - value != 0 || value == 0) continue;
        mlops__format_f64(text, value);
        int digits = 0, zeros = 0;
        for (const char *p = text; *p && *p != 'e'; p++) {
            if (*p < '0' || *p > '9' || (*p == '0' && !digits)) continue;
            digits++;
            zeros = *p == '0' ? zeros + 1 : 0;
        }
        digits -= zeros;
        if (digits < 2) continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, value);
        if (bits64(strtod(shorter, NULL)) == bits64(value))
            fail_msg("%s is shorter than %s", shorter, text);
    }
}

static void test_digits_as_printf(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX], libc[64];
    for (int i = 0; i < 1000000; i++) {
        double value = f64(draw_f64());
        int digits = 1 + (int)(draw() % 17);
        if (value != value) continue;
        snprintf(libc, sizeof libc, "%.*g", digits, value);
        size_t n = mlops__format_digits(text, value, digits);
        assert_int_equal(n, strlen(text));
        if (strcmp(text, libc) != 0) fail_msg("%.*g of %a: %s", digits, value, value, text);
    }
}

static void test_digits_at_ties(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX], libc[64];
    for (int i = 0; i < 100000; i++) { /* whole numbers and eighths end in a 5 quite often */
        double value = (double)(draw() >> (11 + draw() % 40)) / (i % 2 ? 8 : 1);
        for (int digits = 1; digits <= 17; digits++) {
            snprintf(libc, sizeof libc, "%.*g", digits, value);
            mlops__format_digits(text, value, digits);
            if (strcmp(text, libc) != 0) fail_msg("%.*g of %a: %s", digits, value, value, text);
        }
    }
}

/* Where rounding up gives one digit more, as of numbers just below a power of ten. */
static void test_digits_at_powers_of_ten(void **state) {
    (void)state;
    char text[MLOPS__NUMBER_MAX], power[16], libc[64];
    for (int e = -323; e <= 308; e++) {
        uint64_t bits;
        snprintf(power, sizeof power, "1e%d", e);
        double nearest = strtod(power, NULL);
        memcpy(&bits, &nearest, sizeof bits);
        for (uint64_t around = bits - 1; around <= bits + 1; around++)
            for (int digits = 1; digits <= 17; digits++) {
                snprintf(libc, sizeof libc, "%.*g", digits, f64(around));
                mlops__format_digits(text, f64(around), digits);
                assert_string_equal(text, libc);
            }
    }
}

static void test_long_texts(void **state) {
    (void)state;
    static char text[2000];
    for (int i = 0; i < 60000; i++) {
        double value = f64(draw_f64());
        if (value - value != 0) continue;
        snprintf(text, sizeof text, "%.*e", (int)(draw() % 800), value);
        check_parse(text);
        snprintf(text, sizeof text, "%.*f", (int)(draw() % 1100), value);
        check_parse(text);
    }
}

/* The middle between two neighbours, and a digit next to it on either side. */
static void check_middle(long double middle) {
    static char text[2000];
    snprintf(text, sizeof text, "%.1100Le", middle);
    check_parse(text);
    char *last = strchr(text, 'e') - 1;
    *last = '1';
    check_parse(text);
    for (char *p = last;; p--) { /* the largest number of so many digits below it */
        if (*p == '.') continue;
        *p = *p == '0' || (p == last && *p == '1') ? '9' : (char)(*p - 1);
        if (*p != '9') break;
    }
    check_parse(text);
}

static void test_middles(void **state) {
    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = draw_f64() & INT64_MAX;
        double a = f64(bits), b = f64(bits + 1);
        if (b - b == 0) check_middle(((long double)a + (long double)b) / 2);
        uint32_t word = (uint32_t)draw() & (i % 4 ? INT32_MAX : 0x7fffff);
        float c = f32(word), d = f32(word + 1);
        if (d - d == 0) check_middle(((long double)c + (long double)d) / 2);
    }
    check_middle(0x1p-1075L);
    check_middle(0x1p-150L);
    check_middle(0x1.ffffffp127L);
    check_middle(0x1.fffffffffffff8p1023L);
}

static const char *const hard_texts[] = {
    "0",
    "-0",
    "0.0",
    "-0e5",
    "0e999999999999999999",
    "1",
    "+1",
    "1.",
    ".5",
    "-.5e1",
    "1e23",
    "8.5e22",
    "9007199254740993",
    "9007199254740993.0",
    "9007199254740992.999999999999",
    "9007199254740993.00000000000000000000000000000000000000000000001",
    "1e308",
    "1e309",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "1.7976931348623159e308",
    "179769313486231580793728971405301e276",
    "2.2250738585072011e-308",
    "2.2250738585072014e-308",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324",
    "2.4703282292062328e-324",
    "2.47032822920623272088284396434110686182e-324",
    "2.47032822920623272088284396434110686183e-324",
    "1e-323",
    "1e-324",
    "1e-400",
    "1e400",
    "1e99999999999999999999999",
    "1e-99999999999999999999999",
    "3.4028235e38",
    "3.4028236e38",
    "3.4028235677973366e38",
    "1.401298464324817e-45",
    "7.006492321624085e-46",
    "7.0064923216240854e-46",
    "7.006492321624086e-46",
    "16777217",
    "16777219",
    "33554434.5",
    "0.000000000000000000000000000000000000000000000000000000000000000000000000000000000001e84",
    "100000000000000000000000000000000000000000000000000000000000000000000000000000000000e-83",
    "00000000000000000000000000000000000000000000000000000012345678901234567890",
    "1E5",
    "1e+5",
    "123456789012345678",
    "1234567890123456789",
    "12345678901234567890",
    "99999999999999999999",
    "18446744073709551615",
    "18446744073709551616",
    "6.02214076e23",
    "0.1",
    "0.2",
    "0.3",
    "7.2057594037927933e16",
    "5e-324",
    "1.00000000000000011102230246251565404236316680908203125",
    "1.00000000000000011102230246251565404236316680908203124",
    "1.00000000000000011102230246251565404236316680908203126",
};

static void test_hard_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof hard_texts / sizeof hard_texts[0]; i++)
        check_parse(hard_texts[i]);
}

static void test_what_is_no_number(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",      "+",     "-",     ".",     "e5",  ".e5",      "1e", "1e+",
        "1e-",   "--1",   "+-1",   "1.2.3", "1,5", " 1",       "1 ", "0x10",
        "1_000", "1e5.0", "1e5e5", "inf",   "nan", "Infinity", "1f", "\xef\xbc\x91",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double d = 42;
        float f = 42;
        assert_false(mlops__parse_f64(texts[i], strlen(texts[i]), 0, &d));
        assert_false(mlops__parse_f32(texts[i], strlen(texts[i]), 0, &f));
        assert_true(d == 42 && f == 42);
    }
    double d;
    assert_false(mlops__parse_f64("1\0", 2, 1, &d));
    assert_true(mlops__parse_f64("12345", 3, 1, &d) && d == 123);
}

static void test_special_values(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t bits;
    } rows[] = {{"inf", 0x7ff0000000000000},       {"-inf", 0xfff0000000000000},
                {"Infinity", 0x7ff0000000000000},  {"+iNFinitY", 0x7ff0000000000000},
                {"-Infinity", 0xfff0000000000000}, {"nan", 0x7ff8000000000000},
                {"NaN", 0x7ff8000000000000},       {"-nan", 0x7ff8000000000000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double d = 0;
        float f = 0;
        assert_true(mlops__parse_f64(rows[i].text, strlen(rows[i].text), 1, &d));
        assert_true(mlops__parse_f32(rows[i].text, strlen(rows[i].text), 1, &f));
        assert_true(bits64(d) == rows[i].bits);
        assert_true(d != d ? f != f : (double)f == d);
    }
    double d;
    static const char *const none[] = {"in", "infi", "infinit", "infinityy",
                                       "na", "nano", "+",       "-"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(mlops__parse_f64(none[i], strlen(none[i]), 1, &d));
}

static void test_spelling(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{1, "1.0"},
                {-0.0, "-0.0"},
                {0.1, "0.1"},
                {1e-5, "1e-05"},
                {1e-4, "0.0001"},
                {1e16, "1e+16"},
                {1e15, "1000000000000000.0"},
                {123456.75, "123456.75"},
                {9999999999999998, "9999999999999998.0"},
                {1.5e300, "1.5e+300"},
                {5e-324, "5e-324"},
                {0x1p-44, "5.684341886080802e-14"},
                {2e-323, "2e-323"},
                {1e23, "1e+23"},
                {1.7976931348623157e308, "1.7976931348623157e+308"},
                {100, "100.0"}};
    char text[MLOPS__NUMBER_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops__format_f64(text, rows[i].value);
        assert_string_equal(text, rows[i].text);
    }
    mlops__format_f32(text, 0.1f);
    assert_string_equal(text, "0.1");
    mlops__format_f32(text, 16777216.0f);
    assert_string_equal(text, "16777216.0");
    mlops__format_f32(text, -f32(0x7f800000));
    assert_string_equal(text, "-inf");
    mlops__format_f64(text, f64(0xfff8000000000001));
    assert_string_equal(text, "nan");
    mlops__format_digits(text, 0, 3);
    assert_string_equal(text, "0");
}

static void test_i64(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
        int ok;
    } rows[] = {{"0", 0, 1},
                {"-0", 0, 1},
                {"+7", 7, 1},
                {"007", 7, 1},
                {"9223372036854775807", INT64_MAX, 1},
                {"-9223372036854775808", INT64_MIN, 1},
                {"9223372036854775808", 0, 0},
                {"-9223372036854775809", 0, 0},
                {"92233720368547758070", 0, 0},
                {"", 0, 0},
                {"-", 0, 0},
                {"+", 0, 0},
                {"1.0", 0, 0},
                {" 1", 0, 0},
                {"1 ", 0, 0},
                {"0x1", 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 0;
        assert_int_equal(mlops__parse_i64(rows[i].text, strlen(rows[i].text), &value), rows[i].ok);
        assert_true(value == rows[i].value);
    }
}

/* Digits with or without a point and an exponent; the magnitude is that of what is to be rounded.
 */
static void draw_text(char *out, int exponent_max) {
    int n_digits = 1 + (int)(draw() % 25), point = (int)(draw() % 30);
    char *p = out;
    if (draw() % 2) *p++ = draw() % 4 ? '-' : '+';
    for (int i = 0; i < n_digits; i++) {
        if (i == point) *p++ = '.';
        *p++ = (char)('0' + draw() % 10);
    }
    if (draw() % 4) sprintf(p, "e%d", (int)(draw() % (unsigned)(2 * exponent_max)) - exponent_max);
    else *p = 0;
}

static void send_texts(FILE *oracle) {
    char text[64];
    for (int i = 0; i < 60000; i++) {
        double value;
        draw_text(text, i % 2 ? 345 : 20);
        assert_true(mlops__parse_f64(text, strlen(text), 0, &value));
        fprintf(oracle, "text64 %016llx %s\n", (unsigned long long)bits64(value), text);
    }
    for (int i = 0; i < 20000; i++) {
        float value;
        draw_text(text, i % 2 ? 60 : 10);
        assert_true(mlops__parse_f32(text, strlen(text), 0, &value));
        fprintf(oracle, "text32 %08x %s\n", (unsigned)bits32(value), text);
    }
}

/* Python holds formatted numbers against repr and numpy, parsed ones against float and fractions,
 * and the powers of ten against integers of any size. */
static void test_python_agrees(void **state) {
    (void)state;
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    char command[4096], text[MLOPS__NUMBER_MAX];
    if (!root ||
        snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/unit/oracle_number.py'",
                 root) >= (int)sizeof command) {
        skipped("MLOPS_SOURCE_ROOT does not say where the oracle is");
        return;
    }
    FILE *oracle = popen(command, "w");
    assert_non_null(oracle);
    for (int32_t q = -343; q <= 324; q++) {
        mlops__u128 power = mlops__pow10(q);
        fprintf(oracle, "power %d %016llx%016llx %d\n", q, (unsigned long long)power.high,
                (unsigned long long)power.low, mlops__pow10_exponent(q));
    }
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = i < 2046 ? (uint64_t)(i + 1) << 52 : draw_f64();
        mlops__format_f64(text, f64(bits));
        fprintf(oracle, "f64 %016llx %s\n", (unsigned long long)bits, text);
    }
    for (int i = 0; i < 50000; i++) {
        uint32_t bits = i < 254 ? (uint32_t)(i + 1) << 23 : (uint32_t)draw();
        mlops__format_f32(text, f32(bits));
        fprintf(oracle, "f32 %08x %s\n", (unsigned)bits, text);
    }
    send_texts(oracle);
    int status = pclose(oracle);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) skipped("Python has no NumPy");
    else assert_int_equal(WEXITSTATUS(status), 0);
}

/* Where it says what a decimal is, that is what the text says. */
static void test_decimals(void **state) {
    (void)state;
    int told = 0;
    for (int i = 0; i < 400000; i++) {
        char text[MLOPS__NUMBER_MAX];
        uint64_t digits = draw() >> draw() % 11;
        size_t scale = draw() % 20;
        double value, due;
        float single, single_due;
        if (draw() % 4 == 0) digits = digits / 1000000 * 1000000 + draw() % 2;
        if (draw() % 2) digits >>= draw() % 60;
        if (digits == 0) continue;
        size_t n =
            (size_t)snprintf(text, sizeof text, "%llue-%zu", (unsigned long long)digits, scale);
        assert_int_equal(mlops__parse_f64(text, n, 0, &due), 1);
        assert_int_equal(mlops__parse_f32(text, n, 0, &single_due), 1);
        if (mlops__decimal_f32(digits, scale, &single)) {
            assert_memory_equal(&single, &single_due, sizeof single);
            told++;
        }
        if (!mlops__decimal_f64(digits, scale, &value)) continue;
        assert_memory_equal(&value, &due, sizeof due);
        told++;
    }
    assert_true(told > 100000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f64_comes_back),
        cmocka_unit_test(test_f32_comes_back),
        cmocka_unit_test(test_shortest_is_shortest),
        cmocka_unit_test(test_digits_as_printf),
        cmocka_unit_test(test_digits_at_ties),
        cmocka_unit_test(test_digits_at_powers_of_ten),
        cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_middles),
        cmocka_unit_test(test_hard_texts),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_i64),
        cmocka_unit_test(test_decimals),
        cmocka_unit_test(test_python_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
