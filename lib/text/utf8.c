/* UTF-8, checked and written.
 *
 * Owns nothing. Invariant: what is accepted is exactly RFC 3629: shortest forms up to U+10FFFF
 * without surrogates.
 */
#include "text/utf8.h"

#include <string.h>

/* Length of the sequence at p, 0 if there is none. The second byte's range shuts out overlong
 * forms, surrogates and what lies beyond U+10FFFF. */
static size_t sequence(const uint8_t *p, size_t left) {
    uint8_t lead = p[0], low = 0x80, high = 0xbf;
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    size_t n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    if (left < n || p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return n;
}

enum { BLOCK = 64 };

/* The whole block; a sum of words without a branch, which compilers make vectors of. */
static inline int is_ascii(const uint8_t *p) {
    uint64_t words[BLOCK / 8], all = 0;
    memcpy(words, p, sizeof words);
    for (size_t i = 0; i < BLOCK / 8; i++) all |= words[i];
    return !(all & 0x8080808080808080u);
}

size_t mlops__utf8_check(const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    size_t i = 0;
    while (i < n) {
        while (n - i >= BLOCK && is_ascii(p + i)) i += BLOCK;
        if (i == n) break;
        uint64_t word;
        if (n - i >= sizeof word) {
            memcpy(&word, p + i, sizeof word);
            if (!(word & 0x8080808080808080u)) {
                i += sizeof word;
                continue;
            }
        }
        size_t length = sequence(p + i, n - i);
        if (length == 0) return i;
        i += length;
    }
    return n;
}

int mlops__utf8_shown(const char *text, int most) {
    size_t n = strlen(text);
    if (n <= (size_t)most) return (int)n;
    for (n = (size_t)most; n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80;) n--;
    return (int)n;
}

size_t mlops__utf8_write(uint8_t out[4], uint32_t code) {
    if (code < 0x80) return out[0] = (uint8_t)code, 1;
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; code >>= 6) out[i] = (uint8_t)(0x80 | (code & 0x3f));
    out[0] = (uint8_t)(leads[n] | code);
    return n;
}
