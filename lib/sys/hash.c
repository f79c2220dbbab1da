/* XXH3 of any length.
 *
 * Owns the one use of libxxhash. Invariant: base/xxh3 and libxxhash are one function, so that where
 * the border lies between them is only a matter of speed and of what firmware needs.
 */
#include "sys/hash.h"

#include <xxhash.h>

uint64_t mlops__hash_64(const void *bytes, size_t n) { return XXH3_64bits(bytes, n); }

uint64_t mlops__hash_64_seeded(const void *bytes, size_t n, uint64_t seed) {
    return n <= MLOPS__XXH3_MAX ? mlops__xxh3_64(bytes, n, seed)
                                : XXH3_64bits_withSeed(bytes, n, seed);
}

mlops__hash128 mlops__hash_128(const void *bytes, size_t n) {
    if (n <= MLOPS__XXH3_MAX) return mlops__xxh3_128(bytes, n, 0);
    XXH128_hash_t h = XXH3_128bits(bytes, n);
    return (mlops__hash128){h.low64, h.high64};
}
