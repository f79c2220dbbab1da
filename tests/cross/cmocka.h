/* As much of cmocka as tests need that run on machines it is not installed for: what fails says so
 * and ends the program.
 */
#ifndef TESTS_CROSS_CMOCKA_H
#define TESTS_CROSS_CMOCKA_H

#include <stdio.h>

struct CMUnitTest {
    const char *name;
    void (*run)(void **state);
};

#define cmocka_unit_test(f)                                                                        \
    { #f, f }
#define fail_msg(...)                (fprintf(stderr, __VA_ARGS__), exit(1))
#define assert_true(x)               ((x) ? (void)0 : fail_msg("%s: %s\n", __func__, #x))
#define assert_non_null(x)           assert_true((x) != NULL)
#define assert_null(x)               assert_true((x) == NULL)
#define assert_int_equal(a, b)       assert_true((long long)(a) == (long long)(b))
#define assert_memory_equal(a, b, n) assert_true(memcmp(a, b, n) == 0)

#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    run_tests(tests, sizeof(tests) / sizeof *(tests))

static inline int run_tests(const struct CMUnitTest *tests, size_t n) {
    for (size_t i = 0; i < n; i++) {
        tests[i].run(NULL);
        printf("%s\n", tests[i].name);
    }
    return 0;
}

#endif
