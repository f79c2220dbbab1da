/* XXH3-64 and XXH3-128 for inputs up to 240 bytes, freestanding; longer ones go to libxxhash
 * through sys/hash.h. Equal to libxxhash's by test. */
#ifndef MLOPS_BASE_XXH3_H
#define MLOPS_BASE_XXH3_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__XXH3_MAX = 240 };

typedef struct mlops__hash128 {
    uint64_t low;
    uint64_t high;
} mlops__hash128;

uint64_t mlops__xxh3_64(const void *bytes, size_t n, uint64_t seed);        /* n <= 240 */
mlops__hash128 mlops__xxh3_128(const void *bytes, size_t n, uint64_t seed); /* n <= 240 */

#endif
