/* Memory of base: sizes, buffers that grow or stand still, arenas, and each of them without memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "sys/host.h"
#include "sys/io_test.h"

static void test_checked_sizes(void **state) {
    (void)state;
    size_t out = 7;
    assert_int_equal(mlops__mul(SIZE_MAX / 2 + 1, 2, &out), 0);
    assert_int_equal(mlops__mul(SIZE_MAX, SIZE_MAX, &out), 0);
    assert_int_equal(mlops__add(SIZE_MAX, 1, &out), 0);
    assert_int_equal(out, 7);
    assert_int_equal(mlops__mul(SIZE_MAX / 2, 2, &out), 1);
    assert_true(out == SIZE_MAX - 1);
    assert_int_equal(mlops__mul(0, SIZE_MAX, &out), 1);
    assert_int_equal(out, 0);
    assert_int_equal(mlops__add(SIZE_MAX - 1, 1, &out), 1);
    assert_true(out == SIZE_MAX);
}

static void test_allocations(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__alloc_fault_init(&fault);
    void *empty = mlops__alloc(&fault.table, 0);
    assert_non_null(empty);
    uint8_t *zeros = mlops__alloc_array(&fault.table, 25, 4);
    assert_non_null(zeros);
    for (size_t i = 0; i < 100; i++) assert_int_equal(zeros[i], 0);
    assert_int_equal((uintptr_t)zeros % MLOPS__ALIGN, 0);
    void *line = mlops__alloc_aligned(&fault.table, 100, 64);
    assert_int_equal((uintptr_t)line % 64, 0);
    char *text = mlops__copy_text(&fault.table, "text and more", 4);
    assert_string_equal(text, "text");
    assert_null(mlops__alloc_array(&fault.table, SIZE_MAX / 4, 8));
    mlops__free(&fault.table, NULL, 10);
    mlops__free(&fault.table, text, 5);
    mlops__free_aligned(&fault.table, line, 100, 64);
    mlops__free(&fault.table, zeros, 100);
    mlops__free(&fault.table, empty, 0);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(fault.bytes_live, 0);
}

static void test_numbers_are_little_endian(void **state) {
    (void)state;
    static const uint8_t expected[] = {0x01, 0x03, 0x02, 0x07, 0x06, 0x05, 0x04, 0x0f, 0x0e, 0x0d,
                                       0x0c, 0x0b, 0x0a, 0x09, 0x08, 0xfe, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0x00, 0x00, 0xc0, 0xbf, 0x00, 0x00, 0x00,
                                       0x00, 0x00, 0x00, 0x04, 0x40, 'h',  'i',  0x00, 0x00, 0x00};
    mlops__buf buf;
    mlops__buf_init(&buf, &mlops__heap);
    mlops__buf_u8(&buf, 1);
    mlops__buf_u16(&buf, 0x0203);
    mlops__buf_u32(&buf, 0x04050607);
    mlops__buf_u64(&buf, 0x08090a0b0c0d0e0f);
    mlops__buf_i64(&buf, -2);
    mlops__buf_f32(&buf, -1.5f);
    mlops__buf_f64(&buf, 2.5);
    mlops__buf_text(&buf, "hi");
    mlops__buf_align(&buf, 8);
    mlops__buf_align(&buf, 8);
    assert_int_equal(buf.status, MLOPS_OK);
    assert_int_equal(buf.size, sizeof expected);
    assert_memory_equal(buf.data, expected, sizeof expected);
    mlops__buf_free(&buf);
    assert_null(buf.data);
}

static void test_grows(void **state) {
    (void)state;
    mlops__buf buf;
    mlops__buf_init(&buf, &mlops__heap);
    for (uint32_t i = 0; i < 100000; i++) mlops__buf_u32(&buf, i);
    uint8_t *room = mlops__buf_extend(&buf, 1000000);
    assert_non_null(room);
    memset(room, 1, 1000000);
    assert_int_equal(buf.size, 1400000);
    for (uint32_t i = 0; i < 100000; i++) {
        uint8_t bytes[4] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16), (uint8_t)(i >> 24)};
        assert_memory_equal(buf.data + 4 * i, bytes, 4);
    }
    mlops__buf_free(&buf);
}

static void expect_formatted(mlops__buf *buf, int width) {
    char text[2000];
    memset(text, 'x', sizeof text);
    size_t before = buf->size;
    mlops__buf_format(buf, "%.*s=%d", width, text, 42);
    assert_int_equal(buf->size, before + (size_t)width + 3);
    if (buf->status) return;
    assert_memory_equal(buf->data + before, text, (size_t)width);
    assert_memory_equal(buf->data + before + width, "=42", 3);
}

static void test_formats_any_length(void **state) {
    (void)state;
    mlops__buf buf;
    mlops__buf_init(&buf, &mlops__heap);
    mlops__buf_format(&buf, "%s", "");
    assert_int_equal(buf.size, 0);
    for (int width = 0; width < 1500; width += width < 300 ? 1 : 57) expect_formatted(&buf, width);
    assert_int_equal(buf.status, MLOPS_OK);
    mlops__buf_free(&buf);
    for (int width = 1; width < 600; width++) { /* in memory that it fills to the last byte */
        uint8_t bytes[700];
        memset(bytes, '#', sizeof bytes);
        mlops__buf_init_fixed(&buf, bytes, (size_t)width + 3);
        expect_formatted(&buf, width);
        assert_int_equal(buf.status, MLOPS_OK);
        assert_int_equal(bytes[width + 3], '#');
    }
}

