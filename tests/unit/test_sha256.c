/* SHA-256 against FIPS 180-4's examples, against Python's hashlib, and kernels against scalar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "kern/kern.h"

enum { LONGEST = 600, PATTERN_SIZE = 1100 };

static void to_hex(const uint8_t digest[32], char hex[65]) {
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    hex[64] = 0;
}

static void digest_of(mlops__sha256_blocks *blocks, const void *bytes, size_t n, uint8_t out[32]) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, out);
}

static void fill_pattern(uint8_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(i * 167 + 13);
}

static mlops__sha256_blocks *blocks_of(mlops_cpu level) {
    return mlops__kern_for(level)->sha256_blocks;
}

static void expect_text(mlops__sha256_blocks *blocks, const char *text, const char *expected) {
    uint8_t digest[32];
    char hex[65];
    digest_of(blocks, text, strlen(text), digest);
    to_hex(digest, hex);
    assert_string_equal(hex, expected);
}

static void expect_examples(mlops__sha256_blocks *blocks) {
    expect_text(blocks, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_text(blocks, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_text(blocks, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    expect_text(blocks,
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void test_examples(void **state) {
    (void)state;
    expect_examples(blocks_of(MLOPS_CPU_SCALAR));
    expect_examples(blocks_of(mlops_cpu_level(MLOPS_CPU_BEST)));
}

static void test_a_million(void **state) {
    (void)state;
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks_of(mlops_cpu_level(MLOPS_CPU_BEST)));
    uint8_t run[1000], digest[32];
    char hex[65];
    memset(run, 'a', sizeof run);
    for (int i = 0; i < 1000; i++) mlops__sha256_add(&sha, run, sizeof run);
    mlops__sha256_end(&sha, digest);
    to_hex(digest, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* The digest of all digests of the pattern's first 0 to 599 bytes; expected from hashlib. */
static void test_every_length(void **state) {
    (void)state;
    uint8_t pattern[PATTERN_SIZE], digest[32];
    char hex[65];
    fill_pattern(pattern, sizeof pattern);
    mlops__sha256 all;
    mlops__sha256_init(&all, mlops__sha256_blocks_scalar);
    for (size_t n = 0; n < LONGEST; n++) {
        digest_of(mlops__sha256_blocks_scalar, pattern, n, digest);
        mlops__sha256_add(&all, digest, sizeof digest);
    }
    mlops__sha256_end(&all, digest);
    to_hex(digest, hex);
    assert_string_equal(hex, "85402e17fab325f5212566f061eaf4e62b6806872947488689b9f7b8c78abf9e");
}

static void test_any_split(void **state) {
    (void)state;
    uint8_t pattern[PATTERN_SIZE], whole[32], parts[32];
    fill_pattern(pattern, sizeof pattern);
    digest_of(mlops__sha256_blocks_scalar, pattern, 200, whole);
    for (size_t i = 0; i <= 200; i++)
        for (size_t j = i; j <= 200; j += 7) {
            mlops__sha256 sha;
            mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
            mlops__sha256_add(&sha, pattern, i);
            mlops__sha256_add(&sha, pattern + i, j - i);
            mlops__sha256_add(&sha, pattern + j, 200 - j);
            mlops__sha256_end(&sha, parts);
            assert_memory_equal(parts, whole, 32);
        }
}

/* Each level's block function leaves the same state, at every alignment and for 0 to 15 blocks. */
static void test_kernels_equal_scalar(void **state) {
    (void)state;
    mlops_cpu best = mlops_cpu_level(MLOPS_CPU_BEST);
    for (int cap = MLOPS_CPU_SCALAR; cap <= MLOPS_CPU_NEON; cap++) {
        mlops_cpu level = mlops_cpu_level((mlops_cpu)cap);
        assert_true(level <= best);
        for (size_t offset = 0; offset < 17; offset++)
            for (size_t n = 0; n <= 15; n++) {
                uint32_t expected[8] = {1, 2, 3, 4, 0xffffffff, 6, 7, 0x80000000}, got[8];
                memcpy(got, expected, sizeof got);
                uint8_t *bytes = malloc(offset + 64 * n + 1); /* so that ASan sees the ends */
                assert_non_null(bytes);
                fill_pattern(bytes, offset + 64 * n + 1);
                mlops__sha256_blocks_scalar(expected, bytes + offset, n);
                blocks_of(level)(got, bytes + offset, n);
                assert_memory_equal(got, expected, sizeof got);
                free(bytes);
            }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_a_million),
        cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_any_split),
        cmocka_unit_test(test_kernels_equal_scalar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
