/* Bounded reading: values, ends, overflows, and failures that stick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/cursor.h"

/* One odd byte, so that every number is unaligned, and then one of each. */
static const uint8_t record[] = {
    0x7f,                                           /* u8 127 */
    0x02, 0x81,                                     /* u16 0x8102 */
    0x03, 0x04, 0x05, 0x86,                         /* u32 0x86050403 */
    0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x8e, /* u64 0x8e0d0c0b0a090807 */
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* i64 -2 */
    0x00, 0x00, 0xc0, 0xbf,                         /* f32 -1.5 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x40, /* f64 2.5 */
    0x12, 0x34, 0x56,                               /* big-endian 0x123456 */
};

static mlops__cursor whole(void) {
    mlops__cursor c;
    mlops__cursor_init(&c, record, sizeof record);
    return c;
}

static void test_numbers(void **state) {
    (void)state;
    mlops__cursor c = whole();
    assert_int_equal(mlops__cursor_peek(&c), 0x7f);
    assert_int_equal(mlops__cursor_u8(&c), 0x7f);
    assert_int_equal(mlops__cursor_u16(&c), 0x8102);
    assert_int_equal(mlops__cursor_u32(&c), 0x86050403);
    assert_true(mlops__cursor_u64(&c) == 0x8e0d0c0b0a090807);
    assert_true(mlops__cursor_i64(&c) == -2);
    assert_true(mlops__cursor_f32(&c) == -1.5f);
    assert_true(mlops__cursor_f64(&c) == 2.5);
    assert_true(mlops__cursor_be(&c, 3) == 0x123456);
    assert_int_equal(mlops__cursor_left(&c), 0);
    assert_int_equal(mlops__cursor_peek(&c), -1);
    assert_int_equal(c.failed, 0);
}

static void test_loads(void **state) {
    (void)state;
    assert_int_equal(mlops__load_u16(record + 1), 0x8102);
    assert_int_equal(mlops__load_u32(record + 3), 0x86050403);
    assert_true(mlops__load_u64(record + 7) == 0x8e0d0c0b0a090807);
    assert_true(mlops__load_f32(record + 23) == -1.5f);
    assert_true(mlops__load_f64(record + 27) == 2.5);
}

/* Every reader, at every number of bytes that is too small for it. */
static void expect_end(size_t width, uint64_t (*read)(mlops__cursor *)) {
    for (size_t left = 0; left < width; left++) {
        mlops__cursor c;
        mlops__cursor_init(&c, record, left);
        assert_true(read(&c) == 0);
        assert_int_equal(c.failed, 1);
        assert_int_equal(c.offset, 0);
    }
    mlops__cursor c;
    mlops__cursor_init(&c, record, width);
    read(&c);
    assert_int_equal(c.failed, 0);
    assert_int_equal(c.offset, width);
}

static uint64_t u8(mlops__cursor *c) { return mlops__cursor_u8(c); }
static uint64_t u16(mlops__cursor *c) { return mlops__cursor_u16(c); }
static uint64_t u32(mlops__cursor *c) { return mlops__cursor_u32(c); }
static uint64_t i64(mlops__cursor *c) { return (uint64_t)mlops__cursor_i64(c); }
static uint64_t f32(mlops__cursor *c) { return mlops__cursor_f32(c) != 0; }
static uint64_t f64(mlops__cursor *c) { return mlops__cursor_f64(c) != 0; }
static uint64_t be5(mlops__cursor *c) { return mlops__cursor_be(c, 5); }

static void test_ends(void **state) {
    (void)state;
    expect_end(1, u8);
    expect_end(2, u16);
    expect_end(4, u32);
    expect_end(8, mlops__cursor_u64);
    expect_end(8, i64);
    expect_end(4, f32);
    expect_end(8, f64);
    expect_end(5, be5);
}

static void test_failure_sticks(void **state) {
    (void)state;
    mlops__cursor c = whole();
    mlops__cursor_u16(&c);
    assert_null(mlops__cursor_take(&c, sizeof record));
    assert_int_equal(c.offset, 2);
    assert_int_equal(mlops__cursor_u8(&c), 0);
    assert_null(mlops__cursor_take(&c, 1));
    assert_null(mlops__cursor_array(&c, 1, 1));
    assert_int_equal(mlops__cursor_peek(&c), -1);
    assert_int_equal(c.offset, 2);
    mlops__cursor part = mlops__cursor_slice(&c, 0, 1);
    assert_int_equal(part.failed, 1);
}

static void test_take_and_array(void **state) {
    (void)state;
    mlops__cursor c = whole();
    assert_ptr_equal(mlops__cursor_take(&c, 3), record);
    assert_ptr_equal(mlops__cursor_take(&c, 0), record + 3);
    assert_ptr_equal(mlops__cursor_array(&c, 8, 4), record + 3);
    assert_int_equal(c.offset, 35);
    assert_ptr_equal(mlops__cursor_array(&c, 0, 8), record + 35);
    assert_int_equal(c.failed, 0);
    assert_null(mlops__cursor_array(&c, 1, 4));
    assert_int_equal(c.failed, 1);
}

static void test_array_never_wraps(void **state) {
    (void)state;
    static const uint64_t counts[] = {UINT64_MAX, UINT64_MAX / 8 + 1, (uint64_t)SIZE_MAX / 4 + 1,
                                      (uint64_t)1 << 32, (uint64_t)1 << 61};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        mlops__cursor c = whole();
        assert_null(mlops__cursor_array(&c, counts[i], 8));
        assert_int_equal(c.failed, 1);
        assert_int_equal(c.offset, 0);
    }
    mlops__cursor c = whole();
    assert_null(mlops__cursor_take(&c, SIZE_MAX));
}

static void test_slice(void **state) {
    (void)state;
    mlops__cursor c = whole();
    mlops__cursor_u32(&c); /* slices are of all the data, wherever the cursor is */
    mlops__cursor part = mlops__cursor_slice(&c, 1, 2);
    assert_int_equal(mlops__cursor_u16(&part), 0x8102);
    assert_int_equal(mlops__cursor_u8(&part), 0);
    assert_int_equal(part.failed, 1);
    part = mlops__cursor_slice(&c, sizeof record, 0);
    assert_int_equal(part.failed, 0);
    static const uint64_t beyond[][2] = {{0, sizeof record + 1},   {sizeof record + 1, 0},
                                         {1, UINT64_MAX},          {UINT64_MAX, 1},
                                         {UINT64_MAX, UINT64_MAX}, {sizeof record, 1}};
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        part = mlops__cursor_slice(&c, beyond[i][0], beyond[i][1]);
        assert_int_equal(part.failed, 1);
        assert_int_equal(mlops__cursor_u8(&part), 0);
    }
    assert_int_equal(c.failed, 0);
}

static void test_no_bytes_at_all(void **state) {
    (void)state;
    mlops__cursor c;
    mlops__cursor_init(&c, NULL, 0);
    assert_int_equal(mlops__cursor_peek(&c), -1);
    assert_null(mlops__cursor_array(&c, 0, 8));
    mlops__cursor part = mlops__cursor_slice(&c, 0, 0);
    assert_int_equal(c.failed, 0);
    assert_int_equal(part.failed, 0);
    assert_int_equal(mlops__cursor_u8(&part), 0);
    assert_int_equal(part.failed, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_ends),           cmocka_unit_test(test_failure_sticks),
        cmocka_unit_test(test_take_and_array), cmocka_unit_test(test_array_never_wraps),
        cmocka_unit_test(test_slice),          cmocka_unit_test(test_no_bytes_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
