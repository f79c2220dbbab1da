/* Ends of fields: the scalar reference, a block's bits by arithmetic within 64-bit words.
 *
 * Owns nothing. Invariant: no byte behind n is read, and the bits do not depend on the byte order
 * of the machine.
 */
#include "kern/marks/marks.h"
#include "base/word.h"

/* The product brings the eight high bits together in the top byte. */
static inline uint64_t gather(uint64_t high) { return (high >> 7) * 0x0102040810204080 >> 56; }

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter) {
    mlops__marks_bits out = {0, 0, 0, 0};
    for (int i = 0; i < 8; i++) {
        uint64_t x = mlops__word(block + 8 * i);
        out.delimiters |= gather(mlops__word_zeros(x ^ MLOPS__WORD_OF(delimiter))) << (8 * i);
        out.lines |= gather(mlops__word_zeros(x ^ MLOPS__WORD_OF('\n'))) << (8 * i);
        out.returns |= gather(mlops__word_zeros(x ^ MLOPS__WORD_OF('\r'))) << (8 * i);
        out.quotes |= gather(mlops__word_zeros(x ^ MLOPS__WORD_OF('"'))) << (8 * i);
    }
    return out;
}

static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    for (; bits; bits &= bits - 1) *at++ = base + (uint32_t)__builtin_ctzll(bits);
    return at;
}

void mlops__marks_scalar(const uint8_t *bytes, size_t n, uint8_t delimiter, uint32_t *at,
                         mlops__marks_found *out) {
    mlops__marks_run(look, put, bytes, n, delimiter, at, out);
}
