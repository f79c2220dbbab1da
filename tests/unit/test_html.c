/* HTML and SVG: hostile text stays text, documents are well-formed, drawings stay in their frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "sys/host.h"
#include "sys/io_test.h"
#include "text/html.h"
#include "text/utf8.h"
#include "unit/skipped.h"

static const char *const hostile[] = {
    "plain",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onload='alert(1)",
    "</title></style></main>",
    "<!-- ]]> &amp; &#60; & &lt",
    "tab\tline\nend\r",
    "\x01\x08\x1f\x7f",
    "\xff\xfe\xc3",
    "\xed\xa0\x80",
    "\xef\xbf\xbe\xef\xb7\x90\xf0\x9f\xbf\xbf\xc2\x85",
    "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd",
    "",
};

enum { N_HOSTILE = sizeof hostile / sizeof hostile[0] };

static void check_text(const char *text, const char *expected) {
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__html_text(&out, text);
    mlops__buf_u8(&out, 0);
    assert_string_equal((char *)out.data, expected);
    mlops__buf_free(&out);
}

#define FFFD "\xef\xbf\xbd"

static void test_text(void **state) {
    (void)state;
    check_text("", "");
    check_text("a<b>&\"c'\xc3\xa4", "a&lt;b&gt;&amp;&quot;c&#39;\xc3\xa4");
    check_text("&amp;", "&amp;amp;");
    check_text("a\tb\r\n", "a\tb\r\n");
    check_text("\x01\x1b\x7f", FFFD FFFD FFFD);
    check_text("x\xffy\xc3", "x" FFFD "y" FFFD);
    check_text("\xed\xa0\x80", FFFD FFFD FFFD);
    check_text("\xc2\x80\xc2\x9f\xc2\xa0", FFFD FFFD "\xc2\xa0");
    check_text("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\xef\xb7\xaf", FFFD FFFD FFFD FFFD);
    check_text("\xef\xb7\x8f\xef\xb7\xb0\xef\xbf\xbd", "\xef\xb7\x8f\xef\xb7\xb0\xef\xbf\xbd");
    check_text("\xf0\x9f\xbf\xbe\xf4\x8f\xbf\xbf\xf0\x9f\xbf\xbd", FFFD FFFD "\xf0\x9f\xbf\xbd");
}

static void test_every_code_point(void **state) {
    (void)state;
    for (uint32_t code = 1; code <= 0x10ffff; code++) {
        if (code >= 0xd800 && code <= 0xdfff) continue;
        uint8_t text[5] = {0}, out[16];
        size_t n = mlops__utf8_write(text, code);
        mlops__buf buf;
        mlops__buf_init_fixed(&buf, out, sizeof out);
        mlops__html_text(&buf, (char *)text);
        int forbidden = (code < 0x20 && code != 9 && code != 10 && code != 13) ||
                        (code >= 0x7f && code < 0xa0) || (code >= 0xfdd0 && code <= 0xfdef) ||
                        (code & 0xfffe) == 0xfffe;
        int kept = buf.size == n && memcmp(out, text, n) == 0;
        int replaced = buf.size == 3 && memcmp(out, FFFD, 3) == 0 && code != 0xfffd;
        int escaped = code < 0x80 && strchr("&<>\"'", (int)code) && out[0] == '&';
        if (!(forbidden ? replaced : kept || escaped)) fail_msg("U+%x", code);
        if (kept && code < 0x80 && strchr("&<>\"'", (int)code)) fail_msg("U+%x as it is", code);
    }
}

static void test_number(void **state) {
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } rows[] = {{0.123456, 3, "0.123"},        {1, 3, "1"},
                {-2.5e-9, 2, "-2.5e-09"},      {0, 4, "0"},
                {NAN, 3, "\xe2\x80\x93"},      {INFINITY, 3, "\xe2\x80\x93"},
                {-INFINITY, 3, "\xe2\x80\x93"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops__buf out;
        mlops__buf_init(&out, &mlops__heap);
        mlops__html_number(&out, rows[i].value, rows[i].digits);
        mlops__buf_u8(&out, 0);
        assert_string_equal((char *)out.data, rows[i].text);
        mlops__buf_free(&out);
    }
}

static const double odd_values[] = {0, 0.25, 1, -1, 1e300, 5e-324, NAN, INFINITY, -INFINITY};
enum { N_ODD = sizeof odd_values / sizeof odd_values[0] };

/* A document with every function and every hostile text in it. */
static void put_document(mlops__buf *out, const char *title) {
    mlops__html_begin(out, title);
    for (size_t i = 0; i < N_HOSTILE; i++) {
        mlops__html_element(out, "h2", NULL, hostile[i]);
        mlops__html_element(out, "p", hostile[i], hostile[i]);
        mlops__svg_histograms(out, odd_values, odd_values, i % (N_ODD + 1), 0, 0, hostile[i]);
        mlops__svg_histograms(out, odd_values, odd_values + 2, 3, 1, 2, hostile[i]);
        mlops__svg_steps(out, odd_values, odd_values + 1, odd_values + 2, i % (size_t)(N_ODD - 1),
                         hostile[i]);
    }
    for (size_t i = 0; i < N_ODD; i++)
        for (size_t j = 0; j < N_ODD; j++)
            mlops__svg_effect(out, odd_values[i], odd_values[j], odd_values[(i + j) % N_ODD],
                              odd_values[(i + 2 * j) % N_ODD]);
    mlops__html_end(out);
}

static void test_asks_for_nothing_outside(void **state) {
    (void)state;
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__html_begin(&out, "t");
    mlops__html_end(&out);
    mlops__buf_u8(&out, 0);
    assert_int_equal(out.status, MLOPS_OK);
    static const char *const none[] = {"<script", "http:", "https:", "url(", "@import", "<link"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(strstr((char *)out.data, none[i]));
    static const char *const some[] = {
        "prefers-color-scheme:dark", "@media print",    "viewport", "lang=\"en\"",
        "charset=\"utf-8\"",         "<title>t</title>"};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
        assert_non_null(strstr((char *)out.data, some[i]));
    mlops__buf_free(&out);
}

static void test_python_parses_it(void **state) {
    (void)state;
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    char command[4096];
    if (!root ||
        snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/unit/oracle_html.py'",
                 root) >= (int)sizeof command) {
        skipped("MLOPS_SOURCE_ROOT does not say where the oracle is");
        return;
    }
    for (size_t i = 0; i < N_HOSTILE; i++) {
        mlops__buf out;
        mlops__buf_init(&out, &mlops__heap);
        put_document(&out, hostile[i]);
        assert_int_equal(out.status, MLOPS_OK);
        FILE *oracle = popen(command, "w");
        assert_non_null(oracle);
        assert_int_equal(fwrite(out.data, 1, out.size, oracle), out.size);
        int status = pclose(oracle);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        mlops__buf_free(&out);
    }
}

static void test_out_of_memory(void **state) {
    (void)state;
    int64_t k = 1;
    for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__buf out;
        mlops__buf_init(&out, &fault.table);
        put_document(&out, "t");
        status = out.status;
        if (status) assert_int_equal(status, MLOPS_E_NOMEM);
        mlops__buf_free(&out);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
    }
    assert_true(k > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_asks_for_nothing_outside),
        cmocka_unit_test(test_python_parses_it),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
