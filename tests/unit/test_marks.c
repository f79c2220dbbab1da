/* Where fields end: by each kernel as a reader of one byte after the other finds it, in one call
 * and in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kern/kern.h"
#include "unit/draw.h"

static const mlops_cpu LEVELS[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_SSE41, MLOPS_CPU_AVX2,
                                   MLOPS_CPU_AVX512, MLOPS_CPU_NEON};

/* A kernel of a level that this machine has; NULL else. */
static mlops__marks *kernel(mlops_cpu level) {
    int neon = mlops_cpu_level(MLOPS_CPU_BEST) == MLOPS_CPU_NEON;
    if (level == MLOPS_CPU_SCALAR) return mlops__kern_for(level)->marks;
    if (level > mlops_cpu_level(MLOPS_CPU_BEST) || (level == MLOPS_CPU_NEON) != neon) return NULL;
    return mlops__kern_for(level)->marks;
}

static size_t by_definition(const uint8_t *bytes, size_t n, uint8_t delimiter, uint8_t quote,
                            int *open, uint32_t *at) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (quote && bytes[i] == quote) *open = !*open;
        int stop = bytes[i] == delimiter || bytes[i] == '\n' || bytes[i] == '\r';
        if (stop && !*open) at[count++] = (uint32_t)i;
    }
    return count;
}

/* Bytes of no more than are told, so that who reads beyond is found. */
static uint8_t *text_of(size_t n, const char *letters) {
    uint8_t *out = malloc(n ? n : 1);
    assert_non_null(out);
    size_t n_letters = strlen(letters);
    for (size_t i = 0; i < n; i++)
        out[i] = n_letters ? (uint8_t)letters[draw() % n_letters] : (uint8_t)draw();
    return out;
}

static void compare(mlops__marks *marks, const uint8_t *bytes, size_t n, uint8_t delimiter,
                    uint8_t quote) {
    uint32_t *at = malloc((n + MLOPS__MARKS_SPARE) * sizeof *at);
    uint32_t *expected = malloc((n + 1) * sizeof *expected);
    assert_non_null(at);
    assert_non_null(expected);
    uint64_t quoted = 0;
    int open = 0;
    for (size_t begin = 0; begin <= n;) {
        size_t piece = draw() % 2 ? n - begin : draw() % (n - begin + 1);
        size_t count = marks(bytes + begin, piece, delimiter, quote, &quoted, at);
        size_t due = by_definition(bytes + begin, piece, delimiter, quote, &open, expected);
        assert_int_equal(count, due);
        assert_memory_equal(at, expected, due * sizeof *at);
        assert_int_equal(quoted, open ? ~(uint64_t)0 : 0);
        begin += piece;
        if (begin == n) break;
    }
    free(expected);
    free(at);
}

static void test_definition(void **state) {
    (void)state;
    static const char *const letters[] = {",\"\n\r;a1", "0123456789,,\n", "\"\"\",\n", ",", ""};
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__marks *marks = kernel(LEVELS[l]);
        seed = 11;
        for (int i = 0; marks && i < 20000; i++) {
            size_t n = draw() % 300;
            uint8_t *bytes = text_of(n, letters[draw() % 5]);
            compare(marks, bytes, n, (uint8_t)(draw() % 2 ? ',' : ';'), draw() % 3 ? '"' : 0);
            free(bytes);
        }
    }
}

static void test_long_text(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__marks *marks = kernel(LEVELS[l]);
        seed = 12;
        uint8_t *bytes = text_of(N, "\"aaaaaaaa,bbbbbbbbbbbbbbbb\n");
        if (marks) compare(marks, bytes, N, ',', '"');
        if (marks) compare(marks, bytes, N, ',', 0);
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
