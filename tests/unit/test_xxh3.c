/* XXH3 against libxxhash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/xxh3.h"
#include "sys/hash.h"

enum { LONG_MAX_SIZE = 3000 };

static void fill(uint8_t *out, size_t n, uint32_t seed) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)((seed = seed * 69069 + 1) >> 24);
}

static void expect_equal(const uint8_t *bytes, size_t n, uint64_t seed) {
    XXH128_hash_t expected = XXH3_128bits_withSeed(bytes, n, seed);
    mlops__hash128 got = mlops__xxh3_128(bytes, n, seed);
    assert_true(mlops__xxh3_64(bytes, n, seed) == XXH3_64bits_withSeed(bytes, n, seed));
    assert_true(got.low == expected.low64 && got.high == expected.high64);
}

static void test_every_length_and_seed(void **state) {
    (void)state;
    static const uint64_t seeds[] = {0, 1, 0x9e3779b185ebca87, 0xffffffffffffffff, 0x80000000};
    for (size_t n = 0; n <= MLOPS__XXH3_MAX; n++) {
        uint8_t *bytes = malloc(n + 1); /* so that ASan sees the end */
        assert_non_null(bytes);
        for (uint32_t round = 0; round < 20; round++)
            for (size_t s = 0; s < sizeof seeds / sizeof seeds[0]; s++) {
                fill(bytes + 1, n, round);
                expect_equal(bytes + 1, n, seeds[s] + round * 0x100000001);
            }
        free(bytes);
    }
}

static void test_extreme_bytes(void **state) {
    (void)state;
    uint8_t bytes[MLOPS__XXH3_MAX];
    for (int value = 0; value <= 255; value += 255)
        for (size_t n = 0; n <= MLOPS__XXH3_MAX; n++) {
            memset(bytes, value, sizeof bytes);
            expect_equal(bytes, n, 0);
        }
}

/* The hosted ones are the same function on both sides of the border. */
static void test_any_length(void **state) {
    (void)state;
    static uint8_t bytes[LONG_MAX_SIZE];
    fill(bytes, sizeof bytes, 7);
    for (size_t n = 0; n <= LONG_MAX_SIZE; n++) { /* of any alignment */
        const uint8_t *at = bytes + LONG_MAX_SIZE - n;
        XXH128_hash_t expected = XXH3_128bits(at, n);
        mlops__hash128 got = mlops__hash_128(at, n);
        assert_true(got.low == expected.low64 && got.high == expected.high64);
        assert_true(mlops__hash_64(at, n) == XXH3_64bits(at, n));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length_and_seed),
        cmocka_unit_test(test_extreme_bytes),
        cmocka_unit_test(test_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
