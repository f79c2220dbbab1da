/* Levels, their caps, and the tables of kernels that hang on them. */
#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kern/kern.h"
#include "sys/cpu.h"

static const mlops_cpu x86[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_SSE41, MLOPS_CPU_AVX2,
                                MLOPS_CPU_AVX512};

enum { N_X86 = sizeof x86 / sizeof x86[0] };

static void test_words(void **state) {
    (void)state;
    assert_int_equal(mlops__cpu_parse("scalar"), MLOPS_CPU_SCALAR);
    assert_int_equal(mlops__cpu_parse("sse41"), MLOPS_CPU_SSE41);
    assert_int_equal(mlops__cpu_parse("avx2"), MLOPS_CPU_AVX2);
    assert_int_equal(mlops__cpu_parse("avx512"), MLOPS_CPU_AVX512);
    assert_int_equal(mlops__cpu_parse("neon"), MLOPS_CPU_NEON);
    assert_int_equal(mlops__cpu_parse(NULL), MLOPS_CPU_BEST);
    assert_int_equal(mlops__cpu_parse(""), MLOPS_CPU_BEST);
    assert_int_equal(mlops__cpu_parse("avx"), MLOPS_CPU_BEST);
    assert_int_equal(mlops__cpu_parse("AVX2"), MLOPS_CPU_BEST);
}

static void test_the_lower_one_counts(void **state) {
    (void)state;
    for (int i = 0; i < N_X86; i++) {
        assert_int_equal(mlops__cpu_cap(x86[i], MLOPS_CPU_BEST), x86[i]);
        for (int j = 0; j < N_X86; j++)
            assert_int_equal(mlops__cpu_cap(x86[i], x86[j]), x86[i < j ? i : j]);
    }
}

static void test_other_architectures_are_scalar(void **state) {
    (void)state;
    for (int i = 0; i < N_X86; i++) {
        assert_int_equal(mlops__cpu_cap(x86[i], MLOPS_CPU_NEON), MLOPS_CPU_SCALAR);
        assert_int_equal(mlops__cpu_cap(MLOPS_CPU_NEON, x86[i]), MLOPS_CPU_SCALAR);
        assert_int_equal(mlops__cpu_cap(x86[i], (mlops_cpu)77), MLOPS_CPU_SCALAR);
    }
    assert_int_equal(mlops__cpu_cap(MLOPS_CPU_NEON, MLOPS_CPU_NEON), MLOPS_CPU_NEON);
    assert_int_equal(mlops__cpu_cap(MLOPS_CPU_NEON, MLOPS_CPU_BEST), MLOPS_CPU_NEON);
}

/* What the compiler's own detection says, capped by the environment. */
static void test_this_machine(void **state) {
    (void)state;
    mlops_cpu expected = MLOPS_CPU_SCALAR;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.1")) expected = MLOPS_CPU_SSE41;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) expected = MLOPS_CPU_AVX2;
    if (expected == MLOPS_CPU_AVX2 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi"))
        expected = MLOPS_CPU_AVX512;
#elif defined(__aarch64__)
    expected = MLOPS_CPU_NEON;
#endif
    expected = mlops__cpu_cap(expected, mlops__cpu_parse(getenv("MLOPS_CPU")));
    assert_int_equal(mlops_cpu_level(MLOPS_CPU_BEST), expected);
    assert_int_equal(mlops_cpu_level(MLOPS_CPU_SCALAR), MLOPS_CPU_SCALAR);
    assert_int_equal(mlops__cpu_detect(), expected);
}

/* A process finds its level once, so each word takes a child; this test runs before any other has
 * made the parent find its own. */
static mlops_cpu level_of_child(const char *word) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (word) setenv("MLOPS_CPU", word, 1);
        else unsetenv("MLOPS_CPU");
        _exit((int)mlops_cpu_level(MLOPS_CPU_BEST));
    }
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    return (mlops_cpu)WEXITSTATUS(status);
}

static void test_environment_caps(void **state) {
    (void)state;
    static const char *const words[] = {"scalar", "sse41", "avx2", "avx512", "neon", "nonsense"};
    mlops_cpu machine = level_of_child(NULL);
    assert_int_equal(level_of_child("scalar"), MLOPS_CPU_SCALAR);
    assert_int_equal(level_of_child("nonsense"), machine);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_int_equal(level_of_child(words[i]),
                         mlops__cpu_cap(machine, mlops__cpu_parse(words[i])));
}

/* Every member is a function pointer: none may be missing at any level of this machine. */
static void test_tables_are_complete(void **state) {
    (void)state;
    for (int cap = MLOPS_CPU_BEST; cap <= MLOPS_CPU_NEON; cap++) {
        const mlops__kern *kern = mlops__kern_for(mlops_cpu_level((mlops_cpu)cap));
        for (size_t i = 0; i < sizeof *kern; i += sizeof(void (*)(void))) {
            void (*function)(void);
            memcpy(&function, (const char *)kern + i, sizeof function);
            assert_true(function != NULL);
        }
    }
}

static void test_tables_of_levels_that_are_not(void **state) {
    (void)state;
    const mlops__kern *scalar = mlops__kern_for(MLOPS_CPU_SCALAR);
    assert_true(scalar->sha256_blocks == mlops__sha256_blocks_scalar);
    assert_ptr_equal(mlops__kern_for(MLOPS_CPU_BEST), scalar);
    assert_ptr_equal(mlops__kern_for((mlops_cpu)99), scalar);
    assert_ptr_equal(mlops__kern_for((mlops_cpu)-1), scalar);
#if defined(__x86_64__)
    assert_ptr_equal(mlops__kern_for(MLOPS_CPU_NEON), scalar);
    assert_true(mlops__kern_for(MLOPS_CPU_SSE41)->sha256_blocks != scalar->sha256_blocks);
#else
    assert_ptr_equal(mlops__kern_for(MLOPS_CPU_AVX2), scalar);
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_environment_caps),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_the_lower_one_counts),
        cmocka_unit_test(test_other_architectures_are_scalar),
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_tables_are_complete),
        cmocka_unit_test(test_tables_of_levels_that_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
