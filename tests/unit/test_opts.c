/* Structs versioned by their size: older, newer, wrong, and none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/opts.h"

typedef struct options {
    uint32_t struct_size;
    uint32_t flags;
    int64_t rows;
    double level;
} options;

typedef struct older {
    uint32_t struct_size;
    uint32_t flags;
} older;

typedef struct newer {
    options known;
    int64_t more[4];
} newer;

static mlops_status copy(options *out, const void *given, mlops_error *err) {
    memset(out, 0xaa, sizeof *out);
    return mlops__opts_copy(out, sizeof *out, given, "test_opts", err);
}

static void test_none_is_all_zero(void **state) {
    (void)state;
    options out, expected = {sizeof(options), 0, 0, 0};
    assert_int_equal(copy(&out, NULL, NULL), MLOPS_OK);
    assert_memory_equal(&out, &expected, sizeof out);
}

static void test_same_size(void **state) {
    (void)state;
    options out, given = {sizeof given, 3, -7, 0.25};
    assert_int_equal(copy(&out, &given, NULL), MLOPS_OK);
    assert_memory_equal(&out, &given, sizeof out);
}

static void test_older_is_filled_with_zeros(void **state) {
    (void)state;
    older given = {sizeof given, 5};
    options out, expected = {sizeof(options), 5, 0, 0};
    assert_int_equal(copy(&out, &given, NULL), MLOPS_OK);
    assert_memory_equal(&out, &expected, sizeof out);
}

static void test_newer_needs_a_zero_tail(void **state) {
    (void)state;
    newer given;
    memset(&given, 0, sizeof given);
    given.known = (options){sizeof given, 1, 2, 3};
    options out, expected = {sizeof(options), 1, 2, 3};
    assert_int_equal(copy(&out, &given, NULL), MLOPS_OK);
    assert_memory_equal(&out, &expected, sizeof out);
    for (size_t i = sizeof(options); i < sizeof given; i++) {
        uint8_t bytes[sizeof given];
        mlops_error err;
        memcpy(bytes, &given, sizeof given);
        bytes[i] = 1;
        assert_int_equal(copy(&out, bytes, &err), MLOPS_E_UNSUPPORTED);
        assert_non_null(strstr(err.message, "test_opts"));
    }
}

static void test_impossible_sizes(void **state) {
    (void)state;
    static const uint32_t sizes[] = {0, 1, 3, 4097, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        options out, given = {sizes[i], 0, 0, 0};
        mlops_error err;
        assert_int_equal(copy(&out, &given, &err), MLOPS_E_INVALID);
        assert_non_null(strstr(err.message, "test_opts"));
        assert_int_equal(mlops__opts_return(&given, &out, sizeof out), MLOPS_E_INVALID);
        assert_int_equal(given.struct_size, sizes[i]);
    }
}

static void test_returns_what_fits(void **state) {
    (void)state;
    const options ours = {sizeof ours, 9, 8, 7};
    options same = {sizeof same, 0, 0, 0};
    assert_int_equal(mlops__opts_return(&same, &ours, sizeof ours), MLOPS_OK);
    assert_memory_equal(&same, &ours, sizeof same);

    struct {
        older given;
        uint32_t guard;
    } small = {{sizeof(older), 0}, 0x55555555};
    assert_int_equal(mlops__opts_return(&small.given, &ours, sizeof ours), MLOPS_OK);
    assert_int_equal(small.given.struct_size, sizeof(older));
    assert_int_equal(small.given.flags, 9);
    assert_int_equal(small.guard, 0x55555555);

    newer large;
    memset(&large, 0, sizeof large);
    large.known.struct_size = sizeof large;
    large.more[0] = 1;
    assert_int_equal(mlops__opts_return(&large, &ours, sizeof ours), MLOPS_OK);
    assert_int_equal(large.known.struct_size, sizeof large);
    assert_true(large.known.rows == 8 && large.more[0] == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_is_all_zero),
        cmocka_unit_test(test_same_size),
        cmocka_unit_test(test_older_is_filled_with_zeros),
        cmocka_unit_test(test_newer_needs_a_zero_tail),
        cmocka_unit_test(test_impossible_sizes),
        cmocka_unit_test(test_returns_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
