/* Ends of fields: the scalar reference, a block's bits by arithmetic within 64-bit words.
 *
 * Owns nothing. Invariant: no byte behind n is read, and the bits do not depend on the byte order
 * of the machine.
 */
#include "kern/marks/marks.h"
#include "base/word.h"

/* The product brings the eight high bits together in the top byte. */
static inline uint64_t gather(uint64_t high) { return (high >> 7) * 0x0102040810204080 >> 56; }

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter, uint8_t quote) {
    mlops__marks_bits out = {0, 0};
    for (int i = 0; i < 8; i++) {
        uint64_t x = mlops__word(block + 8 * i);
        uint64_t stops = mlops__word_zeros(x ^ MLOPS__WORD_OF(delimiter)) |
                         mlops__word_zeros(x ^ MLOPS__WORD_OF('\n')) |
                         mlops__word_zeros(x ^ MLOPS__WORD_OF('\r'));
        out.stops |= gather(stops) << (8 * i);
        out.quotes |= gather(mlops__word_zeros(x ^ MLOPS__WORD_OF(quote))) << (8 * i);
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
