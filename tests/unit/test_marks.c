/* Where fields end, and what is told about them: by each kernel as a reader of one byte after the
 * other finds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"
#include "unit/levels.h"

static mlops__marks *kernel(mlops_cpu level) {
    const mlops__kern *all = kernels(level);
    return all ? all->marks : NULL;
}

static int is_stop(uint8_t byte, uint8_t delimiter) {
    return byte == delimiter || byte == '\n' || byte == '\r';
}

/* A quote that opens stands at the beginning of a field, one that closes at the end. */
static int is_at_border(const uint8_t *bytes, size_t n, size_t i, uint8_t delimiter, int opens) {
    if (opens) return i == 0 || is_stop(bytes[i - 1], delimiter);
    return i + 1 == n || is_stop(bytes[i + 1], delimiter);
}

static mlops__marks_found by_definition(const uint8_t *bytes, size_t n, uint8_t delimiter,
                                        uint32_t *at) {
    mlops__marks_found out = {0, 0, 0, 0};
    int open = 0;
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '"') {
            open = !open;
            out.odd |= !is_at_border(bytes, n, i, delimiter, open);
        }
        if (!is_stop(bytes[i], delimiter)) continue;
        int line_end = bytes[i] != delimiter;
        if (open) {
            out.inner |= line_end;
            continue;
        }
        out.n_lines += bytes[i] == '\n';
        out.odd |= bytes[i] == '\r';
        at[out.n++] = (uint32_t)i;
    }
    return out;
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

static void compare(mlops__marks *marks, const uint8_t *bytes, size_t n, uint8_t delimiter) {
    uint32_t *at = malloc((n + MLOPS__MARKS_SPARE) * sizeof *at);
    uint32_t *expected = malloc((n + 1) * sizeof *expected);
    assert_non_null(at);
    assert_non_null(expected);
    mlops__marks_found found, due = by_definition(bytes, n, delimiter, expected);
    marks(bytes, n, delimiter, at, &found);
    assert_int_equal(found.n, due.n);
    assert_memory_equal(at, expected, due.n * sizeof *at);
    assert_int_equal(found.n_lines, due.n_lines);
    assert_int_equal(found.odd, due.odd);
    assert_int_equal(found.inner, due.inner);
    free(expected);
    free(at);
}

/* Fields as they should be, some in quotes; returns how many bytes. */
static size_t draw_fields(uint8_t *out, size_t n) {
    static const char *const fields[] = {"", "1", "-2.5", "name", "\"a,b\"", "\"\"", "\"x\ny\""};
    size_t at = 0;
    while (at + 16 < n) {
        const char *field = fields[draw() % (draw() % 8 ? 6 : 7)];
        memcpy(out + at, field, strlen(field));
        at += strlen(field);
        out[at++] = draw() % 5 ? ',' : '\n';
    }
    return at;
}

static void test_fields(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__marks *marks = kernel(LEVELS[l]);
        seed = 13;
        for (int i = 0; marks && i < 5000; i++) {
            uint8_t bytes[700];
            size_t n = draw_fields(bytes, draw() % sizeof bytes);
            compare(marks, bytes, n, ',');
            if (n) bytes[draw() % n] = (uint8_t) "\"\r\n,a"[draw() % 5];
            compare(marks, bytes, n, ',');
        }
    }
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
            compare(marks, bytes, n, (uint8_t)(draw() % 2 ? ',' : ';'));
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
        if (marks) compare(marks, bytes, N, ',');
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
