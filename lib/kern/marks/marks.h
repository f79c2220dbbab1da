/* Where the fields of a text end: positions of delimiters and line ends outside quotes.
 *
 * Quotes are told by parity alone: between the first and the second nothing counts, and a doubled
 * quote closes and opens again. Whether a quote may stand where it stands is for the caller to say,
 * who is told whether all of them stand around whole fields.
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

typedef struct mlops__marks_found {
    size_t n;       /* positions */
    size_t n_lines; /* LF among them */
    int odd;        /* CR is among them, or a quote does not stand at the border of a field */
    int inner;      /* there is a line end in quotes */
} mlops__marks_found;

/* Writes the positions of delimiter, LF and CR (each of CRLF) among n bytes, ascending. A field
 * begins with the first byte. at has n + MLOPS__MARKS_SPARE entries, n fits into uint32_t. */
typedef void mlops__marks(const uint8_t *bytes, size_t n, uint8_t delimiter, uint32_t *at,
                          mlops__marks_found *out);

mlops__marks mlops__marks_scalar;

/* For the kernels: bit i of each is byte i of a block of 64. */
typedef struct mlops__marks_bits {
    uint64_t delimiters;
    uint64_t lines;   /* LF */
    uint64_t returns; /* CR */
    uint64_t quotes;
} mlops__marks_bits;

typedef mlops__marks_bits mlops__marks_look(const uint8_t *block, uint8_t delimiter);
typedef uint32_t *mlops__marks_put(uint32_t *at, uint32_t base, uint64_t bits);

/* Bit i of the result is the parity of bits 0 to i. */
static inline uint64_t mlops__marks_parity(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

typedef struct mlops__marks_state {
    uint8_t delimiter;
    uint64_t open;         /* all ones: a quote is */
    uint64_t behind_stop;  /* 1: so is the next byte */
    uint64_t behind_close; /* 1: the last byte was a closing quote */
    uint64_t odd;
    uint64_t inner;
    size_t n_lines;
    uint32_t *end;
} mlops__marks_state;

/* Takes out what is in quotes; returns what is. */
static inline uint64_t mlops__marks_unquote(mlops__marks_state *self, mlops__marks_bits *found,
                                            uint64_t live) {
    uint64_t inside = mlops__marks_parity(found->quotes) ^ self->open;
    uint64_t opens = found->quotes & inside, closes = found->quotes & ~inside;
    self->inner |= (found->lines | found->returns) & inside;
    found->delimiters &= ~inside;
    found->lines &= ~inside;
    found->returns &= ~inside;
    uint64_t stops = found->delimiters | found->lines | found->returns;
    self->odd |= opens & ~(stops << 1 | self->behind_stop);
    self->odd |= (closes << 1 | self->behind_close) & ~stops & live;
    self->open = (uint64_t)0 - (inside >> 63);
    self->behind_close = closes >> 63;
    return stops;
}

static inline void mlops__marks_step(mlops__marks_look *look, mlops__marks_put *put,
                                     mlops__marks_state *self, const uint8_t *block, uint64_t live,
                                     uint32_t base) {
    mlops__marks_bits found = look(block, self->delimiter);
    found.quotes &= live;
    uint64_t stops = found.delimiters | found.lines | found.returns;
    if (found.quotes | self->open | self->behind_close)
        stops = mlops__marks_unquote(self, &found, live);
    self->odd |= found.returns & live;
    self->n_lines += (size_t)__builtin_popcountll(found.lines & live);
    self->behind_stop = stops >> 63;
    self->end = put(self->end, base, stops & live);
}

/* What all kernels do with their look and put, which are inlined. */
static inline void mlops__marks_run(mlops__marks_look *look, mlops__marks_put *put,
                                    const uint8_t *bytes, size_t n, uint8_t delimiter, uint32_t *at,
                                    mlops__marks_found *out) {
    mlops__marks_state self = {delimiter, 0, 1, 0, 0, 0, 0, at};
    size_t i = 0;
    for (; i + MLOPS__MARKS_BLOCK <= n; i += MLOPS__MARKS_BLOCK)
        mlops__marks_step(look, put, &self, bytes + i, ~(uint64_t)0, (uint32_t)i);
    if (i < n) {
        uint8_t padded[MLOPS__MARKS_BLOCK] = {0};
        memcpy(padded, bytes + i, n - i);
        uint64_t live = ~(uint64_t)0 >> (MLOPS__MARKS_BLOCK - (n - i));
        mlops__marks_step(look, put, &self, padded, live, (uint32_t)i);
    }
    *out =
        (mlops__marks_found){(size_t)(self.end - at), self.n_lines, self.odd != 0, self.inner != 0};
}

#endif
