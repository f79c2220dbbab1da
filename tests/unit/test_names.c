/* Lists of names, as options spell them, and the numbers that dictionaries give to texts. */
#include "base/arena.h"
#include "column/dictionary.h"
#include "column/names.h"
#include "column/table.h"
#include "sys/io_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_names(const char *list, int64_t n, const char *const *expected) {
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    const char **names = NULL;
    int64_t found = -1;
    mlops_error err;
    assert_int_equal(mlops__names_parse(&arena, list, &names, &found, &err), MLOPS_OK);
    assert_int_equal(found, n);
    for (int64_t i = 0; i < n; i++) assert_string_equal(names[i], expected[i]);
    mlops__arena_free(&arena);
}

static void lists_are_read_as_csv_lines(void **state) {
    (void)state;
    assert_names(NULL, 0, NULL);
    assert_names("a", 1, (const char *const[]){"a"});
    assert_names("a,b c, d", 3, (const char *const[]){"a", "b c", " d"});
    assert_names("\"a,b\",\"c\"\"d\",\"\"\"\"", 3, (const char *const[]){"a,b", "c\"d", "\""});
    assert_names("a\"b,\"x\ny\"", 2, (const char *const[]){"a\"b", "x\ny"});
    assert_names("\xc3\xa9,e", 2, (const char *const[]){"\xc3\xa9", "e"});
}

static void refuses(const char *list, const char *part) {
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    const char **names = (const char **)(void *)&arena;
    int64_t n = 7;
    mlops_error err;
    assert_int_equal(mlops__names_parse(&arena, list, &names, &n, &err), MLOPS_E_INVALID);
    if (!strstr(err.message, part)) fail_msg("'%s' lacks '%s'", err.message, part);
    assert_null(names);
    assert_int_equal(n, 0);
    mlops__arena_free(&arena);
}

static void faults_are_named(void **state) {
    (void)state;
    refuses("", "name 1 is empty");
    refuses("a,", "name 2 is empty");
    refuses("a,\"\",b", "name 2 is empty");
    refuses("a,b,\"a\"", "names 1 and 3 are both 'a'");
    refuses("a,\"b", "never closed opens at byte 2");
    refuses("a,\"b\"\"", "never closed opens at byte 2");
    refuses("\"a\"b", "behind the closing quote at byte 3");
    refuses("a,b\n", "a line ends at byte 3");
    refuses("a,\xff", "name 2 is no UTF-8");
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int64_t k = 1;; k++) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__arena arena;
        mlops__arena_init(&arena, &fault.table, SIZE_MAX);
        const char **names = NULL;
        int64_t n = 0;
        mlops_error err;
        mlops_status status = mlops__names_parse(&arena, "a,\"b\",c", &names, &n, &err);
        mlops__arena_free(&arena);
        assert_int_equal(fault.n_live, 0);
        if (fault.n_calls < k) {
            assert_int_equal(status, MLOPS_OK);
            assert_true(k > 4);
            break;
        }
        assert_int_equal(status, MLOPS_E_NOMEM);
        assert_int_equal(err.code, MLOPS_E_NOMEM);
    }
}

static void texts_keep_the_code_of_their_first_coming(void **state) {
    (void)state;
    mlops__dictionary d;
    mlops__dictionary_init(&d, &mlops__heap);
    assert_int_equal(mlops__dictionary_find(&d, "x", 1), -1);
    for (int round = 0; round < 2; round++)
        for (int32_t i = 0; i < 5000; i++) {
            char text[16];
            int32_t code = -1;
            int n = snprintf(text, sizeof text, "%d", i);
            assert_int_equal(mlops__dictionary_add(&d, text, (size_t)n, &code), MLOPS_OK);
            assert_int_equal(code, i);
        }
    int32_t code = -1;
    assert_int_equal(mlops__dictionary_add(&d, "", 0, &code), MLOPS_OK);
    assert_int_equal(code, 5000);
    assert_int_equal(mlops__dictionary_add(&d, "12345", 3, &code), MLOPS_OK);
    assert_int_equal(code, 123);
    assert_int_equal(mlops__dictionary_finish(&d), MLOPS_OK);
    assert_string_equal(d.texts[4999], "4999");
    assert_string_equal(d.texts[5000], "");
    assert_int_equal(mlops__dictionary_find(&d, "77", 2), 77);
    assert_int_equal(mlops__dictionary_find(&d, "x", 1), -1);
    mlops__dictionary_close(&d);
    assert_string_equal(d.texts[77], "77");
    assert_int_equal(mlops__dictionary_find(&d, "77", 2), -1);
    mlops__dictionary_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_as_csv_lines),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(texts_keep_the_code_of_their_first_coming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
