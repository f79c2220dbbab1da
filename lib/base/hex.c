/* Hexadecimal digits.
 *
 * Owns nothing. Invariant: what is written can be parsed, and has one form.
 */
#include "base/hex.h"

void mlops__hex_bytes(char *out, const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        *out++ = "0123456789abcdef"[bytes[i] >> 4];
        *out++ = "0123456789abcdef"[bytes[i] & 15];
    }
    *out = 0;
}

void mlops__hex_u64(char *out, uint64_t value) {
    for (int i = 15; i >= 0; i--) *out++ = "0123456789abcdef"[value >> 4 * i & 15];
    *out = 0;
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int mlops__hex_parse(uint8_t *out, const char *digits, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int high = digit_of(digits[2 * i]);
        int low = high < 0 ? -1 : digit_of(digits[2 * i + 1]);
        if (low < 0) return 0;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 1;
}