static void test_fixed_counts_on(void **state) {
    (void)state;
    uint8_t bytes[8];
    memset(bytes, '#', sizeof bytes);
    mlops__buf buf;
    mlops__buf_init_fixed(&buf, bytes, 4);
    mlops__buf_u16(&buf, 0x0201);
    mlops__buf_u32(&buf, 0); /* does not fit: nothing of it is written */
    assert_int_equal(buf.status, MLOPS_E_ARENA);
    mlops__buf_u8(&buf, 9); /* would fit, but comes behind what is missing */
    assert_int_equal(buf.size, 7);
    assert_memory_equal(bytes, "\x01\x02######", 8);
    mlops__buf_free(&buf);
    assert_memory_equal(bytes, "\x01\x02######", 8);
}

static void test_overflow_is_no_memory(void **state) {
    (void)state;
    mlops__buf buf;
    mlops__buf_init_fixed(&buf, NULL, 0);
    assert_null(mlops__buf_extend(&buf, SIZE_MAX));
    assert_null(mlops__buf_extend(&buf, 1));
    assert_int_equal(buf.status, MLOPS_E_NOMEM);
}

static mlops_status text_into(char *text, size_t cap, size_t *needed) {
    mlops__buf buf;
    mlops__buf_init_fixed(&buf, text, cap);
    mlops__buf_text(&buf, "five!");
    return mlops__buf_finish_text(&buf, needed);
}

