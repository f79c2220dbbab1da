/* Texts looked up with AVX2: a bucket at once.
 *
 * Owns nothing. Invariant: the same codes as the scalar kernel's, of as many texts.
 */
#include "kern/texts/put.h"

#include <immintrin.h>

mlops__texts_find mlops__texts_find_avx2;
mlops__texts_put mlops__texts_put_avx2;

typedef __m256i vec;

/* The topmost bit of each quarter of two. */
static inline uint32_t bits_of(vec low, vec high) {
    uint32_t bits = (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(low));
    return bits | (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(high)) << 4;
}

/* Words of two slots each, of which every second quarter is one. */
static inline uint32_t alike(const mlops__slot *bucket, uint64_t word) {
    const vec *p = (const vec *)(const void *)bucket;
    vec all = _mm256_set1_epi64x((int64_t)word);
    vec low = _mm256_cmpeq_epi64(_mm256_loadu_si256(p), all);
    vec high = _mm256_cmpeq_epi64(_mm256_loadu_si256(p + 1), all);
    return bits_of(low, high) & 0x55;
}

int64_t mlops__texts_find_avx2(const mlops__slots *slots, const mlops__text_keys *keys,
                               int64_t first, int64_t n, int32_t *codes) {
    const mlops__slots in = *slots;
    for (; first < n; first++) {
        uint64_t word = keys->words[first];
        const mlops__slot *bucket = mlops__slots_home(&in, keys->tags[first]);
        uint32_t found = alike(bucket, word);
        if (!found) break;
        uint32_t next_code = bucket[__builtin_ctz(found) / 2].next_code;
        if (!next_code) break;
        codes[first] = (int32_t)(next_code - 1);
    }
    return first;
}

/* Of two slots, codes are the upper half of every second quarter. */
static inline mlops__texts_seen look(const mlops__slot *bucket, uint64_t word) {
    const vec *p = (const vec *)(const void *)bucket;
    vec low = _mm256_load_si256(p), high = _mm256_load_si256(p + 1);
    vec all = _mm256_set1_epi64x((int64_t)word), zero = _mm256_setzero_si256();
    mlops__texts_seen seen = {
        bits_of(_mm256_cmpeq_epi64(low, all), _mm256_cmpeq_epi64(high, all)),
        bits_of(_mm256_cmpeq_epi32(low, zero), _mm256_cmpeq_epi32(high, zero))};
    return (mlops__texts_seen){seen.alike & 0x55, seen.empty >> 1 & 0x55};
}

int64_t mlops__texts_put_avx2(mlops__texts_room *room, const mlops__text_keys *keys, int64_t first,
                              int64_t n, int32_t *codes) {
    return mlops__texts_put_run(look, room, keys, first, n, codes);
}
