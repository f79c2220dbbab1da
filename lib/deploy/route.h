/* Which arm of a deployment serves a key: a hash, one of a million buckets, and a share of them.
 *
 *     seed   = XXH3_64(salt, seed 0)
 *     bucket = XXH3_64(key, seed) * 1,000,000 / 2^64, rounded down
 *     canary if bucket < ppm
 *
 * over the bytes of the UTF-8 texts without their NUL. So a key stays with its arm on any machine
 * and in any language, and a greater share only takes keys in.
 */
#ifndef MLOPS_DEPLOY_ROUTE_H
#define MLOPS_DEPLOY_ROUTE_H

#include <stdint.h>

enum { MLOPS__ROUTE_BUCKETS = 1000000 };

uint64_t mlops__route_seed(const char *salt);
int32_t mlops__route_bucket(uint64_t seed, const char *key);

/* Nearest number of buckets, halves away from 0; -1 for what is not in [0, 1]. */
int32_t mlops__route_ppm(double share);

#endif
