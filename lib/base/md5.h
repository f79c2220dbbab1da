/* MD5 (RFC 1321): for names that other tools gave. It holds nobody off who forges one. */
#ifndef MLOPS_BASE_MD5_H
#define MLOPS_BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct mlops__md5 {
    uint32_t state[4];
    uint64_t n; /* bytes so far */
    uint8_t part[64];
} mlops__md5;

void mlops__md5_init(mlops__md5 *self);
void mlops__md5_add(mlops__md5 *self, const void *bytes, size_t n);
void mlops__md5_end(mlops__md5 *self, uint8_t digest[16]);

#endif
