/* UTF-8, against a decoder that is written from the definition: every code point, every pair of
 * bytes, and every sequence whose lead byte needs more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "text/utf8.h"

/* Length of the one character that the n bytes are, 0 if they are none: decode, encode, compare. */
static int is_character(const uint8_t *p, size_t n) {
    uint32_t code;
    if (n == 1) return p[0] < 0x80;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if (n == 2 && (p[0] & 0xe0) == 0xc0) return (p[0] & 0x1fu) >= 2;
    if (n == 3 && (p[0] & 0xf0) == 0xe0) {
        code = (p[0] & 0xfu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
        return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
    }
    if (n == 4 && (p[0] & 0xf8) == 0xf0) {
        code = (p[0] & 7u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
        return code >= 0x10000 && code <= 0x10ffff;
    }
    return 0;
}

static void test_every_code_point(void **state) {
    (void)state;
    for (uint32_t code = 0; code <= 0x10ffff; code++) {
        uint8_t bytes[4];
        size_t n = mlops__utf8_write(bytes, code);
        assert_int_equal(n, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
        int surrogate = code >= 0xd800 && code <= 0xdfff;
        if (is_character(bytes, n) != !surrogate) fail_msg("U+%x is written wrong", code);
        size_t valid = mlops__utf8_check(bytes, n);
        if (valid != (surrogate ? 0 : n)) fail_msg("U+%x: %zu", code, valid);
        for (size_t cut = 1; cut < n; cut++)
            if (mlops__utf8_check(bytes, cut) != 0) fail_msg("U+%x cut to %zu", code, cut);
    }
}

static void test_every_short_sequence(void **state) {
    (void)state;
    static const uint8_t tails[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0xbf, 0xc0, 0xff};
    for (unsigned lead = 0x80; lead < 0x100; lead++)
        for (unsigned second = 0; second < 0x100; second++)
            for (size_t t = 0; t < 64; t++) {
                uint8_t bytes[4] = {(uint8_t)lead, (uint8_t)second, tails[t / 8], tails[t % 8]};
                for (size_t n = 2; n <= 4; n++) {
                    int valid = mlops__utf8_check(bytes, n) == n;
                    int expected = is_character(bytes, n) ||
                                   (n > 2 && is_character(bytes, 2) && bytes[2] < 0x80 &&
                                    (n == 3 || bytes[3] < 0x80)) ||
                                   (n == 4 && is_character(bytes, 3) && bytes[3] < 0x80) ||
                                   (n == 4 && is_character(bytes, 2) && is_character(bytes + 2, 2));
                    if (valid != expected)
                        fail_msg("%02x %02x %02x %02x (%zu)", lead, second, bytes[2], bytes[3], n);
                }
            }
}

static void test_where_it_breaks(void **state) {
    (void)state;
    char text[64];
    for (size_t n = 0; n < sizeof text; n++)
        for (size_t at = 0; at < n; at++) {
            memset(text, 'a', sizeof text);
            text[at] = '\xff';
            assert_int_equal(mlops__utf8_check(text, n), at);
        }
    memset(text, 'a', sizeof text);
    assert_int_equal(mlops__utf8_check(text, sizeof text), sizeof text);
    assert_int_equal(mlops__utf8_check(text, 0), 0);
    assert_int_equal(mlops__utf8_check("a\xc3\xa4\xc3", 4), 3);
    assert_int_equal(mlops__utf8_check("\0\0", 2), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_every_short_sequence),
        cmocka_unit_test(test_where_it_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
