/* The router.
 *
 * Owns nothing. Invariant: what a key and a salt give is specified bit by bit and never changes;
 * nothing is allocated, locked or called of the system.
 */
#include "deploy/route.h"

#include "sys/hash.h"

#include <string.h>

uint64_t mlops__route_seed(const char *salt) { return mlops__hash_64(salt, strlen(salt)); }

int32_t mlops__route_bucket(uint64_t seed, const char *key) {
    uint64_t h = mlops__hash_64_seeded(key, strlen(key), seed);
    uint64_t high = (h >> 32) * MLOPS__ROUTE_BUCKETS;
    uint64_t low = (h & 0xffffffff) * MLOPS__ROUTE_BUCKETS;
    return (int32_t)((high + (low >> 32)) >> 32);
}

int32_t mlops__route_ppm(double share) {
    if (!(share >= 0 && share <= 1)) return -1;
    double exact = share * MLOPS__ROUTE_BUCKETS;
    int32_t whole = (int32_t)exact;
    return whole + (exact - whole >= 0.5);
}
