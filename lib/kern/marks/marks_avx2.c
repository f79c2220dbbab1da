/* Ends of fields with AVX2.
 *
 * Owns nothing. Invariant: the same positions as the scalar kernel's.
 */
#include "kern/marks/marks.h"

#include <immintrin.h>

mlops__marks mlops__marks_avx2;

typedef __m256i vec;

static inline uint64_t bits_of(vec low, vec high) {
    uint32_t a = (uint32_t)_mm256_movemask_epi8(low), b = (uint32_t)_mm256_movemask_epi8(high);
    return a | (uint64_t)b << 32;
}

static inline vec stops_of(vec x, uint8_t delimiter) {
    vec ends = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8('\n')),
                               _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\r')));
    return _mm256_or_si256(ends, _mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)delimiter)));
}

static inline mlops__marks_bits look(const uint8_t *block, uint8_t delimiter, uint8_t quote) {
    const vec *p = (const vec *)(const void *)block;
    vec low = _mm256_loadu_si256(p), high = _mm256_loadu_si256(p + 1);
    vec quotes = _mm256_set1_epi8((char)quote);
    return (mlops__marks_bits){
        bits_of(stops_of(low, delimiter), stops_of(high, delimiter)),
        bits_of(_mm256_cmpeq_epi8(low, quotes), _mm256_cmpeq_epi8(high, quotes))};
}

/* Eight at a time, some of which are none: fewer jumps than one for each. */
static inline uint32_t *put(uint32_t *at, uint32_t base, uint64_t bits) {
    uint32_t *end = at + __builtin_popcountll(bits);
    for (; bits; at += 8)
        for (int i = 0; i < 8; i++) {
            at[i] = base + (uint32_t)(bits ? __builtin_ctzll(bits) : 0);
            bits &= bits - 1;
        }
    return end;
}

size_t mlops__marks_avx2(const uint8_t *bytes, size_t n, uint8_t delimiter, uint8_t quote,
                         uint64_t *quoted, uint32_t *at) {
    return mlops__marks_run(look, put, bytes, n, delimiter, quote, quoted, at);
}
