/* The container: bytes as another program makes them, every flip and cut refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/crc32.h"
#include "file/container.h"
#include "sys/host.h"
#include "sys/io_test.h"

/* Made by Python's struct, zlib.crc32 and hashlib.sha256 from the format's description: kind BNDL;
 * ABCD holds "hello", NOTE (optional) holds the bytes 0 to 69. */
static const char GOLDEN[] = "4d4c4f50530d0a1a01000000424e444c0601000000000000020000000bada0fb"
                             "1ab404857bf1d9d692a8d56b814e8b9b52bca66a40d8d86cb37a8f3008497fb1"
                             "4142434400000000800000000500000086a61036000000004e4f544501000000"
                             "c0000000460000005d10c5c90000000000000000000000000000000000000000"
                             "68656c6c6f000000000000000000000000000000000000000000000000000000"
                             "0000000000000000000000000000000000000000000000000000000000000000"
                             "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
                             "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
                             "404142434445";

enum { GOLDEN_SIZE = 262 };

static const uint32_t BNDL = MLOPS__KIND('B', 'N', 'D', 'L');
static const uint32_t ABCD = MLOPS__KIND('A', 'B', 'C', 'D');
static const uint32_t NOTE = MLOPS__KIND('N', 'O', 'T', 'E');

static uint8_t nibble(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static void golden(uint8_t out[GOLDEN_SIZE]) {
    assert_int_equal(sizeof GOLDEN - 1, 2 * GOLDEN_SIZE);
    for (size_t i = 0; i < GOLDEN_SIZE; i++)
        out[i] = (uint8_t)(nibble(GOLDEN[2 * i]) << 4 | nibble(GOLDEN[2 * i + 1]));
}

static mlops_status open_bytes(const uint8_t *bytes, size_t n, mlops_error *err) {
    mlops__container c;
    return mlops__container_open(&c, bytes, n, 0, err);
}

static void test_writes_the_golden_bytes(void **state) {
    (void)state;
    uint8_t expected[GOLDEN_SIZE], note[70];
    golden(expected);
    for (size_t i = 0; i < sizeof note; i++) note[i] = (uint8_t)i;
    mlops__section sections[] = {{ABCD, 0, "hello", 5},
                                 {NOTE, MLOPS__SECTION_OPTIONAL, note, sizeof note}};
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 2, mlops__sha256_blocks_scalar),
                     MLOPS_OK);
    assert_int_equal(out.size, GOLDEN_SIZE);
    assert_memory_equal(out.data, expected, GOLDEN_SIZE);
    mlops__buf_free(&out);
}

static void test_reads_the_golden_bytes(void **state) {
    (void)state;
    uint8_t bytes[GOLDEN_SIZE];
    mlops__container c;
    golden(bytes);
    assert_true(mlops__container_is(bytes, GOLDEN_SIZE));
    assert_false(mlops__container_is(bytes, 7));
    assert_int_equal(mlops__container_open(&c, bytes, GOLDEN_SIZE, BNDL, NULL), MLOPS_OK);
    assert_int_equal(mlops__container_verify(&c, mlops__sha256_blocks_scalar, NULL), MLOPS_OK);
    assert_int_equal(c.kind, BNDL);
    assert_int_equal(c.n_sections, 2);
    mlops__cursor found = mlops__container_find(&c, ABCD);
    assert_false(found.failed);
    assert_int_equal(found.size, 5);
    assert_memory_equal(found.data, "hello", 5);
    found = mlops__container_find(&c, NOTE);
    assert_int_equal(found.size, 70);
    assert_int_equal(found.data[69], 69);
    found = mlops__container_find(&c, BNDL);
    assert_true(found.failed);
    assert_null(mlops__cursor_take(&found, 1));
}

