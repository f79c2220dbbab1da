/* Messages: the formatter against printf, cuts at whole characters, and filled errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"

enum { ROOM = 256 };

#define expect_format(...)                                                                         \
    do {                                                                                           \
        char got[ROOM], expected[ROOM];                                                            \
        size_t n = mlops__format(got, sizeof got, __VA_ARGS__);                                    \
        int wanted = snprintf(expected, sizeof expected, __VA_ARGS__);                             \
        assert_string_equal(got, expected);                                                        \
        assert_int_equal(n, wanted);                                                               \
    } while (0)

static void test_formats_as_printf(void **state) {
    (void)state;
    expect_format("plain");
    expect_format("%s", "");
    expect_format("a%sb%sc", "one", "two");
    expect_format("%.*s|%.*s", 2, "text", 9, "text");
    expect_format("%d %i %d %d", 0, -1, INT_MAX, INT_MIN);
    expect_format("%u %x %x", UINT_MAX, 0u, 0xdeadbeefu);
    expect_format("%ld %lu %lx", LONG_MIN, ULONG_MAX, 255ul);
    expect_format("%lld %llu %llx %lld", LLONG_MIN, ULLONG_MAX, 1ull << 63, LLONG_MAX);
    expect_format("%zu %zx", SIZE_MAX, (size_t)10);
    expect_format("%c%c 100%%", 'o', 'k');
}

static void test_string_that_is_not_there(void **state) {
    (void)state;
    char got[ROOM];
    const char *volatile none = NULL;
    mlops__format(got, sizeof got, "<%s>", none);
    assert_string_equal(got, "<(null)>");
}

/* Precision bounds what is read: no NUL is needed behind it. */
static void test_precision_needs_no_end(void **state) {
    (void)state;
    char got[ROOM];
    const char letters[3] = {'a', 'b', 'c'};
    assert_int_equal(mlops__format(got, sizeof got, "%.*s", 3, letters), 3);
    assert_string_equal(got, "abc");
}

static void test_precision_cuts_at_whole_characters(void **state) {
    (void)state;
    static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t whole[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
    for (int n = 0; n < 13; n++) {
        char got[ROOM];
        assert_int_equal(mlops__format(got, sizeof got, "%.*s|", n, text), whole[n] + 1);
        assert_memory_equal(got, text, whole[n]);
        assert_string_equal(got + whole[n], "|");
    }
}

static void test_measures_without_room(void **state) {
    (void)state;
    assert_int_equal(mlops__format(NULL, 0, "%d bytes", 1234), 10);
    char one[2] = "xy";
    assert_int_equal(mlops__format(one, 1, "%d bytes", 1234), 10);
    assert_int_equal(one[0], 0);
    assert_int_equal(one[1], 'y');
}

/* Characters of 1 to 4 bytes, cut at every place: what is left is the longest whole prefix. */
static void test_cuts_at_whole_characters(void **state) {
    (void)state;
    static const char text[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z\xc3\xb6";
    size_t n = sizeof text - 1;
    for (size_t cap = 1; cap <= sizeof text + 1; cap++) {
        char got[32];
        memset(got, '#', sizeof got);
        assert_int_equal(mlops__format(got, cap, "%s", text), n);
        size_t whole = cap - 1 < n ? cap - 1 : n;
        while (whole < n && ((unsigned char)text[whole] & 0xc0) == 0x80) whole--;
        assert_int_equal(strlen(got), whole);
        assert_memory_equal(got, text, whole);
        assert_int_equal(got[cap], '#');
    }
}

static void test_fails(void **state) {
    (void)state;
    mlops_error err;
    memset(&err, 0xff, sizeof err);
    assert_int_equal(mlops__fail(&err, MLOPS_E_CORRUPT, "byte %d", 7), MLOPS_E_CORRUPT);
    assert_int_equal(err.code, MLOPS_E_CORRUPT);
    assert_int_equal(err.os_code, 0);
    assert_int_equal(err.line, 0);
    assert_int_equal(err.column, 0);
    assert_int_equal(err.offset, -1);
    assert_string_equal(err.message, "byte 7");
    assert_int_equal(mlops__fail(NULL, MLOPS_E_IO, "nobody reads %s", "this"), MLOPS_E_IO);
}

static void test_fails_at_a_place(void **state) {
    (void)state;
    mlops_error err;
    assert_int_equal(mlops__fail_at(&err, MLOPS_E_PARSE, 3, 5, 77, "%s", "no"), MLOPS_E_PARSE);
    assert_int_equal(err.code, MLOPS_E_PARSE);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 5);
    assert_int_equal(err.offset, 77);
    mlops__fail_at(&err, MLOPS_E_PARSE, INT64_MAX, (int64_t)INT32_MAX + 1, INT64_MAX, "far");
    assert_int_equal(err.line, INT32_MAX);
    assert_int_equal(err.column, INT32_MAX);
    assert_true(err.offset == INT64_MAX);
    assert_int_equal(mlops__fail_at(NULL, MLOPS_E_PARSE, 1, 1, 1, "x"), MLOPS_E_PARSE);
}

static void test_long_messages_are_cut(void **state) {
    (void)state;
    char text[1000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = 0;
    mlops_error err;
    mlops__fail(&err, MLOPS_E_INVALID, "%s", text);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_int_equal(mlops__fail_nomem(&err, 4096), MLOPS_E_NOMEM);
    assert_non_null(strstr(err.message, "4096 bytes"));
}

static mlops_status tries(mlops_status status, int *reached) {
    MLOPS_TRY(status);
    *reached = 1;
    return MLOPS_OK;
}

static void test_try(void **state) {
    (void)state;
    int reached = 0;
    assert_int_equal(tries(MLOPS_E_LIMIT, &reached), MLOPS_E_LIMIT);
    assert_int_equal(reached, 0);
    assert_int_equal(tries(MLOPS_END, &reached), MLOPS_OK); /* information is no error */
    assert_int_equal(reached, 1);
}

static void test_names(void **state) {
    (void)state;
    assert_string_equal(mlops_status_name(MLOPS_OK), "MLOPS_OK");
    assert_string_equal(mlops_status_name(MLOPS_END), "MLOPS_END");
    assert_string_equal(mlops_status_name((mlops_status)-99), "MLOPS_E_UNKNOWN");
    for (int i = MLOPS_E_ERASED; i < 0; i++) { /* no gap, no name twice */
        const char *name = mlops_status_name((mlops_status)i);
        assert_int_equal(strncmp(name, "MLOPS_E_", 8), 0);
        assert_string_not_equal(name, "MLOPS_E_UNKNOWN");
        for (int j = MLOPS_E_ERASED; j < i; j++)
            assert_string_not_equal(name, mlops_status_name((mlops_status)j));
    }
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", MLOPS_VERSION_MAJOR, MLOPS_VERSION_MINOR,
             MLOPS_VERSION_PATCH);
    assert_string_equal(mlops_version(), version);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_as_printf),
        cmocka_unit_test(test_string_that_is_not_there),
        cmocka_unit_test(test_precision_needs_no_end),
        cmocka_unit_test(test_precision_cuts_at_whole_characters),
        cmocka_unit_test(test_measures_without_room),
        cmocka_unit_test(test_cuts_at_whole_characters),
        cmocka_unit_test(test_fails),
        cmocka_unit_test(test_fails_at_a_place),
        cmocka_unit_test(test_long_messages_are_cut),
        cmocka_unit_test(test_try),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
