/* Hashes of any length at full speed on this machine: XXH3. */
#ifndef MLOPS_SYS_HASH_H
#define MLOPS_SYS_HASH_H

#include "base/xxh3.h"

uint64_t mlops__hash_64(const void *bytes, size_t n);
uint64_t mlops__hash_64_seeded(const void *bytes, size_t n, uint64_t seed);
mlops__hash128 mlops__hash_128(const void *bytes, size_t n);

/* Sums of more than 240 bytes, for machines with AVX2. */
void mlops__hash_sums_avx2(uint64_t *out, const uint8_t *p, size_t n);

#endif