static void test_refuses_every_flipped_bit(void **state) {
    (void)state;
    uint8_t bytes[GOLDEN_SIZE];
    golden(bytes);
    for (size_t bit = 0; bit < 8 * GOLDEN_SIZE; bit++) {
        mlops__container c;
        mlops_error err;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        mlops_status status = mlops__container_open(&c, bytes, GOLDEN_SIZE, 0, &err);
        int in_sha = bit / 8 >= 32 && bit / 8 < 64;
        if (in_sha) { /* open leaves the SHA-256 to verify */
            assert_int_equal(status, MLOPS_OK);
            assert_int_equal(mlops__container_verify(&c, mlops__sha256_blocks_scalar, &err),
                             MLOPS_E_CORRUPT);
        } else {
            int in_major = bit / 8 == 8 || bit / 8 == 9;
            assert_int_equal(status, in_major ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT);
            assert_null(c.data);
        }
        assert_true(err.offset >= 0 && err.message[0]);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* Each length is an allocation of its own, so that a read beyond it is seen by ASan. */
static void test_refuses_every_truncation(void **state) {
    (void)state;
    uint8_t bytes[GOLDEN_SIZE + 1] = {0};
    golden(bytes);
    for (size_t n = 0; n <= GOLDEN_SIZE + 1; n++) {
        uint8_t *cut = mlops__alloc(&mlops__heap, n);
        assert_non_null(cut);
        memcpy(cut, bytes, n);
        mlops_status expected = n == GOLDEN_SIZE ? MLOPS_OK : MLOPS_E_CORRUPT;
        assert_int_equal(open_bytes(cut, n, NULL), expected);
        mlops__free(&mlops__heap, cut, n);
    }
    assert_int_equal(open_bytes(NULL, 0, NULL), MLOPS_E_CORRUPT);
}

static void reseal(uint8_t *bytes) {
    uint32_t crc = mlops__crc32(mlops__crc32(0, bytes, 28), bytes + 64, 48);
    for (size_t i = 0; i < 4; i++) bytes[28 + i] = (uint8_t)(crc >> (8 * i));
}

/* What a hostile writer can do: fields changed, the header's checksum made right. */
static void test_refuses_what_breaks_the_layout(void **state) {
    (void)state;
    static const struct {
        size_t at;
        uint8_t value;
        mlops_status expected;
    } CASES[] = {
        {24, 1, MLOPS_E_CORRUPT},     /* one section less */
        {24, 0, MLOPS_E_CORRUPT},     /* none */
        {24, 65, MLOPS_E_CORRUPT},    /* too many */
        {16, 7, MLOPS_E_CORRUPT},     /* size */
        {23, 0xff, MLOPS_E_CORRUPT},  /* a huge size */
        {68, 2, MLOPS_E_UNSUPPORTED}, /* an unknown flag */
        {72, 0xc0, MLOPS_E_CORRUPT},  /* the first section lies where the second is */
        {75, 0xff, MLOPS_E_CORRUPT},  /* far beyond */
        {72, 0x81, MLOPS_E_CORRUPT},  /* not at a multiple of 64 */
        {76, 4, MLOPS_E_CORRUPT},     /* shorter: its CRC fails, the gap is not zero */
        {79, 0xff, MLOPS_E_CORRUPT},  /* longer than the file */
        {84, 1, MLOPS_E_CORRUPT},     /* reserved */
        {100, 0x45, MLOPS_E_CORRUPT}, /* the last one ends before the end */
        {10, 9, MLOPS_OK},            /* minor versions are compatible */
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        uint8_t bytes[GOLDEN_SIZE];
        golden(bytes);
        bytes[CASES[i].at] = CASES[i].value;
        reseal(bytes);
        assert_int_equal(open_bytes(bytes, GOLDEN_SIZE, NULL), CASES[i].expected);
    }
    uint8_t bytes[GOLDEN_SIZE];
    golden(bytes);
    memcpy(bytes + 88, "ABCD", 4);
    reseal(bytes);
    assert_int_equal(open_bytes(bytes, GOLDEN_SIZE, NULL), MLOPS_E_CORRUPT);
    golden(bytes);
    bytes[140] = 1; /* in the gap, which no checksum of open covers */
    assert_int_equal(open_bytes(bytes, GOLDEN_SIZE, NULL), MLOPS_E_CORRUPT);
}

static void test_names_what_it_does_not_know(void **state) {
    (void)state;
    uint8_t bytes[GOLDEN_SIZE];
    mlops__container c;
    mlops_error err;
    golden(bytes);
    uint32_t plan = MLOPS__KIND('P', 'L', 'A', 'N');
    assert_int_equal(mlops__container_open(&c, bytes, GOLDEN_SIZE, plan, &err),
                     MLOPS_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "a bundle"));
    assert_non_null(strstr(err.message, "PLAN"));
    assert_int_equal(mlops__container_open(&c, bytes, GOLDEN_SIZE, 0, &err), MLOPS_OK);
    assert_int_equal(mlops__container_known(&c, &ABCD, 1, &err), MLOPS_OK); /* NOTE is optional */
    assert_int_equal(mlops__container_known(&c, &NOTE, 1, &err), MLOPS_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "ABCD"));
}

