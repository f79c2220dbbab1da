/* SHA-256 (FIPS 180-4). The block function is a pointer, so that kern can lend a faster one. */
#ifndef MLOPS_BASE_SHA256_H
#define MLOPS_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Takes n_blocks blocks of 64 bytes into the state. */
typedef void mlops__sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t n_blocks);

typedef struct mlops__sha256 {
    uint32_t state[8];
    uint64_t n; /* bytes so far */
    uint8_t part[64];
    mlops__sha256_blocks *blocks;
} mlops__sha256;

mlops__sha256_blocks mlops__sha256_blocks_scalar;
extern const uint32_t mlops__sha256_k[64]; /* the round constants, for kernels */

void mlops__sha256_init(mlops__sha256 *self, mlops__sha256_blocks *blocks);
void mlops__sha256_add(mlops__sha256 *self, const void *bytes, size_t n);
void mlops__sha256_end(mlops__sha256 *self, uint8_t digest[32]);

#endif
