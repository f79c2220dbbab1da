/* XXH3 of any length.
 *
 * Owns the one use of libxxhash. Invariant: base/xxh3, the sums with AVX2 and libxxhash are one
 * function, so that where the borders lie between them is only a matter of speed and of what
 * firmware needs. Distributions compile libxxhash for SSE2, which takes twice the time of AVX2.
 */
#include "sys/hash.h"

#include "sys/cpu.h"

#include <xxhash.h>

/* False where libxxhash is to do it. */
static int take_sums(uint64_t *sums, const void *bytes, size_t n) {
#if defined(__x86_64__)
    if (n > MLOPS__XXH3_MAX && mlops__cpu_detect() >= MLOPS_CPU_AVX2) {
        mlops__hash_sums_avx2(sums, bytes, n);
        return 1;
    }
#endif
    (void)sums, (void)bytes, (void)n;
    return 0;
}

uint64_t mlops__hash_64(const void *bytes, size_t n) {
    uint64_t sums[MLOPS__XXH3_SUMS];
    return take_sums(sums, bytes, n) ? mlops__xxh3_sum_64(sums, n) : XXH3_64bits(bytes, n);
}

uint64_t mlops__hash_64_seeded(const void *bytes, size_t n, uint64_t seed) {
    return n <= MLOPS__XXH3_MAX ? mlops__xxh3_64(bytes, n, seed)
                                : XXH3_64bits_withSeed(bytes, n, seed);
}

mlops__hash128 mlops__hash_128(const void *bytes, size_t n) {
    uint64_t sums[MLOPS__XXH3_SUMS];
    if (n <= MLOPS__XXH3_MAX) return mlops__xxh3_128(bytes, n, 0);
    if (take_sums(sums, bytes, n)) return mlops__xxh3_sum_128(sums, n);
    XXH128_hash_t h = XXH3_128bits(bytes, n);
    return (mlops__hash128){h.low64, h.high64};
}
