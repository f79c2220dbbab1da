/* XXH3-64 and XXH3-128 for inputs up to 240 bytes, freestanding; longer ones go through sys/hash.h.
 * Equal to libxxhash's by test. */
#ifndef MLOPS_BASE_XXH3_H
#define MLOPS_BASE_XXH3_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__XXH3_MAX = 240, MLOPS__XXH3_SUMS = 8, MLOPS__XXH3_SECRET = 192 };

typedef struct mlops__hash128 {
    uint64_t low;
    uint64_t high;
} mlops__hash128;

uint64_t mlops__xxh3_64(const void *bytes, size_t n, uint64_t seed);        /* n <= 240 */
mlops__hash128 mlops__xxh3_128(const void *bytes, size_t n, uint64_t seed); /* n <= 240 */

/* What the eight sums over the stripes of a longer input come to, without a seed. */
uint64_t mlops__xxh3_sum_64(const uint64_t *sums, size_t n);
mlops__hash128 mlops__xxh3_sum_128(const uint64_t *sums, size_t n);

extern const uint8_t mlops__xxh3_secret[MLOPS__XXH3_SECRET];

#endif
