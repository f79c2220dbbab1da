/* MD5 against the vectors of RFC 1321, whatever the pieces; test_import.py holds it to hashlib. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "base/md5.h"

static void is_digest(const char *text, const char *want) {
    for (size_t piece = 1; piece < 130; piece++) {
        mlops__md5 md5;
        uint8_t digest[16];
        char digits[33];
        size_t n = strlen(text);
        mlops__md5_init(&md5);
        for (size_t at = 0; at < n; at += piece)
            mlops__md5_add(&md5, text + at, n - at < piece ? n - at : piece);
        mlops__md5_end(&md5, digest);
        mlops__hex_bytes(digits, digest, sizeof digest);
        assert_string_equal(digits, want);
    }
}

static void vectors(void **state) {
    (void)state;
    is_digest("", "d41d8cd98f00b204e9800998ecf8427e");
    is_digest("a", "0cc175b9c0f1b6a831c399e269772661");
    is_digest("abc", "900150983cd24fb0d6963f7d28e17f72");
    is_digest("message digest", "f96b697d7cb7938d525a2f31aaf161d0");
    is_digest("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b");
    is_digest("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
              "d174ab98d277d9f5a5611c2c9f419d9f");
    is_digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
              "57edf4a22be3c955ac49da2e2107b67a");
}

/* Around the ends of blocks: by the digest of all digests, which hashlib says. */
static void every_length(void **state) {
    (void)state;
    mlops__md5 all;
    uint8_t bytes[300], digest[16];
    char digits[33];
    mlops__md5_init(&all);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 7);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        mlops__md5 one;
        mlops__md5_init(&one);
        mlops__md5_add(&one, bytes, n);
        mlops__md5_end(&one, digest);
        mlops__md5_add(&all, digest, sizeof digest);
    }
    mlops__md5_end(&all, digest);
    mlops__hex_bytes(digits, digest, sizeof digest);
    assert_string_equal(digits, "e4702992a25b0586df095abeb5e4dc89");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(vectors), cmocka_unit_test(every_length)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