static void test_writer_bounds(void **state) {
    (void)state;
    mlops__sha256_blocks *blocks = mlops__sha256_blocks_scalar;
    mlops__section sections[65];
    for (uint32_t i = 0; i < 65; i++) sections[i] = (mlops__section){i + 1, 0, "x", 1};
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 0, blocks), MLOPS_E_INVALID);
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 65, blocks), MLOPS_E_INVALID);
    sections[1].flags = 2;
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 2, blocks), MLOPS_E_INVALID);
    sections[1] = sections[0];
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 2, blocks), MLOPS_E_INVALID);
    sections[1] = (mlops__section){2, 0, "x", UINT32_MAX};
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 2, blocks), MLOPS_E_LIMIT);
    assert_int_equal(out.size, 0);
    sections[1] = (mlops__section){2, 0, NULL, 0};
    assert_int_equal(mlops__container_write(&out, BNDL, sections, 64, blocks), MLOPS_OK);
    assert_int_equal(open_bytes(out.data, out.size, NULL), MLOPS_OK);
    mlops__buf_free(&out);
}

static void test_fixed_room_tells_the_size(void **state) {
    (void)state;
    mlops__section section = {ABCD, 0, "hello", 5};
    uint8_t room[132];
    mlops__buf out;
    mlops__buf_init_fixed(&out, room, sizeof room);
    assert_int_equal(mlops__container_write(&out, BNDL, &section, 1, mlops__sha256_blocks_scalar),
                     MLOPS_E_ARENA);
    assert_int_equal(out.size, 133);
}

static void test_writer_out_of_memory(void **state) {
    (void)state;
    uint8_t content[5000] = {1};
    mlops__section section = {ABCD, 0, content, sizeof content};
    mlops_status status = MLOPS_E_NOMEM;
    for (int64_t k = 1; status == MLOPS_E_NOMEM; k++) {
        mlops__alloc_fault fault;
        mlops__buf out;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__buf_init(&out, &fault.table);
        status = mlops__container_write(&out, BNDL, &section, 1, mlops__sha256_blocks_scalar);
        assert_int_equal(status, fault.n_injected ? MLOPS_E_NOMEM : MLOPS_OK);
        mlops__buf_free(&out);
        assert_int_equal(fault.n_live, 0);
    }
    assert_int_equal(status, MLOPS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_the_golden_bytes),
        cmocka_unit_test(test_reads_the_golden_bytes),
        cmocka_unit_test(test_refuses_every_flipped_bit),
        cmocka_unit_test(test_refuses_every_truncation),
        cmocka_unit_test(test_refuses_what_breaks_the_layout),
        cmocka_unit_test(test_names_what_it_does_not_know),
        cmocka_unit_test(test_writer_bounds),
        cmocka_unit_test(test_fixed_room_tells_the_size),
        cmocka_unit_test(test_writer_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
