/* Plain numbers among fields: each kernel takes what the scalar one takes, to the last bit, and
 * those values are the C library's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"
#include "unit/help_sheet.h"

enum { WIDTH = 32, SIZE = FIELDS * WIDTH };

static size_t draw_number(char *out, int point) {
    size_t n = 0, digits = 1 + draw() % (point > 1 ? 21 : 17), at = draw() % (digits + 1);
    if (draw() % 3 == 0) out[n++] = '-';
    for (size_t i = 0; i <= digits; i++) {
        if (point && i == at && draw() % 4) out[n++] = '.';
        if (i < digits) out[n++] = (char)('0' + (draw() % 5 ? draw() % 10 : 0));
    }
    return n;
}

/* odd: one of so many fields holds a byte that may not be in it. */
static void draw_sheet(sheet *s, int point, unsigned odd) {
    static const char others[] = "/:.-+eE x,\"\x80\xff";
    char text[SIZE];
    size_t at = 0;
    s->borders[0] = UINT32_MAX;
    for (size_t i = 0; i < FIELDS; i++) {
        size_t n = draw() % 40 || !odd ? draw_number(text + at, point) : 0;
        if (odd && n && draw() % odd == 0) text[at + draw() % n] = others[draw() % 13];
        at += n;
        s->borders[i + 1] = (uint32_t)at;
        text[at++] = ',';
    }
    fill_sheet(s, FIELDS, text, at);
}

/* What is left of the run from field i on, by a stride of one or two. */
static mlops__text_fields rest_of(const sheet *s, int64_t i) {
    mlops__text_fields run = mlops__text_fields_from(&s->run, i);
    run.stride = 1 + (int64_t)(draw() % 2);
    run.n = (run.n + run.stride - 1) / run.stride;
    return run;
}

static void spell(char *out, const mlops__text_fields *run, int64_t i) {
    mlops__text_span span = mlops__text_span_at(run, i);
    memcpy(out, span.text, span.n);
    out[span.n] = 0;
}

/* Returns how many values were compared. */
static int64_t compare_f64(const mlops__kern *kern, const mlops__text_fields *run) {
    double values[FIELDS], expected[FIELDS];
    int64_t n = kern->numbers_f64(run, values);
    assert_int_equal(n, mlops__numbers_f64_scalar(run, expected));
    assert_memory_equal(values, expected, (size_t)n * sizeof *values);
    for (int64_t i = 0; i < n; i++) {
        char text[WIDTH * 2];
        spell(text, run, i);
        double due = strtod(text, NULL);
        assert_memory_equal(&values[i], &due, sizeof due);
    }
    return n;
}

static int64_t compare_i64(const mlops__kern *kern, const mlops__text_fields *run) {
    int64_t values[FIELDS], expected[FIELDS];
    int minus_zero = 0, minus_zero_due = 0, seen = 0;
    int64_t n = kern->numbers_i64(run, values, &minus_zero);
    assert_int_equal(n, mlops__numbers_i64_scalar(run, expected, &minus_zero_due));
    assert_memory_equal(values, expected, (size_t)n * sizeof *values);
    for (int64_t i = 0; i < n; i++) {
        char text[WIDTH * 2];
        spell(text, run, i);
        assert_int_equal(values[i], strtoll(text, NULL, 10));
        seen |= text[0] == '-' && values[i] == 0;
    }
    assert_int_equal(minus_zero, seen);
    assert_int_equal(minus_zero_due, seen);
    return n;
}

/* The digits as one number, and how many there are behind the point. */
static void compare_taken(const mlops__text_fields *run, const mlops__decimals *x, int64_t i) {
    char text[WIDTH * 2], digits[WIDTH * 2];
    size_t n = 0, scale = 0;
    int behind = 0;
    spell(text, run, i);
    for (const char *p = text; *p; p++) {
        if (*p >= '0' && *p <= '9') {
            digits[n++] = *p;
            scale += (size_t)behind;
        }
        behind |= *p == '.';
    }
    digits[n] = 0;
    assert_true(n <= MLOPS__DECIMAL_DIGITS);
    assert_true(x->digits[i] == strtoull(digits, NULL, 10));
    assert_int_equal(x->scales[i], scale);
    assert_int_equal(x->negative >> i & 1, text[0] == '-');
}

static int64_t compare_decimal(const mlops__kern *kern, const mlops__text_fields *run) {
    mlops__decimals x, expected;
    int64_t n = kern->numbers_decimal(run, &x);
    assert_int_equal(n, mlops__numbers_decimal_scalar(run, &expected));
    for (int64_t i = 0; i < n; i++) compare_taken(run, &x, i);
    return n;
}

static void test_decimals(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *kern = kernels(LEVELS[l]);
        int64_t n = 0;
        seed = 32;
        for (int k = 0; kern && k < 4000; k++) {
            sheet s;
            draw_sheet(&s, k % 2 ? 1 : 2, k % 4 < 2 ? 0 : 8);
            for (int64_t i = 0; i < FIELDS; i++) {
                mlops__text_fields run = rest_of(&s, i);
                int64_t taken = compare_decimal(kern, &run);
                n += taken;
                i += taken * run.stride;
            }
            free(s.text);
        }
        if (kern) assert_true(n > 40000);
    }
}

static void test_numbers(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *kern = kernels(LEVELS[l]);
        int64_t n = 0;
        seed = 31;
        for (int k = 0; kern && k < 4000; k++) {
            sheet s;
            draw_sheet(&s, k % 2, k % 4 < 2 ? 0 : 8);
            for (int64_t i = 0; i < FIELDS; i++) {
                mlops__text_fields run = rest_of(&s, i);
                int64_t taken = k % 2 ? compare_f64(kern, &run) : compare_i64(kern, &run);
                n += taken;
                i += taken * run.stride;
            }
            free(s.text);
        }
        if (kern) assert_true(n > 40000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_decimals)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
