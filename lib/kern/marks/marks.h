/* Where the fields of a text end: positions of delimiters and line ends outside quotes.
 *
 * Quotes are told by parity alone: between the first and the second nothing counts, and a doubled
 * quote closes and opens again. Whether a quote may stand where it stands is for the caller to say.
 */
#ifndef MLOPS_KERN_MARKS_H
#define MLOPS_KERN_MARKS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    MLOPS__MARKS_BLOCK = 64,
    MLOPS__MARKS_SPARE = 16 /* entries behind the last position that may be written too */
};

/* Writes the positions of delimiter, LF and CR (each of CRLF) among n bytes, ascending, and returns
 * how many there are. quote 0: there are no quotes. *quoted, 0 in the beginning, carries over
 * whether a quote is open: all ones if so. at has n + MLOPS__MARKS_SPARE entries, n fits into
 * uint32_t. */
typedef size_t mlops__marks(const uint8_t *bytes, size_t n, uint8_t delimiter, uint8_t quote,
                            uint64_t *quoted, uint32_t *at);

mlops__marks mlops__marks_scalar;

/* For the kernels: bit i of each is byte i of a block of 64. */
typedef struct mlops__marks_bits {
    uint64_t stops;
    uint64_t quotes;
} mlops__marks_bits;

typedef mlops__marks_bits mlops__marks_look(const uint8_t *block, uint8_t delimiter, uint8_t quote);
typedef uint32_t *mlops__marks_put(uint32_t *at, uint32_t base, uint64_t bits);

/* Bit i of the result is the parity of bits 0 to i. */
static inline uint64_t mlops__marks_parity(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

typedef struct mlops__marks_state {
    uint8_t delimiter;
    uint8_t quote;
    uint64_t open;
    uint32_t *end;
} mlops__marks_state;

static inline void mlops__marks_step(mlops__marks_look *look, mlops__marks_put *put,
                                     mlops__marks_state *self, const uint8_t *block, uint64_t live,
                                     uint32_t base) {
    mlops__marks_bits found = look(block, self->delimiter, self->quote);
    if (self->quote) {
        uint64_t inside = mlops__marks_parity(found.quotes & live) ^ self->open;
        found.stops &= ~inside;
        self->open = (uint64_t)0 - (inside >> 63);
    }
    self->end = put(self->end, base, found.stops & live);
}

/* What all kernels do with their look and put, which are inlined. */
static inline size_t mlops__marks_run(mlops__marks_look *look, mlops__marks_put *put,
                                      const uint8_t *bytes, size_t n, uint8_t delimiter,
                                      uint8_t quote, uint64_t *quoted, uint32_t *at) {
    mlops__marks_state self = {delimiter, quote, *quoted, at};
    size_t i = 0;
    for (; i + MLOPS__MARKS_BLOCK <= n; i += MLOPS__MARKS_BLOCK)
        mlops__marks_step(look, put, &self, bytes + i, ~(uint64_t)0, (uint32_t)i);
    if (i < n) {
        uint8_t padded[MLOPS__MARKS_BLOCK] = {0};
        memcpy(padded, bytes + i, n - i);
        uint64_t live = ~(uint64_t)0 >> (MLOPS__MARKS_BLOCK - (n - i));
        mlops__marks_step(look, put, &self, padded, live, (uint32_t)i);
    }
    *quoted = self.open;
    return (size_t)(self.end - at);
}

#endif
