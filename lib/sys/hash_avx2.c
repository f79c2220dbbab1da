/* The sums of XXH3 over the stripes of a long input, with AVX2.
 *
 * Owns nothing. Invariant: equal to those of libxxhash, without a seed.
 */
#include "sys/hash.h"

#include <immintrin.h>

enum { STRIPE = 64, HALF = 32, BLOCK = 1024, SECRET = MLOPS__XXH3_SECRET - STRIPE, SKEW = 7 };

typedef struct pair {
    __m256i half[2];
} pair;

static inline __m256i load(const void *p) { return _mm256_loadu_si256(p); }

/* Whole stripes of n bytes. Once in the library, since the loops of each call would be unrolled. */
static __attribute__((noinline)) void add(pair *sums, const uint8_t *p, size_t n,
                                          const uint8_t *secret) {
    for (const uint8_t *end = p + n; p < end; p += STRIPE, secret += 8)
        for (int i = 0; i < 2; i++) {
            __m256i data = load(p + HALF * i), keyed;
            keyed = _mm256_xor_si256(data, load(secret + HALF * i));
            data = _mm256_shuffle_epi32(data, _MM_SHUFFLE(1, 0, 3, 2));
            keyed = _mm256_mul_epu32(keyed, _mm256_srli_epi64(keyed, 32));
            sums->half[i] = _mm256_add_epi64(sums->half[i], _mm256_add_epi64(data, keyed));
        }
}

static inline __m256i scramble(__m256i sum, const uint8_t *secret) {
    const __m256i prime = _mm256_set1_epi64x(0x9e3779b1);
    sum = _mm256_xor_si256(sum, _mm256_srli_epi64(sum, 47));
    sum = _mm256_xor_si256(sum, load(secret));
    __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(sum, 32), prime);
    return _mm256_add_epi64(_mm256_mul_epu32(sum, prime), _mm256_slli_epi64(high, 32));
}

void mlops__hash_sums_avx2(uint64_t *out, const uint8_t *p, size_t n) {
    static const uint64_t begin[MLOPS__XXH3_SUMS] = {
        0xc2b2ae3d,         0x9e3779b185ebca87, 0xc2b2ae3d27d4eb4f, 0x165667b19e3779f9,
        0x85ebca77c2b2ae63, 0x85ebca77,         0x27d4eb2f165667c5, 0x9e3779b1};
    const uint8_t *secret = mlops__xxh3_secret, *last = p + n - STRIPE;
    pair sums = {{load(begin), load(begin + 4)}};
    for (; n > BLOCK; n -= BLOCK, p += BLOCK) {
        add(&sums, p, BLOCK, secret);
        for (int i = 0; i < 2; i++)
            sums.half[i] = scramble(sums.half[i], secret + SECRET + HALF * i);
    }
    add(&sums, p, (n - 1) / STRIPE * STRIPE, secret);
    add(&sums, last, STRIPE, secret + SECRET - SKEW);
    for (int i = 0; i < 2; i++) _mm256_storeu_si256((void *)(out + 4 * i), sums.half[i]);
}
