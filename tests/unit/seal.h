/* For tests that change the bytes of a state: the checksum that they end in, set right again, so
 * that what stands behind it is reached. */
#ifndef TESTS_UNIT_SEAL_H
#define TESTS_UNIT_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/crc32.h"

/* Fewer than four bytes have none. */
static inline void seal(uint8_t *bytes, size_t n) {
    if (n < 4) return;
    uint32_t crc = mlops__crc32(0, bytes, n - 4);
    for (size_t i = 0; i < 4; i++) bytes[n - 4 + i] = (uint8_t)(crc >> 8 * i);
}

#endif
