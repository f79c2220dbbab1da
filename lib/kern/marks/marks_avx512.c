/* Ends of fields with AVX-512 (BW).
 *
 * Owns nothing. Invariant: the same positions as the scalar kernel's.
 */
#include "kern/marks/marks.h"

#include <immintrin.h>

mlops__marks mlops__marks_avx512;

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter) {
    __m512i x = _mm512_loadu_si512((const void *)block);
    return (mlops__marks_bits){_mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8((char)delimiter)),
                               _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\n')),
                               _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('\r')),
                               _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('"'))};
}

/* Packed in a register and stored whole: packing stores are slow on some processors. */
static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (uint32_t i = 0; i < 64; i += 16) {
        __mmask16 mask = (__mmask16)(bits >> i);
        __m512i here = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)(base + i)));
        _mm512_storeu_si512((void *)at, _mm512_maskz_compress_epi32(mask, here));
        at += __builtin_popcount(mask);
    }
    return at;
}

void mlops__marks_avx512(const uint8_t *bytes, size_t n, uint8_t delimiter, uint32_t *at,
                         mlops__marks_found *out) {
    mlops__marks_run(look, put, bytes, n, delimiter, at, out);
}
