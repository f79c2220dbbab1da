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

/* -1 for what is none. Digits of ids are random: a branch by what they are would be foreseen in
 * half of them. */
static int digit_of(char c) {
    unsigned number = (unsigned)(c - '0'), letter = (unsigned)(c - 'a');
    int of_letter = letter < 6 ? (int)letter + 10 : -1;
    return number < 10 ? (int)number : of_letter;
}

int mlops__hex_parse(uint8_t *out, const char *digits, size_t n) {
    int all = 0;
    for (size_t i = 0; i < n; i++) {
        int high = digit_of(digits[2 * i]), low = digit_of(digits[2 * i + 1]);
        all |= high | low;
        out[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
    return all >= 0;
}
