/* Cutting content into chunks: the scalar reference, and what all kernels share.
 *
 * Owns nothing. Invariant: a cut depends on the bytes of its chunk alone.
 */
#include "kern/gear/gear.h"

size_t mlops__gear_scan_scalar(const uint8_t *bytes, size_t from, size_t to, uint32_t mask) {
    uint32_t sum = 0;
    for (size_t p = from - 31; p < from; p++) sum = 2 * sum + bytes[p] + 1;
    for (size_t p = from; p < to; p++) {
        sum = 2 * sum + bytes[p] + 1;
        if ((sum * MLOPS__GEAR_FACTOR & mask) == 0) return p;
    }
    return to;
}

size_t mlops__gear_cut(mlops__gear_scan *scan, const uint8_t *bytes, size_t n) {
    size_t end = n < MLOPS__CHUNK_MOST ? n : MLOPS__CHUNK_MOST;
    size_t normal = end < MLOPS__CHUNK_NORMAL ? end : MLOPS__CHUNK_NORMAL;
    if (n <= MLOPS__CHUNK_LEAST) return n;
    size_t p = scan(bytes, MLOPS__CHUNK_LEAST - 1, normal, MLOPS__GEAR_HARD);
    if (p < normal) return p + 1;
    p = scan(bytes, normal, end, MLOPS__GEAR_EASY);
    return p < end ? p + 1 : end;
}
