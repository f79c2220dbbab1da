/* Byte search within 64-bit words: the portable form of a vector compare.
 *
 * Owns nothing. Invariant: no byte beyond n is read, and the bits do not depend on the byte order
 * of the machine.
 */
#include "column/csv_scan.h"

#include <string.h>

static const uint64_t ONES = 0x0101010101010101, LOW7 = 0x7f7f7f7f7f7f7f7f;

/* Byte i of the text in bits 8i to 8i + 7; compilers make one load of it. */
static inline uint64_t load(const char *p) {
    const uint8_t *b = (const uint8_t *)p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/* The high bit of each byte that is not zero; exact, no borrow runs from byte to byte. */
static inline uint64_t nonzero(uint64_t x) { return ((x & LOW7) + LOW7) | x; }

static uint64_t scan(const char *bytes, char delimiter) {
    const uint64_t comma = ONES * (uint8_t)delimiter, lf = ONES * '\n', cr = ONES * '\r';
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t x = load(bytes + 8 * i);
        uint64_t others = nonzero(x ^ comma) & nonzero(x ^ lf) & nonzero(x ^ cr);
        uint64_t hits = ~others & (ONES << 7);
        /* The product brings the eight high bits together in the top byte. */
        bits |= ((hits >> 7) * 0x0102040810204080 >> 56) << (8 * i);
    }
    return bits;
}

uint64_t mlops__csv_stops(const char *bytes, size_t n, char delimiter) {
    if (n >= MLOPS__CSV_BLOCK) return scan(bytes, delimiter);
    char padded[MLOPS__CSV_BLOCK] = {0}; /* NUL is never a delimiter */
    memcpy(padded, bytes, n);
    return scan(padded, delimiter);
}
