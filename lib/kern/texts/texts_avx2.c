/* Texts looked up with AVX2: a bucket at once.
 *
 * Owns nothing. Invariant: the same codes as the scalar kernel's, of as many texts.
 */
#include "kern/texts/texts.h"

#include <immintrin.h>

mlops__texts_find mlops__texts_find_avx2;

typedef __m256i vec;

/* Words of two slots each, of which every second quarter is one. */
static inline uint32_t alike(const mlops__slot *bucket, uint64_t word) {
    const vec *p = (const vec *)(const void *)bucket;
    vec all = _mm256_set1_epi64x((int64_t)word);
    vec low = _mm256_cmpeq_epi64(_mm256_loadu_si256(p), all);
    vec high = _mm256_cmpeq_epi64(_mm256_loadu_si256(p + 1), all);
    uint32_t bits = (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(low));
    bits |= (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(high)) << 4;
    return bits & 0x55;
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
