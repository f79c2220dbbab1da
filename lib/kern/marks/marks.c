/* Ends of fields: the scalar reference, a block's bits by arithmetic within 64-bit words.
 *
 * Owns nothing. Invariant: no byte behind n is read, and the bits do not depend on the byte order
 * of the machine.
 */
#include "kern/marks/marks.h"

static const uint64_t ONES = 0x0101010101010101, LOW7 = 0x7f7f7f7f7f7f7f7f;

/* Byte i of the text in bits 8i to 8i + 7; compilers make one load of it. */
static inline uint64_t load(const uint8_t *b) {
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
}

/* The high bit of each byte that is not zero; exact, no borrow runs from byte to byte. */
static inline uint64_t nonzero(uint64_t x) { return ((x & LOW7) + LOW7) | x; }

/* The product brings the eight high bits together in the top byte. */
static inline uint64_t gather(uint64_t high) { return (high >> 7) * 0x0102040810204080 >> 56; }

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter, uint8_t quote) {
    mlops__marks_bits out = {0, 0};
    for (int i = 0; i < 8; i++) {
        uint64_t x = load(block + 8 * i);
        uint64_t others =
            nonzero(x ^ ONES * delimiter) & nonzero(x ^ ONES * '\n') & nonzero(x ^ ONES * '\r');
        out.stops |= gather(~others & (ONES << 7)) << (8 * i);
        out.quotes |= gather(~nonzero(x ^ ONES * quote) & (ONES << 7)) << (8 * i);
    }
    return out;
}

static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    for (; bits; bits &= bits - 1) *at++ = base + (uint32_t)__builtin_ctzll(bits);
    return at;
}

size_t mlops__marks_scalar(const uint8_t *bytes, size_t n, uint8_t delimiter, uint8_t quote,
                           uint64_t *quoted, uint32_t *at) {
    return mlops__marks_run(look, put, bytes, n, delimiter, quote, quoted, at);
}
