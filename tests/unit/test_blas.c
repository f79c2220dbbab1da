/* OpenBLAS where the machine has it: found once, complete, and the functions it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "kern/blas.h"
#include "unit/skipped.h"

/* Small integers, so that any order of summation is exact. */
static const int left[2][3] = {{1, 2, 3}, {4, 5, 6}};
static const int right[3][2] = {{7, 8}, {9, 10}, {11, 12}};
static const int product[2][2] = {{58, 64}, {139, 154}};

static int get(mlops__blas *out) {
    memset(out, 0xff, sizeof *out);
    if (mlops__blas_get(out)) return 1;
    assert_true(!out->sgemm && !out->dgemm && !out->core && !out->core_is_generic);
    skipped("this build or machine has no OpenBLAS");
    return 0;
}

static void test_sgemm(void **state) {
    (void)state;
    mlops__blas blas;
    if (!get(&blas)) return;
    float a[6], b[6], c[4];
    for (int i = 0; i < 6; i++) a[i] = (float)left[i / 3][i % 3], b[i] = (float)right[i / 2][i % 2];
    blas.sgemm(MLOPS__BLAS_ROW_MAJOR, MLOPS__BLAS_NO_TRANS, MLOPS__BLAS_NO_TRANS, 2, 2, 3, 1, a, 3,
               b, 2, 0, c, 2);
    for (int i = 0; i < 4; i++) assert_true(c[i] == (float)product[i / 2][i % 2]);
}

static void test_dgemm_transposed(void **state) {
    (void)state;
    mlops__blas blas;
    if (!get(&blas)) return;
    double a[6], b[6], c[4] = {1, 1, 1, 1};
    for (int i = 0; i < 6; i++) a[i] = left[i / 3][i % 3], b[i] = right[i % 3][i / 3];
    blas.dgemm(MLOPS__BLAS_ROW_MAJOR, MLOPS__BLAS_NO_TRANS, MLOPS__BLAS_TRANS, 2, 2, 3, 2, a, 3, b,
               3, 1, c, 2);
    for (int i = 0; i < 4; i++) assert_true(c[i] == 2 * product[i / 2][i % 2] + 1);
}

static void test_same_again(void **state) {
    (void)state;
    mlops__blas first, second;
    if (!get(&first)) return;
    assert_int_equal(mlops__blas_get(&second), 1);
    assert_true(first.sgemm == second.sgemm && first.dgemm == second.dgemm);
    assert_non_null(first.core);
    assert_string_equal(first.core, second.core);
    int generic = !strcmp(first.core, "Prescott") || !strcmp(first.core, "Generic");
    assert_int_equal(first.core_is_generic, generic);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sgemm),
        cmocka_unit_test(test_dgemm_transposed),
        cmocka_unit_test(test_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
