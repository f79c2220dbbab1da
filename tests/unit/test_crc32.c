/* CRC-32 against its check value and against the definition, bit by bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/crc32.h"

static uint32_t by_definition(uint32_t crc, const uint8_t *bytes, size_t n) {
    crc = ~crc;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

static void test_known_values(void **state) {
    (void)state;
    assert_int_equal(mlops__crc32(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(mlops__crc32(0, "The quick brown fox jumps over the lazy dog", 43),
                     0x414FA339);
    assert_int_equal(mlops__crc32(0, NULL, 0), 0);
}

static void test_every_byte_alone(void **state) {
    (void)state;
    for (int i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)i, word[4] = {byte, 0, 0, (uint8_t)~i};
        assert_int_equal(mlops__crc32(0, &byte, 1), by_definition(0, &byte, 1));
        assert_int_equal(mlops__crc32(0, word, 4), by_definition(0, word, 4));
    }
}

static void test_lengths_and_offsets(void **state) {
    (void)state;
    uint8_t bytes[200];
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)((seed = seed * 69069 + 1) >> 24);
    for (size_t offset = 0; offset < 8; offset++)
        for (size_t n = 0; offset + n <= sizeof bytes; n++)
            assert_int_equal(mlops__crc32(seed, bytes + offset, n),
                             by_definition(seed, bytes + offset, n));
}

static void test_goes_on(void **state) {
    (void)state;
    const char text[] = "a text that is taken in two parts";
    uint32_t whole = mlops__crc32(0, text, sizeof text);
    for (size_t cut = 0; cut <= sizeof text; cut++) {
        uint32_t first = mlops__crc32(0, text, cut);
        assert_int_equal(mlops__crc32(first, text + cut, sizeof text - cut), whole);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_every_byte_alone),
        cmocka_unit_test(test_lengths_and_offsets),
        cmocka_unit_test(test_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