static void test_finishes_texts(void **state) {
    (void)state;
    char text[8];
    for (size_t cap = 0; cap <= sizeof text; cap++) {
        size_t needed = 0;
        memset(text, '#', sizeof text);
        mlops_status status = text_into(text, cap, &needed);
        assert_int_equal(needed, 5);
        assert_int_equal(status, cap < 6 ? MLOPS_E_ARENA : MLOPS_OK);
        if (cap == 0) assert_int_equal(text[0], '#');
        else assert_string_equal(text, cap < 6 ? "" : "five!");
        if (cap < sizeof text) assert_int_equal(text[cap], '#');
    }
    size_t needed = 0;
    assert_int_equal(text_into(NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(needed, 5);
    assert_int_equal(text_into(text, sizeof text, NULL), MLOPS_OK);
}

static void fill_buffer(mlops__buf *buf) {
    for (uint32_t i = 0; i < 2000; i++) mlops__buf_u32(buf, i);
    mlops__buf_format(buf, "%d", 12345);
    mlops__buf_zero(buf, 50000);
}

static void test_buffer_without_memory(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    int64_t k = 1;
    for (int failed = 1; failed; k++) {
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__buf buf;
        mlops__buf_init(&buf, &fault.table);
        fill_buffer(&buf);
        failed = fault.n_calls >= k;
        assert_int_equal(buf.status, failed ? MLOPS_E_NOMEM : MLOPS_OK);
        if (!failed) assert_int_equal(buf.size, 8000 + 5 + 50000);
        size_t size = buf.size;
        mlops__buf_u8(&buf, 1);
        assert_int_equal(buf.size, failed ? size : size + 1); /* errors stick */
        mlops__buf_free(&buf);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.bytes_live, 0);
    }
    assert_true(k > 5);
}

static void test_arena(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__alloc_fault_init(&fault);
    mlops__arena arena;
    mlops__arena_init(&arena, &fault.table, SIZE_MAX);
    uint8_t *parts[400];
    for (size_t i = 0; i < 400; i++) {
        parts[i] = mlops__arena_alloc(&arena, i * 37);
        assert_non_null(parts[i]);
        assert_int_equal((uintptr_t)parts[i] % 16, 0);
        for (size_t j = 0; j < i * 37; j++) assert_int_equal(parts[i][j], 0);
        memset(parts[i], (int)(i % 255) + 1, i * 37);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < i * 37; j++) assert_int_equal(parts[i][j], i % 255 + 1);
    assert_string_equal(mlops__arena_text(&arena, "text and more", 4), "text");
    uint64_t *numbers = mlops__arena_array(&arena, 300000, sizeof *numbers);
    assert_non_null(numbers);
    assert_true(numbers[0] == 0 && numbers[299999] == 0);
    assert_null(mlops__arena_array(&arena, SIZE_MAX / 4, 8));
    assert_null(mlops__arena_alloc(&arena, SIZE_MAX));
    assert_null(mlops__arena_alloc(&arena, SIZE_MAX - 64));
    assert_int_equal(arena.used, fault.bytes_live);
    mlops__arena_free(&arena);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(arena.used, 0);
}

static void test_arena_keeps_its_bound(void **state) {
    (void)state;
    for (size_t max = 0; max < 20000; max += 61) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        mlops__arena arena;
        mlops__arena_init(&arena, &fault.table, max);
        size_t given = 0;
        while (mlops__arena_alloc(&arena, 48)) given += 48;
        assert_true(arena.used <= max);
        assert_int_equal(arena.used, fault.bytes_live);
        assert_true(given * 2 + 300 >= max); /* most of it went to the caller */
        mlops__arena_free(&arena);
        assert_int_equal(fault.n_live, 0);
    }
}

static void test_arena_without_memory(void **state) {
    (void)state;
    for (int64_t k = 1; k < 6; k++) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__arena arena;
        mlops__arena_init(&arena, &fault.table, SIZE_MAX);
        int n_failed = 0;
        for (size_t i = 0; i < 1000; i++)
            n_failed += mlops__arena_text(&arena, "sixteen bytes..", 15) == NULL;
        for (size_t i = 0; i < 30; i++) n_failed += mlops__arena_alloc(&arena, 9000) == NULL;
        assert_int_equal(n_failed, 1); /* and it goes on afterwards */
        mlops__arena_free(&arena);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.bytes_live, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checked_sizes),
        cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_numbers_are_little_endian),
        cmocka_unit_test(test_grows),
        cmocka_unit_test(test_formats_any_length),
        cmocka_unit_test(test_fixed_counts_on),
        cmocka_unit_test(test_overflow_is_no_memory),
        cmocka_unit_test(test_finishes_texts),
        cmocka_unit_test(test_buffer_without_memory),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_keeps_its_bound),
        cmocka_unit_test(test_arena_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
